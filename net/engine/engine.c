/* SPDX-License-Identifier: MIT */
/* The life of an engine. */
#include <string.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/error.h"
#include "base/loop_ev.h"
#include "net/engine/engine_impl.h"

enum { ATTEMPTS_PER_BLOCK = 32 };

/* ---- the begin -------------------------------------------------------------------------------- */

static bool make_watches(struct cd_engine *e, coodie_error *err)
{
	e->timer = e->loop.vtable->timer_new(e->loop.state, cd_engine_on_timer, e);
	e->turn = e->timer ? e->loop.vtable->turn_new(e->loop.state, cd_engine_on_turn, e) : NULL;
	return e->turn || cd_no_memory(err, "the hooks of a session");
}

static bool set_up(struct cd_engine *e, const coodie_loop *loop, coodie_error *err)
{
	const struct coodie_options *o = e->options;

	if (loop)
		e->loop = *loop;
	else if (!cd_loop_ev_new(&e->loop, err))
		return false;
	e->private_loop = !loop;
	if (!make_watches(e, err))
		return false;
	e->results = cd_result_pool_new(e->allocator); /* goes without, too */
	e->void_result = cd_result_new_void(e->allocator, err);
	if (!e->void_result)
		return false;
	if (o->keyspace &&
	    !(e->keyspace = cd_strndup(e->allocator, o->keyspace, strlen(o->keyspace))))
		return cd_no_memory(err, "a session");
	const struct cd_resolver_options resolver = { .fn = o->resolver,
						      .fn_user = o->resolver_user };
	cd_resolver_init(&e->resolver, &e->loop, e->allocator, &resolver);
	e->entered_us = cd_engine_now(e);
	cd_wheel_init(&e->wheel, e->entered_us);
	cd_tally_init(&e->tally, e->allocator, o->histogram_window_ms * UINT64_C(1000),
		      cd_engine_counts_host, e, e->entered_us);
	if (!cd_engine_policies_init(e, err))
		return false;
	if (o->randomize_contact_points)
		cd_points_shuffle(e);
	return true;
}

/* Over a transport of the caller's everything is to happen again as it did, to the byte. */
static void name_session(struct cd_engine *e)
{
	cql_uuid id = { { 0 } };

	if (!e->options->transport.vtable)
		id = cql_uuid_random();
	cql_uuid_format(id, e->session_id);
}

struct cd_engine *cd_engine_new(const coodie_options *o, const coodie_loop *loop,
				struct cd_policies *policies, coodie_error *err)
{
	struct coodie_options *options = NULL;

	if (o->transport.vtable && !loop)
		cd_fail(err, COODIE_ERR_INVALID,
			"a transport needs the loop that goes with it: coodie_session_attach()");
	else
		options = cd_options_copy(o, err);
	if (!options)
		return NULL;
	struct cd_engine *e = cd_alloc_zero(&options->allocator, sizeof *e);
	if (!e) {
		cd_options_free(options);
		cd_no_memory(err, "a session");
		return NULL;
	}
	e->options = options;
	e->policies = policies;
	e->allocator = &options->allocator;
	e->memory = cd_budget_of(e->allocator);
	e->timer_at = UINT64_MAX;
	e->generation = 1;
	e->loop_count = 1;
	e->outgoing = options->outgoing;
	e->adorns = options->outgoing != NULL;
	e->control.again.kind = CD_DEADLINE_CONTROL;
	e->control.next.kind = CD_DEADLINE_ROUND;
	e->pulse.kind = CD_DEADLINE_PULSE;
	e->version = (uint8_t)(options->protocol_version ? options->protocol_version
							 : CD_VERSION_MAX);
	name_session(e);
	cd_clear(&e->ok);
	cd_request_pool_init(&e->pool, e->allocator);
	cd_slab_init(&e->attempts, e->allocator, sizeof(struct cd_attempt), ATTEMPTS_PER_BLOCK);
	cd_router_init(&e->router, e->allocator, CD_TABLETS_MOST);
	cd_prepared_cache_init(&e->prepared, e->allocator, options->max_prepared);
	if (cd_control_schema_init(e, err) && cd_control_routes_init(e, err) &&
	    set_up(e, loop, err))
		return e;
	cd_engine_destroy(e);
	return NULL;
}

void cd_engine_deal(struct cd_engine *e, uint32_t index, uint32_t count, void (*turned)(void *user),
		    void *user)
{
	e->loop_index = index;
	e->loop_count = count;
	e->outgoing = NULL;
	e->chance.state += index;
	e->turned = turned;
	e->turned_user = user;
}

void cd_engine_join(struct cd_engine *e, const struct cd_fellows *fellows,
		    const struct cd_engine *leader)
{
	e->fellows = fellows;
	e->follows = e != leader && !e->options->single_node;
	if (e != leader)
		memcpy(e->session_id, leader->session_id, sizeof e->session_id);
}

void cd_engine_on_gone(struct cd_engine *e, void (*gone)(void *user), void *user)
{
	e->gone = gone;
	e->gone_user = user;
}

/* ---- the end ---------------------------------------------------------------------------------- */

void cd_engine_destroy(struct cd_engine *e)
{
	struct coodie_options *options = e->options;
	void (*gone)(void *) = e->gone;
	void *user = e->gone_user;

	cd_wires_bury(e);
	if (e->timer)
		e->loop.vtable->timer_free(e->loop.state, e->timer);
	if (e->turn)
		e->loop.vtable->turn_free(e->loop.state, e->turn);
	cd_engine_policies_deinit(e);
	cd_events_deinit(e);
	cd_hosts_deinit(e);
	cd_tally_deinit(&e->tally);
	cd_agreements_deinit(e);
	cd_control_deinit(e);
	cd_request_pool_deinit(&e->pool);
	cd_slab_deinit(&e->attempts);
	cd_router_deinit(&e->router);
	for (uint32_t i = 0; e->twins && i < CD_TWINS; i++) {
		coodie_prepared_free(e->twins[i].theirs);
		coodie_prepared_free(e->twins[i].ours);
	}
	cd_release(e->allocator, e->twins);
	cd_prepared_cache_deinit(&e->prepared);
	coodie_result_free(e->void_result);
	cd_result_pool_end(e->results);
	cd_release(e->allocator, e->keyspace);
	if (e->private_loop)
		cd_loop_ev_free(&e->loop);
	cd_release(e->allocator, e);
	cd_options_free(options);
	if (gone)
		gone(user);
}

/* Ends every connection and everything in flight with `err`. */
void cd_engine_close_wires(struct cd_engine *e, const coodie_error *err)
{
	cd_wheel_remove(&e->wheel, &e->control.again);
	cd_control_schema_end(e, err);
	cd_wheel_remove(&e->wheel, &e->control.next);
	cd_agreements_end(e);
	cd_wheel_remove(&e->wheel, &e->pulse);
	cd_points_reset(e);
	cd_control_routes_end(e);
	while (e->wires) {
		coodie_error why = *err;
		cd_wire_lose(e->wires, &why);
	}
}

static void fail_all(struct cd_engine *e, const coodie_error *err)
{
	cd_engine_close_wires(e, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->waiting));)
		cd_engine_fail(e, r, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->delayed));)
		cd_engine_fail(e, r, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->parked));)
		cd_engine_fail(e, r, err);
	for (struct cd_request *r; (r = cd_requests_pop(&e->closers));)
		cd_engine_fail(e, r, err);
}

bool cd_engine_mute(struct cd_engine *e)
{
	for (struct cd_wire *w = e->wires; w && e->private_loop; w = w->next)
		w->link.reset = true;
	return e->private_loop;
}

static void engine_free(void *driver)
{
	struct cd_engine *e = driver;
	coodie_error err;

	if (e->freed)
		return;
	cd_fail(&err, COODIE_ERR_CLOSED, "the session was freed");
	e->freed = true;
	cd_engine_changed(e);
	fail_all(e, &err);
	e->inside++; /* callbacks below must not end the engine under us */
	while (e->private_loop && e->done.count)
		cd_engine_deliver(e);
	cd_engine_leave(e);
}

const coodie_driver cd_engine_driver = {
	.size = sizeof cd_engine_driver,
	.submit = cd_engine_submit,
	.run = cd_engine_run,
	.cancel = cd_engine_cancel,
	.free = engine_free,
};
