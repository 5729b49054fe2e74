/* SPDX-License-Identifier: MIT */
/* Rows of the system's tables, from C values to mutations. */
#include <string.h>

#include <coodie/token.h>

#include "node/cluster/system_parts.h"
#include "node/plan/where.h"
#include "node/value/native_text.h"
#include "proto/type.h"

static void *take(struct nd_rows *r, size_t count, size_t size)
{
	void *piece = r->failed ? NULL : cd_arena_take_array(r->x->arena, count, size);

	if (!piece && !r->failed) {
		nd_no_memory(&r->x->problem);
		r->failed = true;
	}
	return piece;
}

/* The bytes of a value: those of a text where they are. */
static cql_blob encode(struct nd_rows *r, const cql_type *type, cql_value v)
{
	struct nd_value out = { ND_NULL, NULL, 0 };

	if (r->failed)
		return (cql_blob){ NULL, 0 };
	if (v.is.tag == CQL_TAG_TEXT)
		return (cql_blob){ (const uint8_t *)v.as.text.data, v.as.text.len };
	if (!nd_native_encode(type, &v, r->x->arena, &out, &r->x->problem)) {
		nd_no_memory(&r->x->problem); /* the types are ours: nothing else can fail */
		r->failed = true;
	}
	return (cql_blob){ out.data, out.len };
}

void nd_rows_begin(struct nd_rows *r, struct nd_table *table, struct nd_request *x)
{
	struct nd_database *db = x->db;

	*r = (struct nd_rows){ .table = table, .x = x };
	r->last = &r->first;
	if (db->last_timestamp_us < x->now_us)
		db->last_timestamp_us = x->now_us;
	r->timestamp_us = db->last_timestamp_us += 2;
}

/* Virtual tables have the order of their keys' bytes. */
static int64_t token_of(const struct nd_rows *r, cql_blob key)
{
	uint64_t token = 0;

	if (!r->table->keyspace->is_virtual)
		return cql_murmur3_token(key.data, key.len);
	for (size_t i = 0; i < sizeof token; i++)
		token = token << 8 | (i < key.len ? key.data[i] : 0);
	return (int64_t)(token ^ UINT64_C(1) << 63);
}

void nd_rows_partition(struct nd_rows *r, cql_value key)
{
	nd_rows_partition_of(r, &key, 1);
}

/* Each with its length in front and a zero behind; one alone as it is. */
static cql_blob join_key(struct nd_rows *r, const cql_value *key, uint32_t count)
{
	cql_blob *columns = take(r, count, sizeof *columns), out = { NULL, 0 };
	int64_t token;

	for (uint32_t i = 0; columns && i < count; i++)
		columns[i] = encode(r, r->table->columns[i]->type, key[i]);
	if (count == 1 && columns)
		return columns[0];
	if (!r->failed && !nd_key_join(r->x, columns, count, &out, &token))
		r->failed = true;
	return out;
}

void nd_rows_partition_of(struct nd_rows *r, const cql_value *key, uint32_t count)
{
	struct nd_mutation *m = take(r, 1, sizeof *m);

	if (!m)
		return;
	m->table = r->table;
	m->key = join_key(r, key, count);
	m->token = token_of(r, m->key);
	m->last = &m->first;
	*r->last = m;
	r->last = &m->next;
	r->partition = m;
}

static struct nd_change *add(struct nd_rows *r, enum nd_change_kind kind, int64_t timestamp_us)
{
	struct nd_change *c = take(r, 1, sizeof *c);

	if (!c)
		return NULL;
	c->kind = kind;
	c->row = r->row;
	c->timestamp_us = timestamp_us;
	c->ttl = r->ttl;
	*r->partition->last = c;
	r->partition->last = &c->next;
	return c;
}

void nd_rows_clear(struct nd_rows *r)
{
	add(r, ND_CHANGE_DELETE_PARTITION, r->timestamp_us - 1);
}

void nd_rows_at(struct nd_rows *r, const cql_value *clustering)
{
	const struct nd_table *t = r->table;
	cql_blob *values = take(r, (size_t)t->clustering_count + 1, sizeof *values);

	if (!values)
		return;
	for (uint16_t i = 0; i < t->clustering_count; i++)
		values[i] = encode(r, t->columns[t->partition_key_count + i]->type, clustering[i]);
	r->row = (struct nd_clustering){ t->clustering_count, values };
}

void nd_rows_row(struct nd_rows *r, const cql_value *clustering)
{
	nd_rows_at(r, clustering);
	add(r, ND_CHANGE_ROW, r->timestamp_us);
}

void nd_rows_erase(struct nd_rows *r, const cql_value *clustering)
{
	nd_rows_at(r, clustering);
	add(r, ND_CHANGE_DELETE_ROW, r->timestamp_us);
}

void nd_rows_put(struct nd_rows *r, const char *column, cql_value value)
{
	const struct nd_column *of = nd_table_column(r->table, column);
	struct nd_change *c;

	if (!of || cql_is_null(value) || !(c = add(r, ND_CHANGE_CELL, r->timestamp_us)))
		return;
	c->column = of;
	c->value = encode(r, c->column->type, value);
}

void nd_rows_put_bytes(struct nd_rows *r, const char *column, cql_blob value)
{
	struct nd_change *c = add(r, ND_CHANGE_CELL, r->timestamp_us);

	if (!c)
		return;
	c->column = nd_table_column(r->table, column);
	c->value = value;
}

/* A cell of a set, or of a map of texts, or its end. */
static void put_part(struct nd_rows *r, enum nd_change_kind kind, const char *column,
		     const char *key, cql_blob value)
{
	struct nd_change *c = add(r, kind, r->timestamp_us);

	if (!c)
		return;
	c->column = nd_table_column(r->table, column);
	c->path = encode(r, c->column->type->inner[0], cql_from_str(key));
	c->value = value;
}

void nd_rows_put_item(struct nd_rows *r, const char *column, const char *item)
{
	static const uint8_t nothing[1];

	put_part(r, ND_CHANGE_CELL, column, item, (cql_blob){ nothing, 0 });
}

void nd_rows_erase_item(struct nd_rows *r, const char *column, const char *item)
{
	put_part(r, ND_CHANGE_ERASE, column, item, (cql_blob){ NULL, 0 });
}

void nd_rows_put_entry(struct nd_rows *r, const char *column, const char *key, cql_text value)
{
	put_part(r, ND_CHANGE_CELL, column, key,
		 (cql_blob){ (const uint8_t *)value.data, value.len });
}

bool nd_rows_end(struct nd_rows *r)
{
	int64_t now = nd_request_now_seconds(r->x);

	if (r->failed)
		return false;
	if (r->first && !nd_store_apply(r->first, now))
		return nd_no_memory(&r->x->problem);
	nd_store_sweep(r->table->store, now);
	return true;
}
