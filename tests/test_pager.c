/* SPDX-License-Identifier: MIT */
/* Results of many pages on the node: by page, by row, by callback; how many pages are asked for and
 * when; ended at every moment. */
#include "tests/test.h"

#include <sched.h>
#include <stdatomic.h>

#include <coodie/node.h>
#include <coodie/pager.h>

#include "tests/failalloc.h"

enum { ROWS = 100, PAGE = 7, PAGES = (ROWS + PAGE - 1) / PAGE, OP_EXECUTE = 0x0a };

static const char all_of_key[] = "SELECT c, v FROM shop.t WHERE k = ?";

struct box {
	coodie_node *node;
	coodie_session *session;
	coodie_prepared *prepared;
};

static void fill(struct box *b)
{
	coodie_error err;

	for (int i = 0; i < ROWS; i++) {
		char cql[100];
		snprintf(cql, sizeof cql, "INSERT INTO shop.t (k, c, v) VALUES (1, %d, %d)", i,
			 i * i);
		if (!coodie_node_execute(b->node, cql, &err))
			fail_msg("%s", err.message);
	}
}

static struct box open_box(unsigned loops)
{
	coodie_error err = { 0 };
	coodie_node_options *no = coodie_node_options_new(&err);
	coodie_options *o = coodie_options_new(&err);
	struct box b = { .node = coodie_node_start(no, &err) };

	if (!b.node ||
	    !coodie_node_execute(b.node,
				 "CREATE KEYSPACE shop WITH replication = {'class': "
				 "'SimpleStrategy', 'replication_factor': 1};"
				 "CREATE TABLE shop.t (k int, c int, v int, PRIMARY KEY (k, c))",
				 &err))
		fail_msg("%s", err.message);
	fill(&b);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(b.node, 0), &err));
	if (loops)
		assert_true(coodie_options_set_loops(o, loops, &err));
	b.session = coodie_session_new(o, &err);
	b.prepared = b.session ? coodie_session_prepare(b.session, all_of_key, &err) : NULL;
	if (!b.prepared)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	coodie_node_options_free(no);
	return b;
}

static void close_box(struct box *b)
{
	coodie_prepared_free(b->prepared);
	coodie_session_free(b->session);
	coodie_node_stop(b->node);
}

static coodie_pager *begin(struct box *b, const coodie_pager_options *o)
{
	coodie_error err;
	coodie_pager *p = coodie_pager_execute(b->session, b->prepared, CQL_ARGS(cql(1)),
					       COODIE_REQUEST(.page_rows = PAGE), o, &err);

	if (!p)
		fail_msg("%s", err.message);
	return p;
}

static uint64_t executes(const struct box *b)
{
	coodie_node_stats s = { .size = sizeof s };

	assert_true(coodie_node_get_stats(b->node, 0, &s));
	return s.by_opcode[OP_EXECUTE];
}

/* Until nothing is under way; only on a private loop. */
static void settle(struct box *b)
{
	coodie_error err;

	assert_true(coodie_session_run(b->session, NULL, &err));
}

/* ---- pages and rows --------------------------------------------------------------------------- */

static void check_row(const coodie_cursor *row, int i)
{
	int32_t c = -1, v = -1;

	assert_true(coodie_cursor_int32(row, 0, &c, NULL) && coodie_cursor_int32(row, 1, &v, NULL));
	assert_int_equal(c, i);
	assert_int_equal(v, i * i);
}

static const coodie_pager_options wishes[] = {
	{ .size = sizeof(coodie_pager_options) },
	{ .size = sizeof(coodie_pager_options), .ahead = 3 },
	{ .size = sizeof(coodie_pager_options), .ahead = 1024 },
	{ .size = sizeof(coodie_pager_options), .no_prefetch = true },
};

static void test_pages(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3 * CD_COUNT(wishes); i++) {
		struct box b = open_box((unsigned)i % 3);
		coodie_pager *p = begin(&b, &wishes[i / 3]);
		coodie_result *page;
		coodie_error err;
		int rows = 0, pages = 0;
		for (; (page = coodie_pager_next(p, &err)); pages++) {
			coodie_cursor c = coodie_result_cursor(page);
			while (coodie_cursor_next(&c))
				check_row(&c, rows++);
			coodie_result_free(page);
		}
		assert_int_equal(err.code, COODIE_OK);
		assert_int_equal(rows, ROWS);
		assert_true(pages == PAGES);
		assert_null(coodie_pager_next(p, &err)); /* still */
		assert_int_equal(err.code, COODIE_OK);
		assert_int_equal(executes(&b), PAGES);
		coodie_pager_free(p);
		close_box(&b);
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 3; loops++) {
		struct box b = open_box(loops);
		coodie_error err;
		int rows = 0;
		coodie_pager *p = coodie_pager_query(b.session, all_of_key, CQL_ARGS(cql(1)),
						     COODIE_REQUEST(.page_rows = PAGE), NULL, &err);
		if (!p)
			fail_msg("%s", err.message);
		for (const coodie_cursor *row; (row = coodie_pager_row(p, &err));)
			check_row(row, rows++);
		assert_int_equal(err.code, COODIE_OK);
		assert_int_equal(rows, ROWS);
		coodie_pager_free(p);
		close_box(&b);
	}
}

/* Nothing is asked for beyond what is held, and that is asked for before it is needed. */
static void test_ahead(void **state)
{
	static const struct {
		coodie_pager_options options;
		unsigned at_first, after_one;
	} rows[] = {
		{ { .size = sizeof(coodie_pager_options) }, 1, 2 },
		{ { .size = sizeof(coodie_pager_options), .ahead = 4 }, 4, 5 },
		{ { .size = sizeof(coodie_pager_options), .ahead = 4, .no_prefetch = true }, 1, 1 },
		{ { .size = sizeof(coodie_pager_options), .ahead = 100 }, PAGES, PAGES },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct box b = open_box(0);
		coodie_error err;
		coodie_pager *p = begin(&b, &rows[i].options);
		settle(&b);
		assert_int_equal(executes(&b), rows[i].at_first);
		coodie_result_free(coodie_pager_next(p, &err));
		settle(&b);
		assert_int_equal(executes(&b), rows[i].after_one);
		coodie_pager_free(p);
		close_box(&b);
	}
}

/* ---- callbacks --------------------------------------------------------------------------------- */

struct reader {
	coodie_pager *pager;
	_Atomic int rows, pages, done;
	int stop_at, free_at; /* a row's number; 0: never */
	enum coodie_errc code;
	bool registering;
};

static bool on_row(const coodie_cursor *row, void *user)
{
	struct reader *r = user;

	check_row(row, r->rows++);
	if (r->rows == r->free_at)
		coodie_pager_free(r->pager);
	return r->rows != r->stop_at;
}

static void on_done(const coodie_error *err, void *user)
{
	struct reader *r = user;

	r->code = err->code;
	atomic_fetch_add(&r->done, 1);
}

static void wait_done(struct box *b, struct reader *r, unsigned loops)
{
	while (!atomic_load(&r->done))
		if (loops)
			sched_yield();
		else
			settle(b);
}

static const struct each_row {
	const char *name;
	int stop_at, free_at, rows;
	enum coodie_errc code;
} each_rows[] = {
	{ "all", 0, 0, ROWS, COODIE_OK },
	{ "stopped in the first page", 1, 0, 1, COODIE_OK },
	{ "stopped at the end of a page", 2 * PAGE, 0, 2 * PAGE, COODIE_OK },
	{ "freed in a row", 0, 3, 3, COODIE_ERR_CANCELLED },
	{ "freed and stopped", 3, 3, 3, COODIE_OK },
	{ "freed in the last row", 0, ROWS, ROWS, COODIE_ERR_CANCELLED },
};

static void test_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3 * CD_COUNT(each_rows); i++) {
		const struct each_row *row = &each_rows[i / 3];
		unsigned loops = (unsigned)i % 3;
		struct box b = open_box(loops);
		struct reader r = { .pager = begin(&b, NULL),
				    .stop_at = row->stop_at,
				    .free_at = row->free_at };
		coodie_error err;
		assert_true(coodie_pager_each_async(r.pager, on_row, on_done, &r, &err));
		wait_done(&b, &r, loops);
		if (!row->free_at)
			coodie_pager_free(r.pager);
		close_box(&b);
		CD_CHECK(r.done == 1 && r.rows == row->rows, row->name);
		CD_CHECK(r.code == row->code, row->name);
	}
}

static void on_page(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct reader *r = user;

	assert_false(r->registering);
	r->code = err->code;
	r->rows += take_res ? (int)coodie_result_row_count(take_res) : 0;
	coodie_result_free(take_res);
	r->pages++;
	r->registering = true; /* a session that is closed meanwhile refuses */
	if (!take_res || !coodie_pager_next_async(r->pager, on_page, r, NULL))
		r->done++;
	r->registering = false;
}

/* One page after the other; one at a time. */
static void test_next_async(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(wishes); i++) {
		struct box b = open_box(0);
		struct reader r = { .pager = begin(&b, &wishes[i]) };
		coodie_error err;
		if (i & 1)
			settle(&b); /* pages are there already */
		r.registering = true;
		assert_true(coodie_pager_next_async(r.pager, on_page, &r, &err));
		assert_false(coodie_pager_next_async(r.pager, on_page, &r, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_false(coodie_pager_each_async(r.pager, on_row, on_done, &r, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		r.registering = false;
		settle(&b);
		assert_int_equal(r.rows, ROWS);
		assert_int_equal(r.pages, PAGES + 1);
		assert_int_equal(r.done, 1);
		assert_int_equal(r.code, COODIE_OK);
		coodie_pager_free(r.pager);
		close_box(&b);
	}
}

/* The page that a callback waits for is taken by a call: the next one is asked for. */
static void test_overtaken(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(wishes); i++) {
		struct box b = open_box(0);
		struct reader r = { .pager = begin(&b, &wishes[i]) };
		coodie_error err;
		settle(&b);
		r.registering = true;
		assert_true(coodie_pager_next_async(r.pager, on_page, &r, &err));
		coodie_result *first = coodie_pager_next(r.pager, &err);
		assert_non_null(first);
		r.registering = false;
		settle(&b);
		assert_int_equal(r.rows + (int)coodie_result_row_count(first), ROWS);
		assert_int_equal(r.done, 1);
		coodie_result_free(first);
		coodie_pager_free(r.pager);
		close_box(&b);
	}
}

/* ---- ends ------------------------------------------------------------------------------------- */

/* Freed while its page is under way, with somebody who waits for it, with pages that nobody took, and
 * after its session was closed. */
static void test_freed(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		unsigned loops = (unsigned)i % 3;
		bool waits = i / 3 & 1, closed = i >= 6;
		struct box b = open_box(loops);
		struct reader r = { .pager = begin(&b, &wishes[1]) };
		coodie_error err;
		if (waits)
			assert_true(coodie_pager_next_async(r.pager, on_page, &r, &err));
		if (closed)
			assert_true(coodie_session_close(b.session, &err));
		if (!waits || !loops)
			coodie_pager_free(r.pager);
		else
			wait_done(&b, &r, loops);
		if (waits && loops)
			coodie_pager_free(r.pager);
		close_box(&b);
		assert_int_equal(r.done, waits);
	}
}

/* What comes before an error is given first; the error stays. */
static void test_error(void **state)
{
	(void)state;
	for (unsigned loops = 0; loops < 2; loops++) {
		struct box b = open_box(loops);
		coodie_error err;
		coodie_pager *p = begin(&b, &wishes[3]);
		coodie_result *page = coodie_pager_next(p, &err);
		assert_non_null(page);
		coodie_result_free(page);
		assert_true(coodie_node_add_fault(b.node, "opcode=EXECUTE,do=error:INVALID", NULL,
						  &err));
		for (int n = 0; n < 2; n++) {
			assert_null(coodie_pager_next(p, &err));
			assert_int_equal(err.code, COODIE_ERR_SERVER);
			assert_null(coodie_pager_row(p, &err));
			assert_int_equal(err.code, COODIE_ERR_SERVER);
		}
		coodie_pager_free(p);
		close_box(&b);
	}
}

static void test_refused(void **state)
{
	struct box b = open_box(0);
	const coodie_pager_options far = { .size = sizeof far, .ahead = 1025 };
	const coodie_statement child = { .size = sizeof child, .cql = "SELECT 1" };
	const coodie_statement batch = { .size = sizeof batch,
					 .children = &child,
					 .child_count = 1 };
	const coodie_statement forgotten = { .cql = "SELECT 1" };
	struct reader r = { 0 };
	coodie_error err;

	(void)state;
	assert_null(coodie_pager_new(b.session, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_pager_new(b.session, &batch, NULL, &err));
	assert_non_null(strstr(err.message, "batch"));
	assert_null(coodie_pager_new(b.session, &forgotten, NULL, &err));
	assert_non_null(strstr(err.message, "coodie_statement"));
	assert_null(coodie_pager_query(b.session, NULL, CQL_ARGS(), NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(coodie_pager_query(b.session, all_of_key, CQL_ARGS(cql(1)), NULL, &far, &err));
	assert_non_null(strstr(err.message, "1024"));
	assert_null(
		coodie_pager_execute(b.session, b.prepared, CQL_ARGS(cql("x")), NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_null(coodie_pager_next(NULL, &err));
	assert_null(coodie_pager_row(NULL, &err));
	assert_false(coodie_pager_next_async(NULL, on_page, &r, &err));
	assert_false(coodie_pager_each_async(NULL, on_row, on_done, &r, &err));
	coodie_pager_free(NULL);
	close_box(&b);
}

/* ---- memory ----------------------------------------------------------------------------------- */

/* A driver that answers when it is run. */
struct fake {
	coodie_done_fn *done;
	void *user;
};

static bool fake_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
			coodie_error *err)
{
	struct fake *f = driver;

	(void)st;
	(void)err;
	*f = (struct fake){ done, user };
	return true;
}

static bool fake_run(void *driver, const bool *until, coodie_error *err)
{
	struct fake *f = driver, now = *f;
	const coodie_error ok = { 0 };

	(void)until;
	(void)err;
	*f = (struct fake){ 0 };
	if (now.done)
		now.done(coodie_result_new_void(NULL), &ok, now.user);
	return true;
}

static bool page_once(const coodie_allocator *a, void *user)
{
	const coodie_driver table = {
		.size = sizeof table, .submit = fake_submit, .run = fake_run, .allocator = a
	};
	struct fake fake = { 0 };
	coodie_error err;
	coodie_session *s = coodie_session_from_driver(&table, &fake, &err);
	coodie_pager *p = s ? coodie_pager_query(s, "SELECT ?", CQL_ARGS(cql("x")), NULL, NULL,
						 &err)
			    : NULL;
	coodie_result *page = p ? coodie_pager_next(p, &err) : NULL;

	(void)user;
	if (!page)
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	coodie_result_free(page);
	coodie_pager_free(p);
	coodie_session_free(s);
	return page;
}

static void test_no_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a pager", page_once, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),      cmocka_unit_test(test_rows),
		cmocka_unit_test(test_ahead),      cmocka_unit_test(test_each),
		cmocka_unit_test(test_next_async), cmocka_unit_test(test_freed),
		cmocka_unit_test(test_error),      cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_memory),  cmocka_unit_test(test_overtaken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
