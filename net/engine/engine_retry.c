/* SPDX-License-Identifier: MIT */
/* What follows an attempt: another one, when it failed and may be made again, or when its answer is
 * late; and what policies learn of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "proto/error_body.h"

/* ---- what is learnt of an attempt ------------------------------------------------------------- */

static bool is_overload(const coodie_error *err)
{
	return err->code == COODIE_ERR_RATE_LIMIT || err->code == COODIE_ERR_TIMEOUT ||
	       (err->code == COODIE_ERR_SERVER && err->server_code == CD_SERVER_OVERLOADED);
}

static void note_limit(struct cd_host *h, uint64_t latency_us, uint64_t now,
		       const coodie_error *err)
{
	if (!err)
		cd_limit_answered(&h->limit, h->view->in_flight, latency_us, now);
	else if (is_overload(err))
		cd_limit_overloaded(&h->limit, now);
}

void cd_engine_note(struct cd_engine *e, const struct cd_attempt *a, const coodie_error *err)
{
	const struct cd_request *r = a->request;
	struct cd_host *h = a->wire->host;
	struct cd_profile_use *use = cd_engine_profile(e, r);
	uint64_t now = cd_engine_now(e), latency_us = now - a->sent_us;

	if (use->latencies && !err)
		cd_latencies_add(use->latencies, latency_us, use->profile->speculation.percentile);
	if (!h)
		return;
	note_limit(h, latency_us, now, err);
	if (cd_balancer_listens(use->balancer) && !r->own) {
		coodie_intent intent;
		cd_engine_intent(e, r, NULL, &intent);
		cd_balancer_answered(use->balancer, &intent, h->slot, h->view, latency_us, err,
				     now);
	}
}

/* ---- errors ----------------------------------------------------------------------------------- */

static uint32_t hosts_tried(const struct cd_request *r)
{
	uint32_t n = r->attempts < CD_TRIED ? r->attempts : CD_TRIED, distinct = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t j = 0;
		while (j < i && r->tried[j] != r->tried[i])
			j++;
		distinct += j == i;
	}
	return distinct;
}

void cd_engine_tell_tries(const struct cd_request *r, coodie_error *err)
{
	char text[64];
	size_t len = strlen(err->message), more;
	uint32_t hosts = hosts_tried(r);

	if (r->attempts < 2)
		return;
	more = (size_t)snprintf(text, sizeof text, " (%" PRIu32 " attempts, %" PRIu32 " node%s)",
				r->attempts, hosts, hosts == 1 ? "" : "s");
	if (len + more >= sizeof err->message) /* the end of a long text says less */
		len = sizeof err->message - 1 - more;
	memcpy(err->message + len, text, more + 1);
}

/* ---- retries ---------------------------------------------------------------------------------- */

static uint64_t deadline_of(const struct cd_request *r)
{
	return r->deadline.link ? r->deadline.at_us : UINT64_MAX;
}

static void log_verdict(struct cd_engine *e, const struct cd_profile *p,
			const struct cd_retry_case *c, const struct cd_retry_verdict *v)
{
	char text[256];

	if (!p->log_retries && v->consistency == CQL_CONSISTENCY_UNSET)
		return;
	cd_retry_describe(c, v, text, sizeof text);
	if (p->log_retries)
		cd_log(e->options, COODIE_LOG_INFO, "%s", text);
	else
		cd_log_limited(e->options, &e->said, CD_LOG_RETRY, cd_engine_now(e), COODIE_LOG_WARN,
			       "%s", text);
}

static void wake_after(struct cd_engine *e, struct cd_request *r, uint64_t delay_us)
{
	r->retry.kind = CD_DEADLINE_RETRY;
	cd_engine_add_deadline(e, &r->retry, (uint32_t)((delay_us + 999) / 1000));
}

static void wait_for(struct cd_engine *e, struct cd_request *r, uint64_t delay_us)
{
	if (delay_us == 0) {
		cd_requests_push_front(&e->waiting, r);
		cd_engine_arm(e);
		return;
	}
	cd_requests_push(&e->delayed, r);
	wake_after(e, r, delay_us);
}

/* Without a pause each host is asked once; one whose connection was lost has others, or will. */
static uint32_t most_retries(const struct cd_engine *e, const coodie_error *err)
{
	uint32_t hosts = e->hosts.count ? e->hosts.count : 1;

	return err->code == COODIE_ERR_CLOSED ? hosts : hosts - 1;
}

/* A policy's own wish may be no lower: nothing is said of what stays as it is. */
static void downgrade(struct cd_request *r, cql_consistency to)
{
	cql_consistency before = r->params.consistency;

	r->params.consistency = to;
	if (to != before)
		cd_extras_downgraded(r, before);
}

static void follow_verdict(struct cd_engine *e, struct cd_request *r, uint32_t slot,
			   const coodie_error *err, const struct cd_retry_verdict *v)
{
	bool in_circles = v->answer == COODIE_RETRY_NEXT && !v->delay_us &&
			  r->retries >= most_retries(e, err);

	if (v->answer == COODIE_RETRY_IGNORE) {
		r->result = cd_result_ref(e->void_result);
		if (r->extras)
			cd_extras_tell(e, r);
		cd_engine_finish(e, r);
	} else if (v->answer == COODIE_RETRY_RETURN || in_circles) {
		coodie_error why = *err;
		cd_engine_tell_tries(r, &why);
		cd_engine_fail(e, r, &why);
	} else {
		r->retries++;
		r->error = *err;
		r->stay = v->answer == COODIE_RETRY_SAME ? slot + 1 : 0;
		if (v->consistency != CQL_CONSISTENCY_UNSET)
			downgrade(r, v->consistency);
		wait_for(e, r, v->delay_us);
	}
}

static void decide(struct cd_engine *e, struct cd_request *r, struct cd_retry_case *c,
		   uint32_t slot)
{
	const struct cd_profile *p = cd_engine_profile(e, r)->profile;
	struct cd_retry_verdict verdict;
	coodie_intent intent;

	cd_engine_intent(e, r, NULL, &intent);
	c->intent = &intent;
	c->attempt = r->retries + 1;
	c->now_us = cd_engine_now(e);
	c->deadline_us = deadline_of(r);
	c->random = cd_random_next(&e->chance);
	e->budget.percent = e->options->retry_budget_percent;
	cd_retry_decide(p->retry, &e->budget, c, &verdict);
	log_verdict(e, p, c, &verdict);
	follow_verdict(e, r, slot, c->err, &verdict);
}

static void follow(struct cd_engine *e, struct cd_request *r, struct cd_retry_case *c,
		   const struct cd_host *h)
{
	cd_wheel_remove(&e->wheel, &r->retry); /* there may be a twin to send yet, but not now */
	if (r->pin || e->freed)
		cd_engine_fail(e, r, c->err);
	else
		decide(e, r, c, h ? h->slot : CD_BALANCER_NONE);
}

void cd_engine_attempt_failed(struct cd_engine *e, struct cd_attempt *a, const coodie_error *err)
{
	struct cd_request *r = a->request;
	const struct cd_host *h = a->wire->host;
	struct cd_retry_case c = {
		.host = h ? h->view : NULL,
		.err = err,
		.sent = a->wire->link.bytes_sent != a->sent_at,
	};

	cd_engine_note(e, a, err);
	cd_extras_note(e, a, err);
	bool told = e->options->attempts && !r->own;
	coodie_attempt said = told ? cd_attempt_describe(e, a, err) : (coodie_attempt){ 0 };
	cd_engine_land(e, a);
	if (!r->flying) /* else its twin may still be answered */
		follow(e, r, &c, h);
	if (told) {
		said.is_last = r->in == &e->done;
		e->options->attempts(&said, e->options->attempts_user);
	}
}

/* ---- speculation ------------------------------------------------------------------------------ */

void cd_engine_await_speculation(struct cd_engine *e, struct cd_request *r)
{
	const struct cd_profile_use *use = cd_engine_profile(e, r);
	const struct cd_speculation *s = &use->profile->speculation;
	coodie_intent intent;

	if (s->max == 0 || r->own || r->pin || r->has_node)
		return;
	cd_engine_intent(e, r, NULL, &intent);
	uint64_t delay_us = cd_speculation_suits(s, &intent)
				    ? cd_speculation_delay_us(s, use->latencies, r->attempts)
				    : 0;
	if (delay_us)
		wake_after(e, r, delay_us);
}

/* To a host that has not been asked yet, when the budget allows. */
static void speculate(struct cd_engine *e, struct cd_request *r)
{
	struct cd_wire *w = cd_engine_choose_other(e, r);
	coodie_error err;

	e->budget.percent = e->options->retry_budget_percent;
	if (!w || !cd_retry_budget_take(&e->budget, cd_engine_now(e)))
		return;
	if (cd_engine_put(e, w, r, &err))
		cd_engine_await_speculation(e, r);
}

void cd_engine_retry_due(struct cd_engine *e, struct cd_request *r)
{
	if (r->in == &e->delayed) {
		cd_requests_remove(r);
		cd_requests_push_front(&e->waiting, r);
		cd_engine_arm(e);
	} else if (r->flying) {
		speculate(e, r);
	}
}
