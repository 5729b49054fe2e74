/* SPDX-License-Identifier: MIT */
/* Messages as a line of text, for tables of whole messages: read, printed, written again. */
#ifndef TESTS_MESSAGE_H
#define TESTS_MESSAGE_H

#include "base/arena.h"
#include "proto/frame.h"
#include "tests/hex.h"

/* A message without compression or segments, and what it means. */
struct cd_message_row {
	const char *name, *hex, *text;
};

/* The envelope of a whole message; its body is all that follows the header. */
cql_envelope cd_message_envelope(struct cd_span message);
/* Reads a body to its last cell and prints what it says. `again` (may be NULL) gets the body as
 * our own encoders write it. */
bool cd_message_read(const cql_envelope *e, struct cd_arena *a, struct cd_buffer *text,
		     struct cd_buffer *again, coodie_error *err);

/* Each row: read flush against an unreadable page and understood; written again to the same bytes;
 * every proper prefix of its body refused; every allocation failed in turn. */
void cd_message_check(const struct cd_message_row *rows, size_t count);
/* Each row is understood; not what an encoder writes. */
void cd_message_check_tolerated(const struct cd_message_row *rows, size_t count);

#endif
