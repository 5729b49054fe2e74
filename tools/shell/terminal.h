/* SPDX-License-Identifier: MIT */
/* The terminal: its mode and its size. */
#ifndef TOOLS_SHELL_TERMINAL_H
#define TOOLS_SHELL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* Zeroed: as it was found. */
struct terminal {
	struct termios found;
	bool raw;
};

/* Whether the process has one to read from and to write to. */
bool terminal_is_there(void);
/* Each key comes as it is pressed, and is not shown; pasted text is marked. */
void terminal_raw(struct terminal *t);
/* The same once more, behind somebody who has changed it. */
void terminal_raw_again(struct terminal *t);
/* As it was found. */
void terminal_restore(struct terminal *t);
void terminal_size(size_t *columns, size_t *rows);
/* What is typed is not shown, up to terminal_show(). Not while it is raw. False: that cannot be. */
bool terminal_hide(struct terminal *t);
void terminal_show(const struct terminal *t);

#endif
