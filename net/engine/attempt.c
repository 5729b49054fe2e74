/* SPDX-License-Identifier: MIT */
/* The hook on attempts: who, where, when, and how it ended. */
#include "net/engine/attempt.h"

#include <time.h>

#include <coodie/attempts.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"

static int64_t wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static const char *cql_of(const struct cd_request *r)
{
	if (r->kind == CD_REQUEST_QUERY)
		return (const char *)r->kept.data + r->text.at;
	return r->kind == CD_REQUEST_EXECUTE ? r->prepared->cql : "";
}

coodie_attempt cd_attempt_describe(const struct cd_engine *e, const struct cd_attempt *a,
				   const coodie_error *err)
{
	const struct cd_request *r = a->request;
	const struct cd_wire *w = a->wire;
	uint64_t took_us = cd_engine_now(e) - a->sent_us;

	return (coodie_attempt){
		.size = sizeof(coodie_attempt),
		.request = r->alias ? r->alias : cd_request_id(r),
		.context = r->extras ? r->extras->context : NULL,
		.cql = cql_of(r),
		.host = w->host ? w->host->view : NULL,
		.shard = w->shard,
		.number = a->number,
		.is_speculative = a->speculative,
		.began_us = wall_us() - (int64_t)took_us,
		.queued_us = a->sent_us - r->began_us,
		.server_us = took_us,
		.err = err ? err : &e->ok,
	};
}

static void tell(struct cd_engine *e, const struct cd_attempt *a, const coodie_error *err,
		 bool is_last)
{
	coodie_attempt said;

	if (!e->options->attempts || a->request->own)
		return;
	said = cd_attempt_describe(e, a, err);
	said.is_last = is_last;
	e->options->attempts(&said, e->options->attempts_user);
}

const coodie_error cd_attempt_overtaken = { .code = COODIE_ERR_CANCELLED,
					    .message = "another node was faster" };

void cd_attempt_won(struct cd_engine *e, const struct cd_attempt *a)
{
	for (const struct cd_attempt *twin = a->request->flying; twin; twin = twin->next)
		if (twin != a)
			tell(e, twin, &cd_attempt_overtaken, false);
	tell(e, a, NULL, true);
}

void cd_attempt_over(struct cd_engine *e, const struct cd_attempt *a, const coodie_error *err)
{
	tell(e, a, err, false);
}

void cd_attempts_end(struct cd_engine *e, const struct cd_request *r, const coodie_error *err)
{
	for (const struct cd_attempt *a = r->flying; a; a = a->next)
		tell(e, a, err, !a->next);
}

void coodie_options_set_attempts(coodie_options *o, coodie_attempt_fn *fn, void *user)
{
	if (!o)
		return;
	o->attempts = fn;
	o->attempts_user = user;
}
