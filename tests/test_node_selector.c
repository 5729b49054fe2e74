/* SPDX-License-Identifier: MIT */
/* Selection clauses: names and types of their columns, what they make of rows, what is refused. */
#include "tests/test.h"

#include "base/buffer.h"
#include "base/reader.h"
#include "node/plan/select.h"
#include "node/value/json_print.h"
#include "tests/failalloc.h"
#include "tests/node_db.h"

#define SELECT_TABLE \
	"CREATE TABLE ks.t (p int, c int, s int static, i int, d double, x text, b blob, " \
	"l list<int>, m map<text, int>, st set<text>, u address, f frozen<address>, " \
	"n decimal, w varint, v vector<float, 2>, tu timeuuid, ts timestamp, dt date, tm time, " \
	"ip inet, ok boolean, PRIMARY KEY (p, c))"

/* The row that is selected from; a cell's timestamp is 1000 and its place here. */
static const struct {
	const char *column, *value;
} cells[] = {
	{ "s", "7" },
	{ "b", "0x00000005" },
	{ "d", "2.5" },
	{ "dt", "'2026-11-21'" },
	{ "f", "{street: 'A', zip: 1}" },
	{ "i", "42" },
	{ "ip", "'127.0.0.1'" },
	{ "l", "[3, 1, 2]" },
	{ "m", "{'a': 1, 'b': 2, 'c': 3}" },
	{ "n", "1.50" },
	{ "ok", "true" },
	{ "st", "{'x', 'y'}" },
	{ "tm", "'08:07:41.5'" },
	{ "ts", "'2026-11-21 08:07:41.123Z'" },
	{ "tu", "123e4567-e89b-12d3-a456-426614174000" },
	{ "u", "{zip: 9}" },
	{ "v", "[1, 0]" },
	{ "w", "-5" },
	{ "x", "'it\"s'" },
};

/* The columns of a result, and its row: each cell in JSON, or hexadecimal. */
static const struct {
	const char *cql, *columns, *want;
} rows[] = {
	{ "p, c, s, i", "p int, c int, s int, i int", "1, 2, 7, 42" },
	{ "i, p, i AS j", "i int, p int, j int", "42, 1, 42" },
	{ "l, m, st", "l list<int>, m map<text, int>, st set<text>",
	  "[3, 1, 2], {\"a\": 1, \"b\": 2, \"c\": 3}, [\"x\", \"y\"]" },
	{ "u, f", "u ks.address, f frozen<ks.address>",
	  "{\"street\": null, \"zip\": 9}, {\"street\": \"A\", \"zip\": 1}" },
	{ "u.zip, f.street, u.street", "u.zip int, f.street text, u.street text",
	  "9, \"A\", null" },
	{ "m['b'], m['z'], st['x'], st['q']", "m['b'] int, m['z'] int, st['x'] text, st['q'] text",
	  "2, null, \"x\", null" },
	{ "m['b'..], m[..'a'], m['b'..'b'], st['y'..'z']",
	  "m['b'..] map<text, int>, m[..'a'] map<text, int>, m['b'..'b'] map<text, int>, "
	  "st['y'..'z'] set<text>",
	  "{\"b\": 2, \"c\": 3}, {\"a\": 1}, {\"b\": 2}, [\"y\"]" },
	{ "writetime(i), ttl(i), maxwritetime(m)",
	  "writetime(i) bigint, ttl(i) int, maxwritetime(m) bigint", "1005, null, 1008" },
	{ "writetime(m), ttl(m), writetime(m['b']), ttl(x)",
	  "writetime(m) frozen<list<bigint>>, ttl(m) frozen<list<int>>, writetime(m['b']) bigint, ttl(x) int",
	  "[1008, 1008, 1008], [null, null, null], 1008, 100" },
	{ "writetime(u), writetime(u.zip), writetime(u.street)",
	  "writetime(u) frozen<list<bigint>>, writetime(u.zip) bigint, writetime(u.street) bigint",
	  "[null, 1015], 1015, null" },
	{ "writetime(m['b'..])", "writetime(m['b'..]) frozen<list<bigint>>", "[1008, 1008]" },
	{ "token(p)", "system.token(p) bigint", "-4069959284402364209" },
	{ "count(*)", "count bigint", "2" },
	{ "count(1), count(i), count(u.street)",
	  "count bigint, system.count(i) bigint, system.count(u.street) bigint", "2, 2, 0" },
	{ "min(i), max(x), sum(d), avg(i)",
	  "system.min(i) int, system.max(x) text, system.sum(d) double, system.avg(i) int",
	  "42, \"it\\\"s\", 5.0, 42" },
	{ "sum(n), avg(n), sum(w), avg(w), min(w)",
	  "system.sum(n) decimal, system.avg(n) decimal, system.sum(w) varint, "
	  "system.avg(w) varint, system.min(w) varint",
	  "3.00, 1.50, -10, -5, -5" },
	{ "i, count(*), m['b'], writetime(i)",
	  "i int, count bigint, m['b'] int, writetime(i) bigint", "42, 2, 2, 1005" },
	{ "cast(i AS text), cast(d AS int), cast(i AS double), CAST(tu AS date)",
	  "cast(i as text) text, cast(d as int) int, cast(i as double) double, "
	  "cast(tu as date) date",
	  "\"42\", 2, 42.0, \"2228-06-25\"" },
	{ "cast(i AS int)", "i int", "42" },
	{ "cast(ts AS text), cast(dt AS text), cast(tm AS text), cast(ip AS text), "
	  "cast(ok AS text), cast(d AS text), cast(dt AS timestamp), cast(n AS text)",
	  "cast(ts as text) text, cast(dt as text) text, cast(tm as text) text, "
	  "cast(ip as text) text, cast(ok as text) text, cast(d as text) text, "
	  "cast(dt as timestamp) timestamp, cast(n as text) text",
	  "\"2026-11-21T08:07:41.123Z\", \"2026-11-21\", \"08:07:41.500000000\", \"127.0.0.1\", "
	  "\"true\", \"2.5\", \"2026-11-21 00:00:00.000Z\", \"1.50\"" },
	{ "i + 1, i - 1, i * 2, i / 5, i % 5, -d, i + d, i + w",
	  "i + 1 int, i - 1 int, i * 2 int, i / 5 int, i % 5 int, -d double, i + d double, "
	  "i + w varint",
	  "43, 41, 84, 8, 2, -2.5, 44.5, 37" },
	{ "x + 'x'", "x + 'x' text", "\"it\\\"sx\"" },
	{ "n * 2, n / 7, n % 1, w / 2, i * n",
	  "n * 2 decimal, n / 7 decimal, n % 1 decimal, w / 2 varint, i * n decimal",
	  "3.000, 0.21428571428571428571428571428571, 0.50, -2, 63.000" },
	{ "to_date(tu), to_timestamp(dt), to_unix_timestamp(ts), toDate(ts)",
	  "system.to_date(tu) date, system.to_timestamp(dt) timestamp, "
	  "system.to_unix_timestamp(ts) bigint, system.todate(ts) date",
	  "\"2228-06-25\", \"2026-11-21 00:00:00.000Z\", 1795248461123, \"2026-11-21\"" },
	{ "min_timeuuid(ts), maxTimeuuid('1970-01-01')",
	  "system.min_timeuuid(ts) timeuuid, system.maxtimeuuid('1970-01-01') timeuuid",
	  "\"9f97c930-e582-11f1-8080-808080808080\", "
	  "\"1381670f-1dd2-11b2-7f7f-7f7f7f7f7f7f\"" },
	{ "current_timestamp(), current_date(), current_time()",
	  "system.current_timestamp() timestamp, system.current_date() date, "
	  "system.current_time() time",
	  "\"2026-11-21 08:07:41.123Z\", \"2026-11-21\", \"08:07:41.123456000\"" },
	{ "floor(ts, 1h), floor(ts, 1mo), floor(dt, 3d), floor(tm, 15m), "
	  "floor(ts, 1d, '2026-11-20 12:00:00Z')",
	  "system.floor(ts, 1h) timestamp, system.floor(ts, 1mo) timestamp, "
	  "system.floor(dt, 3d) date, system.floor(tm, 15m) time, "
	  "system.floor(ts, 1d, '2026-11-20 12:00:00Z') timestamp",
	  "\"2026-11-21 08:00:00.000Z\", \"2026-11-01 00:00:00.000Z\", \"2026-11-21\", "
	  "\"08:00:00.000000000\", \"2026-11-20 12:00:00.000Z\"" },
	{ "int_as_blob(i), blobAsInt(b), textAsBlob('a'), varchar_as_blob('b')",
	  "system.int_as_blob(i) blob, system.blobasint(b) int, system.textasblob('a') blob, "
	  "system.varchar_as_blob('b') blob",
	  "\"0x0000002a\", 5, \"0x61\", \"0x62\"" },
	{ "abs(w), exp(d), log(d), log10(d), round(d), round(n), abs(-5)",
	  "system.abs(w) varint, system.exp(d) double, system.log(d) double, "
	  "system.log10(d) double, system.round(d) double, system.round(n) decimal, "
	  "system.abs(-5) int",
	  "5, 12.182493960703473, 0.9162907318741551, 0.3979400086720376, 3.0, 2, 5" },
	{ "map_keys(m), map_values(m), collection_count(l), collection_min(l), collection_max(st)",
	  "system.map_keys(m) frozen<set<text>>, system.map_values(m) frozen<list<int>>, "
	  "system.collection_count(l) int, system.collection_min(l) int, "
	  "system.collection_max(st) text",
	  "[\"a\", \"b\", \"c\"], [1, 2, 3], 3, 1, \"y\"" },
	{ "collection_sum(l), collection_avg(l)",
	  "system.collection_sum(l) int, system.collection_avg(l) int", "6, 2" },
	{ "similarity_cosine(v, [0, 1]), similarity_euclidean(v, v), similarity_dot_product(v, v)",
	  "system.similarity_cosine(v, [0, 1]) float, system.similarity_euclidean(v, v) float, "
	  "system.similarity_dot_product(v, v) float",
	  "0.5, 1.0, 1.0" },
	{ "to_json(m), toJson(x), to_json(u.street)",
	  "system.to_json(m) text, system.tojson(x) text, system.to_json(u.street) text",
	  "\"{\\\"a\\\": 1, \\\"b\\\": 2, \\\"c\\\": 3}\", \"\\\"it\\\\\\\"s\\\"\", \"null\"" },
	{ "mask_default(x), mask_default(i), mask_default(f), mask_default(l), mask_default(v), "
	  "mask_default(tu), mask_default(n), mask_default(dt)",
	  "system.mask_default(x) text, system.mask_default(i) int, "
	  "system.mask_default(f) frozen<ks.address>, system.mask_default(l) list<int>, "
	  "system.mask_default(v) vector<float, 2>, system.mask_default(tu) 'org.apache.cassandra.db.marshal.LegacyTimeUUIDType', "
	  "system.mask_default(n) decimal, system.mask_default(dt) date",
	  "\"****\", 0, {\"street\": \"****\", \"zip\": 0}, [], [0.0, 0.0], "
	  "\"13814000-1dd2-11b2-8080-808080808080\", 0, \"1970-01-01\"" },
	{ "mask_null(i), mask_replace(i, 7), mask_inner(x, 1, 1), mask_outer(x, 1, null), "
	  "mask_outer(x, 1, 1, '#')",
	  "system.mask_null(i) int, system.mask_replace(i, 7) int, "
	  "system.mask_inner(x, 1, 1) text, system.mask_outer(x, 1, NULL) text, "
	  "system.mask_outer(x, 1, 1, '#') text",
	  "null, 7, \"i**s\", \"*t\\\"s\", \"#t\\\"#\"" },
	{ "mask_hash(i, 'MD5'), mask_hash(u.street)",
	  "system.mask_hash(i, 'MD5') blob, system.mask_hash(u.street) blob",
	  "\"0xa515855799ddbda08bc99fc2ce87fa79\", null" },
	{ "(int) 5, (text) 'a', (bigint) null", "(int)5 int, (text)'a' text, (bigint)NULL bigint",
	  "5, \"a\", null" },
	{ "[i, c], {i}, (i, x), (list<int>) []",
	  "[i, c] frozen<list<int>>, {i} frozen<set<int>>, (i, x) frozen<tuple<int, text>>, (list<int>)[] list<int>",
	  "[42, 2], [42], [42, \"it\\\"s\"], []" },
	{ "(address) {zip: i}, (map<text, int>) {'a': i}",
	  "(ks.address){zip: i} ks.address, (map<text, int>){'a': i} map<text, int>",
	  "{\"street\": null, \"zip\": 42}, {\"a\": 42}" },

	{ "y", "", "Undefined column name y in table ks.t" },
	{ "i.zip", "", "Invalid field selection: i of type int is not a user type" },
	{ "u.town", "", "u of type address has no field town" },
	{ "i[1]", "", "Invalid element selection: i is of type int is not a collection" },
	{ "i[1..2]", "", "Invalid slice selection: i of type int is not a collection" },
	{ "l[1]", "", "Element selection is only allowed on sets and maps, but l is a list" },
	{ "l[1..2]", "", "Slice selection is only allowed on sets and maps, but l is a list" },
	{ "m[1]", "", "Invalid INTEGER constant (1) for \"key(m)\" of type text" },
	{ "mask_replace(ts, ok)", "",
	  "Type error: ok cannot be passed as argument 1 of function system.mask_replace of type "
	  "timestamp" },
	{ "[i, x]", "", "[42, 1769218675]" },
	{ "min(0x0000002a)", "", "0" },
	{ "to_timestamp(w)", "",
	  "Invalid call to function to_timestamp, none of its type signatures match (known type "
	  "signatures: system.to_timestamp : (timeuuid) -> timestamp, system.to_timestamp : (date) "
	  "-> timestamp)" },
	{ "5", "",
	  "Cannot infer type for term 5 in selection clause (try using a cast to force a type)" },
	{ "writetime(p)", "", "Cannot use selection function writetime on PRIMARY KEY part p" },
	{ "ttl(c)", "", "Cannot use selection function ttl on PRIMARY KEY part c" },
	{ "nothing(i)", "", "Unknown function 'nothing'" },
	{ "ks.nothing(i)", "", "Unknown function 'ks.nothing'" },
	{ "dateOf(tu)", "", "Unknown function 'dateof'" },
	{ "cast(i AS blob)", "", "i cannot be cast to blob" },
	{ "cast(x AS smallint)", "",
	  "Invalid call to function system.cast_as_smallint, none of its type signatures match "
	  "(known type signatures: system.cast_as_smallint : (bigint) -> smallint, "
	  "system.cast_as_smallint : (counter) -> smallint, "
	  "system.cast_as_smallint : (decimal) -> smallint, "
	  "system.cast_as_smallint : (double) -> smallint, "
	  "system.cast_as_smallint : (float) -> smallint, "
	  "system.cast_as_smallint : (int) -> smallint, "
	  "system.cast_as_smallint : (varint) -> smallint, "
	  "system.cast_as_smallint : (tinyint) -> smallint)" },
	{ "max(count(i))", "",
	  "aggregate functions cannot be used as arguments of aggregate functions" },
	{ "map_keys(i)", "",
	  "Function system.map_keys requires a map argument, but found argument i of type int" },
	{ "collection_sum(st)", "",
	  "Function system.collection_sum requires a numeric set/list argument, but found argument "
	  "st of type set<text>" },
	{ "collection_min(m)", "",
	  "Function system.collection_min requires a set or list argument, but found argument m of "
	  "type map<text, int>" },
	{ "token(x)", "",
	  "Type error: x cannot be passed as argument 0 of function system.token of type int" },
	{ "token(p, c)", "",
	  "Invalid number of arguments in call to function system.token: 1 required but 2 provided" },
	{ "mask_inner(i, 1, 1)", "",
	  "Function system.mask_inner requires an argument of type [text|varchar|ascii], but found "
	  "argument i of type int" },
	{ "mask_inner(x, 1, 1, 'ab')", "",
	  "The padding argument for function system.mask_inner should be single-character, but 'ab' "
	  "has 2 characters." },
	{ "mask_hash(x, 'X')", "", "Hash algorithm not found: X" },
	{ "mask_null()", "", "Invalid number of arguments for function system.mask_null(any)" },
	{ "(text) i", "", "Cannot assign value (text)i to (text)i of type text" },
	{ "ts - ts", "",
	  "Ambiguous '-' operation with args ts and ts: use type hint to disambiguate, example "
	  "'(int) ?'" },
	{ "n / 0", "", "the operation 'decimal / int' failed: BigInteger divide by zero" },
	{ "count(i, x)", "",
	  "Invalid number of arguments in call to function system.count: 1 required but 2 provided" },
	{ "to_json(null)", "",
	  "Cannot infer type of argument NULL in call to function system.to_json(any): use type "
	  "casts to disambiguate" },
	{ "i + x", "", "the '+' operation is not supported between i and x" },
	{ "blob_as_int(0x01)", "",
	  "In call to function system.blob_as_int, value 0x01 is not a valid binary representation "
	  "for type int" },
	{ "i / 0", "", "the operation 'int / int' failed: / by zero" },
	{ "dt + 1h", "",
	  "the operation 'date + duration' failed: The duration must have a day precision. Was: "
	  "1h" },
	{ "similarity_cosine(v, [0, 0])", "",
	  "Function system.similarity_cosine doesn't support all-zero vectors." },
};

/* ---- the row ---------------------------------------------------------------------------------- */

struct fixture {
	struct node_db d;
	struct nd_table *t;
	struct nd_cell cells[64], statics[1];
	struct nd_row row, static_row;
	cql_blob key[1], clustering[1];
	struct nd_row_view view;
};

static struct nd_value value_of(struct node_db *d, const struct nd_column *c, const char *literal)
{
	char cql[512];
	struct nd_receiver receiver = { "ks", "t", c->name, c->type };
	struct nd_value v = { ND_NULL, NULL, 0 };

	snprintf(cql, sizeof cql, "INSERT INTO ks.t (k) VALUES (%s)", literal);
	struct nd_statement *s = node_db_parse(d, cql);
	assert_non_null(s);
	struct nd_planner p = node_db_planner(d, s);
	struct nd_term *t = nd_term_new(&p, s->as.insert.values[0], &receiver);
	if (!t || !nd_term_value(t, &d->x, &v))
		fail_msg("%s: %s", c->name, node_db_refusal(d));
	return v;
}

static cql_blob path_of(struct node_db *d, const struct nd_column *c, const struct nd_items *items,
			uint32_t i)
{
	uint8_t place[2] = { 0, (uint8_t)i };

	if (c->type->kind == CQL_KIND_UDT || c->type->kind == CQL_KIND_LIST)
		return (cql_blob){ cd_arena_copy(&d->arena, place, 2), 2 };
	return (cql_blob){ items->at[i * c->type->count].data, items->at[i * c->type->count].len };
}

/* Appends the cells of a column, as the store has them. */
static void add_cells(struct fixture *f, size_t place, uint32_t *count)
{
	const struct nd_column *c = nd_table_column(f->t, cells[place].column);
	struct nd_value v = value_of(&f->d, c, cells[place].value);
	struct nd_cell cell = { .column = c,
				.value = { v.data, v.len },
				.timestamp_us = 1000 + (int64_t)place };
	struct nd_items items;

	if (strcmp(c->name, "x") == 0) {
		cell.ttl = 200;
		cell.expires = (int32_t)(NODE_DB_NOW_US / 1000000 + 100);
	}
	if (!c->is_multi_cell) {
		f->cells[(*count)++] = cell;
		return;
	}
	assert_true(nd_items_read(c->type, v, &f->d.arena, &items, &f->d.x.problem));
	uint32_t step = c->type->kind == CQL_KIND_UDT ? 1 : c->type->count;
	for (uint32_t i = 0; i < items.count / step; i++) {
		const struct nd_value *item = &items.at[i * step + step - 1];
		if (item->presence != ND_VALUE)
			continue;
		cell.path = path_of(&f->d, c, &items, i);
		cell.value = (cql_blob){ item->data,
					 c->type->kind == CQL_KIND_SET ? 0 : item->len };
		f->cells[(*count)++] = cell;
	}
}

static void open_fixture(struct fixture *f)
{
	uint32_t count = 0;

	memset(f, 0, sizeof *f);
	assert_true(node_db_open(&f->d, NULL));
	assert_true(node_db_define(&f->d, "CREATE TYPE ks.address (street text, zip int)"));
	if (!node_db_define(&f->d, SELECT_TABLE))
		fail_msg("%s", node_db_refusal(&f->d));
	f->t = nd_keyspace_table(nd_schema_keyspace(&f->d.db.schema, "ks"), "t");
	for (size_t i = 0; i < CD_COUNT(cells); i++)
		add_cells(f, i, &count);
	f->statics[0] = f->cells[0];
	f->static_row = (struct nd_row){ .cell_count = 1, .cells = f->statics };
	f->key[0] = (cql_blob){ (const uint8_t *)"\0\0\0\1", 4 };
	f->clustering[0] = (cql_blob){ (const uint8_t *)"\0\0\0\2", 4 };
	f->row = (struct nd_row){ .clustering = { 1, f->clustering },
				  .cell_count = count - 1,
				  .cells = f->cells + 1 };
	f->view = (struct nd_row_view){ f->t, f->key, &f->static_row, &f->row };
}

/* ---- running ---------------------------------------------------------------------------------- */

static const char *columns_of(struct fixture *f, const cql_metadata *m)
{
	char text[4096] = "", type[256];

	for (uint32_t i = 0; i < m->column_count; i++) {
		cql_type_format(m->columns[i].type, type, sizeof type);
		assert_int_equal(m->columns[i].keyspace.len, 2);
		assert_int_equal(m->columns[i].table.len, 1);
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s %s",
			 i ? ", " : "", (int)m->columns[i].name.len, m->columns[i].name.data, type);
	}
	return cd_arena_strndup(&f->d.arena, text, strlen(text));
}

/* A row's cells as JSON. */
static const char *row_of(struct fixture *f, const cql_metadata *m, const struct cd_buffer *b)
{
	struct cd_reader r = cd_reader_over(b->data, b->len);
	struct cd_buffer out;

	cd_buffer_init(&out, NULL, 0);
	for (uint32_t i = 0; i < m->column_count; i++) {
		int32_t len = (int32_t)cd_reader_be32(&r);
		struct cd_span s = cd_reader_span(&r, len < 0 ? 0 : (size_t)len);
		struct nd_value v = { len < 0 ? ND_NULL : ND_VALUE, s.at, s.len };
		if (i)
			cd_buffer_bytes(&out, ", ", 2);
		assert_true(
			nd_json_value(&out, m->columns[i].type, v, &f->d.arena, &f->d.x.problem));
	}
	assert_false(r.failed);
	assert_int_equal(cd_reader_left(&r), 0);
	const char *text = cd_arena_strndup(&f->d.arena, (const char *)out.data, out.len);
	cd_buffer_deinit(&out);
	return text;
}

/* Selects from the row, twice when rows are folded. */
static const char *select_from(struct fixture *f, const char *clause, cql_metadata *m)
{
	char cql[1024];
	struct nd_selector_list *l;
	struct nd_selection_run *r;
	const char *text = NULL;
	struct cd_buffer b;

	snprintf(cql, sizeof cql, "SELECT %s FROM ks.t", clause);
	struct nd_statement *s = node_db_parse(&f->d, cql);
	if (!s)
		return node_db_refusal(&f->d);
	struct nd_planner p = node_db_planner(&f->d, s);
	if (!(l = nd_selectors_new(&p, f->t, &s->as.select, m)) ||
	    !(r = nd_selectors_run(l, &f->d.x)))
		return node_db_refusal(&f->d);
	cd_buffer_init(&b, NULL, 0);
	bool ok = nd_selection_add(r, &f->view, &b);
	if (ok && nd_selectors_aggregate(l))
		ok = nd_selection_add(r, &f->view, &b) && nd_selection_flush(r, &b);
	text = ok ? row_of(f, m, &b) : node_db_refusal(&f->d);
	nd_selection_end(r);
	cd_buffer_deinit(&b);
	return text;
}

static void selects(void **state)
{
	bool failed = false;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_metadata m = { 0 };
		struct fixture f;
		open_fixture(&f);
		const char *got = select_from(&f, rows[i].cql, &m), *columns = columns_of(&f, &m);
		if (strcmp(got, rows[i].want) != 0) {
			print_error("%s:\n  got  %s\n  want %s\n", rows[i].cql, got, rows[i].want);
			failed = true;
		}
		if (strcmp(columns, rows[i].columns) != 0 && rows[i].columns[0]) {
			print_error("%s:\n  columns %s\n  want    %s\n", rows[i].cql, columns,
				    rows[i].columns);
			failed = true;
		}
		node_db_close(&f.d);
	}
	assert_false(failed);
}

/* SELECT * has the key, then static and other columns by name. */
static void selects_all(void **state)
{
	cql_metadata m = { 0 };
	struct fixture f;

	(void)state;
	open_fixture(&f);
	const char *row = select_from(&f, "*", &m);
	assert_int_equal(m.column_count, f.t->column_count);
	for (uint32_t i = 0; i < m.column_count; i++)
		assert_string_equal(m.columns[i].name.data, f.t->columns[i]->name);
	assert_non_null(strstr(row, "1, 2, 7, \"0x00000005\", 2.5"));
	node_db_close(&f.d);
}

static void selects_json(void **state)
{
	cql_metadata m = { 0 };
	struct fixture f;

	(void)state;
	open_fixture(&f);
	const char *row = select_from(&f, "JSON p, i AS \"Big\", u.street, n", &m);
	assert_string_equal(columns_of(&f, &m), "[json] text");
	assert_string_equal(row, "\"{\\\"p\\\": 1, \\\"\\\\\\\"Big\\\\\\\"\\\": 42, "
				 "\\\"u.street\\\": null, \\\"n\\\": 1.50}\"");
	node_db_close(&f.d);
}

/* No rows at all: count is 0, the others are null. */
static void folds_nothing(void **state)
{
	cql_metadata m = { 0 };
	struct fixture f;
	struct cd_buffer b;

	(void)state;
	open_fixture(&f);
	struct nd_statement *s = node_db_parse(
		&f.d, "SELECT count(*), max(i), sum(i), avg(n), i FROM ks.t");
	struct nd_planner p = node_db_planner(&f.d, s);
	struct nd_selector_list *l = nd_selectors_new(&p, f.t, &s->as.select, &m);
	struct nd_selection_run *r = nd_selectors_run(l, &f.d.x);
	cd_buffer_init(&b, NULL, 0);
	assert_true(nd_selection_flush(r, &b));
	assert_string_equal(row_of(&f, &m, &b), "0, null, 0, 0, null");
	nd_selection_end(r);
	cd_buffer_deinit(&b);
	node_db_close(&f.d);
}

/* now() and uuid() give something new each time. */
static void makes_uuids(void **state)
{
	cql_metadata m = { 0 };
	struct fixture f;

	(void)state;
	open_fixture(&f);
	const char *first = select_from(&f, "now(), uuid()", &m);
	const char *second = select_from(&f, "now(), uuid()", &m);
	assert_string_not_equal(first, second);
	assert_int_equal(first[15], '1');
	assert_int_equal(strlen(first), 2 * 38 + 2);
	node_db_close(&f.d);
}

static bool select_anything(const coodie_allocator *allocator, void *user)
{
	static const char cql[] = "SELECT i, m['b'], sum(n), (address){zip: i}, to_json(l), "
				  "writetime(m), cast(i AS text), i + 1 FROM ks.t";
	struct fixture *from = user, f = *from;
	cql_metadata m = { 0 };
	struct nd_selector_list *l = NULL;
	struct nd_selection_run *r = NULL;
	struct cd_buffer b;
	struct nd_request x = f.d.x;
	bool ok;

	f.d.db.allocator = allocator;
	cd_arena_init(&f.d.arena, allocator, 0);
	x.db = &f.d.db;
	x.arena = &f.d.arena;
	nd_problem_init(&x.problem, &f.d.arena);
	struct nd_statement *s = node_db_parse(&f.d, cql);
	if (s) {
		struct nd_planner p = node_db_planner(&f.d, s);
		l = p.markers ? nd_selectors_new(&p, f.t, &s->as.select, &m) : NULL;
	}
	r = l ? nd_selectors_run(l, &x) : NULL;
	cd_buffer_init(&b, allocator, 0);
	ok = r && nd_selection_add(r, &f.view, &b) && nd_selection_flush(r, &b);
	if (r)
		nd_selection_end(r);
	cd_buffer_deinit(&b);
	cd_arena_deinit(&f.d.arena);
	return ok;
}

static void survives_no_memory(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	assert_true(cd_failalloc_each("select", select_anything, &f));
	node_db_close(&f.d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects),      cmocka_unit_test(selects_all),
		cmocka_unit_test(selects_json), cmocka_unit_test(folds_nothing),
		cmocka_unit_test(makes_uuids),  cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
