/* SPDX-License-Identifier: MIT */
/* RESULT: its five kinds (v4 section 4.2.5). */
#include "proto/result.h"

#include "base/error.h"

/* The bits of <flags> in <metadata>. */
enum {
	GLOBAL_TABLE = 0x01,
	HAS_MORE_PAGES = 0x02,
	NO_METADATA = 0x04,
	METADATA_CHANGED = 0x08,
};

struct decoder {
	struct cd_reader *r;
	unsigned version, max_depth;
	struct cd_arena *arena;
	bool no_memory;
	coodie_error *err;
};

static bool cut_short(struct decoder *d, const char *what)
{
	if (d->no_memory)
		return cd_no_memory(d->err, "a result's metadata");
	return cd_fail(d->err, COODIE_ERR_PROTOCOL, "RESULT: the body ends inside its %s", what);
}

static const char *read_name(struct decoder *d)
{
	return cd_read_string_copy(d->r, d->arena, &d->no_memory);
}

/* <global table spec?><column specs>. A spec has five bytes at least: its name's length and its
 * type. */
static bool read_columns(struct decoder *d, uint32_t flags, uint32_t count, struct cd_columns *out)
{
	const char *keyspace = NULL, *table = NULL;

	if (flags & GLOBAL_TABLE && (!(keyspace = read_name(d)) || !(table = read_name(d))))
		return cut_short(d, "table name");
	if (count > cd_reader_left(d->r) / 4)
		return cd_fail(d->err, COODIE_ERR_PROTOCOL, "RESULT: %u columns in %zu bytes",
			       (unsigned)count, cd_reader_left(d->r));
	struct cd_column_spec *at = cd_arena_take_array(d->arena, count ? count : 1, sizeof *at);
	if (!at)
		return cd_no_memory(d->err, "a result's metadata");
	for (uint32_t i = 0; i < count; i++) {
		at[i].keyspace = keyspace ? keyspace : read_name(d);
		at[i].table = table ? table : read_name(d);
		at[i].name = read_name(d);
		if (!at[i].keyspace || !at[i].table || !at[i].name)
			return cut_short(d, "columns");
		at[i].type = cd_type_decode(d->r, d->arena, d->max_depth, d->err);
		if (!at[i].type) {
			cd_error_prefix(d->err, "RESULT: column %u (%.40s)", (unsigned)i + 1,
					at[i].name);
			return false;
		}
	}
	out->at = at;
	out->count = count;
	return true;
}

static bool read_metadata(struct decoder *d, struct cd_rows_metadata *out)
{
	uint32_t flags = cd_reader_be32(d->r);
	int32_t count = (int32_t)cd_reader_be32(d->r);

	if (flags & HAS_MORE_PAGES)
		out->paging_state = cd_read_bytes(d->r);
	if (flags & METADATA_CHANGED)
		out->new_metadata_id = cd_read_short_bytes(d->r);
	if (d->r->failed)
		return cut_short(d, "metadata");
	if (count < 0)
		return cd_fail(d->err, COODIE_ERR_PROTOCOL, "RESULT: %d columns", (int)count);
	if (flags & NO_METADATA && count > UINT16_MAX) /* nothing else bounds it */
		return cd_fail(d->err, COODIE_ERR_PROTOCOL, "RESULT: %d columns without metadata",
			       (int)count);
	out->columns.count = (uint32_t)count;
	/* with no-metadata the global bit may still be set, but no names follow */
	out->has_columns = !(flags & NO_METADATA);
	return !out->has_columns || read_columns(d, flags, (uint32_t)count, &out->columns);
}

static bool read_rows(struct decoder *d, struct cd_result *out)
{
	if (!read_metadata(d, &out->metadata))
		return false;
	int32_t count = (int32_t)cd_reader_be32(d->r);
	size_t left = cd_reader_left(d->r);
	uint64_t least = 4 * (uint64_t)out->metadata.columns.count; /* each cell has a length */

	if (d->r->failed)
		return cut_short(d, "row count");
	if (count < 0 || (uint64_t)count * (least ? least : 1) > left)
		return count == 0 ||
		       cd_fail(d->err, COODIE_ERR_PROTOCOL,
			       "RESULT: %d rows of %u columns in %zu bytes", (int)count,
			       (unsigned)out->metadata.columns.count, left);
	out->row_count = (uint32_t)count;
	out->rows = (struct cd_span){ d->r->at, left };
	return true;
}

static bool read_pk_indexes(struct decoder *d, struct cd_prepared_result *out)
{
	int32_t count = (int32_t)cd_reader_be32(d->r);

	if (d->r->failed || count < 0 || (size_t)count > cd_reader_left(d->r) / 2 ||
	    count > UINT16_MAX)
		return cut_short(d, "partition key indexes");
	out->pk_indexes = cd_arena_take_array(d->arena, count ? (size_t)count : 1,
					      sizeof *out->pk_indexes);
	if (!out->pk_indexes)
		return cd_no_memory(d->err, "a prepared statement");
	for (int32_t i = 0; i < count; i++)
		out->pk_indexes[i] = cd_reader_be16(d->r);
	out->pk_count = (uint16_t)count;
	return true;
}

static bool read_prepared(struct decoder *d, struct cd_result *out)
{
	struct cd_prepared_result *p = &out->prepared;

	p->id = cd_read_short_bytes(d->r);
	if (d->version >= 5)
		p->metadata_id = cd_read_short_bytes(d->r);
	p->bind_flags = cd_reader_be32(d->r);
	int32_t count = (int32_t)cd_reader_be32(d->r);
	if (d->r->failed)
		return cut_short(d, "statement id");
	if (count < 0 || count > UINT16_MAX)
		return cd_fail(d->err, COODIE_ERR_PROTOCOL, "RESULT: %d bind markers", (int)count);
	return read_pk_indexes(d, p) &&
	       read_columns(d, p->bind_flags, (uint32_t)count, &p->binds) &&
	       read_metadata(d, &p->result);
}

static bool read_set_keyspace(struct decoder *d, struct cd_result *out)
{
	out->keyspace = cd_read_string(d->r);
	return !d->r->failed || cut_short(d, "keyspace");
}

static bool read_schema_change(struct decoder *d, struct cd_result *out)
{
	return cd_read_schema_change(d->r, &out->change, d->err);
}

static bool read_void(struct decoder *d, struct cd_result *out)
{
	(void)d;
	(void)out;
	return true;
}

bool cd_read_result(struct cd_reader *r, unsigned version, struct cd_arena *a, unsigned max_depth,
		    struct cd_result *out, coodie_error *err)
{
	static bool (*const readers[])(struct decoder *, struct cd_result *) = {
		[CD_RESULT_VOID] = read_void,
		[CD_RESULT_ROWS] = read_rows,
		[CD_RESULT_SET_KEYSPACE] = read_set_keyspace,
		[CD_RESULT_PREPARED] = read_prepared,
		[CD_RESULT_SCHEMA_CHANGE] = read_schema_change,
	};
	struct decoder d = {
		.r = r, .version = version, .max_depth = max_depth, .arena = a, .err = err
	};
	uint32_t kind = cd_reader_be32(r);

	*out = (struct cd_result){ .kind = (enum cd_result_kind)kind };
	if (r->failed)
		return cut_short(&d, "kind");
	if (kind >= sizeof readers / sizeof readers[0] || !readers[kind])
		return cd_fail(err, COODIE_ERR_PROTOCOL, "RESULT: unknown kind %u", (unsigned)kind);
	return readers[kind](&d, out);
}

/* ---- as a server writes them ---------------------------------------------------------------- */

/* Whether all columns are of one table: its names are then written once. */
static bool one_table(const struct cd_columns *c)
{
	const struct cd_column_spec *at = c->at;

	for (uint32_t i = 1; i < c->count; i++)
		if ((at[i].keyspace != at->keyspace && strcmp(at[i].keyspace, at->keyspace) != 0) ||
		    (at[i].table != at->table && strcmp(at[i].table, at->table) != 0))
			return false;
	return c->count > 0;
}

static void write_columns(struct cd_buffer *b, unsigned version, const struct cd_columns *c)
{
	bool global = one_table(c);

	if (global) {
		cd_write_str(b, c->at[0].keyspace);
		cd_write_str(b, c->at[0].table);
	}
	for (uint32_t i = 0; i < c->count; i++) {
		if (!global) {
			cd_write_str(b, c->at[i].keyspace);
			cd_write_str(b, c->at[i].table);
		}
		cd_write_str(b, c->at[i].name);
		cd_type_encode(b, c->at[i].type, version);
	}
}

static void write_metadata(struct cd_buffer *b, unsigned version, const struct cd_rows_metadata *m)
{
	uint32_t flags = (m->has_columns && one_table(&m->columns) ? GLOBAL_TABLE : 0u) |
			 (m->paging_state.at ? HAS_MORE_PAGES : 0u) |
			 (m->has_columns ? 0u : NO_METADATA) |
			 (m->new_metadata_id.at ? METADATA_CHANGED : 0u);

	cd_buffer_be32(b, flags);
	cd_buffer_be32(b, m->columns.count);
	if (m->paging_state.at)
		cd_write_bytes(b, m->paging_state.at, m->paging_state.len);
	if (m->new_metadata_id.at)
		cd_write_short_bytes(b, m->new_metadata_id.at, m->new_metadata_id.len);
	if (m->has_columns)
		write_columns(b, version, &m->columns);
}

void cd_write_result_void(struct cd_buffer *b)
{
	cd_buffer_be32(b, CD_RESULT_VOID);
}

void cd_write_result_set_keyspace(struct cd_buffer *b, const char *keyspace)
{
	cd_buffer_be32(b, CD_RESULT_SET_KEYSPACE);
	cd_write_str(b, keyspace);
}

void cd_write_result_rows(struct cd_buffer *b, unsigned version, const struct cd_rows_metadata *m,
			  uint32_t row_count)
{
	cd_buffer_be32(b, CD_RESULT_ROWS);
	write_metadata(b, version, m);
	cd_buffer_be32(b, row_count);
}

void cd_write_result_prepared(struct cd_buffer *b, unsigned version,
			      const struct cd_prepared_result *p)
{
	cd_buffer_be32(b, CD_RESULT_PREPARED);
	cd_write_short_bytes(b, p->id.at, p->id.len);
	if (version >= 5)
		cd_write_short_bytes(b, p->metadata_id.at, p->metadata_id.len);
	cd_buffer_be32(b, (p->bind_flags & ~(uint32_t)GLOBAL_TABLE) |
				  (one_table(&p->binds) ? GLOBAL_TABLE : 0u));
	cd_buffer_be32(b, p->binds.count);
	cd_buffer_be32(b, p->pk_count);
	for (uint16_t i = 0; i < p->pk_count; i++)
		cd_buffer_be16(b, p->pk_indexes[i]);
	write_columns(b, version, &p->binds);
	write_metadata(b, version, &p->result);
}

void cd_write_result_schema_change(struct cd_buffer *b, const struct cd_schema_change *c)
{
	cd_buffer_be32(b, CD_RESULT_SCHEMA_CHANGE);
	cd_write_schema_change(b, c);
}
