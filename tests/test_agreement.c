/* SPDX-License-Identifier: MIT */
/* Changes of the schema, and waiting until all nodes have them, over a box of nodes. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include <coodie.h>
#include <coodie/node.h>

#define LOOKS "match=schema_version FROM system.peers,"

struct place {
	coodie_node *node;
	coodie_options *options;
	coodie_session *session;
	uint32_t fault;
	int warnings; /* that say what the nodes do not agree on */
};

static void on_log(enum coodie_log_level level, const char *message, void *user)
{
	struct place *p = user;

	if (level == COODIE_LOG_WARN && strstr(message, "change of the schema"))
		p->warnings++;
}

static void begin(struct place *p, uint32_t nodes)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);

	*p = (struct place){ 0 };
	assert_true(coodie_node_options_set_nodes(o, nodes, &err));
	p->node = coodie_node_start(o, &err);
	if (!p->node)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	p->options = coodie_options_new(&err);
	coodie_options_set_log(p->options, COODIE_LOG_WARN, on_log, p);
	assert_true(coodie_options_add_contact_point(p->options, coodie_node_address(p->node, 0),
						     &err));
}

static void open_session(struct place *p)
{
	coodie_error err;

	p->session = coodie_session_new(p->options, &err);
	if (!p->session || !coodie_session_refresh(p->session, &err))
		fail_msg("%s", err.message);
}

static void fault(struct place *p, const char *spec)
{
	coodie_error err;

	if (!coodie_node_add_fault(p->node, spec, &p->fault, &err))
		fail_msg("%s: %s", spec, err.message);
}

static void set(struct place *p, const char *name, const char *value)
{
	coodie_error err;

	if (!coodie_options_set(p->options, name, value, &err))
		fail_msg("%s", err.message);
}

static void end(struct place *p)
{
	coodie_session_free(p->session);
	coodie_options_free(p->options);
	coodie_node_stop(p->node);
}

static const char change[] = "CREATE KEYSPACE IF NOT EXISTS ks WITH replication = {'class': "
			     "'SimpleStrategy', 'replication_factor': 1}";

/* ---- a change -------------------------------------------------------------------------------- */

static const struct row {
	const char *name;
	uint32_t nodes;
	const char *fault;    /* which counts the looks, too */
	const char *wait_ms;  /* NULL: the default */
	bool prepare, agreed; /* prepared first; what the result says */
	uint64_t least, most; /* looks */
} rows[] = {
	{ "at once", 3, LOOKS "do=delay:1ms", NULL, false, true, 1, 1 },
	{ "prepared", 3, LOOKS "do=delay:1ms", NULL, true, true, 1, 1 },
	{ "alone", 1, LOOKS "do=delay:1ms", NULL, false, true, 0, 0 },
	{ "in the end", 3, LOOKS "times=3,do=disagree", NULL, false, true, 3, 3 },
	{ "never", 3, LOOKS "do=disagree", "60", false, false, 2, UINT64_MAX },
	{ "never, prepared", 3, LOOKS "do=disagree", "60", true, false, 2, UINT64_MAX },
	{ "not waited for", 3, LOOKS "do=disagree", "none", false, true, 0, 0 },
	{ "refused, then", 3, LOOKS "times=2,do=error:0x1001", NULL, false, true, 2, 2 },
	{ "connection lost", 3, LOOKS "times=1,do=reset", NULL, false, true, 1, 1 },
	{ "no answer", 3, LOOKS "do=drop", "60", false, false, 1, 1 },
};

static coodie_result *run_change(struct place *p, bool prepare, coodie_error *err)
{
	coodie_prepared *s = prepare ? coodie_session_prepare(p->session, change, err) : NULL;
	coodie_result *r;

	if (!prepare)
		return coodie_session_query(p->session, change, CQL_ARGS(), NULL, err);
	if (!s)
		return NULL;
	r = coodie_session_execute(p->session, s, CQL_ARGS(), NULL, err);
	coodie_prepared_free(s);
	return r;
}

static void test_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct place p;
		coodie_error err = { 0 };

		begin(&p, row->nodes);
		if (row->wait_ms)
			set(&p, "schema_wait_ms", row->wait_ms);
		open_session(&p);
		fault(&p, row->fault);
		coodie_result *r = run_change(&p, row->prepare, &err);
		if (!r)
			fail_msg("%s: %s", row->name, err.message);
		uint64_t looks = coodie_node_fault_count(p.node, p.fault);
		CD_CHECK(coodie_result_kind(r) == COODIE_RESULT_SCHEMA_CHANGE, row->name);
		CD_CHECK(coodie_result_schema_agreed(r) == row->agreed, row->name);
		CD_CHECK(looks >= row->least && looks <= row->most, row->name);
		CD_CHECK((p.warnings == 1) == !row->agreed, row->name);
		coodie_result_free(r);
		end(&p);
	}
}

/* A message names the nodes that have another schema than the one that was asked: that which lags, or all
 * the others when it is asked itself. */
static void expect_names(const struct place *p, uint32_t nodes, uint32_t lags, const char *message)
{
	bool itself = !strstr(message, coodie_node_address(p->node, lags));
	const char *at = strstr(message, "than the one asked: ");
	uint32_t named = 0;

	if (!at)
		fail_msg("%s", message);
	for (uint32_t i = 0; i < nodes; i++)
		named += strstr(at, coodie_node_address(p->node, i)) != NULL;
	if (named != (itself ? (nodes - 1 < 4 ? nodes - 1 : 4) : 1))
		fail_msg("%s", message);
	assert_true((strstr(at, "...") != NULL) == (itself && nodes > 5));
}

/* A node that lags: no fault is in the way, what it shows is another version. */
static void test_held(void **state)
{
	(void)state;
	for (uint32_t held = 0; held < 3; held++) {
		struct place p;
		coodie_error err;

		begin(&p, 3);
		set(&p, "schema_wait_ms", "60");
		open_session(&p);
		assert_true(coodie_schema_agreement(p.session, 1000, &err));
		assert_true(coodie_node_hold_schema(p.node, held, true, &err));
		assert_true(coodie_node_hold_schema(p.node, held, true, &err));
		assert_true(
			coodie_schema_agreement(p.session, 1000, &err)); /* nothing has changed */
		coodie_result *r = run_change(&p, false, &err);
		if (!r)
			fail_msg("%s", err.message);
		assert_false(coodie_result_schema_agreed(r));
		coodie_result_free(r);
		assert_false(coodie_schema_agreement(p.session, 50, &err));
		expect_names(&p, 3, held, err.message);
		assert_true(coodie_node_hold_schema(p.node, held, false, &err));
		assert_true(coodie_schema_agreement(p.session, 1000, &err));
		assert_false(coodie_node_hold_schema(p.node, 3, true, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		end(&p);
	}
}

/* Of many that differ the first few are named. */
static void test_many_differ(void **state)
{
	struct place p;
	coodie_error err;
	bool itself = false;

	(void)state;
	begin(&p, 7);
	set(&p, "schema_wait_ms", "none");
	open_session(&p);
	for (uint32_t held = 0; held < 7; held++) {
		assert_true(coodie_node_hold_schema(p.node, held, true, &err));
		coodie_result_free(run_change(&p, false, &err));
		assert_false(coodie_schema_agreement(p.session, 50, &err));
		expect_names(&p, 7, held, err.message);
		itself |= strstr(err.message, "6 of 7 nodes") != NULL;
		assert_true(coodie_node_hold_schema(p.node, held, false, &err));
		coodie_result_free(coodie_session_query(p.session, "DROP KEYSPACE ks", CQL_ARGS(),
							NULL, &err));
	}
	assert_true(itself);
	end(&p);
}

typedef struct lagged {
	coodie_row row;
	int32_t id;
} lagged;

static const coodie_column lagged_columns[] = { COODIE_COLUMN(lagged, id, "int",
							      .partition_key = 1) };
static const coodie_model lagged_model = COODIE_MODEL(lagged, lagged_columns, "lagged",
						      .keyspace = "ks");

static void collect(const char *cql, void *user)
{
	char *told = user;

	snprintf(told + strlen(told), 1000 - strlen(told), "%s;", cql);
}

static void sync_lagged(struct place *p, const coodie_sync *options)
{
	coodie_error err = { 0 };

	if (!coodie_sync_table(p->session, &lagged_model, options, &err))
		fail_msg("%s", err.message);
}

/* SM-27: a sync behind whose statement a node lags works, and says so; where the nodes agree it says
 * nothing. */
static void test_sync_told(void **state)
{
	static const char note[] =
		"-- the nodes do not agree on the schema yet after: CREATE TABLE";

	for (int lags = 0; lags < 2; lags++) {
		struct place p;
		char told[1000] = "";
		coodie_error err = { 0 };
		coodie_result *r;

		(void)state;
		begin(&p, 3);
		set(&p, "schema_wait_ms", lags ? "60" : "5000");
		open_session(&p);
		r = run_change(&p, false, &err);
		if (!r)
			fail_msg("%s", err.message);
		coodie_result_free(r);
		assert_true(coodie_node_hold_schema(p.node, 1, lags, &err));
		sync_lagged(&p, COODIE_SYNC(.each = collect, .user = told));
		if (!strstr(told, "CREATE TABLE IF NOT EXISTS ks.lagged") ||
		    lags != !strncmp(told, note, strlen(note)))
			fail_msg("lags %d: %s", lags, told);
		assert_int_equal(p.warnings, lags);
		*told = '\0';
		sync_lagged(&p, COODIE_SYNC(.each = collect, .user = told));
		assert_string_equal(told, ""); /* it is there */
		end(&p);
	}
}

/* Nothing is asked of a node that is all there is by the user's word. */
static void test_single_node(void **state)
{
	struct place p;
	coodie_error err;

	(void)state;
	begin(&p, 3);
	coodie_options_set_single_node(p.options, true);
	p.session = coodie_session_new(p.options, &err);
	fault(&p, LOOKS "do=disagree");
	coodie_result *r = run_change(&p, false, &err);
	if (!r)
		fail_msg("%s", err.message);
	assert_true(coodie_result_schema_agreed(r));
	coodie_result_free(r);
	assert_true(coodie_schema_agreement(p.session, 50, &err));
	assert_int_equal(coodie_node_fault_count(p.node, p.fault), 0);
	end(&p);
}

/* Nobody waits for nodes that are never asked. */
static void test_ignored(void **state)
{
	struct place p;
	coodie_error err;

	(void)state;
	begin(&p, 2);
	set(&p, "allow", "127.0.0.1");
	set(&p, "schema_wait_ms", "3000");
	open_session(&p);
	fault(&p, LOOKS "do=disagree");
	coodie_result *r = run_change(&p, false, &err);
	if (!r)
		fail_msg("%s", err.message);
	assert_true(coodie_result_schema_agreed(r));
	coodie_result_free(r);
	assert_int_equal(coodie_node_fault_count(p.node, p.fault), 1);
	end(&p);
}

/* ---- on demand ------------------------------------------------------------------------------- */

static void test_on_demand(void **state)
{
	struct place p;
	coodie_error err;

	(void)state;
	begin(&p, 3);
	p.session = coodie_session_new(p.options, &err);
	if (!coodie_schema_agreement(p.session, 0, &err)) /* connects */
		fail_msg("%s", err.message);
	fault(&p, LOOKS "do=disagree");
	assert_false(coodie_schema_agreement(p.session, 50, &err));
	assert_int_equal(err.code, COODIE_ERR_TIMEOUT);
	assert_non_null(strstr(err.message, "2 of 3 nodes"));
	coodie_node_clear_faults(p.node);
	fault(&p, LOOKS "do=drop");
	assert_false(coodie_schema_agreement(p.session, 50, &err));
	assert_non_null(strstr(err.message,
			       "it is not known whether the nodes agree on the schema: no answer"));
	coodie_node_clear_faults(p.node);
	if (!coodie_schema_agreement(p.session, 0, &err))
		fail_msg("%s", err.message);
	end(&p);
}

/* ---- what comes in between ------------------------------------------------------------------- */

struct ask {
	int called;
	enum coodie_errc code;
	bool done;
};

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct ask *a = user;

	coodie_result_free(take_res);
	a->called++;
	a->code = err->code;
	a->done = true;
}

static void on_status(const coodie_error *err, void *user)
{
	on_result(NULL, err, user);
}

/* A change whose result is there, but which the nodes do not agree on. */
static void hold(struct place *p, struct ask *a, uint64_t *id)
{
	coodie_error err;

	fault(p, LOOKS "do=disagree");
	assert_true(coodie_session_query_async(p->session, change, CQL_ARGS(),
					       COODIE_REQUEST(.id = id), on_result, a, &err));
	while (!coodie_node_fault_count(p->node, p->fault)) {
		struct ask other = { 0 };
		assert_true(coodie_session_query_async(p->session, "SELECT key FROM system.local",
						       CQL_ARGS(), NULL, on_result, &other, &err));
		assert_true(coodie_session_run(p->session, &other.done, &err));
	}
	assert_int_equal(a->called, 0);
}

static void test_cancel(void **state)
{
	struct ask a = { 0 };
	struct place p;
	coodie_error err;
	uint64_t id;

	(void)state;
	begin(&p, 3);
	open_session(&p);
	hold(&p, &a, &id);
	assert_true(coodie_session_cancel(p.session, id));
	assert_true(coodie_session_run(p.session, &a.done, &err));
	assert_int_equal(a.code, COODIE_ERR_CANCELLED);
	assert_true(coodie_session_close(p.session, &err));
	assert_int_equal(a.called, 1);
	end(&p);
}

static void test_freed(void **state)
{
	struct ask a = { 0 }, b = { 0 };
	struct place p;
	coodie_error err;
	uint64_t id;

	(void)state;
	begin(&p, 3);
	open_session(&p);
	hold(&p, &a, &id);
	assert_true(coodie_schema_agreement_async(p.session, 0, on_status, &b, &err));
	coodie_session_free(p.session);
	p.session = NULL;
	assert_true(a.called == 1 && a.code == COODIE_ERR_CLOSED);
	assert_true(b.called == 1 && b.code == COODIE_ERR_CLOSED);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change),      cmocka_unit_test(test_held),
		cmocka_unit_test(test_many_differ), cmocka_unit_test(test_sync_told),
		cmocka_unit_test(test_single_node), cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_on_demand),   cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_freed),
	};

	return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
