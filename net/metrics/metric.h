/* SPDX-License-Identifier: MIT */
/* The numbers of a session: counters that its loops write, and what is made of them. */
#ifndef NET_METRIC_H
#define NET_METRIC_H

#include <coodie/metrics.h>

#include "base/histogram.h"
#include "base/hot.h"
#include "net/metrics/meter.h"

enum cd_metric {
#define X(name, field, family, kind, scope, unit, help) CD_METRIC_##name,
#include "net/metrics/metric.def"
#undef X
	CD_METRICS
};

/* One more histogram: of requests that took what their only attempt took. They are of
 * COODIE_HISTOGRAM_REQUEST and of COODIE_HISTOGRAM_SERVER, and counted once: most requests are so. */
#define CD_HISTOGRAM_PLAIN COODIE_HISTOGRAM_KINDS

/*
 * Written by one loop. A loop has one for itself, with the metrics of scope SESSION, and one for each
 * shard of a host that it has connections to (one per host without shards). Read by any thread, which
 * adds them up.
 */
struct cd_counters {
	_Atomic uint64_t at[CD_METRICS];
	struct cd_meter answers; /* of CD_METRIC_RESPONSES */
	/* made when first used */
	struct cd_histogram *_Atomic histograms[COODIE_HISTOGRAM_KINDS + 1];
	const coodie_allocator *allocator;
	uint64_t window_us; /* of the histograms; 0: they forget nothing */
};

void cd_counters_init(struct cd_counters *c, const coodie_allocator *a, uint64_t window_us,
		      uint64_t now_us);
/* Nobody may be reading. */
void cd_counters_deinit(struct cd_counters *c);

/* Adds all that others of the same loop have, which begin anew. Nobody may be reading. */
void cd_counters_move(struct cd_counters *to, struct cd_counters *from, uint64_t now_us);

CD_HOT uint64_t cd_counters_get(const struct cd_counters *c, enum cd_metric m)
{
	return atomic_load_explicit(&c->at[m], memory_order_relaxed);
}

CD_HOT void cd_counters_add(struct cd_counters *c, enum cd_metric m, uint64_t n)
{
	atomic_store_explicit(&c->at[m], cd_counters_get(c, m) + n, memory_order_relaxed);
}

CD_HOT void cd_counters_count(struct cd_counters *c, enum cd_metric m)
{
	cd_counters_add(c, m, 1);
}

/* Of a gauge: one less. */
static inline void cd_counters_uncount(struct cd_counters *c, enum cd_metric m)
{
	cd_counters_add(c, m, UINT64_MAX);
}

/* A response, which makes the rates as well. */
static inline void cd_counters_response(struct cd_counters *c, uint64_t now_us)
{
	cd_meter_tick(&c->answers, cd_counters_get(c, CD_METRIC_RESPONSES), now_us);
	cd_counters_count(c, CD_METRIC_RESPONSES);
}

/* The histogram, made now; NULL: no memory, and the value is not recorded. */
struct cd_histogram *cd_counters_histogram(struct cd_counters *c, enum coodie_histogram_kind kind,
					   uint64_t now_us);

static inline void cd_counters_record(struct cd_counters *c, enum coodie_histogram_kind kind,
				      uint64_t us, uint64_t now_us)
{
	struct cd_histogram *h = atomic_load_explicit(&c->histograms[kind], memory_order_relaxed);

	if (!h && !(h = cd_counters_histogram(c, kind, now_us)))
		return;
	cd_histogram_tick(h, now_us);
	cd_histogram_record(h, us);
}

/* Adds what a histogram of that kind has. */
void cd_counters_durations(const struct cd_counters *c, enum coodie_histogram_kind kind,
			   uint64_t now_us, struct cd_histogram_sum *sum);

/* ---- reading -------------------------------------------------------------------------------- */

/* The counters of one loop for one shard of a host, or for itself. */
struct cd_metric_row {
	const coodie_host *host; /* NULL: the loop itself; stays until the walk is over */
	int32_t shard;           /* -1: the host has none */
	const struct cd_counters *counters;
};

typedef void cd_metric_row_fn(const struct cd_metric_row *row, void *user);

/* Where the rows of a session come from: the engine. */
struct cd_metric_source {
	/* Calls `fn` for every row. Those of a host come one after the other, those of a shard of it
	 * as well; those of the loops come first. The same each time, and safe on any thread. */
	void (*each)(const void *owner, cd_metric_row_fn *fn, void *user);
	const void *owner;
	uint64_t now_us;        /* on the clock the rows were written with */
	bool forgets;           /* histograms have a window */
	const char *session_id; /* as SESSION_ID of STARTUP has it */
};

/* coodie_session_metrics() */
bool cd_metric_sum(const struct cd_metric_source *source, const coodie_scope *scope,
		   coodie_metrics *out, coodie_error *err);
/* coodie_session_histogram() */
bool cd_metric_histogram(const struct cd_metric_source *source, const coodie_scope *scope,
			 enum coodie_histogram_kind kind, coodie_histogram *out, coodie_error *err);
/* coodie_session_metrics_text(); net/metrics/metric_text.c */
size_t cd_metric_text(const struct cd_metric_source *source, char *out, size_t size);

#endif
