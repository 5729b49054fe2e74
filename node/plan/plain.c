/* SPDX-License-Identifier: MIT */
/* Plain INSERTs: looked up, their rows found, and written over. */
#include "node/plan/plain.h"

#include <string.h>

#include "node/auth/access.h"
#include "node/function/term_parts.h"
#include "node/value/check.h"

enum {
	KEYS_MOST = 16,      /* columns of a plain statement's key */
	KEY_BYTES_MOST = 256 /* of a partition key of several columns */
};

/* A value of the statement: of a marker (`constant` NULL), or the same each time. */
struct source {
	const struct nd_value *constant;
	const cql_type *type;
	size_t size;     /* the length of all values; 0: they are to be looked at */
	uint32_t column; /* its id */
	uint16_t marker;
};

/* The key's come first, then those of cells in the order in which rows keep them. */
struct nd_plain {
	uint32_t partition_count, key_count, count;
	struct source at[];
};

struct nd_plain_row {
	struct nd_table *table;
	struct nd_overwrite is;
};

/* ---- looking up --------------------------------------------------------------------------------- */

static bool is_simple(const struct nd_term *t)
{
	return t->kind == ND_TERM_CONSTANT || (t->kind == ND_TERM_MARKER && t->keeps_bytes);
}

static bool is_plain(const struct nd_write *w)
{
	const struct nd_table *t = w->plan.table;

	if (w->kind != ND_INSERT || !w->key || w->json || w->timestamp || w->ttl || w->refusal ||
	    w->plan.is_conditional || !w->touches_rows || w->regular_count < w->operation_count ||
	    t->is_counter || t->keyspace->is_virtual || t->refresh ||
	    t->partition_key_count + t->clustering_count > KEYS_MOST)
		return false;
	for (uint32_t i = 0; i < (uint32_t)t->partition_key_count + t->clustering_count; i++)
		if (!is_simple(w->key[i]))
			return false;
	for (uint32_t i = 0; i < w->operation_count; i++)
		if (w->operations[i].column->is_multi_cell || !is_simple(w->operations[i].value))
			return false;
	return true;
}

static void add_source(struct nd_plain *p, const struct nd_column *c, const struct nd_term *t)
{
	p->at[p->count++] = (struct source){
		.constant = t->kind == ND_TERM_CONSTANT ? &t->value : NULL,
		.type = c->type,
		.size = nd_check_size(c->type),
		.column = c->id,
		.marker = t->marker,
	};
}

bool nd_plain_new(struct nd_planner *p, struct nd_write *w)
{
	const struct nd_table *t = w->plan.table;
	uint32_t keys = (uint32_t)t->partition_key_count + t->clustering_count;
	struct nd_plain *plain;

	if (!is_plain(w))
		return true;
	plain = cd_arena_take_zero(p->arena, sizeof *plain + ((size_t)keys + w->operation_count) *
								     sizeof *plain->at);
	if (!plain)
		return nd_no_memory(p->problem);
	plain->partition_count = t->partition_key_count;
	plain->key_count = keys;
	for (uint32_t i = 0; i < keys; i++)
		add_source(plain, t->columns[i], w->key[i]);
	for (uint32_t i = keys; i < t->column_count; i++)
		for (uint32_t k = 0; k < w->operation_count; k++)
			if (w->operations[k].column == t->columns[i])
				add_source(plain, t->columns[i], w->operations[k].value);
	w->plain = plain;
	return true;
}

/* ---- values ------------------------------------------------------------------------------------- */

/* Statements on their way to their rows; many are of the plan, and of the partition, of the one before. */
struct finding {
	struct nd_request *x;
	struct nd_plain_rows *rows;
	bool are_checked;
	const struct nd_plan *plan;
	const struct nd_plain *plain;
	struct nd_partition *partition;
	struct nd_put *put; /* the next one */
};

/* What is bound; NULL: it is wrong. */
static inline const struct nd_value *value_of(const struct finding *f, const struct source *s,
					      const struct nd_value *values)
{
	const struct nd_value *v = s->constant;

	if (v)
		return v;
	v = &values[s->marker];
	if (!f->are_checked && v->presence == ND_VALUE && (!s->size || v->len != s->size) &&
	    !nd_check_value(s->type, (cql_blob){ v->data, v->len }, &f->x->problem))
		return NULL;
	return v;
}

static bool read_key(const struct finding *f, const struct nd_value *values, cql_blob *key)
{
	static const uint8_t empty[1];

	for (uint32_t i = 0; i < f->plain->key_count; i++) {
		const struct nd_value *v = value_of(f, &f->plain->at[i], values);

		if (!v || v->presence != ND_VALUE)
			return false;
		key[i] = (cql_blob){ v->len ? v->data : empty, v->len };
	}
	return true;
}

/* ---- places ------------------------------------------------------------------------------------- */

/* A partition key as it is stored; a long one of several columns is not worth the room. */
static bool join_key(const cql_blob *columns, uint32_t count, uint8_t *room, cql_blob *out)
{
	uint8_t *at = room;

	*out = columns[0];
	if (count == 1)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		size_t len = columns[i].len;

		if (len + 3 > KEY_BYTES_MOST - (size_t)(at - room))
			return false;
		cd_put_be16(at, (uint16_t)len);
		memcpy(at + 2, columns[i].data, len);
		at[2 + len] = 0;
		at += 3 + len;
	}
	*out = (cql_blob){ room, (size_t)(at - room) };
	return true;
}

static bool is_in(struct nd_partition *p, const struct nd_table *t, cql_blob key)
{
	cql_blob has = nd_partition_key(p);

	return nd_partition_table(p) == t && has.len == key.len &&
	       memcmp(has.data, key.data, key.len) == 0;
}

static struct nd_partition *find_partition(struct finding *f, const cql_blob *columns)
{
	const struct nd_table *t = f->plan->table;
	uint8_t room[KEY_BYTES_MOST];
	cql_blob key;

	if (!join_key(columns, f->plain->partition_count, room, &key))
		return NULL;
	if (f->partition && is_in(f->partition, t, key))
		return f->partition;
	f->rows->partitions++;
	return f->partition = nd_store_partition(t->store, key);
}

static struct nd_stored_row *find_row(struct finding *f, const struct nd_value *values)
{
	const uint32_t from = f->plain->partition_count;
	struct nd_clustering row = { f->plain->key_count - from, NULL };
	cql_blob key[KEYS_MOST];

	if (!read_key(f, values, key) || !find_partition(f, key))
		return NULL;
	row.values = key + from;
	for (uint32_t i = 0; i < row.count; i++)
		f->rows->bytes += row.values[i].len;
	return nd_overwrite_row(f->partition, row);
}

/* The cells of a row for the values that are set. */
static bool find_cells(struct finding *f, const struct nd_stored_row *row,
		       const struct nd_value *values)
{
	const struct source *s = f->plain->at + f->plain->key_count;
	const struct source *end = f->plain->at + f->plain->count;
	uint32_t next = 0;

	for (; s < end; s++) {
		static const uint8_t empty[1];
		const struct nd_value *v = value_of(f, s, values);

		if (!v)
			return false;
		if (v->presence == ND_UNSET)
			continue;
		*f->put = (struct nd_put){ .data = v->presence == ND_NULL ? NULL
						   : v->len               ? v->data
									  : empty,
					   .len = v->presence == ND_NULL ? 0 : v->len };
		if (!nd_overwrite_takes(row, s->column, &next, f->put))
			return false;
		f->rows->bytes += f->put++->len;
	}
	return true;
}

/* ---- statements --------------------------------------------------------------------------------- */

/* Whether the table's writes concern nobody else, now, and the client may write it. */
static bool begin_plan(struct finding *f, const struct nd_plan *plan)
{
	const struct nd_write *w = nd_write_of(plan);
	const struct nd_table *t = plan->table;

	if (!w || !w->plain || t->view_count || t->index_count || t->default_ttl ||
	    (!f->are_checked && !nd_access_check(plan, f->x)))
		return false;
	f->rows->without_grace |= !t->gc_grace;
	f->plan = plan;
	f->plain = w->plain;
	return true;
}

static bool find_statement(struct finding *f, const struct nd_batch_item *item,
			   struct nd_plain_row *out)
{
	const struct nd_put *puts = f->put;
	struct nd_stored_row *row;

	if (item->plan != f->plan && !begin_plan(f, item->plan))
		return false;
	if (item->value_count != item->plan->markers.column_count ||
	    !(row = find_row(f, item->values)) || !find_cells(f, row, item->values))
		return false;
	out->table = item->plan->table;
	out->is = (struct nd_overwrite){ f->partition, row, puts, (uint32_t)(f->put - puts) };
	f->rows->cells += out->is.count;
	return true;
}

static size_t most_puts(const struct nd_batch_item *items, uint32_t count)
{
	size_t most = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct nd_write *w = nd_write_of(items[i].plan);

		if (!w || !w->plain)
			return 0;
		most += w->operation_count;
	}
	return most + 1;
}

/* Guardrails hold for ordinary users, and levels of Paxos are to be refused. */
static bool is_plain_request(const struct nd_request *x)
{
	return !x->is_ordinary_user && x->consistency != CQL_CONSISTENCY_SERIAL &&
	       x->consistency != CQL_CONSISTENCY_LOCAL_SERIAL;
}

bool nd_plain_find(const struct nd_batch_item *items, uint32_t count, bool are_checked,
		   struct nd_request *x, struct nd_plain_rows *out)
{
	struct finding f = { .x = x, .rows = out, .are_checked = are_checked };
	size_t puts = is_plain_request(x) ? most_puts(items, count) : 0;
	bool ok = puts && count;

	*out = (struct nd_plain_rows){ .count = count };
	if (!ok)
		return false;
	out->at = cd_arena_take(x->arena, count * sizeof *out->at);
	f.put = cd_arena_take(x->arena, puts * sizeof *f.put);
	ok = out->at && f.put;
	for (uint32_t i = 0; ok && i < count; i++)
		ok = find_statement(&f, &items[i], &out->at[i]);
	if (!ok)
		nd_problem_init(&x->problem, x->arena); /* the other way finds it again */
	return ok;
}

/* ---- running ------------------------------------------------------------------------------------ */

static bool admit(const struct nd_plain_rows *rows, enum nd_access access, struct nd_request *x)
{
	const struct nd_partition *asked = NULL;

	for (uint32_t i = 0; i < rows->count; i++) {
		const struct nd_plain_row *r = &rows->at[i];

		if (r->is.partition != asked &&
		    !nd_request_admit(x, r->table->keyspace, nd_partition_token(r->is.partition),
				      access))
			return false;
		asked = r->is.partition;
	}
	return true;
}

/* Of each table, as many times as it was written. */
static void sweep(const struct nd_plain_rows *rows, const struct nd_request *x)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i <= rows->count; i++) {
		if (i < rows->count && rows->at[i].table == rows->at[first].table)
			continue;
		nd_store_sweep_after(rows->at[first].table->store, x->now_us / 1000000, i - first);
		first = i;
	}
}

bool nd_plain_run(const struct nd_plain_rows *rows, enum nd_access access, struct nd_request *x)
{
	const int64_t timestamp_us = nd_request_timestamp(x), now = nd_request_now_seconds(x);

	if (!admit(rows, access, x))
		return false;
	for (uint32_t i = 0; i < rows->count; i++)
		nd_overwrite_run(&rows->at[i].is, timestamp_us, now);
	sweep(rows, x);
	x->result.kind = COODIE_RESULT_VOID;
	return true;
}
