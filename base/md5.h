/* SPDX-License-Identifier: MIT */
/* MD5, which RandomPartitioner hashes keys with; nothing here is secret. */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CD_MD5_SIZE = 16 };

/* False when the crypto library refuses MD5 (a FIPS-only setup), is missing or out of memory. */
bool cd_md5(const void *data, size_t len, uint8_t out[CD_MD5_SIZE]);

#endif
