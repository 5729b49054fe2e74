/* SPDX-License-Identifier: MIT */
/* Numbers and quoted texts, the same in every locale. */
#include "proto/print.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

size_t cd_print_end(struct cd_print *p)
{
	if (p->size)
		p->out[p->len < p->size ? p->len : p->size - 1] = '\0';
	return p->len;
}

static size_t room(const struct cd_print *p)
{
	return p->len < p->size ? p->size - p->len : 0;
}

void cd_print_bytes(struct cd_print *p, const void *data, size_t len)
{
	size_t n = len < room(p) ? len : room(p);

	if (n)
		memcpy(p->out + p->len, data, n);
	p->len += len;
}

void cd_print_text(struct cd_print *p, const char *text)
{
	cd_print_bytes(p, text, strlen(text));
}

void cd_print_many(struct cd_print *p, char c, size_t count)
{
	size_t n = count < room(p) ? count : room(p);

	if (n)
		memset(p->out + p->len, c, n);
	p->len += count;
}

void cd_print_number(struct cd_print *p, uint64_t n, unsigned least)
{
	char digits[20], *end = digits + sizeof digits, *at = end;

	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	while (at > digits && (unsigned)(end - at) < least)
		*--at = '0';
	cd_print_bytes(p, at, (size_t)(end - at));
}

void cd_print_integer(struct cd_print *p, int64_t n)
{
	if (n < 0)
		cd_print_char(p, '-');
	cd_print_number(p, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 1);
}

void cd_print_hex(struct cd_print *p, const uint8_t *at, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	cd_print_bytes(p, "0x", 2);
	for (size_t i = 0; i < len; i++) {
		cd_print_char(p, digits[at[i] >> 4]);
		cd_print_char(p, digits[at[i] & 15]);
	}
}

void cd_print_quoted(struct cd_print *p, const char *text, size_t len)
{
	const char *end = len ? text + len : text;

	cd_print_char(p, '\'');
	for (const char *quote; len && (quote = memchr(text, '\'', (size_t)(end - text)));
	     text = quote + 1) {
		cd_print_bytes(p, text, (size_t)(quote - text) + 1);
		cd_print_char(p, '\'');
	}
	cd_print_bytes(p, text, (size_t)(end - text));
	cd_print_char(p, '\'');
}

/* Below this, doubles (floats) have fewer digits than the others. */
static bool is_normal(double d, bool single)
{
	return fabs(d) >= (single ? (double)FLT_MIN : DBL_MIN);
}

void cd_print_real(struct cd_print *p, double d, bool single)
{
	char number[64];
	/* that many digits are always kept: when they read back, no fewer would be shorter */
	int digits = !is_normal(d, single) ? 1 : single ? FLT_DIG : DBL_DIG;

	if (isnan(d) || isinf(d)) {
		cd_print_text(p, isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
		return;
	}
	for (; digits <= 17; digits++) {
		snprintf(number, sizeof number, "%.*g", digits, d);
		if (single ? strtof(number, NULL) == (float)d : strtod(number, NULL) == d)
			break;
	}
	bool pointed = false;
	for (const char *c = number; *c; c++) { /* a locale's point may have several bytes */
		if (strchr("+-0123456789e", *c))
			cd_print_char(p, *c);
		else if (!pointed)
			cd_print_char(p, '.');
		pointed |= !strchr("+-0123456789e", *c);
	}
}
