/* SPDX-License-Identifier: MIT */
/* The public inbox, outbox and segment over those that connections use. */
#include "proto/framing.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/crc.h"
#include "proto/lz4.h"
#include "proto/notation.h"
#include "proto/segment.h"

/* ---- bytes to envelopes --------------------------------------------------------------------- */

cql_inbox *cql_inbox_new(enum cql_role role, const cql_terms *terms,
			 const coodie_allocator *allocator, coodie_error *err)
{
	cql_inbox *in = cd_alloc(allocator, sizeof *in);

	cd_clear(err);
	if (!in) {
		cd_no_memory(err, "an inbox");
		return NULL;
	}
	in->allocator = allocator ? *allocator : cd_malloc_allocator;
	cd_inbox_init(&in->in, role, &in->allocator, terms);
	return in;
}

void cql_inbox_free(cql_inbox *in)
{
	if (!in)
		return;
	coodie_allocator allocator = in->allocator;
	cd_inbox_deinit(&in->in);
	cd_release(&allocator, in);
}

uint8_t *cql_inbox_space(cql_inbox *in, size_t least, size_t *room)
{
	uint8_t *at = cd_inbox_space(&in->in, least, room);

	if (!at) /* the next call may find memory */
		cd_buffer_truncate(&in->in.wire, in->in.wire.len);
	return at;
}

void cql_inbox_filled(cql_inbox *in, size_t len)
{
	cd_inbox_filled(&in->in, len);
}

bool cql_inbox_feed(cql_inbox *in, const void *data, size_t len, coodie_error *err)
{
	size_t room;

	cd_clear(err);
	uint8_t *at = cql_inbox_space(in, len, &room);
	if (!at)
		return cd_no_memory(err, "bytes of a peer");
	if (len)
		memcpy(at, data, len);
	cd_inbox_filled(&in->in, len);
	return true;
}

enum cql_inbox_status cql_inbox_next(cql_inbox *in, cql_envelope *out, coodie_error *err)
{
	cql_envelope e;

	cd_clear(err);
	enum cql_inbox_status status = cd_inbox_next(&in->in, &e, err);
	if (status == CQL_INBOX_ENVELOPE)
		*out = e;
	return status;
}

void cql_inbox_switch(cql_inbox *in, unsigned version, enum cql_compression compression)
{
	cd_inbox_switch(&in->in, (uint8_t)version, compression == CQL_COMPRESSION_LZ4);
	in->in.snappy = compression == CQL_COMPRESSION_SNAPPY;
}

bool cql_inbox_is_empty(const cql_inbox *in)
{
	return cd_inbox_empty(&in->in);
}

/* ---- envelopes to bytes --------------------------------------------------------------------- */

cql_outbox *cql_outbox_new(enum cql_role role, const cql_terms *terms,
			   const coodie_allocator *allocator, coodie_error *err)
{
	cql_outbox *out = cd_alloc(allocator, sizeof *out);

	cd_clear(err);
	if (!out) {
		cd_no_memory(err, "an outbox");
		return NULL;
	}
	out->allocator = allocator ? *allocator : cd_malloc_allocator;
	out->switched = false;
	cd_outbox_init(&out->out, role, &out->allocator, cd_terms_of(terms).max_body);
	return out;
}

void cql_outbox_free(cql_outbox *out)
{
	if (!out)
		return;
	coodie_allocator allocator = out->allocator;
	cd_outbox_deinit(&out->out);
	cd_release(&allocator, out);
}

static bool check_version(unsigned version, coodie_error *err)
{
	return (version >= CD_VERSION_MIN && version <= CD_VERSION_MAX) ||
	       cd_fail(err, COODIE_ERR_INVALID,
		       "there is no protocol version %u here: say %d or %d", version,
		       CD_VERSION_MIN, CD_VERSION_MAX);
}

bool cql_outbox_switch(cql_outbox *out, unsigned version, enum cql_compression compression,
		       coodie_error *err)
{
	cd_clear(err);
	if (!check_version(version, err))
		return false;
	if (compression == CQL_COMPRESSION_SNAPPY)
		return cd_fail(err, COODIE_ERR_UNSUPPORTED,
			       "snappy is read, not written: agree on lz4");
	if (!cd_outbox_seal(&out->out, err))
		return false;
	if (cd_outbox_pending(&out->out).at)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "bytes of the old framing are pending: send them first");
	cd_outbox_switch(&out->out, (uint8_t)version, compression == CQL_COMPRESSION_LZ4);
	out->switched = true;
	out->plain_version = 0;
	if (out->out.role == CQL_CLIENT && out->out.max_body >= CD_PLAIN_MAX &&
	    (version >= 5 || compression == CQL_COMPRESSION_NONE))
		out->plain_version = (uint8_t)version;
	return true;
}

bool cd_framing_set_version(cql_outbox *out, unsigned version, coodie_error *err)
{
	if (version == 0)
		return true;
	if (!check_version(version, err))
		return false;
	if (out->switched && version != out->out.version)
		return cd_fail(err, COODIE_ERR_INVALID, "version %u where %u was agreed on",
			       version, (unsigned)out->out.version);
	cd_outbox_set_version(&out->out, (uint8_t)version);
	return true;
}

static bool check_sender(const cql_outbox *out, const cql_envelope *e, coodie_error *err)
{
	enum cd_sender we = out->out.role == CQL_CLIENT ? CD_SENDER_CLIENT : CD_SENDER_SERVER;

	return cd_opcode_sender(e->opcode) == we ||
	       cd_fail(err, COODIE_ERR_INVALID, "a %s does not send %s (0x%02x)",
		       we == CD_SENDER_CLIENT ? "client" : "server", cql_opcode_name(e->opcode),
		       (unsigned)e->opcode);
}

bool cql_outbox_put(cql_outbox *out, const cql_envelope *e, coodie_error *err)
{
	cd_clear(err);
	if (!check_sender(out, e, err) || !cd_framing_set_version(out, e->version, err))
		return false;
	/* v4: packing sets the flag; v5: it means nothing */
	unsigned flags = e->flags & (out->out.version < 5 ? ~(unsigned)CQL_FLAG_COMPRESSED : ~0u);
	size_t mark = cd_outbox_begin(&out->out, (uint8_t)flags, e->stream,
				      (enum cql_opcode)e->opcode);
	cd_buffer_bytes(&out->out.bytes, e->body.data, e->body.len);
	return cd_outbox_end(&out->out, mark, err);
}

cql_blob cql_outbox_pending(cql_outbox *out, coodie_error *err)
{
	cd_clear(err);
	if (!cd_outbox_seal(&out->out, err))
		return (cql_blob){ NULL, 0 };
	struct cd_span s = cd_outbox_pending(&out->out);
	return (cql_blob){ s.at, s.len };
}

void cql_outbox_sent(cql_outbox *out, size_t len)
{
	cd_outbox_sent(&out->out, len);
}

/* ---- one segment ---------------------------------------------------------------------------- */

static uint32_t get_le(const uint8_t *at, size_t bytes)
{
	uint32_t v = 0;

	for (size_t i = bytes; i > 0; i--)
		v = v << 8 | at[i - 1];
	return v;
}

enum cql_inbox_status cql_segment_read(cql_blob bytes, bool lz4, cql_segment *out,
				       coodie_error *err)
{
	size_t header = cd_segment_header_size(lz4);
	struct cd_segment s;

	cd_clear(err);
	if (bytes.len < header)
		return CQL_INBOX_MORE;
	if (!cd_segment_read(bytes.data, lz4, &s)) {
		cd_fail(err, COODIE_ERR_PROTOCOL, "segment: the header's CRC24 does not match");
		return CQL_INBOX_FAILED;
	}
	if (bytes.len - header < s.wire_len + (size_t)CD_SEGMENT_TRAILER)
		return CQL_INBOX_MORE;
	const uint8_t *payload = bytes.data + header, *trailer = payload + s.wire_len;
	if (!cd_segment_trailer_matches(trailer, payload, s.wire_len)) {
		cd_fail(err, COODIE_ERR_PROTOCOL, "segment: the payload's CRC32 does not match");
		return CQL_INBOX_FAILED;
	}
	*out = (cql_segment){
		.size = header + s.wire_len + CD_SEGMENT_TRAILER,
		.payload_len = s.wire_len,
		.plain_len = s.unpacked,
		.header_crc = get_le(payload - 3, 3),
		.payload_crc = get_le(trailer, CD_SEGMENT_TRAILER),
		.is_self_contained = s.self_contained,
		.payload = { payload, s.wire_len },
	};
	return CQL_INBOX_ENVELOPE;
}

/* Moves what was built into the arena. */
static bool keep(struct cd_buffer *b, cql_arena *arena, cql_blob *out, coodie_error *err)
{
	uint8_t *copy = b->failed ? NULL : cd_arena_copy(&arena->arena, b->data, b->len);

	if (copy)
		*out = (cql_blob){ copy, b->len };
	cd_buffer_deinit(b);
	return copy || cd_no_memory(err, "a segment");
}

bool cql_segment_unpack(const cql_segment *s, cql_arena *arena, cql_blob *out, coodie_error *err)
{
	struct cd_span packed = { s->payload.data, s->payload.len };
	struct cd_buffer plain;

	cd_clear(err);
	if (!s->plain_len) {
		*out = s->payload;
		return true;
	}
	cd_buffer_init(&plain, &arena->allocator, 0);
	if (cd_lz4_unpack(&plain, packed, s->plain_len, CQL_SEGMENT_MAX, err))
		return keep(&plain, arena, out, err);
	cd_buffer_deinit(&plain);
	return false;
}

bool cql_segment_write(cql_blob payload, bool is_self_contained, bool lz4, cql_arena *arena,
		       cql_blob *out, coodie_error *err)
{
	struct cd_segment s = { .wire_len = (uint32_t)payload.len,
				.self_contained = is_self_contained };
	size_t header = cd_segment_header_size(lz4);
	struct cd_buffer b;

	cd_clear(err);
	if (payload.len > CQL_SEGMENT_MAX)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a segment carries at most %d bytes, not %zu: split the envelope",
			       CQL_SEGMENT_MAX, payload.len);
	cd_buffer_init(&b, &arena->allocator, 0);
	cd_buffer_grow(&b, header);
	if (lz4 && cd_lz4_pack(&b, payload.data, payload.len) && b.len - header < payload.len) {
		s.unpacked = s.wire_len;
		s.wire_len = (uint32_t)(b.len - header);
	} else if (!b.failed) {
		b.len = header;
		cd_buffer_bytes(&b, payload.data, payload.len);
	}
	uint8_t *trailer = cd_buffer_grow(&b, CD_SEGMENT_TRAILER);
	if (trailer) {
		cd_segment_write(b.data, lz4, &s);
		cd_segment_write_trailer(trailer, b.data + header, s.wire_len);
	}
	return keep(&b, arena, out, err);
}

/* ---- notations ------------------------------------------------------------------------------ */

uint32_t cql_crc24(const void *data, size_t len)
{
	return cd_crc24(data, len);
}

uint32_t cql_crc32(const void *data, size_t len)
{
	return cd_crc32(len ? data : "", len); /* an empty blob need not lie anywhere */
}

size_t cql_unsigned_vint_read(cql_blob bytes, uint64_t *out)
{
	struct cd_reader r = cd_reader_over(bytes.data, bytes.len);
	uint64_t v = cd_read_unsigned_vint(&r);

	if (r.failed)
		return 0;
	*out = v;
	return bytes.len - cd_reader_left(&r);
}

size_t cql_vint_read(cql_blob bytes, int64_t *out)
{
	struct cd_reader r = cd_reader_over(bytes.data, bytes.len);
	int64_t v = cd_read_vint(&r);

	if (r.failed)
		return 0;
	*out = v;
	return bytes.len - cd_reader_left(&r);
}
