/* SPDX-License-Identifier: MIT */
/* base/histogram.c: how near the values are, what is forgotten, readers beside the writer, memory. */
#include "tests/test.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/histogram.h"
#include "tests/failalloc.h"

#define SECOND ((uint64_t)1000000)

static struct cd_histogram_sum *sum_of(const struct cd_histogram *h, uint64_t now_us)
{
	struct cd_histogram_sum *sum = calloc(1, sizeof *sum);

	assert_non_null(sum);
	cd_histogram_add(sum, h, now_us);
	return sum;
}

static void test_every_value_is_near(void **state)
{
	(void)state;
	for (uint64_t us = 0; us <= 3600 * SECOND; us += us / 257 + 1) {
		struct cd_histogram h;
		struct cd_histogram_sum *sum;
		uint64_t got;
		cd_histogram_init(&h, NULL, 0, 0);
		cd_histogram_record(&h, us);
		sum = sum_of(&h, 0);
		got = cd_histogram_quantile(sum, 500);
		if ((got > us ? got - us : us - got) * 100 >= (us ? us : 1))
			fail_msg("%llu is shown as %llu", (unsigned long long)us,
				 (unsigned long long)got);
		assert_int_equal(sum->count, 1);
		free(sum);
		cd_histogram_deinit(&h);
	}
}

/* 1 to 1000 µs, one each; and values beyond all pieces. */
static void test_what_is_asked(void **state)
{
	static const struct {
		const char *name;
		uint32_t permille;
		uint64_t want;
	} rows[] = {
		{ "the least", 0, 1 },
		{ "half of them", 500, 500 },
		{ "three quarters", 750, 750 },
		{ "p95", 950, 950 },
		{ "p99", 990, 990 },
		{ "p99.9", 999, 999 },
		{ "the most", 1000, 1000 },
		{ "one of 1000", 1, 1 },
	};
	struct cd_histogram h;
	struct cd_histogram_sum *sum;
	double mean, stddev;
	(void)state;

	cd_histogram_init(&h, NULL, 0, 0);
	for (uint64_t us = 1; us <= 1000; us++)
		cd_histogram_record(&h, us);
	sum = sum_of(&h, 0);
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		uint64_t got = cd_histogram_quantile(sum, rows[i].permille);
		uint64_t off = got > rows[i].want ? got - rows[i].want : rows[i].want - got;
		CD_CHECK(off * 100 <= rows[i].want, rows[i].name);
	}
	mean = cd_histogram_mean(sum);
	stddev = cd_histogram_stddev(sum); /* 288.67 */
	assert_true(mean > 499 && mean < 502);
	assert_true(stddev > 288 && stddev < 289.5);
	assert_int_equal(cd_histogram_min(sum), 1);
	assert_true(cd_histogram_max(sum) >= 993 && cd_histogram_max(sum) <= 1007);
	assert_int_equal(cd_histogram_at_most(sum, 100), 100);
	assert_int_equal(cd_histogram_at_most(sum, 0), 0);
	assert_int_equal(cd_histogram_at_most(sum, UINT64_MAX), 1000);
	cd_histogram_record(&h, UINT64_MAX / 2);
	cd_histogram_record(&h, 1000000 * SECOND);
	cd_histogram_record(&h, 0);
	cd_histogram_add(sum, &h, 0); /* a second one: what is there already stays */
	assert_int_equal(sum->count, 2003);
	assert_int_equal(cd_histogram_min(sum), 0);
	assert_true(cd_histogram_max(sum) > 3600 * SECOND);
	free(sum);
	cd_histogram_deinit(&h);
}

static void test_nothing_is_zero(void **state)
{
	struct cd_histogram_sum *sum = calloc(1, sizeof *sum);
	(void)state;

	assert_non_null(sum);
	assert_int_equal(cd_histogram_quantile(sum, 500), 0);
	assert_int_equal(cd_histogram_max(sum), 0);
	assert_true(cd_histogram_mean(sum) <= 0 && cd_histogram_mean(sum) >= 0);
	assert_true(cd_histogram_stddev(sum) <= 0 && cd_histogram_stddev(sum) >= 0);
	free(sum);
}

/* Windows of 10 s that begin at 100 s: what was recorded when, and what is seen when. */
static void test_windows_forget(void **state)
{
	static const struct {
		const char *name;
		uint64_t record_s[3], look_s; /* 0: none */
		uint64_t want;
	} rows[] = {
		{ "the first window, not yet whole", { 101, 102 }, 105, 2 },
		{ "the first window, whole", { 101, 102 }, 110, 2 },
		{ "no writer came by, and it is over", { 101 }, 119, 1 },
		{ "no writer came by for two windows", { 101 }, 120, 0 },
		{ "the window before is shown", { 101, 111, 112 }, 113, 1 },
		{ "and then this one", { 101, 111, 112 }, 121, 2 },
		{ "a window without any lies between", { 101, 125 }, 126, 0 },
		{ "a third one, in the memory of the first", { 101, 111, 121 }, 131, 1 },
		{ "long silence", { 101, 500 }, 505, 0 },
		{ "after long silence", { 101, 500 }, 512, 1 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_histogram h;
		struct cd_histogram_sum *sum;
		cd_histogram_init(&h, NULL, 10 * SECOND, 100 * SECOND);
		for (size_t k = 0; k < 3 && rows[i].record_s[k]; k++) {
			cd_histogram_tick(&h, rows[i].record_s[k] * SECOND);
			cd_histogram_record(&h, 70);
		}
		sum = sum_of(&h, rows[i].look_s * SECOND);
		if (sum->count != rows[i].want)
			fail_msg("%s: %llu instead of %llu", rows[i].name,
				 (unsigned long long)sum->count, (unsigned long long)rows[i].want);
		free(sum);
		cd_histogram_deinit(&h);
	}
}

static bool record_some(const coodie_allocator *a, void *user)
{
	struct cd_histogram h;
	struct cd_histogram_sum *sum;
	uint64_t lost, count;
	(void)user;

	cd_histogram_init(&h, a, 0, 0);
	cd_histogram_record(&h, 5);
	cd_histogram_record(&h, 5000);
	cd_histogram_record(&h, 5000000);
	sum = sum_of(&h, 0);
	count = sum->count;
	lost = atomic_load(&h.lost);
	free(sum);
	cd_histogram_deinit(&h);
	assert_int_equal(count + lost, 3);
	return !lost;
}

static void test_memory(void **state)
{
	struct cd_failalloc f;
	struct cd_histogram h;
	(void)state;

	assert_true(cd_failalloc_each("record", record_some, NULL));
	cd_failalloc_init(&f, 0);
	cd_histogram_init(&h, &f.allocator, 0, 0);
	assert_int_equal(f.calls, 0);
	for (uint64_t us = 500; us < 5000; us++)
		cd_histogram_record(&h, us);
	assert_in_range(f.calls, 1, 5);
	cd_histogram_deinit(&h);
	assert_int_equal(f.live, 0);
}

/* ---- a reader beside the writer ------------------------------------------------------------- */

struct shared {
	struct cd_histogram h;
	atomic_bool stop;
	uint64_t looks;
};

static void *look_often(void *user)
{
	struct shared *s = user;
	uint64_t before = 0;

	while (!atomic_load(&s->stop)) {
		struct cd_histogram_sum *sum = sum_of(&s->h, 0);
		assert_true(sum->count >= before);
		before = sum->count;
		s->looks++;
		free(sum);
	}
	return NULL;
}

static void test_reader_and_writer(void **state)
{
	struct shared s = { .stop = false };
	struct cd_histogram_sum *sum;
	pthread_t reader;
	(void)state;

	cd_histogram_init(&s.h, NULL, 0, 0);
	assert_int_equal(pthread_create(&reader, NULL, look_often, &s), 0);
	for (uint64_t i = 0; i < 300000; i++)
		cd_histogram_record(&s.h, i * 7919 % 100000);
	atomic_store(&s.stop, true);
	pthread_join(reader, NULL);
	sum = sum_of(&s.h, 0);
	assert_int_equal(sum->count, 300000);
	free(sum);
	cd_histogram_deinit(&s.h);
}

/* A window is seen whole or not at all: each has 64 of one value. */
static void *look_at_windows(void *user)
{
	struct shared *s = user;

	while (!atomic_load(&s->stop)) {
		struct cd_histogram_sum *sum = sum_of(&s->h, atomic_load(&s->h.began_us));
		if (atomic_load(&s->h.turned) && sum->count % 64)
			s->looks++;
		free(sum);
	}
	return NULL;
}

static void test_windows_beside_the_writer(void **state)
{
	struct shared s = { .stop = false };
	pthread_t reader;
	(void)state;

	cd_histogram_init(&s.h, NULL, SECOND, 0);
	for (int i = 0; i < 64; i++)
		cd_histogram_record(&s.h, 7);
	cd_histogram_tick(&s.h, SECOND);
	for (int i = 0; i < 64; i++)
		cd_histogram_record(&s.h, 1);
	assert_int_equal(pthread_create(&reader, NULL, look_at_windows, &s), 0);
	for (uint64_t now = 2; now < 3000; now++) {
		cd_histogram_tick(&s.h, now * SECOND);
		for (int i = 0; i < 64; i++)
			cd_histogram_record(&s.h, now * 37 % 5000);
	}
	atomic_store(&s.stop, true);
	pthread_join(reader, NULL);
	assert_int_equal(s.looks, 0);
	cd_histogram_deinit(&s.h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_value_is_near),
		cmocka_unit_test(test_what_is_asked),
		cmocka_unit_test(test_nothing_is_zero),
		cmocka_unit_test(test_windows_forget),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_reader_and_writer),
		cmocka_unit_test(test_windows_beside_the_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
