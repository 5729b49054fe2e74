/* SPDX-License-Identifier: MIT */
/* What `coodie load` prints: a line a second, and the end as a table or as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/load.h"

static const char *const kind_names[LOAD_KINDS] = {
	[LOAD_READ] = "reads", [LOAD_WRITE] = "writes"
};

/* The columns of the table and the keys of the JSON. */
static const struct {
	const char *title, *key;
	uint32_t permille;
} columns[] = {
	{ "p50", "p50_ms", 500 },    { "p95", "p95_ms", 950 },  { "p99", "p99_ms", 990 },
	{ "p99.9", "p999_ms", 999 }, { "max", "max_ms", 1000 },
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static double ms(uint64_t us)
{
	return (double)us / 1000;
}

void load_sum_up(struct load_sum *sum, struct load_worker *const *workers, uint32_t count)
{
	memset(sum, 0, sizeof *sum);
	for (uint32_t i = 0; i < count; i++) {
		const struct load_stats *s = load_worker_stats(workers[i]);
		for (int kind = 0; kind < LOAD_KINDS; kind++)
			load_counts_add(&sum->latency[kind], &s->latency[kind]);
		for (size_t e = 0; e < LOAD_ERRORS; e++)
			sum->errors[e] += atomic_load_explicit(&s->errors[e], memory_order_relaxed);
	}
}

uint64_t load_sum_errors(const struct load_sum *sum)
{
	uint64_t n = 0;

	for (size_t e = 0; e < LOAD_ERRORS; e++)
		n += sum->errors[e];
	return n;
}

void load_report_second(const struct load_sum *now, const struct load_sum *before, uint32_t second,
			double seconds)
{
	static const uint32_t shown[] = { 500, 950, 990, 999, 1000 };
	struct load_counts all = { .count = 0 }, one;
	uint64_t errors = load_sum_errors(now) - load_sum_errors(before);

	for (int kind = 0; kind < LOAD_KINDS; kind++) {
		load_counts_since(&one, &now->latency[kind], &before->latency[kind]);
		load_counts_join(&all, &one);
	}
	printf("%4" PRIu32 " s %9.0f/s ", second, (double)all.count / seconds);
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		printf(" %s %.3f", columns[i].title, ms(load_counts_at(&all, shown[i])));
	printf(" ms");
	if (errors)
		printf(", %" PRIu64 " errors", errors);
	printf("\n");
	fflush(stdout);
}

/* ---- the end -------------------------------------------------------------------------------- */

static const char *name_of(const struct load *l, int kind)
{
	return l->own ? "requests" : kind_names[kind];
}

static uint64_t count_all(const struct load_sum *sum)
{
	uint64_t n = 0;

	for (int kind = 0; kind < LOAD_KINDS; kind++)
		n += sum->latency[kind].count;
	return n;
}

static void print_text(const struct load *l, const struct load_sum *sum, double seconds)
{
	uint64_t count = count_all(sum), errors = load_sum_errors(sum);
	const char *parted = ": ";

	printf("%" PRIu64 " requests in %.2f s: %.0f per second\n", count, seconds,
	       seconds > 0 ? (double)count / seconds : 0);
	printf("%-9s %10s %9s", "ms", "count", "mean");
	for (size_t i = 0; i < COLUMNS; i++)
		printf(" %9s", columns[i].title);
	printf("\n");
	for (int kind = 0; kind < LOAD_KINDS; kind++) {
		const struct load_counts *c = &sum->latency[kind];
		if (!c->count)
			continue;
		printf("%-9s %10" PRIu64 " %9.3f", name_of(l, kind), c->count,
		       load_counts_mean(c) / 1000);
		for (size_t i = 0; i < COLUMNS; i++)
			printf(" %9.3f", ms(load_counts_at(c, columns[i].permille)));
		printf("\n");
	}
	printf("%" PRIu64 " error%s", errors, errors == 1 ? "" : "s");
	for (size_t e = 0; e < LOAD_ERRORS; e++)
		if (sum->errors[e]) {
			printf("%s%" PRIu64 " %s", parted, sum->errors[e],
			       coodie_errc_name((enum coodie_errc)e));
			parted = ", ";
		}
	printf("\n");
}

static void print_json(const struct load *l, const struct load_sum *sum, double seconds)
{
	uint64_t count = count_all(sum);
	const char *parted = "";

	printf("{\"requests\": %" PRIu64 ", \"errors\": %" PRIu64
	       ", \"seconds\": %.3f, \"rate\": %.1f",
	       count, load_sum_errors(sum), seconds, seconds > 0 ? (double)count / seconds : 0);
	for (int kind = 0; kind < LOAD_KINDS; kind++) {
		const struct load_counts *c = &sum->latency[kind];
		if (!c->count)
			continue;
		printf(", \"%s\": {\"count\": %" PRIu64 ", \"mean_ms\": %.3f",
		       l->own ? "own" : name_of(l, kind), c->count, load_counts_mean(c) / 1000);
		for (size_t i = 0; i < COLUMNS; i++)
			printf(", \"%s\": %.3f", columns[i].key,
			       ms(load_counts_at(c, columns[i].permille)));
		printf("}");
	}
	printf(", \"by_error\": {");
	for (size_t e = 0; e < LOAD_ERRORS; e++)
		if (sum->errors[e]) {
			printf("%s\"%s\": %" PRIu64, parted, coodie_errc_name((enum coodie_errc)e),
			       sum->errors[e]);
			parted = ", ";
		}
	printf("}}\n");
}

void load_report(const struct load *l, const struct load_sum *sum, double seconds)
{
	(strcmp(l->format, "json") ? print_text : print_json)(l, sum, seconds);
}
