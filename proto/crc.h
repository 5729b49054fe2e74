/* SPDX-License-Identifier: MIT */
/* The two checksums of a v5 segment (v5 section 2.2). */
#ifndef PROTO_CRC_H
#define PROTO_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Of the 3 or 5 header bytes, in wire order. */
uint32_t cd_crc24(const uint8_t *data, size_t len);
/* Of a payload: CRC-32 over fa 2d 55 ca and then the payload, the fastest way this CPU has. */
uint32_t cd_crc32(const void *data, size_t len);
/* The same on any CPU. */
uint32_t cd_crc32_portable(const void *data, size_t len);

#endif
