/* SPDX-License-Identifier: MIT */
/* Batches: what is sent, when nothing is, and what follows (BA-01..17, CT-08, Q9, OPP-11). */
#include <coodie/batch.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

#define INSERT_NOTE \
	"INSERT INTO shop.notes (\"id\", \"text\", \"stars\", \"tags\") VALUES (?, ?, ?, ?)"
#define DELETE_NOTE "DELETE FROM shop.notes WHERE \"id\" = ?"

/* Runs it, and ends it: it must work. */
static void run(coodie_batch *b)
{
	coodie_error err = { 0 };

	ok(coodie_batch_run(b, &err), &err);
	coodie_batch_free(b);
}

/* Runs it, and ends it: it must be refused before anything is sent. */
static void run_refused(coodie_batch *b, enum coodie_errc code, const char *says)
{
	coodie_error err = { 0 };
	size_t before = mock.call_count;

	refused(coodie_batch_run(b, &err), &err, code, says);
	assert_int_equal(mock.call_count, before);
	coodie_batch_free(b);
}

static note a_note(int id)
{
	return (note){ .id = id, .text = "x" };
}

typedef struct hits {
	coodie_row row;
	int32_t id;
	int64_t views;
} hits;

static const coodie_column hits_columns[] = {
	COODIE_COLUMN(hits, id, "int", .partition_key = 1),
	COODIE_COLUMN(hits, views, "counter"),
};
static const coodie_model hits_model = COODIE_MODEL(hits, hits_columns, "hits", .keyspace = "shop");

/* ---- what is sent ---------------------------------------------------------------------------- */

/* BA-02, BA-06, OPP-11: prepared statements of models, not one text, in the order of the additions. */
static void statements(void **state)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	note n = a_note(1);
	event e = { .tenant = "t", .day = 3, .seq = 2, .value = 1 };

	(void)state;
	coodie_batch_save(b, &note_model, &n, NULL);
	n.text = "the batch has a copy";
	coodie_batch_save(b, &event_model, &e, NULL);
	coodie_batch_delete(b, &note_model, &n, NULL);
	coodie_batch_cql(b, "UPDATE shop.notes SET stars = ? WHERE id = 5", CQL_ARGS(cql(7)));
	coodie_batch_cql(b, "DELETE FROM shop.notes WHERE id = 6", CQL_ARGS());
	assert_int_equal(coodie_batch_count(b), 5);
	assert_int_equal(mock.call_count, 0);
	run(b);
	assert_int_equal(mock.sent, 1);
	assert_int_equal(mock_last(&mock)->child_count, 5);
	assert_null(mock_last(&mock)->cql);
	mock_expect_child(&mock, 0, INSERT_NOTE, "1|'x'|unset|unset");
	mock_expect_child(&mock, 2, DELETE_NOTE, "1");
	mock_expect_child(&mock, 3, "UPDATE shop.notes SET stars = ? WHERE id = 5", "7");
	mock_expect_child(&mock, 4, "DELETE FROM shop.notes WHERE id = 6", "");
	for (size_t i = 0; i < 4; i++)
		assert_true(mock_last(&mock)->children[i].prepare);
	assert_false(mock_last(&mock)->children[4].prepare);
}

/* BA-01 */
static void kinds(void **state)
{
	const struct {
		const coodie_batch_options *options;
		enum coodie_batch_kind want;
	} rows[] = {
		{ NULL, COODIE_BATCH_LOGGED },
		{ COODIE_BATCH(.consistency = CQL_CONSISTENCY_ONE), COODIE_BATCH_LOGGED },
		{ COODIE_BATCH(.kind = COODIE_BATCH_UNLOGGED), COODIE_BATCH_UNLOGGED },
		{ COODIE_BATCH(.kind = COODIE_BATCH_COUNTER), COODIE_BATCH_COUNTER },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_batch *b = coodie_batch_new(mock.session, rows[i].options);

		coodie_batch_cql(b, "UPDATE t SET a = 1 WHERE b = 2", CQL_ARGS());
		run(b);
		assert_int_equal(mock_last(&mock)->batch_kind, rows[i].want);
	}
	run_refused(coodie_batch_new(mock.session, COODIE_BATCH(.kind = (enum coodie_batch_kind)9)),
		    COODIE_ERR_INVALID, "9 is no kind of batch");
}

/* BA-03, BA-11, BA-13 */
static void options(void **state)
{
	coodie_batch *b = coodie_batch_new(
		mock.session,
		COODIE_BATCH(.timestamp_us = 1234, .consistency = CQL_CONSISTENCY_QUORUM,
			     .serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL, .timeout_ms = 77,
			     .profile = "slow"));
	note n = a_note(1);
	const coodie_request *r;

	(void)state;
	coodie_batch_save(b, &note_model, &n, COODIE_WRITE(.ttl = 9));
	coodie_batch_save(b, &note_model, &n, NULL);
	run(b);
	r = &mock_last(&mock)->request;
	assert_int_equal(r->timestamp_us, 1234);
	assert_int_equal(r->consistency, CQL_CONSISTENCY_QUORUM);
	assert_int_equal(r->serial_consistency, CQL_CONSISTENCY_LOCAL_SERIAL);
	assert_int_equal(r->timeout_ms, 77);
	assert_true(r->idempotent);
	mock_expect_child(&mock, 0, INSERT_NOTE " USING TTL ?", "1|'x'|unset|unset|9");
	mock_expect_child(&mock, 1, INSERT_NOTE, "1|'x'|unset|unset");
}

/* What the batch leaves open the models say; what is not known to be idempotent is not (BA-11). */
static void defaults(void **state)
{
	static const coodie_model careful = COODIE_MODEL(
		note, note_columns, "notes", .keyspace = "shop", .consistency = CQL_CONSISTENCY_ALL,
		.timeout_ms = 9000);
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	note n = a_note(1);

	(void)state;
	coodie_batch_save(b, &note_model, &n, NULL);
	coodie_batch_save(b, &careful, &n, NULL);
	coodie_batch_cql(b, "UPDATE t SET l = l + [1] WHERE b = 2", CQL_ARGS());
	run(b);
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_ALL);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 9000);
	assert_false(mock_last(&mock)->request.idempotent);
	b = coodie_batch_new(mock.session, COODIE_BATCH(.idempotent = true));
	coodie_batch_cql(b, "UPDATE t SET l = l + [1] WHERE b = 2", CQL_ARGS());
	run(b);
	assert_true(mock_last(&mock)->request.idempotent);
}

/* BA-13, BA-16: a time of a statement's own stands in its text, whatever its verb; the others have the
 * batch's. */
static void times_of_their_own(void **state)
{
	/* what looks like the words that are looked for */
	static const coodie_column odd_columns[] = {
		COODIE_COLUMN(note, id, "int", .partition_key = 1),
		COODIE_COLUMN(note, text, "text", .db_name = "a WHERE ? SET \" b"),
	};
	static const coodie_model odd = COODIE_MODEL(note, odd_columns, "odd", .keyspace = "shop");
	coodie_batch *b = coodie_batch_new(mock.session, COODIE_BATCH(.timestamp_us = 1234));
	coodie_query *q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(3)));
	note n = a_note(1);

	(void)state;
	coodie_batch_save(b, &note_model, &n, COODIE_WRITE(.timestamp_us = 5));
	coodie_batch_save(b, &note_model, &n, COODIE_WRITE(.timestamp_us = 6, .ttl = 9));
	coodie_batch_update(b, &odd, &n, "text = ?", CQL_ARGS(cql("y")),
			    COODIE_WRITE(.timestamp_us = 7));
	coodie_batch_query_update(b, q, "text = ?, stars = ?", CQL_ARGS(cql("y"), cql(2)),
				  COODIE_WRITE(.timestamp_us = 8, .ttl = 9));
	coodie_batch_delete_columns(b, &odd, &n, "text", CQL_ARGS(),
				    COODIE_WRITE(.timestamp_us = 9));
	coodie_batch_delete_columns(b, &note_model, &n, "text, tags[?]", CQL_ARGS(cql("a")),
				    COODIE_WRITE(.timestamp_us = 10));
	coodie_batch_query_delete(b, q, COODIE_WRITE(.timestamp_us = 11));
	coodie_batch_save(b, &note_model, &n, NULL);
	coodie_batch_update(b, &note_model, &n, "text = ?", CQL_ARGS(cql_unset()),
			    COODIE_WRITE(.timestamp_us = 12)); /* nothing */
	run(b);
	coodie_query_free(q);
	assert_int_equal(mock_last(&mock)->request.timestamp_us, 1234);
	assert_int_equal(mock_last(&mock)->child_count, 8);
	mock_expect_child(&mock, 0, INSERT_NOTE " USING TIMESTAMP ?", "1|'x'|unset|unset|5");
	mock_expect_child(&mock, 1, INSERT_NOTE " USING TTL ? AND TIMESTAMP ?",
			  "1|'x'|unset|unset|9|6");
	mock_expect_child(&mock, 2,
			  "UPDATE shop.odd USING TIMESTAMP ? SET \"a WHERE ? SET \"\" b\" = ? "
			  "WHERE \"id\" = ?",
			  "7|'y'|1");
	mock_expect_child(&mock, 3,
			  "UPDATE shop.notes USING TTL ? AND TIMESTAMP ? SET \"text\" = ?, "
			  "\"stars\" = ? WHERE \"id\" = ?",
			  "9|8|'y'|2|3");
	mock_expect_child(&mock, 4,
			  "DELETE \"a WHERE ? SET \"\" b\" FROM shop.odd USING TIMESTAMP ? WHERE "
			  "\"id\" = ?",
			  "9|1");
	mock_expect_child(&mock, 5,
			  "DELETE \"text\", \"tags\"[?] FROM shop.notes USING TIMESTAMP ? WHERE "
			  "\"id\" = ?",
			  "'a'|10|1");
	mock_expect_child(&mock, 6, "DELETE FROM shop.notes USING TIMESTAMP ? WHERE \"id\" = ?",
			  "11|3");
	mock_expect_child(&mock, 7, INSERT_NOTE, "1|'x'|unset|unset");
}

/* CT-08, LW-10: where the server gives the time, no statement says one either. */
static void no_times_of_their_own(void **state)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	note n = a_note(1);
	hits h = { .id = 1 };

	(void)state;
	coodie_batch_save(b, &note_model, &n, COODIE_WRITE(.timestamp_us = 5));
	coodie_batch_insert(b, &note_model, &n, NULL);
	run_refused(b, COODIE_ERR_QUERY, "leave timestamp_us out");
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_insert(b, &note_model, &n, COODIE_WRITE(.timestamp_us = 5));
	run_refused(b, COODIE_ERR_INVALID, "it takes no timestamp_us");
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_save_if(b, &note_model, &n, "stars = ?", CQL_ARGS(cql(1)),
			     COODIE_WRITE(.timestamp_us = 5));
	run_refused(b, COODIE_ERR_INVALID, "it takes no timestamp_us");
	b = coodie_batch_new(mock.session, COODIE_BATCH(.kind = COODIE_BATCH_COUNTER));
	coodie_batch_delete(b, &hits_model, &h, COODIE_WRITE(.timestamp_us = 5));
	run_refused(b, COODIE_ERR_QUERY, "counters take no timestamp_us");
	b = coodie_batch_new(mock.session, COODIE_BATCH(.kind = COODIE_BATCH_COUNTER));
	coodie_batch_update(b, &hits_model, &h, "views = views + ?", CQL_ARGS(cql(1)),
			    COODIE_WRITE(.timestamp_us = 5));
	run_refused(b, COODIE_ERR_QUERY, "counters take no timestamp_us");
}

/* Of one statement only some options can be had. */
static void options_of_one(void **state)
{
	const struct {
		const coodie_write *w;
		const char *says;
	} rows[] = {
		{ COODIE_WRITE(.consistency = CQL_CONSISTENCY_ONE), "COODIE_BATCH(...)" },
		{ COODIE_WRITE(.must_apply = true), "COODIE_BATCH(...)" },
		{ COODIE_WRITE(.timeout_ms = 5), "COODIE_BATCH(...)" },
		{ COODIE_WRITE(.ttl = -2), "a ttl of -2 seconds" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_batch *b = coodie_batch_new(mock.session, NULL);
		note n = a_note(1);

		coodie_batch_save(b, &note_model, &n, NULL);
		coodie_batch_save(b, &note_model, &n, rows[i].w);
		coodie_batch_save(b, &note_model, NULL, NULL); /* the first mistake is told */
		run_refused(b, i < 3 ? COODIE_ERR_INVALID : COODIE_ERR_RANGE, rows[i].says);
	}
}

/* ---- nothing is sent ------------------------------------------------------------------------- */

static void count(void *user)
{
	++*(int *)user;
}

static void on_status(const coodie_error *err, void *user)
{
	assert_int_equal(err->code, COODIE_OK);
	count(user);
}

/* BA-07: an empty batch is no query; its callbacks run all the same, on a later turn (BA-14). */
static void empty(void **state)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };
	int applied = 0, told = 0;

	(void)state;
	coodie_batch_on_applied(b, count, &applied);
	ok(coodie_batch_run(b, &err), &err);
	assert_int_equal(applied, 1);
	ok(coodie_batch_run_async(b, on_status, &told, &err), &err);
	assert_int_equal(told, 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(told, 1);
	assert_int_equal(applied, 2);
	assert_int_equal(mock.sent, 0);
	coodie_batch_free(b);
}

/* A loaded object in which nothing has changed has nothing to write. */
static void clean_object(void **state)
{
	coodie_error err = { 0 };
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	note *n = coodie_new(mock.session, &note_model, &err);

	(void)state;
	ok(n, &err);
	n->id = 4;
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	coodie_batch_save(b, &note_model, n, NULL);
	assert_int_equal(coodie_batch_count(b), 0);
	ok(coodie_batch_run(b, &err), &err);
	assert_int_equal(mock.sent, 1);
	coodie_batch_free(b);
	coodie_object_free(n);
}

/* A mistake made while adding is kept: nothing at all is sent. */
static void mistakes(void **state)
{
	coodie_error err = { 0 };
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	note n = a_note(1);
	user u = { .nick = "caf\xc3\xa9" };

	(void)state;
	coodie_batch_save(b, &note_model, &n, NULL);
	coodie_batch_save(b, &user_model, &u, NULL);
	coodie_batch_save(b, &note_model, &n, NULL);
	assert_int_equal(coodie_batch_count(b), 1);
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_TYPE,
		"statement 2 of the batch: user, nick (ascii): byte 3");
	refused(coodie_batch_run_async(b, on_status, NULL, &err), &err, COODIE_ERR_TYPE, "nick");
	coodie_batch_clear(b); /* BA-08 */
	coodie_batch_save(b, &note_model, &n, NULL);
	run(b);
	assert_int_equal(mock.sent, 1);
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_cql(b, NULL, CQL_ARGS());
	run_refused(b, COODIE_ERR_INVALID, "it has no text");
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_execute(b, NULL, CQL_ARGS());
	run_refused(b, COODIE_ERR_INVALID, "the prepared statement is NULL");
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_cql(b, "x ?", cql_args_of(NULL, 1));
	run_refused(b, COODIE_ERR_INVALID, "their array is NULL");
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_on_applied(b, NULL, NULL);
	run_refused(b, COODIE_ERR_INVALID, "the callback is NULL");
	run_refused(coodie_batch_new(NULL, NULL), COODIE_ERR_INVALID, "the session is NULL");
	run_refused(NULL, COODIE_ERR_NO_MEMORY, "the batch");
	coodie_batch_save(NULL, &note_model, &n, NULL);
	coodie_batch_clear(NULL);
	assert_int_equal(coodie_batch_count(NULL), 0);
}

/* CT-08, BA-17: counters share a batch with counters only. */
static void counters(void **state)
{
	hits h = { .id = 1 };
	note n = a_note(1);
	coodie_batch *b = coodie_batch_new(mock.session, NULL);

	(void)state;
	coodie_batch_increment(b, &hits_model, &h, "views", CQL_ARGS(cql(2)));
	run_refused(b, COODIE_ERR_QUERY,
		    "hits is a table of counters: COODIE_BATCH(.kind = COODIE_BATCH_COUNTER)");
	b = coodie_batch_new(mock.session, COODIE_BATCH(.kind = COODIE_BATCH_COUNTER));
	coodie_batch_save(b, &note_model, &n, NULL);
	run_refused(b, COODIE_ERR_QUERY, "note has no counters");
	b = coodie_batch_new(mock.session, COODIE_BATCH(.kind = COODIE_BATCH_COUNTER));
	coodie_batch_increment(b, &hits_model, &h, "nothing", CQL_ARGS(cql(2)));
	run_refused(b, COODIE_ERR_QUERY, "statement 1 of the batch: ");
	b = coodie_batch_new(mock.session, COODIE_BATCH(.kind = COODIE_BATCH_COUNTER));
	coodie_batch_increment(b, &hits_model, &h, "views", CQL_ARGS(cql(2)));
	h.id = 7;
	coodie_batch_increment(b, &hits_model, &h, "views", CQL_ARGS(cql(-3)));
	run(b);
	assert_int_equal(mock_last(&mock)->batch_kind, COODIE_BATCH_COUNTER);
	assert_false(mock_last(&mock)->request.idempotent);
	mock_expect_child(&mock, 0,
			  "UPDATE shop.hits SET \"views\" = \"views\" + ? WHERE \"id\" = ?", "2|1");
	mock_expect_child(&mock, 1,
			  "UPDATE shop.hits SET \"views\" = \"views\" + ? WHERE \"id\" = ?",
			  "-3|7");
	b = coodie_batch_new(mock.session,
			     COODIE_BATCH(.kind = COODIE_BATCH_COUNTER, .timestamp_us = 5));
	coodie_batch_increment(b, &hits_model, &h, "views", CQL_ARGS(cql(2)));
	run_refused(b, COODIE_ERR_QUERY, "leave timestamp_us out");
}

/* BA-06: every verb can join. */
static void verbs(void **state)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_query *q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(8)));
	coodie_query *other = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(9)));
	note n = a_note(1);

	(void)state;
	coodie_batch_update(b, &note_model, &n, "tags = tags + ?, stars = ?",
			    CQL_ARGS(cql(CQL_SET(cql("new"))), cql(4)), COODIE_WRITE(.ttl = 60));
	coodie_batch_delete_columns(b, &note_model, &n, "stars", CQL_ARGS(), NULL);
	coodie_batch_query_update(b, q, "stars = ?", CQL_ARGS(cql(5)), NULL);
	coodie_batch_query_delete(b, other, NULL);
	coodie_query_free(q);
	coodie_query_free(other);
	assert_int_equal(coodie_batch_count(b), 4);
	run(b);
	mock_expect_child(
		&mock, 0,
		"UPDATE shop.notes USING TTL ? SET \"tags\" = \"tags\" + ?, \"stars\" = ? "
		"WHERE \"id\" = ?",
		"60|{'new'}|4|1");
	mock_expect_child(&mock, 1, "DELETE \"stars\" FROM shop.notes WHERE \"id\" = ?", "1");
	mock_expect_child(&mock, 2, "UPDATE shop.notes SET \"stars\" = ? WHERE \"id\" = ?", "5|8");
	mock_expect_child(&mock, 3, "DELETE FROM shop.notes WHERE \"id\" = ?", "9");
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_query_delete(b, NULL, NULL);
	run_refused(b, COODIE_ERR_NO_MEMORY, "query");
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_update(b, &note_model, &n, "nothing = ?", CQL_ARGS(cql(1)), NULL);
	run_refused(b, COODIE_ERR_QUERY, "nothing");
}

/* ---- scopes ---------------------------------------------------------------------------------- */

struct scope {
	bool works, mistaken;
	const char *reason;
};

static bool body(coodie_batch *b, void *user, coodie_error *err)
{
	const struct scope *s = user;
	note n = a_note(3);

	coodie_batch_save(b, &note_model, &n, NULL);
	if (s->mistaken)
		coodie_batch_save(b, &note_model, NULL, NULL);
	if (s->reason) {
		err->code = COODIE_ERR_NOT_FOUND;
		snprintf(err->message, sizeof(err->message), "%s", s->reason);
	}
	return s->works;
}

/* BA-04, BA-05 */
static void scopes(void **state)
{
	static const coodie_batch_options on_error = { .size = sizeof(on_error),
						       .run_on_error = true };
	static const struct {
		struct scope scope;
		const coodie_batch_options *options;
		enum coodie_errc code;
		size_t sent;
	} rows[] = {
		{ { .works = true }, NULL, COODIE_OK, 1 },
		{ { .reason = "no stock" }, NULL, COODIE_ERR_NOT_FOUND, 0 },
		{ { .works = false }, NULL, COODIE_ERR_CANCELLED, 0 },
		{ { .works = true, .mistaken = true }, NULL, COODIE_ERR_INVALID, 0 },
		{ { .reason = "no stock" }, &on_error, COODIE_ERR_NOT_FOUND, 1 },
		{ { .works = true }, &on_error, COODIE_OK, 1 },
		{ { .reason = "no", .mistaken = true }, &on_error, COODIE_ERR_NOT_FOUND, 0 },
	};
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct scope scope = rows[i].scope;
		size_t before = mock.sent;
		bool worked = coodie_batch_scope(mock.session, rows[i].options, body, &scope, &err);

		assert_int_equal(worked, rows[i].code == COODIE_OK);
		assert_int_equal(err.code, rows[i].code);
		assert_int_equal(mock.sent - before, rows[i].sent);
		if (scope.reason)
			assert_string_equal(err.message, scope.reason);
	}
	assert_false(coodie_batch_scope(mock.session, NULL, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_batch_scope(NULL, NULL, body, &(struct scope){ .works = true }, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

static void keep_status(const coodie_error *err, void *user)
{
	coodie_error *told = user;

	assert_int_equal(told->code, COODIE_ERR_NOT_FOUND); /* once */
	*told = *err;
}

/* BA-04, BA-05, SA-02: the same without waiting. */
static void scopes_async(void **state)
{
	struct scope works = { .works = true }, fails = { .reason = "no stock" };
	coodie_error err = { 0 }, told = { .code = COODIE_ERR_NOT_FOUND };

	(void)state;
	ok(coodie_batch_scope_async(mock.session, NULL, body, &works, keep_status, &told, &err),
	   &err);
	assert_int_equal(mock.sent, 1);
	assert_int_equal(told.code, COODIE_ERR_NOT_FOUND); /* not yet */
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(told.code, COODIE_OK);
	refused(coodie_batch_scope_async(mock.session, NULL, body, &fails, keep_status, NULL, &err),
		&err, COODIE_ERR_NOT_FOUND, "no stock");
	assert_int_equal(mock.sent, 1);
	refused(coodie_batch_scope_async(mock.session, COODIE_BATCH(.run_on_error = true), body,
					 &fails, keep_status, NULL, &err),
		&err, COODIE_ERR_NOT_FOUND, "no stock");
	assert_int_equal(mock.sent, 2);
	refused(coodie_batch_scope_async(mock.session, NULL, body, &works, NULL, NULL, &err), &err,
		COODIE_ERR_INVALID, "there is no callback");
	refused(coodie_batch_scope_async(mock.session, NULL, NULL, NULL, keep_status, NULL, &err),
		&err, COODIE_ERR_INVALID, "there is no body");
	ok(coodie_session_run(mock.session, NULL, &err), &err);
}

/* ---- what follows ---------------------------------------------------------------------------- */

static void note_order(void *user)
{
	char *order = user;

	order[strlen(order)] = order[0] == 'a' ? 'b' : 'a';
}

/* BA-08, BA-10: after a success it is empty, and its callbacks run again with the next. */
static void reuse(void **state)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };
	note n = a_note(1);
	int applied = 0;
	char order[8] = "";

	(void)state;
	coodie_batch_on_applied(b, count, &applied);
	coodie_batch_on_applied(b, note_order, order);
	coodie_batch_on_applied(b, note_order, order);
	coodie_batch_save(b, &note_model, &n, NULL);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_TIMEOUT, "coodie_batch_run");
	assert_int_equal(applied, 0);
	assert_int_equal(coodie_batch_count(b), 1); /* as before */
	ok(coodie_batch_run(b, &err), &err);
	assert_int_equal(applied, 1);
	assert_string_equal(order, "ab");
	assert_int_equal(coodie_batch_count(b), 0);
	coodie_batch_clear(b);
	n.id = 2;
	coodie_batch_save(b, &note_model, &n, NULL);
	ok(coodie_batch_run(b, &err), &err);
	assert_int_equal(applied, 2);
	assert_int_equal(mock_last(&mock)->child_count, 1);
	mock_expect_child(&mock, 0, INSERT_NOTE, "2|'x'|unset|unset");
	coodie_batch_free(b);
}

/* Objects count as saved when the batch was applied, not before. */
static void objects(void **state)
{
	coodie_error err = { 0 };
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	note *n = coodie_new(mock.session, &note_model, &err);

	(void)state;
	ok(n, &err);
	n->id = 4;
	n->text = "new";
	coodie_batch_save(b, &note_model, n, NULL);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "down");
	assert_false(coodie_batch_run(b, &err));
	coodie_batch_clear(b);
	coodie_batch_save(b, &note_model, n, NULL);
	ok(coodie_batch_run(b, &err), &err);
	mock_expect_child(&mock, 0, INSERT_NOTE, "4|'new'|unset|unset");
	n->text = "newer";
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	assert_true(strncmp(mock_last(&mock)->cql, "UPDATE", 6) == 0);
	coodie_batch_free(b);
	coodie_object_free(n);
}

/* BA-15: a condition that did not hold wrote nothing. */
static void conditions(void **state)
{
	static const coodie_column_spec column = { "[applied]", "boolean" };
	coodie_error err = { 0 };
	int applied = 0;

	(void)state;
	for (int holds = 0; holds < 2; holds++) {
		coodie_batch *b = coodie_batch_new(mock.session, NULL);
		const cql_value value = cql((bool)holds);

		coodie_batch_on_applied(b, count, &applied);
		coodie_batch_cql(b, "INSERT INTO t (a) VALUES (?) IF NOT EXISTS", CQL_ARGS(cql(1)));
		mock_answer(&mock, coodie_result_new_rows(&column, 1, &value, 1, NULL));
		if (holds)
			ok(coodie_batch_run(b, &err), &err);
		else
			refused(coodie_batch_run(b, &err), &err, COODIE_ERR_NOT_APPLIED,
				"a condition did not hold");
		assert_int_equal(applied, holds);
		assert_int_equal(coodie_batch_count(b), !holds);
		coodie_batch_free(b);
	}
}

/* Two rows that were in the way, as the server tells of them. */
static coodie_result *in_the_way(void)
{
	static const coodie_column_spec columns[] = { { "[applied]", "boolean" },
						      { "id", "int" },
						      { "text", "text" } };
	const cql_value values[] = { cql((bool)false), cql(1), cql("first"),
				     cql((bool)false), cql(2), cql("second") };

	return coodie_result_new_rows(columns, 3, values, 2, NULL);
}

/* BA-09, BA-15: the outcome, with every row that was in the way. */
static void outcomes(void **state)
{
	static const coodie_column_spec column = { "[applied]", "boolean" };
	const cql_value yes = cql((bool)true);
	coodie_error err = { 0 };
	note n = a_note(1), other = a_note(2);
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_lwt *lwt;
	int applied = 0;

	(void)state;
	coodie_batch_on_applied(b, count, &applied);
	coodie_batch_insert(b, &note_model, &n, NULL);
	coodie_batch_save_if(b, &note_model, &other, "stars = ?", CQL_ARGS(cql(1)), NULL);
	mock_answer(&mock, in_the_way());
	lwt = coodie_batch_run_if(b, &err);
	ok(lwt, &err);
	assert_false(mock_last(&mock)->request.idempotent);
	mock_expect_child(&mock, 0, INSERT_NOTE " IF NOT EXISTS", "1|'x'|unset|unset");
	assert_false(coodie_lwt_applied(lwt));
	assert_int_equal(coodie_lwt_count(lwt), 2);
	assert_string_equal(((note *)coodie_lwt_existing(lwt))->text, "first");
	assert_int_equal(((note *)coodie_lwt_existing_at(lwt, 1))->id, 2);
	assert_string_equal(((note *)coodie_lwt_existing_at(lwt, 1))->text, "second");
	coodie_lwt_free(lwt);
	assert_int_equal(applied, 0);
	assert_int_equal(coodie_batch_count(b), 2);
	mock_answer(&mock, in_the_way());
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_NOT_APPLIED,
		"coodie_batch_run(note): ");
	mock_answer(&mock, coodie_result_new_rows(&column, 1, &yes, 1, NULL));
	lwt = coodie_batch_run_if(b, &err);
	ok(lwt, &err);
	assert_true(coodie_lwt_applied(lwt));
	coodie_lwt_free(lwt);
	assert_int_equal(applied, 1);
	assert_int_equal(coodie_batch_count(b), 0);
	coodie_batch_free(b);
}

static void on_lwt(coodie_lwt *take_lwt, const coodie_error *err, void *user)
{
	*(enum coodie_errc *)user = err->code;
	assert_int_equal(take_lwt != NULL, err->code == COODIE_OK);
	coodie_lwt_free(take_lwt);
}

/* BA-09: must_apply makes an error of it; an outcome needs a condition, and no timestamp (LW-10). */
static void must_apply(void **state)
{
	enum coodie_errc told = COODIE_OK;
	coodie_error err = { 0 };
	note n = a_note(1);
	coodie_batch *b = coodie_batch_new(mock.session, COODIE_BATCH(.must_apply = true));

	(void)state;
	coodie_batch_insert(b, &note_model, &n, NULL);
	mock_answer(&mock, in_the_way());
	ok(coodie_batch_run_if_async(b, on_lwt, &told, &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(told, COODIE_ERR_NOT_APPLIED);
	coodie_batch_free(b);
	b = coodie_batch_new(mock.session, NULL);
	coodie_batch_save(b, &note_model, &n, NULL);
	refused(coodie_batch_run_if(b, &err) != NULL, &err, COODIE_ERR_QUERY,
		"no statement of a model has a condition");
	coodie_batch_free(b);
	b = coodie_batch_new(mock.session, COODIE_BATCH(.timestamp_us = 5));
	coodie_batch_insert(b, &note_model, &n, NULL);
	run_refused(b, COODIE_ERR_QUERY, "leave timestamp_us out");
}

/* BA-14: while it is under way nothing can be added; freed meanwhile it lives until the answer. */
static void asynchronous(void **state)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };
	note n = a_note(1);
	uint64_t id = 0;
	int told = 0;

	(void)state;
	coodie_batch_save(b, &note_model, &n, NULL);
	ok(coodie_batch_run_async(b, on_status, &told, &err), &err);
	refused(coodie_batch_run_async(b, on_status, &told, &err), &err, COODIE_ERR_INVALID,
		"under way already");
	coodie_batch_clear(b);
	assert_int_equal(coodie_batch_count(b), 1);
	coodie_batch_save(b, &note_model, &n, NULL);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(told, 1);
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_INVALID, "the batch is under way");
	coodie_batch_free(b);

	b = coodie_batch_new(mock.session, COODIE_BATCH(.id = &id));
	coodie_batch_save(b, &note_model, &n, NULL);
	ok(coodie_batch_run_async(b, on_status, &told, &err), &err);
	coodie_batch_free(b);
	assert_true(id != 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(told, 2);
	b = coodie_batch_new(mock.session, NULL);
	assert_false(coodie_batch_run_async(b, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_batch_free(b);
}

/* The answer is the session's end. */
static void ended_session(void **state)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };
	note n = a_note(1);
	int told = 0;

	(void)state;
	coodie_batch_save(b, &note_model, &n, NULL);
	mock_answer_refuse(&mock, COODIE_ERR_CLOSED, "the session is closed");
	refused(coodie_batch_run_async(b, on_status, &told, &err), &err, COODIE_ERR_CLOSED, "");
	assert_int_equal(coodie_batch_count(b), 1);
	coodie_batch_free(b);
	assert_int_equal(told, 0);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* The session's log is told before the server's would be. */
static void warning(void **state)
{
	static char text[6000];
	static const struct {
		size_t len;
		uint32_t warn_bytes;
		size_t lines;
	} rows[] = {
		{ 4900, 0, 0 },
		{ 5900, 0, 1 },
		{ 5900, 10000, 0 },
		{ 100, 50, 1 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_batch *b = coodie_batch_new(mock.session,
						   COODIE_BATCH(.warn_bytes = rows[i].warn_bytes));
		size_t before = mock.log_count;
		note n = a_note(1);

		memset(text, 'x', rows[i].len);
		text[rows[i].len] = '\0';
		n.text = text;
		coodie_batch_save(b, &note_model, &n, NULL);
		run(b);
		assert_int_equal(mock.log_count - before, rows[i].lines);
	}
	assert_non_null(strstr(mock.logged, "a batch of 1 statements has about 1"));
}

/* ---- connections ----------------------------------------------------------------------------- */

/* BA-12 */
static void connections(void **state)
{
	static const coodie_model archived = COODIE_MODEL(
		note, note_columns, "old_notes", .keyspace = "shop", .connection = "archive");
	const struct {
		const coodie_batch_options *options;
		bool mixed;
		const char *refused;
		size_t main_sent, archive_sent;
	} rows[] = {
		{ NULL, false, NULL, 1, 0 },
		{ NULL, true, "of another connection", 0, 0 },
		{ COODIE_BATCH(.connection = "archive"), true, NULL, 0, 1 },
		{ COODIE_BATCH(.connection = "nowhere"), false, "nowhere", 0, 0 },
	};
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_session *registry = coodie_session_new_registry(&err);
		struct mock main, archive;
		coodie_batch *b;
		note n = a_note(1);

		mock_open(&main);
		mock_open(&archive);
		ok(coodie_session_register(registry, "main", main.session, &err), &err);
		ok(coodie_session_register(registry, "archive", archive.session, &err), &err);
		b = coodie_batch_new(registry, rows[i].options);
		coodie_batch_save(b, &note_model, &n, NULL);
		if (rows[i].mixed)
			coodie_batch_save(b, &archived, &n, NULL);
		coodie_batch_cql(b, "UPDATE t SET a = 1 WHERE b = 2", CQL_ARGS());
		if (rows[i].refused)
			refused(coodie_batch_run(b, &err), &err, COODIE_ERR_INVALID,
				rows[i].refused);
		else
			ok(coodie_batch_run(b, &err), &err);
		coodie_batch_free(b);
		assert_int_equal(main.sent, rows[i].main_sent);
		assert_int_equal(archive.sent, rows[i].archive_sent);
		coodie_session_free(registry);
		mock_close(&main);
		mock_close(&archive);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(statements),
		TEST(kinds),
		TEST(options),
		TEST(defaults),
		TEST(options_of_one),
		TEST(times_of_their_own),
		TEST(no_times_of_their_own),
		TEST(empty),
		TEST(clean_object),
		TEST(mistakes),
		TEST(counters),
		TEST(scopes),
		TEST(scopes_async),
		TEST(reuse),
		TEST(objects),
		TEST(verbs),
		TEST(conditions),
		TEST(outcomes),
		TEST(must_apply),
		TEST(asynchronous),
		TEST(ended_session),
		TEST(warning),
		cmocka_unit_test(connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
