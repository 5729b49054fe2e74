/* SPDX-License-Identifier: MIT */
/* Timestamps: they only grow, whatever the clock and the threads do, and warn when they run ahead. */
#include "tests/test.h"

#include <pthread.h>
#include <stdlib.h>

#include "net/policy/timestamps.h"

enum { SECOND = 1000000 };

static int64_t fixed(void *user)
{
	return *(int64_t *)user;
}

static const struct {
	const char *name;
	coodie_timestamping t;
	bool ok;
} settings[] = {
	{ "the server's", { .kind = COODIE_TIMESTAMPS_SERVER }, true },
	{ "monotonic", { .kind = COODIE_TIMESTAMPS_MONOTONIC, .drift_warning_us = 7 }, true },
	{ "custom", { .kind = COODIE_TIMESTAMPS_CUSTOM, .fn = fixed }, true },
	{ "custom without a function", { .kind = COODIE_TIMESTAMPS_CUSTOM }, false },
	{ "a function nobody asks", { .kind = COODIE_TIMESTAMPS_MONOTONIC, .fn = fixed }, false },
	{ "nonsense", { .kind = (enum coodie_timestamps)7 }, false },
};

static void test_settings(void **state)
{
	coodie_timestamping out = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(settings); i++) {
		coodie_timestamping t = settings[i].t;
		coodie_error err = { 0 };
		t.size = sizeof t;
		out.drift_interval_ms = 77;
		CD_CHECK(cd_timestamps_check(&out, &t, &err) == settings[i].ok, settings[i].name);
		CD_CHECK(err.code == (settings[i].ok ? COODIE_OK : COODIE_ERR_INVALID),
			 settings[i].name);
		CD_CHECK(out.drift_interval_ms == (settings[i].ok ? 1000 : 77), settings[i].name);
	}
	assert_true(cd_timestamps_check(&out, NULL, NULL));
	assert_int_equal(out.kind, COODIE_TIMESTAMPS_SERVER);
	assert_int_equal(out.drift_warning_us, SECOND);
}

static void start(struct cd_timestamps *t, enum coodie_timestamps kind, uint32_t warning_us,
		  int64_t *custom)
{
	coodie_timestamping given = { .size = sizeof given,
				      .kind = kind,
				      .fn = custom ? fixed : NULL,
				      .user = custom,
				      .drift_warning_us = warning_us,
				      .drift_interval_ms = 2000 },
			    checked;

	assert_true(cd_timestamps_check(&checked, &given, NULL));
	cd_timestamps_init(t, &checked);
}

static const struct {
	const char *name;
	int64_t wall_us, want, ahead_us;
} steps[] = {
	{ "the clock", 10 * SECOND, 10 * SECOND, 0 },
	{ "the same moment", 10 * SECOND, 10 * SECOND + 1, 0 },
	{ "once more", 10 * SECOND, 10 * SECOND + 2, 0 },
	{ "the clock goes on", 10 * SECOND + 3, 10 * SECOND + 3, 0 },
	{ "it goes back a little", 9 * SECOND + 4, 10 * SECOND + 4, 0 },
	{ "and more", 8 * SECOND, 10 * SECOND + 5, 2 * SECOND + 5 },
	{ "no warning at once again", 8 * SECOND + 1, 10 * SECOND + 6, 0 },
	{ "but after a while", 10 * SECOND, 10 * SECOND + 7, 0 },
	{ "or when it goes back", 7 * SECOND, 10 * SECOND + 8, 3 * SECOND + 8 },
	{ "before 1970", -SECOND, 10 * SECOND + 9, 11 * SECOND + 9 },
	{ "still behind, two seconds later", SECOND, 10 * SECOND + 10, 9 * SECOND + 10 },
	{ "all is well", 20 * SECOND, 20 * SECOND, 0 },
};

static void test_monotonic(void **state)
{
	struct cd_timestamps t;
	int64_t got, ahead;

	(void)state;
	start(&t, COODIE_TIMESTAMPS_MONOTONIC, 0, NULL);
	for (size_t i = 0; i < CD_COUNT(steps); i++) {
		CD_CHECK(cd_timestamps_next(&t, steps[i].wall_us, &got, &ahead), steps[i].name);
		CD_CHECK(got == steps[i].want, steps[i].name);
		CD_CHECK(ahead == steps[i].ahead_us, steps[i].name);
	}
	start(&t, COODIE_TIMESTAMPS_MONOTONIC, UINT32_MAX, NULL);
	cd_timestamps_next(&t, INT64_MAX - 1, &got, &ahead);
	for (int i = 0; i < 3; i++) /* at the end of time it stands still, and is silent as told */
		assert_true(cd_timestamps_next(&t, 0, &got, &ahead));
	assert_true(got == INT64_MAX);
	assert_int_equal(ahead, 0);
}

static void test_others(void **state)
{
	struct cd_timestamps t;
	int64_t got = 5, ahead, custom = -77;

	(void)state;
	start(&t, COODIE_TIMESTAMPS_SERVER, 0, NULL);
	assert_false(cd_timestamps_next(&t, SECOND, &got, &ahead));
	assert_int_equal(got, 5);
	start(&t, COODIE_TIMESTAMPS_CUSTOM, 0, &custom);
	assert_true(cd_timestamps_next(&t, SECOND, &got, &ahead));
	assert_int_equal(got, -77);
	assert_int_equal(ahead, 0);
}

static const struct {
	const char *name, *text; /* of the option; NULL: not set */
	coodie_timestamping t;
	enum coodie_timestamps want;
} said[] = {
	{ "nothing", NULL, { 0 }, COODIE_TIMESTAMPS_SERVER },
	{ "the option", "monotonic", { 0 }, COODIE_TIMESTAMPS_MONOTONIC },
	{ "the call", NULL, { .kind = COODIE_TIMESTAMPS_MONOTONIC }, COODIE_TIMESTAMPS_MONOTONIC },
	{ "custom",
	  "server",
	  { .kind = COODIE_TIMESTAMPS_CUSTOM, .fn = fixed },
	  COODIE_TIMESTAMPS_CUSTOM },
	{ "the option last",
	  "server",
	  { .kind = COODIE_TIMESTAMPS_MONOTONIC },
	  COODIE_TIMESTAMPS_SERVER },
};

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(said); i++) {
		coodie_options *o = coodie_options_new(NULL);
		coodie_timestamping t = said[i].t, out;
		t.size = sizeof t;
		t.drift_warning_us = 77;
		if (t.kind)
			assert_true(coodie_options_set_timestamps(o, &t, NULL));
		if (said[i].text)
			assert_true(coodie_options_set(o, "timestamps", said[i].text, NULL));
		cd_timestamps_of(o, &out);
		CD_CHECK(out.kind == said[i].want, said[i].name);
		CD_CHECK(out.drift_warning_us == (t.kind ? 77 : SECOND), said[i].name);
		t.kind = (enum coodie_timestamps)9;
		CD_CHECK(!coodie_options_set_timestamps(o, &t, NULL), said[i].name);
		assert_true(coodie_options_set_timestamps(o, NULL, NULL));
		cd_timestamps_of(o, &out);
		CD_CHECK(out.kind == COODIE_TIMESTAMPS_SERVER, said[i].name);
		coodie_options_free(o);
	}
	assert_false(coodie_options_set_timestamps(NULL, NULL, NULL));
}

/* ---- threads -------------------------------------------------------------------------------- */

enum { THREADS = 4, EACH = 20000 };

struct taker {
	struct cd_timestamps *t;
	int64_t got[EACH];
};

static void *take(void *user)
{
	struct taker *taker = user;
	int64_t ahead;

	for (int i = 0; i < EACH; i++)
		cd_timestamps_next(taker->t, i / 3, &taker->got[i], &ahead);
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void test_threads(void **state)
{
	struct cd_timestamps t;
	struct taker *takers = calloc(THREADS, sizeof *takers);
	int64_t *all = calloc(THREADS, sizeof takers->got);
	pthread_t threads[THREADS];

	(void)state;
	assert_non_null(takers);
	assert_non_null(all);
	start(&t, COODIE_TIMESTAMPS_MONOTONIC, 0, NULL);
	for (int i = 0; i < THREADS; i++) {
		takers[i].t = &t;
		assert_int_equal(pthread_create(&threads[i], NULL, take, &takers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		for (int j = 1; j < EACH; j++)
			assert_true(takers[i].got[j] > takers[i].got[j - 1]);
		memcpy(all + (size_t)i * EACH, takers[i].got, sizeof takers[i].got);
	}
	qsort(all, (size_t)THREADS * EACH, sizeof *all, by_value);
	for (int i = 1; i < THREADS * EACH; i++)
		assert_true(all[i] > all[i - 1]);
	free(all);
	free(takers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings), cmocka_unit_test(test_monotonic),
		cmocka_unit_test(test_others),   cmocka_unit_test(test_options),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
