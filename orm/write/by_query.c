/* SPDX-License-Identifier: MIT */
/* Updating and deleting the rows of a query; and its condition. */
#include <coodie/update.h>

#include <string.h>

#include "base/error.h"
#include "orm/value/datum.h"
#include "orm/write/update.h"

/* ---- the condition --------------------------------------------------------------------------- */

static void keep_condition(coodie_query *q, const char *condition, cql_args args)
{
	struct cd_model *m = q->place.model;
	struct cd_fragment *f = cd_fragment_take(m, CD_FRAGMENT_IF, condition, &q->err);
	cql_value *binds;

	if (!f)
		return;
	if (cd_fragment_check(m, f, args, &q->err) &&
	    cd_data_copy(&q->arena, args, &binds, &q->err)) {
		q->condition = cd_arena_strndup(&q->arena, condition, strlen(condition));
		q->condition_args = (cql_args){ args.count, binds };
		if (!q->condition)
			cd_no_memory(&q->err, "a condition");
	}
	cd_fragment_give(m, f);
}

void coodie_if(coodie_query *q, const char *condition, cql_args args)
{
	if (!cd_query_begin(q))
		return;
	if (condition && condition[strspn(condition, " \t\r\n")])
		keep_condition(q, condition, args);
	else
		cd_fail(&q->err, COODIE_ERR_QUERY, "%s, coodie_if: no condition is given",
			q->place.model->label);
}

/* ---- which rows ------------------------------------------------------------------------------ */

static bool refuse(const struct cd_write *w, const char *why, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_QUERY, "%s(%s): %s", w->verb->name, w->place.model->label,
		       why);
}

/* What belongs to reading, and what a write must be told. */
static bool check_shape(const struct cd_write *w, const coodie_query *q, coodie_error *err)
{
	if (!q->where)
		return refuse(w,
			      "no conditions, which would be every row; that is "
			      "coodie_truncate()",
			      err);
	if (q->limit || q->per_partition_limit)
		return refuse(w, "a write has no limit; leave it out", err);
	if (q->order.count)
		return refuse(w, "a write has no order; leave it out", err);
	if (q->left_out)
		return refuse(w, "only() and defer() are for reading; leave them out", err);
	if (q->allow_filtering)
		return refuse(w, "a write does not filter; name the keys", err);
	return true;
}

/* How much of the primary key the conditions name. */
struct reach {
	uint32_t named; /* columns, from the first of the key, by = or IN */
	uint32_t equal; /* of them by = */
	bool slice;     /* the next one by a range */
};

/* The relation about a column of the key; NULL: none. */
static const struct cd_relation *relation_of(const coodie_query *q, uint32_t key)
{
	const struct cd_model *m = q->place.model;

	for (uint32_t i = 0; i < q->relation_count; i++) {
		const struct cd_relation *r = &q->relations[i];

		/* a tuple is of clustering columns that follow each other */
		for (uint32_t k = 0; k < r->count && k <= key; k++) {
			if (m->keys[key - k] == r->column)
				return r;
		}
	}
	return NULL;
}

static void find_reach(const coodie_query *q, struct reach *out)
{
	*out = (struct reach){ 0 };
	for (uint32_t i = 0; i < q->place.model->key_count; i++) {
		const struct cd_relation *r = relation_of(q, i);

		if (!r)
			return;
		out->slice = r->kind != CD_RELATION_EQUAL && r->kind != CD_RELATION_IN;
		if (out->slice)
			return;
		out->named++;
		out->equal += r->kind == CD_RELATION_EQUAL;
	}
}

/* A write finds rows by their keys alone. */
static bool check_columns(const struct cd_write *w, const coodie_query *q, coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	for (uint32_t i = 0; i < q->relation_count; i++) {
		const struct cd_column *c = &m->columns[q->relations[i].column];

		if (q->relations[i].kind == CD_RELATION_TOKEN)
			return refuse(w, "a write names its partitions; it has no token()", err);
		if (!cd_column_is_key(c))
			return cd_fail(
				err, COODIE_ERR_QUERY,
				"%s(%s): %s is not in the primary key, by which a write finds "
				"its rows; make it a condition with coodie_if()",
				w->verb->name, m->label, c->def.name);
	}
	return true;
}

static bool fail_missing(const struct cd_write *w, uint32_t key, coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	return cd_fail(err, COODIE_ERR_QUERY,
		       "%s(%s): the conditions do not say %s; name it with = or IN", w->verb->name,
		       m->label, m->columns[m->keys[key]].def.name);
}

/* Columns of the key that are named behind one that is not. */
static bool check_gap(const struct cd_write *w, const coodie_query *q, const struct reach *reach,
		      coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	for (uint32_t i = reach->named + 1; i < m->key_count; i++) {
		const struct cd_relation *r = relation_of(q, i);

		if (r && r != relation_of(q, reach->named))
			return fail_missing(w, reach->named, err);
	}
	return true;
}

static bool check_reach(const struct cd_modify *mod, const coodie_query *q, struct reach *reach,
			coodie_error *err)
{
	const struct cd_write *w = mod->w;
	const struct cd_model *m = w->place.model;
	uint32_t want = mod->what ? cd_modify_key_count(mod) : m->partition_count;

	if (!check_columns(w, q, err))
		return false;
	find_reach(q, reach);
	if (reach->named < want)
		return fail_missing(w, reach->named, err);
	if (!check_gap(w, q, reach, err))
		return false;
	if (mod->what && want < m->key_count && reach->named + reach->slice > want)
		return refuse(w,
			      "only statics are set, which belong to the partition; leave the "
			      "clustering columns out",
			      err);
	if (mod->condition && reach->equal < (mod->what ? want : m->key_count))
		return refuse(w, "a condition is about one row; name its whole key with =", err);
	return true;
}

/* ---- the verbs ------------------------------------------------------------------------------- */

/* The keys of the one row of a conditional write; none where they are not the first binds. */
static cql_args keys_of(const coodie_query *q, const struct reach *reach)
{
	for (uint32_t i = 0; i < reach->equal; i++) {
		if (i >= q->relation_count || q->relations[i].count != 1 ||
		    q->relations[i].column != q->place.model->keys[i])
			return (cql_args){ 0 };
	}
	return (cql_args){ reach->equal, q->binds.values };
}

static bool write_rows(struct cd_modify *mod, const coodie_query *q, coodie_error *err)
{
	struct reach reach;

	return check_reach(mod, q, &reach, err) &&
	       (!mod->condition || cd_write_conditional(mod->w, keys_of(q, &reach), err)) &&
	       cd_modify_write(mod, q->where, q->binds, err);
}

static bool begin(struct cd_modify *mod, struct cd_write *w, const struct cd_call *call,
		  coodie_error *err)
{
	const coodie_query *q = call->query;

	return cd_modify_begin(mod, w, call, CD_FRAGMENT_SET, err) && check_shape(w, q, err) &&
	       cd_modify_condition(mod, q->condition, q->condition_args, err);
}

static bool plan_update(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct cd_modify mod;
	bool nothing, ok;

	ok = begin(&mod, w, call, err) && cd_update_check(&mod, &nothing, err) &&
	     (nothing || write_rows(&mod, call->query, err));
	cd_modify_end(&mod);
	return ok;
}

static bool plan_delete(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct cd_modify mod;
	bool ok = begin(&mod, w, call, err) && write_rows(&mod, call->query, err);

	cd_modify_end(&mod);
	return ok;
}

const struct cd_verb cd_query_update = { "coodie_query_update",
					 CD_TAKES_TTL | CD_TAKES_TIMESTAMP | CD_TAKES_COUNTERS |
						 CD_OF_QUERY,
					 plan_update };
const struct cd_verb cd_query_delete = { "coodie_query_delete",
					 CD_TAKES_TIMESTAMP | CD_TAKES_COUNTERS | CD_OF_QUERY,
					 plan_delete };

/* ---- the calls ------------------------------------------------------------------------------- */

static struct cd_call update_of(coodie_query *q, const char *set, cql_args args,
				const coodie_write *w)
{
	return (struct cd_call){
		.verb = &cd_query_update, .query = q, .text = set, .args = args, .options = w
	};
}

static struct cd_call delete_of(coodie_query *q, const coodie_write *w)
{
	return (struct cd_call){ .verb = &cd_query_delete, .query = q, .options = w };
}

/* The outcome is of a query that has a condition. */
static bool check_if(const struct cd_call *call, coodie_error *err)
{
	cd_clear(err);
	if (!cd_query_is_well(call->query, err))
		return false;
	return call->query->condition ||
	       cd_fail(err, COODIE_ERR_QUERY,
		       "%s_if(%s): the query has no condition; give it one with coodie_if()",
		       call->verb->name, call->query->place.model->label);
}

bool coodie_query_update(coodie_query *q, const char *set, cql_args args, const coodie_write *w,
			 coodie_error *err)
{
	struct cd_call call = update_of(q, set, args, w);

	return cd_write_run(&call, err);
}

bool coodie_query_update_async(coodie_query *q, const char *set, cql_args args,
			       const coodie_write *w, coodie_status_fn *done, void *user,
			       coodie_error *err)
{
	struct cd_call call = update_of(q, set, args, w);

	return cd_write_run_async(&call, done, user, err);
}

coodie_lwt *coodie_query_update_if(coodie_query *q, const char *set, cql_args args,
				   const coodie_write *w, coodie_error *err)
{
	struct cd_call call = update_of(q, set, args, w);

	return check_if(&call, err) ? cd_write_run_if(&call, err) : NULL;
}

bool coodie_query_update_if_async(coodie_query *q, const char *set, cql_args args,
				  const coodie_write *w, coodie_lwt_fn *done, void *user,
				  coodie_error *err)
{
	struct cd_call call = update_of(q, set, args, w);

	return check_if(&call, err) && cd_write_run_if_async(&call, done, user, err);
}

bool coodie_query_delete(coodie_query *q, const coodie_write *w, coodie_error *err)
{
	struct cd_call call = delete_of(q, w);

	return cd_write_run(&call, err);
}

bool coodie_query_delete_async(coodie_query *q, const coodie_write *w, coodie_status_fn *done,
			       void *user, coodie_error *err)
{
	struct cd_call call = delete_of(q, w);

	return cd_write_run_async(&call, done, user, err);
}

coodie_lwt *coodie_query_delete_if(coodie_query *q, const coodie_write *w, coodie_error *err)
{
	struct cd_call call = delete_of(q, w);

	return check_if(&call, err) ? cd_write_run_if(&call, err) : NULL;
}

bool coodie_query_delete_if_async(coodie_query *q, const coodie_write *w, coodie_lwt_fn *done,
				  void *user, coodie_error *err)
{
	struct cd_call call = delete_of(q, w);

	return check_if(&call, err) && cd_write_run_if_async(&call, done, user, err);
}
