/* SPDX-License-Identifier: MIT */
/* Values by the names of their markers: put into order, through sessions of both kinds, and what a
 * prepared statement tells of itself. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/driver.h>
#include <coodie/named.h>
#include <coodie/node.h>

#include "net/result/named.h"
#include "tests/failalloc.h"

/* ---- into order ------------------------------------------------------------------------------ */

enum { MOST = 4 };

struct order_row {
	const char *name;
	const char *markers[MOST + 1], *given[MOST + 1];
	const char *out;  /* the number of the value for each marker; NULL: refused */
	const char *says; /* then */
};

static const struct order_row order_rows[] = {
	{ "in order", { "id", "age" }, { "id", "age" }, "01", NULL },
	{ "the other way round", { "id", "age" }, { "age", "id" }, "10", NULL },
	{ "without quotes case is nothing", { "id", "age" }, { "ID", "Age" }, "01", NULL },
	{ "in quotes it counts", { "Id", "id" }, { "\"Id\"", "id" }, "01", NULL },
	{ "quotes around small letters", { "id" }, { "\"id\"" }, "0", NULL },
	{ "two quotes are one", { "a\"b" }, { "\"a\"\"b\"" }, "0", NULL },
	{ "one name for two", { "id", "n", "id" }, { "id", "n" }, "010", NULL },
	{ "no column's name", { "[limit]", "in(id)" }, { "in(ID)", "[limit]" }, "10", NULL },
	{ "none at all", { NULL }, { NULL }, "", NULL },
	{ "unknown", { "id" }, { "idd" }, NULL, "no marker is called idd; there are: id" },
	{ "unknown, of none", { NULL }, { "id" }, NULL, "there are: none" },
	{ "capitals need quotes", { "Id" }, { "Id" }, NULL, "no marker is called Id" },
	{ "in quotes it is another", { "id" }, { "\"ID\"" }, NULL, "no marker is called \"ID\"" },
	{ "an open quote", { "id" }, { "\"id" }, NULL, "no marker is called \"id" },
	{ "more behind the quote", { "id" }, { "\"id\"x" }, NULL, "no marker" },
	{ "an empty name", { "id" }, { "" }, NULL, "no marker is called" },
	{ "twice", { "id", "n" }, { "id", "n", "id" }, NULL, "id is given twice: values 1 and 3" },
	{ "twice by case", { "id" }, { "id", "ID" }, NULL, "ID is given twice: values 1 and 2" },
	{ "missing", { "id", "n" }, { "id" }, NULL, "no value was given for n (cql_unset" },
	{ "all missing", { "id" }, { NULL }, NULL, "no value was given for id" },
};

static size_t length(const char *const *texts)
{
	size_t n = 0;

	while (texts[n])
		n++;
	return n;
}

static const cql_value *arrange(const struct order_row *row, struct cd_arena *a, coodie_error *err)
{
	cql_column_spec specs[MOST];
	cql_value values[MOST];
	const cql_args args = { length(row->given), values };
	const struct cd_columns markers = { .at = specs, .count = (uint32_t)length(row->markers) };

	for (int i = 0; i < MOST; i++) {
		specs[i] = (cql_column_spec){ .name = cql_text_of(row->markers[i]) };
		values[i] = cql_from_int(i);
	}
	return cd_named_arrange(a, &markers, row->given, args, err);
}

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(order_rows); i++) {
		const struct order_row *row = &order_rows[i];
		struct cd_arena a;
		coodie_error err = { 0 };
		cd_arena_init(&a, NULL, 0);
		const cql_value *out = arrange(row, &a, &err);
		CD_CHECK(!out == !row->out, row->name);
		for (size_t m = 0; out && m < length(row->markers); m++)
			CD_CHECK(out[m].as.integer == row->out[m] - '0', row->name);
		if (!out && !strstr(err.message, row->says))
			fail_msg("row \"%s\": %s", row->name, err.message);
		CD_CHECK(out || err.code == COODIE_ERR_INVALID, row->name);
		cd_arena_deinit(&a);
	}
}

static bool arrange_some(const coodie_allocator *a, void *user)
{
	const struct order_row row = { "", { "a", "b" }, { "b", "a" }, "10", NULL };
	struct cd_arena arena;

	(void)user;
	cd_arena_init(&arena, a, 16);
	bool ok = arrange(&row, &arena, NULL) && cd_named_copy(&arena, row.given, 2);
	cd_arena_deinit(&arena);
	return ok;
}

static void test_order_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("values by name", arrange_some, NULL));
}

/* ---- on a node ------------------------------------------------------------------------------- */

struct box {
	coodie_node *node;
	coodie_session *session;
};

static struct box open_box(unsigned loops)
{
	coodie_error err = { 0 };
	coodie_node_options *no = coodie_node_options_new(&err);
	coodie_options *o = coodie_options_new(&err);
	struct box b = { .node = coodie_node_start(no, &err) };

	if (!b.node || !coodie_node_execute(
			       b.node,
			       "CREATE KEYSPACE shop WITH replication = {'class': "
			       "'SimpleStrategy', 'replication_factor': 1};"
			       "CREATE TABLE shop.people (id int, \"Zip\" int, age int, name text, "
			       "PRIMARY KEY ((id, \"Zip\"), age));",
			       &err))
		fail_msg("%s", err.message);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(b.node, 0), &err));
	assert_true(coodie_options_set_keyspace(o, "shop", &err));
	if (loops)
		assert_true(coodie_options_set_loops(o, loops, &err));
	b.session = coodie_session_new(o, &err);
	if (!b.session)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	coodie_node_options_free(no);
	return b;
}

static void close_box(struct box *b)
{
	coodie_session_free(b->session);
	coodie_node_stop(b->node);
}

static int32_t number_of(coodie_result *take_result, const coodie_error *err)
{
	coodie_cursor c = coodie_result_cursor(take_result);
	int32_t n = -1;

	if (!take_result)
		fail_msg("%s", err->message);
	if (coodie_cursor_next(&c))
		assert_true(coodie_cursor_int32(&c, 0, &n, NULL));
	coodie_result_free(take_result);
	return n;
}

static const char insert[] = "INSERT INTO people (id, \"Zip\", age, name) VALUES (?, ?, :years, ?)";
static const char by_key[] = "SELECT age FROM people WHERE id = :who AND \"Zip\" = :\"Who\" AND "
			     "age >= :years AND age <= :years";

/* A text is prepared on the way, the first time and when it is known. */
static void test_texts(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 3; loops++) {
		struct box b = open_box(loops);
		coodie_error err;
		for (int i = 0; i < 8; i++) {
			const coodie_named put[] = { { "NAME", cql_unset() },
						     { "years", cql(40 + i) },
						     { "\"Zip\"", cql(2) },
						     { "id", cql(i) } };
			const coodie_named get[] = { { "Years", cql(40 + i) },
						     { "who", cql(i) },
						     { "\"Who\"", cql(2) } };
			coodie_result *r = coodie_session_query_named(b.session, insert, put, 4,
								      NULL, &err);
			assert_int_equal(number_of(r, &err), -1);
			r = coodie_session_query_named(b.session, by_key, get, 3, NULL, &err);
			assert_int_equal(number_of(r, &err), 40 + i);
		}
		close_box(&b);
	}
}

struct refusal_row {
	const char *name, *cql;
	coodie_named binds[2];
	size_t count;
	enum coodie_errc code;
	const char *says;
};

/* Each is asked twice: when the markers are not known, and when they are. */
static void test_refusals(void **state)
{
	static const char cql[] = "SELECT age FROM people WHERE id = ? AND \"Zip\" = ?";
	const struct refusal_row rows[] = {
		{ "unknown",
		  cql,
		  { { "id", cql(1) }, { "zip", cql(1) } },
		  2,
		  COODIE_ERR_INVALID,
		  "no marker is called zip; there are: id, Zip" },
		{ "missing",
		  cql,
		  { { "id", cql(1) } },
		  1,
		  COODIE_ERR_INVALID,
		  "no value was given for Zip" },
		{ "twice",
		  cql,
		  { { "id", cql(1) }, { "ID", cql(1) } },
		  2,
		  COODIE_ERR_INVALID,
		  "ID is given twice" },
		{ "no name",
		  cql,
		  { { NULL, cql(1) } },
		  1,
		  COODIE_ERR_INVALID,
		  "value 1 has no name" },
		{ "another type",
		  cql,
		  { { "\"Zip\"", cql("x") }, { "id", cql(1) } },
		  2,
		  COODIE_ERR_TYPE,
		  "bind 2 (Zip int)" },
		{ "no text", NULL, { { "id", cql(1) } }, 1, COODIE_ERR_INVALID, "no statement" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows) * 4; i++) {
		const struct refusal_row *row = &rows[i / 4];
		struct box b = open_box(i & 1);
		coodie_error err = { 0 };
		if (i & 2)
			coodie_prepared_free(coodie_session_prepare(b.session, cql, &err));
		coodie_result *r = coodie_session_query_named(b.session, row->cql, row->binds,
							      row->count, NULL, &err);
		CD_CHECK(!r && err.code == row->code, row->name);
		if (!strstr(err.message, row->says))
			fail_msg("row \"%s\": %s", row->name, err.message);
		close_box(&b);
	}
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	int *called = user;

	(void)err;
	coodie_result_free(take_res);
	++*called;
}

/* What is wrong with a prepared statement's values is said at once. */
static void test_prepared(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 3; loops++) {
		struct box b = open_box(loops);
		const coodie_named get[] = { { "years", cql(7) },
					     { "who", cql(1) },
					     { "\"Who\"", cql(2) } };
		coodie_error err;
		int called = 0;
		coodie_prepared *p = coodie_session_prepare(b.session, by_key, &err);
		if (!p)
			fail_msg("%s", err.message);
		coodie_result *r = coodie_session_execute_named(b.session, p, get, 3, NULL, &err);
		assert_int_equal(number_of(r, &err), -1);
		assert_false(coodie_session_execute_named_async(b.session, p, get, 2, NULL,
								on_result, &called, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_false(coodie_session_execute_named_async(b.session, NULL, get, 3, NULL,
								on_result, &called, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_false(coodie_session_execute_named_async(b.session, p, NULL, 3, NULL,
								on_result, &called, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_int_equal(called, 0);
		coodie_prepared_free(p);
		close_box(&b);
	}
}

/* The seam takes names too, of a prepared statement as of a text; a batch does not. */
static void test_seam(void **state)
{
	const char *const names[] = { "id", "\"Zip\"", "years", "name" };
	const coodie_statement by_name = { .size = sizeof by_name,
					   .cql = insert,
					   .args = CQL_ARGS(cql(1), cql(2), cql(3), cql("x")),
					   .names = names };
	struct box b = open_box(0);
	coodie_error err;
	int called = 0;

	(void)state;
	coodie_statement st = by_name;
	st.prepared = coodie_session_prepare(b.session, insert, &err);
	assert_non_null(st.prepared);
	assert_true(coodie_session_submit(b.session, &st, on_result, &called, &err));
	assert_true(coodie_session_run(b.session, NULL, &err));
	assert_int_equal(called, 1);
	assert_false(coodie_session_batch_async(b.session, COODIE_BATCH_LOGGED, &by_name, 1, NULL,
						on_result, &called, &err));
	assert_non_null(strstr(err.message, "by name"));
	const coodie_statement batch = {
		.size = sizeof batch, .children = &by_name, .child_count = 1, .names = names
	};
	assert_false(coodie_session_submit(b.session, &batch, on_result, &called, &err));
	assert_non_null(strstr(err.message, "by name"));
	coodie_prepared_free(st.prepared);
	close_box(&b);
}

/* ---- what a prepared statement tells of itself ------------------------------------------------ */

struct told_row {
	const char *cql, *markers, *key, *columns, *table;
};

static const struct told_row told_rows[] = {
	{ "INSERT INTO people (age, \"Zip\", id) VALUES (?, ?, ?)", "age:int Zip:int id:int ",
	  "2 1 ", "", "shop.people" },
	{ "SELECT name, age FROM people WHERE id = ? AND \"Zip\" = 1", "id:int ", "",
	  "name:text age:int ", "shop.people" },
	{ "SELECT count(*) FROM people", "", "", "count:bigint ", "shop.people" },
	{ "TRUNCATE people", "", "", "", NULL },
};

static void tell(char *out, size_t size, size_t count, const coodie_prepared *p,
		 const char *(*name)(const coodie_prepared *, size_t),
		 const cql_type *(*type)(const coodie_prepared *, size_t))
{
	char text[64];

	*out = '\0';
	for (size_t i = 0; i < count; i++) {
		cql_type_format(type(p, i), text, sizeof text);
		snprintf(out + strlen(out), size - strlen(out), "%s:%s ", name(p, i), text);
	}
	assert_null(name(p, count));
	assert_null(type(p, count));
}

static void check_told(const coodie_prepared *p, const struct told_row *row)
{
	char markers[200], columns[200], key[64] = "", table[64] = "";
	size_t count;

	tell(markers, sizeof markers, coodie_prepared_bind_count(p), p, coodie_prepared_bind_name,
	     coodie_prepared_bind_type);
	tell(columns, sizeof columns, coodie_prepared_column_count(p), p,
	     coodie_prepared_column_name, coodie_prepared_column_type);
	const uint16_t *at = coodie_prepared_key(p, &count);
	for (size_t i = 0; i < count; i++)
		snprintf(key + strlen(key), sizeof key - strlen(key), "%d ", at[i]);
	assert_string_equal(markers, row->markers);
	assert_string_equal(columns, row->columns);
	assert_string_equal(key, row->key);
	assert_int_equal(!coodie_prepared_keyspace(p), !row->table);
	assert_int_equal(!coodie_prepared_table(p), !row->table);
	if (row->table)
		snprintf(table, sizeof table, "%s.%s", coodie_prepared_keyspace(p),
			 coodie_prepared_table(p));
	assert_string_equal(table, row->table ? row->table : "");
}

static void test_told(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 2; loops++) {
		struct box b = open_box(loops);
		for (size_t i = 0; i < CD_COUNT(told_rows); i++) {
			coodie_error err;
			coodie_prepared *p = coodie_session_prepare(b.session, told_rows[i].cql,
								    &err);
			if (!p)
				fail_msg("%s: %s", told_rows[i].cql, err.message);
			check_told(p, &told_rows[i]);
			coodie_prepared_free(p);
		}
		close_box(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),    cmocka_unit_test(test_order_no_memory),
		cmocka_unit_test(test_texts),    cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_prepared), cmocka_unit_test(test_seam),
		cmocka_unit_test(test_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
