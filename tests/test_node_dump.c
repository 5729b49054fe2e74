/* SPDX-License-Identifier: MIT */
/* What a dump says of rows; and that a database made from a dump gives the same dump again. */
#include <glob.h>
#include <stdlib.h>

#include "tests/test.h"

#include "node/dump/dump.h"
#include "node/dump/literal.h"
#include "node/server/script.h"
#include "tests/failalloc.h"
#include "tests/node_fixture.h"

/* ---- dumps ------------------------------------------------------------------------------------ */

struct paper {
	struct cd_buffer text;
	size_t most; /* bytes it takes; 0: all */
};

static bool write_down(void *user, const void *data, size_t len)
{
	struct paper *p = user;

	if (p->most && p->text.len + len > p->most)
		return false;
	cd_buffer_bytes(&p->text, data, len);
	return !p->text.failed;
}

/* Of all there is, to be freed; NULL: refused, in f->text. */
static char *dump(struct fixture *f)
{
	struct paper paper = { .most = 0 };
	struct nd_dump_sink sink = { write_down, &paper };
	struct nd_problem problem;
	struct cd_arena arena;

	cd_arena_init(&arena, NULL, 0);
	cd_buffer_init(&paper.text, NULL, 0);
	nd_problem_init(&problem, &arena);
	if (nd_dump(&f->db, f->now_us, &sink, &problem)) {
		cd_buffer_u8(&paper.text, 0);
	} else {
		snprintf(f->text, 1000, "%.*s", (int)problem.error.message.len,
			 problem.error.message.data);
		cd_buffer_deinit(&paper.text);
		paper.text.data = NULL;
	}
	cd_arena_deinit(&arena);
	return (char *)paper.text.data;
}

/* The statements behind the schema. */
static const char *rows_of(const char *text)
{
	const char *rows = strstr(text, "\nINSERT"), *updates = strstr(text, "\nUPDATE");

	if (!rows || (updates && updates < rows))
		rows = updates;
	return rows ? rows + 1 : "";
}

static void load(struct fixture *f, const char *text)
{
	cql_text rest = { text, strlen(text) }, one;

	while (nd_script_next(&rest, &one)) {
		char *cql = strndup(one.data, one.len);
		if (*fixture_run(f, cql) == '0')
			fail_msg("%s: %s", cql, f->text);
		free(cql);
		fixture_forget(f);
	}
}

static void drop_all(struct fixture *f)
{
	assert_string_equal(fixture_run(f, "DROP KEYSPACE ks"), "schema DROPPED KEYSPACE ks");
}

/* ---- rows ------------------------------------------------------------------------------------- */

/* What statements leave, as other statements. */
struct row_case {
	const char *name, *statements, *dump;
};

static const struct row_case row_cases[] = {
	{ "a marker and columns of its time",
	  "CREATE TABLE t (k int PRIMARY KEY, a int, b text);"
	  "INSERT INTO t (k, b) VALUES (1, 'it''s') USING TIMESTAMP 5",
	  "INSERT INTO ks.t (k, b) VALUES (1, 'it''s') USING TIMESTAMP 5;\n" },
	{ "keys alone",
	  "CREATE TABLE t (k int, c text, PRIMARY KEY (k, c));"
	  "INSERT INTO t (k, c) VALUES (1, '') USING TIMESTAMP 5",
	  "INSERT INTO ks.t (k, c) VALUES (1, '') USING TIMESTAMP 5;\n" },
	{ "columns of other times",
	  "CREATE TABLE t (k int PRIMARY KEY, a int, b int, c int);"
	  "INSERT INTO t (k, a) VALUES (1, 1) USING TIMESTAMP 5;"
	  "UPDATE t USING TIMESTAMP 6 SET b = 2, c = 3 WHERE k = 1;"
	  "UPDATE t USING TIMESTAMP 7 SET c = 4 WHERE k = 1",
	  "INSERT INTO ks.t (k, a) VALUES (1, 1) USING TIMESTAMP 5;\n"
	  "UPDATE ks.t USING TIMESTAMP 6 SET b = 2 WHERE k = 1;\n"
	  "UPDATE ks.t USING TIMESTAMP 7 SET c = 4 WHERE k = 1;\n" },
	{ "no marker",
	  "CREATE TABLE t (k int PRIMARY KEY, a int);"
	  "UPDATE t USING TIMESTAMP 6 SET a = 2 WHERE k = 1",
	  "UPDATE ks.t USING TIMESTAMP 6 SET a = 2 WHERE k = 1;\n" },
	{ "what is deleted is not told",
	  "CREATE TABLE t (k int PRIMARY KEY, a int, b int);"
	  "INSERT INTO t (k, a, b) VALUES (1, 1, 1) USING TIMESTAMP 5;"
	  "DELETE a FROM t USING TIMESTAMP 6 WHERE k = 1;"
	  "INSERT INTO t (k, a) VALUES (2, 1) USING TIMESTAMP 5;"
	  "DELETE FROM t USING TIMESTAMP 6 WHERE k = 2",
	  "INSERT INTO ks.t (k, b) VALUES (1, 1) USING TIMESTAMP 5;\n" },
	{ "times to live",
	  "CREATE TABLE t (k int PRIMARY KEY, a int);"
	  "INSERT INTO t (k, a) VALUES (1, 1) USING TIMESTAMP 5 AND TTL 60",
	  "INSERT INTO ks.t (k, a) VALUES (1, 1) USING TIMESTAMP 5 AND TTL 60;\n" },
	{ "the table's time to live is not taken",
	  "CREATE TABLE t (k int PRIMARY KEY, a int) WITH default_time_to_live = 100;"
	  "INSERT INTO t (k, a) VALUES (1, 1) USING TIMESTAMP 5 AND TTL 0;"
	  "UPDATE t USING TIMESTAMP 5 SET a = 2 WHERE k = 1",
	  "INSERT INTO ks.t (k) VALUES (1) USING TIMESTAMP 5 AND TTL 0;\n"
	  "UPDATE ks.t USING TIMESTAMP 5 AND TTL 100 SET a = 2 WHERE k = 1;\n" },
	{ "statics, and a partition of nothing else",
	  "CREATE TABLE t (k int, c int, s int STATIC, v int, PRIMARY KEY (k, c));"
	  "UPDATE t USING TIMESTAMP 5 SET s = 1 WHERE k = 1;"
	  "INSERT INTO t (k, c, v) VALUES (1, 2, 3) USING TIMESTAMP 6",
	  "UPDATE ks.t USING TIMESTAMP 5 SET s = 1 WHERE k = 1;\n"
	  "INSERT INTO ks.t (k, c, v) VALUES (1, 2, 3) USING TIMESTAMP 6;\n" },
	{ "collections of one time, and of several",
	  "CREATE TABLE t (k int PRIMARY KEY, l list<int>, m map<text, int>, s set<int>);"
	  "INSERT INTO t (k, l, m, s) VALUES (1, [3, 2], {'a': 1}, {2, 1}) USING TIMESTAMP 5;"
	  "UPDATE t USING TIMESTAMP 6 SET l = l + [1], m['b'] = 2 WHERE k = 1",
	  "INSERT INTO ks.t (k, s) VALUES (1, {1, 2}) USING TIMESTAMP 5;\n"
	  "UPDATE ks.t USING TIMESTAMP 5 SET l = l + [3, 2], m = m + {'a': 1} WHERE k = 1;\n"
	  "UPDATE ks.t USING TIMESTAMP 6 SET l = l + [1], m = m + {'b': 2} WHERE k = 1;\n" },
	{ "user types",
	  "CREATE TYPE u (\"A\" int, b frozen<list<text>>);"
	  "CREATE TABLE t (k int PRIMARY KEY, u u, f frozen<u>);"
	  "INSERT INTO t (k, u, f) VALUES (1, {\"A\": 1, b: ['x']}, {b: []}) USING TIMESTAMP 5;"
	  "UPDATE t USING TIMESTAMP 6 SET u.b = ['y'] WHERE k = 1",
	  "INSERT INTO ks.t (k, f) VALUES (1, {\"A\": null, b: []}) USING TIMESTAMP 5;\n"
	  "UPDATE ks.t USING TIMESTAMP 5 SET u.\"A\" = 1 WHERE k = 1;\n"
	  "UPDATE ks.t USING TIMESTAMP 6 SET u.b = ['y'] WHERE k = 1;\n" },
	{ "counters",
	  "CREATE TABLE t (k int PRIMARY KEY, n counter, m counter);"
	  "UPDATE t SET n = n + 5, m = m - 3 WHERE k = 1",
	  "UPDATE ks.t SET m = m + -3, n = n + 5 WHERE k = 1;\n" },
	{ "a view, and what its WHERE compares with",
	  "CREATE TYPE u (\"A\" int);"
	  "CREATE TABLE t (k int, c text, f frozen<u>, v int, PRIMARY KEY (k, c, f));"
	  "CREATE MATERIALIZED VIEW w AS SELECT * FROM t WHERE k IS NOT NULL AND c > 'a''b' "
	  "AND v IS NOT NULL AND f = {\"A\": 1} PRIMARY KEY (v, k, c, f);"
	  "INSERT INTO t (k, c, f, v) VALUES (1, 'b', {\"A\": 1}, 2) USING TIMESTAMP 5",
	  "INSERT INTO ks.t (k, c, f, v) VALUES (1, 'b', {\"A\": 1}, 2) USING TIMESTAMP 5;\n" },
	{ "names",
	  "CREATE TABLE \"Tt\" (\"K\" int PRIMARY KEY, \"a\"\"b\" int);"
	  "INSERT INTO \"Tt\" (\"K\", \"a\"\"b\") VALUES (1, 2) USING TIMESTAMP 5",
	  "INSERT INTO ks.\"Tt\" (\"K\", \"a\"\"b\") VALUES (1, 2) USING TIMESTAMP 5;\n" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(row_cases); i++) {
		const struct row_case *c = &row_cases[i];
		struct fixture f;
		char *first, *second;

		fixture_begin(&f, NULL);
		load(&f, c->statements);
		first = dump(&f);
		CD_CHECK(first, c->name);
		if (strcmp(rows_of(first), c->dump) != 0)
			fail_msg("%s: dumped\n%s", c->name, rows_of(first));
		drop_all(&f);
		load(&f, first);
		second = dump(&f);
		CD_CHECK(second, c->name);
		if (strcmp(first, second) != 0)
			fail_msg("%s: once\n%s\nand again\n%s", c->name, first, second);
		free(first);
		free(second);
		fixture_end(&f);
	}
}

/* Whatever the corpus leaves behind: a line is a statement, and many are meant to be refused. */
static void run_lines(struct fixture *f, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	assert_non_null(file);
	while (getline(&line, &size, file) > 0) {
		if (strstr(line,
			   "\"int\"")) /* DESCRIBE does not quote such a type, nor does Cassandra's */
			continue;
		fixture_run(f, line);
		fixture_forget(f);
		f->keyspace = "ks"; /* whatever was dropped */
	}
	free(line);
	fclose(file);
}

static void test_corpus(void **state)
{
	char pattern[512];
	size_t bytes = 0;
	glob_t found;

	(void)state;
	snprintf(pattern, sizeof pattern, "%s/tests/cql/*.cql",
		 getenv("srcdir") ? getenv("srcdir") : ".");
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct fixture first, second;
		char *once, *again;

		fixture_begin(&first, NULL);
		fixture_begin(&second, NULL);
		run_lines(&first, found.gl_pathv[i]);
		once = dump(&first);
		CD_CHECK(once, found.gl_pathv[i]);
		drop_all(&second);
		load(&second, once);
		again = dump(&second);
		CD_CHECK(again, found.gl_pathv[i]);
		if (strcmp(once, again) != 0)
			fail_msg("%s: once\n%s\nand again\n%s", found.gl_pathv[i], once, again);
		bytes += strlen(once);
		free(once);
		free(again);
		fixture_end(&first);
		fixture_end(&second);
	}
	globfree(&found);
	assert_true(bytes > 10000);
}

/* ---- values ----------------------------------------------------------------------------------- */

static const struct {
	const char *type, *hex, *term;
} terms[] = {
	{ "int", "0x0000002a", "42" },
	{ "int", "0x", "blob_as_int(0x)" },
	{ "text", "0x", "''" },
	{ "text", "0x6100", "blob_as_text(0x6100)" },
	{ "ascii", "0x2761", "'''a'" },
	{ "blob", "0x", "0x" },
	{ "boolean", "0x01", "true" },
	{ "float", "0x7fc00000", "NaN" },
	{ "double", "0xfff0000000000000", "-Infinity" },
	{ "double", "0x3fb999999999999a", "0.1" },
	{ "date", "0x80000000", "'1970-01-01'" },
	{ "date", "0x00000000", "blob_as_date(0x00000000)" },
	{ "timestamp", "0x0000000000000001", "'1970-01-01T00:00:00.001Z'" },
	{ "timestamp", "0x7fffffffffffffff", "blob_as_timestamp(0x7fffffffffffffff)" },
	{ "timestamp", "0xffffc77cedd327ff", "blob_as_timestamp(0xffffc77cedd327ff)" },
	{ "time", "0x0000000000000001", "'00:00:00.000000001'" },
	{ "duration", "0x000000", "blob_as_duration(0x000000)" },
	{ "duration", "0x010101", "-1mo1d1ns" },
	{ "varint", "0x00ff", "255" },
	{ "decimal", "0x0000000201", "0.01" },
	{ "inet", "0x7f000001", "'127.0.0.1'" },
	{ "uuid", "0x00000000000000000000000000000001", "00000000-0000-0000-0000-000000000001" },
	{ "list<int>", "0x00000002000000040000000100000000", "[1, blob_as_int(0x)]" },
	{ "set<text>", "0x00000001000000026100", "{blob_as_text(0x6100)}" },
	{ "map<int, text>", "0x00000001000000040000000100000000", "{1: ''}" },
	{ "tuple<int, text>", "0x0000000400000001", "(1, null)" },
	{ "tuple<int, text>", "0xffffffff00000000", "(null, '')" },
	{ "udt<ks.u, a:int, b:text>", "0x0000000400000001", "{a: 1, b: null}" },
	{ "udt<ks.u, a:int, b:text>", "0x", "{a: null, b: null}" },
	{ "vector<float, 2>", "0x3f80000040000000", "[1, 2]" },
	{ "vector<int, 2>", "0x0000000100000002", "[1, 2]" },
	{ "'a.b.C'", "0x01", "0x01" },
};

static struct cd_span unhex(const char *hex, uint8_t *out)
{
	size_t len = 0;
	unsigned byte;

	for (hex += 2; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		out[len++] = (uint8_t)byte;
	return (struct cd_span){ out, len };
}

static void test_terms(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(terms); i++) {
		cql_type *type = cql_type_parse(terms[i].type, NULL);
		uint8_t bytes[64];
		struct cd_buffer out;

		CD_CHECK(type, terms[i].type);
		cd_buffer_init(&out, NULL, 0);
		CD_CHECK(nd_dump_literal(&out, type, unhex(terms[i].hex, bytes)), terms[i].term);
		cd_buffer_u8(&out, 0);
		assert_string_equal(out.data, terms[i].term);
		cd_buffer_deinit(&out);
		cql_type_free(type);
	}
}

static void test_null_and_nonsense(void **state)
{
	cql_type *type = cql_type_parse("list<int>", NULL);
	struct cd_buffer out;

	(void)state;
	cd_buffer_init(&out, NULL, 0);
	assert_true(nd_dump_literal(&out, type, (struct cd_span){ NULL, 0 }));
	cd_buffer_u8(&out, 0);
	assert_string_equal(out.data, "null");
	assert_false(nd_dump_literal(&out, type, (struct cd_span){ (const uint8_t *)"x", 1 }));
	cd_buffer_deinit(&out);
	cql_type_free(type);
}

/* ---- what goes wrong --------------------------------------------------------------------------- */

static void test_too_large(void **state)
{
	struct fixture f;
	char *cql = malloc(10 << 20);

	(void)state;
	fixture_begin(&f, NULL);
	fixture_run(&f, "CREATE TABLE t (k int PRIMARY KEY, b blob)");
	strcpy(cql, "INSERT INTO t (k, b) VALUES (1, text_as_blob('");
	memset(cql + strlen(cql), 'x', 9 << 20);
	strcpy(cql + 46 + (9 << 20), "'))");
	assert_string_equal(fixture_run(&f, cql), "void");
	assert_null(dump(&f));
	assert_non_null(strstr(f.text, "a row of ks.t would be a statement of 18874"));
	free(cql);
	fixture_end(&f);
}

static void test_full_disk(void **state)
{
	struct paper paper = { .most = 400 };
	struct nd_dump_sink sink = { write_down, &paper };
	struct nd_problem problem;
	struct fixture f;

	(void)state;
	fixture_begin(&f, NULL);
	load(&f, row_cases[0].statements);
	cd_buffer_init(&paper.text, NULL, 0);
	nd_problem_init(&problem, &f.arena);
	assert_false(nd_dump(&f.db, f.now_us, &sink, &problem));
	assert_false(problem.happened); /* the sink knows why */
	cd_buffer_deinit(&paper.text);
	fixture_end(&f);
}

/* The database has its memory already: what a dump takes comes from `allocator`. */
static bool use(const coodie_allocator *allocator, void *user)
{
	struct fixture *f = user;
	const coodie_allocator *usual = f->db.allocator;
	struct paper paper = { .most = 0 };
	struct nd_dump_sink sink = { write_down, &paper };
	struct nd_problem problem;
	bool ok;

	cd_buffer_init(&paper.text, NULL, 0);
	nd_problem_init(&problem, &f->arena);
	f->db.allocator = allocator;
	ok = nd_dump(&f->db, f->now_us, &sink, &problem);
	f->db.allocator = usual;
	assert_int_not_equal(ok, problem.happened);
	cd_buffer_deinit(&paper.text);
	return ok;
}

static void test_no_memory(void **state)
{
	struct fixture f;

	(void)state;
	fixture_begin(&f, NULL);
	load(&f, row_cases[8].statements);
	assert_true(cd_failalloc_each("dump", use, &f));
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),      cmocka_unit_test(test_corpus),
		cmocka_unit_test(test_terms),     cmocka_unit_test(test_null_and_nonsense),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("node dump", tests, NULL, NULL);
}
