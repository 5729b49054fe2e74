/* SPDX-License-Identifier: MIT */
/**
 * @file cluster.h
 * What a session knows about its cluster: the newest snapshot, and how it is kept up to date.
 *
 * With loop threads one loop reads for all of them: `done` runs on it. The nodes are read when a session has connected, then the schema: page by page, a few statements at
 * a time, built a keyspace per turn of the loop, so that requests go on meanwhile. After that only what
 * events name is read, 200 ms after the first of them; options: `schema_metadata`, `schema_keyspaces`,
 * `metadata_timeout_ms`, `refresh_s`. With `single_node` nothing is read. Serves M7 to M9, M11, N4,
 * N5, U13, U14, U25.
 */
#ifndef COODIE_CLUSTER_H
#define COODIE_CLUSTER_H

#include <coodie/metadata.h>
#include <coodie/session.h>

COODIE_BEGIN

/**
 * The newest snapshot. Call it where the session's other calls are made (with loop threads: anywhere);
 * the snapshot itself may go to any thread. Just after connecting it may not have the schema yet: coodie_session_refresh() waits.
 * @param err  COODIE_ERR_CLOSED: nothing is known yet; COODIE_ERR_UNSUPPORTED: `single_node`, or a
 *             session that was made from a driver
 * @return given back with coodie_metadata_free(), also after the session; NULL on error
 */
COODIE_API coodie_metadata *coodie_session_metadata(coodie_session *s, coodie_error *err);

/**
 * Reads nodes and schema again now, connecting first if need be, and calls `done` when the snapshot is
 * up to date. It waits `metadata_timeout_ms` at most.
 * @param err  COODIE_ERR_UNSUPPORTED as above; in the callback also why it could not be read
 */
COODIE_API bool coodie_session_refresh(coodie_session *s, coodie_error *err);
COODIE_API bool coodie_session_refresh_async(coodie_session *s, coodie_status_fn *done, void *user,
					     coodie_error *err);

/* ---- agreement --------------------------------------------------------------------------- */

/*
 * A statement that changes the schema ends when all nodes that are up have the same one, or after
 * `schema_wait_ms` (0: it does not wait): then a warning is logged, and coodie_result_schema_agreed()
 * of its result is false (M11). The node that carried it out is asked: at once, then after 10 ms,
 * growing to `schema_interval_ms` (U25). A cluster of one node agrees without being asked.
 */

/**
 * Waits until every node that is up has one schema.
 * @param timeout_ms  0: `schema_wait_ms`, or 10,000 when that is none
 * @param err         COODIE_ERR_TIMEOUT: how many nodes had another one, or why it is not known
 */
COODIE_API bool coodie_schema_agreement(coodie_session *s, uint32_t timeout_ms, coodie_error *err);
COODIE_API bool coodie_schema_agreement_async(coodie_session *s, uint32_t timeout_ms,
					      coodie_status_fn *done, void *user,
					      coodie_error *err);

COODIE_END

#endif
