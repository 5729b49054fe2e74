/* SPDX-License-Identifier: MIT */
/* Secrets are wiped by a call the compiler does not remove. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

void cd_wipe(void *data, size_t len);

#endif
