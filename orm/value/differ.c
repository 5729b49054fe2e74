/* SPDX-License-Identifier: MIT */
/* Whether two values are the same, and what to add and take out so that one becomes the other. */
#include "orm/value/items.h"

static bool is_collection(cql_value v)
{
	return v.is.tag == CQL_TAG_LIST || v.is.tag == CQL_TAG_SET || v.is.tag == CQL_TAG_MAP;
}

/* ---- the same, whatever the order of sets and maps ---------------------------------------------- */

/* Values in a row: items, or keys and values in turn. */
static cql_seq seq_of(const cql_value *values, uint32_t count)
{
	return (cql_seq){ .items = values, .count = count };
}

/* Items as a set, or pairs as a map. */
static bool make_seq(struct cd_arena *a, const struct cd_item *items, size_t count, bool pairs,
		     cql_value *out)
{
	cql_value *values = cd_arena_take_array(a, 2 * count + 1, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; values && i < count; i++) {
		values[n++] = items[i].key;
		if (pairs)
			values[n++] = items[i].value;
	}
	*out = pairs ? cql_from_map((cql_map){ seq_of(values, (uint32_t)count) })
		     : cql_from_set((cql_set){ seq_of(values, (uint32_t)count) });
	return values != NULL;
}

static bool put_in_order(cql_value v, struct cd_arena *a, cql_value *out);

/* The same value over items of which each is in order inside. */
static bool order_inside(cql_value v, struct cd_arena *a, cql_value *out)
{
	bool is_map = v.is.tag == CQL_TAG_MAP;
	cql_value *values = cd_arena_take_array(a, 2 * (size_t)v.as.seq.count + 1, sizeof(*values));
	cql_iter it = cql_list_iter((cql_list){ v.as.seq });
	cql_iter pairs = cql_map_iter((cql_map){ v.as.seq });
	cql_value key, value = cql_null();
	size_t n = 0;

	while (values &&
	       (is_map ? cql_iter_next_pair(&pairs, &key, &value) : cql_iter_next(&it, &key))) {
		if (!put_in_order(key, a, &values[n++]) ||
		    (is_map && !put_in_order(value, a, &values[n++])))
			return false;
	}
	*out = v;
	out->as.seq = seq_of(values, v.as.seq.count);
	return values && n == (size_t)v.as.seq.count * (is_map ? 2 : 1);
}

/* Sets and maps at every depth sorted; false: no memory, or broken. Fields of a user type have their places. */
static bool put_in_order(cql_value v, struct cd_arena *a, cql_value *out)
{
	struct cd_item *items;

	*out = v;
	if (!cd_datum_is_seq(v) || v.is.tag == CQL_TAG_UDT)
		return true;
	if (!order_inside(v, a, out))
		return false;
	if (v.is.tag != CQL_TAG_SET && v.is.tag != CQL_TAG_MAP)
		return true;
	items = cd_items_sorted(*out, a);
	return items && make_seq(a, items, out->as.seq.count, v.is.tag == CQL_TAG_MAP, out);
}

static bool same_unordered(cql_value a, cql_value b, struct cd_arena *scratch)
{
	return a.as.seq.count == b.as.seq.count && put_in_order(a, scratch, &a) &&
	       put_in_order(b, scratch, &b) && cd_datum_order(&a, &b) == 0;
}

bool cd_datum_same(cql_value a, cql_value b, struct cd_arena *scratch)
{
	if (cd_datum_is_seq(a) && a.is.tag == b.is.tag && a.as.seq.items == b.as.seq.items &&
	    a.as.seq.count == b.as.seq.count && a.as.seq.type && b.as.seq.type)
		return true; /* the very bytes that were loaded */
	if (cd_datum_order(&a, &b) == 0)
		return true;
	return scratch && a.is.tag == b.is.tag && cd_datum_is_seq(a) &&
	       same_unordered(a, b, scratch);
}

bool cd_datum_is_empty(cql_value v)
{
	return cd_datum_is_missing(v) || (is_collection(v) && v.as.seq.count == 0);
}

/* The items or pairs that one has and the other has not, or has with another value. */
static void take_missing(const struct cd_item *x, size_t x_count, const struct cd_item *y,
			 size_t y_count, bool keys_only, struct cd_item *out, size_t *count)
{
	size_t j = 0;

	for (size_t i = 0; i < x_count; i++) {
		bool found;

		while (j < y_count && cd_datum_order(&y[j].key, &x[i].key) < 0)
			j++;
		found = j < y_count && cd_datum_order(&y[j].key, &x[i].key) == 0 &&
			(keys_only || cd_datum_order(&y[j].value, &x[i].value) == 0);
		if (!found)
			out[(*count)++] = x[i];
	}
}

bool cd_datum_delta(cql_value was, cql_value now, struct cd_arena *a, cql_value *added,
		    cql_value *removed)
{
	struct cd_item *x = cd_items_sorted(was, a), *y = cd_items_sorted(now, a);
	size_t most = (size_t)was.as.seq.count + now.as.seq.count, count = 0;
	struct cd_item *out = cd_arena_take_array(a, most + 1, sizeof(*out));
	bool is_map = now.is.tag == CQL_TAG_MAP;

	if (!x || !y || !out)
		return false;
	take_missing(y, now.as.seq.count, x, was.as.seq.count, false, out, &count);
	if (!make_seq(a, out, count, is_map, added))
		return false;
	count = 0;
	take_missing(x, was.as.seq.count, y, now.as.seq.count, true, out, &count);
	return make_seq(a, out, count, false, removed);
}

static cql_value *list_items(cql_value v, struct cd_arena *a)
{
	cql_value *items = cd_arena_take_array(a, (size_t)v.as.seq.count + 1, sizeof(*items));
	cql_iter it = cql_list_iter((cql_list){ v.as.seq });
	size_t i = 0;

	while (items && i < v.as.seq.count && cql_iter_next(&it, &items[i]))
		i++;
	return i == v.as.seq.count ? items : NULL;
}

static bool same_run(const cql_value *x, const cql_value *y, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (cd_datum_order(&x[i], &y[i]))
			return false;
	}
	return true;
}

bool cd_datum_grown(cql_value was, cql_value now, struct cd_arena *a, cql_value *before,
		    cql_value *after)
{
	uint32_t old = was.as.seq.count, all = now.as.seq.count;
	const cql_value *x = list_items(was, a), *y = list_items(now, a);

	for (uint32_t at = 0; x && y && at + old <= all; at++) {
		if (!same_run(x, y + at, old))
			continue;
		*before = cql_from_list((cql_list){ { .items = y, .count = at } });
		*after = cql_from_list(
			(cql_list){ { .items = y + at + old, .count = all - at - old } });
		return true;
	}
	return false;
}
