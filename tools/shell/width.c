/* SPDX-License-Identifier: MIT */
/* UTF-8 as a terminal shows it. A table of our own: the C library's depends on the locale. */
#include <string.h>

#include "tools/shell/width.h"

static const struct {
	uint32_t first, last;
	unsigned columns;
} ranges[] = {
#define RANGE(first, last, columns) { first, last, columns },
#include "tools/shell/width.def"
#undef RANGE
};

enum { REPLACEMENT = 0xfffd, ESCAPE = 0x1b };

/* How many bytes follow the first one of a character, and the least it may be with so many. */
static bool lead(unsigned char first, size_t *more, uint32_t *c, uint32_t *least)
{
	static const struct {
		unsigned char mask, bits;
		uint32_t least;
	} rows[] = { { 0x80, 0x00, 0 },
		     { 0xe0, 0xc0, 0x80 },
		     { 0xf0, 0xe0, 0x800 },
		     { 0xf8, 0xf0, 0x10000 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((first & rows[i].mask) == rows[i].bits) {
			*more = i;
			*c = (uint32_t)(first & ~rows[i].mask & 0xff);
			*least = rows[i].least;
			return true;
		}
	return false;
}

/* The length of the character at `text`; 0: there is none. */
static size_t decode(const char *text, size_t left, uint32_t *c)
{
	size_t more;
	uint32_t least;

	if (!left || !lead((unsigned char)text[0], &more, c, &least) || more >= left)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (*c < least || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return more + 1;
}

size_t width_next(const char *text, size_t left, uint32_t *c)
{
	size_t len = decode(text, left, c);

	if (len || !left)
		return len;
	*c = REPLACEMENT;
	return 1;
}

bool width_is_partial(const char *text, size_t len)
{
	size_t more;
	uint32_t c, least;

	if (!len || !lead((unsigned char)text[0], &more, &c, &least) || more < len)
		return false;
	for (size_t i = 1; i < len; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return false;
	return true;
}

bool width_is_utf8(const char *text, size_t len)
{
	uint32_t c;

	for (size_t at = 0, took; at < len; at += took)
		if ((took = decode(text + at, len - at, &c)) == 0)
			return false;
	return true;
}

unsigned width_of(uint32_t c)
{
	size_t low = 0, high = sizeof ranges / sizeof ranges[0];

	if (c < 0x300)
		return c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0xad;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c > ranges[middle].last)
			low = middle + 1;
		else if (c < ranges[middle].first)
			high = middle;
		else
			return ranges[middle].columns;
	}
	return 1;
}

/* The length of what sets colours, at `text`; 0: it is something else. */
static size_t colour(const char *text, size_t left)
{
	size_t len = 2;

	if (left < 3 || text[0] != ESCAPE || text[1] != '[')
		return 0;
	while (len < left && strchr("0123456789;", text[len]))
		len++;
	return len < left && text[len] == 'm' ? len + 1 : 0;
}

size_t width_text(const char *text, size_t len)
{
	size_t columns = 0;
	uint32_t c;

	for (size_t at = 0, took; at < len; at += took) {
		took = colour(text + at, len - at);
		if (took)
			continue;
		took = width_next(text + at, len - at, &c);
		columns += width_of(c);
	}
	return columns;
}

size_t width_forward(const char *text, size_t len, size_t at)
{
	uint32_t c;

	at += width_next(text + at, len - at, &c);
	for (;;) {
		size_t took = width_next(text + at, len - at, &c);
		if (!took || c < 0x300 || width_of(c))
			return at;
		at += took;
	}
}

/* Where the one byte, or the character, before `at` begins. */
static size_t step_back(const char *text, size_t len, size_t at, uint32_t *c)
{
	for (size_t took = 1; took <= 4 && took <= at; took++)
		if (width_next(text + at - took, len - at + took, c) == took && *c != REPLACEMENT)
			return at - took;
	width_next(text + at - 1, 1, c);
	return at - 1;
}

size_t width_back(const char *text, size_t len, size_t at)
{
	uint32_t c = 0;

	while (at > 0) {
		at = step_back(text, len, at, &c);
		if (c < 0x300 || width_of(c))
			break;
	}
	return at;
}
