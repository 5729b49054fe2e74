/* SPDX-License-Identifier: MIT */
/* The partition and row an INSERT names. */
#include "node/plan/insert.h"

static bool key_value(const struct nd_column *c, const struct nd_term *t, struct nd_request *x,
		      cql_blob *out)
{
	static const uint8_t empty[1];
	struct nd_value v;

	if (!nd_term_value(t, x, &v))
		return false;
	if (v.presence == ND_NULL)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Invalid null value in condition for column %s", c->name);
	if (v.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid unset value for column %s",
				 c->name);
	*out = (cql_blob){ v.len ? v.data : empty, v.len };
	return true;
}

/* Of the columns from `first` on. */
static bool key_values(const struct nd_write *w, struct nd_request *x, uint32_t first,
		       uint32_t count, cql_blob *out)
{
	for (uint32_t i = first; i < first + count; i++)
		if (!key_value(w->plan.table->columns[i], w->key[i], x, &out[i]))
			return false;
	return true;
}

bool nd_insert_keys(const struct nd_write *w, struct nd_request *x, struct nd_places *out)
{
	const struct nd_table *t = w->plan.table;
	uint32_t count = t->partition_key_count;
	struct {
		cql_blob key;
		int64_t token;
		cql_blob columns[];
	} *at = cd_arena_take(x->arena, sizeof *at + count * sizeof(cql_blob));

	if (!at)
		return nd_no_memory(&x->problem);
	if (!key_values(w, x, 0, count, at->columns) ||
	    !nd_key_join(x, at->columns, count, &at->key, &at->token))
		return false;
	*out = (struct nd_places){
		.has_keys = true, .key_count = 1, .keys = &at->key, .tokens = &at->token
	};
	return true;
}

bool nd_insert_places(const struct nd_write *w, struct nd_request *x, struct nd_places *out)
{
	const struct nd_table *t = w->plan.table;
	uint32_t rows = w->touches_rows ? t->clustering_count : 0, keys = t->partition_key_count;
	struct {
		struct nd_slice slice;
		cql_blob columns[];
	} *at = cd_arena_take(x->arena, sizeof *at + (keys + rows) * sizeof(cql_blob));

	if (!at)
		return nd_no_memory(&x->problem);
	if ((!out->has_keys && !nd_insert_keys(w, x, out)) ||
	    !key_values(w, x, keys, rows, at->columns))
		return false;
	at->slice.from = (struct nd_bound){ { rows, at->columns + keys }, true };
	at->slice.to = at->slice.from;
	out->slice_count = 1;
	out->slices = &at->slice;
	out->names_rows = w->touches_rows;
	return true;
}
