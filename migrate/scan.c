/* SPDX-License-Identifier: MIT */
/*
 * Scans. Some ranges are open at a time. Each has at most one page that waits and one request for the page
 * behind it; pages are given by the thread that scans, one after the other, in turn. What has been given
 * of a range is written to the cluster before anything more of it is given, while pages of other ranges
 * are: a kill repeats at most one page of each open range and leaves nothing out.
 */
#include "migrate/scan.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <coodie/builder.h>
#include <coodie/driver.h>
#include <coodie/object.h>
#include <coodie/refine.h>
#include <coodie/stream.h>
#include <coodie/token.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/identifier.h"
#include "migrate/gauge.h"
#include "migrate/pace.h"
#include "migrate/ring.h"

enum { SERVER_INVALID = 0x2200, SERVER_PROTOCOL = 0x000a, REST_US = 500000 };

/* A range that is being read. */
struct slot {
	struct run *run;
	bool open;
	uint32_t range;
	struct mg_place place; /* behind what has been given */
	bool resumed;          /* its page is asked for by a place of an earlier run */
	/* with the lock */
	bool asked, saving; /* a callback is to come */
	bool failed;        /* `err` says why */
	coodie_rows *page;
	coodie_error err;
};

struct run {
	struct mg_scan scan;
	coodie_session *session;
	coodie_allocator allocator;
	coodie_query *query; /* of the whole table */
	const char *where;   /* a range of tokens */
	struct cd_arena arena;
	const char **key; /* members of the partition key, in its order */
	cql_blob *cells;  /* of a row */
	cql_arena *keys;  /* for a key of several columns */
	size_t key_count;
	struct slot *slots;
	uint32_t turn; /* the slot to look at first */
	uint32_t next; /* range to open */
	uint32_t done;
	uint64_t rows;
	bool enough; /* each() has said so */
	struct mg_pace pace;
	struct mg_gauge gauge;
	uint64_t now_us; /* when the row was due that is given */
	pthread_mutex_t lock;
	bool told, rested; /* for coodie_session_run() */
	uint32_t owed;     /* callbacks to come */
	bool left;         /* by its owner: the last callback frees it */
};

/* ---- life ------------------------------------------------------------------------------------ */

static void run_free(struct run *r)
{
	coodie_allocator a = r->allocator;

	for (uint32_t i = 0; r->slots && i < r->scan.in_flight; i++)
		coodie_rows_free(r->slots[i].page);
	cql_arena_free(r->keys);
	coodie_query_free(r->query);
	pthread_mutex_destroy(&r->lock);
	cd_arena_deinit(&r->arena);
	cd_release(&a, r);
}

/* A callback begins; it ends with come(). */
static void lock(struct run *r)
{
	pthread_mutex_lock(&r->lock);
}

static void come(struct run *r, bool *told)
{
	bool last = --r->owed == 0 && r->left;

	__atomic_store_n(told, true, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&r->lock);
	if (last)
		run_free(r);
}

/* A callback is to come, or is not after all. */
static void owe(struct run *r, int more)
{
	lock(r);
	r->owed += (uint32_t)more;
	pthread_mutex_unlock(&r->lock);
}

static const char *name_of(const coodie_column *c)
{
	return c->db_name ? c->db_name : c->name;
}

/* The members of the partition key, in its order. */
static bool find_key(struct run *r, coodie_error *err)
{
	size_t count = coodie_model_column_count(r->session, r->scan.model);
	const coodie_column *c;

	if (!count)
		return coodie_model_check(r->session, r->scan.model, err);
	r->key = cd_arena_take_array(&r->arena, count, sizeof(*r->key));
	r->cells = cd_arena_take_array(&r->arena, count, sizeof(*r->cells));
	r->keys = cql_arena_new(&r->allocator, err);
	if (!r->key || !r->cells || !r->keys)
		return cd_no_memory(err, "a scan");
	for (size_t i = 0; i < count; i++) {
		c = coodie_model_column_at(r->session, r->scan.model, i);
		if (!c->partition_key)
			continue;
		r->key[c->partition_key - 1] = c->name;
		r->key_count++;
	}
	return r->key_count ||
	       cd_fail(err, COODIE_ERR_MODEL, "%s has no partition key", r->scan.label);
}

static void put_token(struct cd_buffer *b, const struct run *r, const char *compare)
{
	cd_buffer_text(b, "token(");
	for (size_t i = 0; i < r->key_count; i++) {
		const coodie_column *c = coodie_model_column_named(r->session, r->scan.model,
								   r->key[i]);

		if (i)
			cd_buffer_text(b, ", ");
		cd_identifier_append_quoted(b, name_of(c));
	}
	cd_buffer_text(b, compare);
}

static bool write_where(struct run *r, coodie_error *err)
{
	struct cd_buffer b;

	cd_buffer_init(&b, &r->allocator, 0);
	put_token(&b, r, ") >= ? AND ");
	put_token(&b, r, ") <= ?");
	if (!b.failed)
		r->where = cd_arena_strndup(&r->arena, (const char *)b.data, b.len);
	cd_buffer_deinit(&b);
	return r->where || cd_no_memory(err, "a scan");
}

static bool make_query(struct run *r, coodie_error *err)
{
	r->query = coodie_find(r->session, r->scan.model, NULL, CQL_ARGS());
	coodie_page_rows(r->query, r->scan.page_rows);
	coodie_consistency(r->query, r->scan.consistency);
	if (r->scan.columns)
		coodie_only(r->query, r->scan.columns);
	r->slots = cd_arena_take_array(&r->arena, r->scan.in_flight, sizeof(*r->slots));
	return coodie_query_cql(r->query, NULL, 0, err) &&
	       (r->slots || cd_no_memory(err, "a scan"));
}

static struct run *run_new(const struct mg_scan *scan, coodie_error *err)
{
	coodie_session *session = scan->places->name.migrator->session;
	const coodie_allocator *a = coodie_session_allocator(session);
	struct run *r;

	a = a ? a : &cd_malloc_allocator;
	r = cd_alloc_zero(a, sizeof(*r));
	if (!r)
		return cd_fail_null(err, COODIE_ERR_NO_MEMORY, "out of memory: a scan");
	r->allocator = *a;
	r->scan = *scan;
	r->session = session;
	r->pace.rows_per_second = scan->rows_per_second;
	r->done = scan->places->done;
	cd_arena_init(&r->arena, &r->allocator, 0);
	pthread_mutex_init(&r->lock, NULL);
	if (find_key(r, err) && write_where(r, err) && make_query(r, err))
		return r;
	run_free(r);
	return NULL;
}

/* ---- asking and saving ----------------------------------------------------------------------- */

static void on_page(coodie_rows *take_rows, const coodie_error *err, void *user)
{
	struct slot *slot = user;

	lock(slot->run);
	slot->asked = false;
	slot->page = take_rows;
	if (!take_rows) {
		slot->failed = true;
		slot->err = *err;
	}
	come(slot->run, &slot->run->told);
}

/* For the page of a token, or the first one. What cannot be asked fails like what was refused. */
static void ask(struct slot *slot, const char *page)
{
	struct run *r = slot->run;
	int64_t last = mg_ring_span(r->scan.places->ranges, slot->range).last;
	coodie_query *q = coodie_query_dup(r->query);
	coodie_error err;

	coodie_where(q, r->where, CQL_ARGS(cql(slot->place.first), cql(last)));
	coodie_after(q, page);
	slot->asked = true;
	owe(r, 1);
	if (!coodie_page_async(q, on_page, slot, &err)) {
		owe(r, -1);
		slot->asked = false;
		slot->failed = true;
		slot->err = err;
	}
	coodie_query_free(q);
}

static void on_saved(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct slot *slot = user;

	coodie_result_free(take_res);
	lock(slot->run);
	slot->saving = false;
	if (err->code != COODIE_OK) {
		slot->failed = true;
		slot->err = *err;
		cd_error_prefix(&slot->err, "the place in \"_coodie_migrations_scan\"");
	}
	come(slot->run, &slot->run->told);
}

static bool save(struct slot *slot, coodie_error *err)
{
	struct run *r = slot->run;

	slot->saving = true;
	owe(r, 1);
	if (mg_places_save_async(r->scan.places, slot->range, &slot->place, on_saved, slot, err))
		return true;
	owe(r, -1);
	slot->saving = false;
	return false;
}

/* ---- telling --------------------------------------------------------------------------------- */

/* Of the ring, open ranges as far as they are. */
static double part_done(const struct run *r)
{
	uint32_t ranges = r->scan.places->ranges;
	double parts = r->done;

	for (uint32_t i = 0; i < r->scan.in_flight; i++) {
		const struct slot *slot = &r->slots[i];

		if (slot->open && !slot->place.done)
			parts += mg_span_part(mg_ring_span(ranges, slot->range), slot->place.token);
	}
	return parts / ranges;
}

static void tell(struct run *r, double part, uint64_t now)
{
	struct mg_reading reading = mg_gauge_read(&r->gauge, part, r->rows, now);
	const struct mg_scan_report report = {
		.ranges_done = r->done,
		.per_mille = (uint32_t)(part * 1000),
		.rows = r->rows,
		.rows_per_second = reading.rows_per_second,
		.seconds_left = reading.seconds_left,
	};

	mg_gauge_told(&r->gauge, part, now);
	r->scan.tell(&report, r->scan.user);
}

/* Behind a page, and behind a range. */
static void tell_of_move(struct run *r)
{
	double part = part_done(r);

	if (mg_gauge_has_moved(&r->gauge, part))
		tell(r, part, mg_now_us());
}

/* ---- giving ---------------------------------------------------------------------------------- */

static bool check(struct run *r, coodie_error *err)
{
	return r->scan.check(r->scan.user, err);
}

static void on_rested(const coodie_error *err, void *user)
{
	struct run *r = user;

	(void)err;
	lock(r);
	come(r, &r->rested);
}

static bool rest(struct run *r, uint64_t us, coodie_error *err)
{
	uint32_t ms = (uint32_t)((us < REST_US ? us : REST_US) + 999) / 1000;

	r->rested = false;
	owe(r, 1);
	if (coodie_session_after(r->session, ms, on_rested, r, err))
		return coodie_session_run(r->session, &r->rested, err);
	owe(r, -1);
	return false;
}

/* Until the next row may be given. */
static bool keep_pace(struct run *r, coodie_error *err)
{
	for (;;) {
		uint64_t now = r->now_us = mg_now_us();
		uint64_t us = mg_pace_wait(&r->pace, now);

		if (!us) {
			mg_pace_row(&r->pace, now);
			return true;
		}
		if (!rest(r, us, err) || !check(r, err))
			return false;
	}
}

static bool give_row(struct run *r, void *object, coodie_error *err)
{
	coodie_error own = { 0 };

	if (!keep_pace(r, err))
		return false;
	r->rows++;
	if (mg_gauge_is_late(&r->gauge, r->now_us))
		tell(r, part_done(r), r->now_us);
	if (!r->scan.each(object, r->scan.user, &own)) {
		r->enough = true;
		cd_error_copy(err, &own);
	}
	return own.code == COODIE_OK;
}

/* Where the scan is behind a row: the token of its key, as it came from the server. */
static bool note_token(struct slot *slot, const void *object, coodie_error *err)
{
	struct run *r = slot->run;
	coodie_cell cell;
	cql_blob key;

	for (size_t i = 0; i < r->key_count; i++) {
		if (!coodie_object_raw(object, r->key[i], &cell, err))
			return false;
		r->cells[i] = (cql_blob){ cell.data, cell.len };
	}
	cql_arena_reset(r->keys);
	if (!cql_routing_key(r->cells, r->key_count, r->keys, &key, err))
		return false;
	slot->place.token = cql_murmur3_token(key.data, key.len);
	return true;
}

static bool give_rows(struct slot *slot, coodie_rows *rows, coodie_error *err)
{
	struct run *r = slot->run;
	void *object, *last = NULL;
	coodie_error own = { 0 };

	while (!r->enough && (object = coodie_next(rows, &own))) {
		last = object;
		if (!give_row(r, object, err))
			return false;
		slot->place.rows++;
	}
	if (own.code != COODIE_OK) {
		cd_error_copy(err, &own);
		return false;
	}
	return r->enough || !last || note_token(slot, last, err);
}

/* The page that has come, while the next one is on its way. */
static bool give_page(struct slot *slot, coodie_error *err)
{
	struct run *r = slot->run;
	coodie_rows *rows = slot->page;
	const char *next = coodie_rows_token(rows);
	bool ok;

	slot->page = NULL;
	slot->resumed = false;
	ok = check(r, err);
	if (ok && next)
		ask(slot, next);
	ok = ok && give_rows(slot, rows, err);
	if (ok && !r->enough) {
		slot->place.page = next ? next : "";
		slot->place.done = !next;
		ok = save(slot, err);
		slot->place.page = ""; /* it was borrowed from the rows */
		tell_of_move(r);
	}
	coodie_rows_free(rows);
	return ok;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static bool open_next(struct run *r, struct slot *slot)
{
	struct mg_places *places = r->scan.places;

	while (r->next < places->ranges && places->at[r->next].done)
		r->next++;
	if (r->next == places->ranges)
		return false;
	*slot = (struct slot){ .run = r, .open = true, .range = r->next };
	slot->place = places->at[r->next++];
	slot->resumed = *slot->place.page;
	ask(slot, *slot->place.page ? slot->place.page : NULL);
	return true;
}

static void close_slot(struct slot *slot)
{
	slot->open = false;
	slot->run->done++;
	tell_of_move(slot->run);
}

/* A place of an earlier run that is no longer taken: the mapper knows another statement or protocol
 * version, or the server refuses its own paging state. */
static bool is_stale(const struct slot *slot)
{
	const coodie_error *e = &slot->err;

	return slot->resumed &&
	       (e->code == COODIE_ERR_QUERY ||
		(e->code == COODIE_ERR_SERVER &&
		 (e->server_code == SERVER_INVALID || e->server_code == SERVER_PROTOCOL)));
}

/* Goes on with the token of the last row that was given, whose partitions are given again. */
static void fall_back(struct slot *slot)
{
	struct run *r = slot->run;
	char text[256];

	snprintf(text, sizeof(text),
		 "%s, range %u of %u: its place is no longer taken; goes on from token %lld, whose "
		 "rows come again",
		 r->scan.label, (unsigned)slot->range + 1, (unsigned)r->scan.places->ranges,
		 (long long)slot->place.token);
	r->scan.note(text, r->scan.user);
	slot->failed = slot->resumed = false;
	slot->place.first = slot->place.token;
	slot->place.page = "";
	ask(slot, NULL);
}

static bool fail(const struct slot *slot, coodie_error *err)
{
	cd_error_copy(err, &slot->err);
	cd_error_prefix(err, "%s, range %u of %u", slot->run->scan.label, (unsigned)slot->range + 1,
			(unsigned)slot->run->scan.places->ranges);
	return false;
}

/* Nothing is under way for it, but for the page behind the one that was given last. */
static bool step(struct slot *slot, coodie_error *err)
{
	if (slot->failed && !is_stale(slot))
		return fail(slot, err);
	if (slot->failed)
		fall_back(slot);
	else if (slot->place.done)
		close_slot(slot);
	else
		return give_page(slot, err);
	return true;
}

/* A slot that can do something, in turn; NULL: none. `busy`: whether any is open. */
static struct slot *find(struct run *r, bool *busy)
{
	uint32_t count = r->scan.in_flight;
	struct slot *found = NULL;

	*busy = false;
	lock(r);
	for (uint32_t i = 0; i < count && !found; i++) {
		struct slot *slot = &r->slots[(r->turn + i) % count];

		*busy = *busy || slot->open;
		if (slot->open && !slot->saving && (slot->failed || slot->page || slot->place.done))
			found = slot;
	}
	if (found)
		r->turn = (uint32_t)(found - r->slots) + 1;
	else
		__atomic_store_n(&r->told, false, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&r->lock);
	return found;
}

static void fill(struct run *r)
{
	for (uint32_t i = 0; i < r->scan.in_flight; i++)
		if (!r->slots[i].open && !open_next(r, &r->slots[i]))
			return;
}

static bool work(struct run *r, coodie_error *err)
{
	struct slot *slot;
	bool busy;

	do {
		fill(r);
		slot = find(r, &busy);
		if (slot ? !step(slot, err)
			 : busy && !coodie_session_run(r->session, &r->told, err))
			return false;
	} while (busy && !r->enough);
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* Waits for what is under way. Only a session that cannot be waited for any more leaves some of it. */
static void finish(struct run *r)
{
	bool last;

	for (;;) {
		lock(r);
		last = r->owed == 0;
		__atomic_store_n(&r->told, false, __ATOMIC_RELAXED);
		pthread_mutex_unlock(&r->lock);
		if (last || !coodie_session_run(r->session, &r->told, NULL))
			break;
	}
	lock(r);
	last = r->owed == 0;
	r->left = true;
	pthread_mutex_unlock(&r->lock);
	if (last)
		run_free(r);
}

bool mg_scan_run(const struct mg_scan *scan, coodie_error *err)
{
	struct run *r = run_new(scan, err);
	bool ok;

	if (!r)
		return false;
	mg_gauge_begin(&r->gauge, part_done(r), mg_now_us());
	tell(r, r->gauge.begun_at, r->gauge.begun_us);
	ok = work(r, err);
	tell(r, part_done(r), mg_now_us());
	finish(r);
	return ok;
}
