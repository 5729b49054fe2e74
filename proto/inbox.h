/* SPDX-License-Identifier: MIT */
/* Bytes to envelopes: v4 frames with or without LZ4, v5 segments with or without LZ4. No I/O: the
 * owner reads into cd_inbox_space(), says how much came, and takes envelopes until there are no
 * more. */
#ifndef PROTO_INBOX_H
#define PROTO_INBOX_H

#include "proto/frame.h"

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
	struct cd_buffer unpacked; /* the body of one compressed v4 envelope */
	bool split;                /* `plain` ends in a part of an envelope */
	uint8_t usual;             /* the first byte of what a peer sends who keeps to what was
				      agreed; 0: nothing was, or the stream is broken */
	int16_t stream;            /* of the last header that was looked at */
	coodie_error broken;       /* why the stream is */
};

void cd_inbox_init(struct cd_inbox *in, enum cql_role role, const coodie_allocator *a,
		   const cql_terms *terms);
void cd_inbox_deinit(struct cd_inbox *in);

/* Room for at least `least` bytes; NULL when out of memory. */
uint8_t *cd_inbox_space(struct cd_inbox *in, size_t least, size_t *len);
/* `n` bytes were put there. */
void cd_inbox_filled(struct cd_inbox *in, size_t n);
enum cql_inbox_status cd_inbox_next(struct cd_inbox *in, cql_envelope *out, coodie_error *err);

/* STARTUP has been answered (a client), or is about to be (a server): from here on `version`, and
 * its framing. */
void cd_inbox_switch(struct cd_inbox *in, uint8_t version, bool lz4);
/* Whether nothing is left over: an end of the stream here is an orderly one. */
bool cd_inbox_empty(const struct cd_inbox *in);

#endif
