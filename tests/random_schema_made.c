/* SPDX-License-Identifier: MIT */
/* Schemas by chance: all types, options, indexes of every kind, nested user types, views, statics, names
 * that need quotes. */
#include "tests/random_schema.h"

#include <stdarg.h>
#include <string.h>

#define COUNT(list) ((unsigned)(sizeof(list) / sizeof((list)[0])))

static const char *const tables[] = { "t", "\"Table\"", "\"order\"", "u", "v_1" };
static const char *const types[] = { "a", "\"Type\"", "b", "\"select\"", "c" };
static const char *const views[] = { "mv", "\"View\"", "w", "mv2" };
static const char *const columns[] = { "p",         "c",      "k",       "\"Key\"", "\"from\"",
				       "\"a b\"",   "s",      "r",       "\"x\"\"y\"", "m",
				       "l",         "vec",    "z",       "\"\xc3\xa9\"" };
static const char *const natives[] = {
	"ascii", "bigint", "blob",	"boolean", "date",     "decimal", "double",   "float",
	"inet",	 "int",	   "smallint",	"text",	   "time",     "timestamp", "timeuuid", "tinyint",
	"uuid",	 "varint", "varchar",	"duration",
};
enum { KEY_NATIVES = COUNT(natives) - 1 }; /* a duration has no order */
static const char *const options[] = {
	"comment = 'it''s'",
	"comment = ''",
	"gc_grace_seconds = 3600",
	"gc_grace_seconds = 864000",
	"default_time_to_live = 60",
	"bloom_filter_fp_chance = 0.05",
	"bloom_filter_fp_chance = 1.0",
	"crc_check_chance = 0.5",
	"caching = {'keys': 'NONE', 'rows_per_partition': '10'}",
	"caching = {'keys': 'ALL', 'rows_per_partition': 'ALL'}",
	"compaction = {'class': 'LeveledCompactionStrategy', 'sstable_size_in_mb': '64'}",
	"compaction = {'class': 'SizeTieredCompactionStrategy', 'min_threshold': '8', 'enabled': 'false'}",
	"compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'HOURS', 'compaction_window_size': '2'}",
	"compaction = {'class': 'UnifiedCompactionStrategy', 'scaling_parameters': 'T4'}",
	"compression = {'enabled': 'false'}",
	"compression = {'class': 'ZstdCompressor', 'compression_level': '3'}",
	"compression = {'class': 'LZ4Compressor', 'chunk_length_in_kb': '64'}",
	"compression = {'class': 'SnappyCompressor', 'min_compress_ratio': '1.1'}",
	"max_index_interval = 4096",
	"min_index_interval = 3000 AND max_index_interval = 5000",
	"min_index_interval = 64",
	"memtable_flush_period_in_ms = 1000",
	"read_repair = 'NONE'",
	"speculative_retry = 'ALWAYS'",
	"speculative_retry = '50.5ms'",
	"speculative_retry = 'MIN(90p,30ms)'",
	"additional_write_policy = '95.5percentile'",
	"incremental_backups = false",
	"allow_auto_snapshot = false",
	"cdc = true",
};
static const char *const parts[] = { "", "KEYS", "ENTRIES", "VALUES", "FULL" };
static const char *const classes[] = {
	"",
	"",
	" USING 'StorageAttachedIndex'",
	" USING 'sai' WITH OPTIONS = {'case_sensitive': 'false', 'normalize': 'true'}",
	" USING 'sai' WITH OPTIONS = {'similarity_function': 'dot_product'}",
	" USING 'org.apache.cassandra.index.sasi.SASIIndex' WITH OPTIONS = {'mode': 'PREFIX'}",
	" USING 'org.apache.cassandra.index.sasi.SASIIndex'",
};

/* ---- types ------------------------------------------------------------------------------------- */

static void put(char *out, size_t size, const char *format, ...)
{
	size_t len = strlen(out);
	va_list args;

	va_start(args, format);
	vsnprintf(out + len, size - len, format, args);
	va_end(args);
}

static void put_type(const struct made_schema *s, struct dice *d, char *out, size_t size,
		     unsigned depth, bool inside)
{
	unsigned shape = depth ? dice_below(d, 9) : 0;
	bool frozen = inside || dice_chance(d, 40);

	switch (shape) {
	case 0:
	case 1:
	case 2:
	case 3:
		put(out, size, "%s", natives[dice_below(d, COUNT(natives))]);
		return;
	case 4:
	case 5:
		put(out, size, "%s%s<", frozen ? "frozen<" : "", shape == 4 ? "list" : "set");
		if (shape == 5)
			put(out, size, "%s", natives[dice_below(d, KEY_NATIVES)]);
		else
			put_type(s, d, out, size, depth - 1, true);
		put(out, size, frozen ? ">>" : ">");
		return;
	case 6:
		put(out, size, "%smap<%s, ", frozen ? "frozen<" : "",
		    natives[dice_below(d, KEY_NATIVES)]);
		put_type(s, d, out, size, depth - 1, true);
		put(out, size, frozen ? ">>" : ">");
		return;
	case 7:
		if (dice_chance(d, 50)) {
			put(out, size, "vector<%s, %u>", dice_chance(d, 70) ? "float" : "int",
			    1 + dice_below(d, 4));
			return;
		}
		put(out, size, "tuple<");
		put_type(s, d, out, size, depth - 1, true);
		put(out, size, ", ");
		put_type(s, d, out, size, depth - 1, true);
		put(out, size, ">");
		return;
	default:
		if (!s->type_count) {
			put(out, size, "text");
			return;
		}
		put(out, size, frozen ? "frozen<%s>" : "%s",
		    types[s->types[dice_below(d, s->type_count)].name]);
	}
}

/* A type that fits in its place, not cut. */
static void new_type(const struct made_schema *s, struct dice *d, char *out, size_t size)
{
	char text[400] = "";

	put_type(s, d, text, sizeof(text), 2, false);
	if (strlen(text) >= size)
		memcpy(text, "text", 5);
	memcpy(out, text, strlen(text) + 1);
}

/* ---- parts ------------------------------------------------------------------------------------- */

static struct made_column *add_column(const struct made_schema *s, struct dice *d,
				      struct made_column *list, unsigned *count, unsigned most,
				      char role)
{
	struct made_column *c = &list[*count];
	unsigned name = dice_below(d, COUNT(columns));

	if (*count == most)
		return NULL;
	for (unsigned i = 0; i < *count; i++) {
		if (list[i].name == name)
			return NULL;
	}
	*c = (struct made_column){ .name = name, .role = role, .desc = dice_chance(d, 40) };
	if (role == 'p' || role == 'c')
		snprintf(c->type, sizeof(c->type), "%s", natives[dice_below(d, KEY_NATIVES)]);
	else
		new_type(s, d, c->type, sizeof(c->type));
	++*count;
	return c;
}

static void add_type(struct made_schema *s, struct dice *d)
{
	struct made_type *t = &s->types[s->type_count];
	unsigned name = dice_below(d, COUNT(types));

	for (unsigned i = 0; i < s->type_count; i++) {
		if (s->types[i].name == name)
			return;
	}
	if (s->type_count == SCHEMA_TYPES)
		return;
	*t = (struct made_type){ .name = name };
	for (unsigned i = 0; i < 3; i++)
		add_column(s, d, t->fields, &t->field_count, COUNT(t->fields), 'r');
	s->type_count++;
}

static unsigned count_of(const struct made_table *t, char role)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->column_count; i++)
		n += t->columns[i].role == role && !t->columns[i].gone;
	return n;
}

static void add_plain(const struct made_schema *s, struct made_table *t, struct dice *d)
{
	bool is_static = count_of(t, 'c') && dice_chance(d, 20);
	struct made_column *c = add_column(s, d, t->columns, &t->column_count, SCHEMA_COLUMNS,
					   is_static ? 's' : 'r');

	if (c && t->is_counter)
		snprintf(c->type, sizeof(c->type), "counter");
}

static void add_index(struct made_table *t, struct dice *d)
{
	if (t->index_count == SCHEMA_INDEXES)
		return;
	t->indexes[t->index_count++] = (struct made_index){
		.name = dice_below(d, 6),
		.column = dice_below(d, t->column_count),
		.part = dice_chance(d, 60) ? 0 : dice_below(d, COUNT(parts)),
		.class_name = dice_below(d, COUNT(classes)),
	};
}

static void add_view(struct made_table *t, struct dice *d)
{
	if (t->view_count == SCHEMA_VIEWS)
		return;
	t->views[t->view_count++] = (struct made_view){
		.name = dice_below(d, COUNT(views)),
		.first = dice_below(d, 3),
		.more = dice_chance(d, 40) ? dice_below(d, t->column_count) : 0,
		.all_columns = dice_chance(d, 40),
		.option = dice_below(d, COUNT(options)),
	};
}

static void set_option(struct made_table *t, struct dice *d)
{
	unsigned option = dice_below(d, COUNT(options));
	size_t len = strcspn(options[option], "=");

	for (unsigned i = 0; i < t->option_count; i++) {
		if (!strncmp(options[t->options[i]], options[option], len) ||
		    (strstr(options[option], "_index_interval") &&
		     strstr(options[t->options[i]], "_index_interval"))) {
			t->options[i] = option;
			return;
		}
	}
	if (t->option_count < SCHEMA_OPTIONS)
		t->options[t->option_count++] = option;
}

static void add_table(struct made_schema *s, struct dice *d)
{
	struct made_table *t = &s->tables[s->table_count];
	unsigned name = dice_below(d, COUNT(tables));

	for (unsigned i = 0; i < s->table_count; i++) {
		if (s->tables[i].name == name)
			return;
	}
	if (s->table_count == SCHEMA_TABLES)
		return;
	*t = (struct made_table){ .name = name, .is_counter = dice_chance(d, 8) };
	while (!t->column_count || dice_chance(d, 25))
		add_column(s, d, t->columns, &t->column_count, 3, 'p');
	for (unsigned i = dice_below(d, 3); i > 0; i--)
		add_column(s, d, t->columns, &t->column_count, 5, 'c');
	for (unsigned i = dice_below(d, 6); i > 0; i--)
		add_plain(s, t, d);
	for (unsigned i = dice_small(d, 4); i > 0; i--)
		add_index(t, d);
	for (unsigned i = dice_chance(d, 40); i > 0; i--)
		add_view(t, d);
	for (unsigned i = dice_small(d, 6); i > 0; i--)
		set_option(t, d);
	s->table_count++;
}

void made_schema_new(struct made_schema *s, struct dice *d)
{
	memset(s, 0, sizeof(*s));
	s->keyspace_option = dice_below(d, 3);
	for (unsigned i = dice_below(d, 4); i > 0; i--)
		add_type(s, d);
	for (unsigned i = 1 + dice_below(d, 3); i > 0; i--)
		add_table(s, d);
}

/* ---- changes ----------------------------------------------------------------------------------- */

static struct made_column *any_column(struct made_table *t, struct dice *d)
{
	return &t->columns[dice_below(d, t->column_count)];
}

static void change_table(struct made_schema *s, struct made_table *t, struct dice *d)
{
	struct made_column *c = any_column(t, d);

	switch (dice_below(d, 13)) {
	case 0:
	case 1:
	case 2:
		add_plain(s, t, d);
		break;
	case 3:
	case 4:
		c->gone = c->role != 'p' || count_of(t, 'p') > 1;
		break;
	case 5:
		if (c->role == 'r' && !t->is_counter)
			new_type(s, d, c->type, sizeof(c->type));
		break;
	case 6:
		c->desc = !c->desc;
		break;
	case 7:
	case 8:
		set_option(t, d);
		break;
	case 9:
		add_index(t, d);
		break;
	case 10:
		if (t->index_count)
			t->indexes[dice_below(d, t->index_count)].gone = true;
		break;
	case 11:
		add_view(t, d);
		break;
	default:
		if (t->view_count && dice_chance(d, 50))
			t->views[dice_below(d, t->view_count)].gone = true;
		else if (t->view_count)
			t->views[0].option = dice_below(d, COUNT(options));
	}
}

void made_schema_change(struct made_schema *s, struct dice *d)
{
	for (unsigned i = 1 + dice_below(d, 6); i > 0; i--) {
		unsigned what = dice_below(d, 20);
		struct made_type *t = s->type_count ? &s->types[dice_below(d, s->type_count)] : NULL;

		if (what == 0)
			add_type(s, d);
		else if (what == 1)
			add_table(s, d);
		else if (what == 2)
			s->tables[dice_below(d, s->table_count)].gone = true;
		else if (what == 3)
			s->keyspace_option = dice_below(d, 3);
		else if (what == 4 && t)
			t->gone = true;
		else if (what < 7 && t)
			add_column(s, d, t->fields, &t->field_count, COUNT(t->fields), 'r');
		else
			change_table(s, &s->tables[dice_below(d, s->table_count)], d);
	}
}

/* ---- written ----------------------------------------------------------------------------------- */

struct writer {
	const char *keyspace;
	void (*each)(const char *cql, void *user);
	void *user;
	char text[6000];
};

static void tell(struct writer *w)
{
	w->each(w->text, w->user);
	w->text[0] = '\0';
}

#define PUT(...) put(w->text, sizeof(w->text), __VA_ARGS__)

static void write_type(struct writer *w, const struct made_type *t)
{
	PUT("CREATE TYPE %s.%s (", w->keyspace, types[t->name]);
	for (unsigned i = 0; i < t->field_count; i++)
		PUT("%s%s %s", i ? ", " : "", columns[t->fields[i].name], t->fields[i].type);
	PUT(")");
	tell(w);
}

/* The columns of a part of the key, a comma before each but the first. */
static void write_key(struct writer *w, const struct made_table *t, char role, const char *before)
{
	for (unsigned i = 0; i < t->column_count; i++) {
		if (t->columns[i].role != role || t->columns[i].gone)
			continue;
		PUT("%s%s", before, columns[t->columns[i].name]);
		before = ", ";
	}
}

static void write_order(struct writer *w, const struct made_table *t)
{
	const char *before = " WITH CLUSTERING ORDER BY (";

	for (unsigned i = 0; i < t->column_count; i++) {
		if (t->columns[i].role != 'c' || t->columns[i].gone)
			continue;
		PUT("%s%s %s", before, columns[t->columns[i].name],
		    t->columns[i].desc ? "DESC" : "ASC");
		before = ", ";
	}
	PUT(before[0] == ',' ? ")" : "");
}

/* Options one by one, so that what a server refuses does not take others with it. */
static void write_options(struct writer *w, const struct made_table *t)
{
	for (unsigned i = 0; i < t->option_count; i++) {
		PUT("ALTER TABLE %s.%s WITH %s", w->keyspace, tables[t->name],
		    options[t->options[i]]);
		tell(w);
	}
}

static void write_index(struct writer *w, const struct made_table *t, const struct made_index *i)
{
	static const char *const names[] = { "i1", "\"Index\"", "i2", "i3", "i4", "i5" };
	const char *part = parts[i->part];

	if (i->gone || t->columns[i->column].gone)
		return;
	PUT("CREATE %sINDEX %s ON %s.%s (%s%s%s%s)%s", *classes[i->class_name] ? "CUSTOM " : "",
	    names[i->name], w->keyspace, tables[t->name], part, *part ? "(" : "",
	    columns[t->columns[i->column].name], *part ? ")" : "", classes[i->class_name]);
	tell(w);
}

static void write_view(struct writer *w, const struct made_table *t, const struct made_view *v)
{
	const struct made_column *key[SCHEMA_COLUMNS];
	unsigned count = 0;

	if (v->gone)
		return;
	for (unsigned i = 0; i < t->column_count; i++) {
		const struct made_column *c = &t->columns[i];

		if (!c->gone && (c->role == 'p' || c->role == 'c' || i == v->more))
			key[count++] = c;
	}
	PUT("CREATE MATERIALIZED VIEW %s.%s AS SELECT ", w->keyspace, views[v->name]);
	for (unsigned i = 0; i < count && !v->all_columns; i++)
		PUT("%s%s", i ? ", " : "", columns[key[i]->name]);
	PUT("%s FROM %s.%s WHERE ", v->all_columns ? "*" : "", w->keyspace, tables[t->name]);
	for (unsigned i = 0; i < count; i++)
		PUT("%s%s IS NOT NULL", i ? " AND " : "", columns[key[i]->name]);
	PUT(" PRIMARY KEY (");
	for (unsigned i = 0; i < count; i++)
		PUT("%s%s", i ? ", " : "", columns[key[(i + v->first) % count]->name]);
	PUT(") WITH %s", options[v->option]);
	tell(w);
}

static void write_table(struct writer *w, const struct made_table *t)
{
	PUT("CREATE TABLE %s.%s (", w->keyspace, tables[t->name]);
	for (unsigned i = 0; i < t->column_count; i++) {
		const struct made_column *c = &t->columns[i];

		if (!c->gone && !(c->role == 's' && !count_of(t, 'c')))
			PUT("%s %s%s, ", columns[c->name], c->type,
			    c->role == 's' ? " STATIC" : "");
	}
	PUT("PRIMARY KEY (");
	write_key(w, t, 'p', "(");
	PUT(")");
	write_key(w, t, 'c', ", ");
	PUT("))");
	write_order(w, t);
	tell(w);
	write_options(w, t);
	for (unsigned i = 0; i < t->index_count; i++)
		write_index(w, t, &t->indexes[i]);
	for (unsigned i = 0; i < t->view_count; i++)
		write_view(w, t, &t->views[i]);
}

void made_schema_write(const struct made_schema *s, const char *keyspace,
		       void (*each)(const char *cql, void *user), void *user)
{
	static const char *const how[] = { "", " AND durable_writes = false",
					   " AND durable_writes = true" };
	struct writer writer = { .keyspace = keyspace, .each = each, .user = user }, *w = &writer;

	PUT("CREATE KEYSPACE %s WITH replication = {'class': '%s', 'replication_factor': 1}%s",
	    keyspace, s->keyspace_option ? "SimpleStrategy" : "NetworkTopologyStrategy",
	    how[s->keyspace_option]);
	tell(w);
	for (unsigned i = 0; i < s->type_count; i++) {
		if (!s->types[i].gone)
			write_type(w, &s->types[i]);
	}
	for (unsigned i = 0; i < s->table_count; i++) {
		if (!s->tables[i].gone)
			write_table(w, &s->tables[i]);
	}
}
