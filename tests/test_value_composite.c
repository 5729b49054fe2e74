/* SPDX-License-Identifier: MIT */
/* proto/value_composite.h: collections, tuples, user types and vectors that are grown, cut, hostile
 * or made by hand. */
#include "tests/test.h"

#include <coodie/wire.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "proto/value_composite.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

static cql_type *type_of(const char *text)
{
	cql_type *type = cql_type_parse(text, NULL);

	CD_CHECK(type, text);
	return type;
}

static bool decode_hex(const cql_type *type, struct cd_span bytes, cql_value *out)
{
	return cd_value_decode(type, bytes, out, NULL);
}

/* The [value] as hexadecimal digits, or the message. */
static char *written(const cql_type *type, cql_value v)
{
	struct cd_buffer b, text;
	coodie_error err = { 0 };

	cd_buffer_init(&b, NULL, 0);
	cd_buffer_init(&text, NULL, 0);
	if (cd_value_encode(&b, type, &v, &err))
		cd_text_hex(&text, (struct cd_span){ b.data, b.len });
	else
		cd_text_add(&text, "%s", err.message);
	cd_buffer_u8(&text, 0);
	cd_buffer_deinit(&b);
	return (char *)text.data;
}

static void check_written(const char *name, const char *type_text, cql_value v, const char *want)
{
	cql_type *type = type_of(type_text);
	char *got = written(type, v);

	if (!strstr(got, want))
		fail_msg("%s: got \"%s\", wanted \"%s\"", name, got, want);
	free(got);
	cql_type_free(type);
}

/* ---- fields by name ------------------------------------------------------------------------- */

/* A struct with two fields, and a third one when its first byte says so; it breaks at the fourth. */
static bool some_fields(const void *type, const void *object, size_t i, cql_field *out,
			coodie_error *err)
{
	static const char *const names[] = { "b", "a", "c" };
	const char *count = type;
	const cql_value *values = object;

	*out = (cql_field){ 0 };
	if (*count == '4' && i == 3)
		return cd_fail(err, COODIE_ERR_RANGE, "field d cannot be read");
	if (i < (size_t)(*count - '0'))
		*out = (cql_field){ .name = names[i], .value = values[i] };
	return true;
}

static cql_value struct_of(const char *count, const cql_value *values)
{
	return (cql_value){ .is = { CQL_TAG_FIELDS }, .as.fields = { some_fields, count, values } };
}

/* In the order of the type; what nobody tells is null (UD-09). */
static void test_by_name(void **state)
{
	static cql_value values[3];
	(void)state;

	values[0] = cql(2);
	values[1] = cql(1);
	values[2] = cql(3);
	check_written("turned round", "udt<t, a:int, b:int>", struct_of("2", values),
		      "00000010"
		      "0000000400000001"
		      "0000000400000002");
	check_written("one missing", "udt<t, a:int, z:int, b:int>", struct_of("2", values),
		      "00000014"
		      "0000000400000001"
		      "ffffffff"
		      "0000000400000002");
	check_written("one too many", "udt<t, a:int, b:int>", struct_of("3", values),
		      "the user type t has no field c");
	values[2] = cql_null();
	check_written("one too many, null", "udt<t, a:int, b:int>", struct_of("3", values),
		      "00000010"
		      "0000000400000001"
		      "0000000400000002");
	values[0] = cql_unset();
	check_written("not set", "udt<t, a:int, b:int>", struct_of("2", values),
		      "0000000c"
		      "0000000400000001"
		      "ffffffff");
	values[0] = cql("x");
	check_written("of another type", "udt<t, a:int, b:int>", struct_of("2", values),
		      "field b: a text does not fit the type int");
	check_written("unreadable", "udt<t, a:int, d:int>", struct_of("4", values),
		      "field d cannot be read");
	check_written("in a list", "list<udt<t, a:int>>",
		      cql(CQL_LIST(struct_of("2", (cql_value[]){ cql_null(), cql(1) }))),
		      "00000010"
		      "00000001"
		      "00000008"
		      "0000000400000001");
	check_written("for an int", "int", struct_of("2", values),
		      "a struct does not fit the type int");
	check_written("without fields", "t", struct_of("2", values), "not known here");
}

/* A copy lives without the struct, and is written the same. */
static void test_by_name_copied(void **state)
{
	char text[] = "abc";
	cql_value values[2] = { cql(text), cql(CQL_LIST(cql(1))) }, copy,
		  v = struct_of("2", values);
	struct cd_arena a;
	char shown[64];

	(void)state;
	cd_arena_init(&a, NULL, 0);
	assert_true(cd_value_copy(&a, &copy, &v));
	memset(text, 'x', 3);
	values[1] = cql_null();
	cql_value_format(copy, shown, sizeof shown);
	assert_string_equal(shown, "{b: 'abc', a: [1]}");
	check_written("copied", "udt<t, b:text, a:list<int>>", copy, "00000003616263");
	cd_arena_deinit(&a);
}

/* ---- made by hand --------------------------------------------------------------------------- */

static void test_made(void **state)
{
	static const float numbers[] = { 1.0f, -0.0f };
	cql_value nothing = cql_null(), late = cql_unset(), two = cql(2), empty = cql_null();
	(void)state;

	empty.is.tag = CQL_TAG_EMPTY;
	const struct {
		const char *type;
		cql_value v;
		const char *want;
	} rows[] = {
		{ "tuple<int, list<text>>", cql(CQL_TUPLE(two, cql(CQL_LIST(cql("a"))))),
		  "0x00000015"
		  "0000000400000002"
		  "00000009"
		  "00000001"
		  "0000000161" },
		{ "tuple<int, int>", cql(CQL_TUPLE()), "0x00000008ffffffffffffffff" },
		{ "tuple<int, int>", cql(CQL_TUPLE(two, late)),
		  "part 2: unset inside a value; use null" },
		{ "tuple<int, tuple<int, int>>", cql(CQL_TUPLE(two, cql(CQL_TUPLE(two, cql("x"))))),
		  "part 2: part 2: a text does not fit the type int" },
		{ "tuple<int, int>", cql(CQL_UDT(two, two)), "a user type value does not fit" },
		{ "tuple<int, int>", cql(CQL_TUPLE(empty, two)),
		  "0x0000000c"
		  "00000000"
		  "0000000400000002" },
		{ "udt<a, b:int, c:set<int>>", cql(CQL_UDT(two, cql(CQL_SET(two)))),
		  "0x00000018"
		  "0000000400000002"
		  "0000000c"
		  "00000001"
		  "0000000400000002" },
		{ "udt<a, b:int, c:set<int>>", cql(CQL_UDT(two, cql(CQL_SET(nothing)))),
		  "field c: item 1 is null, which a set cannot hold" },
		{ "udt<a, b:int>", cql(CQL_UDT(late)), "field b: unset inside a value; use null" },
		{ "map<int, int>", cql(CQL_MAP(two, nothing)),
		  "value 1 is null, which a map cannot hold" },
		{ "map<int, int>", cql(CQL_MAP(two, two, late, two)),
		  "key 2 is unset, which a map cannot hold" },
		{ "map<int, int>", cql(CQL_MAP(two, cql(1.5))),
		  "value 1: a double does not fit the type int" },
		{ "list<frozen<map<int, text>>>", cql(CQL_LIST(cql(CQL_MAP(cql("k"), two)))),
		  "item 1: key 1: a text does not fit the type int" },
		{ "vector<int, 2>", cql(CQL_VECTOR(two, nothing)),
		  "item 2 is null, which a vector cannot hold" },
		{ "vector<text, 2>", cql(CQL_VECTOR(cql(""), cql("ab"))),
		  "0x00000004"
		  "00"
		  "026162" },
		{ "vector<text, 2>", cql(CQL_LIST(cql(""), cql("ab"))),
		  "0x00000004"
		  "00"
		  "026162" },
		{ "vector<text, 2>", cql(CQL_SET(cql(""), cql("ab"))), "a set does not fit" },
		{ "vector<text, 2>", cql(CQL_VECTOR(cql(""))),
		  "a vector of 1 elements, the type has 2" },
		{ "vector<int, 2>", cql(CQL_VECTOR(two, empty)),
		  "an element of 0 bytes, the type has 4" },
		{ "vector<int, 2>", cql(CQL_VECTOR(two, cql_from_encoded("12345", 5))),
		  "an element of 5 bytes, the type has 4" },
		{ "vector<varint, 1>", cql(CQL_VECTOR(empty)), "0x0000000100" },
		{ "vector<frozen<vector<int, 2>>, 1>", cql(CQL_VECTOR(cql(CQL_VECTOR(two, two)))),
		  "0x0000000800000002"
		  "00000002" },
		{ "vector<float, 2>", cql(cql_floats_of(numbers, 2)),
		  "0x000000083f80000080000000" },
		{ "vector<vector<float, 2>, 1>", cql(CQL_VECTOR(cql(cql_floats_of(numbers, 2)))),
		  "0x000000083f80000080000000" },
		{ "list<float>", cql(cql_floats_of(numbers, 2)),
		  "an array of floats does not fit the type list<float>" },
		{ "set<int>", cql(CQL_VECTOR(two)), "a vector does not fit the type set<int>" },
		{ "'a.b.C'", cql(cql_blob_of("xy", 2)), "0x000000027879" },
		{ "'a.b.C'", cql("xy"), "a text does not fit the type 'a.b.C'" },
	};
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		check_written(rows[i].want, rows[i].type, rows[i].v, rows[i].want);
	assert_true(cql_is_null(cql((cql_tuple){ 0 })) && cql_is_null(cql((cql_udt){ 0 })));
	assert_true(cql_is_null(cql((cql_vector){ 0 })) && cql_is_null(cql((cql_floats){ 0 })));
}

/* What came from a result goes back as it came, into any type that has grown since. */
static void test_grown(void **state)
{
	static const struct {
		const char *from, *hex, *to, *want;
	} rows[] = {
		{ "tuple<int, text>", "00000004000000020000000161", "tuple<int, text>",
		  "0x0000000d00000004000000020000000161" },
		{ "tuple<int, text>", "0000000400000002", "tuple<int, text>",
		  "0x000000080000000400000002" },
		{ "tuple<int>", "0000000400000002", "tuple<int, text>",
		  "0x000000080000000400000002" },
		{ "tuple<int, text>", "0000000400000002", "tuple<int>",
		  "0x000000080000000400000002" },
		{ "tuple<int, text>", "0000000400000002ffffffff", "tuple<int>",
		  "a tuple does not fit the type tuple<int>" },
		{ "tuple<int>", "0000000400000002", "tuple<bigint>", "a tuple does not fit" },
		{ "udt<a, b:int>", "0000000400000002", "udt<z.a, b:int, c:int>",
		  "0x000000080000000400000002" },
		{ "udt<a, b:int>", "0000000400000002", "udt<a, c:int>",
		  "a user type value does not fit the type a" },
		{ "udt<a, b:int>", "0000000400000002", "tuple<int>",
		  "a user type value does not fit" },
		{ "a", "0000000400000002", "udt<a, b:int>", "0x000000080000000400000002" },
		{ "vector<int, 1>", "00000002", "vector<int, 1>", "0x0000000400000002" },
		{ "vector<int, 1>", "00000002", "vector<int, 2>",
		  "a vector of 1 elements, the type has 2" },
		{ "vector<int, 1>", "00000002", "vector<float, 1>", "a vector does not fit" },
		{ "list<int>",
		  "0000000100000004"
		  "00000002",
		  "vector<int, 1>", "a list does not fit the type vector<int, 1>" },
		{ "list<tuple<int>>",
		  "000000010000000800000004"
		  "00000002",
		  "list<tuple<int>>", "0x0000001000000001000000080000000400000002" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_type *from = type_of(rows[i].from);
		struct cd_span bytes = cd_unhex(rows[i].hex);
		cql_value v;
		CD_CHECK(decode_hex(from, bytes, &v), rows[i].from);
		check_written(rows[i].from, rows[i].to, v, rows[i].want);
		cd_unhex_free(bytes);
		cql_type_free(from);
	}
}

/* More than 2 GiB: refused before a byte of it is read. */
static void test_too_long(void **state)
{
	static const float number = 1.0f;
	cql_value floats = cql(cql_floats_of(&number, 536870912));
	cql_value items = cql(cql_list_of(&floats, (size_t)UINT32_MAX + 1));
	(void)state;

	check_written("floats", "vector<float, 536870912>", floats, "a value of more than 2 GiB");
	check_written("items", "list<int>", items, "a collection of 4294967295 items");
}

/* ---- reading -------------------------------------------------------------------------------- */

static void test_fields(void **state)
{
	cql_type *type = type_of("udt<shop.address, street:text, zip:int, \"Since\":date>");
	struct cd_span whole = cd_unhex("000000044d61696e"
					"0000000400000007");
	struct cd_span broken = cd_unhex("000000044d61696e"
					 "00000003000007");
	cql_value v, field = cql(1);
	coodie_error err;
	cql_udt udt = { { NULL, NULL, 0, 0 } };
	(void)state;

	assert_true(decode_hex(type, whole, &v) && cql_to_udt(v, &udt, NULL));
	assert_true(cql_udt_field(udt, "street", &field, &err));
	assert_int_equal(field.as.text.len, 4);
	assert_true(cql_udt_field(udt, "zip", &field, &err) && field.as.integer == 7);
	assert_true(cql_udt_field(udt, "Since", &field, &err) && cql_is_null(field));
	assert_false(cql_udt_field(udt, "since", &field, &err));
	assert_string_equal(err.message, "the user type address has no field since");
	assert_true(decode_hex(type, broken, &v) && cql_to_udt(v, &udt, NULL));
	assert_true(cql_udt_field(udt, "street", &field, &err));
	assert_false(cql_udt_field(udt, "zip", &field, &err));
	assert_string_equal(err.message, "field zip of address is broken");
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	assert_false(cql_udt_field(CQL_UDT(cql(1)), "zip", &field, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_int_equal(field.as.text.len, 4); /* untouched */
	cd_unhex_free(whole);
	cd_unhex_free(broken);
	cql_type_free(type);
}

static void test_floats(void **state)
{
	static const float numbers[] = { 1.0f, 2.5f };
	cql_type *floats = type_of("vector<float, 2>"), *doubles = type_of("vector<double, 1>");
	struct cd_span bytes = cd_unhex("3f80000040200000");
	float out[2] = { 9, 9 };
	coodie_error err;
	cql_value v;
	(void)state;

	assert_true(decode_hex(floats, bytes, &v));
	assert_false(cql_to_floats(v, out, 3, &err));
	assert_string_equal(err.message, "a vector of 2 elements, there is room for 3");
	assert_true(cql_to_floats(v, out, 2, &err) && out[0] == 1.0f && out[1] == 2.5f);
	memset(out, 0, sizeof out);
	assert_true(cql_to_floats(cql(cql_floats_of(numbers, 2)), out, 2, &err));
	assert_memory_equal(out, numbers, sizeof out);
	assert_true(cql_to_floats(cql(CQL_VECTOR(cql(3.0f), cql(4.0f))), out, 2, &err));
	assert_true(out[0] == 3.0f && out[1] == 4.0f);
	assert_false(cql_to_floats(cql(CQL_VECTOR(cql(1.0), cql(4.0f))), out, 2, &err));
	assert_string_equal(err.message, "item 1: the value is a double, not a float");
	assert_true(decode_hex(doubles, bytes, &v));
	assert_false(cql_to_floats(v, out, 1, &err));
	assert_string_equal(err.message, "the value is a vector of double, not of float");
	assert_false(cql_to_floats(cql(CQL_LIST(cql(1.0f), cql(1.0f))), out, 2, &err));
	assert_string_equal(err.message, "the value is a list, not a vector");
	assert_true(cql_to_floats(cql(cql_floats_of(numbers, 0)), out, 0, &err));
	cd_unhex_free(bytes);
	cql_type_free(floats);
	cql_type_free(doubles);
}

/* How far a walk gets, and whether it says that it was broken. */
static void test_walks(void **state)
{
	static const struct {
		const char *type, *hex;
		unsigned items;
		bool failed;
	} rows[] = {
		{ "tuple<int, text>", "", 0, false },
		{ "tuple<int, text>", "ffffffff", 1, false },
		{ "tuple<int, text>", "fffffffefffffffd", 2, false },
		{ "tuple<int, text>", "00000003000000", 0, true },
		{ "tuple<int, int>", "00000004000000010000000100", 1, true },
		{ "udt<a, b:int, c:int>", "0000000400000001", 1, false },
		{ "vector<text, 3>", "016101620163", 3, false },
		{ "vector<text, 3>", "0161016203", 2, true },
		{ "vector<text, 3>", "01610162016364", 3, true },
		{ "vector<text, 2>", "0161ffffffffffffffffff", 1, true },
		{ "vector<text, 2>", "0161f0ffffffff", 1, true },
		{ "vector<int, 2>", "0000000100000002", 2, false },
		{ "vector<smallint, 2>", "0200010100", 1, true },
	};
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_type *type = type_of(rows[i].type);
		struct cd_span whole = cd_unhex(rows[i].hex);
		struct cd_span bytes = { cd_guard_copy(&g, whole.at, whole.len), whole.len };
		cql_value v, item;
		unsigned items = 0;
		CD_CHECK(decode_hex(type, bytes, &v), rows[i].hex);
		cql_iter it = cql_vector_iter((cql_vector){ v.as.seq });
		while (cql_iter_next(&it, &item))
			items++;
		CD_CHECK(items == rows[i].items && it.failed == rows[i].failed, rows[i].hex);
		CD_CHECK(cd_value_check(type, bytes, NULL) != rows[i].failed, rows[i].hex);
		cd_unhex_free(whole);
		cql_type_free(type);
	}
	cd_guard_deinit(&g);
}

/* ---- hostile -------------------------------------------------------------------------------- */

/* Counts and lengths that are not there: refused at once. */
static void test_claims(void **state)
{
	static const struct {
		const char *type, *hex;
	} rows[] = {
		{ "list<int>", "7fffffff00000004" },
		{ "list<int>", "8000000000000004" },
		{ "list<text>", "0000000200000000" },
		{ "set<blob>", "ffffffff00000000" },
		{ "map<int, int>", "400000000000000000000000" },
		{ "map<text, text>", "0000000200000000000000000000000000" },
		{ "tuple<int, int>", "7fffffff00000004" },
		{ "udt<a, b:text>", "7fffffff00000004" },
		{ "vector<text, 2147483647>", "0000000000000000" },
		{ "vector<float, 2147483647>", "0000000000000000" },
		{ "vector<vector<float, 65536>, 65536>", "0000000000000000" },
		{ "vector<vector<double, 2147483647>, 2147483647>", "0000000000000000" },
		{ "vector<vector<text, 2147483647>, 1>", "0800000000000000000"
							 "0" },
		{ "list<vector<text, 2147483647>>", "000000010000000400000000" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_type *type = type_of(rows[i].type);
		struct cd_span bytes = cd_unhex(rows[i].hex);
		cql_blob blob = { bytes.at, bytes.len };
		coodie_error err;
		cql_value v;
		CD_CHECK(!cql_decode(type, blob, &v, &err), rows[i].type);
		CD_CHECK(err.code == COODIE_ERR_PROTOCOL, rows[i].type);
		cd_unhex_free(bytes);
		cql_type_free(type);
	}
}

/* Values as deep as the deepest type; the value cannot be deeper. */
static void test_depth(void **state)
{
	enum { DEPTH = 64 };
	uint8_t option[2 * DEPTH + 2], bytes[8 * DEPTH + 4];
	cql_arena *arena = cql_arena_new(NULL, NULL);
	char *text;
	cql_value v;
	cql_blob again;
	(void)state;

	for (size_t i = 0; i < DEPTH; i++) {
		memcpy(option + 2 * i, "\0\x20", 2);
		cd_put_be32(bytes + 8 * i, 1);
		cd_put_be32(bytes + 8 * i + 4, (uint32_t)(sizeof bytes - 8 * (i + 1)));
	}
	memcpy(option + 2 * DEPTH, "\0\x09", 2);
	cd_put_be32(bytes + 8 * DEPTH, 7);
	const cql_type *type = cql_type_read((cql_blob){ option, sizeof option },
					     CQL_TERMS(.max_depth = DEPTH), arena, NULL);
	assert_non_null(type);
	assert_true(cql_decode(type, (cql_blob){ bytes, sizeof bytes }, &v, NULL));
	assert_true(cql_encode(type, v, arena, &again, NULL));
	assert_int_equal(again.len, sizeof bytes);
	text = malloc(cql_value_format(v, NULL, 0) + 1);
	assert_int_equal(cql_value_format(v, text, 2 * DEPTH + 2), 2 * DEPTH + 1);
	free(text);
	for (size_t len = 0; len < sizeof bytes; len++)
		assert_false(cql_decode(type, (cql_blob){ bytes, len }, &v, NULL));
	cql_arena_free(arena);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool copy_one(const coodie_allocator *allocator, void *user)
{
	const cql_value *v = user;
	struct cd_arena a;
	cql_value copy;

	cd_arena_init(&a, allocator, 1);
	bool ok = cd_value_copy(&a, &copy, v);
	cd_arena_deinit(&a);
	return ok;
}

/* A copy keeps nothing of the original. */
static void test_copies(void **state)
{
	float numbers[] = { 1.0f, 2.5f };
	char text[] = "abc";
	cql_value parts[] = { cql(1), cql(text), cql(cql_floats_of(numbers, 2)), cql_null() };
	cql_value vector[] = { cql(cql_tuple_of(parts, 4)) };
	cql_value v = cql(cql_vector_of(vector, 1)), copy, none;
	char shown[64];
	struct cd_arena a;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	assert_true(cd_value_copy(&a, &copy, &v));
	memset(numbers, 0, sizeof numbers);
	memset(text, 'x', 3);
	memset(parts, 0, sizeof parts);
	memset(vector, 0, sizeof vector);
	cql_value_format(copy, shown, sizeof shown);
	assert_string_equal(shown, "[(1, 'abc', [1, 2.5], null)]");
	v = cql(CQL_TUPLE());
	assert_true(cd_value_copy(&a, &none, &v));
	assert_non_null(none.as.seq.items);
	assert_ptr_not_equal(none.as.seq.items, v.as.seq.items);
	cd_arena_deinit(&a);
	numbers[0] = 1.0f;
	parts[0] = cql(cql_floats_of(numbers, 2));
	vector[0] = cql(cql_tuple_of(parts, 1));
	v = cql(cql_vector_of(vector, 1));
	assert_true(cd_failalloc_each("a tuple of floats", copy_one, &v));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_name),  cmocka_unit_test(test_by_name_copied),
		cmocka_unit_test(test_made),     cmocka_unit_test(test_grown),
		cmocka_unit_test(test_too_long), cmocka_unit_test(test_fields),
		cmocka_unit_test(test_floats),   cmocka_unit_test(test_walks),
		cmocka_unit_test(test_claims),   cmocka_unit_test(test_depth),
		cmocka_unit_test(test_copies),
	};
	return cmocka_run_group_tests_name("value_composite", tests, NULL, NULL);
}
