/* SPDX-License-Identifier: MIT */
/* What a session knows of its cluster, over a node: read, kept up to date, and given out. */
#include "tests/test.h"

#include <string.h>

#include <coodie.h>
#include <coodie/node.h>

static const char ddl[] =
	"CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1};"
	"CREATE TABLE shop.orders (id int PRIMARY KEY, note text);"
	"CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1};"
	"CREATE TABLE other.things (id int PRIMARY KEY);";

struct place {
	coodie_node *node;
	coodie_options *options;
	coodie_session *session;
};

static void begin(struct place *p, uint32_t nodes, uint32_t shards)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);

	assert_true(coodie_node_options_set_nodes(o, nodes, &err));
	assert_true(coodie_node_options_set_shards(o, shards, &err));
	p->node = coodie_node_start(o, &err);
	if (!p->node || !coodie_node_execute(p->node, ddl, &err))
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	p->options = coodie_options_new(&err);
	assert_true(coodie_options_add_contact_point(p->options, coodie_node_address(p->node, 0),
						     &err));
	p->session = NULL;
}

static void open_session(struct place *p)
{
	coodie_error err;

	p->session = coodie_session_new(p->options, &err);
	if (!p->session)
		fail_msg("%s", err.message);
}

static void end(struct place *p)
{
	coodie_session_free(p->session);
	coodie_options_free(p->options);
	coodie_node_stop(p->node);
}

static void refresh(struct place *p)
{
	coodie_error err;

	if (!coodie_session_refresh(p->session, &err))
		fail_msg("%s", err.message);
}

static coodie_metadata *take(struct place *p)
{
	coodie_error err;
	coodie_metadata *md = coodie_session_metadata(p->session, &err);

	if (!md)
		fail_msg("%s", err.message);
	return md;
}

static void query(struct place *p, const char *cql)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(p->session, cql, CQL_ARGS(), NULL, &err);

	if (!r)
		fail_msg("%s: %s", cql, err.message);
	coodie_result_free(r);
}

static const coodie_table_meta *table(const coodie_metadata *md, const char *ks, const char *name)
{
	return coodie_keyspace_meta_table(coodie_metadata_keyspace(md, ks), name);
}

/* ---- tests ----------------------------------------------------------------------------------- */

/* Nothing changed: the same snapshot; a table more: another, which shares what is as it was. */
static void follow(uint32_t nodes, uint32_t shards)
{
	struct place p;
	coodie_error err;

	begin(&p, nodes, shards);
	open_session(&p);
	assert_null(coodie_session_metadata(p.session, &err));
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	refresh(&p);
	coodie_metadata *first = take(&p);
	assert_non_null(table(first, "shop", "orders"));
	assert_non_null(table(first, "other", "things"));
	refresh(&p);
	coodie_metadata *same = take(&p);
	assert_ptr_equal(same, first);
	query(&p, "CREATE TABLE shop.late (id int PRIMARY KEY)");
	refresh(&p);
	coodie_metadata *next = take(&p);
	assert_true(coodie_metadata_version(next) > coodie_metadata_version(first));
	assert_null(table(first, "shop", "late"));
	assert_non_null(table(next, "shop", "late"));
	assert_ptr_equal(coodie_metadata_keyspace(next, "other"),
			 coodie_metadata_keyspace(first, "other"));
	coodie_metadata_free(same);
	coodie_metadata_free(next);
	end(&p);
	assert_string_equal(coodie_keyspace_meta_name(coodie_metadata_keyspace(first, "shop")),
			    "shop");
	coodie_metadata_free(first);
}

static void test_follow(void **state)
{
	(void)state;
	follow(1, 0);
}

static void test_follow_three(void **state)
{
	(void)state;
	follow(3, 0);
}

static void test_follow_scylla(void **state)
{
	(void)state;
	follow(1, 2);
}

/* What somebody else changes is learned from events alone: nobody asks for a refresh. */
static void test_events(void **state)
{
	struct place p;
	coodie_error err;
	bool there = false;

	(void)state;
	begin(&p, 1, 0);
	open_session(&p);
	refresh(&p);
	assert_true(coodie_node_execute(p.node,
					"CREATE TABLE shop.late (id int PRIMARY KEY);"
					"DROP KEYSPACE other;",
					&err));
	while (!there) { /* the loop turns as long as something is asked */
		query(&p, "SELECT key FROM system.local");
		coodie_metadata *md = take(&p);
		there = table(md, "shop", "late") && !coodie_metadata_keyspace(md, "other");
		coodie_metadata_free(md);
	}
	end(&p);
}

static const struct narrow {
	const char *name, *option, *value;
	bool shop, other; /* whether the tables are known */
} narrows[] = {
	{ "all", "schema_metadata", "true", true, true },
	{ "off", "schema_metadata", "false", false, false },
	{ "one keyspace", "schema_keyspaces", "shop", true, false },
};

/* Keyspaces that are left out are known all the same, for their replication. */
static void test_narrow(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(narrows); i++) {
		const struct narrow *n = &narrows[i];
		struct place p;
		coodie_error err;

		begin(&p, 1, 0);
		if (!coodie_options_set(p.options, n->option, n->value, &err))
			fail_msg("%s", err.message);
		open_session(&p);
		refresh(&p);
		coodie_metadata *md = take(&p);
		CD_CHECK((table(md, "shop", "orders") != NULL) == n->shop, n->name);
		CD_CHECK((table(md, "other", "things") != NULL) == n->other, n->name);
		CD_CHECK(
			strcmp(coodie_keyspace_meta_replication(
				       coodie_metadata_keyspace(md, "other"), "replication_factor"),
			       "1") == 0,
			n->name);
		coodie_metadata_free(md);
		end(&p);
	}
}

static void test_single_node(void **state)
{
	struct place p;
	coodie_error err;

	(void)state;
	begin(&p, 1, 0);
	coodie_options_set_single_node(p.options, true);
	open_session(&p);
	assert_true(coodie_session_connect(p.session, &err));
	assert_null(coodie_session_metadata(p.session, &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	assert_false(coodie_session_refresh(p.session, &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	end(&p);
}

/* With room for one request at a time on each connection, and requests that need it too. */
static void test_narrow_connections(void **state)
{
	struct place p;
	coodie_error err;

	(void)state;
	begin(&p, 1, 0);
	assert_true(coodie_options_set_max_in_flight(p.options, 2, &err));
	open_session(&p);
	refresh(&p);
	coodie_metadata *md = take(&p);
	assert_non_null(table(md, "shop", "orders"));
	coodie_metadata_free(md);
	end(&p);
}

struct waiter {
	int called;
	enum coodie_errc code;
	bool done;
};

static void on_status(const coodie_error *err, void *user)
{
	struct waiter *w = user;

	w->called++;
	w->code = err->code;
	w->done = true;
}

/* Who waits is told, however it ends. */
static void test_ends(void **state)
{
	struct waiter freed[3] = { { 0 } }, unreached = { 0 };
	struct place p;
	coodie_error err;

	(void)state;
	begin(&p, 1, 0);
	open_session(&p);
	for (int i = 0; i < 3; i++) {
		assert_true(coodie_session_refresh_async(p.session, on_status, &freed[i], &err));
		if (i == 1) /* so that a read is on */
			assert_true(coodie_session_connect(p.session, &err));
	}
	coodie_session_free(p.session);
	for (int i = 0; i < 3; i++)
		assert_true(freed[i].called == 1 &&
			    (freed[i].code == COODIE_ERR_CLOSED || freed[i].code == COODIE_OK));
	assert_int_equal(freed[2].code, COODIE_ERR_CLOSED);
	open_session(&p);
	coodie_node_stop(p.node);
	p.node = NULL;
	assert_true(coodie_session_refresh_async(p.session, on_status, &unreached, &err));
	assert_true(coodie_session_run(p.session, &unreached.done, &err));
	assert_int_equal(unreached.code, COODIE_ERR_CONNECT);
	assert_int_equal(unreached.called, 1);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_follow_three),
		cmocka_unit_test(test_follow_scylla),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_single_node),
		cmocka_unit_test(test_narrow_connections),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
