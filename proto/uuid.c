/* SPDX-License-Identifier: MIT */
/* The text form of uuids (RFC 9562 section 4). */
#include <coodie/value.h>

#include "base/error.h"

char *cql_uuid_format(cql_uuid uuid, char out[CQL_UUID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char *at = out;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[uuid.bytes[i] >> 4];
		*at++ = digits[uuid.bytes[i] & 15];
	}
	*at = '\0';
	return out;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* All dashes in their places, or none at all. */
static bool parse(const char *text, cql_uuid *out)
{
	bool dashes = false;

	for (int i = 0; i < 16; i++, text += 2) {
		bool place = i == 4 || i == 6 || i == 8 || i == 10;
		if (place && i == 4)
			dashes = *text == '-';
		if (place && dashes && *text++ != '-')
			return false;
		int high = digit_of(text[0]), low = high < 0 ? -1 : digit_of(text[1]);
		if (low < 0)
			return false;
		out->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return *text == '\0';
}

bool cql_uuid_parse(const char *text, cql_uuid *out, coodie_error *err)
{
	cql_uuid u;

	cd_clear(err);
	if (!text || !parse(text, &u))
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"\"%.50s\" is no uuid: expected 32 hexadecimal digits, as 8-4-4-4-12 or without dashes",
			text ? text : "NULL");
	*out = u;
	return true;
}
