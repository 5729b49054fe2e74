/* SPDX-License-Identifier: MIT */
/* Functions of maps, collections and vectors. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "node/function/function.h"

/* ---- maps ------------------------------------------------------------------------------------- */

/* Every other item, from `first` on. */
static bool half(const struct nd_call *c, uint32_t first, struct nd_value *out)
{
	struct nd_items items;
	uint32_t count = 0;

	if (c->arguments[0].presence != ND_VALUE)
		return true;
	if (!nd_items_read(c->function->arguments[0], c->arguments[0], c->arena, &items,
			   c->problem))
		return false;
	for (uint32_t i = first; i < items.count; i += 2)
		items.at[count++] = items.at[i];
	return nd_items_write(c->function->result, items.at, count, c->arena, out, c->problem);
}

static bool map_keys(const struct nd_call *c, struct nd_value *out)
{
	return half(c, 0, out);
}

static bool map_values(const struct nd_call *c, struct nd_value *out)
{
	return half(c, 1, out);
}

static bool refuse_type(struct nd_candidates *c, const struct nd_expr *call, const char *wanted,
			const cql_type *type)
{
	return nd_refuse(
		c->p->problem, ND_INVALID,
		"Function system.%s requires a %s argument, but found argument %s of type %s",
		c->name, wanted, nd_expr_text(c->p->arena, call->items[0]),
		nd_type_text(c->p->arena, type));
}

bool nd_is_reversed(const struct nd_candidates *c, const struct nd_expr *e)
{
	const struct nd_column *column = NULL;

	if (e->kind == ND_EXPR_COLUMN && c->p->columns)
		column = nd_table_find_column(c->p->columns, e->name, c->p->problem);
	return column && column->descending;
}

static bool add_half(struct nd_candidates *c, const struct nd_expr *call, const cql_type *type,
		     enum cql_kind result, nd_call_fn *run)
{
	const cql_type *items;
	struct nd_function *f;

	if (type->kind != CQL_KIND_MAP || nd_is_reversed(c, call->items[0]))
		return refuse_type(c, call, "map", type);
	items = nd_type_of_items(c->p, result, type->inner[result == CQL_KIND_LIST]);
	if (!items || !(f = nd_candidates_add(c, c->name, items, 1, run)))
		return false;
	f->arguments[0] = type;
	return true;
}

bool nd_function_map_keys(struct nd_candidates *c, const struct nd_expr *call,
			  const cql_type *const *types)
{
	return add_half(c, call, types[0], CQL_KIND_SET, map_keys);
}

bool nd_function_map_values(struct nd_candidates *c, const struct nd_expr *call,
			    const cql_type *const *types)
{
	return add_half(c, call, types[0], CQL_KIND_LIST, map_values);
}

/* ---- collections ------------------------------------------------------------------------------ */

static bool collection_count(const struct nd_call *c, struct nd_value *out)
{
	struct nd_value v = c->arguments[0];

	if (v.presence != ND_VALUE)
		return true;
	return nd_value_of_integer(c, v.len < 4 ? 0 : (int32_t)cd_get_be32(v.data), 4, out);
}

bool nd_function_collection_count(struct nd_candidates *c, const struct nd_expr *call,
				  const cql_type *const *types)
{
	enum cql_kind kind = types[0]->kind;
	struct nd_function *f;

	if ((kind != CQL_KIND_LIST && kind != CQL_KIND_SET && kind != CQL_KIND_MAP) ||
	    nd_is_reversed(c, call->items[0]))
		return refuse_type(c, call, "collection", types[0]);
	f = nd_candidates_add(c, c->name, cd_type_native(CQL_KIND_INT), 1, collection_count);
	if (!f)
		return false;
	f->arguments[0] = types[0];
	return true;
}

/* ---- vectors ---------------------------------------------------------------------------------- */

static float element(struct nd_value v, uint32_t i)
{
	uint32_t bits = cd_get_be32(v.data + 4 * (size_t)i);
	float f;

	memcpy(&f, &bits, sizeof f);
	return f;
}

/* Sums over two vectors: of products, of squares, of squared differences. */
struct sums {
	float dot, left, right, distance;
};

static struct sums sums_of(const struct nd_call *c)
{
	struct sums s = { 0, 0, 0, 0 };

	for (uint32_t i = 0; i < c->function->arguments[0]->of.dimension; i++) {
		float a = element(c->arguments[0], i), b = element(c->arguments[1], i);
		s.dot += a * b;
		s.left += a * a;
		s.right += b * b;
		s.distance += (a - b) * (a - b);
	}
	return s;
}

/* The scores of Lucene, from 0 to 1. */
static bool similarity(const struct nd_call *c, struct nd_value *out)
{
	size_t len = 4 * (size_t)c->function->arguments[0]->of.dimension;
	uint8_t bytes[4];
	uint32_t bits;
	float score;

	if (c->arguments[0].presence != ND_VALUE || c->arguments[1].presence != ND_VALUE)
		return true;
	if (c->arguments[0].len != len || c->arguments[1].len != len)
		return nd_refuse(c->problem, ND_INVALID, "Not a vector of %zu bytes", len);
	struct sums s = sums_of(c);
	if (strcmp(c->function->name, "similarity_euclidean") == 0)
		score = 1 / (1 + s.distance);
	else if (strcmp(c->function->name, "similarity_dot_product") == 0)
		score = (1 + s.dot) / 2;
	else if (s.left == 0 || s.right == 0)
		return nd_refuse(
			c->problem, ND_INVALID,
			"Function system.similarity_cosine doesn't support all-zero vectors.");
	else
		score = (1 + (float)((double)s.dot / sqrt((double)s.left * (double)s.right))) / 2;
	memcpy(&bits, &score, sizeof bits);
	cd_put_be32(bytes, bits);
	return nd_value_of_bytes(c, bytes, sizeof bytes, out);
}

static bool is_float_vector(const cql_type *type)
{
	return type->kind == CQL_KIND_VECTOR && type->inner[0]->kind == CQL_KIND_FLOAT;
}

/* A list literal is a vector here. */
static const cql_type *as_vector(struct nd_candidates *c, const struct nd_expr *e,
				 const cql_type *type)
{
	cql_type *v;

	if (e->kind != ND_EXPR_LIST || e->count == 0)
		return type;
	if (!(v = cd_type_new(c->p->arena, CQL_KIND_VECTOR, 1))) {
		nd_no_memory(c->p->problem);
		return NULL;
	}
	v->inner[0] = cd_type_native(CQL_KIND_FLOAT);
	v->of.dimension = e->count;
	v->fixed_size = (int32_t)(4 * e->count);
	return v;
}

bool nd_function_similarity(struct nd_candidates *c, const struct nd_expr *call,
			    const cql_type *const *types)
{
	const cql_type *left = as_vector(c, call->items[0], types[0]), *right;
	struct nd_function *f;

	right = left ? as_vector(c, call->items[1], types[1]) : NULL;
	if (!left || !right)
		return false;
	bool first = is_float_vector(left) && !nd_is_reversed(c, call->items[0]);
	if (!first || !is_float_vector(right) || nd_is_reversed(c, call->items[1]))
		return nd_refuse(c->p->problem, ND_INVALID,
				 "Function system.%s requires a float vector argument, but found "
				 "argument %s of type %s",
				 c->name, nd_expr_text(c->p->arena, call->items[first]),
				 nd_type_text(c->p->arena, first ? right : left));
	if (left->of.dimension != right->of.dimension)
		return nd_refuse(c->p->problem, ND_INVALID,
				 "All arguments must have the same vector dimensions");
	if (!(f = nd_candidates_add(c, c->name, cd_type_native(CQL_KIND_FLOAT), 2, similarity)))
		return false;
	f->arguments[0] = left;
	f->arguments[1] = right;
	return true;
}
