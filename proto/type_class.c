/* SPDX-License-Identifier: MIT */
/* Class names of types, as servers give them:
 * org.apache.cassandra.db.marshal.MapType(UTF8Type,Int32Type). */
#include "base/error.h"
#include "proto/type.h"

#define PACKAGE CD_TYPE_PACKAGE

struct parser {
	const char *at, *end;
	struct cd_arena *arena;
	unsigned max_depth;
	coodie_error *err;
};

struct word {
	const char *at;
	size_t len;
};

static const cql_type *parse_class(struct parser *p, unsigned depth);

static void *fail(struct parser *p, const char *what)
{
	return cd_fail_null(p->err, COODIE_ERR_TYPE, "class name: %s before \"%.*s\"", what,
			    (int)(p->end - p->at > 40 ? 40 : p->end - p->at), p->at);
}

static void *no_memory(struct parser *p)
{
	cd_no_memory(p->err, "a type");
	return NULL;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_space(struct parser *p)
{
	while (p->at < p->end && is_space(*p->at))
		p->at++;
}

static bool accept(struct parser *p, char c)
{
	skip_space(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

static struct word read_word(struct parser *p)
{
	skip_space(p);
	struct word w = { p->at, 0 };
	while (p->at < p->end && !is_space(*p->at) && !strchr("(),:", *p->at))
		p->at++;
	w.len = (size_t)(p->at - w.at);
	return w;
}

static bool is(struct word w, const char *name)
{
	return strlen(name) == w.len && memcmp(w.at, name, w.len) == 0;
}

static struct word without_package(struct word w)
{
	size_t n = sizeof PACKAGE - 1;

	return w.len > n && memcmp(w.at, PACKAGE, n) == 0 ? (struct word){ w.at + n, w.len - n }
							  : w;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Names inside UserType() are the hexadecimal digits of their bytes. */
static const char *read_hex_name(struct parser *p)
{
	struct word w = read_word(p);
	char *name = cd_arena_take(p->arena, w.len / 2 + 1);

	if (!name)
		return no_memory(p);
	if (w.len == 0 || w.len % 2)
		return fail(p, "expected a name in hexadecimal");
	for (size_t i = 0; i < w.len / 2; i++) {
		int high = hex_digit(w.at[2 * i]), low = hex_digit(w.at[2 * i + 1]);
		if (high < 0 || low < 0)
			return fail(p, "expected a name in hexadecimal");
		if (high == 0 && low == 0)
			return fail(p, "a name with a zero byte in it");
		name[i] = (char)(high << 4 | low);
	}
	name[w.len / 2] = '\0';
	return name;
}

static const cql_type *close_type(struct parser *p, const cql_type *t)
{
	return !t || accept(p, ')') ? t : fail(p, "expected ')'");
}

/* A count is a claim: each argument takes at least `least` characters, the last one less. */
static bool plausible(const struct parser *p, uint32_t count, size_t least)
{
	return count <= (size_t)(p->end - p->at) / least + 1;
}

static const cql_type *parse_inner(struct parser *p, enum cql_kind kind, uint32_t count,
				   unsigned depth)
{
	if (!plausible(p, count, sizeof "abc"))
		return fail(p, "expected a class");
	cql_type *t = cd_type_new(p->arena, kind, count);
	if (!t)
		return no_memory(p);
	for (uint32_t i = 0; i < count; i++) {
		if (i && !accept(p, ','))
			return fail(p, "expected ','");
		t->inner[i] = parse_class(p, depth + 1);
		if (!t->inner[i])
			return NULL;
	}
	return t;
}

/* How many arguments are there from here to the parenthesis that closes these. */
static uint32_t count_arguments(const struct parser *p)
{
	uint32_t count = 1;
	unsigned open = 1;

	for (const char *at = p->at; at < p->end && open; at++) {
		open += *at == '(';
		open -= *at == ')';
		count += *at == ',' && open == 1;
	}
	return count;
}

/* "hexname:" in front of a UDT's element. */
static const char *read_field(struct parser *p)
{
	const char *field = read_hex_name(p);

	return !field || accept(p, ':') ? field : fail(p, "expected ':'");
}

static const cql_type *parse_udt(struct parser *p, unsigned depth)
{
	struct word keyspace = read_word(p);
	const char *name = accept(p, ',') ? read_hex_name(p) : fail(p, "expected the type's name");

	if (!name)
		return NULL;
	uint32_t count = count_arguments(p) - 1;
	if (!plausible(p, count, sizeof "61:abc")) /* with its comma */
		return fail(p, "expected a field");
	cql_type *t = cd_type_new(p->arena, CQL_KIND_UDT, count);
	if (!t || !(t->of.udt->keyspace = cd_arena_strndup(p->arena, keyspace.at, keyspace.len)))
		return no_memory(p);
	t->of.udt->name = name;
	for (uint32_t i = 0; i < t->count; i++) {
		if (!accept(p, ','))
			return fail(p, "expected ','");
		if (!(t->of.udt->fields[i] = read_field(p)))
			return NULL;
		if (!(t->inner[i] = parse_class(p, depth + 1)))
			return NULL;
	}
	return t;
}

static const cql_type *parse_vector(struct parser *p, unsigned depth)
{
	const cql_type *t = parse_inner(p, CQL_KIND_VECTOR, 1, depth);
	uint64_t n = 0;

	if (!t)
		return NULL;
	if (!accept(p, ','))
		return fail(p, "expected the vector's dimension");
	struct word digits = read_word(p);
	for (size_t i = 0; i < digits.len && n <= INT32_MAX; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return fail(p, "expected the vector's dimension");
		n = n * 10 + (uint64_t)(digits.at[i] - '0');
	}
	if (n < 1 || n > INT32_MAX)
		return fail(p, "a vector's dimension is a number from 1");
	cql_type *v = cd_arena_take(p->arena, sizeof *v);
	if (!v)
		return no_memory(p);
	*v = *t;
	v->of.dimension = (uint32_t)n;
	if (v->inner[0]->fixed_size > 0 && n * (uint64_t)v->inner[0]->fixed_size <= INT32_MAX)
		v->fixed_size = (int32_t)n * v->inner[0]->fixed_size;
	return v;
}

/* What is in the parentheses of a class that has any. */
static const cql_type *parse_arguments(struct parser *p, struct word name, unsigned depth,
				       bool *known)
{
	*known = true;
	if (is(name, "ListType"))
		return parse_inner(p, CQL_KIND_LIST, 1, depth);
	if (is(name, "SetType"))
		return parse_inner(p, CQL_KIND_SET, 1, depth);
	if (is(name, "MapType"))
		return parse_inner(p, CQL_KIND_MAP, 2, depth);
	if (is(name, "TupleType"))
		return parse_inner(p, CQL_KIND_TUPLE, count_arguments(p), depth);
	if (is(name, "UserType"))
		return parse_udt(p, depth);
	if (is(name, "VectorType"))
		return parse_vector(p, depth);
	if (is(name, "FrozenType") || is(name, "ReversedType"))
		return parse_class(p, depth + 1);
	*known = false;
	return NULL;
}

static const cql_type *native_of(struct word name)
{
	static const struct {
		const char *name;
		enum cql_kind kind;
	} classes[] = {
		{ "DateType", CQL_KIND_TIMESTAMP }, /* the old name */
#define X(id_name, id, cql, class_name, size) { class_name, CQL_KIND_##id_name },
#include <coodie/types.def>
#undef X
	};

	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (is(name, classes[i].name))
			return cd_type_native(classes[i].kind);
	return NULL;
}

bool cd_type_is_class(const char *text, size_t len)
{
	return native_of((struct word){ text, len }) != NULL;
}

/* Skips to the parenthesis that closes the one just read. */
static bool skip_arguments(struct parser *p)
{
	for (unsigned open = 1; p->at < p->end; p->at++) {
		open += *p->at == '(';
		open -= *p->at == ')';
		if (open == 0) {
			p->at++;
			return true;
		}
	}
	return false;
}

static const cql_type *custom(struct parser *p, struct word name)
{
	/* two characters and a comma would cost a peer 3 bytes, and us 56: beyond 16 for one */
	if (name.len > 0 && name.len < 3)
		return fail(p, "expected a class");
	cql_type *t = cd_type_new(p->arena, CQL_KIND_CUSTOM, 0);
	if (!t || !(t->of.class_name = cd_arena_strndup(p->arena, name.at, name.len)))
		return no_memory(p);
	return t;
}

static const cql_type *parse_class(struct parser *p, unsigned depth)
{
	if (depth > p->max_depth)
		return cd_fail_null(p->err, COODIE_ERR_LIMIT,
				    "class name: nested deeper than %u levels", p->max_depth);
	struct word whole = read_word(p), name = without_package(whole);
	bool known;

	if (name.len == 0)
		return fail(p, "expected a class");
	if (!accept(p, '(')) {
		const cql_type *native = native_of(name);
		return native ? native : custom(p, whole);
	}
	const cql_type *t = parse_arguments(p, name, depth, &known);
	if (known)
		return close_type(p, t);
	if (!skip_arguments(p))
		return fail(p, "a parenthesis is not closed");
	whole.len = (size_t)(p->at - whole.at);
	return custom(p, whole);
}

static const cql_type nameless = { .kind = CQL_KIND_CUSTOM, .fixed_size = -1, .of.class_name = "" };

const cql_type *cd_type_parse_class(struct cd_arena *a, const char *text, size_t len,
				    unsigned max_depth, coodie_error *err)
{
	struct parser p = { text, text + len, a, max_depth, err };

	if (len == 0) /* a custom type without a name is opaque, and costs nothing */
		return &nameless;
	const cql_type *t = parse_class(&p, 0);
	if (!t)
		return NULL;
	skip_space(&p);
	return p.at == p.end ? t : fail(&p, "something is left over");
}
