/* SPDX-License-Identifier: MIT */
/* The nine bytes in front of every message. */
#include "proto/frame.h"

const cql_terms cd_terms_default = {
	.size = sizeof(cql_terms),
	.max_body = 256u << 20,
	.max_depth = 16,
	.max_items = 65536,
};

static void fill(uint32_t *limit, uint32_t otherwise)
{
	if (!*limit)
		*limit = otherwise;
}

cql_terms cd_terms_of(const cql_terms *given)
{
	cql_terms t = { 0 };

	if (given)
		memcpy(&t, given, given->size < sizeof t ? given->size : sizeof t);
	t.size = sizeof t;
	fill(&t.max_body, cd_terms_default.max_body);
	fill(&t.max_depth, cd_terms_default.max_depth);
	fill(&t.max_items, cd_terms_default.max_items);
	return t;
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
