/* SPDX-License-Identifier: MIT */
/* Integration: user types in rows: nested, in collections, as keys, with fields that are not
 * there, under names that need quotes, of two keyspaces. What sync does with them is in
 * integration_schema.c. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

/* ---- the types: a struct of one field, its next version, and one that has it in it --------- */

typedef struct old_street {
	const char *name;
} old_street;

static const coodie_column old_street_fields[] = { COODIE_COLUMN(old_street, name, "text") };
static const coodie_udt old_street_type = COODIE_TYPE(old_street, old_street_fields, "street");

typedef struct street {
	int32_t *number; /* the table puts the new field last, wherever the struct has it */
	const char *name;
	int32_t floor;
} street;

static const coodie_column street_fields[] = {
	COODIE_COLUMN(street, number, "int"),
	COODIE_COLUMN(street, name, "text"),
	COODIE_COLUMN(street, floor, "int"),
};
static const coodie_udt street_type = COODIE_TYPE(street, street_fields, "street");

typedef struct home {
	street at;
	street *second;
	cql_list past;
	cql_tuple pair;
	const char *order;
} home;

static const coodie_column home_fields[] = {
	COODIE_UDT(home, at, street, &street_type),
	COODIE_UDT(home, second, street, &street_type, .db_name = "Second"),
	COODIE_COLUMN(home, past, "frozen<list<frozen<street>>>", .udt = &street_type),
	COODIE_COLUMN(home, pair, "tuple<int, frozen<street>>", .udt = &street_type),
	COODIE_COLUMN(home, order, "text"), /* a word of CQL's */
};
static const coodie_udt home_type = COODIE_TYPE(home, home_fields, "\"Home\"");

/* The struct of a field more says the same of the table. */
#define STREETS(T, U) \
	COODIE_COLUMN(T, id, "int", .partition_key = 1), COODIE_UDT(T, one, U, &U##_type), \
		COODIE_COLUMN(T, list, "list<frozen<street>>", .udt = &U##_type), \
		COODIE_COLUMN(T, whole, "frozen<set<frozen<street>>>", .udt = &U##_type), \
		COODIE_COLUMN(T, values, "map<text, frozen<street>>", .udt = &U##_type), \
		COODIE_COLUMN(T, keys, "map<frozen<street>, text>", .key_udt = &U##_type)

typedef struct old_row {
	coodie_row row;
	int32_t id;
	old_street one;
	cql_list list;
	cql_set whole;
	cql_map values, keys;
} old_row;

typedef struct new_row {
	coodie_row row;
	int32_t id;
	street one;
	cql_list list;
	cql_set whole;
	cql_map values, keys;
} new_row;

static const coodie_column old_columns[] = { STREETS(old_row, old_street) };
static const coodie_column new_columns[] = { STREETS(new_row, street) };
static const coodie_model old_model = COODIE_MODEL(old_row, old_columns, "streets");
static const coodie_model new_model = COODIE_MODEL(new_row, new_columns, "streets");

/* ---- a type grows -------------------------------------------------------------------------- */

static void street_is(struct integration *it, int id, const char *want)
{
	integration_shows(it->session, "SELECT one FROM streets WHERE id = ?", CQL_ARGS(cql(id)),
			  want);
}

/* UD-12: one struct, and the same one in every collection. */
static void test_collections(void **state)
{
	struct integration *it = *state;
	old_street a = { "A" }, b = { "B" };
	cql_value x = cql_from_object(&old_street_type, &a),
		  y = cql_from_object(&old_street_type, &b);
	old_row row = { .id = 1, .one = a };
	coodie_error err = { 0 };

	ok(coodie_sync_table(it->session, &old_model, NULL, &err), &err, "sync");
	row.list = CQL_LIST(y, x, y);
	row.whole = CQL_SET(x, y);
	row.values = CQL_MAP(cql("x"), x);
	row.keys = CQL_MAP(x, cql("x"), y, cql("y"));
	ok(coodie_save(it->session, &old_model, &row, NULL, &err), &err, "save");
	street_is(it, 1, "{name: 'A'}");
	integration_shows(it->session, "SELECT list FROM streets WHERE id = 1", CQL_ARGS(),
			  "[{name: 'B'}, {name: 'A'}, {name: 'B'}]");
	integration_shows(it->session, "SELECT keys FROM streets WHERE id = 1", CQL_ARGS(),
			  "{{name: 'A'}: 'x', {name: 'B'}: 'y'}");
}

/* The only item or pair of a collection as a struct of today. */
static street first_of(cql_seq seq, bool is_map, bool is_key, cql_arena *arena)
{
	cql_iter it = is_map ? cql_map_iter((cql_map){ seq }) : cql_list_iter((cql_list){ seq });
	coodie_error err = { 0 };
	cql_value key, value;
	street s;

	assert_true(is_map ? cql_iter_next_pair(&it, &key, &value) : cql_iter_next(&it, &value));
	ok(cql_to_object(is_key ? key : value, &street_type, &s, arena, &err), &err, "an item");
	return s;
}

static void check_old_item(street s, const char *name)
{
	assert_string_equal(s.name, name);
	assert_null(s.number);
	assert_int_equal(s.floor, 0);
}

/* UD-10, UD-05: rows from before ALTER TYPE ADD read as rows without the new fields, everywhere,
 * and saving them again sends nothing. */
static void test_values_of_before(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	cql_arena *arena = cql_arena_new(NULL, NULL);
	struct integration_counter c;
	coodie_session *s = integration_count(it, &c);
	new_row *row;

	ok(coodie_sync_table(it->session, &new_model, NULL, &err), &err, "ALTER TYPE");
	row = coodie_get(s, &new_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(row, &err, "get");
	check_old_item(row->one, "A");
	check_old_item(first_of(row->list.seq, false, false, arena), "B");
	check_old_item(first_of(row->whole.seq, false, false, arena), "A");
	check_old_item(first_of(row->values.seq, true, false, arena), "A");
	check_old_item(first_of(row->keys.seq, true, true, arena), "A");
	ok(coodie_save(s, &new_model, row, NULL, &err), &err, "save");
	assert_int_equal(c.sent, 1); /* the get */
	row->one.number = &(int32_t){ 7 };
	ok(coodie_save(s, &new_model, row, NULL, &err), &err, "save a field");
	street_is(it, 1, "{name: 'A', number: 7, floor: 0}");
	coodie_object_free(row);
	coodie_session_free(s);
	cql_arena_free(arena);
}

/* UD-10: a struct that has fewer fields than the type reads those it has; what it writes has
 * null in the others. */
static void test_fields_of_nobody(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	struct integration_counter c;
	coodie_session *s = integration_count(it, &c);
	old_row *row = coodie_get(s, &old_model, CQL_ARGS(cql(1)), NULL, &err);

	ok(row, &err, "get");
	assert_string_equal(row->one.name, "A");
	ok(coodie_save(s, &old_model, row, NULL, &err), &err, "save");
	assert_int_equal(c.sent, 1); /* the get */
	street_is(it, 1, "{name: 'A', number: 7, floor: 0}");
	row->one.name = "Z";
	ok(coodie_save(s, &old_model, row, NULL, &err), &err, "save a field");
	street_is(it, 1, "{name: 'Z', number: null, floor: null}");
	coodie_object_free(row);
	coodie_session_free(s);
}

/* A session that knows the type of before is told of the new one when it uses its statements. */
static void test_altered_by_others(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	new_row *row;

	integration_do(it->session, "ALTER TYPE street ADD zip text");
	integration_do(it->session, "UPDATE streets SET one = {name: 'C', number: 1, floor: 2, zip: "
				    "'8000'} WHERE id = 2");
	row = coodie_get(it->session, &new_model, CQL_ARGS(cql(2)), NULL, &err);
	ok(row, &err, "get");
	assert_string_equal(row->one.name, "C");
	assert_int_equal(*row->one.number, 1);
	row->one.floor = 3;
	ok(coodie_save(it->session, &new_model, row, NULL, &err), &err, "save");
	street_is(it, 2, "{name: 'C', number: 1, floor: 3, zip: null}");
	coodie_object_free(row);
}

/* UD-03, CO-03: structs as binds of assignments and of conditions. */
static void test_binds(void **state)
{
	struct integration *it = *state;
	street s = { .name = "new" };
	cql_value item = cql_from_object(&street_type, &s);
	new_row row = { .id = 3 };
	coodie_error err = { 0 };
	coodie_query *q;
	uint64_t count = 0;

	ok(coodie_update(it->session, &new_model, &row, "list = list + ?, values[?] = ?",
			 CQL_ARGS(cql(CQL_LIST(item)), cql("k"), item), NULL, &err),
	   &err, "update");
	integration_shows(it->session, "SELECT values FROM streets WHERE id = 3", CQL_ARGS(),
			  "{'k': {name: 'new', number: null, floor: 0, zip: null}}");
	q = coodie_find(it->session, &new_model, "list CONTAINS ?", CQL_ARGS(item));
	coodie_allow_filtering(q);
	ok(coodie_count(q, &count, &err), &err, "count");
	assert_int_equal(count, 1);
	coodie_query_free(q);
}

/* ---- types inside types -------------------------------------------------------------------- */

typedef struct person {
	coodie_row row;
	int32_t id;
	street born; /* in the key */
	home *home;
	cql_map homes;
} person;

static const coodie_column person_columns[] = {
	COODIE_COLUMN(person, id, "int", .partition_key = 1),
	COODIE_UDT(person, born, street, &street_type, .clustering_key = 1),
	COODIE_UDT(person, home, home, &home_type),
	COODIE_COLUMN(person, homes, "map<text, frozen<\"Home\">>", .udt = &home_type),
};
static const coodie_model person_model = COODIE_MODEL(person, person_columns, "\"People\"");

static void note_types(const char *cql, void *user)
{
	char *seen = user;

	if (strncmp(cql, "-- ", 3)) /* of the field that the struct has not */
		strcat(seen, strstr(cql, "CREATE TABLE") ? "table" : "type ");
}

static person *person_of(coodie_session *s, int id, const street *born)
{
	coodie_error err = { 0 };
	person *p = coodie_get(s, &person_model,
			       CQL_ARGS(cql(id), cql_from_object(&street_type, born)), NULL, &err);

	ok(p, &err, "get");
	return p;
}

static void home_is(struct integration *it, const char *want)
{
	integration_shows(it->session, "SELECT home FROM \"People\" WHERE id = 1", CQL_ARGS(),
			  want);
}

/* UD-02, UD-06, UD-09, UD-15, UD-16, UD-20: written and read field by field, down to the last
 * one. */
static void test_nested(void **state)
{
	struct integration *it = *state;
	street main = { &(int32_t){ 1 }, "Main", 2 }, past = { .name = "Past" };
	home h = { .at = main, .order = "it''s" };
	person p = { .id = 1, .born = past, .home = &h }, *back;
	char seen[100] = "";
	coodie_error err = { 0 };

	ok(coodie_sync_table(it->session, &person_model,
			     COODIE_SYNC(.each = note_types, .user = seen), &err),
	   &err, "sync");
	assert_string_equal(seen, "type table");
	h.past = CQL_LIST(cql_from_object(&street_type, &past));
	h.pair = CQL_TUPLE(cql(5), cql_from_object(&street_type, &main));
	p.homes = CQL_MAP(cql("x"), cql_from_object(&home_type, &h));
	ok(coodie_save(it->session, &person_model, &p, NULL, &err), &err, "save");
	home_is(it, "{at: {name: 'Main', number: 1, floor: 2, zip: null}, \"Second\": null, past: "
		    "[{name: 'Past', number: null, floor: 0, zip: null}], pair: (5, {name: 'Main', "
		    "number: 1, floor: 2, zip: null}), \"order\": 'it''''s'}");
	back = person_of(it->session, 1, &past);
	assert_string_equal(back->born.name, "Past");
	assert_string_equal(back->home->at.name, "Main");
	assert_int_equal(*back->home->at.number, 1);
	assert_null(back->home->second);
	assert_string_equal(back->home->order, "it''s");
	assert_int_equal(back->home->past.seq.count, 1);
	coodie_object_free(back);
}

/* UD-14: what changed inside writes the whole value; what did not, nothing. UD-11: NULL is null. */
static void test_changes_inside(void **state)
{
	struct integration *it = *state;
	street past = { .name = "Past" };
	struct integration_counter c;
	coodie_session *s = integration_count(it, &c);
	person *p = person_of(s, 1, &past);
	coodie_error err = { 0 };

	ok(coodie_save(s, &person_model, p, NULL, &err), &err, "save");
	assert_int_equal(c.sent, 1); /* the get */
	p->home->second = &past;
	ok(coodie_save(s, &person_model, p, NULL, &err), &err, "save");
	assert_int_equal(c.sent, 2);
	coodie_object_free(p);
	p = person_of(s, 1, &past);
	assert_string_equal(p->home->second->name, "Past");
	assert_string_equal(p->home->at.name, "Main");
	p->home = NULL;
	ok(coodie_save(s, &person_model, p, NULL, &err), &err, "save");
	home_is(it, "null");
	assert_int_equal(p->homes.seq.count, 1);
	coodie_object_free(p);
	coodie_session_free(s);
}

/* UD-19: fields that are not set are null, whichever they are. */
static void test_partly_filled(void **state)
{
	struct integration *it = *state;
	street nowhere = { 0 };
	home nothing = { .at = { .floor = -1 } };
	person p = { .id = 2, .born = nowhere, .home = &nothing }, *back;
	coodie_error err = { 0 };

	ok(coodie_save(it->session, &person_model, &p, NULL, &err), &err, "save");
	back = person_of(it->session, 2, &nowhere);
	assert_null(back->born.name);
	assert_int_equal(back->home->at.floor, -1);
	assert_null(back->home->at.name);
	assert_null(back->home->order);
	assert_null(back->home->pair.seq.items);
	coodie_object_free(back);
}

/* UD-17: a wrong field is refused before anything is sent. */
static void test_wrong_fields(void **state)
{
	struct integration *it = *state;
	home h = { .pair = CQL_TUPLE(cql("five")) };
	person p = { .id = 3, .home = &h };
	struct integration_counter c;
	coodie_session *s = integration_count(it, &c);
	coodie_error err = { 0 };

	assert_false(coodie_save(s, &person_model, &p, NULL, &err));
	assert_non_null(strstr(err.message, "pair"));
	assert_int_equal(c.sent, 0);
	coodie_session_free(s);
}

/* ---- two keyspaces ------------------------------------------------------------------------- */

/* UD-04, UD-18: one struct, a type of this name in each; their fields have orders of their own. */
static void test_two_keyspaces(void **state)
{
	static char elsewhere[64]; /* lives as long as the session */
	static coodie_model there;
	struct integration *it = *state;
	new_row row = { .id = 1, .one = { .name = "there", .floor = 9 } }, *back;
	coodie_error err = { 0 };

	snprintf(elsewhere, sizeof(elsewhere), "%s_two", it->keyspace);
	there = new_model;
	there.keyspace = elsewhere;
	integration_do(it->session, "DROP KEYSPACE IF EXISTS %s", elsewhere);
	ok(coodie_create_keyspace(it->session, elsewhere, NULL, &err), &err, "keyspace");
	ok(coodie_sync_table(it->session, &there, NULL, &err), &err, "sync");
	ok(coodie_save(it->session, &there, &row, NULL, &err), &err, "save");
	back = coodie_get(it->session, &there, CQL_ARGS(cql(1)), NULL, &err);
	ok(back, &err, "get");
	assert_string_equal(back->one.name, "there");
	assert_int_equal(back->one.floor, 9);
	coodie_object_free(back);
	street_is(it, 1, "{name: 'Z', number: null, floor: null, zip: null}");
	integration_do(it->session, "DROP KEYSPACE %s", elsewhere);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_collections),
	cmocka_unit_test(test_values_of_before),
	cmocka_unit_test(test_fields_of_nobody),
	cmocka_unit_test(test_altered_by_others),
	cmocka_unit_test(test_binds),
	cmocka_unit_test(test_nested),
	cmocka_unit_test(test_changes_inside),
	cmocka_unit_test(test_partly_filled),
	cmocka_unit_test(test_wrong_fields),
	cmocka_unit_test(test_two_keyspaces),
};

const struct integration_group integration_user_types = INTEGRATION_GROUP("udt", tests,
									  INTEGRATION_VERSIONS);
