/* SPDX-License-Identifier: MIT */
/**
 * @file schema.h
 * Making the cluster's schema what the models say.
 */
#ifndef COODIE_SCHEMA_H
#define COODIE_SCHEMA_H

#include <coodie/model.h>

COODIE_BEGIN

/** Called with each statement that was run, or with dry_run would be. */
typedef void coodie_cql_fn(const char *cql, void *user);

/** Options of a sync; written as COODIE_SYNC(.dry_run = true). */
typedef struct coodie_sync {
	size_t size;
	bool dry_run;        /**< reads, says what it would do, changes nothing */
	coodie_cql_fn *each; /**< told each statement; may be NULL */
	void *user;
	uint32_t timeout_ms; /**< of each statement; 0: the session's */
} coodie_sync;

/** Options of a new keyspace; written as COODIE_KEYSPACE(.replication_factor = 3). */
typedef struct coodie_keyspace {
	size_t size;
	uint32_t replication_factor; /**< SimpleStrategy; 0 means 1 */
	const char *replication; /**< a whole CQL map instead: "{'class': 'NetworkTopologyStrategy',
				    'dc1': 3}" */
} coodie_keyspace;

#ifndef __cplusplus
#define COODIE_SYNC(...) (&(const coodie_sync){ .size = sizeof(coodie_sync), __VA_ARGS__ })
#define COODIE_KEYSPACE(...) \
	(&(const coodie_keyspace){ .size = sizeof(coodie_keyspace), __VA_ARGS__ })
#endif

/** CREATE KEYSPACE IF NOT EXISTS. An existing keyspace is left as it is. */
COODIE_API bool coodie_create_keyspace(coodie_session *s, const char *name,
				       const coodie_keyspace *options, coodie_error *err);

/**
 * Creates a model's table and its indexes where they are missing. A table that exists is compared:
 * a column that is missing, or of another type, kind or order, is refused with COODIE_ERR_CONFLICT
 * and the statement to run; nothing is changed then. A second sync does nothing.
 */
COODIE_API bool coodie_sync_table(coodie_session *s, const coodie_model *m,
				  const coodie_sync *options, coodie_error *err);
COODIE_API bool coodie_sync_table_async(coodie_session *s, const coodie_model *m,
					const coodie_sync *options, coodie_status_fn *done,
					void *user, coodie_error *err);

COODIE_END

#endif
