/* SPDX-License-Identifier: MIT */
/* coodie/uuid.h: bounds, order and time of timeuuids; a source that never repeats. */
#include "tests/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/timeuuid.h"
#include "tests/failalloc.h"

static cql_uuid uuid_of(const char *text)
{
	cql_uuid u;

	CD_CHECK(cql_uuid_parse(text, &u, NULL), text);
	return u;
}

static void test_bounds(void **state)
{
	static const struct {
		int64_t milliseconds;
		const char *min, *max;
		int64_t nearest;
	} rows[] = {
		{ 0, "13814000-1dd2-11b2-8080-808080808080", "1381670f-1dd2-11b2-7f7f-7f7f7f7f7f7f",
		  0 },
		{ 1, "13816710-1dd2-11b2-8080-808080808080", "13818e1f-1dd2-11b2-7f7f-7f7f7f7f7f7f",
		  1 },
		{ -1, "138118f0-1dd2-11b2-8080-808080808080",
		  "13813fff-1dd2-11b2-7f7f-7f7f7f7f7f7f", -1 },
		{ 1356998700000, "e23f1e00-53a6-11e2-8080-808080808080",
		  "e23f450f-53a6-11e2-7f7f-7f7f7f7f7f7f", 1356998700000 },
		{ -12219292800000, "00000000-0000-1000-8080-808080808080",
		  "0000270f-0000-1000-7f7f-7f7f7f7f7f7f", -12219292800000 },
		{ INT64_MIN, "00000000-0000-1000-8080-808080808080",
		  "0000270f-0000-1000-7f7f-7f7f7f7f7f7f", -12219292800000 },
		{ INT64_MAX, "ffffbdb0-ffff-1fff-8080-808080808080",
		  "ffffe4bf-ffff-1fff-7f7f-7f7f7f7f7f7f", 103072857660683 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_timestamp when = { rows[i].milliseconds }, got = { 0 };
		cql_uuid min = cql_timeuuid_min(when), max = cql_timeuuid_max(when);
		char text[CQL_UUID_TEXT_SIZE];
		CD_CHECK(strcmp(cql_uuid_format(min, text), rows[i].min) == 0, text);
		CD_CHECK(strcmp(cql_uuid_format(max, text), rows[i].max) == 0, text);
		CD_CHECK(cql_timeuuid_compare(min, max) < 0, rows[i].min);
		CD_CHECK(cql_timeuuid_compare(max, min) > 0, rows[i].min);
		CD_CHECK(cql_uuid_timestamp(min, &got, NULL), rows[i].min);
		CD_CHECK(got.milliseconds == rows[i].nearest, rows[i].min);
		CD_CHECK(cql_uuid_timestamp(max, &got, NULL), rows[i].max);
		CD_CHECK(got.milliseconds == rows[i].nearest, rows[i].max);
		CD_CHECK(cql_uuid_version(min) == 1 && cql_uuid_version(max) == 1, rows[i].min);
	}
}

static void test_times(void **state)
{
	cql_timestamp t = { 77 };
	coodie_error err;
	(void)state;

	/* RFC 9562, appendix A.1: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00 */
	assert_true(cql_uuid_timestamp(uuid_of("C232AB00-9414-11EC-B3C8-9F6BDECED846"), &t, &err));
	assert_int_equal(t.milliseconds, 1645557742000);
	assert_int_equal(err.code, COODIE_OK);
	assert_false(cql_uuid_timestamp(uuid_of("919108f7-52d1-4320-9bac-f847db4148a8"), &t, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_int_equal(t.milliseconds, 1645557742000);
	assert_int_equal(cql_uuid_version(uuid_of("919108f7-52d1-4320-9bac-f847db4148a8")), 4);
	assert_int_equal(cql_uuid_version(uuid_of("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")), 7);
	assert_int_equal(cql_uuid_version(uuid_of("ffffffff-ffff-ffff-ffff-ffffffffffff")), 15);
}

/* Rising. */
static void test_order(void **state)
{
	static const char *const rising[] = {
		"00000000-0000-1000-8080-808080808080", "00000000-0000-1000-8080-8080808080ff",
		"00000000-0000-1000-8080-808080808000", "00000000-0000-1000-8080-80808080807f",
		"00000000-0000-1000-bfff-ffffffffffff", "00000000-0000-1000-c080-808080808080",
		"00000000-0000-1000-0000-000000000000", "00000000-0000-1000-7f7f-7f7f7f7f7f7f",
		"00000001-0000-1000-8080-808080808080", "ffffffff-0000-1000-8080-808080808080",
		"00000000-0001-1000-8080-808080808080", "00000000-ffff-1000-8080-808080808080",
		"00000000-0000-1001-8080-808080808080", "ffffffff-ffff-1fff-7f7f-7f7f7f7f7f7f",
		"00000000-0000-4000-8080-808080808080", "00000000-0000-7fff-8080-808080808080",
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rising); i++)
		for (size_t j = 0; j < CD_COUNT(rising); j++) {
			cql_uuid a = uuid_of(rising[i]), b = uuid_of(rising[j]);
			int order = cql_timeuuid_compare(a, b);
			CD_CHECK((order < 0) == (i < j) && (order > 0) == (i > j), rising[i]);
			CD_CHECK(cql_uuid_equal(a, b) == (i == j), rising[i]);
		}
}

/* ---- the source ----------------------------------------------------------------------------- */

enum { THREADS = 8, EACH = 200000 };

/* A clock by its name: it stands, it steps back at every hundredth call, it is wild. */
struct clock {
	const char *name;
	_Atomic uint64_t calls;
};

#define START UINT64_C(0x1e2b3c4d5e6f789)

static uint64_t real(void *user)
{
	struct timespec now;

	(void)user;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)CD_TICKS_TO_1970 + (uint64_t)now.tv_sec * 10000000 +
	       (uint64_t)now.tv_nsec / 100;
}

static uint64_t standing(void *user)
{
	(void)user;
	return START;
}

static uint64_t stepping_back(void *user)
{
	struct clock *c = user;
	uint64_t n = atomic_fetch_add(&c->calls, 1);

	return START + n * 3 - n / 100 * 290;
}

static uint64_t wild(void *user)
{
	struct clock *c = user;
	uint64_t n = atomic_fetch_add(&c->calls, 1);

	return START + n * UINT64_C(0x9e3779b97f4a7c15) % 100000;
}

struct job {
	cql_timeuuid_source *source;
	cql_uuid *out;
};

static void *make_many(void *user)
{
	struct job *job = user;

	for (size_t i = 0; i < EACH; i++)
		job->out[i] = cql_timeuuid_next(job->source);
	return NULL;
}

static int by_time(const void *a, const void *b)
{
	return cql_timeuuid_compare(*(const cql_uuid *)a, *(const cql_uuid *)b);
}

static void check_source(const char *name, cd_ticks_fn *now)
{
	struct clock clock = { name, 0 };
	cql_timeuuid_source source = { 0 };
	pthread_t threads[THREADS];
	struct job jobs[THREADS];
	cql_uuid *all = calloc((size_t)THREADS * EACH, sizeof *all);

	CD_CHECK(all && cd_timeuuid_source_init(&source, NULL, now, &clock, NULL), name);
	for (size_t i = 0; i < THREADS; i++) {
		jobs[i] = (struct job){ &source, all + i * EACH };
		CD_CHECK(pthread_create(&threads[i], NULL, make_many, &jobs[i]) == 0, name);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	/* each thread saw them rise */
	for (size_t i = 1; i < (size_t)THREADS * EACH; i++)
		if (i % EACH)
			CD_CHECK(cql_timeuuid_compare(all[i - 1], all[i]) < 0, name);
	qsort(all, (size_t)THREADS * EACH, sizeof *all, by_time);
	for (size_t i = 1; i < (size_t)THREADS * EACH; i++)
		CD_CHECK(!cql_uuid_equal(all[i - 1], all[i]), name);
	CD_CHECK(cql_uuid_version(all[0]) == 1 && all[0].bytes[8] >> 6 == 2, name);
	CD_CHECK(all[0].bytes[10] & 1, name);
	free(all);
}

static void test_source(void **state)
{
	static const struct {
		const char *name;
		cd_ticks_fn *now;
	} clocks[] = {
		{ "the real one", real },
		{ "one that stands", standing },
		{ "one that steps back", stepping_back },
		{ "a wild one", wild },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(clocks); i++)
		check_source(clocks[i].name, clocks[i].now);
}

static uint64_t set(void *user)
{
	return *(uint64_t *)user;
}

static uint64_t ticks_of(cql_uuid u)
{
	return (uint64_t)(u.bytes[6] & 15) << 56 | (uint64_t)u.bytes[7] << 48 |
	       (uint64_t)u.bytes[4] << 40 | (uint64_t)u.bytes[5] << 32 |
	       (uint64_t)u.bytes[0] << 24 | (uint64_t)u.bytes[1] << 16 | (uint64_t)u.bytes[2] << 8 |
	       u.bytes[3];
}

static void test_clock(void **state)
{
	uint64_t now = START;
	cql_timeuuid_source s = { 0 };
	(void)state;

	assert_true(cd_timeuuid_source_init(&s, NULL, set, &now, NULL));
	assert_true(ticks_of(cql_timeuuid_next(&s)) == START);
	assert_true(ticks_of(cql_timeuuid_next(&s)) == START + 1);
	now -= 1000000000;
	assert_true(ticks_of(cql_timeuuid_next(&s)) == START + 2);
	now = START + 3;
	assert_true(ticks_of(cql_timeuuid_next(&s)) == START + 3);
	now = START + 1000;
	assert_true(ticks_of(cql_timeuuid_next(&s)) == START + 1000);
	now = 0;
	assert_true(ticks_of(cql_timeuuid_next(&s)) == START + 1001);
}

/* More than a millisecond has ticks, with those of the clock among them. */
static void test_at(void **state)
{
	const cql_timestamp when = { 1645557742000 };
	uint64_t now = cd_ticks_of(when.milliseconds);
	const size_t count = 25000, all_count = 2 * count;
	cql_uuid *all = calloc(all_count, sizeof *all);
	cql_timeuuid_source s = { 0 };
	(void)state;

	assert_true(cd_timeuuid_source_init(&s, NULL, set, &now, NULL));
	for (size_t i = 0; i < count; i++) {
		cql_timestamp got = { 0 };
		all[i] = cql_timeuuid_at(&s, when);
		assert_true(cql_uuid_timestamp(all[i], &got, NULL));
		assert_int_equal(got.milliseconds, when.milliseconds);
		all[count + i] = cql_timeuuid_next(&s);
	}
	qsort(all, all_count, sizeof *all, by_time);
	for (size_t i = 1; i < all_count; i++)
		assert_false(cql_uuid_equal(all[i - 1], all[i]));
	free(all);
	/* all sequences are used before one comes again */
	cql_uuid first = cql_timeuuid_at(&s, when);
	atomic_fetch_add(&s.placed, 163830000 - 2);
	assert_false(cql_uuid_equal(first, cql_timeuuid_at(&s, when)));
	assert_true(cql_uuid_equal(first, cql_timeuuid_at(&s, when)));
}

static void test_new(void **state)
{
	static const uint8_t node[6] = { 1, 2, 3, 4, 5, 6 };
	cql_timestamp t, before = cql_timestamp_now();
	coodie_error err;
	(void)state;

	cql_timeuuid_source *a = cql_timeuuid_source_new(NULL, &err);
	cql_timeuuid_source *b = cql_timeuuid_source_new_node(NULL, node, &err);
	assert_non_null(a);
	assert_non_null(b);
	cql_uuid u = cql_timeuuid_next(a), v = cql_timeuuid_next(b);
	assert_memory_equal(v.bytes + 10, node, 6);
	assert_memory_not_equal(u.bytes + 10, node, 6);
	assert_true(cql_uuid_timestamp(u, &t, &err));
	assert_true(t.milliseconds >= before.milliseconds);
	assert_true(t.milliseconds <= cql_timestamp_now().milliseconds);
	cql_timeuuid_source_free(a);
	cql_timeuuid_source_free(b);
	cql_timeuuid_source_free(NULL);
}

static bool make_source(const coodie_allocator *a, void *user)
{
	coodie_error err;
	cql_timeuuid_source *s = cql_timeuuid_source_new(a, &err);
	(void)user;

	assert_int_equal(err.code, s ? COODIE_OK : COODIE_ERR_NO_MEMORY);
	cql_timeuuid_source_free(s);
	return s != NULL;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a source of timeuuids", make_source, NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds), cmocka_unit_test(test_times),
		cmocka_unit_test(test_order),  cmocka_unit_test(test_source),
		cmocka_unit_test(test_clock),  cmocka_unit_test(test_at),
		cmocka_unit_test(test_new),    cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("timeuuid", tests, NULL, NULL);
}
