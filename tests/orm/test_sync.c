/* SPDX-License-Identifier: MIT */
/* Schema: the DDL of a model, and every difference between a model and the table that is there. */
#include <coodie/polymorphism.h>
#include <coodie/schema.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

static void answer(const coodie_column_spec *columns, size_t column_count, const cql_value *values,
		   size_t rows)
{
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, column_count, values, rows, &err);

	ok(r, &err);
	mock_answer(&mock, r);
}

static void answer_name(const char *name)
{
	static const coodie_column_spec columns[] = { { "name", "text" } };
	const cql_value value = cql(name);

	answer(columns, 1, &value, name ? 1 : 0);
}

/* One row of system_schema.columns. */
struct there {
	const char *name, *type, *kind;
	int position;
	const char *order;
};

static void answer_columns(const struct there *there, size_t count)
{
	static const coodie_column_spec columns[] = { { "column_name", "text" },
						      { "type", "text" },
						      { "kind", "text" },
						      { "position", "int" },
						      { "clustering_order", "text" } };
	cql_value values[5 * 16];

	for (size_t i = 0; i < count; i++) {
		values[5 * i] = cql(there[i].name);
		values[5 * i + 1] = cql(there[i].type);
		values[5 * i + 2] = cql(there[i].kind);
		values[5 * i + 3] = cql(there[i].position);
		values[5 * i + 4] = cql(there[i].order);
	}
	answer(columns, 5, values, count);
}

static void answer_index(const char *name, const char *target)
{
	static const coodie_column_spec columns[] = { { "index_name", "text" },
						      { "options", "map<text, text>" } };
	const cql_value options[] = { cql("class"), cql("x"), cql("target"), cql(target) };
	const cql_value values[] = { cql(name), cql_from_map(cql_map_of(options, 2)) };

	answer(columns, 2, values, name ? 1 : 0);
}

static char told[4][1000];
static size_t told_count;

static void tell(const char *cql, void *user)
{
	assert_ptr_equal(user, &told_count);
	assert_true(told_count < CD_COUNT(told));
	snprintf(told[told_count++], sizeof(told[0]), "%s", cql);
}

#define CREATE_USERS \
	"CREATE TABLE IF NOT EXISTS shop.users (\"id\" uuid, \"bucket\" int, \"email\" text, " \
	"\"age\" int, " \
	"\"tags\" set<text>, \"scores\" map<text, int>, " \
	"\"history\" frozen<list<int>>, \"nick\" ascii, " \
	"\"taste\" vector<float, 3>, \"active\" boolean, \"visits\" bigint, " \
	"\"motto\" text STATIC, \"photo\" blob, " \
	"PRIMARY KEY ((\"id\"), \"bucket\")) WITH CLUSTERING ORDER BY (\"bucket\" DESC)"
#define INDEX_USERS "CREATE INDEX IF NOT EXISTS users_email_idx ON shop.users (\"email\")"

static void create_table(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	told_count = 0;
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &user_model,
			     COODIE_SYNC(.each = tell, .user = &told_count, .timeout_ms = 9), &err),
	   &err);
	assert_int_equal(mock.sent, 4);
	assert_string_equal(
		mock.calls[0].cql,
		"SELECT * FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?");
	assert_string_equal(mock.calls[2].cql, CREATE_USERS);
	assert_string_equal(mock.calls[3].cql, INDEX_USERS);
	assert_false(mock.calls[2].prepare);
	assert_int_equal(mock.calls[2].request.timeout_ms, 9);
	assert_int_equal(told_count, 2);
	assert_string_equal(told[0], CREATE_USERS);
	assert_string_equal(told[1], INDEX_USERS);
}

static void dry_run(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	told_count = 0;
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &user_model,
			     COODIE_SYNC(.dry_run = true, .each = tell, .user = &told_count), &err),
	   &err);
	assert_int_equal(mock.sent, 2);
	assert_int_equal(told_count, 2);
}

static void other_tables(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &note_model, NULL, &err), &err);
	mock_expect(&mock,
		    "CREATE TABLE IF NOT EXISTS shop.notes (\"id\" int, \"text\" text, \"stars\" "
		    "int, \"tags\" set<text>, PRIMARY KEY ((\"id\"))) WITH default_time_to_live = "
		    "60 AND comment = 'it''s small'",
		    "");
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &event_model, NULL, &err), &err);
	mock_expect(&mock,
		    "CREATE TABLE IF NOT EXISTS shop.\"Events\" (\"Tenant\" text, \"day\" int, "
		    "\"at\" timestamp, \"seq\" int, \"value\" double, \"lasted\" duration, PRIMARY "
		    "KEY ((\"Tenant\", \"day\"), \"at\", \"seq\")) WITH CLUSTERING ORDER BY "
		    "(\"at\" DESC, \"seq\" ASC)",
		    "");
}

static void no_keyspace(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	answer_name(NULL);
	answer_name(NULL);
	assert_false(coodie_sync_table(mock.session, &note_model, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_string_equal(err.message,
			    "coodie_sync_table(note): there is no keyspace shop; make it with "
			    "coodie_create_keyspace()");
}

static const struct there events[] = {
	{ "Tenant", "text", "partition_key", 0, "none" },
	{ "day", "int", "partition_key", 1, "none" },
	{ "at", "timestamp", "clustering", 0, "desc" },
	{ "seq", "int", "clustering", 1, "asc" },
	{ "value", "double", "regular", -1, "none" },
	{ "lasted", "duration", "regular", -1, "none" },
	{ "more", "text", "regular", -1, "none" },
};

static void second_sync(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	told_count = 0;
	answer_name("Events");
	answer_columns(events, CD_COUNT(events));
	ok(coodie_sync_table(mock.session, &event_model,
			     COODIE_SYNC(.each = tell, .user = &told_count), &err),
	   &err);
	assert_int_equal(mock.sent, 3); /* the table, its columns, its indexes */
	assert_int_equal(told_count, 1);
	assert_string_equal(told[0],
			    "-- shop.\"Events\": the table has a column \"more\" (text) that the "
			    "model has not; it is left");
}

static void conflicts(void **state)
{
	static const struct {
		const char *name;
		size_t row;
		struct there is;
		const char *says[3];
	} rows[] = {
		{ "another type",
		  4,
		  { "value", "float", "regular", -1, "none" },
		  { "column \"value\" is float in the table and double in the model",
		    "write \"float\" in the model",
		    "give the member another .db_name" } },
		{ "another type in the key",
		  1,
		  { "day", "bigint", "partition_key", 1, "none" },
		  { "key column \"day\" is bigint in the table and int in the model",
		    "write \"bigint\"", "another table" } },
		{ "another kind",
		  4,
		  { "value", "double", "static", -1, "none" },
		  { "column \"value\" is static in the table and regular in the model",
		    "change the model" } },
		{ "another order",
		  2,
		  { "at", "timestamp", "clustering", 0, "asc" },
		  { "column \"at\" is ordered asc in the table and desc in the model",
		    "write .order = COODIE_ASC" } },
		{ "another place",
		  1,
		  { "day", "int", "partition_key", 2, "none" },
		  { "column \"day\" has place 3 in the table's partition_key",
		    "and 2 in the model" } },
		{ "a missing key column",
		  3,
		  { "sequence", "int", "clustering", 1, "asc" },
		  { "has no column \"seq\"", "a key cannot be changed" } },
		{ "a key column the model does not know",
		  6,
		  { "more", "text", "clustering", 2, "asc" },
		  { "column more (text) is in the table's primary key and not in the model",
		    "add it with .clustering_key = 3" } },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct there there[CD_COUNT(events)];
		coodie_error err = { 0 };

		memcpy(there, events, sizeof(events));
		there[rows[i].row] = rows[i].is;
		told_count = 0;
		answer_name("Events");
		answer_columns(there, CD_COUNT(there));
		answer_index(NULL, NULL);
		CD_CHECK(!coodie_sync_table(mock.session, &event_model,
					    COODIE_SYNC(.each = tell, .user = &told_count), &err),
			 rows[i].name);
		CD_CHECK(err.code == COODIE_ERR_CONFLICT && told_count == 0, rows[i].name);
		for (size_t k = 0; k < CD_COUNT(rows[i].says); k++) {
			if (rows[i].says[k] && !strstr(err.message, rows[i].says[k]))
				fail_msg("row \"%s\": \"%s\" is not in \"%s\"", rows[i].name,
					 rows[i].says[k], err.message);
		}
	}
}

/* All that differs is told at once. */
static void conflicts_together(void **state)
{
	struct there there[CD_COUNT(events)];
	coodie_error err = { 0 };

	(void)state;
	memcpy(there, events, sizeof(events));
	there[2].order = "asc";
	there[4].type = "float";
	there[6] = (struct there){ "more", "text", "clustering", 2, "asc" };
	answer_name("Events");
	answer_columns(there, CD_COUNT(there));
	assert_false(coodie_sync_table(mock.session, &event_model, NULL, &err));
	assert_non_null(strstr(err.message, "column \"at\" is ordered asc"));
	assert_non_null(strstr(err.message, "(also different: value"));
	assert_non_null(strstr(err.message, ", the primary key)"));
}

typedef struct tag {
	coodie_row row;
	int32_t id;
	cql_set names;
	cql_list frozen;
} tag;

static const coodie_column tag_columns[] = {
	COODIE_COLUMN(tag, id, "int", .partition_key = 1),
	COODIE_COLUMN(tag, names, "set<varchar>", .db_name = "Names", .index = COODIE_INDEX()),
	COODIE_COLUMN(tag, frozen, "frozen<list<int>>", .index = COODIE_INDEX(.name = "By_list")),
};
static const coodie_model tag_model = COODIE_MODEL(tag, tag_columns, "tags", .keyspace = "shop");

static const struct there tags[] = {
	{ "id", "int", "partition_key", 0, "none" },
	{ "Names", "set<text>", "regular", -1, "none" },
	{ "frozen", "frozen<list<int>>", "regular", -1, "none" },
};

static void indexes(void **state)
{
	static const struct {
		const char *row, *name, *target;
		size_t made;
		const char *first, *conflict;
	} rows[] = {
		{ "none there", NULL, NULL, 2,
		  "CREATE INDEX IF NOT EXISTS \"tags_Names_idx\" ON shop.tags (\"Names\")", NULL },
		{ "one there", "tags_Names_idx", "values(\"Names\")", 1,
		  "CREATE INDEX IF NOT EXISTS \"By_list\" ON shop.tags (FULL(\"frozen\"))", NULL },
		{ "under another name", "foo", "\"Names\"", 1,
		  "CREATE INDEX IF NOT EXISTS \"By_list\" ON shop.tags (FULL(\"frozen\"))", NULL },
		{ "of another column", "By_list", "id", 0, NULL,
		  "shop.tags: index By_list is on id in the table and on FULL(\"frozen\") in the model" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_error err = { 0 };
		bool worked;

		told_count = 0;
		answer_name("tags");
		answer_columns(tags, CD_COUNT(tags));
		answer_index(rows[i].name, rows[i].target);
		worked = coodie_sync_table(mock.session, &tag_model,
					   COODIE_SYNC(.each = tell, .user = &told_count), &err);
		CD_CHECK(worked == !rows[i].conflict, rows[i].row);
		CD_CHECK(worked || strstr(err.message, rows[i].conflict), rows[i].row);
		CD_CHECK(told_count == rows[i].made, rows[i].row);
		if (rows[i].made && strcmp(told[0], rows[i].first))
			fail_msg("row \"%s\": %s", rows[i].row, told[0]);
	}
}

static void failures(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_false(coodie_sync_table(mock.session, &note_model, NULL, &err));
	assert_string_equal(err.message, "coodie_sync_table(note): late");
	answer_name(NULL);
	answer_name("shop");
	mock_answer_error(&mock, COODIE_ERR_SERVER, "no room");
	assert_false(coodie_sync_table(mock.session, &note_model, NULL, &err));
	assert_string_equal(
		err.message,
		"coodie_sync_table(note): CREATE TABLE IF NOT EXISTS shop.notes (\"...: no room");
	mock_answer_refuse(&mock, COODIE_ERR_OVERLOAD, "full");
	assert_false(coodie_sync_table(mock.session, &note_model, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_OVERLOAD);
}

static const char *const bad_datacenters[] = { "", "dc1", "dc1: x", "dc1:", ": 3", "dc1: 3; 4" };

static void keyspaces(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_create_keyspace(mock.session, "shop", NULL, &err), &err);
	mock_expect(
		&mock,
		"CREATE KEYSPACE IF NOT EXISTS shop WITH replication = {'class': 'SimpleStrategy', "
		"'replication_factor': 1}",
		"");
	ok(coodie_create_keyspace(mock.session, "Shop", COODIE_KEYSPACE(.replication_factor = 2),
				  &err),
	   &err); /* as in CQL */
	mock_expect(&mock,
		    "CREATE KEYSPACE IF NOT EXISTS shop WITH replication = {'class': "
		    "'SimpleStrategy', 'replication_factor': 2}",
		    "");
	ok(coodie_create_keyspace(mock.session, "\"Shop\"",
				  COODIE_KEYSPACE(.replication_factor = 13), &err),
	   &err);
	mock_expect(&mock,
		    "CREATE KEYSPACE IF NOT EXISTS \"Shop\" WITH replication = {'class': "
		    "'SimpleStrategy', 'replication_factor': 13}",
		    "");
	ok(coodie_create_keyspace(
		   mock.session, "s",
		   COODIE_KEYSPACE(.replication = "{'class': 'NetworkTopologyStrategy', 'dc1': 3}"),
		   &err),
	   &err);
	mock_expect(&mock,
		    "CREATE KEYSPACE IF NOT EXISTS s WITH replication = {'class': "
		    "'NetworkTopologyStrategy', 'dc1': 3}",
		    "");
	assert_false(coodie_create_keyspace(mock.session, "", NULL, &err));
	assert_false(coodie_create_keyspace(mock.session, NULL, NULL, &err));
	assert_false(coodie_create_keyspace(mock.session, "\"x", NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_create_keyspace(mock.session, "x",
					    COODIE_KEYSPACE(.replication = "simple"), &err));
	assert_non_null(strstr(err.message, "is a CQL map"));
	/* SM-01, SM-02: data centers by name, and no commit log */
	ok(coodie_create_keyspace(
		   mock.session, "s",
		   COODIE_KEYSPACE(.datacenters = "dc1: 3, it's : 2", .no_durable_writes = true),
		   &err),
	   &err);
	mock_expect(&mock,
		    "CREATE KEYSPACE IF NOT EXISTS s WITH replication = {'class': "
		    "'NetworkTopologyStrategy', 'dc1': 3, 'it''s': 2} AND durable_writes = false",
		    "");
	for (size_t i = 0; i < CD_COUNT(bad_datacenters); i++) {
		assert_false(coodie_create_keyspace(
			mock.session, "s", COODIE_KEYSPACE(.datacenters = bad_datacenters[i]),
			&err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_non_null(strstr(err.message, "coodie_create_keyspace(s): datacenters: "));
	}
	assert_false(coodie_create_keyspace(
		mock.session, "s",
		COODIE_KEYSPACE(.datacenters = "dc1: 3", .replication_factor = 2), &err));
	assert_non_null(strstr(err.message, "exclude one another"));
	ok(coodie_drop_keyspace(mock.session, "\"Shop\"", &err), &err); /* SM-04 */
	mock_expect(&mock, "DROP KEYSPACE IF EXISTS \"Shop\"", "");
	assert_false(coodie_drop_keyspace(mock.session, "a b", &err));
	assert_non_null(strstr(err.message, "coodie_drop_keyspace: "));
	mock_answer_error(&mock, COODIE_ERR_SERVER, "no");
	assert_false(coodie_create_keyspace(mock.session, "shop", NULL, &err));
	assert_non_null(strstr(err.message, "coodie_create_keyspace(shop): CREATE KEYSPACE"));
}

static void count(const coodie_error *err, void *user)
{
	assert_int_equal(err->code, COODIE_OK);
	++*(int *)user;
}

/* SA-02, SA-03: the same statements, without waiting. */
static void without_waiting(void **state)
{
	coodie_error err = { 0 };
	int done = 0;

	(void)state;
	ok(coodie_create_keyspace_async(mock.session, "s", NULL, count, &done, &err), &err);
	ok(coodie_drop_keyspace_async(mock.session, "s", count, &done, &err), &err);
	mock_expect(&mock, "DROP KEYSPACE IF EXISTS s", "");
	ok(coodie_drop_table_async(mock.session, &note_model, count, &done, &err), &err);
	mock_expect(&mock, "DROP TABLE IF EXISTS shop.notes", "");
	ok(coodie_truncate_async(mock.session, &note_model, count, &done, &err), &err);
	mock_expect(&mock, "TRUNCATE TABLE shop.notes", "");
	assert_int_equal(done, 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(done, 4);
	assert_false(coodie_truncate_async(mock.session, &note_model, NULL, NULL, &err));
	assert_non_null(strstr(err.message, "coodie_truncate(note): the callback is NULL"));
}

/* LC-29, LC-30: a table goes and comes back; nothing is remembered of it. */
static void drop_and_truncate(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_truncate(mock.session, &event_model, &err), &err);
	mock_expect(&mock, "TRUNCATE TABLE shop.\"Events\"", "");
	ok(coodie_drop_table(mock.session, &note_model, &err), &err);
	mock_expect(&mock, "DROP TABLE IF EXISTS shop.notes", "");
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &note_model, NULL, &err), &err);
	assert_memory_equal(mock_last(&mock)->cql, "CREATE TABLE", 12);
	mock_answer_error(&mock, COODIE_ERR_SERVER, "no such table");
	assert_false(coodie_truncate(mock.session, &note_model, &err));
	assert_non_null(
		strstr(err.message, "coodie_truncate(note): TRUNCATE TABLE shop.notes...: no"));
	assert_false(coodie_drop_table(mock.session, NULL, &err));
	assert_false(coodie_drop_table(NULL, &note_model, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

/* MD-08, MD-09: the model's own words follow what the library writes. */
static void table_options(void **state)
{
	static const coodie_model rich = COODIE_MODEL(
		event, event_columns, "rich", .keyspace = "shop", .default_ttl = 5,
		.comment = "it's",
		.options = "gc_grace_seconds = 60 AND caching = {'keys': 'NONE'}");
	static const coodie_model bare = COODIE_MODEL(
		note, note_columns, "bare", .keyspace = "shop", .options = "gc_grace_seconds = 60");
	coodie_error err = { 0 };

	(void)state;
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &rich, NULL, &err), &err);
	assert_non_null(strstr(
		mock_last(&mock)->cql,
		" WITH CLUSTERING ORDER BY (\"at\" DESC, \"seq\" ASC) AND default_time_to_live = 5 "
		"AND comment = 'it''s' AND gc_grace_seconds = 60 AND caching = {'keys': 'NONE'}"));
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &bare, NULL, &err), &err);
	assert_non_null(strstr(mock_last(&mock)->cql, "\"id\"))) WITH gc_grace_seconds = 60"));
	assert_false(
		coodie_sync_table(mock.session, &bare, &(coodie_sync){ .dry_run = true }, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID); /* its size was forgotten */
}

typedef struct animal {
	coodie_row row;
	int32_t id;
	const char *kind;
} animal;

typedef struct cat {
	coodie_row row;
	int32_t id;
	const char *kind;
	int32_t *lives;
} cat;

typedef struct dog {
	coodie_row row;
	int32_t id;
	const char *kind;
	cql_set tricks;
	const char *name;
} dog;

#define ANIMAL(T) \
	COODIE_COLUMN(T, id, "int", .partition_key = 1), \
		COODIE_COLUMN(T, kind, "text", .discriminator = true)

static const coodie_column animal_columns[] = { ANIMAL(animal) };
static const coodie_column cat_columns[] = { ANIMAL(cat), COODIE_COLUMN(cat, lives, "int") };
static const coodie_column dog_columns[] = {
	ANIMAL(dog),
	COODIE_COLUMN(dog, tricks, "set<text>", .index = COODIE_INDEX()),
	COODIE_COLUMN(dog, name, "text"),
};
static const coodie_model cat_model = COODIE_MODEL(cat, cat_columns, "animals", .keyspace = "shop",
						   .discriminator_value = "cat");
static const coodie_model dog_model = COODIE_MODEL(dog, dog_columns, "animals", .keyspace = "shop",
						   .discriminator_value = "dog");
static const coodie_model animal_model = COODIE_MODEL(
	animal, animal_columns, "animals", .keyspace = "shop",
	.family = COODIE_FAMILY(&cat_model, &dog_model));

/* PO-09: the base makes the columns and indexes of its whole family, and compares them. */
static void families(void **state)
{
	static const struct there animals[] = {
		{ "id", "int", "partition_key", 0, "none" },
		{ "kind", "text", "regular", -1, "none" },
		{ "lives", "int", "regular", -1, "none" },
		{ "tricks", "set<text>", "regular", -1, "none" },
	};
	coodie_error err = { 0 };

	(void)state;
	told_count = 0;
	answer_name(NULL);
	answer_name("shop");
	ok(coodie_sync_table(mock.session, &animal_model,
			     COODIE_SYNC(.each = tell, .user = &told_count), &err),
	   &err);
	assert_int_equal(told_count, 2);
	assert_string_equal(told[0],
			    "CREATE TABLE IF NOT EXISTS shop.animals (\"id\" int, \"kind\" text, "
			    "\"lives\" int, \"tricks\" set<text>, \"name\" text, PRIMARY KEY "
			    "((\"id\")))");
	assert_string_equal(told[1], "CREATE INDEX IF NOT EXISTS animals_tricks_idx ON "
				     "shop.animals (\"tricks\")");
	answer_name("animals");
	answer_columns(animals, CD_COUNT(animals));
	told_count = 0;
	ok(coodie_sync_table(mock.session, &animal_model,
			     COODIE_SYNC(.each = tell, .user = &told_count), &err),
	   &err);
	assert_string_equal(told[0], "ALTER TABLE shop.animals ADD \"name\" text");
	answer_name("animals");
	answer_columns(animals, CD_COUNT(animals));
	ok(coodie_sync_table(mock.session, &cat_model, NULL, &err), &err); /* its own are there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create_table),    TEST(dry_run),           TEST(other_tables),
		TEST(no_keyspace),     TEST(second_sync),       TEST(conflicts),
		TEST(conflicts_together),
		TEST(indexes),         TEST(failures),          TEST(keyspaces),
		TEST(without_waiting), TEST(drop_and_truncate), TEST(table_options),
		TEST(families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
