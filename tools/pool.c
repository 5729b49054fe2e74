/* SPDX-License-Identifier: MIT */
/* Memory of the command line tools: blocks cut into pieces, and bytes that grow. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pool.h"

enum { ALIGNMENT = 16, BLOCK_SIZE = 1 << 16 };

struct pool_block {
	struct pool_block *next;
	size_t size;
	_Alignas(ALIGNMENT) unsigned char data[];
};

static _Noreturn void die(void)
{
	fputs("coodie: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

static void add_block(struct pool *pool, size_t least)
{
	size_t size = least > BLOCK_SIZE ? least : BLOCK_SIZE;
	struct pool_block *block = NULL;

	if (size < SIZE_MAX - sizeof *block)
		block = calloc(1, sizeof *block + size);
	if (!block)
		die();
	block->size = size;
	block->next = pool->blocks;
	pool->blocks = block;
	pool->used = 0;
}

void *pool_get(struct pool *pool, size_t count, size_t size)
{
	void *got;

	if (size && count > (SIZE_MAX / 2 - ALIGNMENT) / size)
		die();
	size = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (!pool->blocks || pool->blocks->size - pool->used < size)
		add_block(pool, size);
	got = pool->blocks->data + pool->used;
	pool->used += size;
	return got;
}

char *pool_vprintf(struct pool *pool, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len < 0)
		die();
	text = pool_get(pool, (size_t)len + 1, 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	return text;
}

char *pool_printf(struct pool *pool, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = pool_vprintf(pool, format, args);
	va_end(args);
	return text;
}

void pool_reset(struct pool *pool)
{
	struct pool_block *kept = pool->blocks;

	if (!kept || kept->size > BLOCK_SIZE) {
		pool_free(pool);
		return;
	}
	pool->blocks = kept->next;
	memset(kept->data, 0, pool->used);
	pool_free(pool);
	kept->next = NULL;
	pool->blocks = kept;
}

void pool_free(struct pool *pool)
{
	while (pool->blocks) {
		struct pool_block *next = pool->blocks->next;
		free(pool->blocks);
		pool->blocks = next;
	}
	pool->used = 0;
}

void bytes_add(struct bytes *b, const void *data, size_t len)
{
	if (len > SIZE_MAX / 4 - b->len)
		die();
	if (b->len + len > b->room || !b->at) {
		size_t room = (b->len + len) + (b->len + len) / 2 + 64;
		unsigned char *at = realloc(b->at, room);
		if (!at)
			die();
		b->at = at;
		b->room = room;
	}
	if (len)
		memcpy(b->at + b->len, data, len);
	b->len += len;
}

void bytes_drop(struct bytes *b, size_t len)
{
	if (len < b->len)
		memmove(b->at, b->at + len, b->len - len);
	b->len -= len < b->len ? len : b->len;
}

void bytes_free(struct bytes *b)
{
	free(b->at);
	*b = (struct bytes){ 0 };
}
