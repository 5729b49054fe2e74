/* SPDX-License-Identifier: MIT */
/* node/value/compare.c: rows of values in the order Cassandra sorts them; broken bytes never crash. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/text.h>

#include "node/value/compare.h"
#include "proto/value.h"
#include "tests/guard.h"

#define MOST 16

/* Literals, least first; "=" in front: equal to the one before; "!": raw bytes in hex. */
static const struct {
	const char *name, *type;
	const char *values[MOST];
} orders[] = {
	{ "tinyint", "tinyint", { "-128", "-1", "0", "1", "127" } },
	{ "smallint", "smallint", { "-32768", "-129", "-1", "0", "255", "256", "32767" } },
	{ "int", "int", { "!0x", "-2147483648", "-1", "0", "1", "256", "2147483647" } },
	{ "bigint",
	  "bigint",
	  { "!0x", "-9223372036854775808", "-4294967296", "-1", "0", "4294967296",
	    "9223372036854775807" } },
	{ "timestamps are signed", "timestamp", { "!0x", "-1", "0", "1", "1700000000000" } },
	{ "dates are unsigned",
	  "date",
	  { "'-0043-03-15'", "'1969-12-31'", "'1970-01-01'", "'2026-11-21'" } },
	{ "time", "time", { "'00:00:00'", "'00:00:00.000000001'", "'23:59:59'" } },
	{ "any byte but 0 is true", "boolean", { "!0x", "false", "true", "=!0xff" } },
	{ "float",
	  "float",
	  { "!0x", "-Infinity", "-2.5", "-1e-40", "!0x80000000", "0", "1e-40", "2.5", "Infinity",
	    "NaN", "=!0xffc00001" } },
	{ "double",
	  "double",
	  { "!0x", "-Infinity", "-2.5", "-1e-300", "!0x8000000000000000", "0", "1e-300", "2.5",
	    "Infinity", "NaN", "=!0xfff8000000000001" } },
	{ "varint",
	  "varint",
	  { "!0x", "-99999999999999999999", "-256", "-129", "-128", "-1", "=!0xffffff", "0",
	    "=!0x0000", "127", "128", "=!0x000080", "99999999999999999999" } },
	{ "decimal",
	  "decimal",
	  { "!0x", "-1e100", "-10", "=-10.00", "-9.99", "-1e-2000000000", "0", "=0.000",
	    "1e-2000000000", "1.5", "=1.50", "1.51", "99.999", "1E+2", "=100", "1e2000000000" } },
	{ "decimal of many digits",
	  "decimal",
	  { "123456789012345678901234567890.1", "=123456789012345678901234567890.10",
	    "123456789012345678901234567890.11", "123456789012345678901234567891",
	    "=123456789012345678901234567891.000000000000000000000000000000" } },
	{ "text", "text", { "''", "'A'", "'AB'", "'a'", "'\xc3\xa9'", "'\xf0\x9f\x98\x80'" } },
	{ "blob", "blob", { "0x", "0x00", "0x0000", "0x7f", "0x80", "0xff" } },
	{ "inet", "inet", { "'::1'", "'1.2.3.4'", "'127.0.0.1'", "'200.0.0.1'" } },
	{ "uuid: version, then time or bytes",
	  "uuid",
	  { "!0x", "00000001-0000-1000-8000-000000000000", "ffffffff-0000-1000-8000-000000000000",
	    "00000000-0001-1000-8000-000000000000", "00000000-0001-1000-8000-000000000001",
	    "00000000-0001-1000-f000-000000000001", "00000000-0000-1001-8000-000000000000",
	    "00000000-0000-4000-8000-000000000000", "ffffffff-0000-4000-8000-000000000000" } },
	{ "timeuuid: time, then signed bytes",
	  "timeuuid",
	  { "!0x", "ffffffff-0000-1000-8000-000000000000", "00000000-0001-1000-8080-808080808080",
	    "00000000-0001-1000-80ff-000000000000", "00000000-0001-1000-8000-000000000000",
	    "00000000-0001-1000-bf00-000000000000", "00000000-0000-1001-8000-000000000000" } },
	{ "list", "list<int>", { "!0x", "[]", "[-1]", "[1]", "[1, 2]", "[2]" } },
	{ "set", "set<text>", { "{}", "{'a'}", "{'a', 'b'}", "{'b'}" } },
	{ "map",
	  "map<int, text>",
	  { "{}", "{1: 'a'}", "{1: 'a', 2: 'a'}", "{1: 'b'}", "{2: 'a'}" } },
	{ "nulls first in a tuple",
	  "tuple<int, text>",
	  { "!0x", "(null, null)", "(null, 'a')", "(-1, 'b')", "(1, null)", "=!0x0000000400000001",
	    "(1, '')", "(1, 'a')" } },
	{ "user type",
	  "udt<ks.t, a:int, b:int>",
	  { "{b: 1}", "{a: -1}", "{a: 1}", "{a: 1, b: -5}", "{a: 1, b: 3}" } },
	{ "vector of fixed elements",
	  "vector<float, 2>",
	  { "[-2, 1]", "[-1, 0]", "[1, -1]", "[1, 0]", "[1, 1]" } },
	{ "vector of others", "vector<text, 2>", { "['', 'b']", "['a', 'z']", "['ab', 'a']" } },
	{ "nested",
	  "list<frozen<set<int>>>",
	  { "[]", "[{}]", "[{-1}]", "[{1}, {}]", "[{1}, {2}]" } },
	{ "duration is bytes", "duration", { "1ns", "1d", "1mo" } },
};

struct encoded {
	struct cd_buffer bytes;
	bool equal;
};

static cql_blob blob_of(const struct encoded *e)
{
	return (cql_blob){ e->bytes.data ? e->bytes.data + 4 : NULL,
			   e->bytes.len > 4 ? e->bytes.len - 4 : 0 };
}

static void encode(struct encoded *out, const cql_type *type, const char *text, cql_arena *arena,
		   const char *row)
{
	coodie_error err = { 0 };
	cql_value value = cql_null();
	cql_blob raw = { NULL, 0 };

	*out = (struct encoded){ .equal = *text == '=' };
	text += out->equal;
	cd_buffer_init(&out->bytes, NULL, 0);
	if (*text == '!') {
		CD_CHECK(cql_blob_parse(text + 1, arena, &raw, &err), row);
		cd_buffer_be32(&out->bytes, (uint32_t)raw.len);
		cd_buffer_bytes(&out->bytes, raw.data, raw.len);
		return;
	}
	if (!cql_literal_parse(type, text, arena, &value, &err) ||
	    !cd_value_encode(&out->bytes, type, &value, &err))
		fail_msg("row \"%s\": %s: %s", row, text, err.message);
}

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

static void test_orders(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(orders); i++) {
		cql_arena *arena = cql_arena_new(NULL, NULL);
		cql_type *type = cql_type_parse(orders[i].type, NULL);
		struct encoded values[MOST];
		size_t count = 0, rank[MOST] = { 0 };
		CD_CHECK(arena && type, orders[i].name);
		for (; count < MOST && orders[i].values[count]; count++) {
			encode(&values[count], type, orders[i].values[count], arena,
			       orders[i].name);
			rank[count] = count ? rank[count - 1] + !values[count].equal : 0;
		}
		for (size_t a = 0; a < count; a++)
			for (size_t b = 0; b < count; b++)
				if (sign(nd_compare(type, blob_of(&values[a]),
						    blob_of(&values[b]))) !=
				    (rank[a] > rank[b]) - (rank[a] < rank[b]))
					fail_msg("row \"%s\": %s with %s", orders[i].name,
						 orders[i].values[a], orders[i].values[b]);
		for (size_t n = 0; n < count; n++)
			cd_buffer_deinit(&values[n].bytes);
		cql_type_free(type);
		cql_arena_free(arena);
	}
}

/* Every start of every value, with its last byte flush against an unreadable page. */
static void test_broken(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 256));
	for (size_t i = 0; i < CD_COUNT(orders); i++) {
		cql_arena *arena = cql_arena_new(NULL, NULL);
		cql_type *type = cql_type_parse(orders[i].type, NULL);
		for (size_t n = 0; n < MOST && orders[i].values[n]; n++) {
			struct encoded whole;
			encode(&whole, type, orders[i].values[n], arena, orders[i].name);
			cql_blob b = blob_of(&whole);
			for (size_t len = 0; len <= b.len; len++) {
				cql_blob cut = { cd_guard_copy(&g, b.data, len), len };
				CD_CHECK(cut.data, orders[i].name);
				int order = nd_compare(type, cut, b);
				CD_CHECK(sign(nd_compare(type, b, cut)) == -sign(order),
					 orders[i].name);
				CD_CHECK(nd_compare(type, cut, cut) == 0, orders[i].name);
			}
			cd_buffer_deinit(&whole.bytes);
		}
		cql_type_free(type);
		cql_arena_free(arena);
	}
	cd_guard_deinit(&g);
}

/* A list that claims more than it has, a null where none can be. */
static void test_hostile(void **state)
{
	static const struct {
		const char *name, *type, *a, *b;
		int want;
	} rows[] = {
		{ "counts beyond the bytes", "list<int>", "0x7fffffff", "0x7ffffffe", 1 },
		{ "a negative count", "list<int>", "0xffffffff", "0x00000000", -1 },
		{ "a null item first", "list<int>", "0x00000001ffffffff",
		  "0x000000010000000400000000", -1 },
		{ "an item beyond the end", "list<int>", "0x0000000100ffffff", "0x0000000100fffffe",
		  0 },
		{ "a tuple of too many parts", "tuple<int>", "0x000000040000000100000000",
		  "0x0000000400000001", 1 },
		{ "a decimal without digits", "decimal", "0x00000000", "0x0000000000", -1 },
		{ "a vector cut short", "vector<int, 2>", "0x00000001", "0x0000000100000000", -1 },
		{ "an int of five bytes", "int", "0xff00000000", "0x00000000", 1 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_arena *arena = cql_arena_new(NULL, NULL);
		cql_type *type = cql_type_parse(rows[i].type, NULL);
		cql_blob a, b;
		CD_CHECK(cql_blob_parse(rows[i].a, arena, &a, NULL), rows[i].name);
		CD_CHECK(cql_blob_parse(rows[i].b, arena, &b, NULL), rows[i].name);
		CD_CHECK(sign(nd_compare(type, a, b)) == rows[i].want, rows[i].name);
		CD_CHECK(sign(nd_compare(type, b, a)) == -rows[i].want, rows[i].name);
		cql_type_free(type);
		cql_arena_free(arena);
	}
}

static cql_blob decimal(uint8_t *out, size_t len, uint32_t scale, uint8_t first, uint8_t last)
{
	memset(out, 0x5a, len);
	cd_put_be32(out, scale);
	out[4] = first;
	out[len - 1] = last;
	return (cql_blob){ out, len };
}

/* Numbers far longer than what is compared exactly: quick, and their sizes still tell. */
static void test_long_decimals(void **state)
{
	enum { LEN = 60000 };
	uint8_t *a = malloc(LEN), *b = malloc(LEN);
	cql_type *type = cql_type_parse("decimal", NULL);
	cql_blob one, two;
	(void)state;

	assert_true(a && b && type);
	one = decimal(a, LEN, 7, 0x11, 1);
	two = decimal(b, LEN, 7, 0x11, 2);
	assert_true(nd_compare(type, one, two) < 0);
	two = decimal(b, LEN, 8, 0x11, 1);
	assert_true(nd_compare(type, one, two) > 0);
	two = decimal(b, LEN, 6, 0x01, 1);
	assert_true(nd_compare(type, one, two) > 0); /* 0x11.. x 10^-7, 0x01.. x 10^-6 */
	two = decimal(b, LEN - 40000, (uint32_t)-96322, 0x11, 1);
	assert_true(nd_compare(type, one, two) == -nd_compare(type, two, one));
	two = decimal(b, LEN, 0x80000000, 0x11, 1);
	assert_true(nd_compare(type, one, two) < 0);
	one = decimal(a, LEN, 7, 0x91, 1);
	assert_true(nd_compare(type, one, two) < 0);
	free(a);
	free(b);
	cql_type_free(type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_long_decimals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
