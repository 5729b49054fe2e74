/* SPDX-License-Identifier: MIT */
/* proto/inbox.h: streams of others, in pieces of every size, whole and damaged. */
#include "tests/test.h"

#include <stdlib.h>

#include "proto/inbox.h"
#include "proto/segment.h"
#include "tests/failalloc.h"
#include "tests/hex.h"

/* What came out of a stream. */
struct run {
	struct cd_buffer got; /* envelopes, one after the other */
	size_t count;
	enum cql_inbox_status last;
	bool empty;
	coodie_error err;
};

struct setup {
	enum cql_role role;
	uint8_t version; /* 0: before the handshake is over */
	bool lz4;
	const cql_terms *terms;
	const coodie_allocator *allocator;
};

static void take_all(struct cd_inbox *in, struct run *run)
{
	cql_envelope e;

	while ((run->last = cd_inbox_next(in, &e, &run->err)) == CQL_INBOX_ENVELOPE) {
		uint8_t header[CQL_HEADER_SIZE];
		unsigned direction = in->role == CQL_CLIENT ? 0x80 : 0;
		cd_header_write(header,
				&(struct cd_header){ .version = (uint8_t)(e.version | direction),
						     .flags = e.flags,
						     .stream = e.stream,
						     .opcode = e.opcode,
						     .length = (int32_t)e.body.len });
		cd_buffer_bytes(&run->got, header, sizeof header);
		cd_buffer_bytes(&run->got, e.body.data, e.body.len);
		run->count++;
	}
}

/* Feeds the stream in pieces of `piece` bytes until it fails or ends. */
static struct run feed(const struct setup *s, struct cd_span stream, size_t piece)
{
	struct run run = { .last = CQL_INBOX_MORE };
	struct cd_inbox in;

	cd_buffer_init(&run.got, NULL, 0);
	cd_inbox_init(&in, s->role, s->allocator, s->terms);
	if (s->version)
		cd_inbox_switch(&in, s->version, s->lz4);
	for (size_t at = 0; at < stream.len && run.last == CQL_INBOX_MORE; at += piece) {
		size_t n = stream.len - at < piece ? stream.len - at : piece, room;
		uint8_t *space = cd_inbox_space(&in, n, &room);
		if (!space) {
			run.last = CQL_INBOX_FAILED;
			run.err.code = COODIE_ERR_NO_MEMORY;
			break;
		}
		assert_true(room >= n);
		memcpy(space, stream.at + at, n);
		cd_inbox_filled(&in, n);
		take_all(&in, &run);
		cd_inbox_rest(&in);
		assert_true(in.wire.cap || cd_inbox_empty(&in));
	}
	run.empty = cd_inbox_empty(&in);
	cd_inbox_deinit(&in);
	return run;
}

static const size_t pieces[] = { 1, 2, 3, 7, 8, 9, 64, SIZE_MAX / 2 };

/* The same envelopes and the same end for pieces of every size. */
static struct run feed_all(const char *name, const struct setup *s, struct cd_span stream)
{
	struct run whole = feed(s, stream, SIZE_MAX / 2);

	for (size_t i = 0; i < CD_COUNT(pieces); i++) {
		struct run run = feed(s, stream, pieces[i]);
		CD_CHECK(run.last == whole.last && run.count == whole.count, name);
		CD_CHECK(run.err.code == whole.err.code, name);
		CD_CHECK(run.got.len == whole.got.len, name);
		CD_CHECK(!run.got.len || !memcmp(run.got.data, whole.got.data, run.got.len), name);
		CD_CHECK(whole.last == CQL_INBOX_FAILED || run.empty == whole.empty, name);
		cd_buffer_deinit(&run.got);
	}
	return whole;
}

static bool gave(const struct run *run, const char *hex)
{
	struct cd_span want = cd_unhex(hex);
	bool same = run->got.len == want.len &&
		    (want.len == 0 || memcmp(run->got.data, want.at, want.len) == 0);

	cd_unhex_free(want);
	return same;
}

/* Who reads these envelopes: some rows mix what servers and clients send. */
static bool one_direction(const char *hex, enum cql_role *role)
{
	struct cd_span in = cd_unhex(hex);
	bool one = in.len > 0;

	*role = one && in.at[0] & 0x80 ? CQL_CLIENT : CQL_SERVER;
	for (size_t at = 0; one && at < in.len && in.len - at >= CQL_HEADER_SIZE;) {
		struct cd_header h = cd_header_read(in.at + at);
		one = (h.version >> 7) == (*role == CQL_CLIENT);
		at += CQL_HEADER_SIZE + (size_t)h.length;
	}
	cd_unhex_free(in);
	return one;
}

/* Whole segments of others, requests and responses. */
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
	unsigned seen = 0;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct setup s = { .version = 5, .lz4 = rows[i].lz4 };
		struct cd_span in = cd_unhex(rows[i].hex);
		bool one = one_direction(rows[i].payload, &s.role);
		struct run run = feed_all(rows[i].name, &s, in);
		if (rows[i].whole && one) {
			CD_CHECK(run.last == CQL_INBOX_MORE && run.empty, rows[i].name);
			CD_CHECK(gave(&run, rows[i].payload), rows[i].name);
			seen++;
		}
		for (size_t len = 0; len < in.len; len++) {
			struct cd_span cut = { in.at, len };
			struct run part = feed(&s, cut, len ? len : 1);
			CD_CHECK(part.last == CQL_INBOX_MORE && part.count == 0, rows[i].name);
			CD_CHECK(part.empty == (len == 0), rows[i].name);
			cd_buffer_deinit(&part.got);
		}
		cd_buffer_deinit(&run.got);
		cd_unhex_free(in);
	}
	assert_true(seen >= 20);
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
		struct setup s = { .role = CQL_CLIENT, .version = 5, .lz4 = rows[i].lz4 };
		struct cd_span in = cd_unhex(rows[i].hex);
		struct run run = feed_all(rows[i].name, &s, in);
		CD_CHECK(run.last == CQL_INBOX_MORE && run.empty, rows[i].name);
		CD_CHECK(gave(&run, rows[i].envelopes), rows[i].name);
		cd_buffer_deinit(&run.got);
		cd_unhex_free(in);
	}
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
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct setup s = { .role = CQL_SERVER, .version = 5, .lz4 = rows[i].lz4 };
		struct cd_span in = cd_unhex(rows[i].hex);
		struct run run = feed_all(rows[i].name, &s, in);
		CD_CHECK(run.last == (rows[i].incomplete ? CQL_INBOX_MORE : CQL_INBOX_FAILED),
			 rows[i].name);
		CD_CHECK(run.count == 0 && !run.empty, rows[i].name);
		CD_CHECK(rows[i].incomplete || run.err.code == COODIE_ERR_PROTOCOL, rows[i].name);
		cd_buffer_deinit(&run.got);
		cd_unhex_free(in);
	}
}

/* ---- segments made here --------------------------------------------------------------------- */

static void put_segment(struct cd_buffer *b, bool whole, const char *payload_hex)
{
	struct cd_span payload = cd_unhex(payload_hex);
	struct cd_segment s = { .wire_len = (uint32_t)payload.len, .self_contained = whole };
	uint8_t header[CD_SEGMENT_HEADER], trailer[CD_SEGMENT_TRAILER];

	cd_segment_write(header, false, &s);
	cd_segment_write_trailer(trailer, payload.at, payload.len);
	cd_buffer_bytes(b, header, sizeof header);
	cd_buffer_bytes(b, payload.at, payload.len);
	cd_buffer_bytes(b, trailer, sizeof trailer);
	cd_unhex_free(payload);
}

#define VOID "85000001080000000400000001"
#define READY "850000010200000000"

/* Payloads: '=' in front for a self-contained segment, '-' for a part. */
static void test_parts(void **state)
{
	static const struct {
		const char *name, *segments[6], *envelopes; /* NULL: refused */
		bool whole;                                 /* nothing is left over */
	} rows[] = {
		{ "two in one", { "=" VOID READY }, VOID READY, true },
		{ "an envelope in one part", { "-" VOID }, VOID, true },
		{ "in three parts", { "-850000", "-01080000000400", "-000001" }, VOID, true },
		{ "bytes of nothing between", { "=" VOID, "=", "-", "=" READY }, VOID READY, true },
		{ "a part is missing", { "=" VOID, "-8500000108" }, VOID, false },
		{ "an empty body in parts",
		  { "-8500000102", "-00000000", "=" VOID },
		  READY VOID,
		  true },
		{ "a body that does not end", { "=" VOID "8500" }, NULL, false },
		{ "a header only", { "=85000001080000000400" }, NULL, false },
		{ "two in a part", { "-" VOID READY }, NULL, false },
		{ "more than the envelope", { "-8500", "-000108000000040000000199" }, NULL, false },
		{ "a whole one between parts",
		  { "-850000", "=" VOID, "-01080000000400000001" },
		  NULL,
		  false },
		{ "nothing, whole, between parts",
		  { "-850000", "=", "-01080000000400000001" },
		  NULL,
		  false },
		{ "a request", { "=050000010500000000" }, NULL, false },
		{ "another version", { "=84000001080000000400000001" }, NULL, false },
		{ "ERROR of another version", { "=8400000100000000060000000a0000" }, NULL, false },
	};
	const struct setup s = { .role = CQL_CLIENT, .version = 5 };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_buffer b;
		cd_buffer_init(&b, NULL, 0);
		for (size_t k = 0; k < 6 && rows[i].segments[k]; k++)
			put_segment(&b, *rows[i].segments[k] == '=', rows[i].segments[k] + 1);
		struct run run = feed_all(rows[i].name, &s, (struct cd_span){ b.data, b.len });
		CD_CHECK((run.last == CQL_INBOX_FAILED) == !rows[i].envelopes, rows[i].name);
		if (rows[i].envelopes)
			CD_CHECK(gave(&run, rows[i].envelopes), rows[i].name);
		else
			CD_CHECK(run.err.code == COODIE_ERR_PROTOCOL, rows[i].name);
		CD_CHECK(!rows[i].envelopes || run.empty == rows[i].whole, rows[i].name);
		cd_buffer_deinit(&run.got);
		cd_buffer_deinit(&b);
	}
}

/* ---- v4 ------------------------------------------------------------------------------------- */

static void test_packed_frames(void **state)
{
	static const struct {
		const char *name;
		bool response;
		const char *plain, *hex;
	} rows[] = {
#define X(name, response, plain, hex) { name, response, plain, hex },
#include "tests/data/frames_lz4.inc"
#undef X
		{ "READY packed by a node", true, "840000000200000000",
		  "8401000002000000050000000000" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct setup s = { .version = 4, .lz4 = true };
		struct cd_span in = cd_unhex(rows[i].hex);
		s.role = rows[i].response ? CQL_CLIENT : CQL_SERVER;
		struct run run = feed_all(rows[i].name, &s, in);
		CD_CHECK(run.last == CQL_INBOX_MORE && run.empty && run.count == 1, rows[i].name);
		run.got.data[1] &= (uint8_t)~CQL_FLAG_COMPRESSED; /* the flag stays as it was */
		CD_CHECK(gave(&run, rows[i].plain), rows[i].name);
		cd_buffer_deinit(&run.got);
		for (size_t len = 0; len < in.len; len++) {
			struct run part = feed(&s, (struct cd_span){ in.at, len }, 64);
			CD_CHECK(part.last == CQL_INBOX_MORE && part.count == 0, rows[i].name);
			cd_buffer_deinit(&part.got);
		}
		cd_unhex_free(in);
	}
}

enum damage { INCOMPLETE, HEADER, BODY, COMPRESSION };

static void test_malformed(void **state)
{
	static const struct {
		const char *name;
		enum damage damage;
		bool response, lz4;
		unsigned version;
		const char *hex;
	} rows[] = {
#define X(name, damage, response, lz4, version, hex) { name, damage, response, lz4, version, hex },
#include "tests/data/frames_malformed.inc"
#undef X
		{ "v4 a packed nothing of no bytes", COMPRESSION, true, true, 4,
		  "840100000200000000" },
		{ "v4 1 GiB claimed by LZ4", COMPRESSION, true, true, 4,
		  "8401000008000000054000000000" },
		{ "v4 a body of 256 MiB and one", HEADER, true, false, 4, "840000000810000001" },
	};
	unsigned seen = 0;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct setup s = { .role = rows[i].response ? CQL_CLIENT : CQL_SERVER };
		struct cd_span in = cd_unhex(rows[i].hex);
		if (rows[i].damage == BODY) { /* not for us to see */
			cd_unhex_free(in);
			continue;
		}
		if (rows[i].damage == COMPRESSION) {
			s.version = 4;
			s.lz4 = rows[i].lz4;
		}
		struct run run = feed_all(rows[i].name, &s, in);
		CD_CHECK(run.count == 0, rows[i].name);
		CD_CHECK(run.last ==
				 (rows[i].damage == INCOMPLETE ? CQL_INBOX_MORE : CQL_INBOX_FAILED),
			 rows[i].name);
		cd_buffer_deinit(&run.got);
		cd_unhex_free(in);
		seen++;
	}
	assert_true(seen > 25);
}

/* ---- the handshake -------------------------------------------------------------------------- */

static void test_strangers(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
		enum cql_inbox_status status;
		const char *says;
	} rows[] = {
		{ "HTTP", "HTTP/1.1 400 Bad", 16, CQL_INBOX_FAILED, "speaks HTTP" },
		{ "SSH", "SSH-2.0-OpenSSH", 15, CQL_INBOX_FAILED, "speaks SSH" },
		{ "a TLS alert", "\x15\x03\x03\0\2\2F", 7, CQL_INBOX_FAILED, "speaks TLS" },
		{ "TLS", "\x16\x03\x01", 3, CQL_INBOX_FAILED, "speaks TLS" },
		{ "the H of HTTP", "H", 1, CQL_INBOX_MORE, NULL },
		{ "the start of HTTP", "HTTP", 4, CQL_INBOX_MORE, NULL },
		{ "the start of SSH", "SSH", 3, CQL_INBOX_MORE, NULL },
		{ "the start of TLS", "\x15", 1, CQL_INBOX_MORE, NULL },
		{ "Hello", "Hello", 5, CQL_INBOX_FAILED, "does not speak the CQL protocol" },
		{ "MySQL", "J\0\0\0\n8.0", 8, CQL_INBOX_FAILED,
		  "it began with 4a 00 00 00 0a 38 2e 30)" },
		{ "a request", "\4\0\0\0\5\0\0\0\0", 9, CQL_INBOX_FAILED,
		  "does not speak the CQL protocol" },
		{ "version 0", "\x80", 1, CQL_INBOX_FAILED, "began with 80)" },
		{ "version 16", "\x90", 1, CQL_INBOX_FAILED, "began with 90)" },
		{ "version 15", "\x8f", 1, CQL_INBOX_MORE, NULL },
	};
	const struct setup s = { .role = CQL_CLIENT };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span in = { (const uint8_t *)rows[i].bytes, rows[i].len };
		struct run run = feed(&s, in, in.len);
		CD_CHECK(run.last == rows[i].status, rows[i].name);
		if (rows[i].says) {
			CD_CHECK(run.err.code == COODIE_ERR_NOT_CQL, rows[i].name);
			CD_CHECK(strstr(run.err.message, rows[i].says), run.err.message);
		}
		cd_buffer_deinit(&run.got);
		run = feed_all(rows[i].name, &s, in);
		cd_buffer_deinit(&run.got);
	}
}

static void test_versions(void **state)
{
	static const struct {
		const char *name, *hex;
		enum cql_role role;
		size_t count; /* 0: refused */
	} rows[] = {
		{ "v4", "840000000200000000", CQL_CLIENT, 1 },
		{ "v5", "850000000200000000", CQL_CLIENT, 1 },
		{ "both", "850000000200000000840000000200000000", CQL_CLIENT, 2 },
		{ "a refusal in v3", "8300000000000000060000000a0000", CQL_CLIENT, 1 },
		{ "a refusal in v6", "8600000000000000060000000a0000", CQL_CLIENT, 1 },
		{ "READY of v3", "830000000200000000", CQL_CLIENT, 0 },
		{ "READY of v6", "860000000200000000", CQL_CLIENT, 0 },
		{ "OPTIONS of v3", "030000000500000000", CQL_SERVER, 1 },
		{ "OPTIONS of v7", "070000000500000000", CQL_SERVER, 1 },
		{ "an event on stream -1", "8400ffff0c00000000", CQL_CLIENT, 1 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const struct setup s = { .role = rows[i].role };
		struct cd_span in = cd_unhex(rows[i].hex);
		struct run run = feed_all(rows[i].name, &s, in);
		CD_CHECK((run.last == CQL_INBOX_FAILED) == (rows[i].count == 0), rows[i].name);
		CD_CHECK(run.count == rows[i].count, rows[i].name);
		CD_CHECK(!rows[i].count || gave(&run, rows[i].hex), rows[i].name);
		cd_buffer_deinit(&run.got);
		cd_unhex_free(in);
	}
}

/* Bare envelopes, then segments; what came in one piece with the last bare one is read as a
 * segment. */
static void test_switch(void **state)
{
	struct cd_span ready = cd_unhex("850000000200000000");
	struct cd_buffer b;
	struct cd_inbox in;
	cql_envelope e;
	size_t room;
	(void)state;

	cd_buffer_init(&b, NULL, 0);
	cd_buffer_bytes(&b, ready.at, ready.len);
	put_segment(&b, true, VOID);
	cd_inbox_init(&in, CQL_CLIENT, NULL, NULL);
	uint8_t *at = cd_inbox_space(&in, b.len, &room);
	memcpy(at, b.data, b.len);
	cd_inbox_filled(&in, b.len);
	assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_ENVELOPE);
	assert_int_equal(e.opcode, CQL_OP_READY);
	assert_false(cd_inbox_empty(&in));
	cd_inbox_switch(&in, 5, false);
	assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_ENVELOPE);
	assert_int_equal(e.opcode, CQL_OP_RESULT);
	assert_int_equal(e.body.len, 4);
	assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_MORE);
	assert_true(cd_inbox_empty(&in));
	cd_inbox_deinit(&in);
	cd_buffer_deinit(&b);
	cd_unhex_free(ready);
}

static void feed_bytes(struct cd_inbox *in, const struct cd_buffer *b)
{
	size_t room;
	uint8_t *at = cd_inbox_space(in, b->len, &room);

	assert_non_null(at);
	memcpy(at, b->data, b->len);
	cd_inbox_filled(in, b->len);
}

/* More is read while envelopes of a segment are still to be taken: the buffer moves under them. */
static void test_space_in_the_middle(void **state)
{
	struct cd_buffer b;
	struct cd_inbox in;
	cql_envelope e;
	(void)state;

	cd_buffer_init(&b, NULL, 0);
	put_segment(&b, true, VOID VOID VOID);
	cd_inbox_init(&in, CQL_CLIENT, NULL, NULL);
	cd_inbox_switch(&in, 5, false);
	for (int round = 0; round < 200; round++)
		feed_bytes(&in, &b);
	for (int i = 0; i < 600; i++) {
		assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_ENVELOPE);
		assert_int_equal(e.opcode, CQL_OP_RESULT);
		if (i % 3 != 2)
			feed_bytes(&in, &b);
	}
	for (int i = 0; i < 1200; i++)
		assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_ENVELOPE);
	assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_MORE);
	assert_true(cd_inbox_empty(&in));
	cd_inbox_deinit(&in);
	cd_buffer_deinit(&b);
}

/* A broken stream stays broken, with the same words, whatever follows. */
static void test_broken_for_good(void **state)
{
	struct cd_buffer b;
	struct cd_inbox in;
	cql_envelope e;
	coodie_error first, again;
	(void)state;

	cd_buffer_init(&b, NULL, 0);
	put_segment(&b, true, VOID);
	b.data[b.len - 1] ^= 1;
	put_segment(&b, true, VOID);
	cd_inbox_init(&in, CQL_CLIENT, NULL, NULL);
	cd_inbox_switch(&in, 5, false);
	feed_bytes(&in, &b);
	assert_int_equal(cd_inbox_next(&in, &e, &first), CQL_INBOX_FAILED);
	assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_FAILED);
	assert_int_equal(cd_inbox_next(&in, &e, &again), CQL_INBOX_FAILED);
	assert_int_equal(first.code, COODIE_ERR_PROTOCOL);
	assert_string_equal(first.message, again.message);
	cd_inbox_deinit(&in);
	cd_buffer_deinit(&b);
}

/* ---- memory --------------------------------------------------------------------------------- */

static void test_limits(void **state)
{
	const cql_terms *terms = CQL_TERMS(.max_body = 100);
	const struct setup four = { .role = CQL_CLIENT, .version = 4, .lz4 = true, .terms = terms };
	const struct setup five = { .role = CQL_CLIENT, .version = 5, .terms = terms };
	(void)state;

	struct cd_span in = cd_unhex("840000000800000065");
	struct run run = feed_all("101 bytes in v4", &four, in);
	assert_int_equal(run.last, CQL_INBOX_FAILED);
	cd_buffer_deinit(&run.got);
	cd_unhex_free(in);

	in = cd_unhex("8401000008000000060000006500"
		      "00");
	run = feed_all("101 bytes packed", &four, in);
	assert_int_equal(run.last, CQL_INBOX_FAILED);
	cd_buffer_deinit(&run.got);
	cd_unhex_free(in);

	struct cd_buffer b;
	cd_buffer_init(&b, NULL, 0);
	put_segment(&b, false, "850000000800000065");
	run = feed_all("101 bytes in v5", &five, (struct cd_span){ b.data, b.len });
	assert_int_equal(run.last, CQL_INBOX_FAILED);
	cd_buffer_deinit(&run.got);
	cd_buffer_deinit(&b);
}

/* Claims alone allocate nothing: 256 MiB of body, of which there are a few bytes. */
static void test_claims(void **state)
{
	struct cd_inbox in;
	cql_envelope e;
	size_t room;
	struct cd_span bytes = cd_unhex("84000000081000000000000001");
	(void)state;

	cd_inbox_init(&in, CQL_CLIENT, NULL, NULL);
	cd_inbox_switch(&in, 4, false);
	memcpy(cd_inbox_space(&in, bytes.len, &room), bytes.at, bytes.len);
	cd_inbox_filled(&in, bytes.len);
	assert_int_equal(cd_inbox_next(&in, &e, NULL), CQL_INBOX_MORE);
	assert_true(in.wire.cap + in.plain.cap + in.unpacked.cap <= 16 * bytes.len);
	cd_inbox_deinit(&in);
	cd_unhex_free(bytes);
}

static bool read_stream(const coodie_allocator *a, void *user)
{
	const struct cd_span *stream = user;
	const struct setup s = { .role = CQL_CLIENT, .version = 5, .lz4 = true, .allocator = a };
	struct run run = feed(&s, *stream, 50);
	bool ok = run.last == CQL_INBOX_MORE && run.empty;

	assert_true(ok || run.err.code == COODIE_ERR_NO_MEMORY);
	cd_buffer_deinit(&run.got);
	return ok;
}

static bool read_packed(const coodie_allocator *a, void *user)
{
	const struct cd_span *frame = user;
	const struct setup s = { .role = CQL_CLIENT, .version = 4, .lz4 = true, .allocator = a };
	struct run run = feed(&s, *frame, 20);
	bool ok = run.last == CQL_INBOX_MORE && run.count == 1;

	assert_true(ok || run.err.code == COODIE_ERR_NO_MEMORY);
	cd_buffer_deinit(&run.got);
	return ok;
}

static void test_no_memory(void **state)
{
	static const char *const streams[] = {
#define X(name, lz4, hex, envelopes) (lz4) ? (hex) : NULL,
#include "tests/data/segment_streams.inc"
#undef X
	};
	struct cd_span frame = cd_unhex("8401000002000000050000000000");
	(void)state;

	for (size_t i = 0; i < CD_COUNT(streams); i++) {
		if (!streams[i])
			continue;
		struct cd_span stream = cd_unhex(streams[i]);
		assert_true(cd_failalloc_each("a stream", read_stream, &stream));
		cd_unhex_free(stream);
	}
	assert_true(cd_failalloc_each("a packed frame", read_packed, &frame));
	cd_unhex_free(frame);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments),         cmocka_unit_test(test_segment_streams),
		cmocka_unit_test(test_corrupt_segments), cmocka_unit_test(test_parts),
		cmocka_unit_test(test_packed_frames),    cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_strangers),        cmocka_unit_test(test_versions),
		cmocka_unit_test(test_switch),           cmocka_unit_test(test_space_in_the_middle),
		cmocka_unit_test(test_broken_for_good),  cmocka_unit_test(test_limits),
		cmocka_unit_test(test_claims),           cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
