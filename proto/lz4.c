/* SPDX-License-Identifier: MIT */
/* LZ4 blocks by liblz4, with every claim checked first. */
#include "proto/lz4.h"

#include <limits.h>
#include <lz4.h>

#include "base/error.h"

bool cd_lz4_unpack(struct cd_buffer *out, struct cd_span block, size_t size, size_t max,
		   coodie_error *err)
{
	/* 255 is the most a byte of LZ4 can stand for */
	if (size > max || block.len > INT_MAX || size / 255 > block.len)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "LZ4: %zu bytes claim to unpack to %zu (limit %zu)", block.len, size,
			       max);
	uint8_t *at = cd_buffer_grow(out, size ? size : 1);
	if (!at)
		return cd_no_memory(err, "an unpacked message");
	int got = LZ4_decompress_safe((const char *)block.at, (char *)at, (int)block.len,
				      (int)size);
	if (size == 0)
		out->len--;
	if (got >= 0 && (size_t)got == size)
		return true;
	out->len -= size;
	return cd_fail(err, COODIE_ERR_PROTOCOL,
		       "LZ4: a block of %zu bytes does not unpack to the %zu it claims", block.len,
		       size);
}

bool cd_lz4_pack(struct cd_buffer *out, const uint8_t *data, size_t len)
{
	int bound = len <= LZ4_MAX_INPUT_SIZE ? LZ4_compressBound((int)len) : 0;

	if (bound <= 0 || !cd_buffer_reserve(out, (size_t)bound)) {
		out->failed = true;
		return false;
	}
	int got = LZ4_compress_default((const char *)data, (char *)out->data + out->len, (int)len,
				       bound);
	out->failed |= got <= 0;
	out->len += got > 0 ? (size_t)got : 0;
	return got > 0;
}
