/* SPDX-License-Identifier: MIT */
/* The keyspaces of the system: what drivers and tools read to know the cluster and its schema. */
#ifndef NODE_SYSTEM_H
#define NODE_SYSTEM_H

#include "node/server/request.h"

/* A node as the one that is asked knows it. Texts live during the call that gives it. */
struct nd_system_node {
	cql_inet address; /* of clients and of the others */
	uint16_t port;    /* clients' */
	const char *data_center, *rack;
	cql_uuid host_id;
	const int64_t *tokens;
	uint32_t token_count;
	bool disagrees;     /* a fault: its schema looks another one than ours */
	uint32_t number;    /* in its ring */
	const cql_uuid *schema_version; /* that it has not got past; NULL: it has the newest */
	int32_t generation; /* seconds since 1970 when it started; 0: not known */
};

/* A client's connection. */
struct nd_system_client {
	cql_inet address;
	uint16_t port;
	const char *user;                         /* "anonymous" */
	const char *driver_name, *driver_version; /* NULL: not said */
	unsigned version;                         /* of the protocol */
	uint64_t requests;
	bool uses_tls;
	const char *tls_protocol, *tls_cipher; /* NULL: none */
	const char *keyspace;                  /* NULL: none */
};

/* Who knows. `coordinator` is nd_request.coordinator: the node that was asked; NULL while there is
 * none. Node 0 is that node itself, the others are its peers. All may be NULL: then the node is the
 * only one, 127.0.0.1 in datacenter1, rack1. */
struct nd_system_source {
	/* False: there is no such node. */
	bool (*node)(void *user, void *coordinator, uint32_t i, struct nd_system_node *out);
	bool (*client)(void *user, void *coordinator, uint32_t i, struct nd_system_client *out);
	const char *cluster_name;    /* NULL: "Test Cluster" */
	const char *release_version; /* NULL: "5.0.6" */
	void *user;
};

/* The i-th node, from the database's source or the only one. */
bool nd_system_node(const struct nd_request *x, uint32_t i, struct nd_system_node *out);

const char *nd_system_cluster_name(const struct nd_request *x);
/* The port that nodes talk to each other on, if they did: 7000 beside 9042. */
uint16_t nd_system_storage_port(const struct nd_system_node *n);

/* Makes the system's keyspaces and tables; once, in a database that has none. False: out of memory. */
bool nd_system_init(struct nd_database *db);

#endif
