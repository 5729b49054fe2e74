/* SPDX-License-Identifier: MIT */
/* Reads and writes the notations; a failed reader or buffer stays failed, so nothing here reports.
 */
#include "proto/notation.h"

#include <coodie/framing.h>

struct cd_span cd_read_string(struct cd_reader *r)
{
	return cd_reader_span(r, cd_reader_be16(r));
}

struct cd_span cd_read_short_bytes(struct cd_reader *r)
{
	return cd_reader_span(r, cd_reader_be16(r));
}

struct cd_span cd_read_long_string(struct cd_reader *r)
{
	int32_t len = (int32_t)cd_reader_be32(r);

	r->failed |= len < 0;
	return cd_reader_span(r, len < 0 ? 0 : (size_t)len);
}

struct cd_span cd_read_bytes(struct cd_reader *r)
{
	int32_t len = (int32_t)cd_reader_be32(r);

	return len < 0 ? (struct cd_span){ NULL, 0 } : cd_reader_span(r, (size_t)len);
}

struct cd_span cd_read_value(struct cd_reader *r, bool *unset)
{
	int32_t len = (int32_t)cd_reader_be32(r);

	*unset = len == -2;
	r->failed |= len < -2;
	return len < 0 ? (struct cd_span){ NULL, 0 } : cd_reader_span(r, (size_t)len);
}

cql_consistency cd_read_consistency(struct cd_reader *r)
{
	return (cql_consistency)(cd_reader_be16(r) + 1);
}

/* As many leading ones as bytes follow; the rest of the first byte holds the highest bits (v5
 * section 3). */
uint64_t cd_read_unsigned_vint(struct cd_reader *r)
{
	unsigned first = cd_reader_u8(r), more = 0;

	while (more < 8 && (first & (0x80u >> more)))
		more++;
	uint64_t v = more < 8 ? first & (0xffu >> (more + 1)) : 0;
	const uint8_t *at = cd_reader_take(r, more);
	for (unsigned i = 0; at && i < more; i++)
		v = v << 8 | at[i];
	return at ? v : 0;
}

int64_t cd_read_vint(struct cd_reader *r)
{
	uint64_t u = cd_read_unsigned_vint(r);

	return (int64_t)((u >> 1) ^ (0 - (u & 1)));
}

bool cd_read_inetaddr(struct cd_reader *r, uint8_t address[16], uint8_t *len)
{
	uint8_t n = cd_reader_u8(r);

	r->failed |= n != 4 && n != 16;
	const uint8_t *at = cd_reader_take(r, n);
	if (!at)
		return false;
	memcpy(address, at, n);
	*len = n;
	return true;
}

void cd_write_string(struct cd_buffer *b, const char *text, size_t len)
{
	if (len > UINT16_MAX)
		b->failed = b->too_long = true;
	cd_buffer_be16(b, (uint16_t)len);
	cd_buffer_bytes(b, text, len);
}

void cd_write_str(struct cd_buffer *b, const char *text)
{
	cd_write_string(b, text, strlen(text));
}

void cd_write_short_bytes(struct cd_buffer *b, const void *data, size_t len)
{
	cd_write_string(b, data, len);
}

void cd_write_long_string(struct cd_buffer *b, const char *text, size_t len)
{
	if (len > INT32_MAX)
		b->failed = b->too_long = true;
	cd_buffer_be32(b, (uint32_t)len);
	cd_buffer_bytes(b, text, len);
}

void cd_write_bytes(struct cd_buffer *b, const void *data, size_t len)
{
	if (!data)
		cd_buffer_be32(b, UINT32_MAX);
	else
		cd_write_long_string(b, data, len);
}

void cd_write_consistency(struct cd_buffer *b, cql_consistency c)
{
	cd_buffer_be16(b, (uint16_t)(c - 1));
}

size_t cd_put_unsigned_vint(uint8_t *at, uint64_t v)
{
	unsigned more = 0;

	while (more < 8 && v >> (7 * (more + 1)))
		more++;
	for (unsigned i = more; i > 0; i--, v >>= 8)
		at[i] = (uint8_t)v;
	at[0] = (uint8_t)(more < 8 ? (0xff00u >> more) | v : 0xff);
	return more + 1;
}

void cd_write_unsigned_vint(struct cd_buffer *b, uint64_t v)
{
	uint8_t bytes[9];

	cd_buffer_bytes(b, bytes, cd_put_unsigned_vint(bytes, v));
}

static uint64_t zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (uint64_t)(v < 0 ? -1 : 0);
}

void cd_write_vint(struct cd_buffer *b, int64_t v)
{
	cd_write_unsigned_vint(b, zigzag(v));
}

size_t cql_unsigned_vint_write(uint64_t value, uint8_t out[CQL_VINT_SIZE])
{
	return cd_put_unsigned_vint(out, value);
}

size_t cql_vint_write(int64_t value, uint8_t out[CQL_VINT_SIZE])
{
	return cd_put_unsigned_vint(out, zigzag(value));
}
