/* SPDX-License-Identifier: MIT */
/* The schema: made, looked up, digested, and as it was when memory runs out. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/uuid.h>
#include <coodie/wire.h>

#include "node/schema/ddl.h"
#include "node/store/store.h"
#include "proto/type.h"
#include "tests/failalloc.h"
#include "tests/node_ddl.h"

static int64_t now_us(void *user)
{
	(void)user;
	return 1700000000000000;
}

static bool run(struct nd_database *db, struct cd_arena *a, const struct nd_statement *s,
		struct nd_request *x)
{
	struct nd_planner planner = { .db = db, .arena = a, .problem = &x->problem, .version = 5 };
	struct nd_plan *plan;

	*x = (struct nd_request){ .db = db, .arena = a, .now_us = now_us(NULL) };
	nd_problem_init(&x->problem, a);
	plan = nd_plan_ddl(&planner, s);
	return plan && plan->run(plan, x);
}

static const char *pairs[] = { "class", "SimpleStrategy", "replication_factor", "1" };
static struct nd_property replication = { "replication", ND_EXPR_MAP, NULL, 2, pairs };
static const char *one_key[] = { "k" };

static bool make(const coodie_allocator *allocator, void *user)
{
	struct nd_statement keyspace = { .kind = ND_CREATE_KEYSPACE,
					 .on = { "ks", NULL },
					 .as.keyspace.properties = { &replication, 1 } };
	struct nd_column_def columns[] = {
		{ .name = "v", .type = cd_type_native(CQL_KIND_TEXT) },
		{ .name = "k", .type = cd_type_native(CQL_KIND_INT) },
	};
	struct nd_statement table = { .kind = ND_CREATE_TABLE,
				      .on = { "ks", "t" },
				      .as.table = { .columns = columns,
						    .column_count = 2,
						    .partition_key = one_key,
						    .partition_key_count = 1,
						    .primary_key_clauses = 1 } };
	struct nd_database db;
	struct nd_request x;
	struct cd_arena a;
	bool ok;

	(void)user;
	cd_arena_init(&a, allocator, 0);
	if (!nd_database_init(&db, allocator, (struct nd_clock){ now_us, NULL }))
		return false;
	ok = run(&db, &a, &keyspace, &x) && run(&db, &a, &table, &x);
	if (ok) {
		struct nd_table *t = nd_schema_find_table(
			&db.schema, "ks", &(struct nd_table_name){ NULL, "t" }, &x.problem);
		assert_non_null(t);
		assert_int_equal(t->column_count, 2);
		assert_string_equal(t->columns[0]->name, "k");
		assert_int_equal(t->columns[0]->kind, ND_PARTITION_KEY);
		assert_int_equal(t->gc_grace, 864000);
		assert_int_equal(x.result.kind, COODIE_RESULT_SCHEMA_CHANGE);
	} else {
		assert_int_equal(x.problem.error.code, ND_SERVER_ERROR);
	}
	nd_database_deinit(&db);
	cd_arena_deinit(&a);
	return ok;
}

static void makes_a_table(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("make a table", make, NULL));
}

/* ---- types ------------------------------------------------------------------------------------- */

#define KEYSPACE(name) \
	"CREATE KEYSPACE " name " WITH replication = {'class': 'SimpleStrategy', " \
	"'replication_factor': 1}"

static void open_keyspace(struct nd_ddl_test *t)
{
	assert_true(nd_ddl_test_init(t, NULL));
	nd_ddl_test_expect(t, KEYSPACE("ks"), "schema CREATED KEYSPACE ks");
	strcpy(t->keyspace, "ks");
}

static struct nd_table *table_of(struct nd_ddl_test *t, const char *name)
{
	return nd_keyspace_table(nd_schema_keyspace(&t->db.schema, "ks"), name);
}

static void spells_types(void **state)
{
	static const struct {
		const char *written, *spelled;
		bool is_multi_cell;
	} rows[] = {
		{ "int", "int", false },
		{ "VARCHAR", "text", false },
		{ "list<int>", "list<int>", true },
		{ "frozen<list<int>>", "frozen<list<int>>", false },
		{ "frozen<list<list<int>>>", "frozen<list<frozen<list<int>>>>", false },
		{ "map<text, frozen<set<int>>>", "map<text, frozen<set<int>>>", true },
		{ "map<frozen<list<int>>, text>", "map<frozen<list<int>>, text>", true },
		{ "tuple<int, list<text>>", "frozen<tuple<int, frozen<list<text>>>>", false },
		{ "frozen<tuple<int>>", "frozen<tuple<int>>", false },
		{ "list<tuple<int, int>>", "list<frozen<tuple<int, int>>>", true },
		{ "vector<float, 3>", "vector<float, 3>", false },
		{ "vector<frozen<list<int>>, 2>", "vector<frozen<list<int>>, 2>", false },
		{ "u", "u", true },
		{ "frozen<u>", "frozen<u>", false },
		{ "ks.u", "u", true },
		{ "set<frozen<u>>", "set<frozen<u>>", true },
		{ "tuple<u, int>", "frozen<tuple<frozen<u>, int>>", false },
		{ "\"Other one\"", "\"Other one\"", true },
		{ "frozen<list<u>>", "frozen<list<frozen<u>>>", false },
	};
	struct nd_ddl_test t;

	(void)state;
	open_keyspace(&t);
	nd_ddl_test_expect(&t, "CREATE TYPE u (a int, b text)", "schema CREATED TYPE ks.u");
	nd_ddl_test_expect(&t, "CREATE TYPE \"Other one\" (a frozen<u>)",
			   "schema CREATED TYPE ks.Other one");
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		char cql[256], got[256];
		const struct nd_column *c;

		snprintf(cql, sizeof cql, "CREATE TABLE t (k int PRIMARY KEY, v %s)",
			 rows[i].written);
		nd_ddl_test_expect(&t, cql, "schema CREATED TABLE ks.t");
		c = nd_table_column(table_of(&t, "t"), "v");
		nd_type_format(c->type, got, sizeof got);
		CD_CHECK(strcmp(got, rows[i].spelled) == 0, rows[i].written);
		CD_CHECK(c->is_multi_cell == rows[i].is_multi_cell, rows[i].written);
		CD_CHECK(nd_type_format(c->type, NULL, 0) == strlen(got), rows[i].written);
		nd_ddl_test_expect(&t, "DROP TABLE t", "schema DROPPED TABLE ks.t");
	}
	nd_ddl_test_deinit(&t);
}

/* A vector travels by its class, which says what is frozen in it and what is not. */
static void names_classes_of_vectors(void **state)
{
	static const struct {
		const char *written, *class_name; /* M. is the package */
	} rows[] = {
		{ "vector<set<float>, 2>", "M.VectorType(M.SetType(M.FloatType) , 2)" },
		{ "vector<frozen<set<float>>, 2>",
		  "M.VectorType(M.FrozenType(M.SetType(M.FloatType)) , 2)" },
		{ "vector<list<frozen<list<int>>>, 2>",
		  "M.VectorType(M.ListType(M.FrozenType(M.ListType(M.Int32Type))) , 2)" },
		{ "vector<vector<set<float>, 2>, 3>",
		  "M.VectorType(M.VectorType(M.SetType(M.FloatType) , 2) , 3)" },
		{ "vector<tuple<int, set<text>>, 2>",
		  "M.VectorType(M.TupleType(M.Int32Type,M.SetType(M.UTF8Type)) , 2)" },
		{ "vector<u, 2>", "M.VectorType(M.UserType(ks,75,6c:M.ListType(M.Int32Type),"
				  "66:M.FrozenType(M.ListType(M.Int32Type))) , 2)" },
		{ "vector<frozen<u>, 2>",
		  "M.VectorType(M.FrozenType(M.UserType(ks,75,6c:M.ListType(M.Int32Type),"
		  "66:M.ListType(M.Int32Type))) , 2)" },
	};
	struct nd_ddl_test t;

	(void)state;
	open_keyspace(&t);
	nd_ddl_test_expect(&t, "CREATE TYPE u (l list<int>, f frozen<list<int>>)",
			   "schema CREATED TYPE ks.u");
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		char cql[256], got[512], *to = got;

		snprintf(cql, sizeof cql, "CREATE TABLE t (k int PRIMARY KEY, v %s)",
			 rows[i].written);
		nd_ddl_test_expect(&t, cql, "schema CREATED TABLE ks.t");
		cql_type_format_class(nd_table_column(table_of(&t, "t"), "v")->type, got,
				      sizeof got);
		for (const char *at = got; *at; *to++ = *at++)
			if (strncmp(at, CD_TYPE_PACKAGE, strlen(CD_TYPE_PACKAGE)) == 0) {
				*to++ = 'M';
				at += strlen(CD_TYPE_PACKAGE) - 1;
			}
		*to = '\0';
		CD_CHECK(strcmp(got, rows[i].class_name) == 0, got);
		nd_ddl_test_expect(&t, "DROP TABLE t", "schema DROPPED TABLE ks.t");
	}
	nd_ddl_test_deinit(&t);
}

static void keeps_fields_of_types(void **state)
{
	struct nd_ddl_test t;
	const cql_type *type;

	(void)state;
	open_keyspace(&t);
	nd_ddl_test_expect(&t, "CREATE TYPE u (a int)", "schema CREATED TYPE ks.u");
	nd_ddl_test_expect(&t, "CREATE TYPE w (u frozen<u>)", "schema CREATED TYPE ks.w");
	nd_ddl_test_expect(&t, "CREATE TABLE t (k int PRIMARY KEY, v map<int, frozen<w>>)",
			   "schema CREATED TABLE ks.t");
	nd_ddl_test_expect(&t, "CREATE TABLE o (k int PRIMARY KEY)", "schema CREATED TABLE ks.o");
	nd_ddl_test_expect(&t, "ALTER TYPE u ADD \"B\" text", "schema UPDATED TYPE ks.u");
	type = nd_table_column(table_of(&t, "t"), "v")->type->inner[1];
	assert_true(type->frozen);
	assert_string_equal(cql_type_name(type), "w");
	type = type->inner[0];
	assert_int_equal(cql_type_count(type), 2);
	assert_string_equal(cql_type_field(type, 1), "B");
	assert_string_equal(cql_type_keyspace(type), "ks");
	assert_int_equal(table_of(&t, "t")->version, 2);
	assert_int_equal(table_of(&t, "o")->version, 1);
	nd_ddl_test_deinit(&t);
}

/* Types of types double in size, or get one deeper, with each statement. */
static void bounds_types(void **state)
{
	static const struct {
		const char *name, *body;
		unsigned most;
	} rows[] = {
		{ "wide", "CREATE TYPE t%u (a frozen<t%u>, b frozen<t%u>)", 16 },
		{ "deep", "CREATE TYPE t%u (a frozen<t%u>)", 64 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		char cql[128], answer[256] = "schema";
		char field[3000] = "ALTER TYPE t0 ADD \"";
		struct nd_ddl_test t;
		unsigned n = 0;

		open_keyspace(&t);
		nd_ddl_test_expect(&t, "CREATE TYPE t0 (a int)", "schema CREATED TYPE ks.t0");
		while (strncmp(answer, "schema", 6) == 0 && n <= rows[i].most) {
			n++;
			snprintf(cql, sizeof cql, rows[i].body, n, n - 1, n - 1);
			nd_ddl_test_run(&t, cql, answer, sizeof answer);
		}
		CD_CHECK(strcmp(answer, "error 0x2200 types this large are not supported by the "
					"node") == 0,
			 rows[i].name);
		/* the innermost may not grow the others past the bound either */
		memset(field + strlen(field), 'x', 2000);
		strcat(field, "\" int");
		nd_ddl_test_run(&t, field, answer, sizeof answer);
		CD_CHECK(i == 1 || strncmp(answer, "error 0x2200 types this large", 29) == 0,
			 rows[i].name);
		nd_ddl_test_deinit(&t);
	}
}

static void bounds_lists(void **state)
{
	enum { SIZE = 1 << 20 };
	static const struct {
		const char *name, *begin, *item, *end, *want;
		unsigned count;
	} rows[] = {
		{ "columns", "CREATE TABLE t (k int PRIMARY KEY", ", c%u int", ")",
		  "error 0x2200 more than 8192 columns or fields are not supported by the node",
		  9000 },
		{ "as many as there may be", "CREATE TABLE t (k int PRIMARY KEY", ", c%u int", ")",
		  "schema CREATED TABLE ks.t", 8191 },
		{ "one more", "ALTER TABLE t ADD (x int", ", d%u int", ")",
		  "error 0x2200 more than 8192 columns or fields are not supported by the node",
		  0 },
		{ "fields", "CREATE TYPE u (k int", ", c%u int", ")",
		  "error 0x2200 more than 8192 columns or fields are not supported by the node",
		  9000 },
		{ "a name", "CREATE TABLE u (k int PRIMARY KEY, c", "%010u", " int)",
		  "error 0x2200 names of more than 65535 bytes are not supported by the node",
		  7000 },
		{ "a table's name", "CREATE TABLE u", "%010u", " (k int PRIMARY KEY)",
		  "error 0x2200 Table name must not be more than 222 characters long (got 70001 "
		  "characters for \"u0000",
		  7000 },
	};
	char *cql = malloc(SIZE), answer[8192];
	struct nd_ddl_test t;

	(void)state;
	assert_non_null(cql);
	open_keyspace(&t);
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		size_t len = (size_t)snprintf(cql, SIZE, "%s", rows[i].begin);

		for (unsigned j = 0; j < rows[i].count; j++)
			len += (size_t)sprintf(cql + len, rows[i].item, j);
		strcpy(cql + len, rows[i].end);
		nd_ddl_test_run(&t, cql, answer, sizeof answer);
		CD_CHECK(strncmp(answer, rows[i].want, strlen(rows[i].want)) == 0, rows[i].name);
	}
	nd_ddl_test_deinit(&t);
	free(cql);
}

/* ---- lookups ------------------------------------------------------------------------------------- */

static void refuses_unknown_names(void **state)
{
	static const struct {
		const char *session, *keyspace, *table, *want;
	} rows[] = {
		{ "ks", NULL, "t", NULL },
		{ NULL, "ks", "t", NULL },
		{ "other", "ks", "t", NULL },
		{ NULL, NULL, "t",
		  "No keyspace has been specified. USE a keyspace, or explicitly specify "
		  "keyspace.tablename" },
		{ "nosuch", NULL, "t", "keyspace nosuch does not exist" },
		{ "ks", "nosuch", "t", "keyspace nosuch does not exist" },
		{ "ks", NULL, "T", "table T does not exist" },
		{ "ks", NULL, "", "non-empty table is required" },
	};
	struct nd_ddl_test t;

	(void)state;
	open_keyspace(&t);
	nd_ddl_test_expect(&t, "CREATE TABLE t (k int PRIMARY KEY)", "schema CREATED TABLE ks.t");
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct nd_table_name name = { rows[i].keyspace, rows[i].table };
		struct nd_problem p;
		struct nd_table *found;

		nd_problem_init(&p, &t.arena);
		found = nd_schema_find_table(&t.db.schema, rows[i].session, &name, &p);
		CD_CHECK(!found == (rows[i].want != NULL), rows[i].table);
		CD_CHECK(!rows[i].want || (p.error.code == ND_INVALID &&
					   strcmp(p.error.message.data, rows[i].want) == 0),
			 rows[i].want ? rows[i].want : "");
	}
	nd_ddl_test_deinit(&t);
}

static void refuses_unknown_columns(void **state)
{
	struct nd_ddl_test t;
	struct nd_problem p;

	(void)state;
	open_keyspace(&t);
	nd_ddl_test_expect(&t, "CREATE TABLE \"T x\" (k int PRIMARY KEY)",
			   "error 0x2300 ks.T x: Table name must not be empty or not contain "
			   "non-alphanumeric-underscore characters (got \"T x\")");
	nd_ddl_test_expect(&t, "CREATE TABLE \"T\" (k int PRIMARY KEY)",
			   "schema CREATED TABLE ks.T");
	nd_problem_init(&p, &t.arena);
	assert_null(nd_table_find_column(table_of(&t, "T"), "No such", &p));
	assert_string_equal(p.error.message.data,
			    "Undefined column name \"No such\" in table ks.\"T\"");
	nd_ddl_test_deinit(&t);
}

/* ---- identity ------------------------------------------------------------------------------------ */

static void has_a_version(void **state)
{
	static const char *const statements[] = {
		"CREATE TYPE u (a int)",
		"CREATE TABLE t (k int PRIMARY KEY, v frozen<u>)",
		"CREATE INDEX ON t (v)",
		"ALTER TABLE t ADD w int",
	};
	struct nd_ddl_test a, b;
	cql_uuid seen[CD_COUNT(statements)];
	char answer[256];

	(void)state;
	open_keyspace(&a);
	open_keyspace(&b);
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		nd_ddl_test_run(&a, statements[i], answer, sizeof answer);
		nd_ddl_test_run(&b, statements[i], answer, sizeof answer);
		assert_memory_equal(&a.db.schema.version, &b.db.schema.version, 16);
		seen[i] = a.db.schema.version;
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&seen[i], &seen[j], 16);
	}
	/* what was added and dropped again leaves the version of before */
	nd_ddl_test_run(&a, "CREATE TABLE gone (k int PRIMARY KEY)", answer, sizeof answer);
	assert_memory_not_equal(&a.db.schema.version, &seen[CD_COUNT(seen) - 1], 16);
	nd_ddl_test_run(&a, "DROP TABLE gone", answer, sizeof answer);
	assert_memory_equal(&a.db.schema.version, &seen[CD_COUNT(seen) - 1], 16);
	nd_ddl_test_deinit(&a);
	nd_ddl_test_deinit(&b);
}

static void gives_ids_once(void **state)
{
	struct nd_ddl_test t;
	uint32_t v, w;
	cql_uuid first;
	char answer[256];

	(void)state;
	open_keyspace(&t);
	nd_ddl_test_run(&t, "CREATE TABLE t (k int PRIMARY KEY, v int)", answer, sizeof answer);
	first = table_of(&t, "t")->id;
	assert_int_equal(cql_uuid_version(first), 1);
	assert_int_equal(first.bytes[8] >> 6, 2);
	v = nd_table_column(table_of(&t, "t"), "v")->id;
	nd_ddl_test_run(&t, "ALTER TABLE t DROP v", answer, sizeof answer);
	nd_ddl_test_run(&t, "ALTER TABLE t ADD w int", answer, sizeof answer);
	w = nd_table_column(table_of(&t, "t"), "w")->id;
	assert_int_not_equal(v, w);
	nd_ddl_test_run(&t, "ALTER TABLE t ADD v int", answer, sizeof answer);
	assert_int_equal(nd_table_column(table_of(&t, "t"), "v")->id, v);
	/* at the same microsecond */
	t.now_us -= 1000;
	nd_ddl_test_run(&t, "DROP TABLE t", answer, sizeof answer);
	t.now_us = 1700000000002000 - 1000;
	nd_ddl_test_run(&t, "CREATE TABLE t (k int PRIMARY KEY, v int)", answer, sizeof answer);
	assert_memory_not_equal(&first, &table_of(&t, "t")->id, 16);
	nd_ddl_test_deinit(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_a_table),
		cmocka_unit_test(spells_types),
		cmocka_unit_test(names_classes_of_vectors),
		cmocka_unit_test(keeps_fields_of_types),
		cmocka_unit_test(bounds_types),
		cmocka_unit_test(bounds_lists),
		cmocka_unit_test(refuses_unknown_names),
		cmocka_unit_test(refuses_unknown_columns),
		cmocka_unit_test(has_a_version),
		cmocka_unit_test(gives_ids_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
