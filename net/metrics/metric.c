/* SPDX-License-Identifier: MIT */
/* Counters, and their sums over loops, shards and hosts. */
#include "net/metrics/metric.h"

#include <string.h>

#include <coodie/uuid.h>

#include "base/alloc.h"
#include "base/error.h"

/* A field for each row of metric.def, and none without. */
_Static_assert(sizeof(coodie_metrics) ==
		       sizeof(size_t) + CD_METRICS * sizeof(uint64_t) + 3 * sizeof(double),
	       "coodie_metrics and net/metrics/metric.def differ");

void cd_counters_init(struct cd_counters *c, const coodie_allocator *a, uint64_t window_us,
		      uint64_t now_us)
{
	memset(c, 0, sizeof *c);
	c->allocator = a;
	c->window_us = window_us;
	cd_meter_init(&c->answers, now_us);
}

void cd_counters_deinit(struct cd_counters *c)
{
	for (size_t i = 0; i <= CD_HISTOGRAM_PLAIN; i++) {
		struct cd_histogram *h = atomic_load_explicit(&c->histograms[i],
							      memory_order_relaxed);
		if (h)
			cd_histogram_deinit(h);
		cd_release(c->allocator, h);
	}
	memset(c, 0, sizeof *c);
}

struct cd_histogram *cd_counters_histogram(struct cd_counters *c, enum coodie_histogram_kind kind,
					   uint64_t now_us)
{
	struct cd_histogram *h = cd_alloc(c->allocator, sizeof *h);

	if (!h)
		return NULL;
	cd_histogram_init(h, c->allocator, c->window_us, now_us);
	atomic_store_explicit(&c->histograms[kind], h, memory_order_release);
	return h;
}

static struct cd_histogram *histogram_at(struct cd_counters *c, int kind)
{
	return atomic_load_explicit(&c->histograms[kind], memory_order_relaxed);
}

void cd_counters_move(struct cd_counters *to, struct cd_counters *from, uint64_t now_us)
{
	cd_meter_move(&to->answers, cd_counters_get(to, CD_METRIC_RESPONSES), &from->answers,
		      cd_counters_get(from, CD_METRIC_RESPONSES), now_us);
	for (int i = 0; i < CD_METRICS; i++) {
		uint64_t n = cd_counters_get(from, (enum cd_metric)i);
		cd_counters_add(to, (enum cd_metric)i, n);
		cd_counters_add(from, (enum cd_metric)i, 0 - n);
	}
	for (int i = 0; i <= CD_HISTOGRAM_PLAIN; i++) {
		struct cd_histogram *old = histogram_at(from, i), *h = histogram_at(to, i);
		if (old && !h)
			h = cd_counters_histogram(to, (enum coodie_histogram_kind)i, now_us);
		if (old && h)
			cd_histogram_move(h, old, now_us);
	}
}

static void add(const struct cd_counters *c, int kind, uint64_t now_us,
		struct cd_histogram_sum *sum)
{
	const struct cd_histogram *h = atomic_load_explicit(&c->histograms[kind],
							    memory_order_acquire);

	if (h)
		cd_histogram_add(sum, h, now_us);
}

void cd_counters_durations(const struct cd_counters *c, enum coodie_histogram_kind kind,
			   uint64_t now_us, struct cd_histogram_sum *sum)
{
	add(c, (int)kind, now_us, sum);
	if (kind == COODIE_HISTOGRAM_REQUEST || kind == COODIE_HISTOGRAM_SERVER)
		add(c, CD_HISTOGRAM_PLAIN, now_us, sum);
}

/* ---- sums ----------------------------------------------------------------------------------- */

static bool in_scope(const coodie_scope *scope, const struct cd_metric_row *row)
{
	if (!scope || !scope->host_id)
		return true;
	return row->host && cql_uuid_equal(row->host->host_id, *scope->host_id) &&
	       (!scope->shard || scope->shard == row->shard + 1);
}

static bool check(const coodie_scope *scope, const char *name, size_t size, size_t least,
		  coodie_error *err)
{
	cd_clear(err);
	if (size < least)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s: its `size` is %zu; it must be sizeof(%s)", name, size, name);
	if (scope && scope->size < sizeof *scope)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_scope: its `size` is %zu; it must be sizeof(coodie_scope)",
			       scope->size);
	if (scope && scope->shard && !scope->host_id)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_scope: a shard without its host says nothing; set host_id");
	return true;
}

/* Gives the caller as much of a struct as it knows; its `size` stays its own. */
static void hand_out(void *to, size_t to_size, const void *from, size_t from_size)
{
	memcpy((char *)to + sizeof(size_t), (const char *)from + sizeof(size_t),
	       (to_size < from_size ? to_size : from_size) - sizeof(size_t));
}

struct sum {
	const coodie_scope *scope;
	uint64_t now_us;
	uint64_t at[CD_METRICS];
	double rates[CD_METER_RATES];
	bool any;
};

static void add_counters(const struct cd_metric_row *row, void *user)
{
	struct sum *s = user;

	if (!in_scope(s->scope, row))
		return;
	s->any = true;
	for (size_t i = 0; i < CD_METRICS; i++)
		s->at[i] += cd_counters_get(row->counters, (enum cd_metric)i);
	cd_meter_add(s->rates, &row->counters->answers,
		     cd_counters_get(row->counters, CD_METRIC_RESPONSES), s->now_us);
}

static bool nothing_there(coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_INVALID,
		       "metrics: the session has no such host, or the host no such shard");
}

bool cd_metric_sum(const struct cd_metric_source *source, const coodie_scope *scope,
		   coodie_metrics *out, coodie_error *err)
{
	struct sum s = { .scope = scope, .now_us = source->now_us };
	coodie_metrics own = { .size = sizeof own };

	if (!check(scope, "coodie_metrics", out->size, sizeof out->size, err))
		return false;
	source->each(source->owner, add_counters, &s);
	if (!s.any && scope && scope->host_id)
		return nothing_there(err);
#define X(name, field, family, kind, scope, unit, help) own.field = s.at[CD_METRIC_##name];
#include "net/metrics/metric.def"
#undef X
	own.rate_1m = s.rates[0];
	own.rate_5m = s.rates[1];
	own.rate_15m = s.rates[2];
	hand_out(out, out->size, &own, sizeof own);
	return true;
}

struct histogram_sum {
	const coodie_scope *scope;
	enum coodie_histogram_kind kind;
	uint64_t now_us;
	struct cd_histogram_sum of;
	bool any;
};

static void add_histogram(const struct cd_metric_row *row, void *user)
{
	struct histogram_sum *s = user;

	if (!in_scope(s->scope, row))
		return;
	s->any = true;
	cd_counters_durations(row->counters, s->kind, s->now_us, &s->of);
}

bool cd_metric_histogram(const struct cd_metric_source *source, const coodie_scope *scope,
			 enum coodie_histogram_kind kind, coodie_histogram *out, coodie_error *err)
{
	struct histogram_sum s = { .scope = scope, .kind = kind, .now_us = source->now_us };
	coodie_histogram own = { .size = sizeof own };

	if (!check(scope, "coodie_histogram", out->size, sizeof out->size, err))
		return false;
	if ((unsigned)kind >= COODIE_HISTOGRAM_KINDS)
		return cd_fail(err, COODIE_ERR_INVALID, "there is no histogram %d", (int)kind);
	source->each(source->owner, add_histogram, &s);
	if (!s.any && scope && scope->host_id)
		return nothing_there(err);
	own.count = s.of.count;
	own.min = cd_histogram_min(&s.of);
	own.max = cd_histogram_max(&s.of);
	own.mean = cd_histogram_mean(&s.of);
	own.stddev = cd_histogram_stddev(&s.of);
	own.p50 = cd_histogram_quantile(&s.of, 500);
	own.p75 = cd_histogram_quantile(&s.of, 750);
	own.p95 = cd_histogram_quantile(&s.of, 950);
	own.p98 = cd_histogram_quantile(&s.of, 980);
	own.p99 = cd_histogram_quantile(&s.of, 990);
	own.p999 = cd_histogram_quantile(&s.of, 999);
	hand_out(out, out->size, &own, sizeof own);
	return true;
}
