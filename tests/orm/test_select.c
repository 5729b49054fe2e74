/* SPDX-License-Identifier: MIT */
/* Queries that read other things than objects: lists, aggregates, groups, JSON, tokens, neighbours. */
#include <coodie.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

static coodie_query *event_of_day(void)
{
	return coodie_find(mock.session, &event_model, "tenant = ? AND day = ?",
			   CQL_ARGS(cql("t"), cql(3)));
}

#define OF_DAY " FROM shop.\"Events\" WHERE \"Tenant\" = ? AND \"day\" = ?"

/* QS-18, QS-22 to QS-25, QS-28: what a list may say, and what is sent. */
static void lists(void **state)
{
	static const struct {
		const char *list, *cql;
	} rows[] = {
		{ "at, value", "\"at\", \"value\"" },
		{ "count(*)", "count(*)" },
		{ "COUNT( value ) as n", "COUNT(\"value\") AS \"n\"" },
		{ "sum(value), avg(value), min(at), max(at)",
		  "sum(\"value\"), avg(\"value\"), min(\"at\"), max(\"at\")" },
		{ "cast(value as text) AS Shown", "cast(\"value\" AS text) AS \"Shown\"" },
		{ "token(tenant, day)", "token(\"Tenant\", \"day\")" },
		{ "writetime(value), ttl(value)", "writetime(\"value\"), ttl(\"value\")" },
		{ "max(cast(writetime(value) as double)) as \"a \"\"b\"\"\"",
		  "max(cast(writetime(\"value\") AS double)) AS \"a \"\"b\"\"\"" },
		{ "\"Tenant\", mean(value, seq), now()",
		  "\"Tenant\", mean(\"value\", \"seq\"), now()" },
	};
	coodie_query *q = event_of_day();
	coodie_error err = { 0 };
	char want[300];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
		assert_null(coodie_select(q, rows[i].list, &err));
		if (err.code != COODIE_ERR_TIMEOUT)
			fail_msg("%s: %s", rows[i].list, err.message);
		snprintf(want, sizeof(want), "SELECT %s" OF_DAY, rows[i].cql);
		mock_expect(&mock, want, "'t'|3");
	}
	assert_string_equal(err.message, "coodie_select(event): late");
	coodie_query_free(q);
}

static void wrong_lists(void **state)
{
	static const struct {
		const char *list, *says;
	} rows[] = {
		{ NULL, "coodie_select: the list is NULL" },
		{ "", "at the end: a member's name belongs here" },
		{ "*", "position 1 (*): name what is to be read" },
		{ "valeu", "did you mean value?" },
		{ "value,", "at the end: a member's name belongs here" },
		{ "value at", "position 7 (at): a comma or the end" },
		{ "sum(valeu)", "position 5 (valeu)" },
		{ "sum(value", "a `)` belongs here" },
		{ "cast(value)", "cast(name as type)" },
		{ "cast(value as thing)", "a type like int or text" },
		{ "cast(value as text; DROP)", "a `)` belongs here" },
		{ "token(day)", "whole partition key" },
		{ "writetime(at)", "at is in the primary key, which has no write time" },
		{ "value as", "the column's name in the result belongs here" },
		{ "value as 'x'", "the column's name in the result belongs here" },
		{ "?", "a list has no values to bind" },
		{ "'x'", "a literal" },
		{ "a(b(c(d(e(f(g(h(i(j(value))))))))))", "more than 8 functions" },
	};
	coodie_query *q = event_of_day();
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		assert_null(coodie_select(q, rows[i].list, &err));
		if (err.code != COODIE_ERR_QUERY || !strstr(err.message, rows[i].says))
			fail_msg("\"%s\": %s", rows[i].list, err.message);
	}
	coodie_only(q, "value");
	assert_null(coodie_select(q, "value", &err));
	assert_non_null(strstr(err.message, "leave coodie_only() and coodie_defer() out"));
	assert_int_equal(mock.call_count, 0);
	coodie_query_free(q);
}

static coodie_result *one(const char *type, cql_value v, size_t rows)
{
	const coodie_column_spec columns[] = { { "x", type } };

	return coodie_result_new_rows(columns, 1, &v, rows, NULL);
}

/* QS-22, QS-47: one number; null is not 0. */
static void numbers(void **state)
{
	coodie_query *q = event_of_day();
	coodie_error err = { 0 };
	bool is_null = true;
	int64_t n = 0;
	double d = 0;

	(void)state;
	mock_answer(&mock, one("int", cql(42), 1));
	assert_true(coodie_select_int64(q, "max(seq)", &n, &is_null, &err));
	assert_true(n == 42 && !is_null);
	mock_answer(&mock, one("double", cql(1.5), 1));
	assert_true(coodie_select_double(q, "avg(value)", &d, NULL, &err));
	assert_true(d > 1.4 && d < 1.6);
	mock_answer(&mock, one("bigint", cql(7), 1));
	assert_true(coodie_select_double(q, "count(*)", &d, NULL, &err));
	assert_true(d > 6.9 && d < 7.1);
	mock_answer(&mock, one("int", cql_null(), 1));
	assert_true(coodie_select_int64(q, "max(seq)", &n, &is_null, &err));
	assert_true(n == 0 && is_null);
	n = 9;
	mock_answer(&mock, one("int", cql(1), 0));
	assert_false(coodie_select_int64(q, "seq", &n, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	assert_int_equal(n, 9);
	mock_answer(&mock, one("text", cql("x"), 1));
	assert_false(coodie_select_int64(q, "cast(seq as text)", &n, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_non_null(strstr(err.message, "coodie_select(event), cast(seq as text)"));
	coodie_query_free(q);
}

struct told {
	int64_t whole;
	double real;
	bool is_null;
	coodie_error err;
	unsigned times;
};

static void keep_int64(int64_t number, bool is_null, const coodie_error *err, void *user)
{
	struct told *t = user;

	*t = (struct told){ number, 0, is_null, *err, t->times + 1 };
}

static void keep_double(double number, bool is_null, const coodie_error *err, void *user)
{
	struct told *t = user;

	*t = (struct told){ 0, number, is_null, *err, t->times + 1 };
}

/* QS-22, QS-47, SA-02 */
static void numbers_async(void **state)
{
	coodie_query *q = event_of_day();
	coodie_error err = { 0 };
	struct told t = { 0 };
	char list[] = "max(seq)";

	(void)state;
	mock_answer(&mock, one("int", cql(42), 1));
	ok(coodie_select_int64_async(q, list, keep_int64, &t, &err), &err);
	memset(list, 'x', 3); /* it was copied */
	assert_int_equal(t.times, 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_true(t.times == 1 && t.whole == 42 && !t.is_null && t.err.code == COODIE_OK);
	mock_answer(&mock, one("int", cql_null(), 1));
	mock_answer(&mock, one("text", cql("x"), 1));
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	ok(coodie_select_double_async(q, "avg(value)", keep_double, &t, &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_true(t.times == 2 && t.is_null && t.err.code == COODIE_OK);
	ok(coodie_select_int64_async(q, "cast(seq as text)", keep_int64, &t, &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	refused(t.times != 3, &t.err, COODIE_ERR_TYPE, "coodie_select, cast(seq as text)");
	ok(coodie_select_double_async(q, "avg(value)", keep_double, &t, &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	refused(t.times != 4, &t.err, COODIE_ERR_TIMEOUT, "coodie_select(event): late");
	/* the same checks, before anything is sent */
	refused(coodie_select_int64_async(q, "max(nope)", keep_int64, &t, &err), &err,
		COODIE_ERR_QUERY, "no such member");
	refused(coodie_select_int64_async(NULL, "max(seq)", keep_int64, &t, &err), &err,
		COODIE_ERR_NO_MEMORY, "");
	assert_int_equal(mock.sent, 4);
	coodie_query_free(q);
}

/* QS-21, QS-19: groups are runs of rows as they lie. */
static void groups(void **state)
{
	static const struct {
		const char *members, *says;
	} wrong[] = {
		{ "value", "place 1 is tenant, not value" },
		{ "tenant", "the whole partition key is grouped by, or none of it; add day" },
		{ "tenant, day, seq", "place 3 is at, not seq" },
		{ "day, tenant", "place 1 is tenant, not day" },
		{ "tenant, tenant", "named twice" },
	};
	coodie_query *q = coodie_find(mock.session, &event_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };

	(void)state;
	coodie_group_by(q, "tenant, day, at");
	coodie_per_partition_limit(q, 2);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	coodie_select(q, "day, count(*)", &err);
	mock_expect(&mock,
		    "SELECT \"day\", count(*) FROM shop.\"Events\" GROUP BY \"Tenant\", \"day\", "
		    "\"at\" PER PARTITION LIMIT ?",
		    "2");
	assert_null(coodie_all(q, &err));
	assert_non_null(strstr(err.message, "groups are read by coodie_select()"));
	coodie_query_free(q);
	q = event_of_day(); /* columns of one value may be left out */
	coodie_group_by(q, "at");
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	coodie_select(q, "at, max(value)", &err);
	mock_expect(&mock, "SELECT \"at\", max(\"value\")" OF_DAY " GROUP BY \"at\"", "'t'|3");
	coodie_query_free(q);
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		q = coodie_find(mock.session, &event_model, NULL, CQL_ARGS());
		coodie_group_by(q, wrong[i].members);
		assert_null(coodie_select(q, "count(*)", &err));
		if (!strstr(err.message, wrong[i].says))
			fail_msg("%s: %s", wrong[i].members, err.message);
		coodie_query_free(q);
	}
	q = event_of_day();
	coodie_per_partition_limit(q, 2);
	assert_null(coodie_select(q, "count(*)", &err));
	assert_non_null(strstr(err.message, "a limit of each partition needs groups"));
	coodie_query_free(q);
}

/* QS-20: the partition key and what is static, whatever else was asked. */
static void distinct(void **state)
{
	coodie_query *q = coodie_find(mock.session, &user_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };

	(void)state;
	coodie_distinct(q);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_all(q, &err));
	mock_expect(&mock, "SELECT DISTINCT \"id\", \"motto\" FROM shop.users", "");
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_select(q, "id, token(id)", &err));
	mock_expect(&mock, "SELECT DISTINCT \"id\", token(\"id\") FROM shop.users", "");
	coodie_per_partition_limit(q, 1);
	assert_null(coodie_all(q, &err));
	assert_non_null(strstr(err.message, "a partition is one row"));
	coodie_query_free(q);
	q = coodie_find(mock.session, &user_model, "email = ?", CQL_ARGS(cql("x")));
	coodie_distinct(q);
	assert_null(coodie_all(q, &err));
	assert_non_null(strstr(err.message, "on the partition key and static members only"));
	coodie_query_free(q);
}

static void count_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	*(int *)user += take_res && err->code == COODIE_OK ? 1 : 100;
	coodie_result_free(take_res);
}

/* QS-26: with everything the query says. */
static void json(void **state)
{
	coodie_query *q = event_of_day();
	coodie_error err = { 0 };
	coodie_result *r;
	int told = 0;

	(void)state;
	coodie_only(q, "value");
	coodie_order_by(q, "at ASC");
	coodie_limit(q, 3);
	mock_answer(&mock, one("text", cql("{}"), 1));
	r = coodie_json(q, &err);
	assert_int_equal(coodie_result_row_count(r), 1);
	coodie_result_free(r);
	mock_expect(&mock,
		    "SELECT JSON \"Tenant\", \"day\", \"at\", \"seq\", \"value\"" OF_DAY
		    " ORDER BY \"at\" ASC LIMIT ?",
		    "'t'|3|3");
	mock_answer(&mock, one("text", cql("{}"), 1));
	assert_true(coodie_json_async(q, count_result, &told, &err));
	coodie_query_free(q);
	q = event_of_day();
	mock_answer(&mock, one("bigint", cql(1), 1));
	assert_true(coodie_select_async(q, "count(*)", count_result, &told, &err));
	coodie_query_free(q);
	assert_int_equal(told, 0);
	assert_true(coodie_session_run(mock.session, NULL, &err));
	assert_int_equal(told, 2);
}

/* OP-11, OP-12, QS-24, QS-39: a part of the ring. */
static void token_ranges(void **state)
{
	coodie_query *q = coodie_find(mock.session, &event_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	int64_t token = 0;

	(void)state;
	coodie_token_range(q, INT64_MIN, -5);
	coodie_token_range(q, -5, 7);
	coodie_limit(q, 2);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	coodie_select(q, "value", &err);
	mock_expect(
		&mock,
		"SELECT \"value\" FROM shop.\"Events\" WHERE token(\"Tenant\", \"day\") > ? AND "
		"token(\"Tenant\", \"day\") <= ? LIMIT ?",
		"-5|7|2");
	coodie_token_range(q, 7, 7);
	assert_null(coodie_select(q, "value", &err));
	assert_non_null(strstr(err.message, "a range over the end of the ring is two"));
	coodie_query_free(q);
	/* as Cassandra computes it: token(1) of an int */
	assert_true(coodie_token(mock.session, &note_model, CQL_ARGS(cql(1)), &token, &err));
	assert_true(token == INT64_C(-4069959284402364209));
	assert_false(coodie_token(mock.session, &event_model, CQL_ARGS(cql("t")), &token, &err));
	assert_non_null(strstr(err.message, "coodie_token(event): 2 columns in the partition key"));
	assert_false(coodie_token(mock.session, &note_model, CQL_ARGS(cql_null()), &token, &err));
	assert_false(coodie_token(mock.session, &note_model, CQL_ARGS(cql("x")), &token, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
}

typedef struct film {
	coodie_row row;
	int32_t id;
	const char *genre;
	const char *plot;
	float taste[3];
	float other[3];
} film;

static const coodie_column film_columns[] = {
	COODIE_COLUMN(film, id, "int", .partition_key = 1),
	COODIE_COLUMN(film, genre, "text", .index = COODIE_INDEX(.class_name = "sai")),
	COODIE_COLUMN(film, plot, "text"),
	COODIE_COLUMN(film, taste, "vector<float, 3>",
		      .index = COODIE_INDEX(.similarity = COODIE_SIMILARITY_COSINE)),
	COODIE_COLUMN(film, other, "vector<float, 3>"),
};
static const coodie_model film_model = COODIE_MODEL(film, film_columns, "films",
						    .keyspace = "shop");

/* VX-05, VX-11: in the place of another order, the vector bound before the limit. */
static void neighbours(void **state)
{
	float to[] = { 1, 2, 3 };
	coodie_query *q = coodie_find(mock.session, &film_model, "genre = ?",
				      CQL_ARGS(cql("noir")));
	coodie_error err = { 0 };

	(void)state;
	coodie_nearest(q, "taste", cql_floats_of(to, 3));
	memset(to, 0, sizeof(to)); /* it was copied */
	assert_null(coodie_page(q, &err));
	assert_non_null(strstr(err.message, "call coodie_limit(): how many are wanted?"));
	coodie_limit(q, 5);
	coodie_page_rows(q, 2);
	coodie_only(q, "genre");
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_page(q, &err));
	mock_expect(
		&mock,
		"SELECT \"id\", \"genre\" FROM shop.films WHERE \"genre\" = ? ORDER BY \"taste\" "
		"ANN OF ? LIMIT ?",
		"'noir'|[1, 2, 3]|5");
	coodie_query_free(q);
}

/* VX-10: what the server says of an index that is being built reaches the caller with its code. */
static void index_being_built(void **state)
{
	enum { INVALID_REQUEST = 0x2200 };
	const float to[] = { 1, 2, 3 };
	coodie_query *q = coodie_find(mock.session, &film_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };

	(void)state;
	coodie_nearest(q, "taste", cql_floats_of(to, 3));
	mock_answer_error(&mock, COODIE_ERR_SERVER, "the index is not yet available");
	mock.answers[mock.answer_count - 1].err.server_code = INVALID_REQUEST;
	assert_null(coodie_first(q, &err));
	refused(false, &err, COODIE_ERR_SERVER,
		"coodie_first(film): the index is not yet available");
	assert_int_equal(err.server_code, INVALID_REQUEST);
	coodie_query_free(q);
}

/* VX-06: the length is the column's, before anything is sent. */
static void wrong_neighbours(void **state)
{
	static const float to[] = { 1, 2, 3, 4 };
	static const struct {
		const char *where, *member;
		size_t len;
		const char *says;
	} rows[] = {
		{ NULL, "taste", 2, "taste has 3 dimensions, and 2 were given" },
		{ NULL, "taste", 4, "taste has 3 dimensions, and 4 were given" },
		{ NULL, "taste", 0, "taste has 3 dimensions, and 0 were given" },
		{ NULL, "genre", 3, "genre is of type text, and only a vector<float, n>" },
		{ NULL, "other", 3, "no index finds neighbours of other" },
		{ NULL, "tast", 3, "did you mean taste?" },
		{ NULL, "taste, other", 3, "one member, not 2" },
		{ "plot = ?", "taste", 3, "no index of plot answers =" },
	};
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_query *q = coodie_find(mock.session, &film_model, rows[i].where,
					      rows[i].where ? CQL_ARGS(cql("x")) : CQL_ARGS());

		coodie_nearest(q, rows[i].member, cql_floats_of(to, rows[i].len));
		coodie_limit(q, 5);
		assert_null(coodie_all(q, &err));
		if (!strstr(err.message, rows[i].says))
			fail_msg("%zu: %s", i, err.message);
		coodie_query_free(q);
	}
	assert_int_equal(mock.call_count, 0);
}

/* A copy has all of it. */
static void copies(void **state)
{
	static const float to[] = { 1, 2, 3 };
	coodie_query *q = coodie_find(mock.session, &film_model, NULL, CQL_ARGS()), *copy;

	(void)state;
	coodie_nearest(q, "taste", cql_floats_of(to, 3));
	coodie_limit(q, 5);
	copy = coodie_query_dup(q);
	assert_true(coodie_query_equal(q, copy));
	coodie_query_free(q);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_json(copy, NULL));
	mock_expect(&mock,
		    "SELECT JSON \"id\", \"genre\", \"plot\", \"taste\", \"other\" FROM shop.films "
		    "ORDER BY \"taste\" ANN OF ? LIMIT ?",
		    "[1, 2, 3]|5");
	coodie_query_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists),        TEST(wrong_lists),
		TEST(numbers),      TEST(numbers_async),
		TEST(groups),       TEST(index_being_built),
		TEST(distinct),     TEST(json),
		TEST(token_ranges), TEST(neighbours),
		TEST(copies),       TEST(wrong_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
