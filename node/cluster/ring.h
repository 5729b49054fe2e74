/* SPDX-License-Identifier: MIT */
/* The nodes of a cluster by their tokens: who keeps what, who is alive, what consistency can be had.
 * Plain data: no sockets, no threads. All of them share one database; the ring decides whether a
 * request may be answered as if they did not. */
#ifndef NODE_RING_H
#define NODE_RING_H

#include "node/cluster/system.h"

enum {
	ND_RING_NODES = 64,   /* at most, those that left included */
	ND_RING_TOKENS = 1024 /* of one node */
};

enum nd_ring_state {
	ND_RING_NORMAL,
	ND_RING_JOINING, /* is written to, not read from */
	ND_RING_LEAVING, /* its replicas-to-be are written to already */
	ND_RING_MOVING,  /* to `next_tokens`: likewise */
	ND_RING_LEFT     /* keeps its number and nothing else */
};

struct nd_ring_node {
	cql_inet address;
	uint16_t port;
	const char *data_center, *rack;
	cql_uuid host_id;
	const int64_t *tokens;
	uint32_t token_count;
	const int64_t *next_tokens; /* MOVING */
	uint32_t next_token_count;
	enum nd_ring_state state;
	bool is_up;
	int32_t generation; /* seconds since 1970 when it started; 0: not known */
};

struct nd_ring_entry {
	int64_t token;
	uint32_t node;
};

/* The tokens of all nodes, sorted. */
struct nd_ring_order {
	struct nd_ring_entry *at;
	uint32_t count;
};

struct nd_ring {
	const coodie_allocator *allocator;
	struct nd_ring_node nodes[ND_RING_NODES]; /* lists and texts are the ring's */
	uint32_t count;
	struct nd_ring_order now;  /* all but those that join or left */
	struct nd_ring_order next; /* as if everybody had joined, left and moved */
	bool is_moving;            /* those two differ */
	uint64_t version;          /* counts changes */
	struct nd_ring_memory {
		const struct nd_keyspace *keyspace;
		uint64_t change, version; /* of the schema and the ring it was true for */
		uint32_t self;
		uint32_t levels; /* bits of consistencies that can be had for every token */
	} known[8];
	/* The number of the node that nd_request.coordinator stands for; NULL: 0. */
	uint32_t (*index_of)(const void *coordinator);
	/* Wants to know, as clients do (v4 section 4.2.6): STATUS_CHANGE and TOPOLOGY_CHANGE. */
	void (*changed)(void *user, const cql_event *event);
	void *user;
};

void nd_ring_init(struct nd_ring *r, const coodie_allocator *allocator);
void nd_ring_deinit(struct nd_ring *r);

/* ---- changes: all or nothing; false when out of memory or when there is no such node ------------ */

/* Adds a node, which is copied; NEW_NODE, and UP when it is, unless it is still joining. */
bool nd_ring_add(struct nd_ring *r, const struct nd_ring_node *node, uint32_t *index);
/* UP, DOWN. */
bool nd_ring_set_up(struct nd_ring *r, uint32_t i, bool is_up);
/* JOINING to NORMAL: NEW_NODE. To LEFT: REMOVED_NODE. Of MOVING to NORMAL: MOVED_NODE, and it has
 * its new tokens. */
bool nd_ring_set_state(struct nd_ring *r, uint32_t i, enum nd_ring_state state);
/* Begins a move: MOVING. */
bool nd_ring_move(struct nd_ring *r, uint32_t i, const int64_t *tokens, uint32_t count);
/* Clients find it there from now on. */
bool nd_ring_set_address(struct nd_ring *r, uint32_t i, cql_inet address, uint16_t port);

/* The i-th of `count` tokens that part the ring evenly. */
int64_t nd_ring_even_token(uint32_t i, uint32_t count);
/* A token for one more node: the middle of the widest gap. */
int64_t nd_ring_next_token(const struct nd_ring *r);

/* ---- questions ---------------------------------------------------------------------------------- */

/* Nodes by their numbers, in the order of the ring from a token on. */
struct nd_replicas {
	uint32_t count;
	uint8_t at[ND_RING_NODES];
};

/* Who keeps a token of a keyspace: `self` answers for it (LocalStrategy). `next`: when everybody has
 * joined, left and moved. */
void nd_ring_replicas(const struct nd_ring *r, const struct nd_keyspace *keyspace, int64_t token,
		      uint32_t self, bool next, struct nd_replicas *out);
/* How many there should be, in a data center or (NULL) in all. */
uint32_t nd_ring_factor(const struct nd_ring *r, const struct nd_keyspace *keyspace,
			const char *data_center);
/* The class of the strategy, with its package as it was given one. */
const char *nd_ring_strategy(const struct nd_keyspace *keyspace);
/* Whether the strategy counts by data centers. */
bool nd_ring_is_by_data_center(const struct nd_keyspace *keyspace);

/* nd_database.admit: `ring` is a struct nd_ring. */
bool nd_ring_admit(void *ring, struct nd_request *x, const struct nd_keyspace *keyspace,
		   int64_t token, enum nd_access access);
/* nd_system_source.node over a ring: node 0 is the coordinator, behind it come its peers, without
 * those that join or left. */
bool nd_ring_describe(const struct nd_ring *r, const void *coordinator, uint32_t i,
		      struct nd_system_node *out);
uint32_t nd_ring_index(const struct nd_ring *r, const void *coordinator);

#endif
