/* SPDX-License-Identifier: MIT */
/* Finds the name nearest to a mistyped one: letters that were added, left out, changed or swapped. */
#include <string.h>

#include "tools/nearest.h"

enum { MOST = 32 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters part them. Both are shorter than MOST. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][MOST] = { { 0 } };
	size_t *last = rows[0], *before = rows[1], *now = rows[2], *oldest;

	for (size_t j = 0; j <= b_len; j++)
		before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(least(before[j], now[j - 1]) + 1,
				       before[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], last[j - 2] + 1);
		}
		oldest = last;
		last = before;
		before = now;
		now = oldest;
	}
	return before[b_len];
}

const char *nearest(const char *text, size_t len, nearest_name_fn *nth, const void *list)
{
	size_t best = len / 3 + 1; /* one letter of a short name, three of a long one */
	const char *found = NULL, *name;

	for (size_t i = 0; len < MOST && (name = nth(list, i)) != NULL; i++) {
		size_t name_len = strlen(name), d;
		if (name_len >= MOST)
			continue;
		d = distance(text, len, name, name_len);
		if (d < best || (d == best && !found)) {
			best = d;
			found = name;
		}
	}
	return found;
}
