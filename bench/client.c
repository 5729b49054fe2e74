/* SPDX-License-Identifier: MIT */
/* The library under the bench's workloads, through its public calls and with its defaults.
 *
 *     client HOST PORT WORKLOAD REQUESTS CONCURRENCY
 *
 * BENCH_PROTOCOL=5 says v5 instead of v4. */
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

/* One of those in flight. */
struct slot {
	struct client *client;
	uint64_t sent_ns;
};

struct client {
	struct bench_client b;
	coodie_session *session;
	coodie_prepared *statement;
	cql_arena *arena;
	struct slot *slots;
	struct batch batch;  /* copied when it is sent */
	uint64_t sent, most; /* requests sent so far, and to be sent */
	bool over;
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

static void read_rows(struct client *c, coodie_result *result)
{
	static const enum cql_kind ten[] = {
		CQL_KIND_UUID,    CQL_KIND_TEXT,   CQL_KIND_INT,       CQL_KIND_BIGINT,
		CQL_KIND_BOOLEAN, CQL_KIND_DOUBLE, CQL_KIND_TIMESTAMP, CQL_KIND_BLOB,
		CQL_KIND_INET,    CQL_KIND_LIST,
	};
	static const enum cql_kind five[] = { CQL_KIND_TEXT, CQL_KIND_INT, CQL_KIND_TEXT,
					      CQL_KIND_BIGINT, CQL_KIND_DOUBLE };
	bool is_page = c->b.work == BENCH_PAGE;
	cql_result rows;
	cql_row_reader r;

	cql_arena_reset(c->arena);
	coodie_result_rows(result, &rows);
	if (!cql_row_reader_init(&r, &rows, is_page ? five : ten, is_page ? 5 : 10, c->arena,
				 NULL)) {
		c->b.errors++;
		return;
	}
	int64_t sum = 0;
	if (is_page)
		while (cql_row_next(&r))
			sum += sum_five(&r);
	else
		while (cql_row_next(&r))
			sum += sum_ten(&r);
	c->b.checksum += sum;
	c->b.errors += cql_row_failed(&r);
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

	bench_uuid(id.bytes, number);
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
		c->batch.rows[i] = (coodie_statement){ .size = sizeof c->batch.rows[i],
						       .prepared = c->statement,
						       .args = { BATCH_VALUES, v } };
	}
}

static bool send_batch(struct slot *slot, uint64_t number, coodie_error *err)
{
	struct client *c = slot->client;
	const cql_value n = cql_from_llong((long long)number);

	for (int i = 0; i < BENCH_BATCH_ROWS; i++)
		c->batch.values[i][3] = n;
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
	coodie_error err;

	if (c->b.waited)
		slot->sent_ns = bench_now_ns();
	must(senders[c->b.work](slot, c->sent++, &err), &err);
}

static void on_done(coodie_result *take_result, const coodie_error *err, void *user)
{
	struct slot *slot = user;
	struct client *c = slot->client;

	if (err->code != COODIE_OK)
		c->b.errors++;
	else if (c->b.work != BENCH_INSERT && c->b.work != BENCH_BATCH)
		read_rows(c, take_result);
	coodie_result_free(take_result);
	bench_done(&c->b, slot->sent_ns);
	if (c->sent < c->most)
		send_next(slot);
	else if (c->b.done == c->most)
		c->over = true;
}

static void run(struct client *c, uint64_t requests)
{
	uint64_t in_flight = requests < c->b.in_flight ? requests : c->b.in_flight;
	coodie_error err;

	if (!requests)
		return;
	c->sent = c->b.done = 0;
	c->most = requests;
	c->over = false;
	for (uint64_t i = 0; i < in_flight; i++)
		send_next(&c->slots[i]);
	must(coodie_session_run(c->session, &c->over, &err), &err);
}

/* ---- the program ---------------------------------------------------------------------------- */

static coodie_options *make_options(const struct bench_client *b)
{
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
	return o;
}

/* Sessions on a loop of our own, so that it turns while nothing is asked for. */
struct idle {
	struct ev_loop *loop;
	coodie_session **sessions;
	uint64_t count, connected;
};

static void on_connected(const coodie_error *err, void *user)
{
	struct idle *i = user;

	must(err->code == COODIE_OK, err);
	if (++i->connected == i->count)
		ev_break(i->loop, EVBREAK_ALL);
}

static void on_enough(struct ev_loop *loop, ev_timer *timer, int revents)
{
	(void)timer;
	(void)revents;
	ev_break(loop, EVBREAK_ALL);
}

static void open_all(struct idle *i, const coodie_options *o)
{
	const coodie_loop loop = coodie_loop_libev(i->loop);
	coodie_error err;

	for (uint64_t k = 0; k < i->count; k++) {
		i->sessions[k] = coodie_session_attach(o, &loop, &err);
		must(i->sessions[k] &&
			     coodie_session_connect_async(i->sessions[k], on_connected, i, &err),
		     &err);
	}
	ev_run(i->loop, 0);
}

static void sleep_for(struct ev_loop *loop, double seconds)
{
	ev_timer enough;

	ev_now_update(loop);
	ev_timer_init(&enough, on_enough, seconds, 0.);
	ev_timer_start(loop, &enough);
	ev_run(loop, 0);
}

static void measure_idle(struct client *c, const coodie_options *o)
{
	bool is_idle = c->b.work == BENCH_IDLE;
	struct idle i = { .count = is_idle ? 1 : c->b.in_flight };

	i.loop = ev_loop_new(EVFLAG_NOENV);
	i.sessions = calloc(i.count, sizeof(coodie_session *));
	must_have(i.loop);
	must_have(i.sessions);
	open_all(&i, o);
	c->b.connected = c->b.first = bench_now();
	bench_begin(&c->b);
	sleep_for(i.loop, is_idle ? (double)c->b.requests : 1);
	bench_end(&c->b);
	for (uint64_t k = 0; k < i.count; k++)
		coodie_session_free(i.sessions[k]);
	ev_run(i.loop, 0);
	ev_loop_destroy(i.loop);
	free(i.sessions);
}

static void measure_requests(struct client *c, const coodie_options *o)
{
	coodie_error err;

	c->session = coodie_session_new(o, &err);
	must(c->session && coodie_session_connect(c->session, &err), &err);
	c->b.connected = bench_now();
	c->arena = cql_arena_new(NULL, &err);
	must(c->arena, &err);
	c->slots = calloc(c->b.in_flight, sizeof *c->slots);
	must_have(c->slots);
	for (uint64_t i = 0; i < c->b.in_flight; i++)
		c->slots[i].client = c;
	c->statement = coodie_session_prepare(c->session, bench_statement(c->b.work), &err);
	must(c->statement, &err);
	fill_batch(c);
	run(c, 1);
	c->b.first = bench_now();
	c->b.checksum = 0;
	bench_begin(&c->b);
	run(c, c->b.requests);
	bench_end(&c->b);
	coodie_prepared_free(c->statement);
	coodie_session_free(c->session);
	cql_arena_free(c->arena);
	free(c->slots);
}

int main(int argc, char **argv)
{
	struct client c = { .sent = 0 };

	bench_client_init(&c.b, "coodie", argc, argv);
	memset(c.body, 'x', sizeof c.body);
	coodie_options *o = make_options(&c.b);
	if (bench_statement(c.b.work))
		measure_requests(&c, o);
	else
		measure_idle(&c, o);
	coodie_options_free(o);
	return bench_print(&c.b);
}
