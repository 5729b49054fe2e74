/* SPDX-License-Identifier: MIT */
/* Writing the statement of a query, and showing it. Limits are bound, so that the text says only the
 * shape. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "orm/query/query.h"
#include "orm/value/datum.h"
#include "orm/value/show.h"

enum { OWN_BINDS = 5 }; /* the most that is bound besides the conditions' values */

/* ---- the text -------------------------------------------------------------------------------- */

static bool is_read(const coodie_query *q, enum cd_select_kind kind, uint32_t column)
{
	if (kind == CD_SELECT_EXISTS)
		return cd_column_is_key(&q->place.model->columns[column]);
	return !q->left_out || !q->left_out[column];
}

static bool put_list(struct cd_buffer *b, coodie_query *q, enum cd_select_kind kind,
		     struct cd_select *s)
{
	const struct cd_model *m = q->place.model;
	uint32_t *columns = cd_arena_take_array(&q->arena, m->read_count, sizeof(*columns));

	if (!columns)
		return false;
	for (uint32_t i = 0; i < m->read_count; i++) {
		if (!is_read(q, kind, i))
			continue;
		cd_buffer_text(b, s->column_count ? ", " : "");
		cd_buffer_text(b, m->columns[i].quoted);
		columns[s->column_count++] = i;
	}
	s->columns = columns;
	return true;
}

static void bind(struct cd_select *s, cql_value *args, cql_value v)
{
	args[s->args.count++] = v;
}

/* token(a, b) */
static void put_token(struct cd_buffer *b, const struct cd_model *m)
{
	cd_buffer_text(b, "token(");
	for (uint32_t i = 0; i < m->partition_count; i++) {
		cd_buffer_text(b, i ? ", " : "");
		cd_buffer_text(b, m->columns[m->keys[i]].quoted);
	}
	cd_buffer_text(b, ")");
}

static void put_where(struct cd_buffer *b, const coodie_query *q, struct cd_select *s,
		      cql_value *args)
{
	cd_buffer_text(b, " FROM ");
	cd_buffer_text(b, q->table ? q->table : q->place.model->table);
	cd_buffer_text(b, q->where ? " WHERE " : "");
	cd_buffer_text(b, q->where ? q->where : "");
	if (!q->has_range)
		return;
	cd_buffer_text(b, q->where ? " AND " : " WHERE ");
	put_token(b, q->place.model);
	cd_buffer_text(b, " > ? AND ");
	put_token(b, q->place.model);
	cd_buffer_text(b, " <= ?");
	bind(s, args, cql_from_llong(q->range_after));
	bind(s, args, cql_from_llong(q->range_up_to));
}

static void put_groups(struct cd_buffer *b, const coodie_query *q)
{
	for (uint32_t i = 0; i < q->groups.count; i++) {
		cd_buffer_text(b, i ? ", " : " GROUP BY ");
		cd_buffer_text(b, q->place.model->columns[q->groups.columns[i]].quoted);
	}
}

static void put_order(struct cd_buffer *b, const coodie_query *q, struct cd_select *s,
		      cql_value *args)
{
	if (q->has_near) {
		cd_buffer_text(b, " ORDER BY ");
		cd_buffer_text(b, q->place.model->columns[q->near].quoted);
		cd_buffer_text(b, " ANN OF ?");
		bind(s, args, q->near_to);
	}
	for (uint32_t i = 0; i < q->order.count; i++) {
		cd_buffer_text(b, i ? ", " : " ORDER BY ");
		cd_buffer_text(b, q->place.model->columns[q->order.columns[i]].quoted);
		cd_buffer_text(b, q->order.descending[i] ? " DESC" : " ASC");
	}
}

static uint32_t limit_of(const coodie_query *q, enum cd_select_kind kind)
{
	static const uint32_t most[CD_SELECT_KINDS] = {
		[CD_SELECT_FIRST] = 1, [CD_SELECT_ONE] = 2, [CD_SELECT_EXISTS] = 1
	};

	return most[kind] && (!q->limit || q->limit > most[kind]) ? most[kind] : q->limit;
}

static void put_limit(struct cd_buffer *b, const char *text, uint32_t rows, struct cd_select *s,
		      cql_value *args)
{
	if (!rows)
		return;
	cd_buffer_text(b, text);
	bind(s, args, cql_from_int((int)rows));
}

/* What is read: columns as they are decoded, or what the caller asked for. */
static bool put_what(struct cd_buffer *b, coodie_query *q, enum cd_select_kind kind,
		     const struct cd_fragment *list, struct cd_select *s)
{
	cd_buffer_text(b, kind == CD_SELECT_JSON ? "SELECT JSON " : "SELECT ");
	cd_buffer_text(b, q->distinct && kind != CD_SELECT_COUNT && kind != CD_SELECT_EXISTS
				  ? "DISTINCT "
				  : "");
	if (list)
		cd_buffer_text(b, list->cql);
	else if (kind == CD_SELECT_COUNT)
		cd_buffer_text(b, "COUNT(*)");
	else
		return put_list(b, q, kind, s);
	return true;
}

static bool write_select(struct cd_buffer *b, coodie_query *q, enum cd_select_kind kind,
			 const struct cd_fragment *list, struct cd_select *s, cql_value *args)
{
	if (q->binds.count)
		memcpy(args, q->binds.values, q->binds.count * sizeof(*args));
	s->args = (cql_args){ q->binds.count, args };
	if (!put_what(b, q, kind, list, s))
		return false;
	put_where(b, q, s, args);
	if (kind != CD_SELECT_COUNT) {
		put_groups(b, q);
		put_order(b, q, s, args);
		put_limit(b, " PER PARTITION LIMIT ?", q->per_partition_limit, s, args);
		put_limit(b, " LIMIT ?", limit_of(q, kind), s, args);
	}
	cd_buffer_text(b, q->allow_filtering ? " ALLOW FILTERING" : "");
	return !b->failed;
}

/* ---- the statement --------------------------------------------------------------------------- */

static coodie_request request_of(const coodie_query *q)
{
	const struct cd_model *m = q->place.model;
	coodie_request r = q->request;

	if (!r.consistency)
		r.consistency = m->def.consistency;
	if (!r.timeout_ms)
		r.timeout_ms = m->def.timeout_ms;
	r.idempotent = true;
	return r;
}

static struct cd_select *make_select(coodie_query *q, enum cd_select_kind kind,
				     const struct cd_fragment *list, coodie_error *err)
{
	struct cd_select *s;
	cql_value *args;
	struct cd_buffer b;
	bool ok;

	if (q->condition)
		return cd_fail_null(err, COODIE_ERR_QUERY,
				    "%s: a query with coodie_if() is for a write, not for reading",
				    q->place.model->label);
	s = cd_arena_take_zero(&q->arena, sizeof(*s));
	args = cd_arena_take_array(&q->arena, q->binds.count + OWN_BINDS, sizeof(*args));

	cd_buffer_init(&b, &q->allocator, 0);
	ok = s && args && write_select(&b, q, kind, list, s, args);
	if (ok)
		s->cql = cd_arena_strndup(&q->arena, (const char *)b.data, b.len);
	cd_buffer_deinit(&b);
	if (!ok || !s->cql) {
		cd_no_memory(err, "a query");
		return NULL;
	}
	s->request = request_of(q);
	return cd_query_check(q, kind, list, s, err) ? s : NULL;
}

const struct cd_select *cd_query_select(coodie_query *q, enum cd_select_kind kind,
					coodie_error *err)
{
	if (!cd_query_is_well(q, err))
		return NULL;
	if (!q->selects[kind])
		q->selects[kind] = make_select(q, kind, NULL, err);
	return q->selects[kind];
}

const struct cd_select *cd_query_select_list(coodie_query *q, const char *list, coodie_error *err)
{
	const struct cd_select *s;
	struct cd_fragment *f;

	if (!cd_query_is_well(q, err))
		return NULL;
	if (!list)
		return cd_fail_null(err, COODIE_ERR_QUERY, "%s, coodie_select: the list is NULL",
				    q->place.model->label);
	f = cd_fragment_take(q->place.model, CD_FRAGMENT_LIST, list, err);
	if (!f)
		return NULL;
	s = make_select(q, CD_SELECT_LIST, f, err);
	cd_fragment_give(q->place.model, f);
	return s;
}

bool coodie_query_equal(coodie_query *a, coodie_query *b)
{
	const struct cd_select *one = cd_query_select(a, CD_SELECT_ALL, NULL);
	const struct cd_select *other = cd_query_select(b, CD_SELECT_ALL, NULL);
	struct cd_arena scratch;
	bool same;

	if (!one || !other)
		return false;
	same = a->place.session == b->place.session && !strcmp(one->cql, other->cql) &&
	       one->args.count == other->args.count;
	cd_arena_init(&scratch, &a->allocator, 0);
	for (size_t i = 0; same && i < one->args.count; i++)
		same = cd_datum_same(one->args.values[i], other->args.values[i], &scratch);
	cd_arena_deinit(&scratch);
	return same;
}

/* ---- for a log ------------------------------------------------------------------------------- */

size_t coodie_query_cql(coodie_query *q, char *out, size_t size, coodie_error *err)
{
	const struct cd_select *s;

	cd_clear(err);
	s = cd_query_select(q, CD_SELECT_ALL, err);
	if (!s)
		return 0;
	if (size)
		snprintf(out, size, "%s", s->cql);
	return strlen(s->cql);
}

static void put_value(struct cd_buffer *b, cql_value v)
{
	size_t len = cql_value_format(v, NULL, 0);
	uint8_t *at = cd_buffer_grow(b, len + 1); /* and the NUL, which is taken back */

	if (!at)
		return;
	cql_value_format(v, (char *)at, len + 1);
	b->len--;
}

/* The text with each value in the place of its marker; a ? inside a name is none. */
static void put_filled(struct cd_buffer *b, const struct cd_select *s)
{
	bool quoted = false;
	size_t bound = 0;

	for (const char *c = s->cql; *c; c++) {
		quoted ^= *c == '"';
		if (*c == '?' && !quoted)
			put_value(b, s->args.values[bound++]);
		else
			cd_buffer_u8(b, (uint8_t)*c);
	}
	cd_buffer_u8(b, '\0');
}

uint64_t cd_select_hash(const struct cd_select *s, const coodie_allocator *a)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct cd_buffer b;

	cd_buffer_init(&b, a, 0);
	put_filled(&b, s);
	for (size_t i = 0; i < b.len; i++)
		h = (h ^ b.data[i]) * UINT64_C(0x100000001b3);
	h = b.failed ? 0 : h;
	cd_buffer_deinit(&b);
	return h;
}

size_t coodie_query_format(coodie_query *q, char *out, size_t size, coodie_error *err)
{
	const struct cd_select *s;
	struct cd_buffer b;
	size_t len = 0;

	cd_clear(err);
	s = cd_query_select(q, CD_SELECT_ALL, err);
	if (!s)
		return 0;
	cd_buffer_init(&b, &q->allocator, 0);
	put_filled(&b, s);
	if (b.failed) {
		cd_no_memory(err, "a query's text");
	} else {
		cd_buffer_truncate(&b, b.len - 1); /* without its NUL */
		len = cd_show_give(&b, false, out, size);
	}
	cd_buffer_deinit(&b);
	return len;
}
