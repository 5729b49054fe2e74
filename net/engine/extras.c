/* SPDX-License-Identifier: MIT */
/* Extras: made when a request is submitted with some, or when an attempt of it fails. */
#include "net/engine/extras.h"

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/metrics/outgoing.h"
#include "proto/prefix.h"

static struct cd_extras *extras_of(struct cd_request *r)
{
	if (!r->extras)
		r->extras = cd_arena_take_zero(&r->arena, sizeof *r->extras);
	return r->extras;
}

/* ---- on the way out -------------------------------------------------------------------------- */

bool cd_extras_check(const coodie_request *o, coodie_error *err)
{
	if (o->payload_count > UINT16_MAX)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a custom payload of %zu entries; at most 65535 can be sent",
			       o->payload_count);
	if (o->payload_count && !o->payload)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a custom payload of %zu entries, but their array is NULL",
			       o->payload_count);
	return true;
}

/* It is inside of the loop: what would turn that is refused. */
static void call_hook(struct cd_engine *e, struct coodie_outgoing *out)
{
	cd_engine_enter(e);
	e->outgoing(out, e->options->outgoing_user);
	e->inside--;
}

/* The hook adds to the caller's entries; a crew has called it on the caller's thread. */
static bool ask_hook(struct cd_engine *e, struct cd_request *r, const char *cql,
		     struct coodie_outgoing *out, const coodie_request *o, coodie_error *err)
{
	if (!cd_outgoing_init(out, &r->arena, cql, o->payload, (uint16_t)o->payload_count, err))
		return false;
	if (e->outgoing)
		call_hook(e, out);
	else
		out->context = e->context;
	e->context = NULL;
	return true;
}

/* In its kept bytes, so that it is not kept whole. */
static bool keep_payload(struct cd_request *r, const struct coodie_outgoing *out, coodie_error *err)
{
	const cql_message m = { .opcode = CQL_OP_QUERY,
				.has_payload = true,
				.payload = out->entries,
				.payload_count = out->count };
	struct cd_encoder w = { .b = &r->kept, .what = "a request", .err = err };
	struct cd_piece *piece = &r->extras->payload;

	if (!out->count)
		return true;
	piece->at = r->kept.len;
	cd_write_prefix(&w, &m);
	piece->len = r->kept.len - piece->at;
	return !w.told && (!r->kept.failed || cd_no_memory(err, "a custom payload"));
}

bool cd_extras_adorn(struct cd_engine *e, struct cd_request *r, const char *cql,
		     const coodie_request *o, coodie_error *err)
{
	struct coodie_outgoing out;

	if (!cd_extras_check(o, err))
		return false;
	if (!extras_of(r))
		return cd_no_memory(err, "a request");
	if (!ask_hook(e, r, cql, &out, o, err))
		return false;
	r->extras->context = out.context;
	return keep_payload(r, &out, err);
}

bool cd_extras_lend(struct cd_request *load, const struct cd_request *r)
{
	const struct cd_piece *from = r->extras ? &r->extras->payload : NULL;

	if (!from || !from->len)
		return true;
	if (!extras_of(load))
		return false;
	load->extras->payload = cd_request_keep(load, r->kept.data + from->at, from->len);
	return !load->kept.failed;
}

void cd_extras_dress(struct cd_outbox *out, const struct cd_request *r)
{
	const struct cd_piece *payload = r ? &r->extras->payload : NULL;

	out->prefix = (struct cd_span){ NULL, 0 };
	if (payload && payload->len)
		out->prefix = (struct cd_span){ r->kept.data + payload->at, payload->len };
}

/* ---- on the way back ------------------------------------------------------------------------- */

void cd_extras_note(struct cd_engine *e, const struct cd_attempt *a, const coodie_error *err)
{
	struct cd_request *r = a->request;

	if (r->own || e->freed || !extras_of(r))
		return;
	cd_history_add(&r->extras->notes, &r->arena, &a->wire->origin, err);
}

void cd_extras_downgraded(struct cd_request *r, cql_consistency before)
{
	if (!extras_of(r))
		return;
	if (r->extras->notes.asked == CQL_CONSISTENCY_UNSET)
		r->extras->notes.asked = before;
	r->extras->notes.used = r->params.consistency;
}

void cd_extras_tell(struct cd_engine *e, struct cd_request *r)
{
	r->result = cd_result_remember(r->result, e->allocator, &r->extras->notes);
}
