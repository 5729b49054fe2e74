/* SPDX-License-Identifier: MIT */
/* What the system's tables say of nodes and clients: how a node sees its box. */
#include "node/server/link.h"
#include "node/server/node.h"

static bool describe_node(void *user, void *coordinator, uint32_t i, struct nd_system_node *out)
{
	const coodie_node *n = user;
	const struct nd_member *self = coordinator ? coordinator : n->members[0];

	if (!nd_ring_describe(&n->ring, self, i, out))
		return false;
	out->disagrees = i > 0 && self->service.disagrees;
	if (n->members[out->number]->holds_schema)
		out->schema_version = &n->members[out->number]->held_version;
	return true;
}

static bool describe_client(void *user, void *coordinator, uint32_t i, struct nd_system_client *out)
{
	const coodie_node *n = user;
	const struct nd_member *m = coordinator ? coordinator : n->members[0];
	const struct nd_link *l = m->links;

	for (; l && (l->conn.state != ND_CONN_READY || i); l = l->next)
		i -= l->conn.state == ND_CONN_READY;
	if (!l)
		return false;
	*out = (struct nd_system_client){
		.address = cd_address_inet(&l->peer),
		.port = cd_address_port(&l->peer),
		.user = l->conn.role ? l->conn.role : "anonymous",
		.driver_name = *l->conn.driver_name ? l->conn.driver_name : NULL,
		.driver_version = *l->conn.driver_version ? l->conn.driver_version : NULL,
		.version = l->conn.version,
		.requests = l->conn.requests,
		.uses_tls = l->tls,
		.tls_protocol = l->tls ? cd_tls_version(l->tls) : NULL,
		.tls_cipher = l->tls ? cd_tls_cipher(l->tls) : NULL,
		.keyspace = l->conn.keyspace,
	};
	return true;
}

static uint32_t index_of(const void *coordinator)
{
	return ((const struct nd_member *)coordinator)->index;
}

static void tell(void *user, const cql_event *e)
{
	nd_node_push(user, e);
	nd_node_log(user, "%.*s %.*s", (int)e->type.len, e->type.data, (int)e->change.len,
		    e->change.data);
}

void nd_node_describe(coodie_node *n)
{
	n->source = (struct nd_system_source){
		.node = describe_node,
		.client = describe_client,
		.release_version = n->options.shards ? "3.0.8" : NULL, /* as ScyllaDB has it */
		.user = n,
	};
	n->db.system = &n->source;
	n->db.admit = nd_ring_admit;
	n->db.ring = &n->ring;
	n->ring.index_of = index_of;
	n->ring.changed = tell;
	n->ring.user = n;
}
