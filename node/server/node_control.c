/* SPDX-License-Identifier: MIT */
/* What a test does to a box while it runs: nodes go down, come back, move, join and leave. */
#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "node/server/link.h"
#include "node/server/listener.h"
#include "node/server/node.h"

/* One call: what was given and what comes of it. */
struct order {
	uint32_t i;
	const char *host, *data_center, *rack;
	bool hold;
	bool ok;
	coodie_error err;
};

static bool carry_out(const coodie_node *n, void (*run)(coodie_node *, void *), struct order *o,
		      coodie_error *err)
{
	/* what is const to the caller is the box's thread's to read */
	nd_node_run((coodie_node *)(uintptr_t)n, run, o);
	cd_clear(err);
	if (!o->ok)
		cd_error_copy(err, &o->err);
	return o->ok;
}

static bool is_up(const struct nd_member *m)
{
	return nd_member_place(m)->is_up;
}

static bool has_left(const struct nd_member *m)
{
	return nd_member_place(m)->state == ND_RING_LEFT;
}

static struct nd_member *find(coodie_node *n, struct order *o)
{
	if (o->i < n->member_count && !has_left(n->members[o->i]))
		return n->members[o->i];
	cd_fail(&o->err, COODIE_ERR_INVALID, "there is no node %" PRIu32, o->i);
	return NULL;
}

/* ---- down and up ---------------------------------------------------------------------------- */

static void take_down(coodie_node *n, void *with)
{
	struct order *o = with;
	struct nd_member *m = find(n, o);

	o->ok = m;
	if (!m || !is_up(m))
		return;
	nd_member_close(m);
	nd_ring_set_up(&n->ring, m->index, false);
}

bool coodie_node_take_down(coodie_node *n, uint32_t i, coodie_error *err)
{
	return carry_out(n, take_down, &(struct order){ .i = i }, err);
}

static bool listen_again(struct nd_member *m, coodie_error *err)
{
	if (!nd_member_listen(m, NULL, err))
		return false;
	if (!nd_member_watch(m, err)) {
		nd_member_unlisten(m);
		return false;
	}
	return true;
}

static void bring_up(coodie_node *n, void *with)
{
	struct order *o = with;
	struct nd_member *m = find(n, o);

	o->ok = m && (is_up(m) || listen_again(m, &o->err));
	if (o->ok && !is_up(m))
		nd_ring_set_up(&n->ring, m->index, true);
}

bool coodie_node_bring_up(coodie_node *n, uint32_t i, coodie_error *err)
{
	return carry_out(n, bring_up, &(struct order){ .i = i }, err);
}

/* ---- its schema ------------------------------------------------------------------------------ */

static void hold_schema(coodie_node *n, void *with)
{
	struct order *o = with;
	struct nd_member *m = find(n, o);

	o->ok = m;
	if (!m)
		return;
	if (o->hold && !m->holds_schema)
		m->held_version = n->db.schema.version;
	m->holds_schema = o->hold;
}

bool coodie_node_hold_schema(coodie_node *n, uint32_t i, bool hold, coodie_error *err)
{
	return carry_out(n, hold_schema, &(struct order){ .i = i, .hold = hold }, err);
}

/* ---- moving, joining, leaving --------------------------------------------------------------- */

static const struct nd_member *living_at(const coodie_node *n, const struct cd_address *a)
{
	for (uint32_t i = 0; i < n->member_count; i++)
		if (!has_left(n->members[i]) && cd_address_same_host(&n->members[i]->address, a))
			return n->members[i];
	return NULL;
}

static bool move_to(struct nd_member *m, const char *host, coodie_error *err)
{
	struct cd_address address;

	if (is_up(m))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "node %" PRIu32 " is up: take it down first", m->index);
	if (!cd_address_parse_host(host, cd_address_port(&m->address), &address, err))
		return false;
	if (living_at(m->box, &address) && living_at(m->box, &address) != m)
		return cd_fail(err, COODIE_ERR_INVALID, "another node is at %s", address.text);
	m->address = address;
	return nd_ring_set_address(&m->box->ring, m->index, cd_address_inet(&address),
				   cd_address_port(&address)) ||
	       cd_no_memory(err, "an address");
}

static void move(coodie_node *n, void *with)
{
	struct order *o = with;
	struct nd_member *m = find(n, o);

	o->ok = m && move_to(m, o->host, &o->err);
}

bool coodie_node_move(coodie_node *n, uint32_t i, const char *host, coodie_error *err)
{
	return carry_out(n, move, &(struct order){ .i = i, .host = host }, err);
}

/* The first behind those of the start that nobody lives at. */
static bool next_address(const coodie_node *n, struct cd_address *out)
{
	for (uint32_t i = n->member_count; i < 2 * ND_MOST_NODES; i++) {
		if (!cd_address_after(&n->options.address, i, out))
			return false;
		cd_address_set_port(out, cd_address_port(&n->members[0]->address));
		if (!living_at(n, out))
			return true;
	}
	return false;
}

static bool join(struct nd_member *m, const struct order *o, coodie_error *err)
{
	struct nd_ring *r = &m->box->ring;
	const struct nd_ring_node *first = &r->nodes[0];

	if (!listen_again(m, err))
		return false;
	return nd_member_join(m, o->data_center ? o->data_center : first->data_center,
			      o->rack ? o->rack : first->rack, nd_ring_next_token(r)) ||
	       cd_no_memory(err, "a node");
}

static void add(coodie_node *n, void *with)
{
	struct order *o = with;
	struct cd_address address;
	struct nd_member *m;

	if (n->member_count == ND_MOST_NODES || !next_address(n, &address)) {
		cd_fail(&o->err, COODIE_ERR_LIMIT, "a box has at most %d nodes", ND_MOST_NODES);
		return;
	}
	m = nd_member_new(n, &address);
	if (!m) {
		cd_no_memory(&o->err, "a node");
		return;
	}
	o->i = m->index;
	o->ok = join(m, o, &o->err);
	if (!o->ok) {
		n->member_count--;
		nd_member_free(m);
	}
}

bool coodie_node_add(coodie_node *n, const char *data_center, const char *rack, uint32_t *index,
		     coodie_error *err)
{
	struct order o = { .data_center = data_center, .rack = rack };

	if (!carry_out(n, add, &o, err))
		return false;
	if (index)
		*index = o.i;
	return true;
}

static void leave(coodie_node *n, void *with)
{
	struct order *o = with;
	struct nd_member *m = find(n, o);
	uint32_t living = 0;

	for (uint32_t i = 0; i < n->member_count; i++)
		living += !has_left(n->members[i]);
	if (m && living == 1)
		cd_fail(&o->err, COODIE_ERR_INVALID, "node %" PRIu32 " is the last one", o->i);
	if (!m || living == 1)
		return;
	o->ok = nd_ring_set_state(&n->ring, m->index, ND_RING_LEFT) ||
		cd_no_memory(&o->err, "a ring");
	if (o->ok)
		nd_member_close(m);
}

bool coodie_node_remove(coodie_node *n, uint32_t i, coodie_error *err)
{
	return carry_out(n, leave, &(struct order){ .i = i }, err);
}

/* ---- questions ------------------------------------------------------------------------------ */

/* The answers: members never move in memory, so texts stay. */
struct question {
	uint32_t i;
	uint32_t count;
	const char *address;
	unsigned port;
	coodie_node_stats stats;
	bool ok;
};

static void ask(coodie_node *n, void *with)
{
	struct question *q = with;

	q->count = n->member_count;
	q->port = cd_address_port(&n->members[0]->address);
	if (q->i < n->member_count)
		q->address = n->members[q->i]->address.text;
}

static struct question asked(const coodie_node *n, uint32_t i)
{
	struct question q = { .i = i };

	nd_node_run((coodie_node *)(uintptr_t)n, ask, &q);
	return q;
}

uint32_t coodie_node_count(const coodie_node *n)
{
	return asked(n, 0).count;
}

const char *coodie_node_address(const coodie_node *n, uint32_t i)
{
	return asked(n, i).address;
}

unsigned coodie_node_port(const coodie_node *n)
{
	return asked(n, 0).port;
}

const char *coodie_node_ca_pem(const coodie_node *n)
{
	return n->ca_pem; /* the same for ever */
}

static void count(coodie_node *n, void *with)
{
	struct question *q = with;
	const struct nd_member *m = q->i < n->member_count ? n->members[q->i] : NULL;

	q->ok = m;
	if (!m)
		return;
	q->stats = (coodie_node_stats){
		.accepted = m->accepted,
		.open = m->open,
		.requests = m->service.requests,
		.errors = m->service.errors,
		.events = m->service.events,
		.bytes_received = m->bytes_received,
		.bytes_sent = m->bytes_sent,
	};
	memcpy(q->stats.by_opcode, m->service.by_opcode, sizeof q->stats.by_opcode);
	for (const struct nd_link *l = m->links; l; l = l->next)
		q->stats.by_shard[l->conn.shard]++;
	memcpy(q->stats.requests_by_shard, m->scylla.requests, sizeof q->stats.requests_by_shard);
	q->stats.misrouted = m->scylla.misrouted;
	q->stats.untold = m->scylla.untold;
}

static void move_tablets(coodie_node *n, void *with)
{
	(void)with;
	n->tablet_moves++;
}

void coodie_node_move_tablets(coodie_node *n)
{
	nd_node_run(n, move_tablets, NULL);
}

bool coodie_node_get_stats(const coodie_node *n, uint32_t i, coodie_node_stats *stats)
{
	struct question q = { .i = i };
	size_t size = stats->size < sizeof q.stats ? stats->size : sizeof q.stats;

	nd_node_run((coodie_node *)(uintptr_t)n, count, &q);
	if (!q.ok)
		return false;
	q.stats.size = stats->size;
	memcpy(stats, &q.stats, size);
	return true;
}
