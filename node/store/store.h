/* SPDX-License-Identifier: MIT */
/* What a table holds: partitions by token, rows by clustering order, cells with timestamp, time to
 * live and tombstones; the last write wins.
 *
 * Writers hand over mutations; readers walk what is alive at a given second. Nothing is changed
 * while somebody walks. */
#ifndef NODE_STORE_H
#define NODE_STORE_H

#include "base/buffer.h"
#include "node/schema/schema.h"
#include "node/value/compare.h"

struct nd_store;
struct nd_store *nd_store_new(const struct nd_table *table, const coodie_allocator *allocator);
void nd_store_free(struct nd_store *s);
void nd_store_truncate(struct nd_store *s);
/* ALTER has dropped a column: its cells up to that time are gone, static or not. Newer ones are kept
 * for the case that it comes back (nd_table.dropped); nobody sees them until then. */
void nd_store_drop_column(struct nd_store *s, uint32_t column_id, int64_t dropped_us);
/* Gives memory back, a little at each call; to be called after a write with the node's own clock.
 * What is shadowed is never kept. A tombstone, and an expired cell as one, is kept until gc_grace
 * after its time: until then it shadows older writes that come late. The bytes of an expired cell
 * go ten minutes after it expired. Nothing goes before a sweep has seen its row ten minutes
 * ago. */
void nd_store_sweep(struct nd_store *s, int64_t clock_seconds);
/* The same behind so many writes at once. */
void nd_store_sweep_after(struct nd_store *s, int64_t clock_seconds, uint32_t writes);

/* ---- writing ----------------------------------------------------------------------------------- */

/* A clustering prefix: the first `count` clustering columns. */
struct nd_clustering {
	uint32_t count;
	const cql_blob *values; /* `data` never NULL; `len` 0 is an empty value */
};

/* An end of a slice. A prefix shorter than the clustering columns covers all rows that begin with it.
 * count 0: everything (inclusive). */
struct nd_bound {
	struct nd_clustering prefix;
	bool inclusive;
};

enum nd_change_kind {
	ND_CHANGE_ROW,       /* the row's marker: what INSERT leaves even without columns */
	ND_CHANGE_CELL,      /* `value` at `column` (and `path`) */
	ND_CHANGE_ERASE,     /* a cell tombstone at `column` (and `path`) */
	ND_CHANGE_ERASE_ALL, /* all items of a multi-cell column older than or at the timestamp */
	ND_CHANGE_COUNT,     /* adds `delta` to a counter */
	ND_CHANGE_DELETE_ROW,
	ND_CHANGE_DELETE_RANGE, /* `from` to `to` */
	ND_CHANGE_DELETE_PARTITION
};

struct nd_change {
	enum nd_change_kind kind;
	bool is_static; /* of the static row: `row` is not looked at */
	struct nd_clustering row;
	struct nd_bound from, to; /* of a range; else they mean nothing */
	const struct nd_column *column;
	/* Of a multi-cell column: the set's item, the map's key, a list's time (a timeuuid), a
	 * user type's field (a [short]). Otherwise empty. */
	cql_blob path;
	cql_blob value;
	int64_t delta;
	int64_t timestamp_us;
	int32_t ttl;     /* seconds; 0: none */
	int64_t expires; /* seconds since 1970, of what has a ttl; 0: that begins now */
	struct nd_change *next;
};

/* Changes to one partition, in order. */
struct nd_mutation {
	struct nd_table *table;
	cql_blob key; /* as cql_routing_key() joins it */
	int64_t token;
	struct nd_change *first, **last;
	uint32_t writes; /* of how many statements, for who sweeps behind them */
	bool takes_rows; /* the store's own: ranges, or the partition, are deleted */
	struct nd_mutation *next;
};

/* Applies a chain of mutations, all or nothing: false when out of memory. All is copied. A time to
 * live begins at `now_seconds`. */
bool nd_store_apply(struct nd_mutation *mutations, int64_t now_seconds);
/* A row is gone without a trace, with what it had; for stores that are made from others (views). */
void nd_store_remove_row(struct nd_store *s, cql_blob key, struct nd_clustering row);
/* Whether of two changes to one cell the first is kept; of equal ones, and of counts, each is. */
bool nd_change_wins(const struct nd_change *change, const struct nd_change *over);
/* Whether a change of a cell is lost on the row that it is for: that has a newer one, or was deleted. */
bool nd_store_loses(const struct nd_store *s, cql_blob key, const struct nd_change *change);
/* When what a change leaves expires, in seconds since 1970; 0: never. */
static inline int64_t nd_change_expires(const struct nd_change *c, int64_t now_seconds)
{
	return !c->ttl ? 0 : c->expires ? c->expires : now_seconds + c->ttl;
}

/* ---- cells written over where they are (overwrite.c) ------------------------------------------- */

struct nd_partition;
struct nd_stored_row;
struct nd_stored_cell;
/* A value for a cell that is there; `data` NULL: null, which leaves a tombstone. */
struct nd_put {
	struct nd_stored_cell *cell;
	const uint8_t *data;
	size_t len;
};
/* What an INSERT puts into one row. */
struct nd_overwrite {
	struct nd_partition *partition;
	struct nd_stored_row *row;
	const struct nd_put *puts;
	uint32_t count;
};
/* The row with this key, when it is there and no deletion covers more than it; else NULL. */
struct nd_stored_row *nd_overwrite_row(struct nd_partition *p, struct nd_clustering key);
/* Finds the cell of a column, which is asked first of place `*next`, then of all others, and whether `put`
 * has room there. */
bool nd_overwrite_takes(const struct nd_stored_row *row, uint32_t column, uint32_t *next,
			struct nd_put *put);
/* Does it, as nd_store_apply() would; nothing in the store may have changed since the cells were found,
 * but for other values that were put there. It cannot fail. */
void nd_overwrite_run(const struct nd_overwrite *o, int64_t timestamp_us, int64_t now_seconds);

/* ---- reading ----------------------------------------------------------------------------------- */

/* A live cell. Its bytes live until the store is next changed. */
struct nd_cell {
	const struct nd_column *column;
	cql_blob path;
	cql_blob value; /* of a counter: 8 bytes */
	int64_t timestamp_us;
	int32_t ttl;     /* as written; 0: none */
	int64_t expires; /* seconds since 1970; 0: never */
};

/* A live row: what SELECT sees. Cells are in the order of the table's columns and, within a column,
 * of their paths (a list's in their order). */
struct nd_row {
	struct nd_clustering clustering; /* count 0 for the static row */
	bool has_marker; /* an INSERT's; without one a row lives as long as one of its cells */
	int64_t marker_us;
	int32_t marker_ttl;
	int64_t marker_expires;
	int64_t dead_marker_us; /* the timestamp of a marker that has expired; INT64_MIN: none */
	uint32_t cell_count;
	const struct nd_cell *cells;
};

/* NULL: never written. */
struct nd_partition *nd_store_partition(const struct nd_store *s, cql_blob key);
/* Partitions in the order of their tokens (then keys): the first one behind (token, key); key.data
 * NULL: the first with at least this token. NULL: no more. */
struct nd_partition *nd_store_after(struct nd_store *s, int64_t token, cql_blob key);
cql_blob nd_partition_key(const struct nd_partition *p);
int64_t nd_partition_token(const struct nd_partition *p);
const struct nd_table *nd_partition_table(const struct nd_partition *p);
/* Columns of the key, one by one: `count` of them, views of the key. */
void nd_partition_key_columns(const struct nd_partition *p, cql_blob *out, uint32_t count);
void nd_key_columns(cql_blob key, cql_blob *out, uint32_t count);

/* Walks the live rows of a slice, forwards or (`reversed`) from its end. `partition` NULL: none. */
struct nd_walk {
	const struct nd_partition *partition;
	struct nd_bound from, to;
	bool reversed;
	int64_t now_seconds;
	struct cd_arena *arena; /* for a row's cells; reset it when the row was used */
	const void *at, *end;   /* the store's own */
};
void nd_walk_init(struct nd_walk *w, const struct nd_partition *p, struct nd_bound from,
		  struct nd_bound to, bool reversed, int64_t now_seconds, struct cd_arena *arena);
/* The next row, alive or not; NULL at the end. */
const struct nd_stored_row *nd_walk_step(struct nd_walk *w);
/* What of it is alive; false: nothing, or (`*no_memory`) out of memory. */
bool nd_walk_read(const struct nd_walk *w, const struct nd_stored_row *row, struct nd_row *out,
		  bool *no_memory);
/* The next row that is alive. False at the end, or (`*no_memory`) when out of memory. */
bool nd_walk_next(struct nd_walk *w, struct nd_row *out, bool *no_memory);
/* The live static row; false: nothing in it. */
bool nd_partition_static(const struct nd_partition *p, int64_t now_seconds, struct cd_arena *arena,
			 struct nd_row *out, bool *no_memory);
/* One live row by its whole clustering key. */
bool nd_partition_row(const struct nd_partition *p, struct nd_clustering key, int64_t now_seconds,
		      struct cd_arena *arena, struct nd_row *out, bool *no_memory);
/* A walk over one row, alive or not, by its whole clustering key. */
void nd_walk_find(struct nd_walk *w, const struct nd_partition *p, struct nd_clustering key,
		  int64_t now_seconds, struct cd_arena *arena);

/* A column that a result takes from rows as they are stored: of the key, or a regular one, but no user type
 * of several cells. */
enum nd_stored_source { ND_FROM_KEY, ND_FROM_CLUSTERING, ND_FROM_CELL, ND_FROM_CELLS };
struct nd_stored_column {
	enum nd_stored_source source;
	uint32_t id;
	/* in its key; of its cell, in a row that has one of each regular column */
	uint32_t place;
	const cql_type *type;
};
struct nd_stored_columns {
	const struct nd_stored_column *at;
	uint32_t count;
	const cql_blob *key; /* the columns of the partition key */
	size_t enough;       /* bytes of a result: when it has them, no more rows are taken */
};
/* Appends rows to a result, straight from where they are, until `most` are taken, or one comes (it is the
 * next step) whose marker does not say that it is alive. @return how many were taken; `*last`: the
 * last one's key. `out` has failed: there is no room for one more. */
uint32_t nd_walk_put(struct nd_walk *w, const struct nd_stored_columns *of, uint32_t most,
		     struct cd_buffer *out, struct nd_clustering *last);
/* What a reader went over: live rows, and tombstones (tombstones.c). */
struct nd_scanned {
	uint32_t live, tombstones;
};
/* Whether there may be any; false: there is no need to count. */
bool nd_store_has_tombstones(const struct nd_store *s);
void nd_scan_row(const struct nd_partition *p, const struct nd_stored_row *row, int64_t now_seconds,
		 struct nd_scanned *out);
void nd_scan_statics(const struct nd_partition *p, int64_t now_seconds, struct nd_scanned *out);
/* The ends of deleted ranges in the walk's slice, up to the row it stopped at; NULL: in all of it. */
void nd_scan_ranges(const struct nd_walk *w, const struct nd_stored_row *last,
		    struct nd_scanned *out);

/* The order of two prefixes in a table: by type and direction of each column; a shorter one that is
 * a prefix of the other is equal to it. */
int nd_clustering_compare(const struct nd_table *t, struct nd_clustering a, struct nd_clustering b);

#endif
