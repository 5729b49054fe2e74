/* SPDX-License-Identifier: MIT */
/* EXECUTE from a template: a head up to the first value, the values, a tail behind the last. */
#include <coodie/execute.h>

#include <inttypes.h>

#include "base/alloc.h"
#include "base/error.h"
#include "proto/batch.h"
#include "proto/execute.h"
#include "proto/framing.h"
#include "proto/request.h"
#include "proto/type.h"

/* ---- making one ----------------------------------------------------------------------------- */

static bool set_chunk(struct cd_chunk *p, struct cd_arena *a, const struct cd_buffer *from)
{
	p->len = from->len;
	p->rounded = (from->len + CD_CHUNK_ROUND - 1) / CD_CHUNK_ROUND * CD_CHUNK_ROUND;
	p->at = cd_arena_take_zero(a, p->rounded ? p->rounded : 1);
	if (p->at && from->len)
		memcpy(p->at, from->data, from->len);
	return p->at && !from->failed;
}

static bool set_markers(cql_execute *e, const cql_markers *m)
{
	uint16_t count = (uint16_t)m->column_count;
	const cql_type **types = cd_arena_take_array(&e->arena, count + 1u, sizeof *types);

	e->names = cd_arena_take_array(&e->arena, count + 1u, sizeof *e->names);
	if (!types || !e->names)
		return false;
	for (uint16_t i = 0; i < count; i++) {
		const cql_column_spec *c = &m->columns[i];
		types[i] = cd_type_copy(&e->arena, c->type);
		e->names[i] = cd_arena_strndup(&e->arena, c->name.data, c->name.len);
		if (!types[i] || !e->names[i])
			return false;
	}
	return cd_markers_init(&e->markers, types, count, &e->arena);
}

static bool set_chunks(cql_execute *e, const struct cd_execute_parts *p)
{
	const cql_result ids = { .id = p->id, .metadata_id = p->metadata_id };
	uint16_t count = e->markers.count;
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, &e->allocator, 0);
	uint8_t *header = cd_buffer_grow(&b, CQL_HEADER_SIZE);
	if (header)
		cd_header_write(header, &(struct cd_header){ .version = e->version,
							     .opcode = CQL_OP_EXECUTE });
	cd_write_execute_head(&b, e->version, p->terms, &ids, p->params, count);
	ok = set_chunk(&e->head, &e->arena, &b);
	e->level = e->head.len - (count ? 2 : 0) - (e->version < 5 ? 1 : 4) - 2;
	cd_buffer_clear(&b);
	e->timestamp = cd_write_execute_tail(&b, e->version, p->terms, p->params);
	ok = ok && set_chunk(&e->tail, &e->arena, &b);
	cd_buffer_clear(&b);
	cd_batch_put_head(&b, p->id, count);
	ok = ok && set_chunk(&e->item, &e->arena, &b);
	if (ok)
		memcpy(e->item_head, e->item.at, sizeof e->item_head);
	cd_buffer_deinit(&b);
	e->item_room = e->item.rounded + e->markers.room;
	e->room = e->head.rounded + e->markers.room + e->tail.rounded;
	e->plain_version = e->room <= CD_PLAIN_MAX ? e->version : UINT8_MAX;
	return ok;
}

static cql_execute *begin(unsigned version, const coodie_allocator *a)
{
	cql_execute *e = cd_alloc_zero(a, sizeof *e);

	if (!e)
		return NULL;
	e->allocator = a ? *a : cd_malloc_allocator;
	e->version = (uint8_t)version;
	cd_arena_init(&e->arena, &e->allocator, 0);
	return e;
}

cql_execute *cd_execute_new(const struct cd_execute_parts *parts, const coodie_allocator *a)
{
	cql_execute *e = begin(parts->version, a);

	if (!e)
		return NULL;
	e->markers = *parts->markers;
	if (set_chunks(e, parts))
		return e;
	cql_execute_free(e);
	return NULL;
}

static bool check_params(const cql_params *p, unsigned version, coodie_error *err)
{
	if (p->consistency == CQL_CONSISTENCY_UNSET)
		return cd_fail(err, COODIE_ERR_INVALID, "EXECUTE: no consistency");
	if (version < 5 && (p->keyspace.data || p->has_now))
		return cd_fail(err, COODIE_ERR_INVALID, "EXECUTE: %s needs protocol v5",
			       p->keyspace.data ? "a keyspace" : "now_in_seconds");
	return true;
}

cql_execute *cql_execute_new(const cql_result *prepared, const cql_params *params, unsigned version,
			     const cql_terms *terms, const coodie_allocator *allocator,
			     coodie_error *err)
{
	static const cql_params plain = { .consistency = CQL_CONSISTENCY_ONE };

	cd_clear(err);
	params = params ? params : &plain;
	if (prepared->kind != COODIE_RESULT_PREPARED)
		return cd_fail_null(err, COODIE_ERR_INVALID, "EXECUTE needs a PREPARED result");
	if (version < CD_VERSION_MIN || version > CD_VERSION_MAX)
		return cd_fail_null(err, COODIE_ERR_INVALID, "protocol version %u; use 4 or 5",
				    version);
	if (!check_params(params, version, err))
		return NULL;
	const struct cd_execute_parts parts = { .id = prepared->id,
						.metadata_id = prepared->metadata_id,
						.params = params,
						.version = version,
						.terms = terms };
	cql_execute *e = begin(version, allocator);
	if (e && set_markers(e, &prepared->markers) && set_chunks(e, &parts))
		return e;
	cql_execute_free(e);
	return cd_fail_null(err, COODIE_ERR_NO_MEMORY, "out of memory for an EXECUTE");
}

void cql_execute_free(cql_execute *e)
{
	if (!e)
		return;
	coodie_allocator allocator = e->allocator;
	cd_arena_deinit(&e->arena);
	cd_release(&allocator, e);
}

/* ---- writing -------------------------------------------------------------------------------- */

void cd_execute_blame(const cql_execute *e, uint16_t i, coodie_error *err)
{
	if (err && err->code != COODIE_ERR_NO_MEMORY)
		cd_error_prefix(err, "value %u (%.60s)", i + 1u, e->names[i]);
}

static bool put_body(struct cd_buffer *b, const cql_execute *e, int64_t timestamp_us,
		     const cql_value *values, coodie_error *err)
{
	uint16_t where = 0;

	cd_buffer_bytes(b, e->head.at + CQL_HEADER_SIZE, e->head.len - CQL_HEADER_SIZE);
	if (!b->failed && !cd_bind_values(b, &e->markers, values, &where, err)) {
		cd_execute_blame(e, where, err);
		return false;
	}
	uint8_t *tail = cd_buffer_grow(b, e->tail.len);
	if (tail && e->tail.len)
		memcpy(tail, e->tail.at, e->tail.len);
	if (tail && e->timestamp >= 0)
		cd_put_be64(tail + e->timestamp, (uint64_t)timestamp_us);
	return true; /* an outbox tells of its buffer itself */
}

bool cd_execute_check_count(const cql_execute *e, size_t count, coodie_error *err)
{
	if (count == e->markers.count)
		return true;
	return cd_fail(err, COODIE_ERR_INVALID, "the statement has %u marker%s, %zu value%s given",
		       e->markers.count, e->markers.count == 1 ? "" : "s", count,
		       count == 1 ? " was" : "s were");
}

static bool check(cql_outbox *out, const cql_execute *e, size_t count, coodie_error *err)
{
	if (out->out.role != CQL_CLIENT)
		return cd_fail(err, COODIE_ERR_INVALID, "EXECUTE is a client's, not a server's");
	return cd_execute_check_count(e, count, err) &&
	       cd_framing_set_version(out, e->version, err);
}

/* Any case. The usual one finds room next time. */
static __attribute__((noinline)) bool write_any(cql_outbox *out, const cql_execute *e,
						int16_t stream, int64_t timestamp_us,
						cql_args values, coodie_error *err)
{
	cd_clear(err);
	if (!check(out, e, values.count, err))
		return false;
	size_t mark = cd_outbox_begin(&out->out, 0, stream, CQL_OP_EXECUTE);
	if (!put_body(&out->out.bytes, e, timestamp_us, values.values, err)) {
		cd_outbox_abort(&out->out, mark);
		return false;
	}
	if (!cd_outbox_end(&out->out, mark, err))
		return false;
	if (out->plain_version == e->plain_version && !cd_buffer_reserve(&out->out.bytes, e->room))
		out->out.bytes.failed = false; /* it was only for the next one */
	return true;
}

/* The usual case in one run: into a warm buffer, usual values. Nothing counts before the end, when the
 * buffer's length is set; what is unusual starts again in write_any(). */
bool cql_execute_write(cql_outbox *out, const cql_execute *e, int16_t stream, int64_t timestamp_us,
		       cql_args values, coodie_error *err)
{
	struct cd_buffer *b = &out->out.bytes;

	if (out->plain_version != e->plain_version || b->cap - b->len < e->room ||
	    values.count != e->markers.count || (err && err->code != COODIE_OK) ||
	    !cd_outbox_fits(&out->out, e->room))
		return write_any(out, e, stream, timestamp_us, values, err);
	uint8_t *start = b->data + b->len;
	cd_chunk_copy(start, &e->head);
	uint8_t *at = cd_bind_usual(start + e->head.len, &e->markers, values.values);
	if (!at)
		return write_any(out, e, stream, timestamp_us, values, err);
	if (e->tail.len) {
		cd_chunk_copy(at, &e->tail);
		if (e->timestamp >= 0)
			cd_put_be64(at + e->timestamp, (uint64_t)timestamp_us);
		at += e->tail.len;
	}
	cd_put_be16(start + 2, (uint16_t)stream);
	cd_put_be32(start + 5, (uint32_t)(at - start) - CQL_HEADER_SIZE);
	b->len = (size_t)(at - b->data);
	return true;
}

/* ---- kept ------------------------------------------------------------------------------------ */

static inline void finish(uint8_t *start, size_t len, const cql_execute *e,
			  const struct cd_execution *x)
{
	if (x->consistency != CQL_CONSISTENCY_UNSET)
		cd_put_be16(start + e->level, (uint16_t)(x->consistency - 1));
	if (e->timestamp >= 0)
		cd_put_be64(start + len - e->tail.len + (size_t)e->timestamp,
			    (uint64_t)x->timestamp_us);
	cd_put_be32(start + 5, (uint32_t)len - CQL_HEADER_SIZE);
}

/* Any values. */
static __attribute__((noinline)) bool put_any(struct cd_buffer *kept, const cql_execute *e,
					      const struct cd_execution *x, uint16_t *where,
					      coodie_error *err)
{
	size_t start = kept->len;

	cd_buffer_reserve(kept, e->room);
	cd_buffer_bytes(kept, e->head.at, e->head.len);
	if (!cd_bind_values(kept, &e->markers, x->values, where, err)) {
		cd_buffer_truncate(kept, start);
		return false;
	}
	cd_buffer_bytes(kept, e->tail.at, e->tail.len);
	if (!kept->failed)
		finish(kept->data + start, kept->len - start, e, x);
	return true;
}

bool cd_execute_put(struct cd_buffer *kept, const cql_execute *e, const struct cd_execution *x,
		    uint16_t *where, coodie_error *err)
{
	if (kept->failed || kept->cap - kept->len < e->room)
		return put_any(kept, e, x, where, err);
	uint8_t *start = kept->data + kept->len;
	cd_chunk_copy(start, &e->head);
	uint8_t *at = cd_bind_usual(start + e->head.len, &e->markers, x->values);
	if (!at)
		return put_any(kept, e, x, where, err);
	if (e->tail.len)
		cd_chunk_copy(at, &e->tail);
	at += e->tail.len;
	finish(start, (size_t)(at - start), e, x);
	kept->len = (size_t)(at - kept->data);
	return true;
}
