/* SPDX-License-Identifier: MIT */
/* WHERE clauses: which relations name partitions, which a slice of rows, which only filter.
 * SELECT, UPDATE and DELETE read theirs by it, with the messages of each. */
#ifndef NODE_WHERE_H
#define NODE_WHERE_H

#include "node/function/term.h"
#include "node/store/store.h"

enum nd_where_use { ND_WHERE_SELECT, ND_WHERE_UPDATE, ND_WHERE_DELETE };

/* A clause looked up: nd_plan's part of it. */
struct nd_where;

struct nd_where_options {
	enum nd_where_use use;
	bool allow_filtering;
	bool static_only; /* UPDATE, DELETE: only static columns are touched, so rows need not be named */
	bool whole_rows; /* DELETE: no columns are named, so a range of rows may be */
	bool has_conditions;
	bool is_view; /* SELECT: says what is in a view; no index helps, and rows may be filtered */
	const struct nd_column *ann; /* SELECT: ORDER BY it ANN OF; NULL: none */
};

/* Refuses what Cassandra refuses: "Some partition key parts are missing: b", "Cannot execute this
 * query as it might involve data filtering ...", ... Fills p->key_markers, which are made when they
 * are NULL: a marker, or -1, for each column of the partition key. */
struct nd_where *nd_where_new(struct nd_planner *p, struct nd_table *table,
			      const struct nd_relations *relations,
			      const struct nd_where_options *options);

/* One slice of clustering keys. */
struct nd_slice {
	struct nd_bound from, to;
};

/* Cuts a slice down to what lies behind a row, or (`reversed`) before it; false: nothing does. */
bool nd_slice_cut(const struct nd_table *t, struct nd_slice *slice, struct nd_clustering row,
		  bool reversed);

/* The clause with what is bound. Stays where it was filled: a single key lies in it. */
struct nd_places {
	/* partitions: keys in the order they are to be read, without doubles; or all those whose
	 * token lies in a range */
	bool has_keys;
	uint32_t key_count;
	cql_blob *keys; /* as cql_routing_key() joins them */
	int64_t *tokens;
	cql_blob only_key;
	int64_t only_token;
	int64_t first_token, last_token; /* both inclusive; without keys */
	bool nothing;                    /* an empty IN, a range that ends before it begins */
	/* rows: slices in clustering order, not overlapping; one that covers all when nothing is said */
	uint32_t slice_count;
	const struct nd_slice *slices;
	bool names_rows; /* each slice is one whole clustering key */
};

bool nd_where_bind(const struct nd_where *w, struct nd_request *x, struct nd_places *out);
/* The partitions alone. */
bool nd_where_bind_keys(const struct nd_where *w, struct nd_request *x, struct nd_places *out);
/* A partition key of its columns (`data` never NULL), and its token. Refused: "Key may not be empty",
 * "Key length of 70000 is longer than maximum of 65535". */
bool nd_key_join(struct nd_request *x, const cql_blob *columns, uint32_t count, cql_blob *key,
		 int64_t *token);
/* Whether the clause says nothing of clustering columns or rows: static rows without rows count. */
bool nd_where_is_whole_partitions(const struct nd_where *w);
/* SELECT: whether ALLOW FILTERING is there when it is needed; said after all else was looked at. */
bool nd_where_check_filtering(const struct nd_where *w, struct nd_problem *p);
/* Whether partitions are not named one by one. */
bool nd_where_is_key_range(const struct nd_where *w);
/* Whether a column of the partition key, or a clustering column, is restricted by IN with other than
 * one value. */
bool nd_where_has_key_in(const struct nd_where *w);
/* Whether the whole primary key is named by =: there is one such row at most. */
bool nd_where_is_only_row(const struct nd_where *w);
bool nd_where_has_row_in(const struct nd_where *w);
/* Whether anything is said of the partition key (token() too), of clustering columns. */
bool nd_where_restricts_key(const struct nd_where *w);
bool nd_where_restricts_rows(const struct nd_where *w);
bool nd_where_uses_index(const struct nd_where *w);
/* Whether rows are those nearest to a vector. */
bool nd_where_is_nearest(const struct nd_where *w);
/* Whether an index of vectors is asked for those that are equal to one, which it cannot tell. */
bool nd_where_asks_vectors(const struct nd_where *w);
/* Whether the whole primary key is restricted by = and IN: what conditional statements want. */
bool nd_where_is_exact(const struct nd_where *w);
/* Whether the column is restricted by =. */
bool nd_where_is_equal(const struct nd_where *w, const struct nd_column *c);
/* Notes the columns beside the primary key that are restricted, by their ids; false: none is. */
bool nd_where_note_others(const struct nd_where *w, bool *asked);
/* Whether no regular column is restricted. */
bool nd_where_only_static_others(const struct nd_where *w);

/* A row as relations see it: key columns, static row and row. NULL where there is none. */
struct nd_row_view {
	const struct nd_table *table;
	const cql_blob *key; /* table->partition_key_count columns */
	const struct nd_row *statics;
	const struct nd_row *row;
};
/* Asks the filtering relations: on regular, static and unused key columns. `filter` is made once for a
 * request by nd_where_filter(). */
struct nd_filter;
struct nd_filter *nd_where_filter(const struct nd_where *w, struct nd_request *x);
/* Whether there are any. */
bool nd_where_has_filters(const struct nd_where *w);
/* `scratch` is for what is put together of the row: reset it when the row was used. */
bool nd_filter_accepts(const struct nd_filter *f, const struct nd_row_view *row,
		       struct nd_request *x, struct cd_arena *scratch, bool *accepted);
/* A text of several words finds the partitions that have them all, in any rows, and of those the rows
 * that have one. Asked before a partition is read; then each row is shown, and then asked. */
bool nd_filter_wants_words(const struct nd_filter *f);
bool nd_filter_note_words(const struct nd_filter *f, const struct nd_row_view *row,
			  struct nd_request *x, struct cd_arena *scratch);
bool nd_filter_has_words(const struct nd_filter *f);

/* The column's index that is attached to storage; NULL: there is none. */
const struct nd_index *nd_table_attached_index(const struct nd_table *t, const struct nd_column *c);

/* A column's value as a client gets it: collections and user types put together from their cells. */
bool nd_row_value(const struct nd_row_view *row, const struct nd_column *column, struct cd_arena *a,
		  struct nd_value *out, struct nd_problem *p);

#endif
