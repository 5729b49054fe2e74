/* SPDX-License-Identifier: MIT */
/* Typed values: decoded, walked, asked for as every C type, encoded again, written as a literal.
 *
 * Input: two bytes, the length of an [option]; the [option]; the bytes of a value. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/value.h"

/* A type of the input's choice, in memory that is exactly as long as it. */
static const cql_type *take_type(cql_blob *in, cql_arena *arena, uint8_t **copy)
{
	cql_blob option = fuzz_take(in, fuzz_u16(in));
	coodie_error err;

	*copy = fuzz_copy(option);
	return cql_type_read((cql_blob){ *copy, option.len }, NULL, arena, &err);
}

/* Every typed reader takes the value or says why not, and then leaves its output alone. */
static void read_as_everything(cql_value v)
{
#define X(type, name) \
	{ \
		type out, before; \
		coodie_error err; \
		memset(&out, 0x5a, sizeof out); \
		memcpy(&before, &out, sizeof out); \
		if (!cql_to_##name(v, &out, &err)) { \
			FUZZ_CHECK(err.code == COODIE_ERR_TYPE || err.code == COODIE_ERR_RANGE); \
			FUZZ_CHECK(!memcmp(&before, &out, sizeof out)); \
		} \
	}
	X(bool, bool)
	X(int32_t, int32)
	X(int64_t, int64)
	X(double, double)
	X(cql_text, text)
	X(cql_blob, blob)
	X(cql_uuid, uuid)
	X(cql_inet, inet)
	X(cql_date, date)
	X(cql_time, time)
	X(cql_timestamp, timestamp)
	X(cql_duration, duration)
	X(cql_varint, varint)
	X(cql_decimal, decimal)
	X(cql_list, list)
	X(cql_set, set)
	X(cql_map, map)
#undef X
}

/* The same bytes again after another turn. */
static bool check_encoded(const cql_type *type, cql_value value, bool is_plain, cql_arena *arena)
{
	coodie_error err;
	cql_value again;
	cql_blob first, second;

	if (!cql_encode(type, value, arena, &first, &err)) {
		FUZZ_CHECK_OK(!is_plain && err.code == COODIE_ERR_RANGE, &err);
		return false;
	}
	FUZZ_CHECK_OK(cql_decode(type, first, &again, &err), &err);
	FUZZ_CHECK_OK(cql_encode(type, again, arena, &second, &err), &err);
	FUZZ_CHECK(fuzz_same(first, second));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	struct fuzz_budget reading, writing;
	coodie_error err;
	cql_value value;
	uint8_t *option;

	fuzz_budget_init(&reading, size, FUZZ_TIMES);
	fuzz_budget_ours(&writing);
	cql_arena *arena = fuzz_arena(&reading), *ours = fuzz_arena(&writing);
	const cql_type *type = take_type(&in, arena, &option);
	if (type && cql_decode(type, in, &value, &err)) {
		read_as_everything(value);
		bool is_plain = fuzz_value_walk(value, 0);
		if (check_encoded(type, value, is_plain, ours))
			fuzz_value_literal(type, value, is_plain, ours);
	}
	free(option);
	cql_arena_free(arena);
	cql_arena_free(ours);
	fuzz_budget_end(&reading);
	fuzz_budget_end(&writing);
	return 0;
}
