/* SPDX-License-Identifier: MIT */
/* Parses types in CQL spelling: map<text, frozen<list<int>>>, vector<float, 3>, "Quoted".name. */
#include "base/error.h"
#include "proto/type.h"

struct parser {
	const char *start, *at, *end;
	struct cd_arena *arena;
	unsigned max_depth;
	size_t udts_left; /* short names cost more memory than the text: few of them are fine */
	coodie_error *err;
};

static const cql_type *parse_type(struct parser *p, unsigned depth);

enum { SHOWN = 80 }; /* characters of a type in a message */

static void *fail(struct parser *p, const char *what)
{
	size_t len = (size_t)(p->end - p->start);

	return cd_fail_null(p->err, COODIE_ERR_TYPE, "type \"%.*s%s\": %s at position %zu",
			    len > SHOWN ? SHOWN : (int)len, p->start, len > SHOWN ? "..." : "",
			    what, (size_t)(p->at - p->start) + 1);
}

static void *no_memory(struct parser *p)
{
	cd_no_memory(p->err, "a type");
	return NULL;
}

/* The same in every locale. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
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

static char *read_word(struct parser *p)
{
	const char *from = p->at;

	while (p->at < p->end &&
	       (is_letter(*p->at) || (p->at > from && (is_digit(*p->at) || *p->at == '_'))))
		p->at++;
	if (p->at == from)
		return fail(p, "expected a type's name");
	char *name = cd_arena_strndup(p->arena, from, (size_t)(p->at - from));
	for (char *c = name; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return name ? name : no_memory(p);
}

static char *read_quoted(struct parser *p)
{
	const char *from = ++p->at;
	size_t len = 0;

	while (p->at < p->end && (*p->at != '"' || (p->at + 1 < p->end && p->at[1] == '"')))
		p->at += *p->at == '"' ? 2 : 1;
	if (p->at == p->end)
		return fail(p, "the quote is not closed");
	if (p->at == from)
		return fail(p, "a name of no letters");
	char *name = cd_arena_strndup(p->arena, from, (size_t)(p->at - from));
	p->at++;
	if (!name)
		return no_memory(p);
	for (const char *c = name; *c; c++, len++) { /* two quotes are one */
		name[len] = *c;
		c += *c == '"';
	}
	name[len] = '\0';
	return name;
}

/* A word, folded to lower case, or a quoted name as it stands; NULL with err set. */
static char *read_name(struct parser *p, bool *quoted)
{
	skip_space(p);
	*quoted = p->at < p->end && *p->at == '"';
	return *quoted ? read_quoted(p) : read_word(p);
}

/* Inside udt<>, where nothing is folded: all up to the next sign; quotes are needed around signs
 * only. */
static const char *read_exact(struct parser *p)
{
	skip_space(p);
	const char *from = p->at;
	if (p->at < p->end && *p->at == '"')
		return read_quoted(p);
	while (p->at < p->end && !is_space(*p->at) && !strchr(".,:<>\"'", *p->at))
		p->at++;
	if (p->at == from)
		return fail(p, "expected a name");
	const char *name = cd_arena_strndup(p->arena, from, (size_t)(p->at - from));
	return name ? name : no_memory(p);
}

/* `name`, or `keyspace.name`. */
static bool read_qualified(struct parser *p, struct cd_type_udt *udt)
{
	udt->keyspace = "";
	udt->name = read_exact(p);
	if (udt->name && accept(p, '.')) {
		udt->keyspace = udt->name;
		udt->name = read_exact(p);
	}
	return udt->name != NULL;
}

static const cql_type *parse_inner(struct parser *p, cql_type *t, unsigned depth)
{
	for (uint32_t i = 0; i < t->count; i++) {
		if (i && !accept(p, ','))
			return fail(p, "expected ','");
		t->inner[i] = parse_type(p, depth + 1);
		if (!t->inner[i])
			return NULL;
	}
	return t;
}

static const cql_type *parse_collection(struct parser *p, enum cql_kind kind, uint32_t count,
					unsigned depth)
{
	cql_type *t = cd_type_new(p->arena, kind, count);

	if (!t)
		return no_memory(p);
	if (!parse_inner(p, t, depth))
		return NULL;
	return accept(p, '>') ? t : fail(p, "expected '>'");
}

/* How many commas are there from here to the '>' that closes these types. */
static uint32_t count_commas(const struct parser *p)
{
	uint32_t count = 0;
	unsigned open = 1;
	char quote = '\0';

	for (const char *at = p->at; at < p->end && open; at++) {
		if (quote) {
			quote = *at == quote ? '\0' : quote;
			continue;
		}
		quote = *at == '"' || *at == '\'' ? *at : '\0';
		open += *at == '<';
		open -= *at == '>';
		count += *at == ',' && open == 1;
	}
	return count;
}

/* A count is a claim: each part takes at least `least` characters, the last one less. */
static bool plausible(const struct parser *p, uint32_t count, size_t least)
{
	return count <= (size_t)(p->end - p->at) / least + 1;
}

static cql_type *new_udt(struct parser *p, uint32_t count)
{
	if (!p->udts_left)
		return cd_fail_null(p->err, COODIE_ERR_LIMIT,
				    "type: more user types than a type of this length has");
	p->udts_left--;
	cql_type *t = cd_type_new(p->arena, CQL_KIND_UDT, count);
	return t ? t : no_memory(p);
}

static const cql_type *parse_tuple(struct parser *p, unsigned depth)
{
	return parse_collection(p, CQL_KIND_TUPLE, count_commas(p) + 1, depth);
}

/* udt<shop.address, street:text, zip:int>: CQL has no spelling for the fields. Names stand as they
 * are. */
static const cql_type *parse_udt_fields(struct parser *p, unsigned depth)
{
	uint32_t count = count_commas(p);
	cql_type *t = plausible(p, count, sizeof ",a:b" - 1) ? new_udt(p, count)
							     : fail(p, "expected a field");

	if (!t || !read_qualified(p, t->of.udt))
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		if (!accept(p, ','))
			return fail(p, "expected ','");
		if (!(t->of.udt->fields[i] = read_exact(p)))
			return NULL;
		if (!accept(p, ':'))
			return fail(p, "expected ':' and the field's type");
		if (!(t->inner[i] = parse_type(p, depth + 1)))
			return NULL;
	}
	return accept(p, '>') ? t : fail(p, "expected ',' or '>'");
}

/* 'org.apache.cassandra.db.marshal.DynamicCompositeType(...)' */
static const cql_type *parse_quoted_class(struct parser *p, unsigned depth)
{
	const char *from = ++p->at;

	while (p->at < p->end && *p->at != '\'')
		p->at++;
	if (p->at == p->end)
		return fail(p, "the quote is not closed");
	p->at++;
	return cd_type_parse_class(p->arena, from, (size_t)(p->at - 1 - from), p->max_depth - depth,
				   p->err);
}

/* custom<'class'> */
static const cql_type *parse_custom(struct parser *p, unsigned depth)
{
	const cql_type *t;

	skip_space(p);
	if (p->at == p->end || *p->at != '\'')
		return fail(p, "expected a class in single quotes");
	t = parse_quoted_class(p, depth + 1);
	return !t || accept(p, '>') ? t : fail(p, "expected '>'");
}

static const cql_type *parse_vector(struct parser *p, unsigned depth)
{
	cql_type *t = cd_type_new(p->arena, CQL_KIND_VECTOR, 1);
	uint64_t n = 0;

	if (!t)
		return no_memory(p);
	t->inner[0] = parse_type(p, depth + 1);
	if (!t->inner[0])
		return NULL;
	if (!accept(p, ','))
		return fail(p, "expected ',' and the vector's dimension");
	skip_space(p);
	while (p->at < p->end && is_digit(*p->at) && n <= INT32_MAX)
		n = n * 10 + (uint64_t)(*p->at++ - '0');
	if (n < 1 || n > INT32_MAX)
		return fail(p, "a vector's dimension is a number from 1");
	t->of.dimension = (uint32_t)n;
	if (t->inner[0]->fixed_size > 0 && n * (uint64_t)t->inner[0]->fixed_size <= INT32_MAX)
		t->fixed_size = (int32_t)n * t->inner[0]->fixed_size;
	return accept(p, '>') ? t : fail(p, "expected '>'");
}

static const cql_type *parse_frozen(struct parser *p, unsigned depth)
{
	const cql_type *inner = parse_type(p, depth + 1);

	if (!inner)
		return NULL;
	cql_type *t = cd_arena_take(p->arena,
				    sizeof *t); /* aligned, which cd_arena_copy() is not */
	if (!t)
		return no_memory(p);
	*t = *inner;
	t->frozen = true;
	return accept(p, '>') ? t : fail(p, "expected '>'");
}

static const cql_type *parse_with_parts(struct parser *p, const char *name, unsigned depth)
{
	static const struct {
		const char *name;
		enum cql_kind kind;
		uint32_t count;
	} collections[] = {
		{ "list", CQL_KIND_LIST, 1 },
		{ "set", CQL_KIND_SET, 1 },
		{ "map", CQL_KIND_MAP, 2 },
	};

	for (size_t i = 0; i < sizeof collections / sizeof collections[0]; i++)
		if (strcmp(name, collections[i].name) == 0)
			return parse_collection(p, collections[i].kind, collections[i].count,
						depth);
	if (strcmp(name, "tuple") == 0)
		return parse_tuple(p, depth);
	if (strcmp(name, "vector") == 0)
		return parse_vector(p, depth);
	if (strcmp(name, "frozen") == 0)
		return parse_frozen(p, depth);
	if (strcmp(name, "udt") == 0)
		return parse_udt_fields(p, depth);
	if (strcmp(name, "custom") == 0)
		return parse_custom(p, depth);
	return fail(p, "only list, set, map, tuple, vector and frozen take types in <>");
}

static bool takes_parts(const char *name)
{
	static const char *const names[] = { "list", "set", "map", "tuple", "vector", "frozen" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static const cql_type *native_of(const char *name)
{
	static const struct {
		const char *name;
		enum cql_kind kind;
	} names[] = {
		{ "varchar", CQL_KIND_TEXT },
#define X(id_name, id, cql, class_name, size) { cql, CQL_KIND_##id_name },
#include <coodie/types.def>
#undef X
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i].name) == 0)
			return cd_type_native(names[i].kind);
	return NULL;
}

bool cd_type_is_reserved(const char *name)
{
	return takes_parts(name) || native_of(name);
}

/* A name that is no type of CQL's is that of a user type; its fields are not known here. */
static const cql_type *parse_udt(struct parser *p, const char *name)
{
	cql_type *t = new_udt(p, 0);
	bool quoted;

	if (!t)
		return NULL;
	t->of.udt->keyspace = "";
	t->of.udt->name = name;
	if (accept(p, '.')) {
		t->of.udt->keyspace = name;
		t->of.udt->name = read_name(p, &quoted);
	}
	return t->of.udt->name ? t : NULL;
}

static const cql_type *parse_type(struct parser *p, unsigned depth)
{
	bool quoted;

	if (depth > p->max_depth)
		return cd_fail_null(p->err, COODIE_ERR_LIMIT, "type: nested deeper than %u levels",
				    p->max_depth);
	skip_space(p);
	if (p->at < p->end && *p->at == '\'')
		return parse_quoted_class(p, depth);
	const char *name = read_name(p, &quoted);
	if (!name)
		return NULL;
	if (!quoted && accept(p, '<'))
		return parse_with_parts(p, name, depth);
	if (!quoted && takes_parts(name))
		return fail(p, "expected '<'");
	const cql_type *native = quoted ? NULL : native_of(name);
	return native ? native : parse_udt(p, name);
}

/* With its package, or with parentheses, which CQL's spelling has only inside quotes, or one of
 * Cassandra's own. */
static bool is_class(const char *text, size_t len)
{
	static const char package[] = "org.apache.cassandra.";

	return cd_type_is_class(text, len) ||
	       (len >= sizeof package && memcmp(text, package, sizeof package - 1) == 0) ||
	       (memchr(text, '(', len) && !memchr(text, '<', len) && !memchr(text, '\'', len) &&
		!memchr(text, '"', len));
}

const cql_type *cd_type_parse(struct cd_arena *a, const char *text, size_t len, unsigned max_depth,
			      coodie_error *err)
{
	struct parser p = { text, text, text + len, a, max_depth, 512 + len / 8, err };
	const cql_type *t;

	if (is_class(text, len))
		return cd_type_parse_class(a, text, len, max_depth, err);
	t = parse_type(&p, 0);
	if (!t)
		return NULL;
	skip_space(&p);
	return p.at == p.end ? t : fail(&p, "something is left over");
}
