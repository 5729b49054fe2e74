/* SPDX-License-Identifier: MIT */
/* Values beside types: fitting, comparing, copying (TY-24). */
#include "orm/value/datum.h"

#include "tests/test.h"

static cql_value uuid_of_version(uint8_t version)
{
	return cql(((cql_uuid){ { 0, 0, 0, 0, 0, 0, (uint8_t)(version << 4) } }));
}

static const float numbers[] = { 1.0f, 2.5f };

static void fitting(void **state)
{
	const struct {
		const char *type;
		cql_value v;
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ "int", cql(INT32_MAX), COODIE_OK, "" },
		{ "int", cql(2147483648L), COODIE_ERR_RANGE, "2147483648 does not fit int" },
		{ "int", cql(7u), COODIE_OK, "" },
		{ "bigint", cql(UINT64_MAX), COODIE_ERR_RANGE,
		  "18446744073709551615 does not fit bigint" },
		{ "varint", cql(UINT64_MAX), COODIE_OK, "" },
		{ "tinyint", cql(-129), COODIE_ERR_RANGE, "-129 does not fit tinyint" },
		{ "smallint", cql(1.0), COODIE_ERR_TYPE, "a double was given for smallint" },
		{ "boolean", cql(2), COODIE_ERR_RANGE, "2 does not fit boolean" },
		{ "double", cql(1), COODIE_OK, "" },
		{ "text", cql(1), COODIE_ERR_TYPE, "an integer was given for text" },
		{ "text", cql_null(), COODIE_OK, "" },
		{ "time", cql(((cql_time){ -1 })), COODIE_ERR_RANGE, "not within a day" },
		{ "time", cql(((cql_time){ INT64_C(86399999999999) })), COODIE_OK, "" },
		{ "time", cql(((cql_time){ INT64_C(86400000000000) })), COODIE_ERR_RANGE,
		  "not within a day" },
		{ "duration", cql(((cql_duration){ 1, -1, 0 })), COODIE_ERR_RANGE,
		  "must all be >= 0" },
		{ "timeuuid", uuid_of_version(4), COODIE_ERR_RANGE, "this one has version 4" },
		{ "timeuuid", uuid_of_version(1), COODIE_OK, "" },
		{ "uuid", uuid_of_version(4), COODIE_OK, "" },
		{ "list<int>", cql(CQL_LIST(cql(1), cql("x"))), COODIE_ERR_TYPE,
		  "a text was given for int" },
		{ "set<frozen<list<int>>>", cql(CQL_SET(cql(CQL_LIST(cql(1L << 40))))),
		  COODIE_ERR_RANGE, "does not fit int" },
		{ "map<text, int>", cql(CQL_MAP(cql("a"), cql_null())), COODIE_ERR_TYPE,
		  "null inside a collection" },
		{ "map<text, int>", cql(CQL_LIST()), COODIE_ERR_TYPE,
		  "a list was given for map<text, int>" },
		{ "set<int>", cql(CQL_LIST(cql(1))), COODIE_OK, "" },
		{ "tuple<int, text>", cql(CQL_TUPLE(cql_null(), cql("x"))), COODIE_OK, "" },
		{ "tuple<int, text>", cql(CQL_TUPLE(cql(1))), COODIE_OK, "" },
		{ "tuple<int, text>", cql(CQL_TUPLE(cql(1), cql(2))), COODIE_ERR_TYPE,
		  "an integer was given for text" },
		{ "tuple<int>", cql(CQL_TUPLE(cql(1), cql(2))), COODIE_ERR_RANGE,
		  "a tuple of 2 parts, the type has 1" },
		{ "tuple<int>", cql(CQL_TUPLE(cql_unset())), COODIE_ERR_TYPE,
		  "unset inside a tuple; use null" },
		{ "tuple<int>", cql(CQL_LIST(cql(1))), COODIE_ERR_TYPE,
		  "a list was given for tuple<int>" },
		{ "address", cql(CQL_UDT(cql(1), cql("x"))), COODIE_OK, "" },
		/* which field a place is only the cluster knows */
		{ "udt<a, b:int>", cql(CQL_UDT(cql("x"))), COODIE_OK, "" },
		{ "vector<text, 1>", cql(CQL_VECTOR(cql("x"))), COODIE_OK, "" },
		{ "vector<text, 2>", cql(CQL_VECTOR(cql("x"))), COODIE_ERR_RANGE,
		  "a vector of 1 elements, the type has 2" },
		{ "vector<text, 1>", cql(CQL_VECTOR(cql_null())), COODIE_ERR_TYPE,
		  "null inside a collection" },
		{ "vector<float, 2>", cql(cql_floats_of(numbers, 2)), COODIE_OK, "" },
		{ "vector<float, 3>", cql(cql_floats_of(numbers, 2)), COODIE_ERR_RANGE,
		  "a vector of 2 elements, the type has 3" },
		{ "vector<double, 2>", cql(cql_floats_of(numbers, 2)), COODIE_ERR_TYPE,
		  "floats were given for a vector of another type" },
		{ "list<float>", cql(cql_floats_of(numbers, 2)), COODIE_ERR_TYPE,
		  "floats was given for list<float>" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_error err = { 0 };
		cql_type *type = cql_type_parse(rows[i].type, &err);
		bool fits = cd_datum_fits(rows[i].v, type, &err);

		if (fits != (rows[i].code == COODIE_OK) || err.code != rows[i].code ||
		    !strstr(err.message, rows[i].says))
			fail_msg("row %zu, %s: %s: %s", i, rows[i].type, coodie_errc_name(err.code),
				 err.message);
		cql_type_free(type);
	}
}

static void comparing(void **state)
{
	const struct {
		const char *row;
		cql_value a, b;
		bool same;
	} rows[] = {
		{ "integers of two signs", cql(5), cql(5u), true },
		{ "a varint", cql(-2), cql(((cql_varint){ (const uint8_t *)"\xff\xfe", 2 })),
		  true },
		{ "text and blob", cql("a"), cql(cql_blob_of("a", 1)), false },
		{ "texts", cql("a"), cql("a"), true },
		{ "a prefix", cql("a"), cql("ab"), false },
		{ "null and unset", cql_null(), cql_unset(), false },
		{ "zeros of two signs", cql(0.0), cql(-0.0), false },
		{ "lists in order", cql(CQL_LIST(cql(1), cql(2))), cql(CQL_LIST(cql(2), cql(1))),
		  false },
		{ "sets in any order", cql(CQL_SET(cql(1), cql(2), cql(3))),
		  cql(CQL_SET(cql(3), cql(1), cql(2))), true },
		{ "sets of other items", cql(CQL_SET(cql(1), cql(2))), cql(CQL_SET(cql(3), cql(1))),
		  false },
		{ "maps in any order", cql(CQL_MAP(cql("a"), cql(1), cql("b"), cql(2))),
		  cql(CQL_MAP(cql("b"), cql(2), cql("a"), cql(1))), true },
		{ "maps of other values", cql(CQL_MAP(cql("a"), cql(1))),
		  cql(CQL_MAP(cql("a"), cql(2))), false },
		{ "sets in a list", cql(CQL_LIST(cql(CQL_SET(cql(1), cql(2))))),
		  cql(CQL_LIST(cql(CQL_SET(cql(2), cql(1))))), true },
		{ "maps in sets in a map's values",
		  cql(CQL_MAP(cql("a"), cql(CQL_SET(cql(CQL_MAP(cql(1), cql(2), cql(3), cql(4))))))),
		  cql(CQL_MAP(cql("a"), cql(CQL_SET(cql(CQL_MAP(cql(3), cql(4), cql(1), cql(2))))))), true },
		{ "sets as keys of a map",
		  cql(CQL_MAP(cql(CQL_SET(cql(1), cql(2))), cql(1), cql(CQL_SET(cql(9))), cql(2))),
		  cql(CQL_MAP(cql(CQL_SET(cql(9))), cql(2), cql(CQL_SET(cql(2), cql(1))), cql(1))), true },
		{ "sets in a tuple", cql(CQL_TUPLE(cql(1), cql(CQL_SET(cql(1), cql(2))))),
		  cql(CQL_TUPLE(cql(1), cql(CQL_SET(cql(2), cql(1))))), true },
		{ "lists in a set", cql(CQL_SET(cql(CQL_LIST(cql(1), cql(2))))),
		  cql(CQL_SET(cql(CQL_LIST(cql(2), cql(1))))), false },
		{ "sets of other items in a list", cql(CQL_LIST(cql(CQL_SET(cql(1), cql(2))))),
		  cql(CQL_LIST(cql(CQL_SET(cql(2), cql(3))))), false },
		{ "an empty set and null", cql(CQL_SET()), cql_null(), false },
		{ "durations", cql(((cql_duration){ 1, 2, 3 })), cql(((cql_duration){ 1, 2, 4 })),
		  false },
		{ "tuples", cql(CQL_TUPLE(cql(1), cql_null())), cql(CQL_TUPLE(cql(1), cql_null())),
		  true },
		{ "tuples of other parts", cql(CQL_TUPLE(cql(1))), cql(CQL_TUPLE(cql_null())),
		  false },
		{ "tuples that end early", cql(CQL_TUPLE(cql(1))),
		  cql(CQL_TUPLE(cql(1), cql_null())), true },
		{ "tuples, one of more", cql(CQL_TUPLE(cql(1))), cql(CQL_TUPLE(cql(1), cql(2))),
		  false },
		{ "user types that end early", cql(CQL_UDT(cql(CQL_TUPLE()), cql_null())),
		  cql(CQL_UDT(cql(CQL_TUPLE(cql_null())))), true },
		{ "lists do not", cql(CQL_LIST(cql(1))), cql(CQL_LIST(cql(1), cql_null())), false },
		{ "a tuple and a list", cql(CQL_TUPLE(cql(1))), cql(CQL_LIST(cql(1))), false },
		{ "user types", cql(CQL_UDT(cql(1))), cql(CQL_UDT(cql(2))), false },
		{ "vectors", cql(CQL_VECTOR(cql("a"))), cql(CQL_VECTOR(cql("a"))), true },
		{ "floats", cql(cql_floats_of(numbers, 2)), cql(cql_floats_of(numbers, 1)), false },
		{ "inets of two lengths", cql(((cql_inet){ { 0 }, 4 })),
		  cql(((cql_inet){ { 0 }, 16 })), false },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_arena scratch;

		cd_arena_init(&scratch, NULL, 0);
		CD_CHECK(cd_datum_same(rows[i].a, rows[i].b, &scratch) == rows[i].same,
			 rows[i].row);
		CD_CHECK(cd_datum_same(rows[i].b, rows[i].a, &scratch) == rows[i].same,
			 rows[i].row);
		CD_CHECK(cd_datum_same(rows[i].a, rows[i].a, &scratch), rows[i].row);
		cd_arena_deinit(&scratch);
	}
}

/* A heap sort over every order of a few items. */
static void sorting(void **state)
{
	cql_value a[7], b[7];

	(void)state;
	for (unsigned seed = 0; seed < 2000; seed++) {
		struct cd_arena scratch;
		unsigned random = seed * 2654435761u + 1;

		for (int i = 0; i < 7; i++)
			a[i] = b[i] = cql(i * i);
		for (int i = 6; i > 0; i--) {
			int k = (int)((random = random * 1664525u + 1013904223u) >> 16) % (i + 1);
			cql_value swap = b[i];

			b[i] = b[k];
			b[k] = swap;
		}
		cd_arena_init(&scratch, NULL, 0);
		assert_true(cd_datum_same(cql_from_set(cql_set_of(a, 7)),
					  cql_from_set(cql_set_of(b, 7)), &scratch));
		b[3] = cql(-1);
		assert_false(cd_datum_same(cql_from_set(cql_set_of(a, 7)),
					   cql_from_set(cql_set_of(b, 7)), &scratch));
		cd_arena_deinit(&scratch);
	}
}

static void copying(void **state)
{
	char text[] = "abc";
	cql_value items[] = { cql(text), cql("x") };
	float floats[] = { 1.0f, 2.5f };
	cql_value parts[] = { cql_from_list(cql_list_of(items, 2)), cql(cql_floats_of(floats, 2)) };
	cql_value map[] = { cql(1), cql(cql_tuple_of(parts, 2)) };
	cql_value copy;
	struct cd_arena a;
	coodie_error err = { 0 };
	char shown[100];

	(void)state;
	cd_arena_init(&a, NULL, 0);
	assert_true(cd_datum_copy(&a, cql_from_map(cql_map_of(map, 1)), &copy, &err));
	memset(text, 'z', 3);
	memset(items, 0, sizeof(items));
	memset(parts, 0, sizeof(parts));
	memset(floats, 0, sizeof(floats));
	memset(map, 0, sizeof(map));
	cql_value_format(copy, shown, sizeof(shown));
	assert_string_equal(shown, "{1: (['abc', 'x'], [1, 2.5])}");
	assert_true(cd_datum_copy(&a, cql(""), &copy, &err));
	assert_string_equal(copy.as.text.data, "");
	cd_arena_deinit(&a);
}

/* Deeper than any type goes: refused, not followed. */
static void too_deep(void **state)
{
	cql_value nested[64];
	cql_value copy;
	struct cd_arena a;
	coodie_error err = { 0 };

	(void)state;
	nested[0] = cql(1);
	for (size_t i = 1; i < CD_COUNT(nested); i++)
		nested[i] = cql_from_list(cql_list_of(&nested[i - 1], 1));
	cd_arena_init(&a, NULL, 0);
	assert_false(cd_datum_copy(&a, nested[63], &copy, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	cd_arena_deinit(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fitting), cmocka_unit_test(comparing), cmocka_unit_test(sorting),
		cmocka_unit_test(copying), cmocka_unit_test(too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
