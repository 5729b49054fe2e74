/* SPDX-License-Identifier: MIT */
/* proto/value.h: what others encode is decoded, and what is decoded is encoded the same. */
#include "tests/test.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "proto/value.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

static const struct {
	const char *type, *hex, *text;
	size_t text_len;
} rows[] = {
#define X(type, hex, text) { type, hex, TEXT(text) },
#include "tests/data/values.inc"
#undef X
};

static const struct {
	const char *name, *type, *hex, *text;
	size_t text_len;
} tolerated[] = {
#define X(name, type, hex, text) { name, type, hex, TEXT(text) },
#include "tests/data/values_decode.inc"
#undef X
};

static const struct {
	const char *name, *type, *hex;
} rejected[] = {
#define X(name, type, hex) { name, type, hex },
#include "tests/data/values_reject.inc"
#undef X
	{ "bytes after the last pair", "map<int, int>", "0000000000" },
	{ "a count below zero", "list<int>", "ffffffff" },
	{ "an element cut in an inner list", "list<list<int>>",
	  "000000010000000a00000001000000050000" },
	{ "a varint inside a list", "list<int>",
	  "000000010000000500000000000"
	  "1" },
	{ "a duration of 2^31 months", "duration", "f1000000000000" },
	{ "a duration with a byte more", "duration", "00000000" },
};

static const struct {
	const char *name, *type, *hex;
} lax[] = {
#define X(name, type, hex) { name, type, hex },
#include "tests/data/values_lax.inc"
#undef X
};

static const cql_type *type_of(struct cd_arena *a, const char *text)
{
	const cql_type *t = cd_type_parse(a, text, strlen(text), CD_TYPE_DEPTH, NULL);

	CD_CHECK(t, text);
	return t;
}

static bool says(cql_value v, const char *text, size_t len)
{
	size_t need = cql_value_format(v, NULL, 0);
	char *got = malloc(need + 1);

	assert_int_equal(cql_value_format(v, got, need + 1), need);
	bool same = need == len && memcmp(got, text, len) == 0;
	if (!same)
		fprintf(stderr, "got    %s\nwanted %s\n", got, text);
	free(got);
	return same;
}

static struct cd_span guarded(struct cd_guard *g, struct cd_span s)
{
	return (struct cd_span){ cd_guard_copy(g, s.at, s.len), s.len };
}

/* The same value as a C program would hold it: an array for every collection and fixed vector. */
static cql_value in_c(struct cd_arena *a, const cql_type *type, cql_value v)
{
	cql_value *items = cd_arena_take(a, 1000 * sizeof *items);
	uint32_t n = 0;

	if (v.is.tag == CQL_TAG_MAP) {
		cql_iter it = cql_map_iter((cql_map){ v.as.seq });
		for (; cql_iter_next_pair(&it, &items[n], &items[n + 1]); n += 2) {
			items[n] = in_c(a, type->inner[0], items[n]);
			items[n + 1] = in_c(a, type->inner[1], items[n + 1]);
		}
		return cql_from_map(cql_map_of(items, n / 2));
	}
	if (v.is.tag < CQL_TAG_LIST || v.is.tag > CQL_TAG_VECTOR)
		return v;
	bool positional = v.is.tag == CQL_TAG_TUPLE || v.is.tag == CQL_TAG_UDT;
	cql_iter it = cql_list_iter((cql_list){ v.as.seq });
	for (; cql_iter_next(&it, &items[n]); n++)
		items[n] = in_c(a, type->inner[positional ? n : 0], items[n]);
	assert_false(it.failed);
	v.as.seq = cql_list_of(items, n).seq;
	return v;
}

/* Whether encoding gives a [bytes] of this cell. */
static bool encodes(const cql_type *type, cql_value v, struct cd_span cell)
{
	struct cd_buffer b;
	coodie_error err = { 0 };
	bool same;

	cd_buffer_init(&b, NULL, 0);
	cd_buffer_u8(&b, 0x55);
	same = cd_value_encode(&b, type, &v, &err);
	if (!same)
		fprintf(stderr, "%s\n", err.message);
	same = same && b.len == cell.len + 5 && cd_get_be32(b.data + 1) == cell.len &&
	       (cell.len == 0 || memcmp(b.data + 5, cell.at, cell.len) == 0);
	cd_buffer_deinit(&b);
	return same;
}

static void check_value(struct cd_guard *g, size_t i, struct cd_arena *a)
{
	const char *name = rows[i].text;
	const cql_type *type = type_of(a, rows[i].type);
	struct cd_span whole = cd_unhex(rows[i].hex), cell = guarded(g, whole);
	coodie_error err = { 0 };
	cql_value v, copy;

	if (whole.len == 0) /* not the unreadable page */
		cell = whole;
	CD_CHECK(cd_value_decode(type, cell, &v, &err), name);
	CD_CHECK(cd_value_check(type, cell, &err), name);
	CD_CHECK(says(v, rows[i].text, rows[i].text_len), rows[i].type);
	CD_CHECK(encodes(type, v, cell), name);
	CD_CHECK(cd_value_copy(a, &copy, &v), name);
	cql_value made = in_c(a, type, v), made_copy;
	CD_CHECK(cd_value_copy(a, &made_copy, &made), name);
	CD_CHECK(encodes(type, made, cell), name);
	if (cell.len)
		memset((uint8_t *)(uintptr_t)cell.at, 0xEE, cell.len); /* what was copied stays */
	CD_CHECK(encodes(type, copy, whole), name);
	CD_CHECK(says(copy, rows[i].text, rows[i].text_len), rows[i].type);
	for (size_t len = 0; len < whole.len; len++) { /* refused, or a shorter value */
		cell = (struct cd_span){ cd_guard_copy(g, whole.at, len), len };
		if (cd_value_decode(type, cell, &v, &err)) {
			cql_value_format(v, NULL, 0);
			cd_value_check(type, cell, NULL);
		}
	}
	cd_unhex_free(whole);
}

static void test_values(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 65536));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_arena a;
		cd_arena_init(&a, NULL, 0);
		check_value(&g, i, &a);
		cd_arena_deinit(&a);
	}
	cd_guard_deinit(&g);
}

static void test_tolerated(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(tolerated); i++) {
		struct cd_arena a;
		cql_value v;
		struct cd_span cell = cd_unhex(tolerated[i].hex);
		cd_arena_init(&a, NULL, 0);
		const cql_type *type = type_of(&a, tolerated[i].type);
		CD_CHECK(cd_value_decode(type, cell, &v, NULL), tolerated[i].name);
		CD_CHECK(cd_value_check(type, cell, NULL), tolerated[i].name);
		CD_CHECK(says(v, tolerated[i].text, tolerated[i].text_len), tolerated[i].name);
		cd_arena_deinit(&a);
		cd_unhex_free(cell);
	}
	for (size_t i = 0; i < CD_COUNT(lax); i++) {
		struct cd_arena a;
		cql_value v;
		struct cd_buffer b;
		struct cd_span cell = cd_unhex(lax[i].hex);
		cd_arena_init(&a, NULL, 0);
		cd_buffer_init(&b, NULL, 0);
		const cql_type *type = type_of(&a, lax[i].type);
		CD_CHECK(cd_value_decode(type, cell, &v, NULL), lax[i].name);
		CD_CHECK(!cd_value_check(type, cell, NULL), lax[i].name);
		CD_CHECK(!cd_value_encode(&b, type, &v, NULL), lax[i].name); /* but not written */
		CD_CHECK(b.len == 0 && !b.failed, lax[i].name);
		cd_buffer_deinit(&b);
		cd_arena_deinit(&a);
		cd_unhex_free(cell);
	}
}

static void test_rejected(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rejected); i++) {
		struct cd_arena a;
		coodie_error err = { 0 };
		struct cd_span whole = cd_unhex(rejected[i].hex), cell = guarded(&g, whole);
		cd_arena_init(&a, NULL, 0);
		CD_CHECK(!cd_value_check(type_of(&a, rejected[i].type), cell, &err),
			 rejected[i].name);
		CD_CHECK(err.code == COODIE_ERR_PROTOCOL, rejected[i].name);
		cd_arena_deinit(&a);
		cd_unhex_free(whole);
	}
	cd_guard_deinit(&g);
}

/* An item that is broken ends the walk. */
static void test_iterators(void **state)
{
	struct cd_span cell = cd_unhex("00000003"
				       "0000000400000001"
				       "0000000300000"
				       "2"
				       "00000000");
	struct cd_arena a;
	cql_value v, item;
	int64_t n;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	assert_true(cd_value_decode(type_of(&a, "list<int>"), cell, &v, NULL));
	cql_iter it = cql_list_iter((cql_list){ v.as.seq });
	assert_true(cql_iter_next(&it, &item));
	assert_true(cql_to_int64(item, &n, NULL) && n == 1);
	assert_false(cql_iter_next(&it, &item));
	assert_true(it.failed);
	assert_false(cql_iter_next(&it, &item));
	assert_true(cql_to_int64(item, &n, NULL) && n == 1); /* untouched */

	struct cd_span longer = cd_unhex("00000001000000040000000155");
	assert_true(cd_value_decode(type_of(&a, "list<int>"), longer, &v, NULL));
	it = cql_list_iter((cql_list){ v.as.seq });
	assert_true(cql_iter_next(&it, &item) && !it.failed);
	assert_false(cql_iter_next(&it, &item));
	assert_true(it.failed);
	cd_unhex_free(longer);
	cql_value values[] = { cql("a"), cql(1), cql("b"), cql(2) }, key;
	it = cql_map_iter(cql_map_of(values, 2));
	assert_false(cql_iter_next(&it, &item));
	assert_true(cql_iter_next_pair(&it, &key, &item) && item.as.integer == 1);
	assert_true(cql_iter_next_pair(&it, &key, &item) && item.as.integer == 2);
	assert_false(cql_iter_next_pair(&it, &key, &item));
	assert_false(it.failed);
	it = cql_set_iter(cql_set_of(values, 2));
	assert_false(cql_iter_next_pair(&it, &key, &item));
	assert_true(cql_iter_next(&it, &item) && cql_iter_next(&it, &item));
	assert_false(cql_iter_next(&it, &item));
	it = cql_list_iter((cql_list){ 0 });
	assert_false(cql_iter_next(&it, &item) || it.failed);
	cd_arena_deinit(&a);
	cd_unhex_free(cell);
}

/* ---- what C programs bind ------------------------------------------------------------------- */

static const uint8_t long_varint[] = { 1, 0, 0, 0, 0, 0, 0, 0, 0 }; /* 2^64 */
static const cql_value nulls[] = { { .is = { CQL_TAG_INT }, .as = { .integer = 1 } },
				   { .is = { CQL_TAG_NULL } } };

static const float floats[] = { 1.5f, NAN };

#define V(t, field, ...) \
	{ \
		.is = { CQL_TAG_##t }, .as = {.field = __VA_ARGS__ } \
	}

/* Bindings: what is written, or what is said. */
static const struct {
	const char *type;
	cql_value v;
	const char *hex;  /* of the [value]; NULL: refused */
	const char *says; /* must be in the message */
	enum coodie_errc code;
} binds[] = {
	{ "int", V(NULL, integer, 0), "ffffffff", NULL, 0 },
	{ "int", V(UNSET, integer, 0), "fffffffe", NULL, 0 },
	{ "list<int>", V(NULL, integer, 0), "ffffffff", NULL, 0 },
	{ "tinyint", V(INT, integer, 127), "000000017f", NULL, 0 },
	{ "tinyint", V(INT, integer, -128), "0000000180", NULL, 0 },
	{ "tinyint", V(INT, integer, 128), NULL, "128 is out of range for tinyint (-128 to 127)",
	  COODIE_ERR_RANGE },
	{ "tinyint", V(INT, integer, -129), NULL, "-129 is out of range", COODIE_ERR_RANGE },
	{ "smallint", V(UINT, unsigned_integer, 32767), "000000027fff", NULL, 0 },
	{ "smallint", V(UINT, unsigned_integer, 32768), NULL,
	  "32768 is out of range for smallint (-32768 to 32767)", COODIE_ERR_RANGE },
	{ "int", V(INT, integer, INT32_MIN), "0000000480000000", NULL, 0 },
	{ "int", V(INT, integer, INT64_C(2147483648)), NULL,
	  "2147483648 is out of range for int (-2147483648 to 2147483647)", COODIE_ERR_RANGE },
	{ "int", V(UINT, unsigned_integer, 7), "0000000400000007", NULL, 0 },
	{ "int", V(VARINT, varint, { (const uint8_t *)"\0\0\0\0\0\0\0\0\0\7", 10 }),
	  "0000000400000007", NULL, 0 },
	{ "bigint", V(INT, integer, INT64_MIN), "000000088000000000000000", NULL, 0 },
	{ "bigint", V(UINT, unsigned_integer, UINT64_MAX), NULL,
	  "is out of range for bigint (-9223372036854775808 to 9223372036854775807)",
	  COODIE_ERR_RANGE },
	{ "counter", V(INT, integer, 1), "000000080000000000000001", NULL, 0 },
	{ "bigint", V(VARINT, varint, { long_varint, 9 }), NULL, "out of range for bigint",
	  COODIE_ERR_RANGE },
	{ "int", V(TEXT, text, { "1", 1 }), NULL, "a text does not fit the type int",
	  COODIE_ERR_TYPE },
	{ "int", V(DOUBLE, real, 1.0), NULL, "a double does not fit the type int",
	  COODIE_ERR_TYPE },
	{ "varint", V(INT, integer, -1), "00000001ff", NULL, 0 },
	{ "varint", V(INT, integer, 128), "000000020080", NULL, 0 },
	{ "varint", V(UINT, unsigned_integer, UINT64_MAX), "0000000900ffffffffffffffff", NULL, 0 },
	{ "varint", V(VARINT, varint, { (const uint8_t *)"\xff\xff\x80", 3 }), "0000000180", NULL,
	  0 },
	{ "varint", V(VARINT, varint, { (const uint8_t *)"", 0 }), NULL, "at least one byte",
	  COODIE_ERR_RANGE },
	{ "decimal", V(INT, integer, 5), "000000050000000005", NULL, 0 },
	{ "decimal", V(DECIMAL, decimal, { { (const uint8_t *)"\0\1", 2 }, -1 }),
	  "00000005ffffffff01", NULL, 0 },
	{ "decimal", V(DOUBLE, real, 1.5), NULL, "a double does not fit the type decimal",
	  COODIE_ERR_TYPE },
	{ "boolean", V(BOOL, boolean, true), "0000000101", NULL, 0 },
	{ "boolean", V(INT, integer, 0), "0000000100", NULL, 0 },
	{ "boolean", V(INT, integer, 2), NULL, "2 is out of range for boolean (0 or 1)",
	  COODIE_ERR_RANGE },
	{ "float", V(DOUBLE, real, 0.5), "000000043f000000", NULL, 0 },
	{ "float", V(DOUBLE, real, 1e39), NULL, "1e+39 is out of range for float",
	  COODIE_ERR_RANGE },
	{ "float", V(INT, integer, 16777216), "000000044b800000", NULL, 0 },
	{ "float", V(INT, integer, 16777217), NULL, "an integer does not fit the type float",
	  COODIE_ERR_TYPE },
	{ "double", V(UINT, unsigned_integer, 1), "000000083ff0000000000000", NULL, 0 },
	{ "double", V(FLOAT, single, -0.0f), "000000088000000000000000", NULL, 0 },
	{ "text", V(TEXT, text, { "", 0 }), "00000000", NULL, 0 },
	{ "text", V(TEXT, text, { "\xed\xa0\x80", 3 }), NULL, "not valid UTF-8",
	  COODIE_ERR_RANGE }, /* a surrogate */
	{ "text", V(TEXT, text, { "\xf4\x90\x80\x80", 4 }), NULL, "not valid UTF-8",
	  COODIE_ERR_RANGE },
	{ "text", V(TEXT, text, { "\xe0\x80\xaf", 3 }), NULL, "not valid UTF-8", COODIE_ERR_RANGE },
	{ "text", V(TEXT, text, { "a\xe2\x82", 3 }), NULL, "not valid UTF-8", COODIE_ERR_RANGE },
	{ "text", V(TEXT, text, { "\xf4\x8f\xbf\xbf", 4 }), "00000004f48fbfbf", NULL, 0 },
	{ "text", V(TEXT, text, { "12345678\xff", 9 }), NULL, "not valid UTF-8", COODIE_ERR_RANGE },
	{ "text", V(TEXT, text, { "1234567\xc3", 8 }), NULL, "not valid UTF-8", COODIE_ERR_RANGE },
	{ "text",
	  V(TEXT, text,
	    { "1234567\xc3\xa9"
	      "12345678",
	      17 }),
	  "0000001131323334353637c3a93132333435363738", NULL, 0 },
	{ "ascii", V(TEXT, text, { "a\x80", 2 }), NULL,
	  "byte 1 of the text is 0x80, which ascii (0x00 to 0x7f) cannot hold", COODIE_ERR_RANGE },
	{ "text", V(BLOB, blob, { (const uint8_t *)"a", 1 }), NULL,
	  "a blob does not fit the type text", COODIE_ERR_TYPE },
	{ "blob", V(TEXT, text, { "a", 1 }), NULL, "a text does not fit the type blob",
	  COODIE_ERR_TYPE },
	{ "blob", V(BLOB, blob, { (const uint8_t *)"", 0 }), "00000000", NULL, 0 },
	{ "'ab.C'", V(BLOB, blob, { (const uint8_t *)"x", 1 }), "0000000178", NULL, 0 },
	{ "tuple<int, text>", V(TUPLE, seq, { NULL, nulls, 1, 0 }),
	  "0000000c0000000400000001ffffffff", NULL, 0 },
	{ "tuple<int, text>", V(TUPLE, seq, { NULL, nulls, 2, 0 }),
	  "0000000c0000000400000001ffffffff", NULL, 0 },
	{ "tuple<int>", V(TUPLE, seq, { NULL, nulls, 2, 0 }), NULL,
	  "a tuple of 2 parts, the type has 1", COODIE_ERR_RANGE },
	{ "tuple<text>", V(TUPLE, seq, { NULL, nulls, 1, 0 }), NULL,
	  "part 1: an integer does not fit the type text", COODIE_ERR_TYPE },
	{ "udt<a, b:int, c:text>", V(UDT, seq, { NULL, nulls, 1, 0 }),
	  "0000000c0000000400000001ffffffff", NULL, 0 },
	{ "udt<a, b:int>", V(UDT, seq, { NULL, nulls, 2, 0 }), NULL,
	  "a user type value of 2 fields, the type has 1", COODIE_ERR_RANGE },
	{ "udt<a, b:text>", V(UDT, seq, { NULL, nulls, 1, 0 }), NULL,
	  "field b: an integer does not fit the type text", COODIE_ERR_TYPE },
	{ "udt<a, b:int>", V(TUPLE, seq, { NULL, nulls, 1, 0 }), NULL,
	  "a tuple does not fit the type a", COODIE_ERR_TYPE },
	{ "a", V(UDT, seq, { NULL, nulls, 1, 0 }), NULL,
	  "the fields of the user type a are not known here", COODIE_ERR_UNSUPPORTED },
	{ "int", V(EMPTY, integer, 0), "00000000", NULL, 0 },
	{ "date", V(EMPTY, integer, 0), NULL, "an empty value does not fit the type date",
	  COODIE_ERR_TYPE },
	{ "tuple<int>", V(LIST, seq, { NULL, nulls, 1, 0 }), NULL,
	  "a list does not fit the type tuple<int>", COODIE_ERR_TYPE },
	{ "tuple<int>", V(ENCODED, blob, { (const uint8_t *)"\1\2", 2 }), "000000020102", NULL, 0 },
	{ "timeuuid", V(UUID, uuid, { { 0, 0, 0, 0, 0, 0, 0x40 } }), NULL,
	  "a timeuuid is a version 1 uuid, this one is of version 4", COODIE_ERR_RANGE },
	{ "inet", V(INET, inet, { { 127, 0, 0, 1 }, 4 }), "000000047f000001", NULL, 0 },
	{ "inet", V(INET, inet, { { 1 }, 5 }), NULL, "an inet has 4 or 16 bytes, this one 5",
	  COODIE_ERR_RANGE },
	{ "date", V(DATE, date, { INT32_MIN }), "0000000400000000", NULL, 0 },
	{ "time", V(TIME, time, { INT64_C(86399999999999) }), "0000000800004e94914effff", NULL, 0 },
	{ "time", V(TIME, time, { INT64_C(86400000000000) }), NULL,
	  "86400000000000 is out of range for time", COODIE_ERR_RANGE },
	{ "time", V(TIME, time, { -1 }), NULL, "-1 is out of range for time", COODIE_ERR_RANGE },
	{ "timestamp", V(INT, integer, -1), "00000008ffffffffffffffff", NULL, 0 },
	{ "duration", V(DURATION, duration, { 1, -1, 0 }), NULL,
	  "the parts of a duration are all >= 0 or all <= 0", COODIE_ERR_RANGE },
	{ "duration", V(DURATION, duration, { INT32_MIN, INT32_MIN, INT64_MIN }),
	  "00000013f0fffffffff0ffffffffffffffffffffffffff"
	  "",
	  NULL, 0 },
	{ "list<int>", V(LIST, seq, { NULL, nulls, 2, 0 }), NULL,
	  "item 2 is null, which a list cannot hold", COODIE_ERR_TYPE },
	{ "list<tinyint>", V(LIST, seq, { NULL, nulls, 0, 0 }), "0000000400000000", NULL, 0 },
	{ "list<text>", V(LIST, seq, { NULL, nulls, 1, 0 }), NULL,
	  "item 1: an integer does not fit the type text", COODIE_ERR_TYPE },
	{ "set<int>", V(LIST, seq, { NULL, nulls, 1, 0 }),
	  "0000000c00000001"
	  "0000000400000001",
	  NULL, 0 },
	{ "list<int>", V(SET, seq, { NULL, nulls, 1, 0 }),
	  "0000000c00000001"
	  "0000000400000001",
	  NULL, 0 },
	{ "map<int, int>", V(LIST, seq, { NULL, nulls, 1, 0 }), NULL,
	  "a list does not fit the type map<int, int>", COODIE_ERR_TYPE },
	{ "list<int>", V(MAP, seq, { NULL, nulls, 1, 0 }), NULL, "a map does not fit",
	  COODIE_ERR_TYPE },
	{ "list<int>", V(LIST, seq, { NULL, nulls, UINT32_MAX, 0 }), NULL,
	  "a collection of 4294967295 items", COODIE_ERR_RANGE },
	{ "vector<int, 2>", V(LIST, seq, { NULL, nulls, 1, 0 }), NULL,
	  "a vector of 1 elements, the type has 2", COODIE_ERR_RANGE },
	{ "vector<int, 2>", V(LIST, seq, { NULL, nulls, 2, 0 }), NULL, "item 2 is null",
	  COODIE_ERR_TYPE },
	{ "vector<smallint, 1>", V(LIST, seq, { NULL, nulls, 1, 0 }), "00000003020001", NULL, 0 },
	{ "vector<int, 1>", V(VECTOR, seq, { NULL, nulls, 1, 0 }), "0000000400000001", NULL, 0 },
	{ "vector<float, 2>", V(FLOATS, floats, { floats, 2 }), "000000083fc000007fc00000", NULL,
	  0 },
	{ "vector<float, 3>", V(FLOATS, floats, { floats, 2 }), NULL,
	  "a vector of 2 elements, the type has 3", COODIE_ERR_RANGE },
	{ "vector<double, 2>", V(FLOATS, floats, { floats, 2 }), NULL,
	  "an array of floats does not fit the type vector<double, 2>", COODIE_ERR_TYPE },
};

static void test_binds(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(binds); i++) {
		const char *name = binds[i].hex ? binds[i].hex : binds[i].says;
		struct cd_arena a;
		struct cd_buffer b;
		coodie_error err = { 0 };
		cd_arena_init(&a, NULL, 0);
		cd_buffer_init(&b, NULL, 0);
		cd_buffer_u8(&b, 0x55);
		bool ok = cd_value_encode(&b, type_of(&a, binds[i].type), &binds[i].v, &err);
		CD_CHECK(ok == (binds[i].hex != NULL), name);
		CD_CHECK(err.code == binds[i].code, name);
		CD_CHECK(ok || strstr(err.message, binds[i].says), err.message);
		if (ok) {
			struct cd_span want = cd_unhex(binds[i].hex);
			CD_CHECK(b.len == want.len + 1, name);
			CD_CHECK(memcmp(b.data + 1, want.at, want.len) == 0, name);
			cd_unhex_free(want);
		} else {
			CD_CHECK(b.len == 1 && b.data[0] == 0x55 && !b.failed, name);
		}
		cd_buffer_deinit(&b);
		cd_arena_deinit(&a);
	}
}

static void test_constructors(void **state)
{
	cql_text no_text = { NULL, 0 };
	cql_inet no_inet = { { 0 }, 0 };
	(void)state;

	assert_true(cql_is_null(cql((const char *)NULL)));
	assert_true(cql_is_null(cql(no_text)));
	assert_true(cql_is_null(cql(no_inet)));
	assert_true(cql_is_null(cql_from_blob((cql_blob){ NULL, 0 })));
	assert_true(cql_is_null(cql_from_varint((cql_varint){ NULL, 0 })));
	assert_true(cql_is_null(cql_from_decimal((cql_decimal){ { NULL, 0 }, 0 })));
	assert_true(cql_is_null(cql_from_encoded(NULL, 0)));
	assert_true(cql_is_null(cql_null()));
	assert_false(cql_is_null(cql_unset()));
	assert_false(cql_is_null(cql("")));
	assert_int_equal(cql((short)-3).as.integer, -3);
	assert_int_equal(cql('c').as.integer, 'c');
	assert_int_equal(cql((unsigned char)200).as.unsigned_integer, 200);
	assert_int_equal(cql((bool)true).is.tag, CQL_TAG_BOOL);
	assert_int_equal(cql(7LL).as.integer, 7);
	assert_int_equal(cql(7ULL).as.unsigned_integer, 7);
	assert_int_equal(cql(7UL).as.unsigned_integer, 7);
	assert_true(cql(((cql_date){ 3 })).as.date.days == 3);
	assert_true(cql(((cql_time){ 3 })).as.time.nanoseconds == 3);
	assert_true(cql(((cql_timestamp){ 3 })).as.timestamp.milliseconds == 3);
	assert_true(cql(((cql_duration){ 3, 0, 0 })).as.duration.months == 3);
	assert_true(cql(((cql_uuid){ { 3 } })).as.uuid.bytes[0] == 3);
	assert_true(cql(cql("x")).is.tag == CQL_TAG_TEXT);
	assert_true(cql_args_of(nulls, 2).values == nulls);
	assert_int_equal(cql(CQL_LIST(cql(1))).is.tag, CQL_TAG_LIST);
	assert_int_equal(CQL_MAP(cql(1), cql(2)).seq.count, 1);
	assert_int_equal(CQL_ARGS().count, 0);
	assert_int_equal(sizeof(cql_value), 32);
}

/* A struct of one field, b. */
static bool one_field(const void *type, const void *object, size_t i, cql_field *out,
		      coodie_error *err)
{
	(void)type;
	(void)object;
	(void)err;
	*out = (cql_field){ .name = i ? NULL : "b", .value = V(INT, integer, 1) };
	return true;
}

/* One value of each tag. */
static const cql_value of_each_tag[] = {
	[CQL_TAG_NULL] = V(NULL, integer, 0),
	[CQL_TAG_UNSET] = V(UNSET, integer, 0),
	[CQL_TAG_BOOL] = V(BOOL, boolean, true),
	[CQL_TAG_INT] = V(INT, integer, 1),
	[CQL_TAG_UINT] = V(UINT, unsigned_integer, 1),
	[CQL_TAG_FLOAT] = V(FLOAT, single, 1.5f),
	[CQL_TAG_DOUBLE] = V(DOUBLE, real, 1.5),
	[CQL_TAG_TEXT] = V(TEXT, text, { "a", 1 }),
	[CQL_TAG_BLOB] = V(BLOB, blob, { (const uint8_t *)"a", 1 }),
	[CQL_TAG_UUID] = V(UUID, uuid, { { 0, 0, 0, 0, 0, 0, 0x10 } }),
	[CQL_TAG_INET] = V(INET, inet, { { 127, 0, 0, 1 }, 4 }),
	[CQL_TAG_DATE] = V(DATE, date, { 1 }),
	[CQL_TAG_TIME] = V(TIME, time, { 1 }),
	[CQL_TAG_TIMESTAMP] = V(TIMESTAMP, timestamp, { 1 }),
	[CQL_TAG_DURATION] = V(DURATION, duration, { 1, 1, 1 }),
	[CQL_TAG_VARINT] = V(VARINT, varint, { (const uint8_t *)"\1", 1 }),
	[CQL_TAG_DECIMAL] = V(DECIMAL, decimal, { { (const uint8_t *)"\1", 1 }, 0 }),
	[CQL_TAG_LIST] = V(LIST, seq, { NULL, nulls, 1, 0 }),
	[CQL_TAG_SET] = V(SET, seq, { NULL, nulls, 1, 0 }),
	[CQL_TAG_MAP] = V(MAP, seq, { NULL, nulls, 0, 0 }),
	[CQL_TAG_TUPLE] = V(TUPLE, seq, { NULL, nulls, 1, 0 }),
	[CQL_TAG_UDT] = V(UDT, seq, { NULL, nulls, 1, 0 }),
	[CQL_TAG_VECTOR] = V(VECTOR, seq, { NULL, nulls, 1, 0 }),
	[CQL_TAG_FLOATS] = V(FLOATS, floats, { floats, 1 }),
	[CQL_TAG_FIELDS] = V(FIELDS, fields, { one_field, NULL, NULL }),
	[CQL_TAG_EMPTY] = V(EMPTY, integer, 0),
	[CQL_TAG_ENCODED] = V(ENCODED, blob, { (const uint8_t *)"a", 1 }),
	[CQL_TAG_ENCODED + 1] = { .is = { 200 } },
};

/* Each kind of value into each type. Null, unset and encoded bytes fit all. */
static void test_every_pair(void **state)
{
	static const struct {
		const char *type;
		uint32_t takes;
	} types[] = {
#define T(tag) (UINT32_C(1) << CQL_TAG_##tag)
#define INTEGERS (T(INT) | T(UINT) | T(VARINT) | T(EMPTY))
		{ "ascii", T(TEXT) },
		{ "text", T(TEXT) },
		{ "blob", T(BLOB) },
		{ "'a.B'", T(BLOB) },
		{ "boolean", T(BOOL) | T(INT) | T(EMPTY) },
		{ "tinyint", INTEGERS & ~T(EMPTY) },
		{ "smallint", INTEGERS & ~T(EMPTY) },
		{ "int", INTEGERS },
		{ "bigint", INTEGERS },
		{ "counter", INTEGERS },
		{ "varint", INTEGERS },
		{ "timestamp", INTEGERS | T(TIMESTAMP) },
		{ "decimal", T(INT) | T(UINT) | T(DECIMAL) | T(EMPTY) },
		{ "float", T(INT) | T(UINT) | T(FLOAT) | T(DOUBLE) | T(EMPTY) },
		{ "double", T(INT) | T(UINT) | T(FLOAT) | T(DOUBLE) | T(EMPTY) },
		{ "uuid", T(UUID) | T(EMPTY) },
		{ "timeuuid", T(UUID) | T(EMPTY) },
		{ "inet", T(INET) | T(EMPTY) },
		{ "date", T(DATE) },
		{ "time", T(TIME) },
		{ "duration", T(DURATION) },
		{ "list<int>", T(LIST) | T(SET) },
		{ "set<int>", T(LIST) | T(SET) },
		{ "map<int, int>", T(MAP) },
		{ "tuple<int>", T(TUPLE) },
		{ "udt<a, b:int>", T(UDT) | T(FIELDS) },
		{ "vector<int, 1>", T(VECTOR) | T(LIST) },
		{ "vector<float, 1>", T(VECTOR) | T(LIST) | T(FLOATS) },
#undef T
#undef INTEGERS
	};
	uint32_t always = 1u << CQL_TAG_NULL | 1u << CQL_TAG_UNSET | 1u << CQL_TAG_ENCODED;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(types); i++)
		for (size_t tag = 0; tag < CD_COUNT(of_each_tag); tag++) {
			struct cd_arena a;
			struct cd_buffer b;
			coodie_error err = { 0 };
			bool fits = (types[i].takes | always) >> tag & 1;
			cd_arena_init(&a, NULL, 0);
			cd_buffer_init(&b, NULL, 0);
			bool ok = cd_value_encode(&b, type_of(&a, types[i].type), &of_each_tag[tag],
						  &err);
			if (ok != fits || err.code != (ok ? COODIE_OK : COODIE_ERR_TYPE))
				fail_msg("%s into %s: %s", cd_tag_name((uint8_t)tag), types[i].type,
					 err.message);
			cd_buffer_deinit(&b);
			cd_arena_deinit(&a);
		}
	struct cd_buffer b;
	cql_type unknown = { .kind = (enum cql_kind)0x0A };
	cd_buffer_init(&b, NULL, 0);
	assert_false(cd_value_encode(&b, &unknown, &of_each_tag[CQL_TAG_INT], NULL));
	cd_buffer_deinit(&b);
}

/* What a constructor takes in, the reader of the same name gives out, and no other. */
static void test_every_reader(void **state)
{
	(void)state;

#define READ(name, c_type, ...) \
	for (size_t tag = 0; tag < CD_COUNT(of_each_tag); tag++) { \
		static const uint8_t tags[] = { __VA_ARGS__ }; \
		c_type out; \
		coodie_error err; \
		bool mine = memchr(tags, (int)tag, sizeof tags) != NULL; \
		bool ok = name(of_each_tag[tag], &out, &err); \
		if (ok != mine || err.code != (ok ? COODIE_OK : COODIE_ERR_TYPE)) \
			fail_msg(#name " of %s", cd_tag_name((uint8_t)tag)); \
	}
	READ(cql_to_bool, bool, CQL_TAG_BOOL)
	READ(cql_to_int8, int8_t, CQL_TAG_INT, CQL_TAG_UINT, CQL_TAG_VARINT)
	READ(cql_to_float, float, CQL_TAG_FLOAT)
	READ(cql_to_double, double, CQL_TAG_FLOAT, CQL_TAG_DOUBLE)
	READ(cql_to_text, cql_text, CQL_TAG_TEXT)
	READ(cql_to_blob, cql_blob, CQL_TAG_BLOB)
	READ(cql_to_uuid, cql_uuid, CQL_TAG_UUID)
	READ(cql_to_inet, cql_inet, CQL_TAG_INET)
	READ(cql_to_date, cql_date, CQL_TAG_DATE)
	READ(cql_to_time, cql_time, CQL_TAG_TIME)
	READ(cql_to_timestamp, cql_timestamp, CQL_TAG_TIMESTAMP)
	READ(cql_to_duration, cql_duration, CQL_TAG_DURATION)
	READ(cql_to_varint, cql_varint, CQL_TAG_VARINT)
	READ(cql_to_decimal, cql_decimal, CQL_TAG_DECIMAL)
	READ(cql_to_list, cql_list, CQL_TAG_LIST)
	READ(cql_to_set, cql_set, CQL_TAG_SET)
	READ(cql_to_map, cql_map, CQL_TAG_MAP)
	READ(cql_to_tuple, cql_tuple, CQL_TAG_TUPLE)
	READ(cql_to_udt, cql_udt, CQL_TAG_UDT)
	READ(cql_to_vector, cql_vector, CQL_TAG_VECTOR)
#undef READ
}

/* An encoded collection goes where its items fit. */
static void test_encoded_collections(void **state)
{
	struct cd_span cell = cd_unhex("0000000100000004"
				       "00000007");
	struct cd_arena a;
	struct cd_buffer b;
	cql_value v;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&b, NULL, 0);
	assert_true(cd_value_decode(type_of(&a, "list<int>"), cell, &v, NULL));
	assert_true(encodes(type_of(&a, "frozen<list<int>>"), v, cell));
	assert_true(encodes(type_of(&a, "set<int>"), v, cell));
	assert_false(cd_value_encode(&b, type_of(&a, "list<text>"), &v, NULL));
	assert_false(cd_value_encode(&b, type_of(&a, "vector<int, 1>"), &v, NULL));
	cd_buffer_deinit(&b);
	cd_arena_deinit(&a);
	cd_unhex_free(cell);
}

/* ---- reading into C ------------------------------------------------------------------------- */

/* NULL says: it fits; `into` is i8, i16, i32, i64, f, d. */
static const struct {
	const char *into;
	cql_value v;
	const char *says;
	enum coodie_errc code;
} reads[] = {
	{ "i8", V(INT, integer, -128), NULL, 0 },
	{ "i8", V(INT, integer, 128), "the value 128 does not fit 8 bits", COODIE_ERR_RANGE },
	{ "i16", V(INT, integer, -32769), "the value -32769 does not fit 16 bits",
	  COODIE_ERR_RANGE },
	{ "i32", V(INT, integer, INT32_MAX), NULL, 0 },
	{ "i32", V(INT, integer, INT64_C(1) << 31), "does not fit 32 bits", COODIE_ERR_RANGE },
	{ "i64", V(INT, integer, INT64_MIN), NULL, 0 },
	{ "i64", V(UINT, unsigned_integer, UINT64_MAX), "does not fit 64 bits", COODIE_ERR_RANGE },
	{ "i64", V(VARINT, varint, { long_varint, 9 }), "does not fit 64 bits", COODIE_ERR_RANGE },
	{ "i64", V(VARINT, varint, { (const uint8_t *)"\0\xff\xff\xff\xff\xff\xff\xff\xff", 9 }),
	  "does not fit 64 bits", COODIE_ERR_RANGE },
	{ "i64", V(VARINT, varint, { (const uint8_t *)"\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 9 }),
	  "does not fit 64 bits", COODIE_ERR_RANGE },
	{ "i8", V(VARINT, varint, { (const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\x80", 9 }),
	  NULL, 0 },
	{ "i32", V(NULL, integer, 0), "the value is null, not an integer", COODIE_ERR_TYPE },
	{ "i32", V(TEXT, text, { "1", 1 }), "the value is a text, not an integer",
	  COODIE_ERR_TYPE },
	{ "i32", V(BOOL, boolean, true), "the value is a boolean, not an integer",
	  COODIE_ERR_TYPE },
	{ "f", V(FLOAT, single, 1.5f), NULL, 0 },
	{ "f", V(DOUBLE, real, 1.5), "the value is a double, not a float", COODIE_ERR_TYPE },
	{ "d", V(FLOAT, single, 1.5f), NULL, 0 },
	{ "d", V(INT, integer, 1), "the value is an integer, not a double", COODIE_ERR_TYPE },
};

static bool read_into(const char *into, cql_value v, coodie_error *err)
{
	int8_t i8 = 99;
	int16_t i16 = 99;
	int32_t i32 = 99;
	int64_t i64 = 99;
	float f = 99;
	double d = 99;
	bool ok = strcmp(into, "i8") == 0    ? cql_to_int8(v, &i8, err)
		  : strcmp(into, "i16") == 0 ? cql_to_int16(v, &i16, err)
		  : strcmp(into, "i32") == 0 ? cql_to_int32(v, &i32, err)
		  : strcmp(into, "i64") == 0 ? cql_to_int64(v, &i64, err)
		  : strcmp(into, "f") == 0   ? cql_to_float(v, &f, err)
					     : cql_to_double(v, &d, err);

	if (!ok) /* the output is as it was */
		assert_true(i8 == 99 && i16 == 99 && i32 == 99 && i64 == 99 && f == 99 && d == 99);
	return ok;
}

static void test_reads(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(reads); i++) {
		coodie_error err = { .code = COODIE_ERR_CLOSED };
		const char *name = reads[i].says ? reads[i].says : reads[i].into;
		CD_CHECK(read_into(reads[i].into, reads[i].v, &err) == !reads[i].says, name);
		CD_CHECK(err.code == reads[i].code, name);
		CD_CHECK(!reads[i].says || strstr(err.message, reads[i].says), err.message);
	}
	cql_text text;
	cql_set set;
	coodie_error err;
	assert_true(cql_to_text(cql("abc"), &text, NULL));
	assert_int_equal(text.len, 3);
	assert_false(cql_to_set(cql(CQL_LIST(cql(1))), &set, &err));
	assert_string_equal(err.message, "the value is a list, not a set");
	assert_true(cql_to_set(cql(CQL_SET(cql(1))), &set, &err));
	assert_string_equal(cd_tag_name(200), "a broken value");
}

/* ---- text forms ----------------------------------------------------------------------------- */

static void test_formats(void **state)
{
	static const struct {
		cql_value v;
		const char *text;
	} texts[] = {
		{ V(UNSET, integer, 0), "unset" },
		{ V(TEXT, text, { "it's", 4 }), "'it''s'" },
		{ V(DOUBLE, real, 0.1), "0.1" },
		{ V(FLOAT, single, 0.1f), "0.1" },
		{ V(DOUBLE, real, 1e300), "1e+300" },
		{ V(DOUBLE, real, -0.0), "-0" },
		{ V(DATE, date, { 0 }), "'1970-01-01'" },
		{ V(DATE, date, { INT32_MIN }), "'-5877641-06-23'" },
		{ V(DATE, date, { INT32_MAX }), "'+5881580-07-11'" },
		{ V(TIMESTAMP, timestamp, { -1 }), "'1969-12-31T23:59:59.999Z'" },
		{ V(TIMESTAMP, timestamp, { INT64_MIN }), "'-292275055-05-16T16:47:04.192Z'" },
		{ V(TIMESTAMP, timestamp, { INT64_MAX }), "'292278994-08-17T07:12:55.807Z'" },
		{ V(TIME, time, { 1 }), "'00:00:00.000000001'" },
		{ V(DURATION, duration, { -1, 0, INT64_MIN }),
		  "-1mo2562047h47m16s854ms775us808ns" },
		{ V(DURATION, duration, { INT32_MIN, 0, 0 }), "-178956970y8mo" },
		{ V(LIST, seq, { NULL, nulls, 2, 0 }), "[1, null]" },
		{ V(MAP, seq, { NULL, nulls, 1, 0 }), "{1: null}" },
		{ V(SET, seq, { NULL, NULL, 0, 0 }), "{}" },
		{ V(UINT, unsigned_integer, UINT64_MAX), "18446744073709551615" },
		{ V(TUPLE, seq, { NULL, nulls, 2, 0 }), "(1, null)" },
		{ V(UDT, seq, { NULL, nulls, 2, 0 }), "(1, null)" },
		{ V(VECTOR, seq, { NULL, nulls, 1, 0 }), "[1]" },
		{ V(FLOATS, floats, { floats, 2 }), "[1.5, NaN]" },
		{ V(EMPTY, integer, 0), "empty" },
		{ { .is = { 200 } }, "?" },
	};
	(void)state;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < CD_COUNT(texts); i++)
			CD_CHECK(says(texts[i].v, texts[i].text, strlen(texts[i].text)),
				 texts[i].text);
		setlocale(LC_ALL, "de_DE.UTF-8"); /* where there is one: the same again */
	}
	setlocale(LC_ALL, "C");
	char small[4] = "xxx";
	assert_int_equal(cql_value_format(cql(12345), small, sizeof small), 5);
	assert_string_equal(small, "123");
	assert_int_equal(cql_value_format(cql(1), small, 1), 1);
	assert_string_equal(small, "");
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool encode_with(const coodie_allocator *allocator, void *user)
{
	size_t i = *(size_t *)user;
	struct cd_span cell = cd_unhex(rows[i].hex);
	struct cd_arena types, copies;
	struct cd_buffer b;
	coodie_error err = { 0 };
	cql_value v, copy;

	cd_arena_init(&types, NULL, 0);
	cd_arena_init(&copies, allocator, 1);
	cd_buffer_init(&b, allocator, 0);
	const cql_type *type = type_of(&types, rows[i].type);
	assert_true(cd_value_decode(type, cell, &v, NULL));
	v = in_c(&types, type, v);
	bool ok = cd_value_copy(&copies, &copy, &v);
	bool encoded = cd_value_encode(&b, type, &v, &err);
	assert_int_equal(err.code, encoded ? COODIE_OK : COODIE_ERR_NO_MEMORY);
	cd_arena_deinit(&copies);
	cd_arena_deinit(&types);
	cd_buffer_deinit(&b);
	cd_unhex_free(cell);
	return ok && encoded;
}

static void test_no_memory(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++)
		CD_CHECK(cd_failalloc_each(rows[i].text, encode_with, &i), rows[i].text);
}

static void test_too_long(void **state)
{
	static const char text[100] = "x";
	struct cd_buffer b;
	coodie_error err;
	cql_value v = cql_from_text((cql_text){ text, sizeof text });
	(void)state;

	cd_buffer_init(&b, NULL, 80);
	assert_false(cd_value_encode(&b, cd_type_native(CQL_KIND_TEXT), &v, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_int_equal(b.len, 0);
	cd_buffer_deinit(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_iterators),
		cmocka_unit_test(test_binds),
		cmocka_unit_test(test_constructors),
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_every_reader),
		cmocka_unit_test(test_encoded_collections),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
