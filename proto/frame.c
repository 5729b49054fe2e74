/* SPDX-License-Identifier: MIT */
/* The nine bytes in front of every message. */
#include "proto/frame.h"

const struct cd_limits cd_limits_default = { .max_body = 256u << 20, .max_depth = 16 };

struct cd_limits cd_limits_of(const cql_terms *terms)
{
	struct cd_limits limits = cd_limits_default;

	if (terms && terms->max_body)
		limits.max_body = terms->max_body;
	if (terms && terms->max_depth)
		limits.max_depth = terms->max_depth;
	return limits;
}

struct cd_header cd_header_read(const uint8_t at[CQL_HEADER_SIZE])
{
	return (struct cd_header){
		.version = at[0],
		.flags = at[1],
		.stream = (int16_t)cd_get_be16(at + 2),
		.opcode = at[4],
		.length = (int32_t)cd_get_be32(at + 5),
	};
}

void cd_header_write(uint8_t at[CQL_HEADER_SIZE], const struct cd_header *h)
{
	at[0] = h->version;
	at[1] = h->flags;
	cd_put_be16(at + 2, (uint16_t)h->stream);
	at[4] = h->opcode;
	cd_put_be32(at + 5, (uint32_t)h->length);
}
