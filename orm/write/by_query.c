/* SPDX-License-Identifier: MIT */
/* Updating and deleting the rows of a query; and its condition. */
#include <coodie/update.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "orm/model/family.h"
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

/* The conditions as the query's user wrote them. */
struct said {
	const char *where; /* NULL: none */
	cql_args binds;
	const struct cd_relation *relations;
	uint32_t relation_count;
	bool asks_kind; /* they began with `kind = ?`, the library's own, which is not among them */
};

/* The rows of one struct among others are found by `kind = ?`. A key column does that for a write too;
 * for any other column it has no WHERE, see ask_kind(). */
static struct said said_of(const coodie_query *q)
{
	const struct cd_model *m = q->place.model;
	struct said s = { q->where, q->binds, q->relations, q->relation_count, false };

	if (!cd_model_is_relative(m) || cd_column_is_key(&m->columns[m->discriminator]))
		return s;
	s.asks_kind = true;
	s.where += strlen(m->columns[m->discriminator].quoted) + strlen(" = ?");
	s.where = *s.where ? s.where + strlen(" AND ") : NULL;
	s.binds = (cql_args){ s.binds.count - 1, s.binds.values + 1 };
	s.relations++;
	s.relation_count--;
	return s;
}

/* Whatever a query says that a write would not do, is refused: ignored, it would write more rows than
 * were meant. What a builder says that is not here, a write obeys. */
static bool check_shape(const struct cd_write *w, const coodie_query *q, coodie_error *err)
{
	const struct {
		bool said;
		const char *why;
	} rows[] = {
		{ !said_of(q).where,
		  "no conditions, which would be every row; that is coodie_truncate()" },
		{ q->limit || q->per_partition_limit, "a write has no limit; leave it out" },
		{ q->order.count, "a write has no order; leave it out" },
		{ q->has_near, "a write has no neighbours; leave coodie_nearest() out" },
		{ q->groups.count, "a write has no groups; leave coodie_group_by() out" },
		{ q->distinct, "a write is not distinct; leave coodie_distinct() out" },
		{ q->left_out, "only() and defer() are for reading; leave them out" },
		{ q->allow_filtering, "a write does not filter; name the keys" },
		{ q->has_range,
		  "a write names its partitions; leave coodie_token_range() out" },
		{ q->has_token || q->request.paging_state.len,
		  "a write has no page to go on from; leave coodie_after() out" },
		{ q->request.page_rows, "a write has no pages; leave coodie_page_rows() out" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].said)
			return refuse(w, rows[i].why, err);
	}
	return true;
}

/* How much of the primary key the conditions name. */
struct reach {
	uint32_t named; /* columns, from the first of the key, by = or IN */
	uint32_t equal; /* of them by = */
	bool slice;     /* the next one by a range */
};

/* The relation about a column of the key; NULL: none. */
static const struct cd_relation *relation_of(const struct cd_model *m, const struct said *said,
					     uint32_t key)
{
	for (uint32_t i = 0; i < said->relation_count; i++) {
		const struct cd_relation *r = &said->relations[i];

		/* a tuple is of clustering columns that follow each other */
		for (uint32_t k = 0; k < r->count && k <= key; k++) {
			if (m->keys[key - k] == r->column)
				return r;
		}
	}
	return NULL;
}

static void find_reach(const struct cd_model *m, const struct said *said, struct reach *out)
{
	*out = (struct reach){ 0 };
	for (uint32_t i = 0; i < m->key_count; i++) {
		const struct cd_relation *r = relation_of(m, said, i);

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
static bool check_columns(const struct cd_write *w, const struct said *said, coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	for (uint32_t i = 0; i < said->relation_count; i++) {
		const struct cd_column *c = &m->columns[said->relations[i].column];

		if (said->relations[i].kind == CD_RELATION_TOKEN)
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
static bool check_gap(const struct cd_write *w, const struct said *said, const struct reach *reach,
		      coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	for (uint32_t i = reach->named + 1; i < m->key_count; i++) {
		const struct cd_relation *r = relation_of(m, said, i);

		if (r && r != relation_of(m, said, reach->named))
			return fail_missing(w, reach->named, err);
	}
	return true;
}

static bool check_reach(const struct cd_modify *mod, const struct said *said, struct reach *reach,
			coodie_error *err)
{
	const struct cd_write *w = mod->w;
	const struct cd_model *m = w->place.model;
	uint32_t want = mod->what ? cd_modify_key_count(mod) : m->partition_count;

	if (!check_columns(w, said, err))
		return false;
	find_reach(m, said, reach);
	if (reach->named < want)
		return fail_missing(w, reach->named, err);
	if (!check_gap(w, said, reach, err))
		return false;
	if (mod->what && want < m->key_count && reach->named + reach->slice > want)
		return refuse(w,
			      "only statics are set, which belong to the partition; leave the "
			      "clustering columns out",
			      err);
	if (mod->condition && reach->equal < (mod->what ? want : m->key_count))
		return refuse(w,
			      said->asks_kind
				      ? "one row at a time can be asked which struct it is; name its "
					"whole key with =, or write by the base's model"
				      : "a condition is about one row; name its whole key with =",
			      err);
	return true;
}

/* ---- which struct ---------------------------------------------------------------------------- */

/* `kind = ?` as a condition: "a AND kind = ?", and for EXISTS, which it says too, itself alone. */
static const char *kind_condition(struct cd_write *w, const char *condition)
{
	const char *name = w->place.model->columns[w->place.model->discriminator].quoted;
	size_t len = (condition ? strlen(condition) : 0) + strlen(name) + sizeof(" AND  = ?");
	char *out = cd_arena_take(&w->arena, len);

	if (out)
		snprintf(out, len, "%s%s%s = ?", condition ? condition : "",
			 condition ? " AND " : "", name);
	return out;
}

/* A key may be that of another struct's row, or of none. Without asking, a delete would take that
 * row, and an update would leave columns there that its struct does not have, or a row that says of no
 * struct that it is one. Nothing but a condition asks in the same breath. Statics are the
 * partition's, whose rows are of any struct. */
static bool ask_kind(struct cd_modify *mod, const coodie_query *q, coodie_error *err)
{
	struct cd_write *w = mod->w;
	size_t count = q->condition_args.count;
	cql_value *args = cd_arena_take_array(&w->arena, count + 1, sizeof(*args));
	const char *text = kind_condition(w, count ? q->condition : NULL);

	if (!args || !text)
		return cd_no_memory(err, "a write");
	if (count)
		memcpy(args, q->condition_args.values, count * sizeof(*args));
	args[count] = w->place.model->own_value;
	if (mod->condition)
		cd_fragment_give(w->place.model, mod->condition);
	return cd_modify_condition(mod, text, (cql_args){ count + 1, args }, err);
}

static bool is_static(const struct cd_modify *mod)
{
	return cd_modify_key_count(mod) < mod->w->place.model->key_count;
}

/* ---- the verbs ------------------------------------------------------------------------------- */

/* The keys of the one row of a conditional write; none where they are not the first binds. */
static cql_args keys_of(const struct cd_model *m, const struct said *said, const struct reach *reach)
{
	for (uint32_t i = 0; i < reach->equal; i++) {
		if (i >= said->relation_count || said->relations[i].count != 1 ||
		    said->relations[i].column != m->keys[i])
			return (cql_args){ 0 };
	}
	return (cql_args){ reach->equal, said->binds.values };
}

static bool write_rows(struct cd_modify *mod, const coodie_query *q, coodie_error *err)
{
	struct said said = said_of(q);
	struct reach reach;

	return (!said.asks_kind || is_static(mod) || ask_kind(mod, q, err)) &&
	       check_reach(mod, &said, &reach, err) &&
	       (!mod->condition ||
		cd_write_conditional(mod->w, keys_of(q->place.model, &said, &reach), err)) &&
	       cd_modify_write(mod, said.where, said.binds, err);
}

/* What a request can say and coodie_write cannot; the rest is in the options. */
static void ask_request(coodie_request *to, const coodie_request *from)
{
	to->keyspace = from->keyspace;
	to->now_in_seconds = from->now_in_seconds;
	to->node = from->node;
	to->shard = from->shard;
	to->payload = from->payload;
	to->payload_count = from->payload_count;
}

/* Where it goes, for what was there in the way. */
static bool keep_place(struct cd_write *w, const coodie_query *q, coodie_error *err)
{
	w->table = q->table;
	w->connection = q->connection;
	return (cd_arena_keep(&w->arena, &w->table) && cd_arena_keep(&w->arena, &w->connection)) ||
	       cd_no_memory(err, "a write");
}

static bool begin(struct cd_modify *mod, struct cd_write *w, const struct cd_call *call,
		  coodie_error *err)
{
	const coodie_query *q = call->query;

	ask_request(&w->request, &q->request);
	return cd_modify_begin(mod, w, call, CD_FRAGMENT_SET, err) && check_shape(w, q, err) &&
	       keep_place(w, q, err) &&
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
	return call->query->condition || said_of(call->query).asks_kind ||
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
