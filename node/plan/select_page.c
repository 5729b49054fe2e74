/* SPDX-License-Identifier: MIT */
/* Paging states: where a page ended, as bytes that clients keep and bring back. They are not a
 * secret but are looked at with suspicion: anything that we have not written is refused. */
#include <coodie/token.h>

#include "node/plan/select_plan.h"

#include "base/reader.h"

enum { PAGE_VERSION = 1, PAGE_IN_ROWS = 1, CHECK_SIZE = 8 };

/* A digest of the bytes and the table they are about. */
static uint64_t digest(const uint8_t *data, size_t len, const struct nd_table *t)
{
	uint64_t table = (uint64_t)cql_murmur3_token(t->id.bytes, sizeof t->id.bytes);

	return (uint64_t)cql_murmur3_token(data, len) ^ (table << 1 | table >> 63);
}

static void put_blob(struct cd_buffer *b, cql_blob v)
{
	cd_buffer_be32(b, (uint32_t)v.len);
	cd_buffer_bytes(b, v.data, v.len);
}

bool nd_page_write(const struct nd_page_state *s, const struct nd_table *t, struct cd_arena *a,
		   cql_blob *out, struct nd_problem *p)
{
	uint8_t *data = NULL;
	struct cd_buffer b;

	cd_buffer_init(&b, a->allocator, 0);
	cd_buffer_u8(&b, PAGE_VERSION);
	cd_buffer_u8(&b, s->in_rows ? PAGE_IN_ROWS : 0);
	cd_buffer_be32(&b, s->left);
	cd_buffer_be32(&b, s->left_in_partition);
	put_blob(&b, s->key);
	cd_buffer_be16(&b, (uint16_t)(s->in_rows ? s->clustering.count : 0));
	for (uint32_t i = 0; s->in_rows && i < s->clustering.count; i++)
		put_blob(&b, s->clustering.values[i]);
	cd_buffer_be64(&b, b.failed ? 0 : digest(b.data, b.len, t));
	if (!b.failed)
		data = cd_arena_copy(a, b.data, b.len);
	*out = (cql_blob){ data, b.len };
	cd_buffer_deinit(&b);
	return data || nd_no_memory(p);
}

static cql_blob take_blob(struct cd_reader *r)
{
	struct cd_span span = cd_reader_span(r, cd_reader_be32(r));

	return (cql_blob){ span.at, span.len };
}

static bool refuse(struct nd_problem *p)
{
	return nd_refuse(p, ND_PROTOCOL_ERROR, "Invalid value for the paging state");
}

static bool take_clustering(struct cd_reader *r, const struct nd_table *t, struct cd_arena *a,
			    struct nd_page_state *out, struct nd_problem *p)
{
	uint32_t count = cd_reader_be16(r);
	cql_blob *values;

	if (count != (out->in_rows ? t->clustering_count : 0))
		return refuse(p);
	values = cd_arena_take_array(a, count + 1u, sizeof *values);
	if (!values)
		return nd_no_memory(p);
	for (uint32_t i = 0; i < count; i++)
		values[i] = take_blob(r);
	out->clustering = (struct nd_clustering){ count, values };
	return true;
}

bool nd_page_read(cql_blob bytes, const struct nd_table *t, struct cd_arena *a,
		  struct nd_page_state *out, struct nd_problem *p)
{
	struct cd_reader r = cd_reader_over(bytes.data, bytes.len);
	uint8_t version, flags;

	*out = (struct nd_page_state){ .left = 0 };
	if (bytes.len < CHECK_SIZE || cd_get_be64(bytes.data + bytes.len - CHECK_SIZE) !=
					      digest(bytes.data, bytes.len - CHECK_SIZE, t))
		return refuse(p);
	r.end -= CHECK_SIZE;
	version = cd_reader_u8(&r);
	flags = cd_reader_u8(&r);
	out->in_rows = flags & PAGE_IN_ROWS;
	out->left = cd_reader_be32(&r);
	out->left_in_partition = cd_reader_be32(&r);
	out->key = take_blob(&r);
	if (r.failed || version != PAGE_VERSION || flags > PAGE_IN_ROWS || !out->key.len)
		return refuse(p);
	if (!take_clustering(&r, t, a, out, p))
		return false;
	return (!r.failed && cd_reader_left(&r) == 0) || refuse(p);
}
