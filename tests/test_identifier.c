/* SPDX-License-Identifier: MIT */
/* Names: which are quoted and how (MD-14, MD-15, MD-26). */
#include "base/identifier.h"

#include "tests/test.h"

static const struct {
	const char *row, *name, *cql, *stored;
} names[] = {
	{ "plain", "users", "users", "users" },
	{ "digits and underscores", "users_2", "users_2", "users_2" },
	{ "mixed case is kept", "Users", "\"Users\"", "Users" },
	{ "a reserved word", "table", "\"table\"", "table" },
	{ "the first reserved word", "add", "\"add\"", "add" },
	{ "the last reserved word", "with", "\"with\"", "with" },
	{ "quoted already", "\"Users\"", "\"Users\"", "Users" },
	{ "quoted with a quote inside", "\"a\"\"b\"", "\"a\"\"b\"", "a\"b" },
	{ "a quote inside", "a\"b", "\"a\"\"b\"", "a\"b" },
	{ "a digit first", "2users", "\"2users\"", "2users" },
	{ "a hyphen", "my-table", "\"my-table\"", "my-table" },
	{ "not ASCII", "caf\xc3\xa9", "\"caf\xc3\xa9\"", "caf\xc3\xa9" },
	{ "an attempt", "x; DROP TABLE y", "\"x; DROP TABLE y\"", "x; DROP TABLE y" },
};

static void table_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		struct cd_buffer b;
		struct cd_arena a;

		cd_buffer_init(&b, NULL, 0);
		cd_arena_init(&a, NULL, 0);
		cd_identifier_append(&b, names[i].name);
		cd_buffer_u8(&b, 0);
		CD_CHECK(!strcmp((char *)b.data, names[i].cql), names[i].row);
		CD_CHECK(!strcmp(cd_identifier_name(&a, names[i].name), names[i].stored),
			 names[i].row);
		CD_CHECK(cd_identifier_valid(names[i].name), names[i].row);
		cd_buffer_deinit(&b);
		cd_arena_deinit(&a);
	}
}

static void column_names(void **state)
{
	struct cd_buffer b;

	(void)state;
	cd_buffer_init(&b, NULL, 0);
	cd_identifier_append_quoted(&b, "to\"ken");
	cd_buffer_u8(&b, 0);
	assert_string_equal((char *)b.data, "\"to\"\"ken\"");
	cd_buffer_deinit(&b);
}

static void strings(void **state)
{
	struct cd_buffer b;

	(void)state;
	cd_buffer_init(&b, NULL, 0);
	cd_string_append(&b, "");
	cd_string_append(&b, "it's \"so\"");
	cd_buffer_u8(&b, 0);
	assert_string_equal((char *)b.data, "'''it''s \"so\"'");
	cd_buffer_deinit(&b);
}

static void wrong_names(void **state)
{
	static const char *const wrong[] = { "",       "\"",       "\"\"",   "\"a",
					     "\"a\"b", "\"a\"b\"", "\"a\"\"" };

	(void)state;
	assert_false(cd_identifier_valid(NULL));
	for (size_t i = 0; i < CD_COUNT(wrong); i++)
		CD_CHECK(!cd_identifier_valid(wrong[i]), wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_names),
		cmocka_unit_test(column_names),
		cmocka_unit_test(strings),
		cmocka_unit_test(wrong_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
