/* SPDX-License-Identifier: MIT */
/* Integration: what a sync makes of a schema that is not as the models say: added, altered, told, refused; all
 * models at once, and by several at once. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

#include <coodie/diff.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

/* What a sync told. */
static struct {
	char text[8000];
	unsigned statements, notes;
} told;

static void tell(const char *cql, void *user)
{
	size_t len = strlen(told.text);

	(void)user;
	if (strncmp(cql, "-- ", 3) == 0)
		told.notes++;
	else
		told.statements++;
	snprintf(told.text + len, sizeof(told.text) - len, "%s;\n", cql);
}

#define SYNC(...) COODIE_SYNC(.each = tell, __VA_ARGS__)

static void sync_table(struct integration *it, const coodie_model *m, const coodie_sync *options)
{
	coodie_error err = { 0 };

	memset(&told, 0, sizeof(told));
	ok(coodie_sync_table(it->session, m, options, &err), &err, "sync");
}

static void sync_twice(struct integration *it, const coodie_model *m, unsigned statements)
{
	sync_table(it, m, SYNC(0));
	if (told.statements != statements)
		fail_msg("%u statements wanted: %s", statements, told.text);
	sync_table(it, m, SYNC(0));
	if (told.statements)
		fail_msg("a second sync does: %s", told.text);
}

static void says(const char *what)
{
	if (!strstr(told.text, what))
		fail_msg("\"%s\" is not in \"%s\"", what, told.text);
}

typedef struct part {
	coodie_row row;
	int32_t id, at;
	const char *name;
	cql_set tags;
	int64_t size;
} part;

#define KEY \
	COODIE_COLUMN(part, id, "int", .partition_key = 1), \
		COODIE_COLUMN(part, at, "int", .clustering_key = 1)

static const coodie_column first_columns[] = { KEY, COODIE_COLUMN(part, name, "text") };
static const coodie_model first = COODIE_MODEL(part, first_columns, "parts");

/* SM-16: a dry run of a table that is missing tells its CREATE and its indexes, and no ADD. */
static void test_dry_run(void **state)
{
	static const coodie_column columns[] = {
		KEY, COODIE_COLUMN(part, name, "text", .index = COODIE_INDEX())
	};
	static const coodie_model m = COODIE_MODEL(part, columns, "dry");

	sync_table(*state, &m, SYNC(.dry_run = true));
	assert_int_equal(told.statements, 2);
	says("CREATE TABLE");
	says("CREATE INDEX");
	sync_table(*state, &m, SYNC(.dry_run = true)); /* nothing was made */
	assert_int_equal(told.statements, 2);
}

/* SM-12: columns that are missing are added, static ones as such; SM-13: others are told, and left. */
static void test_columns(void **state)
{
	static const coodie_column columns[] = {
		KEY, COODIE_COLUMN(part, size, "bigint", .db_name = "Size", .is_static = true),
		COODIE_COLUMN(part, tags, "set<text>")
	};
	static const coodie_model more = COODIE_MODEL(part, columns, "parts");

	sync_twice(*state, &first, 1);
	sync_table(*state, &more, SYNC(0));
	assert_int_equal(told.statements, 2);
	says("ADD \"Size\" bigint STATIC");
	says("ADD \"tags\" set<text>");
	assert_int_equal(told.notes, 1);
	says("the table has a column \"name\" (text) that the model has not; it is left");
	sync_table(*state, &more, SYNC(.allow_destructive = true));
	assert_int_equal(told.statements, 0); /* no leave is enough for that */
}

/* SM-14, SM-15: what no statement changes is refused, all of it at once, and nothing is run. */
static void test_refused(void **state)
{
	static const coodie_column columns[] = {
		COODIE_COLUMN(part, at, "int", .partition_key = 1),
		COODIE_COLUMN(part, id, "int", .clustering_key = 1, .order = COODIE_DESC),
		COODIE_COLUMN(part, name, "ascii"),
		COODIE_COLUMN(part, size, "bigint", .db_name = "never"),
	};
	static const coodie_model m = COODIE_MODEL(part, columns, "parts");
	struct integration *it = *state;
	coodie_error err = { 0 };

	memset(&told, 0, sizeof(told));
	assert_false(coodie_sync_table(it->session, &m, SYNC(0), &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_non_null(strstr(err.message, "column \"at\" is clustering in the table and "
					    "partition_key in the model"));
	assert_non_null(strstr(err.message, "(also different: id, name)"));
	assert_string_equal(told.text, "");
	sync_table(it, &first, SYNC(0));
	assert_null(strstr(told.text, "never"));
}

#define OPTIONS(...) COODIE_MODEL(part, first_columns, "opted", .options = __VA_ARGS__)

/* SM-09 to SM-11: options at CREATE, one ALTER where they differ, none where they mean the same. */
static void test_options(void **state)
{
	static const coodie_model models[] = {
		OPTIONS("compaction = {'class': 'LeveledCompactionStrategy', 'sstable_size_in_mb': 64} "
			"AND bloom_filter_fp_chance = 0.10 AND speculative_retry = '99PERCENTILE'",
			.default_ttl = 60, .comment = "it's"),
		OPTIONS("compaction = {'class': 'LeveledCompactionStrategy'} AND gc_grace_seconds = 61 "
			"AND caching = {'keys': 'NONE'}"),
		OPTIONS("compression = {'chunk_length_in_kb': 64} AND read_repair = 'none' AND "
			"additional_write_policy = '95.0p' AND crc_check_chance = 0.5 AND "
			"max_index_interval = 4096 AND incremental_backups = false"),
		OPTIONS("compression = {'enabled': false} AND compaction = {'class': "
			"'SizeTieredCompactionStrategy', 'min_threshold': 8}"),
		OPTIONS("compression = {'class': 'ZstdCompressor'} AND comment = '' AND "
			"default_time_to_live = 0 AND memtable_flush_period_in_ms = 1000 AND "
			"allow_auto_snapshot = true AND min_index_interval = 64"),
	};

	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		sync_twice(*state, &models[i], 1);
	sync_table(*state, &models[0], SYNC(.keep_options = true));
	assert_int_equal(told.statements, 0);
}

/* SM-21: indexes that the model does not have are told; dropped when that is asked for. */
static void test_removed_indexes(void **state)
{
	static const coodie_column with[] = {
		KEY, COODIE_COLUMN(part, name, "text", .index = COODIE_INDEX(.name = "By_name")),
		COODIE_COLUMN(part, tags, "set<text>", .index = COODIE_INDEX())
	};
	static const coodie_column without[] = {
		KEY, COODIE_COLUMN(part, name, "text"),
		COODIE_COLUMN(part, tags, "set<text>", .index = COODIE_INDEX(.external = true))
	};
	static const coodie_model indexed = COODIE_MODEL(part, with, "indexed_parts"),
				  plain = COODIE_MODEL(part, without, "indexed_parts");

	sync_twice(*state, &indexed, 3);
	sync_table(*state, &plain, SYNC(0));
	assert_int_equal(told.statements, 0);
	assert_int_equal(told.notes, 1); /* the other is made by others */
	sync_table(*state, &plain, SYNC(.drop_removed_indexes = true));
	assert_int_equal(told.statements, 1);
	says(".\"By_name\"");
	sync_table(*state, &plain, SYNC(.drop_removed_indexes = true));
	assert_int_equal(told.statements + told.notes, 0);
}

static const coodie_column view_columns[] = {
	COODIE_COLUMN(part, at, "int", .partition_key = 1),
	COODIE_COLUMN(part, id, "int", .clustering_key = 1),
};
static const coodie_column other_view_columns[] = {
	COODIE_COLUMN(part, at, "int", .partition_key = 1),
	COODIE_COLUMN(part, id, "int", .clustering_key = 1, .order = COODIE_DESC),
};
static const coodie_model base = COODIE_MODEL(part, first_columns, "based");
static const coodie_model view = COODIE_MODEL(part, view_columns, "viewed",
					      .view = COODIE_VIEW(&base));
static const coodie_model view_options = COODIE_MODEL(
	part, view_columns, "viewed", .comment = "seen",
	.view = COODIE_VIEW(&base, .options = "gc_grace_seconds = 3600"));
static const coodie_model view_other = COODIE_MODEL(part, other_view_columns, "viewed",
						    .view = COODIE_VIEW(&base));

static void sync_models(struct integration *it, const coodie_model *const *models, size_t count,
			const coodie_sync *options)
{
	coodie_error err = { 0 };

	memset(&told, 0, sizeof(told));
	ok(coodie_sync_schema(it->session, COODIE_SCHEMA(.models = models, .model_count = count),
			      options, &err),
	   &err, "sync the schema");
}

/* All models with one read, base before view; MV-09: a view's options are altered, the rest made anew. */
static void test_whole(void **state)
{
	static const coodie_model *const models[] = { &view, &base, &first },
					 *const options[] = { &view_options, &base },
					 *const other[] = { &base, &view_other };
	struct integration *it = *state;
	coodie_error err = { 0 };

	sync_models(it, models, 3, SYNC(0));
	assert_int_equal(told.statements, 2);
	sync_models(it, models, 3, SYNC(0));
	assert_int_equal(told.statements, 0);
	sync_models(it, options, 2, SYNC(0));
	assert_int_equal(told.statements, 1);
	says("ALTER MATERIALIZED VIEW");
	sync_models(it, options, 2, SYNC(0));
	assert_int_equal(told.statements, 0);
	assert_false(coodie_sync_schema(it->session,
					COODIE_SCHEMA(.models = other, .model_count = 2), SYNC(0),
					&err));
	assert_non_null(strstr(err.message, "a view cannot be changed"));
	sync_models(it, other, 2, SYNC(.allow_destructive = true));
	assert_int_equal(told.statements, 2);
	sync_models(it, other, 2, SYNC(0));
	assert_int_equal(told.statements, 0);
}

#define ROWS(text) \
	COODIE_MODEL(part, view_columns, "chosen", .view = COODIE_VIEW(&base, .where = text))
/* Each is another view than the one before it, however a server says its conditions. */
static const coodie_model chosen[] = {
	COODIE_MODEL(part, view_columns, "chosen", .view = COODIE_VIEW(&base)),
	ROWS("id is not null and \"at\">3"),
	ROWS("ID IN (1,2,  3) AND at IS NOT NULL"),
	ROWS("at >= -1 AND at<=5 AND id = 7"),
	ROWS("id = (int) 3 AND at IS NOT NULL"),
	ROWS("id = 3 AND at IN (1)"),
};

/* MV-10: the rows of a view are compared for what their conditions mean. */
static void test_conditions(void **state)
{
	struct integration *it = *state;

	sync_table(it, &base, SYNC(0));
	for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++) {
		const coodie_model *one = &chosen[i];
		coodie_error err = { 0 };

		if (i && (coodie_sync_schema(it->session,
					     COODIE_SCHEMA(.models = &one, .model_count = 1), SYNC(0),
					     &err) ||
			  !strstr(err.message, "its rows are where ")))
			fail_msg("%zu is not refused: %s", i, err.message);
		sync_models(it, &one, 1, SYNC(.allow_destructive = true));
		assert_int_equal(told.statements, i ? 2 : 1);
		sync_models(it, &one, 1, SYNC(0));
		if (told.statements)
			fail_msg("%zu: a second sync does: %s", i, told.text);
	}
}

/* How many tables or views of this name there are in a keyspace. */
static unsigned count_tables(struct integration *it, const char *keyspace, const char *name)
{
	coodie_error err = { 0 };
	coodie_schema *schema = coodie_schema_read(it->session, keyspace, &err);
	char wanted[128];

	ok(schema, &err, "read");
	memset(&told, 0, sizeof(told));
	ok(coodie_schema_statements(schema, tell, NULL, &err), &err, "tell");
	coodie_schema_free(schema);
	snprintf(wanted, sizeof(wanted), "%s.%s ", keyspace, name);
	return strstr(told.text, wanted) != NULL;
}

static const coodie_model place = COODIE_MODEL(part, first_columns, "placed");
static const coodie_model seen_place = COODIE_MODEL(part, view_columns, "seen_placed",
						    .view = COODIE_VIEW(&place));

static void count_end(const coodie_error *err, void *user)
{
	ok(err->code == COODIE_OK, err, "sync");
	++*(unsigned *)user;
}

static void keep_end(const coodie_error *err, void *user)
{
	*(coodie_error *)user = *err;
}

/* SM-24: each keyspace of each session, tables and views; a second time nothing; an error names the keyspace. */
static void test_everywhere(void **state)
{
	struct integration *it = *state;
	char others[2][60];
	const char *const names[] = { it->keyspace, others[0], others[1] };
	const char *const missing[] = { it->keyspace, "\"Not_here\"" };
	coodie_session *const sessions[] = { it->session, it->session };
	const coodie_places *all = COODIE_PLACES(.keyspaces = names, .keyspace_count = 3,
						 .sessions = sessions, .session_count = 2);
	coodie_error err = { 0 }, late = { 0 };
	unsigned ended = 0;

	for (int i = 0; i < 2; i++) {
		snprintf(others[i], sizeof(others[i]), "%s_%d", it->keyspace, i);
		ok(coodie_create_keyspace(it->session, others[i], NULL, &err), &err, "create");
	}
	memset(&told, 0, sizeof(told));
	ok(coodie_sync_everywhere(it->session, &place, all, SYNC(.dry_run = true), &err), &err,
	   "dry");
	assert_int_equal(told.statements, 6);
	memset(&told, 0, sizeof(told));
	ok(coodie_sync_everywhere(NULL, &place, all, SYNC(0), &err), &err, "tables");
	ok(coodie_sync_everywhere(NULL, &seen_place, all, SYNC(0), &err), &err, "views");
	assert_int_equal(told.statements, 6);
	memset(&told, 0, sizeof(told));
	ok(coodie_sync_everywhere(NULL, &place, all, SYNC(0), &err), &err, "again");
	ok(coodie_sync_everywhere(NULL, &seen_place, all, SYNC(0), &err), &err, "again");
	assert_int_equal(told.statements + told.notes, 0);
	for (int i = 0; i < 3; i++) {
		assert_true(count_tables(it, names[i], "placed"));
		assert_true(count_tables(it, names[i], "seen_placed"));
	}
	assert_false(coodie_sync_everywhere(
		it->session, &place, COODIE_PLACES(.keyspaces = missing, .keyspace_count = 2), NULL,
		&err));
	assert_non_null(strstr(err.message, "keyspace \"Not_here\": coodie_sync_table(part): "));
	ok(coodie_drop_everywhere(it->session, &seen_place, all, NULL, &err), &err, "drop views");
	ok(coodie_drop_everywhere(it->session, &place, all, SYNC(.dry_run = true), &err), &err,
	   "dry");
	assert_true(count_tables(it, names[2], "placed"));
	ok(coodie_drop_everywhere(it->session, &place, all, NULL, &err), &err, "drop");
	for (int i = 0; i < 3; i++)
		assert_false(count_tables(it, names[i], "placed"));
	ok(coodie_sync_everywhere_async(it->session, &place, all, NULL, count_end, &ended, &err),
	   &err, "sync_async");
	ok(coodie_session_run(it->session, NULL, &err), &err, "run");
	for (int i = 0; i < 3; i++)
		assert_true(count_tables(it, names[i], "placed"));
	ok(coodie_drop_everywhere_async(NULL, &place, all, SYNC(0), count_end, &ended, &err), &err,
	   "drop_async");
	ok(coodie_session_run(it->session, NULL, &err), &err, "run");
	assert_false(count_tables(it, names[2], "placed"));
	assert_int_equal(ended, 2);
	ok(coodie_sync_everywhere_async(
		   it->session, &place,
		   COODIE_PLACES(.keyspaces = missing, .keyspace_count = 2), NULL, keep_end, &late,
		   &err),
	   &err, "sync_async");
	ok(coodie_session_run(it->session, NULL, &err), &err, "run");
	assert_non_null(strstr(late.message, "keyspace \"Not_here\": coodie_sync_table(part): "));
	/* no keyspace is named: the model's own */
	ok(coodie_sync_everywhere(it->session, &place, NULL, NULL, &err), &err, "its own");
	assert_true(count_tables(it, names[0], "placed"));
	ok(coodie_drop_everywhere(it->session, &place, NULL, NULL, &err), &err, "its own");
	for (int i = 0; i < 2; i++)
		ok(coodie_drop_keyspace(it->session, others[i], &err), &err, "drop");
}

/* SM-25: a session that may not change the schema says so, whatever it is to do; what changes nothing, and what is
 * only told, goes through. */
static void test_guard(void **state)
{
	struct integration *it = *state;
	coodie_options *o = integration_options(it);
	const coodie_model *const models[] = { &place };
	coodie_error err = { 0 };
	coodie_session *guarded;

	ok(coodie_options_set_keyspace(o, it->keyspace, &err), &err, "set");
	ok(coodie_options_set(o, "allow_schema_management", "0", &err), &err, "set");
	guarded = integration_open(o);
	assert_true(coodie_session_guards_schema(guarded));
	assert_false(coodie_session_guards_schema(it->session));
	memset(&told, 0, sizeof(told));
	ok(coodie_sync_table(guarded, &place, SYNC(.dry_run = true), &err), &err, "dry");
	assert_int_equal(told.statements, 1);
	assert_false(coodie_sync_table(guarded, &place, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_non_null(
		strstr(err.message,
		       "coodie_sync_table(part): COODIE_ALLOW_SCHEMA_MANAGEMENT, or the option "
		       "of that name, is off; turn it on, or migrate: CREATE TABLE IF NOT "
		       "EXISTS "));
	sync_table(it, &place, SYNC(0));
	memset(&told, 0, sizeof(told));
	ok(coodie_sync_table(guarded, &place, SYNC(0), &err), &err, "nothing to do");
	ok(coodie_sync_schema(guarded, COODIE_SCHEMA(.models = models, .model_count = 1), SYNC(0),
			      &err),
	   &err, "nothing to do");
	assert_int_equal(told.statements, 0);
	assert_false(coodie_drop_table(guarded, &place, &err));
	assert_non_null(strstr(err.message, "coodie_drop_table(part): COODIE_ALLOW_SCHEMA_MAN"));
	assert_false(coodie_truncate(guarded, &place, &err));
	assert_false(coodie_drop_keyspace(guarded, it->keyspace, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_true(count_tables(it, it->keyspace, "placed"));
	coodie_session_free(guarded);
	ok(coodie_drop_table(it->session, &place, &err), &err, "drop");
}

/* SM-02, SM-03, SM-31: a keyspace is altered where it differs; what is not said is not compared. */
static void test_keyspace(void **state)
{
	const struct {
		const coodie_keyspace *options;
		unsigned statements;
	} rows[] = {
		{ COODIE_KEYSPACE(.replication = "{'class': 'NetworkTopologyStrategy', "
						 "'replication_factor': 1}"), 1 },
		{ COODIE_KEYSPACE(.replication = "{'class': 'NetworkTopologyStrategy', "
						 "'replication_factor': 1}"), 0 },
		{ COODIE_KEYSPACE(.no_durable_writes = true), 1 },
		{ COODIE_KEYSPACE(.no_durable_writes = true), 0 },
		{ COODIE_KEYSPACE(.replication_factor = 1), 1 },
		{ COODIE_KEYSPACE(.replication_factor = 1), 0 },
		{ NULL, 0 },
	};
	struct integration *it = *state;
	coodie_error err = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&told, 0, sizeof(told));
		ok(coodie_sync_keyspace(it->session, "engine_altered", rows[i].options, SYNC(0),
					&err),
		   &err, "sync the keyspace");
		if (told.statements != rows[i].statements)
			fail_msg("row %zu: %s", i, told.text);
	}
	ok(coodie_drop_keyspace(it->session, "engine_altered", &err), &err, "drop");
}

/* SM-28: sixteen at once, of a table that is not there, and of columns that are missing. */
static void test_at_once(void **state)
{
	static const coodie_column columns[] = { KEY, COODIE_COLUMN(part, name, "text"),
						 COODIE_COLUMN(part, size, "bigint"),
						 COODIE_COLUMN(part, tags, "set<text>",
							       .index = COODIE_INDEX()) };
	static const coodie_model few = COODIE_MODEL(part, first_columns, "at_once"),
				  more = COODIE_MODEL(part, columns, "at_once");
	const coodie_model *const models[] = { &few, &more };
	struct integration *it = *state;
	coodie_error err = { 0 };

	for (size_t m = 0; m < 2; m++) {
		unsigned done = 0;

		for (int i = 0; i < 16; i++)
			ok(coodie_sync_table_async(it->session, models[m], NULL, count_end, &done,
						   &err),
			   &err, "sync_async");
		ok(coodie_session_run(it->session, NULL, &err), &err, "run");
		assert_int_equal(done, 16);
		sync_table(it, models[m], SYNC(0));
		assert_int_equal(told.statements, 0);
	}
}

/* SM-28: a difference that another has applied meanwhile is no error, and is told. */
static void test_applied_twice(void **state)
{
	static const coodie_column columns[] = { KEY, COODIE_COLUMN(part, name, "text"),
						 COODIE_COLUMN(part, size, "bigint") };
	static const coodie_model few = COODIE_MODEL(part, first_columns, "twice"),
				  more = COODIE_MODEL(part, columns, "twice");
	const coodie_model *wanted = &more;
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_schema *is, *should;
	coodie_diff *d;

	sync_table(it, &few, NULL);
	is = coodie_schema_read(it->session, NULL, &err);
	ok(is, &err, "read");
	assert_true(coodie_schema_exists(is));
	should = coodie_schema_of_models(
		it->session, COODIE_SCHEMA(.models = &wanted, .model_count = 1), &err);
	ok(should, &err, "of models");
	d = coodie_schema_compare(is, should, NULL, &err);
	ok(d, &err, "compare");
	coodie_schema_free(is);
	coodie_schema_free(should);
	assert_int_equal(coodie_diff_count(d), 1);
	for (unsigned i = 0; i < 2; i++) {
		memset(&told, 0, sizeof(told));
		ok(coodie_diff_apply(it->session, d, SYNC(0), &err), &err, "apply");
		assert_int_equal(told.statements, i == 0);
		assert_int_equal(told.notes, i == 1);
	}
	coodie_diff_free(d);
}

typedef struct inside {
	int32_t a;
} inside;

typedef struct holder {
	coodie_row row;
	int32_t id;
	inside as_int, as_ttl;
} holder;

static const coodie_column inside_fields[] = { COODIE_COLUMN(inside, a, "int") };
static const coodie_udt int_type = COODIE_TYPE(inside, inside_fields, "int"),
			ttl_type = COODIE_TYPE(inside, inside_fields, "\"ttl\"");
static const coodie_column holder_columns[] = {
	COODIE_COLUMN(holder, id, "int", .partition_key = 1),
	COODIE_UDT(holder, as_int, inside, &int_type),
	COODIE_UDT(holder, as_ttl, inside, &ttl_type),
};
static const coodie_model holder_model = COODIE_MODEL(holder, holder_columns, "holders");

/* UD-05: types that are called as CQL's own are, or by a word that is no type. */
static void test_own_names(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_schema *s;

	sync_table(*state, &holder_model, SYNC(0));
	assert_int_equal(told.statements, 3);
	says(".\"int\" (");
	says(".\"ttl\" (");
	says("frozen<\"int\">");
	sync_table(*state, &holder_model, SYNC(0));
	assert_int_equal(told.statements, 0);
	s = coodie_schema_read(it->session, NULL, &err);
	ok(s, &err, "read");
	ok(coodie_schema_statements(s, tell, NULL, &err), &err, "statements");
	coodie_schema_free(s);
	says(".\"ttl\" (");
	says("\"as_int\" frozen<\"int\">");
	says("\"as_ttl\" frozen<\"ttl\">");
}

/* A keyspace that is not there is read as one, and is empty. */
static void test_nothing(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_schema *s = coodie_schema_read(it->session, "\"Not_there\"", &err);

	ok(s, &err, "read");
	assert_false(coodie_schema_exists(s));
	assert_string_equal(coodie_schema_keyspace(s), "Not_there");
	coodie_schema_free(s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_dry_run),         cmocka_unit_test(test_columns),
	cmocka_unit_test(test_refused),         cmocka_unit_test(test_options),
	cmocka_unit_test(test_removed_indexes), cmocka_unit_test(test_whole),
	cmocka_unit_test(test_conditions),      cmocka_unit_test(test_everywhere),
	cmocka_unit_test(test_guard),           cmocka_unit_test(test_keyspace),
	cmocka_unit_test(test_at_once),         cmocka_unit_test(test_applied_twice),
	cmocka_unit_test(test_nothing),         cmocka_unit_test(test_own_names),
};

const struct integration_group integration_sync = INTEGRATION_GROUP("sync", tests,
								    INTEGRATION_ALWAYS);
