/* SPDX-License-Identifier: MIT */
/* Counters and JSON: what is sent, and what is refused (CT, LC-08). */
#include <coodie/counter.h>
#include <coodie/update.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

typedef struct hits {
	coodie_row row;
	const char *page;
	int32_t day;
	int64_t views;
	int64_t likes;
} hits;

static const coodie_column hits_columns[] = {
	COODIE_COLUMN(hits, page, "text", .partition_key = 1),
	COODIE_COLUMN(hits, day, "int", .clustering_key = 1),
	COODIE_COLUMN(hits, views, "counter"),
	COODIE_COLUMN(hits, likes, "counter"),
};
static const coodie_model hits_model = COODIE_MODEL(hits, hits_columns, "hits", .keyspace = "shop");

#define ROW " WHERE \"page\" = ? AND \"day\" = ?"

/* CT-01, CT-03, CT-04, CT-06, CT-07: added to, never sent twice; memory stays as it is. */
static void counted(void **state)
{
	hits h = { .page = "/", .day = 1 };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_increment(mock.session, &hits_model, &h, "views, likes",
			    CQL_ARGS(cql(2), cql(-1)), COODIE_WRITE(.timeout_ms = 4), &err),
	   &err);
	mock_expect(&mock,
		    "UPDATE shop.hits SET \"views\" = \"views\" + ?, \"likes\" = \"likes\" + ?" ROW,
		    "2|-1|'/'|1");
	assert_false(mock_last(&mock)->request.idempotent);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 4);
	ok(coodie_decrement(mock.session, &hits_model, &h, "views", CQL_ARGS(cql(3)), NULL, &err),
	   &err);
	mock_expect(&mock, "UPDATE shop.hits SET \"views\" = \"views\" + ?" ROW, "-3|'/'|1");
	assert_int_equal(h.views, 0);
	ok(coodie_update(mock.session, &hits_model, &h, "likes = likes - ?", CQL_ARGS(cql(1)), NULL,
			 &err),
	   &err);
	mock_expect(&mock, "UPDATE shop.hits SET \"likes\" = \"likes\" - ?" ROW, "1|'/'|1");
	assert_false(mock_last(&mock)->request.idempotent);
	ok(coodie_delete(mock.session, &hits_model, &h, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.hits" ROW, "'/'|1");
}

static void told(const coodie_error *err, void *user)
{
	*(enum coodie_errc *)user = err->code;
}

static void twins(void **state)
{
	hits h = { .page = "/", .day = 1 };
	note n = { .id = 1 };
	enum coodie_errc codes[5] = { COODIE_ERR_CLOSED, COODIE_ERR_CLOSED, COODIE_ERR_CLOSED,
				      COODIE_ERR_CLOSED, COODIE_ERR_CLOSED };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_increment_async(mock.session, &hits_model, &h, "views", CQL_ARGS(cql(2)), NULL,
				  told, &codes[0], &err),
	   &err);
	ok(coodie_decrement_async(mock.session, &hits_model, &h, "views", CQL_ARGS(cql(2)), NULL,
				  told, &codes[1], &err),
	   &err);
	ok(coodie_save_json_async(mock.session, &note_model, cql_text_of("{\"id\": 1}"), NULL, told,
				  &codes[2], &err),
	   &err);
	ok(coodie_update_async(mock.session, &note_model, &n, "text = ?", CQL_ARGS(cql("x")), NULL,
			       told, &codes[3], &err),
	   &err);
	ok(coodie_delete_columns_async(mock.session, &note_model, &n, "text", CQL_ARGS(), NULL,
				       told, &codes[4], &err),
	   &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(codes[i], COODIE_OK);
}

/* CT-03, CT-05, CT-09, CT-10 */
static void refusals(void **state)
{
	static const struct {
		const char *members;
		size_t count;
		const char *says;
	} rows[] = {
		{ "", 1, "a member's name belongs here" },
		{ NULL, 1, "a member's name belongs here" },
		{ "vews", 1, "did you mean views" },
		{ "day", 1, "day is of type int; only counters are added to" },
		{ "views, views", 2, "views is named twice" },
		{ "views", 2, "1 members but 2 numbers" },
	};
	const cql_value ones[] = { cql(1), cql(1) };
	hits h = { .page = "/", .day = 1 };
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refused(coodie_increment(mock.session, &hits_model, &h, rows[i].members,
					 (cql_args){ rows[i].count, ones }, NULL, &err),
			&err, COODIE_ERR_QUERY, rows[i].says);
	refused(coodie_increment(mock.session, &hits_model, &h, "views", CQL_ARGS(cql("1")), NULL,
				 &err),
		&err, COODIE_ERR_TYPE, "value 1 is no integer of 64 bits");
	refused(coodie_decrement(mock.session, &hits_model, &h, "views", CQL_ARGS(cql(INT64_MIN)),
				 NULL, &err),
		&err, COODIE_ERR_RANGE, "value 1 has no negative of 64 bits; increment by it");
	refused(coodie_increment(mock.session, &hits_model, &h, "views", cql_args_of(NULL, 1), NULL,
				 &err),
		&err, COODIE_ERR_QUERY, "1 numbers, but their array is NULL");
	refused(coodie_increment(mock.session, &hits_model, &h, "views", CQL_ARGS(cql(1)),
				 COODIE_WRITE(.ttl = 1), &err),
		&err, COODIE_ERR_INVALID, "coodie_increment(hits): it takes no ttl");
	refused(coodie_increment(mock.session, &hits_model, &h, "views", CQL_ARGS(cql(1)),
				 COODIE_WRITE(.timestamp_us = 1), &err),
		&err, COODIE_ERR_INVALID, "it takes no timestamp_us");
	refused(coodie_update(mock.session, &hits_model, &h, "views = views + ?", CQL_ARGS(cql(1)),
			      COODIE_WRITE(.ttl = 1), &err),
		&err, COODIE_ERR_QUERY, "counters take no ttl");
	refused(coodie_update(mock.session, &hits_model, &h, "views = ?", CQL_ARGS(cql(1)), NULL,
			      &err),
		&err, COODIE_ERR_QUERY, "views is a counter, which is only added to");
	refused(coodie_update(mock.session, &hits_model, &h, "views = views + ?, views = views - ?",
			      CQL_ARGS(cql(1), cql(1)), NULL, &err),
		&err, COODIE_ERR_QUERY, "views is assigned twice");
	refused(coodie_update_if(mock.session, &hits_model, &h, "views = views + ?", "EXISTS",
				 CQL_ARGS(cql(1)), NULL, &err),
		&err, COODIE_ERR_QUERY, "counters have no conditions");
	refused(coodie_insert(mock.session, &hits_model, &h, NULL, &err), &err, COODIE_ERR_QUERY,
		"coodie_insert(hits): a table of counters is only added to");
	refused(coodie_save_json(mock.session, &hits_model, cql_text_of("{}"), NULL, &err), &err,
		COODIE_ERR_QUERY, "coodie_increment()");
	assert_int_equal(mock.call_count, 0);
}

/* LC-08 */
static void json(void **state)
{
	coodie_error err = { 0 };
	static const char text[] = "{\"id\": 1, \"text\": \"x\"}";

	(void)state;
	ok(coodie_save_json(mock.session, &note_model, cql_text_of(text),
			    COODIE_WRITE(.ttl = 3, .timestamp_us = 9), &err),
	   &err);
	mock_expect(&mock, "INSERT INTO shop.notes JSON ? DEFAULT UNSET USING TTL ?",
		    "'{\"id\": 1, \"text\": \"x\"}'|3");
	assert_int_equal(mock_last(&mock)->request.timestamp_us, 9);
	ok(coodie_save_json(mock.session, &note_model, (cql_text){ text, 9 }, NULL, &err), &err);
	mock_expect(&mock, "INSERT INTO shop.notes JSON ? DEFAULT UNSET", "'{\"id\": 1,'");
	refused(coodie_save_json(mock.session, &note_model, (cql_text){ 0 }, NULL, &err), &err,
		COODIE_ERR_INVALID, "the text is NULL");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(counted),
		TEST(twins),
		TEST(refusals),
		TEST(json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
