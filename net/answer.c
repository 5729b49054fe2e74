/* SPDX-License-Identifier: MIT */
/* Responses to requests, and how requests end. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine_internal.h"

enum { UNPREPARED = 0x2500 };

/* ---- ends ------------------------------------------------------------------------------------- */

/* Nobody waits for this statement any more: a late answer to its PREPARE is dropped. */
static void give_up_load(struct cd_engine *e, struct coodie_prepared *p)
{
	struct cd_request *loader = p->loader;

	p->loader = NULL;
	p->state = CD_PREPARED_NEW;
	cd_engine_detach(e, loader);
	cd_request_give(&e->pool, loader);
}

void cd_engine_detach(struct cd_engine *e, struct cd_request *r)
{
	struct cd_requests *in = r->in;

	cd_wheel_remove(&e->wheel, &r->deadline);
	cd_requests_remove(r);
	if (r->stream >= 0) {
		cd_streams_orphan(&e->link.conn.streams, r->stream);
		r->stream = -1;
	}
	if (r->prepared && in == &r->prepared->waiters && !in->count && r->prepared->loader)
		give_up_load(e, r->prepared);
}

/* All who wait for a PREPARE that failed. */
static void fail_load(struct cd_engine *e, struct cd_request *loader, const coodie_error *why)
{
	coodie_prepared *p = cd_prepared_ref(loader->prepared);
	struct cd_requests waiters = { 0 };

	p->loader = NULL;
	p->state = CD_PREPARED_NEW;
	cd_engine_detach(e, loader);
	cd_request_give(&e->pool, loader);
	if (why->code == COODIE_ERR_SERVER || why->code == COODIE_ERR_CONFLICT || !p->home)
		cd_prepared_forget(&e->cache, p);
	cd_requests_move(&waiters, &p->waiters);
	while (waiters.first)
		cd_engine_fail(e, waiters.first, why);
	coodie_prepared_free(p);
}

void cd_engine_complete(struct cd_engine *e, struct cd_request *r)
{
	cd_engine_detach(e, r);
	if (r->kind != CD_REQUEST_CLOSE)
		e->open--;
	cd_requests_push(&e->completed, r);
	cd_engine_wake(e);
}

void cd_engine_fail(struct cd_engine *e, struct cd_request *r, const coodie_error *why)
{
	if (r->kind == CD_REQUEST_LOAD) {
		fail_load(e, r, why);
		return;
	}
	r->failed = true;
	r->error = *why;
	e->stats.errors++;
	cd_engine_complete(e, r);
}

/* ---- answers ---------------------------------------------------------------------------------- */

/* USE changed the keyspace: a new connection will begin there. */
static void set_keyspace(struct cd_engine *e, const coodie_result *result)
{
	struct cd_span name = cd_result_keyspace(result);
	char *copy = cd_strndup(&e->allocator, (const char *)name.at, name.len);

	if (!copy)
		return; /* the connection has it all the same */
	cd_release(&e->allocator, e->keyspace);
	e->keyspace = copy;
}

static bool take_result(struct cd_engine *e, struct cd_request *r, const struct cd_envelope *envelope, coodie_error *err)
{
	struct cd_span new_id = { 0 };
	coodie_error why;
	coodie_result *result = cd_result_new(&e->allocator, envelope, r->metadata, &new_id, &why);

	if (!result) {
		cd_engine_fail(e, r, &why);
		if (why.code == COODIE_ERR_NO_MEMORY)
			return true;
		cd_error_copy(err, &why);
		return false;
	}
	if (new_id.at && r->prepared && r->load == r->prepared->load)
		cd_prepared_changed(r->prepared, new_id, cd_result_metadata(result)); /* if not, the next answer does */
	if (coodie_result_kind(result) == COODIE_RESULT_SET_KEYSPACE)
		set_keyspace(e, result);
	r->result = result;
	cd_engine_complete(e, r);
	return true;
}

/* The statement is known now: what waited for it goes on. */
static void release_waiters(struct cd_engine *e, struct coodie_prepared *p)
{
	struct cd_requests waiters = { 0 };

	cd_requests_move(&waiters, &p->waiters);
	for (struct cd_request *r; (r = cd_requests_pop(&waiters));)
		cd_engine_dispatch(e, r);
}

static bool take_load(struct cd_engine *e, struct cd_request *loader, const struct cd_envelope *envelope,
		      coodie_error *err)
{
	struct cd_reader body = cd_reader_over(envelope->body.at, envelope->body.len);
	struct cd_prefix prefix;
	coodie_error why;

	if (!cd_read_prefix(&body, envelope->flags, &prefix, &why) ||
	    !cd_prepared_load(loader->prepared, &body, e->link.conn.version, cd_limits_default.max_depth, &why)) {
		bool broken = why.code == COODIE_ERR_PROTOCOL;
		cd_engine_fail(e, loader, &why);
		if (broken)
			cd_error_copy(err, &why);
		return !broken;
	}
	coodie_prepared *p = cd_prepared_ref(loader->prepared);
	p->loader = NULL;
	cd_engine_detach(e, loader);
	cd_request_give(&e->pool, loader);
	release_waiters(e, p);
	coodie_prepared_free(p);
	return true;
}

/* The server has forgotten the statement: it is told again, once, and asked again. */
static void send_again(struct cd_engine *e, struct cd_request *r)
{
	r->resent = true;
	if (r->prepared->state == CD_PREPARED_READY && r->load == r->prepared->load)
		r->prepared->state = CD_PREPARED_NEW;
	cd_metadata_free(r->metadata);
	r->metadata = NULL;
	cd_engine_dispatch(e, r);
}

static bool take_error(struct cd_engine *e, struct cd_request *r, const struct cd_envelope *envelope, coodie_error *err)
{
	struct cd_reader body = cd_reader_over(envelope->body.at, envelope->body.len);
	struct cd_prefix prefix;
	struct cd_span unprepared;
	coodie_error said;

	if (!cd_read_prefix(&body, envelope->flags, &prefix, err) ||
	    !cd_read_error(&body, e->link.conn.version, &said, &unprepared, err)) {
		coodie_error why = *err;
		cd_engine_fail(e, r, &why);
		return false;
	}
	if (said.server_code == UNPREPARED && r->kind == CD_REQUEST_EXECUTE && !r->resent)
		send_again(e, r);
	else
		cd_engine_fail(e, r, &said);
	return true;
}

bool cd_engine_answer(struct cd_engine *e, const struct cd_envelope *envelope, coodie_error *err)
{
	void *owner;

	cd_streams_give(&e->link.conn.streams, envelope->stream, &owner);
	if (!owner) /* it came too late */
		return true;
	struct cd_request *r = owner;
	r->stream = -1;
	cd_requests_remove(r);
	e->stats.responses++;
	if (envelope->opcode == CD_OP_ERROR)
		return take_error(e, r, envelope, err);
	return r->kind == CD_REQUEST_LOAD ? take_load(e, r, envelope, err) : take_result(e, r, envelope, err);
}
