/* SPDX-License-Identifier: MIT */
/* Keys found in encoded values, and hashed where they lie; several columns are joined in a piece of
 * stack, over and over when they are long. */
#include "net/ring/routing.h"

#include <string.h>

#include <coodie/token.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "proto/murmur3.h"

/* ---- where they stand ------------------------------------------------------------------------ */

static bool is_text(cql_text text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

/* Sorted by markers, of which there are few. */
static void add_part(struct cd_routing *r, uint16_t marker)
{
	uint16_t at = r->part_count;

	for (; at && r->parts[at - 1].marker > marker; at--)
		r->parts[at] = r->parts[at - 1];
	r->parts[at] = (struct cd_routing_part){ marker, r->part_count++ };
}

void cd_routing_init(struct cd_routing *r, const cql_markers *markers)
{
	*r = (struct cd_routing){ .part_count = 0 };
	if (markers->column_count) {
		r->keyspace = markers->columns[0].keyspace;
		r->table = markers->columns[0].table;
	}
	if (!markers->key_count || markers->key_count > CD_ROUTING_PARTS)
		return;
	for (uint16_t i = 0; i < markers->key_count; i++) {
		if (markers->key_indexes[i] >= markers->column_count) {
			r->part_count = 0;
			return;
		}
		add_part(r, markers->key_indexes[i]);
	}
	r->is_cdc = r->part_count == 1 &&
		    is_text(markers->columns[markers->key_indexes[0]].name, "cdc$stream_id");
}

/* ---- finding them ---------------------------------------------------------------------------- */

static inline void skip_values(struct cd_reader *values, unsigned count)
{
	for (; count; count--) {
		int32_t len = (int32_t)cd_reader_be32(values);
		if (len > 0)
			cd_reader_take(values, (size_t)len);
	}
}

/* The bytes of the next value; NULL: it is null, not set, or not there. */
static inline struct cd_span next_value(struct cd_reader *values)
{
	int32_t len = (int32_t)cd_reader_be32(values);

	if (len < 0)
		return (struct cd_span){ NULL, 0 };
	return cd_reader_span(values, (size_t)len);
}

/* The columns of the key, by their parts. */
static bool find_parts(const struct cd_routing *r, struct cd_reader values, struct cd_span *parts)
{
	unsigned marker = 0;

	for (uint16_t i = 0; i < r->part_count; i++) {
		skip_values(&values, r->parts[i].marker - marker);
		marker = r->parts[i].marker;
		struct cd_reader here = values; /* the next part may be bound to the same marker */
		parts[r->parts[i].part] = next_value(&here);
		if (!parts[r->parts[i].part].at)
			return false;
	}
	return true;
}

struct cd_routing cd_routing_unrouted(const struct cd_routing *r)
{
	struct cd_routing out = { .part_count = r->part_count,
				  .is_cdc = r->is_cdc,
				  .keyspace = r->keyspace,
				  .table = r->table };

	memcpy(out.parts, r->parts, sizeof out.parts);
	return out;
}

/* ---- joining them ---------------------------------------------------------------------------- */

enum { PIECE = 1024 };

/* What has been joined: whole pieces are hashed, and written over. */
struct joint {
	uint8_t bytes[PIECE];
	size_t len;
	struct cd_murmur3 hash; /* of the pieces before */
};

static void join(struct joint *j, const uint8_t *at, size_t len)
{
	while (len) {
		size_t room = sizeof j->bytes - j->len, n = len < room ? len : room;
		memcpy(j->bytes + j->len, at, n);
		j->len += n;
		at += n;
		len -= n;
		if (j->len == sizeof j->bytes) {
			cd_murmur3_blocks(&j->hash, j->bytes, sizeof j->bytes);
			j->len = 0;
		}
	}
}

static void join_part(struct joint *j, struct cd_span part)
{
	uint8_t len[2];

	cd_put_be16(len, (uint16_t)part.len);
	join(j, len, sizeof len);
	join(j, part.at, part.len);
	join(j, (const uint8_t *)"", 1);
}

static struct cd_token token_of_joint(struct joint *j)
{
	size_t tail = j->len % CD_MURMUR3_BLOCK;

	cd_murmur3_blocks(&j->hash, j->bytes, j->len - tail);
	return (struct cd_token){ cd_murmur3_finish(&j->hash, j->bytes + j->len - tail, tail), 0 };
}

/* Joins parts that fit. */
static void join_short(const struct cd_span *parts, uint16_t count, uint8_t *at)
{
	for (uint16_t i = 0; i < count; i++) {
		cd_put_be16(at, (uint16_t)parts[i].len);
		memcpy(at + 2, parts[i].at, parts[i].len);
		at += parts[i].len + 2;
		*at++ = 0;
	}
}

static bool token_of_parts(const struct cd_span *parts, uint16_t count,
			   enum cd_partitioner partitioner, struct cd_token *out)
{
	struct joint j;
	size_t size = 0;

	for (uint16_t i = 0; i < count; i++) {
		if (parts[i].len > UINT16_MAX)
			return false;
		size += parts[i].len + 3;
	}
	if (size <= sizeof j.bytes) {
		join_short(parts, count, j.bytes);
		return cd_partitioner_token(partitioner, j.bytes, size, out);
	}
	if (partitioner != CD_PARTITIONER_MURMUR3)
		return false; /* it wants its key in one piece */
	j.len = 0;
	j.hash = (struct cd_murmur3){ 0, 0, 0 };
	for (uint16_t i = 0; i < count; i++)
		join_part(&j, parts[i]);
	*out = token_of_joint(&j);
	return true;
}

bool cd_routing_token(const struct cd_routing *r, enum cd_partitioner partitioner,
		      const void *values, size_t len, struct cd_token *out)
{
	struct cd_span parts[CD_ROUTING_PARTS];
	struct cd_reader in = cd_reader_over(values, len);

	if (r->is_cdc)
		partitioner = CD_PARTITIONER_CDC;
	if (r->part_count != 1)
		return r->part_count && find_parts(r, in, parts) &&
		       token_of_parts(parts, r->part_count, partitioner, out);
	skip_values(&in, r->parts[0].marker);
	parts[0] = next_value(&in);
	if (!parts[0].len) /* an empty key is refused by servers */
		return false;
	if (partitioner != CD_PARTITIONER_MURMUR3)
		return cd_partitioner_token(partitioner, parts[0].at, parts[0].len, out);
	*out = (struct cd_token){ cql_murmur3_token(parts[0].at, parts[0].len), 0 };
	return true;
}
