/* SPDX-License-Identifier: MIT */
/* The wheel against a list: nothing early, nothing more than a tick late, nothing lost. */
#include "tests/test.h"

#include "net/engine/wheel.h"

enum { MANY = 2000 };

struct item {
	struct cd_deadline deadline;
	uint64_t at;
	bool on, passed;
};

static struct item items[MANY];

static struct item *item_of(struct cd_deadline *d)
{
	return (void *)((char *)d - offsetof(struct item, deadline));
}

static void test_times(void **state)
{
	static const struct {
		const char *name;
		uint64_t start, at;
	} rows[] = {
		{ "at once", 0, 0 },
		{ "in the past", 5000000, 10 },
		{ "now", 5000000, 5000000 },
		{ "a microsecond on", 5000000, 5000001 },
		{ "a tick on", 5000000, 5010000 },
		{ "just under a round", 0, (uint64_t)CD_WHEEL_SLOTS * CD_WHEEL_TICK_US - 1 },
		{ "a round", 0, (uint64_t)CD_WHEEL_SLOTS * CD_WHEEL_TICK_US },
		{ "12 seconds", 123456789, 135456789 },
		{ "an hour", 77, 3600000077 },
		{ "a week, long after boot", UINT64_C(90000000000000), UINT64_C(90604800000000) },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_wheel w;
		struct cd_deadline d = { 0 };
		uint64_t now = rows[i].start, looks = 0;
		cd_wheel_init(&w, now);
		CD_CHECK(cd_wheel_next_us(&w) == UINT64_MAX, rows[i].name);
		cd_wheel_add(&w, &d, rows[i].at);
		/* as a timer would: it sleeps until the time it is told */
		for (struct cd_deadline *got = NULL; !got; looks++) {
			uint64_t next = cd_wheel_next_us(&w);
			CD_CHECK(next > now || now == rows[i].start, rows[i].name);
			now = next > now ? next : now;
			got = cd_wheel_expired(&w, now);
			CD_CHECK(!got || got == &d, rows[i].name);
		}
		CD_CHECK(looks == 1, rows[i].name); /* nobody is woken for nothing */
		CD_CHECK(now >= rows[i].at, rows[i].name);
		CD_CHECK(now <= rows[i].at + CD_WHEEL_TICK_US || rows[i].at <= rows[i].start,
			 rows[i].name);
		CD_CHECK(now <= rows[i].start + CD_WHEEL_TICK_US || rows[i].at > rows[i].start,
			 rows[i].name);
		CD_CHECK(!d.link && w.count == 0, rows[i].name);
		CD_CHECK(!cd_wheel_expired(&w, now + 100000000), rows[i].name);
	}
}

static uint32_t seed = 12345;

static uint32_t pick(uint32_t below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

static void check_time(struct cd_wheel *w, uint64_t was, uint64_t now)
{
	for (struct cd_deadline *d; (d = cd_wheel_expired(w, now));) {
		struct item *it = item_of(d);
		assert_true(it->on && !it->passed);
		assert_true(it->at <= now);
		it->on = false;
		it->passed = true;
	}
	for (int i = 0; i < MANY; i++) /* nobody was forgotten */
		if (items[i].on)
			assert_true(items[i].at + CD_WHEEL_TICK_US > now || items[i].at > was);
}

/* Adding, removing and time passing, in steps from none to more than a round. */
static void test_many(void **state)
{
	static const uint32_t steps[] = { 0, 1, 9999, 10000, 25000, 300000, 5000000, 30000000 };
	struct cd_wheel w;
	uint64_t now = 1000000;
	size_t on = 0;

	(void)state;
	memset(items, 0, sizeof items);
	cd_wheel_init(&w, now);
	for (int round = 0; round < 3000; round++) {
		for (uint32_t n = pick(20); n > 0; n--) {
			struct item *it = &items[pick(MANY)];
			if (it->on)
				cd_wheel_remove(&w, &it->deadline);
			it->on = !it->on;
			it->passed = false;
			it->at = now + pick(40000000);
			if (it->on)
				cd_wheel_add(&w, &it->deadline, it->at);
		}
		uint64_t was = now;
		now += steps[pick(CD_COUNT(steps))];
		uint64_t next = cd_wheel_next_us(&w);
		for (int i = 0; i < MANY; i++)
			assert_true(!items[i].on || next <= items[i].at + CD_WHEEL_TICK_US);
		check_time(&w, was, now);
		on = 0;
		for (int i = 0; i < MANY; i++)
			on += items[i].on;
		assert_int_equal(w.count, on);
	}
	check_time(&w, now, now + 60000000);
	assert_int_equal(w.count, 0);
}

static void test_remove(void **state)
{
	struct cd_wheel w;
	struct cd_deadline a = { 0 }, b = { 0 }, c = { 0 };

	(void)state;
	cd_wheel_init(&w, 0);
	cd_wheel_remove(&w, &a); /* not on it */
	cd_wheel_add(&w, &a, 50000);
	cd_wheel_add(&w, &b, 50000);
	cd_wheel_add(&w, &c, 50000);
	cd_wheel_remove(&w, &b); /* from the middle */
	cd_wheel_remove(&w, &b);
	assert_int_equal(w.count, 2);
	cd_wheel_remove(&w, &c);
	assert_ptr_equal(cd_wheel_expired(&w, 50000), &a);
	assert_null(cd_wheel_expired(&w, 50000));
	cd_wheel_add(&w, &a, 50000); /* a deadline added from within a look, in the past */
	assert_null(cd_wheel_expired(&w, 50000));
	assert_ptr_equal(cd_wheel_expired(&w, 60000), &a);
}

/* They pass in their order, on time, whatever the wheel beside them does. */
static void test_queue(void **state)
{
	struct cd_wheel w;
	struct cd_deadline a = { 0 }, b = { 0 }, c = { 0 }, early = { 0 };

	(void)state;
	cd_wheel_init(&w, 0);
	cd_wheel_queue(&w, &a, 50001);
	cd_wheel_queue(&w, &b, 50001);
	cd_wheel_queue(&w, &c, 70002);
	cd_wheel_queue(&w, &early, 30000); /* out of order: by the wheel */
	assert_int_equal(w.count, 4);
	assert_int_equal(cd_wheel_next_us(&w), 30000);
	assert_null(cd_wheel_expired(&w, 29999));
	assert_ptr_equal(cd_wheel_expired(&w, 30000), &early);
	assert_null(cd_wheel_expired(&w, 30000));
	assert_int_equal(cd_wheel_next_us(&w), 60000); /* all of a tick at once */
	cd_wheel_remove(&w, &b);
	assert_null(cd_wheel_expired(&w, 50000));
	assert_ptr_equal(cd_wheel_expired(&w, 50001), &a);
	assert_null(cd_wheel_expired(&w, 60000));
	cd_wheel_remove(&w, &c); /* the last: the next one takes its place */
	cd_wheel_queue(&w, &a, 70002);
	assert_ptr_equal(cd_wheel_expired(&w, 80000), &a);
	assert_int_equal(w.count, 0);
	assert_true(cd_wheel_next_us(&w) == UINT64_MAX);
}

static void test_postpone(void **state)
{
	struct cd_wheel w;
	struct cd_deadline before = { 0 }, a = { 0 }, b = { 0 }, after = { 0 };

	(void)state;
	cd_wheel_init(&w, 0);
	cd_wheel_queue(&w, &before, 50000);
	cd_wheel_queue(&w, &a, 60000);
	cd_wheel_queue(&w, &b, 60000);
	cd_wheel_postpone(&w, 50000, 1000000); /* not the last: nothing */
	cd_wheel_postpone(&w, 60000, 40000);
	cd_wheel_queue(&w, &after, 100000);
	assert_ptr_equal(cd_wheel_expired(&w, 99999), &before);
	assert_null(cd_wheel_expired(&w, 99999));
	assert_ptr_equal(cd_wheel_expired(&w, 100000), &a);
	assert_ptr_equal(cd_wheel_expired(&w, 100000), &b);
	assert_ptr_equal(cd_wheel_expired(&w, 100000), &after);
	assert_int_equal(w.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),    cmocka_unit_test(test_many),
		cmocka_unit_test(test_remove),   cmocka_unit_test(test_queue),
		cmocka_unit_test(test_postpone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
