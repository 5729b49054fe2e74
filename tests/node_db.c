/* SPDX-License-Identifier: MIT */
/* A database whose clock stands still. */
#include "tests/node_db.h"

#include <stdio.h>
#include <string.h>

#include "node/cql/parser.h"
#include "node/schema/ddl.h"

static int64_t now_us(void *user)
{
	(void)user;
	return NODE_DB_NOW_US;
}

void node_db_again(struct node_db *d)
{
	d->x = (struct nd_request){
		.db = &d->db,
		.arena = &d->arena,
		.keyspace = "ks",
		.version = 5,
		.now_us = NODE_DB_NOW_US,
	};
	nd_problem_init(&d->x.problem, &d->arena);
}

bool node_db_open(struct node_db *d, const coodie_allocator *allocator)
{
	memset(d, 0, sizeof *d);
	cd_arena_init(&d->arena, allocator, 0);
	if (!nd_database_init(&d->db, allocator, (struct nd_clock){ now_us, NULL }))
		return false;
	node_db_again(d);
	return node_db_define(d, "CREATE KEYSPACE ks WITH replication = "
				 "{'class': 'SimpleStrategy', 'replication_factor': 1}");
}

void node_db_close(struct node_db *d)
{
	nd_database_deinit(&d->db);
	cd_arena_deinit(&d->arena);
}

struct nd_statement *node_db_parse(struct node_db *d, const char *cql)
{
	node_db_again(d);
	return nd_parse(&d->arena, cql, strlen(cql), &d->x.problem);
}

struct nd_planner node_db_planner(struct node_db *d, const struct nd_statement *s)
{
	return (struct nd_planner){
		.db = &d->db,
		.arena = &d->arena,
		.problem = &d->x.problem,
		.keyspace = "ks",
		.version = 5,
		.statement = s,
		.markers = cd_arena_take_array(&d->arena, s->marker_count + (size_t)1,
					       sizeof(cql_column_spec)),
	};
}

bool node_db_define(struct node_db *d, const char *cql)
{
	struct nd_statement *s = node_db_parse(d, cql);
	struct nd_planner p;
	struct nd_plan *plan;

	if (!s)
		return false;
	p = node_db_planner(d, s);
	plan = p.markers ? nd_plan_ddl(&p, s) : NULL;
	return plan && plan->run(plan, &d->x);
}

const char *node_db_refusal(struct node_db *d)
{
	cql_text m = d->x.problem.error.message;

	return d->x.problem.happened ? cd_arena_strndup(&d->arena, m.data, m.len) : "";
}

const char *node_db_hex(struct node_db *d, struct nd_value v)
{
	char *out = cd_arena_take(&d->arena, 2 * v.len + 1);

	if (v.presence != ND_VALUE)
		return v.presence == ND_NULL ? "null" : "unset";
	for (size_t i = 0; i < v.len; i++)
		snprintf(out + 2 * i, 3, "%02x", v.data[i]);
	out[2 * v.len] = '\0';
	return out;
}
