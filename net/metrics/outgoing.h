/* SPDX-License-Identifier: MIT */
/* What the user's hook adds to a request as it is submitted: entries of its custom payload. */
#ifndef NET_OUTGOING_H
#define NET_OUTGOING_H

#include <coodie/message.h>
#include <coodie/metrics.h>

#include "base/arena.h"

/* Lives on the stack of a call that submits; `entries` are in the arena of the request. */
struct coodie_outgoing {
	const char *cql;
	struct cd_arena *arena;
	cql_payload *entries;
	uint16_t count, size;
	uint32_t len; /* of keys and values */
	void *context;
};

/* `entries` (which may be NULL) are those the request has already; they are copied, not what they
 * point to. */
bool cd_outgoing_init(struct coodie_outgoing *o, struct cd_arena *arena, const char *cql,
		      const cql_payload *entries, uint16_t count, coodie_error *err);

#endif
