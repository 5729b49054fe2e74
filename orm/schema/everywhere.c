/* SPDX-License-Identifier: MIT */
/* coodie_sync_everywhere() and coodie_drop_everywhere(): one place after the other. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/schema/job.h"

/* Through the places, each keyspace of a session before the next session. */
struct tour {
	const struct cd_verb *verb;
	struct cd_target target;
	coodie_places places;
	size_t session, keyspace; /* where it is */
};

/* One that nobody waits for. */
struct journey {
	struct tour tour;
	coodie_sync options;
	coodie_allocator allocator;
	coodie_status_fn *done;
	void *user;
};

static void aim(struct tour *t)
{
	const coodie_places *p = &t->places;

	if (p->session_count)
		t->target.session = p->sessions[t->session];
	t->target.keyspace = p->keyspace_count ? p->keyspaces[t->keyspace] : NULL;
}

/* False: there is no other place. */
static bool move_on(struct tour *t)
{
	if (++t->keyspace >= t->places.keyspace_count) {
		t->keyspace = 0;
		if (++t->session >= t->places.session_count)
			return false;
	}
	aim(t);
	return true;
}

static void say_place(const struct tour *t, coodie_error *err)
{
	if (t->target.keyspace)
		cd_error_prefix(err, "keyspace %s", t->target.keyspace);
	if (t->places.session_count > 1)
		cd_error_prefix(err, "sessions[%zu]", t->session);
}

/* `verbs` are of a table and of a view. */
static bool begin(struct tour *t, const struct cd_verb *const verbs[2], const struct cd_target *target,
		  const coodie_places *where, coodie_error *err)
{
	const coodie_model *m = target->model;

	*t = (struct tour){ .verb = verbs[m && cd_model_read(m).view], .target = *target };
	if (where && !cd_take_struct(&t->places, sizeof(t->places), where, "coodie_places", err))
		return false;
	aim(t);
	return true;
}

/* ---- waiting ------------------------------------------------------------------------------------- */

static bool visit(const struct cd_verb *const verbs[2], const struct cd_target *target,
		  const coodie_places *where, coodie_error *err)
{
	struct tour t;

	if (!begin(&t, verbs, target, where, err))
		return false;
	do {
		if (!cd_verb_wait(t.verb, &t.target, err)) {
			say_place(&t, err);
			return false;
		}
	} while (move_on(&t));
	return true;
}

/* ---- without waiting ----------------------------------------------------------------------------- */

static void on_visited(const coodie_error *from, void *user)
{
	struct journey *j = user;
	coodie_error err = *from;
	coodie_allocator allocator = j->allocator;
	coodie_status_fn *done = j->done;

	if (err.code == COODIE_OK && move_on(&j->tour) &&
	    cd_verb_start(j->tour.verb, &j->tour.target, on_visited, j, &err))
		return;
	if (err.code != COODIE_OK)
		say_place(&j->tour, &err);
	user = j->user;
	cd_release(&allocator, j);
	done(&err, user);
}

static bool set_out(struct journey *j, coodie_error *err)
{
	struct cd_target *t = &j->tour.target;

	if (t->options) {
		if (!cd_take_struct(&j->options, sizeof(j->options), t->options, "coodie_sync", err))
			return false;
		t->options = &j->options;
	}
	if (cd_verb_start(j->tour.verb, t, on_visited, j, err))
		return true;
	say_place(&j->tour, err);
	return false;
}

static bool send(const struct cd_verb *const verbs[2], const struct cd_target *target,
		 const coodie_places *where, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct journey start = { .done = done, .user = user }, *j;
	struct cd_place place;

	cd_clear(err);
	if (!begin(&start.tour, verbs, target, where, err) ||
	    !cd_target_place(&start.tour.target, &place, err))
		return false;
	start.allocator = place.orm->allocator;
	j = cd_alloc_zero(&start.allocator, sizeof(*j));
	if (!j)
		return cd_no_memory(err, start.tour.verb->name);
	*j = start;
	if (set_out(j, err))
		return true;
	cd_release(&start.allocator, j);
	return false;
}

/* ---- calls --------------------------------------------------------------------------------------- */

static const struct cd_verb *const syncs[] = { &cd_sync_table, &cd_sync_view };
static const struct cd_verb *const drops[] = { &cd_drop_table, &cd_drop_view };

bool coodie_sync_everywhere(coodie_session *s, const coodie_model *m, const coodie_places *where,
			    const coodie_sync *options, coodie_error *err)
{
	return visit(syncs, CD_TARGET(s, m, options), where, err);
}

bool coodie_sync_everywhere_async(coodie_session *s, const coodie_model *m,
				  const coodie_places *where, const coodie_sync *options,
				  coodie_status_fn *done, void *user, coodie_error *err)
{
	return send(syncs, CD_TARGET(s, m, options), where, done, user, err);
}

bool coodie_drop_everywhere(coodie_session *s, const coodie_model *m, const coodie_places *where,
			    const coodie_sync *options, coodie_error *err)
{
	return visit(drops, CD_TARGET(s, m, options), where, err);
}

bool coodie_drop_everywhere_async(coodie_session *s, const coodie_model *m,
				  const coodie_places *where, const coodie_sync *options,
				  coodie_status_fn *done, void *user, coodie_error *err)
{
	return send(drops, CD_TARGET(s, m, options), where, done, user, err);
}
