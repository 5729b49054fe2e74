/* SPDX-License-Identifier: MIT */
/* Compares answers. */
#include "tests/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the rows: the lines that begin with a blank. */
static void sort_rows(char *answer)
{
	char *lines[1024], *copy = strdup(answer), *save = NULL, *to = answer;
	size_t count = 0, begin = 0;

	if (!copy)
		return;
	for (char *l = strtok_r(copy, "\n", &save); l && count < 1024;
	     l = strtok_r(NULL, "\n", &save))
		lines[count++] = l;
	for (size_t i = 0; i <= count; i++)
		if (i == count || *lines[i] != ' ') {
			qsort(lines + begin, i - begin, sizeof *lines, compare_lines);
			begin = i + 1;
		}
	for (size_t i = 0; i < count; i++)
		to += sprintf(to, "%s\n", lines[i]);
	free(copy);
}

/* Leaves the codes of errors only. */
static void cut_messages(char *answer)
{
	for (char *line = answer; *line;) {
		char *end = line + strcspn(line, "\n");
		if (!strncmp(line, "error 0x", 8) && end - line > 12) {
			memmove(line + 12, end, strlen(end) + 1);
			end = line + 12;
		}
		line = end + (*end == '\n');
	}
}

/* Cassandra tells a function by the name that it was first called by, whoever did. */
static void join_names(char *answer)
{
	static const char *const names[][2] = { { "from_json", "fromjson" },
						{ "to_json", "tojson" } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t longer = strlen(names[i][0]), shorter = strlen(names[i][1]);

		for (char *at = answer; (at = strstr(at, names[i][0])); at += shorter) {
			memcpy(at, names[i][1], shorter);
			memmove(at + shorter, at + longer, strlen(at + longer) + 1);
		}
	}
}

bool verdict_is_same(const struct script_statement *s, char *want, char *got)
{
	if (s->is_any_order) {
		sort_rows(want);
		sort_rows(got);
	}
	if (s->is_loose) {
		cut_messages(want);
		cut_messages(got);
	}
	join_names(want);
	join_names(got);
	return !strcmp(want, got);
}
