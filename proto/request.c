/* SPDX-License-Identifier: MIT */
/* Bodies of requests, in the order of v4 section 4.1. */
#include "proto/request.h"

#include "base/error.h"

/* The bits of <flags> in <query_parameters> (v4 section 4.1.4). */
enum {
	WITH_VALUES = 0x01,
	SKIP_METADATA = 0x02,
	WITH_PAGE_SIZE = 0x04,
	WITH_PAGING_STATE = 0x08,
	WITH_SERIAL = 0x10,
	WITH_TIMESTAMP = 0x20,
	WITH_NAMES = 0x40,
	WITH_KEYSPACE = 0x80,
	WITH_NOW = 0x100,
};

void cd_write_startup(struct cd_buffer *b, const struct cd_pair *options, size_t count)
{
	cd_buffer_be16(b, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		cd_write_str(b, options[i].key);
		cd_write_str(b, options[i].value);
	}
}

void cd_write_register(struct cd_buffer *b, const char *const *events, size_t count)
{
	cd_buffer_be16(b, (uint16_t)count);
	for (size_t i = 0; i < count; i++)
		cd_write_str(b, events[i]);
}

void cd_write_auth_plain(struct cd_buffer *b, const char *user, const char *password)
{
	size_t user_len = strlen(user), password_len = strlen(password);

	cd_buffer_be32(b, (uint32_t)(user_len + password_len + 2));
	cd_buffer_u8(b, 0);
	cd_buffer_bytes(b, user, user_len);
	cd_buffer_u8(b, 0);
	cd_buffer_bytes(b, password, password_len);
}

void cd_write_prepare(struct cd_buffer *b, unsigned version, const char *cql, size_t len,
		      const char *keyspace)
{
	cd_write_long_string(b, cql, len);
	if (version < 5)
		return;
	cd_buffer_be32(b, keyspace ? 1 : 0);
	if (keyspace)
		cd_write_str(b, keyspace);
}

/* <consistency><flags><number of values>: the flags are a [byte] in v4 and an [int] in v5. */
static size_t params_size(unsigned version, uint16_t count)
{
	return 2 + (version < 5 ? 1u : 4u) + (count ? 2u : 0u);
}

static void put_params(uint8_t *at, unsigned version, const struct cd_query_params *p,
		       uint16_t count)
{
	uint32_t flags = (count ? WITH_VALUES : 0u) | (count && p->named_values ? WITH_NAMES : 0u) |
			 (p->skip_metadata ? SKIP_METADATA : 0u) |
			 (p->page_rows ? WITH_PAGE_SIZE : 0u) |
			 (p->paging_state.at ? WITH_PAGING_STATE : 0u) |
			 (p->serial_consistency ? WITH_SERIAL : 0u) |
			 (p->has_timestamp ? WITH_TIMESTAMP : 0u);

	cd_put_be16(at, (uint16_t)(p->consistency - 1));
	at += 2;
	if (version < 5) {
		*at++ = (uint8_t)flags;
	} else {
		flags |= (p->keyspace ? WITH_KEYSPACE : 0u) | (p->has_now ? WITH_NOW : 0u);
		cd_put_be32(at, flags);
		at += 4;
	}
	if (count)
		cd_put_be16(at, count);
}

void cd_write_params_end(struct cd_buffer *b, unsigned version, const struct cd_query_params *p)
{
	if (p->page_rows)
		cd_buffer_be32(b, (uint32_t)p->page_rows);
	if (p->paging_state.at)
		cd_write_bytes(b, p->paging_state.at, p->paging_state.len);
	if (p->serial_consistency)
		cd_write_consistency(b, p->serial_consistency);
	if (p->has_timestamp)
		cd_buffer_be64(b, (uint64_t)p->timestamp_us);
	if (version >= 5 && p->keyspace)
		cd_write_str(b, p->keyspace);
	if (version >= 5 && p->has_now)
		cd_buffer_be32(b, (uint32_t)p->now_in_seconds);
}

void cd_write_query_begin(struct cd_buffer *b, unsigned version, const char *cql, size_t len,
			  const struct cd_query_params *p, uint16_t count)
{
	cd_write_long_string(b, cql, len);
	uint8_t *at = cd_buffer_grow(b, params_size(version, count));
	if (at)
		put_params(at, version, p, count);
}

void cd_write_query(struct cd_buffer *b, unsigned version, const char *cql, size_t len,
		    const struct cd_query_params *p)
{
	cd_write_query_begin(b, version, cql, len, p, 0);
	cd_write_params_end(b, version, p);
}

static uint8_t *put_short_bytes(uint8_t *at, struct cd_span s)
{
	cd_put_be16(at, (uint16_t)s.len);
	if (s.len)
		memcpy(at + 2, s.at, s.len);
	return at + 2 + s.len;
}

/* The hot path: one look at the room there is, for all that stands before the values. */
void cd_write_execute_begin(struct cd_buffer *b, unsigned version, struct cd_span id,
			    struct cd_span metadata_id, const struct cd_query_params *p,
			    uint16_t count)
{
	size_t ids = 2 + id.len + (version < 5 ? 0 : 2 + metadata_id.len);

	if (id.len > UINT16_MAX || metadata_id.len > UINT16_MAX) {
		b->failed = b->too_long = true;
		return;
	}
	uint8_t *at = cd_buffer_grow(b, ids + params_size(version, count));
	if (!at)
		return;
	at = put_short_bytes(at, id);
	if (version >= 5)
		at = put_short_bytes(at, metadata_id);
	put_params(at, version, p, count);
}

/* ---- as a server reads them ----------------------------------------------------------------- */

static bool cut_short(const char *what, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_PROTOCOL,
		       "%s: the body ends too early, or a length in it is negative", what);
}

static bool read_values(struct cd_reader *r, struct cd_arena *a, bool names,
			struct cd_statement *out, coodie_error *err)
{
	uint16_t count = cd_reader_be16(r);

	if (count > cd_reader_left(r) / 4) { /* each has a length of four bytes */
		r->failed = true;
		return true;
	}
	out->values = cd_arena_take_array(a, count ? count : 1u, sizeof *out->values);
	if (!out->values)
		return cd_no_memory(err, "bound values");
	out->value_count = count;
	for (uint16_t i = 0; i < count; i++) {
		if (names)
			out->values[i].name = cd_read_string(r);
		out->values[i].value = cd_read_value(r, &out->values[i].unset);
	}
	return true;
}

/* A server refuses levels it does not know. */
static bool read_level(struct cd_reader *r, cql_consistency *out, coodie_error *err)
{
	*out = cd_read_consistency(r);
	return *out <= CQL_CONSISTENCY_NODE_LOCAL ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "unknown consistency 0x%04x", (unsigned)*out - 1);
}

static bool read_params(struct cd_reader *r, unsigned version, struct cd_arena *a,
			struct cd_statement *out, coodie_error *err)
{
	struct cd_query_params *p = &out->params;

	if (!read_level(r, &p->consistency, err))
		return false;
	uint32_t flags = version < 5 ? cd_reader_u8(r) & 0x7Fu : cd_reader_be32(r);
	p->skip_metadata = flags & SKIP_METADATA;
	p->named_values = flags & WITH_VALUES && flags & WITH_NAMES;
	if (flags & WITH_VALUES && !read_values(r, a, flags & WITH_NAMES, out, err))
		return false;
	if (flags & WITH_PAGE_SIZE)
		p->page_rows = (int32_t)cd_reader_be32(r);
	if (flags & WITH_PAGING_STATE)
		p->paging_state = cd_read_bytes(r);
	if (flags & WITH_SERIAL && !read_level(r, &p->serial_consistency, err))
		return false;
	p->has_timestamp = flags & WITH_TIMESTAMP;
	if (p->has_timestamp)
		p->timestamp_us = (int64_t)cd_reader_be64(r);
	if (flags & WITH_KEYSPACE)
		out->keyspace = cd_read_string(r);
	p->has_now = flags & WITH_NOW;
	if (p->has_now)
		p->now_in_seconds = (int32_t)cd_reader_be32(r);
	return true;
}

bool cd_read_query(struct cd_span body, unsigned version, struct cd_arena *a,
		   struct cd_statement *out, coodie_error *err)
{
	struct cd_reader r = cd_reader_over(body.at, body.len);
	struct cd_statement st = { .cql = cd_read_long_string(&r) };

	if (!read_params(&r, version, a, &st, err))
		return false;
	if (r.failed)
		return cut_short("QUERY", err);
	*out = st;
	return true;
}

bool cd_read_prepare(struct cd_span body, unsigned version, struct cd_statement *out,
		     coodie_error *err)
{
	struct cd_reader r = cd_reader_over(body.at, body.len);
	struct cd_statement st = { .cql = cd_read_long_string(&r) };

	if (version >= 5 && cd_reader_be32(&r) & 1)
		st.keyspace = cd_read_string(&r);
	if (r.failed)
		return cut_short("PREPARE", err);
	*out = st;
	return true;
}

bool cd_read_execute(struct cd_span body, unsigned version, struct cd_arena *a,
		     struct cd_statement *out, coodie_error *err)
{
	struct cd_reader r = cd_reader_over(body.at, body.len);
	struct cd_statement st = { .id = cd_read_short_bytes(&r) };

	if (version >= 5)
		st.metadata_id = cd_read_short_bytes(&r);
	if (!read_params(&r, version, a, &st, err))
		return false;
	if (r.failed)
		return cut_short("EXECUTE", err);
	*out = st;
	return true;
}

struct cd_pair *cd_read_startup(struct cd_span body, struct cd_arena *a, size_t *count,
				coodie_error *err)
{
	struct cd_reader r = cd_reader_over(body.at, body.len);
	uint16_t n = cd_reader_be16(&r);
	bool no_memory = false;

	if (r.failed || n > cd_reader_left(&r) / 4) {
		cut_short("STARTUP", err);
		return NULL;
	}
	struct cd_pair *pairs = cd_arena_take_array(a, n ? n : 1u, sizeof *pairs);
	for (uint16_t i = 0; pairs && i < n && !r.failed && !no_memory; i++) {
		pairs[i].key = cd_read_string_copy(&r, a, &no_memory);
		pairs[i].value = cd_read_string_copy(&r, a, &no_memory);
	}
	if (!pairs || no_memory)
		return cd_fail_null(err, COODIE_ERR_NO_MEMORY,
				    "out of memory while reading STARTUP");
	if (r.failed) {
		cut_short("STARTUP", err);
		return NULL;
	}
	*count = n;
	return pairs;
}

const char **cd_read_register(struct cd_span body, struct cd_arena *a, size_t *count,
			      coodie_error *err)
{
	struct cd_reader r = cd_reader_over(body.at, body.len);
	uint16_t n = cd_reader_be16(&r);
	bool no_memory = false;

	if (r.failed || n > cd_reader_left(&r) / 2) {
		cut_short("REGISTER", err);
		return NULL;
	}
	const char **events = cd_arena_take_array(a, n ? n : 1u, sizeof *events);
	for (uint16_t i = 0; events && i < n && !r.failed && !no_memory; i++)
		events[i] = cd_read_string_copy(&r, a, &no_memory);
	if (!events || no_memory)
		return cd_fail_null(err, COODIE_ERR_NO_MEMORY,
				    "out of memory while reading REGISTER");
	if (r.failed) {
		cut_short("REGISTER", err);
		return NULL;
	}
	*count = n;
	return events;
}
