/* SPDX-License-Identifier: MIT */
/* Indexes at sync: the statement of every kind, what counts as there, what a server may lack. */
#include <coodie/schema.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

static char told[12][1000];
static size_t told_count, note_count;

static void tell(const char *cql, void *user)
{
	(void)user;
	if (user == &note_count && strncmp(cql, "-- ", 3) == 0) {
		note_count++;
		return;
	}
	assert_true(told_count < CD_COUNT(told));
	snprintf(told[told_count++], sizeof(told[0]), "%s", cql);
}

/* ---- one column with an index, as the row wants it ------------------------------------------- */

typedef struct thing {
	coodie_row row;
	int32_t id;
	int32_t at;
	cql_text value;
	cql_map map;
	cql_list list;
	cql_list frozen;
	float vector[3];
} thing;

enum { VALUE = 2, MAP, LIST, FROZEN, VECTOR, COLUMNS };

static const coodie_column plain_columns[COLUMNS] = {
	COODIE_COLUMN(thing, id, "int", .partition_key = 1),
	COODIE_COLUMN(thing, at, "int", .clustering_key = 1),
	COODIE_COLUMN(thing, value, "text", .db_name = "Value"),
	COODIE_COLUMN(thing, map, "map<text, int>"),
	COODIE_COLUMN(thing, list, "list<int>"),
	COODIE_COLUMN(thing, frozen, "frozen<list<int>>"),
	COODIE_COLUMN(thing, vector, "vector<float, 3>"),
};

static coodie_column columns[COLUMNS];
static coodie_model model = COODIE_MODEL(thing, columns, "things", .keyspace = "shop");

static void index_on(size_t column, coodie_index index)
{
	memcpy(columns, plain_columns, sizeof(columns));
	columns[column].index = index;
	columns[column].index.on = true;
}

static void answer_name(const char *name)
{
	static const coodie_column_spec spec[] = { { "name", "text" } };
	const cql_value value = cql(name);

	mock_answer(&mock, coodie_result_new_rows(spec, 1, &value, name ? 1 : 0, NULL));
}

/* The table as the plain columns have it. */
static void answer_columns(void)
{
	static const coodie_column_spec spec[] = { { "column_name", "text" },
						   { "type", "text" },
						   { "kind", "text" },
						   { "position", "int" },
						   { "clustering_order", "text" } };
	cql_value values[COLUMNS][5];

	for (size_t i = 0; i < COLUMNS; i++) {
		values[i][0] = cql(i == VALUE ? "Value" : plain_columns[i].name);
		values[i][1] = cql(plain_columns[i].type);
		values[i][2] = cql(i == 0 ? "partition_key" : i == 1 ? "clustering" : "regular");
		values[i][3] = cql(i < 2 ? 0 : -1);
		values[i][4] = cql(i == 1 ? "asc" : "none");
	}
	mock_answer(&mock, coodie_result_new_rows(spec, 5, &values[0][0], COLUMNS, NULL));
}

struct there {
	const char *name, *target, *class_name, *similarity;
};

static void answer_index(struct there there)
{
	static const coodie_column_spec spec[] = { { "index_name", "text" },
						   { "options", "map<text, text>" } };
	const cql_value options[] = {
		cql("target"),         cql(there.target),          cql("class_name"),
		cql(there.class_name), cql("similarity_function"), cql(there.similarity)
	};
	const cql_value row[] = { cql(there.name),
				  cql_from_map(cql_map_of(options, !there.class_name   ? 1
								   : !there.similarity ? 2
										       : 3)) };

	mock_answer(&mock, coodie_result_new_rows(spec, 2, row, there.name ? 1 : 0, NULL));
}

static bool sync_new(coodie_error *err)
{
	told_count = 0;
	answer_name(NULL);
	answer_name("shop");
	return coodie_sync_table(mock.session, &model, COODIE_SYNC(.each = tell), err);
}

/* ---- statements ------------------------------------------------------------------------------ */

static const struct {
	const char *row;
	size_t column;
	coodie_index index;
	const char *want; /* after CREATE; NULL: none is made */
} made[] = {
	{ "SM-17 plain",
	  VALUE,
	  { 0 },
	  "INDEX IF NOT EXISTS \"things_Value_idx\" ON shop.things (\"Value\")" },
	{ "SM-17 named",
	  VALUE,
	  { .name = "by_value" },
	  "INDEX IF NOT EXISTS by_value ON shop.things (\"Value\")" },
	{ "MD-26 a name that needs quotes",
	  VALUE,
	  { .name = "By value" },
	  "INDEX IF NOT EXISTS \"By value\" ON shop.things (\"Value\")" },
	{ "a clustering column",
	  1,
	  { 0 },
	  "INDEX IF NOT EXISTS things_at_idx ON shop.things (\"at\")" },
	{ "SM-19 values",
	  MAP,
	  { .target = "values" },
	  "INDEX IF NOT EXISTS things_map_idx ON shop.things (\"map\")" },
	{ "SM-19 keys",
	  MAP,
	  { .target = "KEYS" },
	  "INDEX IF NOT EXISTS things_map_idx ON shop.things (KEYS(\"map\"))" },
	{ "SM-19 entries",
	  MAP,
	  { .target = "ENTRIES" },
	  "INDEX IF NOT EXISTS things_map_idx ON shop.things (ENTRIES(\"map\"))" },
	{ "SM-18 full",
	  FROZEN,
	  { .target = "FULL" },
	  "INDEX IF NOT EXISTS things_frozen_idx ON shop.things (FULL(\"frozen\"))" },
	{ "SM-18 full by itself",
	  FROZEN,
	  { 0 },
	  "INDEX IF NOT EXISTS things_frozen_idx ON shop.things (FULL(\"frozen\"))" },
	{ "SM-19 of a list",
	  LIST,
	  { 0 },
	  "INDEX IF NOT EXISTS things_list_idx ON shop.things (\"list\")" },
	{ "SM-20 a class",
	  VALUE,
	  { .class_name = "StorageAttachedIndex" },
	  "CUSTOM INDEX IF NOT EXISTS \"things_Value_idx\" ON shop.things (\"Value\") USING 'StorageAttachedIndex'" },
	{ "SM-20 with options",
	  VALUE,
	  { .class_name = "org.it's", .options = "{'a': 'b'}" },
	  "CUSTOM INDEX IF NOT EXISTS \"things_Value_idx\" ON shop.things (\"Value\") USING 'org.it''s' WITH OPTIONS = "
	  "{'a': 'b'}" },
	{ "VX-03 a vector",
	  VECTOR,
	  { .similarity = COODIE_SIMILARITY_COSINE },
	  "CUSTOM INDEX IF NOT EXISTS things_vector_idx ON shop.things (\"vector\") USING 'StorageAttachedIndex' WITH "
	  "OPTIONS = {'similarity_function': 'COSINE'}" },
	{ "VX-02 by dot product, VX-09 named",
	  VECTOR,
	  { .name = "near", .similarity = COODIE_SIMILARITY_DOT_PRODUCT },
	  "CUSTOM INDEX IF NOT EXISTS near ON shop.things (\"vector\") USING 'StorageAttachedIndex' WITH OPTIONS = "
	  "{'similarity_function': 'DOT_PRODUCT'}" },
	{ "VX-02 by distance, with more",
	  VECTOR,
	  { .similarity = COODIE_SIMILARITY_EUCLIDEAN, .options = "{ 'x': '1'}" },
	  "CUSTOM INDEX IF NOT EXISTS things_vector_idx ON shop.things (\"vector\") USING 'StorageAttachedIndex' WITH "
	  "OPTIONS = {'similarity_function': 'EUCLIDEAN', 'x': '1'}" },
	{ "VX-02 with no more",
	  VECTOR,
	  { .similarity = COODIE_SIMILARITY_COSINE, .options = "{ }" },
	  "CUSTOM INDEX IF NOT EXISTS things_vector_idx ON shop.things (\"vector\") USING 'StorageAttachedIndex' WITH "
	  "OPTIONS = {'similarity_function': 'COSINE'}" },
	{ "VX-03 the server's similarity",
	  VECTOR,
	  { 0 },
	  "CUSTOM INDEX IF NOT EXISTS things_vector_idx ON shop.things (\"vector\") USING 'StorageAttachedIndex'" },
	{ "VX-03 another class",
	  VECTOR,
	  { .class_name = "vector_index", .similarity = COODIE_SIMILARITY_COSINE },
	  "CUSTOM INDEX IF NOT EXISTS things_vector_idx ON shop.things (\"vector\") USING 'vector_index' WITH OPTIONS = "
	  "{'similarity_function': 'COSINE'}" },
	{ "TY-34 external", VALUE, { .external = true }, NULL },
};

static void statements(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(made); i++) {
		coodie_error err = { 0 };

		index_on(made[i].column, made[i].index);
		CD_CHECK(sync_new(&err), made[i].row);
		CD_CHECK(told_count == (made[i].want ? 2 : 1), made[i].row);
		if (made[i].want && strcmp(told[1] + strlen("CREATE "), made[i].want) != 0)
			fail_msg("%s: %s", made[i].row, told[1]);
		mock_close(&mock);
		mock_open(&mock);
	}
}

/* ---- models ---------------------------------------------------------------------------------- */

static const struct {
	const char *row;
	size_t column;
	coodie_index index;
	const char *says[2];
} wrong[] = {
	{ "VX-02 no vector",
	  VALUE,
	  { .similarity = COODIE_SIMILARITY_COSINE },
	  { "column value, index", "is for a vector, not for text" } },
	{ "VX-02 no such similarity",
	  VECTOR,
	  { .similarity = (enum coodie_similarity)9 },
	  { "similarity 9", "COODIE_SIMILARITY_COSINE" } },
	{ "SM-19 keys of a list",
	  LIST,
	  { .target = "KEYS" },
	  { "KEYS is for a map that is not frozen, not for list<int>", "leave it out" } },
	{ "SM-19 entries of a text",
	  VALUE,
	  { .target = "ENTRIES" },
	  { "ENTRIES is for a map", "not for text" } },
	{ "SM-18 values of a frozen one",
	  FROZEN,
	  { .target = "VALUES" },
	  { "VALUES is for a collection that is not frozen", "" } },
	{ "SM-18 full of a list",
	  LIST,
	  { .target = "FULL" },
	  { "FULL is for a frozen collection", "" } },
	{ "SM-19 no target",
	  MAP,
	  { .target = "ALL" },
	  { "target \"ALL\" is none", "write \"KEYS\"" } },
	{ "SM-20 options without a class",
	  VALUE,
	  { .options = "{}" },
	  { "options are of a class", ".class_name" } },
	{ "SM-20 options that are no map",
	  VALUE,
	  { .class_name = "x", .options = "a" },
	  { "options are a CQL map", "" } },
	{ "an empty class", VALUE, { .class_name = "" }, { "class is empty", "" } },
	{ "an empty name", VALUE, { .name = "" }, { "name is empty", "COODIE_INDEX()" } },
};

static void bad_models(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		coodie_error err = { 0 };

		index_on(wrong[i].column, wrong[i].index);
		CD_CHECK(!coodie_model_check(mock.session, &model, &err), wrong[i].row);
		CD_CHECK(err.code == COODIE_ERR_MODEL, wrong[i].row);
		if (!strstr(err.message, wrong[i].says[0]) ||
		    !strstr(err.message, wrong[i].says[1]))
			fail_msg("%s: %s", wrong[i].row, err.message);
	}
}

/* VX-02: a vector that is a key or static has no index. */
static void vector_keys(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	index_on(VECTOR, (coodie_index){ .similarity = COODIE_SIMILARITY_COSINE });
	columns[VECTOR].is_static = true;
	assert_false(coodie_model_check(mock.session, &model, &err));
	assert_non_null(strstr(err.message, "is no key and not static"));
}

/* ---- what is there --------------------------------------------------------------------------- */

static const struct {
	const char *row;
	size_t column;
	coodie_index index;
	struct there there;
	size_t made;
	const char *conflict;
} compared[] = {
	{ "its own", VALUE, { 0 }, { "things_Value_idx", "\"Value\"", NULL, NULL }, 0, NULL },
	{ "of another name", VALUE, { 0 }, { "foo", "\"Value\"", NULL, NULL }, 0, NULL },
	{ "of another name than the model's",
	  VALUE,
	  { .name = "mine" },
	  { "foo", "\"Value\"", NULL, NULL },
	  0,
	  NULL },
	{ "of another case", VALUE, { 0 }, { "foo", "Value", NULL, NULL }, 0, NULL },
	{ "on another column", VALUE, { 0 }, { "foo", "\"value\"", NULL, NULL }, 1, NULL },
	{ "its name is another's",
	  VALUE,
	  { .name = "mine" },
	  { "mine", "id", NULL, NULL },
	  0,
	  "index mine is on id in the table and on \"Value\" in the model" },
	{ "values, older servers", MAP, { 0 }, { "foo", "map", NULL, NULL }, 0, NULL },
	{ "values", MAP, { 0 }, { "foo", "values(map)", NULL, NULL }, 0, NULL },
	{ "keys are not values", MAP, { 0 }, { "foo", "keys(map)", NULL, NULL }, 1, NULL },
	{ "keys", MAP, { .target = "KEYS" }, { "foo", "keys(map)", NULL, NULL }, 0, NULL },
	{ "entries are not keys",
	  MAP,
	  { .target = "KEYS" },
	  { "foo", "entries(map)", NULL, NULL },
	  1,
	  NULL },
	{ "its name is of entries",
	  MAP,
	  { .target = "KEYS" },
	  { "things_map_idx", "entries(map)", NULL, NULL },
	  0,
	  "on entries(map) in the table and on KEYS(\"map\") in the model" },
	{ "full", FROZEN, { 0 }, { "foo", "full(frozen)", NULL, NULL }, 0, NULL },
	{ "any class, where the model says none",
	  VALUE,
	  { 0 },
	  { "foo", "\"Value\"", "x.y.Z", NULL },
	  0,
	  NULL },
	{ "the same class, in short",
	  VALUE,
	  { .class_name = "Z" },
	  { "foo", "\"Value\"", "x.y.Z", NULL },
	  0,
	  NULL },
	{ "sai",
	  VALUE,
	  { .class_name = "sai" },
	  { "foo", "\"Value\"", "StorageAttachedIndex", NULL },
	  0,
	  NULL },
	{ "another class",
	  VALUE,
	  { .class_name = "Z" },
	  { "foo", "\"Value\"", "x.y.W", NULL },
	  1,
	  NULL },
	{ "no class", VALUE, { .class_name = "Z" }, { "foo", "\"Value\"", NULL, NULL }, 1, NULL },
	{ "another class of its name",
	  VALUE,
	  { .class_name = "Z", .name = "foo" },
	  { "foo", "\"Value\"", "x.y.W", NULL },
	  0,
	  "index foo is of class x.y.W in the table and of class Z in the model" },
	{ "no class of its name",
	  VALUE,
	  { .class_name = "Z", .name = "foo" },
	  { "foo", "\"Value\"", NULL, NULL },
	  0,
	  "of class (none)" },
	{ "similarity",
	  VECTOR,
	  { .similarity = COODIE_SIMILARITY_DOT_PRODUCT },
	  { "foo", "vector", "vector_index", "dot_product" },
	  0,
	  NULL },
	{ "the default similarity",
	  VECTOR,
	  { .similarity = COODIE_SIMILARITY_COSINE },
	  { "foo", "vector", "StorageAttachedIndex", NULL },
	  0,
	  NULL },
	{ "another similarity",
	  VECTOR,
	  { .similarity = COODIE_SIMILARITY_EUCLIDEAN },
	  { "things_vector_idx", "vector", "StorageAttachedIndex", "cosine" },
	  0,
	  "is by cosine in the table and by EUCLIDEAN in the model" },
	{ "none", VALUE, { 0 }, { NULL, NULL, NULL, NULL }, 1, NULL },
};

static void comparing(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(compared); i++) {
		coodie_error err = { 0 };
		bool worked;

		told_count = note_count = 0;
		index_on(compared[i].column, compared[i].index);
		answer_name("things");
		answer_columns();
		answer_index(compared[i].there);
		worked = coodie_sync_table(mock.session, &model,
					   COODIE_SYNC(.each = tell, .user = &note_count), &err);
		if (worked == !!compared[i].conflict)
			fail_msg("%s: %s", compared[i].row, err.message);
		if (!worked && !strstr(err.message, compared[i].conflict))
			fail_msg("%s: %s", compared[i].row, err.message);
		CD_CHECK(worked || err.code == COODIE_ERR_CONFLICT, compared[i].row);
		CD_CHECK(told_count == compared[i].made, compared[i].row);
		/* SM-21: one that the model does not have is told, and left */
		CD_CHECK(note_count == (compared[i].made && compared[i].there.name), compared[i].row);
		mock_close(&mock);
		mock_open(&mock);
	}
}

/* ---- servers that have not the class --------------------------------------------------------- */

static void answer_server_error(int32_t code, const char *message)
{
	mock_answer_error(&mock, COODIE_ERR_SERVER, message);
	mock.answers[mock.answer_count - 1].err.server_code = code;
}

static bool sync_refused(int32_t first, const char *first_message, int32_t second,
			 const char *second_message, coodie_error *err)
{
	told_count = 0;
	answer_name(NULL);
	answer_name("shop");
	mock_answer(&mock, NULL); /* the table */
	answer_server_error(first, first_message);
	if (second_message)
		answer_server_error(second, second_message);
	return coodie_sync_table(mock.session, &model, COODIE_SYNC(.each = tell), err);
}

#define NO_CLASS "Unable to find custom indexer class 'StorageAttachedIndex'"
#define NO_CLASS_SCYLLA "Non-supported custom class 'StorageAttachedIndex' provided"

/* VX-03: where Cassandra's class is not known, ScyllaDB's is tried. */
static void other_class(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	index_on(VECTOR, (coodie_index){ .similarity = COODIE_SIMILARITY_COSINE });
	assert_true(sync_refused(0x2200, NO_CLASS_SCYLLA, 0, NULL, &err));
	assert_int_equal(told_count, 2);
	assert_non_null(
		strstr(told[1], "USING 'vector_index' WITH OPTIONS = {'similarity_function'"));
	mock_expect(&mock, told[1], "");
}

/* VX-04: a server without it goes without it, and says so; the sync goes on. */
static void unknown_class(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	index_on(VECTOR, (coodie_index){ .similarity = COODIE_SIMILARITY_COSINE });
	columns[VALUE].index = (coodie_index)COODIE_INDEX();
	mock_close(&mock);
	mock_open(&mock);
	told_count = 0;
	answer_name(NULL);
	answer_name("shop");
	mock_answer(&mock, NULL);
	mock_answer(&mock, NULL); /* the index of value, which comes first */
	answer_server_error(0x2300, NO_CLASS);
	answer_server_error(0x2200, "Non-supported custom class 'vector_index' provided");
	assert_true(coodie_sync_table(mock.session, &model, COODIE_SYNC(.each = tell), &err));
	assert_int_equal(told_count, 3);
	assert_memory_equal(told[2], "-- not there: CREATE CUSTOM INDEX", 33);
	assert_non_null(strstr(told[2], "Non-supported custom class 'vector_index'"));
}

/* VX-04: a class that the user chose has no other; tablets are a reason too. */
static void unknown_chosen_class(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	index_on(VALUE, (coodie_index){ .class_name = "x.Y" });
	assert_true(
		sync_refused(0x2300, "Unable to find custom indexer class 'x.Y'", 0, NULL, &err));
	assert_int_equal(told_count, 2);
	assert_memory_equal(told[1], "-- not there: ", 14);
	assert_true(sync_refused(0x2200,
				 "Secondary indexes are not supported on base tables with tablets",
				 0, NULL, &err));
	assert_memory_equal(told[1], "-- not there: ", 14);
}

/* VX-04: every other error is one, and so is that of an index without a class. */
static void real_errors(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	index_on(VECTOR, (coodie_index){ .similarity = COODIE_SIMILARITY_COSINE });
	assert_false(sync_refused(0x2200, "no room", 0, NULL, &err));
	assert_non_null(strstr(err.message, "no room"));
	assert_false(sync_refused(0x2200, NO_CLASS, 0x2100, "Unauthorized custom class", &err));
	assert_non_null(strstr(err.message, "Unauthorized"));
	index_on(VALUE, (coodie_index){ 0 });
	assert_false(sync_refused(0x2200, NO_CLASS, 0, NULL, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(statements),           TEST(bad_models),
		TEST(vector_keys),          TEST(comparing),
		TEST(other_class),          TEST(unknown_class),
		TEST(unknown_chosen_class), TEST(real_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
