/* SPDX-License-Identifier: MIT */
/* The values of a WHERE clause with what is bound: never null, never unset. */
#include "base/reader.h"
#include "node/function/term_parts.h"
#include "node/plan/where_plan.h"

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

static bool check_kind(struct nd_request *x, const struct nd_restriction *r,
		       const struct nd_tuples *t, enum nd_presence kind)
{
	for (uint32_t i = 0; i < t->count * t->width; i++)
		if (t->at[i].presence == kind && !check_value(x, r, i % t->width, t->at[i]))
			return false;
	return true;
}

/* A null is told before what is unset, wherever they stand; in tuples the other way round. */
static bool check_values(struct nd_request *x, const struct nd_restriction *r,
			 const struct nd_tuples *t)
{
	return check_kind(x, r, t, r->is_multi ? ND_UNSET : ND_NULL) &&
	       check_kind(x, r, t, r->is_multi ? ND_NULL : ND_UNSET);
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
		return nd_refuse(&x->problem, ND_INVALID, "Invalid unset value for tuple %s",
				 from->whole->name);
	if (whole.presence == ND_NULL)
		return refuse_null(x, r, 0);
	return split_tuple(r, x, whole, count, out);
}

/* How many elements a tuple's bytes have: it may be cut short, and is a shorter bound then. */
static bool count_elements(struct nd_value tuple, struct nd_request *x, uint32_t *count)
{
	struct cd_reader reader = cd_reader_over(tuple.data, tuple.len);
	uint32_t have = 0;

	for (; have < *count && cd_reader_left(&reader); have++) {
		int32_t len = (int32_t)cd_reader_be32(&reader);

		if (len > 0)
			cd_reader_take(&reader, (size_t)len);
	}
	*count = have;
	return !reader.failed ||
	       nd_refuse(&x->problem, ND_INVALID, "Not enough bytes to read a tuple");
}

bool nd_where_end_values(const struct nd_restriction *r, const struct nd_where_end *end,
			 struct nd_request *x, struct nd_value *out, uint32_t *count)
{
	struct nd_value whole;

	*count = end->count;
	if (!read_value(r, &end->value, end->count, x, out))
		return false;
	if (end->value.whole &&
	    (!nd_term_value(end->value.whole, x, &whole) || !count_elements(whole, x, count)))
		return false;
	if (!r->is_multi && out[0].presence == ND_NULL)
		return true;
	return check_values(x, r, &(struct nd_tuples){ 1, *count, out });
}

/* ---- = and IN ----------------------------------------------------------------------------------- */

static bool tuples_alloc(struct nd_request *x, uint32_t count, uint32_t width,
			 struct nd_tuples *out)
{
	*out = (struct nd_tuples){ count, width, NULL };
	out->at = cd_arena_take_array(x->arena, (size_t)count * width + 1, sizeof *out->at);
	return out->at || nd_no_memory(&x->problem);
}

/* The items of a list that was bound: here, unlike elsewhere, they may be null, and are refused by
 * another name. */
static bool read_list(struct nd_request *x, struct nd_value list, struct nd_items *out)
{
	struct cd_reader reader = cd_reader_over(list.data, list.len);

	out->count = cd_reader_be32(&reader);
	if (reader.failed || out->count > cd_reader_left(&reader) / 4)
		return nd_refuse(&x->problem, ND_INVALID, "Not enough bytes to read a list");
	out->at = cd_arena_take_array(x->arena, out->count + 1u, sizeof *out->at);
	if (!out->at)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < out->count; i++) {
		int32_t len = (int32_t)cd_reader_be32(&reader);
		struct cd_span span = cd_reader_span(&reader, len > 0 ? (size_t)len : 0);

		out->at[i] = (struct nd_value){ len < 0 ? ND_NULL : ND_VALUE, span.at, span.len };
	}
	return !reader.failed ||
	       nd_refuse(&x->problem, ND_INVALID, "Not enough bytes to read a list");
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
	if (!read_list(x, list, &items) || !tuples_alloc(x, items.count, r->count, out))
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
	return check_values(x, r, out);
}

bool nd_where_value(const struct nd_restriction *r, struct nd_request *x, struct nd_value *out)
{
	struct nd_tuples t;

	if (!r->in && !r->is_multi && !r->values->whole)
		return nd_term_value(r->values->terms[0], x, out) && check_value(x, r, 0, *out);
	if (!nd_where_tuples(r, x, &t))
		return false;
	*out = t.at[0];
	return true;
}
