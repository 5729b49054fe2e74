/* SPDX-License-Identifier: MIT */
/* A session and a box of nodes in one thread without sockets, on a loop whose clock jumps and under
 * faults that a seed decides. What is checked on the way: each callback runs once, a read never
 * gives less than what was acknowledged before it began, nor what nobody wrote; a number counted up
 * by IF is what was acknowledged, give or take what nobody knows; and in the end nothing is left.
 * The same seed gives the same run. A seed that fails is printed:
 *
 *	tests/test_node_simulation SEED [WORLD]
 *
 * and many are tried, in all worlds, by
 *
 *	tests/test_node_simulation FROM-TO
 */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include <coodie.h>
#include <coodie/node.h>

#include "tests/failalloc.h"
#include "tests/simulation.h"

enum { NODES = 3, KEYS = 8, AT_ONCE = 24, REQUESTS = 300, SEEDS = 60, MOST_TURNS = 4000000 };

static const struct {
	const char *name;
	struct simulation_faults faults;
	bool nodes_fail; /* one is taken down, or comes back, now and then */
	bool is_broken;  /* the nodes do what no node should, now and then */
	bool churns;     /* nodes come, go, and come back at other addresses */
	bool cancels;    /* requests are given up */
	bool ends;       /* the session is closed or freed in the middle */
	uint32_t shards; /* of each node; 0: no ScyllaDB */
} worlds[] = {
	{ .name = "calm" },
	{ .name = "late", .faults = { .delay_us = 200000 } },
	{ .name = "in pieces",
	  .faults = { .short_send = 500, .short_read = 700, .delay_us = 900, .window = 300 } },
	{ .name = "lossy",
	  .faults = { .reset = 20, .refuse = 100, .short_send = 200, .delay_us = 5000 } },
	{ .name = "falling",
	  .faults = { .delay_us = 20000, .short_read = 100 },
	  .nodes_fail = true },
	{ .name = "broken", .faults = { .delay_us = 3000, .short_read = 100 }, .is_broken = true },
	{ .name = "sharded", .faults = { .delay_us = 3000 }, .shards = 4, .cancels = true },
	{ .name = "churning",
	  .faults = { .delay_us = 20000, .reset = 2 },
	  .nodes_fail = true,
	  .churns = true,
	  .cancels = true },
	{ .name = "chaos",
	  .faults = { .reset = 5, .refuse = 50, .short_send = 100, .delay_us = 5000 },
	  .nodes_fail = true,
	  .is_broken = true,
	  .churns = true,
	  .cancels = true,
	  .ends = true,
	  .shards = 3 },
};

/* ---- a world ----------------------------------------------------------------------------------- */

struct world {
	uint64_t seed;
	const char *name;
	struct simulation *sim;
	struct cd_failalloc client, server;
	coodie_node *box;
	coodie_session *session;
	/* of each key: the number last written, and the last one of which that is known */
	int issued[KEYS + 1], acknowledged[KEYS + 1];
	/* counted up by IF: what the client last heard, and how often it was, surely or perhaps */
	int counted, surely, perhaps;
	int begun, ended, failed;
	bool down;      /* node 1 */
	uint32_t nodes; /* ever made */
	uint32_t guest; /* one that was added, and can be removed; 0: none */
	bool closing, freed;
	bool closed; /* by close_async(): its callback has run */
	size_t kind;
	coodie_error last; /* of a request that failed */
};

enum what { READ, WRITE, COUNT };

/* A request: reads a key, writes a number to it, or counts one up. */
struct ask {
	struct world *world;
	enum what what;
	int key, number;
	int least; /* of a read: what was known when it began */
	bool busy;
	uint64_t id;
};

#define FAIL(w, ...) \
	do { \
		print_error("seed %" PRIu64 ", world \"%s\": ", (w)->seed, (w)->name); \
		fail_msg(__VA_ARGS__); \
	} while (0)

static void open_box(struct world *w)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	const coodie_transport transport = simulation_transport(w->sim);
	const coodie_loop loop = simulation_loop(w->sim);
	coodie_error err;

	coodie_node_options_set_allocator(o, &w->server.allocator);
	coodie_node_options_set_transport(o, &transport);
	coodie_node_options_set_clock(o, simulation_clock, w->sim);
	assert_true(coodie_node_options_set_nodes(o, NODES, &err));
	if (worlds[w->kind].shards)
		assert_true(coodie_node_options_set_shards(o, worlds[w->kind].shards, &err));
	w->nodes = NODES;
	w->box = coodie_node_attach(o, &loop, &err);
	coodie_node_options_free(o);
	if (!w->box)
		FAIL(w, "%s", err.message);
	if (!coodie_node_execute(
		    w->box,
		    "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', "
		    "'replication_factor': 3}; "
		    "CREATE TABLE ks.t (k int PRIMARY KEY, v int, note text); "
		    "INSERT INTO ks.t (k, v) VALUES (-1, 0)",
		    &err))
		FAIL(w, "%s", err.message);
}

static void open_session(struct world *w)
{
	coodie_options *o = coodie_options_new(NULL);
	const coodie_transport transport = simulation_transport(w->sim);
	const coodie_loop loop = simulation_loop(w->sim);
	coodie_error err;

	coodie_options_set_allocator(o, &w->client.allocator);
	coodie_options_set_transport(o, &transport);
	coodie_options_set_request_timeout_ms(o, 3000);
	coodie_options_set_connect_timeout_ms(o, 1000);
	coodie_options_set_compression(o, w->seed % 2 ? COODIE_COMPRESSION_LZ4
						      : COODIE_COMPRESSION_NONE);
	bool is_4 = worlds[w->kind].shards || w->seed % 3 == 0; /* ScyllaDB has no other */
	assert_true(coodie_options_set_protocol_version(o, is_4 ? 4 : 5, &err));
	for (uint32_t i = 0; i < NODES; i++)
		assert_true(
			coodie_options_add_contact_point(o, coodie_node_address(w->box, i), &err));
	w->session = coodie_session_attach(o, &loop, &err);
	coodie_options_free(o);
	if (!w->session)
		FAIL(w, "%s", err.message);
}

static void open_world(struct world *w, uint64_t seed, size_t kind)
{
	*w = (struct world){ .seed = seed, .kind = kind, .name = worlds[kind].name };
	cd_failalloc_init(&w->client, 0);
	cd_failalloc_init(&w->server, 0);
	w->sim = simulation_new(seed);
	assert_non_null(w->sim);
	open_box(w);
	open_session(w);
	simulation_set_faults(w->sim, &worlds[kind].faults);
}

static uint64_t close_world(struct world *w)
{
	uint64_t trace;

	if (!w->freed)
		coodie_session_free(w->session);
	while (simulation_turn(w->sim))
		;
	coodie_node_stop(w->box);
	if (simulation_open(w->sim))
		FAIL(w, "%zu things are still open", simulation_open(w->sim));
	if (w->client.live || w->server.live)
		FAIL(w, "%zu and %zu pieces of memory leaked", (size_t)w->client.live,
		     (size_t)w->server.live);
	trace = simulation_trace(w->sim);
	simulation_free(w->sim);
	return trace;
}

/* ---- requests ---------------------------------------------------------------------------------- */

/* A row that was not there yet counts as 0. */
static int number_of(struct world *w, coodie_result *r)
{
	coodie_cursor c = coodie_result_cursor(r);
	int32_t number = 0;
	coodie_error err;

	if (coodie_cursor_next(&c) &&
	    !coodie_cursor_int32(&c, coodie_result_column_count(r) - 1, &number, &err))
		FAIL(w, "%s", err.message);
	return number;
}

static void on_count(struct world *w, struct ask *a, coodie_result *r)
{
	bool applied = r && coodie_result_applied(r);

	if (!r)
		w->perhaps++;
	else if (applied)
		w->surely++;
	if (r)
		w->counted = applied ? a->number : number_of(w, r);
}

static void on_value(struct world *w, struct ask *a, coodie_result *r)
{
	int number = number_of(w, r);

	if (number < a->least || number > w->issued[a->key])
		FAIL(w, "key %d is %d: %d was acknowledged, %d were written", a->key, number,
		     a->least, w->issued[a->key]);
}

static void on_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct ask *a = user;
	struct world *w = a->world;

	if (!a->busy)
		FAIL(w, "a callback that ran before");
	a->busy = false;
	w->ended++;
	w->failed += !take_res;
	if (!take_res)
		w->last = *err;
	if (!worlds[w->kind].is_broken && !worlds[w->kind].churns &&
	    (err->code == COODIE_ERR_SERVER || err->code == COODIE_ERR_PROTOCOL))
		FAIL(w, "%s", err->message);
	if (a->what == COUNT)
		on_count(w, a, take_res);
	else if (a->what == WRITE && take_res && w->acknowledged[a->key] < a->number)
		w->acknowledged[a->key] = a->number;
	else if (a->what == READ && take_res)
		on_value(w, a, take_res);
	coodie_result_free(take_res);
}

/* Writes carry their number as timestamp, so that one that is late or sent twice does no harm. */
static bool write_number(struct world *w, struct ask *a, coodie_error *err)
{
	static const char text[] = "some words, so that requests are of different lengths";
	cql_text words = { text, simulation_draw(w->sim, sizeof text - 1) };

	a->number = ++w->issued[a->key];
	return coodie_session_query_async(
		w->session, "INSERT INTO ks.t (k, v, note) VALUES (?, ?, ?) USING TIMESTAMP ?",
		CQL_ARGS(cql(a->key), cql(a->number), cql_from_text(words),
			 cql((int64_t)a->number)),
		COODIE_REQUEST(.idempotent = true, .id = &a->id), on_answer, a, err);
}

static bool read_number(struct world *w, struct ask *a, coodie_error *err)
{
	a->least = w->acknowledged[a->key];
	return coodie_session_query_async(
		w->session, "SELECT v FROM ks.t WHERE k = ?", CQL_ARGS(cql(a->key)),
		COODIE_REQUEST(.idempotent = true, .id = &a->id), on_answer, a, err);
}

static bool count_up(struct world *w, struct ask *a, coodie_error *err)
{
	a->number = w->counted + 1;
	return coodie_session_query_async(w->session, "UPDATE ks.t SET v = ? WHERE k = -1 IF v = ?",
					  CQL_ARGS(cql(a->number), cql(w->counted)),
					  COODIE_REQUEST(.id = &a->id), on_answer, a, err);
}

static void ask(struct world *w, struct ask *a)
{
	static bool (*const asks[])(struct world * w, struct ask * a, coodie_error * err) = {
		[READ] = read_number,
		[WRITE] = write_number,
		[COUNT] = count_up,
	};
	coodie_error err;

	*a = (struct ask){ .world = w, .busy = true, .what = simulation_draw(w->sim, 3) };
	a->key = (int)simulation_draw(w->sim, KEYS);
	w->begun++;
	if (asks[a->what](w, a, &err))
		return;
	if (err.code != COODIE_ERR_CONNECT) /* nobody who may be asked is there */
		FAIL(w, "%s", err.message);
	a->busy = false;
	w->ended++;
	w->failed++;
}

static void move_nodes(struct world *w)
{
	coodie_error err;
	bool ok;

	if (simulation_draw(w->sim, 200))
		return;
	ok = w->down ? coodie_node_bring_up(w->box, 1, &err)
		     : coodie_node_take_down(w->box, 1, &err);
	if (!ok)
		FAIL(w, "%s", err.message);
	w->down = !w->down;
}

/* Nodes come and go, and one that was down comes back at another address. */
static void churn(struct world *w)
{
	coodie_error err;
	char host[16];
	bool ok = true;

	if (simulation_draw(w->sim, 300))
		return;
	if (w->down) {
		snprintf(host, sizeof host, "127.0.1.%u", 1 + simulation_draw(w->sim, 200));
		ok = coodie_node_move(w->box, 1, host, &err) ||
		     err.code == COODIE_ERR_INVALID; /* somebody is there */
	} else if (w->guest) {
		ok = coodie_node_remove(w->box, w->guest, &err);
		w->guest = 0;
	} else if (w->nodes < 12) {
		ok = coodie_node_add(w->box, NULL, NULL, &w->guest, &err);
		w->nodes++;
	}
	if (!ok)
		FAIL(w, "%s", err.message);
}

static void give_up(struct world *w, struct ask *asks)
{
	struct ask *a = &asks[simulation_draw(w->sim, AT_ONCE)];

	if (!simulation_draw(w->sim, 20) && a->busy && a->id)
		coodie_session_cancel(w->session, a->id);
}

static void on_closed(const coodie_error *err, void *user)
{
	struct world *w = user;

	(void)err;
	if (w->closed)
		FAIL(w, "closed twice");
	w->closed = true;
}

static void end_session(struct world *w)
{
	coodie_error err;

	if (w->closing || w->freed || w->begun < REQUESTS / 2 || simulation_draw(w->sim, 400))
		return;
	w->closing = simulation_draw(w->sim, 2);
	w->freed = !w->closing;
	if (w->freed)
		coodie_session_free(w->session);
	else if (!coodie_session_close_async(w->session, on_closed, w, &err))
		FAIL(w, "%s", err.message);
}

static void break_nodes(struct world *w)
{
	static const char *const rules[] = {
		"times=1,do=delay:80ms",
		"times=1,do=delay:2500ms",
		"opcode=EXECUTE,times=1,do=drop",
		"times=1,do=reset",
		"times=1,do=close",
		"times=1,do=half-close",
		"times=1,do=truncate",
		"times=1,do=crc:payload",
		"times=1,do=crc:header",
		"opcode=EXECUTE,times=1,do=stream",
		"opcode=EXECUTE,times=1,do=opcode",
		"opcode=EXECUTE,times=2,do=error:OVERLOADED",
		"opcode=EXECUTE,times=1,do=unprepared",
		"at=accept,times=1,do=refuse",
		"opcode=EXECUTE,times=1,do=stall",
		"at=accept,times=1,do=delay:300ms",
	};
	coodie_error err;

	if (simulation_draw(w->sim, 150))
		return;
	if (!coodie_node_add_fault(w->box, rules[simulation_draw(w->sim, CD_COUNT(rules))], NULL,
				   &err))
		FAIL(w, "%s", err.message);
}

/* What was counted is in the table, read when all is calm again. */
static void check_count(struct world *w)
{
	int failed = -1;

	simulation_set_faults(w->sim, &(const struct simulation_faults){ 0 });
	coodie_node_clear_faults(w->box);
	w->acknowledged[KEYS] = w->surely;
	w->issued[KEYS] = w->surely + w->perhaps;
	for (int tries = 0; tries < 10 && failed != w->failed; tries++) {
		struct ask last = { .world = w, .busy = true, .what = READ, .key = KEYS };
		coodie_error err;
		last.least = w->surely;
		failed = w->failed;
		if (!coodie_session_query_async(w->session, "SELECT v FROM ks.t WHERE k = -1",
						CQL_ARGS(), NULL, on_answer, &last, &err))
			FAIL(w, "%s", err.message);
		while (last.busy)
			if (!simulation_turn(w->sim))
				FAIL(w, "nothing happens, and the last request waits");
	}
	if (failed != w->failed)
		FAIL(w, "all is calm, and nothing works: %s", w->last.message);
}

static void misbehave(struct world *w, struct ask *asks)
{
	if (worlds[w->kind].nodes_fail)
		move_nodes(w);
	if (worlds[w->kind].churns)
		churn(w);
	if (worlds[w->kind].is_broken)
		break_nodes(w);
	if (worlds[w->kind].cancels && !w->freed)
		give_up(w, asks);
	if (worlds[w->kind].ends)
		end_session(w);
}

/* Runs a world to its end. @return the digest of all that happened */
static uint64_t run(uint64_t seed, size_t kind, int *failed)
{
	struct world w;
	struct ask asks[AT_ONCE] = { 0 };
	unsigned turns = 0;

	open_world(&w, seed, kind);
	while (w.ended < w.begun || (w.begun < REQUESTS && !w.closing && !w.freed)) {
		for (size_t i = 0; i < AT_ONCE && !w.closing && !w.freed; i++)
			if (!asks[i].busy && w.begun < REQUESTS && !simulation_draw(w.sim, 4))
				ask(&w, &asks[i]);
		misbehave(&w, asks);
		if (!simulation_turn(w.sim) && w.begun == REQUESTS)
			FAIL(&w, "nothing happens, and %d requests wait", w.begun - w.ended);
		if (++turns > MOST_TURNS)
			FAIL(&w, "no end: %d of %d requests", w.ended, w.begun);
	}
	while (w.closing && !w.closed)
		if (!simulation_turn(w.sim))
			FAIL(&w, "nothing happens, and the session is not closed");
	*failed = w.failed;
	if (!w.closing && !w.freed)
		check_count(&w);
	return close_world(&w);
}

/* ---- tests ------------------------------------------------------------------------------------- */

static void test_worlds(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < CD_COUNT(worlds); kind++) {
		int failed = 0, most = REQUESTS * SEEDS / 2;
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			int some;
			run(seed, kind, &some);
			failed += some;
		}
		if (kind < 3 ? failed : failed > most)
			fail_msg("world \"%s\": %d requests failed", worlds[kind].name, failed);
	}
}

static void test_same_seed(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < CD_COUNT(worlds); kind++) {
		int failed;
		uint64_t first = run(77, kind, &failed), other = run(78, kind, &failed);
		if (run(77, kind, &failed) != first)
			fail_msg("world \"%s\": the same seed, and another run", worlds[kind].name);
		CD_CHECK(first != other, worlds[kind].name);
	}
}

static int run_range(uint64_t from, uint64_t to)
{
	int failed;

	for (uint64_t seed = from; seed <= to; seed++)
		for (size_t kind = 0; kind < CD_COUNT(worlds); kind++)
			run(seed, kind, &failed);
	printf("%" PRIu64 " seeds in %zu worlds\n", to - from + 1, CD_COUNT(worlds));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worlds),
		cmocka_unit_test(test_same_seed),
	};
	const char *to = argc > 1 ? strchr(argv[1], '-') : NULL;
	int failed;

	if (argc < 2)
		return cmocka_run_group_tests(tests, NULL, NULL);
	if (to)
		return run_range(strtoull(argv[1], NULL, 10), strtoull(to + 1, NULL, 10));
	for (size_t kind = 0; kind < CD_COUNT(worlds); kind++)
		if (argc < 3 || strcmp(argv[2], worlds[kind].name) == 0)
			printf("%s: %016" PRIx64 "\n", worlds[kind].name,
			       run(strtoull(argv[1], NULL, 10), kind, &failed));
	return 0;
}
