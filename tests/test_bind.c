/* SPDX-License-Identifier: MIT */
/* proto/bind.h: the fast way writes what the long way writes, for every kind of value to every kind
 * of marker. */
#include "tests/test.h"

#include <stdlib.h>

#include "proto/bind.h"
#include "proto/value.h"
#include "tests/failalloc.h"

static char text[5000];

/* Of every tag, usual and not. */
static size_t make_values(cql_value *v)
{
	size_t n = 0;
	cql_uuid timed = { { 1, 2, 3, 4, 5, 6, 0x17 } }, other = { { 9, 8, 7, 6, 5, 4, 0x43 } };

	v[n++] = cql_null();
	v[n++] = cql_unset();
	v[n++] = cql(true);
	v[n++] = cql(0);
	v[n++] = cql(1);
	v[n++] = cql(-1);
	v[n++] = cql(INT32_MAX);
	v[n++] = cql_from_llong(INT32_MIN);
	v[n++] = cql_from_llong(INT32_MAX + 1LL);
	v[n++] = cql_from_llong(INT64_MIN);
	v[n++] = cql(UINT64_MAX);
	v[n++] = cql(200u);
	v[n++] = cql(1.5f);
	v[n++] = cql(-2.25);
	v[n++] = cql(timed);
	v[n++] = cql(other);
	v[n++] = cql(((cql_timestamp){ 1767225600000 }));
	v[n++] = cql(((cql_time){ 1 }));
	v[n++] = cql(((cql_date){ -1 }));
	v[n++] = cql(((cql_duration){ 1, 2, 3 }));
	v[n++] = cql(((cql_inet){ { 127, 0, 0, 1 }, 4 }));
	v[n++] = cql((const char *)NULL);
	v[n++] = cql("caf\xc3\xa9");
	v[n++] = cql("bad \xc3(");
	v[n++] = cql_from_text((cql_text){ "\0", 1 });
	v[n++] = cql_from_blob((cql_blob){ NULL, 0 });
	v[n++] = cql_from_encoded("\1\2", 2);
	static cql_value two[2];
	two[0] = cql(1);
	two[1] = cql(2);
	v[n++] = cql(cql_list_of(two, 2));
	for (unsigned tag = CQL_TAG_ENCODED + 1; tag <= UINT8_MAX;
	     tag++) { /* what no constructor makes */
		v[n] = cql_null();
		v[n++].is.tag = (uint8_t)tag;
	}
	return n;
}

static const char *const types[] = { "boolean",  "tinyint",   "smallint", "int",       "bigint",
				     "counter",  "float",     "double",   "timestamp", "uuid",
				     "timeuuid", "blob",      "text",     "ascii",     "varint",
				     "date",     "list<int>", "inet" };

/* Both ways into buffers that hold something already, with the same room. */
static void compare(const cql_type *type, const cql_value *v, size_t cap, const char *name)
{
	struct cd_buffer fast, slow;
	struct cd_markers m;
	struct cd_arena a;
	coodie_error fast_err = { 0 }, slow_err = { 0 };
	uint16_t where = 99;

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&fast, NULL, 0);
	cd_buffer_init(&slow, NULL, 0);
	cd_buffer_u8(&fast, 7);
	cd_buffer_u8(&slow, 7);
	assert_true(cd_buffer_reserve(&fast, cap));
	assert_true(cd_markers_init(&m, &type, 1, &a));
	bool ok = cd_value_encode(&slow, type, v, &slow_err);
	CD_CHECK(cd_bind_values(&fast, &m, v, &where, &fast_err) == ok, name);
	CD_CHECK(fast.len == slow.len && memcmp(fast.data, slow.data, slow.len) == 0, name);
	CD_CHECK(ok || where == 0, name);
	CD_CHECK(fast_err.code == slow_err.code, name);
	CD_CHECK(!strcmp(fast_err.message, slow_err.message), name);
	cd_buffer_deinit(&fast);
	cd_buffer_deinit(&slow);
	cd_arena_deinit(&a);
}

static void test_every_pair(void **state)
{
	cql_value values[300];
	size_t count = make_values(values);
	(void)state;

	for (size_t t = 0; t < CD_COUNT(types); t++) {
		cql_type *type = cql_type_parse(types[t], NULL);
		assert_non_null(type);
		for (size_t i = 0; i < count; i++) {
			compare(type, &values[i], 0, types[t]);
			compare(type, &values[i], 4096, types[t]);
		}
		cql_type_free(type);
	}
}

/* Two markers, and the second one with a third behind it, by the steps of this CPU and of any. */
static void compare_two(const cql_type *const *types, const cql_value *values, uint16_t count,
			const char *name)
{
	const struct cd_step_set *const sets[] = { cd_step_best_set(), &cd_steps_plain };
	static uint8_t out[1024];
	struct cd_step steps[4];
	struct cd_buffer slow;
	bool ok = true;

	cd_buffer_init(&slow, NULL, 0);
	for (uint16_t i = 0; ok && i < count; i++)
		ok = cd_value_encode(&slow, types[i], &values[i], NULL);
	for (size_t i = 0; i < CD_COUNT(sets); i++) {
		cd_step_fill(steps, sets[i], types, count);
		uint8_t *end = steps->put(out, values, steps);
		CD_CHECK(!end || ok, name);
		CD_CHECK(!end || (size_t)(end - out) == slow.len, name);
		CD_CHECK(!end || memcmp(out, slow.data, slow.len) == 0, name);
	}
	cd_buffer_deinit(&slow);
}

static void test_pairs(void **state)
{
	cql_value values[300];
	size_t count = make_values(values);
	cql_type *at[CD_COUNT(types)];
	(void)state;

	count -= UINT8_MAX - CQL_TAG_ENCODED -
		 1; /* all but one of those that no constructor makes */
	for (size_t t = 0; t < CD_COUNT(types); t++)
		at[t] = cql_type_parse(types[t], NULL);
	for (size_t t = 0; t < CD_COUNT(types); t++) {
		for (size_t u = 0; u < CD_COUNT(types); u++) {
			const cql_type *three[] = { at[t], at[u], at[t] };
			for (size_t i = 0; i < count * count; i++) {
				const cql_value v[] = { values[i / count], values[i % count],
							values[i / count] };
				compare_two(three, v, 2, types[t]);
				compare_two(three, v, 3, types[t]);
			}
		}
	}
	for (size_t t = 0; t < CD_COUNT(types); t++)
		cql_type_free(at[t]);
}

/* What is as usual does not take the long way. */
static void test_usual(void **state)
{
	cql_uuid id = { { 1, 2, 3, 4, 5, 6, 0x17 } };
	const struct {
		const char *type;
		cql_value value;
	} usual[] = {
		{ "boolean", cql_from_bool(true) },
		{ "int", cql(-7) },
		{ "bigint", cql(-7) },
		{ "counter", cql(1) },
		{ "float", cql(1.5f) },
		{ "double", cql(1.5) },
		{ "timestamp", cql(((cql_timestamp){ 5 })) },
		{ "uuid", cql(id) },
		{ "timeuuid", cql(id) },
		{ "blob", cql_from_blob((cql_blob){ id.bytes, 16 }) },
		{ "text", cql("a text") },
		{ "ascii", cql("of ASCII only") },
		{ "list<int>", cql_null() },
		{ "date", cql_unset() },
	};
	static uint8_t out[1024];
	struct cd_step steps[3];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(usual) * CD_COUNT(usual); i++) {
		size_t a = i / CD_COUNT(usual), b = i % CD_COUNT(usual);
		cql_type *first = cql_type_parse(usual[a].type, NULL);
		cql_type *second = cql_type_parse(usual[b].type, NULL);
		const cql_type *two[] = { first, second };
		const cql_value v[] = { usual[a].value, usual[b].value };
		cd_step_fill(steps, cd_step_best_set(), two, 2);
		CD_CHECK(steps->put(out, v, steps), usual[a].type);
		cd_step_fill(steps, &cd_steps_plain, two, 2);
		CD_CHECK(steps->put(out, v, steps), usual[a].type);
		cql_type_free(first);
		cql_type_free(second);
	}
}

/* So many markers that they take the long way. */
static void test_very_many(void **state)
{
	enum { MANY = 2000 };
	cql_type *type = cql_type_parse("int", NULL);
	const cql_type **at = calloc(MANY, sizeof *at);
	cql_value *v = calloc(MANY, sizeof *v);
	struct cd_buffer b;
	struct cd_markers m;
	struct cd_arena a;
	(void)state;

	assert_true(at && v);
	for (int i = 0; i < MANY; i++) {
		at[i] = type;
		v[i] = cql(i);
	}
	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&b, NULL, 0);
	assert_true(cd_markers_init(&m, at, MANY, &a));
	assert_true(cd_buffer_reserve(&b, m.room));
	assert_true(cd_bind_values(&b, &m, v, NULL, NULL));
	assert_int_equal(b.len, MANY * 8);
	assert_int_equal(b.data[b.len - 2] << 8 | b.data[b.len - 1], MANY - 1);
	cd_buffer_deinit(&b);
	cd_arena_deinit(&a);
	cql_type_free(type);
	free(at);
	free(v);
}

/* Texts of every length around the steps they are copied in, with a byte that is not ASCII at every
 * place. */
static void test_texts(void **state)
{
	cql_type *type = cql_type_parse("text", NULL), *blob = cql_type_parse("blob", NULL);
	(void)state;

	memset(text, 'x', sizeof text);
	for (size_t len = 0; len < 200; len++) {
		cql_value v = cql_from_text((cql_text){ text, len });
		cql_value b = cql_from_blob((cql_blob){ (const uint8_t *)text, len });
		compare(type, &v, 8192, "text");
		compare(blob, &b, 8192, "blob");
		for (size_t i = 0; i < len; i++) {
			text[i] = (char)0xFF;
			compare(type, &v, 8192, "text with ff");
			text[i] = 'x';
		}
	}
	for (size_t len = 200; len < 5000; len += len < 300 ? 1 : 97) {
		cql_value v = cql_from_text((cql_text){ text, len });
		compare(type, &v, 8192, "long text");
		compare(type, &v, 250, "long text, little room");
	}
	cql_type_free(type);
	cql_type_free(blob);
}

/* Made by hand, with a length and no data: refused, on both ways, and when it was copied before. */
static void test_nowhere(void **state)
{
	static const struct {
		const char *type;
		enum cql_tag tag;
		size_t len;
	} rows[] = {
		{ "text", CQL_TAG_TEXT, 1 },       { "text", CQL_TAG_TEXT, 7 },
		{ "text", CQL_TAG_TEXT, 8 },       { "text", CQL_TAG_TEXT, 17 },
		{ "text", CQL_TAG_TEXT, 40 },      { "text", CQL_TAG_TEXT, 100 },
		{ "text", CQL_TAG_TEXT, 5000 },    { "ascii", CQL_TAG_TEXT, 33 },
		{ "blob", CQL_TAG_BLOB, 3 },       { "blob", CQL_TAG_BLOB, 8 },
		{ "blob", CQL_TAG_BLOB, 20 },      { "blob", CQL_TAG_BLOB, 64 },
		{ "blob", CQL_TAG_BLOB, 200 },     { "blob", CQL_TAG_ENCODED, 9 },
		{ "varint", CQL_TAG_VARINT, 16 },  { "int", CQL_TAG_VARINT, 4 },
		{ "decimal", CQL_TAG_DECIMAL, 5 }, { "vector<float, 4>", CQL_TAG_FLOATS, 4 },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cql_type *type = cql_type_parse(rows[i].type, NULL);
		cql_value v = { .is = { (uint8_t)rows[i].tag } }, copy;
		struct cd_buffer out;
		struct cd_arena a;
		coodie_error err;
		v.as.blob.len = rows[i].len;
		compare(type, &v, 8192, rows[i].type);
		cd_arena_init(&a, NULL, 0);
		CD_CHECK(cd_value_copy(&a, &copy, &v), rows[i].type);
		cd_buffer_init(&out, NULL, 0);
		CD_CHECK(!cd_value_encode(&out, type, &copy, &err), rows[i].type);
		CD_CHECK(err.code == COODIE_ERR_INVALID && out.len == 0, rows[i].type);
		cd_buffer_deinit(&out);
		cd_arena_deinit(&a);
		cql_type_free(type);
	}
}

/* A row of values, one of them wrong: nothing stays, and the place is told. */
static void test_wrong_one(void **state)
{
	cql_type *type = cql_type_parse("int", NULL);
	const cql_type *four[] = { type, type, type, type };
	cql_value v[] = { cql(1), cql(2), cql("three"), cql(4) };
	struct cd_buffer b;
	struct cd_markers m;
	struct cd_arena a;
	uint16_t where = 99;
	coodie_error err;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&b, NULL, 0);
	cd_buffer_u8(&b, 7);
	assert_true(cd_markers_init(&m, four, 4, &a));
	assert_false(cd_bind_values(&b, &m, v, &where, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_int_equal(where, 2);
	assert_int_equal(b.len, 1);
	v[2] = cql(3);
	assert_true(cd_bind_values(&b, &m, v, &where, &err));
	assert_int_equal(b.len, 33);
	cd_buffer_deinit(&b);
	cd_arena_deinit(&a);
	cql_type_free(type);
}

static bool bind_some(const coodie_allocator *allocator, void *user)
{
	const cql_type *const *two = user;
	cql_value v[] = { cql(5), cql_from_text((cql_text){ text, 3000 }) };
	struct cd_buffer b;
	struct cd_markers m;
	struct cd_arena a;

	cd_arena_init(&a, allocator, 0);
	cd_buffer_init(&b, allocator, 0);
	bool ok = cd_markers_init(&m, two, 2, &a) && cd_bind_values(&b, &m, v, NULL, NULL);
	assert_true(ok || b.len == 0);
	cd_buffer_deinit(&b);
	cd_arena_deinit(&a);
	return ok;
}

static void test_no_memory(void **state)
{
	cql_type *number = cql_type_parse("int", NULL), *words = cql_type_parse("text", NULL);
	const cql_type *two[] = { number, words };
	(void)state;

	memset(text, 'x', sizeof text);
	assert_true(cd_failalloc_each("bind", bind_some, two));
	cql_type_free(number);
	cql_type_free(words);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair), cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_usual),      cmocka_unit_test(test_very_many),
		cmocka_unit_test(test_texts),      cmocka_unit_test(test_nowhere),
		cmocka_unit_test(test_wrong_one),  cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("bind", tests, NULL, NULL);
}
