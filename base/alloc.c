/* SPDX-License-Identifier: MIT */
/* Calls through a coodie_allocator, with the overflow checks in one place. */
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static void *malloc_alloc(size_t size, void *user)
{
	(void)user;
	return malloc(size);
}

static void *malloc_resize(void *ptr, size_t size, void *user)
{
	(void)user;
	return realloc(ptr, size);
}

static void malloc_release(void *ptr, void *user)
{
	(void)user;
	free(ptr);
}

const coodie_allocator cd_malloc_allocator = {
	.alloc = malloc_alloc,
	.resize = malloc_resize,
	.release = malloc_release,
};

void *cd_alloc(const coodie_allocator *a, size_t size)
{
	return a ? a->alloc(size, a->user) : malloc(size);
}

void *cd_alloc_zero(const coodie_allocator *a, size_t size)
{
	if (!a)
		return calloc(1, size);
	void *ptr = a->alloc(size, a->user);
	return ptr ? memset(ptr, 0, size) : NULL;
}

void *cd_alloc_array(const coodie_allocator *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return NULL;
	return cd_alloc_zero(a, count * size);
}

void *cd_resize(const coodie_allocator *a, void *ptr, size_t size)
{
	return a ? a->resize(ptr, size, a->user) : realloc(ptr, size);
}

void cd_release(const coodie_allocator *a, void *ptr)
{
	if (!ptr)
		return;
	if (a)
		a->release(ptr, a->user);
	else
		free(ptr);
}

char *cd_strndup(const coodie_allocator *a, const char *text, size_t len)
{
	char *copy = len < SIZE_MAX ? cd_alloc(a, len + 1) : NULL;
	if (!copy)
		return NULL;
	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}
