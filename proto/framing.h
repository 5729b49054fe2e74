/* SPDX-License-Identifier: MIT */
/* The inbox and outbox that users hold: those of connections, with their allocator beside them. */
#ifndef PROTO_FRAMING_H
#define PROTO_FRAMING_H

#include <coodie/framing.h>

#include "proto/inbox.h"
#include "proto/outbox.h"

struct cql_inbox {
	coodie_allocator allocator;
	struct cd_inbox in;
};

enum { CD_PLAIN_MAX = 1 << 20 };

struct cql_outbox {
	coodie_allocator allocator;
	bool switched; /* one version from now on; before, each envelope has its own */
	struct cd_outbox out;
	uint8_t plain_version; /* of EXECUTEs of up to CD_PLAIN_MAX bytes, which are no more than
				  appended; 0: none */
};

/* The version of what is written next; 0: as it is. COODIE_ERR_INVALID: there is no such version, or
 * another was agreed on. */
bool cd_framing_set_version(cql_outbox *out, unsigned version, coodie_error *err);

#endif
