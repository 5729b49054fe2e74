/* SPDX-License-Identifier: MIT */
/* The schema's version: a digest of everything in it. */
#include <stdio.h>
#include <string.h>

#include <coodie/token.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "node/schema/schema_change.h"

/* A text with its end, so that two of them side by side are not one longer one. */
static void put(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void put_type(struct cd_buffer *b, const cql_type *type)
{
	size_t len = nd_type_format(type, NULL, 0);
	uint8_t *at = cd_buffer_grow(b, len + 1);

	if (at)
		nd_type_format(type, (char *)at, len + 1);
	for (uint32_t i = 0; i < type->count; i++) {
		if (cql_type_field(type, i))
			put(b, cql_type_field(type, i));
		put_type(b, type->inner[i]);
	}
}

static void put_properties(struct cd_buffer *b, const struct nd_properties *p)
{
	cd_buffer_be32(b, p->count);
	for (uint32_t i = 0; i < p->count; i++) {
		put(b, p->at[i].name);
		put(b, p->at[i].text);
		cd_buffer_be32(b, p->at[i].count);
		for (uint32_t j = 0; j < 2 * p->at[i].count; j++)
			put(b, p->at[i].pairs[j]);
	}
}

static void put_columns(struct cd_buffer *b, const struct nd_table *t)
{
	for (uint32_t i = 0; i < t->column_count; i++) {
		const struct nd_column *c = t->columns[i];

		put(b, c->name);
		put_type(b, c->type);
		cd_buffer_u8(b, (uint8_t)c->kind);
		cd_buffer_be16(b, c->position);
		cd_buffer_u8(b, c->descending);
	}
	for (uint32_t i = 0; i < t->dropped_count; i++) {
		put(b, t->dropped[i].name);
		cd_buffer_be64(b, (uint64_t)t->dropped[i].dropped_us);
	}
	for (uint32_t i = 0; i < t->index_count; i++) {
		put(b, t->indexes[i].name);
		put(b, t->indexes[i].column->name);
		put(b, t->indexes[i].class_name);
		cd_buffer_u8(b, (uint8_t)t->indexes[i].target);
		put_properties(b, &t->indexes[i].options);
	}
}

/* Two tokens of the same bytes, the second behind one more byte. */
static void digest(struct cd_buffer *b, uint64_t out[2])
{
	out[0] = (uint64_t)cql_murmur3_token(b->data, b->len);
	cd_buffer_u8(b, 1);
	if (!b->failed)
		out[1] = (uint64_t)cql_murmur3_token(b->data, b->len);
}

bool nd_table_digest(struct nd_table *t, const coodie_allocator *allocator)
{
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, allocator, 0);
	put(&b, t->name);
	cd_buffer_bytes(&b, t->id.bytes, sizeof t->id.bytes);
	put_columns(&b, t);
	put_properties(&b, &t->options);
	if (t->view) {
		put(&b, t->view->base->name);
		put(&b, t->view->where);
		cd_buffer_u8(&b, t->view->includes_all);
	}
	digest(&b, t->digest);
	ok = !b.failed;
	cd_buffer_deinit(&b);
	return ok;
}

bool nd_keyspace_digest(struct nd_keyspace *k, const coodie_allocator *allocator)
{
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, allocator, 0);
	put(&b, k->name);
	put_properties(&b, &k->replication);
	cd_buffer_u8(&b, k->durable_writes);
	for (uint32_t i = 0; i < k->type_count; i++) {
		put(&b, k->types[i].name);
		put_type(&b, k->types[i].type);
	}
	digest(&b, k->digest);
	ok = !b.failed;
	cd_buffer_deinit(&b);
	return ok;
}

/* ---- of digests; these cannot fail ------------------------------------------------------------ */

static uint64_t mix(uint64_t h, uint64_t more)
{
	h = (h ^ more) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ (h >> 32)) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ (h >> 29);
}

static void add(uint64_t halves[2], const uint64_t digest_of[2])
{
	halves[0] = mix(halves[0], digest_of[0]);
	halves[1] = mix(halves[1], digest_of[1]);
}

void nd_schema_digest(struct nd_schema *s)
{
	uint64_t halves[2] = { 1, 2 };

	for (uint32_t i = 0; i < s->keyspace_count; i++) {
		const struct nd_keyspace *k = s->keyspaces[i];

		add(halves, k->digest);
		for (uint32_t j = 0; j < k->table_count; j++)
			add(halves, k->tables[j]->digest);
	}
	cd_put_be64(s->version.bytes, halves[0]);
	cd_put_be64(s->version.bytes + 8, halves[1]);
	s->version.bytes[6] = (uint8_t)(0x30 | (s->version.bytes[6] & 0x0f));
	s->version.bytes[8] = (uint8_t)(0x80 | (s->version.bytes[8] & 0x3f));
}
