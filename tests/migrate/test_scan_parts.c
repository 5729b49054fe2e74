/* SPDX-License-Identifier: MIT */
/* What a scan is made of: the ring, the pace, the gauge; clocks are numbers here (MG-16, MG-20, MG-21). */
#include "migrate/gauge.h"
#include "migrate/pace.h"
#include "migrate/ring.h"
#include "tests/test.h"

enum { SECOND = 1000000 };

/* ---- the ring -------------------------------------------------------------------------------- */

/* From the least token to the greatest, without a gap, each about as wide as the others. */
static void ring(void **state)
{
	static const uint32_t cuts[] = { 1, 2, 3, 7, 256, 1000, 65535, MG_MOST_RANGES };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(cuts); i++) {
		uint64_t least = UINT64_MAX, most = 0;
		int64_t next = INT64_MIN;

		for (uint32_t k = 0; k < cuts[i]; k++) {
			struct mg_span span = mg_ring_span(cuts[i], k);
			uint64_t width = (uint64_t)span.last - (uint64_t)span.first;

			assert_int_equal(span.first, next);
			assert_true(span.first < span.last);
			assert_int_equal(span.last == INT64_MAX, k + 1 == cuts[i]);
			next = (int64_t)((uint64_t)span.last + 1);
			least = width < least ? width : least;
			most = width > most ? width : most;
		}
		assert_true(most - least <= 1);
	}
}

static void parts_of_a_span(void **state)
{
	struct mg_span all = mg_ring_span(1, 0), half = mg_ring_span(2, 1);

	(void)state;
	assert_true(mg_span_part(all, INT64_MIN) == 0.0);
	assert_true(mg_span_part(all, 0) == 0.5);
	assert_true(mg_span_part(half, 0) == 0.0);
	assert_true(mg_span_part(half, INT64_MAX) > 0.999);
}

/* ---- the pace -------------------------------------------------------------------------------- */

/* So many rows are given from one time to another, by who waits as long as is said. */
static unsigned give(struct mg_pace *p, uint64_t *now, uint64_t until)
{
	unsigned rows = 0;

	while (*now < until) {
		uint64_t us = mg_pace_wait(p, *now);

		if (us) {
			*now += us;
			continue;
		}
		mg_pace_row(p, *now);
		rows++;
		(*now)++;
	}
	return rows;
}

static void pace(void **state)
{
	static const uint32_t rates[] = { 1, 10, 250, 10000, 200000 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rates); i++) {
		struct mg_pace p = { .rows_per_second = rates[i] };
		uint64_t now = 5 * SECOND;
		unsigned most = rates[i] / 100 + 1; /* a moment's, ahead of time */

		/* evenly: tenths of a second have a tenth of the rows */
		for (uint64_t tenth = 1; tenth <= 20; tenth++) {
			unsigned rows = give(&p, &now, (50 + tenth) * SECOND / 10);

			assert_in_range(rows, 0, rates[i] / 10 + most);
			assert_true(rows + most >= rates[i] / 10);
		}
	}
}

/* Who was held up does not make up for all of it at once. */
static void pace_after_a_wait(void **state)
{
	struct mg_pace p = { .rows_per_second = 1000 };
	uint64_t now = SECOND;

	(void)state;
	give(&p, &now, 2 * SECOND);
	now = 60 * SECOND;
	assert_in_range(give(&p, &now, 61 * SECOND), 1000, 1110);
}

static void no_limit(void **state)
{
	struct mg_pace p = { 0 };

	(void)state;
	mg_pace_row(&p, 7);
	assert_int_equal(mg_pace_wait(&p, 7), 0);
}

/* ---- the gauge ------------------------------------------------------------------------------- */

static void readings(void **state)
{
	static const struct {
		const char *name;
		double begun_at, part;
		uint64_t rows, us;
		uint64_t rows_per_second;
		uint32_t seconds_left;
	} rows[] = {
		{ "nothing yet", 0, 0, 0, 0, 0, UINT32_MAX },
		{ "too early to tell", 0, 0.5, 50, SECOND / 2, 100, UINT32_MAX },
		{ "too little to tell", 0, 0.0001, 50, 5 * SECOND, 10, UINT32_MAX },
		{ "half", 0, 0.5, 1000, 10 * SECOND, 100, 10 },
		{ "a tenth", 0, 0.1, 1000, 10 * SECOND, 100, 90 },
		{ "half, of which another run did most", 0.4, 0.5, 1000, 10 * SECOND, 100, 50 },
		{ "all", 0, 1, 1000, 10 * SECOND, 100, 0 },
		{ "all was done", 1, 1, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct mg_gauge g;
		struct mg_reading r;

		mg_gauge_begin(&g, rows[i].begun_at, 77);
		r = mg_gauge_read(&g, rows[i].part, rows[i].rows, 77 + rows[i].us);
		CD_CHECK(r.rows_per_second == rows[i].rows_per_second, rows[i].name);
		CD_CHECK(r.seconds_left == rows[i].seconds_left, rows[i].name);
	}
}

/* A while after it was told last, and with each tenth of the ring. */
static void when_to_tell(void **state)
{
	struct mg_gauge g;

	(void)state;
	mg_gauge_begin(&g, 0.15, SECOND);
	assert_false(mg_gauge_is_late(&g, SECOND + 249999));
	assert_true(mg_gauge_is_late(&g, SECOND + 250000));
	mg_gauge_told(&g, 0.16, SECOND + 250000);
	assert_false(mg_gauge_is_late(&g, SECOND + 499999));
	assert_false(mg_gauge_has_moved(&g, 0.19));
	assert_true(mg_gauge_has_moved(&g, 0.2));
	mg_gauge_told(&g, 0.2, 2 * SECOND);
	assert_false(mg_gauge_has_moved(&g, 0.29));
	assert_true(mg_gauge_has_moved(&g, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring),         cmocka_unit_test(parts_of_a_span),
		cmocka_unit_test(pace),         cmocka_unit_test(pace_after_a_wait),
		cmocka_unit_test(no_limit),     cmocka_unit_test(readings),
		cmocka_unit_test(when_to_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
