/* SPDX-License-Identifier: MIT */
/* Scans: ranges of tokens read page by page, several at once. */
#include <stdio.h>
#include <string.h>

#include <coodie/driver.h>
#include <coodie/scan.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/many/crowd.h"
#include "orm/many/ring.h"
#include "orm/object/object.h"
#include "orm/query/query.h"

enum { USUAL_RANGES = 256, USUAL_IN_FLIGHT = 8, MOST_RANGES = 1 << 20, MOST_BINDS = 256 };

/* One range being read. */
struct part {
	coodie_rows *page; /* while it rests */
	cql_blob paging_state;
	bool done;
};

struct scan {
	struct cd_crowd crowd;
	coodie_query *query; /* a copy, with a range of tokens as its last condition */
	const struct cd_select *select;
	struct cd_ring ring;
	uint32_t checksum;
	uint32_t rows_per_second, at_once;
	struct part *parts; /* of the ring */
	uint32_t done, low; /* ranges; low: the first that is not */
	_Atomic uint64_t rows;
	atomic_bool enough; /* somebody stopped, or failed */
	coodie_scan_fn *each;
	coodie_scan_progress_fn *progress;
	void *user; /* of both */
};

/* Who is told what. */
struct told {
	coodie_scan_fn *each;
	void *user;
	coodie_status_fn *done;
	void *done_user;
};

static void settle(struct cd_crowd *c, bool worked)
{
	struct scan *s = (struct scan *)c;

	(void)worked;
	coodie_query_free(s->query);
}

/* ---- the end of a range ---------------------------------------------------------------------- */

/* Counts it; all ranges below `low` are done. */
static coodie_scan_progress count_part(struct scan *s, size_t i, char token[CD_PLACE_TEXT])
{
	coodie_scan_progress p = { .size = sizeof(p), .ranges = s->ring.ranges };

	pthread_mutex_lock(&s->crowd.lock);
	s->parts[i].done = true;
	s->done++;
	while (s->low < s->ring.ranges && s->parts[s->low].done)
		s->low++;
	p.ranges_done = s->done;
	if (s->low) {
		cd_ring_write_place(token, s->checksum, cd_ring_at(&s->ring, s->low - 1).last);
		p.token = token;
	}
	pthread_mutex_unlock(&s->crowd.lock);
	p.rows = s->rows;
	return p;
}

static void end_part(struct scan *s, struct cd_task *task, const coodie_error *err)
{
	char token[CD_PLACE_TEXT];

	if (err->code != COODIE_OK) {
		s->enough = true;
	} else if (!s->enough) {
		coodie_scan_progress p = count_part(s, task->first, token);

		if (s->progress)
			s->progress(&p, s->user);
	}
	cd_crowd_end(task, task->first, err);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static coodie_done_fn on_page;

/* Asks for a page of the range; the two last binds of the condition are its ends. */
static bool ask(struct scan *s, struct cd_task *task, cql_blob paging_state, coodie_error *err)
{
	struct cd_range range = cd_ring_at(&s->ring, (uint32_t)task->first);
	size_t ends = s->query->binds.count - 2;
	coodie_request r = s->select->request;
	cql_value args[MOST_BINDS];
	coodie_statement st = { .size = sizeof(st),
				.cql = s->select->cql,
				.args = { s->select->args.count, args },
				.request = &r,
				.prepare = true };

	memcpy(args, s->select->args.values, st.args.count * sizeof(*args));
	args[ends] = cql_from_llong(range.first);
	args[ends + 1] = cql_from_llong(range.last);
	r.paging_state = paging_state;
	return coodie_session_submit(s->crowd.op->place.session, &st, on_page, task, err);
}

static size_t walk(struct scan *s, coodie_rows *rows, coodie_error *err)
{
	size_t count = 0;
	void *object;

	while (!s->enough && (object = coodie_next(rows, err))) {
		s->rows++;
		count++;
		if (s->each(object, s->user))
			continue;
		s->enough = true;
		cd_crowd_stop(&s->crowd);
	}
	return count;
}

/* The page has been given: the next one, or the range is over. */
static void go_on(struct scan *s, struct cd_task *task, const coodie_error *why)
{
	struct part *part = &s->parts[task->first];
	coodie_error err = *why;
	bool asked = false;

	if (err.code == COODIE_OK && !s->enough && part->paging_state.len)
		asked = cd_crowd_is_open(&s->crowd, &err) && ask(s, task, part->paging_state, &err);
	if (asked)
		return;
	end_part(s, task, &err);
}

/* It is asked before the page it lies in is given back. */
static void leave_page(struct scan *s, struct cd_task *task, const coodie_error *err)
{
	coodie_rows *page = s->parts[task->first].page;

	s->parts[task->first].page = NULL;
	go_on(s, task, err);
	coodie_rows_free(page);
}

static void on_rested(const coodie_error *err, void *user)
{
	struct cd_task *task = user;

	leave_page((struct scan *)task->crowd, task, err);
}

/* So many rows, by each of those that run at once, take so long at the least. */
static uint32_t rest_ms(const struct scan *s, size_t rows)
{
	uint64_t ms = s->rows_per_second ? (uint64_t)rows * s->at_once * 1000 / s->rows_per_second
					 : 0;

	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static void give(struct scan *s, struct cd_task *task, coodie_rows *rows, bool read,
		 coodie_error *err)
{
	size_t count = read ? walk(s, rows, err) : 0;
	uint32_t ms = rest_ms(s, count);

	s->parts[task->first].page = rows;
	if (err->code == COODIE_OK && ms && !s->enough && cd_crowd_is_open(&s->crowd, err) &&
	    coodie_session_after(s->crowd.op->place.session, ms, on_rested, task, err))
		return;
	leave_page(s, task, err);
}

static void on_page(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_task *task = user;
	struct scan *s = (struct scan *)task->crowd;
	coodie_error failed = *err;
	coodie_rows *rows = NULL;
	bool read = false;

	s->parts[task->first].paging_state = (cql_blob){ NULL, 0 };
	if (failed.code == COODIE_OK)
		rows = cd_query_rows(s->query, &failed);
	if (!rows) {
		coodie_result_free(take_res);
	} else {
		if (coodie_result_has_more(take_res))
			s->parts[task->first].paging_state = coodie_result_paging_state(take_res);
		read = cd_rows_add_page(rows, take_res, s->select->columns, s->select->column_count,
					&failed);
	}
	give(s, task, rows, read, &failed);
}

static bool start(struct cd_crowd *c, struct cd_task *task, coodie_error *err)
{
	return ask((struct scan *)c, task, (cql_blob){ NULL, 0 }, err);
}

/* ---- the statement --------------------------------------------------------------------------- */

static void put_tokens(struct cd_buffer *b, const struct cd_model *m, const char *compare)
{
	for (uint32_t i = 0; i < m->partition_count; i++) {
		const char *name = m->columns[m->keys[i]].quoted;

		cd_buffer_bytes(b, i ? ", " : "token(", i ? 2 : 6);
		cd_buffer_text(b, name);
	}
	cd_buffer_text(b, compare);
}

/* The query with one more condition: a range, of which the ends are set when it is sent. */
static bool make_query(struct scan *s, const coodie_query *q, coodie_error *err)
{
	const struct cd_model *m = q->place.model;
	struct cd_buffer b;
	const char *where;

	s->query = coodie_query_dup(q);
	if (!s->query)
		return cd_no_memory(err, "a scan");
	cd_buffer_init(&b, &q->allocator, 0);
	put_tokens(&b, m, ") >= ? AND ");
	put_tokens(&b, m, ") <= ?");
	cd_buffer_u8(&b, '\0');
	where = b.failed ? NULL : (const char *)b.data;
	if (where)
		coodie_where(s->query, where, CQL_ARGS(cql(INT64_MIN), cql(INT64_MAX)));
	cd_buffer_deinit(&b);
	if (!where)
		return cd_no_memory(err, "a scan");
	s->select = cd_query_select(s->query, CD_SELECT_ALL, err);
	if (s->select && s->select->args.count > MOST_BINDS)
		return cd_fail(err, COODIE_ERR_QUERY, "%zu binds; at most %d with those of a range",
			       s->select->args.count, MOST_BINDS);
	return s->select;
}

static bool check_query(coodie_query *q, coodie_scan_fn *each, coodie_error *err)
{
	const char *what = NULL;
	struct cd_filter f;

	if (!cd_query_is_well(q, err) || !cd_query_filter(q, &f, err))
		return false;
	if (!each)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_scan: the callback of rows is NULL");
	if (q->limit)
		what = "a limit: return false when there are enough";
	else if (q->order.count)
		what = "an order: ranges are read at once";
	else if (f.key_count || f.has_token)
		what = "a condition on the partition key or its token: it has its own";
	return !what || cd_fail(err, COODIE_ERR_QUERY, "coodie_scan(%s): it cannot have %s",
				q->place.model->label, what);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool cut(struct scan *s, const coodie_scan_options *o, coodie_error *err)
{
	uint32_t ranges = o->ranges ? o->ranges : USUAL_RANGES;
	int64_t first = INT64_MIN;

	if (ranges > MOST_RANGES)
		return cd_fail(err, COODIE_ERR_INVALID, "%lu ranges; at most %d",
			       (unsigned long)ranges, MOST_RANGES);
	if (o->after && !cd_ring_read_place(o->after, s->checksum, &first))
		return cd_fail(err, COODIE_ERR_QUERY,
			       "\"%.40s\" is no token of a scan of this query", o->after);
	s->ring = cd_ring_cut(first, ranges);
	if (o->after && first == INT64_MAX)
		s->ring.ranges = 0; /* that was its end */
	else if (o->after)
		s->ring = cd_ring_cut(first + 1, ranges);
	s->parts = cd_arena_take_array(&s->crowd.arena, s->ring.ranges + 1u, sizeof(*s->parts));
	return s->parts || cd_no_memory(err, "a scan");
}

static bool prepare(struct scan *s, coodie_query *q, const coodie_scan_options *o,
		    coodie_error *err)
{
	uint32_t in_flight = o->in_flight ? o->in_flight : USUAL_IN_FLIGHT;

	s->progress = o->progress;
	s->rows_per_second = o->rows_per_second;
	if (!make_query(s, q, err))
		return false;
	s->checksum = cd_ring_checksum(s->select->cql);
	if (!cut(s, o, err))
		return false;
	s->at_once = in_flight < s->ring.ranges ? in_flight : s->ring.ranges;
	s->crowd.count = s->ring.ranges;
	return true;
}

static bool scan(coodie_query *q, const coodie_scan_options *options, const struct told *told,
		 coodie_error *err)
{
	coodie_scan_options o = { .size = sizeof(o) };
	coodie_error own = { 0 };
	struct scan *s;

	if (!check_query(q, told->each, err) ||
	    (options && !cd_take_struct(&o, sizeof(o), options, "coodie_scan_options", err)))
		return false;
	s = cd_crowd_new(sizeof(*s), &q->place, "coodie_scan", told->done, told->done_user, err);
	if (!s)
		return false;
	s->each = told->each;
	s->user = told->user;
	s->crowd.what = "range";
	s->crowd.start = start;
	s->crowd.settle = settle;
	if (prepare(s, q, &o, &own))
		return cd_crowd_run(&s->crowd, s->at_once, err);
	own = cd_op_error(s->crowd.op, &own);
	cd_error_copy(err, &own);
	return cd_crowd_free(&s->crowd);
}

bool coodie_scan_async(coodie_query *q, const coodie_scan_options *options, coodie_scan_fn *each,
		       coodie_status_fn *done, void *user, coodie_error *err)
{
	cd_clear(err);
	return scan(q, options, &(struct told){ each, user, done, user }, err);
}

bool coodie_scan(coodie_query *q, const coodie_scan_options *options, coodie_scan_fn *each,
		 void *user, coodie_error *err)
{
	struct cd_wait *wait, out;
	struct told told = { each, user, cd_wait_status, NULL };

	cd_clear(err);
	if (!cd_query_is_well(q, err))
		return false;
	wait = cd_wait_new(q->place.session, err);
	told.done_user = wait;
	return wait &&
	       cd_wait_finish(wait, q->place.session, scan(q, options, &told, err), &out, err);
}
