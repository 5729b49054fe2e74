/* SPDX-License-Identifier: MIT */
/* A ring in which nodes go down, come up, move, join and leave while requests run: every callback
 * runs once, and when all is calm again each node that is there has its connection. A seed that
 * fails is printed:
 *
 *	tests/test_pool_ring SEED
 */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tests/pool_world.h"

enum { NODES = 3, MOST_NODES = 12, STEPS = 400, AT_ONCE = 8, SEEDS = 40 };

/* What the nodes of a box are at. */
struct ring {
	struct pool_world w;
	uint64_t seed;
	uint32_t count; /* ever */
	bool down[MOST_NODES], gone[MOST_NODES];
	unsigned next_address;
};

static uint32_t alive(const struct ring *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->count; i++)
		n += !r->gone[i];
	return n;
}

static void must(const struct ring *r, bool ok, const coodie_error *err)
{
	if (!ok)
		fail_msg("seed %" PRIu64 ": %s", r->seed, err->message);
}

static void go_down(struct ring *r, uint32_t i)
{
	coodie_error err;

	must(r, coodie_node_take_down(r->w.box, i, &err), &err);
	r->down[i] = true;
}

static void come_up(struct ring *r, uint32_t i)
{
	coodie_error err;

	must(r, coodie_node_bring_up(r->w.box, i, &err), &err);
	r->down[i] = false;
}

static void move(struct ring *r, uint32_t i)
{
	char host[20];
	coodie_error err;

	go_down(r, i);
	snprintf(host, sizeof host, "127.0.1.%u", ++r->next_address);
	must(r, coodie_node_move(r->w.box, i, host, &err), &err);
}

static void join(struct ring *r, uint32_t i)
{
	coodie_error err;

	(void)i;
	if (r->count == MOST_NODES)
		return;
	must(r, coodie_node_add(r->w.box, NULL, NULL, NULL, &err), &err);
	r->count++;
}

static void leave(struct ring *r, uint32_t i)
{
	coodie_error err;

	if (alive(r) == 1)
		return;
	must(r, coodie_node_remove(r->w.box, i, &err), &err);
	r->gone[i] = true;
}

static void change(struct ring *r)
{
	static void (*const changes[])(struct ring * r, uint32_t i) = {
		go_down, go_down, come_up, come_up, come_up, move, join, leave,
	};
	uint32_t i = simulation_draw(r->w.sim, r->count);

	/* The first one stays where it is: who has missed all else finds it there. */
	if (!r->gone[i])
		changes[simulation_draw(r->w.sim, i ? CD_COUNT(changes) : 5)](r, i);
}

static void ask(struct ring *r)
{
	coodie_error err;
	int k = (int)simulation_draw(r->w.sim, 10);
	struct pool_ask *a = simulation_draw(r->w.sim, 2)
				     ? pool_query(&r->w, "SELECT v FROM ks.t WHERE k = ?",
						  CQL_ARGS(cql(k)),
						  COODIE_REQUEST(.idempotent = true), &err)
				     : pool_query(&r->w, "SELECT v FROM ks.t", CQL_ARGS(), NULL,
						  &err);

	must(r, a != NULL, &err);
}

static void calm_down(struct ring *r)
{
	uint64_t there = 0;

	for (uint32_t i = 0; i < r->count; i++) {
		if (r->gone[i])
			continue;
		come_up(r, i);
		there |= 1u << i;
	}
	pool_wait_all(&r->w);
	pool_must_work(&r->w);
	pool_expect(&r->w, there, 0, 1);
}

static void run(uint64_t seed, bool shaky)
{
	struct ring r = { .seed = seed, .count = NODES };
	coodie_error err;

	assert_true(pool_open(
		&r.w, &(struct pool_wish){ .seed = seed, .nodes = NODES, .points = NODES }));
	must(&r, pool_connect(&r.w, &err) != NULL, &err);
	pool_wait_all(&r.w);
	if (shaky)
		simulation_set_faults(r.w.sim, &(struct simulation_faults){ .delay_us = 30000,
									    .reset = 3,
									    .short_read = 100,
									    .refuse = 20 });
	for (int step = 0; step < STEPS; step++) {
		if (!simulation_draw(r.w.sim, 20))
			change(&r);
		if (r.w.begun - r.w.ended < AT_ONCE)
			ask(&r);
		pool_turn(&r.w);
		if (!simulation_draw(r.w.sim, 50))
			pool_sleep(&r.w, simulation_draw(r.w.sim, 3000));
	}
	simulation_set_faults(r.w.sim, &(struct simulation_faults){ 0 });
	calm_down(&r);
	pool_close(&r.w);
}

static void test_seeds(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run(seed, seed % 2);
}

/* All nodes are gone, and one of them is back where only a contact point leads; the others take
 * connections, but never say a word. */
static void check_lost(bool mute)
{
	const coodie_tune tune = { .size = sizeof tune,
				   .reconnect_max_ms = 100,
				   .heartbeat_ms = 1000,
				   .idle_kill_ms = 2000 };
	struct ring r = { .count = 6 };
	coodie_error err;

	assert_true(pool_open(&r.w, &(struct pool_wish){ .name = mute ? "mute" : "gone",
							 .nodes = 6,
							 .tune = &tune,
							 .moved_point = "127.0.9.9" }));
	must(&r, pool_connect(&r.w, &err) != NULL, &err);
	pool_wait_all(&r.w);
	pool_expect(&r.w, 63, 0, 1);
	for (uint32_t i = 0; i < 6; i++)
		go_down(&r, i);
	pool_sleep(&r.w, 1000);
	must(&r, coodie_node_move(r.w.box, 0, "127.0.9.9", &err), &err);
	for (uint32_t i = 1; i < 6; i++) {
		char rule[60];
		snprintf(rule, sizeof rule, "node=%u,opcode=OPTIONS,do=stall", i);
		must(&r, coodie_node_add_fault(r.w.box, rule, NULL, &err), &err);
		if (mute)
			come_up(&r, i);
	}
	pool_sleep(&r.w, 20000);
	come_up(&r, 0);
	pool_sleep(&r.w, 20000);
	/* nobody asked for anything, and it is there again */
	assert_int_equal(pool_connections(&r.w, 0), 1);
	pool_must_work(&r.w);
	pool_close(&r.w);
}

static void test_lost(void **state)
{
	(void)state;
	check_lost(false);
	check_lost(true);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_seeds),
	};

	if (argc < 2)
		return cmocka_run_group_tests(tests, NULL, NULL);
	run(strtoull(argv[1], NULL, 10), strtoull(argv[1], NULL, 10) % 2);
	return 0;
}
