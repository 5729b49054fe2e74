/* SPDX-License-Identifier: MIT */
/* Who waits for agreement on the schema, and the looks at system.local and system.peers. */
#include "net/engine/control_agreement.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/schema/schema_agreement.h"

enum { WAIT_MS = 10000 /* of a user who says nothing else */ };

struct cd_agreement {
	struct cd_agreement *next;
	struct cd_engine *engine;
	uint64_t request; /* the id of who waits, among e->parked */
	bool of_change;   /* it changed the schema: it ends well in any case */
	bool over;        /* only waits for its answers */
	uint64_t wire; /* the number of the connection that is asked; 0: the control connection */
	uint32_t looks;
	uint32_t asked; /* answers that are missing */
	coodie_result *local, *peers;
	struct cd_schema_agreement seen; /* at the last look, */
	coodie_error why;                /* or why it saw nothing */
	struct cd_deadline again, late;
};

#define OF(member, d) \
	((struct cd_agreement *)(void *)((char *)(d)-offsetof(struct cd_agreement, member)))

/* ---- one of them ----------------------------------------------------------------------------- */

static struct cd_agreement *new_agreement(struct cd_engine *e, uint32_t wait_ms)
{
	struct cd_agreement *a = cd_alloc_zero(e->allocator, sizeof *a);

	if (!a)
		return NULL;
	a->engine = e;
	a->again.kind = CD_DEADLINE_AGREE;
	a->late.kind = CD_DEADLINE_AGREE_LATE;
	a->next = e->agreements;
	e->agreements = a;
	cd_engine_add_deadline(e, &a->late, wait_ms);
	return a;
}

static void forget_answers(struct cd_agreement *a)
{
	coodie_result_free(a->local);
	coodie_result_free(a->peers);
	a->local = a->peers = NULL;
}

static void free_agreement(struct cd_agreement *a)
{
	struct cd_engine *e = a->engine;
	struct cd_agreement **at = &e->agreements;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	cd_wheel_remove(&e->wheel, &a->again);
	cd_wheel_remove(&e->wheel, &a->late);
	forget_answers(a);
	cd_release(e->allocator, a);
}

/* As soon as nothing of it is under way. */
static void drop(struct cd_agreement *a)
{
	cd_wheel_remove(&a->engine->wheel, &a->again);
	cd_wheel_remove(&a->engine->wheel, &a->late);
	a->over = true;
	if (!a->asked)
		free_agreement(a);
}

/* ---- the end --------------------------------------------------------------------------------- */

/* NULL: it is not known (yet). */
static const struct cd_host *host_of(const struct cd_engine *e, const cql_uuid *host_id)
{
	const struct cd_topology *t = e->control.topology;
	const struct cd_topology_host *at = t ? cd_topology_find(t, host_id) : NULL;

	return at ? cd_host_at(&e->hosts, at->slot) : NULL;
}

enum { NAMES_SIZE = CD_SCHEMA_AGREEMENT_SHOWN * (sizeof((coodie_host *)0)->address + 2) + 4 };

/* ": ADDRESS, ADDRESS"; a node that has no address yet is called by its id. */
static void name_others(const struct cd_agreement *a, char out[NAMES_SIZE])
{
	size_t len = 0;

	for (uint32_t i = 0; i < a->seen.differing && i < CD_SCHEMA_AGREEMENT_SHOWN; i++) {
		const struct cd_host *h = host_of(a->engine, &a->seen.others[i]);
		char id[CQL_UUID_TEXT_SIZE];

		len += (size_t)snprintf(out + len, NAMES_SIZE - len, "%s%s", i ? ", " : ": ",
					h ? h->view->address
					  : cql_uuid_format(a->seen.others[i], id));
	}
	if (a->seen.differing > CD_SCHEMA_AGREEMENT_SHOWN)
		snprintf(out + len, NAMES_SIZE - len, "...");
}

static void describe(const struct cd_agreement *a, coodie_error *err)
{
	char others[NAMES_SIZE] = "";
	const char *why = a->why.code != COODIE_OK ? a->why.message
			  : !a->seen.hosts         ? "no answer"
						   : NULL;

	name_others(a, others);

	if (why)
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"it is not known whether the nodes agree on the schema: %s", why);
	else
		cd_fail(err, COODIE_ERR_TIMEOUT,
			"%" PRIu32 " of %" PRIu32 " nodes have another schema than the one asked%s",
			a->seen.differing, a->seen.hosts, others);
}

static void end(struct cd_agreement *a, bool agreed)
{
	struct cd_engine *e = a->engine;
	struct cd_request *r = cd_engine_unpark(e, a->request);
	coodie_error err;

	if (r) {
		describe(a, &err);
		if (!agreed && a->of_change) {
			cd_log(e->options, COODIE_LOG_WARN, "a change of the schema: %s",
			       err.message);
			cd_result_disagree(r->result);
		}
		if (agreed || a->of_change)
			cd_engine_finish(e, r);
		else
			cd_engine_fail(e, r, &err);
	}
	drop(a);
}

void cd_agreement_late(struct cd_engine *e, struct cd_deadline *d)
{
	(void)e;
	end(OF(late, d), false);
}

/* ---- a look ---------------------------------------------------------------------------------- */

static struct cd_wire *wire_of(const struct cd_agreement *a)
{
	struct cd_engine *e = a->engine;

	for (struct cd_wire *w = e->wires; w; w = w->next)
		if (w->number == a->wire && cd_wire_has_room(w))
			return w;
	return e->control.wire && cd_wire_has_room(e->control.wire) ? e->control.wire : NULL;
}

/* Nodes that are not known (yet) count; those that nobody ever asks do not: nobody knows whether they
 * are up. */
static bool is_up(const cql_uuid *host_id, void *user)
{
	const struct cd_host *h = host_of(user, host_id);

	return !h || (h->view->is_up && h->view->distance != COODIE_DISTANCE_IGNORED);
}

static void look_again(struct cd_agreement *a)
{
	const struct cd_engine *e = a->engine;
	uint32_t ms = cd_schema_agreement_wait_ms(++a->looks);

	cd_engine_add_deadline(
		a->engine, &a->again,
		ms < e->options->schema_interval_ms ? ms : e->options->schema_interval_ms);
}

static void evaluate(struct cd_agreement *a)
{
	bool seen = a->why.code == COODIE_OK &&
		    cd_schema_agreement_read(&a->seen, a->local, a->peers, is_up, a->engine,
					     &a->why);

	forget_answers(a);
	if (seen && a->seen.agreed)
		end(a, true);
	else
		look_again(a);
}

static void answered(struct cd_agreement *a, const coodie_error *err)
{
	if (err->code != COODIE_OK)
		a->why = *err;
	if (--a->asked)
		return;
	if (a->over)
		free_agreement(a);
	else if (!a->engine->freed)
		evaluate(a);
}

static void on_local(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_agreement *a = user;

	a->local = take_res;
	answered(a, err);
}

static void on_peers(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_agreement *a = user;

	a->peers = take_res;
	answered(a, err);
}

static bool ask(struct cd_agreement *a, struct cd_wire *w, const char *cql, coodie_done_fn *done)
{
	const cql_blob from_the_start = { NULL, 0 };

	if (!cd_engine_ask(a->engine, w, cql, from_the_start, done, a, &a->why))
		return false;
	a->asked++;
	return true;
}

static void look(struct cd_agreement *a)
{
	struct cd_wire *w = wire_of(a);

	cd_clear(&a->why);
	if (!w)
		cd_fail(&a->why, COODIE_ERR_CLOSED, "there is no connection to ask");
	else if (ask(a, w, CD_SCHEMA_AGREEMENT_LOCAL, on_local))
		ask(a, w, CD_SCHEMA_AGREEMENT_PEERS, on_peers);
	if (!a->asked)
		look_again(a);
}

void cd_agreement_again(struct cd_engine *e, struct cd_deadline *d)
{
	struct cd_agreement *a = OF(again, d);

	if (cd_request_find(&e->pool, a->request))
		look(a);
	else /* it was cancelled */
		drop(a);
}

/* ---- who waits ------------------------------------------------------------------------------- */

bool cd_agreement_hold(struct cd_engine *e, struct cd_request *r, const struct cd_wire *w)
{
	const struct cd_topology *t = e->control.topology;
	struct cd_agreement *a;

	if (e->options->single_node || !e->options->schema_wait_ms || r->own || e->freed ||
	    (t && t->host_count == 1))
		return false;
	a = new_agreement(e, e->options->schema_wait_ms);
	if (!a) {
		cd_log(e->options, COODIE_LOG_ERROR, "no memory to wait for agreement on a schema");
		cd_result_disagree(r->result);
		return false;
	}
	a->of_change = true;
	a->wire = w->number;
	a->request = cd_request_id(r);
	cd_wheel_remove(&e->wheel, &r->deadline);
	coodie_prepared_free(r->prepared);
	r->prepared = NULL;
	cd_requests_push(&e->parked, r);
	look(a);
	return true;
}

bool cd_engine_agree(struct cd_engine *e, uint32_t timeout_ms, coodie_status_fn *done, void *user,
		     coodie_error *err)
{
	struct cd_request *r = cd_engine_begin_wait(e, 0, done, user, err);
	struct cd_agreement *a;
	uint32_t wait_ms = e->options->schema_wait_ms ? e->options->schema_wait_ms : WAIT_MS;

	if (!r)
		return false;
	if (e->options->single_node) { /* it agrees with itself */
		cd_engine_finish(e, r);
		return true;
	}
	a = new_agreement(e, timeout_ms ? timeout_ms : wait_ms);
	if (!a) {
		cd_engine_drop(e, r);
		return cd_no_memory(err, "waiting for agreement on a schema");
	}
	a->request = cd_request_id(r);
	cd_requests_push(&e->parked, r);
	if (!e->control.wire)
		e->control.want_round = true;
	cd_engine_arm(e);
	look(a);
	return true;
}

void cd_agreements_end(struct cd_engine *e)
{
	for (struct cd_agreement *a = e->agreements, *next; a; a = next) {
		next = a->next;
		drop(a);
	}
}

void cd_agreements_deinit(struct cd_engine *e)
{
	while (e->agreements)
		free_agreement(e->agreements);
}
