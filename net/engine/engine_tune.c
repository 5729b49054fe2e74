/* SPDX-License-Identifier: MIT */
/* Options of a running engine: changed, and what follows from that; its load. */
#include "net/engine/engine_tune.h"

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

enum { OVERLOAD_US = 1000000 }; /* how long a server's word counts */

static bool changed_any(const struct cd_changes *c, const enum cd_option_id *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cd_changes_has(c, ids[i]))
			return true;
	return false;
}

static void resize_pools(struct cd_engine *e)
{
	for (uint32_t i = 0; i < e->hosts.room; i++)
		if (e->hosts.at[i])
			cd_pool_resize(e->hosts.at[i]);
}

/* Ids that are out stay out: below a new limit nothing is sent until enough of them are back. */
static void resize_streams(struct cd_engine *e)
{
	for (struct cd_wire *w = e->wires; w; w = w->next)
		w->link.conn.streams.max = e->options->max_in_flight;
}

static void resize_limits(struct cd_engine *e)
{
	for (uint32_t i = 0; i < e->hosts.room; i++)
		if (e->hosts.at[i])
			cd_limit_set(&e->hosts.at[i]->limit, e->options->max_in_flight_host);
	cd_engine_refresh(e);
}

static void apply(struct cd_engine *e, const struct cd_changes *changed)
{
	static const enum cd_option_id pools[] = { CD_ID_connections_per_host,
						   CD_ID_connections_per_shard,
						   CD_ID_opening_per_host,
						   CD_ID_opening_per_second };

	if (cd_changes_has(changed, CD_ID_max_in_flight))
		resize_streams(e);
	if (changed_any(changed, pools, sizeof pools / sizeof *pools))
		resize_pools(e);
	if (cd_changes_has(changed, CD_ID_max_in_flight_host))
		resize_limits(e);
	if (cd_changes_has(changed, CD_ID_heartbeat_ms)) {
		cd_wheel_remove(&e->wheel, &e->pulse);
		if (e->wires)
			cd_pulse_start(e);
	}
	cd_engine_changed(e);
	cd_engine_arm(e); /* requests that waited may be sent now */
}

bool cd_engine_tune(struct cd_engine *e, const struct cd_tuning *t, coodie_error *err)
{
	struct cd_changes changed;

	if (e->freed || e->closing)
		return cd_fail(err, COODIE_ERR_CLOSED, "the session is closed");
	if (t->by_name ? !cd_options_tune_by_name(e->options, t->by_name, t->value, &changed, err)
		       : !cd_options_tune(e->options, t->tune, &changed, err))
		return false;
	cd_engine_enter(e);
	apply(e, &changed);
	cd_engine_leave(e);
	return true;
}

const struct coodie_options *cd_engine_options(const struct cd_engine *e)
{
	return e->options;
}

/* ---- load ------------------------------------------------------------------------------------- */

void cd_engine_load(const struct cd_engine *e, coodie_load *out)
{
	uint64_t now = cd_engine_now(e);

	*out = (coodie_load){
		.size = sizeof *out,
		.in_flight = e->in_flight,
		.waiting = e->waiting.count + e->held,
		.overloaded = e->overloaded_us && now - e->overloaded_us < OVERLOAD_US,
	};
	for (const struct cd_wire *w = e->wires; w; w = w->next)
		if (w->state == CD_WIRE_UP)
			out->limit += w->link.conn.streams.max;
}

bool cd_engine_ready(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_request *r = cd_engine_begin(e, CD_REQUEST_READY, err);

	if (!r)
		return false;
	r->done.status = done;
	r->user = user;
	if (!e->waiting.first && cd_engine_has_room(e)) {
		cd_engine_finish(e, r);
	} else {
		cd_requests_push(&e->waiting, r);
		cd_engine_arm(e);
	}
	return true;
}
