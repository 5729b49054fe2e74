/* SPDX-License-Identifier: MIT */
/* net/ring/router.c and net/ring/routing.c: keys found in encoded values and hashed there, as cql_routing_key() joins
 * them; the replicas and shards of a request. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/codec.h>
#include <coodie/token.h>

#include "net/ring/router.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/town.h"

/* ---- markers and values ------------------------------------------------------------------------ */

static const cql_column_spec columns[] = {
	{ { "ks", 2 }, { "t", 1 }, { "a", 1 }, NULL },
	{ { "ks", 2 }, { "t", 1 }, { "b", 1 }, NULL },
	{ { "ks", 2 }, { "t", 1 }, { "c", 1 }, NULL },
	{ { "ks", 2 }, { "t", 1 }, { "d", 1 }, NULL },
};

static void init_routing(struct cd_routing *r, const uint16_t *key, uint16_t count)
{
	cql_markers markers = { 0, columns, CD_COUNT(columns), key, count };

	cd_routing_init(r, &markers);
}

/* Values of these lengths (-1: null, -2: not set), with bytes that are all different. */
struct values {
	struct cd_buffer bytes;
	cql_blob at[4];
};

static void make_values(struct values *v, const int32_t lens[4])
{
	uint8_t next = 1;

	cd_buffer_init(&v->bytes, NULL, 0);
	cd_buffer_reserve(&v->bytes, 400000);
	for (int i = 0; i < 4; i++) {
		cd_buffer_be32(&v->bytes, (uint32_t)lens[i]);
		v->at[i] = (cql_blob){ v->bytes.data + v->bytes.len,
				       lens[i] < 0 ? 0 : (size_t)lens[i] };
		for (int32_t j = 0; j < lens[i]; j++)
			cd_buffer_u8(&v->bytes, next++);
	}
}

static const struct {
	const char *name;
	int32_t lens[4];
	uint16_t key[4], key_count;
	bool ok;
} keys[] = {
	{ "one column", { 16, 4, 4, 4 }, { 0 }, 1, true },
	{ "one column, the last", { 16, -1, -2, 7 }, { 3 }, 1, true },
	{ "one long column", { 4, 65535, 4, 4 }, { 1 }, 1, true },
	{ "two", { 16, 4, 4, 4 }, { 0, 1 }, 2, true },
	{ "two, the other way round", { 16, 4, 4, 4 }, { 1, 0 }, 2, true },
	{ "all in some order", { 16, 0, 9, 5 }, { 2, 0, 3, 1 }, 4, true },
	{ "values between them", { 3, -1, 9, 5 }, { 3, 0 }, 2, true },
	{ "1023 bytes", { 1010, 7, 0, 0 }, { 0, 1 }, 2, true },
	{ "1024 bytes", { 1011, 7, 0, 0 }, { 0, 1 }, 2, true },
	{ "1025 bytes", { 1012, 7, 0, 0 }, { 0, 1 }, 2, true },
	{ "many pieces of stack", { 60000, 5000, 1, 2000 }, { 1, 3, 0 }, 3, true },
	{ "a part of exactly one", { 1022, 1021, 1024, 16 }, { 0, 1, 2, 3 }, 4, true },
	{ "null", { 16, -1, 4, 4 }, { 1 }, 1, false },
	{ "not set", { 16, -2, 4, 4 }, { 0, 1 }, 2, false },
	{ "empty", { 16, 0, 4, 4 }, { 1 }, 1, false },
	{ "more than a [short] says", { 65536, 4, 4, 4 }, { 0, 1 }, 2, false },
	{ "none", { 16, 4, 4, 4 }, { 0 }, 0, false },
	{ "no such marker", { 16, 4, 4, 4 }, { 4 }, 1, false },
};

static int64_t want_token(const struct values *v, const uint16_t *key, uint16_t count)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	cql_blob parts[4], joined;
	coodie_error err;

	for (uint16_t i = 0; i < count; i++)
		parts[i] = v->at[key[i]];
	assert_true(cql_routing_key(parts, count, arena, &joined, &err));
	int64_t token = cql_murmur3_token(joined.data, joined.len);
	cql_arena_free(arena);
	return token;
}

static void test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(keys); i++) {
		struct cd_routing r;
		struct values v;
		struct cd_token token;
		init_routing(&r, keys[i].key, keys[i].key_count);
		make_values(&v, keys[i].lens);
		bool ok = cd_routing_token(&r, CD_PARTITIONER_MURMUR3, v.bytes.data, v.bytes.len,
					   &token);
		CD_CHECK(ok == keys[i].ok, keys[i].name);
		if (ok)
			CD_CHECK(token.high == want_token(&v, keys[i].key, keys[i].key_count) &&
					 token.low == 0,
				 keys[i].name);
		cd_buffer_deinit(&v.bytes);
	}
}

static void test_cut_values(void **state)
{
	static const int32_t lens[] = { 5, 3, -1, 20 };
	static const uint16_t key[] = { 3, 0 };
	struct cd_guard guard;
	struct cd_routing r;
	struct values v;
	struct cd_token token;

	(void)state;
	init_routing(&r, key, 2);
	make_values(&v, lens);
	assert_true(cd_guard_init(&guard, v.bytes.len));
	for (size_t len = 0; len <= v.bytes.len; len++) {
		const uint8_t *cut = cd_guard_copy(&guard, v.bytes.data, len);
		assert_int_equal(cd_routing_token(&r, CD_PARTITIONER_MURMUR3, cut, len, &token),
				 len == v.bytes.len);
	}
	assert_false(cd_routing_token(&r, CD_PARTITIONER_MURMUR3, NULL, 0, &token));
	cd_guard_deinit(&guard);
	cd_buffer_deinit(&v.bytes);
}

static void test_other_partitioners(void **state)
{
	static const int32_t lens[] = { 1000, 20, 900, 16 };
	static const uint16_t one[] = { 1 }, two[] = { 1, 3 }, long_ones[] = { 0, 2 };
	struct cd_routing r;
	struct values v;
	struct cd_token token, want;

	(void)state;
	make_values(&v, lens);
	init_routing(&r, one, 1);
	assert_false(cd_routing_token(&r, CD_PARTITIONER_OTHER, v.bytes.data, v.bytes.len, &token));
	if (cd_routing_token(&r, CD_PARTITIONER_RANDOM, v.bytes.data, v.bytes.len, &token)) {
		cd_partitioner_token(CD_PARTITIONER_RANDOM, v.at[1].data, 20, &want);
		assert_memory_equal(&token, &want, sizeof want);
		init_routing(&r, two, 2);
		assert_true(cd_routing_token(&r, CD_PARTITIONER_RANDOM, v.bytes.data, v.bytes.len,
					     &token));
		init_routing(&r, long_ones, 2);
		assert_false(cd_routing_token(&r, CD_PARTITIONER_RANDOM, v.bytes.data, v.bytes.len,
					      &token));
	}
	cd_buffer_deinit(&v.bytes);
}

static void test_change_logs(void **state)
{
	static const cql_column_spec column = {
		{ "ks", 2 }, { "t_scylla_cdc_log", 16 }, { "cdc$stream_id", 13 }, NULL
	};
	static const uint16_t key = 0;
	static const uint8_t stream[] = "\0\0\0\x10\x80\0\0\0\0\0\0\x01restrest";
	cql_markers markers = { 0, &column, 1, &key, 1 };
	struct cd_routing r;
	struct cd_token token;

	(void)state;
	cd_routing_init(&r, &markers);
	assert_true(cd_routing_token(&r, CD_PARTITIONER_MURMUR3, stream, 20, &token));
	assert_int_equal(token.high, INT64_MIN + 1);
	assert_true(cd_routing_token(&r, CD_PARTITIONER_MURMUR3, "\0\0\0\1x", 5, &token));
	assert_int_equal(token.high, INT64_MIN);
}

static void test_keys_of_too_many_columns(void **state)
{
	static cql_column_spec many[CD_ROUTING_PARTS + 1];
	uint16_t key[CD_ROUTING_PARTS + 1];
	cql_markers markers = { 0, many, CD_ROUTING_PARTS + 1, key, CD_ROUTING_PARTS + 1 };
	struct cd_routing r;

	(void)state;
	for (uint16_t i = 0; i <= CD_ROUTING_PARTS; i++)
		key[i] = i;
	cd_routing_init(&r, &markers);
	assert_int_equal(r.part_count, 0);
	markers.key_count--;
	cd_routing_init(&r, &markers);
	assert_int_equal(r.part_count, CD_ROUTING_PARTS);
}

/* ---- replicas ------------------------------------------------------------------------------------ */

static const char *const simple_2[] = { "class", "SimpleStrategy", "replication_factor", "2" };
static const char *const topology_2[] = { "class", "NetworkTopologyStrategy", "dc1", "2" };
static const struct cd_token_map_source keyspaces[] = { { "ks", simple_2, 2, false },
							{ "tabs", topology_2, 2, true } };
static const struct town_host hosts[] = { { 1, "dc1", "a", "'0'" },
					  { 2, "dc1", "a", "'100'" },
					  { 3, "dc1", "a", "'200'" } };

struct stand {
	struct cd_router router;
	struct cd_topology *topology;
	struct cd_token_map *map;
};

static void set_up(struct stand *s, const coodie_allocator *a)
{
	s->topology = town_topology(NULL, NULL, NULL, hosts, CD_COUNT(hosts));
	s->map = cd_token_map_new(NULL, NULL, s->topology, keyspaces, 2, NULL);
	cd_router_init(&s->router, a, 100);
}

static void tear_down(struct stand *s)
{
	cd_router_deinit(&s->router);
	cd_token_map_free(s->map);
	cd_topology_free(s->topology);
}

static struct cd_token at(int64_t token)
{
	return (struct cd_token){ token, 0 };
}

static struct cd_routing routing_in(const char *keyspace)
{
	return (struct cd_routing){ .part_count = 1,
				    .keyspace = cql_text_of(keyspace),
				    .table = cql_text_of("t") };
}

static void test_ring(void **state)
{
	struct cd_routing r = routing_in("ks");
	struct cd_replicas got;
	struct stand s;

	(void)state;
	set_up(&s, NULL);
	cd_router_find(&s.router, &r, at(50), &got);
	assert_true(got.has_token);
	assert_int_equal(got.count, 0);
	assert_true(cd_router_set_map(&s.router, s.map, NULL));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.slots[0], 1);
	assert_int_equal(got.slots[1], 2);
	assert_int_equal(got.shards[0], CD_ANY_SHARD);
	assert_int_equal(got.token.high, 50);
	/* each host has its own shards */
	assert_true(cd_router_set_sharding(&s.router, 1, 8, 12));
	assert_false(cd_router_set_sharding(&s.router, 1, 8, 12));
	assert_true(cd_router_set_sharding(&s.router, 2, 3, 0));
	assert_false(cd_router_set_sharding(&s.router, 99, 8, 12));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.shards[0], cql_shard_of_token(50, 8, 12));
	assert_int_equal(got.shards[1], cql_shard_of_token(50, 3, 0));
	assert_true(cd_router_set_sharding(&s.router, 1, 16, 12));
	assert_true(cd_router_set_sharding(&s.router, 2, 3, 64));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.shards[0], cql_shard_of_token(50, 16, 12));
	assert_int_equal(got.shards[1], CD_ANY_SHARD);
	assert_true(cd_router_set_sharding(&s.router, 1, 70000, 12));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.shards[0], CD_ANY_SHARD);
	tear_down(&s);
}

static void test_values_to_replicas(void **state)
{
	static const int32_t lens[] = { 16, 4, 4, 4 };
	static const uint16_t key[] = { 0 };
	struct cd_routing r;
	struct cd_replicas got, want;
	struct values v;
	struct stand s;

	(void)state;
	set_up(&s, NULL);
	make_values(&v, lens);
	init_routing(&r, key, 1);
	cd_router_route(&s.router, &r, v.bytes.data, v.bytes.len, &got);
	assert_false(got.has_token); /* the partitioner is not known yet */
	assert_true(cd_router_set_map(&s.router, s.map, NULL));
	cd_router_route(&s.router, &r, v.bytes.data, v.bytes.len, &got);
	assert_true(got.has_token);
	assert_int_equal(got.token.high, cql_murmur3_token(v.at[0].data, 16));
	cd_router_find(&s.router, &r, got.token, &want);
	assert_int_equal(got.count, 2);
	assert_memory_equal(got.slots, want.slots, 2 * sizeof *got.slots);
	cd_router_route(&s.router, &r, v.bytes.data, 3, &got);
	assert_false(got.has_token);
	assert_int_equal(got.count, 0);
	cd_buffer_deinit(&v.bytes);
	tear_down(&s);
}

static void test_tablets(void **state)
{
	const cql_tablet_replica replicas[] = { { town_host_id(3), 5 },
						{ town_host_id(9), 1 },
						{ town_host_id(1), 2 } };
	const cql_tablet tablet = { 0, 100, replicas, 3, true, 0x7654 };
	const cql_tablet broken = { 1, 1, replicas, 3, true, 0 };
	struct cd_routing r = routing_in("tabs");
	struct cd_replicas got;
	struct stand s;
	coodie_error err;

	(void)state;
	set_up(&s, NULL);
	assert_true(cd_router_set_map(&s.router, s.map, NULL));
	cd_router_set_sharding(&s.router, 2, 8, 12);
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.count, 0); /* the ring says nothing of tablets */
	assert_true(cd_router_learn(&s.router, &r, &tablet, &err));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.slots[0], 2);
	assert_int_equal(got.shards[0], 5);
	assert_int_equal(got.slots[1], 0);
	assert_int_equal(got.shards[1], 2);
	assert_true(got.has_leader);
	assert_int_equal(got.block, 0x15);           /* the first was told the block 0 */
	cd_router_set_sharding(&s.router, 2, 4, 12); /* it has fewer now */
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.shards[0], CD_ANY_SHARD);
	cd_router_find(&s.router, &r, at(500), &got);
	assert_int_equal(got.count, 0);
	assert_false(got.has_leader);
	assert_false(cd_router_learn(&s.router, &r, &broken, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	/* a keyspace that the schema says to be of the ring; answers know better */
	struct cd_routing ring = routing_in("ks");
	cd_router_find(&s.router, &ring, at(50), &got);
	assert_int_equal(got.slots[0], 1);
	assert_true(cd_router_learn(&s.router, &ring, &tablet, &err));
	cd_router_find(&s.router, &ring, at(50), &got);
	assert_int_equal(got.slots[0], 2);
	cd_router_find(&s.router, &ring, at(500), &got);
	assert_int_equal(got.slots[0], 0);
	/* of no table */
	struct cd_routing none = { .part_count = 0 };
	assert_true(cd_router_learn(&s.router, &none, &tablet, &err));
	tear_down(&s);
}

/* A keyspace that is not in the map: nobody reads the schema, but tablets are learned. */
static void test_unknown_keyspace(void **state)
{
	const cql_tablet_replica replica = { town_host_id(2), 0 };
	const cql_tablet tablet = { 0, 100, &replica, 1, false, 0 };
	struct cd_routing r = routing_in("unknown");
	struct cd_replicas got;
	struct stand s;

	(void)state;
	set_up(&s, NULL);
	assert_true(cd_router_set_map(&s.router, s.map, NULL));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.count, 0);
	assert_true(cd_router_learn(&s.router, &r, &tablet, NULL));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.count, 1);
	assert_false(got.has_leader);
	tear_down(&s);
}

/* Another map: handles are looked up again, shards of hosts that left are not their successors'. */
static void test_another_map(void **state)
{
	static const struct town_host next[] = { { 1, "dc1", "a", "'0'" },
						 { 3, "dc1", "a", "'200'" } };
	static const struct town_host last[] = { { 1, "dc1", "a", "'0'" },
						 { 3, "dc1", "a", "'200'" },
						 { 4, "dc1", "a", "'100'" } };
	static const struct cd_token_map_source others[] = { { "also", simple_2, 2, false },
							     { "ks", topology_2, 2, false } };
	struct cd_routing r = routing_in("ks");
	struct cd_replicas got;
	struct stand s;

	(void)state;
	set_up(&s, NULL);
	struct cd_topology *t2 = town_topology(NULL, s.topology, NULL, next, 2);
	struct cd_topology *t3 = town_topology(NULL, t2, NULL, last, 3);
	struct cd_token_map *m2 = cd_token_map_new(NULL, s.map, t2, others, 2, NULL);
	struct cd_token_map *m3 = cd_token_map_new(NULL, m2, t3, others, 2, NULL);
	assert_true(cd_router_set_map(&s.router, s.map, NULL));
	for (uint32_t i = 0; i < 3; i++)
		cd_router_set_sharding(&s.router, i, 4 + i, 12);
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(got.slots[0], 1);
	assert_int_equal(r.keyspace_handle, 0);
	/* straight to the third: host 4 has the slot of host 2 */
	assert_true(cd_router_set_map(&s.router, m3, NULL));
	cd_router_find(&s.router, &r, at(50), &got);
	assert_int_equal(r.keyspace_handle, 1);
	assert_int_equal(got.slots[0], 1);
	assert_int_equal(got.shards[0], CD_ANY_SHARD);
	assert_int_equal(got.slots[1], 2);
	assert_int_equal(got.shards[1], cql_shard_of_token(50, 6, 12));
	cd_token_map_free(m2);
	cd_token_map_free(m3);
	cd_topology_free(t2);
	cd_topology_free(t3);
	tear_down(&s);
}

static bool use_memory(const coodie_allocator *a, void *user)
{
	const cql_tablet_replica replica = { town_host_id(2), 0 };
	const cql_tablet tablet = { 0, 100, &replica, 1, false, 0 };
	struct cd_routing r = routing_in("tabs");
	struct cd_replicas got;
	struct cd_router router;
	coodie_error err;
	bool ok;

	cd_router_init(&router, a, 100);
	ok = cd_router_set_map(&router, user, &err);
	cd_router_find(&router, &r, at(50), &got);
	assert_int_equal(got.count, 0);
	ok = ok && cd_router_learn(&router, &r, &tablet, &err);
	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	cd_router_find(&router, &r, at(50), &got);
	assert_int_equal(got.count, ok);
	cd_router_deinit(&router);
	return ok;
}

static void test_without_memory(void **state)
{
	struct stand s;

	(void)state;
	set_up(&s, NULL);
	assert_true(cd_failalloc_each("a router", use_memory, s.map));
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_cut_values),
		cmocka_unit_test(test_other_partitioners),
		cmocka_unit_test(test_change_logs),
		cmocka_unit_test(test_keys_of_too_many_columns),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_values_to_replicas),
		cmocka_unit_test(test_tablets),
		cmocka_unit_test(test_unknown_keyspace),
		cmocka_unit_test(test_another_map),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
