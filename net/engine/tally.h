/* SPDX-License-Identifier: MIT */
/* Who counts what on a loop: the loop itself, and each shard of each host it has connections to. */
#ifndef NET_TALLY_H
#define NET_TALLY_H

#include <pthread.h>

#include "net/metrics/metric.h"

struct cd_wire;

/* The counters of one shard of a host. */
struct cd_tally_shard {
	struct cd_tally_shard *_Atomic next; /* with a larger number */
	int32_t shard;                       /* -1: the host has none, or it was not known yet */
	struct cd_counters counters;
};

/* A host at an address: who it is never changes. */
struct cd_tally_host {
	struct cd_tally_host *_Atomic next; /* older */
	coodie_host host;                   /* its texts are in `texts` */
	struct cd_tally_shard *_Atomic shards;
	char texts[];
};

/* Whether a host is there, or has a connection. */
typedef bool cd_tally_used_fn(const void *user, const struct cd_tally_host *host);

/*
 * Hosts and shards are added while the loop lives: any thread may walk them, under `walk`. A host that
 * has gone is shown until another one comes; then its numbers become the loop's own, and its shards'
 * counters the new one's: who replaces nodes for years needs no more memory. Counters stay where they
 * are: a request that ends late is counted at another host, at worst.
 */
struct cd_tally {
	const coodie_allocator *allocator;
	uint64_t window_us;
	struct cd_counters own; /* requests; and connections while their host is not known */
	struct cd_tally_host *_Atomic hosts;
	struct cd_tally_shard *spare; /* of hosts that have gone: all is zero */
	cd_tally_used_fn *is_used;
	const void *user;
	pthread_mutex_t walk;
	bool made;
};

/* `is_used` is asked when a host comes; NULL: none ever goes. */
void cd_tally_init(struct cd_tally *t, const coodie_allocator *a, uint64_t window_us,
		   cd_tally_used_fn *is_used, const void *user, uint64_t now_us);
/* Nobody may be reading. Zeroed is fine. */
void cd_tally_deinit(struct cd_tally *t);
/* Whether these are the counters of one of its shards. */
bool cd_tally_has(const struct cd_tally_host *host, const struct cd_counters *counters);
/* The counters of a host's shard, made when first asked for. They live as long as the tally. NULL
 * for a host: the loop's own, as when there is no memory. */
struct cd_counters *cd_tally_of(struct cd_tally *t, const coodie_host *host, int32_t shard,
				uint64_t now_us);

/* The loops of a session. */
struct cd_tallies {
	const struct cd_tally *const *at;
	uint32_t count;
};

/* All rows of a session, as struct cd_metric_source wants them. `tallies` is a struct cd_tallies. */
void cd_tally_each(const void *tallies, cd_metric_row_fn *fn, void *user);

/* ---- what a connection adds ----------------------------------------------------------------- */

enum { CD_TALLY_WATCHED = 10 };

/* The numbers of a connection that are looked at now and then, and how much of them is counted. */
struct cd_tally_wire {
	struct cd_counters *counters; /* where; never NULL */
	bool stood;                   /* it has been up, */
	bool full, resumed;           /* with TLS, or without */
	uint64_t told[CD_TALLY_WATCHED];
};

/* It is up. */
void cd_tally_stood(struct cd_wire *w);
/* Counts what is new. */
void cd_tally_look(struct cd_wire *w);
/* It is counted there from now on, all of it. */
void cd_tally_move(struct cd_wire *w, struct cd_counters *to);

/* ---- what a request adds -------------------------------------------------------------------- */

/* Before answers are counted, once per turn: ends what is over of averages and windows. */
static inline void cd_tally_tick(struct cd_counters *c, uint64_t now_us)
{
	cd_meter_tick(&c->answers, cd_counters_get(c, CD_METRIC_RESPONSES), now_us);
	for (int i = 0; i <= CD_HISTOGRAM_PLAIN; i++) {
		struct cd_histogram *h = atomic_load_explicit(&c->histograms[i],
							      memory_order_relaxed);
		if (h)
			cd_histogram_tick(h, now_us);
	}
}

/* A duration, after a tick of this turn. */
static inline void cd_tally_took(struct cd_counters *c, enum coodie_histogram_kind kind,
				 uint64_t from_us, uint64_t now_us)
{
	struct cd_histogram *h = atomic_load_explicit(&c->histograms[kind], memory_order_relaxed);

	if (h || (h = cd_counters_histogram(c, kind, now_us)))
		cd_histogram_record(h, now_us > from_us ? now_us - from_us : 0);
}

#endif
