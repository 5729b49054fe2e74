/* SPDX-License-Identifier: MIT */
/* node/cql/parser.h: statements to trees, and what is said of those that are none. */
#include "tests/test.h"

#include <stdlib.h>

#include "node/cql/parser.h"
#include "tests/ast_print.h"
#include "tests/failalloc.h"
#include "tests/guard.h"

static const struct {
	const char *text, *tree;
} statements[] = {
#define X(text, tree) { text, tree },
#include "tests/data/statements.inc"
#undef X
};

static const struct {
	const char *text, *message;
} refusals[] = {
#define X(text, message) { text, message },
#include "tests/data/refusals.inc"
#undef X
};

struct parsed {
	struct cd_arena arena;
	struct nd_problem problem;
	struct nd_statement *s;
};

static void parse(struct parsed *p, const void *text, size_t len)
{
	cd_arena_init(&p->arena, NULL, 0);
	nd_problem_init(&p->problem, &p->arena);
	p->s = nd_parse(&p->arena, text, len, &p->problem);
	/* one or the other, and a message that says something */
	assert_int_equal(!p->s, p->problem.happened);
	assert_true(p->s || p->problem.error.message.len > 0);
}

static bool says(const struct parsed *p, int32_t code, const char *message)
{
	cql_text got = p->problem.error.message;

	if (!p->s && p->problem.error.code == code && got.len == strlen(message) &&
	    memcmp(got.data, message, got.len) == 0)
		return true;
	fprintf(stderr, "got %04x \"%.*s\"\n", (unsigned)p->problem.error.code, (int)got.len,
		got.data);
	return false;
}

static void test_statements(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		struct parsed p;
		struct cd_buffer b;

		parse(&p, statements[i].text, strlen(statements[i].text));
		if (!p.s)
			fail_msg("%s: %.*s", statements[i].text, (int)p.problem.error.message.len,
				 p.problem.error.message.data);
		assert_string_equal(p.s->text, statements[i].text);
		cd_buffer_init(&b, NULL, 0);
		nd_ast_print(&b, p.s);
		assert_false(b.failed);
		if (strcmp((char *)b.data, statements[i].tree) != 0)
			fail_msg("%s: %s, not %s", statements[i].text, (char *)b.data,
				 statements[i].tree);
		cd_buffer_deinit(&b);
		cd_arena_deinit(&p.arena);
	}
}

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(refusals); i++) {
		struct parsed p;

		parse(&p, refusals[i].text, strlen(refusals[i].text));
		CD_CHECK(says(&p, ND_SYNTAX_ERROR, refusals[i].message), refusals[i].text);
		cd_arena_deinit(&p.arena);
	}
}

/* Every prefix ends where an unreadable page begins. */
static void test_prefixes(void **state)
{
	struct cd_guard g;

	(void)state;
	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(statements); i++)
		for (size_t len = 0; len < strlen(statements[i].text); len++) {
			struct parsed p;
			parse(&p, cd_guard_copy(&g, statements[i].text, len), len);
			cd_arena_deinit(&p.arena);
		}
	for (size_t i = 0; i < CD_COUNT(refusals); i++) {
		struct parsed p;
		size_t len = strlen(refusals[i].text);
		parse(&p, cd_guard_copy(&g, refusals[i].text, len), len);
		cd_arena_deinit(&p.arena);
	}
	cd_guard_deinit(&g);
}

/* ---- memory ------------------------------------------------------------------------------------- */

struct attempt {
	const char *text;
	bool refused; /* wanted: not parsed */
};

static bool attempt(const coodie_allocator *allocator, void *user)
{
	const struct attempt *a = user;
	struct cd_arena arena, messages;
	struct nd_problem problem;
	struct nd_statement *s;
	bool ok;

	cd_arena_init(&arena, allocator, 1); /* chunks as small as they can be */
	cd_arena_init(&messages, allocator, 0);
	nd_problem_init(&problem, &messages);
	s = nd_parse(&arena, a->text, strlen(a->text), &problem);
	ok = a->refused ? problem.happened && problem.error.code == ND_SYNTAX_ERROR : s != NULL;
	if (!ok)
		assert_int_equal(problem.error.code, ND_SERVER_ERROR);
	cd_arena_deinit(&messages);
	cd_arena_deinit(&arena);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		struct attempt a = { statements[i].text, false };
		CD_CHECK(cd_failalloc_each(a.text, attempt, &a), a.text);
	}
	for (size_t i = 0; i < CD_COUNT(refusals); i++) {
		struct attempt a = { refusals[i].text, true };
		CD_CHECK(cd_failalloc_each(a.text, attempt, &a), a.text);
	}
}

/* ---- what is known, and not done ------------------------------------------------------------------ */

static const struct {
	const char *text, *message;
} unsupported[] = {
	{ "CREATE ROLE r WITH ACCESS TO ALL DATACENTERS AND ACCESS TO DATACENTERS {'a'}",
	  "ACCESS said twice is not supported by the node" },
	{ "SELECT a FROM t WHERE expr(i, 'x')",
	  "expr() of a custom index is not supported by the node" },
	{ "CREATE TABLE t (a vector<int, 0>)",
	  "vectors may only have positive dimensions; given 0" },
};

static void test_unsupported(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(unsupported); i++) {
		struct parsed p;
		parse(&p, unsupported[i].text, strlen(unsupported[i].text));
		CD_CHECK(says(&p, ND_INVALID, unsupported[i].message), unsupported[i].text);
		cd_arena_deinit(&p.arena);
	}
}

/* Told only when the base is there, and may have views. */
static const struct {
	const char *text, *message;
} no_columns[] = {
	{ "CREATE MATERIALIZED VIEW v AS SELECT a AS b FROM t PRIMARY KEY (a)",
	  "Cannot use aliases when defining a materialized view (got a AS b)" },
	{ "CREATE MATERIALIZED VIEW v AS SELECT f(a) FROM t PRIMARY KEY (a)",
	  "Can only select columns by name when defining a materialized view (got f(a))" },
};

static void test_no_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(no_columns); i++) {
		struct parsed p;
		parse(&p, no_columns[i].text, strlen(no_columns[i].text));
		CD_CHECK(p.s &&
				 !strcmp(p.s->as.view.no_column, no_columns[i].message),
			 no_columns[i].text);
		cd_arena_deinit(&p.arena);
	}
}

/* ---- bounds ------------------------------------------------------------------------------------------ */

/* head, then `count` times `body`, then tail. */
static const struct {
	const char *name, *head, *body, *tail;
	uint32_t count;
	const char *message; /* NULL: it is parsed */
} bounds[] = {
	{ "parentheses", "INSERT INTO t (a) VALUES (", "(", "", 100000,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "lists", "INSERT INTO t (a) VALUES (", "[", "", 65,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "calls", "INSERT INTO t (a) VALUES (", "f(", "", 65,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "casts", "INSERT INTO t (a) VALUES (", "(int)", "", 65,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "selectors", "SELECT ", "(", "", 65,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "minuses", "SELECT ", "- ", "", 65,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "hints", "SELECT ", "(int)", "", 65,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "relations", "SELECT * FROM t WHERE ", "(", "", 65,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "types", "CREATE TABLE t (a ", "frozen<list<", "", 33,
	  "more than 64 levels of nesting are not supported by the node" },
	{ "a sum of 256", "INSERT INTO t (a) VALUES (1", " + 1", ")", 256, NULL },
	{ "a sum of 257", "INSERT INTO t (a) VALUES (1", " + 1", ")", 257,
	  "more than 256 levels of nesting are not supported by the node" },
	{ "fields", "SELECT a", ".b", " FROM t", 257,
	  "more than 256 levels of nesting are not supported by the node" },
	{ "65,535 markers", "INSERT INTO t (a) VALUES (1", ", ?", ")", 65535, NULL },
	{ "65,536 markers", "INSERT INTO t (a) VALUES (1", ", ?", ")", 65536,
	  "Too many markers(?). 65536 markers exceed the allowed maximum of 65535" },
	{ "assignments of items", "UPDATE t SET m[1] = 1", ", m[1] = 1", " WHERE k = 1", 8192,
	  "more than 8192 assignments are not supported by the node" },
	{ "an integer", "SELECT ", "1", " FROM t", 1000000, NULL },
	{ "comments", "SELECT a", "/**/", " FROM t", 100000, NULL },
};

static char *repeat(const char *head, const char *body, uint32_t count, const char *tail)
{
	size_t body_len = strlen(body), len = strlen(head);
	char *text = malloc(len + body_len * count + strlen(tail) + 1);

	assert_non_null(text);
	memcpy(text, head, len);
	for (uint32_t i = 0; i < count; i++, len += body_len)
		memcpy(text + len, body, body_len);
	memcpy(text + len, tail, strlen(tail) + 1);
	return text;
}

static void test_bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(bounds); i++) {
		char *text = repeat(bounds[i].head, bounds[i].body, bounds[i].count,
				    bounds[i].tail);
		struct parsed p;

		parse(&p, text, strlen(text));
		CD_CHECK(bounds[i].message ? says(&p, ND_INVALID, bounds[i].message) : p.s != NULL,
			 bounds[i].name);
		cd_arena_deinit(&p.arena);
		free(text);
	}
}

static void test_too_long(void **state)
{
	char *text = repeat("SELECT a FROM t", " ", ND_PARSER_MAX - 15, "");
	struct parsed p;

	(void)state;
	parse(&p, text, ND_PARSER_MAX);
	assert_non_null(p.s);
	cd_arena_deinit(&p.arena);
	parse(&p, text, (size_t)ND_PARSER_MAX + 1);
	CD_CHECK(says(&p, ND_INVALID,
		      "a statement of 16777217 bytes is not supported by the node: the most is "
		      "16777216"),
		 "too long");
	cd_arena_deinit(&p.arena);
	free(text);
}

/* A NUL is a character as good as another in a literal; names are C strings here. */
static void test_nul(void **state)
{
	static const char literal[] = "SELECT * FROM t WHERE a = 'x\0y'";
	static const char name[] = "SELECT \"x\0y\" FROM t";
	static const char property[] = "ALTER TABLE t WITH comment = 'x\0y'";
	struct parsed p;

	(void)state;
	parse(&p, literal, sizeof literal - 1);
	assert_non_null(p.s);
	assert_int_equal(p.s->as.select.where.at[0].values[0]->text_len, 3);
	cd_arena_deinit(&p.arena);
	parse(&p, name, sizeof name - 1);
	assert_true(says(&p, ND_INVALID, "a name with a NUL is not supported by the node"));
	cd_arena_deinit(&p.arena);
	parse(&p, property, sizeof property - 1);
	assert_true(says(&p, ND_INVALID, "a property with a NUL is not supported by the node"));
	cd_arena_deinit(&p.arena);
}

/* What a selection is called when it has no alias. */
static void test_selection_text(void **state)
{
	static const char text[] = "SELECT  a , f( b,c )AS x, m [ 1 ] FROM t";
	struct parsed p;

	(void)state;
	parse(&p, text, sizeof text - 1);
	assert_non_null(p.s);
	assert_string_equal(p.s->as.select.selections[0].text, "a");
	assert_string_equal(p.s->as.select.selections[1].text, "f( b,c )");
	assert_string_equal(p.s->as.select.selections[2].text, "m [ 1 ]");
	cd_arena_deinit(&p.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),  cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_prefixes),    cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_unsupported), cmocka_unit_test(test_no_columns),
		cmocka_unit_test(test_bounds),      cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_nul),         cmocka_unit_test(test_selection_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
