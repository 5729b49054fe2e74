/* SPDX-License-Identifier: MIT */
/* Requests from any thread: copied into a parcel and sent to a loop, without a lock; or handed to the
 * engine of the loop they are made on. */
#include <string.h>

#include "base/error.h"
#include "net/crew/crew_impl.h"
#include "net/engine/engine_impl.h"
#include "net/engine/prepared.h"
#include "net/engine/request.h"

/* A request made on a loop stays there; others go round. */
static struct cd_worker *choose(struct cd_crew *c)
{
	struct cd_worker *w = cd_crew_myself(c);

	return w ? w
		 : &c->workers[atomic_fetch_add_explicit(&c->next, 1, memory_order_relaxed) %
			       c->count];
}

/* The engine of the loop that this thread runs: what is asked of it there needs no parcel, unless its
 * id has to say which loop has it, or a hook is to be asked. */
static struct cd_engine *at_home(const struct cd_crew *c, const coodie_request *r)
{
	const struct cd_worker *w = cd_crew_myself(c);

	if (!w || !w->engine || r->id || c->options->outgoing ||
	    atomic_load_explicit(&c->closed, memory_order_relaxed))
		return NULL;
	return w->engine;
}

static struct cd_parcel *begin(struct cd_crew *c, const struct cd_worker *w,
			       enum cd_parcel_kind kind, coodie_error *err)
{
	if (atomic_load_explicit(&c->closed, memory_order_relaxed))
		return cd_fail_null(err, COODIE_ERR_CLOSED, "the session is closed");
	uint32_t most = atomic_load_explicit(&c->max_waiting, memory_order_relaxed);
	if (atomic_load_explicit(&w->waiting, memory_order_relaxed) > most)
		return cd_fail_null(err, COODIE_ERR_OVERLOAD,
				    "more than %u requests wait for a loop already: slow down, or "
				    "coodie_options_set_max_waiting()",
				    (unsigned)most);
	struct cd_parcel *p = cd_parcel_take(&c->parcels, kind);
	if (!p)
		cd_no_memory(err, "a request");
	return p;
}

/* Everything is copied, and the tracing hook has its say. */
static bool pack(struct cd_crew *c, struct cd_parcel *p, const coodie_statement *st,
		 const coodie_prepared *of, coodie_error *err)
{
	const struct coodie_options *o = c->options;

	if (!cd_parcel_pack(p, st, err))
		return false;
	return !o->outgoing ||
	       cd_parcel_adorn(p, of ? of->cql : st->cql, o->outgoing, o->outgoing_user, err);
}

/* An id says which worker has the request. */
static void give_id(struct cd_crew *c, struct cd_parcel *p, const struct cd_worker *w, uint64_t *id)
{
	if (!id)
		return;
	p->id = (atomic_fetch_add_explicit(&c->ids, 1, memory_order_relaxed) + 1) * c->count +
		w->index;
	*id = p->id;
}

/* The values are tried against the markers here, so that a wrong one is refused at once. */
static bool check_values(struct cd_parcel *p, const coodie_prepared *known, coodie_error *err)
{
	struct cd_request trial = { .prepared = (coodie_prepared *)known };

	cd_buffer_init(&trial.kept, p->arena.allocator, 0);
	bool ok = cd_request_encode(&trial, p->statement.args.values, p->statement.args.count, err);
	cd_buffer_deinit(&trial.kept);
	return ok;
}

/* Fills it in and sends it; one that cannot be filled in goes back. */
static bool post(struct cd_crew *c, struct cd_worker *w, struct cd_parcel *p,
		 const coodie_statement *st, const coodie_prepared *of, void *user,
		 coodie_error *err)
{
	bool packed = pack(c, p, st, of, err);

	if (packed && p->kind == CD_PARCEL_EXECUTE) {
		packed = check_values(p, of, err);
		p->prepared = packed ? cd_prepared_ref((coodie_prepared *)of) : NULL;
	}
	if (!packed) {
		cd_parcel_give(&c->parcels, p);
		return false;
	}
	p->user = user;
	give_id(c, p, w, st->request->id);
	cd_crew_post(w, p);
	return true;
}

bool cd_crew_submit(void *crew, const coodie_statement *st, coodie_done_fn *done, void *user,
		    coodie_error *err)
{
	struct cd_crew *c = crew;
	struct cd_engine *home = at_home(c, st->request);
	if (home)
		return cd_engine_submit(home, st, done, user, err);

	struct cd_worker *w = choose(c);
	struct cd_parcel *p = begin(c, w, CD_PARCEL_STATEMENT, err);
	if (!p)
		return false;
	p->done.result = done;
	return post(c, w, p, st, st->prepared, user, err);
}

bool cd_crew_execute(struct cd_crew *c, coodie_prepared *prepared, cql_args args,
		     const coodie_request *r, coodie_done_fn *done, void *user, coodie_error *err)
{
	struct cd_engine *home = at_home(c, r);
	if (home)
		return cd_engine_execute(home, prepared, args, r, done, user, err);

	const coodie_statement st = { .size = sizeof st, .args = args, .request = r };
	struct cd_worker *w = choose(c);
	struct cd_parcel *p = begin(c, w, CD_PARCEL_EXECUTE, err);
	if (!p)
		return false;
	p->done.result = done;
	return post(c, w, p, &st, prepared, user, err);
}

bool cd_crew_prepare(struct cd_crew *c, const char *cql, coodie_prepared_fn *done, void *user,
		     coodie_error *err)
{
	static const coodie_request plain = { .size = sizeof plain };
	const coodie_statement st = { .size = sizeof st, .cql = cql, .request = &plain };
	struct cd_worker *w = choose(c);
	struct cd_parcel *p = begin(c, w, CD_PARCEL_PREPARE, err);

	if (!p)
		return false;
	p->done.prepared = done;
	return post(c, w, p, &st, NULL, user, err);
}

bool cd_crew_start(struct cd_crew *c, const struct cd_start *start, coodie_status_fn *done,
		   void *user, coodie_error *err)
{
	struct cd_worker *w = start->anywhere ? choose(c) : cd_crew_leader(c);
	struct cd_parcel *p = begin(c, w, CD_PARCEL_START, err);

	if (!p)
		return false;
	if (!cd_parcel_set_args(p, start->args, start->len)) {
		cd_parcel_give(&c->parcels, p);
		return cd_no_memory(err, "a request");
	}
	p->start = start->fn;
	p->done.status = done;
	p->user = user;
	cd_crew_post(w, p);
	return true;
}

/* It is heard however much waits. */
bool cd_crew_cancel(void *crew, uint64_t id)
{
	struct cd_crew *c = crew;
	struct cd_parcel *p = NULL;

	if (!atomic_load_explicit(&c->closed, memory_order_relaxed))
		p = cd_parcel_take(&c->parcels, CD_PARCEL_CANCEL);
	if (!p)
		return false;
	p->id = id;
	cd_crew_post(&c->workers[id % c->count], p);
	return true;
}
