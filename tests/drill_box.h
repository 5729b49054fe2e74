/* SPDX-License-Identifier: MIT */
/* A ring of three nodes in this process, and its weather: a thread that makes something go wrong
 * every few milliseconds. */
#ifndef TESTS_DRILL_BOX_H
#define TESTS_DRILL_BOX_H

#include <coodie/node.h>

struct drill_box;

struct drill_weather {
	uint64_t faults, downs, moves, joins, leaves;
};

/* NULL: COODIE_ERR_CONNECT, COODIE_ERR_NO_MEMORY. */
struct drill_box *drill_box_open(const char *address, const coodie_allocator *a, uint64_t seed,
				 coodie_error *err);
/* NULL past the last. */
const char *drill_box_address(const struct drill_box *b, uint32_t i);
bool drill_box_begin(struct drill_box *b, coodie_error *err);
/* All is calm again: no faults, every node is up, guests are gone, and every connection of before the
 * calm is closed. */
bool drill_box_end(struct drill_box *b, coodie_error *err);
void drill_box_told(const struct drill_box *b, struct drill_weather *out);
void drill_box_close(struct drill_box *b);

#endif
