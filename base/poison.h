/* SPDX-License-Identifier: MIT */
/* Tells AddressSanitizer which bytes of an arena or slab are nobody's; nothing in other builds. */
#ifndef BASE_POISON_H
#define BASE_POISON_H

#if defined(__SANITIZE_ADDRESS__)
#define CD_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CD_HAS_ASAN 1
#endif
#endif

#ifdef CD_HAS_ASAN
#include <sanitizer/asan_interface.h>
#define CD_POISON(at, len) __asan_poison_memory_region((at), (len))
#define CD_UNPOISON(at, len) __asan_unpoison_memory_region((at), (len))
#else
#define CD_POISON(at, len) ((void)(at), (void)(len))
#define CD_UNPOISON(at, len) ((void)(at), (void)(len))
#endif

#endif
