/* SPDX-License-Identifier: MIT */
/* Integration: several structs in one table, told apart by a column: an indexed text, and a
 * number in the key. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

/* ---- animals: an indexed text says which --------------------------------------------------- */

typedef struct animal {
	coodie_row row;
	int32_t id;
	const char *kind;
	const char *name;
} animal;

typedef struct cat {
	coodie_row row;
	int32_t id;
	const char *kind;
	const char *name;
	bool indoor;
	int32_t *age;
} cat;

typedef struct dog {
	coodie_row row;
	int32_t id;
	const char *kind;
	const char *name;
	int32_t *age;
	cql_set tricks;
} dog;

#define ANIMAL(T) \
	COODIE_COLUMN(T, id, "int", .partition_key = 1), \
		COODIE_COLUMN(T, kind, "text", .discriminator = true, .index = COODIE_INDEX()), \
		COODIE_COLUMN(T, name, "text")

static const coodie_column animal_columns[] = { ANIMAL(animal) };
static const coodie_column cat_columns[] = { ANIMAL(cat), COODIE_COLUMN(cat, indoor, "boolean"),
					     COODIE_COLUMN(cat, age, "int") };
static const coodie_column dog_columns[] = { ANIMAL(dog), COODIE_COLUMN(dog, age, "int"),
					     COODIE_COLUMN(dog, tricks, "set<text>") };
static const coodie_model cat_model = COODIE_MODEL(cat, cat_columns, "animals",
						   .discriminator_value = "cat");
static const coodie_model dog_model = COODIE_MODEL(dog, dog_columns, "animals",
						   .discriminator_value = "dog");
static const coodie_model animal_model = COODIE_MODEL(animal, animal_columns, "animals",
						      .family = COODIE_FAMILY(&cat_model,
									      &dog_model));

/* Not what is only told: a struct does not know the columns of the others. */
static void count(const char *cql, void *user)
{
	*(size_t *)user += strncmp(cql, "-- ", 3) != 0;
}

/* PO-03, PO-09, PO-10: one table with the columns of all, which each of them finds as it should
 * be. */
static void test_one_table(void **state)
{
	static const coodie_model *const models[] = { &animal_model, &animal_model, &cat_model,
						      &dog_model };
	struct integration *it = *state;
	size_t statements = 0;
	coodie_error err = { 0 };

	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
		ok(coodie_sync_table(it->session, models[i],
				     COODIE_SYNC(.each = count, .user = &statements), &err),
		   &err, "sync");
		assert_int_equal(statements, 2); /* the table and its index, the first time */
	}
	assert_int_equal(integration_number(it->session,
					    "SELECT count(*) FROM system_schema.columns WHERE "
					    "keyspace_name = ? AND table_name = 'animals'",
					    CQL_ARGS(cql((const char *)it->keyspace))),
			 6);
}

/* PO-02, PO-04: each writes its value, whatever the member says, and its own columns. */
static void test_saves(void **state)
{
	struct integration *it = *state;
	cat tom = { .id = 1, .kind = "dog", .name = "Tom", .indoor = true };
	dog rex = { .id = 2, .name = "Rex", .age = &(int32_t){ 5 } };
	coodie_error err = { 0 };

	rex.tricks = CQL_SET(cql("roll"), cql("sit"));
	ok(coodie_save(it->session, &cat_model, &tom, NULL, &err), &err, "save a cat");
	ok(coodie_save(it->session, &dog_model, &rex, NULL, &err), &err, "save a dog");
	integration_shows(it->session, "SELECT kind FROM animals WHERE id = 1", CQL_ARGS(),
			  "'cat'");
	integration_shows(it->session, "SELECT kind FROM animals WHERE id = 2", CQL_ARGS(),
			  "'dog'");
	integration_shows(it->session, "SELECT tricks FROM animals WHERE id = 1", CQL_ARGS(),
			  "null");
	/* a value that nobody has, and none */
	integration_do(it->session, "INSERT INTO animals (id, kind, name, age) VALUES (3, 'cow', "
				    "'Elsa', 9)");
	integration_do(it->session, "INSERT INTO animals (id, name) VALUES (4, 'who')");
}

static void check_animal(const animal *x)
{
	const coodie_model *m = coodie_object_model(x);

	switch (x->id) {
	case 1:
		assert_ptr_equal(m, &cat_model);
		assert_true(((const cat *)x)->indoor);
		assert_null(((const cat *)x)->age);
		break;
	case 2:
		assert_ptr_equal(m, &dog_model);
		assert_int_equal(*((const dog *)x)->age, 5);
		assert_int_equal(((const dog *)x)->tricks.seq.count, 2);
		break;
	default: /* PO-07 */
		assert_ptr_equal(m, &animal_model);
		assert_true(x->kind ? !strcmp(x->kind, "cow") : x->id == 4);
	}
}

/* PO-01, PO-06, PO-08, PO-12: a query of the base gives each row as its struct, page by page. */
static void test_reads_of_the_base(void **state)
{
	struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &animal_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_stream *stream;
	coodie_rows *rows;
	unsigned seen = 0;
	animal *x;

	coodie_page_rows(q, 2);
	rows = coodie_all(q, &err);
	ok(rows, &err, "all");
	while ((x = coodie_next(rows, &err))) {
		check_animal(x);
		seen |= 1U << x->id;
	}
	ok(err.code == COODIE_OK, &err, "next");
	assert_int_equal(seen, 0x1e);
	coodie_rows_free(rows);
	stream = coodie_stream_new(q, NULL, &err);
	while ((x = coodie_stream_next(stream, &err))) {
		check_animal(x);
		seen -= 1U << x->id;
	}
	assert_int_equal(seen, 0);
	coodie_stream_free(stream);
	coodie_query_free(q);
	x = coodie_get(it->session, &animal_model, CQL_ARGS(cql(2)), NULL, &err);
	ok(x, &err, "get");
	check_animal(x);
	coodie_object_free(x);
	q = coodie_find(it->session, &animal_model, "kind = ?", CQL_ARGS(cql("cat")));
	x = coodie_first(q, &err);
	ok(x, &err, "first");
	check_animal(x);
	coodie_object_free(x);
	coodie_query_free(q);
}

/* PO-05: a query of one struct asks for its value; another's row is not found by its key either. */
static void test_reads_of_one(void **state)
{
	struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &dog_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	uint64_t dogs = 0;
	dog *rex;

	ok(coodie_count(q, &dogs, &err), &err, "count");
	assert_int_equal(dogs, 1);
	rex = coodie_one(q, &err);
	ok(rex, &err, "one");
	assert_string_equal(rex->name, "Rex");
	coodie_object_free(rex);
	coodie_query_free(q);
	assert_null(coodie_get(it->session, &dog_model, CQL_ARGS(cql(1)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
}

/* An object of the base's query is saved and deleted as what it is (PO-11). */
static void test_writes_of_what_was_read(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	cat *tom = coodie_get(it->session, &animal_model, CQL_ARGS(cql(1)), NULL, &err);
	dog rex = { .id = 2 };

	ok(tom, &err, "get");
	tom->age = &(int32_t){ 3 };
	ok(coodie_save(it->session, coodie_object_model(tom), tom, NULL, &err), &err, "save");
	integration_shows(it->session, "SELECT age FROM animals WHERE id = 1", CQL_ARGS(), "3");
	ok(coodie_delete(it->session, coodie_object_model(tom), tom, NULL, &err), &err, "delete");
	coodie_object_free(tom);
	ok(coodie_delete(it->session, &dog_model, &rex, NULL, &err), &err, "delete its key");
	assert_int_equal(integration_number(it->session, "SELECT count(*) FROM animals",
					    CQL_ARGS()),
			 2);
}

/* ---- events: a number in the key says which ------------------------------------------------ */

typedef struct event {
	coodie_row row;
	int32_t day;
	int16_t sort;
	int32_t number;
} event;

typedef struct visit {
	coodie_row row;
	int32_t day;
	int16_t sort;
	int32_t number;
	const char *page;
} visit;

typedef struct order {
	coodie_row row;
	int32_t day;
	int16_t sort;
	int32_t number;
	int64_t cents;
} order;

#define EVENT(T) \
	COODIE_COLUMN(T, day, "int", .partition_key = 1), \
		COODIE_COLUMN(T, sort, "smallint", .clustering_key = 1, .discriminator = true), \
		COODIE_COLUMN(T, number, "int", .clustering_key = 2)

static const coodie_column event_columns[] = { EVENT(event) };
static const coodie_column visit_columns[] = { EVENT(visit), COODIE_COLUMN(visit, page, "text") };
static const coodie_column order_columns[] = { EVENT(order),
					       COODIE_COLUMN(order, cents, "bigint") };
static const coodie_model visit_model = COODIE_MODEL(visit, visit_columns, "events",
						     .discriminator_value = "1");
static const coodie_model order_model = COODIE_MODEL(order, order_columns, "events",
						     .discriminator_value = "-2");
static const coodie_model event_model = COODIE_MODEL(event, event_columns, "events",
						     .family = COODIE_FAMILY(&visit_model,
									     &order_model));

/* PO-05: the value is a part of the key, so that a query of one struct reads a slice. */
static void test_in_the_key(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_query *q;
	coodie_rows *rows;
	size_t visits = 0, orders = 0;

	ok(coodie_sync_table(it->session, &event_model, NULL, &err), &err, "sync");
	for (int i = 0; i < 6; i++) {
		visit v = { .day = 1, .number = i, .page = "/" };
		order o = { .day = 1, .number = i, .cents = 100L * i };

		ok(i % 2 ? coodie_save(it->session, &visit_model, &v, NULL, &err)
			 : coodie_save(it->session, &order_model, &o, NULL, &err),
		   &err, "save");
	}
	q = coodie_find(it->session, &order_model, "day = ? AND number >= ?",
			CQL_ARGS(cql(1), cql(2)));
	rows = coodie_all(q, &err);
	ok(rows, &err, "orders");
	assert_int_equal(coodie_rows_count(rows), 2);
	assert_int_equal(((order *)coodie_next(rows, &err))->cents, 200);
	coodie_rows_free(rows);
	coodie_query_free(q);
	q = coodie_find(it->session, &event_model, "day = ?", CQL_ARGS(cql(1)));
	rows = coodie_all(q, &err);
	ok(rows, &err, "events");
	for (event *e; (e = coodie_next(rows, &err));) {
		if (coodie_object_model(e) == &visit_model)
			visits += !strcmp(((visit *)e)->page, "/");
		else
			orders += ((order *)e)->cents == 100L * e->number;
	}
	assert_int_equal(visits, 3);
	assert_int_equal(orders, 3);
	coodie_rows_free(rows);
	coodie_query_free(q);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_one_table),
	cmocka_unit_test(test_saves),
	cmocka_unit_test(test_reads_of_the_base),
	cmocka_unit_test(test_reads_of_one),
	cmocka_unit_test(test_writes_of_what_was_read),
	cmocka_unit_test(test_in_the_key),
};

const struct integration_group integration_family = INTEGRATION_GROUP("family", tests,
								      INTEGRATION_VERSIONS);
