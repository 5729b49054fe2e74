/* SPDX-License-Identifier: MIT */
/**
 * @file framing.h
 * Bytes to envelopes and envelopes to bytes: v4 frames, v5 segments, either with LZ4 or without.
 *
 * An inbox is fed whatever the transport gives, in pieces of any size; an outbox collects
 * envelopes until somebody sends them. Neither does I/O, reads a clock, or starts a thread.
 *
 * Serves P1, P3, P12, P14.
 */
#ifndef COODIE_FRAMING_H
#define COODIE_FRAMING_H

#include <coodie/arena.h>
#include <coodie/envelope.h>

COODIE_BEGIN

/* ---- bytes to envelopes ------------------------------------------------------------------ */

/** Reads a stream. */
typedef struct cql_inbox cql_inbox;

/**
 * An inbox that takes v4 and v5 envelopes without segments, as before STARTUP was answered.
 * @param terms      copied; NULL: defaults
 * @param allocator  copied; NULL for malloc
 */
COODIE_API cql_inbox *cql_inbox_new(enum cql_role role, const cql_terms *terms,
				    const coodie_allocator *allocator, coodie_error *err);
COODIE_API void cql_inbox_free(cql_inbox *in);
/** Room for at least `least` bytes. @return where to put them; NULL when out of memory */
COODIE_API uint8_t *cql_inbox_space(cql_inbox *in, size_t least, size_t *room);
/** `len` bytes were put there. */
COODIE_API void cql_inbox_filled(cql_inbox *in, size_t len);
/** Both at once: a copy of `len` bytes. @return false when out of memory; nothing was taken */
COODIE_API bool cql_inbox_feed(cql_inbox *in, const void *data, size_t len, coodie_error *err);
/**
 * The next envelope, if a whole one is there.
 * @param err  COODIE_ERR_NOT_CQL (the first bytes are another protocol's), COODIE_ERR_PROTOCOL
 *             (version, checksum, length, direction), COODIE_ERR_LIMIT, COODIE_ERR_NO_MEMORY
 */
COODIE_API enum cql_inbox_status cql_inbox_next(cql_inbox *in, cql_envelope *out,
						coodie_error *err);
/**
 * From here on `version`, its framing and its compression: after STARTUP was answered (v5 section
 * 2.2). v5 has no snappy; what says so is read as if it were not packed.
 */
COODIE_API void cql_inbox_switch(cql_inbox *in, unsigned version, enum cql_compression compression);
/** Whether nothing is left over: an end of the stream here is an orderly one. */
COODIE_API bool cql_inbox_is_empty(const cql_inbox *in);

/* ---- envelopes to bytes ------------------------------------------------------------------ */

/** Writes a stream. Small envelopes share a segment, large ones take several (v5 section 2.2). */
typedef struct cql_outbox cql_outbox;

/**
 * An outbox that writes each envelope in its own version and without segments, as before STARTUP
 * was answered. `terms` and `allocator` as for cql_inbox_new().
 */
COODIE_API cql_outbox *cql_outbox_new(enum cql_role role, const cql_terms *terms,
				      const coodie_allocator *allocator, coodie_error *err);
COODIE_API void cql_outbox_free(cql_outbox *out);
/**
 * As cql_inbox_switch(); from here on all envelopes must have this version.
 * @param err  COODIE_ERR_INVALID: something is pending, or there is no such version;
 *             COODIE_ERR_UNSUPPORTED: snappy is only read
 */
COODIE_API bool cql_outbox_switch(cql_outbox *out, unsigned version,
				  enum cql_compression compression, coodie_error *err);
/**
 * Appends an envelope; the body is copied, and packed when that was agreed on and makes it
 * smaller: whether it was packed before (CQL_FLAG_COMPRESSED) does not matter. On failure nothing
 * was appended: COODIE_ERR_INVALID (version, or a message of the other side), COODIE_ERR_LIMIT,
 * COODIE_ERR_NO_MEMORY.
 */
COODIE_API bool cql_outbox_put(cql_outbox *out, const cql_envelope *envelope, coodie_error *err);
/**
 * Bytes to send: closes the open segment and gives all that is waiting, borrowed until the next
 * call. `data` NULL: nothing, or out of memory (then `err` is filled).
 */
COODIE_API cql_blob cql_outbox_pending(cql_outbox *out, coodie_error *err);
/** `len` of those bytes are gone. */
COODIE_API void cql_outbox_sent(cql_outbox *out, size_t len);

/* ---- one segment ------------------------------------------------------------------------- */

/** A v5 segment, taken apart, for dissectors. */
typedef struct cql_segment {
	size_t size;          /**< of the whole segment on the wire */
	uint32_t payload_len; /**< on the wire */
	uint32_t plain_len;   /**< unpacked; 0: the payload is not packed */
	uint32_t header_crc;  /**< CRC24 */
	uint32_t payload_crc; /**< CRC32 */
	bool is_self_contained;
	cql_blob payload; /**< as on the wire; borrowed */
} cql_segment;

/**
 * Takes the segment at the front of `bytes` apart and checks both checksums.
 * @param lz4  the layout of the connection: a header of 8 bytes, not 6
 * @return MORE when it is not whole; FAILED with COODIE_ERR_PROTOCOL
 */
COODIE_API enum cql_inbox_status cql_segment_read(cql_blob bytes, bool lz4, cql_segment *out,
						  coodie_error *err);
/**
 * Unpacks its payload into the arena; a payload that is not packed is given as it is.
 * @param err  COODIE_ERR_PROTOCOL: it does not unpack to what its header claims;
 *             COODIE_ERR_NO_MEMORY
 */
COODIE_API bool cql_segment_unpack(const cql_segment *segment, cql_arena *arena, cql_blob *out,
				   coodie_error *err);
/**
 * Builds a segment around a payload of at most CQL_SEGMENT_MAX bytes in the arena.
 * @param lz4  packs it, unless that would only grow it
 * @param err  COODIE_ERR_INVALID, COODIE_ERR_NO_MEMORY
 */
COODIE_API bool cql_segment_write(cql_blob payload, bool is_self_contained, bool lz4,
				  cql_arena *arena, cql_blob *out, coodie_error *err);

/* ---- notations --------------------------------------------------------------------------- */

/** CRC24 of a segment's header bytes, in wire order (v5 section 2.2). */
COODIE_API uint32_t cql_crc24(const void *data, size_t len);
/** CRC32 of a payload, behind the four bytes fa 2d 55 ca (v5 section 2.2). */
COODIE_API uint32_t cql_crc32(const void *data, size_t len);
/** Longest [vint] in bytes. */
#define CQL_VINT_SIZE 9
/** Writes an [unsigned vint] (v5 section 3). @return its length, 1 to 9 */
COODIE_API size_t cql_unsigned_vint_write(uint64_t value, uint8_t out[CQL_VINT_SIZE]);
/** Writes a [vint]: the unsigned one of its zigzag form. */
COODIE_API size_t cql_vint_write(int64_t value, uint8_t out[CQL_VINT_SIZE]);
/** Reads one. @return how many bytes it took; 0 when it ends too early */
COODIE_API size_t cql_unsigned_vint_read(cql_blob bytes, uint64_t *out);
COODIE_API size_t cql_vint_read(cql_blob bytes, int64_t *out);

COODIE_END

#endif
