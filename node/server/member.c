/* SPDX-License-Identifier: MIT */
/* One node of a box: its own service, listener and connections. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "node/server/link.h"
#include "node/server/listener.h"
#include "node/server/node.h"

static void fill_service(struct nd_member *m)
{
	coodie_node *n = m->box;

	nd_prepared_init(&m->prepared, &n->db, n->options.max_prepared);
	m->service = (struct nd_service){
		.allocator = &n->allocator,
		.db = &n->db,
		.prepared = &m->prepared,
		.coordinator = m,
		.index = m->index,
		.faults = &n->faults,
		.highest = n->options.highest_version,
		.lz4 = n->options.lz4,
	};
}

/* The same in every run, so that runs can be compared: splitmix64 of its number, as a random uuid
 * (RFC 9562 section 5.4). */
static cql_uuid host_id_of(uint32_t index)
{
	cql_uuid id;

	for (unsigned half = 0; half < 2; half++) {
		uint64_t z = (2 * (uint64_t)index + half + 1) * UINT64_C(0x9e3779b97f4a7c15);
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		cd_put_be64(id.bytes + 8 * half, z ^ z >> 31);
	}
	id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x40);
	id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
	return id;
}

/* ScyllaDB speaks v4. */
static void fill_scylla(struct nd_member *m)
{
	coodie_node *n = m->box;

	if (!n->options.shards)
		return;
	m->scylla = (struct nd_scylla){
		.shards = n->options.shards,
		.tls = n->options.tls_generated || n->options.cert_path,
		.is_translated = n->options.nat,
		.tablets_v1 = n->options.tablets_v1,
		.host_id = host_id_of(m->index),
		.ring = &n->ring,
		.index = m->index,
		.moves = &n->tablet_moves,
	};
	if (m->index)
		m->scylla.shard_aware_port = n->members[0]->scylla.shard_aware_port;
	m->service.scylla = &m->scylla;
	m->service.highest = 4;
}

bool nd_member_listen(struct nd_member *m, bool *in_use, coodie_error *err)
{
	struct cd_address second = m->address;

	if (!nd_listener_open(&m->listener, &m->address, in_use, err))
		return false;
	if (!m->service.scylla)
		return true;
	cd_address_set_port(&second, m->scylla.shard_aware_port);
	if (!nd_listener_open(&m->shard_aware, &second, in_use, err)) {
		nd_listener_close(&m->listener);
		return false;
	}
	m->scylla.shard_aware_port = cd_address_port(&second);
	return true;
}

bool nd_member_watch(struct nd_member *m, coodie_error *err)
{
	return nd_listener_watch(&m->listener, err) &&
	       (!m->service.scylla || nd_listener_watch(&m->shard_aware, err));
}

void nd_member_unlisten(struct nd_member *m)
{
	nd_listener_close(&m->listener);
	nd_listener_close(&m->shard_aware);
}

struct nd_member *nd_member_new(coodie_node *n, const struct cd_address *address)
{
	struct nd_member *m;

	if (n->member_count == ND_MOST_NODES || !(m = cd_alloc_zero(&n->allocator, sizeof *m)))
		return NULL;
	m->box = n;
	m->index = n->member_count;
	m->address = *address;
	m->listener = (struct nd_listener){ .member = m, .carrier = { NULL, -1 } };
	m->shard_aware = m->listener;
	fill_service(m);
	fill_scylla(m);
	n->members[n->member_count++] = m;
	return m;
}

bool nd_member_join(struct nd_member *m, const char *data_center, const char *rack, int64_t token)
{
	const struct nd_ring_node node = {
		.address = cd_address_inet(&m->address),
		.port = cd_address_port(&m->address),
		.data_center = data_center,
		.rack = rack,
		.host_id = host_id_of(m->index),
		.tokens = &token,
		.token_count = 1,
		.is_up = true,
		.generation = (int32_t)(m->box->db.clock.now_us(m->box->db.clock.user) / 1000000),
	};

	return nd_ring_add(&m->box->ring, &node, NULL);
}

struct nd_ring_node *nd_member_place(const struct nd_member *m)
{
	return &m->box->ring.nodes[m->index];
}

void nd_member_close(struct nd_member *m)
{
	nd_member_unlisten(m);
	while (m->links)
		nd_link_close(m->links, true);
}

void nd_member_free(struct nd_member *m)
{
	const coodie_allocator *a = &m->box->allocator;

	nd_member_close(m);
	nd_prepared_deinit(&m->prepared);
	cd_release(a, m);
}
