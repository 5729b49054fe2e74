/* SPDX-License-Identifier: MIT */
/* A session as text for people: its hosts, their pools, and what is on each connection. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include <coodie/observe.h>

#include "net/engine/engine_impl.h"
#include "net/session/session.h"

struct page {
	char *at;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void put(struct page *p, const char *format, ...)
{
	size_t left = p->len < p->size ? p->size - p->len : 0;
	va_list args;

	va_start(args, format);
	int n = vsnprintf(left ? p->at + p->len : NULL, left, format, args);
	va_end(args);
	p->len += n > 0 ? (size_t)n : 0;
}

static const char *const states[] = {
	[CD_WIRE_OPENING] = "opening",
	[CD_WIRE_UP] = "up",
	[CD_WIRE_DRAINING] = "draining",
	[CD_WIRE_CLOSED] = "closed",
};

static void put_wire(struct page *p, const struct cd_engine *e, const struct cd_wire *w)
{
	const struct cd_conn *c = &w->link.conn;

	put(p, "  connection %" PRIu64 " %s: %s", w->number, w->link.address.text,
	    states[w->state]);
	if (w->state == CD_WIRE_OPENING)
		put(p, ", waits for the answer to %s", cd_link_phase(&w->link));
	if (w->shard >= 0)
		put(p, ", shard %" PRId32, w->shard);
	put(p, ", v%u%s%s%s%s", c->version, c->lz4 ? ", lz4" : "", w->link.tls ? ", TLS" : "",
	    w->spare ? ", spare" : "", e->control.wire == w ? ", control" : "");
	put(p,
	    ", %" PRIu32 " of %" PRIu32 " streams taken, %" PRIu32
	    " of them by nobody, %zu bytes to send\n",
	    c->streams.taken, c->streams.max, c->streams.orphans, c->out.bytes.len - c->out.sent);
}

static void put_wires(struct page *p, const struct cd_engine *e, const struct cd_host *h)
{
	for (const struct cd_wire *w = e->wires; w; w = w->next)
		if (w->host == h)
			put_wire(p, e, w);
}

static void put_host(struct page *p, const struct cd_engine *e, const struct cd_host *h)
{
	static const char *const distances[] = {
		[COODIE_DISTANCE_LOCAL] = "local",
		[COODIE_DISTANCE_REMOTE] = "remote",
		[COODIE_DISTANCE_IGNORED] = "ignored",
	};
	const coodie_host *v = h->view;

	put(p, "host %s, %s, %s: %s, %s", v->address, v->datacenter, v->rack,
	    v->is_up ? "up" : "down", distances[v->distance]);
	if (h->nr_shards)
		put(p, ", %" PRIu32 " shards", h->nr_shards);
	put(p,
	    ", %" PRIu32 " connections, %" PRIu32 " opening, %" PRIu32 " spare, %" PRIu32
	    " requests in flight, %" PRIu32 " failures in a row\n",
	    h->up, h->opening, h->spare, v->in_flight, h->backoff.failures);
	put_wires(p, e, h);
}

static void put_engine(void *engine, void *user)
{
	const struct cd_engine *e = engine;
	struct page *p = user;

	put(p,
	    "loop %" PRIu32 " of session %s: %" PRIu32 " hosts, %" PRIu32
	    " requests in flight, %" PRIu32 " wait, %" PRIu32 " for a statement to be prepared\n",
	    e->loop_index, e->session_id, e->hosts.count, e->in_flight, e->waiting.count + e->held,
	    e->held);
	for (uint32_t i = 0; i < e->hosts.room; i++)
		if (e->hosts.at[i])
			put_host(p, e, e->hosts.at[i]);
	put_wires(p, e, NULL);
}

size_t coodie_session_dump(const coodie_session *s, char *out, size_t size)
{
	struct page p = { .at = out, .size = out ? size : 0 };

	if (p.size)
		*out = '\0';
	cd_session_each(s, "dump", put_engine, &p, NULL);
	return p.len;
}
