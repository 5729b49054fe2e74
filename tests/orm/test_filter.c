/* SPDX-License-Identifier: MIT */
/* Which conditions need ALLOW FILTERING, by Cassandra's rules: told before anything is sent, and
 * never of a query that Cassandra would run (QS-14). The tables here are those of
 * tests/integration_queries.c, where the server itself is asked. */
#include <coodie.h>

#include "tests/mock.h"
#include "tests/orm/filter_rows.h"
#include "tests/test.h"

/* QS-14 */
static void each_row(void **state)
{
	struct mock m;

	(void)state;
	mock_open(&m);
	for (size_t i = 0; i < FILTER_ROWS; i++) {
		const struct filter_row *row = &filter_rows[i];
		struct filter_binds binds;
		coodie_query *q = coodie_find(m.session, row->model, row->where,
					      filter_args(&binds, row->binds));
		coodie_error err = { 0 };
		bool runs;

		if (row->order)
			coodie_order_by(q, row->order);
		runs = coodie_query_cql(q, NULL, 0, &err) > 0;
		if (runs != !row->says)
			fail_msg("\"%s\": %s", row->where, err.message);
		if (row->says && (err.code != COODIE_ERR_QUERY || !strstr(err.message, row->says)))
			fail_msg("\"%s\": \"%s\" is not in \"%s\"", row->where, row->says,
				 err.message);
		coodie_query_free(q);
	}
	assert_int_equal(m.call_count, 0);
	mock_close(&m);
}

/* QS-13: with it, everything goes but an order that no server reads in. */
static void filtering(void **state)
{
	struct mock m;

	(void)state;
	mock_open(&m);
	for (size_t i = 0; i < FILTER_ROWS; i++) {
		const struct filter_row *row = &filter_rows[i];
		struct filter_binds binds;
		coodie_query *q = coodie_find(m.session, row->model, row->where,
					      filter_args(&binds, row->binds));
		coodie_error err = { 0 };

		coodie_allow_filtering(q);
		if (!coodie_query_cql(q, NULL, 0, &err))
			fail_msg("\"%s\": %s", row->where, err.message);
		coodie_query_free(q);
	}
	mock_close(&m);
}

/* QS-12: columns of one value may be left out of an order; partitions of an IN come in one page. */
static void orders(void **state)
{
	coodie_error err = { 0 };
	coodie_query *q;
	struct mock m;
	uint64_t count;

	(void)state;
	mock_open(&m);
	q = coodie_find(m.session, &plain_model, "p IN ? AND q = ?",
			CQL_ARGS(cql(CQL_LIST(cql(1), cql(2))), cql(1)));
	coodie_order_by(q, "a DESC");
	mock_answer_error(&m, COODIE_ERR_TIMEOUT, "late");
	coodie_all(q, &err);
	assert_int_equal(mock_last(&m)->request.page_rows, -1);
	coodie_page_rows(q, 10);
	assert_null(coodie_all(q, &err));
	assert_non_null(strstr(err.message, "coodie_page_rows: rows of several partitions"));
	mock_answer_error(&m, COODIE_ERR_TIMEOUT, "late");
	coodie_count(q, &count, &err); /* has no order */
	assert_int_equal(err.code, COODIE_ERR_TIMEOUT);
	assert_int_equal(mock_last(&m)->request.page_rows, 10);
	coodie_query_free(q);
	mock_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),
		cmocka_unit_test(filtering),
		cmocka_unit_test(orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
