/* SPDX-License-Identifier: MIT */
/* net/metrics/outgoing.c: entries added to a payload, what is refused, each allocation failed. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/metrics/outgoing.h"
#include "tests/failalloc.h"

static const char parent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static bool add_some(const coodie_allocator *a, void *user)
{
	const cql_payload own = { { "mine", 4 }, { (const uint8_t *)"x", 1 } };
	struct coodie_outgoing o;
	struct cd_arena arena;
	bool ok;
	int mark = 0;
	(void)user;

	cd_arena_init(&arena, a, 64);
	ok = cd_outgoing_init(&o, &arena, "SELECT 1", &own, 1, NULL);
	for (int i = 0; ok && i < 20; i++) {
		char key[16];
		uint16_t before = o.count;
		snprintf(key, sizeof key, "key%d", i);
		ok = coodie_outgoing_add(&o, key, parent, strlen(parent), NULL);
		assert_int_equal(o.count, before + ok);
	}
	if (ok) {
		coodie_outgoing_set_context(&o, &mark);
		assert_ptr_equal(o.context, &mark);
		assert_string_equal(coodie_outgoing_cql(&o), "SELECT 1");
		assert_int_equal(o.count, 21);
		assert_memory_equal(o.entries[0].key.data, "mine", 4);
		assert_int_equal(o.entries[20].key.len, 5);
		assert_memory_equal(o.entries[20].key.data, "key19", 5);
		assert_int_equal(o.entries[20].value.len, strlen(parent));
		assert_memory_equal(o.entries[20].value.data, parent, strlen(parent));
	}
	cd_arena_deinit(&arena);
	return ok;
}

static void test_entries(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("entries", add_some, NULL));
}

static void test_refused(void **state)
{
	static const struct {
		const char *name, *key;
		bool has_data;
		size_t len;
		bool ok;
	} rows[] = {
		{ "no key", NULL, true, 1, false },
		{ "an empty key", "", true, 1, false },
		{ "no bytes where there should be some", "k", false, 1, false },
		{ "an empty value", "k", false, 0, true },
		{ "all there may be", "k", true, COODIE_OUTGOING_MAX - 1, true },
		{ "one more", "k", true, COODIE_OUTGOING_MAX, false },
		{ "far too much", "k", true, SIZE_MAX, false },
	};
	static const char bytes[COODIE_OUTGOING_MAX];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct coodie_outgoing o;
		struct cd_arena arena = { 0 };
		coodie_error err;
		bool ok;
		cd_arena_init(&arena, NULL, 0);
		assert_true(cd_outgoing_init(&o, &arena, NULL, NULL, 0, NULL));
		assert_string_equal(coodie_outgoing_cql(&o), "");
		ok = coodie_outgoing_add(&o, rows[i].key, rows[i].has_data ? bytes : NULL,
					 rows[i].len, &err);
		CD_CHECK(ok == rows[i].ok, rows[i].name);
		CD_CHECK(err.code == (ok ? COODIE_OK : COODIE_ERR_INVALID), rows[i].name);
		CD_CHECK(o.count == ok, rows[i].name);
		cd_arena_deinit(&arena);
	}
	assert_false(coodie_outgoing_add(NULL, "k", "v", 1, NULL));
	assert_string_equal(coodie_outgoing_cql(NULL), "");
	coodie_outgoing_set_context(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
