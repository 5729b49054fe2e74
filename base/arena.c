/* SPDX-License-Identifier: MIT */
/* The arena: the newest chunk is bumped, older ones only wait to be given back. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "base/alloc.h"
#include "base/poison.h"

#define FIRST_CHUNK ((size_t)1024)
#define LARGEST_CHUNK ((size_t)64 * 1024)

struct cd_arena_chunk {
	struct cd_arena_chunk *older;
	size_t size; /* usable bytes */
	alignas(max_align_t) unsigned char bytes[];
};

void cd_arena_init(struct cd_arena *a, const coodie_allocator *allocator, size_t first_chunk)
{
	*a = (struct cd_arena){ .allocator = allocator, .next_chunk = first_chunk };
}

static void release_chunks(struct cd_arena *a, struct cd_arena_chunk *c)
{
	while (c) {
		struct cd_arena_chunk *older = c->older;
		CD_UNPOISON(c->bytes, c->size);
		cd_release(a->allocator, c);
		c = older;
	}
}

void cd_arena_deinit(struct cd_arena *a)
{
	release_chunks(a, a->chunks);
	a->chunks = NULL;
	a->at = a->end = NULL;
}

void cd_arena_reset(struct cd_arena *a)
{
	if (!a->chunks)
		return;
	release_chunks(a, a->chunks->older);
	a->chunks->older = NULL;
	a->at = a->chunks->bytes;
	a->end = a->at + a->chunks->size;
	CD_POISON(a->at, a->chunks->size);
}

static struct cd_arena_chunk *new_chunk(struct cd_arena *a, size_t size)
{
	if (size > SIZE_MAX - sizeof(struct cd_arena_chunk))
		return NULL;
	struct cd_arena_chunk *c = cd_alloc(a->allocator, sizeof *c + size);
	if (!c)
		return NULL;
	c->size = size;
	c->older = NULL;
	CD_POISON(c->bytes, size);
	return c;
}

/* Out of line: there is no room for `size` bytes in the newest chunk. */
static void *take_from_new_chunk(struct cd_arena *a, size_t size)
{
	size_t chunk_size = a->next_chunk ? a->next_chunk : FIRST_CHUNK;
	bool alone = size >= chunk_size && a->chunks;
	struct cd_arena_chunk *c = new_chunk(a, size > chunk_size ? size : chunk_size);
	if (!c)
		return NULL;
	CD_UNPOISON(c->bytes, size);
	if (alone) {
		/* It is filled at once: put behind the newest, so that what is free there stays in
		 * use. */
		c->older = a->chunks->older;
		a->chunks->older = c;
		return c->bytes;
	}
	c->older = a->chunks;
	a->chunks = c;
	a->at = c->bytes + size;
	a->end = c->bytes + c->size;
	size_t largest = a->largest_chunk ? a->largest_chunk : LARGEST_CHUNK;
	if (chunk_size < largest)
		chunk_size *= 2;
	a->next_chunk = chunk_size < largest ? chunk_size : largest;
	return c->bytes;
}

static void *take(struct cd_arena *a, size_t size, size_t align)
{
	if (!size)
		size = 1; /* so that every piece has an address of its own, and NULL always means
			     failure */
	size_t pad = -(uintptr_t)a->at & (align - 1);
	size_t left = (size_t)(a->end - a->at);
	if (left < pad || left - pad < size)
		return take_from_new_chunk(a, size);
	void *piece = a->at + pad;
	a->at += pad + size;
	CD_UNPOISON(piece, size);
	return piece;
}

void *cd_arena_take(struct cd_arena *a, size_t size)
{
	return take(a, size, alignof(max_align_t));
}

void *cd_arena_take_zero(struct cd_arena *a, size_t size)
{
	void *piece = cd_arena_take(a, size);
	return piece ? memset(piece, 0, size) : NULL;
}

void *cd_arena_take_array(struct cd_arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return NULL;
	return cd_arena_take_zero(a, count * size);
}

void *cd_arena_copy(struct cd_arena *a, const void *data, size_t len)
{
	void *copy = take(a, len, 1);
	if (copy && len)
		memcpy(copy, data, len);
	return copy;
}

char *cd_arena_strndup(struct cd_arena *a, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? take(a, len + 1, 1) : NULL;
	if (!copy)
		return NULL;
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

bool cd_arena_keep(struct cd_arena *a, const char **text)
{
	if (!*text)
		return true;
	*text = cd_arena_strndup(a, *text, strlen(*text));
	return *text != NULL;
}
