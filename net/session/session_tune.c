/* SPDX-License-Identifier: MIT */
/* The calls of tune.h, for sessions with one engine and for those with several. */
#include "base/error.h"
#include "base/sized.h"
#include "net/engine/engine_tune.h"
#include "net/session/session.h"

struct tuning {
	struct cd_tuning how;
	coodie_error *err;
	bool ok;
};

static void tune_one(void *engine, void *user)
{
	struct tuning *t = user;

	t->ok = cd_engine_tune(engine, &t->how, t->err);
}

/* All loops have the same options: what the first takes, the others take too. */
static bool tune(coodie_session *s, const struct cd_tuning *how, coodie_error *err)
{
	coodie_error own;
	struct tuning t = { *how, err ? err : &own, false };

	cd_clear(err);
	if (!s)
		return cd_fail(err, COODIE_ERR_INVALID, "tune: the session is NULL");
	struct cd_crew *crew = cd_session_crew(s);
	if (crew)
		return cd_crew_tune(crew, tune_one, &t, &t.ok, err) && t.ok;
	struct cd_engine *e = cd_session_engine(s, "tune", err);
	if (e)
		tune_one(e, &t);
	return t.ok;
}

bool coodie_session_tune(coodie_session *s, const coodie_tune *change, coodie_error *err)
{
	const struct cd_tuning how = { .tune = change };

	return tune(s, &how, err);
}

bool coodie_session_tune_by_name(coodie_session *s, const char *name, const char *value,
				 coodie_error *err)
{
	const struct cd_tuning how = { .by_name = name ? name : "", .value = value };

	return tune(s, &how, err);
}

static void read_tuning(void *engine, void *user)
{
	cd_options_tuning(cd_engine_options(engine), user);
}

void coodie_session_tuning(const coodie_session *s, coodie_tune *out)
{
	cd_session_ask(s, "tuning", read_tuning, out, NULL);
}

/* ---- load ------------------------------------------------------------------------------------- */

static void add_load(void *engine, void *user)
{
	coodie_load *sum = user, one;

	cd_engine_load(engine, &one);
	sum->in_flight += one.in_flight;
	sum->waiting += one.waiting;
	sum->limit += one.limit;
	sum->overloaded |= one.overloaded;
}

void coodie_session_load(const coodie_session *s, coodie_load *out)
{
	coodie_load own = { .size = sizeof own };

	cd_session_each(s, "load", add_load, &own, NULL);
	if (out)
		cd_give_struct(out, &own, sizeof own);
}

static bool start_ready(struct cd_engine *e, const void *args, coodie_status_fn *done, void *user,
			coodie_error *err)
{
	(void)args;
	return cd_engine_ready(e, done, user, err);
}

bool coodie_session_ready_async(coodie_session *s, coodie_status_fn *done, void *user,
				coodie_error *err)
{
	static const struct cd_start start = { .what = "ready",
					       .fn = start_ready,
					       .anywhere = true };

	cd_clear(err);
	if (!s || !done)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "ready: the session or the callback is NULL");
	return cd_session_start(s, &start, done, user, err);
}
