/* SPDX-License-Identifier: MIT */
/* base/error.c: names, filling, cutting, prefixes. */
#include "tests/test.h"

#include "base/error.h"
#include "base/secret.h"

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum coodie_errc code;
	} rows[] = {
#define X(name, number, text) { #name, COODIE_ERR_##name },
#include <coodie/errors.def>
#undef X
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		CD_CHECK(!strcmp(coodie_errc_name(rows[i].code), rows[i].name), rows[i].name);
		CD_CHECK(*coodie_errc_text(rows[i].code), rows[i].name);
		for (size_t j = 0; j < i; j++)
			CD_CHECK(rows[i].code != rows[j].code, rows[i].name);
	}
	assert_string_equal(coodie_errc_name((enum coodie_errc)9999), "UNKNOWN");
	assert_string_equal(coodie_errc_text((enum coodie_errc) - 1), "unknown error");
}

static void test_fail(void **state)
{
	coodie_error err;
	(void)state;

	memset(&err, 0x55, sizeof err);
	assert_false(cd_fail(&err, COODIE_ERR_TYPE, "%s is %d", "x", 5));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_string_equal(err.message, "x is 5");
	assert_int_equal(err.server_code, -1);
	assert_int_equal(err.consistency, -1);
	assert_int_equal(err.data_present, -1);
	assert_string_equal(err.write_type, "");
	assert_true(err.details[0] == 0 && err.details[23] == 0);

	/* an argument that is the message itself */
	assert_null(cd_fail_null(&err, COODIE_ERR_MODEL, "column: %s", err.message));
	assert_string_equal(err.message, "column: x is 5");
	assert_false(cd_no_memory(&err, "a result"));
	assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_non_null(strstr(err.message, "a result"));

	cd_clear(&err);
	assert_int_equal(err.code, COODIE_OK);
	assert_string_equal(err.message, "");

	assert_false(cd_fail(NULL, COODIE_ERR_TYPE, "%s", "nobody listens"));
	assert_null(cd_fail_null(NULL, COODIE_ERR_TYPE, "%s", "nobody listens"));
	assert_false(cd_no_memory(NULL, "x"));
	cd_clear(NULL);
	cd_error_prefix(NULL, "x");
	cd_error_copy(NULL, &err);
}

static void fill(char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	for (size_t i = 0; i < len; i++)
		text[i] = with[i % n];
	text[len] = '\0';
}

static void test_cut(void **state)
{
	static const struct {
		const char *name, *unit;
		size_t len, want;
	} rows[] = {
		{ "one byte of room left", "a", 238, 238 },
		{ "just fits", "a", 239, 239 },
		{ "one too many", "a", 240, 239 },
		{ "far too many", "a", 900, 239 },
		{ "two-byte characters", "\xc3\xa9", 600, 239 },       /* 236 = 118 * 2 */
		{ "three-byte characters", "\xe2\x82\xac", 600, 237 }, /* 234 = 78 * 3 */
		{ "four-byte characters", "\xf0\x9f\x98\x80", 600, 239 },
	};
	char text[1024];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_error err = { 0 };
		fill(text, rows[i].len, rows[i].unit);
		cd_fail(&err, COODIE_ERR_INVALID, "%s", text);
		CD_CHECK(strlen(err.message) == rows[i].want, rows[i].name);
		bool cut = rows[i].len >= COODIE_ERROR_MESSAGE_SIZE;
		size_t kept = cut ? rows[i].want - 3 : rows[i].want;
		CD_CHECK(kept % strlen(rows[i].unit) == 0, rows[i].name);
		CD_CHECK(!memcmp(err.message, text, kept), rows[i].name);
		CD_CHECK(!cut || !strcmp(err.message + kept, "..."), rows[i].name);
	}
}

static void test_prefix(void **state)
{
	coodie_error err;
	char text[1024];
	(void)state;

	cd_fail(&err, COODIE_ERR_TYPE, "not an int");
	err.server_code = 0x2200;
	cd_error_prefix(&err, "column \"%s\"", "age");
	assert_string_equal(err.message, "column \"age\": not an int");
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_int_equal(err.server_code, 0x2200);

	coodie_error copy = { 0 };
	cd_error_copy(&copy, &err);
	assert_string_equal(copy.message, err.message);

	fill(text, 235, "p");
	cd_error_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.message), COODIE_ERROR_MESSAGE_SIZE - 1);
	assert_string_equal(err.message + COODIE_ERROR_MESSAGE_SIZE - 4, "...");
}

static void test_wipe(void **state)
{
	char secret[16] = "correct horse";
	(void)state;

	cd_wipe(secret + 1, 5);
	assert_memory_equal(secret, "c\0\0\0\0\0t horse", 14);
	cd_wipe(NULL, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names), cmocka_unit_test(test_fail),
		cmocka_unit_test(test_cut),   cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_wipe),
	};
	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
