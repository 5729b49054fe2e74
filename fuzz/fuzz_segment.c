/* SPDX-License-Identifier: MIT */
/* One segment: taken apart, unpacked, built again; and any payload, packed and unpacked.
 *
 * Input: a byte of setup, then a segment or a payload. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/mend.h"

/* What was written is read as the same payload. */
static void check_written(cql_blob payload, bool self_contained, bool lz4)
{
	struct fuzz_budget budget;
	coodie_error err;
	cql_blob wire, plain;
	cql_segment s;

	fuzz_budget_init(&budget, payload.len, FUZZ_TIMES);
	cql_arena *arena = fuzz_arena(&budget);
	bool fits = payload.len <= CQL_SEGMENT_MAX;
	bool written = cql_segment_write(payload, self_contained, lz4, arena, &wire, &err);
	FUZZ_CHECK(written == fits);
	if (written) {
		FUZZ_CHECK_OK(cql_segment_read(wire, lz4, &s, &err) == CQL_INBOX_ENVELOPE, &err);
		FUZZ_CHECK(s.size == wire.len);
		FUZZ_CHECK(s.is_self_contained == self_contained);
		FUZZ_CHECK_OK(cql_segment_unpack(&s, arena, &plain, &err), &err);
		FUZZ_CHECK(fuzz_same(plain, payload));
	}
	cql_arena_free(arena);
	fuzz_budget_end(&budget);
}

/* Whatever is cut off, the rest is awaited. */
static void check_prefixes(cql_blob bytes, size_t size, bool lz4)
{
	cql_segment s;
	size_t step = size / 64 + 1;

	for (size_t len = 0; len < size; len += step)
		FUZZ_CHECK(cql_segment_read((cql_blob){ bytes.data, len }, lz4, &s, NULL) ==
			   CQL_INBOX_MORE);
}

static void check_read(cql_blob bytes, bool lz4)
{
	struct fuzz_budget budget;
	coodie_error err;
	cql_segment s;
	cql_blob plain;

	fuzz_budget_init(&budget, bytes.len, lz4 ? FUZZ_TIMES_LZ4 : FUZZ_TIMES);
	cql_arena *arena = fuzz_arena(&budget);
	if (cql_segment_read(bytes, lz4, &s, &err) == CQL_INBOX_ENVELOPE) {
		FUZZ_CHECK(s.size <= bytes.len);
		FUZZ_CHECK(s.payload.len == s.payload_len);
		FUZZ_CHECK(cql_crc32(s.payload.data, s.payload.len) == s.payload_crc);
		check_prefixes(bytes, s.size, lz4);
		if (cql_segment_unpack(&s, arena, &plain, &err)) {
			FUZZ_CHECK(plain.len == (s.plain_len ? s.plain_len : s.payload_len));
			check_written(plain, s.is_self_contained, lz4);
		}
	}
	cql_arena_free(arena);
	fuzz_budget_end(&budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	uint8_t bits = fuzz_u8(&in);
	bool lz4 = bits & 1;

	if (bits & 2) {
		check_written(in, bits & 4, lz4);
		return 0;
	}
	uint8_t *bytes = fuzz_copy(in);
	if (bits & 8)
		fuzz_mend(bytes, in.len, lz4);
	check_read((cql_blob){ bytes, in.len }, lz4);
	free(bytes);
	return 0;
}
