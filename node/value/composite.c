/* SPDX-License-Identifier: MIT */
#include "node/value/composite.h"

#include <string.h>

#include "base/buffer.h"
#include "base/reader.h"
#include "node/value/check.h"
#include "node/value/compare.h"
#include "node/value/native_text.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* A part of a composite: a [short bytes], and a byte that says on which side of those parts that are
 * equal up to here it stands. */
static struct cd_span next_part(struct cd_reader *r, int8_t *end)
{
	struct cd_span part = { NULL, cd_reader_be16(r) };

	part.at = cd_reader_take(r, part.len);
	*end = (int8_t)cd_reader_u8(r);
	return part;
}

int nd_composite_compare(const cql_type *type, cql_blob a, cql_blob b)
{
	struct cd_reader left = cd_reader_over(a.data, a.len),
			 right = cd_reader_over(b.data, b.len);

	for (uint32_t i = 0; i < type->count && cd_reader_left(&left) && cd_reader_left(&right);
	     i++) {
		int8_t end_a, end_b;
		struct cd_span x = next_part(&left, &end_a), y = next_part(&right, &end_b);
		if (left.failed || right.failed)
			break;
		int order = nd_compare(type->inner[i], (cql_blob){ x.at, x.len },
				       (cql_blob){ y.at, y.len });
		if (!order)
			order = ORDER(end_a, 0) - ORDER(end_b, 0);
		if (order)
			return order;
	}
	return ORDER(cd_reader_left(&left) > 0, cd_reader_left(&right) > 0);
}

bool nd_composite_check(const cql_type *type, cql_blob v, struct nd_problem *p)
{
	struct cd_reader r = cd_reader_over(v.data, v.len);

	for (uint32_t i = 0; i < type->count && cd_reader_left(&r); i++) {
		int8_t end;
		struct cd_span part = next_part(&r, &end);
		if (r.failed)
			return nd_refuse(p, ND_INVALID,
					 "Not enough bytes to read part %u of a composite", i);
		if (!nd_check_value(type->inner[i], (cql_blob){ part.at, part.len }, p))
			return false;
	}
	return !cd_reader_left(&r) ||
	       nd_refuse(p, ND_INVALID, "A composite has more parts than its type");
}

/* ---- texts ---------------------------------------------------------------------------------- */

/* Up to the next colon that has no backslash in front of it. */
static size_t part_len(const char *text, const char *at, const char *end)
{
	const char *c = at;

	while (c < end && (*c != ':' || (c > text && c[-1] == '\\')))
		c++;
	return (size_t)(c - at);
}

/* "\:" is a colon; an exclamation mark at the end keeps what is before it from meaning something. */
static bool read_part(const cql_type *type, const char *at, size_t len, struct cd_arena *a,
		      struct nd_value *out, struct nd_problem *p)
{
	char *text = cd_arena_take(a, len + 1), *to = text;

	if (!text)
		return nd_no_memory(p);
	for (size_t i = 0; i < len; i++)
		if (at[i] != '\\' || i + 1 == len || at[i + 1] != ':')
			*to++ = at[i];
	if (to > text && to[-1] == '!')
		to--;
	*to = '\0';
	return nd_native_read(type, text, (size_t)(to - text), a, out, p);
}

/* The byte behind a composite whose text ends so: it is behind, or in front of, all that begin with the
 * same parts. 0: this is one more part. */
static uint8_t end_of(const char *at, size_t len)
{
	return len != 1 ? 0 : *at == '!' ? 1 : *at == '_' ? 0xff : 0;
}

static bool put_parts(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		      struct cd_buffer *b, struct nd_problem *p)
{
	const char *at = text, *end = text + len;
	uint32_t count = 0;

	for (size_t part; at <= end; at += part + 1) {
		struct nd_value v;

		part = part_len(text, at, end);
		if (end_of(at, part) && !count)
			return nd_refuse(p, ND_INVALID, "A composite of no parts has no end");
		if (end_of(at, part)) {
			cd_buffer_truncate(b, b->len - 1);
			cd_buffer_u8(b, end_of(at, part));
			break;
		}
		if (count == type->count)
			return nd_refuse(p, ND_INVALID, "A composite has more parts than its type");
		if (!read_part(type->inner[count++], at, part, a, &v, p))
			return false;
		if (v.len > UINT16_MAX)
			return nd_refuse(p, ND_INVALID, "A part of a composite is too long");
		cd_buffer_be16(b, (uint16_t)v.len);
		cd_buffer_bytes(b, v.data, v.len);
		cd_buffer_u8(b, 0);
	}
	return true;
}

bool nd_composite_read(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		       struct nd_value *out, struct nd_problem *p)
{
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, a->allocator, 0);
	ok = !len || put_parts(type, text, len, a, &b, p);
	*out = (struct nd_value){ ND_VALUE, ok ? cd_arena_copy(a, b.data, b.len) : NULL, b.len };
	if (ok && (b.failed || !out->data))
		ok = nd_no_memory(p);
	cd_buffer_deinit(&b);
	return ok;
}
