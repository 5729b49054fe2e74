/* SPDX-License-Identifier: MIT */
/* Tokens of pages as text: a byte for the form, one for the protocol version, the statement's hash, rows
 * to skip, the paging state, and a CRC-32 of all that; in the alphabet of RFC 4648, section 5. */
#include "orm/query/token.h"

#include <string.h>

#include <coodie/framing.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/reader.h"

enum {
	FORM = 1,
	HEAD = 1 + 1 + 8 + 4,
	TAIL = 4,
	LONGEST = 1 << 20 /* characters: a state is a few hundred bytes */
};

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* ---- writing --------------------------------------------------------------------------------- */

/* Characters to come of bytes that come in pieces. */
struct writer {
	char *out;
	size_t size, len; /* len: what all of it takes */
	uint32_t bits, held;
};

static void put_digit(struct writer *w, uint32_t digit)
{
	if (w->len + 1 < w->size)
		w->out[w->len] = digits[digit & 63];
	w->len++;
}

static void put_bytes(struct writer *w, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		w->held = w->held << 8 | data[i];
		for (w->bits += 8; w->bits >= 6; w->bits -= 6)
			put_digit(w, w->held >> (w->bits - 6));
	}
}

static void end(struct writer *w)
{
	if (w->bits)
		put_digit(w, w->held << (6 - w->bits));
	if (w->size)
		w->out[w->len < w->size ? w->len : w->size - 1] = '\0';
}

/* The checksum of head and state, which do not lie together. */
static uint32_t checksum(const uint8_t *head, cql_blob state)
{
	uint8_t sums[8];

	cd_put_be32(sums, cql_crc32(head, HEAD));
	cd_put_be32(sums + 4, cql_crc32(state.data, state.len));
	return cql_crc32(sums, sizeof(sums));
}

size_t cd_page_token_write(const struct cd_page_token *t, char *out, size_t size)
{
	struct writer w = { .out = out, .size = size };
	uint8_t head[HEAD] = { FORM, t->protocol }, tail[TAIL];

	cd_put_be64(head + 2, t->statement);
	cd_put_be32(head + 10, t->skip);
	cd_put_be32(tail, checksum(head, t->state));
	put_bytes(&w, head, HEAD);
	put_bytes(&w, t->state.data, t->state.len);
	put_bytes(&w, tail, TAIL);
	end(&w);
	return w.len;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_bytes(const char *text, size_t len, uint8_t *out)
{
	uint32_t held = 0, bits = 0;

	for (size_t i = 0; i < len; i++) {
		const char *digit = memchr(digits, text[i], 64);

		if (!digit)
			return false;
		held = held << 6 | (uint32_t)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(held >> bits);
		}
	}
	return bits < 6 && !(held & ((1u << bits) - 1)); /* one text for each token */
}

static bool fail(coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_QUERY,
		       "this is no token of a page, or not all of it; give one as it came");
}

bool cd_page_token_read(const char *text, struct cd_arena *a, struct cd_page_token *out,
			coodie_error *err)
{
	size_t chars = strnlen(text, LONGEST + 1), len = chars * 6 / 8;
	uint8_t *bytes;

	if (chars > LONGEST || len < HEAD + TAIL)
		return fail(err);
	bytes = cd_arena_take(a, len);
	if (!bytes)
		return cd_no_memory(err, "a token");
	if (!read_bytes(text, chars, bytes))
		return fail(err);
	*out = (struct cd_page_token){
		.protocol = bytes[1],
		.statement = cd_get_be64(bytes + 2),
		.skip = cd_get_be32(bytes + 10),
		.state = { bytes + HEAD, len - HEAD - TAIL },
	};
	if (cd_get_be32(bytes + len - TAIL) != checksum(bytes, out->state))
		return fail(err);
	return *bytes == FORM ||
	       cd_fail(err, COODIE_ERR_QUERY, "this token is of form %d, which is not known here",
		       *bytes);
}

bool cd_page_token_copy(struct cd_page_token *t, struct cd_arena *a)
{
	const uint8_t *copy = cd_arena_copy(a, t->state.data, t->state.len);

	if (copy)
		t->state.data = copy;
	return copy != NULL;
}
