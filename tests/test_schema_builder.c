/* SPDX-License-Identifier: MIT */
/* net/schema/schema_builder.c and net/schema/schema_reader.c: what a narrow read changes and what it shares, rows
 * as nobody should send them, and each allocation failed in turn. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/schema/schema_reader.h"
#include "net/schema/snapshot.h"
#include "tests/failalloc.h"
#include "tests/schema_data.h"
#include "tests/table.h"

static const struct cd_schema_scope everything = { .target = CD_SCHEMA_ALL };

static struct cd_schema *read_scope(struct cd_schema *previous, const struct cd_schema_scope *scope)
{
	coodie_error err;
	struct cd_schema *s = schema_data_read(NULL, previous, scope, &err);

	if (!s)
		fail_msg("%s", err.message);
	return s;
}

/* ---- rows made by hand ----------------------------------------------------------------------- */

struct page {
	enum cd_schema_rows rows;
	const char *columns;
	const char *cells[8];
};

static bool feed(struct cd_schema_builder *b, const struct page *page, coodie_error *err)
{
	size_t count = 0;
	coodie_result *r;
	bool ok;

	while (count < CD_COUNT(page->cells) && page->cells[count])
		count++;
	r = table_result(NULL, page->columns, page->cells, count);
	assert_non_null(r);
	ok = cd_schema_builder_feed(b, page->rows, r, err);
	coodie_result_free(r);
	return ok;
}

static struct cd_schema *build(struct cd_schema *previous, const struct cd_schema_scope *scope,
			       const struct page *pages, size_t count)
{
	coodie_error err;
	struct cd_schema_builder *b = cd_schema_builder_new(NULL, previous, scope, &err);
	struct cd_schema *s = NULL;
	bool ok = b != NULL;

	for (size_t i = 0; ok && i < count; i++)
		ok = feed(b, &pages[i], &err);
	if (ok)
		s = schema_data_finish(b, &err);
	if (!s)
		fail_msg("%s", err.message);
	cd_schema_builder_free(b);
	return s;
}

#define KEYSPACE_COLUMNS "keyspace_name text, durable_writes boolean, replication map<text,text>"
#define COLUMN_COLUMNS \
	"keyspace_name text, table_name text, column_name text, clustering_order text, kind text, " \
	"position int, type text"

/* ---- sharing --------------------------------------------------------------------------------- */

static void test_same_again(void **state)
{
	struct cd_schema *first = read_scope(NULL, &everything);
	struct cd_schema *second = read_scope(first, &everything);

	(void)state;
	assert_true(first->version == 1 && second->version == 2);
	assert_int_equal(first->skipped, 0);
	assert_int_equal(second->keyspace_count, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_ptr_equal(first->keyspaces[i], second->keyspaces[i]);
	cd_schema_free(first);
	assert_non_null(cd_schema_keyspace(second, "shop")); /* it lives on */
	cd_schema_free(second);
}

static const char *const shop[] = { "shop" };

/* A narrow read without rows is a drop. */
static const struct dropped {
	const char *name;
	struct cd_schema_scope scope;
	size_t tables, types, functions, aggregates;
} dropped[] = {
	{ "table", { CD_SCHEMA_TABLE, shop, 1, "plain", { 0 } }, 5, 4, 6, 4 },
	{ "view", { CD_SCHEMA_TABLE, shop, 1, "orders_by_total", { 0 } }, 5, 4, 6, 4 },
	{ "type", { CD_SCHEMA_TYPE, shop, 1, "aardvark", { 0 } }, 6, 3, 6, 4 },
	{ "type in use", { CD_SCHEMA_TYPE, shop, 1, "street", { 0 } }, 6, 3, 6, 4 },
	{ "functions of a name", { CD_SCHEMA_FUNCTION, shop, 1, "plus", { 0 } }, 6, 4, 4, 4 },
	{ "aggregates of a name", { CD_SCHEMA_AGGREGATE, shop, 1, "total", { 0 } }, 6, 4, 6, 2 },
	{ "nobody", { CD_SCHEMA_TABLE, shop, 1, "nobody", { 0 } }, 6, 4, 6, 4 },
};

static void test_dropped(void **state)
{
	struct cd_schema *first = read_scope(NULL, &everything);

	(void)state;
	for (size_t i = 0; i < CD_COUNT(dropped); i++) {
		const struct dropped *d = &dropped[i];
		struct cd_schema *s = build(first, &d->scope, NULL, 0);
		const coodie_keyspace_meta *ks = cd_schema_keyspace(s, "shop");

		CD_CHECK(coodie_keyspace_meta_table_count(ks) == d->tables, d->name);
		CD_CHECK(coodie_keyspace_meta_type_count(ks) == d->types, d->name);
		CD_CHECK(coodie_keyspace_meta_function_count(ks) == d->functions, d->name);
		CD_CHECK(coodie_keyspace_meta_aggregate_count(ks) == d->aggregates, d->name);
		CD_CHECK(s->keyspaces[0] == first->keyspaces[0], d->name);
		CD_CHECK((ks == cd_schema_keyspace(first, "shop")) ==
				 (strcmp(d->name, "nobody") == 0),
			 d->name);
		cd_schema_free(s);
	}
	cd_schema_free(first);
}

/* A narrow read with the same rows is what was there; rows of others are left alone. */
static void test_narrow(void **state)
{
	struct cd_schema *first = read_scope(NULL, &everything), *s;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(dropped); i++) {
		s = read_scope(first, &dropped[i].scope);
		CD_CHECK(cd_schema_keyspace(s, "shop") == cd_schema_keyspace(first, "shop"),
			 dropped[i].name);
		CD_CHECK(s->skipped > 0, dropped[i].name);
		cd_schema_free(s);
	}
	s = build(first, &(struct cd_schema_scope){ CD_SCHEMA_KEYSPACE, shop, 1, NULL, { 0 } },
		  NULL, 0);
	assert_null(cd_schema_keyspace(s, "shop"));
	assert_int_equal(s->keyspace_count, 2);
	cd_schema_free(s);
	s = read_scope(NULL, &(struct cd_schema_scope){ .target = CD_SCHEMA_ALL,
							.filter = { false, shop, 1 } });
	assert_int_equal(s->keyspace_count, 2); /* routing needs the other, but not its tables */
	assert_int_equal(coodie_keyspace_meta_table_count(cd_schema_keyspace(s, "Odd")), 0);
	assert_non_null(coodie_keyspace_meta_replication(cd_schema_keyspace(s, "Odd"), "class"));
	assert_int_equal(coodie_keyspace_meta_table_count(cd_schema_keyspace(s, "shop")), 6);
	cd_schema_free(s);
	cd_schema_free(first);
}

/* A table changes: the rest of its keyspace is as it was, and made of the same rows. */
static void test_altered(void **state)
{
	static const struct page pages[] = {
		{ CD_SCHEMA_TABLES,
		  "keyspace_name text, table_name text, comment text",
		  { "'shop' | 'hits' | 'new'" } },
		{ CD_SCHEMA_COLUMNS,
		  COLUMN_COLUMNS,
		  { "'shop' | 'hits' | 'page' | 'none' | 'partition_key' | 0 | 'text'",
		    "'shop' | 'hits' | 'who' | 'none' | 'regular' | -1 | 'frozen<address>'" } },
	};
	struct cd_schema *first = read_scope(NULL, &everything);
	struct cd_schema *s = build(
		first, &(struct cd_schema_scope){ CD_SCHEMA_TABLE, shop, 1, "hits", { 0 } }, pages,
		2);
	const coodie_keyspace_meta *ks = cd_schema_keyspace(s, "shop");
	const coodie_table_meta *hits = coodie_keyspace_meta_table(ks, "hits");

	(void)state;
	cd_schema_free(first);
	assert_int_equal(coodie_table_meta_column_count(hits), 2);
	assert_int_equal(cql_type_count(coodie_table_meta_column(hits, "who")->type), 4);
	assert_int_equal(coodie_meta_row_count(coodie_table_meta_row(hits)), 3);
	assert_int_equal(coodie_keyspace_meta_table_count(ks), 6);
	for (size_t i = 0; i < schema_described_count; i++) {
		const struct schema_described *d = &schema_described[i];
		char cql[4096];

		if (strcmp(d->keyspace, "shop") != 0 || strcmp(d->kind, "table") != 0 ||
		    strcmp(d->name, "hits") == 0)
			continue;
		coodie_table_meta_cql(coodie_keyspace_meta_table(ks, d->name), cql, sizeof cql);
		assert_string_equal(cql, d->statement);
	}
	cd_schema_free(s);
}

/* ---- other servers --------------------------------------------------------------------------- */

/* Cassandra 3.11: fewer columns, compact storage, and options that are gone. */
static void test_old(void **state)
{
	static const struct page pages[] = {
		{ CD_SCHEMA_KEYSPACES, KEYSPACE_COLUMNS, { "'old' | true | {'class': 'X'}" } },
		{ CD_SCHEMA_TABLES,
		  "keyspace_name text, table_name text, comment text, flags set<text>, "
		  "dclocal_read_repair_chance double",
		  { "'old' | 'dense' | '' | {'dense'} | 0.1",
		    "'old' | 'sparse' | '' | {} | 0.0" } },
		{ CD_SCHEMA_COLUMNS,
		  COLUMN_COLUMNS,
		  { "'old' | 'dense' | 'a' | 'none' | 'partition_key' | 0 | 'int'",
		    "'old' | 'dense' | 'b' | 'desc' | 'clustering' | 0 | 'int'",
		    "'old' | 'dense' | 'value' | 'none' | 'regular' | -1 | 'empty'",
		    "'old' | 'sparse' | 'a' | 'none' | 'partition_key' | 0 | 'int'",
		    "'old' | 'sparse' | 'column1' | 'asc' | 'clustering' | 0 | 'text'",
		    "'old' | 'sparse' | 'v' | 'none' | 'static' | -1 | 'int'",
		    "'old' | 'sparse' | 'value' | 'none' | 'regular' | -1 | 'blob'" } },
	};
	struct cd_schema *s = build(NULL, &everything, pages, CD_COUNT(pages));
	const coodie_keyspace_meta *ks = cd_schema_keyspace(s, "old");
	char cql[1000];

	(void)state;
	coodie_table_meta_cql(coodie_keyspace_meta_table(ks, "dense"), cql, sizeof cql);
	assert_string_equal(cql, "CREATE TABLE old.dense (\n    a int,\n    b int,\n"
				 "    PRIMARY KEY (a, b)\n) WITH COMPACT STORAGE\n"
				 "    AND CLUSTERING ORDER BY (b DESC)\n    AND comment = ''\n"
				 "    AND dclocal_read_repair_chance = 0.1;");
	coodie_table_meta_cql(coodie_keyspace_meta_table(ks, "sparse"), cql, sizeof cql);
	assert_string_equal(cql, "CREATE TABLE old.sparse (\n    a int PRIMARY KEY,\n    v int\n"
				 ") WITH COMPACT STORAGE\n    AND comment = '';");
	cd_schema_free(s);
}

static void test_scylla(void **state)
{
	static const struct page pages[] = {
		{ CD_SCHEMA_KEYSPACES,
		  KEYSPACE_COLUMNS,
		  { "'t' | true | {'class': 'NetworkTopologyStrategy', 'dc1': '1', 'A': '2'}",
		    "'u' | true | {'class': 'X'}", "'v' | null | null" } },
		{ CD_SCHEMA_SCYLLA_KEYSPACES,
		  "keyspace_name text, initial_tablets int",
		  { "'t' | 8", "'u' | null", "'v' | 0" } },
		{ CD_SCHEMA_TABLES,
		  "keyspace_name text, table_name text, extensions map<text,blob>",
		  { "'t' | 'log' | {}" } },
		{ CD_SCHEMA_SCYLLA_TABLES,
		  "keyspace_name text, table_name text, partitioner text",
		  { "'t' | 'log' | 'com.scylladb.dht.CDCPartitioner'" } },
		{ CD_SCHEMA_COLUMNS,
		  COLUMN_COLUMNS,
		  { "'t' | 'log' | 'k' | 'none' | 'partition_key' | 0 | 'blob'" } },
	};
	static const char *const statements[] = {
		"CREATE KEYSPACE t WITH replication = {'class': 'NetworkTopologyStrategy', 'A': "
		"'2', 'dc1': '1'}  AND durable_writes = true AND tablets = {'initial': 8};",
		"CREATE KEYSPACE u WITH replication = {'class': 'X'}  AND durable_writes = true;",
		"CREATE KEYSPACE v WITH replication = {}  AND durable_writes = true AND tablets = "
		"{'enabled': true};",
	};
	struct cd_schema *s = build(NULL, &everything, pages, CD_COUNT(pages));
	const coodie_table_meta *log = coodie_keyspace_meta_table(s->keyspaces[0], "log");
	char cql[1000];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(statements); i++) {
		coodie_keyspace_meta_cql(s->keyspaces[i], cql, sizeof cql);
		assert_string_equal(cql, statements[i]);
		assert_int_equal(coodie_keyspace_meta_has_tablets(s->keyspaces[i]), i != 1);
	}
	assert_string_equal(log->partitioner, "com.scylladb.dht.CDCPartitioner");
	coodie_table_meta_cql(log, cql, sizeof cql);
	assert_string_equal(cql, "CREATE TABLE t.log (\n    k blob PRIMARY KEY\n);");
	cd_schema_free(s);
}

/* ---- what nobody should send ----------------------------------------------------------------- */

static const struct refused {
	const char *name;
	struct page page;
} refused[] = {
	{ "no keyspace_name", { CD_SCHEMA_KEYSPACES, "name text", { "'a'" } } },
	{ "keyspace_name no text", { CD_SCHEMA_KEYSPACES, "keyspace_name int", { "1" } } },
	{ "no table_name", { CD_SCHEMA_TABLES, "keyspace_name text", { "'a'" } } },
	{ "no column_name",
	  { CD_SCHEMA_COLUMNS, "keyspace_name text, table_name text", { "'a' | 'b'" } } },
	{ "table_name a list",
	  { CD_SCHEMA_TABLES, "keyspace_name text, table_name list<text>", { "'a' | ['b']" } } },
};

static void test_refused(void **state)
{
	struct cd_schema_builder *b = cd_schema_builder_new(NULL, NULL, &everything, NULL);
	coodie_result *none = coodie_result_new_void(NULL);
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(refused); i++)
		CD_CHECK(!feed(b, &refused[i].page, &err) && err.code == COODIE_ERR_PROTOCOL,
			 refused[i].name);
	assert_false(cd_schema_builder_feed(b, CD_SCHEMA_TABLES, none, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	coodie_result_free(none);
	cd_schema_builder_free(b);
	assert_null(cd_schema_builder_new(
		NULL, NULL, &(struct cd_schema_scope){ CD_SCHEMA_TABLE, shop, 1, "t", { 0 } },
		&err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(cd_schema_builder_new(
		NULL, NULL, &(struct cd_schema_scope){ .target = CD_SCHEMA_KEYSPACE }, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

/* Names that are none are left out, and said to be; tables of no keyspace are not shown. */
static void test_skipped(void **state)
{
	static const struct page pages[] = {
		{ CD_SCHEMA_KEYSPACES, "keyspace_name text", { "null", "''", "'ks'" } },
		{ CD_SCHEMA_TABLES,
		  "keyspace_name text, table_name text",
		  { "'ks' | null", "'ks' | 't'", "'gone' | 't'", "'ks' | 't'" } },
	};
	struct cd_schema *s = build(NULL, &everything, pages, CD_COUNT(pages));

	(void)state;
	assert_int_equal(s->skipped, 3);
	assert_int_equal(s->keyspace_count, 1);
	assert_int_equal(coodie_keyspace_meta_table_count(s->keyspaces[0]), 1);
	assert_int_equal(coodie_keyspace_meta_replication_count(s->keyspaces[0]), 0);
	cd_schema_free(s);
}

/* Types of themselves, types that double with each step, and types that are none. */
static void test_odd_types(void **state)
{
	static const struct page own = {
		CD_SCHEMA_TYPES,
		"keyspace_name text, type_name text, field_names list<text>, field_types list<text>",
		{ "'ks' | 'self' | ['a'] | ['self']", "'ks' | 'x' | ['a'] | ['frozen<y>']",
		  "'ks' | 'y' | ['a', 'b'] | ['list<frozen<x>>', '<']",
		  "'ks' | 'uneven' | ['a', 'b', 'c'] | ['int']", "'ks' | 'none' | null | null",
		  "'ks' | 'abroad' | ['a', 'b'] | ['other.x', 'nobody']" }
	};
	struct cd_schema_builder *b = cd_schema_builder_new(NULL, NULL, &everything, NULL);
	char row[200];
	struct page page = own;
	struct cd_schema *s;
	const cql_type *type;
	cql_type *copy;
	size_t deep = 0;

	(void)state;
	assert_true(feed(b, &(struct page){ CD_SCHEMA_KEYSPACES, "keyspace_name text", { "'ks'" } },
			 NULL));
	assert_true(feed(b, &own, NULL));
	memset(page.cells, 0, sizeof page.cells);
	page.cells[0] = row;
	for (int i = 0; i < 100; i++) {
		snprintf(row, sizeof row,
			 "'ks' | 't%02d' | ['a', 'b'] | ['t%02d', 'frozen<t%02d>']", i, i + 1,
			 i + 1);
		assert_true(feed(b, &page, NULL));
	}
	assert_non_null(s = schema_data_finish(b, NULL));
	cd_schema_builder_free(b);
	assert_int_equal(coodie_keyspace_meta_type_count(s->keyspaces[0]), 106);
	for (size_t i = 0; i < 106; i++) {
		type = coodie_keyspace_meta_type_at(s->keyspaces[0], i);
		assert_non_null(copy = cql_type_dup(type, NULL)); /* it has an end */
		assert_true(cql_type_equal(copy, type));
		cql_type_free(copy);
	}
	type = coodie_keyspace_meta_type(s->keyspaces[0], "t00");
	for (; cql_type_count(type); type = cql_type_at(type, 0))
		deep++;
	assert_true(deep > 8 && deep < 64);
	type = coodie_keyspace_meta_type(s->keyspaces[0], "uneven");
	assert_int_equal(cql_type_count(type), 1);
	type = coodie_keyspace_meta_type(s->keyspaces[0], "y");
	assert_int_equal(cql_type_kind(cql_type_at(type, 1)), CQL_KIND_CUSTOM);
	assert_string_equal(cql_type_name(cql_type_at(type, 1)), "<");
	type = coodie_keyspace_meta_type(s->keyspaces[0], "abroad");
	assert_string_equal(cql_type_keyspace(cql_type_at(type, 0)), "other");
	assert_string_equal(cql_type_keyspace(cql_type_at(type, 1)), "ks");
	cd_schema_free(s);
}

/* ---- mutations ------------------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

/* The recorded rows with columns of other names and types, and cells that are null or of another
 * column. */
static coodie_result *mutate(const struct schema_data *d, uint32_t *seed)
{
	static const char *const types[] = { "int",  "blob", "list<text>", "map<text, text>",
					     "uuid", "text", "set<int>",   "tuple<int, text>" };
	static const char *const literals[] = { "7",
						"0x00ff",
						"['a', 'int', 'frozen<']",
						"{'target': 'x', '': ''}",
						"e0ecd280-e5c9-11f1-9192-addf066a2192",
						"'frozen<list<zebra>>'",
						"{1, 2}",
						"(1, 'a')" };
	coodie_column_spec columns[32];
	const char **cells = calloc(d->row_count * d->column_count + 1, sizeof(*cells));
	struct schema_data changed = *d;
	coodie_result *page;

	assert_non_null(cells);
	memcpy(columns, d->columns, d->column_count * sizeof *columns);
	memcpy(cells, d->cells, d->row_count * d->column_count * sizeof(*cells));
	for (size_t n = 0; n < 3; n++) {
		size_t c = next_random(seed) % d->column_count, other = next_random(seed) % 8;

		if (next_random(seed) % 3 == 0)
			columns[c].name = "of_another_version";
		if (next_random(seed) % 2 == 0)
			for (size_t row = 0; row < d->row_count; row++) {
				columns[c].type = types[other];
				cells[row * d->column_count + c] = literals[other];
			}
	}
	for (size_t i = 0; i < d->row_count * d->column_count; i++)
		if (next_random(seed) % 16 == 0)
			cells[i] = "null";
	changed.columns = columns;
	changed.cells = cells;
	page = schema_data_page(&changed, 0, d->row_count);
	free(cells);
	return page;
}

/* Everything that can be asked of a schema. */
static void look(const struct cd_schema *s)
{
	static char text[1 << 17];

	for (uint32_t i = 0; i < s->keyspace_count; i++) {
		const coodie_keyspace_meta *ks = s->keyspaces[i];
		size_t len = coodie_keyspace_meta_export(ks, text, sizeof text);

		assert_true(len < sizeof text && strlen(text) == len);
		for (size_t n = 0; n < coodie_keyspace_meta_type_count(ks); n++)
			cql_type_format(coodie_keyspace_meta_type_at(ks, n), text, sizeof text);
		for (size_t n = 0; n < coodie_keyspace_meta_table_count(ks); n++) {
			const coodie_table_meta *t = coodie_keyspace_meta_table_at(ks, n);

			for (size_t c = 0; c < coodie_table_meta_column_count(t); c++) {
				const coodie_column_meta *column = coodie_table_meta_column_at(t,
											       c);

				cql_type_format(column->type, text, sizeof text);
				assert_non_null(coodie_table_meta_column(t, column->name));
			}
		}
	}
}

static void test_mutations(void **state)
{
	unsigned built = 0, rounds = 400;
	coodie_error err;

	(void)state;
	for (uint32_t round = 0; round < rounds; round++) {
		struct cd_schema_builder *b = cd_schema_builder_new(NULL, NULL, &everything, &err);
		uint32_t seed = round * 7919 + 1;
		struct cd_schema *s;

		assert_non_null(b);
		for (size_t i = 0; i < SCHEMA_DATA_TABLES; i++) {
			coodie_result *page = mutate(&schema_data[i], &seed);

			if (!cd_schema_builder_feed(b, schema_data[i].rows, page, &err))
				assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
			coodie_result_free(page);
		}
		s = schema_data_finish(b, &err);
		assert_non_null(s);
		look(s);
		built += s->keyspace_count > 0;
		cd_schema_free(s);
		cd_schema_builder_free(b);
	}
	assert_true(built > rounds / 2);
}

/* ---- without memory -------------------------------------------------------------------------- */

/* All of it, then a table again: what failed can be done once more. */
static bool read_twice(const coodie_allocator *a, void *user)
{
	const struct cd_schema_scope narrow = { CD_SCHEMA_TABLE, shop, 1, "orders", { 0 } };
	coodie_error err = { 0 };
	struct cd_schema *first = user ? cd_schema_ref(user)
				       : schema_data_read(a, NULL, &everything, &err);
	struct cd_schema *second = first ? schema_data_read(a, first, &narrow, &err) : NULL;
	coodie_metadata *md = second ? cd_snapshot_new(a, NULL, NULL, second, &err) : NULL;
	bool ok = md != NULL;

	if (!ok)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	coodie_metadata_free(md);
	cd_schema_free(second);
	cd_schema_free(first);
	return ok;
}

static void test_no_memory(void **state)
{
	struct cd_schema *first = read_scope(NULL, &everything);

	(void)state;
	assert_true(cd_failalloc_each("read the schema", read_twice, NULL));
	assert_true(cd_failalloc_each("read a table", read_twice, first));
	cd_schema_free(first);
}

/* ---- a whole read ---------------------------------------------------------------------------- */

struct server {
	bool asked[CD_SCHEMA_ROWS];
	unsigned left; /* questions that can still be sent */
	char last[200];
};

static bool send_to(enum cd_schema_rows rows, cql_text cql, cql_blob paging_state, void *user,
		    coodie_error *err)
{
	struct server *server = user;

	if (!server->left--) {
		snprintf(err->message, sizeof err->message, "not now");
		err->code = COODIE_ERR_CLOSED;
		return false;
	}
	assert_null(paging_state.data);
	server->asked[rows] = true;
	snprintf(server->last, sizeof server->last, "%.*s", (int)cql.len, cql.data);
	return true;
}

static struct cd_schema_reader *begin(struct server *server, bool is_scylla)
{
	const struct cd_schema_reader_options options = { .scope = everything,
							  .is_scylla = is_scylla,
							  .timeout_ms = 500,
							  .ask = send_to,
							  .user = server };
	struct cd_schema_reader *r = cd_schema_reader_new(NULL, NULL, &options, NULL);

	assert_non_null(r);
	return r;
}

static void test_reader(void **state)
{
	const coodie_error unknown = { .code = COODIE_ERR_SERVER, .server_code = 0x2200 };
	struct server server = { .left = 100 };
	struct cd_schema_reader *r = begin(&server, false);
	struct cd_schema *s = NULL;

	(void)state;
	assert_false(cd_schema_reader_ready(r));
	assert_true(cd_schema_reader_ask(r, NULL));
	assert_string_equal(server.last, "SELECT * FROM system_virtual_schema.columns");
	assert_false(server.asked[CD_SCHEMA_SCYLLA_TABLES]);
	for (size_t i = 0; i < SCHEMA_DATA_TABLES; i++) {
		const struct schema_data *d = &schema_data[i];
		bool is_missing = d->rows >= CD_SCHEMA_VIRTUAL_KEYSPACES;
		coodie_result *page = is_missing ? NULL : schema_data_page(d, 0, d->row_count);

		assert_true(server.asked[d->rows]);
		assert_false(cd_schema_reader_ready(r));
		assert_true(
			cd_schema_reader_answer(r, d->rows, page, page ? NULL : &unknown, NULL));
		coodie_result_free(page);
	}
	while (cd_schema_reader_ready(r) && !s)
		assert_true(cd_schema_reader_step(r, &s, NULL));
	assert_int_equal(s->keyspace_count, 2);
	cd_schema_free(s);
	cd_schema_reader_free(r);
}

static void test_reader_fails(void **state)
{
	const coodie_error unknown = { .code = COODIE_ERR_SERVER, .server_code = 0x2200 };
	struct server server = { .left = 3 };
	struct cd_schema_reader *r = begin(&server, true);
	coodie_error err;

	(void)state;
	assert_false(cd_schema_reader_ask(r, &err));
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	assert_string_equal(server.last, "SELECT * FROM system_schema.columns USING TIMEOUT 500ms");
	assert_false(cd_schema_reader_ready(r));
	cd_schema_reader_free(r);
	server.left = 100;
	r = begin(&server, true);
	assert_true(cd_schema_reader_ask(r, NULL));
	assert_true(server.asked[CD_SCHEMA_SCYLLA_TABLES]);
	assert_false(server.asked[CD_SCHEMA_VIRTUAL_TABLES]);
	assert_false(cd_schema_reader_answer(r, CD_SCHEMA_TABLES, NULL, &unknown, &err));
	assert_int_equal(err.server_code, 0x2200);
	assert_false(cd_schema_reader_answer(r, CD_SCHEMA_VIEWS, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	cd_schema_reader_free(r);
	cd_schema_reader_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_again),   cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_narrow),       cmocka_unit_test(test_altered),
		cmocka_unit_test(test_old),          cmocka_unit_test(test_scylla),
		cmocka_unit_test(test_refused),      cmocka_unit_test(test_skipped),
		cmocka_unit_test(test_odd_types),    cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_no_memory),    cmocka_unit_test(test_reader),
		cmocka_unit_test(test_reader_fails),
	};

	return cmocka_run_group_tests_name("schema_builder", tests, NULL, NULL);
}
