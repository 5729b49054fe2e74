/* SPDX-License-Identifier: MIT */
/* A text being read: bounded, and with its beginning, so that errors have a position. */
#ifndef PROTO_SCAN_H
#define PROTO_SCAN_H

#include <coodie/error.h>

struct cd_scan {
	const char *start, *at, *end;
	coodie_error *err;
};

/* Over a NUL-terminated text; clears `err`. False with COODIE_ERR_INVALID for NULL. */
bool cd_scan_over(struct cd_scan *s, const char *text, coodie_error *err);

/* Sets the error: the position, counted from 1, what is there, and why that is wrong. */
bool cd_scan_fail(struct cd_scan *s, enum coodie_errc code, const char *format, ...)
	COODIE_PRINTF(3, 4);

/* COODIE_ERR_TYPE when something is left; `form` says what was wanted. */
bool cd_scan_end(struct cd_scan *s, const char *form);

static inline size_t cd_scan_left(const struct cd_scan *s)
{
	return (size_t)(s->end - s->at);
}

/* The next byte; NUL at the end. */
static inline char cd_scan_peek(const struct cd_scan *s)
{
	return s->at < s->end ? *s->at : '\0';
}

static inline bool cd_scan_take(struct cd_scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static inline bool cd_scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char cd_scan_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The value of a hexadecimal digit; -1 for others. */
static inline int cd_scan_hex(char c)
{
	c = cd_scan_lower(c);
	return cd_scan_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes a sign. @return whether it is a minus */
static inline bool cd_scan_minus(struct cd_scan *s)
{
	bool minus = cd_scan_take(s, '-');

	if (!minus)
		cd_scan_take(s, '+');
	return minus;
}

/* Takes up to `most` digits; more than 64 bits are UINT64_MAX. @return how many digits */
size_t cd_scan_digits(struct cd_scan *s, size_t most, uint64_t *out);

/* Takes a word when it is the next one, in any case; what follows is no letter or digit. */
bool cd_scan_word(struct cd_scan *s, const char *lower);

/* A sign and digits. COODIE_ERR_TYPE, COODIE_ERR_RANGE. */
bool cd_scan_int64(struct cd_scan *s, int64_t *out);

#endif
