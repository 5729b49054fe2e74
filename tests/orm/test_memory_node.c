/* SPDX-License-Identifier: MIT */
/* Every allocation of a session of a node failed in turn: syncs, differences, streams. */
#include <coodie.h>
#include <coodie/diff.h>
#include <coodie/node.h>

#include "tests/failalloc.h"
#include "tests/orm/models.h"
#include "tests/test.h"

/* Each step fails with an error or works. */
static bool step(bool worked, const coodie_error *err)
{
	if (!worked && err->code == COODIE_OK)
		fail_msg("a call failed without an error");
	return worked;
}

/* ---- models ---------------------------------------------------------------------------------- */

typedef struct street {
	const char *name;
	int32_t *number;
} street;

typedef struct house {
	coodie_row row;
	int32_t id;
	street at;
} house;

static const coodie_column street_fields[] = {
	COODIE_COLUMN(street, name, "text"),
	COODIE_COLUMN(street, number, "int"),
};
static const coodie_udt street_type = COODIE_TYPE(street, street_fields, "street",
						  .keyspace = "shop");
static const coodie_column house_columns[] = {
	COODIE_COLUMN(house, id, "int", .partition_key = 1),
	COODIE_UDT(house, at, street, &street_type),
};
static const coodie_model house_model = COODIE_MODEL(house, house_columns, "houses",
						     .keyspace = "shop");

/* ---- the node -------------------------------------------------------------------------------- */

static coodie_node *node;

static int start_node(void **state)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);

	(void)state;
	node = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!node || !coodie_node_execute(
			     node,
			     "CREATE KEYSPACE shop WITH replication = {'class': "
			     "'SimpleStrategy', 'replication_factor': 1};"
			     "CREATE TABLE shop.notes (id int PRIMARY KEY, text text, stars int, "
			     "tags set<text>);"
			     "INSERT INTO shop.notes (id, text) VALUES (1, 'a');"
			     "INSERT INTO shop.notes (id, text) VALUES (2, 'b')",
			     &err))
		fail_msg("%s", err.message);
	return 0;
}

static int stop_node(void **state)
{
	(void)state;
	coodie_node_stop(node);
	return 0;
}

/* Its statements are prepared behind the sync: that they could not be is no failure of it. */
static bool sync_and_warm(coodie_session *s, coodie_error *err)
{
	return step(coodie_sync_table(s, &note_model, NULL, err), err);
}

static bool stream_pages(coodie_session *s, coodie_error *err)
{
	coodie_query *q = coodie_find(s, &note_model, NULL, CQL_ARGS());
	coodie_stream *stream;
	size_t rows = 0;

	coodie_page_rows(q, 1);
	stream = coodie_stream_new(q, NULL, err);
	while (stream && coodie_stream_next(stream, err))
		rows++;
	coodie_stream_free(stream);
	coodie_query_free(q);
	return step(rows == 2, err);
}

static void run(const char *cql)
{
	coodie_error err = { 0 };

	if (!coodie_node_execute(node, cql, &err))
		fail_msg("%s: %s", cql, err.message);
}

static const coodie_model *const houses[] = { &house_model };

/* The keyspace as before, whatever the call before this one has made of it. */
static void forget_houses(void)
{
	run("DROP TABLE IF EXISTS shop.houses;"
	    "DROP TYPE IF EXISTS shop.street");
}

/* A keyspace's options, a type, a table: all of them are looked at, and made. */
static bool sync_schema(coodie_session *s, coodie_error *err)
{
	forget_houses();
	return step(
		coodie_sync_schema(s,
				   COODIE_SCHEMA(.keyspace = "shop", .models = houses,
						 .model_count = 1, .options = COODIE_KEYSPACE(0)),
				   NULL, err),
		err);
}

/* What is there lacks a column, and has one too many. */
static bool apply(coodie_session *s, coodie_error *err)
{
	coodie_schema *is, *should = NULL;
	coodie_diff *d = NULL;
	bool worked;

	forget_houses();
	run("CREATE TYPE shop.street (name text);"
	    "CREATE TABLE shop.houses (id int PRIMARY KEY, at frozen<street>, older int)");
	is = coodie_schema_read(s, "shop", err);
	worked = step(is != NULL, err);
	if (worked) {
		should = coodie_schema_of_models(
			s, COODIE_SCHEMA(.keyspace = "shop", .models = houses, .model_count = 1),
			err);
		worked = step(should != NULL, err);
	}
	if (worked) {
		d = coodie_schema_compare(is, should, NULL, err);
		worked = step(d != NULL, err) &&
			 step(coodie_diff_apply(s, d, COODIE_SYNC(.allow_destructive = true), err),
			      err);
	}
	coodie_diff_free(d);
	coodie_schema_free(should);
	coodie_schema_free(is);
	return worked;
}

struct visit {
	const char *name;
	bool (*run)(coodie_session *s, coodie_error *err);
};

/* A session that had memory enough to connect. */
static bool visit_node(const coodie_allocator *a, void *user)
{
	struct cd_failalloc *f = (struct cd_failalloc *)a->user;
	const struct visit *visit = user;
	size_t fail_at = f->fail_at;
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err = { 0 };
	coodie_session *s;
	bool worked;

	f->fail_at = 0;
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(node, 0), &err));
	coodie_options_set_allocator(o, a);
	s = coodie_session_new(o, &err);
	coodie_options_free(o);
	coodie_result_free(
		coodie_session_query(s, "SELECT key FROM system.local", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_OK);
	atomic_store(&f->calls, 0);
	f->fail_at = fail_at;
	worked = visit->run(s, &err);
	f->fail_at = 0;
	coodie_session_free(s);
	return worked;
}

static void on_a_node(void **state)
{
	static const struct visit visits[] = {
		{ "sync, warm up", sync_and_warm },
		{ "stream pages", stream_pages },
		{ "sync a schema", sync_schema },
		{ "apply a difference", apply },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(visits); i++) {
		struct visit visit = visits[i];

		CD_CHECK(cd_failalloc_each(visit.name, visit_node, &visit), visit.name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(on_a_node, start_node, stop_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
