/* SPDX-License-Identifier: MIT */
/* What statements do: which the schema judges, which may run again, which destroy. */
#include "migrate/ddl.h"
#include "tests/failalloc.h"
#include "tests/test.h"

static const struct row {
	const char *cql, *want;
} rows[] = {
	{ "CREATE TABLE Users (id int PRIMARY KEY)", "ddl create table users" },
	{ "create columnfamily shop.\"Users\" (id int PRIMARY KEY)",
	  "ddl create table shop.Users" },
	{ "CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY)", "ddl again" },
	{ "CREATE KEYSPACE shop WITH replication = {}", "ddl create keyspace shop" },
	{ "CREATE SCHEMA shop WITH replication = {}", "ddl create keyspace shop" },
	{ "CREATE TYPE shop.address (a int)", "ddl create type shop.address" },
	{ "CREATE MATERIALIZED VIEW v AS SELECT * FROM t", "ddl create view v" },
	{ "CREATE INDEX ON users (age)", "ddl create index of users(age)" },
	{ "CREATE INDEX by_age ON shop.users (Age)", "ddl create index shop.by_age of users(age)" },
	{ "CREATE CUSTOM INDEX ON users (\"Age\") USING 'sai'",
	  "ddl create index of users(\"Age\")" },
	{ "CREATE INDEX ON users (keys(tags))", "ddl create index of users(keys(tags))" },
	{ "CREATE INDEX ON users (FULL(\"T\"))", "ddl create index of users(full(\"T\"))" },
	{ "CREATE INDEX IF NOT EXISTS ON users (age)", "ddl again" },
	{ "CREATE OR REPLACE FUNCTION f (a int) CALLED ON NULL INPUT", "ddl again" },
	{ "CREATE FUNCTION f (a int) CALLED ON NULL INPUT", "ddl unknown" },
	{ "CREATE FUNCTION IF NOT EXISTS f (a int) CALLED", "ddl again" },
	{ "CREATE ROLE r", "ddl unknown" },
	{ "CREATE ROLE IF NOT EXISTS r", "ddl again" },
	{ "DROP TABLE shop.users", "ddl destroys drop table shop.users" },
	{ "/* all */ DROP -- it\n TABLE IF EXISTS users", "ddl destroys again" },
	{ "DROP INDEX shop.by_age", "ddl destroys drop index shop.by_age" },
	{ "DROP MATERIALIZED VIEW v", "ddl destroys drop view v" },
	{ "DROP TYPE address", "ddl destroys drop type address" },
	{ "DROP KEYSPACE shop", "ddl destroys drop keyspace shop" },
	{ "DROP FUNCTION f", "ddl destroys unknown" },
	{ "DROP AGGREGATE IF EXISTS f", "ddl destroys again" },
	{ "ALTER TABLE users ADD age int", "ddl add table users: age" },
	{ "ALTER TABLE shop.users ADD age int, tags map<text, frozen<set<int>>> STATIC, \"B\" text",
	  "ddl add table shop.users: age tags B" },
	{ "ALTER TABLE users ADD (age int, v vector<float, 3>, n text)",
	  "ddl add table users: age v n" },
	{ "ALTER TABLE users ADD IF NOT EXISTS age int", "ddl again" },
	{ "ALTER TABLE IF EXISTS users ADD age int", "ddl add table users: age" },
	{ "ALTER TABLE users DROP age", "ddl destroys remove table users: age" },
	{ "ALTER TABLE users DROP (age, Tags) USING TIMESTAMP 5",
	  "ddl destroys remove table users: age tags" },
	{ "ALTER TABLE users DROP age, tags", "ddl destroys remove table users: age tags" },
	{ "ALTER TABLE users DROP IF EXISTS age", "ddl destroys again" },
	{ "ALTER TABLE users RENAME a TO b AND \"C\" TO d", "ddl rename table users: a>b C>d" },
	{ "ALTER TABLE users RENAME IF EXISTS a TO b", "ddl again" },
	{ "ALTER TABLE users WITH comment = 'DROP TABLE x'", "ddl again" },
	{ "ALTER KEYSPACE shop WITH durable_writes = true", "ddl again" },
	{ "ALTER MATERIALIZED VIEW v WITH comment = 'x'", "ddl again" },
	{ "ALTER TYPE address ADD zip text", "ddl add type address: zip" },
	{ "ALTER TYPE shop.address RENAME a TO b AND c TO d",
	  "ddl rename type shop.address: a>b c>d" },
	{ "ALTER ROLE r WITH SUPERUSER = false", "ddl again" },
	{ "TRUNCATE users", "destroys unknown" },
	{ "truncate TABLE users", "destroys unknown" },
	{ "DELETE FROM users WHERE id = 1", "destroys unknown" },
	{ "INSERT INTO users (id) VALUES (1)", "unknown" },
	{ "UPDATE users SET a = 'delete' WHERE id = 1", "unknown" },
	{ "BEGIN BATCH INSERT INTO users (id) VALUES (1) APPLY BATCH", "unknown" },
	{ "BEGIN BATCH INSERT INTO u (id) VALUES (1); DELETE FROM u WHERE id = 2; APPLY BATCH",
	  "destroys unknown" },
	{ "SELECT * FROM users", "again" },
	{ "GRANT SELECT ON users TO r", "again" },
	{ "REVOKE SELECT ON users FROM r", "again" },
	{ "", "unknown" },
	/* What is not understood is not judged. */
	{ "CREATE TABLE", "ddl unknown" },
	{ "CREATE INDEX ON users", "ddl unknown" },
	{ "CREATE MATERIALIZED x", "ddl unknown" },
	{ "DROP TABLE 'x'", "ddl destroys unknown" },
	{ "ALTER TABLE users ADD", "ddl unknown" },
	{ "ALTER TABLE users RENAME a b", "ddl unknown" },
	{ "ALTER TABLE users RENAME a TO", "ddl unknown" },
	{ "CREATE TABLE IF NOT (id int)", "ddl again" },
};

static void print(const struct mg_ddl *d, char *out, size_t size)
{
	static const char *const objects[] = {
		"keyspace", "table", "type", "index", "view", "other"
	};
	static const char *const changes[] = { "create", "drop", "add", "remove", "rename" };
	int len = snprintf(out, size, "%s%s", d->is_ddl ? "ddl " : "",
			   d->destructive ? "destroys " : "");

	if (d->effect != MG_JUDGED) {
		snprintf(out + len, size - (size_t)len, "%s",
			 d->effect == MG_AGAIN ? "again" : "unknown");
		return;
	}
	len += snprintf(out + len, size - (size_t)len, "%s %s%s", changes[d->change],
			objects[d->object], d->name ? " " : "");
	len += snprintf(out + len, size - (size_t)len, "%s%s%s",
			d->name && d->keyspace ? d->keyspace : "",
			d->name && d->keyspace ? "." : "", d->name ? d->name : "");
	if (d->target)
		len += snprintf(out + len, size - (size_t)len, " of %s(%s)", d->table, d->target);
	for (const struct mg_name *p = d->parts; p; p = p->next)
		len += snprintf(out + len, size - (size_t)len, "%s%s%s%s",
				p == d->parts ? ": " : " ", p->name, p->to ? ">" : "",
				p->to ? p->to : "");
}

static void each_statement(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_arena arena;
		struct mg_ddl ddl;
		char got[300];

		cd_arena_init(&arena, NULL, 0);
		assert_true(mg_ddl_parse(&arena, rows[i].cql, &ddl));
		print(&ddl, got, sizeof got);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].cql, got);
		cd_arena_deinit(&arena);
	}
}

/* Cut anywhere a statement is understood as another one, or not at all. */
static void each_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		for (size_t len = 0; len < strlen(rows[i].cql); len++) {
			struct cd_arena arena;
			struct mg_ddl ddl;
			char *cut = strndup(rows[i].cql, len);

			cd_arena_init(&arena, NULL, 0);
			assert_true(mg_ddl_parse(&arena, cut, &ddl));
			assert_true(ddl.effect != MG_JUDGED || ddl.name || ddl.target);
			cd_arena_deinit(&arena);
			free(cut);
		}
	}
}

static bool parse_with(const coodie_allocator *a, void *user)
{
	struct cd_arena arena;
	struct mg_ddl ddl;
	bool ok;

	cd_arena_init(&arena, a, 16);
	ok = mg_ddl_parse(&arena, user, &ddl);
	cd_arena_deinit(&arena);
	return ok;
}

static void without_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		char cql[200];

		snprintf(cql, sizeof cql, "%s", rows[i].cql);
		assert_true(cd_failalloc_each(cql, parse_with, cql));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_statement),
		cmocka_unit_test(each_prefix),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
