/* SPDX-License-Identifier: MIT */
/* proto/type.h: types as [option], as class names and in CQL's spelling. */
#include "tests/test.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include <coodie/wire.h>

#include "proto/type.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

static const struct {
	const char *text, *class_name, *v4, *v5;
} rows[] = {
#define X(text, class_name, v4, v5) { text, class_name, v4, v5 },
#include "tests/data/type_options.inc"
#undef X
};

static const cql_type *decode(struct cd_arena *a, struct cd_span in, size_t *left)
{
	struct cd_reader r = cd_reader_over(in.at, in.len);
	coodie_error err = { 0 };
	const cql_type *t = cd_type_decode(&r, a, CD_TYPE_DEPTH, &err);

	assert_int_equal(t == NULL, err.code != COODIE_OK);
	*left = cd_reader_left(&r);
	return t;
}

static bool spelled(const cql_type *t, const char *wanted)
{
	char text[512];
	size_t len = cql_type_format(t, text, sizeof text);

	if (strcmp(text, wanted) == 0 && len == strlen(wanted))
		return true;
	fprintf(stderr, "got \"%s\", wanted \"%s\"\n", text, wanted);
	return false;
}

/* One [option]: decoding, each prefix at the guard, encoding. */
static void check_option(struct cd_guard *g, size_t i, const char *hex, unsigned version)
{
	struct cd_span in = cd_unhex(hex);
	struct cd_arena a;
	struct cd_buffer b;
	size_t left;

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&b, NULL, 0);
	const cql_type *t = decode(&a, (struct cd_span){ cd_guard_copy(g, in.at, in.len), in.len },
				   &left);
	CD_CHECK(t && left == 0, rows[i].text);
	CD_CHECK(spelled(t, rows[i].text), rows[i].text);
	cd_type_encode(&b, t, version);
	CD_CHECK(b.len == in.len && memcmp(b.data, in.at, in.len) == 0, rows[i].text);
	for (size_t len = 0; len < in.len; len++) {
		struct cd_span cut = { cd_guard_copy(g, in.at, len), len };
		CD_CHECK(!decode(&a, cut, &left), rows[i].text);
	}
	cd_buffer_deinit(&b);
	cd_arena_deinit(&a);
	cd_unhex_free(in);
}

static void test_options(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 65536));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		check_option(&g, i, rows[i].v4, 4);
		check_option(&g, i, rows[i].v5, 5);
	}
	cd_guard_deinit(&g);
}

static void test_classes(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const char *name = rows[i].class_name;
		char printed[512];
		struct cd_arena a;
		coodie_error err;
		cd_arena_init(&a, NULL, 0);
		const cql_type *t = cd_type_parse_class(&a, name, strlen(name), CD_TYPE_DEPTH,
							&err);
		CD_CHECK(t && spelled(t, rows[i].text), name);
		const cql_type *again = cd_type_parse(&a, name, strlen(name), CD_TYPE_DEPTH, &err);
		CD_CHECK(again && cql_type_equal(t, again), name);
		cql_type_format_class(t, printed, sizeof printed);
		CD_CHECK(strcmp(printed, name) == 0, printed);
		for (size_t len = 0; len < strlen(name); len++) { /* fails or is another type */
			char *cut = strndup(name, len);
			cd_type_parse_class(&a, cut, len, CD_TYPE_DEPTH, NULL);
			cd_type_parse(&a, cut, len, CD_TYPE_DEPTH, NULL);
			free(cut);
		}
		cd_arena_deinit(&a);
	}
}

/* Where there are no fields to know, the spelling gives the same type. */
static void test_spelling(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_error err;
		size_t left;
		struct cd_arena a;
		if (strstr(rows[i].class_name, "UserType"))
			continue;
		struct cd_span in = cd_unhex(rows[i].v5);
		cd_arena_init(&a, NULL, 0);
		cql_type *t = cql_type_parse(rows[i].text, &err);
		CD_CHECK(t && err.code == COODIE_OK, rows[i].text);
		CD_CHECK(cql_type_equal(t, decode(&a, in, &left)), rows[i].text);
		CD_CHECK(spelled(t, rows[i].text), rows[i].text);
		cql_type_free(t);
		cd_arena_deinit(&a);
		cd_unhex_free(in);
	}
	cql_type_free(NULL);
}

static const struct {
	const char *text, *want; /* NULL: refused */
} spellings[] = {
	{ "varchar", "text" },
	{ "  INT ", "int" },
	{ "Map< Text ,Frozen<List<Int>>>", "map<text, frozen<list<int>>>" },
	{ "frozen<set<uuid>>", "frozen<set<uuid>>" },
	{ "vector<float,3>", "vector<float, 3>" },
	{ "vector<vector<float, 2>, 2147483647>", "vector<vector<float, 2>, 2147483647>" },
	{ "address", "address" },
	{ "Shop.Address", "shop.address" },
	{ "\"Shop\".\"a\"\"b\"", "\"Shop\".\"a\"\"b\"" },
	{ "list<\"int\">", "list<\"int\">" },
	{ "'org.apache.cassandra.db.marshal.DynamicCompositeType(a=>b)'",
	  "'org.apache.cassandra.db.marshal.DynamicCompositeType(a=>b)'" },
	{ "'org.apache.cassandra.db.marshal.Int32Type'", "int" },
	{ "map<int, 'ab.C'>", "map<int, 'ab.C'>" },
	{ "org.apache.cassandra.db.marshal.Int32Type", "int" },
	{ "org.apache.cassandra.db.marshal.CompositeType(UTF8Type,LongType)",
	  "'org.apache.cassandra.db.marshal.CompositeType(UTF8Type,LongType)'" },
	{ "ListType(ReversedType(DateType))", "list<timestamp>" },
	{ "VectorType(FloatType,3)", "vector<float, 3>" },
	{ "VectorType ( FloatType , 3 ) ", "vector<float, 3>" },
	{ "Int32Type", "int" },
	{ "FrozenType(ListType(FrozenType(SetType(ReversedType(ByteType)))))",
	  "list<set<tinyint>>" },
	{ "TupleType(CompositeType(A,B),VectorType(UTF8Type,2))",
	  "tuple<'CompositeType(A,B)', vector<text, 2>>" },
	{ "\tTUPLE < int,\n Vector<\"My\".Type , 12 > >", "tuple<int, vector<\"My\".type, 12>>" },
	{ "frozen<tuple<int, frozen<udt<a.b>>>>", "frozen<tuple<int, frozen<a.b>>>" },
	{ "udt<shop.address, street:text, \"Zip, or > so\":frozen<list<int>>>", "shop.address" },
	{ "UDT < \"A\" , b : TUPLE<int,int> >", "\"A\"" },
	{ "udt<Shop.\"a,b\", 1st:int>", "\"Shop\".\"a,b\"" },
	{ "udt<a., b:int>", NULL },
	{ "udt<a, :int>", NULL },
	{ "udt", "udt" },
	{ "custom", "custom" },
	{ "\"udt\"", "udt" },
	{ "shop.\"list\"", "shop.\"list\"" },
	{ "custom<'a.b.C'>", "'a.b.C'" },
	{ "list<custom< 'a.b.C(x,y)' >>", "list<'a.b.C(x,y)'>" },
	{ "custom<'org.apache.cassandra.db.marshal.UserType(ks,61,62:Int32Type)'>", "ks.a" },
	{ "udt<a, b>", NULL },
	{ "udt<a, b:>", NULL },
	{ "udt<a, b:int", NULL },
	{ "udt<a b:int>", NULL },
	{ "udt<>", NULL },
	{ "udt<,,,,,,,,,,,,,,,,,,,,>", NULL },
	{ "custom<int>", NULL },
	{ "custom<'a.b.C'", NULL },
	{ "\"\"", NULL },
	{ "1a", NULL },
	{ "_a", NULL },
	{ "a\xe4", NULL },
	{ "tuple<int,,int>", NULL },
	{ "map<int,>", NULL },
	{ "vector<float, 3, 4>", NULL },
	{ "vector<float, three>", NULL },
	{ "list<int>list<int>", NULL },
	{ "frozen<int, int>", NULL },
	{ "UserType(ks,6100,61:Int32Type)", NULL },
	{ "", NULL },
	{ " ", NULL },
	{ "list", NULL },
	{ "map", NULL },
	{ "frozen", NULL },
	{ "list<int", NULL },
	{ "list<int>>", NULL },
	{ "list<>", NULL },
	{ "map<int>", NULL },
	{ "map<int, text, int>", NULL },
	{ "tuple<>", NULL },
	{ "int<text>", NULL },
	{ "vector<float>", NULL },
	{ "vector<float, 0>", NULL },
	{ "vector<float, -1>", NULL },
	{ "vector<float, 2147483648>", NULL },
	{ "vector<float, 99999999999999999999>", NULL },
	{ "\"open", NULL },
	{ "'open", NULL },
	{ "a.", NULL },
	{ "int text", NULL },
	{ "ListType(Int32Type", NULL },
	{ "ListType(Int32Type))", NULL },
	{ "UserType(ks,6,61:Int32Type)", NULL },
	{ "UserType(ks,61,6x:Int32Type)", NULL },
	{ "TupleType(,,,,,,,,,,)", NULL },
	{ "UserType(ks,61,,,,,,,,,)", NULL },
	{ "VectorType(Int32Type , 0)", NULL },
	{ "VectorType(Int32Type , x)", NULL },
};

static void test_more_spellings(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(spellings); i++) {
		char *exact = strdup(spellings[i].text);
		coodie_error err;
		cql_type *t = cql_type_parse(exact, &err);
		free(exact);
		CD_CHECK((t != NULL) == (spellings[i].want != NULL), spellings[i].text);
		CD_CHECK(err.code == (t ? COODIE_OK : COODIE_ERR_TYPE), spellings[i].text);
		if (t)
			CD_CHECK(spelled(t, spellings[i].want), spellings[i].text);
		cql_type_free(t);
	}
	coodie_error err;
	assert_null(cql_type_parse(NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

static void test_parts(void **state)
{
	struct cd_arena a;
	(void)state;

	cd_arena_init(&a, NULL, 0);
	const char *name = "UserType(shop,61,6162:Int32Type,63:MapType(UTF8Type,LongType))";
	const cql_type *t = cd_type_parse_class(&a, name, strlen(name), CD_TYPE_DEPTH, NULL);
	assert_non_null(t);
	assert_int_equal(cql_type_kind(t), CQL_KIND_UDT);
	assert_int_equal(cql_type_count(t), 2);
	assert_string_equal(cql_type_field(t, 0), "ab");
	assert_string_equal(cql_type_field(t, 1), "c");
	assert_null(cql_type_field(t, 2));
	assert_int_equal(cql_type_kind(cql_type_at(t, 0)), CQL_KIND_INT);
	const cql_type *map = cql_type_at(t, 1);
	assert_int_equal(cql_type_count(map), 2);
	assert_int_equal(cql_type_kind(cql_type_at(map, 1)), CQL_KIND_BIGINT);
	assert_null(cql_type_at(map, 2));
	assert_null(cql_type_field(map, 0));
	assert_null(cql_type_at(cql_type_at(t, 0), 0));
	char small[4];
	assert_int_equal(cql_type_format(map, small, sizeof small), strlen("map<text, bigint>"));
	assert_string_equal(small, "map");
	assert_int_equal(cql_type_format(map, NULL, 0), strlen("map<text, bigint>"));
	cd_arena_deinit(&a);
}

/* What is wrong, and where. */
static void test_messages(void **state)
{
	static const struct {
		const char *text, *says;
	} texts[] = {
		{ "map<int text>", "type \"map<int text>\": expected ',' at position 9" },
		{ "list<int", "expected '>' at position 9" },
		{ "vector<float, 0>", "a vector's dimension is a number from 1" },
		{ "int<text>", "only list, set, map, tuple, vector and frozen take types in <>" },
		{ "list", "expected '<' at position 5" },
		{ "udt<a, b int>", "expected ':' and the field's type at position 10" },
		{ "ListType(Int32Type", "class name: expected ')' before \"\"" },
		{ "tuple<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,!",
		  "aaaaa...\": expected a type's name at position 87" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(texts); i++) {
		coodie_error err;
		assert_null(cql_type_parse(texts[i].text, &err));
		CD_CHECK(strstr(err.message, texts[i].says), err.message);
	}
}

static void test_questions(void **state)
{
	static const struct {
		const char *text, *keyspace, *name;
		uint32_t dimension;
		bool frozen;
	} types[] = {
		{ "int", NULL, NULL, 0, false },
		{ "vector<int, 7>", NULL, NULL, 7, false },
		{ "frozen<list<int>>", NULL, NULL, 0, true },
		{ "tuple<int>", NULL, NULL, 0, true },
		{ "address", NULL, "address", 0, false },
		{ "frozen<shop.\"A\">", "shop", "A", 0, true },
		{ "'a.b.C'", NULL, "a.b.C", 0, false },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(types); i++) {
		cql_type *parsed = cql_type_parse(types[i].text, NULL);
		cql_type *t = cql_type_dup(parsed, NULL);
		const char *keyspace = cql_type_keyspace(t), *name = cql_type_name(t);
		CD_CHECK(cql_type_equal(t, parsed), types[i].text);
		cql_type_free(parsed);
		CD_CHECK(cql_type_dimension(t) == types[i].dimension, types[i].text);
		CD_CHECK(cql_type_is_frozen(t) == types[i].frozen, types[i].text);
		CD_CHECK(!keyspace == !types[i].keyspace && !name == !types[i].name, types[i].text);
		CD_CHECK(!keyspace || strcmp(keyspace, types[i].keyspace) == 0, types[i].text);
		CD_CHECK(!name || strcmp(name, types[i].name) == 0, types[i].text);
		CD_CHECK(spelled(t, types[i].text), types[i].text);
		cql_type_free(t);
	}
}

static void test_equality(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} pairs[] = {
		{ "list<int>", "frozen<list<int>>", true },
		{ "list<int>", "set<int>", false },
		{ "list<int>", "list<text>", false },
		{ "vector<int, 2>", "vector<int, 3>", false },
		{ "tuple<int>", "tuple<int, int>", false },
		{ "a.b", "b", false },
		{ "a.b", "a.c", false },
		{ "udt<a.b, c:int>", "udt<a.b, d:int>", false },
		{ "udt<a.b, c:int>", "udt<a.b, c:text>", false },
		{ "udt<a.b, c:int>", "UserType(a,62,63:Int32Type)", true },
		{ "udt<a.B, c:int>", "UserType(a,62,63:Int32Type)", false },
		{ "udt<A.B, \xc3\xa9 : int>", "UserType(A,42,c3a9:Int32Type)", true },
		{ "'x.Y'", "'x.Z'", false },
		{ "'x.Y'", "custom<'x.Y'>", true },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(pairs); i++) {
		cql_type *a = cql_type_parse(pairs[i].a, NULL),
			 *b = cql_type_parse(pairs[i].b, NULL);
		CD_CHECK(cql_type_equal(a, b) == pairs[i].equal, pairs[i].a);
		CD_CHECK(cql_type_equal(b, a) == pairs[i].equal, pairs[i].a);
		cql_type_free(a);
		cql_type_free(b);
	}
}

/* What ALTER TYPE ... ADD leaves valid, and nothing else. */
static void test_growth(void **state)
{
	static const struct {
		const char *was, *now;
		bool grown;
	} pairs[] = {
		{ "udt<a.b, c:int>", "udt<a.b, c:int>", true },
		{ "udt<a.b, c:int>", "udt<a.b, c:int, d:text>", true },
		{ "map<int, udt<a.b, c:int>>", "map<int, udt<a.b, c:int, d:text>>", true },
		{ "udt<a.o, i:udt<a.b, c:int>>", "udt<a.o, i:udt<a.b, c:int, d:text>>", true },
		{ "udt<a.b, c:int, d:text>", "udt<a.b, c:int>", false },
		{ "udt<a.b, c:int>", "udt<a.b, d:text, c:int>", false },
		{ "udt<a.b, c:int>", "udt<a.b, c:bigint, d:text>", false },
		{ "udt<a.b, c:int>", "udt<a.x, c:int, d:text>", false },
		{ "tuple<int>", "tuple<int, int>", false },
		{ "int", "bigint", false },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(pairs); i++) {
		cql_type *was = cql_type_parse(pairs[i].was, NULL),
			 *now = cql_type_parse(pairs[i].now, NULL);
		CD_CHECK(cd_type_is_grown(was, now) == pairs[i].grown, pairs[i].now);
		cql_type_free(was);
		cql_type_free(now);
	}
}

/* [option]s that are not in the vectors. */
static void test_more_options(void **state)
{
	static const struct {
		const char *name, *hex, *want; /* NULL: refused */
		enum coodie_errc code;
	} options[] = {
		{ "text of v1", "000a", "text", 0 },
		{ "a class without a name", "00000000", "''", 0 },
		{ "an unknown class", "0000000361622e", "'ab.'", 0 },
		{ "a class that cannot be read", "0000000a4c697374547970652829", "'ListType()'",
		  0 },
		{ "a class of one letter", "0000000161", "'a'", 0 },
		{ "an empty tuple", "00310000", "tuple", 0 },
		{ "a UDT without fields",
		  "003000017300017400"
		  "00",
		  "s.t", 0 },
		{ "a class with a zero byte",
		  "000000046162"
		  "0063",
		  NULL, COODIE_ERR_PROTOCOL },
		{ "a field with a zero byte",
		  "003000017300017400010001"
		  "000009",
		  NULL, COODIE_ERR_PROTOCOL },
		{ "no such id", "0016", NULL, COODIE_ERR_PROTOCOL },
		{ "id ffff", "ffff", NULL, COODIE_ERR_PROTOCOL },
		{ "a tuple of 65535", "0031ffff00090009", NULL, COODIE_ERR_PROTOCOL },
		{ "a UDT of 65535",
		  "003000017300017"
		  "4ffff00016100"
		  "09",
		  NULL, COODIE_ERR_PROTOCOL },
		{ "16 lists",
		  "0020002000200020002000200020002000200020002000200020002000200020"
		  "0009",
		  "list<list<list<list<list<list<list<list<list<list<list<list<list<list<list<list"
		  "<int>>>>>>>>>>>>>>>>",
		  0 },
		{ "17 lists",
		  "00200020002000200020002000200020002000200020002000200020002000200020"
		  "0009",
		  NULL, COODIE_ERR_LIMIT },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(options); i++) {
		struct cd_span in = cd_unhex(options[i].hex);
		struct cd_reader r = cd_reader_over(in.at, in.len);
		struct cd_arena a;
		coodie_error err = { 0 };
		cd_arena_init(&a, NULL, 0);
		const cql_type *t = cd_type_decode(&r, &a, CD_TYPE_DEPTH, &err);
		CD_CHECK((t != NULL) == (options[i].want != NULL), options[i].name);
		CD_CHECK(err.code == options[i].code, options[i].name);
		if (t)
			CD_CHECK(spelled(t, options[i].want), options[i].name);
		cd_arena_deinit(&a);
		cd_unhex_free(in);
	}
}

/* Nested as a class name, with brackets that never close. */
static void test_depth_of_classes(void **state)
{
	static const char *const units[] = {
		"ListType(", "FrozenType(", "TupleType(", "ab(",      "VectorType(", "list<",
		"frozen<",   "tuple<",      "tuple<a,",   "udt<a,b:", "custom<",     "vector<"
	};
	char text[9000];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(units); i++) {
		struct cd_arena a;
		coodie_error err;
		size_t len = 0, n = strlen(units[i]);
		for (; len + n < sizeof text; len += n)
			memcpy(text + len, units[i], n);
		cd_arena_init(&a, NULL, 0);
		assert_null(cd_type_parse(&a, text, len, CD_TYPE_DEPTH, &err));
		assert_true(err.code == COODIE_ERR_LIMIT || err.code == COODIE_ERR_TYPE);
		cd_arena_deinit(&a);
	}
}

static bool decode_all(const coodie_allocator *allocator, void *user)
{
	const struct cd_span *in = user;
	struct cd_reader r = cd_reader_over(in->at, in->len);
	struct cd_arena a;
	coodie_error err = { 0 };

	cd_arena_init(&a, allocator, 1);
	const cql_type *t = cd_type_decode(&r, &a, CD_TYPE_DEPTH, &err);
	cd_arena_deinit(&a);
	assert_int_equal(err.code, t ? COODIE_OK : COODIE_ERR_NO_MEMORY);
	return t != NULL;
}

static bool parse_all(const coodie_allocator *allocator, void *user)
{
	struct cd_arena a;
	coodie_error err = { 0 };

	cd_arena_init(&a, allocator, 1);
	const cql_type *t = cd_type_parse(&a, user, strlen(user), CD_TYPE_DEPTH, &err);
	cd_arena_deinit(&a);
	assert_true(t || err.code == COODIE_ERR_NO_MEMORY);
	return t != NULL;
}

static void test_no_memory(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span in = cd_unhex(rows[i].v4);
		CD_CHECK(cd_failalloc_each(rows[i].text, decode_all, &in), rows[i].text);
		cd_unhex_free(in);
		char *text = strdup(rows[i].text);
		CD_CHECK(cd_failalloc_each(text, parse_all, text), text);
		free(text);
	}
}

/* ---- no bytes of a peer cost more than 16 times their number -------------------------------- */

struct meter {
	size_t taken;
};

static void *metered(size_t size, void *user)
{
	((struct meter *)user)->taken += size;
	return malloc(size);
}

static void *metered_resize(void *ptr, size_t size, void *user)
{
	((struct meter *)user)->taken += size;
	return realloc(ptr, size);
}

static void metered_release(void *ptr, void *user)
{
	(void)user;
	free(ptr);
}

static void test_cost(void **state)
{
	static const struct {
		const char *name, *before, *unit, *last; /* [option]s, or parts of a class name */
		bool class_name;
	} costs[] = {
		{ "lists", "", "0020002000200020002000200020002000200020002000200020002000200009",
		  "", false },
		{ "maps", "", "0021000900210009002100090021000900090009", "", false },
		{ "empty tuples", "", "00310000", "", false },
		{ "tuples of one", "", "0031000100310001003100010009", "", false },
		{ "UDTs", "", "0030000000000000", "", false },
		{ "fields of a UDT", "",
		  "0030000000000004"
		  "00000009"
		  "00000009"
		  "00000009"
		  "00000009",
		  "", false },
		{ "short classes", "",
		  "00000001"
		  "61",
		  "", false },
		{ "names of classes", "TupleType(abc", ",def", ")", true },
		{ "names of one letter", "TupleType(a", ",a", ")", true },
		{ "names of two letters", "TupleType(ab", ",cd", ")", true },
		{ "commas", "TupleType(", ",", ")", true },
		{ "commas in a UDT", "UserType(a,61", ",", ")", true },
		{ "fields", "UserType(a,61", ",61:abc", ")", true },
		{ "tuples in tuples", "TupleType(abc", ",TupleType(abc)", ")", true },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(costs); i++) {
		struct meter m = { 0 };
		const coodie_allocator allocator = { metered, metered_resize, metered_release, &m };
		struct cd_arena a;
		struct cd_buffer in;
		cd_arena_init(&a, &allocator, 0);
		cd_buffer_init(&in, NULL, 0);
		if (costs[i].class_name) {
			cd_text_add(&in, "%s", costs[i].before);
			while (in.len < 60000)
				cd_text_add(&in, "%s", costs[i].unit);
			cd_text_add(&in, "%s", costs[i].last);
			uint8_t head[4] = { 0, 0, (uint8_t)(in.len >> 8), (uint8_t)in.len };
			cd_buffer_bytes(&in, head, 4); /* turned round: the head goes first */
			memmove(in.data + 4, in.data, in.len - 4);
			memcpy(in.data, head, 4);
		} else {
			struct cd_span unit = cd_unhex(costs[i].unit);
			while (in.len < 1000000)
				cd_buffer_bytes(&in, unit.at, unit.len);
			cd_unhex_free(unit);
		}
		struct cd_reader r = cd_reader_over(in.data, in.len);
		while (cd_type_decode(&r, &a, CD_TYPE_DEPTH, NULL))
			;
		/* one chunk of the arena is not full yet */
		if (m.taken > 16 * in.len + 65536)
			fail_msg("%s: %zu bytes cost %zu", costs[i].name, in.len, m.taken);
		cd_arena_deinit(&a);
		cd_buffer_deinit(&in);
	}
}

/* The same for CQL's spelling, and no text takes longer than in proportion to its length. */
static void test_cost_of_spelling(void **state)
{
	static const struct {
		const char *name, *before, *unit, *last;
		enum coodie_errc code;
	} costs[] = {
		{ "user types of one letter", "tuple<a", ",b", ">", COODIE_ERR_LIMIT },
		{ "user types of ten letters", "tuple<a", ",abcdefghij", ">", COODIE_OK },
		{ "natives", "tuple<int", ",int", ">", COODIE_OK },
		{ "commas", "tuple<", ",", ">", COODIE_ERR_TYPE },
		{ "commas in a UDT", "udt<a", ",", ">", COODIE_ERR_TYPE },
		{ "fields", "udt<a", ",b:int", ">", COODIE_OK },
		{ "fields of one letter", "udt<a", ",b:c", ">", COODIE_ERR_LIMIT },
		{ "frozen", "tuple<int", ",frozen<int>", ">", COODIE_OK },
		{ "lists", "tuple<int", ",list<int>", ">", COODIE_OK },
		{ "tuples", "tuple<int", ",tuple<int>", ">", COODIE_OK },
		{ "deep", "", "tuple<int,", "", COODIE_ERR_LIMIT },
		{ "quotes", "tuple<int", ",\"\"\"\"", ">", COODIE_ERR_LIMIT },
		{ "one long name", "a", "b", "", COODIE_OK },
		{ "a class", "'a.b", "c", "'", COODIE_OK },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(costs); i++) {
		struct meter m = { 0 };
		const coodie_allocator allocator = { metered, metered_resize, metered_release, &m };
		struct cd_arena a;
		struct cd_buffer in;
		coodie_error err = { 0 };
		cd_arena_init(&a, &allocator, 0);
		cd_buffer_init(&in, NULL, 0);
		cd_text_add(&in, "%s", costs[i].before);
		while (in.len < 1000000)
			cd_buffer_bytes(&in, costs[i].unit, strlen(costs[i].unit));
		cd_text_add(&in, "%s", costs[i].last);
		cd_type_parse(&a, (char *)in.data, in.len, CD_TYPE_DEPTH, &err);
		CD_CHECK(err.code == costs[i].code, costs[i].name);
		if (m.taken > 16 * in.len + 65536)
			fail_msg("%s: %zu bytes cost %zu", costs[i].name, in.len, m.taken);
		cd_arena_deinit(&a);
		cd_buffer_deinit(&in);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_spelling),
		cmocka_unit_test(test_more_spellings),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_equality),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_more_options),
		cmocka_unit_test(test_depth_of_classes),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_cost_of_spelling),
	};
	return cmocka_run_group_tests_name("type", tests, NULL, NULL);
}
