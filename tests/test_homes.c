/* SPDX-License-Identifier: MIT */
/* net/crew/homes.h: each thread finds its own engine, and nobody else's. */
#include "tests/test.h"

#include <pthread.h>

#include "net/crew/homes.h"

static struct cd_engine *engine(uintptr_t n)
{
	return (struct cd_engine *)(n * 64); /* only its address is used */
}

struct visitor {
	struct cd_homes *homes;
	struct cd_engine *engine, *before, *inside, *after;
};

static void *visit(void *user)
{
	struct visitor *v = user;

	v->before = cd_homes_mine(v->homes);
	cd_homes_set(v->homes, v->engine);
	v->inside = cd_homes_mine(v->homes);
	cd_homes_set(v->homes, NULL);
	v->after = cd_homes_mine(v->homes);
	return NULL;
}

static void test_own(void **state)
{
	struct cd_homes homes = { 0 };
	pthread_t threads[4];
	struct visitor visitors[CD_COUNT(threads)];
	(void)state;

	assert_null(cd_homes_mine(&homes));
	cd_homes_set(&homes, engine(100));
	for (size_t i = 0; i < CD_COUNT(threads); i++) {
		visitors[i] = (struct visitor){ .homes = &homes, .engine = engine(i + 1) };
		assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
	}
	for (size_t i = 0; i < CD_COUNT(threads); i++) {
		const struct visitor *v = &visitors[i];
		pthread_join(threads[i], NULL);
		assert_null(v->before);
		assert_null(v->after);
		/* with another thread's place it has none */
		assert_true(!v->inside || v->inside == v->engine);
	}
	assert_ptr_equal(cd_homes_mine(&homes), engine(100));
	cd_homes_set(&homes, NULL);
	assert_null(cd_homes_mine(&homes));
}

/* A place is the first thread's; who goes elsewhere leaves it alone. */
static void test_taken_place(void **state)
{
	struct cd_homes homes = { 0 };
	uintptr_t other = cd_thread_self() + 1;
	struct cd_home *place = cd_homes_place(&homes, cd_thread_self());
	(void)state;

	atomic_store(&place->thread, other);
	place->engine = engine(1);
	cd_homes_set(&homes, engine(2));
	assert_null(cd_homes_mine(&homes));
	cd_homes_set(&homes, NULL);
	assert_true(atomic_load(&place->thread) == other);
	assert_ptr_equal(place->engine, engine(1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_taken_place),
	};
	return cmocka_run_group_tests_name("homes", tests, NULL, NULL);
}
