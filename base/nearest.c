/* SPDX-License-Identifier: MIT */
/* Edit distance over short names: insert, delete, replace, and swap of neighbours count one
 * each. */
#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

/* Longer names have no near ones: the tables live on the stack. */
#define NAME_MAX_LEN 64

/* ASCII only, whatever the locale is. */
static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The optimal string alignment distance; both lengths are <= NAME_MAX_LEN. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_LEN + 1];
	size_t *two_up = rows[0], *up = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		up[j] = two_up[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t changed = lower(a[i - 1]) != lower(b[j - 1]);
			row[j] = least(up[j - 1] + changed, least(up[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], two_up[j - 2] + 1);
		}
		size_t *oldest = two_up;
		two_up = up;
		up = row;
		row = oldest;
	}
	return up[b_len];
}

const char *cd_nearest(const char *name, size_t len, cd_name_fn *nth, const void *list)
{
	const char *best = NULL, *candidate;
	size_t best_distance = SIZE_MAX;

	if (!len || len > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; (candidate = nth(list, i)); i++) {
		size_t candidate_len = strlen(candidate);
		size_t limit = candidate_len < 6 ? 1 : candidate_len / 3;
		if (!candidate_len || candidate_len > NAME_MAX_LEN)
			continue;
		size_t d = distance(name, len, candidate, candidate_len);
		/* A one-letter name shares nothing with another one: that is not a slip. */
		if (d > limit || d >= candidate_len || d >= best_distance)
			continue;
		best = candidate;
		best_distance = d;
	}
	return best;
}
