/* SPDX-License-Identifier: MIT */
/* Counts what a program takes from the heap, where it is preloaded, and says so at its end. */
#include <stddef.h>
#include <stdio.h>

static size_t allocations;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);

__attribute__((visibility("default"))) void *malloc(size_t size);
__attribute__((visibility("default"))) void *calloc(size_t count, size_t size);
__attribute__((visibility("default"))) void *realloc(void *ptr, size_t size);

/* Threads may be counted a little short; the clients of the bench have one. */
void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
	allocations++;
	return __libc_realloc(ptr, size);
}

static __attribute__((destructor)) void tell(void)
{
	fprintf(stderr, "heap: %zu allocations\n", allocations);
}
