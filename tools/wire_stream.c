/* SPDX-License-Identifier: MIT */
/* Bytes to envelopes, as a dissector needs it: nothing ends it, what is broken is stepped over. */
#include <string.h>

#include "tools/wire_stream.h"

enum { MOST_BODY = 1 << 28, SMALL_HEADER = 6, LARGE_HEADER = 8, TRAILER = 4 };

enum step { STEP_DONE, STEP_MORE };

void wire_stream_init(struct wire_stream *s, struct wire_connection *c, int direction)
{
	*s = (struct wire_stream){ .connection = c, .direction = direction };
}

void wire_stream_deinit(struct wire_stream *s)
{
	bytes_free(&s->raw);
	bytes_free(&s->plain);
}

/* ---- what begins here ----------------------------------------------------------------------- */

static uint32_t little(const uint8_t *at, size_t bytes)
{
	uint32_t n = 0;

	for (size_t i = bytes; i > 0; i--)
		n = n << 8 | at[i - 1];
	return n;
}

static bool is_segment(cql_blob b, bool lz4)
{
	size_t covered = lz4 ? 5 : 3;

	return b.len >= covered + 3 && cql_crc24(b.data, covered) == little(b.data + covered, 3);
}

static size_t segment_size(cql_blob b, bool lz4)
{
	return (lz4 ? LARGE_HEADER : SMALL_HEADER) + (little(b.data, 3) & CQL_SEGMENT_MAX) +
	       TRAILER;
}

static uint32_t body_length(const uint8_t *header)
{
	return (uint32_t)header[5] << 24 | (uint32_t)header[6] << 16 | (uint32_t)header[7] << 8 |
	       header[8];
}

/* Is this the header of an envelope that we read? Its direction and its opcode must agree. */
static bool is_envelope(const struct wire_stream *s, cql_blob b)
{
	unsigned version, opcode;
	bool is_response;

	if (b.len < CQL_HEADER_SIZE)
		return false;
	version = b.data[0] & 0x7f;
	opcode = b.data[4];
	is_response = b.data[0] & 0x80;
	return (version == 4 || version == 5) && body_length(b.data) <= MOST_BODY &&
	       strcmp(cql_opcode_name(opcode), "UNKNOWN") != 0 &&
	       cql_opcode_is_request(opcode) != is_response &&
	       (s->direction < 0 || s->direction == !is_response);
}

static cql_blob rest(const struct wire_stream *s)
{
	return (cql_blob){ s->raw.at ? s->raw.at + s->at : NULL, s->raw.len - s->at };
}

/* Among garbage much looks like a header: here it must be one that this connection would have. */
static bool is_likely(const struct wire_stream *s, cql_blob b)
{
	unsigned agreed = s->connection->version;

	return is_envelope(s, b) && b.data[1] < 2 * CQL_FLAG_BETA &&
	       (!agreed || (b.data[0] & 0x7f) == agreed) &&
	       (!(b.data[2] & 0x80) || b.data[4] == CQL_OP_EVENT);
}

static bool begins_something(const struct wire_stream *s, cql_blob b)
{
	const struct wire_connection *c = s->connection;
	bool lz4 = c->compression == CQL_COMPRESSION_LZ4;

	if (c->mode == WIRE_SEGMENTS)
		return is_segment(b, lz4);
	return is_likely(s, b) || ((c->mode == WIRE_UNKNOWN || wire_awaits_segments(c)) &&
				   (is_segment(b, false) || is_segment(b, true)));
}

/* ---- stepping over what is broken ----------------------------------------------------------- */

static void report_skipped(struct wire_stream *s)
{
	size_t skipped = s->skipped;

	s->skipped = 0;
	if (skipped)
		wire_complain(s, s->offset + s->at - skipped,
			      "%zu bytes that begin neither an envelope of version 4 or 5 nor a "
			      "segment were stepped over",
			      skipped);
}

static bool is_tls(cql_blob b)
{
	return b.len >= 3 && b.data[0] == 0x16 && b.data[1] == 3 && b.data[2] <= 4;
}

/* An envelope of a version that we do not read can still be told from garbage. */
static bool is_foreign(const struct wire_stream *s, cql_blob b)
{
	unsigned version = b.len ? b.data[0] & 0x7f : 0;

	return b.len >= CQL_HEADER_SIZE && !s->skipped && version >= 1 && version <= 15 &&
	       version != 4 && version != 5 && b.data[4] <= 0x10 &&
	       body_length(b.data) <= b.len - CQL_HEADER_SIZE;
}

static enum step step_over(struct wire_stream *s)
{
	cql_blob b = rest(s);

	if (is_tls(b) && !s->offset && !s->at) {
		wire_complain(s, 0, "this is TLS: what is inside cannot be read");
		s->is_hopeless = true;
		return STEP_DONE;
	}
	if (is_foreign(s, b)) {
		wire_complain(s, s->offset + s->at,
			      "an envelope of version %u, %s, which is not read", b.data[0] & 0x7fu,
			      cql_opcode_name(b.data[4]));
		s->at += CQL_HEADER_SIZE + body_length(b.data);
		return STEP_DONE;
	}
	while (b.len >= CQL_HEADER_SIZE && !begins_something(s, b)) {
		s->at++;
		s->skipped++;
		b = rest(s);
	}
	if (b.len < CQL_HEADER_SIZE)
		return STEP_MORE;
	report_skipped(s);
	return STEP_DONE;
}

/* ---- envelopes ------------------------------------------------------------------------------ */

static void follow(struct wire_stream *s, cql_blob envelope, uint64_t offset)
{
	struct wire_origin origin = { s, !(envelope.data[0] & 0x80), offset, envelope.len };

	wire_follow(s->connection, &origin, envelope);
}

static enum step step_envelope(struct wire_stream *s)
{
	cql_blob b = rest(s);
	size_t size;

	if (!is_envelope(s, b))
		return step_over(s);
	size = CQL_HEADER_SIZE + body_length(b.data);
	if (b.len < size)
		return STEP_MORE;
	report_skipped(s);
	follow(s, (cql_blob){ b.data, size }, s->offset + s->at);
	s->at += size;
	return STEP_DONE;
}

/* The whole envelopes among what came out of segments. */
static void take_plain(struct wire_stream *s, uint64_t offset)
{
	size_t at = 0;

	while (s->plain.len - at >= CQL_HEADER_SIZE) {
		cql_blob b = { s->plain.at + at, s->plain.len - at };
		size_t size = CQL_HEADER_SIZE + body_length(b.data);
		if (!is_envelope(s, b)) {
			wire_complain(s, offset, "%zu bytes in a segment are no envelope", b.len);
			at = s->plain.len;
			break;
		}
		if (b.len < size)
			break;
		follow(s, (cql_blob){ b.data, size }, offset);
		at += size;
	}
	bytes_drop(&s->plain, at);
}

static void take_segment(struct wire_stream *s, const cql_segment *segment, uint64_t offset)
{
	struct wire_memory m;
	coodie_error err;
	cql_blob payload;

	wire_show_segment(s, offset, segment);
	wire_memory_init(&m);
	if (cql_segment_unpack(segment, m.arena, &payload, &err)) {
		if (segment->is_self_contained && s->plain.len) {
			wire_complain(s, offset, "an envelope of several segments was not ended");
			s->plain.len = 0;
		}
		bytes_add(&s->plain, payload.data, payload.len);
	} else {
		wire_complain(s, offset, "%s", err.message);
		s->plain.len = 0;
	}
	wire_memory_deinit(&m);
	take_plain(s, offset);
}

static enum step step_segment(struct wire_stream *s)
{
	bool lz4 = s->connection->compression == CQL_COMPRESSION_LZ4;
	uint64_t offset = s->offset + s->at;
	cql_blob b = rest(s);
	cql_segment segment;
	coodie_error err;
	size_t size;

	if (b.len < (lz4 ? LARGE_HEADER : SMALL_HEADER))
		return STEP_MORE;
	if (!is_segment(b, lz4))
		return step_over(s);
	size = segment_size(b, lz4);
	if (b.len < size)
		return STEP_MORE;
	report_skipped(s);
	s->at += size;
	if (cql_segment_read(b, lz4, &segment, &err) == CQL_INBOX_ENVELOPE) {
		take_segment(s, &segment, offset);
	} else {
		wire_complain(s, offset, "%s", err.message);
		s->plain.len = 0;
	}
	return STEP_DONE;
}

/* Which of both begins here says the first header. */
static enum step step_unknown(struct wire_stream *s)
{
	struct wire_connection *c = s->connection;
	cql_blob b = rest(s);

	for (int lz4 = 0; lz4 <= 1; lz4++) {
		if (!is_segment(b, lz4))
			continue;
		c->mode = WIRE_SEGMENTS;
		c->version = 5;
		c->compression = lz4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE;
		return step_segment(s);
	}
	return b.len < CQL_HEADER_SIZE ? STEP_MORE : step_envelope(s);
}

/* ---- the stream ----------------------------------------------------------------------------- */

static enum step step(struct wire_stream *s)
{
	switch (s->connection->mode) {
	case WIRE_SEGMENTS:
		return step_segment(s);
	case WIRE_ENVELOPES:
		if (wire_awaits_segments(s->connection))
			return step_unknown(s);
		return rest(s).len < CQL_HEADER_SIZE ? STEP_MORE : step_envelope(s);
	default:
		return step_unknown(s);
	}
}

void wire_stream_feed(struct wire_stream *s, const void *data, size_t len, double time)
{
	if (s->is_hopeless)
		return;
	s->time = time;
	bytes_add(&s->raw, data, len);
	while (!s->is_hopeless && s->at < s->raw.len && step(s) == STEP_DONE)
		;
	if (s->at < s->raw.len / 2)
		return;
	bytes_drop(&s->raw, s->at);
	s->offset += s->at;
	s->at = 0;
}

/* What is left over and will never be whole. */
static void drop_rest(struct wire_stream *s)
{
	cql_blob b = rest(s);

	report_skipped(s);
	if (b.len && is_envelope(s, b) && s->connection->mode != WIRE_SEGMENTS)
		wire_complain(s, s->offset + s->at, "%s is cut: %zu bytes of %zu",
			      cql_opcode_name(b.data[4]), b.len,
			      (size_t)CQL_HEADER_SIZE + body_length(b.data));
	else if (b.len)
		wire_complain(s, s->offset + s->at, "%zu bytes at the end are cut", b.len);
	if (s->plain.len)
		wire_complain(s, s->offset + s->at,
			      "an envelope of several segments is cut: %zu bytes", s->plain.len);
	s->offset += s->raw.len;
	s->raw.len = s->plain.len = s->at = 0;
}

void wire_stream_gap(struct wire_stream *s, uint64_t len)
{
	if (s->is_hopeless)
		return;
	drop_rest(s);
	wire_complain(s, s->offset, "%llu bytes are missing in the capture",
		      (unsigned long long)len);
	s->offset += len;
}

void wire_stream_end(struct wire_stream *s)
{
	if (!s->is_hopeless)
		drop_rest(s);
}
