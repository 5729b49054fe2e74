/* SPDX-License-Identifier: MIT */
/* Values made of values: lists, sets, maps, tuples, user types, vectors (v5 section 6). */
#include "proto/value_composite.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/fields.h"
#include "proto/notation.h"

/* ---- to bytes ------------------------------------------------------------------------------- */

/* Writes the length of all that came behind the four bytes at `start`. */
static bool close_value(struct cd_buffer *out, size_t start, coodie_error *err)
{
	if (!out->failed && out->len - start - 4 > INT32_MAX)
		return cd_fail(err, COODIE_ERR_RANGE, "a value of more than 2 GiB");
	cd_buffer_patch_be32(out, start, (uint32_t)(out->len - start - 4));
	return true;
}

static bool encode_item(struct cd_buffer *out, const cql_type *type, uint32_t part, uint32_t i,
			const cql_value *item, coodie_error *err)
{
	const char *what = type->kind != CQL_KIND_MAP ? "item" : part ? "value" : "key";

	if (item->is.tag == CQL_TAG_NULL || item->is.tag == CQL_TAG_UNSET)
		return cd_fail(err, COODIE_ERR_TYPE, "%s %" PRIu32 " is %s, which a %s cannot hold",
			       what, i + 1, cd_tag_name(item->is.tag), cql_kind_name(type->kind));
	if (cd_value_encode(out, type->inner[part], item, err))
		return true;
	cd_error_prefix(err, "%s %" PRIu32, what, i + 1);
	return false;
}

/* Items that are still encoded go where each of them fits. */
static bool same_items(const cql_seq *seq, const cql_type *type)
{
	uint32_t count = type->count;

	if (seq->type == type)
		return true;
	if (type->kind == CQL_KIND_TUPLE || type->kind == CQL_KIND_UDT)
		count = seq->count; /* a type that has grown since */
	if (count > type->count || count > seq->type->count)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!cql_type_equal(seq->type->inner[i], type->inner[i]))
			return false;
		if (type->kind == CQL_KIND_UDT &&
		    strcmp(seq->type->of.udt->fields[i], type->of.udt->fields[i]) != 0)
			return false;
	}
	return type->kind != CQL_KIND_VECTOR || seq->type->of.dimension == type->of.dimension;
}

static bool encode_again(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			 coodie_error *err)
{
	const cql_seq *seq = &v->as.seq;

	if (!same_items(seq, type))
		return cd_value_wrong(type, v, err);
	cd_write_bytes(out, seq->items, seq->bytes);
	return true;
}

static bool fits_collection(const cql_type *type, uint8_t tag)
{
	/* a list may stand for a set, and the other way round: the server orders and drops what is
	 * there twice */
	return type->kind == CQL_KIND_MAP ? tag == CQL_TAG_MAP
					  : tag == CQL_TAG_LIST || tag == CQL_TAG_SET;
}

bool cd_encode_collection(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			  coodie_error *err)
{
	const cql_seq *seq = &v->as.seq;
	const cql_value *items = seq->items;
	size_t start = out->len;

	if (!fits_collection(type, v->is.tag) || (seq->type && !same_items(seq, type)))
		return cd_value_wrong(type, v, err);
	if (seq->count > INT32_MAX)
		return cd_fail(err, COODIE_ERR_RANGE, "a collection of %" PRIu32 " items",
			       seq->count);
	cd_buffer_be32(out, 0);
	cd_buffer_be32(out, seq->count);
	if (seq->type) { /* still encoded, as it came */
		cd_buffer_bytes(out, seq->items, seq->bytes);
		return close_value(out, start, err);
	}
	for (uint32_t i = 0; i < seq->count; i++)
		for (uint32_t part = 0; part < type->count; part++)
			if (!encode_item(out, type, part, i, items++, err))
				return false;
	return close_value(out, start, err);
}

static bool encode_part(struct cd_buffer *out, const cql_type *type, uint32_t i,
			const cql_value *part, coodie_error *err)
{
	bool is_udt = type->kind == CQL_KIND_UDT;
	bool ok = part->is.tag == CQL_TAG_UNSET
			  ? cd_fail(err, COODIE_ERR_TYPE, "unset inside a value; use null")
			  : cd_value_encode(out, type->inner[i], part, err);

	if (!ok && is_udt)
		cd_error_prefix(err, "field %s", type->of.udt->fields[i]);
	else if (!ok)
		cd_error_prefix(err, "part %" PRIu32, i + 1);
	return ok;
}

/* A field the type does not have would be lost; null loses nothing. */
static bool check_known(const cql_type *type, const cql_fields *f, coodie_error *err)
{
	const char **names = type->of.udt->fields;
	cql_field field;

	for (size_t i = 0;; i++) {
		uint32_t k = 0;

		if (!f->field(f->type, f->object, i, &field, err))
			return false;
		if (!field.name)
			return true;
		while (k < type->count && strcmp(names[k], field.name) != 0)
			k++;
		if (k == type->count && field.value.is.tag > CQL_TAG_UNSET)
			return cd_fail(err, COODIE_ERR_TYPE, "the user type %s has no field %s",
				       type->of.udt->name, field.name);
	}
}

/* Fields by name, in whatever order the type has them. */
static bool encode_fields(struct cd_buffer *out, const cql_type *type, const cql_fields *f,
			  coodie_error *err)
{
	size_t start = out->len, found = 0;
	cql_field field;

	cd_buffer_be32(out, 0);
	for (uint32_t i = 0; i < type->count; i++) {
		if (!cd_fields_find(f, type->of.udt->fields[i], i, &field, err))
			return false;
		found += field.name != NULL;
		if (!field.name || field.value.is.tag == CQL_TAG_UNSET)
			field.value = cql_null();
		if (!encode_part(out, type, i, &field.value, err))
			return false;
	}
	if (!f->field(f->type, f->object, found, &field, err) ||
	    (field.name && !check_known(type, f, err)))
		return false;
	return close_value(out, start, err);
}

bool cd_encode_tuple(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		     coodie_error *err)
{
	static const cql_value null = { .is = { CQL_TAG_NULL } };
	bool is_udt = type->kind == CQL_KIND_UDT;
	const cql_seq *seq = &v->as.seq;
	const cql_value *parts = seq->items;
	size_t start = out->len;

	if (is_udt && type->count == 0)
		return cd_fail(err, COODIE_ERR_UNSUPPORTED,
			       "the fields of the user type %s are not known here",
			       type->of.udt->name);
	if (is_udt && v->is.tag == CQL_TAG_FIELDS)
		return encode_fields(out, type, &v->as.fields, err);
	if (v->is.tag != (is_udt ? CQL_TAG_UDT : CQL_TAG_TUPLE))
		return cd_value_wrong(type, v, err);
	if (seq->type)
		return encode_again(out, type, v, err);
	if (seq->count > type->count)
		return cd_fail(err, COODIE_ERR_RANGE, "%s of %" PRIu32 " %s, the type has %" PRIu32,
			       cd_tag_name(v->is.tag), seq->count, is_udt ? "fields" : "parts",
			       type->count);
	cd_buffer_be32(out, 0);
	for (uint32_t i = 0; i < type->count; i++)
		if (!encode_part(out, type, i, i < seq->count ? &parts[i] : &null, err))
			return false;
	return close_value(out, start, err);
}

static bool encode_floats(struct cd_buffer *out, const cql_floats *floats)
{
	uint8_t *at = cd_buffer_grow(out, 4 + 4 * floats->len);

	if (!at)
		return true;
	cd_put_be32(at, 4 * (uint32_t)floats->len);
	for (size_t i = 0; i < floats->len; i++) {
		float f = floats->data[i];
		uint32_t bits;
		memcpy(&bits, &f, sizeof bits);
		cd_put_be32(at + 4 + 4 * i, f == f ? bits : 0x7FC00000);
	}
	return true;
}

bool cd_close_element(struct cd_buffer *out, int32_t fixed_size, size_t start, coodie_error *err)
{
	if (out->failed)
		return true;
	size_t len = out->len - start - 4;
	uint8_t length[9];
	size_t bytes = fixed_size > 0 ? 0 : cd_put_unsigned_vint(length, len);
	if (fixed_size > 0 && len != (size_t)fixed_size)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "an element of %zu bytes, the type has %" PRId32, len, fixed_size);
	if (bytes > 4 && !cd_buffer_grow(out, bytes - 4))
		return true;
	memmove(out->data + start + bytes, out->data + start + 4, len);
	memcpy(out->data + start, length, bytes);
	out->len = start + bytes + len;
	return true;
}

bool cd_encode_vector(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		      coodie_error *err)
{
	const cql_type *inner = type->inner[0];
	bool plain = v->is.tag == CQL_TAG_FLOATS && inner->kind == CQL_KIND_FLOAT;
	const cql_seq *seq = &v->as.seq;
	const cql_value *items = seq->items;
	size_t start = out->len;

	if (!plain && v->is.tag != CQL_TAG_VECTOR && (v->is.tag != CQL_TAG_LIST || seq->type))
		return cd_value_wrong(type, v, err);
	size_t count = plain ? v->as.floats.len : seq->count;
	if (count != type->of.dimension)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "a vector of %zu elements, the type has %" PRIu32, count,
			       type->of.dimension);
	if (plain && type->fixed_size > 0)
		return encode_floats(out, &v->as.floats);
	if (plain)
		return cd_fail(err, COODIE_ERR_RANGE, "a value of more than 2 GiB");
	if (seq->type)
		return encode_again(out, type, v, err);
	cd_buffer_be32(out, 0);
	for (uint32_t i = 0; i < seq->count; i++) {
		size_t at = out->len;
		if (!encode_item(out, type, 0, i, &items[i], err) ||
		    !cd_close_element(out, inner->fixed_size, at, err))
			return false;
	}
	return close_value(out, start, err);
}

/* ---- from bytes ----------------------------------------------------------------------------- */

static bool view(cql_value *out, uint8_t tag, const cql_type *type, const struct cd_reader *r,
		 uint32_t count)
{
	if (cd_reader_left(r) > UINT32_MAX)
		return false;
	out->is.tag = tag;
	out->as.seq = (cql_seq){ type, r->at, count, (uint32_t)cd_reader_left(r) };
	return true;
}

bool cd_decode_collection(const cql_type *type, struct cd_span cell, cql_value *out)
{
	struct cd_reader r = cd_reader_over(cell.at, cell.len);
	uint32_t count = cd_reader_be32(&r);

	/* each item has a length of four bytes at least */
	if (r.failed || count > INT32_MAX || (uint64_t)count * type->count * 4 > cd_reader_left(&r))
		return false;
	return view(out,
		    type->kind == CQL_KIND_LIST  ? CQL_TAG_LIST
		    : type->kind == CQL_KIND_SET ? CQL_TAG_SET
						 : CQL_TAG_MAP,
		    type, &r, count);
}

/* It may end early: what is missing is null. */
bool cd_decode_tuple(const cql_type *type, struct cd_span cell, cql_value *out)
{
	struct cd_reader r = cd_reader_over(cell.at, cell.len), all = r;
	uint32_t count = 0;

	if (type->kind == CQL_KIND_UDT && type->count == 0) {
		*out = cql_from_encoded(cell.at, cell.len);
		return true;
	}
	for (; cd_reader_left(&r) && count < type->count; count++) {
		cd_read_bytes(&r);
		if (r.failed)
			return false;
	}
	return cd_reader_left(&r) == 0 &&
	       view(out, type->kind == CQL_KIND_UDT ? CQL_TAG_UDT : CQL_TAG_TUPLE, type, &all,
		    count);
}

bool cd_decode_vector(const cql_type *type, struct cd_span cell, cql_value *out)
{
	struct cd_reader r = cd_reader_over(cell.at, cell.len);
	int32_t size = type->inner[0]->fixed_size;
	uint64_t count = type->of.dimension;

	/* an element of variable size has a length of one byte at least */
	if (size > 0 ? count * (uint64_t)size != cell.len : count > cell.len)
		return false;
	return view(out, CQL_TAG_VECTOR, type, &r, (uint32_t)count);
}

struct cd_span cd_read_item(struct cd_reader *r, const cql_type *type)
{
	if (type->kind != CQL_KIND_VECTOR)
		return cd_read_bytes(r);
	int32_t size = type->inner[0]->fixed_size;
	uint64_t len = size > 0 ? (uint64_t)size : cd_read_unsigned_vint(r);
	r->failed |= len > cd_reader_left(r); /* also where size_t has 32 bits */
	return cd_reader_span(r, (size_t)len);
}
