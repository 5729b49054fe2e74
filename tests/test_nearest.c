/* SPDX-License-Identifier: MIT */
/* base/nearest.c: which slips find their name, and which words are simply others. */
#include "tests/test.h"

#include "base/nearest.h"

static const char *const columns[] = {
	"id",
	"email",
	"created_at",
	"updated_at",
	"age",
	"home_address",
	"x",
	"",
	"a_name_so_long_that_nobody_would_ever_type_it_by_hand_and_which_is_not_compared",
	NULL,
};

static const char *nth(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *typed, *want;
	} rows[] = {
		{ "the same", "email", "email" },
		{ "another case", "EMail", "email" },
		{ "a letter missing", "emal", "email" },
		{ "a letter too many", "emaill", "email" },
		{ "a letter changed", "emaik", "email" },
		{ "two letters swapped", "emial", "email" },
		{ "three slips in a long name", "craetd_att", "created_at" },
		{ "the nearer of two", "updatedat", "updated_at" },
		{ "a short name, one slip", "ag", "age" },
		{ "a short name, two slips", "a", NULL },
		{ "one letter for another is no slip", "y", NULL },
		{ "another word", "password", NULL },
		{ "empty", "", NULL },
		{ "long", "home_addres", "home_address" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const char *got = cd_nearest(rows[i].typed, strlen(rows[i].typed), nth, columns);
		CD_CHECK(!got == !rows[i].want, rows[i].name);
		CD_CHECK(!got || !strcmp(got, rows[i].want), rows[i].name);
	}
}

static void test_bounds(void **state)
{
	static const char *const none[] = { NULL };
	char long_name[500];
	(void)state;

	memset(long_name, 'e', sizeof long_name);
	for (size_t len = 0; len <= sizeof long_name; len++) /* not terminated, any length */
		cd_nearest(long_name, len, nth, columns);
	assert_null(cd_nearest("email", 5, nth, none));
	assert_string_equal(cd_nearest("emailXYZ", 5, nth, columns), "email");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
