/* SPDX-License-Identifier: MIT */
/* The public recording driver: what a service's own tests stand on (H10, CN-15). */
#include <coodie/mock.h>

#include "orm/mock/mock.h"
#include "tests/failalloc.h"
#include "tests/orm/models.h"
#include "tests/test.h"

struct world {
	coodie_mock *mock;
	coodie_session *session;
	coodie_error err;
};

static int open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->mock = coodie_mock_new(&w->err);
	assert_non_null(w->mock);
	w->session = coodie_mock_session(w->mock, "shop", &w->err);
	assert_non_null(w->session);
	*state = w;
	return 0;
}

static int close_world(void **state)
{
	struct world *w = *state;

	coodie_session_free(w->session);
	coodie_mock_free(w->mock);
	free(w);
	return 0;
}

static coodie_result *note_row(int id, const char *text)
{
	static const coodie_column_spec columns[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};
	const cql_value values[] = { cql(id), cql(text), cql_null(), cql_null() };
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, 4, values, 1, &err);

	assert_non_null(r);
	return r;
}

static void note_outcome(coodie_result *take_res, const coodie_error *err, void *user)
{
	*(enum coodie_errc *)user = err->code;
	coodie_result_free(take_res);
}

enum { NOT_YET = 999 };

static enum coodie_errc *submit(struct world *w, const char *cql, enum coodie_errc *outcome)
{
	*outcome = (enum coodie_errc)NOT_YET;
	assert_true(coodie_session_query_async(w->session, cql, CQL_ARGS(), NULL, note_outcome,
					       outcome, &w->err));
	return outcome;
}

/* H10: a service that saves and reads is tested without any server. */
static void records_and_answers(void **state)
{
	struct world *w = *state;
	note mine = { .id = 7, .text = "it's" }, *back;
	char all[400];

	assert_true(coodie_mock_answer(w->mock, "SELECT", note_row(7, "answered"), &w->err));
	assert_int_equal(coodie_mock_unused(w->mock), 1);
	assert_true(coodie_save(w->session, &note_model, &mine, COODIE_WRITE(.timeout_ms = 12),
				&w->err));
	back = coodie_get(w->session, &note_model, CQL_ARGS(cql(7)), NULL, &w->err);
	assert_non_null(back);
	assert_string_equal(back->text, "answered");
	coodie_object_free(back);
	assert_int_equal(coodie_mock_unused(w->mock), 0);
	assert_int_equal(coodie_mock_count(w->mock), 2);
	assert_int_equal(coodie_mock_at(w->mock, 0)->request->timeout_ms, 12);
	assert_true(coodie_mock_at(w->mock, 0)->prepare);
	assert_null(coodie_mock_at(w->mock, 2));
	coodie_mock_format(w->mock, all, sizeof(all));
	assert_string_equal(
		all,
		"INSERT INTO shop.notes (\"id\", \"text\", \"stars\", \"tags\") VALUES "
		"(7, 'it''s', UNSET, UNSET)\n"
		"SELECT \"id\", \"text\", \"stars\", \"tags\" FROM shop.notes WHERE \"id\" = 7\n");
	assert_int_equal(coodie_mock_format(w->mock, all, 10), 157);
	assert_string_equal(all, "INSERT IN");
	coodie_mock_clear(w->mock);
	assert_int_equal(coodie_mock_count(w->mock), 0);
	assert_int_equal(coodie_mock_format(w->mock, all, sizeof(all)), 0);
	assert_string_equal(all, "");
}

static size_t count_rows(coodie_rows *take_rows)
{
	size_t count = coodie_rows_count(take_rows);

	assert_non_null(take_rows);
	coodie_rows_free(take_rows);
	return count;
}

/* A test says what is read: NULL is no rows, whatever their columns would be. */
static void no_rows(void **state)
{
	struct world *w = *state;
	coodie_query *q = coodie_find(w->session, &note_model, "id = ?", CQL_ARGS(cql(7)));
	coodie_result *raw;

	for (int i = 0; i < 6; i++)
		assert_true(coodie_mock_answer(w->mock, "", NULL, &w->err));
	assert_null(coodie_get(w->session, &note_model, CQL_ARGS(cql(7)), NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_NOT_FOUND);
	assert_int_equal(count_rows(coodie_all(q, &w->err)), 0);
	assert_int_equal(count_rows(coodie_raw(w->session, &note_model, "SELECT * FROM notes",
					       CQL_ARGS(), &w->err)),
			 0);
	assert_null(coodie_first(q, &w->err));
	assert_int_equal(w->err.code, COODIE_OK);
	raw = coodie_session_query(w->session, "select 1", CQL_ARGS(), NULL, &w->err);
	assert_int_equal(coodie_result_kind(raw), COODIE_RESULT_ROWS);
	assert_int_equal(coodie_result_row_count(raw), 0);
	coodie_result_free(raw);
	raw = coodie_session_query(w->session, "DESCRIBE TABLES", CQL_ARGS(), NULL, &w->err);
	assert_int_equal(coodie_result_kind(raw), COODIE_RESULT_VOID);
	coodie_result_free(raw);
	coodie_query_free(q);
}

/* A SELECT that nobody answers would be an empty table by accident. */
static void unanswered(void **state)
{
	struct world *w = *state;
	note n = { .id = 1 };

	assert_true(coodie_save(w->session, &note_model, &n, NULL, &w->err));
	assert_null(coodie_get(w->session, &note_model, CQL_ARGS(cql(7)), NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_INVALID);
	CD_CHECK(strstr(w->err.message, "coodie_get(note): the mock has no answer for: SELECT "
					"\"id\", \"text\", \"stars\", \"tags\" FROM shop.notes "
					"WHERE \"id\" = ?; give it one: coodie_mock_answer(mock, "),
		 w->err.message);
	assert_true(coodie_mock_answer(w->mock, "SELECT", note_row(7, "x"), &w->err));
	coodie_object_free(coodie_get(w->session, &note_model, CQL_ARGS(cql(7)), NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_OK);
	assert_int_equal(coodie_mock_count(w->mock), 3); /* it was sent all the same */
}

/* The keyspace is that of models without one; NULL is none. */
static void keyspace(void **state)
{
	static const coodie_model loose = COODIE_MODEL(note, note_columns, "notes");
	struct world *w = *state;
	coodie_session *bare = coodie_mock_session(w->mock, NULL, &w->err);
	note mine = { .id = 1 };

	assert_true(coodie_save(w->session, &loose, &mine, NULL, &w->err));
	assert_non_null(strstr(coodie_mock_at(w->mock, 0)->cql, "INTO shop.notes"));
	assert_false(coodie_save(bare, &loose, &mine, NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_MODEL);
	coodie_session_free(bare);
}

/* Answers are used up in their order, each by the first statement that begins as it says. */
static void which_answer(void **state)
{
	struct world *w = *state;
	const coodie_error late = { .code = COODIE_ERR_TIMEOUT, .message = "late" };
	enum coodie_errc a, b, c, d;

	assert_true(coodie_mock_fail(w->mock, "INSERT", &late, &w->err));
	assert_true(coodie_mock_answer(w->mock, "SELECT", NULL, &w->err));
	assert_true(coodie_mock_fail(w->mock, "", &late, &w->err));
	submit(w, "SELECT 1", &a);
	submit(w, "SELECT 2", &b);
	submit(w, "INSERT 1", &c);
	submit(w, "INSERT 2", &d);
	assert_int_equal(a, NOT_YET); /* never from inside the call */
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(a, COODIE_OK);
	assert_int_equal(b, COODIE_ERR_TIMEOUT);
	assert_int_equal(c, COODIE_ERR_TIMEOUT);
	assert_int_equal(d, COODIE_OK);
	assert_false(coodie_mock_fail(w->mock, "", &(coodie_error){ 0 }, &w->err));
	assert_false(coodie_mock_fail(w->mock, NULL, &late, &w->err));
	assert_false(coodie_mock_fail(w->mock, "", NULL, &w->err));
	assert_false(coodie_mock_answer(w->mock, NULL, note_row(1, ""), &w->err));
	assert_false(coodie_mock_answer(NULL, "", note_row(1, ""), &w->err));
	assert_null(coodie_mock_session(NULL, NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_INVALID);
	coodie_mock_free(NULL);
}

static void hold(void **state)
{
	struct world *w = *state;
	enum coodie_errc outcome, later;

	coodie_mock_hold(w->mock, true);
	submit(w, "UPDATE 1", &outcome);
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(outcome, NOT_YET);
	coodie_mock_clear(w->mock); /* forgets what was recorded; the answer still comes */
	assert_int_equal(coodie_mock_count(w->mock), 0);
	/* a blocking call cannot be held, nor what was sent before it */
	coodie_result_free(coodie_session_query(w->session, "UPDATE 2", CQL_ARGS(), NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_OK);
	assert_int_equal(outcome, COODIE_OK);
	submit(w, "UPDATE 3", &later);
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(later, NOT_YET);
	coodie_mock_free(w->mock); /* holds nothing any more */
	w->mock = NULL;
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(later, COODIE_OK);
}

/* What a service shows of itself while a statement is under way, and that it can give it up. */
static void held_then_released(void **state)
{
	struct world *w = *state;
	enum coodie_errc a, b;
	uint64_t id = 0;

	coodie_mock_hold(w->mock, true);
	submit(w, "UPDATE 1", &a);
	b = (enum coodie_errc)NOT_YET;
	assert_true(coodie_session_query_async(w->session, "UPDATE 2", CQL_ARGS(),
					       COODIE_REQUEST(.id = &id), note_outcome, &b,
					       &w->err));
	assert_null(coodie_mock_at(w->mock, 1)->request->id);
	assert_true(coodie_session_cancel(w->session, id));
	assert_false(coodie_session_cancel(w->session, id + 1));
	assert_int_equal(b, NOT_YET);
	coodie_mock_hold(w->mock, false);
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(a, COODIE_OK);
	assert_int_equal(b, COODIE_ERR_CANCELLED);
	assert_false(coodie_session_cancel(w->session, id));
}

/* Everything that was passed in is copied. */
static void copies(void **state)
{
	struct world *w = *state;
	char cql[] = "INSERT ?", text[] = "bind", keyspace_name[] = "ks", profile[] = "slow";
	uint8_t page[] = { 1, 2 }, bytes[] = { 3 };
	cql_inet node = { { 10, 0, 0, 1 }, 4 };
	cql_payload payload = { { "key", 3 }, { bytes, 1 } };
	enum coodie_errc outcome;
	const coodie_request *r;

	assert_true(coodie_session_query_async(
		w->session, cql, CQL_ARGS(cql_from_str(text)),
		COODIE_REQUEST(.keyspace = keyspace_name, .profile = profile,
			       .paging_state = { page, 2 }, .node = &node, .payload = &payload,
			       .payload_count = 1, .consistency = CQL_CONSISTENCY_QUORUM),
		note_outcome, &outcome, &w->err));
	memset(cql, 'x', sizeof(cql) - 1);
	memset(text, 'x', sizeof(text) - 1);
	memset(keyspace_name, 'x', sizeof(keyspace_name) - 1);
	memset(profile, 'x', sizeof(profile) - 1);
	page[0] = bytes[0] = 9;
	node.address[0] = 9;
	r = coodie_mock_at(w->mock, 0)->request;
	assert_string_equal(coodie_mock_at(w->mock, 0)->cql, "INSERT ?");
	assert_string_equal(r->keyspace, "ks");
	assert_string_equal(r->profile, "slow");
	assert_int_equal(r->paging_state.data[0], 1);
	assert_int_equal(r->node->address[0], 10);
	assert_int_equal(r->payload[0].value.data[0], 3);
	assert_int_equal(r->consistency, CQL_CONSISTENCY_QUORUM);
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(outcome, COODIE_OK);
}

/* A batch is one statement, with its children; names of markers are kept too. */
static void batches_and_names(void **state)
{
	struct world *w = *state;
	const coodie_statement both[] = { COODIE_STATEMENT("INSERT ?", CQL_ARGS(cql(1))),
					  COODIE_STATEMENT("DELETE ?", CQL_ARGS(cql("it's ?"))) };
	const coodie_named binds[] = { { "id", cql(5) } };
	const coodie_error no = { .code = COODIE_ERR_SERVER, .message = "no" };
	char all[200];

	assert_true(coodie_mock_fail(w->mock, "BEGIN UNLOGGED BATCH", &no, &w->err));
	assert_null(
		coodie_session_batch(w->session, COODIE_BATCH_UNLOGGED, both, 2, NULL, &w->err));
	assert_string_equal(w->err.message, "no");
	coodie_mock_format(w->mock, all, sizeof(all));
	assert_string_equal(all, "BEGIN UNLOGGED BATCH INSERT 1; DELETE 'it''s ?'; APPLY BATCH\n");
	assert_int_equal(coodie_mock_at(w->mock, 0)->child_count, 2);
	assert_int_equal(coodie_mock_at(w->mock, 0)->batch_kind, COODIE_BATCH_UNLOGGED);
	coodie_result_free(
		coodie_session_query_named(w->session, "SELECT :id", binds, 1, NULL, &w->err));
	assert_string_equal(coodie_mock_at(w->mock, 1)->names[0], "id");
}

/* Markers inside texts and names are none; what has no bind stays a marker. */
static void shown(void **state)
{
	struct world *w = *state;
	char all[200];

	coodie_result_free(coodie_session_query(w->session, "SELECT '?', \"a?\", ?, ? /* ''",
						CQL_ARGS(cql_unset()), NULL, &w->err));
	coodie_mock_format(w->mock, all, sizeof(all));
	assert_string_equal(all, "SELECT '?', \"a?\", UNSET, ? /* ''\n");
}

/* The session ends: what waits is told so. */
static void freed_session(void **state)
{
	struct world *w = *state;
	enum coodie_errc outcome;

	submit(w, "UPDATE 1", &outcome);
	coodie_session_free(w->session);
	w->session = NULL;
	assert_int_equal(outcome, COODIE_ERR_CLOSED);
	assert_int_equal(coodie_mock_count(w->mock), 1); /* records outlive it */
}

static void free_inside(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct world *w = user;
	coodie_error refused;

	assert_int_equal(err->code, COODIE_OK);
	coodie_result_free(take_res);
	assert_null(coodie_session_query(w->session, "UPDATE 3", CQL_ARGS(), NULL, &refused));
	assert_int_equal(refused.code, COODIE_ERR_WOULD_BLOCK);
	coodie_session_free(w->session);
	w->session = NULL;
}

/* Freed by its own callback, while others wait. */
static void freed_by_callback(void **state)
{
	struct world *w = *state;
	enum coodie_errc outcome;

	assert_true(coodie_session_query_async(w->session, "UPDATE 1", CQL_ARGS(), NULL,
					       free_inside, w, &w->err));
	submit(w, "UPDATE 2", &outcome);
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(outcome, COODIE_ERR_CLOSED);
}

static void submit_again(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct world *w = user;
	coodie_error refused;

	(void)take_res;
	assert_int_equal(err->code, COODIE_ERR_CLOSED);
	assert_false(coodie_session_query_async(w->session, "UPDATE 2", CQL_ARGS(), NULL,
						submit_again, w, &refused));
	assert_int_equal(refused.code, COODIE_ERR_CLOSED);
}

/* Nothing new is taken while it ends. */
static void resubmit_while_ending(void **state)
{
	struct world *w = *state;

	assert_true(coodie_session_query_async(w->session, "UPDATE 1", CQL_ARGS(), NULL,
					       submit_again, w, &w->err));
	coodie_session_free(w->session);
	w->session = NULL;
}

/* Two sessions share a mock; each turns its own. A mock that is freed first is still there for them. */
static void two_sessions(void **state)
{
	struct world *w = *state;
	coodie_session *other = coodie_mock_session(w->mock, NULL, &w->err);
	enum coodie_errc outcome;

	submit(w, "UPDATE 1", &outcome);
	coodie_result_free(coodie_session_query(other, "UPDATE 2", CQL_ARGS(), NULL, &w->err));
	assert_int_equal(outcome, NOT_YET);
	assert_int_equal(coodie_mock_count(w->mock), 2);
	coodie_mock_free(w->mock);
	w->mock = NULL;
	coodie_session_free(other);
	assert_true(coodie_session_run(w->session, NULL, &w->err));
	assert_int_equal(outcome, COODIE_OK);
}

/* CN-15: the contract of a driver that is all a session needs. */
static void needs_a_server(void **state)
{
	struct world *w = *state;

	assert_true(coodie_session_connect(w->session, &w->err));
	assert_null(coodie_session_prepare(w->session, "SELECT 1", &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_UNSUPPORTED);
	assert_true(coodie_session_close(w->session, &w->err));
}

static bool whole_life(const coodie_allocator *a, void *user)
{
	const coodie_named binds[] = { { "id", cql("five") } };
	const coodie_statement one[] = { COODIE_STATEMENT("INSERT ?", CQL_ARGS(cql(1))) };
	coodie_error err = { 0 };
	coodie_mock *mock = cd_mock_new(a, &err);
	coodie_session *s = mock ? coodie_mock_session(mock, "shop", &err) : NULL;
	coodie_result *r = NULL;
	char all[100] = "";
	bool ok = s && coodie_mock_answer(mock, "SELECT", note_row(1, "x"), &err);

	(void)user;
	if (ok) {
		r = coodie_session_query_named(s, "SELECT :id", binds, 1,
					       COODIE_REQUEST(.profile = "slow"), &err);
		ok = r != NULL;
		coodie_result_free(r);
	}
	if (ok) {
		r = coodie_session_batch(s, COODIE_BATCH_LOGGED, one, 1, NULL, &err);
		ok = r != NULL;
		coodie_result_free(r);
	}
	if (!ok)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	ok = ok && coodie_mock_format(mock, all, sizeof(all)) > 0;
	coodie_session_free(s);
	coodie_mock_free(mock);
	return ok;
}

static void without_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a mock", whole_life, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_and_answers),   TEST(keyspace),
		TEST(no_rows),               TEST(unanswered),
		TEST(which_answer),          TEST(hold),
		TEST(held_then_released),    TEST(copies),
		TEST(batches_and_names),     TEST(shown),
		TEST(freed_session),         TEST(freed_by_callback),
		TEST(resubmit_while_ending), TEST(two_sessions),
		TEST(needs_a_server),        cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
