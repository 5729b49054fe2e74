/* SPDX-License-Identifier: MIT */
/* Texts that others have written, on a terminal or in a file. */
#ifndef TOOLS_SAFE_H
#define TOOLS_SAFE_H

#include <stddef.h>
#include <stdio.h>

/* Prints it; where that is a terminal, what it would take for its own is escaped, all but newlines and tabs. */
void safe_print(FILE *to, const char *text, size_t len);
void safe_puts(FILE *to, const char *text);

#endif
