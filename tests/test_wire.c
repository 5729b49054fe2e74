/* SPDX-License-Identifier: MIT */
/* coodie/wire.h: the vectors through the public functions, as a tool without a session runs them. */
#include "tests/test.h"

#include <coodie/wire.h>
#include <stdlib.h>

#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

/* Of a value: the text is what was meant. `exact`: writing it gives the same bytes. */
static const struct {
	const char *name, *type, *hex, *text;
	size_t text_len;
	bool exact;
} values[] = {
#define X(type, hex, text) { type, type, hex, TEXT(text), true },
#include "tests/data/values.inc"
#undef X
#define X(name, type, hex, text) { name, type, hex, TEXT(text), false },
#include "tests/data/values_decode.inc"
#undef X
};

static const struct {
	const char *name, *type, *hex;
} rejected[] = {
#define X(name, type, hex) { name, type, hex },
#include "tests/data/values_reject.inc"
#undef X
};

static const struct {
	const char *spelling, *class_name, *v4, *v5;
} options[] = {
#define X(spelling, class_name, v4, v5) { spelling, class_name, v4, v5 },
#include "tests/data/type_options.inc"
#undef X
};

static cql_type *parsed(const char *text)
{
	cql_type *type = cql_type_parse(text, NULL);

	CD_CHECK(type, text);
	return type;
}

static bool says(cql_value v, const char *text, size_t len)
{
	size_t need = cql_value_format(v, NULL, 0);
	char *got = malloc(need + 1);

	cql_value_format(v, got, need + 1);
	bool same = need == len && memcmp(got, text, len) == 0;
	free(got);
	return same;
}

static bool same_bytes(cql_blob a, struct cd_span b)
{
	return a.data && a.len == b.len && (b.len == 0 || memcmp(a.data, b.at, b.len) == 0);
}

static void test_values(void **state)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	for (size_t i = 0; i < CD_COUNT(values); i++) {
		struct cd_span bytes = cd_unhex(values[i].hex);
		cql_type *type = parsed(values[i].type);
		cql_value v;
		cql_blob again;
		coodie_error err;
		CD_CHECK(cql_decode(type, (cql_blob){ bytes.at, bytes.len }, &v, &err),
			 err.message);
		CD_CHECK(says(v, values[i].text, values[i].text_len), values[i].name);
		CD_CHECK(cql_encode(type, v, arena, &again, &err), err.message);
		CD_CHECK(!values[i].exact || same_bytes(again, bytes), values[i].name);
		CD_CHECK(cql_decode(type, again, &v, &err), values[i].name);
		cql_type_free(type);
		cd_unhex_free(bytes);
		cql_arena_reset(arena);
	}
	cql_arena_free(arena);
}

static void test_rejected(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rejected); i++) {
		struct cd_span bytes = cd_unhex(rejected[i].hex);
		cql_type *type = parsed(rejected[i].type);
		cql_value v = cql(7);
		coodie_error err;
		CD_CHECK(!cql_decode(type, (cql_blob){ bytes.at, bytes.len }, &v, &err),
			 rejected[i].name);
		CD_CHECK(err.code == COODIE_ERR_PROTOCOL && *err.message, rejected[i].name);
		CD_CHECK(v.is.tag == CQL_TAG_INT && v.as.integer == 7, rejected[i].name);
		cql_type_free(type);
		cd_unhex_free(bytes);
	}
}

static void check_option(cql_arena *arena, size_t i, const char *hex, unsigned version)
{
	struct cd_span bytes = cd_unhex(hex);
	cql_blob again, option = { bytes.at, bytes.len };
	char class_name[512];
	coodie_error err;

	const cql_type *type = cql_type_read(option, NULL, arena, &err);
	CD_CHECK(type, err.message);
	cql_type *by_class = parsed(options[i].class_name);
	cql_type *copy = cql_type_dup(type, &err);
	CD_CHECK(cql_type_equal(type, by_class) && cql_type_equal(copy, type), options[i].spelling);
	CD_CHECK(cql_type_write(by_class, version, arena, &again, &err), err.message);
	CD_CHECK(same_bytes(again, bytes), options[i].spelling);
	CD_CHECK(cql_type_write(copy, version, arena, &again, &err), err.message);
	CD_CHECK(same_bytes(again, bytes), options[i].spelling);
	size_t len = cql_type_format_class(copy, class_name, sizeof class_name);
	CD_CHECK(len == strlen(options[i].class_name), options[i].spelling);
	CD_CHECK(strcmp(class_name, options[i].class_name) == 0, class_name);
	for (size_t cut = 0; cut < bytes.len; cut++)
		CD_CHECK(!cql_type_read((cql_blob){ bytes.at, cut }, NULL, arena, &err) &&
				 err.code == COODIE_ERR_PROTOCOL,
			 options[i].spelling);
	cql_type_free(copy);
	cql_type_free(by_class);
	cd_unhex_free(bytes);
	cql_arena_reset(arena);
}

static void test_options(void **state)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	for (size_t i = 0; i < CD_COUNT(options); i++) {
		check_option(arena, i, options[i].v4, 4);
		check_option(arena, i, options[i].v5, 5);
	}
	cql_arena_free(arena);
}

/* ---- what is said when it cannot be done ---------------------------------------------------- */

static void test_refusals(void **state)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	cql_type *type = parsed("int"), *lists = parsed("list<list<int>>");
	cql_blob out = { (const uint8_t *)"as before", 9 };
	coodie_error err;
	cql_value v;
	(void)state;

	assert_false(cql_encode(type, cql_unset(), arena, &out, &err));
	assert_string_equal(err.message, "unset is a bind, it has no bytes");
	assert_false(cql_encode(type, cql("x"), arena, &out, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_false(cql_type_write(type, 3, arena, &out, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(out.len, 9);
	assert_true(cql_encode(type, cql_null(), arena, &out, &err));
	assert_null(out.data);
	assert_true(cql_decode(type, out, &v, &err));
	assert_int_equal(v.is.tag, CQL_TAG_NULL);
	assert_true(cql_decode(type, (cql_blob){ (const uint8_t *)"", 0 }, &v, &err));
	assert_true(cql_is_empty(v) && cql_is_null(v));
	assert_true(cql_encode(type, v, arena, &out, &err));
	assert_non_null(out.data);
	assert_int_equal(out.len, 0);

	struct cd_span bytes = cd_unhex("00000001"
					"0000000b"
					"00000001"
					"00000003"
					"000000");
	assert_false(cql_decode(lists, (cql_blob){ bytes.at, bytes.len }, &v, &err));
	assert_string_equal(err.message,
			    "item 1: item 1: 3 bytes that are no value of the type int");
	cd_unhex_free(bytes);
	assert_null(cql_type_read((cql_blob){ (const uint8_t *)"\0\x9\0", 3 }, NULL, arena, &err));
	assert_string_equal(err.message, "1 bytes behind a type");
	bytes = cd_unhex("002000200009");
	assert_null(cql_type_read((cql_blob){ bytes.at, bytes.len }, CQL_TERMS(.max_depth = 1),
				  arena, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	cd_unhex_free(bytes);
	char *name = malloc(70003);
	memset(name, 'a', 70002);
	name[0] = name[70001] = '\'';
	name[70002] = '\0';
	for (int round = 0; round < 2; round++) { /* a custom class, a user type */
		cql_type *long_name = parsed(name);
		assert_false(cql_type_write(long_name, 5, arena, &out, &err));
		assert_string_equal(err.message, "a name of more than 65535 bytes in a type");
		assert_int_equal(err.code, COODIE_ERR_LIMIT);
		cql_type_free(long_name);
		name[0] = name[70001] = '"';
	}
	free(name);
	cql_type_free(type);
	cql_type_free(lists);
	cql_arena_free(arena);
}

/* As deep as the terms allow, and never deeper than the stack does. */
static void test_depth(void **state)
{
	uint8_t bytes[2 * 1000 + 2];
	cql_arena *arena = cql_arena_new(NULL, NULL);
	coodie_error err;
	(void)state;

	for (size_t i = 0; i < 1000; i++)
		memcpy(bytes + 2 * i, "\0\x20", 2);
	memcpy(bytes + 2000, "\0\x9", 2);
	for (size_t lists = 0; lists <= 1000; lists++) {
		cql_blob option = { bytes + 2 * (1000 - lists), 2 * lists + 2 };
		bool ok = cql_type_read(option, NULL, arena, &err);
		assert_int_equal(ok, lists <= 16);
		ok = cql_type_read(option, CQL_TERMS(.max_depth = UINT32_MAX), arena, &err);
		assert_int_equal(ok, lists <= 64);
		assert_int_equal(err.code, ok ? COODIE_OK : COODIE_ERR_LIMIT);
		cql_arena_reset(arena);
	}
	cql_arena_free(arena);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool write_value(const coodie_allocator *allocator, void *user)
{
	size_t i = *(size_t *)user;
	struct cd_span bytes = cd_unhex(values[i].hex);
	cql_type *type = parsed(values[i].type);
	cql_arena *arena = cql_arena_new(allocator, NULL);
	coodie_error err;
	cql_value v;
	cql_blob out;
	bool ok = false;

	assert_true(cql_decode(type, (cql_blob){ bytes.at, bytes.len }, &v, NULL));
	if (arena) {
		ok = cql_encode(type, v, arena, &out, &err);
		assert_int_equal(err.code, ok ? COODIE_OK : COODIE_ERR_NO_MEMORY);
	}
	cql_arena_free(arena);
	cql_type_free(type);
	cd_unhex_free(bytes);
	return ok;
}

static bool read_and_write_type(const coodie_allocator *allocator, void *user)
{
	struct cd_span bytes = cd_unhex(user);
	cql_arena *arena = cql_arena_new(allocator, NULL);
	coodie_error err = { 0 };
	cql_blob out;
	const cql_type *type = NULL;
	bool ok = false;

	if (arena)
		type = cql_type_read((cql_blob){ bytes.at, bytes.len }, NULL, arena, &err);
	if (type)
		ok = cql_type_write(type, 4, arena, &out, &err);
	assert_true(!arena || ok == (err.code == COODIE_OK));
	assert_true(ok || !arena || err.code == COODIE_ERR_NO_MEMORY);
	cql_arena_free(arena);
	cd_unhex_free(bytes);
	return ok;
}

static void test_no_memory(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(values); i++)
		CD_CHECK(cd_failalloc_each(values[i].name, write_value, &i), values[i].name);
	for (size_t i = 0; i < CD_COUNT(options); i++) {
		char *hex = strdup(options[i].v4);
		CD_CHECK(cd_failalloc_each(options[i].spelling, read_and_write_type, hex),
			 options[i].spelling);
		free(hex);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),  cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_options), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_depth),   cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
