/* SPDX-License-Identifier: MIT */
/* RESULT: its five kinds (v4 section 4.2.5). */
#include "proto/result.h"

#include <inttypes.h>

#include "base/error.h"
#include "proto/event.h"
#include "proto/type.h"

/* The bits of <flags> in <metadata>. */
enum {
	GLOBAL_TABLE = 0x01,
	HAS_MORE_PAGES = 0x02,
	NO_METADATA = 0x04,
	METADATA_CHANGED = 0x08,
};

/* Metadata of no columns. */
static const cql_column_spec no_columns[1];

static bool has_metadata_id(unsigned version, const cql_terms *terms)
{
	return version >= 5 || terms->metadata_id;
}

/* ---- read ----------------------------------------------------------------------------------- */

static void read_column(struct cd_decoder *d, const cql_column_spec *table, uint32_t i,
			cql_column_spec *out)
{
	out->keyspace = table ? table->keyspace : cd_decode_text(d, "columns");
	out->table = table ? table->table : cd_decode_text(d, "columns");
	out->name = cd_decode_text(d, "columns");
	if (d->r.failed)
		return;
	out->type = cd_type_decode(&d->r, d->arena, d->terms->max_depth, d->err);
	if (out->type)
		return;
	cd_error_prefix(d->err, "column %" PRIu32 " (%.*s)", i + 1,
			out->name.len < 40 ? (int)out->name.len : 40, out->name.data);
	cd_decode_told(d);
}

/* <global table spec?><column specs>. A spec has a name's length and a type at least. */
static const cql_column_spec *read_columns(struct cd_decoder *d, uint32_t flags, uint32_t count)
{
	bool global = flags & GLOBAL_TABLE;
	cql_column_spec table = { .type = NULL };

	if (global) {
		table.keyspace = cd_decode_text(d, "table name");
		table.table = cd_decode_text(d, "table name");
	}
	cql_column_spec *at = cd_decode_list(d, count, global ? 4 : 8, sizeof *at, "columns");
	for (uint32_t i = 0; at && i < count && !d->r.failed; i++)
		read_column(d, global ? &table : NULL, i, &at[i]);
	return at ? at : no_columns;
}

static uint32_t read_count(struct cd_decoder *d, int32_t most, const char *field)
{
	int32_t count = cd_decode_i32(d, field);

	if (count < 0 || count > most)
		cd_decode_fail(d, COODIE_ERR_PROTOCOL, "%" PRId32 " %s", count, field);
	return (uint32_t)count;
}

static void read_metadata(struct cd_decoder *d, cql_metadata *out)
{
	uint32_t flags = (uint32_t)cd_decode_i32(d, "metadata");
	bool none = flags & NO_METADATA;

	/* without metadata nothing else bounds the number */
	out->column_count = read_count(d, none ? UINT16_MAX : INT32_MAX,
				       none ? "columns without metadata" : "columns");
	if (flags & HAS_MORE_PAGES)
		out->paging_state = cd_decode_bytes(d, "paging state");
	if (flags & METADATA_CHANGED && has_metadata_id(d->version, d->terms))
		out->new_metadata_id = cd_decode_short_bytes(d, "new metadata id");
	/* with no-metadata the global bit may still be set, but no names follow */
	if (!none)
		out->columns = read_columns(d, flags, out->column_count);
}

static void read_rows(struct cd_decoder *d, cql_result *out)
{
	read_metadata(d, &out->metadata);
	uint32_t count = read_count(d, INT32_MAX, "rows");
	size_t left = cd_reader_left(&d->r);
	uint64_t least = 4 * (uint64_t)out->metadata.column_count; /* each cell has a length */

	if (d->r.failed)
		return;
	if (count * least > left || (count && !least))
		cd_decode_fail(d, COODIE_ERR_PROTOCOL,
			       "%" PRIu32 " rows of %" PRIu32 " columns in %zu bytes", count,
			       out->metadata.column_count, left);
	out->row_count = count;
	out->rows = (cql_blob){ d->r.at, left };
}

static void read_markers(struct cd_decoder *d, cql_markers *out)
{
	uint32_t flags = (uint32_t)cd_decode_i32(d, "markers");

	out->extra_flags = flags & ~(uint32_t)GLOBAL_TABLE;
	out->column_count = read_count(d, UINT16_MAX, "markers");
	uint32_t keys = read_count(d, UINT16_MAX, "partition key indexes");
	uint16_t *indexes = cd_decode_list(d, keys, 2, sizeof *indexes, "partition key indexes");
	for (uint32_t i = 0; indexes && i < keys; i++)
		indexes[i] = cd_reader_be16(&d->r);
	out->key_indexes = indexes;
	out->key_count = (uint16_t)keys;
	out->columns = read_columns(d, flags, out->column_count);
}

static void read_prepared(struct cd_decoder *d, cql_result *out)
{
	out->id = cd_decode_short_bytes(d, "id");
	if (has_metadata_id(d->version, d->terms))
		out->metadata_id = cd_decode_short_bytes(d, "metadata id");
	read_markers(d, &out->markers);
	read_metadata(d, &out->metadata);
}

static void read_keyspace(struct cd_decoder *d, cql_result *out)
{
	out->keyspace = cd_decode_text(d, "keyspace");
}

static void read_change(struct cd_decoder *d, cql_result *out)
{
	cd_read_schema_change(d, &out->change);
}

static void read_void(struct cd_decoder *d, cql_result *out)
{
	(void)d;
	(void)out;
}

/* ---- written -------------------------------------------------------------------------------- */

static bool same(cql_text a, cql_text b)
{
	return a.len == b.len && (a.data == b.data || !a.len || !memcmp(a.data, b.data, a.len));
}

/* Whether all columns are of one table: its names are then written once. */
static bool one_table(const cql_column_spec *at, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (!same(at[i].keyspace, at->keyspace) || !same(at[i].table, at->table))
			return false;
	return count > 0;
}

static void write_column(struct cd_encoder *w, const cql_column_spec *c, bool with_table)
{
	if (with_table) {
		cd_encode_text(w, c->keyspace, "a column's keyspace");
		cd_encode_text(w, c->table, "a column's table");
	}
	cd_encode_text(w, c->name, "a column's name");
	if (c->type)
		cd_type_encode(w->b, c->type, w->version);
	else
		cd_refuse(w, "a column's type: missing");
}

static void write_columns(struct cd_encoder *w, const cql_column_spec *at, uint32_t count)
{
	bool global = one_table(at, count);

	if (global) {
		cd_encode_text(w, at->keyspace, "a column's keyspace");
		cd_encode_text(w, at->table, "a column's table");
	}
	for (uint32_t i = 0; i < count && !w->told; i++)
		write_column(w, &at[i], !global);
}

static void write_metadata(struct cd_encoder *w, const cql_metadata *m)
{
	uint32_t flags = (m->columns && one_table(m->columns, m->column_count) ? GLOBAL_TABLE
									       : 0u) |
			 (m->paging_state.data ? HAS_MORE_PAGES : 0u) |
			 (m->columns ? 0u : NO_METADATA) |
			 (m->new_metadata_id.data ? METADATA_CHANGED : 0u);

	if (m->new_metadata_id.data && !has_metadata_id(w->version, w->terms))
		cd_refuse(w,
			  "new_metadata_id: needs protocol version 5, or SCYLLA_USE_METADATA_ID");
	if (m->column_count > INT32_MAX)
		cd_refuse(w, "column_count: %" PRIu32, m->column_count);
	cd_buffer_be32(w->b, flags);
	cd_buffer_be32(w->b, m->column_count);
	if (m->paging_state.data)
		cd_encode_bytes(w, m->paging_state, "paging_state");
	if (m->new_metadata_id.data)
		cd_encode_short_bytes(w, m->new_metadata_id, "new_metadata_id");
	if (m->columns)
		write_columns(w, m->columns, m->column_count);
}

static void write_rows(struct cd_encoder *w, const cql_result *r)
{
	write_metadata(w, &r->metadata);
	if (r->row_count > INT32_MAX)
		cd_refuse(w, "row_count: %" PRIu32, r->row_count);
	cd_buffer_be32(w->b, r->row_count);
	cd_buffer_bytes(w->b, r->rows.data, r->rows.len);
}

static void write_prepared(struct cd_encoder *w, const cql_result *r)
{
	const cql_markers *m = &r->markers;

	cd_encode_short_bytes(w, r->id, "id");
	if (has_metadata_id(w->version, w->terms))
		cd_encode_short_bytes(w, r->metadata_id, "metadata_id");
	else if (r->metadata_id.data)
		cd_refuse(w, "metadata_id: needs protocol version 5, or SCYLLA_USE_METADATA_ID");
	if (m->column_count > UINT16_MAX)
		cd_refuse(w, "%" PRIu32 " markers; 65535 is the most", m->column_count);
	cd_buffer_be32(w->b, (m->extra_flags & ~(uint32_t)GLOBAL_TABLE) |
				     (one_table(m->columns, m->column_count) ? GLOBAL_TABLE : 0u));
	cd_buffer_be32(w->b, m->column_count);
	cd_buffer_be32(w->b, m->key_count);
	for (uint16_t i = 0; i < m->key_count; i++)
		cd_buffer_be16(w->b, m->key_indexes[i]);
	write_columns(w, m->columns, m->column_count);
	write_metadata(w, &r->metadata);
}

static void write_keyspace(struct cd_encoder *w, const cql_result *r)
{
	cd_encode_text(w, r->keyspace, "keyspace");
}

static void write_change(struct cd_encoder *w, const cql_result *r)
{
	cd_write_schema_change(w, &r->change);
}

static void write_void(struct cd_encoder *w, const cql_result *r)
{
	(void)w;
	(void)r;
}

/* ---- the kinds ------------------------------------------------------------------------------ */

static const struct {
	void (*read)(struct cd_decoder *d, cql_result *out);
	void (*write)(struct cd_encoder *w, const cql_result *r);
} kinds[] = {
	[COODIE_RESULT_VOID] = { read_void, write_void },
	[COODIE_RESULT_ROWS] = { read_rows, write_rows },
	[COODIE_RESULT_SET_KEYSPACE] = { read_keyspace, write_keyspace },
	[COODIE_RESULT_PREPARED] = { read_prepared, write_prepared },
	[COODIE_RESULT_SCHEMA_CHANGE] = { read_change, write_change },
};

static bool is_known(uint32_t kind)
{
	return kind < sizeof kinds / sizeof kinds[0] && kinds[kind].read;
}

void cd_read_result(struct cd_decoder *d, cql_message *m)
{
	uint32_t kind = (uint32_t)cd_decode_i32(d, "kind");

	m->as.result.kind = (enum coodie_result_kind)kind;
	if (d->r.failed)
		return;
	if (is_known(kind))
		kinds[kind].read(d, &m->as.result);
	else
		cd_decode_fail(d, COODIE_ERR_PROTOCOL, "unknown kind %" PRIu32, kind);
}

void cd_write_result(struct cd_encoder *w, const cql_message *m)
{
	uint32_t kind = (uint32_t)m->as.result.kind;

	cd_buffer_be32(w->b, kind);
	if (is_known(kind))
		kinds[kind].write(w, &m->as.result);
	else
		cd_refuse(w, "kind: %" PRIu32 " is unknown", kind);
}

/* ---- the same columns again ------------------------------------------------------------------ */

/* Kind, flags and number of the columns. */
enum { HEAD = 12 };

bool cd_result_know(struct cd_known_columns *known, const cql_metadata *m, cql_blob body,
		    struct cd_arena *a)
{
	const cql_column_spec *at = m->columns;

	*known = (struct cd_known_columns){ .count = m->column_count };
	if (!at || !known->count)
		return true;
	/* A name's length stands in front of it. They end the body, or what is behind them makes
	 * them other columns. */
	const uint8_t *from = (const uint8_t *)at->keyspace.data - 2;
	size_t len = (size_t)(body.data + body.len - from);
	uint8_t *copy = cd_arena_take(a, HEAD + len);
	if (!copy)
		return false;
	memcpy(copy + HEAD, from, len);
	known->one_table = known->count > 1 && at[1].keyspace.data == at->keyspace.data;
	known->head = (cql_blob){ copy, HEAD + len };
	known->bytes = (cql_blob){ copy + HEAD, len };
	cd_put_be32(copy, COODIE_RESULT_ROWS);
	cd_put_be32(copy + 4, known->one_table ? GLOBAL_TABLE : 0);
	cd_put_be32(copy + 8, known->count);
	return true;
}

static bool skip_known(struct cd_reader *r, uint32_t flags, const struct cd_known_columns *known)
{
	bool one_table = flags & GLOBAL_TABLE;

	if (flags & NO_METADATA)
		return true;
	/* Of one column both forms are alike. */
	if (!known->bytes.data || (one_table != known->one_table && known->count > 1))
		return false;
	const uint8_t *at = cd_reader_take(r, known->bytes.len);
	return at && memcmp(at, known->bytes.data, known->bytes.len) == 0;
}

/* What `r` stands before are the number of rows and the rows. */
static bool open_rows(struct cd_reader r, uint32_t columns, cql_result *out)
{
	uint32_t count = cd_reader_be32(&r);
	size_t left = cd_reader_left(&r);

	if (r.failed || count > INT32_MAX || count * 4 * (uint64_t)columns > left)
		return false;
	out->row_count = count;
	out->rows = (cql_blob){ r.at, left };
	return true;
}

/* Columns that are left out, a paging state, or none of it. */
static bool open_any(struct cd_reader r, const struct cd_known_columns *known, cql_result *out)
{
	uint32_t kind = cd_reader_be32(&r), flags = cd_reader_be32(&r);

	if (kind != COODIE_RESULT_ROWS || flags & METADATA_CHANGED ||
	    cd_reader_be32(&r) != known->count || !known->count)
		return false;
	if (flags & HAS_MORE_PAGES) {
		struct cd_span state = cd_read_bytes(&r);
		out->metadata.paging_state = (cql_blob){ state.at, state.len };
	}
	return skip_known(&r, flags, known) && open_rows(r, known->count, out);
}

bool cd_result_open(const cql_envelope *e, const struct cd_known_columns *known, cql_result *out)
{
	const uint8_t extra = CQL_FLAG_TRACING | CQL_FLAG_WARNINGS | CQL_FLAG_CUSTOM_PAYLOAD;
	const cql_blob body = e->body, *head = &known->head;

	if (e->flags & extra)
		return false;
	out->metadata.paging_state = (cql_blob){ NULL, 0 };
	if (!head->len || body.len < head->len || memcmp(body.data, head->data, head->len) != 0)
		return open_any(cd_reader_over(body.data, body.len), known, out);
	return open_rows(cd_reader_over(body.data + head->len, body.len - head->len), known->count,
			 out);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static bool cut_short(coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_PROTOCOL, "RESULT: the body ends inside its rows");
}

/* Goes behind so many cells. By hand, as a page has tens of thousands. */
static bool skip_cells(const uint8_t **from, const uint8_t *end, uint64_t cells)
{
	const uint8_t *at = *from;

	for (; cells; cells--) {
		if (end - at < 4)
			return false;
		uint32_t len = cd_get_be32(at);
		at += 4;
		if (len <= (size_t)(end - at))
			at += len;
		else if (len <= INT32_MAX) /* more is a negative length, which is null */
			return false;
	}
	*from = at;
	return true;
}

bool cd_result_walk(cql_result *r, coodie_error *err)
{
	const uint8_t *at = r->rows.data;

	if (r->kind != COODIE_RESULT_ROWS)
		return true;
	if (!skip_cells(&at, at + r->rows.len, (uint64_t)r->row_count * r->metadata.column_count))
		return cut_short(err);
	r->rows.len = (size_t)(at - r->rows.data);
	return true;
}

bool cql_rows_next(cql_blob *rows, coodie_cell *cells, uint32_t count, coodie_error *err)
{
	struct cd_reader r = cd_reader_over(rows->data, rows->len);

	cd_clear(err);
	if (!rows->len || !count)
		return false;
	if (!cd_row_next(&r, count, cells))
		return cut_short(err);
	rows->data = r.at;
	rows->len = cd_reader_left(&r);
	return true;
}
