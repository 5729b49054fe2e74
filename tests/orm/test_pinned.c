/* SPDX-License-Identifier: MIT */
/* What nobody's own test says: behaviours that users of the mapper rely on from call to call. */
#include <coodie/query.h>
#include <coodie/uuid.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

/* Answers rows of one model's columns, all of them. */
static void answer(const coodie_column_spec *columns, size_t column_count, const cql_value *values,
		   size_t rows)
{
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, column_count, values, rows, &err);

	ok(r, &err);
	mock_answer(&mock, r);
}

static void answer_notes(const cql_value *values, size_t rows)
{
	static const coodie_column_spec columns[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};

	answer(columns, CD_COUNT(columns), values, rows);
}

/* Runs a query for all rows; nothing comes. */
static void run(const coodie_model *m, const char *where, cql_args args)
{
	coodie_error err = { 0 };
	coodie_query *q = coodie_find(mock.session, m, where, args);

	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_TIMEOUT);
	coodie_query_free(q);
}

/* ---- times ----------------------------------------------------------------------------------- */

typedef struct visit {
	coodie_row row;
	int32_t page;
	cql_uuid at;
} visit;

static const coodie_column visit_columns[] = {
	COODIE_COLUMN(visit, page, "int", .partition_key = 1),
	COODIE_COLUMN(visit, at, "timeuuid", .clustering_key = 1),
};
static const coodie_model visit_model = COODIE_MODEL(visit, visit_columns, "visits",
						     .keyspace = "shop");

/* TY-43: a range of times over timeuuids, and TY-12: another version is no timeuuid. */
static void timeuuid_ranges(void **state)
{
	const cql_timestamp from = { 1700000000000 }, to = { 1700000000999 };
	coodie_error err = { 0 };
	visit v = { .page = 1, .at = { { 1, 2, 3, 4, 5, 6, 0x47, 8, 0x89 } } };

	(void)state;
	run(&visit_model, "page = ? AND at >= ? AND at <= ?",
	    CQL_ARGS(cql(1), cql(cql_timeuuid_min(from)), cql(cql_timeuuid_max(to))));
	mock_expect(&mock,
		    "SELECT \"page\", \"at\" FROM shop.visits WHERE \"page\" = ? AND \"at\" >= ? "
		    "AND \"at\" <= ?",
		    "1|04afc000-833b-11ee-8080-808080808080|0548567f-833b-11ee-7f7f-7f7f7f7f7f7f");
	assert_false(coodie_save(mock.session, &visit_model, &v, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_int_equal(mock.sent, 1);
}

typedef struct alarm {
	coodie_row row;
	int32_t id;
	cql_time at;
} alarm;

static const coodie_column alarm_columns[] = {
	COODIE_COLUMN(alarm, id, "int", .partition_key = 1),
	COODIE_COLUMN(alarm, at, "time"),
};
static const coodie_model alarm_model = COODIE_MODEL(alarm, alarm_columns, "alarms",
						     .keyspace = "shop");

/* TY-15: the last nanosecond of a day is a time, the next one is none. */
static void within_a_day(void **state)
{
	static const struct {
		int64_t nanoseconds;
		bool fits;
	} rows[] = {
		{ 0, true }, { 86399999999999, true }, { 86400000000000, false }, { -1, false }
	};
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		alarm a = { .id = 1, .at = { rows[i].nanoseconds } };

		assert_true(coodie_save(mock.session, &alarm_model, &a, NULL, &err) ==
			    rows[i].fits);
		assert_int_equal(err.code, rows[i].fits ? COODIE_OK : COODIE_ERR_RANGE);
	}
	assert_int_equal(mock.sent, 2);
}

/* ---- texts that are kept --------------------------------------------------------------------- */

/* QS-45, OP-15: one text for every use of a condition, however long its list is; more conditions
 * than are kept are as right as kept ones. */
static void one_text(void **state)
{
	char where[64] = "id IN ?", first[200], spaces[48] = "";

	(void)state;
	run(&note_model, where, CQL_ARGS(cql(CQL_LIST(cql(1)))));
	snprintf(first, sizeof(first), "%s", mock_last(&mock)->cql);
	run(&note_model, where, CQL_ARGS(cql(CQL_LIST(cql(1), cql(2), cql(3)))));
	assert_string_equal(mock_last(&mock)->cql, first);
	assert_string_equal(first, "SELECT \"id\", \"text\", \"stars\", \"tags\" FROM shop.notes "
				   "WHERE \"id\" IN ?");
	for (size_t i = 0; i < sizeof(spaces) - 1; i++) {
		spaces[i] = ' ';
		snprintf(where, sizeof(where), "id%sIN ?", spaces);
		run(&note_model, where, CQL_ARGS(cql(CQL_LIST())));
		assert_string_equal(mock_last(&mock)->cql, first);
	}
}

/* LC-33: nothing that varies is written into a text. */
static void nothing_inlined(void **state)
{
	coodie_error err = { 0 };
	note n = { .id = 1, .text = "a" };
	char first[200];

	(void)state;
	ok(coodie_save(mock.session, &note_model, &n, COODIE_WRITE(.ttl = 60, .timestamp_us = 1),
		       &err),
	   &err);
	snprintf(first, sizeof(first), "%s", mock_last(&mock)->cql);
	ok(coodie_save(mock.session, &note_model, &n, COODIE_WRITE(.ttl = 61, .timestamp_us = 2),
		       &err),
	   &err);
	assert_string_equal(mock_last(&mock)->cql, first);
	for (const char *digit = "0123456789"; *digit; digit++)
		assert_null(strchr(first, *digit));
	for (size_t i = 0; i < mock.call_count; i++)
		assert_true(mock.calls[i].prepare);
}

/* ---- objects --------------------------------------------------------------------------------- */

/* MD-17: two models share a part of their columns in either order of first use; each has its own
 * list. */
typedef struct memo {
	coodie_row row;
	int32_t id;
	const char *text;
	const char *more;
} memo;

static const coodie_column memo_columns[] = {
	COODIE_COLUMN(memo, id, "int", .partition_key = 1),
	COODIE_COLUMN(memo, text, "text"),
	COODIE_COLUMN(memo, more, "text"),
};

static void own_columns(void **state)
{
	static const coodie_model shorter = { .size = sizeof(coodie_model),
					      .column_stride = sizeof(coodie_column),
					      .columns = memo_columns,
					      .column_count = 2,
					      .object_size = sizeof(memo),
					      .object_name = "memo",
					      .table = "memos",
					      .keyspace = "shop" };
	static const coodie_model longer = COODIE_MODEL(memo, memo_columns, "memos",
							.keyspace = "shop");
	memo m = { .id = 1, .text = "a", .more = "b" };
	coodie_error err = { 0 };

	(void)state; /* MD-17 */
	ok(coodie_save(mock.session, &shorter, &m, NULL, &err), &err);
	mock_expect(&mock, "INSERT INTO shop.memos (\"id\", \"text\") VALUES (?, ?)", "1|'a'");
	ok(coodie_save(mock.session, &longer, &m, NULL, &err), &err);
	mock_expect(&mock, "INSERT INTO shop.memos (\"id\", \"text\", \"more\") VALUES (?, ?, ?)",
		    "1|'a'|'b'");
	ok(coodie_save(mock.session, &shorter, &m, NULL, &err), &err);
	mock_expect(&mock, "INSERT INTO shop.memos (\"id\", \"text\") VALUES (?, ?)", "1|'a'");
}

/* LC-25, LC-20 to LC-23: options hold for the call they are given to. */
static void options_do_not_stick(void **state)
{
	cql_value row[] = { cql(1), cql("a"), cql(3), cql_null() };
	coodie_error err = { 0 };
	note *n;

	(void)state;
	answer_notes(row, 1);
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)),
		       COODIE_READ(.consistency = CQL_CONSISTENCY_ALL, .timeout_ms = 9), &err);
	ok(n, &err);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 9);
	n->text = "b";
	ok(coodie_save(mock.session, &note_model, n,
		       COODIE_WRITE(.ttl = 5, .timestamp_us = 7, .timeout_ms = 8,
				    .consistency = CQL_CONSISTENCY_QUORUM),
		       &err),
	   &err);
	n->text = "c";
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	assert_null(strstr(mock_last(&mock)->cql, "TTL"));
	assert_int_equal(mock_last(&mock)->request.timestamp_us, 0);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 0);
	assert_int_equal(mock_last(&mock)->request.consistency, 0);
	coodie_object_free(n);
}

/* LC-04, LC-11: a value that went and came back is no change; the same value set again neither. */
static void back_to_the_old_value(void **state)
{
	cql_value row[] = { cql(1), cql("a"), cql(3), cql(CQL_SET(cql("x"), cql("y"))) };
	char text[] = "a";
	coodie_error err = { 0 };
	note *n;

	(void)state;
	answer_notes(row, 1);
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(n, &err);
	n->text = "b";
	n->text = text; /* the same bytes elsewhere */
	*n->stars = 4;
	*n->stars = 3;
	n->tags = CQL_SET(cql("y"), cql("x"));
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	assert_int_equal(mock.sent, 1);
	coodie_object_free(n);
}

/* QS-50, QS-11: no hidden limit is in any text. */
static void no_hidden_limit(void **state)
{
	(void)state;
	run(&note_model, NULL, CQL_ARGS());
	assert_null(strstr(mock_last(&mock)->cql, "LIMIT"));
	assert_int_equal(mock_last(&mock)->request.page_rows, 0);
}

/* EX-02, EX-03: the message says whose row it was. */
static void none_and_several(void **state)
{
	cql_value rows[] = { cql(1), cql("a"), cql(3), cql_null(),
			     cql(2), cql("b"), cql(4), cql_null() };
	coodie_error err = { 0 };
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());

	(void)state;
	answer_notes(rows, 0);
	assert_null(coodie_get(mock.session, &note_model, CQL_ARGS(cql(7)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "note"));
	answer_notes(rows, 0);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "note"));
	answer_notes(rows, 2);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_MULTIPLE_FOUND);
	assert_non_null(strstr(err.message, "note"));
	answer_notes(rows, 0);
	assert_null(coodie_first(q, &err));
	assert_int_equal(err.code, COODIE_OK);
	coodie_query_free(q);
}

/* MD-21, CN-24: what a model says holds for each of its statements, until a call says more. */
static void consistency_of_a_model(void **state)
{
	static const coodie_model careful = COODIE_MODEL(note, note_columns, "notes",
							 .keyspace = "shop",
							 .consistency = CQL_CONSISTENCY_QUORUM);
	coodie_error err = { 0 };
	note n = { .id = 1, .text = "a" };

	(void)state;
	ok(coodie_save(mock.session, &careful, &n, NULL, &err), &err);
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_QUORUM);
	run(&careful, "id = ?", CQL_ARGS(cql(1)));
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_QUORUM);
	ok(coodie_delete(mock.session, &careful, &n, NULL, &err), &err);
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_QUORUM);
	ok(coodie_save(mock.session, &careful, &n, COODIE_WRITE(.consistency = CQL_CONSISTENCY_ONE),
		       &err),
	   &err);
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_ONE);
}

/* VX-01: as many floats as the column has, neither fewer nor more, and none is none. */
static void vector_length(void **state)
{
	static const float floats[] = { 1, 2, 3, 4 };
	coodie_error err = { 0 };

	(void)state;
	for (size_t count = 0; count <= 4; count++) {
		cql_value v = cql_from_floats(cql_floats_of(floats, count));
		coodie_query *q = coodie_find(mock.session, &user_model, "id = ? AND taste = ?",
					      CQL_ARGS(cql(((cql_uuid){ { 1 } })), v));

		coodie_allow_filtering(q);
		mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
		assert_null(coodie_all(q, &err));
		assert_int_equal(err.code, count == 3 ? COODIE_ERR_TIMEOUT : COODIE_ERR_RANGE);
		coodie_query_free(q);
	}
	assert_int_equal(mock.sent, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(timeuuid_ranges),        TEST(one_text),
		TEST(nothing_inlined),        TEST(own_columns),
		TEST(options_do_not_stick),   TEST(back_to_the_old_value),
		TEST(no_hidden_limit),        TEST(none_and_several),
		TEST(consistency_of_a_model), TEST(vector_length),
		TEST(within_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
