/* SPDX-License-Identifier: MIT */
/* Integration: the schema of models: indexes of every kind, views, keyspaces, drops, what is prepared. */
#include "tests/integration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/metrics.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

struct told {
	size_t statements, notes;
};

static void count(const char *cql, void *user)
{
	struct told *t = user;

	if (strncmp(cql, "-- ", 3) == 0)
		t->notes++;
	else
		t->statements++;
}

static struct told sync_table(struct integration *it, const coodie_model *m)
{
	struct told told = { 0 };
	coodie_error err = { 0 };

	ok(coodie_sync_table(it->session, m, COODIE_SYNC(.each = count, .user = &told), &err), &err,
	   "sync");
	return told;
}

/* ---- indexes --------------------------------------------------------------------------------- */

typedef struct indexed {
	coodie_row row;
	int32_t id;
	cql_text plain, attached;
	cql_map keys, entries, values;
	cql_list whole;
	float vector[3], distant[2];
} indexed;

static const coodie_column indexed_columns[] = {
	COODIE_COLUMN(indexed, id, "int", .partition_key = 1),
	COODIE_COLUMN(indexed, plain, "text", .db_name = "Plain",
		      .index = COODIE_INDEX(.name = "by_plain")),
	COODIE_COLUMN(indexed, attached, "text",
		      .index = COODIE_INDEX(.class_name = "StorageAttachedIndex",
					    .options = "{'case_sensitive': 'false'}")),
	COODIE_COLUMN(indexed, keys, "map<text, int>", .index = COODIE_INDEX(.target = "KEYS")),
	COODIE_COLUMN(indexed, entries, "map<text, int>",
		      .index = COODIE_INDEX(.target = "ENTRIES")),
	COODIE_COLUMN(indexed, values, "map<text, int>", .index = COODIE_INDEX()),
	COODIE_COLUMN(indexed, whole, "frozen<list<int>>", .index = COODIE_INDEX()),
	COODIE_COLUMN(
		indexed, vector, "vector<float, 3>",
		.index = COODIE_INDEX(.name = "near", .similarity = COODIE_SIMILARITY_DOT_PRODUCT)),
	COODIE_COLUMN(indexed, distant, "vector<float, 2>", .index = COODIE_INDEX()),
};
static const coodie_model indexed_model = COODIE_MODEL(indexed, indexed_columns, "Indexed");

/* VX-01, VX-03, VX-09, SM-17 to SM-20: each kind is made, and known again. */
static void test_indexes(void **state)
{
	assert_int_equal(sync_table(*state, &indexed_model).statements, 9);
	assert_int_equal(sync_table(*state, &indexed_model).statements, 0);
}

typedef struct fancy {
	coodie_row row;
	int32_t id;
	cql_text text;
	cql_text more;
} fancy;

static const coodie_column fancy_columns[] = {
	COODIE_COLUMN(fancy, id, "int", .partition_key = 1),
	COODIE_COLUMN(fancy, text, "text",
		      .index = COODIE_INDEX(.class_name = "org.nowhere.Index")),
	COODIE_COLUMN(fancy, more, "text", .index = COODIE_INDEX()),
};
static const coodie_model fancy_model = COODIE_MODEL(fancy, fancy_columns, "fancy");

/* VX-04: a class that the server has not is told, and the sync goes on. */
static void test_unknown_class(void **state)
{
	struct told told = sync_table(*state, &fancy_model);

	assert_int_equal(told.statements, 2);
	assert_int_equal(told.notes, 1);
	told = sync_table(*state, &fancy_model);
	assert_int_equal(told.statements, 0);
	assert_int_equal(told.notes, 1);
}

/* SM-17: an index of the model's name that is another is refused, and nothing is changed. */
static void test_other_index(void **state)
{
	static const coodie_column columns[] = {
		COODIE_COLUMN(fancy, id, "int", .partition_key = 1),
		COODIE_COLUMN(fancy, text, "text", .index = COODIE_INDEX(.name = "fancy_more_idx")),
		COODIE_COLUMN(fancy, more, "text"),
	};
	static const coodie_model other = COODIE_MODEL(fancy, columns, "fancy");
	struct integration *it = *state;
	coodie_error err = { 0 };

	assert_false(coodie_sync_table(it->session, &other, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_non_null(strstr(err.message, "index fancy_more_idx is on more in the table"));
}

/* ---- tables ---------------------------------------------------------------------------------- */

typedef struct thing {
	coodie_row row;
	int32_t id;
	int32_t at;
	const char *text;
} thing;

static const coodie_column thing_columns[] = {
	COODIE_COLUMN(thing, id, "int", .partition_key = 1),
	COODIE_COLUMN(thing, at, "int", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(thing, text, "text"),
};
static const coodie_model thing_model = COODIE_MODEL(
	thing, thing_columns, "things", .default_ttl = 3600, .comment = "it's",
	.options =
		"gc_grace_seconds = 61 AND caching = {'keys': 'NONE', 'rows_per_partition': 'NONE'}");

static uint64_t rows_of(struct integration *it, const coodie_model *m)
{
	coodie_query *q = coodie_find(it->session, m, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	uint64_t rows = 0;

	ok(coodie_count(q, &rows, &err), &err, "count");
	coodie_query_free(q);
	return rows;
}

static void save_thing(struct integration *it, int id, int at, const char *text)
{
	thing x = { .id = id, .at = at, .text = text };
	coodie_error err = { 0 };

	ok(coodie_save(it->session, &thing_model, &x, NULL, &err), &err, "save");
}

/* MD-08, MD-09: what the model says of the table is what the table has. */
static void test_table_options(void **state)
{
	struct integration *it = *state;

	assert_int_equal(sync_table(it, &thing_model).statements, 1);
	assert_int_equal(integration_number(it->session,
					    "SELECT gc_grace_seconds FROM system_schema.tables "
					    "WHERE keyspace_name = ? AND table_name = 'things'",
					    CQL_ARGS(cql((const char *)it->keyspace))),
			 61);
	assert_int_equal(integration_number(it->session,
					    "SELECT default_time_to_live FROM system_schema.tables "
					    "WHERE keyspace_name = ? AND table_name = 'things'",
					    CQL_ARGS(cql((const char *)it->keyspace))),
			 3600);
}

/* LC-29, LC-30: emptied, dropped, dropped again, made again. */
static void test_truncate_and_drop(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	save_thing(it, 1, 1, "a");
	save_thing(it, 1, 2, "b");
	assert_int_equal(rows_of(it, &thing_model), 2);
	ok(coodie_truncate(it->session, &thing_model, &err), &err, "truncate");
	assert_int_equal(rows_of(it, &thing_model), 0);
	ok(coodie_drop_table(it->session, &thing_model, &err), &err, "drop");
	ok(coodie_drop_table(it->session, &thing_model, &err), &err, "drop again");
	assert_false(coodie_truncate(it->session, &thing_model, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	assert_int_equal(sync_table(it, &thing_model).statements, 1);
	save_thing(it, 2, 1, "c");
	assert_int_equal(rows_of(it, &thing_model), 1);
}

static uint64_t prepared_by(coodie_session *s)
{
	coodie_metrics m = { .size = sizeof(m) };
	coodie_error err = { 0 };

	ok(coodie_session_metrics(s, NULL, &m, &err), &err, "metrics");
	return m.prepared;
}

typedef struct visits {
	coodie_row row;
	int32_t id;
	int64_t seen;
} visits;

static const coodie_column visits_columns[] = {
	COODIE_COLUMN(visits, id, "int", .partition_key = 1),
	COODIE_COLUMN(visits, seen, "counter"),
};
static const coodie_model visits_model = COODIE_MODEL(visits, visits_columns, "visits");

/* CT-12: of a table of counters only the read is prepared: an INSERT of it would be refused. */
static void warm_counters(coodie_session *s)
{
	coodie_error err = { 0 };
	uint64_t before, read;
	visits *back;

	ok(coodie_sync_table(s, &visits_model, COODIE_SYNC(.dry_run = true), &err), &err,
	   "dry run");
	before = prepared_by(s);
	ok(coodie_sync_table(s, &visits_model, NULL, &err), &err, "sync of counters");
	read = prepared_by(s);
	assert_int_equal(read, before + 1);
	back = coodie_get(s, &visits_model, CQL_ARGS(cql(1)), NULL, &err);
	assert_null(back);
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	assert_int_equal(prepared_by(s), read);
}

/* CN-18: after a sync reading and writing prepare nothing more; a dry run prepares nothing. */
static void test_warm_up(void **state)
{
	struct integration *it = *state;
	coodie_options *o = integration_options(it);
	coodie_error err = { 0 };
	coodie_session *s;
	uint64_t before;
	thing x = { .id = 5, .at = 1, .text = "warm" }, *back;

	assert_true(coodie_options_set_keyspace(o, it->keyspace, &err));
	s = integration_open(o);
	ok(coodie_sync_table(s, &thing_model, COODIE_SYNC(.dry_run = true), &err), &err, "dry run");
	before = prepared_by(s);
	ok(coodie_sync_table(s, &thing_model, NULL, &err), &err, "sync");
	assert_true(prepared_by(s) >= before + 3);
	before = prepared_by(s);
	ok(coodie_save(s, &thing_model, &x, NULL, &err), &err, "save");
	back = coodie_get(s, &thing_model, CQL_ARGS(cql(5), cql(1)), NULL, &err);
	ok(back, &err, "get");
	assert_int_equal(prepared_by(s), before);
	coodie_object_free(back);
	warm_counters(s);
	coodie_session_free(s);
}

/* ---- user types ------------------------------------------------------------------------------ */

typedef struct place {
	const char *name;
	int32_t *number;
} place;

static const coodie_column place_fields[] = {
	COODIE_COLUMN(place, name, "text"),
	COODIE_COLUMN(place, number, "int"),
};
static const coodie_column older_fields[] = { COODIE_COLUMN(place, name, "text") };
static const coodie_udt place_type = COODIE_TYPE(place, place_fields, "place");
static const coodie_udt older_type = COODIE_TYPE(place, older_fields, "place");

typedef struct tour {
	coodie_row row;
	int32_t id;
	place start;
	cql_list stops;
} tour;

static const coodie_column tour_columns[] = {
	COODIE_COLUMN(tour, id, "int", .partition_key = 1),
	COODIE_UDT(tour, start, place, &place_type),
	COODIE_COLUMN(tour, stops, "list<frozen<place>>", .udt = &place_type),
};
static const coodie_model tour_model = COODIE_MODEL(tour, tour_columns, "tours");

static struct told sync_type(struct integration *it, const coodie_udt *type)
{
	struct told told = { 0 };
	coodie_error err = { 0 };

	ok(coodie_sync_type(it->session, type, COODIE_SYNC(.each = count, .user = &told), &err),
	   &err, "sync a type");
	return told;
}

/* UD-05, UD-07, UD-08: made, grown, known again; what is gone from the struct is left. */
static void test_types(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	assert_int_equal(sync_type(it, &older_type).statements, 1);
	assert_int_equal(sync_table(it, &tour_model).statements, 2); /* the field, the table */
	assert_int_equal(sync_table(it, &tour_model).statements, 0);
	assert_int_equal(sync_type(it, &place_type).statements, 0);
	assert_int_equal(sync_type(it, &older_type).notes, 1);
	assert_false(coodie_drop_type(it->session, &place_type, &err)); /* the table has it */
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	ok(coodie_drop_table(it->session, &tour_model, &err), &err, "drop the table");
	ok(coodie_drop_type(it->session, &place_type, &err), &err, "drop the type");
	ok(coodie_drop_type(it->session, &place_type, &err), &err, "drop it again");
}

/* ---- keyspaces --------------------------------------------------------------------------------- */

/* SM-01 to SM-04: by data center, without the commit log; made twice, dropped twice. */
static void test_keyspaces(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	const coodie_keyspace *options = COODIE_KEYSPACE(.datacenters = "dc1: 1",
							 .no_durable_writes = true);

	ok(coodie_create_keyspace(it->session, "by_dc", options, &err), &err, "create");
	ok(coodie_create_keyspace(it->session, "by_dc", options, &err), &err, "create again");
	assert_int_equal(integration_number(it->session,
					    "SELECT count(*) FROM system_schema.keyspaces WHERE "
					    "keyspace_name = 'by_dc' AND durable_writes = false "
					    "ALLOW FILTERING",
					    CQL_ARGS()),
			 1);
	ok(coodie_drop_keyspace(it->session, "by_dc", &err), &err, "drop");
	ok(coodie_drop_keyspace(it->session, "by_dc", &err), &err, "drop again");
}

/* ---- views -------------------------------------------------------------------------------------- */

typedef struct by_text {
	coodie_row row;
	const char *text;
	int32_t at;
	int32_t id;
} by_text;

static const coodie_column by_text_columns[] = {
	COODIE_COLUMN(by_text, text, "text", .partition_key = 1),
	COODIE_COLUMN(by_text, at, "int", .clustering_key = 1),
	COODIE_COLUMN(by_text, id, "int", .clustering_key = 2, .order = COODIE_DESC),
};
static const coodie_model by_text_model = COODIE_MODEL(by_text, by_text_columns, "things_by_text",
						       .view = COODIE_VIEW(&thing_model));

static void wait_for_view(struct integration *it, const char *text, uint64_t rows)
{
	coodie_error err = { 0 };
	uint64_t there = rows + 1;

	for (int i = 0; i < 100 && there != rows; i++) {
		coodie_query *q = coodie_find(it->session, &by_text_model, "text = ?",
					      CQL_ARGS(cql(text)));

		ok(coodie_count(q, &there, &err), &err, "count");
		coodie_query_free(q);
		if (there != rows)
			coodie_result_free(integration_query(
				it->session, "SELECT key FROM system.local", CQL_ARGS()));
	}
	assert_int_equal(there, rows);
}

/* MV-02, MV-05, MV-06, MV-08: made once, read as a table, gone with its drop. */
static void test_views(void **state)
{
	struct integration *it = *state;
	struct told told = { 0 };
	coodie_error err = { 0 };

	for (int i = 0; i < 2; i++)
		ok(coodie_sync_view(it->session, &by_text_model,
				    COODIE_SYNC(.each = count, .user = &told), &err),
		   &err, "sync the view");
	assert_int_equal(told.statements, 1);
	save_thing(it, 7, 1, "seen");
	save_thing(it, 8, 1, "seen");
	wait_for_view(it, "seen", 2);
	ok(coodie_drop_view(it->session, &by_text_model, &err), &err, "drop the view");
	ok(coodie_drop_view(it->session, &by_text_model, &err), &err, "drop it again");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_indexes),
	cmocka_unit_test(test_unknown_class),
	cmocka_unit_test(test_other_index),
	cmocka_unit_test(test_table_options),
	cmocka_unit_test(test_truncate_and_drop),
	cmocka_unit_test(test_warm_up),
	cmocka_unit_test(test_types),
	cmocka_unit_test(test_keyspaces),
	cmocka_unit_test(test_views),
};

const struct integration_group integration_schema = INTEGRATION_GROUP("schema", tests,
								      INTEGRATION_ALWAYS);
