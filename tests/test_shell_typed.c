/* SPDX-License-Identifier: MIT */
/* tools/shell/typed.h: keys that were typed ahead, as lines of a terminal that reads lines. */
#include "tests/test.h"

#include "tools/shell/keys.h"
#include "tools/shell/typed.h"

#define CTRL_C "\003"
#define CTRL_D "\004"
#define PASTED(text) "\033[200~" text "\033[201~"

static void add(struct typed *t, const char *text, bool seen)
{
	typed_add(t, text, strlen(text), seen);
}

/* The event, and for a line its text and how much of it was not shown. */
static void expect(struct typed *t, enum typed_event event, const char *line, size_t unseen)
{
	struct bytes out = { 0 };
	size_t got;

	text_add(&out, "x"); /* what is there stays */
	assert_int_equal(typed_line(t, &out, &got), event);
	assert_string_equal(text_of(&out) + 1, line);
	assert_int_equal(got, unseen);
	bytes_free(&out);
}

static void test_lines(void **state)
{
	struct typed t = { 0 };

	(void)state;
	expect(&t, TYPED_WAITS, "", 0);
	add(&t, "1,a\r2,b\r\rthe", false);
	expect(&t, TYPED_LINE, "1,a\n", 4);
	expect(&t, TYPED_LINE, "2,b\n", 4);
	expect(&t, TYPED_LINE, "\n", 1);
	expect(&t, TYPED_LINE, "the", 3);
	expect(&t, TYPED_WAITS, "", 0);
	add(&t, " rest\n", true);
	expect(&t, TYPED_LINE, " rest\n", 0);
	typed_free(&t);
}

/* What came before the terminal read lines was not shown by it. */
static void test_what_is_unseen(void **state)
{
	struct typed t = { 0 };

	(void)state;
	add(&t, "3,th", false);
	add(&t, "ree\n4,four\n", true);
	expect(&t, TYPED_LINE, "3,three\n", 4);
	expect(&t, TYPED_LINE, "4,four\n", 0);
	add(&t, "5\n", true);
	add(&t, "6\r", false);
	expect(&t, TYPED_LINE, "5\n", 2);
	typed_clear(&t);
	add(&t, "7\n", true);
	expect(&t, TYPED_LINE, "7\n", 0);
	typed_free(&t);
}

static void test_ends(void **state)
{
	struct typed t = { 0 };

	(void)state;
	add(&t, "1" CTRL_D "SELECT;\r", false);
	expect(&t, TYPED_LINE, "1", 1);
	expect(&t, TYPED_ENDED, "", 0);
	expect(&t, TYPED_LINE, "SELECT;\n", 8);
	add(&t, "1\r2" CTRL_C "SELECT;\r", false);
	expect(&t, TYPED_CANCELLED, "", 0);
	expect(&t, TYPED_LINE, "SELECT;\n", 8);
	typed_free(&t);
}

static void test_pastes(void **state)
{
	struct typed t = { 0 };

	(void)state;
	add(&t, PASTED("1,a\r2,b\r") "\\.\r", false);
	expect(&t, TYPED_LINE, "1,a\n", 4);
	expect(&t, TYPED_LINE, "2,b\n", 4);
	expect(&t, TYPED_LINE, "\\.\n", 3);
	for (const char *at = PASTED("3"); *at; at++) { /* byte by byte */
		typed_add(&t, at, 1, false);
		if (*at == '3')
			expect(&t, TYPED_LINE, "3", 1);
		else
			expect(&t, TYPED_WAITS, "", 0);
	}
	add(&t, "\033x\r", false);
	expect(&t, TYPED_LINE, "\033x\n", 3);
	typed_free(&t);
}

/* What the editor leaves. */
static void test_rest_of_keys(void **state)
{
	struct keys k = { 0 };
	enum key key;
	const char *text;
	size_t len;

	(void)state;
	assert_null(keys_rest(&k, &len));
	assert_int_equal(len, 0);
	keys_feed(&k, "a\rb\033[", 5);
	assert_true(keys_next(&k, &key, &text, &len));
	assert_true(keys_next(&k, &key, &text, &len));
	assert_int_equal(key, KEY_ENTER);
	assert_memory_equal(keys_rest(&k, &len), "b\033[", 3);
	assert_int_equal(len, 3);
	keys_forget(&k);
	assert_null(keys_rest(&k, &len));
	assert_false(keys_next(&k, &key, &text, &len));
	keys_feed(&k, "c", 1);
	assert_true(keys_next(&k, &key, &text, &len));
	assert_memory_equal(text, "c", 1);
	keys_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_what_is_unseen),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_pastes),
		cmocka_unit_test(test_rest_of_keys),
	};
	return cmocka_run_group_tests_name("tools/shell/typed", tests, NULL, NULL);
}
