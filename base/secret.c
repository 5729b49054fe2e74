/* SPDX-License-Identifier: MIT */
/* Wiping of secrets. */
#include "base/secret.h"

#include <string.h>

void cd_wipe(void *data, size_t len)
{
	if (!len)
		return;
	memset(data, 0, len);
#if defined(__GNUC__)
	/* Says that somebody reads the bytes, so that the memset stays. */
	__asm__ __volatile__("" : : "r"(data) : "memory");
#else
	for (volatile unsigned char *at = data; len; len--)
		*at++ = 0;
#endif
}
