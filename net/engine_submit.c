/* SPDX-License-Identifier: MIT */
/* Requests on their way in: copied or encoded before the call returns, then straight into the
 * connection's outbox, or into the queue of those that wait. */
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "net/engine_impl.h"
#include "proto/request.h"

/* More bytes than this that the kernel does not take: new requests wait. */
enum { OUTBOX_BYTES = 16 * 1024 * 1024 };

/* ---- onto the wire -------------------------------------------------------------------------- */

/* Sets the pointers of r->params, which lie in its kept bytes. */
static void point_params(struct cd_request *r)
{
	const uint8_t *kept = r->kept.data;

	if (r->paging_state.len)
		r->params.paging_state = (cql_blob){ kept + r->paging_state.at,
						     r->paging_state.len };
	if (r->keyspace.len)
		r->params.keyspace = cql_text_of((const char *)kept + r->keyspace.at);
}

static uint8_t flags_of(const struct cd_request *r)
{
	return r->tracing ? CQL_FLAG_TRACING : 0;
}

static bool write_query(struct cd_conn *c, struct cd_request *r, int16_t stream, coodie_error *err)
{
	cql_message m = { .opcode = CQL_OP_QUERY, .flags = flags_of(r), .stream = stream };

	m.as.query.cql = (cql_text){ (const char *)r->kept.data + r->text.at, r->text.len };
	m.as.query.params = r->params;
	return cd_message_write(&c->out, &m, NULL, err);
}

/* The hot path: its values are encoded already. */
static bool write_execute(struct cd_conn *c, struct cd_request *r, int16_t stream,
			  coodie_error *err)
{
	const struct coodie_prepared *p = r->prepared;
	struct cd_buffer *b = &c->out.bytes;
	cql_result ids; /* no more of it is looked at */

	ids.id = (cql_blob){ p->id, p->id_len };
	ids.metadata_id = (cql_blob){ p->id + p->id_len, p->metadata_id_len };
	r->params.skip_metadata = p->skip_metadata && c->version >= 5;
	if (r->metadata != p->result) {
		cd_metadata_free(r->metadata);
		r->metadata = cd_metadata_ref(p->result);
	}
	r->load = p->load;
	size_t mark = cd_outbox_begin(&c->out, flags_of(r), stream, CQL_OP_EXECUTE);
	cd_write_execute_head(b, c->version, NULL, &ids, &r->params, r->value_count);
	cd_buffer_bytes(b, r->kept.data + r->values.at, r->values.len);
	cd_write_execute_tail(b, c->version, NULL, &r->params);
	return cd_outbox_end(&c->out, mark, err);
}

static bool write_load(struct cd_conn *c, struct cd_request *r, int16_t stream, coodie_error *err)
{
	const struct coodie_prepared *p = r->prepared;
	cql_message m = { .opcode = CQL_OP_PREPARE, .flags = flags_of(r), .stream = stream };

	m.as.prepare.cql = (cql_text){ p->cql, p->cql_len };
	if (p->own_keyspace)
		m.as.prepare.keyspace = cql_text_of(p->keyspace);
	return cd_message_write(&c->out, &m, NULL, err);
}

static bool (*const writers[])(struct cd_conn *c, struct cd_request *r, int16_t stream,
			       coodie_error *err) = {
	[CD_REQUEST_QUERY] = write_query,
	[CD_REQUEST_EXECUTE] = write_execute,
	[CD_REQUEST_LOAD] = write_load,
};

/* What only v5 can carry (v5 section 4.1.4) is refused rather than left out. */
static bool can_carry(const struct cd_conn *c, const struct cd_request *r, coodie_error *err)
{
	bool keyspace = r->keyspace.len || (r->prepared && r->prepared->own_keyspace);

	if (c->version >= 5 || !(keyspace || r->params.has_now))
		return true;
	return cd_fail(err, COODIE_ERR_UNSUPPORTED,
		       "%s for a single statement needs protocol version 5; this connection has %u",
		       keyspace ? "a keyspace" : "a time", c->version);
}

static bool put(struct cd_engine *e, struct cd_wire *w, struct cd_request *r, coodie_error *err)
{
	struct cd_conn *c = &w->link.conn;
	void *owner;

	if (!can_carry(c, r, err))
		return false;
	int32_t stream = cd_streams_take(&c->streams, r);
	if (stream < 0)
		return cd_no_memory(err, "room for a request");
	point_params(r);
	if (!writers[r->kind](c, r, (int16_t)stream, err)) {
		cd_streams_give(&c->streams, stream, &owner);
		return false;
	}
	r->stream = stream;
	r->wire = w;
	e->in_flight++;
	e->stats.requests++;
	cd_engine_arm(e);
	return true;
}

static bool can_send(const struct cd_engine *e)
{
	const struct cd_wire *w = e->wire;

	return w && w->up && w->link.conn.streams.taken < w->link.conn.streams.max &&
	       w->link.conn.out.bytes.len < OUTBOX_BYTES;
}

void cd_engine_pump(struct cd_engine *e)
{
	coodie_error err;

	while (e->waiting.first && can_send(e)) {
		struct cd_request *r = cd_requests_pop(&e->waiting);
		if (r->kind == CD_REQUEST_CONNECT)
			cd_engine_finish(e, r);
		else if (!put(e, e->wire, r, &err))
			cd_engine_fail(e, r, &err);
	}
}

static bool has_room(const struct cd_engine *e, coodie_error *err)
{
	uint32_t waiting = e->waiting.count + e->held;

	return waiting < e->options->max_waiting ||
	       cd_fail(err, COODIE_ERR_OVERLOAD,
		       "%" PRIu32 " requests wait already and %" PRIu32
		       " are in flight: slow down, or coodie_options_set_max_waiting()",
		       waiting, e->in_flight);
}

/* The engine's own requests, and those it sends again, do not count as new. */
static void let_wait(struct cd_engine *e, struct cd_request *r)
{
	cd_requests_push(&e->waiting, r);
	cd_engine_arm(e);
}

bool cd_engine_send(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	if (!e->waiting.first && can_send(e))
		return put(e, e->wire, r, err);
	let_wait(e, r);
	return true;
}

/* ---- prepared statements -------------------------------------------------------------------- */

static bool start_load(struct cd_engine *e, struct coodie_prepared *p, coodie_error *err)
{
	struct cd_request *load = cd_request_take(&e->pool, CD_REQUEST_LOAD);

	if (!load)
		return cd_no_memory(err, "a request");
	e->live++;
	load->prepared = cd_prepared_ref(p);
	/* It has no deadline of its own: it is given up with the last who waits for it. */
	if (!cd_engine_send(e, load, err)) {
		cd_engine_drop(e, load);
		return false;
	}
	p->loader = load;
	p->state = CD_PREPARED_LOADING;
	return true;
}

bool cd_engine_await_prepare(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	struct coodie_prepared *p = r->prepared;

	if (!p->loader && !start_load(e, p, err))
		return false;
	cd_requests_push(&p->waiters, r);
	e->held++;
	return true;
}

/* ---- what the caller asked for -------------------------------------------------------------- */

/* An empty request with its deadline and its options. */
static struct cd_request *begin(struct cd_engine *e, enum cd_request_kind kind, coodie_error *err)
{
	if (e->freed || e->closing)
		return cd_fail_null(err, COODIE_ERR_CLOSED, "the session %s",
				    e->freed ? "was freed" : "is closed");
	struct cd_request *r = cd_request_take(&e->pool, kind);
	if (!r) {
		cd_no_memory(err, "a request");
		return NULL;
	}
	e->live++;
	return r;
}

static void set_options(struct cd_engine *e, struct cd_request *r, const coodie_request *o)
{
	const struct coodie_options *d = e->options;
	int32_t page_rows = o->page_rows ? o->page_rows
					 : (int32_t)(d->page_rows < INT32_MAX ? d->page_rows
									      : INT32_MAX);

	r->params.consistency = o->consistency ? o->consistency : d->consistency;
	r->params.serial_consistency = o->serial_consistency ? o->serial_consistency
							     : d->serial_consistency;
	r->params.has_page_rows = page_rows > 0;
	r->params.page_rows = page_rows;
	r->params.has_timestamp = o->timestamp_us != 0;
	r->params.timestamp_us = o->timestamp_us;
	r->params.has_now = o->now_in_seconds != 0;
	r->params.now_in_seconds = o->now_in_seconds;
	r->tracing = o->tracing;
	r->idempotent = o->idempotent;
	r->timeout_ms = o->timeout_ms ? o->timeout_ms : d->request_timeout_ms;
	if (o->paging_state.data && o->paging_state.len)
		r->paging_state = cd_request_keep(r, o->paging_state.data, o->paging_state.len);
}

/* The request is on its way: from here on it ends with its callback. */
static bool accepted(struct cd_engine *e, struct cd_request *r, const coodie_request *o)
{
	if (r->timeout_ms)
		cd_engine_add_deadline(e, &r->deadline, r->timeout_ms);
	if (o && o->id)
		*o->id = cd_request_id(r);
	return true;
}

static bool refused(struct cd_engine *e, struct cd_request *r)
{
	cd_engine_drop(e, r);
	return false;
}

static bool send_new(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	if (r->kept.failed)
		return cd_no_memory(err, "a copy of the statement");
	return ((!e->waiting.first && can_send(e)) || has_room(e, err)) &&
	       cd_engine_send(e, r, err);
}

static bool submit_nothing(struct cd_engine *e, coodie_done_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = begin(e, CD_REQUEST_VOID, err);

	if (!r)
		return false;
	r->done.result = done;
	r->user = user;
	r->result = cd_result_ref(e->void_result);
	cd_engine_finish(e, r);
	return true;
}

static bool submit_text(struct cd_engine *e, const coodie_statement *st, coodie_done_fn *done,
			void *user, coodie_error *err)
{
	const coodie_request *o = st->request;
	struct cd_request *r = begin(e, CD_REQUEST_QUERY, err);

	if (!r)
		return false;
	r->done.result = done;
	r->user = user;
	set_options(e, r, o);
	r->text = cd_request_keep(r, st->cql, strlen(st->cql));
	if (o->keyspace && *o->keyspace) /* with its end */
		r->keyspace = cd_request_keep(r, o->keyspace, strlen(o->keyspace) + 1);
	return send_new(e, r, err) ? accepted(e, r, o) : refused(e, r);
}

/* `r` has its options; its statement may still be unknown to the server. */
static bool submit_prepared(struct cd_engine *e, struct cd_request *r, struct coodie_prepared *p,
			    cql_args args, coodie_error *err)
{
	r->prepared = cd_prepared_ref(p);
	if (p->home ? !cd_request_encode(r, args.values, args.count, err)
		    : !cd_request_keep_args(r, args, err))
		return false;
	if (p->state == CD_PREPARED_READY)
		return send_new(e, r, err);
	return has_room(e, err) && cd_engine_await_prepare(e, r, err);
}

static struct coodie_prepared *find_prepared(struct cd_engine *e, const char *cql,
					     const char *keyspace, coodie_error *err)
{
	bool own = keyspace && *keyspace;

	return cd_prepared_get(&e->prepared, cql,
			       own           ? keyspace
			       : e->keyspace ? e->keyspace
					     : "",
			       own, err);
}

static bool submit_execute(struct cd_engine *e, struct coodie_prepared *p, cql_args args,
			   const coodie_request *o, coodie_done_fn *done, void *user,
			   coodie_error *err)
{
	struct cd_request *r = begin(e, CD_REQUEST_EXECUTE, err);

	if (!r)
		return false;
	r->done.result = done;
	r->user = user;
	set_options(e, r, o);
	return submit_prepared(e, r, p, args, err) ? accepted(e, r, o) : refused(e, r);
}

bool cd_engine_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		      coodie_error *err)
{
	struct cd_engine *e = driver;
	coodie_error own;

	if (!st->cql)
		return submit_nothing(e, done, user, err);
	if (!st->prepare && st->args.count == 0)
		return submit_text(e, st, done, user, err);
	err = err ? err : &own;
	struct coodie_prepared *p = find_prepared(e, st->cql, st->request->keyspace, err);
	if (!p)
		return false;
	if (submit_execute(e, p, st->args, st->request, done, user, err))
		return true;
	/* The markers may be those of a table that was made anew since: the next call asks the
	 * server. */
	if (err->code == COODIE_ERR_TYPE || err->code == COODIE_ERR_RANGE ||
	    err->code == COODIE_ERR_INVALID)
		cd_prepared_forget(&e->prepared, p);
	return false;
}

bool cd_engine_execute(struct cd_engine *e, coodie_prepared *p, cql_args args,
		       const coodie_request *r, coodie_done_fn *done, void *user, coodie_error *err)
{
	return submit_execute(e, p, args, r, done, user, err);
}

bool cd_engine_prepare(struct cd_engine *e, const char *cql, coodie_prepared_fn *done, void *user,
		       coodie_error *err)
{
	struct coodie_prepared *p = find_prepared(e, cql, NULL, err);
	struct cd_request *r = p ? begin(e, CD_REQUEST_PREPARE, err) : NULL;

	if (!r)
		return false;
	r->done.prepared = done;
	r->user = user;
	r->prepared = cd_prepared_ref(p);
	r->timeout_ms = e->options->request_timeout_ms;
	if (p->state == CD_PREPARED_READY)
		cd_engine_finish(e, r);
	else if (!has_room(e, err) || !cd_engine_await_prepare(e, r, err))
		return refused(e, r);
	else
		return accepted(e, r, NULL);
	return true;
}

/* Its time is bounded by that of the attempts. */
bool cd_engine_connect(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = begin(e, CD_REQUEST_CONNECT, err);

	if (!r)
		return false;
	r->done.status = done;
	r->user = user;
	if (e->wire && e->wire->up)
		cd_engine_finish(e, r);
	else
		let_wait(e, r);
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
	r->done.status = done;
	r->user = user;
	cd_requests_push(&e->closers, r);
	cd_engine_arm(e);
	return true;
}
