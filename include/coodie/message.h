/* SPDX-License-Identifier: MIT */
/**
 * @file message.h
 * The messages of v4 and v5, both directions: a tree of C structs from an envelope, and an
 * envelope from a tree.
 *
 * **Views.** A `cql_blob` or `cql_text` in a message that was read is borrowed from the body it
 * was read from; a list, and a type, is borrowed from the arena. A message to be written is
 * borrowed for the call. A text that is not there has `data` NULL, an empty one has not.
 *
 * **Both ways.** What cql_message_read() gives, cql_message_write() writes back byte for byte
 * where the bytes were in their usual form (a global table spec exactly where all columns have the
 * same table, no bytes behind the message, no flag for a list of nothing).
 *
 * Serves P13, P17 to P22, S1, S7, S9 to S11, S13, Q5, Q7 to Q9, Q14, Q19.
 */
#ifndef COODIE_MESSAGE_H
#define COODIE_MESSAGE_H

#include <coodie/framing.h>
#include <coodie/result.h>
#include <coodie/wire.h>

COODIE_BEGIN

/** A [string multimap] entry: SUPPORTED has lists, STARTUP one value each. */
typedef struct cql_option {
	cql_text key;
	const cql_text *values;
	uint16_t value_count;
} cql_option;

/** A [string list]. */
typedef struct cql_texts {
	const cql_text *at;
	uint16_t count;
} cql_texts;

/** A value of QUERY, EXECUTE or BATCH. `value.data` NULL: null, or unset. The values of a BATCH
 * have no names (CASSANDRA-10246). */
typedef struct cql_bound {
	cql_text name; /**< `data` NULL: not named; all values of a statement or none */
	cql_blob value;
	bool is_unset;
} cql_bound;

/** The parameters of QUERY and EXECUTE (v4 section 4.1.4, v5 section 4.1.4); those of BATCH have
 * no values, paging or skip_metadata. */
typedef struct cql_params {
	cql_consistency consistency;
	cql_consistency serial_consistency; /**< UNSET: not sent */
	const cql_bound *values;
	uint16_t value_count;
	bool skip_metadata;
	bool has_page_rows;
	int32_t page_rows;
	cql_blob paging_state; /**< `data` NULL: not sent */
	bool has_timestamp;
	int64_t timestamp_us;
	cql_text keyspace; /**< v5 */
	bool has_now;
	int32_t now_in_seconds; /**< v5 */
} cql_params;

/** The types of a BATCH (v4 section 4.1.7). */
enum cql_batch_type { CQL_BATCH_LOGGED = 0, CQL_BATCH_UNLOGGED, CQL_BATCH_COUNTER };

/** One statement of a BATCH: text, or a prepared id. */
typedef struct cql_batch_item {
	cql_text cql; /**< `data` NULL: `id` */
	cql_blob id;
	const cql_bound *values;
	uint16_t value_count;
} cql_batch_item;

/** A column of a result, or a marker of a prepared statement. */
typedef struct cql_column_spec {
	cql_text keyspace, table, name;
	const cql_type *type;
} cql_column_spec;

/** The metadata of Rows (v4 section 4.2.5.2). */
typedef struct cql_metadata {
	const cql_column_spec *columns; /**< NULL: No_metadata, only their number is known; with
					   metadata of no columns it is not NULL */
	uint32_t column_count;
	cql_blob paging_state;    /**< `data` NULL: the last page */
	cql_blob new_metadata_id; /**< v5, or SCYLLA_USE_METADATA_ID; `data` NULL: not changed */
} cql_metadata;

/** The metadata of a prepared statement's markers (v4 section 4.2.5.4). */
typedef struct cql_markers {
	uint32_t extra_flags; /**< all but Global_tables_spec: ScyllaDB's LWT mark */
	const cql_column_spec *columns;
	uint32_t column_count;
	const uint16_t *key_indexes; /**< of the partition key, in key order */
	uint16_t key_count;
} cql_markers;

/** SCHEMA_CHANGE, of an EVENT or a RESULT (v4 section 4.2.6). */
typedef struct cql_schema_change {
	cql_text change, target, keyspace;
	cql_text name;       /**< `data` NULL when the target is a keyspace */
	cql_texts arguments; /**< types of a function or aggregate */
} cql_schema_change;

/** One node of a v5 failure map (v5 section 8). */
typedef struct cql_failure {
	cql_inet node;
	uint16_t code;
} cql_failure;

/** ERROR (v4 section 9, v5 section 8). The code decides which fields it has; others are zero. */
typedef struct cql_error_message {
	int32_t code;
	cql_text message;
	cql_consistency consistency;
	int32_t required;            /**< Unavailable */
	int32_t alive;               /**< Unavailable */
	int32_t received;            /**< timeouts and failures */
	int32_t block_for;           /**< likewise */
	int32_t num_failures;        /**< v4 and v5 */
	const cql_failure *failures; /**< v5: num_failures of them */
	bool data_present;
	cql_text write_type;
	uint16_t contentions;     /**< v5, write type CAS */
	cql_text keyspace, table; /**< Already_exists */
	cql_text function;        /**< Function_failure, with `keyspace` */
	cql_texts arguments;
	cql_blob unprepared_id;
	uint8_t op_type; /**< rate limit error: 0 read, 1 write */
	bool rejected_by_coordinator;
} cql_error_message;

/** What an EVENT is about. */
enum cql_event_kind {
	CQL_EVENT_OTHER = 0, /**< unknown: only its type is read; to be ignored */
	CQL_EVENT_TOPOLOGY_CHANGE,
	CQL_EVENT_STATUS_CHANGE,
	CQL_EVENT_SCHEMA_CHANGE,
	CQL_EVENT_CLIENT_ROUTES_CHANGE
};

/** EVENT (v4 section 4.2.6). */
typedef struct cql_event {
	enum cql_event_kind kind;
	cql_text type;
	cql_text change; /**< of a node, or of client routes */
	cql_inet address;
	int32_t port;
	cql_schema_change schema;
	cql_texts connection_ids, host_ids; /**< ScyllaDB's client routes */
} cql_event;

/** RESULT (v4 section 4.2.5). The kind decides which fields it has; others are zero. */
typedef struct cql_result {
	enum coodie_result_kind kind;
	cql_text keyspace;        /**< SET_KEYSPACE */
	cql_blob id, metadata_id; /**< PREPARED; metadata_id: v5, or SCYLLA_USE_METADATA_ID */
	cql_markers markers;      /**< PREPARED */
	cql_metadata metadata;    /**< of the rows; also those that PREPARED announces */
	uint32_t row_count;       /**< ROWS; checked against the bytes there are */
	cql_blob rows;            /**< ROWS, as encoded: cql_rows_next() */
	cql_schema_change change; /**< SCHEMA_CHANGE */
	uint32_t spare;           /**< ROWS: of the bytes behind them so many can be read, and are
				     CQL_ROWS_NO_LENGTH, but for a first 0; coodie/rows.h need not copy
				     the last rows then */
} cql_result;

/** What a byte behind rows is, and how many of them each column needs. */
enum { CQL_ROWS_NO_LENGTH = 0x80, CQL_ROWS_SPARE = 20 };

/** One message. `opcode` says which member of `as` is filled. */
typedef struct cql_message {
	uint8_t version; /**< to be written: 0 is the outbox's */
	uint8_t opcode;
	uint8_t flags; /**< as in the header; writing keeps TRACING of a request and BETA, and sets
			   the others by what is there */
	int16_t stream;
	bool has_tracing_id; /**< of a response */
	cql_uuid tracing_id;
	bool has_warnings; /**< even if there are none */
	cql_texts warnings;
	bool has_payload; /**< likewise */
	const cql_payload *payload;
	uint16_t payload_count;
	union {
		struct {
			const cql_option *at;
			uint16_t count;
		} options; /**< STARTUP, SUPPORTED */
		struct {
			cql_text cql;
			cql_params params;
		} query;
		struct {
			cql_text cql;
			cql_text keyspace; /**< v5 */
		} prepare;
		struct {
			cql_blob id;
			cql_blob metadata_id; /**< v5, or SCYLLA_USE_METADATA_ID */
			cql_params params;
			uint8_t tablet_version_block; /**< TABLETS_ROUTING_V2_EXPERIMENTAL */
		} execute;
		struct {
			enum cql_batch_type type;
			const cql_batch_item *items;
			uint16_t item_count;
			cql_params params;
		} batch;
		cql_texts register_events;
		cql_text authenticator; /**< AUTHENTICATE: its class name */
		cql_blob token;         /**< AUTH_CHALLENGE, AUTH_RESPONSE, AUTH_SUCCESS */
		cql_error_message error;
		cql_event event;
		cql_result result;
	} as;
} cql_message;

/**
 * Reads a message whole, as its opcode says, whichever side sent it. The rows of a result are
 * walked as well, so that cql_rows_next() cannot fail on them, unless the terms say lazy_rows. Bytes
 * behind the message are legal and ignored (v4 section 1). Versions below 4 are read as 4, above 5
 * as 5: a server refuses a version with an ERROR of its own.
 * @param terms  NULL: defaults
 * @param arena  for lists and types; what it held before stays
 * @param err    COODIE_ERR_PROTOCOL: the message and the field; COODIE_ERR_LIMIT;
 *               COODIE_ERR_NO_MEMORY
 */
COODIE_API bool cql_message_read(const cql_envelope *envelope, const cql_terms *terms,
				 cql_arena *arena, cql_message *out, coodie_error *err);
/**
 * Writes a message behind what is pending. On failure nothing was written: COODIE_ERR_INVALID names
 * the field that cannot be sent (of the other direction, too long, v5 only), COODIE_ERR_LIMIT,
 * COODIE_ERR_NO_MEMORY. The rows of a RESULT are taken as they are.
 */
COODIE_API bool cql_message_write(cql_outbox *out, const cql_message *message,
				  const cql_terms *terms, coodie_error *err);

/**
 * Takes the next row off `rows`: `count` cells.
 * @return false at the end, and, with COODIE_ERR_PROTOCOL, where a row is cut short
 */
COODIE_API bool cql_rows_next(cql_blob *rows, coodie_cell *cells, uint32_t count,
			      coodie_error *err);

/* ---- ScyllaDB's tablets ------------------------------------------------------------------ */

/** One replica of a tablet. */
typedef struct cql_tablet_replica {
	cql_uuid host_id;
	int32_t shard;
} cql_tablet_replica;

/** What the custom payload "tablets-routing-v1" or "-v2" of a RESULT says. */
typedef struct cql_tablet {
	int64_t first_token; /**< exclusive */
	int64_t last_token;  /**< inclusive */
	const cql_tablet_replica *replicas;
	uint32_t replica_count;
	bool has_version;
	uint64_t version; /**< v2 */
} cql_tablet;

/**
 * Reads the tablet that a response carries.
 * @return false when it carries none (`err` is COODIE_OK), or a broken one
 */
COODIE_API bool cql_message_tablet(const cql_message *message, cql_arena *arena, cql_tablet *out,
				   coodie_error *err);

COODIE_END

#endif
