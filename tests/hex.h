/* SPDX-License-Identifier: MIT */
/* Bytes written as hexadecimal digits, as the tables in tests/data/ have them. */
#ifndef TESTS_HEX_H
#define TESTS_HEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/reader.h"

/* The tables have strings beyond what C11 promises to take. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* The bytes, in memory of their own that is exactly as long; freed with cd_unhex_free(). Ends the
 * program when `hex` is something else. */
struct cd_span cd_unhex(const char *hex);
void cd_unhex_free(struct cd_span bytes);

/* Appends text as printf() does; "0x" and digits, or "null" for at NULL. */
void cd_text_add(struct cd_buffer *text, const char *format, ...) COODIE_PRINTF(2, 3);
void cd_text_hex(struct cd_buffer *text, struct cd_span bytes);
/* Whether the text is this one; otherwise both are on stderr. */
bool cd_text_is(const struct cd_buffer *text, const char *name, const char *wanted);

#endif
