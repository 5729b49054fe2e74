/* SPDX-License-Identifier: MIT */
/* The node's executor without a node: CQL in, the answer as a line of text out. */
#ifndef TESTS_NODE_FIXTURE_H
#define TESTS_NODE_FIXTURE_H

#include "node/plan/batch.h"
#include "node/plan/plan.h"

enum { CD_FIXTURE_STATEMENTS = 8 };

struct fixture {
	struct nd_database db;
	int64_t now_us;       /* the clock; it stands still */
	const char *keyspace; /* of the session; NULL: none */
	const char *role;     /* that asks; NULL: the node itself */
	/* of the next requests */
	unsigned version;
	cql_consistency consistency, serial_consistency;
	bool is_ordinary_user; /* guardrails hold */
	bool has_timestamp;
	int64_t timestamp_us;
	bool has_page_rows;
	int32_t page_rows;
	cql_blob paging_state; /* what the last answer had is put here; it lives in `arena` */
	/* Plans and answers; fixture_forget() empties it. */
	struct cd_arena arena;
	cql_arena *values; /* what literals became */
	char *text;        /* the last answer */
};

/* A database with the keyspace "ks" (SimpleStrategy, 1), which is the session's, at
 * 2026-11-21 12:00:00 UTC. `allocator` NULL: malloc. */
void fixture_begin(struct fixture *f, const coodie_allocator *allocator);
void fixture_end(struct fixture *f);
/* For cmocka: a fixture in which these statements were run, and its end. */
struct fixture *fixture_with(const char *const *statements, size_t count);
int fixture_teardown(void **state);
/* Gives back the memory of plans and answers. */
void fixture_forget(struct fixture *f);

/* Parses, plans and runs one statement. The answer, until the next:
 *
 *     void
 *     keyspace KS
 *     schema CREATED TABLE ks.t
 *     rows: a=1 b=null | a=2 b='x'      ("rows:" when there are none)
 *     0x2200 the message
 *     warning the text; void
 */
const char *fixture_run(struct fixture *f, const char *cql);
/* The same with values for its markers: "1 | 'x' | null | unset | raw 0xCAFE". */
const char *fixture_bind(struct fixture *f, const char *cql, const char *values);
/* A BATCH message: `count` statements, each with its values (NULL: none). */
const char *fixture_batch(struct fixture *f, enum nd_batch_type type, uint32_t count,
			  const char *const (*statements)[2]);
/* Runs one with a memory of its own, and forgets what came of it. The refusal, NULL when there was none. */
const char *fixture_try(struct fixture *f, const coodie_allocator *a, const char *cql);
/* What PREPARE would say: "markers: a int, b text; key 0 1; columns: ..." */
const char *fixture_prepare(struct fixture *f, const char *cql);
/* A prepared statement to run many times. It lives until fixture_forget(); NULL: refused. */
struct nd_plan *fixture_plan(struct fixture *f, const char *cql);
/* Moves the clock. */
void fixture_sleep(struct fixture *f, int64_t seconds);

/* Rows of a table test: each statement has to give its answer. `values` NULL: none. Fails the running
 * test with the name and both answers. */
struct fixture_row {
	const char *name, *cql, *values, *answer;
};
void fixture_rows(struct fixture *f, const struct fixture_row *rows, size_t count);

#endif
