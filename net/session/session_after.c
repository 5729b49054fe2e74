/* SPDX-License-Identifier: MIT */
/* What a layer above asks of a session besides statements: a line in its log, and a call later. */
#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/session/session.h"

void coodie_session_log(coodie_session *s, enum coodie_log_level level, const char *message)
{
	const struct coodie_options *o = NULL;

	s = message ? cd_session_carrier(s, NULL) : NULL;
	if (!s)
		return;
	if (s->crew || s->engine)
		o = s->crew ? cd_crew_options(s->crew) : s->engine->options;
	if (o)
		cd_log(o, level, "%s", message);
	else if (s->driver.log)
		s->driver.log(s->state, level, message);
}

/* Somebody who is called later. */
struct later {
	coodie_allocator allocator;
	coodie_status_fn *done;
	void *user;
};

/* That its time is over is what was waited for. */
static void on_time(const coodie_error *err, void *user)
{
	struct later later = *(struct later *)user;
	coodie_error over = *err;

	if (over.code == COODIE_ERR_TIMEOUT)
		cd_clear(&over);
	cd_release(&later.allocator, user);
	later.done(&over, later.user);
}

static void on_turn(coodie_result *take_res, const coodie_error *err, void *user)
{
	coodie_result_free(take_res);
	on_time(err, user);
}

static bool start_later(struct cd_engine *e, const void *args, coodie_status_fn *done, void *user,
			coodie_error *err)
{
	const uint32_t *ms = args;
	struct cd_request *r = cd_engine_begin_wait(e, *ms, done, user, err);

	if (r)
		cd_requests_push(&e->parked, r);
	return r;
}

static bool begin_later(coodie_session *s, uint32_t ms, struct later *later, coodie_error *err)
{
	static const coodie_statement nothing = { .size = sizeof nothing,
						  .request = &cd_request_plain };
	const struct cd_start start = {
		.what = "after", .fn = start_later, .args = &ms, .len = sizeof ms, .anywhere = true
	};

	if (ms && (s->crew || s->engine))
		return cd_session_start(s, &start, on_time, later, err);
	if (ms && s->driver.after)
		return s->driver.after(s->state, ms, on_time, later, err);
	return s->driver.submit(s->state, &nothing, on_turn, later, err);
}

bool coodie_session_after(coodie_session *s, uint32_t ms, coodie_status_fn *done, void *user,
			  coodie_error *err)
{
	cd_clear(err);
	s = cd_session_carrier(s, err);
	if (!s)
		return false;
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "after: no callback was given");
	struct later *later = cd_alloc(&s->allocator, sizeof *later);
	if (!later)
		return cd_no_memory(err, "a call later");
	*later = (struct later){ s->allocator, done, user };
	if (begin_later(s, ms, later, err))
		return true;
	cd_release(&s->allocator, later);
	return false;
}
