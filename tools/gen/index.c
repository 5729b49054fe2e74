/* SPDX-License-Identifier: MIT */
/* Indexes of a table at the columns they are of. */
#include <string.h>
#include <strings.h>

#include "tools/gen/gen.h"

static const char sai[] = "StorageAttachedIndex";

/* ---- what it is of --------------------------------------------------------------------------- */

/* The part of a collection, and the column: keys(m) is "keys" and m; in quotes as it stands. */
struct target {
	const char *part, *column;
};

/* Takes the quotes off a name. */
static const char *bare_name(struct pool *pool, const char *name)
{
	char *out, *to;

	if (*name != '"')
		return name;
	out = to = pool_get(pool, strlen(name) + 1, 1);
	for (name++; *name && !(*name == '"' && name[1] != '"'); name++) {
		name += *name == '"';
		*to++ = *name;
	}
	return out;
}

static struct target target_of(struct pool *pool, const char *text)
{
	const char *open = *text == '"' ? NULL : strchr(text, '(');
	size_t len = strlen(text);

	if (!open || text[len - 1] != ')')
		return (struct target){ "", bare_name(pool, text) };
	return (struct target){
		pool_printf(pool, "%.*s", (int)(open - text), text),
		bare_name(pool, pool_printf(pool, "%.*s", (int)(len - 2 - (size_t)(open - text)),
					    open + 1)),
	};
}

static struct member *column_of(struct record *r, const char *name)
{
	for (size_t i = 0; i < r->member_count; i++)
		if (strcmp(r->members[i].name.cql, name) == 0)
			return &r->members[i];
	return NULL;
}

static bool is_collection(const cql_type *type)
{
	enum cql_kind kind = cql_type_kind(type);

	return kind == CQL_KIND_LIST || kind == CQL_KIND_SET || kind == CQL_KIND_MAP;
}

/* A part is said where it is not what the mapper takes by itself: the values, of a frozen one all. */
static const char *said_part(struct gen *g, const struct member *m, const char *part)
{
	static const char *const words[] = { "KEYS", "ENTRIES" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (is_collection(m->type) && strcasecmp(part, words[i]) == 0)
			return pool_printf(&g->pool, "%s", words[i]);
	return NULL;
}

/* ---- how it is made -------------------------------------------------------------------------- */

/* SAI has several names, of which one will do. */
static const char *class_of(struct gen *g, const coodie_index_meta *index)
{
	const char *name = index->class_name, *dot = strrchr(name, '.');

	if (strcasecmp(name, "sai") == 0 || strcmp(dot ? dot + 1 : name, sai) == 0)
		return sai;
	return pool_printf(&g->pool, "%s", name);
}

static const char *text_literal(struct pool *pool, const char *text)
{
	char out[512];
	size_t len = cql_value_format(cql_from_str(text), out, sizeof out);
	char *longer;

	if (len < sizeof out)
		return pool_printf(pool, "%s", out);
	longer = pool_get(pool, len + 1, 1);
	cql_value_format(cql_from_str(text), longer, len + 1);
	return longer;
}

static const char *const similarities[] = { "COSINE", "DOT_PRODUCT", "EUCLIDEAN" };

static const char *similarity_of(const char *value)
{
	for (size_t i = 0; i < sizeof similarities / sizeof similarities[0]; i++)
		if (strcasecmp(similarities[i], value) == 0)
			return similarities[i];
	return NULL;
}

static bool is_member_of_index(const char *key)
{
	return strcmp(key, "target") == 0 || strcmp(key, "class_name") == 0;
}

/* The pairs of the index's map that are neither its target nor its class, nor a similarity. */
static void take_option(struct gen *g, struct member *m, const char *key, const char *value)
{
	const char *similarity = strcmp(key, "similarity_function") == 0 ? similarity_of(value)
									 : NULL;

	if (is_member_of_index(key))
		return;
	if (similarity && cql_type_kind(m->type) == CQL_KIND_VECTOR) {
		m->similarity = similarity;
		return;
	}
	m->index_options = pool_printf(&g->pool, "%s%s%s: %s",
				       m->index_options ? m->index_options : "{",
				       m->index_options ? ", " : "", text_literal(&g->pool, key),
				       text_literal(&g->pool, value));
}

static void take_options(struct gen *g, struct member *m)
{
	coodie_meta_field field;
	cql_value key, value;
	cql_text name, text;
	cql_map map;
	cql_iter it;

	if (!coodie_meta_row_find(coodie_index_meta_row(m->index), "options", &field) ||
	    !cql_to_map(field.value, &map, NULL))
		return;
	it = cql_map_iter(map);
	while (cql_iter_next_pair(&it, &key, &value))
		if (cql_to_text(key, &name, NULL) && cql_to_text(value, &text, NULL))
			take_option(g, m, pool_printf(&g->pool, "%.*s", (int)name.len, name.data),
				    pool_printf(&g->pool, "%.*s", (int)text.len, text.data));
	if (m->index_options)
		m->index_options = pool_printf(&g->pool, "%s}", m->index_options);
}

/* The mapper's default is Cassandra's: letters, digits and underscores of the table and the column. */
static bool has_default_name(struct gen *g, const struct record *r, const struct member *m)
{
	const char *full = pool_printf(&g->pool, "%s_%s_idx", r->name.cql, m->name.cql);
	char *out = pool_get(&g->pool, strlen(full) + 1, 1), *to = out;

	for (; *full; full++)
		if ((*full >= 'a' && *full <= 'z') || (*full >= 'A' && *full <= 'Z') ||
		    (*full >= '0' && *full <= '9') || *full == '_')
			*to++ = *full;
	return strcmp(out, m->index->name) == 0;
}

/* ---- all of a table -------------------------------------------------------------------------- */

/* Why the mapper cannot have it; NULL: it can. */
static const char *why_not(const struct member *m, const coodie_index_meta *index)
{
	if (m->index)
		return "the column has another one, and a column of a model has one at most";
	if (cql_type_kind(m->type) != CQL_KIND_VECTOR)
		return NULL;
	if (m->column->kind != COODIE_COLUMN_REGULAR)
		return "a vector that is indexed is no key and not static";
	return index->class_name ? NULL : "a vector's index in a model is a StorageAttachedIndex";
}

static void take_index(struct gen *g, struct record *r, const coodie_index_meta *index)
{
	struct target target = target_of(&g->pool, index->target);
	struct member *m = column_of(r, target.column);
	const char *why = m ? why_not(m, index) : "the table has no such column";

	if (why) {
		gen_note(g, r, "index %s on %s is left out: %s", index->name, index->target, why);
		return;
	}
	m->index = index;
	m->index_named = !has_default_name(g, r, m);
	m->index_target = said_part(g, m, target.part);
	take_options(g, m);
	if (index->class_name)
		m->index_class = class_of(g, index);
	if (m->index_class == sai && cql_type_kind(m->type) == CQL_KIND_VECTOR)
		m->index_class = NULL; /* what the mapper takes for vectors */
}

void gen_indexes(struct gen *g, struct record *r)
{
	for (size_t i = 0; i < coodie_table_meta_index_count(r->table); i++)
		take_index(g, r, coodie_table_meta_index_at(r->table, i));
}
