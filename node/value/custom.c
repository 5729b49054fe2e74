/* SPDX-License-Identifier: MIT */
#include "node/value/custom.h"

#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "node/value/check.h"
#include "node/value/compare.h"
#include "node/value/composite.h"
#include "node/value/native_text.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

typedef int compare_fn(const cql_type *type, cql_blob a, cql_blob b);

struct custom {
	const char *name;     /* without its package */
	const char *spelling; /* NULL: the class in quotes */
	enum cql_kind like;   /* its texts, and which bytes are a value; CUSTOM: its own */
	bool has_parts;       /* is a composite */
	compare_fn *compare;  /* NULL: as `like` */
	const char *bad_before, *bad_behind; /* of a text that is none; NULL: as `like` */
};

/* ---- their order ---------------------------------------------------------------------------- */

/* Two signed halves, as Java's UUID.compareTo(). */
static int by_halves(const cql_type *type, cql_blob a, cql_blob b)
{
	const uint64_t sign = UINT64_C(1) << 63;

	(void)type;
	if (a.len != 16 || b.len != 16)
		return ORDER(a.len, b.len);
	for (unsigned i = 0; i < 16; i += 8) {
		uint64_t left = cd_get_be64(a.data + i) ^ sign,
			 right = cd_get_be64(b.data + i) ^ sign;
		if (left != right)
			return ORDER(left, right);
	}
	return 0;
}

/* ---- which is which ------------------------------------------------------------------------- */

static const struct custom customs[] = {
	{ "LexicalUUIDType", NULL, CQL_KIND_UUID, false, by_halves, "unable to make UUID from '",
	  "'" },
	{ "LegacyTimeUUIDType", "timeuuid", CQL_KIND_TIMEUUID, false, NULL, NULL, NULL },
	{ "EmptyType", "empty", CQL_KIND_CUSTOM, false, NULL, NULL, NULL },
	{ "CounterColumnType", "counter", CQL_KIND_COUNTER, false, NULL, NULL, NULL },
	{ "CompositeType", NULL, CQL_KIND_CUSTOM, true, nd_composite_compare, NULL, NULL },
};

/* Of a class name without its package, up to its parenthesis. */
static const struct custom *find(const char *name)
{
	size_t len = strcspn(name, "(");

	for (size_t i = 0; i < sizeof customs / sizeof customs[0]; i++)
		if (strlen(customs[i].name) == len && !memcmp(customs[i].name, name, len))
			return &customs[i];
	return NULL;
}

static const char *without_package(const char *class_name)
{
	size_t len = sizeof CD_TYPE_PACKAGE - 1;

	return strncmp(class_name, CD_TYPE_PACKAGE, len) ? class_name : class_name + len;
}

static const struct custom *custom_of(const cql_type *type)
{
	return type->kind == CQL_KIND_CUSTOM ? find(without_package(type->of.class_name)) : NULL;
}

const cql_type *nd_custom_timeuuid(struct cd_arena *a)
{
	cql_type *t = cd_type_new(a, CQL_KIND_CUSTOM, 0);

	if (t)
		t->of.class_name = CD_TYPE_PACKAGE "LegacyTimeUUIDType";
	return t;
}

const char *nd_custom_spelling(const cql_type *type)
{
	const struct custom *c = custom_of(type);

	return c ? c->spelling : NULL;
}

const cql_type *nd_custom_like(const cql_type *type)
{
	const struct custom *c = custom_of(type);

	return c && c->like != CQL_KIND_CUSTOM ? cd_type_native(c->like) : type;
}

bool nd_custom_takes_constants(const cql_type *type)
{
	const struct custom *c = custom_of(type);

	return !c || c->has_parts || c->like != CQL_KIND_CUSTOM;
}

/* ---- values --------------------------------------------------------------------------------- */

int nd_custom_compare(const cql_type *type, cql_blob a, cql_blob b)
{
	const struct custom *c = custom_of(type);

	if (c && c->compare)
		return c->compare(type, a, b);
	return nd_compare(c && c->like != CQL_KIND_CUSTOM ? cd_type_native(c->like)
							  : cd_type_native(CQL_KIND_BLOB),
			  a, b);
}

bool nd_custom_check(const cql_type *type, cql_blob value, struct nd_problem *p)
{
	const struct custom *c = custom_of(type);

	if (!c)
		return true;
	if (c->has_parts)
		return nd_composite_check(type, value, p);
	if (c->like != CQL_KIND_CUSTOM)
		return nd_check_value(cd_type_native(c->like), value, p);
	return value.len == 0 || nd_refuse(p, ND_INVALID, "EmptyType only accept empty values");
}

bool nd_custom_read(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		    struct nd_value *out, struct nd_problem *p)
{
	const struct custom *c = custom_of(type);

	if (c && c->has_parts)
		return nd_composite_read(type, text, len, a, out, p);
	if (!c || c->like == CQL_KIND_CUSTOM)
		return nd_refuse(p, ND_INVALID,
				 "Values of the type '%s' cannot be made of a text by the node",
				 type->of.class_name);
	if (nd_native_read(cd_type_native(c->like), text, len, a, out, p))
		return true;
	if (!c->bad_before || p->error.code != ND_INVALID)
		return false;
	p->happened = false;
	return nd_refuse(p, ND_INVALID, "%s%s%s", c->bad_before, text, c->bad_behind);
}

/* ---- from a statement ----------------------------------------------------------------------- */

/* The name of a class and of all its parts, as Cassandra writes it. */
static const char *whole_name(struct cd_arena *a, const struct custom *c, const cql_type *type)
{
	size_t size = sizeof CD_TYPE_PACKAGE "()" + strlen(c->name), len;
	char *out;

	for (uint32_t i = 0; i < type->count; i++)
		size += cql_type_format_class(type->inner[i], NULL, 0) + 1; /* and a comma */
	if (!(out = cd_arena_take(a, size)))
		return NULL;
	len = (size_t)snprintf(out, size, CD_TYPE_PACKAGE "%s%s", c->name, c->has_parts ? "(" : "");
	for (uint32_t i = 0; i < type->count; i++) {
		if (i)
			out[len++] = ',';
		len += cql_type_format_class(type->inner[i], out + len, size - len);
	}
	if (c->has_parts)
		memcpy(out + len, ")", sizeof ")");
	return out;
}

/* The parts of "CompositeType(A,B)": of "TupleType(A,B)", which are written in the same way. */
static const cql_type *read_parts(struct cd_arena *a, const char *parts, unsigned max_depth,
				  struct nd_problem *p)
{
	static const char tuple[] = "TupleType";
	size_t len = strlen(parts);
	char *text = cd_arena_take(a, sizeof tuple + len);
	coodie_error err;
	const cql_type *t;

	if (!text)
		return nd_no_memory(p), NULL;
	memcpy(text, tuple, sizeof tuple - 1);
	memcpy(text + sizeof tuple - 1, parts, len + 1);
	t = cd_type_parse_class(a, text, strlen(text), max_depth, &err);
	if (!t && err.code == COODIE_ERR_NO_MEMORY)
		nd_no_memory(p);
	return t;
}

const cql_type *nd_custom_new(struct cd_arena *a, const cql_type *read, unsigned max_depth,
			      struct nd_problem *p)
{
	const char *name = without_package(read->of.class_name), *parts = strchr(name, '(');
	const struct custom *c = find(name);
	const cql_type *tuple = NULL;
	cql_type *t;

	if (!c || (parts && !c->has_parts))
		return NULL;
	if (parts && strcmp(parts, "()") != 0 && !(tuple = read_parts(a, parts, max_depth, p)))
		return NULL;
	if (!(t = cd_type_new(a, CQL_KIND_CUSTOM, tuple ? tuple->count : 0)))
		return nd_no_memory(p), NULL;
	for (uint32_t i = 0; i < t->count; i++) {
		const cql_type *part = tuple->inner[i];
		if (part->kind == CQL_KIND_CUSTOM &&
		    (!max_depth || !(part = nd_custom_new(a, part, max_depth - 1, p))))
			return NULL;
		t->inner[i] = part;
	}
	if (!(t->of.class_name = whole_name(a, c, t)))
		return nd_no_memory(p), NULL;
	return t;
}
