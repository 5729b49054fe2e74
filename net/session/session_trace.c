/* SPDX-License-Identifier: MIT */
/* Traces by session: on its loop, or on one of them. */
#include <coodie/trace.h>

#include "base/error.h"
#include "net/engine/trace.h"
#include "net/session/session.h"

/* A call on its way to a loop. */
struct call {
	cql_uuid id;
	uint32_t timeout_ms;
	coodie_trace_fn *done;
	void *user;
	coodie_error *err;
	bool ok;
};

static void start(void *engine, void *user)
{
	struct call *c = user;

	c->ok = cd_engine_trace(engine, c->id, c->timeout_ms, c->done, c->user, c->err);
}

bool coodie_session_trace_async(coodie_session *s, cql_uuid id, uint32_t timeout_ms,
				coodie_trace_fn *done, void *user, coodie_error *err)
{
	struct call c = { id, timeout_ms, done, user, err, false };

	cd_clear(err);
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "trace: no callback was given");
	return cd_session_ask(s, "trace", start, &c, err) && c.ok;
}
