/* SPDX-License-Identifier: MIT */
/* Statements of DDL from their text to their answer's. */
#include "tests/test.h"

#include "tests/node_ddl.h"

#include "node/cql/parser.h"
#include "node/plan/plan.h"

static int64_t clock_us(void *user)
{
	return ((struct nd_ddl_test *)user)->now_us;
}

static bool only_node(void *user, void *coordinator, uint32_t i, struct nd_system_node *out)
{
	static const int64_t token[] = { 0 };

	(void)user;
	(void)coordinator;
	*out = (struct nd_system_node){ .address = { { 127, 0, 0, 1 }, 4 },
					.port = 9042,
					.data_center = "dc1",
					.rack = "rack1",
					.tokens = token,
					.token_count = 1 };
	return i == 0;
}

bool nd_ddl_test_init(struct nd_ddl_test *t, const coodie_allocator *allocator)
{
	*t = (struct nd_ddl_test){ .now_us = 1700000000000000 };
	t->source.node = only_node;
	cd_arena_init(&t->arena, allocator, 0);
	if (!nd_database_init(&t->db, allocator, (struct nd_clock){ clock_us, t }))
		return false;
	t->db.system = &t->source;
	return true;
}

void nd_ddl_test_deinit(struct nd_ddl_test *t)
{
	nd_database_deinit(&t->db);
	cd_arena_deinit(&t->arena);
}

static bool run(struct nd_ddl_test *t, const char *cql)
{
	struct nd_request *x = &t->x;
	struct nd_planner planner = { .db = &t->db,
				      .arena = &t->arena,
				      .problem = &x->problem,
				      .keyspace = *t->keyspace ? t->keyspace : NULL,
				      .version = 5 };
	const struct nd_statement *s;
	struct nd_plan *plan;

	cd_arena_reset(&t->arena);
	t->now_us += 1000;
	*x = (struct nd_request){ .db = &t->db,
				  .arena = &t->arena,
				  .keyspace = planner.keyspace,
				  .version = 5,
				  .now_us = t->now_us };
	nd_problem_init(&x->problem, &t->arena);
	s = nd_parse(&t->arena, cql, strlen(cql), &x->problem);
	if (!s)
		return false;
	if (s->kind < ND_CREATE_KEYSPACE)
		fail_msg("not a statement of DDL: %s", cql);
	planner.statement = s;
	plan = nd_plan_ddl(&planner, s);
	return plan && plan->run(plan, x);
}

static void show_change(const cql_schema_change *c, char *out, size_t size)
{
	snprintf(out, size, "schema %.*s %.*s %.*s%s%.*s", (int)c->change.len, c->change.data,
		 (int)c->target.len, c->target.data, (int)c->keyspace.len, c->keyspace.data,
		 c->name.data ? "." : "", (int)c->name.len, c->name.data ? c->name.data : "");
}

static void show_error(const cql_error_message *e, char *out, size_t size)
{
	snprintf(out, size, "error 0x%04x %.*s", (unsigned)e->code, (int)e->message.len,
		 e->message.data);
	if (e->code == ND_ALREADY_EXISTS)
		snprintf(out + strlen(out), size - strlen(out), " keyspace=%.*s table=%.*s",
			 (int)e->keyspace.len, e->keyspace.data, (int)e->table.len, e->table.data);
}

void nd_ddl_test_run(struct nd_ddl_test *t, const char *cql, char *answer, size_t size)
{
	bool ok = run(t, cql);

	if (ok == t->x.problem.happened)
		fail_msg("%s: run says %d, the problem %d", cql, ok, t->x.problem.happened);
	if (!ok)
		show_error(&t->x.problem.error, answer, size);
	else if (t->x.result.kind == COODIE_RESULT_SCHEMA_CHANGE)
		show_change(&t->x.result.change, answer, size);
	else
		snprintf(answer, size, t->x.result.kind == COODIE_RESULT_VOID ? "void" : "?");
	for (uint16_t i = 0; i < t->x.warning_count; i++)
		snprintf(answer + strlen(answer), size - strlen(answer), "\nwarning %.*s",
			 (int)t->x.warnings[i].len, t->x.warnings[i].data);
}

void nd_ddl_test_expect(struct nd_ddl_test *t, const char *cql, const char *want)
{
	char got[8192];

	nd_ddl_test_run(t, cql, got, sizeof got);
	if (strcmp(got, want) != 0)
		fail_msg("%s\n  wanted: %s\n  got:    %s", cql, want, got);
}
