/* SPDX-License-Identifier: MIT */
/* What the engine counts of its requests. */
#include <string.h>

#include <coodie/uuid.h>

#include "net/engine/engine_impl.h"

void cd_engine_count_end(struct cd_engine *e, const struct cd_request *r)
{
	struct cd_counters *own = &e->tally.own, *c = r->counters ? r->counters : own;

	if (r->own || r->kind > CD_REQUEST_PREPARE)
		return;
	if (r->failed) {
		cd_counters_count(own, CD_METRIC_FAILURES);
		if (r->error.code == COODIE_ERR_TIMEOUT)
			cd_counters_count(own, CD_METRIC_TIMEOUTS);
		else if (r->error.code == COODIE_ERR_CANCELLED)
			cd_counters_count(own, CD_METRIC_CANCELLED);
	} else {
		cd_counters_count(own, CD_METRIC_COMPLETED);
	}
	if (!r->began_us)
		return;
	cd_tally_took(c, COODIE_HISTOGRAM_REQUEST, r->began_us, e->entered_us);
	if (r->speculated)
		cd_tally_took(c, COODIE_HISTOGRAM_SPECULATIVE, r->began_us, e->entered_us);
}

void cd_engine_count_repeat(struct cd_request *r, struct cd_attempt *a)
{
	r->plain = false;
	a->number = r->attempts - 1;
	a->speculative = a->next != NULL;
	if (a->next) {
		r->speculated = true;
		cd_counters_count(r->counters, CD_METRIC_SPECULATIONS);
	} else if (r->told != a->wire->number) { /* else its statement was prepared again */
		cd_counters_count(r->counters, CD_METRIC_RETRIES);
	}
}

void cd_engine_waits(struct cd_engine *e, struct cd_request *r)
{
	if (!r->began_us)
		r->began_us = cd_engine_now(e);
}

void cd_engine_count_waited(struct cd_request *r)
{
	if (!r->own && r->attempts == 1)
		cd_tally_took(r->counters, COODIE_HISTOGRAM_QUEUE, r->began_us, r->first.sent_us);
}

static void set(struct cd_counters *c, enum cd_metric m, uint64_t n)
{
	cd_counters_add(c, m, n - cd_counters_get(c, m));
}

void cd_engine_count_gauges(struct cd_engine *e)
{
	set(&e->tally.own, CD_METRIC_WAITING, e->waiting.count + e->held);
	set(&e->tally.own, CD_METRIC_PREPARED_EVICTED, e->prepared.evicted);
}

bool cd_engine_counts_host(const void *user, const struct cd_tally_host *host)
{
	const struct cd_engine *e = user;

	for (uint32_t i = 0; i < e->hosts.room; i++)
		if (e->hosts.at[i] &&
		    cql_uuid_equal(e->hosts.views[i].host_id, host->host.host_id) &&
		    strcmp(e->hosts.views[i].address, host->host.address) == 0)
			return true;
	for (const struct cd_wire *w = e->wires; w; w = w->next)
		if (cd_tally_has(host, w->tally.counters))
			return true;
	return false;
}
