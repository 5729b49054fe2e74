/* SPDX-License-Identifier: MIT */
/**
 * @file schema.h
 * Making the cluster's schema what the models say.
 */
#ifndef COODIE_SCHEMA_H
#define COODIE_SCHEMA_H

#include <coodie/udt.h>

COODIE_BEGIN

/**
 * Called with each statement that was run, or with dry_run would be. A line that begins with "-- ",
 * a comment in CQL, says what differs and was left as it is; it goes to the session's log as well.
 */
typedef void coodie_cql_fn(const char *cql, void *user);

/** Options of a sync; written as COODIE_SYNC(.dry_run = true). */
typedef struct coodie_sync {
	size_t size;
	bool dry_run;        /**< reads, says what it would do, changes nothing */
	coodie_cql_fn *each; /**< told each statement; may be NULL */
	void *user;
	uint32_t timeout_ms; /**< of each statement; 0: the session's */
	bool allow_destructive;    /**< what loses something is run too: a view or an index that differs
				      is dropped and made anew. No sync drops a column or a table */
	bool drop_removed_indexes; /**< indexes that the model does not have are dropped (SM-21) */
	bool keep_options;         /**< options of tables and views are not compared (SM-10) */
	bool keep_removed; /**< of coodie_diff_apply(): what would only be dropped is told and left,
				      without leave for it, and nothing is refused for that */
} coodie_sync;

/** Options of a new keyspace; written as COODIE_KEYSPACE(.replication_factor = 3). One of the first
 * three; none: one replica. */
typedef struct coodie_keyspace {
	size_t size;
	uint32_t replication_factor; /**< SimpleStrategy; 0 means 1 */
	const char *replication; /**< a whole CQL map instead: "{'class': 'NetworkTopologyStrategy',
				    'dc1': 3}" */
	const char *datacenters; /**< NetworkTopologyStrategy: "dc1: 3, dc2: 2" (SM-01) */
	bool no_durable_writes;  /**< writes skip the commit log (SM-02) */
	const char *tablets; /**< ScyllaDB's, a CQL map, said when it is made: "{'enabled': false}" */
} coodie_keyspace;

#ifndef __cplusplus
#define COODIE_SYNC(...) (&(const coodie_sync){ .size = sizeof(coodie_sync), __VA_ARGS__ })
#define COODIE_KEYSPACE(...) \
	(&(const coodie_keyspace){ .size = sizeof(coodie_keyspace), __VA_ARGS__ })
#endif

/**
 * CREATE KEYSPACE IF NOT EXISTS. An existing keyspace is left as it is.
 * @param name  as in CQL: case counts only in double quotes
 * @param err   COODIE_ERR_INVALID: the name, or options that exclude one another
 */
COODIE_API bool coodie_create_keyspace(coodie_session *s, const char *name,
				       const coodie_keyspace *options, coodie_error *err);
COODIE_API bool coodie_create_keyspace_async(coodie_session *s, const char *name,
					     const coodie_keyspace *options, coodie_status_fn *done,
					     void *user, coodie_error *err);
/**
 * The same, and ALTER KEYSPACE where one that exists differs. Replication that the options do not name is not
 * compared. Run a repair after replicas were added.
 */
COODIE_API bool coodie_sync_keyspace(coodie_session *s, const char *name,
				     const coodie_keyspace *options, const coodie_sync *how,
				     coodie_error *err);
COODIE_API bool coodie_sync_keyspace_async(coodie_session *s, const char *name,
					   const coodie_keyspace *options, const coodie_sync *how,
					   coodie_status_fn *done, void *user, coodie_error *err);
/** DROP KEYSPACE IF EXISTS, with all that is in it. */
COODIE_API bool coodie_drop_keyspace(coodie_session *s, const char *name, coodie_error *err);
COODIE_API bool coodie_drop_keyspace_async(coodie_session *s, const char *name,
					   coodie_status_fn *done, void *user, coodie_error *err);

/**
 * Creates a model's table and its indexes where they are missing, adds columns that a table has not (SM-12), and
 * alters options that differ (SM-10, SM-11). A column's type, kind or order, the key, and an index of the model's name
 * that is another, are refused with COODIE_ERR_CONFLICT: all that differs, and what to do; nothing is changed then.
 * Columns and indexes that the model does not have are told and left (SM-13, SM-21). An index counts as there when
 * its column, what of it is indexed (values, keys, entries, full), and the class and options that the model
 * names are the same, whatever its name. A second sync does nothing, and one that another client runs at the same time
 * is no error (SM-28).
 *
 * A custom index whose class the server does not have is left out: `options->each` and the log are
 * told (VX-04). Afterwards the model's SELECT by key, INSERT and UPDATE are prepared (CN-18), but
 * not with dry_run. The sync of a family's base makes the columns of all its structs (PO-09).
 */
COODIE_API bool coodie_sync_table(coodie_session *s, const coodie_model *m,
				  const coodie_sync *options, coodie_error *err);
COODIE_API bool coodie_sync_table_async(coodie_session *s, const coodie_model *m,
					const coodie_sync *options, coodie_status_fn *done,
					void *user, coodie_error *err);

/**
 * Creates a type, and those it is made of first, or adds fields that are missing. A field that is
 * gone from the struct, or of another type, is told to `options->each` and left (UD-05, UD-06). The
 * keyspace is the type's, or the session's (UD-04); a type of the same name in another keyspace is
 * another type (UD-18). coodie_sync_table() does this by itself, in its table's keyspace (UD-07).
 * Nobody has to be told of a new type: values name their fields' types on the wire (UD-13).
 * @param err  COODIE_ERR_MODEL: the type is wrong, or made of itself (the message says how)
 */
COODIE_API bool coodie_sync_type(coodie_session *s, const coodie_udt *type, const coodie_sync *options, coodie_error *err);
COODIE_API bool coodie_sync_type_async(coodie_session *s, const coodie_udt *type, const coodie_sync *options, coodie_status_fn *done, void *user, coodie_error *err);
/** DROP TYPE IF EXISTS (UD-08); those it is made of stay. */
COODIE_API bool coodie_drop_type(coodie_session *s, const coodie_udt *type, coodie_error *err);
COODIE_API bool coodie_drop_type_async(coodie_session *s, const coodie_udt *type, coodie_status_fn *done, void *user, coodie_error *err);

/** DROP TABLE IF EXISTS; the next sync creates it again (LC-29). Refused for a view. */
COODIE_API bool coodie_drop_table(coodie_session *s, const coodie_model *m, coodie_error *err);
COODIE_API bool coodie_drop_table_async(coodie_session *s, const coodie_model *m,
					coodie_status_fn *done, void *user, coodie_error *err);
/** Where a model's table or view is, besides its own place: each of these keyspaces in each of these clusters (SM-24).
 * Written as COODIE_PLACES(.keyspaces = names, .keyspace_count = 2). */
typedef struct coodie_places {
	size_t size;
	const char *const *keyspaces; /**< as in CQL, instead of the model's; none: the model's */
	size_t keyspace_count;
	coodie_session *const *sessions; /**< instead of the call's; none: that one */
	size_t session_count;
} coodie_places;

#ifndef __cplusplus
#define COODIE_PLACES(...) (&(const coodie_places){ .size = sizeof(coodie_places), __VA_ARGS__ })
#endif

/**
 * coodie_sync_table(), or of a view coodie_sync_view(), in one place after the other, and waits for each. Keyspaces
 * have to be there; types are made in each. The first place that fails ends it: the error names its keyspace, and
 * what was done before it stays. Nothing is prepared for keyspaces that are not the model's.
 * @param s  of the model; may be NULL where `where` has sessions
 */
COODIE_API bool coodie_sync_everywhere(coodie_session *s, const coodie_model *m,
				       const coodie_places *where, const coodie_sync *options,
				       coodie_error *err);
/** Likewise: `done` is called once, by the thread of the last session. What `where` points to stays until then, and
 * all sessions do. */
COODIE_API bool coodie_sync_everywhere_async(coodie_session *s, const coodie_model *m,
					     const coodie_places *where, const coodie_sync *options,
					     coodie_status_fn *done, void *user, coodie_error *err);
/** coodie_drop_table(), or of a view coodie_drop_view(), likewise. `options` may have it only told. */
COODIE_API bool coodie_drop_everywhere(coodie_session *s, const coodie_model *m,
				       const coodie_places *where, const coodie_sync *options,
				       coodie_error *err);
COODIE_API bool coodie_drop_everywhere_async(coodie_session *s, const coodie_model *m,
					     const coodie_places *where, const coodie_sync *options,
					     coodie_status_fn *done, void *user, coodie_error *err);
/** TRUNCATE TABLE: all rows of all partitions (LC-30). Refused for a view. */
COODIE_API bool coodie_truncate(coodie_session *s, const coodie_model *m, coodie_error *err);
COODIE_API bool coodie_truncate_async(coodie_session *s, const coodie_model *m,
				      coodie_status_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
