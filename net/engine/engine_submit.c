/* SPDX-License-Identifier: MIT */
/* Requests on their way in: copied or encoded before the call returns, then straight into a
 * connection's outbox, or into the queue of those that wait. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/error.h"
#include "base/keyspace.h"
#include "net/engine/engine_impl.h"
#include "net/result/named.h"
#include "proto/outbox.h"

static void count_overload(struct cd_engine *e)
{
	cd_counters_count(&e->tally.own, CD_METRIC_REQUESTS);
	cd_counters_count(&e->tally.own, CD_METRIC_FAILURES);
	cd_counters_count(&e->tally.own, CD_METRIC_OVERLOADED);
}

static bool has_room(struct cd_engine *e, coodie_error *err)
{
	uint32_t waiting = e->waiting.count + e->held;

	if (waiting < e->options->max_waiting)
		return true;
	count_overload(e);
	return cd_fail(err, COODIE_ERR_OVERLOAD,
		       "%" PRIu32 " requests wait already and %" PRIu32
		       " are in flight: slow down, or coodie_options_set_max_waiting()",
		       waiting, e->in_flight);
}

/* ---- what the caller asked for -------------------------------------------------------------- */

/* What is only kept to be used again. */
static void trim(struct cd_engine *e)
{
	cd_request_pool_trim(&e->pool);
	for (struct cd_wire *w = e->wires; w; w = w->next)
		cd_outbox_rest(&w->link.conn.out);
}

/* Whether what the session holds is within its budget. */
static bool has_memory(struct cd_engine *e, coodie_error *err)
{
	const uint64_t most = e->options->memory_budget;

	if (!most || cd_budget_held(e->memory) < most)
		return true;
	trim(e);
	const uint64_t held = cd_budget_held(e->memory);
	if (held < most)
		return true;
	count_overload(e);
	return cd_fail(err, COODIE_ERR_OVERLOAD,
		       "the session holds %" PRIu64 " bytes, its budget is %" PRIu64
		       ": slow down, free results, or raise memory_budget",
		       held, most);
}

struct cd_request *cd_engine_begin(struct cd_engine *e, enum cd_request_kind kind,
				   coodie_error *err)
{
	if (e->memory && !has_memory(e, err))
		return NULL;
	if (e->freed || e->closing)
		return cd_fail_null(err, COODIE_ERR_CLOSED, "the session %s",
				    e->freed ? "was freed" : "is closed");
	struct cd_request *r = cd_request_take(&e->pool, kind);
	if (!r) {
		cd_no_memory(err, "a request");
		return NULL;
	}
	e->live++;
	if (e->alias)
		cd_engine_name(e, r);
	return r;
}

const coodie_request cd_request_plain = { .size = sizeof cd_request_plain };

void cd_engine_set_params(const struct cd_engine *e, const struct cd_profile *p,
			  const coodie_request *o, cql_params *out)
{
	uint32_t most = e->options->page_rows;
	int32_t page_rows = o->page_rows       ? o->page_rows
			    : most < INT32_MAX ? (int32_t)most
					       : INT32_MAX;

	out->consistency = o->consistency ? o->consistency : p->consistency;
	out->serial_consistency = o->serial_consistency ? o->serial_consistency
							: p->serial_consistency;
	out->has_page_rows = page_rows > 0;
	out->page_rows = page_rows;
	out->has_timestamp = o->timestamp_us != 0;
	out->timestamp_us = o->timestamp_us;
	out->has_now = o->now_in_seconds != 0;
	out->now_in_seconds = o->now_in_seconds;
}

static bool check_levels(const coodie_request *o, coodie_error *err)
{
	if (o->consistency > CQL_CONSISTENCY_NODE_LOCAL)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_request: %u is no consistency; give one of cql_consistency",
			       (unsigned)o->consistency);
	return !o->serial_consistency || cd_consistency_is_serial(o->serial_consistency) ||
	       cd_fail(err, COODIE_ERR_INVALID,
		       "coodie_request: the serial consistency is SERIAL or LOCAL_SERIAL, not %s",
		       cql_consistency_name(o->serial_consistency));
}

/* What the request does not say its profile does, or the options. */
static bool set_options(struct cd_engine *e, struct cd_request *r, const coodie_request *o,
			coodie_error *err)
{
	if (!check_levels(o, err))
		return false;
	cd_counters_count(&e->tally.own, CD_METRIC_REQUESTS);
	if (o->profile && !cd_profile_board_find(&e->policies->board, o->profile, &r->profile, err))
		return false;
	if (cd_profile_view_is_old(&e->profiles))
		cd_engine_refresh(e);
	const struct cd_profile_use *use = cd_engine_profile(e, r);
	if (!use)
		return cd_no_memory(err, "a profile");
	const struct cd_profile *p = use->profile;
	cd_engine_set_params(e, p, o, &r->params);
	r->tracing = o->tracing;
	r->idempotent = o->idempotent || p->idempotent;
	r->timeout_ms = o->timeout_ms   ? o->timeout_ms
			: p->timeout_ms ? p->timeout_ms
					: e->options->request_timeout_ms;
	if (o->paging_state.data && o->paging_state.len)
		r->paging_state = cd_request_keep(r, o->paging_state.data, o->paging_state.len);
	r->has_node = o->node != NULL;
	if (o->node) {
		r->node = *o->node;
		r->shard = o->shard - 1;
	}
	return true;
}

/* Whether it may get a custom payload. */
static inline bool is_adorned(const struct cd_engine *e, const coodie_request *o)
{
	return e->adorns || o->payload_count;
}

/* What its text says; a write without a time gets one, where the session has a clock for them. */
static void set_traits(struct cd_engine *e, struct cd_request *r, struct cd_statement_traits traits)
{
	r->is_read = traits.is_read;
	r->is_lwt = traits.is_lwt;
	if (!r->is_read && !r->params.has_timestamp)
		cd_engine_stamp(e, r);
}

/* The request is on its way: from here on it ends with its callback. */
static bool accepted(struct cd_engine *e, struct cd_request *r, const coodie_request *o)
{
	if (r->timeout_ms)
		cd_engine_bound(e, r);
	if (o && o->id)
		*o->id = cd_request_id(r);
	return true;
}

/* It was none. */
static bool refused(struct cd_engine *e, struct cd_request *r)
{
	if (!r->own)
		cd_counters_uncount(&e->tally.own, CD_METRIC_REQUESTS);
	cd_engine_drop(e, r);
	return false;
}

static bool send_new(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	if (r->kept.failed)
		return cd_no_memory(err, "a copy of the statement");
	return (e->waiting.count + e->held < e->options->max_waiting ||
		(!e->waiting.first && cd_engine_has_room(e)) || has_room(e, err)) &&
	       cd_engine_send(e, r, err);
}

static bool submit_nothing(struct cd_engine *e, coodie_done_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_VOID, err);

	if (!r)
		return false;
	r->done.result = done;
	r->user = user;
	r->result = cd_result_ref(e->void_result);
	cd_counters_count(&e->tally.own, CD_METRIC_REQUESTS);
	cd_engine_finish(e, r);
	return true;
}

/* For one statement: as the server has it (v5 section 4.1.4). None: "". */
static bool read_keyspace(const char *text, char name[CD_KEYSPACE_SIZE], coodie_error *err)
{
	*name = '\0';
	return !text || !*text || cd_keyspace_read(text, name, err);
}

static bool submit_text(struct cd_engine *e, const coodie_statement *st, coodie_done_fn *done,
			void *user, coodie_error *err)
{
	const coodie_request *o = st->request;
	char keyspace[CD_KEYSPACE_SIZE];

	if (!read_keyspace(o->keyspace, keyspace, err))
		return false;
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_QUERY, err);
	if (!r)
		return false;
	r->done.result = done;
	r->user = user;
	if (!set_options(e, r, o, err) ||
	    (is_adorned(e, o) && !cd_extras_adorn(e, r, st->cql, o, err)))
		return refused(e, r);
	set_traits(e, r, cd_statement_look(st->cql, strlen(st->cql)));
	r->text = cd_request_keep(r, st->cql, strlen(st->cql) + 1); /* with its end */
	r->text.len--;
	if (*keyspace) /* with its end */
		r->keyspace = cd_request_keep(r, keyspace, strlen(keyspace) + 1);
	return send_new(e, r, err) ? accepted(e, r, o) : refused(e, r);
}

/* Until the markers are known; `names` NULL: they are in order. */
static bool keep_args(struct cd_request *r, cql_args args, const char *const *names,
		      coodie_error *err)
{
	return cd_request_keep_args(r, args, err) &&
	       (!names || (r->names = cd_named_copy(&r->arena, names, args.count)) ||
		cd_no_memory(err, "a copy of a statement's names"));
}

/* `r` has its options; its statement may still be unknown to the server. */
static bool submit_prepared(struct cd_engine *e, struct cd_request *r, struct coodie_prepared *p,
			    cql_args args, const char *const *names, coodie_error *err)
{
	r->prepared = cd_prepared_ref(p);
	set_traits(e, r, p->traits);
	if (p->home ? !cd_request_encode_whole(r, args.values, args.count, e->version, err)
		    : !keep_args(r, args, names, err))
		return false;
	if (cd_prepared_is_known(p))
		return send_new(e, r, err);
	return has_room(e, err) && cd_engine_await_prepare(e, r, NULL, err);
}

struct coodie_prepared *cd_engine_find_prepared(struct cd_engine *e, const char *cql,
						const char *keyspace, coodie_error *err)
{
	char own[CD_KEYSPACE_SIZE];

	if (!read_keyspace(keyspace, own, err))
		return NULL;
	struct coodie_prepared *p = cd_prepared_get(&e->prepared, cql,
						    *own          ? own
						    : e->keyspace ? e->keyspace
								  : "",
						    *own, err);
	if (p && !p->engine) /* other loops may be looking at one that has been given out */
		p->engine = e;
	return p;
}

static bool submit_any(struct cd_engine *e, struct coodie_prepared *p, cql_args args,
		       const char *const *names, const coodie_request *o, coodie_done_fn *done,
		       void *user, coodie_error *err)
{
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_EXECUTE, err);
	if (!r)
		return false;
	r->done.result = done;
	r->user = user;
	return set_options(e, r, o, err) &&
			       (!is_adorned(e, o) || cd_extras_adorn(e, r, p->cql, o, err)) &&
			       submit_prepared(e, r, p, args, names, err)
		       ? accepted(e, r, o)
		       : refused(e, r);
}

static bool submit_execute(struct cd_engine *e, struct coodie_prepared *p, cql_args args,
			   const char *const *names, const coodie_request *o, coodie_done_fn *done,
			   void *user, coodie_error *err)
{
	return names ? submit_any(e, p, args, names, o, done, user, err)
		     : cd_engine_execute(e, p, args, o, done, user, err);
}

struct cd_request *cd_engine_draft(struct cd_engine *e, coodie_prepared *p, const coodie_request *o,
				   coodie_error *err)
{
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_EXECUTE, err);

	if (!r)
		return NULL;
	if (!set_options(e, r, o, err)) {
		cd_engine_drop(e, r);
		return NULL;
	}
	set_traits(e, r, p->traits);
	r->prepared = cd_prepared_ref(p);
	r->values.at = r->kept.len;
	return r;
}

/* The markers may be those of a table that was made anew since: the next call asks the server. */
static void forget_wrong(struct cd_engine *e, struct coodie_prepared *p, const coodie_error *err)
{
	if (p && (err->code == COODIE_ERR_TYPE || err->code == COODIE_ERR_RANGE ||
		  err->code == COODIE_ERR_INVALID))
		cd_prepared_forget(&e->prepared, p);
}

static bool submit_batch(struct cd_engine *e, const coodie_statement *st, coodie_done_fn *done,
			 void *user, coodie_error *err)
{
	const coodie_request *o = st->request;
	char keyspace[CD_KEYSPACE_SIZE];
	coodie_error own;

	if (!read_keyspace(o->keyspace, keyspace, err))
		return false;
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_BATCH, err);
	if (!r)
		return false;
	err = err ? err : &own;
	r->done.result = done;
	r->user = user;
	if (!set_options(e, r, o, err) ||
	    (is_adorned(e, o) && !cd_extras_adorn(e, r, NULL, o, err)))
		return refused(e, r);
	if (*keyspace)
		r->keyspace = cd_request_keep(r, keyspace, strlen(keyspace) + 1);
	r->paging_state.len = 0;
	if (!cd_batch_take(e, r, st, err)) {
		for (uint32_t i = 0; i < r->children.count; i++)
			forget_wrong(e, r->children.at[i].prepared, err);
		return refused(e, r);
	}
	set_traits(e, r, (struct cd_statement_traits){ .is_lwt = r->is_lwt });
	if (!cd_batch_end_whole(r, err))
		return refused(e, r);
	if (r->encoded ? send_new(e, r, err)
		       : has_room(e, err) && cd_batch_make_ready(e, r, err) != CD_BATCH_FAILED)
		return accepted(e, r, o);
	return refused(e, r);
}

/* Values by name: in order at once, where the markers are known. */
static bool submit_named(struct cd_engine *e, const coodie_statement *st, coodie_done_fn *done,
			 void *user, coodie_error *err)
{
	struct coodie_prepared *p = st->prepared ? cd_engine_own_prepared(e, st->prepared, err)
						 : cd_engine_find_prepared(
							   e, st->cql, st->request->keyspace, err);
	cql_args args = st->args;
	struct cd_arena arena;

	if (!p)
		return false;
	if (!cd_prepared_is_known(p))
		return submit_execute(e, p, args, st->names, st->request, done, user, err);
	cd_arena_init(&arena, e->allocator, 0);
	args.values = cd_named_arrange(&arena, &p->binds, st->names, args, err);
	args.count = p->binds.count;
	bool ok = args.values && submit_execute(e, p, args, NULL, st->request, done, user, err);
	cd_arena_deinit(&arena);
	return ok;
}

bool cd_engine_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		      coodie_error *err)
{
	struct cd_engine *e = driver;
	coodie_error own;

	if (st->child_count)
		return cd_express_submit_batch(e, st, done, user) ||
		       submit_batch(e, st, done, user, err);
	if (st->names && (st->prepared || st->cql))
		return submit_named(e, st, done, user, err);
	if (st->prepared)
		return cd_engine_execute(e, st->prepared, st->args, st->request, done, user, err);
	if (!st->cql)
		return submit_nothing(e, done, user, err);
	if (!st->prepare && st->args.count == 0)
		return submit_text(e, st, done, user, err);
	err = err ? err : &own;
	struct coodie_prepared *p = cd_engine_find_prepared(e, st->cql, st->request->keyspace, err);
	if (!p)
		return false;
	if (submit_execute(e, p, st->args, NULL, st->request, done, user, err))
		return true;
	forget_wrong(e, p, err);
	return false;
}

static struct coodie_prepared *twin_of(struct cd_engine *e, coodie_prepared *p, coodie_error *err)
{
	if (!e->twins && !(e->twins = cd_alloc_array(e->allocator, CD_TWINS, sizeof *e->twins)))
		return cd_no_memory(err, "prepared statements"), NULL;
	struct cd_twin *t = cd_engine_twin(e, p);
	if (t->theirs == p)
		return t->ours;
	struct coodie_prepared *ours = cd_prepared_get(&e->prepared, p->cql, p->keyspace,
						       p->own_keyspace, err);
	if (!ours)
		return NULL;
	if (!ours->engine)
		ours->engine = e; /* who asks whether it is its own may go the short way */
	coodie_prepared_free(t->theirs);
	coodie_prepared_free(t->ours);
	*t = (struct cd_twin){ cd_prepared_ref(p), cd_prepared_ref(ours) };
	return ours;
}

struct coodie_prepared *cd_engine_own_prepared(struct cd_engine *e, struct coodie_prepared *p,
					       coodie_error *err)
{
	if (p->engine == e)
		return p;
	if (e->loop_count > 1)
		return twin_of(e, p, err);
	return cd_fail_null(
		err, COODIE_ERR_INVALID,
		"the statement was prepared by another session, not by this one: %.120s", p->cql);
}

bool cd_engine_execute_any(struct cd_engine *e, coodie_prepared *p, cql_args args,
			   const coodie_request *r, coodie_done_fn *done, void *user,
			   coodie_error *err)
{
	p = cd_engine_own_prepared(e, p, err);
	return p && submit_any(e, p, args, NULL, r, done, user, err);
}

bool cd_engine_prepare(struct cd_engine *e, const char *cql, const coodie_request *o,
		       coodie_prepared_fn *done, void *user, coodie_error *err)
{
	struct coodie_prepared *p = cd_engine_find_prepared(e, cql, NULL, err);
	struct cd_request *r = p ? cd_engine_begin(e, CD_REQUEST_PREPARE, err) : NULL;

	if (!r)
		return false;
	r->done.prepared = done;
	cd_counters_count(&e->tally.own, CD_METRIC_REQUESTS);
	r->user = user;
	r->prepared = cd_prepared_ref(p);
	r->timeout_ms = e->options->request_timeout_ms;
	if (is_adorned(e, o) && !cd_extras_adorn(e, r, cql, o, err))
		return refused(e, r);
	if (cd_prepared_is_known(p))
		cd_engine_finish(e, r);
	else if (!has_room(e, err) || !cd_engine_await_prepare(e, r, NULL, err))
		return refused(e, r);
	else
		return accepted(e, r, NULL);
	return true;
}

/* Its time is bounded by that of the attempts. */
bool cd_engine_connect(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_CONNECT, err);

	if (!r)
		return false;
	r->done.status = done;
	r->user = user;
	if (cd_engine_is_connected(e)) {
		cd_engine_finish(e, r);
	} else {
		cd_requests_push(&e->waiting, r);
		cd_engine_arm(e);
	}
	return true;
}

bool cd_engine_close(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err)
{
	if (e->freed)
		return cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
	struct cd_request *r = cd_request_take(&e->pool, CD_REQUEST_CLOSE);
	if (!r)
		return cd_no_memory(err, "a request");
	e->live++;
	e->closing = true;
	cd_engine_changed(e);
	r->done.status = done;
	r->user = user;
	cd_requests_push(&e->closers, r);
	cd_engine_arm(e);
	return true;
}

struct cd_request *cd_engine_begin_wait(struct cd_engine *e, uint32_t timeout_ms,
					coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_WAIT, err);

	if (!r)
		return NULL;
	r->done.status = done;
	r->user = user;
	r->timeout_ms = timeout_ms;
	accepted(e, r, NULL);
	return r;
}

struct cd_request *cd_engine_unpark(struct cd_engine *e, uint64_t id)
{
	struct cd_request *r = cd_request_find(&e->pool, id);

	if (!r || r->in != &e->parked)
		return NULL;
	cd_requests_remove(r);
	return r;
}

/* ---- what the engine itself asks for --------------------------------------------------------- */

struct cd_request *cd_engine_begin_own(struct cd_engine *e, enum cd_request_kind kind,
				       coodie_error *err)
{
	struct cd_request *r = cd_request_take(&e->pool, kind);

	if (!r)
		return cd_no_memory(err, "a request"), NULL;
	r->own = true;
	e->live++;
	e->own++;
	return r;
}

static bool send_own(struct cd_engine *e, struct cd_wire *w, struct cd_request *r,
		     coodie_done_fn *done, void *user, coodie_error *err)
{
	r->done.result = done;
	r->user = user;
	r->pin = w;
	r->timeout_ms = r->kind == CD_REQUEST_QUERY ? e->options->metadata_timeout_ms
						    : e->options->connect_timeout_ms;
	if (r->kept.failed)
		cd_no_memory(err, "a question");
	else if (cd_engine_put(e, w, r, err))
		return accepted(e, r, NULL);
	return refused(e, r);
}

bool cd_engine_ask(struct cd_engine *e, struct cd_wire *w, const char *cql, cql_blob paging_state,
		   coodie_done_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = cd_engine_begin_own(e, CD_REQUEST_QUERY, err);

	if (!r)
		return false;
	r->params.consistency = CQL_CONSISTENCY_ONE;
	r->params.has_page_rows = true;
	r->params.page_rows = CD_OWN_PAGE_ROWS;
	r->text = cd_request_keep(r, cql, strlen(cql));
	if (paging_state.len)
		r->paging_state = cd_request_keep(r, paging_state.data, paging_state.len);
	return send_own(e, w, r, done, user, err);
}

bool cd_engine_ask_whole(struct cd_engine *e, struct cd_wire *w, const char *cql,
			 const cql_bound *value, coodie_done_fn *done, void *user,
			 coodie_error *err)
{
	struct cd_request *r = cd_engine_begin_own(e, CD_REQUEST_QUERY, err);

	if (!r)
		return false;
	r->params.consistency = CQL_CONSISTENCY_ONE;
	r->params.values = value;
	r->params.value_count = 1;
	r->text = cd_request_keep(r, cql, strlen(cql));
	return send_own(e, w, r, done, user, err);
}

bool cd_engine_tell(struct cd_engine *e, struct cd_wire *w, enum cd_request_kind kind,
		    coodie_done_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = cd_engine_begin_own(e, kind, err);

	return r && send_own(e, w, r, done, user, err);
}
