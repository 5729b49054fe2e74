/* SPDX-License-Identifier: MIT */
/* Types and names as CQL spells them. */
#include <string.h>

#include "tools/gen/gen.h"
#include "tools/gen/words.h"

/* ---- names ----------------------------------------------------------------------------------- */

static const char *quoted(struct pool *pool, const char *name)
{
	char *out = pool_get(pool, strlen(name) + 2, 2);
	size_t len = 0;

	out[len++] = '"';
	for (; *name; name++) {
		if (*name == '"')
			out[len++] = '"';
		out[len++] = *name;
	}
	out[len] = '"';
	return out;
}

const char *gen_identifier(struct pool *pool, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
	bool is_plain = *name >= 'a' && *name <= 'z' && !name[strspn(name, plain)];

	return is_plain && !word_is_cql(name) ? name : quoted(pool, name);
}

/* A name with capitals is in quotes, which tell it from a word. */
bool gen_is_native(const char *name)
{
	cql_type *type = cql_type_parse(name, NULL);
	enum cql_kind kind = type ? cql_type_kind(type) : CQL_KIND_LIST;

	cql_type_free(type);
	return kind != CQL_KIND_UDT && kind != CQL_KIND_CUSTOM &&
	       !name[strcspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

/* ---- types ----------------------------------------------------------------------------------- */

/* Whether a value may lie there cell by cell, so that frozen makes it another type. */
static bool has_cells(enum cql_kind kind)
{
	return kind == CQL_KIND_LIST || kind == CQL_KIND_SET || kind == CQL_KIND_MAP ||
	       kind == CQL_KIND_UDT;
}

static const char *spell(struct pool *pool, const cql_type *type, bool inside);

static const char *spell_bare(struct pool *pool, const cql_type *type)
{
	enum cql_kind kind = cql_type_kind(type);
	const char *text = cql_kind_name(kind);

	if (kind == CQL_KIND_UDT)
		return gen_identifier(pool, cql_type_name(type));
	if (kind == CQL_KIND_CUSTOM)
		return pool_printf(pool, "'%s'", cql_type_name(type));
	for (size_t i = 0; i < cql_type_count(type); i++)
		text = pool_printf(pool, "%s%s%s", text, i ? ", " : "<",
				   spell(pool, cql_type_at(type, i), true));
	if (kind == CQL_KIND_VECTOR)
		text = pool_printf(pool, "%s, %lu", text, (unsigned long)cql_type_dimension(type));
	return cql_type_count(type) ? pool_printf(pool, "%s>", text) : text;
}

/* What is inside another type is frozen, whether the server says so or not. */
static const char *spell(struct pool *pool, const cql_type *type, bool inside)
{
	const char *text = spell_bare(pool, type);

	return has_cells(cql_type_kind(type)) && (inside || cql_type_is_frozen(type))
		       ? pool_printf(pool, "frozen<%s>", text)
		       : text;
}

const char *gen_spelling(struct pool *pool, const cql_type *type)
{
	return spell(pool, type, false);
}
