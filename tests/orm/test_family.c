/* SPDX-License-Identifier: MIT */
/* Shared columns, and several structs in one table. */
#include <coodie.h>

#include "orm/model/family.h"
#include "orm/model/place.h"
#include "tests/mock.h"
#include "tests/test.h"

static struct mock mock;

static int setup(void **state)
{
	(void)state;
	mock_open(&mock);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mock_close(&mock);
	return 0;
}

/* ---- shared columns -------------------------------------------------------------------------- */

typedef struct stamp {
	cql_timestamp at;
	const char *by;
} stamp;

static const coodie_column stamp_columns[] = {
	COODIE_COLUMN(stamp, at, "timestamp", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(stamp, by, "text"),
};

typedef struct audit {
	int32_t id;
	stamp made;
	const char *reason;
} audit;

static const coodie_column audit_columns[] = {
	COODIE_COLUMN(audit, id, "int", .partition_key = 1),
	COODIE_INHERIT(audit, made, stamp_columns),
	COODIE_COLUMN(audit, reason, "text"),
};

typedef struct invoice {
	coodie_row row;
	audit audit;
	int64_t cents;
} invoice;

static const coodie_column invoice_columns[] = {
	COODIE_INHERIT(invoice, audit, audit_columns),
	COODIE_COLUMN(invoice, cents, "bigint"),
	COODIE_COLUMN(invoice, audit.made.at, "timestamp", .db_name = "when"),
	COODIE_COLUMN(invoice, audit.reason, "text", .index = COODIE_INDEX()),
};
static const coodie_model invoice_model = COODIE_MODEL(invoice, invoice_columns, "invoices",
						       .keyspace = "shop");

static const struct cd_model *resolved(const coodie_model *m)
{
	struct cd_place place;
	coodie_error err;

	if (!cd_place_look(mock.session, m, &place, &err))
		fail_msg("%s", err.message);
	return place.model;
}

static void inherited_columns_join_in_their_place(void **state) /* MD-16 */
{
	static const char *const names[] = { "id", "at", "by", "reason", "cents" };
	const struct cd_model *m = resolved(&invoice_model);

	(void)state;
	assert_int_equal(m->column_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(m->columns[i].def.name, names[i]);
	assert_int_equal(m->columns[2].def.offset, offsetof(invoice, audit.made.by));
	assert_string_equal(
		m->select_by_key,
		"SELECT \"id\", \"when\", \"by\", \"reason\", \"cents\" FROM shop.invoices "
		"WHERE \"id\" = ? AND \"when\" = ?");
}

static void a_row_of_its_own_overrides_and_keeps_the_key(void **state) /* MD-16 */
{
	const struct cd_model *m = resolved(&invoice_model);

	(void)state;
	assert_int_equal(m->columns[1].role, CD_ROLE_CLUSTERING);
	assert_int_equal(m->columns[1].def.order, COODIE_DESC);
	assert_true(m->columns[3].def.index.on);
}

typedef struct receipt {
	coodie_row row;
	int64_t before;
	audit audit;
} receipt;
static const coodie_column receipt_columns[] = {
	COODIE_COLUMN(receipt, before, "bigint"),
	COODIE_INHERIT(receipt, audit, audit_columns),
};
static const coodie_model receipt_model = COODIE_MODEL(receipt, receipt_columns, "receipts",
						       .keyspace = "shop");

/* The base's list is used by two models and belongs to neither. */
static void each_model_has_its_own_list(void **state) /* MD-17 */
{
	const struct cd_model *a = resolved(&invoice_model), *b = resolved(&receipt_model);

	(void)state;
	assert_int_equal(a->column_count, 5);
	assert_int_equal(b->column_count, 5);
	assert_string_equal(b->columns[0].def.name, "before");
	assert_string_equal(b->columns[2].name, "at");
	assert_int_equal(b->columns[1].def.offset, offsetof(receipt, audit.id));
	assert_false(b->columns[4].def.index.on);
}

static void an_inherited_object_is_saved(void **state) /* MD-16 */
{
	invoice x = { .audit = { .id = 7, .made = { { 1000 }, "ada" } }, .cents = 5 };
	coodie_error err;

	(void)state;
	if (!coodie_save(mock.session, &invoice_model, &x, NULL, &err))
		fail_msg("%s", err.message);
	mock_expect(
		&mock,
		"INSERT INTO shop.invoices (\"id\", \"when\", \"by\", \"reason\", \"cents\") VALUES "
		"(?, ?, ?, ?, ?)",
		"7|'1970-01-01T00:00:01.000Z'|'ada'|unset|5");
}

/* ---- abstract models ------------------------------------------------------------------------- */

static const coodie_column keyless_columns[] = { COODIE_COLUMN(invoice, cents, "bigint") };
static const coodie_model abstract_model = COODIE_MODEL(invoice, keyless_columns, "nowhere",
							.keyspace = "shop", .is_abstract = true);

static void an_abstract_model_is_only_looked_at(void **state) /* MD-07 */
{
	invoice x = { 0 };
	coodie_error err;
	coodie_query *q;

	(void)state;
	assert_true(coodie_model_check(mock.session, &abstract_model, &err));
	assert_false(coodie_save(mock.session, &abstract_model, &x, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	assert_non_null(strstr(err.message, "model invoice is abstract"));
	assert_false(coodie_sync_table(mock.session, &abstract_model, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	q = coodie_find(mock.session, &abstract_model, NULL, CQL_ARGS());
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	coodie_query_free(q);
	assert_int_equal(mock.sent, 0);
}

/* ---- defaults -------------------------------------------------------------------------------- */

static bool default_reason(void *member)
{
	*(const char **)member = "none given";
	return true;
}

static bool no_default(void *member)
{
	(void)member;
	return false;
}

static const coodie_column default_columns[] = {
	COODIE_INHERIT(invoice, audit, audit_columns),
	COODIE_COLUMN(invoice, audit.reason, "text", .make_default = default_reason),
};
static const coodie_model default_model = COODIE_MODEL(invoice, default_columns, "invoices",
						       .keyspace = "shop");
static const coodie_column failing_columns[] = {
	COODIE_COLUMN(invoice, cents, "bigint", .partition_key = 1, .make_default = no_default),
};
static const coodie_model failing_model = COODIE_MODEL(invoice, failing_columns, "invoices",
						       .keyspace = "shop");

static void defaults_fill_a_struct_of_ones_own(void **state) /* TY-36 */
{
	invoice x = { 0 };
	coodie_error err;

	(void)state;
	assert_true(coodie_model_defaults(mock.session, &default_model, &x, &err));
	assert_string_equal(x.audit.reason, "none given");
	assert_false(coodie_model_defaults(mock.session, &failing_model, &x, &err));
	assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_non_null(strstr(err.message, "column cents"));
	assert_false(coodie_model_defaults(mock.session, &default_model, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

/* ---- one table, several structs -------------------------------------------------------------- */

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
	const char *trick;
} dog;

#define ANIMAL(T) \
	COODIE_COLUMN(T, id, "int", .partition_key = 1), \
		COODIE_COLUMN(T, kind, "text", .discriminator = true, .index = COODIE_INDEX()), \
		COODIE_COLUMN(T, name, "text")

static const coodie_column animal_columns[] = { ANIMAL(animal) };
static const coodie_column cat_columns[] = { ANIMAL(cat), COODIE_COLUMN(cat, indoor, "boolean"),
					     COODIE_COLUMN(cat, age, "int") };
static const coodie_column dog_columns[] = { ANIMAL(dog), COODIE_COLUMN(dog, age, "int"),
					     COODIE_COLUMN(dog, trick, "text") };
static const coodie_model cat_model = COODIE_MODEL(cat, cat_columns, "animals", .keyspace = "shop",
						   .discriminator_value = "cat");
static const coodie_model dog_model = COODIE_MODEL(dog, dog_columns, "animals", .keyspace = "shop",
						   .discriminator_value = "dog");
static const coodie_model animal_model = COODIE_MODEL(
	animal, animal_columns, "animals", .keyspace = "shop",
	.family = COODIE_FAMILY(&cat_model, &dog_model));

static void a_base_reads_the_columns_of_all(void **state) /* PO-06 PO-08 PO-10 */
{
	const struct cd_model *base = resolved(&animal_model);
	const struct cd_relative *cats = cd_family_pick(base, cql_from_str("cat"));
	const struct cd_relative *dogs = cd_family_pick(base, cql_from_str("dog"));

	(void)state;
	assert_int_equal(base->column_count, 3);
	assert_string_equal(
		base->select_by_key,
		"SELECT \"id\", \"kind\", \"name\", \"indoor\", \"age\", \"trick\" FROM "
		"shop.animals WHERE \"id\" = ?");
	assert_ptr_equal(cats->model->source, &cat_model);
	assert_ptr_equal(dogs->model->source, &dog_model);
	assert_int_equal(cats->columns[3], 3);
	assert_int_equal(cats->columns[4], 4);
	assert_int_equal(cats->columns[5], CD_NO_COLUMN);
	assert_int_equal(dogs->columns[3], CD_NO_COLUMN);
	assert_int_equal(dogs->columns[4], 3);
	assert_int_equal(dogs->columns[5], 4);
}

static void a_value_nobody_has_is_the_bases(void **state) /* PO-07 */
{
	const struct cd_model *base = resolved(&animal_model);

	(void)state;
	assert_ptr_equal(cd_family_pick(base, cql_from_str("cow"))->model, base);
	assert_ptr_equal(cd_family_pick(base, cql_null())->model, base);
	assert_int_equal(cd_family_pick(base, cql_null())->columns[2], 2);
	assert_int_equal(cd_family_pick(base, cql_null())->columns[3], CD_NO_COLUMN);
}

static void a_concrete_model_knows_its_rows(void **state) /* PO-02 PO-04 PO-05 */
{
	const struct cd_model *m = resolved(&cat_model), *base = resolved(&animal_model);

	(void)state;
	assert_true(cd_model_is_relative(m));
	assert_true(cd_family_owns(m, cql_from_str("cat")));
	assert_false(cd_family_owns(m, cql_from_str("dog")));
	assert_false(cd_family_owns(m, cql_null()));
	assert_true(cd_family_says(m, 1));
	assert_false(cd_family_says(m, 2));
	assert_false(cd_model_is_relative(base));
	assert_true(cd_family_owns(base, cql_from_str("dog")));
	assert_false(cd_family_says(base, 1));
}

static void defaults_say_which_struct_it_is(void **state) /* PO-04 TY-36 */
{
	cat x = { 0 };
	coodie_error err;

	(void)state;
	assert_true(coodie_model_defaults(mock.session, &cat_model, &x, &err));
	assert_string_equal(x.kind, "cat");
}

/* The value of the struct goes out, whatever the member says; a base writes what it holds. */
static void a_save_says_which_struct_it_is(void **state) /* PO-04 */
{
	cat x = { .id = 1, .kind = "dog", .name = "Tom" };
	animal y = { .id = 2, .kind = "cow" };
	coodie_error err;

	(void)state;
	assert_true(coodie_save(mock.session, &cat_model, &x, NULL, &err));
	mock_expect(&mock, mock_last(&mock)->cql, "1|'cat'|'Tom'|false|unset");
	assert_true(coodie_save(mock.session, &animal_model, &y, NULL, &err));
	mock_expect(&mock,
		    "INSERT INTO shop.animals (\"id\", \"kind\", \"name\") VALUES (?, ?, ?)",
		    "2|'cow'|unset");
	assert_true(coodie_delete(mock.session, &cat_model, &x, NULL, &err)); /* PO-11 */
	mock_expect(&mock, "DELETE FROM shop.animals WHERE \"id\" = ?", "1");
}

static void an_object_knows_its_model(void **state) /* PO-06 */
{
	coodie_error err;
	cat own = { 0 }, copy, *x = coodie_new(mock.session, &cat_model, &err);

	(void)state;
	assert_non_null(x);
	copy = *x;
	assert_ptr_equal(coodie_object_model(x), &cat_model);
	assert_null(coodie_object_model(&own));
	assert_null(coodie_object_model(&copy));
	assert_null(coodie_object_model(NULL));
	coodie_object_free(x);
}

/* ---- what is refused ------------------------------------------------------------------------- */

typedef struct beast {
	coodie_row row;
	int32_t id;
	int16_t sort;
	const char *kind;
	cql_set tags;
	int32_t *maybe;
	const char *name;
} beast;

#define BEAST_ID COODIE_COLUMN(beast, id, "int", .partition_key = 1)
#define BEAST_SORT COODIE_COLUMN(beast, sort, "smallint", .discriminator = true)

static const coodie_column sort_columns[] = { BEAST_ID, BEAST_SORT };
static const coodie_column more_columns[] = { BEAST_ID, BEAST_SORT,
					      COODIE_COLUMN(beast, name, "text") };
static const coodie_column other_columns[] = {
	BEAST_ID, BEAST_SORT, COODIE_COLUMN(beast, tags, "set<text>", .db_name = "name")
};
static const coodie_column moved_columns[] = { BEAST_ID,
					       { .name = "sort",
						 .offset = offsetof(beast, maybe),
						 .size = 2,
						 .member = COODIE_MEMBER_INT16,
						 .type = "smallint",
						 .discriminator = true } };
static const coodie_column unmarked_columns[] = { BEAST_ID };
static const coodie_column two_columns[] = {
	BEAST_ID, BEAST_SORT, COODIE_COLUMN(beast, kind, "text", .discriminator = true)
};
static const coodie_column set_columns[] = { BEAST_ID, COODIE_COLUMN(beast, tags, "set<text>",
								     .discriminator = true) };
static const coodie_column maybe_columns[] = { BEAST_ID, COODIE_COLUMN(beast, maybe, "int",
								       .discriminator = true) };

#define BEAST(columns, ...) COODIE_MODEL(beast, columns, "beasts", .keyspace = "shop", __VA_ARGS__)

static const coodie_model one_model = BEAST(sort_columns, .discriminator_value = "1");
static const coodie_model uno_model = BEAST(sort_columns, .discriminator_value = "01");
static const coodie_model none_model = BEAST(sort_columns, .comment = "");
static const coodie_model moved_model = BEAST(moved_columns, .discriminator_value = "3");
static const coodie_model more_model = BEAST(more_columns, .discriminator_value = "4");
static const coodie_model other_model = BEAST(other_columns, .discriminator_value = "5");
static const coodie_model away_model = COODIE_MODEL(beast, sort_columns, "elsewhere",
						    .keyspace = "shop", .discriminator_value = "6");
static const coodie_model base_model = BEAST(sort_columns, .family = COODIE_FAMILY(&one_model));

static const struct {
	coodie_model model;
	const char *says[2];
} wrong[] = {
	{ BEAST(two_columns, .comment = ""),
	  { "sort and kind both are .discriminator", "leave it out at one" } }, /* PO-02 */
	{ BEAST(set_columns, .comment = ""),
	  { "column tags: a discriminator is a text, an ascii or an integer", "not set<text>" } },
	{ BEAST(maybe_columns, .comment = ""), { "column maybe", "make it `int32_t maybe`" } },
	{ BEAST(unmarked_columns, .discriminator_value = "1"),
	  { "no column with .discriminator", "mark the column" } }, /* PO-02 */
	{ BEAST(sort_columns, .discriminator_value = "cat"),
	  { "the discriminator sort is smallint", "\"cat\" is no such number" } },
	{ BEAST(sort_columns, .discriminator_value = "-"), { "\"-\" is no such number", "" } },
	{ BEAST(sort_columns, .discriminator_value = "99999999999999999999"),
	  { "is no such number", "" } },
	{ BEAST(sort_columns, .discriminator_value = "40000"),
	  { ".discriminator_value", "40000 does not fit smallint" } },
	{ BEAST(unmarked_columns, .family = COODIE_FAMILY(&one_model)),
	  { "has a .family and no column with .discriminator", "mark the column" } },
	{ BEAST(sort_columns, .family = COODIE_FAMILY(&one_model, &uno_model)),
	  { "have the same .discriminator_value \"01\"", "give each its own" } },
	{ BEAST(sort_columns, .discriminator_value = "1", .family = COODIE_FAMILY(&one_model)),
	  { "the same .discriminator_value", "" } },
	{ BEAST(sort_columns, .family = COODIE_FAMILY(&none_model)),
	  { "has no .discriminator_value", "give it one" } },
	{ BEAST(sort_columns, .family = COODIE_FAMILY(&moved_model)),
	  { "sort of the base beast is another member", "begin the struct" } },
	{ BEAST(more_columns, .family = COODIE_FAMILY(&one_model)),
	  { "name of the base beast is not in it", "begin the struct" } },
	{ BEAST(sort_columns, .family = COODIE_FAMILY(&more_model, &other_model)),
	  { "column tags: another struct of shop.beasts has it as text, this one as set<text>",
	    ".db_name" } },
	{ BEAST(sort_columns, .family = COODIE_FAMILY(&away_model)), /* PO-03 */
	  { "its table is shop.elsewhere", "a family has one table" } },
	{ BEAST(sort_columns, .family = COODIE_FAMILY(&base_model)),
	  { "beast is in its family and has one itself", "the base alone" } },
	{ BEAST(sort_columns, .family = COODIE_FAMILY(NULL)),
	  { "number 1 of the family", "NULL" } },
};

static void wrong_families_are_refused(void **state) /* PO-02 PO-03 PO-13 */
{
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (coodie_model_check(mock.session, &wrong[i].model, &err))
			fail_msg("%zu: accepted", i);
		assert_int_equal(err.code, COODIE_ERR_MODEL);
		for (size_t k = 0; k < 2; k++) {
			if (!strstr(err.message, wrong[i].says[k]))
				fail_msg("%zu: \"%s\" is not in \"%s\"", i, wrong[i].says[k],
					 err.message);
		}
	}
}

static const coodie_column outside_columns[] = { COODIE_INHERIT(invoice, audit.made,
								audit_columns) };
static const coodie_column nothing_columns[] = {
	{ .name = "audit", .inherits = &(const coodie_base){ 0 } },
};
static const coodie_model outside_model = COODIE_MODEL(invoice, outside_columns, "invoices",
						       .keyspace = "shop");
static const coodie_model nothing_model = COODIE_MODEL(invoice, nothing_columns, "invoices",
						       .keyspace = "shop");

static void a_member_outside_the_embedded_struct_is_refused(void **state) /* MD-16 */
{
	coodie_error err;

	(void)state;
	assert_false(coodie_model_check(mock.session, &outside_model, &err));
	assert_non_null(strstr(err.message, "columns of the member's own struct"));
	assert_false(coodie_model_check(mock.session, &nothing_model, &err));
	assert_non_null(strstr(err.message, "COODIE_INHERIT()"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(inherited_columns_join_in_their_place),
		T(a_row_of_its_own_overrides_and_keeps_the_key),
		T(each_model_has_its_own_list),
		T(an_inherited_object_is_saved),
		T(an_abstract_model_is_only_looked_at),
		T(defaults_fill_a_struct_of_ones_own),
		T(a_base_reads_the_columns_of_all),
		T(a_value_nobody_has_is_the_bases),
		T(a_concrete_model_knows_its_rows),
		T(defaults_say_which_struct_it_is),
		T(a_save_says_which_struct_it_is),
		T(an_object_knows_its_model),
		T(wrong_families_are_refused),
		T(a_member_outside_the_embedded_struct_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
