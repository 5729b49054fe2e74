/* SPDX-License-Identifier: MIT */
/* The schema: made, looked up, digested, and as it was when memory runs out. */
#include "tests/test.h"

#include "node/ddl.h"
#include "node/store.h"
#include "proto/type.h"
#include "tests/failalloc.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(makes_a_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
