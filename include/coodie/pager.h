/* SPDX-License-Identifier: MIT */
/**
 * @file pager.h
 * Results of many pages, page by page or row by row, with the next page on its way.
 *
 *     coodie_pager *all = coodie_pager_query(s, "SELECT id FROM t", CQL_ARGS(), NULL, NULL, &err);
 *     for (const coodie_cursor *row; (row = coodie_pager_row(all, &err));)
 *         ...
 *     coodie_pager_free(all);
 *
 * A pager asks for a page before it is needed, and for no more until one is taken: so many pages are
 * held, whatever the result's size. It is used by one thread at a time and freed before its session;
 * when that has gone down meanwhile, callbacks and calls say COODIE_ERR_CLOSED. Serves Q11, Q12.
 */
#ifndef COODIE_PAGER_H
#define COODIE_PAGER_H

#include <coodie/driver.h>

COODIE_BEGIN

/** Written as COODIE_PAGER(.ahead = 2). */
typedef struct coodie_pager_options {
	size_t size;      /**< filled by COODIE_PAGER */
	uint32_t ahead;   /**< pages held that nobody has taken yet; 0: 1; at most 1024 */
	bool no_prefetch; /**< the next page is asked for when it is waited for */
} coodie_pager_options;

#ifndef __cplusplus
#define COODIE_PAGER(...) \
	(&(const coodie_pager_options){ .size = sizeof(coodie_pager_options), __VA_ARGS__ })
#endif

typedef struct coodie_pager coodie_pager;

/**
 * Asks for the first page.
 * @param st       everything is copied; no batch. `page_rows` of its request is the pages' size,
 *                 `paging_state` where to begin, `timeout_ms` bounds each page
 * @param options  NULL: defaults
 * @return freed with coodie_pager_free(); NULL when the request was refused
 */
COODIE_API coodie_pager *coodie_pager_new(coodie_session *s, const coodie_statement *st,
					  const coodie_pager_options *options, coodie_error *err);
COODIE_API coodie_pager *coodie_pager_query(coodie_session *s, const char *cql, cql_args args,
					    const coodie_request *r,
					    const coodie_pager_options *options, coodie_error *err);
COODIE_API coodie_pager *coodie_pager_execute(coodie_session *s, coodie_prepared *p, cql_args args,
					      const coodie_request *r,
					      const coodie_pager_options *options,
					      coodie_error *err);
/**
 * Ends it, at any time, inside its callbacks too: what was asked for is cancelled, a callback that has not
 * run yet hears COODIE_ERR_CANCELLED. Pages and rows that were taken stay. NULL is fine.
 */
COODIE_API void coodie_pager_free(coodie_pager *p);

/**
 * The next page, which may be empty: freed by the caller. Blocks when it is not there yet.
 * @return NULL with code COODIE_OK behind the last; after an error, that error again. With
 * COODIE_ERR_WOULD_BLOCK where nothing may block: the page can be had later
 */
COODIE_API coodie_result *coodie_pager_next(coodie_pager *p, coodie_error *err);
/**
 * The same by callback: `take_res` NULL with code COODIE_OK behind the last.
 * @param err  COODIE_ERR_INVALID when another one has not been called yet
 */
COODIE_API bool coodie_pager_next_async(coodie_pager *p, coodie_done_fn *done, void *user,
					coodie_error *err);

/** The next row of all pages, borrowed until the next call; blocks, and ends, as
 * coodie_pager_next(), which goes on behind the page that the row is in. */
COODIE_API const coodie_cursor *coodie_pager_row(coodie_pager *p, coodie_error *err);

/** Called for each row, which is borrowed. @return false to stop: that is no error */
typedef bool coodie_pager_row_fn(const coodie_cursor *row, void *user);
/** All rows by callback, a page in a turn of the loop; `done` follows once. */
COODIE_API bool coodie_pager_each_async(coodie_pager *p, coodie_pager_row_fn *each,
					coodie_status_fn *done, void *user, coodie_error *err);

COODIE_END

#endif
