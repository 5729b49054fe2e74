/* SPDX-License-Identifier: MIT */
/* Cassandra's strategies over a whole ring at once. The ring is walked backwards, and lists of hosts
 * and racks by where they come next from here are kept by moving to the front what is passed: each
 * token takes a few steps, however the tokens lie. */
#include "net/ring/placement.h"

#include <string.h>

#include "base/alloc.h"

enum { NOBODY = UINT16_MAX, PICKS = 2 * CD_PLACEMENT_MOST };

/* A list through an array of these; a member is an index. */
struct links {
	uint16_t next, previous;
};

struct list {
	struct links *links;
	uint16_t first;
	uint32_t count;
};

/* A host in the walk. */
struct member {
	uint64_t seen;   /* where it comes next: less is nearer */
	uint16_t center; /* NOBODY: keeps nothing */
	uint16_t rack;
};

struct center {
	struct list hosts, racks;
	uint32_t factor;
	uint32_t pick_count;
	uint16_t picks[CD_PLACEMENT_MOST]; /* hosts that keep a token here */
};

struct walk {
	const struct cd_token_ring *ring;
	struct member *members; /* by slot */
	uint16_t *heads;        /* by rack: the host of it that comes next */
	struct center *centers;
	uint32_t center_count;
	struct links *host_links, *rack_links;
};

/* ---- lists ----------------------------------------------------------------------------------- */

static void unlink_from(struct list *l, uint16_t at)
{
	struct links *x = &l->links[at];

	if (x->previous == NOBODY)
		l->first = x->next;
	else
		l->links[x->previous].next = x->next;
	if (x->next != NOBODY)
		l->links[x->next].previous = x->previous;
}

/* Moves it to the front, or puts it there. */
static void bring_forward(struct list *l, uint16_t at, bool is_in)
{
	if (is_in && l->first == at)
		return;
	if (is_in)
		unlink_from(l, at);
	else
		l->count++;
	l->links[at] = (struct links){ l->first, NOBODY };
	if (l->first != NOBODY)
		l->links[l->first].previous = at;
	l->first = at;
}

/* ---- one datacenter -------------------------------------------------------------------------- */

static void pick(struct center *c, uint16_t host)
{
	if (c->pick_count < CD_PLACEMENT_MOST)
		c->picks[c->pick_count++] = host;
}

/* Each rack's first host is taken; of the others as many as are still missing. With more racks than
 * replicas, those of the first racks. */
static void choose(const struct walk *w, struct center *c)
{
	uint32_t racks = c->factor < c->racks.count ? c->factor : c->racks.count;
	uint32_t others = c->factor - racks;
	uint16_t at;

	c->pick_count = 0;
	for (at = c->racks.first; at != NOBODY && racks; at = c->racks.links[at].next, racks--)
		pick(c, w->heads[at]);
	for (at = c->hosts.first; at != NOBODY && others && c->pick_count < CD_PLACEMENT_MOST;
	     at = c->hosts.links[at].next)
		if (w->heads[w->members[at].rack] != at) {
			pick(c, at);
			others--;
		}
}

static void pass(struct walk *w, uint64_t place, uint16_t host)
{
	struct member *m = &w->members[host];

	if (m->center == NOBODY)
		return;
	struct center *c = &w->centers[m->center];
	bring_forward(&c->racks, m->rack, w->heads[m->rack] != NOBODY);
	bring_forward(&c->hosts, host, m->seen != UINT64_MAX);
	w->heads[m->rack] = host;
	m->seen = place;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* The picks of all datacenters, by where they come. */
static uint32_t gather(const struct walk *w, uint16_t out[PICKS])
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < w->center_count; i++)
		for (uint32_t j = 0; j < w->centers[i].pick_count && count < PICKS; j++) {
			uint16_t host = w->centers[i].picks[j];
			uint32_t at = count++;
			while (at && w->members[out[at - 1]].seen > w->members[host].seen) {
				out[at] = out[at - 1];
				at--;
			}
			out[at] = host;
		}
	return count;
}

static uint32_t find_count(const struct walk *w)
{
	uint16_t picks[PICKS];
	uint32_t count = gather(w, picks);

	return count < CD_PLACEMENT_MOST ? count : CD_PLACEMENT_MOST;
}

/* Once round the ring so that everybody has been seen, and once more to write. */
static bool walk_ring(struct walk *w, struct cd_placement *p)
{
	uint32_t count = w->ring->count;
	uint16_t picks[PICKS], *slots;

	for (uint32_t i = count; i-- > 0;)
		pass(w, (uint64_t)count + i, w->ring->owners[i]);
	for (uint32_t i = 0; i < w->center_count; i++)
		choose(w, &w->centers[i]);
	p->count = p->stride = find_count(w);
	if (!p->count)
		return true;
	p->slots = slots = cd_arena_take_array(&p->arena, count, p->stride * sizeof *slots);
	if (!slots)
		return false;
	for (uint32_t i = count; i-- > 0;) {
		uint16_t host = w->ring->owners[i], center = w->members[host].center;
		pass(w, i, host);
		if (center != NOBODY)
			choose(w, &w->centers[center]);
		gather(w, picks);
		memcpy(slots + (size_t)i * p->stride, picks, p->stride * sizeof *slots);
	}
	return true;
}

/* ---- what the strategies differ in ----------------------------------------------------------- */

/* The datacenters that keep anything. SimpleStrategy: all are one, and one rack. */
static void find_centers(struct walk *w, const struct cd_topology *t,
			 const struct cd_replication *r)
{
	bool is_simple = r->strategy == CD_STRATEGY_SIMPLE;
	uint16_t last = NOBODY;

	if (is_simple)
		w->centers[w->center_count++].factor = r->otherwise.all;
	for (uint32_t i = 0; !is_simple && i < t->place_count; i++) {
		const struct cd_topology_place *place = &t->places[i];
		if (place->datacenter_number != last)
			w->centers[w->center_count++].factor = cd_replication_in(r,
										 place->datacenter);
		last = place->datacenter_number;
	}
	for (uint32_t i = 0; i < w->center_count; i++) {
		w->centers[i].hosts = (struct list){ w->host_links, NOBODY, 0 };
		w->centers[i].racks = (struct list){ w->rack_links, NOBODY, 0 };
	}
	for (uint32_t i = 0; i < t->host_count; i++) {
		const struct cd_topology_host *h = &t->hosts[i];
		uint16_t center = is_simple ? 0 : t->places[h->place].datacenter_number;
		w->members[h->slot] = (struct member){
			.seen = UINT64_MAX,
			.center = w->centers[center].factor ? center : NOBODY,
			.rack = is_simple ? 0 : h->place,
		};
	}
	for (uint32_t i = 0; i < t->place_count; i++)
		w->heads[i] = NOBODY;
}

static bool place_walked(struct cd_placement *p, const struct cd_topology *t,
			 const struct cd_token_ring *ring)
{
	struct walk w = { .ring = ring };
	struct cd_arena scratch;
	bool ok;

	cd_arena_init(&scratch, &p->allocator, 0);
	w.members = cd_arena_take_array(&scratch, t->slot_count, sizeof *w.members);
	w.heads = cd_arena_take_array(&scratch, t->place_count, sizeof *w.heads);
	w.centers = cd_arena_take_array(&scratch, t->datacenter_count, sizeof *w.centers);
	w.host_links = cd_arena_take_array(&scratch, t->slot_count, sizeof *w.host_links);
	w.rack_links = cd_arena_take_array(&scratch, t->place_count, sizeof *w.rack_links);
	ok = w.members && w.heads && w.centers && w.host_links && w.rack_links;
	if (ok) {
		find_centers(&w, t, &p->replication);
		ok = walk_ring(&w, p);
	}
	cd_arena_deinit(&scratch);
	return ok;
}

/* Everybody who keeps anything, whatever the token. */
static bool place_everywhere(struct cd_placement *p, const struct cd_topology *t)
{
	uint16_t *slots = cd_arena_take_array(&p->arena, t->host_count, sizeof *slots);

	if (!slots)
		return false;
	for (uint32_t i = 0; i < t->host_count; i++)
		if (t->hosts[i].token_count)
			slots[p->count++] = t->hosts[i].slot;
	p->slots = slots;
	return true;
}

static bool place(struct cd_placement *p, const struct cd_topology *t,
		  const struct cd_token_ring *ring, const char *const *replication,
		  uint32_t pair_count)
{
	if (!cd_replication_parse(replication, pair_count, &p->arena, &p->replication))
		return false;
	switch (p->replication.strategy) {
	case CD_STRATEGY_SIMPLE:
	case CD_STRATEGY_NETWORK_TOPOLOGY:
		return !ring || place_walked(p, t, ring);
	case CD_STRATEGY_EVERYWHERE:
		return place_everywhere(p, t);
	default:
		return true;
	}
}

struct cd_placement *cd_placement_new(const coodie_allocator *a, const struct cd_topology *t,
				      const struct cd_token_ring *ring,
				      const char *const *replication, uint32_t pair_count)
{
	struct cd_placement *p = cd_alloc_zero(a, sizeof *p);

	if (!p)
		return NULL;
	atomic_init(&p->refs, 1);
	p->allocator = a ? *a : cd_malloc_allocator;
	cd_arena_init(&p->arena, &p->allocator, 0);
	if (place(p, t, ring, replication, pair_count))
		return p;
	cd_placement_free(p);
	return NULL;
}

struct cd_placement *cd_placement_ref(struct cd_placement *p)
{
	if (p)
		atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void cd_placement_free(struct cd_placement *p)
{
	if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = p->allocator;
	cd_arena_deinit(&p->arena);
	cd_release(&a, p);
}
