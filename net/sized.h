/* SPDX-License-Identifier: MIT */
/* Public structs that say how long they are: what a program of another version filled in. */
#ifndef NET_SIZED_H
#define NET_SIZED_H

#include <string.h>

/* Copies what both sides know of a struct that begins with its `size`; the rest of `to` is zero.
 * Its size becomes that of `to`. */
static inline void cd_sized_copy(void *to, size_t to_size, const void *from)
{
	size_t size;

	memcpy(&size, from, sizeof size);
	memset(to, 0, to_size);
	memcpy(to, from, size < to_size ? size : to_size);
	memcpy(to, &to_size, sizeof to_size);
}

#endif
