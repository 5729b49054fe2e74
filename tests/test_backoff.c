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
	cd_pacer_opened(&h, false, now, UINT64_MAX); /* none open: no reason to wait */
	assert_int_equal(cd_pacer_ask(&p, &h, 4, now), 0);
	cd_pacer_opened(&h, true, now, 0);
	assert_int_equal(cd_pacer_ask(&p, &h, 4, now), 0);
	cd_pacer_opened(&h, true, now, UINT64_MAX);
	assert_in_range(cd_pacer_ask(&p, &h, 4, now), 39 * MS, 40 * MS); /* two open */
	assert_int_equal(cd_pacer_ask(&p, &h, 4, now + 40 * MS), 0);
	for (int i = 0; i < 1000; i++)
		cd_pacer_opened(&h, true, now, UINT64_MAX);
	assert_int_equal(h.opening, 0);
	assert_in_range(cd_pacer_ask(&p, &h, 4, now), 1999 * MS, 2000 * MS);
	for (int i = 0; i < 2000; i++)
		cd_pacer_closed(&h);
	assert_int_equal(h.open, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delays),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_no_rate),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
