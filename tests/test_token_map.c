/* SPDX-License-Identifier: MIT */
/* net/ring/token_map.c, net/ring/token_ring.c and net/ring/placement.c: replicas against the node's and against a walk
 * as slow as it is simple; what is shared, and what happens without memory. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "net/ring/token_map.h"
#include "node/cluster/ring.h"
#include "tests/failalloc.h"
#include "tests/town.h"

enum { MOST_HOSTS = 40, MOST_TOKENS = 24 };

/* ---- cities by chance --------------------------------------------------------------------------- */

struct city {
	uint64_t random;
	struct town_host hosts[MOST_HOSTS];
	int64_t tokens[MOST_HOSTS][MOST_TOKENS];
	uint32_t token_counts[MOST_HOSTS];
	char texts[MOST_HOSTS][MOST_TOKENS * 26 + 1];
	uint32_t count;
	char factors[3][12];
	const char *pairs[8];
	uint32_t pair_count;
};

static uint64_t next_random(struct city *c)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return c->random;
}

static uint32_t below(struct city *c, uint32_t n)
{
	return (uint32_t)(next_random(c) >> 33) % n;
}

static void add_tokens(struct city *c, uint32_t host, bool is_crowded)
{
	uint32_t count = below(c, 8) ? 1 + below(c, MOST_TOKENS) : 0;
	char *text = c->texts[host];

	*text = '\0';
	for (uint32_t i = 0; i < count; i++) {
		int64_t token = (int64_t)next_random(c);
		if (is_crowded) /* all in a few buckets */
			token = (int64_t)i * 1000 + host;
		c->tokens[host][i] = token;
		text += sprintf(text, "%s'%" PRId64 "'", i ? ", " : "", token);
	}
	c->token_counts[host] = count;
}

static void add_pair(struct city *c, const char *key, const char *value)
{
	c->pairs[2 * c->pair_count] = key;
	c->pairs[2 * c->pair_count + 1] = value;
	c->pair_count++;
}

static void choose_replication(struct city *c)
{
	static const char *const centers[] = { "dc1", "dc2", "dc3" };

	c->pair_count = 0;
	for (int i = 0; i < 3; i++)
		snprintf(c->factors[i], sizeof c->factors[i], "%u", below(c, 6));
	switch (below(c, 8)) {
	case 0:
		add_pair(c, "class", "LocalStrategy");
		break;
	case 1:
		add_pair(c, "class", "EverywhereStrategy");
		break;
	case 2:
	case 3:
		add_pair(c, "class", "SimpleStrategy");
		add_pair(c, "replication_factor", c->factors[0]);
		break;
	default:
		add_pair(c, "class", "NetworkTopologyStrategy");
		for (int i = 0; i < 3; i++)
			add_pair(c, centers[i], c->factors[i]);
	}
}

static void build_city(struct city *c, uint64_t seed)
{
	static const char *const centers[] = { "dc1", "dc2", "dc3" };
	static const char *const racks[] = { "a", "b", "c", "d" };
	bool is_crowded;

	memset(c, 0, sizeof *c);
	c->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	c->count = 1 + below(c, MOST_HOSTS);
	is_crowded = below(c, 4) == 0;
	uint32_t center_count = 1 + below(c, 3), rack_count = 1 + below(c, 4);
	for (uint32_t i = 0; i < c->count; i++) {
		add_tokens(c, i, is_crowded);
		c->hosts[i] = (struct town_host){ i + 1, centers[below(c, center_count)],
						  racks[below(c, rack_count)], c->texts[i] };
	}
	choose_replication(c);
}

/* ---- the node's ring ------------------------------------------------------------------------------ */

struct other {
	struct nd_ring ring;
	struct nd_property properties[4];
	struct nd_keyspace keyspace;
};

static void build_other(struct other *o, const struct city *c)
{
	nd_ring_init(&o->ring, NULL);
	for (uint32_t i = 0; i < c->count; i++) {
		struct nd_ring_node node = { .data_center = c->hosts[i].datacenter,
					     .rack = c->hosts[i].rack,
					     .tokens = c->tokens[i],
					     .token_count = c->token_counts[i],
					     .is_up = true };
		assert_true(nd_ring_add(&o->ring, &node, NULL));
	}
	for (uint32_t i = 0; i < c->pair_count; i++)
		o->properties[i] = (struct nd_property){ c->pairs[2 * i], ND_EXPR_STRING,
							 c->pairs[2 * i + 1], 0, 0 };
	o->keyspace = (struct nd_keyspace){ .name = "ks",
					    .replication = { o->properties, c->pair_count } };
}

static struct cd_token_map *make_map(const coodie_allocator *a, const struct city *c,
				     struct cd_topology *t)
{
	struct cd_token_map_source source = { "ks", c->pairs, c->pair_count, false };

	return cd_token_map_new(a, NULL, t, &source, 1, NULL);
}

static bool is_same_order(const uint16_t *slots, uint32_t count, const struct nd_replicas *want)
{
	if (count != want->count && !(count == CD_PLACEMENT_MOST && want->count > count))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (slots[i] != want->at[i])
			return false;
	return true;
}

/* The node lists those of EverywhereStrategy by the ring, and itself for LocalStrategy. */
static bool agrees(const struct city *c, struct other *o, const struct cd_token_map *m,
		   int64_t token)
{
	struct nd_replicas want;
	uint32_t count;
	const uint16_t *slots = cd_token_map_replicas(m, 0, (struct cd_token){ token, 0 }, &count);

	nd_ring_replicas(&o->ring, &o->keyspace, token, 0, false, &want);
	if (strcmp(c->pairs[1], "LocalStrategy") == 0)
		return count == 0;
	if (strcmp(c->pairs[1], "EverywhereStrategy") != 0)
		return is_same_order(slots, count, &want);
	bool here[MOST_HOSTS] = { false };
	for (uint32_t i = 0; i < want.count; i++)
		here[want.at[i]] = true;
	for (uint32_t i = 0; i < count; i++)
		if (!here[slots[i]])
			return false;
	return count == want.count;
}

static void check_city(struct city *c, struct other *o, const struct cd_token_map *m)
{
	static const int64_t ends[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX };

	for (size_t i = 0; i < CD_COUNT(ends); i++)
		assert_true(agrees(c, o, m, ends[i]));
	for (int i = 0; i < 40; i++)
		assert_true(agrees(c, o, m, (int64_t)next_random(c)));
	for (uint32_t i = 0; i < c->count; i++)
		for (uint32_t j = 0; j < c->token_counts[i]; j++)
			for (int around = -1; around <= 1; around++)
				assert_true(agrees(c, o, m, c->tokens[i][j] + around));
}

static void test_as_the_node(void **state)
{
	struct city *c = malloc(sizeof *c);
	struct other *o = malloc(sizeof *o);

	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		build_city(c, seed);
		struct cd_topology *t = town_topology(NULL, NULL, NULL, c->hosts, c->count);
		struct cd_token_map *m = make_map(NULL, c, t);
		build_other(o, c);
		check_city(c, o, m);
		nd_ring_deinit(&o->ring);
		cd_token_map_free(m);
		cd_topology_free(t);
	}
	free(o);
	free(c);
}

/* ---- cities worked out by hand -------------------------------------------------------------------- */

static const char *const simple_2[] = { "class", "SimpleStrategy", "replication_factor", "2" };
static const char *const topology_2[] = {
	"class", "NetworkTopologyStrategy", "dc1", "2", "dc2", "1"
};
static const char *const everywhere[] = { "class", "EverywhereStrategy" };
static const char *const nowhere[] = { "class", "org.example.MyStrategy" };

static const struct town_host three[] = {
	{ 1, "dc1", "a", "'0', '300'" }, { 2, "dc1", "a", "'100'" }, { 3, "dc1", "b", "'200'" },
	{ 4, "dc2", "a", "'150'" },      { 5, "dc2", "a", "" },
};

static const struct cd_token_map_source keyspaces[] = {
	{ "simple", simple_2, 2, false },       { "topology", topology_2, 3, false },
	{ "everywhere", everywhere, 1, false }, { "nowhere", nowhere, 1, false },
	{ "also_simple", simple_2, 2, false },  { "of_tablets", topology_2, 3, true },
};

static const struct {
	const char *keyspace;
	int64_t token;
	const char *want; /* ids */
} places[] = {
	{ "simple", 0, "1 2" },         { "simple", 1, "2 4" },
	{ "simple", 150, "4 3" },       { "simple", 151, "3 1" },
	{ "simple", 300, "1 2" },       { "simple", 301, "1 2" },
	{ "simple", INT64_MIN, "1 2" }, { "also_simple", 1, "2 4" },
	{ "topology", 0, "1 4 3" },     { "topology", 1, "2 4 3" },
	{ "topology", 101, "4 3 1" },   { "topology", 201, "1 4 3" },
	{ "topology", 999, "1 4 3" },   { "everywhere", 7, "1 2 3 4" },
	{ "nowhere", 7, "" },           { "of_tablets", 7, "" },
	{ "missing", 7, "" },
};

static void say_replicas(const struct cd_token_map *m, const char *keyspace, struct cd_token token,
			 char out[64])
{
	uint32_t count;
	const uint16_t *slots = cd_token_map_replicas(
		m, cd_token_map_keyspace(m, cql_text_of(keyspace)), token, &count);

	*out = '\0';
	for (uint32_t i = 0; i < count; i++)
		sprintf(out + strlen(out), "%s%u", i ? " " : "",
			(unsigned)cd_topology_at(m->topology, slots[i])->host_id.bytes[15]);
}

static void test_places(void **state)
{
	struct cd_topology *t = town_topology(NULL, NULL, NULL, three, CD_COUNT(three));
	struct cd_token_map *m = cd_token_map_new(NULL, NULL, t, keyspaces, CD_COUNT(keyspaces),
						  NULL);
	char text[64];

	(void)state;
	cd_topology_free(t); /* the map has its own */
	for (size_t i = 0; i < CD_COUNT(places); i++) {
		say_replicas(m, places[i].keyspace, (struct cd_token){ places[i].token, 0 }, text);
		if (strcmp(text, places[i].want) != 0)
			fail_msg("%s at %" PRId64 ": \"%s\", not \"%s\"", places[i].keyspace,
				 places[i].token, text, places[i].want);
	}
	assert_int_equal(m->placement_count, 4);
	assert_int_equal(cd_token_map_keyspace(m, cql_text_of("missing")), CD_TOKEN_MAP_NOBODY);
	assert_true(m->keyspaces[cd_token_map_keyspace(m, cql_text_of("of_tablets"))].uses_tablets);
	struct cd_token_map *same = cd_token_map_ref(m);
	cd_token_map_free(m);
	say_replicas(same, "simple", (struct cd_token){ 1, 0 }, text);
	assert_string_equal(text, "2 4");
	cd_token_map_free(same);
	cd_token_map_free(NULL);
	assert_null(cd_token_map_ref(NULL));
}

/* Tokens that differ in their lower half only. */
static void test_random_partitioner(void **state)
{
	static const struct town_host hosts[] = {
		{ 1, "dc1", "a", "'0'" },
		{ 2, "dc1", "a", "'100', '170141183460469231731687303715884105728'" },
		{ 3, "dc1", "a", "'101'" },
	};
	static const struct {
		const char *token, *want;
	} rows[] = {
		{ "0", "1 2" },   { "1", "2 3" },
		{ "100", "2 3" }, { "101", "3 2" },
		{ "102", "2 1" }, { "170141183460469231731687303715884105727", "2 1" },
	};
	struct cd_topology *t = town_topology(NULL, NULL, "RandomPartitioner", hosts, 3);
	struct cd_token_map *m = cd_token_map_new(NULL, NULL, t, keyspaces, 1, NULL);

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_token token;
		char text[64];
		assert_true(cd_partitioner_parse(CD_PARTITIONER_RANDOM, cql_text_of(rows[i].token),
						 &token));
		say_replicas(m, "simple", token, text);
		assert_string_equal(text, rows[i].want);
	}
	cd_token_map_free(m);
	cd_topology_free(t);
}

static void test_other_partitioner(void **state)
{
	struct cd_topology *t = town_topology(NULL, NULL, "ByteOrderedPartitioner", three, 5);
	struct cd_token_map *m = cd_token_map_new(NULL, NULL, t, keyspaces, CD_COUNT(keyspaces),
						  NULL);
	char text[64];

	(void)state;
	assert_null(m->ring);
	for (size_t i = 0; i < CD_COUNT(keyspaces); i++) {
		say_replicas(m, keyspaces[i].name, (struct cd_token){ 0, 0 }, text);
		assert_string_equal(text, "");
	}
	cd_token_map_free(m);
	cd_topology_free(t);
}

/* ---- one after another ---------------------------------------------------------------------------- */

static void test_sharing(void **state)
{
	struct town_host moved[CD_COUNT(three)];
	struct cd_topology *t = town_topology(NULL, NULL, NULL, three, CD_COUNT(three));
	struct cd_topology *again = town_topology(NULL, t, NULL, three, CD_COUNT(three));

	(void)state;
	memcpy(moved, three, sizeof moved);
	moved[1].tokens = "'101'";
	struct cd_topology *other = town_topology(NULL, again, NULL, moved, CD_COUNT(moved));
	struct cd_token_map *first = cd_token_map_new(NULL, NULL, t, keyspaces, 2, NULL);
	struct cd_token_map *second = cd_token_map_new(NULL, first, again, keyspaces + 1, 2, NULL);
	struct cd_token_map *third = cd_token_map_new(NULL, second, other, keyspaces + 1, 2, NULL);
	assert_int_equal(first->version + 1, second->version);
	assert_int_equal(second->version + 1, third->version);
	assert_ptr_equal(first->ring, second->ring);
	assert_ptr_equal(
		first->keyspaces[cd_token_map_keyspace(first, cql_text_of("topology"))].placement,
		second->keyspaces[cd_token_map_keyspace(second, cql_text_of("topology"))]
			.placement);
	assert_ptr_not_equal(second->ring, third->ring);
	cd_token_map_free(first);
	char text[64];
	say_replicas(second, "topology", (struct cd_token){ 101, 0 }, text);
	assert_string_equal(text, "4 3 1");
	say_replicas(third, "topology", (struct cd_token){ 101, 0 }, text);
	assert_string_equal(text, "2 4 3");
	cd_token_map_free(second);
	cd_token_map_free(third);
	cd_topology_free(t);
	cd_topology_free(again);
	cd_topology_free(other);
}

/* A host that was away for a while has another slot: the last map's lists are not true any more. */
static void test_slots_that_changed(void **state)
{
	static const struct town_host hosts[] = { { 1, "dc1", "a", "'0'" },
						  { 2, "dc1", "a", "'100'" },
						  { 3, "dc1", "a", "'200'" } };
	struct cd_topology *t = town_topology(NULL, NULL, NULL, hosts, 2);
	struct cd_token_map *m = cd_token_map_new(NULL, NULL, t, keyspaces, 1, NULL);
	static const struct town_host without[] = { { 1, "dc1", "a", "'0'" },
						    { 3, "dc1", "a", "'200'" } };
	struct cd_topology *away = town_topology(NULL, t, NULL, without, 2);
	struct cd_topology *back = town_topology(NULL, away, NULL, hosts, 3);
	struct cd_topology *same = town_topology(NULL, back, NULL, hosts, 2);

	(void)state;
	struct cd_token_map *next = cd_token_map_new(NULL, m, same, keyspaces, 1, NULL);
	char text[64];
	assert_int_equal(cd_topology_compare(t, same, NULL, NULL), 0);
	say_replicas(next, "simple", (struct cd_token){ 1, 0 }, text);
	assert_string_equal(text, "2 1");
	cd_token_map_free(m);
	cd_token_map_free(next);
	cd_topology_free(t);
	cd_topology_free(away);
	cd_topology_free(back);
	cd_topology_free(same);
}

static void test_too_many_replications(void **state)
{
	enum { COUNT = CD_TOKEN_MAP_PLACEMENTS + 5 };
	struct cd_topology *t = town_topology(NULL, NULL, NULL, three, CD_COUNT(three));
	struct cd_token_map_source *list = calloc(COUNT, sizeof *list);
	char names[COUNT][8], factors[COUNT][8];
	const char *pairs[COUNT][4];
	uint32_t without = 0;

	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof names[i], "k%03u", i);
		snprintf(factors[i], sizeof factors[i], "%u", i + 1);
		memcpy(pairs[i], simple_2, sizeof pairs[i]);
		pairs[i][3] = factors[i];
		list[i] = (struct cd_token_map_source){ names[i], pairs[i], 2, false };
	}
	struct cd_token_map *m = cd_token_map_new(NULL, NULL, t, list, COUNT, NULL);
	for (uint32_t i = 0; i < m->keyspace_count; i++)
		without += !m->keyspaces[i].placement;
	assert_int_equal(without, 5);
	cd_token_map_free(m);
	cd_topology_free(t);
	free(list);
}

/* ---- large ones ------------------------------------------------------------------------------------ */

/* As many tokens as large clusters have, the worst way: those of one rack lie all together. */
static void test_large(void **state)
{
	enum { HOSTS = 300, TOKENS = 256 };
	struct town_host *hosts = calloc(HOSTS, sizeof *hosts);
	static const char *const pairs[] = { "class", "NetworkTopologyStrategy", "dc1", "3", "dc2",
					     "3" };
	static const char *const racks[] = { "a", "b", "c" };
	struct cd_token_map_source source = { "ks", pairs, 3, false };
	const uint64_t step = UINT64_MAX / HOSTS / TOKENS;
	uint32_t count;

	(void)state;
	for (unsigned i = 0; i < HOSTS; i++) {
		char *text = malloc(TOKENS * 26), *at = text;
		for (unsigned j = 0; j < TOKENS; j++)
			at += sprintf(at, "%s'%" PRId64 "'", j ? ", " : "",
				      (int64_t)((uint64_t)INT64_MIN + 1 + (i * TOKENS + j) * step));
		hosts[i] = (struct town_host){ i, i % 2 ? "dc1" : "dc2", racks[i / 100], text };
	}
	struct cd_topology *t = town_topology(NULL, NULL, NULL, hosts, HOSTS);
	struct cd_token_map *m = cd_token_map_new(NULL, NULL, t, &source, 1, NULL);
	assert_int_equal(m->ring->count, HOSTS * TOKENS);
	const uint16_t *slots = cd_token_map_replicas(m, 0, (struct cd_token){ INT64_MIN, 0 },
						      &count);
	assert_int_equal(count, 6);
	bool seen[2][3] = { { false } };
	for (uint32_t i = 0; i < count; i++)
		seen[slots[i] % 2][slots[i] / 100] = true;
	for (int i = 0; i < 6; i++)
		assert_true(seen[i % 2][i / 2]);
	assert_int_equal(slots[0], 0);
	assert_int_equal(slots[1], 1);
	for (unsigned i = 0; i < HOSTS; i++)
		free((void *)(uintptr_t)hosts[i].tokens);
	cd_token_map_free(m);
	cd_topology_free(t);
	free(hosts);
}

/* ---- without memory -------------------------------------------------------------------------------- */

static bool use_memory(const coodie_allocator *a, void *user)
{
	coodie_error err;
	struct cd_token_map *first = cd_token_map_new(a, NULL, user, keyspaces, CD_COUNT(keyspaces),
						      &err);

	if (!first) {
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
		return false;
	}
	struct cd_token_map *second = cd_token_map_new(a, first, user, keyspaces,
						       CD_COUNT(keyspaces), &err);
	cd_token_map_free(first);
	cd_token_map_free(second);
	return second;
}

static void test_without_memory(void **state)
{
	struct cd_topology *t = town_topology(NULL, NULL, NULL, three, CD_COUNT(three));

	(void)state;
	assert_true(cd_failalloc_each("a token map", use_memory, t));
	cd_topology_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_node),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_random_partitioner),
		cmocka_unit_test(test_other_partitioner),
		cmocka_unit_test(test_sharing),
		cmocka_unit_test(test_slots_that_changed),
		cmocka_unit_test(test_too_many_replications),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
