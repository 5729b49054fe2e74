/* SPDX-License-Identifier: MIT */
/* Blobs to and from hexadecimal digits. */
#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/text.h"

bool cd_scan_blob(struct cd_scan *s, struct cd_scan *digits)
{
	if (cd_scan_left(s) < 2 || s->at[0] != '0' || cd_scan_lower(s->at[1]) != 'x')
		return cd_scan_fail(s, COODIE_ERR_TYPE, "expected 0x and hexadecimal digits");
	s->at += 2;
	*digits = *s;
	while (s->at < s->end && cd_scan_hex(*s->at) >= 0)
		s->at++;
	/* "0x12E-3": the capital letter in front of a sign begins an exponent */
	if (s->at > digits->at && s->at[-1] == 'E' &&
	    (cd_scan_peek(s) == '-' || cd_scan_peek(s) == '+'))
		s->at--;
	digits->end = s->at;
	if (cd_scan_left(digits) % 2)
		return cd_scan_fail(s, COODIE_ERR_TYPE,
				    "an odd number of hexadecimal digits: two make a byte");
	return true;
}

void cd_unhex_digits(const struct cd_scan *digits, uint8_t *out)
{
	for (const char *at = digits->at; at < digits->end; at += 2)
		*out++ = (uint8_t)(cd_scan_hex(at[0]) << 4 | cd_scan_hex(at[1]));
}

bool cql_blob_parse(const char *text, cql_arena *arena, cql_blob *out, coodie_error *err)
{
	struct cd_scan s, digits;

	if (!cd_scan_over(&s, text, err) || !cd_scan_blob(&s, &digits) ||
	    !cd_scan_end(&s, "a blob"))
		return false;
	size_t len = cd_scan_left(&digits) / 2;
	uint8_t *bytes = cd_arena_take(&arena->arena, len);
	if (!bytes)
		return cd_no_memory(err, "a blob");
	cd_unhex_digits(&digits, bytes);
	*out = cql_blob_of(bytes, len);
	return true;
}

size_t cql_blob_format(cql_blob blob, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	if (blob.data)
		cd_print_hex(&p, blob.data, blob.len);
	else
		cd_print_text(&p, "null");
	return cd_print_end(&p);
}
