/* SPDX-License-Identifier: MIT */
/* Raw snappy blocks, reading only: what v4 servers send when a client agreed on snappy (v4 section
 * 5). */
#ifndef PROTO_SNAPPY_H
#define PROTO_SNAPPY_H

#include <coodie/error.h>

#include "base/buffer.h"
#include "base/reader.h"

/* Unpacks a block, whose first bytes say how long it is unpacked, and appends that. A claim beyond
 * 22 times its input, or beyond `max`, is refused before anything is allocated. */
bool cd_snappy_unpack(struct cd_buffer *out, struct cd_span block, size_t max, coodie_error *err);

#endif
