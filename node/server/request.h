/* SPDX-License-Identifier: MIT */
/* What a statement is prepared and run with: the database, the client's state, the parameters of
 * the message, and where the answer goes. */
#ifndef NODE_REQUEST_H
#define NODE_REQUEST_H

#include "base/buffer.h"
#include "node/cql/problem.h"
#include "node/schema/schema.h"
#include "node/schema/settings.h"

struct nd_plan;
struct nd_system_source;

/* A wall clock: microseconds since 1970. */
struct nd_clock {
	int64_t (*now_us)(void *user);
	void *user;
};

enum nd_access {
	ND_READ,
	ND_WRITE,
	ND_WRITE_COUNTER,
	ND_WRITE_BATCH,
	ND_CAS,        /* Paxos, and the read: what the conditions are asked of */
	ND_CAS_COMMIT, /* the write, when they hold */
	ND_SERIAL_READ,
	ND_TRUNCATION /* needs every node; `token` means nothing */
};

/* The whole of what a cluster stores: one copy, whatever the replication says. */
struct nd_database {
	const coodie_allocator *allocator;
	struct nd_schema schema;
	struct nd_clock clock;
	struct nd_settings settings; /* of cassandra.yaml */
	bool has_roles; /* PasswordAuthenticator and CassandraAuthorizer: roles count */
	bool is_scylla; /* its system tables and words (USING TIMEOUT) are ScyllaDB's; said before nd_system_init() */
	struct cd_buffer rows; /* of the answer of a SELECT, until the next one */
	int64_t last_timestamp_us; /* given out by nd_request_timestamp(): never twice */
	uint64_t last_ticks;       /* of now(): likewise */
	/* The ring's word on who is alive: false, with UNAVAILABLE or a timeout filled in, when
	 * `x->consistency` cannot be had for this token. NULL: always. */
	bool (*admit)(void *user, struct nd_request *x, const struct nd_keyspace *keyspace,
		      int64_t token, enum nd_access access);
	void *ring;
	/* Who knows the nodes and the clients (system.h); NULL: there is one node alone. */
	const struct nd_system_source *system;
};

bool nd_database_init(struct nd_database *db, const coodie_allocator *allocator,
		      struct nd_clock clock);
void nd_database_deinit(struct nd_database *db);

/* One value bound to a marker. */
enum nd_presence { ND_VALUE = 0, ND_NULL, ND_UNSET };

struct nd_value {
	enum nd_presence presence;
	const uint8_t *data; /* in the wire form of its type, without the length */
	size_t len;
};

/* One request, from its message to its answer. */
struct nd_request {
	struct nd_database *db;
	struct cd_arena *arena; /* of this request: what the answer points to lives here */
	/* the client */
	void *coordinator;    /* the node that was asked (ring.h); system tables read it */
	const char *keyspace; /* of the request, else of the connection; NULL: none */
	const char *used_keyspace; /* of the connection alone: DESCRIBE looks at no other */
	const char *role;          /* who is logged in; NULL: the node itself, or nobody is asked */
	unsigned version;     /* 4 or 5 */
	bool is_ordinary_user; /* has logged in, and is no superuser: guardrails hold */
	/* the partitions that were asked for: how many, and the first one's token */
	uint32_t admitted;
	int64_t token;
	const struct nd_keyspace *admitted_keyspace;
	bool reads_range; /* by tokens, not by keys */
	/* of a batch: the key of the statement before, and its token; `data` NULL: none */
	cql_blob near_key;
	int64_t near_token;
	/* the message: QUERY, EXECUTE and BATCH */
	cql_consistency consistency, serial_consistency;
	const struct nd_value *values; /* as many as the plan has markers: checked before it runs */
	uint32_t value_count;
	bool skip_metadata;
	bool has_page_rows;
	int32_t page_rows;
	cql_blob paging_state;
	bool has_timestamp;
	int64_t timestamp_us;
	bool has_now;
	int32_t now_in_seconds; /* v5: the clock of TTLs */
	/* the time this request began, once for all its functions */
	int64_t now_us;
	/* the answer */
	cql_text *warnings;
	uint16_t warning_count;
	struct nd_problem problem;
	cql_result result; /* as.result of a RESULT; who sets its kind sets all that the kind has */
};

/* All is zero but what is large and filled in where it is known: why it is refused, or the result. */
void nd_request_init(struct nd_request *x, struct nd_database *db, struct cd_arena *arena);

/* Seconds since 1970 that TTLs are counted from. */
int64_t nd_request_now_seconds(const struct nd_request *x);
/* The timestamp of a write that does not say one: the message's, or one of the coordinator's. */
int64_t nd_request_timestamp(struct nd_request *x);
/* One of the coordinator's, whatever the message says: conditional writes, the times in lists. */
int64_t nd_request_own_timestamp(struct nd_request *x);
void nd_request_warn(struct nd_request *x, const char *format, ...) COODIE_PRINTF(2, 3);
/* The ring's admit(), or true. */
bool nd_request_admit(struct nd_request *x, const struct nd_keyspace *keyspace, int64_t token,
		      enum nd_access access);

#endif
