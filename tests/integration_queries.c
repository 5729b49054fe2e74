/* SPDX-License-Identifier: MIT */
/* Integration: queries of the mapper against the cluster. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

#include "tests/orm/filter_rows.h"

/* ---- what needs ALLOW FILTERING (QS-14) ------------------------------------------------------ */

static void make_tables(const struct integration *it)
{
	static const char *const indexes[] = {
		"CREATE INDEX ON indexed (c)",
		"CREATE INDEX ON indexed (r)",
		"CREATE INDEX ON indexed (t)",
		"CREATE INDEX ON indexed (tags)",
		"CREATE INDEX ON indexed (KEYS(m))",
		"CREATE CUSTOM INDEX ON attached (c) USING 'StorageAttachedIndex'",
		"CREATE CUSTOM INDEX ON attached (r) USING 'StorageAttachedIndex'",
		"CREATE CUSTOM INDEX ON attached (t) USING 'StorageAttachedIndex'",
		"CREATE CUSTOM INDEX ON attached (tags) USING 'StorageAttachedIndex'",
	};
	static const char *const tables[] = { "plain", "indexed", "attached" };

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char cql[300];

		snprintf(cql, sizeof(cql),
			 "CREATE TABLE %s (p int, q int, a int, b int, c int, r int, s int%s, t "
			 "text, tags set<text>, m map<text, int>, PRIMARY KEY ((p, q), a, b, c)) "
			 "WITH CLUSTERING ORDER BY (a ASC, b DESC, c ASC)",
			 tables[i], i ? "" : " STATIC");
		integration_do(it->session, cql, NULL);
	}
	for (size_t i = 0; i < sizeof(indexes) / sizeof(*indexes); i++)
		integration_do(it->session, indexes[i], NULL);
}

/* The text of a query that the mapper refuses, as the server would get it. */
static void raw_text(const coodie_query *refused, const struct filter_row *row, char *out,
		     size_t size)
{
	coodie_query *q = coodie_query_dup(refused);
	coodie_error err = { 0 };
	char *end;

	coodie_allow_filtering(q);
	assert_true(coodie_query_cql(q, out, size, &err) > 0);
	end = strstr(out, " ALLOW FILTERING");
	snprintf(end, size - (size_t)(end - out), "%s%s", row->order ? " ORDER BY " : "",
		 row->order ? row->order : "");
	coodie_query_free(q);
}

/* What the mapper lets through runs, what it refuses the server refuses as well. */
static bool agrees(const struct integration *it, coodie_query *q, const struct filter_row *row,
		   cql_args args)
{
	coodie_error err = { 0 };
	char cql[600] = "";
	coodie_result *answer;
	coodie_rows *rows;

	if (row->says)
		raw_text(q, row, cql, sizeof(cql));
	if (row->order)
		coodie_order_by(q, row->order);
	rows = coodie_all(q, &err);
	coodie_rows_free(rows);
	if (!rows != !!row->says)
		print_error("\"%s\": %s\n", row->where, err.message);
	if (!row->says || rows)
		return !rows == !!row->says;
	assert_int_equal(err.server_code, -1);
	answer = coodie_session_query(it->session, cql, args, COODIE_REQUEST(.page_rows = -1),
				      &err);
	coodie_result_free(answer);
	if (answer || err.server_code != 0x2200)
		print_error("\"%s\", which the mapper refuses: %s\n", row->where, err.message);
	return !answer && err.server_code == 0x2200;
}

static void test_filters(void **state)
{
	const struct integration *it = *state;
	static coodie_model models[3]; /* must outlive the session */
	size_t wrong = 0;

	make_tables(it);
	models[0] = plain_model;
	models[1] = indexed_model;
	models[2] = attached_model;
	for (size_t i = 0; i < 3; i++)
		models[i].keyspace = it->keyspace;
	for (size_t i = 0; i < FILTER_ROWS; i++) {
		const struct filter_row *row = &filter_rows[i];
		const coodie_model *m = &models[row->model == INDEX ? 1
						: row->model == SAI ? 2
								    : 0];
		struct filter_binds binds;
		cql_args args = filter_args(&binds, row->binds);
		coodie_query *q = coodie_find(it->session, m, row->where, args);

		wrong += !agrees(it, q, row, args);
		coodie_query_free(q);
	}
	assert_int_equal(wrong, 0);
}

/* ---- lists, groups, pages, neighbours -------------------------------------------------------- */

typedef struct sample {
	coodie_row row;
	int32_t k, c;
	const char *t;
	double v;
	const char *shared; /* static */
	float near[3];
} sample;

static const coodie_column sample_columns[] = {
	COODIE_COLUMN(sample, k, "int", .partition_key = 1),
	COODIE_COLUMN(sample, c, "int", .clustering_key = 1),
	COODIE_COLUMN(sample, t, "text"),
	COODIE_COLUMN(sample, v, "double"),
	COODIE_COLUMN(sample, shared, "text", .is_static = true),
	COODIE_COLUMN(sample, near, "vector<float, 3>",
		      .index = COODIE_INDEX(.similarity = COODIE_SIMILARITY_COSINE)),
};
static const coodie_model sample_model = COODIE_MODEL(sample, sample_columns, "samples");

enum { SAMPLES = 20, PARTITIONS = 4 };

static void make_samples(const struct integration *it)
{
	coodie_error err = { 0 };

	integration_ok(coodie_sync_table(it->session, &sample_model, NULL, &err), &err, "sync");
	for (int i = 0; i < SAMPLES; i++) {
		sample s = { .k = i % PARTITIONS,
			     .c = i,
			     .t = "t",
			     .v = i / 2.0,
			     .shared = "s",
			     .near = { 1, (float)i, 2 } };

		integration_ok(coodie_save(it->session, &sample_model, &s, NULL, &err), &err,
			       "save");
	}
}

/* QS-20 to QS-24, QS-28: the server understands every list. */
static void test_lists(void **state)
{
	const struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &sample_model, "k = ?", CQL_ARGS(cql(1)));
	coodie_error err = { 0 };
	coodie_result *r;
	int64_t n = 0;
	double d = 0;

	make_samples(it);
	integration_ok(coodie_select_int64(q, "max(c)", &n, NULL, &err), &err, "max");
	assert_true(n == 17);
	integration_ok(coodie_select_double(q, "sum(v)", &d, NULL, &err), &err, "sum");
	assert_true(d > 22.4 && d < 22.6);
	integration_ok(coodie_select_int64(q, "max(writetime(v))", &n, NULL, &err), &err, "when");
	assert_true(n > 0);
	r = coodie_select(q, "k, cast(v as text) as Shown, token(k), ttl(t), count(c) as n", &err);
	integration_ok(r, &err, "list");
	assert_string_equal(coodie_result_column_name(r, 1), "Shown");
	coodie_result_free(r);
	r = coodie_json(q, &err);
	integration_ok(r, &err, "json");
	assert_int_equal(coodie_result_row_count(r), SAMPLES / PARTITIONS);
	coodie_result_free(r);
	coodie_query_free(q);
	q = coodie_find(it->session, &sample_model, NULL, CQL_ARGS());
	coodie_group_by(q, "k");
	r = coodie_select(q, "k, count(*)", &err);
	integration_ok(r, &err, "groups");
	assert_int_equal(coodie_result_row_count(r), PARTITIONS);
	coodie_result_free(r);
	coodie_query_free(q);
	q = coodie_find(it->session, &sample_model, NULL, CQL_ARGS());
	coodie_distinct(q);
	coodie_rows *rows = coodie_all(q, &err);
	integration_ok(rows, &err, "distinct");
	assert_int_equal(coodie_rows_count(rows), PARTITIONS);
	assert_string_equal(((sample *)coodie_next(rows, &err))->shared, "s");
	coodie_rows_free(rows);
	coodie_query_free(q);
}

/* QS-20, LC-26: what was read of a partition is saved as a partition; no row is made or changed. */
static void test_partitions(void **state)
{
	const struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &sample_model, NULL, CQL_ARGS());
	const char *texts[] = { "changed", "s" };
	coodie_error err = { 0 };
	sample *part;

	coodie_distinct(q);
	part = coodie_first(q, &err);
	integration_ok(part, &err, "a partition");
	for (size_t i = 0; i < 2; i++) {
		part->shared = texts[i];
		integration_ok(coodie_save(it->session, &sample_model, part, NULL, &err), &err,
			       "save");
		assert_int_equal(
			integration_number(it->session,
					   "SELECT COUNT(*) FROM samples WHERE shared = ? ALLOW "
					   "FILTERING",
					   CQL_ARGS(cql(texts[i]))),
			i ? SAMPLES : SAMPLES / PARTITIONS);
	}
	assert_false(coodie_delete(it->session, &sample_model, part, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_object_free(part);
	coodie_query_free(q);
}

/* QS-09, QS-30 to QS-32, QS-50, OP-11, Q11: streams, tokens and ranges agree with the server. */
static void test_pages(void **state)
{
	const struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &sample_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	char token[600];
	int seen = 0;

	coodie_page_rows(q, 3);
	for (const char *at = NULL; seen < SAMPLES;) { /* a stream for each row */
		coodie_stream *s;

		coodie_after(q, at);
		s = coodie_stream_new(q, NULL, &err);
		integration_ok(coodie_stream_next(s, &err), &err, "a row");
		seen++;
		at = coodie_stream_token(s, &err);
		if (at)
			at = strcpy(token, at);
		coodie_stream_free(s);
		assert_int_equal(at == NULL, seen == SAMPLES);
		if (!at)
			break;
	}
	assert_int_equal(seen, SAMPLES);
	coodie_query_free(q);
	seen = 0;
	for (int part = 0; part < 4; part++) {
		const int64_t quarters[] = { INT64_MIN, INT64_MIN / 2, 0, INT64_MAX / 2, INT64_MAX };
		int64_t from = quarters[part];
		coodie_rows *rows;

		q = coodie_find(it->session, &sample_model, NULL, CQL_ARGS());
		coodie_token_range(q, from, quarters[part + 1]);
		rows = coodie_all(q, &err);
		integration_ok(rows, &err, "a range");
		for (sample *s; (s = coodie_next(rows, &err)); seen++) {
			int64_t at = 0;

			assert_true(coodie_token(it->session, &sample_model, CQL_ARGS(cql(s->k)),
						 &at, &err));
			assert_true(at > from);
		}
		coodie_rows_free(rows);
		coodie_query_free(q);
	}
	assert_int_equal(seen, SAMPLES);
}

/* VX-05, VX-11: the nearest first, in one page. */
static void test_neighbours(void **state)
{
	const struct integration *it = *state;
	const float to[] = { 1, 7, 2 };
	coodie_query *q = coodie_find(it->session, &sample_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *rows;

	coodie_nearest(q, "near", cql_floats_of(to, 3));
	coodie_limit(q, 5);
	coodie_page_rows(q, 5);
	rows = coodie_page(q, &err);
	integration_ok(rows, &err, "neighbours");
	assert_int_equal(coodie_rows_count(rows), 5);
	assert_int_equal(((sample *)coodie_next(rows, &err))->c, 7);
	coodie_rows_free(rows);
	coodie_query_free(q);
}

/* QS-12: rows of several partitions in one order. */
static void test_order_of_in(void **state)
{
	const struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &sample_model, "k IN ?",
				      CQL_ARGS(cql(CQL_LIST(cql(1), cql(2)))));
	coodie_error err = { 0 };
	coodie_rows *rows;
	int last = SAMPLES;

	coodie_order_by(q, "c DESC");
	rows = coodie_all(q, &err);
	integration_ok(rows, &err, "order");
	assert_int_equal(coodie_rows_count(rows), 2 * SAMPLES / PARTITIONS);
	for (sample *s; (s = coodie_next(rows, &err)); last = s->c)
		assert_true(s->c < last);
	coodie_rows_free(rows);
	coodie_query_free(q);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_filters),     cmocka_unit_test(test_lists),
	cmocka_unit_test(test_pages),       cmocka_unit_test(test_neighbours),
	cmocka_unit_test(test_order_of_in), cmocka_unit_test(test_partitions),
};

const struct integration_group integration_queries = INTEGRATION_GROUP("query", tests,
								       INTEGRATION_ALWAYS);
