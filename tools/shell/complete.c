/* SPDX-License-Identifier: MIT */
/* What Tab offers. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/shell/complete.h"
#include "tools/shell/shell.h"
#include "tools/shell/token.h"

static const struct follow {
	const char *statement, *word, *next, *later;
} follows[] = {
#define FOLLOW(statement, word, next, later) { statement, word, next, later },
#include "tools/shell/complete.def"
#undef FOLLOW
};

enum { FOLLOWS = sizeof follows / sizeof follows[0], MOST_TOKENS = 4096 };

static const char statements[] =
	"SELECT INSERT UPDATE DELETE TRUNCATE BEGIN APPLY CREATE ALTER DROP GRANT REVOKE LIST";
static const char natives[] =
	"ascii bigint blob boolean counter date decimal double duration float inet int smallint text time timestamp "
	"timeuuid tinyint uuid varchar varint frozen< list< map< set< tuple< vector<";
static const char functions[] =
	"count( sum( avg( min( max( token( ttl( writetime( maxwritetime( now( uuid( to_date( to_timestamp( "
	"to_unix_timestamp( current_date( current_time( current_timestamp( current_timeuuid( min_timeuuid( "
	"max_timeuuid( cast( to_json( map_keys( map_values( collection_count( collection_min( "
	"collection_max( collection_sum( collection_avg( abs( exp( log( log10( round( similarity_cosine( "
	"similarity_euclidean( similarity_dot_product( mask_default( mask_hash( mask_inner( mask_null( mask_outer( "
	"mask_replace(";
static const char table_options[] =
	"additional_write_policy allow_auto_snapshot bloom_filter_fp_chance caching cdc comment compaction "
	"compression crc_check_chance default_time_to_live extensions gc_grace_seconds incremental_backups "
	"max_index_interval memtable memtable_flush_period_in_ms min_index_interval read_repair speculative_retry";
static const char copy_options[] =
	"BOOLSTYLE DELIMITER ENCODING ERRFILE ESCAPE HEADER MAXERRORS MAXREQUESTS MAXROWS NULL PAGESIZE QUOTE "
	"SKIPCOLS SKIPROWS TTL";

/* The statement around the cursor. */
struct place {
	const coodie_metadata *schema;
	const char *keyspace;
	struct token tokens[MOST_TOKENS];
	size_t before; /* tokens in front of the word that is completed */
	size_t count;  /* of the statement, those behind the cursor too */
	const char *prefix;
	size_t prefix_len;
	const char *qualifier; /* the name in front of a point; NULL */
	bool in_string;
	struct pool pool;
	struct candidates *found;
};

/* ---- where the cursor is ------------------------------------------------------------------------------ */

/* A new statement begins behind a `;`, and behind the BATCH that begins one. */
static bool begins_anew(const struct place *p, const struct token *t)
{
	return token_is_sign(t, ';') ||
	       (token_is(t, "BATCH") && p->count && token_is(&p->tokens[0], "BEGIN"));
}

static void read_tokens(struct place *p, const char *text, size_t at)
{
	struct tokens tokens = { text, text + strlen(text) };
	const char *cursor = text + at;

	p->prefix = cursor;
	for (;;) {
		struct token t = token_next(&tokens);
		bool touches = t.text < cursor && t.text + t.len >= cursor && t.kind != TOKEN_SIGN;
		if (t.kind == TOKEN_END || p->count == MOST_TOKENS)
			return;
		if (touches && (t.text + t.len > cursor || !t.whole || t.kind == TOKEN_WORD)) {
			p->prefix = t.text;
			p->prefix_len = (size_t)(cursor - t.text);
			p->in_string = t.kind == TOKEN_STRING;
			continue;
		}
		if (begins_anew(p, &t)) {
			if (t.text >= cursor)
				return;
			p->count = p->before = 0;
			continue;
		}
		p->tokens[p->count++] = t;
		if (t.text < cursor)
			p->before = p->count;
	}
}

static void find_qualifier(struct place *p)
{
	if (p->before < 2 || !token_is_sign(&p->tokens[p->before - 1], '.'))
		return;
	p->qualifier = token_value(&p->tokens[p->before - 2], &p->pool);
	p->before -= 2;
}

/* ---- words -------------------------------------------------------------------------------------------- */

static void add_word(struct place *p, const char *word, size_t len)
{
	char *copy = pool_printf(&p->pool, "%.*s", (int)len, word);
	bool small = p->prefix_len > 0;

	if (!text_begins(copy, p->prefix, p->prefix_len))
		return;
	for (size_t i = 0; i < p->prefix_len; i++)
		small = small && !isupper((unsigned char)p->prefix[i]);
	for (char *at = copy; small && *at; at++)
		*at = (char)tolower((unsigned char)*at);
	candidates_add(p->found, copy);
}

static void add_words(struct place *p, const char *words)
{
	while (*words) {
		size_t len;
		words += strspn(words, " ");
		len = strcspn(words, " ");
		if (len && *words != '@')
			add_word(p, words, len);
		words += len;
	}
}

/* ---- names -------------------------------------------------------------------------------------------- */

static const char *in_quotes(struct place *p, const char *name)
{
	struct bytes text = { 0 };
	const char *copy;

	cell_add_name(&text, name);
	copy = pool_printf(&p->pool, "%s", text_of(&text));
	bytes_free(&text);
	return copy;
}

static void add_name(struct place *p, const char *name, const char *behind)
{
	const char *written = in_quotes(p, name);

	if (text_begins(written, p->prefix, p->prefix_len))
		candidates_add(p->found, pool_printf(&p->pool, "%s%s", written, behind));
}

/* The keyspace that names are looked for in. */
static const coodie_keyspace_meta *keyspace_of(const struct place *p)
{
	const char *name = p->qualifier ? p->qualifier : p->keyspace;

	return p->schema && name ? coodie_metadata_keyspace(p->schema, name) : NULL;
}

static void add_keyspaces_with(struct place *p, const char *behind)
{
	for (size_t i = 0;
	     p->schema && !p->qualifier && i < coodie_metadata_keyspace_count(p->schema); i++)
		add_name(p, coodie_keyspace_meta_name(coodie_metadata_keyspace_at(p->schema, i)),
			 behind);
}

static void add_keyspaces(struct place *p)
{
	add_keyspaces_with(p, "");
}

static void add_tables(struct place *p)
{
	const coodie_keyspace_meta *ks = keyspace_of(p);

	add_keyspaces_with(p, ".");
	for (size_t i = 0; i < coodie_keyspace_meta_table_count(ks); i++)
		add_name(p, coodie_table_meta_name(coodie_keyspace_meta_table_at(ks, i)), "");
}

static void add_user_types(struct place *p)
{
	const coodie_keyspace_meta *ks = keyspace_of(p);

	for (size_t i = 0; i < coodie_keyspace_meta_type_count(ks); i++)
		add_name(p, cql_type_name(coodie_keyspace_meta_type_at(ks, i)), "");
}

static void add_types(struct place *p)
{
	add_words(p, natives);
	add_user_types(p);
}

static void add_functions(struct place *p)
{
	const coodie_keyspace_meta *ks = keyspace_of(p);

	if (!p->qualifier)
		add_words(p, functions);
	for (size_t i = 0; i < coodie_keyspace_meta_function_count(ks); i++)
		add_name(p, coodie_function_meta_name(coodie_keyspace_meta_function_at(ks, i)),
			 "(");
	for (size_t i = 0; i < coodie_keyspace_meta_aggregate_count(ks); i++)
		add_name(p, coodie_function_meta_name(coodie_keyspace_meta_aggregate_at(ks, i)),
			 "(");
}

static void add_indexes(struct place *p)
{
	const coodie_keyspace_meta *ks = keyspace_of(p);

	for (size_t t = 0; t < coodie_keyspace_meta_table_count(ks); t++) {
		const coodie_table_meta *table = coodie_keyspace_meta_table_at(ks, t);
		for (size_t i = 0; i < coodie_table_meta_index_count(table); i++)
			add_name(p, coodie_table_meta_index_at(table, i)->name, "");
	}
}

/* The name in front of which one of these words stands; behind COPY and UPDATE it comes at once. */
static const coodie_table_meta *table_of_statement(struct place *p)
{
	static const char *const before[] = { "FROM", "INTO", "UPDATE", "TABLE", "ON", "COPY" };
	const char *keyspace = p->keyspace, *name = NULL;

	for (size_t i = 0; i + 1 < p->count && !name; i++)
		for (size_t w = 0; w < sizeof before / sizeof before[0]; w++) {
			if (!token_is(&p->tokens[i], before[w]) ||
			    p->tokens[i + 1].kind == TOKEN_SIGN)
				continue;
			name = token_value(&p->tokens[i + 1], &p->pool);
			if (i + 3 < p->count && token_is_sign(&p->tokens[i + 2], '.')) {
				keyspace = name;
				name = token_value(&p->tokens[i + 3], &p->pool);
			}
			break;
		}
	if (!name || !keyspace || !p->schema)
		return NULL;
	return coodie_keyspace_meta_table(coodie_metadata_keyspace(p->schema, keyspace), name);
}

static void add_columns(struct place *p)
{
	const coodie_table_meta *table = table_of_statement(p);

	for (size_t i = 0; i < coodie_table_meta_column_count(table); i++)
		add_name(p, coodie_table_meta_column_at(table, i)->name, "");
}

static void add_levels(struct place *p)
{
#define X(name, wire) add_words(p, #name);
#include <coodie/consistencies.def>
#undef X
}

static void add_commands(struct place *p)
{
	for (size_t i = 0; command_name(i); i++)
		add_words(p, command_name(i));
}

static void add_table_options(struct place *p)
{
	add_words(p, table_options);
}

static void add_copy_options(struct place *p)
{
	add_words(p, copy_options);
}

static const struct {
	const char *name;
	void (*add)(struct place *p);
	bool qualified; /* behind a keyspace and a point, too */
} kinds[] = {
	{ "@column", add_columns, false },    { "@command", add_commands, false },
	{ "@copy", add_copy_options, false }, { "@function", add_functions, true },
	{ "@index", add_indexes, true },      { "@keyspace", add_keyspaces, false },
	{ "@level", add_levels, false },      { "@option", add_table_options, false },
	{ "@table", add_tables, true },       { "@type", add_types, false },
	{ "@udt", add_user_types, true },
};

static void add_kinds(struct place *p, const char *words)
{
	for (const char *at = words; (at = strchr(at, '@')) != NULL; at++)
		for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
			size_t len = strcspn(at, " ");
			if (text_same(at, len, kinds[i].name) &&
			    (!p->qualifier || kinds[i].qualified))
				kinds[i].add(p);
		}
}

/* ---- files -------------------------------------------------------------------------------------------- */

static void add_file(struct place *p, const char *folder, const char *name)
{
	struct stat st;
	const char *path = pool_printf(&p->pool, "%s%s", folder, name);
	bool is_folder = !stat(path, &st) && S_ISDIR(st.st_mode);

	candidates_add(p->found, pool_printf(&p->pool, "'%s%s", path, is_folder ? "/" : "'"));
}

/* The word is a string that begins with a quote, and does not end. */
static void add_files(struct place *p)
{
	const char *typed = pool_printf(&p->pool, "%.*s", (int)(p->prefix_len - 1), p->prefix + 1);
	const char *slash = strrchr(typed, '/'), *name = slash ? slash + 1 : typed;
	const char *folder = pool_printf(&p->pool, "%.*s", (int)(name - typed), typed);
	DIR *dir = opendir(*folder ? folder : ".");

	if (!dir)
		return;
	for (const struct dirent *e; (e = readdir(dir)) != NULL;)
		if (!strncmp(e->d_name, name, strlen(name)) &&
		    (e->d_name[0] != '.' || *name == '.'))
			add_file(p, folder, e->d_name);
	closedir(dir);
}

static bool takes_file(const struct place *p)
{
	return p->before &&
	       (token_is(&p->tokens[0], "SOURCE") || token_is(&p->tokens[0], "CAPTURE") ||
		(token_is(&p->tokens[0], "COPY") && (token_is(&p->tokens[p->before - 1], "FROM") ||
						     token_is(&p->tokens[p->before - 1], "TO"))));
}

/* ---- all together ------------------------------------------------------------------------------------- */

static const struct follow *find_follow(const struct token *statement, const struct token *word)
{
	for (size_t i = 0; i < FOLLOWS; i++) {
		bool same = token_is(statement, follows[i].statement) ||
			    (token_is(statement, "DESC") &&
			     !strcmp(follows[i].statement, "DESCRIBE"));
		if (same && (token_is(word, follows[i].word) ||
			     (word == statement && !strcmp(follows[i].word, follows[i].statement))))
			return &follows[i];
	}
	return NULL;
}

static void add_what_follows(struct place *p)
{
	for (size_t i = p->before; i-- > 0;) {
		const struct follow *f = find_follow(&p->tokens[0], &p->tokens[i]);
		const char *words = f && i + 1 == p->before ? f->next : f ? f->later : NULL;
		if (!words)
			continue;
		if (!p->qualifier)
			add_words(p, words);
		add_kinds(p, words);
		return;
	}
}

void complete_find(const coodie_metadata *schema, const char *keyspace, const char *text, size_t at,
		   struct candidates *found)
{
	struct place *p = calloc(1, sizeof *p);

	if (!p)
		return;
	p->schema = schema;
	p->keyspace = keyspace;
	p->found = found;
	read_tokens(p, pool_printf(&p->pool, "%s", text), at);
	found->from = at - p->prefix_len;
	find_qualifier(p);
	if (p->in_string) {
		if (takes_file(p))
			add_files(p);
	} else if (p->before) {
		add_what_follows(p);
	} else if (!p->qualifier) {
		add_words(p, statements);
		add_commands(p);
	}
	pool_free(&p->pool);
	free(p);
}
