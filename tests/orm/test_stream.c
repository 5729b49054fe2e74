/* SPDX-License-Identifier: MIT */
/* Rows beyond memory on the node: streams, pages, tokens to go on from, CQL of one's own. */
#include <coodie.h>
#include <coodie/node.h>

#include "tests/test.h"

enum { ROWS = 50, PAGE = 7, PAGES = (ROWS + PAGE - 1) / PAGE, OP_EXECUTE = 0x0a };

typedef struct tick {
	coodie_row row;
	int32_t k, c;
	const char *v;
} tick;

static const coodie_column tick_columns[] = {
	COODIE_COLUMN(tick, k, "int", .partition_key = 1),
	COODIE_COLUMN(tick, c, "int", .clustering_key = 1),
	COODIE_COLUMN(tick, v, "text"),
};
static const coodie_model tick_model = COODIE_MODEL(tick, tick_columns, "ticks",
						    .keyspace = "shop");

static struct box {
	coodie_node *node;
	coodie_session *session;
} box;

static int open_box(void **state)
{
	coodie_error err = { 0 };
	coodie_node_options *no = coodie_node_options_new(&err);
	coodie_options *o = coodie_options_new(&err);
	char cql[120];

	(void)state;
	box.node = coodie_node_start(no, &err);
	coodie_node_options_free(no);
	if (!box.node ||
	    !coodie_node_execute(
		    box.node,
		    "CREATE KEYSPACE shop WITH replication = {'class': "
		    "'SimpleStrategy', 'replication_factor': 1};"
		    "CREATE TABLE shop.ticks (k int, c int, v text, PRIMARY KEY (k, c))",
		    &err))
		fail_msg("%s", err.message);
	for (int i = 0; i < ROWS; i++) {
		snprintf(cql, sizeof(cql), "INSERT INTO shop.ticks (k, c, v) VALUES (1, %d, 'v%d')",
			 i, i);
		assert_true(coodie_node_execute(box.node, cql, &err));
	}
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(box.node, 0), &err));
	box.session = coodie_session_new(o, &err);
	coodie_options_free(o);
	return box.session ? 0 : -1;
}

static int close_box(void **state)
{
	(void)state;
	coodie_session_free(box.session);
	coodie_node_stop(box.node);
	return 0;
}

static uint64_t executed(void)
{
	coodie_node_stats s = { .size = sizeof s };

	assert_true(coodie_node_get_stats(box.node, 0, &s));
	return s.by_opcode[OP_EXECUTE];
}

static coodie_query *ticks(void)
{
	coodie_query *q = coodie_find(box.session, &tick_model, "k = ?", CQL_ARGS(cql(1)));

	coodie_page_rows(q, PAGE);
	return q;
}

/* QS-09, QS-29, QS-50, Q12, LZ-01: every row of every page, in the order, each alive until the next. */
static void every_row(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	coodie_stream *s = coodie_stream_new(q, NULL, &err);
	int seen = 0;

	(void)state;
	coodie_query_free(q); /* at once */
	for (tick *t; (t = coodie_stream_next(s, &err)); seen++) {
		char want[16];

		snprintf(want, sizeof(want), "v%d", seen);
		assert_int_equal(t->c, seen);
		assert_string_equal(t->v, want);
	}
	assert_int_equal(err.code, COODIE_OK);
	assert_int_equal(seen, ROWS);
	assert_null(coodie_stream_next(s, &err)); /* and stays at the end */
	assert_int_equal(err.code, COODIE_OK);
	assert_int_equal(executed(), PAGES);
	coodie_stream_free(s);
}

/* MD-38: two rows are two, also when each comes in a page of its own. */
static void one_row_a_page(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	tick *t;

	(void)state;
	coodie_page_rows(q, 1);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_MULTIPLE_FOUND);
	assert_int_equal(executed(), 2);
	coodie_where(q, "c = ?", CQL_ARGS(cql(3)));
	t = coodie_one(q, &err);
	assert_non_null(t);
	assert_string_equal(t->v, "v3");
	coodie_object_free(t);
	coodie_query_free(q);
}

/* LZ-04: no page is asked for that nobody comes near. */
static void two_pages(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	coodie_stream *s = coodie_stream_new(q, NULL, &err);

	(void)state;
	assert_non_null(coodie_stream_next(s, &err));
	assert_true(coodie_session_run(box.session, NULL, &err));
	assert_int_equal(executed(), 2); /* the one that is walked, and the next */
	coodie_stream_free(s);
	s = coodie_stream_new(q, COODIE_STREAM(.no_prefetch = true), &err);
	for (int i = 0; i < PAGE; i++)
		assert_non_null(coodie_stream_next(s, &err));
	assert_true(coodie_session_run(box.session, NULL, &err));
	assert_int_equal(executed(), 3);
	coodie_stream_free(s);
	coodie_query_free(q);
}

/* A row that is kept is a copy; the stream's own are tracked as all others. */
static void kept_rows(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	coodie_stream *s = coodie_stream_new(q, NULL, &err);
	tick *t = coodie_stream_next(s, &err),
	     *copy = coodie_dup(box.session, &tick_model, t, &err);

	(void)state;
	coodie_stream_free(s);
	copy->v = "new";
	assert_true(coodie_save(box.session, &tick_model, copy, NULL, &err));
	coodie_object_free(copy);
	t = coodie_get(box.session, &tick_model, CQL_ARGS(cql(1), cql(0)), NULL, &err);
	assert_string_equal(t->v, "new");
	coodie_object_free(t);
	coodie_query_free(q);
}

static void limits(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	coodie_stream *s = coodie_stream_new(q, COODIE_STREAM(.max_bytes = 200), &err);
	int seen = 0;

	(void)state;
	while (coodie_stream_next(s, &err))
		seen++;
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_non_null(strstr(err.message, "coodie_stream(tick): more than 200 bytes of rows"));
	assert_int_equal(seen, PAGE);
	coodie_stream_free(s);
	/* Q13: at 7,000 rows a second a page lasts a millisecond */
	s = coodie_stream_new(q, COODIE_STREAM(.rows_per_second = 7000), &err);
	for (seen = 0; coodie_stream_next(s, &err); seen++)
		;
	assert_int_equal(seen, ROWS);
	coodie_stream_free(s);
	assert_null(coodie_stream_new(NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_null(coodie_stream_next(NULL, &err));
	coodie_stream_free(NULL);
	coodie_query_free(q);
}

struct walk {
	int seen, stop_after, told;
	enum coodie_errc code;
	uint64_t most; /* pages asked for before the row of number `seen` */
};

static bool see(void *object, void *user)
{
	struct walk *w = user;
	tick *t = object;
	uint64_t due = (uint64_t)w->seen / PAGE + 2;

	assert_int_equal(t->c, w->seen);
	assert_true(executed() <= due);
	return ++w->seen != w->stop_after;
}

static void tell(const coodie_error *err, void *user)
{
	struct walk *w = user;

	w->told++;
	w->code = err->code;
}

/* SA-01, Q12: by callback, told once; never more than one page ahead; stopped by the row. */
static void by_callback(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	struct walk w = { .stop_after = -1 };

	(void)state;
	assert_true(coodie_stream_each_async(q, NULL, see, tell, &w, &err));
	assert_int_equal(w.seen, 0); /* on a later turn */
	assert_true(coodie_session_run(box.session, NULL, &err));
	assert_int_equal(w.seen, ROWS);
	assert_int_equal(w.told, 1);
	assert_int_equal(w.code, COODIE_OK);
	w = (struct walk){ .stop_after = 3 };
	assert_false(coodie_stream_each_async(q, NULL, NULL, tell, &w, &err));
	coodie_query_free(q);
}

static void stopped(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	struct walk w = { .stop_after = 3 };

	(void)state;
	assert_true(coodie_stream_each_async(q, COODIE_STREAM(.rows_per_second = 100000), see, tell,
					     &w, &err));
	coodie_query_free(q);
	assert_true(coodie_session_run(box.session, NULL, &err));
	assert_int_equal(w.seen, 3);
	assert_int_equal(w.told, 1);
	assert_int_equal(w.code, COODIE_OK);
	assert_true(executed() <= 2);
}

/* QS-30, QS-31, QS-32, Q11: page after page by tokens. */
static void pages(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	char token[300] = "";
	int seen = 0, count = 0;

	(void)state;
	for (;;) {
		coodie_rows *page;

		coodie_after(q, *token ? token : NULL);
		page = coodie_page(q, &err);
		if (!page)
			fail_msg("%s", err.message);
		for (tick *t; (t = coodie_next(page, &err)); seen++)
			assert_int_equal(t->c, seen);
		count++;
		if (!coodie_rows_token(page)) {
			coodie_rows_free(page);
			break;
		}
		assert_int_equal(coodie_rows_count(page), PAGE);
		snprintf(token, sizeof(token), "%s", coodie_rows_token(page));
		assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
					       "yz0123456789-_"),
				 strlen(token));
		coodie_rows_free(page);
	}
	assert_int_equal(seen, ROWS);
	assert_int_equal(count, PAGES);
	assert_null(coodie_rows_token(NULL));
	coodie_query_free(q);
}

/* From any row on: behind each one of a stream, into a stream, a page and all of it. */
static void from_anywhere(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	for (int from = 0; from <= ROWS; from++) {
		coodie_query *q = ticks();
		coodie_stream *s = coodie_stream_new(q, NULL, &err);
		coodie_rows *rest;
		const char *token;
		tick *t;

		for (int i = 0; i < from; i++)
			assert_non_null(coodie_stream_next(s, &err));
		token = coodie_stream_token(s, &err);
		assert_int_equal(token == NULL, from == ROWS);
		coodie_after(q, token);
		coodie_stream_free(s);
		if (token) {
			rest = coodie_all(q, &err);
			assert_int_equal(coodie_rows_count(rest), ROWS - from);
			assert_int_equal(((tick *)coodie_next(rest, &err))->c, from);
			coodie_rows_free(rest);
			s = coodie_stream_new(q, NULL, &err);
			t = coodie_stream_next(s, &err);
			assert_int_equal(t->c, from);
			coodie_stream_free(s);
			rest = coodie_page(q, &err);
			assert_int_equal(((tick *)coodie_next(rest, &err))->c, from);
			coodie_rows_free(rest);
		}
		coodie_query_free(q);
	}
}

static void refuse(coodie_query *q, const char *token, const char *says)
{
	uint64_t before = executed();
	coodie_error err = { 0 };

	coodie_after(q, token);
	assert_null(coodie_page(q, &err));
	if (err.code != COODIE_ERR_QUERY || !strstr(err.message, says))
		fail_msg("\"%s\": %s: %s", token, coodie_errc_name(err.code), err.message);
	assert_int_equal(executed(), before);
	coodie_query_free(q);
}

/* QS-32: what is no token, or of another query, is refused before anything is sent. */
static void wrong_tokens(void **state)
{
	coodie_query *q = ticks(), *other;
	coodie_error err = { 0 };
	coodie_rows *page = coodie_page(q, &err);
	char token[300], cut[300];
	uint64_t count;

	(void)state;
	snprintf(token, sizeof(token), "%s", coodie_rows_token(page));
	coodie_rows_free(page);
	refuse(ticks(), "", "no token of a page");
	refuse(ticks(), "hello", "no token of a page");
	for (size_t i = 0; i < strlen(token); i++) { /* every change of a bit is seen */
		snprintf(cut, sizeof(cut), "%s", token);
		cut[i] = cut[i] == 'A' ? 'B' : 'A';
		refuse(ticks(), cut, "token");
		cut[i] = '\0';
		refuse(ticks(), cut, "no token of a page");
	}
	other = coodie_find(box.session, &tick_model, "k = ?", CQL_ARGS(cql(2)));
	refuse(other, token, "of another query, or of other values");
	other = coodie_find(box.session, &tick_model, "k = ? AND c > ?", CQL_ARGS(cql(1), cql(1)));
	refuse(other, token, "of another query");
	coodie_after(q, token);
	assert_false(coodie_count(q, &count, &err));
	assert_non_null(strstr(err.message, "this call has no pages"));
	coodie_query_free(q);
}

/* Random texts: a token, or a message. */
static void random_tokens(void **state)
{
	static const char letters[] = "ABCXYZabcxyz0189-_AAAA";
	coodie_error err;
	unsigned random = 11;
	uint8_t out[400];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[200];
		size_t len = sizeof(out), chars = (random >> 9) % 180;

		for (size_t k = 0; k < chars; k++) {
			random = random * 1664525u + 1013904223u;
			text[k] = random >> 24 == 255
					  ? (char)(random >> 16)
					  : letters[(random >> 16) % (sizeof(letters) - 1)];
		}
		text[chars] = '\0';
		if (!coodie_token_paging_state(text, out, &len, &err))
			assert_true(err.code == COODIE_ERR_QUERY && err.message[0]);
		random = random * 1664525u + 1013904223u;
	}
}

/* QS-18, QS-31: plain results have tokens as well, and those are paging states. */
static void plain_tokens(void **state)
{
	coodie_query *q = ticks();
	coodie_error err = { 0 };
	char token[300] = "";
	int seen = 0;

	(void)state;
	for (;;) {
		coodie_result *r;

		coodie_after(q, *token ? token : NULL);
		r = coodie_select(q, "c, v", &err);
		if (!r)
			fail_msg("%s", err.message);
		for (coodie_cursor c = coodie_result_cursor(r); coodie_cursor_next(&c); seen++) {
			int32_t number;

			assert_true(coodie_cursor_int32(&c, 0, &number, &err));
			assert_int_equal(number, seen);
		}
		if (!coodie_result_token(r, token, sizeof(token))) {
			coodie_result_free(r);
			break;
		}
		{
			uint8_t state_bytes[200], few[1];
			size_t len = sizeof(state_bytes), room = 0;
			cql_blob want = coodie_result_paging_state(r);

			assert_true(coodie_token_paging_state(token, state_bytes, &len, &err));
			assert_int_equal(len, want.len);
			assert_memory_equal(state_bytes, want.data, len);
			assert_false(coodie_token_paging_state(token, few, &room, &err));
			assert_int_equal(err.code, COODIE_ERR_RANGE);
			assert_int_equal(room, len);
		}
		coodie_result_free(r);
	}
	assert_int_equal(seen, ROWS);
	coodie_after(q, NULL);
	{
		coodie_stream *s = coodie_stream_new(q, NULL, &err);
		uint8_t out[200];
		size_t len = sizeof(out);

		coodie_stream_next(s, &err);
		snprintf(token, sizeof(token), "%s", coodie_stream_token(s, &err));
		assert_false(coodie_token_paging_state(token, out, &len, &err));
		assert_non_null(strstr(err.message, "inside a page"));
		coodie_after(q, token);
		assert_null(coodie_select(q, "c", &err));
		assert_non_null(strstr(err.message, "only objects go on"));
		coodie_stream_free(s);
	}
	coodie_query_free(q);
}

/* QS-46: columns in any order, more of them, fewer; pages; what is no SELECT. */
static void raw(void **state)
{
	coodie_error err = { 0 };
	coodie_rows *rows = coodie_raw(box.session, &tick_model,
				       "SELECT writetime(v), v, c, k FROM shop.ticks WHERE k = ?",
				       CQL_ARGS(cql(1)), &err);
	tick *t;

	(void)state;
	if (!rows)
		fail_msg("%s", err.message);
	assert_int_equal(coodie_rows_count(rows), ROWS);
	t = coodie_next(rows, &err);
	assert_int_equal(t->k, 1);
	assert_string_equal(t->v, "v0");
	t->v = "raw";
	assert_true(coodie_save(box.session, &tick_model, t, NULL, &err)); /* it is tracked */
	coodie_rows_free(rows);
	rows = coodie_raw(box.session, &tick_model, "SELECT c, k FROM shop.ticks", CQL_ARGS(),
			  &err);
	assert_null(((tick *)coodie_next(rows, &err))->v);
	coodie_rows_free(rows);
	assert_null(coodie_raw(box.session, &tick_model, "SELECT k, v FROM shop.ticks", CQL_ARGS(),
			       &err));
	assert_int_equal(err.code, COODIE_ERR_QUERY);
	assert_non_null(strstr(err.message, "coodie_raw(tick): the rows have no column \"c\""));
	rows = coodie_raw(box.session, &tick_model, "DELETE FROM shop.ticks WHERE k = 1",
			  CQL_ARGS(), &err);
	assert_int_equal(coodie_rows_count(rows), 0);
	coodie_rows_free(rows);
	rows = coodie_raw(box.session, &tick_model, "SELECT * FROM shop.ticks", CQL_ARGS(), &err);
	assert_int_equal(coodie_rows_count(rows), 0);
	coodie_rows_free(rows);
	assert_null(coodie_raw(box.session, &tick_model, NULL, CQL_ARGS(), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_box, close_box)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_row),    TEST(two_pages),     TEST(kept_rows),    TEST(limits),
		TEST(by_callback),  TEST(stopped),       TEST(pages),        TEST(from_anywhere),
		TEST(wrong_tokens), TEST(random_tokens), TEST(plain_tokens), TEST(raw),
		TEST(one_row_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
