/* SPDX-License-Identifier: MIT */
/* What a session promises, over the scripted peer: every callback once and later, deadlines,
 * cancelling, closing, freeing anywhere, and reconnecting. Prepared statements and memory that runs
 * out are in test_prepared.c. */
#include <unistd.h>

#include "tests/test.h"

#include <coodie/driver.h>

#include "tests/stage.h"

/* ---- many ----------------------------------------------------------------------------------- */

enum { MANY = 3000 };

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

/* ---- deadlines and cancelling --------------------------------------------------------------- */

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

/* ---- ends ----------------------------------------------------------------------------------- */

static void free_session(struct ask *a)
{
	coodie_session *s = a->stage->session;

	a->stage->session = NULL;
	coodie_session_free(s);
}

/* Freed inside a callback: of an answer, of a failure, of a connect. The others end with CLOSED,
 * once. */
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
		/* never before the first, however busy the machine is */
		peer_on(st.peer, "SELECT ?", (struct peer_answer){ .delay_ms = 3600000 });
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
		if (st.own)
			stage_loop_finish(st.own);
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
		if (st.own)
			stage_loop_finish(st.own);
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

/* ---- blocking ------------------------------------------------------------------------------- */

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
		if (st.own)
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

/* ---- lost connections ----------------------------------------------------------------------- */

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
			if (st.own)
				stage_loop_turn(st.own, false);
			assert_true(ask_query(&a, "SELECT 1", CQL_ARGS(), 0));
			wait_for(&st, &a);
			/* a private loop learns of the loss only now: then the request is the
			 * victim */
			if (a.code == COODIE_ERR_CLOSED && !st.own) {
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
		peer_on(st.peer, "UPDATE end",
			(struct peer_answer){ .damage = PEER_CLOSE, .times = 1 });
		for (int n = 0; n < FEW; n++) {
			asks[n].stage = &st;
			assert_true(ask_query(&asks[n], "UPDATE end", CQL_ARGS(), 0));
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

/* ---- requests' options ---------------------------------------------------------------------- */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),          cmocka_unit_test(test_reverse),
		cmocka_unit_test(test_chain),         cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_late),          cmocka_unit_test(test_worn_out),
		cmocka_unit_test(test_late_in_queue), cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_free_inside),   cmocka_unit_test(test_free_outside),
		cmocka_unit_test(test_close),         cmocka_unit_test(test_would_block),
		cmocka_unit_test(test_run),           cmocka_unit_test(test_overload),
		cmocka_unit_test(test_reconnect),     cmocka_unit_test(test_lost),
		cmocka_unit_test(test_nobody_there),  cmocka_unit_test(test_version_5_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
