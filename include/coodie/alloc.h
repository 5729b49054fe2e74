/* SPDX-License-Identifier: MIT */
/** @file alloc.h  The one settable allocator of a session. */
#ifndef COODIE_ALLOC_H
#define COODIE_ALLOC_H

#include <coodie/export.h>

COODIE_BEGIN

/**
 * Where a session takes its memory. All three functions behave as malloc, realloc and free do, and
 * are called on every thread that uses the session. A function that returns NULL makes the call in
 * progress fail with COODIE_ERR_NO_MEMORY; nothing is lost by it. libev's and OpenSSL's own
 * allocations are the two stated exceptions.
 */
typedef struct coodie_allocator {
	void *(*alloc)(size_t size, void *user);
	void *(*resize)(void *ptr, size_t size, void *user);
	void (*release)(void *ptr, void *user);
	void *user;
} coodie_allocator;

COODIE_END

#endif
