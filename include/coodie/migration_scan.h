/* SPDX-License-Identifier: MIT */
/**
 * @file migration_scan.h
 * Data migrations: every row of a table, given to a function of the migration that may write.
 *
 *     static bool fill(coodie_migration *m, void *row, void *user, coodie_error *err)
 *     {
 *         return coodie_object_set(row, "stars", cql(3), err) &&
 *                coodie_save(coodie_migration_session(m), coodie_object_model(row), row, NULL, err);
 *     }
 *
 *     static bool upgrade(coodie_migration *m, coodie_error *err)
 *     {
 *         return coodie_migration_scan_table(m, "reviews", NULL, fill, NULL, err);
 *     }
 *
 * The ring of tokens is cut into even ranges, from the least token to the greatest; several ranges are
 * read at once, page by page. Each row is given exactly once: all of wide partitions, partitions of
 * static columns alone (their clustering columns are null), and partitions that share a token. What
 * is written meanwhile may be seen or not. For Murmur3Partitioner, the usual one.
 *
 * **After a kill** the scan goes on: how far each range is, is kept in the table
 * `_coodie_migrations_scan` behind each page, before more of that range is given. So no row is left out,
 * and the rows of at most one page of each open range come again: the function does what may be done
 * twice. Where the server does not take a place in a range any more (after an ALTER of the table, or
 * with another protocol version), that range goes on with the token of the last row that was given.
 *
 * **Memory** is that of `in_flight` + 1 pages, however large the table is. Serves MG-15 to MG-22.
 */
#ifndef COODIE_MIGRATION_SCAN_H
#define COODIE_MIGRATION_SCAN_H

#include <coodie/migration.h>
#include <coodie/model.h>

COODIE_BEGIN

/** How a table is scanned; written as COODIE_MIGRATION_SCAN(.rows_per_second = 1000). */
typedef struct coodie_migration_scan {
	size_t size;          /**< filled by COODIE_MIGRATION_SCAN */
	const char *keyspace; /**< of the table, as CQL writes it; NULL: that of the run */
	const coodie_model
		*model;      /**< rows are its objects, and the table is its; NULL: rows have no
					struct, their members are read by name (coodie/object.h) */
	const char *columns; /**< "stars, \"Odd name\"": read these and the key; NULL: all */
	uint32_t page_rows;  /**< 0: 1000 */
	uint32_t ranges;     /**< that the ring is cut into, 65536 at most; 0: 256 */
	uint32_t in_flight;  /**< ranges that are read at once, 1024 at most; 0: 8 */
	uint32_t rows_per_second; /**< no more than about this, all ranges together; 0: no limit */
	cql_consistency consistency; /**< of the reads; 0: QUORUM */
	bool restart; /**< begins again, where an earlier run left the scan half done */
} coodie_migration_scan;

#ifndef __cplusplus
#define COODIE_MIGRATION_SCAN(...) \
	(&(const coodie_migration_scan){ .size = sizeof(coodie_migration_scan), __VA_ARGS__ })
#endif

/**
 * Called for each row, on the thread that runs the migration, one row at a time: it may block.
 * @param object  tracked, valid during the call; written with coodie_object_model(object)
 * @return false with `err` filled: the scan fails, and the next run goes on with this page; false with
 *         `err` as it was: enough, the scan ends and is done
 */
typedef bool coodie_migration_row_fn(coodie_migration *m, void *object, void *user,
				     coodie_error *err);

/**
 * Gives every row of a table or a view. It is one of the counted statements of the migration: skipped
 * where an earlier run has done it, refused where that run had another scan in its place. A dry run
 * reads no rows: it tells what would be scanned (COODIE_MIGRATE_SCAN, COODIE_MIGRATE_PLANNED).
 * @param table  as in COODIE_MODEL; NULL with a model
 * @param err    COODIE_ERR_NOT_FOUND: no such table, with the nearest; COODIE_ERR_CONFLICT: another scan
 *               was begun; else "range 7 of 256: ..." and why: the next run goes on there
 */
COODIE_API bool coodie_migration_scan_table(coodie_migration *m, const char *table,
					    const coodie_migration_scan *options,
					    coodie_migration_row_fn *each, void *user,
					    coodie_error *err);

COODIE_END

#endif
