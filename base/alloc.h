/* SPDX-License-Identifier: MIT */
/* Calls through a coodie_allocator. NULL stands for malloc, realloc and free. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <coodie/alloc.h>

/* size 0 gives a non-NULL pointer or NULL as the allocator likes; callers never ask for it. */
void *cd_alloc(const coodie_allocator *a, size_t size);
void *cd_alloc_zero(const coodie_allocator *a, size_t size);
/* count * size with an overflow check, zeroed. */
void *cd_alloc_array(const coodie_allocator *a, size_t count, size_t size);
void *cd_resize(const coodie_allocator *a, void *ptr, size_t size);
void cd_release(const coodie_allocator *a, void *ptr);
/* A NUL-terminated copy of `len` bytes; the source need not be terminated. */
char *cd_strndup(const coodie_allocator *a, const char *text, size_t len);

/* The allocator malloc, realloc and free make: what NULL stands for. */
extern const coodie_allocator cd_malloc_allocator;

#endif
