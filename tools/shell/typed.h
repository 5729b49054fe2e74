/* SPDX-License-Identifier: MIT */
/* What was typed ahead: keys behind the Enter that ran a statement, which came with it. Whoever reads the terminal next
 * begins with them: the editor takes them as keys, COPY and LOGIN as lines. */
#ifndef TOOLS_SHELL_TYPED_H
#define TOOLS_SHELL_TYPED_H

#include "tools/shell/text.h"

/* Zeroed: nothing. */
struct typed {
	struct bytes in;
	size_t unseen; /* of these, the first so many: the terminal has not shown them */
};

enum typed_event {
	TYPED_WAITS, /* for more bytes */
	TYPED_LINE,  /* some text, up to the end of its line if that is here */
	TYPED_CANCELLED /* with Ctrl-C, and all before it is dropped */,
	TYPED_ENDED /* with Ctrl-D */
};

/* `seen`: the terminal has shown them, for it reads lines. */
void typed_add(struct typed *t, const void *bytes, size_t len, bool seen);
/* The next of a line as a terminal that reads lines would give it, at the end of `out`: CR is a newline there, and what
 * marks a paste is nothing. `*unseen` is how much of it has not been shown. At most one newline, which is the last. */
enum typed_event typed_line(struct typed *t, struct bytes *out, size_t *unseen);
void typed_clear(struct typed *t);
void typed_free(struct typed *t);

#endif
