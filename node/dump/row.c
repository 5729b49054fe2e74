/* SPDX-License-Identifier: MIT */
/* A statement has one timestamp and one time to live: cells that agree in both share one. An INSERT
 * brings the row's marker back, UPDATEs what is not with it. */
#include "node/dump/row.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/cql/parser.h"
#include "node/describe/describe_text.h"
#include "node/dump/literal.h"

/* What is written at once. */
struct stamp {
	int64_t timestamp_us;
	int64_t expires; /* seconds since 1970; 0: never */
};

struct writing {
	const struct nd_row_dump *dump;
	struct cd_buffer *out;
	bool *done; /* of each cell */
	struct stamp stamp;
	bool ok; /* false: a value is not one of its type */
};

/* Cells of one column that have the stamp and were not written yet. */
struct piece {
	uint32_t from, to, end; /* `end`: of the column's */
	bool is_whole;          /* all there are of the column */
};

static bool has_stamp(const struct nd_cell *cell, struct stamp s)
{
	return cell->timestamp_us == s.timestamp_us && cell->expires == s.expires;
}

/* The piece behind `p`, which begins as zeros. A list is appended to, so that only its first items
 * that are not done yet will do; it is the same with the others. */
static bool next_piece(const struct writing *w, struct piece *p)
{
	const struct nd_row *row = w->dump->row;

	for (uint32_t from = p->end, end; from < row->cell_count; from = end) {
		for (end = from; end < row->cell_count; end++)
			if (row->cells[end].column != row->cells[from].column)
				break;
		*p = (struct piece){ .from = from, .end = end };
		while (p->from < end && w->done[p->from])
			p->from++;
		for (p->to = p->from; p->to < end && has_stamp(&row->cells[p->to], w->stamp);)
			p->to++;
		p->is_whole = p->from == from && p->to == end;
		if (p->to > p->from)
			return true;
	}
	return false;
}

static void check_off(struct writing *w, const struct piece *p)
{
	for (uint32_t i = p->from; i < p->to; i++)
		w->done[i] = true;
}

/* ---- parts of statements ----------------------------------------------------------------------- */

static void put_literal(struct writing *w, const cql_type *type, cql_blob bytes)
{
	struct cd_span cell = { bytes.data ? bytes.data : (const uint8_t *)"", bytes.len };

	w->ok &= nd_dump_literal(w->out, type, cell);
}

static void put_table(struct writing *w)
{
	nd_describe_put_full_name(w->out, w->dump->table->keyspace->name, w->dump->table->name);
}

static void put_using(struct writing *w)
{
	int64_t left = w->stamp.expires - w->dump->now_seconds;
	char text[96];

	snprintf(text, sizeof text, " USING TIMESTAMP %" PRId64, w->stamp.timestamp_us);
	cd_buffer_text(w->out, text);
	if (!w->stamp.expires && !w->dump->table->default_ttl)
		return;
	snprintf(text, sizeof text, " AND TTL %" PRId64, w->stamp.expires ? left : 0);
	cd_buffer_text(w->out, text);
}

/* How many columns say where the row is. */
static uint32_t key_count(const struct nd_row_dump *d)
{
	return d->table->partition_key_count +
	       (d->is_static ? 0u : (uint32_t)d->table->clustering_count);
}

static void put_key(struct writing *w, uint32_t i)
{
	const struct nd_row_dump *d = w->dump;
	uint32_t partition = d->table->partition_key_count;

	put_literal(w, d->table->columns[i]->type,
		    i < partition ? d->key[i] : d->row->clustering.values[i - partition]);
}

static void put_where(struct writing *w)
{
	uint32_t count = key_count(w->dump);

	for (uint32_t i = 0; i < count; i++) {
		cd_buffer_text(w->out, i ? " AND " : " WHERE ");
		nd_name_put(w->out, w->dump->table->columns[i]->name);
		cd_buffer_text(w->out, " = ");
		put_key(w, i);
	}
	cd_buffer_text(w->out, ";\n");
}

static void put_field(struct writing *w, const struct nd_cell *cell, const char *between)
{
	const cql_type *type = cell->column->type;
	uint32_t i = cd_get_be16(cell->path.data);

	nd_name_put(w->out, type->of.udt->fields[i]);
	cd_buffer_text(w->out, between);
	put_literal(w, type->inner[i], cell->value);
}

/* An item of a collection, a field of a user type. */
static void put_item(struct writing *w, const struct nd_cell *cell)
{
	const cql_type *type = cell->column->type;

	switch (type->kind) {
	case CQL_KIND_SET:
		put_literal(w, type->inner[0], cell->path);
		break;
	case CQL_KIND_MAP:
		put_literal(w, type->inner[0], cell->path);
		cd_buffer_text(w->out, ": ");
		put_literal(w, type->inner[1], cell->value);
		break;
	case CQL_KIND_UDT:
		put_field(w, cell, ": ");
		break;
	default:
		put_literal(w, type->inner[0], cell->value);
	}
}

static void put_value(struct writing *w, const struct piece *p)
{
	const struct nd_cell *cells = w->dump->row->cells;
	const struct nd_column *column = cells[p->from].column;
	bool is_list = column->type->kind == CQL_KIND_LIST;

	if (!column->is_multi_cell) {
		put_literal(w, column->type, cells[p->from].value);
		return;
	}
	cd_buffer_u8(w->out, is_list ? '[' : '{');
	for (uint32_t i = p->from; i < p->to; i++) {
		cd_buffer_text(w->out, i > p->from ? ", " : "");
		put_item(w, &cells[i]);
	}
	cd_buffer_u8(w->out, is_list ? ']' : '}');
}

/* ---- statements -------------------------------------------------------------------------------- */

static void put_insert_names(struct writing *w)
{
	uint32_t count = key_count(w->dump);
	struct piece p = { 0 };

	cd_buffer_text(w->out, " (");
	for (uint32_t i = 0; i < count; i++) {
		cd_buffer_text(w->out, i ? ", " : "");
		nd_name_put(w->out, w->dump->table->columns[i]->name);
	}
	while (next_piece(w, &p)) {
		if (!p.is_whole)
			continue;
		cd_buffer_text(w->out, ", ");
		nd_name_put(w->out, w->dump->row->cells[p.from].column->name);
	}
	cd_buffer_u8(w->out, ')');
}

static void put_insert_values(struct writing *w)
{
	uint32_t count = key_count(w->dump);
	struct piece p = { 0 };

	cd_buffer_text(w->out, " VALUES (");
	for (uint32_t i = 0; i < count; i++) {
		cd_buffer_text(w->out, i ? ", " : "");
		put_key(w, i);
	}
	while (next_piece(w, &p)) {
		if (!p.is_whole)
			continue;
		cd_buffer_text(w->out, ", ");
		put_value(w, &p);
		check_off(w, &p);
	}
	cd_buffer_u8(w->out, ')');
}

/* The marker, and whole columns that came with it. */
static void put_insert(struct writing *w)
{
	cd_buffer_text(w->out, "INSERT INTO ");
	put_table(w);
	put_insert_names(w);
	put_insert_values(w);
	put_using(w);
	cd_buffer_text(w->out, ";\n");
}

static void put_fields(struct writing *w, const struct piece *p)
{
	for (uint32_t i = p->from; i < p->to; i++) {
		const struct nd_cell *cell = &w->dump->row->cells[i];

		cd_buffer_text(w->out, i > p->from ? ", " : "");
		nd_name_put(w->out, cell->column->name);
		cd_buffer_u8(w->out, '.');
		put_field(w, cell, " = ");
	}
}

/* c = v; c = c + v of a counter, and of a part of a collection. */
static void put_assignment(struct writing *w, const struct piece *p)
{
	const struct nd_column *column = w->dump->row->cells[p->from].column;
	bool adds = w->dump->table->is_counter || !p->is_whole;

	if (!p->is_whole && column->type->kind == CQL_KIND_UDT) {
		put_fields(w, p);
		return;
	}
	nd_name_put(w->out, column->name);
	cd_buffer_text(w->out, " = ");
	if (adds) {
		nd_name_put(w->out, column->name);
		cd_buffer_text(w->out, " + ");
	}
	put_value(w, p);
}

/* All that has the stamp of this cell and is not done. */
static void put_update(struct writing *w, const struct nd_cell *cell)
{
	const char *before = " SET ";
	struct piece p = { 0 };

	w->stamp = (struct stamp){ cell->timestamp_us, cell->expires };
	cd_buffer_text(w->out, "UPDATE ");
	put_table(w);
	if (!w->dump->table->is_counter)
		put_using(w);
	for (; next_piece(w, &p); before = ", ") {
		cd_buffer_text(w->out, before);
		put_assignment(w, &p);
		check_off(w, &p);
	}
	put_where(w);
}

/* Of a statement that begins at `from`. */
static bool check(const struct writing *w, size_t from)
{
	const struct nd_table *t = w->dump->table;
	size_t len = w->out->len - from;

	if (w->out->failed)
		return nd_no_memory(w->dump->problem);
	if (!w->ok)
		return nd_refuse(w->dump->problem, ND_SERVER_ERROR,
				 "a value in %s.%s is not one of its type", t->keyspace->name,
				 t->name);
	if (len > ND_PARSER_MAX)
		return nd_refuse(w->dump->problem, ND_INVALID,
				 "a row of %s.%s would be a statement of %zu bytes: the most is %d",
				 t->keyspace->name, t->name, len, ND_PARSER_MAX);
	return true;
}

bool nd_dump_row(const struct nd_row_dump *d, struct cd_buffer *out)
{
	const struct nd_row *row = d->row;
	struct writing w = { .dump = d, .out = out, .ok = true };
	size_t from = out->len;

	w.done = cd_arena_take_zero(d->arena, row->cell_count + 1);
	if (!w.done)
		return nd_no_memory(d->problem);
	if (row->has_marker) {
		w.stamp = (struct stamp){ row->marker_us,
					  row->marker_ttl ? row->marker_expires : 0 };
		put_insert(&w);
	}
	for (uint32_t i = 0; i < row->cell_count; i++) {
		if (w.done[i])
			continue;
		if (!check(&w, from))
			return false;
		from = out->len;
		put_update(&w, &row->cells[i]);
	}
	return check(&w, from);
}
