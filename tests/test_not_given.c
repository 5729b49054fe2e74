/* SPDX-License-Identifier: MIT */
/* Calls that lack something, or are given what is not theirs: each says what, and nothing was begun. */
#include "tests/test.h"

#include <coodie.h>
#include <coodie/driver.h>
#include <coodie/future.h>
#include <coodie/node.h>
#include <coodie/observe.h>
#include <coodie/route.h>
#include <coodie/rows.h>
#include <coodie/trace.h>

struct box {
	coodie_node *node;
	coodie_session *session;
	coodie_prepared *prepared;
};

static struct box open_box(unsigned loops)
{
	coodie_error err = { 0 };
	coodie_options *o = coodie_options_new(&err);
	struct box b = { .node = coodie_node_start(NULL, &err) };

	if (!b.node || !coodie_node_execute(b.node,
					    "CREATE KEYSPACE k WITH replication = {'class': "
					    "'SimpleStrategy', 'replication_factor': 1};"
					    "CREATE TABLE k.t (id int PRIMARY KEY, v text)",
					    &err))
		fail_msg("%s", err.message);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(b.node, 0), &err));
	assert_true(coodie_options_set_loops(o, loops, &err));
	b.session = coodie_session_new(o, &err);
	b.prepared = coodie_session_prepare(b.session, "INSERT INTO k.t (id, v) VALUES (?, ?)",
					    &err);
	if (!b.prepared)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	return b;
}

static void close_box(struct box *b)
{
	coodie_prepared_free(b->prepared);
	coodie_session_free(b->session);
	coodie_node_stop(b->node);
}

static void on_done(coodie_result *take_res, const coodie_error *err, void *user)
{
	(void)err;
	(void)user;
	coodie_result_free(take_res);
	fail_msg("a request that was refused has ended");
}

/* ---- binds, and callbacks -------------------------------------------------------------------- */

static bool execute_no_binds(struct box *b, coodie_error *err)
{
	return coodie_session_execute_async(b->session, b->prepared, cql_args_of(NULL, 2), NULL,
					    on_done, NULL, err);
}

static bool execute_no_callback(struct box *b, coodie_error *err)
{
	return coodie_session_execute_async(b->session, b->prepared, CQL_ARGS(cql(1), cql("v")),
					    NULL, NULL, NULL, err);
}

static bool prepare_no_callback(struct box *b, coodie_error *err)
{
	return coodie_session_prepare_async(b->session, "SELECT * FROM k.t", NULL, NULL, err);
}

static bool connect_no_callback(struct box *b, coodie_error *err)
{
	return coodie_session_connect_async(b->session, NULL, NULL, err);
}

static bool close_no_callback(struct box *b, coodie_error *err)
{
	return coodie_session_close_async(b->session, NULL, NULL, err);
}

static bool info_no_place(struct box *b, coodie_error *err)
{
	return coodie_session_info(b->session, NULL, err);
}

static bool route_no_binds(struct box *b, coodie_error *err)
{
	return coodie_route_prepared(b->session, b->prepared, cql_args_of(NULL, 2), NULL, err);
}

static bool group_no_binds(struct box *b, coodie_error *err)
{
	const cql_args items[] = { cql_args_of(NULL, 2) };

	return coodie_group_prepared(b->session, b->prepared, items, 1, 0, err);
}

static bool trace_no_place(struct box *b, coodie_error *err)
{
	return coodie_session_trace(b->session, cql_uuid_random(), 1, NULL, NULL, err);
}

static bool register_nowhere(struct box *b, coodie_error *err)
{
	return coodie_session_register(NULL, "name", b->session, err);
}

static bool name_nothing(struct box *b, coodie_error *err)
{
	(void)b;
	return coodie_session_named(NULL, "name", err);
}

static const struct lacking {
	const char *name;
	bool (*call)(struct box *b, coodie_error *err);
	const char *message;
} lacking[] = {
	{ "execute, binds", execute_no_binds, "2 binds, but their array is NULL" },
	{ "execute, callback", execute_no_callback, "execute: no callback was given" },
	{ "prepare, callback", prepare_no_callback, "prepare: no callback was given" },
	{ "connect, callback", connect_no_callback, "connect: no callback was given" },
	{ "close, callback", close_no_callback, "close: no callback was given" },
	{ "info, place", info_no_place, "info: no place for it" },
	{ "route, binds", route_no_binds, "route: 2 binds, but their array is NULL" },
	{ "trace, places", trace_no_place, "trace: no place for its results" },
	{ "register, registry", register_nowhere,
	  "the session is no registry: only that of coodie_session_new_registry() has members" },
	{ "named, session", name_nothing, "the session is NULL" },
	{ "group, binds", group_no_binds, "group: item 1 has 2 binds, but their array is NULL" },
};

static void test_lacking(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 3; loops++) {
		struct box b = open_box(loops);
		coodie_error err;
		for (size_t i = 0; i < CD_COUNT(lacking); i++) {
			CD_CHECK(!lacking[i].call(&b, &err), lacking[i].name);
			CD_CHECK(err.code == COODIE_ERR_INVALID, lacking[i].name);
			assert_string_equal(err.message, lacking[i].message);
		}
		coodie_result *r = coodie_session_execute(b.session, b.prepared,
							  CQL_ARGS(cql(1), cql("v")), NULL, &err);
		assert_non_null(r); /* nothing of it stayed */
		coodie_result_free(r);
		close_box(&b);
	}
}

/* ---- nothing to look at ---------------------------------------------------------------------- */

static void test_nothing(void **state)
{
	size_t count = 1;

	(void)state;
	assert_int_equal(coodie_prepared_bind_count(NULL), 0);
	assert_null(coodie_prepared_bind_name(NULL, 0));
	assert_null(coodie_prepared_bind_type(NULL, 0));
	assert_null(coodie_prepared_key(NULL, &count));
	assert_int_equal(count, 0);
	assert_int_equal(coodie_prepared_column_count(NULL), 0);
	assert_null(coodie_prepared_column_name(NULL, 0));
	assert_null(coodie_prepared_column_type(NULL, 0));
	assert_null(coodie_prepared_keyspace(NULL));
	assert_null(coodie_prepared_table(NULL));
	assert_null(coodie_prepared_cql(NULL));
	assert_false(coodie_future_is_done(NULL));
}

static void test_no_place(void **state)
{
	struct box b = open_box(0);

	(void)state;
	assert_null(coodie_session_supported(b.session, NULL, 0));
	coodie_session_get_stats(b.session, NULL);
	assert_non_null(coodie_prepared_key(b.prepared, NULL));
	close_box(&b);
}

/* ---- what is another's ----------------------------------------------------------------------- */

static bool execute(struct box *b, coodie_prepared *p, coodie_error *err)
{
	coodie_result *r = coodie_session_execute(b->session, p, CQL_ARGS(cql(1), cql("v")), NULL,
						  err);

	coodie_result_free(r);
	return r;
}

static bool put_in_batch(struct box *b, coodie_prepared *p, coodie_error *err)
{
	const coodie_statement one = { .size = sizeof one,
				       .prepared = p,
				       .args = CQL_ARGS(cql(1), cql("v")) };
	coodie_result *r = coodie_session_batch(b->session, COODIE_BATCH_LOGGED, &one, 1, NULL,
						err);

	coodie_result_free(r);
	return r;
}

/* A statement that another session has prepared belongs to that one's connections. */
static void test_others(void **state)
{
	bool (*const uses[])(struct box *, coodie_prepared *, coodie_error *) = { execute,
										  put_in_batch };
	struct box one = open_box(0), other = open_box(0);
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(uses); i++) {
		assert_false(uses[i](&one, other.prepared, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_non_null(strstr(err.message, "prepared by another session"));
		if (!uses[i](&one, one.prepared, &err))
			fail_msg("%s", err.message);
	}
	close_box(&one);
	close_box(&other);
}

/* ---- no result --------------------------------------------------------------------------------- */

/* Of a request that failed: void, and nothing in it. */
static void test_no_result(void **state)
{
	cql_result rows = { .row_count = 7 };
	cql_uuid id;
	size_t i;

	(void)state;
	assert_int_equal(coodie_result_kind(NULL), COODIE_RESULT_VOID);
	assert_int_equal(coodie_result_row_count(NULL), 0);
	assert_int_equal(coodie_result_column_count(NULL), 0);
	assert_null(coodie_result_column_name(NULL, 0));
	assert_null(coodie_result_column_type(NULL, 0));
	assert_false(coodie_result_column_index(NULL, "v", &i));
	assert_false(coodie_result_has_more(NULL));
	assert_null(coodie_result_paging_state(NULL).data);
	assert_false(coodie_result_applied(NULL));
	assert_int_equal(coodie_result_warning_count(NULL), 0);
	assert_null(coodie_result_warning(NULL, 0));
	assert_false(coodie_result_tracing_id(NULL, &id));
	coodie_result_rows(NULL, &rows);
	assert_int_equal(rows.row_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lacking),   cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_no_place),  cmocka_unit_test(test_others),
		cmocka_unit_test(test_no_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
