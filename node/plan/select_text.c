/* SPDX-License-Identifier: MIT */
/* What a SELECT reads, as Cassandra's warnings write it: with all values, columns and limits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/identifier.h"
#include "node/dump/literal.h"
#include "node/plan/select_plan.h"
#include "node/plan/where_plan.h"

enum { FILTERS = 32 }; /* relations that are written */

struct spelling {
	struct nd_select_run *r;
	struct cd_buffer *out;
	bool any; /* something stands behind WHERE */
};

static void put(struct spelling *s, const char *text)
{
	cd_buffer_text(s->out, text);
}

static void put_number(struct spelling *s, const char *before, int64_t number)
{
	char text[32];

	snprintf(text, sizeof text, "%" PRId64, number);
	put(s, before);
	put(s, text);
}

static void put_literal(struct spelling *s, const struct nd_column *c, const cql_type *type,
			cql_blob v)
{
	if (!nd_dump_literal(s->out, type ? type : c->type, (struct cd_span){ v.data, v.len }))
		put(s, "?");
}

static void put_relation(struct spelling *s, const struct nd_column *c, const char *op)
{
	put(s, s->any ? " AND " : " WHERE ");
	s->any = true;
	cd_identifier_append(s->out, c->name);
	put(s, op);
}

static void put_compared(struct spelling *s, const struct nd_column *c, const char *op, cql_blob v)
{
	put_relation(s, c, op);
	put_literal(s, c, NULL, v);
}

static void put_names(struct spelling *s, struct nd_column *const *columns, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put(s, i ? ", " : "");
		cd_identifier_append(s->out, columns[i]->name);
	}
}

/* ---- what is selected --------------------------------------------------------------------------- */

static void put_columns(struct spelling *s)
{
	const struct nd_table *t = s->r->table;
	const bool *asked = s->r->plan->asked;
	uint32_t first = (uint32_t)t->partition_key_count + t->clustering_count, count = 0;

	for (uint32_t i = first; asked && i < t->column_count; i++) {
		if (!asked[t->columns[i]->id])
			continue;
		put(s, count++ ? ", " : "");
		cd_identifier_append(s->out, t->columns[i]->name);
	}
	put(s, count ? "" : "*");
}

/* ---- partitions --------------------------------------------------------------------------------- */

static void put_token(struct spelling *s, const char *op, int64_t token)
{
	const struct nd_table *t = s->r->table;

	put(s, s->any ? " AND token(" : " WHERE token(");
	s->any = true;
	put_names(s, t->columns, t->partition_key_count);
	put_number(s, op, token);
}

static void put_partitions(struct spelling *s)
{
	const struct nd_where_token *token = &s->r->plan->where->token;
	const struct nd_places *places = &s->r->places;
	const struct nd_table *t = s->r->table;
	bool is_equal = token->is_equal;

	for (uint32_t i = 0; places->has_keys && i < t->partition_key_count; i++)
		put_compared(s, t->columns[i], " = ", s->r->key_columns[i]);
	if (places->has_keys || !token->is_set)
		return;
	if (is_equal || token->ends[ND_WHERE_START].is_set) {
		bool inclusive = is_equal || token->ends[ND_WHERE_START].inclusive;
		put_token(s, inclusive ? ") >= " : ") > ", places->first_token - !inclusive);
	}
	if (is_equal || token->ends[ND_WHERE_END].is_set) {
		bool inclusive = is_equal || token->ends[ND_WHERE_END].inclusive;
		put_token(s, inclusive ? ") <= " : ") < ", places->last_token + !inclusive);
	}
}

/* ---- rows --------------------------------------------------------------------------------------- */

static bool same(cql_blob a, cql_blob b)
{
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

/* Whether all slices lie in one value of the i-th clustering column (`one`), or each in its own. */
static bool are_points(const struct nd_places *p, uint32_t i, bool *one)
{
	*one = true;
	for (uint32_t k = 0; k < p->slice_count; k++) {
		const struct nd_slice *slice = &p->slices[k];
		if (slice->from.prefix.count <= i || slice->to.prefix.count <= i ||
		    !same(slice->from.prefix.values[i], slice->to.prefix.values[i]))
			return false;
		*one &= same(slice->from.prefix.values[i], p->slices[0].from.prefix.values[i]);
	}
	return true;
}

/* (c, d) IN ((1, 2), (3, 4)) */
static void put_rows(struct spelling *s)
{
	const struct nd_table *t = s->r->table;
	struct nd_column *const *columns = t->columns + t->partition_key_count;
	const struct nd_places *p = &s->r->places;
	bool single = t->clustering_count == 1, alone = p->slice_count == 1;

	put(s, s->any ? " AND " : " WHERE ");
	s->any = true;
	put(s, single ? "" : "(");
	put_names(s, columns, t->clustering_count);
	put(s, single ? "" : ")");
	put(s, alone ? " = " : " IN (");
	for (uint32_t k = 0; k < p->slice_count; k++) {
		put(s, k ? ", " : "");
		put(s, single ? "" : "(");
		for (uint32_t i = 0; i < t->clustering_count; i++) {
			put(s, i ? ", " : "");
			put_literal(s, columns[i], NULL, p->slices[k].from.prefix.values[i]);
		}
		put(s, single ? "" : ")");
	}
	put(s, alone ? "" : ")");
}

static void put_in(struct spelling *s, const struct nd_column *c, uint32_t i)
{
	const struct nd_places *p = &s->r->places;

	put_relation(s, c, " IN (");
	for (uint32_t k = 0; k < p->slice_count; k++) {
		put(s, k ? ", " : "");
		put_literal(s, c, NULL, p->slices[k].from.prefix.values[i]);
	}
	put(s, ")");
}

/* In the order of the table, which may be the opposite of that of the values. */
static void put_ends(struct spelling *s, const struct nd_column *c, uint32_t i)
{
	const struct nd_slice *slice = &s->r->places.slices[0];
	static const char *const ops[2][2] = { { " < ", " <= " }, { " > ", " >= " } };

	if (slice->from.prefix.count > i)
		put_compared(s, c, ops[!c->descending][slice->from.inclusive],
			     slice->from.prefix.values[i]);
	if (slice->to.prefix.count > i)
		put_compared(s, c, ops[c->descending][slice->to.inclusive],
			     slice->to.prefix.values[i]);
}

static void put_slices(struct spelling *s)
{
	const struct nd_table *t = s->r->table;
	const struct nd_places *p = &s->r->places;
	bool one = true;

	if (p->names_rows && t->clustering_count) {
		put_rows(s);
		return;
	}
	for (uint32_t i = 0; i < t->clustering_count && p->slice_count && one; i++) {
		const struct nd_column *c = t->columns[t->partition_key_count + i];
		if (!are_points(p, i, &one)) {
			put_ends(s, c, i);
			return;
		}
		if (one)
			put_compared(s, c, " = ", p->slices[0].from.prefix.values[i]);
		else
			put_in(s, c, i);
	}
}

/* ---- what a row is asked ------------------------------------------------------------------------ */

static bool term_blob(struct spelling *s, const struct nd_term *term, cql_blob *out)
{
	struct nd_value v;

	if (!nd_term_value(term, s->r->x, &v))
		return false;
	*out = nd_value_blob(v);
	return true;
}

static void put_values(struct spelling *s, const struct nd_restriction *f)
{
	struct nd_tuples t;

	if (!nd_where_tuples(f, s->r->x, &t))
		return;
	if (f->kind == ND_WHERE_IN) {
		put_relation(s, f->columns[0], " IN (");
		for (uint32_t i = 0; i < t.count; i++) {
			put(s, i ? ", " : "");
			put_literal(s, f->columns[0], NULL, nd_value_blob(t.at[i * t.width]));
		}
		put(s, ")");
		return;
	}
	for (uint32_t i = 0; i < f->count; i++)
		put_compared(s, f->columns[i], f->kind == ND_WHERE_LIKE ? " LIKE " : " = ",
			     nd_value_blob(t.at[i]));
}

static void put_bounds(struct spelling *s, const struct nd_restriction *f)
{
	static const char *const ops[2][2] = { { " > ", " >= " }, { " < ", " <= " } };

	for (int end = ND_WHERE_START; end <= ND_WHERE_END; end++) {
		struct nd_value *v = cd_arena_take_array(s->r->x->arena, f->count, sizeof *v);
		uint32_t count;
		if (v && f->ends[end].is_set &&
		    nd_where_end_values(f, &f->ends[end], s->r->x, v, &count) && count)
			put_compared(s, f->columns[0], ops[end][f->ends[end].inclusive],
				     nd_value_blob(v[0]));
	}
}

static void put_items(struct spelling *s, const struct nd_restriction *f)
{
	const struct nd_column *c = f->columns[0];
	bool is_map = c->type->kind == CQL_KIND_MAP;
	cql_blob key = { NULL, 0 }, value = { NULL, 0 };

	for (uint32_t i = 0; i < f->item_count; i++) {
		const struct nd_where_item *item = &f->items[i];
		bool has_key = item->key && term_blob(s, item->key, &key);
		bool has_value = item->value && term_blob(s, item->value, &value);
		put_relation(s, c,
			     has_key && has_value ? "["
			     : has_key            ? " CONTAINS KEY "
						  : " CONTAINS ");
		if (has_key)
			put_literal(s, c, c->type->inner[0], key);
		put(s, has_key && has_value ? "] = " : "");
		if (has_value)
			put_literal(s, c, c->type->inner[is_map], value);
	}
}

/* By name. */
static void put_filters(struct spelling *s)
{
	const struct nd_restriction *at[FILTERS];
	uint32_t count = 0;

	if (!s->r->filter)
		return;
	for (const struct nd_restriction *f = s->r->plan->where->filters; f && count < FILTERS;
	     f = f->next) {
		uint32_t i = count++;
		for (; i && strcmp(f->columns[0]->name, at[i - 1]->columns[0]->name) < 0; i--)
			at[i] = at[i - 1];
		at[i] = f;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (at[i]->kind == ND_WHERE_SLICE)
			put_bounds(s, at[i]);
		else if (at[i]->kind == ND_WHERE_CONTAINS)
			put_items(s, at[i]);
		else
			put_values(s, at[i]);
	}
}

/* ---- order and limits --------------------------------------------------------------------------- */

static void put_order(struct spelling *s)
{
	const struct nd_table *t = s->r->table;

	for (uint32_t i = 0; s->r->plan->ordering.reversed && i < t->clustering_count; i++) {
		const struct nd_column *c = t->columns[t->partition_key_count + i];
		put(s, i ? ", " : " ORDER BY ");
		cd_identifier_append(s->out, c->name);
		put(s, c->descending ? " ASC" : " DESC");
	}
}

static void put_limits(struct spelling *s)
{
	const struct nd_select_run *r = s->r;
	bool unlimited = r->plan->aggregates && !r->plan->grouping.is_set;

	/* the room for the limits of an aggregate that has none */
	if (unlimited && r->scan.limit == INT32_MAX)
		put(s, " ");
	if (r->scan.limit != INT32_MAX) {
		if (r->plan->grouping.is_set)
			put_number(s, " GROUP LIMIT ", r->scan.limit);
		put_number(s, " LIMIT ", r->scan.limit);
	}
	if (r->plan->distinct)
		put(s, " PER PARTITION LIMIT 1");
	else if (r->partition_limit != INT32_MAX)
		put_number(s, " PER PARTITION LIMIT ", r->partition_limit);
}

const char *nd_select_scan_text(struct nd_select_run *r)
{
	struct cd_buffer out;
	struct spelling s = { .r = r, .out = &out };
	const char *text = NULL;

	cd_buffer_init(&out, r->x->db->allocator, 0);
	put(&s, "SELECT ");
	put_columns(&s);
	put(&s, " FROM ");
	cd_identifier_append(&out, r->table->keyspace->name);
	put(&s, ".");
	cd_identifier_append(&out, r->table->name);
	put_partitions(&s);
	put_slices(&s);
	put_filters(&s);
	put_order(&s);
	put_limits(&s);
	put(&s, " ALLOW FILTERING");
	if (!out.failed)
		text = cd_arena_strndup(r->x->arena, (const char *)out.data, out.len);
	cd_buffer_deinit(&out);
	return text;
}
