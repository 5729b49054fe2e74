/* SPDX-License-Identifier: MIT */
/* The text that is being written, the cursor in it, and what was cut out of it last. */
#ifndef TOOLS_SHELL_LINE_H
#define TOOLS_SHELL_LINE_H

#include "tools/shell/text.h"

/* Zeroed: empty. */
struct line {
	struct bytes text; /* UTF-8; may have several lines */
	size_t at;         /* the cursor: a place between characters */
	struct bytes cut;
};

void line_set(struct line *l, const char *text, size_t len); /* the cursor is behind it */
void line_insert(struct line *l, const char *text, size_t len);
void line_free(struct line *l);

/* Where the cursor would go. */
typedef size_t line_place_fn(const struct line *l);
line_place_fn line_left, line_right, line_word_left, line_word_right, line_home, line_end, line_up,
	line_down;

/* Removes what is between the cursor and a place; line_cut() keeps it for line_paste(). */
void line_delete(struct line *l, size_t place);
void line_cut(struct line *l, size_t place);
void line_paste(struct line *l);

#endif
