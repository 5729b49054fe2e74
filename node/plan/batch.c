/* SPDX-License-Identifier: MIT */
/* BATCH looked up and run: statements of one kind, built first and applied at once. */
#include "node/plan/batch.h"

#include <stdio.h>
#include <string.h>

#include "node/auth/access.h"
#include "node/function/term_parts.h"
#include "node/plan/batch_parts.h"
#include "node/plan/cas.h"
#include "node/plan/guardrail.h"
#include "node/plan/plain.h"
#include "node/value/java_set.h"

struct batch_plan {
	struct nd_plan plan;
	enum nd_batch_type type;
	struct nd_term *timestamp;
	uint32_t count;
	const struct nd_write **writes;
};

/* A batch about to run, wherever it came from. */
struct batch {
	enum nd_batch_type type;
	const struct nd_term *timestamp;
	bool has_ttl;
	uint32_t count;
	const struct nd_write **writes;
};

/* ---- rules ------------------------------------------------------------------------------------- */

/* What the statements of a batch are, taken together. */
struct traits {
	bool counters, others, virtuals, reals, conditions, timestamps, many_tables;
};

static struct traits traits_of(const struct batch *b)
{
	struct traits t = { 0 };

	for (uint32_t i = 0; i < b->count; i++) {
		const struct nd_write *w = b->writes[i];
		const struct nd_table *table = w->plan.table;

		t.counters |= table->is_counter;
		t.others |= !table->is_counter;
		t.virtuals |= table->keyspace->is_virtual;
		t.reals |= !table->keyspace->is_virtual;
		t.conditions |= w->plan.is_conditional;
		t.timestamps |= w->timestamp != NULL;
		t.many_tables |= table != b->writes[0]->plan.table;
	}
	return t;
}

static bool check_rules(const struct batch *b, struct nd_problem *p)
{
	const struct traits t = traits_of(b);
	bool logged = b->type == ND_BATCH_LOGGED, counter = b->type == ND_BATCH_COUNTER;
	const struct {
		bool broken;
		const char *text;
	} rules[] = {
		{ b->has_ttl, "Global TTL on the BATCH statement is not supported." },
		{ b->timestamp && t.conditions,
		  "Cannot provide custom timestamp for conditional BATCH" },
		{ b->timestamp && counter, "Cannot provide custom timestamp for counter BATCH" },
		{ b->timestamp && t.timestamps,
		  "Timestamp must be set either on BATCH or individual statements" },
		{ b->timestamp && t.counters,
		  "Cannot provide custom timestamp for a BATCH containing counters" },
		{ counter && t.others, "Cannot include non-counter statement in a counter batch" },
		{ t.counters && t.others,
		  "Counter and non-counter mutations cannot exist in the same batch" },
		{ logged && t.counters, "Cannot include a counter statement in a logged batch" },
		{ logged && t.virtuals,
		  "Cannot include a virtual table statement in a logged batch" },
		{ t.virtuals && t.reals,
		  "Mutations for virtual and regular tables cannot exist in the same batch" },
		{ t.conditions && t.virtuals,
		  "Conditional BATCH statements cannot include mutations for virtual tables" },
		{ t.conditions && t.many_tables,
		  "Batch with conditions cannot span multiple tables" },
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].broken)
			return nd_refuse(p, ND_INVALID, "%s", rules[i].text);
	return true;
}

/* ---- looking up -------------------------------------------------------------------------------- */

static struct batch batch_of_plan(const struct batch_plan *plan)
{
	return (struct batch){ plan->type, plan->timestamp, false, plan->count, plan->writes };
}

static bool plan_statements(struct nd_planner *p, struct batch_plan *plan,
			    const struct nd_batch *batch)
{
	static nd_plan_fn *const plans[ND_STATEMENT_KINDS] = { [ND_INSERT] = nd_plan_insert,
							       [ND_UPDATE] = nd_plan_update,
							       [ND_DELETE] = nd_plan_delete };

	plan->writes = cd_arena_take_array(p->arena, (size_t)batch->count + 1, sizeof(void *));
	if (!plan->writes)
		return nd_no_memory(p->problem);
	for (; plan->count < batch->count; plan->count++) {
		const struct nd_statement *s = batch->statements[plan->count];
		struct nd_plan *made = plans[s->kind](p, s);

		if (!made)
			return false;
		plan->writes[plan->count] = nd_write_of(made);
		plan->plan.is_conditional |= made->is_conditional;
	}
	return true;
}

/* Its rules, then those of each statement. */
static bool check(const struct batch *b, struct nd_problem *p)
{
	if (!check_rules(b, p))
		return false;
	for (uint32_t i = 0; i < b->count; i++)
		if (!nd_write_check_counter(b->writes[i], p))
			return false;
	return true;
}

static nd_run_fn run_plan;

struct nd_plan *nd_plan_batch(struct nd_planner *p, const struct nd_statement *s)
{
	const struct nd_batch *batch = &s->as.batch;
	struct batch_plan *plan = cd_arena_take_zero(p->arena, sizeof *plan);
	struct nd_term *ttl = NULL;
	struct batch checked;

	if (!plan) {
		nd_no_memory(p->problem);
		return NULL;
	}
	plan->plan.statement = s;
	plan->plan.run = run_plan;
	plan->plan.is_write = true;
	plan->type = batch->type;
	if (!plan_statements(p, plan, batch) ||
	    !nd_using_new(p, "[batch]", "[batch]", &batch->using, &plan->timestamp, &ttl))
		return NULL;
	checked = batch_of_plan(plan);
	checked.has_ttl = ttl != NULL;
	return check(&checked, p->problem) ? &plan->plan : NULL;
}

/* ---- warnings ---------------------------------------------------------------------------------- */

/* Whether an earlier mutation is to the same partition, and to the same table. */
static bool is_repeated(const struct nd_mutation *first, const struct nd_mutation *m, bool of_table)
{
	for (const struct nd_mutation *k = first; k != m; k = k->next)
		if (of_table ? k->table == m->table
			     : k->key.len == m->key.len &&
				       !memcmp(k->key.data, m->key.data, m->key.len))
			return true;
	return false;
}

uint32_t nd_batch_tables(const struct nd_build *b, bool without_grace, char *out, size_t size)
{
	enum { TABLES = 64 };
	const char *names[TABLES];
	uint32_t count = 0;
	size_t at = 0;

	for (const struct nd_mutation *m = b->first; m && count < TABLES; m = m->next) {
		if ((without_grace && m->table->gc_grace) || is_repeated(b->first, m, true))
			continue;
		names[count] = nd_text(&b->x->problem, b->x->arena, "%s.%s",
				       m->table->keyspace->name, m->table->name);
		count += names[count] != NULL;
	}
	nd_java_set_order(names, count);
	for (uint32_t i = 0; i < count && at + 200 < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s", i ? ", " : "[", names[i]);
	snprintf(out + at, size - at, "]");
	return count;
}

static void warn_of_partitions(const struct nd_build *b)
{
	const int64_t most = b->x->db->settings.unlogged_batch_across_partitions_warn_threshold;
	char tables[ND_TABLE_NAMES_SIZE];
	uint32_t partitions = 0, count;

	if (most < 0 || b->count <= most)
		return;
	for (const struct nd_mutation *m = b->first; m; m = m->next)
		partitions += !is_repeated(b->first, m, false);
	if (partitions <= most)
		return;
	count = nd_batch_tables(b, false, tables, sizeof tables);
	nd_request_warn(
		b->x,
		"Unlogged batch covering %u partitions detected against table%s %s. You should "
		"use a logged batch for atomicity, or asynchronous writes for performance.",
		partitions, count == 1 ? "" : "s", tables);
}

static void warn_of_grace(const struct nd_build *b)
{
	char tables[ND_TABLE_NAMES_SIZE];
	uint32_t count = nd_batch_tables(b, true, tables, sizeof tables);

	if (count)
		nd_request_warn(
			b->x,
			"Executing a LOGGED BATCH on table%s %s, configured with a "
			"gc_grace_seconds of 0. The gc_grace_seconds is used to TTL batchlog "
			"entries, so setting gc_grace_seconds too low on tables involved in an "
			"atomic batch might cause batchlog entries to expire before being "
			"replayed.",
			count == 1 ? "" : "s", tables);
}

/* ---- running ----------------------------------------------------------------------------------- */

static bool check_refusals(const struct batch *b, struct nd_request *x)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct nd_write *w = b->writes[i];

		if (w->refusal)
			return nd_refuse(&x->problem, w->refusal_code, "%s", w->refusal);
		if (!nd_write_guard(w, x))
			return false;
	}
	return true;
}

/* `items` NULL: all have the request's values. */
static void bind(struct nd_request *x, const struct nd_batch_item *items, uint32_t at)
{
	if (items) {
		x->values = items[at].values;
		x->value_count = items[at].value_count;
	}
}

/* The writes with what is bound to them. */
static bool bind_writes(struct batch *b, const struct nd_batch_item *items, struct nd_request *x)
{
	const struct nd_write **bound = cd_arena_take_array(x->arena, (size_t)b->count + 1,
							    sizeof(void *));

	if (!bound)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < b->count; i++) {
		bind(x, items, i);
		if (!(bound[i] = nd_write_bind(b->writes[i], x)))
			return false;
	}
	b->writes = bound;
	return true;
}

static bool run_conditional(const struct batch *b, const struct nd_batch_item *items,
			    struct nd_request *x)
{
	struct nd_cas_item *cas = cd_arena_take_array(x->arena, b->count, sizeof *cas);

	if (!cas)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < b->count; i++)
		cas[i] = (struct nd_cas_item){ .write = b->writes[i],
					       .values = items ? items[i].values : x->values,
					       .value_count = items ? items[i].value_count
								    : x->value_count };
	return nd_cas_items_run(cas, b->count, true, x);
}

/* Partitions are looked at before any row. Many are those of the statement before. */
static bool find_keys(const struct batch *b, const struct nd_batch_item *items,
		      struct nd_request *x, struct nd_places *places)
{
	bool ok = true;

	for (uint32_t i = 0; ok && i < b->count; i++) {
		bind(x, items, i);
		ok = nd_write_keys(b->writes[i], x, &places[i]);
		if (ok && places[i].key_count) {
			x->near_key = places[i].keys[0];
			x->near_token = places[i].tokens[0];
		}
	}
	x->near_key.data = NULL;
	return ok;
}

static bool build_all(const struct batch *b, const struct nd_batch_item *items, struct nd_build *to)
{
	struct nd_request *x = to->x;
	const int64_t now = nd_request_timestamp(x);
	struct nd_places *places = cd_arena_take(x->arena, ((size_t)b->count + 1) * sizeof *places);

	if (!places)
		return nd_no_memory(&x->problem);
	places[0] = (struct nd_places){ 0 };
	if (b->count > 1 && !find_keys(b, items, x, places))
		return false;
	for (uint32_t i = 0; i < b->count; i++) {
		bind(x, items, i);
		if (!nd_write_places(b->writes[i], x, &places[i]) ||
		    !nd_timestamp_value(b->timestamp, x, now, &to->timestamp_us) ||
		    !nd_write_build(b->writes[i], to, &places[i]))
			return false;
	}
	return true;
}

static bool check_consistency(const struct batch *b, struct nd_request *x)
{
	return !b->count || nd_write_consistency(b->writes[0]->plan.table, x);
}

static bool run(struct batch *b, const struct nd_batch_item *items, bool is_conditional,
		struct nd_request *x)
{
	struct nd_build to;
	enum nd_access access = ND_WRITE;

	if (!check_refusals(b, x) || !nd_guard_write_levels(x) || !bind_writes(b, items, x))
		return false;
	if (is_conditional)
		return run_conditional(b, items, x);
	nd_build_init(&to, x, 0);
	if (!build_all(b, items, &to) || !check_consistency(b, x))
		return false;
	if (b->type == ND_BATCH_LOGGED) {
		warn_of_grace(&to);
		access = to.count > 1 ? ND_WRITE_BATCH : ND_WRITE;
	}
	if (!nd_batch_weigh(&to))
		return false;
	if (b->type != ND_BATCH_LOGGED)
		warn_of_partitions(&to);
	if (to.first && to.first->table->is_counter)
		access = ND_WRITE_COUNTER;
	x->result.kind = COODIE_RESULT_VOID;
	return nd_build_apply(&to, access);
}

static bool run_plan(const struct nd_plan *plan, struct nd_request *x)
{
	struct batch b = batch_of_plan((const struct batch_plan *)plan);

	return run(&b, NULL, plan->is_conditional, x);
}

bool nd_batch_may_run(const struct nd_plan *plan, struct nd_request *x)
{
	const struct batch_plan *p = (const struct batch_plan *)plan;

	for (uint32_t i = 0; i < p->count; i++)
		if (!nd_access_check(&p->writes[i]->plan, x))
			return false;
	return true;
}

/* ---- the message ------------------------------------------------------------------------------- */

static bool check_item(const struct nd_batch_item *item, struct nd_request *x)
{
	if (!nd_write_of(item->plan))
		return nd_refuse(&x->problem, ND_INVALID,
				 "Invalid statement in batch: only UPDATE, INSERT and DELETE "
				 "statements are allowed.");
	if (item->value_count != item->plan->markers.column_count)
		return nd_refuse(&x->problem, ND_INVALID,
				 "There were %u markers(?) in CQL but %u bound variables",
				 item->plan->markers.column_count, item->value_count);
	return nd_access_check(item->plan, x) &&
	       nd_plan_check(item->plan, item->values, &x->problem);
}

/* Whether nobody is to be warned of it: then there is no need to put it together. */
static bool is_unremarkable(const struct nd_plain_rows *rows, enum nd_batch_type type,
			    const struct nd_request *x)
{
	const int64_t most = x->db->settings.unlogged_batch_across_partitions_warn_threshold;

	if (type == ND_BATCH_COUNTER || (type == ND_BATCH_LOGGED && rows->without_grace))
		return false;
	if (type == ND_BATCH_UNLOGGED && most >= 0 && rows->partitions > most)
		return false;
	return rows->partitions == 1 || nd_batch_is_small(rows, x);
}

bool nd_batch_run(const struct nd_batch_item *items, uint32_t count, enum nd_batch_type type,
		  struct nd_request *x)
{
	struct batch b = { .type = type, .count = count };
	struct nd_plain_rows rows;
	bool is_conditional = false;

	if (nd_plain_find(items, count, false, x, &rows) && is_unremarkable(&rows, type, x))
		return nd_plain_run(
			&rows, type == ND_BATCH_LOGGED && count > 1 ? ND_WRITE_BATCH : ND_WRITE, x);
	b.writes = cd_arena_take_array(x->arena, (size_t)count + 1, sizeof(void *));
	if (!b.writes)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < count; i++) {
		if (!check_item(&items[i], x))
			return false;
		b.writes[i] = nd_write_of(items[i].plan);
		is_conditional |= items[i].plan->is_conditional;
	}
	return check_rules(&b, &x->problem) && run(&b, items, is_conditional, x);
}
