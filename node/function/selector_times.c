/* SPDX-License-Identifier: MIT */
/* ttl(c), writetime(c) and maxwritetime(c): of a cell, or of all cells of a collection. */
#include <string.h>

#include "node/function/selector.h"
#include "node/value/compare.h"

static const char *const names[] = {
	[ND_TIMES_TTL] = "ttl",
	[ND_TIMES_WRITE] = "writetime",
	[ND_TIMES_MAX_WRITE] = "maxwritetime",
};

enum nd_times nd_times_of(const struct nd_expr *e)
{
	if (e->kind != ND_EXPR_CALL || e->keyspace || e->count != 1)
		return ND_TIMES_NONE;
	for (int i = ND_TIMES_TTL; i <= ND_TIMES_MAX_WRITE; i++)
		if (strcmp(names[i], e->name) == 0)
			return (enum nd_times)i;
	return ND_TIMES_NONE;
}

/* ---- looking up ------------------------------------------------------------------------------- */

/* The column that the times are of: of c, c['k'], c['a'..'b'] and c.f. */
static const struct nd_column *column_of(struct nd_planner *p, const struct nd_expr *e)
{
	while (e->kind == ND_EXPR_FIELD || e->kind == ND_EXPR_ELEMENT || e->kind == ND_EXPR_SLICE)
		e = e->items[0];
	if (e->kind == ND_EXPR_COLUMN && p->columns)
		return nd_table_find_column(p->columns, e->name, p->problem);
	nd_refuse(p->problem, ND_INVALID, "%s is no column", nd_expr_text(p->arena, e));
	return NULL;
}

/* Whether there are times of many cells, so that they make a list. */
static bool are_many(const struct nd_column *c, const struct nd_expr *of)
{
	return c->is_multi_cell && of->kind != ND_EXPR_ELEMENT && of->kind != ND_EXPR_FIELD;
}

const cql_type *nd_times_type(struct nd_planner *p, const struct nd_expr *e)
{
	enum nd_times times = nd_times_of(e);
	const cql_type *type = cd_type_native(times == ND_TIMES_TTL ? CQL_KIND_INT
								    : CQL_KIND_BIGINT);
	const struct nd_column *c = column_of(p, e->items[0]);

	if (!c)
		return NULL;
	return are_many(c, e->items[0]) && times != ND_TIMES_MAX_WRITE
		       ? nd_type_of_items(p, CQL_KIND_LIST, type)
		       : type;
}

struct nd_selector *nd_selector_times(struct nd_selector_maker *m, const struct nd_expr *e,
				      const cql_type *expected)
{
	const struct nd_column *c = column_of(m->p, e->items[0]);
	enum nd_times times = nd_times_of(e);
	struct nd_selector *of, *s;
	const cql_type *type;

	(void)expected;
	if (c && (c->kind == ND_PARTITION_KEY || c->kind == ND_CLUSTERING))
		nd_refuse(m->p->problem, ND_INVALID,
			  "Cannot use selection function %s on PRIMARY KEY part %s", names[times],
			  c->name);
	if (m->p->problem->happened || !(of = nd_selector_new(m, e->items[0], NULL)))
		return NULL;
	if (c->is_multi_cell && of->items && of->items[0]->kind != ND_SELECTOR_COLUMN) {
		nd_refuse(m->p->problem, ND_INVALID,
			  "Selection function %s of nested parts is not supported by the node",
			  names[times]);
		return NULL;
	}
	if (!(type = nd_times_type(m->p, e)) ||
	    !(s = nd_selector_alloc(m, ND_SELECTOR_TIMES, type, 0)))
		return NULL;
	s->column = c;
	s->times = times;
	s->of = of;
	s->name = ND_SELECTOR_TEXT(m, "%s(%s)", names[times], of->name);
	if (of->items && of->items[0]->kind != ND_SELECTOR_COLUMN)
		return s->name ? s : NULL; /* a part of a part: the time of the whole */
	s->from = of->from;
	s->to = of->to;
	s->field = of->kind == ND_SELECTOR_FIELD ? of->field + 1 : 0;
	/* a slice of one key would look like an element */
	s->items = of->kind == ND_SELECTOR_SLICE ? of->items : NULL;
	return s->name ? s : NULL;
}

/* ---- running ---------------------------------------------------------------------------------- */

static bool time_of(const struct nd_selection_run *r, const struct nd_selector *s,
		    const struct nd_cell *cell, struct nd_value *out)
{
	const struct nd_call c = { .arena = (struct cd_arena *)&r->row_arena,
				   .problem = &r->x->problem };

	*out = (struct nd_value){ ND_NULL, NULL, 0 };
	if (s->times != ND_TIMES_TTL)
		return nd_value_of_integer(&c, cell->timestamp_us, 8, out);
	if (cell->ttl == 0)
		return true;
	return nd_value_of_integer(&c, cell->expires - nd_request_now_seconds(r->x), 4, out);
}

/* The keys between which cells are asked for; without any, all are. */
struct range {
	bool is_slice;
	struct nd_value from, to;
};

static bool range_of(struct nd_selection_run *r, const struct nd_selector *s, struct range *out)
{
	const struct nd_value unset = { ND_UNSET, NULL, 0 };

	*out = (struct range){ s->items != NULL, unset, unset };
	return (!s->from || nd_term_value(s->from, r->x, &out->from)) &&
	       (!s->to || nd_term_value(s->to, r->x, &out->to));
}

static bool is_in_range(const struct nd_selector *s, const struct range *range, cql_blob at)
{
	const cql_type *key = s->column->type->inner ? s->column->type->inner[0] : NULL;
	cql_blob from = { range->from.data, range->from.len },
		 to = { range->to.data, range->to.len };

	if (!range->is_slice)
		return !s->from || nd_compare(key, at, from) == 0;
	return (range->from.presence != ND_VALUE || nd_compare(key, at, from) >= 0) &&
	       (range->to.presence != ND_VALUE || nd_compare(key, at, to) <= 0);
}

static bool is_asked_for(const struct nd_selector *s, const struct range *range,
			 const struct nd_cell *cell)
{
	if (s->field)
		return cell->path.len == 2 && cd_get_be16(cell->path.data) == s->field - 1;
	return is_in_range(s, range, cell->path);
}

/* What is stored whole has a time for those of its parts only that are there. */
static bool has_part(struct nd_selection_run *r, const struct nd_selector *s,
		     const struct range *range, const struct nd_cell *cell, bool *has)
{
	const struct nd_value whole = { ND_VALUE, cell->value.data, cell->value.len };
	const cql_type *type = s->column->type;
	struct nd_items items;

	*has = !s->field && !s->from && !range->is_slice;
	if (*has)
		return true;
	if (!nd_items_read(type, whole, &r->row_arena, &items, &r->x->problem))
		return false;
	if (s->field)
		*has = s->field <= items.count && items.at[s->field - 1].presence == ND_VALUE;
	for (uint32_t i = 0; !s->field && i < items.count && !*has; i += type->count)
		*has = is_in_range(s, range, (cql_blob){ items.at[i].data, items.at[i].len });
	return true;
}

/* The one cell that is asked for, or the newest of many. */
static bool one_time(struct nd_selection_run *r, const struct nd_selector *s,
		     const struct range *range, struct nd_value *out)
{
	const struct nd_cell *cells, *best = NULL;
	bool has = true;
	uint32_t count;

	cells = nd_selector_cells(r, s->column, &count);
	for (uint32_t i = 0; i < count; i++)
		if ((!s->column->is_multi_cell || is_asked_for(s, range, &cells[i])) &&
		    (!best || cells[i].timestamp_us > best->timestamp_us))
			best = &cells[i];
	if (best && !s->column->is_multi_cell && !has_part(r, s, range, best, &has))
		return false;
	return !best || !has || time_of(r, s, best, out);
}

/* A list in which, unlike in those that are stored, something may be null. */
static bool write_list(struct nd_selection_run *r, const struct nd_value *items, uint32_t count,
		       struct nd_value *out)
{
	size_t size = 4;
	uint8_t *data, *at;

	for (uint32_t i = 0; i < count; i++)
		size += 4 + items[i].len;
	if (!(data = at = cd_arena_take(&r->row_arena, size)))
		return nd_no_memory(&r->x->problem);
	cd_put_be32(at, count);
	at += 4;
	for (uint32_t i = 0; i < count; i++) {
		cd_put_be32(at,
			    items[i].presence == ND_VALUE ? (uint32_t)items[i].len : UINT32_MAX);
		memcpy(at + 4, items[i].len ? items[i].data : (const uint8_t *)"", items[i].len);
		at += 4 + items[i].len;
	}
	*out = (struct nd_value){ ND_VALUE, data, size };
	return true;
}

/* Of each cell that is asked for; of a user type, of each field. */
static bool all_times(struct nd_selection_run *r, const struct nd_selector *s,
		      const struct range *range, struct nd_value *out)
{
	bool is_udt = s->column->type->kind == CQL_KIND_UDT;
	uint32_t count, asked = 0, fields = is_udt ? s->column->type->count : 0;
	const struct nd_cell *cells = nd_selector_cells(r, s->column, &count);
	struct nd_value *items;

	if (count == 0)
		return true;
	if (!(items = cd_arena_take_array(&r->row_arena, (size_t)count + fields, sizeof *items)))
		return nd_no_memory(&r->x->problem);
	for (uint32_t i = 0; i < fields; i++)
		items[i].presence = ND_NULL;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = is_udt ? cd_get_be16(cells[i].path.data) : asked;
		if (!is_asked_for(s, range, &cells[i]) || (is_udt && at >= fields))
			continue;
		if (!time_of(r, s, &cells[i], &items[at]))
			return false;
		asked++;
	}
	return write_list(r, items, is_udt ? fields : asked, out);
}

bool nd_selector_times_value(struct nd_selection_run *r, const struct nd_selector *s,
			     struct nd_value *out)
{
	struct range range;

	if (!r->row) {
		if (r->has_row)
			*out = r->slots[s->slot];
		return true;
	}
	if (!range_of(r, s, &range))
		return false;
	return (s->type->kind == CQL_KIND_LIST ? all_times : one_time)(r, s, &range, out);
}
