/* SPDX-License-Identifier: MIT */
/* The answers of conditional writes: whether they were applied, and if not, what is there. */
#include "node/plan/cas_result.h"

#include <string.h>

#include "base/buffer.h"

/* An answer while it is made. */
struct answer {
	struct nd_request *x;
	const struct nd_table *table;
	const struct nd_cas_item *items;
	uint32_t item_count;
	/* what is shown */
	const struct nd_column **columns;
	uint32_t column_count;
	bool shows_all;                 /* not only what conditions are about */
	bool reads_rows, reads_statics; /* all of them, not only what conditions are about */
	/* what is there */
	struct nd_partition *partition;
	cql_blob *key;
	bool has_statics;
	struct nd_row statics;
	struct cd_buffer rows;
	uint32_t row_count;
};

/* ---- columns ----------------------------------------------------------------------------------- */

static bool is_shown(const struct answer *a, const struct nd_column *c)
{
	for (uint32_t i = 0; i < a->column_count; i++)
		if (a->columns[i] == c)
			return true;
	return false;
}

static void show(struct answer *a, const struct nd_column *c)
{
	if (!is_shown(a, c))
		a->columns[a->column_count++] = c;
}

/* Those on the row come before those on the static one. */
static void show_conditions(struct answer *a, const struct nd_conditions *c)
{
	for (uint32_t i = 0; i < 2 * c->count; i++) {
		const struct nd_column *column = c->at[i % c->count].column;

		if ((column->kind == ND_STATIC) == (i >= c->count))
			show(a, column);
	}
}

static bool choose_columns(struct answer *a, bool is_batch)
{
	const struct nd_table *t = a->table;

	a->columns = cd_arena_take_array(a->x->arena, t->column_count, sizeof(void *));
	if (!a->columns)
		return nd_no_memory(&a->x->problem);
	for (uint32_t i = 0; i < a->item_count; i++) {
		const struct nd_write *w = a->items[i].write;

		a->shows_all |= w->conditions.if_exists || w->conditions.if_not_exists;
		a->reads_rows |= w->touches_rows;
		a->reads_statics |= w->operation_count > w->regular_count &&
				    nd_conditions_are(&w->conditions);
	}
	for (uint32_t i = 0; i < t->column_count; i++)
		if (a->shows_all || (is_batch && t->columns[i]->kind <= ND_CLUSTERING))
			show(a, t->columns[i]);
	for (uint32_t i = 0; i < a->item_count && !a->shows_all; i++)
		show_conditions(a, &a->items[i].write->conditions);
	return true;
}

/* Whether Paxos would have read a column: of rows that are written all of them, else those that
 * conditions are about. */
static bool is_read(const struct answer *a, const struct nd_column *c)
{
	if (c->kind <= ND_CLUSTERING || !a->shows_all ||
	    (c->kind == ND_STATIC ? a->reads_statics : a->reads_rows))
		return true;
	for (uint32_t i = 0; i < a->item_count; i++) {
		const struct nd_conditions *of = &a->items[i].write->conditions;

		for (uint32_t k = 0; k < of->count; k++)
			if (of->at[k].column == c)
				return true;
	}
	return false;
}

/* ---- rows -------------------------------------------------------------------------------------- */

static void put_applied(struct cd_buffer *out, bool applied)
{
	cd_buffer_be32(out, 1);
	cd_buffer_u8(out, applied);
}

static bool put_row(struct answer *a, const struct nd_row *row)
{
	const struct nd_row_view view = { a->table, a->key, a->has_statics ? &a->statics : NULL,
					  row };

	put_applied(&a->rows, false);
	for (uint32_t i = 0; i < a->column_count; i++) {
		struct nd_value v = { ND_NULL, NULL, 0 };

		if (is_read(a, a->columns[i]) &&
		    !nd_row_value(&view, a->columns[i], a->x->arena, &v, &a->x->problem))
			return false;
		cd_buffer_be32(&a->rows, v.presence == ND_VALUE ? (uint32_t)v.len : UINT32_MAX);
		if (v.presence == ND_VALUE)
			cd_buffer_bytes(&a->rows, v.data, v.len);
	}
	a->row_count++;
	return !a->rows.failed || nd_no_memory(&a->x->problem);
}

/* The rows that conditions are about, in their order, each once. */
static bool asks_row(const struct nd_cas_item *item)
{
	const struct nd_conditions *c = &item->write->conditions;

	return item->write->touches_rows && (c->if_exists || c->if_not_exists || c->on_rows);
}

static const struct nd_clustering *row_of(const struct nd_cas_item *item)
{
	return &item->places.slices[0].from.prefix;
}

/* The least row behind `last`; NULL: no more. */
static const struct nd_clustering *next_row(const struct answer *a,
					    const struct nd_clustering *last)
{
	const struct nd_clustering *next = NULL;

	for (uint32_t i = 0; i < a->item_count; i++) {
		const struct nd_clustering *c = row_of(&a->items[i]);

		if (asks_row(&a->items[i]) &&
		    (!last || nd_clustering_compare(a->table, *last, *c) < 0) &&
		    (!next || nd_clustering_compare(a->table, *c, *next) < 0))
			next = c;
	}
	return next;
}

static bool put_named_rows(struct answer *a, bool *asked)
{
	int64_t now = nd_request_now_seconds(a->x);
	bool no_memory = false;
	struct nd_row row;

	for (const struct nd_clustering *c = next_row(a, NULL); c; c = next_row(a, c)) {
		*asked = true;
		if (nd_partition_row(a->partition, *c, now, a->x->arena, &row, &no_memory) &&
		    !put_row(a, &row))
			return false;
		if (no_memory)
			return nd_no_memory(&a->x->problem);
	}
	return true;
}

/* With conditions on the static row alone, the first row there is stands beside it. */
static bool put_first_row(struct answer *a)
{
	const struct nd_bound all = { { 0, NULL }, true };
	bool no_memory = false;
	struct nd_walk walk;
	struct nd_row row;

	nd_walk_init(&walk, a->partition, all, all, false, nd_request_now_seconds(a->x),
		     a->x->arena);
	/* of a row that nothing is read of, the marker alone is seen */
	while (nd_walk_next(&walk, &row, &no_memory))
		if (a->reads_rows || row.has_marker)
			return put_row(a, &row);
	return !no_memory || nd_no_memory(&a->x->problem);
}

static bool read_partition(struct answer *a)
{
	const struct nd_table *t = a->table;
	bool no_memory = false;

	a->partition = nd_store_partition(t->store, a->items[0].places.keys[0]);
	if (!a->partition)
		return true;
	a->key = cd_arena_take_array(a->x->arena, t->partition_key_count, sizeof *a->key);
	if (!a->key)
		return nd_no_memory(&a->x->problem);
	nd_partition_key_columns(a->partition, a->key, t->partition_key_count);
	a->has_statics = nd_partition_static(a->partition, nd_request_now_seconds(a->x),
					     a->x->arena, &a->statics, &no_memory);
	return !no_memory || nd_no_memory(&a->x->problem);
}

/* Whether something of the static row would have been read. */
static bool reads_statics(const struct answer *a)
{
	for (uint32_t i = 0; a->has_statics && i < a->statics.cell_count; i++) {
		if (a->reads_statics)
			return true;
		for (uint32_t k = 0; k < a->item_count; k++) {
			const struct nd_conditions *c = &a->items[k].write->conditions;

			for (uint32_t n = 0; n < c->count; n++)
				if (c->at[n].column == a->statics.cells[i].column)
					return true;
		}
	}
	return false;
}

static bool put_rows(struct answer *a)
{
	bool asked = false;

	if (!read_partition(a))
		return false;
	if (!a->partition)
		return true;
	if (!put_named_rows(a, &asked) || (!asked && !put_first_row(a)))
		return false;
	return a->row_count || !reads_statics(a) || put_row(a, NULL);
}

/* ---- the result --------------------------------------------------------------------------------- */

static cql_text text_of(const char *text)
{
	return (cql_text){ text, strlen(text) };
}

static bool fill_metadata(struct answer *a)
{
	static const char applied[] = "[applied]";
	const cql_text keyspace = text_of(a->table->keyspace->name);
	const cql_text table = text_of(a->table->name);
	cql_column_spec *specs = cd_arena_take_array(a->x->arena, (size_t)a->column_count + 1,
						     sizeof *specs);

	if (!specs)
		return nd_no_memory(&a->x->problem);
	specs[0] = (cql_column_spec){
		keyspace, table, { applied, sizeof applied - 1 }, cd_type_native(CQL_KIND_BOOLEAN)
	};
	for (uint32_t i = 0; i < a->column_count; i++)
		specs[i + 1] = (cql_column_spec){ keyspace, table, text_of(a->columns[i]->name),
						  a->columns[i]->type };
	a->x->result.metadata = (cql_metadata){ .columns = specs,
						.column_count = a->column_count + 1 };
	return true;
}

/* The answer lives in the request's arena. */
static bool finish(struct answer *a)
{
	cql_result *r = &a->x->result;
	void *rows;

	if (a->rows.failed || !(rows = cd_arena_copy(a->x->arena, a->rows.data, a->rows.len)))
		return nd_no_memory(&a->x->problem);
	r->kind = COODIE_RESULT_ROWS;
	r->rows = (cql_blob){ rows, a->rows.len };
	r->row_count = a->row_count;
	return fill_metadata(a);
}

/* A row with nothing but [applied]. */
static bool put_bare(struct answer *a, bool applied)
{
	a->column_count = 0;
	a->row_count = 1;
	put_applied(&a->rows, applied);
	return finish(a);
}

bool nd_cas_applied(const struct nd_table *t, struct nd_request *x)
{
	struct answer a = { .x = x, .table = t };
	bool ok;

	cd_buffer_init(&a.rows, x->db->allocator, 0);
	ok = put_bare(&a, true);
	cd_buffer_deinit(&a.rows);
	return ok;
}

bool nd_cas_not_applied(const struct nd_cas_item *items, uint32_t count, bool is_batch,
			struct nd_request *x)
{
	struct answer a = {
		.x = x, .table = items[0].write->plan.table, .items = items, .item_count = count
	};
	bool ok;

	cd_buffer_init(&a.rows, x->db->allocator, 0);
	ok = choose_columns(&a, is_batch) && put_rows(&a) &&
	     (a.row_count ? finish(&a) : put_bare(&a, false));
	cd_buffer_deinit(&a.rows);
	return ok;
}
