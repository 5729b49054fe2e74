/* SPDX-License-Identifier: MIT */
/* Envelopes to bytes: v4 bodies packed one by one, v5 segments closed around as many envelopes as
 * fit. */
#include "proto/outbox.h"

#include "base/error.h"
#include "proto/lz4.h"
#include "proto/segment.h"

#define NO_SEGMENT SIZE_MAX

void cd_outbox_init(struct cd_outbox *out, enum cql_role role, const coodie_allocator *a,
		    uint32_t max_body)
{
	*out = (struct cd_outbox){
		.role = role,
		.version = CD_VERSION_MAX,
		.allocator = a,
		.segment = NO_SEGMENT,
		.max_body = max_body ? max_body : cd_terms_default.max_body,
	};
	cd_buffer_init(&out->bytes, a, 0);
	cd_buffer_init(&out->scratch, a, 0);
}

void cd_outbox_deinit(struct cd_outbox *out)
{
	cd_buffer_deinit(&out->bytes);
	cd_buffer_deinit(&out->scratch);
}

void cd_outbox_rest(struct cd_outbox *out)
{
	cd_buffer_fit(&out->bytes);
	cd_buffer_deinit(&out->scratch);
}

void cd_outbox_set_version(struct cd_outbox *out, uint8_t version)
{
	out->version = version;
}

void cd_outbox_switch(struct cd_outbox *out, uint8_t version, bool lz4)
{
	out->version = version;
	out->lz4 = lz4;
	out->segments = version >= 5;
}

size_t cd_outbox_open(struct cd_outbox *out)
{
	if (out->segments && out->segment == NO_SEGMENT) {
		out->segment = out->bytes.len;
		cd_buffer_grow(&out->bytes, cd_segment_header_size(out->lz4));
	}
	return out->bytes.len;
}

/* What the header was written without. */
static void put_prefix(struct cd_outbox *out, size_t mark)
{
	cd_buffer_bytes(&out->bytes, out->prefix.at, out->prefix.len);
	if (!out->bytes.failed)
		out->bytes.data[mark + 1] |= CQL_FLAG_CUSTOM_PAYLOAD;
}

size_t cd_outbox_begin(struct cd_outbox *out, uint8_t flags, int16_t stream, enum cql_opcode opcode)
{
	size_t mark = cd_outbox_open(out);
	uint8_t *at = cd_buffer_grow(&out->bytes, CQL_HEADER_SIZE);
	if (at)
		cd_header_write(at,
				&(struct cd_header){
					.version = (uint8_t)(out->version |
							     (out->role == CQL_SERVER ? 0x80 : 0)),
					.flags = flags,
					.stream = stream,
					.opcode = (uint8_t)opcode });
	if (out->prefix.len)
		put_prefix(out, mark);
	return mark;
}

/* Where the payload of the open segment begins. */
static size_t payload_start(const struct cd_outbox *out)
{
	return out->segment + cd_segment_header_size(out->lz4);
}

void cd_outbox_abort(struct cd_outbox *out, size_t mark)
{
	cd_buffer_truncate(&out->bytes, mark < out->bytes.len ? mark : out->bytes.len);
	if (out->segment != NO_SEGMENT &&
	    out->bytes.len <= payload_start(out)) { /* nothing in it: take it back too */
		cd_buffer_truncate(&out->bytes,
				   out->segment < out->bytes.len ? out->segment : out->bytes.len);
		out->segment = NO_SEGMENT;
	}
}

/* v4: the body becomes [int] length and a block; an empty one stays as it is. */
static bool pack_body(struct cd_outbox *out, size_t mark)
{
	struct cd_buffer *b = &out->bytes;
	size_t start = mark + CQL_HEADER_SIZE, len = b->len - start;

	if (len == 0 || len < out->compress_min)
		return true;
	cd_buffer_clear(&out->scratch);
	cd_buffer_be32(&out->scratch, (uint32_t)len);
	if (!cd_lz4_pack(&out->scratch, b->data + start, len))
		return false;
	if (out->scratch.len >= len) /* it would only grow */
		return true;
	b->data[mark + 1] |= CQL_FLAG_COMPRESSED;
	memcpy(b->data + start, out->scratch.data, out->scratch.len);
	b->len = start + out->scratch.len;
	out->packed_from += len;
	out->packed_to += out->scratch.len;
	return true;
}

/* Writes one segment around `len` bytes. */
static void put_segment(struct cd_outbox *out, struct cd_buffer *to, const uint8_t *payload,
			size_t len, bool whole)
{
	struct cd_segment s = { .wire_len = (uint32_t)len, .self_contained = whole };
	size_t header = to->len, size = cd_segment_header_size(out->lz4);

	cd_buffer_grow(to, size);
	if (out->lz4 && len >= out->compress_min && cd_lz4_pack(to, payload, len) &&
	    to->len - header - size < len) {
		s.unpacked = (uint32_t)len;
		s.wire_len = (uint32_t)(to->len - header - size);
		out->packed_from += len;
		out->packed_to += s.wire_len;
	} else if (!to->failed) {
		to->len = header + size;
		cd_buffer_bytes(to, payload, len);
	}
	if (!cd_buffer_grow(to, CD_SEGMENT_TRAILER))
		return;
	cd_segment_write(to->data + header, out->lz4, &s);
	cd_segment_write_trailer(to->data + to->len - CD_SEGMENT_TRAILER, to->data + header + size,
				 s.wire_len);
}

/* Replaces the bytes from `from` on by what is in scratch. */
static bool replace_tail(struct cd_outbox *out, size_t from)
{
	out->bytes.len = from;
	cd_buffer_bytes(&out->bytes, out->scratch.data, out->scratch.len);
	return !out->bytes.failed;
}

/* Closes the open segment around what was written up to `end`; bytes behind move along into nothing
 * open. */
static bool seal_at(struct cd_outbox *out, size_t end)
{
	struct cd_buffer *b = &out->bytes;
	size_t start = payload_start(out), len = end - start,
	       size = cd_segment_header_size(out->lz4);

	if (!out->lz4 && end == b->len) { /* in place */
		if (!cd_buffer_grow(b, CD_SEGMENT_TRAILER))
			return false;
		struct cd_segment s = { .wire_len = (uint32_t)len, .self_contained = true };
		cd_segment_write(b->data + out->segment, false, &s);
		cd_segment_write_trailer(b->data + end, b->data + start, len);
		out->segment = NO_SEGMENT;
		return true;
	}
	size_t segment = out->segment, tail = b->len - end;
	cd_buffer_clear(&out->scratch);
	put_segment(out, &out->scratch, b->data + start, len, true);
	size_t next = out->scratch.len;
	if (tail) {
		cd_buffer_grow(&out->scratch, size);
		cd_buffer_bytes(&out->scratch, b->data + end, tail);
	}
	if (out->scratch.failed || !cd_buffer_reserve(b, out->scratch.len) ||
	    !replace_tail(out, segment))
		return false;
	out->segment = tail ? segment + next : NO_SEGMENT;
	return true;
}

/* An envelope beyond one segment travels in parts that share nothing with others. */
static bool split(struct cd_outbox *out, size_t mark)
{
	struct cd_buffer *b = &out->bytes;
	size_t len = b->len - mark, from = out->segment;

	cd_buffer_clear(&out->scratch);
	for (size_t at = 0; at < len; at += CQL_SEGMENT_MAX)
		put_segment(out, &out->scratch, b->data + mark + at,
			    len - at < CQL_SEGMENT_MAX ? len - at : CQL_SEGMENT_MAX, false);
	if (out->scratch.failed || !cd_buffer_reserve(b, out->scratch.len) ||
	    !replace_tail(out, from))
		return false;
	out->segment = NO_SEGMENT;
	return true;
}

/* v5: keeps the open segment within its limit. */
static bool fit_segment(struct cd_outbox *out, size_t *mark)
{
	if (out->bytes.len - payload_start(out) <= CQL_SEGMENT_MAX)
		return true;
	if (*mark > payload_start(out)) { /* what was there before goes first */
		size_t tail = out->bytes.len - *mark;
		if (!seal_at(out, *mark))
			return false;
		*mark = out->bytes.len - tail;
	}
	return out->bytes.len - *mark <= CQL_SEGMENT_MAX || split(out, *mark);
}

bool cd_outbox_end(struct cd_outbox *out, size_t mark, coodie_error *err)
{
	struct cd_buffer *b = &out->bytes;
	size_t len = b->failed ? 0 : b->len - mark - CQL_HEADER_SIZE;

	if (!b->failed && len > out->max_body) {
		cd_outbox_abort(out, mark);
		return cd_fail(err, COODIE_ERR_LIMIT, "a message of %zu bytes; the limit is %u",
			       len, (unsigned)out->max_body);
	}
	if (b->failed || (out->lz4 && !out->segments && !pack_body(out, mark))) {
		cd_outbox_abort(out, mark);
		return cd_no_memory(err, "a message");
	}
	out->last_body = (uint32_t)(b->len - mark - CQL_HEADER_SIZE);
	cd_put_be32(b->data + mark + 5, out->last_body);
	if (out->segments && !fit_segment(out, &mark)) {
		cd_outbox_abort(out, mark);
		return cd_no_memory(err, "a message");
	}
	return true;
}

bool cd_outbox_put(struct cd_outbox *out, struct cd_span envelope, int16_t stream,
		   coodie_error *err)
{
	out->last_body = (uint32_t)(envelope.len - CQL_HEADER_SIZE);
	if (cd_outbox_put_usual(out, envelope, stream))
		return true;
	size_t mark = cd_outbox_open(out);
	uint8_t *at = cd_buffer_grow(&out->bytes, envelope.len);
	if (at) {
		memcpy(at, envelope.at, envelope.len);
		cd_put_be16(at + 2, (uint16_t)stream);
	}
	return cd_outbox_end(out, mark, err);
}

bool cd_outbox_seal(struct cd_outbox *out, coodie_error *err)
{
	if (out->segment == NO_SEGMENT)
		return true;
	if (seal_at(out, out->bytes.len))
		return true;
	cd_buffer_clear(&out->scratch);
	out->bytes.failed = false;
	return cd_no_memory(err, "a segment");
}

struct cd_span cd_outbox_pending(const struct cd_outbox *out)
{
	size_t end = out->segment == NO_SEGMENT ? out->bytes.len : out->segment;

	if (end == out->sent)
		return (struct cd_span){ NULL, 0 };
	return (struct cd_span){ out->bytes.data + out->sent, end - out->sent };
}

void cd_outbox_sent(struct cd_outbox *out, size_t n)
{
	out->sent += n;
	if (out->sent == out->bytes.len) {
		cd_buffer_clear(&out->bytes);
		out->sent = 0;
		out->segment = NO_SEGMENT;
	} else if (out->sent > out->bytes.len / 2) {
		cd_buffer_consume(&out->bytes, out->sent);
		if (out->segment != NO_SEGMENT)
			out->segment -= out->sent;
		out->sent = 0;
	}
}
