/* SPDX-License-Identifier: MIT */
/* Roles, permissions and passwords without connections. What each statement is answered is the
 * corpus's (tests/cql-auth): here is what it cannot see. */
#include "tests/test.h"

#include <stdlib.h>

#include "node/auth/bcrypt.h"
#include "node/auth/grant.h"
#include "node/auth/role.h"
#include "node/cluster/system.h"
#include "node/cql/parser.h"
#include "tests/failalloc.h"
#include "tests/node_fixture.h"

/* ---- passwords ----------------------------------------------------------------------------------- */

static const struct {
	const char *name, *password, *hash;
	bool fits;
} hashes[] = {
	{ "three letters", "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
	  true },
	{ "no letter", "", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", true },
	{ "of another form", "secret",
	  "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", true },
	{ "another password", "Secret",
	  "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", false },
	{ "cut short", "secret", "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIr",
	  false },
	{ "a salt alone", "secret", "$2a$04$abcdefghijklmnopqrstuu", false },
	{ "no hash", "secret", "secret", false },
	{ "nothing", "", "", false },
	{ "too many rounds", "secret",
	  "$2a$30$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", false },
};

static void test_hashes(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(hashes); i++)
		CD_CHECK(nd_bcrypt_check(hashes[i].password, strlen(hashes[i].password),
					 hashes[i].hash) == hashes[i].fits,
			 hashes[i].name);
}

static void test_hash_forms(void **state)
{
	static const struct {
		const char *name, *hash;
		enum nd_bcrypt_form form;
	} rows[] = {
		{ "whole", "$2a$10$JSJEMFm6GeaW9XxT5JIheuEtPvat6i7uKbnTcxX3c1wshIIsGyUtG",
		  ND_BCRYPT_GOOD },
		{ "the old form", "$2$10$JSJEMFm6GeaW9XxT5JIheu", ND_BCRYPT_GOOD },
		{ "another letter", "$2y$10$JSJEMFm6GeaW9XxT5JIheu", ND_BCRYPT_NONE },
		{ "too few rounds", "$2a$03$JSJEMFm6GeaW9XxT5JIheu", ND_BCRYPT_NONE },
		{ "too many rounds", "$2a$31$JSJEMFm6GeaW9XxT5JIheu", ND_BCRYPT_NONE },
		{ "as many as there may be", "$2a$30$JSJEMFm6GeaW9XxT5JIheu", ND_BCRYPT_COSTLY },
		{ "a short salt", "$2a$10$JSJEMFm6GeaW9XxT5JIhe", ND_BCRYPT_NONE },
		{ "no letter of a salt", "$2a$10$JSJEMFm6GeaW9XxT5JIh-u", ND_BCRYPT_NONE },
		{ "rounds that are none", "$2a$1x$JSJEMFm6GeaW9XxT5JIheu", ND_BCRYPT_NONE },
		{ "its beginning", "$2a$", ND_BCRYPT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		CD_CHECK(nd_bcrypt_form(rows[i].hash) == rows[i].form, rows[i].name);
}

/* Two hashes of one password have salts of their own; only the first 72 bytes count. */
static void test_new_hashes(void **state)
{
	char one[ND_BCRYPT_SIZE], other[ND_BCRYPT_SIZE], password[80];

	(void)state;
	memset(password, 'x', sizeof password);
	assert_true(nd_bcrypt_new(password, sizeof password, one));
	assert_true(nd_bcrypt_new(password, sizeof password, other));
	assert_string_not_equal(one, other);
	assert_true(nd_bcrypt_check(password, 72, one));
	assert_true(nd_bcrypt_check(password, 79, other));
	assert_false(nd_bcrypt_check(password, 71, one));
}

/* ---- resources ----------------------------------------------------------------------------------- */

static void test_resources(void **state)
{
	static const struct {
		struct nd_resource r;
		const char *name, *text, *parent; /* NULL: none */
	} rows[] = {
		{ { ND_ALL_KEYSPACES, NULL, NULL }, "data", "<all keyspaces>", NULL },
		{ { ND_KEYSPACE, "ks", NULL }, "data/ks", "<keyspace ks>", "data" },
		{ { ND_ALL_TABLES, "ks", NULL }, "data/ks/*", "<all tables in ks>", "data/ks" },
		{ { ND_TABLE, "ks", "t" }, "data/ks/t", "<table ks.t>", "data/ks/*" },
		{ { ND_ALL_ROLES, NULL, NULL }, "roles", "<all roles>", NULL },
		{ { ND_ROLE, NULL, "a/b" }, "roles/a/b", "<role a/b>", "roles" },
		{ { ND_ALL_FUNCTIONS, NULL, NULL }, "functions", "<all functions>", NULL },
		{ { ND_FUNCTIONS_IN, "ks", NULL },
		  "functions/ks",
		  "<all functions in ks>",
		  "functions" },
		{ { ND_ALL_MBEANS, NULL, NULL }, "mbean", "<all mbeans>", NULL },
		{ { ND_MBEAN, NULL, "a:b=c/d" }, "mbean/a:b=c/d", "<mbean a:b=c/d>", "mbean" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		char name[ND_RESOURCE_MOST], text[ND_RESOURCE_MOST], again[ND_RESOURCE_MOST];
		struct nd_resource r, parent = rows[i].r;
		nd_resource_name(&rows[i].r, name);
		nd_resource_text(&rows[i].r, text);
		assert_string_equal(name, rows[i].name);
		assert_string_equal(text, rows[i].text);
		CD_CHECK(nd_resource_parse(name, &r) && r.kind == rows[i].r.kind, rows[i].name);
		nd_resource_name(&r, again);
		assert_string_equal(again, rows[i].name);
		CD_CHECK(nd_resource_parent(&parent) == !!rows[i].parent, rows[i].name);
		if (!rows[i].parent)
			continue;
		nd_resource_name(&parent, again);
		assert_string_equal(again, rows[i].parent);
	}
}

static void test_no_resources(void **state)
{
	static const char *const names[] = { "", "nosuch", "data/", "data/a/b/c", "dat", "mbeans" };
	struct nd_resource r;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		char name[40];
		snprintf(name, sizeof name, "%s", names[i]);
		if (i == 2 || i == 3) /* names of keyspaces and tables may be anything here */
			assert_true(nd_resource_parse(name, &r));
		else
			assert_false(nd_resource_parse(name, &r));
	}
}

/* ---- a database with roles ----------------------------------------------------------------------- */

static void begin(struct fixture *f, const coodie_allocator *a)
{
	fixture_begin(f, a);
	assert_true(nd_system_init(&f->db));
	f->db.has_roles = true;
	assert_true(nd_roles_begin(&f->db, "root", "secret"));
}

static int set_up(void **state)
{
	struct fixture *f = malloc(sizeof *f);

	assert_non_null(f);
	begin(f, NULL);
	*state = f;
	return 0;
}

static void as(struct fixture *f, const char *role, const char *cql, const char *answer)
{
	f->role = role;
	if (strcmp(fixture_run(f, cql), answer) != 0)
		fail_msg("%s: %s: %s, not %s", role ? role : "the node", cql, f->text, answer);
}

/* What the node itself runs is not asked, and nobody owns what it makes. */
static void test_the_node_itself(void **state)
{
	struct fixture *f = *state;

	as(f, NULL, "CREATE TABLE t (k int PRIMARY KEY)", "schema CREATED TABLE ks.t");
	as(f, NULL, "INSERT INTO t (k) VALUES (1)", "void");
	as(f, NULL, "SELECT * FROM t", "rows: k=1");
	as(f, NULL, "CREATE ROLE x WITH SUPERUSER = true", "void");
	as(f, NULL, "LIST ALL PERMISSIONS", "void");
	as(f, NULL, "DROP ROLE root", "void");
	as(f, NULL, "CREATE ROLE y", "void");
}

/* A role that is gone may do nothing any more, though its connections stay. */
static void test_dropped_role(void **state)
{
	struct fixture *f = *state;

	as(f, NULL, "CREATE TABLE t (k int PRIMARY KEY)", "schema CREATED TABLE ks.t");
	as(f, NULL, "CREATE ROLE x", "void");
	as(f, NULL, "GRANT SELECT ON t TO x", "void");
	as(f, "x", "SELECT * FROM t", "rows:");
	as(f, NULL, "DROP ROLE x", "void");
	as(f, "x", "SELECT * FROM t",
	   "0x2100 User x has no SELECT permission on <table ks.t> or any of its parents");
	as(f, NULL, "CREATE ROLE x", "void");
	as(f, "x", "SELECT * FROM t",
	   "0x2100 User x has no SELECT permission on <table ks.t> or any of its parents");
}

/* A table that goes and comes back is another one. */
static void test_dropped_table(void **state)
{
	struct fixture *f = *state;

	as(f, NULL, "CREATE ROLE x", "void");
	for (int i = 0; i < 2; i++) {
		as(f, NULL, "CREATE TABLE t (k int PRIMARY KEY)", "schema CREATED TABLE ks.t");
		as(f, "x", "SELECT * FROM t",
		   "0x2100 User x has no SELECT permission on <table ks.t> or any of its parents");
		as(f, NULL, "GRANT SELECT ON t TO x", "void");
		as(f, "x", "SELECT * FROM t", "rows:");
		as(f, NULL, "DROP TABLE t", "schema DROPPED TABLE ks.t");
	}
}

/* Passwords are nowhere in the tables. */
static void test_no_password_is_kept(void **state)
{
	struct fixture *f = *state;

	as(f, NULL, "CREATE ROLE x WITH PASSWORD = 'hunter2' AND LOGIN = true", "void");
	f->role = NULL;
	assert_null(strstr(fixture_run(f, "SELECT * FROM system_auth.roles"), "hunter2"));
	assert_non_null(strstr(f->text, "salted_hash='$2a$"));
}

/* A login would hold the whole node up. */
static void test_costly_hash(void **state)
{
	as(*state, NULL,
	   "CREATE ROLE x WITH HASHED PASSWORD = "
	   "'$2a$20$JSJEMFm6GeaW9XxT5JIheuEtPvat6i7uKbnTcxX3c1wshIIsGyUtG'",
	   "0x2200 a hash of more than 2^14 rounds is not supported by the node");
}

/* ---- no memory ----------------------------------------------------------------------------------- */

static int64_t no_time(void *user)
{
	(void)user;
	return 1;
}

static bool attempt(const coodie_allocator *a, void *user)
{
	static const char *const statements[] = {
		"CREATE ROLE b",
		"CREATE ROLE a WITH PASSWORD = 'p' AND LOGIN = true",
		"GRANT b TO a",
		"GRANT SELECT, MODIFY ON ALL KEYSPACES TO b",
		"LIST ROLES OF a",
		"LIST ALL PERMISSIONS OF a",
		"ADD IDENTITY 'i' TO ROLE a",
		"REVOKE SELECT ON ALL KEYSPACES FROM b",
		"DROP ROLE b",
		"DROP ROLE a",
	};
	struct nd_database db;
	bool ok = nd_database_init(&db, a, (struct nd_clock){ no_time, NULL }) &&
		  nd_system_init(&db);

	(void)user;
	db.has_roles = true;
	ok = ok && nd_roles_begin(&db, "root", "p");
	for (size_t i = 0; ok && i < CD_COUNT(statements); i++) {
		struct cd_arena arena;
		struct nd_statement *s;
		struct nd_plan *plan = NULL;
		cd_arena_init(&arena, a, 0);
		struct nd_request x = { .db = &db, .arena = &arena, .role = "root" };
		nd_problem_init(&x.problem, &arena);
		s = nd_parse(&arena, statements[i], strlen(statements[i]), &x.problem);
		if (s)
			plan = nd_plan_new(&db, &arena, s, NULL, 5, &x.problem);
		ok = plan && nd_plan_run(plan, &x);
		cd_arena_deinit(&arena);
	}
	nd_database_deinit(&db);
	return ok;
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("roles", attempt, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_hash_forms),
		cmocka_unit_test(test_new_hashes),
		cmocka_unit_test(test_resources),
		cmocka_unit_test(test_no_resources),
		cmocka_unit_test_setup_teardown(test_the_node_itself, set_up, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_dropped_role, set_up, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_dropped_table, set_up, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_no_password_is_kept, set_up, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_costly_hash, set_up, fixture_teardown),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
