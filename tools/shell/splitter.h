/* SPDX-License-Identifier: MIT */
/* Finds where statements end: at a `;` that is in no string, comment or batch. A command of the shell also ends with
 * its line. */
#ifndef TOOLS_SHELL_SPLITTER_H
#define TOOLS_SHELL_SPLITTER_H

#include "tools/shell/token.h"

/* Zeroed but for `is_command`: before a statement. */
struct splitter {
	bool (*is_command)(const char *word, size_t len);
	size_t at;    /* what is before it has been looked at */
	size_t first; /* of the statement's first token, once there is one */
	size_t end;   /* of its last one, without the `;` */
	size_t words;
	bool begun; /* there is a first token */
	bool command, batch, applied;
	bool before_batch; /* BEGIN, or APPLY, was the last word but UNLOGGED and COUNTER */
};

/* Goes on in a text that begins as it did at the last call. True: [first, end) is a statement, possibly an empty one,
 * and the next one begins at `at`; then call splitter_reset(). */
bool splitter_next(struct splitter *s, const char *text, size_t len);
/* Ready for a text that begins behind the statement. */
void splitter_reset(struct splitter *s);
/* Whether nothing but whole statements and comments are in a text. */
bool splitter_is_whole(bool (*is_command)(const char *word, size_t len), const char *text,
		       size_t len);

#endif
