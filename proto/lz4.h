/* SPDX-License-Identifier: MIT */
/* LZ4 blocks: with a length in front in v4 (v4 section 5), without in v5. */
#ifndef PROTO_LZ4_H
#define PROTO_LZ4_H

#include "base/buffer.h"
#include "base/reader.h"

#include <coodie/error.h>

/* Unpacks a block that must give exactly `size` bytes and appends them. A claim beyond 255 times
 * its input, or beyond `max`, is refused before anything is allocated. */
bool cd_lz4_unpack(struct cd_buffer *out, struct cd_span block, size_t size, size_t max,
		   coodie_error *err);
/* Appends the block of `len` bytes; false: out of memory. */
bool cd_lz4_pack(struct cd_buffer *out, const uint8_t *data, size_t len);

#endif
