/* SPDX-License-Identifier: MIT */
/* The shape of every message's decoder and encoder: the table in proto/message.c has a pair for
 * each opcode. */
#ifndef PROTO_MESSAGE_FN_H
#define PROTO_MESSAGE_FN_H

#include "proto/coder.h"

/* Reads what follows the prefix into m->as; failure stays in `d`. */
typedef void cd_read_fn(struct cd_decoder *d, cql_message *m);
/* Appends it; failure stays in `w`. */
typedef void cd_write_fn(struct cd_encoder *w, const cql_message *m);

#endif
