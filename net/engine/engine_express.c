/* SPDX-License-Identifier: MIT */
/* The short way of most requests: a prepared statement with the session's defaults, sent at once by
 * one copy, and answered by rows or by nothing. What is otherwise takes the long way; a request
 * that is under way here is one like any other, which may go on there at any time.
 *
 * What is the same for all requests of a statement is worked out once, for a generation of what the
 * engine goes by: each change of hosts, ring, profiles, options begins another one. */
#include "base/error.h"
#include "base/hot.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"
#include "proto/execute.h"

/* ---- worked out beforehand ------------------------------------------------------------------- */

static void look_at_session(struct cd_engine *e)
{
	const struct cd_profile *p = cd_profile_view_at(&e->profiles, 0)->profile;

	e->usual = (struct cd_usual){
		.generation = e->generation,
		.timeout_ms = p->timeout_ms ? p->timeout_ms : e->options->request_timeout_ms,
		.idempotent = p->idempotent,
		.express = !(e->freed || e->closing || e->memory || e->adorns || e->listens ||
			     e->speculates),
	};
	cd_engine_set_params(e, p, &cd_request_plain, &e->usual.params);
}

/* It may be sent by the connections of this session, which need nothing for it but its values. */
static bool suits(const struct cd_engine *e, const struct coodie_prepared *p)
{
	bool stamped = !p->traits.is_read &&
		       e->policies->timestamps.settings.kind != COODIE_TIMESTAMPS_SERVER;

	return e->usual.express && cd_prepared_is_known(p) && !stamped &&
	       (!p->own_keyspace || e->version >= 5);
}

/* The hosts that any of its requests may go to. False: that depends on the request. */
static bool find_choices(struct cd_engine *e, struct coodie_prepared *p)
{
	const coodie_intent intent = { .size = sizeof intent,
				       .consistency = e->usual.params.consistency };
	struct cd_replicas replicas;

	if (cd_prepared_is_lwt(p, e->usual.params.consistency) ||
	    !cd_router_everywhere(&e->router, &p->routing, &replicas))
		return false;
	cd_balancer_choices(cd_profile_view_at(&e->profiles, 0)->balancer, &intent, e->hosts.views,
			    replicas.slots, replicas.count, &p->express.choices);
	return p->express.choices.count > 0;
}

/* False: it takes the long way. */
static __attribute__((noinline)) bool look_at(struct cd_engine *e, struct coodie_prepared *p)
{
	const cql_execute *execute = NULL;

	if (e->hosts_stale)
		cd_engine_refresh(e);
	if (e->usual.generation != e->generation)
		look_at_session(e);
	bool fits = suits(e, p);
	if (fits && !(execute = cd_prepared_template(p, e->version, &e->usual.params)))
		return false; /* not now */
	p->express = (struct cd_express){ .generation = e->generation, .execute = execute };
	p->express.by_token = fits && !find_choices(e, p);
	return fits;
}

/* ---- on the way in --------------------------------------------------------------------------- */

CD_HOT bool is_plain(const coodie_request *o)
{
	return o == &cd_request_plain ||
	       !(o->consistency || o->serial_consistency || o->page_rows || o->paging_state.data ||
		 o->timestamp_us || o->tracing || o->keyspace || o->now_in_seconds || o->profile ||
		 o->node || o->payload_count);
}

CD_HOT bool may_go(struct cd_engine *e, struct coodie_prepared *p, const coodie_request *o,
		   size_t count)
{
	return !e->waiting.first && count == p->binds.count && is_plain(o) &&
	       !cd_profile_view_is_old(&e->profiles) &&
	       (p->express.generation == e->generation || look_at(e, p)) && p->express.execute;
}

/* Of the hosts that are as good as each other. NULL: it has no connection with room. */
CD_HOT struct cd_wire *pick(struct cd_engine *e, const struct cd_choices *choices)
{
	uint64_t random = choices->count > 1 ? cd_random_next(&e->chance) : 0;
	const struct cd_host *h = e->hosts.at[cd_choices_pick(choices, e->hosts.views, random)];
	const struct cd_shard *s = &h->shards[0];

	return s->count == 1 && cd_wire_has_room(s->wires[0]) ? s->wires[0] : cd_pool_pick(h, -1);
}

CD_HOT void fill(struct cd_engine *e, struct cd_request *r, struct coodie_prepared *p,
		 const coodie_request *o)
{
	const struct cd_usual *u = &e->usual;

	r->kind = CD_REQUEST_EXECUTE;
	r->used = r->express = r->encoded = r->plain = true;
	r->drawn = false;
	r->idempotent = o->idempotent || u->idempotent;
	r->is_read = p->traits.is_read;
	r->is_lwt = p->traits.is_lwt;
	r->timeout_ms = o->timeout_ms ? o->timeout_ms : u->timeout_ms;
	r->params.consistency = u->params.consistency;
	r->params.serial_consistency = u->params.serial_consistency;
	r->params.has_page_rows = u->params.has_page_rows;
	r->params.page_rows = u->params.page_rows;
	r->prepared = p;
	r->flying = NULL;
	r->attempts = 0;
}

CD_HOT bool encode(struct cd_request *r, const cql_value *values)
{
	const struct coodie_prepared *p = r->prepared;
	const cql_execute *x = p->express.execute;
	uint16_t where;

	if (!cd_execute_put(&r->kept, x,
			    &(const struct cd_execution){ .consistency = r->params.consistency,
							  .values = values },
			    &where, NULL) ||
	    r->kept.failed)
		return false;
	cd_request_set_whole(r, p->load, x);
	return true;
}

/* Into the outbox. */
CD_HOT bool depart(struct cd_engine *e, struct cd_wire *w, struct cd_request *r,
		   struct cd_metadata *metadata)
{
	struct cd_conn *c = &w->link.conn;
	const struct cd_span whole = { r->kept.data, r->kept.len };
	int32_t stream = w->takes_whole == r->whole.version
				 ? cd_streams_take(&c->streams, &r->first)
				 : -1;

	if (stream < 0)
		return false;
	if (!cd_outbox_put_usual(&c->out, whole, (int16_t)stream) &&
	    !cd_outbox_put(&c->out, whole, (int16_t)stream, NULL)) {
		cd_streams_end(&c->streams, stream);
		return false;
	}
	r->first.stream = stream;
	r->first.load = r->whole.load;
	r->first.metadata = cd_metadata_ref(metadata);
	cd_attempt_departs(e, w, &r->first, cd_engine_moment(e));
	r->began_us = r->first.sent_us;
	return true;
}

CD_HOT bool departed(struct cd_engine *e, struct cd_request *r, const coodie_request *o)
{
	if (e->alias)
		cd_engine_name(e, r);
	e->live++;
	cd_counters_count(&e->tally.own, CD_METRIC_REQUESTS);
	cd_retry_budget_add(&e->budget, r->began_us);
	if (r->timeout_ms)
		cd_engine_bound(e, r);
	if (o->id)
		*o->id = cd_request_id(r);
	return true;
}

static bool turn_back(struct cd_engine *e, struct cd_request *r)
{
	r->prepared = NULL;
	cd_request_give(&e->pool, r);
	return false;
}

/* A request on its way, and the connection for it; NULL there: its values decide. False: it takes the
 * long way. */
struct entry {
	struct cd_request *r;
	struct cd_wire *w;
};

CD_HOT bool enter(struct cd_engine *e, struct coodie_prepared *p, const coodie_request *o,
		  size_t count, struct entry *in)
{
	if (!may_go(e, p, o, count))
		return false;
	in->w = p->express.by_token ? NULL : pick(e, &p->express.choices);
	if (!in->w && !p->express.by_token)
		return false;
	in->r = cd_request_take_express(&e->pool);
	if (in->r)
		fill(e, in->r, p, o);
	return in->r;
}

/* What is encoded goes where it has to. */
CD_HOT bool leave(struct cd_engine *e, struct entry *in, struct cd_metadata *metadata)
{
	coodie_error err;

	if (!in->w)
		in->w = cd_engine_choose(e, in->r, &err);
	return in->w && depart(e, in->w, in->r, metadata);
}

/* This engine's own, by whatever name. NULL: it is not known yet. */
CD_HOT struct coodie_prepared *own_of(const struct cd_engine *e, struct coodie_prepared *p)
{
	if (p->engine == e)
		return p;
	const struct cd_twin *t = e->twins ? cd_engine_twin(e, p) : NULL;
	return t && t->theirs == p ? t->ours : NULL;
}

/* It has its callback, and is not encoded or has nowhere to go. */
static __attribute__((noinline)) bool start_again(struct cd_engine *e, struct cd_request *r,
						  const cql_value *values, const coodie_request *o,
						  coodie_error *err)
{
	struct coodie_prepared *p = r->prepared;
	coodie_done_fn *done = r->done.result;
	void *user = r->user;

	turn_back(e, r);
	return cd_engine_execute_any(e, p, (cql_args){ p->binds.count, values }, o, done, user,
				     err);
}

bool cd_engine_execute(struct cd_engine *e, struct coodie_prepared *p, cql_args args,
		       const coodie_request *o, coodie_done_fn *done, void *user, coodie_error *err)
{
	struct coodie_prepared *own = own_of(e, p);
	struct entry in;

	cd_well(err);
	if (!own || !enter(e, own, o, args.count, &in))
		return cd_engine_execute_any(e, p, args, o, done, user, err);
	in.r->done.result = done;
	in.r->user = user;
	if (!encode(in.r, args.values) || !leave(e, &in, own->result))
		return start_again(e, in.r, args.values, o, err);
	cd_prepared_ref(own);
	return departed(e, in.r, o);
}

/* One whose statements are all for the same prepared statement, which decides where it goes. */
bool cd_express_submit_batch(struct cd_engine *e, const coodie_statement *batch,
			     coodie_done_fn *done, void *user)
{
	const coodie_statement *first = batch->children;
	struct entry in;

	if (!cd_batch_check(batch, NULL) || first->size != sizeof *first)
		return false;
	struct coodie_prepared *p = first->prepared;
	if (!p || p->engine != e || p->traits.is_read ||
	    !enter(e, p, batch->request, p->binds.count, &in))
		return false;
	in.r->kind = CD_REQUEST_BATCH;
	in.r->prepared = NULL; /* a batch has children */
	in.r->done.result = done;
	in.r->user = user;
	in.r->params.has_page_rows = false;
	if (!cd_batch_take_alike(in.r, batch, e->version) || !leave(e, &in, NULL))
		return turn_back(e, in.r);
	return departed(e, in.r, batch->request);
}

/* ---- on the way out -------------------------------------------------------------------------- */

/* Rows take the attempt's reference to their columns. */
static inline coodie_result *result_of(struct cd_attempt *a, const cql_envelope *answer)
{
	const struct cd_wire *w = a->wire;

	if (cd_result_is_plain_void(answer))
		return cd_result_ref(w->void_result);
	if (answer->opcode != CQL_OP_RESULT)
		return NULL;
	coodie_result *r = cd_result_new_usual(w->engine->allocator, w->engine->results, answer,
					       a->metadata, &w->origin);
	if (r)
		a->metadata = NULL;
	return r;
}

bool cd_express_answer(struct cd_engine *e, struct cd_wire *w, const cql_envelope *answer)
{
	struct cd_attempt *a = cd_streams_owner(&w->link.conn.streams, answer->stream);
	struct cd_request *r = a ? a->request : NULL;
	coodie_result *result;

	if (!r || !r->express || e->listens || !(result = result_of(a, answer)))
		return false;
	coodie_done_fn *done = r->done.result;
	void *user = r->user;
	struct coodie_prepared *p = r->prepared;
	cd_counters_count(w->tally.counters, CD_METRIC_RESPONSES);
	cd_engine_count_result(e, r);
	cd_streams_end(&w->link.conn.streams, a->stream);
	cd_attempt_lands(e, a);
	cd_wheel_remove(&e->wheel, &r->deadline);
	e->live--;
	cd_request_give_express(&e->pool, r);
	if (p) /* a batch has none of its own */
		cd_prepared_unref(p);
	done(result, &e->ok, user);
	return true;
}
