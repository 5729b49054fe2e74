/* SPDX-License-Identifier: MIT */
/* What clients send (v4 section 4.1), read and written. */
#ifndef PROTO_REQUEST_H
#define PROTO_REQUEST_H

#include "proto/message_fn.h"

cd_read_fn cd_read_startup, cd_read_query, cd_read_prepare, cd_read_execute, cd_read_batch,
	cd_read_register, cd_read_token;
cd_write_fn cd_write_startup, cd_write_query, cd_write_prepare, cd_write_execute, cd_write_batch,
	cd_write_register, cd_write_token;

/* EXECUTE in pieces, for those who write its values themselves: the head up to the first of `count`
 * values, and the tail behind the last. A parameter that cannot be sent must have been refused
 * before. The tail's result is where the timestamp stands in it; -1: it has none. */
void cd_write_execute_head(struct cd_buffer *b, unsigned version, const cql_terms *terms,
			   const cql_result *prepared, const cql_params *p, uint16_t count);
ptrdiff_t cd_write_execute_tail(struct cd_buffer *b, unsigned version, const cql_terms *terms,
				const cql_params *p);

/* BATCH in pieces: what stands before the statements, one of them, and what stands behind. */
void cd_write_batch_head(struct cd_encoder *w, enum cql_batch_type type, uint16_t count);
void cd_write_batch_item(struct cd_encoder *w, const cql_batch_item *item);
void cd_write_batch_tail(struct cd_encoder *w, const cql_params *p);

#endif
