/* SPDX-License-Identifier: MIT */
/* Integration: the mapper against the cluster: sync, save, get, find, delete, every type,
 * paging, conflicts. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

/* No keyspace: the session's. */
typedef struct every {
	coodie_row row;
	int32_t id;
	int32_t part;
	bool flag;
	int8_t tiny;
	int16_t small, *small_p;
	int64_t big, *big_p;
	int64_t varint_number;
	float single;
	double real, *real_p;
	cql_uuid uuid, *uuid_p;
	cql_inet inet;
	cql_date date;
	cql_time time;
	cql_timestamp timestamp, *timestamp_p;
	cql_duration duration;
	cql_text text;
	cql_blob blob;
	cql_varint varint;
	cql_decimal decimal;
	cql_list list;
	cql_set set;
	cql_map map;
	cql_map frozen;
	const char *str;
	char chars[8];
	float floats[3];
	const char *note; /* static */
} every;

static const coodie_column every_columns[] = {
	COODIE_COLUMN(every, id, "int", .partition_key = 1),
	COODIE_COLUMN(every, part, "int", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(every, flag, "boolean"),
	COODIE_COLUMN(every, tiny, "tinyint"),
	COODIE_COLUMN(every, small, "smallint"),
	COODIE_COLUMN(every, small_p, "smallint"),
	COODIE_COLUMN(every, big, "bigint"),
	COODIE_COLUMN(every, big_p, "bigint"),
	COODIE_COLUMN(every, varint_number, "varint"),
	COODIE_COLUMN(every, single, "float"),
	COODIE_COLUMN(every, real, "double"),
	COODIE_COLUMN(every, real_p, "double"),
	COODIE_COLUMN(every, uuid, "uuid"),
	COODIE_COLUMN(every, uuid_p, "uuid"),
	COODIE_COLUMN(every, inet, "inet"),
	COODIE_COLUMN(every, date, "date"),
	COODIE_COLUMN(every, time, "time"),
	COODIE_COLUMN(every, timestamp, "timestamp"),
	COODIE_COLUMN(every, timestamp_p, "timestamp"),
	COODIE_COLUMN(every, duration, "duration"),
	COODIE_COLUMN(every, text, "varchar", .db_name = "Te\"xt",
		      .index = COODIE_INDEX(.name = "by_text")),
	COODIE_COLUMN(every, blob, "blob"),
	COODIE_COLUMN(every, varint, "varint"),
	COODIE_COLUMN(every, decimal, "decimal"),
	COODIE_COLUMN(every, list, "list<int>"),
	COODIE_COLUMN(every, set, "set<text>", .index = COODIE_INDEX()),
	COODIE_COLUMN(every, map, "map<text,frozen<list<int>>>"),
	COODIE_COLUMN(every, frozen, "frozen< map<text, frozen<set<int>>> >",
		      .index = COODIE_INDEX()),
	COODIE_COLUMN(every, str, "ascii"),
	COODIE_COLUMN(every, chars, "text"),
	COODIE_COLUMN(every, floats, "vector<float, 3>"),
	COODIE_COLUMN(every, note, "text", .is_static = true),
};
static const coodie_model every_model = COODIE_MODEL(
	every, every_columns, "EveryType", .default_ttl = 86400, .comment = "it's all here");

typedef struct item {
	coodie_row row;
	int32_t shelf;
	int32_t place;
	const char *name;
	int32_t *count;
	cql_set labels;
} item;

static const coodie_column item_columns[] = {
	COODIE_COLUMN(item, shelf, "int", .partition_key = 1),
	COODIE_COLUMN(item, place, "int", .clustering_key = 1),
	COODIE_COLUMN(item, name, "text"),
	COODIE_COLUMN(item, count, "int"),
	COODIE_COLUMN(item, labels, "set<text>"),
};
static const coodie_model item_model = COODIE_MODEL(item, item_columns, "items");

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

static void count_statements(const char *cql, void *user)
{
	*(size_t *)user += strncmp(cql, "-- ", 3) != 0; /* a note is none */
}

static void sync_model(struct integration *it, const coodie_model *m, size_t statements)
{
	coodie_error err = { 0 };
	size_t count = 0;

	ok(coodie_sync_table(it->session, m, COODIE_SYNC(.each = count_statements, .user = &count),
			     &err),
	   &err, "sync");
	assert_int_equal(count, statements);
}

/* ---- every type ------------------------------------------------------------------------------ */

static void test_sync_twice(void **state)
{
	sync_model(*state, &every_model, 4); /* the table and three indexes */
	sync_model(*state, &every_model, 0);
	sync_model(*state, &item_model, 1);
	sync_model(*state, &item_model, 0);
}

static const uint8_t big_varint[] = { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };

static every some_every(void)
{
	static int16_t small = -5;
	static int64_t big = INT64_MIN;
	static double real = 2.5;
	static cql_uuid uuid = { { 9, 8, 7 } };
	static cql_timestamp timestamp = { -1 };

	return (every){
		.id = 1,
		.part = 2,
		.flag = true,
		.tiny = -128,
		.small = 32767,
		.small_p = &small,
		.big = INT64_MAX,
		.big_p = &big,
		.varint_number = -70000,
		.single = 0.25f,
		.real = -1e300,
		.real_p = &real,
		.uuid = cql_uuid_random(),
		.uuid_p = &uuid,
		.inet = { { 10, 0, 0, 1 }, 4 },
		.date = { -3 },
		.time = { 86399999999999 },
		.timestamp = { 1700000000123 },
		.timestamp_p = &timestamp,
		.duration = { -1, -2, -3 },
		.text = { "a\0b \xe2\x82\xac", 7 },
		.blob = { (const uint8_t *)"\0\xff", 2 },
		.varint = { big_varint, sizeof(big_varint) },
		.decimal = { { big_varint, 2 }, 3 },
		.str = "plain",
		.chars = "chars",
		.floats = { 1, -2, 0.5f },
		.note = "shared",
	};
}

static void same(cql_value a, cql_value b, const char *what)
{
	if (!integration_same(a, b))
		fail_msg("%s differs", what);
}

#define SAME(member) same(cql(e.member), cql(back->member), #member)
#define SAME_P(member) same(cql(*e.member), cql(*back->member), #member)

static void check_back(const every *saved, const every *back)
{
	every e = *saved;

	SAME(flag);
	SAME(tiny);
	SAME(small);
	SAME_P(small_p);
	SAME(big);
	SAME_P(big_p);
	SAME(varint_number);
	SAME(single);
	SAME(real);
	SAME_P(real_p);
	SAME(uuid);
	SAME_P(uuid_p);
	SAME(inet);
	SAME(date);
	SAME(time);
	SAME(timestamp);
	SAME_P(timestamp_p);
	SAME(duration);
	SAME(text);
	SAME(blob);
	SAME(varint);
	SAME(decimal);
	SAME(list);
	SAME(set);
	SAME(map);
	SAME(frozen);
	SAME(str);
	SAME(note);
	assert_string_equal(e.chars, back->chars);
	assert_memory_equal(e.floats, back->floats, sizeof(e.floats));
}

static void test_every_type(void **state)
{
	struct integration *it = *state;
	cql_value inner[] = { cql(3), cql(1) };
	cql_value list = cql_from_list(cql_list_of(inner, 2)),
		  set = cql_from_set(cql_set_of(inner + 1, 1));
	every e = some_every(), *back;
	coodie_error err = { 0 };

	e.list = CQL_LIST(cql(5), cql(5), cql(-5));
	e.set = CQL_SET(cql("a"), cql("b"));
	e.map = CQL_MAP(cql("x"), list);
	e.frozen = CQL_MAP(cql("y"), set);
	ok(coodie_save(it->session, &every_model, &e, NULL, &err), &err, "save");
	back = coodie_get(it->session, &every_model, CQL_ARGS(cql(1), cql(2)), NULL, &err);
	ok(back, &err, "get");
	check_back(&e, back);
	back->small_p = NULL;
	back->chars[0] = 'C';
	back->set = CQL_SET(cql("c"));
	ok(coodie_save(it->session, &every_model, back, NULL, &err), &err, "save what changed");
	coodie_object_free(back);
	back = coodie_get(it->session, &every_model, CQL_ARGS(cql(1), cql(2)), NULL, &err);
	ok(back, &err, "get again");
	assert_null(back->small_p);
	assert_string_equal(back->chars, "Chars");
	same(cql(CQL_SET(cql("c"))), cql(back->set), "set");
	same(cql(e.map), cql(back->map), "map");
	coodie_object_free(back);
	ok(coodie_delete(it->session, &every_model, &e, NULL, &err), &err, "delete");
	assert_null(coodie_get(it->session, &every_model, CQL_ARGS(cql(1), cql(2)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
}

/* Only what is set: the others come back NULL, empty, zero. */
static void test_nothing_set(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	every *e = coodie_new(it->session, &every_model, &err), *back;

	ok(e, &err, "new");
	e->id = 7;
	ok(coodie_save(it->session, &every_model, e, NULL, &err), &err, "save");
	back = coodie_get(it->session, &every_model, CQL_ARGS(cql(7), cql(0)), NULL, &err);
	ok(back, &err, "get");
	assert_null(back->small_p);
	assert_null(back->text.data);
	assert_null(back->str);
	assert_int_equal(back->inet.length, 0);
	assert_int_equal(back->list.seq.count, 0);
	/* only a static: its statement names the partition alone */
	back->note = "only the static";
	ok(coodie_save(it->session, &every_model, back, NULL, &err), &err, "save a static");
	coodie_object_free(back);
	back = coodie_get(it->session, &every_model, CQL_ARGS(cql(7), cql(0)), NULL, &err);
	assert_string_equal(back->note, "only the static");
	coodie_object_free(back);
	coodie_object_free(e);
}

/* ---- queries --------------------------------------------------------------------------------- */

static void fill_items(struct integration *it, int shelves, int places)
{
	coodie_error err = { 0 };

	integration_do(it->session, "TRUNCATE items");
	for (int i = 0; i < shelves * places; i++) {
		char name[32];
		item x = {
			.shelf = i / places, .place = i % places, .name = name, .count = &(int){ i }
		};

		snprintf(name, sizeof(name), "item %d", i);
		x.labels = CQL_SET(cql(i % 2 ? "odd" : "even"));
		ok(coodie_save(it->session, &item_model, &x, NULL, &err), &err, "save");
	}
}

static size_t count_rows(coodie_query *q)
{
	coodie_error err = { 0 };
	coodie_rows *rows = coodie_all(q, &err);
	size_t count = coodie_rows_count(rows);

	ok(rows, &err, "all");
	coodie_rows_free(rows);
	coodie_query_free(q);
	return count;
}

static void test_paging(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_query *q;
	coodie_rows *rows;
	uint64_t count;
	bool seen[60] = { 0 };

	fill_items(it, 3, 20);
	q = coodie_find(it->session, &item_model, NULL, CQL_ARGS());
	coodie_page_rows(q, 7); /* pages end in the middle of partitions */
	rows = coodie_all(q, &err);
	ok(rows, &err, "all");
	assert_int_equal(coodie_rows_count(rows), 60);
	for (item *x; (x = coodie_next(rows, &err));) {
		char name[32];

		snprintf(name, sizeof(name), "item %d", x->shelf * 20 + x->place);
		assert_string_equal(x->name, name);
		assert_false(seen[*x->count]);
		seen[*x->count] = true;
	}
	assert_int_equal(err.code, COODIE_OK);
	coodie_rows_free(rows);
	assert_true(coodie_count(q, &count, &err));
	assert_int_equal(count, 60);
	coodie_limit(q, 9);
	assert_int_equal(count_rows(q), 9);
	q = coodie_find(it->session, &item_model, NULL, CQL_ARGS());
	coodie_per_partition_limit(q, 2);
	assert_int_equal(count_rows(q), 6);
}

static void test_conditions(void **state)
{
	struct integration *it = *state;
	coodie_session *s = it->session;
	coodie_query *q;

	assert_int_equal(count_rows(coodie_find(s, &item_model, "shelf = ? AND place >= ?",
						CQL_ARGS(cql(1), cql(15)))),
			 5);
	assert_int_equal(count_rows(coodie_find(s, &item_model, "shelf IN ?",
						CQL_ARGS(cql(CQL_LIST(cql(0), cql(2)))))),
			 40);
	assert_int_equal(count_rows(coodie_find(s, &item_model, "shelf = ? AND (place) > (?)",
						CQL_ARGS(cql(1), cql(15)))),
			 4);
	assert_int_equal(count_rows(coodie_find(s, &item_model, "token(shelf) >= ?",
						CQL_ARGS(cql(INT64_MIN)))),
			 60);
	assert_int_equal(count_rows(coodie_find(s, &item_model, "token(shelf) = token(?)",
						CQL_ARGS(cql(2)))),
			 20);
	q = coodie_find(s, &item_model, "labels CONTAINS ? AND count < ?",
			CQL_ARGS(cql("even"), cql(10)));
	coodie_allow_filtering(q);
	assert_int_equal(count_rows(q), 5);
}

static void test_order_and_first(void **state)
{
	struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &item_model, "shelf = ?", CQL_ARGS(cql(2)));
	coodie_error err = { 0 };
	item *x;

	coodie_order_by(q, "place DESC");
	x = coodie_first(q, &err);
	ok(x, &err, "first");
	assert_int_equal(x->place, 19);
	coodie_object_free(x);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_MULTIPLE_FOUND);
	coodie_query_free(q);
	q = coodie_find(it->session, &item_model, "shelf = ?", CQL_ARGS(cql(99)));
	assert_null(coodie_first(q, &err));
	assert_int_equal(err.code, COODIE_OK);
	coodie_query_free(q);
}

/* Read in part, saved: what was not read stays (LC-06). */
static void test_only(void **state)
{
	struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &item_model, "shelf = ? AND place = ?",
				      CQL_ARGS(cql(0), cql(3)));
	coodie_error err = { 0 };
	item *x;

	coodie_only(q, "name");
	x = coodie_one(q, &err);
	ok(x, &err, "one");
	assert_null(x->count);
	x->name = "renamed";
	ok(coodie_save(it->session, &item_model, x, NULL, &err), &err, "save");
	ok(coodie_save(it->session, &item_model, x, COODIE_WRITE(.full = true), &err), &err,
	   "save whole");
	coodie_object_free(x);
	coodie_query_free(q);
	x = coodie_get(it->session, &item_model, CQL_ARGS(cql(0), cql(3)), NULL, &err);
	assert_string_equal(x->name, "renamed");
	assert_int_equal(*x->count, 3);
	assert_int_equal(x->labels.seq.count, 1);
	ok(coodie_touch(x, "count", &err), &err, "touch");
	x->count = NULL;
	ok(coodie_save(it->session, &item_model, x, NULL, &err), &err, "save null");
	assert_int_equal(
		integration_number(it->session,
				   "SELECT COUNT(count) FROM items WHERE shelf = 0 AND place = 3",
				   CQL_ARGS()),
		0);
	coodie_object_free(x);
}

static void test_ttl_and_timestamp(void **state)
{
	struct integration *it = *state;
	item x = { .shelf = 50, .place = 1, .name = "old" };
	coodie_error err = { 0 };
	coodie_result *r;
	coodie_cursor c;
	int64_t ttl = 0, written = 0;

	ok(coodie_save(it->session, &item_model, &x,
		       COODIE_WRITE(.ttl = 1000, .timestamp_us = 5000), &err),
	   &err, "save");
	r = integration_query(it->session,
			      "SELECT TTL(name), WRITETIME(name) FROM items WHERE shelf = 50",
			      CQL_ARGS());
	c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c) && coodie_cursor_int64(&c, 0, &ttl, &err) &&
		    coodie_cursor_int64(&c, 1, &written, &err));
	assert_in_range(ttl, 900, 1000);
	assert_int_equal(written, 5000);
	coodie_result_free(r);
	x.name = "older"; /* an older write loses */
	ok(coodie_save(it->session, &item_model, &x, COODIE_WRITE(.timestamp_us = 4000), &err),
	   &err, "save older");
	ok(coodie_delete(it->session, &item_model, &x, COODIE_WRITE(.timestamp_us = 4500), &err),
	   &err, "delete older");
	assert_int_equal(
		count_rows(coodie_find(it->session, &item_model, "shelf = ?", CQL_ARGS(cql(50)))),
		1);
	assert_int_equal(integration_number(it->session,
					    "SELECT WRITETIME(name) FROM items WHERE shelf = 50",
					    CQL_ARGS()),
			 5000);
}

/* ---- asynchronous ---------------------------------------------------------------------------- */

static void on_saved(const coodie_error *err, void *user)
{
	if (err->code == COODIE_OK)
		++*(size_t *)user;
}

static void on_rows(coodie_rows *take_rows, const coodie_error *err, void *user)
{
	(void)err;
	*(size_t *)user += coodie_rows_count(take_rows);
	coodie_rows_free(take_rows);
}

static void test_many_at_once(void **state)
{
	struct integration *it = *state;
	size_t saved = 0, read = 0;
	coodie_error err = { 0 };
	coodie_query *q;

	integration_do(it->session, "TRUNCATE items");
	for (int i = 0; i < 500; i++) {
		item x = { .shelf = i % 10, .place = i, .name = "many" };

		ok(coodie_save_async(it->session, &item_model, &x, NULL, on_saved, &saved, &err),
		   &err, "save_async");
	}
	ok(coodie_session_run(it->session, NULL, &err), &err, "run");
	assert_int_equal(saved, 500);
	q = coodie_find(it->session, &item_model, "name = ?", CQL_ARGS(cql("many")));
	coodie_allow_filtering(q);
	coodie_page_rows(q, 100);
	for (int i = 0; i < 5; i++)
		ok(coodie_all_async(q, on_rows, &read, &err), &err, "all_async");
	coodie_query_free(q); /* the calls hold it */
	ok(coodie_session_run(it->session, NULL, &err), &err, "run");
	assert_int_equal(read, 2500);
}

/* ---- differences ----------------------------------------------------------------------------- */

static void test_conflicts(void **state)
{
	static const coodie_column another[] = {
		COODIE_COLUMN(item, shelf, "int", .partition_key = 1),
		COODIE_COLUMN(item, place, "int", .clustering_key = 1),
		COODIE_COLUMN(item, name, "ascii"),
	};
	static const coodie_column order[] = {
		COODIE_COLUMN(item, shelf, "int", .partition_key = 1),
		COODIE_COLUMN(item, place, "int", .clustering_key = 1, .order = COODIE_DESC),
	};
	static const coodie_model another_model = COODIE_MODEL(item, another, "items");
	static const coodie_model order_model = COODIE_MODEL(item, order, "items");
	static const struct {
		const coodie_model *model;
		const char *says;
	} rows[] = {
		{ &another_model, "column \"name\" is text in the table and ascii in the model" },
		{ &order_model, "write .order = COODIE_ASC" },
	};
	struct integration *it = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		coodie_error err = { 0 };

		assert_false(coodie_sync_table(it->session, rows[i].model, NULL, &err));
		assert_int_equal(err.code, COODIE_ERR_CONFLICT);
		if (!strstr(err.message, rows[i].says))
			fail_msg("\"%s\" is not in \"%s\"", rows[i].says, err.message);
	}
}

/* SM-12: a column that is missing is added, once. */
static void test_missing_column(void **state)
{
	static const coodie_column more[] = {
		COODIE_COLUMN(item, shelf, "int", .partition_key = 1),
		COODIE_COLUMN(item, place, "int", .clustering_key = 1),
		COODIE_COLUMN(item, name, "text", .db_name = "Other Name", .is_static = true),
	};
	static const coodie_model more_model = COODIE_MODEL(item, more, "items");
	struct integration *it = *state;
	coodie_error err = { 0 };

	for (size_t i = 0; i < 2; i++) {
		size_t statements = 0;

		ok(coodie_sync_table(it->session, &more_model,
				     COODIE_SYNC(.each = count_statements, .user = &statements),
				     &err),
		   &err, "sync");
		assert_int_equal(statements, i == 0);
	}
	assert_int_equal(integration_number(it->session,
					    "SELECT count(*) FROM system_schema.columns WHERE "
					    "keyspace_name = ? AND table_name = 'items' AND "
					    "column_name = 'Other Name'",
					    CQL_ARGS(cql((const char *)it->keyspace))),
			 1);
}

static void test_no_keyspace(void **state)
{
	static const coodie_model lost = COODIE_MODEL(item, item_columns, "items",
						      .keyspace = "it_is_not_there");
	struct integration *it = *state;
	coodie_error err = { 0 };

	assert_false(coodie_sync_table(it->session, &lost, NULL, &err));
	assert_non_null(strstr(err.message, "coodie_create_keyspace()"));
	ok(coodie_create_keyspace(it->session, "\"ItMade\"", NULL, &err), &err, "create keyspace");
	ok(coodie_create_keyspace(it->session, "\"ItMade\"", NULL, &err), &err,
	   "create keyspace again");
	integration_do(it->session, "DROP KEYSPACE \"ItMade\"");
}

/* The table changed under the model: reading says so instead of guessing. */
static void test_changed_table(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	integration_do(it->session, "DROP TABLE items");
	integration_do(it->session,
		       "CREATE TABLE items (shelf int, place int, name blob, count int, labels "
		       "set<text>, PRIMARY KEY (shelf, place))");
	integration_do(it->session, "INSERT INTO items (shelf, place, name) VALUES (1, 1, 0xff)");
	assert_null(coodie_get(it->session, &item_model, CQL_ARGS(cql(1), cql(1)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_non_null(
		strstr(err.message, "column name is blob in the cluster and text in the model"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_sync_twice),
	cmocka_unit_test(test_every_type),
	cmocka_unit_test(test_nothing_set),
	cmocka_unit_test(test_paging),
	cmocka_unit_test(test_conditions),
	cmocka_unit_test(test_order_and_first),
	cmocka_unit_test(test_only),
	cmocka_unit_test(test_ttl_and_timestamp),
	cmocka_unit_test(test_many_at_once),
	cmocka_unit_test(test_conflicts),
	cmocka_unit_test(test_missing_column),
	cmocka_unit_test(test_no_keyspace),
	cmocka_unit_test(test_changed_table),
};

const struct integration_group integration_orm = INTEGRATION_GROUP("orm", tests,
								   INTEGRATION_ALWAYS);
