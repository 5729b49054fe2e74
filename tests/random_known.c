/* SPDX-License-Identifier: MIT */
/* Reads tests/cql/random.known. */
#include "tests/random_known.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "tests/script.h"

/* The next line that says something, cut off; NULL at the end. */
static char *next_line(char **at)
{
	while (**at) {
		char *line = *at, *end = line + strcspn(line, "\n");
		*at = end + (*end == '\n');
		*end = 0;
		if (*line && *line != '#')
			return line;
	}
	return NULL;
}

static const char *behind(const char *line, const char *word)
{
	size_t len = strlen(word);

	return line && !strncmp(line, word, len) ? line + len : NULL;
}

bool random_known_read(const char *path, struct cd_arena *a, struct random_known **out,
		       char reason[300])
{
	size_t len;
	char *at = script_slurp(path, a, &len), *line;

	if (!at) {
		snprintf(reason, 300, "%s: %s", path, strerror(errno));
		return false;
	}
	while ((line = next_line(&at))) {
		struct random_known *k = cd_arena_take_zero(a, sizeof *k);
		if (!k)
			return false;
		k->want = k->got = behind(line, "both ");
		k->is_shuffled = k->want;
		if (!k->is_shuffled) {
			k->want = behind(line, "want ");
			k->got = behind(next_line(&at), "got ");
		}
		k->reason = behind(next_line(&at), "\t");
		if (!k->want || !k->got || !k->reason) {
			snprintf(reason, 300, "%s: behind '%.200s': want, got, a reason", path,
				 line);
			return false;
		}
		*out = k;
		out = &k->next;
	}
	return true;
}

/* Whether two texts are of the same characters. */
static bool are_shuffled(const char *a, const char *b)
{
	long counts[256] = { 0 };

	for (; *a; a++)
		counts[(unsigned char)*a]++;
	for (; *b; b++)
		counts[(unsigned char)*b]--;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		if (counts[i])
			return false;
	return true;
}

static bool explains(const struct random_known *k, const char *want, const char *got)
{
	return !fnmatch(k->want, want, 0) && !fnmatch(k->got, got, 0) &&
	       (!k->is_shuffled || are_shuffled(want, got));
}

struct random_known *random_known_find(struct random_known *list, const char *want, const char *got)
{
	while (list && !explains(list, want, got))
		list = list->next;
	if (list)
		list->count++;
	return list;
}
