/* SPDX-License-Identifier: MIT */
/* Envelopes to bytes. A message is written straight behind what waits to be sent; v5 segments are
 * built around envelopes where they stand. */
#ifndef PROTO_OUTBOX_H
#define PROTO_OUTBOX_H

#include "base/hot.h"
#include "proto/frame.h"

struct cd_outbox {
	enum cql_role role;
	uint8_t version;
	bool segments, lz4;
	const coodie_allocator *allocator;
	struct cd_buffer bytes; /* write messages here between begin and end */
	size_t sent;            /* bytes at the front that are gone */
	size_t segment;         /* offset of the open segment's header; SIZE_MAX: none */
	uint32_t max_body;
	uint32_t last_body;              /* of the last message: its length, packed or not */
	uint64_t packed_from, packed_to; /* bytes that were packed, and what became of them */
	struct cd_span prefix; /* of the bodies that are begun: a custom payload; of length 0: none */
	uint32_t compress_min; /* bodies (v4) and segments (v5) of fewer bytes go as they are */
	struct cd_buffer scratch; /* for compression and large envelopes */
};

void cd_outbox_init(struct cd_outbox *out, enum cql_role role, const coodie_allocator *a,
		    uint32_t max_body);
void cd_outbox_deinit(struct cd_outbox *out);
/* Gives back the memory that what waits to be sent does not need. */
void cd_outbox_rest(struct cd_outbox *out);
/* As cd_inbox_switch(). Nothing may be pending. */
void cd_outbox_switch(struct cd_outbox *out, uint8_t version, bool lz4);
/* Sets the version written in headers before the switch. */
void cd_outbox_set_version(struct cd_outbox *out, uint8_t version);

/* Opens the place of an envelope, which the caller writes behind it with its header. @return a mark
 * for end and abort */
size_t cd_outbox_open(struct cd_outbox *out);
/* Begins an envelope: the body is then appended to out->bytes. @return a mark for end and abort */
size_t cd_outbox_begin(struct cd_outbox *out, uint8_t flags, int16_t stream,
		       enum cql_opcode opcode);
/* Ends it: the length is set, the body packed. False: out of memory or too long, and all is as
 * before begin. */
bool cd_outbox_end(struct cd_outbox *out, size_t mark, coodie_error *err);
/* Takes back what was written since begin. */
void cd_outbox_abort(struct cd_outbox *out, size_t mark);

/* Puts an envelope that was written whole before, in this outbox's version, under another stream.
 * False as cd_outbox_end(). */
bool cd_outbox_put(struct cd_outbox *out, struct cd_span envelope, int16_t stream,
		   coodie_error *err);
/* Whether `len` more bytes fit the segment that is open, where there are segments. */
CD_HOT bool cd_outbox_fits(const struct cd_outbox *out, size_t len)
{
	return !out->segments || (out->segment <= out->bytes.len &&
				  out->bytes.len - out->segment + len <= CQL_SEGMENT_MAX);
}

/* The same where that is one copy, without a call. False: cd_outbox_put() is to be asked. */
CD_HOT bool cd_outbox_put_usual(struct cd_outbox *out, struct cd_span envelope,
				       int16_t stream)
{
	struct cd_buffer *b = &out->bytes;

	if (b->cap - b->len < envelope.len || envelope.len > out->max_body ||
	    !(out->segments ? cd_outbox_fits(out, envelope.len) : !out->lz4))
		return false;
	uint8_t *at = b->data + b->len;
	memcpy(at, envelope.at, envelope.len);
	cd_put_be16(at + 2, (uint16_t)stream);
	b->len += envelope.len;
	return true;
}

/* Closes the open segment; what cd_outbox_pending() gives can then be sent. False: out of memory.
 */
bool cd_outbox_seal(struct cd_outbox *out, coodie_error *err);
/* Bytes to send, sealed ones only. */
struct cd_span cd_outbox_pending(const struct cd_outbox *out);
void cd_outbox_sent(struct cd_outbox *out, size_t n);

#endif
