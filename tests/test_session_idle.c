/* SPDX-License-Identifier: MIT */
/* Sessions that are asked for nothing: how often they wake in an hour of a clock that jumps, and that
 * they work afterwards as before. */
#include "tests/test.h"

#include "tests/pool_world.h"

enum { MOST_WATCHES = 64, MINUTES = 60, WAKES_A_MINUTE = 3 };

/* The session's loop is the world's, with every callback counted. */
static struct {
	const coodie_loop_vtable *inner;
	coodie_loop_vtable table;
	unsigned wakes, watches;
	struct {
		coodie_io_fn *io;
		coodie_timer_fn *timer;
		void *user;
	} of[MOST_WATCHES];
} counted;

static void on_io(int events, void *user)
{
	size_t i = (size_t)(uintptr_t)user;

	counted.wakes++;
	counted.of[i].io(events, counted.of[i].user);
}

static void on_timer(void *user)
{
	size_t i = (size_t)(uintptr_t)user;

	counted.wakes++;
	counted.of[i].timer(counted.of[i].user);
}

static void *add(coodie_io_fn *io, coodie_timer_fn *timer, void *user)
{
	size_t i = counted.watches++;

	assert_true(i < MOST_WATCHES);
	counted.of[i].io = io;
	counted.of[i].timer = timer;
	counted.of[i].user = user;
	return (void *)(uintptr_t)i;
}

static coodie_watch *io_new(void *loop, int fd, int events, coodie_io_fn *fn, void *user)
{
	return counted.inner->io_new(loop, fd, events, on_io, add(fn, NULL, user));
}

static coodie_watch *timer_new(void *loop, coodie_timer_fn *fn, void *user)
{
	return counted.inner->timer_new(loop, on_timer, add(NULL, fn, user));
}

static coodie_loop count(coodie_loop loop)
{
	memset(&counted, 0, sizeof counted);
	counted.inner = loop.vtable;
	counted.table = *loop.vtable;
	counted.table.io_new = io_new;
	counted.table.timer_new = timer_new;
	loop.vtable = &counted.table;
	return loop;
}

static const struct row {
	const char *name;
	uint32_t nodes, shards;
	unsigned most; /* callbacks a minute */
} rows[] = {
	{ "a node", 1, 0, WAKES_A_MINUTE },
	/* two looks at all of them, and half as many answers */
	{ "three nodes", 3, 0, 2 + 3 },
	{ "a node of eight shards", 1, 8, 2 + 8 },
};

static void check(const struct row *r)
{
	struct pool_world w;
	coodie_error err;

	assert_true(pool_open(&w, &(struct pool_wish){ .name = r->name,
						       .nodes = r->nodes,
						       .shards = r->shards,
						       .loop = count }));
	assert_non_null(pool_connect(&w, &err));
	pool_wait_all(&w);
	pool_must_work(&w);
	pool_sleep(&w, 60000); /* what a new session has to find out */
	counted.wakes = 0;
	pool_sleep(&w, MINUTES * 60000);
	printf("%s: %.2f callbacks a minute\n", r->name, (double)counted.wakes / MINUTES);
	CD_CHECK(counted.wakes, r->name);
	CD_CHECK(counted.wakes <= r->most * MINUTES, r->name);
	pool_must_work(&w);
	CD_CHECK(pool_connections(&w, 0) == (r->shards ? r->shards : 1), r->name);
	pool_finish(&w);
	pool_close(&w);
}

static void test_wakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		check(&rows[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wakes),
	};
	return cmocka_run_group_tests_name("session_idle", tests, NULL, NULL);
}
