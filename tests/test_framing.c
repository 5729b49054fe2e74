/* SPDX-License-Identifier: MIT */
/* coodie/framing.h as users call it: streams in pieces, segments and notations of the vectors, and
 * what is refused. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/framing.h>

#include "proto/frame.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

static bool same(cql_blob got, struct cd_span want)
{
	return got.len == want.len && (!want.len || memcmp(got.data, want.at, want.len) == 0);
}

static cql_blob blob(struct cd_span s)
{
	return (cql_blob){ s.at, s.len };
}

/* ---- streams -------------------------------------------------------------------------------- */

/* Appends an envelope without the flag that says it was packed. */
static void append(struct cd_buffer *b, enum cql_role reader, const cql_envelope *e)
{
	unsigned flags = e->flags & ~(unsigned)CQL_FLAG_COMPRESSED;
	uint8_t header[CQL_HEADER_SIZE];

	cd_header_write(header, &(struct cd_header){
					.version = (uint8_t)(e->version |
							     (reader == CQL_CLIENT ? 0x80 : 0)),
					.flags = (uint8_t)flags,
					.stream = e->stream,
					.opcode = e->opcode,
					.length = (int32_t)e->body.len });
	cd_buffer_bytes(b, header, sizeof header);
	cd_buffer_bytes(b, e->body.data, e->body.len);
}

struct stream {
	enum cql_role reader;
	unsigned version;
	enum cql_compression compression;
	struct cd_span bytes;
	size_t piece;
};

/* Feeds a stream in pieces; false: out of memory. */
static bool feed(const struct stream *s, const coodie_allocator *a, struct cd_buffer *got,
		 enum cql_inbox_status *last)
{
	cql_inbox *in = cql_inbox_new(s->reader, NULL, a, NULL);
	coodie_error err = { 0 };
	cql_envelope e;

	*last = CQL_INBOX_MORE;
	if (!in)
		return false;
	cql_inbox_switch(in, s->version, s->compression);
	for (size_t at = 0; at < s->bytes.len && *last == CQL_INBOX_MORE; at += s->piece) {
		size_t n = s->bytes.len - at < s->piece ? s->bytes.len - at : s->piece;
		if (!cql_inbox_feed(in, s->bytes.at + at, n, &err))
			break;
		while ((*last = cql_inbox_next(in, &e, &err)) == CQL_INBOX_ENVELOPE)
			append(got, s->reader, &e);
	}
	assert_true(err.code == COODIE_OK || err.code == COODIE_ERR_NO_MEMORY ||
		    *last == CQL_INBOX_FAILED);
	assert_true(err.code != COODIE_OK || cql_inbox_is_empty(in));
	cql_inbox_free(in);
	return err.code != COODIE_ERR_NO_MEMORY;
}

static bool feed_once(const coodie_allocator *a, void *user)
{
	struct cd_buffer got;
	enum cql_inbox_status last;

	cd_buffer_init(&got, NULL, 0);
	bool ok = feed(user, a, &got, &last);
	cd_buffer_deinit(&got);
	return ok;
}

/* Writes the envelopes `plain` holds into an outbox and reads what it gives. */
static void check_written(const char *name, const struct stream *s, struct cd_span plain)
{
	enum cql_role writer = s->reader == CQL_CLIENT ? CQL_SERVER : CQL_CLIENT;
	cql_outbox *out = cql_outbox_new(writer, NULL, NULL, NULL);
	struct cd_buffer got;
	enum cql_inbox_status last;
	coodie_error err;

	CD_CHECK(cql_outbox_switch(out, s->version,
				   s->compression == CQL_COMPRESSION_SNAPPY ? CQL_COMPRESSION_LZ4
									    : s->compression,
				   &err),
		 name);
	for (size_t at = 0; at < plain.len;) {
		struct cd_header h = cd_header_read(plain.at + at);
		cql_envelope e = { h.version & 0x7F,
				   h.flags | CQL_FLAG_COMPRESSED,
				   h.stream,
				   h.opcode,
				   { plain.at + at + CQL_HEADER_SIZE, (size_t)h.length } };
		CD_CHECK(cql_outbox_put(out, &e, &err), err.message);
		at += CQL_HEADER_SIZE + (size_t)h.length;
	}
	cql_blob pending = cql_outbox_pending(out, &err);
	struct stream again = *s;
	if (s->compression == CQL_COMPRESSION_SNAPPY)
		again.compression = CQL_COMPRESSION_LZ4;
	again.bytes = (struct cd_span){ pending.data, pending.len };
	again.piece = 64;
	cd_buffer_init(&got, NULL, 0);
	CD_CHECK(feed(&again, NULL, &got, &last) && last == CQL_INBOX_MORE, name);
	CD_CHECK(same((cql_blob){ got.data, got.len }, plain), name);
	cd_buffer_deinit(&got);
	cql_outbox_sent(out, pending.len);
	CD_CHECK(!cql_outbox_pending(out, &err).data && err.code == COODIE_OK, name);
	cql_outbox_free(out);
}

static void check_stream(const char *name, struct stream *s, const char *envelopes)
{
	static const size_t pieces[] = { 1, 2, 9, 64, 100000 };
	struct cd_span plain = cd_unhex(envelopes);

	for (size_t i = 0; i < CD_COUNT(pieces); i++) {
		struct cd_buffer got;
		enum cql_inbox_status last;
		cd_buffer_init(&got, NULL, 0);
		s->piece = pieces[i];
		CD_CHECK(feed(s, NULL, &got, &last) && last == CQL_INBOX_MORE, name);
		CD_CHECK(same((cql_blob){ got.data, got.len }, plain), name);
		cd_buffer_deinit(&got);
	}
	CD_CHECK(cd_failalloc_each(name, feed_once, s), name);
	check_written(name, s, plain);
	cd_unhex_free(plain);
}

static void test_segment_streams(void **state)
{
	static const struct {
		const char *name;
		bool lz4;
		const char *hex, *envelopes;
	} rows[] = {
#define X(name, lz4, hex, envelopes) { name, lz4, hex, envelopes },
#include "tests/data/segment_streams.inc"
#undef X
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct stream s = { CQL_CLIENT, 5,
				    rows[i].lz4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE,
				    cd_unhex(rows[i].hex), 1 };
		check_stream(rows[i].name, &s, rows[i].envelopes);
		cd_unhex_free(s.bytes);
	}
}

static void test_packed_frames(void **state)
{
	static const struct {
		const char *name;
		enum cql_compression compression;
		bool response;
		const char *plain, *hex;
	} rows[] = {
#define X(name, response, plain, hex) { name, CQL_COMPRESSION_LZ4, response, plain, hex },
#include "tests/data/frames_lz4.inc"
#undef X
#define X(name, response, plain, hex) { name, CQL_COMPRESSION_SNAPPY, response, plain, hex },
#include "tests/data/frames_snappy.inc"
#undef X
		{ "READY packed by a node", CQL_COMPRESSION_SNAPPY, true, "840000000200000000",
		  "84010000020000000100" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct stream s = { rows[i].response ? CQL_CLIENT : CQL_SERVER, 4,
				    rows[i].compression, cd_unhex(rows[i].hex), 1 };
		check_stream(rows[i].name, &s, rows[i].plain);
		cd_unhex_free(s.bytes);
	}
}

/* What breaks a stream breaks it for good. */
static void test_broken(void **state)
{
	static const struct {
		const char *name;
		unsigned version;
		enum cql_compression compression;
		const char *hex;
		enum coodie_errc code;
	} rows[] = {
		{ "HTTP", 0, CQL_COMPRESSION_NONE, "485454502f312e31", COODIE_ERR_NOT_CQL },
		{ "version 3", 4, CQL_COMPRESSION_NONE, "830000000200000000", COODIE_ERR_PROTOCOL },
		{ "a request", 4, CQL_COMPRESSION_NONE, "040000000500000000", COODIE_ERR_PROTOCOL },
		{ "256 MiB and one", 4, CQL_COMPRESSION_NONE, "840000000810000001",
		  COODIE_ERR_LIMIT },
		{ "packed, not agreed", 4, CQL_COMPRESSION_NONE, "84010000020000000100",
		  COODIE_ERR_PROTOCOL },
		{ "snappy: the literal is cut", 4, CQL_COMPRESSION_SNAPPY,
		  "840100070800000003040c00", COODIE_ERR_PROTOCOL },
		{ "snappy: garbage", 4, CQL_COMPRESSION_SNAPPY, "84010007080000000404ffffff",
		  COODIE_ERR_PROTOCOL },
		{ "CRC24", 5, CQL_COMPRESSION_NONE, "010000000000", COODIE_ERR_PROTOCOL },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span bytes = cd_unhex(rows[i].hex);
		cql_inbox *in = cql_inbox_new(CQL_CLIENT, NULL, NULL, NULL);
		coodie_error err;
		cql_envelope e = { .opcode = 0x77 };
		if (rows[i].version)
			cql_inbox_switch(in, rows[i].version, rows[i].compression);
		assert_true(cql_inbox_feed(in, bytes.at, bytes.len, &err));
		CD_CHECK(cql_inbox_next(in, &e, &err) == CQL_INBOX_FAILED, rows[i].name);
		CD_CHECK(err.code == rows[i].code && *err.message, rows[i].name);
		CD_CHECK(cql_inbox_next(in, &e, NULL) == CQL_INBOX_FAILED, rows[i].name);
		CD_CHECK(e.opcode == 0x77 && !e.body.data, rows[i].name);
		cql_inbox_free(in);
		cd_unhex_free(bytes);
	}
}

static void test_limit(void **state)
{
	cql_inbox *in = cql_inbox_new(CQL_CLIENT, CQL_TERMS(.max_body = 3), NULL, NULL);
	cql_outbox *out = cql_outbox_new(CQL_SERVER, CQL_TERMS(.max_body = 3), NULL, NULL);
	const cql_envelope e = { 4, 0, 0, CQL_OP_RESULT, { (const uint8_t *)"\0\0\0\1", 4 } };
	coodie_error err;
	cql_envelope got;
	(void)state;

	assert_true(cql_inbox_feed(in, "\x84\0\0\0\x08\0\0\0\4\0\0\0\1", 13, &err));
	assert_int_equal(cql_inbox_next(in, &got, &err), CQL_INBOX_FAILED);
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_false(cql_outbox_put(out, &e, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_null(cql_outbox_pending(out, &err).data);
	cql_inbox_free(in);
	cql_outbox_free(out);
}

static void test_outbox_refuses(void **state)
{
	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
	cql_envelope e = { .version = 4, .opcode = CQL_OP_OPTIONS };
	coodie_error err;
	(void)state;

	assert_false(cql_outbox_switch(out, 4, CQL_COMPRESSION_SNAPPY, &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	assert_false(cql_outbox_switch(out, 3, CQL_COMPRESSION_NONE, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_true(cql_outbox_put(out, &e, &err)); /* each in its own version */
	e.version = 5;
	assert_true(cql_outbox_put(out, &e, &err));
	cql_blob pending = cql_outbox_pending(out, &err);
	assert_int_equal(pending.len, 18);
	assert_int_equal(pending.data[0], 4);
	assert_int_equal(pending.data[9], 5);
	assert_false(cql_outbox_switch(out, 5, CQL_COMPRESSION_NONE, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	cql_outbox_sent(out, 18);
	assert_true(cql_outbox_switch(out, 5, CQL_COMPRESSION_NONE, &err));
	e.version = 4;
	assert_false(cql_outbox_put(out, &e, &err));
	assert_non_null(strstr(err.message, "version 4 where 5 was agreed on"));
	e.version = 5;
	e.opcode = CQL_OP_READY;
	assert_false(cql_outbox_put(out, &e, &err));
	assert_non_null(strstr(err.message, "a client does not send READY (0x02)"));
	e.opcode = 0x44;
	assert_false(cql_outbox_put(out, &e, &err));
	assert_null(cql_outbox_pending(out, &err).data);
	cql_outbox_free(out);
	cql_outbox_free(NULL);
	cql_inbox_free(NULL);
}

static bool make(const coodie_allocator *a, void *user)
{
	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, a, NULL);
	const cql_envelope e = { .version = 5, .opcode = CQL_OP_OPTIONS };
	coodie_error err = { 0 };
	(void)user;

	if (!out)
		return false;
	bool ok = cql_outbox_switch(out, 5, CQL_COMPRESSION_LZ4, &err) &&
		  cql_outbox_put(out, &e, &err) && cql_outbox_pending(out, &err).data;
	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	cql_outbox_free(out);
	return ok;
}

static void test_outbox_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("an outbox", make, NULL));
}

/* ---- one segment ---------------------------------------------------------------------------- */

static void check_segment(struct cd_guard *g, cql_arena *arena, const char *name, bool lz4,
			  bool whole, bool only_way, struct cd_span payload, struct cd_span hex)
{
	cql_segment s;
	cql_blob plain, again;
	coodie_error err;

	for (size_t len = 0; len < hex.len; len++) {
		cql_blob part = { cd_guard_copy(g, hex.at, len), len };
		CD_CHECK(cql_segment_read(part, lz4, &s, &err) == CQL_INBOX_MORE, name);
	}
	cql_blob flush = { cd_guard_copy(g, hex.at, hex.len), hex.len };
	CD_CHECK(cql_segment_read(flush, lz4, &s, &err) == CQL_INBOX_ENVELOPE, name);
	CD_CHECK(s.size == hex.len && s.is_self_contained == whole, name);
	CD_CHECK(s.payload_crc == cql_crc32(s.payload.data, s.payload.len), name);
	CD_CHECK(s.header_crc == cql_crc24(flush.data, lz4 ? 5 : 3), name);
	CD_CHECK(cql_segment_unpack(&s, arena, &plain, &err) && same(plain, payload), name);
	CD_CHECK(cql_segment_write(blob(payload), whole, lz4, arena, &again, &err), name);
	CD_CHECK(!only_way || same(again, hex), name);
	CD_CHECK(cql_segment_read(again, lz4, &s, &err) == CQL_INBOX_ENVELOPE, name);
	CD_CHECK(cql_segment_unpack(&s, arena, &plain, &err) && same(plain, payload), name);
}

static void test_segments(void **state)
{
	static const struct {
		const char *name;
		bool lz4, whole, only_way;
		const char *payload, *hex;
	} rows[] = {
#define X(name, lz4, whole, only_way, payload, hex) { name, lz4, whole, only_way, payload, hex },
#include "tests/data/segments.inc"
#undef X
	};
	cql_arena *arena = cql_arena_new(NULL, NULL);
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 200000));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span payload = cd_unhex(rows[i].payload), hex = cd_unhex(rows[i].hex);
		check_segment(&g, arena, rows[i].name, rows[i].lz4, rows[i].whole, rows[i].only_way,
			      payload, hex);
		cql_arena_reset(arena);
		cd_unhex_free(payload);
		cd_unhex_free(hex);
	}
	cd_guard_deinit(&g);
	cql_arena_free(arena);
}

static void test_large_segments(void **state)
{
	static const struct {
		const char *name, *pattern;
		size_t len;
		bool whole;
		const char *header, *trailer;
	} rows[] = {
#define X(name, pattern, len, whole, header, trailer) \
	{ name, pattern, len, whole, header, trailer },
#include "tests/data/segments_large.inc"
#undef X
	};
	cql_arena *arena = cql_arena_new(NULL, NULL);
	uint8_t *payload = malloc(CQL_SEGMENT_MAX + 1);
	coodie_error err;
	cql_blob out;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span pattern = cd_unhex(rows[i].pattern);
		struct cd_span header = cd_unhex(rows[i].header);
		struct cd_span trailer = cd_unhex(rows[i].trailer);
		for (size_t k = 0; k < rows[i].len; k++)
			payload[k] = pattern.at[k % pattern.len];
		CD_CHECK(cql_segment_write((cql_blob){ payload, rows[i].len }, rows[i].whole, false,
					   arena, &out, &err),
			 rows[i].name);
		CD_CHECK(out.len == 10 + rows[i].len, rows[i].name);
		CD_CHECK(memcmp(out.data, header.at, 6) == 0, rows[i].name);
		CD_CHECK(memcmp(out.data + out.len - 4, trailer.at, 4) == 0, rows[i].name);
		cd_unhex_free(pattern);
		cd_unhex_free(header);
		cd_unhex_free(trailer);
	}
	assert_false(cql_segment_write((cql_blob){ payload, CQL_SEGMENT_MAX + 1 }, true, true,
				       arena, &out, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	free(payload);
	cql_arena_free(arena);
}

static void test_corrupt_segments(void **state)
{
	static const struct {
		const char *name;
		bool lz4, incomplete;
		const char *hex;
	} rows[] = {
#define X(name, lz4, incomplete, hex) { name, lz4, incomplete, hex },
#include "tests/data/segments_corrupt.inc"
#undef X
	};
	cql_arena *arena = cql_arena_new(NULL, NULL);
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span hex = cd_unhex(rows[i].hex);
		coodie_error err = { 0 };
		cql_segment s;
		cql_blob plain;
		enum cql_inbox_status got = cql_segment_read(blob(hex), rows[i].lz4, &s, &err);
		if (got == CQL_INBOX_ENVELOPE && !cql_segment_unpack(&s, arena, &plain, &err))
			got = CQL_INBOX_FAILED;
		CD_CHECK(got == (rows[i].incomplete ? CQL_INBOX_MORE : CQL_INBOX_FAILED),
			 rows[i].name);
		CD_CHECK(rows[i].incomplete || err.code == COODIE_ERR_PROTOCOL, rows[i].name);
		cd_unhex_free(hex);
	}
	cql_arena_free(arena);
}

static bool both_ways(const coodie_allocator *a, void *user)
{
	cql_arena *arena = cql_arena_new(a, NULL);
	uint8_t zeros[1000] = { 0 };
	cql_blob packed, plain;
	coodie_error err = { 0 };
	cql_segment s;
	(void)user;

	if (!arena)
		return false;
	bool ok = cql_segment_write((cql_blob){ zeros, sizeof zeros }, true, true, arena, &packed,
				    &err) &&
		  cql_segment_read(packed, true, &s, &err) == CQL_INBOX_ENVELOPE &&
		  cql_segment_unpack(&s, arena, &plain, &err);
	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	cql_arena_free(arena);
	return ok;
}

static void test_segment_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a segment", both_ways, NULL));
}

/* ---- notations ------------------------------------------------------------------------------ */

enum which { VINT, UNSIGNED_VINT, CRC24, CRC32 };

static void check_vint(const char *name, enum which which, const char *value, struct cd_span bytes)
{
	uint8_t out[CQL_VINT_SIZE];
	uint64_t u = 0;
	int64_t i = 0;

	for (size_t len = 0; len < bytes.len; len++) {
		CD_CHECK(cql_vint_read((cql_blob){ bytes.at, len }, &i) == 0, name);
		CD_CHECK(cql_unsigned_vint_read((cql_blob){ bytes.at, len }, &u) == 0, name);
	}
	if (which == VINT) {
		CD_CHECK(cql_vint_read(blob(bytes), &i) == bytes.len, name);
		CD_CHECK(i == strtoll(value, NULL, 10), name);
		CD_CHECK(same((cql_blob){ out, cql_vint_write(i, out) }, bytes), name);
	} else {
		CD_CHECK(cql_unsigned_vint_read(blob(bytes), &u) == bytes.len, name);
		CD_CHECK(u == strtoull(value, NULL, 10), name);
		CD_CHECK(same((cql_blob){ out, cql_unsigned_vint_write(u, out) }, bytes), name);
	}
}

static void test_notations(void **state)
{
	static const struct {
		enum which which;
		const char *data, *value, *hex;
	} rows[] = {
#define X(which, data, value, hex) { which, data, value, hex },
#include "tests/data/notations.inc"
#undef X
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span data = cd_unhex(rows[i].data), hex = cd_unhex(rows[i].hex);
		if (rows[i].which == VINT || rows[i].which == UNSIGNED_VINT)
			check_vint(rows[i].value, rows[i].which, rows[i].value, hex);
		else
			CD_CHECK((rows[i].which == CRC24 ? cql_crc24 : cql_crc32)(
					 data.at, data.len) == strtoul(rows[i].value, NULL, 10),
				 rows[i].value);
		cd_unhex_free(data);
		cd_unhex_free(hex);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segment_streams),  cmocka_unit_test(test_packed_frames),
		cmocka_unit_test(test_broken),           cmocka_unit_test(test_limit),
		cmocka_unit_test(test_outbox_refuses),   cmocka_unit_test(test_outbox_memory),
		cmocka_unit_test(test_segments),         cmocka_unit_test(test_large_segments),
		cmocka_unit_test(test_corrupt_segments), cmocka_unit_test(test_segment_memory),
		cmocka_unit_test(test_notations),
	};
	return cmocka_run_group_tests_name("framing", tests, NULL, NULL);
}
