/* SPDX-License-Identifier: MIT */
/* The envelope around every message: nine bytes (v4 section 2, v5 section 2.1). */
#ifndef PROTO_FRAME_H
#define PROTO_FRAME_H

#include <coodie/error.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "proto/opcode.h"

enum {
	CD_VERSION_MIN = 4,
	CD_VERSION_MAX = 5,
};

/* What a peer may claim. */
struct cd_limits {
	uint32_t max_body;  /* bytes of one message, unpacked too; default 256 MiB */
	uint32_t max_depth; /* of nested types; default 16 */
};

extern const struct cd_limits cd_limits_default;

/* Those of `terms` (NULL: none), zeros replaced by the defaults. */
struct cd_limits cd_limits_of(const cql_terms *terms);

/* One message. `body` is unpacked; borrowed from where it was read. */
struct cd_envelope {
	uint8_t version; /* without the direction bit */
	uint8_t flags;
	int16_t stream;
	uint8_t opcode;
	struct cd_span body;
};

/* A header as it stands; checks nothing. */
struct cd_header {
	uint8_t version; /* with the direction bit */
	uint8_t flags;
	int16_t stream;
	uint8_t opcode;
	int32_t length;
};

struct cd_header cd_header_read(const uint8_t at[CQL_HEADER_SIZE]);
void cd_header_write(uint8_t at[CQL_HEADER_SIZE], const struct cd_header *h);

#endif
