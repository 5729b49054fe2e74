/* SPDX-License-Identifier: MIT */
/* The header: structs, and what the source file has to give. */
#include <string.h>

#include "tools/gen/gen.h"

static const char *const kinds[] = {
	[RECORD_TYPE] = "type", [RECORD_TABLE] = "table", [RECORD_VIEW] = "view"
};

static void put_remark_of(const struct gen *g, FILE *to, const struct record *r)
{
	fprintf(to, "/* %s ", kinds[r->kind]);
	gen_put_remark(to, coodie_keyspace_meta_name(g->keyspace));
	fputc('.', to);
	gen_put_remark(to, r->name.cql);
	if (r->base) {
		fputs(" of ", to);
		gen_put_remark(to, r->base->name.cql);
	}
	if (r->comment) {
		fputs(": ", to);
		gen_put_remark(to, r->comment);
	}
	fputs(" */\n", to);
}

/* What the type of the member does not say. */
static const char *role_of(const struct member *m)
{
	const char *const roles[] = {
		[COODIE_COLUMN_REGULAR] = m->floats ? " /* null is zeros */" : "",
		[COODIE_COLUMN_PARTITION_KEY] = " /* partition key */",
		[COODIE_COLUMN_CLUSTERING] = " /* clustering key */",
		[COODIE_COLUMN_STATIC] = " /* static */",
	};

	return m->column ? roles[m->column->kind] : "";
}

static void put_struct(const struct gen *g, FILE *to, const struct record *r)
{
	fputc('\n', to);
	put_remark_of(g, to, r);
	fprintf(to, "typedef struct %s {\n", r->name.c);
	if (r->kind != RECORD_TYPE)
		fputs("\tcoodie_row row;\n", to);
	for (size_t i = 0; i < r->member_count; i++) {
		const struct member *m = &r->members[i];

		fprintf(to, "\t%s%s", m->c_type, m->name.c);
		if (m->floats)
			fprintf(to, "[%lu]", (unsigned long)m->floats);
		fprintf(to, ";%s\n", role_of(m));
	}
	fprintf(to, "} %s;\nextern const %s %s_%s;\n", r->name.c,
		r->kind == RECORD_TYPE ? "coodie_udt" : "coodie_model", r->name.c,
		r->kind == RECORD_TYPE ? "type" : "model");
}

/* "shop.h" is SHOP_H. */
static const char *guard_of(struct gen *g, const char *file)
{
	char *guard = pool_printf(&g->pool, "%s", name_clean(&g->pool, file));

	for (char *at = guard; *at; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	return guard;
}

void gen_put_header(struct gen *g, FILE *to, const char *file)
{
	const char *guard = guard_of(g, file);

	gen_put_head(g, to, file);
	fprintf(to,
		"#ifndef %s\n#define %s\n\n#include <coodie.h>\n#include <coodie/main.h>\n\n"
		"#ifdef __cplusplus\nextern \"C\" {\n#endif\n",
		guard, guard);
	fputs(g->general.count ? "\n" : "", to);
	gen_put_notes(to, &g->general);
	for (size_t i = 0; i < g->record_count; i++)
		put_struct(g, to, &g->records[i]);
	if (!g->is_plugin)
		fprintf(to,
			"\n/* All of them, tables before views: for coodie_main(), and to walk through. */\n"
			"extern const coodie_models %s_models;\n",
			g->stem);
	fputs("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n", to);
}
