/* SPDX-License-Identifier: MIT */
/* The node's parser: any text gives a tree or a refusal, within its memory.
 *
 * Input: the text. What is parsed is printed, so that all of the tree is walked, and parsed again. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "node/cql/parser.h"
#include "tests/ast_print.h"

/* Each token of two bytes may be an expression in a list that has just grown. */
enum { TIMES = 256 };

static struct nd_statement *parse(struct cd_arena *a, const char *text, size_t len)
{
	struct nd_problem problem;

	nd_problem_init(&problem, a);
	struct nd_statement *s = nd_parse(a, text, len, &problem);
	FUZZ_CHECK(!s == problem.happened);
	FUZZ_CHECK(s || (problem.error.message.data && problem.error.message.len));
	FUZZ_CHECK(s || problem.error.code == ND_SYNTAX_ERROR || problem.error.code == ND_INVALID);
	return s;
}

static void check_again(const struct nd_statement *s, size_t len)
{
	struct cd_arena arena;
	struct cd_buffer first, second;

	cd_arena_init(&arena, NULL, 0);
	cd_buffer_init(&first, NULL, 0);
	cd_buffer_init(&second, NULL, 0);
	struct nd_statement *again = parse(&arena, s->text, len);
	FUZZ_CHECK(again);
	nd_ast_print(&first, s);
	nd_ast_print(&second, again);
	FUZZ_CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	cd_buffer_deinit(&first);
	cd_buffer_deinit(&second);
	cd_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_budget budget;
	struct cd_arena arena;
	uint8_t *text = fuzz_copy((cql_blob){ data, size });

	fuzz_budget_init(&budget, size, TIMES);
	cd_arena_init(&arena, &budget.allocator, 0);
	struct nd_statement *s = parse(&arena, (const char *)text, size);
	if (s)
		check_again(s, size);
	cd_arena_deinit(&arena);
	fuzz_budget_end(&budget);
	free(text);
	return 0;
}
