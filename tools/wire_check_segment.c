/* SPDX-License-Identifier: MIT */
/* Golden vectors of v5 segments. */
#include <string.h>

#include "tools/wire_check.h"

static bool get_lz4(struct check *c, bool *lz4)
{
	enum cql_compression compression;

	if (!check_get_compression(c, &compression))
		return false;
	*lz4 = compression == CQL_COMPRESSION_LZ4;
	return compression != CQL_COMPRESSION_SNAPPY ||
	       check_fail(c, "the vector is broken: v5 has no snappy");
}

static bool get_self_contained(struct check *c, bool *out)
{
	const struct json *j = json_get(c->vector, "self_contained");

	*out = json_is(j, JSON_TRUE);
	return *out || json_is(j, JSON_FALSE) ||
	       check_fail(c, "the vector is broken: \"self_contained\" should be true or false");
}

/* Reads the segment and compares what is in it. */
static bool reads(struct check *c, cql_blob bytes, bool lz4, bool self_contained, cql_blob payload)
{
	cql_segment segment;
	cql_blob plain;
	coodie_error err = { 0 };
	enum cql_inbox_status status = cql_segment_read(bytes, lz4, &segment, &err);
	int64_t wanted;

	if (status == CQL_INBOX_FAILED)
		return check_error(c, "decoding", &err);
	if (status == CQL_INBOX_MORE)
		return check_fail(c, "decoding: wanted a segment, got a call for more bytes");
	if (!check_number(c, "size", (int64_t)bytes.len, (int64_t)segment.size) ||
	    !check_number(c, "self_contained", self_contained, segment.is_self_contained))
		return false;
	if (json_to_int(json_get(c->vector, "uncompressed_length_field"), &wanted) &&
	    !check_number(c, "uncompressed_length_field", wanted, segment.plain_len))
		return false;
	if (!cql_segment_unpack(&segment, c->memory.arena, &plain, &err))
		return check_error(c, "unpacking", &err);
	return check_bytes(c, "payload", payload, plain);
}

static size_t envelope_size(cql_blob at)
{
	return CQL_HEADER_SIZE + ((size_t)at.data[5] << 24 | (size_t)at.data[6] << 16 |
				  (size_t)at.data[7] << 8 | at.data[8]);
}

/* The lengths of the envelopes in the payload; each must be one to an inbox too. */
static void holds_envelopes(struct check *c, cql_blob payload, const struct json *wanted)
{
	struct json *got = json_new(&c->memory.pool, JSON_ARRAY);
	coodie_error err;
	cql_envelope e;

	while (payload.len >= CQL_HEADER_SIZE && envelope_size(payload) <= payload.len) {
		size_t size = envelope_size(payload);
		cql_inbox *in = check_inbox(c, check_reader(payload), 0, CQL_COMPRESSION_NONE,
					    NULL);
		if (cql_inbox_feed(in, payload.data, size, &err) &&
		    cql_inbox_next(in, &e, &err) == CQL_INBOX_ENVELOPE && cql_inbox_is_empty(in))
			json_add(got, json_int(&c->memory.pool, (int64_t)size));
		else
			check_fail(c, "envelope %zu of the payload is none", got->len);
		cql_inbox_free(in);
		payload.data += size;
		payload.len -= size;
	}
	if (payload.len)
		check_fail(c, "the payload ends in %zu bytes that are no envelope", payload.len);
	check_json(c, "envelopes", wanted, got);
}

void check_segment(struct check *c)
{
	const struct json *encode = json_get(c->vector, "encode");
	const struct json *envelopes = json_get(c->vector, "envelopes");
	cql_blob payload, bytes, got;
	bool lz4, self_contained;
	coodie_error err;

	if (!check_get_hex(c, "payload", &payload) || !check_get_hex(c, "hex", &bytes) ||
	    !get_lz4(c, &lz4) || !get_self_contained(c, &self_contained) ||
	    !reads(c, bytes, lz4, self_contained, payload))
		return;
	if (json_is(envelopes, JSON_ARRAY))
		holds_envelopes(c, payload, envelopes);
	if (!json_is(encode, JSON_TRUE)) {
		if (!json_is(encode, JSON_FALSE))
			check_fail(c, "the vector is broken: \"encode\" should be true or false");
		return;
	}
	if (!cql_segment_write(payload, self_contained, lz4, c->memory.arena, &got, &err))
		check_error(c, "encoding", &err);
	else
		check_bytes(c, "encoding", bytes, got);
}

void check_segment_large(struct check *c)
{
	cql_blob pattern, header, trailer, bytes;
	bool self_contained;
	coodie_error err;
	uint8_t *payload;
	int64_t len;

	if (!check_get_hex(c, "pattern", &pattern) || !check_get_hex(c, "header", &header) ||
	    !check_get_hex(c, "trailer", &trailer) || !check_get_number(c, "length", &len) ||
	    !get_self_contained(c, &self_contained))
		return;
	if (len < 0 || len > CQL_SEGMENT_MAX || (len && !pattern.len)) {
		check_fail(c, "the vector is broken: no such \"length\" or \"pattern\"");
		return;
	}
	payload = pool_get(&c->memory.pool, (size_t)len + 1, 1);
	for (int64_t i = 0; i < len; i++)
		payload[i] = pattern.data[(size_t)i % pattern.len];
	if (!cql_segment_write((cql_blob){ payload, (size_t)len }, self_contained, false,
			       c->memory.arena, &bytes, &err)) {
		check_error(c, "encoding", &err);
		return;
	}
	if (check_number(c, "size", 6 + len + 4, (int64_t)bytes.len) &&
	    check_bytes(c, "header", header, (cql_blob){ bytes.data, 6 }) &&
	    check_bytes(c, "trailer", trailer, (cql_blob){ bytes.data + 6 + len, 4 }))
		reads(c, bytes, false, self_contained, (cql_blob){ payload, (size_t)len });
}

/* ---- what is refused ------------------------------------------------------------------------ */

static const char *outcome(enum cql_inbox_status status)
{
	static const char *const names[] = { "a call for more bytes", "acceptance", "refusal" };

	return names[status];
}

static enum cql_inbox_status stream_outcome(struct check *c, cql_blob bytes, bool lz4)
{
	cql_inbox *in = check_inbox(c, CQL_SERVER, 5,
				    lz4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE, NULL);
	enum cql_inbox_status status = CQL_INBOX_FAILED;
	coodie_error err;
	cql_envelope e;

	if (cql_inbox_feed(in, bytes.data, bytes.len, &err))
		status = cql_inbox_next(in, &e, &err);
	cql_inbox_free(in);
	return status;
}

void check_segment_corrupt(struct check *c)
{
	enum cql_inbox_status wanted = CQL_INBOX_FAILED, alone, stream;
	cql_segment segment;
	const char *class;
	cql_blob bytes, plain;
	coodie_error err;
	bool lz4;

	if (!check_get_text(c, "class", &class) || !check_get_hex(c, "hex", &bytes) ||
	    !get_lz4(c, &lz4))
		return;
	if (!strcmp(class, "incomplete"))
		wanted = CQL_INBOX_MORE;
	else if (strcmp(class, "header") != 0 && strcmp(class, "payload") != 0 &&
		 strcmp(class, "lz4") != 0) {
		check_fail(c, "nobody knows the class \"%s\"", class);
		return;
	}
	alone = cql_segment_read(bytes, lz4, &segment, &err);
	if (!strcmp(class, "lz4") && alone == CQL_INBOX_ENVELOPE &&
	    !cql_segment_unpack(&segment, c->memory.arena, &plain, &err))
		alone = CQL_INBOX_FAILED;
	stream = stream_outcome(c, bytes, lz4);
	if (alone != wanted)
		check_fail(c, "alone: wanted %s, got %s", outcome(wanted), outcome(alone));
	if (stream != wanted)
		check_fail(c, "in a stream: wanted %s, got %s", outcome(wanted), outcome(stream));
}

/* ---- streams -------------------------------------------------------------------------------- */

/* Feeds the bytes in pieces and compares the envelopes that come out. */
static bool comes_out(struct check *c, cql_blob bytes, bool lz4, size_t piece,
		      const struct json *envelopes, enum cql_role reader)
{
	cql_inbox *in = check_inbox(c, reader, 5, lz4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE,
				    NULL);
	const struct json *next = envelopes->first;
	enum cql_inbox_status status = CQL_INBOX_MORE;
	coodie_error err;
	cql_envelope e;
	cql_blob wanted;
	bool ok = true;

	for (size_t at = 0; at < bytes.len && ok; at += piece) {
		size_t len = bytes.len - at < piece ? bytes.len - at : piece;
		if (!cql_inbox_feed(in, bytes.data + at, len, &err))
			ok = check_error(c, "feeding", &err);
		while (ok && (status = cql_inbox_next(in, &e, &err)) == CQL_INBOX_ENVELOPE) {
			if (!next)
				ok = check_fail(c, "more envelopes than wanted");
			else
				ok = check_hex(c, "envelopes", next, &wanted) &&
				     check_bytes(c, "envelope", wanted,
						 check_envelope_bytes(c, &e, reader));
			next = next ? next->next : NULL;
		}
		if (ok && status == CQL_INBOX_FAILED)
			ok = check_error(c, "decoding", &err);
	}
	if (ok && next)
		ok = check_fail(c, "in pieces of %zu: fewer envelopes than wanted", piece);
	if (ok && !cql_inbox_is_empty(in))
		ok = check_fail(c, "in pieces of %zu: bytes were left over", piece);
	cql_inbox_free(in);
	return ok;
}

void check_segment_stream(struct check *c)
{
	const struct json *envelopes = json_get(c->vector, "envelopes");
	cql_blob bytes, first = { NULL, 0 };
	bool lz4;

	if (!check_get_hex(c, "hex", &bytes) || !get_lz4(c, &lz4))
		return;
	if (!json_is(envelopes, JSON_ARRAY)) {
		check_fail(c, "the vector is broken: \"envelopes\" should be an array");
		return;
	}
	if (envelopes->first && !check_hex(c, "envelopes", envelopes->first, &first))
		return;
	const size_t pieces[] = { 1, 2, 3, 7, 64, 4096, bytes.len };
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0] && !c->failed; i++)
		comes_out(c, bytes, lz4, pieces[i] ? pieces[i] : 1, envelopes, check_reader(first));
}
