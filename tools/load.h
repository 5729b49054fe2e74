/* SPDX-License-Identifier: MIT */
/* The parts of `coodie load`: what is asked for, workers that do it, and what came of it. */
#ifndef TOOLS_LOAD_H
#define TOOLS_LOAD_H

#include <stdatomic.h>

#include "tools/connect.h"
#include "tools/load_histogram.h"

enum load_kind { LOAD_READ, LOAD_WRITE, LOAD_KINDS };
enum { LOAD_LOOPS = 64, LOAD_ERRORS = 128 };

/* What is asked for. Workers only read it. */
struct load {
	struct connect connect;
	const char *where;
	const char *keyspace, *table,
		*own; /* `own`: the statement of --cql; NULL: reads and writes */
	const char *format;
	char cql[LOAD_KINDS][512];
	uint32_t read_ratio, rate, concurrency, loops, duration_s, requests;
	uint32_t keys, value_size, replication;
	bool keep_table, quiet;
	atomic_bool stop;
};

/* What came of it: written by one worker, read by who reports. */
struct load_stats {
	struct load_histogram latency[LOAD_KINDS];
	_Atomic uint64_t errors[LOAD_ERRORS]; /* by enum coodie_errc; the last takes the rest */
	_Atomic uint64_t submitted;
};

struct load_worker;

uint64_t load_now_ns(void);
/* Each has a thread, a loop and a session of its own. NULL: the error says why. `requests` 0: as
 * long as it is let. */
struct load_worker *load_worker_start(const struct load *l, uint32_t index, uint32_t concurrency,
				      uint32_t requests, coodie_error *err);
bool load_worker_done(const struct load_worker *w);
const struct load_stats *load_worker_stats(const struct load_worker *w);
/* Waits for its end. False: it could not begin, and `err` says why; otherwise it began at `*began`
 * and ended at `*ended`. Frees nothing. */
bool load_worker_join(struct load_worker *w, uint64_t *began_ns, uint64_t *ended_ns,
		      coodie_error *err);
void load_worker_free(struct load_worker *w);

/* The sum of all workers. */
struct load_sum {
	struct load_counts latency[LOAD_KINDS];
	uint64_t errors[LOAD_ERRORS];
};

void load_sum_up(struct load_sum *sum, struct load_worker *const *workers, uint32_t count);
uint64_t load_sum_errors(const struct load_sum *sum);
/* One line of the second that has ended. */
void load_report_second(const struct load_sum *now, const struct load_sum *before, uint32_t second,
			double seconds);
void load_report(const struct load *l, const struct load_sum *sum, double seconds);

#endif
