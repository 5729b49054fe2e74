/* SPDX-License-Identifier: MIT */
/* Which of two versions of a cell wins. */
#ifndef NODE_MERGE_H
#define NODE_MERGE_H

#include <string.h>

#include "node/store/store_parts.h"

struct nd_version {
	enum nd_stored_kind kind;
	int64_t timestamp_us;
	int64_t local; /* as in nd_stored_cell */
	int32_t ttl;
	cql_blob value;
};

static inline struct nd_version nd_version_of(const struct nd_stored_cell *cell)
{
	return (struct nd_version){
		.kind = cell->kind,
		.timestamp_us = cell->timestamp_us,
		.local = cell->local,
		.ttl = cell->ttl,
		.value = { cell->bytes + cell->path_len, cell->value_len },
	};
}

/* Puts a version into a cell that has room for it. */
static inline void nd_cell_fill(struct nd_stored_cell *cell, const struct nd_version *v)
{
	cell->timestamp_us = v->timestamp_us;
	cell->local = v->local;
	cell->ttl = v->ttl;
	cell->value_len = (uint32_t)v->value.len;
	cell->kind = (uint8_t)v->kind;
	if (v->value.len)
		memcpy(cell->bytes + cell->path_len, v->value.data, v->value.len);
}

static inline struct nd_version nd_version_from(const struct nd_change *change, int64_t now_seconds)
{
	static const enum nd_stored_kind kinds[] = {
		[ND_CHANGE_CELL] = ND_STORED_VALUE,
		[ND_CHANGE_ERASE] = ND_STORED_TOMBSTONE,
		[ND_CHANGE_ERASE_ALL] = ND_STORED_ERASED_ALL,
		[ND_CHANGE_COUNT] = ND_STORED_COUNT,
	};
	struct nd_version v = {
		.kind = kinds[change->kind],
		.timestamp_us = change->timestamp_us,
	};

	if (v.kind == ND_STORED_VALUE) {
		v.value = change->value;
		v.ttl = change->ttl;
		v.local = nd_change_expires(change, now_seconds);
	} else if (v.kind != ND_STORED_COUNT) {
		v.local = now_seconds;
	}
	return v;
}

/* Whether the newcomer takes the place of what is there; of the same time, or a counter: */
bool nd_version_wins_tie(const struct nd_version *v, const struct nd_version *old);
static inline bool nd_version_wins(const struct nd_version *v, const struct nd_version *old)
{
	if (v->timestamp_us == old->timestamp_us || v->kind == ND_STORED_COUNT ||
	    old->kind == ND_STORED_COUNT)
		return nd_version_wins_tie(v, old);
	return v->timestamp_us > old->timestamp_us;
}

#endif
