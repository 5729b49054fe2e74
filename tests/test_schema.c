/* SPDX-License-Identifier: MIT */
/* net/schema*.c over what Cassandra 5.0 answered: what was read, what is shared from one schema to
 * the next, and without memory. */
#include "tests/test.h"

#include "net/snapshot.h"
#include "tests/schema_data.h"

static const struct cd_schema_scope everything = { .target = CD_SCHEMA_ALL };

static coodie_metadata *read_all(void)
{
	coodie_error err;
	struct cd_schema *s = schema_data_read(NULL, NULL, &everything, &err);
	coodie_metadata *md;

	if (!s)
		fail_msg("%s", err.message);
	md = cd_snapshot_new(NULL, 3, s, &err);
	assert_non_null(md);
	return md;
}

static int setup(void **state)
{
	*state = read_all();
	return 0;
}

static int teardown(void **state)
{
	coodie_metadata_free(*state);
	return 0;
}

/* ---- statements ------------------------------------------------------------------------------ */

/* The statement of what DESCRIBE was asked; functions are named by their signature. */
static size_t statement(const coodie_metadata *md, const struct schema_described *d, char *out,
			size_t size)
{
	const coodie_keyspace_meta *ks = coodie_metadata_keyspace(md, d->keyspace);
	const coodie_function_meta *fn;

	if (strcmp(d->kind, "keyspace") == 0)
		return coodie_keyspace_meta_cql(ks, out, size);
	if (strcmp(d->kind, "type") == 0)
		return coodie_keyspace_meta_type_cql(ks, d->name, out, size);
	if (strcmp(d->kind, "table") == 0 || strcmp(d->kind, "materialized_view") == 0)
		return coodie_table_meta_cql(coodie_keyspace_meta_table(ks, d->name), out, size);
	for (size_t i = 0; i < coodie_keyspace_meta_table_count(ks); i++) {
		const coodie_table_meta *t = coodie_keyspace_meta_table_at(ks, i);
		const coodie_index_meta *index = coodie_table_meta_index(t, d->name);

		if (index)
			return coodie_index_meta_cql(index, out, size);
	}
	for (size_t i = 0; (fn = coodie_keyspace_meta_function_at(ks, i)); i++)
		if (strcmp(coodie_function_meta_signature(fn), d->name) == 0)
			return coodie_function_meta_cql(fn, out, size);
	for (size_t i = 0; (fn = coodie_keyspace_meta_aggregate_at(ks, i)); i++)
		if (strcmp(coodie_function_meta_signature(fn), d->name) == 0)
			return coodie_function_meta_cql(fn, out, size);
	fail_msg("%s %s is not there", d->kind, d->name);
	return 0;
}

static void test_statements(void **state)
{
	char cql[4096], cut[4096];

	for (size_t i = 0; i < schema_described_count; i++) {
		const struct schema_described *d = &schema_described[i];
		size_t len = statement(*state, d, cql, sizeof cql);

		if (len != strlen(cql) || strcmp(cql, d->statement) != 0)
			fail_msg("%s %s:\n%s\nCassandra says\n%s", d->kind, d->name, cql,
				 d->statement);
		for (size_t size = 0; size < len + 2; size += 1 + size / 3) {
			memset(cut, 'x', sizeof cut);
			assert_int_equal(statement(*state, d, cut, size), len);
			assert_true(size == 0 || strncmp(cut, cql, size - 1) == 0);
			assert_true(size == 0 || strlen(cut) == (size > len ? len : size - 1));
			assert_int_equal(cut[size], 'x');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_statements, setup, teardown),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
