/* SPDX-License-Identifier: MIT */
/* The builder: every call copies what it is given and keeps the first mistake. */
#include "orm/query/query.h"

#include <stdio.h>
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "orm/value/datum.h"

/* ---- making and freeing ---------------------------------------------------------------------- */

/* What the query keeps of its condition. */
static void keep_where(coodie_query *q, const struct cd_fragment *f, cql_args args)
{
	cql_value *binds;

	q->where = cd_arena_strndup(&q->arena, f->cql, strlen(f->cql));
	if (!q->where)
		cd_no_memory(&q->err, "a query");
	else if (cd_fragment_check(q->place.model, f, args, &q->err) && args.count &&
		 cd_data_copy(&q->arena, args, &binds, &q->err))
		q->binds = (cql_args){ args.count, binds };
}

static void build_where(coodie_query *q, const char *where, cql_args args)
{
	static const struct cd_fragment none = { .what = "where", .text = "" };
	struct cd_model *m = q->place.model;
	struct cd_fragment *f;

	if (!where || !where[strspn(where, " \t\r\n")]) {
		cd_fragment_check(m, &none, args, &q->err);
		return;
	}
	f = cd_fragment_take(m, CD_FRAGMENT_WHERE, where, &q->err);
	if (!f)
		return;
	keep_where(q, f, args);
	cd_fragment_give(m, f);
}

coodie_query *coodie_find(coodie_session *s, const coodie_model *m, const char *where,
			  cql_args args)
{
	const coodie_allocator *a = s ? coodie_session_allocator(s) : NULL;
	coodie_query *q;

	if (!a)
		a = &cd_malloc_allocator;
	q = cd_alloc_zero(a, sizeof(*q));
	if (!q)
		return NULL;
	atomic_init(&q->refs, 1);
	q->allocator = *a;
	cd_arena_init(&q->arena, &q->allocator, 0);
	if (!cd_place_find(s, m, &q->place, &q->err)) {
		q->place = (struct cd_place){ 0 };
		return q;
	}
	cd_orm_ref(q->place.orm);
	build_where(q, where, args);
	return q;
}

coodie_query *cd_query_ref(coodie_query *q)
{
	atomic_fetch_add_explicit(&q->refs, 1, memory_order_relaxed);
	return q;
}

void coodie_query_free(coodie_query *q)
{
	coodie_allocator a;

	if (!q || atomic_fetch_sub_explicit(&q->refs, 1, memory_order_acq_rel) != 1)
		return;
	cd_orm_free(q->place.orm);
	cd_arena_deinit(&q->arena);
	a = q->allocator;
	cd_release(&a, q);
}

/* ---- building -------------------------------------------------------------------------------- */

/* Whether a builder may go on; statements written before are forgotten, calls under way keep
 * theirs. */
static bool begin(coodie_query *q)
{
	if (!q || q->err.code != COODIE_OK)
		return false;
	memset(q->selects, 0, sizeof(q->selects));
	return true;
}

static const char *label(const coodie_query *q)
{
	return q->place.model->label;
}

static bool check_count(coodie_query *q, const char *what, uint32_t rows)
{
	if (rows > 0 && rows <= INT32_MAX)
		return true;
	return cd_fail(&q->err, COODIE_ERR_QUERY,
		       "%s, %s(%lu): 1 to %ld rows; leave the call out for all", label(q), what,
		       (unsigned long)rows, (long)INT32_MAX);
}

void coodie_limit(coodie_query *q, uint32_t rows)
{
	if (begin(q) && check_count(q, "coodie_limit", rows))
		q->limit = rows;
}

void coodie_per_partition_limit(coodie_query *q, uint32_t rows)
{
	if (begin(q) && check_count(q, "coodie_per_partition_limit", rows))
		q->per_partition_limit = rows;
}

void coodie_page_rows(coodie_query *q, uint32_t rows)
{
	if (begin(q) && check_count(q, "coodie_page_rows", rows))
		q->page_rows = rows;
}

void coodie_allow_filtering(coodie_query *q)
{
	if (begin(q))
		q->allow_filtering = true;
}

void coodie_consistency(coodie_query *q, cql_consistency consistency)
{
	if (begin(q))
		q->consistency = consistency;
}

void coodie_timeout_ms(coodie_query *q, uint32_t ms)
{
	if (begin(q))
		q->timeout_ms = ms;
}

/* Reads a list of names into arrays of the query's arena. */
static bool read_names(coodie_query *q, const char *what, const char *text, bool ordered,
		       struct cd_names *out)
{
	const struct cd_model *m = q->place.model;

	if (!text)
		return cd_fail(&q->err, COODIE_ERR_QUERY, "%s, %s: the list is NULL", m->label,
			       what);
	out->columns = cd_arena_take_array(&q->arena, m->column_count, sizeof(*out->columns));
	out->descending = ordered ? cd_arena_take_array(&q->arena, m->column_count, sizeof(bool))
				  : NULL;
	if (!out->columns || (ordered && !out->descending))
		return cd_no_memory(&q->err, "a query");
	return cd_fragment_names(m, what, text, out, &q->err);
}

/* Rows lie in clustering order on disk: they can be read in that order or in the reverse of it,
 * nothing else. */
static bool check_order(coodie_query *q, const struct cd_names *names)
{
	const struct cd_model *m = q->place.model;
	uint32_t clustering = m->key_count - m->partition_count;
	bool reverse = false;

	for (uint32_t i = 0; i < names->count; i++) {
		const struct cd_column *c = &m->columns[names->columns[i]];
		bool reversed = names->descending[i] != (c->def.order == COODIE_DESC);
		const char *want = i < clustering
					   ? m->columns[m->keys[m->partition_count + i]].def.name
					   : "none";

		if (c->role != CD_ROLE_CLUSTERING || c->def.clustering_key != i + 1)
			return cd_fail(
				&q->err, COODIE_ERR_QUERY,
				"%s, coodie_order_by: rows are ordered by the clustering columns "
				"in their order; place %u is %s, not %s",
				m->label, (unsigned)i + 1, want, c->def.name);
		if (i && reversed != reverse)
			return cd_fail(
				&q->err, COODIE_ERR_QUERY,
				"%s, coodie_order_by: %s turns the other way than the columns "
				"before it; write %s, so that all follow the table's order or all "
				"reverse it",
				m->label, c->def.name, names->descending[i] ? "ASC" : "DESC");
		reverse = reversed;
	}
	return true;
}

void coodie_order_by(coodie_query *q, const char *columns)
{
	struct cd_names names = { 0 };

	if (begin(q) && read_names(q, "coodie_order_by", columns, true, &names) &&
	    check_order(q, &names))
		q->order = names;
}

static bool make_left_out(coodie_query *q)
{
	if (!q->left_out)
		q->left_out = cd_arena_take_array(&q->arena, q->place.model->column_count,
						  sizeof(bool));
	return q->left_out || cd_no_memory(&q->err, "a query");
}

void coodie_only(coodie_query *q, const char *members)
{
	struct cd_names names = { 0 };
	const struct cd_model *m;

	if (!begin(q) || !read_names(q, "coodie_only", members, false, &names) || !make_left_out(q))
		return;
	m = q->place.model;
	if (q->only) {
		cd_fail(&q->err, COODIE_ERR_QUERY,
			"%s, coodie_only: it was called before; name all members in one call",
			m->label);
		return;
	}
	q->only = true;
	for (uint32_t i = 0; i < m->column_count; i++) {
		bool named = cd_column_is_key(&m->columns[i]);

		for (uint32_t k = 0; k < names.count; k++)
			named |= names.columns[k] == i;
		q->left_out[i] |= !named;
	}
}

void coodie_defer(coodie_query *q, const char *members)
{
	struct cd_names names = { 0 };

	if (!begin(q) || !read_names(q, "coodie_defer", members, false, &names) ||
	    !make_left_out(q))
		return;
	for (uint32_t i = 0; i < names.count; i++) {
		const struct cd_column *c = &q->place.model->columns[names.columns[i]];

		if (cd_column_is_key(c)) {
			cd_fail(&q->err, COODIE_ERR_QUERY,
				"%s, coodie_defer: %s is in the primary key, by which an object is "
				"saved; leave it out of the list",
				label(q), c->def.name);
			return;
		}
		q->left_out[names.columns[i]] = true;
	}
}

/* ---- writing the statement ------------------------------------------------------------------- */

static void put(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text, strlen(text));
}

static bool put_list(struct cd_buffer *b, coodie_query *q, struct cd_select *s)
{
	const struct cd_model *m = q->place.model;
	uint32_t *columns = cd_arena_take_array(&q->arena, m->column_count, sizeof(*columns));

	if (!columns)
		return false;
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (q->left_out && q->left_out[i])
			continue;
		put(b, s->column_count ? ", " : "");
		put(b, m->columns[i].quoted);
		columns[s->column_count++] = i;
	}
	s->columns = columns;
	return true;
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
		[CD_SELECT_FIRST] = 1, [CD_SELECT_ONE] = 2
	};

	return most[kind] && (!q->limit || q->limit > most[kind]) ? most[kind] : q->limit;
}

/* Limits are bound, so that the text says only the shape. */
static bool write_select(struct cd_buffer *b, coodie_query *q, enum cd_select_kind kind,
			 struct cd_select *s, cql_value *args)
{
	uint32_t limit = limit_of(q, kind);

	if (q->binds.count)
		memcpy(args, q->binds.values, q->binds.count * sizeof(*args));
	s->args = (cql_args){ q->binds.count, args };
	put(b, kind == CD_SELECT_COUNT ? "SELECT COUNT(*)" : "SELECT ");
	if (kind != CD_SELECT_COUNT && !put_list(b, q, s))
		return false;
	put(b, " FROM ");
	put(b, q->place.model->table);
	put(b, q->where ? " WHERE " : "");
	put(b, q->where ? q->where : "");
	if (kind != CD_SELECT_COUNT) {
		put_order(b, q);
		if (q->per_partition_limit) {
			put(b, " PER PARTITION LIMIT ?");
			args[s->args.count++] = cql_from_int((int)q->per_partition_limit);
		}
		if (limit) {
			put(b, " LIMIT ?");
			args[s->args.count++] = cql_from_int((int)limit);
		}
	}
	put(b, q->allow_filtering ? " ALLOW FILTERING" : "");
	return !b->failed;
}

static const struct cd_select *make_select(coodie_query *q, enum cd_select_kind kind,
					   coodie_error *err)
{
	struct cd_select *s = cd_arena_take_zero(&q->arena, sizeof(*s));
	cql_value *args = cd_arena_take_array(&q->arena, q->binds.count + 2, sizeof(*args));
	const struct cd_model *m = q->place.model;
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
	s->request = (coodie_request){
		.size = sizeof(coodie_request),
		.consistency = q->consistency ? q->consistency : m->def.consistency,
		.timeout_ms = q->timeout_ms,
		.page_rows = (int32_t)q->page_rows,
		.idempotent = true,
	};
	q->selects[kind] = s;
	return s;
}

const struct cd_select *cd_query_select(coodie_query *q, enum cd_select_kind kind,
					coodie_error *err)
{
	if (!q) {
		cd_no_memory(err, "the query (it is NULL)");
		return NULL;
	}
	if (q->err.code != COODIE_OK) {
		cd_error_copy(err, &q->err);
		return NULL;
	}
	return q->selects[kind] ? q->selects[kind] : make_select(q, kind, err);
}

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
