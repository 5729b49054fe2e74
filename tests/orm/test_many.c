/* SPDX-License-Identifier: MIT */
/* Many objects: what is sent, how much of it at once, and what comes of failures (Q10). */
#include <coodie/batch.h>
#include <coodie/explain.h>
#include <coodie/many.h>
#include <coodie/scan.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

enum { MOST = 40 };

/* Statements that went out, without the turns that were only waited for. */
static const struct mock_call *sent_at(size_t i)
{
	for (size_t call = 0; call < mock.call_count; call++)
		if (!mock.calls[call].empty && !i--)
			return &mock.calls[call];
	fail_msg("so many were not sent");
	return NULL;
}

static struct {
	note of[MOST];
	void *at[MOST];
} notes;

static void make_notes(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		notes.of[i] = (note){ .id = (int)i, .text = "x" };
		notes.at[i] = &notes.of[i];
	}
}

/* ---- saving ---------------------------------------------------------------------------------- */

/* Q10: each by a request of its own. */
static void save_all(void **state)
{
	coodie_error err = { 0 };
	size_t done = 99;

	(void)state;
	make_notes(20);
	ok(coodie_save_many(mock.session, &note_model, notes.at, 20, COODIE_MANY(.done = &done),
			    COODIE_WRITE(.ttl = 9, .timeout_ms = 70), &err),
	   &err);
	assert_int_equal(done, 20);
	assert_int_equal(mock.sent, 20);
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(sent_at(i)->args.values[0].as.integer, i);
		assert_int_equal(sent_at(i)->args.values[4].as.integer, 9);
		assert_int_equal(sent_at(i)->request.timeout_ms, 70);
	}
	ok(coodie_save_many(mock.session, &note_model, NULL, 0, COODIE_MANY(.done = &done), NULL,
			    &err),
	   &err);
	assert_int_equal(done, 0);
	assert_int_equal(mock.sent, 20);
}

static void on_status(const coodie_error *err, void *user)
{
	coodie_error *told = user;

	assert_string_equal(told->message, "");
	*told = *err;
	snprintf(told->message, sizeof(told->message), "told: %.200s", err->message);
}

/* No more are under way than may be. */
static void bounded(void **state)
{
	coodie_error err = { 0 }, told = { 0 };
	size_t done = 0, under_way;

	(void)state;
	make_notes(10);
	ok(coodie_save_many_async(mock.session, &note_model, notes.at, 10,
				  COODIE_MANY(.in_flight = 3, .done = &done), NULL, on_status,
				  &told, &err),
	   &err);
	assert_int_equal(mock.sent, 3);
	while (mock.sent < 10 || !told.message[0]) {
		bool stop = false;
		size_t before = mock.sent;

		under_way = 0;
		for (size_t i = 0; i < mock.call_count; i++)
			under_way += !mock.calls[i].empty && !mock.calls[i].delivered;
		assert_in_range(under_way, 0, 3);
		coodie_session_run(mock.session, &stop, &err);
		assert_true(mock.sent - before <= 10);
	}
	assert_string_equal(told.message, "told: ");
	assert_int_equal(told.code, COODIE_OK);
	assert_int_equal(done, 10);
}

/* After a failure no more are begun; or all are, and the first failure is told. */
static void failures(void **state)
{
	const struct {
		bool go_on;
		size_t sent, done;
	} rows[] = { { false, 5, 4 }, { true, 10, 8 } };
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		size_t done = 0, before = mock.sent;

		make_notes(10);
		for (int answers = 0; answers < 10; answers++)
			if (answers == 3 || answers == 6)
				mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
			else
				mock_answer(&mock, NULL);
		refused(coodie_save_many(
				mock.session, &note_model, notes.at, 10,
				COODIE_MANY(.in_flight = 2, .go_on = rows[i].go_on, .done = &done),
				NULL, &err),
			&err, COODIE_ERR_TIMEOUT, "coodie_save_many(note): object 4 of 10: ");
		assert_int_equal(mock.sent - before, rows[i].sent);
		assert_int_equal(done, rows[i].done);
		mock_close(&mock);
		mock_open(&mock);
	}
}

/* What is wrong with the first is told at once, with a later one by the callback. */
static void refusals(void **state)
{
	coodie_error err = { 0 }, told = { 0 };
	uint64_t id;

	(void)state;
	make_notes(3);
	notes.at[0] = NULL;
	refused(coodie_save_many_async(mock.session, &note_model, notes.at, 3, NULL, NULL,
				       on_status, &told, &err),
		&err, COODIE_ERR_INVALID, "object 1 of 3: ");
	assert_int_equal(mock.call_count, 0);
	make_notes(3);
	notes.at[1] = NULL;
	ok(coodie_save_many_async(mock.session, &note_model, notes.at, 3, NULL, NULL, on_status,
				  &told, &err),
	   &err);
	assert_string_equal(told.message, "");
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(told.code, COODIE_ERR_INVALID);
	assert_int_equal(mock.sent, 1);
	refused(coodie_save_many(mock.session, &note_model, NULL, 3, NULL, NULL, &err), &err,
		COODIE_ERR_INVALID, "3 objects, or their array is NULL");
	refused(coodie_save_many(mock.session, &note_model, notes.at, 3, NULL,
				 COODIE_WRITE(.id = &id), &err),
		&err, COODIE_ERR_INVALID, "no one id");
	refused(coodie_save_many_async(mock.session, &note_model, notes.at, 3, NULL, NULL, NULL,
				       NULL, &err),
		&err, COODIE_ERR_INVALID, "the callback is NULL");
	refused(coodie_save_many(NULL, &note_model, notes.at, 3, NULL, NULL, &err), &err,
		COODIE_ERR_INVALID, "the session is NULL");
	assert_int_equal(mock.sent, 1);
}

/* ---- batches --------------------------------------------------------------------------------- */

static struct {
	event of[MOST];
	void *at[MOST];
} events;

/* Ten partitions, whose rows stand apart. */
static void make_events(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		events.of[i] = (event){ .tenant = i % 2 ? "odd" : "even",
					.day = (int)(i % 10) / 2,
					.seq = (int)i,
					.value = 1 };
		events.at[i] = &events.of[i];
	}
}

/* Q10: rows of one partition together, in unlogged batches, each row once. */
static void batches(void **state)
{
	const struct {
		uint32_t rows, bytes;
		size_t sent, largest;
	} rows[] = { { 100, 0, 10, 4 }, { 3, 0, 20, 3 }, { 100, 1, 40, 1 }, { 1, 0, 40, 0 } };
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		bool seen[MOST] = { false };
		size_t largest = 0, done = 0;

		make_events(MOST);
		ok(coodie_save_many(mock.session, &event_model, events.at, MOST,
				    COODIE_MANY(.batch_rows = rows[i].rows,
						.batch_bytes = rows[i].bytes, .done = &done),
				    COODIE_WRITE(.timestamp_us = 77), &err),
		   &err);
		assert_int_equal(done, MOST);
		assert_int_equal(mock.sent, rows[i].sent);
		for (size_t call = 0; call < mock.sent; call++) {
			const struct mock_call *b = sent_at(call);

			assert_int_equal(b->request.timestamp_us, 77);
			largest = b->child_count > largest ? b->child_count : largest;
			for (size_t c = 0; c < b->child_count; c++) {
				const cql_value *v = b->children[c].args.values;

				assert_int_equal(b->batch_kind, COODIE_BATCH_UNLOGGED);
				assert_int_equal(v[1].as.integer,
						 b->children[0].args.values[1].as.integer);
				assert_false(seen[v[3].as.integer]);
				seen[v[3].as.integer] = true;
			}
		}
		assert_int_equal(largest, rows[i].largest);
		mock_close(&mock);
		mock_open(&mock);
	}
}

/* A batch that fails is that of its rows. */
static void failed_batch(void **state)
{
	coodie_error err = { 0 };
	size_t done = 0;

	(void)state;
	make_events(MOST);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	refused(coodie_save_many(mock.session, &event_model, events.at, MOST,
				 COODIE_MANY(.batch_rows = 9, .go_on = true, .done = &done), NULL,
				 &err),
		&err, COODIE_ERR_TIMEOUT, "of 40: coodie_batch_run");
	assert_int_equal(done, MOST - 4);
	events.of[7].tenant = NULL;
	refused(coodie_save_many(mock.session, &event_model, events.at, MOST,
				 COODIE_MANY(.batch_rows = 9), NULL, &err),
		&err, COODIE_ERR_QUERY, "object 8 of 40: event: the value for tenant is null");
}

static bool at_most_100(const void *member, coodie_error *err)
{
	const double *value = member;

	if (*value <= 100)
		return true;
	err->code = COODIE_ERR_RANGE;
	strcpy(err->message, "more than 100");
	return false;
}

static const coodie_column strict_columns[] = {
	COODIE_COLUMN(event, tenant, "text", .partition_key = 1),
	COODIE_COLUMN(event, seq, "int", .clustering_key = 1),
	COODIE_COLUMN(event, value, "double", .validate = at_most_100),
};
static const coodie_model strict_model = COODIE_MODEL(event, strict_columns, "strict",
						      .keyspace = "shop");

/* One that is refused is left out alone, and named; the others of its batch are written. */
static void refused_in_batches(void **state)
{
	coodie_error err = { 0 };
	size_t done = 0;

	(void)state;
	for (int go_on = 0; go_on < 2; go_on++) {
		make_events(20);
		for (size_t i = 0; i < 20; i++)
			events.of[i].tenant = "one";
		events.of[5].value = events.of[11].value = 101;
		refused(coodie_save_many(mock.session, &strict_model, events.at, 20,
					 COODIE_MANY(.batch_rows = 100, .go_on = go_on, .done = &done),
					 NULL, &err),
			&err, COODIE_ERR_RANGE, "object 6 of 20: ");
		assert_int_equal(done, go_on ? 18 : 5);
		assert_int_equal(mock.sent, go_on ? 3 : 1);
		assert_int_equal(sent_at(0)->child_count, 5);
		mock_close(&mock);
		mock_open(&mock);
	}
}

/* ---- reading --------------------------------------------------------------------------------- */

/* A row of notes; none: an empty result. */
static coodie_result *note_row(int id, bool there)
{
	static const coodie_column_spec columns[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};
	const cql_value row[] = { cql(id), cql("hello"), cql(3), cql_null() };

	return coodie_result_new_rows(columns, 4, row, there, NULL);
}

/* Q10: in the order of the keys, NULL for what is not there. */
static void get_all(void **state)
{
	cql_value values[10];
	cql_args keys[10];
	void *found[10];
	coodie_error err = { 0 };
	size_t done = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		values[i] = cql(i);
		keys[i] = (cql_args){ 1, &values[i] };
		mock_answer(&mock, note_row(i, i % 3));
	}
	ok(coodie_get_many(mock.session, &note_model, keys, 10,
			   COODIE_MANY(.in_flight = 4, .done = &done),
			   COODIE_READ(.consistency = CQL_CONSISTENCY_QUORUM), found, &err),
	   &err);
	assert_int_equal(done, 10);
	assert_int_equal(mock.sent, 10);
	for (int i = 0; i < 10; i++) {
		note *n = found[i];

		assert_int_equal(n != NULL, i % 3 != 0);
		if (n)
			assert_int_equal(n->id, i);
		assert_int_equal(sent_at((size_t)i)->request.consistency, CQL_CONSISTENCY_QUORUM);
	}
	ok(coodie_save(mock.session, &note_model, found[1], NULL, &err), &err);
	assert_int_equal(mock.sent, 10); /* loaded, and nothing has changed */
	coodie_objects_free(found, 10);
	assert_null(found[1]);
	ok(coodie_get_many(mock.session, &note_model, NULL, 0, NULL, NULL, NULL, &err), &err);
}

/* The keys are copied, and what was read before a failure is freed, or kept. */
static void get_failures(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	for (int go_on = 0; go_on < 2; go_on++) {
		coodie_error told = { 0 };
		void *found[4];

		mock_answer(&mock, note_row(1, true));
		mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
		mock_answer(&mock, note_row(3, true));
		mock_answer(&mock, note_row(4, true));
		{
			cql_value values[4] = { cql(1), cql(2), cql(3), cql(4) };
			cql_args keys[4] = { { 1, values },
					     { 1, values + 1 },
					     { 1, values + 2 },
					     { 1, values + 3 } };

			ok(coodie_get_many_async(mock.session, &note_model, keys, 4,
						 COODIE_MANY(.in_flight = 1, .go_on = go_on), NULL,
						 found, on_status, &told, &err),
			   &err);
			memset(values, 0xff, sizeof(values));
		}
		ok(coodie_session_run(mock.session, NULL, &err), &err);
		assert_int_equal(told.code, COODIE_ERR_TIMEOUT);
		assert_non_null(strstr(told.message, "coodie_get_many(note): key 2 of 4"));
		assert_int_equal(found[0] != NULL, go_on);
		assert_null(found[1]);
		assert_int_equal(found[3] != NULL, go_on);
		coodie_objects_free(found, 4);
		mock_close(&mock);
		mock_open(&mock);
	}
}

static void get_refusals(void **state)
{
	cql_value value = cql(1), text = cql("x");
	cql_args keys[2] = { { 1, &value }, { 1, &text } }, none = { 1, NULL };
	coodie_error err = { 0 };
	void *found[2];
	uint64_t id;

	(void)state;
	mock_answer(&mock, note_row(1, true));
	refused(coodie_get_many(mock.session, &note_model, keys, 2, COODIE_MANY(.in_flight = 1),
				NULL, found, &err),
		&err, COODIE_ERR_TYPE, "key 2 of 2");
	refused(coodie_get_many(mock.session, &note_model, &none, 1, NULL, NULL, found, &err), &err,
		COODIE_ERR_QUERY, "its array of values is NULL");
	refused(coodie_get_many(mock.session, &note_model, keys, 2, NULL, NULL, NULL, &err), &err,
		COODIE_ERR_INVALID, "2 keys, or their array");
	refused(coodie_get_many(mock.session, &note_model, keys, 2, NULL, COODIE_READ(.id = &id),
				found, &err),
		&err, COODIE_ERR_INVALID, "no one id");
	refused(coodie_get_many_async(mock.session, &note_model, keys, 2, NULL, NULL, found, NULL,
				      NULL, &err),
		&err, COODIE_ERR_INVALID, "the callback is NULL");
}

/* ---- where they are -------------------------------------------------------------------------- */

/* L11: what is asked is checked here; only a cluster can answer. */
static void explained(void **state)
{
	cql_value key[2] = { cql("t"), cql(3) }, wrong[2] = { cql("t"), cql("x") };
	cql_value null_key[2] = { cql_null(), cql(3) };
	cql_args keys[2] = { { 2, key }, { 2, wrong } };
	coodie_error err = { 0 };

	(void)state;
	assert_null(coodie_route_model(mock.session, &event_model, keys[0], &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	assert_null(coodie_route_model(mock.session, &event_model, keys[1], &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_non_null(strstr(err.message, "event, day (int)"));
	assert_null(coodie_route_model(mock.session, &event_model, cql_args_of(key, 1), &err));
	refused(false, &err, COODIE_ERR_QUERY, "2 columns in the partition key but 1 values");
	assert_null(coodie_route_model(mock.session, &event_model, cql_args_of(null_key, 2), &err));
	refused(false, &err, COODIE_ERR_QUERY, "the value for tenant is null");
	assert_null(coodie_group_model(mock.session, &event_model, keys, 2, 0, &err));
	refused(false, &err, COODIE_ERR_TYPE, "key 2: ");
	assert_null(coodie_group_model(mock.session, &event_model, NULL, 2, 0, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

static bool never(void *object, void *user)
{
	(void)object;
	(void)user;
	fail();
	return false;
}

/* Options begin with their size, everywhere by one rule: one that was forgotten is an error. */
static void forgotten_sizes(void **state)
{
	const coodie_write w = { .ttl = 5 };
	const coodie_read r = { .timeout_ms = 5 };
	const coodie_many m = { .in_flight = 5 };
	const coodie_scan_options so = { .rows_per_second = 5 };
	const coodie_batch_options bo = { .timeout_ms = 5 };
	const cql_args key = CQL_ARGS(cql(1));
	note n = { .id = 1 };
	void *objects[1] = { &n }, *found[1];
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_save(mock.session, &note_model, &n, &w, &err), &err, COODIE_ERR_INVALID,
		"coodie_write: its `size` is 0; it must be sizeof(coodie_write)");
	refused(coodie_get(mock.session, &note_model, key, &r, &err), &err, COODIE_ERR_INVALID,
		"coodie_read: its `size` is 0");
	refused(coodie_save_many(mock.session, &note_model, objects, 1, &m, NULL, &err), &err,
		COODIE_ERR_INVALID, "coodie_many: its `size` is 0");
	refused(coodie_save_many(mock.session, &note_model, objects, 1, NULL, &w, &err), &err,
		COODIE_ERR_INVALID, "coodie_write: its `size` is 0");
	refused(coodie_get_many(mock.session, &note_model, &key, 1, &m, NULL, found, &err), &err,
		COODIE_ERR_INVALID, "coodie_many: its `size` is 0");
	refused(coodie_get_many(mock.session, &note_model, &key, 1, NULL, &r, found, &err), &err,
		COODIE_ERR_INVALID, "coodie_read: its `size` is 0");
	refused(coodie_scan(q, &so, never, NULL, &err), &err, COODIE_ERR_INVALID,
		"coodie_scan_options: its `size` is 0");
	coodie_batch_save(b, &note_model, &n, &w);
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_INVALID, "coodie_write: its `size`");
	coodie_batch_free(b);
	b = coodie_batch_new(mock.session, &bo);
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_INVALID,
		"coodie_batch_options: its `size` is 0");
	coodie_batch_free(b);
	coodie_query_free(q);
	assert_int_equal(mock.sent, 0);
}

/* A program of an older header has less in them, one of a newer has more. */
static void other_sizes(void **state)
{
	const coodie_write older = { .size = offsetof(coodie_write, full), .ttl = 5, .full = true };
	const struct {
		coodie_write known;
		uint64_t news[4];
	} newer = { { .size = sizeof(newer), .ttl = 6, .timeout_ms = 7 }, { 1, 2, 3, 4 } };
	const struct {
		coodie_read known;
		uint64_t news[4];
	} reads = { { .size = sizeof(reads), .timeout_ms = 8, .profile = "slow", .tracing = true },
		    { 1, 2, 3, 4 } };
	note n = { .id = 1, .text = "x" };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_save(mock.session, &note_model, &n, &older, &err), &err);
	assert_int_equal(mock_last(&mock)->args.values[4].as.integer, 5);
	ok(coodie_save(mock.session, &note_model, &n, &newer.known, &err), &err);
	assert_int_equal(mock_last(&mock)->args.values[4].as.integer, 6);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 7);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), &reads.known, &err));
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 8);
	assert_true(mock_last(&mock)->request.tracing);
	assert_non_null(mock_last(&mock)->request.profile);
}

/* What the call leaves open the model says (MD-16). */
static void model_of_a_read(void **state)
{
	static const coodie_model careful = COODIE_MODEL(
		note, note_columns, "notes", .keyspace = "shop", .consistency = CQL_CONSISTENCY_ALL,
		.timeout_ms = 9000);
	coodie_error err = { 0 };

	(void)state;
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_get(mock.session, &careful, CQL_ARGS(cql(1)), NULL, &err));
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 9000);
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(save_all),
		TEST(bounded),
		TEST(failures),
		TEST(refusals),
		TEST(batches),
		TEST(failed_batch),
		TEST(refused_in_batches),
		TEST(get_all),
		TEST(get_failures),
		TEST(get_refusals),
		TEST(explained),
		TEST(forgotten_sizes),
		TEST(other_sizes),
		TEST(model_of_a_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
