/* SPDX-License-Identifier: MIT */
/* Sessions that are freed with calls under way, from outside and in a callback: whichever call it was
 * is told once, what it held is given back. On the recording driver, which answers when it is told to,
 * and on a session with a node. */
#include <coodie.h>
#include <coodie/node.h>

#include "tests/failalloc.h"
#include "tests/mock.h"
#include "tests/orm/models.h"
#include "tests/test.h"

enum { ROWS = 20, PAGE = 3 };

/* ---- where they run -------------------------------------------------------------------------- */

static coodie_session *_Atomic session; /* NULL: freed */
static struct cd_failalloc memory;
static struct mock mock;
static coodie_node *node;

static void open_on_mock(void)
{
	coodie_error err = { 0 };

	if (!mock_open_with(&mock, &memory.allocator, &err))
		fail_msg("%s", err.message);
	session = mock.session;
}

/* Connected: what is begun is sent. */
static void connect_to_node(uint32_t loops)
{
	coodie_error err = { 0 };
	coodie_options *o = coodie_options_new(&err);

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(node, 0), &err));
	assert_true(coodie_options_set_keyspace(o, "shop", &err));
	assert_true(coodie_options_set_loops(o, loops, &err));
	coodie_options_set_allocator(o, &memory.allocator);
	session = coodie_session_new(o, &err);
	coodie_options_free(o);
	coodie_result_free(coodie_session_query(session, "SELECT key FROM system.local", CQL_ARGS(),
						NULL, &err));
	assert_int_equal(err.code, COODIE_OK);
}

static void open_on_node(void)
{
	connect_to_node(0);
}

static void open_with_threads(void)
{
	connect_to_node(2);
}

static const struct world {
	const char *name;
	void (*open)(void);
	bool is_mock;
} worlds[] = { { "the mock", open_on_mock, true }, { "a node", open_on_node, false } };
static const struct world threads = { "threads", open_with_threads, false };

static void end_session(void)
{
	coodie_session *s = session;

	session = NULL;
	coodie_session_free(s);
}

static void open_world(const struct world *w)
{
	cd_failalloc_init(&memory, 0);
	w->open();
}

static void close_world(const struct world *w, const char *name)
{
	if (session)
		end_session();
	if (w->is_mock)
		mock_close(&mock);
	if (memory.live)
		fail_msg("%s on %s: %zu pieces leaked", name, w->name, (size_t)memory.live);
}

/* ---- who is told ----------------------------------------------------------------------------- */

struct told {
	size_t times;
	enum coodie_errc code;
	bool early; /* the session was there */
	bool ends;  /* frees it */
};

static void hear(const coodie_error *err, struct told *t)
{
	t->times++;
	t->code = err->code;
	t->early = session != NULL;
	if (t->ends && session)
		end_session();
}

static void on_status(const coodie_error *err, void *user)
{
	hear(err, user);
}

/* What is given outlives the session. */
static void on_object(void *take_object, const coodie_error *err, void *user)
{
	hear(err, user);
	coodie_object_free(take_object);
}

static void on_rows(coodie_rows *take_rows, const coodie_error *err, void *user)
{
	hear(err, user);
	coodie_rows_free(take_rows);
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	hear(err, user);
	coodie_result_free(take_res);
}

static void on_lwt(coodie_lwt *take_lwt, const coodie_error *err, void *user)
{
	hear(err, user);
	coodie_lwt_free(take_lwt);
}

static void on_count(uint64_t count, const coodie_error *err, void *user)
{
	(void)count;
	hear(err, user);
}

static void on_exists(bool exists, const coodie_error *err, void *user)
{
	(void)exists;
	hear(err, user);
}

/* ---- the calls ------------------------------------------------------------------------------- */

typedef bool begin_fn(struct told *t, coodie_error *err);

typedef struct hits {
	coodie_row row;
	int32_t id;
	int64_t views;
} hits;

static const coodie_column hits_columns[] = {
	COODIE_COLUMN(hits, id, "int", .partition_key = 1),
	COODIE_COLUMN(hits, views, "counter"),
};
static const coodie_model hits_model = COODIE_MODEL(hits, hits_columns, "hits", .keyspace = "shop");

typedef struct place {
	const char *name;
} place;

static const coodie_column place_fields[] = { COODIE_COLUMN(place, name, "text") };
static const coodie_udt place_type = COODIE_TYPE(place, place_fields, "place", .keyspace = "shop");

static const coodie_model new_model = COODIE_MODEL(note, note_columns, "new_notes",
						   .keyspace = "shop");

static coodie_query *notes(void)
{
	coodie_query *q = coodie_find(session, &note_model, NULL, CQL_ARGS());

	coodie_page_rows(q, PAGE);
	return q;
}

static coodie_query *one_note(void)
{
	return coodie_find(session, &note_model, "id = ?", CQL_ARGS(cql(1)));
}

#define OWN (&(note){ .id = 1, .text = "x" })

static bool save(struct told *t, coodie_error *err)
{
	return coodie_save_async(session, &note_model, OWN, NULL, on_status, t, err);
}

static bool insert(struct told *t, coodie_error *err)
{
	return coodie_insert_async(session, &note_model, OWN, NULL, on_lwt, t, err);
}

static bool save_if(struct told *t, coodie_error *err)
{
	return coodie_save_if_async(session, &note_model, OWN, "stars = ?", CQL_ARGS(cql(1)), NULL,
				    on_lwt, t, err);
}

static bool update(struct told *t, coodie_error *err)
{
	return coodie_update_async(session, &note_model, OWN, "text = ?", CQL_ARGS(cql("y")), NULL,
				   on_status, t, err);
}

static bool update_if(struct told *t, coodie_error *err)
{
	return coodie_update_if_async(session, &note_model, OWN, "text = ?", "stars = ?",
				      CQL_ARGS(cql("y"), cql(1)), NULL, on_lwt, t, err);
}

static bool delete_it(struct told *t, coodie_error *err)
{
	return coodie_delete_async(session, &note_model, OWN, NULL, on_status, t, err);
}

static bool delete_if(struct told *t, coodie_error *err)
{
	return coodie_delete_if_async(session, &note_model, OWN, "stars = ?", CQL_ARGS(cql(1)),
				      NULL, on_lwt, t, err);
}

static bool delete_columns(struct told *t, coodie_error *err)
{
	return coodie_delete_columns_async(session, &note_model, OWN, "stars", CQL_ARGS(), NULL,
					   on_status, t, err);
}

static bool increment(struct told *t, coodie_error *err)
{
	return coodie_increment_async(session, &hits_model, &(hits){ .id = 1 }, "views",
				      CQL_ARGS(cql(2)), NULL, on_status, t, err);
}

static bool save_json(struct told *t, coodie_error *err)
{
	return coodie_save_json_async(session, &note_model, cql_text_of("{\"id\": 1}"), NULL,
				      on_status, t, err);
}

static bool get(struct told *t, coodie_error *err)
{
	return coodie_get_async(session, &note_model, CQL_ARGS(cql(1)), NULL, on_object, t, err);
}

/* The query is given back at once: a call under way holds its own. */
#define TERMINAL(name, query, call) \
	static bool name(struct told *t, coodie_error *err) \
	{ \
		coodie_query *q = query; \
		bool begun = call; \
\
		coodie_query_free(q); \
		return begun; \
	}

TERMINAL(all, notes(), coodie_all_async(q, on_rows, t, err))
TERMINAL(page, notes(), coodie_page_async(q, on_rows, t, err))
TERMINAL(first, notes(), coodie_first_async(q, on_object, t, err))
TERMINAL(one, one_note(), coodie_one_async(q, on_object, t, err))
TERMINAL(count, notes(), coodie_count_async(q, on_count, t, err))
TERMINAL(exists, one_note(), coodie_exists_async(q, on_exists, t, err))
TERMINAL(select_list, notes(), coodie_select_async(q, "max(stars)", on_result, t, err))
TERMINAL(json, one_note(), coodie_json_async(q, on_result, t, err))
TERMINAL(query_update, one_note(),
	 coodie_query_update_async(q, "text = ?", CQL_ARGS(cql("z")), NULL, on_status, t, err))
TERMINAL(query_delete, one_note(), coodie_query_delete_async(q, NULL, on_status, t, err))

static bool raw(struct told *t, coodie_error *err)
{
	return coodie_raw_async(session, &note_model, "SELECT * FROM shop.notes", CQL_ARGS(),
				on_rows, t, err);
}

static bool batch(struct told *t, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(session, NULL);
	bool begun;

	coodie_batch_save(b, &note_model, OWN, NULL);
	coodie_batch_save(b, &note_model, &(note){ .id = 2, .text = "y" }, NULL);
	begun = coodie_batch_run_async(b, on_status, t, err);
	coodie_batch_free(b);
	return begun;
}

static bool batch_if(struct told *t, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(session, NULL);
	bool begun;

	coodie_batch_insert(b, &note_model, OWN, NULL);
	begun = coodie_batch_run_if_async(b, on_lwt, t, err);
	coodie_batch_free(b);
	return begun;
}

static note many[] = { { .id = 1 }, { .id = 2 }, { .id = 3 }, { .id = 4 }, { .id = 5 } };
static void *const many_at[] = { &many[0], &many[1], &many[2], &many[3], &many[4] };
static void *found[CD_COUNT(many)];

/* Two at a time: most are not begun yet. */
static bool save_many(struct told *t, coodie_error *err)
{
	return coodie_save_many_async(session, &note_model, many_at, CD_COUNT(many),
				      COODIE_MANY(.in_flight = 2), NULL, on_status, t, err);
}

static void on_found(const coodie_error *err, void *user)
{
	hear(err, user);
	coodie_objects_free(found, CD_COUNT(many));
}

static bool get_many(struct told *t, coodie_error *err)
{
	cql_value ids[CD_COUNT(many)];
	cql_args keys[CD_COUNT(many)];

	for (size_t i = 0; i < CD_COUNT(many); i++) {
		ids[i] = cql((int)i + 1);
		keys[i] = cql_args_of(&ids[i], 1);
	}
	return coodie_get_many_async(session, &note_model, keys, CD_COUNT(many),
				     COODIE_MANY(.in_flight = 2), NULL, found, on_found, t, err);
}

static bool take_row(void *object, void *user)
{
	(void)user;
	assert_true(((note *)object)->id > 0);
	return true;
}

TERMINAL(stream, notes(), coodie_stream_each_async(q, NULL, take_row, on_status, t, err))

static bool scan(struct told *t, coodie_error *err)
{
	coodie_query *q = coodie_find(session, &note_model, NULL, CQL_ARGS());
	bool begun = coodie_scan_async(q, COODIE_SCAN(.ranges = 8, .in_flight = 2), take_row,
				       on_status, t, err);

	coodie_query_free(q);
	return begun;
}

static bool sync_table(struct told *t, coodie_error *err)
{
	return coodie_sync_table_async(session, &new_model, NULL, on_status, t, err);
}

static bool sync_type(struct told *t, coodie_error *err)
{
	return coodie_sync_type_async(session, &place_type, NULL, on_status, t, err);
}

static void on_model(coodie_model *take_model, const coodie_error *err, void *user)
{
	hear(err, user);
	coodie_model_free(take_model);
}

static bool read_model(struct told *t, coodie_error *err)
{
	return coodie_model_read_async(session, "shop", "notes", on_model, t, err);
}

static bool drop_table(struct told *t, coodie_error *err)
{
	return coodie_drop_table_async(session, &new_model, on_status, t, err);
}

static bool truncate_it(struct told *t, coodie_error *err)
{
	return coodie_truncate_async(session, &hits_model, on_status, t, err);
}

static bool create_keyspace(struct told *t, coodie_error *err)
{
	return coodie_create_keyspace_async(session, "attic", NULL, on_status, t, err);
}

static const struct call {
	const char *name;
	begin_fn *begin;
} calls[] = {
	{ "save", save },
	{ "insert", insert },
	{ "save_if", save_if },
	{ "update", update },
	{ "update_if", update_if },
	{ "delete_columns", delete_columns },
	{ "increment", increment },
	{ "save_json", save_json },
	{ "get", get },
	{ "all", all },
	{ "page", page },
	{ "first", first },
	{ "one", one },
	{ "count", count },
	{ "exists", exists },
	{ "select", select_list },
	{ "json", json },
	{ "raw", raw },
	{ "stream", stream },
	{ "scan", scan },
	{ "query_update", query_update },
	{ "batch", batch },
	{ "batch_if", batch_if },
	{ "save_many", save_many },
	{ "get_many", get_many },
	{ "sync_table", sync_table },
	{ "sync_type", sync_type },
	{ "read a model", read_model },
	{ "drop_table", drop_table },
	{ "create_keyspace", create_keyspace },
	{ "truncate", truncate_it },
	{ "delete", delete_it },
	{ "delete_if", delete_if },
	{ "query_delete", query_delete },
};

static void begin(const char *name, begin_fn *fn, struct told *t)
{
	coodie_error err = { 0 };

	if (!fn(t, &err))
		fail_msg("%s: %s: %s", name, coodie_errc_name(err.code), err.message);
	if (t->times)
		fail_msg("%s: told before it returned", name);
}

static void was_told(const char *name, const struct world *w, const struct told *t,
		     enum coodie_errc code)
{
	if (t->times != 1)
		fail_msg("%s on %s: told %zu times", name, w->name, t->times);
	if (t->code != code)
		fail_msg("%s on %s: %s, not %s", name, w->name, coodie_errc_name(t->code),
			 coodie_errc_name(code));
}

/* ---- the ends -------------------------------------------------------------------------------- */

/* From outside, with one call under way. */
static void from_outside(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(worlds) * CD_COUNT(calls); i++) {
		const struct world *w = &worlds[i / CD_COUNT(calls)];
		const struct call *c = &calls[i % CD_COUNT(calls)];
		struct told t = { 0 };

		open_world(w);
		begin(c->name, c->begin, &t);
		end_session();
		was_told(c->name, w, &t, COODIE_ERR_CLOSED);
		close_world(w, c->name);
	}
}

/* The loops run meanwhile: some are answered before, and each is told once. */
static void from_another_thread(void **state)
{
	struct told told[CD_COUNT(calls)] = { { 0 } };

	(void)state;
	open_world(&threads);
	for (size_t i = 0; i < CD_COUNT(calls); i++) {
		coodie_error err = { 0 };

		CD_CHECK(calls[i].begin(&told[i], &err), calls[i].name);
	}
	end_session();
	for (size_t i = 0; i < CD_COUNT(calls); i++)
		was_told(calls[i].name, &threads, &told[i], told[i].code);
	close_world(&threads, "all of them");
}

/* In the callback of another call, with all of them behind it. */
static void in_a_callback(void **state)
{
	(void)state;
	for (const struct world *w = worlds; w < worlds + CD_COUNT(worlds); w++) {
		struct told leader = { .ends = true }, behind[CD_COUNT(calls)] = { { 0 } };

		open_world(w);
		begin("the first", get, &leader);
		for (size_t i = 0; i < CD_COUNT(calls); i++)
			begin(calls[i].name, calls[i].begin, &behind[i]);
		while (session)
			coodie_session_run(session, NULL, NULL);
		assert_int_equal(leader.times, 1);
		for (size_t i = 0; i < CD_COUNT(calls); i++)
			was_told(calls[i].name, w, &behind[i],
				 behind[i].early ? behind[i].code : COODIE_ERR_CLOSED);
		close_world(w, "all of them");
	}
}

/* In its own callback, answered as it would have been. */
static void in_its_own_callback(void **state)
{
	const struct world *w = &worlds[1];

	(void)state;
	for (const struct call *c = calls; c < calls + CD_COUNT(calls); c++) {
		struct told t = { .ends = true };

		open_world(w);
		begin(c->name, c->begin, &t);
		while (session)
			coodie_session_run(session, NULL, NULL);
		was_told(c->name, w, &t, COODIE_OK);
		close_world(w, c->name);
	}
}

/* ---- in a callback before the last ----------------------------------------------------------- */

static bool end_in_row(void *object, void *user)
{
	int32_t id = ((note *)object)->id;

	(void)user;
	if (session)
		end_session();
	assert_int_equal(((note *)object)->id, id); /* still there */
	return true;
}

static void end_in_progress(const coodie_scan_progress *p, void *user)
{
	(void)p, (void)user;
	if (session)
		end_session();
}

static void end_in_statement(const char *statement, void *user)
{
	(void)statement, (void)user;
	if (session)
		end_session();
}

static void end_when_applied(void *user)
{
	end_in_statement(NULL, user);
}

#define STREAM(...) coodie_stream_each_async(q, __VA_ARGS__, end_in_row, on_status, t, err)
#define SCAN(rows, ...) coodie_scan_async(q, COODIE_SCAN(__VA_ARGS__), rows, on_status, t, err)

TERMINAL(stream_ahead, notes(), STREAM(NULL))
TERMINAL(stream_page_by_page, notes(), STREAM(COODIE_STREAM(.no_prefetch = true)))
TERMINAL(stream_slowly, notes(), STREAM(COODIE_STREAM(.rows_per_second = 1)))
TERMINAL(scan_row, notes(), SCAN(end_in_row, .ranges = 4, .in_flight = 2))
TERMINAL(scan_slowly, notes(), SCAN(end_in_row, .ranges = 4, .rows_per_second = 1))
TERMINAL(scan_range, notes(), SCAN(take_row, .ranges = 4, .progress = end_in_progress))

static bool sync_statement(struct told *t, coodie_error *err)
{
	return coodie_sync_table_async(session, &new_model, COODIE_SYNC(.each = end_in_statement),
				       on_status, t, err);
}

static bool sync_dry(struct told *t, coodie_error *err)
{
	return coodie_sync_table_async(session, &new_model,
				       COODIE_SYNC(.each = end_in_statement, .dry_run = true),
				       on_status, t, err);
}

/* Told before the rest of the plan: the index. */
static bool sync_plan(struct told *t, coodie_error *err)
{
	return coodie_sync_table_async(session, &user_model, COODIE_SYNC(.each = end_in_statement),
				       on_status, t, err);
}

static bool batch_listener(struct told *t, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(session, NULL);
	bool begun;

	coodie_batch_on_applied(b, end_when_applied, NULL);
	coodie_batch_save(b, &note_model, OWN, NULL);
	begun = coodie_batch_run_async(b, on_status, t, err);
	coodie_batch_free(b);
	return begun;
}

static const coodie_column_spec note_specs[] = {
	{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
};

static void answer_row(void)
{
	const cql_value row[] = { cql(1), cql("v"), cql_null(), cql_null() };

	mock_answer(&mock, coodie_result_new_rows(note_specs, 4, row, 1, NULL));
}

/* There is no such table, and a keyspace for it. */
static void answer_schema(void)
{
	static const coodie_column_spec spec[] = { { "name", "text" } };
	const cql_value name = cql("shop");

	mock_answer(&mock, coodie_result_new_rows(spec, 1, &name, 0, NULL));
	mock_answer(&mock, coodie_result_new_rows(spec, 1, &name, 1, NULL));
}

static void answer_nothing(void)
{
}

/* What has a callback of its own before it is over: nothing is sent behind it. */
static void in_between(void **state)
{
	static const struct {
		const char *name;
		begin_fn *begin;
		void (*answer)(void); /* what the mock does not know */
		enum coodie_errc code;
	} rows[] = {
		{ "a row of a stream", stream_ahead, answer_row, COODIE_ERR_CLOSED },
		{ "a row of a stream without prefetch", stream_page_by_page, answer_row,
		  COODIE_ERR_CLOSED },
		{ "a row of a slow stream", stream_slowly, answer_row, COODIE_ERR_CLOSED },
		{ "a row of a scan", scan_row, answer_row, COODIE_ERR_CLOSED },
		{ "a row of a slow scan", scan_slowly, answer_row, COODIE_ERR_CLOSED },
		{ "a range of a scan", scan_range, answer_row, COODIE_ERR_CLOSED },
		{ "the first statement of a sync", sync_plan, answer_schema, COODIE_ERR_CLOSED },
		/* nothing was left to do */
		{ "a statement of a dry run", sync_dry, answer_schema, COODIE_OK },
		{ "the only statement of a sync", sync_statement, answer_schema, COODIE_OK },
		{ "a batch's listener", batch_listener, answer_nothing, COODIE_OK },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(worlds) * CD_COUNT(rows); i++) {
		const struct world *w = &worlds[i / CD_COUNT(rows)];
		size_t k = i % CD_COUNT(rows);
		struct told t = { 0 };

		open_world(w);
		if (w->is_mock)
			rows[k].answer();
		begin(rows[k].name, rows[k].begin, &t);
		while (session)
			coodie_session_run(session, NULL, NULL);
		was_told(rows[k].name, w, &t, rows[k].code);
		close_world(w, rows[k].name);
	}
}

/* A stream that is walked by hand outlives its session: the page that is there is read, then that is
 * told. */
static void stream_by_hand(void **state)
{
	const struct world *w = &worlds[1];
	coodie_error err = { 0 };
	coodie_stream *s;
	coodie_query *q;
	size_t rows = 1;

	(void)state;
	for (int prefetch = 0; prefetch < 2; prefetch++, rows = 1) {
		open_world(w);
		q = notes();
		s = coodie_stream_new(q, COODIE_STREAM(.no_prefetch = !prefetch), &err);
		coodie_query_free(q);
		assert_non_null(coodie_stream_next(s, &err));
		end_session();
		while (coodie_stream_next(s, &err))
			rows++;
		assert_int_equal(rows, PAGE);
		assert_int_equal(err.code, COODIE_ERR_CLOSED);
		coodie_stream_free(s);
		close_world(w, "a stream by hand");
	}
}

/* ---- the node -------------------------------------------------------------------------------- */

static int start_node(void **state)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);
	char cql[120];

	(void)state;
	node = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!node ||
	    !coodie_node_execute(
		    node,
		    "CREATE KEYSPACE shop WITH replication = {'class': "
		    "'SimpleStrategy', 'replication_factor': 1};"
		    "CREATE TABLE shop.hits (id int PRIMARY KEY, views counter);"
		    "CREATE TABLE shop.notes (id int PRIMARY KEY, text text, stars int, "
		    "tags set<text>)",
		    &err))
		fail_msg("%s", err.message);
	for (int i = 1; i <= ROWS; i++) {
		snprintf(cql, sizeof(cql), "INSERT INTO shop.notes (id, text) VALUES (%d, 'v')", i);
		assert_true(coodie_node_execute(node, cql, &err));
	}
	return 0;
}

static int stop_node(void **state)
{
	(void)state;
	coodie_node_stop(node);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_outside),        cmocka_unit_test(in_a_callback),
		cmocka_unit_test(in_its_own_callback), cmocka_unit_test(in_between),
		cmocka_unit_test(stream_by_hand),      cmocka_unit_test(from_another_thread),
	};

	return cmocka_run_group_tests(tests, start_node, stop_node);
}
