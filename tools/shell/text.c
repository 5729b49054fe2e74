/* SPDX-License-Identifier: MIT */
/* Texts that grow. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/shell/text.h"

void text_add(struct bytes *t, const char *text)
{
	bytes_add(t, text, strlen(text));
}

void text_add_char(struct bytes *t, char c)
{
	bytes_add(t, &c, 1);
}

void text_fill(struct bytes *t, char c, size_t count)
{
	while (count--)
		text_add_char(t, c);
}

void text_printf(struct bytes *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(t, format, args);
	va_end(args);
}

void text_vprintf(struct bytes *t, const char *format, va_list args)
{
	char small[256];
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(small, sizeof small, format, args);
	if (len >= 0 && (size_t)len < sizeof small) {
		bytes_add(t, small, (size_t)len);
	} else if (len >= 0) {
		size_t before = t->len;
		text_fill(t, ' ', (size_t)len + 1);
		vsnprintf((char *)t->at + before, (size_t)len + 1, format, again);
		t->len--;
	}
	va_end(again);
}

void text_insert(struct bytes *t, size_t at, const char *text, size_t len)
{
	size_t behind = t->len - at;

	bytes_add(t, text, len);
	memmove(t->at + at + len, t->at + at, behind);
	memcpy(t->at + at, text, len);
}

void text_remove(struct bytes *t, size_t at, size_t len)
{
	if (!len)
		return;
	memmove(t->at + at, t->at + at + len, t->len - at - len);
	t->len -= len;
}

void text_clear(struct bytes *t)
{
	t->len = 0;
}

const char *text_of(struct bytes *t)
{
	text_add_char(t, '\0');
	t->len--;
	return (const char *)t->at;
}

bool text_same(const char *a, size_t a_len, const char *b)
{
	return strlen(b) == a_len && !strncasecmp(a, b, a_len);
}

bool text_begins(const char *text, const char *prefix, size_t prefix_len)
{
	return strlen(text) >= prefix_len && !strncasecmp(text, prefix, prefix_len);
}
