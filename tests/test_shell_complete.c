/* SPDX-License-Identifier: MIT */
/* tools/shell/complete.h: keywords by their place. Names of a cluster are completed by tests/shell/run. */
#include "tests/test.h"

#include "tools/shell/complete.h"

static const struct {
	const char *text, *found; /* the cursor is at |; candidates with blanks between */
} rows[] = {
	{ "se|", "select serial" },
	{ "SEL|", "SELECT" },
	{ "Tr|", "TRACING TRUNCATE" },
	{ "SELECT * FROM t WH|", "WHERE" },
	{ "select * from t wh|", "where" },
	{ "SELECT * FROM t ORDER |", "BY" },
	{ "SELECT * FROM t ALLOW F|", "FILTERING" },
	{ "SELECT * F| FROM t", "FROM" },
	{ "a; INSERT |", "INTO" },
	{ "INSERT INTO t (a) VALUES (1) IF |", "NOT" },
	{ "INSERT INTO t (a) VALUES (1) IF NOT |", "EXISTS" },
	{ "UPDATE t US|", "USING" },
	{ "BEGIN |", "BATCH COUNTER UNLOGGED" },
	{ "BEGIN BATCH INS|", "INSERT" },
	{ "BEGIN BATCH DELETE FROM t; UPD|", "UPDATE" },
	{ "CREATE TA|", "TABLE" },
	{ "CREATE MATERIALIZED |", "VIEW" },
	{ "CREATE TABLE t (a var|", "varchar varint" },
	{ "CREATE TABLE t (a int PRIMARY |", "KEY" },
	{ "CREATE TABLE t (a int PRIMARY KEY) WITH gc|", "gc_grace_seconds" },
	{ "DROP TABLE IF |", "EXISTS" },
	{ "CONSISTENCY loc|", "local_one local_quorum local_serial" },
	{ "CONSISTENCY EACH|", "EACH_QUORUM" },
	{ "SERIAL |", "CONSISTENCY" },
	{ "TRACING |", "OFF ON" },
	{ "HELP cap|", "capture" },
	{ "DESC full |", "SCHEMA" },
	{ "desc keysp|", "keyspace keyspaces" },
	{ "COPY t |", "FROM TO" },
	{ "COPY t TO 'x' WITH hea|", "header" },
	{ "COPY t TO 'x' WITH HEADER = true AND DELIM|", "DELIMITER" },
	{ "SELECT 'wh|", "" },
	{ "SELECT * FROM t WHERE a = 'x' A|", "ALLOW AND" },
	{ "SELECT nothing.|", "" },
};

static void test_keywords(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct candidates c = { 0 };
		struct bytes text = { 0 }, got = { 0 };
		const char *bar = strchr(rows[i].text, '|');
		size_t at = (size_t)(bar - rows[i].text);
		bytes_add(&text, rows[i].text, at);
		text_add(&text, bar + 1);
		complete_find(NULL, NULL, text_of(&text), at, &c);
		candidates_sort(&c);
		for (size_t n = 0; n < candidates_count(&c); n++)
			text_printf(&got, "%s%s", n ? " " : "", candidates_at(&c, n));
		if (strcmp(text_of(&got), rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].text, text_of(&got));
		candidates_free(&c);
		bytes_free(&text);
		bytes_free(&got);
	}
	print_message("%zu rows\n", CD_COUNT(rows));
}

static void test_files(void **state)
{
	struct candidates c = { 0 };
	const char text[] = "SOURCE '/dev/nul";

	(void)state;
	complete_find(NULL, NULL, text, strlen(text), &c);
	assert_int_equal(candidates_count(&c), 1);
	assert_string_equal(candidates_at(&c, 0), "'/dev/null'");
	assert_int_equal(c.from, 7);
	candidates_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_keywords),
					    cmocka_unit_test(test_files) };

	return cmocka_run_group_tests_name("tools/shell/complete", tests, NULL, NULL);
}
