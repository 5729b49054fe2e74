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

/* What a vector index of ScyllaDB's takes, which Cassandra has not. */
static void of_scylla(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a keyspace by data centers",
		  "CREATE KEYSPACE v WITH replication = {'class': 'NetworkTopologyStrategy', "
		  "'replication_factor': 1}",
		  NULL, "schema CREATED KEYSPACE v" },
		{ "tablets said so",
		  "CREATE KEYSPACE v2 WITH replication = {'class': 'NetworkTopologyStrategy', "
		  "'replication_factor': 1} AND tablets = {'enabled': true, 'initial': 8}",
		  NULL, "schema CREATED KEYSPACE v2" },
		{ "or not",
		  "CREATE KEYSPACE n WITH replication = {'class': 'NetworkTopologyStrategy', "
		  "'replication_factor': 1} AND tablets = {'enabled': 'FALSE'}",
		  NULL, "schema CREATED KEYSPACE n" },
		{ "as it was made", "ALTER KEYSPACE n WITH tablets = {'enabled': true}", NULL,
		  "0x2200 Cannot alter replication strategy vnode/tablets flavor" },
		{ "neither",
		  "CREATE KEYSPACE x WITH replication = {'class': "
		  "'NetworkTopologyStrategy', 'replication_factor': 1} AND tablets = "
		  "{'enabled': 1}",
		  NULL, "0x2300 Tablets enabled value must be true or false; found: 1" },
		{ "something else",
		  "CREATE KEYSPACE x WITH replication = {'class': "
		  "'NetworkTopologyStrategy', 'replication_factor': 1} AND tablets = "
		  "{'final': 1}",
		  NULL, "0x2300 Unrecognized tablets option final" },
		{ "nowhere",
		  "CREATE KEYSPACE x WITH replication = {'class': 'SimpleStrategy', "
		  "'replication_factor': 1} AND tablets = {'enabled': true}",
		  NULL, "0x2300 SimpleStrategy doesn't support tablet replication" },
		{ "a table without", "CREATE TABLE n.t (k int PRIMARY KEY, e vector<float, 2>)",
		  NULL, "schema CREATED TABLE n.t" },
		{ "an index without", "CREATE CUSTOM INDEX ON n.t (e) USING 'vector_index'", NULL,
		  "0x2200 Vector index requires the base table's keyspace to use tablets.\nPlease alter "
		  "the keyspace to use tablets and try again." },
		{ "its table", "CREATE TABLE v.t (k int PRIMARY KEY, e vector<float, 2>, n int)",
		  NULL, "schema CREATED TABLE v.t" },
		{ "without tablets", "CREATE CUSTOM INDEX ON ks.p (e) USING 'vector_index'", NULL,
		  "0x2200 Vector index requires the base table's keyspace to use tablets.\nPlease alter "
		  "the keyspace to use tablets and try again." },
		{ "of no vector", "CREATE CUSTOM INDEX ON v.t (n) USING 'vector_index'", NULL,
		  "0x2200 Vector indexes are only supported on columns of vectors of floats" },
		{ "a word",
		  "CREATE CUSTOM INDEX ON v.t (e) USING 'vector_index' WITH OPTIONS = "
		  "{'similarity_function': 'near'}",
		  NULL,
		  "0x2200 Invalid value in option 'similarity_function' for vector index: 'near'. "
		  "Supported are case-insensitive: cosine, euclidean, dot_product" },
		{ "no number",
		  "CREATE CUSTOM INDEX ON v.t (e) USING 'vector_index' WITH OPTIONS = "
		  "{'search_beam_width': '4x'}",
		  NULL,
		  "0x2200 Invalid value in option 'search_beam_width' for vector index: '4x' is not an "
		  "integer" },
		{ "a large number",
		  "CREATE CUSTOM INDEX ON v.t (e) USING 'vector_index' WITH OPTIONS = "
		  "{'oversampling': '100.5'}",
		  NULL,
		  "0x2200 Invalid value in option 'oversampling' for vector index: '100.5' is out of "
		  "valid range [1 - 100]" },
		{ "not a number",
		  "CREATE CUSTOM INDEX ON v.t (e) USING 'vector_index' WITH OPTIONS = {'oversampling': '1.5x'}",
		  NULL,
		  "0x2200 Invalid value in option 'oversampling' for vector index: '1.5x' is not a float" },
		{ "unknown",
		  "CREATE CUSTOM INDEX ON v.t (e) USING 'vector_index' WITH OPTIONS = "
		  "{'optimize_for': 'RECALL'}",
		  NULL, "0x2200 Unsupported option optimize_for for vector index" },
		{ "all of them",
		  "CREATE CUSTOM INDEX near ON v.t (e) USING 'vector_index' WITH OPTIONS = "
		  "{'similarity_function': 'EUCLIDEAN', 'maximum_node_connections': '16', "
		  "'quantization': 'i8', 'oversampling': '1.5', 'rescoring': 'true', "
		  "'source_model': 'm'}",
		  NULL, "schema UPDATED TABLE v.t" },
		{ "one", "INSERT INTO v.t (k, e) VALUES (1, [0, 0])", NULL, "void" },
		{ "another", "INSERT INTO v.t (k, e) VALUES (2, [3, 4])", NULL, "void" },
		{ "near", "SELECT k FROM v.t ORDER BY e ANN OF [3, 3] LIMIT 2", NULL,
		  "rows: k=2 | k=1" },
		{ "nearer", "SELECT k FROM v.t ORDER BY e ANN OF [1, 1] LIMIT 1", NULL,
		  "rows: k=1" },
		{ "no filter", "SELECT k FROM v.t WHERE e = [3, 4]", NULL,
		  "0x2200 Vector indexes only support ANN queries" },
	};
	struct fixture *f = *state;

	fixture_run(f, "CREATE TABLE p (k int PRIMARY KEY, e vector<float, 2>)");
	assert_string_equal(fixture_run(f, "CREATE CUSTOM INDEX ON p (e) USING 'vector_index'"),
			    "0x2300 Unable to find custom indexer class 'vector_index'");
	f->db.is_scylla = true;
	fixture_rows(f, rows, CD_COUNT(rows));
	assert_non_null(strstr(fixture_run(f, "DESCRIBE KEYSPACE n"),
			       "durable_writes = true AND tablets = {''enabled'': false};"));
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
		cmocka_unit_test_setup_teardown(of_scylla, begin, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
