/* SPDX-License-Identifier: MIT */
/* Conditional writes: what is sent, what came of it, what was there (LW, LC-07, OP-04, OP-14, OP-15). */
#include <coodie/update.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

#define INSERT_NOTE \
	"INSERT INTO shop.notes (\"id\", \"text\", \"stars\", \"tags\") VALUES (?, ?, ?, ?)"
#define UPDATE_NOTE \
	"UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = ? WHERE \"id\" = ?"

/* The next answer: "[applied]" and what else the server sends. */
static void answer(bool applied, const coodie_column_spec *columns, const cql_value *values,
		   size_t count)
{
	coodie_column_spec specs[8] = { { "[applied]", "boolean" } };
	cql_value row[8] = { cql(applied) };
	coodie_error err = { 0 };

	for (size_t i = 0; i < count; i++) {
		specs[i + 1] = columns[i];
		row[i + 1] = values[i];
	}
	mock_answer(&mock, coodie_result_new_rows(specs, count + 1, row, 1, &err));
}

static const coodie_column_spec whole[] = {
	{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
};

/* LW-01, LW-02, LC-07, OP-14 */
static void inserted(void **state)
{
	note n = { .id = 1, .text = "mine" };
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	answer(true, NULL, NULL, 0);
	lwt = coodie_insert(mock.session, &note_model, &n, COODIE_WRITE(.ttl = 60), &err);
	ok(lwt, &err);
	mock_expect(&mock, INSERT_NOTE " IF NOT EXISTS USING TTL ?", "1|'mine'|unset|unset|60");
	assert_false(mock_last(&mock)->request.idempotent);
	assert_true(coodie_lwt_applied(lwt));
	assert_null(coodie_lwt_existing(lwt));
	coodie_lwt_free(lwt);
	lwt = coodie_insert(mock.session, &note_model, &n, NULL, &err); /* a void answer */
	ok(lwt, &err);
	mock_expect(&mock, INSERT_NOTE " IF NOT EXISTS", "1|'mine'|unset|unset");
	assert_true(coodie_lwt_applied(lwt));
	assert_int_equal(coodie_lwt_count(lwt), 0);
	coodie_lwt_free(lwt);
}

/* LW-02: the whole row that was there, as an object that can be saved. */
static void existing(void **state)
{
	const cql_value row[] = { cql(1), cql("theirs"), cql(3), cql(CQL_SET(cql("a"))) };
	note n = { .id = 1, .text = "mine" }, *there;
	coodie_error err = { 0 };
	coodie_lwt *lwt;
	const coodie_result *r;

	(void)state;
	answer(false, whole, row, 4);
	lwt = coodie_insert(mock.session, &note_model, &n, NULL, &err);
	ok(lwt, &err);
	assert_false(coodie_lwt_applied(lwt));
	assert_int_equal(coodie_lwt_count(lwt), 1);
	there = coodie_lwt_existing(lwt);
	assert_non_null(there);
	assert_string_equal(there->text, "theirs");
	assert_int_equal(*there->stars, 3);
	assert_null(coodie_lwt_existing_at(lwt, 1));
	r = coodie_lwt_result(lwt);
	assert_int_equal(coodie_result_column_count(r), 5);
	there->text = "ours";
	ok(coodie_save(mock.session, &note_model, there, NULL, &err), &err);
	mock_expect(&mock, UPDATE_NOTE, "'ours'|unset|unset|1");
	coodie_lwt_free(lwt);
}

static note *load(void)
{
	const cql_value row[] = { cql(1), cql("hello"), cql(3), cql(CQL_SET(cql("a"))) };
	coodie_error err = { 0 };
	note *n;

	mock_answer(&mock, coodie_result_new_rows(whole, 4, row, 1, &err));
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(n, &err);
	return n;
}

/* LW-04, LW-08, LC-10: what the condition was about, and no more; the object counts as saved only
 * when it was. */
static void saved_if(void **state)
{
	static const coodie_column_spec stars[] = { { "stars", "int" } };
	const cql_value four[] = { cql(4) };
	coodie_error err = { 0 };
	note *n = load(), *there;
	coodie_lwt *lwt;

	(void)state;
	n->text = "new";
	answer(false, stars, four, 1);
	lwt = coodie_save_if(mock.session, &note_model, n, "stars = ?", CQL_ARGS(cql(3)), NULL,
			     &err);
	ok(lwt, &err);
	mock_expect(&mock, UPDATE_NOTE " IF \"stars\" = ?", "'new'|unset|unset|1|3");
	assert_false(coodie_lwt_applied(lwt));
	there = coodie_lwt_existing(lwt);
	assert_int_equal(*there->stars, 4);
	assert_int_equal(there->id, 1);
	assert_null(there->text);
	*there->stars = 5;
	ok(coodie_save(mock.session, &note_model, there, NULL, &err), &err);
	mock_expect(&mock, UPDATE_NOTE, "unset|5|unset|1");
	coodie_lwt_free(lwt);
	answer(true, NULL, NULL, 0);
	lwt = coodie_save_if(mock.session, &note_model, n, "stars = ?", CQL_ARGS(cql(4)),
			     COODIE_WRITE(.serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL),
			     &err);
	ok(lwt, &err);
	assert_true(coodie_lwt_applied(lwt));
	/* LW-13 */
	assert_int_equal(mock_last(&mock)->request.serial_consistency,
			 CQL_CONSISTENCY_LOCAL_SERIAL);
	coodie_lwt_free(lwt);
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	assert_int_equal(mock.sent, 4); /* there was nothing left to save */
	lwt = coodie_save_if(mock.session, &note_model, n, "EXISTS", CQL_ARGS(), NULL, &err);
	mock_expect(&mock, UPDATE_NOTE " IF EXISTS",
		    "unset|unset|unset|1"); /* asked all the same */
	coodie_lwt_free(lwt);
	coodie_object_free(n);
}

/* A struct of one's own is updated whole, as far as it is set. */
static void own_saved_if(void **state)
{
	note n = { .id = 1, .text = "x" };
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	lwt = coodie_save_if(mock.session, &note_model, &n, "text != ? AND tags CONTAINS ?",
			     CQL_ARGS(cql_null(), cql("a")), COODIE_WRITE(.ttl = 9), &err);
	ok(lwt, &err);
	mock_expect(&mock,
		    "UPDATE shop.notes USING TTL ? SET \"text\" = ?, \"stars\" = ?, \"tags\" = ? "
		    "WHERE \"id\" = ? IF \"text\" != ? AND \"tags\" CONTAINS ?",
		    "9|'x'|unset|unset|1|null|'a'");
	coodie_lwt_free(lwt);
}

/* LW-03, LW-04, LW-07, OP-15, CO-20: conditions of an update. */
static void updated_if(void **state)
{
	note n = { .id = 1 };
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	lwt = coodie_update_if(mock.session, &note_model, &n, "text = ?", "EXISTS",
			       CQL_ARGS(cql("x")), NULL, &err);
	ok(lwt, &err);
	mock_expect(&mock, "UPDATE shop.notes SET \"text\" = ? WHERE \"id\" = ? IF EXISTS",
		    "'x'|1");
	coodie_lwt_free(lwt);
	lwt = coodie_update_if(
		mock.session, &note_model, &n, "tags = tags + ?",
		"stars IN ? AND text = ? AND stars <> ?",
		CQL_ARGS(cql(CQL_SET(cql("a"))), cql(CQL_LIST(cql(1), cql(2))), cql_null(), cql(4)),
		NULL, &err);
	ok(lwt, &err);
	mock_expect(
		&mock,
		"UPDATE shop.notes SET \"tags\" = \"tags\" + ? WHERE \"id\" = ? IF \"stars\" IN ? "
		"AND \"text\" = ? AND \"stars\" != ?",
		"{'a'}|1|[1, 2]|null|4");
	coodie_lwt_free(lwt);
	refused(coodie_update_if(mock.session, &note_model, &n, "", "EXISTS", CQL_ARGS(), NULL,
				 &err),
		&err, COODIE_ERR_QUERY, "a condition, but nothing to assign");
	refused(coodie_update_if(mock.session, &note_model, &n, "text = ?", " ", CQL_ARGS(cql("x")),
				 NULL, &err),
		&err, COODIE_ERR_QUERY, "no condition is given");
	refused(coodie_update_if(mock.session, &note_model, &n, "text = ?", "stars = ?",
				 CQL_ARGS(cql("x")), NULL, &err),
		&err, COODIE_ERR_QUERY, "2 ? but 1 values");
}

/* LW-05 */
static void deleted_if(void **state)
{
	note n = { .id = 1 };
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	answer(false, NULL, NULL, 0); /* there was no row */
	lwt = coodie_delete_if(mock.session, &note_model, &n, "EXISTS", CQL_ARGS(), NULL, &err);
	ok(lwt, &err);
	mock_expect(&mock, "DELETE FROM shop.notes WHERE \"id\" = ? IF EXISTS", "1");
	assert_false(coodie_lwt_applied(lwt));
	assert_null(coodie_lwt_existing(lwt));
	coodie_lwt_free(lwt);
	lwt = coodie_delete_if(mock.session, &note_model, &n, "stars >= ?", CQL_ARGS(cql(2)), NULL,
			       &err);
	ok(lwt, &err);
	mock_expect(&mock, "DELETE FROM shop.notes WHERE \"id\" = ? IF \"stars\" >= ?", "1|2");
	coodie_lwt_free(lwt);
}

/* LW-06, LW-08: a query's condition. */
static void by_query(void **state)
{
	coodie_query *q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(1))), *copy;
	static const coodie_column_spec stars[] = { { "stars", "int" } };
	const cql_value four[] = { cql(4) };
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	refused(coodie_query_delete_if(q, NULL, &err), &err, COODIE_ERR_QUERY,
		"coodie_query_delete_if(note): the query has no condition");
	coodie_if(q, "stars = ?", CQL_ARGS(cql(3)));
	answer(false, stars, four, 1);
	lwt = coodie_query_update_if(q, "text = ?", CQL_ARGS(cql("x")), NULL, &err);
	ok(lwt, &err);
	mock_expect(&mock, "UPDATE shop.notes SET \"text\" = ? WHERE \"id\" = ? IF \"stars\" = ?",
		    "'x'|1|3");
	assert_int_equal(((note *)coodie_lwt_existing(lwt))->id, 1);
	coodie_lwt_free(lwt);
	/* LW-09: without an outcome to look at it is an error, which shows what was there */
	answer(false, stars, four, 1);
	refused(coodie_query_update(q, "text = ?", CQL_ARGS(cql("x")), NULL, &err), &err,
		COODIE_ERR_NOT_APPLIED,
		"coodie_query_update(note): the condition did not hold; there is stars = 4");
	answer(true, NULL, NULL, 0);
	copy = coodie_query_dup(q);
	ok(coodie_query_delete(copy, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.notes WHERE \"id\" = ? IF \"stars\" = ?", "1|3");
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_QUERY);
	assert_non_null(strstr(err.message, "for a write, not for reading"));
	coodie_query_free(copy);
	coodie_if(q, "nope = ?", CQL_ARGS(cql(3)));
	refused(coodie_query_delete(q, NULL, &err), &err, COODIE_ERR_QUERY, "no such member");
	coodie_query_free(q);
}

/* Of a row whose key the answer does not say, an object that is saved would be another row. */
static void a_row_without_its_key(void **state)
{
	coodie_query *q = coodie_find(
		mock.session, &event_model, "day = ? AND tenant = ? AND at = ? AND seq = ?",
		CQL_ARGS(cql(1), cql("t"), cql((cql_timestamp){ 5 }), cql(2)));
	static const coodie_column_spec value[] = { { "value", "double" } };
	const cql_value four[] = { cql(4.0) };
	coodie_error err = { 0 };
	coodie_lwt *lwt;
	event *there;

	(void)state;
	coodie_if(q, "value = ?", CQL_ARGS(cql(3.0)));
	answer(false, value, four, 1);
	lwt = coodie_query_update_if(q, "value = ?", CQL_ARGS(cql(5.0)), NULL, &err);
	ok(lwt, &err);
	there = coodie_lwt_existing(lwt);
	assert_true(there->value > 3);
	there->value = 6;
	refused(coodie_save(mock.session, &event_model, there, NULL, &err), &err,
		COODIE_ERR_INVALID, "event, tenant (text): it is in the primary key and was not read");
	refused(coodie_delete(mock.session, &event_model, there, NULL, &err), &err,
		COODIE_ERR_INVALID, "was not read");
	coodie_lwt_free(lwt);
	coodie_query_free(q);
}

/* LW-09 */
static void must_apply(void **state)
{
	const cql_value row[] = { cql(1), cql("theirs"), cql_null(), cql_null() };
	note n = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	answer(false, whole, row, 4);
	refused(coodie_insert(mock.session, &note_model, &n, COODIE_WRITE(.must_apply = true),
			      &err),
		&err, COODIE_ERR_NOT_APPLIED, "there is id = 1, text = 'theirs'");
}

/* Refused before any I/O: LW-10, LW-11, LW-15, CT-09 */
static void refusals(void **state)
{
	static const struct {
		const char *condition;
		const char *says;
	} texts[] = {
		{ "id = ?", "id is in the primary key" },
		{ "star = ?",
		  "if, position 1 (star): note has no such member; did you mean stars?" },
		{ "stars = 3", "a literal" },
		{ "stars IN (?)", "IN takes one list" },
		{ "EXISTS AND stars = ?", "EXISTS stands alone" },
		{ "stars = ? AND EXISTS", "EXISTS stands alone" },
		{ "NOT EXISTS", "coodie_insert()" },
		{ "IF EXISTS", "leave it out" },
		{ "stars LIKE ?", "an operator belongs here" },
		{ "stars CONTAINS ?", "CONTAINS is for collections" },
		{ "tags CONTAINS KEY ?", "CONTAINS KEY is for maps" },
		{ "tags[?] = ?", "a set has no places" },
		{ "stars = ? OR text = ?", "AND or the end belongs here" },
		{ "stars < ? , text = ?", "AND or the end belongs here" },
	};
	note n = { .id = 1 }, *loaded = load();
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		refused(coodie_save_if(mock.session, &note_model, &n, texts[i].condition,
				       CQL_ARGS(cql(1)), NULL, &err),
			&err, COODIE_ERR_QUERY, texts[i].says);
	refused(coodie_save_if(mock.session, &note_model, &n, "stars < ?", CQL_ARGS(cql_null()),
			       NULL, &err),
		&err, COODIE_ERR_QUERY, "null fits nothing here");
	refused(coodie_save_if(mock.session, &note_model, &n, "stars = ?", CQL_ARGS(cql_unset()),
			       NULL, &err),
		&err, COODIE_ERR_QUERY, "unset fits nothing here");
	refused(coodie_save_if(mock.session, &note_model, &n, "stars = ?", CQL_ARGS(cql("x")), NULL,
			       &err),
		&err, COODIE_ERR_TYPE, "value 1 for stars (int)");
	refused(coodie_insert(mock.session, &note_model, &n, COODIE_WRITE(.timestamp_us = 1), &err),
		&err, COODIE_ERR_INVALID, "coodie_insert(note): it takes no timestamp_us");
	refused(coodie_insert(mock.session, &note_model, loaded, NULL, &err), &err,
		COODIE_ERR_INVALID, "the object was loaded or saved");
	assert_int_equal(mock.sent, 1);
	coodie_object_free(loaded);
}

/* A failure is no outcome: nothing is known, and the object stays as it was. */
static void failures(void **state)
{
	coodie_error err = { 0 };
	note *n = load();

	(void)state;
	n->text = "new";
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "slow");
	refused(coodie_save_if(mock.session, &note_model, n, "EXISTS", CQL_ARGS(), NULL, &err),
		&err, COODIE_ERR_TIMEOUT, "coodie_save_if(note): slow");
	mock_answer_refuse(&mock, COODIE_ERR_CLOSED, "closed");
	refused(coodie_save_if(mock.session, &note_model, n, "EXISTS", CQL_ARGS(), NULL, &err),
		&err, COODIE_ERR_CLOSED, "closed");
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	mock_expect(&mock, UPDATE_NOTE, "'new'|unset|unset|1");
	coodie_object_free(n);
	assert_false(coodie_lwt_applied(NULL));
	assert_null(coodie_lwt_existing(NULL));
	assert_null(coodie_lwt_result(NULL));
	coodie_lwt_free(NULL);
}

static void on_lwt(coodie_lwt *take_lwt, const coodie_error *err, void *user)
{
	assert_int_equal(err->code, COODIE_OK);
	*(bool *)user = coodie_lwt_applied(take_lwt);
	coodie_lwt_free(take_lwt);
}

/* SA: every twin */
static void twins(void **state)
{
	note n = { .id = 1, .text = "x" };
	coodie_query *q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(1)));
	bool done[5] = { 0 };
	coodie_error err = { 0 };

	(void)state;
	coodie_if(q, "EXISTS", CQL_ARGS());
	ok(coodie_insert_async(mock.session, &note_model, &n, NULL, on_lwt, &done[0], &err), &err);
	ok(coodie_save_if_async(mock.session, &note_model, &n, "EXISTS", CQL_ARGS(), NULL, on_lwt,
				&done[1], &err),
	   &err);
	ok(coodie_delete_if_async(mock.session, &note_model, &n, "EXISTS", CQL_ARGS(), NULL, on_lwt,
				  &done[2], &err),
	   &err);
	ok(coodie_query_update_if_async(q, "text = ?", CQL_ARGS(cql("x")), NULL, on_lwt, &done[3],
					&err),
	   &err);
	ok(coodie_query_delete_if_async(q, NULL, on_lwt, &done[4], &err), &err);
	assert_false(done[0]);
	coodie_session_run(mock.session, NULL, &err);
	for (size_t i = 0; i < 5; i++)
		assert_true(done[i]);
	coodie_query_free(q);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(inserted),   TEST(existing),   TEST(saved_if), TEST(own_saved_if),
		TEST(updated_if), TEST(deleted_if), TEST(by_query), TEST(must_apply),
		TEST(a_row_without_its_key),
		TEST(refusals),   TEST(failures),   TEST(twins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
