/* SPDX-License-Identifier: MIT */
/* Types: native ones, collections, tuples, vectors, user types by name, classes in quotes. */
#include <string.h>

#include "node/cql/parse.h"
#include "node/value/custom.h"

static const cql_type *parse_inner(struct nd_parse *p, enum cql_kind kind, uint32_t count);

const cql_type *nd_parse_native_type(struct nd_parse *p)
{
	static const struct {
		enum nd_keyword keyword;
		enum cql_kind kind;
	} natives[] = {
		{ ND_KW_ASCII, CQL_KIND_ASCII },       { ND_KW_BIGINT, CQL_KIND_BIGINT },
		{ ND_KW_BLOB, CQL_KIND_BLOB },         { ND_KW_BOOLEAN, CQL_KIND_BOOLEAN },
		{ ND_KW_COUNTER, CQL_KIND_COUNTER },   { ND_KW_DATE, CQL_KIND_DATE },
		{ ND_KW_DECIMAL, CQL_KIND_DECIMAL },   { ND_KW_DOUBLE, CQL_KIND_DOUBLE },
		{ ND_KW_DURATION, CQL_KIND_DURATION }, { ND_KW_FLOAT, CQL_KIND_FLOAT },
		{ ND_KW_INET, CQL_KIND_INET },         { ND_KW_INT, CQL_KIND_INT },
		{ ND_KW_SMALLINT, CQL_KIND_SMALLINT }, { ND_KW_TEXT, CQL_KIND_TEXT },
		{ ND_KW_TIME, CQL_KIND_TIME },         { ND_KW_TIMESTAMP, CQL_KIND_TIMESTAMP },
		{ ND_KW_TIMEUUID, CQL_KIND_TIMEUUID }, { ND_KW_TINYINT, CQL_KIND_TINYINT },
		{ ND_KW_UUID, CQL_KIND_UUID },         { ND_KW_VARCHAR, CQL_KIND_TEXT },
		{ ND_KW_VARINT, CQL_KIND_VARINT },
	};

	for (size_t i = 0; i < sizeof natives / sizeof natives[0]; i++)
		if (nd_parse_accept_word(p, natives[i].keyword))
			return cd_type_native(natives[i].kind);
	nd_parse_stuck(p);
	return NULL;
}

static const cql_type *freeze(struct nd_parse *p, const cql_type *inner)
{
	cql_type *t = nd_parse_take(p, 1, sizeof *t);

	if (!t)
		return NULL;
	*t = *inner;
	if (t->kind == CQL_KIND_LIST || t->kind == CQL_KIND_SET)
		t->inner = &t->of.only;
	t->frozen = true;
	return t;
}

static cql_type *new_type(struct nd_parse *p, enum cql_kind kind, uint32_t count)
{
	cql_type *t = cd_type_new(p->arena, kind, count);

	if (!t)
		nd_no_memory(p->problem);
	return t;
}

/* byte, complex, ...: names that Cassandra keeps for types to come. */
static bool check_type_name(struct nd_parse *p, const struct nd_token *t)
{
	static const char *const kept[] = { "byte",     "complex", "enum",     "date",
					    "interval", "macaddr", "bitstring" };

	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (t->kind == ND_TOKEN_IDENT && t->len == strlen(kept[i]) &&
		    memcmp(t->at, kept[i], t->len) == 0)
			return nd_parse_refuse(p, "Invalid (reserved) user type name %s", kept[i]);
	return true;
}

/* [ks.]name, as a type that is known by name only. */
static const cql_type *parse_user_type(struct nd_parse *p)
{
	cql_type *t = new_type(p, CQL_KIND_UDT, 0);

	if (!t)
		return NULL;
	t->of.udt->keyspace = "";
	if (nd_parse_starts_name(&p->tok, ND_NAME_ANY) &&
	    nd_parse_peek(p).kind == ND_PUNCTUATION('.')) {
		t->of.udt->keyspace = nd_parse_name(p, ND_NAME_ANY);
		if (!t->of.udt->keyspace)
			return NULL;
		nd_parse_next(p);
	}
	if (!check_type_name(p, &p->tok))
		return NULL;
	if (!*t->of.udt->keyspace && nd_parse_starts_name(&p->tok, ND_NAME_ANY) &&
	    !nd_parse_starts_name(&p->tok, ND_NAME_TYPE)) {
		nd_parse_next(p); /* these are keyspaces at best */
		nd_parse_expect(p, ND_PUNCTUATION('.'));
		return NULL;
	}
	t->of.udt->name = nd_parse_name(p, ND_NAME_TYPE);
	return t->of.udt->name ? t : NULL;
}

bool nd_parse_user_type_name(struct nd_parse *p, struct nd_table_name *out)
{
	const cql_type *t = parse_user_type(p);

	if (!t)
		return false;
	out->keyspace = *t->of.udt->keyspace ? t->of.udt->keyspace : NULL;
	out->name = t->of.udt->name;
	return true;
}

/* Inside of a collection's class collections are frozen, whether it says so or not. */
static const cql_type *freeze_parts(struct nd_parse *p, const cql_type *type)
{
	cql_type *t;

	if (!cd_type_is_collection(type))
		return type;
	if (!(t = new_type(p, type->kind, type->count)))
		return NULL;
	for (uint32_t i = 0; i < t->count; i++) {
		const cql_type *part = freeze_parts(p, type->inner[i]);

		if (part && cd_type_is_collection(part))
			part = freeze(p, part);
		if (!(t->inner[i] = part))
			return NULL;
	}
	return t;
}

/* A type that is known by its class alone: what CQL has a name for is itself, but a counter may not
 * be written so, and what is inside FrozenType(...) is frozen. */
static const cql_type *settle_class(struct nd_parse *p, const cql_type *type, const char *name)
{
	static const cql_type counter = { .kind = CQL_KIND_CUSTOM,
					  .fixed_size = -1,
					  .of.class_name = CD_TYPE_PACKAGE "CounterColumnType" };
	static const char frozen[] = "FrozenType(";

	if (!strncmp(name, CD_TYPE_PACKAGE, sizeof CD_TYPE_PACKAGE - 1))
		name += sizeof CD_TYPE_PACKAGE - 1;
	if (type->kind == CQL_KIND_COUNTER)
		type = &counter;
	if (type->kind == CQL_KIND_CUSTOM)
		return nd_custom_new(p->arena, type, ND_PARSER_DEPTH - p->depth, p->problem);
	type = freeze_parts(p, type);
	return type && type->count && !strncmp(name, frozen, sizeof frozen - 1) ? freeze(p, type)
										: type;
}

/* 'org.apache.cassandra.db.marshal.Int32Type' */
static const cql_type *parse_class(struct nd_parse *p)
{
	struct nd_token t = p->tok;
	size_t len;
	const char *name = nd_parse_text(p, &t, &len);
	coodie_error err = { 0 };
	const cql_type *type;

	if (!name)
		return NULL;
	nd_parse_next(p);
	type = cd_type_parse_class(p->arena, name, len, ND_PARSER_DEPTH - p->depth, &err);
	if (!type && err.code == COODIE_ERR_NO_MEMORY)
		nd_no_memory(p->problem);
	if (type)
		type = settle_class(p, type, name);
	if (p->problem->happened)
		return NULL;
	if (!type && err.code && strpbrk(name, "()"))
		nd_parse_refuse(p, "Cannot parse type %.200s: %s", name, err.message);
	else if (!type)
		nd_parse_refuse(
			p,
			"Error setting type %.100s: Unable to find abstract-type class '%s%.100s'",
			name, strchr(name, '.') ? "" : CD_TYPE_PACKAGE, name);
	return p->problem->happened ? NULL : type;
}

/* ---- with parts -------------------------------------------------------------------------------------- */

static const cql_type *parse_tuple(struct nd_parse *p)
{
	const cql_type **inner = NULL;
	uint32_t count = 0;
	cql_type *t;

	do {
		const cql_type *one = nd_parse_type(p);
		if (!one || !(inner = nd_parse_push(p, inner, &count, &one, sizeof one)))
			return NULL;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	t = new_type(p, CQL_KIND_TUPLE, count);
	if (!t || !nd_parse_expect(p, ND_PUNCTUATION('>')))
		return NULL;
	memcpy(t->inner, inner, count * sizeof *inner);
	return t;
}

/* The number behind the comma of vector<int, 3>. */
static bool parse_dimension(struct nd_parse *p, uint32_t *out)
{
	struct nd_token t = p->tok;
	bool negative;
	uint64_t n = 0;

	if (!nd_parse_expect(p, ND_TOKEN_INTEGER))
		return false;
	negative = *t.at == '-';
	for (size_t i = negative; i < t.len && n <= INT32_MAX; i++)
		n = n * 10 + (uint64_t)(t.at[i] - '0');
	if (n > INT32_MAX)
		return nd_parse_refuse(p, "For input string: \"%.*s\"",
				       (int)(t.len > 40 ? 40 : t.len), t.at);
	if (negative || n == 0)
		return nd_refuse(p->problem, ND_INVALID,
				 "vectors may only have positive dimensions; given %.*s",
				 (int)t.len, t.at);
	*out = (uint32_t)n;
	return true;
}

static const cql_type *parse_vector(struct nd_parse *p)
{
	cql_type *t = new_type(p, CQL_KIND_VECTOR, 1);
	uint64_t size;

	if (!t || !(t->inner[0] = nd_parse_type(p)) || !nd_parse_expect(p, ND_PUNCTUATION(',')) ||
	    !parse_dimension(p, &t->of.dimension) || !nd_parse_expect(p, ND_PUNCTUATION('>')))
		return NULL;
	size = t->inner[0]->fixed_size > 0 ? (uint64_t)t->inner[0]->fixed_size * t->of.dimension
					   : 0;
	if (size > 0 && size <= INT32_MAX)
		t->fixed_size = (int32_t)size;
	return t;
}

/* frozen<type>: what is frozen already stays so. */
static const cql_type *parse_frozen(struct nd_parse *p)
{
	const cql_type *inner = nd_parse_type(p);
	char spelling[64];

	if (!inner || !nd_parse_expect(p, ND_PUNCTUATION('>')))
		return NULL;
	if (inner->kind != CQL_KIND_UDT && !inner->count) {
		cql_type_format(inner, spelling, sizeof spelling);
		nd_parse_refuse(p,
				"frozen<> is only allowed on collections, tuples, and user-defined "
				"types (got %s)",
				spelling);
		return NULL;
	}
	return freeze(p, inner);
}

static const cql_type *parse_inner(struct nd_parse *p, enum cql_kind kind, uint32_t count)
{
	cql_type *t;

	if (kind == CQL_KIND_TUPLE)
		return parse_tuple(p);
	if (kind == CQL_KIND_VECTOR)
		return parse_vector(p);
	t = new_type(p, kind, count);
	for (uint32_t i = 0; t && i < count; i++)
		if ((i && !nd_parse_expect(p, ND_PUNCTUATION(','))) ||
		    !(t->inner[i] = nd_parse_type(p)))
			return NULL;
	return t && nd_parse_expect(p, ND_PUNCTUATION('>')) ? t : NULL;
}

static const cql_type *parse_with_parts(struct nd_parse *p)
{
	static const struct {
		enum nd_keyword keyword;
		enum cql_kind kind;
		uint32_t count;
	} parts[] = {
		{ ND_KW_LIST, CQL_KIND_LIST, 1 },     { ND_KW_SET, CQL_KIND_SET, 1 },
		{ ND_KW_MAP, CQL_KIND_MAP, 2 },       { ND_KW_TUPLE, CQL_KIND_TUPLE, 0 },
		{ ND_KW_VECTOR, CQL_KIND_VECTOR, 1 },
	};
	enum nd_keyword keyword = p->tok.keyword;

	nd_parse_next(p);
	nd_parse_next(p); /* < */
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (parts[i].keyword == keyword)
			return parse_inner(p, parts[i].kind, parts[i].count);
	return parse_frozen(p);
}

static bool takes_parts(const struct nd_token *t)
{
	return t->keyword == ND_KW_LIST || t->keyword == ND_KW_SET || t->keyword == ND_KW_MAP ||
	       t->keyword == ND_KW_TUPLE || t->keyword == ND_KW_VECTOR ||
	       t->keyword == ND_KW_FROZEN;
}

/* Where it could have been the keyspace of a user type. */
static const cql_type *parse_plain_native(struct nd_parse *p)
{
	const cql_type *t = nd_parse_native_type(p);

	nd_parse_see(p);
	return t;
}

static const cql_type *parse_type(struct nd_parse *p)
{
	struct nd_token t = p->tok, then;

	if (t.kind == ND_TOKEN_STRING)
		return parse_class(p);
	if (t.kind == ND_TOKEN_KEYWORD && (takes_parts(&t) || t.use == ND_USE_TYPE)) {
		then = nd_parse_peek(p);
		if (takes_parts(&t) && then.kind == ND_PUNCTUATION('<'))
			return parse_with_parts(p);
		if (t.keyword == ND_KW_SET) {
			nd_parse_next(p);
			nd_parse_expect(p, ND_PUNCTUATION('<'));
			return NULL;
		}
		if (t.use == ND_USE_TYPE && then.kind != ND_PUNCTUATION('.'))
			return parse_plain_native(p);
	}
	return parse_user_type(p);
}

const cql_type *nd_parse_type(struct nd_parse *p)
{
	const cql_type *t;

	if (!nd_parse_enter(p))
		return NULL;
	t = parse_type(p);
	nd_parse_leave(p);
	return t;
}

struct nd_expr *nd_parse_hint(struct nd_parse *p)
{
	struct nd_expr *e = nd_parse_expr_new(p, ND_EXPR_CAST, &p->tok);

	nd_parse_next(p);
	if (!e)
		return NULL;
	e->is_hint = true;
	e->is_varchar = p->tok.keyword == ND_KW_VARCHAR;
	e->type = nd_parse_type(p);
	return e->type && nd_parse_expect(p, ND_PUNCTUATION(')')) ? e : NULL;
}

bool nd_parse_is_hint(struct nd_parse *p, bool in_selector, struct nd_token *then)
{
	struct nd_parse_mark mark = nd_parse_mark(p);
	struct nd_problem *problem = p->problem, scratch;
	struct nd_token name = nd_parse_peek(p);
	bool is_hint;

	if (takes_parts(&name)) { /* list<...: nothing else begins so */
		nd_parse_next(p);
		is_hint = nd_parse_peek(p).kind == ND_PUNCTUATION('<') && !in_selector;
		nd_parse_return(p, mark);
		if (is_hint)
			return true;
	}
	/* What fails here is no refusal: it may be a tuple. But memory that is out stays out. */
	nd_problem_init(&scratch, p->arena);
	p->problem = p->lexer.problem = &scratch;
	nd_parse_next(p);
	is_hint = nd_parse_type(p) && nd_parse_is(p, ND_PUNCTUATION(')'));
	if (is_hint)
		*then = nd_parse_peek(p);
	p->problem = problem;
	nd_parse_return(p, mark);
	if (scratch.happened && scratch.error.code == ND_SERVER_ERROR)
		nd_no_memory(problem);
	return is_hint;
}
