/* SPDX-License-Identifier: MIT */
/* The driver seam, named sessions, and what is kept with a session; no network. */
#include "tests/test.h"

#include <coodie/driver.h>

#include "tests/failalloc.h"

/* ---- a driver that answers on its next run -------------------------------------------------- */

enum { MOST = 8 };

struct mock {
	coodie_done_fn *done[MOST];
	void *user[MOST];
	int waiting, submitted, freed;
	coodie_statement last;
	coodie_request last_request;
};

static bool mock_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
			coodie_error *err)
{
	struct mock *m = driver;

	(void)err;
	m->last = *st;
	m->last_request = *st->request;
	m->done[m->waiting] = done;
	m->user[m->waiting++] = user;
	m->submitted++;
	return true;
}

static bool mock_run(void *driver, const bool *until, coodie_error *err)
{
	struct mock *m = driver;
	coodie_error ok = { 0 };

	(void)until;
	(void)err;
	while (m->waiting) {
		m->waiting--;
		m->done[m->waiting](coodie_result_new_void(NULL), &ok, m->user[m->waiting]);
	}
	return true;
}

static bool mock_cancel(void *driver, uint64_t id)
{
	(void)driver;
	return id == 7;
}

static void mock_free(void *driver)
{
	((struct mock *)driver)->freed++;
}

static const coodie_driver table = {
	.size = sizeof table,
	.submit = mock_submit,
	.run = mock_run,
	.cancel = mock_cancel,
	.free = mock_free,
	.keyspace = "shop",
};

static coodie_session *over(struct mock *m)
{
	coodie_error err = { 0 };
	coodie_session *s = coodie_session_from_driver(&table, m, &err);

	if (!s)
		fail_msg("%s", err.message);
	return s;
}

static void test_submit(void **state)
{
	struct mock m = { 0 };
	coodie_session *s = over(&m);
	coodie_error err;
	coodie_result *r;

	(void)state;
	r = coodie_session_query(s, "SELECT 1", CQL_ARGS(cql(1)), COODIE_REQUEST(.timeout_ms = 9),
				 &err);
	assert_non_null(r);
	coodie_result_free(r);
	assert_string_equal(m.last.cql, "SELECT 1");
	assert_int_equal(m.last.args.count, 1);
	assert_int_equal(m.last_request.timeout_ms, 9);
	assert_int_equal(m.last_request.size, sizeof(coodie_request));
	r = coodie_session_query(s, "SELECT 2", CQL_ARGS(), NULL, &err);
	assert_non_null(r);
	coodie_result_free(r);
	assert_int_equal(m.last_request.timeout_ms, 0);
	assert_true(coodie_session_connect(s, &err));
	assert_true(coodie_session_close(s, &err));
	assert_true(coodie_session_cancel(s, 7));
	assert_false(coodie_session_cancel(s, 8));
	assert_false(coodie_session_cancel(s, 0));
	coodie_session_free(s);
	assert_int_equal(m.freed, 1);
}

/* Callers built with an older, smaller struct: what they do not know is zero. */
static void test_sizes(void **state)
{
	struct mock m = { 0 };
	coodie_session *s = over(&m);
	coodie_request old = { .size = offsetof(coodie_request, tracing),
			       .timeout_ms = 5,
			       .tracing = true };
	coodie_request forgotten = { .timeout_ms = 5 };
	coodie_driver no_size = table, no_run = table;
	coodie_error err;

	(void)state;
	coodie_result_free(coodie_session_query(s, "x", CQL_ARGS(), &old, &err));
	assert_int_equal(m.last_request.timeout_ms, 5);
	assert_false(m.last_request.tracing);
	assert_null(coodie_session_query(s, "x", CQL_ARGS(), &forgotten, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_non_null(strstr(err.message, "size"));
	no_size.size = 0;
	assert_null(coodie_session_from_driver(&no_size, &m, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	no_run.run = NULL;
	assert_null(coodie_session_from_driver(&no_run, &m, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_session_free(s);
}

static void unexpected(coodie_prepared *p, const coodie_error *err, void *user)
{
	(void)p;
	(void)err;
	(void)user;
	fail_msg("a refused call has no callback");
}

static void never(coodie_result *take_res, const coodie_error *err, void *user)
{
	(void)take_res;
	(void)err;
	(void)user;
	fail_msg("a callback of a call that was refused");
}

/* NULL where nothing can be done without it is refused, and reaches no driver. */
static void test_null(void **state)
{
	struct mock m = { 0 };
	coodie_session *s = over(&m);
	coodie_error err;

	(void)state;
	assert_false(coodie_session_query_async(NULL, "x", CQL_ARGS(), NULL, never, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_non_null(strstr(err.message, "session is NULL"));
	assert_null(coodie_session_query(NULL, "x", CQL_ARGS(), NULL, &err));
	assert_false(coodie_session_run(NULL, NULL, &err));
	assert_false(coodie_session_cancel(NULL, 1));
	assert_false(coodie_session_query_async(s, "x", CQL_ARGS(), NULL, NULL, NULL, &err));
	assert_non_null(strstr(err.message, "callback"));
	assert_false(
		coodie_session_query_async(s, "x", cql_args_of(NULL, 1), NULL, never, NULL, &err));
	assert_non_null(strstr(err.message, "NULL"));
	assert_int_equal(m.submitted, 0);
	coodie_session_free(s);
}

static void test_needs_the_engine(void **state)
{
	struct mock m = { 0 };
	coodie_session *s = over(&m);
	coodie_connection_info info = { .size = sizeof info };
	coodie_session_stats stats = { .size = sizeof stats, .requests = 9 };
	coodie_error err;

	(void)state;
	assert_null(coodie_session_prepare(s, "SELECT 1", &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	assert_false(coodie_session_prepare_async(s, "SELECT 1", unexpected, NULL, &err));
	assert_false(coodie_session_info(s, &info, &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	assert_null(coodie_session_supported(s, "COMPRESSION", 0));
	coodie_session_get_stats(s, &stats);
	assert_int_equal(stats.requests, 0);
	assert_string_equal(coodie_session_keyspace(s), "shop");
	coodie_session_free(s);
	coodie_session_free(NULL);
}

/* ---- a log, and calls later -------------------------------------------------------------------- */

struct aside {
	char line[40];
	unsigned lines, calls;
	bool told;
	uint32_t ms;
	coodie_error err;
	coodie_status_fn *done;
	void *user;
};

static void hear(enum coodie_log_level level, const char *message, void *user)
{
	struct aside *a = user;

	assert_int_equal(level, COODIE_LOG_WARN);
	snprintf(a->line, sizeof a->line, "%s", message);
	a->lines++;
}

static void on_time(const coodie_error *err, void *user)
{
	struct aside *a = user;

	a->err = *err;
	a->calls++;
	a->told = true;
}

/* A driver of struct mock with what is asked beside statements. */
static struct aside driver_aside;

static void driver_log(void *driver, enum coodie_log_level level, const char *message)
{
	(void)driver;
	hear(level, message, &driver_aside);
}

static bool driver_after(void *driver, uint32_t ms, coodie_status_fn *done, void *user,
			 coodie_error *err)
{
	(void)driver;
	(void)err;
	driver_aside.ms = ms;
	driver_aside.done = done;
	driver_aside.user = user;
	return true;
}

static void test_aside_of_a_driver(void **state)
{
	struct mock m = { 0 };
	coodie_session *s = over(&m);
	struct aside a = { 0 };
	coodie_driver more = table;
	coodie_error err = { 0 }, late = { .code = COODIE_ERR_TIMEOUT };

	(void)state;
	coodie_session_log(s, COODIE_LOG_WARN, "nobody listens");
	assert_true(coodie_session_after(s, 50, on_time, &a, &err));
	assert_int_equal(a.calls, 0);
	assert_true(coodie_session_run(s, NULL, &err));
	assert_int_equal(a.calls, 1); /* the next turn */
	assert_int_equal(a.err.code, COODIE_OK);
	assert_false(coodie_session_after(s, 50, NULL, &a, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_session_free(s);

	more.log = driver_log;
	more.after = driver_after;
	s = coodie_session_from_driver(&more, &m, &err);
	assert_non_null(s);
	coodie_session_log(s, COODIE_LOG_WARN, "a line");
	coodie_session_log(s, COODIE_LOG_WARN, NULL);
	assert_int_equal(driver_aside.lines, 1);
	assert_string_equal(driver_aside.line, "a line");
	assert_true(coodie_session_after(s, 50, on_time, &a, &err));
	assert_int_equal(driver_aside.ms, 50);
	driver_aside.done(&late, driver_aside.user);
	assert_int_equal(a.calls, 2);
	assert_int_equal(a.err.code, COODIE_OK);
	coodie_session_free(s);
}

/* Of a session with an engine: no node is needed to wait, and the end of the session ends it. */
static void test_aside_of_an_engine(void **state)
{
	(void)state;
	for (uint32_t loops = 0; loops < 3; loops++) {
		struct aside a = { 0 }, long_after = { 0 };
		coodie_error err = { 0 };
		coodie_options *o = coodie_options_new(&err);
		coodie_session *s;

		assert_true(coodie_options_add_contact_point(o, "127.0.0.1:1", &err));
		coodie_options_set_log(o, COODIE_LOG_WARN, hear, &a);
		assert_true(coodie_options_set_loops(o, loops, &err));
		s = coodie_session_new(o, &err);
		assert_non_null(s);
		coodie_session_log(s, COODIE_LOG_INFO, "not wanted");
		coodie_session_log(s, COODIE_LOG_WARN, "wanted");
		assert_int_equal(a.lines, 1);
		assert_string_equal(a.line, "wanted");
		assert_true(coodie_session_after(s, 3600000, on_time, &long_after, &err));
		if (!loops) { /* with loops its thread would be another */
			assert_true(coodie_session_after(s, 20, on_time, &a, &err));
			assert_true(coodie_session_run(s, &a.told, &err));
			assert_int_equal(a.err.code, COODIE_OK);
		}
		coodie_session_free(s);
		assert_int_equal(long_after.calls, 1);
		assert_int_equal(long_after.err.code, COODIE_ERR_CLOSED);
		coodie_options_free(o);
	}
}

/* ---- data ----------------------------------------------------------------------------------- */

static int frees;

static void count_free(void *data)
{
	*(int *)data = ++frees;
}

static void test_data(void **state)
{
	static const char first_key, second_key;
	struct mock m = { 0 };
	coodie_session *s = over(&m);
	int first = 0, second = 0, third = 0;

	(void)state;
	frees = 0;
	assert_null(coodie_session_data(s, &first_key));
	assert_ptr_equal(coodie_session_keep(s, &first_key, &first, count_free, NULL), &first);
	assert_ptr_equal(coodie_session_keep(s, &second_key, &second, count_free, NULL), &second);
	assert_ptr_equal(coodie_session_data(s, &first_key), &first);
	assert_ptr_equal(coodie_session_data(s, &second_key), &second);
	assert_ptr_equal(coodie_session_keep(s, &first_key, &third, count_free, NULL), &first);
	assert_int_equal(third, 1); /* not kept: there was one */
	coodie_session_free(s);
	assert_int_equal(second, 2); /* the newest first */
	assert_int_equal(first, 3);
}

/* ---- registries ----------------------------------------------------------------------------- */

static void test_registry(void **state)
{
	struct mock a = { 0 }, b = { 0 }, c = { 0 };
	coodie_error err;
	coodie_session *registry = coodie_session_new_registry(&err), *loose = over(&c);

	(void)state;
	assert_non_null(registry);
	assert_null(coodie_session_named(registry, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_session_query(registry, "x", CQL_ARGS(), NULL, &err));
	assert_true(coodie_session_register(registry, "main", over(&a), &err));
	assert_true(coodie_session_register(registry, "archive", over(&b), &err));
	/* refused: the name is taken, no registry, a registry in a registry; still ours to free */
	assert_false(coodie_session_register(registry, "main", loose, &err));
	assert_false(coodie_session_register(loose, "main", loose, &err));
	assert_false(coodie_session_register(registry, "", loose, &err));
	assert_false(coodie_session_register(registry, "self", registry, &err));
	coodie_session_free(loose);
	assert_int_equal(c.freed, 1);

	assert_ptr_equal(coodie_session_named(registry, NULL, &err),
			 coodie_session_named(registry, "main", &err));
	assert_null(coodie_session_named(registry, "nobody", &err));
	assert_non_null(strstr(err.message, "main, archive"));
	coodie_result_free(coodie_session_query(registry, "x", CQL_ARGS(), NULL, &err));
	assert_int_equal(a.submitted, 1);
	coodie_result_free(coodie_session_query(coodie_session_named(registry, "archive", &err),
						"y", CQL_ARGS(), NULL, &err));
	assert_int_equal(b.submitted, 1);
	coodie_session_free(registry);
	assert_int_equal(a.freed, 1);
	assert_int_equal(b.freed, 1);
}

static void test_no_registry_needed(void **state)
{
	struct mock m = { 0 };
	coodie_session *s = over(&m);

	(void)state;
	assert_ptr_equal(coodie_session_named(s, "any name", NULL), s);
	assert_ptr_equal(coodie_session_named(s, NULL, NULL), s);
	coodie_session_free(s);
}

/* ---- sessions that are never connected ------------------------------------------------------ */

static void test_new_refused(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_loop loop = { NULL, NULL };
	coodie_error err;

	(void)state;
	assert_null(coodie_session_new(o, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_true(coodie_options_add_contact_point(o, "127.0.0.1:1", &err));
	assert_null(coodie_session_attach(o, &loop, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_options_free(o);
}

static bool make_and_free(const coodie_allocator *a, void *user)
{
	coodie_options *o = user;
	coodie_error err;
	coodie_session *s;

	coodie_options_set_allocator(o, a);
	s = coodie_session_new(o, &err);
	if (!s)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	coodie_session_free(s);
	return s != NULL;
}

static void test_new_without_memory(void **state)
{
	coodie_options *o = coodie_options_new(NULL);

	(void)state;
	assert_true(coodie_options_add_contact_point(o, "127.0.0.1:1", NULL));
	assert_true(coodie_options_set_keyspace(o, "shop", NULL));
	assert_true(cd_failalloc_each("a session", make_and_free, o));
	coodie_options_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_submit),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_needs_the_engine),
		cmocka_unit_test(test_aside_of_a_driver),
		cmocka_unit_test(test_aside_of_an_engine),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_registry),
		cmocka_unit_test(test_no_registry_needed),
		cmocka_unit_test(test_new_refused),
		cmocka_unit_test(test_new_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
