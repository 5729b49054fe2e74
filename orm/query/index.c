/* SPDX-License-Identifier: MIT */
/* Which conditions an index answers. There are three sorts: the server's own, of which one is used
 * at a time and only for equality; storage-attached ones, which work together; and those of other
 * classes and of others, whose powers are not known here. */
#include "orm/query/index.h"

#include <string.h>
#include <strings.h>

enum sort { NONE, PLAIN, ATTACHED, FOREIGN };

static enum sort sort_of(const struct cd_column *c)
{
	const char *name = c->def.index.class_name;
	size_t len = name ? strlen(name) : 0;
	static const char attached[] = "StorageAttachedIndex";

	if (!c->def.index.on)
		return NONE;
	if (c->def.index.external)
		return FOREIGN;
	if (c->kind == CQL_KIND_VECTOR)
		return ATTACHED;
	if (!name)
		return PLAIN;
	if (!strcasecmp(name, "sai") ||
	    (len >= sizeof(attached) - 1 && !strcmp(name + len - (sizeof(attached) - 1), attached)))
		return ATTACHED;
	return FOREIGN;
}

static bool target_is(const struct cd_column *c, const char *word)
{
	const char *target = c->def.index.target;

	return target && !strcasecmp(target, word);
}

/* An index without a target is of the values of a collection, or of the whole. */
static bool is_whole(const struct cd_column *c)
{
	return target_is(c, "FULL") || (!c->def.index.target && !c->multicell);
}

static bool is_of_values(const struct cd_column *c)
{
	return target_is(c, "VALUES") || (!c->def.index.target && c->multicell) ||
	       (target_is(c, "KEYS") && c->kind == CQL_KIND_SET);
}

static bool has_ranges(const struct cd_column *c)
{
	static const enum cql_kind without[] = { CQL_KIND_TEXT, CQL_KIND_ASCII, CQL_KIND_BOOLEAN,
						 CQL_KIND_UUID, CQL_KIND_LIST,  CQL_KIND_SET,
						 CQL_KIND_MAP,  CQL_KIND_TUPLE, CQL_KIND_UDT };

	for (size_t i = 0; i < sizeof(without) / sizeof(*without); i++) {
		if (c->kind == without[i])
			return false;
	}
	return true;
}

static bool says(const struct cd_restriction *r, enum cd_relation_kind kind)
{
	return r->kinds & 1u << kind;
}

static bool column_answers(const struct cd_column *c, const struct cd_restriction *r)
{
	enum sort sort = sort_of(c);

	if (sort == NONE || sort == FOREIGN)
		return sort == FOREIGN;
	if (c->kind == CQL_KIND_VECTOR) /* only ANN */
		return false;
	if (says(r, CD_RELATION_EQUAL))
		return is_whole(c);
	if (says(r, CD_RELATION_SLICE))
		return sort == ATTACHED && is_whole(c) && has_ranges(c);
	return (says(r, CD_RELATION_CONTAINS) && is_of_values(c)) ||
	       (says(r, CD_RELATION_CONTAINS_KEY) && target_is(c, "KEYS"));
}

/* The i-th column of a restriction: of a tuple, one of the clustering columns. */
static const struct cd_column *column_at(const struct cd_model *m, const struct cd_restriction *r,
					 uint32_t i)
{
	const struct cd_column *first = &m->columns[r->column];

	return i ? &m->columns[m->keys[m->partition_count + first->def.clustering_key - 1u + i]]
		 : first;
}

bool cd_index_answers(const struct cd_model *m, const struct cd_restriction *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		if (column_answers(column_at(m, r, i), r))
			return true;
	}
	return false;
}

/* Whether this index, together with those it works with, answers the restriction. */
static bool group_answers(const struct cd_model *m, const struct cd_column *one,
			  const struct cd_restriction *r)
{
	bool alone = sort_of(one) == PLAIN;

	if (r->items > 1 && alone)
		return false;
	for (uint32_t i = 0; i < r->count; i++) {
		const struct cd_column *c = column_at(m, r, i);

		if ((c == one || (!alone && sort_of(c) != PLAIN)) && column_answers(c, r))
			return true;
	}
	return false;
}

static bool is_asked(const struct cd_model *m, const struct cd_restriction *r, bool keys, bool rows)
{
	enum cd_role role = m->columns[r->column].role;

	return role == CD_ROLE_PARTITION ? keys : role == CD_ROLE_CLUSTERING ? rows : true;
}

/* The first restriction that this index leaves to be filtered by; NULL: none. */
static const struct cd_restriction *left_by(const struct cd_model *m, const struct cd_filter *f,
					    const struct cd_column *one, bool keys, bool rows)
{
	for (uint32_t i = 0; i < f->count; i++) {
		if (is_asked(m, &f->at[i], keys, rows) && !group_answers(m, one, &f->at[i]))
			return &f->at[i];
	}
	return NULL;
}

const struct cd_restriction *cd_index_unanswered(const struct cd_model *m,
						 const struct cd_filter *f, bool keys, bool rows)
{
	const struct cd_restriction *left = NULL;

	for (uint32_t k = 0; k < f->count; k++) {
		for (uint32_t i = 0; i < f->at[k].count; i++) {
			const struct cd_column *one = column_at(m, &f->at[k], i);

			if (!column_answers(one, &f->at[k]))
				continue;
			left = left_by(m, f, one, keys, rows);
			if (!left)
				return NULL;
		}
	}
	return left;
}
