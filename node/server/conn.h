/* SPDX-License-Identifier: MIT */
/* The server's end of one connection: bytes of a client in, bytes for it out. No sockets, clocks or
 * threads: the owner reads into nd_conn_space(), calls nd_conn_run(), and sends nd_conn_pending(). */
#ifndef NODE_CONN_H
#define NODE_CONN_H

#include "node/cluster/scylla.h"
#include "node/plan/plan.h"
#include "proto/inbox.h"
#include "proto/message.h"

struct nd_conn;
struct nd_delayed;
struct nd_faults;
struct nd_prepared;
struct nd_prepared_statement;

/* What REGISTER may ask for. */
enum nd_event_bit {
	ND_EVENT_TOPOLOGY_CHANGE = 1,
	ND_EVENT_STATUS_CHANGE = 2,
	ND_EVENT_SCHEMA_CHANGE = 4,
	ND_EVENT_CLIENT_ROUTES_CHANGE = 8 /* ScyllaDB's */
};

/* What the connections of one node share. Outlives them. */
struct nd_service {
	const coodie_allocator *allocator;
	struct nd_database *db;
	struct nd_prepared *prepared;
	void *coordinator;           /* for struct nd_request */
	unsigned highest;            /* protocol version: 4 or 5 */
	struct nd_scylla *scylla;    /* NULL: the node is Cassandra's */
	uint32_t index;              /* of the node in its box */
	struct nd_faults *faults;    /* NULL: none */
	bool disagrees; /* while a request is answered: the others' schemas look another */
	bool lz4;       /* offered */
	/* numbers for coodie_node_stats */
	uint64_t requests, errors, events, traces;
	uint64_t by_opcode[32];
};

enum nd_conn_state { ND_CONN_NEW, ND_CONN_AUTHENTICATING, ND_CONN_READY, ND_CONN_STATES };

struct nd_conn {
	struct nd_service *service;
	enum nd_conn_state state;
	bool greeted;     /* its first byte was looked at */
	bool closing;     /* over as soon as what is pending was sent; nothing is read any more */
	bool reset;       /* closing, the hard way */
	bool silent;      /* nothing is answered any more, though it stays open */
	bool half_closed; /* nothing more will be sent: the client is to see an end */
	uint64_t now_us;  /* of the last nd_conn_run() */
	int64_t clock_us; /* the service's clock for all statements of that run; 0: not looked at yet */
	uint64_t mute_until_us;     /* nothing is sent before; 0: no wait */
	struct nd_delayed *delayed; /* answers that wait, the first due first */
	size_t delayed_bytes;       /* of all of them */
	uint8_t version;            /* agreed on by STARTUP; 0: not yet */
	struct cd_inbox in;
	struct cd_outbox out;
	struct cd_arena arena;          /* of the request being answered */
	const cql_terms *terms;         /* agreed on by STARTUP; NULL: none */
	struct nd_scylla_agreed agreed; /* `terms` are these */
	char *keyspace;                 /* USE; NULL: none */
	char *role;                     /* who is logged in; NULL: nobody was asked */
	unsigned events;                /* enum nd_event_bit */
	bool warned_of_use;
	uint8_t shard;   /* ScyllaDB; else 0 */
	uint64_t number; /* of the node's connections, from 1 */
	uint64_t requests;
	cql_inet client;                          /* its address */
	char driver_name[64], driver_version[64]; /* for system_views.clients; "" when not told */
};

void nd_conn_init(struct nd_conn *c, struct nd_service *service);
void nd_conn_deinit(struct nd_conn *c);

/* Room for bytes of the client; NULL when out of memory. */
uint8_t *nd_conn_space(struct nd_conn *c, size_t *room);
/* `n` bytes were put there: judges the first of all. */
void nd_conn_filled(struct nd_conn *c, size_t n);
/* Answers requests until there is no whole one left, the connection is closing, or more than
 * `most_pending` bytes wait to be sent: then call it again when they are gone. Time is that of any
 * steady clock. */
void nd_conn_run(struct nd_conn *c, uint64_t now_us, size_t most_pending);
/* When to call it next though nothing has come; 0: no need. */
uint64_t nd_conn_due_us(const struct nd_conn *c);
/* Whether more than so many bytes wait to be sent, now or later: then nothing is read either. */
bool nd_conn_is_full(const struct nd_conn *c, size_t most_pending);
/* Whether nothing waits to be sent, now or later. */
bool nd_conn_is_idle(const struct nd_conn *c);
/* Bytes to send; `at` NULL: none. */
struct cd_span nd_conn_pending(struct nd_conn *c);
void nd_conn_sent(struct nd_conn *c, size_t n);

/* Pushes an event, if the client asked for its kind. @return whether there is something to send, or the
 * connection is closing */
bool nd_conn_push(struct nd_conn *c, const cql_event *event);

/* ---- for what answers requests ---------------------------------------------------------------- */

/* One request being answered: the message, and its answer, in the connection's arena. */
struct nd_exchange {
	struct nd_conn *conn;
	const cql_message *request;
	struct nd_prepared_statement *held; /* until the answer was written; NULL: none */
	const cql_blob *head; /* of an answer of rows: nd_prepared_head() */
	bool is_traced;                     /* and then: */
	cql_uuid trace;                     /* its id */
	int64_t began_us;                   /* by the service's clock */
	/* and what was done: */
	const struct nd_plan *plan; /* NULL: none, or a BATCH */
	const struct nd_keyspace *admitted_keyspace;
	uint32_t admitted; /* partitions; 0: nothing was done to data */
	int64_t token;     /* of the first of them */
	bool reads_range;
	cql_consistency consistency;
	struct nd_problem problem; /* when it happened, `answer` becomes an ERROR */
	cql_message answer;        /* `as`: of who sets the opcode */
};

/* Writes an answer, or why it cannot be written. */
void nd_conn_send(struct nd_conn *c, cql_message *m);
/* Whether results have ids of their columns: v5, or ScyllaDB's extension. */
bool nd_conn_has_metadata_ids(const struct nd_conn *c);

/* Fills the answer, or e->problem. */
typedef void nd_answer_fn(struct nd_exchange *e);

#endif
