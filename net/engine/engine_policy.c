/* SPDX-License-Identifier: MIT */
/* Policies hear of hosts and profiles, and pools of the policies. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/entropy.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

/* ---- life ----------------------------------------------------------------------------------- */

/* Whether answers, and requests on their way, are to be looked at. */
static void find_listeners(struct cd_engine *e)
{
	e->listens = e->options->max_in_flight_host > 0 || e->options->attempts ||
		     e->options->wire_ring;
	e->speculates = false;
	for (uint32_t i = 0; i < e->profiles.set->count; i++) {
		const struct cd_profile_use *use = cd_profile_view_at(&e->profiles, i);
		e->listens |= use->latencies || cd_balancer_listens(use->balancer);
		e->speculates |= use->profile->speculation.max > 0;
	}
}

bool cd_engine_policies_init(struct cd_engine *e, coodie_error *err)
{
	if (!cd_profile_view_init(&e->profiles, &e->policies->board, e->allocator, err))
		return false;
	find_listeners(e);
	cd_retry_budget_init(&e->budget, e->options->retry_budget_percent, cd_engine_now(e));
	/* Over a transport of the caller's everything is to happen again as it did; without
	 * entropy nothing worse happens. */
	if (!e->options->transport.vtable)
		cd_entropy(&e->chance.state, sizeof e->chance.state);
	return true;
}

void cd_engine_policies_deinit(struct cd_engine *e)
{
	if (e->profiles.board)
		cd_profile_view_deinit(&e->profiles);
	cd_release(e->allocator, e->order);
}

/* ---- balancers hear of hosts ----------------------------------------------------------------- */

void cd_engine_hosts_changed(struct cd_engine *e)
{
	e->hosts_stale = true;
	cd_engine_changed(e);
	cd_events_hosts(e);
	cd_engine_arm(e);
}

/* Room for a plan with all hosts. */
static bool reserve_order(struct cd_engine *e)
{
	if (e->order_room >= e->hosts.room)
		return true;
	uint32_t *order = cd_resize(e->allocator, e->order, e->hosts.room * sizeof *order);
	if (!order)
		return false;
	e->order = order;
	e->order_room = e->hosts.room;
	return true;
}

void cd_engine_refresh(struct cd_engine *e)
{
	const coodie_host *hosts = e->hosts.views;
	coodie_error err;
	bool ok = reserve_order(e);

	if (cd_profile_view_is_old(&e->profiles))
		ok &= cd_profile_view_update(&e->profiles, hosts, e->hosts.room, &err);
	ok &= cd_profile_view_refresh(&e->profiles, hosts, e->hosts.room, &err);
	find_listeners(e);
	cd_engine_changed(e);
	e->hosts_stale = !ok; /* without memory: once more with the next request */
	e->distances_stale = true;
	if (ok)
		cd_engine_arm(e);
}

/* ---- pools hear of balancers ----------------------------------------------------------------- */

void cd_engine_follow_distances(struct cd_engine *e)
{
	e->distances_stale = false;
	for (uint32_t i = 0; i < e->hosts.room; i++) {
		struct cd_host *h = e->hosts.at[i];
		if (!h)
			continue;
		enum coodie_distance was = h->view->distance,
				     is = cd_profile_view_distance(&e->profiles, i);
		h->view->distance = is;
		if (is == COODIE_DISTANCE_IGNORED && is != was)
			cd_host_ignore(h);
		else if (was == COODIE_DISTANCE_IGNORED && is != was)
			cd_pool_fill(h);
	}
}

/* ---- the local datacenter -------------------------------------------------------------------- */

/* Slots of the contact points that are given by address. */
static size_t find_points(const struct cd_engine *e, uint32_t slots[CD_CONTACT_POINTS])
{
	const struct coodie_options *o = e->options;
	struct cd_address address;
	size_t n = 0;

	for (size_t i = 0; i < o->point_count; i++) {
		if (!cd_address_parse_host(o->points[i].host, o->points[i].port, &address, NULL))
			continue;
		for (uint32_t slot = 0; slot < e->hosts.room; slot++) {
			const struct cd_host *h = e->hosts.at[slot];
			if (h && strcmp(h->address.text, address.text) == 0)
				slots[n++] = slot;
			if (n && slots[n - 1] == slot)
				break;
		}
	}
	return n;
}

static void complain(struct cd_engine *e)
{
	const struct cd_profile_use *use = cd_profile_view_at(&e->profiles, 0);
	uint32_t points[CD_CONTACT_POINTS];
	char text[COODIE_ERROR_MESSAGE_SIZE];

	bool found = cd_balancer_complaint(use->balancer, e->hosts.views, e->hosts.room, points,
					   find_points(e, points), text, sizeof text);
	if (found && !e->complained && !e->follows)
		cd_log(e->options, COODIE_LOG_WARN, "%s", text);
	e->complained = found;
}

void cd_engine_infer_datacenter(struct cd_engine *e, const char *datacenter)
{
	coodie_error err;

	if (!cd_profile_view_infer(&e->profiles, datacenter, e->hosts.views, e->hosts.room, &err))
		cd_log(e->options, COODIE_LOG_WARN, "%s", err.message);
	complain(e);
}

/* ---- the times of writes ----------------------------------------------------------------------- */

static int64_t wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void cd_engine_stamp(struct cd_engine *e, struct cd_request *r)
{
	struct cd_timestamps *t = &e->policies->timestamps;
	int64_t ahead_us = 0;

	if (t->settings.kind == COODIE_TIMESTAMPS_SERVER)
		return;
	r->params.has_timestamp = cd_timestamps_next(t, wall_us(), &r->params.timestamp_us,
						     &ahead_us);
	if (ahead_us)
		cd_log(e->options, COODIE_LOG_WARN,
		       "times of writes are %" PRId64 " us ahead of the clock: it went back, or "
		       "there are more than a million a second",
		       ahead_us);
}
