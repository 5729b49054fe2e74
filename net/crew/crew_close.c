/* SPDX-License-Identifier: MIT */
/* Closing a session of several loops: all of them close, and the last one to end tells. */
#include "base/alloc.h"
#include "base/error.h"
#include "net/crew/crew_impl.h"

struct closing {
	coodie_allocator allocator;
	_Atomic uint32_t left;
	coodie_status_fn *done;
	void *user;
	struct cd_parcel *parcels[]; /* one for each loop */
};

static void on_closed(const coodie_error *err, void *user)
{
	struct closing *all = user;
	coodie_allocator a = all->allocator;

	if (atomic_fetch_sub(&all->left, 1) != 1)
		return;
	all->done(err, all->user);
	cd_release(&a, all);
}

/* All or none of the parcels. */
static bool take_parcels(struct cd_crew *c, struct closing *all)
{
	uint32_t n = 0;

	while (n < c->count && (all->parcels[n] = cd_parcel_take(&c->parcels, CD_PARCEL_CLOSE)))
		n++;
	if (n == c->count)
		return true;
	while (n > 0)
		cd_parcel_give(&c->parcels, all->parcels[--n]);
	return false;
}

bool cd_crew_close(struct cd_crew *c, coodie_status_fn *done, void *user, coodie_error *err)
{
	struct closing *all = cd_alloc_zero(&c->allocator,
					    sizeof *all + c->count * sizeof all->parcels[0]);

	if (!all || !take_parcels(c, all)) {
		cd_release(&c->allocator, all);
		return cd_no_memory(err, "closing a session");
	}
	all->allocator = c->allocator;
	all->done = done;
	all->user = user;
	atomic_init(&all->left, c->count);
	atomic_store(&c->closed, true);
	/* it lives until the last of them was posted */
	for (uint32_t i = 0, count = c->count; i < count; i++) {
		all->parcels[i]->done.status = on_closed;
		all->parcels[i]->user = all;
		cd_crew_post(&c->workers[i], all->parcels[i]);
	}
	return true;
}
