/* SPDX-License-Identifier: MIT */
/* tools/shell/cell.h and width.h: values as people read them, and how wide they are. */
#include "tests/test.h"

#include <coodie/text.h>

#include "tools/shell/cell.h"
#include "tools/shell/out.h"
#include "tools/shell/width.h"

static const struct {
	const char *text;
	size_t columns;
} widths[] = {
	{ "", 0 },
	{ "abc", 3 },
	{ "\xc3\xbc", 1 },
	{ "\xe6\x97\xa5\xe6\x9c\xac", 4 },
	{ "e\xcc\x81", 1 },                            /* a letter and its accent */
	{ "\xef\xbc\xa1", 2 },                         /* fullwidth A */
	{ "\xf0\x9f\x98\x80", 2 },                     /* a face */
	{ "\xe2\x80\x8b", 0 },                         /* a space of no width */
	{ "\xed\x95\x9c", 2 },                         /* a syllable of Hangul */
	{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2 }, /* the same in its three parts */
	{ "\xff", 1 },
	{ "\033[31mred\033[0m", 3 },
};

static void test_width(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(widths); i++)
		CD_CHECK(width_text(widths[i].text, strlen(widths[i].text)) == widths[i].columns,
			 widths[i].text);
	assert_true(width_is_utf8("a\xf0\x9f\x98\x80", 5));
	assert_false(width_is_utf8("a\xed\xa0\x80", 4));
	assert_false(width_is_utf8("\xc0\x80", 2));
	assert_false(width_is_utf8("\xf0\x9f\x98", 3));
}

/* Each character is one that is stepped over, there and back. */
static void test_steps(void **state)
{
	static const char text[] = "a\xcc\x81\xe6\x97\xa5\xff\xcc\x81x";
	static const size_t places[] = { 0, 3, 6, 9, 10 };

	(void)state;
	for (size_t i = 0; i + 1 < CD_COUNT(places); i++) {
		assert_int_equal(width_forward(text, strlen(text), places[i]), places[i + 1]);
		assert_int_equal(width_back(text, strlen(text), places[i + 1]), places[i]);
	}
}

static const struct {
	const char *type, *literal, *cell, *json;
} cells[] = {
	{ "int", "null", "null", "null" },
	{ "text", "'it''s'", "it's", "\"it's\"" },
	{ "text", "'a\nb\tc\033[2J'", "a\\nb\\tc\\x1b[2J", "\"a\\nb\\u0009c\\u001b[2J\"" },
	{ "text",
	  "'\xe2\x80\xae"
	  "abc'",
	  "\\u202eabc",
	  "\"\xe2\x80\xae"
	  "abc\"" },
	{ "text",
	  "'\xc2\x9b"
	  "2J'",
	  "\\u009b2J",
	  "\"\xc2\x9b"
	  "2J\"" },
	{ "int", "-5", "-5", "-5" },
	{ "bigint", "9223372036854775807", "9223372036854775807", "9223372036854775807" },
	{ "varint", "123456789012345678901234567890", "123456789012345678901234567890",
	  "123456789012345678901234567890" },
	{ "decimal", "1.50", "1.50", "1.50" },
	{ "double", "0.1", "0.1", "0.1" },
	{ "double", "NaN", "NaN", "\"NaN\"" },
	{ "double", "Infinity", "Infinity", "\"Infinity\"" },
	{ "boolean", "true", "true", "true" },
	{ "blob", "0xCAFE", "0xcafe", "\"0xcafe\"" },
	{ "inet", "'127.0.0.1'", "127.0.0.1", "\"127.0.0.1\"" },
	{ "date", "'2026-11-22'", "2026-11-22", "\"2026-11-22\"" },
	{ "time", "'08:07:41'", "08:07:41.000000000", "\"08:07:41.000000000\"" },
	{ "timestamp", "'2026-11-22T08:07:41.123+0100'", "2026-11-22 07:07:41.123+0000",
	  "\"2026-11-22 07:07:41.123Z\"" },
	{ "duration", "1h30m", "1h30m", "\"1h30m\"" },
	{ "uuid", "01020304-0506-0708-090a-0b0c0d0e0f10", "01020304-0506-0708-090a-0b0c0d0e0f10",
	  "\"01020304-0506-0708-090a-0b0c0d0e0f10\"" },
	{ "list<text>", "['a', 'b\n']", "['a', 'b\\n']", "[\"a\", \"b\\n\"]" },
	{ "set<int>", "{1, 2}", "{1, 2}", "[1, 2]" },
	{ "map<int, text>", "{1: 'a'}", "{1: 'a'}", "{\"1\": \"a\"}" },
	{ "map<timestamp, boolean>", "{'2026-11-22T08:07:41Z': true}",
	  "{'2026-11-22 08:07:41.000+0000': true}", "{\"2026-11-22 08:07:41.000+0000\": true}" },
	{ "tuple<int, text>", "(1, null)", "(1, null)", "[1, null]" },
	{ "vector<float, 2>", "[1, 2.5]", "[1, 2.5]", "[1, 2.5]" },
	{ "udt<k.a, street:text, \"Zip\":int>", "{street: 'x', \"Zip\": null}",
	  "{street: 'x', \"Zip\": null}", "{\"street\": \"x\", \"Zip\": null}" },
	{ "list<frozen<map<text, frozen<set<int>>>>>", "[{'a': {1}}]", "[{'a': {1}}]",
	  "[{\"a\": [1]}]" },
};

static void test_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(cells); i++) {
		coodie_error err = { 0 };
		cql_type *type = cql_type_parse(cells[i].type, &err);
		cql_arena *arena = cql_arena_new(NULL, NULL);
		struct bytes out = { 0 };
		struct pool pool = { 0 };
		cql_value v = cql_null();
		if (!type || !cql_literal_parse(type, cells[i].literal, arena, &v, &err))
			fail_msg("%s %s: %s", cells[i].type, cells[i].literal, err.message);
		cell_add(&out, type, v);
		if (strcmp(text_of(&out), cells[i].cell) != 0)
			fail_msg("%s: %s", cells[i].literal, text_of(&out));
		assert_string_equal(json_line(&pool, cell_json(&pool, type, v), 1000),
				    cells[i].json);
		assert_int_equal(cell_colour_of(type, v) == CELL_NULL, v.is.tag == CQL_TAG_NULL);
		pool_free(&pool);
		bytes_free(&out);
		cql_arena_free(arena);
		cql_type_free(type);
	}
	print_message("%zu cells\n", CD_COUNT(cells));
}

static void test_broken_utf8(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	cell_add_safe(&out, "a\xff\xc3z\xef\xbf\xbd", 7);
	assert_string_equal(text_of(&out), "a\\xff\\xc3z\xef\xbf\xbd");
	bytes_free(&out);
}

/* What is not a table's comes to a terminal escaped, and to a file as it is. */
static void test_foreign(void **state)
{
	static const char text[] = "comment = '\033]0;x\a\xc2\x9b'\nnext\n";
	static const char *const wanted[] = { text, "comment = '\\x1b]0;x\\a\\u009b'\nnext\n" };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(wanted); i++) {
		struct out out = { .to = tmpfile(), .terminal = i };
		char got[100] = "";

		assert_non_null(out.to);
		out_write_foreign(&out, text, strlen(text));
		rewind(out.to);
		assert_int_equal(fread(got, 1, sizeof got - 1, out.to), strlen(wanted[i]));
		assert_string_equal(got, wanted[i]);
		fclose(out.to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_broken_utf8),
		cmocka_unit_test(test_foreign),
	};
	return cmocka_run_group_tests_name("tools/shell/cell", tests, NULL, NULL);
}
