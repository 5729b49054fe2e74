/* SPDX-License-Identifier: MIT */
/* Statements that change the schema, held against what Cassandra was recorded to answer. */
#include "tests/test.h"

#include <stdlib.h>

#include "node/parser.h"
#include "tests/node_ddl.h"

/* ---- the recorded answers ----------------------------------------------------------------------- */

/* Statements whose answer is another one, on purpose or because the node has no such thing. */
static const struct {
	const char *cql, *want;
} others[] = {
	{ "CREATE TABLE cs (k int, c int, v int, PRIMARY KEY (k, c)) WITH COMPACT STORAGE",
	  "error 0x2200 COMPACT STORAGE is not supported by the node" },
};

static char *read_file(const char *name)
{
	const char *top = getenv("srcdir");
	char path[1024];
	FILE *f;
	long len;
	char *text;

	snprintf(path, sizeof path, "%s/tests/cql/%s.answers", top ? top : ".", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("cannot open %s", path);
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	rewind(f);
	text = malloc((size_t)len + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)len, f), (size_t)len);
	text[len] = '\0';
	fclose(f);
	return text;
}

/* Takes the next statement and its answer; false at the end. */
static bool next(char **at, char *cql, char *answer, size_t size)
{
	size_t len;

	*cql = *answer = '\0';
	while (**at && strncmp(*at, "> ", 2) != 0)
		*at += strcspn(*at, "\n") + (strchr(*at, '\n') != NULL);
	for (; strncmp(*at, "> ", 2) == 0; *at += len + 1) {
		*at += 2;
		len = strcspn(*at, "\n");
		snprintf(cql + strlen(cql), size - strlen(cql), "%s%.*s", *cql ? "\n" : "",
			 (int)len, *at);
	}
	for (; **at && **at != '\n'; *at += len + 1) {
		len = strcspn(*at, "\n");
		snprintf(answer + strlen(answer), size - strlen(answer), "%s%.*s",
			 *answer ? "\n" : "", (int)len, *at);
	}
	return *cql;
}

static bool is_ddl(const char *cql, char *use, size_t size)
{
	struct nd_problem problem;
	struct cd_arena a;
	const struct nd_statement *s;
	bool is;

	cd_arena_init(&a, NULL, 0);
	nd_problem_init(&problem, &a);
	s = nd_parse(&a, cql, strlen(cql), &problem);
	*use = '\0';
	if (s && s->kind == ND_USE)
		snprintf(use, size, "%s", s->on.keyspace);
	is = s && s->kind >= ND_CREATE_KEYSPACE;
	cd_arena_deinit(&a);
	return is;
}

static bool is_other(const char *cql, const char *got)
{
	for (size_t i = 0; i < CD_COUNT(others); i++)
		if (strcmp(others[i].cql, cql) == 0 &&
		    (!others[i].want || strcmp(others[i].want, got) == 0))
			return true;
	return false;
}

static unsigned replay(const char *name)
{
	static char cql[16384], want[16384], got[16384];
	char *text = read_file(name), *at = text, use[64];
	struct nd_ddl_test t;
	unsigned compared = 0, bad = 0;

	assert_true(nd_ddl_test_init(&t, NULL));
	snprintf(t.keyspace, sizeof t.keyspace, "c_%s", name);
	snprintf(cql, sizeof cql,
		 "CREATE KEYSPACE c_%s WITH replication = {'class': 'SimpleStrategy', "
		 "'replication_factor': 1}",
		 name);
	nd_ddl_test_run(&t, cql, got, sizeof got);
	while (next(&at, cql, want, sizeof cql)) {
		if (!is_ddl(cql, use, sizeof use)) {
			if (*use && strncmp(want, "keyspace", 8) == 0)
				memcpy(t.keyspace, use, sizeof use);
			continue;
		}
		nd_ddl_test_run(&t, cql, got, sizeof got);
		compared++;
		if (strcmp(got, want) == 0 || is_other(cql, got))
			continue;
		print_message("%s: %s\n  wanted: %s\n  got:    %s\n", name, cql, want, got);
		bad++;
	}
	nd_ddl_test_deinit(&t);
	free(text);
	assert_int_equal(bad, 0);
	return compared;
}

static void answers_as_cassandra(void **state)
{
	static const char *const names[] = { "keyspaces", "tables", "types", "alter_drop" };
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++)
		compared += replay(names[i]);
	assert_true(compared > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers_as_cassandra) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
