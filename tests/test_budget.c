/* SPDX-License-Identifier: MIT */
/* A budget of memory: what is counted, and requests beyond it. */
#include "tests/test.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <coodie/node.h>
#include <coodie/tune.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "tests/failalloc.h"

/* ---- counting --------------------------------------------------------------------------------- */

static void test_counted(void **state)
{
	coodie_allocator a;
	struct cd_budget *b = cd_budget_new(NULL, &a);

	(void)state;
	assert_non_null(b);
	assert_ptr_equal(cd_budget_of(&a), b);
	assert_null(cd_budget_of(&cd_malloc_allocator));
	void *one = cd_alloc(&a, 100), *two = cd_resize(&a, NULL, 10);
	assert_int_equal(cd_budget_held(b), 110);
	two = cd_resize(&a, two, 1000);
	assert_int_equal(cd_budget_held(b), 1100);
	two = cd_resize(&a, two, 1);
	assert_int_equal(cd_budget_held(b), 101);
	assert_int_equal((uintptr_t)one % _Alignof(max_align_t), 0);
	assert_null(cd_alloc(&a, SIZE_MAX - 3));
	assert_null(cd_resize(&a, one, SIZE_MAX - 3));
	assert_int_equal(cd_budget_held(b), 101);
	cd_release(&a, one);
	assert_int_equal(cd_budget_held(b), 1);
	cd_budget_drop(b);
	cd_release(&a, two); /* what is held outlives it */
	cd_budget_drop(NULL);
}

static bool count_some(const coodie_allocator *below, void *user)
{
	coodie_allocator a;
	struct cd_budget *b = cd_budget_new(below, &a);

	(void)user;
	if (!b)
		return false;
	void *piece = cd_alloc(&a, 10), *larger = piece ? cd_resize(&a, piece, 100) : NULL;
	assert_int_equal(cd_budget_held(b), larger ? 100 : piece ? 10 : 0);
	cd_budget_drop(b);
	cd_release(&a, larger ? larger : piece);
	return larger != NULL;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a budget", count_some, NULL));
}

/* ---- a session -------------------------------------------------------------------------------- */

enum { LARGE = 100000, BUDGET = 1 << 20 };

struct box {
	coodie_node *node;
	coodie_session *session;
};

static struct box open_box(unsigned loops, const char *budget)
{
	coodie_error err = { 0 };
	coodie_node_options *no = coodie_node_options_new(&err);
	coodie_options *o = coodie_options_new(&err);
	struct box b = { .node = coodie_node_start(no, &err) };

	if (!b.node || !coodie_node_execute(b.node,
					    "CREATE KEYSPACE shop WITH replication = {'class': "
					    "'SimpleStrategy', 'replication_factor': 1};"
					    "CREATE TABLE shop.t (id int PRIMARY KEY, v text)",
					    &err))
		fail_msg("%s", err.message);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(b.node, 0), &err));
	assert_true(coodie_options_set(o, "memory_budget", budget, &err));
	if (loops)
		assert_true(coodie_options_set_loops(o, loops, &err));
	b.session = coodie_session_new(o, &err);
	if (!b.session || !coodie_session_connect(b.session, &err))
		fail_msg("%s", err.message);
	coodie_options_free(o);
	coodie_node_options_free(no);
	return b;
}

static void close_box(struct box *b)
{
	coodie_session_free(b->session);
	coodie_node_stop(b->node);
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	int *ok = user;

	*ok += err->code == COODIE_OK;
	coodie_result_free(take_res);
}

/* A large write; false: refused. */
static bool put(struct box *b, int *ok, coodie_error *err)
{
	static char large[LARGE + 1];

	memset(large, 'x', LARGE);
	return coodie_session_query_async(b->session, "INSERT INTO shop.t (id, v) VALUES (?, ?)",
					  CQL_ARGS(cql(1), cql(large)), NULL, on_result, ok, err);
}

/* So many requests are taken as memory is there for; later there is again. */
static void test_requests(void **state)
{
	struct box b = open_box(0, "1M");
	coodie_error err;
	int taken = 0, ok = 0;

	(void)state;
	while (put(&b, &ok, &err))
		taken++;
	assert_int_equal(err.code, COODIE_ERR_OVERLOAD);
	assert_non_null(strstr(err.message, "memory_budget"));
	assert_in_range(taken, 2, BUDGET / LARGE);
	assert_true(coodie_session_run(b.session, NULL, &err));
	assert_int_equal(ok, taken);
	assert_true(put(&b, &ok, &err));
	assert_true(coodie_session_run(b.session, NULL, &err));
	assert_int_equal(ok, taken + 1);
	close_box(&b);
}

/* Results count until they are freed, and may be freed after the session. */
static void test_results(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 2; loops++) {
		struct box b = open_box(loops, "1M");
		coodie_result *held[64] = { 0 };
		coodie_error err;
		int ok = 0, n = 0;
		assert_true(put(&b, &ok, &err));
		do
			held[n] = coodie_session_query(b.session, "SELECT v FROM shop.t",
						       CQL_ARGS(), NULL, &err);
		while (held[n] && ++n < 64);
		assert_int_equal(err.code, COODIE_ERR_OVERLOAD);
		assert_in_range(n, 2, BUDGET / LARGE + 1);
		while (n > 1)
			coodie_result_free(held[--n]);
		coodie_result *again = coodie_session_query(b.session, "SELECT v FROM shop.t",
							    CQL_ARGS(), NULL, &err);
		assert_non_null(again);
		close_box(&b);
		coodie_result_free(again);
		coodie_result_free(held[0]);
	}
}

/* It can be raised, and taken away. */
static void test_tuned(void **state)
{
	struct box b = open_box(0, "1M");
	coodie_error err;
	int taken = 0, more = 0, ok = 0;

	(void)state;
	while (put(&b, &ok, &err))
		taken++;
	assert_true(coodie_session_tune(b.session, COODIE_TUNE(.memory_budget = 2 * BUDGET), &err));
	while (put(&b, &ok, &err))
		more++;
	assert_true(more >= 2);
	assert_true(coodie_session_tune(b.session, COODIE_TUNE(.memory_budget = UINT64_MAX), &err));
	for (int i = 0; i < 30; i++)
		assert_true(put(&b, &ok, &err));
	assert_true(coodie_session_run(b.session, NULL, &err));
	assert_int_equal(ok, taken + more + 30);
	close_box(&b);
}

/* ---- loops ------------------------------------------------------------------------------------ */

/* Holds its loop up until there is much in its mailbox. */
struct dam {
	atomic_bool open, reached;
	atomic_int ended;
};

static void on_dam(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct dam *d = user;

	(void)err;
	coodie_result_free(take_res);
	atomic_store(&d->reached, true);
	while (!atomic_load(&d->open))
		sched_yield();
}

static void on_ended(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct dam *d = user;

	(void)err;
	coodie_result_free(take_res);
	atomic_fetch_add(&d->ended, 1);
}

/* What many large requests were copied to on their way to a loop is given back. */
static void test_mail(void **state)
{
	enum { MANY = 60, STATEMENTS = 300 };
	coodie_statement batch[STATEMENTS];
	struct box b = open_box(1, "1M");
	struct dam d = { false };
	coodie_error err;

	(void)state;
	for (int i = 0; i < STATEMENTS; i++)
		batch[i] = (coodie_statement)COODIE_STATEMENT(
			"INSERT INTO shop.t (id, v) VALUES (1, 'one of many statements')",
			CQL_ARGS());
	assert_true(coodie_session_query_async(b.session, "SELECT v FROM shop.t", CQL_ARGS(), NULL,
					       on_dam, &d, &err));
	while (!atomic_load(&d.reached))
		sched_yield();
	for (int i = 0; i < MANY; i++)
		assert_true(coodie_session_batch_async(b.session, COODIE_BATCH_UNLOGGED, batch,
						       STATEMENTS, NULL, on_ended, &d, &err));
	atomic_store(&d.open, true);
	while (atomic_load(&d.ended) < MANY)
		sched_yield();
	coodie_result *r = coodie_session_query(b.session, "SELECT v FROM shop.t", CQL_ARGS(), NULL,
						&err);
	if (!r)
		fail_msg("%s", err.message);
	coodie_result_free(r);
	close_box(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted),  cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_requests), cmocka_unit_test(test_results),
		cmocka_unit_test(test_tuned),    cmocka_unit_test(test_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
