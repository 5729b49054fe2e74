/* SPDX-License-Identifier: MIT */
/* When a request is sent a second time, and the percentile that says so. */
#include "tests/test.h"

#include <math.h>

#include "base/random.h"
#include "net/policy/speculation.h"

enum { MS = 1000 };

static const struct {
	const char *name;
	coodie_profile_options p;
	bool ok;
	uint32_t max;
} settings[] = {
	{ "never", { 0 }, true, 0 },
	{ "never, said so", { .not_speculative = true }, true, 0 },
	{ "a delay", { .speculative_delay_ms = 10 }, true, 1 },
	{ "a percentile", { .speculative_percentile = 99.9 }, true, 1 },
	{ "several", { .speculative_delay_ms = 10, .speculative_max = 3 }, true, 3 },
	{ "both", { .speculative_delay_ms = 10, .speculative_percentile = 50 }, true, 1 },
	{ "all of them", { .speculative_percentile = 100 }, false, 0 },
	{ "below none", { .speculative_percentile = -1 }, false, 0 },
	{ "no number", { .speculative_percentile = NAN }, false, 0 },
	{ "several of nothing", { .speculative_max = 3 }, false, 0 },
	{ "yes and no", { .speculative_delay_ms = 10, .not_speculative = true }, false, 0 },
};

static void test_settings(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(settings); i++) {
		struct cd_speculation s = { .max = 99 };
		coodie_error err = { 0 };
		CD_CHECK(cd_speculation_check(&s, &settings[i].p, &err) == settings[i].ok,
			 settings[i].name);
		CD_CHECK(s.max == (settings[i].ok ? settings[i].max : 99), settings[i].name);
		CD_CHECK(settings[i].ok || err.code == COODIE_ERR_INVALID, settings[i].name);
	}
}

static const struct {
	const char *name;
	coodie_intent intent;
	bool suits;
} suits[] = {
	{ "a write", { 0 }, false }, /* X3 */
	{ "an idempotent write", { .is_idempotent = true }, true },
	{ "a read", { .is_read = true }, true },
	{ "LWT", { .is_lwt = true, .is_idempotent = true }, false },
	{ "a serial read", { .is_lwt = true, .is_read = true }, false },
};

static void test_suits(void **state)
{
	static const struct cd_speculation never = { .delay_ms = 10 },
					   once = { .max = 1, .delay_ms = 10 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(suits); i++) {
		CD_CHECK(cd_speculation_suits(&once, &suits[i].intent) == suits[i].suits,
			 suits[i].name);
		CD_CHECK(!cd_speculation_suits(&never, &suits[i].intent), suits[i].name);
	}
}

static void test_delays(void **state)
{
	static const struct cd_speculation constant = { .max = 2, .delay_ms = 10 },
					   live = { .max = 1, .delay_ms = 50, .percentile = 99 },
					   only = { .max = 1, .percentile = 99 };
	struct cd_latencies l = { .total = 0 };

	(void)state;
	assert_int_equal(cd_speculation_delay_us(&constant, NULL, 1), 10 * MS);
	assert_int_equal(cd_speculation_delay_us(&constant, NULL, 2), 10 * MS);
	assert_int_equal(cd_speculation_delay_us(&constant, NULL, 3), 0);
	for (int i = 0; i < 99; i++)
		cd_latencies_add(&l, 4 * MS, 99);
	assert_int_equal(cd_speculation_delay_us(&live, &l, 1), 50 * MS); /* not enough is known */
	assert_int_equal(cd_speculation_delay_us(&only, &l, 1), 0);
	cd_latencies_add(&l, 4 * MS, 99);
	assert_in_range(cd_speculation_delay_us(&live, &l, 1), 4 * MS, 4 * MS * 9 / 8);
	assert_in_range(cd_speculation_delay_us(&only, &l, 1), 4 * MS, 4 * MS * 9 / 8);
	assert_int_equal(cd_speculation_delay_us(&live, &l, 2), 0);
	for (int i = 0; i < 40000; i++) /* the past is forgotten */
		cd_latencies_add(&l, 20 * MS, 99);
	assert_in_range(cd_speculation_delay_us(&live, &l, 1), 20 * MS, 20 * MS * 9 / 8);
	for (int i = 0; i < 200000; i++)
		cd_latencies_add(&l, 1, 99);
	assert_int_equal(cd_speculation_delay_us(&live, &l, 1), MS); /* never below */
}

/* ---- percentiles ---------------------------------------------------------------------------- */

static const struct {
	const char *name;
	double percentile;
	uint64_t want_us; /* of 1 to 10000 us, one each */
} percentiles[] = {
	{ "the fastest", 0, 1 }, { "few", 0.05, 5 },          { "a hundredth", 1, 100 },
	{ "half", 50, 5000 },    { "nine of ten", 90, 9000 }, { "nearly all", 99.9, 9990 },
	{ "all", 100, 10000 },
};

static void test_percentiles(void **state)
{
	struct cd_latencies l = { .total = 0 };

	(void)state;
	assert_int_equal(cd_latencies_percentile(&l, 50), 0);
	for (uint64_t us = 1; us <= 10000; us++)
		cd_latencies_add(&l, us, 50);
	for (size_t i = 0; i < CD_COUNT(percentiles); i++) {
		uint64_t got = cd_latencies_percentile(&l, percentiles[i].percentile);
		CD_CHECK(got >= percentiles[i].want_us, percentiles[i].name);
		CD_CHECK(got <= percentiles[i].want_us * 9 / 8, percentiles[i].name);
	}
}

/* Any number is at most an eighth below what its bucket says. */
static void test_buckets(void **state)
{
	struct cd_random random = { 5 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct cd_latencies l = { .total = 0 };
		uint64_t us = cd_random_next(&random) >> (32 + i % 32);
		cd_latencies_add(&l, us, 50);
		uint64_t got = cd_latencies_percentile(&l, 50);
		assert_true(got >= us && got - us <= us / 8);
	}
	struct cd_latencies l = { .total = 0 };
	cd_latencies_add(&l, UINT64_MAX, 50);
	assert_true(cd_latencies_percentile(&l, 50) > UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings), cmocka_unit_test(test_suits),
		cmocka_unit_test(test_delays),   cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_buckets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
