/* SPDX-License-Identifier: MIT */
/* Which thread this is, where that is asked with each request. */
#ifndef BASE_THREAD_SELF_H
#define BASE_THREAD_SELF_H

#include <pthread.h>
#include <stdint.h>

#if defined(__has_builtin) && (defined(__x86_64__) || defined(__aarch64__))
#if __has_builtin(__builtin_thread_pointer)
#define CD_HAS_THREAD_POINTER 1
#endif
#endif

/* A number that no other thread has while this one lives; never 0. */
static inline uintptr_t cd_thread_self(void)
{
#ifdef CD_HAS_THREAD_POINTER
	return (uintptr_t)__builtin_thread_pointer();
#else
	return (uintptr_t)pthread_self();
#endif
}

#endif
