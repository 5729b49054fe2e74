/* SPDX-License-Identifier: MIT */
/* Custom payloads both ways, the hooks of tracing and of attempts, and what a result tells of its node
 * and of what came before it. */
#include "tests/test.h"

#include <string.h>

#include "tests/pool_world.h"
#include "tests/stage.h"

enum { NODES = 3, MOST = 16 };

static const char read_one[] = "SELECT v FROM ks.t WHERE k = 3";
static const char parent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static void fault(struct pool_world *w, const char *spec)
{
	coodie_error err;

	if (!coodie_node_add_fault(w->box, spec, NULL, &err))
		fail_msg("%s: %s", spec, err.message);
}

/* What became of a request. */
struct outcome {
	bool done;
	coodie_result *result;
	coodie_error err;
};

static void on_outcome(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct outcome *o = user;

	assert_false(o->done);
	o->done = true;
	o->result = take_res;
	o->err = *err;
}

static void wait_outcome(struct pool_world *w, struct outcome *o)
{
	while (!o->done)
		pool_turn(w);
}

static struct outcome ask(struct pool_world *w, const char *cql, const coodie_request *r)
{
	struct outcome o = { false };
	coodie_error err;

	if (!coodie_session_query_async(w->session, cql, CQL_ARGS(), r, on_outcome, &o, &err))
		fail_msg("%s: %s", cql, err.message);
	wait_outcome(w, &o);
	return o;
}

/* ---- payloads -------------------------------------------------------------------------------- */

static const cql_payload entries[] = {
	{ { "traceparent", 11 }, { (const uint8_t *)parent, sizeof parent - 1 } },
	{ { "none", 4 }, { NULL, 0 } },
	{ { "empty", 5 }, { (const uint8_t *)"", 0 } },
};

static void check_payload(const char *name, const coodie_result *r, const cql_payload *want,
			  size_t count)
{
	cql_payload p;

	if (coodie_result_payload_count(r) != count)
		fail_msg("%s: %zu entries", name, coodie_result_payload_count(r));
	for (size_t i = 0; i < count; i++) {
		assert_true(coodie_result_payload_at(r, i, &p));
		CD_CHECK(p.key.len == want[i].key.len &&
				 !memcmp(p.key.data, want[i].key.data, p.key.len),
			 name);
		CD_CHECK(!p.value.data == !want[i].value.data && p.value.len == want[i].value.len &&
				 (!p.value.len ||
				  !memcmp(p.value.data, want[i].value.data, p.value.len)),
			 name);
	}
	assert_false(coodie_result_payload_at(r, count, &p));
}

/* The forms of a request. */
static bool by_query(coodie_session *s, const coodie_request *r, struct outcome *o)
{
	return coodie_session_query_async(s, read_one, CQL_ARGS(), r, on_outcome, o, &o->err);
}

static bool by_bind(coodie_session *s, const coodie_request *r, struct outcome *o)
{
	return coodie_session_query_async(s, "SELECT v FROM ks.t WHERE k = ?", CQL_ARGS(cql(3)), r,
					  on_outcome, o, &o->err);
}

static bool by_batch(coodie_session *s, const coodie_request *r, struct outcome *o)
{
	const coodie_statement two[] = {
		COODIE_STATEMENT("INSERT INTO ks.t (k, v) VALUES (?, ?)",
				 CQL_ARGS(cql(61), cql(1))),
		COODIE_STATEMENT("DELETE FROM ks.t WHERE k = 62", CQL_ARGS()),
	};

	return coodie_session_batch_async(s, COODIE_BATCH_UNLOGGED, two, 2, r, on_outcome, o,
					  &o->err);
}

static bool (*const forms[])(coodie_session *s, const coodie_request *r,
			     struct outcome *o) = { by_query, by_bind, by_bind /* known by now */,
						    by_batch };

static void set_v4(coodie_options *o)
{
	assert_true(coodie_options_set_protocol_version(o, 4, NULL));
}

static void set_lz4(coodie_options *o)
{
	coodie_options_set_compression(o, COODIE_COMPRESSION_LZ4);
}

static void set_v4_lz4(coodie_options *o)
{
	set_v4(o);
	set_lz4(o);
}

static const struct way {
	const char *name;
	void (*set)(coodie_options *o);
} ways[] = { { "v5", NULL }, { "v4", set_v4 }, { "v5, lz4", set_lz4 }, { "v4, lz4", set_v4_lz4 } };

static void test_payloads(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(ways); i++) {
		struct pool_world w;
		assert_true(pool_open(&w, &(struct pool_wish){ .set = ways[i].set }));
		fault(&w, "match=ks.t,do=echo");
		for (size_t f = 0; f < CD_COUNT(forms); f++) {
			struct outcome with = { false }, without = { false };
			const coodie_request *r = COODIE_REQUEST(.payload = entries,
								 .payload_count = CD_COUNT(
									 entries));
			assert_true(forms[f](w.session, r, &with));
			assert_true(forms[f](w.session, NULL, &without));
			wait_outcome(&w, &with);
			wait_outcome(&w, &without);
			if (!with.result || !without.result)
				fail_msg("%s: %s%s", ways[i].name, with.err.message,
					 without.err.message);
			check_payload(ways[i].name, with.result, entries, CD_COUNT(entries));
			check_payload(ways[i].name, without.result, NULL, 0);
			coodie_result_free(with.result);
			coodie_result_free(without.result);
		}
		pool_close(&w);
	}
}

static void test_payloads_refused(void **state)
{
	static const cql_payload at_null = { { NULL, 3 }, { NULL, 0 } };
	static const cql_payload value_at_null = { { "k", 1 }, { NULL, 3 } };
	static const char long_key[UINT16_MAX + 1];
	static const cql_payload too_long = { { long_key, sizeof long_key }, { NULL, 0 } };
	static const struct {
		const char *name;
		const cql_payload *payload;
		size_t count;
	} rows[] = {
		{ "no array", NULL, 1 },
		{ "too many", entries, UINT16_MAX + 1 },
		{ "a key at NULL", &at_null, 1 },
		{ "a value at NULL", &value_at_null, 1 },
		{ "a key that is too long", &too_long, 1 },
	};
	struct pool_world w;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .nodes = 1 }));
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		for (size_t f = 0; f < CD_COUNT(forms); f++) {
			struct outcome o = { false };
			const coodie_request *r = COODIE_REQUEST(.payload = rows[i].payload,
								 .payload_count = rows[i].count);
			CD_CHECK(!forms[f](w.session, r, &o), rows[i].name);
			CD_CHECK(o.err.code == COODIE_ERR_INVALID && !o.done, rows[i].name);
		}
	assert_int_equal(coodie_result_payload_count(NULL), 0);
	assert_false(coodie_result_payload_at(NULL, 0, NULL));
	pool_close(&w);
}

/* By a peer that shares no code with us; the PREPARE that a request has to wait for has it too. */
static void test_prepare(void **state)
{
	const coodie_request *r = COODIE_REQUEST(.payload = entries, .payload_count = 2);
	struct outcome o = { false };
	struct stage st;
	coodie_error err;

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	peer_on(st.peer, "INSERT *", (struct peer_answer){ .binds = "k int", .echo = true });
	assert_true(coodie_session_query_async(st.session, "INSERT one ?", CQL_ARGS(cql(1)), r,
					       on_outcome, &o, &err));
	assert_true(coodie_session_run(st.session, &o.done, &err));
	assert_int_equal(o.err.code, COODIE_OK);
	check_payload("peer", o.result, entries, 2);
	coodie_result_free(o.result);
	assert_int_equal(peer_payloads(st.peer, OP_PREPARE), 1);
	assert_int_equal(peer_payloads(st.peer, OP_EXECUTE), 1);
	peer_forget(st.peer); /* UNPREPARED: it is prepared and sent again */
	o = (struct outcome){ false };
	assert_true(coodie_session_query_async(st.session, "INSERT one ?", CQL_ARGS(cql(1)), r,
					       on_outcome, &o, &err));
	assert_true(coodie_session_run(st.session, &o.done, &err));
	assert_int_equal(o.err.code, COODIE_OK);
	check_payload("peer", o.result, entries, 2);
	coodie_result_free(o.result);
	assert_int_equal(peer_payloads(st.peer, OP_PREPARE), 2);
	assert_int_equal(peer_payloads(st.peer, OP_EXECUTE), 3);
	assert_int_equal(peer_requests(st.peer, OP_EXECUTE), 3);
	close_stage(&st);
}

/* ---- the hooks ------------------------------------------------------------------------------- */

/* What the hooks were told. */
struct told {
	_Atomic int outgoing;
	char cql[100]; /* the last one */
	int count;
	coodie_attempt attempts[MOST]; /* of the host and the error only what is copied here */
	char hosts[MOST][64], attempt_cql[100];
	enum coodie_errc codes[MOST];
	_Atomic int ended, contexts;
};

static void on_outgoing(coodie_outgoing *request, void *user)
{
	struct told *t = user;

	t->outgoing++;
	snprintf(t->cql, sizeof t->cql, "%s", coodie_outgoing_cql(request));
	assert_true(coodie_outgoing_add(request, "traceparent", parent, strlen(parent), NULL));
	coodie_outgoing_set_context(request, t);
}

static void on_attempt(const coodie_attempt *a, void *user)
{
	struct told *t = user;

	assert_true(a->size == sizeof *a && t->count < MOST);
	assert_true(a->began_us > INT64_C(1500000000000000));
	t->codes[t->count] = a->err->code;
	snprintf(t->attempt_cql, sizeof t->attempt_cql, "%s", a->cql);
	snprintf(t->hosts[t->count], sizeof t->hosts[0], "%s", a->host ? a->host->address : "");
	t->attempts[t->count++] = *a;
}

/* The options of a world have no place for it. */
static struct told told;

static void set_hooks(coodie_options *o)
{
	coodie_options_set_outgoing(o, on_outgoing, &told);
	coodie_options_set_attempts(o, on_attempt, &told);
}

static void open_hooked(struct pool_world *w, const char *set_spec)
{
	coodie_error err;

	assert_true(pool_open(w, &(struct pool_wish){ .nodes = NODES, .set = set_hooks }));
	assert_non_null(pool_connect(w, &err));
	pool_wait_all(w);
	pool_sleep(w, 2000);
	if (set_spec)
		fault(w, set_spec);
	memset(&told, 0, sizeof told);
}

/* It is called once for a request, whatever that needs; what it adds stands behind the request's. */
static void test_outgoing(void **state)
{
	const cql_payload both[] = { entries[1], entries[0] };
	struct pool_world w;
	struct outcome o;

	(void)state;
	open_hooked(&w, "match=ks.t,do=echo");
	for (size_t f = 0; f < CD_COUNT(forms); f++) {
		o = (struct outcome){ false };
		assert_true(forms[f](
			w.session, COODIE_REQUEST(.payload = &entries[1], .payload_count = 1), &o));
		assert_int_equal(told.outgoing, f + 1);
		wait_outcome(&w, &o);
		check_payload("both", o.result, both, 2);
		coodie_result_free(o.result);
		assert_int_equal(told.outgoing, f + 1);
		assert_string_equal(told.cql, forms[f] == by_query ? read_one
					      : forms[f] == by_bind
						      ? "SELECT v FROM ks.t WHERE k = ?"
						      : "");
	}
	coodie_options_set_outgoing(NULL, on_outgoing, NULL);
	coodie_options_set_attempts(NULL, on_attempt, NULL);
	pool_close(&w);
}

/* What is expected of an attempt. */
struct expected {
	enum coodie_errc code;
	bool is_speculative, is_last;
};

static const struct attempt_row {
	const char *name, *fault;
	bool idempotent, speculates;
	uint32_t timeout_ms;
	enum coodie_errc code; /* of the request */
	size_t count, before;  /* attempts told; of them those the result knows of */
	struct expected attempts[NODES + 1];
} attempt_rows[] = {
	{ "answered at once",
	  NULL,
	  false,
	  false,
	  0,
	  COODIE_OK,
	  1,
	  0,
	  { { COODIE_OK, false, true } } },
	{ "lost, then answered",
	  "match=ks.t,times=1,do=close",
	  true,
	  false,
	  0,
	  COODIE_OK,
	  2,
	  1,
	  { { COODIE_ERR_CLOSED, false, false }, { COODIE_OK, false, true } } },
	{ "refused by two",
	  "match=ks.t,times=2,do=error:SERVER_ERROR",
	  false,
	  false,
	  0,
	  COODIE_OK,
	  3,
	  2,
	  { { COODIE_ERR_SERVER, false, false },
	    { COODIE_ERR_SERVER, false, false },
	    { COODIE_OK, false, true } } },
	{ "refused by all",
	  "match=ks.t,do=error:SERVER_ERROR",
	  false,
	  false,
	  0,
	  COODIE_ERR_SERVER,
	  3,
	  0,
	  { { COODIE_ERR_SERVER, false, false },
	    { COODIE_ERR_SERVER, false, false },
	    { COODIE_ERR_SERVER, false, true } } },
	{ "refused for good",
	  "match=ks.t,do=error:INVALID",
	  false,
	  false,
	  0,
	  COODIE_ERR_SERVER,
	  1,
	  0,
	  { { COODIE_ERR_SERVER, false, true } } },
	{ "too late",
	  "match=ks.t,do=stall",
	  false,
	  false,
	  100,
	  COODIE_ERR_TIMEOUT,
	  1,
	  0,
	  { { COODIE_ERR_TIMEOUT, false, true } } },
	{ "another one is faster",
	  "match=ks.t,times=1,do=stall",
	  true,
	  true,
	  0,
	  COODIE_OK,
	  2,
	  1,
	  { { COODIE_ERR_CANCELLED, false, false }, { COODIE_OK, true, true } } },
};

static void check_attempts(const struct attempt_row *row, uint64_t id)
{
	if ((size_t)told.count != row->count)
		fail_msg("%s: %d attempts", row->name, told.count);
	for (size_t i = 0; i < row->count; i++) {
		const coodie_attempt *a = &told.attempts[i];
		CD_CHECK(told.codes[i] == row->attempts[i].code, row->name);
		CD_CHECK(a->is_speculative == row->attempts[i].is_speculative, row->name);
		CD_CHECK(a->is_last == row->attempts[i].is_last, row->name);
		CD_CHECK(a->number == i && a->request == id && a->context == &told, row->name);
		CD_CHECK(*told.hosts[i] && a->shard == -1, row->name);
		for (size_t k = 0; k < i; k++) /* without a pause each host is asked once */
			CD_CHECK(strcmp(told.hosts[k], told.hosts[i]) != 0, row->name);
	}
}

static void format_address(char *out, size_t size, cql_inet inet, uint16_t port)
{
	snprintf(out, size, "%u.%u.%u.%u:%u", inet.address[0], inet.address[1], inet.address[2],
		 inet.address[3], port);
}

/* The result tells the same. */
static void check_result(const struct attempt_row *row, const coodie_result *r)
{
	char address[64];
	coodie_tried before;
	cql_inet inet;
	uint16_t port;

	if (coodie_result_tried_count(r) != row->before)
		fail_msg("%s: %zu tried", row->name, coodie_result_tried_count(r));
	for (size_t i = 0; i < row->before; i++) {
		assert_true(coodie_result_tried(r, i, &before));
		format_address(address, sizeof address, before.address, before.port);
		CD_CHECK(!strcmp(address, told.hosts[i]), row->name);
		CD_CHECK(before.code == row->attempts[i].code, row->name);
	}
	assert_false(coodie_result_tried(r, row->before, &before));
	assert_true(coodie_result_node(r, &inet, &port));
	format_address(address, sizeof address, inet, port);
	CD_CHECK(!strcmp(address, told.hosts[row->count - 1]), row->name);
}

/* So do the numbers of the session (O3); the session's own questions are among the attempts. */
static void check_numbers(const struct attempt_row *row, const coodie_session *s)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_histogram h = { .size = sizeof h };
	coodie_error err;

	assert_true(coodie_session_metrics(s, NULL, &m, &err));
	assert_true(coodie_session_histogram(s, NULL, COODIE_HISTOGRAM_SPECULATIVE, &h, &err));
	CD_CHECK(m.requests == 1 && m.completed == (row->code == COODIE_OK), row->name);
	CD_CHECK(m.speculations == row->speculates, row->name);
	CD_CHECK(m.speculations_won == row->speculates, row->name);
	CD_CHECK(h.count == row->speculates, row->name);
	CD_CHECK(m.retries == (row->speculates ? 0 : row->count - 1), row->name);
	CD_CHECK(m.timeouts == (row->code == COODIE_ERR_TIMEOUT), row->name);
}

static void test_attempts(void **state)
{
	static const char *const statements[] = { read_one, "UPDATE ks.t SET v = 5 WHERE k = 3" };

	(void)state;
	for (size_t i = 0; i < 2 * CD_COUNT(attempt_rows); i++) {
		const struct attempt_row *row = &attempt_rows[i / 2];
		const char *cql = statements[i % 2]; /* a result of rows, and a void one */
		struct pool_world w;
		struct outcome o;
		uint64_t id = 0;
		coodie_error err;
		if (i % 2 && !row->idempotent && row->count > 1) /* such a write is not repeated */
			continue;
		open_hooked(&w, row->fault);
		if (row->speculates)
			assert_true(coodie_session_set_profile(
				w.session, "default", COODIE_PROFILE(.speculative_delay_ms = 20),
				&err));
		o = ask(&w, cql,
			COODIE_REQUEST(.id = &id, .idempotent = row->idempotent,
				       .timeout_ms = row->timeout_ms));
		if (o.err.code != row->code)
			fail_msg("%s: %s", row->name, o.err.message);
		check_attempts(row, id);
		CD_CHECK(!strcmp(told.attempt_cql, cql), row->name);
		if (o.result)
			check_result(row, o.result);
		coodie_result_free(o.result);
		check_numbers(row, w.session);
		coodie_node_clear_faults(w.box);
		pool_close(&w);
	}
	assert_false(coodie_result_node(NULL, NULL, NULL));
	assert_int_equal(coodie_result_tried_count(NULL), 0);
}

/* Given up by the program, and by the end of the session. */
static void test_given_up(void **state)
{
	struct pool_world w;
	struct outcome o = { false };
	coodie_error err;
	uint64_t id;

	(void)state;
	open_hooked(&w, "match=ks.t,do=stall");
	assert_true(coodie_session_query_async(w.session, read_one, CQL_ARGS(),
					       COODIE_REQUEST(.id = &id), on_outcome, &o, &err));
	pool_sleep(&w, 10);
	assert_true(coodie_session_cancel(w.session, id));
	wait_outcome(&w, &o);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.codes[0], COODIE_ERR_CANCELLED);
	assert_true(told.attempts[0].is_last);
	o = (struct outcome){ false };
	assert_true(coodie_session_query_async(w.session, read_one, CQL_ARGS(), NULL, on_outcome,
					       &o, &err));
	pool_sleep(&w, 10);
	pool_close(&w);
	assert_true(o.done);
	assert_int_equal(told.count, 2);
	assert_int_equal(told.codes[1], COODIE_ERR_CLOSED);
	assert_true(told.attempts[1].is_last);
}

/* ---- consistency ------------------------------------------------------------------------------ */

/* UNAVAILABLE: of the two that it needs one is alive. */
static void test_downgraded(void **state)
{
	struct pool_world w;
	struct outcome o;
	coodie_error err;

	(void)state;
	open_hooked(&w, "match=ks.t,times=1,do=error:UNAVAILABLE:few:0004"
			"00000002"
			"00000001");
	assert_true(coodie_session_set_profile(
		w.session, "default", COODIE_PROFILE(.retry_kind = COODIE_RETRY_DOWNGRADING),
		&err));
	o = ask(&w, read_one, COODIE_REQUEST(.consistency = CQL_CONSISTENCY_QUORUM));
	if (!o.result)
		fail_msg("%s", o.err.message);
	assert_int_equal(coodie_result_warning_count(o.result), 1);
	assert_string_equal(coodie_result_warning(o.result, 0),
			    "coodie: the consistency was lowered from QUORUM to ONE");
	assert_null(coodie_result_warning(o.result, 1));
	assert_int_equal(coodie_result_tried_count(o.result), 1);
	coodie_result_free(o.result);
	o = ask(&w, read_one, COODIE_REQUEST(.consistency = CQL_CONSISTENCY_QUORUM));
	assert_int_equal(coodie_result_warning_count(o.result), 0);
	coodie_result_free(o.result);
	pool_close(&w);
}

/* ---- errors ------------------------------------------------------------------------------------ */

/* What an error brings along reaches the caller, and who sent it. */
static void test_error_details(void **state)
{
	struct pool_world w;
	coodie_failure f;
	struct outcome o;
	cql_inet node;
	uint16_t port;

	(void)state;
	open_hooked(&w, "match=ks.t,times=1,do=error:WRITE_FAILURE:bad:0004"
			"00000001"
			"00000002"
			"00000001"
			"047f000002"
			"0001"
			"0006"
			"53494d504c45");
	o = ask(&w, "UPDATE ks.t SET v = 5 WHERE k = 3", NULL);
	assert_int_equal(o.err.server_code, 0x1500);
	assert_int_equal(o.err.failures, 1);
	assert_string_equal(o.err.write_type, "SIMPLE");
	assert_int_equal(coodie_error_failure_count(&o.err), 1);
	assert_true(coodie_error_failure(&o.err, 0, &f));
	assert_int_equal(f.reason, 1);
	assert_int_equal(f.node.address[3], 2);
	assert_true(coodie_error_node(&o.err, &node, &port));
	assert_int_equal(node.length, 4);
	assert_int_equal(port, coodie_node_port(w.box));
	o = ask(&w, "CREATE TABLE ks.t (k int PRIMARY KEY)", NULL);
	assert_int_equal(o.err.server_code, 0x2400);
	assert_string_equal(coodie_error_keyspace(&o.err), "ks");
	assert_string_equal(coodie_error_table(&o.err), "t");
	pool_close(&w);
}

/* ---- loops of the session's own --------------------------------------------------------------- */

static void on_any_attempt(const coodie_attempt *a, void *user)
{
	struct told *t = user;

	t->ended += a->is_last;
	t->contexts += a->context == t;
}

/* The hook runs in the call, on its thread; what it adds travels in the parcel. */
static void test_loops(void **state)
{
	const cql_payload both[] = { entries[1], entries[0] };
	coodie_node *box = coodie_node_start(NULL, NULL);
	coodie_options *o = coodie_options_new(NULL);
	struct told t = { 0 };
	coodie_error err;

	(void)state;
	assert_true(coodie_node_execute(box,
					"CREATE KEYSPACE ks WITH replication = {'class': "
					"'SimpleStrategy', 'replication_factor': 1}; "
					"CREATE TABLE ks.t (k int PRIMARY KEY, v int)",
					&err));
	assert_true(coodie_node_add_fault(box, "match=ks.t,do=echo", NULL, &err));
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(box, 0), &err));
	assert_true(coodie_options_set_loops(o, 2, &err));
	coodie_options_set_outgoing(o, on_outgoing, &t);
	coodie_options_set_attempts(o, on_any_attempt, &t);
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	assert_non_null(s);
	for (int i = 1; i <= 8; i++) {
		const coodie_request *r = COODIE_REQUEST(.payload = &entries[1],
							 .payload_count = 1);
		coodie_result *res = coodie_session_query(s, "SELECT v FROM ks.t WHERE k = ?",
							  CQL_ARGS(cql(i)), r, &err);
		if (!res)
			fail_msg("%s", err.message);
		check_payload("loops", res, both, 2);
		assert_true(coodie_result_node(res, NULL, NULL));
		coodie_result_free(res);
		assert_int_equal(t.outgoing, i);
	}
	assert_null(coodie_session_query(s, read_one, CQL_ARGS(),
					 COODIE_REQUEST(.payload_count = 1), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_prepared *p = coodie_session_prepare(s, read_one, &err);
	assert_non_null(p);
	assert_string_equal(t.cql, read_one);
	coodie_result_free(coodie_session_execute(s, p, CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_OK);
	coodie_prepared_free(p);
	coodie_session_free(s);
	assert_int_equal(t.ended, 9);
	assert_int_equal(t.contexts, 9);
	coodie_node_stop(box);
}

/* ---- what a hook may do ----------------------------------------------------------------------- */

/* The session that is asked from inside. */
struct asker {
	coodie_session *session;
	int calls;
	struct outcome other;
	enum coodie_errc blocked;
};

static void on_outgoing_ask(coodie_outgoing *request, void *user)
{
	struct asker *a = user;
	coodie_error err;

	(void)request;
	if (a->calls++)
		return;
	assert_null(coodie_session_query(a->session, read_one, CQL_ARGS(), NULL, &err));
	a->blocked = err.code;
	assert_true(coodie_session_query_async(a->session, read_one, CQL_ARGS(), NULL, on_outcome,
					       &a->other, &err));
}

/* It may submit, but not turn the loop: no callback runs before the call that asked the hook is over. */
static void test_ask(void **state)
{
	coodie_node *box = coodie_node_start(NULL, NULL);
	coodie_options *o = coodie_options_new(NULL);
	struct asker a = { .calls = 0 };
	coodie_error err;

	(void)state;
	assert_true(coodie_node_execute(box,
					"CREATE KEYSPACE ks WITH replication = {'class': "
					"'SimpleStrategy', 'replication_factor': 1}; "
					"CREATE TABLE ks.t (k int PRIMARY KEY, v int)",
					&err));
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(box, 0), &err));
	coodie_options_set_outgoing(o, on_outgoing_ask, &a);
	a.session = coodie_session_new(o, &err);
	coodie_options_free(o);
	coodie_result_free(coodie_session_query(a.session, read_one, CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_int_equal(a.blocked, COODIE_ERR_WOULD_BLOCK);
	assert_true(coodie_session_run(a.session, NULL, &err));
	assert_true(a.other.done && a.other.result);
	assert_int_equal(a.calls, 2);
	coodie_result_free(a.other.result);
	coodie_session_free(a.session);
	coodie_node_stop(box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payloads),   cmocka_unit_test(test_payloads_refused),
		cmocka_unit_test(test_prepare),    cmocka_unit_test(test_outgoing),
		cmocka_unit_test(test_attempts),   cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_downgraded), cmocka_unit_test(test_error_details),
		cmocka_unit_test(test_loops),      cmocka_unit_test(test_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
