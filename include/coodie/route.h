/* SPDX-License-Identifier: MIT */
/**
 * @file route.h
 * Where requests go: the plan of one, many sorted by the replica and shard that keep them, and what
 * a session has learned of tablets.
 *
 * A route and groups are values: copies of what a session knew at one moment, owned by the caller,
 * read by any thread, and free to outlive the session. Numbers of a coodie_host are those of that
 * moment. NULL and an index past the end give NULL, 0 or false. Serves L11, Q10, S10, S12, U18, U19.
 */
#ifndef COODIE_ROUTE_H
#define COODIE_ROUTE_H

#include <coodie/host.h>
#include <coodie/session.h>

COODIE_BEGIN

/* ---- the plan of one request ------------------------------------------------------------- */

/** One step of a plan: a node that is tried when those before it failed. */
typedef struct coodie_target {
	size_t size;      /**< sizeof(coodie_target), set by the library */
	coodie_host host; /**< its texts live as long as the route */
	int32_t shard;    /**< -1: not sharded, or no token */
	bool is_replica;  /**< keeps the token */
} coodie_target;

/** Where a statement would go (L11). */
typedef struct coodie_route coodie_route;

/**
 * Explains a prepared statement with its binds: whom it would be sent to, and whom next. Nothing is
 * sent. The session's thread; with loop threads any: on one of them as that loop would do it, else as
 * the first would, which is waited for.
 * @param err  COODIE_ERR_INVALID, COODIE_ERR_TYPE, COODIE_ERR_RANGE (of a bind),
 *             COODIE_ERR_UNSUPPORTED (made from a driver), COODIE_ERR_NO_MEMORY
 * @return freed with coodie_route_free()
 */
COODIE_API coodie_route *coodie_route_prepared(coodie_session *s, coodie_prepared *p, cql_args args,
					       const coodie_request *r, coodie_error *err);
/** The same without a statement, with no options: explains a partition as coodie_group_partitions() takes it. */
COODIE_API coodie_route *coodie_route_partition(coodie_session *s, const char *keyspace, const char *table, const cql_blob *columns, size_t key_columns, coodie_error *err);
COODIE_API void coodie_route_free(coodie_route *route);
/** @return false when the statement has no token, or its partitioner is not Murmur3Partitioner */
COODIE_API bool coodie_route_token(const coodie_route *route, int64_t *token);
COODIE_API size_t coodie_route_count(const coodie_route *route);
/** The i-th to be tried, borrowed. */
COODIE_API const coodie_target *coodie_route_at(const coodie_route *route, size_t i);

/* ---- many requests ----------------------------------------------------------------------- */

/**
 * Keys that the same node keeps, on the same shard: the rows of one batch, the values of one IN
 * list, or requests that are sent to that node (Q10, U18).
 */
typedef struct coodie_group {
	size_t size;   /**< sizeof(coodie_group), set by the library */
	bool has_host; /**< false: nobody knows who keeps these; `host` is empty */
	coodie_host
		host; /**< the first replica, or the leader; its texts live as long as the groups */
	int32_t shard;         /**< -1: not sharded, or not known */
	const uint32_t *items; /**< which of the keys that were given, by ascending tokens */
	size_t count;          /**< of `items`, 1 or more */
} coodie_group;

/** Groups, those without a host last. Each key is in one of them. */
typedef struct coodie_groups coodie_groups;

/**
 * Groups executions of a prepared statement by the nodes and shards that keep them. Nothing is sent
 * or waited for: what is not known yet is not known. Threads as in coodie_route_prepared().
 * @param items  the binds of each
 * @param most   items of a group at most, what is more is another group; 0: no limit
 * @param err    COODIE_ERR_INVALID, COODIE_ERR_TYPE, COODIE_ERR_RANGE (of an item),
 *               COODIE_ERR_UNSUPPORTED (made from a driver), COODIE_ERR_NO_MEMORY
 * @return freed with coodie_groups_free()
 */
COODIE_API coodie_groups *coodie_group_prepared(coodie_session *s, coodie_prepared *p,
						const cql_args *items, size_t count, size_t most,
						coodie_error *err);
/**
 * The same without a statement: groups partitions of a table.
 * @param keyspace     as in the system tables (no quotes)
 * @param table        likewise
 * @param columns      the columns of each key in their order, as cql_encode() makes them: key after key
 * @param key_columns  of each key, 1 to 16
 */
COODIE_API coodie_groups *coodie_group_partitions(coodie_session *s, const char *keyspace, const char *table, const cql_blob *columns, size_t key_columns, size_t count, size_t most, coodie_error *err);
COODIE_API void coodie_groups_free(coodie_groups *groups);
COODIE_API size_t coodie_groups_count(const coodie_groups *groups);
/** The i-th group, borrowed. */
COODIE_API const coodie_group *coodie_groups_at(const coodie_groups *groups, size_t i);

/* ---- tablets ----------------------------------------------------------------------------- */

/**
 * What a session knows of the tablets of one table (S10). It learns by answers to requests that went
 * to a wrong place: a miss is a request whose tablet was not known.
 */
typedef struct coodie_tablet_stats {
	size_t size;              /**< sizeof(coodie_tablet_stats), set by the caller */
	cql_text keyspace, table; /**< borrowed; not terminated; the session's */
	uint32_t tablets;         /**< known now */
	uint64_t hits, misses;    /**< requests so far */
} coodie_tablet_stats;

/**
 * The i-th table that something was asked or learned of. The session's thread; with loop threads any:
 * sums of all loops, on one of them its own.
 * @return false past the last, and where the session was made from a driver: `err`
 */
COODIE_API bool coodie_session_tablet_stats(coodie_session *s, size_t i, coodie_tablet_stats *out,
					    coodie_error *err);
/**
 * Reads where the tablets of a keyspace or a table are, so that the first requests to each go to the
 * right place (S12, U19). Needs the right to read system.tablets.
 * @param keyspace  NULL: of all
 * @param table     likewise
 * @param err  COODIE_ERR_CLOSED: not connected yet; COODIE_ERR_UNSUPPORTED: not ScyllaDB,
 *             or made from a driver; the server's, where it refuses. With loop threads errors may
 *             come by `done`, when all loops have learned what was read
 */
COODIE_API bool coodie_session_warm_up_async(coodie_session *s, const char *keyspace,
					     const char *table, coodie_status_fn *done, void *user,
					     coodie_error *err);
/**
 * Writes all that is known of tablets, as snprintf() does: for the next process, which then need not
 * learn by being misrouted (S12, U19). Threads as in coodie_route_prepared().
 * @param out   nothing is written when `size` is too small; NULL with 0 to ask
 * @return how many bytes it takes; 0 with `err`
 */
COODIE_API size_t coodie_session_save_tablets(coodie_session *s, void *out, size_t size,
					      coodie_error *err);
/**
 * Takes what was saved, also before the session is connected; of tables of which something is known
 * nothing is taken. What has changed since is learned as ever. With loop
 * threads any: one loop takes it at once, the others with their next turn.
 * @param err  COODIE_ERR_PROTOCOL: not such bytes, or damaged ones; COODIE_ERR_UNSUPPORTED,
 *             COODIE_ERR_NO_MEMORY
 */
COODIE_API bool coodie_session_load_tablets(coodie_session *s, const void *data, size_t len,
					    coodie_error *err);

COODIE_END

#endif
