/* SPDX-License-Identifier: MIT */
/* Sessions whose loops run on threads of their own. */
#include "tests/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include <coodie/future.h>
#include <coodie/tune.h>

#include "tests/failalloc.h"
#include "tests/peer.h"

enum { THREADS = 4, EACH = 500 };

static const char statement[] = "SELECT n FROM t WHERE k = ?";

struct crowd {
	coodie_session *session;
	coodie_prepared *prepared;
	_Atomic int called, wrong;
	_Atomic int begun, ended;
};

static void on_begin(unsigned loop, void *user)
{
	struct crowd *c = user;

	(void)loop;
	atomic_fetch_add(&c->begun, 1);
}

static void on_end(unsigned loop, void *user)
{
	struct crowd *c = user;

	(void)loop;
	atomic_fetch_add(&c->ended, 1);
}

static coodie_session *open_session(struct peer *p, unsigned loops, struct crowd *c)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, peer_address(p), &err));
	assert_true(coodie_options_set_loops(o, loops, &err));
	coodie_options_set_loop_hooks(o, on_begin, on_end, c);
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!s)
		fail_msg("%s", err.message);
	return s;
}

static struct peer *teach(void)
{
	struct peer *p = peer_new(&(const struct peer_options){ 0 });
	const cql_value seven = cql_from_int(7);

	peer_on(p, "SELECT 7",
		(struct peer_answer){ .kind = PEER_ROWS,
				      .columns = "n int",
				      .values = { .count = 1, .values = &seven } });
	peer_on(p, "SELECT n FROM t WHERE k = ?",
		(struct peer_answer){ .kind = PEER_ROWS,
				      .binds = "k int",
				      .columns = "n int",
				      .values = { .count = 1, .values = &seven } });
	peer_on(p, "SELECT never", (struct peer_answer){ .damage = PEER_STALL });
	return p;
}

static bool is_seven(coodie_result *r)
{
	coodie_cursor c = coodie_result_cursor(r);
	int32_t n = 0;

	return coodie_cursor_next(&c) && coodie_cursor_int32(&c, 0, &n, NULL) && n == 7;
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct crowd *c = user;

	if (err->code != COODIE_OK || !is_seven(take_res))
		atomic_fetch_add(&c->wrong, 1);
	coodie_result_free(take_res);
	atomic_fetch_add(&c->called, 1);
}

static void *blocking_caller(void *user)
{
	struct crowd *c = user;
	coodie_error err;

	for (int i = 0; i < EACH; i++) {
		coodie_result *r = i % 2 ? coodie_session_query(c->session, "SELECT 7", CQL_ARGS(),
								NULL, &err)
					 : coodie_session_execute(c->session, c->prepared,
								  CQL_ARGS(cql(i)), NULL, &err);
		on_result(r, &err, c);
	}
	return NULL;
}

/* Of one statement, by its handle and by its text. */
static bool ask(struct crowd *c, int i, coodie_error *err)
{
	if (i % 2)
		return coodie_session_query_async(c->session, statement, CQL_ARGS(cql(i)), NULL,
						  on_result, c, err);
	return coodie_session_execute_async(c->session, c->prepared, CQL_ARGS(cql(i)), NULL,
					    on_result, c, err);
}

static void *async_caller(void *user)
{
	struct crowd *c = user;
	coodie_error err;

	for (int i = 0; i < EACH; i++)
		if (!ask(c, i, &err)) {
			atomic_fetch_add(&c->wrong, 1);
			atomic_fetch_add(&c->called, 1);
		}
	return NULL;
}

static void run_callers(struct crowd *c, void *(*caller)(void *))
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, caller, c), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* Blocking and asynchronous calls from many threads; free() delivers all that is left. */
static void test_crowd(void **state)
{
	(void)state;
	for (unsigned loops = 1; loops <= 3; loops++) {
		struct peer *p = teach();
		struct crowd c = { 0 };
		coodie_error err;
		c.session = open_session(p, loops, &c);
		c.prepared = coodie_session_prepare(c.session, statement, &err);
		if (!c.prepared)
			fail_msg("%s", err.message);
		run_callers(&c, blocking_caller);
		assert_int_equal(c.called, THREADS * EACH);
		run_callers(&c, async_caller);
		if (!coodie_session_close(c.session, &err))
			fail_msg("%s", err.message);
		assert_int_equal(c.called, 2 * THREADS * EACH);
		assert_int_equal(c.wrong, 0);
		coodie_session_free(c.session);
		coodie_prepared_free(c.prepared);
		assert_int_equal(c.begun, loops);
		assert_int_equal(c.ended, loops);
		peer_free(p);
	}
}

static void count_end(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct crowd *c = user;

	coodie_result_free(take_res);
	atomic_fetch_add(&c->wrong, err->code != COODIE_ERR_CLOSED);
	atomic_fetch_add(&c->called, 1);
}

/* What is in flight when the session is freed is told. */
static void test_free_with_much(void **state)
{
	struct peer *p = teach();
	struct crowd c = { 0 };
	coodie_error err;

	(void)state;
	c.session = open_session(p, 2, &c);
	for (int i = 0; i < EACH; i++)
		assert_true(coodie_session_query_async(c.session, "SELECT never", CQL_ARGS(), NULL,
						       count_end, &c, &err));
	coodie_session_free(c.session);
	assert_int_equal(c.called, EACH);
	assert_int_equal(c.wrong, 0);
	peer_free(p);
}

static void count_cancelled(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct crowd *c = user;

	coodie_result_free(take_res);
	atomic_fetch_add(&c->wrong, err->code != COODIE_ERR_CANCELLED);
	atomic_fetch_add(&c->called, 1);
}

static void test_cancel(void **state)
{
	struct peer *p = teach();
	struct crowd c = { 0 };
	coodie_error err;
	uint64_t id;

	(void)state;
	c.session = open_session(p, 3, &c);
	for (int i = 0; i < 50; i++) {
		assert_true(coodie_session_query_async(c.session, "SELECT never", CQL_ARGS(),
						       COODIE_REQUEST(.id = &id), count_cancelled,
						       &c, &err));
		assert_true(coodie_session_cancel(c.session, id));
	}
	assert_true(coodie_session_close(c.session, &err));
	assert_int_equal(c.called, 50);
	assert_int_equal(c.wrong, 0);
	coodie_session_free(c.session);
	peer_free(p);
}

static void count_ended(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct crowd *c = user;

	coodie_result_free(take_res);
	atomic_fetch_add(&c->called, 1);
	atomic_fetch_add(&c->wrong,
			 err->code != COODIE_ERR_CANCELLED && err->code != COODIE_ERR_CLOSED);
	atomic_fetch_add(&c->ended, err->code == COODIE_ERR_CANCELLED);
}

/* Of many each is found by the id that its caller has; ids of those that are over find nobody. */
static void test_cancel_some(void **state)
{
	enum { MANY = 900 };
	struct peer *p = teach();
	struct crowd c = { 0 };
	coodie_error err;
	uint64_t ids[MANY];

	(void)state;
	c.session = open_session(p, 2, &c);
	for (int i = 0; i < MANY; i++)
		assert_true(coodie_session_query_async(c.session, "SELECT never", CQL_ARGS(),
						       COODIE_REQUEST(.id = &ids[i]), count_ended,
						       &c, &err));
	for (int round = 0; round < 2; round++)
		for (int i = MANY - 1; i >= 0; i -= 3)
			assert_true(coodie_session_cancel(c.session, ids[i]));
	coodie_session_free(c.session); /* what was posted is taken before */
	assert_int_equal(c.called, MANY);
	assert_int_equal(c.wrong, 0);
	assert_int_equal(c.ended - 2, MANY / 3); /* two loops have ended, too */
	peer_free(p);
}

struct inner {
	coodie_session *session;
	enum coodie_errc blocking;
	atomic_bool ended;
};

static void free_inside(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct inner *in = user;
	coodie_error why;

	(void)err;
	coodie_result_free(take_res);
	assert_null(coodie_session_query(in->session, "SELECT 7", CQL_ARGS(), NULL, &why));
	in->blocking = why.code;
	coodie_session_free(in->session);
	atomic_store(&in->ended, true);
}

/* A callback may free the session, and may not block. */
static void test_inside(void **state)
{
	struct peer *p = teach();
	struct crowd c = { 0 };
	struct inner in = { 0 };
	coodie_error err;

	(void)state;
	in.session = open_session(p, 2, &c);
	assert_true(coodie_session_query_async(in.session, "SELECT 7", CQL_ARGS(), NULL,
					       free_inside, &in, &err));
	while (!atomic_load(&in.ended) || atomic_load(&c.ended) < 2)
		;
	assert_int_equal(in.blocking, COODIE_ERR_WOULD_BLOCK);
	peer_free(p);
}

/* A wrong value is refused where it is given. */
static void test_refused(void **state)
{
	struct peer *p = teach();
	struct crowd c = { 0 };
	coodie_error err;

	(void)state;
	c.session = open_session(p, 2, &c);
	c.prepared = coodie_session_prepare(c.session, statement, &err);
	assert_non_null(c.prepared);
	assert_false(coodie_session_execute_async(c.session, c.prepared, CQL_ARGS(cql("seven")),
						  NULL, on_result, &c, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_false(coodie_session_execute_async(c.session, c.prepared, CQL_ARGS(), NULL,
						  on_result, &c, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(c.called, 0);
	coodie_prepared_free(c.prepared);
	coodie_session_free(c.session);
	peer_free(p);
}

static void count_then(coodie_future *f, void *user)
{
	struct crowd *c = user;

	atomic_fetch_add(&c->called, coodie_future_is_done(f));
}

/* With threads and without: waited for, looked at, given up, and told. */
static void test_future(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops <= 2; loops++) {
		struct peer *p = teach();
		struct crowd c = { 0 };
		coodie_error err;
		c.session = open_session(p, loops, &c);
		coodie_future *f = coodie_future_query(c.session, "SELECT 7", CQL_ARGS(), NULL,
						       &err);
		assert_non_null(f);
		assert_true(coodie_future_then(f, count_then, &c, &err));
		assert_false(coodie_future_then(f, count_then, &c, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_true(coodie_future_wait(f, UINT32_MAX, &err));
		coodie_result *r = coodie_future_take_result(f);
		assert_true(is_seven(r));
		coodie_result_free(r);
		assert_null(coodie_future_take_result(f));
		assert_true(coodie_future_wait(f, 0, &err));
		coodie_future_free(f);

		f = coodie_future_prepare(c.session, "SELECT n FROM t WHERE k = ?", &err);
		assert_true(coodie_future_wait(f, 60000, &err));
		coodie_prepared *known = coodie_future_take_prepared(f);
		assert_non_null(known);
		coodie_future_free(f);
		f = coodie_future_execute(c.session, known, CQL_ARGS(cql(1)), NULL, &err);
		assert_true(coodie_future_wait(f, 60000, &err));
		assert_true(coodie_future_then(f, count_then, &c, &err)); /* at once */
		coodie_future_free(f);                                    /* with its result */
		coodie_prepared_free(known);
		f = coodie_future_query(c.session, "SELECT never", CQL_ARGS(), NULL, &err);
		assert_false(coodie_future_wait(f, 20, &err));
		assert_int_equal(err.code, COODIE_ERR_TIMEOUT);
		assert_false(coodie_future_is_done(f));
		coodie_future_free(f); /* its outcome is still to come */
		coodie_session_free(c.session);
		assert_int_equal(c.called, 2);
		peer_free(p);
	}
}

static void on_status(const coodie_error *err, void *user)
{
	struct crowd *c = user;

	atomic_fetch_add(err->code == COODIE_OK ? &c->called : &c->wrong, 1);
}

/* All loops are told, and all are asked (tune.h). */
static void test_tuned(void **state)
{
	struct crowd c = { 0 };
	struct peer *p = teach();
	coodie_tune now = { .size = sizeof now };
	coodie_load load = { .size = sizeof load };
	coodie_error err;

	(void)state;
	c.session = open_session(p, 3, &c);
	assert_true(coodie_session_tune(
		c.session, COODIE_TUNE(.max_in_flight = 100, .max_waiting = 500), &err));
	coodie_session_tuning(c.session, &now);
	assert_int_equal(now.max_in_flight, 100);
	assert_false(coodie_session_tune(c.session, COODIE_TUNE(.max_in_flight = 40000), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	for (int i = 0; i < 3; i++) /* each loop in turn */
		assert_true(coodie_session_ready_async(c.session, on_status, &c, &err));
	while (atomic_load(&c.called) + atomic_load(&c.wrong) < 3)
		sched_yield();
	assert_int_equal(atomic_load(&c.wrong), 0);
	coodie_session_load(c.session, &load);
	assert_true(load.limit >= 300 && load.limit % 100 == 0);
	coodie_session_free(c.session);
	peer_free(p);
}

/* The end of a session needs no memory, and its threads end by themselves. */
static void test_free_without_memory(void **state)
{
	struct cd_failalloc f;
	struct crowd c = { 0 };
	coodie_error err;

	(void)state;
	cd_failalloc_init(&f, 0);
	coodie_options *o = coodie_options_new(NULL);
	coodie_options_set_allocator(o, &f.allocator);
	assert_true(coodie_options_add_contact_point(o, "127.0.0.1:1", &err));
	assert_true(coodie_options_set_loops(o, 2, &err));
	coodie_options_set_loop_hooks(o, on_begin, on_end, &c);
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	assert_non_null(s);
	while (c.begun < 2)
		sched_yield();
	f.fail_on = true;
	f.fail_at = 1; /* all that come */
	coodie_session_free(s);
	assert_int_equal(c.begun, 2);
	assert_int_equal(c.ended, 2);
	assert_int_equal(f.live, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_free_with_much),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_some),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_future),
		cmocka_unit_test(test_tuned),
		cmocka_unit_test(test_free_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
