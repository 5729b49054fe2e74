/* SPDX-License-Identifier: MIT */
/* The golden vectors of tests/vectors: one JSON object a line, of which a test takes what it needs. */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>

struct cd_golden {
	const char *file;
	char *line; /* terminated */
};

/* Calls `fn` for each vector of a file such as "frames_v4"; the count of them. Ends the program when
 * the file is not there. */
size_t cd_golden_each(const char *file, void (*fn)(const struct cd_golden *v, void *user),
		      void *user);
/* Copies the text of a string member; false when there is none of that name, or when it is null.
 * Escapes are left as they are: hexadecimal digits, types and names of messages have none. */
bool cd_golden_text(const struct cd_golden *v, const char *member, char *out, size_t size);
/* A number member, or `otherwise`. */
long cd_golden_number(const struct cd_golden *v, const char *member, long otherwise);

#endif
