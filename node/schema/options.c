/* SPDX-License-Identifier: MIT */
/* The options of tables: a table of them, with their defaults. */
#include "node/schema/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/value/native_print.h"
#include "proto/print.h"
#include "proto/text.h"

/* ---- pieces ---------------------------------------------------------------------------------- */

bool nd_option_bad(struct nd_ddl *d, const char *format, ...)
{
	char message[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return nd_refuse(&d->x->problem, ND_CONFIG_ERROR, "%s", message);
}

bool nd_option_syntax(struct nd_ddl *d, const char *format, ...)
{
	char message[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return nd_refuse(&d->x->problem, ND_SYNTAX_ERROR, "%s", message);
}

static struct cd_scan scan_of(const char *text)
{
	return (struct cd_scan){ text, text, text + strlen(text), NULL };
}

bool nd_option_int(const char *text, int32_t *out)
{
	struct cd_scan s = scan_of(text);
	int64_t n;

	if (!cd_scan_int64(&s, &n) || s.at != s.end || n > INT32_MAX || n < INT32_MIN)
		return false;
	*out = (int32_t)n;
	return true;
}

bool nd_option_double(const char *text, double *out)
{
	struct cd_scan s = scan_of(text);

	return cd_scan_real(&s, false, out) && s.at == s.end;
}

const char *nd_option_print(double value, char out[32])
{
	struct cd_print p = { out, 32, 0 };

	nd_print_java_real(&p, value, false);
	cd_print_end(&p);
	return out;
}

bool nd_option_check_names(struct nd_ddl *d, const struct nd_properties *given,
			   const char *const *names)
{
	for (uint32_t i = 0; i < given->count; i++) {
		const char *const *known = names;

		if (nd_properties_find(given, given->at[i].name) != &given->at[i])
			return nd_option_syntax(d, "Multiple definitions for property '%s'",
						given->at[i].name);
		while (*known && strcmp(*known, given->at[i].name) != 0)
			known++;
		if (!*known)
			return nd_option_syntax(d, "Unknown property '%s'", given->at[i].name);
	}
	return true;
}

/* ---- maps ------------------------------------------------------------------------------------ */

bool nd_option_map_init(struct nd_option_map *m, struct nd_ddl *d, const struct nd_property *p,
			uint32_t more)
{
	uint32_t count = p ? p->count : 0;

	*m = (struct nd_option_map){ .d = d, .room = count + more };
	m->pairs = cd_arena_take_array(d->x->arena, 2 * (size_t)m->room + 1, sizeof(*m->pairs));
	if (!m->pairs)
		return nd_ddl_no_memory(d);
	for (uint32_t i = 0; i < count; i++)
		nd_option_map_set(m, p->pairs[2 * i], p->pairs[2 * i + 1]);
	return true;
}

const char *nd_option_map_get(const struct nd_option_map *m, const char *key)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (strcmp(m->pairs[2 * i], key) == 0)
			return m->pairs[2 * i + 1];
	return NULL;
}

void nd_option_map_set(struct nd_option_map *m, const char *key, const char *value)
{
	uint32_t at = 0;

	while (at < m->count && strcmp(m->pairs[2 * at], key) < 0)
		at++;
	if (at == m->count || strcmp(m->pairs[2 * at], key) != 0) {
		memmove(m->pairs + 2 * at + 2, m->pairs + 2 * at,
			2 * (size_t)(m->count - at) * sizeof(*m->pairs));
		m->count++;
	}
	m->pairs[2 * at] = key;
	m->pairs[2 * at + 1] = value;
}

const char *nd_option_map_remove(struct nd_option_map *m, const char *key)
{
	uint32_t at = 0;
	const char *value;

	while (at < m->count && strcmp(m->pairs[2 * at], key) != 0)
		at++;
	if (at == m->count)
		return NULL;
	value = m->pairs[2 * at + 1];
	m->count--;
	memmove(m->pairs + 2 * at, m->pairs + 2 * at + 2,
		2 * (size_t)(m->count - at) * sizeof(*m->pairs));
	return value;
}

const char *nd_option_class(struct nd_ddl *d, const char *package, const char *name)
{
	size_t len = strlen(package) + strlen(name);
	char *full;

	if (strchr(name, '.'))
		return name;
	full = cd_arena_take(d->x->arena, len + 1);
	if (!full) {
		nd_ddl_no_memory(d);
		return NULL;
	}
	memcpy(full, package, strlen(package));
	memcpy(full + strlen(package), name, strlen(name) + 1);
	return full;
}

/* ---- simple values ----------------------------------------------------------------------------- */

/* One option being read: what was given becomes what is kept. */
typedef bool read_fn(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out);

static bool read_text(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out)
{
	if (!given->text)
		return nd_option_syntax(d, "Invalid value for property '%s'. It should be a string",
					given->name);
	*out = (struct nd_property){ given->name, ND_EXPR_STRING, given->text, 0, NULL };
	return true;
}

static bool same_word(const char *text, const char *word)
{
	for (; *text && *word; text++, word++)
		if ((*text >= 'A' && *text <= 'Z' ? *text + 'a' - 'A' : *text) != *word)
			return false;
	return *text == *word;
}

static bool read_bool(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out)
{
	static const char *const words[] = { "1", "true", "yes", "0", "false", "no" };

	if (!read_text(d, given, out))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!same_word(given->text, words[i]))
			continue;
		out->kind = ND_EXPR_BOOLEAN;
		out->text = i < 3 ? "true" : "false";
		return true;
	}
	return nd_option_syntax(d,
				"Invalid boolean value %s for '%s'. Positive values can be '1', "
				"'true' or 'yes'. Negative values can be '0', 'false' or 'no'.",
				given->text, given->name);
}

static bool read_int(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out)
{
	int32_t n;

	if (!read_text(d, given, out))
		return false;
	out->kind = ND_EXPR_INTEGER;
	return nd_option_int(given->text, &n) ||
	       nd_option_syntax(d, "Invalid integer value %s for '%s'", given->text, given->name);
}

static bool read_double(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out)
{
	char shown[32];
	double n;

	if (!read_text(d, given, out))
		return false;
	out->kind = ND_EXPR_FLOAT;
	if (!nd_option_double(given->text, &n))
		return nd_option_syntax(d, "Invalid double value %s for '%s'", given->text,
					given->name);
	nd_option_print(n, shown);
	out->text = cd_arena_strndup(d->x->arena, shown, strlen(shown));
	return out->text || nd_ddl_no_memory(d);
}

static bool read_speculative(struct nd_ddl *d, const struct nd_property *given,
			     struct nd_property *out)
{
	return read_text(d, given, out) &&
	       (out->text = nd_option_speculative(d, given->name, given->text)) != NULL;
}

static bool read_memtable(struct nd_ddl *d, const struct nd_property *given,
			  struct nd_property *out)
{
	if (!read_text(d, given, out))
		return false;
	return strcmp(given->text, "default") == 0 ||
	       nd_option_bad(d, "Memtable configuration \"%s\" not found.", given->text);
}

static bool read_repair(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out)
{
	if (!read_text(d, given, out))
		return false;
	if (same_word(given->text, "blocking"))
		out->text = "BLOCKING";
	else if (same_word(given->text, "none"))
		out->text = "NONE";
	else
		return nd_refuse(
			&d->x->problem, ND_SERVER_ERROR,
			"java.lang.IllegalArgumentException: No enum constant "
			"org.apache.cassandra.service.reads.repair.ReadRepairStrategy.%.80s",
			given->text);
	return true;
}

static bool read_map(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out,
		     bool (*canonical)(struct nd_option_map *m))
{
	struct nd_option_map m;

	if (given->kind != ND_EXPR_MAP)
		return nd_option_syntax(d, "Invalid value for property '%s'. It should be a map.",
					given->name);
	if (!nd_option_map_init(&m, d, given, 4) || (canonical && !canonical(&m)))
		return false;
	*out = (struct nd_property){ given->name, ND_EXPR_MAP, NULL, m.count, m.pairs };
	return true;
}

static bool read_caching(struct nd_ddl *d, const struct nd_property *given, struct nd_property *out)
{
	return read_map(d, given, out, nd_option_caching);
}

static bool read_compaction(struct nd_ddl *d, const struct nd_property *given,
			    struct nd_property *out)
{
	return read_map(d, given, out, nd_option_compaction);
}

static bool read_compression(struct nd_ddl *d, const struct nd_property *given,
			     struct nd_property *out)
{
	return read_map(d, given, out, nd_option_compression);
}

/* Known, and not looked at: Cassandra keeps what was there. */
static bool read_extensions(struct nd_ddl *d, const struct nd_property *given,
			    struct nd_property *out)
{
	(void)d;
	*out = (struct nd_property){ given->name, ND_EXPR_MAP, NULL, 0, NULL };
	return true;
}

/* ---- the table --------------------------------------------------------------------------------- */

static const char *const caching[] = { "keys", "ALL", "rows_per_partition", "NONE" };
static const char *const compaction[] = {
	"class",         "org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy",
	"max_threshold", "32",
	"min_threshold", "4"
};
static const char *const compression[] = { "chunk_length_in_kb", "16", "class",
					   "org.apache.cassandra.io.compress.LZ4Compressor" };

/* Sorted, as DESCRIBE shows them. */
static const struct option {
	struct nd_property standard; /* without its pairs */
	read_fn *read;
	const char *const *pairs;
} options[] = {
	{ { "additional_write_policy", ND_EXPR_STRING, "99p", 0, NULL }, read_speculative, NULL },
	{ { "allow_auto_snapshot", ND_EXPR_BOOLEAN, "true", 0, NULL }, read_bool, NULL },
	{ { "bloom_filter_fp_chance", ND_EXPR_FLOAT, "0.01", 0, NULL }, read_double, NULL },
	{ { "caching", ND_EXPR_MAP, NULL, 2, NULL }, read_caching, caching },
	{ { "cdc", ND_EXPR_BOOLEAN, "false", 0, NULL }, read_bool, NULL },
	{ { "comment", ND_EXPR_STRING, "", 0, NULL }, read_text, NULL },
	{ { "compaction", ND_EXPR_MAP, NULL, 3, NULL }, read_compaction, compaction },
	{ { "compression", ND_EXPR_MAP, NULL, 2, NULL }, read_compression, compression },
	{ { "crc_check_chance", ND_EXPR_FLOAT, "1.0", 0, NULL }, read_double, NULL },
	{ { "default_time_to_live", ND_EXPR_INTEGER, "0", 0, NULL }, read_int, NULL },
	{ { "extensions", ND_EXPR_MAP, NULL, 0, NULL }, read_extensions, NULL },
	{ { "gc_grace_seconds", ND_EXPR_INTEGER, "864000", 0, NULL }, read_int, NULL },
	{ { "incremental_backups", ND_EXPR_BOOLEAN, "true", 0, NULL }, read_bool, NULL },
	{ { "max_index_interval", ND_EXPR_INTEGER, "2048", 0, NULL }, read_int, NULL },
	{ { "memtable", ND_EXPR_STRING, "default", 0, NULL }, read_memtable, NULL },
	{ { "memtable_flush_period_in_ms", ND_EXPR_INTEGER, "0", 0, NULL }, read_int, NULL },
	{ { "min_index_interval", ND_EXPR_INTEGER, "128", 0, NULL }, read_int, NULL },
	{ { "read_repair", ND_EXPR_STRING, "BLOCKING", 0, NULL }, read_repair, NULL },
	{ { "speculative_retry", ND_EXPR_STRING, "99p", 0, NULL }, read_speculative, NULL },
};

enum { OPTIONS = sizeof options / sizeof options[0] };

static bool check_names(struct nd_ddl *d, const struct nd_properties *given)
{
	const char *names[OPTIONS + 2] = { "id" };

	for (size_t i = 0; i < OPTIONS; i++)
		names[i + 1] = options[i].standard.name;
	return nd_option_check_names(d, given, names);
}

static int32_t int_of(const struct nd_properties *p, const char *name)
{
	int32_t n = 0;

	nd_option_int(nd_properties_find(p, name)->text, &n);
	return n;
}

static double double_of(const struct nd_properties *p, const char *name)
{
	double n = 0;

	nd_option_double(nd_properties_find(p, name)->text, &n);
	return n;
}

static bool check_chances(struct nd_ddl *d, const struct nd_properties *p)
{
	double bloom = double_of(p, "bloom_filter_fp_chance");
	double crc = double_of(p, "crc_check_chance");
	char shown[32];

	if (!(bloom > 6.71e-5 && bloom <= 1))
		return nd_option_bad(d,
				     "bloom_filter_fp_chance must be larger than 6.71E-5 and less "
				     "than or equal to 1.0 (got %s)",
				     nd_option_print(bloom, shown));
	if (!(crc >= 0 && crc <= 1))
		return nd_option_bad(d,
				     "crc_check_chance must be larger than or equal to 0 and "
				     "smaller than or equal to 1.0 (got %s)",
				     nd_option_print(crc, shown));
	return true;
}

static bool check_at_least(struct nd_ddl *d, const struct nd_properties *p, const char *name,
			   int32_t least)
{
	int32_t n = int_of(p, name);

	return n >= least || nd_option_bad(d, "%s must be greater than or equal to %d (got %d)",
					   name, (int)least, (int)n);
}

static bool check(struct nd_ddl *d, const struct nd_properties *p)
{
	enum { TTL_MOST = 20 * 365 * 24 * 60 * 60 };
	int32_t ttl = int_of(p, "default_time_to_live");
	int32_t least = int_of(p, "min_index_interval"), most = int_of(p, "max_index_interval");

	if (!check_chances(d, p) || !check_at_least(d, p, "default_time_to_live", 0))
		return false;
	if (ttl > TTL_MOST)
		return nd_option_bad(
			d, "default_time_to_live must be less than or equal to %d (got %d)",
			TTL_MOST, (int)ttl);
	if (!check_at_least(d, p, "gc_grace_seconds", 0) ||
	    !check_at_least(d, p, "min_index_interval", 1))
		return false;
	if (most < least)
		return nd_option_bad(d,
				     "max_index_interval must be greater than or equal to "
				     "min_index_interval (%d) (got %d)",
				     (int)least, (int)most);
	return check_at_least(d, p, "memtable_flush_period_in_ms", 0);
}

static bool read_id(struct nd_ddl *d, const struct nd_property *id, bool is_new, cql_uuid *out)
{
	struct nd_property text = { 0 };

	if (!id)
		return true;
	if (!is_new)
		return nd_option_bad(d, "Cannot alter table id.");
	return read_text(d, id, &text) &&
	       (cql_uuid_parse(text.text, out, NULL) || nd_option_bad(d, "Invalid table id"));
}

/* The default, with a copy of its pairs; false: out of memory. */
static bool set_standard(struct nd_ddl *d, const struct option *o, struct nd_property *out)
{
	const char **pairs;

	*out = o->standard;
	if (!o->pairs)
		return true;
	pairs = cd_arena_take_array(d->x->arena, 2 * (size_t)out->count, sizeof(*pairs));
	if (!pairs)
		return nd_ddl_no_memory(d);
	memcpy(pairs, o->pairs, 2 * (size_t)out->count * sizeof(*pairs));
	out->pairs = pairs;
	return true;
}

/* A leveled table has another default. */
static void set_bloom(struct nd_property *at, bool given, const struct nd_properties *p)
{
	const struct nd_property *c = nd_properties_find(p, "compaction");

	for (uint32_t i = 0; !given && i < c->count; i++)
		if (strcmp(c->pairs[2 * i], "class") == 0 &&
		    strstr(c->pairs[2 * i + 1], "LeveledCompactionStrategy"))
			at->text = "0.1";
}

bool nd_options_check_forms(struct nd_ddl *d, const struct nd_properties *given)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct nd_property *new = nd_properties_find(given, options[i].standard.name);
		struct nd_property read;

		if (new &&
		    (!set_standard(d, &options[i], &read) || !options[i].read(d, new, &read)))
			return false;
	}
	return true;
}

bool nd_options_table(struct nd_ddl *d, const struct nd_properties *given,
		      const struct nd_properties *previous, struct nd_table *draft)
{
	struct nd_property *at = cd_arena_take_array(d->x->arena, OPTIONS, sizeof *at);
	struct nd_properties all = { at, OPTIONS };

	if (!at)
		return nd_ddl_no_memory(d);
	if (!check_names(d, given) ||
	    !read_id(d, nd_properties_find(given, "id"), !previous, &draft->id))
		return false;
	for (size_t i = 0; i < OPTIONS; i++) {
		const char *name = options[i].standard.name;
		const struct nd_property *new = nd_properties_find(given, name);

		if (previous)
			at[i] = *nd_properties_find(previous, name);
		else if (!set_standard(d, &options[i], &at[i]))
			return false;
		if (new && !options[i].read(d, new, &at[i]))
			return false;
	}
	if (!previous)
		set_bloom(&at[2], nd_properties_find(given, at[2].name) != NULL, &all);
	if (!check(d, &all))
		return false;
	draft->options = all;
	draft->default_ttl = int_of(&all, "default_time_to_live");
	draft->gc_grace = int_of(&all, "gc_grace_seconds");
	return true;
}
