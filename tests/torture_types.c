/* SPDX-License-Identifier: MIT */
/* Every CQL type, made from types.def, and those that have others inside; which members fit; what
 * goes into views of the latter. */
#include "tests/torture.h"

#include <stdlib.h>
#include <string.h>

#define SPOTS(inside) .items = (inside), .udt = &torture_spot

static const struct type types[] = {
#define X(name, id, text, class_name, size) { CQL_KIND_##name, text, .items = NULL },
#include <coodie/types.def>
#undef X
	/* those that need more than their name */
	{ CQL_KIND_LIST, "list<int>", .multicell = true },
	{ CQL_KIND_SET, "set<int>", .multicell = true },
	{ CQL_KIND_MAP, "map<text, int>", .multicell = true },
	{ CQL_KIND_LIST, "frozen<list<int>>", .items = NULL },
	{ CQL_KIND_SET, "frozen<set<int>>", .items = NULL },
	{ CQL_KIND_MAP, "frozen<map<text, int>>", .items = NULL },
	{ CQL_KIND_TUPLE, "tuple<int, text>", .items = NULL },
	{ CQL_KIND_VECTOR, "vector<float, 3>", .items = NULL },
	{ CQL_KIND_CUSTOM, "'com.example.Odd'", .only_checked = true },
	/* user types, alone and inside */
	{ CQL_KIND_UDT, "frozen<spot>", .udt = &torture_spot },
	{ CQL_KIND_UDT, "spot", .udt = &torture_spot },
	{ CQL_KIND_UDT, "frozen<\"Nest\">", .items = "nest", .udt = &torture_nest },
	{ CQL_KIND_LIST, "list<frozen<spot>>", SPOTS("spot"), .multicell = true },
	{ CQL_KIND_LIST, "frozen<list<frozen<spot>>>", SPOTS("spot"),
	  .shown = "frozen<list<spot>>" },
	{ CQL_KIND_SET, "set<frozen<spot>>", SPOTS("spot"), .multicell = true },
	{ CQL_KIND_MAP, "map<text, frozen<spot>>", SPOTS("value"), .multicell = true },
	{ CQL_KIND_MAP, "map<frozen<spot>, int>", .items = "key", .key_udt = &torture_spot,
	  .multicell = true },
	{ CQL_KIND_MAP, "frozen<map<frozen<spot>, frozen<\"Nest\">>>", .items = "both",
	  .udt = &torture_nest, .key_udt = &torture_spot,
	  .shown = "frozen<map<spot, \"Nest\">>" },
	{ CQL_KIND_TUPLE, "tuple<int, frozen<spot>>", SPOTS("spot"), .shown = "tuple<int, spot>" },
	{ CQL_KIND_TUPLE, "tuple<frozen<list<frozen<spot>>>, text>", SPOTS("list"),
	  .shown = "tuple<list<spot>, text>" },
	{ CQL_KIND_VECTOR, "vector<frozen<spot>, 2>", SPOTS("spot"), .shown = "vector<spot, 2>" },
	/* collections and vectors of others */
	{ CQL_KIND_LIST, "list<frozen<list<int>>>", .items = "list", .multicell = true },
	{ CQL_KIND_LIST, "list<frozen<vector<float, 3>>>", .items = "vector", .multicell = true,
	  .shown = "list<vector<float, 3>>" },
	{ CQL_KIND_SET, "set<frozen<tuple<int, text>>>", .items = "tuple", .multicell = true,
	  .shown = "set<tuple<int, text>>" },
	{ CQL_KIND_MAP, "map<text, frozen<map<text, int>>>", .items = "map", .multicell = true },
	{ CQL_KIND_VECTOR, "vector<int, 2>", .items = "int" },
	{ CQL_KIND_VECTOR, "vector<text, 2>", .items = "text" },
	{ CQL_KIND_VECTOR, "vector<frozen<vector<float, 3>>, 2>", .items = "vector",
	  .shown = "vector<vector<float, 3>, 2>" },
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

const struct type *torture_types(int *count)
{
	*count = TYPES;
	return types;
}

/* ---- what fits ----------------------------------------------------------------------------- */

/* Which member fits which types; a struct fits its own. */
static const struct {
	const char *name, *types;
} right[] = {
	{ "BOOL", "boolean" },
	{ "INT8", "tinyint" },
	{ "INT16", "smallint" },
	{ "INT32", "int" },
	{ "LONG", sizeof(long) == 8 ? "bigint counter varint" : "int" },
	{ "LLONG", "bigint counter varint" },
	{ "FLOAT", "float" },
	{ "DOUBLE", "double" },
	{ "UUID", "uuid timeuuid" },
	{ "INET", "inet" },
	{ "DATE", "date" },
	{ "TIME", "time" },
	{ "TIMESTAMP", "timestamp" },
	{ "DURATION", "duration" },
	{ "TEXT", "text ascii" },
	{ "BLOB", "blob custom" },
	{ "VARINT", "varint" },
	{ "DECIMAL", "decimal" },
	{ "LIST", "list" },
	{ "SET", "set" },
	{ "MAP", "map" },
	{ "TUPLE", "tuple" },
	{ "UDT_VIEW", "udt" },
	{ "VECTOR", "vector" },
	{ "STR", "text ascii" },
	{ "CHARS", "text ascii" },
};

static bool is_word_of(const char *words, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = words; at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (!strncmp(at, name, len) && (!at[len] || at[len] == ' '))
			return true;
	}
	return false;
}

bool torture_fits(const struct kind *k, const struct type *t)
{
	if (k->udt)
		return t->kind == CQL_KIND_UDT && t->udt == k->udt;
	if (k->member == COODIE_MEMBER_FLOATS)
		return !strcmp(t->cql, "vector<float, 3>");
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		if (!strcmp(right[i].name, k->name))
			return is_word_of(right[i].types, cql_kind_name(t->kind));
	}
	return false;
}

bool torture_is_bare(const struct type *t)
{
	return !strcmp(t->cql, cql_kind_name(t->kind)) &&
	       (t->kind == CQL_KIND_LIST || t->kind == CQL_KIND_SET || t->kind == CQL_KIND_MAP ||
		t->kind == CQL_KIND_TUPLE || t->kind == CQL_KIND_VECTOR ||
		t->kind == CQL_KIND_UDT || t->kind == CQL_KIND_CUSTOM);
}

/* ---- what is inside ------------------------------------------------------------------------ */

static struct inside {
	const char *kind, *items;
	cql_seq samples[SAMPLES]; /* each view is one */
} insides[20];
static size_t inside_count;

static bool has_items(cql_value v)
{
	return v.is.tag >= CQL_TAG_LIST && v.is.tag <= CQL_TAG_VECTOR && v.as.seq.items;
}

/* A copy of values that are gone with their block, down to the last item. */
static cql_seq keep(cql_seq seq, bool pairs)
{
	size_t count = (size_t)seq.count * (pairs ? 2 : 1);
	cql_value *items = malloc((count + 1) * sizeof(*items));

	if (!items)
		exit(1);
	memcpy(items, seq.items, count * sizeof(*items));
	for (size_t i = 0; i < count; i++) {
		if (has_items(items[i]))
			items[i].as.seq = keep(items[i].as.seq, items[i].is.tag == CQL_TAG_MAP);
	}
	seq.items = items;
	return seq;
}

static void inside(const char *kind, const char *items, cql_value first, cql_value second,
		   cql_value empty)
{
	struct inside *in = &insides[inside_count++];
	bool pairs = !strcmp(kind, "MAP");

	in->kind = kind;
	in->items = items;
	in->samples[FIRST] = keep(first.as.seq, pairs);
	in->samples[SECOND] = keep(second.as.seq, pairs);
	in->samples[EMPTY] = keep(empty.as.seq, pairs);
}

/* a, b, c: in the order that sets and maps keep them in. */
static void fill_user_types(void)
{
	static spot spots[] = { { -7, "caf\xc3\xa9" }, { 0, NULL }, { 8, "" } };
	static nest nests[] = { { .at = &spots[0], .code = "in" }, { .at = NULL } };
	cql_value a = cql_from_object(&torture_spot, &spots[0]),
		  b = cql_from_object(&torture_spot, &spots[1]),
		  c = cql_from_object(&torture_spot, &spots[2]),
		  n = cql_from_object(&torture_nest, &nests[0]),
		  m = cql_from_object(&torture_nest, &nests[1]);

	inside("UDT_VIEW", "nest", cql(CQL_UDT(a, cql(CQL_LIST(c, b)), cql_null(), cql("code"))),
	       cql(CQL_UDT(cql_null(), cql_null(), cql(CQL_TUPLE(cql(1), b)))), cql(CQL_UDT(c)));
	inside("LIST", "spot", cql(CQL_LIST(a, c, a)), cql(CQL_LIST(b)), cql(CQL_LIST()));
	inside("SET", "spot", cql(CQL_SET(a, b, c)), cql(CQL_SET(b)), cql(CQL_SET()));
	inside("MAP", "value", cql(CQL_MAP(cql("x"), a, cql("y"), b)), cql(CQL_MAP(cql("x"), c)),
	       cql(CQL_MAP()));
	inside("MAP", "key", cql(CQL_MAP(a, cql(1), c, cql(2))), cql(CQL_MAP(b, cql(0), c, cql(2))),
	       cql(CQL_MAP()));
	inside("MAP", "both", cql(CQL_MAP(a, n, b, m)), cql(CQL_MAP(c, n)), cql(CQL_MAP()));
	inside("TUPLE", "spot", cql(CQL_TUPLE(cql(1), a)), cql(CQL_TUPLE(cql_null(), c)),
	       cql(CQL_TUPLE(cql(0))));
	inside("TUPLE", "list", cql(CQL_TUPLE(cql(CQL_LIST(c, a)), cql("x"))),
	       cql(CQL_TUPLE(cql_null(), cql(""))), cql(CQL_TUPLE(cql(CQL_LIST()))));
	inside("VECTOR", "spot", cql(CQL_VECTOR(a, b)), cql(CQL_VECTOR(c, c)),
	       cql(CQL_VECTOR(b, b)));
}

static void fill_others(void)
{
	cql_value zeroes = cql(CQL_VECTOR(cql(0.0f), cql(0.0f), cql(0.0f))),
		  floats = cql(CQL_VECTOR(cql(1.5f), cql(-2.0f), cql(3.0f)));

	inside("LIST", "list", cql(CQL_LIST(cql(CQL_LIST(cql(3), cql(1))), cql(CQL_LIST()))),
	       cql(CQL_LIST(cql(CQL_LIST(cql(3))))), cql(CQL_LIST()));
	inside("LIST", "vector", cql(CQL_LIST(floats, zeroes)), cql(CQL_LIST(zeroes)),
	       cql(CQL_LIST()));
	inside("SET", "tuple",
	       cql(CQL_SET(cql(CQL_TUPLE(cql(1), cql("a"))), cql(CQL_TUPLE(cql(2), cql("a"))))),
	       cql(CQL_SET(cql(CQL_TUPLE(cql(1), cql("b"))))), cql(CQL_SET()));
	inside("MAP", "map",
	       cql(CQL_MAP(cql("a"), cql(CQL_MAP(cql("x"), cql(1))), cql("b"), cql(CQL_MAP()))),
	       cql(CQL_MAP(cql("a"), cql(CQL_MAP(cql("x"), cql(2))))), cql(CQL_MAP()));
	inside("VECTOR", "int", cql(CQL_VECTOR(cql(1), cql(INT32_MIN))),
	       cql(CQL_VECTOR(cql(1), cql(2))), cql(CQL_VECTOR(cql(0), cql(0))));
	inside("VECTOR", "text", cql(CQL_VECTOR(cql("a"), cql(""))),
	       cql(CQL_VECTOR(cql("caf\xc3\xa9"), cql("b"))), cql(CQL_VECTOR(cql(""), cql(""))));
	inside("VECTOR", "vector", cql(CQL_VECTOR(floats, zeroes)), cql(CQL_VECTOR(zeroes, floats)),
	       cql(CQL_VECTOR(zeroes, zeroes)));
}

void torture_fill_types(void)
{
	fill_user_types();
	fill_others();
}

const void *torture_sample(const struct kind *k, const struct type *t, int which)
{
	if (!t->items || k->udt)
		return k->filled ? &k->samples[which] : NULL;
	for (size_t i = 0; i < inside_count; i++) {
		if (!strcmp(insides[i].kind, k->name) && !strcmp(insides[i].items, t->items))
			return &insides[i].samples[which];
	}
	return NULL;
}
