/* SPDX-License-Identifier: MIT */
/* A session and a box of nodes in one thread without sockets, on a loop whose clock jumps and under
 * faults that a seed decides. What is checked on the way: each callback runs once, a read never
 * gives less than what was acknowledged before it began, nor what nobody wrote; a number counted up
 * by IF is what was acknowledged, give or take what nobody knows; and in the end nothing is left.
 * The same seed gives the same run. A seed that fails is printed:
 *
 *	tests/test_node_simulation SEED [WORLD]
 *
 * and many are tried, in all worlds or in one, by
 *
 *	tests/test_node_simulation FROM-TO [WORLD]
 */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include <coodie.h>
#include <coodie/node.h>

#include "tests/failalloc.h"
#include "tests/simulation.h"

enum {
	NODES = 3,
	KEYS = 8,
	AT_ONCE = 24,
	REQUESTS = 300,
	SEEDS = 60,
	MOST_TURNS = 4000000,
	OF_A_KEY = 1000, /* numbers written to one, at most: values say whose they are */
	SHELVES = 3,     /* partitions that are read page by page */
	BOOKS = 23,      /* rows in each */
	PAGE = 5,
	CALM_ONES = 3, /* of the worlds below: those that come first, where nothing fails */
	PATIENCE_US = 60000000, /* all that was given up is tried again within it */
};

static const struct {
	const char *name;
	struct simulation_faults faults;
	bool nodes_fail; /* one is taken down, or comes back, now and then */
	bool is_broken;  /* the nodes do what no node should, now and then */
	bool churns;     /* nodes come, go, and come back at other addresses */
	bool cancels;    /* requests are given up; elsewhere in some runs */
	bool ends;       /* the session is closed or freed in the middle; likewise */
	uint32_t shards; /* of each node; 0: no ScyllaDB */
	bool mixed;      /* every other run without them */
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
	  .shards = 3,
	  .mixed = true },
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
	bool cancels, ends;
	uint32_t shards;
	coodie_error last; /* of a request that failed */
};

enum what { READ, WRITE, COUNT, BOTH, PAGES };

/* A request: reads a key, writes a number to it or to two at once, counts one up, or reads a
 * partition page by page. */
struct ask {
	struct world *world;
	enum what what;
	int key, number;
	int second, second_number; /* of a batch */
	int least;                 /* of a read: what was known when it began */
	int books;                 /* of pages: rows seen so far */
	bool busy;
	uint64_t id;
};

#define FAIL(w, ...) \
	do { \
		print_error("seed %" PRIu64 ", world \"%s\": ", (w)->seed, (w)->name); \
		fail_msg(__VA_ARGS__); \
	} while (0)

/* ScyllaDB's keyspaces that are replicated by data centers are made of tablets. */
static void fill_box(struct world *w)
{
	coodie_error err;
	char cql[160];

	snprintf(cql, sizeof cql, "CREATE KEYSPACE ks WITH replication = {'class': '%s', '%s': 3}",
		 w->shards ? "NetworkTopologyStrategy" : "SimpleStrategy",
		 w->shards ? "datacenter1" : "replication_factor");
	if (!coodie_node_execute(w->box, cql, &err) ||
	    !coodie_node_execute(w->box,
				 "CREATE TABLE ks.t (k int PRIMARY KEY, v int, note text); "
				 "CREATE TABLE ks.books (k int, c int, v int, PRIMARY KEY (k, c)); "
				 "INSERT INTO ks.t (k, v) VALUES (-1, 0)",
				 &err))
		FAIL(w, "%s", err.message);
	for (int i = 0; i < SHELVES * BOOKS; i++) {
		snprintf(cql, sizeof cql, "INSERT INTO ks.books (k, c, v) VALUES (%d, %d, %d)",
			 i / BOOKS, i % BOOKS, i);
		if (!coodie_node_execute(w->box, cql, &err))
			FAIL(w, "%s", err.message);
	}
}

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
	if (w->shards)
		assert_true(coodie_node_options_set_shards(o, w->shards, &err));
	w->nodes = NODES;
	w->box = coodie_node_attach(o, &loop, &err);
	coodie_node_options_free(o);
	if (!w->box)
		FAIL(w, "%s", err.message);
	fill_box(w);
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
	bool is_4 = w->shards || w->seed % 3 == 0; /* ScyllaDB has no other */
	assert_true(coodie_options_set_protocol_version(o, is_4 ? 4 : 5, &err));
	if (w->seed % 5 < 2)
		assert_true(coodie_options_set(o, "speculative_delay_ms", "3", &err));
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
	w->cancels = worlds[kind].cancels || seed % 4 == 3;
	w->ends = worlds[kind].ends || seed % 7 == 6;
	w->shards = worlds[kind].mixed && seed % 2 ? 0 : worlds[kind].shards;
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

static void on_write(struct world *w, struct ask *a, coodie_result *r)
{
	if (r && w->acknowledged[a->key] < a->number)
		w->acknowledged[a->key] = a->number;
}

static void on_both(struct world *w, struct ask *a, coodie_result *r)
{
	on_write(w, a, r);
	if (r && w->acknowledged[a->second] < a->second_number)
		w->acknowledged[a->second] = a->second_number;
}

static void on_value(struct world *w, struct ask *a, coodie_result *r)
{
	int number = r ? number_of(w, r) : a->least;

	if (r && a->key < KEYS && number) {
		if (number / OF_A_KEY != a->key)
			FAIL(w, "key %d has the answer of %d", a->key, number / OF_A_KEY);
		number %= OF_A_KEY;
	}
	if (number < a->least || number > w->issued[a->key])
		FAIL(w, "key %d is %d: %d was acknowledged, %d were written", a->key, number,
		     a->least, w->issued[a->key]);
}

static bool read_page(struct world *w, struct ask *a, const coodie_result *before,
		      coodie_error *err);

/* Rows come in their order, each once; the page behind asks for the next. */
static void on_page(struct world *w, struct ask *a, coodie_result *r)
{
	coodie_cursor c = coodie_result_cursor(r);
	coodie_error err;
	int32_t number;

	while (r && coodie_cursor_next(&c)) {
		if (!coodie_cursor_int32(&c, 0, &number, &err))
			FAIL(w, "%s", err.message);
		if (number != a->key * BOOKS + a->books)
			FAIL(w, "row %d of shelf %d is %d", a->books, a->key, number);
		a->books++;
	}
	if (r && coodie_result_has_more(r)) {
		a->busy = read_page(w, a, r, &err);
		if (!a->busy && err.code != COODIE_ERR_CONNECT && err.code != COODIE_ERR_CLOSED)
			FAIL(w, "%s", err.message);
	} else if (r && a->books != BOOKS) {
		FAIL(w, "shelf %d has %d rows", a->key, a->books);
	}
}

/* What a request may end with, besides rows. */
static bool is_allowed(const struct world *w, const coodie_error *err)
{
	switch (err->code) {
	case COODIE_OK:
	case COODIE_ERR_TIMEOUT:
	case COODIE_ERR_CONNECT:
		return true;
	case COODIE_ERR_CLOSED: /* the session, or the connection of a request that may have been
				   carried out */
		return w->closing || w->freed || w->kind >= CALM_ONES;
	case COODIE_ERR_CANCELLED:
		return w->cancels;
	case COODIE_ERR_SERVER:
		return worlds[w->kind].is_broken || worlds[w->kind].churns;
	case COODIE_ERR_RATE_LIMIT:
	case COODIE_ERR_PROTOCOL:
		return worlds[w->kind].is_broken;
	default:
		return false;
	}
}

static void on_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	static void (*const ons[])(struct world * w, struct ask * a, coodie_result * r) = {
		[READ] = on_value, [WRITE] = on_write, [COUNT] = on_count,
		[BOTH] = on_both,  [PAGES] = on_page,
	};
	struct ask *a = user;
	struct world *w = a->world;

	if (!a->busy)
		FAIL(w, "a callback that ran before");
	if (!is_allowed(w, err))
		FAIL(w, "%s: %s", coodie_errc_name(err->code), err->message);
	if (!take_res && err->code != COODIE_ERR_CANCELLED && !w->closing && !w->freed)
		w->failed++;
	if (!take_res)
		w->last = *err;
	a->busy = false;
	ons[a->what](w, a, take_res);
	w->ended += !a->busy;
	coodie_result_free(take_res);
}

/* Writes carry their number as timestamp, so that one that is late or sent twice does no harm. */
static const char insert[] = "INSERT INTO ks.t (k, v, note) VALUES (?, ?, ?) USING TIMESTAMP ?";

static bool write_number(struct world *w, struct ask *a, coodie_error *err)
{
	static const char text[] = "some words, so that requests are of different lengths";
	cql_text words = { text, simulation_draw(w->sim, sizeof text - 1) };

	a->number = ++w->issued[a->key];
	return coodie_session_query_async(w->session, insert,
					  CQL_ARGS(cql(a->key), cql(a->key * OF_A_KEY + a->number),
						   cql_from_text(words), cql((int64_t)a->number)),
					  COODIE_REQUEST(.idempotent = true, .id = &a->id),
					  on_answer, a, err);
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

static bool write_both(struct world *w, struct ask *a, coodie_error *err)
{
	cql_text words = { "both", 4 };

	a->second = (a->key + 1) % KEYS;
	a->number = ++w->issued[a->key];
	a->second_number = ++w->issued[a->second];
	const coodie_statement both[] = {
		COODIE_STATEMENT(insert, CQL_ARGS(cql(a->key), cql(a->key * OF_A_KEY + a->number),
						  cql_from_text(words), cql((int64_t)a->number))),
		COODIE_STATEMENT(insert,
				 CQL_ARGS(cql(a->second),
					  cql(a->second * OF_A_KEY + a->second_number),
					  cql_from_text(words), cql((int64_t)a->second_number))),
	};
	return coodie_session_batch_async(
		w->session, a->number % 2 ? COODIE_BATCH_LOGGED : COODIE_BATCH_UNLOGGED, both, 2,
		COODIE_REQUEST(.idempotent = true, .id = &a->id), on_answer, a, err);
}

static bool read_page(struct world *w, struct ask *a, const coodie_result *before,
		      coodie_error *err)
{
	cql_blob after = before ? coodie_result_paging_state(before) : (cql_blob){ NULL, 0 };

	return coodie_session_query_async(w->session, "SELECT v FROM ks.books WHERE k = ?",
					  CQL_ARGS(cql(a->key)),
					  COODIE_REQUEST(.idempotent = true, .id = &a->id,
							 .page_rows = PAGE, .paging_state = after),
					  on_answer, a, err);
}

static bool read_pages(struct world *w, struct ask *a, coodie_error *err)
{
	a->key %= SHELVES;
	return read_page(w, a, NULL, err);
}

static void ask(struct world *w, struct ask *a)
{
	static bool (*const asks[])(struct world * w, struct ask * a, coodie_error * err) = {
		[READ] = read_number, [WRITE] = write_number, [COUNT] = count_up,
		[BOTH] = write_both,  [PAGES] = read_pages,
	};
	coodie_error err;

	*a = (struct ask){ .world = w,
			   .busy = true,
			   .what = simulation_draw(w->sim, CD_COUNT(asks)) };
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

static void move_tablets(struct world *w)
{
	if (w->shards && !simulation_draw(w->sim, 300))
		coodie_node_move_tablets(w->box);
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
		"opcode=BATCH,times=1,do=drop",
		"opcode=BATCH,times=1,do=error:UNPREPARED",
		"opcode=PREPARE,times=1,do=drop",
		"opcode=PREPARE,times=1,do=stream",
		"opcode=STARTUP,times=1,do=stall",
		"opcode=REGISTER,times=1,do=close",
		"opcode=OPTIONS,times=1,do=drop",
		"match=system.peers,times=1,do=truncate",
		"match=system_schema,times=1,do=reset",
		"opcode=EXECUTE,times=2,do=rate-limit",
		"times=1,do=disagree",
		"at=accept,times=2,do=limit:1",
	};
	coodie_error err;

	if (simulation_draw(w->sim, 150))
		return;
	if (!coodie_node_add_fault(w->box, rules[simulation_draw(w->sim, CD_COUNT(rules))], NULL,
				   &err))
		FAIL(w, "%s", err.message);
}

/* Reads what was counted. @return whether it worked */
static bool read_count(struct world *w)
{
	struct ask last = { .world = w, .busy = true, .what = READ, .key = KEYS };
	int failed = w->failed;

	last.least = w->surely;
	if (!coodie_session_query_async(w->session, "SELECT v FROM ks.t WHERE k = -1", CQL_ARGS(),
					NULL, on_answer, &last, &w->last))
		return false;
	while (last.busy)
		if (!simulation_turn(w->sim))
			FAIL(w, "nothing happens, and the last request waits");
	return failed == w->failed;
}

/* What was counted is in the table, read when all is calm again: nobody is connected at first,
 * perhaps, but it does not stay so. */
static void check_count(struct world *w)
{
	int64_t end = simulation_clock(w->sim) + PATIENCE_US;

	simulation_set_faults(w->sim, &(const struct simulation_faults){ 0 });
	coodie_node_clear_faults(w->box);
	w->acknowledged[KEYS] = w->surely;
	w->issued[KEYS] = w->surely + w->perhaps;
	while (!read_count(w))
		if (simulation_clock(w->sim) > end || !simulation_turn(w->sim))
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
	if (worlds[w->kind].shards)
		move_tablets(w);
	if (w->cancels && !w->freed)
		give_up(w, asks);
	if (w->ends)
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
		for (uint64_t seed = 1; seed <= SEEDS; seed += test_samples() ? 15 : 1) {
			int some;
			run(seed, kind, &some);
			failed += some;
		}
		if (kind < CALM_ONES ? failed : failed > most)
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

static bool is_wanted(size_t kind, const char *name)
{
	return !name || strcmp(name, worlds[kind].name) == 0;
}

static int run_range(uint64_t from, uint64_t to, const char *name)
{
	uint64_t runs = 0;
	int failed;

	for (uint64_t seed = from; seed <= to; seed++)
		for (size_t kind = 0; kind < CD_COUNT(worlds); kind++)
			if (is_wanted(kind, name))
				runs += run(seed, kind, &failed) != 0;
	printf("%" PRIu64 " seeds, %" PRIu64 " runs\n", to - from + 1, runs);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worlds),
		cmocka_unit_test(test_same_seed),
	};
	const char *to = argc > 1 ? strchr(argv[1], '-') : NULL;
	const char *name = argc > 2 ? argv[2] : NULL;
	int failed;

	if (argc < 2)
		return cmocka_run_group_tests(tests, NULL, NULL);
	if (to)
		return run_range(strtoull(argv[1], NULL, 10), strtoull(to + 1, NULL, 10), name);
	for (size_t kind = 0; kind < CD_COUNT(worlds); kind++)
		if (is_wanted(kind, name))
			printf("%s: %016" PRIx64 "\n", worlds[kind].name,
			       run(strtoull(argv[1], NULL, 10), kind, &failed));
	return 0;
}
