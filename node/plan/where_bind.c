/* SPDX-License-Identifier: MIT */
/* A WHERE clause with what is bound: partitions and rows. */
#include <string.h>

#include <coodie/token.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "node/plan/guardrail.h"
#include "node/plan/where_plan.h"

enum { KEY_MAX = 65535 };

/* ---- partitions by key -------------------------------------------------------------------------- */

static bool too_long(struct nd_request *x, size_t len)
{
	return nd_refuse(&x->problem, ND_INVALID, "Key length of %zu is longer than maximum of %d",
			 len, KEY_MAX);
}

/* Each column with a [short] length in front and a zero byte behind. */
static bool join_columns(struct nd_request *x, const cql_blob *columns, uint32_t count,
			 cql_blob *out)
{
	size_t size = 0;
	uint8_t *data, *at;

	for (uint32_t i = 0; i < count; i++) {
		if (columns[i].len > KEY_MAX)
			return too_long(x, columns[i].len);
		size += 3 + columns[i].len;
	}
	if (size > KEY_MAX)
		return too_long(x, size);
	data = at = cd_arena_take(x->arena, size);
	if (!data)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < count; i++) {
		cd_put_be16(at, (uint16_t)columns[i].len);
		if (columns[i].len)
			memcpy(at + 2, columns[i].data, columns[i].len);
		at[2 + columns[i].len] = 0;
		at += 3 + columns[i].len;
	}
	*out = (cql_blob){ data, size };
	return true;
}

static bool check_key(struct nd_request *x, cql_blob key)
{
	if (!key.len)
		return nd_refuse(&x->problem, ND_INVALID, "Key may not be empty");
	return key.len <= KEY_MAX || too_long(x, key.len);
}

static bool is_near(const struct nd_request *x, cql_blob key)
{
	return x->near_key.data && x->near_key.len == key.len &&
	       !memcmp(x->near_key.data, key.data, key.len);
}

bool nd_key_join(struct nd_request *x, const cql_blob *columns, uint32_t count, cql_blob *key,
		 int64_t *token)
{
	*key = columns[0];
	if (count > 1 ? !join_columns(x, columns, count, key) : !check_key(x, *key))
		return false;
	if (is_near(x, *key)) {
		*key = x->near_key;
		*token = x->near_token;
	} else {
		*token = cql_murmur3_token(key->data, key->len);
	}
	return true;
}

static bool add_key(const struct nd_where *w, struct nd_request *x, const cql_blob *columns,
		    struct nd_places *out)
{
	uint32_t i = out->key_count, count = w->table->partition_key_count;

	if (w->options.use == ND_WHERE_SELECT && count == 1) {
		out->keys[i] = columns[0];
		out->tokens[i] = cql_murmur3_token(columns[0].data, columns[0].len);
	} else if (!nd_key_join(x, columns, count, &out->keys[i], &out->tokens[i])) {
		return false;
	}
	out->key_count++;
	return true;
}

/* SELECT looks at the keys when it knows that there are rows to look for. */
static bool check_keys(const struct nd_where *w, struct nd_request *x, const struct nd_places *p)
{
	if (w->options.use != ND_WHERE_SELECT || w->table->partition_key_count > 1)
		return true;
	for (uint32_t i = 0; i < p->key_count; i++)
		if (!check_key(x, p->keys[i]))
			return false;
	return true;
}

static bool keys_alloc(struct nd_request *x, uint32_t count, struct nd_places *out)
{
	size_t each = sizeof *out->keys + sizeof *out->tokens;

	out->has_keys = true;
	out->keys = count <= SIZE_MAX / each - 1 ? cd_arena_take(x->arena, (count + 1u) * each)
						 : NULL;
	out->tokens = out->keys ? (int64_t *)(out->keys + count + 1) : NULL;
	return out->keys || nd_no_memory(&x->problem);
}

/* Each column by one value: what nearly all statements have. */
static bool simple_key(const struct nd_where *w, struct nd_request *x, struct nd_places *out)
{
	uint32_t count = w->table->partition_key_count;
	cql_blob one, *columns = count == 1 ? &one
					    : cd_arena_take_array(x->arena, count, sizeof *columns);

	if (!columns)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < count; i++) {
		struct nd_value v;

		if (!nd_where_value(w->key[i], x, &v))
			return false;
		columns[i] = nd_value_blob(v);
	}
	out->has_keys = true;
	out->keys = &out->only_key;
	out->tokens = &out->only_token;
	return add_key(w, x, columns, out);
}

/* Once for each column, by the product so far, when one of them is IN a list. */
static bool guard_product(struct nd_restriction *const *at, uint32_t columns, struct nd_request *x,
			  const char *what)
{
	bool has_in = false;
	int64_t product = 1;

	if (!nd_guard_is_set(x, ND_THRESHOLD_in_select_cartesian_product))
		return true;
	for (uint32_t i = 0; i < columns && at[i]; i += at[i]->count)
		has_in |= at[i]->kind == ND_WHERE_IN;
	for (uint32_t i = 0; has_in && i < columns && at[i]; i += at[i]->count) {
		struct nd_tuples t;

		if (!nd_where_tuples(at[i], x, &t))
			return false;
		product = t.count && product > INT32_MAX / t.count ? INT32_MAX : product * t.count;
		if (!nd_guard(x, ND_THRESHOLD_in_select_cartesian_product, product, what))
			return false;
	}
	return true;
}

static bool all_keys(const struct nd_where *w, struct nd_request *x, struct nd_places *out)
{
	uint32_t width = w->table->partition_key_count, count;
	cql_blob *columns;

	if (!guard_product(w->key, width, x, "partition key"))
		return false;
	if (!nd_where_product(w->key, width, x, &count, &columns) || !keys_alloc(x, count, out))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!add_key(w, x, columns + (size_t)i * width, out))
			return false;
	return true;
}

/* ---- partitions by token ------------------------------------------------------------------------ */

static bool token_value(const struct nd_where_end *end, struct nd_request *x, int64_t *out)
{
	struct nd_value v;

	if (!nd_term_value(end->value.terms[0], x, &v))
		return false;
	if (v.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Invalid unset value for column partition key token");
	if (v.presence == ND_NULL || v.len != 8)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid null token value");
	*out = (int64_t)cd_get_be64(v.data);
	return true;
}

/* The least token stands for the ends of the ring: as an end of a range it bounds nothing. */
static bool token_range(const struct nd_where *w, struct nd_request *x, struct nd_places *out)
{
	const struct nd_where_end *from = &w->token.ends[ND_WHERE_START];
	const struct nd_where_end *to = &w->token.ends[ND_WHERE_END];

	out->first_token = INT64_MIN;
	out->last_token = INT64_MAX;
	if (from->is_set) {
		if (!token_value(from, x, &out->first_token))
			return false;
		if (out->first_token != INT64_MIN && !from->inclusive) {
			out->nothing |= out->first_token == INT64_MAX;
			out->first_token += out->first_token != INT64_MAX;
		}
	}
	if (to->is_set) {
		if (!token_value(to, x, &out->last_token))
			return false;
		if (out->last_token == INT64_MIN)
			out->last_token = INT64_MAX;
		else if (!to->inclusive)
			out->last_token--;
	}
	out->nothing |= out->first_token > out->last_token;
	return true;
}

static void keep_keys_in_range(struct nd_places *out)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < out->key_count; i++)
		if (out->tokens[i] >= out->first_token && out->tokens[i] <= out->last_token) {
			out->keys[kept] = out->keys[i];
			out->tokens[kept++] = out->tokens[i];
		}
	out->key_count = kept;
}

/* ---- rows --------------------------------------------------------------------------------------- */

static bool are_keys_named(const struct nd_where *w)
{
	return !w->is_key_range && w->key_count == w->table->partition_key_count;
}

bool nd_where_bind_keys(const struct nd_where *w, struct nd_request *x, struct nd_places *out)
{
	*out = (struct nd_places){ .first_token = INT64_MIN, .last_token = INT64_MAX };
	return w->simple_key ? simple_key(w, x, out) : !are_keys_named(w) || all_keys(w, x, out);
}

/* What may be said of partitions beside their keys, and whether so many may be asked for. */
static bool bind_partitions(const struct nd_where *w, struct nd_request *x, struct nd_places *out)
{
	if (w->token.is_set) {
		if (!token_range(w, x, out))
			return false;
		if (are_keys_named(w))
			keep_keys_in_range(out);
	}
	if (w->options.use == ND_WHERE_SELECT && w->is_key_range && w->uses_index &&
	    !nd_guard_use(x, ND_FLAG_non_partition_restricted_index_query_enabled, NULL))
		return false;
	if (w->options.use == ND_WHERE_SELECT && w->has_key_in &&
	    !nd_guard(x, ND_THRESHOLD_partition_keys_in_select, out->key_count, w->table->name))
		return false;
	out->nothing |= out->has_keys && !out->key_count;
	return true;
}

bool nd_where_bind(const struct nd_where *w, struct nd_request *x, struct nd_places *out)
{
	static const struct nd_slice all = { { { 0, NULL }, true }, { { 0, NULL }, true } };

	if (!nd_where_bind_keys(w, x, out) || (!w->simple_key && !bind_partitions(w, x, out)))
		return false;
	if (w->names_rows && w->bound_rows &&
	    !guard_product(w->rows, w->bound_rows, x, "clustering key"))
		return false;
	if (w->bound_rows && !(out->nothing && w->options.use == ND_WHERE_SELECT))
		return nd_where_slices(w, x, out) && (!out->slice_count || check_keys(w, x, out));
	if (!check_keys(w, x, out))
		return false;
	out->slices = &all;
	out->slice_count = 1;
	out->names_rows = w->names_rows;
	return true;
}
