/* SPDX-License-Identifier: MIT */
/* Lists in one text: "a, b", as options have them. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* The next item: moves *list behind it. False at the end. Empty ones are passed over, and the blanks
 * around others are not theirs. */
bool cd_list_next(const char **list, const char **item, size_t *len);

#endif
