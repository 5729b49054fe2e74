/* SPDX-License-Identifier: MIT */
/* The words and numbers that all texts are made of. */
#include "proto/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum { SHOWN = 24 }; /* bytes of the text in a message */

bool cd_scan_over(struct cd_scan *s, const char *text, coodie_error *err)
{
	cd_clear(err);
	if (!text)
		return cd_fail(err, COODIE_ERR_INVALID, "the text is NULL");
	*s = (struct cd_scan){ text, text, text + strlen(text), err };
	return true;
}

/* What is at the cursor, as far as it can be shown. */
static void shown(const struct cd_scan *s, char out[SHOWN + 8])
{
	size_t n = 0;

	while (n < SHOWN && n < cd_scan_left(s) && s->at[n] >= ' ' && s->at[n] <= '~')
		n++;
	if (s->at == s->end)
		memcpy(out, "the end", 8);
	else if (n == 0)
		snprintf(out, SHOWN, "byte 0x%02x", (unsigned char)*s->at);
	else
		snprintf(out, SHOWN + 8, "\"%.*s\"", (int)n, s->at);
}

bool cd_scan_fail(struct cd_scan *s, enum coodie_errc code, const char *format, ...)
{
	char at[SHOWN + 8], why[COODIE_ERROR_MESSAGE_SIZE];
	va_list args;

	if (!s->err)
		return false;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	shown(s, at);
	return cd_fail(s->err, code, "position %zu, at %s: %s", (size_t)(s->at - s->start) + 1, at,
		       why);
}

bool cd_scan_end(struct cd_scan *s, const char *form)
{
	return s->at == s->end || cd_scan_fail(s, COODIE_ERR_TYPE, "expected the end of %s", form);
}

size_t cd_scan_digits(struct cd_scan *s, size_t most, uint64_t *out)
{
	const char *from = s->at;
	uint64_t n = 0;

	for (; most && cd_scan_is_digit(cd_scan_peek(s)); most--, s->at++) {
		unsigned digit = (unsigned)(*s->at - '0');
		n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
	}
	*out = n;
	return (size_t)(s->at - from);
}

static bool is_word(char c)
{
	c = cd_scan_lower(c);
	return (c >= 'a' && c <= 'z') || cd_scan_is_digit(c) || c == '_';
}

bool cd_scan_word(struct cd_scan *s, const char *lower)
{
	const char *at = s->at;

	for (; *lower; lower++, at++)
		if (at == s->end || cd_scan_lower(*at) != *lower)
			return false;
	if (at < s->end && is_word(*at))
		return false;
	s->at = at;
	return true;
}

bool cd_scan_int64(struct cd_scan *s, int64_t *out)
{
	const char *from = s->at;
	bool minus = cd_scan_minus(s);
	uint64_t n;

	if (!cd_scan_digits(s, SIZE_MAX, &n))
		return cd_scan_fail(s, COODIE_ERR_TYPE, "expected the digits of an integer");
	if (n > (uint64_t)INT64_MAX + minus) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_RANGE, "the integer does not fit 64 bits");
	}
	*out = (int64_t)(minus ? 0 - n : n);
	return true;
}
