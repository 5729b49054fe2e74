/* SPDX-License-Identifier: MIT */
/* What the codec costs: one case per row of the table that bench/run prints.
 *
 * bench/run counts instructions by callgrind, for COUNT and for twice as many; the difference is
 * what the case costs without its setup. */
#include <stdlib.h>
#include <string.h>

#include <coodie.h>
#include <coodie/codec.h>
#include <coodie/execute.h>
#include <coodie/rows.h>

#include "bench/bench.h"
#include "bench/codec_floor.h"
#include "bench/codec_setup.h"

/* ---- cases: each does its thing once and says how many bytes it wrote or read ---------------- */

static struct bench_setup s;
static volatile int64_t sink;

static size_t sent(void)
{
	coodie_error err;
	cql_blob bytes = cql_outbox_pending(s.out, &err);

	cql_outbox_sent(s.out, bytes.len);
	return bytes.len;
}

static inline size_t execute(const cql_execute *e, cql_value *values, size_t len, uint32_t i)
{
	values[1].as.integer = (int32_t)i;
	if (!cql_execute_write(s.out, e, (int16_t)i, 0, (cql_args){ 4, values }, NULL))
		abort();
	if (i % 64 == 63) /* what an engine does once per turn */
		sent();
	return len;
}

static size_t execute_fixed(uint32_t i)
{
	return execute(s.insert_fixed, s.fixed, 9 + 18 + 5 + 20 + 8 + 12 + 12, i);
}

static size_t execute_text(uint32_t i)
{
	return execute(s.insert_text, s.texts, 9 + 18 + 5 + 20 + 8 + 104 + 12, i);
}

static size_t floor_fixed(uint32_t i)
{
	return bench_floor_execute(s.bytes, (uint16_t)i, s.id.bytes, i, NULL, 0,
				   (uint64_t)s.when.milliseconds);
}

static size_t floor_text(uint32_t i)
{
	return bench_floor_execute(s.bytes, (uint16_t)i, s.id.bytes, i, s.body.data, s.body.len,
				   (uint64_t)s.when.milliseconds);
}

static size_t message_batch(uint32_t i)
{
	(void)i;
	if (!cql_message_write(s.out, &s.batch, NULL, NULL))
		abort();
	return sent();
}

static size_t batch(uint32_t i)
{
	static const cql_params params = { .consistency = CQL_CONSISTENCY_ONE };
	cql_batch b;

	s.wide[3].as.integer = i;
	if (!cql_batch_begin(&b, s.out, CQL_BATCH_UNLOGGED, 4, (int16_t)i, NULL))
		abort();
	for (int row = 0; row < 100; row++) {
		s.wide[1].as.integer = row;
		if (!cql_batch_add(&b, s.insert_wide, (cql_args){ 4, s.wide }, NULL))
			abort();
	}
	if (!cql_batch_end(&b, &params, NULL))
		abort();
	return sent();
}

static size_t floor_batch(uint32_t i)
{
	return bench_floor_batch(s.bytes, (uint16_t)i, 100, i);
}

static int64_t read_ten(cql_row_reader *r)
{
	cql_uuid id;
	cql_text name;
	int32_t age;
	int64_t score;
	bool active;
	double ratio;
	cql_timestamp created;
	cql_blob payload;
	cql_inet addr;
	int64_t lengths = 0;
	cql_items tags;
	cql_text tag;

	cql_row_uuid(r, &id);
	cql_row_text(r, &name);
	cql_row_int32(r, &age);
	cql_row_int64(r, &score);
	cql_row_bool(r, &active);
	cql_row_double(r, &ratio);
	cql_row_timestamp(r, &created);
	cql_row_blob(r, &payload);
	cql_row_inet(r, &addr);
	for (cql_row_items(r, &tags); tags.left; tags.left--) {
		cql_item_text(&tags, &tag);
		lengths += (int64_t)tag.len;
	}
	return id.bytes[15] + (int64_t)name.len + age + score + active + (int64_t)ratio +
	       created.milliseconds % 1000 + (int64_t)payload.len + addr.address[3] + lengths;
}

static size_t row_typed(uint32_t i)
{
	cql_row_reader r;
	int64_t sum = 0;

	(void)i;
	cql_arena_reset(s.arena);
	if (!cql_row_reader_init(&r, &s.ten, bench_ten_kinds, 10, s.arena, NULL))
		abort();
	while (cql_row_next(&r))
		sum += read_ten(&r);
	if (cql_row_failed(&r))
		abort();
	sink = sum;
	return s.ten.rows.len;
}

static size_t row_floor(uint32_t i)
{
	(void)i;
	sink = bench_floor_ten(s.ten.rows.data, s.ten.row_count);
	return s.ten.rows.len;
}

static size_t page_typed(uint32_t i)
{
	cql_row_reader r;
	cql_text pk, body;
	int32_t ck;
	int64_t n, sum = 0;
	double ratio;

	(void)i;
	cql_arena_reset(s.arena);
	if (!cql_row_reader_init(&r, &s.page, bench_five_kinds, 5, s.arena, NULL))
		abort();
	while (cql_row_next(&r)) {
		cql_row_text(&r, &pk);
		cql_row_int32(&r, &ck);
		cql_row_text(&r, &body);
		cql_row_int64(&r, &n);
		cql_row_double(&r, &ratio);
		sum += (int64_t)pk.len + ck + (int64_t)body.len + n + (int64_t)ratio;
	}
	if (cql_row_failed(&r))
		abort();
	sink = sum;
	return s.page.rows.len;
}

static size_t page_floor(uint32_t i)
{
	(void)i;
	sink = bench_floor_page(s.page.rows.data, s.page.row_count);
	return s.page.rows.len;
}

static size_t read_message(const cql_terms *terms)
{
	cql_message m;

	cql_arena_reset(s.arena);
	if (!cql_message_read(&s.page_envelope, terms, s.arena, &m, NULL))
		abort();
	return s.page_envelope.body.len;
}

static size_t page_walked(uint32_t i)
{
	(void)i;
	return read_message(NULL);
}

static size_t page_lazy(uint32_t i)
{
	(void)i;
	return read_message(CQL_TERMS(.lazy_rows = true));
}

/* A stream of one envelope through an inbox. */
static size_t inbox(enum bench_framing f)
{
	cql_envelope e;

	if (!cql_inbox_feed(s.in[f], s.stream[f].data, s.stream[f].len, NULL) ||
	    cql_inbox_next(s.in[f], &e, NULL) != CQL_INBOX_ENVELOPE)
		abort();
	return e.body.len;
}

static size_t outbox(enum bench_framing f)
{
	s.large.version = f == BENCH_V4 || f == BENCH_V4_LZ4 ? 4 : 5;
	if (!cql_outbox_put(s.framed[f], &s.large, NULL))
		abort();
	cql_blob bytes = cql_outbox_pending(s.framed[f], NULL);
	cql_outbox_sent(s.framed[f], bytes.len);
	return s.large.body.len;
}

/* X(name, framing) */
#define FRAMINGS \
	X(v4, BENCH_V4) \
	X(v5, BENCH_V5) \
	X(v4_lz4, BENCH_V4_LZ4) \
	X(v5_lz4, BENCH_V5_LZ4)

#define X(name, f) \
	static size_t inbox_##name(uint32_t i) \
	{ \
		(void)i; \
		return inbox(f); \
	} \
	static size_t outbox_##name(uint32_t i) \
	{ \
		(void)i; \
		return outbox(f); \
	}
FRAMINGS
#undef X

static size_t crc32_any(uint32_t i)
{
	(void)i;
	sink = cql_crc32(s.large.body.data, s.large.body.len);
	return s.large.body.len;
}

static size_t crc32_zlib(uint32_t i)
{
	(void)i;
	sink = bench_floor_crc32(s.large.body.data, s.large.body.len);
	return s.large.body.len;
}

static size_t crc24_header(uint32_t i)
{
	(void)i;
	sink = cql_crc24(s.large.body.data, 3);
	return 3;
}

static size_t token_16(uint32_t i)
{
	s.id.bytes[0] = (uint8_t)i;
	sink = cql_murmur3_token(s.id.bytes, sizeof s.id.bytes);
	return sizeof s.id.bytes;
}

static const struct bench_case cases[] = {
	{ "execute-fixed", execute_fixed, NULL, 1920, 1, "EXECUTE: uuid, int, bigint, timestamp",
	  "execute-fixed-floor", "cql_execute_write" },
	{ "execute-text", execute_text, NULL, 1920, 1, "EXECUTE: uuid, int, text, timestamp",
	  "execute-text-floor", "cql_execute_write" },
	{ "execute-fixed-floor", floor_fixed, NULL, 1920, 1, "the same by hand", NULL,
	  "bench_floor_execute" },
	{ "execute-text-floor", floor_text, NULL, 1920, 1, "the same by hand", NULL,
	  "bench_floor_execute" },
	{ "batch", batch, NULL, 50, 1, "BATCH of 100 x 4 values", "batch-floor", NULL },
	{ "batch-message", message_batch, NULL, 50, 1, "the same by cql_message_write",
	  "batch-floor", "cql_message_write" },
	{ "batch-floor", floor_batch, NULL, 50, 1, "the same by hand", NULL, NULL },
	{ "row-typed", row_typed, NULL, 50, 200, "row of 10 columns", "row-floor", NULL },
	{ "row-floor", row_floor, NULL, 50, 200, "row of 10 columns", NULL, NULL },
	{ "page-typed", page_typed, NULL, 5, 1, "page of 5,000 x 5", "page-floor", NULL },
	{ "page-floor", page_floor, NULL, 5, 1, "page of 5,000 x 5", NULL, NULL },
	{ "page-walked", page_walked, NULL, 5, 1, "page of 5,000 x 5", "page-floor", NULL },
	{ "page-lazy", page_lazy, NULL, 50, 1, "page of 5,000 x 5", "page-floor", NULL },
	{ "inbox-v4", inbox_v4, NULL, 20, BENCH_LARGE, "byte", NULL, NULL },
	{ "inbox-v5", inbox_v5, NULL, 20, BENCH_LARGE, "byte", "inbox-v4", NULL },
	{ "inbox-v4-lz4", inbox_v4_lz4, NULL, 20, BENCH_LARGE, "byte", "inbox-v4", NULL },
	{ "inbox-v5-lz4", inbox_v5_lz4, NULL, 20, BENCH_LARGE, "byte", "inbox-v4", NULL },
	{ "outbox-v4", outbox_v4, NULL, 20, BENCH_LARGE, "byte", NULL, NULL },
	{ "outbox-v5", outbox_v5, NULL, 20, BENCH_LARGE, "byte", "outbox-v4", NULL },
	{ "outbox-v4-lz4", outbox_v4_lz4, NULL, 20, BENCH_LARGE, "byte", "outbox-v4", NULL },
	{ "outbox-v5-lz4", outbox_v5_lz4, NULL, 20, BENCH_LARGE, "byte", "outbox-v4", NULL },
	{ "crc32", crc32_any, NULL, 50, BENCH_LARGE, "byte", "crc32-zlib", NULL },
	{ "crc32-zlib", crc32_zlib, NULL, 50, BENCH_LARGE, "byte", NULL, NULL },
	{ "crc24", crc24_header, NULL, 2000, 1, "segment header", NULL, NULL },
	{ "murmur3", token_16, NULL, 2000, 1, "token of 16 bytes", NULL, NULL },
};

static void init(void)
{
	bench_setup_init(&s);
}

static void deinit(void)
{
	bench_setup_deinit(&s);
}

int main(int argc, char **argv)
{
	const struct bench_program program = { "codec", cases, sizeof cases / sizeof cases[0],
					       128,     init,  deinit };

	return bench_main(&program, argc, argv);
}
