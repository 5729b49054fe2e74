/* SPDX-License-Identifier: MIT */
/* A server that differs from itself is told from one that answers the same again: a node whose clock goes
 * on between two statements. */
#include "tests/test.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <coodie/node.h>

#include "tests/random_again.h"

#define TABLE "CREATE TABLE t (k int PRIMARY KEY, v int)"
#define WRITE "INSERT INTO t (k, v) VALUES (1, 2)"

enum { STATEMENTS = 5 };

static _Atomic int64_t now_us;

static int64_t tick(void *user)
{
	(void)user;
	return atomic_fetch_add(&now_us, 1000000) + 1000000;
}

static coodie_node *start(void)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_node *node;

	now_us = 1600000000000000;
	coodie_node_options_set_clock(o, tick, NULL);
	assert_true(coodie_node_options_add_data_center(o, "dc1", 1, 1, NULL));
	node = coodie_node_start(o, NULL);
	coodie_node_options_free(o);
	assert_non_null(node);
	return node;
}

/* A round of some statements; `all` has the room. */
static struct random_round round_of(const char *const *cql, struct script_statement *all)
{
	struct random_round round = { .statements = all };

	for (; round.count < STATEMENTS && cql[round.count]; round.count++)
		all[round.count] = (struct script_statement){
			.cql = cql[round.count],
			.line = round.count + 1,
			.consistency = CQL_CONSISTENCY_ONE,
			.serial = CQL_CONSISTENCY_UNSET,
		};
	return round;
}

/* What is said to the last statement the first time. */
static char *answer_of(const char *where, const struct random_round *round)
{
	struct script script = { .path = "r1" };
	struct replay r = { .where = where, .version = 5 };
	char *answer = NULL;

	assert_true(replay_begin(&r, &script));
	for (unsigned i = 0; i < round->count; i++) {
		free(answer);
		answer = replay_run(&r, &round->statements[i]);
		assert_non_null(answer);
	}
	replay_end(&r);
	return answer;
}

static void test_differs(void **state)
{
	static const struct {
		const char *name, *cql[STATEMENTS + 1];
		bool differs;
	} rows[] = {
		{ "a value", { TABLE, WRITE, "SELECT v FROM t" }, false },
		{ "the clock", { TABLE, WRITE, "SELECT writetime(v) FROM t" }, true },
		{ "the clock in what came before",
		  { TABLE, WRITE, "SELECT writetime(v) FROM t", "SELECT v FROM t" },
		  false },
		{ "nothing is left of the first time", { TABLE, WRITE " IF NOT EXISTS" }, false },
		{ "a refusal", { TABLE, "SELECT x FROM t" }, false },
	};
	coodie_node *node = start();
	const char *where = coodie_node_address(node, 0);

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct script_statement all[STATEMENTS];
		struct random_round round = round_of(rows[i].cql, all);
		struct replay again = { .where = where, .version = 5 };
		char *first = answer_of(where, &round), *second;
		bool differs = random_again_differs(&again, "r1", &round, round.count - 1, first,
						    &second);
		CD_CHECK(second, rows[i].name);
		CD_CHECK(differs == rows[i].differs, rows[i].name);
		CD_CHECK(differs == (strcmp(first, second) != 0), rows[i].name);
		free(first);
		free(second);
	}
	coodie_node_stop(node);
}

/* Only what the server itself says counts: an answer that it never gave is another one. */
static void test_first_counts(void **state)
{
	static const char *const cql[] = { TABLE, WRITE, "SELECT v FROM t", NULL };
	struct script_statement all[STATEMENTS];
	struct random_round round = round_of(cql, all);
	coodie_node *node = start();
	struct replay again = { .where = coodie_node_address(node, 0), .version = 5 };
	char first[] = "columns c_r1.t: v int\n 3\n", *second;

	(void)state;
	assert_true(random_again_differs(&again, "r1", &round, 2, first, &second));
	assert_string_equal(second, "columns c_r1.t: v int\n 2\n");
	free(second);
	coodie_node_stop(node);
}

/* What cannot be asked again is not excused. */
static void test_gone(void **state)
{
	static const char *const cql[] = { TABLE, NULL };
	struct script_statement all[STATEMENTS];
	struct random_round round = round_of(cql, all);
	struct replay again = { .where = "127.0.0.1:1", .version = 5 };
	char first[] = "", *second = first;

	(void)state;
	assert_false(random_again_differs(&again, "r1", &round, 0, first, &second));
	assert_null(second);
	assert_true(*again.reason);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_first_counts),
		cmocka_unit_test(test_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
