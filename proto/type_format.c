/* SPDX-License-Identifier: MIT */
/* Types as CQL text. */
#include <ctype.h>

#include "proto/type.h"

struct text {
	char *out;
	size_t size, len;
};

static void put(struct text *t, const char *s)
{
	for (; *s; s++, t->len++)
		if (t->len + 1 < t->size)
			t->out[t->len] = *s;
}

/* A user type's name, in quotes where CQL would fold it. */
static void put_name(struct text *t, const char *name)
{
	bool plain = islower((unsigned char)*name);

	for (const char *c = name; *c; c++)
		plain = plain &&
			(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
	if (!plain)
		put(t, "\"");
	for (; *name; name++)
		put(t, (char[]){ *name, *name == '"' && !plain ? '"' : '\0', '\0' });
	if (!plain)
		put(t, "\"");
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

static void format(struct text *t, const cql_type *type)
{
	if (type->frozen)
		put(t, "frozen<");
	if (type->kind == CQL_KIND_CUSTOM) {
		put(t, "'");
		put(t, type->of.class_name);
		put(t, "'");
	} else if (type->kind == CQL_KIND_UDT) {
		if (*type->of.udt->keyspace) {
			put_name(t, type->of.udt->keyspace);
			put(t, ".");
		}
		put_name(t, type->of.udt->name);
	} else {
		put(t, cql_kind_name(type->kind));
		for (uint32_t i = 0; i < type->count; i++) {
			put(t, i ? ", " : "<");
			format(t, type->inner[i]);
		}
		if (type->kind == CQL_KIND_VECTOR) {
			put(t, ", ");
			put_number(t, type->of.dimension);
		}
		if (type->count)
			put(t, ">");
	}
	if (type->frozen)
		put(t, ">");
}

size_t cql_type_format(const cql_type *type, char *out, size_t size)
{
	struct text t = { out, size, 0 };

	format(&t, type);
	if (size)
		out[t.len < size ? t.len : size - 1] = '\0';
	return t.len;
}
