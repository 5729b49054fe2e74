/* SPDX-License-Identifier: MIT */
/* Paging states of DESCRIBE: the schema's version, and a number of rows. */
#include "node/describe/describe_page.h"

#include "base/buffer.h"
#include "base/reader.h"

enum {
	MARK = 0x6465, /* another one than that of rows' paging states */
	SIZE = 2 + sizeof(cql_uuid) + 4
};

bool nd_describe_page_write(struct nd_request *x, uint32_t rows)
{
	uint8_t *at = cd_arena_take(x->arena, SIZE);

	if (!at)
		return nd_no_memory(&x->problem);
	cd_put_be16(at, MARK);
	memcpy(at + 2, x->db->schema.version.bytes, sizeof(cql_uuid));
	cd_put_be32(at + 2 + sizeof(cql_uuid), rows);
	x->result.metadata.paging_state = (cql_blob){ at, SIZE };
	return true;
}

bool nd_describe_page_read(struct nd_request *x, uint32_t *rows)
{
	cql_blob state = x->paging_state;
	struct cd_reader r = cd_reader_over(state.data, state.len);

	*rows = 0;
	if (!state.data)
		return true;
	if (state.len != SIZE || cd_reader_be16(&r) != MARK)
		return nd_refuse(&x->problem, ND_PROTOCOL_ERROR,
				 "Invalid value for the paging state");
	if (memcmp(state.data + 2, x->db->schema.version.bytes, sizeof(cql_uuid)) != 0)
		return nd_refuse(&x->problem, ND_INVALID,
				 "The schema has changed since the previous page of the DESCRIBE "
				 "statement result. Please retry the DESCRIBE statement.");
	*rows = cd_get_be32(state.data + SIZE - 4);
	return true;
}
