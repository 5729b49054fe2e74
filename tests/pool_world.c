/* SPDX-License-Identifier: MIT */
/* Worlds of a box and a session. */
#include "tests/test.h"

#include <inttypes.h>

#include "tests/pool_world.h"

enum { NODE_ROWS = 10, MOST_TURNS = 2000000, CALM_MS = 60000 };

#define FAIL(w, ...) \
	do { \
		print_error("\"%s\": ", (w)->name); \
		fail_msg(__VA_ARGS__); \
	} while (0)

/* ---- the two ends ------------------------------------------------------------------------------ */

/* `address`: of the first node; NULL: any. */
static void open_box(struct pool_world *w, const struct pool_wish *wish, const char *address)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	const coodie_transport transport = simulation_transport(w->sim);
	const coodie_loop loop = simulation_loop(w->sim);
	char insert[80];
	coodie_error err;

	coodie_node_options_set_allocator(o, &w->server.allocator);
	coodie_node_options_set_transport(o, &transport);
	coodie_node_options_set_clock(o, simulation_clock, w->sim);
	assert_true(coodie_node_options_set_nodes(o, wish->nodes ? wish->nodes : 1, &err));
	assert_true(coodie_node_options_set_shards(o, wish->shards, &err));
	assert_true(!address || coodie_node_options_set_address(o, address, &err));
	w->box = coodie_node_attach(o, &loop, &err);
	coodie_node_options_free(o);
	if (!w->box)
		FAIL(w, "%s", err.message);
	if (!coodie_node_execute(w->box,
				 "CREATE KEYSPACE ks WITH replication = {'class': "
				 "'SimpleStrategy', 'replication_factor': 3}; "
				 "CREATE TABLE ks.t (k int PRIMARY KEY, v int)",
				 &err))
		FAIL(w, "%s", err.message);
	for (int k = 0; k < NODE_ROWS; k++) {
		snprintf(insert, sizeof insert, "INSERT INTO ks.t (k, v) VALUES (%d, %d)", k,
			 k * 100);
		assert_true(coodie_node_execute(w->box, insert, &err));
	}
}

void pool_restart(struct pool_world *w, uint32_t nodes, uint32_t shards)
{
	char address[COODIE_ADDRESS_SIZE];

	snprintf(address, sizeof address, "%s", coodie_node_address(w->box, 0));
	coodie_node_stop(w->box);
	open_box(w, &(struct pool_wish){ .nodes = nodes, .shards = shards }, address);
}

static bool open_session(struct pool_world *w, const struct pool_wish *wish)
{
	coodie_options *o = coodie_options_new(NULL);
	const coodie_transport transport = simulation_transport(w->sim);
	coodie_loop loop = simulation_loop(w->sim);
	coodie_error err;

	coodie_options_set_allocator(o, &w->client->allocator);
	coodie_options_set_transport(o, &transport);
	coodie_options_set_request_timeout_ms(o, POOL_TIMEOUT_MS);
	coodie_options_set_connect_timeout_ms(o, 1000);
	coodie_options_set_shard_aware(o, !wish->plain);
	if (wish->set)
		wish->set(o);
	if (wish->tune && !coodie_options_tune(o, wish->tune, &err))
		FAIL(w, "%s", err.message);
	for (uint32_t i = 0; i < (wish->points ? wish->points : 1); i++)
		assert_true(
			coodie_options_add_contact_point(o, coodie_node_address(w->box, i), &err));
	if (wish->moved_point) {
		char point[60];
		snprintf(point, sizeof point, "%s:%u", wish->moved_point, coodie_node_port(w->box));
		assert_true(coodie_options_add_contact_point(o, point, &err));
	}
	if (wish->loop)
		loop = wish->loop(loop);
	w->session = coodie_session_attach(o, &loop, &err);
	coodie_options_free(o);
	if (!w->session && err.code != COODIE_ERR_NO_MEMORY)
		FAIL(w, "%s", err.message);
	return w->session != NULL;
}

bool pool_open(struct pool_world *w, const struct pool_wish *wish)
{
	*w = (struct pool_world){ 0 };
	snprintf(w->name, sizeof w->name, "%s", wish->name ? wish->name : "a world");
	cd_failalloc_init(&w->own, 0);
	cd_failalloc_init(&w->server, 0);
	w->client = wish->client ? wish->client : &w->own;
	w->sim = simulation_new(wish->seed + 1);
	assert_non_null(w->sim);
	open_box(w, wish, NULL);
	return open_session(w, wish);
}

static void forget(struct pool_ask *a)
{
	coodie_prepared_free(a->prepared);
	a->prepared = NULL;
}

void pool_close(struct pool_world *w)
{
	coodie_session_free(w->session);
	for (int turns = 0; simulation_turn(w->sim) && turns < MOST_TURNS; turns++)
		;
	if (w->ended != w->begun)
		FAIL(w, "%d of %d callbacks", w->ended, w->begun);
	for (size_t i = 0; i < POOL_ASKS; i++)
		forget(&w->asks[i]);
	coodie_node_stop(w->box);
	if (simulation_open(w->sim))
		FAIL(w, "%zu things are still open", simulation_open(w->sim));
	if (w->server.live || (w->client == &w->own && w->own.live))
		FAIL(w, "%zu and %zu pieces of memory leaked", (size_t)w->client->live,
		     (size_t)w->server.live);
	simulation_free(w->sim);
}

/* ---- time -------------------------------------------------------------------------------------- */

void pool_turn(struct pool_world *w)
{
	if (!simulation_turn(w->sim))
		FAIL(w, "nothing happens any more, and %d requests wait", w->begun - w->ended);
}

static void on_awake(void *user)
{
	*(bool *)user = true;
}

void pool_sleep(struct pool_world *w, uint32_t ms)
{
	const coodie_loop loop = simulation_loop(w->sim);
	bool awake = false;
	coodie_watch *timer = loop.vtable->timer_new(loop.state, on_awake, &awake);

	loop.vtable->timer_set(loop.state, timer, (uint64_t)ms * 1000);
	int turns = 0;
	do {
		pool_turn(w);
		if (++turns > MOST_TURNS)
			FAIL(w, "it never rests");
	} while (!awake);
	loop.vtable->timer_free(loop.state, timer);
}

/* ---- requests ---------------------------------------------------------------------------------- */

static struct pool_ask *free_ask(struct pool_world *w)
{
	for (size_t i = 0; i < POOL_ASKS; i++)
		if (!w->asks[i].busy) {
			forget(&w->asks[i]);
			w->asks[i] = (struct pool_ask){ .world = w, .busy = true };
			return &w->asks[i];
		}
	FAIL(w, "too many requests at once");
	return NULL;
}

static struct pool_ask *begun(struct pool_ask *a, bool ok)
{
	a->world->begun += ok;
	a->busy = ok;
	return ok ? a : NULL;
}

static void ended(struct pool_ask *a, const coodie_error *err)
{
	if (!a->busy)
		FAIL(a->world, "a callback that ran before");
	a->busy = false;
	a->code = err->code;
	snprintf(a->message, sizeof a->message, "%s", err->message);
	a->world->ended++;
	a->world->failed += err->code != COODIE_OK;
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct pool_ask *a = user;
	coodie_error ignored;

	ended(a, err);
	assert_int_equal(take_res != NULL, err->code == COODIE_OK);
	if (!take_res)
		return;
	a->has_more = coodie_result_has_more(take_res);
	a->rows = coodie_result_row_count(take_res);
	coodie_cursor c = coodie_result_cursor(take_res);
	if (a->rows && coodie_cursor_next(&c))
		coodie_cursor_int32(&c, 0, &a->value, &ignored);
	coodie_result_free(take_res);
}

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	struct pool_ask *a = user;

	ended(a, err);
	a->prepared = take_prepared;
}

static void on_status(const coodie_error *err, void *user)
{
	ended(user, err);
}

struct pool_ask *pool_query(struct pool_world *w, const char *cql, cql_args args,
			    const coodie_request *r, coodie_error *err)
{
	struct pool_ask *a = free_ask(w);

	return begun(a, coodie_session_query_async(w->session, cql, args, r, on_result, a, err));
}

struct pool_ask *pool_execute(struct pool_world *w, coodie_prepared *p, cql_args args,
			      coodie_error *err)
{
	struct pool_ask *a = free_ask(w);

	return begun(a, coodie_session_execute_async(w->session, p, args, NULL, on_result, a, err));
}

void pool_finish(struct pool_world *w)
{
	struct pool_ask *a = w->session ? free_ask(w) : NULL;
	coodie_error err;

	if (!a)
		return;
	if (!begun(a, coodie_session_close_async(w->session, on_status, a, &err)))
		FAIL(w, "%s", err.message);
	pool_wait_all(w);
	pool_sleep(w, 100);
	for (uint32_t i = 0; i < coodie_node_count(w->box); i++)
		if (pool_connections(w, i))
			FAIL(w, "connections to node %u are left", i);
}

struct pool_ask *pool_prepare(struct pool_world *w, const char *cql, coodie_error *err)
{
	struct pool_ask *a = free_ask(w);

	return begun(a, coodie_session_prepare_async(w->session, cql, on_prepared, a, err));
}

struct pool_ask *pool_connect(struct pool_world *w, coodie_error *err)
{
	struct pool_ask *a = free_ask(w);

	return begun(a, coodie_session_connect_async(w->session, on_status, a, err));
}

void pool_wait(struct pool_world *w, const struct pool_ask *a)
{
	for (int turns = 0; a->busy; turns++) {
		pool_turn(w);
		if (turns > MOST_TURNS)
			FAIL(w, "a request has no end");
	}
}

void pool_wait_all(struct pool_world *w)
{
	for (size_t i = 0; i < POOL_ASKS; i++)
		pool_wait(w, &w->asks[i]);
}

void pool_must_work(struct pool_world *w)
{
	struct pool_ask *a = NULL;
	coodie_error err;

	for (int tries = 0; tries < 20; tries++) {
		a = pool_query(w, "SELECT v FROM ks.t WHERE k = ?", CQL_ARGS(cql(7)), NULL, &err);
		if (!a)
			FAIL(w, "%s", err.message);
		pool_wait(w, a);
		if (a->code == COODIE_OK) {
			assert_int_equal(a->value, 700);
			return;
		}
	}
	FAIL(w, "all is well, and nothing works: %s", a->message);
}

/* ---- connections ------------------------------------------------------------------------------- */

static coodie_node_stats stats_of(const struct pool_world *w, uint32_t node)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(w->box, node, &stats));
	return stats;
}

uint64_t pool_connections(const struct pool_world *w, uint32_t node)
{
	return stats_of(w, node).open;
}

uint64_t pool_shard(const struct pool_world *w, uint32_t node, uint32_t shard)
{
	return stats_of(w, node).by_shard[shard];
}

uint64_t pool_accepted(const struct pool_world *w, uint32_t node)
{
	return stats_of(w, node).accepted;
}

cql_inet pool_inet(const struct pool_world *w, uint32_t node)
{
	unsigned a, b, c, d;

	assert_int_equal(sscanf(coodie_node_address(w->box, node), "%u.%u.%u.%u", &a, &b, &c, &d),
			 4);
	return (cql_inet){ { (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d }, 4 };
}

/* How many are not as they should be; `text` has the first of them. */
static unsigned wrong(const struct pool_world *w, uint64_t nodes, uint32_t shards, uint64_t each,
		      char text[80])
{
	unsigned count = 0;

	for (uint32_t node = 0; node < 64; node++) {
		for (uint32_t i = 0; nodes >> node & 1 && i < (shards ? shards : 1); i++) {
			uint64_t there = pool_shard(w, node, i);
			if (there != each && !count++)
				snprintf(text, 80, "node %u, shard %u: %" PRIu64 " connections",
					 node, i, there);
		}
	}
	return count;
}

void pool_expect(struct pool_world *w, uint64_t nodes, uint32_t shards, uint64_t each)
{
	char text[80] = "";

	for (int tries = 0; tries < 5000; tries++) {
		if (!wrong(w, nodes, shards, each, text))
			break;
		pool_sleep(w, 20);
	}
	if (wrong(w, nodes, shards, each, text))
		FAIL(w, "it was never filled: %s", text);
	for (int i = 0; i < 10; i++) {
		pool_sleep(w, CALM_MS / 10);
		if (wrong(w, nodes, shards, each, text))
			FAIL(w, "it does not stay as it is: %s", text);
	}
}
