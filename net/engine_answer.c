/* SPDX-License-Identifier: MIT */
/* Answers on their way out: a response becomes a result or an error, and ends its request. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine_impl.h"
#include "proto/error_body.h"

/* ---- PREPARE -------------------------------------------------------------------------------- */

static void end_load(struct cd_engine *e, struct cd_request *load)
{
	load->prepared->loader = NULL;
	cd_engine_drop(e, load);
}

void cd_engine_load_failed(struct cd_engine *e, struct cd_request *load, const coodie_error *err)
{
	struct coodie_prepared *p = cd_prepared_ref(load->prepared);

	end_load(e, load);
	p->state = p->home ? CD_PREPARED_READY : CD_PREPARED_NEW;
	if (!p->home || err->code == COODIE_ERR_CONFLICT)
		cd_prepared_forget(&e->prepared, p);
	for (struct cd_request *r; (r = cd_requests_pop(&p->waiters));) {
		e->held--;
		cd_engine_fail(e, r, err);
	}
	coodie_prepared_free(p);
}

/* The statement is known: those who waited for it go on. */
static void release_waiters(struct cd_engine *e, struct coodie_prepared *p)
{
	coodie_error err;

	for (struct cd_request *r; (r = cd_requests_pop(&p->waiters));) {
		e->held--;
		if (r->kind == CD_REQUEST_PREPARE)
			cd_engine_finish(e, r);
		else if ((!r->encoded && !cd_request_encode(r, r->args, r->value_count, &err)) ||
			 !cd_engine_send(e, r, &err))
			cd_engine_fail(e, r, &err);
	}
}

static bool on_loaded(struct cd_engine *e, struct cd_wire *w, struct cd_request *load,
		      const cql_envelope *answer, coodie_error *err)
{
	struct coodie_prepared *p = load->prepared;

	if (!cd_prepared_load(p, answer, err)) {
		coodie_error why = *err;
		cd_engine_load_failed(e, load, &why);
		return why.code != COODIE_ERR_PROTOCOL;
	}
	p->loaded_on = w->number;
	cd_prepared_ref(p);
	end_load(e, load);
	release_waiters(e, p);
	coodie_prepared_free(p);
	return true;
}

/* The server has forgotten the statement: it is told again, and the request sent again, once on a
 * connection. */
static void on_unprepared(struct cd_engine *e, struct cd_wire *w, struct cd_request *r)
{
	struct coodie_prepared *p = r->prepared;
	coodie_error err;
	bool ok;

	r->resent = true;
	cd_log(e->options, COODIE_LOG_DEBUG, "prepared again: %.100s", p->cql);
	if (p->load != r->load && p->loaded_on == w->number &&
	    p->state == CD_PREPARED_READY) /* somebody was faster */
		ok = cd_engine_send(e, r, &err);
	else
		ok = cd_engine_await_prepare(e, r, &err);
	if (!ok)
		cd_engine_fail(e, r, &err);
}

/* ---- the kinds of answers ------------------------------------------------------------------- */

static bool on_error(struct cd_engine *e, struct cd_wire *w, struct cd_request *r,
		     const cql_envelope *answer, coodie_error *err)
{
	coodie_error said;

	if (!cd_conn_read_error(answer, e->allocator, &said, err)) {
		coodie_error why = *err;
		cd_engine_fail(e, r, &why);
		return false;
	}
	if (said.server_code == CD_SERVER_UNPREPARED && r->kind == CD_REQUEST_EXECUTE && !r->resent)
		on_unprepared(e, w, r);
	else
		cd_engine_fail(e, r, &said);
	return true;
}

/* USE was sent as a statement: later connections, and the texts prepared from now on, follow it. */
static void follow_keyspace(struct cd_engine *e, cql_text name)
{
	char *copy = cd_strndup(e->allocator, name.data, name.len);

	if (!copy)
		return;
	cd_release(e->allocator, e->keyspace);
	e->keyspace = copy;
}

static bool on_result(struct cd_engine *e, struct cd_request *r, const cql_envelope *answer,
		      coodie_error *err)
{
	cql_blob new_id = { NULL, 0 };

	if (cd_result_is_plain_void(answer))
		r->result = cd_result_ref(e->void_result);
	else
		r->result = cd_result_new(e->allocator, answer, r->metadata, &new_id, err);
	if (!r->result) {
		coodie_error why = *err;
		cd_engine_fail(e, r, &why);
		return why.code != COODIE_ERR_PROTOCOL;
	}
	/* Without memory the old columns stay, and the server sends the new ones once more. An
	 * answer from before the last PREPARE is out of date. */
	if (new_id.data && r->prepared && r->load == r->prepared->load)
		cd_prepared_changed(r->prepared, new_id, cd_result_metadata(r->result));
	if (coodie_result_kind(r->result) == COODIE_RESULT_SET_KEYSPACE)
		follow_keyspace(e, cd_result_keyspace(r->result));
	else if (coodie_result_kind(r->result) == COODIE_RESULT_SCHEMA_CHANGE)
		cd_prepared_cache_flush(&e->prepared);
	cd_engine_call(e, r);
	return true;
}

bool cd_engine_answer(struct cd_engine *e, struct cd_wire *w, const cql_envelope *answer,
		      coodie_error *err)
{
	void *owner;

	e->stats.responses++;
	cd_streams_give(&w->link.conn.streams, answer->stream, &owner);
	struct cd_request *r = owner;
	if (!r) /* nobody waits for it any more */
		return true;
	e->in_flight--;
	r->stream = -1;
	r->wire = NULL;
	if (answer->opcode == CQL_OP_ERROR)
		return on_error(e, w, r, answer, err);
	return r->kind == CD_REQUEST_LOAD ? on_loaded(e, w, r, answer, err)
					  : on_result(e, r, answer, err);
}
