/* SPDX-License-Identifier: MIT */
/* The matrix: what an application does with a mapper, row by row, as the mapper does it and as one does it
 * by hand. bench/README.md has the table that comes of it.
 *
 * Each row is two functions that do the same: `coodie` by the mapper, `raw` by hand-written CQL, prepared
 * once, over the same session, into plain structs. */
#ifndef BENCH_MATRIX_MATRIX_H
#define BENCH_MATRIX_MATRIX_H

#include <coodie.h>

enum { MATRIX_CQL = 3 };

/* What a player plays with. */
struct matrix {
	coodie_session *session;
	const char *keyspace;
	coodie_prepared *cql[MATRIX_CQL]; /* of the row at hand, for raw */
	uint64_t rows;                    /* that a round has read */
	uint64_t bytes;                   /* that a round is judged by, where that is no time */
};

/* One operation; `i` is its number among all those of the row. */
typedef bool matrix_fn(struct matrix *m, uint32_t i, coodie_error *err);
/* Around a round, which begins with number `first`. */
typedef bool matrix_round_fn(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err);
typedef bool matrix_set_up_fn(struct matrix *m, coodie_error *err);

struct matrix_row {
	const char *id, *name, *workload;
	uint32_t times;              /* operations of a round */
	uint32_t rows;               /* that one operation reads: counted after each round */
	bool is_memory;              /* judged by bytes */
	const char *cql[MATRIX_CQL]; /* what raw prepares */
	matrix_set_up_fn *set_up; /* tables and what is in them; once for all rows that name it */
	matrix_round_fn *before;  /* what a round uses up; not measured */
	matrix_fn *between;       /* the same, before each operation */
	matrix_fn *coodie, *raw;  /* raw NULL: there is nothing to do by hand */
	matrix_round_fn *check;   /* did the round do what it says? */
};

/* A file of rows. */
struct matrix_rows {
	const struct matrix_row *at;
	size_t count;
	void (*end)(void); /* frees what the rows have kept; NULL: nothing */
};

extern const struct matrix_rows matrix_writes, matrix_reads, matrix_batches, matrix_collections,
	matrix_types, matrix_schema, matrix_objects, matrix_argus, matrix_vectors;

#define MATRIX_ROWS(rows, end) { (rows), sizeof(rows) / sizeof((rows)[0]), (end) }

/* ---- what rows are made of ------------------------------------------------------------------- */

/* The n-th uuid of a kind of thing. */
cql_uuid matrix_uuid(uint32_t kind, uint32_t n);
/* Frees a result that nobody looks at. @return whether there was one */
bool matrix_done(coodie_result *take_res);
/* The same for a conditional write, which has to have been applied. */
bool matrix_applied(coodie_result *take_res, coodie_error *err);
bool matrix_lwt_applied(coodie_lwt *take_lwt, coodie_error *err);
/* Counts an object as read and frees it. */
bool matrix_object(struct matrix *m, void *take_object);
/* Runs a query, and counts its rows. */
bool matrix_walk(struct matrix *m, coodie_query *take_query, coodie_error *err);
/* @return false, with what a check found in the place of what it wanted */
bool matrix_wrong(coodie_error *err, const char *what, double found, double wanted);
/* Keeps the compiler from leaving out what is only made. */
static inline void matrix_keep(const void *made)
{
	__asm__ volatile("" : : "r"(made) : "memory");
}

#endif
