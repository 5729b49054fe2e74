/* SPDX-License-Identifier: MIT */
/* The values of a WHERE clause with what is bound: never null, never unset. */
#include "node/term_parts.h"
#include "node/where_plan.h"

/* ---- what cannot be ----------------------------------------------------------------------------- */

static const char *joined_names(struct nd_request *x, const struct nd_restriction *r)
{
	const char *out = "";

	for (uint32_t i = 0; i < r->count && out; i++)
		out = nd_text(&x->problem, x->arena, "%s%s%s", out, i ? ", " : "",
			      r->columns[i]->name);
	return out ? out : "";
}

static bool refuse_null(struct nd_request *x, const struct nd_restriction *r, uint32_t column)
{
	if (r->is_multi && r->kind == ND_WHERE_IN)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Invalid null value in condition for columns: [%s]",
				 joined_names(x, r));
	if (r->is_multi && r->kind == ND_WHERE_EQ)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid null value for column %s",
				 r->columns[column]->name);
	return nd_refuse(&x->problem, ND_INVALID, "Invalid null value in condition for column %s",
			 r->columns[column]->name);
}

static bool check_value(struct nd_request *x, const struct nd_restriction *r, uint32_t column,
			struct nd_value v)
{
	if (v.presence == ND_NULL)
		return refuse_null(x, r, column);
	if (v.presence == ND_VALUE)
		return true;
	if (r->is_multi)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Invalid unset value for tuple field number %u", column);
	return nd_refuse(&x->problem, ND_INVALID, "Invalid unset value for column %s",
			 r->columns[column]->name);
}

/* ---- tuples ------------------------------------------------------------------------------------- */

/* The elements of an encoded tuple; those that are not there are null. */
static bool split_tuple(const struct nd_restriction *r, struct nd_request *x, struct nd_value v,
			uint32_t count, struct nd_value *out)
{
	struct nd_items items = { 0, NULL };

	if (!nd_items_read(r->tuple, v, x->arena, &items, &x->problem))
		return false;
	if (items.count > count)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Tuple value contained too many fields (expected %u, got %u)",
				 count, items.count);
	for (uint32_t i = 0; i < count; i++)
		out[i] = i < items.count ? items.at[i] : (struct nd_value){ ND_NULL, NULL, 0 };
	return true;
}

static bool read_value(const struct nd_restriction *r, const struct nd_where_value *from,
		       uint32_t count, struct nd_request *x, struct nd_value *out)
{
	struct nd_value whole;

	if (!from->whole) {
		for (uint32_t i = 0; i < count; i++)
			if (!nd_term_value(from->terms[i], x, &out[i]))
				return false;
		return true;
	}
	if (!nd_term_value(from->whole, x, &whole))
		return false;
	if (whole.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid unset value for tuple (%s)",
				 joined_names(x, r));
	if (whole.presence == ND_NULL)
		return refuse_null(x, r, 0);
	return split_tuple(r, x, whole, count, out);
}

bool nd_where_end_values(const struct nd_restriction *r, const struct nd_where_end *end,
			 struct nd_request *x, struct nd_value *out)
{
	if (!read_value(r, &end->value, end->count, x, out))
		return false;
	for (uint32_t i = 0; i < end->count; i++)
		if (!check_value(x, r, i, out[i]))
			return false;
	return true;
}

/* ---- = and IN ----------------------------------------------------------------------------------- */

static bool tuples_alloc(struct nd_request *x, uint32_t count, uint32_t width,
			 struct nd_tuples *out)
{
	*out = (struct nd_tuples){ count, width, NULL };
	out->at = cd_arena_take_array(x->arena, (size_t)count * width + 1, sizeof *out->at);
	return out->at || nd_no_memory(&x->problem);
}

/* IN ?: the items of a list, each of them a value or a tuple. */
static bool list_tuples(const struct nd_restriction *r, struct nd_request *x, struct nd_tuples *out)
{
	struct nd_items items = { 0, NULL };
	struct nd_value list;

	if (!nd_term_value(r->in, x, &list))
		return false;
	if (list.presence == ND_NULL)
		return r->is_multi
			       ? nd_refuse(&x->problem, ND_INVALID,
					   "Invalid null value for IN restriction")
			       : nd_refuse(&x->problem, ND_INVALID,
					   "Invalid null value for column %s", r->columns[0]->name);
	if (list.presence == ND_UNSET)
		return r->is_multi ? nd_refuse(&x->problem, ND_INVALID,
					       "Invalid unset value for in(%s)", joined_names(x, r))
				   : nd_refuse(&x->problem, ND_INVALID,
					       "Invalid unset value for column %s",
					       r->columns[0]->name);
	if (!nd_items_read(r->in_type, list, x->arena, &items, &x->problem) ||
	    !tuples_alloc(x, items.count, r->count, out))
		return false;
	for (uint32_t i = 0; i < items.count; i++) {
		struct nd_value *at = out->at + (size_t)i * r->count;

		if (!r->is_multi)
			*at = items.at[i];
		else if (items.at[i].presence != ND_VALUE)
			return refuse_null(x, r, 0);
		else if (!split_tuple(r, x, items.at[i], r->count, at))
			return false;
	}
	return true;
}

bool nd_where_tuples(const struct nd_restriction *r, struct nd_request *x, struct nd_tuples *out)
{
	if (r->in) {
		if (!list_tuples(r, x, out))
			return false;
	} else {
		if (!tuples_alloc(x, r->value_count, r->count, out))
			return false;
		for (uint32_t i = 0; i < r->value_count; i++)
			if (!read_value(r, &r->values[i], r->count, x,
					out->at + (size_t)i * r->count))
				return false;
	}
	for (uint32_t i = 0; i < out->count; i++)
		for (uint32_t k = 0; k < r->count; k++)
			if (!check_value(x, r, k, out->at[(size_t)i * r->count + k]))
				return false;
	return true;
}
