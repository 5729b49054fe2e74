/* SPDX-License-Identifier: MIT */
/* Answers on their way out: a response becomes a result or an error, and ends its request, or makes
 * it be tried again. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "proto/error_body.h"
#include "proto/error_details.h"

/* ---- the kinds of answers ------------------------------------------------------------------- */

/* Whether the server is to be told the statement that it has forgotten. */
static bool is_news(struct cd_engine *e, const struct cd_attempt *a, const cql_envelope *answer,
		    uint32_t *load)
{
	struct cd_request *r = a->request;

	*load = a->load;
	if (r->flying->next)
		return false;
	if (r->kind == CD_REQUEST_BATCH)
		return cd_batch_forgotten(e, r, a->wire, answer, load);
	return r->kind == CD_REQUEST_EXECUTE && r->told != a->wire->number;
}

static bool on_error(struct cd_engine *e, struct cd_attempt *a, const cql_envelope *answer,
		     coodie_error *err)
{
	struct cd_request *r = a->request;
	struct cd_wire *w = a->wire;
	uint32_t load;
	coodie_error said;

	cd_counters_count(w->tally.counters, CD_METRIC_ERRORS);
	cd_engine_count_answer(e, a);
	if (!cd_conn_read_error(&w->link.conn, answer, &said, err)) {
		coodie_error why = *err;
		cd_engine_attempt_failed(e, a, &why);
		return false;
	}
	cd_error_details_from(&said, &w->origin.address, w->origin.port);
	if (said.server_code == CD_SERVER_OVERLOADED)
		e->overloaded_us = cd_engine_now(e);
	if (said.server_code != CD_SERVER_UNPREPARED || !is_news(e, a, answer, &load)) {
		cd_engine_attempt_failed(e, a, &said);
		return true;
	}
	cd_attempt_over(e, a, &said);
	cd_engine_land(e, a);
	cd_engine_unprepared(e, w, r, load);
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

/* Twins of an answered request: their answers will be nobody's. */
static void drop_twins(struct cd_engine *e, struct cd_request *r)
{
	while (r->flying) {
		struct cd_attempt *a = r->flying;
		cd_extras_note(e, a, &cd_attempt_overtaken);
		cd_streams_orphan(&a->wire->link.conn.streams, a->stream);
		cd_engine_land(e, a);
	}
}

static void follow(struct cd_engine *e, const coodie_result *result)
{
	if (coodie_result_kind(result) == COODIE_RESULT_SET_KEYSPACE)
		follow_keyspace(e, cd_result_keyspace(result));
	else if (coodie_result_kind(result) == COODIE_RESULT_SCHEMA_CHANGE)
		cd_prepared_cache_flush(&e->prepared);
}

static bool on_result(struct cd_engine *e, struct cd_attempt *a, const cql_envelope *answer,
		      coodie_error *err)
{
	struct cd_request *r = a->request;
	const struct cd_wire *w = a->wire;
	cql_blob new_id = { NULL, 0 };

	if (answer->flags & CQL_FLAG_CUSTOM_PAYLOAD)
		cd_engine_learn(e, a->wire, r, answer);
	if (cd_result_is_plain_void(answer))
		r->result = cd_result_ref(w->void_result);
	else if ((r->result = cd_result_new(e->allocator, answer, &w->link.conn.extensions.terms,
					    a->metadata, &new_id, err)))
		cd_result_place(r->result, &w->origin);
	if (!r->result) {
		coodie_error why = *err;
		cd_engine_attempt_failed(e, a, &why);
		return why.code != COODIE_ERR_PROTOCOL;
	}
	if (e->listens) {
		cd_engine_note(e, a, NULL);
		cd_attempt_won(e, a);
	}
	/* Without memory the old columns stay, and the server sends the new ones once more. An
	 * answer from before the last PREPARE is out of date. */
	if (new_id.data && r->prepared && a->load == r->prepared->load)
		cd_prepared_changed(r->prepared, new_id, cd_result_metadata(r->result));
	if (!r->plain)
		cd_engine_count_answer(e, a);
	if (r->speculated && a != &r->first)
		cd_counters_count(a->wire->tally.counters, CD_METRIC_SPECULATIONS_WON);
	cd_engine_land(e, a);
	if (r->flying)
		drop_twins(e, r);
	if (r->extras)
		cd_extras_tell(e, r);
	if (coodie_result_kind(r->result) > COODIE_RESULT_ROWS)
		follow(e, r->result);
	if (coodie_result_kind(r->result) == COODIE_RESULT_SCHEMA_CHANGE &&
	    cd_agreement_hold(e, r, w))
		return true;
	cd_engine_call(e, r);
	return true;
}

static bool on_prepared(struct cd_engine *e, struct cd_attempt *a, const cql_envelope *answer,
			coodie_error *err)
{
	struct cd_request *load = a->request;
	struct cd_wire *w = a->wire;

	cd_engine_count_answer(e, a);
	cd_engine_land(e, a);
	return cd_engine_loaded(e, w, load, answer, err);
}

/* What says nothing that is not known already: READY, SUPPORTED, one more PREPARED. */
static bool on_done(struct cd_engine *e, struct cd_attempt *a, const cql_envelope *answer,
		    coodie_error *err)
{
	struct cd_request *r = a->request;

	(void)answer;
	(void)err;
	r->result = cd_result_ref(e->void_result);
	cd_engine_count_answer(e, a);
	cd_engine_land(e, a);
	cd_engine_call(e, r);
	return true;
}

/* What a kind of request is answered with when all is well. */
static const struct kind {
	enum cql_opcode opcode;
	bool (*answered)(struct cd_engine *e, struct cd_attempt *a, const cql_envelope *answer,
			 coodie_error *err);
} kinds[] = {
	[CD_REQUEST_QUERY] = { CQL_OP_RESULT, on_result },
	[CD_REQUEST_EXECUTE] = { CQL_OP_RESULT, on_result },
	[CD_REQUEST_BATCH] = { CQL_OP_RESULT, on_result },
	[CD_REQUEST_LOAD] = { CQL_OP_RESULT, on_prepared },
	[CD_REQUEST_TELL] = { CQL_OP_RESULT, on_done },
	[CD_REQUEST_REGISTER] = { CQL_OP_READY, on_done },
	[CD_REQUEST_REGISTER_ROUTES] = { CQL_OP_READY, on_done },
	[CD_REQUEST_OPTIONS] = { CQL_OP_SUPPORTED, on_done },
};

bool cd_engine_answer(struct cd_engine *e, struct cd_wire *w, const cql_envelope *answer,
		      coodie_error *err)
{
	void *owner;

	cd_counters_count(w->tally.counters, CD_METRIC_RESPONSES);
	cd_streams_give(&w->link.conn.streams, answer->stream, &owner);
	struct cd_attempt *a = owner;
	if (!a) /* nobody waits for it any more */
		return true;
	const struct kind *kind = &kinds[a->request->kind];
	if (answer->opcode == kind->opcode)
		return kind->answered(e, a, answer, err);
	if (answer->opcode == CQL_OP_ERROR)
		return on_error(e, a, answer, err);
	cd_fail(err, COODIE_ERR_PROTOCOL, "%s came as the answer to a request",
		cql_opcode_name(answer->opcode));
	coodie_error why = *err;
	cd_engine_attempt_failed(e, a, &why);
	return false;
}
