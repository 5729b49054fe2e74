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

enum { OWN_BINDS = 2 }; /* the most that is bound besides the conditions' values */

/* ---- the text -------------------------------------------------------------------------------- */

static void put(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text, strlen(text));
}

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
		put(b, s->column_count ? ", " : "");
		put(b, m->columns[i].quoted);
		columns[s->column_count++] = i;
	}
	s->columns = columns;
	return true;
}

static void put_where(struct cd_buffer *b, const coodie_query *q)
{
	put(b, " FROM ");
	put(b, q->table ? q->table : q->place.model->table);
	put(b, q->where ? " WHERE " : "");
	put(b, q->where ? q->where : "");
}

static void put_order(struct cd_buffer *b, const coodie_query *q)
{
	for (uint32_t i = 0; i < q->order.count; i++) {
		put(b, i ? ", " : " ORDER BY ");
		put(b, q->place.model->columns[q->order.columns[i]].quoted);
		put(b, q->order.descending[i] ? " DESC" : " ASC");
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
	put(b, text);
	args[s->args.count++] = cql_from_int((int)rows);
}

static bool write_select(struct cd_buffer *b, coodie_query *q, enum cd_select_kind kind,
			 struct cd_select *s, cql_value *args)
{
	if (q->binds.count)
		memcpy(args, q->binds.values, q->binds.count * sizeof(*args));
	s->args = (cql_args){ q->binds.count, args };
	put(b, kind == CD_SELECT_COUNT ? "SELECT COUNT(*)" : "SELECT ");
	if (kind != CD_SELECT_COUNT && !put_list(b, q, kind, s))
		return false;
	put_where(b, q);
	if (kind != CD_SELECT_COUNT) {
		put_order(b, q);
		put_limit(b, " PER PARTITION LIMIT ?", q->per_partition_limit, s, args);
		put_limit(b, " LIMIT ?", limit_of(q, kind), s, args);
	}
	put(b, q->allow_filtering ? " ALLOW FILTERING" : "");
	return !b->failed;
}

/* ---- the statement --------------------------------------------------------------------------- */

/* Rows of several partitions are put in order by the coordinator, which then gives them in one
 * page. */
static bool check_pages(const coodie_query *q, const struct cd_filter *f, coodie_request *r,
			coodie_error *err)
{
	if (!q->order.count || !f->has_key_in)
		return true;
	if (r->page_rows > 0)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_page_rows: rows of several partitions (IN) in an order "
			       "come in one page; leave the call out, or the order",
			       q->place.model->label);
	r->page_rows = -1;
	return true;
}

static bool check(coodie_query *q, enum cd_select_kind kind, coodie_request *r, coodie_error *err)
{
	struct cd_filter f;

	if (!cd_query_filter(q, &f, err))
		return false;
	return kind == CD_SELECT_COUNT || !q->order.count ||
	       (cd_query_check_order(q, &f, err) && check_pages(q, &f, r, err));
}

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

static const struct cd_select *make_select(coodie_query *q, enum cd_select_kind kind,
					   coodie_error *err)
{
	struct cd_select *s = cd_arena_take_zero(&q->arena, sizeof(*s));
	cql_value *args = cd_arena_take_array(&q->arena, q->binds.count + OWN_BINDS, sizeof(*args));
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, &q->allocator, 0);
	ok = s && args && write_select(&b, q, kind, s, args);
	if (ok)
		s->cql = cd_arena_strndup(&q->arena, (const char *)b.data, b.len);
	cd_buffer_deinit(&b);
	if (!ok || !s->cql) {
		cd_no_memory(err, "a query");
		return NULL;
	}
	s->request = request_of(q);
	if (!check(q, kind, &s->request, err))
		return NULL;
	q->selects[kind] = s;
	return s;
}

const struct cd_select *cd_query_select(coodie_query *q, enum cd_select_kind kind,
					coodie_error *err)
{
	if (!cd_query_is_well(q, err))
		return NULL;
	if (q->condition)
		return cd_fail_null(err, COODIE_ERR_QUERY,
				    "%s: a query with coodie_if() is for a write, not for reading",
				    q->place.model->label);
	return q->selects[kind] ? q->selects[kind] : make_select(q, kind, err);
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
		len = b.len - 1;
		if (size)
			snprintf(out, size, "%s", (const char *)b.data);
	}
	cd_buffer_deinit(&b);
	return len;
}
