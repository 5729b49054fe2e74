/* SPDX-License-Identifier: MIT */
/* A database whose clock stands still, for tests of what the node computes. */
#ifndef TESTS_NODE_DB_H
#define TESTS_NODE_DB_H

#include "node/plan/plan.h"

#define NODE_DB_NOW_US INT64_C(1795248461123456) /* 2026-11-21T08:07:41.123456Z */

struct node_db {
	struct nd_database db;
	struct cd_arena arena; /* of all that is parsed and planned */
	struct nd_request x;
};

/* Makes the keyspace ks. False: out of memory. */
bool node_db_open(struct node_db *d, const coodie_allocator *allocator);
void node_db_close(struct node_db *d);
/* Forgets what was refused. */
void node_db_again(struct node_db *d);
/* Parses; NULL: refused, in d->x.problem. */
struct nd_statement *node_db_parse(struct node_db *d, const char *cql);
/* Runs CREATE, ALTER, DROP. */
bool node_db_define(struct node_db *d, const char *cql);
/* A planner for a statement, with room for its markers. */
struct nd_planner node_db_planner(struct node_db *d, const struct nd_statement *s);
/* What was refused, NUL-terminated, in the arena; "" when nothing was. */
const char *node_db_refusal(struct node_db *d);
/* Bytes as hexadecimal digits, "null" or "unset", in the arena. */
const char *node_db_hex(struct node_db *d, struct nd_value v);

#endif
