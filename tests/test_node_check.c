/* SPDX-License-Identifier: MIT */
/* node/value/check.h: bytes against types, in Cassandra's words. */
#include "tests/test.h"

#include "node/value/check.h"
#include "proto/type.h"
#include "tests/guard.h"
#include "tests/hex.h"

static const struct {
	const char *class_name, *hex, *message;
} rows[] = {
#define X(class_name, hex, message) { class_name, hex, message },
#include "tests/data/checks.inc"
#undef X
};

static void test_rows(void **state)
{
	struct cd_guard g;

	(void)state;
	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span in = cd_unhex(rows[i].hex);
		cql_blob v = { cd_guard_copy(&g, in.at, in.len), in.len };
		const char *want = rows[i].message;
		struct cd_arena arena;
		struct nd_problem problem;
		bool ok;

		cd_arena_init(&arena, NULL, 0);
		nd_problem_init(&problem, &arena);
		const cql_type *type = cd_type_parse_class(&arena, rows[i].class_name,
							   strlen(rows[i].class_name),
							   CD_TYPE_DEPTH, NULL);
		CD_CHECK(type, rows[i].class_name);
		ok = nd_check_value(type, v, &problem);
		if (ok != !*want || ok == problem.happened ||
		    (!ok && (problem.error.code != ND_INVALID ||
			     problem.error.message.len != strlen(want) ||
			     memcmp(problem.error.message.data, want, strlen(want)) != 0)))
			fail_msg("%s %s: \"%.*s\", not \"%s\"", rows[i].class_name, rows[i].hex,
				 (int)problem.error.message.len, problem.error.message.data, want);
		cd_arena_deinit(&arena);
		cd_unhex_free(in);
	}
	cd_guard_deinit(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
