/* SPDX-License-Identifier: MIT */
/* Streams of TCP from packets in any order: sent again, overlapping, out of order, missing. */
#include <string.h>

#include "tools/pcap.h"
#include "tools/pool.h"

/* So many pieces may wait for a missing one; then the bytes are taken for lost. */
enum { BUCKETS = 4096, WAITING_MOST = 1024 };

struct waiting {
	struct waiting *next;
	uint32_t sequence;
	const uint8_t *data; /* in the file, which is in memory */
	size_t len;
	double time;
};

struct side {
	bool started;
	uint32_t next; /* sequence number that comes next */
	struct waiting *first;
	size_t count;
};

struct connection {
	struct connection *next, *next_opened;
	struct tcp_address client, server;
	bool reused;          /* its ports belong to a later connection */
	struct side sides[2]; /* [from_client] */
	void *user;
};

struct tcp_table {
	struct tcp_calls calls;
	uint16_t port;
	struct pool pool;
	struct waiting *spare;
	struct connection *buckets[BUCKETS], *opened, **last;
};

struct tcp_table *tcp_new(const struct tcp_calls *calls, uint16_t server_port)
{
	struct pool pool = { 0 };
	struct tcp_table *t = pool_get(&pool, 1, sizeof *t);

	t->pool = pool;
	t->calls = *calls;
	t->port = server_port;
	t->last = &t->opened;
	return t;
}

static bool same(const struct tcp_address *a, const struct tcp_address *b)
{
	return a->port == b->port && a->length == b->length && !memcmp(a->ip, b->ip, a->length);
}

static size_t bucket_of(const struct tcp_address *client)
{
	uint32_t hash = client->port;

	for (size_t i = 0; i < client->length; i++)
		hash = hash * 16777619u ^ client->ip[i];
	return (hash ^ hash >> 12) % BUCKETS;
}

static struct connection *find(struct tcp_table *t, const struct tcp_address *client,
			       const struct tcp_address *server)
{
	struct connection **bucket = &t->buckets[bucket_of(client)], *c = *bucket;

	while (c && !(same(&c->client, client) && same(&c->server, server) && !c->reused))
		c = c->next;
	if (c)
		return c;
	c = pool_get(&t->pool, 1, sizeof *c);
	c->client = *client;
	c->server = *server;
	c->next = *bucket;
	*bucket = c;
	*t->last = c;
	t->last = &c->next_opened;
	return c;
}

static void deliver(struct tcp_table *t, struct connection *c, bool from_client,
		    const struct waiting *w)
{
	struct side *side = &c->sides[from_client];
	size_t old = side->next - w->sequence; /* bytes that were there before */

	if (old >= w->len)
		return;
	if (!c->user)
		c->user = t->calls.open(t->calls.context, &c->client, &c->server);
	side->next += (uint32_t)(w->len - old);
	t->calls.data(c->user, from_client, w->data + old, w->len - old, w->time);
}

/* Is `a` behind `b`? Sequence numbers go round. */
static bool behind(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static void deliver_waiting(struct tcp_table *t, struct connection *c, bool from_client)
{
	struct side *side = &c->sides[from_client];

	while (side->first && !behind(side->first->sequence, side->next)) {
		struct waiting *w = side->first;
		side->first = w->next;
		side->count--;
		deliver(t, c, from_client, w);
		w->next = t->spare;
		t->spare = w;
	}
}

/* What is missing will not come. */
static void give_up(struct tcp_table *t, struct connection *c, bool from_client)
{
	struct side *side = &c->sides[from_client];
	uint32_t missing = side->first->sequence - side->next;

	if (c->user)
		t->calls.gap(c->user, from_client, missing);
	side->next = side->first->sequence;
	deliver_waiting(t, c, from_client);
}

static void wait_for_earlier(struct tcp_table *t, struct side *side, const struct waiting *piece)
{
	struct waiting **at = &side->first, *w = t->spare;

	if (w)
		t->spare = w->next;
	else
		w = pool_get(&t->pool, 1, sizeof *w);
	*w = *piece;
	while (*at && behind(w->sequence, (*at)->sequence))
		at = &(*at)->next;
	w->next = *at;
	*at = w;
	side->count++;
}

static void take_data(struct tcp_table *t, struct connection *c, bool from_client,
		      const struct tcp_piece *piece)
{
	struct side *side = &c->sides[from_client];
	const struct waiting w = { NULL, piece->sequence, piece->data, piece->len, piece->time };

	if (!side->started) {
		side->started = true;
		side->next = piece->sequence;
	}
	if (behind(piece->sequence, side->next)) {
		wait_for_earlier(t, side, &w);
		if (side->count > WAITING_MOST)
			give_up(t, c, from_client);
		return;
	}
	deliver(t, c, from_client, &w);
	deliver_waiting(t, c, from_client);
}

void tcp_take(struct tcp_table *t, const struct tcp_piece *piece)
{
	bool from_client = piece->to.port == t->port;
	const struct tcp_address *client = from_client ? &piece->from : &piece->to;
	const struct tcp_address *server = from_client ? &piece->to : &piece->from;
	struct connection *c;
	struct side *side;

	if (!from_client && piece->from.port != t->port)
		return;
	c = find(t, client, server);
	side = &c->sides[from_client];
	if (piece->syn) {
		if (!piece->ack && side->started && side->next != piece->sequence + 1 && c->user) {
			c->reused = true;
			c = find(t, client, server);
			side = &c->sides[from_client];
		}
		if (!side->started) {
			side->started = true;
			side->next = piece->sequence + 1;
		}
		return;
	}
	if (piece->len)
		take_data(t, c, from_client, piece);
}

void tcp_free(struct tcp_table *t)
{
	struct pool pool;

	for (struct connection *c = t->opened; c; c = c->next_opened) {
		for (int from_client = 1; from_client >= 0; from_client--)
			while (c->sides[from_client].first)
				give_up(t, c, from_client);
		if (c->user)
			t->calls.close(c->user);
	}
	pool = t->pool;
	pool_free(&pool);
}
