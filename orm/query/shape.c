/* SPDX-License-Identifier: MIT */
/* What a query reads of its rows, and in which order. */
#include <coodie/aggregate.h>
#include <coodie/vector.h>

#include "base/error.h"
#include "orm/query/query.h"
#include "orm/value/datum.h"

/* Reads a list of names into arrays of the query's arena. */
static bool read_names(coodie_query *q, const char *what, const char *text, bool ordered,
		       struct cd_names *out)
{
	const struct cd_model *m = q->place.model;

	if (!text)
		return cd_fail(&q->err, COODIE_ERR_QUERY, "%s, %s: the names are NULL", m->label,
			       what);
	out->columns = cd_arena_take_array(&q->arena, m->column_count, sizeof(*out->columns));
	out->descending = ordered ? cd_arena_take_array(&q->arena, m->column_count, sizeof(bool))
				  : NULL;
	if (!out->columns || (ordered && !out->descending))
		return cd_no_memory(&q->err, "a query");
	return cd_fragment_names(m, what, text, out, &q->err);
}

/* ---- order ----------------------------------------------------------------------------------- */

void coodie_order_by(coodie_query *q, const char *columns)
{
	struct cd_names names = { 0 };

	if (cd_query_begin(q) && read_names(q, "coodie_order_by", columns, true, &names))
		q->order = names, q->has_near = false;
}

void coodie_group_by(coodie_query *q, const char *members)
{
	struct cd_names names = { 0 };

	if (cd_query_begin(q) && read_names(q, "coodie_group_by", members, false, &names))
		q->groups = names;
}

/* The column of coodie_nearest(); NULL with the mistake noted. */
static const struct cd_column *near_column(coodie_query *q, const char *member)
{
	const struct cd_model *m = q->place.model;
	struct cd_names names = { 0 };
	const struct cd_column *c;

	if (!read_names(q, "coodie_nearest", member, false, &names))
		return NULL;
	c = &m->columns[names.columns[0]];
	if (names.count > 1)
		cd_fail(&q->err, COODIE_ERR_QUERY, "%s, coodie_nearest: one member, not %u",
			m->label, (unsigned)names.count);
	else if (c->kind != CQL_KIND_VECTOR ||
		 cql_type_kind(cql_type_at(c->type, 0)) != CQL_KIND_FLOAT)
		cd_fail(&q->err, COODIE_ERR_QUERY,
			"%s, coodie_nearest: %s is of type %s, and only a vector<float, n> has neighbours",
			m->label, c->def.name, c->spelling);
	else if (!c->def.index.on)
		cd_fail(&q->err, COODIE_ERR_QUERY,
			"%s, coodie_nearest: no index finds neighbours of %s; give the column "
			".index = COODIE_INDEX(.similarity = ...)",
			m->label, c->def.name);
	return q->err.code == COODIE_OK ? c : NULL;
}

void coodie_nearest(coodie_query *q, const char *member, cql_floats to)
{
	const struct cd_column *c = cd_query_begin(q) ? near_column(q, member) : NULL;

	if (!c)
		return;
	if (!to.data || to.len != cql_type_dimension(c->type)) {
		cd_fail(&q->err, COODIE_ERR_RANGE,
			"%s, coodie_nearest: %s has %u dimensions, and %zu were given",
			q->place.model->label, c->def.name, (unsigned)cql_type_dimension(c->type),
			to.data ? to.len : 0);
		return;
	}
	if (!cd_datum_copy(&q->arena, cql_from_floats(to), &q->near_to, &q->err))
		return;
	q->has_near = true;
	q->near = cd_column_index(q->place.model, c);
	q->order.count = 0;
}

/* ---- what is read ---------------------------------------------------------------------------- */

static bool make_left_out(coodie_query *q)
{
	if (!q->left_out)
		q->left_out = cd_arena_take_array(&q->arena, q->place.model->read_count,
						  sizeof(bool));
	return q->left_out || cd_no_memory(&q->err, "a query");
}

void coodie_only(coodie_query *q, const char *members)
{
	struct cd_names names = { 0 };
	const struct cd_model *m;

	if (!cd_query_begin(q) || !read_names(q, "coodie_only", members, false, &names) ||
	    !make_left_out(q))
		return;
	m = q->place.model;
	if (q->only) {
		cd_fail(&q->err, COODIE_ERR_QUERY,
			"%s, coodie_only: it was called before; name all members in one call",
			m->label);
		return;
	}
	q->only = true;
	for (uint32_t i = 0; i < m->read_count; i++) {
		/* without the discriminator nobody knows which struct a row is */
		bool named = cd_column_is_key(&m->columns[i]) ||
			     (m->family && i == m->discriminator);

		for (uint32_t k = 0; k < names.count; k++)
			named |= names.columns[k] == i;
		q->left_out[i] |= !named;
	}
}

void coodie_defer(coodie_query *q, const char *members)
{
	struct cd_names names = { 0 };

	if (!cd_query_begin(q) || !read_names(q, "coodie_defer", members, false, &names) ||
	    !make_left_out(q))
		return;
	for (uint32_t i = 0; i < names.count; i++) {
		const struct cd_column *c = &q->place.model->columns[names.columns[i]];

		if (cd_column_is_key(c)) {
			cd_fail(&q->err, COODIE_ERR_QUERY,
				"%s, coodie_defer: %s is in the primary key, by which an object is "
				"saved; leave it out of the list",
				q->place.model->label, c->def.name);
			return;
		}
		q->left_out[names.columns[i]] = true;
	}
}

/* A partition has one row then: its key, and what all its rows share. */
void coodie_distinct(coodie_query *q)
{
	const struct cd_model *m;

	if (!cd_query_begin(q) || !make_left_out(q))
		return;
	m = q->place.model;
	q->distinct = true;
	for (uint32_t i = 0; i < m->read_count; i++) {
		enum cd_role role = m->columns[i].role;

		q->left_out[i] |= role == CD_ROLE_CLUSTERING || role == CD_ROLE_REGULAR;
	}
}
