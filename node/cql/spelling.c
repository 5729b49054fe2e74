/* SPDX-License-Identifier: MIT */
/* Names and types as CQL spells them. */
#include "node/cql/spelling.h"

#include <stdio.h>
#include <string.h>

#include "base/identifier.h"
#include "node/value/custom.h"
#include "proto/type.h"

struct text {
	char *out;
	size_t size, len;
	bool raw; /* as a statement wrote it: user types with their keyspace, tuples without frozen */
	const char *keyspace; /* of user types that were written without one; NULL: none */
	bool freezes; /* raw: within a tuple, whose parts are frozen however they were written */
};

static void put(struct text *t, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++, t->len++)
		if (t->len + 1 < t->size)
			t->out[t->len] = s[i];
}

static void put_str(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

static void put_name(struct text *t, const char *name)
{
	if (t->raw || cd_identifier_plain(name)) {
		put_str(t, name);
		return;
	}
	put_str(t, "\"");
	for (const char *c = name; *c; c++)
		put(t, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
	put_str(t, "\"");
}

static size_t finish(struct text *t)
{
	if (t->size)
		t->out[t->len < t->size ? t->len : t->size - 1] = '\0';
	return t->len;
}

static void put_type(struct text *t, const cql_type *type);

static void put_parts(struct text *t, const cql_type *type)
{
	char dimension[16];

	put_str(t, cql_kind_name(type->kind));
	for (uint32_t i = 0; i < type->count; i++) {
		put_str(t, i ? ", " : "<");
		put_type(t, type->inner[i]);
	}
	if (type->kind == CQL_KIND_VECTOR) {
		snprintf(dimension, sizeof dimension, ", %u", (unsigned)type->of.dimension);
		put_str(t, dimension);
	}
	if (type->count)
		put_str(t, ">");
}

static void put_user_type(struct text *t, const cql_type *type)
{
	const char *keyspace = *type->of.udt->keyspace ? type->of.udt->keyspace : t->keyspace;

	if (t->raw && keyspace) {
		put_str(t, keyspace);
		put_str(t, ".");
	}
	put_name(t, type->of.udt->name);
}

static bool is_frozen(const struct text *t, const cql_type *type)
{
	if (type->kind == CQL_KIND_TUPLE)
		return !t->raw;
	return (type->frozen || t->freezes) &&
	       (cd_type_is_collection(type) || type->kind == CQL_KIND_UDT);
}

static void put_type(struct text *t, const cql_type *type)
{
	bool frozen = is_frozen(t, type), was_within = t->freezes;

	t->freezes |= t->raw && type->kind == CQL_KIND_TUPLE;
	if (frozen)
		put_str(t, "frozen<");
	if (type->kind == CQL_KIND_CUSTOM && nd_custom_spelling(type)) {
		put_str(t, nd_custom_spelling(type));
	} else if (type->kind == CQL_KIND_CUSTOM) {
		put_str(t, "'");
		put_str(t, type->of.class_name);
		put_str(t, "'");
	} else if (type->kind == CQL_KIND_UDT) {
		put_user_type(t, type);
	} else {
		put_parts(t, type);
	}
	if (frozen)
		put_str(t, ">");
	t->freezes = was_within;
}

size_t nd_type_format(const cql_type *type, char *out, size_t size)
{
	struct text t = { out, size, 0, false, NULL, false };

	put_type(&t, type);
	return finish(&t);
}

size_t nd_type_format_raw(const cql_type *type, const char *keyspace, char *out, size_t size)
{
	struct text t = { out, size, 0, true, keyspace, false };

	put_type(&t, type);
	return finish(&t);
}

size_t nd_name_format(const char *name, char *out, size_t size)
{
	struct text t = { out, size, 0, false, NULL, false };

	put_name(&t, name);
	return finish(&t);
}

/* ---- elsewhere than in an array ------------------------------------------------------------------ */

const char *nd_name_text(struct cd_arena *a, const char *name)
{
	size_t len = nd_name_format(name, NULL, 0);
	char *out = cd_arena_take(a, len + 1);

	if (out)
		nd_name_format(name, out, len + 1);
	return out;
}

const char *nd_type_text(struct cd_arena *a, const cql_type *type)
{
	size_t len = nd_type_format(type, NULL, 0);
	char *out = cd_arena_take(a, len + 1);

	if (!out)
		return "";
	nd_type_format(type, out, len + 1);
	return out;
}

const char *nd_type_text_raw(struct cd_arena *a, const cql_type *type, const char *keyspace)
{
	size_t len = nd_type_format_raw(type, keyspace, NULL, 0);
	char *out = cd_arena_take(a, len + 1);

	if (!out)
		return "";
	nd_type_format_raw(type, keyspace, out, len + 1);
	return out;
}

void nd_name_put(struct cd_buffer *out, const char *name)
{
	if (cd_identifier_plain(name))
		cd_buffer_text(out, name);
	else
		cd_identifier_append_quoted(out, name);
}

void nd_type_put(struct cd_buffer *out, const cql_type *type)
{
	size_t len = nd_type_format(type, NULL, 0);
	uint8_t *at = cd_buffer_grow(out, len + 1);

	if (!at)
		return;
	nd_type_format(type, (char *)at, len + 1);
	cd_buffer_truncate(out, out->len - 1);
}
