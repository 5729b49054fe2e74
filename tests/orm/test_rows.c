/* SPDX-License-Identifier: MIT */
/* Rows as objects: every member decoded, texts terminated in place, lifetimes, and what is
 * refused. */
#include <coodie/query.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

static const coodie_column_spec note_specs[] = {
	{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
};

static void answer_notes(const cql_value *values, size_t rows)
{
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(note_specs, 4, values, rows, &err);

	ok(r, &err);
	mock_answer(&mock, r);
}

static coodie_query *all_notes(void)
{
	return coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
}

/* Texts of every length, beside each other and at the end of the block. */
static void texts_in_place(void **state)
{
	const cql_value values[] = {
		cql(1), cql("one"),  cql(11),    cql(CQL_SET(cql("a"), cql("bb"))),
		cql(2), cql(""),     cql_null(), cql_null(),
		cql(3), cql_null(),  cql(33),    cql(CQL_SET()),
		cql(4), cql("four"), cql(44),    cql_null(),
	};
	coodie_error err = { 0 };
	coodie_query *q = all_notes();
	coodie_rows *rows;
	cql_value tag;
	cql_iter it;
	note *n;

	(void)state;
	answer_notes(values, 4);
	rows = coodie_all(q, &err);
	coodie_query_free(q); /* the rows need it no more */
	ok(rows, &err);
	assert_int_equal(coodie_rows_count(rows), 4);
	n = coodie_next(rows, &err);
	assert_int_equal(n->id, 1);
	assert_string_equal(n->text, "one");
	assert_int_equal(*n->stars, 11);
	it = cql_set_iter(n->tags);
	assert_true(cql_iter_next(&it, &tag) && tag.as.text.len == 1);
	assert_true(cql_iter_next(&it, &tag) && !memcmp(tag.as.text.data, "bb", 2));
	assert_false(cql_iter_next(&it, &tag));
	n = coodie_next(rows, &err);
	assert_string_equal(n->text, "");
	assert_null(n->stars);
	it = cql_set_iter(n->tags); /* null reads as empty */
	assert_false(cql_iter_next(&it, &tag));
	n = coodie_next(rows, &err);
	assert_null(n->text);
	n = coodie_next(rows, &err);
	assert_string_equal(n->text, "four");
	assert_null(coodie_next(rows, &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_null(coodie_next(rows, NULL));
	coodie_object_free(n); /* of rows: theirs to free */
	coodie_rows_free(rows);
}

/* The only column is a text: its NUL is the one byte past the block. */
static void text_at_the_end(void **state)
{
	static const coodie_column_spec specs[] = { { "id", "int" }, { "text", "text" } };
	const cql_value values[] = { cql(1), cql("a"), cql(2), cql("last") };
	coodie_error err = { 0 };
	coodie_query *q = all_notes();
	coodie_rows *rows;
	note *n;

	(void)state;
	coodie_only(q, "text");
	mock_answer(&mock, coodie_result_new_rows(specs, 2, values, 2, &err));
	rows = coodie_all(q, &err);
	ok(rows, &err);
	n = coodie_next(rows, &err);
	assert_string_equal(n->text, "a");
	n = coodie_next(rows, &err);
	assert_string_equal(n->text, "last");
	coodie_rows_free(rows);
	coodie_query_free(q);
}

/* ---- a member of every kind ----------------------------------------------------------------- */

typedef struct every {
	coodie_row row;
	int32_t id;
	bool flag, *flag_p;
	int8_t tiny, *tiny_p;
	int16_t small, *small_p;
	long big, *big_p;
	long long huge, *huge_p, varint_number;
	float single, *single_p;
	double real, *real_p;
	cql_uuid uuid, *uuid_p;
	cql_inet inet, *inet_p;
	cql_date date, *date_p;
	cql_time time, *time_p;
	cql_timestamp timestamp, *timestamp_p;
	cql_duration duration, *duration_p;
	cql_text text;
	cql_blob blob;
	cql_varint varint;
	cql_decimal decimal;
	cql_list list;
	cql_set set;
	cql_map map;
	const char *str;
	char chars[6];
	float floats[2];
} every;

#define BOTH(member, type) \
	COODIE_COLUMN(every, member, type), COODIE_COLUMN(every, member##_p, type)

static const coodie_column every_columns[] = {
	COODIE_COLUMN(every, id, "int", .partition_key = 1),
	BOTH(flag, "boolean"),
	BOTH(tiny, "tinyint"),
	BOTH(small, "smallint"),
	BOTH(big, "bigint"),
	BOTH(huge, "bigint"),
	COODIE_COLUMN(every, varint_number, "varint"),
	BOTH(single, "float"),
	BOTH(real, "double"),
	BOTH(uuid, "uuid"),
	BOTH(inet, "inet"),
	BOTH(date, "date"),
	BOTH(time, "time"),
	BOTH(timestamp, "timestamp"),
	BOTH(duration, "duration"),
	COODIE_COLUMN(every, text, "text"),
	COODIE_COLUMN(every, blob, "blob"),
	COODIE_COLUMN(every, varint, "varint"),
	COODIE_COLUMN(every, decimal, "decimal"),
	COODIE_COLUMN(every, list, "list<int>"),
	COODIE_COLUMN(every, set, "set<int>"),
	COODIE_COLUMN(every, map, "map<int, text>"),
	COODIE_COLUMN(every, str, "ascii"),
	COODIE_COLUMN(every, chars, "text"),
	COODIE_COLUMN(every, floats, "vector<float, 2>"),
};
static const coodie_model every_model = COODIE_MODEL(every, every_columns, "every",
						     .keyspace = "shop");

enum { EVERY = CD_COUNT(every_columns) };

static every every_value(void)
{
	static const uint8_t minus_two[] = { 0xfe };
	static bool flag = true;
	static int8_t tiny = -8;
	static int16_t small = -16;
	static long big = -64;
	static long long huge = INT64_MAX;
	static float single = 0.5f;
	static double real = -0.25;
	static cql_uuid uuid = { { 1, 2, 3 } };
	static cql_inet inet = { { 127, 0, 0, 1 }, 4 };
	static cql_date date = { -1 };
	static cql_time time = { 86399999999999 };
	static cql_timestamp timestamp = { INT64_MIN };
	static cql_duration duration = { 1, 2, 3 };

	return (every){
		.id = 1,
		.flag = flag,
		.flag_p = &flag,
		.tiny = tiny,
		.tiny_p = &tiny,
		.small = small,
		.small_p = &small,
		.big = big,
		.big_p = &big,
		.huge = huge,
		.huge_p = &huge,
		.varint_number = -300,
		.single = single,
		.single_p = &single,
		.real = real,
		.real_p = &real,
		.uuid = uuid,
		.uuid_p = &uuid,
		.inet = inet,
		.inet_p = &inet,
		.date = date,
		.date_p = &date,
		.time = time,
		.time_p = &time,
		.timestamp = timestamp,
		.timestamp_p = &timestamp,
		.duration = duration,
		.duration_p = &duration,
		.text = { "a\0b", 3 },
		.blob = { minus_two, 1 },
		.varint = { minus_two, 1 },
		.decimal = { { minus_two, 1 }, 3 },
		.str = "str",
		.chars = "chars",
		.floats = { 1.5f, -2 },
	};
}

/* Answers a SELECT of `every` with the values an INSERT was given. */
static void answer_every(const cql_value *values)
{
	coodie_column_spec specs[EVERY];
	coodie_error err = { 0 };
	coodie_result *r;

	for (size_t i = 0; i < EVERY; i++)
		specs[i] = (coodie_column_spec){ every_columns[i].name, every_columns[i].type };
	r = coodie_result_new_rows(specs, EVERY, values, 1, &err);
	ok(r, &err);
	mock_answer(&mock, r);
}

/* What is saved, read back and saved whole again, is the same statement with the same binds. */
static void every_member(void **state)
{
	every e = every_value(), *back;
	coodie_error err = { 0 };
	cql_value list[] = { cql(3), cql(1) }, map[] = { cql(1), cql("x") };
	cql_value values[EVERY];

	(void)state;
	e.list = cql_list_of(list, 2);
	e.set = cql_set_of(list + 1, 1);
	e.map = cql_map_of(map, 1);
	ok(coodie_save(mock.session, &every_model, &e, NULL, &err), &err);
	assert_int_equal(mock_last(&mock)->args.count, EVERY);
	memcpy(values, mock_last(&mock)->args.values, sizeof(values));
	answer_every(values);
	back = coodie_get(mock.session, &every_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(back, &err);
	assert_true(*back->flag_p && back->tiny == -8 && *back->small_p == -16 &&
		    back->huge == INT64_MAX);
	assert_true(back->varint_number == -300 && back->date.days == -1 && *back->real_p == -0.25);
	assert_int_equal(back->text.len, 3);
	assert_string_equal(back->str, "str");
	assert_string_equal(back->chars, "chars");
	assert_true(back->floats[0] == 1.5f && back->floats[1] == -2);
	assert_memory_equal(back->inet.address, "\x7f\0\0\1", 4);
	ok(coodie_save(mock.session, &every_model, back, NULL, &err), &err);
	assert_int_equal(mock.sent, 2); /* clean */
	ok(coodie_save(mock.session, &every_model, back, COODIE_WRITE(.full = true), &err), &err);
	for (size_t i = 0; i < EVERY; i++) {
		char was[100], is[100];

		cql_value_format(values[i], was, sizeof(was));
		cql_value_format(mock_last(&mock)->args.values[i], is, sizeof(is));
		if (strcmp(was, is))
			fail_msg("%s: %s != %s", every_columns[i].name, was, is);
	}
	coodie_object_free(back);
}

/* Every column null: optional members are NULL, the others zero; nothing has changed. */
static void every_null(void **state)
{
	cql_value values[EVERY] = { cql(1) };
	every *back, zero = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	answer_every(values);
	back = coodie_get(mock.session, &every_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(back, &err);
	zero.row = back->row;
	assert_memory_equal(back, &zero, sizeof(zero));
	ok(coodie_save(mock.session, &every_model, back, NULL, &err), &err);
	assert_int_equal(mock.sent, 1);
	coodie_object_free(back);
}

/* Each member changed alone is one column in the UPDATE. */
static void every_change(void **state)
{
	cql_value values[EVERY] = { cql(1) };
	every e = every_value(), *back;
	coodie_error err = { 0 };

	(void)state;
	e.list = CQL_LIST(cql(1));
	e.set = CQL_SET(cql(1));
	e.map = CQL_MAP(cql(1), cql("x"));
	for (size_t i = 1; i < EVERY; i++) {
		const coodie_column *c = &every_columns[i];
		size_t written = 0;

		mock_close(&mock);
		mock_open(&mock);
		answer_every(values);
		back = coodie_get(mock.session, &every_model, CQL_ARGS(cql(1)), NULL, &err);
		ok(back, &err);
		memcpy((char *)back + c->offset, (char *)&e + c->offset, c->size);
		ok(coodie_save(mock.session, &every_model, back, NULL, &err), &err);
		CD_CHECK(mock.sent == 2, c->name);
		for (size_t k = 0; k + 1 < mock_last(&mock)->args.count; k++)
			written += mock_last(&mock)->args.values[k].is.tag != CQL_TAG_UNSET;
		CD_CHECK(written == 1 &&
				 mock_last(&mock)->args.values[i - 1].is.tag != CQL_TAG_UNSET,
			 c->name);
		coodie_object_free(back);
	}
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void wrong_answers(void **state)
{
	const struct {
		const char *name;
		coodie_column_spec columns[3];
		cql_value values[3];
		size_t count;
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ "a NUL in a char *",
		  { { "id", "int" }, { "text", "text" } },
		  { cql(1), cql(((cql_text){ "a\0b", 3 })) },
		  2,
		  COODIE_ERR_TYPE,
		  "note, row 1 (id = 1): column text (text): the text has a NUL in it" },
		{ "another type",
		  { { "id", "int" }, { "text", "blob" } },
		  { cql(1), cql_null() },
		  2,
		  COODIE_ERR_CONFLICT,
		  "note: column text is blob in the cluster and text in the model" },
		{ "another width",
		  { { "id", "bigint" }, { "text", "text" } },
		  { cql(1), cql_null() },
		  2,
		  COODIE_ERR_CONFLICT,
		  "column id is bigint in the cluster and int in the model" },
		{ "too few columns",
		  { { "id", "int" } },
		  { cql(1) },
		  1,
		  COODIE_ERR_PROTOCOL,
		  "2 columns were asked for, the answer has 1" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_query *q = all_notes();
		coodie_error err = { 0 };
		coodie_result *r = coodie_result_new_rows(rows[i].columns, rows[i].count,
							  rows[i].values, 1, &err);

		ok(r, &err);
		coodie_only(q, "text");
		mock_answer(&mock, r);
		CD_CHECK(!coodie_all(q, &err), rows[i].name);
		if (err.code != rows[i].code || !strstr(err.message, rows[i].says))
			fail_msg("row \"%s\": %s: %s", rows[i].name, coodie_errc_name(err.code),
				 err.message);
		coodie_query_free(q);
	}
}

static void void_answer(void **state)
{
	coodie_query *q = all_notes();
	coodie_error err = { 0 };
	uint64_t count = 1;

	(void)state;
	assert_null(coodie_all(q, &err)); /* the mock answers void */
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	assert_false(coodie_count(q, &count, &err));
	coodie_query_free(q);
}

static void too_long_for_chars(void **state)
{
	cql_value values[EVERY] = { cql(1) };
	coodie_error err = { 0 };

	(void)state;
	values[EVERY - 2] = cql("sixsix");
	answer_every(values);
	assert_null(coodie_get(mock.session, &every_model, CQL_ARGS(cql(1)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_non_null(
		strstr(err.message, "column chars (text): a text of 6 bytes does not fit char[6]"));
}

/* ---- terminals ------------------------------------------------------------------------------ */

static const cql_value two_notes[] = { { .is = { CQL_TAG_INT }, .as = { .integer = 1 } },
				       { .is = { 0 } },
				       { .is = { 0 } },
				       { .is = { 0 } },
				       { .is = { CQL_TAG_INT }, .as = { .integer = 2 } },
				       { .is = { 0 } },
				       { .is = { 0 } },
				       { .is = { 0 } } };

static void terminals(void **state)
{
	static const coodie_column_spec counted[] = { { "count", "bigint" } };
	coodie_query *q = all_notes();
	coodie_error err = { 0 };
	uint64_t count = 0;
	note *n;

	(void)state;
	answer_notes(two_notes, 0);
	assert_null(coodie_first(q, &err));
	assert_int_equal(err.code, COODIE_OK);
	answer_notes(two_notes, 1);
	n = coodie_first(q, &err);
	assert_int_equal(n->id, 1);
	coodie_object_free(n);
	answer_notes(two_notes, 0);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	answer_notes(two_notes, 2);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_MULTIPLE_FOUND);
	answer_notes(two_notes, 1);
	n = coodie_one(q, &err);
	assert_int_equal(n->id, 1);
	coodie_object_free(n);
	answer_notes(two_notes, 0);
	assert_null(coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	coodie_limit(q, 3); /* a count counts all */
	mock_answer(&mock, coodie_result_new_rows(counted, 1, CQL_ARGS(cql(12)).values, 1, &err));
	assert_true(coodie_count(q, &count, &err));
	assert_int_equal(count, 12);
	mock_expect(&mock, "SELECT COUNT(*) FROM shop.notes", "");
	coodie_query_free(q);
}

static void wrong_keys(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	assert_null(coodie_get(mock.session, &event_model, CQL_ARGS(cql("t")), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_QUERY);
	assert_non_null(
		strstr(err.message,
		       "4 columns in the primary key but 1 values; give them from tenant to seq"));
	assert_null(coodie_get(mock.session, &note_model, CQL_ARGS(cql("t")), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_non_null(strstr(err.message,
			       "coodie_get(note): value 1 for id (int): a text was given for int"));
	assert_null(coodie_get(mock.session, &note_model, CQL_ARGS(cql_null()), NULL, &err));
	assert_non_null(strstr(err.message, "the value for id is null"));
	assert_int_equal(mock.call_count, 0);
}

/* ---- asynchronous --------------------------------------------------------------------------- */

struct seen {
	int calls;
	enum coodie_errc code;
	coodie_rows *rows;
	void *object;
	uint64_t count;
};

static void on_rows(coodie_rows *take_rows, const coodie_error *err, void *user)
{
	*(struct seen *)user = (struct seen){ ((struct seen *)user)->calls + 1, err->code,
					      take_rows, NULL, 0 };
}

static void on_object(void *take_object, const coodie_error *err, void *user)
{
	*(struct seen *)user = (struct seen){ ((struct seen *)user)->calls + 1, err->code, NULL,
					      take_object, 0 };
}

static void on_count(uint64_t count, const coodie_error *err, void *user)
{
	*(struct seen *)user = (struct seen){ ((struct seen *)user)->calls + 1, err->code, NULL,
					      NULL, count };
}

static void asynchronous(void **state)
{
	static const coodie_column_spec counted[] = { { "count", "bigint" } };
	struct seen seen = { 0 };
	coodie_error err = { 0 };
	coodie_query *q = all_notes();

	(void)state;
	answer_notes(two_notes, 2);
	answer_notes(two_notes, 1);
	answer_notes(two_notes, 0);
	mock_answer(&mock, coodie_result_new_rows(counted, 1, CQL_ARGS(cql(12)).values, 1, &err));
	ok(coodie_all_async(q, on_rows, &seen, &err), &err);
	coodie_limit(q, 1); /* built on while a call runs: that one is as it was */
	assert_int_equal(seen.calls, 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(coodie_rows_count(seen.rows), 2);
	coodie_rows_free(seen.rows);
	ok(coodie_first_async(q, on_object, &seen, &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.calls, 2);
	assert_int_equal(((note *)seen.object)->id, 1);
	coodie_object_free(seen.object);
	ok(coodie_one_async(q, on_object, &seen, &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_null(seen.object);
	assert_int_equal(seen.code, COODIE_ERR_NOT_FOUND);
	ok(coodie_count_async(q, on_count, &seen, &err), &err);
	coodie_query_free(q); /* the call holds what it needs */
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.count, 12);
	answer_notes(two_notes, 1);
	ok(coodie_get_async(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, on_object, &seen,
			    &err),
	   &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.calls, 5);
	coodie_object_free(seen.object);
}

/* The session goes while calls are under way, and rows and objects outlive it. */
static void freed_session(void **state)
{
	struct seen seen = { 0 };
	coodie_error err = { 0 };
	coodie_query *q = all_notes();
	coodie_rows *rows;
	note *n, *copy;

	(void)state;
	answer_notes(two_notes, 2);
	rows = coodie_all(q, &err);
	n = coodie_next(rows, &err);
	copy = coodie_dup(mock.session, &note_model, n, &err);
	answer_notes(two_notes, 2);
	ok(coodie_all_async(q, on_rows, &seen, &err), &err);
	coodie_session_free(mock.session);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.code, COODIE_ERR_CLOSED);
	assert_null(seen.rows);
	coodie_query_free(q);
	assert_int_equal(n->id, 1);
	coodie_rows_free(rows);
	assert_int_equal(copy->id, 1);
	coodie_object_free(copy);
}

/* A dup outlives its rows; saving an object of rows keeps what was written with the rows. */
static void objects_of_rows(void **state)
{
	const cql_value values[] = { cql(1), cql("one"), cql(1), cql(CQL_SET(cql("x"))) };
	coodie_error err = { 0 };
	coodie_query *q = all_notes();
	coodie_rows *rows;
	note *n, *copy;
	char text[] = "two";

	(void)state;
	answer_notes(values, 1);
	rows = coodie_all(q, &err);
	n = coodie_next(rows, &err);
	copy = coodie_dup(mock.session, &note_model, n, &err);
	n->text = text;
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	memcpy(text, "six", 3);
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	mock_expect(
		&mock,
		"UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = ? WHERE \"id\" = ?",
		"'six'|unset|unset|1");
	coodie_rows_free(rows);
	coodie_query_free(q);
	assert_string_equal(copy->text, "one");
	coodie_object_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_in_place),  TEST(text_at_the_end),    TEST(every_member),
		TEST(every_null),      TEST(every_change),       TEST(wrong_answers),
		TEST(void_answer),     TEST(too_long_for_chars), TEST(terminals),
		TEST(wrong_keys),      TEST(asynchronous),       TEST(freed_session),
		TEST(objects_of_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
