/* SPDX-License-Identifier: MIT */
/* DESCRIBE CLUSTER: its name, and who has which part of the ring. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <coodie/value.h>

#include "node/auth/access.h"
#include "node/cluster/ring.h"
#include "node/describe/describe_plan.h"
#include "proto/type.h"

/* A part of the ring ends at its token, as a text. */
struct part {
	int64_t token;
	char text[24];
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct part *)a)->text, ((const struct part *)b)->text);
}

static void put_endpoint(struct nd_describe_rows *r, const struct nd_ring_node *n)
{
	struct nd_system_node node = { .address = n->address, .port = n->port };
	char address[CQL_INET_TEXT_SIZE], text[sizeof address + 8];

	cql_inet_format(n->address, address);
	snprintf(text, sizeof text, "/%s:%u", address, (unsigned)nd_system_storage_port(&node));
	nd_describe_put_cell(r, text);
}

/* Entries of a map: the token, and a list of the nodes that keep what is in front of it. */
static void put_part(struct nd_describe_rows *r, const struct nd_ring *ring,
		     const struct nd_keyspace *k, const struct part *part)
{
	struct nd_replicas replicas;
	size_t began;

	nd_ring_replicas(ring, k, part->token, nd_ring_index(ring, r->x->coordinator), false,
			 &replicas);
	nd_describe_put_cell(r, part->text);
	began = nd_describe_cell_begin(r);
	cd_buffer_be32(&r->rows, replicas.count);
	for (uint32_t i = 0; i < replicas.count; i++)
		put_endpoint(r, &ring->nodes[replicas.at[i]]);
	nd_describe_cell_end(r, began);
}

static bool put_ownership(struct nd_describe_rows *r, const struct nd_keyspace *k)
{
	const struct nd_ring *ring = r->x->db->ring;
	struct part *parts = cd_arena_take_array(r->x->arena, ring->now.count, sizeof *parts);
	size_t began;

	if (!parts)
		return nd_no_memory(&r->x->problem);
	for (uint32_t i = 0; i < ring->now.count; i++) {
		parts[i].token = ring->now.at[i].token;
		snprintf(parts[i].text, sizeof parts[i].text, "%" PRId64, parts[i].token);
	}
	qsort(parts, ring->now.count, sizeof *parts, compare);
	began = nd_describe_cell_begin(r);
	cd_buffer_be32(&r->rows, ring->now.count);
	for (uint32_t i = 0; i < ring->now.count; i++)
		put_part(r, ring, k, &parts[i]);
	nd_describe_cell_end(r, began);
	return true;
}

/* map<text, list<text>>, frozen; NULL: out of memory. */
static const cql_type *ownership_type(struct cd_arena *a)
{
	cql_type *map = cd_type_new(a, CQL_KIND_MAP, 2), *list = cd_type_new(a, CQL_KIND_LIST, 1);

	if (!map || !list)
		return NULL;
	list->inner[0] = map->inner[0] = cd_type_native(CQL_KIND_TEXT);
	map->inner[1] = list;
	return map;
}

/* Of the keyspace in use, when it is one of users'. */
static const struct nd_keyspace *owned_keyspace(const struct nd_request *x)
{
	if (!x->used_keyspace || nd_is_system_keyspace(x->used_keyspace) || !x->db->ring)
		return NULL;
	return nd_schema_keyspace(&x->db->schema, x->used_keyspace);
}

bool nd_describe_cluster(struct nd_request *x)
{
	static const char *const names[] = { "cluster", "partitioner", "snitch",
					     "range_ownership" };
	const struct nd_keyspace *k = owned_keyspace(x);
	const cql_type *type = k ? ownership_type(x->arena) : NULL;
	struct nd_describe_rows r;

	if (k && !type)
		return nd_no_memory(&x->problem);
	nd_describe_rows_init(&r, x);
	nd_describe_put_cell(&r, nd_system_cluster_name(x));
	nd_describe_put_cell(&r, "Murmur3Partitioner");
	nd_describe_put_cell(&r, "DynamicEndpointSnitch");
	r.count = 1;
	if (k && !put_ownership(&r, k)) {
		cd_buffer_deinit(&r.rows);
		return false;
	}
	return nd_describe_rows_end(&r, names, k ? 4 : 3, type);
}
