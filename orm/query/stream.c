/* SPDX-License-Identifier: MIT */
/* Streams: a pager brings pages, each becomes objects that live until the next. */
#include <coodie/stream.h>

#include <coodie/driver.h>
#include <coodie/pager.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/query/page.h"
#include "orm/run/op.h"

struct coodie_stream {
	coodie_query *query; /* a reference */
	const struct cd_select *select;
	coodie_stream_options options;
	coodie_pager *pager;
	coodie_rows *rows;     /* the page that is walked */
	struct cd_buffer from; /* paging states: of this page, */
	struct cd_buffer to;   /* and of the one behind it; empty: none */
	bool begun;
	uint32_t page_rows; /* of this page; */
	uint32_t given;     /* those that were seen, here or before the token */
	uint32_t skip;      /* rows to come that were seen before the token */
	uint64_t bytes;
	struct cd_buffer token;
	/* of coodie_stream_each_async() */
	coodie_row_fn *each;
	coodie_status_fn *done;
	void *user;
};

/* ---- making ---------------------------------------------------------------------------------- */

static coodie_stream *stream_new(coodie_query *q, const struct cd_select *select)
{
	coodie_stream *s = cd_alloc_zero(&q->allocator, sizeof(*s));

	if (!s)
		return NULL;
	s->query = cd_query_ref(q);
	s->select = select;
	cd_buffer_init(&s->from, &q->allocator, 0);
	cd_buffer_init(&s->to, &q->allocator, 0);
	cd_buffer_init(&s->token, &q->allocator, 0);
	s->skip = q->has_token ? q->token.skip : 0;
	cd_buffer_bytes(&s->to, select->request.paging_state.data,
			select->request.paging_state.len);
	return s;
}

void coodie_stream_free(coodie_stream *s)
{
	coodie_query *q;

	if (!s)
		return;
	q = s->query;
	coodie_pager_free(s->pager);
	coodie_rows_free(s->rows);
	cd_buffer_deinit(&s->from);
	cd_buffer_deinit(&s->to);
	cd_buffer_deinit(&s->token);
	cd_release(&q->allocator, s);
	coodie_query_free(q);
}

static bool open_pager(coodie_stream *s, coodie_error *err)
{
	coodie_pager_options o = { .size = sizeof(o),
				   .ahead = s->options.ahead,
				   .no_prefetch = s->options.no_prefetch };
	coodie_statement st = { .size = sizeof(st),
				.cql = s->select->cql,
				.args = s->select->args,
				.request = &s->select->request,
				.prepare = s->select->args.count > 0 };

	s->pager = coodie_pager_new(s->query->place.session, &st, &o, err);
	return s->pager != NULL;
}

coodie_stream *coodie_stream_new(coodie_query *q, const coodie_stream_options *options,
				 coodie_error *err)
{
	coodie_stream_options o = { .size = sizeof(o) };
	const struct cd_select *select;
	coodie_stream *s;

	cd_clear(err);
	if (options && !cd_take_struct(&o, sizeof(o), options, "coodie_stream_options", err))
		return NULL;
	select = cd_query_select(q, CD_SELECT_ALL, err);
	if (!select)
		return NULL;
	s = stream_new(q, select);
	if (!s || s->to.failed) {
		coodie_stream_free(s);
		return cd_no_memory(err, "a stream"), NULL;
	}
	s->options = o;
	if (open_pager(s, err))
		return s;
	coodie_stream_free(s);
	return NULL;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static void fail_stream(const coodie_stream *s, coodie_error *err)
{
	if (err && err->code != COODIE_OK)
		cd_error_prefix(err, "coodie_stream(%s)", s->query->place.model->label);
}

/* The page that was walked goes, what was behind it is this. */
static bool begin_page(coodie_stream *s, coodie_result *page, coodie_error *err)
{
	cql_blob state = coodie_result_paging_state(page);
	coodie_cursor rows = coodie_result_cursor(page);
	struct cd_buffer walked = s->from;

	coodie_rows_free(s->rows);
	s->rows = NULL;
	s->given = s->page_rows = 0;
	s->begun = true;
	s->from = s->to;
	s->to = walked;
	cd_buffer_clear(&s->to);
	cd_buffer_bytes(&s->to, state.data, state.len);
	s->bytes += (uint64_t)(rows.end - rows.at);
	if (s->options.max_bytes && s->bytes > s->options.max_bytes)
		return cd_fail(err, COODIE_ERR_LIMIT,
			       "more than %llu bytes of rows; a larger .max_bytes lets them in",
			       (unsigned long long)s->options.max_bytes);
	return !s->to.failed || cd_no_memory(err, "the place of a page");
}

/* Takes a page in, also on failure. */
static bool take_page(coodie_stream *s, coodie_result *take_res, coodie_error *err)
{
	if (!begin_page(s, take_res, err) ||
	    !(s->rows = cd_query_rows(s->query, err))) {
		coodie_result_free(take_res);
		return false;
	}
	if (!cd_rows_add_page(s->rows, take_res, s->select->columns, s->select->column_count, err))
		return false;
	s->page_rows = (uint32_t)coodie_rows_count(s->rows);
	s->given = cd_rows_skip(s->rows, s->skip);
	s->skip -= s->given;
	return true;
}

/* How long the rows of this page last at the rate that was asked for. */
static uint32_t pause_ms(const coodie_stream *s)
{
	uint64_t ms;

	if (!s->options.rows_per_second || !s->rows)
		return 0;
	ms = (uint64_t)coodie_rows_count(s->rows) * 1000 / s->options.rows_per_second;
	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static bool is_open(const coodie_stream *s, coodie_error *err)
{
	return cd_orm_is_open(s->query->place.orm, err);
}

static bool pause(coodie_stream *s, coodie_error *err)
{
	coodie_session *session = s->query->place.session;
	uint32_t ms = pause_ms(s);
	struct cd_wait *w = ms ? cd_wait_new(session, err) : NULL, out;

	return !ms ||
	       (w && cd_wait_finish(w, session,
				    coodie_session_after(session, ms, cd_wait_status, w, err), &out,
				    err));
}

static bool next_page(coodie_stream *s, coodie_error *err)
{
	coodie_result *page;

	if (!is_open(s, err) || !pause(s, err))
		return false;
	page = coodie_pager_next(s->pager, err);
	if (page)
		return take_page(s, page, err);
	if (!err || err->code == COODIE_OK) {
		coodie_rows_free(s->rows);
		s->rows = NULL;
	}
	return false;
}

void *coodie_stream_next(coodie_stream *s, coodie_error *err)
{
	coodie_error own;
	void *object;

	err = err ? err : &own;
	cd_clear(err);
	if (!s)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the stream is NULL");
	while (!(object = coodie_next(s->rows, err))) {
		if (err->code == COODIE_OK && next_page(s, err))
			continue;
		fail_stream(s, err);
		return NULL;
	}
	s->given++;
	return object;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static const char *write_token(coodie_stream *s, const struct cd_buffer *state, uint32_t skip,
			       coodie_error *err)
{
	struct cd_page_token t = cd_page_token_of(s->query, s->select,
						  (cql_blob){ state->data, state->len }, skip);
	size_t size = cd_page_token_write(&t, NULL, 0) + 1;
	char *text;

	cd_buffer_clear(&s->token);
	text = (char *)cd_buffer_grow(&s->token, size);
	if (!text)
		return cd_no_memory(err, "a token"), NULL;
	cd_page_token_write(&t, text, size);
	return text;
}

const char *coodie_stream_token(coodie_stream *s, coodie_error *err)
{
	cd_clear(err);
	if (!s)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the stream is NULL");
	if (s->given < s->page_rows)
		return write_token(s, &s->from, s->given, err);
	if (s->begun && !s->to.len)
		return NULL;
	return write_token(s, &s->to, s->skip, err);
}

/* ---- by callback ----------------------------------------------------------------------------- */

static void on_each_page(coodie_result *take_res, const coodie_error *err, void *user);

static void end_each(coodie_stream *s, const coodie_error *from)
{
	coodie_status_fn *done = s->done;
	void *user = s->user;
	coodie_error err = *from;

	fail_stream(s, &err);
	coodie_stream_free(s);
	done(&err, user);
}

static void ask(coodie_stream *s)
{
	coodie_error err = { 0 };

	if (!is_open(s, &err) || !coodie_pager_next_async(s->pager, on_each_page, s, &err))
		end_each(s, &err);
}

static void on_pause(const coodie_error *err, void *user)
{
	if (err->code == COODIE_OK)
		ask(user);
	else
		end_each(user, err);
}

/* Whether there is more to come. */
static bool walk(coodie_stream *s)
{
	void *object;

	while ((object = coodie_next(s->rows, NULL))) {
		if (!s->each(object, s->user))
			return false;
	}
	return true;
}

static void on_each_page(coodie_result *take_res, const coodie_error *err, void *user)
{
	coodie_stream *s = user;
	coodie_error why = *err;
	uint32_t ms;

	if (!take_res || !take_page(s, take_res, &why) || !walk(s)) {
		end_each(s, &why);
		return;
	}
	ms = pause_ms(s);
	if (!ms)
		ask(s);
	else if (!is_open(s, &why) ||
		 !coodie_session_after(s->query->place.session, ms, on_pause, s, &why))
		end_each(s, &why);
}

bool coodie_stream_each_async(coodie_query *q, const coodie_stream_options *options,
			      coodie_row_fn *each, coodie_status_fn *done, void *user,
			      coodie_error *err)
{
	coodie_stream *s;

	cd_clear(err);
	if (!each || !done)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_stream_each_async: a callback is "
			       "NULL");
	s = coodie_stream_new(q, options, err);
	if (!s)
		return false;
	s->each = each;
	s->done = done;
	s->user = user;
	if (coodie_pager_next_async(s->pager, on_each_page, s, err))
		return true;
	coodie_stream_free(s);
	return false;
}
