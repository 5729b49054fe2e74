/* SPDX-License-Identifier: MIT */
/* What a session promises, over the scripted peer: every callback once and later, deadlines, cancelling, closing, freeing
 * anywhere, reconnecting, prepared statements that were forgotten, and memory that runs out. */
#include <ev.h>
#include <unistd.h>

#include "tests/test.h"

#include <coodie/driver.h>
#include <coodie/libev.h>
#include <coodie/session.h>

#include "tests/failalloc.h"
#include "tests/peer.h"

enum { OP_QUERY = 0x07, OP_PREPARE = 0x09, OP_EXECUTE = 0x0a, PATIENT_MS = 60000 };

/* ---- what is asked, and what came of it ------------------------------------------------------- */

struct stage {
	struct peer *peer;
	coodie_session *session;
	struct ev_loop *ev; /* NULL: a private loop */
	bool registering;   /* an _async call is on the stack: no callback may run */
};

/* One request. */
struct ask {
	struct stage *stage;
	int called;
	enum coodie_errc code;
	int32_t server_code;
	char message[COODIE_ERROR_MESSAGE_SIZE];
	int32_t value; /* of the first column of the first row */
	coodie_prepared *prepared;
	bool done; /* for coodie_session_run() */
	uint64_t id;
	void (*then)(struct ask *a); /* runs inside the callback */
};

static void read_value(struct ask *a, coodie_result *r)
{
	coodie_error err;

	if (coodie_result_kind(r) != COODIE_RESULT_ROWS || !coodie_result_row_count(r))
		return;
	coodie_cursor c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c));
	if (!coodie_cursor_int32(&c, 0, &a->value, &err))
		fail_msg("%s", err.message);
}

static void note(struct ask *a, const coodie_error *err)
{
	assert_false(a->stage->registering);
	a->called++;
	a->done = true;
	a->code = err->code;
	a->server_code = err->server_code;
	memcpy(a->message, err->message, sizeof a->message);
	if (a->then)
		a->then(a);
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct ask *a = user;

	assert_true((take_res != NULL) == (err->code == COODIE_OK));
	if (take_res)
		read_value(a, take_res);
	coodie_result_free(take_res);
	note(a, err);
}

static void on_status(const coodie_error *err, void *user)
{
	note(user, err);
}

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	struct ask *a = user;

	assert_true((take_prepared != NULL) == (err->code == COODIE_OK));
	a->prepared = take_prepared;
	note(a, err);
}

/* The call's own answer; a failure is in a->code too, and its callback must never run. */
static bool registered(struct ask *a, bool accepted, const coodie_error *err)
{
	a->stage->registering = false;
	if (!accepted) {
		a->code = err->code;
		memcpy(a->message, err->message, sizeof a->message);
	}
	return accepted;
}

static bool ask_query(struct ask *a, const char *cql, cql_args args, uint32_t timeout_ms)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(
		a,
		coodie_session_query_async(a->stage->session, cql, args,
					   COODIE_REQUEST(.timeout_ms = timeout_ms, .id = &a->id),
					   on_result, a, &err),
		&err);
}

static bool ask_prepare(struct ask *a, const char *cql)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(
		a, coodie_session_prepare_async(a->stage->session, cql, on_prepared, a, &err),
		&err);
}

static bool ask_execute(struct ask *a, coodie_prepared *p, cql_args args)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(a,
			  coodie_session_execute_async(a->stage->session, p, args,
						       COODIE_REQUEST(.id = &a->id), on_result, a,
						       &err),
			  &err);
}

static bool ask_close(struct ask *a)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(a, coodie_session_close_async(a->stage->session, on_status, a, &err),
			  &err);
}

/* ---- stages ----------------------------------------------------------------------------------- */

struct wish {
	uint32_t in_flight, waiting, prepared, timeout_ms;
	unsigned version;
	bool attached;
	const char *first_point; /* one more contact point, before the peer */
	const coodie_allocator *allocator;
};

static coodie_options *make_options(const struct stage *st, const struct wish *w)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_non_null(o);
	if (w->allocator)
		coodie_options_set_allocator(o, w->allocator);
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, w->timeout_ms ? w->timeout_ms : PATIENT_MS);
	if (w->first_point)
		assert_true(coodie_options_add_contact_point(o, w->first_point, &err));
	assert_true(coodie_options_add_contact_point(o, peer_address(st->peer), &err));
	assert_true(coodie_options_set_protocol_version(o, w->version, &err));
	if (w->in_flight)
		assert_true(coodie_options_set_max_in_flight(o, w->in_flight, &err));
	if (w->waiting)
		coodie_options_set_max_waiting(o, w->waiting);
	if (w->prepared)
		coodie_options_set_max_prepared(o, w->prepared);
	return o;
}

static void open_stage(struct stage *st, struct wish w)
{
	coodie_error err;

	*st = (struct stage){ .peer = peer_new(&(const struct peer_options){ 0 }) };
	coodie_options *o = make_options(st, &w);
	if (w.attached) {
		st->ev = ev_loop_new(EVFLAG_NOENV);
		coodie_loop loop = coodie_loop_libev(st->ev);
		st->session = coodie_session_attach(o, &loop, &err);
	} else {
		st->session = coodie_session_new(o, &err);
	}
	coodie_options_free(o);
	if (!st->session)
		fail_msg("%s", err.message);
}

static void close_stage(struct stage *st)
{
	coodie_session_free(st->session);
	if (st->ev) {
		ev_run(st->ev, 0); /* comes back: nothing is left in it */
		ev_loop_destroy(st->ev);
	}
	peer_free(st->peer);
}

/* Turns the loop until `a` is over. */
static void wait_for(struct stage *st, struct ask *a)
{
	coodie_error err;

	if (!st->ev) {
		if (!coodie_session_run(st->session, &a->done, &err) && !a->done)
			fail_msg("%s", err.message);
		return;
	}
	while (!a->done)
		ev_run(st->ev, EVRUN_ONCE);
}

static void wait_all(struct stage *st, struct ask *asks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		wait_for(st, &asks[i]);
}

static void check_ok(const struct ask *a)
{
	if (a->called != 1 || a->code != COODIE_OK)
		fail_msg("called %d times, %s: %s", a->called, coodie_errc_name(a->code),
			 a->message);
}

static void check_failed(const struct ask *a, enum coodie_errc code, const char *says)
{
	if (a->called != 1 || a->code != code || !strstr(a->message, says))
		fail_msg("called %d times, %s instead of %s: \"%s\" should say \"%s\"", a->called,
			 coodie_errc_name(a->code), coodie_errc_name(code), a->message, says);
}

/* "SELECT 17" answers 17. */
static void teach_numbers(struct stage *st, int count)
{
	for (int i = 0; i < count; i++) {
		char cql[32];
		const cql_value value = cql_from_int(i);
		snprintf(cql, sizeof cql, "SELECT %d", i);
		peer_on(st->peer, cql,
			(struct peer_answer){
				.kind = PEER_ROWS, .columns = "n int", .values = { 1, &value } });
	}
}

static const struct wish private_and_attached[] = { { .attached = false }, { .attached = true } };

/* ---- many --------------------------------------------------------------------------------------- */

enum { MANY = 3000, FEW = 20 };

static void test_many(void **state)
{
	static struct ask asks[MANY];
	static const struct wish wishes[] = {
		{ .in_flight = 1 },    { .in_flight = 7 },
		{ .in_flight = 2048 }, { .in_flight = 32768, .attached = true },
		{ .version = 4 },
	};

	(void)state;
	for (size_t w = 0; w < CD_COUNT(wishes); w++) {
		struct stage st;
		coodie_session_stats stats = { .size = sizeof stats };
		open_stage(&st, wishes[w]);
		teach_numbers(&st, 10);
		memset(asks, 0, sizeof asks);
		for (int i = 0; i < MANY; i++) {
			char cql[32];
			snprintf(cql, sizeof cql, "SELECT %d", i % 10);
			asks[i].stage = &st;
			assert_true(ask_query(&asks[i], cql, CQL_ARGS(), 0));
		}
		wait_all(&st, asks, MANY);
		for (int i = 0; i < MANY; i++) {
			check_ok(&asks[i]);
			assert_int_equal(asks[i].value, i % 10);
		}
		coodie_session_get_stats(st.session, &stats);
		assert_int_equal(stats.responses, MANY);
		assert_int_equal(stats.requests, MANY);
		assert_int_equal(stats.in_flight + stats.waiting + stats.errors, 0);
		assert_int_equal(stats.connects, 1);
		close_stage(&st);
	}
}

/* Answers come in any order; each goes to its request. */
static void test_reverse(void **state)
{
	struct ask asks[FEW];
	struct stage st;

	(void)state;
	open_stage(&st, (struct wish){ .attached = true });
	teach_numbers(&st, FEW);
	peer_hold(st.peer, FEW);
	memset(asks, 0, sizeof asks);
	for (int i = 0; i < FEW; i++) {
		char cql[32];
		snprintf(cql, sizeof cql, "SELECT %d", i);
		asks[i].stage = &st;
		assert_true(ask_query(&asks[i], cql, CQL_ARGS(), 0));
	}
	wait_all(&st, asks, FEW);
	for (int i = 0; i < FEW; i++) {
		check_ok(&asks[i]);
		assert_int_equal(asks[i].value, i);
	}
	close_stage(&st);
}

/* A callback asks the next one: a chain, never deeper. */
static void ask_next(struct ask *a)
{
	if (a->called >= 100)
		return;
	a->done = false;
	assert_true(ask_query(a, "SELECT 1", CQL_ARGS(), 0));
}

static void test_chain(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct stage st;
		open_stage(&st, private_and_attached[i]);
		teach_numbers(&st, 2);
		struct ask a = { .stage = &st, .then = ask_next };
		assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
		wait_for(&st, &a);
		assert_int_equal(a.called, 100);
		close_stage(&st);
	}
}

/* A statement that is none is answered too, and later. */
static void test_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		const coodie_request request = { .size = sizeof request };
		const coodie_statement nothing = { .size = sizeof nothing, .request = &request };
		struct stage st;
		coodie_error err;
		open_stage(&st, private_and_attached[i]);
		struct ask a = { .stage = &st };
		st.registering = true;
		assert_true(coodie_session_submit(st.session, &nothing, on_result, &a, &err));
		st.registering = false;
		wait_for(&st, &a);
		check_ok(&a);
		assert_int_equal(peer_connections(st.peer), 0);
		close_stage(&st);
	}
}

/* ---- deadlines and cancelling --------------------------------------------------------------------- */

/* The answer that comes too late goes to nobody, least of all to the next request. */
static void test_late(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct stage st;
		open_stage(&st, private_and_attached[i]);
		teach_numbers(&st, 10);
		peer_on(st.peer, "SELECT slow", (struct peer_answer){ .delay_ms = 300 });
		struct ask slow = { .stage = &st }, others[10] = { 0 };
		assert_true(ask_query(&slow, "SELECT slow", CQL_ARGS(), 50));
		wait_for(&st, &slow);
		check_failed(&slow, COODIE_ERR_TIMEOUT, "within 50 ms");
		for (int n = 0; n < 10; n++) {
			char cql[32];
			snprintf(cql, sizeof cql, "SELECT %d", n);
			others[n].stage = &st;
			usleep(40000);
			assert_true(ask_query(&others[n], cql, CQL_ARGS(), 0));
			wait_for(&st, &others[n]);
			check_ok(&others[n]);
			assert_int_equal(others[n].value, n);
		}
		assert_int_equal(slow.called, 1);
		assert_int_equal(peer_connections(st.peer), 1);
		close_stage(&st);
	}
}

/* A connection that owes too many answers is replaced; nothing else suffers. */
static void test_worn_out(void **state)
{
	struct stage st;
	struct ask slow[4] = { 0 };

	(void)state;
	open_stage(&st, (struct wish){ .in_flight = 4 });
	teach_numbers(&st, 2);
	peer_on(st.peer, "SELECT never", (struct peer_answer){ .damage = PEER_STALL });
	for (int i = 0; i < 4; i++) {
		slow[i].stage = &st;
		assert_true(ask_query(&slow[i], "SELECT never", CQL_ARGS(), 50));
	}
	wait_all(&st, slow, 4);
	for (int i = 0; i < 4; i++)
		check_failed(&slow[i], COODIE_ERR_TIMEOUT, "50 ms");
	struct ask a = { .stage = &st };
	assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
	wait_for(&st, &a);
	check_ok(&a);
	assert_int_equal(a.value, 1);
	assert_int_equal(peer_connections(st.peer), 2);
	close_stage(&st);
}

static void test_late_in_queue(void **state)
{
	struct stage st;
	struct ask slow = { .stage = &st }, queued = { .stage = &st };

	(void)state;
	open_stage(&st, (struct wish){ .in_flight = 1 });
	peer_on(st.peer, "SELECT slow", (struct peer_answer){ .delay_ms = 400 });
	assert_true(ask_query(&slow, "SELECT slow", CQL_ARGS(), 0));
	assert_true(ask_query(&queued, "SELECT queued", CQL_ARGS(), 60));
	wait_for(&st, &queued);
	check_failed(&queued, COODIE_ERR_TIMEOUT, "60 ms");
	wait_for(&st, &slow);
	check_ok(&slow);
	assert_int_equal(peer_requests(st.peer, OP_QUERY), 1);
	close_stage(&st);
}

static void test_cancel(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct stage st;
		struct wish w = private_and_attached[i];
		w.in_flight = 1;
		open_stage(&st, w);
		teach_numbers(&st, 2);
		peer_on(st.peer, "SELECT slow", (struct peer_answer){ .delay_ms = 100 });
		struct ask first = { .stage = &st }, wire = { .stage = &st },
			   queued = { .stage = &st };
		struct ask preparing = { .stage = &st }, last = { .stage = &st };
		/* not even connected */
		assert_true(ask_query(&first, "SELECT slow", CQL_ARGS(), 0));
		assert_int_not_equal(first.id, 0);
		st.registering = true;
		assert_true(coodie_session_cancel(st.session, first.id));
		assert_false(coodie_session_cancel(st.session, first.id));
		st.registering = false;
		wait_for(&st, &first);
		check_failed(&first, COODIE_ERR_CANCELLED, "");
		assert_false(coodie_session_cancel(st.session, first.id));
		/* on the wire, in the queue, waiting for its PREPARE */
		struct ask warm = { .stage = &st };
		assert_true(ask_query(&warm, "SELECT 1", CQL_ARGS(), 0));
		wait_for(&st, &warm);
		assert_true(ask_query(&wire, "SELECT slow", CQL_ARGS(), 0));
		assert_true(ask_query(&queued, "SELECT 0", CQL_ARGS(), 0));
		assert_true(ask_query(&preparing, "SELECT ?", CQL_ARGS(cql("x")), 0));
		assert_true(ask_query(&last, "SELECT 1", CQL_ARGS(), 0));
		assert_true(wire.id != queued.id && queued.id != preparing.id &&
			    wire.id != first.id);
		assert_true(coodie_session_cancel(st.session, wire.id));
		assert_true(coodie_session_cancel(st.session, queued.id));
		assert_true(coodie_session_cancel(st.session, preparing.id));
		assert_int_equal(wire.called + queued.called + preparing.called, 0);
		wait_for(&st, &last);
		check_ok(&last);
		assert_int_equal(last.value, 1);
		check_failed(&wire, COODIE_ERR_CANCELLED, "");
		check_failed(&queued, COODIE_ERR_CANCELLED, "");
		check_failed(&preparing, COODIE_ERR_CANCELLED, "");
		assert_false(coodie_session_cancel(st.session, last.id));
		assert_false(coodie_session_cancel(st.session, 0));
		assert_false(coodie_session_cancel(st.session, 1));
		assert_false(coodie_session_cancel(st.session, UINT64_MAX));
		close_stage(&st);
	}
}

/* ---- ends ------------------------------------------------------------------------------------------ */

static void free_session(struct ask *a)
{
	coodie_session *s = a->stage->session;

	a->stage->session = NULL;
	coodie_session_free(s);
}

/* Freed inside a callback: of an answer, of a failure, of a connect. The others end with CLOSED, once. */
static void test_free_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * CD_COUNT(private_and_attached); i++) {
		struct stage st;
		struct ask asks[FEW] = { 0 }, executes[FEW] = { 0 }, queued[FEW] = { 0 };
		open_stage(&st, (struct wish){ .attached = i & 1, .in_flight = 2 * FEW });
		peer_on(st.peer, "SELECT bad",
			(struct peer_answer){
				.kind = PEER_ERROR, .code = 0x2200, .message = "no" });
		struct ask first = { .stage = &st, .then = free_session };
		for (int n = 0; n < FEW; n++) {
			if (n == 7)
				assert_true(ask_query(&first, i & 2 ? "SELECT bad" : "SELECT good",
						      CQL_ARGS(), 0));
			asks[n].stage = executes[n].stage = queued[n].stage = &st;
			assert_true(ask_query(&asks[n], "SELECT x", CQL_ARGS(), 0));
			assert_true(ask_query(&executes[n], "SELECT ?", CQL_ARGS(cql("x")), 0));
			assert_true(ask_query(&queued[n], "SELECT q", CQL_ARGS(), 0));
		}
		wait_for(&st, &first);
		assert_int_equal(first.code, i & 2 ? COODIE_ERR_SERVER : COODIE_OK);
		if (st.ev)
			ev_run(st.ev, 0);
		for (int n = 0; n < FEW; n++) {
			assert_int_equal(asks[n].called, 1);
			assert_int_equal(queued[n].called, 1);
			check_failed(&executes[n], COODIE_ERR_CLOSED, "freed");
		}
		assert_int_equal(first.called, 1);
		close_stage(&st);
	}
}

static void test_free_outside(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4 * CD_COUNT(private_and_attached); i++) {
		struct stage st;
		struct ask asks[FEW] = { 0 }, closing = { 0 };
		open_stage(&st, (struct wish){ .attached = i & 1 });
		peer_on(st.peer, "SELECT*", (struct peer_answer){ .damage = PEER_STALL });
		for (int n = 0; n < FEW; n++) {
			asks[n].stage = &st;
			assert_true(ask_query(&asks[n], n & 1 ? "SELECT ?" : "SELECT x",
					      n & 1 ? CQL_ARGS(cql("x")) : CQL_ARGS(), 0));
		}
		closing.stage = &st;
		if (i & 2)
			assert_true(ask_close(&closing));
		if (i & 4) { /* on the wire by now */
			struct ask soon = { .stage = &st };
			if (!(i & 2)) {
				assert_true(ask_query(&soon, "INSERT", CQL_ARGS(), 30));
				wait_for(&st, &soon);
			}
		}
		st.registering = i & 1; /* attached: not inside free() */
		coodie_session_free(st.session);
		st.registering = false;
		st.session = NULL;
		if (st.ev)
			ev_run(st.ev, 0);
		for (int n = 0; n < FEW; n++)
			check_failed(&asks[n], COODIE_ERR_CLOSED, "freed");
		if (i & 2)
			check_failed(&closing, COODIE_ERR_CLOSED, "freed");
		close_stage(&st);
	}
}

static void test_close(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct stage st;
		struct ask asks[FEW] = { 0 };
		open_stage(&st, private_and_attached[i]);
		struct ask closing = { .stage = &st }, again = { .stage = &st },
			   refused = { .stage = &st };
		peer_on(st.peer, "SELECT slow", (struct peer_answer){ .delay_ms = 50 });
		for (int n = 0; n < FEW; n++) {
			asks[n].stage = &st;
			assert_true(ask_query(&asks[n], "SELECT slow", CQL_ARGS(), 0));
		}
		assert_true(ask_close(&closing));
		assert_false(ask_query(&refused, "SELECT slow", CQL_ARGS(), 0));
		assert_int_equal(refused.code, COODIE_ERR_CLOSED);
		wait_for(&st, &closing);
		check_ok(&closing);
		for (int n = 0; n < FEW; n++)
			check_ok(&asks[n]);
		assert_true(ask_close(&again)); /* closed already: that is fine */
		wait_for(&st, &again);
		check_ok(&again);
		assert_int_equal(refused.called, 0);
		for (int n = 0; n < 100 && peer_open_connections(st.peer); n++)
			usleep(10000);
		assert_int_equal(peer_open_connections(st.peer), 0);
		close_stage(&st);
	}
}

/* ---- blocking --------------------------------------------------------------------------------------- */

static void block_inside(struct ask *a)
{
	coodie_session *s = a->stage->session;
	coodie_error err;

	assert_null(coodie_session_query(s, "SELECT 1", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_WOULD_BLOCK);
	assert_null(coodie_session_prepare(s, "SELECT 1", &err));
	assert_int_equal(err.code, COODIE_ERR_WOULD_BLOCK);
	assert_false(coodie_session_connect(s, &err));
	assert_int_equal(err.code, COODIE_ERR_WOULD_BLOCK);
	assert_false(coodie_session_close(s, &err));
	assert_int_equal(err.code, COODIE_ERR_WOULD_BLOCK);
	assert_false(coodie_session_run(s, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_WOULD_BLOCK);
}

static void test_would_block(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct stage st;
		open_stage(&st, private_and_attached[i]);
		struct ask a = { .stage = &st, .then = block_inside },
			   late = { .stage = &st, .then = block_inside };
		peer_on(st.peer, "SELECT slow", (struct peer_answer){ .delay_ms = 200 });
		assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
		assert_true(ask_query(&late, "SELECT slow", CQL_ARGS(), 30));
		wait_for(&st, &a);
		wait_for(&st, &late);
		check_ok(&a);
		check_failed(&late, COODIE_ERR_TIMEOUT, "");
		if (st.ev)
			block_inside(&a); /* attached: nowhere */
		close_stage(&st);
	}
}

static void test_run(void **state)
{
	struct stage st;
	coodie_error err;
	bool never = false;

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	assert_true(coodie_session_run(st.session, NULL, &err)); /* nothing to do */
	assert_false(coodie_session_run(st.session, &never, &err));
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	struct ask a = { .stage = &st };
	assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
	assert_true(coodie_session_run(st.session, NULL, &err));
	check_ok(&a);
	struct ask b = { .stage = &st };
	assert_true(ask_query(&b, "SELECT 1", CQL_ARGS(), 0));
	assert_false(coodie_session_run(st.session, &never, &err));
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	check_ok(&b);
	close_stage(&st);
}

static void test_overload(void **state)
{
	struct stage st;
	struct ask asks[6] = { 0 };

	(void)state;
	open_stage(&st, (struct wish){ .waiting = 3 });
	for (int i = 0; i < 6; i++) {
		asks[i].stage = &st;
		bool prepared = i == 1 || i == 4;
		bool accepted = ask_query(&asks[i], prepared ? "SELECT ?" : "SELECT 1",
					  prepared ? CQL_ARGS(cql("x")) : CQL_ARGS(), 0);
		if (i < 2)
			assert_true(accepted);
		if (i >= 4) {
			assert_false(accepted);
			assert_int_equal(asks[i].code, COODIE_ERR_OVERLOAD);
			assert_non_null(strstr(asks[i].message, "coodie_options_set_max_waiting"));
		}
		if (!accepted)
			asks[i].stage = NULL;
	}
	for (int i = 0; i < 6; i++) {
		if (asks[i].stage) {
			wait_for(&st, &asks[i]);
			check_ok(&asks[i]);
		} else {
			assert_int_equal(asks[i].called, 0);
		}
	}
	struct ask after = { .stage = &st }; /* and it goes on */
	assert_true(ask_query(&after, "SELECT 1", CQL_ARGS(), 0));
	wait_for(&st, &after);
	check_ok(&after);
	close_stage(&st);
}

/* ---- lost connections -------------------------------------------------------------------------------- */

static void test_reconnect(void **state)
{
	static const char *const first_points[] = { NULL, "127.0.0.1:1" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		coodie_error err;
		open_stage(&st, (struct wish){ .attached = i & 1,
					       .first_point = first_points[i / 2],
					       .in_flight = 2 });
		teach_numbers(&st, 2);
		struct ask status = { .stage = &st };
		st.registering = true;
		assert_true(coodie_session_connect_async(st.session, on_status, &status, &err));
		st.registering = false;
		wait_for(&st, &status);
		check_ok(&status);
		for (int n = 0; n < 5;
		     n++) { /* lost while nothing was asked, from the first time on */
			peer_drop(st.peer);
			for (int t = 0; t < 500 && peer_open_connections(st.peer); t++)
				usleep(1000);
			usleep(2000);
			struct ask a = { .stage = &st }, b = { .stage = &st };
			if (st.ev)
				ev_run(st.ev, EVRUN_NOWAIT);
			assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
			wait_for(&st, &a);
			/* a private loop learns of the loss only now: then the request is the victim */
			if (a.code == COODIE_ERR_CLOSED && !st.ev) {
				assert_true(ask_query(&b, "SELECT 1", CQL_ARGS(), 0));
				wait_for(&st, &b);
				check_ok(&b);
			} else {
				check_ok(&a);
			}
		}
		close_stage(&st);
	}
}

/* What is on the wire fails with the reason; what waits goes to the next connection. */
static void test_lost(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct stage st;
		struct wish w = private_and_attached[i];
		struct ask asks[FEW] = { 0 };
		w.in_flight = 5;
		open_stage(&st, w);
		peer_on(st.peer, "SELECT end",
			(struct peer_answer){ .damage = PEER_CLOSE, .times = 1 });
		for (int n = 0; n < FEW; n++) {
			asks[n].stage = &st;
			assert_true(ask_query(&asks[n], "SELECT end", CQL_ARGS(), 0));
		}
		wait_all(&st, asks, FEW);
		for (int n = 0; n < FEW; n++)
			if (n < 5)
				check_failed(&asks[n], COODIE_ERR_CLOSED, peer_address(st.peer));
			else
				check_ok(&asks[n]);
		assert_int_equal(peer_connections(st.peer), 2);
		close_stage(&st);
	}
}

static void test_nobody_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(private_and_attached); i++) {
		struct stage st;
		struct wish w = private_and_attached[i];
		struct ask asks[FEW] = { 0 };
		char address[64];
		w.first_point = "127.0.0.1:1";
		open_stage(&st, w);
		snprintf(address, sizeof address, "%s", peer_address(st.peer));
		peer_free(st.peer);
		for (int n = 0; n < FEW; n++) {
			asks[n].stage = &st;
			assert_true(ask_query(&asks[n], n & 1 ? "SELECT ?" : "SELECT 1",
					      n & 1 ? CQL_ARGS(cql("x")) : CQL_ARGS(), 0));
		}
		wait_all(&st, asks, FEW);
		for (int n = 0; n < FEW; n++) {
			check_failed(&asks[n], COODIE_ERR_CONNECT, "127.0.0.1:1:");
			check_failed(&asks[n], COODIE_ERR_CONNECT, address);
		}
		st.peer = NULL;
		close_stage(&st);
	}
}

/* ---- prepared statements ------------------------------------------------------------------------------- */

static const char by_id[] = "SELECT n FROM t WHERE id = ?";

static void teach_by_id(struct stage *st, const char *binds)
{
	static const cql_value seven = { .is = { CQL_TAG_INT }, .as = { .integer = 7 } };

	peer_on(st->peer, by_id,
		(struct peer_answer){ .kind = PEER_ROWS,
				      .binds = binds,
				      .columns = "n int",
				      .values = { 1, &seven } });
}

/* Who asks for the same text at the same time shares one PREPARE. */
static void test_shared_prepare(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		struct ask prepares[FEW] = { 0 }, queries[FEW] = { 0 };
		open_stage(&st, (struct wish){ .attached = i & 1, .version = i & 2 ? 4 : 5 });
		teach_by_id(&st, "id int");
		for (int n = 0; n < FEW; n++) {
			char text[sizeof by_id]; /* at another address each time */
			memcpy(text, by_id, sizeof text);
			prepares[n].stage = queries[n].stage = &st;
			assert_true(ask_prepare(&prepares[n], text));
			assert_true(ask_query(&queries[n], text, CQL_ARGS(cql(n)), 0));
			memset(text, 'x', sizeof text - 1);
		}
		wait_all(&st, prepares, FEW);
		wait_all(&st, queries, FEW);
		for (int n = 0; n < FEW; n++) {
			check_ok(&prepares[n]);
			check_ok(&queries[n]);
			assert_int_equal(queries[n].value, 7);
			assert_ptr_equal(prepares[n].prepared, prepares[0].prepared);
		}
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 1);
		assert_int_equal(peer_requests(st.peer, OP_EXECUTE), FEW);
		const coodie_prepared *p = prepares[0].prepared;
		assert_int_equal(coodie_prepared_bind_count(p), 1);
		assert_string_equal(coodie_prepared_bind_name(p, 0), "id");
		assert_int_equal(cql_type_kind(coodie_prepared_bind_type(p, 0)), CQL_KIND_INT);
		assert_null(coodie_prepared_bind_name(p, 1));
		assert_null(coodie_prepared_bind_type(p, 1));
		assert_string_equal(coodie_prepared_cql(p), by_id);
		for (int n = 0; n < FEW; n++)
			coodie_prepared_free(prepares[n].prepared);
		close_stage(&st);
	}
}

static void test_unprepared(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		struct ask prepare = { .stage = &st }, asks[FEW] = { 0 };
		open_stage(&st, (struct wish){ .attached = i & 1, .version = i & 2 ? 4 : 5 });
		teach_by_id(&st, "id int");
		assert_true(ask_prepare(&prepare, by_id));
		wait_for(&st, &prepare);
		check_ok(&prepare);
		for (int round = 0; round < 3; round++) {
			peer_forget(st.peer);
			memset(asks, 0, sizeof asks);
			for (int n = 0; n < FEW; n++) {
				asks[n].stage = &st;
				assert_true(
					ask_execute(&asks[n], prepare.prepared, CQL_ARGS(cql(n))));
			}
			wait_all(&st, asks, FEW);
			for (int n = 0; n < FEW; n++) {
				check_ok(&asks[n]);
				assert_int_equal(asks[n].value, 7);
			}
		}
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 4);
		coodie_prepared_free(prepare.prepared);
		close_stage(&st);
	}
}

/* The table was made anew with another type: what the caller encodes would mean something else. */
static void test_changed_binds(void **state)
{
	struct stage st;
	struct ask prepare = { .stage = &st }, a = { .stage = &st }, b = { .stage = &st };

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	teach_by_id(&st, "id int");
	assert_true(ask_prepare(&prepare, by_id));
	wait_for(&st, &prepare);
	teach_by_id(&st, "id bigint");
	peer_forget(st.peer);
	assert_true(ask_execute(&a, prepare.prepared, CQL_ARGS(cql(1))));
	wait_for(&st, &a);
	check_failed(&a, COODIE_ERR_CONFLICT, "prepare it again");
	coodie_prepared_free(prepare.prepared);
	assert_true(ask_query(&b, by_id, CQL_ARGS(cql(INT64_MAX)), 0)); /* the new one */
	wait_for(&st, &b);
	check_ok(&b);
	close_stage(&st);
}

static void test_binds(void **state)
{
	static const struct {
		const char *name;
		cql_value values[2];
		size_t count;
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ "right", { { { CQL_TAG_INT }, { .integer = 1 } } }, 1, COODIE_OK, "" },
		{ "too few",
		  { { { CQL_TAG_NULL }, { 0 } } },
		  0,
		  COODIE_ERR_INVALID,
		  "1 marker, 0 values" },
		{ "too many",
		  { { { CQL_TAG_NULL }, { 0 } } },
		  2,
		  COODIE_ERR_INVALID,
		  "1 marker, 2 values" },
		{ "a text",
		  { { { CQL_TAG_TEXT }, { .text = { "x", 1 } } } },
		  1,
		  COODIE_ERR_TYPE,
		  "bind 1 (id int)" },
		{ "too large",
		  { { { CQL_TAG_INT }, { .integer = INT64_MAX } } },
		  1,
		  COODIE_ERR_RANGE,
		  "bind 1 (id int)" },
	};

	(void)state;
	for (int known = 0; known < 2; known++) {
		for (size_t i = 0; i < CD_COUNT(rows); i++) {
			struct stage st;
			struct ask a = { .stage = &st }, prepare = { .stage = &st };
			const cql_args args = { rows[i].count, rows[i].values };
			open_stage(&st, (struct wish){ 0 });
			teach_by_id(&st, "id int");
			if (known) {
				assert_true(ask_prepare(&prepare, by_id));
				wait_for(&st, &prepare);
			}
			bool accepted = known ? ask_execute(&a, prepare.prepared, args)
					      : ask_query(&a, by_id, args, 0);
			if (!rows[i].count && !known) { /* goes as it is: the server knows better */
				wait_for(&st, &a);
				close_stage(&st);
				continue;
			}
			CD_CHECK(accepted == (!known || rows[i].code == COODIE_OK), rows[i].name);
			if (accepted)
				wait_for(&st, &a);
			CD_CHECK(a.called == accepted && a.code == rows[i].code, rows[i].name);
			if (rows[i].code != COODIE_OK && !strstr(a.message, rows[i].says))
				fail_msg("%s: %s", rows[i].name, a.message);
			coodie_prepared_free(prepare.prepared);
			close_stage(&st);
		}
	}
}

static void test_bounded_cache(void **state)
{
	struct stage st;
	static const char *const texts[] = { "SELECT a ?", "SELECT b ?", "SELECT a ?",
					     "SELECT c ?", "SELECT a ?", "SELECT b ?" };
	static const uint64_t prepares[] = {
		1, 2, 2, 3, 3, 4
	}; /* so far; b is the least recently used at c */

	(void)state;
	open_stage(&st, (struct wish){ .prepared = 2 });
	for (size_t i = 0; i < CD_COUNT(texts); i++) {
		struct ask a = { .stage = &st };
		assert_true(ask_query(&a, texts[i], CQL_ARGS(cql("x")), 0));
		wait_for(&st, &a);
		check_ok(&a);
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), prepares[i]);
	}
	close_stage(&st);
}

static void test_prepare_refused(void **state)
{
	struct stage st;
	struct ask asks[FEW] = { 0 }, prepare = { .stage = &st };

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	peer_on(st.peer, "SELEC ?",
		(struct peer_answer){ .kind = PEER_ERROR, .code = 0x2000, .message = "line 1:0" });
	assert_true(ask_prepare(&prepare, "SELEC ?"));
	for (int n = 0; n < FEW; n++) {
		asks[n].stage = &st;
		assert_true(ask_query(&asks[n], "SELEC ?", CQL_ARGS(cql("x")), 0));
	}
	wait_for(&st, &prepare);
	wait_all(&st, asks, FEW);
	if (prepare.code == COODIE_OK) { /* the peer prepares everything, and refuses to run it */
		coodie_prepared_free(prepare.prepared);
	} else {
		check_failed(&prepare, COODIE_ERR_SERVER, "line 1:0");
	}
	for (int n = 0; n < FEW; n++) {
		check_failed(&asks[n], COODIE_ERR_SERVER, "line 1:0");
		assert_int_equal(asks[n].server_code, 0x2000);
	}
	close_stage(&st);
}

/* ---- requests' options ------------------------------------------------------------------------------------ */

static void test_version_5_only(void **state)
{
	static const coodie_request requests[] = {
		{ .size = sizeof(coodie_request), .keyspace = "ks" },
		{ .size = sizeof(coodie_request), .now_in_seconds = 5 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * CD_COUNT(requests); i++) {
		struct stage st;
		coodie_error err;
		open_stage(&st, (struct wish){ .version = i & 1 ? 4 : 5 });
		for (int bound = 0; bound < 2; bound++) {
			coodie_result *r = coodie_session_query(
				st.session, bound ? "SELECT ?" : "SELECT 1",
				bound ? CQL_ARGS(cql("x")) : CQL_ARGS(), &requests[i / 2], &err);
			assert_true((r != NULL) == !(i & 1));
			if (i & 1)
				assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
			coodie_result_free(r);
		}
		close_stage(&st);
	}
}

/* ---- memory -------------------------------------------------------------------------------------------------- */

struct shortage {
	struct peer *peer;
	unsigned version;
};

/* Connects, queries, prepares, executes. Whatever fails, it says NO_MEMORY, every callback runs, and nothing is lost. */
static bool use_session(const coodie_allocator *a, void *user)
{
	const struct shortage *sh = user;
	struct stage st = { .peer = sh->peer };
	const struct wish w = { .version = sh->version, .allocator = a };
	coodie_error err = { 0 };
	coodie_options *o = make_options(&st, &w);
	struct ask asks[4] = {
		{ .stage = &st }, { .stage = &st }, { .stage = &st }, { .stage = &st }
	};
	bool ok = true, accepted[4];

	st.session = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!st.session) {
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
		return false;
	}
	accepted[0] = ask_query(&asks[0], "SELECT 1", CQL_ARGS(), 0);
	accepted[1] = ask_query(&asks[1], by_id, CQL_ARGS(cql(5)), 0);
	accepted[2] = ask_prepare(&asks[2], by_id);
	accepted[3] = ask_query(&asks[3], "SELECT list",
				CQL_ARGS(cql(CQL_LIST(cql("a"), cql("b")))), 0);
	coodie_session_run(st.session, NULL, &err);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(asks[i].called, accepted[i]);
		if (asks[i].code != COODIE_OK && asks[i].code != COODIE_ERR_NO_MEMORY)
			fail_msg("%s: %s", coodie_errc_name(asks[i].code), asks[i].message);
		ok = ok && asks[i].code == COODIE_OK;
	}
	coodie_prepared_free(asks[2].prepared);
	coodie_session_free(st.session);
	return ok;
}

static void test_no_memory(void **state)
{
	struct shortage sh = { .peer = peer_new(&(const struct peer_options){ 0 }) };
	struct stage st = { .peer = sh.peer };

	(void)state;
	teach_by_id(&st, "id int");
	peer_on(sh.peer, "SELECT list", (struct peer_answer){ .binds = "tags list<text>" });
	for (sh.version = 4; sh.version <= 5; sh.version++)
		assert_true(cd_failalloc_each("session", use_session, &sh));
	peer_free(sh.peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_reverse),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_worn_out),
		cmocka_unit_test(test_late_in_queue),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_free_inside),
		cmocka_unit_test(test_free_outside),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_would_block),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_overload),
		cmocka_unit_test(test_reconnect),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_shared_prepare),
		cmocka_unit_test(test_unprepared),
		cmocka_unit_test(test_changed_binds),
		cmocka_unit_test(test_binds),
		cmocka_unit_test(test_bounded_cache),
		cmocka_unit_test(test_prepare_refused),
		cmocka_unit_test(test_version_5_only),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
