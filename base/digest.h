/* SPDX-License-Identifier: MIT */
/* Digests by their names: "SHA-256" and the like. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CD_DIGEST_MOST = 64 };

/* Writes a digest. @return its bytes; 0: no digest of that name, or one that the crypto library
 * refuses. Names are in any case. */
size_t cd_digest(const char *name, const void *data, size_t len, uint8_t out[CD_DIGEST_MOST]);

#endif
