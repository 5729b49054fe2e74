/* SPDX-License-Identifier: MIT */
/* Messages as a line of text, for tables of whole messages: read, printed, written again. */
#ifndef TESTS_MESSAGE_H
#define TESTS_MESSAGE_H

#include <coodie/message.h>

#include "tests/hex.h"

/* A message without compression or segments, and what it means. */
struct cd_message_row {
	const char *name, *hex, *text;
	const cql_terms *terms; /* NULL: defaults */
};

/* The envelope of a whole message; its body is all that follows the header. */
cql_envelope cd_message_envelope(struct cd_span message);
/* Says what a message says, to its last cell. */
void cd_message_print(const cql_message *m, struct cd_buffer *text);

/* Each row: read flush against an unreadable page and understood; written again to the same bytes;
 * understood when it comes a byte at a time, and in each framing of its version; every proper prefix of its body refused; every
 * allocation failed in turn. */
void cd_message_check(const struct cd_message_row *rows, size_t count);
/* Each row is understood; not what an encoder writes. */
void cd_message_check_tolerated(const struct cd_message_row *rows, size_t count);

#endif
