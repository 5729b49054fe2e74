/* SPDX-License-Identifier: MIT */
/* Scans: the ranges they ask for, the rows they give, how they stop, go on and slow down (Q13,
 * MG-15..21). */
#include <coodie/scan.h>

#include "orm/many/ring.h"
#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

#define SELECT_RANGE \
	"SELECT \"id\", \"text\", \"stars\", \"tags\" FROM shop.notes WHERE token(\"id\") >= ? AND " \
	"token(\"id\") <= ?"

/* ---- the ring -------------------------------------------------------------------------------- */

/* MG-16: from the first token to the greatest, without a gap, each about as wide as the others. */
static void ring(void **state)
{
	static const struct {
		int64_t first;
		uint32_t asked, want;
	} rows[] = {
		{ INT64_MIN, 1, 1 },
		{ INT64_MIN, 2, 2 },
		{ INT64_MIN, 3, 3 },
		{ INT64_MIN, 256, 256 },
		{ INT64_MIN, 1 << 20, 1 << 20 },
		{ INT64_MIN + 1, 7, 7 },
		{ -5, 1000, 1000 },
		{ INT64_MAX - 9, 1000, 9 },
		{ INT64_MAX - 1, 5, 1 },
		{ INT64_MAX, 5, 1 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_ring r = cd_ring_cut(rows[i].first, rows[i].asked);
		int64_t next = rows[i].first;
		uint64_t least = UINT64_MAX, most = 0;

		assert_int_equal(r.ranges, rows[i].want);
		for (uint32_t k = 0; k < r.ranges; k++) {
			struct cd_range range = cd_ring_at(&r, k);
			uint64_t width = (uint64_t)range.last - (uint64_t)range.first;

			assert_int_equal(range.first, next);
			assert_true(range.first <= range.last);
			if (k + 1 == r.ranges)
				assert_int_equal(range.last, INT64_MAX);
			next = range.last < INT64_MAX ? range.last + 1 : INT64_MAX;
			least = width < least ? width : least;
			most = width > most ? width : most;
		}
		assert_true(most - least <= 2);
	}
}

/* MG-19: places are text that is safe in a URL, and those of others are refused. */
static void places(void **state)
{
	static const int64_t tokens[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
	static const char *const wrong[] = {
		"",
		"1",
		"2000000070000000000000000",
		"1000000080000000000000000",
		"100000007000000000000000",
		"10000000700000000000000000",
		"10000000g0000000000000000",
		"10000007 0000000000000000",
		"100000007-000000000000001",
		"100000007000000000000000X",
		"10000000700000000000000aA",
	};
	char text[CD_PLACE_TEXT];
	int64_t token;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(tokens); i++) {
		cd_ring_write_place(text, 7, tokens[i]);
		assert_int_equal(strlen(text), CD_PLACE_TEXT - 1);
		assert_int_equal(strspn(text, "0123456789abcdef"), CD_PLACE_TEXT - 1);
		assert_true(cd_ring_read_place(text, 7, &token));
		assert_int_equal(token, tokens[i]);
		assert_false(cd_ring_read_place(text, 8, &token));
	}
	for (size_t i = 0; i < CD_COUNT(wrong); i++)
		CD_CHECK(!cd_ring_read_place(wrong[i], 7, &token), wrong[i]);
}

/* ---- a table of answers ---------------------------------------------------------------------- */

/* Rows of notes, a page. */
static coodie_result *notes(int first, size_t count)
{
	static const coodie_column_spec columns[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};
	cql_value values[4 * 8];

	assert_true(count <= 8);
	for (size_t i = 0; i < count; i++) {
		values[4 * i] = cql(first + (int)i);
		values[4 * i + 1] = cql("hello");
		values[4 * i + 2] = cql(3);
		values[4 * i + 3] = cql_null();
	}
	return coodie_result_new_rows(columns, 4, values, count, NULL);
}

struct heard {
	int ids[64];
	size_t count, enough, reports;
	coodie_scan_progress last;
	char token[64];
	coodie_session *end; /* freed with the first row */
	coodie_error told;
	size_t tellings;
};

static bool hear(void *object, void *user)
{
	struct heard *h = user;

	h->ids[h->count++] = ((note *)object)->id;
	if (h->end) {
		coodie_session_free(h->end);
		h->end = NULL;
		mock.freed = true;
	}
	return h->count != h->enough;
}

static void report(const coodie_scan_progress *p, void *user)
{
	struct heard *h = user;

	h->reports++;
	assert_int_equal(p->size, sizeof(*p));
	assert_true(p->rows <= h->count && p->ranges_done >= h->reports);
	h->last = *p;
	h->token[0] = '\0';
	if (p->token)
		snprintf(h->token, sizeof(h->token), "%s", p->token);
	h->last.token = NULL;
}

static void on_done(const coodie_error *err, void *user)
{
	struct heard *h = user;

	h->told = *err;
	h->tellings++;
}

static coodie_query *all_notes(void)
{
	return coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
}

/* ---- scans ----------------------------------------------------------------------------------- */

/* MG-15, MG-16, MG-21: each range is asked for once, and every row is given. */
static void whole(void **state)
{
	coodie_query *q = all_notes();
	struct heard h = { 0 };
	coodie_error err = { 0 };
	int64_t next = INT64_MIN;

	(void)state;
	coodie_page_rows(q, 100);
	for (int i = 0; i < 5; i++)
		mock_answer(&mock, notes(10 * i, (size_t)i));
	ok(coodie_scan(q, COODIE_SCAN(.ranges = 5, .in_flight = 2, .progress = report), hear, &h,
		       &err),
	   &err);
	assert_int_equal(mock.sent, 5);
	assert_int_equal(h.count, 10);
	assert_int_equal(h.reports, 5);
	assert_int_equal(h.last.ranges_done, 5);
	assert_int_equal(h.last.ranges, 5);
	assert_int_equal(h.last.rows, 10);
	for (size_t i = 0; i < mock.call_count; i++) {
		const struct mock_call *call = &mock.calls[i];

		if (call->empty)
			continue;
		assert_string_equal(call->cql, SELECT_RANGE);
		assert_int_equal(call->args.values[0].as.integer, next);
		assert_int_equal(call->request.page_rows, 100);
		assert_true(call->request.idempotent);
		next = call->args.values[1].as.integer;
		next += next < INT64_MAX;
	}
	assert_int_equal(next, INT64_MAX);
	coodie_query_free(q);
}

/* Conditions of the query are kept, its own binds before those of the range. */
static void conditions(void **state)
{
	coodie_query *q = coodie_find(mock.session, &event_model, "value > ?", CQL_ARGS(cql(1.5)));
	struct heard h = { 0 };
	coodie_error err = { 0 };
	coodie_result *none = coodie_result_new_rows((coodie_column_spec[]){ { "Tenant", "text" },
									     { "day", "int" },
									     { "at", "timestamp" },
									     { "seq", "int" } },
						     4, NULL, 0, NULL);

	(void)state;
	coodie_allow_filtering(q);
	coodie_only(q, "seq");
	mock_answer(&mock, none);
	ok(coodie_scan(q, COODIE_SCAN(.ranges = 1), hear, &h, &err), &err);
	mock_expect(&mock,
		    "SELECT \"Tenant\", \"day\", \"at\", \"seq\" FROM shop.\"Events\" WHERE "
		    "\"value\" > ? AND token(\"Tenant\", \"day\") >= ? AND token(\"Tenant\", "
		    "\"day\") <= ? ALLOW FILTERING",
		    "1.5|-9223372036854775808|9223372036854775807");
	assert_int_equal(h.count, 0);
	coodie_query_free(q);
}

/* MG-19: from a token on nothing is given twice, and nothing is left out. */
static void go_on(void **state)
{
	coodie_query *q = all_notes();
	struct heard h = { 0 }, again = { 0 };
	coodie_error err = { 0 };
	int64_t last;
	size_t before;

	(void)state;
	mock_answer(&mock, notes(1, 2));
	mock_answer(&mock, notes(3, 2));
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	refused(coodie_scan(q, COODIE_SCAN(.ranges = 4, .in_flight = 1, .progress = report), hear,
			    &h, &err),
		&err, COODIE_ERR_TIMEOUT, "coodie_scan(note): range 3 of 4: late");
	assert_int_equal(h.reports, 2);
	assert_int_equal(mock.sent, 3);
	last = mock_last(&mock)->args.values[0].as.integer;
	before = mock.call_count;
	mock_answer(&mock, notes(5, 1));
	mock_answer(&mock, notes(6, 1));
	ok(coodie_scan(
		   q,
		   COODIE_SCAN(.ranges = 2, .in_flight = 1, .after = h.token, .progress = report),
		   hear, &again, &err),
	   &err);
	assert_int_equal(again.ids[0], 5);
	assert_int_equal(again.count, 2);
	assert_int_equal(mock.calls[before].args.values[0].as.integer, last);
	/* what is done whole has a token behind which there is nothing */
	ok(coodie_scan(q, COODIE_SCAN(.after = again.token), hear, &again, &err), &err);
	assert_int_equal(mock.sent, 5);
	assert_int_equal(again.count, 2);
	coodie_only(q, "text");
	refused(coodie_scan(q, COODIE_SCAN(.after = again.token), hear, &again, &err), &err,
		COODIE_ERR_QUERY, "is no token of a scan of this query");
	coodie_query_free(q);
}

/* Ranges that end out of turn: the token is that of what is done without a gap. */
static void out_of_turn(void **state)
{
	coodie_query *q = all_notes();
	struct heard h = { 0 };
	coodie_error err = { 0 };

	(void)state;
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	mock_answer(&mock, notes(1, 1));
	mock_answer(&mock, notes(2, 1));
	refused(coodie_scan(q, COODIE_SCAN(.ranges = 3, .in_flight = 3, .progress = report), hear,
			    &h, &err),
		&err, COODIE_ERR_TIMEOUT, "range 1 of 3");
	assert_string_equal(h.token, "");
	coodie_query_free(q);
}

/* Stopping is no error, and asks for nothing more. */
static void stops(void **state)
{
	coodie_query *q = all_notes();
	struct heard h = { .enough = 3 };
	coodie_error err = { 0 };

	(void)state;
	for (int i = 0; i < 8; i++)
		mock_answer(&mock, notes(10 * i, 2));
	ok(coodie_scan(q, COODIE_SCAN(.ranges = 8, .in_flight = 2), hear, &h, &err), &err);
	assert_int_equal(h.count, 3);
	assert_in_range(mock.sent, 2, 4);
	coodie_query_free(q);
}

/* MG-20: rows take their time: so many of each range that runs. */
static void slow(void **state)
{
	coodie_query *q = all_notes();
	struct heard h = { 0 };
	coodie_error err = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		mock_answer(&mock, notes(10 * i, 5));
	ok(coodie_scan(q, COODIE_SCAN(.ranges = 4, .in_flight = 2, .rows_per_second = 100), hear,
		       &h, &err),
	   &err);
	assert_int_equal(h.count, 20);
	assert_int_equal(mock.waited_ms, 400); /* two at once: 200 ms, as 20 rows take at 100 */
	coodie_query_free(q);
}

/* The twin: the query is freed at once; the rows come on later turns. */
static void asynchronous(void **state)
{
	coodie_query *q = all_notes();
	struct heard h = { 0 };
	coodie_error err = { 0 };

	(void)state;
	mock_answer(&mock, notes(1, 2));
	ok(coodie_scan_async(q, COODIE_SCAN(.ranges = 1), hear, on_done, &h, &err), &err);
	coodie_query_free(q);
	assert_int_equal(h.count, 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(h.count, 2);
	assert_int_equal(h.tellings, 1);
	assert_int_equal(h.told.code, COODIE_OK);
}

/* Who frees the session in the midst of the rows is told so, once. */
static void ended_session(void **state)
{
	coodie_query *q = all_notes();
	struct heard h = { .end = mock.session };
	coodie_error err = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		mock_answer(&mock, notes(10 * i, 2));
	ok(coodie_scan_async(q, COODIE_SCAN(.ranges = 6, .in_flight = 3, .rows_per_second = 10),
			     hear, on_done, &h, &err),
	   &err);
	coodie_query_free(q);
	coodie_session_run(mock.session, NULL, &err);
	assert_int_equal(h.tellings, 1);
	assert_int_equal(h.told.code, COODIE_ERR_CLOSED);
}

static void refusals(void **state)
{
	struct heard h = { 0 };
	coodie_error err = { 0 };
	coodie_query *q = all_notes();

	(void)state;
	refused(coodie_scan(NULL, NULL, hear, &h, &err), &err, COODIE_ERR_NO_MEMORY, "query");
	refused(coodie_scan(q, NULL, NULL, &h, &err), &err, COODIE_ERR_INVALID, "callback of rows");
	refused(coodie_scan_async(q, NULL, hear, NULL, &h, &err), &err, COODIE_ERR_INVALID,
		"the callback is NULL");
	refused(coodie_scan(q, COODIE_SCAN(.ranges = 2000000), hear, &h, &err), &err,
		COODIE_ERR_INVALID, "2000000 ranges; at most 1048576");
	refused(coodie_scan(q, COODIE_SCAN(.after = "x"), hear, &h, &err), &err, COODIE_ERR_QUERY,
		"\"x\" is no token");
	coodie_limit(q, 5);
	refused(coodie_scan(q, NULL, hear, &h, &err), &err, COODIE_ERR_QUERY, "a limit");
	coodie_query_free(q);
	q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(1)));
	refused(coodie_scan(q, NULL, hear, &h, &err), &err, COODIE_ERR_QUERY, "token");
	coodie_query_free(q);
	q = coodie_find(mock.session, &note_model, "token(id) > ?", CQL_ARGS(cql(1)));
	refused(coodie_scan(q, NULL, hear, &h, &err), &err, COODIE_ERR_QUERY, "token");
	coodie_query_free(q);
	q = coodie_find(mock.session, &note_model, "nothing = ?", CQL_ARGS(cql(1)));
	refused(coodie_scan(q, NULL, hear, &h, &err), &err, COODIE_ERR_QUERY, "nothing");
	coodie_query_free(q);
	assert_int_equal(mock.sent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring),
		cmocka_unit_test(places),
		cmocka_unit_test_setup_teardown(whole, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(conditions, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(go_on, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(out_of_turn, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(stops, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(slow, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(asynchronous, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(ended_session, open_mock, close_mock),
		cmocka_unit_test_setup_teardown(refusals, open_mock, close_mock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
