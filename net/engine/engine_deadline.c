/* SPDX-License-Identifier: MIT */
/* What is due when a deadline has come: a table of what can be late. */
#include <inttypes.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"
#include "net/engine/trace.h"

static void describe_late(const struct cd_engine *e, const struct cd_request *r, coodie_error *err)
{
	const struct cd_wire *dial = cd_control_dialing(e);
	const char *name = cd_points_looking_up(e);

	if (r->flying)
		cd_fail(err, COODIE_ERR_TIMEOUT, "no answer from %s within %" PRIu32 " ms",
			r->flying->wire->link.address.text, r->timeout_ms);
	else if (r->retries && r->error.code == COODIE_ERR_SERVER)
		*err = r->error; /* it waits for its next attempt: what a node answered says more */
	else if (!e->hosts.up && dial)
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"no connection to %s within %" PRIu32 " ms (it waits for the answer to %s)",
			dial->link.address.text, r->timeout_ms, cd_link_phase(&dial->link));
	else if (!e->hosts.up && name)
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"no connection within %" PRIu32 " ms: %s is being looked up", r->timeout_ms,
			name);
	else if (r->kind == CD_REQUEST_WAIT)
		cd_fail(err, COODIE_ERR_TIMEOUT, "not done within %" PRIu32 " ms", r->timeout_ms);
	else
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"not sent within %" PRIu32 " ms: %" PRIu32
			" requests were in flight, %" PRIu32 " waited",
			r->timeout_ms, e->in_flight, e->waiting.count + e->held);
}

#define OF(type, member, d) ((type *)(void *)((char *)(d)-offsetof(type, member)))

static void request_late(struct cd_engine *e, struct cd_deadline *d)
{
	struct cd_request *r = OF(struct cd_request, deadline, d);
	coodie_error err;

	describe_late(e, r, &err);
	cd_engine_tell_tries(r, &err);
	for (struct cd_attempt *a = r->flying; a; a = a->next)
		cd_engine_note(e, a, &err);
	cd_attempts_end(e, r, &err);
	e->stats.timeouts += err.code == COODIE_ERR_TIMEOUT;
	for (const struct cd_attempt *a = r->flying; a; a = a->next)
		cd_counters_count(a->wire->tally.counters, CD_METRIC_ATTEMPT_TIMEOUTS);
	struct cd_wire *w = r->flying ? r->flying->wire : NULL;
	cd_engine_give_up(e, r, &err);
	if (w)
		cd_pulse_doubt(w);
}

static void retry_due(struct cd_engine *e, struct cd_deadline *d)
{
	cd_engine_retry_due(e, OF(struct cd_request, retry, d));
}

static void wire_late(struct cd_engine *e, struct cd_deadline *d)
{
	(void)e;
	cd_wire_late(OF(struct cd_wire, deadline, d));
}

static void host_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)e;
	cd_pool_fill(OF(struct cd_host, retry, d));
}

static void control_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_control_due(e);
}

static void schema_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_control_schema_due(e);
}

static void round_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_control_next(e);
}

static void pulse_due(struct cd_engine *e, struct cd_deadline *d)
{
	(void)d;
	cd_pulse(e);
}

static void (*const due[CD_DEADLINES])(struct cd_engine *e, struct cd_deadline *d) = {
	[CD_DEADLINE_REQUEST] = request_late,
	[CD_DEADLINE_WIRE] = wire_late,
	[CD_DEADLINE_HOST] = host_due,
	[CD_DEADLINE_CONTROL] = control_due,
	[CD_DEADLINE_ROUND] = round_due,
	[CD_DEADLINE_PULSE] = pulse_due,
	[CD_DEADLINE_SCHEMA] = schema_due,
	[CD_DEADLINE_RETRY] = retry_due,
	[CD_DEADLINE_AGREE] = cd_agreement_again,
	[CD_DEADLINE_AGREE_LATE] = cd_agreement_late,
	[CD_DEADLINE_TRACE] = cd_trace_again,
};

void cd_engine_due(struct cd_engine *e, struct cd_deadline *d)
{
	due[d->kind](e, d);
}
