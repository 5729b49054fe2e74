/* SPDX-License-Identifier: MIT */
/* Every allocation of the mapper failed in turn: an error each time, nothing lost, and the
 * object as it was. */
#include <coodie.h>

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

static bool hear(void *object, void *user)
{
	(void)object;
	(void)user;
	return true;
}

static bool heard; /* a call with a callback has ended */

static void on_status(const coodie_error *err, void *user)
{
	*(coodie_error *)user = *err;
	heard = true;
}

static bool stream_each(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	bool worked;

	mock_answer(m, note_row());
	heard = false;
	worked = step(coodie_stream_each_async(q, COODIE_STREAM(.rows_per_second = 100), hear,
					       on_status, err, err),
		      err);
	coodie_query_free(q);
	if (worked) {
		coodie_session_run(m->session, &heard, NULL);
		assert_true(heard);
	}
	return worked && err->code == COODIE_OK;
}

static bool one_page(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	coodie_rows *rows;
	bool worked;

	mock_answer(m, note_row());
	rows = coodie_page(q, err);
	worked = step(rows != NULL, err);
	coodie_rows_free(rows);
	coodie_query_free(q);
	return worked;
}

static bool terminals(struct mock *m, coodie_error *err)
{
	static const coodie_column_spec counted[] = { { "count", "bigint" } };
	static const coodie_column_spec key[] = { { "id", "int" } };
	const cql_value twelve = cql(INT64_C(12)), one = cql(1);
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	int64_t most = 0;
	uint64_t count = 0;
	bool exists = false, worked;
	note *n = NULL;

	mock_answer(m, note_row());
	worked = step((n = coodie_first(q, err)) != NULL, err);
	coodie_object_free(n);
	if (worked) {
		mock_answer(m, coodie_result_new_rows(counted, 1, &twelve, 1, NULL));
		worked = step(coodie_count(q, &count, err), err);
		assert_int_equal(count, worked ? 12 : 0);
	}
	if (worked) {
		mock_answer(m, coodie_result_new_rows(key, 1, &one, 1, NULL));
		worked = step(coodie_exists(q, &exists, err), err);
	}
	if (worked) {
		mock_answer(m, coodie_result_new_rows(counted, 1, &twelve, 1, NULL));
		worked = step(coodie_select_int64(q, "max(stars)", &most, NULL, err), err);
	}
	if (worked) {
		coodie_result *json = coodie_json(q, err);

		worked = step(json != NULL, err);
		coodie_result_free(json);
	}
	coodie_query_free(q);
	return worked;
}

/* What cannot be compared for lack of memory is not equal. */
static bool refine(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &event_model, "tenant = ?", CQL_ARGS(cql("t")));
	coodie_query *copy;
	char text[400];
	bool worked;

	coodie_where(q, "day = ? AND at > ?", CQL_ARGS(cql(3), cql(((cql_timestamp){ 5 }))));
	coodie_order_by(q, "at ASC");
	copy = coodie_query_dup(q);
	worked = coodie_query_equal(q, copy);
	coodie_using(copy, "Other", NULL);
	assert_false(coodie_query_equal(q, copy));
	worked = step(coodie_query_format(copy, text, sizeof(text), err) > 0, err) && worked;
	coodie_query_free(q);
	coodie_query_free(copy);
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
		coodie_batch_save(b, &note_model, fresh, COODIE_WRITE(.timestamp_us = 5));
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
	return step(coodie_create_keyspace(m->session, "Shop", NULL, err), err) &&
	       step(coodie_drop_keyspace(m->session, "Shop", err), err);
}

static void answer_name(struct mock *m, const char *name)
{
	static const coodie_column_spec columns[] = { { "name", "text" } };
	const cql_value value = cql(name);

	mock_answer(m, coodie_result_new_rows(columns, 1, &value, name ? 1 : 0, NULL));
}

typedef struct by_text {
	coodie_row row;
	const char *text;
	int32_t id;
} by_text;

static const coodie_column by_text_columns[] = {
	COODIE_COLUMN(by_text, text, "text", .partition_key = 1),
	COODIE_COLUMN(by_text, id, "int", .clustering_key = 1),
};
static const coodie_model by_text_model = COODIE_MODEL(by_text, by_text_columns, "notes_by_text",
						       .keyspace = "shop",
						       .view = COODIE_VIEW(&note_model));

static bool sync_view(struct mock *m, coodie_error *err)
{
	answer_name(m, NULL);
	answer_name(m, "notes");
	return step(coodie_sync_view(m->session, &by_text_model, NULL, err), err) &&
	       step(coodie_drop_view(m->session, &by_text_model, err), err);
}

typedef struct street {
	const char *name;
	int32_t *number;
} street;

static const coodie_column street_fields[] = {
	COODIE_COLUMN(street, name, "text"),
	COODIE_COLUMN(street, number, "int"),
};
static const coodie_udt street_type = COODIE_TYPE(street, street_fields, "street",
						  .keyspace = "shop");

typedef struct house {
	coodie_row row;
	int32_t id;
	street at;
	cql_list others;
} house;

static const coodie_column house_columns[] = {
	COODIE_COLUMN(house, id, "int", .partition_key = 1),
	COODIE_UDT(house, at, street, &street_type),
	COODIE_COLUMN(house, others, "list<frozen<street>>", .udt = &street_type),
};
static const coodie_model house_model = COODIE_MODEL(house, house_columns, "houses",
						     .keyspace = "shop");

/* A field is missing, another one is not known: it is added, and told. */
static bool sync_type(struct mock *m, coodie_error *err)
{
	static const coodie_column_spec columns[] = { { "type_name", "text" },
						      { "field_names", "frozen<list<text>>" },
						      { "field_types", "frozen<list<text>>" } };
	const cql_value older[] = { cql("street"), cql(CQL_LIST(cql("name"), cql("zip"))),
				    cql(CQL_LIST(cql("text"), cql("int"))) };

	mock_answer(m, coodie_result_new_rows(columns, 3, older, 0, NULL));
	if (!step(coodie_sync_type(m->session, &street_type, NULL, err), err))
		return false;
	mock_answer(m, coodie_result_new_rows(columns, 3, older, 1, NULL));
	return step(coodie_sync_type(m->session, &street_type, NULL, err), err) &&
	       step(coodie_drop_type(m->session, &street_type, err), err);
}

static bool drops(struct mock *m, coodie_error *err)
{
	return step(coodie_truncate(m->session, &note_model, err), err) &&
	       step(coodie_drop_table(m->session, &note_model, err), err);
}

#define STREET "udt<shop.street, name:text, number:int>"

static bool user_types(struct mock *m, coodie_error *err)
{
	static const coodie_column_spec columns[] = { { "id", "int" },
						      { "at", STREET },
						      { "others", "list<" STREET ">" } };
	const cql_value row[] = { cql(1), cql(CQL_UDT(cql("Main"), cql(7))),
				  cql(CQL_LIST(cql(CQL_UDT(cql("Mill"), cql(8))))) };
	const street other = { .name = "Hill" };
	bool worked;
	house *h;

	mock_answer(m, coodie_result_new_rows(columns, 3, row, 1, NULL));
	h = coodie_get(m->session, &house_model, CQL_ARGS(cql(1)), NULL, err);
	worked = step(h != NULL, err);
	if (worked) {
		h->at.name = "Main Street";
		h->others = CQL_LIST(cql_from_object(&street_type, &other));
		worked = step(coodie_save(m->session, &house_model, h, NULL, err), err);
	}
	coodie_object_free(h);
	return worked;
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

/* One that is asked, and what came of it. */
static bool outcome(coodie_lwt *lwt, const coodie_error *err)
{
	coodie_lwt_free(lwt);
	return step(lwt != NULL, err);
}

static bool more_conditions(struct mock *m, coodie_error *err)
{
	note n = { .id = 1, .text = "mine" };
	coodie_query *q = coodie_find(m->session, &note_model, "id = ?", CQL_ARGS(cql(1)));
	bool worked;

	for (int i = 0; i < 4; i++)
		mock_answer(m, refusal());
	coodie_if(q, "text = ?", CQL_ARGS(cql("x")));
	worked = outcome(coodie_update_if(m->session, &note_model, &n, "text = ?", "stars = ?",
					  CQL_ARGS(cql("y"), cql(1)), NULL, err),
			 err) &&
		 outcome(coodie_delete_if(m->session, &note_model, &n, "stars = ?",
					  CQL_ARGS(cql(1)), NULL, err),
			 err) &&
		 outcome(coodie_query_update_if(q, "text = ?", CQL_ARGS(cql("z")), NULL, err),
			 err) &&
		 outcome(coodie_query_delete_if(q, NULL, err), err);
	coodie_query_free(q);
	return worked;
}

static bool fill(coodie_batch *b, void *user, coodie_error *err)
{
	(void)user, (void)err;
	coodie_batch_insert(b, &note_model, &(note){ .id = 1, .text = "x" }, NULL);
	return true;
}

static bool batch_if(struct mock *m, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(m->session, NULL);
	bool worked;

	fill(b, NULL, err);
	mock_answer(m, refusal());
	worked = outcome(coodie_batch_run_if(b, err), err);
	coodie_batch_free(b);
	return worked && step(coodie_batch_scope(m->session, NULL, fill, NULL, err), err);
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
		{ "sync and drop a view", sync_view },
		{ "sync and drop a type", sync_type },
		{ "truncate, drop a table", drops },
		{ "user types", user_types },
		{ "stream by callback", stream_each },
		{ "one page", one_page },
		{ "first, count, exists, numbers, JSON", terminals },
		{ "queries in steps", refine },
		{ "more conditional writes", more_conditions },
		{ "a batch's outcome, a scope", batch_if },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(uses); i++) {
		struct use use = uses[i];

		CD_CHECK(cd_failalloc_each(use.name, with_mock, &use), use.name);
	}
}

/* ---- nothing has changed --------------------------------------------------------------------- */

static bool write_save(struct mock *m, note *n, coodie_error *err)
{
	return coodie_save(m->session, &note_model, n, NULL, err);
}

static bool write_full(struct mock *m, note *n, coodie_error *err)
{
	return coodie_save(m->session, &note_model, n, COODIE_WRITE(.full = true), err);
}

static bool write_update(struct mock *m, note *n, coodie_error *err)
{
	return coodie_update(m->session, &note_model, n, "text = ?, tags = tags + ?",
			     CQL_ARGS(cql("new"), cql(CQL_SET(cql("z")))), NULL, err);
}

static bool write_delete(struct mock *m, note *n, coodie_error *err)
{
	return coodie_delete(m->session, &note_model, n, NULL, err);
}

static bool write_delete_columns(struct mock *m, note *n, coodie_error *err)
{
	return coodie_delete_columns(m->session, &note_model, n, "stars", CQL_ARGS(), NULL, err);
}

static bool write_batch(struct mock *m, note *n, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(m->session, NULL);
	bool worked;

	coodie_batch_save(b, &note_model, n, NULL);
	coodie_batch_cql(b, "UPDATE t SET a = ? WHERE b = 1", CQL_ARGS(cql("text")));
	worked = coodie_batch_run(b, err);
	coodie_batch_free(b);
	return worked;
}

static const struct write {
	const char *name;
	bool (*run)(struct mock *m, note *n, coodie_error *err);
	const char *cql, *binds; /* of a batch: its first statement */
} writes[] = {
	{ "save", write_save,
	  "UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = \"tags\" + ?, \"tags\" = "
	  "\"tags\" - ? WHERE \"id\" = ?",
	  "'changed'|unset|{'c'}|{'a'}|1" },
	{ "save all of it", write_full,
	  "INSERT INTO shop.notes (\"id\", \"text\", \"stars\", \"tags\") VALUES (?, ?, ?, ?)",
	  "1|'changed'|3|{'b', 'c'}" },
	{ "update", write_update,
	  "UPDATE shop.notes SET \"text\" = ?, \"tags\" = \"tags\" + ? WHERE \"id\" = ?",
	  "'new'|{'z'}|1" },
	{ "delete", write_delete, "DELETE FROM shop.notes WHERE \"id\" = ?", "1" },
	{ "delete columns", write_delete_columns,
	  "DELETE \"stars\" FROM shop.notes WHERE \"id\" = ?", "1" },
	{ "batch", write_batch,
	  "UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = \"tags\" + ?, \"tags\" = "
	  "\"tags\" - ? WHERE \"id\" = ?",
	  "'changed'|unset|{'c'}|{'a'}|1" },
};

static const struct write *written;

static note *changed_note(struct mock *m, coodie_error *err)
{
	static const cql_value tags[] = {
		{ .is = { CQL_TAG_TEXT }, .as = { .text = { "b", 1 } } },
		{ .is = { CQL_TAG_TEXT }, .as = { .text = { "c", 1 } } },
	};
	note *n;

	mock_answer(m, note_row());
	n = coodie_get(m->session, &note_model, CQL_ARGS(cql(1)), NULL, err);
	if (n) {
		n->text = "changed";
		n->tags = cql_set_of(tags, 2);
	}
	return n;
}

static void was_written(const struct mock *m)
{
	if (mock_last(m)->child_count)
		mock_expect_child(m, 0, written->cql, written->binds);
	else
		mock_expect(m, written->cql, written->binds);
}

/* A write that fails for lack of memory has sent nothing and leaves the object alone; when there is
 * memory again, it writes what it would have written. */
static bool write_or_leave(struct mock *m, coodie_error *err)
{
	const struct cd_failalloc *f = m->driver.allocator->user;
	note *n = changed_note(m, err);
	size_t sent = m->sent;
	bool worked = n && step(written->run(m, n, err), err);

	if (!n)
		return step(false, err);
	if (worked) {
		was_written(m);
	} else {
		assert_int_equal(err->code, COODIE_ERR_NO_MEMORY);
		assert_int_equal(m->sent, sent);
		assert_string_equal(n->text, "changed");
		assert_int_equal(*n->stars, 3);
		assert_int_equal(n->tags.seq.count, 2);
	}
	if (!worked && !f->fail_on) {
		if (!written->run(m, n, err))
			fail_msg("%s, again: %s", written->name, err->message);
		was_written(m);
	}
	coodie_object_free(n);
	return worked;
}

static void nothing_has_changed(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(writes); i++) {
		struct use use = { writes[i].name, write_or_leave };

		written = &writes[i];
		CD_CHECK(cd_failalloc_each(use.name, with_mock, &use), use.name);
	}
}

/* ---- lazy sessions --------------------------------------------------------------------------- */

/* Made when it is asked for; what failed is tried again. */
static bool ask_twice(const coodie_allocator *a, void *user)
{
	const struct cd_failalloc *f = a->user;
	coodie_session *registry = coodie_session_new_registry(NULL), *s = NULL;
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err = { 0 };
	bool worked;

	(void)user;
	assert_true(coodie_options_add_contact_point(o, "127.0.0.1:1", &err));
	coodie_options_set_allocator(o, a);
	worked = step(coodie_session_register_options(registry, "lazy", o, &err), &err);
	coodie_options_free(o);
	if (worked) {
		s = coodie_session_named(registry, "lazy", &err);
		worked = step(s != NULL, &err);
		if (!s && !f->fail_on)
			assert_non_null(coodie_session_named(registry, "lazy", &err));
	}
	coodie_session_free(registry);
	return worked;
}

static void lazy_sessions(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a lazy session", ask_twice, NULL));
}

/* ---- calls that are given up ----------------------------------------------------------------- */

static bool give_up_save(struct mock *m, coodie_error *err)
{
	return coodie_save(m->session, &note_model, &(note){ .id = 1 }, NULL, err);
}

static bool give_up_get(struct mock *m, coodie_error *err)
{
	return coodie_get(m->session, &note_model, CQL_ARGS(cql(1)), NULL, err);
}

static bool give_up_raw(struct mock *m, coodie_error *err)
{
	return coodie_raw(m->session, &note_model, "SELECT * FROM notes", CQL_ARGS(), err);
}

static bool give_up_select(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	coodie_result *r = coodie_select(q, "id", err);

	coodie_query_free(q);
	return r;
}

static bool give_up_count(struct mock *m, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &note_model, NULL, CQL_ARGS());
	uint64_t count = 7;
	bool worked = coodie_count(q, &count, err);

	assert_int_equal(count, 7);
	coodie_query_free(q);
	return worked;
}

static bool give_up_insert(struct mock *m, coodie_error *err)
{
	return coodie_insert(m->session, &note_model, &(note){ .id = 1 }, NULL, err);
}

/* A loop that ends while a blocking call waits: the call fails, and what it waited for is given back
 * when it comes after all. */
static void given_up(void **state)
{
	static const struct use uses[] = {
		{ "save", give_up_save },     { "get", give_up_get },
		{ "raw", give_up_raw },       { "select", give_up_select },
		{ "count", give_up_count },   { "insert", give_up_insert },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(uses); i++) {
		coodie_error err = { 0 };
		struct cd_failalloc f;
		struct mock m;

		cd_failalloc_init(&f, 0);
		assert_true(mock_open_with(&m, &f.allocator, &err));
		mock_answer(&m, note_row());
		m.interrupted = true;
		CD_CHECK(!uses[i].run(&m, &err), uses[i].name);
		assert_int_equal(err.code, COODIE_ERR_CONNECT);
		assert_true(coodie_session_run(m.session, NULL, &err));
		assert_true(m.calls[m.call_count - 1].delivered);
		mock_close(&m);
		CD_CHECK(!f.live, uses[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation),
		cmocka_unit_test(nothing_has_changed),
		cmocka_unit_test(lazy_sessions),
		cmocka_unit_test(given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
