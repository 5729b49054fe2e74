/* SPDX-License-Identifier: MIT */
/* What a query reads of its rows, and in which order. */
#include "base/error.h"
#include "orm/query/query.h"

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

/* ---- order ----------------------------------------------------------------------------------- */

void coodie_order_by(coodie_query *q, const char *columns)
{
	struct cd_names names = { 0 };

	if (cd_query_begin(q) && read_names(q, "coodie_order_by", columns, true, &names))
		q->order = names;
}

/* The clustering column that belongs at a place: those that = restricts have one value, and may be
 * left out. */
static uint32_t next_place(const struct cd_model *m, const struct cd_filter *f, uint32_t place,
			   const struct cd_column *c)
{
	uint32_t count = m->key_count - m->partition_count;

	while (place < count && &m->columns[m->keys[m->partition_count + place]] != c) {
		const struct cd_restriction *r = cd_filter_of(f,
							      m->keys[m->partition_count + place]);

		if (!r || !(r->kinds & 1u << CD_RELATION_EQUAL))
			break;
		place++;
	}
	return place;
}

/* Rows lie in clustering order on disk: they can be read in that order or in the reverse of it,
 * nothing else. */
static bool check_names(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	const struct cd_model *m = q->place.model;
	uint32_t clustering = m->key_count - m->partition_count, place = 0;
	bool reverse = false;

	for (uint32_t i = 0; i < q->order.count; i++, place++) {
		const struct cd_column *c = &m->columns[q->order.columns[i]];
		bool reversed = q->order.descending[i] != (c->def.order == COODIE_DESC);

		place = next_place(m, f, place, c);
		if (place == clustering || c != &m->columns[m->keys[m->partition_count + place]])
			return cd_fail(
				err, COODIE_ERR_QUERY,
				"%s, coodie_order_by: rows are ordered by the clustering columns "
				"in their order; place %u is %s, not %s",
				m->label, (unsigned)i + 1,
				place < clustering
					? m->columns[m->keys[m->partition_count + place]].def.name
					: "none",
				c->def.name);
		if (i && reversed != reverse)
			return cd_fail(
				err, COODIE_ERR_QUERY,
				"%s, coodie_order_by: %s turns the other way than the columns "
				"before it; write %s, so that all follow the table's order or all "
				"reverse it",
				m->label, c->def.name, q->order.descending[i] ? "ASC" : "DESC");
		reverse = reversed;
	}
	return true;
}

bool cd_query_check_order(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	const struct cd_model *m = q->place.model;

	if (!check_names(q, f, err))
		return false;
	if (f->is_key_range)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_order_by: rows have an order inside their partition "
			       "only; restrict the partition key too: %s by = or IN",
			       m->label, cd_filter_missing(q, f));
	if (f->uses_index)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, coodie_order_by: rows that an index finds have no order; leave "
			       "the condition on the indexed column or the order out",
			       m->label);
	return true;
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
