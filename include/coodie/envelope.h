/* SPDX-License-Identifier: MIT */
/**
 * @file envelope.h
 * The envelope around every message (v4 section 2, v5 section 2.1): its header, its flags, and the
 * names of the messages.
 *
 * Serves P1, P3, P6 to P8.
 */
#ifndef COODIE_ENVELOPE_H
#define COODIE_ENVELOPE_H

#include <coodie/value.h>

COODIE_BEGIN

/** Who we are: a client reads responses and writes requests, a server the other way round. */
enum cql_role { CQL_CLIENT = 0, CQL_SERVER };

/** The messages (v4 section 2.4); one row of opcodes.def each. */
enum cql_opcode {
#define X(name, wire, sender) CQL_OP_##name = (wire),
#include <coodie/opcodes.def>
#undef X
	CQL_OP_COUNT = 0x11
};

/** @return "QUERY" and so on, static; "UNKNOWN" for a number outside the table */
COODIE_API const char *cql_opcode_name(unsigned opcode);
/** @return whether a client sends this message, and not a server; false for unknown ones too */
COODIE_API bool cql_opcode_is_request(unsigned opcode);

/** The flags of a header (v4 section 2.2). */
enum cql_flag {
	CQL_FLAG_COMPRESSED = 0x01,
	CQL_FLAG_TRACING = 0x02,
	CQL_FLAG_CUSTOM_PAYLOAD = 0x04,
	CQL_FLAG_WARNINGS = 0x08,
	CQL_FLAG_BETA = 0x10
};

/** Length of an envelope's header in bytes. */
#define CQL_HEADER_SIZE 9
/** The stream of an event. */
#define CQL_STREAM_EVENT (-1)

/** One message as it travels. `body` is unpacked and borrowed. */
typedef struct cql_envelope {
	uint8_t version; /**< 4 or 5, without the direction bit; to be written, 0: the outbox's */
	uint8_t flags;   /**< enum cql_flag */
	int16_t stream;
	uint8_t opcode; /**< enum cql_opcode */
	cql_blob body;
} cql_envelope;

/**
 * What a peer may claim, and what was agreed on with it. A zero means the default: the limits
 * below, no extension. Written as `CQL_TERMS(.max_body = 4096)`; NULL stands for all defaults.
 */
typedef struct cql_terms {
	size_t size;               /**< sizeof(cql_terms); CQL_TERMS fills it */
	uint32_t max_body;         /**< bytes of one message, unpacked too; 256 MiB */
	uint32_t max_depth;        /**< of nested types; 16 */
	uint32_t max_items;        /**< of any counted list of a message; 65,536 */
	bool metadata_id;          /**< SCYLLA_USE_METADATA_ID: result metadata ids in v4 */
	bool tablets_v2;           /**< TABLETS_ROUTING_V2_EXPERIMENTAL: EXECUTE ends in a byte more */
	bool lazy_rows;            /**< rows of a RESULT are not walked when it is read: who reads
				      them is told when they are broken */
	int32_t rate_limit_error;  /**< SCYLLA_RATE_LIMIT_ERROR's code; 0: not agreed */
} cql_terms;

#ifndef __cplusplus
#define CQL_TERMS(...) (&(const cql_terms){ .size = sizeof(cql_terms), __VA_ARGS__ })
#endif

/** How bodies (v4) or segments (v5) are packed. snappy, v4's alone, is read and never written. */
enum cql_compression { CQL_COMPRESSION_NONE = 0, CQL_COMPRESSION_LZ4, CQL_COMPRESSION_SNAPPY };

/** What comes out of a stream of bytes: see framing.h. */
enum cql_inbox_status {
	CQL_INBOX_MORE = 0, /**< not a whole envelope yet */
	CQL_INBOX_ENVELOPE, /**< one is filled in; its body lives until the inbox's next call */
	CQL_INBOX_FAILED    /**< the stream is broken for good; every later call fails alike */
};

/** The most a v5 segment carries in bytes, packed and unpacked (v5 section 2.2). */
#define CQL_SEGMENT_MAX 131071

COODIE_END

#endif
