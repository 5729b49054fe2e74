/* SPDX-License-Identifier: MIT */
/* Types as text: CQL's spelling, and class names. */
#include <coodie/wire.h>

#include "proto/type.h"

struct text {
	char *out;
	size_t size, len;
};

static void put_char(struct text *t, char c)
{
	if (t->len + 1 < t->size)
		t->out[t->len] = c;
	t->len++;
}

static void put(struct text *t, const char *s)
{
	while (*s)
		put_char(t, *s++);
}

static void put_number(struct text *t, uint32_t n)
{
	char digits[12], *at = digits + sizeof digits;

	*--at = '\0';
	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	put(t, at);
}

static size_t finish(struct text *t)
{
	if (t->size)
		t->out[t->len < t->size ? t->len : t->size - 1] = '\0';
	return t->len;
}

/* ---- CQL ------------------------------------------------------------------------------------ */

/* A name that CQL neither folds nor takes for something else. */
static bool is_plain(const char *name)
{
	bool plain = *name >= 'a' && *name <= 'z';

	for (const char *c = name; *c; c++)
		plain = plain &&
			((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_');
	return plain && !cd_type_is_reserved(name);
}

static void put_name(struct text *t, const char *name)
{
	bool plain = is_plain(name);

	if (!plain)
		put_char(t, '"');
	for (; *name; name++) {
		if (*name == '"')
			put_char(t, '"');
		put_char(t, *name);
	}
	if (!plain)
		put_char(t, '"');
}

static void put_udt(struct text *t, const struct cd_type_udt *udt)
{
	if (*udt->keyspace) {
		put_name(t, udt->keyspace);
		put_char(t, '.');
	}
	put_name(t, udt->name);
}

static void put_cql(struct text *t, const cql_type *type);

static void put_native(struct text *t, const cql_type *type)
{
	put(t, cql_kind_name(type->kind));
	for (uint32_t i = 0; i < type->count; i++) {
		put(t, i ? ", " : "<");
		put_cql(t, type->inner[i]);
	}
	if (type->kind == CQL_KIND_VECTOR) {
		put(t, ", ");
		put_number(t, type->of.dimension);
	}
	if (type->count)
		put_char(t, '>');
}

static void put_cql(struct text *t, const cql_type *type)
{
	if (type->frozen)
		put(t, "frozen<");
	if (type->kind == CQL_KIND_CUSTOM) {
		put_char(t, '\'');
		put(t, type->of.class_name);
		put_char(t, '\'');
	} else if (type->kind == CQL_KIND_UDT) {
		put_udt(t, type->of.udt);
	} else {
		put_native(t, type);
	}
	if (type->frozen)
		put_char(t, '>');
}

size_t cql_type_format(const cql_type *type, char *out, size_t size)
{
	struct text t = { out, size, 0 };

	put_cql(&t, type);
	return finish(&t);
}

/* ---- class names ---------------------------------------------------------------------------- */

static void put_hex(struct text *t, const char *name)
{
	static const char digits[] = "0123456789abcdef";

	for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
		put_char(t, digits[*c >> 4]);
		put_char(t, digits[*c & 15]);
	}
}

static const char *class_of(enum cql_kind kind)
{
	switch (kind) {
#define X(id_name, id, cql, class_name, size) \
	case CQL_KIND_##id_name: \
		return class_name;
#include <coodie/types.def>
#undef X
	}
	return "BytesType";
}

static void put_class(struct text *t, const cql_type *type, bool frozen);

static void put_arguments(struct text *t, const cql_type *type, bool frozen)
{
	const struct cd_type_udt *udt = type->kind == CQL_KIND_UDT ? type->of.udt : NULL;

	put_char(t, '(');
	if (udt) {
		put(t, udt->keyspace);
		put_char(t, ',');
		put_hex(t, udt->name);
	}
	for (uint32_t i = 0; i < type->count; i++) {
		if (i || udt)
			put_char(t, ',');
		if (udt) {
			put_hex(t, udt->fields[i]);
			put_char(t, ':');
		}
		put_class(t, type->inner[i], frozen);
	}
	if (type->kind == CQL_KIND_VECTOR) {
		put(t, " , ");
		put_number(t, type->of.dimension);
	}
	put_char(t, ')');
}

static void put_class(struct text *t, const cql_type *type, bool frozen)
{
	/* FrozenType is printed around the outermost collection or UDT of a vector only, never
	 * inside a tuple */
	bool freeze = !frozen && !type->multicell &&
		      (cd_type_is_collection(type) || type->kind == CQL_KIND_UDT);

	if (type->kind == CQL_KIND_CUSTOM) {
		put(t, type->of.class_name);
		return;
	}
	if (freeze)
		put(t, CD_TYPE_PACKAGE "FrozenType(");
	put(t, CD_TYPE_PACKAGE);
	put(t, class_of(type->kind));
	if (type->count || type->kind == CQL_KIND_UDT)
		put_arguments(t, type, frozen || freeze || type->kind == CQL_KIND_TUPLE);
	if (freeze)
		put_char(t, ')');
}

size_t cql_type_format_class(const cql_type *type, char *out, size_t size)
{
	struct text t = { out, size, 0 };

	put_class(&t, type, false);
	return finish(&t);
}
