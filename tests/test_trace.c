/* SPDX-License-Identifier: MIT */
/* Traces: what the node writes of each kind of request, read back; those that are written late, and
 * those that never are. */
#include "tests/test.h"

#include <coodie/node.h>
#include <coodie/trace.h>

enum { PATIENT_MS = 60000 };

struct box {
	coodie_node *node;
	coodie_session *session;
};

static void node_do(struct box *b, const char *cql)
{
	coodie_error err = { 0 };

	if (!coodie_node_execute(b->node, cql, &err))
		fail_msg("%s: %s", cql, err.message);
}

static struct box open_ring(unsigned loops, uint32_t nodes)
{
	coodie_error err = { 0 };
	coodie_node_options *no = coodie_node_options_new(&err);
	coodie_options *o = coodie_options_new(&err);
	struct box b = { 0 };

	assert_true(coodie_node_options_set_nodes(no, nodes, &err));
	b.node = coodie_node_start(no, &err);
	if (!b.node)
		fail_msg("%s", err.message);
	node_do(&b,
		"CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', "
		"'replication_factor': 1}; CREATE TABLE shop.people (id int PRIMARY KEY, n int)");
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(b.node, 0), &err));
	assert_true(coodie_options_set_keyspace(o, "shop", &err));
	assert_true(coodie_options_set(o, "tracing_interval_ms", "1", &err));
	if (loops)
		assert_true(coodie_options_set_loops(o, loops, &err));
	b.session = coodie_session_new(o, &err);
	if (!b.session)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	coodie_node_options_free(no);
	return b;
}

static struct box open_box(unsigned loops)
{
	return open_ring(loops, 1);
}

static void close_box(struct box *b)
{
	coodie_session_free(b->session);
	coodie_node_stop(b->node);
}

/* ---- what is written -------------------------------------------------------------------------- */

/* A column of a row as CQL has it. */
static const char *text_of(const coodie_cursor *c, const char *column)
{
	static char text[300];
	size_t i;
	cql_value v;

	assert_true(coodie_result_column_index(c->result, column, &i));
	assert_true(coodie_cursor_value(c, i, &v, NULL));
	cql_value_format(v, text, sizeof text);
	return text;
}

static coodie_result *send_query(struct box *b, const coodie_request *r, coodie_error *err)
{
	return coodie_session_query(b->session, "SELECT n FROM people WHERE id = 1", CQL_ARGS(), r,
				    err);
}

static coodie_result *send_execute(struct box *b, const coodie_request *r, coodie_error *err)
{
	return coodie_session_query(b->session, "SELECT n FROM people WHERE id = ?",
				    CQL_ARGS(cql(1)), r, err);
}

static coodie_result *send_batch(struct box *b, const coodie_request *r, coodie_error *err)
{
	static const coodie_statement one = { .size = sizeof one,
					      .cql = "INSERT INTO people (id, n) VALUES (1, 2)" };

	return coodie_session_batch(b->session, COODIE_BATCH_LOGGED, &one, 1, r, err);
}

static const struct trace_row {
	const char *name;
	coodie_result *(*send)(struct box *b, const coodie_request *r, coodie_error *err);
	const char *request, *parameters, *last; /* of its events */
	size_t events;
} trace_rows[] = {
	{ "a query", send_query, "'Execute CQL3 query'",
	  "{'consistency_level': 'ONE', 'page_size': '7', 'query': 'SELECT n FROM people WHERE id "
	  "= 1', 'serial_consistency_level': 'SERIAL'}",
	  "'Read 0 live rows and 0 tombstone cells'", 6 },
	{ "an execute", send_execute, "'Execute CQL3 prepared query'",
	  "{'bound_var_0_id': '1', 'consistency_level': 'ONE', 'page_size': '7', 'query': 'SELECT n FROM "
	  "people WHERE id = ?', 'serial_consistency_level': 'SERIAL'}",
	  "'Read 0 live rows and 0 tombstone cells'", 4 },
	{ "a batch", send_batch, "'Execute batch of CQL3 queries'",
	  "{'consistency_level': 'ONE', 'serial_consistency_level': 'SERIAL'}",
	  "'Appending to commitlog'", 2 },
};

static void check_text(const struct trace_row *row, const coodie_cursor *c, const char *column,
		       const char *want)
{
	const char *is = text_of(c, column);

	if (strcmp(is, want) != 0)
		fail_msg("row \"%s\": %s is %s", row->name, column, is);
}

static void check_trace(struct box *b, const struct trace_row *row)
{
	coodie_result *session, *events;
	coodie_error err;
	cql_uuid id = { { 0 } };
	coodie_result *r = row->send(
		b,
		COODIE_REQUEST(.tracing = true, .consistency = CQL_CONSISTENCY_ONE, .page_rows = 7),
		&err);

	CD_CHECK(r && coodie_result_tracing_id(r, &id), row->name);
	coodie_result_free(r);
	if (!coodie_session_trace(b->session, id, PATIENT_MS, &session, &events, &err))
		fail_msg("row \"%s\": %s", row->name, err.message);
	coodie_cursor c = coodie_result_cursor(session);
	CD_CHECK(coodie_cursor_next(&c), row->name);
	check_text(row, &c, "request", row->request);
	check_text(row, &c, "parameters", row->parameters);
	check_text(row, &c, "client", "'127.0.0.1'");
	check_text(row, &c, "command", "'QUERY'");
	CD_CHECK(coodie_result_row_count(events) == row->events, row->name);
	c = coodie_result_cursor(events);
	for (size_t i = 0; i < row->events; i++)
		CD_CHECK(coodie_cursor_next(&c), row->name);
	check_text(row, &c, "activity", row->last);
	coodie_result_free(session);
	coodie_result_free(events);
}

static void test_whole(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 3; loops++) {
		struct box b = open_box(loops);
		for (size_t i = 0; i < CD_COUNT(trace_rows); i++)
			check_trace(&b, &trace_rows[i]);
		close_box(&b);
	}
}

/* ---- of a ring ------------------------------------------------------------------------------- */

static const struct ring_row {
	const char *cql, *activity;
	cql_consistency consistency;
	unsigned nodes; /* that have done this */
} ring_rows[] = {
	{ "INSERT INTO wide.t (k) VALUES (1)", "'Adding to t memtable'", CQL_CONSISTENCY_ONE, 3 },
	{ "SELECT * FROM wide.t WHERE k = 1", "'Read 1 live rows and 0 tombstone cells'",
	  CQL_CONSISTENCY_ALL, 3 },
	{ "SELECT * FROM wide.t WHERE k = 1", "'Read 1 live rows and 0 tombstone cells'",
	  CQL_CONSISTENCY_QUORUM, 2 },
	{ "SELECT * FROM wide.t WHERE k = 2", "'Read 0 live rows and 0 tombstone cells'",
	  CQL_CONSISTENCY_ONE, 1 },
	{ "SELECT * FROM wide.t", "'Computing ranges to query'", CQL_CONSISTENCY_ALL, 1 },
	{ "TRUNCATE wide.t", "'Preparing statement'", CQL_CONSISTENCY_ONE, 1 },
};

/* How many nodes have told this; each of them but the one that was asked was sent something. */
static unsigned count_sources(coodie_result *events, const char *activity)
{
	coodie_cursor c = coodie_result_cursor(events);
	char sources[8][64];
	unsigned count = 0;

	while (coodie_cursor_next(&c)) {
		const char *source;
		unsigned known = 0;

		if (strcmp(text_of(&c, "activity"), activity) != 0)
			continue;
		source = text_of(&c, "source");
		while (known < count && strcmp(sources[known], source) != 0)
			known++;
		assert_true(known < CD_COUNT(sources));
		if (known == count)
			snprintf(sources[count++], sizeof sources[0], "%.60s", source);
	}
	return count;
}

static void test_a_ring(void **state)
{
	struct box b = open_ring(0, 3);

	(void)state;
	node_do(&b, "CREATE KEYSPACE wide WITH replication = {'class': 'SimpleStrategy', "
		    "'replication_factor': 3}; CREATE TABLE wide.t (k int PRIMARY KEY)");
	for (size_t i = 0; i < CD_COUNT(ring_rows); i++) {
		const struct ring_row *row = &ring_rows[i];
		coodie_result *session, *events;
		coodie_error err;
		cql_uuid id = { { 0 } };
		coodie_result *r = coodie_session_query(
			b.session, row->cql, CQL_ARGS(),
			COODIE_REQUEST(.tracing = true, .consistency = row->consistency), &err);

		CD_CHECK(r && coodie_result_tracing_id(r, &id), row->cql);
		coodie_result_free(r);
		if (!coodie_session_trace(b.session, id, PATIENT_MS, &session, &events, &err))
			fail_msg("%s: %s", row->cql, err.message);
		CD_CHECK(count_sources(events, row->activity) == row->nodes, row->cql);
		coodie_result_free(session);
		coodie_result_free(events);
	}
	close_box(&b);
}

/* ---- what is not there yet -------------------------------------------------------------------- */

struct outcome {
	int called;
	bool done;
	enum coodie_errc code;
	char message[COODIE_ERROR_MESSAGE_SIZE];
	size_t sessions, events;
	coodie_session *free_in; /* inside the callback */
};

static void on_trace(coodie_result *take_session, coodie_result *take_events,
		     const coodie_error *err, void *user)
{
	struct outcome *o = user;

	o->called++;
	o->code = err->code;
	snprintf(o->message, sizeof o->message, "%s", err->message);
	o->sessions = take_session ? coodie_result_row_count(take_session) : 0;
	o->events = take_events ? coodie_result_row_count(take_events) : 0;
	assert_int_equal(!take_session, err->code != COODIE_OK);
	assert_int_equal(!take_events, err->code != COODIE_OK);
	coodie_result_free(take_session);
	coodie_result_free(take_events);
	o->done = true;
	coodie_session_free(o->free_in);
}

static const char late_id[] = "12345678-1234-1234-8234-123456789abc";

static cql_uuid late_uuid(void)
{
	cql_uuid id;

	assert_true(cql_uuid_parse(late_id, &id, NULL));
	return id;
}

/* Lets the session look a few times. */
static void look_on(struct box *b)
{
	coodie_node_stats before = { .size = sizeof before }, now = before;
	coodie_error err;

	coodie_node_get_stats(b->node, 0, &before);
	do {
		coodie_result_free(send_query(b, NULL, &err));
		coodie_node_get_stats(b->node, 0, &now);
	} while (now.requests < before.requests + 20);
}

/* A session without a row, then without a duration, is not the end. */
static void test_late(void **state)
{
	struct box b = open_box(0);
	struct outcome o = { 0 };
	coodie_error err;

	(void)state;
	assert_true(
		coodie_session_trace_async(b.session, late_uuid(), PATIENT_MS, on_trace, &o, &err));
	look_on(&b);
	assert_int_equal(o.called, 0);
	node_do(&b, "INSERT INTO system_traces.sessions (session_id, request) VALUES "
		    "(12345678-1234-1234-8234-123456789abc, 'x')");
	look_on(&b);
	assert_int_equal(o.called, 0);
	node_do(&b, "INSERT INTO system_traces.events (session_id, event_id, activity) VALUES "
		    "(12345678-1234-1234-8234-123456789abc, now(), 'y');"
		    "UPDATE system_traces.sessions SET duration = 3 WHERE session_id = "
		    "12345678-1234-1234-8234-123456789abc");
	assert_true(coodie_session_run(b.session, &o.done, &err));
	assert_int_equal(o.code, COODIE_OK);
	assert_int_equal(o.sessions, 1);
	assert_int_equal(o.events, 1);
	close_box(&b);
	assert_int_equal(o.called, 1);
}

/* Nobody writes it; the session is freed meanwhile, or inside the callback. */
static void test_ends(void **state)
{
	coodie_error err;
	coodie_result *session, *events;

	(void)state;
	for (unsigned loops = 0; loops < 3; loops++) {
		struct box b = open_box(loops);
		struct outcome o = { 0 };
		assert_false(
			coodie_session_trace(b.session, late_uuid(), 20, &session, &events, &err));
		assert_int_equal(err.code, COODIE_ERR_TIMEOUT);
		assert_non_null(strstr(err.message, late_id));
		assert_null(session);
		assert_null(events);
		assert_true(coodie_session_trace_async(b.session, late_uuid(), PATIENT_MS, on_trace,
						       &o, &err));
		close_box(&b);
		assert_int_equal(o.called, 1);
		assert_int_equal(o.code, COODIE_ERR_CLOSED);
	}
	struct box b = open_box(0);
	struct outcome o = { .free_in = b.session };
	assert_true(coodie_session_trace_async(b.session, late_uuid(), 5, on_trace, &o, &err));
	coodie_session_run(b.session, &o.done, &err);
	assert_int_equal(o.code, COODIE_ERR_TIMEOUT);
	coodie_node_stop(b.node);
}

/* What a look fails with is the end. */
static void test_refused(void **state)
{
	struct box b = open_box(0);
	coodie_result *session, *events;
	coodie_error err;

	(void)state;
	assert_false(coodie_session_trace_async(b.session, late_uuid(), 0, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_true(coodie_session_connect(b.session, &err));
	assert_true(coodie_node_add_fault(b.node, "match=system_traces,do=error:UNAUTHORIZED", NULL,
					  &err));
	assert_false(coodie_session_trace(b.session, late_uuid(), 0, &session, &events, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	assert_int_equal(err.server_code, 0x2100);
	close_box(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),   cmocka_unit_test(test_late),
		cmocka_unit_test(test_ends),    cmocka_unit_test(test_a_ring),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
