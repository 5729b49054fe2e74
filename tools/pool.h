/* SPDX-License-Identifier: MIT */
/* Memory of the command line tools: taken piece by piece, given back all at once. */
#ifndef TOOLS_POOL_H
#define TOOLS_POOL_H

#include <stdarg.h>
#include <stddef.h>

/* Zeroed: an empty pool. */
struct pool {
	struct pool_block *blocks;
	size_t used; /* of the first block */
};

/* Zeroed memory that lives as long as the pool's content. A tool that is out of memory says so
 * and ends: there is nothing it could still do. */
void *pool_get(struct pool *pool, size_t count, size_t size);
char *pool_printf(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *pool_vprintf(struct pool *pool, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
/* Forgets the content and keeps a block of it for what comes. */
void pool_reset(struct pool *pool);
/* Forgets the content; the pool may be used again. */
void pool_free(struct pool *pool);

/* Bytes that grow. Zeroed: none. */
struct bytes {
	unsigned char *at;
	size_t len, room;
};

void bytes_add(struct bytes *b, const void *data, size_t len);
/* Drops the first `len` bytes. */
void bytes_drop(struct bytes *b, size_t len);
void bytes_free(struct bytes *b);

#endif
