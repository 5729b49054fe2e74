/* SPDX-License-Identifier: MIT */
/* Options of tables and views that are not the server's own. */
#include <string.h>

#include "tools/gen/gen.h"

/* What servers have where nothing was said; one that has two values has two rows. */
static const struct standard {
	const char *name, *value;
} standards[] = {
#define X(name, value) { #name, value },
#include "tools/gen/option.def"
#undef X
};

enum { STANDARDS = sizeof standards / sizeof standards[0] };

/* What a C compiler has to take in one literal. */
enum { LITERAL_MOST = 4095 };

/* ---- raw fields ------------------------------------------------------------------------------ */

const char *gen_text(struct pool *pool, const coodie_meta_row *row, const char *name)
{
	coodie_meta_field field;
	cql_text text;

	if (!coodie_meta_row_find(row, name, &field) || !cql_to_text(field.value, &text, NULL))
		return NULL;
	return pool_printf(pool, "%.*s", (int)text.len, text.data);
}

const char *gen_literal(struct pool *pool, const coodie_meta_row *row, const char *name)
{
	coodie_meta_field field;
	char *out;
	size_t len;

	if (!coodie_meta_row_find(row, name, &field) || cql_is_null(field.value))
		return NULL;
	len = cql_literal_format(field.type, field.value, NULL, 0);
	out = pool_get(pool, len + 1, 1);
	cql_literal_format(field.type, field.value, out, len + 1);
	return out;
}

/* ---- options --------------------------------------------------------------------------------- */

/* Takes a package out of the names of classes, where it is the one that is looked into first. */
static void shorten(char *literal)
{
	static const char *const packages[] = { "'org.apache.cassandra.db.compaction.",
						"'org.apache.cassandra.io.compress." };

	for (size_t i = 0; i < sizeof packages / sizeof packages[0]; i++) {
		size_t len = strlen(packages[i]);
		char *at = strstr(literal, packages[i]);

		if (at)
			memmove(at + 1, at + len, strlen(at + len) + 1);
	}
}

static const char *value_of(struct gen *g, const struct record *r, const char *name)
{
	const char *literal = gen_literal(&g->pool, coodie_table_meta_row(r->table), name);
	char *copy = literal ? pool_printf(&g->pool, "%s", literal) : NULL;

	if (copy)
		shorten(copy);
	return copy;
}

static bool is_standard(const char *name, const char *value)
{
	for (size_t i = 0; i < STANDARDS; i++)
		if (strcmp(standards[i].name, name) == 0 && strcmp(standards[i].value, value) == 0)
			return true;
	return false;
}

static void add(struct gen *g, struct record *r, const char *name)
{
	const char *value = value_of(g, r, name);

	if (!value || is_standard(name, value))
		return;
	r->options = r->options ? pool_printf(&g->pool, "%s AND %s = %s", r->options, name, value)
				: pool_printf(&g->pool, "%s = %s", name, value);
}

/* Longer texts than compilers have to take are left out. */
static const char *fitting(struct gen *g, struct record *r, const char *what, const char *text)
{
	if (!text || strlen(text) < LITERAL_MOST)
		return text;
	gen_note(g, r, "%s: longer than a C string may be (%d bytes): left out", what,
		 LITERAL_MOST);
	return NULL;
}

/* ---- views ----------------------------------------------------------------------------------- */

/* What the mapper writes where a view says nothing: each column of the key IS NOT NULL. */
static const char *usual_where(struct gen *g, const coodie_table_meta *t)
{
	size_t keys = coodie_table_meta_partition_key_count(t) +
		      coodie_table_meta_clustering_count(t);
	const char *text = "";

	for (size_t i = 0; i < keys; i++)
		text = pool_printf(
			&g->pool, "%s%s%s IS NOT NULL", text, i ? " AND " : "",
			gen_identifier(&g->pool, coodie_table_meta_column_at(t, i)->name));
	return text;
}

static void set_where(struct gen *g, struct record *r)
{
	const char *where = gen_text(&g->pool, coodie_table_meta_row(r->table), "where_clause");

	if (where && strcmp(where, usual_where(g, r->table)) != 0)
		r->where = fitting(g, r, "its condition", where);
}

void gen_options(struct gen *g, struct record *r)
{
	const char *last = "";

	for (size_t i = 0; i < STANDARDS; i++) {
		if (strcmp(standards[i].name, last) != 0)
			add(g, r, standards[i].name);
		last = standards[i].name;
	}
	r->options = fitting(g, r, "its options", r->options);
	r->comment = gen_text(&g->pool, coodie_table_meta_row(r->table), "comment");
	if (r->comment && !*r->comment)
		r->comment = NULL;
	r->comment = fitting(g, r, "its comment", r->comment);
	if (r->kind == RECORD_VIEW)
		set_where(g, r);
}
