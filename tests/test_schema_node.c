/* SPDX-License-Identifier: MIT */
/* The schema of a node, read page by page: what it says of itself makes it again. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/node.h>
#include <coodie/session.h>

#include "net/schema/schema_agreement.h"
#include "net/schema/schema_reader.h"
#include "net/schema/snapshot.h"

static const char ddl[] =
	"CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', "
	"'replication_factor': 1} AND durable_writes = false;"
	"CREATE TYPE shop.street (name text, number int);"
	"CREATE TYPE shop.address (street frozen<street>, \"Zip\" text);"
	"CREATE TABLE shop.orders (customer uuid, day date, id timeuuid, total decimal, note text "
	"static, tags set<text>, home frozen<address>, \"Mixed Case\" int, attrs map<text, "
	"frozen<list<int>>>, PRIMARY KEY ((customer, day), id, total)) WITH CLUSTERING ORDER BY (id "
	"DESC, total ASC) AND comment = 'it''s about orders' AND gc_grace_seconds = 7;"
	"CREATE TABLE shop.hits (page text PRIMARY KEY, n counter);"
	"CREATE INDEX orders_tags ON shop.orders (tags);"
	"CREATE INDEX \"Odd\" ON shop.orders (\"Mixed Case\");";

/* ---- a node and a session -------------------------------------------------------------------- */

enum { QUESTIONS = 32 };

struct place {
	coodie_node *node;
	coodie_session *session;
	struct question {
		enum cd_schema_rows rows;
		char cql[300];
		uint8_t state[200];
		size_t state_len;
	} questions[QUESTIONS];
	size_t first, count; /* questions that were asked; those before `first` are answered */
	unsigned pages;
};

static void begin(struct place *p, uint32_t shards)
{
	coodie_error err = { 0 };
	coodie_node_options *no = coodie_node_options_new(&err);
	coodie_options *o = coodie_options_new(&err);

	assert_true(no && o && coodie_node_options_set_shards(no, shards, &err));
	p->node = coodie_node_start(no, &err);
	if (!p->node || !coodie_node_execute(p->node, ddl, &err))
		fail_msg("%s", err.message);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(p->node, 0), &err));
	p->session = coodie_session_new(o, &err);
	assert_non_null(p->session);
	coodie_options_free(o);
	coodie_node_options_free(no);
}

static void end(struct place *p)
{
	coodie_session_free(p->session);
	coodie_node_stop(p->node);
}

/* ---- a read ---------------------------------------------------------------------------------- */

static bool ask(enum cd_schema_rows rows, cql_text cql, cql_blob paging_state, void *user,
		coodie_error *err)
{
	struct place *p = user;
	struct question *q = &p->questions[p->count++ % QUESTIONS];

	(void)err;
	assert_true(p->count - p->first <= QUESTIONS && cql.len < sizeof q->cql &&
		    paging_state.len <= sizeof q->state);
	q->rows = rows;
	memcpy(q->cql, cql.data, cql.len);
	q->cql[cql.len] = '\0';
	q->state_len = paging_state.len;
	if (paging_state.len)
		memcpy(q->state, paging_state.data, paging_state.len);
	return true;
}

static void answer(struct place *p, struct cd_schema_reader *r)
{
	const struct question q = p->questions[p->first++ % QUESTIONS];
	const cql_blob state = { q.state_len ? q.state : NULL, q.state_len };
	coodie_error why, err;
	coodie_result *page = coodie_session_query(
		p->session, q.cql, CQL_ARGS(),
		COODIE_REQUEST(.page_rows = 9, .paging_state = state), &why);

	p->pages++;
	if (!cd_schema_reader_answer(r, q.rows, page, page ? NULL : &why, &err))
		fail_msg("%s: %s", q.cql, err.message);
	coodie_result_free(page);
}

static struct cd_schema *read_schema(struct place *p, struct cd_schema *previous,
				     const struct cd_schema_scope *scope, bool is_scylla)
{
	const struct cd_schema_reader_options options = {
		.scope = *scope, .is_scylla = is_scylla, .timeout_ms = 3000, .ask = ask, .user = p
	};
	struct cd_schema_reader *r = cd_schema_reader_new(NULL, previous, &options, NULL);
	struct cd_schema *s = NULL;

	p->pages = 0;
	assert_true(r && cd_schema_reader_ask(r, NULL));
	while (!cd_schema_reader_ready(r))
		answer(p, r);
	while (!s)
		assert_true(cd_schema_reader_step(r, &s, NULL));
	cd_schema_reader_free(r);
	return s;
}

static void export(const struct cd_schema *s, char *out, size_t size)
{
	const coodie_keyspace_meta *ks = cd_schema_keyspace(s, "shop");

	assert_non_null(ks);
	assert_true(coodie_keyspace_meta_export(ks, out, size) < size);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static const struct cd_schema_scope everything = { .target = CD_SCHEMA_ALL };

/* What is exported makes the same keyspace. */
static void round_trip(uint32_t shards)
{
	static char first[1 << 14], second[1 << 14];
	struct place p = { 0 };
	coodie_error err = { 0 };
	struct cd_schema *s, *again;

	begin(&p, shards);
	s = read_schema(&p, NULL, &everything, shards > 0);
	assert_true(p.pages > 20);
	export(s, first, sizeof first);
	if (!coodie_node_execute(p.node, "DROP KEYSPACE shop;", &err) ||
	    !coodie_node_execute(p.node, first, &err))
		fail_msg("%s\n%s", err.message, first);
	again = read_schema(&p, s, &everything, shards > 0);
	export(again, second, sizeof second);
	assert_string_equal(first, second);
	assert_int_equal(s->keyspace_count, again->keyspace_count);
	for (uint32_t i = 0; i < s->keyspace_count; i++) /* the tables have other ids */
		assert_true((s->keyspaces[i] == again->keyspaces[i]) ==
			    (strcmp(s->keyspaces[i]->name, "shop") != 0));
	assert_int_equal(coodie_keyspace_meta_has_tablets(cd_schema_keyspace(s, "shop")),
			 strstr(first, "tablets") != NULL);
	assert_int_equal(cd_schema_keyspace(s, "system_views") != NULL, shards == 0);
	cd_schema_free(s);
	cd_schema_free(again);
	end(&p);
}

static void test_round_trip(void **state)
{
	(void)state;
	round_trip(0);
}

static void test_round_trip_of_scylla(void **state)
{
	(void)state;
	round_trip(2);
}

static const struct changed {
	const char *cql, *target, *name;
	const char *there, *gone; /* in the export, afterwards */
} changes[] = {
	{ "ALTER TABLE shop.hits WITH comment = 'new'", "TABLE", "hits", "comment = 'new'", NULL },
	{ "ALTER TYPE shop.street ADD floor int", "TYPE", "street", "    floor int", NULL },
	{ "CREATE TYPE shop.fresh (a frozen<street>)", "TYPE", "fresh", "CREATE TYPE shop.fresh",
	  NULL },
	{ "DROP INDEX shop.orders_tags", "TABLE", "orders", "CREATE INDEX \"Odd\"", "orders_tags" },
	{ "DROP TABLE shop.hits", "TABLE", "hits", "TABLE shop.orders", "TABLE shop.hits" },
	{ "DROP TYPE shop.fresh", "TYPE", "fresh", "TYPE shop.street", "TYPE shop.fresh" },
	{ "ALTER KEYSPACE shop WITH durable_writes = true", "KEYSPACE", NULL,
	  "durable_writes = true", NULL },
};

/* What an event names is all that is read, and ends up where a read of all does. */
static void test_changes(void **state)
{
	static char narrow[1 << 14], whole[1 << 14];
	const struct cd_schema_filter filter = { 0 };
	struct place p = { 0 };
	struct cd_schema *s, *next;

	(void)state;
	begin(&p, 0);
	s = read_schema(&p, NULL, &everything, false);
	for (size_t i = 0; i < CD_COUNT(changes); i++) {
		const struct changed *c = &changes[i];
		struct cd_schema_changes events = { 0 };
		struct cd_schema_scope scope;
		coodie_error err = { 0 };

		if (!coodie_node_execute(p.node, c->cql, &err))
			fail_msg("%s: %s", c->cql, err.message);
		cd_schema_changes_add(&events, &filter, c->target, "shop", c->name);
		assert_true(cd_schema_changes_scope(&events, &filter, s, &scope));
		next = read_schema(&p, s, &scope, false);
		CD_CHECK(p.pages < 20, c->cql);
		CD_CHECK(next->version == s->version + 1, c->cql);
		cd_schema_free(s);
		s = next;
		export(s, narrow, sizeof narrow);
		CD_CHECK(strstr(narrow, c->there) && (!c->gone || !strstr(narrow, c->gone)),
			 c->cql);
		next = read_schema(&p, NULL, &everything, false);
		export(next, whole, sizeof whole);
		assert_string_equal(narrow, whole);
		cd_schema_free(next);
	}
	cd_schema_free(s);
	end(&p);
}

/* The node's own word on whether all agree. */
static void test_agreement(void **state)
{
	struct cd_schema_agreement a = { 0 };
	coodie_error err = { 0 };
	struct place p = { 0 };

	(void)state;
	begin(&p, 0);
	coodie_result *local = coodie_session_query(p.session, CD_SCHEMA_AGREEMENT_LOCAL,
						    CQL_ARGS(), NULL, &err);
	coodie_result *peers = coodie_session_query(p.session, CD_SCHEMA_AGREEMENT_PEERS,
						    CQL_ARGS(), NULL, &err);

	if (!cd_schema_agreement_read(&a, local, peers, NULL, NULL, &err))
		fail_msg("%s", err.message);
	assert_true(a.agreed && a.hosts == 1);
	coodie_result_free(local);
	coodie_result_free(peers);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_round_trip_of_scylla),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_agreement),
	};

	return cmocka_run_group_tests_name("schema_node", tests, NULL, NULL);
}
