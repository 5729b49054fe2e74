/* SPDX-License-Identifier: MIT */
/* tools/json.h: what is JSON, what is none and where, and what is printed. */
#include "tests/test.h"

#include <stdlib.h>

#include "tools/json.h"

static const struct {
	const char *name, *text, *printed; /* NULL: refused */
	size_t line, column;
} rows[] = {
	{ "null", "null", "null", 0, 0 },
	{ "space around", " \t\r\n[ ] \n", "[]", 0, 0 },
	{ "nested", "{\"a\":[1,{\"b\":[true,false,null]}]}",
	  "{\"a\": [1, {\"b\": [true, false, null]}]}", 0, 0 },
	{ "a number of 30 digits", "123456789012345678901234567890",
	  "123456789012345678901234567890", 0, 0 },
	{ "a number in all its parts", "-0.50e+10", "-0.50e+10", 0, 0 },
	{ "simple escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	  "\"\\\"\\\\/\\u0008\\u000c\\n\\u000d\\u0009\"", 0, 0 },
	{ "an escaped character", "\"\\u00fc\\u2603\"", "\"\xc3\xbc\xe2\x98\x83\"", 0, 0 },
	{ "a surrogate pair", "\"\\uD83D\\ude00\"", "\"\xf0\x9f\x98\x80\"", 0, 0 },
	{ "an escaped NUL", "\"a\\u0000b\"", "\"a\\u0000b\"", 0, 0 },
	{ "no UTF-8", "\"a\xff\"", "\"a\\ufffd\"", 0, 0 },
	{ "an overlong NUL", "\"\xc0\x80\"", "\"\\ufffd\\ufffd\"", 0, 0 },
	{ "a surrogate in UTF-8", "\"\xed\xa0\x80\"", "\"\\ufffd\\ufffd\\ufffd\"", 0, 0 },
	{ "nothing", "", NULL, 1, 1 },
	{ "two values", "1 2", NULL, 1, 3 },
	{ "a comma too much", "[1,]", NULL, 1, 4 },
	{ "a comma too few", "[1\n 2]", NULL, 2, 2 },
	{ "a name without quotes", "{a: 1}", NULL, 1, 2 },
	{ "a colon too few", "{\"a\" 1}", NULL, 1, 6 },
	{ "a string without end", "\"abc", NULL, 1, 2 },
	{ "a string that ends in a backslash", "\"abc\\", NULL, 1, 2 },
	{ "a control character", "\"a\nb\"", NULL, 1, 3 },
	{ "no such escape", "\"\\x\"", NULL, 1, 3 },
	{ "three digits", "\"\\u123\"", NULL, 1, 7 },
	{ "the second half alone", "\"\\udc00\"", NULL, 1, 8 },
	{ "the first half alone", "\"\\ud83d\"", NULL, 1, 8 },
	{ "the first half twice", "\"\\ud83d\\ud83d\"", NULL, 1, 14 },
	{ "a leading zero", "01", NULL, 1, 2 },
	{ "a bare minus", "-", NULL, 1, 2 },
	{ "a bare point", "1.", NULL, 1, 3 },
	{ "an empty exponent", "1e", NULL, 1, 3 },
	{ "a word", "nul", NULL, 1, 1 },
	{ "an array without end", "[[1]", NULL, 1, 5 },
};

static char *printed(const struct json *j)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	json_print(to, j);
	fclose(to);
	return text;
}

static void test_rows(void **state)
{
	struct pool pool = { 0 };
	struct json_error err;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);
		char *copy = malloc(len + 1); /* exactly as long: a byte more is seen by ASan */
		memcpy(copy, rows[i].text, len);
		copy = realloc(copy, len ? len : 1);
		struct json *j = json_parse(&pool, copy, len, &err);
		CD_CHECK((j != NULL) == (rows[i].printed != NULL), rows[i].name);
		if (j) {
			char *text = printed(j);
			CD_CHECK(strcmp(text, rows[i].printed) == 0, text);
			free(text);
		} else {
			CD_CHECK(err.line == rows[i].line && err.column == rows[i].column,
				 rows[i].name);
			CD_CHECK(*err.message, rows[i].name);
		}
		for (size_t cut = 0; cut < len; cut++)
			json_parse(&pool, copy, cut, &err);
		free(copy);
		pool_free(&pool);
	}
}

static void test_depth(void **state)
{
	struct pool pool = { 0 };
	struct json_error err;
	char text[4096];
	(void)state;

	for (size_t depth = JSON_MAX_DEPTH - 1; depth <= JSON_MAX_DEPTH + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		bool ok = json_parse(&pool, text, 2 * depth, &err);
		assert_int_equal(ok, depth <= JSON_MAX_DEPTH);
	}
	memset(text, '[', sizeof text);
	assert_null(json_parse(&pool, text, sizeof text, &err));
	assert_string_equal(err.message, "nested too deeply");
	pool_free(&pool);
}

static struct json *parsed(struct pool *pool, const char *text)
{
	struct json_error err;
	struct json *j = json_parse(pool, text, strlen(text), &err);

	CD_CHECK(j, text);
	return j;
}

static const struct {
	const char *wanted, *got, *path; /* NULL: the same */
} comparisons[] = {
	{ "{\"a\": 1, \"b\": [1, 2]}", "{\"b\": [1, 2], \"a\": 1}", NULL },
	{ "{\"a\": {\"b\": [1, [2, \"x\"]]}}", "{\"a\": {\"b\": [1, [2, \"y\"]]}}", "a.b[1][1]" },
	{ "[1, 2]", "[1]", "[1]" },
	{ "[1]", "[1, 2]", "[1]" },
	{ "{\"a\": 1}", "{}", "a" },
	{ "{}", "{\"a\": 1}", "a" },
	{ "{\"a\": null}", "{}", "a" },
	{ "1", "\"1\"", "" },
	{ "true", "false", "" },
	{ "\"a\\u0000b\"", "\"a\\u0000c\"", "" },
	{ "12345678901234567890123", "12345678901234567890124", "" },
};

static void test_same(void **state)
{
	struct pool pool = { 0 };
	struct json_difference d;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(comparisons); i++) {
		bool same = json_same(parsed(&pool, comparisons[i].wanted),
				      parsed(&pool, comparisons[i].got), &d);
		CD_CHECK(same == !comparisons[i].path, comparisons[i].wanted);
		CD_CHECK(same || strcmp(d.path, comparisons[i].path) == 0, d.path);
	}
	assert_string_equal(json_line(&pool, NULL, 10), "nothing");
	assert_string_equal(json_line(&pool, parsed(&pool, "[1, 2, 3, 4]"), 5), "[1, 2...");
	pool_free(&pool);
}

static void test_numbers_and_bytes(void **state)
{
	struct pool pool = { 0 };
	const uint8_t *data;
	size_t len;
	int64_t n;
	(void)state;

	assert_true(json_to_int(parsed(&pool, "\"-9223372036854775808\""), &n));
	assert_true(n == INT64_MIN);
	assert_true(json_to_int(parsed(&pool, "42"), &n));
	assert_int_equal(n, 42);
	static const char *const none[] = {
		"9223372036854775808", "\"\"", "\" 1\"", "\"+1\"", "1.5", "\"1x\"",
		"\"1\\u0000\"",        "null", "[1]"
	};
	for (size_t i = 0; i < CD_COUNT(none); i++)
		CD_CHECK(!json_to_int(parsed(&pool, none[i]), &n), none[i]);
	assert_true(json_to_hex(&pool, parsed(&pool, "\"00fFa1\""), &data, &len));
	assert_memory_equal(data, "\x00\xff\xa1", 3);
	assert_int_equal(len, 3);
	assert_string_equal(json_hex(&pool, data, len)->text, "00ffa1");
	assert_false(json_to_hex(&pool, parsed(&pool, "\"0\""), &data, &len));
	assert_false(json_to_hex(&pool, parsed(&pool, "\"0g\""), &data, &len));
	assert_false(json_to_hex(&pool, NULL, &data, &len));
	pool_free(&pool);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_numbers_and_bytes),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
