/* SPDX-License-Identifier: MIT */
/* The WHERE of a view: what a row of the base must answer to be in it. */
#include <stdio.h>
#include <string.h>

#include "node/cql/parser.h"
#include "node/function/term_parts.h"
#include "node/plan/view.h"
#include "node/plan/where_plan.h"

/* ---- as a text ---------------------------------------------------------------------------------- */

/* The columns of a relation, by names that can be read again. */
static const char *spell_columns(struct nd_request *x, const struct nd_relation *r)
{
	const char *out = nd_name_text(x->arena, r->names[0]);

	for (uint32_t i = 1; i < r->name_count && out; i++) {
		const char *name = nd_name_text(x->arena, r->names[i]);
		out = name ? nd_text(&x->problem, x->arena, "%s, %s", out, name) : NULL;
	}
	if (out && r->target == ND_TARGET_TUPLE)
		out = nd_text(&x->problem, x->arena, "(%s)", out);
	return out;
}

/* No expression is an empty text: that is one for which there was no memory. */
static const char *spell_value(struct nd_request *x, const struct nd_expr *e)
{
	const char *out = nd_expr_cql(x->arena, e);

	return *out ? out : NULL;
}

static const char *spell_values(struct nd_request *x, const struct nd_relation *r)
{
	const char *out = "";

	if (r->op == ND_OP_IS_NOT_NULL)
		return "NOT NULL";
	if (r->op != ND_OP_IN)
		return spell_value(x, r->values[0]);
	for (uint32_t i = 0; i < r->value_count && out; i++) {
		const char *value = spell_value(x, r->values[i]);
		out = value ? nd_text(&x->problem, x->arena, "%s%s%s", out, i ? ", " : "", value)
			    : NULL;
	}
	return out ? nd_text(&x->problem, x->arena, "(%s)", out) : NULL;
}

static const char *spell(struct nd_request *x, const struct nd_relations *all)
{
	const char *out = "";

	for (uint32_t i = 0; i < all->count && out; i++) {
		const struct nd_relation *r = &all->at[i];
		const char *columns = spell_columns(x, r), *values = spell_values(x, r);
		const char *op = r->op == ND_OP_IS_NOT_NULL ? "IS" : nd_operator_name(r->op);

		out = columns && values ? nd_text(&x->problem, x->arena, "%s%s%s %s %s", out,
						  i ? " AND " : "", columns, op, values)
					: NULL;
	}
	if (!out)
		nd_no_memory(&x->problem);
	return out;
}

static void rename_columns(struct nd_relation *r, const char *const *renames, uint32_t count)
{
	for (uint32_t i = 0; i < r->name_count; i++)
		for (uint32_t k = 0; k < count; k++)
			if (strcmp(r->names[i], renames[2 * k]) == 0) {
				r->names[i] = renames[2 * k + 1];
				break;
			}
}

const char *nd_view_where_rename(struct nd_request *x, const char *where,
				 const char *const *renames, uint32_t rename_count)
{
	const char *text = nd_text(&x->problem, x->arena, "SELECT * FROM t WHERE %s", where);
	struct nd_statement *s = text ? nd_parse(x->arena, text, strlen(text), &x->problem) : NULL;
	struct nd_relations *all = s ? &s->as.select.where : NULL;

	for (uint32_t i = 0; all && i < all->count; i++)
		rename_columns(&all->at[i], renames, rename_count);
	return all ? spell(x, all) : NULL;
}

/* ---- what Cassandra refuses ---------------------------------------------------------------------- */

/* The relations but "c IS NOT NULL", whose columns are only looked up. */
static bool take_relations(struct nd_planner *p, const struct nd_table *base,
			   const struct nd_relations *all, struct nd_relations *out)
{
	out->count = 0;
	out->at = cd_arena_take_array(p->arena, all->count + 1u, sizeof *out->at);
	if (!out->at)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < all->count; i++)
		if (all->at[i].target == ND_TARGET_TOKEN)
			return nd_refuse(p->problem, ND_INVALID,
					 "Cannot use token relation when defining a materialized "
					 "view");
	for (uint32_t i = 0; i < all->count; i++) {
		if (all->at[i].op != ND_OP_IS_NOT_NULL)
			out->at[out->count++] = all->at[i];
		else if (!nd_table_find_column(base, all->at[i].names[0], p->problem))
			return false;
	}
	return true;
}

static bool is_restricted(const struct nd_relations *all, const char *column)
{
	for (uint32_t i = 0; i < all->count; i++)
		for (uint32_t k = 0; k < all->at[i].name_count; k++)
			if (strcmp(all->at[i].names[k], column) == 0)
				return true;
	return false;
}

static bool check_key(struct nd_planner *p, const struct nd_relations *all, const char *const *key,
		      uint32_t key_count)
{
	const char *missing = "";

	for (uint32_t i = 0; i < key_count && missing; i++)
		if (!is_restricted(all, key[i]))
			missing = nd_text(p->problem, p->arena, "%s%s%s", missing,
					  *missing ? ", " : "", key[i]);
	return missing && (!*missing || nd_refuse(p->problem, ND_INVALID,
						  "Primary key columns %s must be restricted with "
						  "'IS NOT NULL' or otherwise",
						  missing));
}

static bool check_others(struct nd_planner *p, const struct nd_where *w)
{
	const char *names = "";

	for (uint32_t i = 0; i < w->other_count && names; i++)
		names = nd_text(p->problem, p->arena, "%s%s%s", names, i ? "," : "",
				w->others[i]->columns[0]->name);
	return names && (!*names || nd_refuse(p->problem, ND_INVALID,
					      "Non-primary key columns can only be restricted with "
					      "'IS NOT NULL' (got: %s restricted illegally)",
					      names));
}

/* ---- tests --------------------------------------------------------------------------------------- */

/* A test of all columns of the restriction, or of the first `width`, with room for `count` tuples. */
static struct nd_view_test *add_test(struct nd_view *v, const struct nd_restriction *r,
				     enum nd_operator op, uint32_t width, uint32_t count,
				     struct nd_request *x)
{
	struct nd_view_test *t = &v->tests[v->test_count++];
	const struct nd_table *base = v->base;

	*t = (struct nd_view_test){ .op = op, .width = width };
	t->columns = cd_arena_take_array(x->arena, width + 1u, sizeof *t->columns);
	t->values = cd_arena_take_array(x->arena, (size_t)count * width + 1, sizeof *t->values);
	if (!t->columns || !t->values) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	for (uint32_t i = 0; i < width; i++) {
		const struct nd_column *c = r->columns[i];
		t->columns[i] = c->position +
				(c->kind == ND_CLUSTERING ? base->partition_key_count : 0u);
	}
	return t;
}

/* A tuple with a null in it is no tuple: Cassandra takes such a view, and fails its base's writes. */
static void add_tuple(struct nd_view_test *t, const struct nd_value *values)
{
	for (uint32_t i = 0; i < t->width; i++) {
		if (values[i].presence != ND_VALUE)
			return;
		t->values[(size_t)t->count * t->width + i] = nd_value_blob(values[i]);
	}
	t->count++;
}

static bool term_values(struct nd_term *const *terms, uint32_t count, struct nd_request *x,
			struct nd_value *out)
{
	for (uint32_t i = 0; i < count; i++)
		if (!nd_term_value(terms[i], x, &out[i]))
			return false;
	return true;
}

/* = and IN. */
static bool add_equal(struct nd_view *v, const struct nd_restriction *r, struct nd_request *x)
{
	struct nd_view_test *t = add_test(v, r, ND_OP_EQ, r->count, r->value_count, x);
	struct nd_value *values = cd_arena_take_array(x->arena, r->count, sizeof *values);

	if (!t || !values)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < r->value_count; i++) {
		if (!term_values(r->values[i].terms, r->count, x, values))
			return false;
		add_tuple(t, values);
	}
	return true;
}

static bool add_slice(struct nd_view *v, const struct nd_restriction *r, struct nd_request *x)
{
	static const enum nd_operator ops[2][2] = { { ND_OP_GT, ND_OP_GE },
						    { ND_OP_LT, ND_OP_LE } };
	struct nd_value *values = cd_arena_take_array(x->arena, r->count, sizeof *values);

	if (!values)
		return nd_no_memory(&x->problem);
	for (int i = ND_WHERE_START; i <= ND_WHERE_END; i++) {
		const struct nd_where_end *end = &r->ends[i];
		struct nd_view_test *t;

		if (!end->is_set)
			continue;
		t = add_test(v, r, ops[i][end->inclusive], end->count, 1, x);
		if (!t || !term_values(end->value.terms, end->count, x, values))
			return false;
		add_tuple(t, values);
	}
	return true;
}

/* Of a frozen collection: entries of maps are refused before. */
static bool add_contains(struct nd_view *v, const struct nd_restriction *r, struct nd_request *x)
{
	for (uint32_t i = 0; i < r->item_count; i++) {
		const struct nd_where_item *item = &r->items[i];
		struct nd_view_test *t = add_test(
			v, r, item->key ? ND_OP_CONTAINS_KEY : ND_OP_CONTAINS, 1, 1, x);
		struct nd_value value;

		if (!t || !nd_term_value(item->key ? item->key : item->value, x, &value))
			return false;
		add_tuple(t, &value);
	}
	return true;
}

static bool add_restriction(struct nd_view *v, const struct nd_restriction *r, struct nd_request *x)
{
	static bool (*const adds[])(struct nd_view * v, const struct nd_restriction *r,
				    struct nd_request *x) = {
		[ND_WHERE_EQ] = add_equal,
		[ND_WHERE_IN] = add_equal,
		[ND_WHERE_SLICE] = add_slice,
		[ND_WHERE_CONTAINS] = add_contains,
	};

	return adds[r->kind](v, r, x);
}

/* A restriction of several columns stands at each of them. */
static bool add_restrictions(struct nd_view *v, struct nd_restriction *const *at, uint32_t count,
			     struct nd_request *x)
{
	const struct nd_restriction *last = NULL;

	for (uint32_t i = 0; i < count; i++) {
		if (at[i] && at[i] != last && !add_restriction(v, at[i], x))
			return false;
		last = at[i];
	}
	return true;
}

bool nd_view_where(struct nd_planner *p, struct nd_request *x, struct nd_table *base,
		   const struct nd_relations *relations, const char *const *key, uint32_t key_count,
		   struct nd_view *out)
{
	const struct nd_where_options options = { .use = ND_WHERE_SELECT,
						  .allow_filtering = true,
						  .is_view = true };
	struct nd_relations others;
	struct nd_where *w;

	if (!take_relations(p, base, relations, &others) ||
	    !(w = nd_where_new(p, base, &others, &options)) ||
	    !check_key(p, relations, key, key_count) || !check_others(p, w))
		return false;
	out->test_count = 0;
	/* a relation is one test at most: a slice of two ends was two of them */
	out->tests = cd_arena_take_array(x->arena, others.count + 1u, sizeof *out->tests);
	if (!out->tests)
		return nd_no_memory(&x->problem);
	return add_restrictions(out, w->key, base->partition_key_count, x) &&
	       add_restrictions(out, w->rows, base->clustering_count, x) &&
	       (out->where = spell(x, relations)) != NULL;
}

/* ---- asking ------------------------------------------------------------------------------------- */

static int compare_tuple(const struct nd_view *v, const struct nd_view_test *t, const cql_blob *key,
			 const cql_blob *tuple)
{
	int order = 0;

	for (uint32_t i = 0; i < t->width && !order; i++) {
		uint32_t at = t->columns[i];
		order = nd_compare(v->base->columns[at]->type, key[at], tuple[i]);
	}
	return order;
}

static bool answers_items(const struct nd_view *v, const struct nd_view_test *t,
			  const cql_blob *key, struct nd_request *x, bool *yes)
{
	const cql_type *type = v->base->columns[t->columns[0]]->type;
	bool is_map = type->kind == CQL_KIND_MAP;
	uint32_t at = is_map && t->op == ND_OP_CONTAINS;
	struct nd_value whole = { ND_VALUE, key[t->columns[0]].data, key[t->columns[0]].len };
	struct nd_items items;

	*yes = false;
	if (!nd_items_read(type, whole, x->arena, &items, &x->problem))
		return false;
	for (uint32_t i = at; i < items.count && !*yes; i += is_map ? 2 : 1)
		*yes = nd_compare(type->inner[at], nd_value_blob(items.at[i]), t->values[0]) == 0;
	return true;
}

static bool answers(const struct nd_view *v, const struct nd_view_test *t, const cql_blob *key)
{
	int order = compare_tuple(v, t, key, t->values);

	switch (t->op) {
	case ND_OP_LT:
		return order < 0;
	case ND_OP_LE:
		return order <= 0;
	case ND_OP_GT:
		return order > 0;
	case ND_OP_GE:
		return order >= 0;
	default:
		for (uint32_t i = 1; i < t->count && order; i++)
			order = compare_tuple(v, t, key, t->values + (size_t)i * t->width);
		return order == 0;
	}
}

bool nd_view_accepts(const struct nd_view *v, const cql_blob *key, struct nd_request *x,
		     bool *accepted)
{
	*accepted = true;
	for (uint32_t i = 0; i < v->test_count && *accepted; i++) {
		const struct nd_view_test *t = &v->tests[i];

		if (!t->count)
			*accepted = false;
		else if (t->op != ND_OP_CONTAINS && t->op != ND_OP_CONTAINS_KEY)
			*accepted = answers(v, t, key);
		else if (!answers_items(v, t, key, x, accepted))
			return false;
	}
	return true;
}
