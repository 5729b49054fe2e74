/* SPDX-License-Identifier: MIT */
/* Statements on their way to being prepared: one PREPARE for all who wait for it. */
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/spread.h"
#include "net/result/named.h"

static void unlink_load(struct cd_request *load)
{
	struct cd_request **at = &load->prepared->loads;

	while (*at && *at != load)
		at = &(*at)->next_load;
	if (*at)
		*at = load->next_load;
}

/* For the request that waits for it first. */
static struct cd_request *start_load(struct cd_engine *e, const struct cd_request *r,
				     struct cd_wire *w, coodie_error *err)
{
	struct coodie_prepared *p = r->prepared;
	struct cd_request *load = cd_engine_begin_own(e, CD_REQUEST_LOAD, err);

	if (!load)
		return NULL;
	load->prepared = cd_prepared_ref(p);
	load->idempotent = true;
	load->pin = w;
	if (!cd_extras_lend(load, r)) {
		cd_engine_drop(e, load);
		return cd_no_memory(err, "a custom payload"), NULL;
	}
	/* It has no deadline of its own: it is given up with the last who waits for it. */
	if (!(w ? cd_engine_put(e, w, load, err) : cd_engine_send(e, load, err))) {
		cd_engine_drop(e, load);
		return NULL;
	}
	load->next_load = p->loads;
	p->loads = load;
	return load;
}

/* One that will do: on the same connection, or, for a statement no server knows yet, any. */
static struct cd_request *find_load(const struct coodie_prepared *p, const struct cd_wire *w)
{
	struct cd_request *load = p->loads;

	while (load && w && load->pin != w)
		load = load->next_load;
	return load;
}

bool cd_engine_await_prepare(struct cd_engine *e, struct cd_request *r, struct cd_wire *w,
			     coodie_error *err)
{
	struct cd_request *load = find_load(r->prepared, w);

	if (!load && !(load = start_load(e, r, w, err)))
		return false;
	cd_engine_waits(e, r);
	cd_requests_push(&load->waiters, r);
	e->held++;
	return true;
}

void cd_engine_leave_prepare(struct cd_engine *e, struct cd_request *r)
{
	struct cd_request *load = r->prepared->loads;

	while (load && r->in != &load->waiters)
		load = load->next_load;
	e->held--;
	cd_requests_remove(r);
	if (!load || load->waiters.count)
		return;
	unlink_load(load); /* its answer will be nobody's */
	cd_engine_detach(e, load);
	cd_engine_drop(e, load);
}

void cd_engine_load_failed(struct cd_engine *e, struct cd_request *load, const coodie_error *err)
{
	struct coodie_prepared *p = cd_prepared_ref(load->prepared);
	struct cd_requests waiters = { 0 };
	/* the connection went away, the statement can be told to another host */
	bool elsewhere = load->pin && err->code == COODIE_ERR_CLOSED && !e->freed;

	unlink_load(load);
	cd_requests_move(&waiters, &load->waiters);
	cd_engine_drop(e, load);
	if (!p->loads && (!cd_prepared_is_known(p) || err->code == COODIE_ERR_CONFLICT))
		cd_prepared_forget(&e->prepared, p);
	for (struct cd_request *r; (r = cd_requests_pop(&waiters));) {
		e->held--;
		if (!elsewhere || !cd_engine_send(e, r, NULL))
			cd_engine_fail(e, r, err);
	}
	coodie_prepared_free(p);
}

/* The markers are known. */
static bool encode(struct cd_request *r, coodie_error *err)
{
	const cql_value *values = r->args;
	size_t count = r->value_count;

	if (r->names) {
		const struct cd_columns *markers = &r->prepared->binds;
		const cql_args args = { count, values };
		values = cd_named_arrange(&r->arena, markers, r->names, args, err);
		count = markers->count;
	}
	return values && cd_request_encode(r, values, count, err);
}

/* The statement is known: who waited for it goes on, where it was made known. */
static bool go_on(struct cd_engine *e, struct cd_wire *w, struct cd_request *r, coodie_error *err)
{
	if (r->kind == CD_REQUEST_BATCH) {
		enum cd_batch_state state = cd_batch_make_ready(e, r, err);
		if (state != CD_BATCH_READY)
			return state == CD_BATCH_WAITS;
	} else if (!r->encoded && !encode(r, err)) {
		return false;
	}
	return r->told == w->number && cd_wire_has_room(w) ? cd_engine_put(e, w, r, err)
							   : cd_engine_send(e, r, err);
}

static void release_waiters(struct cd_engine *e, struct cd_wire *w, struct cd_requests *waiters)
{
	coodie_error err;

	for (struct cd_request *r; (r = cd_requests_pop(waiters));) {
		e->held--;
		if (r->kind == CD_REQUEST_PREPARE)
			cd_engine_finish(e, r);
		else if (!go_on(e, w, r, &err))
			cd_engine_fail(e, r, &err);
	}
}

bool cd_engine_loaded(struct cd_engine *e, struct cd_wire *w, struct cd_request *load,
		      const cql_envelope *answer, coodie_error *err)
{
	struct coodie_prepared *p = load->prepared;
	struct cd_requests waiters = { 0 };

	if (!cd_prepared_load(p, answer, &w->link.conn.extensions, err)) {
		coodie_error why = *err;
		cd_engine_load_failed(e, load, &why);
		return why.code != COODIE_ERR_PROTOCOL;
	}
	p->loaded_on = w->number;
	if (p->load == 1 && e->options->prepare_on_all)
		cd_spread_statement(e, p, w);
	cd_counters_count(&e->tally.own, CD_METRIC_PREPARED);
	cd_prepared_ref(p);
	if (p->outgrown) /* who asks for the text from now on may give the new fields */
		cd_prepared_forget(&e->prepared, p);
	unlink_load(load);
	cd_requests_move(&waiters, &load->waiters);
	cd_engine_drop(e, load);
	release_waiters(e, w, &waiters);
	coodie_prepared_free(p);
	return true;
}

bool cd_engine_unprepared(struct cd_engine *e, struct cd_wire *w, struct cd_request *r,
			  uint32_t load)
{
	struct coodie_prepared *p = r->prepared;
	coodie_error err;
	bool ok;

	if (r->told == w->number)
		return false;
	r->told = w->number;
	cd_counters_count(w->tally.counters, CD_METRIC_REPREPARED);
	cd_log(e->options, COODIE_LOG_DEBUG, "prepared again: %.100s", p->cql);
	if (p->load != load && p->loaded_on == w->number &&
	    !find_load(p, w)) /* somebody was faster */
		ok = cd_wire_has_room(w) ? cd_engine_put(e, w, r, &err)
					 : cd_engine_send(e, r, &err);
	else
		ok = cd_engine_await_prepare(e, r, w, &err);
	if (!ok)
		cd_engine_fail(e, r, &err);
	return true;
}
