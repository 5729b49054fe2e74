/* SPDX-License-Identifier: MIT */
/* The peer's own framing: envelopes, LZ4 bodies of v4, segments of v5 (v5 section 2). */
#include <lz4.h>
#include <zlib.h>

#include "tests/peer_internal.h"

enum { HEADER = 9, SEGMENT_MAX = 131071, TRAILER = 4, BODY_MAX = 256 << 20 };

/* ---- checksums ------------------------------------------------------------------------------- */

static uint32_t crc24(const uint8_t *at, size_t len)
{
	uint32_t crc = 0x875060;

	while (len--) {
		crc ^= (uint32_t)*at++ << 16;
		for (int i = 0; i < 8; i++) {
			crc <<= 1;
			if (crc & 0x1000000)
				crc ^= 0x1974f0b;
		}
	}
	return crc & 0xffffff;
}

static uint32_t payload_crc(const uint8_t *at, size_t len)
{
	static const uint8_t seed[4] = { 0xfa, 0x2d, 0x55, 0xca };

	return (uint32_t)crc32(crc32(0, seed, sizeof seed), at, (uInt)len);
}

static void put_le(uint8_t *at, uint64_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get_le(const uint8_t *at, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++)
		v |= (uint64_t)at[i] << (8 * i);
	return v;
}

/* ---- in -------------------------------------------------------------------------------------- */

/* Unpacks the next segment of c->in to c->envelopes. As peer_wire_next(). */
static int take_segment(struct peer_conn *c)
{
	size_t bytes = c->lz4 ? 5 : 3, header = bytes + 3, packed, unpacked = 0;
	uint8_t *at = c->in.data;
	uint64_t head;

	if (c->in.len < header)
		return 0;
	head = get_le(at, bytes);
	if (get_le(at + bytes, 3) != crc24(at, bytes))
		return -1;
	packed = head & SEGMENT_MAX;
	if (c->lz4)
		unpacked = (head >> 17) & SEGMENT_MAX;
	if (c->in.len < header + packed + TRAILER)
		return 0;
	at += header;
	if (get_le(at + packed, TRAILER) != payload_crc(at, packed))
		return -1;
	if (unpacked) {
		uint8_t *to = cd_buffer_grow(&c->envelopes, unpacked);
		peer_must(to, "memory for a segment");
		if (LZ4_decompress_safe((char *)at, (char *)to, (int)packed, (int)unpacked) !=
		    (int)unpacked)
			return -1;
	} else {
		cd_buffer_bytes(&c->envelopes, at, packed);
	}
	cd_buffer_consume(&c->in, header + packed + TRAILER);
	return 1;
}

/* Unpacks the body of a v4 request: [int] length and an LZ4 block. The envelope in `from` is
 * replaced. */
static bool unpack_body(struct cd_buffer *from, size_t *len)
{
	struct cd_buffer plain;
	const uint8_t *body = from->data + HEADER;
	uint32_t claimed = *len >= 4 ? cd_get_be32(body) : UINT32_MAX;
	uint8_t *to;
	bool ok = false;

	if (claimed > BODY_MAX)
		return false;
	cd_buffer_init(&plain, NULL, 0);
	cd_buffer_bytes(&plain, from->data, HEADER);
	cd_buffer_reserve(&plain, claimed + 1);
	to = plain.data + plain.len;
	if (LZ4_decompress_safe((const char *)body + 4, (char *)to, (int)*len - 4, (int)claimed) ==
	    (int)claimed) {
		plain.len += claimed;
		plain.data[1] &= (uint8_t)~PEER_FLAG_COMPRESSED;
		cd_put_be32(plain.data + 5, claimed);
		cd_buffer_bytes(&plain, from->data + HEADER + *len, from->len - HEADER - *len);
		*len = claimed;
		cd_buffer_deinit(from);
		*from = plain;
		ok = true;
	} else {
		cd_buffer_deinit(&plain);
	}
	return ok;
}

static bool knows_version(const struct peer *p, unsigned version)
{
	return version >= 3 && version <= p->options.highest;
}

int peer_wire_next(struct peer_conn *c, struct peer_request *r)
{
	struct cd_buffer *from = c->segments ? &c->envelopes : &c->in;
	size_t len;
	int step;

	while (c->segments &&
	       (from->len < HEADER || from->len - HEADER < cd_get_be32(from->data + 5))) {
		step = take_segment(c);
		if (step <= 0)
			return step;
	}
	if (from->len < HEADER)
		return 0;
	len = cd_get_be32(from->data + 5);
	if (!c->version && !knows_version(c->peer, from->data[0]))
		len = 0; /* who knows what that is: it will be refused */
	if (len > BODY_MAX)
		return -1;
	if (from->len - HEADER < len)
		return 0;
	if (!c->segments && c->lz4 && (from->data[1] & PEER_FLAG_COMPRESSED) &&
	    !unpack_body(from, &len))
		return -1;
	r->version = from->data[0];
	r->flags = from->data[1];
	r->stream = (int16_t)cd_get_be16(from->data + 2);
	r->opcode = from->data[4];
	r->body = cd_reader_over(from->data + HEADER, len);
	return 1;
}

void peer_wire_done(struct peer_conn *c)
{
	/* STARTUP turns segments on while it is being answered; it came without one itself */
	struct cd_buffer *from = c->envelopes.len ? &c->envelopes : &c->in;

	size_t len = HEADER + (size_t)cd_get_be32(from->data + 5);

	cd_buffer_consume(from, len < from->len ? len : from->len);
}

/* ---- out ------------------------------------------------------------------------------------- */

static void put_segment(const struct peer_conn *c, const uint8_t *data, size_t len, bool whole,
			struct cd_buffer *out)
{
	size_t bytes = c->lz4 ? 5 : 3, start = out->len, packed = len;
	uint8_t head[8];
	char *block = NULL;

	if (c->lz4) {
		int bound = LZ4_compressBound((int)len), got;
		block = malloc((size_t)bound);
		peer_must(block, "memory for a segment");
		got = LZ4_compress_default((const char *)data, block, (int)len, bound);
		if (got > 0 && (size_t)got < len)
			packed = (size_t)got;
		put_le(head,
		       packed | (packed < len ? (uint64_t)len << 17 : 0) | (uint64_t)whole << 34,
		       bytes);
	} else {
		put_le(head, len | (uint64_t)whole << 17, bytes);
	}
	put_le(head + bytes, crc24(head, bytes), 3);
	cd_buffer_bytes(out, head, bytes + 3);
	cd_buffer_bytes(out, packed < len ? (const uint8_t *)block : data, packed);
	put_le(head, payload_crc(out->data + start + bytes + 3, packed), TRAILER);
	cd_buffer_bytes(out, head, TRAILER);
	free(block);
}

static void put_envelope(const struct peer_conn *c, const struct peer_message *m,
			 struct cd_buffer *out)
{
	bool pack = c->lz4 && !c->segments && c->version < 5;
	uint8_t *head = cd_buffer_grow(out, HEADER);
	size_t start = out->len;

	peer_must(head, "memory for an envelope");
	head[0] = (uint8_t)(0x80 | c->version);
	head[1] = (uint8_t)(m->flags | (pack ? PEER_FLAG_COMPRESSED : 0));
	cd_put_be16(head + 2, (uint16_t)m->stream);
	head[4] = m->opcode;
	if (pack) {
		int bound = LZ4_compressBound((int)m->body.len), got;
		cd_buffer_be32(out, (uint32_t)m->body.len);
		peer_must(cd_buffer_reserve(out, (size_t)bound), "memory for an envelope");
		got = LZ4_compress_default(m->body.data ? (const char *)m->body.data : "",
					   (char *)out->data + out->len, (int)m->body.len, bound);
		peer_must(got > 0, "LZ4_compress_default");
		out->len += (size_t)got;
	} else {
		cd_buffer_bytes(out, m->body.data, m->body.len);
	}
	cd_put_be32(out->data + start - 4, (uint32_t)(out->len - start));
}

/* What is wrong inside the envelope. */
static void damage_envelope(uint8_t *head, enum peer_damage damage)
{
	if (damage == PEER_LONG)
		cd_put_be32(head + 5, 1 << 30);
	else if (damage == PEER_NEGATIVE)
		cd_put_be32(head + 5, UINT32_MAX);
	else if (damage == PEER_REQUEST)
		head[0] &= 0x7f;
}

void peer_wire_put(const struct peer_conn *c, const struct peer_message *m, enum peer_damage damage,
		   struct cd_buffer *out)
{
	struct cd_buffer envelope;
	size_t start = out->len;

	cd_buffer_init(&envelope, NULL, 0);
	put_envelope(c, m, &envelope);
	damage_envelope(envelope.data, damage);
	if (!c->segments)
		cd_buffer_bytes(out, envelope.data, envelope.len);
	for (size_t at = 0; c->segments && at < envelope.len; at += SEGMENT_MAX) {
		size_t len = envelope.len - at < SEGMENT_MAX ? envelope.len - at : SEGMENT_MAX;
		bool whole = envelope.len <= SEGMENT_MAX && damage != PEER_LONG &&
			     damage != PEER_NEGATIVE;
		put_segment(c, envelope.data + at, len, whole, out);
	}
	peer_must(!out->failed, "memory for a message");
	if (c->segments && damage == PEER_HEADER_CRC)
		out->data[start + (c->lz4 ? 5 : 3)] ^= 0x10;
	if (c->segments && damage == PEER_PAYLOAD_CRC)
		out->data[out->len - 1] ^= 0x10;
	cd_buffer_deinit(&envelope);
}
