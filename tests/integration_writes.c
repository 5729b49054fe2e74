/* SPDX-License-Identifier: MIT */
/* Integration: what the mapper writes besides saves: collections element by element, statics,
 * conditions, counters, batches, cells; each looked at past the mapper, in the table. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

#include <coodie/batch.h>
#include <coodie/counter.h>
#include <coodie/lwt.h>
#include <coodie/update.h>

/* ---- the models ------------------------------------------------------------------------------ */

typedef struct bag {
	coodie_row row;
	int32_t id;
	cql_set tags;
	cql_list steps;
	cql_map scores;
	cql_list fixed;
	int32_t *size;
	const char *name;
} bag;

static const coodie_column bag_columns[] = {
	COODIE_COLUMN(bag, id, "int", .partition_key = 1),
	COODIE_COLUMN(bag, tags, "set<text>"),
	COODIE_COLUMN(bag, steps, "list<int>"),
	COODIE_COLUMN(bag, scores, "map<text, int>"),
	COODIE_COLUMN(bag, fixed, "frozen<list<int>>"),
	COODIE_COLUMN(bag, size, "int"),
	COODIE_COLUMN(bag, name, "text"),
};
static const coodie_model bag_model = COODIE_MODEL(bag, bag_columns, "bags");

typedef struct seat {
	coodie_row row;
	int32_t hall;
	int32_t *number; /* null beside the static column alone */
	const char *title;
	const char *guest;
} seat;

static const coodie_column seat_columns[] = {
	COODIE_COLUMN(seat, hall, "int", .partition_key = 1),
	COODIE_COLUMN(seat, number, "int", .clustering_key = 1),
	COODIE_COLUMN(seat, title, "text", .is_static = true),
	COODIE_COLUMN(seat, guest, "text"),
};
static const coodie_model seat_model = COODIE_MODEL(seat, seat_columns, "seats");

typedef struct hits {
	coodie_row row;
	int32_t page;
	int64_t seen;
	int64_t *clicked;
} hits;

static const coodie_column hits_columns[] = {
	COODIE_COLUMN(hits, page, "int", .partition_key = 1),
	COODIE_COLUMN(hits, seen, "counter"),
	COODIE_COLUMN(hits, clicked, "counter"),
};
static const coodie_model hits_model = COODIE_MODEL(hits, hits_columns, "hits");

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

static void test_tables(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	ok(coodie_sync_table(it->session, &bag_model, NULL, &err), &err, "bags");
	ok(coodie_sync_table(it->session, &seat_model, NULL, &err), &err, "seats");
	ok(coodie_sync_table(it->session, &hits_model, NULL, &err), &err, "hits");
}

/* What one column of a row is in the table, as CQL writes it. */
static void there(struct integration *it, const char *column, const char *from, cql_args key,
		  const char *want)
{
	char text[160];

	snprintf(text, sizeof(text), "SELECT %s FROM %s", column, from);
	integration_shows(it->session, text, key, want);
}

static void bag_is(struct integration *it, int id, const char *column, const char *want)
{
	there(it, column, "bags WHERE id = ?", CQL_ARGS(cql(id)), want);
}

static void update_bag(struct integration *it, int id, const char *set, cql_args args)
{
	bag b = { .id = id };
	coodie_error err = { 0 };

	ok(coodie_update(it->session, &bag_model, &b, set, args, NULL, &err), &err, set);
}

static void expect_applied(coodie_lwt *take_lwt, bool applied)
{
	assert_true(coodie_lwt_applied(take_lwt) == applied);
	coodie_lwt_free(take_lwt);
}

/* ---- collections ----------------------------------------------------------------------------- */

/* CO-02, CO-03, CO-15, CO-16: adding makes the row, taking away from nothing is fine. */
static void test_sets(void **state)
{
	struct integration *it = *state;

	update_bag(it, 1, "tags = tags - ?", CQL_ARGS(cql(CQL_SET(cql("none")))));
	bag_is(it, 1, "tags", "no row");
	update_bag(it, 1, "tags = tags + ?", CQL_ARGS(cql(CQL_SET(cql("b"), cql("a")))));
	bag_is(it, 1, "tags", "{'a', 'b'}");
	update_bag(it, 1, "tags = tags - ?", CQL_ARGS(cql(CQL_SET(cql("a"), cql("z")))));
	bag_is(it, 1, "tags", "{'b'}");
	update_bag(it, 1, "tags = tags - ?", CQL_ARGS(cql(CQL_SET(cql("b")))));
	bag_is(it, 1, "tags", "no row"); /* the last item was all there was of it */
}

/* CO-03, CO-04, CO-05, CO-08: the order of what is put before is kept; every occurrence goes. */
static void test_lists(void **state)
{
	struct integration *it = *state;
	bag b = { .id = 2 };
	coodie_error err = { 0 };

	update_bag(it, 2, "name = ?, steps = steps + ?",
		   CQL_ARGS(cql("list"), cql(CQL_LIST(cql(1), cql(2), cql(1)))));
	update_bag(it, 2, "steps = ? + steps", CQL_ARGS(cql(CQL_LIST(cql(7), cql(8)))));
	bag_is(it, 2, "steps", "[7, 8, 1, 2, 1]");
	update_bag(it, 2, "steps = steps - ?", CQL_ARGS(cql(CQL_LIST(cql(1)))));
	bag_is(it, 2, "steps", "[7, 8, 2]");
	update_bag(it, 2, "steps[?] = ?", CQL_ARGS(cql(1), cql(80)));
	bag_is(it, 2, "steps", "[7, 80, 2]");
	assert_false(coodie_update(it->session, &bag_model, &b, "steps[?] = ?",
				   CQL_ARGS(cql(9), cql(1)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	ok(coodie_delete_columns(it->session, &bag_model, &b, "steps[?]", CQL_ARGS(cql(0)), NULL,
				 &err),
	   &err, "an item of a list");
	bag_is(it, 2, "steps", "[80, 2]");
}

/* CO-03, CO-06, CO-07, CO-09, LC-16 */
static void test_maps(void **state)
{
	struct integration *it = *state;
	bag b = { .id = 3 };
	coodie_error err = { 0 };

	update_bag(it, 3, "name = ?, scores = scores + ?",
		   CQL_ARGS(cql("map"), cql(CQL_MAP(cql("a"), cql(1), cql("b"), cql(2)))));
	update_bag(it, 3, "scores[?] = ?", CQL_ARGS(cql("b"), cql(20)));
	update_bag(it, 3, "scores[?] = ?", CQL_ARGS(cql("c"), cql(3)));
	bag_is(it, 3, "scores", "{'a': 1, 'b': 20, 'c': 3}");
	update_bag(it, 3, "scores = scores - ?", CQL_ARGS(cql(CQL_SET(cql("a")))));
	ok(coodie_delete_columns(it->session, &bag_model, &b, "scores[?]", CQL_ARGS(cql("c")), NULL,
				 &err),
	   &err, "a key of a map");
	bag_is(it, 3, "scores", "{'b': 20}");
	update_bag(it, 3, "scores = ?", CQL_ARGS(cql(CQL_MAP(cql("z"), cql(26)))));
	bag_is(it, 3, "scores", "{'z': 26}");
}

/* CO-17: a frozen one is replaced whole; CO-14, LC-11: nothing to add sends nothing; CO-10, CO-21:
 * several in one, bound in the order of the text. */
static void test_several(void **state)
{
	struct integration *it = *state;
	bag b = { .id = 4 };
	coodie_error err = { 0 };

	update_bag(it, 4, "fixed = ?, size = ?, tags = tags + ?, scores[?] = ?",
		   CQL_ARGS(cql(CQL_LIST(cql(3), cql(4))), cql(5), cql(CQL_SET(cql("t"))), cql("k"),
			    cql(6)));
	bag_is(it, 4, "fixed", "[3, 4]");
	bag_is(it, 4, "size", "5");
	bag_is(it, 4, "scores", "{'k': 6}");
	assert_false(coodie_update(it->session, &bag_model, &b, "fixed = fixed + ?",
				   CQL_ARGS(cql(CQL_LIST(cql(1)))), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_QUERY);
	update_bag(it, 4, "tags = tags + ?", CQL_ARGS(cql(CQL_SET())));
	bag_is(it, 4, "tags", "{'t'}");
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* LC-09, LC-15, LC-28: only what is named changes, without a read before it. */
static void test_cells(void **state)
{
	struct integration *it = *state;
	bag b = { .id = 5, .size = &(int32_t){ 1 }, .name = "five" };
	coodie_error err = { 0 };

	ok(coodie_save(it->session, &bag_model, &b, NULL, &err), &err, "save");
	update_bag(it, 5, "size = ?", CQL_ARGS(cql(2)));
	bag_is(it, 5, "name", "'five'");
	bag_is(it, 5, "size", "2");
	update_bag(it, 5, "size = ?", CQL_ARGS(cql_null()));
	bag_is(it, 5, "size", "null");
	ok(coodie_delete_columns(it->session, &bag_model, &b, "name", CQL_ARGS(), NULL, &err), &err,
	   "delete columns");
	bag_is(it, 5, "name", "null");
}

/* CO-19, LC-20: the ttl is of the cells that are written. */
static void test_ttl_of_cells(void **state)
{
	struct integration *it = *state;
	bag b = { .id = 6, .name = "six" };
	coodie_error err = { 0 };
	int64_t left;

	ok(coodie_save(it->session, &bag_model, &b, NULL, &err), &err, "save");
	ok(coodie_update(it->session, &bag_model, &b, "size = ?", CQL_ARGS(cql(6)),
			 COODIE_WRITE(.ttl = 500), &err),
	   &err, "update");
	left = integration_number(it->session, "SELECT TTL(size) FROM bags WHERE id = ?",
				  CQL_ARGS(cql(6)));
	assert_in_range(left, 400, 500);
	there(it, "TTL(name)", "bags WHERE id = ?", CQL_ARGS(cql(6)), "null");
}

/* LC-21: an older timestamp loses. */
static void test_timestamps(void **state)
{
	struct integration *it = *state;
	bag b = { .id = 7 };
	coodie_error err = { 0 };

	ok(coodie_update(it->session, &bag_model, &b, "name = ?", CQL_ARGS(cql("new")),
			 COODIE_WRITE(.timestamp_us = 2000), &err),
	   &err, "update");
	ok(coodie_update(it->session, &bag_model, &b, "name = ?", CQL_ARGS(cql("old")),
			 COODIE_WRITE(.timestamp_us = 1000), &err),
	   &err, "update");
	bag_is(it, 7, "name", "'new'");
	ok(coodie_delete(it->session, &bag_model, &b, COODIE_WRITE(.timestamp_us = 1500), &err),
	   &err, "a delete in the past");
	bag_is(it, 7, "name", "'new'");
}

/* ---- fields ---------------------------------------------------------------------------------- */

typedef struct place {
	const char *street;
	int32_t *number;
} place;

static const coodie_column place_fields[] = {
	COODIE_COLUMN(place, street, "text"),
	COODIE_COLUMN(place, number, "int", .db_name = "Number"),
};
static const coodie_udt place_type = COODIE_TYPE(place, place_fields, "place");

typedef struct parcel {
	coodie_row row;
	int32_t id;
	place *home;
	const char *state;
} parcel;

static const coodie_column parcel_columns[] = {
	COODIE_COLUMN(parcel, id, "int", .partition_key = 1),
	COODIE_UDT(parcel, home, place, &place_type, .type = "place"),
	COODIE_COLUMN(parcel, state, "text"),
};
static const coodie_model parcel_model = COODIE_MODEL(parcel, parcel_columns, "parcels");

static void parcel_is(struct integration *it, const char *column, const char *want)
{
	there(it, column, "parcels WHERE id = ?", CQL_ARGS(cql(1)), want);
}

/* UD-21: a user type that is not frozen is written field by field; the other fields stay. */
static void test_fields(void **state)
{
	struct integration *it = *state;
	parcel p = { .id = 1, .home = &(place){ "Main", &(int32_t){ 7 } }, .state = "sent" };
	coodie_error err = { 0 };
	coodie_lwt *lwt;
	parcel *read;

	ok(coodie_sync_table(it->session, &parcel_model, NULL, &err), &err, "parcels");
	ok(coodie_save(it->session, &parcel_model, &p, NULL, &err), &err, "save");
	ok(coodie_update(it->session, &parcel_model, &p, "home.street = ?", CQL_ARGS(cql("Side")),
			 NULL, &err),
	   &err, "one field");
	parcel_is(it, "home.street", "'Side'");
	parcel_is(it, "home.\"Number\"", "7");
	ok(coodie_delete_columns(it->session, &parcel_model, &p, "home.street", CQL_ARGS(), NULL,
				 &err),
	   &err, "delete one field");
	parcel_is(it, "home.street", "null");
	lwt = coodie_update_if(it->session, &parcel_model, &p, "home.number = ?, state = ?",
			       "home.number = ? AND home.street = ?",
			       CQL_ARGS(cql(8), cql("there"), cql(7), cql_null()), NULL, &err);
	ok(lwt, &err, "a condition on fields");
	expect_applied(lwt, true);
	lwt = coodie_update_if(it->session, &parcel_model, &p, "home.number = ?", "home.number > ?",
			       CQL_ARGS(cql(9), cql(8)), NULL, &err);
	ok(lwt, &err, "a condition that does not hold");
	expect_applied(lwt, false);
	read = coodie_get(it->session, &parcel_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(read, &err, "get");
	assert_null(read->home->street);
	assert_int_equal(*read->home->number, 8);
	assert_string_equal(read->state, "there");
	coodie_object_free(read);
}

/* ---- statics --------------------------------------------------------------------------------- */

/* TY-38, LC-26: one for the partition, written with a row and without. */
static void test_statics(void **state)
{
	struct integration *it = *state;
	seat one = { .hall = 1, .number = &(int32_t){ 1 }, .title = "play", .guest = "ada" };
	seat two = { .hall = 1, .number = &(int32_t){ 2 }, .guest = "bob" };
	seat title = { .hall = 1, .title = "film" }, lone = { .hall = 2, .title = "void" };
	coodie_error err = { 0 };

	ok(coodie_save(it->session, &seat_model, &one, NULL, &err), &err, "one");
	ok(coodie_save(it->session, &seat_model, &two, NULL, &err), &err, "two");
	there(it, "title, guest", "seats WHERE hall = ? AND number = 2", CQL_ARGS(cql(1)),
	      "'play'");
	ok(coodie_save(it->session, &seat_model, &title, NULL, &err), &err, "title");
	there(it, "title, guest", "seats WHERE hall = ? AND number = 1", CQL_ARGS(cql(1)),
	      "'film'");
	assert_int_equal(integration_number(it->session,
					    "SELECT COUNT(*) FROM seats WHERE hall = ?",
					    CQL_ARGS(cql(1))),
			 2);
	ok(coodie_save(it->session, &seat_model, &lone, NULL, &err), &err, "lone");
	there(it, "number", "seats WHERE hall = ?", CQL_ARGS(cql(2)), "null");
}

/* ---- conditions ------------------------------------------------------------------------------ */

static coodie_lwt *conditional(struct integration *it, int id, const char *set,
			       const char *condition, cql_args args)
{
	bag b = { .id = id };
	coodie_error err = { 0 };
	coodie_lwt *lwt = coodie_update_if(it->session, &bag_model, &b, set, condition, args, NULL,
					   &err);

	ok(lwt, &err, condition);
	return lwt;
}

/* LW-01, LW-02, LC-07: the row that is in the way comes back whole. */
static void test_insert(void **state)
{
	struct integration *it = *state;
	bag b = { .id = 10, .name = "ten", .size = &(int32_t){ 1 } };
	coodie_error err = { 0 };
	coodie_lwt *lwt = coodie_insert(it->session, &bag_model, &b, NULL, &err);
	const bag *existing;

	ok(lwt, &err, "insert");
	assert_null(coodie_lwt_existing(lwt));
	expect_applied(lwt, true);
	b.name = "other";
	lwt = coodie_insert(it->session, &bag_model, &b, NULL, &err);
	ok(lwt, &err, "insert again");
	existing = coodie_lwt_existing(lwt);
	assert_non_null(existing);
	assert_string_equal(existing->name, "ten");
	assert_int_equal(*existing->size, 1);
	expect_applied(lwt, false);
	assert_null(coodie_insert(it->session, &bag_model, &b, COODIE_WRITE(.must_apply = true),
				  &err)); /* LW-09 */
	assert_int_equal(err.code, COODIE_ERR_NOT_APPLIED);
	bag_is(it, 10, "name", "'ten'");
}

/* LW-03, LW-04, LW-07, OP-14: conditions of every operator; the condition's column comes back. */
static void test_conditions(void **state)
{
	struct integration *it = *state;
	coodie_lwt *lwt;

	expect_applied(conditional(it, 11, "name = ?", "EXISTS", CQL_ARGS(cql("ghost"))), false);
	bag_is(it, 11, "name", "no row");
	update_bag(it, 11, "size = ?, name = ?", CQL_ARGS(cql(5), cql("eleven")));
	expect_applied(conditional(it, 11, "name = ?", "EXISTS", CQL_ARGS(cql("there"))), true);
	lwt = conditional(it, 11, "name = ?", "size = ?", CQL_ARGS(cql("no"), cql(6)));
	assert_int_equal(*((const bag *)coodie_lwt_existing(lwt))->size, 5);
	expect_applied(lwt, false);
	expect_applied(conditional(it, 11, "size = ?", "size != ?", CQL_ARGS(cql(7), cql(5))),
		       false);
	expect_applied(conditional(it, 11, "size = ?", "size > ? AND size <= ?",
				   CQL_ARGS(cql(7), cql(4), cql(5))),
		       true);
	expect_applied(conditional(it, 11, "size = ?", "size IN ?",
				   CQL_ARGS(cql(8), cql(CQL_LIST(cql(1), cql(7))))),
		       true);
	expect_applied(conditional(it, 11, "size = ?", "name = ?", CQL_ARGS(cql(9), cql_null())),
		       false);
	bag_is(it, 11, "size", "8");
}

/* LW-05, LW-08: deletes and saves with a condition; a tracked object follows only what was
 * applied. */
static void test_conditional_objects(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_lwt *lwt;
	bag *b;

	update_bag(it, 12, "size = ?", CQL_ARGS(cql(1)));
	b = coodie_get(it->session, &bag_model, CQL_ARGS(cql(12)), NULL, &err);
	ok(b, &err, "get");
	*b->size = 2;
	lwt = coodie_save_if(it->session, &bag_model, b, "size = ?", CQL_ARGS(cql(9)), NULL, &err);
	ok(lwt, &err, "save if");
	expect_applied(lwt, false);
	lwt = coodie_save_if(it->session, &bag_model, b, "size = ?", CQL_ARGS(cql(1)), NULL, &err);
	ok(lwt, &err, "save if");
	expect_applied(lwt, true);
	bag_is(it, 12, "size", "2");
	lwt = coodie_delete_if(it->session, &bag_model, b, "size = ?", CQL_ARGS(cql(1)), NULL,
			       &err);
	ok(lwt, &err, "delete if");
	expect_applied(lwt, false);
	lwt = coodie_delete_if(it->session, &bag_model, b, "EXISTS", CQL_ARGS(), NULL, &err);
	ok(lwt, &err, "delete if");
	expect_applied(lwt, true);
	bag_is(it, 12, "size", "no row");
	coodie_object_free(b);
}

/* ---- queries that write ---------------------------------------------------------------------- */

/* QS-33, QS-35: an update by its whole key, a delete of a range and of a partition. */
static void test_queries(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_query *q;

	for (int i = 1; i <= 4; i++) {
		seat s = { .hall = 9, .number = &i, .guest = "guest" };
		ok(coodie_save(it->session, &seat_model, &s, NULL, &err), &err, "save");
	}
	q = coodie_find(it->session, &seat_model, "hall = ? AND number = ?",
			CQL_ARGS(cql(9), cql(2)));
	ok(coodie_query_update(q, "guest = ?", CQL_ARGS(cql("queen")), NULL, &err), &err, "update");
	coodie_query_free(q);
	there(it, "guest", "seats WHERE hall = ? AND number = 2", CQL_ARGS(cql(9)), "'queen'");
	q = coodie_find(it->session, &seat_model, "hall = ? AND number > ?",
			CQL_ARGS(cql(9), cql(2)));
	ok(coodie_query_delete(q, NULL, &err), &err, "delete a range");
	coodie_query_free(q);
	assert_int_equal(integration_number(it->session,
					    "SELECT COUNT(*) FROM seats WHERE hall = ?",
					    CQL_ARGS(cql(9))),
			 2);
	q = coodie_find(it->session, &seat_model, "hall = ?", CQL_ARGS(cql(9)));
	ok(coodie_query_delete(q, NULL, &err), &err, "delete a partition");
	coodie_query_free(q);
	there(it, "guest", "seats WHERE hall = ?", CQL_ARGS(cql(9)), "no row");
}

/* ---- counters -------------------------------------------------------------------------------- */

/* CT-01, CT-03, CT-04, CT-07, CT-11: deltas add up, a counter never written is null. */
static void test_counters(void **state)
{
	struct integration *it = *state;
	hits h = { .page = 1 }, *read;
	coodie_error err = { 0 };

	for (int i = 0; i < 3; i++)
		ok(coodie_increment(it->session, &hits_model, &h, "seen", CQL_ARGS(cql(5)), NULL,
				    &err),
		   &err, "increment");
	ok(coodie_decrement(it->session, &hits_model, &h, "seen", CQL_ARGS(cql(1)), NULL, &err),
	   &err, "decrement");
	read = coodie_get(it->session, &hits_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(read, &err, "get");
	assert_int_equal(read->seen, 14);
	assert_null(read->clicked);
	coodie_object_free(read);
	ok(coodie_increment(it->session, &hits_model, &h, "seen, clicked", CQL_ARGS(cql(1), cql(2)),
			    NULL, &err),
	   &err, "two at once");
	there(it, "clicked", "hits WHERE page = ?", CQL_ARGS(cql(1)), "2");
	assert_false(coodie_save(it->session, &hits_model, &h, NULL, &err));         /* CT-05 */
	ok(coodie_delete(it->session, &hits_model, &h, NULL, &err), &err, "delete"); /* CT-06 */
	there(it, "seen", "hits WHERE page = ?", CQL_ARGS(cql(1)), "no row");
}

/* ---- batches --------------------------------------------------------------------------------- */

/* BA-01, BA-03, BA-06, BA-07, BA-13 */
static void test_batches(void **state)
{
	struct integration *it = *state;
	bag one = { .id = 20, .name = "twenty" }, two = { .id = 21, .name = "one more" };
	coodie_batch *b = coodie_batch_new(it->session, COODIE_BATCH(.timestamp_us = 5000));
	coodie_error err = { 0 };

	ok(coodie_batch_run(b, &err), &err, "an empty batch");
	coodie_batch_save(b, &bag_model, &one, NULL);
	coodie_batch_save(b, &bag_model, &two, COODIE_WRITE(.ttl = 600));
	ok(coodie_batch_run(b, &err), &err, "a batch");
	coodie_batch_free(b);
	assert_int_equal(integration_number(it->session,
					    "SELECT WRITETIME(name) FROM bags WHERE id = ?",
					    CQL_ARGS(cql(20))),
			 5000);
	assert_in_range(integration_number(it->session, "SELECT TTL(name) FROM bags WHERE id = ?",
					   CQL_ARGS(cql(21))),
			500, 600);
	b = coodie_batch_new(it->session, COODIE_BATCH(.kind = COODIE_BATCH_UNLOGGED));
	coodie_batch_delete(b, &bag_model, &one, NULL);
	ok(coodie_batch_run(b, &err), &err, "an unlogged batch");
	coodie_batch_free(b);
	bag_is(it, 20, "name", "no row");
}

/* BA-04: a scope that fails sends nothing. */
static bool fill_and_fail(coodie_batch *b, void *user, coodie_error *err)
{
	(void)err;
	coodie_batch_save(b, &bag_model, user, NULL);
	return false;
}

static void test_scope(void **state)
{
	struct integration *it = *state;
	bag one = { .id = 30, .name = "thirty" };
	coodie_error err = { 0 };

	/* BA-04 */
	assert_false(coodie_batch_scope(it->session, NULL, fill_and_fail, &one, &err));
	bag_is(it, 30, "name", "no row");
	ok(coodie_save(it->session, &bag_model, &one, NULL, &err), &err, "save");
	bag_is(it, 30, "name", "'thirty'");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_tables),       cmocka_unit_test(test_sets),
	cmocka_unit_test(test_lists),        cmocka_unit_test(test_maps),
	cmocka_unit_test(test_several),      cmocka_unit_test(test_cells),
	cmocka_unit_test(test_ttl_of_cells), cmocka_unit_test(test_timestamps),
	cmocka_unit_test(test_statics),      cmocka_unit_test(test_insert),
	cmocka_unit_test(test_conditions),   cmocka_unit_test(test_conditional_objects),
	cmocka_unit_test(test_queries),      cmocka_unit_test(test_counters),
	cmocka_unit_test(test_fields),
	cmocka_unit_test(test_batches),      cmocka_unit_test(test_scope),
};

const struct integration_group integration_writes = INTEGRATION_GROUP("writes", tests,
								      INTEGRATION_ALWAYS);
