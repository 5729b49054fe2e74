/* SPDX-License-Identifier: MIT */
/* What INSERT, UPDATE and DELETE have in common when they are looked up. */
#include "node/plan/write.h"

#include <string.h>

#include "node/function/term_parts.h"
#include "node/plan/plain.h"

/* ---- USING ------------------------------------------------------------------------------------- */

bool nd_using_new(struct nd_planner *p, const char *keyspace, const char *table,
		  const struct nd_using *using, struct nd_term **timestamp, struct nd_term **ttl)
{
	const struct nd_receiver at = { keyspace, table, "[timestamp]",
					cd_type_native(CQL_KIND_BIGINT) };
	const struct nd_receiver live = { keyspace, table, "[ttl]", cd_type_native(CQL_KIND_INT) };

	if (using->timestamp && !(*timestamp = nd_term_new(p, using->timestamp, &at)))
		return false;
	return !using->ttl || (*ttl = nd_term_new(p, using->ttl, &live));
}

/* ---- the plan ---------------------------------------------------------------------------------- */

static bool new_conditions(struct nd_planner *p, struct nd_write *w, bool if_not_exists,
			   bool if_exists, const struct nd_relations *relations)
{
	w->conditions.if_not_exists = if_not_exists;
	w->conditions.if_exists = if_exists;
	if (!relations || !relations->count)
		return true;
	if (w->timestamp)
		return nd_refuse(p->problem, ND_INVALID,
				 "Cannot provide custom timestamp for conditional updates");
	return nd_conditions_new(p, w->plan.table, relations, &w->conditions);
}

struct nd_write *nd_write_new(struct nd_planner *p, const struct nd_statement *s,
			      const struct nd_using *using, bool if_not_exists, bool if_exists,
			      const struct nd_relations *conditions)
{
	struct nd_table *t = nd_schema_find_table(&p->db->schema, p->keyspace, &s->on, p->problem);
	struct nd_write *w;

	if (!t)
		return NULL;
	if (!(w = cd_arena_take_zero(p->arena, sizeof *w))) {
		nd_no_memory(p->problem);
		return NULL;
	}
	w->plan.statement = s;
	w->plan.table = t;
	w->plan.run = nd_write_run;
	w->plan.is_write = true;
	w->kind = s->kind;
	for (uint32_t i = 0; i < t->partition_key_count; i++)
		w->checks_keys |= t->columns[i]->type->count > 0;
	if (!nd_using_new(p, t->keyspace->name, t->name, using, &w->timestamp, &w->ttl) ||
	    !new_conditions(p, w, if_not_exists, if_exists, conditions))
		return NULL;
	w->plan.is_conditional = nd_conditions_are(&w->conditions);
	return w;
}

const struct nd_write *nd_write_of(const struct nd_plan *plan)
{
	return plan->run == nd_write_run ? (const struct nd_write *)plan : NULL;
}

/* ---- operations -------------------------------------------------------------------------------- */

bool nd_write_reserve(struct nd_planner *p, struct nd_write *w, uint32_t operations)
{
	w->operations = cd_arena_take_array(p->arena, (size_t)operations + 1,
					    sizeof *w->operations);
	return w->operations || nd_no_memory(p->problem);
}

void nd_write_add(struct nd_write *w, const struct nd_operation *o)
{
	uint32_t at = w->operation_count++;

	if (o->column->kind != ND_STATIC) {
		memmove(w->operations + w->regular_count + 1, w->operations + w->regular_count,
			(at - w->regular_count) * sizeof *o);
		at = w->regular_count++;
	}
	w->operations[at] = *o;
}

bool nd_write_assign(struct nd_planner *p, struct nd_write *w, const struct nd_assign *a,
		     const char *of_key)
{
	const struct nd_table *t = w->plan.table;
	const struct nd_column *c = nd_table_find_column(t, a->column, p->problem);
	struct nd_operation o;

	if (!c)
		return false;
	if (c->kind == ND_PARTITION_KEY || c->kind == ND_CLUSTERING)
		return nd_refuse(p->problem, ND_INVALID, of_key, c->name);
	if (!nd_operation_new(p, t, c, a, nd_conditions_are(&w->conditions), &o))
		return false;
	nd_write_add(w, &o);
	return true;
}

bool nd_write_is_static_only(const struct nd_write *w)
{
	bool rows = w->regular_count || w->conditions.on_rows ||
		    (w->kind == ND_DELETE && !w->operation_count);

	return !rows && (w->operation_count || w->conditions.on_statics);
}

/* ---- WHERE ------------------------------------------------------------------------------------- */

bool nd_write_where(struct nd_planner *p, struct nd_write *w, const struct nd_modify *m)
{
	struct nd_table *t = w->plan.table;
	const struct nd_where_options options = {
		.use = w->kind == ND_UPDATE ? ND_WHERE_UPDATE : ND_WHERE_DELETE,
		.static_only = nd_write_is_static_only(w),
		.whole_rows = w->kind == ND_DELETE && !w->operation_count,
		.has_conditions = nd_conditions_are(&w->conditions),
	};

	if (!(w->where = nd_where_new(p, t, &m->where, &options)))
		return false;
	w->touches_rows = !t->clustering_count || !nd_where_is_whole_partitions(w->where);
	return true;
}

/* ---- what is refused --------------------------------------------------------------------------- */

/* What Cassandra says of a statement when it is run, so that it can be prepared. */
static const char *run_refusal(const struct nd_write *w)
{
	const struct nd_table *t = w->plan.table;

	if (t->view)
		return "Cannot directly modify a materialized view";
	if (t->keyspace->is_virtual && w->timestamp)
		return "Custom timestamp is not supported by virtual tables";
	if (t->keyspace->is_virtual && w->ttl)
		return "Expiring columns are not supported by virtual tables";
	if (t->keyspace->is_virtual && nd_conditions_are(&w->conditions))
		return "Conditional updates are not supported by virtual tables";
	return NULL;
}

static bool set_refusal(struct nd_planner *p, struct nd_write *w)
{
	const struct nd_table *t = w->plan.table;

	w->refusal_code = ND_INVALID;
	w->refusal = run_refusal(w);
	if (w->refusal || !t->is_read_only)
		return true;
	if (t->keyspace->is_virtual) {
		w->refusal = nd_text(p->problem, p->arena,
				     "Modification is not supported by table %s.%s",
				     t->keyspace->name, t->name);
	} else {
		w->refusal_code = ND_UNAUTHORIZED;
		w->refusal = nd_text(p->problem, p->arena, "%s keyspace is not user-modifiable.",
				     t->keyspace->name);
	}
	return w->refusal != NULL;
}

bool nd_write_check_counter(const struct nd_write *w, struct nd_problem *p)
{
	return !w->plan.table->is_counter || (!w->timestamp && !w->ttl) ||
	       nd_refuse(p, ND_INVALID, "Cannot provide custom %s for counter updates",
			 w->timestamp ? "timestamp" : "TTL");
}

struct nd_plan *nd_write_finish(struct nd_planner *p, struct nd_write *w)
{
	if (nd_conditions_are(&w->conditions) && w->plan.table->is_counter) {
		nd_refuse(p->problem, ND_INVALID,
			  "Conditional updates are not supported on counter tables");
		return NULL;
	}
	/* a batch is looked at before its statements are */
	if (p->statement->kind != ND_BATCH && !nd_write_check_counter(w, p->problem))
		return NULL;
	if (nd_conditions_are(&w->conditions) && w->timestamp) {
		nd_refuse(p->problem, ND_INVALID,
			  "Cannot provide custom timestamp for conditional updates");
		return NULL;
	}
	return set_refusal(p, w) && nd_plain_new(p, w) ? &w->plan : NULL;
}
