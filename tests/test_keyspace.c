/* SPDX-License-Identifier: MIT */
/* Names of keyspaces: as a user writes them, as the server has them, and as CQL writes them. */
#include "tests/test.h"

#include "base/keyspace.h"

static const struct {
	const char *text, *name, *cql; /* NULL: refused */
} names[] = {
	{ "shop", "shop", "shop" },
	{ "Shop_2", "shop_2", "shop_2" },
	{ "\"Shop\"", "Shop", "\"Shop\"" },
	{ "\"shop\"", "shop", "shop" },
	{ "2nd", "2nd", "\"2nd\"" },
	{ "_x", "_x", "\"_x\"" },
	{ "ORDER", "order", "\"order\"" },
	{ NULL, NULL, NULL },
	{ "", NULL, NULL },
	{ "\"", NULL, NULL },
	{ "\"\"", NULL, NULL },
	{ "\"a", NULL, NULL },
	{ "a\"", NULL, NULL },
	{ "\"a\"\"b\"", NULL, NULL },
	{ "a b", NULL, NULL },
	{ " a", NULL, NULL },
	{ "a;", NULL, NULL },
	{ "a\"; DROP KEYSPACE b; --", NULL, NULL },
	{ "caf\xc3\xa9", NULL, NULL },
};

static void test_names(void **state)
{
	char name[CD_KEYSPACE_SIZE], text[CD_KEYSPACE_SIZE + 2];
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		const char *row = names[i].text ? names[i].text : "NULL";
		strcpy(name, "as before");
		CD_CHECK(cd_keyspace_read(names[i].text, name, &err) == (names[i].name != NULL),
			 row);
		CD_CHECK(!strcmp(name, names[i].name ? names[i].name : "as before"), row);
		if (!names[i].name)
			continue;
		cd_keyspace_write(name, text);
		CD_CHECK(!strcmp(text, names[i].cql), row);
		CD_CHECK(cd_keyspace_read(text, text, &err) && !strcmp(text, name), row);
	}
}

static void test_long(void **state)
{
	char longest[CD_KEYSPACE_SIZE + 3], name[CD_KEYSPACE_SIZE], text[CD_KEYSPACE_SIZE + 2];
	coodie_error err;

	(void)state;
	memset(longest, 'X', sizeof longest);
	longest[0] = longest[CD_KEYSPACE_SIZE] = '"';
	longest[CD_KEYSPACE_SIZE + 1] = '\0';
	assert_true(cd_keyspace_read(longest, name, &err));
	assert_int_equal(strlen(name), CD_KEYSPACE_SIZE - 1);
	cd_keyspace_write(name, text);
	assert_string_equal(text, longest);
	memset(longest, 'x', CD_KEYSPACE_SIZE);
	longest[CD_KEYSPACE_SIZE] = '\0';
	assert_false(cd_keyspace_read(longest, name, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
