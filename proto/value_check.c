/* SPDX-License-Identifier: MIT */
/* Values looked at all the way down. */
#include <inttypes.h>

#include "base/error.h"
#include "proto/value_composite.h"

/* Parts per item; of a tuple or UDT, each item is a part of its own. */
static bool check_items(const cql_type *type, const cql_seq *seq, coodie_error *err)
{
	bool positional = type->kind == CQL_KIND_TUPLE || type->kind == CQL_KIND_UDT;
	uint32_t parts = positional ? 1 : type->count;
	struct cd_reader r = cd_reader_over(seq->items, seq->bytes);

	for (uint32_t i = 0; i < seq->count; i++)
		for (uint32_t part = 0; part < parts; part++) {
			struct cd_span item = cd_read_item(&r, type);
			if (r.failed)
				return cd_fail(err, COODIE_ERR_PROTOCOL,
					       "a value ends inside item %" PRIu32, i + 1);
			if (!cd_value_check(type->inner[positional ? i : part], item, err)) {
				cd_error_prefix(err, "item %" PRIu32, i + 1);
				return false;
			}
		}
	return cd_reader_left(&r) == 0 ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "%zu bytes behind a value's last item",
		       cd_reader_left(&r));
}

static bool is_ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] & '\x80')
			return false;
	return true;
}

/* What a server would not store, but a reader copes with. */
static bool check_scalar(const cql_type *type, const cql_value *v, coodie_error *err)
{
	switch (type->kind) {
	case CQL_KIND_ASCII:
		return is_ascii(v->as.text.data, v->as.text.len) ||
		       cd_fail(err, COODIE_ERR_PROTOCOL, "an ascii with a byte above 0x7f");
	case CQL_KIND_TEXT:
		return cd_utf8_valid(v->as.text.data, v->as.text.len) ||
		       cd_fail(err, COODIE_ERR_PROTOCOL, "a text that is not valid UTF-8");
	case CQL_KIND_TIMEUUID:
		return v->is.tag == CQL_TAG_EMPTY || v->as.uuid.bytes[6] >> 4 == 1 ||
		       cd_fail(err, COODIE_ERR_PROTOCOL, "a timeuuid of version %d, not 1",
			       v->as.uuid.bytes[6] >> 4);
	default:
		return true;
	}
}

/* Recursion is bounded by the type's depth. */
bool cd_value_check(const cql_type *type, struct cd_span cell, coodie_error *err)
{
	cql_value v;

	if (!cd_value_decode(type, cell, &v, err))
		return false;
	if (v.is.tag >= CQL_TAG_LIST && v.is.tag <= CQL_TAG_VECTOR)
		return check_items(type, &v.as.seq, err);
	return v.is.tag == CQL_TAG_NULL || check_scalar(type, &v, err);
}
