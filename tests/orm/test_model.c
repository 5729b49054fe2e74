/* SPDX-License-Identifier: MIT */
/* Models: what is refused and in which words, what is accepted, and how models are found again. */
#include "orm/model/place.h"

#include "tests/mock.h"
#include "tests/orm/models.h"
#include "tests/test.h"

/* A struct with a member of every kind, to make wrong tables over. */
typedef struct thing {
	coodie_row row;
	int32_t id, number;
	int64_t big;
	int16_t small;
	unsigned char odd;
	const char *text;
	char chars[16];
	float floats[4];
	cql_set set;
	cql_list list;
	cql_duration duration;
	int64_t hits;
	int32_t *maybe;
	cql_uuid uuid;
} thing;

#define ID COODIE_COLUMN(thing, id, "int", .partition_key = 1)

/* Each wrong model has a table of up to four rows. */
static const struct wrong {
	const char *name;
	coodie_column columns[4];
	const char *says[3]; /* each must be in the message: the place, what is wrong, the fix */
} wrong[] = {
	{ "a wide member for an int",
	  { ID, COODIE_COLUMN(thing, big, "int") },
	  { "model thing, column big", "the CQL type is int",
	    "make the member int32_t, or the column bigint" } },
	{ "a narrow member for a bigint",
	  { ID, COODIE_COLUMN(thing, number, "bigint") },
	  { "column number", "the member is int32_t",
	    "make the member int64_t, or the column int" } },
	{ "a number for a text",
	  { ID, COODIE_COLUMN(thing, number, "text") },
	  { "column number", "is int32_t but the CQL type is text",
	    "make the member const char *" } },
	{ "an optional of another type",
	  { ID, COODIE_COLUMN(thing, maybe, "bigint") },
	  { "column maybe", "the member is int32_t *",
	    "make the member int64_t *, or the column int" } },
	{ "an optional where the member says null itself",
	  { ID, COODIE_COLUMN(thing, maybe, "text") },
	  { "column maybe", "the member is int32_t *",
	    "make the member const char *, or the column int" } },
	{ "a member coodie does not know",
	  { ID, COODIE_COLUMN(thing, odd, "tinyint") },
	  { "column odd", "does not know the member's C type", "make it int8_t" } },
	{ "a misspelt type",
	  { ID, COODIE_COLUMN(thing, text, "txet") },
	  { "column text", "\"txet\" is no CQL type", "did you mean \"text\"" } },
	{ "a type cut off",
	  { ID, COODIE_COLUMN(thing, set, "set<text") },
	  { "column set", "set<text", "" } },
	{ "a vector of another length",
	  { ID, COODIE_COLUMN(thing, floats, "vector<float, 8>") },
	  { "column floats", "float[4] but the CQL type is vector<float, 8>",
	    "make the member float floats[8]" } },
	{ "no partition key",
	  { COODIE_COLUMN(thing, id, "int"), COODIE_COLUMN(thing, text, "text") },
	  { "model thing", "no primary key", "write .partition_key = 1" } },
	{ "a gap in the partition key",
	  { ID, COODIE_COLUMN(thing, number, "int", .partition_key = 3) },
	  { "model thing", "no column has .partition_key = 2", "number them 1, 2, 3" } },
	{ "a place taken twice",
	  { ID, COODIE_COLUMN(thing, number, "int", .clustering_key = 1),
	    COODIE_COLUMN(thing, big, "bigint", .clustering_key = 1) },
	  { "column big", ".clustering_key = 1 is taken by number", "number them" } },
	{ "in both parts of the key",
	  { COODIE_COLUMN(thing, id, "int", .partition_key = 1, .clustering_key = 1) },
	  { "column id", "in the partition key and a clustering column", "write one of" } },
	{ "a row twice",
	  { ID, COODIE_COLUMN(thing, text, "text"), COODIE_COLUMN(thing, text, "text") },
	  { "column text", "in the table twice, rows 2 and 3", "leave one out" } },
	{ "a column's name twice",
	  { ID, COODIE_COLUMN(thing, text, "text", .db_name = "id") },
	  { "column text", "id has the name \"id\"", "give one another .db_name" } },
	{ "static without clustering",
	  { ID, COODIE_COLUMN(thing, text, "text", .is_static = true) },
	  { "column text", "static is for tables with clustering columns",
	    "leave .is_static out" } },
	{ "a static key",
	  { COODIE_COLUMN(thing, id, "int", .partition_key = 1, .is_static = true) },
	  { "column id", "a key column cannot be static", "leave .is_static out" } },
	{ "an order without clustering",
	  { ID, COODIE_COLUMN(thing, text, "text", .order = COODIE_DESC) },
	  { "column text", "only a clustering column has an order", "leave .order out" } },
	{ "a duration in the key",
	  { ID, COODIE_COLUMN(thing, duration, "duration", .clustering_key = 1) },
	  { "column duration", "a duration cannot be in the primary key", "take another column" } },
	{ "a collection in the key",
	  { ID, COODIE_COLUMN(thing, set, "set<int>", .clustering_key = 1) },
	  { "column set", "must be frozen", "write \"frozen<set<int>>\"" } },
	{ "a counter in the key",
	  { COODIE_COLUMN(thing, hits, "counter", .partition_key = 1) },
	  { "column hits", "a counter cannot be in the primary key", "take another column" } },
	{ "an optional partition key",
	  { COODIE_COLUMN(thing, maybe, "int", .partition_key = 1) },
	  { "column maybe", "a partition key is never null", "make it `int32_t maybe`" } },
	{ "an optional clustering column",
	  { ID, COODIE_COLUMN(thing, maybe, "int", .clustering_key = 1) },
	  { "column maybe", "null only beside static ones", "make it `int32_t maybe`" } },
	{ "counters and data",
	  { ID, COODIE_COLUMN(thing, hits, "counter"), COODIE_COLUMN(thing, text, "text") },
	  { "column text", "a table with counters has nothing else", "table of its own" } },
	{ "an unfrozen inner collection",
	  { ID, COODIE_COLUMN(thing, list, "list<set<int>>") },
	  { "column list", "must be frozen", "write frozen<set<int>>" } },
	{ "max_length of a number",
	  { ID, COODIE_COLUMN(thing, number, "int", .max_length = 4) },
	  { "column number", "max_length is for text and blob, not int", "leave it out" } },
	{ "an index on the partition key",
	  { COODIE_COLUMN(thing, id, "int", .partition_key = 1, .index = COODIE_INDEX()) },
	  { "column id", "the whole partition key, which needs no index", "leave .index out" } },
	{ "an index on a counter",
	  { ID, COODIE_COLUMN(thing, hits, "counter", .index = COODIE_INDEX()) },
	  { "column hits", "a counter cannot be indexed", "leave .index out" } },
	{ "the row header as a column",
	  { ID,
	    { .name = "row",
	      .offset = 0,
	      .size = 4,
	      .member = COODIE_MEMBER_INT32,
	      .type = "int" } },
	  { "column row", "the member lies in the row header",
	    "first member is `coodie_row row`" } },
	{ "a size that is not the member's",
	  { ID,
	    { .name = "number",
	      .offset = offsetof(thing, number),
	      .size = 2,
	      .member = COODIE_MEMBER_INT32,
	      .type = "int" } },
	  { "column number", "the member has 2 bytes, not 4", "make the row with COODIE_COLUMN()" } },
	{ "another struct's member",
	  { ID,
	    { .name = "far",
	      .offset = 4000,
	      .size = 4,
	      .member = COODIE_MEMBER_INT32,
	      .type = "int" } },
	  { "column far", "ends at byte 4004", "the same struct" } },
	{ "no type",
	  { ID, { .name = "text", .offset = 32, .size = 8, .member = COODIE_MEMBER_STR } },
	  { "column text", "no CQL type", "third argument of COODIE_COLUMN(thing, text" } },
};

static coodie_model model_of(const struct wrong *w)
{
	coodie_model m = COODIE_MODEL(thing, w->columns, "things", .keyspace = "shop");

	for (m.column_count = 0; m.column_count < 4 && w->columns[m.column_count].name;)
		m.column_count++;
	return m;
}

static void wrong_models(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		coodie_model m = model_of(&wrong[i]);
		coodie_error err = { 0 };
		struct mock mock;

		mock_open(&mock);
		CD_CHECK(!coodie_model_check(mock.session, &m, &err), wrong[i].name);
		CD_CHECK(err.code == COODIE_ERR_MODEL, wrong[i].name);
		for (size_t k = 0; k < CD_COUNT(wrong[i].says); k++) {
			if (wrong[i].says[k] && !strstr(err.message, wrong[i].says[k]))
				fail_msg("row \"%s\": \"%s\" is not in \"%s\"", wrong[i].name,
					 wrong[i].says[k], err.message);
		}
		/* the same through the calls that use a model first */
		CD_CHECK(!coodie_new(mock.session, &m, &err) && err.code == COODIE_ERR_MODEL,
			 wrong[i].name);
		CD_CHECK(!coodie_get(mock.session, &m, CQL_ARGS(), NULL, &err) &&
				 err.code == COODIE_ERR_MODEL,
			 wrong[i].name);
		assert_int_equal(mock.call_count, 0);
		mock_close(&mock);
	}
}

static void wrong_tables(void **state)
{
	static const coodie_column columns[] = { ID };
	static const coodie_column counters[] = { ID, COODIE_COLUMN(thing, hits, "counter") };
	coodie_model good = COODIE_MODEL(thing, columns, "things"), m;
	coodie_error err = { 0 };
	struct mock mock;

	(void)state;
	mock_open(&mock);
	assert_false(coodie_model_check(mock.session, &good, &err));
	assert_non_null(strstr(err.message, "no keyspace"));
	assert_non_null(strstr(err.message, "coodie_options_set_keyspace"));
	m = good;
	m.keyspace = "\"shop";
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	assert_non_null(strstr(err.message, "model thing: keyspace \"shop: a name is letters"));
	m.keyspace = "my shop";
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(strstr(err.message, "keyspace my shop: a name is letters, digits and"));
	m.keyspace = "shop";
	m.table = "\"my-things\"";
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(strstr(err.message, "my-things is no name for a table"));
	m = good;
	m.keyspace = "shop";
	m.default_ttl = 700000000;
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(
		strstr(err.message,
		       "model thing: default_ttl is 700000000 seconds, the most is 630720000"));
	m.default_ttl = 60;
	m.columns = counters;
	m.column_count = 2;
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(
		strstr(err.message, "model thing: counters do not expire; leave .default_ttl out"));
	m = good;
	m.size = 0;
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(strstr(err.message, "COODIE_MODEL()"));
	m = good;
	m.column_stride = 1000;
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(strstr(err.message, "newer coodie"));
	m = good;
	m.column_count = 0;
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(strstr(err.message, "no columns"));
	m = good;
	m.table = "";
	assert_false(coodie_model_check(mock.session, &m, &err));
	assert_non_null(strstr(err.message, "no table"));
	assert_false(coodie_model_check(mock.session, NULL, &err));
	assert_false(coodie_model_check(NULL, &good, &err));
	assert_false(coodie_model_check(NULL, &good, NULL));
	mock_close(&mock);
}

static void texts(void **state)
{
	coodie_error err = { 0 };
	struct cd_place place;
	struct mock mock;

	(void)state;
	mock_open(&mock);
	assert_true(cd_place_find(mock.session, &event_model, &place, &err));
	assert_string_equal(
		place.model->insert[CD_PLAIN],
		"INSERT INTO shop.\"Events\" (\"Tenant\", \"day\", \"at\", \"seq\", \"value\", "
		"\"lasted\") VALUES (?, ?, ?, ?, ?, ?)");
	assert_string_equal(
		place.model->update[CD_WITH_TTL],
		"UPDATE shop.\"Events\" USING TTL ? SET \"value\" = ?, \"lasted\" = ? WHERE "
		"\"Tenant\" = ? AND \"day\" = ? AND \"at\" = ? AND \"seq\" = ?");
	assert_string_equal(place.model->remove,
			    "DELETE FROM shop.\"Events\" WHERE \"Tenant\" = ? AND \"day\" = ? AND "
			    "\"at\" = ? AND \"seq\" = ?");
	assert_null(place.model->update_static[CD_PLAIN]);
	assert_true(cd_place_find(mock.session, &user_model, &place, &err));
	assert_string_equal(place.model->update_static[CD_PLAIN],
			    "UPDATE shop.users SET \"motto\" = ? WHERE \"id\" = ?");
	mock_close(&mock);
}

/* Found again by address; another content at the same address is another model, and the old one
 * stays usable. */
static void found_again(void **state)
{
	coodie_column columns[] = { ID, COODIE_COLUMN(thing, text, "text") };
	coodie_model m = COODIE_MODEL(thing, columns, "things", .keyspace = "shop");
	struct cd_place first, second, third;
	coodie_error err = { 0 };
	struct mock mock;

	(void)state;
	mock_open(&mock);
	assert_true(cd_place_find(mock.session, &m, &first, &err));
	assert_true(cd_place_find(mock.session, &m, &second, &err));
	assert_ptr_equal(first.model, second.model);
	columns[1].required = true;
	assert_true(cd_place_find(mock.session, &m, &third, &err));
	assert_ptr_not_equal(first.model, third.model);
	assert_false(first.model->columns[1].def.required);
	assert_true(third.model->columns[1].def.required);
	assert_ptr_equal(third.model->older, first.model);
	mock_close(&mock);
}

static void many_models(void **state)
{
	static const coodie_column columns[] = { ID };
	coodie_model models[100];
	struct mock mock;

	(void)state;
	mock_open(&mock);
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < CD_COUNT(models); i++) {
			coodie_error err = { 0 };
			struct cd_place place;

			if (!round)
				models[i] = (coodie_model)COODIE_MODEL(thing, columns, "things",
								       .keyspace = "shop");
			assert_true(cd_place_find(mock.session, &models[i], &place, &err));
			assert_ptr_equal(place.model->source, &models[i]);
		}
	}
	mock_close(&mock);
}

/* A table of an older program: shorter rows, what it does not have is zero. */
static void older_tables(void **state)
{
	const size_t stride = (offsetof(coodie_column, is_static) + 4) & ~(size_t)7;
	coodie_column full[] = { ID, COODIE_COLUMN(thing, text, "text", .required = true) };
	union {
		char bytes[2 * sizeof(coodie_column)];
		coodie_column aligned;
	} short_rows;
	coodie_model m = COODIE_MODEL(thing, full, "things", .keyspace = "shop");
	struct cd_place place;
	coodie_error err = { 0 };
	struct mock mock;

	(void)state;
	memcpy(short_rows.bytes, &full[0], stride);
	memcpy(short_rows.bytes + stride, &full[1], stride);
	m.columns = &short_rows.aligned;
	m.column_stride = stride;
	mock_open(&mock);
	assert_true(cd_place_find(mock.session, &m, &place, &err));
	assert_string_equal(place.model->columns[1].name, "text");
	assert_int_equal(place.model->columns[1].def.max_length, 0);
	mock_close(&mock);
}

static void registry(void **state)
{
	static const coodie_column columns[] = { ID };
	static const coodie_model here = COODIE_MODEL(thing, columns, "things", .keyspace = "shop");
	static const coodie_model there = COODIE_MODEL(thing, columns, "things", .keyspace = "shop",
						       .connection = "far");
	static const coodie_model nowhere = COODIE_MODEL(thing, columns, "things",
							 .keyspace = "shop", .connection = "fra");
	coodie_error err = { 0 };
	struct mock near, far;
	coodie_session *s;
	thing t = { .id = 7 };

	(void)state;
	mock_open(&near);
	mock_open(&far);
	s = coodie_session_new_registry(&err);
	assert_non_null(s);
	assert_true(coodie_session_register(s, "near", near.session, &err));
	assert_true(coodie_session_register(s, "far", far.session, &err));
	assert_true(coodie_save(s, &here, &t, NULL, &err));
	assert_int_equal(near.sent, 1);
	assert_int_equal(far.sent, 0);
	assert_true(coodie_save(s, &there, &t, NULL, &err));
	assert_int_equal(far.sent, 1);
	assert_false(coodie_save(s, &nowhere, &t, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_non_null(strstr(err.message, "fra"));
	assert_non_null(strstr(err.message, "near"));
	coodie_session_free(s);
	assert_true(near.freed && far.freed);
	mock_close(&near);
	mock_close(&far);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_models), cmocka_unit_test(wrong_tables),
		cmocka_unit_test(texts),        cmocka_unit_test(found_again),
		cmocka_unit_test(many_models),  cmocka_unit_test(older_tables),
		cmocka_unit_test(registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
