/* SPDX-License-Identifier: MIT */
/* The library under the bench's workloads, through its public calls and with its defaults.
 *
 *     client HOST PORT WORKLOAD REQUESTS CONCURRENCY
 *
 * BENCH_PROTOCOL=5 says v5 instead of v4, BENCH_LOOPS=8 has so many threads with a loop each. */
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ev.h>

#include <coodie.h>
#include <coodie/codec.h>
#include <coodie/libev.h>

#include "bench/workload.h"

struct client;

enum { BATCH_VALUES = 4 };

/* The statement, a hundred times, in one message. */
struct batch {
	cql_value values[BENCH_BATCH_ROWS][BATCH_VALUES];
	coodie_statement rows[BENCH_BATCH_ROWS];
};

/* One of those in flight: it stays on its loop. */
struct slot {
	struct client *client;
	uint64_t number, left; /* of its next request, and how many are to come */
	uint64_t sent_ns, errors;
	int64_t checksum;
};

struct client {
	struct bench_client b;
	coodie_session *session;
	coodie_prepared *statement;
	struct slot *slots;
	struct batch batch;  /* copied when it is sent */
	const char *loops;   /* NULL: none of their own */
	atomic_uint running; /* slots with something to come */
	bool over;
	sem_t ended; /* of threads */
	char body[BENCH_BODY];
};

static void must(bool ok, const coodie_error *err)
{
	if (ok)
		return;
	fprintf(stderr, "client: %s\n", err->message);
	exit(1);
}

static void must_have(const void *memory)
{
	coodie_error err = { .message = "out of memory" };

	must(memory, &err);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static int64_t sum_ten(cql_row_reader *r)
{
	cql_uuid id;
	cql_text name, tag;
	int32_t age;
	int64_t score, sum;
	bool active;
	double ratio;
	cql_timestamp created;
	cql_blob payload;
	cql_inet addr;
	cql_items tags;

	cql_row_uuid(r, &id);
	cql_row_text(r, &name);
	cql_row_int32(r, &age);
	cql_row_int64(r, &score);
	cql_row_bool(r, &active);
	cql_row_double(r, &ratio);
	cql_row_timestamp(r, &created);
	cql_row_blob(r, &payload);
	cql_row_inet(r, &addr);
	sum = id.bytes[15] + (int64_t)name.len + age + score + active + (int64_t)ratio +
	      created.milliseconds % 1000 + (int64_t)payload.len +
	      addr.address[addr.length ? addr.length - 1 : 0];
	for (cql_row_items(r, &tags); tags.left; tags.left--)
		if (cql_item_text(&tags, &tag))
			sum += (int64_t)tag.len;
	return sum;
}

static int64_t sum_five(cql_row_reader *r)
{
	cql_text pk, body;
	int32_t ck;
	int64_t n;
	double ratio;

	cql_row_text(r, &pk);
	cql_row_int32(r, &ck);
	cql_row_text(r, &body);
	cql_row_int64(r, &n);
	cql_row_double(r, &ratio);
	return (int64_t)pk.len + ck + (int64_t)body.len + n + (int64_t)ratio;
}

static void read_rows(struct slot *slot, const coodie_result *result)
{
	static const enum cql_kind ten[] = {
		CQL_KIND_UUID,    CQL_KIND_TEXT,   CQL_KIND_INT,       CQL_KIND_BIGINT,
		CQL_KIND_BOOLEAN, CQL_KIND_DOUBLE, CQL_KIND_TIMESTAMP, CQL_KIND_BLOB,
		CQL_KIND_INET,    CQL_KIND_LIST,
	};
	static const enum cql_kind five[] = { CQL_KIND_TEXT, CQL_KIND_INT, CQL_KIND_TEXT,
					      CQL_KIND_BIGINT, CQL_KIND_DOUBLE };
	bool is_page = slot->client->b.work == BENCH_PAGE;
	cql_row_reader r;

	if (!coodie_result_read(result, &r, is_page ? five : ten, is_page ? 5 : 10, NULL)) {
		slot->errors++;
		return;
	}
	int64_t sum = 0;
	if (is_page)
		while (cql_row_next(&r))
			sum += sum_five(&r);
	else
		while (cql_row_next(&r))
			sum += sum_ten(&r);
	slot->checksum += sum;
	slot->errors += cql_row_failed(&r);
}

/* ---- requests ------------------------------------------------------------------------------- */

static coodie_done_fn on_done;

static bool send_insert(struct slot *slot, uint64_t number, coodie_error *err)
{
	struct client *c = slot->client;
	cql_uuid id;

	bench_uuid(id.bytes, number);
	return coodie_session_execute_async(
		c->session, c->statement,
		CQL_ARGS(cql(id), cql(((cql_text){ c->body, BENCH_BODY })), cql((int32_t)number),
			 cql(((cql_timestamp){ BENCH_WHEN }))),
		NULL, on_done, slot, err);
}

static bool send_select(struct slot *slot, uint64_t number, coodie_error *err)
{
	struct client *c = slot->client;
	cql_uuid id;

	bench_uuid(id.bytes, bench_key(number));
	return coodie_session_execute_async(c->session, c->statement, CQL_ARGS(cql(id)), NULL,
					    on_done, slot, err);
}

static bool send_page(struct slot *slot, uint64_t number, coodie_error *err)
{
	struct client *c = slot->client;

	(void)number;
	return coodie_session_execute_async(
		c->session, c->statement, CQL_ARGS(cql(BENCH_PARTITION)), NULL, on_done, slot, err);
}

static void fill_batch(struct client *c)
{
	for (int i = 0; i < BENCH_BATCH_ROWS; i++) {
		cql_value *v = c->batch.values[i];
		v[0] = cql_from_str(BENCH_PARTITION);
		v[1] = cql_from_int(i);
		v[2] = cql_from_text((cql_text){ c->body, BENCH_BATCH_BODY });
		v[3] = cql_from_llong(0); /* the request's number */
		c->batch.rows[i] = (coodie_statement){ .size = sizeof c->batch.rows[i],
						       .prepared = c->statement,
						       .args = { BATCH_VALUES, v } };
	}
}

static bool send_batch(struct slot *slot, uint64_t number, coodie_error *err)
{
	struct client *c = slot->client;

	for (int i = 0; i < BENCH_BATCH_ROWS; i++)
		c->batch.values[i][3].as.integer = (int64_t)number;
	return coodie_session_batch_async(c->session, COODIE_BATCH_UNLOGGED, c->batch.rows,
					  BENCH_BATCH_ROWS, NULL, on_done, slot, err);
}

static bool (*const senders[])(struct slot *slot, uint64_t number, coodie_error *err) = {
	[BENCH_INSERT] = send_insert,
	[BENCH_SELECT] = send_select,
	[BENCH_PAGE] = send_page,
	[BENCH_BATCH] = send_batch,
};

static void send_next(struct slot *slot)
{
	struct client *c = slot->client;
	uint64_t number = slot->number;
	coodie_error err;

	slot->number += c->b.in_flight;
	slot->left--;
	if (c->b.waited)
		slot->sent_ns = bench_now_ns();
	must(senders[c->b.work](slot, number, &err), &err);
}

static void end_slot(struct client *c)
{
	if (atomic_fetch_sub(&c->running, 1) > 1)
		return;
	c->over = true;
	if (c->loops)
		sem_post(&c->ended);
}

static void on_done(coodie_result *take_result, const coodie_error *err, void *user)
{
	struct slot *slot = user;
	struct client *c = slot->client;

	if (err->code != COODIE_OK)
		slot->errors++;
	else if (c->b.work != BENCH_INSERT && c->b.work != BENCH_BATCH)
		read_rows(slot, take_result);
	coodie_result_free(take_result);
	if (c->b.waited)
		bench_done(&c->b, slot->sent_ns);
	if (slot->left)
		send_next(slot);
	else
		end_slot(c);
}

static void wait_for_all(struct client *c)
{
	coodie_error err;

	if (!c->loops)
		must(coodie_session_run(c->session, &c->over, &err), &err);
	else
		while (sem_wait(&c->ended))
			;
}

static void add_up(struct client *c, uint64_t requests, uint64_t in_flight)
{
	c->b.done = requests;
	c->b.checksum = 0;
	for (uint64_t i = 0; i < in_flight; i++) {
		c->b.checksum += c->slots[i].checksum;
		c->b.errors += c->slots[i].errors;
	}
}

static void run(struct client *c, uint64_t requests)
{
	uint64_t in_flight = requests < c->b.in_flight ? requests : c->b.in_flight;

	if (!requests)
		return;
	c->b.done = 0;
	c->over = false;
	atomic_store(&c->running, (unsigned)in_flight);
	for (uint64_t i = 0; i < in_flight; i++) {
		struct slot *slot = &c->slots[i];
		slot->number = i;
		slot->left = requests / in_flight + (i < requests % in_flight);
		slot->checksum = 0;
		send_next(slot);
	}
	wait_for_all(c);
	add_up(c, requests, in_flight);
}

/* ---- the program ---------------------------------------------------------------------------- */

static coodie_options *make_options(const struct client *c)
{
	const struct bench_client *b = &c->b;
	const char *version = getenv("BENCH_PROTOCOL");
	char point[300];
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);

	must(o, &err);
	snprintf(point, sizeof point, "%s:%u", b->host, (unsigned)b->port);
	coodie_options_set_consistency(o, CQL_CONSISTENCY_ONE);
	must(coodie_options_add_contact_point(o, point, &err) &&
		     coodie_options_set_protocol_version(o, version && *version == '5' ? 5 : 4,
							 &err),
	     &err);
	must(!c->loops || coodie_options_set(o, "loops", c->loops, &err), &err);
	return o;
}

/* On a loop of our own, so that it turns while nothing is asked for. */
static void on_connected(const coodie_error *err, void *user)
{
	must(err->code == COODIE_OK, err);
	ev_break(user, EVBREAK_ALL);
}

static void on_enough(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)timer;
	(void)revents;
	ev_break(loop, EVBREAK_ALL);
}

static void sleep_for(struct ev_loop *loop, double seconds)
{
	ev_timer enough;

	ev_now_update(loop);
	ev_timer_init(&enough, on_enough, seconds, 0.);
	ev_timer_start(loop, &enough);
	ev_run(loop, 0);
}

/* As many connections to the one host, none of them paced. */
static void widen(const struct client *c, coodie_options *o)
{
	char count[24];
	coodie_error err;

	snprintf(count, sizeof count, "%u", (unsigned)c->b.in_flight);
	must(coodie_options_set(o, "connections_per_host", count, &err) &&
		     coodie_options_set(o, "opening_per_host", count, &err) &&
		     coodie_options_set(o, "opening_per_second", "unlimited", &err),
	     &err);
}

static void check_width(const struct client *c)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;

	must(coodie_session_metrics(c->session, NULL, &m, &err), &err);
	if (c->b.work == BENCH_CONNS && m.connections != c->b.in_flight) {
		fprintf(stderr, "client: %u connections\n", (unsigned)m.connections);
		exit(1);
	}
}

static void measure_idle(struct client *c, coodie_options *o)
{
	bool is_idle = c->b.work == BENCH_IDLE;
	struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV);
	coodie_loop on;
	coodie_error err;

	must_have(loop);
	on = coodie_loop_libev(loop);
	if (!is_idle)
		widen(c, o);
	c->session = coodie_session_attach(o, &on, &err);
	must(c->session && coodie_session_connect_async(c->session, on_connected, loop, &err),
	     &err);
	ev_run(loop, 0);
	c->b.connected = c->b.first = bench_now();
	bench_begin(&c->b);
	sleep_for(loop, is_idle ? (double)c->b.requests : 1);
	bench_end(&c->b);
	check_width(c);
	coodie_session_free(c->session);
	ev_run(loop, 0);
	ev_loop_destroy(loop);
}

static void make_slots(struct client *c)
{
	c->slots = calloc(c->b.in_flight, sizeof *c->slots);
	must_have(c->slots);
	for (uint64_t i = 0; i < c->b.in_flight; i++)
		c->slots[i].client = c;
}

static void measure_requests(struct client *c, const coodie_options *o)
{
	coodie_error err;

	c->session = coodie_session_new(o, &err);
	must(c->session && coodie_session_connect(c->session, &err), &err);
	c->b.connected = bench_now();
	make_slots(c);
	c->statement = coodie_session_prepare(c->session, bench_statement(c->b.work), &err);
	must(c->statement, &err);
	fill_batch(c);
	run(c, 1);
	c->b.first = bench_now();
	bench_begin(&c->b);
	run(c, c->b.requests);
	bench_end(&c->b);
	coodie_prepared_free(c->statement);
	coodie_session_free(c->session);
	free(c->slots);
}

int main(int argc, char **argv)
{
	struct client c = { .loops = getenv("BENCH_LOOPS") };

	bench_client_init(&c.b, "coodie", argc, argv);
	if (c.loops && (c.b.waited || c.b.work == BENCH_BATCH)) {
		fprintf(stderr, "client: latencies and batches are for one thread\n");
		return 2;
	}
	memset(c.body, 'x', sizeof c.body);
	sem_init(&c.ended, 0, 0);
	coodie_options *o = make_options(&c);
	if (bench_statement(c.b.work))
		measure_requests(&c, o);
	else
		measure_idle(&c, o);
	coodie_options_free(o);
	return bench_print(&c.b);
}
