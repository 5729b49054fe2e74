/* SPDX-License-Identifier: MIT */
/* Bytes to envelopes: v4 frames with or without LZ4, v5 segments with or without LZ4. No I/O: the
 * owner reads into cd_inbox_space(), says how much came, and takes envelopes until there are no
 * more. */
#ifndef PROTO_INBOX_H
#define PROTO_INBOX_H

#include "proto/frame.h"
#include "proto/segment.h"

struct cd_inbox {
	enum cql_role role; /* who we are: a client takes responses */
	uint8_t version; /* of every envelope from now on; 0: any we know (before the handshake is
			      over) */
	bool segments, lz4;
	bool snappy;      /* v4's other compression: read for those who look at captures */
	bool first;       /* no byte has been judged yet: is this CQL at all? */
	bool any_version; /* the refusal of a version comes with another version's header */
	uint32_t max_body;
	const coodie_allocator *allocator;
	struct cd_buffer wire; /* as it came; `taken` bytes at its front are done with */
	size_t taken;
	size_t payload_end;     /* v5: of the open segment's payload in `wire`; 0: none */
	struct cd_buffer plain; /* out of packed or partial segments; likewise */
	size_t plain_taken;
	uint64_t packed_from, packed_to; /* bytes that were packed, and what came of them */
	struct cd_buffer unpacked; /* the body of one compressed v4 envelope */
	bool split;                /* `plain` ends in a part of an envelope */
	uint8_t usual;             /* the first byte of what a peer sends who keeps to what was
				      agreed; 0: nothing was, or the stream is broken */
	uint32_t opcodes;          /* that the peer may send, as bits */
	int16_t stream;            /* of the last header that was looked at */
	coodie_error broken;       /* why the stream is */
};

void cd_inbox_init(struct cd_inbox *in, enum cql_role role, const coodie_allocator *a,
		   const cql_terms *terms);
void cd_inbox_deinit(struct cd_inbox *in);
/* Gives the memory back if nothing is in it. Nothing that was taken may be in use any more. */
void cd_inbox_rest(struct cd_inbox *in);

/* Room for at least `least` bytes; NULL when out of memory. */
uint8_t *cd_inbox_space(struct cd_inbox *in, size_t least, size_t *len);
/* `n` bytes were put there. */
void cd_inbox_filled(struct cd_inbox *in, size_t n);
enum cql_inbox_status cd_inbox_next(struct cd_inbox *in, cql_envelope *out, coodie_error *err);

/* The next envelope, when it is as they nearly always come: whole, not packed, in the framing that was
 * agreed. False: cd_inbox_next() says what there is. */
static inline bool cd_inbox_usual(struct cd_inbox *in, cql_envelope *out)
{
	size_t end = in->segments ? in->payload_end : in->wire.len, at = in->taken;

	if (!in->usual || end < at + CQL_HEADER_SIZE)
		return false;
	const uint8_t *h = in->wire.data + at;
	if (h[0] != in->usual || h[1] & CQL_FLAG_COMPRESSED || h[4] >= CQL_OP_COUNT ||
	    !(in->opcodes >> h[4] & 1))
		return false;
	uint32_t len = cd_get_be32(h + 5);
	if (len > in->max_body || len > end - at - CQL_HEADER_SIZE)
		return false;
	out->version = in->version;
	out->flags = h[1];
	out->stream = in->stream = (int16_t)cd_get_be16(h + 2);
	out->opcode = h[4];
	out->body = (cql_blob){ h + CQL_HEADER_SIZE, len };
	in->taken = at + CQL_HEADER_SIZE + len;
	if (in->segments && in->taken == end) {
		in->taken += CD_SEGMENT_TRAILER;
		in->payload_end = 0;
	}
	return true;
}

/* STARTUP has been answered (a client), or is about to be (a server): from here on `version`, and
 * its framing. */
void cd_inbox_switch(struct cd_inbox *in, uint8_t version, bool lz4);
/* Whether nothing is left over: an end of the stream here is an orderly one. */
bool cd_inbox_empty(const struct cd_inbox *in);

#endif
