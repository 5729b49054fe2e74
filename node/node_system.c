/* SPDX-License-Identifier: MIT */
/* What the system's tables say of nodes and clients: how a node sees its box. */
#include "node/link.h"
#include "node/node.h"

/* Node 0 is the one that was asked. */
static const struct nd_member *find(const coodie_node *n, const struct nd_member *self, uint32_t i)
{
	if (i == 0)
		return self;
	for (uint32_t j = 0; j < n->member_count; j++)
		if (n->members[j] != self && !n->members[j]->has_left && --i == 0)
			return n->members[j];
	return NULL;
}

static bool describe_node(void *user, void *coordinator, uint32_t i, struct nd_system_node *out)
{
	const coodie_node *n = user;
	const struct nd_member *self = coordinator ? coordinator : n->members[0];
	const struct nd_member *m = find(n, self, i);

	if (!m)
		return false;
	*out = (struct nd_system_node){
		.address = nd_address_inet(&m->address),
		.port = nd_address_port(&m->address),
		.data_center = m->data_center,
		.rack = m->rack,
		.host_id = m->host_id,
		.tokens = &m->token,
		.token_count = 1,
	};
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
		.address = nd_address_inet(&l->peer),
		.port = nd_address_port(&l->peer),
		.user = m->service.user ? m->service.user : "anonymous",
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

void nd_node_describe(coodie_node *n)
{
	n->source = (struct nd_system_source){
		.node = describe_node,
		.client = describe_client,
		.user = n,
	};
	n->db.system = &n->source;
}
