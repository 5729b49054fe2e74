/* SPDX-License-Identifier: MIT */
/* Twins of statements. */
#include "tests/random_twin.h"

#include <string.h>

struct script_statement random_twin(const struct script_statement *s)
{
	struct script_statement twin = *s;

	if (s->how == SCRIPT_QUERY && s->line % 2) {
		twin.how = SCRIPT_PREPARE;
		twin.bind_count = 1;
		twin.binds[0] = "none";
	}
	if (!strncmp(s->cql, "SELECT", 6) && s->line % 4 >= 2)
		twin.page_rows = s->page_rows ? 0 : 2;
	return twin;
}

static bool begins(const char *line, const char *word)
{
	return !strncmp(line, word, strlen(word));
}

void random_twin_strip(char *answer)
{
	static const char *const skipped[] = { "prepared", "markers", "columns",
					       "bind",     "more",    "warning" };
	char *to = answer, *next;

	for (char *line = answer; *line; line = next) {
		bool is_kept = true;
		size_t len = strcspn(line, "\n") + 1;
		next = line + len;
		for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
			is_kept &= !begins(line, skipped[i]);
		if (!is_kept)
			continue;
		memmove(to, line, len);
		to += len;
	}
	*to = 0;
	/* of pages, only some may come before an error */
	to = strstr(answer, "error 0x");
	if (to)
		memmove(answer, to, strlen(to) + 1);
}

bool random_twin_is_refused(const char *answer)
{
	return strstr(answer, "Cannot page queries with both ORDER BY and a IN restriction");
}
