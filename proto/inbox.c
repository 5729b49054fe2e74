/* SPDX-License-Identifier: MIT */
/* Bytes to envelopes. Everything a header claims is checked before anything is kept because of it.
 */
#include "proto/inbox.h"

#include "base/error.h"
#include "proto/lz4.h"
#include "proto/segment.h"
#include "proto/snappy.h"

enum { FIRST_LOOK = 8 };

/* The opcodes that each side sends, as bits. */
static const uint32_t opcodes_of[] = { [CD_SENDER_SERVER] = 0
#define X(name, wire, sender) | (uint32_t)(CD_SENDER_##sender == CD_SENDER_SERVER) << (wire)
#include <coodie/opcodes.def>
#undef X
				       ,
				       [CD_SENDER_CLIENT] = 0
#define X(name, wire, sender) | (uint32_t)(CD_SENDER_##sender == CD_SENDER_CLIENT) << (wire)
#include <coodie/opcodes.def>
#undef X
};

void cd_inbox_init(struct cd_inbox *in, enum cql_role role, const coodie_allocator *a,
		   const cql_terms *terms)
{
	*in = (struct cd_inbox){
		.role = role,
		.first = true,
		.any_version = true,
		.max_body = cd_terms_of(terms).max_body,
		.opcodes = opcodes_of[role == CQL_CLIENT ? CD_SENDER_SERVER : CD_SENDER_CLIENT],
		.allocator = a,
	};
	cd_buffer_init(&in->wire, a, 0);
	cd_buffer_init(&in->plain, a, 0);
	cd_buffer_init(&in->unpacked, a, 0);
}

void cd_inbox_deinit(struct cd_inbox *in)
{
	cd_buffer_deinit(&in->wire);
	cd_buffer_deinit(&in->plain);
	cd_buffer_deinit(&in->unpacked);
}

void cd_inbox_rest(struct cd_inbox *in)
{
	if (!cd_inbox_empty(in))
		return;
	in->taken = in->plain_taken = 0;
	cd_inbox_deinit(in);
}

/* Drops what was taken from the front, once for each read from the socket. */
static void compact(struct cd_buffer *b, size_t *taken)
{
	if (*taken) {
		cd_buffer_consume(b, *taken);
		*taken = 0;
	}
}

uint8_t *cd_inbox_space(struct cd_inbox *in, size_t least, size_t *len)
{
	in->payload_end -= in->payload_end ? in->taken : 0;
	compact(&in->wire, &in->taken);
	least += least == 0; /* there is something to point to, always */
	if (in->wire.cap - in->wire.len < least && !cd_buffer_reserve(&in->wire, least))
		return NULL;
	*len = in->wire.cap - in->wire.len;
	return in->wire.data + in->wire.len;
}

void cd_inbox_filled(struct cd_inbox *in, size_t n)
{
	in->wire.len += n;
}

void cd_inbox_switch(struct cd_inbox *in, uint8_t version, bool lz4)
{
	in->version = version;
	in->lz4 = lz4;
	in->segments = version >= 5;
	in->any_version = in->first = false;
	in->usual = (uint8_t)(version | (in->role == CQL_CLIENT ? 0x80 : 0));
}

bool cd_inbox_empty(const struct cd_inbox *in)
{
	return in->wire.len == in->taken && in->plain.len == in->plain_taken;
}

/* ---- is it CQL at all? ---------------------------------------------------------------------- */

static bool begins(const uint8_t *at, size_t len, const char *text)
{
	size_t n = strlen(text);

	return len >= n && memcmp(at, text, n) == 0;
}

static enum cql_inbox_status not_cql(const uint8_t *at, size_t len, coodie_error *err)
{
	static const char digits[] = "0123456789abcdef";
	char hex[3 * FIRST_LOOK + 1] = "";

	for (size_t i = 0; i < len && i < FIRST_LOOK; i++) {
		hex[3 * i] = digits[at[i] >> 4];
		hex[3 * i + 1] = digits[at[i] & 15];
		hex[3 * i + 2] = i + 1 < len && i + 1 < FIRST_LOOK ? ' ' : '\0';
	}
	if (len < sizeof "HTTP/" - 1 &&
	    (memcmp(at, "HTTP/", len) == 0 || (len < 4 && memcmp(at, "SSH-", len) == 0) ||
	     (len == 1 && (at[0] == 0x15 || at[0] == 0x16))))
		return CQL_INBOX_MORE; /* it may become something with a name */
	if (begins(at, len, "HTTP/"))
		cd_fail(err, COODIE_ERR_NOT_CQL,
			"the peer speaks HTTP, not CQL: is this the right port? (CQL's is 9042)");
	else if (begins(at, len, "SSH-"))
		cd_fail(err, COODIE_ERR_NOT_CQL,
			"the peer speaks SSH, not CQL: is this the right port? (CQL's is 9042)");
	else if (len >= 2 && (at[0] == 0x15 || at[0] == 0x16) && at[1] == 0x03)
		cd_fail(err, COODIE_ERR_NOT_CQL,
			"the peer speaks TLS here: turn TLS on with coodie_options_set_tls()");
	else
		cd_fail(err, COODIE_ERR_NOT_CQL,
			"the peer does not speak the CQL protocol (it began with %s): is this the right port? (CQL's is 9042)",
			hex);
	return CQL_INBOX_FAILED;
}

/* A response begins with 0x83 to 0x86, or 0x80 | version of some later server: anything else is
 * another protocol. */
static bool looks_like_cql(const struct cd_inbox *in, uint8_t first)
{
	unsigned version = first & 0x7F;

	return (first >> 7) == (in->role == CQL_CLIENT) && version >= 1 && version <= 15;
}

/* ---- envelopes ------------------------------------------------------------------------------ */

static enum cql_inbox_status broken(coodie_error *err, const char *what, long long value)
{
	cd_fail(err, COODIE_ERR_PROTOCOL, "envelope header: %s (%lld)", what, value);
	return CQL_INBOX_FAILED;
}

/* Before the handshake is over a server reads any version, to refuse it, and a client takes the
 * refusal of any. */
static bool version_fits(const struct cd_inbox *in, unsigned version, uint8_t opcode)
{
	if (in->version && version == in->version)
		return true;
	if (!in->any_version)
		return false;
	return in->role == CQL_SERVER || opcode == CQL_OP_ERROR ||
	       (!in->version && version >= CD_VERSION_MIN && version <= CD_VERSION_MAX);
}

static enum cql_inbox_status check_header(const struct cd_inbox *in, const struct cd_header *h,
					  coodie_error *err)
{
	unsigned version = h->version & 0x7F;

	if ((h->version >> 7) != (in->role == CQL_CLIENT))
		return broken(err, "wrong direction bit", h->version);
	if (!version_fits(in, version, h->opcode))
		return broken(err, "another protocol version than was agreed", version);
	if (cd_opcode_sender(h->opcode) !=
	    (in->role == CQL_CLIENT ? CD_SENDER_SERVER : CD_SENDER_CLIENT))
		return broken(err, "an opcode that the peer may not send", h->opcode);
	if (h->length < 0)
		return broken(err, "a negative length", h->length);
	if ((uint32_t)h->length > in->max_body) {
		cd_fail(err, COODIE_ERR_LIMIT, "a message of %d bytes; the limit is %u",
			(int)h->length, (unsigned)in->max_body);
		return CQL_INBOX_FAILED;
	}
	return CQL_INBOX_ENVELOPE;
}

/* What was `from` bytes came as `to`. */
static void count_packed(struct cd_inbox *in, size_t from, size_t to)
{
	in->packed_from += from;
	in->packed_to += to;
}

static bool unpack_snappy(struct cd_inbox *in, cql_envelope *out, coodie_error *err)
{
	cd_buffer_clear(&in->unpacked);
	if (!cd_snappy_unpack(&in->unpacked, (struct cd_span){ out->body.data, out->body.len },
			      in->max_body, err))
		return false;
	out->body = (cql_blob){ in->unpacked.data, in->unpacked.len };
	return true;
}

/* v4: [int] length and a block. A server packs an empty body too: `00000000 00`. */
static bool unpack_body(struct cd_inbox *in, cql_envelope *out, coodie_error *err)
{
	struct cd_reader r = cd_reader_over(out->body.data, out->body.len);
	uint32_t size = cd_reader_be32(&r);

	if (in->snappy)
		return unpack_snappy(in, out, err);
	if (!in->lz4)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "a compressed body, but compression was not agreed");
	if (r.failed)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "a compressed body of %zu bytes has no length", out->body.len);
	cd_buffer_clear(&in->unpacked);
	if (!cd_lz4_unpack(&in->unpacked, (struct cd_span){ r.at, cd_reader_left(&r) }, size,
			   in->max_body, err))
		return false;
	count_packed(in, in->unpacked.len, out->body.len);
	out->body = (cql_blob){ in->unpacked.data, in->unpacked.len };
	return true;
}

/* The envelope at `*taken`, if it is whole before `end`. */
static enum cql_inbox_status take_envelope(struct cd_inbox *in, const uint8_t *data, size_t end,
					   size_t *taken, cql_envelope *out, coodie_error *err)
{
	size_t left = end - *taken;

	if (left < CQL_HEADER_SIZE)
		return CQL_INBOX_MORE;
	struct cd_header h = cd_header_read(data + *taken);
	in->stream = h.stream;
	enum cql_inbox_status status = check_header(in, &h, err);
	if (status != CQL_INBOX_ENVELOPE)
		return status;
	if (left - CQL_HEADER_SIZE < (size_t)h.length)
		return CQL_INBOX_MORE;
	*out = (cql_envelope){ h.version & 0x7F,
			       h.flags,
			       h.stream,
			       h.opcode,
			       { data + *taken + CQL_HEADER_SIZE, (size_t)h.length } };
	*taken += CQL_HEADER_SIZE + (size_t)h.length;
	/* in v5 the flag means nothing: segments are what is packed */
	if (h.flags & CQL_FLAG_COMPRESSED && out->version < 5 && !unpack_body(in, out, err))
		return CQL_INBOX_FAILED;
	return CQL_INBOX_ENVELOPE;
}

/* ---- segments ------------------------------------------------------------------------------- */

static enum cql_inbox_status bad_segment(coodie_error *err, const char *what)
{
	cd_fail(err, COODIE_ERR_PROTOCOL, "segment: %s; the bytes were damaged on their way", what);
	return CQL_INBOX_FAILED;
}

/* A payload that is not packed, and no part of anything, stays where it is: envelopes are handed out
 * of it. Others go to `plain`. */
static bool open_payload(struct cd_inbox *in, const struct cd_segment *s, size_t at,
			 coodie_error *err)
{
	const uint8_t *payload = in->wire.data + at;

	if (s->unpacked) {
		count_packed(in, s->unpacked, s->wire_len);
		return cd_lz4_unpack(&in->plain, (struct cd_span){ payload, s->wire_len },
				     s->unpacked, CQL_SEGMENT_MAX, err);
	}
	if (!s->self_contained) {
		cd_buffer_bytes(&in->plain, payload, s->wire_len);
		return !in->plain.failed || cd_no_memory(err, "a message");
	}
	if (s->wire_len) {
		in->taken = at;
		in->payload_end = at + s->wire_len;
	}
	return true;
}

/* Opens the next segment. ENVELOPE: one was opened. */
static enum cql_inbox_status take_segment(struct cd_inbox *in, coodie_error *err)
{
	size_t header = cd_segment_header_size(in->lz4), left = in->wire.len - in->taken;
	struct cd_segment s;

	if (left < header)
		return CQL_INBOX_MORE;
	const uint8_t *at = in->wire.data + in->taken;
	if (!cd_segment_read(at, in->lz4, &s))
		return bad_segment(err, "the header's CRC24 does not match");
	if (left - header < s.wire_len + (size_t)CD_SEGMENT_TRAILER)
		return CQL_INBOX_MORE;
	if (!cd_segment_trailer_matches(at + header + s.wire_len, at + header, s.wire_len))
		return bad_segment(err, "the payload's CRC32 does not match");
	if (s.self_contained == in->split && s.wire_len && in->plain.len > in->plain_taken)
		return bad_segment(err, "a whole envelope between the parts of another");
	if (!open_payload(in, &s, in->taken + header, err))
		return CQL_INBOX_FAILED;
	in->split = !s.self_contained;
	if (!in->payload_end)
		in->taken += header + s.wire_len + CD_SEGMENT_TRAILER;
	return CQL_INBOX_ENVELOPE;
}

/* The envelopes of a payload that stayed where it is. */
static enum cql_inbox_status next_in_place(struct cd_inbox *in, cql_envelope *out,
					   coodie_error *err)
{
	enum cql_inbox_status status = take_envelope(in, in->wire.data, in->payload_end, &in->taken,
						     out, err);

	if (status == CQL_INBOX_MORE)
		return bad_segment(err,
				   "an envelope that does not end in its self-contained segment");
	if (in->taken == in->payload_end) {
		in->taken += CD_SEGMENT_TRAILER;
		in->payload_end = 0;
	}
	return status;
}

/* An envelope of what was unpacked or put together. A self-contained segment holds whole envelopes;
 * that of a part ends with its envelope. */
static enum cql_inbox_status next_in_plain(struct cd_inbox *in, cql_envelope *out,
					   coodie_error *err)
{
	enum cql_inbox_status status = take_envelope(in, in->plain.data, in->plain.len,
						     &in->plain_taken, out, err);
	bool more = in->plain.len > in->plain_taken;

	if (status == CQL_INBOX_ENVELOPE && in->split && more)
		return bad_segment(err, "more bytes than the envelope it is a part of");
	if (status == CQL_INBOX_MORE && !in->split && more)
		return bad_segment(err,
				   "an envelope that does not end in its self-contained segment");
	return status;
}

static enum cql_inbox_status next_in_segments(struct cd_inbox *in, cql_envelope *out,
					      coodie_error *err)
{
	for (;;) {
		if (in->payload_end)
			return next_in_place(in, out, err);
		enum cql_inbox_status status = next_in_plain(in, out, err);
		if (status != CQL_INBOX_MORE)
			return status;
		compact(&in->plain, &in->plain_taken);
		status = take_segment(in, err);
		if (status != CQL_INBOX_ENVELOPE)
			return status;
	}
}

static enum cql_inbox_status next(struct cd_inbox *in, cql_envelope *out, coodie_error *err)
{
	if (in->first) {
		size_t len = in->wire.len - in->taken;
		if (len == 0)
			return CQL_INBOX_MORE;
		if (!looks_like_cql(in, in->wire.data[in->taken]))
			return not_cql(in->wire.data + in->taken, len, err);
		in->first = false;
	}
	return in->segments ? next_in_segments(in, out, err)
			    : take_envelope(in, in->wire.data, in->wire.len, &in->taken, out, err);
}

enum cql_inbox_status cd_inbox_next(struct cd_inbox *in, cql_envelope *out, coodie_error *err)
{
	if (cd_inbox_usual(in, out))
		return CQL_INBOX_ENVELOPE;
	enum cql_inbox_status status = in->broken.code == COODIE_OK ? next(in, out, &in->broken)
								    : CQL_INBOX_FAILED;

	if (status == CQL_INBOX_FAILED) {
		in->usual = 0;
		cd_error_copy(err, &in->broken);
	}
	return status;
}
