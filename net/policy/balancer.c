/* SPDX-License-Identifier: MIT */
/* The order in which hosts are tried: ranks are kept for each slot, so that a request compares
 * small numbers only. */
#include "net/policy/balancer.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/random.h"

/* How near a host is; ranks are a class times NEARS plus this. */
enum near { NEAR_RACK, NEAR_LOCAL, NEAR_REMOTE, NEARS, NEAR_NONE = NEARS };
enum class { CLASS_UP, CLASS_SLOW, CLASS_DOWN, CLASSES };

enum { REMOTE_RANKS = 1 << 2 | 1 << 5 | 1 << 8, FIRST_CAPACITY = 8 };

#if defined(__GNUC__)
#define COLD __attribute__((cold, noinline))
#else
#define COLD
#endif

struct cd_balancer_slot {
	cql_uuid host_id;
	uint32_t kin;   /* the first slot of its datacenter */
	uint32_t taken; /* remote hosts of the datacenter that begins here */
	uint8_t near;
	bool up;
};

struct cd_balancer_cell {
	double average_us;
	uint64_t at_us; /* of the last answer */
	uint32_t measured;
	bool slow;
};

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
	enum class class = !s->up ? CLASS_DOWN : CLASS_UP;

	if (s->near == NEAR_NONE)
		return CD_BALANCER_NO_RANK;
	if (class == CLASS_UP && b->cells && b->cells[slot].slow)
		class = CLASS_SLOW;
	return (uint8_t)(class * NEARS + s->near);
}

/* Sorts the slots by rank. */
static void rank_all(struct cd_balancer *b)
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

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool unknown(const char *name)
{
	return !name || !*name;
}

/* Without a look at how many remote ones there are. */
static enum near near_of(const struct cd_balancer *b, const coodie_host *host)
{
	const struct cd_balancer_rules *r = b->rules;

	if (host->size == 0)
		return NEAR_NONE;
	if (r->custom.plan) {
		enum coodie_distance d = r->custom.distance ? r->custom.distance(r->state, host)
							    : COODIE_DISTANCE_LOCAL;
		return d == COODIE_DISTANCE_LOCAL    ? NEAR_LOCAL
		       : d == COODIE_DISTANCE_REMOTE ? NEAR_REMOTE
						     : NEAR_NONE;
	}
	if (!cd_balancer_rules_accept(r, host))
		return NEAR_NONE;
	if (!b->datacenter || unknown(host->datacenter))
		return NEAR_LOCAL;
	if (!same(b->datacenter, host->datacenter))
		return NEAR_REMOTE;
	return same(r->shipped.local_rack, host->rack) ? NEAR_RACK : NEAR_LOCAL;
}

static uint32_t kin_of(const coodie_host *hosts, uint32_t slot, const struct cd_balancer_slot *s)
{
	for (uint32_t i = 0; i < slot; i++)
		if (s[i].near == NEAR_REMOTE && s[i].kin == i &&
		    same(hosts[i].datacenter, hosts[slot].datacenter))
			return i;
	return slot;
}

/* Lets in so many of each other datacenter: those that are up first. */
static void choose_remote(struct cd_balancer *b, const coodie_host *hosts)
{
	struct cd_balancer_slot *s = b->slots;

	for (uint32_t i = 0; i < b->count; i++) {
		s[i].taken = 0;
		if (s[i].near == NEAR_REMOTE)
			s[i].kin = kin_of(hosts, i, s);
	}
	for (int up = 1; up >= 0; up--)
		for (uint32_t i = 0; i < b->count; i++)
			if (s[i].near == NEAR_REMOTE && s[i].up == up &&
			    s[s[i].kin].taken++ >= b->rules->shipped.remote_hosts)
				s[i].near = NEAR_NONE;
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
	rank_all(b);
	return true;
}

enum coodie_distance cd_balancer_distance(const struct cd_balancer *b, uint32_t slot)
{
	uint8_t near = slot < b->count ? b->slots[slot].near : (uint8_t)NEAR_NONE;

	return near == NEAR_NONE     ? COODIE_DISTANCE_IGNORED
	       : near == NEAR_REMOTE ? COODIE_DISTANCE_REMOTE
				     : COODIE_DISTANCE_LOCAL;
}

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
	       key_of(v, v->replicas[0]) < CLASS_SLOW * NEARS;
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
	for (uint32_t class = 0; class < CLASSES; class ++) {
		for (uint32_t near = 0; near < NEARS && written < most; near++)
			written = append_replicas(b, v, class * NEARS + near, written);
		for (uint32_t rank = 0; rank < CD_BALANCER_RANKS && written < most; rank++)
			if (v->keys[rank] / NEARS == class)
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
	if (best < NEARS) /* a replica that is up */
		return cd_choices_pick(&choices, hosts, intent->random);
	uint32_t rank = best_rank(&v);
	if (rank == CD_BALANCER_NO_RANK)
		return CD_BALANCER_NONE;
	if (best / NEARS <= v.keys[rank] / NEARS)
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
	if (best_replicas(&v, out) >= NEARS)
		out->count = 0;
}

/* ---- latency (L5) --------------------------------------------------------------------------- */

/* An average in which a measure of `scale` ago weighs less than a third of all: the share of the
 * past, 2 / (2 + t), is what ln(1 + t) / t is near for the short times that matter. */
static void measure(struct cd_balancer_cell *c, uint64_t latency_us, uint64_t now_us,
		    uint32_t scale_ms)
{
	double t = now_us > c->at_us ? (double)(now_us - c->at_us) / (scale_ms * 1000.0) : 0;
	double past = c->measured ? 2 / (2 + t) : 0;

	if (c->measured && t == 0)
		past = 0.5; /* of the same moment */
	c->average_us = past * c->average_us + (1 - past) * (double)latency_us;
	c->at_us = now_us;
	if (c->measured < UINT32_MAX)
		c->measured++;
}

/* Marks those that are slower than the fastest by more than the factor. */
static void compare(struct cd_balancer *b, uint64_t now_us)
{
	const coodie_balancing *rules = &b->rules->shipped;
	uint64_t retry_us = (uint64_t)rules->latency_retry_ms * 1000;
	double fastest = -1;
	bool changed = false;

	for (uint32_t i = 0; i < b->count; i++) {
		const struct cd_balancer_cell *c = &b->cells[i];
		if (b->slots[i].near != NEAR_NONE && b->slots[i].up &&
		    c->measured >= rules->latency_min_measured &&
		    (fastest < 0 || c->average_us < fastest))
			fastest = c->average_us;
	}
	for (uint32_t i = 0; i < b->count; i++) {
		struct cd_balancer_cell *c = &b->cells[i];
		bool slow = c->measured >= rules->latency_min_measured &&
			    now_us - c->at_us < retry_us && fastest >= 0 &&
			    c->average_us > fastest * rules->latency_exclusion;
		changed |= slow != c->slow;
		c->slow = slow;
	}
	if (changed)
		rank_all(b);
}

void cd_balancer_answered(struct cd_balancer *b, const coodie_intent *intent, uint32_t slot,
			  const coodie_host *host, uint64_t latency_us, const coodie_error *err,
			  uint64_t now_us)
{
	const struct cd_balancer_rules *r = b->rules;

	if (r->custom.answered)
		r->custom.answered(r->state, intent, host, latency_us, err);
	if (!b->cells || slot >= b->count)
		return;
	if (!err || err->code == COODIE_ERR_TIMEOUT) /* other errors come fast */
		measure(&b->cells[slot], latency_us, now_us, r->shipped.latency_scale_ms);
	if (now_us >= b->update_us) {
		b->update_us = now_us + (uint64_t)r->shipped.latency_update_ms * 1000;
		compare(b, now_us);
	}
}

/* ---- the local datacenter ------------------------------------------------------------------- */

bool cd_balancer_wants_datacenter(const struct cd_balancer *b)
{
	const coodie_balancing *rules = &b->rules->shipped;

	return !b->rules->custom.plan && !b->datacenter && !rules->not_datacenter_aware;
}

bool cd_balancer_infer(struct cd_balancer *b, const char *datacenter, coodie_error *err)
{
	if (!cd_balancer_wants_datacenter(b) || unknown(datacenter))
		return true;
	b->datacenter = cd_strndup(b->allocator, datacenter, strlen(datacenter));
	return b->datacenter ? true : cd_no_memory(err, "a balancer");
}

/* Whether the i-th of `slots` names a datacenter that none before it does. NULL: all slots. */
static const char *new_datacenter(const coodie_host *hosts, size_t count, const uint32_t *slots,
				  size_t i)
{
	size_t at = slots ? slots[i] : i;
	const char *name = at < count && hosts[at].size ? hosts[at].datacenter : NULL;

	if (unknown(name))
		return NULL;
	for (size_t j = 0; j < i; j++) {
		size_t before = slots ? slots[j] : j;
		if (before < count && hosts[before].size && same(hosts[before].datacenter, name))
			return NULL;
	}
	return name;
}

/* Writes "dc1, dc2", cut at the end of `out`; returns how many there are. */
static size_t list_datacenters(const coodie_host *hosts, size_t count, const uint32_t *slots,
			       size_t slot_count, char *out, size_t size)
{
	size_t found = 0, len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < slot_count; i++) {
		const char *name = new_datacenter(hosts, count, slots, i);
		if (!name)
			continue;
		int n = snprintf(out + len, size - len, "%s%s", found++ ? ", " : "", name);
		len = n < 0 || (size_t)n >= size - len ? size - 1 : len + (size_t)n;
	}
	return found;
}

bool cd_balancer_complaint(const struct cd_balancer *b, const coodie_host *hosts, size_t count,
			   const uint32_t *points, size_t point_count, char *out, size_t size)
{
	const coodie_balancing *rules = &b->rules->shipped;
	char names[160];
	bool found = false, found_rack = !rules->local_rack;

	if (!b->datacenter)
		return false;
	if (!rules->local_datacenter) {
		if (list_datacenters(hosts, count, points, point_count, names, sizeof names) < 2)
			return false;
		snprintf(out, size,
			 "contact points are in several datacenters (%s); \"%s\" is taken for the "
			 "local one: set local_datacenter",
			 names, b->datacenter);
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		bool local = hosts[i].size && same(hosts[i].datacenter, b->datacenter);
		found |= local;
		found_rack |= local && same(hosts[i].rack, rules->local_rack);
	}
	if (found && found_rack)
		return false;
	if (found) {
		snprintf(out, size, "no node of datacenter \"%s\" is in the local rack \"%s\"",
			 b->datacenter, rules->local_rack);
		return true;
	}
	if (list_datacenters(hosts, count, NULL, count, names, sizeof names) == 0)
		return false;
	snprintf(out, size, "no node is in the local datacenter \"%s\"; there are: %s",
		 b->datacenter, names);
	return true;
}
