/* SPDX-License-Identifier: MIT */
/* One node of a box: its own service, listener and connections. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/entropy.h"
#include "node/link.h"
#include "node/listener.h"
#include "node/node.h"

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
		.user = n->options.user,
		.password = n->options.password,
		.highest = n->options.highest_version,
		.lz4 = n->options.lz4,
	};
}

/* A random uuid (RFC 9562 section 5.4). */
static bool make_host_id(cql_uuid *out)
{
	if (!cd_entropy(out->bytes, sizeof out->bytes))
		return false;
	out->bytes[6] = (uint8_t)((out->bytes[6] & 0x0f) | 0x40);
	out->bytes[8] = (uint8_t)((out->bytes[8] & 0x3f) | 0x80);
	return true;
}

struct nd_member *nd_member_new(coodie_node *n, const struct nd_address *address,
				const char *data_center, const char *rack)
{
	struct nd_member *m;

	if (n->member_count == ND_MOST_NODES || !(m = cd_alloc_zero(&n->allocator, sizeof *m)))
		return NULL;
	m->box = n;
	m->index = n->member_count;
	m->address = *address;
	m->listener = (struct nd_listener){ .member = m, .carrier = { NULL, -1 } };
	m->data_center = cd_strndup(&n->allocator, data_center, strlen(data_center));
	m->rack = cd_strndup(&n->allocator, rack, strlen(rack));
	fill_service(m);
	if (!m->data_center || !m->rack || !make_host_id(&m->host_id)) {
		nd_member_free(m);
		return NULL;
	}
	n->members[n->member_count++] = m;
	return m;
}

void nd_member_close(struct nd_member *m)
{
	nd_listener_close(&m->listener);
	while (m->links)
		nd_link_close(m->links, true);
}

void nd_member_free(struct nd_member *m)
{
	const coodie_allocator *a = &m->box->allocator;

	nd_member_close(m);
	nd_prepared_deinit(&m->prepared);
	cd_release(a, m->data_center);
	cd_release(a, m->rack);
	cd_release(a, m);
}
