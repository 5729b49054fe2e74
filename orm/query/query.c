/* SPDX-License-Identifier: MIT */
/* Queries: made, given conditions, copied and freed. Builders copy what they are given and keep the
 * first mistake. */
#include "orm/query/query.h"

#include <stdio.h>
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "orm/model/family.h"
#include "orm/object/object.h"
#include "orm/value/datum.h"

/* ---- making and freeing ---------------------------------------------------------------------- */

coodie_query *cd_query_new(const coodie_allocator *a)
{
	coodie_query *q = cd_alloc_zero(a, sizeof(*q));

	if (!q)
		return NULL;
	atomic_init(&q->refs, 1);
	q->allocator = *a;
	q->request = (coodie_request){ .size = sizeof(coodie_request) };
	cd_arena_init(&q->arena, &q->allocator, 0);
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

bool cd_query_begin(coodie_query *q)
{
	if (!q || q->err.code != COODIE_OK)
		return false;
	memset(q->selects, 0, sizeof(q->selects));
	return true;
}

bool cd_query_is_well(const coodie_query *q, coodie_error *err)
{
	if (!q)
		return cd_no_memory(err, "the query (it is NULL)");
	if (q->err.code == COODIE_OK)
		return true;
	cd_error_copy(err, &q->err);
	return false;
}

/* ---- conditions ------------------------------------------------------------------------------ */

void *cd_query_join(coodie_query *q, const void *a, size_t a_count, const void *b, size_t b_count,
		    size_t size)
{
	char *out = cd_arena_take_array(&q->arena, a_count + b_count, size);

	if (!out)
		cd_no_memory(&q->err, "a query");
	if (out && a_count)
		memcpy(out, a, a_count * size);
	if (out && b_count)
		memcpy(out + a_count * size, b, b_count * size);
	return out;
}

const char *cd_query_text(coodie_query *q, const struct cd_buffer *b)
{
	const char *out = NULL;

	if (!b->failed)
		out = cd_arena_strndup(&q->arena, (const char *)b->data, b->len);
	if (!out)
		cd_no_memory(&q->err, "a query");
	return out;
}

/* "a AND b". */
static const char *join_where(coodie_query *q, const char *more)
{
	struct cd_buffer b;
	const char *out;

	cd_buffer_init(&b, &q->allocator, 0);
	cd_buffer_bytes(&b, q->where, q->where ? strlen(q->where) : 0);
	cd_buffer_bytes(&b, " AND ", q->where ? 5 : 0);
	cd_buffer_text(&b, more);
	out = cd_query_text(q, &b);
	cd_buffer_deinit(&b);
	return out;
}

/* Conditions that were read and checked, and their values. */
static void keep_where(coodie_query *q, const char *cql, const struct cd_relation *relations,
		       uint32_t count, cql_args args)
{
	cql_value *binds = NULL;

	if (args.count && !cd_data_copy(&q->arena, args, &binds, &q->err))
		return;
	if (q->binds.count)
		binds = cd_query_join(q, q->binds.values, q->binds.count, binds, args.count,
				      sizeof(*binds));
	if (args.count)
		q->binds = (cql_args){ q->binds.count + args.count, binds };
	q->relations = cd_query_join(q, q->relations, q->relation_count, relations, count,
				     sizeof(*q->relations));
	q->relation_count += count;
	q->where = join_where(q, cql);
}

/* Rows of one struct among those of others (PO-05). */
static void keep_own_value(coodie_query *q)
{
	const struct cd_model *m = q->place.model;
	const struct cd_relation is = { (uint16_t)m->discriminator, 1, CD_RELATION_EQUAL };
	char cql[2 * 256 + 8];

	snprintf(cql, sizeof(cql), "%s = ?", m->columns[m->discriminator].quoted);
	keep_where(q, cql, &is, 1, cql_args_of(&m->own_value, 1));
}

void coodie_where(coodie_query *q, const char *where, cql_args args)
{
	static const struct cd_fragment none = { .what = "where", .text = "" };
	struct cd_fragment *f;

	if (!cd_query_begin(q))
		return;
	if (!where || !where[strspn(where, " \t\r\n")]) {
		cd_fragment_check(q->place.model, &none, args, &q->err);
		return;
	}
	f = cd_fragment_take(q->place.model, CD_FRAGMENT_WHERE, where, &q->err);
	if (!f)
		return;
	if (cd_fragment_check(q->place.model, f, args, &q->err))
		keep_where(q, f->cql, f->relations, f->relation_count, args);
	cd_fragment_give(q->place.model, f);
}

coodie_query *coodie_find(coodie_session *s, const coodie_model *m, const char *where,
			  cql_args args)
{
	const coodie_allocator *a = s ? coodie_session_allocator(s) : NULL;
	coodie_query *q = cd_query_new(a ? a : &cd_malloc_allocator);

	if (!q)
		return NULL;
	q->session = s;
	if (!cd_place_find(s, m, &q->place, &q->err)) {
		q->place = (struct cd_place){ 0 };
		return q;
	}
	cd_orm_ref(q->place.orm);
	if (cd_model_is_relative(q->place.model))
		keep_own_value(q);
	coodie_where(q, where, args);
	return q;
}

coodie_rows *cd_query_rows(const coodie_query *q, coodie_error *err)
{
	coodie_rows *rows = cd_rows_new(q->place.model, false, err);

	if (!rows || cd_rows_come_from(rows, q->table, q->connection, err))
		return rows;
	coodie_rows_free(rows);
	return NULL;
}

/* ---- elsewhere ------------------------------------------------------------------------------- */

static void use_keyspace(coodie_query *q, const char *keyspace)
{
	char name[CD_KEYSPACE_SIZE];
	struct cd_buffer b;

	if (!cd_keyspace_read(keyspace, name, &q->err)) {
		cd_error_prefix(&q->err, "%s, coodie_using", q->place.model->label);
		return;
	}
	cd_buffer_init(&b, &q->allocator, 0);
	cd_identifier_append(&b, name);
	cd_buffer_u8(&b, '.');
	cd_identifier_append(&b, q->place.model->def.table);
	q->table = cd_query_text(q, &b);
	cd_buffer_deinit(&b);
}

static void use_connection(coodie_query *q, const char *connection)
{
	const coodie_model *source = q->place.model->source;
	struct cd_place own, place;

	if (!cd_place_find_on(q->session, source, connection, &place, &q->err) ||
	    !cd_place_find(q->session, source, &own, &q->err))
		return;
	q->connection = NULL;
	if (place.session != own.session &&
	    !(q->connection = cd_arena_strndup(&q->arena, connection, strlen(connection))))
		cd_no_memory(&q->err, "a query");
	cd_orm_ref(place.orm);
	cd_orm_free(q->place.orm);
	q->place = place;
}

void coodie_using(coodie_query *q, const char *keyspace, const char *connection)
{
	if (cd_query_begin(q) && connection)
		use_connection(q, connection);
	if (cd_query_begin(q) && keyspace)
		use_keyspace(q, keyspace);
}
