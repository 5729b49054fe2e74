/* SPDX-License-Identifier: MIT */
/* A WHERE clause that was looked up, as the files of where share it. */
#ifndef NODE_WHERE_PLAN_H
#define NODE_WHERE_PLAN_H

#include "node/plan/where.h"
#include "node/schema/index.h"

enum nd_where_kind { ND_WHERE_EQ, ND_WHERE_IN, ND_WHERE_SLICE, ND_WHERE_CONTAINS, ND_WHERE_LIKE };

/* What stands for the columns of a relation: a term for each, or one marker for all of them. */
struct nd_where_value {
	struct nd_term **terms;
	struct nd_term *whole; /* NULL: `terms` */
};

enum { ND_WHERE_START, ND_WHERE_END };

struct nd_where_end {
	bool is_set, inclusive;
	uint32_t count; /* columns: of two tuples one may be shorter */
	struct nd_where_value value;
};

/* CONTAINS (value), CONTAINS KEY (key), c[key] = value (both). */
struct nd_where_item {
	struct nd_term *key, *value;
};

/* All relations on a column, or on columns that were written as a tuple, in one. */
struct nd_restriction {
	enum nd_where_kind kind;
	bool is_multi;
	uint32_t count;
	const struct nd_column **columns;
	const cql_type *tuple; /* of is_multi: the type of all columns */
	uint32_t value_count;  /* EQ: 1 */
	struct nd_where_value *values;
	struct nd_term *in; /* IN ?: a list */
	const cql_type *in_type;
	struct nd_where_end ends[2];
	uint32_t item_count;
	struct nd_where_item *items;
	struct nd_restriction *next; /* in nd_where.filters */
};

/* token(...): its own kind of restriction on the partition key. */
struct nd_where_token {
	bool is_set, is_equal;
	struct nd_where_end ends[2];
};

struct nd_where {
	struct nd_table *table;
	struct nd_where_options options;
	struct nd_restriction **key;    /* of each column of the partition key; NULL: none */
	struct nd_restriction **rows;   /* of each clustering column */
	struct nd_restriction **others; /* by name */
	uint32_t key_count, row_count, other_count; /* that are not NULL */
	struct nd_where_token token;
	bool has_key_in, has_key_slice, has_key_contains;
	bool has_row_in, has_row_slice, has_row_contains;
	bool is_key_range;    /* partitions are not named */
	bool uses_index;      /* a secondary index would be asked */
	bool needs_filtering; /* rows are looked at that may not be wanted */
	bool has_regular;     /* a relation on a regular column */
	bool names_rows;      /* all clustering columns by = and IN */
	bool simple_key;      /* each column of the key by =, without token() */
	uint32_t bound_rows;  /* leading clustering columns that make slices; the others filter */
	struct nd_restriction *filters; /* what a row is asked */
};

/* where_relation.c: looks a relation up and makes a restriction of it; NULL: refused. */
struct nd_restriction *nd_where_relation(struct nd_planner *p, struct nd_table *table,
					 const struct nd_relation *relation);
bool nd_where_token_relation(struct nd_planner *p, struct nd_where *w,
			     const struct nd_relation *relation);
/* "c > ?" as Cassandra writes relations in messages, in the arena. */
const char *nd_where_spell(struct cd_arena *a, const struct nd_relation *relation);

/* where_merge.c: puts a restriction among those that are there. */
bool nd_where_add(struct nd_planner *p, struct nd_where *w, struct nd_restriction *r);

/* where_index.c: whether an index of the table answers the restriction. */
bool nd_where_is_indexed(const struct nd_table *table, const struct nd_restriction *r);
/* Whether one index, or all attached ones together, answer what is said of the partition key
 * (`keys`), of clustering columns (`rows`) and of the others. */
bool nd_where_is_answered(const struct nd_where *w, bool keys, bool rows);
/* Likewise by the attached ones: ORDER BY c ANN OF has no other beside it. */
bool nd_where_is_attached(const struct nd_where *w, bool keys, bool rows);
bool nd_table_has_index_of(const struct nd_table *t, const struct nd_column *c);
/* The index of SASI's that answers a LIKE of this kind; NULL: there is none. */
const struct nd_index *nd_where_like_index(const struct nd_table *t, const struct nd_column *c,
					   enum nd_like like);
/* Whether an index of SASI's is what the clause asks. */
bool nd_where_asks_sasi(const struct nd_where *w);
/* The index that looks at the values of a restriction in its own way; `item` is one of CONTAINS. NULL:
 * values are compared as they are. */
const struct nd_index *nd_where_looking(const struct nd_where *w, const struct nd_restriction *r,
					const struct nd_where_item *item);

/* where_value.c: the values of a restriction's columns, in the request's arena. */
struct nd_tuples {
	uint32_t count, width;
	struct nd_value *at; /* count * width */
};
bool nd_where_tuples(const struct nd_restriction *r, struct nd_request *x, struct nd_tuples *out);
/* The one of a restriction by = of one column. */
bool nd_where_value(const struct nd_restriction *r, struct nd_request *x, struct nd_value *out);
/* `count` of them: fewer than the end has when a tuple that was bound is cut short. The one value of a
 * column alone may be null. */
bool nd_where_end_values(const struct nd_restriction *r, const struct nd_where_end *end,
			 struct nd_request *x, struct nd_value *out, uint32_t *count);

/* where_slice.c: those of = and IN in the order of the columns, without doubles; all combinations of
 * those of the first `columns` columns, in order; the slices of clustering keys. */
bool nd_where_sorted(const struct nd_restriction *r, struct nd_request *x, struct nd_tuples *out);
bool nd_where_product(struct nd_restriction *const *at, uint32_t columns, struct nd_request *x,
		      uint32_t *count, cql_blob **out);
bool nd_where_slices(const struct nd_where *w, struct nd_request *x, struct nd_places *out);

/* A value's bytes, never NULL. */
static inline cql_blob nd_value_blob(struct nd_value v)
{
	return (cql_blob){ v.data ? v.data : (const uint8_t *)"", v.data ? v.len : 0 };
}

#endif
