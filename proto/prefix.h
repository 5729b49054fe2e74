/* SPDX-License-Identifier: MIT */
/* What stands before a message, by its header's flags: trace id, warnings, custom payload, in this
 * order (v4 section 2.2, v5 section 2.1.2). */
#ifndef PROTO_PREFIX_H
#define PROTO_PREFIX_H

#include "proto/message_fn.h"

/* What there may be one by; with none of them there is nothing to read. */
enum { CD_PREFIX_FLAGS = CQL_FLAG_TRACING | CQL_FLAG_WARNINGS | CQL_FLAG_CUSTOM_PAYLOAD };

/* By m->flags. A request has a custom payload at most: its tracing flag adds no bytes. */
void cd_read_prefix(struct cd_decoder *d, cql_message *m);
void cd_write_prefix(struct cd_encoder *w, const cql_message *m);
/* The flags a header must have for this message: those of its prefix, and of m->flags those that
 * stand for no bytes. */
uint8_t cd_message_flags(const cql_message *m);

#endif
