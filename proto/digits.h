/* SPDX-License-Identifier: MIT */
/* Numbers of any size: two's complement to decimal digits and back. */
#ifndef PROTO_DIGITS_H
#define PROTO_DIGITS_H

#include <coodie/alloc.h>
#include <coodie/value.h>

#include "base/arena.h"

/* The work grows with the square of the length, so it has an end: so many bytes of the shortest
 * form, and as many digits as they may have. Both take well under a second. */
enum { CD_DIGITS_MOST_BYTES = 32768, CD_DIGITS_MOST = 78913 };

struct cd_digits {
	const char *at; /* no sign, no leading zeros; "0" for zero */
	size_t len;
	bool minus;
	void *memory; /* of numbers that do not fit here */
	const coodie_allocator *allocator;
	uint32_t words[16];
	char text[200];
};

/* The digits of a number. False, with nothing to free, when it is too long, out of memory, or no
 * number (no bytes at all). */
bool cd_digits_of(struct cd_digits *d, cql_varint v, const coodie_allocator *allocator);
void cd_digits_free(struct cd_digits *d);

/* The number of some digits, in its shortest form; a point among them is skipped. Leading zeros
 * are gone already, and there are CD_DIGITS_MOST at most. False: out of memory. */
bool cd_digits_read(const char *at, const char *end, bool minus, struct cd_arena *a,
		    cql_varint *out);

/* Without the bytes that only repeat the sign. */
cql_varint cd_varint_shortest(cql_varint v);

#endif
