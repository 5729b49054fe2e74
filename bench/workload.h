/* SPDX-License-Identifier: MIT */
/* What every client program of the bench shares: its command line, the statements, its clocks, and
 * the line it prints. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

enum bench_work {
	BENCH_INSERT, /* w1 */
	BENCH_SELECT, /* w2; w5 is w2 one at a time */
	BENCH_PAGE,   /* w3 */
	BENCH_BATCH,  /* w4 */
	BENCH_IDLE,
	BENCH_CONNS
};

enum { BENCH_BATCH_ROWS = 100, BENCH_BODY = 100, BENCH_BATCH_BODY = 40, BENCH_KEYS = 1000 };

#define BENCH_WHEN INT64_C(1767225600000) /* milliseconds */
#define BENCH_PARTITION "partition-0"

struct bench_client {
	const char *name, *host, *workload;
	uint16_t port;
	enum bench_work work;
	uint64_t requests, in_flight; /* as asked for */
	uint64_t done, errors;
	int64_t checksum;
	double started, connected, first, begun, ended; /* seconds */
	struct rusage usage[2];
	long rss[2];      /* kB, when connected and at the end */
	uint32_t *waited; /* nanoseconds of each request; NULL: not asked for */
};

/* Ends the program when the command line is wrong: PROGRAM HOST PORT WORKLOAD REQUESTS
 * CONCURRENCY. BENCH_NAME is the name to print, BENCH_LAT=1 keeps each latency. */
void bench_client_init(struct bench_client *b, const char *name, int argc, char **argv);
/* The statement of the workload, to be prepared. */
const char *bench_statement(enum bench_work work);
/* 00000000-0000-4000-8000- and 12 digits. */
void bench_uuid(uint8_t out[16], uint64_t number);
/* The number of the row that w2 reads. Their last byte is the same in all, so that the sum over what is
 * read is, whoever answers. */
static inline uint64_t bench_key(uint64_t request)
{
	return request % BENCH_KEYS << 8;
}

double bench_now(void);
uint64_t bench_now_ns(void);
/* Around what is measured. */
void bench_begin(struct bench_client *b);
void bench_end(struct bench_client *b);
/* One more request is over. `sent_ns` counts where latencies are kept. */
void bench_done(struct bench_client *b, uint64_t sent_ns);
/* Prints the line. @return what main() returns */
int bench_print(struct bench_client *b);

#endif
