/* SPDX-License-Identifier: MIT */
/* Requests to the wire: which connection one takes, and its bytes into that one's outbox. */
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"
#include "net/engine/wire_watch.h"
#include "proto/outbox.h"
#include "proto/request.h"

enum { LOOK_AHEAD = 16 }; /* requests behind one that cannot be sent */

/* ---- bytes ---------------------------------------------------------------------------------- */

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

typedef bool write_fn(struct cd_conn *c, struct cd_request *r, struct cd_attempt *a,
		      coodie_error *err);

static bool write_query(struct cd_conn *c, struct cd_request *r, struct cd_attempt *a,
			coodie_error *err)
{
	cql_message m = { .opcode = CQL_OP_QUERY,
			  .flags = flags_of(r),
			  .stream = (int16_t)a->stream };

	m.as.query.cql = (cql_text){ (const char *)r->kept.data + r->text.at, r->text.len };
	m.as.query.params = r->params;
	return cd_message_write(&c->out, &m, NULL, err);
}

/* Whether what it keeps is the message that this connection wants. */
static bool is_whole(const struct cd_request *r, const struct cd_conn *c)
{
	const struct cd_whole *w = &r->whole;
	const cql_terms *terms = &c->extensions.terms;

	return w->bytes.len && w->version == c->version && w->load == r->prepared->load &&
	       w->consistency == r->params.consistency && !terms->metadata_id && !terms->tablets_v2;
}

/* The hot path: its values are encoded already, and mostly all of it. */
static bool write_execute(struct cd_conn *c, struct cd_request *r, struct cd_attempt *a,
			  coodie_error *err)
{
	const struct coodie_prepared *p = r->prepared;
	struct cd_buffer *b = &c->out.bytes;
	const cql_terms *terms = &c->extensions.terms;

	a->metadata = cd_metadata_ref(p->result);
	a->load = p->load;
	if (is_whole(r, c)) {
		const struct cd_span whole = { r->kept.data + r->whole.bytes.at,
					       r->whole.bytes.len };
		return cd_outbox_put(&c->out, whole, (int16_t)a->stream, err);
	}
	cql_result ids; /* no more of it is looked at */
	ids.id = (cql_blob){ p->id, p->id_len };
	ids.metadata_id = (cql_blob){ p->id + p->id_len, p->metadata_id_len };
	r->params.skip_metadata = p->skip_metadata && (c->version >= 5 || terms->metadata_id);
	size_t mark = cd_outbox_begin(&c->out, flags_of(r), (int16_t)a->stream, CQL_OP_EXECUTE);
	cd_write_execute_head(b, c->version, terms, &ids, &r->params, r->value_count);
	cd_buffer_bytes(b, r->kept.data + r->values.at, r->values.len);
	cd_write_execute_tail(b, c->version, terms, &r->params);
	if (terms->tablets_v2 && !b->failed)
		b->data[b->len - 1] = r->tablet_block;
	return cd_outbox_end(&c->out, mark, err);
}

static bool write_batch(struct cd_conn *c, struct cd_request *r, struct cd_attempt *a,
			coodie_error *err)
{
	return cd_batch_send(c, r, flags_of(r), (int16_t)a->stream, err);
}

static bool write_load(struct cd_conn *c, struct cd_request *r, struct cd_attempt *a,
		       coodie_error *err)
{
	const struct coodie_prepared *p = r->prepared;
	cql_message m = { .opcode = CQL_OP_PREPARE, .stream = (int16_t)a->stream };

	m.as.prepare.cql = (cql_text){ p->cql, p->cql_len };
	if (p->own_keyspace)
		m.as.prepare.keyspace = cql_text_of(p->keyspace);
	return cd_message_write(&c->out, &m, NULL, err);
}

static bool write_register(struct cd_conn *c, struct cd_request *r, struct cd_attempt *a,
			   coodie_error *err)
{
	static const cql_text events[] = { { "TOPOLOGY_CHANGE", 15 },
					   { "STATUS_CHANGE", 13 },
					   { "SCHEMA_CHANGE", 13 } };
	static const cql_text routes[] = { { "CLIENT_ROUTES_CHANGE", 20 } }; /* ScyllaDB's */
	bool is_routes = r->kind == CD_REQUEST_REGISTER_ROUTES;
	cql_message m = { .opcode = CQL_OP_REGISTER, .stream = (int16_t)a->stream };

	m.as.register_events.at = is_routes ? routes : events;
	m.as.register_events.count = is_routes ? 1 : sizeof events / sizeof *events;
	return cd_message_write(&c->out, &m, NULL, err);
}

static bool write_options(struct cd_conn *c, struct cd_request *r, struct cd_attempt *a,
			  coodie_error *err)
{
	const cql_message m = { .opcode = CQL_OP_OPTIONS, .stream = (int16_t)a->stream };

	(void)r;
	return cd_message_write(&c->out, &m, NULL, err);
}

static const struct {
	write_fn *write;
	uint8_t opcode;
} messages[] = {
	[CD_REQUEST_QUERY] = { write_query, CQL_OP_QUERY },
	[CD_REQUEST_EXECUTE] = { write_execute, CQL_OP_EXECUTE },
	[CD_REQUEST_BATCH] = { write_batch, CQL_OP_BATCH },
	[CD_REQUEST_LOAD] = { write_load, CQL_OP_PREPARE },
	[CD_REQUEST_REGISTER] = { write_register, CQL_OP_REGISTER },
	[CD_REQUEST_REGISTER_ROUTES] = { write_register, CQL_OP_REGISTER },
	[CD_REQUEST_OPTIONS] = { write_options, CQL_OP_OPTIONS },
	[CD_REQUEST_TELL] = { write_load, CQL_OP_PREPARE },
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

/* ---- attempts ------------------------------------------------------------------------------- */

static struct cd_attempt *take_attempt(struct cd_engine *e, struct cd_request *r)
{
	struct cd_attempt *a = r->first.wire ? cd_slab_take(&e->attempts) : &r->first;

	if (a)
		*a = (struct cd_attempt){ .request = r, .stream = -1 };
	return a;
}

static void give_attempt(struct cd_engine *e, struct cd_attempt *a)
{
	cd_metadata_free(a->metadata);
	a->metadata = NULL;
	a->wire = NULL;
	if (a != &a->request->first)
		cd_slab_give(&e->attempts, a);
}

void cd_engine_land(struct cd_engine *e, struct cd_attempt *a)
{
	struct cd_attempt **at = &a->request->flying;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	cd_attempt_lands(e, a);
	give_attempt(e, a);
}

bool cd_engine_put(struct cd_engine *e, struct cd_wire *w, struct cd_request *r, coodie_error *err)
{
	struct cd_conn *c = &w->link.conn;
	struct cd_attempt *a;
	void *owner;

	if (!can_carry(c, r, err))
		return false;
	a = take_attempt(e, r);
	int32_t stream = a ? cd_streams_take(&c->streams, a) : -1;
	if (stream < 0) {
		if (a)
			give_attempt(e, a);
		return cd_no_memory(err, "room for a request");
	}
	a->stream = stream;
	point_params(r);
	if (r->extras)
		cd_extras_dress(&c->out, r);
	bool written = messages[r->kind].write(c, r, a, err);
	if (r->extras)
		cd_extras_dress(&c->out, NULL);
	if (!written) {
		cd_streams_give(&c->streams, stream, &owner);
		give_attempt(e, a);
		return false;
	}
	r->express = false;
	cd_attempt_departs(e, w, a, cd_engine_now(e));
	if (w->ring)
		cd_wire_watch_sent(w, a, messages[r->kind].opcode);
	if (!r->began_us) {
		r->began_us = a->sent_us;
		r->plain = !r->own;
	}
	if (r->attempts > 1) {
		cd_engine_count_repeat(r, a);
		return true;
	}
	cd_retry_budget_add(&e->budget, a->sent_us);
	if (e->speculates)
		cd_engine_await_speculation(e, r);
	return true;
}

/* ---- to be sent ------------------------------------------------------------------------------ */

bool cd_engine_has_room(const struct cd_engine *e)
{
	for (const struct cd_wire *w = e->wires; w; w = w->next)
		if (cd_wire_has_room(w))
			return true;
	return false;
}

bool cd_engine_is_connected(const struct cd_engine *e)
{
	bool whole = e->hosts.up;

	if (e->options->pool_opening != COODIE_POOL_FIRST)
		return whole;
	whole = whole && e->hosts.count && !e->distances_stale;
	for (uint32_t i = 0; whole && i < e->hosts.room; i++)
		whole = !e->hosts.at[i] || cd_pool_is_open(e->hosts.at[i]);
	return whole;
}

/* False: it waits on. */
static bool leave_queue(struct cd_engine *e, struct cd_request *r)
{
	coodie_error err;

	/* The next request stands behind all that wait, and goes where there is room. */
	if (r->kind == CD_REQUEST_READY && (r->prev || !cd_engine_has_room(e)))
		return false;
	if (r->kind == CD_REQUEST_CONNECT && !cd_engine_is_connected(e))
		return false;
	if (r->kind == CD_REQUEST_CONNECT || r->kind == CD_REQUEST_READY) {
		cd_requests_remove(r);
		cd_engine_finish(e, r);
		return true;
	}
	struct cd_wire *w = cd_engine_choose(e, r, &err);
	if (!w && err.code == COODIE_OK)
		return false;
	if (!w && r->retries) { /* what it failed with before says more */
		err = r->error;
		cd_engine_tell_tries(r, &err);
	}
	cd_requests_remove(r);
	if (!w || !cd_engine_put(e, w, r, &err))
		cd_engine_fail(e, r, &err);
	else
		cd_engine_count_waited(r);
	return true;
}

/* Behind a request that cannot be sent there may be some that can, by another profile or to another
 * node: a few are looked at. */
void cd_engine_pump(struct cd_engine *e)
{
	uint32_t stuck = 0;

	for (struct cd_request *r = e->waiting.first, *next; r && e->hosts.up; r = next) {
		next = r->next;
		if (!leave_queue(e, r) && ++stuck == LOOK_AHEAD)
			return;
	}
}

bool cd_engine_send(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	coodie_error why;

	cd_clear(&why);
	struct cd_wire *w = e->waiting.first ? NULL : cd_engine_choose(e, r, &why);
	if (w)
		return cd_engine_put(e, w, r, err);
	if (why.code != COODIE_OK) {
		if (err)
			*err = why;
		return false;
	}
	cd_engine_waits(e, r);
	cd_requests_push(&e->waiting, r);
	cd_engine_arm(e);
	return true;
}
