/* SPDX-License-Identifier: MIT */
/* Vectors, line by line. */
#include "tests/golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t cd_golden_each(const char *file, void (*fn)(const struct cd_golden *v, void *user),
		      void *user)
{
	const char *top = getenv("srcdir");
	struct cd_golden v = { .file = file };
	size_t room = 0, count = 0;
	char path[1024];

	snprintf(path, sizeof path, "%s/tests/vectors/%s.json", top ? top : ".", file);
	FILE *f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	while (getline(&v.line, &room, f) > 0) {
		if (strncmp(v.line, "{\"format\"", 9) == 0 || v.line[0] != '{')
			continue; /* around the list */
		fn(&v, user);
		count++;
	}
	free(v.line);
	fclose(f);
	return count;
}

/* Where the value of a member begins; only members of the object itself are named as ours are. */
static const char *find(const struct cd_golden *v, const char *member)
{
	char key[64];

	snprintf(key, sizeof key, "\"%s\": ", member);
	const char *at = strstr(v->line, key);
	return at ? at + strlen(key) : NULL;
}

bool cd_golden_text(const struct cd_golden *v, const char *member, char *out, size_t size)
{
	const char *at = find(v, member);
	size_t len;

	if (!at || *at != '"')
		return false;
	len = strcspn(at + 1, "\"");
	if (len >= size) {
		fprintf(stderr, "%s: \"%s\" is longer than %zu\n", v->file, member, size);
		exit(EXIT_FAILURE);
	}
	memcpy(out, at + 1, len);
	out[len] = '\0';
	return true;
}

long cd_golden_number(const struct cd_golden *v, const char *member, long otherwise)
{
	const char *at = find(v, member);

	return at ? strtol(at, NULL, 10) : otherwise;
}
