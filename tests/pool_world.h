/* SPDX-License-Identifier: MIT */
/* A box of nodes and a session in one thread without sockets, for tests of pools: counted memory on
 * both sides, and requests whose callbacks must run exactly once. */
#ifndef TESTS_POOL_WORLD_H
#define TESTS_POOL_WORLD_H

#include <coodie.h>
#include <coodie/node.h>

#include "tests/failalloc.h"
#include "tests/simulation.h"

enum { POOL_ASKS = 64, POOL_TIMEOUT_MS = 3000 };

/* How the world should be. */
struct pool_wish {
	const char *name; /* printed when something fails; NULL: none */
	uint64_t seed;
	uint32_t nodes;          /* 0: one */
	uint32_t shards;         /* 0: Cassandra's */
	uint32_t points;         /* contact points, from the first node on; 0: one */
	const char *moved_point; /* one more, at the same port; NULL: none */
	const coodie_tune *tune;
	void (*set)(coodie_options *o); /* what else there is; may be NULL */
	coodie_loop (*loop)(
		coodie_loop world);  /* the session's, made of the world's; may be NULL */
	bool plain;                  /* the shard-aware port is left alone */
	struct cd_failalloc *client; /* NULL: the world's own */
};

struct pool_world;

/* One request. */
struct pool_ask {
	struct pool_world *world;
	bool busy;
	enum coodie_errc code; /* of the last one */
	char message[COODIE_ERROR_MESSAGE_SIZE];
	int32_t value; /* the first column of the first row */
	coodie_prepared *prepared;
	size_t rows;
	bool has_more;
};

struct pool_world {
	char name[120];
	struct simulation *sim;
	struct cd_failalloc own, server, *client;
	coodie_node *box;
	coodie_session *session;
	struct pool_ask asks[POOL_ASKS];
	int begun, ended, failed;
};

/* The keyspace "ks" (replicated three times) with the table t (k int PRIMARY KEY, v int) of ten rows.
 * False: no session, for lack of memory. */
bool pool_open(struct pool_world *w, const struct pool_wish *wish);
/* All nodes stop, and others of the same names and addresses come back in their place, with so many
 * shards. */
void pool_restart(struct pool_world *w, uint32_t nodes, uint32_t shards);
/* Closes the session as one should, with its callback; it can only be freed then. */
void pool_finish(struct pool_world *w);
/* Frees all, and checks that nothing is left, and that every callback has run. */
void pool_close(struct pool_world *w);
/* Turns the world. Fails when nothing ever happens again. */
void pool_turn(struct pool_world *w);
/* Lets so much time pass; nothing but the session's own timers may be there. */
void pool_sleep(struct pool_world *w, uint32_t ms);

/* Begin something with a free ask; NULL: it was refused, `err` says why. */
struct pool_ask *pool_query(struct pool_world *w, const char *cql, cql_args args,
			    const coodie_request *r, coodie_error *err);
struct pool_ask *pool_execute(struct pool_world *w, coodie_prepared *p, cql_args args,
			      coodie_error *err);
struct pool_ask *pool_prepare(struct pool_world *w, const char *cql, coodie_error *err);
struct pool_ask *pool_connect(struct pool_world *w, coodie_error *err);
/* Turns until it, or all, have ended. */
void pool_wait(struct pool_world *w, const struct pool_ask *a);
void pool_wait_all(struct pool_world *w);
/* A read that must work, tried until it does. */
void pool_must_work(struct pool_world *w);

/* Connections of a node that are open now; of one of its shards. */
uint64_t pool_connections(const struct pool_world *w, uint32_t node);
uint64_t pool_shard(const struct pool_world *w, uint32_t node, uint32_t shard);
uint64_t pool_accepted(const struct pool_world *w, uint32_t node);
/* Where it listens, for a request that names its node. */
cql_inet pool_inet(const struct pool_world *w, uint32_t node);
/* Turns until each shard (without shards: node) of these nodes has so many, neither less nor more,
 * and nothing changes for a minute. `nodes`: a bit for each. Fails when that is never so. */
void pool_expect(struct pool_world *w, uint64_t nodes, uint32_t shards, uint64_t each);

#endif
