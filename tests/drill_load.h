/* SPDX-License-Identifier: MIT */
/* A load that knows what every answer has to be: each request has a number, which is the key of what
 * it writes; values follow from keys; reads know what was acknowledged before they began. */
#ifndef TESTS_DRILL_LOAD_H
#define TESTS_DRILL_LOAD_H

#include <coodie.h>

enum { DRILL_SERVER_CODES = 16 };

struct drill_plan {
	uint32_t requests;
	uint32_t concurrency;
	uint32_t rate;    /* per second; 0: as fast as answers come */
	uint32_t seconds; /* ends after so long, whatever is left; 0: never */
	uint32_t replication;
	uint64_t seed;
	bool is_box; /* nodes that break the protocol, and never repeat a conditional write */
};

/* What came of them so far. */
struct drill_sums {
	uint64_t begun, completed, refused, rows, pages, acknowledged, cancelled, repeated;
	uint64_t stale;      /* reads that missed what was acknowledged, where nodes may disagree */
	uint64_t errors[64]; /* by enum coodie_errc */
	struct {
		int32_t code;
		uint64_t count;
	} server[DRILL_SERVER_CODES];
	uint64_t wrong; /* answers that must not be, each with a line on stderr */
};

struct drill_load;

/* NULL: out of memory. `session` and `plan` outlive it. */
struct drill_load *drill_load_new(coodie_session *session, const struct drill_plan *plan);
void drill_load_free(struct drill_load *l);

/* Makes the keyspace "drill" anew, and statements; what fails is tried again for a while. */
bool drill_load_prepare(struct drill_load *l, coodie_error *err);
/* Submits all, from this thread, and returns when each has ended. */
void drill_load_run(struct drill_load *l);
/* Reads both tables at QUORUM: every acknowledged write is there, nothing else is, and nothing twice.
 * False: they could not be read. */
bool drill_load_check(struct drill_load *l, coodie_error *err);
/* Any thread. */
void drill_load_sum(struct drill_load *l, struct drill_sums *out);

#endif
