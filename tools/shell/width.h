/* SPDX-License-Identifier: MIT */
/* UTF-8 as a terminal shows it: characters, and how many columns they take. */
#ifndef TOOLS_SHELL_WIDTH_H
#define TOOLS_SHELL_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character at `text`: its length in bytes, 0 at the end. A byte that is none of UTF-8 is U+FFFD by
 * itself. */
size_t width_next(const char *text, size_t left, uint32_t *c);
/* Whether it is the beginning of a character, and nothing else. */
bool width_is_partial(const char *text, size_t len);
/* Whether all of it is UTF-8. */
bool width_is_utf8(const char *text, size_t len);
/* Columns: 0, 1 or 2; 0 of control characters. */
unsigned width_of(uint32_t c);
/* Columns of a text without control characters; what sets colours (ESC [ ... m) takes none. */
size_t width_text(const char *text, size_t len);

/* The place behind, and before, a character and the marks that combine with it. */
size_t width_forward(const char *text, size_t len, size_t at);
size_t width_back(const char *text, size_t len, size_t at);

#endif
