/* SPDX-License-Identifier: MIT */
/* net/schema/snapshot.c: a topology and a schema under one version, and the token map of both. */
#include "tests/test.h"

#include "net/schema/snapshot.h"
#include "tests/failalloc.h"
#include "tests/schema_data.h"
#include "tests/town.h"

static const struct cd_schema_scope everything = { .target = CD_SCHEMA_ALL };

static const struct town_host hosts[] = {
	{ 1, "dc1", "r1", "'-100'" },
	{ 2, "dc1", "r1", "'0'" },
	{ 3, "dc2", "r1", "'100'" },
};

static uint32_t replica_count(const coodie_metadata *md, const char *keyspace)
{
	uint32_t count;

	cd_token_map_replicas(md->map, cd_token_map_keyspace(md->map, cql_text_of(keyspace)),
			      (struct cd_token){ 0 }, &count);
	return count;
}

static void test_parts(void **state)
{
	struct cd_topology *town = town_topology(NULL, NULL, NULL, hosts, CD_COUNT(hosts));
	struct cd_schema *schema = schema_data_read(NULL, NULL, &everything, NULL);
	coodie_metadata *empty = cd_snapshot_new(NULL, NULL, NULL, NULL, NULL);
	coodie_metadata *some = cd_snapshot_new(NULL, empty, town, NULL, NULL);
	coodie_metadata *all = cd_snapshot_new(NULL, some, town, schema, NULL);
	coodie_metadata *later = cd_snapshot_new(NULL, all, town, schema, NULL);

	(void)state;
	assert_true(empty && some && all && later);
	cd_topology_free(town);
	cd_schema_free(schema);
	assert_true(coodie_metadata_version(empty) == 1 && coodie_metadata_version(later) == 4);
	assert_true(!empty->map && coodie_metadata_keyspace_count(empty) == 0);
	assert_true(some->map && coodie_metadata_keyspace_count(some) == 0);
	assert_int_equal(coodie_metadata_keyspace_count(all), 3);
	assert_int_equal(replica_count(all, "shop"), 1);
	assert_int_equal(replica_count(all, "Odd"), 1);
	assert_int_equal(replica_count(some, "shop"), 0);
	assert_int_equal(replica_count(all, "nobody"), 0);
	coodie_metadata_free(empty);
	coodie_metadata_free(some);
	assert_ptr_equal(cd_snapshot_ref(all), all);
	assert_null(cd_snapshot_ref(NULL));
	coodie_metadata_free(all);
	assert_int_equal(replica_count(all, "shop"), 1); /* one reference is left */
	coodie_metadata_free(all);
	assert_int_equal(replica_count(later, "shop"), 1);
	coodie_metadata_free(later);
}

static void test_nodes(void **state)
{
	struct cd_topology *town = town_topology(NULL, NULL, NULL, hosts, CD_COUNT(hosts));
	struct cd_schema *schema = schema_data_read(NULL, NULL, &everything, NULL);
	coodie_metadata *md = cd_snapshot_new(NULL, NULL, town, schema, NULL);
	coodie_metadata *empty = cd_snapshot_new(NULL, NULL, NULL, NULL, NULL);
	size_t nodes[2] = { 9, 9 };

	(void)state;
	cd_topology_free(town);
	cd_schema_free(schema);
	assert_string_equal(coodie_metadata_partitioner(md), "Murmur3Partitioner");
	assert_string_equal(coodie_metadata_cluster_name(md), "");
	assert_true(coodie_metadata_is_scylla(md));
	assert_int_equal(coodie_metadata_node_count(md), 3);
	const coodie_host *h = coodie_metadata_node_at(md, 2);
	assert_int_equal(h->size, sizeof *h);
	assert_int_equal(h->host_id.bytes[15], 3);
	assert_string_equal(h->address, "10.0.0.3:9042");
	assert_string_equal(h->datacenter, "dc2");
	assert_string_equal(h->rack, "r1");
	assert_true(h->is_up);
	assert_null(coodie_metadata_node_at(md, 3));
	assert_int_equal(coodie_metadata_replicas(md, "shop", -5, nodes, 2), 1);
	assert_int_equal(nodes[0], 1);
	assert_int_equal(nodes[1], 9);
	assert_int_equal(coodie_metadata_replicas(md, "shop", 101, nodes, 0), 1);
	assert_int_equal(nodes[0], 1);
	assert_int_equal(coodie_metadata_replicas(md, "nobody", 0, nodes, 2), 0);
	assert_int_equal(coodie_metadata_replicas(md, NULL, 0, nodes, 2), 0);
	assert_int_equal(coodie_metadata_node_count(empty), 0);
	assert_null(coodie_metadata_node_at(empty, 0));
	assert_string_equal(coodie_metadata_partitioner(empty), "");
	assert_int_equal(coodie_metadata_replicas(empty, "shop", 0, nodes, 2), 0);
	assert_int_equal(coodie_metadata_node_count(NULL), 0);
	assert_false(coodie_metadata_is_scylla(NULL));
	assert_string_equal(coodie_metadata_cluster_name(NULL), "");
	coodie_metadata_free(md);
	coodie_metadata_free(empty);
}

struct parts {
	struct cd_topology *town;
	struct cd_schema *schema;
};

static bool make(const coodie_allocator *a, void *user)
{
	const struct parts *parts = user;
	coodie_error err = { 0 };
	coodie_metadata *first = cd_snapshot_new(a, NULL, parts->town, parts->schema, &err);
	coodie_metadata *second = first ? cd_snapshot_new(a, first, parts->town, parts->schema,
							  &err)
					: NULL;
	bool ok = second != NULL;

	assert_int_equal(err.code, ok ? COODIE_OK : COODIE_ERR_NO_MEMORY);
	coodie_metadata_free(first);
	coodie_metadata_free(second);
	return ok;
}

static void test_no_memory(void **state)
{
	struct parts parts = { town_topology(NULL, NULL, NULL, hosts, CD_COUNT(hosts)),
			       schema_data_read(NULL, NULL, &everything, NULL) };

	(void)state;
	assert_true(cd_failalloc_each("a snapshot", make, &parts));
	assert_int_equal(atomic_load(&parts.schema->refs), 1);
	cd_topology_free(parts.town);
	cd_schema_free(parts.schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
