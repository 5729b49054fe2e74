/* SPDX-License-Identifier: MIT */
/* net/schema*.c over what Cassandra 5.0 answered: what was read, what is shared from one schema to
 * the next, and without memory. */
#include "tests/test.h"

#include "net/schema/snapshot.h"
#include "tests/schema_data.h"

static const struct cd_schema_scope everything = { .target = CD_SCHEMA_ALL };

static coodie_metadata *read_all(void)
{
	coodie_error err;
	struct cd_schema *s = schema_data_read(NULL, NULL, &everything, &err);
	coodie_metadata *md;

	if (!s)
		fail_msg("%s", err.message);
	md = cd_snapshot_new(NULL, NULL, NULL, s, &err);
	assert_non_null(md);
	cd_schema_free(s);
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

/* ---- parts ----------------------------------------------------------------------------------- */

static const struct {
	const char *keyspace, *table, *columns;
} tables[] = {
	{ "shop", "orders",
	  "customer uuid p0, day date p1, id timeuuid c0 desc, total decimal c1 asc, Mixed Case int, "
	  "attrs map<text, frozen<set<int>>>, home shop.street, "
	  "lines frozen<list<frozen<tuple<int, text>>>>, note text static, tags set<text>, "
	  "work frozen<shop.address>" },
	{ "shop", "orders_by_total",
	  "total decimal p0, customer uuid c0 desc, day date c1 asc, id timeuuid c2 asc, "
	  "work frozen<shop.address>" },
	{ "shop", "plain", "id int p0, d duration, n inet, v text, w vector<float, 3>" },
	{ "shop", "hits", "page text p0, m counter, n counter" },
	{ "Odd", "Quoted", "Key int p0, select text c0 asc, a\"b int" },
	{ "system_virtual_schema", "tables",
	  "keyspace_name text p0, table_name text c0 asc, comment text" },
};

static void describe_column(const coodie_column_meta *c, char *out, size_t size)
{
	static const char *const orders[] = { "", " asc", " desc" };
	static const char *const kinds[] = { "", " p", " c", " static" };
	char type[200], position[12] = "";

	assert_int_equal(c->size, sizeof *c);
	cql_type_format(c->type, type, sizeof type);
	if (c->kind == COODIE_COLUMN_PARTITION_KEY || c->kind == COODIE_COLUMN_CLUSTERING)
		snprintf(position, sizeof position, "%u", (unsigned)c->position);
	snprintf(out, size, "%s %s%s%s%s", c->name, type, kinds[c->kind], position,
		 orders[c->order]);
}

static void test_columns(void **state)
{
	char columns[2000], one[300];

	for (size_t i = 0; i < CD_COUNT(tables); i++) {
		const coodie_keyspace_meta *ks = coodie_metadata_keyspace(*state,
									  tables[i].keyspace);
		const coodie_table_meta *t = coodie_keyspace_meta_table(ks, tables[i].table);
		const coodie_column_meta *c;

		CD_CHECK(t && coodie_table_meta_keyspace(t) == ks, tables[i].table);
		*columns = '\0';
		for (size_t n = 0; (c = coodie_table_meta_column_at(t, n)); n++) {
			describe_column(c, one, sizeof one);
			strcat(columns, n ? ", " : "");
			strcat(columns, one);
			CD_CHECK(coodie_table_meta_column(t, c->name) == c, c->name);
		}
		assert_string_equal(columns, tables[i].columns);
		CD_CHECK(!coodie_table_meta_column(t, "nobody"), tables[i].table);
	}
}

static const coodie_keyspace_meta *shop_of(const coodie_metadata *md)
{
	const coodie_keyspace_meta *ks = coodie_metadata_keyspace(md, "shop");

	assert_non_null(ks);
	return ks;
}

static void test_keyspaces(void **state)
{
	const coodie_keyspace_meta *odd = coodie_metadata_keyspace(*state, "Odd");
	const coodie_keyspace_meta *virtual = coodie_metadata_keyspace(*state,
								       "system_virtual_schema");
	const char *key, *value;

	assert_int_equal(coodie_metadata_keyspace_count(*state), 3);
	assert_ptr_equal(coodie_metadata_keyspace_at(*state, 0), odd);
	assert_string_equal(coodie_keyspace_meta_name(odd), "Odd");
	assert_false(coodie_keyspace_meta_is_durable(odd));
	assert_true(coodie_keyspace_meta_is_durable(shop_of(*state)));
	assert_false(coodie_keyspace_meta_is_virtual(odd));
	assert_true(coodie_keyspace_meta_is_virtual(virtual));
	assert_int_equal(coodie_keyspace_meta_table_count(virtual), 3);
	assert_false(coodie_keyspace_meta_has_tablets(odd));
	assert_string_equal(coodie_keyspace_meta_replication(shop_of(*state), "dc1"), "1");
	assert_null(coodie_keyspace_meta_replication(shop_of(*state), "dc2"));
	assert_true(coodie_keyspace_meta_replication_at(odd, 1, &key, &value));
	assert_string_equal(key, "replication_factor");
	assert_string_equal(value, "1");
	assert_false(coodie_keyspace_meta_replication_at(odd, 2, &key, &value));
}

/* Fields all the way down, and each type behind those it is made of. */
static void test_types(void **state)
{
	static const char *const order[] = { "street", "address", "zebra", "aardvark" };
	const coodie_keyspace_meta *ks = shop_of(*state);
	const coodie_table_meta *orders = coodie_keyspace_meta_table(ks, "orders");
	const cql_type *address = coodie_keyspace_meta_type(ks, "address"), *work;

	assert_int_equal(coodie_keyspace_meta_type_count(ks), CD_COUNT(order));
	for (size_t i = 0; i < CD_COUNT(order); i++)
		assert_string_equal(cql_type_name(coodie_keyspace_meta_type_at(ks, i)), order[i]);
	assert_int_equal(cql_type_count(address), 4);
	assert_string_equal(cql_type_field(address, 3), "Country");
	assert_true(cql_type_is_frozen(cql_type_at(address, 0)));
	assert_string_equal(cql_type_field(cql_type_at(address, 0), 1), "number");
	work = coodie_table_meta_column(orders, "work")->type;
	assert_true(cql_type_is_frozen(work) && !cql_type_is_frozen(address));
	assert_true(cql_type_equal(work, address));
	assert_int_equal(cql_type_count(coodie_table_meta_column(orders, "home")->type), 2);
	assert_null(coodie_keyspace_meta_type(ks, "orders"));
}

static void test_indexes_and_views(void **state)
{
	const coodie_keyspace_meta *ks = shop_of(*state);
	const coodie_table_meta *orders = coodie_keyspace_meta_table(ks, "orders");
	const coodie_table_meta *plain = coodie_keyspace_meta_table(ks, "plain");
	const coodie_table_meta *view = coodie_keyspace_meta_table(ks, "orders_by_total");
	const coodie_index_meta *index = coodie_table_meta_index(plain, "plain_w");
	coodie_meta_field options;
	cql_map map;

	assert_int_equal(coodie_table_meta_index_count(orders), 4);
	assert_string_equal(coodie_table_meta_index_at(orders, 0)->name, "orders_MixedCase_idx");
	assert_string_equal(coodie_table_meta_index_at(orders, 1)->target, "keys(attrs)");
	assert_null(coodie_table_meta_index_at(orders, 1)->class_name);
	assert_string_equal(index->class_name, "StorageAttachedIndex");
	assert_string_equal(index->kind, "CUSTOM");
	assert_true(coodie_meta_row_find(coodie_index_meta_row(index), "options", &options));
	assert_true(cql_to_map(options.value, &map, NULL) && map.seq.count == 3);
	assert_int_equal(coodie_table_meta_view_count(orders), 1);
	assert_ptr_equal(coodie_table_meta_view_at(orders, 0), view);
	assert_string_equal(coodie_table_meta_base(view), "orders");
	assert_null(coodie_table_meta_base(orders));
	assert_int_equal(coodie_table_meta_partition_key_count(orders), 2);
	assert_int_equal(coodie_table_meta_clustering_count(orders), 2);
}

static void test_functions(void **state)
{
	const coodie_keyspace_meta *ks = shop_of(*state);
	const coodie_function_meta *plus = coodie_keyspace_meta_function(ks, "plus", "int,int");
	const coodie_function_meta *zip = coodie_keyspace_meta_function(ks, "zip_of",
									" address , list< text > ");
	const coodie_function_meta *pair = coodie_keyspace_meta_aggregate(ks, "pair", NULL);

	assert_int_equal(coodie_keyspace_meta_function_count(ks), 6);
	assert_int_equal(coodie_keyspace_meta_aggregate_count(ks), 4);
	assert_non_null(plus);
	assert_string_equal(coodie_function_meta_signature(plus), "plus(int, int)");
	assert_string_equal(coodie_function_meta_body(plus), "return a + b;");
	assert_string_equal(coodie_function_meta_language(plus), "java");
	assert_false(coodie_function_meta_is_called_on_null(plus));
	assert_string_equal(coodie_function_meta_argument_name(plus, 1), "b");
	assert_int_equal(cql_type_kind(coodie_function_meta_return_type(plus)), CQL_KIND_INT);
	assert_string_equal(
		coodie_function_meta_signature(coodie_keyspace_meta_function(ks, "plus", NULL)),
		"plus(bigint, bigint)");
	assert_null(coodie_keyspace_meta_function(ks, "plus", "int"));
	assert_null(coodie_keyspace_meta_function(ks, "plus", "int, text"));
	assert_non_null(coodie_keyspace_meta_function(ks, "answer", ""));
	assert_non_null(zip);
	assert_int_equal(cql_type_count(coodie_function_meta_argument_type(zip, 0)), 4);
	assert_true(coodie_function_meta_is_aggregate(pair));
	assert_false(coodie_function_meta_is_aggregate(zip));
	assert_string_equal(coodie_function_meta_state_function(pair), "count2");
	assert_string_equal(coodie_function_meta_initial(pair), "(0, 0)");
	assert_null(coodie_function_meta_final_function(pair));
	assert_int_equal(cql_type_kind(coodie_function_meta_state_type(pair)), CQL_KIND_TUPLE);
	assert_null(coodie_function_meta_argument_name(pair, 0));
}

/* M6: what has no call of its own is in the rows. */
static void test_fields(void **state)
{
	const coodie_keyspace_meta *ks = shop_of(*state);
	const coodie_table_meta *t = coodie_keyspace_meta_table(ks, "orders");
	const coodie_meta_row *row = coodie_table_meta_row(t);
	coodie_meta_field field;
	int32_t seconds;
	cql_text text;

	assert_int_equal(coodie_meta_row_count(row), 25);
	assert_true(coodie_meta_row_at(row, 15, &field));
	assert_string_equal(field.name, "gc_grace_seconds");
	assert_int_equal(field.size, sizeof field);
	assert_true(cql_to_int32(field.value, &seconds, NULL) && seconds == 86400);
	assert_true(coodie_meta_row_find(row, "comment", &field));
	assert_true(cql_to_text(field.value, &text, NULL) && text.len == 17);
	assert_true(coodie_meta_row_find(row, "memtable", &field) && cql_is_null(field.value));
	assert_false(coodie_meta_row_find(row, "colour", &field));
	assert_false(coodie_meta_row_at(row, 25, &field));
	assert_int_equal(coodie_meta_row_count(coodie_keyspace_meta_row(ks)), 3);
	assert_int_equal(coodie_meta_row_count(
				 coodie_function_meta_row(coodie_keyspace_meta_function_at(ks, 0))),
			 8);
	assert_true(coodie_meta_row_find(coodie_column_meta_row(coodie_table_meta_column(t, "id")),
					 "position", &field));
}

/* A keyspace in one text: every statement of it, each once. */
static void test_export(void **state)
{
	static char text[1 << 16];
	const coodie_keyspace_meta *ks = shop_of(*state);
	size_t found = 0, before = 0, len = coodie_keyspace_meta_export(ks, text, sizeof text);

	assert_int_equal(len, strlen(text));
	for (size_t i = 0; i < schema_described_count; i++)
		if (strcmp(schema_described[i].keyspace, "shop") == 0) {
			const char *at = strstr(text, schema_described[i].statement);

			CD_CHECK(at != NULL, schema_described[i].name);
			if (strcmp(schema_described[i].kind, "index") !=
			    0) { /* theirs: any order */
				CD_CHECK((size_t)(at - text) >= before, schema_described[i].name);
				before = (size_t)(at - text);
			}
			found += strlen(schema_described[i].statement) + 2;
		}
	assert_int_equal(found, strlen(text) + 2);
}

/* Nothing of nothing. */
static void test_nothing(void **state)
{
	const char *key, *value;
	coodie_meta_field field;

	(void)state;
	coodie_metadata_free(NULL);
	assert_true(coodie_metadata_version(NULL) == 0);
	assert_true(coodie_metadata_keyspace_count(NULL) == 0 &&
		    !coodie_metadata_keyspace(NULL, "a") && !coodie_metadata_keyspace_at(NULL, 0));
	assert_true(!coodie_keyspace_meta_name(NULL) && !coodie_keyspace_meta_row(NULL) &&
		    !coodie_keyspace_meta_table(NULL, "a") &&
		    !coodie_keyspace_meta_type(NULL, "a"));
	assert_true(!coodie_keyspace_meta_replication(NULL, "class") &&
		    !coodie_keyspace_meta_replication_at(NULL, 0, &key, &value));
	assert_true(!coodie_keyspace_meta_function(NULL, "a", NULL) &&
		    !coodie_keyspace_meta_aggregate(NULL, "a", NULL));
	assert_true(!coodie_table_meta_name(NULL) && !coodie_table_meta_column(NULL, "a") &&
		    !coodie_table_meta_index(NULL, "a") && !coodie_table_meta_view_at(NULL, 0));
	assert_true(!coodie_column_meta_row(NULL) && !coodie_index_meta_row(NULL) &&
		    !coodie_meta_row_find(NULL, "a", &field) &&
		    !coodie_meta_row_at(NULL, 0, &field));
	assert_true(!coodie_function_meta_name(NULL) &&
		    !coodie_function_meta_argument_type(NULL, 0));
	assert_true(coodie_keyspace_meta_cql(NULL, NULL, 0) == 0 &&
		    coodie_keyspace_meta_export(NULL, NULL, 0) == 0 &&
		    coodie_keyspace_meta_type_cql(NULL, NULL, NULL, 0) == 0 &&
		    coodie_table_meta_cql(NULL, NULL, 9) == 0 &&
		    coodie_index_meta_cql(NULL, NULL, 0) == 0 &&
		    coodie_function_meta_cql(NULL, NULL, 0) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_keyspaces),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_indexes_and_views),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_export),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("schema", tests, setup, teardown);
}
