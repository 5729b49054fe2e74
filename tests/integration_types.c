/* SPDX-License-Identifier: MIT */
/* Integration: every type to the server and back through prepared binds, edge values first. */
#include "tests/integration.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1
#define BLOB(text) cql(((cql_blob){ BYTES(text) }))
#define TEXT(text) cql(((cql_text){ (text), sizeof(text) - 1 }))
#define VARINT(text) cql(((cql_varint){ BYTES(text) }))
#define DECIMAL(text, scale) cql(((cql_decimal){ { BYTES(text) }, (scale) }))
#define UUID(text) cql(uuid_of(text))
#define INET(text) cql(inet_of(text))

/* What is sent, value by value, and comes back. */
struct type_row {
	const char *type;
	cql_args values;
};

static cql_uuid uuid_of(const char *text)
{
	cql_uuid uuid;
	coodie_error err = { 0 };

	integration_ok(cql_uuid_parse(text, &uuid, &err), &err, text);
	return uuid;
}

static cql_inet inet_of(const char *text)
{
	cql_inet inet;
	coodie_error err = { 0 };

	integration_ok(cql_inet_parse(text, &inet, &err), &err, text);
	return inet;
}

/* A table for one type. Each has a name of its own: the session keeps what it knows of a statement.
 */
struct table {
	struct integration *it;
	const char *type;
	char insert[64], select[64], update[64];
};

static struct table make_table(struct integration *it, const char *type)
{
	static unsigned number;
	struct table t = { .it = it, .type = type };
	unsigned n = number++;

	integration_do(it->session, "CREATE TABLE types_%u (id int PRIMARY KEY, c %s)", n, type);
	snprintf(t.insert, sizeof t.insert, "INSERT INTO types_%u (id, c) VALUES (?, ?)", n);
	snprintf(t.select, sizeof t.select, "SELECT c FROM types_%u WHERE id = ?", n);
	snprintf(t.update, sizeof t.update, "UPDATE types_%u SET c = ? WHERE id = ?", n);
	return t;
}

static void show_difference(const char *type, size_t i, cql_value sent, cql_value got)
{
	char was[200], is[200];

	cql_value_format(sent, was, sizeof was);
	cql_value_format(got, is, sizeof is);
	fail_msg("%s, value %zu: sent %s (tag %d), got %s (tag %d)", type, i, was, sent.is.tag, is,
		 got.is.tag);
}

/* Writes a value, reads it, compares it with `want`. */
static void round_trip(const struct table *t, size_t i, cql_value sent, cql_value want)
{
	coodie_session *s = t->it->session;
	coodie_error err = { 0 };
	cql_value got;

	coodie_result_free(integration_query(s, t->insert, CQL_ARGS(cql((int)i), sent)));
	coodie_result *r = integration_query(s, t->select, CQL_ARGS(cql((int)i)));
	coodie_cursor c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c));
	integration_ok(coodie_cursor_value(&c, 0, &got, &err), &err, t->type);
	if (!integration_same(want, got))
		show_difference(t->type, i, want, got);
	assert_false(coodie_cursor_next(&c));
	assert_false(c.failed);
	coodie_result_free(r);
}

static void run_rows(struct integration *it, const struct type_row *rows, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		struct table t = make_table(it, rows[n].type);
		const cql_args *values = &rows[n].values;
		for (size_t i = 0; i < values->count; i++)
			round_trip(&t, i, values->values[i], values->values[i]);
		round_trip(&t, values->count, cql_null(), cql_null());
	}
}

#define RUN(it, rows) run_rows(it, rows, sizeof(rows) / sizeof((rows)[0]))

static void test_numbers(void **state)
{
	const struct type_row rows[] = {
		{ "tinyint", CQL_ARGS(cql(0), cql(INT8_MIN), cql(INT8_MAX)) },
		{ "smallint", CQL_ARGS(cql(0), cql(INT16_MIN), cql(INT16_MAX)) },
		{ "int", CQL_ARGS(cql(0), cql(-1), cql(INT32_MIN), cql(INT32_MAX)) },
		{ "bigint", CQL_ARGS(cql(0), cql(-1), cql(INT64_MIN), cql(INT64_MAX)) },
		{ "boolean", CQL_ARGS(cql((bool)false), cql((bool)true)) },
		{ "float", CQL_ARGS(cql(0.0f), cql(-0.0f), cql(FLT_MAX), cql(-FLT_MAX),
				    cql(FLT_MIN), cql(FLT_MIN / 8), cql((float)INFINITY),
				    cql((float)-INFINITY), cql((float)NAN)) },
		{ "double", CQL_ARGS(cql(0.0), cql(-0.0), cql(DBL_MAX), cql(-DBL_MAX), cql(DBL_MIN),
				     cql(DBL_MIN / 8), cql((double)INFINITY),
				     cql((double)-INFINITY), cql((double)NAN)) },
		{ "varint",
		  CQL_ARGS(
			  VARINT("\x00"), VARINT("\xff"), VARINT("\x7f"), VARINT("\x00\x80"),
			  VARINT("\xff\x7f"),
			  VARINT("\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
			  VARINT("\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")) },
		{ "decimal",
		  CQL_ARGS(
			  DECIMAL("\x00", 0), DECIMAL("\x01", -7), DECIMAL("\xff", 100),
			  DECIMAL("\x12\x34\x56\x78\x9a\xbc\xde\xf0\x12\x34\x56\x78\x9a\xbc\xde\xf0\x11",
				  20),
			  DECIMAL("\x7f", INT32_MAX), DECIMAL("\x80", -100000)) },
	};
	RUN(*state, rows);
}

static void test_texts_and_bytes(void **state)
{
	const struct type_row rows[] = {
		{ "ascii", CQL_ARGS(cql(""), cql("a"), cql("\x01 ~")) },
		{ "text", CQL_ARGS(cql(""), cql("a"), cql("\xc3\xa9t\xc3\xa9"),
				   cql("\xe6\xbc\xa2\xe5\xad\x97"), cql("\xf0\x9f\x99\x82"),
				   TEXT("with\0NUL"), cql("it''s \"quoted\"; -- ?")) },
		{ "blob", CQL_ARGS(BLOB(""), BLOB("\x00"), BLOB("\xff\x00\xca\xfe")) },
		{ "uuid",
		  CQL_ARGS(UUID("00000000-0000-0000-0000-000000000000"),
			   UUID("ffffffff-ffff-ffff-ffff-ffffffffffff"),
			   UUID("0123abcd-4567-49ab-8def-0123456789ab"), cql(cql_uuid_random())) },
		{ "timeuuid", CQL_ARGS(UUID("00000000-0000-1000-8080-808080808080"),
				       UUID("ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f")) },
		{ "inet", CQL_ARGS(INET("0.0.0.0"), INET("255.255.255.255"), INET("::"),
				   INET("2001:db8::1")) },
	};
	RUN(*state, rows);
}

static void test_times(void **state)
{
	const struct type_row rows[] = {
		{ "timestamp", CQL_ARGS(cql(((cql_timestamp){ 0 })), cql(((cql_timestamp){ -1 })),
					cql(((cql_timestamp){ INT64_MIN })),
					cql(((cql_timestamp){ INT64_MAX }))) },
		{ "date",
		  CQL_ARGS(cql(((cql_date){ 0 })), cql(((cql_date){ -1 })),
			   cql(((cql_date){ INT32_MIN })), cql(((cql_date){ INT32_MAX }))) },
		{ "time",
		  CQL_ARGS(cql(((cql_time){ 0 })), cql(((cql_time){ INT64_C(86399999999999) }))) },
		{ "duration",
		  CQL_ARGS(cql(((cql_duration){ 0, 0, 0 })), cql(((cql_duration){ 14, 3, 1 })),
			   cql(((cql_duration){ -1, -2, -3 })),
			   cql(((cql_duration){ INT32_MAX, INT32_MAX, INT64_MAX })),
			   cql(((cql_duration){ -INT32_MAX, -INT32_MAX, -INT64_MAX }))) },
	};
	RUN(*state, rows);
}

/* Sets and maps are given in the order the server keeps, so that what is read can be compared
 * item by item. */
static void test_collections(void **state)
{
	const struct type_row rows[] = {
		{ "list<int>",
		  CQL_ARGS(cql(CQL_LIST(cql(1))),
			   cql(CQL_LIST(cql(INT32_MAX), cql(INT32_MIN), cql(0), cql(0)))) },
		{ "list<text>", CQL_ARGS(cql(CQL_LIST(cql(""), cql("\xc3\xa9"), cql("")))) },
		{ "set<bigint>",
		  CQL_ARGS(cql(CQL_SET(cql(INT64_MIN), cql(-1), cql(0), cql(INT64_MAX)))) },
		{ "set<text>", CQL_ARGS(cql(CQL_SET(cql(""), cql("a"), cql("b")))) },
		{ "map<text, int>", CQL_ARGS(cql(CQL_MAP(cql("a"), cql(1), cql("b"), cql(-1)))) },
		{ "map<int, frozen<list<text>>>",
		  CQL_ARGS(cql(CQL_MAP(cql(-5), cql(CQL_LIST(cql("x"), cql("y"))), cql(5),
				       cql(CQL_LIST())))) },
		{ "frozen<list<int>>", CQL_ARGS(cql(CQL_LIST()), cql(CQL_LIST(cql(3), cql(2)))) },
		{ "frozen<set<int>>", CQL_ARGS(cql(CQL_SET()), cql(CQL_SET(cql(2), cql(3)))) },
		{ "frozen<map<int, int>>", CQL_ARGS(cql(CQL_MAP()), cql(CQL_MAP(cql(2), cql(3)))) },
		{ "list<frozen<map<text, frozen<set<int>>>>>",
		  CQL_ARGS(cql(CQL_LIST(cql(CQL_MAP(cql("k"), cql(CQL_SET(cql(1), cql(2))))),
					cql(CQL_MAP())))) },
	};
	RUN(*state, rows);
}

/* An empty collection that is not frozen is no collection: the server gives null back. */
static void test_empty_collections_are_null(void **state)
{
	struct integration *it = *state;
	const struct type_row rows[] = {
		{ "list<int>", CQL_ARGS(cql(CQL_LIST())) },
		{ "set<int>", CQL_ARGS(cql(CQL_SET())) },
		{ "map<int, int>", CQL_ARGS(cql(CQL_MAP())) },
	};
	for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
		struct table t = make_table(it, rows[n].type);
		round_trip(&t, 0, rows[n].values.values[0], cql_null());
	}
}

static void test_tuples_and_vectors(void **state)
{
	const struct type_row rows[] = {
		{ "tuple<int, text>",
		  CQL_ARGS(cql(CQL_TUPLE(cql(7), cql("x"))), cql(CQL_TUPLE(cql_null(), cql("")))) },
		{ "list<frozen<tuple<uuid, frozen<set<int>>>>>",
		  CQL_ARGS(cql(CQL_LIST(
			  cql(CQL_TUPLE(cql(uuid_of("550e8400-e29b-41d4-a716-446655440000")),
					cql(CQL_SET(cql(1), cql(2)))))))) },
		{ "vector<float, 2>", CQL_ARGS(cql(CQL_VECTOR(cql(1.5f), cql(-0.0f)))) },
		{ "vector<smallint, 2>", CQL_ARGS(cql(CQL_VECTOR(cql(300), cql(-1)))) },
		{ "vector<text, 2>", CQL_ARGS(cql(CQL_VECTOR(cql(""), cql("\xc3\xa9")))) },
		{ "vector<frozen<tuple<int, int>>, 1>",
		  CQL_ARGS(cql(CQL_VECTOR(cql(CQL_TUPLE(cql(1), cql_null()))))) },
	};
	RUN(*state, rows);
}

/* Bytes that are encoded already go as they are. */
static void test_encoded(void **state)
{
	static const struct {
		const char *type, *bytes;
		size_t len;
	} rows[] = {
		{ "vector<float, 2>", "\x3f\x80\x00\x00\xc0\x00\x00\x00", 8 },
		{ "tuple<int, text>", "\x00\x00\x00\x04\x00\x00\x00\x07\x00\x00\x00\x01x", 13 },
		{ "frozen<tuple<int, int>>", "\x00\x00\x00\x04\x00\x00\x00\x07\xff\xff\xff\xff",
		  12 },
	};
	struct integration *it = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct table t = make_table(it, rows[i].type);
		cql_value sent = cql_from_encoded(rows[i].bytes, rows[i].len);
		coodie_result_free(
			integration_query(it->session, t.insert, CQL_ARGS(cql(0), sent)));
		coodie_result *r = integration_query(it->session, t.select, CQL_ARGS(cql(0)));
		coodie_cursor c = coodie_result_cursor(r);
		assert_true(coodie_cursor_next(&c));
		coodie_cell cell = coodie_cursor_cell(&c, 0);
		assert_int_equal(cell.len, rows[i].len);
		assert_memory_equal(cell.data, rows[i].bytes, cell.len);
		char name[64];
		cql_type_format(coodie_result_column_type(r, 0), name, sizeof name);
		if (strstr(rows[i].type, "frozen"))
			assert_non_null(strstr(rows[i].type, name));
		else
			assert_string_equal(name, rows[i].type);
		coodie_result_free(r);
	}
}

/* The type of a marker as the server tells it is the one of the column. */
static void test_marker_types(void **state)
{
	static const char *const types[] = { "int", "list<text>", "map<text, int>", "duration",
					     "vector<float, 3>" };
	struct integration *it = *state;
	coodie_error err = { 0 };

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct table t = make_table(it, types[i]);
		coodie_prepared *p = coodie_session_prepare(it->session, t.update, &err);
		char name[64];
		integration_ok(p, &err, types[i]);
		assert_int_equal(coodie_prepared_bind_count(p), 2);
		assert_string_equal(coodie_prepared_bind_name(p, 0), "c");
		assert_string_equal(coodie_prepared_bind_name(p, 1), "id");
		assert_null(coodie_prepared_bind_name(p, 2));
		cql_type_format(coodie_prepared_bind_type(p, 0), name, sizeof name);
		assert_string_equal(name, types[i]);
		coodie_prepared_free(p);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_texts_and_bytes),
	cmocka_unit_test(test_times),
	cmocka_unit_test(test_collections),
	cmocka_unit_test(test_empty_collections_are_null),
	cmocka_unit_test(test_tuples_and_vectors),
	cmocka_unit_test(test_encoded),
	cmocka_unit_test(test_marker_types),
};

const struct integration_group integration_types = INTEGRATION_GROUP("types", tests,
								     INTEGRATION_ALWAYS);
