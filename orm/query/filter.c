/* SPDX-License-Identifier: MIT */
/* What the server would have to filter rows by. Cassandra refuses such a query unless it says ALLOW
 * FILTERING; this says so before anything is sent, by Cassandra 5.0's rules (StatementRestrictions),
 * and never of a query that it would run. */
#include <string.h>

#include "base/error.h"
#include "orm/query/index.h"

static bool says(const struct cd_restriction *r, enum cd_relation_kind kind)
{
	return r && r->kinds & 1u << kind;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Relations on the same column are one restriction. */
static void add(struct cd_filter *f, const struct cd_relation *rel)
{
	struct cd_restriction *r = f->at;
	uint32_t left = f->count;

	while (left && r->column != rel->column)
		r++, left--;
	if (!left)
		f->at[f->count++] = (struct cd_restriction){ .column = rel->column };
	if (r->count < rel->count)
		r->count = rel->count;
	r->kinds |= (uint8_t)(1u << rel->kind);
	if (rel->kind == CD_RELATION_CONTAINS || rel->kind == CD_RELATION_CONTAINS_KEY)
		r->items++;
}

static void count_in(const struct cd_model *m, struct cd_filter *f, const struct cd_restriction *r)
{
	bool contains = says(r, CD_RELATION_CONTAINS) || says(r, CD_RELATION_CONTAINS_KEY);

	switch (m->columns[r->column].role) {
	case CD_ROLE_PARTITION:
		f->key_count++;
		f->has_key_in |= says(r, CD_RELATION_IN);
		f->has_key_slice |= contains || says(r, CD_RELATION_SLICE) ||
				    says(r, CD_RELATION_LIKE);
		break;
	case CD_ROLE_CLUSTERING:
		f->row_count += r->count;
		f->has_row_index |= cd_index_answers(m, r);
		break;
	case CD_ROLE_REGULAR:
		f->has_regular = true;
		f->other_count++;
		break;
	case CD_ROLE_STATIC:
		f->other_count++;
		break;
	}
	f->has_index |= cd_index_answers(m, r);
}

const struct cd_restriction *cd_filter_of(const struct cd_filter *f, uint32_t column)
{
	for (uint32_t i = 0; i < f->count; i++) {
		if (f->at[i].column == column)
			return &f->at[i];
	}
	return NULL;
}

static bool key_needs_filtering(const struct cd_model *m, const struct cd_filter *f)
{
	return f->key_count && (f->key_count < m->partition_count || f->has_key_slice);
}

static const struct cd_restriction *row_at(const struct cd_model *m, const struct cd_filter *f,
					   uint32_t place)
{
	return cd_filter_of(f, m->keys[m->partition_count + place]);
}

/* ---- messages -------------------------------------------------------------------------------- */

const char *cd_filter_missing(const coodie_query *q, const struct cd_filter *f)
{
	const struct cd_model *m = q->place.model;

	for (uint32_t i = 0; i < m->partition_count; i++) {
		const struct cd_restriction *r = cd_filter_of(f, m->keys[i]);

		if (!says(r, CD_RELATION_EQUAL) && !says(r, CD_RELATION_IN))
			return m->columns[m->keys[i]].def.name;
	}
	return m->columns[m->keys[0]].def.name;
}

#define OR_FILTER "or call coodie_allow_filtering()"

static bool fail_key(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_QUERY,
		       "%s, where: partitions are found by their whole key; restrict %s by = or IN "
		       "or the key by token(), " OR_FILTER,
		       q->place.model->label, cd_filter_missing(q, f));
}

static bool fail_rows(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_QUERY,
		       "%s, where: clustering columns find rows inside a partition only; restrict "
		       "%s by = or IN as well, " OR_FILTER,
		       q->place.model->label, cd_filter_missing(q, f));
}

static bool fail_order(const coodie_query *q, const struct cd_column *later,
		       const struct cd_column *before, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_QUERY,
		       "%s, where: %s clusters behind %s, so it finds rows only where %s is "
		       "restricted by = or IN; do that, " OR_FILTER,
		       q->place.model->label, later->def.name, before->def.name, before->def.name);
}

static const char *relation_text(const struct cd_restriction *r)
{
	static const char *const texts[] = { "=",        "IN",           "< and >",
					     "CONTAINS", "CONTAINS KEY", "LIKE",
					     "token()" };
	size_t kind = 0;

	while (!(r->kinds & 1u << kind))
		kind++;
	return texts[kind];
}

static bool fail_column(const coodie_query *q, const struct cd_restriction *r, coodie_error *err)
{
	const struct cd_column *c = &q->place.model->columns[r->column];
	bool indexed = c->def.index.on, answers = cd_index_answers(q->place.model, r);

	if (answers)
		return cd_fail(
			err, COODIE_ERR_QUERY,
			"%s, where: only one index is used at a time, and it does not "
			"answer %s; make both storage-attached (.class_name = \"sai\"), " OR_FILTER,
			q->place.model->label, c->def.name);
	return cd_fail(err, COODIE_ERR_QUERY,
		       "%s, where: no index of %s answers %s; %s, " OR_FILTER,
		       q->place.model->label, c->def.name, relation_text(r),
		       indexed ? "use another operator, another .class_name"
			       : "give the column .index = COODIE_INDEX()");
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* Slices are of leading columns: those before by = or IN, and one at the end by a range. Fills in
 * whether other rows are left to be filtered, and the first two columns that do not fit. */
static bool rows_need_filtering(const struct cd_model *m, const struct cd_filter *f,
				const struct cd_column **later, const struct cd_column **before)
{
	const struct cd_column *open = NULL; /* the first that is not restricted to values */

	for (uint32_t i = 0; i < m->key_count - m->partition_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[m->partition_count + i]];
		const struct cd_restriction *r = row_at(m, f, i);
		bool values = says(r, CD_RELATION_EQUAL) || says(r, CD_RELATION_IN);

		if (r && (open || (!values && !says(r, CD_RELATION_SLICE)))) {
			*later = c;
			*before = open ? open : c;
			return true;
		}
		if (!values && !open)
			open = c;
		if (r)
			i += r->count - 1u;
	}
	return false;
}

static bool check_key(const coodie_query *q, struct cd_filter *f, bool *uses_index,
		      coodie_error *err)
{
	const struct cd_model *m = q->place.model;
	bool needs = key_needs_filtering(m, f);

	*uses_index = f->has_index && (needs || (!f->key_count && !f->has_token));
	f->is_key_range = needs || f->key_count < m->partition_count;
	if (!needs || f->has_index || q->allow_filtering)
		return true;
	return fail_key(q, f, err);
}

static bool check_rows(const coodie_query *q, struct cd_filter *f, bool *needs, coodie_error *err)
{
	const struct cd_column *later, *before;

	*needs = rows_need_filtering(q->place.model, f, &later, &before);
	if (!*needs)
		return true;
	f->uses_index |= f->has_index;
	if (f->has_index || q->allow_filtering)
		return true;
	if (later == before)
		return fail_column(q, cd_filter_of(f, cd_column_index(q->place.model, later)), err);
	return fail_order(q, later, before, err);
}

static bool check_others(const coodie_query *q, struct cd_filter *f, coodie_error *err)
{
	if (!f->other_count)
		return true;
	f->uses_index |= f->has_index;
	for (uint32_t i = 0; !f->has_index && !q->allow_filtering && i < f->count; i++) {
		if (!cd_column_is_key(&q->place.model->columns[f->at[i].column]))
			return fail_column(q, &f->at[i], err);
	}
	return true;
}

/* An index is used, or a range of partitions is read: does anything have to be filtered? */
static bool check_rest(const coodie_query *q, const struct cd_filter *f, bool keys, bool rows,
		       coodie_error *err)
{
	const struct cd_restriction *left;

	if (q->allow_filtering || !(f->is_key_range || f->uses_index))
		return true;
	if (!f->other_count && !keys && !rows)
		return !f->row_count || fail_rows(q, f, err);
	left = cd_index_unanswered(q->place.model, f, keys, rows);
	if (!left)
		return f->has_index || fail_rows(q, f, err);
	switch (q->place.model->columns[left->column].role) {
	case CD_ROLE_PARTITION:
		return fail_key(q, f, err);
	case CD_ROLE_CLUSTERING:
		return f->is_key_range ? fail_rows(q, f, err) : fail_column(q, left, err);
	default:
		return fail_column(q, left, err);
	}
}

/* Its virtual tables are filtered by themselves. */
static bool is_system(const struct cd_model *m)
{
	return !strncmp(m->keyspace_name, "system", 6);
}

static bool check(const coodie_query *q, struct cd_filter *f, coodie_error *err)
{
	const struct cd_model *m = q->place.model;
	bool key_uses_index, rows_need, rows;

	if (!check_key(q, f, &key_uses_index, err))
		return false;
	f->uses_index = key_uses_index || (f->is_key_range && f->has_row_index);
	if (!check_rows(q, f, &rows_need, err))
		return false;
	rows = (f->uses_index || rows_need) && f->row_count;
	if (!check_others(q, f, err))
		return false;
	return check_rest(q, f, (key_uses_index || key_needs_filtering(m, f)) && f->key_count, rows,
			  err);
}

/* Neighbours come out of an index, and only other indexes can say which of them are wanted. */
static bool check_nearest(const coodie_query *q, const struct cd_filter *f, coodie_error *err)
{
	const struct cd_model *m = q->place.model;
	const struct cd_column *later, *before;
	bool rows_named = f->key_count == m->partition_count &&
			  !rows_need_filtering(m, f, &later, &before);

	if (key_needs_filtering(m, f))
		return fail_key(q, f, err);
	for (uint32_t i = 0; i < f->count; i++) {
		const struct cd_column *c = &m->columns[f->at[i].column];

		if (c->role == CD_ROLE_PARTITION || c->def.index.on ||
		    (c->role == CD_ROLE_CLUSTERING && rows_named))
			continue;
		return fail_column(q, &f->at[i], err);
	}
	return true;
}

bool cd_query_filter(coodie_query *q, struct cd_filter *out, coodie_error *err)
{
	const struct cd_model *m = q->place.model;

	*out = (struct cd_filter){ .has_token = q->has_range };
	out->at = cd_arena_take_array(&q->arena, q->relation_count, sizeof(*out->at));
	if (q->relation_count && !out->at)
		return cd_no_memory(err, "a query");
	for (uint32_t i = 0; i < q->relation_count; i++) {
		if (q->relations[i].kind == CD_RELATION_TOKEN)
			out->has_token = true;
		else
			add(out, &q->relations[i]);
	}
	for (uint32_t i = 0; i < out->count; i++)
		count_in(m, out, &out->at[i]);
	if (q->has_near)
		return q->allow_filtering || check_nearest(q, out, err);
	return is_system(m) || check(q, out, err);
}
