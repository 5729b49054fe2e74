/* SPDX-License-Identifier: MIT */
/* What a program is told of nodes and schema, as both change. */
#include "tests/test.h"

#include <pthread.h>
#include <string.h>

#include "tests/pool_world.h"

enum { NODES = 3, SOON_MS = 3000, LONG_MS = 120000 };

/* What was told, as text. The options of a world have no place for it. */
static struct said {
	char text[4000];
	size_t len;
	int frees_at; /* the session, in that event from the first on, 1; 0: never */
	_Atomic int count;
	struct pool_world *world;
	pthread_t thread;
} said;

static void add(const char *format, ...) COODIE_PRINTF(1, 2);

static void add(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	said.len += (size_t)vsnprintf(said.text + said.len, sizeof said.text - said.len, format,
				      args);
	va_end(args);
	assert_true(said.len < sizeof said.text);
}

static const char *last_octet(const char *address)
{
	const char *at = strrchr(address, '.');

	return at ? at + 1 : address;
}

static void on_event(const coodie_event *e, void *user)
{
	static const char *const kinds[] = { [COODIE_EVENT_NODE_ADDED] = "added",
					     [COODIE_EVENT_NODE_REMOVED] = "removed",
					     [COODIE_EVENT_NODE_UP] = "up",
					     [COODIE_EVENT_NODE_DOWN] = "down" };
	struct said *s = user;

	assert_true(e->size == sizeof *e);
	s->thread = pthread_self();
	if (e->kind == COODIE_EVENT_SCHEMA_CHANGED) {
		assert_null(e->node);
		if (e->keyspace)
			add("%s %s %s.%s; ", e->change, e->target, e->keyspace, e->name);
		else
			add("anything; ");
	} else {
		assert_non_null(e->node);
		assert_string_equal(e->node->datacenter, "datacenter1");
		assert_true(e->node->is_up == (e->kind == COODIE_EVENT_NODE_UP ||
					       e->kind == COODIE_EVENT_NODE_ADDED ||
					       e->node->is_up));
		add("%s %.*s; ", kinds[e->kind], (int)strcspn(last_octet(e->node->address), ":"),
		    last_octet(e->node->address));
	}
	if (++s->count == s->frees_at) {
		coodie_session_free(s->world->session);
		s->world->session = NULL;
	}
}

static void set_events(coodie_options *o)
{
	coodie_options_set_events(o, on_event, &said);
	coodie_options_set_events(NULL, on_event, NULL);
}

static void set_narrow(coodie_options *o)
{
	coodie_error err;

	set_events(o);
	assert_true(coodie_options_set_schema_metadata(o, false, NULL, &err));
}

static void open_world(struct pool_world *w, uint32_t nodes, void (*set)(coodie_options *o))
{
	coodie_error err;

	memset(&said, 0, sizeof said);
	said.world = w;
	assert_true(
		pool_open(w, &(struct pool_wish){ .nodes = nodes, .points = nodes, .set = set }));
	assert_non_null(pool_connect(w, &err));
	pool_wait_all(w);
	pool_sleep(w, SOON_MS);
}

/* What was told since the last time. */
static void expect(const char *text)
{
	assert_string_equal(said.text, text);
	said.len = 0;
	*said.text = '\0';
}

static void test_nodes(void **state)
{
	struct pool_world w;
	coodie_error err;
	uint32_t added;

	(void)state;
	open_world(&w, NODES, set_events);
	assert_non_null(strstr(said.text, "added 1; "));
	assert_non_null(strstr(said.text, "added 2; "));
	assert_non_null(strstr(said.text, "added 3; "));
	said.text[strlen("added 1; added 2; added 3; ")] = '\0';
	assert_int_equal(said.len, strlen(said.text));
	said.len = 0;
	assert_true(coodie_node_take_down(w.box, 1, &err));
	pool_sleep(&w, SOON_MS);
	expect("down 2; ");
	assert_true(coodie_node_bring_up(w.box, 1, &err));
	pool_sleep(&w, LONG_MS);
	expect("up 2; ");
	assert_true(coodie_node_add(w.box, NULL, NULL, &added, &err));
	pool_sleep(&w, SOON_MS);
	expect("added 4; ");
	assert_true(coodie_node_remove(w.box, added, &err));
	pool_sleep(&w, SOON_MS);
	assert_true(!strcmp(said.text, "removed 4; ") || !strcmp(said.text, "down 4; removed 4; "));
	expect(said.text);
	pool_finish(&w); /* its connections end, and nobody is told that nodes are down */
	expect("");
	pool_close(&w);
}

/* ---- when a node is down ------------------------------------------------------------------------ */

static uint32_t asked; /* the failures it was asked about last */

static bool after_three(const coodie_host *host, const coodie_error *why, uint32_t failures,
			void *user)
{
	assert_ptr_equal(user, &asked);
	assert_int_equal(strncmp(last_octet(host->address), "2:", 2), 0);
	assert_true(why->code == COODIE_ERR_CONNECT || why->code == COODIE_ERR_CLOSED);
	assert_true(failures > asked);
	assert_string_equal(said.text, asked >= 3 ? "down 2; " : "");
	asked = failures;
	return failures >= 3;
}

static bool never(const coodie_host *host, const coodie_error *why, uint32_t failures, void *user)
{
	(void)host;
	(void)why;
	(void)user;
	asked = failures;
	return false;
}

static void set_after_three(coodie_options *o)
{
	set_events(o);
	coodie_options_set_conviction(o, after_three, &asked);
	coodie_options_set_conviction(NULL, after_three, NULL);
}

static void set_never(coodie_options *o)
{
	set_events(o);
	coodie_options_set_conviction(o, never, NULL);
}

static void test_conviction(void **state)
{
	static const struct {
		void (*set)(coodie_options *o);
		const char *down, *up;
	} rows[] = { { set_after_three, "down 2; ", "up 2; " }, { set_never, "", "" } };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct pool_world w;
		coodie_error err;
		asked = 0;
		open_world(&w, NODES, rows[i].set);
		said.len = 0;
		*said.text = '\0';
		assert_true(coodie_node_take_down(w.box, 1, &err));
		pool_sleep(&w, SOON_MS);
		assert_true(asked >= 3);
		expect(rows[i].down);
		assert_true(coodie_node_bring_up(w.box, 1, &err));
		pool_sleep(&w, LONG_MS);
		expect(rows[i].up);
		pool_close(&w);
	}
}

/* ---- the schema --------------------------------------------------------------------------------- */

static void run(struct pool_world *w, const char *cql)
{
	coodie_error err;

	if (!coodie_node_execute(w->box, cql, &err))
		fail_msg("%s: %s", cql, err.message);
	pool_sleep(w, SOON_MS);
}

/* The snapshot has what is told. */
static void test_schema(void **state)
{
	static void (*const sets[])(coodie_options * o) = { set_events, set_narrow };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(sets); i++) {
		struct pool_world w;
		open_world(&w, 1, sets[i]);
		expect("added 1; ");
		run(&w, "CREATE TABLE ks.z (k int PRIMARY KEY)");
		expect("CREATED TABLE ks.z; ");
		run(&w, "ALTER TABLE ks.z ADD v int");
		expect("UPDATED TABLE ks.z; ");
		run(&w, "DROP TABLE ks.z");
		expect("DROPPED TABLE ks.z; ");
		run(&w, "CREATE KEYSPACE more WITH replication = {'class': 'SimpleStrategy', "
			"'replication_factor': 1}; CREATE TYPE more.address (street text)");
		expect("CREATED KEYSPACE more.; CREATED TYPE more.address; ");
		pool_close(&w);
	}
}

/* What happens while nobody listens, and more at once than is kept. */
static void test_missed(void **state)
{
	struct pool_world w;
	coodie_error err;
	char cql[4000] = "";
	size_t len = 0;

	(void)state;
	open_world(&w, 1, set_events);
	expect("added 1; ");
	assert_true(coodie_node_take_down(w.box, 0, &err));
	pool_sleep(&w, SOON_MS);
	expect("down 1; ");
	assert_true(coodie_node_execute(w.box, "CREATE TABLE ks.y (k int PRIMARY KEY)", &err));
	assert_true(coodie_node_bring_up(w.box, 0, &err));
	pool_sleep(&w, LONG_MS);
	expect("up 1; anything; ");
	for (int i = 0; i < 70; i++)
		len += (size_t)snprintf(cql + len, sizeof cql - len,
					"CREATE TABLE ks.t%d (k int PRIMARY KEY); ", i);
	run(&w, cql);
	assert_non_null(strstr(said.text, "CREATED TABLE ks.t63; anything; "));
	assert_null(strstr(said.text, "ks.t64;"));
	pool_close(&w);
}

/* Inside any of the events. */
static void test_freed(void **state)
{
	(void)state;
	for (int n = 1; n <= 5; n++) {
		struct pool_world w;
		coodie_error err;
		memset(&said, 0, sizeof said);
		said.world = &w;
		said.frees_at = n;
		assert_true(
			pool_open(&w, &(struct pool_wish){ .nodes = NODES, .set = set_events }));
		assert_non_null(pool_connect(&w, &err));
		pool_wait_all(&w);
		if (n > NODES) {
			pool_sleep(&w, SOON_MS);
			assert_true(coodie_node_execute(w.box,
							"CREATE TABLE ks.a (k int PRIMARY KEY); "
							"CREATE TABLE ks.b (k int PRIMARY KEY)",
							&err));
		}
		while (w.session)
			pool_turn(&w);
		assert_int_equal(said.count, n);
		pool_close(&w);
		assert_int_equal(said.count, n);
	}
}

/* Of several loops one speaks for all. */
static void test_loops(void **state)
{
	coodie_node_options *no = coodie_node_options_new(NULL);
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	(void)state;
	memset(&said, 0, sizeof said);
	assert_true(coodie_node_options_set_nodes(no, 2, &err));
	coodie_node *box = coodie_node_start(no, &err);
	coodie_node_options_free(no);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(box, 0), &err));
	assert_true(coodie_options_set_loops(o, 3, &err));
	set_events(o);
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	for (int more = 30, i = 0; more && i < 100000; i++) { /* each loop answers some */
		coodie_result *r = coodie_session_query(s, "SELECT key FROM system.local",
							CQL_ARGS(), NULL, &err);
		assert_non_null(r);
		coodie_result_free(r);
		more -= said.count >= 2;
	}
	coodie_session_free(s);
	assert_int_equal(said.count, 2);
	assert_false(pthread_equal(said.thread, pthread_self()));
	coodie_node_stop(box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nodes),  cmocka_unit_test(test_conviction),
		cmocka_unit_test(test_schema), cmocka_unit_test(test_missed),
		cmocka_unit_test(test_freed),  cmocka_unit_test(test_loops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
