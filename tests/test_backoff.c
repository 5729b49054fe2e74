/* SPDX-License-Identifier: MIT */
/* How long to wait before connecting again, and how fast connections are opened. */
#include "tests/test.h"

#include "base/random.h"
#include "net/policy/backoff.h"
#include "net/policy/pacer.h"

enum { MS = 1000, SECOND = 1000000 };

static const struct {
	const char *name;
	uint32_t min_ms, max_ms, failures; /* so far */
	uint64_t middle_us;
} delays[] = {
	{ "the first", 50, 10000, 0, 50 * MS },
	{ "the second", 50, 10000, 1, 100 * MS },
	{ "the seventh", 50, 10000, 7, 6400 * MS },
	{ "the longest", 50, 10000, 8, 10000 * MS },
	{ "ever after", 50, 10000, UINT32_MAX, 10000 * MS },
	{ "constant", 2000, 2000, 5, 2000 * MS },
	{ "a longest below the least", 2000, 1, 0, 2000 * MS },
	{ "nothing set", 0, 0, 9, MS },
	{ "as long as can be", UINT32_MAX, UINT32_MAX, 31, UINT32_MAX *UINT64_C(1000) },
};

static void test_delays(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(delays); i++) {
		uint64_t least = UINT64_MAX, most = 0;
		struct cd_random random = { i };
		for (int round = 0; round < 2000; round++) {
			struct cd_backoff b = { delays[i].failures };
			uint64_t got = cd_backoff_next_us(&b, delays[i].min_ms, delays[i].max_ms,
							  cd_random_next(&random));
			least = got < least ? got : least;
			most = got > most ? got : most;
			CD_CHECK(b.failures > delays[i].failures || b.failures == UINT32_MAX,
				 delays[i].name);
			cd_backoff_reset(&b);
			CD_CHECK(b.failures == 0, delays[i].name);
		}
		CD_CHECK(least >= delays[i].middle_us / 100 * 85, delays[i].name);
		CD_CHECK(least <= delays[i].middle_us / 100 * 88, delays[i].name);
		CD_CHECK(most <= delays[i].middle_us / 100 * 115 + 1, delays[i].name);
		CD_CHECK(most >= delays[i].middle_us / 100 * 112, delays[i].name);
	}
}

/* ---- the pacer ------------------------------------------------------------------------------ */

/* Connections that open in no time, to hosts without limits: how many in a time. */
static uint32_t opened_within(struct cd_pacer *p, uint64_t from_us, uint64_t us)
{
	uint32_t opened = 0;

	for (uint64_t now = from_us; now < from_us + us;) {
		struct cd_pacer_host h = { 0 };
		uint64_t wait_us = cd_pacer_ask(p, &h, 0, now);
		assert_int_equal(h.opening, wait_us == 0);
		opened += wait_us == 0;
		now += wait_us;
	}
	return opened;
}

static const struct {
	const char *name;
	uint32_t per_second, at_once, in_ten;
} rates[] = {
	{ "a hundred", 100, 50, 1050 },  { "one", 1, 1, 10 },
	{ "three", 3, 1, 31 },           { "two", 2, 1, 20 },
	{ "many", 10000, 5000, 105000 },
};

static void test_rates(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rates); i++) {
		struct cd_pacer p;
		cd_pacer_init(&p, rates[i].per_second);
		CD_CHECK(opened_within(&p, 7 * SECOND, 1) == rates[i].at_once, rates[i].name);
		cd_pacer_init(&p, rates[i].per_second);
		uint32_t got = opened_within(&p, 7 * SECOND, 10 * SECOND);
		CD_CHECK(got >= rates[i].in_ten - 1 && got <= rates[i].in_ten + 1, rates[i].name);
		/* a pause gives no more than at the beginning */
		CD_CHECK(opened_within(&p, 99 * SECOND, 1) == rates[i].at_once, rates[i].name);
	}
}

static void test_no_rate(void **state)
{
	struct cd_pacer p;
	struct cd_pacer_host h = { 0 };

	(void)state;
	cd_pacer_init(&p, 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(cd_pacer_ask(&p, &h, 0, SECOND), 0);
	cd_pacer_set(&p, 1);
	assert_int_equal(cd_pacer_ask(&p, &h, 0, SECOND), 0);
	assert_int_equal(cd_pacer_ask(&p, &h, 0, SECOND), SECOND);
	cd_pacer_set(&p, UINT32_MAX); /* more than there are microseconds */
	assert_int_equal(cd_pacer_ask(&p, &h, 0, 2 * SECOND), 0);
}

static void test_host(void **state)
{
	struct cd_pacer p;
	struct cd_pacer_host h = { 0 };
	uint64_t now = 9 * SECOND;

	(void)state;
	cd_pacer_init(&p, 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(cd_pacer_ask(&p, &h, 4, now), 0);
	assert_true(cd_pacer_ask(&p, &h, 4, now) == CD_PACER_LATER);
	cd_pacer_opened(&h, false, 8, now, UINT64_MAX); /* none open: no reason to wait */
	assert_int_equal(cd_pacer_ask(&p, &h, 4, now), 0);
	cd_pacer_opened(&h, true, 8, now, 0);
	assert_int_equal(cd_pacer_ask(&p, &h, 4, now), 0);
	cd_pacer_opened(&h, true, 8, now, UINT64_MAX);
	assert_in_range(cd_pacer_ask(&p, &h, 4, now), 39 * MS, 40 * MS); /* two open */
	assert_int_equal(cd_pacer_ask(&p, &h, 4, now + 40 * MS), 0);
	for (int i = 0; i < 1000; i++)
		cd_pacer_opened(&h, true, 8, now, UINT64_MAX);
	assert_int_equal(h.opening, 0);
	assert_in_range(cd_pacer_ask(&p, &h, 4, now), 249 * MS, 250 * MS);
	for (int i = 0; i < 2000; i++)
		cd_pacer_closed(&h);
	assert_int_equal(h.open, 0);
}

/* A pool whose connections open in no time, and whose pauses are as long as can be, or not there.
 * @return how long it took */
static uint64_t filled_us(uint32_t wanted, uint64_t random)
{
	struct cd_pacer p;
	struct cd_pacer_host h = { 0 };
	uint64_t now = 9 * SECOND;

	cd_pacer_init(&p, 0);
	while (h.open < wanted) {
		uint64_t wait_us = cd_pacer_ask(&p, &h, 4, now);
		now += wait_us;
		if (!wait_us)
			cd_pacer_opened(&h, true, wanted, now, random);
	}
	return now - 9 * SECOND;
}

/* The more are open the longer are the pauses, and large pools are full within two seconds. */
static void test_filled(void **state)
{
	static const struct {
		const char *name;
		uint32_t wanted;
		uint64_t most_ms; /* the pauses in between, when each is as long as can be */
	} pools[] = {
		{ "one", 1, 0 },
		{ "two", 2, 20 },
		{ "eight", 8, 560 },
		{ "sixty", 60, 1954 },
		{ "sixty, two each", 120, 1984 },
		{ "most shards and connections", 4096 * 64, 1573 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(pools); i++) {
		uint64_t us = filled_us(pools[i].wanted, UINT64_MAX);
		CD_CHECK(us <= pools[i].most_ms * MS && us + MS >= pools[i].most_ms * MS,
			 pools[i].name);
		CD_CHECK(filled_us(pools[i].wanted, 0) == 0, pools[i].name);
	}
}

enum { CLIENTS = 50, SHARDS = 60, WINDOWS = 200 };

/* One that opens in no time and draws its pauses. */
static void count_client(uint32_t *windows, uint64_t seed)
{
	struct cd_random chance = { seed };
	struct cd_pacer p;
	struct cd_pacer_host h = { 0 };

	cd_pacer_init(&p, 100);
	for (uint64_t now = SECOND; h.open < SHARDS;) {
		uint64_t wait_us = cd_pacer_ask(&p, &h, 4, now);
		now += wait_us;
		if (wait_us)
			continue;
		cd_pacer_opened(&h, true, SHARDS, now, cd_random_next(&chance));
		assert_in_range(now, SECOND, 3 * SECOND - 1);
		windows[(now - SECOND) / (10 * MS)]++;
	}
}

/* Clients that find a node of sixty shards at the same moment come one by one all the same: in no ten
 * milliseconds but the first is more than twice what comes on average. */
static void test_no_storm(void **state)
{
	uint32_t windows[WINDOWS] = { 0 };

	(void)state;
	for (uint64_t client = 1; client <= CLIENTS; client++)
		count_client(windows, client);
	assert_in_range(windows[0], CLIENTS, 2 * CLIENTS);
	for (size_t i = 1; i < WINDOWS; i++)
		assert_in_range(windows[i], 0, CLIENTS * SHARDS / 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delays),  cmocka_unit_test(test_rates),
		cmocka_unit_test(test_no_rate), cmocka_unit_test(test_host),
		cmocka_unit_test(test_filled),  cmocka_unit_test(test_no_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
