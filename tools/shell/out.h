/* SPDX-License-Identifier: MIT */
/* Where results go: the terminal, a screenful at a time, or a file. */
#ifndef TOOLS_SHELL_OUT_H
#define TOOLS_SHELL_OUT_H

#include <stdio.h>

#include "tools/shell/text.h"

/* What is pressed at --More--. */
enum out_more { OUT_SCREEN, OUT_LINE, OUT_STOP };

struct out {
	FILE *to;
	FILE *capture; /* instead of `to`; NULL */
	bool colours;  /* of `to` */
	bool terminal; /* `to` is one */
	/* Of a terminal whose output stops when it is full; NULL: it does not. */
	enum out_more (*ask)(void *user);
	void *user;
	size_t columns, rows; /* of the terminal */
	size_t left;          /* rows to be filled before it asks */
	bool stopped;         /* by the user: what is written until out_begin() goes nowhere */
};

/* What comes now is one result. */
void out_begin(struct out *o);
/* Whole lines. */
void out_write(struct out *o, const char *text, size_t len);
/* Whole lines that were not made for a terminal: escaped where they come to one, elsewhere as they are. */
void out_write_foreign(struct out *o, const char *text, size_t len);
/* Whether it is any use to write more. */
bool out_goes_on(const struct out *o);
bool out_has_colours(const struct out *o);
void out_flush(struct out *o);

#endif
