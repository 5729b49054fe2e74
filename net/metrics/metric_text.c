/* SPDX-License-Identifier: MIT */
/* The numbers of a session as OpenMetrics text 1.0, which Prometheus reads. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <coodie/uuid.h>

#include "net/metrics/metric.h"
#include "proto/value.h"

/* What is written, and what would have been. */
struct text {
	char *at;
	size_t size, len;
};

static void put(struct text *t, const char *format, ...) COODIE_PRINTF(2, 3);

static void put(struct text *t, const char *format, ...)
{
	bool room = t->len < t->size;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? t->at + t->len : NULL, room ? t->size - t->len : 0, format, args);
	va_end(args);
	if (n > 0)
		t->len += (size_t)n;
}

/* The value of a label: names come from nodes, which may say anything. */
static void put_escaped(struct text *t, const char *value)
{
	bool utf8 = cd_utf8_valid(value, strlen(value));

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		if (c == '\\' || c == '"')
			put(t, "\\%c", c);
		else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
			put(t, "?");
		else
			put(t, "%c", c);
	}
}

/* `{host="10.0.0.1:9042",dc="dc1",shard="3"`, without the bracket that ends it. */
static void put_labels(struct text *t, const struct cd_metric_row *row, bool with_shard)
{
	put(t, "host=\"");
	put_escaped(t, row->host->address);
	put(t, "\",dc=\"");
	put_escaped(t, row->host->datacenter ? row->host->datacenter : "");
	put(t, "\"");
	if (with_shard && row->shard >= 0)
		put(t, ",shard=\"%" PRId32 "\"", row->shard);
}

static bool same_host(const struct cd_metric_row *a, const struct cd_metric_row *b)
{
	return a->host && b->host && cql_uuid_equal(a->host->host_id, b->host->host_id);
}

/* ---- counters and gauges -------------------------------------------------------------------- */

enum kind { COUNTER, GAUGE };
enum scope { SESSION, SHARD };

static const struct family {
	const char *name;
	enum kind kind;
	enum scope scope;
	const char *unit, *help;
} families[CD_METRICS] = {
#define X(name, field, family, kind, scope, unit, help) \
	[CD_METRIC_##name] = { "coodie_" family, kind, scope, unit, help },
#include "net/metrics/metric.def"
#undef X
};

/* A walk over the rows for one family. Rows of the same host and shard are one sample. */
struct walk {
	struct text *t;
	enum cd_metric metric;
	struct cd_metric_row row; /* the sample that grows; counters NULL: none */
	uint64_t value;
};

static void put_sample(struct walk *w)
{
	const struct family *f = &families[w->metric];

	if (!w->row.counters)
		return;
	put(w->t, "%s%s", f->name, f->kind == COUNTER ? "_total" : "");
	if (w->row.host) {
		put(w->t, "{");
		put_labels(w->t, &w->row, true);
		put(w->t, "}");
	}
	put(w->t, " %" PRIu64 "\n", w->value);
}

static void walk_counter(const struct cd_metric_row *row, void *user)
{
	struct walk *w = user;
	bool first = !w->row.counters;

	if ((families[w->metric].scope == SESSION) != !row->host)
		return;
	if (!first && row->host && !(same_host(&w->row, row) && w->row.shard == row->shard)) {
		put_sample(w);
		w->value = 0;
	}
	w->row = *row;
	w->value += cd_counters_get(row->counters, w->metric);
}

static void put_family(struct text *t, const char *name, const char *kind, const char *unit,
		       const char *help)
{
	put(t, "# TYPE %s %s\n", name, kind);
	if (*unit)
		put(t, "# UNIT %s %s\n", name, unit);
	put(t, "# HELP %s %s\n", name, help);
}

static void put_counters(struct text *t, const struct cd_metric_source *source)
{
	for (size_t i = 0; i < CD_METRICS; i++) {
		struct walk w = { .t = t, .metric = (enum cd_metric)i };
		const struct family *f = &families[i];
		put_family(t, f->name, f->kind == COUNTER ? "counter" : "gauge", f->unit, f->help);
		source->each(source->owner, walk_counter, &w);
		put_sample(&w);
	}
}

/* ---- histograms ----------------------------------------------------------------------------- */

static const struct {
	const char *name, *help;
} histograms[COODIE_HISTOGRAM_KINDS] = {
	[COODIE_HISTOGRAM_REQUEST] = { "coodie_request_seconds",
				       "From submission to the end of a request." },
	[COODIE_HISTOGRAM_SERVER] = { "coodie_server_seconds",
				      "From the last byte of an attempt to its answer." },
	[COODIE_HISTOGRAM_QUEUE] = { "coodie_queue_seconds",
				     "Waiting for a connection or a slot on one." },
	[COODIE_HISTOGRAM_SPECULATIVE] = { "coodie_speculative_seconds",
					   "From submission to the end of requests sent twice." },
};

static const struct {
	const char *le;
	uint64_t us;
} bounds[] = {
	{ "0.0001", 100 },  { "0.00025", 250 }, { "0.0005", 500 },  { "0.001", 1000 },
	{ "0.0025", 2500 }, { "0.005", 5000 },  { "0.01", 10000 },  { "0.025", 25000 },
	{ "0.05", 50000 },  { "0.1", 100000 },  { "0.25", 250000 }, { "0.5", 500000 },
	{ "1.0", 1000000 }, { "2.5", 2500000 }, { "5.0", 5000000 }, { "10.0", 10000000 },
};

/* A walk for one kind of histogram. Rows of the same host are one histogram; those of the loops are
 * the one of requests that no host answered. */
struct histogram_walk {
	struct text *t;
	enum coodie_histogram_kind kind;
	uint64_t now_us;
	bool forgets;
	struct cd_metric_row row; /* the one that grows; counters NULL: none */
	struct cd_histogram_sum sum;
};

static void put_part(struct histogram_walk *w, const char *part, const char *le)
{
	put(w->t, "%s_%s", histograms[w->kind].name, part);
	if (w->row.host || le)
		put(w->t, "{");
	if (w->row.host)
		put_labels(w->t, &w->row, false);
	if (le)
		put(w->t, "%sle=\"%s\"", w->row.host ? "," : "", le);
	put(w->t, "%s ", w->row.host || le ? "}" : "");
}

static void put_histogram(struct histogram_walk *w)
{
	if (!w->row.counters || !w->sum.count)
		return;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		put_part(w, "bucket", bounds[i].le);
		put(w->t, "%" PRIu64 "\n", cd_histogram_at_most(&w->sum, bounds[i].us));
	}
	put_part(w, "bucket", "+Inf");
	put(w->t, "%" PRIu64 "\n", w->sum.count);
	put_part(w, w->forgets ? "gcount" : "count", NULL);
	put(w->t, "%" PRIu64 "\n", w->sum.count);
	put_part(w, w->forgets ? "gsum" : "sum", NULL);
	put(w->t, "%.6f\n", cd_histogram_mean(&w->sum) * (double)w->sum.count / 1e6);
}

static void walk_histogram(const struct cd_metric_row *row, void *user)
{
	struct histogram_walk *w = user;

	if (w->row.counters && !(same_host(&w->row, row) || (!w->row.host && !row->host))) {
		put_histogram(w);
		memset(&w->sum, 0, sizeof w->sum);
	}
	w->row = *row;
	cd_counters_durations(row->counters, w->kind, w->now_us, &w->sum);
}

static void put_histograms(struct text *t, const struct cd_metric_source *source)
{
	for (int i = 0; i < COODIE_HISTOGRAM_KINDS; i++) {
		struct histogram_walk w = { .t = t,
					    .kind = (enum coodie_histogram_kind)i,
					    .now_us = source->now_us,
					    .forgets = source->forgets };
		put_family(t, histograms[i].name, w.forgets ? "gaugehistogram" : "histogram",
			   "seconds", histograms[i].help);
		source->each(source->owner, walk_histogram, &w);
		put_histogram(&w);
	}
}

size_t cd_metric_text(const struct cd_metric_source *source, char *out, size_t size)
{
	struct text t = { .at = out, .size = out ? size : 0 };

	put_family(&t, "coodie_session", "info", "", "The session these numbers are of.");
	put(&t, "coodie_session_info{session=\"");
	put_escaped(&t, source->session_id ? source->session_id : "");
	put(&t, "\"} 1\n");
	put_counters(&t, source);
	put_histograms(&t, source);
	put(&t, "# EOF\n");
	return t.len;
}
