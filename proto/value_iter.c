/* SPDX-License-Identifier: MIT */
/* Walking collections, tuples, user types and vectors: C values and encoded bytes alike. */
#include "base/error.h"
#include "proto/value_composite.h"

static cql_iter begin(const cql_seq *seq, bool is_map)
{
	return (cql_iter){
		.seq = *seq, .at = seq->items, .left = seq->items ? seq->count : 0, .is_map = is_map
	};
}

/* X(function, C type, is it a map) */
#define ITERATORS \
	X(cql_list_iter, cql_list, false) \
	X(cql_set_iter, cql_set, false) \
	X(cql_map_iter, cql_map, true) \
	X(cql_tuple_iter, cql_tuple, false) \
	X(cql_udt_iter, cql_udt, false) \
	X(cql_vector_iter, cql_vector, false)

#define X(function, c_type, is_map) \
	cql_iter function(c_type v) \
	{ \
		return begin(&v.seq, is_map); \
	}
ITERATORS
#undef X

static bool next_encoded(cql_iter *it, uint32_t part, cql_value *item)
{
	const cql_type *type = it->seq.type;
	struct cd_reader r = { .at = it->at,
			       .end = (const uint8_t *)it->seq.items + it->seq.bytes };
	struct cd_span cell = cd_read_item(&r, type);

	it->at = r.at;
	it->failed = r.failed || !cd_value_decode(type->inner[part], cell, item, NULL);
	return !it->failed;
}

static bool next_item(cql_iter *it, uint32_t part, cql_value *item)
{
	if (it->seq.type)
		return next_encoded(it, part, item);
	*item = *(const cql_value *)(const void *)it->at;
	it->at += sizeof *item;
	return true;
}

/* Whether there is a next one. Bytes behind the last item are as wrong as too few of them. */
static bool more(cql_iter *it)
{
	if (it->left == 0 && it->seq.type && it->at)
		it->failed |= it->at != (const uint8_t *)it->seq.items + it->seq.bytes;
	return it->left > 0 && !it->failed;
}

/* Which inner type the next item has. */
static uint32_t part_of(const cql_iter *it)
{
	const cql_type *type = it->seq.type;

	return type && (type->kind == CQL_KIND_TUPLE || type->kind == CQL_KIND_UDT)
		       ? it->seq.count - it->left
		       : 0;
}

bool cql_iter_next(cql_iter *it, cql_value *item)
{
	if (it->is_map || !more(it))
		return false;
	uint32_t part = part_of(it);
	it->left--;
	return next_item(it, part, item);
}

bool cql_iter_next_pair(cql_iter *it, cql_value *key, cql_value *value)
{
	if (!it->is_map || !more(it))
		return false;
	it->left--;
	return next_item(it, 0, key) && next_item(it, 1, value);
}

static bool find_field(const cql_type *type, const char *name, uint32_t *out)
{
	for (uint32_t i = 0; i < type->count; i++)
		if (strcmp(type->of.udt->fields[i], name) == 0) {
			*out = i;
			return true;
		}
	return false;
}

bool cql_udt_field(cql_udt udt, const char *name, cql_value *out, coodie_error *err)
{
	const cql_type *type = udt.seq.type;
	cql_iter it = cql_udt_iter(udt);
	cql_value v = cql_null();
	uint32_t wanted;

	cd_clear(err);
	if (!type || type->kind != CQL_KIND_UDT)
		return cd_fail(err, COODIE_ERR_TYPE,
			       "a value that did not come from a result has no names of fields");
	if (!find_field(type, name, &wanted))
		return cd_fail(err, COODIE_ERR_TYPE, "the user type %s has no field %s",
			       type->of.udt->name, name);
	for (uint32_t i = 0; wanted < udt.seq.count && i <= wanted; i++)
		if (!cql_iter_next(&it, &v))
			return cd_fail(err, COODIE_ERR_PROTOCOL, "field %s of %s is broken",
				       type->of.udt->fields[i], type->of.udt->name);
	*out = v;
	return true;
}
