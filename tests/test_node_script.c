/* SPDX-License-Identifier: MIT */
/* Where statements end: semicolons in texts, names, comments and batches do not count. */
#include "tests/test.h"

#include "node/server/script.h"

static void test_statements(void **state)
{
	static const struct {
		const char *name, *script;
		const char *statements[4];
	} rows[] = {
		{ "nothing", "", { NULL } },
		{ "blanks and semicolons", " \n;; ; \t", { NULL } },
		{ "comments only", "-- a;\n// b;\n/* c; */", { NULL } },
		{ "one without its end", "SELECT 1", { "SELECT 1" } },
		{ "two", "USE a; USE b;", { "USE a", "USE b" } },
		{ "a comment between", "USE a; -- it's\nUSE b", { "USE a", "USE b" } },
		{ "in a text", "INSERT ';' ; USE b", { "INSERT ';' ", "USE b" } },
		{ "a doubled quote", "A 'it''s;' B; C", { "A 'it''s;' B", "C" } },
		{ "in a name", "A \"x;y\"; C", { "A \"x;y\"", "C" } },
		{ "dollars", "A $$ ; ' $$; C", { "A $$ ; ' $$", "C" } },
		{ "a comment within", "A /* ; */ B; C -- ;\n D", { "A /* ; */ B", "C -- ;\n D" } },
		{ "a batch",
		  "BEGIN BATCH A; B; APPLY BATCH; C",
		  { "BEGIN BATCH A; B; APPLY BATCH", "C" } },
		{ "small letters",
		  "begin unlogged batch a; apply batch;c",
		  { "begin unlogged batch a; apply batch", "c" } },
		{ "begin is a name elsewhere", "SELECT begin; A", { "SELECT begin", "A" } },
		{ "applying is another word",
		  "BEGIN BATCH applying; x; APPLY BATCH; C",
		  { "BEGIN BATCH applying; x; APPLY BATCH", "C" } },
		{ "an open text", "A 'b; C", { "A 'b; C" } },
		{ "an open comment", "A; /* b; C", { "A" } },
		{ "an open batch", "BEGIN BATCH a; b;", { "BEGIN BATCH a; b;" } },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_text rest = { rows[i].script, strlen(rows[i].script) }, one;
		for (size_t j = 0; rows[i].statements[j]; j++) {
			const char *want = rows[i].statements[j];
			CD_CHECK(nd_script_next(&rest, &one), rows[i].name);
			if (one.len != strlen(want) || memcmp(one.data, want, one.len) != 0)
				fail_msg("%s: [%.*s]", rows[i].name, (int)one.len, one.data);
		}
		CD_CHECK(!nd_script_next(&rest, &one), rows[i].name);
		CD_CHECK(rest.len == 0, rows[i].name);
	}
}

/* No prefix of a script reads behind its end, and each is cut into no more than the whole. */
static void test_prefixes(void **state)
{
	static const char script[] =
		"A 'x' \"y\" $$z$$ /* c */ B; BEGIN BATCH a; APPLY BATCH; -- e\nF";

	(void)state;
	for (size_t len = 0; len < sizeof script; len++) {
		cql_text rest = { script, len }, one;
		unsigned count = 0;
		while (nd_script_next(&rest, &one)) {
			assert_true(one.data >= script && one.data + one.len <= script + len);
			count++;
		}
		assert_true(count <= 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_prefixes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
