/* SPDX-License-Identifier: MIT */
/**
 * @file migrate.h
 * Schema differences as a value, and migrations.
 *
 * Serves SM-10 to SM-31, MG-01 to MG-36, M10, M11. The tables
 * `_coodie_migrations` and `_coodie_migrations_lock` are those of Python coodie: either tool can
 * go on where the other stopped.
 *
 * Adds to coodie_sync:
 *
 *     bool add_columns;           ALTER TABLE ADD for regular and static columns that are missing
 *     bool alter_options;         ALTER TABLE WITH for options of the model that differ (SM-10)
 *     bool drop_removed_indexes;  drops indexes the model does not have (SM-21)
 *
 */
#ifndef COODIE_MIGRATE_H
#define COODIE_MIGRATE_H

#include <coodie/schema.h>

COODIE_BEGIN

/* ---- the difference between models and a cluster ----------------------------------------- */

enum coodie_change_kind {
	COODIE_CHANGE_CREATE_TYPE = 1,
	COODIE_CHANGE_ADD_FIELD,
	COODIE_CHANGE_CREATE_TABLE,
	COODIE_CHANGE_ADD_COLUMN,
	COODIE_CHANGE_DROP_COLUMN,
	COODIE_CHANGE_COLUMN_TYPE,
	COODIE_CHANGE_COLUMN_ROLE, /**< partition key, clustering, static, regular */
	COODIE_CHANGE_CLUSTERING_ORDER,
	COODIE_CHANGE_CREATE_INDEX,
	COODIE_CHANGE_DROP_INDEX,
	COODIE_CHANGE_OPTION,
	COODIE_CHANGE_CREATE_VIEW,
	COODIE_CHANGE_VIEW
};

enum coodie_change_risk {
	COODIE_RISK_NONE = 0,
	COODIE_RISK_DESTROYS,  /**< data is lost: a column, an index */
	COODIE_RISK_IMPOSSIBLE /**< no statement does it: the table must be made anew */
};

/** One change; texts are borrowed from the difference. */
typedef struct coodie_change {
	size_t size; /**< sizeof(coodie_change), set by the caller */
	enum coodie_change_kind kind;
	enum coodie_change_risk risk;
	const char *keyspace, *table;
	const char *name;     /**< of the column, field, index or option */
	const char *now;      /**< what the cluster has; NULL for nothing */
	const char *want;     /**< what the model says; NULL for nothing */
	const char *cql;      /**< the statement that makes it so; NULL when there is none */
	const char *undo_cql; /**< and the one back; NULL when there is none */
} coodie_change;

/** Immutable; any thread may read it. */
typedef struct coodie_diff coodie_diff;

/** Called once: `take_diff` is the callee's. */
typedef void coodie_diff_fn(coodie_diff *take_diff, const coodie_error *err, void *user);

/**
 * Compares models, their types and their views with a cluster, dependencies first. Only reads.
 * @return freed with coodie_diff_free(); NULL on error
 */
COODIE_API coodie_diff *coodie_schema_diff(coodie_session *s, const coodie_model *const *models,
					   size_t count, coodie_error *err);
COODIE_API bool coodie_schema_diff_async(coodie_session *s, const coodie_model *const *models,
					 size_t count, coodie_diff_fn *done, void *user,
					 coodie_error *err);
COODIE_API void coodie_diff_free(coodie_diff *diff);
COODIE_API size_t coodie_diff_count(const coodie_diff *diff);
/** Fills `change` (its `size` is set by the caller). @return false past the end */
COODIE_API bool coodie_diff_at(const coodie_diff *diff, size_t i, coodie_change *change);
/** Writes it for people ([+] add, [-] drop, [~] change, [!] impossible), as snprintf() does. */
COODIE_API size_t coodie_diff_format(const coodie_diff *diff, char *out, size_t size);
/** Writes the text of a migration file, both sections, as snprintf() does (MG-30). */
COODIE_API size_t coodie_diff_migration(const coodie_diff *diff, const char *description,
					char *out, size_t size);
/** Runs the changes that `options` allow, in order, waiting for schema agreement after each. */
COODIE_API bool coodie_diff_apply(coodie_session *s, const coodie_diff *diff,
				  const coodie_sync *options, coodie_error *err);
COODIE_API bool coodie_diff_apply_async(coodie_session *s, const coodie_diff *diff,
					const coodie_sync *options, coodie_status_fn *done,
					void *user, coodie_error *err);

/* ---- migrations -------------------------------------------------------------------------- */

/** Runs a directory of files `YYYYMMDD_NNN_description.cql` or `.c` (compiled to `.so`). */
typedef struct coodie_migrator coodie_migrator;

/** Options; written as COODIE_MIGRATE(.dry_run = true). */
typedef struct coodie_migrate {
	size_t size;
	bool dry_run;           /**< no lock, no record, no change; reads are made */
	bool allow_destructive; /**< runs files that declare they destroy data */
	bool accept_changed;    /**< goes on although the checksum of an applied file differs */
	const char *target;     /**< stops after the file of this prefix; unknown is an error */
	uint32_t steps;         /**< of a rollback; 0: 1 */
	uint32_t lock_ttl_s;    /**< 0: 300; renewed while it runs */
	uint32_t lock_wait_ms;  /**< how long to wait for another owner; 0: not at all */
	coodie_cql_fn *each;    /**< told each statement; may be NULL */
	void *user;
} coodie_migrate;

#ifndef __cplusplus
#define COODIE_MIGRATE(...)                                                                   \
	(&(const coodie_migrate){ .size = sizeof(coodie_migrate), __VA_ARGS__ })
#endif

/** One file, or one row whose file is missing; texts are borrowed from the migrator. */
typedef struct coodie_migration_status {
	size_t size;      /**< sizeof(coodie_migration_status), set by the caller */
	const char *name; /**< file name without its ending */
	const char *description;
	cql_timestamp applied_at; /**< 0 when pending */
	bool applied, file_missing, checksum_differs, reversible, destructive;
} coodie_migration_status;

/** Reads and checks the directory; no I/O to the cluster. Freed with coodie_migrator_free(). */
COODIE_API coodie_migrator *coodie_migrator_new(coodie_session *s, const char *keyspace,
						const char *directory, coodie_error *err);
COODIE_API void coodie_migrator_free(coodie_migrator *mg);
/** Reads the state table (QUORUM) and compares. Blocking, like all calls of a migrator. */
COODIE_API bool coodie_migrator_refresh(coodie_migrator *mg, coodie_error *err);
COODIE_API size_t coodie_migrator_count(const coodie_migrator *mg);
COODIE_API bool coodie_migrator_at(const coodie_migrator *mg, size_t i,
				   coodie_migration_status *status);
/** Applies what is pending, in order, under the lock. @param applied  how many; may be NULL */
COODIE_API bool coodie_migrator_apply(coodie_migrator *mg, const coodie_migrate *options,
				      size_t *applied, coodie_error *err);
/** Takes the newest back; one that cannot be reversed is refused before anything is run. */
COODIE_API bool coodie_migrator_rollback(coodie_migrator *mg, const coodie_migrate *options,
					 size_t *rolled_back, coodie_error *err);

/** What a compiled migration is given. */
typedef struct coodie_migration_context coodie_migration_context;

/** A compiled migration: a plug-in exports one, `coodie_migration_entry`. */
typedef struct coodie_migration {
	size_t size;
	const char *description;
	bool destructive;
	bool (*upgrade)(coodie_migration_context *ctx, coodie_error *err);
	/** NULL: there is no way back. */
	bool (*downgrade)(coodie_migration_context *ctx, coodie_error *err);
} coodie_migration;

#ifndef __cplusplus
/** `COODIE_MIGRATION(.description = "...", .upgrade = up, .downgrade = down);` at file scope. */
#define COODIE_MIGRATION(...)                                                                 \
	extern const coodie_migration coodie_migration_entry;                                 \
	const coodie_migration coodie_migration_entry = { .size = sizeof(coodie_migration),   \
							  __VA_ARGS__ }
#endif

/** Runs a statement; in a dry run it is only told. */
COODIE_API bool coodie_migration_execute(coodie_migration_context *ctx, const char *cql,
					 cql_args args, coodie_error *err);
/** Reads, also in a dry run (MG-04). */
COODIE_API bool coodie_migration_column_exists(coodie_migration_context *ctx, const char *table,
					       const char *column, bool *exists,
					       coodie_error *err);
COODIE_API bool coodie_migration_index_exists(coodie_migration_context *ctx, const char *index,
					      bool *exists, coodie_error *err);
COODIE_API coodie_session *coodie_migration_session(coodie_migration_context *ctx);
COODIE_API bool coodie_migration_is_dry_run(const coodie_migration_context *ctx);

COODIE_END

#endif
