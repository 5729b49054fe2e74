/* SPDX-License-Identifier: MIT */
/* Hosts by rank: kept for each slot, so that a request compares small numbers only. */
#include "net/policy/balancer.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/policy/balancer_impl.h"

enum { FIRST_CAPACITY = 8 };

/* ---- life ----------------------------------------------------------------------------------- */

bool cd_balancer_init(struct cd_balancer *b, struct cd_balancer_rules *rules,
		      const char *datacenter, const coodie_allocator *a, coodie_error *err)
{
	const char *local = rules->shipped.local_datacenter;

	*b = (struct cd_balancer){ .allocator = a, .rules = rules };
	if (rules->shipped.not_datacenter_aware)
		local = NULL;
	else if (!local && cd_balancer_wants_datacenter(b))
		local = datacenter;
	if (local) {
		b->datacenter = cd_strndup(a, local, strlen(local));
		if (!b->datacenter) {
			*b = (struct cd_balancer){ 0 };
			return cd_no_memory(err, "a balancer");
		}
	}
	cd_balancer_rules_ref(rules);
	return true;
}

void cd_balancer_deinit(struct cd_balancer *b)
{
	cd_release(b->allocator, b->datacenter);
	cd_release(b->allocator, b->memory);
	cd_balancer_rules_free(b->rules);
	*b = (struct cd_balancer){ 0 };
}

/* Room for `count` slots, what is known of old ones kept. */
static bool reserve(struct cd_balancer *b, size_t count, coodie_error *err)
{
	size_t n = b->capacity ? b->capacity : FIRST_CAPACITY;
	bool measures = b->rules->shipped.latency_aware;
	struct cd_balancer_slot *slots;
	struct cd_balancer_cell *cells;

	if (count <= b->capacity)
		return true;
	while (n < count)
		n *= 2;
	if (n > UINT32_MAX / 256)
		return cd_fail(err, COODIE_ERR_LIMIT, "%zu hosts are too many", count);
	/* one piece, the widest first */
	size_t cells_size = measures ? n * sizeof *cells : 0, slots_size = n * sizeof *slots;
	char *memory = cd_alloc_zero(b->allocator, cells_size + slots_size +
							   2 * n * sizeof *b->order + n + n / 8);
	if (!memory)
		return cd_no_memory(err, "a balancer");
	cells = measures ? (void *)memory : NULL;
	slots = (void *)(memory + cells_size);
	if (b->count) {
		memcpy(slots, b->slots, b->count * sizeof *slots);
		if (measures)
			memcpy(cells, b->cells, b->count * sizeof *cells);
	}
	uint32_t *order = (void *)(memory + cells_size + slots_size);
	uint8_t *ranks = (void *)(order + 2 * n);
	if (b->count) {
		memcpy(order, b->order, b->start[CD_BALANCER_RANKS] * sizeof *order);
		memcpy(ranks, b->ranks, b->count);
	}
	cd_release(b->allocator, b->memory);
	b->memory = memory;
	b->capacity = (uint32_t)n;
	b->cells = cells;
	b->slots = slots;
	b->order = order;
	b->plan = order + n;
	b->ranks = ranks;
	b->seen = ranks + n;
	return true;
}

/* ---- ranks ---------------------------------------------------------------------------------- */

static uint8_t rank_of(const struct cd_balancer *b, uint32_t slot)
{
	const struct cd_balancer_slot *s = &b->slots[slot];
	enum cd_class class = !s->up ? CD_CLASS_DOWN : CD_CLASS_UP;

	if (s->near == CD_NEAR_NONE)
		return CD_BALANCER_NO_RANK;
	if (class == CD_CLASS_UP && b->cells && b->cells[slot].slow)
		class = CD_CLASS_SLOW;
	return (uint8_t)(class * CD_NEARS + s->near);
}

void cd_balancer_rank(struct cd_balancer *b)
{
	uint32_t at[CD_BALANCER_RANKS + 1] = { 0 };

	for (uint32_t i = 0; i < b->count; i++) {
		b->ranks[i] = rank_of(b, i);
		if (b->ranks[i] < CD_BALANCER_RANKS)
			at[b->ranks[i] + 1]++;
	}
	b->present = 0;
	for (uint32_t r = 0; r < CD_BALANCER_RANKS; r++) {
		b->present |= (uint32_t)(at[r + 1] > 0) << r;
		at[r + 1] += at[r];
	}
	memcpy(b->start, at, sizeof b->start);
	for (uint32_t i = 0; i < b->count; i++)
		if (b->ranks[i] < CD_BALANCER_RANKS)
			b->order[at[b->ranks[i]]++] = i;
}

/* Without a look at how many remote ones there are. */
static enum cd_near near_of(const struct cd_balancer *b, const coodie_host *host)
{
	const struct cd_balancer_rules *r = b->rules;

	if (host->size == 0)
		return CD_NEAR_NONE;
	if (r->custom.plan) {
		enum coodie_distance d = r->custom.distance ? r->custom.distance(r->state, host)
							    : COODIE_DISTANCE_LOCAL;
		return d == COODIE_DISTANCE_LOCAL    ? CD_NEAR_LOCAL
		       : d == COODIE_DISTANCE_REMOTE ? CD_NEAR_REMOTE
						     : CD_NEAR_NONE;
	}
	if (!cd_balancer_rules_accept(r, host))
		return CD_NEAR_NONE;
	if (!b->datacenter || cd_no_name(host->datacenter))
		return CD_NEAR_LOCAL;
	if (!cd_same_name(b->datacenter, host->datacenter))
		return CD_NEAR_REMOTE;
	return cd_same_name(r->shipped.local_rack, host->rack) ? CD_NEAR_RACK : CD_NEAR_LOCAL;
}

static uint32_t kin_of(const coodie_host *hosts, uint32_t slot, const struct cd_balancer_slot *s)
{
	for (uint32_t i = 0; i < slot; i++)
		if (s[i].near == CD_NEAR_REMOTE && s[i].kin == i &&
		    cd_same_name(hosts[i].datacenter, hosts[slot].datacenter))
			return i;
	return slot;
}

/* Lets in so many of each other datacenter: those that are up first. */
static void choose_remote(struct cd_balancer *b, const coodie_host *hosts)
{
	struct cd_balancer_slot *s = b->slots;

	for (uint32_t i = 0; i < b->count; i++) {
		s[i].taken = 0;
		if (s[i].near == CD_NEAR_REMOTE)
			s[i].kin = kin_of(hosts, i, s);
	}
	for (int up = 1; up >= 0; up--)
		for (uint32_t i = 0; i < b->count; i++)
			if (s[i].near == CD_NEAR_REMOTE && s[i].up == up &&
			    s[s[i].kin].taken++ >= b->rules->shipped.remote_hosts)
				s[i].near = CD_NEAR_NONE;
}

bool cd_balancer_refresh(struct cd_balancer *b, const coodie_host *hosts, size_t count,
			 coodie_error *err)
{
	if (!reserve(b, count, err))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct cd_balancer_slot *s = &b->slots[i];
		bool known = i < b->count &&
			     memcmp(&s->host_id, &hosts[i].host_id, sizeof s->host_id) == 0;
		if (!known && b->cells)
			b->cells[i] = (struct cd_balancer_cell){ 0 };
		s->host_id = hosts[i].host_id;
		s->up = hosts[i].is_up;
		s->near = (uint8_t)near_of(b, &hosts[i]);
	}
	b->count = (uint32_t)count;
	if (!b->rules->custom.plan)
		choose_remote(b, hosts);
	cd_balancer_rank(b);
	return true;
}

enum coodie_distance cd_balancer_distance(const struct cd_balancer *b, uint32_t slot)
{
	uint8_t near = slot < b->count ? b->slots[slot].near : (uint8_t)CD_NEAR_NONE;

	return near == CD_NEAR_NONE     ? COODIE_DISTANCE_IGNORED
	       : near == CD_NEAR_REMOTE ? COODIE_DISTANCE_REMOTE
					: COODIE_DISTANCE_LOCAL;
}
