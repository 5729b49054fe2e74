/* SPDX-License-Identifier: MIT */
/* Rows become objects: null and empty, several structs in one page, and rows by their number. */
#include <coodie/query.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

static const coodie_column_spec note_specs[] = {
	{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
};

static coodie_rows *all(const coodie_model *m, const coodie_column_spec *specs, size_t columns,
			const cql_value *values, size_t rows)
{
	coodie_query *q = coodie_find(mock.session, m, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *found;

	mock_answer(&mock, coodie_result_new_rows(specs, columns, values, rows, &err));
	found = coodie_all(q, &err);
	ok(found, &err);
	coodie_query_free(q);
	return found;
}

/* ---- null ----------------------------------------------------------------------------------- */

typedef struct person {
	coodie_row row;
	int32_t id;
	int32_t *age; /* optional */
	int64_t visits;
	bool active;
	const char *name;
	cql_list list;
	cql_set set;
	cql_map map;
	cql_list frozen;
} person;

static const coodie_column person_columns[] = {
	COODIE_COLUMN(person, id, "int", .partition_key = 1),
	COODIE_COLUMN(person, age, "int"),
	COODIE_COLUMN(person, visits, "bigint"),
	COODIE_COLUMN(person, active, "boolean"),
	COODIE_COLUMN(person, name, "text"),
	COODIE_COLUMN(person, list, "list<int>"),
	COODIE_COLUMN(person, set, "set<int>"),
	COODIE_COLUMN(person, map, "map<int, int>"),
	COODIE_COLUMN(person, frozen, "frozen<list<int>>"),
};
static const coodie_model person_model = COODIE_MODEL(person, person_columns, "people",
						      .keyspace = "shop");
static const coodie_column_spec person_specs[] = {
	{ "id", "int" },         { "age", "int" },           { "visits", "bigint" },
	{ "active", "boolean" }, { "name", "text" },         { "list", "list<int>" },
	{ "set", "set<int>" },   { "map", "map<int, int>" }, { "frozen", "list<int>" },
};

static const cql_value lonely[9] = { { .is = { CQL_TAG_INT }, .as = { .integer = 1 } } };

/* LC-17, TY-25: null is NULL where the member can say so, zero where it cannot, and a collection without
 * items; reading and saving such a row writes nothing. */
static void null_reads_as_nothing(void **state)
{
	coodie_rows *rows = all(&person_model, person_specs, 9, lonely, 1);
	coodie_error err = { 0 };
	person *p = coodie_next(rows, &err);
	cql_value key, value;
	cql_iter it;

	(void)state;
	assert_null(p->age);
	assert_null(p->name);
	assert_true(p->visits == 0 && !p->active);
	it = cql_list_iter(p->list);
	assert_false(cql_iter_next(&it, &value) || it.failed);
	it = cql_set_iter(p->set);
	assert_false(cql_iter_next(&it, &value) || it.failed);
	it = cql_map_iter(p->map);
	assert_false(cql_iter_next_pair(&it, &key, &value) || it.failed);
	it = cql_list_iter(p->frozen);
	assert_false(cql_iter_next(&it, &value) || it.failed);
	ok(coodie_save(mock.session, &person_model, p, NULL, &err), &err);
	p->list = CQL_LIST(); /* the same as none, where it is not frozen */
	p->map = CQL_MAP();
	ok(coodie_save(mock.session, &person_model, p, NULL, &err), &err);
	assert_int_equal(mock.sent, 1);
	p->frozen = CQL_LIST(); /* an empty frozen list is a value */
	ok(coodie_save(mock.session, &person_model, p, NULL, &err), &err);
	assert_int_equal(mock.sent, 2);
	coodie_rows_free(rows);
}

/* LC-18: a member that became NULL writes null. */
static void null_is_written(void **state)
{
	cql_value values[9] = {
		cql(1), cql(7), cql(1), cql(true), cql("x"), cql(CQL_LIST(cql(1)))
	};
	coodie_rows *rows = all(&person_model, person_specs, 9, values, 1);
	coodie_error err = { 0 };
	person *p = coodie_next(rows, &err);

	(void)state;
	assert_int_equal(*p->age, 7);
	p->age = NULL;
	p->name = NULL;
	p->list = (cql_list){ 0 };
	ok(coodie_save(mock.session, &person_model, p, NULL, &err), &err);
	mock_expect(
		&mock,
		"UPDATE shop.people SET \"age\" = ?, \"visits\" = ?, \"active\" = ?, \"name\" = ?, "
		"\"list\" = ?, \"set\" = ?, \"map\" = ?, \"frozen\" = ? WHERE \"id\" = ?",
		"null|unset|unset|null|null|unset|unset|unset|1");
	coodie_rows_free(rows);
}

/* TY-42: what the server sends is checked where it becomes a member: bytes that are no value of the
 * type, or none that the member holds, fail the read with row, column and type. */
static void what_is_read_is_checked(void **state)
{
	static const coodie_column_spec wide[] = { { "id", "int" }, { "visits", "varint" } };
	static const uint8_t nine[9] = { 1 };
	const cql_value values[] = { cql(1), cql(5), cql(2), cql(((cql_varint){ nine, 9 })) };
	coodie_query *q = coodie_find(mock.session, &person_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };

	(void)state;
	coodie_only(q, "visits");
	mock_answer(&mock, coodie_result_new_rows(wide, 2, values, 2, &err));
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_non_null(strstr(err.message, "person, row 2 (id = 2): column visits (bigint)"));
	coodie_query_free(q);
}

/* ---- several structs in one page ------------------------------------------------------------ */

typedef struct shape {
	coodie_row row;
	int32_t id;
	const char *kind;
	const char *name;
} shape;

typedef struct circle {
	coodie_row row;
	int32_t id;
	const char *kind;
	const char *name;
	double radius;
	const char *colour;
} circle;

typedef struct box {
	coodie_row row;
	int32_t id;
	const char *kind;
	const char *name;
	int32_t *width, *height;
	const char *colour;
} box;

#define SHAPE(T) \
	COODIE_COLUMN(T, id, "int", .partition_key = 1), \
		COODIE_COLUMN(T, kind, "text", .discriminator = true), \
		COODIE_COLUMN(T, name, "text")

static const coodie_column shape_columns[] = { SHAPE(shape) };
static const coodie_column circle_columns[] = { SHAPE(circle),
						COODIE_COLUMN(circle, radius, "double"),
						COODIE_COLUMN(circle, colour, "text") };
static const coodie_column box_columns[] = { SHAPE(box), COODIE_COLUMN(box, width, "int"),
					     COODIE_COLUMN(box, height, "int"),
					     COODIE_COLUMN(box, colour, "text") };
static const coodie_model circle_model = COODIE_MODEL(
	circle, circle_columns, "shapes", .keyspace = "shop", .discriminator_value = "circle");
static const coodie_model box_model = COODIE_MODEL(box, box_columns, "shapes", .keyspace = "shop",
						   .discriminator_value = "box");
static const coodie_model shape_model = COODIE_MODEL(
	shape, shape_columns, "shapes", .keyspace = "shop",
	.family = COODIE_FAMILY(&circle_model, &box_model));
static const coodie_column_spec shape_specs[] = {
	{ "id", "int" },      { "kind", "text" }, { "name", "text" },  { "radius", "double" },
	{ "colour", "text" }, { "width", "int" }, { "height", "int" },
};

static const char *const shape_texts[] = { "circle", "box", "star" };

static coodie_rows *all_shapes(void)
{
	const cql_value values[] = {
		cql(1),       cql("circle"), cql("sun"), cql(1.5),    cql("red"),  cql_null(),
		cql_null(),   cql(2),        cql("box"), cql("flat"), cql_null(),  cql("blue"),
		cql(3),       cql_null(),    cql(3),     cql("star"), cql("pole"), cql(2.5),
		cql("white"), cql(9),        cql(9),     cql(4),      cql_null(),  cql_null(),
		cql_null(),   cql_null(),    cql_null(), cql_null(),  cql(5),      cql("box"),
		cql_null(),   cql_null(),    cql_null(), cql_null(),  cql(4),
	};

	return all(&shape_model, shape_specs, 7, values, 5);
}

/* PO-06, PO-12: a query of the base gives objects of the concrete structs. */
static void rows_of_several_structs(void **state)
{
	coodie_rows *rows = all_shapes();
	coodie_error err = { 0 };
	shape *s = coodie_next(rows, &err);
	circle *c = (circle *)(void *)s;
	box *b;

	(void)state;
	assert_ptr_equal(coodie_object_model(s), &circle_model);
	assert_string_equal(s->kind, shape_texts[0]);
	assert_string_equal(c->name, "sun");
	assert_true(c->radius == 1.5);
	assert_string_equal(c->colour, "red");
	b = coodie_next(rows, &err);
	assert_ptr_equal(coodie_object_model(b), &box_model);
	assert_string_equal(b->colour, "blue");
	assert_int_equal(*b->width, 3);
	assert_null(b->height);
	*b->width = 4; /* saved as what it is */
	ok(coodie_save(mock.session, &box_model, b, NULL, &err), &err);
	mock_expect(
		&mock,
		"UPDATE shop.shapes SET \"kind\" = ?, \"name\" = ?, \"width\" = ?, \"height\" = ?, "
		"\"colour\" = ? WHERE \"id\" = ?",
		"unset|unset|4|unset|unset|2");
	assert_false(coodie_save(mock.session, &circle_model, b, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	b = coodie_rows_at(rows, 4, &err);
	assert_null(b->name);
	assert_null(b->colour);
	assert_int_equal(*b->height, 4);
	coodie_rows_free(rows);
}

/* PO-07, PO-08: a value that no struct has gives the base, without the columns of others. */
static void rows_of_nobody(void **state)
{
	coodie_rows *rows = all_shapes();
	coodie_error err = { 0 };
	shape *star = coodie_rows_at(rows, 2, &err), *none = coodie_rows_at(rows, 3, &err);

	(void)state;
	assert_ptr_equal(coodie_object_model(star), &shape_model);
	assert_string_equal(star->kind, "star");
	assert_string_equal(star->name, "pole");
	assert_ptr_equal(coodie_object_model(none), &shape_model);
	assert_null(none->kind);
	star->name = "north";
	ok(coodie_save(mock.session, &shape_model, star, NULL, &err), &err);
	mock_expect(&mock, "UPDATE shop.shapes SET \"kind\" = ?, \"name\" = ? WHERE \"id\" = ?",
		    "unset|'north'|3");
	coodie_rows_free(rows);
}

/* PO-06: one row of the base is an object of its own struct, which a copy is too. */
static void one_of_several_structs(void **state)
{
	const cql_value values[] = { cql(2),      cql("box"), cql_null(), cql_null(),
				     cql("blue"), cql(3),     cql_null() };
	coodie_error err = { 0 };
	box *b, *copy;

	(void)state;
	mock_answer(&mock, coodie_result_new_rows(shape_specs, 7, values, 1, &err));
	b = coodie_get(mock.session, &shape_model, CQL_ARGS(cql(2)), NULL, &err);
	ok(b, &err);
	copy = coodie_dup(mock.session, &box_model, b, &err);
	ok(copy, &err);
	coodie_object_free(b);
	assert_ptr_equal(coodie_object_model(copy), &box_model);
	assert_int_equal(*copy->width, 3);
	assert_string_equal(copy->colour, "blue");
	ok(coodie_save(mock.session, &box_model, copy, NULL, &err), &err);
	assert_int_equal(mock.sent, 1);
	coodie_object_free(copy);
}

/* ---- by number ------------------------------------------------------------------------------ */

/* QS-10: rows by their number, and again from the first. */
static void rows_by_number(void **state)
{
	const cql_value values[] = { cql(1), cql("a"), cql_null(), cql_null(),
				     cql(2), cql("b"), cql_null(), cql_null() };
	coodie_rows *rows = all(&note_model, note_specs, 4, values, 2);
	coodie_error err = { .code = COODIE_ERR_CLOSED };
	note *n = coodie_next(rows, &err);

	(void)state;
	assert_ptr_equal(coodie_rows_at(rows, 0, &err), n);
	assert_int_equal(((note *)coodie_rows_at(rows, 1, &err))->id, 2);
	err.code = COODIE_ERR_CLOSED;
	assert_null(coodie_rows_at(rows, 2, &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_null(coodie_rows_at(NULL, 0, &err));
	assert_int_equal(((note *)coodie_next(rows, &err))->id, 2);
	assert_null(coodie_next(rows, &err));
	coodie_rows_rewind(rows);
	coodie_rows_rewind(NULL);
	assert_ptr_equal(coodie_next(rows, &err), n);
	coodie_rows_free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(null_reads_as_nothing),   TEST(null_is_written), TEST(what_is_read_is_checked),
		TEST(rows_of_several_structs), TEST(rows_of_nobody),  TEST(one_of_several_structs),
		TEST(rows_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
