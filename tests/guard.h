/* SPDX-License-Identifier: MIT */
/* Input flush against an unreadable page: a read of one byte too many ends the test. */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cd_guard {
	uint8_t *pages;
	size_t room; /* readable bytes */
	size_t mapped;
};

/* Room for inputs of up to `most` bytes; false when the system has no memory. */
bool cd_guard_init(struct cd_guard *g, size_t most);
void cd_guard_deinit(struct cd_guard *g);

/* A copy of `data` that ends where the unreadable page begins; valid until the next call. NULL
 * when it does not fit. Of 0 bytes: the address of the unreadable page. */
uint8_t *cd_guard_copy(struct cd_guard *g, const void *data, size_t len);

#endif
