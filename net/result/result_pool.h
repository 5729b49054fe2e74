/* SPDX-License-Identifier: MIT */
/* Memory of small results, used again by the loop that makes them. A result is freed by any thread, maybe
 * long after its session. */
#ifndef NET_RESULT_POOL_H
#define NET_RESULT_POOL_H

#include <coodie/alloc.h>

struct cd_result_pool;

/* Each of its blocks has so many bytes. */
enum { CD_RESULT_BLOCK = 2048 };

/* NULL: out of memory. */
struct cd_result_pool *cd_result_pool_new(const coodie_allocator *a);
/* Nobody takes any more; it lives until the last block has been given back. NULL is fine. */
void cd_result_pool_end(struct cd_result_pool *p);
/* A block: zeroed, or as it was given back, but for a pointer at its begin. One thread at a time.
 * NULL: enough of them are out there, or there is no memory. */
void *cd_result_pool_take(struct cd_result_pool *p);
/* Any thread. */
void cd_result_pool_give(struct cd_result_pool *p, void *block);

#endif
