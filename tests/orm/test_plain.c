/* SPDX-License-Identifier: MIT */
/* The short ways of a save say what the long ones say: members without rules, models that are constants,
 * operations in memory that was another's, rows that are walked sixty-four columns at a time. */
#include <float.h>
#include <limits.h>
#include <stdlib.h>

#include "orm/model/place.h"
#include "tests/orm/fixture.h"

/* ---- members without rules ------------------------------------------------------------------- */

typedef struct every {
	coodie_row row;
	cql_uuid id;
	bool yes;
	int8_t tiny;
	int16_t small;
	int32_t whole;
	long wide;
	long long wider;
	float rough;
	double fine;
	cql_timestamp at;
	cql_date day;
	cql_text view;
	cql_blob bytes;
	const char *text;
	bool *maybe;
	int32_t *number;
	double *ratio;
	cql_uuid *other;
	cql_timestamp *seen;
} every;

static bool any(const void *member, coodie_error *err)
{
	(void)member;
	(void)err;
	return true;
}

/* Twice the same columns: as they are, and with a rule that every value obeys. */
#define EVERY(X) \
	X(yes, "boolean") \
	X(tiny, "tinyint") \
	X(small, "smallint") \
	X(whole, "int") \
	X(wide, "bigint") \
	X(wider, "bigint") \
	X(rough, "float") \
	X(fine, "double") \
	X(at, "timestamp") \
	X(day, "date") \
	X(view, "text") \
	X(bytes, "blob") \
	X(text, "text") \
	X(maybe, "boolean") \
	X(number, "int") \
	X(ratio, "double") \
	X(other, "uuid") \
	X(seen, "timestamp")

static const coodie_column plain_columns[] = {
	COODIE_COLUMN(every, id, "uuid", .partition_key = 1),
#define X(name, type) COODIE_COLUMN(every, name, type),
	EVERY(X)
#undef X
};
static const coodie_column ruled_columns[] = {
	COODIE_COLUMN(every, id, "uuid", .partition_key = 1, .validate = any),
#define X(name, type) COODIE_COLUMN(every, name, type, .validate = any),
	EVERY(X)
#undef X
};
static const coodie_model plain_model = COODIE_MODEL(every, plain_columns, "t", .keyspace = "k");
static const coodie_model ruled_model = COODIE_MODEL(every, ruled_columns, "t", .keyspace = "k");

enum { COLUMNS = sizeof(plain_columns) / sizeof(plain_columns[0]) };

static cql_uuid an_id = { { 1, 2, 3 } };
static cql_timestamp a_time = { -1 };

static const struct {
	const char *name;
	every object;
} objects[] = {
	{ "nothing is set", { .id = { { 1 } } } },
	{ "everything is set",
	  { .id = { { 2 } },
	    .yes = true,
	    .tiny = 1,
	    .small = 2,
	    .whole = 3,
	    .wide = 4,
	    .wider = 5,
	    .rough = 1.5F,
	    .fine = 2.5,
	    .at = { 1700000000000 },
	    .day = { 19000 },
	    .view = { "view", 4 },
	    .bytes = { (const uint8_t *)"\x00\xff", 2 },
	    .text = "text",
	    .maybe = &(bool){ true },
	    .number = &(int32_t){ 7 },
	    .ratio = &(double){ 0.5 },
	    .other = &an_id,
	    .seen = &a_time } },
	{ "the smallest",
	  { .id = { { 3 } },
	    .tiny = INT8_MIN,
	    .small = INT16_MIN,
	    .whole = INT32_MIN,
	    .wide = LONG_MIN,
	    .wider = LLONG_MIN,
	    .rough = -FLT_MAX,
	    .fine = -DBL_MAX,
	    .at = { INT64_MIN },
	    .day = { INT32_MIN },
	    .view = { "", 0 },
	    .bytes = { (const uint8_t *)"", 0 },
	    .text = "",
	    .maybe = &(bool){ false },
	    .number = &(int32_t){ INT32_MIN },
	    .ratio = &(double){ -0.0 } } },
	{ "the largest",
	  { .id = { { 0xff } },
	    .tiny = INT8_MAX,
	    .small = INT16_MAX,
	    .whole = INT32_MAX,
	    .wide = LONG_MAX,
	    .wider = LLONG_MAX,
	    .rough = FLT_MAX,
	    .fine = DBL_MAX,
	    .at = { INT64_MAX },
	    .day = { INT32_MAX },
	    .text = "caf\xc3\xa9",
	    .number = &(int32_t){ INT32_MAX } } },
};

/* The statement that a save sends. */
static const struct mock_call *saved(const coodie_model *m, const every *object)
{
	every copy = *object;
	coodie_error err = { 0 };

	ok(coodie_save(mock.session, m, &copy, NULL, &err), &err);
	return mock_last(&mock);
}

static void same_values(const char *name, const struct mock_call *a, const struct mock_call *b)
{
	char x[64], y[64];

	assert_string_equal(a->cql, b->cql);
	assert_int_equal(a->args.count, COLUMNS);
	assert_int_equal(b->args.count, COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++) {
		cql_value v = a->args.values[i], w = b->args.values[i];

		cql_value_format(v, x, sizeof(x));
		cql_value_format(w, y, sizeof(y));
		if (v.is.tag != w.is.tag || strcmp(x, y) != 0)
			fail_msg("%s: %s is %s one way and %s the other", name,
				 plain_columns[i].name, x, y);
	}
}

static void same_either_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		same_values(objects[i].name, saved(&plain_model, &objects[i].object),
			    saved(&ruled_model, &objects[i].object));
}

/* Else the two ways would be one. */
static void two_ways(void **state)
{
	struct cd_place plain, ruled;
	coodie_error err = { 0 };

	(void)state;
	ok(cd_place_find(mock.session, &plain_model, &plain, &err), &err);
	ok(cd_place_find(mock.session, &ruled_model, &ruled, &err), &err);
	for (uint32_t i = 0; i < COLUMNS; i++) {
		assert_int_not_equal(plain.model->columns[i].plain, COODIE_MEMBER_UNKNOWN);
		assert_int_equal(ruled.model->columns[i].plain, COODIE_MEMBER_UNKNOWN);
	}
}

/* ---- constants ------------------------------------------------------------------------------- */

static coodie_column written_to[] = { COODIE_COLUMN(every, id, "uuid", .partition_key = 1) };

static void constants(void **state)
{
	const coodie_column on_stack[] = { written_to[0] };
	void *on_heap = malloc(sizeof(on_stack));

	(void)state;
	assert_true(cd_is_constant(plain_columns, sizeof(plain_columns)));
	assert_true(cd_is_constant("text", 5));
	assert_false(cd_is_constant(plain_columns, SIZE_MAX / 2));
	assert_false(cd_is_constant(written_to, sizeof(written_to)));
	assert_false(cd_is_constant(on_stack, sizeof(on_stack)));
	assert_false(cd_is_constant(on_heap, sizeof(on_stack)));
	assert_false(cd_is_constant(NULL, 1));
	free(on_heap);
}

/* What is no constant is looked at each time. */
static void changed_in_place(void **state)
{
	const coodie_model m = COODIE_MODEL(every, written_to, "t", .keyspace = "k");
	struct cd_place before, after;
	coodie_error err = { 0 };

	(void)state;
	ok(cd_place_find(mock.session, &m, &before, &err), &err);
	written_to[0].db_name = "other";
	ok(cd_place_find(mock.session, &m, &after, &err), &err);
	assert_string_equal(before.model->columns[0].name, "id");
	assert_string_equal(after.model->columns[0].name, "other");
	written_to[0].db_name = NULL;
}

/* A table that is no table any more is refused, not read. */
static void broken_in_place(void **state)
{
	coodie_model m = COODIE_MODEL(every, written_to, "t", .keyspace = "k");
	struct cd_place place;
	coodie_error err = { 0 };

	(void)state;
	ok(cd_place_find(mock.session, &m, &place, &err), &err);
	m.columns = NULL;
	refused(cd_place_find(mock.session, &m, &place, &err), &err, COODIE_ERR_MODEL,
		"has no columns");
	m.size = 0;
	refused(cd_place_find(mock.session, &m, &place, &err), &err, COODIE_ERR_MODEL,
		"a model of size 0");
}

/* ---- operations that come one after the other ------------------------------------------------ */

struct told {
	size_t calls;
	enum coodie_errc code;
	char message[COODIE_ERROR_MESSAGE_SIZE];
};

static void on_told(const coodie_error *err, void *user)
{
	struct told *told = user;

	told->calls++;
	told->code = err->code;
	snprintf(told->message, sizeof(told->message), "%s", err->message);
}

static void submit(struct told *told)
{
	every object = { .id = { { 1 } } };
	coodie_error err = { 0 };

	ok(coodie_save_async(mock.session, &plain_model, &object, NULL, on_told, told, &err), &err);
}

static void one_after_the_other(void **state)
{
	struct told told[3] = { { 0 } };
	coodie_error err = { 0 };

	(void)state;
	for (size_t round = 1; round <= 3; round++) {
		mock_answer(&mock, NULL);
		mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
		mock_answer(&mock, NULL);
		for (size_t i = 0; i < 3; i++)
			submit(&told[i]);
		ok(coodie_session_run(mock.session, NULL, &err), &err);
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(told[i].calls, round);
			assert_int_equal(told[i].code, i == 1 ? COODIE_ERR_TIMEOUT : COODIE_OK);
			assert_string_equal(told[i].message,
					    i == 1 ? "coodie_save(every): late" : "");
		}
	}
}

/* ---- rows of many columns -------------------------------------------------------------------- */

enum { WIDE = 130 };

typedef struct broad {
	coodie_row row;
	int32_t n[WIDE];
} broad;

static struct broad_table {
	coodie_column columns[WIDE];
	coodie_column_spec specs[WIDE];
	cql_value values[WIDE];
	char names[WIDE][8];
} table;

static const coodie_model broad_model = {
	.size = sizeof(coodie_model),
	.column_stride = sizeof(coodie_column),
	.columns = table.columns,
	.column_count = WIDE,
	.object_size = sizeof(broad),
	.object_name = "broad",
	.table = "broad",
	.keyspace = "k",
};

static broad *load_broad(void)
{
	coodie_error err = { 0 };
	coodie_result *rows;
	broad *b;

	for (size_t i = 0; i < WIDE; i++) {
		snprintf(table.names[i], sizeof(table.names[i]), "c%zu", i);
		table.columns[i] = (coodie_column){ .name = table.names[i],
						    .offset = (uint32_t)(offsetof(broad, n) +
									 i * sizeof(int32_t)),
						    .size = sizeof(int32_t),
						    .member = COODIE_MEMBER_INT32,
						    .type = "int",
						    .partition_key = i == 0 };
		table.specs[i] = (coodie_column_spec){ table.names[i], "int" };
		table.values[i] = cql((int32_t)i);
	}
	rows = coodie_result_new_rows(table.specs, WIDE, table.values, 1, &err);
	ok(rows, &err);
	mock_answer(&mock, rows);
	b = coodie_get(mock.session, &broad_model, CQL_ARGS(cql(0)), NULL, &err);
	ok(b, &err);
	return b;
}

/* Changes these, and expects that they are written and no other. */
static void change(broad *b, const size_t *which, size_t count)
{
	bool changed[WIDE] = { false };
	const struct mock_call *call;
	coodie_error err = { 0 };

	for (size_t i = 0; i < count; i++) {
		b->n[which[i]]++;
		changed[which[i]] = true;
	}
	ok(coodie_save(mock.session, &broad_model, b, NULL, &err), &err);
	call = mock_last(&mock);
	assert_int_equal(call->args.count, WIDE); /* the key comes last */
	for (size_t i = 1; i < WIDE; i++) {
		const cql_value *v = &call->args.values[i - 1];

		if ((v->is.tag != CQL_TAG_UNSET) != changed[i])
			fail_msg("column %zu", i);
	}
}

static void many_columns(void **state)
{
	static const size_t edges[] = { 1, 63, 64, 65, 66, 127, 128, 129 };
	coodie_error err = { 0 };
	broad *b = load_broad();
	size_t sent = mock.sent;

	(void)state;
	ok(coodie_save(mock.session, &broad_model, b, NULL, &err), &err);
	assert_int_equal(mock.sent, sent); /* nothing changed */
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		change(b, &edges[i], 1);
	change(b, edges, sizeof(edges) / sizeof(edges[0]));
	coodie_object_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(same_either_way),     TEST(two_ways),        TEST(constants),
		TEST(changed_in_place),    TEST(broken_in_place), TEST(one_after_the_other),
		TEST(many_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
