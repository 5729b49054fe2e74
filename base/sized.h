/* SPDX-License-Identifier: MIT */
/* Public structs begin with their size: a program built against an older or a newer header is
 * understood. */
#ifndef BASE_SIZED_H
#define BASE_SIZED_H

#include <stddef.h>

#include <coodie/error.h>

/* As much of `from` as both sides know, in a zeroed `to`, whose size is then `to_size`. `name` is
 * the struct's, for the error: COODIE_ERR_INVALID when the size was forgotten. */
bool cd_take_struct(void *to, size_t to_size, const void *from, const char *name,
		    coodie_error *err);
/* As much of `from`, which has `from_size` bytes, as `to` has room for; the size of `to` stays its own,
 * and with one that was forgotten it gets nothing. */
void cd_give_struct(void *to, const void *from, size_t from_size);

#endif
