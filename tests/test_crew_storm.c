/* SPDX-License-Identifier: MIT */
/* Many threads that do everything to a session with loops at once: each callback runs exactly once. */
#include "tests/test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coodie.h>
#include <coodie/node.h>

enum { NODES = 3, SHARDS = 2, LOOPS = 3, THREADS = 8, ROUNDS = 150 };
/* Under a memory checker, on a machine that does other things too. */
enum { PATIENT_MS = 300000 };

/* What all threads of one storm share. `accepted` calls have a callback, `told` of them had it. */
struct storm {
	coodie_node *box;
	coodie_session *session;
	coodie_prepared *prepared;
	_Atomic uint64_t accepted, told, answered, wrong;
};

/* A thread of it; a seed of its own makes its choices the same ones each time. */
struct thread {
	struct storm *storm;
	pthread_t thread;
	unsigned seed;
	uint64_t last; /* the id of its last request */
};

static unsigned draw(struct thread *t, unsigned below)
{
	t->seed = t->seed * 1103515245u + 12345u;
	return (t->seed >> 16) % below;
}

/* ---- callbacks ------------------------------------------------------------------------------------ */

static void count(struct storm *s, const coodie_error *err)
{
	static const enum coodie_errc expected[] = {
		COODIE_OK,          COODIE_ERR_CANCELLED, COODIE_ERR_CLOSED,
		COODIE_ERR_TIMEOUT, COODIE_ERR_CONNECT,   COODIE_ERR_SERVER,
	};
	bool known = false;

	for (size_t i = 0; i < CD_COUNT(expected); i++)
		known |= err->code == expected[i];
	atomic_fetch_add(&s->wrong, !known);
	atomic_fetch_add(&s->answered, err->code == COODIE_OK);
	atomic_fetch_add(&s->told, 1);
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	coodie_result_free(take_res);
	count(user, err);
}

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	coodie_prepared_free(take_prepared);
	count(user, err);
}

static void on_status(const coodie_error *err, void *user)
{
	count(user, err);
}

/* A request more, made on a loop. */
static void on_first(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct storm *s = user;
	coodie_error why;

	coodie_result_free(take_res);
	if (coodie_session_query_async(s->session, "SELECT key FROM system.local", CQL_ARGS(), NULL,
				       on_result, s, &why))
		atomic_fetch_add(&s->accepted, 1);
	count(s, err);
}

/* ---- what a thread may do -------------------------------------------------------------------------- */

static void accept(struct storm *s, bool ok)
{
	atomic_fetch_add(&s->accepted, ok);
}

static void do_query(struct thread *t)
{
	accept(t->storm, coodie_session_query_async(
				 t->storm->session, "SELECT n FROM ks.t WHERE id = ?",
				 CQL_ARGS(cql((int)draw(t, 1000))), COODIE_REQUEST(.id = &t->last),
				 on_first, t->storm, NULL));
}

static void do_execute(struct thread *t)
{
	accept(t->storm, coodie_session_execute_async(t->storm->session, t->storm->prepared,
						      CQL_ARGS(cql((int)draw(t, 1000))),
						      COODIE_REQUEST(.id = &t->last), on_result,
						      t->storm, NULL));
}

static void do_cancel(struct thread *t)
{
	coodie_session_cancel(t->storm->session, t->last);
}

static void do_prepare(struct thread *t)
{
	static const char *const texts[] = { "SELECT id FROM ks.t WHERE id = ?",
					     "SELECT nothing FROM ks.t",
					     "INSERT INTO ks.t (id, n) VALUES (?, 1)" };

	accept(t->storm,
	       coodie_session_prepare_async(t->storm->session, texts[draw(t, CD_COUNT(texts))],
					    on_prepared, t->storm, NULL));
}

static void do_refresh(struct thread *t)
{
	accept(t->storm,
	       coodie_session_refresh_async(t->storm->session, on_status, t->storm, NULL));
}

static void do_agree(struct thread *t)
{
	accept(t->storm,
	       coodie_schema_agreement_async(t->storm->session, 1000, on_status, t->storm, NULL));
}

static void do_ready(struct thread *t)
{
	accept(t->storm, coodie_session_ready_async(t->storm->session, on_status, t->storm, NULL));
}

static void do_look(struct thread *t)
{
	coodie_session *s = t->storm->session;
	coodie_session_stats stats = { .size = sizeof stats };
	coodie_load load = { .size = sizeof load };
	coodie_metrics m = { .size = sizeof m };
	coodie_metadata *md = coodie_session_metadata(s, NULL);

	coodie_metadata_free(md);
	coodie_session_get_stats(s, &stats);
	coodie_session_load(s, &load);
	coodie_session_metrics(s, NULL, &m, NULL);
}

static void do_route(struct thread *t)
{
	coodie_route *r = coodie_route_prepared(t->storm->session, t->storm->prepared,
						CQL_ARGS(cql((int)draw(t, 1000))), NULL, NULL);

	coodie_route_free(r);
}

static void do_tune(struct thread *t)
{
	coodie_session_tune(t->storm->session, COODIE_TUNE(.max_in_flight = 100 + draw(t, 100)),
			    NULL);
}

static void do_tablets(struct thread *t)
{
	uint8_t bytes[8192];
	size_t len = coodie_session_save_tablets(t->storm->session, bytes, sizeof bytes, NULL);

	if (len && len <= sizeof bytes)
		coodie_session_load_tablets(t->storm->session, bytes, len, NULL);
}

static void do_move(struct thread *t)
{
	coodie_node_move_tablets(t->storm->box);
}

static void do_schema(struct thread *t)
{
	coodie_node_execute(t->storm->box,
			    draw(t, 2) ? "CREATE TABLE IF NOT EXISTS ks.u (id int PRIMARY KEY)"
				       : "DROP TABLE IF EXISTS ks.u",
			    NULL);
}

/* Seldom things stand once. */
static void (*const deeds[])(struct thread *t) = {
	do_query,  do_query, do_query,   do_execute, do_execute, do_execute,
	do_cancel, do_query, do_prepare, do_refresh, do_agree,   do_ready,
	do_look,   do_route, do_tune,    do_tablets, do_move,    do_schema,
};

static void *rage(void *user)
{
	struct thread *t = user;

	for (int i = 0; i < ROUNDS; i++)
		deeds[draw(t, CD_COUNT(deeds))](t);
	return NULL;
}

/* ---- the stage -------------------------------------------------------------------------------------- */

static void set_up(struct storm *s)
{
	coodie_node_options *no = coodie_node_options_new(NULL);
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	*s = (struct storm){ 0 };
	assert_true(coodie_node_options_set_nodes(no, NODES, &err));
	assert_true(coodie_node_options_set_shards(no, SHARDS, &err));
	s->box = coodie_node_start(no, &err);
	if (!s->box)
		fail_msg("%s", err.message);
	coodie_node_options_free(no);
	if (!coodie_node_execute(s->box,
				 "CREATE KEYSPACE ks WITH replication = {'class': "
				 "'NetworkTopologyStrategy', 'datacenter1': 2};"
				 "CREATE TABLE ks.t (id int PRIMARY KEY, n int)",
				 &err))
		fail_msg("%s", err.message);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(s->box, 0), &err));
	assert_true(coodie_options_set_loops(o, LOOPS, &err));
	assert_true(coodie_options_set(o, "opening_per_second", "unlimited", &err));
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	s->session = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!s->session)
		fail_msg("%s", err.message);
	s->prepared = coodie_session_prepare(s->session, "SELECT n FROM ks.t WHERE id = ?", &err);
	if (!s->prepared)
		fail_msg("%s", err.message);
}

static void begin(struct storm *s, struct thread threads[THREADS], void *(*fn)(void *))
{
	for (unsigned i = 0; i < THREADS; i++) {
		threads[i] = (struct thread){ .storm = s, .seed = i + 1 };
		assert_int_equal(pthread_create(&threads[i].thread, NULL, fn, &threads[i]), 0);
	}
}

static void join(struct thread threads[THREADS])
{
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i].thread, NULL);
}

static void tear_down(struct storm *s)
{
	coodie_session_free(s->session);
	coodie_prepared_free(s->prepared);
	coodie_node_stop(s->box);
	assert_int_equal(s->told, s->accepted);
	assert_int_equal(s->wrong, 0);
}

/* ---- tests ------------------------------------------------------------------------------------------ */

static void test_everything(void **state)
{
	struct thread threads[THREADS];
	struct storm s;
	coodie_error err;

	(void)state;
	set_up(&s);
	begin(&s, threads, rage);
	join(threads);
	if (!coodie_session_close(s.session, &err)) /* drains */
		fail_msg("%s", err.message);
	assert_int_equal(s.told, s.accepted);
	assert_true(s.answered > 0);
	tear_down(&s);
}

/* The session is closed while all of them still call. */
static void test_closed_meanwhile(void **state)
{
	struct thread threads[THREADS];
	struct storm s;
	coodie_error err;

	(void)state;
	set_up(&s);
	begin(&s, threads, rage);
	while (atomic_load(&s.told) < 20)
		sched_yield();
	if (!coodie_session_close(s.session, &err))
		fail_msg("%s", err.message);
	join(threads);
	tear_down(&s);
}

/* ---- the end of requests in every state -------------------------------------------------------------- */

static void fault(struct storm *s, const char *spec)
{
	coodie_error err;

	if (!coodie_node_add_fault(s->box, spec, NULL, &err))
		fail_msg("%s: %s", spec, err.message);
}

/* In flight without an answer, to be tried again, waiting for a PREPARE, for agreement, for a read. */
static void leave_all(struct storm *s)
{
	struct thread t = { .storm = s, .seed = 7 };

	fault(s, "opcode=EXECUTE,times=20,do=stall");
	fault(s, "opcode=PREPARE,times=20,do=stall");
	for (int i = 0; i < 50; i++) {
		do_query(&t);
		do_execute(&t);
		do_prepare(&t);
		do_agree(&t);
		do_refresh(&t);
		do_ready(&t);
		accept(s, coodie_session_warm_up_async(s->session, NULL, NULL, on_status, s, NULL));
	}
}

static void test_freed_with_all(void **state)
{
	struct storm s;

	(void)state;
	set_up(&s);
	leave_all(&s);
	tear_down(&s);
}

static void free_session(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct storm *s = user;

	coodie_session_free(s->session);
	on_result(take_res, err, s);
}

/* The same on one of the loops, maybe because a stalled connection says nothing; the others end after
 * it. */
static void test_freed_inside(void **state)
{
	struct storm s;

	(void)state;
	set_up(&s);
	leave_all(&s);
	accept(&s, coodie_session_query_async(s.session, "SELECT key FROM system.local", CQL_ARGS(),
					      COODIE_REQUEST(.timeout_ms = 100), free_session, &s,
					      NULL));
	while (atomic_load(&s.told) < atomic_load(&s.accepted))
		sched_yield();
	s.session = NULL;
	tear_down(&s);
}

/* A child in the middle of it frees what it has a copy of; the parent does not notice. */
static void test_fork(void **state)
{
	struct thread threads[THREADS];
	struct storm s;
	coodie_error err;
	int status;

	(void)state;
	if (getenv("COODIE_VALGRIND")) /* a child has lost what its parent's other threads held */
		skip();
	set_up(&s);
	begin(&s, threads, rage);
	for (int i = 0; i < 3; i++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (!child) {
			coodie_session_free(s.session);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	join(threads);
	if (!coodie_session_close(s.session, &err))
		fail_msg("%s", err.message);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),     cmocka_unit_test(test_closed_meanwhile),
		cmocka_unit_test(test_freed_with_all), cmocka_unit_test(test_freed_inside),
		cmocka_unit_test(test_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
