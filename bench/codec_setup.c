/* SPDX-License-Identifier: MIT */
/* Makes statements, rows and streams for the codec's cases: the shapes of bench/README.md. */
#include "bench/codec_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const enum cql_kind bench_ten_kinds[10] = {
	CQL_KIND_UUID,   CQL_KIND_TEXT,      CQL_KIND_INT,  CQL_KIND_BIGINT, CQL_KIND_BOOLEAN,
	CQL_KIND_DOUBLE, CQL_KIND_TIMESTAMP, CQL_KIND_BLOB, CQL_KIND_INET,   CQL_KIND_LIST,
};
const enum cql_kind bench_five_kinds[5] = {
	CQL_KIND_TEXT, CQL_KIND_INT, CQL_KIND_TEXT, CQL_KIND_BIGINT, CQL_KIND_DOUBLE,
};

static coodie_error err;

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, err.message);
	exit(1);
}

static void *copy(const void *data, size_t len)
{
	void *to = malloc(len ? len : 1);

	need(to, "memory");
	return memcpy(to, data, len);
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* One encoded cell behind the others. */
static void put_cell(struct bench_setup *s, cql_blob *rows, size_t *room, const char *type,
		     cql_value v)
{
	cql_type *t = cql_type_parse(type, &err);
	cql_blob bytes;

	need(t && cql_encode(t, v, s->arena, &bytes, &err), type);
	if (rows->len + bytes.len + 4 > *room) {
		*room = 2 * *room + bytes.len + 4;
		rows->data = realloc((void *)(uintptr_t)rows->data, *room);
		need(rows->data, "memory");
	}
	uint8_t *at = (uint8_t *)(uintptr_t)rows->data + rows->len;
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(bytes.len >> (24 - 8 * i));
	if (bytes.len)
		memcpy(at + 4, bytes.data, bytes.len);
	rows->len += 4 + bytes.len;
	cql_type_free(t);
}

static void make_ten(struct bench_setup *s, uint32_t count)
{
	uint8_t payload[64];
	size_t room = 0;
	cql_blob *rows = &s->ten.rows;

	memset(payload, 7, sizeof payload);
	for (uint32_t i = 0; i < count; i++) {
		put_cell(s, rows, &room, "uuid", cql(s->id));
		put_cell(s, rows, &room, "text", cql("Ada Lovelace, Countess"));
		put_cell(s, rows, &room, "int", cql(36));
		put_cell(s, rows, &room, "bigint", cql(1234567890123));
		put_cell(s, rows, &room, "boolean", cql((_Bool)1));
		put_cell(s, rows, &room, "double", cql(2718.28));
		put_cell(s, rows, &room, "timestamp", cql(s->when));
		put_cell(s, rows, &room, "blob", cql(cql_blob_of(payload, sizeof payload)));
		put_cell(s, rows, &room, "inet", cql(((cql_inet){ { 10, 20, 30, 40 }, 4 })));
		put_cell(s, rows, &room, "list<text>",
			 cql(CQL_LIST(cql("alpha"), cql("beta"), cql("gamma"))));
	}
	s->ten.kind = COODIE_RESULT_ROWS;
	s->ten.metadata.column_count = 10;
	s->ten.row_count = count;
}

static void make_page(struct bench_setup *s, uint32_t count)
{
	char body[64];
	size_t room = 0;
	cql_blob *rows = &s->page.rows;

	for (uint32_t i = 0; i < count; i++) {
		snprintf(body, sizeof body, "row body %06u of the wide partition", i);
		put_cell(s, rows, &room, "text", cql("partition-0"));
		put_cell(s, rows, &room, "int", cql(i));
		put_cell(s, rows, &room, "text", cql((const char *)body));
		put_cell(s, rows, &room, "bigint", cql((long long)i * 1000003));
		put_cell(s, rows, &room, "double", cql(i / 4.0));
		cql_arena_reset(s->arena);
	}
	s->page.kind = COODIE_RESULT_ROWS;
	s->page.metadata.column_count = 5;
	s->page.row_count = count;
}

/* The page as a server sends it, without metadata. */
static void make_page_envelope(struct bench_setup *s)
{
	cql_message m = { .version = 4, .opcode = CQL_OP_RESULT, .as.result = s->page };
	cql_outbox *out = cql_outbox_new(CQL_SERVER, NULL, NULL, &err);
	cql_inbox *in = cql_inbox_new(CQL_CLIENT, NULL, NULL, &err);

	need(cql_message_write(out, &m, NULL, &err), "a page");
	cql_blob bytes = cql_outbox_pending(out, &err);
	need(cql_inbox_feed(in, bytes.data, bytes.len, &err) &&
		     cql_inbox_next(in, &s->page_envelope, &err) == CQL_INBOX_ENVELOPE,
	     "a page");
	cql_blob *body = &s->page_envelope.body;
	body->data = copy(body->data, body->len);
	cql_outbox_free(out);
	cql_inbox_free(in);
}

/* ---- statements ----------------------------------------------------------------------------- */

static cql_execute *make_insert(const char *const types[4])
{
	static const cql_params params = { .consistency = CQL_CONSISTENCY_ONE,
					   .skip_metadata = true };
	cql_column_spec columns[4];
	cql_result prepared = {
		.kind = COODIE_RESULT_PREPARED,
		.id = { (const uint8_t *)"0123456789abcdef", 16 },
		.markers = { .columns = columns, .column_count = 4 },
	};

	for (int i = 0; i < 4; i++)
		columns[i] = (cql_column_spec){ .name = cql_text_of(types[i]),
						.type = cql_type_parse(types[i], &err) };
	cql_execute *e = cql_execute_new(&prepared, &params, 4, NULL, NULL, &err);
	need(e, "EXECUTE");
	for (int i = 0; i < 4; i++)
		cql_type_free((cql_type *)(uintptr_t)columns[i].type);
	return e;
}

static void make_inserts(struct bench_setup *s)
{
	const cql_value fixed[] = { cql(s->id), cql(1), cql(2), cql(s->when) };
	const cql_value texts[] = { cql(s->id), cql(1), cql(s->body), cql(s->when) };

	const cql_value wide[] = { cql("partition-0"), cql(1),
				   cql("0123456789012345678901234567890123456789"), cql(7) };
	static const char *const fixed_types[] = { "uuid", "int", "bigint", "timestamp" };
	static const char *const text_types[] = { "uuid", "int", "text", "timestamp" };
	static const char *const wide_types[] = { "text", "int", "text", "bigint" };

	memcpy(s->fixed, fixed, sizeof fixed);
	memcpy(s->texts, texts, sizeof texts);
	memcpy(s->wide, wide, sizeof wide);
	s->insert_fixed = make_insert(fixed_types);
	s->insert_text = make_insert(text_types);
	s->insert_wide = make_insert(wide_types);
}

static void make_batch(struct bench_setup *s)
{
	static cql_bound values[4];
	static cql_batch_item items[100];

	values[0].value = cql_blob_of("partition-0", 11);
	values[1].value = cql_blob_of("\0\0\0\1", 4);
	values[2].value = cql_blob_of("0123456789012345678901234567890123456789", 40);
	values[3].value = cql_blob_of("\0\0\0\0\0\0\0\7", 8);
	for (int i = 0; i < 100; i++)
		items[i] = (cql_batch_item){ .id = cql_blob_of("0123456789abcdef", 16),
					     .values = values,
					     .value_count = 4 };
	s->batch = (cql_message){ .version = 4, .opcode = CQL_OP_BATCH };
	s->batch.as.batch.type = CQL_BATCH_UNLOGGED;
	s->batch.as.batch.items = items;
	s->batch.as.batch.item_count = 100;
	s->batch.as.batch.params.consistency = CQL_CONSISTENCY_ONE;
}

/* ---- streams -------------------------------------------------------------------------------- */

static void make_streams(struct bench_setup *s)
{
	static const struct {
		unsigned version;
		enum cql_compression compression;
	} framings[BENCH_FRAMINGS] = {
		[BENCH_V4] = { 4, CQL_COMPRESSION_NONE },
		[BENCH_V5] = { 5, CQL_COMPRESSION_NONE },
		[BENCH_V4_LZ4] = { 4, CQL_COMPRESSION_LZ4 },
		[BENCH_V5_LZ4] = { 5, CQL_COMPRESSION_LZ4 },
	};

	for (int f = 0; f < BENCH_FRAMINGS; f++) {
		s->framed[f] = cql_outbox_new(CQL_SERVER, NULL, NULL, &err);
		s->in[f] = cql_inbox_new(CQL_CLIENT, NULL, NULL, &err);
		need(s->framed[f] && s->in[f], "a stream");
		need(cql_outbox_switch(s->framed[f], framings[f].version, framings[f].compression,
				       &err),
		     "a stream");
		cql_inbox_switch(s->in[f], framings[f].version, framings[f].compression);
		s->large.version = (uint8_t)framings[f].version;
		need(cql_outbox_put(s->framed[f], &s->large, &err), "an envelope");
		cql_blob bytes = cql_outbox_pending(s->framed[f], &err);
		s->stream[f] = cql_blob_of(copy(bytes.data, bytes.len), bytes.len);
		cql_outbox_sent(s->framed[f], bytes.len);
	}
}

void bench_setup_init(struct bench_setup *s)
{
	*s = (struct bench_setup){
		.id = { { 0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 } },
		.body = { copy("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
			       100),
			  100 },
		.when = { 1767225600000 },
	};
	s->arena = cql_arena_new(NULL, &err);
	s->out = cql_outbox_new(CQL_CLIENT, NULL, NULL, &err);
	need(s->arena && s->out && cql_outbox_switch(s->out, 4, CQL_COMPRESSION_NONE, &err),
	     "an outbox");
	make_ten(s, 200);
	make_page(s, 5000);
	make_page_envelope(s);
	make_inserts(s);
	make_batch(s);
	s->large = (cql_envelope){ .version = 4,
				   .opcode = CQL_OP_RESULT,
				   .body = { s->page.rows.data, BENCH_LARGE } };
	make_streams(s);
}

void bench_setup_deinit(struct bench_setup *s)
{
	for (int f = 0; f < BENCH_FRAMINGS; f++) {
		cql_outbox_free(s->framed[f]);
		cql_inbox_free(s->in[f]);
		free((void *)(uintptr_t)s->stream[f].data);
	}
	free((void *)(uintptr_t)s->page_envelope.body.data);
	free((void *)(uintptr_t)s->ten.rows.data);
	free((void *)(uintptr_t)s->page.rows.data);
	free((void *)(uintptr_t)s->body.data);
	cql_execute_free(s->insert_fixed);
	cql_execute_free(s->insert_text);
	cql_execute_free(s->insert_wide);
	cql_outbox_free(s->out);
	cql_arena_free(s->arena);
}
