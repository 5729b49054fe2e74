/* SPDX-License-Identifier: MIT */
/* Random bytes of the operating system. */
#ifndef BASE_ENTROPY_H
#define BASE_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>

/* Fills up to 256 bytes. False when the system has none to give: no getrandom(), no device. */
bool cd_entropy(void *out, size_t len);
/* From a device: what it does where the kernel has no such call. */
bool cd_entropy_from(const char *path, void *out, size_t len);

#endif
