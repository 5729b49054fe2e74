/* SPDX-License-Identifier: MIT */
/* What a store is made of; for the files that are the store (skip, row, ranges, partition, merge,
 * walk, store).
 *
 * The invariant that makes reading quick: what a deletion shadows is not there. A deletion takes
 * away what it shadows when it comes, and what comes later is held against it before it is kept. */
#ifndef NODE_STORE_PARTS_H
#define NODE_STORE_PARTS_H

#include "node/store/skip.h"
#include "node/store/slots.h"
#include "node/store/store.h"

/* The timestamp of "never deleted": before all others. */
#define ND_NEVER INT64_MIN

/* ---- rows -------------------------------------------------------------------------------------- */

enum nd_stored_kind {
	ND_STORED_ERASED_ALL, /* the deletion of a whole multi-cell column: in front of its cells */
	ND_STORED_VALUE,
	ND_STORED_TOMBSTONE,
	ND_STORED_COUNT
};

/* Changed when it is part of a row only if the mutation can do no else but succeed (nd_row_takes()), or
 * to be emptied when it has long expired. Small values lie in
 * one piece with their row's contents and are copied with them; large ones, and items of collections,
 * of which there may be many, lie apart, and are shared by what a row is and what it will be. */
struct nd_stored_cell {
	int64_t timestamp_us;
	int64_t local; /* seconds: when a tombstone was made, when an expiring value expires; else 0 */
	int32_t ttl;
	uint32_t column;
	uint32_t path_len, value_len;
	uint8_t kind;
	bool is_apart;
	bool is_fresh;   /* apart, and of a mutation that is not done yet */
	uint8_t bytes[]; /* the path, then the value */
};

struct nd_contents {
	int64_t marker_us; /* ND_NEVER: none */
	int64_t marker_expires;
	int64_t deletion_us; /* ND_NEVER: not deleted */
	int64_t deleted_at;  /* seconds */
	int64_t swept_at;    /* the clock when a sweep saw it first; 0: none has */
	int32_t marker_ttl;
	uint32_t count, room;
	uint32_t used, size; /* bytes behind `cells` */
	uint32_t next;       /* behind the cell that was put last */
	struct nd_stored_cell *cells[]; /* by column, a column's own deletion first, then by path */
};

/* The longest value that lies with its row. */
enum { ND_INSIDE_MOST = 256 };

/* The bytes a cell takes in its row's contents; 0: it lies apart. */
static inline uint32_t nd_cell_inside(size_t path_len, size_t value_len)
{
	if (path_len || value_len > ND_INSIDE_MOST)
		return 0;
	return (uint32_t)(offsetof(struct nd_stored_cell, bytes) + value_len + 7) & ~UINT32_C(7);
}

static inline uint32_t nd_cell_size_inside(const struct nd_stored_cell *cell)
{
	return cell->is_apart ? 0 : nd_cell_inside(0, cell->value_len);
}

/* Whether a value has room where a cell's is. */
static inline bool nd_cell_fits(const struct nd_stored_cell *cell, size_t value_len)
{
	uint32_t size = cell->is_apart ? 0 : nd_cell_inside(0, value_len);

	return size && size <= nd_cell_size_inside(cell);
}

/* The index of the column's cell, mostly the next one; `c->count`: it has none. */
static inline uint32_t nd_contents_index(const struct nd_contents *c, uint32_t column,
					 uint32_t next)
{
	uint32_t i = next;

	if (i < c->count && c->cells[i]->column == column)
		return i;
	for (i = 0; i < c->count && c->cells[i]->column != column; i++)
		;
	return i;
}

struct nd_stored_row {
	struct nd_link link;          /* not of a static row, but for its mark */
	struct nd_contents *contents; /* NULL: of a mutation that is not done yet */
	union {                       /* while a mutation is being prepared; else NULL */
		struct nd_contents *pending;      /* what it will be when the mutation is done */
		const struct nd_change *rewrites; /* the mark: what will be done where it is */
	};
	struct nd_stored_row *next_touched;
	struct nd_clustering key;
};

/* A place between rows, or that of a row. */
struct nd_place {
	const struct nd_table *table;
	struct nd_clustering key;
	int side; /* before (-1) or behind (1) all rows that begin with `key`; 0: the row itself */
};
struct nd_place nd_place_from(const struct nd_table *t, struct nd_bound from);
struct nd_place nd_place_to(const struct nd_table *t, struct nd_bound to);
int nd_place_compare(const struct nd_place *a, const struct nd_place *b);
nd_skip_fn nd_row_order; /* place: struct nd_place */

/* NULL: out of memory. */
struct nd_stored_row *nd_row_new(const coodie_allocator *a, struct nd_clustering key,
				 unsigned height);
void nd_row_free(const coodie_allocator *a, struct nd_stored_row *row);
/* The only row of a partition has room there: it is made in it, and ends without giving it back. */
enum { ND_ONLY_ROW_SIZE = sizeof(struct nd_stored_row) + sizeof(struct nd_link *) };
struct nd_stored_row *nd_row_init_only(void *room);
void nd_row_deinit(const coodie_allocator *a, struct nd_stored_row *row);
/* What is pending begins as what there is; in a row that is new it has room for so many cells, and bytes
 * of those that are not apart. */
bool nd_row_begin(const coodie_allocator *a, struct nd_stored_row *row, uint32_t cells,
		  uint32_t bytes);
/* Merges one change into what is pending. */
bool nd_row_change(struct nd_store *s, struct nd_stored_row *row, const struct nd_change *change,
		   int64_t now_seconds);
/* Whether the changes of one row, from this one on, write over cells that it has, each once and in the
 * room that is there: then nothing has to be made for them, and they cannot fail. */
bool nd_row_takes(const struct nd_stored_row *row, const struct nd_change *changes);
/* Whether a change is of the same row as another one before it in its mutation. */
static inline bool nd_change_is_of_same_row(const struct nd_change *a, const struct nd_change *b)
{
	return a->is_static == b->is_static && a->row.values == b->row.values;
}
/* An INSERT's marker; expires: in seconds, 0: never. */
void nd_row_set_marker(struct nd_contents *c, int64_t timestamp_us, int32_t ttl, int64_t expires);
/* Does what nd_row_takes() has found to be possible. */
void nd_row_rewrite(struct nd_stored_row *row, int64_t now_seconds);
/* What is pending becomes what is, or is forgotten. */
void nd_row_commit(const coodie_allocator *a, struct nd_stored_row *row);
void nd_row_abandon(const coodie_allocator *a, struct nd_stored_row *row);
/* Takes away all that is not younger. */
void nd_row_shadow(const coodie_allocator *a, struct nd_stored_row *row, int64_t deletion_us);
void nd_row_drop_column(const coodie_allocator *a, struct nd_stored_row *row, uint32_t column,
			int64_t dropped_us);
/* Takes away tombstones and expired cells of before `tombstones`, and the bytes of what expired
 * before `values`; both in seconds. */
void nd_row_purge(const coodie_allocator *a, struct nd_stored_row *row, int64_t tombstones,
		  int64_t values);
bool nd_row_is_empty(const struct nd_stored_row *row);

/* ---- ranges of deleted rows -------------------------------------------------------------------- */

struct nd_range {
	struct nd_place from, to; /* sides -1 and 1 */
	int64_t deletion_us, deleted_at;
};

/* In order, not overlapping; one piece of memory. */
struct nd_ranges {
	uint32_t count;
	struct nd_range at[];
};

/* Those of `old` (NULL: none) and one more; false when out of memory. */
bool nd_ranges_add(const coodie_allocator *a, const struct nd_ranges *old,
		   const struct nd_range *more, struct nd_ranges **out);
/* The timestamp of the range a row is in; ND_NEVER: none. */
int64_t nd_ranges_cover(const struct nd_ranges *r, const struct nd_table *t,
			struct nd_clustering row);
/* Takes away those that are not younger than `deletion_us`, or were made before `tombstones`. */
void nd_ranges_purge(struct nd_ranges *r, int64_t deletion_us, int64_t tombstones);

/* ---- partitions -------------------------------------------------------------------------------- */

/* What every write looks at comes last: the key's bytes, and the only row of a table without clustering
 * columns, lie behind it in the same piece of memory. */
struct nd_partition {
	struct nd_link link;
	struct nd_skip rows;
	int64_t token;
	int64_t deleted_at;
	int64_t swept_at; /* as in nd_contents, of the deletion and the ranges */
	struct nd_store *store;
	cql_blob key;
	struct nd_stored_row *recent;  /* the row that was written last; NULL: none */
	struct nd_stored_row *only;    /* room for the only row there can be; NULL: rows have their own */
	struct nd_stored_row *statics; /* NULL: none */
	struct nd_ranges *ranges;      /* NULL: none */
	int64_t deletion_us;
	/* while a mutation is being prepared */
	struct nd_partition *next_touched;
	struct nd_stored_row *touched; /* rows */
	struct nd_ranges *pending_ranges;
	bool is_touched;
	bool is_placed; /* in the store's order; else in its list of new ones */
};

/* Finds or makes the row a change is about; NULL: out of memory. */
struct nd_stored_row *nd_partition_touch(struct nd_partition *p, const struct nd_change *change);
/* The row at a place; NULL: there is none. */
struct nd_stored_row *nd_partition_find_row(struct nd_partition *p, const struct nd_place *place);
void nd_partition_remove_row(struct nd_partition *p, struct nd_stored_row *row);
/* Takes away what a deletion of rows (`from` to `to`) shadows; rows that are empty then, too. */
void nd_partition_shadow(struct nd_partition *p, struct nd_bound from, struct nd_bound to,
			 int64_t deletion_us);
/* The youngest deletion that covers a row, the row's own apart. */
int64_t nd_partition_cover(const struct nd_partition *p, const struct nd_stored_row *row);
bool nd_partition_is_empty(const struct nd_partition *p);
/* Frees all that is in it. */
void nd_partition_clear(struct nd_partition *p);

/* ---- the store --------------------------------------------------------------------------------- */

struct nd_store {
	const struct nd_table *table;
	const coodie_allocator *allocator;
	struct nd_skip order;     /* of partitions, by token and key; of those that are placed */
	struct nd_link *unplaced; /* those that came since somebody asked for an order */
	struct nd_slots slots;    /* of all partitions */
	/* places of columns in the table, by their ids; of this version of the table */
	uint32_t *ranks;
	uint32_t rank_count;
	uint64_t ranked_version;
	bool ages; /* it was given something that a sweep takes away one day */
	/* the clock of the last nd_store_sweep(), and where it goes on; NULL: from the start */
	int64_t clock;
	struct nd_partition *sweep_partition;
	struct nd_stored_row *sweep_row;
};

/* What a sweep leaves alone at least, seconds: see nd_store_sweep(). */
enum { ND_LEAST_GRACE = 600 };

/* A client with a clock of its own reads what it wrote by that clock: no sweep is to judge it by
 * ours, for some time at least. */
static inline bool nd_store_is_odd(const struct nd_store *s, int64_t now_seconds)
{
	return now_seconds < s->clock - ND_LEAST_GRACE || now_seconds > s->clock + ND_LEAST_GRACE;
}

/* Of a value, or a count: not of what is erased, nor of what has expired. */
static inline bool nd_cell_is_alive(const struct nd_stored_cell *cell, int64_t now_seconds)
{
	if (cell->kind != ND_STORED_VALUE && cell->kind != ND_STORED_COUNT)
		return false;
	return !cell->ttl || now_seconds < cell->local;
}

/* Of an INSERT that has not expired. */
static inline bool nd_row_has_marker(const struct nd_stored_row *row, int64_t now_seconds)
{
	const struct nd_contents *c = row->contents;

	return c->marker_us != ND_NEVER && (!c->marker_ttl || now_seconds < c->marker_expires);
}

/* Brings `ranks` up to date. */
bool nd_store_rank(struct nd_store *s);
/* Finds or makes; NULL: out of memory. */
struct nd_partition *nd_store_touch(struct nd_store *s, cql_blob key, int64_t token);
void nd_store_remove_partition(struct nd_store *s, struct nd_partition *p);

#endif
