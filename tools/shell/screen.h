/* SPDX-License-Identifier: MIT */
/* Draws what is being written, on a terminal of any size: the bytes to send are made here, and sent elsewhere. */
#ifndef TOOLS_SHELL_SCREEN_H
#define TOOLS_SHELL_SCREEN_H

#include "tools/shell/text.h"

/* What is drawn. */
struct screen_view {
	const char *prompt, *more; /* in front of the first line, and of the others */
	const char *text;
	size_t len, at; /* `at`: of the cursor */
	bool done; /* nothing more is written: behind a full row the cursor needs no other one */
};

/* Zeroed but for its size: nothing is drawn. */
struct screen {
	size_t columns, rows;
	size_t row, left;    /* of the cursor in what is drawn; its columns */
	struct bytes widths; /* of the rows that are drawn: a size_t each */
	struct bytes out;    /* to be sent and cleared */
};

/* Draws over what was drawn before. */
void screen_draw(struct screen *s, const struct screen_view *view);
/* What is drawn is no longer where it was: the next drawing begins where the cursor is. */
void screen_forget(struct screen *s);
/* Goes below what is drawn, where something else may be printed. */
void screen_leave(struct screen *s);
/* Begins on an empty terminal. */
void screen_clear(struct screen *s);
/* The terminal has another size, and has broken the rows that are too long for it. */
void screen_resize(struct screen *s, size_t columns, size_t rows);
void screen_free(struct screen *s);

#endif
