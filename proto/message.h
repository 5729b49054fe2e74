/* SPDX-License-Identifier: MIT */
/* Messages whole: an opcode's pair of functions behind the prefix that all may have. */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include <coodie/message.h>

#include "base/arena.h"
#include "proto/outbox.h"

/* As cql_message_read(), but the rows of a result are not walked, and after a failure `out` holds
 * what was read so far. `terms` NULL: defaults. */
bool cd_message_read(const cql_envelope *e, const cql_terms *terms, struct cd_arena *arena,
		     cql_message *out, coodie_error *err);
/* As cql_message_write(), in the version of the outbox. */
bool cd_message_write(struct cd_outbox *out, const cql_message *m, const cql_terms *terms,
		      coodie_error *err);

#endif
