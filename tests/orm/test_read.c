/* SPDX-License-Identifier: MIT */
/* Models read from the cluster: what is asked, what becomes of the answers, who is told and when.
 * */
#include <coodie.h>
#include <coodie/node.h>

#include "tests/failalloc.h"
#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

/* ---- what the cluster says ------------------------------------------------------------------- */

struct there {
	const char *name, *type, *kind;
	int position;
	const char *order;
};

/* By name, as the cluster has them. */
static const struct there events[] = {
	{ "Tenant", "text", "partition_key", 0, "none" },
	{ "at", "timestamp", "clustering", 0, "desc" },
	{ "day", "int", "partition_key", 1, "none" },
	{ "home", "frozen<data>", "regular", -1, "none" },
	{ "motto", "text", "static", -1, "none" },
	{ "seq", "int", "clustering", 1, "asc" },
	{ "tags", "map<text, frozen<list<int>>>", "regular", -1, "none" },
	{ "value", "double", "regular", -1, "none" },
};

static void answer_columns(struct mock *m, const struct there *there, size_t count)
{
	static const coodie_column_spec spec[] = { { "column_name", "text" },
						   { "type", "text" },
						   { "kind", "text" },
						   { "position", "int" },
						   { "clustering_order", "text" } };
	cql_value values[5 * 8];

	for (size_t i = 0; i < count; i++) {
		values[5 * i] = cql(there[i].name);
		values[5 * i + 1] = cql(there[i].type);
		values[5 * i + 2] = cql(there[i].kind);
		values[5 * i + 3] = cql(there[i].position);
		values[5 * i + 4] = cql(there[i].order);
	}
	mock_answer(m, coodie_result_new_rows(spec, 5, values, count, NULL));
}

/* NULL: none. */
static void answer_index(struct mock *m, const char *target)
{
	static const coodie_column_spec spec[] = { { "index_name", "text" },
						   { "options", "frozen<map<text, text>>" } };
	const cql_value row[] = { cql("by"), cql(CQL_MAP(cql("target"), cql(target))) };

	mock_answer(m, coodie_result_new_rows(spec, 2, row, target ? 1 : 0, NULL));
}

static void answer_names(struct mock *m, const char *const *names, size_t count)
{
	static const coodie_column_spec spec[] = { { "name", "text" } };
	cql_value values[4];

	for (size_t i = 0; i < count; i++)
		values[i] = cql(names[i]);
	mock_answer(m, coodie_result_new_rows(spec, 1, values, count, NULL));
}

static void answer_table(struct mock *m, const char *index, const char *base)
{
	answer_columns(m, events, CD_COUNT(events));
	answer_index(m, index);
	answer_names(m, &base, base ? 1 : 0);
}

static coodie_model *read_events(const char *index, const char *base)
{
	coodie_error err = { 0 };
	coodie_model *m;

	answer_table(&mock, index, base);
	m = coodie_model_read(mock.session, "shop", "Events", &err);
	ok(m, &err);
	return m;
}

/* ---- a table --------------------------------------------------------------------------------- */

/* MD-37: what is asked, and the key first of what is there. */
static void a_table(void **state)
{
	static const char *const order[] = { "Tenant", "day",  "at",   "seq",
					     "home",   "motto", "tags", "value" };
	coodie_model *m = read_events(NULL, NULL);
	const coodie_column *at;
	char shown[40];

	(void)state;
	assert_int_equal(mock.sent, 3);
	assert_string_equal(mock.calls[0].cql,
			    "SELECT column_name, type, kind, position, clustering_order FROM "
			    "system_schema.columns WHERE keyspace_name = ? AND table_name = ?");
	mock_expect(&mock,
		    "SELECT * FROM system_schema.views WHERE keyspace_name = ? AND "
		    "view_name = ?",
		    "'shop'|'Events'");
	assert_int_equal(coodie_model_column_count(mock.session, m), CD_COUNT(order));
	for (size_t i = 0; i < CD_COUNT(order); i++)
		assert_string_equal(coodie_model_column_at(mock.session, m, i)->name, order[i]);
	at = coodie_model_column_named(mock.session, m, "at");
	assert_int_equal(at->clustering_key, 1);
	assert_int_equal(at->order, COODIE_DESC);
	assert_true(coodie_model_column_named(mock.session, m, "motto")->is_static);
	assert_int_equal(coodie_model_column_named(mock.session, m, "home")->member,
			 COODIE_MEMBER_UDT_VIEW);
	coodie_model_table(mock.session, m, shown, sizeof(shown));
	assert_string_equal(shown, "shop.\"Events\"");
	assert_null(m->view);
	coodie_model_free(m);
}

/* Rows of it: read, changed, written back. */
static void rows_of_a_table(void **state)
{
	static const coodie_column_spec spec[] = {
		{ "Tenant", "text" },   { "day", "int" },
		{ "at", "timestamp" },  { "seq", "int" },
		{ "home", "udt<shop.data, street:text>" }, { "motto", "text" },
		{ "tags", "map<text, frozen<list<int>>>" }, { "value", "double" },
	};
	const cql_value row[] = { cql("us"),
				  cql(3),
				  cql((cql_timestamp){ 5 }),
				  cql(9),
				  cql(CQL_UDT(cql("Main"))),
				  cql_null(),
				  cql(CQL_MAP(cql("a"), cql(CQL_LIST(cql(1))))),
				  cql(2.5) };
	coodie_model *m = read_events(NULL, NULL);
	coodie_error err = { 0 };
	cql_value v, street;
	void *e;

	(void)state;
	mock_answer(&mock, coodie_result_new_rows(spec, CD_COUNT(row), row, 1, &err));
	e = coodie_get(mock.session, m,
		       CQL_ARGS(cql("us"), cql(3), cql((cql_timestamp){ 5 }), cql(9)), NULL, &err);
	ok(e, &err);
	ok(coodie_object_value(e, "home", &v, &err) &&
		   cql_udt_field((cql_udt){ v.as.seq }, "street", &street, &err),
	   &err);
	assert_int_equal(street.as.text.len, 4);
	ok(coodie_object_value(e, "motto", &v, &err), &err);
	assert_true(cql_is_null(v));
	ok(coodie_object_set(e, "value", cql(3.5), &err), &err);
	ok(coodie_save(mock.session, m, e, NULL, &err), &err);
	assert_non_null(strstr(mock_last(&mock)->cql, "UPDATE shop.\"Events\" SET "));
	coodie_object_free(e);
	coodie_model_free(m);
}

/* TY-34: an index of the cluster's lets a query ask; it is not ours to make. */
static void indexed_columns(void **state)
{
	static const struct {
		const char *target, *column;
	} rows[] = {
		{ "value", "value" },
		{ "keys(tags)", "tags" },
		{ "values(tags)", "tags" },
		{ "\"Tenant\"", "Tenant" },
	};
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_model *m = read_events(rows[i].target, NULL);

		for (size_t k = 0; k < coodie_model_column_count(mock.session, m); k++) {
			const coodie_column *c = coodie_model_column_at(mock.session, m, k);

			CD_CHECK(c->index.on == !strcmp(c->name, rows[i].column), rows[i].target);
			CD_CHECK(c->index.external == c->index.on, rows[i].target);
		}
		if (!i) {
			coodie_query *q = coodie_find(mock.session, m, "value = ?",
						      CQL_ARGS(cql(1.5)));

			coodie_rows_free(coodie_all(q, &err));
			assert_int_not_equal(err.code, COODIE_ERR_QUERY);
			coodie_query_free(q);
		}
		coodie_model_free(m);
	}
}

/* MV-07: a view is read, and not written. */
static void a_view(void **state)
{
	coodie_model *m = read_events(NULL, "events_by_day");
	coodie_error err = { 0 };
	void *e;

	(void)state;
	assert_non_null(m->view);
	e = coodie_new(mock.session, m, &err);
	ok(e, &err);
	refused(coodie_save(mock.session, m, e, NULL, &err), &err, COODIE_ERR_MODEL,
		"is a materialized view");
	refused(coodie_sync_table(mock.session, m, NULL, &err), &err, COODIE_ERR_MODEL,
		"it is a materialized view");
	refused(coodie_sync_view(mock.session, m, NULL, &err), &err, COODIE_ERR_MODEL,
		"has no base");
	coodie_object_free(e);
	coodie_model_free(m);
}

/* More columns than what was read, over the same rows. */
static void taken_further(void **state)
{
	coodie_model *m = read_events(NULL, NULL), *more;
	const coodie_column age = { .name = "age", .type = "int" };
	coodie_model_builder *b = coodie_model_builder_new("more", 0, "Events");
	coodie_error err = { 0 };

	(void)state;
	coodie_model_builder_columns(b, m->columns, m->column_count, m->column_stride);
	coodie_model_builder_column(b, &age);
	coodie_model_builder_options(b, m);
	coodie_model_free(m);
	more = coodie_model_builder_build(b, &err);
	ok(more, &err);
	coodie_model_builder_free(b);
	assert_int_equal(coodie_model_column_count(mock.session, more), 9);
	coodie_model_free(more);
}

/* ---- what goes wrong ------------------------------------------------------------------------- */

static void lost(const char *table, const char *const *names, size_t count, const char *says)
{
	coodie_error err = { 0 };

	answer_columns(&mock, events, 0);
	answer_names(&mock, names, count);
	assert_null(coodie_model_read(mock.session, "shop", table, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	assert_string_equal(err.message, says);
	mock_expect(&mock,
		    "SELECT table_name FROM system_schema.columns WHERE keyspace_name = ? GROUP BY "
		    "keyspace_name, table_name",
		    "'shop'");
}

static void not_there(void **state)
{
	static const char *const names[] = { "events", "notes", "users" };

	(void)state;
	lost("user", names, 3,
	     "coodie_model_read(user): keyspace shop has no table user; did you mean users?");
	lost("zebra", names, 3, "coodie_model_read(zebra): keyspace shop has no table zebra");
	lost("users", names, 0,
	     "coodie_model_read(users): there is no keyspace shop, or nothing in it");
}

static void never(coodie_model *take_model, const coodie_error *err, void *user)
{
	(void)user;
	fail_msg("called with %p: %s", (void *)take_model, err->message);
}

/* Before anything is sent. */
static void wrong_calls(void **state)
{
	static const struct {
		const char *keyspace, *table, *says;
	} rows[] = {
		{ NULL, "users", "no keyspace; give one" },
		{ "my shop", "users", "keyspace my shop: a name is letters, digits and" },
		{ "shop", NULL, "NULL is no name of a table" },
		{ "shop", "", " is no name of a table" },
		{ "shop", "\"users", "\"users is no name of a table" },
	};
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		refused(coodie_model_read(mock.session, rows[i].keyspace, rows[i].table, &err),
			&err, COODIE_ERR_INVALID, rows[i].says);
		refused(coodie_model_read_async(mock.session, rows[i].keyspace, rows[i].table,
						never, NULL, &err),
			&err, COODIE_ERR_INVALID, rows[i].says);
	}
	refused(coodie_model_read(NULL, "shop", "users", &err), &err, COODIE_ERR_INVALID,
		"the session is NULL");
	refused(coodie_model_read_async(mock.session, "shop", "users", NULL, NULL, &err), &err,
		COODIE_ERR_INVALID, "coodie_model_read(users): the callback is NULL");
	assert_null(coodie_model_read(NULL, NULL, NULL, NULL));
	assert_int_equal(mock.sent, 0);
}

/* Each question may fail, when it is asked and when it is answered. */
static void failures(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	for (size_t at = 0; at < 3; at++) {
		for (int refuse = 0; refuse < 2; refuse++) {
			if (at > 0)
				answer_columns(&mock, events, CD_COUNT(events));
			if (at > 1)
				answer_index(&mock, NULL);
			if (refuse)
				mock_answer_refuse(&mock, COODIE_ERR_TIMEOUT, "late");
			else
				mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
			refused(coodie_model_read(mock.session, "shop", "Events", &err), &err,
				COODIE_ERR_TIMEOUT, "late");
		}
	}
	answer_names(&mock, (const char *const[]){ "no columns" }, 1); /* another answer */
	assert_null(coodie_model_read(mock.session, "shop", "Events", &err));
	assert_int_not_equal(err.code, COODIE_OK);
}

/* ---- without waiting ------------------------------------------------------------------------- */

struct told {
	int times;
	coodie_model *model;
	coodie_error err;
};

static void on_model(coodie_model *take_model, const coodie_error *err, void *user)
{
	struct told *t = user;

	t->times++;
	t->model = take_model;
	t->err = *err;
}

static void without_waiting(void **state)
{
	struct told told = { 0 };
	coodie_error err = { 0 };

	(void)state;
	answer_table(&mock, NULL, NULL);
	ok(coodie_model_read_async(mock.session, "shop", "Events", on_model, &told, &err), &err);
	assert_int_equal(told.times, 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(told.times, 1);
	ok(told.model, &told.err);
	coodie_model_free(told.model);
}

static coodie_session *open_session(const coodie_node *node, uint32_t page_rows)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err = { 0 };
	coodie_session *s;

	ok(coodie_options_add_contact_point(o, coodie_node_address(node, 0), &err), &err);
	if (page_rows)
		coodie_options_set_page_rows(o, page_rows);
	s = coodie_session_new(o, &err);
	ok(s, &err);
	coodie_options_free(o);
	return s;
}

/* The session goes first, at each moment of the reading: told once, with nothing. */
static void the_session_ends(void **state)
{
	coodie_error err = { 0 };
	coodie_node *node = coodie_node_start(NULL, &err);

	(void)state;
	ok(node, &err);
	for (int turns = 0; turns < 40; turns++) {
		coodie_session *s = open_session(node, 0);
		const bool already = true;
		struct told told = { 0 };

		ok(coodie_model_read_async(s, "system", "local", on_model, &told, &err), &err);
		for (int i = 0; i < turns && !told.times; i++)
			coodie_session_run(s, &already, &err);
		coodie_session_free(s);
		assert_int_equal(told.times, 1);
		assert_true(!told.model == (told.err.code != COODIE_OK));
		coodie_model_free(told.model);
	}
	coodie_node_stop(node);
}

/* The schema is looked at whole, however small the session's pages are. */
static void small_pages(void **state)
{
	coodie_error err = { 0 };
	coodie_node *node = coodie_node_start(NULL, &err);
	coodie_session *s;
	coodie_model *m;

	(void)state;
	ok(node, &err);
	s = open_session(node, 1);
	ok(coodie_create_keyspace(s, "shop", NULL, &err), &err);
	ok(coodie_sync_table(s, &note_model, NULL, &err), &err);
	ok(coodie_sync_table(s, &note_model, NULL, &err), &err);
	m = coodie_model_read(s, "shop", "notes", &err);
	ok(m, &err);
	assert_int_equal(coodie_model_column_count(s, m), CD_COUNT(note_columns));
	coodie_model_free(m);
	coodie_session_free(s);
	coodie_node_stop(node);
}

/* ---- no memory ------------------------------------------------------------------------------- */

static bool read_with(const coodie_allocator *a, void *user)
{
	const bool *there = user;
	coodie_error err = { 0 };
	coodie_model *model = NULL;
	struct mock m;
	bool worked = mock_open_with(&m, a, &err);

	if (!worked) {
		m.freed = true;
		mock_close(&m);
		return false;
	}
	if (*there) {
		answer_table(&m, "value", "base");
	} else {
		answer_columns(&m, events, 0);
		answer_names(&m, (const char *const[]){ "events", "users" }, 2);
	}
	model = coodie_model_read(m.session, "shop", "Events", &err);
	worked = *there ? model != NULL : err.code == COODIE_ERR_NOT_FOUND;
	if (!worked && err.code != COODIE_ERR_NO_MEMORY)
		fail_msg("%s: %s", coodie_errc_name(err.code), err.message);
	coodie_model_free(model);
	mock_close(&m);
	return worked;
}

static void each_allocation(void **state)
{
	bool there = true;

	(void)state;
	assert_true(cd_failalloc_each("read a model", read_with, &there));
	there = false;
	assert_true(cd_failalloc_each("read one that is not there", read_with, &there));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table),
		TEST(rows_of_a_table),
		TEST(indexed_columns),
		TEST(a_view),
		TEST(taken_further),
		TEST(not_there),
		TEST(wrong_calls),
		TEST(failures),
		TEST(without_waiting),
		cmocka_unit_test(the_session_ends),
		cmocka_unit_test(small_pages),
		cmocka_unit_test(each_allocation),
	};

	return cmocka_run_group_tests_name("read", tests, NULL, NULL);
}
