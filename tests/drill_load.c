/* SPDX-License-Identifier: MIT */
/* Requests and what is expected of their answers. */
#include "tests/drill_load.h"

#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	ROWS = 5, /* of a batch in the second table */
	PAGE = 2,
	NOTE = 200,           /* longest note */
	NEAR = 512,           /* reads prefer what was written lately */
	CANCEL_ONE_OF = 200,  /* requests */
	MOST_LINES = 200,     /* of what is wrong */
	SCAN_PAGE = 2000,     /* rows */
	PATIENCE_S = 240,     /* for what has to work in the end */
	PAUSE_NS = 200000000, /* between tries */
	WAIT_NS = 5000000,    /* of a program that was told that nobody is there */
};

enum step { INSERT, SELECT, CAS, BATCH, PAGES, STEPS };
enum way { PREPARED, BOUND, TEXT, WAYS };
/* UNSURE: a write that may have been carried out. */
enum state { NEW, OUT, ENDED, UNSURE, ACKNOWLEDGED };
enum statement { INSERT_T, INSERT_P, SELECT_T, SELECT_P, CAS_T, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[INSERT_T] = "INSERT INTO drill.t (k, v, note) VALUES (?, ?, ?)",
	[INSERT_P] = "INSERT INTO drill.p (k, c, v) VALUES (?, ?, ?)",
	[SELECT_T] = "SELECT k, v, note FROM drill.t WHERE k = ?",
	[SELECT_P] = "SELECT k, c, v FROM drill.p WHERE k = ?",
	[CAS_T] = "INSERT INTO drill.t (k, v, note) VALUES (?, ?, ?) IF NOT EXISTS",
};

struct request {
	struct drill_load *load;
	uint32_t key;      /* what it writes, or reads */
	uint8_t step, way; /* enums of these names */
	uint8_t rows;      /* of pages: seen so far */
	bool must_be;      /* of a read: it was acknowledged before */
	atomic_uchar state;
	atomic_bool given_up;
};

struct drill_load {
	const struct drill_plan *plan;
	coodie_session *session;
	coodie_prepared *prepared[STATEMENTS];
	struct request *requests;
	uint8_t *seen; /* of each key: rows found at the end, of both tables */
	sem_t room;
	atomic_bool nobody; /* could serve the last one that failed: wait a little */
	uint64_t random;
	pthread_mutex_t lock; /* of the sums */
	struct drill_sums sums;
};

/* ---- what follows from a number ---------------------------------------------------------------- */

static uint64_t mixed(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static enum step step_of(const struct drill_load *l, uint32_t number)
{
	static const uint8_t percent[STEPS] = {
		[INSERT] = 30, [SELECT] = 40, [CAS] = 5, [BATCH] = 10, [PAGES] = 15
	};
	uint32_t chance = (uint32_t)(mixed(l->plan->seed ^ number) % 100), i = 0;

	for (; chance >= percent[i]; i++)
		chance -= percent[i];
	return (enum step)i;
}

static int64_t value_of(const struct drill_load *l, uint32_t key)
{
	return (int64_t)(mixed(l->plan->seed + key) >> 8);
}

static cql_blob note_of(const struct drill_load *l, uint32_t key, uint8_t bytes[NOTE])
{
	uint64_t value = (uint64_t)value_of(l, key);

	for (size_t i = 0; i < NOTE; i++)
		bytes[i] = (uint8_t)(value >> i % 7 * 8);
	return (cql_blob){ bytes, (size_t)(value % NOTE) };
}

static uint64_t draw(struct drill_load *l, uint64_t below)
{
	l->random++;
	return mixed(l->random) % below;
}

/* ---- what is said ------------------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static void wrong(struct drill_load *l, const char *format,
							...)
{
	va_list args;
	uint64_t count;

	pthread_mutex_lock(&l->lock);
	count = ++l->sums.wrong;
	pthread_mutex_unlock(&l->lock);
	if (count > MOST_LINES)
		return;
	va_start(args, format);
	fputs("drill: WRONG: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

static uint32_t number_of(const struct request *r)
{
	return (uint32_t)(r - r->load->requests);
}

static void count_server(struct drill_sums *s, int32_t code)
{
	size_t i = 0;

	while (i < DRILL_SERVER_CODES - 1 && s->server[i].count && s->server[i].code != code)
		i++;
	s->server[i].code = code;
	s->server[i].count++;
}

static void count_error(struct drill_load *l, const coodie_error *err)
{
	pthread_mutex_lock(&l->lock);
	l->sums.errors[(unsigned)err->code % 64]++;
	if (err->code == COODIE_ERR_SERVER)
		count_server(&l->sums, err->server_code);
	pthread_mutex_unlock(&l->lock);
}

static void count(struct drill_load *l, uint64_t *sum, uint64_t more)
{
	pthread_mutex_lock(&l->lock);
	*sum += more;
	pthread_mutex_unlock(&l->lock);
}

void drill_load_sum(struct drill_load *l, struct drill_sums *out)
{
	pthread_mutex_lock(&l->lock);
	*out = l->sums;
	pthread_mutex_unlock(&l->lock);
}

/* ---- errors ------------------------------------------------------------------------------------ */

/* Of a request that is as it should be, on nodes that fail. */
static bool is_server_code(int32_t code)
{
	switch (code) {
	case 0x0000: /* server error */
	case 0x1000: /* unavailable */
	case 0x1001: /* overloaded */
	case 0x1002: /* bootstrapping */
	case 0x1100: /* write timeout */
	case 0x1200: /* read timeout */
	case 0x1300: /* read failure */
	case 0x1500: /* write failure */
	case 0x1700: /* CAS write unknown */
		return true;
	default:
		return false;
	}
}

/* A node that is told a statement and says again that it does not know it. */
static bool is_obstinate(const struct request *r, const coodie_error *err)
{
	return r->load->plan->is_box && err->server_code == 0x2500;
}

static bool is_expected(const struct request *r, const coodie_error *err)
{
	switch (err->code) {
	case COODIE_ERR_TIMEOUT:
	case COODIE_ERR_CONNECT:
	case COODIE_ERR_CLOSED:
	case COODIE_ERR_OVERLOAD:
		return true;
	case COODIE_ERR_CANCELLED:
		return atomic_load(&r->given_up);
	case COODIE_ERR_SERVER:
		return is_server_code(err->server_code) || is_obstinate(r, err);
	case COODIE_ERR_PROTOCOL:
		return r->load->plan->is_box;
	default:
		return false;
	}
}

/* ---- answers ----------------------------------------------------------------------------------- */

static size_t column(const coodie_cursor *c, const char *name)
{
	size_t i = 0;

	coodie_result_column_index(c->result, name, &i); /* a wrong one is noticed by its value */
	return i;
}

/* What was found is told: nobody can ask for it later. */
static bool tell_row(struct drill_load *l, uint32_t key, int64_t k, int64_t v, size_t note)
{
	wrong(l, "row of key %" PRIu32 ": k %" PRId64 ", v %" PRId64 ", a note of %zu bytes", key,
	      k, v, note);
	return false;
}

/* Is this row, of the first table, the key's own? */
static bool is_own(struct drill_load *l, const coodie_cursor *c, uint32_t key)
{
	uint8_t bytes[NOTE];
	cql_blob note, want = note_of(l, key, bytes);
	int64_t k, v;
	coodie_error err;

	if (!coodie_cursor_int64(c, column(c, "k"), &k, &err) ||
	    !coodie_cursor_int64(c, column(c, "v"), &v, &err) ||
	    !coodie_cursor_blob(c, column(c, "note"), &note, &err)) {
		wrong(l, "key %" PRIu32 ": %s", key, err.message);
		return false;
	}
	return (k == (int64_t)key && v == value_of(l, key) && note.len == want.len &&
		(note.len == 0 || memcmp(note.data, want.data, note.len) == 0)) ||
	       tell_row(l, key, k, v, note.len);
}

static bool is_own_part(struct drill_load *l, const coodie_cursor *c, uint32_t key, int32_t at)
{
	int32_t clustering;
	int64_t k, v;
	coodie_error err;

	if (!coodie_cursor_int64(c, 0, &k, &err) || !coodie_cursor_int32(c, 1, &clustering, &err) ||
	    !coodie_cursor_int64(c, 2, &v, &err)) {
		wrong(l, "part of key %" PRIu32 ": %s", key, err.message);
		return false;
	}
	return k == (int64_t)key && clustering == at && v == value_of(l, key) + at;
}

/* The box's nodes always agree. Real ones may not know yet who has which part of the ring, and then miss
 * what others acknowledged, though not for long; and of a write that was not acknowledged a page may
 * be found and the next one not. */
static void on_missing(struct request *r, size_t rows)
{
	struct drill_load *l = r->load;

	if (l->plan->is_box)
		wrong(l, "request %" PRIu32 ": key %" PRIu32 " has %zu rows", number_of(r), r->key,
		      rows);
	else
		count(l, &l->sums.stale, r->must_be);
}

static enum state on_select(struct request *r, coodie_result *res)
{
	struct drill_load *l = r->load;
	coodie_cursor c = coodie_result_cursor(res);
	size_t rows = coodie_result_row_count(res);

	if (rows > 1)
		wrong(l, "request %" PRIu32 ": key %" PRIu32 " has %zu rows", number_of(r), r->key,
		      rows);
	if (rows == 0 && r->must_be)
		on_missing(r, rows);
	while (coodie_cursor_next(&c))
		if (!is_own(l, &c, r->key))
			wrong(l, "request %" PRIu32 ": not the row of key %" PRIu32, number_of(r),
			      r->key);
	count(l, &l->sums.rows, rows);
	return ENDED;
}

static enum state on_write(struct request *r, coodie_result *res)
{
	(void)res;
	count(r->load, &r->load->sums.acknowledged, 1);
	return ACKNOWLEDGED;
}

/* Somebody was there before: it was this very request, or all is lost. */
static enum state on_cas(struct request *r, coodie_result *res)
{
	struct drill_load *l = r->load;
	coodie_cursor c = coodie_result_cursor(res);

	if (!coodie_result_applied(res)) {
		count(l, &l->sums.repeated, 1);
		if (l->plan->is_box || !coodie_cursor_next(&c) || !is_own(l, &c, r->key))
			wrong(l, "request %" PRIu32 ": key %" PRIu32 " was there", number_of(r),
			      r->key);
	}
	return on_write(r, res);
}

static bool send_read(struct request *r, const coodie_result *before, uint64_t *id,
		      coodie_error *err);

static enum state on_pages(struct request *r, coodie_result *res)
{
	struct drill_load *l = r->load;
	coodie_cursor c = coodie_result_cursor(res);
	coodie_error err;

	while (coodie_cursor_next(&c))
		if (!is_own_part(l, &c, r->key, r->rows++))
			wrong(l, "request %" PRIu32 ": not part %d of key %" PRIu32, number_of(r),
			      r->rows - 1, r->key);
	count(l, &l->sums.pages, 1);
	if (coodie_result_has_more(res)) {
		atomic_store(&r->state, OUT);
		if (send_read(r, res, NULL, &err))
			return OUT;
		count_error(l, &err);
		if (!is_expected(r, &err))
			wrong(l, "request %" PRIu32 ": %s", number_of(r), err.message);
		return ENDED;
	}
	if (r->rows != ROWS && (r->rows || r->must_be))
		on_missing(r, r->rows);
	return ENDED;
}

static enum state on_failure(struct request *r, const coodie_error *err)
{
	count_error(r->load, err);
	if (err->code == COODIE_ERR_CONNECT || err->server_code == 0x1000)
		atomic_store(&r->load->nobody, true);
	if (!is_expected(r, err))
		wrong(r->load, "request %" PRIu32 ": %s (%s, server 0x%04" PRIx32 ")", number_of(r),
		      err->message, coodie_errc_name(err->code), (uint32_t)err->server_code);
	return r->step == SELECT || r->step == PAGES ? ENDED : UNSURE;
}

static void on_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	static enum state (*const ons[STEPS])(struct request * r, coodie_result * res) = {
		[INSERT] = on_write, [SELECT] = on_select, [CAS] = on_cas,
		[BATCH] = on_write,  [PAGES] = on_pages,
	};
	struct request *r = user;
	struct drill_load *l = r->load;
	unsigned char was = atomic_exchange(&r->state, ENDED);

	if (was != OUT) {
		wrong(l, "request %" PRIu32 ": its callback ran once more", number_of(r));
		coodie_result_free(take_res);
		return;
	}
	enum state now = take_res ? ons[r->step](r, take_res) : on_failure(r, err);
	coodie_result_free(take_res);
	if (now == OUT)
		return;
	atomic_store(&r->state, (unsigned char)now);
	count(l, &l->sums.completed, 1);
	sem_post(&l->room);
}

/* ---- requests ---------------------------------------------------------------------------------- */

/* A statement with its values in one of three ways; TEXT only where the values say how. */
static bool send_one(struct request *r, enum statement which, cql_args args,
		     const coodie_request *options, coodie_error *err)
{
	struct drill_load *l = r->load;

	if (r->way == PREPARED)
		return coodie_session_execute_async(l->session, l->prepared[which], args, options,
						    on_answer, r, err);
	return coodie_session_query_async(l->session, texts[which], args, options, on_answer, r,
					  err);
}

static bool send_text(struct request *r, const char *cql, const coodie_request *options,
		      coodie_error *err)
{
	return coodie_session_query_async(r->load->session, cql, CQL_ARGS(), options, on_answer, r,
					  err);
}

/* With its values written into it. */
static void write_text(const struct drill_load *l, uint32_t key, const char *end, char *out,
		       size_t size)
{
	uint8_t bytes[NOTE];
	cql_blob note = note_of(l, key, bytes);
	size_t len = (size_t)snprintf(
		out, size, "INSERT INTO drill.t (k, v, note) VALUES (%" PRIu32 ", %" PRId64 ", 0x",
		key, value_of(l, key));

	for (size_t i = 0; i < note.len; i++)
		len += (size_t)snprintf(out + len, size - len, "%02x", note.data[i]);
	snprintf(out + len, size - len, ")%s", end);
}

static bool send_row(struct request *r, uint64_t *id, coodie_error *err)
{
	bool is_cas = r->step == CAS;
	uint8_t bytes[NOTE];
	char cql[2 * NOTE + 160];
	const coodie_request *options = COODIE_REQUEST(.idempotent = !is_cas && r->key % 2,
						       .id = id);

	if (r->way == TEXT) {
		write_text(r->load, r->key, is_cas ? " IF NOT EXISTS" : "", cql, sizeof cql);
		return send_text(r, cql, options, err);
	}
	return send_one(r, is_cas ? CAS_T : INSERT_T,
			CQL_ARGS(cql((int64_t)r->key), cql(value_of(r->load, r->key)),
				 cql_from_blob(note_of(r->load, r->key, bytes))),
			options, err);
}

/* One row of the first table and some of the second. */
static bool send_batch(struct request *r, uint64_t *id, coodie_error *err)
{
	const struct drill_load *l = r->load;
	coodie_statement children[1 + ROWS];
	cql_value values[1 + ROWS][3];
	uint8_t bytes[NOTE];
	char cql[2 * NOTE + 160];

	write_text(l, r->key, "", cql, sizeof cql);
	for (int i = 0; i <= ROWS; i++) {
		enum statement which = i ? INSERT_P : INSERT_T;
		values[i][0] = cql_from_llong(r->key);
		values[i][1] = i ? cql_from_int(i - 1) : cql_from_llong(value_of(l, r->key));
		values[i][2] = i ? cql_from_llong(value_of(l, r->key) + i - 1)
				 : cql_from_blob(note_of(l, r->key, bytes));
		children[i] = (coodie_statement){ .size = sizeof children[i],
						  .args = cql_args_of(values[i], 3) };
		if (r->way == PREPARED)
			children[i].prepared = l->prepared[which];
		else
			children[i].cql = texts[which];
	}
	if (r->way == TEXT) {
		children[0].cql = cql;
		children[0].args = (cql_args){ 0, NULL };
	}
	return coodie_session_batch_async(
		l->session, r->key % 3 ? COODIE_BATCH_UNLOGGED : COODIE_BATCH_LOGGED, children,
		1 + ROWS, COODIE_REQUEST(.idempotent = r->key % 2, .id = id), on_answer, r, err);
}

static bool send_read(struct request *r, const coodie_result *before, uint64_t *id,
		      coodie_error *err)
{
	bool is_paged = r->step == PAGES;
	const coodie_request *options =
		COODIE_REQUEST(.page_rows = is_paged ? PAGE : 0, .id = id,
			       .paging_state = before ? coodie_result_paging_state(before)
						      : (cql_blob){ NULL, 0 });
	char cql[160];

	if (r->way != TEXT)
		return send_one(r, is_paged ? SELECT_P : SELECT_T, CQL_ARGS(cql((int64_t)r->key)),
				options, err);
	snprintf(cql, sizeof cql, "%.*s%" PRIu32,
		 (int)strlen(texts[is_paged ? SELECT_P : SELECT_T]) - 1,
		 texts[is_paged ? SELECT_P : SELECT_T], r->key);
	return send_text(r, cql, options, err);
}

static bool send_first_read(struct request *r, uint64_t *id, coodie_error *err)
{
	return send_read(r, NULL, id, err);
}

static bool writes(const struct drill_load *l, uint32_t number, bool parts)
{
	enum step step = step_of(l, number);

	return step == BATCH || (!parts && (step == INSERT || step == CAS));
}

/* A key that somebody before has written, or is about to: often a late one. */
static uint32_t some_key(struct drill_load *l, uint32_t number, bool parts)
{
	uint32_t far = draw(l, 2) && number > NEAR ? NEAR : number, key = 0;

	for (int tries = 0; far && tries < 40; tries++) {
		key = number - 1 - (uint32_t)draw(l, far);
		if (writes(l, key, parts))
			break;
	}
	return key;
}

static void set_request(struct drill_load *l, struct request *r)
{
	uint32_t number = (uint32_t)(r - l->requests);
	bool reads;

	r->load = l;
	r->key = number;
	r->step = (uint8_t)step_of(l, number);
	r->way = (uint8_t)draw(l, WAYS);
	reads = r->step == SELECT || r->step == PAGES;
	if (!reads)
		return;
	r->key = some_key(l, number, r->step == PAGES);
	r->must_be = writes(l, r->key, r->step == PAGES) &&
		     atomic_load(&l->requests[r->key].state) == ACKNOWLEDGED;
}

/* @return its id; 0: it has none */
static uint64_t submit(struct drill_load *l, struct request *r)
{
	static bool (*const sends[STEPS])(struct request * r, uint64_t * id, coodie_error * err) = {
		[INSERT] = send_row,  [SELECT] = send_first_read, [CAS] = send_row,
		[BATCH] = send_batch, [PAGES] = send_first_read,
	};
	uint64_t id = 0;
	coodie_error err;

	set_request(l, r);
	atomic_store(&r->state, OUT);
	if (sends[r->step](r, &id, &err))
		return id;
	count(l, &l->sums.refused, 1);
	if (atomic_exchange(&r->state, ENDED) != OUT)
		wrong(l, "request %" PRIu32 ": refused, and its callback ran", number_of(r));
	on_failure(r, &err);
	count(l, &l->sums.completed, 1);
	sem_post(&l->room);
	return 0;
}

static void give_up(struct drill_load *l, struct request *r, uint64_t id)
{
	if (!id || draw(l, CANCEL_ONE_OF))
		return;
	atomic_store(&r->given_up, true);
	count(l, &l->sums.cancelled, coodie_session_cancel(l->session, id));
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void sleep_ns(uint64_t ns)
{
	nanosleep(&(struct timespec){ (time_t)(ns / 1000000000), (long)(ns % 1000000000) }, NULL);
}

void drill_load_run(struct drill_load *l)
{
	const struct drill_plan *p = l->plan;
	uint64_t begin = now_ns(), end = begin + p->seconds * UINT64_C(1000000000);

	for (uint32_t i = 0; i < p->requests; i++) {
		uint64_t due = p->rate ? begin + i * UINT64_C(1000000000) / p->rate : 0,
			 now = now_ns();
		if (due > now)
			sleep_ns(due - now);
		while (sem_wait(&l->room) != 0)
			;
		if (p->seconds && now_ns() > end) {
			sem_post(&l->room);
			break;
		}
		if (atomic_exchange(&l->nobody, false))
			sleep_ns(WAIT_NS);
		count(l, &l->sums.begun, 1);
		give_up(l, &l->requests[i], submit(l, &l->requests[i]));
	}
	for (uint32_t i = 0; i < p->concurrency; i++)
		while (sem_wait(&l->room) != 0)
			;
}

/* ---- before and after -------------------------------------------------------------------------- */

/* What has to work in the end is tried until it does. */
static coodie_result *must_run(struct drill_load *l, const char *cql, const coodie_request *options,
			       coodie_error *err)
{
	uint64_t end = now_ns() + PATIENCE_S * UINT64_C(1000000000);
	coodie_result *r;

	while (!(r = coodie_session_query(l->session, cql, CQL_ARGS(), options, err)) &&
	       now_ns() < end)
		sleep_ns(PAUSE_NS);
	return r;
}

static bool make_tables(struct drill_load *l, coodie_error *err)
{
	char keyspace[160];
	const char *const all[] = {
		"DROP KEYSPACE IF EXISTS drill", /* of another seed */
		keyspace,
		"CREATE TABLE IF NOT EXISTS drill.t (k bigint PRIMARY KEY, v bigint, note blob)",
		"CREATE TABLE IF NOT EXISTS drill.p (k bigint, c int, v bigint, PRIMARY KEY (k, c))",
	};

	snprintf(keyspace, sizeof keyspace,
		 "CREATE KEYSPACE IF NOT EXISTS drill WITH replication = "
		 "{'class': 'SimpleStrategy', 'replication_factor': %" PRIu32 "}",
		 l->plan->replication);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		coodie_result *r = must_run(l, all[i], NULL, err);
		coodie_result_free(r);
		if (!r)
			return false;
	}
	return true;
}

static coodie_prepared *must_prepare(struct drill_load *l, const char *cql, coodie_error *err)
{
	uint64_t end = now_ns() + PATIENCE_S * UINT64_C(1000000000);
	coodie_prepared *p;

	while (!(p = coodie_session_prepare(l->session, cql, err)) && now_ns() < end)
		sleep_ns(PAUSE_NS);
	return p;
}

bool drill_load_prepare(struct drill_load *l, coodie_error *err)
{
	bool ok = make_tables(l, err);

	for (size_t i = 0; ok && i < STATEMENTS; i++) {
		l->prepared[i] = must_prepare(l, texts[i], err);
		ok = l->prepared[i];
	}
	return ok;
}

typedef void row_fn(struct drill_load *l, const coodie_cursor *c, uint32_t key);

static void see_row(struct drill_load *l, const coodie_cursor *c, uint32_t key)
{
	if (l->seen[key] & 1)
		wrong(l, "key %" PRIu32 " is there twice", key);
	if (!is_own(l, c, key) || !writes(l, key, false))
		wrong(l, "key %" PRIu32 " has another row than its own", key);
	l->seen[key] |= 1;
}

/* Parts come one behind the other: all before it have been seen. */
static void see_part(struct drill_load *l, const coodie_cursor *c, uint32_t key)
{
	if (!is_own_part(l, c, key, l->seen[key] >> 1) || !writes(l, key, true))
		wrong(l, "key %" PRIu32 " has another part than its own", key);
	l->seen[key] += 2;
}

static void see_page(struct drill_load *l, coodie_result *r, row_fn *see)
{
	coodie_cursor c = coodie_result_cursor(r);
	int64_t k;
	coodie_error err;

	while (coodie_cursor_next(&c)) {
		if (!coodie_cursor_int64(&c, 0, &k, &err))
			wrong(l, "%s", err.message);
		else if (k < 0 || (uint64_t)k >= l->plan->requests ||
			 atomic_load(&l->requests[k].state) == NEW)
			wrong(l, "key %" PRId64 " was never written", k);
		else
			see(l, &c, (uint32_t)k);
	}
}

static bool see_all(struct drill_load *l, const char *cql, row_fn *see, coodie_error *err)
{
	coodie_result *before = NULL;

	for (;;) {
		coodie_result *r = must_run(
			l, cql,
			COODIE_REQUEST(.page_rows = SCAN_PAGE,
				       .paging_state = before ? coodie_result_paging_state(before)
							      : (cql_blob){ NULL, 0 }),
			err);
		coodie_result_free(before);
		if (!r)
			return false;
		see_page(l, r, see);
		before = r;
		if (!coodie_result_has_more(r))
			break;
	}
	coodie_result_free(before);
	return true;
}

bool drill_load_check(struct drill_load *l, coodie_error *err)
{
	if (!see_all(l, "SELECT k, v, note FROM drill.t", see_row, err) ||
	    !see_all(l, "SELECT k, c, v FROM drill.p", see_part, err))
		return false;
	for (uint32_t i = 0; i < l->plan->requests; i++) {
		const struct request *r = &l->requests[i];
		unsigned want = 1 + (r->step == BATCH ? ROWS << 1 : 0);
		unsigned char state = atomic_load(&r->state);
		if (state == OUT)
			wrong(l, "request %" PRIu32 " has not ended", i);
		if (state == ACKNOWLEDGED && l->seen[i] != want)
			wrong(l, "request %" PRIu32 " was acknowledged, and %s", i,
			      l->seen[i] & 1 ? "not all parts are there" : "its row is not there");
	}
	return true;
}

struct drill_load *drill_load_new(coodie_session *session, const struct drill_plan *plan)
{
	struct drill_load *l = calloc(1, sizeof *l);

	if (!l)
		return NULL;
	l->plan = plan;
	l->session = session;
	l->random = plan->seed;
	l->requests = calloc(plan->requests, sizeof *l->requests);
	l->seen = calloc(plan->requests, 1);
	sem_init(&l->room, 0, plan->concurrency);
	pthread_mutex_init(&l->lock, NULL);
	if (l->requests && l->seen)
		return l;
	drill_load_free(l);
	return NULL;
}

void drill_load_free(struct drill_load *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		coodie_prepared_free(l->prepared[i]);
	sem_destroy(&l->room);
	pthread_mutex_destroy(&l->lock);
	free(l->requests);
	free(l->seen);
	free(l);
}
