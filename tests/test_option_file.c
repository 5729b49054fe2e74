/* SPDX-License-Identifier: MIT */
/* Files of options: lines, comments, mistakes by their line. */
#include "tests/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/options/option_file.h"
#include "net/policy/profile.h"

static const coodie_options *base; /* what the files are read for */

static bool read_text(struct cd_draft *d, const char *text, size_t len, coodie_error *err)
{
	char *exact = malloc(len ? len : 1); /* not terminated: nothing may be read behind it */

	memcpy(exact, text, len);
	assert_true(cd_draft_init(d, base, NULL));
	bool ok = cd_option_file_read(d, exact, len, "client.conf", err);
	free(exact);
	return ok;
}

static const char whole[] = "\xef\xbb\xbf# the shop\n"
			    "contact_points = 10.0.0.1, [::1]:9043\r\n"
			    "\n"
			    "  ; a comment as well\n"
			    "\tkeyspace=\"Shop\"\n"
			    "request_timeout_ms =  2s  \n"
			    "password = # not a comment; = \n"
			    "user = ada";

static void test_whole(void **state)
{
	struct cd_draft d;
	coodie_error err = { 0 };

	(void)state;
	if (!read_text(&d, whole, sizeof whole - 1, &err))
		fail_msg("%s", err.message);
	assert_int_equal(d.options->point_count, 2);
	assert_string_equal(d.options->keyspace, "Shop");
	assert_string_equal(d.options->password, "# not a comment; =");
	assert_string_equal(d.options->user, "ada");
	assert_int_equal(d.options->request_timeout_ms, 2000);
	assert_true(cd_changes_has(&d.given, CD_ID_user));
	assert_false(cd_changes_has(&d.given, CD_ID_page_rows));
	cd_draft_deinit(&d);
	for (size_t len = 0; len < sizeof whole - 1; len++) { /* no beginning of it crashes */
		bool ok = read_text(&d, whole, len, &err);
		assert_true(ok || err.code);
		cd_draft_deinit(&d);
	}
}

static const struct {
	const char *text, *message;
	size_t len;
} bad[] = {
	{ "keyspace = a\nkeyspace = b\n", "client.conf:2: keyspace: it is given twice", 0 },
	{ "\n\n# x\npage_row = 5", "client.conf:4: page_row: there is no such option; did you", 0 },
	{ "page_rows 5\n", "client.conf:1: an option is name = value", 0 },
	{ "= 5\n", "client.conf:1: an option without a name", 0 },
	{ "page_rows = 5 # five", "client.conf:1: page_rows: \"5 # five\" is wrong", 0 },
	{ "page_rows =\n", "client.conf:1: page_rows: \"\" is wrong", 0 },
	{ "user = a\0b\n", "client.conf:1: it has a byte of 0", 11 },
	{ "\r\n\xff\xfe = 1", "client.conf:2: ", 0 },
	{ "[profile]", "client.conf:1: a section is [profile NAME]", 0 },
	{ "[profile x", "client.conf:1: a section is [profile NAME]", 0 },
	{ "[x]", "client.conf:1: a section is [profile NAME]", 0 },
	{ "[", "client.conf:1: a section is [profile NAME]", 0 },
	{ "[profile a]\n[profile b]\n[profile  a ]", "client.conf:3: this profile has a section",
	  0 },
	{ "[profile  ]\n", "client.conf: [profile ]: ", 0 },
	{ "[profile a]\nport = 1", "client.conf:2: port: a profile does not have it", 0 },
	{ "[profile a]\nretry = x", "client.conf:2: retry: \"x\" is wrong", 0 },
	{ "[profile a]\nretry = default\nretry = default", "client.conf:3: retry: it is given", 0 },
	{ "[profile a]\nrequest_timeout_ms = none\n", "[profile a]: request_timeout_ms: a prof",
	  0 },
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(bad); i++) {
		struct cd_draft d;
		coodie_error err;
		size_t len = bad[i].len ? bad[i].len : strlen(bad[i].text);
		CD_CHECK(!read_text(&d, bad[i].text, len, &err), bad[i].text);
		if (!strstr(err.message, bad[i].message))
			fail_msg("%s: %s", bad[i].text, err.message);
		cd_draft_deinit(&d);
	}
}

/* A profile has what its section says, and routes as the file does but for that. */
static void test_profiles(void **state)
{
	static const char text[] = "consistency = QUORUM\n"
				   "local_datacenter = dc1\n"
				   "request_timeout_ms = 9s\n"
				   "[profile fast]\n"
				   "request_timeout_ms = 50ms\n"
				   "speculative_delay_ms = 10\n"
				   "[profile near]\n"
				   "local_rack = r2\n"
				   "idempotent = on\n"
				   "retry = fallthrough\n";
	coodie_options *o = coodie_options_new(NULL);
	struct cd_draft d;
	coodie_error err = { 0 };

	(void)state;
	if (!read_text(&d, text, sizeof text - 1, &err))
		fail_msg("%s", err.message);
	cd_draft_take(&d, o);
	cd_draft_deinit(&d);
	struct cd_profiles *set = cd_profiles_of(o, &err);
	assert_non_null(set);
	assert_int_equal(set->count, 3);
	assert_string_equal(set->at[1].name, "fast");
	assert_int_equal(set->at[1].timeout_ms, 50);
	assert_int_equal(set->at[1].consistency, CQL_CONSISTENCY_QUORUM);
	assert_false(set->at[1].idempotent);
	assert_ptr_equal(set->at[1].balancer, set->at[0].balancer);
	assert_string_equal(set->at[2].name, "near");
	assert_true(set->at[2].idempotent);
	assert_ptr_not_equal(set->at[2].balancer, set->at[0].balancer);
	assert_ptr_not_equal(set->at[2].retry, set->at[0].retry);
	assert_int_equal(set->at[2].timeout_ms, 0);
	cd_profiles_free(set);
	coodie_options_free(o);
}

/* Writes a file of this process's own and gives its path. */
static void write_file(char path[64], const char *text, size_t len)
{
	strcpy(path, "test_option_file.XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void test_files(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	char path[64], out[64];
	coodie_error err;

	(void)state;
	write_file(path, whole, sizeof whole - 1);
	assert_true(coodie_options_set(o, "page_rows", "7", NULL));
	assert_true(coodie_options_load_file(o, path, &err));
	coodie_options_get(o, "contact_points", out, sizeof out, NULL);
	assert_string_equal(out, "10.0.0.1,[::1]:9043");
	assert_int_equal(o->page_rows, 7);
	unlink(path);
	assert_false(coodie_options_load_file(o, path, &err));
	assert_non_null(strstr(err.message, path));
	write_file(path, "page_rows = 8\nnonsense\n", 23);
	assert_false(coodie_options_load_file(o, path, &err));
	assert_non_null(strstr(err.message, ":2: "));
	assert_int_equal(o->page_rows, 7); /* nothing of it */
	unlink(path);
	assert_false(coodie_options_load_file(o, ".", &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_options_load_file(o, NULL, &err));
	assert_false(coodie_options_load_file(NULL, path, &err));
	coodie_options_free(o);
}

static void test_too_long(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	size_t len = CD_OPTION_FILE_LONGEST + 1;
	char *text = malloc(len), path[64];
	coodie_error err;

	(void)state;
	memset(text, '\n', len);
	write_file(path, text, len);
	assert_false(coodie_options_load_file(o, path, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	unlink(path);
	write_file(path, text, len - 1);
	assert_true(coodie_options_load_file(o, path, &err));
	unlink(path);
	free(text);
	coodie_options_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),    cmocka_unit_test(test_bad),
		cmocka_unit_test(test_profiles), cmocka_unit_test(test_files),
		cmocka_unit_test(test_too_long),
	};

	coodie_options *o = coodie_options_new(NULL);
	base = o;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	coodie_options_free(o);
	return failed;
}
