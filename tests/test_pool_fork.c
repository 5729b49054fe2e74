/* SPDX-License-Identifier: MIT */
/* fork(): a child that frees the parent's session, or leaves it alone, does not disturb the
 * connections, encrypted or not. */
#include "tests/test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coodie.h>
#include <coodie/node.h>

enum { PATIENCE_S = 60 };

static const struct {
	const char *name;
	bool tls;
	unsigned loops;
	bool in_flight; /* a request is, when the child is born */
} forks[] = {
	{ "plain", false, 0, false },        { "plain, in flight", false, 0, true },
	{ "TLS", true, 0, false },           { "TLS, in flight", true, 0, true },
	{ "loop threads", false, 2, false }, { "loop threads, TLS, in flight", true, 2, true },
};

struct answer {
	_Atomic int called;
	_Atomic int code;
	bool done;
};

/* On a loop's thread, where there are some. */
static void on_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct answer *a = user;

	a->called++;
	a->code = err->code;
	a->done = true;
	coodie_result_free(take_res);
}

static coodie_node *start_node(bool tls)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	if (tls)
		coodie_node_options_set_tls_generated(o);
	coodie_node *n = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!n)
		fail_msg("%s", err.message);
	return n;
}

static coodie_session *open_session(const coodie_node *n, size_t row)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_tls *tls = forks[row].tls ? coodie_tls_new(NULL) : NULL;
	const char *pem = coodie_node_ca_pem(n);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(n, 0), &err));
	if (tls) {
		assert_true(coodie_tls_add_ca_pem(tls, pem, strlen(pem), &err));
		assert_true(coodie_options_set_tls(o, tls, &err));
	}
	if (forks[row].loops)
		assert_true(coodie_options_set_loops(o, forks[row].loops, &err));
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	coodie_tls_free(tls);
	if (!s || !coodie_session_connect(s, &err))
		fail_msg("%s: %s", forks[row].name, err.message);
	return s;
}

/* A child that does this, and ends well within its time. */
static void fork_and(const char *name, coodie_session *s, const struct answer *a, bool frees)
{
	int status;
	pid_t child = fork();
	int called = a->called; /* with loop threads the answer may be there already */

	assert_true(child >= 0);
	if (!child) {
		alarm(PATIENCE_S);
		if (frees)
			coodie_session_free(s);
		_exit(a->called > called + 1 ||
		      (a->called > called && a->code != COODIE_ERR_CLOSED));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	CD_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, name);
}

static void read_one(const char *name, coodie_session *s)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(s, "SELECT key FROM system.local", CQL_ARGS(), NULL,
						&err);

	if (!r)
		fail_msg("%s: %s", name, err.message);
	coodie_result_free(r);
}

static void check_fork(size_t row)
{
	const char *name = forks[row].name;
	coodie_node *n = start_node(forks[row].tls);
	coodie_session *s = open_session(n, row);
	coodie_session_stats before = { .size = sizeof before }, after = before;
	struct answer a = { 0 };
	coodie_error err;

	for (int i = 0; i < 1000 && before.connects < forks[row].loops + !forks[row].loops; i++) {
		read_one(name, s);
		coodie_session_get_stats(s, &before);
	}
	if (forks[row].in_flight) {
		assert_true(coodie_node_add_fault(n, "opcode=QUERY,times=1,do=delay:200ms", NULL,
						  &err));
		assert_true(coodie_session_query_async(s, "SELECT key FROM system.local",
						       CQL_ARGS(), NULL, on_answer, &a, &err));
	}
	fork_and(name, s, &a, true);
	fork_and(name, s, &a, false);
	if (!forks[row].loops && forks[row].in_flight && !a.done &&
	    !coodie_session_run(s, &a.done, &err))
		fail_msg("%s: %s", name, err.message);
	read_one(name, s);
	coodie_session_get_stats(s, &after);
	CD_CHECK(after.connects == before.connects, name); /* it is the same one still */
	if (!coodie_session_close(s, &err))
		fail_msg("%s: %s", name, err.message);
	coodie_session_free(s);
	CD_CHECK(a.called == forks[row].in_flight && a.code == COODIE_OK, name);
	coodie_node_stop(n);
}

static void test_fork(void **state)
{
	(void)state;
	if (getenv("COODIE_VALGRIND")) /* a child has lost what its parent's other threads held */
		skip();
	for (size_t row = 0; row < CD_COUNT(forks); row++)
		check_fork(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
