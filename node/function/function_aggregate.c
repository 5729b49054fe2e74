/* SPDX-License-Identifier: MIT */
/* count, min, max, sum and avg over rows, and the same over the items of a collection. */
#include <string.h>

#include "node/value/compare.h"
#include "node/value/number.h"

/* ---- count ------------------------------------------------------------------------------------ */

static bool add_row(const struct nd_call *c, struct nd_fold *fold)
{
	/* count(c) does not count nulls; count(*) has no arguments */
	fold->count += c->count == 0 || c->arguments[0].presence == ND_VALUE;
	return true;
}

static bool row_count(const struct nd_call *c, const struct nd_fold *fold, struct nd_value *out)
{
	return nd_value_of_integer(c, fold->count, 8, out);
}

static const struct nd_aggregate counting = { add_row, row_count };

bool nd_function_count(struct nd_candidates *c, const struct nd_expr *call)
{
	bool rows = call->counts_rows;
	struct nd_function *f = nd_candidates_add(c, "count", cd_type_native(CQL_KIND_BIGINT),
						  !rows, NULL);

	if (!f)
		return false;
	/* anything is a blob */
	f->arguments[0] = cd_type_native(CQL_KIND_BLOB);
	f->style = rows ? ND_STYLE_COUNT : ND_STYLE_CALL;
	f->aggregate = &counting;
	return true;
}

/* ---- min and max ------------------------------------------------------------------------------ */

static bool keep_better(const struct nd_call *c, struct nd_fold *fold, int sign)
{
	struct nd_value v = c->arguments[0];

	if (v.presence != ND_VALUE)
		return true;
	if (fold->count++ &&
	    sign * nd_compare(c->function->arguments[0], (cql_blob){ v.data, v.len },
			      (cql_blob){ fold->value.data, fold->value.len }) <=
		    0)
		return true;
	return nd_value_of_bytes(c, v.data, v.len, &fold->value);
}

static bool keep_least(const struct nd_call *c, struct nd_fold *fold)
{
	return keep_better(c, fold, -1);
}

static bool keep_greatest(const struct nd_call *c, struct nd_fold *fold)
{
	return keep_better(c, fold, 1);
}

static bool kept(const struct nd_call *c, const struct nd_fold *fold, struct nd_value *out)
{
	(void)c;
	if (fold->count)
		*out = fold->value;
	return true;
}

static const struct nd_aggregate least = { keep_least, kept };
static const struct nd_aggregate greatest = { keep_greatest, kept };

static bool add_extreme(struct nd_candidates *c, const char *name, const cql_type *type,
			const struct nd_aggregate *aggregate)
{
	struct nd_function *f = nd_candidates_add(c, name, type, 1, NULL);

	if (!f)
		return false;
	f->arguments[0] = type;
	f->aggregate = aggregate;
	return true;
}

bool nd_function_least(struct nd_candidates *c, const struct nd_expr *call,
		       const cql_type *const *types)
{
	(void)call;
	return add_extreme(c, "min", types[0], &least);
}

bool nd_function_greatest(struct nd_candidates *c, const struct nd_expr *call,
			  const cql_type *const *types)
{
	(void)call;
	return add_extreme(c, "max", types[0], &greatest);
}

/* ---- sum and avg ------------------------------------------------------------------------------ */

static bool add_number(const struct nd_call *c, struct nd_fold *fold)
{
	struct nd_value v = c->arguments[0];

	if (v.presence != ND_VALUE || v.len == 0)
		return true;
	return nd_number_add_up(c, c->function->arguments[0]->kind, v, fold);
}

static bool number_sum(const struct nd_call *c, const struct nd_fold *fold, struct nd_value *out)
{
	return nd_number_sum(c, c->function->result->kind, fold, out);
}

static bool number_average(const struct nd_call *c, const struct nd_fold *fold,
			   struct nd_value *out)
{
	return nd_number_average(c, c->function->result->kind, fold, out);
}

static const struct nd_aggregate summing = { add_number, number_sum };
static const struct nd_aggregate averaging = { add_number, number_average };

bool nd_function_sums(struct nd_candidates *c)
{
	static const struct {
		const char *name;
		const struct nd_aggregate *aggregate;
	} rows[] = { { "sum", &summing }, { "avg", &averaging } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t n = 0; strcmp(rows[i].name, c->name) == 0 && n < ND_NUMBER_KINDS; n++) {
			enum cql_kind kind = nd_number_kinds[n];
			struct nd_function *f = nd_candidates_add_native(c, rows[i].name, kind, 1,
									 &kind, NULL);
			if (!f)
				return false;
			f->aggregate = rows[i].aggregate;
		}
	return true;
}

/* ---- over the items of a collection ----------------------------------------------------------- */

static bool fold_items(const struct nd_call *c, const struct nd_aggregate *aggregate,
		       struct nd_value *out)
{
	const cql_type *type = c->function->arguments[0], *item = type->inner[0];
	const struct nd_function inner = { .name = c->function->name,
					   .result = c->function->result,
					   .count = 1,
					   .arguments = &item };
	struct nd_call call = { &inner, NULL, 1, c->request, c->arena, c->problem };
	struct nd_fold fold = { 0 };
	struct nd_items items;

	if (c->arguments[0].presence != ND_VALUE)
		return true;
	if (!nd_items_read(type, c->arguments[0], c->arena, &items, c->problem))
		return false;
	for (uint32_t i = 0; i < items.count; i++) {
		call.arguments = &items.at[i];
		if (!aggregate->add(&call, &fold))
			return false;
	}
	return aggregate->result(&call, &fold, out);
}

static bool collection_least(const struct nd_call *c, struct nd_value *out)
{
	return fold_items(c, &least, out);
}

static bool collection_greatest(const struct nd_call *c, struct nd_value *out)
{
	return fold_items(c, &greatest, out);
}

static bool collection_sum(const struct nd_call *c, struct nd_value *out)
{
	return fold_items(c, &summing, out);
}

static bool collection_average(const struct nd_call *c, struct nd_value *out)
{
	return fold_items(c, &averaging, out);
}

/* A function of a set or list, of numbers or of anything. */
static bool add_of_items(struct nd_candidates *c, const struct nd_expr *call, const cql_type *type,
			 bool numbers, nd_call_fn *run)
{
	bool fits = (type->kind == CQL_KIND_LIST || type->kind == CQL_KIND_SET) &&
		    (!numbers || nd_number_is(type->inner[0]->kind)) &&
		    !nd_is_reversed(c, call->items[0]);
	struct nd_function *f;

	if (!fits)
		return nd_refuse(c->p->problem, ND_INVALID,
				 "Function system.%s requires a %s argument, but found argument %s "
				 "of type %s",
				 c->name, numbers ? "numeric set/list" : "set or list",
				 nd_expr_text(c->p->arena, call->items[0]),
				 nd_type_text(c->p->arena, type));
	if (!(f = nd_candidates_add(c, c->name, type->inner[0], 1, run)))
		return false;
	f->arguments[0] = type;
	return true;
}

bool nd_function_collection_least(struct nd_candidates *c, const struct nd_expr *call,
				  const cql_type *const *types)
{
	return add_of_items(c, call, types[0], false, collection_least);
}

bool nd_function_collection_greatest(struct nd_candidates *c, const struct nd_expr *call,
				     const cql_type *const *types)
{
	return add_of_items(c, call, types[0], false, collection_greatest);
}

bool nd_function_collection_sum(struct nd_candidates *c, const struct nd_expr *call,
				const cql_type *const *types)
{
	return add_of_items(c, call, types[0], true, collection_sum);
}

bool nd_function_collection_average(struct nd_candidates *c, const struct nd_expr *call,
				    const cql_type *const *types)
{
	return add_of_items(c, call, types[0], true, collection_average);
}
