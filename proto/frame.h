/* SPDX-License-Identifier: MIT */
/* The envelope around every message: nine bytes (v4 section 2, v5 section 2.1). */
#ifndef PROTO_FRAME_H
#define PROTO_FRAME_H

#include <coodie/envelope.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "proto/opcode.h"

enum {
	CD_VERSION_MIN = 4,
	CD_VERSION_MAX = 5,
};

/* What cql_terms say when nothing is given. */
extern const cql_terms cd_terms_default;

/* `given` (NULL: nothing) with its zeros replaced by the defaults; fields beyond given->size are
 * not looked at. */
cql_terms cd_terms_of(const cql_terms *given);

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
