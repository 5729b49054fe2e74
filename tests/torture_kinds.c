/* SPDX-License-Identifier: MIT */
/* Every kind of member, made from members.def and views.def: how it is read, and its samples. */
#include "tests/torture.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const coodie_column spot_fields[] = {
	COODIE_COLUMN(spot, n, "int"),
	COODIE_COLUMN(spot, t, "text"),
};
const coodie_udt torture_spot = COODIE_TYPE(spot, spot_fields, "spot");

static const coodie_column nest_fields[] = {
	COODIE_UDT(nest, at, spot, &torture_spot),
	COODIE_COLUMN(nest, spots, "frozen<list<frozen<spot>>>", .udt = &torture_spot),
	COODIE_COLUMN(nest, pair, "tuple<int, frozen<spot>>", .udt = &torture_spot),
	COODIE_COLUMN(nest, code, "ascii"),
};
const coodie_udt torture_nest = COODIE_TYPE(nest, nest_fields, "\"Nest\"");

/* ---- what members say ---------------------------------------------------------------------- */

#define X(name, type, text) \
	static cql_value value_of_##name(const void *at) \
	{ \
		return cql(*(const type *)at); \
	} \
	static cql_value value_of_##name##_p(const void *at) \
	{ \
		const type *const *member = at; \
		return *member ? cql(**member) : cql_null(); \
	}
#include <coodie/members.def>
#undef X

#define X(name, type, text) \
	static cql_value value_of_##name(const void *at) \
	{ \
		static const type nothing; \
		return memcmp(at, &nothing, sizeof(type)) ? cql(*(const type *)at) : cql_null(); \
	}
#include <coodie/views.def>
#undef X

static cql_value value_of_STR(const void *at)
{
	const char *const *member = at;

	return *member ? cql(*member) : cql_null();
}

static cql_value value_of_CHARS(const void *at)
{
	return cql((const char *)at);
}

static cql_value value_of_FLOATS(const void *at)
{
	return cql_from_floats(cql_floats_of(at, 3));
}

static cql_value value_of_SPOT(const void *at)
{
	return cql_from_object(&torture_spot, at);
}

static cql_value value_of_SPOT_p(const void *at)
{
	return cql_from_object(&torture_spot, *(const spot *const *)at);
}

static cql_value value_of_NEST(const void *at)
{
	return cql_from_object(&torture_nest, at);
}

static cql_value value_of_NEST_p(const void *at)
{
	return cql_from_object(&torture_nest, *(const nest *const *)at);
}

/* ---- the table ----------------------------------------------------------------------------- */

#define KIND(kind, words, c_type, reads, ...) \
	{ \
		.name = #kind, .text = (words), .size = sizeof(c_type), .value = (reads), \
		.member = COODIE_MEMBER_##kind __VA_ARGS__ \
	}
#define STRUCT(kind, c_type, suffix, reads, ...) \
	{ \
		.name = #kind, .text = "struct", .size = sizeof(c_type suffix), .value = (reads), \
		.udt = &torture_##c_type, .member = COODIE_MEMBER_UDT __VA_ARGS__ \
	}

static struct kind kinds[] = {
#define X(name, type, text) \
	KIND(name, text, type, value_of_##name, ), \
		KIND(name, text, type *, value_of_##name##_p, +COODIE_MEMBER_OPTIONAL, \
		     .pointer = true, .nullable = true),
#include <coodie/members.def>
#undef X
#define X(name, type, text) KIND(name, text, type, value_of_##name, , .nullable = true),
#include <coodie/views.def>
#undef X
	KIND(STR, "const char *", char *, value_of_STR, , .nullable = true),
	KIND(CHARS, "char[", char[8], value_of_CHARS, ),
	KIND(FLOATS, "float[", float[3], value_of_FLOATS, ),
	STRUCT(SPOT, spot, , value_of_SPOT, ),
	STRUCT(SPOT, spot, *, value_of_SPOT_p, +COODIE_MEMBER_OPTIONAL, .pointer = true,
	       .nullable = true),
	STRUCT(NEST, nest, , value_of_NEST, , .nullable = true),
	STRUCT(NEST, nest, *, value_of_NEST_p, +COODIE_MEMBER_OPTIONAL, .pointer = true,
	       .nullable = true),
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const struct kind *torture_kinds(int *count)
{
	*count = KINDS;
	return kinds;
}

/* ---- samples: two values of each kind, and an empty one ------------------------------------ */

/* Copies a sample to the kinds of this name; for a pointer, to a place that stays. */
static void put(const char *name, int which, const void *value, size_t size)
{
	for (int i = 0; i < KINDS; i++) {
		struct kind *k = &kinds[i];
		void *place;

		if (strcmp(k->name, name))
			continue;
		k->filled = true;
		k->nullable |= !strcmp(name, "INET"); /* of no length */
		if (!k->pointer) {
			memcpy(&k->samples[which], value, size);
			continue;
		}
		place = malloc(size);
		if (!place)
			exit(1);
		memcpy(place, value, size);
		memcpy(&k->samples[which], &place, sizeof(place));
	}
}

#define SAMPLES_OF(name, type, ...) \
	do { \
		const type values[SAMPLES] = { __VA_ARGS__ }; \
		for (int which = 0; which < SAMPLES; which++) \
			put(#name, which, &values[which], sizeof(type)); \
	} while (0)

static const uint8_t bytes[] = { 0x01, 0x7f, 0xff };
static const uint8_t zero[] = { 0 };

static void fill_scalars(void)
{
	SAMPLES_OF(BOOL, bool, true, false, false);
	SAMPLES_OF(INT8, int8_t, -128, 127, 0);
	SAMPLES_OF(INT16, int16_t, -32768, 9, 0);
	SAMPLES_OF(INT32, int32_t, INT32_MIN, 70000, 0);
	SAMPLES_OF(LONG, long, LONG_MIN, 99, 0);
	SAMPLES_OF(LLONG, long long, INT64_MAX, -1, 0);
	SAMPLES_OF(FLOAT, float, 1.5f, -0.25f, 0);
	SAMPLES_OF(DOUBLE, double, 1e300, -0.1, 0);
	SAMPLES_OF(UUID, cql_uuid, { { 1, 2, 3, 4, 5, 6, 0x17, 8, 0x89, 10 } },
		   { { 9, 2, 3, 4, 5, 6, 0x11, 8, 0x90 } },
		   { { 0, 0, 0, 0, 0, 0, 0x10, 0, 0x80 } });
	SAMPLES_OF(INET, cql_inet, { { 127, 0, 0, 1 }, 4 }, { { 0xfe, 0x80 }, 16 }, { { 0 }, 4 });
	SAMPLES_OF(DATE, cql_date, { -719162 }, { 20000 }, { 0 });
	SAMPLES_OF(TIME, cql_time, { 86399999999999 }, { 1 }, { 0 });
	SAMPLES_OF(TIMESTAMP, cql_timestamp, { -1 }, { 253402300799999 }, { 0 });
	SAMPLES_OF(DURATION, cql_duration, { -1, -2, -3 }, { 12, 0, 1000000000 }, { 0, 0, 0 });
}

static void fill_views(void)
{
	static cql_value numbers[3], pairs[4], parts[2][2], floats[2][3];

	for (int i = 0; i < 3; i++) {
		numbers[i] = cql(i - 1);
		floats[0][i] = cql((float)i);
		floats[1][i] = cql(0.5f - (float)i);
	}
	for (int i = 0; i < 2; i++) {
		pairs[2 * i] = cql(i ? "b" : "a");
		pairs[2 * i + 1] = cql(i);
		parts[i][0] = cql(i);
		parts[i][1] = cql(i ? "one" : "");
	}
	SAMPLES_OF(TEXT, cql_text, { "first", 5 }, { "caf\xc3\xa9", 3 }, { "", 0 });
	SAMPLES_OF(BLOB, cql_blob, { bytes, 3 }, { bytes, 1 }, { bytes, 0 });
	SAMPLES_OF(VARINT, cql_varint, { bytes, 3 }, { bytes + 1, 2 }, { zero, 1 });
	SAMPLES_OF(DECIMAL, cql_decimal, { { bytes, 3 }, -3 }, { { bytes + 2, 1 }, 7 },
		   { { zero, 1 }, 0 });
	SAMPLES_OF(LIST, cql_list, cql_list_of(numbers, 3), cql_list_of(numbers + 1, 2),
		   cql_list_of(numbers, 0));
	SAMPLES_OF(SET, cql_set, cql_set_of(numbers, 3), cql_set_of(numbers + 1, 2),
		   cql_set_of(numbers, 0));
	SAMPLES_OF(MAP, cql_map, cql_map_of(pairs, 1), cql_map_of(pairs, 2), cql_map_of(pairs, 0));
	SAMPLES_OF(TUPLE, cql_tuple, cql_tuple_of(parts[0], 2), cql_tuple_of(parts[1], 2),
		   cql_tuple_of(parts[0], 2));
	SAMPLES_OF(UDT_VIEW, cql_udt, cql_udt_of(parts[0], 2), cql_udt_of(parts[1], 2),
		   cql_udt_of(parts[0], 2));
	SAMPLES_OF(VECTOR, cql_vector, cql_vector_of(floats[0], 3), cql_vector_of(floats[1], 3),
		   cql_vector_of(floats[0], 3));
}

static void fill_others(void)
{
	SAMPLES_OF(STR, char *, (char *)"first", (char *)"second", (char *)"");
	SAMPLES_OF(CHARS, union member, { .CHARS = "first" }, { .CHARS = "seven77" },
		   { .CHARS = "" });
	SAMPLES_OF(FLOATS, union member, { .FLOATS = { 1, -2.5f, 3 } }, { .FLOATS = { 4, 5, 6 } },
		   { .FLOATS = { 0 } });
}

static void fill_structs(void)
{
	static spot here = { -7, "caf\xc3\xa9" }, there = { 8, NULL };
	static cql_value spots[2], pair[2];

	spots[0] = cql_from_object(&torture_spot, &here);
	spots[1] = cql_from_object(&torture_spot, &there);
	pair[0] = cql(5);
	pair[1] = spots[1];
	SAMPLES_OF(SPOT, spot, { INT32_MIN, "first" }, { 70000, NULL }, { 0, "" });
	SAMPLES_OF(NEST, nest,
		   { &here, cql_list_of(spots, 2), cql_tuple_of(pair, 2), "first" },
		   { NULL, cql_list_of(spots + 1, 1), cql_tuple_of(pair, 1), NULL },
		   { .spots = cql_list_of(spots, 0), .code = "" });
}

void torture_fill_kinds(void)
{
	fill_scalars();
	fill_views();
	fill_others();
	fill_structs();
}
