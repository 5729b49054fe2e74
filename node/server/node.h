/* SPDX-License-Identifier: MIT */
/* The box: its nodes, what they share, and the thread all of it belongs to. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include <pthread.h>

#include "base/carrier.h"
#include "base/tls.h"
#include "node/cluster/ring.h"
#include "node/server/conn.h"
#include "node/server/fault.h"
#include "node/server/node_options.h"
#include "node/server/prepared.h"

struct nd_link;

/* A socket that takes connections. */
struct nd_listener {
	struct nd_member *member;
	struct cd_carrier carrier; /* fd -1: does not listen */
	coodie_watch *watch;
	coodie_watch *timer; /* until it tries again; NULL: never needed */
};

/* One node. What nd_request.coordinator points to. */
struct nd_member {
	coodie_node *box;
	uint32_t index;
	struct nd_service service;
	struct nd_prepared prepared;
	struct cd_address address;
	struct nd_listener listener;
	struct nd_listener shard_aware; /* ScyllaDB's second port */
	struct nd_scylla scylla;
	struct nd_link *links; /* its connections */
	int32_t generation;    /* seconds since 1970 when it started */
	bool holds_schema;     /* its version of it stays this one: */
	cql_uuid held_version;
	uint64_t accepted, open, bytes_received, bytes_sent;
};

/* A call of another thread, waiting to be carried out. */
struct nd_errand {
	void (*run)(coodie_node *n, void *with);
	void *with;
	bool done;
	struct nd_errand *next;
};

struct coodie_node {
	coodie_allocator allocator;
	struct coodie_node_options options;
	coodie_loop loop;
	bool is_attached;
	bool is_running;      /* its thread exists */
	bool stopping;        /* the thread's: its last turn */
	pthread_t thread;     /* ours, or that of the caller's loop */
	pthread_mutex_t lock; /* of `errands` alone: all else is the thread's */
	pthread_cond_t done;
	struct nd_errand *errands, **last_errand;
	int wake[2]; /* a pipe: what is written here wakes the loop */
	coodie_watch *wake_watch;
	coodie_watch *turn; /* armed while something was pushed and not yet sent */
	struct nd_database db;
	struct nd_system_source source;
	struct nd_ring ring; /* a member's number is its node's */
	uint64_t tablet_moves;
	struct nd_faults faults;
	struct cd_tls_context *tls; /* NULL: none */
	char *ca_pem;
	struct nd_member *members[ND_MOST_NODES];
	uint32_t member_count;
};

/* One line for the options' log. */
void nd_node_log(const coodie_node *n, const char *format, ...) COODIE_PRINTF(2, 3);
/* Carries out on the box's thread, and comes back when that is done. */
void nd_node_run(coodie_node *n, void (*run)(coodie_node *n, void *with), void *with);
/* Makes a node that does not listen yet; NULL when out of memory. */
struct nd_member *nd_member_new(coodie_node *n, const struct cd_address *address);
/* Binds its port, ScyllaDB's second one too; see nd_listener_open(). */
bool nd_member_listen(struct nd_member *m, bool *in_use, coodie_error *err);
bool nd_member_watch(struct nd_member *m, coodie_error *err);
void nd_member_unlisten(struct nd_member *m);
/* It takes part in the ring from now on; false: out of memory. */
bool nd_member_join(struct nd_member *m, const char *data_center, const char *rack, int64_t token);
/* What the ring knows of it. */
struct nd_ring_node *nd_member_place(const struct nd_member *m);
/* Ends its listener and connections (the hard way), and frees it. */
void nd_member_free(struct nd_member *m);
void nd_member_close(struct nd_member *m);
/* Pushes an event to every connection that asked for it; they are sent at the end of the turn. */
void nd_node_push(coodie_node *n, const cql_event *event);
/* What system tables read, and who is told of the ring's changes. */
void nd_node_describe(coodie_node *n);

#endif
