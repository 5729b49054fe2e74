/* SPDX-License-Identifier: MIT */
/* ScyllaDB's client routes: where the clients of a private link find a node, and the event that says
 * that it has changed. */
#include <string.h>

#include "base/error.h"
#include "node/cluster/system_parts.h"
#include "node/server/node.h"

struct route {
	uint32_t i;
	const char *connection_id, *address;
	uint16_t port, tls_port; /* 0: null */
	bool ok;
	coodie_error err;
};

static cql_value number_of(uint16_t port)
{
	return port ? cql_from_int(port) : cql_null();
}

static bool store(coodie_node *n, const struct route *route, cql_uuid host_id, struct nd_request *x)
{
	static const struct nd_table_name name = { "system", "client_routes" };
	struct nd_table *table = nd_schema_find_table(&n->db.schema, NULL, &name, &x->problem);
	cql_value clustering = cql_from_uuid(host_id);
	struct nd_rows r;

	if (!table)
		return false;
	nd_rows_begin(&r, table, x);
	nd_rows_partition(&r, cql_from_str(route->connection_id));
	nd_rows_row(&r, &clustering);
	nd_rows_put(&r, "address", cql_from_str(route->address));
	nd_rows_put(&r, "port", number_of(route->port));
	nd_rows_put(&r, "tls_port", number_of(route->tls_port));
	return nd_rows_end(&r);
}

static void tell(coodie_node *n, const char *connection_id, cql_uuid host_id)
{
	char text[CQL_UUID_TEXT_SIZE];
	cql_text connection = cql_text_of(connection_id);
	cql_text host = cql_text_of(cql_uuid_format(host_id, text));
	cql_event event = {
		.kind = CQL_EVENT_CLIENT_ROUTES_CHANGE,
		.type = cql_text_of("CLIENT_ROUTES_CHANGE"),
		.change = cql_text_of("UPDATE_NODES"),
		.connection_ids = { &connection, 1 },
		.host_ids = { &host, 1 },
	};

	nd_node_push(n, &event);
}

static void set_route(coodie_node *n, void *with)
{
	struct route *route = with;
	struct cd_arena arena;
	struct nd_request x = { .db = &n->db, .arena = &arena };
	cql_uuid host_id;

	if (route->i >= n->member_count) {
		cd_fail(&route->err, COODIE_ERR_INVALID, "there is no node %u", (unsigned)route->i);
		return;
	}
	host_id = nd_member_place(n->members[route->i])->host_id;
	cd_arena_init(&arena, n->db.allocator, 0);
	nd_problem_init(&x.problem, &arena);
	x.now_us = n->db.clock.now_us(n->db.clock.user);
	route->ok = store(n, route, host_id, &x);
	if (route->ok)
		tell(n, route->connection_id, host_id);
	else if (!n->options.shards)
		cd_fail(&route->err, COODIE_ERR_INVALID,
			"client routes are ScyllaDB's: give the nodes shards");
	else
		cd_no_memory(&route->err, "a client route");
	cd_arena_deinit(&arena);
}

bool coodie_node_set_route(coodie_node *n, uint32_t i, const char *connection_id,
			   const char *address, uint16_t port, uint16_t tls_port, coodie_error *err)
{
	struct route route = { .i = i,
			       .connection_id = connection_id,
			       .address = address,
			       .port = port,
			       .tls_port = tls_port };

	cd_clear(err);
	if (!connection_id || !address || strlen(connection_id) > UINT16_MAX ||
	    (!port && !tls_port))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a client route wants a connection id, an address and a port");
	nd_node_run(n, set_route, &route);
	if (!route.ok)
		cd_error_copy(err, &route.err);
	return route.ok;
}
