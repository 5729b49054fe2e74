/* SPDX-License-Identifier: MIT */
/* Texts that grow: struct bytes of tools/pool.h, written to as text. */
#ifndef TOOLS_SHELL_TEXT_H
#define TOOLS_SHELL_TEXT_H

#include <coodie/export.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/pool.h"

void text_add(struct bytes *t, const char *text);
void text_add_char(struct bytes *t, char c);
void text_fill(struct bytes *t, char c, size_t count);
void text_printf(struct bytes *t, const char *format, ...) COODIE_PRINTF(2, 3);
void text_vprintf(struct bytes *t, const char *format, va_list args) COODIE_PRINTF(2, 0);
void text_insert(struct bytes *t, size_t at, const char *text, size_t len);
void text_remove(struct bytes *t, size_t at, size_t len);
void text_clear(struct bytes *t);
/* The text, terminated; until it is written to. */
const char *text_of(struct bytes *t);

/* Without regard to the case of ASCII letters. */
bool text_same(const char *a, size_t a_len, const char *b);
bool text_begins(const char *text, const char *prefix, size_t prefix_len);

#endif
