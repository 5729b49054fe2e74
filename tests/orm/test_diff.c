/* SPDX-License-Identifier: MIT */
/* Schemas of models beside each other: options that mean the same, each kind of change with its statements up
 * and down, and what is refused. What servers make of it: random_schema and integration_schema. */
#include <coodie/diff.h>

#include "tests/orm/fixture.h"

/* ---- options ----------------------------------------------------------------------------------- */

typedef struct thing {
	coodie_row row;
	int32_t id, at;
	const char *text;
	int64_t count;
} thing;

static const coodie_column thing_columns[] = {
	COODIE_COLUMN(thing, id, "int", .partition_key = 1),
	COODIE_COLUMN(thing, at, "int", .clustering_key = 1),
	COODIE_COLUMN(thing, text, "text"),
};

static coodie_schema *schema_of(const coodie_model *m, coodie_error *err)
{
	return coodie_schema_of_models(mock.session,
				       COODIE_SCHEMA(.keyspace = "shop", .models = &m,
						     .model_count = 1),
				       err);
}

static coodie_diff *between(const coodie_model *a, const coodie_model *b)
{
	coodie_error err = { 0 };
	coodie_schema *is = schema_of(a, &err), *should = is ? schema_of(b, &err) : NULL;
	coodie_diff *d = should ? coodie_schema_compare(is, should, NULL, &err) : NULL;

	ok(d, &err);
	coodie_schema_free(is);
	coodie_schema_free(should);
	return d;
}

static const struct {
	const char *is, *should;
	const char *up; /* behind WITH; NULL: they are the same */
} options[] = {
	{ "gc_grace_seconds = 60", "gc_grace_seconds = 60", NULL },
	{ "gc_grace_seconds = 60", "gc_grace_seconds = 61", "gc_grace_seconds = 61" },
	{ "bloom_filter_fp_chance = 0.1", "bloom_filter_fp_chance = 0.10", NULL },
	{ "bloom_filter_fp_chance = 1", "bloom_filter_fp_chance = 1.0", NULL },
	{ "bloom_filter_fp_chance = 0.01", "bloom_filter_fp_chance = .01", NULL },
	{ "bloom_filter_fp_chance = 0.1", "bloom_filter_fp_chance = 0.01",
	  "bloom_filter_fp_chance = 0.01" },
	{ "speculative_retry = '99p'", "speculative_retry = '99.0PERCENTILE'", NULL },
	{ "speculative_retry = 'NONE'", "speculative_retry = 'never'", NULL },
	{ "speculative_retry = '50ms'", "speculative_retry = '50.00MS'", NULL },
	{ "speculative_retry = 'MIN(99p,50ms)'", "speculative_retry = 'min(50ms, 99percentile)'", NULL },
	{ "speculative_retry = 'MIN(99p,50ms)'", "speculative_retry = 'MAX(99p,50ms)'",
	  "speculative_retry = 'MAX(99p,50ms)'" },
	{ "read_repair = 'BLOCKING'", "read_repair = 'blocking'", NULL },
	{ "comment = 'A'", "comment = 'a'", "comment = 'a'" },
	{ "comment = 'it''s'", "COMMENT = 'it''s'", NULL },
	{ "cdc = true", "cdc = TRUE", NULL },
	{ "read_repair_chance = 0.1", "read_repair_chance = 0.2", NULL },
	{ "compaction = {'class': 'org.apache.cassandra.db.compaction.LeveledCompactionStrategy'}",
	  "compaction = {'class': 'LeveledCompactionStrategy'}", NULL },
	{ "compaction = {'class': 'a.B', 'min_threshold': '4', 'max_threshold': '32'}",
	  "compaction = {'class': 'B', 'min_threshold': 4}", NULL },
	{ "compaction = {'class': 'a.B', 'min_threshold': '4', 'max_threshold': '32'}",
	  "compaction = {'class': 'B', 'min_threshold': 8}",
	  "compaction = {'class': 'B', 'min_threshold': 8, 'max_threshold': '32'}" },
	{ "compaction = {'class': 'a.B', 'min_threshold': '4', 'tombstone_threshold': '0.3'}",
	  "compaction = {'class': 'C'}", "compaction = {'class': 'C', 'tombstone_threshold': '0.3'}" },
	{ "compression = {'sstable_compression': 'x.LZ4Compressor', 'chunk_length_kb': '16'}",
	  "compression = {'class': 'LZ4Compressor', 'chunk_length_in_kb': 16}", NULL },
	{ "compression = {'class': 'LZ4Compressor'}",
	  "compression = {'enabled': true, 'class': 'LZ4Compressor'}", NULL },
	{ "compression = {'enabled': 'false'}", "compression = {'sstable_compression': ''}", NULL },
	{ "compression = {'enabled': 'false'}", "compression = {'class': 'LZ4Compressor'}",
	  "compression = {'class': 'LZ4Compressor'}" },
	{ "caching = {'keys': 'ALL', 'rows_per_partition': 'NONE'}", "caching = {'keys': 'all'}", NULL },
	{ "caching = {'keys': 'ALL', 'rows_per_partition': '10'}", "caching = {'keys': 'NONE'}",
	  "caching = {'keys': 'NONE', 'rows_per_partition': '10'}" },
	{ "gc_grace_seconds = 60 AND comment = 'a'", "comment = 'b' AND gc_grace_seconds = 61",
	  "comment = 'b' AND gc_grace_seconds = 61" },
};

/* SM-10, SM-11: values that mean the same are the same; a map is sent whole, with what nobody named. */
static void options_mean(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(options); i++) {
		coodie_model a = COODIE_MODEL(thing, thing_columns, "things", .keyspace = "shop"), b = a;
		char up[300];
		coodie_diff *d;

		a.options = options[i].is;
		b.options = options[i].should;
		snprintf(up, sizeof(up), "ALTER TABLE shop.things WITH %s",
			 options[i].up ? options[i].up : "");
		d = between(&a, &b);
		if (coodie_diff_count(d) != (options[i].up != NULL) ||
		    (options[i].up && strcmp(coodie_diff_at(d, 0)->up, up) != 0))
			fail_msg("%s, %s: %s", a.options, b.options,
				 coodie_diff_count(d) ? coodie_diff_at(d, 0)->up : "the same");
		coodie_diff_free(d);
	}
}

static const struct {
	const char *options, *says;
} wrong[] = {
	{ "gc_grace_secons = 60", "model thing: options, position 1: there is no option "
				  "gc_grace_secons of tables; did you mean gc_grace_seconds?" },
	{ "gc_grace_seconds 60", "position 18: \"=\" is expected, not 60" },
	{ "gc_grace_seconds =", "a string, a number, true or false is expected, not the end" },
	{ "gc_grace_seconds = 1, comment = ''", "position 21: AND is expected, not ," },
	{ "comment = 'a", "is expected, not 'a" },
	{ "caching = 'ALL'", "a map is expected, not 'ALL'" },
	{ "caching = {'keys'}", "\":\" is expected, not }" },
	{ "caching = {'keys': 'ALL'", "\",\" or \"}\" is expected, not the end" },
	{ "comment = '' AND comment = ''", "position 18: comment is set twice" },
	{ "gc_grace_seconds = 1 AND", "the name of an option is expected, not the end" },
};

/* MD-09: what is wrong is told with its place, before anything is sent. */
static void wrong_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		coodie_model m = COODIE_MODEL(thing, thing_columns, "things", .keyspace = "shop");
		coodie_error err = { 0 };

		m.options = wrong[i].options;
		refused(coodie_sync_table(mock.session, &m, NULL, &err), &err, COODIE_ERR_MODEL,
			wrong[i].says);
		assert_int_equal(mock.sent, 0);
	}
}

/* ---- changes ----------------------------------------------------------------------------------- */

static const coodie_column another_columns[] = {
	COODIE_COLUMN(thing, id, "int", .partition_key = 1),
	COODIE_COLUMN(thing, at, "int", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(thing, text, "ascii", .index = COODIE_INDEX()),
	COODIE_COLUMN(thing, count, "bigint", .db_name = "Count", .is_static = true),
};
static const coodie_column keyed_columns[] = {
	COODIE_COLUMN(thing, at, "int", .partition_key = 1),
	COODIE_COLUMN(thing, id, "int", .partition_key = 2),
	COODIE_COLUMN(thing, count, "bigint", .clustering_key = 1),
};

static const struct {
	const coodie_column *is, *should;
	size_t is_count, should_count;
	struct {
		enum coodie_change_kind kind;
		enum coodie_safety safety;
		const char *part, *up, *down, *reason;
	} want[6];
} changes[] = {
	{ thing_columns,
	  another_columns,
	  3,
	  4,
	  { { COODIE_CHANGE_ORDER, COODIE_CHANGE_IMPOSSIBLE, "at", NULL, NULL,
	      "column \"at\" is ordered asc in the table and desc in the model; write .order = "
	      "COODIE_ASC" },
	    { COODIE_CHANGE_COLUMN_TYPE, COODIE_CHANGE_IMPOSSIBLE, "text", NULL, NULL,
	      "column \"text\" is text in the table and ascii in the model; a column keeps its type "
	      "for good" },
	    { COODIE_CHANGE_ADD_COLUMN, COODIE_CHANGE_SAFE, "Count",
	      "ALTER TABLE shop.things ADD \"Count\" bigint STATIC",
	      "ALTER TABLE shop.things DROP \"Count\"", NULL },
	    { COODIE_CHANGE_CREATE_INDEX, COODIE_CHANGE_IMPOSSIBLE, "things_text_idx", NULL, NULL,
	      "is text in the table" } } },
	{ another_columns,
	  thing_columns,
	  4,
	  3,
	  { { COODIE_CHANGE_DROP_INDEX, COODIE_CHANGE_DESTRUCTIVE, "things_text_idx",
	      "DROP INDEX IF EXISTS shop.things_text_idx",
	      "CREATE INDEX IF NOT EXISTS things_text_idx ON shop.things (\"text\")",
	      "queries may rely on it" },
	    { COODIE_CHANGE_DROP_COLUMN, COODIE_CHANGE_DESTRUCTIVE, "Count",
	      "ALTER TABLE shop.things DROP \"Count\"",
	      "ALTER TABLE shop.things ADD \"Count\" bigint STATIC",
	      "dropped with its data, it never comes back with another type" },
	    { COODIE_CHANGE_ORDER, COODIE_CHANGE_IMPOSSIBLE, "at", NULL, NULL, "COODIE_DESC" },
	    { COODIE_CHANGE_COLUMN_TYPE, COODIE_CHANGE_IMPOSSIBLE, "text", NULL, NULL, NULL } } },
	{ thing_columns,
	  keyed_columns,
	  3,
	  3,
	  { { COODIE_CHANGE_DROP_COLUMN, COODIE_CHANGE_DESTRUCTIVE, "text",
	      "ALTER TABLE shop.things DROP \"text\"", "ALTER TABLE shop.things ADD \"text\" text",
	      NULL },
	    { COODIE_CHANGE_COLUMN_KIND, COODIE_CHANGE_IMPOSSIBLE, "at", NULL, NULL,
	      "column \"at\" is clustering in the table and partition_key in the model" },
	    { COODIE_CHANGE_KEY, COODIE_CHANGE_IMPOSSIBLE, "id", NULL, NULL,
	      "column \"id\" has place 1 in the table's partition_key and 2 in the model" },
	    { COODIE_CHANGE_KEY, COODIE_CHANGE_IMPOSSIBLE, "count", NULL, NULL,
	      "the table has no column \"count\", which is in the model's primary key" } } },
};

static void check_text(const char *is, const char *should)
{
	if (should ? !is || !strstr(is, should) : is != NULL)
		fail_msg("%s: %s", should ? should : "none", is ? is : "none");
}

/* SM-12 to SM-15, SM-21, OPP-12: what each change is, why, and the statements both ways. */
static void change_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(changes); i++) {
		coodie_model a = COODIE_MODEL(thing, thing_columns, "things", .keyspace = "shop"), b = a;
		coodie_diff *d;
		size_t count = 0;

		a.columns = changes[i].is;
		a.column_count = changes[i].is_count;
		b.columns = changes[i].should;
		b.column_count = changes[i].should_count;
		d = between(&a, &b);
		for (; count < CD_COUNT(changes[i].want) && changes[i].want[count].part; count++) {
			const coodie_change *c = coodie_diff_at(d, count);

			assert_non_null(c);
			assert_string_equal(coodie_change_kind_name(c->kind),
					    coodie_change_kind_name(changes[i].want[count].kind));
			assert_string_equal(coodie_safety_name(c->safety),
					    coodie_safety_name(changes[i].want[count].safety));
			assert_string_equal(c->part, changes[i].want[count].part);
			check_text(c->up, changes[i].want[count].up);
			check_text(c->down, changes[i].want[count].down);
			if (changes[i].want[count].reason)
				check_text(c->reason, changes[i].want[count].reason);
		}
		assert_int_equal(coodie_diff_count(d), count);
		coodie_diff_free(d);
	}
}

/* A table is dropped where that is asked for; those that migrations are remembered by are no leftovers. */
static void tables_of_migrations_stay(void **state)
{
	static const struct {
		const char *name;
		bool stays;
	} rows[] = { { "old", false },
		     { "_coodie", false },
		     { "_coodie_migrations", true },
		     { "_coodie_migrations_lock", true },
		     { "_coodie_migrations_progress", true },
		     { "_coodie_migrations_scan", true } };
	coodie_model things = COODIE_MODEL(thing, thing_columns, "things", .keyspace = "shop");

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_model other = things;
		const coodie_model *list[] = { &things, &other };
		coodie_error err = { 0 };
		coodie_schema *is, *should;
		coodie_diff *d;

		other.table = rows[i].name;
		is = coodie_schema_of_models(
			mock.session,
			COODIE_SCHEMA(.keyspace = "shop", .models = list, .model_count = 2), &err);
		ok(is, &err);
		should = coodie_schema_of_models(
			mock.session,
			COODIE_SCHEMA(.keyspace = "shop", .models = list, .model_count = 1), &err);
		ok(should, &err);
		d = coodie_schema_compare(is, should, COODIE_DIFF(.drop_objects = true), &err);
		ok(d, &err);
		if (coodie_diff_count(d) != !rows[i].stays)
			fail_msg("%s", rows[i].name);
		coodie_diff_free(d);
		coodie_schema_free(should);
		coodie_schema_free(is);
	}
}

static void collect(const char *cql, void *user)
{
	char *text = user;

	snprintf(text + strlen(text), 2000 - strlen(text), "%s;\n", cql);
}

/* What is impossible or destructive runs nothing without leave; a dry run tells, and sends nothing. */
static void applied(void **state)
{
	coodie_model a = COODIE_MODEL(thing, thing_columns, "things", .keyspace = "shop"), b = a;
	char told[2000] = "";
	coodie_error err = { 0 };
	coodie_diff *d;

	(void)state;
	b.columns = another_columns;
	b.column_count = 4;
	d = between(&a, &b);
	refused(coodie_diff_apply(mock.session, d, COODIE_SYNC(.allow_destructive = true), &err), &err,
		COODIE_ERR_CONFLICT,
		"coodie_diff_apply(shop): shop.things: column \"at\" is ordered asc");
	check_text(err.message, "(also different: text, things_text_idx)");
	coodie_diff_free(d);
	a.column_count = 2;
	b.columns = thing_columns;
	b.column_count = 3;
	d = between(&b, &a);
	refused(coodie_diff_apply(mock.session, d, NULL, &err), &err, COODIE_ERR_CONFLICT,
		"or give leave with .allow_destructive");
	ok(coodie_diff_apply(mock.session, d,
			     COODIE_SYNC(.allow_destructive = true, .dry_run = true, .each = collect,
					 .user = told),
			     &err),
	   &err);
	assert_string_equal(told, "ALTER TABLE shop.things DROP \"text\";\n");
	assert_int_equal(mock.sent, 0);
	ok(coodie_diff_apply(mock.session, d, COODIE_SYNC(.allow_destructive = true), &err), &err);
	mock_expect(&mock, "ALTER TABLE shop.things DROP \"text\"", "");
	assert_false(coodie_diff_apply(mock.session, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_diff_free(d);
}

/* What makes a schema, in an order that works. */
static void statements(void **state)
{
	static const coodie_column columns[] = {
		COODIE_COLUMN(thing, id, "int", .partition_key = 1),
		COODIE_COLUMN(thing, text, "text", .index = COODIE_INDEX(.name = "by_text")),
	};
	coodie_model m = COODIE_MODEL(thing, columns, "things", .keyspace = "shop",
				      .options = "compaction = {'class': 'X'} AND cdc = true");
	const coodie_model *list = &m;
	coodie_error err = { 0 };
	char told[2000] = "";
	coodie_schema *s = coodie_schema_of_models(
		mock.session,
		COODIE_SCHEMA(.keyspace = "shop", .models = &list, .model_count = 1,
			      .options = COODIE_KEYSPACE(.datacenters = "dc1: 3",
							 .tablets = "{'enabled': false}")),
		&err);

	(void)state;
	ok(s, &err);
	assert_true(coodie_schema_exists(s));
	assert_string_equal(coodie_schema_keyspace(s), "shop");
	ok(coodie_schema_statements(s, collect, told, &err), &err);
	assert_string_equal(
		told,
		"CREATE KEYSPACE IF NOT EXISTS shop WITH replication = {'class': "
		"'NetworkTopologyStrategy', 'dc1': 3} AND tablets = {'enabled': false};\n"
		"CREATE TABLE IF NOT EXISTS shop.things (\"id\" int, \"text\" text, PRIMARY KEY "
		"((\"id\"))) WITH compaction = {'class': 'X'} AND cdc = true;\n"
		"CREATE INDEX IF NOT EXISTS by_text ON shop.things (\"text\");\n");
	assert_false(coodie_schema_statements(NULL, collect, told, &err));
	coodie_schema_free(s);
	coodie_schema_free(NULL);
	coodie_diff_free(NULL);
}

/* What a caller got wrong is told, and nothing is sent. */
static void refusals(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	assert_null(coodie_schema_of_models(mock.session, NULL, &err));
	check_text(err.message, "coodie_schema_of_models: the source is NULL");
	assert_null(coodie_schema_of_models(mock.session, COODIE_SCHEMA(.keyspace = "a b"), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_schema_read(mock.session, NULL, &err));
	check_text(err.message, "no keyspace; give one");
	assert_null(coodie_schema_compare(NULL, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_change_kind_name(COODIE_CHANGE_KINDS));
	assert_null(coodie_safety_name((enum coodie_safety)3));
	assert_int_equal(mock.sent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options_mean),
		TEST(wrong_options),
		TEST(change_kinds),
		TEST(applied),
		TEST(options_mean),
		TEST(wrong_options),
		TEST(tables_of_migrations_stay),
		TEST(applied),
		TEST(statements),
		TEST(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
