/* SPDX-License-Identifier: MIT */
/* A statement that was looked up and checked against the schema: what PREPARE keeps and EXECUTE
 * runs. A QUERY makes one, runs it and drops it. */
#ifndef NODE_PLAN_H
#define NODE_PLAN_H

#include "node/server/request.h"

typedef bool nd_run_fn(const struct nd_plan *plan, struct nd_request *x);

/* The start of every kind of plan. */
struct nd_plan {
	const struct nd_statement *statement;
	struct nd_table *table; /* NULL: not about one */
	nd_run_fn *run;         /* fills x->result, or x->problem and returns false */
	nd_run_fn *validate;    /* what PREPARE asks of it besides being made; NULL: nothing */
	cql_markers markers;    /* one for each marker; types as of now */
	const bool
		*in_lists; /* of each: whether it is IN's, whose items may be null; NULL: none is */
	cql_metadata metadata; /* of its rows; `columns` NULL: it has none */
	bool is_conditional;   /* LWT */
	bool is_write;
};

struct nd_candidates;
struct nd_found;

/* While a plan is being made. All of a plan lives in `arena`. */
struct nd_planner {
	struct nd_database *db;
	struct cd_arena *arena;
	struct nd_problem *problem;
	const char *keyspace; /* the session's; NULL: none */
	unsigned version;
	const struct nd_statement *statement; /* the outermost one */
	cql_column_spec *markers; /* as many as statement->marker_count; type NULL: not seen yet */
	bool *in_lists;           /* of each marker; NULL: none is IN's */
	/* for pk_indexes: the marker that stands alone for each column of the partition key, or -1 */
	int32_t *key_markers;
	const struct nd_table
		*columns;        /* that expressions may name: a selection's; NULL elsewhere */
	struct nd_found **found; /* function.c's: what calls mean */
	struct nd_candidates *overloads; /* likewise: what functions there are */
};

/* Makes the plan of a parsed statement. NULL: `problem` says why. The tree may be forgotten
 * afterwards only with the arena, when both are the same. */
struct nd_plan *nd_plan_new(struct nd_database *db, struct cd_arena *arena,
			    const struct nd_statement *statement, const char *keyspace,
			    unsigned version, struct nd_problem *problem);
/* Checks x->values against the markers (number; the bytes of each against its type, as strictly as
 * Cassandra does) and runs the plan. */
bool nd_plan_run(const struct nd_plan *plan, struct nd_request *x);
/* The same look at values, as many as the plan has markers: for the statements of a BATCH message. */
bool nd_plan_check(const struct nd_plan *plan, const struct nd_value *values, struct nd_problem *p);

/* What nd_plan_new() calls for each kind; a table in plan.c. */
typedef struct nd_plan *nd_plan_fn(struct nd_planner *p, const struct nd_statement *s);
nd_plan_fn nd_plan_select, nd_plan_insert, nd_plan_update, nd_plan_delete, nd_plan_batch,
	nd_plan_use, nd_plan_truncate, nd_plan_ddl, nd_plan_describe, nd_plan_auth;

#endif
