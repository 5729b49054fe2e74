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

/* Both in one piece of memory: nd_places.keys is its start. */
struct place {
	cql_blob key;
	int64_t token;
	struct nd_slice slice;
	cql_blob columns[];
};

bool nd_insert_keys(const struct nd_write *w, struct nd_request *x, struct nd_places *out)
{
	const struct nd_table *t = w->plan.table;
	uint32_t keys = t->partition_key_count, rows = w->touches_rows ? t->clustering_count : 0;
	struct place *at = cd_arena_take(x->arena,
					 sizeof *at + ((size_t)keys + rows) * sizeof(cql_blob));

	if (!at)
		return nd_no_memory(&x->problem);
	if (!key_values(w, x, 0, keys, at->columns) ||
	    !nd_key_join(x, at->columns, keys, &at->key, &at->token))
		return false;
	at->slice.from = (struct nd_bound){ { rows, at->columns + keys }, true };
	at->slice.to = at->slice.from;
	*out = (struct nd_places){
		.has_keys = true, .key_count = 1, .keys = &at->key, .tokens = &at->token
	};
	return true;
}

bool nd_insert_places(const struct nd_write *w, struct nd_request *x, struct nd_places *out)
{
	struct place *at;

	if (!out->has_keys && !nd_insert_keys(w, x, out))
		return false;
	at = (struct place *)out->keys;
	if (!key_values(w, x, w->plan.table->partition_key_count, at->slice.from.prefix.count,
			at->columns))
		return false;
	out->slice_count = 1;
	out->slices = &at->slice;
	out->names_rows = w->touches_rows;
	return true;
}
