/* SPDX-License-Identifier: MIT */
/* Settings: every name with its default, what each kind takes, and what is said of the rest. */
#include "tests/test.h"

#include <coodie/message.h>
#include <string.h>

#include "node/schema/settings.h"

static struct nd_settings set(const char *name, const char *value)
{
	struct nd_settings s;
	coodie_error err = { 0 };

	nd_settings_init(&s);
	if (!nd_settings_set(&s, name, value, &err))
		fail_msg("%s=%s: %s", name, value, err.message);
	return s;
}

static void refuse(const char *name, const char *value, const char *why)
{
	struct nd_settings s, before;
	coodie_error err = { 0 };

	nd_settings_init(&s);
	before = s;
	assert_false(nd_settings_set(&s, name, value, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	if (!strstr(err.message, why))
		fail_msg("%s=%s: %s", name, value, err.message);
	assert_memory_equal(&s, &before, sizeof s);
}

/* A default that its reader refuses would be a 0 that nobody asked for. */
static void test_every_default_is_a_value(void **state)
{
	(void)state;
#define X(kind, name, value) set(#name, value);
#include "node/schema/settings.def"
#undef X
	assert_string_equal(nd_settings_name(0), "materialized_views_enabled");
	assert_null(nd_settings_name(1000));
}

static void test_the_defaults(void **state)
{
	struct nd_settings s;

	(void)state;
	nd_settings_init(&s);
	assert_true(s.materialized_views_enabled);
	assert_false(s.user_defined_functions_enabled);
	assert_int_equal(s.batch_size_warn_threshold, 5 * 1024);
	assert_int_equal(s.unlogged_batch_across_partitions_warn_threshold, 10);
	assert_int_equal(s.keyspaces_fail_threshold, -1);
	assert_int_equal(s.column_value_size_warn_threshold, -1);
	assert_int_equal(s.read_consistency_levels_warned, 0);
	assert_string_equal(s.table_properties_ignored.text, "");
}

static void test_values(void **state)
{
	struct nd_settings s;

	(void)state;
	assert_false(set("group_by_enabled", "false").group_by_enabled);
	assert_int_equal(set("tables_warn_threshold", "-1").tables_warn_threshold, -1);
	assert_int_equal(set("tables_warn_threshold", "2147483647").tables_warn_threshold,
			 INT32_MAX);
	assert_int_equal(set("batch_size_fail_threshold", "1MiB").batch_size_fail_threshold,
			 1 << 20);
	assert_int_equal(
		set("collection_size_fail_threshold", "64B").collection_size_fail_threshold, 64);
	assert_int_equal(set("batch_size_fail_threshold", "null").batch_size_fail_threshold, -1);
	assert_true(
		set("maximum_timestamp_warn_threshold", "2h").maximum_timestamp_warn_threshold ==
		INT64_C(7200000000));
	assert_int_equal(set("read_consistency_levels_warned", "[ONE, local_quorum]")
				 .read_consistency_levels_warned,
			 1 << CQL_CONSISTENCY_ONE | 1 << CQL_CONSISTENCY_LOCAL_QUORUM);
	s = set("table_properties_warned", "['comment', \"Compaction\"]");
	assert_true(nd_words_have(&s.table_properties_warned, "comment"));
	assert_true(nd_words_have(&s.table_properties_warned, "COMPACTION"));
	assert_false(nd_words_have(&s.table_properties_warned, "comm"));
}

static void test_what_is_refused(void **state)
{
	char many[300];

	(void)state;
	memset(many, 'x', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	refuse("tables_warn_treshold", "5", "did you mean tables_warn_threshold?");
	refuse("nonsense", "5", "no setting nonsense");
	refuse("group_by_enabled", "yes", "true or false");
	refuse("tables_warn_threshold", "many", "a number");
	refuse("tables_warn_threshold", "-2", "a number");
	refuse("tables_warn_threshold", "5x", "a number");
	refuse("tables_warn_threshold", "", "a number");
	refuse("tables_warn_threshold", "2147483648", "a number");
	refuse("batch_size_fail_threshold", "5", "5KiB");
	refuse("batch_size_fail_threshold", "5kb", "5KiB");
	refuse("batch_size_fail_threshold", "-5KiB", "5KiB");
	refuse("batch_size_fail_threshold", "18446744073709551615KiB", "5KiB");
	refuse("minimum_timestamp_warn_threshold", "5 s", "5s");
	refuse("read_consistency_levels_warned", "[ONE, SOME]", "consistency levels");
	refuse("table_properties_warned", many, "250 letters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_default_is_a_value),
		cmocka_unit_test(test_the_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
