/* SPDX-License-Identifier: MIT */
/* Characters of UTF-8. */
#include "node/text/text.h"

uint32_t nd_char_next(const uint8_t **at, const uint8_t *end)
{
	uint32_t first = *(*at)++;
	unsigned more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
	uint32_t c = more ? first & (0x3Fu >> more) : first;

	for (; more && *at < end; more--)
		c = c << 6 | (*(*at)++ & 0x3F);
	return c;
}

uint8_t *nd_char_put(uint8_t *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (uint8_t)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (uint8_t)(0xC0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (uint8_t)(0xE0 | c >> 12);
		} else {
			*out++ = (uint8_t)(0xF0 | c >> 18);
			*out++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
		}
		*out++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
	}
	*out++ = (uint8_t)(0x80 | (c & 0x3F));
	return out;
}

int nd_char_in_run(const void *c, const void *run)
{
	const uint32_t *is = c, *ends = run;

	return *is < ends[0] ? -1 : *is > ends[1];
}

int nd_char_is_of(const void *c, const void *item)
{
	const uint32_t *is = c, *of = item;

	return *is < *of ? -1 : *is > *of;
}
