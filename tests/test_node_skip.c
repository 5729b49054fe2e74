/* SPDX-License-Identifier: MIT */
/* node/store/skip.c: in order after any puts and takes, both ways; quick to search. */
#include "tests/test.h"

#include <stdlib.h>

#include "node/store/skip.h"

enum { MOST = 512 };

struct item {
	struct nd_link link;
	struct nd_link *slots[ND_SKIP_HEIGHT];
	int number;
};

static size_t asked;

static int by_number(const void *place, const struct nd_link *link)
{
	int number = ((const struct item *)link)->number, wanted = *(const int *)place;

	asked++;
	return (number > wanted) - (number < wanted);
}

static struct item *put(struct nd_skip *s, int number)
{
	struct item *item = calloc(1, sizeof *item);

	assert_non_null(item);
	item->number = number;
	item->link.next = item->slots;
	item->link.height = nd_skip_height(s);
	assert_in_range(item->link.height, 1, ND_SKIP_HEIGHT);
	nd_skip_insert(s, &item->link, by_number, &number);
	return item;
}

static void check(const struct nd_skip *s, struct item *const *there)
{
	const struct nd_link *at = s->first[0], *before = NULL;
	size_t count = 0;

	for (int n = 0; n < MOST; n++) {
		struct nd_link *found = nd_skip_seek(s, by_number, &n);
		assert_ptr_equal(found, at);
		if (!there[n])
			continue;
		assert_ptr_equal(at, &there[n]->link);
		assert_ptr_equal(at->prev, before);
		before = at;
		at = nd_skip_next(at);
		count++;
	}
	assert_null(at);
	assert_ptr_equal(s->last, before);
	assert_int_equal(s->count, count);
}

/* Rows: of 1,000 steps, so many put something in; the others take something out. */
static void test_any_order(void **state)
{
	static const struct {
		const char *name;
		unsigned puts;
	} rows[] = { { "growing", 800 }, { "coming and going", 500 }, { "nearly empty", 200 } };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_skip s = { .count = 0 };
		struct item *there[MOST] = { NULL };
		uint64_t seed = i;
		for (int step = 0; step < 3000; step++) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			int n = (int)(seed >> 40) % MOST;
			bool puts = (seed >> 20) % 1000 < rows[i].puts;
			if (puts && !there[n]) {
				there[n] = put(&s, n);
			} else if (!puts && there[n]) {
				nd_skip_remove(&s, &there[n]->link, by_number, &n);
				free(there[n]);
				there[n] = NULL;
			}
			if (step % 100 == 0)
				check(&s, there);
		}
		check(&s, there);
		for (int n = 0; n < MOST; n++)
			free(there[n]);
	}
}

/* In order, or against it: a search stays a matter of the logarithm. */
static void test_search(void **state)
{
	enum { COUNT = 100000 };
	struct item **items = calloc(COUNT, sizeof(struct item *));
	(void)state;

	assert_non_null(items);
	for (int down = 0; down < 2; down++) {
		struct nd_skip s = { .count = 0 };
		for (int i = 0; i < COUNT; i++)
			items[i] = put(&s, down ? COUNT - i : i);
		asked = 0;
		for (int n = 0; n < COUNT; n += 100)
			assert_non_null(nd_skip_seek(&s, by_number, &n));
		assert_in_range(asked / (COUNT / 100), 5, 60);
		for (int i = 0; i < COUNT; i++)
			free(items[i]);
	}
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_search),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
