/* SPDX-License-Identifier: MIT */
/* Where a token's copies are: Cassandra's strategies. */
#include <stdlib.h>
#include <string.h>

#include "node/cluster/ring.h"
#include "node/schema/schema_change.h"

/* ---- what a keyspace says ---------------------------------------------------------------------- */

const char *nd_ring_strategy(const struct nd_keyspace *k)
{
	const struct nd_property *class = nd_properties_find(&k->replication, "class");

	return class && class->text ? class->text : "";
}

static bool is_strategy(const struct nd_keyspace *k, const char *name)
{
	const char *class = nd_ring_strategy(k), *dot = strrchr(class, '.');

	return strcmp(dot ? dot + 1 : class, name) == 0;
}

bool nd_ring_is_by_data_center(const struct nd_keyspace *k)
{
	return is_strategy(k, "NetworkTopologyStrategy");
}

/* "3", and "3/1" of transient replication, which counts as 3. */
static uint32_t number_of(const struct nd_keyspace *k, const char *name, uint32_t otherwise)
{
	for (uint32_t i = 0; i < k->replication.count; i++)
		if (strcmp(k->replication.at[i].name, name) == 0 && k->replication.at[i].text)
			return (uint32_t)strtoul(k->replication.at[i].text, NULL, 10);
	return otherwise;
}

static uint32_t factor_in(const struct nd_keyspace *k, const char *data_center)
{
	return number_of(k, data_center, number_of(k, "replication_factor", 0));
}

static uint32_t present(const struct nd_ring *r)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->count; i++)
		count += r->nodes[i].state != ND_RING_LEFT && r->nodes[i].state != ND_RING_JOINING;
	return count;
}

/* Whether a data center was counted with a node before this one. */
static bool seen_before(const struct nd_ring *r, uint32_t node)
{
	for (uint32_t i = 0; i < node; i++)
		if (strcmp(r->nodes[i].data_center, r->nodes[node].data_center) == 0)
			return true;
	return false;
}

/* All data centers': those that are named, and those of the ring that are not. */
static uint32_t factor_of_all(const struct nd_ring *r, const struct nd_keyspace *k)
{
	uint32_t sum = 0, otherwise = number_of(k, "replication_factor", 0);

	for (uint32_t i = 0; i < k->replication.count; i++) {
		const char *name = k->replication.at[i].name;
		if (strcmp(name, "class") != 0 && strcmp(name, "replication_factor") != 0)
			sum += factor_in(k, name);
	}
	for (uint32_t i = 0; otherwise && i < r->count; i++)
		if (!seen_before(r, i) &&
		    number_of(k, r->nodes[i].data_center, UINT32_MAX) == UINT32_MAX)
			sum += otherwise;
	return sum;
}

uint32_t nd_ring_factor(const struct nd_ring *r, const struct nd_keyspace *k,
			const char *data_center)
{
	if (nd_ring_is_by_data_center(k))
		return data_center ? factor_in(k, data_center) : factor_of_all(r, k);
	if (is_strategy(k, "EverywhereStrategy"))
		return present(r);
	if (is_strategy(k, "SimpleStrategy"))
		return number_of(k, "replication_factor", 1);
	return 1;
}

/* ---- walks ----------------------------------------------------------------------------------------- */

/* The first entry at or behind a token; behind the last comes the first. */
static uint32_t first_entry(const struct nd_ring_order *o, int64_t token)
{
	uint32_t low = 0, high = o->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (o->at[middle].token < token)
			low = middle + 1;
		else
			high = middle;
	}
	return low == o->count ? 0 : low;
}

static bool has(const struct nd_replicas *replicas, uint32_t node)
{
	for (uint32_t i = 0; i < replicas->count; i++)
		if (replicas->at[i] == node)
			return true;
	return false;
}

static void add(struct nd_replicas *replicas, uint32_t node)
{
	if (!has(replicas, node))
		replicas->at[replicas->count++] = (uint8_t)node;
}

static void walk_simple(const struct nd_ring_order *o, uint32_t from, uint32_t factor,
			struct nd_replicas *out)
{
	for (uint32_t i = 0; i < o->count && out->count < factor; i++)
		add(out, o->at[(from + i) % o->count].node);
}

/* A data center while the ring is walked. */
struct center {
	const char *name;
	uint32_t left;   /* replicas still to be found */
	int64_t repeats; /* of racks that have one already, still allowed */
	uint32_t racks;  /* how many have one */
	const char *rack[ND_RING_NODES];
};

static bool adds_rack(struct center *c, const char *rack)
{
	for (uint32_t i = 0; i < c->racks; i++)
		if (strcmp(c->rack[i], rack) == 0)
			return false;
	c->rack[c->racks++] = rack;
	return true;
}

/* Nodes of a data center that have tokens, and their racks. */
static void survey(const struct nd_ring *r, const struct nd_ring_order *o, struct center *c,
		   uint32_t factor)
{
	struct nd_replicas nodes = { .count = 0 };
	struct center racks = { .racks = 0 };

	for (uint32_t i = 0; i < o->count; i++)
		if (strcmp(r->nodes[o->at[i].node].data_center, c->name) == 0)
			add(&nodes, o->at[i].node);
	for (uint32_t i = 0; i < nodes.count; i++)
		adds_rack(&racks, r->nodes[nodes.at[i]].rack);
	c->left = nodes.count < factor ? nodes.count : factor;
	c->repeats = (int64_t)factor - racks.racks;
	c->racks = 0;
}

/* Whether a data center takes a node: each of its racks comes first, then any. */
static bool takes(struct center *c, const char *rack)
{
	if (!c->left)
		return false;
	if (!adds_rack(c, rack)) {
		if (c->repeats <= 0)
			return false;
		c->repeats--;
	}
	c->left--;
	return true;
}

static struct center *find_center(struct center *centers, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(centers[i].name, name) == 0)
			return &centers[i];
	return NULL;
}

/* A ring has few data centers; more than these have no replicas, which is told by `count`. */
enum { CENTERS = 16 };

static uint32_t find_centers(const struct nd_ring *r, const struct nd_ring_order *o,
			     const struct nd_keyspace *k, struct center *centers)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->count && count < CENTERS; i++) {
		const char *name = r->nodes[i].data_center;
		uint32_t factor = factor_in(k, name);
		if (!factor || find_center(centers, count, name))
			continue;
		centers[count].name = name;
		survey(r, o, &centers[count++], factor);
	}
	return count;
}

static void walk_centers(const struct nd_ring *r, const struct nd_ring_order *o, uint32_t from,
			 const struct nd_keyspace *k, struct nd_replicas *out)
{
	struct center centers[CENTERS];
	uint32_t count = find_centers(r, o, k, centers), left = 0;

	for (uint32_t i = 0; i < count; i++)
		left += centers[i].left;
	for (uint32_t i = 0; i < o->count && left; i++) {
		uint32_t node = o->at[(from + i) % o->count].node;
		struct center *c = find_center(centers, count, r->nodes[node].data_center);
		if (c && !has(out, node) && takes(c, r->nodes[node].rack)) {
			add(out, node);
			left--;
		}
	}
}

void nd_ring_replicas(const struct nd_ring *r, const struct nd_keyspace *k, int64_t token,
		      uint32_t self, bool next, struct nd_replicas *out)
{
	const struct nd_ring_order *o = next ? &r->next : &r->now;
	uint32_t from = first_entry(o, token);

	out->count = 0;
	if (nd_ring_is_by_data_center(k))
		walk_centers(r, o, from, k, out);
	else if (is_strategy(k, "EverywhereStrategy"))
		walk_simple(o, from, ND_RING_NODES, out);
	else if (is_strategy(k, "SimpleStrategy"))
		walk_simple(o, from, nd_ring_factor(r, k, NULL), out);
	else
		add(out, self);
}
