/* SPDX-License-Identifier: MIT */
/* proto/segment.h: headers and trailers as others write them, and every damage to them. */
#include "tests/test.h"

#include <stdlib.h>

#include "proto/segment.h"
#include "tests/guard.h"
#include "tests/hex.h"

static const struct {
	const char *name;
	bool lz4, whole, only_way;
	const char *payload, *hex;
} rows[] = {
#define X(name, lz4, whole, only_way, payload, hex) { name, lz4, whole, only_way, payload, hex },
#include "tests/data/segments.inc"
#undef X
};

static const struct {
	const char *name, *pattern;
	size_t len;
	bool whole;
	const char *header, *trailer;
} large[] = {
#define X(name, pattern, len, whole, header, trailer) \
	{ name, pattern, len, whole, header, trailer },
#include "tests/data/segments_large.inc"
#undef X
};

static void test_headers(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span in = cd_unhex(rows[i].hex), payload = cd_unhex(rows[i].payload);
		size_t size = cd_segment_header_size(rows[i].lz4);
		struct cd_segment s;
		uint8_t again[CD_SEGMENT_HEADER_LZ4], trailer[CD_SEGMENT_TRAILER];
		const uint8_t *at = cd_guard_copy(&g, in.at, size);
		CD_CHECK(cd_segment_read(at, rows[i].lz4, &s), rows[i].name);
		CD_CHECK(s.self_contained == rows[i].whole, rows[i].name);
		CD_CHECK(size + s.wire_len + CD_SEGMENT_TRAILER == in.len, rows[i].name);
		CD_CHECK(s.unpacked ? s.unpacked == payload.len : s.wire_len == payload.len,
			 rows[i].name);
		at = cd_guard_copy(&g, in.at, in.len);
		CD_CHECK(cd_segment_trailer_matches(at + size + s.wire_len, at + size, s.wire_len),
			 rows[i].name);
		cd_segment_write(again, rows[i].lz4, &s);
		CD_CHECK(memcmp(again, in.at, size) == 0, rows[i].name);
		cd_segment_write_trailer(trailer, in.at + size, s.wire_len);
		CD_CHECK(memcmp(trailer, in.at + size + s.wire_len, 4) == 0, rows[i].name);
		cd_unhex_free(in);
		cd_unhex_free(payload);
	}
	cd_guard_deinit(&g);
}

static void test_large(void **state)
{
	uint8_t *payload = malloc(CQL_SEGMENT_MAX);
	(void)state;

	for (size_t i = 0; i < CD_COUNT(large); i++) {
		struct cd_span pattern = cd_unhex(large[i].pattern);
		struct cd_span header = cd_unhex(large[i].header);
		struct cd_span trailer = cd_unhex(large[i].trailer);
		struct cd_segment s = { .wire_len = (uint32_t)large[i].len,
					.self_contained = large[i].whole };
		uint8_t got[CD_SEGMENT_HEADER];
		for (size_t k = 0; k < large[i].len; k++)
			payload[k] = pattern.at[k % pattern.len];
		cd_segment_write(got, false, &s);
		CD_CHECK(memcmp(got, header.at, sizeof got) == 0, large[i].name);
		cd_segment_write_trailer(got, payload, large[i].len);
		CD_CHECK(memcmp(got, trailer.at, CD_SEGMENT_TRAILER) == 0, large[i].name);
		cd_unhex_free(pattern);
		cd_unhex_free(header);
		cd_unhex_free(trailer);
	}
	free(payload);
}

/* Any one bit of a header is noticed. */
static void test_flipped_bits(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span in = cd_unhex(rows[i].hex);
		uint8_t header[CD_SEGMENT_HEADER_LZ4];
		size_t size = cd_segment_header_size(rows[i].lz4);
		struct cd_segment s;
		memcpy(header, in.at, size);
		for (size_t bit = 0; bit < 8 * size; bit++) {
			header[bit / 8] ^= (uint8_t)(1u << bit % 8);
			CD_CHECK(!cd_segment_read(header, rows[i].lz4, &s), rows[i].name);
			header[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		cd_unhex_free(in);
	}
}

static void test_limits(void **state)
{
	static const struct cd_segment limits[] = {
		{ 0, 0, false },
		{ CQL_SEGMENT_MAX, CQL_SEGMENT_MAX, true },
		{ 1, CQL_SEGMENT_MAX, false },
		{ CQL_SEGMENT_MAX, 0, true },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(limits); i++) {
		uint8_t header[CD_SEGMENT_HEADER_LZ4];
		struct cd_segment s;
		cd_segment_write(header, true, &limits[i]);
		assert_true(cd_segment_read(header, true, &s));
		assert_int_equal(s.wire_len, limits[i].wire_len);
		assert_int_equal(s.unpacked, limits[i].unpacked);
		assert_int_equal(s.self_contained, limits[i].self_contained);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
