/* SPDX-License-Identifier: MIT */
/* How far a scan has come, how long it will take, and when to say so. */
#ifndef MIGRATE_GAUGE_H
#define MIGRATE_GAUGE_H

#include <stdbool.h>
#include <stdint.h>

struct mg_gauge {
	uint64_t begun_us, told_us;
	double begun_at; /* the part of the ring that earlier runs had done */
	uint32_t tenths; /* of the ring, that have been told of */
};

/* What can be said of it now. */
struct mg_reading {
	uint64_t rows_per_second; /* of this run */
	uint32_t seconds_left;    /* UINT32_MAX: not known yet */
};

void mg_gauge_begin(struct mg_gauge *g, double part, uint64_t now_us);
/* Whether it is time to tell again: a while after it was told last, */
bool mg_gauge_is_late(const struct mg_gauge *g, uint64_t now_us);
/* or with each tenth of the ring. */
bool mg_gauge_has_moved(const struct mg_gauge *g, double part);
void mg_gauge_told(struct mg_gauge *g, double part, uint64_t now_us);
/* `part` of the ring is done, by this run so many rows. */
struct mg_reading mg_gauge_read(const struct mg_gauge *g, double part, uint64_t rows,
				uint64_t now_us);

#endif
