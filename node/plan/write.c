/* SPDX-License-Identifier: MIT */
/* INSERT, UPDATE and DELETE carried out: places and operations become mutations. */
#include "node/plan/write.h"

#include <inttypes.h>
#include <string.h>

#include "base/reader.h"
#include "node/plan/guardrail.h"
#include "node/plan/insert.h"
#include "node/plan/plain.h"
#include "node/plan/view.h"
#include "node/value/check.h"

/* ---- what a statement is run with --------------------------------------------------------------- */

bool nd_timestamp_value(const struct nd_term *timestamp, struct nd_request *x, int64_t otherwise,
			int64_t *out)
{
	struct nd_value v = { ND_UNSET, NULL, 0 };

	*out = otherwise;
	if (timestamp && !nd_term_value(timestamp, x, &v))
		return false;
	if (v.presence == ND_NULL || (v.presence == ND_VALUE && v.len != 8))
		return nd_refuse(&x->problem, ND_INVALID, "Invalid null value of timestamp");
	if (v.presence == ND_VALUE)
		*out = (int64_t)cd_get_be64(v.data);
	if (*out == INT64_MIN)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Out of bound timestamp, must be in [%" PRId64 ", %" PRId64 "]",
				 -INT64_MAX, INT64_MAX);
	return true;
}

/* The most seconds a TTL has, and the last second something can expire in: while a cluster may
 * still have nodes of version 4, as it is by default. */
#define TTL_MOST 630720000
#define EXPIRES_MOST INT64_C(2147483646)
#define EXPIRES_MOST_TEXT "2038-01-19T03:14:06+00:00"

static bool check_expiry(const struct nd_table *t, struct nd_request *x, int32_t ttl,
			 bool is_default)
{
	if (!ttl || nd_request_now_seconds(x) + ttl <= EXPIRES_MOST)
		return true;
	return nd_refuse(
		&x->problem, ND_INVALID,
		"Request on table %s.%s with %sttl of %d seconds exceeds maximum supported "
		"expiration date of " EXPIRES_MOST_TEXT
		". In order to avoid this use a lower TTL, change the expiration date overflow "
		"policy or upgrade to a version where this limitation is fixed. See "
		"CASSANDRA-14092 and CASSANDRA-14227 for more details.",
		t->keyspace->name, t->name, is_default ? "default " : "", ttl);
}

static bool ttl_value(const struct nd_write *w, struct nd_request *x, int32_t *out)
{
	const struct nd_table *t = w->plan.table;
	struct nd_value v = { ND_UNSET, NULL, 0 };

	if (w->ttl && !nd_term_value(w->ttl, x, &v))
		return false;
	*out = v.presence == ND_UNSET                 ? t->default_ttl
	       : v.presence == ND_VALUE && v.len == 4 ? (int32_t)cd_get_be32(v.data)
						      : 0;
	if (*out < 0)
		return nd_refuse(&x->problem, ND_INVALID,
				 "A TTL must be greater or equal to 0, but was %d", *out);
	if (*out > TTL_MOST)
		return nd_refuse(&x->problem, ND_INVALID,
				 "ttl is too large. requested (%d) maximum (%d)", *out, TTL_MOST);
	return check_expiry(t, x, *out, v.presence == ND_UNSET);
}

/* ---- places ------------------------------------------------------------------------------------ */

enum { KEY_MOST = 65535 };

/* The bytes of a key whose columns are made of values: a text may have brought them in as they are,
 * `k = '5:ab'` for a tuple with a set. */
static bool check_key(const struct nd_write *w, cql_blob key, struct nd_request *x)
{
	const struct nd_table *t = w->plan.table;
	cql_blob *columns;

	if (!w->checks_keys)
		return true;
	columns = cd_arena_take_array(x->arena, t->partition_key_count, sizeof *columns);
	if (!columns)
		return nd_no_memory(&x->problem);
	nd_key_columns(key, columns, t->partition_key_count);
	for (uint32_t i = 0; i < t->partition_key_count; i++)
		if (!nd_check_value(t->columns[i]->type, columns[i], &x->problem))
			return false;
	return true;
}

static bool check_row(const struct nd_clustering *row, struct nd_request *x)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < row->count; i++)
		sum += row->values[i].len;
	return sum <= KEY_MOST ||
	       nd_refuse(&x->problem, ND_INVALID, "Key length of %zu is longer than maximum of %d",
			 sum, KEY_MOST);
}

const struct nd_write *nd_write_bind(const struct nd_write *w, struct nd_request *x)
{
	return w->json ? nd_insert_json_bind(w, x) : w;
}

bool nd_write_keys(const struct nd_write *w, struct nd_request *x, struct nd_places *out)
{
	*out = (struct nd_places){ 0 };
	return w->where ? nd_where_bind_keys(w->where, x, out) : nd_insert_keys(w, x, out);
}

bool nd_write_places(const struct nd_write *w, struct nd_request *x, struct nd_places *out)
{
	if (!(w->where ? nd_where_bind(w->where, x, out) : nd_insert_places(w, x, out)))
		return false;
	for (uint32_t i = 0; i < out->slice_count; i++)
		if (!check_row(&out->slices[i].from.prefix, x) ||
		    (!out->names_rows && !check_row(&out->slices[i].to.prefix, x)))
			return false;
	return true;
}

/* ---- mutations --------------------------------------------------------------------------------- */

void nd_build_init(struct nd_build *b, struct nd_request *x, int64_t timestamp_us)
{
	*b = (struct nd_build){ .x = x, .timestamp_us = timestamp_us };
}

static struct nd_mutation *new_mutation(struct nd_build *b, struct nd_table *t, cql_blob key,
					int64_t token)
{
	struct nd_mutation *m = cd_arena_take_zero(b->x->arena, sizeof *m);

	if (!m) {
		nd_no_memory(&b->x->problem);
		return NULL;
	}
	m->table = t;
	m->key = key;
	m->token = token;
	m->last = &m->first;
	*(b->newest ? &b->newest->next : &b->first) = m;
	b->newest = m;
	return m;
}

/* Neighbours in a batch that have the same key have the same bytes. */
static bool is_same_key(cql_blob a, cql_blob b)
{
	return a.len == b.len && (a.data == b.data || !memcmp(a.data, b.data, a.len));
}

/* Writes to one partition mostly follow each other: they share a mutation. */
static struct nd_mutation *mutation_of(struct nd_build *b, struct nd_table *t, cql_blob key,
				       int64_t token)
{
	struct nd_mutation *m = b->newest;

	if (!m || m->table != t || m->token != token || !is_same_key(m->key, key))
		m = new_mutation(b, t, key, token);
	b->count++;
	if (m)
		m->writes++;
	return m;
}

static bool run_operations(const struct nd_write *w, struct nd_writer *to, uint32_t first,
			   uint32_t end)
{
	for (uint32_t i = first; i < end; i++)
		if (!w->operations[i].run(&w->operations[i], to))
			return false;
	return true;
}

static bool put_marker(struct nd_writer *to)
{
	struct nd_change *marker = nd_writer_add(to, ND_CHANGE_ROW, NULL);

	if (marker)
		marker->ttl = to->ttl;
	return marker != NULL;
}

static bool write_row(const struct nd_write *w, struct nd_writer *to)
{
	to->is_static = false;
	to->begin = to->mutation->last;
	if (w->kind == ND_INSERT && !put_marker(to))
		return false;
	return run_operations(w, to, 0, w->regular_count);
}

static bool write_static(const struct nd_write *w, struct nd_writer *to)
{
	if (w->regular_count == w->operation_count)
		return true;
	to->is_static = true;
	to->begin = to->mutation->last;
	to->row = (struct nd_clustering){ 0, NULL };
	return run_operations(w, to, w->regular_count, w->operation_count);
}

/* Rows, ranges of rows, or the partition. Paxos moves what it deletes before what it writes. */
static bool delete_rows(const struct nd_write *w, struct nd_writer *to,
			const struct nd_places *places)
{
	struct nd_change *c;

	to->timestamp_us -= to->is_cas;
	if (!w->plan.table->clustering_count || nd_where_is_whole_partitions(w->where))
		return nd_writer_add(to, ND_CHANGE_DELETE_PARTITION, NULL) != NULL;
	for (uint32_t i = 0; i < places->slice_count; i++) {
		const struct nd_slice *slice = &places->slices[i];
		to->row = places->names_rows ? slice->from.prefix
					     : (struct nd_clustering){ 0, NULL };
		c = nd_writer_add(
			to, places->names_rows ? ND_CHANGE_DELETE_ROW : ND_CHANGE_DELETE_RANGE,
			NULL);
		if (!c)
			return false;
		c->from = slice->from;
		c->to = slice->to;
	}
	return true;
}

/* A range of rows, or a whole partition, of which columns are named that the rows have. */
static bool names_columns_of_range(const struct nd_write *w, const struct nd_places *places)
{
	return w->kind == ND_DELETE && w->operation_count && w->plan.table->clustering_count &&
	       (w->touches_rows ? !places->names_rows : w->regular_count > 0);
}

/* Each row that is named and, with each, the static one: what adds to that adds as often. */
static bool write_rows(const struct nd_write *w, struct nd_writer *to,
		       const struct nd_places *places)
{
	if (names_columns_of_range(w, places))
		return nd_refuse(&to->x->problem, ND_INVALID,
				 "Range deletions are not supported for specific columns");
	for (uint32_t i = 0; w->touches_rows && i < places->slice_count; i++) {
		to->row = places->slices[i].from.prefix;
		if (!write_row(w, to) || !write_static(w, to))
			return false;
	}
	return w->touches_rows || write_static(w, to);
}

static bool write_partition(const struct nd_write *w, struct nd_writer *to,
			    const struct nd_places *places)
{
	if (w->kind == ND_DELETE && !w->operation_count)
		return delete_rows(w, to, places);
	return write_rows(w, to, places);
}

/* IN on keys and on rows is their product: what Cassandra would try, and fall over. */
enum { ROWS_MOST = 1 << 20 };

static bool count_rows(struct nd_build *b, const struct nd_places *places)
{
	b->rows += (uint64_t)places->key_count * (places->slice_count ? places->slice_count : 1);
	return b->rows <= ROWS_MOST ||
	       nd_refuse(&b->x->problem, ND_INVALID,
			 "More than %d rows in one write are not supported by the node", ROWS_MOST);
}

bool nd_write_build(const struct nd_write *w, struct nd_build *b, const struct nd_places *places)
{
	int64_t timestamp_us;
	int32_t ttl;

	/* where a null ends a range there is nothing to write, but still a range to refuse */
	if (places->nothing && !(names_columns_of_range(w, places) && places->slice_count))
		return true;
	if (!count_rows(b, places))
		return false;
	if (!nd_timestamp_value(w->timestamp, b->x, b->timestamp_us, &timestamp_us) ||
	    !ttl_value(w, b->x, &ttl))
		return false;
	for (uint32_t i = 0; i < places->key_count; i++) {
		struct nd_writer to = {
			.x = b->x,
			.spare = &b->spare,
			.timestamp_us = timestamp_us,
			.ttl = ttl,
			.is_cas = b->is_cas,
		};

		if (!b->is_cas && !check_key(w, places->keys[i], b->x))
			return false;
		to.mutation = mutation_of(b, w->plan.table, places->keys[i], places->tokens[i]);
		if (!to.mutation || !write_partition(w, &to, places))
			return false;
	}
	return true;
}

bool nd_build_store(struct nd_build *b)
{
	struct nd_request *x = b->x;
	struct nd_view_update views;

	if (!nd_view_begin(&views, x, b->first))
		return false;
	if (b->first && !nd_store_apply(b->first, nd_request_now_seconds(x)))
		return nd_no_memory(&x->problem);
	nd_view_finish(&views);
	for (const struct nd_mutation *m = b->first; m; m = m->next)
		nd_store_sweep_after(m->table->store, x->now_us / 1000000, m->writes);
	return true;
}

static bool is_to_same_partition(const struct nd_mutation *a, const struct nd_mutation *b)
{
	return a->table == b->table && is_same_key(a->key, b->key);
}

bool nd_build_apply(struct nd_build *b, enum nd_access access)
{
	if (!nd_build_check_indexes(b))
		return false;
	for (const struct nd_mutation *m = b->first, *asked = NULL; m; m = m->next) {
		if (asked && is_to_same_partition(asked, m))
			continue;
		if (!nd_request_admit(b->x, m->table->keyspace, m->token, access))
			return false;
		asked = m;
	}
	return nd_build_store(b);
}

/* ---- runs -------------------------------------------------------------------------------------- */

bool nd_write_consistency(const struct nd_table *t, struct nd_request *x)
{
	bool serial = x->consistency == CQL_CONSISTENCY_SERIAL ||
		      x->consistency == CQL_CONSISTENCY_LOCAL_SERIAL;

	if (t->is_counter && x->consistency == CQL_CONSISTENCY_ANY)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Consistency level ANY is not yet supported for counter table %s",
				 t->name);
	if (serial)
		return nd_refuse(
			&x->problem, ND_INVALID, "%s",
			t->is_counter ? "Counter operations are inherently non-serializable"
				      : "You must use conditional updates for serializable writes");
	return true;
}

bool nd_write_guard(const struct nd_write *w, struct nd_request *x)
{
	return !w->timestamp || nd_guard_use(x, ND_FLAG_user_timestamps_enabled, NULL);
}

/* Of a statement that is in no batch. */
static bool guard_timestamp(const struct nd_write *w, struct nd_request *x)
{
	int64_t timestamp_us;

	if (!w->timestamp || !x->is_ordinary_user)
		return true;
	return nd_timestamp_value(w->timestamp, x, x->now_us, &timestamp_us) &&
	       nd_guard_timestamp(x, timestamp_us, w->plan.table->name);
}

/* A plan is run when what is bound has been found to be right. */
static bool takes_short_way(const struct nd_write *w, struct nd_request *x,
			    struct nd_plain_rows *rows)
{
	const struct nd_batch_item item = { &w->plan, x->values, x->value_count };

	return w->plain && nd_plain_find(&item, 1, true, x, rows);
}

bool nd_write_run(const struct nd_plan *plan, struct nd_request *x)
{
	const struct nd_write *w = (const struct nd_write *)plan;
	struct nd_plain_rows rows;
	struct nd_places places = { 0 };
	struct nd_build b;

	if (takes_short_way(w, x, &rows))
		return nd_plain_run(&rows, ND_WRITE, x);
	if (w->refusal)
		return nd_refuse(&x->problem, w->refusal_code, "%s", w->refusal);
	if (!nd_write_guard(w, x) || !nd_guard_write_levels(x) || !guard_timestamp(w, x) ||
	    !(w = nd_write_bind(w, x)))
		return false;
	if (plan->is_conditional)
		return nd_cas_run(w, x);
	if (!nd_write_consistency(plan->table, x))
		return false;
	nd_build_init(&b, x, nd_request_timestamp(x));
	if (!nd_write_places(w, x, &places) || !nd_write_build(w, &b, &places))
		return false;
	x->result.kind = COODIE_RESULT_VOID;
	return nd_build_apply(&b, plan->table->is_counter ? ND_WRITE_COUNTER : ND_WRITE);
}
