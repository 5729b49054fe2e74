/* SPDX-License-Identifier: MIT */
/* INSERT, UPDATE and DELETE, looked up and run. */
#ifndef NODE_WRITE_H
#define NODE_WRITE_H

#include "node/plan/condition.h"
#include "node/plan/operation.h"
#include "node/plan/where.h"

/* A plan of one of the three. */
struct nd_write {
	struct nd_plan plan;
	enum nd_statement_kind kind;     /* ND_INSERT, ND_UPDATE, ND_DELETE */
	struct nd_term *timestamp, *ttl; /* USING; NULL: none */
	/* Regular columns first, static ones behind them. */
	uint32_t operation_count, regular_count;
	struct nd_operation *operations;
	/* INSERT names its key by terms: the partition key's, then the clustering columns' */
	struct nd_term **key;
	bool has_clustering;             /* INSERT: all of them */
	const struct nd_json_plan *json; /* INSERT JSON ?; NULL: not that */
	/* the others by a clause */
	struct nd_where *where;
	struct nd_conditions conditions;
	bool checks_keys;    /* of partitions: not all their columns are of native types */
	bool touches_rows;   /* not the static row alone */
	const struct nd_plain *plain; /* the short way (plain.h); NULL: there is none */
	const char *refusal; /* said when it is run, not when it is prepared; NULL: none */
	int32_t refusal_code;
};

/* The write behind a plan; NULL: the plan is of something else. */
const struct nd_write *nd_write_of(const struct nd_plan *plan);

/* ---- looking up (write_plan.c) ----------------------------------------------------------------- */

/* A plan with its table, USING and conditions. NULL: refused. */
struct nd_write *nd_write_new(struct nd_planner *p, const struct nd_statement *s,
			      const struct nd_using *using, bool if_not_exists, bool if_exists,
			      const struct nd_relations *conditions);
/* USING of a statement or a batch. */
bool nd_using_new(struct nd_planner *p, const char *keyspace, const char *table,
		  const struct nd_using *using, struct nd_term **timestamp, struct nd_term **ttl);
/* Makes room for operations; nd_write_add() takes the next. */
bool nd_write_reserve(struct nd_planner *p, struct nd_write *w, uint32_t operations);
void nd_write_add(struct nd_write *w, const struct nd_operation *o);
/* Looks an assignment of UPDATE or DELETE up and adds it. `of_key` is said of a key column's name. */
bool nd_write_assign(struct nd_planner *p, struct nd_write *w, const struct nd_assign *a,
		     const char *of_key);
/* What follows when all is there: static columns behind, what is to be refused. NULL: refused now. */
struct nd_plan *nd_write_finish(struct nd_planner *p, struct nd_write *w);
/* Counters have no timestamp and no time to live of their own. */
bool nd_write_check_counter(const struct nd_write *w, struct nd_problem *p);
/* Whether only static columns are written and asked for. */
bool nd_write_is_static_only(const struct nd_write *w);
/* WHERE of UPDATE and DELETE. */
bool nd_write_where(struct nd_planner *p, struct nd_write *w, const struct nd_modify *m);

/* ---- running (write.c) ------------------------------------------------------------------------- */

nd_run_fn nd_write_run;

/* Mutations of a request while they are made. */
struct nd_build {
	struct nd_request *x;
	struct nd_mutation *first, *newest; /* NULL: none yet */
	struct nd_spare_changes spare;
	uint32_t count;       /* partitions that were written to, each as often as it was */
	uint64_t rows;        /* of all of them */
	int64_t timestamp_us; /* of writes that do not say one */
	bool is_cas;          /* what is deleted is deleted a microsecond before, as Paxos does */
};
void nd_build_init(struct nd_build *b, struct nd_request *x, int64_t timestamp_us);
/* The value of USING TIMESTAMP, or `otherwise`. */
bool nd_timestamp_value(const struct nd_term *timestamp, struct nd_request *x, int64_t otherwise,
			int64_t *out);

/* The write with what is bound: another one for INSERT JSON ?, else `w`. NULL: refused. */
const struct nd_write *nd_write_bind(const struct nd_write *w, struct nd_request *x);
/* Finds the partitions, and checks that keys are not empty or too long. */
bool nd_write_keys(const struct nd_write *w, struct nd_request *x, struct nd_places *out);
/* Finds the rows too. `out`: zeroed, or as nd_write_keys() has left it. */
bool nd_write_places(const struct nd_write *w, struct nd_request *x, struct nd_places *out);
/* Appends the mutations. */
bool nd_write_build(const struct nd_write *w, struct nd_build *b, const struct nd_places *places);
/* Whether the table's indexes take the values (write_index.c). */
bool nd_build_check_indexes(const struct nd_build *b);
/* Asks the ring for each, applies them all. The answer is void. */
bool nd_build_apply(struct nd_build *b, enum nd_access access);
/* Applies them without asking. */
bool nd_build_store(struct nd_build *b);
/* Guardrails of the statement, and of the timestamp it says. */
bool nd_write_guard(const struct nd_write *w, struct nd_request *x);
/* Whether a level can be used for writes; counters have words of their own. */
bool nd_write_consistency(const struct nd_table *t, struct nd_request *x);

/* ---- IF (cas.c) -------------------------------------------------------------------------------- */

/* Runs a write with conditions. */
bool nd_cas_run(const struct nd_write *w, struct nd_request *x);

#endif
