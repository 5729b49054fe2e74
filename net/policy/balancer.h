/* SPDX-License-Identifier: MIT */
/* Which hosts a request tries, and in which order. One balancer per loop and per set of rules: no
 * locks. Hosts are slots of an array that the caller keeps; an empty slot has a `size` of 0.
 *
 * The order: replicas of the local rack, of the local datacenter, of other ones; then the other
 * hosts alike; then all those again that are slow (latency awareness), and at last those that are
 * down. Within each of these groups the one with fewer requests in flight of two (replicas: both
 * chosen by chance; others: one by turns); LWT requests: the order of the ring, and racks do not
 * count, so that all clients meet at one replica (S7). */
#ifndef NET_BALANCER_H
#define NET_BALANCER_H

#include "base/random.h"
#include "net/policy/balancer_rules.h"

#define CD_BALANCER_NONE UINT32_MAX

/* Groups of hosts, best first. Up, slow, down: times rack, datacenter, other datacenter. */
enum { CD_BALANCER_RANKS = 9, CD_BALANCER_NO_RANK = 15 };

/* Hosts that are as good as each other. */
enum { CD_CHOICES_MOST = 8 };

struct cd_choices {
	uint32_t count; /* 0: none, or too many to be listed */
	bool weighs;    /* of two the one with fewer requests in flight */
	uint32_t slots[CD_CHOICES_MOST];
};

struct cd_balancer_slot; /* what is known of a slot beside its rank */
struct cd_balancer_cell; /* how fast it is */

struct cd_balancer {
	const coodie_allocator *allocator;
	struct cd_balancer_rules *rules;       /* a reference */
	char *datacenter;                      /* the local one; NULL: not known, or none */
	uint32_t count;                        /* slots, as of the last refresh */
	uint32_t capacity;                     /* slots there is memory for */
	uint8_t *ranks;                        /* by slot */
	uint32_t *order;                       /* slots by rank; those without one are not there */
	uint32_t start[CD_BALANCER_RANKS + 1]; /* where each rank begins in `order` */
	uint32_t present;                      /* bit r: a host has rank r */
	struct cd_balancer_slot *slots;
	struct cd_balancer_cell *cells; /* of latency awareness; NULL without */
	uint64_t update_us;             /* when they are compared next */
	uint32_t *plan;                 /* being written */
	uint8_t *seen;                  /* bit s: slot s is in it */
	void *memory;                   /* where the arrays are */
};

/* `rules` are referenced. `datacenter`: what was inferred before, or NULL. False: no memory. */
bool cd_balancer_init(struct cd_balancer *b, struct cd_balancer_rules *rules,
		      const char *datacenter, const coodie_allocator *a, coodie_error *err);
/* Of a zeroed one is fine. */
void cd_balancer_deinit(struct cd_balancer *b);

/* Must be called when a host came, went, moved to another datacenter, rack or address, or went up
 * or down. False: no memory, and all is as before: slots that are new are not used. */
bool cd_balancer_refresh(struct cd_balancer *b, const coodie_host *hosts, size_t count,
			 coodie_error *err);
/* How near a slot is for this balancer. */
enum coodie_distance cd_balancer_distance(const struct cd_balancer *b, uint32_t slot);

/* The host to try: cheap, allocates nothing. CD_BALANCER_NONE: there is none. `hosts` has at least
 * the slots of the last refresh. */
uint32_t cd_balancer_first(struct cd_balancer *b, const coodie_intent *intent,
			   const coodie_host *hosts, const uint32_t *replicas,
			   size_t replica_count);
/* The replicas that cd_balancer_first() picks from when it is asked for the like of this, for as long as
 * the balancer is not refreshed and no answer is noted. None: it may pick another host. */
void cd_balancer_choices(const struct cd_balancer *b, const coodie_intent *intent,
			 const coodie_host *hosts, const uint32_t *replicas, size_t replica_count,
			 struct cd_choices *out);
/* One of them; there is one. */
static inline uint32_t cd_choices_pick(const struct cd_choices *c, const coodie_host *hosts,
				       uint64_t random)
{
	if (c->count == 1)
		return c->slots[0];
	uint32_t i = cd_random_pick((uint32_t)random, c->count);
	if (!c->weighs)
		return c->slots[i];
	uint32_t j = i + 1 + cd_random_pick((uint32_t)(random >> 32), c->count - 1);
	uint32_t a = c->slots[i], b = c->slots[j < c->count ? j : j - c->count];
	return hosts[b].in_flight < hosts[a].in_flight ? b : a;
}
/* The whole order, or its first `most`; begins with what cd_balancer_first() says for the same
 * intent. No host is in it twice. Returns how many were written. */
size_t cd_balancer_plan(struct cd_balancer *b, const coodie_intent *intent,
			const coodie_host *hosts, const uint32_t *replicas, size_t replica_count,
			uint32_t *order, size_t most);
/* The outcome of an attempt; `err` NULL: an answer without error. Only balancers that listen want
 * to be told. */
void cd_balancer_answered(struct cd_balancer *b, const coodie_intent *intent, uint32_t slot,
			  const coodie_host *host, uint64_t latency_us, const coodie_error *err,
			  uint64_t now_us);
static inline bool cd_balancer_listens(const struct cd_balancer *b)
{
	return b->cells || b->rules->custom.answered;
}

/* ---- the local datacenter ------------------------------------------------------------------- */

/* Whether it waits for cd_balancer_infer(). */
bool cd_balancer_wants_datacenter(const struct cd_balancer *b);
/* Makes this datacenter the local one where none was configured; refresh afterwards. Later ones
 * are not looked at. */
bool cd_balancer_infer(struct cd_balancer *b, const char *datacenter, coodie_error *err);
/* Writes what is wrong about the local datacenter or rack, given the whole topology: contact
 * points of several ones, or a name that no host has. False: nothing. `points` are slots. */
bool cd_balancer_complaint(const struct cd_balancer *b, const coodie_host *hosts, size_t count,
			   const uint32_t *points, size_t point_count, char *out, size_t size);

#endif
