/* SPDX-License-Identifier: MIT */
/* What the system knows of nodes, clients and settings. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cluster/system_parts.h"

#define RELEASE "5.0.6"
#define PARTITIONER "org.apache.cassandra.dht.Murmur3Partitioner"

uint16_t nd_system_storage_port(const struct nd_system_node *n)
{
	return (uint16_t)(n->port + 7000 - 9042);
}

static const char *release(const struct nd_request *x)
{
	const struct nd_system_source *s = x->db->system;

	return s && s->release_version ? s->release_version : RELEASE;
}

const char *nd_system_cluster_name(const struct nd_request *x)
{
	const struct nd_system_source *s = x->db->system;

	return s && s->cluster_name ? s->cluster_name : "Test Cluster";
}

bool nd_system_node(const struct nd_request *x, uint32_t i, struct nd_system_node *out)
{
	static const int64_t token[] = { INT64_MIN + 1 };
	const struct nd_system_source *source = x->db->system;

	if (source && source->node)
		return source->node(source->user, x->coordinator, i, out);
	*out = (struct nd_system_node){ .address = { { 127, 0, 0, 1 }, 4 },
					.port = 9042,
					.data_center = "datacenter1",
					.rack = "rack1",
					.tokens = token,
					.token_count = 1 };
	return i == 0;
}

/* Texts of a node live during the call only: the rows are made later. */
static cql_value keep(struct nd_rows *r, const char *text)
{
	char *copy = text ? cd_arena_strndup(r->x->arena, text, strlen(text)) : NULL;

	if (text && !copy) {
		nd_no_memory(&r->x->problem);
		r->failed = true;
	}
	return cql_from_str(copy);
}

static void put_tokens(struct nd_rows *r, const struct nd_system_node *n)
{
	char digits[24];

	for (uint32_t i = 0; i < n->token_count; i++) {
		char *copy;

		snprintf(digits, sizeof digits, "%" PRId64, n->tokens[i]);
		copy = cd_arena_strndup(r->x->arena, digits, strlen(digits));
		if (!copy) {
			nd_no_memory(&r->x->problem);
			r->failed = true;
			return;
		}
		nd_rows_put_item(r, "tokens", copy);
	}
}

/* What local, peers and peers_v2 say alike. */
static void put_node(struct nd_rows *r, const struct nd_system_node *n)
{
	cql_uuid version = n->schema_version ? *n->schema_version : r->x->db->schema.version;

	if (n->disagrees)
		version.bytes[0] ^= 0xff;
	nd_rows_put(r, "data_center", keep(r, n->data_center));
	nd_rows_put(r, "rack", keep(r, n->rack));
	nd_rows_put(r, "host_id", cql_from_uuid(n->host_id));
	nd_rows_put(r, "release_version", cql_from_str(release(r->x)));
	nd_rows_put(r, "schema_version", cql_from_uuid(version));
	put_tokens(r, n);
}

bool nd_system_local(struct nd_table *t, struct nd_request *x)
{
	struct nd_system_node n;
	struct nd_rows r;

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	if (!nd_system_node(x, 0, &n))
		return true;
	nd_rows_partition(&r, cql_from_str("local"));
	nd_rows_row(&r, NULL);
	nd_rows_put(&r, "bootstrapped", cql_from_str("COMPLETED"));
	nd_rows_put(&r, "broadcast_address", cql_from_inet(n.address));
	nd_rows_put(&r, "broadcast_port", cql_from_int(nd_system_storage_port(&n)));
	nd_rows_put(&r, "cluster_name", cql_from_str(nd_system_cluster_name(x)));
	nd_rows_put(&r, "cql_version", cql_from_str("3.4.7"));
	if (n.generation)
		nd_rows_put(&r, "gossip_generation", cql_from_int(n.generation));
	nd_rows_put(&r, "listen_address", cql_from_inet(n.address));
	nd_rows_put(&r, "listen_port", cql_from_int(nd_system_storage_port(&n)));
	nd_rows_put(&r, "native_protocol_version", cql_from_str("5"));
	nd_rows_put(&r, "partitioner", cql_from_str(PARTITIONER));
	nd_rows_put(&r, "rpc_address", cql_from_inet(n.address));
	nd_rows_put(&r, "rpc_port", cql_from_int(n.port));
	put_node(&r, &n);
	return nd_rows_end(&r);
}

bool nd_system_peers(struct nd_table *t, struct nd_request *x)
{
	struct nd_system_node n;
	struct nd_rows r;

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	for (uint32_t i = 1; !r.failed && nd_system_node(x, i, &n); i++) {
		nd_rows_partition(&r, cql_from_inet(n.address));
		nd_rows_row(&r, NULL);
		nd_rows_put(&r, "rpc_address", cql_from_inet(n.address));
		put_node(&r, &n);
	}
	return nd_rows_end(&r);
}

bool nd_system_peers_v2(struct nd_table *t, struct nd_request *x)
{
	struct nd_system_node n;
	struct nd_rows r;
	cql_value port;

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	for (uint32_t i = 1; !r.failed && nd_system_node(x, i, &n); i++) {
		port = cql_from_int(nd_system_storage_port(&n));
		nd_rows_partition(&r, cql_from_inet(n.address));
		nd_rows_row(&r, &port);
		nd_rows_put(&r, "native_address", cql_from_inet(n.address));
		nd_rows_put(&r, "native_port", cql_from_int(n.port));
		put_node(&r, &n);
	}
	return nd_rows_end(&r);
}

static void put_client(struct nd_rows *r, const struct nd_system_client *c)
{
	cql_value port = cql_from_int(c->port);

	nd_rows_partition(r, cql_from_inet(c->address));
	nd_rows_row(r, &port);
	nd_rows_put(r, "client_options", cql_from_map(cql_map_of(NULL, 0)));
	nd_rows_put(r, "connection_stage", cql_from_str("ready"));
	nd_rows_put(r, "driver_name", keep(r, c->driver_name));
	nd_rows_put(r, "driver_version", keep(r, c->driver_version));
	nd_rows_put(r, "keyspace_name", keep(r, c->keyspace));
	nd_rows_put(r, "protocol_version", cql_from_int((int)c->version));
	nd_rows_put(r, "request_count", cql_from_llong((long long)c->requests));
	nd_rows_put(r, "ssl_cipher_suite", keep(r, c->tls_cipher));
	nd_rows_put(r, "ssl_enabled", cql_from_bool(c->uses_tls));
	nd_rows_put(r, "ssl_protocol", keep(r, c->tls_protocol));
	nd_rows_put(r, "username", keep(r, c->user ? c->user : "anonymous"));
}

bool nd_system_clients(struct nd_table *t, struct nd_request *x)
{
	const struct nd_system_source *source = x->db->system;
	struct nd_system_client c;
	struct nd_rows r;

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	for (uint32_t i = 0; source && source->client && !r.failed; i++) {
		c = (struct nd_system_client){ 0 };
		if (!source->client(source->user, x->coordinator, i, &c))
			break;
		put_client(&r, &c);
	}
	return nd_rows_end(&r);
}

/* Those that say something of this node; the others are of no use to anybody here. */
bool nd_system_settings(struct nd_table *t, struct nd_request *x)
{
	const struct {
		const char *name, *value;
	} settings[] = {
		{ "allow_filtering_enabled", "true" },
		{ "cdc_enabled", x->db->settings.cdc_enabled ? "true" : "false" },
		{ "compact_tables_enabled", "false" },
		{ "default_keyspace_rf", "1" },
		{ "default_secondary_index", "legacy_local_table" },
		{ "drop_compact_storage_enabled", "false" },
		{ "dynamic_data_masking_enabled", "false" },
		{ "enable_materialized_views", "false" },
		{ "enable_sasi_indexes", "false" },
		{ "group_by_enabled", "true" },
		{ "materialized_views_enabled", "false" },
		{ "partitioner", PARTITIONER },
		{ "sasi_indexes_enabled", "false" },
		{ "scripted_user_defined_functions_enabled", "false" },
		{ "simplestrategy_enabled", "true" },
		{ "transient_replication_enabled", "false" },
		{ "user_defined_functions_enabled", "false" },
		{ "user_timestamps_enabled", "true" },
		{ "vector_type_enabled", "true" },
	};
	struct nd_system_node n;
	struct nd_rows r;
	char port[8];

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		nd_rows_partition(&r, cql_from_str(settings[i].name));
		nd_rows_row(&r, NULL);
		nd_rows_put(&r, "value", cql_from_str(settings[i].value));
	}
	nd_rows_partition(&r, cql_from_str("cluster_name"));
	nd_rows_row(&r, NULL);
	nd_rows_put(&r, "value", cql_from_str(nd_system_cluster_name(x)));
	if (nd_system_node(x, 0, &n)) {
		snprintf(port, sizeof port, "%u", (unsigned)n.port);
		nd_rows_partition(&r, cql_from_str("native_transport_port"));
		nd_rows_row(&r, NULL);
		nd_rows_put(&r, "value", cql_from_str(port));
	}
	return nd_rows_end(&r);
}
