/* SPDX-License-Identifier: MIT */
/* proto/literal.h: literals of any type to bytes, and values to literals. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/cql_arena.h"
#include "proto/literal.h"
#include "proto/text.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

#define TEXT(literal) (literal), sizeof(literal) - 1
#define ADDRESS "udt<shop.address, street:text, zip:int>"
#define NAMES "udt<shop.names, a:int, \"B\":int, \"it's \"\"so\"\"\":int>"
#define MANY \
	"udt<k.many, f01:int, f02:int, f03:int, f04:int, f05:int, f06:int, f07:int, f08:int, " \
	"f09:int, f10:int, f11:int, f12:int, f13:int, f14:int, f15:int, f16:int, f17:int, f18:int>"

static const cql_type *type_of(struct cd_arena *a, const char *text)
{
	const cql_type *t = cd_type_parse(a, text, strlen(text), CD_TYPE_DEPTH, NULL);

	CD_CHECK(t, text);
	return t;
}

/* Reads a literal and encodes what came; the [bytes] are in `out`. */
static bool parse(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		  struct cd_buffer *out, coodie_error *err)
{
	cql_value v;

	if (!cd_literal_parse(type, text, len, a, &v, err))
		return false;
	CD_CHECK(cd_value_encode(out, type, &v, err), text);
	return true;
}

/* The literal of a value, in memory of its own. */
static char *print(const cql_type *type, cql_value v, size_t *len)
{
	*len = cql_literal_format(type, v, NULL, 0);
	char *text = malloc(*len + 1);

	assert_int_equal(cql_literal_format(type, v, text, *len + 1), *len);
	return text;
}

/* ---- the values of other implementations ---------------------------------------------------- */

static const struct {
	const char *type, *hex, *text;
	size_t text_len;
} values[] = {
#define X(type, hex, text) { type, hex, TEXT(text) },
#include "tests/data/values.inc"
#undef X
};

/* As C programs hold them: arrays, with the type known to the reader only. */
static cql_value in_c(struct cd_arena *a, cql_value v)
{
	cql_value *items = cd_arena_take(a, 1000 * sizeof *items);
	bool is_map = v.is.tag == CQL_TAG_MAP;
	size_t n = 0;

	if (v.is.tag < CQL_TAG_LIST || v.is.tag > CQL_TAG_VECTOR)
		return v;
	cql_iter it = is_map ? cql_map_iter((cql_map){ v.as.seq })
			     : cql_list_iter((cql_list){ v.as.seq });
	while (is_map ? cql_iter_next_pair(&it, &items[n], &items[n + 1])
		      : cql_iter_next(&it, &items[n])) {
		items[n] = in_c(a, items[n]);
		if (is_map)
			items[n + 1] = in_c(a, items[n + 1]);
		n += is_map ? 2 : 1;
	}
	v.as.seq = (cql_seq){ NULL, items, (uint32_t)(is_map ? n / 2 : n), 0 };
	return v;
}

static void check_value(size_t i, struct cd_guard *g)
{
	const char *name = values[i].text;
	struct cd_span cell = cd_unhex(values[i].hex);
	struct cd_arena a;
	struct cd_buffer out;
	coodie_error err = { 0 };
	cql_value v;
	size_t len;

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&out, NULL, 0);
	const cql_type *type = type_of(&a, values[i].type);
	const char *text = (const char *)cd_guard_copy(g, values[i].text, values[i].text_len);
	if (!parse(type, text, values[i].text_len, &a, &out, &err))
		fail_msg("row \"%s\": %s", name, err.message);
	CD_CHECK(out.len == cell.len + 4 && cd_get_be32(out.data) == cell.len, name);
	CD_CHECK(cell.len == 0 || memcmp(out.data + 4, cell.at, cell.len) == 0, name);
	/* what came from the wire, what C holds, and bytes alone are written the same */
	CD_CHECK(cd_value_decode(type, cell, &v, NULL), name);
	cql_value forms[] = { v, in_c(&a, v), cql_from_encoded(cell.at, cell.len) };
	for (size_t k = 0; k < CD_COUNT(forms); k++) {
		char *shown = print(type, forms[k], &len);
		CD_CHECK(len == values[i].text_len && memcmp(shown, values[i].text, len) == 0,
			 name);
		free(shown);
	}
	for (len = 0; len < values[i].text_len && len < 300; len++) {
		text = (const char *)cd_guard_copy(g, values[i].text, len);
		cd_buffer_clear(&out);
		if (!parse(type, text, len, &a, &out, &err))
			CD_CHECK(err.code == COODIE_ERR_TYPE || err.code == COODIE_ERR_RANGE, name);
	}
	cd_buffer_deinit(&out);
	cd_arena_deinit(&a);
	cd_unhex_free(cell);
}

static void test_values(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 65536));
	for (size_t i = 0; i < CD_COUNT(values); i++)
		check_value(i, &g);
	cd_guard_deinit(&g);
}

/* ---- forms ---------------------------------------------------------------------------------- */

static const struct {
	const char *type, *text, *shown; /* NULL: as the text */
} forms[] = {
	{ "int", " \t\r\n7 \n", "7" },
	{ "int", "+7", "7" },
	{ "int", "null", NULL },
	{ "int", "NuLL", "null" },
	{ "int", "empty", NULL },
	{ "date", "null", NULL },
	{ "tinyint", "-128", NULL },
	{ "bigint", "-9223372036854775808", NULL },
	{ "counter", "5", NULL },
	{ "varint", "123456789012345678901234567890", NULL },
	{ "decimal", "-12.50", NULL },
	{ "decimal", "1", NULL },
	{ "double", "1", NULL },
	{ "double", "-1.5e3", "-1500" },
	{ "double", "nan", "NaN" },
	{ "double", "-NaN", "NaN" },
	{ "float", "-infinity", "-Infinity" },
	{ "boolean", "TRUE", "true" },
	{ "boolean", "False", "false" },
	{ "text", "''", NULL },
	{ "text", "''''", NULL },
	{ "text", "'it''s'", NULL },
	{ "text", "$$it's$$", "'it''s'" },
	{ "text", "$$a$b$$", "'a$b'" },
	{ "text", "$$$$", "''" },
	{ "text", "'$$'", NULL },
	{ "ascii", "'a\nb'", NULL },
	{ "text", "'\xc3\xa9'", NULL },
	{ "blob", "0XCAFE", "0xcafe" },
	{ "blob", "0x", NULL },
	{ "custom<'org.example.T'>", "0xcafe", NULL },
	{ "uuid", "550E8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000" },
	{ "timeuuid", "13814000-1dd2-11b2-8080-808080808080", NULL },
	{ "inet", "'::FFFF:1.2.3.4'", "'::ffff:1.2.3.4'" },
	{ "date", "'2026-11-21'", NULL },
	{ "date", "2147483648", "'1970-01-01'" },
	{ "date", "0", "'-5877641-06-23'" },
	{ "date", "4294967295", "'+5881580-07-11'" },
	{ "time", "'08:07:41'", "'08:07:41.000000000'" },
	{ "time", "1", "'00:00:00.000000001'" },
	{ "timestamp", "'2026-11-21 08:07+0100'", "'2026-11-21T07:07:00.000Z'" },
	{ "timestamp", "-1", "'1969-12-31T23:59:59.999Z'" },
	{ "duration", "12h30m", NULL },
	{ "duration", "-P1Y", "-1y" },
	{ "list<int>", "[ ]", "[]" },
	{ "list<int>", "[1,2 ,\n3]", "[1, 2, 3]" },
	{ "list<int>", "[1, null]", NULL },
	{ "set<text>", "{'b', 'a', 'a'}", NULL },
	{ "map<int, text>", "{ }", "{}" },
	{ "map<int, text>", "{1:'a',2 : 'b'}", "{1: 'a', 2: 'b'}" },
	{ "map<int, list<blob>>", "{1: [0x00, null]}", NULL },
	{ "list<list<list<int>>>", "[[[]], [], [[1], [2, 3]]]", NULL },
	{ "list<double>", "[1.5, NaN]", NULL },
	{ "list<uuid>", "[550e8400-e29b-41d4-a716-446655440000,empty]",
	  "[550e8400-e29b-41d4-a716-446655440000, empty]" },
	{ "map<timestamp, duration>", "{'2026-11-21T08:07:41.123Z': 1d}", NULL },
	{ "tuple<int, text>", "(1, 'a')", NULL },
	{ "tuple<int, text>", "( 1 )", "(1, null)" },
	{ "tuple<int, text>", "()", "(null, null)" },
	{ ADDRESS, "{street: 'Main', zip: 5}", NULL },
	{ ADDRESS, "{zip: 5, street: 'Main'}", "{street: 'Main', zip: 5}" },
	{ ADDRESS, "{ZIP : 5}", "{street: null, zip: 5}" },
	{ ADDRESS, "{\"zip\":null}", "{street: null, zip: null}" },
	{ ADDRESS, "{}", "{street: null, zip: null}" },
	{ NAMES, "{a: 1, \"B\": 2, \"it's \"\"so\"\"\": 3}", NULL },
	{ "udt<a.b, \"from\":int>", "{from: 1}", "{\"from\": 1}" },
	{ NAMES, "{\"it's \"\"so\"\"\": 3, A: 1}", "{a: 1, \"B\": null, \"it's \"\"so\"\"\": 3}" },
	{ "list<" ADDRESS ">", "[{zip: 5}, null, {street: ''}]",
	  "[{street: null, zip: 5}, null, {street: '', zip: null}]" },
	{ MANY, "{f18: 18, f02: 2, f17: 17}",
	  "{f01: null, f02: 2, f03: null, f04: null, f05: null, f06: null, f07: null, f08: null, "
	  "f09: null, f10: null, f11: null, f12: null, f13: null, f14: null, f15: null, "
	  "f16: null, f17: 17, f18: 18}" },
	{ "tuple<" MANY ", frozen<" MANY ">>", "({f18: 1, f01: 2}, {f01: 1, f03: 3})",
	  "({f01: 2, f02: null, f03: null, f04: null, f05: null, f06: null, f07: null, f08: null, "
	  "f09: null, f10: null, f11: null, f12: null, f13: null, f14: null, f15: null, "
	  "f16: null, f17: null, f18: 1}, "
	  "{f01: 1, f02: null, f03: 3, f04: null, f05: null, f06: null, f07: null, f08: null, "
	  "f09: null, f10: null, f11: null, f12: null, f13: null, f14: null, f15: null, "
	  "f16: null, f17: null, f18: null})" },
	{ "vector<float, 3>", "[1, -2.5, NaN]", NULL },
	{ "vector<text, 2>", "['', 'b']", NULL },
	{ "vector<list<int>, 2>", "[[], [1]]", NULL },
	{ "vector<vector<text, 1>, 2>", "[['a'], ['b']]", NULL },
};

static void check_form(size_t i, struct cd_guard *g)
{
	const char *name = forms[i].text, *want = forms[i].shown ? forms[i].shown : name;
	struct cd_arena a;
	struct cd_buffer first, again;
	coodie_error err = { 0 };
	cql_value v;
	size_t len = strlen(name);

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&first, NULL, 0);
	cd_buffer_init(&again, NULL, 0);
	const cql_type *type = type_of(&a, forms[i].type);
	const char *text = (const char *)cd_guard_copy(g, name, len);
	if (!cd_literal_parse(type, text, len, &a, &v, &err))
		fail_msg("row \"%s\": %s", name, err.message);
	char *shown = print(type, v, &len);
	if (strcmp(shown, want) != 0)
		fail_msg("row \"%s\": shown as %s", name, shown);
	CD_CHECK(parse(type, shown, len, &a, &again, &err), name);
	CD_CHECK(cd_value_encode(&first, type, &v, &err), name);
	CD_CHECK(first.len == again.len && memcmp(first.data, again.data, first.len) == 0, name);
	free(shown);
	cd_buffer_deinit(&first);
	cd_buffer_deinit(&again);
	cd_arena_deinit(&a);
}

static void test_forms(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(forms); i++)
		check_form(i, &g);
	cd_guard_deinit(&g);
}

static const struct {
	const char *type, *text;
	unsigned position;
	enum coodie_errc code;
	const char *says;
} refused[] = {
	{ "int", "", 1, COODIE_ERR_TYPE, "at the end: expected the digits" },
	{ "int", "x", 1, COODIE_ERR_TYPE, "at \"x\": expected the digits" },
	{ "int", "nullx", 1, COODIE_ERR_TYPE, "expected the digits" },
	{ "int", "1.5", 2, COODIE_ERR_TYPE, "at \".5\": expected the end of the int" },
	{ "int", "'1'", 1, COODIE_ERR_TYPE, "expected the digits" },
	{ "int", "1 2", 3, COODIE_ERR_TYPE, "expected the end of the literal" },
	{ "int", "1,", 2, COODIE_ERR_TYPE, "expected the end of the literal" },
	{ "int", "2147483648", 1, COODIE_ERR_RANGE, "out of range for int" },
	{ "tinyint", " 128", 2, COODIE_ERR_RANGE, "out of range for tinyint" },
	{ "bigint", "9223372036854775808", 1, COODIE_ERR_RANGE, "64 bits" },
	{ "varint", "12e5", 3, COODIE_ERR_TYPE, "expected the end of the varint" },
	{ "float", "1e39", 1, COODIE_ERR_RANGE, "out of range for float" },
	{ "double", "abc", 1, COODIE_ERR_TYPE, "expected the digits" },
	{ "boolean", "yes", 1, COODIE_ERR_TYPE, "true or false" },
	{ "boolean", "1", 1, COODIE_ERR_TYPE, "true or false" },
	{ "boolean", "truefalse", 1, COODIE_ERR_TYPE, "true or false" },
	{ "text", "abc", 1, COODIE_ERR_TYPE, "single quotes" },
	{ "text", "\"abc\"", 1, COODIE_ERR_TYPE, "single quotes" },
	{ "text", "'abc", 1, COODIE_ERR_TYPE, "not closed" },
	{ "text", "'abc''", 1, COODIE_ERR_TYPE, "not closed" },
	{ "text", "'", 1, COODIE_ERR_TYPE, "not closed" },
	{ "text", "$$abc$", 1, COODIE_ERR_TYPE, "not closed" },
	{ "text", "$$$", 1, COODIE_ERR_TYPE, "not closed" },
	{ "text", "$", 1, COODIE_ERR_TYPE, "single quotes" },
	{ "text", "'a'b", 4, COODIE_ERR_TYPE, "expected the end of the text" },
	{ "text", "'\xff'", 1, COODIE_ERR_RANGE, "UTF-8" },
	{ "text", "empty", 1, COODIE_ERR_TYPE, "single quotes" },
	{ "ascii", "'\xc3\xa9'", 1, COODIE_ERR_RANGE, "ascii" },
	{ "blob", "0xf", 4, COODIE_ERR_TYPE, "odd number" },
	{ "blob", "'a'", 1, COODIE_ERR_TYPE, "0x" },
	{ "custom<'org.example.T'>", "1", 1, COODIE_ERR_TYPE, "0x" },
	{ "uuid", "'550e8400-e29b-41d4-a716-446655440000'", 1, COODIE_ERR_TYPE, "no quotes" },
	{ "uuid", "550e8400", 1, COODIE_ERR_TYPE, "8-4-4-4-12" },
	{ "uuid", "550e8400-e29b-41d4-a716-4466554400000", 1, COODIE_ERR_TYPE, "8-4-4-4-12" },
	{ "timeuuid", "550e8400-e29b-41d4-a716-446655440000", 1, COODIE_ERR_RANGE, "version 4" },
	{ "inet", "127.0.0.1", 1, COODIE_ERR_TYPE, "single quotes" },
	{ "inet", "'localhost'", 2, COODIE_ERR_TYPE, "IPv4" },
	{ "inet", "'1111111111111111111111111111111111111111111111111'", 2, COODIE_ERR_TYPE,
	  "IPv4" },
	{ "date", "'2026-02-30'", 10, COODIE_ERR_RANGE, "the day is 01 to 28" },
	{ "date", "'2026-02-28 '", 12, COODIE_ERR_TYPE, "the end of a date" },
	{ "date", "-1", 1, COODIE_ERR_RANGE, "2147483648" },
	{ "date", "4294967296", 1, COODIE_ERR_RANGE, "2147483648" },
	{ "date", "2026-02-28", 5, COODIE_ERR_TYPE, "the end of the date" },
	{ "time", "86400000000000", 1, COODIE_ERR_RANGE, "out of range for time" },
	{ "time", "'08:07'", 7, COODIE_ERR_TYPE, "expected ':'" },
	{ "timestamp", "'2026-11-21'", 12, COODIE_ERR_TYPE, "offset" },
	{ "duration", "'1d'", 1, COODIE_ERR_TYPE, "1y2mo" },
	{ "duration", "1d1", 4, COODIE_ERR_TYPE, "a unit" },
	{ "list<int>", "1", 1, COODIE_ERR_TYPE, "expected '[', where a list begins" },
	{ "list<int>", "{1}", 1, COODIE_ERR_TYPE, "expected '['" },
	{ "list<int>", "[1", 3, COODIE_ERR_TYPE, "expected ',' or ']'" },
	{ "list<int>", "[1 2]", 4, COODIE_ERR_TYPE, "expected ',' or ']'" },
	{ "list<int>", "[1,]", 4, COODIE_ERR_TYPE, "expected the digits" },
	{ "list<int>", "[,1]", 2, COODIE_ERR_TYPE, "expected the digits" },
	{ "list<int>", "[1}", 3, COODIE_ERR_TYPE, "expected ',' or ']'" },
	{ "list<int>", "[1]]", 4, COODIE_ERR_TYPE, "the end of the literal" },
	{ "list<tinyint>", "[1, 2, 300]", 8, COODIE_ERR_RANGE, "300 is out of range" },
	{ "set<int>", "[1]", 1, COODIE_ERR_TYPE, "expected '{', where a set begins" },
	{ "set<int>", "{1: 2}", 3, COODIE_ERR_TYPE, "expected ',' or '}'" },
	{ "map<int, int>", "{1}", 3, COODIE_ERR_TYPE, "expected ':' behind the key" },
	{ "map<int, int>", "{1: }", 5, COODIE_ERR_TYPE, "expected the digits" },
	{ "map<int, int>", "{1: 2", 6, COODIE_ERR_TYPE, "expected ',' or '}'" },
	{ "tuple<int, int>", "(1, 2, 3)", 8, COODIE_ERR_RANGE, "more than the 2 parts" },
	{ "tuple<int, int>", "[1, 2]", 1, COODIE_ERR_TYPE, "expected '('" },
	{ "tuple<int, int>", "(1, 2", 6, COODIE_ERR_TYPE, "expected ',' or ')'" },
	{ ADDRESS, "(1)", 1, COODIE_ERR_TYPE, "where a user type begins" },
	{ ADDRESS, "{zip 5}", 6, COODIE_ERR_TYPE, "expected ':'" },
	{ ADDRESS, "{zip: 5", 8, COODIE_ERR_TYPE, "expected ',' or '}'" },
	{ ADDRESS, "{zip: 5,}", 9, COODIE_ERR_TYPE, "the name of a field" },
	{ ADDRESS, "{'zip': 5}", 2, COODIE_ERR_TYPE, "the name of a field" },
	{ ADDRESS, "{\"\": 5}", 2, COODIE_ERR_TYPE, "no such field" },
	{ ADDRESS, "{: 5}", 2, COODIE_ERR_TYPE, "the name of a field" },
	{ ADDRESS, "{\"zip: 5}", 2, COODIE_ERR_TYPE, "not closed" },
	{ ADDRESS, "{zap: 5}", 2, COODIE_ERR_TYPE, "address has no such field" },
	{ ADDRESS, "{\"ZIP\": 5}", 2, COODIE_ERR_TYPE, "address has no such field" },
	{ ADDRESS, "{zip: 5, zip: 6}", 10, COODIE_ERR_TYPE, "there twice" },
	{ MANY, "{f19: 1}", 2, COODIE_ERR_TYPE, "many has no such field" },
	{ MANY, "{f18: 1, f18: 1}", 10, COODIE_ERR_TYPE, "there twice" },
	{ "vector<float, 3>", "[1, 2]", 7, COODIE_ERR_RANGE, "2 elements, the type has 3" },
	{ "vector<float, 3>", "[1, 2, 3, 4]", 11, COODIE_ERR_RANGE, "more than the 3 elements" },
	{ "vector<float, 2>", "[1, null]", 5, COODIE_ERR_TYPE, "cannot hold null" },
	{ "vector<float, 2>", "[1, empty]", 5, COODIE_ERR_RANGE, "0 bytes" },
};

static void test_refused(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(refused); i++) {
		const char *name = refused[i].text;
		struct cd_arena a;
		coodie_error err = { 0 };
		char position[32];
		cql_value v = cql_from_int(77);
		cd_arena_init(&a, NULL, 0);
		const cql_type *type = type_of(&a, refused[i].type);
		const char *text = (const char *)cd_guard_copy(&g, name, strlen(name));
		CD_CHECK(!cd_literal_parse(type, text, strlen(name), &a, &v, &err), name);
		CD_CHECK(v.as.integer == 77, name);
		snprintf(position, sizeof position, "position %u", refused[i].position);
		size_t len = strlen(position);
		if (err.code != refused[i].code || strncmp(err.message, position, len) != 0 ||
		    (err.message[len] != ',' && err.message[len] != ':') ||
		    !strstr(err.message, refused[i].says))
			fail_msg("row \"%s\": %d %s", name, (int)err.code, err.message);
		CD_CHECK(!cd_literal_parse(type, text, strlen(name), &a, &v, NULL), name);
		cd_arena_deinit(&a);
	}
	cd_guard_deinit(&g);
}

/* ---- what is not well --------------------------------------------------------------------- */

static void test_broken(void **state)
{
	static const struct {
		const char *type, *hex, *shown;
	} table[] = {
		{ "list<int>", "00000003000000040000000100000003000002", "[1, ?]" },
		{ "list<int>", "00000001", "?" },
		{ "list<int>", "0000000000", "[?]" },
		{ "map<int, text>",
		  "0000000100000004000000010000000161"
		  "00",
		  "{1: 'a', ?}" },
		{ "tuple<int, text>", "000000030000000000000161", "(?)" },
		{ "vector<text, 2>", "016109", "['a', ?]" },
		{ "int", "00", "?" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(table); i++) {
		struct cd_span cell = cd_unhex(table[i].hex);
		struct cd_arena a;
		size_t len;
		cd_arena_init(&a, NULL, 0);
		const cql_type *type = type_of(&a, table[i].type);
		char *shown = print(type, cql_from_encoded(cell.at, cell.len), &len);
		CD_CHECK(strcmp(shown, table[i].shown) == 0, shown);
		free(shown);
		cd_arena_deinit(&a);
		cd_unhex_free(cell);
	}
	const cql_value late = cql_from_time((cql_time){ 86400000000000 });
	size_t late_len;
	char *number = print(NULL, late, &late_len);
	assert_string_equal(number, "86400000000000");
	free(number);
	cql_value odd = { .is = { 200 } }, v = cql_null();
	size_t len;
	char *shown = print(NULL, odd, &len);
	assert_string_equal(shown, "?");
	free(shown);
	cql_value nested[70] = { v }; /* deeper than any type */
	for (size_t i = 1; i < CD_COUNT(nested); i++)
		nested[i] = cql_from_list(cql_list_of(&nested[i - 1], 1));
	shown = print(NULL, nested[69], &len);
	assert_int_equal(len, 64 + 1 + 64);
	assert_int_equal(shown[64], '?');
	free(shown);
}

/* What a C program holds, without a type and with one. */
static void test_with_type(void **state)
{
	static const struct {
		const char *type, *shown;
	} table[] = {
		{ NULL, "('Main', 5)" },
		{ ADDRESS, "{street: 'Main', zip: 5}" },
		{ "udt<a.b, c:int>", "{c: 'Main', 5}" },
		{ "int", "('Main', 5)" },
	};
	static const uint8_t seven[] = { 0, 0, 0, 7 };
	struct cd_arena a;
	cql_value fields[] = { cql("Main"), cql(5) };
	cql_value v = cql_from_udt(cql_udt_of(fields, 2));
	size_t len;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	for (size_t i = 0; i < CD_COUNT(table); i++) {
		const cql_type *type = table[i].type ? type_of(&a, table[i].type) : NULL;
		char *shown = print(type, v, &len);
		CD_CHECK(strcmp(shown, table[i].shown) == 0, shown);
		free(shown);
	}
	cql_value item = cql_from_encoded(seven, 4);
	char *shown = print(type_of(&a, "list<int>"), cql_from_list(cql_list_of(&item, 1)), &len);
	assert_string_equal(shown, "[7]");
	free(shown);
	shown = print(NULL, cql_from_list(cql_list_of(&item, 1)), &len);
	assert_string_equal(shown, "[0x00000007]");
	free(shown);
	cd_arena_deinit(&a);
}

static void test_public(void **state)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	cql_type *type = cql_type_parse("list<text>", NULL);
	coodie_error err;
	cql_value v, item;
	cql_list list;
	(void)state;

	assert_true(cql_literal_parse(type, "['it''s']", arena, &v, &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_true(cql_to_list(v, &list, NULL));
	cql_iter it = cql_list_iter(list);
	assert_true(cql_iter_next(&it, &item));
	assert_int_equal(item.as.text.len, 4);
	assert_memory_equal(item.as.text.data, "it's", 4);
	assert_false(cql_literal_parse(type, NULL, arena, &v, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	cql_type_free(type);
	cql_arena_free(arena);
}

/* ---- limits --------------------------------------------------------------------------------- */

static void test_depth(void **state)
{
	char name[70 * 5 + 64 * 2 + 8] = "", text[2 * 70 + 1] = "";
	struct cd_arena a;
	coodie_error err;
	cql_value v;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	for (size_t depth = 62; depth <= 66; depth++) {
		name[0] = '\0';
		for (size_t i = 0; i < depth; i++)
			strcat(name, "set<");
		strcat(name, "int");
		for (size_t i = 0; i < depth; i++)
			strcat(name, ">");
		memset(text, '{', depth);
		memset(text + depth, '}', depth);
		text[2 * depth] = '\0';
		const cql_type *type = cd_type_parse(&a, name, strlen(name), 100, &err);
		bool ok = cd_literal_parse(type, text, strlen(text), &a, &v, &err);
		assert_int_equal(ok, depth <= 64);
		if (!ok)
			assert_int_equal(err.code, COODIE_ERR_LIMIT);
	}
	cd_arena_deinit(&a);
}

/* A user type of as many fields as the wire allows, each named once, in the worst order. */
static void test_many_fields(void **state)
{
	enum { FIELDS = 30000 };
	struct cd_buffer name, text;
	struct cd_arena a;
	coodie_error err = { 0 };
	cql_value v;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&name, NULL, 0);
	cd_buffer_init(&text, NULL, 0);
	cql_type *type = cd_type_new(&a, CQL_KIND_UDT, FIELDS);
	type->of.udt->keyspace = type->of.udt->name = "many";
	cd_text_add(&text, "{");
	for (int i = 0; i < FIELDS; i++) {
		char field[16];
		snprintf(field, sizeof field, "f%d", i);
		type->inner[i] = cd_type_native(CQL_KIND_INT);
		type->of.udt->fields[i] = cd_arena_strndup(&a, field, strlen(field));
		cd_text_add(&text, "%sf%d:%d", i ? "," : "", FIELDS - 1 - i, i);
	}
	cd_text_add(&text, "}");
	/* what took the square of it would not come back */
	assert_true(cd_literal_parse(type, (char *)text.data, text.len, &a, &v, &err));
	assert_int_equal(v.as.seq.count, FIELDS);
	assert_false(cd_literal_parse(type, "{}", 2, &a, &v, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	/* left out in each of many values: refused when it gets out of hand */
	cql_type *list = cd_type_new(&a, CQL_KIND_LIST, 1);
	list->inner[0] = type;
	cd_buffer_clear(&text);
	for (int i = 0; i < FIELDS; i++)
		cd_text_add(&text, i ? ",{f29999:1}" : "[{f29999:1}");
	cd_text_add(&text, "]");
	assert_false(cd_literal_parse(list, (char *)text.data, text.len, &a, &v, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	/* a value of no bytes is no text of megabytes */
	size_t len;
	char *shown = print(type, cql_from_encoded("", 0), &len);
	assert_string_equal(shown, "{}");
	free(shown);
	cd_buffer_deinit(&name);
	cd_buffer_deinit(&text);
	cd_arena_deinit(&a);
}

/* What a peer may name its fields: nothing at all, or two the same. */
static void test_odd_names(void **state)
{
	static const char text[] = "{a: 1, \"\": 2, a: 3, \"\"\"\": null}";
	static const char *const names[] = { "a", "", "a", "\"" };
	struct cd_arena a;
	coodie_error err = { 0 };
	cql_value v;
	size_t len;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	cql_type *type = cd_type_new(&a, CQL_KIND_UDT, CD_COUNT(names));
	type->of.udt->keyspace = type->of.udt->name = "";
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		type->of.udt->fields[i] = names[i];
		type->inner[i] = cd_type_native(CQL_KIND_INT);
	}
	assert_true(cd_literal_parse(type, text, strlen(text), &a, &v, &err));
	char *shown = print(type, v, &len);
	assert_string_equal(shown, text);
	free(shown);
	/* none that is known */
	type = cd_type_new(&a, CQL_KIND_UDT, 0);
	type->of.udt->keyspace = type->of.udt->name = "";
	assert_true(cd_literal_parse(type, "0xcafe", 6, &a, &v, &err));
	shown = print(type, v, &len);
	assert_string_equal(shown, "0xcafe");
	free(shown);
	cd_arena_deinit(&a);
}

/* Twice the text takes twice the time and memory. */
static void test_long_literals(void **state)
{
	enum { ITEMS = 200000 };
	static const struct {
		const char *type, *item, *open, *close;
	} table[] = {
		{ "list<bigint>", "1", "[", "]" },
		{ "list<text>", "''", "[", "]" },
		{ "set<text>", "'a''b'", "{", "}" },
		{ "map<bigint, bigint>", "1:1", "{", "}" },
		{ "list<" ADDRESS ">", "{zip:1}", "[", "]" },
		{ "list<list<list<int>>>", "[[],[]]", "[", "]" },
		{ "list<duration>", "1d", "[", "]" },
		{ "vector<text, 200000>", "''", "[", "]" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(table); i++) {
		struct cd_buffer text;
		struct cd_arena a;
		coodie_error err = { 0 };
		cql_value v;
		cd_arena_init(&a, NULL, 0);
		cd_buffer_init(&text, NULL, 0);
		const cql_type *type = type_of(&a, table[i].type);
		for (int n = 0; n < ITEMS; n++)
			cd_text_add(&text, "%s%s", n ? "," : table[i].open, table[i].item);
		cd_text_add(&text, "%s", table[i].close);
		if (!cd_literal_parse(type, (char *)text.data, text.len, &a, &v, &err))
			fail_msg("row \"%s\": %s", table[i].type, err.message);
		CD_CHECK(v.as.seq.count == ITEMS, table[i].type);
		cd_buffer_deinit(&text);
		cd_arena_deinit(&a);
	}
}

/* ---- memory --------------------------------------------------------------------------------- */

struct literal_of {
	const char *type, *text;
};

static bool parse_with(const coodie_allocator *allocator, void *user)
{
	const struct literal_of *l = user;
	struct cd_arena types, a;
	coodie_error err = { 0 };
	cql_value v;

	cd_arena_init(&types, NULL, 0);
	cd_arena_init(&a, allocator, 16);
	bool ok = cd_literal_parse(type_of(&types, l->type), l->text, strlen(l->text), &a, &v,
				   &err);
	CD_CHECK(err.code == (ok ? COODIE_OK : COODIE_ERR_NO_MEMORY), err.message);
	cd_arena_deinit(&a);
	cd_arena_deinit(&types);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(forms); i++) {
		struct literal_of l = { forms[i].type, forms[i].text };
		CD_CHECK(cd_failalloc_each(l.text, parse_with, &l), l.text);
	}
}

/* ---- mutations ------------------------------------------------------------------------------ */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* What is read can be written and read again, to the same bytes. */
static void check_mutation(const cql_type *type, const char *text, size_t len, struct cd_arena *a)
{
	struct cd_buffer first, again;
	coodie_error err = { 0 };
	cql_value v;

	if (!cd_literal_parse(type, text, len, a, &v, &err)) {
		CD_CHECK(err.code == COODIE_ERR_TYPE || err.code == COODIE_ERR_RANGE, err.message);
		return;
	}
	cd_buffer_init(&first, NULL, 0);
	cd_buffer_init(&again, NULL, 0);
	char *shown = print(type, v, &len);
	CD_CHECK(cd_value_encode(&first, type, &v, &err), shown);
	CD_CHECK(parse(type, shown, len, a, &again, &err), shown);
	CD_CHECK(first.len == again.len && memcmp(first.data, again.data, first.len) == 0, shown);
	free(shown);
	cd_buffer_deinit(&first);
	cd_buffer_deinit(&again);
}

static void test_mutations(void **state)
{
	static const char odd[] = "[]{}(),:'\"$ 0123456789-+.eExnullNaNZTPymdhsw\xff";
	uint64_t seed = 20261121;
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 1024));
	for (int i = 0; i < 60000; i++) {
		size_t n = next_random(&seed) % (CD_COUNT(forms) + CD_COUNT(values));
		bool form = n < CD_COUNT(forms);
		const char *from = form ? forms[n].text : values[n - CD_COUNT(forms)].text;
		const char *name = form ? forms[n].type : values[n - CD_COUNT(forms)].type;
		char text[512];
		size_t len = strlen(from) < sizeof text ? strlen(from) : sizeof text;
		struct cd_arena a;
		cd_arena_init(&a, NULL, 0);
		memcpy(text, from, len);
		for (uint64_t k = next_random(&seed) % 4; k && len; k--) {
			size_t at = next_random(&seed) % len;
			switch (next_random(&seed) % 3) {
			case 0: /* another character */
				text[at] = odd[next_random(&seed) % (sizeof odd - 1)];
				break;
			case 1: /* one less */
				memmove(text + at, text + at + 1, --len - at);
				break;
			default: /* the beginning over another part */
				memmove(text + at, text, (len - at) / 2);
			}
		}
		const char *at = (const char *)cd_guard_copy(&g, text, len);
		check_mutation(type_of(&a, name), at, len, &a);
		cd_arena_deinit(&a);
	}
	cd_guard_deinit(&g);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),    cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),   cmocka_unit_test(test_broken),
		cmocka_unit_test(test_with_type), cmocka_unit_test(test_public),
		cmocka_unit_test(test_depth),     cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_odd_names), cmocka_unit_test(test_long_literals),
		cmocka_unit_test(test_no_memory), cmocka_unit_test(test_mutations),
	};
	return cmocka_run_group_tests_name("literal", tests, NULL, NULL);
}
