/* SPDX-License-Identifier: MIT */
/* Collections, tuples, user types and vectors taken apart and put together. */
#include <inttypes.h>
#include <string.h>

#include "node/function/term_parts.h"
#include "node/value/compare.h"
#include "proto/notation.h"
#include "proto/value_composite.h"

static bool is_positional(const cql_type *type)
{
	return type->kind == CQL_KIND_TUPLE || type->kind == CQL_KIND_UDT;
}

/* The type of the item at `i`. */
static const cql_type *item_type(const cql_type *type, uint32_t i)
{
	return is_positional(type) ? type->inner[i]
				   : type->inner[type->kind == CQL_KIND_MAP ? i % 2 : 0];
}

/* ---- apart ------------------------------------------------------------------------------------ */

/* How many items there are, as the type and the bytes say. */
static bool count_items(const cql_type *type, struct cd_reader *r, uint32_t *out)
{
	uint64_t count = type->count;

	if (cd_type_is_collection(type)) {
		count = (uint64_t)cd_reader_be32(r) * type->count;
		if (r->failed || count * 4 > cd_reader_left(r))
			return false;
	} else if (type->kind == CQL_KIND_VECTOR) {
		count = type->of.dimension;
		if (count > cd_reader_left(r))
			return false;
	}
	*out = (uint32_t)count;
	return count <= UINT32_MAX;
}

static bool read_items(const cql_type *type, struct cd_reader *r, struct nd_items *out)
{
	for (uint32_t i = 0; i < out->count; i++) {
		struct cd_span s = { NULL, 0 };
		/* a tuple may end early: what is missing is null */
		if (!is_positional(type) || cd_reader_left(r))
			s = cd_read_item(r, type);
		out->at[i] = (struct nd_value){ s.at ? ND_VALUE : ND_NULL, s.at, s.len };
	}
	return !r->failed && cd_reader_left(r) == 0;
}

bool nd_items_read(const cql_type *type, struct nd_value value, struct cd_arena *a,
		   struct nd_items *out, struct nd_problem *p)
{
	struct cd_reader r = cd_reader_over(value.data, value.len);

	*out = (struct nd_items){ 0, NULL };
	if (value.presence != ND_VALUE || (value.len == 0 && !is_positional(type)))
		return true;
	if (!count_items(type, &r, &out->count))
		return nd_refuse(p, ND_INVALID, "Not enough bytes to read a %s",
				 cql_kind_name(type->kind));
	out->at = cd_arena_take(a, ((size_t)out->count + 1) * sizeof *out->at);
	if (!out->at)
		return nd_no_memory(p);
	return read_items(type, &r, out) ||
	       nd_refuse(p, ND_INVALID, "Unexpected extraneous or missing bytes in a %s value",
			 cql_kind_name(type->kind));
}

/* ---- together --------------------------------------------------------------------------------- */

/* Bytes in front of an item: of fixed size, none; in vectors a vint; else four. */
static size_t length_size(const cql_type *type, size_t len)
{
	uint8_t vint[9];

	if (type->kind != CQL_KIND_VECTOR)
		return 4;
	return type->inner[0]->fixed_size > 0 ? 0 : cd_put_unsigned_vint(vint, len);
}

static uint8_t *write_item(const cql_type *type, const struct nd_value *item, uint8_t *at)
{
	if (type->kind != CQL_KIND_VECTOR) {
		cd_put_be32(at, item->presence == ND_VALUE ? (uint32_t)item->len : UINT32_MAX);
		at += 4;
	} else if (type->inner[0]->fixed_size <= 0) {
		at += cd_put_unsigned_vint(at, item->len);
	}
	if (item->presence == ND_VALUE && item->len) {
		memcpy(at, item->data, item->len);
		at += item->len;
	}
	return at;
}

/* What may not be an item; its message is Cassandra's. */
static bool check_item(const cql_type *type, const struct nd_value *item, uint32_t i,
		       struct nd_problem *p)
{
	bool there = item->presence == ND_VALUE;
	int32_t size = type->kind == CQL_KIND_VECTOR ? type->inner[0]->fixed_size : -1;

	if (type->kind == CQL_KIND_VECTOR && (!there || (size > 0 && item->len == 0)))
		return nd_refuse(p, ND_INVALID, "null is not supported inside vectors");
	if (size > 0 && item->len != (size_t)size)
		return nd_refuse(p, ND_INVALID,
				 "Expected %" PRId32 " bytes for an element but got %zu", size,
				 item->len);
	if (cd_type_is_collection(type) && !there)
		return nd_refuse(p, ND_INVALID, "%s is not supported inside collections",
				 item->presence == ND_UNSET ? "unset value" : "null");
	if (item->presence == ND_UNSET && type->kind == CQL_KIND_UDT)
		return nd_refuse(p, ND_INVALID,
				 "Invalid unset value for field '%s' of user defined type %s",
				 type->of.udt->fields[i], type->of.udt->name);
	if (item->presence == ND_UNSET)
		return nd_refuse(p, ND_INVALID,
				 "Invalid unset value for tuple field number %" PRIu32, i);
	return true;
}

bool nd_items_write(const cql_type *type, const struct nd_value *items, uint32_t count,
		    struct cd_arena *a, struct nd_value *out, struct nd_problem *p)
{
	size_t size = cd_type_is_collection(type) ? 4 : 0;
	uint8_t *data, *at;

	for (uint32_t i = 0; i < count; i++) {
		if (!check_item(type, &items[i], i, p))
			return false;
		size += length_size(type, items[i].len) +
			(items[i].presence == ND_VALUE ? items[i].len : 0);
	}
	if (size > INT32_MAX)
		return nd_refuse(p, ND_INVALID, "A value of more than 2 GiB");
	if (!(data = at = cd_arena_take(a, size ? size : 1)))
		return nd_no_memory(p);
	if (cd_type_is_collection(type)) {
		cd_put_be32(at, count / type->count);
		at += 4;
	}
	for (uint32_t i = 0; i < count; i++)
		at = write_item(type, &items[i], at);
	*out = (struct nd_value){ ND_VALUE, data, size };
	return true;
}

/* ---- in order --------------------------------------------------------------------------------- */

/* Compares the keys of two entries, each of `step` values. */
static int compare_keys(const cql_type *type, const struct nd_value *a, const struct nd_value *b)
{
	return nd_compare(item_type(type, 0), (cql_blob){ a->data, a->len },
			  (cql_blob){ b->data, b->len });
}

bool nd_items_are_arranged(const cql_type *type, const struct nd_items *items)
{
	uint32_t step = type->count;

	if (type->kind != CQL_KIND_SET && type->kind != CQL_KIND_MAP)
		return true;
	for (uint32_t i = step; i < items->count; i += step)
		if (compare_keys(type, &items->at[i - step], &items->at[i]) >= 0)
			return false;
	return true;
}

/* Merges two runs of `from` that are in order into `to`: [at, middle) and [middle, end). */
static void merge(const cql_type *type, const struct nd_value *from, struct nd_value *to,
		  const size_t bounds[3])
{
	size_t step = type->count, left = bounds[0], right = bounds[1], at = bounds[0];

	while (at < bounds[2]) {
		bool first = left < bounds[1] &&
			     (right >= bounds[2] ||
			      compare_keys(type, &from[left], &from[right]) <= 0);
		size_t *take = first ? &left : &right;
		memcpy(&to[at], &from[*take], step * sizeof *to);
		*take += step;
		at += step;
	}
}

/* Keeps the first of equal entries, with the value of the last. */
static void drop_doubles(const cql_type *type, struct nd_items *items)
{
	uint32_t step = type->count, kept = 0;

	for (uint32_t i = 0; i < items->count; i += step) {
		if (kept && compare_keys(type, &items->at[kept - step], &items->at[i]) == 0) {
			memmove(&items->at[kept - step + 1], &items->at[i + 1],
				(step - 1) * sizeof *items->at);
			continue;
		}
		memmove(&items->at[kept], &items->at[i], step * sizeof *items->at);
		kept += step;
	}
	items->count = kept;
}

bool nd_items_arrange(const cql_type *type, struct nd_items *items, struct cd_arena *a)
{
	size_t step = type->count, count = items->count;
	struct nd_value *from = items->at, *to;

	if (nd_items_are_arranged(type, items))
		return true;
	if (!(to = cd_arena_take_array(a, count, sizeof *to)))
		return false;
	for (size_t width = step; width < count; width *= 2) {
		for (size_t i = 0; i < count; i += 2 * width) {
			size_t middle = i + width < count ? i + width : count;
			size_t end = i + 2 * width < count ? i + 2 * width : count;
			merge(type, from, to, (const size_t[]){ i, middle, end });
		}
		struct nd_value *other = from;
		from = to;
		to = other;
	}
	items->at = from;
	drop_doubles(type, items);
	return true;
}

bool nd_items_join(const cql_type *type, struct nd_items *items, struct cd_arena *a,
		   struct nd_value *out, struct nd_problem *p)
{
	for (uint32_t i = 0; i < items->count; i++)
		if (!check_item(type, &items->at[i], i, p))
			return false;
	if (!nd_items_arrange(type, items, a))
		return nd_no_memory(p);
	return nd_items_write(type, items->at, items->count, a, out, p);
}
