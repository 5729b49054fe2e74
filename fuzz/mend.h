/* SPDX-License-Identifier: MIT */
/* Segments whose checksums are right: what is behind them is not reached by chance. */
#ifndef FUZZ_MEND_H
#define FUZZ_MEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the bytes as segments one behind the other and puts the checksums right. */
void fuzz_mend(uint8_t *bytes, size_t len, bool lz4);

#endif
