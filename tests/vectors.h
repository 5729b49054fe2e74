/* SPDX-License-Identifier: MIT */
/* The golden vectors of tests/vectors: one JSON object a line, of which a test takes what it needs. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>

struct cd_vector {
	const char *file;
	char *line; /* terminated */
};

/* Calls `fn` for each vector of a file such as "frames_v4"; the count of them. Ends the program when
 * the file is not there. */
size_t cd_vectors_each(const char *file, void (*fn)(const struct cd_vector *v, void *user),
		       void *user);
/* Copies the text of a string member; false when there is none of that name, or when it is null.
 * Escapes are left as they are: hexadecimal digits, types and names of messages have none. */
bool cd_vector_text(const struct cd_vector *v, const char *member, char *out, size_t size);
/* A number member, or `otherwise`. */
long cd_vector_number(const struct cd_vector *v, const char *member, long otherwise);

#endif
