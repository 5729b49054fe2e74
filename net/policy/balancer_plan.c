/* SPDX-License-Identifier: MIT */
/* The order in which a request tries hosts, or the first of it. */
#include "net/policy/balancer.h"

#include <string.h>

#include "base/random.h"
#include "net/policy/balancer_impl.h"

enum { REMOTE_RANKS = 1 << 2 | 1 << 5 | 1 << 8 };

#if defined(__GNUC__)
#define COLD __attribute__((cold, noinline))
#else
#define COLD
#endif

/* What a rank counts as: for most requests itself; for LWT ones without racks and slowness, which
 * differ from client to client; no rank, where a request stays in its datacenter (the second row of
 * each) and the rank is a remote one. By is_lwt and by is_local(). */
#define NO CD_BALANCER_NO_RANK
static const uint8_t keys[2][2][CD_BALANCER_NO_RANK + 1] = {
	{ { 0, 1, 2, 3, 4, 5, 6, 7, 8, NO, NO, NO, NO, NO, NO, NO },
	  { 0, 1, NO, 3, 4, NO, 6, 7, NO, NO, NO, NO, NO, NO, NO, NO } },
	{ { 1, 1, 2, 1, 1, 2, 7, 7, 8, NO, NO, NO, NO, NO, NO, NO },
	  { 1, 1, NO, 1, 1, NO, 7, 7, NO, NO, NO, NO, NO, NO, NO, NO } }
};
#undef NO

/* ---- one request ---------------------------------------------------------------------------- */

static inline bool is_local(const coodie_intent *intent)
{
	enum {
		LOCAL = 1 << CQL_CONSISTENCY_LOCAL_ONE | 1 << CQL_CONSISTENCY_LOCAL_QUORUM |
			1 << CQL_CONSISTENCY_LOCAL_SERIAL | 1 << CQL_CONSISTENCY_NODE_LOCAL
	};

	return (LOCAL >> (intent->consistency & 31) & 1) ||
	       (intent->is_lwt && intent->serial_consistency == CQL_CONSISTENCY_LOCAL_SERIAL);
}

/* A request, as its choices need it. */
struct view {
	const struct cd_balancer *b;
	const coodie_intent *intent;
	const coodie_host *hosts;
	const uint32_t *replicas;
	size_t replica_count;
	const uint8_t *keys;
	const uint8_t *ranks; /* and `count`: the balancer's */
	uint32_t count;
	bool local;    /* stays in its datacenter */
	bool in_order; /* replicas are */
	bool weighs;   /* looks at requests in flight */
};

static inline struct view look(const struct cd_balancer *b, const coodie_intent *intent,
			       const coodie_host *hosts, const uint32_t *replicas,
			       size_t replica_count)
{
	const coodie_balancing *rules = &b->rules->shipped;
	bool local = is_local(intent) && !rules->remote_for_local;

	return (struct view){
		.b = b,
		.intent = intent,
		.hosts = hosts,
		.replicas = replicas,
		.replica_count = rules->not_token_aware ? 0 : replica_count,
		.keys = keys[intent->is_lwt][local],
		.ranks = b->ranks,
		.count = b->count,
		.local = local,
		.in_order = intent->is_lwt || rules->not_shuffled,
		.weighs = !rules->not_load_aware,
	};
}

/* The key of a replica; CD_BALANCER_NO_RANK for one that cannot be used. */
static inline uint32_t key_of(const struct view *v, uint32_t slot)
{
	return slot < v->count ? v->keys[v->ranks[slot]] : CD_BALANCER_NO_RANK;
}

/* The leader of a tablet, when it is to be tried first (L10). */
static inline bool leads(const struct view *v)
{
	return v->intent->has_leader && v->replica_count > 0 &&
	       key_of(v, v->replicas[0]) < CD_CLASS_SLOW * CD_NEARS;
}

/* The second of two to choose from, when the first is `i` of `n` (n > 1). */
static inline uint32_t another(uint32_t i, uint32_t n, uint32_t bits)
{
	uint32_t j = i + 1 + cd_random_pick(bits, n - 1);

	return j < n ? j : j - n;
}

static inline uint32_t quieter(const struct view *v, uint32_t a, uint32_t b)
{
	return v->hosts[b].in_flight < v->hosts[a].in_flight ? b : a;
}

/* The i-th replica with a key. There is one. */
static uint32_t nth(const struct view *v, uint32_t key, uint32_t i)
{
	const uint32_t *at = v->replicas;

	while (key_of(v, *at) != key || i-- > 0)
		at++;
	return *at;
}

/* One of `count` replicas with a key. */
static inline uint32_t pick_replica(const struct view *v, uint32_t key, uint32_t count)
{
	uint64_t random = v->intent->random;
	bool all = count == v->replica_count;

	if (v->in_order || count == 1)
		return nth(v, key, 0);
	uint32_t i = cd_random_pick((uint32_t)random, count);
	uint32_t a = all ? v->replicas[i] : nth(v, key, i);
	if (!v->weighs)
		return a;
	uint32_t j = another(i, count, (uint32_t)(random >> 32));
	return quieter(v, a, all ? v->replicas[j] : nth(v, key, j));
}

/* One of the hosts of a rank. There is one. */
static inline uint32_t pick_host(const struct view *v, uint32_t rank)
{
	const uint32_t *group = &v->b->order[v->b->start[rank]];
	uint32_t n = v->b->start[rank + 1] - v->b->start[rank];
	uint32_t i = v->intent->turn % n;

	if (!v->weighs || n == 1)
		return group[i];
	return quieter(v, group[i], group[another(i, n, (uint32_t)(v->intent->random >> 32))]);
}

/* The best rank that may be used; CD_BALANCER_NO_RANK: none. */
static inline uint32_t best_rank(const struct view *v)
{
	uint32_t ranks = v->b->present & (v->local ? ~(uint32_t)REMOTE_RANKS : UINT32_MAX);

	return ranks ? (uint32_t)__builtin_ctz(ranks) : CD_BALANCER_NO_RANK;
}

/* ---- plans ---------------------------------------------------------------------------------- */

/* Behind the plan, unless it is in it. */
static size_t append(struct cd_balancer *b, size_t written, uint32_t slot)
{
	uint8_t bit = (uint8_t)(1u << slot % 8);

	if (b->seen[slot / 8] & bit)
		return written;
	b->seen[slot / 8] |= bit;
	b->plan[written] = slot;
	return written + 1;
}

/* The replicas of a key. The first is the one that pick_replica() names. */
static size_t append_replicas(struct cd_balancer *b, const struct view *v, uint32_t key,
			      size_t written)
{
	struct cd_random random = { v->intent->random };
	uint32_t count = 0;

	for (size_t i = 0; i < v->replica_count; i++)
		count += key_of(v, v->replicas[i]) == key;
	if (count == 0)
		return written;
	size_t at = written = append(b, written, pick_replica(v, key, count));
	for (size_t i = 0; i < v->replica_count; i++)
		if (key_of(v, v->replicas[i]) == key)
			written = append(b, written, v->replicas[i]);
	if (v->in_order)
		return written;
	/* The others: chosen alike, one after the other. */
	for (; at + 1 < written; at++) {
		uint32_t n = (uint32_t)(written - at), *rest = &b->plan[at];
		uint64_t bits = cd_random_next(&random);
		uint32_t i = cd_random_pick((uint32_t)bits, n);
		uint32_t j = another(i, n, (uint32_t)(bits >> 32));
		if (v->weighs && quieter(v, rest[i], rest[j]) == rest[j])
			i = j;
		uint32_t chosen = rest[i];
		rest[i] = rest[0];
		rest[0] = chosen;
	}
	return written;
}

/* The hosts of a rank: that of pick_host(), then by turns. */
static size_t append_hosts(struct cd_balancer *b, const struct view *v, uint32_t rank,
			   size_t written)
{
	const uint32_t *group = &b->order[b->start[rank]];
	uint32_t n = b->start[rank + 1] - b->start[rank];

	if (n == 0)
		return written;
	written = append(b, written, pick_host(v, rank));
	for (uint32_t i = 0, at = v->intent->turn % n; i < n; i++, at = at + 1 < n ? at + 1 : 0)
		written = append(b, written, group[at]);
	return written;
}

static size_t plan_shipped(struct cd_balancer *b, const struct view *v, size_t most)
{
	size_t written = 0;

	if (leads(v))
		written = append(b, written, v->replicas[0]);
	for (uint32_t class = 0; class < CD_CLASSES; class ++) {
		for (uint32_t near = 0; near < CD_NEARS && written < most; near++)
			written = append_replicas(b, v, class * CD_NEARS + near, written);
		for (uint32_t rank = 0; rank < CD_BALANCER_RANKS && written < most; rank++)
			if (v->keys[rank] / CD_NEARS == class)
				written = append_hosts(b, v, rank, written);
	}
	return written;
}

/* What a user's balancer says, less what makes no sense. */
static size_t plan_custom(struct cd_balancer *b, const coodie_intent *intent,
			  const coodie_host *hosts, const uint32_t *replicas, size_t replica_count)
{
	const struct cd_balancer_rules *r = b->rules;
	size_t named = r->custom.plan(r->state, intent, hosts, b->count, replicas, replica_count,
				      b->plan);
	size_t written = 0;

	for (size_t i = 0; i < named && i < b->count; i++)
		if (b->plan[i] < b->count && b->ranks[b->plan[i]] != CD_BALANCER_NO_RANK)
			written = append(b, written, b->plan[i]);
	return written;
}

size_t cd_balancer_plan(struct cd_balancer *b, const coodie_intent *intent,
			const coodie_host *hosts, const uint32_t *replicas, size_t replica_count,
			uint32_t *order, size_t most)
{
	size_t written;

	if (b->count == 0)
		return 0;
	memset(b->seen, 0, (b->count + 7) / 8);
	if (b->rules->custom.plan) {
		written = plan_custom(b, intent, hosts, replicas, replica_count);
	} else {
		const struct view v = look(b, intent, hosts, replicas, replica_count);
		written = plan_shipped(b, &v, most);
	}
	written = written < most ? written : most;
	if (written > 0)
		memcpy(order, b->plan, written * sizeof *order);
	return written;
}

/* ---- the first ------------------------------------------------------------------------------ */

/* Kept apart, so that the usual way is short. */
static COLD uint32_t first_of_plan(struct cd_balancer *b, const coodie_intent *intent,
				   const coodie_host *hosts, const uint32_t *replicas,
				   size_t replica_count)
{
	uint32_t slot;

	return cd_balancer_plan(b, intent, hosts, replicas, replica_count, &slot, 1)
		       ? slot
		       : CD_BALANCER_NONE;
}

/* The replicas of the best key, from which one is picked as pick_replica() does. At most
 * CD_CHOICES_MOST replicas are looked at. @return the key */
static inline uint32_t best_replicas(const struct view *v, struct cd_choices *out)
{
	uint32_t best = CD_BALANCER_NO_RANK;

	out->count = 0;
	out->weighs = v->weighs;
	for (size_t i = 0; i < v->replica_count; i++) {
		uint32_t slot = v->replicas[i], key = key_of(v, slot);
		if (key > best)
			continue;
		if (key < best)
			out->count = 0;
		best = key;
		out->slots[out->count++] = slot;
	}
	if (v->in_order && out->count)
		out->count = 1;
	return best;
}

uint32_t cd_balancer_first(struct cd_balancer *b, const coodie_intent *intent,
			   const coodie_host *hosts, const uint32_t *replicas, size_t replica_count)
{
	struct cd_choices choices;

	if (b->rules->custom.plan || replica_count > CD_CHOICES_MOST)
		return first_of_plan(b, intent, hosts, replicas, replica_count);
	const struct view v = look(b, intent, hosts, replicas, replica_count);
	if (leads(&v))
		return replicas[0];
	uint32_t best = best_replicas(&v, &choices);
	if (best < CD_NEARS) /* a replica that is up */
		return cd_choices_pick(&choices, hosts, intent->random);
	uint32_t rank = best_rank(&v);
	if (rank == CD_BALANCER_NO_RANK)
		return CD_BALANCER_NONE;
	if (best / CD_NEARS <= v.keys[rank] / CD_NEARS)
		return cd_choices_pick(&choices, hosts, intent->random);
	return pick_host(&v, rank);
}

void cd_balancer_choices(const struct cd_balancer *b, const coodie_intent *intent,
			 const coodie_host *hosts, const uint32_t *replicas, size_t replica_count,
			 struct cd_choices *out)
{
	const struct view v = look(b, intent, hosts, replicas, replica_count);

	out->count = 0;
	if (b->rules->custom.plan || replica_count > CD_CHOICES_MOST || leads(&v))
		return;
	if (best_replicas(&v, out) >= CD_NEARS)
		out->count = 0;
}
