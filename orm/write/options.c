/* SPDX-License-Identifier: MIT */
/* coodie_write, of any size, as the request it asks for; the model's defaults fill in. */
#include "base/error.h"
#include "base/sized.h"
#include "orm/write/write.h"

/* What was said goes before what the model says. */
static void prefer(coodie_request *r, const coodie_write *o)
{
	r->consistency = o->consistency ? o->consistency : r->consistency;
	r->serial_consistency = o->serial_consistency ? o->serial_consistency
						      : r->serial_consistency;
	r->timeout_ms = o->timeout_ms ? o->timeout_ms : r->timeout_ms;
	r->timestamp_us = o->timestamp_us;
	r->tracing = o->tracing;
	r->profile = o->profile;
	r->id = o->id;
}

static bool refuse(const struct cd_write *w, const char *option, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_INVALID, "%s(%s): it takes no %s; leave it out",
		       w->verb->name, w->place.model->label, option);
}

static bool check(const struct cd_write *w, const coodie_write *o, coodie_error *err)
{
	unsigned takes = w->verb->takes;

	if (o->ttl && !(takes & CD_TAKES_TTL))
		return refuse(w, "ttl", err);
	if (o->timestamp_us && !(takes & CD_TAKES_TIMESTAMP))
		return refuse(w, "timestamp_us", err);
	if (o->full && !(takes & CD_TAKES_FULL))
		return refuse(w, "full", err);
	if (o->ttl < COODIE_NO_TTL || o->ttl > CD_MAX_TTL)
		return cd_fail(err, COODIE_ERR_RANGE,
			       "%s: a ttl of %d seconds; 1 to %d, or COODIE_NO_TTL",
			       w->place.model->label, (int)o->ttl, CD_MAX_TTL);
	return true;
}

/* What was said to the query and not to the call. */
static void ask_query(coodie_write *o, const coodie_request *r)
{
	o->consistency = o->consistency ? o->consistency : r->consistency;
	o->serial_consistency = o->serial_consistency ? o->serial_consistency
						      : r->serial_consistency;
	o->timeout_ms = o->timeout_ms ? o->timeout_ms : r->timeout_ms;
	o->timestamp_us = o->timestamp_us ? o->timestamp_us : r->timestamp_us;
	o->profile = o->profile ? o->profile : r->profile;
	o->id = o->id ? o->id : r->id;
	o->tracing |= r->tracing;
	o->idempotent |= r->idempotent;
}

/* The timestamp travels with the request, not in the text: one statement for all. What adds to
 * what is there, or depends on it, is not idempotent: its planner takes that back, unless told. */
bool cd_write_options(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	coodie_write o = { 0 };

	if (call->options &&
	    !cd_take_struct(&o, sizeof(o), call->options, "coodie_write", err))
		return false;
	if (call->query)
		ask_query(&o, &call->query->request);
	w->ttl = o.ttl;
	w->full = o.full;
	w->must_apply = o.must_apply;
	w->told_idempotent |= o.idempotent;
	prefer(&w->request, &o);
	return !call->options || check(w, &o, err);
}
