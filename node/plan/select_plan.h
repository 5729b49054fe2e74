/* SPDX-License-Identifier: MIT */
/* A SELECT that was looked up, and one that runs, as the files of select share them. */
#ifndef NODE_SELECT_PLAN_H
#define NODE_SELECT_PLAN_H

#include "base/buffer.h"
#include "node/plan/select.h"

/* GROUP BY: the partition key and the first clustering columns, of which the last may stand in a
 * function. */
struct nd_grouping {
	bool is_set;
	uint32_t prefix;                   /* clustering columns that are compared as they are */
	struct nd_selector_list *function; /* NULL: none */
};

struct nd_ordering {
	uint32_t count;
	const struct nd_column **columns; /* clustering */
	bool *descending;                 /* of each */
	bool reversed;                    /* rows are read backwards */
	bool sorts;                       /* rows of several partitions are merged */
	const struct nd_column *near;     /* ANN OF: the vectors; NULL: not asked for */
	struct nd_term *near_to;
	const struct nd_index *near_index;
};

struct nd_select_plan {
	struct nd_plan plan;
	struct nd_where *where;
	struct nd_selector_list *selectors;
	bool distinct, aggregates;
	bool wants_statics; /* the table has static columns */
	bool *asked; /* by the ids of columns: whether it is asked for; NULL: all are, or none is */
	struct nd_grouping grouping;
	struct nd_ordering ordering;
	struct nd_term *limit, *partition_limit; /* NULL: none */
	/* the columns of rows that are taken as they are stored; NULL: rows are read and selected from */
	const struct nd_stored_column *stored;
	uint32_t stored_count;
	bool only_row; /* and there is one at most, which nothing more is asked of */
};

/* Where a page ended, and what was left then. */
struct nd_page_state {
	cql_blob key;
	bool in_rows; /* behind the row at `clustering`; else the whole partition was read */
	struct nd_clustering clustering;
	uint32_t left, left_in_partition;
};

/* select_page.c: to the opaque bytes that clients bring back, and from them. */
bool nd_page_write(const struct nd_page_state *s, const struct nd_table *t, struct cd_arena *a,
		   cql_blob *out, struct nd_problem *p);
bool nd_page_read(cql_blob bytes, const struct nd_table *t, struct cd_arena *a,
		  struct nd_page_state *out, struct nd_problem *p);

/* A row that waits for its place: ORDER BY over several partitions, and ANN. */
struct nd_waiting_row {
	size_t from, len;    /* in the buffer of rows */
	const cql_blob *key; /* of ORDER BY's columns */
	float score;
	uint32_t number; /* in the order they were read */
};

enum { FEW_KEYS = 8 };

/* What nearly every request needs comes first. */
struct nd_select_run {
	const struct nd_select_plan *plan;
	struct nd_table *table;
	struct nd_request *x;
	struct nd_filter *filter; /* NULL: none */
	struct nd_selection_run
		*selection; /* NULL: all rows until now were taken as they are stored */
	uint32_t row_count;
	/* what may still be read */
	uint32_t left, left_in_partition, left_on_page;
	uint32_t partition_limit;
	bool paged, stop, skip_partition, has_more;
	/* where we are */
	int64_t now_seconds;
	bool is_last_partition; /* of those that were named */
	cql_blob key;           /* of the partition being read */
	cql_blob *key_columns;
	struct cd_arena *arena;    /* of rows: row_arena, or the request's when there are few */
	cql_blob *at_clustering;   /* room for the clustering of `at` */
	struct nd_page_state from; /* paged: where the last page ended; key.data NULL: begin */
	/* From here on nothing is zero where rows are taken as they are stored: all that such a plan looks
	 * at is set before. */
	struct nd_places places;
	struct cd_buffer rows; /* the database's */
	/* what was gone over since nd_select_scan_begin(), where there are tombstones */
	struct {
		bool counts;
		struct nd_scanned found;
		uint32_t limit;                   /* of rows; INT32_MAX: none */
		int64_t token;                    /* of the last partition */
		const struct nd_stored_row *last; /* of the slice that is read */
	} scan;
	cql_blob few[FEW_KEYS];  /* room for the columns of the primary key, where they are few */
	struct nd_page_state at; /* the last row that was used */
	struct cd_arena row_arena, static_arena;
	/* GROUP BY */
	bool group_open;
	size_t group_from; /* where its row begins in the answer */
	cql_blob group_key;
	cql_blob *group_clustering;
	struct nd_selection_run *group_run;     /* of the function; NULL: none */
	struct cd_buffer group_now, group_then; /* its value */
	/* ORDER BY over several partitions, ANN */
	const cql_blob *order_key; /* what was noted last */
	float order_score;
	struct nd_waiting_row *waiting;
	uint32_t waiting_room;
	cql_blob near_to;
};

/* select_order.c */
bool nd_ordering_new(struct nd_planner *p, struct nd_table *t, const struct nd_select *s,
		     struct nd_ordering *out);
bool nd_ordering_check(struct nd_planner *p, const struct nd_table *t, const struct nd_where *w,
		       struct nd_ordering *o);
/* Takes from a row what it will be put in order by; not `keep`: it is none of the answer's. */
bool nd_ordering_note(struct nd_select_run *r, const struct nd_row_view *view, bool *keep);
/* Remembers a row of the answer that begins at `from`, with what was noted last. */
bool nd_ordering_keep(struct nd_select_run *r, size_t from);
bool nd_ordering_finish(struct nd_select_run *r, uint32_t limit);

/* select_near.c: ORDER BY c ANN OF. */
bool nd_near_start(struct nd_select_run *r, uint32_t limit);
/* False: `=` is asked of an index of vectors. */
bool nd_near_check_equal(const struct nd_select_run *r, uint32_t limit);
bool nd_near_score(const struct nd_select_run *r, struct nd_value vector, float *out);

/* select_group.c */
bool nd_grouping_new(struct nd_planner *p, const struct nd_table *t, const struct nd_select *s,
		     const struct nd_where *w, struct nd_grouping *out);
/* Whether this row begins another group than the open one, which it becomes. */
bool nd_grouping_next(struct nd_select_run *r, const struct nd_row_view *view, bool *other);

/* select_check.c: what a selection is of. */
bool nd_select_columns(struct nd_planner *p, const struct nd_table *t, const struct nd_select *s,
		       bool *only_static);
bool nd_select_asked(struct nd_planner *p, const struct nd_table *t, const struct nd_select *s,
		     const struct nd_where *where, bool **out);
bool nd_select_check_distinct(struct nd_planner *p, const struct nd_table *t,
			      const struct nd_select *s, const struct nd_where *w);

/* select_read.c: goes over partitions and rows. */
bool nd_select_read(struct nd_select_run *r);
/* select_scan.c: counts what is gone over, and warns, or fails, when too much of it are tombstones. A
 * scan is of a partition that was named, or of all of a range. */
void nd_select_scan_begin(struct nd_select_run *r);
/* A partition, with its static row. */
bool nd_select_scan_partition(struct nd_select_run *r, const struct nd_partition *p);
/* Rows: those from where a walk was (its `at`) to where it is. */
bool nd_select_scan_rows(struct nd_select_run *r, const void *from, const struct nd_walk *to);
/* Deleted ranges, when the walk is over. */
bool nd_select_scan_ranges(struct nd_select_run *r, const struct nd_walk *walk);
void nd_select_scan_end(struct nd_select_run *r);
/* select_text.c: the scan as Cassandra writes it, in the request's arena; NULL: out of memory. */
const char *nd_select_scan_text(struct nd_select_run *r);
/* select_row.c: takes a row: asks it, adds it, and sees what is left to be read. */
bool nd_select_row(struct nd_select_run *r, const struct nd_row_view *view);
/* Makes the selection, where there is none yet. */
bool nd_select_from_rows(struct nd_select_run *r);
/* Takes rows as they are stored, as many as can be; `*taken` 0: the next one has to be read. */
bool nd_select_stored(struct nd_select_run *r, struct nd_walk *walk, uint32_t *taken);
bool nd_select_close_group(struct nd_select_run *r);

#endif
