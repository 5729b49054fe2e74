/* SPDX-License-Identifier: MIT */
/* Relations asked of each row: those that no key or slice answers. */
#include <string.h>

#include "node/plan/where_plan.h"

enum { INDEX_VALUE_MAX = 65535 };

/* One question. A row must answer all of them with yes. */
struct question {
	const struct nd_column *column;
	enum nd_operator op; /* IN: any of `values`; EQ with a key: c[key] = value */
	bool has_key;
	cql_blob key;
	uint32_t count;
	cql_blob *values;
	struct question *next;
};

struct nd_filter {
	struct question *first, **last;
};

/* ---- making ------------------------------------------------------------------------------------- */

static struct question *ask(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
			    enum nd_operator op, uint32_t count)
{
	struct question *q = cd_arena_take_zero(x->arena, sizeof *q);

	if (q)
		q->values = cd_arena_take_array(x->arena, count + 1u, sizeof *q->values);
	if (!q || !q->values) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	q->column = c;
	q->op = op;
	q->count = count;
	*f->last = q;
	f->last = &q->next;
	return q;
}

static bool check_value(struct nd_request *x, const struct nd_column *c, const char *what,
			struct nd_value v)
{
	if (v.presence == ND_NULL)
		return nd_refuse(&x->problem, ND_INVALID, "Unsupported null %s for column %s", what,
				 c->name);
	if (v.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID, "Unsupported unset %s for column %s",
				 what, c->name);
	return true;
}

static bool ask_one(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
		    enum nd_operator op, struct nd_value v)
{
	struct question *q;

	if (!check_value(x, c, "value", v) || !(q = ask(f, x, c, op, 1)))
		return false;
	q->values[0] = nd_value_blob(v);
	return true;
}

static bool ask_term(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
		     enum nd_operator op, const struct nd_term *t)
{
	struct nd_value v;

	return nd_term_value(t, x, &v) && ask_one(f, x, c, op, v);
}

static bool ask_equal(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	struct nd_tuples t;

	if (!r->is_multi)
		return ask_term(f, x, r->columns[0], ND_OP_EQ, r->values[0].terms[0]);
	if (!nd_where_tuples(r, x, &t))
		return false;
	for (uint32_t i = 0; i < r->count; i++)
		if (!ask_one(f, x, r->columns[i], ND_OP_EQ, t.at[i]))
			return false;
	return true;
}

/* Whether no tuple was bound as a whole. */
static bool are_listed(const struct nd_restriction *r)
{
	for (uint32_t i = 0; i < r->value_count; i++)
		if (r->values[i].whole)
			return false;
	return true;
}

/* The values of IN (a, b): an unset one is as if it were not there, with a null no row will do. */
static bool ask_listed(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	struct question *q = ask(f, x, r->columns[0], ND_OP_IN, r->value_count);
	struct nd_value v;

	if (!q)
		return false;
	q->count = 0;
	for (uint32_t i = 0; i < r->value_count; i++) {
		if (!nd_term_value(r->values[i].terms[0], x, &v))
			return false;
		if (v.presence == ND_NULL) {
			q->count = 0;
			return true;
		}
		if (v.presence == ND_VALUE)
			q->values[q->count++] = nd_value_blob(v);
	}
	return true;
}

static bool ask_in(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	struct question *q;
	struct nd_tuples t;

	if (r->count > 1)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Multicolumn IN filters are not supported");
	if (!r->in && are_listed(r))
		return ask_listed(f, x, r);
	if (!nd_where_tuples(r, x, &t) || !(q = ask(f, x, r->columns[0], ND_OP_IN, t.count)))
		return false;
	for (uint32_t i = 0; i < t.count; i++)
		q->values[i] = nd_value_blob(t.at[i]);
	return true;
}

static bool ask_slice(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	static const enum nd_operator ops[2][2] = { { ND_OP_GT, ND_OP_GE },
						    { ND_OP_LT, ND_OP_LE } };

	if (r->is_multi)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Multi-column slice restrictions cannot be used for filtering.");
	for (int i = ND_WHERE_START; i <= ND_WHERE_END; i++)
		if (r->ends[i].is_set &&
		    !ask_term(f, x, r->columns[0], ops[i][r->ends[i].inclusive],
			      r->ends[i].value.terms[0]))
			return false;
	return true;
}

static bool ask_entry(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
		      const struct nd_where_item *item)
{
	struct nd_value key, value;
	struct question *q;

	if (!nd_term_value(item->key, x, &key) || !nd_term_value(item->value, x, &value) ||
	    !check_value(x, c, "map key", key) || !check_value(x, c, "map value", value) ||
	    !(q = ask(f, x, c, ND_OP_EQ, 1)))
		return false;
	q->has_key = true;
	q->key = nd_value_blob(key);
	q->values[0] = nd_value_blob(value);
	return true;
}

/* All CONTAINS, then all CONTAINS KEY, then the entries: the first mistake is told. */
static bool ask_contains(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	for (int pass = 0; pass < 3; pass++)
		for (uint32_t i = 0; i < r->item_count; i++) {
			const struct nd_where_item *item = &r->items[i];
			int kind = item->key ? item->value ? 2 : 1 : 0;
			bool ok = true;

			if (kind != pass)
				continue;
			if (kind == 2)
				ok = ask_entry(f, x, r->columns[0], item);
			else if (kind == 1)
				ok = ask_term(f, x, r->columns[0], ND_OP_CONTAINS_KEY, item->key);
			else
				ok = ask_term(f, x, r->columns[0], ND_OP_CONTAINS, item->value);
			if (!ok)
				return false;
		}
	return true;
}

typedef bool ask_fn(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r);

static ask_fn *const asks[] = {
	[ND_WHERE_EQ] = ask_equal,
	[ND_WHERE_IN] = ask_in,
	[ND_WHERE_SLICE] = ask_slice,
	[ND_WHERE_CONTAINS] = ask_contains,
};

struct nd_filter *nd_where_filter(const struct nd_where *w, struct nd_request *x)
{
	struct nd_filter *f = cd_arena_take_zero(x->arena, sizeof *f);

	if (!f) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	f->last = &f->first;
	for (const struct nd_restriction *r = w->filters; r; r = r->next)
		if (!asks[r->kind](f, x, r))
			return NULL;
	for (const struct question *q = f->first; q; q = q->next)
		for (uint32_t i = 0; i < q->count && nd_where_uses_index(w); i++)
			if (q->values[i].len > INDEX_VALUE_MAX) {
				nd_refuse(&x->problem, ND_INVALID,
					  "Index expression values may not be larger than 64K");
				return NULL;
			}
	return f;
}

/* ---- asking ------------------------------------------------------------------------------------- */

static bool is_same(const cql_type *type, struct nd_value a, cql_blob b)
{
	return a.presence == ND_VALUE && nd_compare(type, nd_value_blob(a), b) == 0;
}

/* CONTAINS, CONTAINS KEY and entries: of the items of a collection. */
static bool answer_items(const struct question *q, struct nd_value v, struct nd_request *x,
			 struct cd_arena *a, bool *yes)
{
	const cql_type *type = q->column->type;
	bool map = type->kind == CQL_KIND_MAP;
	uint32_t step = map ? 2 : 1, at = map && q->op == ND_OP_CONTAINS ? 1 : 0;
	struct nd_items items;

	*yes = false;
	if (!nd_items_read(type, v, a, &items, &x->problem))
		return false;
	for (uint32_t i = 0; i + step <= items.count && !*yes; i += step) {
		if (q->has_key)
			*yes = is_same(type->inner[0], items.at[i], q->key) &&
			       is_same(type->inner[1], items.at[i + 1], q->values[0]);
		else
			*yes = is_same(type->inner[at], items.at[i + at], q->values[0]);
	}
	return true;
}

static bool answer_value(const struct question *q, cql_blob v)
{
	int c;

	if (q->op == ND_OP_IN) {
		for (uint32_t i = 0; i < q->count; i++)
			if (nd_compare(q->column->type, v, q->values[i]) == 0)
				return true;
		return false;
	}
	c = nd_compare(q->column->type, v, q->values[0]);
	switch (q->op) {
	case ND_OP_LT:
		return c < 0;
	case ND_OP_LE:
		return c <= 0;
	case ND_OP_GT:
		return c > 0;
	case ND_OP_GE:
		return c >= 0;
	default:
		return c == 0;
	}
}

static bool answer(const struct question *q, const struct nd_row_view *row, struct nd_request *x,
		   struct cd_arena *a, bool *yes)
{
	struct nd_value v;

	*yes = false;
	if (!nd_row_value(row, q->column, a, &v, &x->problem))
		return false;
	if (v.presence != ND_VALUE)
		return true;
	if (q->has_key || q->op == ND_OP_CONTAINS || q->op == ND_OP_CONTAINS_KEY)
		return answer_items(q, v, x, a, yes);
	*yes = answer_value(q, nd_value_blob(v));
	return true;
}

bool nd_filter_accepts(const struct nd_filter *f, const struct nd_row_view *row,
		       struct nd_request *x, struct cd_arena *scratch, bool *accepted)
{
	*accepted = true;
	for (const struct question *q = f->first; q && *accepted; q = q->next)
		if (!answer(q, row, x, scratch, accepted))
			return false;
	return true;
}
