/* SPDX-License-Identifier: MIT */
/* User types at sync: made, those they are made of first; fields added; the rest told and left. */
#include <coodie/schema.h>

#include "tests/mock.h"
#include "tests/orm/models.h"
#include "tests/test.h"

static struct mock mock;
static char told[8][300];
static size_t told_count;

static int open_mock(void **state)
{
	(void)state;
	mock_open(&mock);
	told_count = 0;
	return 0;
}

static int close_mock(void **state)
{
	(void)state;
	mock_close(&mock);
	return 0;
}

static void ok(bool worked, const coodie_error *err)
{
	if (!worked)
		fail_msg("%s: %s", coodie_errc_name(err->code), err->message);
}

static void tell(const char *cql, void *user)
{
	(void)user;
	assert_true(told_count < CD_COUNT(told));
	snprintf(told[told_count++], sizeof(told[0]), "%s", cql);
}

/* ---- types ----------------------------------------------------------------------------------- */

typedef struct street {
	const char *name;
	int32_t *number;
} street;

typedef struct address {
	street street;
	cql_list lines;
	cql_map by_name;
} address;

static const coodie_column street_fields[] = {
	COODIE_COLUMN(street, name, "varchar", .db_name = "Name"),
	COODIE_COLUMN(street, number, "int"),
};
static const coodie_udt street_type = COODIE_TYPE(street, street_fields, "street");
static const coodie_udt kept_type = COODIE_TYPE(street, street_fields, "street",
						.keyspace = "shop");

static const coodie_column address_fields[] = {
	COODIE_UDT(address, street, street, &street_type),
	COODIE_COLUMN(address, lines, "frozen<list<text>>"),
	COODIE_COLUMN(address, by_name, "frozen<map<text, frozen<street>>>", .udt = &street_type),
};
static const coodie_udt address_type = COODIE_TYPE(address, address_fields, "Address",
						   .keyspace = "shop");

#define CREATE_STREET "CREATE TYPE IF NOT EXISTS shop.street (\"Name\" text, \"number\" int)"

typedef struct person {
	coodie_row row;
	int32_t id;
	address home;
	cql_list others;
} person;

static const coodie_column person_columns[] = {
	COODIE_COLUMN(person, id, "int", .partition_key = 1),
	COODIE_UDT(person, home, address, &address_type),
	COODIE_COLUMN(person, others, "list<frozen<\"Address\">>", .udt = &address_type),
};
static const coodie_model person_model = COODIE_MODEL(person, person_columns, "people",
						      .keyspace = "town");

/* ---- answers --------------------------------------------------------------------------------- */

struct there {
	const char *name;
	const char *fields[4], *types[4];
	size_t count;
};

static void answer_types(const struct there *there, size_t count)
{
	static const coodie_column_spec spec[] = { { "type_name", "text" },
						   { "field_names", "frozen<list<text>>" },
						   { "field_types", "frozen<list<text>>" } };
	cql_value values[4][3], names[4][4], types[4][4];

	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < there[i].count; k++) {
			names[i][k] = cql(there[i].fields[k]);
			types[i][k] = cql(there[i].types[k]);
		}
		values[i][0] = cql(there[i].name);
		values[i][1] = cql_from_list(cql_list_of(names[i], there[i].count));
		values[i][2] = cql_from_list(cql_list_of(types[i], there[i].count));
	}
	mock_answer(&mock, coodie_result_new_rows(spec, 3, &values[0][0], count, NULL));
}

static void answer_name(const char *name)
{
	static const coodie_column_spec spec[] = { { "name", "text" } };
	const cql_value value = cql(name);

	mock_answer(&mock, coodie_result_new_rows(spec, 1, &value, name ? 1 : 0, NULL));
}

static const struct there as_made[] = {
	{ "street", { "Name", "number" }, { "text", "int" }, 2 },
	{ "Address",
	  { "street", "lines", "by_name" },
	  { "frozen<street>", "frozen<list<text>>", "frozen<map<text, frozen<street>>>" },
	  3 },
};

/* ---- sync ------------------------------------------------------------------------------------ */

/* UD-05, UD-06, UD-20: what a type is made of first, each once. */
static void creates(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	answer_types(NULL, 0);
	ok(coodie_sync_type(mock.session, &address_type, COODIE_SYNC(.each = tell), &err), &err);
	assert_string_equal(mock.calls[0].cql,
			    "SELECT type_name, field_names, field_types FROM system_schema.types "
			    "WHERE keyspace_name = ?");
	assert_int_equal(told_count, 2);
	assert_string_equal(told[0], CREATE_STREET);
	assert_string_equal(
		told[1], "CREATE TYPE IF NOT EXISTS shop.\"Address\" (\"street\" frozen<street>, "
			 "\"lines\" frozen<list<text>>, \"by_name\" frozen<map<text, street>>)");
	assert_int_equal(mock.sent, 3);
}

/* UD-05: a second sync does nothing; a dry run tells and sends nothing but its question. */
static void second_sync(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	answer_types(as_made, CD_COUNT(as_made));
	ok(coodie_sync_type(mock.session, &address_type, COODIE_SYNC(.each = tell), &err), &err);
	assert_int_equal(told_count, 0);
	assert_int_equal(mock.sent, 1);
	answer_types(as_made, 1);
	ok(coodie_sync_type(mock.session, &address_type, COODIE_SYNC(.each = tell, .dry_run = true),
			    &err),
	   &err);
	assert_int_equal(told_count, 1);
	assert_int_equal(mock.sent, 2);
}

/* UD-05: missing fields are added, what else differs is told and left. */
static void alters(void **state)
{
	static const struct there older[] = {
		{ "street", { "Name", "zip" }, { "int", "int" }, 2 }
	};
	coodie_error err = { 0 };

	(void)state;
	answer_types(older, 1);
	ok(coodie_sync_type(mock.session, &kept_type, COODIE_SYNC(.each = tell), &err), &err);
	mock_expect(&mock, "ALTER TYPE shop.street ADD \"number\" int", "");
	assert_int_equal(told_count, 3);
	assert_non_null(strstr(told[0], "-- shop.street: field Name is int in the cluster"));
	assert_non_null(strstr(told[1], "-- shop.street: it has a field zip that the model has not"));
	assert_string_equal(told[2], "ALTER TYPE shop.street ADD \"number\" int");
	assert_int_equal(mock.sent, 2);
}

/* UD-05: a type that is called as one of CQL's own, or by a word that names no type, is in quotes
 * wherever it is written; the server says its name without them. */
static void own_names(void **state)
{
	static const char *const names[] = { "int", "\"date\"", "list", "ttl", "byte" };
	static const char *const stored[] = { "int", "date", "list", "ttl", "byte" };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		const coodie_udt inner = COODIE_TYPE(street, street_fields, names[i],
						     .keyspace = "shop");
		const coodie_column fields[] = { COODIE_UDT(address, street, street, &inner) };
		const coodie_udt outer = COODIE_TYPE(address, fields, "outer", .keyspace = "shop");
		char wrapped[40], wanted[200];
		const struct there both[] = {
			{ stored[i], { "Name" }, { "text" }, 1 },
			{ "outer", { "street" }, { wrapped }, 1 },
		};
		coodie_error err = { 0 };

		told_count = 0;
		answer_types(NULL, 0);
		ok(coodie_sync_type(mock.session, &outer, COODIE_SYNC(.each = tell), &err), &err);
		assert_int_equal(told_count, 2);
		snprintf(wanted, sizeof(wanted),
			 "CREATE TYPE IF NOT EXISTS shop.\"%s\" (\"Name\" text, \"number\" int)",
			 stored[i]);
		assert_string_equal(told[0], wanted);
		snprintf(wanted, sizeof(wanted),
			 "CREATE TYPE IF NOT EXISTS shop.outer (\"street\" frozen<\"%s\">)",
			 stored[i]);
		assert_string_equal(told[1], wanted);
		snprintf(wrapped, sizeof(wrapped), "frozen<%s>", stored[i]);
		answer_types(both, 2);
		ok(coodie_sync_type(mock.session, &outer, NULL, &err), &err);
		snprintf(wanted, sizeof(wanted), "ALTER TYPE shop.\"%s\" ADD \"number\" int",
			 stored[i]);
		mock_expect(&mock, wanted, "");
		ok(coodie_drop_type(mock.session, &inner, &err), &err);
		snprintf(wanted, sizeof(wanted), "DROP TYPE IF EXISTS shop.\"%s\"", stored[i]);
		mock_expect(&mock, wanted, "");
	}
}

/* UD-04, UD-18: a type's keyspace is its own, or the session's; the same struct in two keyspaces is two
 * types. */
static void keyspaces(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	assert_false(coodie_sync_type(mock.session, &street_type, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	assert_non_null(strstr(err.message, "type street has no keyspace"));
	answer_types(NULL, 0);
	ok(coodie_sync_type(mock.session, &kept_type, NULL, &err), &err);
	mock_expect(&mock, CREATE_STREET, "");
	answer_types(NULL, 0);
	answer_name(NULL);
	answer_name("town");
	ok(coodie_sync_table(mock.session, &person_model, COODIE_SYNC(.each = tell), &err), &err);
	assert_memory_equal(told[0], "CREATE TYPE IF NOT EXISTS town.street (", 39);
}

/* UD-07: the types of a table go before it, in its keyspace. */
static void before_the_table(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	answer_types(as_made, 1);
	answer_name(NULL);
	answer_name("town");
	ok(coodie_sync_table(mock.session, &person_model, COODIE_SYNC(.each = tell), &err), &err);
	assert_int_equal(told_count, 2);
	assert_memory_equal(told[0], "CREATE TYPE IF NOT EXISTS town.\"Address\" (", 42);
	assert_string_equal(
		told[1], "CREATE TABLE IF NOT EXISTS town.people (\"id\" int, \"home\" "
			 "frozen<\"Address\">, \"others\" list<frozen<\"Address\">>, PRIMARY KEY "
			 "((\"id\")))");
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_false(coodie_sync_table(mock.session, &person_model, NULL, &err));
	assert_string_equal(err.message, "coodie_sync_table(person): late");
}

typedef struct ring {
	cql_list rings;
} ring;

static const coodie_udt ring_type;
static const coodie_column ring_fields[] = {
	COODIE_COLUMN(ring, rings, "frozen<list<frozen<ring>>>", .udt = &ring_type),
};
static const coodie_udt ring_type = COODIE_TYPE(ring, ring_fields, "ring", .keyspace = "shop");

/* UD-06: a type that is made of itself is refused, with the way that leads there. */
static void cycles(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	assert_false(coodie_sync_type(mock.session, &ring_type, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	assert_non_null(strstr(err.message, "ring"));
	assert_int_equal(mock.call_count, 0);
}

static void note_end(const coodie_error *err, void *user)
{
	*(enum coodie_errc *)user = err->code;
}

/* UD-08: drop; SA-02, SA-06: both without waiting. */
static void drops(void **state)
{
	enum coodie_errc ends[2] = { COODIE_ERR_CLOSED, COODIE_ERR_CLOSED };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_drop_type(mock.session, &address_type, &err), &err);
	mock_expect(&mock, "DROP TYPE IF EXISTS shop.\"Address\"", "");
	ok(coodie_drop_type_async(mock.session, &kept_type, note_end, &ends[0], &err), &err);
	answer_types(NULL, 0);
	ok(coodie_sync_type_async(mock.session, &kept_type, NULL, note_end, &ends[1], &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(ends[0], COODIE_OK);
	assert_int_equal(ends[1], COODIE_OK);
	assert_false(coodie_drop_type(mock.session, NULL, &err));
	assert_false(coodie_sync_type(mock.session, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_mock, close_mock)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creates),          TEST(second_sync), TEST(alters), TEST(keyspaces),
		TEST(before_the_table), TEST(cycles),      TEST(drops),  TEST(own_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
