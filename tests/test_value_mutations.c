/* SPDX-License-Identifier: MIT */
/* Good values and types with some bytes changed, by a generator that always gives the same: nothing
 * crashes or overreads, and what is accepted is written back so that it reads the same. */
#include "tests/test.h"

#include <coodie/wire.h>
#include <stdlib.h>

#include "proto/value.h"
#include "tests/guard.h"
#include "tests/hex.h"

enum { ROUNDS = 200, ROOM = 16384 };

static const struct {
	const char *type, *hex;
} values[] = {
#define X(type, hex, text) { type, hex },
#include "tests/data/values.inc"
#undef X
};

static const struct {
	const char *spelling, *class_name, *v4, *v5;
} options[] = {
#define X(spelling, class_name, v4, v5) { spelling, class_name, v4, v5 },
#include "tests/data/type_options.inc"
#undef X
};

/* xorshift64* */
static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

static size_t below(uint64_t *seed, size_t limit)
{
	return limit ? (size_t)(next(seed) >> 11) % limit : 0;
}

/* One change: a byte, a bit, a length, a run doubled or taken out, the end cut. */
static size_t mutate(uint8_t *at, size_t len, uint64_t *seed)
{
	static const uint8_t loved[] = { 0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF };
	size_t i = below(seed, len), run = 1 + below(seed, 8);

	switch (next(seed) >> 61) {
	case 0:
		at[i] = (uint8_t)next(seed);
		return len;
	case 1:
		at[i] ^= (uint8_t)(1u << below(seed, 8));
		return len;
	case 2:
		if (i + 4 <= len)
			memset(at + i, loved[below(seed, sizeof loved)], 4);
		return len;
	case 3:
		if (run > len - i)
			return len;
		memmove(at + i, at + i + run, len - i - run);
		return len - run;
	case 4:
		if (run > len - i || len + run > ROOM)
			return len;
		memmove(at + i + run, at + i, len - i);
		return len + run;
	case 5:
		return i;
	default:
		at[i] = loved[below(seed, sizeof loved)];
		return len;
	}
}

static size_t mutated(uint8_t *out, struct cd_span from, uint64_t *seed)
{
	size_t len = from.len;

	memcpy(out, from.at, len);
	for (size_t n = 1 + below(seed, 4); n && len; n--)
		len = mutate(out, len, seed);
	return len;
}

/* ---- values --------------------------------------------------------------------------------- */

static void walk(cql_value v)
{
	cql_value item, value;
	cql_iter it = cql_list_iter((cql_list){ v.as.seq });

	if (v.is.tag < CQL_TAG_LIST || v.is.tag > CQL_TAG_VECTOR)
		return;
	if (v.is.tag == CQL_TAG_MAP)
		it = cql_map_iter((cql_map){ v.as.seq });
	while (v.is.tag == CQL_TAG_MAP ? cql_iter_next_pair(&it, &item, &value)
				       : cql_iter_next(&it, &item)) {
		walk(item);
		if (v.is.tag == CQL_TAG_MAP)
			walk(value);
	}
}

static char *shown(cql_value v)
{
	size_t len = cql_value_format(v, NULL, 0) + 1;
	char *text = malloc(len);

	cql_value_format(v, text, len);
	return text;
}

/* What the strict reader takes is written back, and reads the same. */
static void check_again(const cql_type *type, cql_value v, cql_arena *arena, const char *name)
{
	coodie_error err;
	cql_blob bytes, twice;
	cql_value again;

	if (!cql_encode(type, v, arena, &bytes, &err)) { /* a time no day has */
		CD_CHECK(err.code == COODIE_ERR_RANGE, err.message);
		return;
	}
	CD_CHECK(cql_decode(type, bytes, &again, &err), name);
	CD_CHECK(cql_encode(type, again, arena, &twice, &err), name);
	CD_CHECK(bytes.len == twice.len && memcmp(bytes.data, twice.data, bytes.len) == 0, name);
	char *a = shown(v), *b = shown(again);
	CD_CHECK(strcmp(a, b) == 0, name);
	free(a);
	free(b);
}

static void test_values(void **state)
{
	uint64_t seed = 4;
	uint8_t bytes[ROOM];
	struct cd_guard g;
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	assert_true(cd_guard_init(&g, ROOM));
	for (size_t i = 0; i < CD_COUNT(values); i++) {
		struct cd_span good = cd_unhex(values[i].hex);
		cql_type *type = cql_type_parse(values[i].type, NULL);
		assert_non_null(type);
		for (int round = 0; round < ROUNDS && good.len; round++) {
			size_t len = mutated(bytes, good, &seed);
			const uint8_t *at = cd_guard_copy(&g, bytes, len);
			cql_value v;
			if (cd_value_decode(type, (struct cd_span){ at, len }, &v, NULL)) {
				walk(v);
				free(shown(v));
			}
			if (cql_decode(type, (cql_blob){ at, len }, &v, NULL))
				check_again(type, v, arena, values[i].type);
			cql_arena_reset(arena);
		}
		cql_type_free(type);
		cd_unhex_free(good);
	}
	cd_guard_deinit(&g);
	cql_arena_free(arena);
}

/* ---- types ---------------------------------------------------------------------------------- */

/* Writing it gives something that reads as the same type. */
static void check_type(const cql_type *type, unsigned version, cql_arena *arena)
{
	coodie_error err;
	cql_blob bytes;
	char text[1024];

	CD_CHECK(cql_type_write(type, version, arena, &bytes, &err), err.message);
	cql_type_format(type, text, sizeof text);
	const cql_type *again = cql_type_read(bytes, NULL, arena, &err);
	CD_CHECK(again && cql_type_equal(type, again), text);
	cql_type_format_class(type, text, sizeof text);
}

static void test_options(void **state)
{
	uint64_t seed = 5;
	uint8_t bytes[ROOM];
	struct cd_guard g;
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	assert_true(cd_guard_init(&g, ROOM));
	for (size_t i = 0; i < CD_COUNT(options); i++) {
		struct cd_span good = cd_unhex(options[i].v4);
		for (int round = 0; round < ROUNDS; round++) {
			size_t len = mutated(bytes, good, &seed);
			cql_blob option = { cd_guard_copy(&g, bytes, len), len };
			const cql_type *type = cql_type_read(option, NULL, arena, NULL);
			if (type)
				check_type(type, 4 + (unsigned)below(&seed, 2), arena);
			cql_arena_reset(arena);
		}
		cd_unhex_free(good);
	}
	cd_guard_deinit(&g);
	cql_arena_free(arena);
}

static void check_text(struct cd_guard *g, const char *good, cql_arena *arena, uint64_t *seed)
{
	uint8_t bytes[ROOM];
	char text[2048];

	for (int round = 0; round < ROUNDS; round++) {
		size_t len = mutated(bytes, (struct cd_span){ (const uint8_t *)good, strlen(good) },
				     seed);
		bytes[len] = 0;
		len = strlen((char *)bytes);
		coodie_error err;
		cql_type *type = cql_type_parse((char *)cd_guard_copy(g, bytes, len + 1), &err);
		CD_CHECK(type || *err.message, good);
		if (!type)
			continue;
		if (cql_type_format(type, text, sizeof text) < sizeof text &&
		    cql_type_count(type) && !strstr(text, "'")) { /* a class may have any letters */
			cql_type *again = cql_type_parse(text, &err);
			CD_CHECK(again, text);
			cql_type_free(again);
		}
		if (cql_type_format_class(type, text, sizeof text) < sizeof text)
			cql_type_free(cql_type_parse(text, NULL));
		cql_type_free(type);
		cql_arena_reset(arena);
	}
}

static void test_texts(void **state)
{
	uint64_t seed = 6;
	struct cd_guard g;
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	assert_true(cd_guard_init(&g, ROOM));
	for (size_t i = 0; i < CD_COUNT(options); i++) {
		check_text(&g, options[i].spelling, arena, &seed);
		check_text(&g, options[i].class_name, arena, &seed);
	}
	for (size_t i = 0; i < CD_COUNT(values); i++)
		check_text(&g, values[i].type, arena, &seed);
	cd_guard_deinit(&g);
	cql_arena_free(arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_texts),
	};
	return cmocka_run_group_tests_name("value_mutations", tests, NULL, NULL);
}
