/* SPDX-License-Identifier: MIT */
/* tools/shell/history.h: what is kept, in which file, and what is not. */
#include "tests/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tools/shell/history.h"

static void in_folder(char path[64])
{
	strcpy(path, "history-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static void add(struct history *h, const char *text)
{
	history_add(h, text, strlen(text));
}

static void test_file(void **state)
{
	char folder[64], path[80];
	struct history h = { { 0 }, NULL };
	coodie_error err;
	struct stat st;

	(void)state;
	in_folder(folder);
	snprintf(path, sizeof path, "%s/h", folder);
	assert_true(history_open(&h, path, &err));
	add(&h, "select 1;");
	add(&h, "select 1;");
	add(&h, "a\\b\nc;");
	add(&h, "CREATE ROLE x WITH PASSWORD = 'secret';");
	assert_int_equal(history_count(&h), 3);
	history_free(&h);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(history_open(&h, path, &err));
	assert_int_equal(history_count(&h), 2);
	assert_string_equal(history_at(&h, 0), "select 1;");
	assert_string_equal(history_at(&h, 1), "a\\b\nc;");
	history_free(&h);
	chmod(path, 0644); /* of an old one */
	assert_true(history_open(&h, path, &err));
	history_free(&h);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	unlink(path);
	rmdir(folder);
}

static void test_no_file(void **state)
{
	struct history h = { { 0 }, NULL };
	coodie_error err = { 0 };

	(void)state;
	assert_false(history_open(&h, "/nosuch/folder/history", &err));
	assert_string_equal(err.message, "/nosuch/folder/history: No such file or directory");
	add(&h, "a;");
	assert_int_equal(history_count(&h), 1);
	history_free(&h);
}

static void test_path(void **state)
{
	char folder[64], want[128], *path;
	struct stat st;

	(void)state;
	in_folder(folder);
	assert_non_null(realpath(folder, want));
	setenv("XDG_STATE_HOME", want, 1);
	path = history_path();
	strcat(want, "/coodie/history");
	assert_string_equal(path, want);
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	rmdir(path);
	rmdir(folder);
	free(path);
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_null(history_path());
}

static void test_most(void **state)
{
	struct history h = { { 0 }, NULL };
	char text[32];

	(void)state;
	for (int i = 0; i < HISTORY_MOST + 5; i++) {
		snprintf(text, sizeof text, "s%d;", i);
		add(&h, text);
	}
	assert_int_equal(history_count(&h), HISTORY_MOST);
	assert_string_equal(history_at(&h, 0), "s5;");
	history_free(&h);
}

/* What other shells have appended is cut down to what is kept; nothing else is left in the folder. */
static void test_shortened(void **state)
{
	char folder[64], path[80], entry[400];
	struct history h = { { 0 }, NULL }, other = { { 0 }, NULL };
	coodie_error err;
	struct stat st;

	(void)state;
	in_folder(folder);
	snprintf(path, sizeof path, "%s/h", folder);
	assert_true(history_open(&h, path, &err));
	assert_true(history_open(&other, path, &err));
	for (int i = 0; i < HISTORY_MOST; i++) {
		snprintf(entry, sizeof entry, "%d %0350d;", i, i);
		add(i % 2 ? &h : &other, entry);
	}
	add(&other, "the last;");
	history_free(&h);
	history_free(&other);
	assert_true(history_open(&h, path, &err));
	assert_int_equal(history_count(&h), HISTORY_MOST);
	assert_true(!strncmp(history_at(&h, 0), "1 ", 2));
	assert_string_equal(history_at(&h, HISTORY_MOST - 1), "the last;");
	history_free(&h);
	assert_true(history_open(&h, path, &err));
	assert_int_equal(history_count(&h), HISTORY_MOST);
	assert_true(!strncmp(history_at(&h, 0), "1 ", 2));
	history_free(&h);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

static const struct {
	const char *text;
	bool secret;
} secrets[] = {
	{ "select password_hash from t;", false },
	{ "CREATE ROLE a WITH PASSWORD = 'x';", true },
	{ "alter user a with password 'x';", true },
	{ "CREATE ROLE a WITH HASHED PASSWORD = 'x';", true },
	{ "create role a with\npassword='x'", true },
	{ "LOGIN ada 'x'", true },
	{ "login ada", false },
	{ "LOGIN", false },
	{ "", false },
};

static void test_secrets(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(secrets); i++)
		CD_CHECK(history_is_secret(secrets[i].text, strlen(secrets[i].text)) ==
				 secrets[i].secret,
			 secrets[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),    cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_path),    cmocka_unit_test(test_most),
		cmocka_unit_test(test_secrets), cmocka_unit_test(test_shortened),
	};
	return cmocka_run_group_tests_name("tools/shell/history", tests, NULL, NULL);
}
