/* SPDX-License-Identifier: MIT */
/**
 * @file codec.h
 * The codec as a library of its own: bytes to messages and messages to bytes, both directions of
 * both versions, without a socket, a clock, a thread or a global. For fuzzers, dissectors, proxies,
 * test servers, and engines of other kinds.
 *
 *     cql_inbox *in = cql_inbox_new(CQL_CLIENT, NULL, NULL, &err);
 *     for (;;) {
 *         uint8_t *at = cql_inbox_space(in, 1, &room);        read() here
 *         cql_inbox_filled(in, got);
 *         while (cql_inbox_next(in, &envelope, &err) == CQL_INBOX_ENVELOPE)
 *             ...                                             cql_read_*() on its body
 *     }
 *
 * **Trust.** Lengths, counts, depth and sizes are checked before anything is allocated for them;
 * no input, however hostile, crashes, reads past its end, or takes more memory than its limits
 * say. A byte at a time gives the same messages as all at once. An object belongs to one thread at
 * a time; two objects share nothing.
 *
 * **Views.** A `cql_blob` or `cql_text` in a message that was read is borrowed from the body it was
 * read from; a list is borrowed from the `cql_message`. A message to be written is borrowed for the
 * call.
 *
 * Serves P1, P3, P6 to P8, P12 to P14, P17 to P22, S1, S7, S9 to S11, S13, Q5, Q7 to Q9, Q14, Q19.
 */
#ifndef COODIE_CODEC_H
#define COODIE_CODEC_H

#include <coodie/alloc.h>
#include <coodie/result.h>

COODIE_BEGIN

/* ---- envelopes (v4 section 2, v5 section 2.1) -------------------------------------------- */

/** Who we are: a client reads responses and writes requests. */
enum cql_role { CQL_CLIENT = 0, CQL_SERVER };

/** The messages (v4 section 2.4). */
enum cql_opcode {
	CQL_OP_ERROR = 0x00,
	CQL_OP_STARTUP = 0x01,
	CQL_OP_READY = 0x02,
	CQL_OP_AUTHENTICATE = 0x03,
	CQL_OP_OPTIONS = 0x05,
	CQL_OP_SUPPORTED = 0x06,
	CQL_OP_QUERY = 0x07,
	CQL_OP_RESULT = 0x08,
	CQL_OP_PREPARE = 0x09,
	CQL_OP_EXECUTE = 0x0A,
	CQL_OP_REGISTER = 0x0B,
	CQL_OP_EVENT = 0x0C,
	CQL_OP_BATCH = 0x0D,
	CQL_OP_AUTH_CHALLENGE = 0x0E,
	CQL_OP_AUTH_RESPONSE = 0x0F,
	CQL_OP_AUTH_SUCCESS = 0x10
};

/** @return "QUERY" and so on, static; "UNKNOWN" for a number outside the table */
COODIE_API const char *cql_opcode_name(unsigned opcode);

/** The flags of a header (v4 section 2.2). */
enum cql_flag {
	CQL_FLAG_COMPRESSED = 0x01,
	CQL_FLAG_TRACING = 0x02,
	CQL_FLAG_CUSTOM_PAYLOAD = 0x04,
	CQL_FLAG_WARNINGS = 0x08,
	CQL_FLAG_BETA = 0x10
};

/** Length of an envelope's header. */
#define CQL_HEADER_SIZE 9

/** One message as it travels. `body` is unpacked and borrowed. */
typedef struct cql_envelope {
	uint8_t version; /**< 4 or 5, without the direction bit */
	uint8_t flags;
	int16_t stream; /**< -1: an event */
	uint8_t opcode; /**< enum cql_opcode */
	cql_blob body;
} cql_envelope;

/** What a peer may claim; a zero means the default. Written as CQL_LIMITS(.max_body = 4096). */
typedef struct cql_limits {
	size_t size;
	uint32_t max_body;  /**< bytes of one message, unpacked too; 256 MiB */
	uint32_t max_depth; /**< of nested types; 16 */
	uint32_t max_items; /**< of any counted list of a message; 65536 */
} cql_limits;

#ifndef __cplusplus
#define CQL_LIMITS(...) (&(const cql_limits){ .size = sizeof(cql_limits), __VA_ARGS__ })
#endif

/* ---- bytes to envelopes ------------------------------------------------------------------ */

/** Reads a stream: v4 frames, v5 segments with their checksums, either with LZ4 or without. */
typedef struct cql_inbox cql_inbox;

enum cql_inbox_status {
	CQL_INBOX_MORE = 0, /**< not a whole envelope yet */
	CQL_INBOX_ENVELOPE, /**< one is filled in; its body lives until the next call */
	CQL_INBOX_FAILED    /**< the stream is broken for good; every later call fails alike */
};

/**
 * @param limits     CQL_LIMITS(...) or NULL; copied
 * @param allocator  copied; NULL for malloc
 */
COODIE_API cql_inbox *cql_inbox_new(enum cql_role role, const cql_limits *limits,
				    const coodie_allocator *allocator, coodie_error *err);
COODIE_API void cql_inbox_free(cql_inbox *in);
/** Room for at least `least` bytes. @return where to put them; NULL when out of memory */
COODIE_API uint8_t *cql_inbox_space(cql_inbox *in, size_t least, size_t *room);
/** `len` bytes were put there. */
COODIE_API void cql_inbox_filled(cql_inbox *in, size_t len);
/**
 * The next envelope, if a whole one is there.
 * @param err  COODIE_ERR_NOT_CQL (the first bytes are another protocol's), COODIE_ERR_VERSION,
 *             COODIE_ERR_PROTOCOL (checksum, length, direction), COODIE_ERR_LIMIT
 */
COODIE_API enum cql_inbox_status cql_inbox_next(cql_inbox *in, cql_envelope *out,
						coodie_error *err);
/** From here on `version` and its framing: after STARTUP was answered (v5 section 2.2). */
COODIE_API void cql_inbox_switch(cql_inbox *in, unsigned version, bool lz4);
/** Whether nothing is left over: an end of the stream here is an orderly one. */
COODIE_API bool cql_inbox_is_empty(const cql_inbox *in);

/** How a v5 segment was framed, for dissectors. */
typedef struct cql_segment {
	size_t size;
	uint64_t offset;          /**< in the stream */
	uint32_t payload_len;     /**< on the wire */
	uint32_t plain_len;       /**< unpacked; 0: not compressed */
	uint32_t header_crc, payload_crc;
	bool is_self_contained;
} cql_segment;
/** Told of each segment as it is read; NULL for nobody. */
COODIE_API void cql_inbox_watch(cql_inbox *in, void (*fn)(const cql_segment *segment, void *user),
				void *user);

/* ---- envelopes to bytes ------------------------------------------------------------------ */

/** Writes a stream. Small envelopes share a segment, large ones take several (v5 section 2.2). */
typedef struct cql_outbox cql_outbox;

COODIE_API cql_outbox *cql_outbox_new(enum cql_role role, const cql_limits *limits,
				      const coodie_allocator *allocator, coodie_error *err);
COODIE_API void cql_outbox_free(cql_outbox *out);
/** As cql_inbox_switch(). Nothing may be pending. */
COODIE_API bool cql_outbox_switch(cql_outbox *out, unsigned version, bool lz4,
				  coodie_error *err);
/** Appends an envelope as it stands; the body is copied. On failure nothing was appended. */
COODIE_API bool cql_outbox_put(cql_outbox *out, const cql_envelope *envelope, coodie_error *err);
/**
 * Bytes to send: closes the open segment and gives all that is waiting, borrowed until the next
 * call. `data` NULL: nothing, or out of memory (then `err` is filled).
 */
COODIE_API cql_blob cql_outbox_pending(cql_outbox *out, coodie_error *err);
/** `len` of those bytes are gone. */
COODIE_API void cql_outbox_sent(cql_outbox *out, size_t len);

/* ---- messages ---------------------------------------------------------------------------- */

/** A [string multimap] entry: SUPPORTED has lists, STARTUP one value each. */
typedef struct cql_option {
	cql_text key;
	const cql_text *values;
	uint16_t value_count;
} cql_option;

/** An entry of a [bytes map]: the custom payload. */
typedef struct cql_payload {
	cql_text key;
	cql_blob value;
} cql_payload;

/** A value of QUERY, EXECUTE or BATCH. `value.data` NULL: null, or unset. */
typedef struct cql_bound {
	cql_text name; /**< `data` NULL: not named */
	cql_blob value;
	bool is_unset;
} cql_bound;

/** The parameters of QUERY and EXECUTE (v4 section 4.1.4, v5 section 4.1.4). */
typedef struct cql_params {
	cql_consistency consistency;
	cql_consistency serial_consistency; /**< UNSET: not sent */
	const cql_bound *values;
	uint16_t value_count;
	bool skip_metadata;
	int32_t page_rows; /**< 0: not sent */
	cql_blob paging_state;
	bool has_timestamp;
	int64_t timestamp_us;
	cql_text keyspace; /**< v5 */
	bool has_now;
	int32_t now_in_seconds; /**< v5 */
} cql_params;

/** One statement of a BATCH: text, or a prepared id. */
typedef struct cql_batch_item {
	cql_text cql; /**< `data` NULL: `id` */
	cql_blob id;
	const cql_bound *values;
	uint16_t value_count;
} cql_batch_item;

/** A column of a result or a marker of a prepared statement; `type` is borrowed. */
typedef struct cql_column_spec {
	cql_text keyspace, table, name;
	const cql_type *type;
} cql_column_spec;

/** The metadata of Rows and Prepared (v4 section 4.2.5.2, 4.2.5.4). */
typedef struct cql_metadata {
	int32_t flags;
	const cql_column_spec *columns;
	uint32_t column_count; /**< known also when `columns` is NULL (No_metadata) */
	cql_blob paging_state;
	cql_blob new_metadata_id;     /**< v5 */
	const uint16_t *key_indexes;  /**< of the partition key, of Prepared */
	uint16_t key_count;
} cql_metadata;

/** One node of a v5 failure map (v5 section 9). */
typedef struct cql_failure {
	cql_inet node;
	uint16_t code;
} cql_failure;

/** One message, either direction. `opcode` says which member of `as` is filled. */
typedef struct cql_message {
	uint8_t version, opcode, flags;
	int16_t stream;
	bool has_tracing_id; /**< of a response */
	cql_uuid tracing_id;
	const cql_text *warnings;
	uint16_t warning_count;
	const cql_payload *payload;
	uint16_t payload_count;
	union {
		struct { /**< STARTUP, SUPPORTED */
			const cql_option *options;
			uint16_t option_count;
		} options;
		struct { /**< QUERY, PREPARE */
			cql_text cql;
			cql_text keyspace; /**< of PREPARE, v5 */
			cql_params params; /**< of QUERY */
		} query;
		struct { /**< EXECUTE */
			cql_blob id, metadata_id;
			cql_params params;
		} execute;
		struct { /**< BATCH */
			uint8_t kind;
			const cql_batch_item *items;
			uint16_t item_count;
			cql_params params; /**< no values */
		} batch;
		struct { /**< REGISTER */
			const cql_text *events;
			uint16_t event_count;
		} registering;
		struct { /**< AUTHENTICATE */
			cql_text class_name;
		} authenticate;
		struct { /**< AUTH_CHALLENGE, AUTH_RESPONSE, AUTH_SUCCESS */
			cql_blob token;
		} auth;
		struct { /**< EVENT */
			cql_text event, change, target, keyspace, name;
			const cql_text *argument_types;
			uint16_t argument_count;
			cql_inet address;
			int32_t port;
		} event;
		struct { /**< ERROR */
			int32_t code;
			cql_text message;
			coodie_error details; /**< numbers, as a call of coodie reports them */
			cql_blob unprepared_id;
			cql_text keyspace, name;
			const cql_failure *failures;
			uint32_t failure_count;
		} error;
		struct { /**< RESULT */
			enum coodie_result_kind kind;
			cql_text keyspace; /**< of SET_KEYSPACE */
			cql_blob id, metadata_id; /**< of PREPARED */
			cql_metadata markers;     /**< of PREPARED */
			cql_metadata columns;     /**< of ROWS and PREPARED */
			uint32_t row_count;
			cql_blob rows; /**< the encoded rows of ROWS: cql_rows_next() */
			cql_text change, target, name; /**< of SCHEMA_CHANGE, with `keyspace` */
		} result;
	} as;
} cql_message;

/** Memory of one message's lists and types; used again and again. */
typedef struct cql_message_arena cql_message_arena;
COODIE_API cql_message_arena *cql_message_arena_new(const cql_limits *limits,
						    const coodie_allocator *allocator,
						    coodie_error *err);
COODIE_API void cql_message_arena_free(cql_message_arena *arena);

/**
 * Reads a message whole. What it points to lives until the next read with the same arena, and as
 * long as the envelope's body. Bytes beyond the message's end are legal and ignored (v4 section 1).
 * @param err  COODIE_ERR_PROTOCOL: which field, at which byte
 */
COODIE_API bool cql_message_read(const cql_envelope *envelope, cql_message_arena *arena,
				 cql_message *out, coodie_error *err);
/** Writes a message behind what is pending. On failure nothing was written. */
COODIE_API bool cql_message_write(cql_outbox *out, const cql_message *message,
				  coodie_error *err);

/** Takes the next row off `rows`: `count` cells. @return false at the end, or with `err` */
COODIE_API bool cql_rows_next(cql_blob *rows, coodie_cell *cells, uint32_t count,
			      coodie_error *err);

/* ---- values ------------------------------------------------------------------------------ */

/**
 * Writes the bytes of a value in the form of a type, without the length in front.
 * @param len  in: the room of `out`; out: the length it needs, also when it did not fit
 * @return false with COODIE_ERR_LIMIT (no room), COODIE_ERR_TYPE, COODIE_ERR_RANGE
 */
COODIE_API bool cql_encode(const cql_type *type, cql_value value, void *out, size_t *len,
			   coodie_error *err);
/** Reads a value as a view of its bytes. `bytes.data` NULL: null. */
COODIE_API bool cql_decode(const cql_type *type, cql_blob bytes, cql_value *out,
			   coodie_error *err);

/* ---- partitioner ------------------------------------------------------------------------- */

/** Cassandra's Murmur3 token of an encoded partition key. */
COODIE_API int64_t cql_murmur3_token(const void *key, size_t len);
/** Joins the encoded parts of a composite partition key. As cql_encode() with `len`. */
COODIE_API bool cql_routing_key(const cql_blob *parts, size_t count, void *out, size_t *len,
				coodie_error *err);
/** ScyllaDB's shard of a token (biased-token-round-robin). */
COODIE_API uint32_t cql_shard_of(int64_t token, uint32_t shard_count, unsigned ignore_msb);

/* ---- dissecting -------------------------------------------------------------------------- */

/** One field of a message, in wire order. */
typedef struct cql_field {
	size_t size;
	size_t offset, len; /**< in the body */
	unsigned depth;     /**< of nesting */
	const char *name;   /**< as the specification calls it: "paging_state" */
	const char *notation; /**< "[short]", "[string map]" */
	const char *text;   /**< its value for people; borrowed for the call */
} cql_field;

/** @return false to stop */
typedef bool cql_field_fn(const cql_field *field, void *user);

/**
 * Walks the fields of a message, as far as it can be read; a broken one is reported by `err` with
 * the fields before it already told. Passwords are told as "(secret)".
 */
COODIE_API bool cql_dissect(const cql_envelope *envelope, cql_field_fn *fn, void *user,
			    coodie_error *err);

COODIE_END

#endif
