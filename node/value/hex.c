/* SPDX-License-Identifier: MIT */
/* Bytes as messages show them. */
#include "node/value/hex.h"

void nd_hex(char *out, const uint8_t *at, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[at[i] >> 4];
		*out++ = digits[at[i] & 15];
	}
	*out = '\0';
}
