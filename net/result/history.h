/* SPDX-License-Identifier: MIT */
/* What came before an answer: attempts at other nodes, a consistency that was lowered. Noted with the
 * request, then kept with its result. */
#ifndef NET_HISTORY_H
#define NET_HISTORY_H

#include <coodie/result.h>
#include <coodie/wire.h>

#include "base/arena.h"

/* Where a connection leads. `address.length` 0: a path, or nowhere. */
struct cd_place {
	cql_inet address;
	uint16_t port;
};

struct cd_trial {
	struct cd_trial *next; /* the one before */
	struct cd_place place;
	enum coodie_errc code;
	int32_t server_code;
};

/* While the request is under way. */
struct cd_history_notes {
	struct cd_trial *last;
	uint32_t count;
	cql_consistency asked; /* before it was lowered; UNSET: it was not */
	cql_consistency used;
};

/* With the result. */
struct cd_history {
	uint32_t count;
	char warning[80]; /* of ours; "": none */
	struct cd_trial trials[];
};

/* At most so many are kept. */
enum { CD_HISTORY_MOST = 64 };

/* False: out of memory, and it is not noted. */
bool cd_history_add(struct cd_history_notes *n, struct cd_arena *arena,
		    const struct cd_place *place, const coodie_error *err);
/* One allocation. NULL: nothing to tell, or out of memory. */
struct cd_history *cd_history_new(const coodie_allocator *a, const struct cd_history_notes *n);

#endif
