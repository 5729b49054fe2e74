/* SPDX-License-Identifier: MIT */
/* The hosts of a cluster as system.local and system.peers or peers_v2 tell of them: immutable, counted,
 * and compared with what was known before. */
#ifndef NET_TOPOLOGY_H
#define NET_TOPOLOGY_H

#include <stdatomic.h>

#include <coodie/result.h>

#include "base/arena.h"
#include "net/ring/partitioner.h"

/* ---- what to ask ----------------------------------------------------------------------------- */

enum cd_topology_question {
	CD_TOPOLOGY_LOCAL,
	CD_TOPOLOGY_PEERS_V2, /* Cassandra 4 and later; when the server knows no such table: */
	CD_TOPOLOGY_PEERS,
	CD_TOPOLOGY_ROUTES /* ScyllaDB; one value: a list of connection ids (net/ring/routes.h) */
};

/* The statement, asked without paging; ScyllaDB's end after seconds of its own (USING TIMEOUT). */
const char *cd_topology_statement(enum cd_topology_question question, bool is_scylla);

/* ---- hosts ----------------------------------------------------------------------------------- */

enum {
	CD_TOPOLOGY_HOSTS = 16384, /* more are skipped */
	CD_TOPOLOGY_NOTES = 16
};

struct cd_topology_host {
	cql_uuid host_id;
	/* A small number that a host keeps from one topology to the next, so that arrays by it are
	 * right on the path of requests. It is free for another host only in the topology after the
	 * one that the host was missing from first. */
	uint16_t slot;
	uint16_t port;
	cql_inet address;                        /* the host's own word, before translation */
	bool is_local;                           /* the host that was asked */
	uint16_t place;                          /* index into `places` of the topology */
	const char *datacenter, *rack, *release; /* "": not known */
	cql_uuid schema_version;                 /* zeros: not known */
	const struct cd_token *tokens;           /* ascending */
	uint32_t token_count; /* 0: it coordinates only, or the partitioner is another */
};

/* A rack of a datacenter; sorted by both names. */
struct cd_topology_place {
	const char *datacenter, *rack;
	uint16_t datacenter_number; /* from 0 */
};

struct cd_topology {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena;
	const char *cluster_name, *partitioner_name; /* the latter without its package */
	enum cd_partitioner partitioner;
	bool is_scylla;                       /* as its source said */
	const struct cd_topology_host *hosts; /* by ascending slots */
	uint32_t host_count;
	const struct cd_topology_host *const *by_slot; /* NULL: nobody has it */
	uint32_t slot_count;
	const struct cd_topology_host *const *by_id; /* host_count of them, sorted by host id */
	const struct cd_topology_place *places;
	uint16_t place_count, datacenter_count;
	uint32_t skipped;         /* rows that were of no use */
	const char *const *notes; /* why, for the log; of the first ones */
	uint32_t note_count;
};

struct cd_topology_source {
	coodie_result *local, *peers; /* `peers` NULL: nobody else */
	bool is_scylla;               /* a peer without tokens coordinates; elsewhere it joins */
	cql_inet address;             /* where the host that was asked is connected to */
	uint16_t port;                /* for hosts whose rows have no port */
};

/* @param previous  the topology this one follows; NULL: none
 * @return with one reference; NULL with COODIE_ERR_PROTOCOL (not these tables, no host at all) or
 *         COODIE_ERR_NO_MEMORY */
struct cd_topology *cd_topology_new(const coodie_allocator *a, const struct cd_topology *previous,
				    const struct cd_topology_source *source, coodie_error *err);
struct cd_topology *cd_topology_ref(struct cd_topology *t); /* NULL is fine */
void cd_topology_free(struct cd_topology *t); /* gives a reference back; NULL is fine */

static inline const struct cd_topology_host *cd_topology_at(const struct cd_topology *t,
							    uint32_t slot)
{
	return slot < t->slot_count ? t->by_slot[slot] : NULL;
}
/* NULL: none. */
const struct cd_topology_host *cd_topology_find(const struct cd_topology *t,
						const cql_uuid *host_id);
/* By what an event says; without ports (`port` 0) the first host of the address. */
const struct cd_topology_host *cd_topology_find_address(const struct cd_topology *t,
							const cql_inet *address, uint16_t port);

/* Whether both have the same hosts in the same slots; a host that was away for a while has another. */
bool cd_topology_same_slots(const struct cd_topology *a, const struct cd_topology *b);

/* ---- differences ----------------------------------------------------------------------------- */

enum {
	CD_TOPOLOGY_ADDED = 1,
	CD_TOPOLOGY_REMOVED = 2,
	CD_TOPOLOGY_MOVED = 4,     /* address or port */
	CD_TOPOLOGY_PLACED = 8,    /* datacenter or rack */
	CD_TOPOLOGY_TOKENS = 16,   /* tokens, or the partitioner */
	CD_TOPOLOGY_RELEASED = 32, /* release */
	/* what makes a token map out of date */
	CD_TOPOLOGY_RING = CD_TOPOLOGY_ADDED | CD_TOPOLOGY_REMOVED | CD_TOPOLOGY_PLACED |
			   CD_TOPOLOGY_TOKENS
};

/* One host that is not as it was. `before` NULL: added; `after` NULL: removed. */
typedef void cd_topology_change_fn(const struct cd_topology_host *before,
				   const struct cd_topology_host *after, unsigned what, void *user);

/* Calls `fn` (may be NULL) for each host that changed, removed ones first. @param before  what `after`
 * follows; NULL: all are new @return all changes, or-ed */
unsigned cd_topology_compare(const struct cd_topology *before, const struct cd_topology *after,
			     cd_topology_change_fn *fn, void *user);

#endif
