/* SPDX-License-Identifier: MIT */
/* Counters by host and shard, found, walked, and filled from connections. */
#include "net/engine/tally.h"

#include <string.h>

#include <coodie/uuid.h>

#include "base/alloc.h"
#include "net/engine/wire.h"

enum { NO_SHARD = -1 };

void cd_tally_init(struct cd_tally *t, const coodie_allocator *a, uint64_t window_us,
		   cd_tally_used_fn *is_used, const void *user, uint64_t now_us)
{
	*t = (struct cd_tally){ .allocator = a,
				.window_us = window_us,
				.is_used = is_used,
				.user = user,
				.made = true };
	pthread_mutex_init(&t->walk, NULL);
	cd_counters_init(&t->own, a, window_us, now_us);
}

static struct cd_tally_host *first_host(const struct cd_tally *t)
{
	return atomic_load_explicit(&t->hosts, memory_order_acquire);
}

static struct cd_tally_host *next_host(const struct cd_tally_host *h)
{
	return atomic_load_explicit(&h->next, memory_order_acquire);
}

static struct cd_tally_shard *first_shard(const struct cd_tally_host *h)
{
	return atomic_load_explicit(&h->shards, memory_order_acquire);
}

static struct cd_tally_shard *next_shard(const struct cd_tally_shard *s)
{
	return atomic_load_explicit(&s->next, memory_order_acquire);
}

static void free_shards(const struct cd_tally *t, struct cd_tally_shard *s)
{
	for (struct cd_tally_shard *next; s; s = next) {
		next = next_shard(s);
		cd_counters_deinit(&s->counters);
		cd_release(t->allocator, s);
	}
}

void cd_tally_deinit(struct cd_tally *t)
{
	if (!t->made)
		return;
	for (struct cd_tally_host *h = first_host(t), *next; h; h = next) {
		next = next_host(h);
		free_shards(t, first_shard(h));
		cd_release(t->allocator, h);
	}
	free_shards(t, t->spare);
	cd_counters_deinit(&t->own);
	pthread_mutex_destroy(&t->walk);
	*t = (struct cd_tally){ 0 };
}

/* ---- hosts that have gone ------------------------------------------------------------------- */

bool cd_tally_has(const struct cd_tally_host *host, const struct cd_counters *counters)
{
	const struct cd_tally_shard *s = first_shard(host);

	while (s && &s->counters != counters)
		s = next_shard(s);
	return s != NULL;
}

static void spare_shards(struct cd_tally *t, struct cd_tally_shard *s, uint64_t now_us)
{
	for (struct cd_tally_shard *next; s; s = next) {
		next = next_shard(s);
		cd_counters_move(&t->own, &s->counters, now_us);
		atomic_store_explicit(&s->next, t->spare, memory_order_relaxed);
		t->spare = s;
	}
}

/* Not while somebody reads: there will be another time. */
static void forget_gone(struct cd_tally *t, uint64_t now_us)
{
	struct cd_tally_host *_Atomic *at = &t->hosts;

	if (!t->is_used || pthread_mutex_trylock(&t->walk) != 0)
		return;
	for (struct cd_tally_host *h = first_host(t), *next; h; h = next) {
		next = next_host(h);
		if (t->is_used(t->user, h)) {
			at = &h->next;
			continue;
		}
		atomic_store_explicit(at, next, memory_order_relaxed);
		spare_shards(t, first_shard(h), now_us);
		cd_release(t->allocator, h);
	}
	pthread_mutex_unlock(&t->walk);
}

/* ---- hosts and shards ----------------------------------------------------------------------- */

static const char *put_text(char **at, const char *text)
{
	const char *start = *at;
	size_t size = strlen(text) + 1;

	memcpy(*at, text, size);
	*at += size;
	return start;
}

static struct cd_tally_host *add_host(struct cd_tally *t, const coodie_host *from)
{
	const char *datacenter = from->datacenter ? from->datacenter : "";
	const char *rack = from->rack ? from->rack : "";
	size_t texts = strlen(datacenter) + strlen(rack) + 2;
	struct cd_tally_host *h = cd_alloc_zero(t->allocator, sizeof *h + texts);

	if (!h)
		return NULL;
	char *at = h->texts;
	h->host.size = sizeof h->host;
	h->host.host_id = from->host_id;
	memcpy(h->host.address, from->address, sizeof h->host.address);
	h->host.datacenter = put_text(&at, datacenter);
	h->host.rack = put_text(&at, rack);
	h->host.release = "";
	atomic_init(&h->next, first_host(t));
	atomic_store_explicit(&t->hosts, h, memory_order_release);
	return h;
}

static struct cd_tally_host *find_host(struct cd_tally *t, const coodie_host *host, uint64_t now_us)
{
	struct cd_tally_host *h = first_host(t);

	while (h && !(cql_uuid_equal(h->host.host_id, host->host_id) &&
		      strcmp(h->host.address, host->address) == 0))
		h = next_host(h);
	if (h)
		return h;
	forget_gone(t, now_us);
	return add_host(t, host);
}

static struct cd_tally_shard *new_shard(struct cd_tally *t, uint64_t now_us)
{
	struct cd_tally_shard *s = t->spare;

	if (s) {
		t->spare = next_shard(s);
		return s;
	}
	s = cd_alloc_zero(t->allocator, sizeof *s);
	if (s)
		cd_counters_init(&s->counters, t->allocator, t->window_us, now_us);
	return s;
}

static struct cd_tally_shard *find_shard(struct cd_tally *t, struct cd_tally_host *h, int32_t shard,
					 uint64_t now_us)
{
	struct cd_tally_shard *_Atomic *at = &h->shards;
	struct cd_tally_shard *s = first_shard(h), *added;

	for (; s && s->shard < shard; s = next_shard(s))
		at = &s->next;
	if (s && s->shard == shard)
		return s;
	added = new_shard(t, now_us);
	if (!added)
		return NULL;
	added->shard = shard;
	atomic_store_explicit(&added->next, s, memory_order_relaxed);
	atomic_store_explicit(at, added, memory_order_release);
	return added;
}

struct cd_counters *cd_tally_of(struct cd_tally *t, const coodie_host *host, int32_t shard,
				uint64_t now_us)
{
	struct cd_tally_host *h = host ? find_host(t, host, now_us) : NULL;
	struct cd_tally_shard *s = h ? find_shard(t, h, shard >= 0 ? shard : NO_SHARD, now_us)
				     : NULL;

	return s ? &s->counters : &t->own;
}

/* ---- walks ---------------------------------------------------------------------------------- */

/* A place among the hosts of all loops. */
struct place {
	const struct cd_tallies *of;
	uint32_t i;
	const struct cd_tally_host *host; /* NULL: the end */
};

static void settle(struct place *p)
{
	while (!p->host && ++p->i < p->of->count)
		p->host = first_host(p->of->at[p->i]);
}

static struct place start(const struct cd_tallies *of)
{
	struct place p = { .of = of, .host = of->count ? first_host(of->at[0]) : NULL };

	settle(&p);
	return p;
}

static void step(struct place *p)
{
	p->host = next_host(p->host);
	settle(p);
}

static bool is_same(const struct cd_tally_host *a, const struct cd_tally_host *b)
{
	return cql_uuid_equal(a->host.host_id, b->host.host_id);
}

/* Whether a walk has met this node before: on another loop, or at another address. */
static bool is_known(const struct place *at)
{
	struct place p = start(at->of);

	while (p.host != at->host && !is_same(p.host, at->host))
		step(&p);
	return p.host != at->host;
}

/* The smallest number of a shard above `last`; false: there is none. */
static bool next_number(const struct place *from, int32_t last, int32_t *number)
{
	bool any = false;

	for (struct place p = *from; p.host; step(&p)) {
		const struct cd_tally_shard *s = is_same(p.host, from->host) ? first_shard(p.host)
									     : NULL;
		while (s && s->shard <= last)
			s = next_shard(s);
		if (s && (!any || s->shard < *number)) {
			*number = s->shard;
			any = true;
		}
	}
	return any;
}

static void give_shard(const struct place *from, int32_t shard, cd_metric_row_fn *fn, void *user)
{
	struct cd_metric_row row = { .host = &from->host->host, .shard = shard };

	for (struct place p = *from; p.host; step(&p)) {
		const struct cd_tally_shard *s = is_same(p.host, from->host) ? first_shard(p.host)
									     : NULL;
		while (s && s->shard < shard)
			s = next_shard(s);
		if (!s || s->shard != shard)
			continue;
		row.counters = &s->counters;
		fn(&row, user);
	}
}

static void walk_all(const struct cd_tallies *of, cd_metric_row_fn *fn, void *user)
{
	for (uint32_t i = 0; i < of->count; i++) {
		const struct cd_metric_row row = { .shard = NO_SHARD, .counters = &of->at[i]->own };
		fn(&row, user);
	}
	for (struct place p = start(of); p.host; step(&p)) {
		int32_t shard = INT32_MIN;
		while (!is_known(&p) && next_number(&p, shard, &shard))
			give_shard(&p, shard, fn, user);
	}
}

/* Who only reads changes nothing else. */
static pthread_mutex_t *lock_of(const struct cd_tally *t)
{
	return (pthread_mutex_t *)(uintptr_t)&t->walk;
}

void cd_tally_each(const void *tallies, cd_metric_row_fn *fn, void *user)
{
	const struct cd_tallies *of = tallies;

	for (uint32_t i = 0; i < of->count; i++)
		pthread_mutex_lock(lock_of(of->at[i]));
	walk_all(of, fn, user);
	for (uint32_t i = of->count; i-- > 0;)
		pthread_mutex_unlock(lock_of(of->at[i]));
}

/* ---- connections ---------------------------------------------------------------------------- */

static const enum cd_metric watched[CD_TALLY_WATCHED] = {
	CD_METRIC_IN_FLIGHT,
	CD_METRIC_ORPHANS,
	CD_METRIC_CONNECTIONS,
	CD_METRIC_CONNECTS,
	CD_METRIC_BYTES_SENT,
	CD_METRIC_BYTES_RECEIVED,
	CD_METRIC_TLS_FULL,
	CD_METRIC_TLS_RESUMED,
	CD_METRIC_BYTES_BEFORE_COMPRESSION,
	CD_METRIC_BYTES_AFTER_COMPRESSION,
};

void cd_tally_stood(struct cd_wire *w)
{
	struct cd_tally_wire *t = &w->tally;

	t->stood = true;
	t->resumed = w->link.tls && cd_tls_resumed(w->link.tls);
	t->full = w->link.tls && !t->resumed;
}

void cd_tally_look(struct cd_wire *w)
{
	struct cd_tally_wire *t = &w->tally;
	const struct cd_conn *c = &w->link.conn;
	const struct cd_streams *s = &c->streams;
	bool closed = w->state == CD_WIRE_CLOSED;
	const uint64_t now[CD_TALLY_WATCHED] = {
		closed ? 0 : s->taken,
		closed ? 0 : s->orphans,
		w->state == CD_WIRE_UP,
		t->stood,
		w->link.bytes_sent,
		w->link.bytes_received,
		t->full,
		t->resumed,
		c->out.packed_from + c->in.packed_from,
		c->out.packed_to + c->in.packed_to,
	};

	for (int i = 0; i < CD_TALLY_WATCHED; i++) {
		if (now[i] != t->told[i])
			cd_counters_add(t->counters, watched[i], now[i] - t->told[i]);
		t->told[i] = now[i];
	}
}

void cd_tally_move(struct cd_wire *w, struct cd_counters *to)
{
	struct cd_tally_wire *t = &w->tally;

	if (t->counters == to)
		return;
	for (int i = 0; i < CD_TALLY_WATCHED; i++) {
		cd_counters_add(t->counters, watched[i], 0 - t->told[i]);
		t->told[i] = 0;
	}
	t->counters = to;
	cd_tally_look(w);
}
