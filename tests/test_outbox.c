/* SPDX-License-Identifier: MIT */
/* proto/outbox.h: what goes out comes in again, in all four framings. */
#include "tests/test.h"

#include <stdlib.h>

#include "proto/inbox.h"
#include "proto/outbox.h"
#include "proto/segment.h"
#include "tests/failalloc.h"
#include "tests/hex.h"

static const struct framing {
	const char *name;
	uint8_t version;
	bool lz4;
} framings[] = {
	{ "v4", 4, false }, { "v4 LZ4", 4, true }, { "v5", 5, false }, { "v5 LZ4", 5, true }
};

/* A body as long as the others and unlike them: noise, or what packs well. */
static void fill(uint8_t *at, size_t len, unsigned i)
{
	uint32_t seed = i + 1;

	for (size_t k = 0; k < len; k++) {
		seed = seed * 1664525 + 1013904223;
		at[k] = i % 2 ? (uint8_t)(seed >> 24) : (uint8_t)(k / 100 + i);
	}
}

static bool write_one(struct cd_outbox *out, unsigned i, size_t len, coodie_error *err)
{
	size_t mark = cd_outbox_begin(out, CQL_FLAG_TRACING, (int16_t)i, CQL_OP_QUERY);
	uint8_t *at = len ? cd_buffer_grow(&out->bytes, len) : NULL;

	if (at)
		fill(at, len, i);
	return cd_outbox_end(out, mark, err);
}

/* Takes what is pending over to the inbox, up to `most` bytes. */
static size_t pump(struct cd_outbox *out, struct cd_inbox *in, size_t most)
{
	struct cd_span p = cd_outbox_pending(out);
	size_t n = p.len < most ? p.len : most, room;
	uint8_t *at = cd_inbox_space(in, n, &room);

	if (n) {
		assert_non_null(at);
		memcpy(at, p.at, n);
	}
	cd_inbox_filled(in, n);
	cd_outbox_sent(out, n);
	cd_outbox_rest(out);
	assert_true(out->bytes.cap || !cd_outbox_pending(out).len);
	return n;
}

struct expected {
	const size_t *lengths;
	size_t count, next;
};

static void check_arrivals(const char *name, struct cd_inbox *in, struct expected *x)
{
	cql_envelope e;
	enum cql_inbox_status status;
	coodie_error err = { 0 };

	while ((status = cd_inbox_next(in, &e, &err)) == CQL_INBOX_ENVELOPE) {
		CD_CHECK(x->next < x->count, name);
		size_t len = x->lengths[x->next];
		CD_CHECK(e.body.len == len, name);
		CD_CHECK(e.stream == (int16_t)x->next && e.opcode == CQL_OP_QUERY, name);
		CD_CHECK((e.flags & ~CQL_FLAG_COMPRESSED) == CQL_FLAG_TRACING, name);
		uint8_t *want = malloc(len + 1);
		fill(want, len, (unsigned)x->next);
		CD_CHECK(len == 0 || memcmp(want, e.body.data, len) == 0, name);
		free(want);
		x->next++;
	}
	if (status == CQL_INBOX_FAILED)
		fail_msg("%s: %s", name, err.message);
}

/* When to seal and how much to send at once. */
struct pace {
	size_t seal_every; /* messages; 0: at the end */
	size_t send;       /* bytes, after each message too; 0: at the end, all */
};

static void round_trip(const struct framing *f, const size_t *lengths, size_t count,
		       struct pace pace)
{
	struct cd_outbox out;
	struct cd_inbox in;
	struct expected x = { lengths, count, 0 };

	cd_outbox_init(&out, CQL_CLIENT, NULL, 0);
	cd_inbox_init(&in, CQL_SERVER, NULL, NULL);
	cd_outbox_switch(&out, f->version, f->lz4);
	cd_inbox_switch(&in, f->version, f->lz4);
	for (size_t i = 0; i < count; i++) {
		CD_CHECK(write_one(&out, (unsigned)i, lengths[i], NULL), f->name);
		if (pace.seal_every && i % pace.seal_every == 0)
			CD_CHECK(cd_outbox_seal(&out, NULL), f->name);
		if (pace.send) {
			pump(&out, &in, pace.send);
			check_arrivals(f->name, &in, &x);
		}
	}
	CD_CHECK(cd_outbox_seal(&out, NULL) && cd_outbox_seal(&out, NULL), f->name);
	while (pump(&out, &in, pace.send ? pace.send : SIZE_MAX))
		check_arrivals(f->name, &in, &x);
	CD_CHECK(x.next == count, f->name);
	CD_CHECK(cd_inbox_empty(&in), f->name);
	CD_CHECK(out.bytes.len == 0 && out.sent == 0, f->name);
	cd_outbox_deinit(&out);
	cd_inbox_deinit(&in);
}

static void all_paces(const size_t *lengths, size_t count, size_t small)
{
	const struct pace paces[] = { { 0, 0 },     { 1, 0 },          { 7, 0 },    { 1, small },
				      { 7, small }, { 0, 10 * small }, { 3, 65536 } };

	for (size_t f = 0; f < CD_COUNT(framings); f++)
		for (size_t p = 0; p < CD_COUNT(paces); p++)
			round_trip(&framings[f], lengths, count, paces[p]);
}

static void test_small_ones(void **state)
{
	size_t lengths[300];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(lengths); i++)
		lengths[i] = i * 7 % 61;
	all_paces(lengths, CD_COUNT(lengths), 13);
}

/* Many that fill more than one segment. */
static void test_middling_ones(void **state)
{
	size_t lengths[60];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(lengths); i++)
		lengths[i] = 5000 + i * 97;
	all_paces(lengths, CD_COUNT(lengths), 4001);
}

static void test_around_the_limit(void **state)
{
	static const size_t most = CQL_SEGMENT_MAX - CQL_HEADER_SIZE;
	(void)state;

	for (size_t k = 0; k < 4; k++) {
		const size_t lengths[] = { 10,
					   most - k,
					   20,
					   most + k,
					   0,
					   2 * most + k,
					   2 * CQL_SEGMENT_MAX - CQL_HEADER_SIZE,
					   300000,
					   1,
					   most - 9 - k,
					   9,
					   most - 9,
					   k };
		all_paces(lengths, CD_COUNT(lengths), 50000);
	}
}

/* Every segment on the wire keeps the rules, whoever reads it. */
static void test_segments(void **state)
{
	static const size_t lengths[] = { 10,     20, 131000, 40,    131062, 131063,
					  262142, 5,  60000,  60000, 60000 };
	(void)state;

	for (int lz4 = 0; lz4 < 2; lz4++) {
		struct cd_outbox out;
		size_t header = cd_segment_header_size(lz4), parts = 0, wholes = 0;
		cd_outbox_init(&out, CQL_CLIENT, NULL, 0);
		cd_outbox_switch(&out, 5, lz4);
		for (size_t i = 0; i < CD_COUNT(lengths); i++)
			assert_true(write_one(&out, (unsigned)i, lengths[i], NULL));
		assert_true(cd_outbox_seal(&out, NULL));
		struct cd_span p = cd_outbox_pending(&out);
		for (size_t at = 0; at < p.len;) {
			struct cd_segment s;
			assert_true(p.len - at >= header);
			assert_true(cd_segment_read(p.at + at, lz4, &s));
			assert_true(s.wire_len > 0 && s.wire_len <= CQL_SEGMENT_MAX);
			assert_true(!s.unpacked || s.wire_len < s.unpacked);
			assert_true(s.self_contained || s.unpacked ||
				    s.wire_len >= CQL_HEADER_SIZE || parts > 0);
			parts += !s.self_contained;
			wholes += s.self_contained;
			at += header + s.wire_len + CD_SEGMENT_TRAILER;
			assert_true(at <= p.len);
		}
		assert_int_equal(parts, 2 + 3);
		assert_true(wholes >= 4 && wholes <= 6);
		cd_outbox_deinit(&out);
	}
}

/* Nothing but sealed bytes is given out, and a partial send moves nothing that is not sent. */
static void test_pending(void **state)
{
	struct cd_outbox out;
	(void)state;

	cd_outbox_init(&out, CQL_CLIENT, NULL, 0);
	assert_int_equal(cd_outbox_pending(&out).len, 0);
	cd_outbox_switch(&out, 5, false);
	assert_true(write_one(&out, 0, 100, NULL));
	assert_int_equal(cd_outbox_pending(&out).len, 0);
	assert_true(cd_outbox_seal(&out, NULL));
	assert_int_equal(cd_outbox_pending(&out).len, 6 + 109 + 4);
	assert_true(write_one(&out, 1, 50, NULL));
	assert_int_equal(cd_outbox_pending(&out).len, 6 + 109 + 4);
	cd_outbox_sent(&out, 119);
	assert_int_equal(cd_outbox_pending(&out).len, 0);
	assert_true(cd_outbox_seal(&out, NULL));
	assert_int_equal(cd_outbox_pending(&out).len, 6 + 59 + 4);
	cd_outbox_sent(&out, 69);
	assert_int_equal(out.bytes.len, 0);
	cd_outbox_deinit(&out);

	/* bare envelopes need no seal */
	cd_outbox_init(&out, CQL_SERVER, NULL, 0);
	cd_outbox_set_version(&out, 4);
	size_t mark = cd_outbox_begin(&out, 0, -1, CQL_OP_READY);
	assert_true(cd_outbox_end(&out, mark, NULL));
	struct cd_span p = cd_outbox_pending(&out), want = cd_unhex("8400ffff0200000000");
	assert_int_equal(p.len, want.len);
	assert_memory_equal(p.at, want.at, want.len);
	cd_unhex_free(want);
	cd_outbox_deinit(&out);
}

static void test_abort(void **state)
{
	(void)state;

	for (size_t f = 0; f < CD_COUNT(framings); f++) {
		struct cd_outbox out;
		struct cd_inbox in;
		static const size_t lengths[] = { 30, 40 };
		struct expected x = { lengths, 2, 0 };
		cd_outbox_init(&out, CQL_CLIENT, NULL, 0);
		cd_inbox_init(&in, CQL_SERVER, NULL, NULL);
		cd_outbox_switch(&out, framings[f].version, framings[f].lz4);
		cd_inbox_switch(&in, framings[f].version, framings[f].lz4);
		size_t mark = cd_outbox_begin(&out, 0, 9, CQL_OP_QUERY);
		cd_buffer_be32(&out.bytes, 1);
		cd_outbox_abort(&out, mark); /* as the first in a segment, */
		assert_int_equal(out.bytes.len, 0);
		assert_true(cd_outbox_seal(&out, NULL));
		assert_int_equal(cd_outbox_pending(&out).len, 0);
		assert_true(write_one(&out, 0, 30, NULL));
		mark = cd_outbox_begin(&out, 0, 9, CQL_OP_QUERY);
		out.bytes.failed = true;
		cd_outbox_abort(&out, mark); /* behind another, after a failure */
		assert_true(write_one(&out, 1, 40, NULL));
		assert_true(cd_outbox_seal(&out, NULL));
		pump(&out, &in, SIZE_MAX);
		check_arrivals(framings[f].name, &in, &x);
		assert_int_equal(x.next, 2);
		cd_outbox_deinit(&out);
		cd_inbox_deinit(&in);
	}
}

static void test_too_long(void **state)
{
	(void)state;

	for (size_t f = 0; f < CD_COUNT(framings); f++) {
		struct cd_outbox out;
		coodie_error err;
		cd_outbox_init(&out, CQL_CLIENT, NULL, 1000);
		cd_outbox_switch(&out, framings[f].version, framings[f].lz4);
		assert_true(write_one(&out, 0, 1000, &err));
		size_t len = out.bytes.len;
		assert_false(write_one(&out, 0, 1001, &err));
		assert_int_equal(err.code, COODIE_ERR_LIMIT);
		assert_int_equal(out.bytes.len, len);
		assert_true(cd_outbox_seal(&out, NULL));
		cd_outbox_deinit(&out);
	}
}

/* ---- memory: a message that could not be written leaves the others as they were ------------- */

struct attempt {
	const struct framing *framing;
	const size_t *lengths;
	size_t count;
};

static bool write_all(const coodie_allocator *a, void *user)
{
	const struct attempt *t = user;
	struct cd_outbox out;
	struct cd_inbox in;
	cql_envelope e;
	size_t written = 0, arrived = 0;
	bool all = true;

	cd_outbox_init(&out, CQL_CLIENT, a, 0);
	cd_inbox_init(&in, CQL_SERVER, NULL, NULL);
	cd_outbox_switch(&out, t->framing->version, t->framing->lz4);
	cd_inbox_switch(&in, t->framing->version, t->framing->lz4);
	for (size_t i = 0; i < t->count; i++) {
		coodie_error err = { 0 };
		bool ok = write_one(&out, (unsigned)i, t->lengths[i], &err);
		assert_int_equal(err.code, ok ? COODIE_OK : COODIE_ERR_NO_MEMORY);
		all = all && ok;
		written += ok;
		if (i % 2)
			all = cd_outbox_seal(&out, &err) && all;
	}
	bool sealed = cd_outbox_seal(&out, NULL);
	pump(&out, &in, SIZE_MAX);
	enum cql_inbox_status status;
	coodie_error err = { 0 };
	while ((status = cd_inbox_next(&in, &e, &err)) == CQL_INBOX_ENVELOPE) {
		uint8_t *want = malloc(e.body.len + 1);
		size_t len = t->lengths[e.stream];
		assert_int_equal(e.body.len, len);
		fill(want, len, (unsigned)e.stream);
		assert_true(len == 0 || memcmp(want, e.body.data, len) == 0);
		free(want);
		arrived++;
	}
	if (status == CQL_INBOX_FAILED)
		fail_msg("%s: %s", t->framing->name, err.message);
	assert_true(sealed ? arrived == written : arrived <= written);
	cd_outbox_deinit(&out);
	cd_inbox_deinit(&in);
	return all && sealed;
}

static void test_no_memory(void **state)
{
	static const size_t lengths[] = { 10,     100, 3000,  131062, 70,    131063, 40,
					  300000, 20,  60000, 60000,  60000, 1 };
	(void)state;

	for (size_t f = 0; f < CD_COUNT(framings); f++) {
		struct attempt t = { &framings[f], lengths, CD_COUNT(lengths) };
		CD_CHECK(cd_failalloc_each(framings[f].name, write_all, &t), framings[f].name);
	}
}

/* What is short goes as it is, and is read all the same. */
static void test_compress_min(void **state)
{
	static const uint8_t zeros[1000];

	(void)state;
	for (uint8_t version = 4; version <= 5; version++) {
		size_t sizes[2];
		for (int packed = 0; packed < 2; packed++) {
			struct cd_outbox out;
			coodie_error err;
			cd_outbox_init(&out, CQL_CLIENT, NULL, 1 << 20);
			cd_outbox_switch(&out, version, true);
			out.compress_min = packed ? 0 : 2000;
			size_t mark = cd_outbox_begin(&out, 0, 1, CQL_OP_QUERY);
			cd_buffer_bytes(&out.bytes, zeros, sizeof zeros);
			assert_true(cd_outbox_end(&out, mark, &err));
			assert_true(cd_outbox_seal(&out, &err));
			sizes[packed] = cd_outbox_pending(&out).len;
			cd_outbox_deinit(&out);
		}
		assert_true(sizes[0] > sizeof zeros);
		assert_true(sizes[1] < 100);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compress_min),  cmocka_unit_test(test_small_ones),
		cmocka_unit_test(test_middling_ones), cmocka_unit_test(test_around_the_limit),
		cmocka_unit_test(test_segments),      cmocka_unit_test(test_pending),
		cmocka_unit_test(test_abort),         cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
