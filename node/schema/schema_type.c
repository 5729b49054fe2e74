/* SPDX-License-Identifier: MIT */
/* Types as a statement wrote them, to types of the schema. */
#include <string.h>

#include <coodie/wire.h>

#include "node/cql/parser.h"
#include "node/schema/schema_change.h"
#include "node/value/custom.h"
#include "proto/type.h"

bool nd_type_is_multi_cell(const cql_type *type)
{
	return !type->frozen && (cd_type_is_collection(type) || type->kind == CQL_KIND_UDT);
}

bool nd_type_uses(const cql_type *type, const char *user_type)
{
	if (type->kind == CQL_KIND_UDT && strcmp(type->of.udt->name, user_type) == 0)
		return true;
	for (uint32_t i = 0; i < type->count; i++)
		if (nd_type_uses(type->inner[i], user_type))
			return true;
	return false;
}

bool nd_type_has_duration(const cql_type *type)
{
	if (type->kind == CQL_KIND_DURATION)
		return true;
	for (uint32_t i = 0; i < type->count && type->kind != CQL_KIND_VECTOR; i++)
		if (type->inner[i] && nd_type_has_duration(type->inner[i]))
			return true;
	return false;
}

/* ---- looking user types up ------------------------------------------------------------------- */

enum {
	SHOWN = 1024,      /* of a type in a message */
	MOST = 128 * 1024, /* of its class name */
};

static unsigned depth_of(const cql_type *type)
{
	unsigned depth = 0;

	for (uint32_t i = 0; i < type->count; i++) {
		unsigned inner = depth_of(type->inner[i]);

		depth = inner > depth ? inner : depth;
	}
	return depth + 1;
}

bool nd_type_fits(const cql_type *type)
{
	return depth_of(type) <= ND_PARSER_DEPTH && cql_type_format_class(type, NULL, 0) <= MOST;
}

struct resolver {
	const struct nd_keyspace *keyspace; /* NULL: not known, then it has no types */
	const char *keyspace_name;
	struct cd_arena *arena;
	struct nd_problem *problem;
	size_t left; /* of the class name, about: user types of user types grow fast */
};

static const cql_type *resolve(struct resolver *r, const cql_type *raw, bool freeze,
			       unsigned depth);

static bool refuse_type(struct resolver *r, const char *why, const cql_type *raw)
{
	char name[SHOWN];

	nd_type_format_raw(raw, NULL, name, sizeof name);
	return nd_refuse(r->problem, ND_INVALID, "%s%s", why, name);
}

static bool refuse_size(struct resolver *r)
{
	return nd_refuse(r->problem, ND_INVALID, "types this large are not supported by the node");
}

/* A copy of `raw` alone whose inner types can be set. */
static cql_type *copy_shell(struct resolver *r, const cql_type *raw, bool frozen)
{
	cql_type *t = cd_type_new(r->arena, raw->kind, raw->count);

	if (!t) {
		nd_no_memory(r->problem);
		return NULL;
	}
	t->frozen = frozen;
	t->multicell = nd_type_is_multi_cell(t);
	t->fixed_size = raw->fixed_size;
	if (raw->kind == CQL_KIND_VECTOR)
		t->of.dimension = raw->of.dimension;
	return t;
}

static const cql_type *resolve_user_type(struct resolver *r, const cql_type *raw, bool freeze,
					 unsigned depth)
{
	const struct cd_type_udt *udt = raw->of.udt;
	const struct nd_user_type *known;
	const cql_type *copy;
	cql_type *t;
	size_t size;

	if (*udt->keyspace && strcmp(udt->keyspace, r->keyspace_name) != 0) {
		nd_refuse(r->problem, ND_INVALID,
			  "Statement on keyspace %s cannot refer to a user type in keyspace %s; "
			  "user types can only be used in the keyspace they are defined in",
			  r->keyspace_name, udt->keyspace);
		return NULL;
	}
	known = r->keyspace ? nd_keyspace_type(r->keyspace, udt->name) : NULL;
	if (!known) {
		nd_refuse(r->problem, ND_INVALID, "Unknown type %s.%s", r->keyspace_name,
			  udt->name);
		return NULL;
	}
	size = cql_type_format_class(known->type, NULL, 0);
	if (size > r->left || depth + depth_of(known->type) > ND_PARSER_DEPTH) {
		refuse_size(r);
		return NULL;
	}
	r->left -= size;
	copy = cd_type_copy(r->arena, known->type);
	t = cd_arena_take(r->arena, sizeof *t); /* aligned, which cd_arena_copy() is not */
	if (!copy || !t) {
		nd_no_memory(r->problem);
		return NULL;
	}
	*t = *copy;
	t->frozen = freeze || raw->frozen;
	t->multicell = !t->frozen;
	return t;
}

/* What may not stand inside a collection. `raw` is the collection, as far as it is frozen. */
static bool check_collection(struct resolver *r, const cql_type *raw, bool frozen)
{
	const cql_type *value = raw->inner[raw->count - 1];
	const cql_type *key = raw->kind == CQL_KIND_MAP ? raw->inner[0] : NULL;
	const cql_type *nested = nd_type_is_multi_cell(value)        ? value
				 : key && nd_type_is_multi_cell(key) ? key
								     : NULL;

	if (value->kind == CQL_KIND_COUNTER || (key && key->kind == CQL_KIND_COUNTER))
		return refuse_type(r, "Counters are not allowed inside collections: ", raw);
	if (value->kind == CQL_KIND_DURATION && raw->kind == CQL_KIND_SET)
		return refuse_type(r, "Durations are not allowed inside sets: ", raw);
	if (key && key->kind == CQL_KIND_DURATION)
		return refuse_type(r, "Durations are not allowed as map keys: ", raw);
	if (nested && !frozen)
		return refuse_type(r,
				   nested->kind == CQL_KIND_UDT
					   ? "Non-frozen UDTs are not allowed inside collections: "
					   : "Non-frozen collections are not allowed inside "
					     "collections: ",
				   raw);
	return true;
}

static bool check_parts(struct resolver *r, const cql_type *raw, bool frozen)
{
	if (cd_type_is_collection(raw))
		return check_collection(r, raw, frozen);
	for (uint32_t i = 0; raw->kind == CQL_KIND_TUPLE && i < raw->count; i++)
		if (raw->inner[i]->kind == CQL_KIND_COUNTER)
			return nd_refuse(r->problem, ND_INVALID,
					 "Counters are not allowed inside tuples");
	return true;
}

/* frozen<> reaches into collections and tuples, not into vectors and user types. */
static const cql_type *resolve_parts(struct resolver *r, const cql_type *raw, bool freeze,
				     unsigned depth)
{
	bool frozen = freeze || raw->frozen;
	bool freeze_inner = raw->kind == CQL_KIND_TUPLE || (cd_type_is_collection(raw) && frozen);
	cql_type *t;

	if (!check_parts(r, raw, frozen) || !(t = copy_shell(r, raw, frozen)))
		return NULL;
	for (uint32_t i = 0; i < raw->count; i++)
		if (!(t->inner[i] = resolve(r, raw->inner[i], freeze_inner, depth + 1)))
			return NULL;
	/* a vector travels by its class name, in a [string] */
	if (t->kind == CQL_KIND_VECTOR && cql_type_format_class(t, NULL, 0) > UINT16_MAX) {
		refuse_size(r);
		return NULL;
	}
	return t;
}

/* Once more from its name: it may be inside a class, where nobody has looked at it. */
static const cql_type *resolve_custom(struct resolver *r, const cql_type *raw, unsigned depth)
{
	const cql_type *t = nd_custom_new(r->arena, raw, ND_PARSER_DEPTH - depth, r->problem);
	size_t size = t ? strlen(t->of.class_name) : 0;

	if (!t && !r->problem->happened)
		nd_refuse(r->problem, ND_INVALID,
			  "custom types ('%s') are not supported by the node", raw->of.class_name);
	if (size > r->left || size > UINT16_MAX) { /* it travels in a [string] */
		refuse_size(r);
		return NULL;
	}
	r->left -= size;
	return t;
}

static const cql_type *resolve(struct resolver *r, const cql_type *raw, bool freeze, unsigned depth)
{
	const cql_type *native = cd_type_native(raw->kind);

	if (depth > ND_PARSER_DEPTH) {
		refuse_size(r);
		return NULL;
	}
	if (raw->kind == CQL_KIND_CUSTOM)
		return resolve_custom(r, raw, depth);
	if (native && raw->frozen) {
		nd_refuse(r->problem, ND_INVALID,
			  "frozen<> is only allowed on collections, tuples, and user-defined types "
			  "(got %s)",
			  cql_kind_name(raw->kind));
		return NULL;
	}
	if (native)
		return native;
	return raw->kind == CQL_KIND_UDT ? resolve_user_type(r, raw, freeze, depth)
					 : resolve_parts(r, raw, freeze, depth);
}

const cql_type *nd_schema_resolve(const struct nd_schema *s, const char *keyspace,
				  const cql_type *type, struct cd_arena *a, struct nd_problem *p)
{
	struct resolver r = { keyspace ? nd_schema_keyspace(s, keyspace) : NULL,
			      keyspace ? keyspace : "null", a, p, MOST };

	return resolve(&r, type, false, 0);
}
