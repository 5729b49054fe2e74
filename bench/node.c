/* SPDX-License-Identifier: MIT */
/* What a request costs the node: from its bytes to the bytes of the answer, without sockets.
 *
 * The box is a whole one, on a loop that nobody turns; the connection is fed by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/codec.h>
#include <coodie/node.h>

#include "bench/bench.h"
#include "node/server/node.h"
#include "tests/simulation.h"

/* ---- a box and a connection to it -------------------------------------------------------------- */

enum { ROWS = 1000, BATCH = 100 };

struct bench {
	struct simulation *world;
	coodie_node *box;
	struct nd_conn conn;
	cql_outbox *out;
	cql_inbox *in;
	cql_arena *arena;
	unsigned version;
	uint8_t request[16384];
	size_t request_len;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "cannot %s\n", what);
	exit(1);
}

static void open_box(struct bench *b)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_transport transport;
	coodie_loop loop;

	b->world = simulation_new(1);
	must(o && b->world, "make a box");
	transport = simulation_transport(b->world);
	loop = simulation_loop(b->world);
	coodie_node_options_set_transport(o, &transport);
	coodie_node_options_set_clock(o, simulation_clock, b->world);
	b->box = coodie_node_attach(o, &loop, NULL);
	must(b->box, "start the box");
	coodie_node_options_free(o);
	nd_conn_init(&b->conn, &b->box->members[0]->service);
	b->out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
	b->in = cql_inbox_new(CQL_CLIENT, NULL, NULL, NULL);
	b->arena = cql_arena_new(NULL, NULL);
	must(b->out && b->in && b->arena, "make a client");
}

static void close_box(struct bench *b)
{
	nd_conn_deinit(&b->conn);
	cql_outbox_free(b->out);
	cql_inbox_free(b->in);
	cql_arena_free(b->arena);
	coodie_node_stop(b->box);
	simulation_free(b->world);
}

static void feed(struct bench *b, const void *data, size_t len)
{
	size_t room;
	uint8_t *to = nd_conn_space(&b->conn, &room);

	must(to && room >= len, "feed a request");
	memcpy(to, data, len);
	nd_conn_filled(&b->conn, len);
	nd_conn_run(&b->conn, 0, 1 << 20);
}

/* The bytes of a message, of the client's. */
static void write_request(struct bench *b, cql_message m)
{
	cql_blob bytes;

	m.version = (uint8_t)b->version;
	m.stream = 1;
	must(cql_message_write(b->out, &m, NULL, NULL), "write a request");
	bytes = cql_outbox_pending(b->out, NULL);
	must(bytes.len <= sizeof b->request, "keep a request");
	memcpy(b->request, bytes.data, bytes.len);
	b->request_len = bytes.len;
	cql_outbox_sent(b->out, bytes.len);
}

static cql_message ask(struct bench *b, cql_message m)
{
	struct cd_span bytes;
	cql_envelope envelope;
	cql_message answer;

	write_request(b, m);
	feed(b, b->request, b->request_len);
	while ((bytes = nd_conn_pending(&b->conn)).len) {
		must(cql_inbox_feed(b->in, bytes.at, bytes.len, NULL), "take an answer");
		nd_conn_sent(&b->conn, bytes.len);
	}
	must(cql_inbox_next(b->in, &envelope, NULL) == CQL_INBOX_ENVELOPE &&
		     cql_message_read(&envelope, NULL, b->arena, &answer, NULL),
	     "read an answer");
	if (answer.opcode == CQL_OP_ERROR) {
		fprintf(stderr, "%.*s\n", (int)answer.as.error.message.len,
			answer.as.error.message.data);
		exit(1);
	}
	return answer;
}

static cql_text text(const char *s)
{
	return (cql_text){ s, strlen(s) };
}

static void start_up(struct bench *b, unsigned version)
{
	cql_text value = text("3.0.0");
	cql_option option = { text("CQL_VERSION"), &value, 1 };
	cql_message m = { .opcode = CQL_OP_STARTUP };

	b->version = version;
	m.as.options.at = &option;
	m.as.options.count = 1;
	ask(b, m);
	must(cql_outbox_switch(b->out, (uint8_t)version, CQL_COMPRESSION_NONE, NULL), "switch");
	cql_inbox_switch(b->in, (uint8_t)version, CQL_COMPRESSION_NONE);
}

/* ---- the cases --------------------------------------------------------------------------------- */

static const char insert_row[] =
	"INSERT INTO b.t (id, name, n, big, flag, d, at, body, address, words) VALUES "
	"(%u, 'Ada Lovelace', 18, 12345678901, true, 1.5, 1700000000000, 0x0102030405060708, "
	"'10.0.0.1', ['one', 'two', 'three'])";

static void fill(struct bench *b)
{
	char cql[512];

	must(coodie_node_execute(
		     b->box,
		     "CREATE KEYSPACE b WITH replication = "
		     "{'class': 'SimpleStrategy', 'replication_factor': 1}; "
		     "CREATE TABLE b.t (id int PRIMARY KEY, name text, n int, big bigint, "
		     "flag boolean, d double, at timestamp, body blob, address inet, "
		     "words frozen<list<text>>); "
		     "CREATE TABLE b.c (id int, c int, v text, PRIMARY KEY (id, c)); "
		     "CREATE TABLE b.w (pk text, c int, body text, n bigint, PRIMARY KEY (pk, c))",
		     NULL),
	     "make tables");
	for (unsigned i = 0; i < ROWS; i++) {
		snprintf(cql, sizeof cql, insert_row, i);
		must(coodie_node_execute(b->box, cql, NULL), "fill a table");
		snprintf(cql, sizeof cql, "INSERT INTO b.c (id, c, v) VALUES (%u, %u, 'some text')",
			 i / 100, i);
		must(coodie_node_execute(b->box, cql, NULL), "fill a table");
	}
}

/* Ends with b->request being the EXECUTE. All values are ints of four bytes. */
static void prepare(struct bench *b, unsigned version, const char *cql, const int32_t *values,
		    uint16_t count)
{
	uint8_t bytes[4][4];
	cql_bound bound[4] = { 0 };
	cql_message m = { .opcode = CQL_OP_PREPARE }, answer;

	start_up(b, version);
	m.as.prepare.cql = text(cql);
	answer = ask(b, m);
	for (uint16_t i = 0; i < count; i++) {
		cd_put_be32(bytes[i], (uint32_t)values[i]);
		bound[i].value = (cql_blob){ bytes[i], 4 };
	}
	m = (cql_message){ .opcode = CQL_OP_EXECUTE };
	m.as.execute.id = answer.as.result.id;
	m.as.execute.metadata_id = answer.as.result.metadata_id;
	m.as.execute.params = (cql_params){
		.consistency = CQL_CONSISTENCY_LOCAL_ONE,
		.skip_metadata = true,
		.has_page_rows = true,
		.page_rows = 5000,
		.values = bound,
		.value_count = count,
	};
	ask(b, m);
}

/* Ends with b->request being the BATCH: each row's clustering column is its number. */
static void prepare_batch(struct bench *b, const char *cql, cql_bound *bound, uint16_t count)
{
	static cql_batch_item items[BATCH];
	cql_message m = { .opcode = CQL_OP_PREPARE }, answer;

	start_up(b, 4);
	m.as.prepare.cql = text(cql);
	answer = ask(b, m);
	for (uint32_t i = 0; i < BATCH; i++)
		items[i] = (cql_batch_item){ .id = answer.as.result.id,
					     .values = bound + i * count,
					     .value_count = count };
	m = (cql_message){ .opcode = CQL_OP_BATCH };
	m.as.batch.type = CQL_BATCH_UNLOGGED;
	m.as.batch.items = items;
	m.as.batch.item_count = BATCH;
	m.as.batch.params.consistency = CQL_CONSISTENCY_LOCAL_ONE;
	ask(b, m);
}

static void query(struct bench *b, unsigned version, const char *cql)
{
	cql_message m = { .opcode = CQL_OP_QUERY };

	start_up(b, version);
	m.as.query.cql = text(cql);
	m.as.query.params.consistency = CQL_CONSISTENCY_LOCAL_ONE;
	ask(b, m);
}

static void read_row_v4(struct bench *b)
{
	prepare(b, 4, "SELECT * FROM b.t WHERE id = ?", (int32_t[]){ 500 }, 1);
}

static void read_row_v5(struct bench *b)
{
	prepare(b, 5, "SELECT * FROM b.t WHERE id = ?", (int32_t[]){ 500 }, 1);
}

static void read_clustered(struct bench *b)
{
	prepare(b, 4, "SELECT v FROM b.c WHERE id = ? AND c = ?", (int32_t[]){ 5, 550 }, 2);
}

static void read_slice(struct bench *b)
{
	prepare(b, 4, "SELECT c, v FROM b.c WHERE id = ?", (int32_t[]){ 5 }, 1);
}

static void write_row(struct bench *b)
{
	prepare(b, 4, "INSERT INTO b.c (id, c, v) VALUES (?, ?, 'other text')",
		(int32_t[]){ 5, 550 }, 2);
}

static void write_batch(struct bench *b)
{
	static const uint8_t body[40] = "forty bytes of text, the body of each ro", n[8] = { 1 };
	static cql_bound bound[BATCH][4];
	static uint8_t c[BATCH][4];

	for (uint32_t i = 0; i < BATCH; i++) {
		cd_put_be32(c[i], i);
		bound[i][0].value = (cql_blob){ (const uint8_t *)"partition", 9 };
		bound[i][1].value = (cql_blob){ c[i], sizeof c[i] };
		bound[i][2].value = (cql_blob){ body, sizeof body };
		bound[i][3].value = (cql_blob){ n, sizeof n };
	}
	prepare_batch(b, "INSERT INTO b.w (pk, c, body, n) VALUES (?, ?, ?, ?)", bound[0], 4);
}

static void read_row_text(struct bench *b)
{
	query(b, 4, "SELECT * FROM b.t WHERE id = 500");
}

static void write_row_text(struct bench *b)
{
	char cql[512];

	snprintf(cql, sizeof cql, insert_row, 500u);
	query(b, 4, cql);
}

/* The box of all cases. */
static struct bench box;

static size_t once(uint32_t i)
{
	struct bench *b = &box;
	struct cd_span bytes;
	size_t len = 0;

	(void)i;
	feed(b, b->request, b->request_len);
	while ((bytes = nd_conn_pending(&b->conn)).len) {
		nd_conn_sent(&b->conn, bytes.len);
		len += bytes.len;
	}
	return len;
}

static void init(void)
{
	open_box(&box);
	fill(&box);
}

static void deinit(void)
{
	close_box(&box);
}

/* X(function, case, times, units of one time, unit, compared with) */
#define CASES \
	X(read_row_v4, "node-read-row", 400, 1, "EXECUTE: SELECT of a row of 10 columns", NULL) \
	X(read_row_v5, "node-read-row-v5", 400, 1, "the same, v5", "node-read-row") \
	X(read_clustered, "node-read-clustered", 400, 1, "EXECUTE: SELECT of a column of one row", \
	  NULL) \
	X(read_slice, "node-read-slice", 40, 100, "row of a page of 100", NULL) \
	X(write_row, "node-write-row", 400, 1, "EXECUTE: INSERT over a row", NULL) \
	X(write_batch, "node-write-batch", 40, 100, \
	  "INSERT of 4 columns over a row, of a BATCH of 100", NULL) \
	X(read_row_text, "node-query-row", 100, 1, "QUERY: SELECT of a row of 10 columns", \
	  "node-read-row") \
	X(write_row_text, "node-query-write", 100, 1, "QUERY: INSERT of 10 columns", NULL)

#define X(function, name, times, units, unit, floor) \
	static void set_up_##function(void) \
	{ \
		function(&box); \
	}
CASES
#undef X

int main(int argc, char **argv)
{
	static const struct bench_case cases[] = {
#define X(function, name, times, units, unit, floor) \
	{ name, once, set_up_##function, times, units, unit, floor, NULL },
		CASES
#undef X
	};
	const struct bench_program program = { "node", cases, sizeof cases / sizeof cases[0],
					       64,     init,  deinit };

	return bench_main(&program, argc, argv);
}
