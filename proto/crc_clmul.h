/* SPDX-License-Identifier: MIT */
/* CRC-32 by carry-less multiplication: for x86-64 with AVX and PCLMULQDQ. */
#ifndef PROTO_CRC_CLMUL_H
#define PROTO_CRC_CLMUL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)

static inline bool cd_crc32_has_clmul(void)
{
	return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("avx");
}

/* As cd_crc32(); the CPU must have it. */
uint32_t cd_crc32_clmul(const void *data, size_t len);

#else

static inline bool cd_crc32_has_clmul(void)
{
	return false;
}

static inline uint32_t cd_crc32_clmul(const void *data, size_t len)
{
	(void)data;
	(void)len;
	return 0;
}

#endif
#endif
