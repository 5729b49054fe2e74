/* SPDX-License-Identifier: MIT */
/**
 * @file scan.h
 * A whole table, range of tokens by range, several ranges at once: every row exactly once.
 *
 *     static bool each(void *object, void *user) { ...; return true; }
 *
 *     coodie_query *q = coodie_find(s, &user_model, NULL, CQL_ARGS());
 *     coodie_scan(q, COODIE_SCAN(.in_flight = 16), each, NULL, &err);
 *
 * The ring is cut into even ranges, from the least token to the greatest, so that nothing is left
 * out where it closes; each range is read page by page. A range holds one page at a time. What is
 * written meanwhile may be seen or not. For Murmur3Partitioner, the usual one. Serves Q13,
 * MG-15 to MG-21.
 */
#ifndef COODIE_SCAN_H
#define COODIE_SCAN_H

#include <coodie/query.h>

COODIE_BEGIN

/** How far a scan has come. */
typedef struct coodie_scan_progress {
	size_t size; /**< sizeof(coodie_scan_progress), set by the library */
	uint32_t ranges_done, ranges;
	uint64_t rows;     /**< given so far */
	const char *token; /**< for COODIE_SCAN(.after = ...): all rows before it have been given, of
			      those behind it some may; NULL: none yet. Borrowed for the call */
} coodie_scan_progress;

typedef void coodie_scan_progress_fn(const coodie_scan_progress *progress, void *user);

/** Options of a scan; written as COODIE_SCAN(.in_flight = 16). */
typedef struct coodie_scan_options {
	size_t size;
	uint32_t ranges;          /**< that the ring is cut into; 0: 256 (MG-16) */
	uint32_t in_flight;       /**< read at once; 0: 8 */
	uint32_t rows_per_second; /**< no more than about this, all ranges together; 0: no limit
				     (MG-20) */
	const char *after;        /**< goes on behind such a token, of the same query; NULL: from the
				     start (MG-19) */
	coodie_scan_progress_fn *progress; /**< told when a range has ended, with `user`; may be NULL
					      (MG-21) */
} coodie_scan_options;

#ifndef __cplusplus
#define COODIE_SCAN(...) \
	(&(const coodie_scan_options){ .size = sizeof(coodie_scan_options), __VA_ARGS__ })
#endif

/**
 * Called for each row, a tracked object that is valid during the call; coodie_dup() keeps it. With
 * loop threads it is called for several ranges at once. @return false to stop: no error
 */
typedef bool coodie_scan_fn(void *object, void *user);

/**
 * Reads all rows of a query. Its conditions name no partition key and no token; coodie_only(),
 * coodie_page_rows() and the like hold for each range; a limit and an order are refused.
 * @param err  COODIE_ERR_QUERY: what cannot be scanned, a token of another query; else "range 7 of
 *             256: ..." and why: no more ranges are begun then, and those under way end
 */
COODIE_API bool coodie_scan(coodie_query *q, const coodie_scan_options *options, coodie_scan_fn *each, void *user, coodie_error *err);
/** The query may be freed at once. */
COODIE_API bool coodie_scan_async(coodie_query *q, const coodie_scan_options *options, coodie_scan_fn *each, coodie_status_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
