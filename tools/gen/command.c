/* SPDX-License-Identifier: MIT */
/* `coodie gen`: structs and models in C of a schema. */
#include <stdio.h>
#include <string.h>

#include "tools/connect.h"
#include "tools/gen/gen.h"
#include "tools/gen/origin.h"
#include "tools/json.h"
#include "tools/tool.h"

struct run {
	struct connect connect;
	const char *where, *cql, *keyspace;
	const char *out, *header, *source, *prefix, *format;
	struct argument_list tables;
	bool plugin, no_keyspace;
};

/* ---- the keyspace ---------------------------------------------------------------------------- */

static bool is_users(const coodie_keyspace_meta *ks)
{
	return !coodie_keyspace_meta_is_virtual(ks) &&
	       strncmp(coodie_keyspace_meta_name(ks), "system", strlen("system")) != 0;
}

/* As CQL reads a name: capitals count in double quotes. */
static const char *stored_name(struct pool *pool, const char *name)
{
	size_t len = strlen(name);
	char *out;

	if (len > 1 && name[0] == '"' && name[len - 1] == '"')
		return pool_printf(pool, "%.*s", (int)len - 2, name + 1);
	out = pool_printf(pool, "%s", name);
	for (char *at = out; *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	return out;
}

/* The only one that somebody made. */
static const coodie_keyspace_meta *only_keyspace(const coodie_metadata *md, coodie_error *err)
{
	const coodie_keyspace_meta *only = NULL;
	char names[120] = "";
	size_t count = 0;

	for (size_t i = 0; i < coodie_metadata_keyspace_count(md); i++) {
		const coodie_keyspace_meta *ks = coodie_metadata_keyspace_at(md, i);
		size_t len = strlen(names);

		if (!is_users(ks))
			continue;
		only = ks;
		snprintf(names + len, sizeof names - len, "%s%s", count++ ? ", " : "",
			 coodie_keyspace_meta_name(ks));
	}
	if (count == 1)
		return only;
	err->code = COODIE_ERR_INVALID;
	snprintf(err->message, sizeof err->message,
		 count ? "which keyspace? Give --keyspace, one of: %s" : "there is no keyspace%s",
		 names);
	return NULL;
}

static const coodie_keyspace_meta *find_keyspace(struct gen *g, const char *name, coodie_error *err)
{
	const coodie_keyspace_meta *ks;

	if (!name)
		return only_keyspace(g->metadata, err);
	ks = coodie_metadata_keyspace(g->metadata, name);
	if (!ks) {
		err->code = COODIE_ERR_NOT_FOUND;
		snprintf(err->message, sizeof err->message, "there is no keyspace %s", name);
	}
	return ks;
}

/* ---- what is said about it ------------------------------------------------------------------- */

static size_t count_of(const struct gen *g, enum record_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < g->record_count; i++)
		count += g->records[i].kind == kind;
	return count;
}

static void report_text(const struct run *r, const struct gen *g)
{
	size_t types = count_of(g, RECORD_TYPE), tables = count_of(g, RECORD_TABLE),
	       views = count_of(g, RECORD_VIEW);

	printf("%s, %s: %zu type%s, %zu table%s, %zu view%s\n", r->header, r->source, types,
	       types == 1 ? "" : "s", tables, tables == 1 ? "" : "s", views, views == 1 ? "" : "s");
}

static struct json *text_json(struct pool *pool, const char *text)
{
	return json_text(pool, text, strlen(text));
}

static void report_json(const struct run *r, struct gen *g)
{
	struct json *report = json_new(&g->pool, JSON_OBJECT),
		    *warnings = json_new(&g->pool, JSON_ARRAY);

	for (size_t i = 0; i < g->notes.count; i++)
		json_add(warnings, text_json(&g->pool, g->notes.at[i]));
	json_put(report, "ok", json_bool(&g->pool, true));
	json_put(report, "keyspace", text_json(&g->pool, coodie_keyspace_meta_name(g->keyspace)));
	json_put(report, "header", text_json(&g->pool, r->header));
	json_put(report, "source", text_json(&g->pool, r->source));
	json_put(report, "types", json_int(&g->pool, (int64_t)count_of(g, RECORD_TYPE)));
	json_put(report, "tables", json_int(&g->pool, (int64_t)count_of(g, RECORD_TABLE)));
	json_put(report, "views", json_int(&g->pool, (int64_t)count_of(g, RECORD_VIEW)));
	json_put(report, "warnings", warnings);
	json_print(stdout, report);
	putchar('\n');
}

static void report(const struct run *r, struct gen *g)
{
	for (size_t i = 0; i < g->notes.count; i++)
		fprintf(stderr, "coodie gen: warning: %s\n", g->notes.at[i]);
	if (strcmp(r->format, "json") == 0)
		report_json(r, g);
	else
		report_text(r, g);
}

/* ---- the run --------------------------------------------------------------------------------- */

static void choose_files(struct run *r, struct gen *g)
{
	const char *name = name_clean(&g->pool, coodie_keyspace_meta_name(g->keyspace));
	const char *out = r->out ? r->out : "";
	bool is_folder = !*out || out[strlen(out) - 1] == '/';
	const char *stem = pool_printf(&g->pool, "%s%s", out, is_folder ? name : "");

	if (r->header)
		return;
	r->header = pool_printf(&g->pool, "%s.h", stem);
	r->source = pool_printf(&g->pool, "%s.c", stem);
}

static bool write_models(struct run *r, struct gen *g, const struct origin *o, coodie_error *err)
{
	g->keyspace = find_keyspace(g, r->keyspace, err);
	r->no_keyspace = !g->keyspace && err->code == COODIE_ERR_NOT_FOUND;
	if (!g->keyspace)
		return false;
	g->prefix = r->prefix;
	g->is_plugin = r->plugin;
	g->stem = pool_printf(&g->pool, "%s%s", r->prefix,
			      name_clean(&g->pool, coodie_keyspace_meta_name(g->keyspace)));
	choose_files(r, g);
	if (!gen_plan(g, &r->tables, err))
		return false;
	gen_note_unseen(g, o->session);
	if (!gen_write(g, r->header, r->source, err))
		return false;
	report(r, g);
	return true;
}

static bool generate(struct run *r, coodie_error *err)
{
	struct origin origin = { 0 };
	struct gen g = { 0 };
	coodie_metadata *md = NULL;
	bool ok;

	if (r->keyspace)
		r->keyspace = stored_name(&g.pool, r->keyspace);
	ok = r->cql ? origin_load(&origin, r->cql, err)
		    : origin_connect(&origin, &r->connect, r->where, r->keyspace, err);
	if (ok)
		md = coodie_session_metadata(origin.session, err);
	g.metadata = md;
	ok = md && write_models(r, &g, &origin, err);
	coodie_metadata_free(md);
	origin_end(&origin);
	pool_free(&g.pool);
	return ok;
}

/* ---- the command line ------------------------------------------------------------------------ */

static bool is_prefix(const char *text)
{
	static const char digits[] = "0123456789",
			  letters[] = "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	while (*text && (strchr(letters, *text) || (text[0] && strchr(digits, *text))))
		text++;
	return !*text;
}

static const char *mistake_in(const struct run *r)
{
	if (r->cql && (r->where || r->connect.flags.hosts.count || r->connect.flags.uri))
		return "--cql reads a file, and a host is read from: give one of them";
	if (!r->header != !r->source)
		return "--header and --source go together; --out names both";
	if (r->out && r->header)
		return "--out and --header with --source are two ways to say one thing";
	if (r->header && strcmp(r->header, r->source) == 0)
		return "--header and --source are one file";
	if (!is_prefix(r->prefix) || (*r->prefix >= '0' && *r->prefix <= '9'))
		return "--prefix begins names in C: letters, digits and underscores";
	return NULL;
}

static void print_help(const struct argument_table *tables)
{
	puts("Usage: coodie gen [HOST[:PORT]] --keyspace NAME [OPTION...]\n"
	     "       coodie gen --cql FILE [OPTION...]\n\n"
	     "Writes a header and a source file of C: a struct and a model of each table and view of a\n"
	     "keyspace, a struct of each user type. The schema is read from a cluster, or from a file\n"
	     "of CQL. docs/gen.md says what becomes what.");
	arguments_print(tables);
	puts("\nExamples:\n"
	     "  coodie gen 10.0.0.1 --keyspace shop --out src/shop\n"
	     "  coodie gen --cql schema.cql --prefix shop_");
}

/* It says which schema is read; the session has none. */
static void take_keyspace(struct run *r)
{
	struct connect *c = &r->connect;

	r->keyspace = c->flags.keyspace ? c->flags.keyspace : c->environment.keyspace;
	c->flags.keyspace = c->environment.keyspace = NULL;
}

int tool_gen(int argc, char **argv)
{
	struct run r = { .prefix = "", .format = "text" };
	struct argument_table connection = connect_arguments(&r.connect);
	const struct argument own[] = {
		{ .name = "cql",
		  .value = "FILE",
		  .help = "read the schema from a file of CQL",
		  .text = &r.cql },
		connect_keyspace(&r.connect, "which one (default: the only one)"),
		{ .name = "table",
		  .value = "NAME",
		  .help = "this table or view alone, and what it is made of; several times",
		  .list = &r.tables },
		{ .name = "out",
		  .value = "STEM",
		  .help = "write STEM.h and STEM.c (default, and after a /: the keyspace's name)",
		  .text = &r.out },
		{ .name = "header",
		  .value = "FILE",
		  .help = "write the header there",
		  .text = &r.header },
		{ .name = "source",
		  .value = "FILE",
		  .help = "write the source there",
		  .text = &r.source },
		{ .name = "prefix",
		  .value = "TEXT",
		  .help = "begin the names in C with it",
		  .text = &r.prefix },
		{ .name = "plugin",
		  .help = "make the source a plug-in of models: coodie sync --models",
		  .flag = &r.plugin },
		{ .name = "format",
		  .value = "KIND",
		  .help = "say what was written as text (default) or json",
		  .text = &r.format,
		  .words = "text json" },
	};
	const struct argument_table tables[] = {
		{ "Options", own, sizeof own / sizeof own[0] },
		connection,
		{ NULL, NULL, 0 },
	};
	coodie_error err = { 0 };
	enum arguments_outcome outcome = arguments_parse(tables, "gen", argc, argv, &r.where);
	const char *mistake;
	int exit_code;

	if (outcome == ARGUMENTS_HELP) {
		print_help(tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG || !connect_check(&r.connect, "gen"))
		return TOOL_USAGE;
	take_keyspace(&r);
	mistake = mistake_in(&r);
	if (mistake)
		return tool_misuse("gen", "%s", mistake);
	if (generate(&r, &err))
		return TOOL_OK;
	exit_code = tool_fail("gen", &err);
	return r.no_keyspace ? TOOL_KEYSPACE : exit_code;
}
