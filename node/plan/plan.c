/* SPDX-License-Identifier: MIT */
/* Statements to plans, and plans with values to answers. */
#include "node/plan/plan.h"

#include <string.h>

#include "node/auth/access.h"
#include "node/plan/guardrail.h"
#include "node/store/store.h"
#include "node/value/check.h"

static nd_plan_fn *const plans[ND_STATEMENT_KINDS] = {
	[ND_SELECT] = nd_plan_select,     [ND_INSERT] = nd_plan_insert,
	[ND_UPDATE] = nd_plan_update,     [ND_DELETE] = nd_plan_delete,
	[ND_BATCH] = nd_plan_batch,       [ND_USE] = nd_plan_use,
	[ND_TRUNCATE] = nd_plan_truncate, [ND_DESCRIBE] = nd_plan_describe,
	[ND_CREATE_ROLE] = nd_plan_auth,  [ND_ALTER_ROLE] = nd_plan_auth,
	[ND_DROP_ROLE] = nd_plan_auth,    [ND_LIST_ROLES] = nd_plan_auth,
	[ND_LIST_USERS] = nd_plan_auth,   [ND_GRANT_ROLE] = nd_plan_auth,
	[ND_REVOKE_ROLE] = nd_plan_auth,  [ND_GRANT] = nd_plan_auth,
	[ND_REVOKE] = nd_plan_auth,       [ND_LIST_PERMISSIONS] = nd_plan_auth,
	[ND_ADD_IDENTITY] = nd_plan_auth, [ND_DROP_IDENTITY] = nd_plan_auth,
};

/* ---- making ------------------------------------------------------------------------------------- */

static struct nd_table *find_table(const struct nd_planner *p, const struct nd_statement *s)
{
	const char *keyspace = s->on.keyspace ? s->on.keyspace : p->keyspace;
	struct nd_keyspace *k = keyspace ? nd_schema_keyspace(&p->db->schema, keyspace) : NULL;

	return k && s->on.name ? nd_keyspace_table(k, s->on.name) : NULL;
}

/* The one table a statement is about; NULL: several, or none. `most`: the longest partition key of
 * them. */
static struct nd_table *only_table(const struct nd_planner *p, uint32_t *most)
{
	const struct nd_statement *s = p->statement;
	uint32_t count = s->kind == ND_BATCH ? s->as.batch.count : 1;
	struct nd_table *only = NULL;
	bool same = true;

	*most = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct nd_table *t = find_table(p, s->kind == ND_BATCH ? s->as.batch.statements[i]
								       : s);
		if (t && t->partition_key_count > *most)
			*most = t->partition_key_count;
		same = same && (i == 0 || t == only);
		only = t;
	}
	return same ? only : NULL;
}

static bool prepare_markers(struct nd_planner *p, uint32_t key_columns)
{
	p->markers = cd_arena_take_array(p->arena, p->statement->marker_count + 1u,
					 sizeof *p->markers);
	p->key_markers = cd_arena_take_array(p->arena, key_columns + 1u, sizeof *p->key_markers);
	if (!p->markers || !p->key_markers)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i <= key_columns; i++)
		p->key_markers[i] = -1;
	return true;
}

/* When every column of the partition key has a marker of its own, clients can tell where to go. */
static bool take_key_indexes(const struct nd_planner *p, const struct nd_table *table,
			     cql_markers *out)
{
	uint16_t *indexes;

	for (uint16_t i = 0; i < table->partition_key_count; i++)
		if (p->key_markers[i] < 0)
			return true;
	indexes = cd_arena_take_array(p->arena, table->partition_key_count, sizeof *indexes);
	if (!indexes)
		return nd_no_memory(p->problem);
	for (uint16_t i = 0; i < table->partition_key_count; i++)
		indexes[i] = (uint16_t)p->key_markers[i];
	out->key_indexes = indexes;
	out->key_count = table->partition_key_count;
	return true;
}

static bool take_markers(const struct nd_planner *p, const struct nd_table *table, cql_markers *out)
{
	uint32_t count = p->statement->marker_count;

	for (uint32_t i = 0; i < count; i++)
		if (!p->markers[i].type)
			return nd_refuse(p->problem, ND_INVALID,
					 "Bind variables are not supported in this statement");
	out->columns = p->markers;
	out->column_count = count;
	for (uint32_t i = 1; i < count; i++) /* BATCH USING TIMESTAMP ?: that is of no table */
		if (strcmp(p->markers[i].table.data, p->markers[0].table.data) != 0)
			return true;
	return !table || take_key_indexes(p, table, out);
}

/* ScyllaDB's words: a node of Cassandra does not know them. */
static bool refuse_words(struct nd_planner *p, const struct nd_using *u, bool bypass_cache)
{
	if ((u->timeout || bypass_cache) && !p->db->is_scylla)
		return nd_refuse(p->problem, ND_SYNTAX_ERROR,
				 "USING TIMEOUT and BYPASS CACHE are ScyllaDB's: this node is "
				 "Cassandra's (one with shards knows them)");
	if (u->timeout && u->timeout->kind == ND_EXPR_MARKER)
		return nd_refuse(p->problem, ND_INVALID,
				 "A marker in USING TIMEOUT is not supported by the node");
	return true;
}

static bool know_words(struct nd_planner *p, const struct nd_statement *s)
{
	switch (s->kind) {
	case ND_SELECT:
		return refuse_words(p, &s->as.select.using, s->as.select.bypass_cache);
	case ND_INSERT:
		return refuse_words(p, &s->as.insert.using, false);
	case ND_UPDATE:
	case ND_DELETE:
		return refuse_words(p, &s->as.modify.using, false);
	case ND_BATCH:
		for (uint32_t i = 0; i < s->as.batch.count; i++)
			if (!know_words(p, s->as.batch.statements[i]))
				return false;
		return refuse_words(p, &s->as.batch.using, false);
	default:
		return true;
	}
}

struct nd_plan *nd_plan_new(struct nd_database *db, struct cd_arena *arena,
			    const struct nd_statement *statement, const char *keyspace,
			    unsigned version, struct nd_problem *problem)
{
	struct nd_planner p = {
		.db = db,
		.arena = arena,
		.problem = problem,
		.keyspace = keyspace,
		.version = version,
		.statement = statement,
	};
	nd_plan_fn *make = plans[statement->kind] ? plans[statement->kind] : nd_plan_ddl;
	uint32_t key_columns;
	struct nd_table *table = only_table(&p, &key_columns);
	struct nd_plan *plan;

	if (!know_words(&p, statement) || !prepare_markers(&p, key_columns))
		return NULL;
	plan = make(&p, statement);
	if (!plan || problem->happened || !take_markers(&p, table, &plan->markers))
		return NULL;
	plan->statement = statement;
	plan->in_lists = p.in_lists;
	return plan;
}

/* ---- running ------------------------------------------------------------------------------------- */

bool nd_plan_check(const struct nd_plan *plan, const struct nd_value *values, struct nd_problem *p)
{
	const cql_column_spec *markers = plan->markers.columns;

	for (uint32_t i = 0; i < plan->markers.column_count; i++) {
		const struct nd_value *v = &values[i];

		if (v->presence == ND_VALUE &&
		    !(plan->in_lists && plan->in_lists[i] ? nd_check_in : nd_check_value)(
			    markers[i].type, (cql_blob){ v->data, v->len }, p))
			return false;
	}
	return true;
}

bool nd_plan_run(const struct nd_plan *plan, struct nd_request *x)
{
	if (x->value_count != plan->markers.column_count)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid amount of bind variables");
	return nd_access_check(plan, x) && nd_plan_check(plan, x->values, &x->problem) &&
	       plan->run(plan, x);
}

/* ---- USE ------------------------------------------------------------------------------------------ */

static bool run_use(const struct nd_plan *plan, struct nd_request *x)
{
	const char *name = plan->statement->on.keyspace;
	char *copy;

	if (!x->db->settings.use_statements_enabled)
		return nd_refuse(&x->problem, ND_INVALID,
				 "USE statements prohibited. (see use_statements_enabled in "
				 "cassandra.yaml)");
	if (!nd_schema_keyspace(&x->db->schema, name))
		return nd_refuse(&x->problem, ND_INVALID, "Keyspace '%s' does not exist", name);
	copy = cd_arena_strndup(x->arena, name, strlen(name));
	if (!copy)
		return nd_no_memory(&x->problem);
	x->result.kind = COODIE_RESULT_SET_KEYSPACE;
	x->result.keyspace = (cql_text){ copy, strlen(copy) };
	return true;
}

static struct nd_plan *plain_plan(struct nd_planner *p, nd_run_fn *run)
{
	struct nd_plan *plan = cd_arena_take_zero(p->arena, sizeof *plan);

	if (plan)
		plan->run = run;
	else
		nd_no_memory(p->problem);
	return plan;
}

struct nd_plan *nd_plan_use(struct nd_planner *p, const struct nd_statement *s)
{
	(void)s;
	return plain_plan(p, run_use);
}

/* ---- TRUNCATE --------------------------------------------------------------------------------------- */

struct truncate_plan {
	struct nd_plan plan;
	const char *keyspace; /* the session's; NULL: none */
};

static void truncate_with_views(const struct nd_table *t)
{
	const struct nd_keyspace *k = t->keyspace;

	nd_store_truncate(t->store);
	for (uint32_t i = 0; i < k->table_count; i++)
		if (k->tables[i]->view && k->tables[i]->view->base == t)
			nd_store_truncate(k->tables[i]->store);
}

static bool may_truncate(const struct nd_table *t, struct nd_problem *p)
{
	if (t->view)
		return nd_refuse(p, ND_INVALID,
				 "Cannot TRUNCATE materialized view directly; must "
				 "truncate base table instead");
	if (t->keyspace->is_virtual)
		return nd_refuse(p, ND_INVALID, "Truncation is not supported by table %s.%s",
				 t->keyspace->name, t->name);
	if (t->is_read_only)
		return nd_refuse(p, ND_UNAUTHORIZED, "%s keyspace is not user-modifiable.",
				 t->keyspace->name);
	return true;
}

/* Cassandra looks for the table when it runs: who may not empty it is not told whether it is there. */
static bool run_truncate(const struct nd_plan *plan, struct nd_request *x)
{
	const struct truncate_plan *p = (const struct truncate_plan *)plan;
	const struct nd_table_name *on = &plan->statement->on;
	struct nd_resource r = { ND_TABLE, on->keyspace ? on->keyspace : p->keyspace, on->name };
	struct nd_table *t;

	if (r.keyspace && !nd_access_need(x, ND_MAY_MODIFY, &r))
		return false;
	t = nd_schema_find_table(&x->db->schema, p->keyspace, on, &x->problem);
	if (!t || !may_truncate(t, &x->problem) ||
	    !nd_guard_use(x, ND_FLAG_drop_truncate_table_enabled, NULL) ||
	    !nd_request_admit(x, t->keyspace, INT64_MIN, ND_TRUNCATION))
		return false;
	truncate_with_views(t);
	x->result.kind = COODIE_RESULT_VOID;
	return true;
}

static bool find_truncated(const struct nd_plan *plan, struct nd_request *x)
{
	const struct truncate_plan *p = (const struct truncate_plan *)plan;

	return nd_schema_find_table(&x->db->schema, p->keyspace, &plan->statement->on, &x->problem);
}

struct nd_plan *nd_plan_truncate(struct nd_planner *p, const struct nd_statement *s)
{
	struct truncate_plan *plan = cd_arena_take_zero(p->arena, sizeof *plan);

	(void)s;
	if (!plan) {
		nd_no_memory(p->problem);
		return NULL;
	}
	plan->plan = (struct nd_plan){ .run = run_truncate,
				       .validate = find_truncated,
				       .is_write = true };
	plan->keyspace = p->keyspace;
	return &plan->plan;
}
