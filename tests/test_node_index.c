/* SPDX-License-Identifier: MIT */
/* Indexes where the node has words of its own, or a setting: what tests/cql cannot say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/node_fixture.h"
#include "tests/test.h"

#define SASI(options) \
	"CREATE CUSTOM INDEX i ON t (a) USING 'org.apache.cassandra.index.sasi.SASIIndex'" options
#define ANALYZER(name, options) \
	SASI(" WITH OPTIONS = {'analyzer_class': 'org.apache.cassandra.index.sasi.analyzer." name \
	     "', " options "}")

static const char *const tables[] = { "CREATE TABLE t (k int PRIMARY KEY, a text)" };

static int begin(void **state)
{
	*state = fixture_with(tables, CD_COUNT(tables));
	return 0;
}

static void disabled(void **state)
{
	struct fixture *f = *state;

	f->db.settings.sasi_indexes_enabled = false;
	assert_string_equal(fixture_run(f, SASI("")),
			    "0x2200 SASI indexes are disabled. Enable in cassandra.yaml to use.");
	f->db.settings.sasi_indexes_enabled = true;
	assert_string_equal(fixture_run(f, SASI("")),
			    "warning SASI indexes are experimental and are not recommended for "
			    "production use.; schema UPDATED TABLE ks.t");
}

/* Cassandra makes these, fails, and has an index that cannot be used. */
static void refused(void **state)
{
	static const struct {
		const char *cql, *want;
	} rows[] = {
		{ ANALYZER("NonTokenizingAnalyzer",
			   "'normalize_lowercase': 'true', 'normalize_uppercase': 'true'"),
		  "0x2300 Options to normalize terms cannot be both uppercase and lowercase at the "
		  "same time" },
		{ ANALYZER("StandardAnalyzer", "'tokenization_normalize_lowercase': 'true', "
					       "'tokenization_normalize_uppercase': 'true'"),
		  "0x2300 Options to normalize terms cannot be both uppercase and lowercase at the "
		  "same time" },
		{ ANALYZER("DelimiterAnalyzer", "'delimiter': 'ab'"),
		  "0x2300 Only single character delimiters supported, was ab" },
		{ ANALYZER("DelimiterAnalyzer", "'delimiter': ''"),
		  "0x2300 Only single character delimiters supported, was " },
		{ ANALYZER("StandardAnalyzer",
			   "'tokenization_locale': 'en', 'tokenization_enable_stemming': 'true'"),
		  "0x2300 stems and stop words of a language are not supported by the node" },
	};

	for (size_t i = 0; i < CD_COUNT(rows); i++)
		assert_string_equal(fixture_run(*state, rows[i].cql), rows[i].want);
}

/* A NullPointerException of Cassandra's. */
static void like_null(void **state)
{
	assert_string_equal(fixture_run(*state, SASI("")),
			    "warning SASI indexes are experimental and are not recommended for "
			    "production use.; schema UPDATED TABLE ks.t");
	assert_string_equal(fixture_run(*state, "SELECT k FROM t WHERE a LIKE null"),
			    "0x2200 LIKE value can't be empty.");
}

/* Terms over 8 KiB are not in an attached index, and no index is asked for more. */
static void long_terms(void **state)
{
	static const struct {
		int len;
		bool found;
	} rows[] = { { 8192, true }, { 8193, false }, { 70000, false } };
	struct fixture *f = *state;
	char *text = malloc(70000 + 1), *cql = malloc(70000 + 100);

	assert_non_null(text);
	assert_non_null(cql);
	fixture_run(f, "CREATE INDEX ON t (a) USING 'sai'");
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		memset(text, 'x', (size_t)rows[i].len);
		text[rows[i].len] = '\0';
		sprintf(cql, "INSERT INTO t (k, a) VALUES (7, '%s')", text);
		fixture_run(f, cql);
		sprintf(cql, "SELECT k FROM t WHERE a = '%s'", text);
		const char *got = fixture_run(f, cql);
		assert_null(strstr(got, "0x"));
		assert_int_equal(strstr(got, "7") != NULL, rows[i].found);
	}
	free(text);
	free(cql);
}

/* Java reads them as infinite, for which the index has no place: its replicas fail. */
static void vectors_out_of_range(void **state)
{
	struct fixture *f = *state;

	fixture_run(f, "CREATE TABLE w (k int PRIMARY KEY, v vector<float, 2>)");
	fixture_run(f, "CREATE INDEX ON w (v) USING 'sai'");
	assert_non_null(
		strstr(fixture_run(f, "SELECT k FROM w ORDER BY v ANN OF [1e40, 1] LIMIT 3"),
		       "0x1300 Operation failed"));
	assert_non_null(strstr(fixture_run(f, "INSERT INTO w (k, v) VALUES (1, [1, -1e39])"),
			       "0x1500 Operation failed"));
}

/* In a selection it is the coordinator that evaluates it, in GROUP BY a replica. */
static void groups_fail(void **state)
{
	struct fixture *f = *state;

	fixture_run(f, "CREATE TABLE g (p int, c timestamp, PRIMARY KEY (p, c))");
	fixture_run(f, "INSERT INTO g (p, c) VALUES (1, '1960-02-01')");
	assert_non_null(strstr(fixture_run(f, "SELECT p, count(*) FROM g GROUP BY p, floor(c, 1h)"),
			       "0x1300 Operation failed"));
	assert_non_null(strstr(fixture_run(f, "SELECT floor(c, 1h) FROM g"),
			       "0x2200 The floor function starting time is greater"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(disabled, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(like_null, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(long_terms, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(vectors_out_of_range, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(groups_fail, begin, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
