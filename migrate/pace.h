/* SPDX-License-Identifier: MIT */
/* So many rows a second: when the next one may be given. */
#ifndef MIGRATE_PACE_H
#define MIGRATE_PACE_H

#include <stdint.h>

struct mg_pace {
	uint32_t rows_per_second; /* 0: no limit */
	uint64_t due_ns;          /* when the next row is; 0: none has been given */
};

/* Microseconds until the next row may be given; 0: now. */
uint64_t mg_pace_wait(const struct mg_pace *p, uint64_t now_us);
/* A row is given now. */
void mg_pace_row(struct mg_pace *p, uint64_t now_us);

#endif
