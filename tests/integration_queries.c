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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_filters),
};

const struct integration_group integration_queries = INTEGRATION_GROUP("query", tests,
								       INTEGRATION_ALWAYS);
