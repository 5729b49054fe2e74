/* SPDX-License-Identifier: MIT */
/**
 * @file node.h
 * A cluster in a box: one or more CQL nodes in this process, in memory, that answer as Apache
 * Cassandra 5.0 answers. For tests, quick starts and fault drills; nothing is written to disk.
 *
 * A library of its own, libcoodie-node (pkg-config: coodie-node). It shares no state with libcoodie:
 * talk to it with any driver.
 *
 * **Two ways to run.** coodie_node_start() runs the box on a thread of its own.
 * coodie_node_attach() puts it on the caller's loop: no thread. Every call may come from any thread
 * but those of callbacks: it is carried out on the box's thread (an attached box: on the loop's, at
 * once when that is the caller's, else on a turn of the loop) before it returns. Only
 * coodie_node_stop() of an attached box belongs to the loop's thread.
 *
 * **Many at once.** A box has no global state, takes a free port when asked to, and gives
 * everything back when it is stopped.
 */
#ifndef COODIE_NODE_H
#define COODIE_NODE_H

#include <coodie/alloc.h>
#include <coodie/error.h>
#include <coodie/loop.h>
#include <coodie/transport.h>

COODIE_BEGIN

/* ---- options -------------------------------------------------------------------------------- */

/** Everything a box is told. Owned by the caller, copied by the box, not thread-safe. */
typedef struct coodie_node_options coodie_node_options;

/** One line for a log, without a newline. Runs on the box's thread; must not call back into the
 * box. */
typedef void coodie_node_log_fn(const char *line, void *user);
/** @return microseconds since 1970; called on the box's thread and on those that call it */
typedef int64_t coodie_node_clock_fn(void *user);

/** @return options of one node on a free port of 127.0.0.1, without TLS or passwords; freed with
 * coodie_node_options_free(). NULL when out of memory. */
COODIE_API coodie_node_options *coodie_node_options_new(coodie_error *err);
/** Frees options and wipes the password; NULL is fine. */
COODIE_API void coodie_node_options_free(coodie_node_options *o);

/** Takes all memory of the box from `a`, which is copied. It is called on every thread that uses the
 * box, never on two at once. */
COODIE_API void coodie_node_options_set_allocator(coodie_node_options *o,
						  const coodie_allocator *a);
/**
 * Sets where the first node listens. The others sit on the addresses behind it, all on one port, as
 * drivers expect: 127.0.0.1, 127.0.0.2, ...
 * @param address  "127.0.0.1:9042", "[::1]:9042"; port 0: a free one
 * @param err      COODIE_ERR_INVALID: not a numeric address with a port
 */
COODIE_API bool coodie_node_options_set_address(coodie_node_options *o, const char *address,
						coodie_error *err);
/** Sets the number of nodes, 1 (default) to 64, in data center "datacenter1", rack "rack1". */
COODIE_API bool coodie_node_options_set_nodes(coodie_node_options *o, uint32_t nodes,
					      coodie_error *err);
/**
 * Adds a data center; the first call replaces what coodie_node_options_set_nodes() says.
 * @param nodes  1 to 64 in all
 * @param racks  1 to `nodes`: "rack1", "rack2", ...; nodes are dealt to them in turn
 */
COODIE_API bool coodie_node_options_add_data_center(coodie_node_options *o, const char *name,
						    uint32_t nodes, uint32_t racks,
						    coodie_error *err);
/** Makes the nodes ScyllaDB's, with so many shards each, 1 to 256; 0 (default): Cassandra's. */
COODIE_API bool coodie_node_options_set_shards(coodie_node_options *o, uint32_t shards,
					       coodie_error *err);
/** Nodes with shards see other source ports than clients have, as behind NAT: a connection to the
 * shard-aware port lands on any shard. Off by default. */
COODIE_API void coodie_node_options_set_nat(coodie_node_options *o, bool on);
/** Nodes with shards offer no more of tablets than tablets-routing-v1, which tells clients of every
 * request that came to a wrong place. Off by default: they offer v2, too. */
COODIE_API void coodie_node_options_set_tablets_v1(coodie_node_options *o, bool on);
/**
 * Turns TLS on. Files are read when the box starts.
 * @param cert_path  PEM, leaf first, then its chain
 * @param key_path   PEM
 * @param ca_path    PEM: clients must show a certificate of one of these; NULL: none is asked for
 */
COODIE_API bool coodie_node_options_set_tls_files(coodie_node_options *o, const char *cert_path,
						  const char *key_path, const char *ca_path,
						  coodie_error *err);
/** Turns TLS on with a throw-away certificate for the nodes' addresses and "localhost", made when
 * the box starts: coodie_node_ca_pem() is what clients have to trust. */
COODIE_API void coodie_node_options_set_tls_generated(coodie_node_options *o);
/** Asks clients for this name and password (PasswordAuthenticator), and for permissions
 * (CassandraAuthorizer): the name is that of the first role, a superuser; CREATE ROLE makes others.
 * NULL, NULL: for none (default). */
COODIE_API bool coodie_node_options_set_credentials(coodie_node_options *o, const char *user,
						    const char *password, coodie_error *err);
/** The highest protocol version spoken: 5 (default) or 4. */
COODIE_API bool coodie_node_options_set_highest_version(coodie_node_options *o, unsigned version,
							coodie_error *err);
/** Whether LZ4 is offered (default) and accepted. */
COODIE_API void coodie_node_options_set_lz4(coodie_node_options *o, bool offered);
/** Prepared statements kept, default 4096; the least recently used is forgotten. */
COODIE_API void coodie_node_options_set_max_prepared(coodie_node_options *o, uint32_t statements);
/**
 * Sets what cassandra.yaml sets: "batch_size_fail_threshold" to "1MiB". docs/node.md has the names.
 * @param value  as it stands there: "true", "-1", "5KiB", "1d", "[ONE, ALL]", "null"
 * @param err    COODIE_ERR_INVALID: no such name (with the nearest one), or what is allowed there
 */
COODIE_API bool coodie_node_options_set_setting(coodie_node_options *o, const char *name,
						const char *value, coodie_error *err);
/** Where the box says what happens; NULL: nowhere (default). */
COODIE_API void coodie_node_options_set_log(coodie_node_options *o, coodie_node_log_fn *fn,
					    void *user);
/** The clock of timestamps and TTLs; NULL: the system's (default). */
COODIE_API void coodie_node_options_set_clock(coodie_node_options *o, coodie_node_clock_fn *fn,
					      void *user);

/** Listens on something else than the system's sockets (transport.h); copied; NULL: sockets
 * (default). For coodie_node_attach() on the loop that goes with it; all calls then belong to that
 * loop's thread. */
COODIE_API void coodie_node_options_set_transport(coodie_node_options *o,
						  const coodie_transport *transport);

/* ---- the box -------------------------------------------------------------------------------- */

/** A box of nodes. */
typedef struct coodie_node coodie_node;

/**
 * Starts a box on a thread of its own; when it returns, the nodes listen. The thread blocks all
 * signals.
 * @param o    NULL: defaults
 * @param err  COODIE_ERR_CONNECT (the address cannot be used: which, and why), COODIE_ERR_TLS,
 *             COODIE_ERR_INVALID, COODIE_ERR_NO_MEMORY
 * @return owned by the caller, ended with coodie_node_stop(); NULL on error
 */
COODIE_API coodie_node *coodie_node_start(const coodie_node_options *o, coodie_error *err);
/** Puts a box on the caller's loop, which must outlive it; `loop` is copied. Call on its thread. */
COODIE_API coodie_node *coodie_node_attach(const coodie_node_options *o, const coodie_loop *loop,
					   coodie_error *err);
/** Closes every connection and gives everything back. NULL is fine. Of an attached box: on the
 * loop's thread. */
COODIE_API void coodie_node_stop(coodie_node *n);

/** @return how many nodes there are, those that are down and those that left included */
COODIE_API uint32_t coodie_node_count(const coodie_node *n);
/** @return "127.0.0.1:40123" of the i-th node, from 0, borrowed until it moves; NULL past the last */
COODIE_API const char *coodie_node_address(const coodie_node *n, uint32_t i);
/** @return the port all nodes listen on */
COODIE_API unsigned coodie_node_port(const coodie_node *n);
/** @return the authority of a generated certificate as PEM, borrowed; NULL without one */
COODIE_API const char *coodie_node_ca_pem(const coodie_node *n);

/**
 * Runs CQL without a client: to seed tables, or to look into them from a test. Rows are dropped. No
 * replica is asked: it works while nodes are down.
 * @param cql  statements, each but the last with a semicolon; comments are fine
 * @param err  COODIE_ERR_SERVER: the first statement that was refused, its code and message;
 *             those before it were run
 */
COODIE_API bool coodie_node_execute(coodie_node *n, const char *cql, coodie_error *err);

/**
 * Runs a file of CQL: a test's fixture, what coodie_node_save() wrote.
 * @param path  read whole; text
 * @param err   COODIE_ERR_INVALID: it cannot be read; COODIE_ERR_SERVER: the line, and as with
 *              coodie_node_execute()
 */
COODIE_API bool coodie_node_load(coodie_node *n, const char *path, coodie_error *err);
/**
 * Writes what users made to a file of CQL: keyspaces with all that is in them, then the rows with
 * their timestamps and what is left of their times to live. Not told: what was deleted, roles, when
 * counters were counted. A node that loads it has the same; Cassandra may run it, too.
 * @param path  takes its place when it is whole; until then "PATH.partial" is written
 * @param err   COODIE_ERR_INVALID: it cannot be written; COODIE_ERR_SERVER: a row that no statement
 *              can hold. What was at `path` is left as it was.
 */
COODIE_API bool coodie_node_save(coodie_node *n, const char *path, coodie_error *err);

/* ---- the ring ------------------------------------------------------------------------------- */

/** Takes a node down: it stops listening, its connections are reset, the others say so
 * (STATUS_CHANGE). Down already: fine. */
COODIE_API bool coodie_node_take_down(coodie_node *n, uint32_t i, coodie_error *err);
/** Brings it back at its address. Up already: fine. */
COODIE_API bool coodie_node_bring_up(coodie_node *n, uint32_t i, coodie_error *err);
/** Moves a node that is down to another address (and the box's port): it comes back there. */
COODIE_API bool coodie_node_move(coodie_node *n, uint32_t i, const char *host, coodie_error *err);
/**
 * Adds a node on the next address (TOPOLOGY_CHANGE, NEW_NODE).
 * @param data_center  NULL: that of the first node
 * @param rack         likewise
 * @param index        out: its number; may be NULL
 */
COODIE_API bool coodie_node_add(coodie_node *n, const char *data_center, const char *rack,
				uint32_t *index, coodie_error *err);
/** Removes a node for good (TOPOLOGY_CHANGE, REMOVED_NODE); its number is not given out again. The
 * last one cannot be removed. */
COODIE_API bool coodie_node_remove(coodie_node *n, uint32_t i, coodie_error *err);

/**
 * Lets a node lag behind: from now on it shows the schema's version of now, in its own system.local
 * and in the peers of the others, whatever changes. It answers and sends events as before: there is
 * one schema. `hold` false: it has caught up. Twice: fine.
 */
COODIE_API bool coodie_node_hold_schema(coodie_node *n, uint32_t i, bool hold, coodie_error *err);

/** Moves the tablets of all tables to other shards: what clients know of them is old. Does nothing to
 * nodes without shards. */
COODIE_API void coodie_node_move_tablets(coodie_node *n);
/**
 * Says where the clients of a private link find the i-th node: a row of ScyllaDB's
 * system.client_routes, in place of the one before, and a CLIENT_ROUTES_CHANGE event to who asked
 * for it.
 * @param connection_id   the link's
 * @param address         a host name or an address
 * @param port            0: null; this one or the next is needed
 * @param tls_port        likewise
 * @param err             COODIE_ERR_INVALID: nodes without shards, no such node, something missing
 */
COODIE_API bool coodie_node_set_route(coodie_node *n, uint32_t i, const char *connection_id,
				      const char *address, uint16_t port, uint16_t tls_port,
				      coodie_error *err);

/* ---- faults --------------------------------------------------------------------------------- */

/**
 * Makes something go wrong from now on: "opcode=QUERY,match=SELECT,after=2,times=1,do=delay:200ms".
 * docs/node.md has the words. Rules are asked in the order they were added; the first that fits
 * and is not used up decides.
 * @param id   out: for coodie_node_remove_fault() and coodie_node_fault_count(); may be NULL
 * @param err  COODIE_ERR_INVALID: which word, and what is allowed there
 */
COODIE_API bool coodie_node_add_fault(coodie_node *n, const char *spec, uint32_t *id,
				      coodie_error *err);
/** Ends a rule; what it delays or stalls still waits. @return false when there is none */
COODIE_API bool coodie_node_remove_fault(coodie_node *n, uint32_t id);
/** Ends all rules. */
COODIE_API void coodie_node_clear_faults(coodie_node *n);
/** @return how often a rule has struck; 0 for an unknown one */
COODIE_API uint64_t coodie_node_fault_count(const coodie_node *n, uint32_t id);

/* ---- numbers -------------------------------------------------------------------------------- */

/** What a node has seen since it was there: plain data. */
typedef struct coodie_node_stats {
	size_t size;       /**< sizeof(coodie_node_stats), set by the caller */
	uint64_t accepted; /**< connections */
	uint64_t open;     /**< of them, now */
	uint64_t requests; /**< of all kinds */
	uint64_t errors;   /**< answered with ERROR */
	uint64_t events;   /**< pushed */
	uint64_t bytes_received, bytes_sent;
	uint64_t by_opcode[32]; /**< requests by their opcode (v4 section 2.4) */
	uint64_t by_shard[256]; /**< connections open now, by shard; without shards all in [0] */
	uint64_t requests_by_shard[256]; /**< ScyllaDB's: statements of one partition, by the shard
					    they came to */
	uint64_t misrouted; /**< of them: those for another node or shard */
	uint64_t untold; /**< of these: those whose answers do not say so, as when the four bits of
			    tablets-routing-v2 are right by chance */
} coodie_node_stats;

/** Fills `stats` (its `size` is set by the caller) of the i-th node. @return false: there is none */
COODIE_API bool coodie_node_get_stats(const coodie_node *n, uint32_t i, coodie_node_stats *stats);

COODIE_END

#endif
