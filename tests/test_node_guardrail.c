/* SPDX-License-Identifier: MIT */
/* Guardrails: what is warned of, what is refused, and for whom. */
#include <stdio.h>
#include <string.h>

#include "node/plan/guardrail.h"
#include "tests/node_fixture.h"
#include "tests/test.h"

/* What ordinary users are told is in tests/cql-yaml/guardrails.cql. */
static const char *const settings[][2] = {
	{ "keyspaces_warn_threshold", "2" },
	{ "tables_warn_threshold", "3" },
	{ "tables_fail_threshold", "5" },
	{ "columns_per_table_warn_threshold", "3" },
	{ "columns_per_table_fail_threshold", "5" },
	{ "secondary_indexes_per_table_warn_threshold", "1" },
	{ "secondary_indexes_per_table_fail_threshold", "2" },
	{ "materialized_views_per_table_warn_threshold", "1" },
	{ "materialized_views_per_table_fail_threshold", "2" },
	{ "fields_per_udt_warn_threshold", "2" },
	{ "fields_per_udt_fail_threshold", "3" },
	{ "vector_dimensions_warn_threshold", "2" },
	{ "vector_dimensions_fail_threshold", "3" },
	{ "items_per_collection_warn_threshold", "2" },
	{ "items_per_collection_fail_threshold", "4" },
	{ "collection_size_warn_threshold", "64B" },
	{ "collection_size_fail_threshold", "512B" },
	{ "column_value_size_warn_threshold", "32B" },
	{ "column_value_size_fail_threshold", "64B" },
	{ "page_size_warn_threshold", "10" },
	{ "page_size_fail_threshold", "100" },
	{ "partition_keys_in_select_warn_threshold", "2" },
	{ "partition_keys_in_select_fail_threshold", "4" },
	{ "in_select_cartesian_product_warn_threshold", "2" },
	{ "in_select_cartesian_product_fail_threshold", "6" },
	{ "minimum_replication_factor_warn_threshold", "2" },
	{ "maximum_replication_factor_warn_threshold", "3" },
	{ "maximum_replication_factor_fail_threshold", "4" },
	{ "read_consistency_levels_warned", "[ALL, ONE]" },
	{ "read_consistency_levels_disallowed", "[QUORUM]" },
	{ "write_consistency_levels_warned", "[ALL]" },
	{ "write_consistency_levels_disallowed", "[ANY, LOCAL_SERIAL]" },
	{ "table_properties_warned", "[comment, gc_grace_seconds]" },
	{ "table_properties_ignored", "[default_time_to_live, caching]" },
	{ "table_properties_disallowed", "[crc_check_chance, bloom_filter_fp_chance]" },
};

static void set(struct fixture *f, const char *name, const char *value)
{
	coodie_error err = { 0 };

	if (!nd_settings_set(&f->db.settings, name, value, &err))
		fail_msg("%s", err.message);
}

static int begin(void **state)
{
	struct fixture *f = fixture_with(NULL, 0);

	f->is_ordinary_user = true;
	f->serial_consistency = CQL_CONSISTENCY_SERIAL;
	*state = f;
	return 0;
}

/* Nobody else is told anything. */
static void superusers_are_free(void **state)
{
	struct fixture *f = *state;

	f->is_ordinary_user = false;
	for (size_t i = 0; i < CD_COUNT(settings); i++)
		set(f, settings[i][0], settings[i][1]);
	set(f, "drop_truncate_table_enabled", "false");
	set(f, "allow_filtering_enabled", "false");
	for (int i = 0; i < 7; i++) {
		char cql[120];
		snprintf(cql, sizeof cql, "CREATE TABLE t%d (k int PRIMARY KEY, v int)", i);
		assert_false(strstr(fixture_run(f, cql), "uardrail"));
	}
	f->consistency = CQL_CONSISTENCY_QUORUM;
	assert_string_equal(fixture_run(f, "SELECT * FROM t1 WHERE v = 1 ALLOW FILTERING"),
			    "rows:");
	assert_string_equal(fixture_run(f, "TRUNCATE t1"), "void");
}

/* ---- flags ----------------------------------------------------------------------------------- */

static const struct flag {
	const char *setting, *cql, *answer;
} flags[] = {
	{ "user_timestamps_enabled", "INSERT INTO t (k) VALUES (1) USING TIMESTAMP 5",
	  "0x2200 Guardrail user_timestamps violated: User provided timestamps (USING TIMESTAMP) is not allowed" },
	{ "group_by_enabled", "SELECT k FROM t GROUP BY k",
	  "0x2200 Guardrail group_by violated: GROUP BY functionality is not allowed" },
	{ "alter_table_enabled", "ALTER TABLE t ADD x int",
	  "0x2200 Guardrail alter_table violated: ALTER TABLE changing columns is not allowed" },
	{ "alter_table_enabled", "ALTER TABLE t WITH comment = 'still'",
	  "schema UPDATED TABLE ks.t" },
	{ "drop_truncate_table_enabled", "DROP TABLE t",
	  "0x2200 Guardrail drop_truncate_table_enabled violated: DROP and TRUNCATE TABLE functionality is not allowed" },
	{ "drop_truncate_table_enabled", "TRUNCATE t",
	  "0x2200 Guardrail drop_truncate_table_enabled violated: DROP and TRUNCATE TABLE functionality is not allowed" },
	{ "drop_keyspace_enabled", "DROP KEYSPACE ks",
	  "0x2200 Guardrail drop_keyspace_enabled violated: DROP KEYSPACE functionality is not allowed" },
	{ "secondary_indexes_enabled", "CREATE INDEX ON t (v)",
	  "0x2200 Guardrail secondary_indexes violated: Creating secondary indexes is not allowed" },
	{ "uncompressed_tables_enabled", "ALTER TABLE t WITH compression = {'enabled': false}",
	  "0x2200 Guardrail uncompressed_tables_enabled violated: Uncompressed table is not allowed" },
	{ "uncompressed_tables_enabled",
	  "CREATE TABLE u (k int PRIMARY KEY) WITH compression = {'enabled': 'false'}",
	  "0x2200 Guardrail uncompressed_tables_enabled violated: Uncompressed table is not allowed" },
	{ "allow_filtering_enabled", "SELECT * FROM t WHERE v = 1 ALLOW FILTERING",
	  "0x2200 Guardrail allow_filtering violated: Querying with ALLOW FILTERING is not allowed. ALLOW FILTERING can potentially visit all the data in the table and have unpredictable performance." },
	{ "simplestrategy_enabled",
	  "CREATE KEYSPACE s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
	  "0x2200 Guardrail simplestrategy violated: SimpleStrategy is not allowed" },
	{ "read_before_write_list_operations_enabled", "UPDATE t SET l = l - [1] WHERE k = 1",
	  "0x2200 Guardrail read_before_write_list_operations violated: Removal of list items requiring read before write is not allowed" },
	{ "read_before_write_list_operations_enabled", "UPDATE t SET l[0] = 1 WHERE k = 1",
	  "0x2200 Guardrail read_before_write_list_operations violated: Setting of list items by index requiring read before write is not allowed" },
	{ "read_before_write_list_operations_enabled", "DELETE l[0] FROM t WHERE k = 1",
	  "0x2200 Guardrail read_before_write_list_operations violated: Removal of list items by index requiring read before write is not allowed" },
	{ "read_before_write_list_operations_enabled", "UPDATE t SET l = l + [1] WHERE k = 1",
	  "void" },
	{ "secondary_indexes_enabled", "CREATE TABLE i (k int PRIMARY KEY, v int)",
	  "schema CREATED TABLE ks.i" },
	{ "group_by_enabled", "CREATE INDEX ON i (v)", "schema UPDATED TABLE ks.i" },
	{ "non_partition_restricted_index_query_enabled", "SELECT * FROM i WHERE v = 1",
	  "0x2200 Guardrail non_partition_restricted_index_query_enabled violated: Non-partition key restricted query is not allowed. Executing a query on secondary indexes without partition key restriction might degrade performance" },
	{ "non_partition_restricted_index_query_enabled", "SELECT * FROM i WHERE v = 1 AND k = 1",
	  "rows:" },
	{ "vector_type_enabled", "CREATE TABLE u (k int PRIMARY KEY, v vector<float, 2>)",
	  "0x2200 Guardrail vector_type_enabled violated: Column v is not allowed" },
};

/* These hold for everybody. */
static const struct flag switches[] = {
	{ "use_statements_enabled", "USE ks",
	  "0x2200 USE statements prohibited. (see use_statements_enabled in cassandra.yaml)" },
	{ "drop_compact_storage_enabled", "ALTER TABLE t DROP COMPACT STORAGE",
	  "0x2200 DROP COMPACT STORAGE is disabled. Enable in cassandra.yaml to use." },
	{ "materialized_views_enabled",
	  "CREATE MATERIALIZED VIEW m AS SELECT * FROM t WHERE k IS NOT NULL AND v IS NOT NULL PRIMARY KEY (v, k)",
	  "0x2200 Materialized views are disabled. Enable in cassandra.yaml to use." },
};

static void switches_are_heeded(void **state)
{
	struct fixture *f = *state;

	f->is_ordinary_user = false;
	fixture_run(f, "CREATE TABLE t (k int PRIMARY KEY, v int)");
	for (size_t i = 0; i < CD_COUNT(switches); i++) {
		set(f, switches[i].setting, "false");
		assert_string_equal(fixture_run(f, switches[i].cql), switches[i].answer);
		set(f, switches[i].setting, "true");
		assert_string_not_equal(fixture_run(f, switches[i].cql), switches[i].answer);
	}
}

static void flags_are_heeded(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(
		fixture_run(f, "CREATE TABLE t (k int PRIMARY KEY, v int, l list<int>)"),
		"schema CREATED TABLE ks.t");
	for (size_t i = 0; i < CD_COUNT(flags); i++) {
		const char *got;

		set(f, flags[i].setting, "false");
		got = fixture_run(f, flags[i].cql);
		if (strcmp(got, flags[i].answer) != 0)
			fail_msg("%s\n--- wanted\n%s\n+++ got\n%s", flags[i].cql, flags[i].answer,
				 got);
		set(f, flags[i].setting, "true");
	}
}

/* ---- timestamps ------------------------------------------------------------------------------ */

/* The clock of the fixture stands still: the limits are known. */
static void timestamps_are_near_now(void **state)
{
	static const struct {
		int days;
		const char *answer;
	} rows[] = {
		{ 0, "void" },
		{ 2,
		  "warning Guardrail maximum_timestamp violated: The modification to table t has a "
		  "timestamp %lld after the maximum allowable warning threshold %lld. Timestamps too "
		  "far in the future can lead to data that can't be easily overwritten; void" },
		{ 20,
		  "0x2200 Guardrail maximum_timestamp violated: The modification to table t has a "
		  "timestamp %lld after the maximum allowable failure threshold %lld. Timestamps too "
		  "far in the future can lead to data that can't be easily overwritten" },
		{ -2,
		  "warning Guardrail minimum_timestamp violated: The modification to table t has a "
		  "timestamp %lld before the minimum allowable warning threshold %lld. Timestamps too far "
		  "in the past can cause writes can be unexpectedly lost; void" },
		{ -20,
		  "0x2200 Guardrail minimum_timestamp violated: The modification to table t has a "
		  "timestamp %lld before the minimum allowable failure threshold %lld. Timestamps too far "
		  "in the past can cause writes can be unexpectedly lost" },
	};
	const long long day = 86400000000;
	struct fixture *f = *state;

	set(f, "maximum_timestamp_warn_threshold", "1d");
	set(f, "maximum_timestamp_fail_threshold", "10d");
	set(f, "minimum_timestamp_warn_threshold", "1d");
	set(f, "minimum_timestamp_fail_threshold", "240h");
	fixture_run(f, "CREATE TABLE t (k int PRIMARY KEY, v int)");
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		long long at = f->now_us + rows[i].days * day;
		long long limit = f->now_us + rows[i].days / 2 * day;
		char cql[200], want[400];

		snprintf(cql, sizeof cql, "INSERT INTO t (k) VALUES (1) USING TIMESTAMP %lld", at);
		snprintf(want, sizeof want, rows[i].answer, at, limit);
		assert_string_equal(fixture_run(f, cql), want);
		snprintf(cql, sizeof cql, "BEGIN BATCH %.150s APPLY BATCH",
			 "INSERT INTO t (k) VALUES (1) USING TIMESTAMP 5");
		assert_string_equal(fixture_run(f, cql), "void");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(superusers_are_free, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(switches_are_heeded, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(flags_are_heeded, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(timestamps_are_near_now, begin, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
