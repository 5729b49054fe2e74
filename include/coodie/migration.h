/* SPDX-License-Identifier: MIT */
/**
 * @file migration.h
 * What a migration written in C sees. `20261122_001_fill_ratings.c`, built by the runner
 * (migrate.h) into a plug-in:
 *
 *     #include <coodie/migration.h>
 *
 *     static bool upgrade(coodie_migration *m, coodie_error *err)
 *     {
 *         bool there;
 *
 *         if (!coodie_migration_has_column(m, NULL, "reviews", "rating", &there, err))
 *             return false;
 *         return there || coodie_migration_execute(m, "ALTER TABLE reviews ADD rating int",
 *                                                  CQL_ARGS(), err);
 *     }
 *
 *     COODIE_MIGRATION(.description = "Ratings", .upgrade = upgrade);
 *
 * **After a kill** the function runs again from its beginning. Its statements are counted: those
 * that were done are skipped, so the n-th one has to be the same text with the same values each time.
 *
 * All calls belong to the thread that runs the function; they block.
 */
#ifndef COODIE_MIGRATION_H
#define COODIE_MIGRATION_H

#include <coodie/session.h>

COODIE_BEGIN

/** What a migration is given; lives as long as the call. */
typedef struct coodie_migration coodie_migration;

/** One direction. @return false with `err` filled: the run ends, what was done stays done */
typedef bool coodie_migration_fn(coodie_migration *m, coodie_error *err);

/** A migration; written as COODIE_MIGRATION(.upgrade = up) at file scope. */
typedef struct coodie_migration_table {
	size_t size; /**< filled by COODIE_MIGRATION */
	const char *description;
	coodie_migration_fn *upgrade;
	coodie_migration_fn *downgrade; /**< NULL: it cannot be rolled back */
	bool destructive; /**< its upgrade drops, truncates or deletes: runs only with leave */
} coodie_migration_table;

#ifndef __cplusplus
#define COODIE_MIGRATION(...) \
	COODIE_API extern const coodie_migration_table coodie_migration_plugin; \
	const coodie_migration_table coodie_migration_plugin = { \
		.size = sizeof(coodie_migration_table), __VA_ARGS__ \
	}
#endif

/** The session, for what a statement alone cannot do: coodie_save(), coodie_find() through models.
 * What is written so is not counted, and is written again after a kill. */
COODIE_API coodie_session *coodie_migration_session(const coodie_migration *m);
/** The keyspace of the run, as stored: that of statements that name none. */
COODIE_API const char *coodie_migration_keyspace(const coodie_migration *m);
/** "20261122_001_fill_ratings" */
COODIE_API const char *coodie_migration_name(const coodie_migration *m);
/** Whether nothing is to be changed: coodie_migration_execute() tells and does nothing. */
COODIE_API bool coodie_migration_is_dry_run(const coodie_migration *m);

/**
 * Runs a statement that changes something, once: counted, and skipped where an earlier run that was
 * killed has done it. One that changes the schema waits for all nodes to agree.
 * @param args  CQL_ARGS(...)
 */
COODIE_API bool coodie_migration_execute(coodie_migration *m, const char *cql, cql_args args,
					 coodie_error *err);
/** The same for a statement that may run twice: what a kill left open is simply run again. */
COODIE_API bool coodie_migration_execute_idempotent(coodie_migration *m, const char *cql,
						    cql_args args, coodie_error *err);
/** Runs a SELECT, in a dry run too. @return freed with coodie_result_free(); NULL on error */
COODIE_API coodie_result *coodie_migration_query(coodie_migration *m, const char *cql,
						 cql_args args, coodie_error *err);

/**
 * Asks the cluster, in a dry run too: what the migrations before it would have made is not there then.
 * @param keyspace  as CQL writes it; NULL: that of the run
 * @param has       out
 */
COODIE_API bool coodie_migration_has_table(coodie_migration *m, const char *keyspace,
					   const char *table, bool *has, coodie_error *err);
COODIE_API bool coodie_migration_has_column(coodie_migration *m, const char *keyspace,
					    const char *table, const char *column, bool *has,
					    coodie_error *err);
COODIE_API bool coodie_migration_has_index(coodie_migration *m, const char *keyspace,
					   const char *table, const char *index, bool *has,
					   coodie_error *err);

/** Says a line to who listens to the run's events. */
COODIE_API void coodie_migration_note(coodie_migration *m, const char *format, ...)
	COODIE_PRINTF(2, 3);

COODIE_END

#endif
