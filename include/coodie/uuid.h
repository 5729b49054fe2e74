/* SPDX-License-Identifier: MIT */
/**
 * @file uuid.h
 * Time-based uuids: a generator, the bounds of a millisecond, and the time inside one.
 *
 * Serves TY-11, TY-12, TY-43, Q21, U36. Nothing here does I/O.
 */
#ifndef COODIE_UUID_H
#define COODIE_UUID_H

#include <coodie/alloc.h>
#include <coodie/value.h>

COODIE_BEGIN

/**
 * Makes version 1 uuids (RFC 9562 section 5.1) that never repeat. There is no process-wide one:
 * it is an object, since the library keeps no global state. Any thread may use one at any time; the
 * child of a fork() makes one of its own.
 */
typedef struct cql_timeuuid_source cql_timeuuid_source;

/**
 * Makes a source with a random node (multicast bit set) and a random clock sequence.
 * @param allocator  copied; NULL for malloc
 * @return freed with cql_timeuuid_source_free(); NULL when out of memory or of entropy
 */
COODIE_API cql_timeuuid_source *cql_timeuuid_source_new(const coodie_allocator *allocator,
							coodie_error *err);
/** As above with a node of your own, for ids that tell where they were made. */
COODIE_API cql_timeuuid_source *cql_timeuuid_source_new_node(const coodie_allocator *allocator,
							     const uint8_t node[6],
							     coodie_error *err);
/** Frees a source; NULL is fine. */
COODIE_API void cql_timeuuid_source_free(cql_timeuuid_source *source);

/**
 * The next uuid: later than every one before it from the same source, on any thread. When the
 * clock stands still or steps back it goes on by one tick (100 ns) from the last.
 */
COODIE_API cql_uuid cql_timeuuid_next(cql_timeuuid_source *source);
/** A uuid of a given millisecond: unique among the 163,830,000 made so before and after it, and
 * among those of cql_timeuuid_next(); not monotonic. */
COODIE_API cql_uuid cql_timeuuid_at(cql_timeuuid_source *source, cql_timestamp when);

/**
 * The smallest timeuuid of a millisecond in Cassandra's order: `id >= ?` (minTimeuuid()). Times
 * that no timeuuid has, before 1582-10-15 and after the year 5236, are moved to the nearest.
 */
COODIE_API cql_uuid cql_timeuuid_min(cql_timestamp when);
/** The largest timeuuid of a millisecond in Cassandra's order: `id <= ?` (maxTimeuuid()). */
COODIE_API cql_uuid cql_timeuuid_max(cql_timestamp when);

/** @return the version nibble: 1 for a timeuuid, 4 for a random one */
COODIE_API unsigned cql_uuid_version(cql_uuid uuid);
/** Reads the time of a version 1 uuid, rounded down. COODIE_ERR_TYPE for another version. */
COODIE_API bool cql_uuid_timestamp(cql_uuid uuid, cql_timestamp *out, coodie_error *err);
/** Byte equality. */
COODIE_API bool cql_uuid_equal(cql_uuid a, cql_uuid b);
/** The order of a timeuuid column: by time, then by signed bytes. @return < 0, 0, > 0 */
COODIE_API int cql_timeuuid_compare(cql_uuid a, cql_uuid b);

COODIE_END

#endif
