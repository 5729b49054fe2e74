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
/* A line that is not shown, as a password; without its newline. False: there is none. */
bool terminal_secret(const char *prompt, char *out, size_t size);

#endif
