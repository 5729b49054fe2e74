/* SPDX-License-Identifier: MIT */
/* Hexadecimal digits to bytes, and texts to compare. */
#include "tests/hex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	if (!at) {
		fprintf(stderr, "not a hexadecimal digit: '%c'\n", c);
		exit(99);
	}
	return (unsigned)(at - digits);
}

struct cd_span cd_unhex(const char *hex)
{
	size_t len = strlen(hex) / 2;
	uint8_t *at = malloc(len ? len : 1);

	if (!at)
		exit(99);
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	return (struct cd_span){ at, len };
}

void cd_unhex_free(struct cd_span bytes)
{
	free((void *)(uintptr_t)bytes.at);
}

void cd_text_add(struct cd_buffer *text, const char *format, ...)
{
	char line[4096];
	va_list args;

	va_start(args, format);
	int n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (n < 0 || n >= (int)sizeof line)
		exit(99);
	cd_buffer_bytes(text, line, (size_t)n);
}

void cd_text_hex(struct cd_buffer *text, struct cd_span bytes)
{
	if (!bytes.at) {
		cd_text_add(text, "null");
		return;
	}
	cd_text_add(text, "0x");
	for (size_t i = 0; i < bytes.len; i++)
		cd_text_add(text, "%02x", bytes.at[i]);
}

bool cd_text_is(const struct cd_buffer *text, const char *name, const char *wanted)
{
	if (text->len == strlen(wanted) &&
	    (text->len == 0 || memcmp(text->data, wanted, text->len) == 0))
		return true;
	fprintf(stderr, "row \"%s\":\n  got    %.*s\n  wanted %s\n", name, (int)text->len,
		text->data ? (const char *)text->data : "", wanted);
	return false;
}
