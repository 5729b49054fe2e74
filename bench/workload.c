/* SPDX-License-Identifier: MIT */
/* The command line, the clocks and the result of a client program. */
#include "bench/workload.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *name;
	enum bench_work work;
} works[] = {
	{ "w1", BENCH_INSERT },   { "w2", BENCH_SELECT }, { "w3", BENCH_PAGE },
	{ "w4", BENCH_BATCH },    { "w5", BENCH_SELECT }, { "idle", BENCH_IDLE },
	{ "conns", BENCH_CONNS },
};

const char *bench_statement(enum bench_work work)
{
	static const char *const statements[] = {
		[BENCH_INSERT] = "INSERT INTO bench_cql.w1 (id, body, n, ts) VALUES (?, ?, ?, ?)",
		[BENCH_SELECT] = "SELECT id, name, age, score, active, ratio, created, payload, "
				 "addr, tags FROM bench_cql.w2 WHERE id = ?",
		[BENCH_PAGE] = "SELECT pk, ck, body, n, ratio FROM bench_cql.w3 WHERE pk = ?",
		[BENCH_BATCH] = "INSERT INTO bench_cql.w4 (pk, ck, body, n) VALUES (?, ?, ?, ?)",
		[BENCH_IDLE] = NULL,
		[BENCH_CONNS] = NULL,
	};

	return statements[work];
}

static void usage(const char *program)
{
	fprintf(stderr, "usage: %s HOST PORT WORKLOAD REQUESTS CONCURRENCY\n", program);
	exit(2);
}

static bool find_work(struct bench_client *b)
{
	for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
		if (strcmp(works[i].name, b->workload) != 0)
			continue;
		b->work = works[i].work;
		if (!strcmp(b->workload, "w5"))
			b->in_flight = 1;
		return true;
	}
	return false;
}

void bench_client_init(struct bench_client *b, const char *name, int argc, char **argv)
{
	const char *own_name = getenv("BENCH_NAME"), *latencies = getenv("BENCH_LAT");

	if (argc != 6)
		usage(argv[0]);
	*b = (struct bench_client){
		.name = own_name ? own_name : name,
		.host = argv[1],
		.port = (uint16_t)strtoul(argv[2], NULL, 10),
		.workload = argv[3],
		.requests = strtoull(argv[4], NULL, 10),
		.in_flight = strtoull(argv[5], NULL, 10),
	};
	if (!find_work(b) || !b->port || !b->in_flight || b->in_flight > INT16_MAX)
		usage(argv[0]);
	if (latencies && *latencies == '1')
		b->waited = calloc(b->requests + 1, sizeof *b->waited);
	b->started = bench_now();
}

void bench_uuid(uint8_t out[16], uint64_t number)
{
	const uint64_t high = htobe64(0x4000), low = htobe64(UINT64_C(0x8000) << 48 | number);

	memcpy(out, &high, 8);
	memcpy(out + 8, &low, 8);
}

uint64_t bench_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

double bench_now(void)
{
	return (double)bench_now_ns() * 1e-9;
}

static long resident_kb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long kb = 0;

	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "VmRSS:", 6))
			kb = strtol(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

void bench_begin(struct bench_client *b)
{
	b->rss[0] = resident_kb();
	getrusage(RUSAGE_SELF, &b->usage[0]);
	b->begun = bench_now();
}

void bench_end(struct bench_client *b)
{
	b->ended = bench_now();
	getrusage(RUSAGE_SELF, &b->usage[1]);
	b->rss[1] = resident_kb();
}

void bench_done(struct bench_client *b, uint64_t sent_ns)
{
	if (b->waited && b->done < b->requests) {
		uint64_t ns = bench_now_ns() - sent_ns;
		b->waited[b->done] = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
	}
	b->done++;
}

/* ---- the line ------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static double percentile_us(const struct bench_client *b, unsigned percent)
{
	uint64_t count = b->done < b->requests ? b->done : b->requests;

	return b->waited && count ? b->waited[count * percent / 100] / 1e3 : 0;
}

static double seconds(struct timeval from, struct timeval to)
{
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_usec - from.tv_usec) * 1e-6;
}

int bench_print(struct bench_client *b)
{
	double user = seconds(b->usage[0].ru_utime, b->usage[1].ru_utime);
	double system = seconds(b->usage[0].ru_stime, b->usage[1].ru_stime);
	double wall = b->ended - b->begun, done = b->done ? (double)b->done : 1;

	if (b->waited)
		qsort(b->waited, b->done < b->requests ? b->done : b->requests, sizeof *b->waited,
		      compare);
	printf("{\"client\":\"%s\",\"workload\":\"%s\",\"requests\":%" PRIu64
	       ",\"concurrency\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"checksum\":%" PRId64
	       ",\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f,\"cpu_us_per_req\":%.3f,"
	       "\"rps\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"rss_connect_kb\":%ld,"
	       "\"rss_load_kb\":%ld,\"connect_ms\":%.2f,\"first_query_ms\":%.2f}\n",
	       b->name, b->workload, b->done, b->in_flight, b->errors, b->checksum, wall, user,
	       system, (user + system) * 1e6 / done, wall > 0 ? (double)b->done / wall : 0,
	       percentile_us(b, 50), percentile_us(b, 99), b->rss[0], b->rss[1],
	       (b->connected - b->started) * 1e3, (b->first - b->started) * 1e3);
	free(b->waited);
	return b->errors != 0;
}
