/* SPDX-License-Identifier: MIT */
/* Which structs there are: of all in the keyspace, or of what was asked for and what is in that. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/gen/gen.h"
#include "tools/gen/words.h"

/* ---- notes ----------------------------------------------------------------------------------- */

static void add_note(struct pool *pool, struct notes *notes, const char *text)
{
	if (notes->count == notes->room) {
		size_t room = notes->room ? 2 * notes->room : 8;
		const char **grown = pool_get(pool, room, sizeof *grown);

		if (notes->count)
			memcpy(grown, notes->at, notes->count * sizeof *grown);
		notes->at = grown;
		notes->room = room;
	}
	notes->at[notes->count++] = text;
}

void gen_note(struct gen *g, struct record *r, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = pool_vprintf(&g->pool, format, args);
	va_end(args);
	add_note(&g->pool, r ? &r->notes : &g->general, text);
	add_note(&g->pool, &g->notes,
		 pool_printf(&g->pool, "%s%s%s: %s", coodie_keyspace_meta_name(g->keyspace),
			     r ? "." : "", r ? r->name.cql : "", text));
}

/* ---- what there is --------------------------------------------------------------------------- */

static struct record *add_record(struct gen *g, enum record_kind kind, const char *cql)
{
	struct record *r = &g->records[g->record_count++];

	*r = (struct record){ .kind = kind, .name.cql = cql };
	return r;
}

static struct record *find(const struct gen *g, bool is_type, const char *cql)
{
	for (size_t i = 0; i < g->record_count; i++)
		if ((g->records[i].kind == RECORD_TYPE) == is_type &&
		    strcmp(g->records[i].name.cql, cql) == 0)
			return &g->records[i];
	return NULL;
}

/* ScyllaDB keeps an index in a view, which is the index's and nobody's to read. */
static bool is_of_index(const struct gen *g, const coodie_table_meta *view)
{
	const char *name = coodie_table_meta_name(view);
	const coodie_table_meta *base = coodie_keyspace_meta_table(g->keyspace,
								   coodie_table_meta_base(view));
	size_t len = strlen(name);

	if (!coodie_metadata_is_scylla(g->metadata))
		return false;
	for (size_t i = 0; i < coodie_table_meta_index_count(base); i++) {
		const char *index = coodie_table_meta_index_at(base, i)->name;

		if (len == strlen(index) + strlen("_index") &&
		    strncmp(name, index, strlen(index)) == 0 &&
		    strcmp(name + strlen(index), "_index") == 0)
			return true;
	}
	return false;
}

/* COMPACT STORAGE, of Cassandra 3 and before: its columns are not those that the schema tells. */
static bool is_compact(struct gen *g, const coodie_table_meta *t)
{
	const char *flags = gen_literal(&g->pool, coodie_table_meta_row(t), "flags");

	return flags && (strstr(flags, "'dense'") || strstr(flags, "'super'") ||
			 !strstr(flags, "'compound'"));
}

/* Why there is no model of it; NULL: there is one. */
static const char *why_not(struct gen *g, const coodie_table_meta *t)
{
	const char *base = coodie_table_meta_base(t);

	if (is_compact(g, t))
		return "it is a table of COMPACT STORAGE; ALTER TABLE ... DROP COMPACT STORAGE makes it "
		       "one that can be mapped";
	return base && !find(g, false, base) ? "there is no model of its table" : NULL;
}

/* Who asked for some tables wants to know of no others. */
static void note_left_out(struct gen *g, const char *what, const char *why)
{
	if (g->is_whole)
		gen_note(g, NULL, "%s is left out: %s", what, why);
}

static void add_table(struct gen *g, const coodie_table_meta *t)
{
	const char *base = coodie_table_meta_base(t), *why = why_not(g, t);
	struct record *r;

	if (why) {
		note_left_out(g, coodie_table_meta_name(t), why);
		return;
	}
	r = add_record(g, base ? RECORD_VIEW : RECORD_TABLE, coodie_table_meta_name(t));
	r->table = t;
	r->base = base ? find(g, false, base) : NULL;
}

static void add_tables(struct gen *g, bool views)
{
	for (size_t i = 0; i < coodie_keyspace_meta_table_count(g->keyspace); i++) {
		const coodie_table_meta *t = coodie_keyspace_meta_table_at(g->keyspace, i);
		bool is_view = coodie_table_meta_base(t) != NULL;

		if (is_view == views && !(is_view && is_of_index(g, t)))
			add_table(g, t);
	}
}

static void add_types(struct gen *g)
{
	for (size_t i = 0; i < coodie_keyspace_meta_type_count(g->keyspace); i++) {
		const cql_type *type = coodie_keyspace_meta_type_at(g->keyspace, i);
		const char *name = cql_type_name(type);

		if (gen_is_native(name))
			note_left_out(
				g, pool_printf(&g->pool, "type \"%s\"", name),
				"the server writes it as it writes CQL's own, and so nobody can "
				"tell its columns");
		else
			add_record(g, RECORD_TYPE, name)->type = type;
	}
}

/* ---- what is wanted -------------------------------------------------------------------------- */

static void want_type(struct gen *g, const cql_type *type)
{
	struct record *r = cql_type_kind(type) == CQL_KIND_UDT ? find(g, true, cql_type_name(type))
							       : NULL;

	if (r)
		r->is_wanted = true;
	for (size_t i = 0; i < cql_type_count(type); i++)
		want_type(g, cql_type_at(type, i));
}

static void want(struct gen *g, struct record *r)
{
	r->is_wanted = true;
	for (size_t i = 0; i < coodie_table_meta_column_count(r->table); i++)
		want_type(g, coodie_table_meta_column_at(r->table, i)->type);
	if (r->base)
		want(g, find(g, false, r->base->name.cql));
}

static bool want_tables(struct gen *g, const struct argument_list *tables, coodie_error *err)
{
	for (size_t i = 0; i < g->record_count && g->is_whole; i++)
		g->records[i].is_wanted = true;
	for (size_t i = 0; i < tables->count; i++) {
		struct record *r = find(g, false, tables->at[i]);

		if (!r) {
			err->code = COODIE_ERR_NOT_FOUND;
			snprintf(err->message, sizeof err->message,
				 "keyspace %s has no table or view %s%s",
				 coodie_keyspace_meta_name(g->keyspace), tables->at[i],
				 coodie_keyspace_meta_table(g->keyspace, tables->at[i])
					 ? " that can be mapped"
					 : "");
			return false;
		}
		want(g, r);
	}
	return true;
}

static void drop_unwanted(struct gen *g)
{
	struct record *kept = pool_get(&g->pool, g->record_count, sizeof *kept);
	size_t count = 0;

	for (size_t i = 0; i < g->record_count; i++)
		if (g->records[i].is_wanted)
			kept[count++] = g->records[i];
	g->records = kept;
	g->record_count = count;
	for (size_t i = 0; i < count; i++)
		if (kept[i].base)
			kept[i].base = find(g, false, kept[i].base->name.cql);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* A type's name is also that of its table of columns, and so on. */
static void name_records(struct gen *g)
{
	static const char *const companions[] = {
		"", "_columns", "_fields", "_model", "_type", NULL
	};
	static const char *const lists[] = { "_models", "_models_list", "_types_list" };
	const struct name_rules rules = { g->prefix, companions, word_is_library, "_data" };
	struct names names = { .pool = &g->pool };
	struct name *list = pool_get(&g->pool, g->record_count, sizeof *list);

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		names_reserve(&names, pool_printf(&g->pool, "%s%s", g->stem, lists[i]));
	for (size_t i = 0; i < g->record_count; i++)
		list[i] = g->records[i].name;
	names_assign(&names, &rules, list, g->record_count);
	for (size_t i = 0; i < g->record_count; i++)
		g->records[i].name = list[i];
}

/* ---- all of it ------------------------------------------------------------------------------- */

struct record *gen_record(struct gen *g, const char *table)
{
	return find(g, false, table);
}

const struct record *gen_type_record(const struct gen *g, const char *name)
{
	const struct record *r = find(g, true, name);

	return r && cql_type_count(r->type) ? r : NULL;
}

static void note_functions(struct gen *g)
{
	size_t count = coodie_keyspace_meta_function_count(g->keyspace) +
		       coodie_keyspace_meta_aggregate_count(g->keyspace);

	if (count)
		gen_note(g, NULL, "functions and aggregates (%lu) are left out: models have none",
			 (unsigned long)count);
}

static void complete(struct gen *g, struct record *r)
{
	gen_members(g, r);
	if (r->kind == RECORD_TYPE)
		return;
	gen_options(g, r);
	gen_indexes(g, r);
}

bool gen_plan(struct gen *g, const struct argument_list *tables, coodie_error *err)
{
	size_t most = coodie_keyspace_meta_type_count(g->keyspace) +
		      coodie_keyspace_meta_table_count(g->keyspace);

	g->is_whole = !tables->count;
	g->records = pool_get(&g->pool, most, sizeof *g->records);
	add_types(g);
	add_tables(g, false);
	add_tables(g, true);
	if (!want_tables(g, tables, err))
		return false;
	drop_unwanted(g);
	name_records(g);
	for (size_t i = 0; i < g->record_count; i++)
		complete(g, &g->records[i]);
	if (g->is_whole)
		note_functions(g);
	return true;
}
