/* SPDX-License-Identifier: MIT */
/* net/schema/schema_scope.c, net/schema/schema_rows.c and net/schema/schema_agreement.c: what is asked, of whom, and
 * what the answers about versions mean. */
#include "tests/test.h"

#include "base/error.h"
#include "net/schema/schema.h"
#include "net/schema/schema_agreement.h"
#include "tests/failalloc.h"
#include "tests/schema_data.h"
#include "tests/table.h"

/* ---- statements ------------------------------------------------------------------------------ */

static const char *const shop[] = { "shop" };
static const char *const both[] = { "it's", "Odd" };

static const struct asked {
	const char *name;
	enum cd_schema_rows rows;
	struct cd_schema_scope scope;
	bool is_scylla;
	const char *cql; /* NULL: not asked */
} asked[] = {
	{ "all",
	  CD_SCHEMA_TABLES,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { 0 } },
	  false,
	  "SELECT * FROM system_schema.tables" },
	{ "all of ScyllaDB",
	  CD_SCHEMA_TABLES,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { 0 } },
	  true,
	  "SELECT * FROM system_schema.tables USING TIMEOUT 2000ms" },
	{ "virtual",
	  CD_SCHEMA_VIRTUAL_COLUMNS,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { 0 } },
	  false,
	  "SELECT * FROM system_virtual_schema.columns" },
	{ "virtual, ScyllaDB",
	  CD_SCHEMA_VIRTUAL_COLUMNS,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { 0 } },
	  true,
	  NULL },
	{ "ScyllaDB's",
	  CD_SCHEMA_SCYLLA_TABLES,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { 0 } },
	  false,
	  NULL },
	{ "some keyspaces",
	  CD_SCHEMA_TYPES,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { false, both, 2 } },
	  false,
	  "SELECT * FROM system_schema.types WHERE keyspace_name IN ('it''s', 'Odd')" },
	{ "off",
	  CD_SCHEMA_TABLES,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { true, NULL, 0 } },
	  false,
	  NULL },
	{ "off, but for routing",
	  CD_SCHEMA_KEYSPACES,
	  { CD_SCHEMA_ALL, NULL, 0, NULL, { true, NULL, 0 } },
	  false,
	  "SELECT * FROM system_schema.keyspaces" },
	{ "a keyspace that is not wanted",
	  CD_SCHEMA_TABLES,
	  { CD_SCHEMA_KEYSPACE, shop, 1, NULL, { false, both, 2 } },
	  false,
	  NULL },
	{ "a keyspace that is not wanted, but for routing",
	  CD_SCHEMA_KEYSPACES,
	  { CD_SCHEMA_KEYSPACE, shop, 1, NULL, { false, both, 2 } },
	  false,
	  "SELECT * FROM system_schema.keyspaces WHERE keyspace_name IN ('shop')" },
	{ "a keyspace",
	  CD_SCHEMA_COLUMNS,
	  { CD_SCHEMA_KEYSPACE, shop, 1, NULL, { 0 } },
	  true,
	  "SELECT * FROM system_schema.columns WHERE keyspace_name IN ('shop') USING TIMEOUT 2000ms" },
	{ "a keyspace, virtual",
	  CD_SCHEMA_VIRTUAL_TABLES,
	  { CD_SCHEMA_KEYSPACE, shop, 1, NULL, { 0 } },
	  false,
	  NULL },
	{ "a table",
	  CD_SCHEMA_INDEXES,
	  { CD_SCHEMA_TABLE, shop, 1, "o'h", { 0 } },
	  false,
	  "SELECT * FROM system_schema.indexes WHERE keyspace_name IN ('shop') AND table_name = "
	  "'o''h'" },
	{ "a table, as a view",
	  CD_SCHEMA_VIEWS,
	  { CD_SCHEMA_TABLE, shop, 1, "t", { 0 } },
	  false,
	  "SELECT * FROM system_schema.views WHERE keyspace_name IN ('shop') AND view_name = 't'" },
	{ "a table, its keyspace",
	  CD_SCHEMA_KEYSPACES,
	  { CD_SCHEMA_TABLE, shop, 1, "t", { 0 } },
	  false,
	  NULL },
	{ "a table, types",
	  CD_SCHEMA_TYPES,
	  { CD_SCHEMA_TABLE, shop, 1, "t", { 0 } },
	  false,
	  NULL },
	{ "a function",
	  CD_SCHEMA_FUNCTIONS,
	  { CD_SCHEMA_FUNCTION, shop, 1, "f", { 0 } },
	  false,
	  "SELECT * FROM system_schema.functions WHERE keyspace_name IN ('shop') AND function_name = "
	  "'f'" },
	{ "an aggregate, tables",
	  CD_SCHEMA_TABLES,
	  { CD_SCHEMA_AGGREGATE, shop, 1, "f", { 0 } },
	  false,
	  NULL },
};

static void test_statements(void **state)
{
	struct cd_buffer b;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(asked); i++) {
		const struct asked *a = &asked[i];

		CD_CHECK(cd_schema_rows_wanted(a->rows, &a->scope, a->is_scylla) ==
				 (a->cql != NULL),
			 a->name);
		if (!a->cql)
			continue;
		cd_buffer_init(&b, NULL, 0);
		CD_CHECK(cd_schema_rows_statement(a->rows, &a->scope, a->is_scylla, 2000, &b),
			 a->name);
		CD_CHECK(b.len == strlen(a->cql) && memcmp(b.data, a->cql, b.len) == 0, a->name);
		cd_buffer_deinit(&b);
	}
}

/* ---- the filter ------------------------------------------------------------------------------ */

static const struct filtered {
	const char *text, *names; /* names NULL: refused */
} filters[] = {
	{ NULL, "" },
	{ "", "" },
	{ "  ", "" },
	{ "shop", "shop|" },
	{ "Shop,\tODD2 ", "shop|odd2|" },
	{ "\"Odd\" , shop", "Odd|shop|" },
	{ "a,b,c_1", "a|b|c_1|" },
	{ "a b", NULL },
	{ "a,", NULL },
	{ ",a", NULL },
	{ "\"a", NULL },
	{ "\"a\"b", NULL },
	{ "\"a\"\"b\"", NULL },
	{ "a-b", NULL },
	{ "a;", NULL },
};

static bool parse_filter(const coodie_allocator *a, void *user)
{
	const struct filtered *row = user;
	struct cd_schema_filter f = { 0 };
	struct cd_arena arena;
	char names[100] = "";
	coodie_error err;
	bool ok;

	cd_arena_init(&arena, a, 0);
	ok = cd_schema_filter_parse(&f, &arena, row->text, &err);
	for (uint32_t i = 0; i < f.count; i++) {
		strcat(names, f.names[i]);
		strcat(names, "|");
		assert_true(cd_schema_filter_takes(&f, cql_text_of(f.names[i])));
	}
	if (ok) {
		CD_CHECK(row->names && strcmp(names, row->names) == 0, row->text ? row->text : "");
		assert_int_equal(cd_schema_filter_takes(&f, cql_text_of("nobody")), f.count == 0);
	} else if (err.code != COODIE_ERR_NO_MEMORY) {
		CD_CHECK(!row->names && err.code == COODIE_ERR_INVALID, row->text);
	}
	cd_arena_deinit(&arena);
	return ok || err.code != COODIE_ERR_NO_MEMORY;
}

static void test_filter(void **state)
{
	const struct cd_schema_filter off = { .off = true };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(filters); i++)
		assert_true(cd_failalloc_each("a filter", parse_filter, (void *)&filters[i]));
	assert_false(cd_schema_filter_takes(&off, cql_text_of("shop")));
}

/* ---- changes --------------------------------------------------------------------------------- */

/* Events as "TARGET keyspace name;...", and what is read: "TARGET keyspace,... name". */
static const struct changed {
	const char *events, *scope;
} changes[] = {
	{ "", "" },
	{ "TABLE shop orders", "2 shop orders" },
	{ "TABLE shop orders;TABLE shop orders", "2 shop orders" },
	{ "TABLE shop orders;TABLE shop plain", "1 shop" },
	{ "TABLE shop orders;TABLE shop plain;TABLE shop plain", "1 shop" },
	{ "TABLE shop orders;TYPE shop orders", "1 shop" },
	{ "TABLE shop orders;TABLE Odd orders", "1 shop,Odd" },
	{ "TYPE shop street", "3 shop street" },
	{ "FUNCTION shop plus", "4 shop plus" },
	{ "AGGREGATE shop total", "5 shop total" },
	{ "KEYSPACE shop", "1 shop" },
	{ "KEYSPACE shop;TABLE shop orders", "1 shop" },
	{ "TRIGGER shop it", "1 shop" }, /* not known */
	{ "TABLE fresh t", "1 fresh" },  /* a keyspace that is not known yet */
	{ "TABLE shop", "1 shop" },
	{ "TABLE hidden t", "" }, /* not in the filter */
	{ "TABLE hidden t;TABLE shop t", "2 shop t" },
	{ "KEYSPACE a;KEYSPACE b;KEYSPACE c;KEYSPACE d;KEYSPACE e;KEYSPACE f;KEYSPACE g;KEYSPACE h",
	  "1 a,b,c,d,e,f,g,h" },
	{ "KEYSPACE a;KEYSPACE b;KEYSPACE c;KEYSPACE d;KEYSPACE e;KEYSPACE f;KEYSPACE g;KEYSPACE "
	  "h;KEYSPACE b;KEYSPACE i",
	  "0 " },
	{ "KEYSPACE hidden", "1 hidden" }, /* its replication */
};

static void add_events(struct cd_schema_changes *c, const struct cd_schema_filter *f,
		       const char *events)
{
	char copy[300], *event, *rest = copy;

	snprintf(copy, sizeof copy, "%s", events);
	while ((event = strtok_r(rest, ";", &rest))) {
		char target[20] = "", keyspace[20] = "", name[20] = "";
		int words = sscanf(event, "%19s %19s %19s", target, keyspace, name);

		cd_schema_changes_add(c, f, target, keyspace, words == 3 ? name : NULL);
	}
}

static void format_scope(const struct cd_schema_scope *scope, char *out, size_t size)
{
	size_t len = (size_t)snprintf(out, size, "%d ", scope->target);

	for (uint32_t i = 0; i < scope->keyspace_count; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? "," : "",
					scope->keyspaces[i]);
	if (scope->name)
		snprintf(out + len, size - len, " %s", scope->name);
}

static void test_changes(void **state)
{
	static const char *const names[] = { "shop", "Odd", "fresh", "a", "b", "c",
					     "d",    "e",   "f",     "g", "h", "i" };
	const struct cd_schema_filter filter = { false, names, CD_COUNT(names) };
	const struct cd_schema_scope everything = { .target = CD_SCHEMA_ALL };
	struct cd_schema *known = schema_data_read(NULL, NULL, &everything, NULL);
	char got[200];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(changes); i++) {
		struct cd_schema_changes c = { 0 };
		struct cd_schema_scope scope;

		*got = '\0';
		add_events(&c, &filter, changes[i].events);
		if (cd_schema_changes_scope(&c, &filter, known, &scope))
			format_scope(&scope, got, sizeof got);
		if (strcmp(got, changes[i].scope) != 0)
			fail_msg("%s: %s, not %s", changes[i].events, got, changes[i].scope);
	}
	cd_schema_free(known);
}

/* Names that no server would give only widen what is read. */
static void test_long_names(void **state)
{
	const struct cd_schema_filter all = { 0 };
	struct cd_schema_changes c = { 0 };
	struct cd_schema_scope scope;
	char name[CD_SCHEMA_NAME + 1];

	(void)state;
	memset(name, 'x', sizeof name);
	name[CD_SCHEMA_NAME] = '\0';
	cd_schema_changes_add(&c, &all, "TABLE", "shop", name);
	assert_true(cd_schema_changes_scope(&c, &all, NULL, &scope));
	assert_int_equal(scope.target, CD_SCHEMA_KEYSPACE);
	cd_schema_changes_add(&c, &all, "TABLE", name, "t");
	assert_true(cd_schema_changes_scope(&c, &all, NULL, &scope));
	assert_int_equal(scope.target, CD_SCHEMA_ALL);
	c = (struct cd_schema_changes){ 0 };
	cd_schema_changes_add_all(&c);
	assert_true(cd_schema_changes_scope(&c, &all, NULL, &scope));
	assert_true(scope.target == CD_SCHEMA_ALL && scope.keyspace_count == 0);
}

/* ---- agreement ------------------------------------------------------------------------------- */

#define ID(n) "00000000-0000-0000-0000-00000000000" #n
#define VERSIONS "host_id uuid, schema_version uuid"

static const struct agreement {
	const char *name, *local_columns, *local, *peer_columns;
	const char *peers[6];
	bool agreed;
	uint32_t hosts, differing; /* hosts 0: refused */
} agreements[] = {
	{ "alone", VERSIONS, ID(1) " | " ID(7), VERSIONS, { NULL }, true, 1, 0 },
	{ "all the same",
	  VERSIONS,
	  ID(1) " | " ID(7),
	  VERSIONS,
	  { ID(2) " | " ID(7), ID(3) " | " ID(7) },
	  true,
	  3,
	  0 },
	{ "one differs",
	  VERSIONS,
	  ID(1) " | " ID(7),
	  VERSIONS,
	  { ID(2) " | " ID(7), ID(3) " | " ID(8) },
	  false,
	  3,
	  1 },
	{ "more than are shown",
	  VERSIONS,
	  ID(1) " | " ID(7),
	  VERSIONS,
	  { ID(2) " | " ID(8), ID(3) " | " ID(8), ID(4) " | " ID(8), ID(5) " | " ID(8),
	    ID(6) " | " ID(8) },
	  false,
	  6,
	  5 },
	{ "who differs is down",
	  VERSIONS,
	  ID(1) " | " ID(7),
	  VERSIONS,
	  { ID(9) " | " ID(8) },
	  true,
	  1,
	  0 },
	{ "one that joins",
	  VERSIONS,
	  ID(1) " | " ID(7),
	  VERSIONS,
	  { ID(2) " | null", "null | " ID(8) },
	  true,
	  1,
	  0 },
	{ "no version of its own", VERSIONS, ID(1) " | null", VERSIONS, { NULL }, false, 0, 0 },
	{ "no local row", VERSIONS, NULL, VERSIONS, { NULL }, false, 0, 0 },
	{ "no such column", "host_id uuid", ID(1), VERSIONS, { NULL }, false, 0, 0 },
	{ "no such column of peers",
	  VERSIONS,
	  ID(1) " | " ID(7),
	  "peer inet",
	  { "'::1'" },
	  false,
	  0,
	  0 },
	{ "a text",
	  "host_id uuid, schema_version text",
	  ID(1) " | 'x'",
	  VERSIONS,
	  { NULL },
	  false,
	  0,
	  0 },
	{ "a text of peers",
	  VERSIONS,
	  ID(1) " | " ID(7),
	  "host_id uuid, schema_version text",
	  { ID(2) " | 'x'" },
	  false,
	  0,
	  0 },
};

static bool is_up(const cql_uuid *host_id, void *user)
{
	return host_id->bytes[15] != *(uint8_t *)user;
}

static void test_agreement(void **state)
{
	uint8_t down = 9;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(agreements); i++) {
		const struct agreement *a = &agreements[i];
		size_t count = 0;
		struct cd_schema_agreement got = { 0 };
		coodie_error err;

		while (count < CD_COUNT(a->peers) && a->peers[count])
			count++;
		coodie_result *local = table_result(NULL, a->local_columns, &a->local,
						    a->local ? 1 : 0);
		coodie_result *peers = table_result(NULL, a->peer_columns, a->peers, count);
		bool ok = cd_schema_agreement_read(&got, local, peers, is_up, &down, &err);

		CD_CHECK(ok == (a->hosts > 0), a->name);
		CD_CHECK(ok || err.code != COODIE_OK, a->name);
		CD_CHECK(got.agreed == a->agreed && got.hosts == a->hosts &&
				 got.differing == a->differing,
			 a->name);
		CD_CHECK(!a->differing || got.others[0].bytes[15], a->name);
		coodie_result_free(local);
		coodie_result_free(peers);
	}
	assert_false(cd_schema_agreement_read(&(struct cd_schema_agreement){ 0 }, NULL, NULL, NULL,
					      NULL, NULL));
}

static void test_waits(void **state)
{
	static const uint32_t waits[] = { 0, 10, 20, 40, 80, 160, 200, 200 };

	(void)state;
	for (uint32_t i = 0; i < CD_COUNT(waits); i++)
		assert_int_equal(cd_schema_agreement_wait_ms(i), waits[i]);
	assert_int_equal(cd_schema_agreement_wait_ms(UINT32_MAX), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements), cmocka_unit_test(test_filter),
		cmocka_unit_test(test_changes),    cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_agreement),  cmocka_unit_test(test_waits),
	};

	return cmocka_run_group_tests_name("schema_scope", tests, NULL, NULL);
}
