/* SPDX-License-Identifier: MIT */
/* Integration: batches, many objects at once, and scans, against the cluster. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

typedef struct entry {
	coodie_row row;
	int32_t shelf;
	int32_t place;
	const char *name;
	int32_t *version;
} entry;

static const coodie_column entry_columns[] = {
	COODIE_COLUMN(entry, shelf, "int", .partition_key = 1),
	COODIE_COLUMN(entry, place, "int", .clustering_key = 1),
	COODIE_COLUMN(entry, name, "text"),
	COODIE_COLUMN(entry, version, "int"),
};
static const coodie_model entry_model = COODIE_MODEL(entry, entry_columns, "slots");

typedef struct views {
	coodie_row row;
	int32_t id;
	int64_t seen;
	int64_t liked;
} views;

static const coodie_column views_columns[] = {
	COODIE_COLUMN(views, id, "int", .partition_key = 1),
	COODIE_COLUMN(views, seen, "counter"),
	COODIE_COLUMN(views, liked, "counter"),
};
static const coodie_model views_model = COODIE_MODEL(views, views_columns, "views");

static int64_t rows_of(const struct integration *it, int shelf)
{
	return integration_number(it->session, "SELECT COUNT(*) FROM slots WHERE shelf = ?",
				  CQL_ARGS(cql(shelf)));
}

static entry an_entry(int shelf, int place)
{
	return (entry){ .shelf = shelf, .place = place, .name = "x" };
}

static void test_tables(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	integration_ok(coodie_sync_table(it->session, &entry_model, NULL, &err), &err, "sync");
	integration_ok(coodie_sync_table(it->session, &views_model, NULL, &err), &err, "sync");
}

/* BA-01, BA-02, BA-06, BA-13: logged and not, of several verbs. */
static void test_kinds(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	for (int kind = COODIE_BATCH_LOGGED; kind <= COODIE_BATCH_UNLOGGED; kind++) {
		coodie_batch *b = coodie_batch_new(
			it->session, COODIE_BATCH(.kind = (enum coodie_batch_kind)kind));
		entry one = an_entry(kind, 1), two = an_entry(kind, 2), three = an_entry(kind, 3);

		integration_do(it->session, "INSERT INTO slots (shelf, place) VALUES (0, 3)");
		coodie_batch_save(b, &entry_model, &one, NULL);
		coodie_batch_save(b, &entry_model, &two, COODIE_WRITE(.ttl = 1000));
		coodie_batch_delete(b, &entry_model, &three, NULL);
		coodie_batch_update(b, &entry_model, &one, "version = ?", CQL_ARGS(cql(7)), NULL);
		coodie_batch_cql(b, "INSERT INTO slots (shelf, place, name) VALUES (?, ?, ?)",
				 CQL_ARGS(cql(kind), cql(4), cql("own")));
		integration_ok(coodie_batch_run(b, &err), &err, "run");
		coodie_batch_free(b);
		assert_int_equal(rows_of(it, kind), 3);
		assert_int_equal(integration_number(
					 it->session,
					 "SELECT version FROM slots WHERE shelf = ? AND place = 1",
					 CQL_ARGS(cql(kind))),
				 7);
		assert_in_range(integration_number(
					it->session,
					"SELECT TTL(name) FROM slots WHERE shelf = ? AND place = 2",
					CQL_ARGS(cql(kind))),
				900, 1000);
	}
}

/* BA-03, BA-16: one timestamp for all of them. */
static void test_timestamp(void **state)
{
	struct integration *it = *state;
	coodie_batch *b = coodie_batch_new(it->session, COODIE_BATCH(.timestamp_us = 5000));
	entry one = an_entry(5, 1), two = an_entry(5, 2);
	coodie_error err = { 0 };

	coodie_batch_save(b, &entry_model, &one, NULL);
	coodie_batch_save(b, &entry_model, &two, NULL);
	integration_ok(coodie_batch_run(b, &err), &err, "run");
	coodie_batch_free(b);
	for (int place = 1; place <= 2; place++)
		assert_int_equal(
			integration_number(
				it->session,
				"SELECT WRITETIME(name) FROM slots WHERE shelf = 5 AND place = ?",
				CQL_ARGS(cql(place))),
			5000);
}

static int64_t number_of(const struct integration *it, const char *what, int shelf, int place)
{
	char text[120];

	snprintf(text, sizeof(text), "SELECT %s FROM slots WHERE shelf = ? AND place = ?", what);
	return integration_number(it->session, text, CQL_ARGS(cql(shelf), cql(place)));
}

/* BA-13, BA-16: a statement's own time wins over the batch's, so that one batch may put one thing
 * before another. */
static void test_times(void **state)
{
	struct integration *it = *state;
	coodie_batch *b = coodie_batch_new(it->session, COODIE_BATCH(.timestamp_us = 5000));
	entry one = an_entry(17, 1), two = an_entry(17, 2), three = an_entry(17, 3);
	coodie_error err = { 0 };

	coodie_batch_delete(b, &entry_model, &one, COODIE_WRITE(.timestamp_us = 4999));
	coodie_batch_save(b, &entry_model, &one, NULL);
	coodie_batch_save(b, &entry_model, &two, COODIE_WRITE(.timestamp_us = 6000, .ttl = 1000));
	coodie_batch_update(b, &entry_model, &two, "version = ?", CQL_ARGS(cql(2)),
			    COODIE_WRITE(.timestamp_us = 7000));
	coodie_batch_save(b, &entry_model, &three, NULL);
	coodie_batch_delete_columns(b, &entry_model, &three, "name", CQL_ARGS(),
				    COODIE_WRITE(.timestamp_us = 5001));
	integration_ok(coodie_batch_run(b, &err), &err, "run");
	coodie_batch_free(b);
	assert_int_equal(number_of(it, "WRITETIME(name)", 17, 1), 5000);
	assert_int_equal(number_of(it, "WRITETIME(name)", 17, 2), 6000);
	assert_in_range(number_of(it, "TTL(name)", 17, 2), 900, 1000);
	assert_int_equal(number_of(it, "WRITETIME(version)", 17, 2), 7000);
	assert_int_equal(number_of(it, "COUNT(name)", 17, 3), 0);
	assert_int_equal(rows_of(it, 17), 3);
}

/* BA-07, BA-08, BA-17: nothing is no query; an error of the server leaves nothing, and the batch as it was. */
static void test_errors(void **state)
{
	struct integration *it = *state;
	coodie_batch *b = coodie_batch_new(it->session, NULL);
	entry one = an_entry(6, 1);
	coodie_error err = { 0 };

	integration_ok(coodie_batch_run(b, &err), &err, "run nothing");
	coodie_batch_save(b, &entry_model, &one, NULL);
	coodie_batch_cql(b, "INSERT INTO it_is_not_there (a) VALUES (1)", CQL_ARGS());
	assert_false(coodie_batch_run(b, &err));
	assert_true(err.server_code > 0);
	assert_int_equal(coodie_batch_count(b), 2);
	coodie_batch_clear(b);
	coodie_batch_save(b, &entry_model, &one, NULL);
	coodie_batch_cql(b, "UPDATE views SET seen = seen + 1 WHERE id = 1", CQL_ARGS());
	assert_false(coodie_batch_run(b, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	assert_int_equal(rows_of(it, 6), 0);
	coodie_batch_clear(b);
	coodie_batch_save(b, &entry_model, &one, NULL);
	integration_ok(coodie_batch_run(b, &err), &err, "run");
	assert_int_equal(rows_of(it, 6), 1);
	coodie_batch_free(b);
}

/* CT-08 */
static void test_counters(void **state)
{
	struct integration *it = *state;
	coodie_batch *b = coodie_batch_new(it->session, COODIE_BATCH(.kind = COODIE_BATCH_COUNTER));
	views one = { .id = 100 }, two = { .id = 200 };
	coodie_error err = { 0 };

	coodie_batch_increment(b, &views_model, &one, "seen, liked", CQL_ARGS(cql(5), cql(1)));
	coodie_batch_increment(b, &views_model, &two, "seen", CQL_ARGS(cql(-2)));
	coodie_batch_increment(b, &views_model, &one, "seen", CQL_ARGS(cql(3)));
	integration_ok(coodie_batch_run(b, &err), &err, "run");
	coodie_batch_free(b);
	assert_int_equal(integration_number(it->session, "SELECT seen FROM views WHERE id = 100",
					    CQL_ARGS()),
			 8);
	assert_int_equal(integration_number(it->session, "SELECT seen FROM views WHERE id = 200",
					    CQL_ARGS()),
			 -2);
}

/* BA-09, BA-15: conditions hold together; where one does not, all rows that were in the way come. */
static void test_conditions(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	entry first = an_entry(7, 1), second = an_entry(7, 2), third = an_entry(7, 3);
	coodie_lwt *lwt = NULL;

	for (int round = 0; round < 2; round++) {
		coodie_batch *b = coodie_batch_new(it->session, NULL);

		coodie_batch_insert(b, &entry_model, &first, NULL);
		coodie_batch_insert(b, &entry_model, &second, NULL);
		if (round)
			coodie_batch_save(b, &entry_model, &third, NULL);
		lwt = coodie_batch_run_if(b, &err);
		integration_ok(lwt, &err, "run_if");
		coodie_batch_free(b);
		assert_int_equal(coodie_lwt_applied(lwt), !round);
		if (!round)
			coodie_lwt_free(lwt);
	}
	assert_int_equal(coodie_lwt_count(lwt), 2);
	for (size_t i = 0; i < 2; i++) {
		const entry *there = coodie_lwt_existing_at(lwt, i);

		assert_non_null(there);
		assert_int_equal(there->shelf, 7);
		assert_string_equal(there->name, "x");
	}
	coodie_lwt_free(lwt);
	assert_int_equal(rows_of(it, 7), 2);
}

static bool fill(coodie_batch *b, void *user, coodie_error *err)
{
	entry one = an_entry(8, 1);

	coodie_batch_save(b, &entry_model, &one, NULL);
	(void)err;
	return *(bool *)user;
}

/* BA-04 */
static void test_scope(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	bool works = false;

	assert_false(coodie_batch_scope(it->session, NULL, fill, &works, &err));
	assert_int_equal(rows_of(it, 8), 0);
	works = true;
	integration_ok(coodie_batch_scope(it->session, NULL, fill, &works, &err), &err, "scope");
	assert_int_equal(rows_of(it, 8), 1);
}

/* ---- many ------------------------------------------------------------------------------------ */

enum { SHELVES = 100, PLACES = 5, MANY = SHELVES * PLACES };

static bool seen[MANY];
static size_t seen_count;

static bool see(void *object, void *user)
{
	const entry *e = object;
	int at = (e->shelf - 1000) * PLACES + e->place;

	(void)user;
	assert_in_range(at, 0, MANY - 1);
	assert_false(seen[at]);
	seen[at] = true;
	seen_count++;
	return true;
}

/* Q10, Q13, MG-15, MG-16: written together and one by one, read by keys, and by ranges: each row once. */
static void test_many(void **state)
{
	static entry entries[MANY];
	static void *at[MANY], *found[MANY];
	static cql_value values[MANY][2];
	static cql_args keys[MANY];
	struct integration *it = *state;
	coodie_error err = { 0 };
	size_t done = 0;
	coodie_query *q;

	integration_do(it->session, "TRUNCATE slots");
	for (int i = 0; i < MANY; i++) {
		entries[i] = an_entry(1000 + i / PLACES, i % PLACES);
		at[i] = &entries[i];
		values[i][0] = cql(entries[i].shelf);
		values[i][1] = cql(entries[i].place + (i % 7 ? 0 : 50)); /* some are not there */
		keys[i] = (cql_args){ 2, values[i] };
	}
	for (uint32_t batch = 0; batch <= 4; batch += 4) {
		integration_ok(coodie_save_many(it->session, &entry_model, at, MANY,
						COODIE_MANY(.batch_rows = batch, .in_flight = 40,
							    .done = &done),
						NULL, &err),
			       &err, "save_many");
		assert_int_equal(done, MANY);
	}
	integration_ok(
		coodie_get_many(it->session, &entry_model, keys, MANY, NULL, NULL, found, &err),
		&err, "get_many");
	for (int i = 0; i < MANY; i++) {
		const entry *e = found[i];

		assert_int_equal(e == NULL, i % 7 == 0);
		if (e)
			assert_true(e->shelf == entries[i].shelf && e->place == entries[i].place);
	}
	coodie_objects_free(found, MANY);
	q = coodie_find(it->session, &entry_model, NULL, CQL_ARGS());
	coodie_page_rows(q, 3); /* pages end in the middle of partitions */
	memset(seen, 0, sizeof(seen));
	seen_count = 0;
	integration_ok(coodie_scan(q, COODIE_SCAN(.ranges = 37), see, NULL, &err), &err, "scan");
	coodie_query_free(q);
	assert_int_equal(seen_count, MANY);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_tables),    cmocka_unit_test(test_kinds),
	cmocka_unit_test(test_timestamp), cmocka_unit_test(test_times),
	cmocka_unit_test(test_errors),
	cmocka_unit_test(test_counters),  cmocka_unit_test(test_conditions),
	cmocka_unit_test(test_scope),     cmocka_unit_test(test_many),
};

const struct integration_group integration_batch = INTEGRATION_GROUP("batch", tests,
								     INTEGRATION_ALWAYS);
