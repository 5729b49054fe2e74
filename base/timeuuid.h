/* SPDX-License-Identifier: MIT */
/* Version 1 uuids (RFC 9562 section 5.1): their ticks, and a source whose clock can be set. */
#ifndef BASE_TIMEUUID_H
#define BASE_TIMEUUID_H

#include <stdatomic.h>

#include <coodie/uuid.h>

/* Ticks of 100 ns from 1582-10-15 to 1970-01-01, in a millisecond, and the most a uuid holds. */
#define CD_TICKS_TO_1970 INT64_C(0x01B21DD213814000)
#define CD_TICKS_PER_MS 10000
#define CD_TICKS_MOST ((UINT64_C(1) << 60) - 1)

/* The time now in ticks. Called on any thread. */
typedef uint64_t cd_ticks_fn(void *user);

struct cql_timeuuid_source {
	coodie_allocator allocator;
	cd_ticks_fn *now;
	void *user;
	uint8_t node[6];
	uint16_t clock_sequence; /* 14 bits: that of cql_timeuuid_next() */
	_Atomic uint64_t last;   /* ticks of the newest */
	_Atomic uint64_t placed; /* how many cql_timeuuid_at() gave out */
};

/* `node` NULL: a random one. */
bool cd_timeuuid_source_init(cql_timeuuid_source *s, const uint8_t *node, cd_ticks_fn *now,
			     void *user, coodie_error *err);

/* A uuid of these ticks; `tail` is its last eight bytes. */
cql_uuid cd_timeuuid_of(uint64_t ticks, uint64_t tail);
/* The first tick of a millisecond; times a uuid cannot hold are moved to the nearest it can. */
uint64_t cd_ticks_of(int64_t milliseconds);

#endif
