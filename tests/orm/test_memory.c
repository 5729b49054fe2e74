/* SPDX-License-Identifier: MIT */
/* Every allocation of the mapper failed in turn: an error each time, nothing lost, and the
 * object as it was. */
#include <coodie/batch.h>
#include <coodie/counter.h>
#include <coodie/many.h>
#include <coodie/object.h>
#include <coodie/query.h>
#include <coodie/scan.h>
#include <coodie/schema.h>
#include <coodie/update.h>

#include "tests/failalloc.h"
#include "tests/mock.h"
#include "tests/orm/models.h"
#include "tests/test.h"

/* Each step fails with an error or works: a step that fails without one is a failure of the
 * test. */
static bool step(bool worked, const coodie_error *err)
{
	if (!worked && err->code == COODIE_OK)
		fail_msg("a call failed without an error");
	return worked;
}

static coodie_result *note_row(void)
{
	static const coodie_column_spec columns[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};
	const cql_value values[] = { cql(1), cql("hello"), cql(3),
				     cql(CQL_SET(cql("a"), cql("b"))) };
	coodie_result *r = coodie_result_new_rows(columns, 4, values, 1, NULL);

	assert_non_null(r);
	return r;
}

static bool save_own(struct mock *m, coodie_error *err)
{
	note n = { .id = 1, .text = "x", .tags = CQL_SET(cql("b"), cql("a")) };

	return step(coodie_save(m->session, &note_model, &n, COODIE_WRITE(.ttl = 5), err), err);
}

static bool save_new(struct mock *m, coodie_error *err)
{
	note *n = coodie_new(m->session, &note_model, err);
	bool worked = step(n != NULL, err);

	if (worked) {
		n->text = "x";
		worked = step(coodie_save(m->session, &note_model, n, NULL, err), err);
	}
	coodie_object_free(n);
	return worked;
}

static bool get_and_save(struct mock *m, coodie_error *err)
{
	note *n, *copy = NULL;
	bool worked;

	mock_answer(m, note_row());
	n = coodie_get(m->session, &note_model, CQL_ARGS(cql(1)), NULL, err);
	worked = step(n != NULL, err);
	if (worked) {
		n->tags = CQL_SET(cql("b"), cql("c"));
		n->text = "other";
		worked = step(coodie_save(m->session, &note_model, n, NULL, err), err) &&
			 step((copy = coodie_dup(m->session, &note_model, n, err)) != NULL, err) &&
			 step(coodie_delete(m->session, &note_model, copy, NULL, err), err);
	}
	coodie_object_free(copy);
	coodie_object_free(n);
	return worked;
}

static bool members(struct mock *m, coodie_error *err)
{
	bool worked;
	note *n;

	mock_answer(m, note_row());
	n = coodie_get(m->session, &note_model, CQL_ARGS(cql(1)), NULL, err);
	worked = step(n != NULL, err) &&
		 step(coodie_object_set(n, "text", cql("a longer text"), err), err) &&
		 step(coodie_object_set(n, "stars", cql(8), err), err) &&
		 step(coodie_touch(n, "tags", err), err) &&
		 step(coodie_save(m->session, &note_model, n, NULL, err), err);
	coodie_object_free(n);
	return worked;
}

static bool find_all(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, "text = ? AND tags CONTAINS ?",
				      CQL_ARGS(cql("x"), cql("y")));
	coodie_query *copy;
	coodie_rows *rows;
	bool worked;

	coodie_where(q, "stars > ?", CQL_ARGS(cql(3)));
	coodie_allow_filtering(q);
	coodie_using(q, "Other", NULL);
	coodie_query_request(q, COODIE_REQUEST(.profile = "slow", .keyspace = "shop"));
	coodie_defer(q, "stars");
	coodie_only(q, "text, tags, stars");
	coodie_limit(q, 5);
	coodie_query_format(q, NULL, 0, err);
	copy = coodie_query_dup(q);
	coodie_query_free(q);
	q = copy;
	mock_answer_error(m, COODIE_ERR_TIMEOUT, "late");
	rows = coodie_all(q, err);
	worked = err->code == COODIE_ERR_TIMEOUT; /* as far as it can come */
	coodie_rows_free(rows);
	coodie_query_free(q);
	return worked;
}

static bool select_list(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_result *r;

	coodie_group_by(q, "id");
	coodie_token_range(q, 1, 2);
	mock_answer_error(m, COODIE_ERR_TIMEOUT, "late");
	r = coodie_select(q, "max(stars) as most, writetime(text)", err);
	coodie_result_free(r);
	coodie_query_free(q);
	return err->code == COODIE_ERR_TIMEOUT;
}

static bool stream_rows(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	coodie_stream *s;
	bool worked;

	mock_answer(m, note_row());
	s = coodie_stream_new(q, NULL, err);
	worked = step(s != NULL, err) && step(coodie_stream_token(s, err) != NULL, err) &&
		 step(coodie_stream_next(s, err) != NULL, err);
	coodie_stream_free(s);
	coodie_query_free(q);
	return worked;
}

static bool raw_rows(struct mock *m, coodie_error *err)
{
	coodie_rows *rows;

	mock_answer(m, note_row());
	rows = coodie_raw(m->session, &note_model, "SELECT * FROM notes WHERE id = ?",
			  CQL_ARGS(cql(1)), err);
	coodie_rows_free(rows);
	return step(rows != NULL, err);
}

static bool all_rows(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	coodie_rows *rows;
	bool worked;

	mock_answer(m, note_row());
	rows = coodie_all(q, err);
	worked = step(rows != NULL, err);
	coodie_query_free(q);
	coodie_rows_free(rows);
	return worked;
}

static bool sync_table(struct mock *m, coodie_error *err)
{
	static const coodie_column_spec columns[] = { { "name", "text" } };
	const cql_value name = cql("shop");

	mock_answer(m, coodie_result_new_rows(columns, 1, &name, 0, NULL));
	mock_answer(m, coodie_result_new_rows(columns, 1, &name, 1, NULL));
	return step(coodie_sync_table(m->session, &user_model, NULL, err), err);
}

static bool run_batch(struct mock *m, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(m->session, COODIE_BATCH(.profile = "slow"));
	note *fresh = coodie_new(m->session, &note_model, err);
	bool worked = step(fresh != NULL, err);

	if (worked) {
		fresh->text = "x";
		coodie_batch_save(b, &note_model, fresh, NULL);
		coodie_batch_delete(b, &note_model, fresh, NULL);
		coodie_batch_cql(b, "UPDATE t SET a = ? WHERE b = 1", CQL_ARGS(cql("text")));
		worked = step(coodie_batch_run(b, err), err);
	}
	coodie_batch_free(b);
	coodie_object_free(fresh);
	return worked;
}

static bool save_many(struct mock *m, coodie_error *err)
{
	note notes[3] = { { .id = 1, .text = "a" }, { .id = 2 }, { .id = 1, .text = "c" } };
	void *at[3] = { &notes[0], &notes[1], &notes[2] };

	return step(coodie_save_many(m->session, &note_model, at, 3, COODIE_MANY(.batch_rows = 5),
				     COODIE_WRITE(.profile = "slow"), err),
		    err) &&
	       step(coodie_save_many(m->session, &note_model, at, 3, NULL, NULL, err), err);
}

static bool get_many(struct mock *m, coodie_error *err)
{
	cql_value values[2] = { cql(1), cql(2) };
	cql_args keys[2] = { { 1, &values[0] }, { 1, &values[1] } };
	void *found[2] = { NULL, NULL };
	bool worked;

	mock_answer(m, note_row());
	mock_answer(m, note_row());
	worked = step(coodie_get_many(m->session, &note_model, keys, 2, NULL, NULL, found, err),
		      err);
	coodie_objects_free(found, 2);
	return worked;
}

static bool hear(void *object, void *user)
{
	(void)object;
	(void)user;
	return true;
}

static bool scan(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	bool worked;

	mock_answer(m, note_row());
	mock_answer(m, note_row());
	worked = step(
		coodie_scan(q, COODIE_SCAN(.ranges = 2, .rows_per_second = 100), hear, NULL, err),
		err);
	coodie_query_free(q);
	return worked;
}

static bool keyspace(struct mock *m, coodie_error *err)
{
	return step(coodie_create_keyspace(m->session, "Shop", NULL, err), err);
}

/* The object must say what the server has, whatever failed. */
static bool update(struct mock *m, coodie_error *err)
{
	bool worked;
	note *n;

	mock_answer(m, note_row());
	n = coodie_get(m->session, &note_model, CQL_ARGS(cql(1)), NULL, err);
	worked = step(n != NULL, err);
	if (worked) {
		worked = step(coodie_update(m->session, &note_model, n,
					    "text = ?, stars = ?, tags = tags - ?",
					    CQL_ARGS(cql("a longer text"), cql(4),
						     cql(CQL_SET(cql("a")))),
					    COODIE_WRITE(.ttl = 4), err),
			      err);
		assert_int_equal(!strcmp(n->text, "a longer text"), worked);
		worked = worked && step(coodie_delete_columns(m->session, &note_model, n, "stars",
							      CQL_ARGS(), NULL, err),
					err);
	}
	coodie_object_free(n);
	return worked;
}

static coodie_result *refusal(void)
{
	static const coodie_column_spec columns[] = { { "[applied]", "boolean" },
						      { "text", "text" } };
	const cql_value row[] = { cql((_Bool) false), cql("theirs") };

	return coodie_result_new_rows(columns, 2, row, 1, NULL);
}

static bool conditions(struct mock *m, coodie_error *err)
{
	note n = { .id = 1, .text = "mine" };
	coodie_query *q;
	coodie_lwt *lwt;
	bool worked;

	mock_answer(m, refusal());
	lwt = coodie_insert(m->session, &note_model, &n, COODIE_WRITE(.ttl = 4), err);
	worked = step(lwt != NULL, err);
	coodie_lwt_free(lwt);
	if (!worked)
		return false;
	lwt = coodie_save_if(m->session, &note_model, &n, "text != ?", CQL_ARGS(cql("x")), NULL,
			     err);
	worked = step(lwt != NULL, err);
	coodie_lwt_free(lwt);
	if (!worked)
		return false;
	q = coodie_find(m->session, &note_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_if(q, "stars IN ?", CQL_ARGS(cql(CQL_LIST(cql(1), cql(2)))));
	worked = step(coodie_query_update(q, "text = ?", CQL_ARGS(cql("x")), NULL, err), err) &&
		 step(coodie_query_delete(q, NULL, err), err);
	coodie_query_free(q);
	return worked;
}

static bool counters(struct mock *m, coodie_error *err)
{
	typedef struct hits {
		coodie_row row;
		int32_t id;
		int64_t views;
	} hits;
	static const coodie_column columns[] = {
		COODIE_COLUMN(hits, id, "int", .partition_key = 1),
		COODIE_COLUMN(hits, views, "counter"),
	};
	static const coodie_model model = COODIE_MODEL(hits, columns, "hits", .keyspace = "shop");
	hits h = { .id = 1 };

	return step(coodie_decrement(m->session, &model, &h, "views", CQL_ARGS(cql(1)), NULL, err),
		    err) &&
	       step(coodie_save_json(m->session, &note_model, cql_text_of("{}"), NULL, err), err);
}

typedef bool use_fn(struct mock *m, coodie_error *err);

struct use {
	const char *name;
	use_fn *run;
};

static bool with_mock(const coodie_allocator *a, void *user)
{
	const struct use *use = user;
	coodie_error err = { 0 };
	struct mock m;
	bool worked = mock_open_with(&m, a, &err);

	if (!worked) {
		m.freed = true;
		mock_close(&m);
		return step(false, &err);
	}
	worked = use->run(&m, &err);
	mock_close(&m);
	return worked;
}

static void each_allocation(void **state)
{
	static const struct use uses[] = {
		{ "save one's own", save_own },
		{ "save a new object", save_new },
		{ "members by name", members },
		{ "get, save, dup, delete", get_and_save },
		{ "find", find_all },
		{ "read rows", all_rows },
		{ "select a list", select_list },
		{ "stream rows", stream_rows },
		{ "read raw rows", raw_rows },
		{ "sync a table", sync_table },
		{ "create a keyspace", keyspace },
		{ "run a batch", run_batch },
		{ "save many", save_many },
		{ "get many", get_many },
		{ "scan", scan },
		{ "update, delete columns", update },
		{ "conditional writes", conditions },
		{ "counters, JSON", counters },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(uses); i++) {
		struct use use = uses[i];

		CD_CHECK(cd_failalloc_each(use.name, with_mock, &use), use.name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_allocation) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
