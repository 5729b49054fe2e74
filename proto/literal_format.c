/* SPDX-License-Identifier: MIT */
/* Values as CQL literals. */
#include "base/identifier.h"
#include "proto/literal.h"
#include "proto/text.h"

typedef void print_fn(struct cd_print *p, const cql_value *v);

/* ---- values without others inside ----------------------------------------------------------- */

static void print_null(struct cd_print *p, const cql_value *v)
{
	(void)v;
	cd_print_text(p, "null");
}

static void print_unset(struct cd_print *p, const cql_value *v)
{
	(void)v;
	cd_print_text(p, "unset");
}

static void print_empty(struct cd_print *p, const cql_value *v)
{
	(void)v;
	cd_print_text(p, "empty");
}

static void print_bool(struct cd_print *p, const cql_value *v)
{
	cd_print_text(p, v->as.boolean ? "true" : "false");
}

static void print_int(struct cd_print *p, const cql_value *v)
{
	cd_print_integer(p, v->as.integer);
}

static void print_uint(struct cd_print *p, const cql_value *v)
{
	cd_print_number(p, v->as.unsigned_integer, 1);
}

static void print_float(struct cd_print *p, const cql_value *v)
{
	cd_print_real(p, (double)v->as.single, true);
}

static void print_double(struct cd_print *p, const cql_value *v)
{
	cd_print_real(p, v->as.real, false);
}

static void print_text(struct cd_print *p, const cql_value *v)
{
	cd_print_quoted(p, v->as.text.data, v->as.text.len);
}

static void print_blob(struct cd_print *p, const cql_value *v)
{
	cd_print_hex(p, v->as.blob.data, v->as.blob.len);
}

static void print_uuid(struct cd_print *p, const cql_value *v)
{
	char text[CQL_UUID_TEXT_SIZE];

	cd_print_text(p, cql_uuid_format(v->as.uuid, text));
}

static void print_inet(struct cd_print *p, const cql_value *v)
{
	char text[CQL_INET_TEXT_SIZE];

	cd_print_char(p, '\'');
	cd_print_text(p, cql_inet_format(v->as.inet, text));
	cd_print_char(p, '\'');
}

static void print_date(struct cd_print *p, const cql_value *v)
{
	cd_print_char(p, '\'');
	cd_print_date(p, v->as.date);
	cd_print_char(p, '\'');
}

static void print_time(struct cd_print *p, const cql_value *v)
{
	bool of_day = cd_time_is_valid(v->as.time); /* others are plain numbers */

	cd_print_text(p, of_day ? "'" : "");
	cd_print_time(p, v->as.time);
	cd_print_text(p, of_day ? "'" : "");
}

static void print_timestamp(struct cd_print *p, const cql_value *v)
{
	cd_print_char(p, '\'');
	cd_print_timestamp(p, v->as.timestamp);
	cd_print_char(p, '\'');
}

static void print_duration(struct cd_print *p, const cql_value *v)
{
	cd_print_duration(p, v->as.duration);
}

static void print_varint(struct cd_print *p, const cql_value *v)
{
	cd_print_varint(p, v->as.varint);
}

static void print_decimal(struct cd_print *p, const cql_value *v)
{
	cd_print_decimal(p, v->as.decimal);
}

static void print_floats(struct cd_print *p, const cql_value *v)
{
	cd_print_char(p, '[');
	for (size_t i = 0; i < v->as.floats.len; i++) {
		cd_print_text(p, i ? ", " : "");
		cd_print_real(p, (double)v->as.floats.data[i], true);
	}
	cd_print_char(p, ']');
}

static print_fn *printer_of(uint8_t tag)
{
	static print_fn *const printers[] = {
		[CQL_TAG_NULL] = print_null,         [CQL_TAG_UNSET] = print_unset,
		[CQL_TAG_BOOL] = print_bool,         [CQL_TAG_INT] = print_int,
		[CQL_TAG_UINT] = print_uint,         [CQL_TAG_FLOAT] = print_float,
		[CQL_TAG_DOUBLE] = print_double,     [CQL_TAG_TEXT] = print_text,
		[CQL_TAG_BLOB] = print_blob,         [CQL_TAG_UUID] = print_uuid,
		[CQL_TAG_INET] = print_inet,         [CQL_TAG_DATE] = print_date,
		[CQL_TAG_TIME] = print_time,         [CQL_TAG_TIMESTAMP] = print_timestamp,
		[CQL_TAG_DURATION] = print_duration, [CQL_TAG_VARINT] = print_varint,
		[CQL_TAG_DECIMAL] = print_decimal,   [CQL_TAG_FLOATS] = print_floats,
		[CQL_TAG_EMPTY] = print_empty,       [CQL_TAG_ENCODED] = print_blob,
	};

	return tag < sizeof printers / sizeof printers[0] ? printers[tag] : NULL;
}

/* ---- values made of values ------------------------------------------------------------------ */

static void print_any(struct cd_print *p, const cql_type *type, const cql_value *v, unsigned depth);

static const cql_type *inner(const cql_type *type, uint32_t i)
{
	return type && i < type->count ? type->inner[i] : NULL;
}

static void print_items(struct cd_print *p, const cql_type *type, const cql_value *v,
			unsigned depth)
{
	bool is_map = v->is.tag == CQL_TAG_MAP;
	const char *ends = is_map || v->is.tag == CQL_TAG_SET ? "{}" : "[]";
	cql_iter it = is_map ? cql_map_iter((cql_map){ v->as.seq })
			     : cql_list_iter((cql_list){ v->as.seq });
	cql_value key, value;
	const char *before = "";

	cd_print_char(p, ends[0]);
	while (is_map ? cql_iter_next_pair(&it, &key, &value) : cql_iter_next(&it, &key)) {
		cd_print_text(p, before);
		print_any(p, inner(type, 0), &key, depth);
		if (is_map) {
			cd_print_text(p, ": ");
			print_any(p, inner(type, 1), &value, depth);
		}
		before = ", ";
	}
	if (it.failed) {
		cd_print_text(p, before);
		cd_print_char(p, '?');
	}
	cd_print_char(p, ends[1]);
}

/* In quotes where CQL would fold it, or take it for something else. */
static void print_name(struct cd_print *p, const char *name)
{
	if (cd_identifier_plain(name)) {
		cd_print_text(p, name);
		return;
	}
	cd_print_char(p, '"');
	for (; *name; name++) {
		cd_print_char(p, *name);
		if (*name == '"')
			cd_print_char(p, '"');
	}
	cd_print_char(p, '"');
}

/* Parts missing at the end are written as null, unless they are so many that a few bytes would
 * make a very long text. */
static uint32_t parts_to_write(const cql_type *type, uint32_t there)
{
	enum { MOST_MISSING = 256 };

	return type && type->count > there && type->count - there <= MOST_MISSING ? type->count
										  : there;
}

/* (1, null), {street: 'Main', number: null}: the names of fields where they are known. */
static void print_parts(struct cd_print *p, const cql_type *type, const cql_value *v,
			unsigned depth)
{
	bool named = type && v->is.tag == CQL_TAG_UDT;
	cql_iter it = cql_tuple_iter((cql_tuple){ v->as.seq });
	uint32_t count = parts_to_write(type, v->as.seq.count);

	cd_print_char(p, named ? '{' : '(');
	for (uint32_t i = 0; i < count; i++) {
		cql_value part = cql_null();
		bool there = cql_iter_next(&it, &part);
		cd_print_text(p, i ? ", " : "");
		if (named && i < type->count) {
			print_name(p, type->of.udt->fields[i]);
			cd_print_text(p, ": ");
		}
		if (!there && it.failed) {
			cd_print_char(p, '?');
			break;
		}
		print_any(p, inner(type, i), &part, depth);
	}
	cd_print_char(p, named ? '}' : ')');
}

/* {street: 'Main', number: null} of a struct, in its own order. */
static void print_fields(struct cd_print *p, const cql_value *v, unsigned depth)
{
	const cql_fields *f = &v->as.fields;
	cql_field field;
	size_t i = 0;

	cd_print_char(p, '{');
	for (; f->field(f->type, f->object, i, &field, NULL) && field.name; i++) {
		cd_print_text(p, i ? ", " : "");
		print_name(p, field.name);
		cd_print_text(p, ": ");
		if (field.value.is.tag == CQL_TAG_UNSET)
			field.value = cql_null();
		print_any(p, NULL, &field.value, depth);
	}
	cd_print_char(p, '}');
}

/* The type of a value made of others: its own, or the one it is printed as. */
static const cql_type *type_of(const cql_type *type, const cql_value *v)
{
	static const struct {
		uint8_t tag;
		enum cql_kind kind, other;
	} kinds[] = {
		{ CQL_TAG_LIST, CQL_KIND_LIST, CQL_KIND_VECTOR },
		{ CQL_TAG_SET, CQL_KIND_SET, CQL_KIND_LIST },
		{ CQL_TAG_MAP, CQL_KIND_MAP, CQL_KIND_MAP },
		{ CQL_TAG_TUPLE, CQL_KIND_TUPLE, CQL_KIND_TUPLE },
		{ CQL_TAG_UDT, CQL_KIND_UDT, CQL_KIND_UDT },
		{ CQL_TAG_VECTOR, CQL_KIND_VECTOR, CQL_KIND_VECTOR },
	};

	if (v->as.seq.type || !type)
		return v->as.seq.type;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].tag == v->is.tag &&
		    (kinds[i].kind == type->kind || kinds[i].other == type->kind))
			return type;
	return NULL;
}

/* Bytes are what their type says, where that is known. */
static cql_value decoded(const cql_type *type, const cql_value *v, bool *broken)
{
	cql_value out = *v;
	struct cd_span cell = { v->as.blob.data, v->as.blob.len };

	*broken = type && v->is.tag == CQL_TAG_ENCODED && !cd_value_decode(type, cell, &out, NULL);
	return out;
}

static void print_any(struct cd_print *p, const cql_type *type, const cql_value *v, unsigned depth)
{
	bool broken;
	cql_value what = decoded(type, v, &broken);
	print_fn *print = printer_of(what.is.tag);

	if (broken || depth == CD_LITERAL_DEPTH || what.is.tag > CQL_TAG_ENCODED)
		cd_print_char(p, '?');
	else if (print)
		print(p, &what);
	else if (what.is.tag == CQL_TAG_FIELDS)
		print_fields(p, &what, depth + 1);
	else if (what.is.tag == CQL_TAG_TUPLE || what.is.tag == CQL_TAG_UDT)
		print_parts(p, type_of(type, &what), &what, depth + 1);
	else
		print_items(p, type_of(type, &what), &what, depth + 1);
}

void cd_literal_print(struct cd_print *p, const cql_type *type, const cql_value *v)
{
	print_any(p, type, v, 0);
}

size_t cql_literal_format(const cql_type *type, cql_value value, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	cd_literal_print(&p, type, &value);
	return cd_print_end(&p);
}

size_t cql_value_format(cql_value v, char *out, size_t size)
{
	return cql_literal_format(NULL, v, out, size);
}
