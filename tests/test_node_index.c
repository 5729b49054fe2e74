/* SPDX-License-Identifier: MIT */
/* Indexes where the node has words of its own, or a setting: what tests/cql cannot say. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(disabled, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(refused, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(like_null, begin, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
