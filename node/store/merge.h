/* SPDX-License-Identifier: MIT */
/* Which of two versions of a cell wins. */
#ifndef NODE_MERGE_H
#define NODE_MERGE_H

#include "node/store/store_parts.h"

struct nd_version {
	enum nd_stored_kind kind;
	int64_t timestamp_us;
	int64_t local; /* as in nd_stored_cell */
	int32_t ttl;
	cql_blob value;
};

struct nd_version nd_version_of(const struct nd_stored_cell *cell);
struct nd_version nd_version_from(const struct nd_change *change, int64_t now_seconds);
/* Whether the newcomer takes the place of what is there. */
bool nd_version_wins(const struct nd_version *v, const struct nd_version *old);

#endif
