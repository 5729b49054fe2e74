/* SPDX-License-Identifier: MIT */
/* The source file: tables of columns, user types and models. */
#include <string.h>

#include "tools/gen/gen.h"

/* ---- columns --------------------------------------------------------------------------------- */

static void put_text(FILE *to, const char *option, const char *text)
{
	if (!text)
		return;
	fprintf(to, ", .%s = ", option);
	gen_put_string(to, text);
}

static void put_key(FILE *to, const coodie_column_meta *c)
{
	static const char *const options[] = {
		[COODIE_COLUMN_PARTITION_KEY] = "partition_key",
		[COODIE_COLUMN_CLUSTERING] = "clustering_key",
		[COODIE_COLUMN_STATIC] = NULL,
	};

	if (options[c->kind])
		fprintf(to, ", .%s = %lu", options[c->kind], (unsigned long)c->position + 1);
	if (c->order == COODIE_CLUSTERING_DESC)
		fputs(", .order = COODIE_DESC", to);
	if (c->kind == COODIE_COLUMN_STATIC)
		fputs(", .is_static = true", to);
}

/* What is inside the parentheses: options with a comma between. */
static void put_index(FILE *to, const struct member *m)
{
	const struct {
		const char *option, *text;
	} texts[] = { { "name", m->index_named ? m->index->name : NULL },
		      { "class_name", m->index_class },
		      { "options", m->index_options },
		      { "target", m->index_target } };
	const char *before = "";

	fputs(", .index = COODIE_INDEX(", to);
	if (m->similarity) {
		fprintf(to, ".similarity = COODIE_SIMILARITY_%s", m->similarity);
		before = ", ";
	}
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (!texts[i].text)
			continue;
		fprintf(to, "%s.%s = ", before, texts[i].option);
		gen_put_string(to, texts[i].text);
		before = ", ";
	}
	fputc(')', to);
}

static void put_column(FILE *to, const struct record *r, const struct member *m)
{
	bool frozen = m->own && (!m->column || cql_type_is_frozen(m->type));

	if (m->own) {
		fprintf(to, "\tCOODIE_UDT(%s, %s, %s, &%s_type", r->name.c, m->name.c,
			m->own->name.c, m->own->name.c);
		put_text(to, "type", frozen ? NULL : m->spelling);
	} else {
		fprintf(to, "\tCOODIE_COLUMN(%s, %s, ", r->name.c, m->name.c);
		gen_put_string(to, m->spelling);
	}
	put_text(to, "db_name", strcmp(m->name.c, m->name.cql) == 0 ? NULL : m->name.cql);
	if (m->column)
		put_key(to, m->column);
	if (m->index)
		put_index(to, m);
	if (m->udt)
		fprintf(to, ", .udt = &%s_type", m->udt->name.c);
	if (m->key_udt)
		fprintf(to, ", .key_udt = &%s_type", m->key_udt->name.c);
	fputs("),\n", to);
}

static void put_columns(FILE *to, const struct record *r, const char *suffix)
{
	fputc('\n', to);
	gen_put_notes(to, &r->notes);
	fprintf(to, "static const coodie_column %s_%s[] = {\n", r->name.c, suffix);
	for (size_t i = 0; i < r->member_count; i++)
		put_column(to, r, &r->members[i]);
	fputs("};\n", to);
}

/* ---- user types and models ------------------------------------------------------------------- */

static void put_option(FILE *to, const char *option, const char *text)
{
	if (!text)
		return;
	fprintf(to, ",\n\t.%s = ", option);
	gen_put_string(to, text);
}

/* Option after option on lines of their own. */
static void put_options(FILE *to, const char *options)
{
	static const char join[] = " AND ";
	const char *next;

	if (!options)
		return;
	fputs(",\n\t.options =", to);
	for (; options; options = next) {
		next = strstr(options + 1, join);
		fputs("\n\t\t", to);
		gen_put_part(to, options, next ? (size_t)(next - options) : strlen(options));
	}
}

/* As the mapper reads it: capitals count in quotes. */
static const char *keyspace_of(struct pool *pool, const struct gen *g)
{
	return gen_identifier(pool, coodie_keyspace_meta_name(g->keyspace));
}

static void put_type(struct pool *pool, const struct gen *g, FILE *to, const struct record *r)
{
	put_columns(to, r, "fields");
	fprintf(to, "const coodie_udt %s_type = COODIE_TYPE(\n\t%s, %s_fields, ", r->name.c,
		r->name.c, r->name.c);
	gen_put_string(to, r->name.cql);
	put_option(to, "keyspace", keyspace_of(pool, g));
	fputs(");\n", to);
}

static void put_view(struct pool *pool, FILE *to, const struct record *r)
{
	const coodie_meta_row *row = coodie_table_meta_row(r->table);
	const char *all = gen_literal(pool, row, "include_all_columns");

	fprintf(to, ",\n\t.view = COODIE_VIEW(&%s_model", r->base->name.c);
	put_text(to, "where", r->where);
	fprintf(to, "%s)", all && strcmp(all, "true") == 0 ? ", .all_columns = true" : "");
}

static void put_model(struct pool *pool, const struct gen *g, FILE *to, const struct record *r)
{
	const char *ttl = gen_literal(pool, coodie_table_meta_row(r->table),
				      "default_time_to_live");

	put_columns(to, r, "columns");
	fprintf(to, "const coodie_model %s_model = COODIE_MODEL(\n\t%s, %s_columns, ", r->name.c,
		r->name.c, r->name.c);
	gen_put_string(to, r->name.cql);
	put_option(to, "keyspace", keyspace_of(pool, g));
	if (r->kind == RECORD_TABLE && ttl && strcmp(ttl, "0") != 0)
		fprintf(to, ",\n\t.default_ttl = %s", ttl);
	put_option(to, "comment", r->comment);
	put_options(to, r->options);
	if (r->kind == RECORD_VIEW)
		put_view(pool, to, r);
	fputs(");\n", to);
}

/* A list of what there is of a kind; nothing when there is none. @return how many there are */
static size_t put_list(const struct gen *g, FILE *to, bool types)
{
	const char *what = types ? "types" : "models";
	size_t count = 0;

	for (size_t i = 0; i < g->record_count; i++) {
		if ((g->records[i].kind == RECORD_TYPE) != types)
			continue;
		if (!count++)
			fprintf(to, "\nstatic const coodie_%s *const %s_%s_list[] = {\n",
				types ? "udt" : "model", g->stem, what);
		fprintf(to, "\t&%s_%s,\n", g->records[i].name.c, types ? "type" : "model");
	}
	fputs(count ? "};\n" : "", to);
	return count;
}

static void put_count(const struct gen *g, FILE *to, const char *what, const char *member,
		      size_t count)
{
	if (count)
		fprintf(to, "\t.%s = %s_%s_list,\n\t.%s_count = %lu,\n", what, g->stem, what,
			member, (unsigned long)count);
}

static void put_models(const struct gen *g, FILE *to)
{
	size_t models = put_list(g, to, false), types = put_list(g, to, true);

	fprintf(to, "\nconst coodie_models %s%s = {\n\t.size = sizeof(coodie_models),\n",
		g->is_plugin ? "coodie_plugin" : g->stem, "_models");
	put_count(g, to, "models", "model", models);
	put_count(g, to, "types", "type", types);
	fputs("};\n", to);
}

void gen_put_source(const struct gen *g, FILE *to, const char *file, const char *header)
{
	struct pool pool = { 0 };

	gen_put_head(g, to, file);
	fputs("#include ", to);
	gen_put_string(to, header);
	fputc('\n', to);
	for (size_t i = 0; i < g->record_count; i++)
		(g->records[i].kind == RECORD_TYPE ? put_type : put_model)(&pool, g, to,
									   &g->records[i]);
	put_models(g, to);
	pool_free(&pool);
}
