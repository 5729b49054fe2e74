/* SPDX-License-Identifier: MIT */
/* Integration: tables without a struct: read from the cluster, their rows by name; models that were
 * built; a view. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

static coodie_model *read_model(struct integration *it, const char *table)
{
	coodie_error err = { 0 };
	coodie_model *m = coodie_model_read(it->session, it->keyspace, table, &err);

	ok(m, &err, table);
	return m;
}

/* ---- every type ------------------------------------------------------------------------------ */

/* A column of each type, and a value for it. */
struct typed {
	const char *name, *type;
	cql_value value;
};

static const uint8_t bytes[] = { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };

enum { TYPES = 27 };

static void make_table(struct integration *it, const struct typed *typed)
{
	char cql[2000];
	size_t len = (size_t)snprintf(cql, sizeof(cql),
				      "CREATE TABLE everything (id int, part int, ");

	for (size_t i = 0; i < TYPES; i++)
		len += (size_t)snprintf(cql + len, sizeof(cql) - len, "\"%s\" %s, ", typed[i].name,
					typed[i].type);
	snprintf(cql + len, sizeof(cql) - len,
		 "motto text STATIC, PRIMARY KEY (id, part)) WITH CLUSTERING ORDER BY (part DESC)");
	integration_do(it->session, "CREATE TYPE data (street text, number int)");
	integration_do(it->session, "%s", cql);
	integration_do(it->session, "CREATE INDEX ON everything (an_int)");
}

static void check_row(const void *row, const struct typed *typed)
{
	coodie_error err = { 0 };

	for (size_t i = 0; i < TYPES; i++) {
		cql_value v;

		ok(coodie_object_value(row, typed[i].name, &v, &err), &err, typed[i].name);
		if (!integration_same(v, typed[i].value)) {
			char got[100], want[100];

			cql_value_format(v, got, sizeof(got));
			cql_value_format(typed[i].value, want, sizeof(want));
			fail_msg("%s: %s, not %s", typed[i].name, got, want);
		}
	}
}

/* MD-37, MD-29: each type of a table that no struct knows: its column as it was said, written and
 * read by name. */
static void test_every_type(void **state)
{
	/* their items live as long as this function */
	const struct typed typed[TYPES] = {
		{ "a_bool", "boolean", cql_from_bool(true) },
		{ "a_tiny", "tinyint", cql(-5) },
		{ "a_small", "smallint", cql(-300) },
		{ "an_int", "int", cql(70000) },
		{ "a_big", "bigint", cql(INT64_MIN) },
		{ "a_float", "float", cql(1.5F) },
		{ "a_double", "double", cql(-2.25) },
		{ "a_text", "text", cql("text") },
		{ "an_ascii", "ascii", cql("ascii") },
		{ "a_blob", "blob", cql(cql_blob_of(bytes, 3)) },
		{ "a_varint", "varint", cql_from_varint((cql_varint){ bytes, sizeof(bytes) }) },
		{ "a_decimal", "decimal", cql_from_decimal((cql_decimal){ { bytes, 2 }, 3 }) },
		{ "a_uuid", "uuid",
		  cql_from_uuid((cql_uuid){ { 1, 2, 3, 4, 5, 6, 0x40, 8, 0x80 } }) },
		{ "a_timeuuid", "timeuuid",
		  cql_from_uuid((cql_uuid){ { 1, 2, 3, 4, 5, 6, 0x10, 8, 0x80 } }) },
		{ "an_inet", "inet", cql_from_inet((cql_inet){ { 127, 0, 0, 1 }, 4 }) },
		{ "a_date", "date", cql((cql_date){ 19000 }) },
		{ "a_time", "time", cql((cql_time){ 1 }) },
		{ "a_timestamp", "timestamp", cql((cql_timestamp){ 1700000000123 }) },
		{ "a_duration", "duration", cql_from_duration((cql_duration){ 1, 2, 3 }) },
		{ "a_list", "list<int>", cql(CQL_LIST(cql(3), cql(1))) },
		{ "a_set", "set<text>", cql(CQL_SET(cql("a"), cql("b"))) },
		{ "a_map", "map<text, frozen<list<int>>>",
		  cql(CQL_MAP(cql("k"), cql(CQL_LIST(cql(7))))) },
		{ "a_frozen", "frozen<set<int>>", cql(CQL_SET(cql(1), cql(2))) },
		{ "a_tuple", "frozen<tuple<int, text>>", cql(CQL_TUPLE(cql(1), cql("x"))) },
		{ "a_vector", "vector<float, 2>", cql(CQL_VECTOR(cql(0.5F), cql(1.5F))) },
		{ "a_udt", "frozen<data>", cql(CQL_UDT(cql("Main"), cql(5))) },
		{ "An odd one", "text", cql("quoted") },
	};
	struct integration *it = *state;
	coodie_error err = { 0 };
	const coodie_column *c;
	coodie_model *m;
	void *row, *again;
	cql_args key;

	make_table(it, typed);
	m = read_model(it, "everything");
	assert_int_equal(coodie_model_column_count(it->session, m), TYPES + 3);
	for (size_t i = 0; i < TYPES; i++) {
		c = coodie_model_column_named(it->session, m, typed[i].name);
		assert_non_null(c);
		assert_string_equal(c->type, typed[i].type);
	}
	row = coodie_new(it->session, m, &err);
	ok(row, &err, "new");
	ok(coodie_object_set(row, "id", cql(1), &err), &err, "id");
	ok(coodie_object_set(row, "part", cql(2), &err), &err, "part");
	ok(coodie_object_set(row, "motto", cql("static"), &err), &err, "motto");
	for (size_t i = 0; i < TYPES; i++)
		ok(coodie_object_set(row, typed[i].name, typed[i].value, &err), &err,
		   typed[i].name);
	check_row(row, typed);
	ok(coodie_save(it->session, m, row, NULL, &err), &err, "save");
	ok(coodie_object_key(row, &key, &err), &err, "key");
	again = coodie_get(it->session, m, key, NULL, &err);
	ok(again, &err, "get");
	check_row(again, typed);
	assert_true(coodie_object_same_key(row, again));
	assert_true(coodie_object_equal(row, again));
	coodie_object_free(again);
	coodie_object_free(row);
	coodie_model_free(m);
}

/* MD-36: a read model is what the cluster says, in the order of the key. */
static void test_columns(void **state)
{
	struct integration *it = *state;
	coodie_model *m = read_model(it, "everything");
	const coodie_column *part = coodie_model_column_at(it->session, m, 1);
	coodie_error err = { 0 };

	assert_string_equal(coodie_model_column_at(it->session, m, 0)->name, "id");
	assert_int_equal(coodie_model_column_at(it->session, m, 0)->partition_key, 1);
	assert_string_equal(part->name, "part");
	assert_int_equal(part->clustering_key, 1);
	assert_int_equal(part->order, COODIE_DESC);
	assert_true(coodie_model_column_named(it->session, m, "motto")->is_static);
	/* it is the table: there is nothing to make */
	ok(coodie_sync_table(it->session, m, NULL, &err), &err, "sync");
	coodie_model_free(m);
}

/* A partition of static columns alone has no clustering column: null is not zero. */
static void test_static_alone(void **state)
{
	struct integration *it = *state;
	coodie_model *m = read_model(it, "everything");
	coodie_query *q = coodie_find(it->session, m, "id = ?", CQL_ARGS(cql(77)));
	coodie_error err = { 0 };
	cql_value v;
	void *row;

	integration_do(it->session, "INSERT INTO everything (id, motto) VALUES (77, 'alone')");
	row = coodie_first(q, &err);
	ok(row, &err, "first");
	ok(coodie_object_value(row, "part", &v, &err), &err, "part");
	assert_true(cql_is_null(v));
	coodie_object_free(row);
	coodie_query_free(q);
	coodie_model_free(m);
}

/* What was changed, deleted, and found by an index of the cluster's. */
static void test_changes(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_query *q;
	coodie_model *m;
	uint64_t count = 0;
	cql_value v;
	void *row;

	m = read_model(it, "everything");
	row = coodie_get(it->session, m, CQL_ARGS(cql(1), cql(2)), NULL, &err);
	ok(row, &err, "get");
	ok(coodie_object_set(row, "an_int", cql(4711), &err), &err, "set");
	ok(coodie_object_clear(row, "a_text", &err), &err, "clear");
	ok(coodie_save(it->session, m, row, NULL, &err), &err, "save");
	coodie_object_free(row);
	q = coodie_find(it->session, m, "an_int = ?", CQL_ARGS(cql(4711)));
	row = coodie_first(q, &err);
	ok(row, &err, "find");
	ok(coodie_object_value(row, "a_text", &v, &err) && cql_is_null(v), &err, "a_text");
	ok(coodie_delete(it->session, m, row, NULL, &err), &err, "delete");
	ok(coodie_count(q, &count, &err), &err, "count");
	assert_int_equal(count, 0);
	coodie_object_free(row);
	coodie_query_free(q);
	coodie_model_free(m);
}

/* ---- built ----------------------------------------------------------------------------------- */

/* MD-02, MD-37: made before there is a session; its table is made by it. */
static void test_built(void **state)
{
	struct integration *it = *state;
	const coodie_column columns[] = {
		{ .name = "id", .type = "int", .partition_key = 1 },
		{ .name = "at", .type = "timestamp", .clustering_key = 1, .order = COODIE_DESC },
		{ .name = "seen", .type = "bigint" },
		{ .name = "tags", .type = "set<text>", .index = { .on = true } },
	};
	coodie_model_builder *b = coodie_model_builder_new("visit", 0, "Visits");
	coodie_model options = { .size = sizeof(options), .keyspace = it->keyspace };
	coodie_error err = { 0 };
	coodie_batch *batch;
	coodie_rows *rows;
	coodie_query *q;
	coodie_model *m, *there;
	void *made[3];

	coodie_model_builder_columns(b, columns, 4, sizeof(columns[0]));
	coodie_model_builder_options(b, &options);
	m = coodie_model_builder_build(b, &err);
	ok(m, &err, "build");
	coodie_model_builder_free(b);
	ok(coodie_sync_table(it->session, m, NULL, &err), &err, "sync");
	ok(coodie_sync_table(it->session, m, NULL, &err), &err, "sync again");
	batch = coodie_batch_new(it->session, NULL);
	for (int i = 0; i < 3; i++) {
		made[i] = coodie_new(it->session, m, &err);
		ok(made[i], &err, "new");
		ok(coodie_object_set(made[i], "id", cql(1), &err), &err, "id");
		ok(coodie_object_set(made[i], "at", cql((cql_timestamp){ i }), &err), &err, "at");
		ok(coodie_object_set(made[i], "tags", cql(CQL_SET(cql("x"))), &err), &err, "tags");
		coodie_batch_save(batch, m, made[i], NULL);
	}
	ok(coodie_batch_run(batch, &err), &err, "batch");
	coodie_batch_free(batch);
	q = coodie_find(it->session, m, "tags CONTAINS ?", CQL_ARGS(cql("x")));
	rows = coodie_all(q, &err);
	ok(rows, &err, "all");
	assert_int_equal(coodie_rows_count(rows), 3);
	assert_true(coodie_object_equal(coodie_rows_at(rows, 0, &err), made[2]));
	coodie_rows_free(rows);
	coodie_query_free(q);
	there = read_model(it, "Visits");
	assert_int_equal(coodie_model_column_count(it->session, there), 4);
	coodie_model_free(there);
	for (int i = 0; i < 3; i++)
		coodie_object_free(made[i]);
	coodie_model_free(m);
}

/* ---- not there, and views -------------------------------------------------------------------- */

static void test_not_there(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	assert_null(coodie_model_read(it->session, it->keyspace, "everythin", &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "did you mean everything?"));
	assert_null(coodie_model_read(it->session, "nowhere_at_all", "everything", &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	assert_non_null(strstr(err.message, "there is no keyspace nowhere_at_all"));
}

/* MD-37, MV-07: a view is read as a table is, and not written. */
static void test_view(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_model *m;
	void *row = NULL;
	coodie_query *q;

	integration_do(it->session,
		       "CREATE MATERIALIZED VIEW by_int AS SELECT id, part, an_int FROM everything "
		       "WHERE an_int IS NOT NULL AND id IS NOT NULL AND part IS NOT NULL PRIMARY "
		       "KEY (an_int, id, part)");
	integration_do(it->session, "INSERT INTO everything (id, part, an_int) VALUES (5, 6, 7)");
	m = read_model(it, "by_int");
	assert_string_equal(coodie_model_column_at(it->session, m, 0)->name, "an_int");
	q = coodie_find(it->session, m, "an_int = ?", CQL_ARGS(cql(7)));
	for (int i = 0; i < 5000 && !row; i++) /* it follows its base after a while */
		row = coodie_first(q, &err);
	ok(row, &err, "first");
	assert_false(coodie_save(it->session, m, row, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	coodie_object_free(row);
	coodie_query_free(q);
	coodie_model_free(m);
	integration_do(it->session, "DROP MATERIALIZED VIEW by_int");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_every_type), cmocka_unit_test(test_columns),
	cmocka_unit_test(test_static_alone), cmocka_unit_test(test_changes),
	cmocka_unit_test(test_built), cmocka_unit_test(test_not_there),
	cmocka_unit_test(test_view),
};

const struct integration_group integration_builder =
	INTEGRATION_GROUP("builder", tests, INTEGRATION_VERSIONS);
