/* SPDX-License-Identifier: MIT */
/* Bodies of requests, in the order of v4 section 4.1. */
#include "proto/request.h"

#include "base/error.h"
#include "proto/batch.h"

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
	NOT_IN_BATCH = WITH_VALUES | SKIP_METADATA | WITH_PAGE_SIZE | WITH_PAGING_STATE | WITH_NAMES
};

/* ---- STARTUP -------------------------------------------------------------------------------- */

void cd_read_startup(struct cd_decoder *d, cql_message *m)
{
	uint16_t count = cd_decode_u16(d, "options");
	cql_option *at = cd_decode_list(d, count, 4, sizeof *at, "options");
	cql_text *values = cd_decode_list(d, count, 4, sizeof *values, "options");

	for (uint16_t i = 0; at && values && i < count; i++) {
		at[i].key = cd_decode_text(d, "options");
		values[i] = cd_decode_text(d, "options");
		at[i].values = &values[i];
		at[i].value_count = 1;
	}
	m->as.options.at = at;
	m->as.options.count = count;
}

void cd_write_startup(struct cd_encoder *w, const cql_message *m)
{
	cd_buffer_be16(w->b, m->as.options.count);
	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		if (o->value_count != 1) {
			cd_refuse(w, "option %.*s has %u values, not one",
				  o->key.len < 60 ? (int)o->key.len : 60, o->key.data,
				  (unsigned)o->value_count);
			return;
		}
		cd_encode_text(w, o->key, "an option");
		cd_encode_text(w, *o->values, "an option's value");
	}
}

/* ---- REGISTER, AUTH_RESPONSE ---------------------------------------------------------------- */

void cd_read_register(struct cd_decoder *d, cql_message *m)
{
	m->as.register_events = cd_decode_texts(d, "events");
}

void cd_write_register(struct cd_encoder *w, const cql_message *m)
{
	cd_encode_texts(w, m->as.register_events, "an event");
}

void cd_read_token(struct cd_decoder *d, cql_message *m)
{
	m->as.token = cd_decode_bytes(d, "token");
}

void cd_write_token(struct cd_encoder *w, const cql_message *m)
{
	cd_encode_bytes(w, m->as.token, "the token");
}

/* ---- parameters, read ----------------------------------------------------------------------- */

/* The hot path: a value's length and bytes are taken at once, when they are there. */
static inline bool read_usual(struct cd_reader *r, cql_blob *value)
{
	size_t left = cd_reader_left(r);
	uint32_t len = left < 4 ? UINT32_MAX : cd_get_be32(r->at);
	const uint8_t *at = len <= INT32_MAX && len <= left - 4 ? cd_reader_take(r, 4 + (size_t)len)
								: NULL;

	*value = (cql_blob){ at ? at + 4 : NULL, at ? len : 0 };
	return at;
}

static cql_bound *read_values(struct cd_decoder *d, bool names, uint16_t *count)
{
	*count = cd_decode_u16(d, "values");
	cql_bound *at = cd_decode_list(d, *count, 4, sizeof *at, "values");
	for (uint16_t i = 0; at && i < *count; i++) {
		if (names)
			at[i].name = cd_decode_text(d, "values");
		if (!read_usual(&d->r, &at[i].value))
			at[i].value = cd_blob_of(cd_read_value(&d->r, &at[i].is_unset));
	}
	if (d->r.failed && !d->field)
		d->field = "values";
	return at;
}

/* A server refuses levels it does not know. */
static cql_consistency read_level(struct cd_decoder *d)
{
	cql_consistency level = cd_decode_level(d, "consistency");

	if (level > CQL_CONSISTENCY_NODE_LOCAL)
		cd_decode_fail(d, COODIE_ERR_PROTOCOL, "unknown consistency 0x%04x",
			       (unsigned)level - 1);
	return level;
}

/* A [byte] in v4, where no keyspace can be: its bit means nothing. */
static uint32_t read_flags(struct cd_decoder *d)
{
	return d->version < 5 ? cd_decode_u8(d, "flags") & ~(uint32_t)WITH_KEYSPACE
			      : (uint32_t)cd_decode_i32(d, "flags");
}

static void read_paging(struct cd_decoder *d, uint32_t flags, cql_params *p)
{
	p->has_page_rows = flags & WITH_PAGE_SIZE;
	if (p->has_page_rows)
		p->page_rows = cd_decode_i32(d, "page size");
	if (flags & WITH_PAGING_STATE)
		p->paging_state = cd_decode_bytes(d, "paging state");
}

/* What BATCH has as well. */
static void read_rest(struct cd_decoder *d, uint32_t flags, cql_params *p)
{
	if (flags & WITH_SERIAL)
		p->serial_consistency = read_level(d);
	p->has_timestamp = flags & WITH_TIMESTAMP;
	if (p->has_timestamp) {
		uint64_t high = (uint32_t)cd_decode_i32(d, "timestamp");
		p->timestamp_us = (int64_t)(high << 32 | (uint32_t)cd_decode_i32(d, "timestamp"));
	}
	if (flags & WITH_KEYSPACE)
		p->keyspace = cd_decode_text(d, "keyspace");
	p->has_now = flags & WITH_NOW;
	if (p->has_now)
		p->now_in_seconds = cd_decode_i32(d, "now in seconds");
}

static void read_params(struct cd_decoder *d, cql_params *p)
{
	p->consistency = read_level(d);
	uint32_t flags = read_flags(d);
	p->skip_metadata = flags & SKIP_METADATA;
	if (flags & WITH_VALUES)
		p->values = read_values(d, flags & WITH_NAMES, &p->value_count);
	read_paging(d, flags, p);
	read_rest(d, flags, p);
}

/* ---- parameters, written -------------------------------------------------------------------- */

static uint32_t flags_of(const cql_params *p)
{
	return (p->skip_metadata ? SKIP_METADATA : 0u) | (p->has_page_rows ? WITH_PAGE_SIZE : 0u) |
	       (p->paging_state.data ? WITH_PAGING_STATE : 0u) |
	       (p->serial_consistency ? WITH_SERIAL : 0u) |
	       (p->has_timestamp ? WITH_TIMESTAMP : 0u) | (p->keyspace.data ? WITH_KEYSPACE : 0u) |
	       (p->has_now ? WITH_NOW : 0u);
}

/* <consistency><flags><number of values> at its longest. */
enum { MOST_HEAD = 2 + 4 + 2 };

static uint8_t *put_head(uint8_t *at, unsigned version, const cql_params *p, uint32_t flags)
{
	cd_put_be16(at, (uint16_t)(p->consistency - 1));
	if (version < 5) {
		at[2] = (uint8_t)flags;
		return at + 3;
	}
	cd_put_be32(at + 2, flags);
	return at + 6;
}

static void write_head(struct cd_buffer *b, unsigned version, const cql_params *p, uint32_t flags)
{
	uint8_t *at = cd_buffer_grow(b, version < 5 ? 3 : 6);

	if (at)
		put_head(at, version, p, flags);
}

static uint8_t *put_short_bytes(uint8_t *at, cql_blob bytes)
{
	cd_put_be16(at, (uint16_t)bytes.len);
	if (bytes.len)
		memcpy(at + 2, bytes.data, bytes.len);
	return at + 2 + bytes.len;
}

static uint8_t *put_long(uint8_t *at, uint32_t len, const void *data)
{
	cd_put_be32(at, len);
	memcpy(at + 4, data, len);
	return at + 4 + len;
}

static uint8_t *put_int(uint8_t *at, int32_t v)
{
	cd_put_be32(at, (uint32_t)v);
	return at + 4;
}

static uint8_t *put_short(uint8_t *at, unsigned v)
{
	cd_put_be16(at, (uint16_t)v);
	return at + 2;
}

/* What stands behind the values. The result is where the timestamp is; -1: nowhere. */
static ptrdiff_t put_tail(struct cd_buffer *b, const cql_params *p)
{
	size_t most = 4 + 4 + p->paging_state.len + 2 + 8 + 2 + p->keyspace.len + 4;
	uint8_t *start = cd_buffer_grow(b, most), *at = start;
	ptrdiff_t timestamp = -1;

	if (!at)
		return timestamp;
	if (p->has_page_rows)
		at = put_int(at, p->page_rows);
	if (p->paging_state.data)
		at = put_long(at, (uint32_t)p->paging_state.len, p->paging_state.data);
	if (p->serial_consistency)
		at = put_short(at, p->serial_consistency - 1u);
	if (p->has_timestamp) {
		timestamp = at - start;
		cd_put_be64(at, (uint64_t)p->timestamp_us);
		at += 8;
	}
	if (p->keyspace.data)
		at = put_short_bytes(
			at, (cql_blob){ (const uint8_t *)p->keyspace.data, p->keyspace.len });
	if (p->has_now)
		at = put_int(at, p->now_in_seconds);
	b->len -= most - (size_t)(at - start);
	return timestamp;
}

static bool check_version(struct cd_encoder *w, const char *field)
{
	if (w->version < 5)
		cd_refuse(w, "%s: needs protocol version 5; this is %u", field, w->version);
	return w->version >= 5;
}

static void check_params(struct cd_encoder *w, const cql_params *p)
{
	if (p->consistency == CQL_CONSISTENCY_UNSET)
		cd_refuse(w, "consistency: not set");
	if (p->paging_state.len > INT32_MAX || p->keyspace.len > UINT16_MAX)
		cd_refuse(w, "%s: too long",
			  p->keyspace.len > UINT16_MAX ? "keyspace" : "paging state");
	if (p->keyspace.data)
		check_version(w, "keyspace");
	if (p->has_now)
		check_version(w, "now_in_seconds");
}

/* All values have a name, or none. */
static void encode_values(struct cd_encoder *w, const cql_bound *at, uint16_t count, bool names)
{
	cd_buffer_be16(w->b, count);
	for (uint16_t i = 0; i < count && !w->told; i++) {
		if (names != (at[i].name.data != NULL))
			cd_refuse(w, "value %u %s", i + 1u,
				  names ? "has no name, others have"
					: "has a name, others have not");
		if (names)
			cd_encode_text(w, at[i].name, "a value's name");
		if (at[i].is_unset)
			cd_buffer_be32(w->b, UINT32_MAX - 1);
		else
			cd_encode_bytes(w, at[i].value, "a value");
	}
}

static void encode_params(struct cd_encoder *w, const cql_params *p)
{
	bool names = p->value_count && p->values[0].name.data;
	uint32_t flags = flags_of(p) | (p->value_count ? WITH_VALUES : 0u) |
			 (names ? WITH_NAMES : 0u);

	check_params(w, p);
	write_head(w->b, w->version, p, flags);
	if (p->value_count)
		encode_values(w, p->values, p->value_count, names);
	put_tail(w->b, p);
}

/* ---- QUERY, PREPARE ------------------------------------------------------------------------- */

void cd_read_query(struct cd_decoder *d, cql_message *m)
{
	m->as.query.cql = cd_decode_long_text(d, "statement");
	read_params(d, &m->as.query.params);
}

void cd_write_query(struct cd_encoder *w, const cql_message *m)
{
	cd_encode_long_text(w, m->as.query.cql, "the statement");
	encode_params(w, &m->as.query.params);
}

void cd_read_prepare(struct cd_decoder *d, cql_message *m)
{
	m->as.prepare.cql = cd_decode_long_text(d, "statement");
	if (d->version >= 5 && cd_decode_i32(d, "flags") & 1)
		m->as.prepare.keyspace = cd_decode_text(d, "keyspace");
}

void cd_write_prepare(struct cd_encoder *w, const cql_message *m)
{
	cql_text keyspace = m->as.prepare.keyspace;

	cd_encode_long_text(w, m->as.prepare.cql, "the statement");
	if (w->version >= 5)
		cd_buffer_be32(w->b, keyspace.data ? 1 : 0);
	if (keyspace.data && check_version(w, "keyspace"))
		cd_encode_text(w, keyspace, "keyspace");
}

/* ---- EXECUTE -------------------------------------------------------------------------------- */

static bool has_metadata_id(unsigned version, const cql_terms *terms)
{
	return version >= 5 || (terms && terms->metadata_id);
}

void cd_read_execute(struct cd_decoder *d, cql_message *m)
{
	m->as.execute.id = cd_decode_short_bytes(d, "id");
	if (has_metadata_id(d->version, d->terms))
		m->as.execute.metadata_id = cd_decode_short_bytes(d, "metadata id");
	read_params(d, &m->as.execute.params);
	if (d->terms->tablets_v2)
		m->as.execute.tablet_version_block = cd_decode_u8(d, "tablet version");
}

void cd_write_execute(struct cd_encoder *w, const cql_message *m)
{
	cd_encode_short_bytes(w, m->as.execute.id, "id");
	if (has_metadata_id(w->version, w->terms))
		cd_encode_short_bytes(w, m->as.execute.metadata_id, "metadata id");
	else if (m->as.execute.metadata_id.data)
		cd_refuse(w, "metadata id: needs protocol version 5, or SCYLLA_USE_METADATA_ID");
	encode_params(w, &m->as.execute.params);
	if (w->terms->tablets_v2)
		cd_buffer_u8(w->b, m->as.execute.tablet_version_block);
}

/* The hot path: one look at the room there is, for all that stands before the values. */
void cd_write_execute_head(struct cd_buffer *b, unsigned version, const cql_terms *terms,
			   const cql_result *prepared, const cql_params *p, uint16_t count)
{
	cql_blob id = prepared->id, metadata_id = prepared->metadata_id;
	bool two = has_metadata_id(version, terms);
	size_t size = 2 + id.len + (two ? 2 + metadata_id.len : 0) + MOST_HEAD;

	if (id.len > UINT16_MAX || (two && metadata_id.len > UINT16_MAX))
		b->failed = b->too_long = true;
	uint8_t *at = cd_buffer_grow(b, size), *start = at;
	if (!at)
		return;
	at = put_short_bytes(at, id);
	if (two)
		at = put_short_bytes(at, metadata_id);
	at = put_head(at, version, p, flags_of(p) | (count ? WITH_VALUES : 0u));
	if (count) {
		cd_put_be16(at, count);
		at += 2;
	}
	b->len -= size - (size_t)(at - start);
}

ptrdiff_t cd_write_execute_tail(struct cd_buffer *b, unsigned version, const cql_terms *terms,
				const cql_params *p)
{
	(void)version;
	ptrdiff_t timestamp = put_tail(b, p);
	if (terms && terms->tablets_v2)
		cd_buffer_u8(b, 0);
	return timestamp;
}

/* ---- BATCH ---------------------------------------------------------------------------------- */

static void read_item(struct cd_decoder *d, cql_batch_item *item)
{
	uint8_t kind = cd_decode_u8(d, "statements");

	if (kind == CD_BATCH_TEXT)
		item->cql = cd_decode_long_text(d, "statements");
	else if (kind == CD_BATCH_PREPARED)
		item->id = cd_decode_short_bytes(d, "statements");
	else
		cd_decode_fail(d, COODIE_ERR_PROTOCOL, "a statement of unknown kind %u",
			       (unsigned)kind);
	item->values = read_values(d, false, &item->value_count);
}

void cd_read_batch(struct cd_decoder *d, cql_message *m)
{
	uint8_t type = cd_decode_u8(d, "type");

	if (type > CQL_BATCH_COUNTER)
		cd_decode_fail(d, COODIE_ERR_PROTOCOL, "unknown type %u", (unsigned)type);
	m->as.batch.type = (enum cql_batch_type)type;
	uint16_t count = cd_decode_u16(d, "statements");
	cql_batch_item *items = cd_decode_list(d, count, 5, sizeof *items, "statements");
	for (uint16_t i = 0; items && i < count && !d->r.failed; i++)
		read_item(d, &items[i]);
	m->as.batch.items = items;
	m->as.batch.item_count = count;
	m->as.batch.params.consistency = read_level(d);
	uint32_t flags = read_flags(d);
	if (flags & NOT_IN_BATCH)
		cd_decode_fail(d, COODIE_ERR_PROTOCOL, "flags 0x%x, which it does not have",
			       (unsigned)flags & NOT_IN_BATCH);
	read_rest(d, flags, &m->as.batch.params);
}

void cd_write_batch_item(struct cd_encoder *w, const cql_batch_item *item)
{
	cd_buffer_u8(w->b, item->cql.data ? CD_BATCH_TEXT : CD_BATCH_PREPARED);
	if (item->cql.data)
		cd_encode_long_text(w, item->cql, "a statement");
	else
		cd_encode_short_bytes(w, item->id, "a statement's id");
	encode_values(w, item->values, item->value_count, false);
}

void cd_write_batch_head(struct cd_encoder *w, enum cql_batch_type type, uint16_t count)
{
	if ((unsigned)type > CQL_BATCH_COUNTER)
		cd_refuse(w, "type: %u is unknown", (unsigned)type);
	cd_buffer_u8(w->b, (uint8_t)type);
	cd_buffer_be16(w->b, count);
}

void cd_write_batch_tail(struct cd_encoder *w, const cql_params *p)
{
	uint32_t flags = flags_of(p);

	if (flags & NOT_IN_BATCH || p->value_count)
		cd_refuse(w, "params: values, paging and skip_metadata are not a batch's");
	if (flags || p->consistency == CQL_CONSISTENCY_UNSET)
		check_params(w, p);
	write_head(w->b, w->version, p, flags);
	if (flags)
		put_tail(w->b, p);
}

void cd_write_batch(struct cd_encoder *w, const cql_message *m)
{
	cd_write_batch_head(w, m->as.batch.type, m->as.batch.item_count);
	for (uint16_t i = 0; i < m->as.batch.item_count && !w->told; i++)
		cd_write_batch_item(w, &m->as.batch.items[i]);
	cd_write_batch_tail(w, &m->as.batch.params);
}
