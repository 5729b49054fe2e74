/* SPDX-License-Identifier: MIT */
/* Bytes as messages show them. */
#ifndef NODE_HEX_H
#define NODE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Two digits for each byte and a NUL: `out` has room for 2 * len + 1. */
void nd_hex(char *out, const uint8_t *at, size_t len);

#endif
