/* SPDX-License-Identifier: MIT */
/* Retries: a table of what each error means, the shipped policies, and what holds for all. */
#include "net/policy/retry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "proto/error_body.h"

/* What an error says about the request. */
enum sense {
	FINAL,  /* it would be the same again */
	UNTOLD, /* not executed */
	READ,   /* reading failed: it had no effect, unless it is a condition's (LWT) */
	MAYBE   /* it may have been executed, or will be */
};

/* What the default policy does. */
enum habit {
	NEVER,
	NEXT,       /* another host */
	NEXT_LATER, /* the same, after a while */
	NEXT_ONCE,
	DATA_ONCE,    /* the same host, when only the data was missing */
	BATCHLOG_ONCE /* the same host, when it was the batch log */
};

struct meaning {
	int32_t code;
	enum sense sense;
	enum habit habit;
};

static const struct meaning server[] = {
	{ CD_SERVER_SERVER_ERROR, MAYBE, NEXT },
	{ CD_SERVER_UNAVAILABLE, UNTOLD, NEXT_ONCE },
	{ CD_SERVER_OVERLOADED, MAYBE, NEXT_LATER },
	{ CD_SERVER_IS_BOOTSTRAPPING, UNTOLD, NEXT },
	{ CD_SERVER_TRUNCATE_ERROR, MAYBE, NEXT },
	{ CD_SERVER_WRITE_TIMEOUT, MAYBE, BATCHLOG_ONCE },
	{ CD_SERVER_READ_TIMEOUT, READ, DATA_ONCE },
	{ CD_SERVER_READ_FAILURE, READ, NEVER },
	{ CD_SERVER_FUNCTION_FAILURE, READ, NEVER },
	{ CD_SERVER_WRITE_FAILURE, MAYBE, NEVER },
	{ CD_SERVER_CDC_WRITE_FAILURE, MAYBE, NEVER },
	{ CD_SERVER_CAS_WRITE_UNKNOWN, MAYBE, NEVER },
	{ CD_SERVER_UNPREPARED, UNTOLD, NEXT },
	{ CD_SERVER_PROTOCOL_ERROR, FINAL, NEVER },
	{ CD_SERVER_BAD_CREDENTIALS, FINAL, NEVER },
	{ CD_SERVER_SYNTAX_ERROR, FINAL, NEVER },
	{ CD_SERVER_UNAUTHORIZED, FINAL, NEVER },
	{ CD_SERVER_INVALID, FINAL, NEVER },
	{ CD_SERVER_CONFIG_ERROR, FINAL, NEVER },
	{ CD_SERVER_ALREADY_EXISTS, FINAL, NEVER },
};

/* Of our own codes; what is not listed is FINAL: a wrong argument, no memory, a cancel. */
static const struct meaning ours[] = {
	{ COODIE_ERR_RESOLVE, UNTOLD, NEXT }, { COODIE_ERR_CONNECT, UNTOLD, NEXT },
	{ COODIE_ERR_TLS, UNTOLD, NEXT },     { COODIE_ERR_AUTH, UNTOLD, NEXT },
	{ COODIE_ERR_VERSION, UNTOLD, NEXT }, { COODIE_ERR_NOT_CQL, UNTOLD, NEXT },
	{ COODIE_ERR_CLOSED, MAYBE, NEXT },   { COODIE_ERR_TIMEOUT, MAYBE, NEXT },
	{ COODIE_ERR_PROTOCOL, MAYBE, NEXT }, { COODIE_ERR_OVERLOAD, UNTOLD, NEXT },
};

static const struct meaning unknown_error = { -1, MAYBE, NEVER };
static const struct meaning final_error = { -1, FINAL, NEVER };

static const struct meaning *find(const struct meaning *list, size_t count, int32_t code,
				  const struct meaning *other)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].code == code)
			return &list[i];
	return other;
}

static const struct meaning *meaning_of(const coodie_error *err)
{
	if (err->code == COODIE_ERR_SERVER)
		return find(server, sizeof server / sizeof *server, err->server_code,
			    &unknown_error);
	return find(ours, sizeof ours / sizeof *ours, (int32_t)err->code, &final_error);
}

bool cd_retry_maybe_executed(const struct cd_retry_case *c)
{
	switch (meaning_of(c->err)->sense) {
	case MAYBE:
		return c->sent;
	case READ:
		return c->intent->is_lwt && !c->intent->is_read;
	default:
		return false;
	}
}

/* ---- the shipped policies ------------------------------------------------------------------- */

enum { FIRST_DELAY_MS = 10, LONGEST_DELAY_MS = 1000 };

static uint32_t later(uint32_t attempt)
{
	uint32_t doubled = attempt > 8 ? 7 : attempt > 0 ? attempt - 1 : 0;
	uint32_t delay = (uint32_t)FIRST_DELAY_MS << doubled;

	return delay < LONGEST_DELAY_MS ? delay : LONGEST_DELAY_MS;
}

static void decide_default(const struct cd_retry_case *c, coodie_retry_decision *out)
{
	const coodie_error *e = c->err;
	bool once = c->attempt == 1;

	switch (meaning_of(e)->habit) {
	case NEXT_LATER:
		out->delay_ms = later(c->attempt);
		out->answer = COODIE_RETRY_NEXT;
		break;
	case NEXT:
		out->answer = COODIE_RETRY_NEXT;
		break;
	case NEXT_ONCE:
		out->answer = once ? COODIE_RETRY_NEXT : COODIE_RETRY_RETURN;
		break;
	case DATA_ONCE:
		if (once && e->received >= e->block_for && e->data_present == 0)
			out->answer = COODIE_RETRY_SAME;
		break;
	case BATCHLOG_ONCE:
		if (once && strcmp(e->write_type, "BATCH_LOG") == 0)
			out->answer = COODIE_RETRY_SAME;
		break;
	case NEVER:
		break;
	}
}

/* The highest level that so many replicas can serve, when it is below `was`; UNSET: there is none.
 * A local one stays in its datacenter. */
static cql_consistency lower(cql_consistency was, int32_t replicas)
{
	static const cql_consistency levels[] = { CQL_CONSISTENCY_UNSET, CQL_CONSISTENCY_ONE,
						  CQL_CONSISTENCY_TWO, CQL_CONSISTENCY_THREE };
	int32_t most = 3;

	switch (was) {
	case CQL_CONSISTENCY_THREE:
		most = 2;
		break;
	case CQL_CONSISTENCY_TWO:
		most = 1;
		break;
	case CQL_CONSISTENCY_QUORUM:
	case CQL_CONSISTENCY_ALL:
	case CQL_CONSISTENCY_EACH_QUORUM:
		break;
	case CQL_CONSISTENCY_LOCAL_QUORUM:
		return replicas > 0 ? CQL_CONSISTENCY_LOCAL_ONE : CQL_CONSISTENCY_UNSET;
	default:
		return CQL_CONSISTENCY_UNSET;
	}
	return replicas <= 0 ? CQL_CONSISTENCY_UNSET : levels[replicas < most ? replicas : most];
}

static void downgrade(const struct cd_retry_case *c, int32_t replicas, coodie_retry_decision *out)
{
	cql_consistency level = lower(c->intent->consistency, replicas);

	if (level == CQL_CONSISTENCY_UNSET)
		return;
	out->answer = COODIE_RETRY_SAME;
	out->consistency = level;
}

static void decide_write_timeout(const struct cd_retry_case *c, coodie_retry_decision *out)
{
	const coodie_error *e = c->err;

	if (strcmp(e->write_type, "UNLOGGED_BATCH") == 0)
		downgrade(c, e->received, out);
	else if (strcmp(e->write_type, "SIMPLE") == 0 || strcmp(e->write_type, "BATCH") == 0)
		out->answer = e->received > 0 ? COODIE_RETRY_IGNORE : COODIE_RETRY_RETURN;
	else
		decide_default(c, out);
}

static void decide_downgrading(const struct cd_retry_case *c, coodie_retry_decision *out)
{
	const coodie_error *e = c->err;

	if (c->intent->is_lwt || c->attempt != 1 || e->code != COODIE_ERR_SERVER)
		decide_default(c, out);
	else if (e->server_code == CD_SERVER_UNAVAILABLE)
		downgrade(c, e->received, out);
	else if (e->server_code == CD_SERVER_READ_TIMEOUT && e->received < e->block_for)
		downgrade(c, e->received, out);
	else if (e->server_code == CD_SERVER_WRITE_TIMEOUT)
		decide_write_timeout(c, out);
	else
		decide_default(c, out);
}

/* ---- what holds for all --------------------------------------------------------------------- */

static void give_up(struct cd_retry_verdict *out, const char *why)
{
	*out = (struct cd_retry_verdict){ .answer = COODIE_RETRY_RETURN, .why = why };
}

static bool is_serial(cql_consistency c)
{
	return c == CQL_CONSISTENCY_SERIAL || c == CQL_CONSISTENCY_LOCAL_SERIAL;
}

/* The policy's word, within what makes sense. */
static void ask(const struct cd_retry_policy *p, const struct cd_retry_case *c,
		struct cd_retry_verdict *out)
{
	const coodie_intent *intent = c->intent;
	coodie_retry_decision d = { .size = sizeof d };

	if (p->custom.decide)
		p->custom.decide(p->state, intent, c->host, c->err, c->attempt, &d);
	else if (p->kind == COODIE_RETRY_DOWNGRADING)
		decide_downgrading(c, &d);
	else if (p->kind != COODIE_RETRY_FALLTHROUGH)
		decide_default(c, &d);
	*out = (struct cd_retry_verdict){ .answer = d.answer, .why = "the retry policy" };
	if ((unsigned)d.answer > COODIE_RETRY_IGNORE ||
	    (d.answer == COODIE_RETRY_IGNORE && intent->is_read))
		out->answer = COODIE_RETRY_RETURN;
	/* Another coordinator would contend with the first (R4); one that cannot be talked to, or
	 * has no part in the ring yet, does not. */
	if (d.answer == COODIE_RETRY_NEXT && intent->is_lwt && c->err->code == COODIE_ERR_SERVER &&
	    c->err->server_code != CD_SERVER_IS_BOOTSTRAPPING)
		out->answer = COODIE_RETRY_SAME;
	if (!intent->is_lwt && !is_serial(intent->consistency) && !is_serial(d.consistency) &&
	    (unsigned)d.consistency <= CQL_CONSISTENCY_NODE_LOCAL &&
	    d.consistency != intent->consistency)
		out->consistency = d.consistency;
	/* Half of it more, by chance. */
	uint64_t delay_us = (uint64_t)d.delay_ms * 1000;
	out->delay_us = delay_us + (delay_us / 2 * (c->random >> 44) >> 20);
}

void cd_retry_decide(const struct cd_retry_policy *p, struct cd_retry_budget *budget,
		     const struct cd_retry_case *c, struct cd_retry_verdict *out)
{
	enum sense sense = meaning_of(c->err)->sense;

	if (c->err->code == COODIE_ERR_RATE_LIMIT) {
		give_up(out, "the server's rate limit");
		return;
	}
	if (sense == FINAL) {
		give_up(out, "it would fail again");
		return;
	}
	if (!c->intent->is_idempotent && !c->intent->is_read && cd_retry_maybe_executed(c)) {
		give_up(out, "it may have been executed, and is not idempotent");
		return;
	}
	if (c->now_us >= c->deadline_us) {
		give_up(out, "the deadline");
		return;
	}
	ask(p, c, out);
	if (out->answer != COODIE_RETRY_SAME && out->answer != COODIE_RETRY_NEXT)
		return;
	if (out->delay_us >= c->deadline_us - c->now_us)
		give_up(out, "the deadline");
	else if (c->sent && budget && !cd_retry_budget_take(budget, c->now_us))
		give_up(out, "the retry budget");
}

void cd_retry_describe(const struct cd_retry_case *c, const struct cd_retry_verdict *v, char *out,
		       size_t size)
{
	static const char *const answers[] = {
		[COODIE_RETRY_RETURN] = "reported",
		[COODIE_RETRY_SAME] = "once more",
		[COODIE_RETRY_NEXT] = "the next node",
		[COODIE_RETRY_IGNORE] = "ignored",
	};
	const coodie_error *e = c->err;
	char at[48] = "", in[32] = "";

	if (v->consistency != CQL_CONSISTENCY_UNSET)
		snprintf(at, sizeof at, " at %s instead of %s",
			 cql_consistency_name(v->consistency),
			 cql_consistency_name(c->intent->consistency));
	if (v->delay_us)
		snprintf(in, sizeof in, " in %" PRIu64 " ms", v->delay_us / 1000);
	snprintf(out, size, "attempt %" PRIu32 "%s%s: %s: %s%s%s (%s)", c->attempt,
		 c->host ? " on " : "", c->host ? c->host->address : "",
		 e->code == COODIE_ERR_SERVER ? cql_error_name(e->server_code)
					      : coodie_errc_name(e->code),
		 answers[v->answer], at, in, v->why);
}

/* ---- life ----------------------------------------------------------------------------------- */

struct cd_retry_policy *cd_retry_policy_new(enum coodie_retry_kind kind, const coodie_retry *custom,
					    void *take_state, const coodie_allocator *a,
					    coodie_error *err)
{
	coodie_retry given = { .size = sizeof given };

	if (custom) {
		if (!cd_take_struct(&given, sizeof given, custom, "coodie_retry", err))
			return NULL;
		if (!given.decide)
			return cd_fail_null(err, COODIE_ERR_INVALID,
					    "a retry policy without decide()");
	}
	if ((unsigned)kind > COODIE_RETRY_DOWNGRADING)
		return cd_fail_null(err, COODIE_ERR_INVALID, "there is no retry policy %d",
				    (int)kind);
	struct cd_retry_policy *p = cd_alloc_zero(a, sizeof *p);
	if (!p)
		return cd_no_memory(err, "a retry policy"), NULL;
	p->allocator = a ? *a : cd_malloc_allocator;
	p->kind = kind;
	p->custom = given;
	p->state = take_state;
	return p;
}

void cd_retry_policy_free(struct cd_retry_policy *p)
{
	if (!p)
		return;
	if (p->custom.free)
		p->custom.free(p->state);
	const coodie_allocator a = p->allocator;
	cd_release(&a, p);
}
