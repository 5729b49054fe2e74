/* SPDX-License-Identifier: MIT */
/* net/result/result.c and net/result/cursor.c: results over hand-encoded bodies, whole, cut at every byte, and
 * without memory. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/driver.h>
#include <coodie/rows.h>

#include "net/result/result.h"
#include "net/result/result_pool.h"
#include "tests/failalloc.h"
#include "tests/guard.h"

/* ---- bodies (v4 section 4.2.5) --------------------------------------------------------------- */

#define INT(n) "\0\0\0" n
#define ROWS INT("\x02")
/* one column, ks.t.v int */
#define ONE_INT \
	INT("\x01") \
	INT("\x01") \
	"\0\2ks\0\1t" \
	"\0\1v\0\x09"
#define TWO_COLUMNS \
	INT("\x01") \
	INT("\x02") \
	"\0\2ks\0\1t" \
	"\0\2id\0\x09" \
	"\0\4name\0\x0d"
#define SEVEN INT("\1") INT("\4") INT("\7")

#define BODY(text) text, sizeof(text) - 1

static const struct body {
	const char *name;
	uint8_t version, flags;
	const char *bytes;
	size_t len;
	enum coodie_result_kind kind;
	uint32_t rows, columns;
	const char *says; /* its rows as text */
} bodies[] = {
	{ "void", 4, 0, BODY(INT("\1")), COODIE_RESULT_VOID, 0, 0, "" },
	{ "set keyspace", 4, 0, BODY(INT("\3") "\0\4shop"), COODIE_RESULT_SET_KEYSPACE, 0, 0, "" },
	{ "schema change", 4, 0, BODY(INT("\5") "\0\7CREATED\0\5TABLE\0\2ks\0\1t"),
	  COODIE_RESULT_SCHEMA_CHANGE, 0, 0, "" },
	{ "no rows", 4, 0, BODY(ROWS ONE_INT INT("\0")), COODIE_RESULT_ROWS, 0, 1, "" },
	{ "one row", 4, 0, BODY(ROWS ONE_INT SEVEN), COODIE_RESULT_ROWS, 1, 1, "7;" },
	{ "a null, an empty text", 4, 0,
	  BODY(ROWS TWO_COLUMNS INT("\2") INT("\4") INT("\1") "\xff\xff\xff\xff" INT("\4") INT("\2")
		       INT("\0")),
	  COODIE_RESULT_ROWS, 2, 2, "1,null;2,'';" },
	{ "v5", 5, 0, BODY(ROWS ONE_INT SEVEN), COODIE_RESULT_ROWS, 1, 1, "7;" },
	{ "warnings in front", 4, CQL_FLAG_WARNINGS, BODY("\0\2\0\3one\0\0" ROWS ONE_INT SEVEN),
	  COODIE_RESULT_ROWS, 1, 1, "7;" },
	{ "a trace in front", 4, CQL_FLAG_TRACING, BODY("0123456789abcdef" ROWS ONE_INT SEVEN),
	  COODIE_RESULT_ROWS, 1, 1, "7;" },
	{ "bytes behind", 4, 0, BODY(ROWS ONE_INT SEVEN "extra"), COODIE_RESULT_ROWS, 1, 1, "7;" },
};

enum { ONE_ROW = 4, TWO_ROWS = 5, WARNED = 7, TRACED = 8 };

static coodie_result *read_body(const coodie_allocator *a, const struct body *b, const void *bytes,
				size_t len, struct cd_metadata *shared, cql_blob *new_id,
				coodie_error *err)
{
	cql_envelope e = { b->version, b->flags, 0, CQL_OP_RESULT, { bytes, len } };

	return cd_result_new(a, &e, NULL, shared, new_id, err);
}

static coodie_result *whole(const struct body *b, struct cd_metadata *shared, cql_blob *new_id,
			    coodie_error *err)
{
	return read_body(NULL, b, b->bytes, b->len, shared, new_id, err);
}

static void append_row(const coodie_cursor *c, size_t columns, char *out, size_t size)
{
	for (size_t i = 0; i < columns; i++) {
		size_t len = strlen(out);
		cql_value v;
		if (i && len + 1 < size)
			out[len++] = ',';
		if (coodie_cursor_value(c, i, &v, NULL))
			cql_value_format(v, out + len, size - len);
		else
			snprintf(out + len, size - len, "?");
	}
	snprintf(out + strlen(out), size - strlen(out), ";");
}

/* Everything a result can be asked; `out` gets its rows. False when its rows are broken. */
static bool walk(coodie_result *r, char *out, size_t size)
{
	coodie_cursor c = coodie_result_cursor(r);
	size_t columns = coodie_result_column_count(r);

	memset(out, 0, size);
	while (coodie_cursor_next(&c))
		append_row(&c, columns, out, size);
	for (size_t i = 0; i < columns; i++)
		assert_non_null(coodie_result_column_name(r, i));
	for (size_t i = 0; i < coodie_result_warning_count(r); i++)
		assert_non_null(coodie_result_warning(r, i));
	coodie_result_applied(r);
	return !c.failed;
}

static void test_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(bodies); i++) {
		const struct body *b = &bodies[i];
		size_t warnings = b->flags & CQL_FLAG_WARNINGS ? 2 : 0;
		coodie_error err;
		char text[256];
		coodie_result *r = whole(b, NULL, NULL, &err);
		CD_CHECK(r, b->name);
		CD_CHECK(coodie_result_kind(r) == b->kind, b->name);
		CD_CHECK(coodie_result_row_count(r) == b->rows, b->name);
		CD_CHECK(coodie_result_column_count(r) == b->columns, b->name);
		CD_CHECK(walk(r, text, sizeof text), b->name);
		CD_CHECK(strcmp(text, b->says) == 0, b->name);
		CD_CHECK(coodie_result_warning_count(r) == warnings, b->name);
		CD_CHECK(!coodie_result_has_more(r), b->name);
		coodie_result_free(r);
	}
}

/* Every prefix of every body, flush against an unreadable page: refused, or fewer rows. */
static void test_prefixes(void **state)
{
	struct cd_guard g;
	char text[256];

	(void)state;
	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(bodies); i++)
		for (size_t len = 0; len < bodies[i].len; len++) {
			coodie_error err = { 0 };
			uint8_t *cut = cd_guard_copy(&g, bodies[i].bytes, len);
			coodie_result *r = read_body(NULL, &bodies[i], cut, len, NULL, NULL, &err);
			CD_CHECK(r || err.code == COODIE_ERR_PROTOCOL, bodies[i].name);
			if (r)
				walk(r, text, sizeof text);
			coodie_result_free(r);
		}
	cd_guard_deinit(&g);
}

/* Every byte replaced by some others: never more than what is there is read. */
static void test_replaced_bytes(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct cd_guard g;
	char text[256];

	(void)state;
	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(bodies); i++)
		for (size_t at = 0; at < bodies[i].len * CD_COUNT(values); at++) {
			uint8_t *bytes = cd_guard_copy(&g, bodies[i].bytes, bodies[i].len);
			coodie_result *r;
			bytes[at / CD_COUNT(values)] = values[at % CD_COUNT(values)];
			r = read_body(NULL, &bodies[i], bytes, bodies[i].len, NULL, NULL, NULL);
			if (r)
				walk(r, text, sizeof text);
			coodie_result_free(r);
		}
	cd_guard_deinit(&g);
}

static bool read_with(const coodie_allocator *a, void *user)
{
	const struct body *b = user;
	coodie_error err = { 0 };
	coodie_result *r = read_body(a, b, b->bytes, b->len, NULL, NULL, &err);

	if (!r)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	coodie_result_free(r);
	return r != NULL;
}

static void test_no_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(bodies); i++)
		assert_true(cd_failalloc_each(bodies[i].name, read_with,
					      (void *)(uintptr_t)&bodies[i]));
}

static void test_prefix_of_a_body(void **state)
{
	coodie_result *r = whole(&bodies[WARNED], NULL, NULL, NULL);
	cql_uuid id;

	(void)state;
	assert_string_equal(coodie_result_warning(r, 0), "one");
	assert_string_equal(coodie_result_warning(r, 1), "");
	assert_null(coodie_result_warning(r, 2));
	assert_false(coodie_result_tracing_id(r, &id));
	coodie_result_free(r);
	r = whole(&bodies[TRACED], NULL, NULL, NULL);
	assert_true(coodie_result_tracing_id(r, &id));
	assert_memory_equal(id.bytes, "0123456789abcdef", 16);
	coodie_result_free(r);
}

/* ---- metadata that is not there, or new ------------------------------------------------------ */

static const struct body left_out = { "no metadata",
				      5,
				      0,
				      BODY(ROWS INT("\5") INT("\1") INT("\2") INT("\4") INT("\1")
						   INT("\4") INT("\2")),
				      COODIE_RESULT_ROWS,
				      2,
				      1,
				      "1;2;" };

static void test_shared_metadata(void **state)
{
	coodie_result *one = whole(&bodies[ONE_ROW], NULL, NULL, NULL);
	coodie_result *two = whole(&bodies[TWO_ROWS], NULL, NULL, NULL);
	coodie_error err;
	coodie_result *r;
	char text[64];

	(void)state;
	/* nobody said what the columns are, or something that does not fit */
	assert_null(whole(&left_out, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	assert_null(whole(&left_out, cd_result_metadata(two), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	coodie_result_free(two);
	r = whole(&left_out, cd_result_metadata(one), NULL, &err);
	assert_non_null(r);
	coodie_result_free(one); /* the metadata lives on */
	assert_string_equal(coodie_result_column_name(r, 0), "v");
	assert_true(walk(r, text, sizeof text));
	assert_string_equal(text, left_out.says);
	coodie_result_free(r);
}

/* The metadata of a statement whose rows have TWO_COLUMNS. */
static struct cd_metadata *prepared_columns(const coodie_allocator *a)
{
	static const char body[] = INT("\4") "\0\2id" INT("\0") INT("\0") INT("\0") TWO_COLUMNS;
	const cql_envelope e = {
		4, 0, 0, CQL_OP_RESULT, { (const uint8_t *)body, sizeof body - 1 }
	};
	struct cd_metadata *m = cd_metadata_new(a);
	cql_message read;

	if (!m)
		return NULL;
	if (cd_message_read(&e, NULL, &m->arena, &read, NULL)) {
		const cql_metadata *rows = &read.as.result.metadata;
		if (cd_result_know(&m->known, rows, e.body, &m->arena) &&
		    cd_columns_own(&m->columns, rows->columns, rows->column_count, &m->arena))
			return m;
	}
	cd_metadata_free(m);
	return NULL;
}

/* Every body, cut anywhere, is the same result whether its columns are known or not; columns that
 * are repeated byte for byte are not read again. */
static void test_known_columns(void **state)
{
	struct cd_metadata *m = prepared_columns(NULL);
	char text[256], want[256];
	struct cd_guard g;

	(void)state;
	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(bodies); i++) {
		const struct body *b = &bodies[i];
		for (size_t len = 0; len <= b->len; len++) {
			uint8_t *cut = cd_guard_copy(&g, b->bytes, len);
			coodie_result *r = read_body(NULL, b, cut, len, m, NULL, NULL);
			coodie_result *plain = read_body(NULL, b, cut, len, NULL, NULL, NULL);
			CD_CHECK(!r == !plain, b->name);
			if (r) {
				CD_CHECK(walk(r, text, sizeof text) ==
						 walk(plain, want, sizeof want),
					 b->name);
				CD_CHECK(strcmp(text, want) == 0, b->name);
				CD_CHECK((cd_result_metadata(r) == m) == (i == TWO_ROWS), b->name);
			}
			coodie_result_free(r);
			coodie_result_free(plain);
		}
	}
	cd_guard_deinit(&g);
	cd_metadata_free(m);
}

/* Any byte of the columns that differs makes them others, or broken. */
static void test_other_columns(void **state)
{
	struct cd_metadata *m = prepared_columns(NULL);
	const struct body *b = &bodies[TWO_ROWS];
	uint8_t bytes[256];

	(void)state;
	memcpy(bytes, b->bytes, b->len);
	for (size_t i = 7; i < sizeof(ROWS TWO_COLUMNS) - 1;
	     i++) { /* from the one bit of the flags on */
		bytes[i] ^= 1;
		coodie_result *r = read_body(NULL, b, bytes, b->len, m, NULL, NULL);
		assert_true(!r || cd_result_metadata(r) != m);
		coodie_result_free(r);
		bytes[i] ^= 1;
	}
	cd_metadata_free(m);
}

static bool read_known(const coodie_allocator *a, void *user)
{
	struct cd_metadata *m = prepared_columns(a);
	const struct body *b = &bodies[TWO_ROWS];
	coodie_result *r = m ? read_body(a, b, b->bytes, b->len, m, NULL, NULL) : NULL;
	bool ok = r;

	(void)user;
	coodie_result_free(r);
	cd_metadata_free(m);
	return ok;
}

static void test_known_without_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("known columns", read_known, NULL));
}

static void test_new_metadata(void **state)
{
	static const struct body changed = { "metadata changed",
					     5,
					     0,
					     BODY(ROWS INT("\x09") INT("\1") "\0\3new"
									     "\0\2ks\0\1t"
									     "\0\1w\0\x09" SEVEN),
					     COODIE_RESULT_ROWS,
					     1,
					     1,
					     "7;" };
	cql_blob id;
	coodie_result *r = whole(&changed, NULL, &id, NULL);

	(void)state;
	assert_non_null(r);
	assert_int_equal(id.len, 3);
	assert_memory_equal(id.data, "new", 3);
	assert_string_equal(cd_result_metadata(r)->columns.at[0].name.data, "w");
	coodie_result_free(r);
	r = whole(&bodies[ONE_ROW], NULL, &id, NULL);
	assert_null(id.data);
	coodie_result_free(r);
}

static void test_paging_state(void **state)
{
	static const struct body more = { "more pages",
					  4,
					  0,
					  BODY(ROWS INT("\3") INT("\1")
						       INT("\5") "state"
								 "\0\2ks\0\1t"
								 "\0\1v\0\x09" SEVEN),
					  COODIE_RESULT_ROWS,
					  1,
					  1,
					  "7;" };
	coodie_result *r = whole(&more, NULL, NULL, NULL);
	cql_blob at;

	(void)state;
	assert_non_null(r);
	assert_true(coodie_result_has_more(r));
	at = coodie_result_paging_state(r);
	assert_int_equal(at.len, 5);
	assert_memory_equal(at.data, "state", 5);

	static const struct body left_out_more = { "more pages of known columns",
						   4,
						   0,
						   BODY(ROWS INT("\6") INT("\1")
								INT("\5") "state" SEVEN),
						   COODIE_RESULT_ROWS,
						   1,
						   1,
						   "7;" };
	coodie_result *known = whole(&left_out_more, cd_result_metadata(r), NULL, NULL);
	char text[64];
	assert_non_null(known);
	at = coodie_result_paging_state(known);
	assert_int_equal(at.len, 5);
	assert_memory_equal(at.data, "state", 5);
	assert_true(walk(known, text, sizeof text));
	assert_string_equal(text, left_out_more.says);
	coodie_result_free(known);
	coodie_result_free(r);
}

static void test_wrong_kinds(void **state)
{
	static const struct body wrong[] = {
		{ "prepared", 4, 0,
		  BODY(INT("\4") "\0\1i" INT("\0") INT("\0") INT("\0") INT("\4") INT("\0")), 0, 0,
		  0, "" },
		{ "unknown", 4, 0, BODY(INT("\x09")), 0, 0, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		coodie_error err;
		CD_CHECK(!whole(&wrong[i], NULL, NULL, &err), wrong[i].name);
		CD_CHECK(err.code == COODIE_ERR_PROTOCOL, wrong[i].name);
	}
}

/* ---- the cursor ------------------------------------------------------------------------------ */

static const coodie_column_spec specs[] = {
	{ "flag", "boolean" }, { "small", "smallint" }, { "id", "int" },   { "big", "bigint" },
	{ "ratio", "double" }, { "name", "text" },      { "raw", "blob" }, { "key", "uuid" },
};

/* One row of values, one of nulls. */
static coodie_result *make_rows(void)
{
	const cql_uuid key = { { 1, 2, 3 } };
	const cql_value values[2 * CD_COUNT(specs)] = {
		cql(true),
		cql(-7),
		cql(INT32_MAX),
		cql(INT64_MIN),
		cql(0.5),
		cql("green"),
		cql(cql_blob_of("\0x", 2)),
		cql(key),
	};
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(specs, CD_COUNT(specs), values, 2, &err);

	if (!r)
		fail_msg("%s", err.message);
	return r;
}

static void test_getters(void **state)
{
	coodie_result *r = make_rows();
	coodie_cursor c = coodie_result_cursor(r);
	bool flag = false;
	int32_t i32 = 0;
	int64_t i64 = 0;
	double real = 0;
	cql_text text;
	cql_blob blob;
	cql_uuid uuid;

	(void)state;
	assert_true(coodie_cursor_is_null(&c, 0)); /* before the first row */
	assert_true(coodie_cursor_next(&c));
	assert_true(coodie_cursor_bool(&c, 0, &flag, NULL) && flag);
	assert_true(coodie_cursor_int32(&c, 1, &i32, NULL) && i32 == -7);
	assert_true(coodie_cursor_int32(&c, 2, &i32, NULL) && i32 == INT32_MAX);
	assert_true(coodie_cursor_int64(&c, 2, &i64, NULL) && i64 == INT32_MAX);
	assert_true(coodie_cursor_int64(&c, 3, &i64, NULL) && i64 == INT64_MIN);
	assert_true(coodie_cursor_double(&c, 4, &real, NULL) && real > 0.49 && real < 0.51);
	assert_true(coodie_cursor_text(&c, 5, &text, NULL) && text.len == 5);
	assert_true(coodie_cursor_blob(&c, 6, &blob, NULL) && blob.len == 2 && blob.data[1] == 'x');
	assert_true(coodie_cursor_uuid(&c, 7, &uuid, NULL) && uuid.bytes[2] == 3);
	assert_true(coodie_cursor_next(&c));
	for (size_t i = 0; i < CD_COUNT(specs); i++)
		assert_true(coodie_cursor_is_null(&c, i));
	assert_false(coodie_cursor_next(&c));
	assert_false(coodie_cursor_next(&c));
	assert_false(c.failed);
	c = coodie_result_cursor(r); /* and once more */
	assert_true(coodie_cursor_next(&c));
	assert_int_equal(coodie_cursor_cell(&c, 2).len, 4);
	coodie_result_free(r);
}

/* TY-13 to TY-17, TY-19, TY-22: every type has its getter, and each refuses a text. */
static void test_every_getter(void **state)
{
	static const coodie_column_spec columns[] = {
		{ "i8", "tinyint" },
		{ "i16", "smallint" },
		{ "f", "float" },
		{ "inet", "inet" },
		{ "date", "date" },
		{ "time", "time" },
		{ "ts", "timestamp" },
		{ "span", "duration" },
		{ "varint", "varint" },
		{ "dec", "decimal" },
		{ "list", "list<int>" },
		{ "set", "set<int>" },
		{ "map", "map<int, int>" },
		{ "tuple", "tuple<int, int>" },
		{ "vec", "vector<int, 2>" },
		{ "text", "text" },
	};
	const cql_varint number = { (const uint8_t *)"\x05", 1 };
	const cql_value values[] = {
		cql((signed char)-3),
		cql((short)-300),
		cql(0.5F),
		cql(((cql_inet){ { 127, 0, 0, 1 }, 4 })),
		cql(((cql_date){ -4 })),
		cql(((cql_time){ 5 })),
		cql(((cql_timestamp){ 6 })),
		cql(((cql_duration){ 1, 2, 3 })),
		cql(number),
		cql(((cql_decimal){ number, 1 })),
		cql(CQL_LIST(cql(7))),
		cql(CQL_SET(cql(8))),
		cql(CQL_MAP(cql(9), cql(10))),
		cql(CQL_TUPLE(cql(11), cql(12))),
		cql(CQL_VECTOR(cql(13), cql(14))),
		cql("no number"),
	};
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, CD_COUNT(columns), values, 1, &err);
	coodie_cursor c = coodie_result_cursor(r);
	struct {
		int8_t i8;
		int16_t i16;
		float single;
		cql_inet inet;
		cql_date date;
		cql_time time;
		cql_timestamp timestamp;
		cql_duration duration;
		cql_varint varint;
		cql_decimal decimal;
		cql_list list;
		cql_set set;
		cql_map map;
		cql_tuple tuple;
		cql_vector vector;
	} got;

	(void)state;
	assert_non_null(r);
	assert_true(coodie_cursor_next(&c));
#define READS(i, name, field, check) \
	assert_true(coodie_cursor_##name(&c, i, &got.field, NULL) && (check)); \
	assert_false(coodie_cursor_##name(&c, 15, &got.field, &err)); \
	assert_int_equal(err.code, COODIE_ERR_TYPE); \
	assert_non_null(strstr(err.message, "text (text)")); \
	assert_true(check)
	READS(0, int8, i8, got.i8 == -3);
	READS(1, int16, i16, got.i16 == -300);
	READS(2, float, single, got.single > 0.49F && got.single < 0.51F);
	READS(3, inet, inet, got.inet.length == 4 && got.inet.address[0] == 127);
	READS(4, date, date, got.date.days == -4);
	READS(5, time, time, got.time.nanoseconds == 5);
	READS(6, timestamp, timestamp, got.timestamp.milliseconds == 6);
	READS(7, duration, duration, got.duration.nanoseconds == 3);
	READS(8, varint, varint, got.varint.len == 1 && *got.varint.data == 5);
	READS(9, decimal, decimal, got.decimal.scale == 1);
	READS(10, list, list, got.list.seq.count == 1);
	READS(11, set, set, got.set.seq.count == 1);
	READS(12, map, map, got.map.seq.count == 1);
	READS(13, tuple, tuple, got.tuple.seq.count == 2);
	READS(14, vector, vector, got.vector.seq.count == 2);
#undef READS
	coodie_result_free(r);
}

/* An empty int has nothing to read, an empty text has. */
static void test_empty_cells(void **state)
{
	static const coodie_column_spec columns[] = { { "i", "int" }, { "t", "text" } };
	const cql_value values[] = { { { CQL_TAG_EMPTY }, { 0 } }, cql("") };
	coodie_result *r = coodie_result_new_rows(columns, 2, values, 1, NULL);
	coodie_cursor c = coodie_result_cursor(r);
	cql_value v;

	(void)state;
	assert_true(coodie_cursor_next(&c));
	for (size_t i = 0; i < 2; i++) {
		assert_non_null(coodie_cursor_cell(&c, i).data);
		assert_true(coodie_cursor_value(&c, i, &v, NULL));
		assert_int_equal(coodie_cursor_is_null(&c, i), cql_is_null(v));
		assert_int_equal(coodie_cursor_is_null(&c, i), i == 0);
	}
	coodie_result_free(r);
}

static void test_getter_errors(void **state)
{
	coodie_result *r = make_rows();
	coodie_cursor c = coodie_result_cursor(r);
	coodie_error err;
	int32_t i32 = 42;
	cql_text text = { "as before", 9 };
	cql_value v;

	(void)state;
	assert_true(coodie_cursor_next(&c));
	assert_false(coodie_cursor_int32(&c, 3, &i32, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_non_null(strstr(err.message, "big (bigint)"));
	assert_false(coodie_cursor_int32(&c, 5, &i32, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_false(coodie_cursor_text(&c, 2, &text, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_false(coodie_cursor_int32(&c, 8, &i32, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_cursor_value(&c, SIZE_MAX, &v, &err));
	assert_true(coodie_cursor_is_null(&c, 8));
	assert_true(coodie_cursor_next(&c));
	assert_false(coodie_cursor_int32(&c, 2, &i32, &err)); /* null is no number */
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_int_equal(i32, 42);
	assert_string_equal(text.data, "as before");
	assert_true(coodie_cursor_value(&c, 2, &v, &err));
	assert_true(cql_is_null(v));
	assert_int_equal(err.code, COODIE_OK);
	coodie_result_free(r);
}

static void test_columns(void **state)
{
	static const coodie_column_spec nonsense[] = { { "x", "nonsense<" } };
	coodie_result *r = make_rows();
	size_t i = 99;

	(void)state;
	assert_true(coodie_result_column_index(r, "name", &i));
	assert_int_equal(i, 5);
	assert_false(coodie_result_column_index(r, "Name", &i));
	assert_int_equal(cql_type_kind(coodie_result_column_type(r, 7)), CQL_KIND_UUID);
	assert_null(coodie_result_column_type(r, 8));
	assert_null(coodie_result_column_name(r, 8));
	coodie_result_free(r);
	assert_null(coodie_result_new_rows(nonsense, 1, NULL, 0, NULL));
	for (int i = 0; i < 2; i++) { /* no columns, then no values */
		coodie_error why;
		const cql_value yes = cql(true);
		assert_null(coodie_result_new_rows(i ? specs : NULL, 1, i ? NULL : &yes, 1, &why));
		assert_int_equal(why.code, COODIE_ERR_INVALID);
		assert_non_null(strstr(why.message, i ? "its values is NULL" : "its columns is NULL"));
	}
	assert_null(coodie_result_new_rows(specs, 1, CQL_ARGS(cql("no boolean")).values, 1, NULL));
}

static void test_applied(void **state)
{
	static const coodie_column_spec lwt[] = { { "id", "int" }, { "[applied]", "boolean" } };
	coodie_result *r;

	(void)state;
	for (int applied = 0; applied < 2; applied++) {
		r = coodie_result_new_rows(lwt, 2, CQL_ARGS(cql(1), cql(applied != 0)).values, 1,
					   NULL);
		assert_int_equal(coodie_result_applied(r), applied);
		coodie_result_free(r);
	}
	r = coodie_result_new_void(NULL);
	assert_true(coodie_result_applied(r));
	coodie_result_free(r);
}

/* The mapper terminates texts where they lie: the byte behind the last cell is ours to write. */
static void test_own_block(void **state)
{
	static const coodie_column_spec one[] = { { "name", "text" } };
	coodie_result *r = coodie_result_new_rows(one, 1, CQL_ARGS(cql("last")).values, 1, NULL);
	coodie_cursor c = coodie_result_cursor(r);
	coodie_cell cell;
	uint8_t *end;

	(void)state;
	assert_true(coodie_cursor_next(&c));
	cell = coodie_cursor_cell(&c, 0);
	end = coodie_result_own_block(r);
	assert_ptr_equal(cell.data + cell.len, end);
	*end = 0;
	assert_string_equal((const char *)cell.data, "last");
	coodie_result_free(r);
	coodie_result_free(NULL);
}

static const enum cql_kind two_kinds[] = { CQL_KIND_INT, CQL_KIND_TEXT };

/* coodie/rows.h over a result. */
static void test_row_reader(void **state)
{
	coodie_result *r = whole(&bodies[TWO_ROWS], NULL, NULL, NULL);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	cql_row_reader reader, again;
	cql_result rows;
	int32_t id;
	cql_text name;
	(void)state;

	coodie_result_rows(r, &rows);
	assert_true(cql_row_reader_init(&reader, &rows, two_kinds, 2, arena, NULL));
	for (int turn = 0; turn < 2; turn++) {
		assert_true(coodie_result_read(r, &again, two_kinds, 2, NULL));
		assert_true(cql_row_next(&again));
		assert_true(cql_row_next(&reader));
		assert_true(cql_row_int32(&reader, &id));
		assert_int_equal(id, 1);
		assert_false(cql_row_text(&reader, &name));
		assert_true(cql_row_next(&reader));
		assert_true(cql_row_int32(&reader, &id) && cql_row_text(&reader, &name));
		assert_int_equal(id, 2);
		assert_int_equal(name.len, 0);
		assert_false(cql_row_next(&reader));
		assert_false(cql_row_failed(&reader));
		assert_true(coodie_result_read(r, &reader, two_kinds, 2, NULL));
	}
	coodie_result_free(r);
	cql_arena_free(arena);
}

/* Whatever is no such rows is refused, in the words of the codec. */
static void test_row_reader_refuses(void **state)
{
	static const enum cql_kind wrong[] = { CQL_KIND_INT, CQL_KIND_INT };
	static const enum cql_kind any[] = { CQL_KIND_BLOB, CQL_KIND_BLOB };
	coodie_result *r = whole(&bodies[TWO_ROWS], NULL, NULL, NULL);
	coodie_result *none = whole(&bodies[0], NULL, NULL, NULL);
	cql_row_reader reader;
	coodie_error err;
	(void)state;

	assert_true(coodie_result_read(r, &reader, any, 2, &err));
	assert_false(coodie_result_read(r, &reader, wrong, 2, &err));
	assert_string_equal(err.message, "column name is text, not int");
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_false(coodie_result_read(r, &reader, wrong, 1, &err));
	assert_string_equal(err.message, "the result has 2 columns, 1 kinds were given");
	assert_false(coodie_result_read(none, &reader, wrong, 0, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_result_read(NULL, &reader, wrong, 1, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_result_free(none);
	coodie_result_free(r);
}

/* Which values are there, in a number. */
static size_t count_pairs(const coodie_result *r, bool *failed)
{
	cql_row_reader reader;
	size_t count = 0;
	int32_t id;
	cql_text name;

	assert_true(coodie_result_read(r, &reader, two_kinds, 2, NULL));
	while (cql_row_next(&reader)) {
		count += cql_row_int32(&reader, &id);
		count += 2 * (size_t)cql_row_text(&reader, &name);
	}
	*failed = cql_row_failed(&reader);
	return count;
}

/* Blocks of a pool go round: with more columns and fewer, longer answers and shorter ones, and what
 * stands behind the rows is as it has to be each time. */
static void test_pooled(void **state)
{
	static const coodie_column_spec one[] = { { "v", "int" } };
	struct cd_metadata *two = prepared_columns(NULL);
	coodie_result *other = coodie_result_new_rows(one, 1, CQL_ARGS(cql(1)).values, 1, NULL);
	struct cd_metadata *single = cd_metadata_ref(cd_result_metadata(other));
	struct cd_result_pool *pool = cd_result_pool_new(NULL);
	const struct body *b = &bodies[TWO_ROWS];
	const char alone[] = INT("\2") INT("\4") INT("\1") INT("\1") INT("\4") INT("\7");
	const struct cd_place place = { .port = 9042 };
	bool failed;
	(void)state;

	single->known.count = 1;
	for (size_t len = b->len; len > 12; len--) {
		struct cd_result_pool *from = len % 4 ? pool : NULL; /* there may be none */
		cql_envelope e = { 4, 0, 0, CQL_OP_RESULT, { (const uint8_t *)b->bytes, len } };
		coodie_result *r = cd_result_new_usual(NULL, from, &e, cd_metadata_ref(two),
						       &place);
		coodie_result *long_way = read_body(NULL, b, (const uint8_t *)b->bytes, len, two,
						    NULL, NULL);
		assert_int_equal(!r, !long_way);
		if (r) {
			bool too;
			assert_int_equal(count_pairs(r, &failed), count_pairs(long_way, &too));
			assert_int_equal(failed, len < b->len);
			assert_int_equal(failed, too);
			*coodie_result_own_block(r) = 9;
		} else {
			cd_metadata_free(two);
		}
		coodie_result_free(long_way);
		coodie_result_free(r);
		e.body = (cql_blob){ (const uint8_t *)alone, sizeof alone - 1 };
		r = cd_result_new_usual(NULL, pool, &e, cd_metadata_ref(single), &place);
		assert_int_equal(coodie_result_column_count(r), 1);
		assert_int_equal(*coodie_result_own_block(r), 0);
		coodie_cursor c = coodie_result_cursor(r);
		assert_true(coodie_cursor_next(&c));
		assert_false(coodie_cursor_next(&c));
		coodie_result_free(r);
	}
	cd_metadata_free(two);
	cd_metadata_free(single);
	coodie_result_free(other);
	cd_result_pool_end(pool);
}

/* A call that failed gives NULL: a cursor over it has no rows. */
static void test_no_result(void **state)
{
	coodie_cursor c = coodie_result_cursor(NULL);

	(void)state;
	assert_false(coodie_cursor_next(&c));
	assert_false(c.failed);
}

static void test_shared_void(void **state)
{
	static const uint8_t body[] = { 0, 0, 0, 1 };
	cql_envelope e = { 4, 0, 0, CQL_OP_RESULT, { body, sizeof body } };
	coodie_result *r = cd_result_new_void(NULL, NULL);

	(void)state;
	assert_true(cd_result_is_plain_void(&e));
	e.flags = CQL_FLAG_WARNINGS;
	assert_false(cd_result_is_plain_void(&e));
	e = (cql_envelope){ 4, 0, 0, CQL_OP_ERROR, { body, sizeof body } };
	assert_false(cd_result_is_plain_void(&e));
	e = (cql_envelope){ 4, 0, 0, CQL_OP_RESULT, { body, 3 } };
	assert_false(cd_result_is_plain_void(&e));
	assert_ptr_equal(cd_result_ref(r), r);
	coodie_result_free(r);
	assert_int_equal(coodie_result_kind(r), COODIE_RESULT_VOID);
	coodie_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_replaced_bytes),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_prefix_of_a_body),
		cmocka_unit_test(test_shared_metadata),
		cmocka_unit_test(test_new_metadata),
		cmocka_unit_test(test_paging_state),
		cmocka_unit_test(test_wrong_kinds),
		cmocka_unit_test(test_getters),
		cmocka_unit_test(test_every_getter),
		cmocka_unit_test(test_empty_cells),
		cmocka_unit_test(test_getter_errors),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_applied),
		cmocka_unit_test(test_own_block),
		cmocka_unit_test(test_shared_void),
		cmocka_unit_test(test_known_columns),
		cmocka_unit_test(test_other_columns),
		cmocka_unit_test(test_known_without_memory),
		cmocka_unit_test(test_row_reader),
		cmocka_unit_test(test_row_reader_refuses),
		cmocka_unit_test(test_pooled),
		cmocka_unit_test(test_no_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
