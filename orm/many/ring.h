/* SPDX-License-Identifier: MIT */
/* The ring of tokens cut into even ranges, and places in it as text. */
#ifndef ORM_MANY_RING_H
#define ORM_MANY_RING_H

#include <stdbool.h>
#include <stdint.h>

/* From a token to the greatest one. */
struct cd_ring {
	int64_t first;
	uint32_t ranges; /* 0: nothing is left */
};

/* Both ends are in it. */
struct cd_range {
	int64_t first, last;
};

/* Cuts what begins with `first`; into fewer ranges than were asked for where it has fewer tokens. */
struct cd_ring cd_ring_cut(int64_t first, uint32_t ranges);
/* The i-th: they follow each other without a gap, and the last one ends with the greatest token. */
struct cd_range cd_ring_at(const struct cd_ring *ring, uint32_t i);

#define CD_PLACE_TEXT 26 /* with its NUL */

/* Writes a place behind a token, in the scan of one statement: "1", its checksum, the token. */
void cd_ring_write_place(char out[CD_PLACE_TEXT], uint32_t checksum, int64_t token);
/* Reads it. False: it is none, or of another statement. */
bool cd_ring_read_place(const char *text, uint32_t checksum, int64_t *token);
/* Of a statement's text. */
uint32_t cd_ring_checksum(const char *cql);

#endif
