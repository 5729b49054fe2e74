/* SPDX-License-Identifier: MIT */
/* What loops tell each other: the newest snapshot lies on a board for all to take, the rest goes by
 * mail, and who could not be told is told at least that. */
#include "base/error.h"
#include "net/crew/crew_impl.h"
#include "net/engine/engine_impl.h"

enum { HEARSAY_MOST = 1024 }; /* news that one loop has not yet taken */

static void rouse(struct cd_worker *w, enum cd_news news)
{
	atomic_fetch_or(&w->news, (unsigned)news);
	cd_mailbox_rouse(&w->mailbox);
}

/* ---- the board -------------------------------------------------------------------------------- */

coodie_metadata *cd_crew_snapshot(struct cd_crew *c)
{
	pthread_mutex_lock(&c->board);
	coodie_metadata *md = cd_snapshot_ref(c->snapshot);
	pthread_mutex_unlock(&c->board);
	return md;
}

static void publish(void *state, coodie_metadata *md)
{
	struct cd_crew *c = state;
	const struct cd_worker *me = cd_crew_myself(c);

	pthread_mutex_lock(&c->board);
	coodie_metadata *before = c->snapshot;
	c->snapshot = cd_snapshot_ref(md);
	pthread_mutex_unlock(&c->board);
	coodie_metadata_free(before);
	for (uint32_t i = 0; i < c->count; i++)
		if (&c->workers[i] != me)
			rouse(&c->workers[i], CD_NEWS_SNAPSHOT);
}

/* ---- mail -------------------------------------------------------------------------------------- */

static bool send_news(struct cd_worker *w, cd_news_fn *fn, const void *data, size_t len)
{
	struct cd_parcels *parcels = &w->crew->parcels;

	if (atomic_load_explicit(&w->hearsay, memory_order_relaxed) >= HEARSAY_MOST)
		return false;
	struct cd_parcel *p = cd_parcel_take(parcels, CD_PARCEL_NEWS);
	if (!p)
		return false;
	if (!cd_parcel_set_args(p, data, len)) {
		cd_parcel_give(parcels, p);
		return false;
	}
	p->done.news = fn;
	atomic_fetch_add_explicit(&w->hearsay, 1, memory_order_relaxed);
	cd_crew_post(w, p);
	return true;
}

bool cd_crew_tell(struct cd_crew *c, cd_news_fn *fn, const void *data, size_t len)
{
	const struct cd_worker *me = cd_crew_myself(c);
	bool all = true;

	for (uint32_t i = 0; i < c->count; i++)
		if (&c->workers[i] != me && !send_news(&c->workers[i], fn, data, len)) {
			rouse(&c->workers[i], CD_NEWS_MISSED);
			all = false;
		}
	return all;
}

bool cd_crew_pass(struct cd_crew *c, uint32_t i, void (*fn)(struct cd_engine *e, void *user),
		  void *user)
{
	struct cd_parcel *p = cd_parcel_take(&c->parcels, CD_PARCEL_CALL);

	if (!p)
		return false;
	p->done.call = fn;
	p->user = user;
	cd_crew_post(&c->workers[i], p);
	return true;
}

static void tell(void *state, cd_news_fn *fn, const void *data, size_t len)
{
	cd_crew_tell(state, fn, data, len);
}

static void call(void *state)
{
	rouse(cd_crew_leader(state), CD_NEWS_LEAD);
}

void cd_crew_befriend(struct cd_crew *c)
{
	c->fellows = (struct cd_fellows){ c, publish, tell, call };
}

/* ---- who hears --------------------------------------------------------------------------------- */

void cd_crew_hear(struct cd_worker *w)
{
	unsigned news = atomic_load_explicit(&w->news, memory_order_relaxed);

	if (!news || !w->engine)
		return;
	news = atomic_exchange(&w->news, 0);
	if (news & CD_NEWS_LEAD)
		cd_fellows_lead(w->engine);
	if (news & CD_NEWS_MISSED)
		cd_fellows_missed(w->engine);
	if (news & CD_NEWS_SNAPSHOT)
		cd_fellows_follow(w->engine, cd_crew_snapshot(w->crew));
}
