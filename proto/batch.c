/* SPDX-License-Identifier: MIT */
/* BATCH from templates and from encoded statements. */
#include "proto/batch.h"

#include <coodie/execute.h>

#include "base/error.h"
#include "proto/execute.h"
#include "proto/framing.h"
#include "proto/request.h"

/* ---- statements, encoded -------------------------------------------------------------------- */

enum { KIND = 1, SHORT = 2 };

void cd_batch_put_head(struct cd_buffer *items, cql_blob id, uint16_t value_count)
{
	uint8_t *at;

	if (id.len > UINT16_MAX)
		items->failed = items->too_long = true;
	at = cd_buffer_grow(items, KIND + SHORT + id.len + SHORT);
	if (!at)
		return;
	at[0] = CD_BATCH_PREPARED;
	cd_put_be16(at + KIND, (uint16_t)id.len);
	if (id.len)
		memcpy(at + KIND + SHORT, id.data, id.len);
	cd_put_be16(at + KIND + SHORT + id.len, value_count);
}

/* Any case. */
static __attribute__((noinline)) bool put_any(struct cd_buffer *items, const cql_execute *e,
					      const cql_value *values, uint16_t *where,
					      coodie_error *err)
{
	size_t start = items->len;

	cd_buffer_reserve(items, e->item_room);
	cd_buffer_bytes(items, e->item.at, e->item.len);
	if (cd_bind_values(items, &e->markers, values, where, err))
		return true;
	cd_buffer_truncate(items, start);
	return false;
}

/* The usual one, into a warm buffer. */
static inline bool put_usual(struct cd_buffer *items, const cql_execute *e, const cql_value *values)
{
	if (items->cap - items->len < e->item_room || !cd_batch_is_usual(e))
		return false;
	uint8_t *end = cd_batch_put_usual(items->data + items->len, e, values);
	if (end)
		items->len = (size_t)(end - items->data);
	return end;
}

bool cd_batch_put(struct cd_buffer *items, const cql_execute *e, const cql_value *values,
		  uint16_t *where, coodie_error *err)
{
	return put_usual(items, e, values) || put_any(items, e, values, where, err);
}

void cd_batch_put_text(struct cd_buffer *items, cql_text cql)
{
	cd_buffer_u8(items, CD_BATCH_TEXT);
	cd_buffer_be32(items, (uint32_t)cql.len);
	cd_buffer_bytes(items, cql.data, cql.len);
	cd_buffer_be16(items, 0);
}

cql_blob cd_batch_id(const struct cd_buffer *items, size_t at)
{
	const uint8_t *item = items->data + at;

	return (cql_blob){ item + KIND + SHORT, (size_t)item[KIND] << 8 | item[KIND + 1] };
}

struct cd_span cd_batch_values(const struct cd_buffer *items, size_t at)
{
	size_t start = at + KIND + SHORT + cd_batch_id(items, at).len + SHORT;

	return (struct cd_span){ items->data + start, items->len - start };
}

size_t cd_batch_next(const struct cd_buffer *items, size_t at)
{
	const uint8_t *values = cd_batch_values(items, at).at;

	for (unsigned left = (unsigned)values[-2] << 8 | values[-1]; left; left--) {
		uint32_t len = cd_get_be32(values);
		values += 4 + (len <= INT32_MAX ? len : 0); /* null and unset are negative */
	}
	return (size_t)(values - items->data);
}

bool cd_batch_change_id(struct cd_buffer *items, size_t at, cql_blob id)
{
	if (cd_batch_id(items, at).len != id.len)
		return false;
	if (id.len)
		memcpy(items->data + at + KIND + SHORT, id.data, id.len);
	return true;
}

/* ---- the message ---------------------------------------------------------------------------- */

static struct cd_encoder encoder(struct cd_outbox *out, coodie_error *err)
{
	return (struct cd_encoder){ .b = &out->bytes,
				    .version = out->version,
				    .what = cql_opcode_name(CQL_OP_BATCH),
				    .err = err };
}

bool cd_batch_write(struct cd_outbox *out, uint8_t flags, int16_t stream,
		    const struct cd_batch *batch, coodie_error *err)
{
	struct cd_encoder w = encoder(out, err);
	size_t mark = cd_outbox_begin(out, flags, stream, CQL_OP_BATCH);

	cd_write_batch_head(&w, batch->type, batch->count);
	cd_buffer_bytes(w.b, batch->items.at, batch->items.len);
	cd_write_batch_tail(&w, batch->params);
	if (!w.told)
		return cd_outbox_end(out, mark, err);
	cd_outbox_abort(out, mark);
	return false;
}

bool cd_batch_wrap(struct cd_buffer *kept, uint8_t version, uint8_t flags,
		   const struct cd_batch *batch, coodie_error *err)
{
	struct cd_encoder w = { .b = kept, .version = version, .what = "BATCH", .err = err };
	size_t len = kept->len;

	cd_write_batch_tail(&w, batch->params);
	if (w.told) {
		cd_buffer_truncate(kept, len);
		return false;
	}
	if (kept->failed)
		return true;
	const struct cd_header header = { .version = version,
					  .flags = flags,
					  .opcode = CQL_OP_BATCH,
					  .length = (int32_t)(kept->len - CQL_HEADER_SIZE) };
	cd_header_write(kept->data, &header);
	kept->data[CQL_HEADER_SIZE] = (uint8_t)batch->type;
	cd_put_be16(kept->data + CQL_HEADER_SIZE + 1, batch->count);
	return true;
}

/* ---- from templates ------------------------------------------------------------------------- */

/* Where the number of statements stands. */
enum { COUNT_AT = CQL_HEADER_SIZE + 1 };

bool cql_batch_begin(cql_batch *b, cql_outbox *out, enum cql_batch_type type, unsigned version,
		     int16_t stream, coodie_error *err)
{
	cd_clear(err);
	if (out->out.role != CQL_CLIENT)
		return cd_fail(err, COODIE_ERR_INVALID, "BATCH is a client's, not a server's");
	if (!cd_framing_set_version(out, version, err))
		return false;
	struct cd_encoder w = encoder(&out->out, err);
	size_t mark = cd_outbox_begin(&out->out, 0, stream, CQL_OP_BATCH);
	cd_write_batch_head(&w, type, 0);
	if (w.told || w.b->failed) {
		cd_outbox_abort(&out->out, mark);
		return w.told ? false : cd_no_memory(err, "a batch");
	}
	*b = (cql_batch){ .out = out, .mark = mark };
	return true;
}

static bool check_count(const cql_batch *b, coodie_error *err)
{
	return b->count < UINT16_MAX ||
	       cd_fail(err, COODIE_ERR_INVALID, "a batch of more than %d statements", UINT16_MAX);
}

static __attribute__((noinline)) bool add_any(cql_batch *b, const cql_execute *e, cql_args values,
					      coodie_error *err)
{
	struct cd_buffer *to = &b->out->out.bytes;
	size_t start = to->len;
	uint16_t where = 0;

	cd_clear(err);
	if (!cd_execute_check_count(e, values.count, err) || !check_count(b, err))
		return false;
	if (!put_any(to, e, values.values, &where, err)) {
		cd_execute_blame(e, where, err);
		return false;
	}
	if (to->failed) {
		cd_buffer_truncate(to, start);
		return cd_no_memory(err, "a statement of a batch");
	}
	b->count++;
	return true;
}

bool cql_batch_add(cql_batch *b, const cql_execute *e, cql_args values, coodie_error *err)
{
	if (values.count != e->markers.count || b->count >= UINT16_MAX ||
	    (err && err->code != COODIE_OK) || !put_usual(&b->out->out.bytes, e, values.values))
		return add_any(b, e, values, err);
	b->count++;
	return true;
}

bool cql_batch_add_item(cql_batch *b, const cql_batch_item *item, coodie_error *err)
{
	struct cd_encoder w = encoder(&b->out->out, err);
	size_t start = w.b->len;

	cd_clear(err);
	if (!check_count(b, err))
		return false;
	cd_write_batch_item(&w, item);
	if (!w.told && !w.b->failed) {
		b->count++;
		return true;
	}
	cd_buffer_truncate(w.b, start);
	return w.told ? false : cd_no_memory(err, "a statement of a batch");
}

bool cql_batch_end(cql_batch *b, const cql_params *params, coodie_error *err)
{
	static const cql_params plain = { .consistency = CQL_CONSISTENCY_ONE };
	struct cd_outbox *out = &b->out->out;
	struct cd_encoder w = encoder(out, err);

	cd_clear(err);
	cd_put_be16(w.b->data + b->mark + COUNT_AT, (uint16_t)b->count);
	cd_write_batch_tail(&w, params ? params : &plain);
	if (!w.told)
		return cd_outbox_end(out, b->mark, err);
	cd_outbox_abort(out, b->mark);
	return false;
}

void cql_batch_abort(cql_batch *b)
{
	cd_outbox_abort(&b->out->out, b->mark);
}
