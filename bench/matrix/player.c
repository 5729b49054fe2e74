/* SPDX-License-Identifier: MIT */
/* A player of the matrix in C; bench/matrix/run asks several in turns.
 *
 *     player --list                          the rows: id, name, operations of a round, unit, workload
 *     player raw|coodie ADDRESS KEYSPACE     makes the keyspace anew, then answers lines:
 *
 *     NAME COUNT     ->  ok VALUE CPU        nanoseconds of COUNT operations (bytes, where the row is about
 *                                            memory), and those of the process
 *                        no REASON           this server, or this player, cannot do it
 *                        failed MESSAGE      an operation failed, or did not do what it should
 *     end 0                                  takes the keyspace away, and ends
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/matrix/matrix.h"

static const struct matrix_rows *const files[] = {
	&matrix_writes, &matrix_reads,   &matrix_batches, &matrix_collections, &matrix_types,
	&matrix_schema, &matrix_objects, &matrix_argus,   &matrix_vectors,
};

enum { FILES = sizeof files / sizeof files[0], SET_UPS = 16 };

struct player {
	struct matrix m;
	bool is_raw;
	const struct matrix_row *row; /* at hand */
	matrix_set_up_fn *done[SET_UPS];
	struct played {
		const struct matrix_row *row;
		uint32_t operations; /* so far */
	} played[64];
};

static void need(bool worked, const coodie_error *err)
{
	if (worked)
		return;
	fprintf(stderr, "player: %s\n", err->message);
	exit(1);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const struct matrix_row *find_row(const char *name)
{
	for (size_t f = 0; f < FILES; f++) {
		for (size_t i = 0; i < files[f]->count; i++) {
			if (strcmp(files[f]->at[i].name, name) == 0)
				return &files[f]->at[i];
		}
	}
	return NULL;
}

static int list(void)
{
	for (size_t f = 0; f < FILES; f++) {
		for (size_t i = 0; i < files[f]->count; i++) {
			const struct matrix_row *row = &files[f]->at[i];

			printf("%s|%s|%" PRIu32 "|%s|%s\n", row->id, row->name, row->times,
			       row->is_memory ? "bytes" : "ns", row->workload);
		}
	}
	return 0;
}

/* Operations of a row are numbered on from round to round. */
static uint32_t *operations_of(struct player *p, const struct matrix_row *row)
{
	struct played *at = p->played;

	while (at->row && at->row != row)
		at++;
	at->row = row;
	return &at->operations;
}

static bool set_up(struct player *p, const struct matrix_row *row, coodie_error *err)
{
	matrix_set_up_fn **at = p->done;

	while (*at && *at != row->set_up)
		at++;
	if (!row->set_up || *at)
		return true;
	if (!row->set_up(&p->m, err))
		return false;
	*at = row->set_up;
	return true;
}

static bool prepare(struct player *p, const struct matrix_row *row, coodie_error *err)
{
	for (int i = 0; i < MATRIX_CQL; i++) {
		coodie_prepared_free(p->m.cql[i]);
		p->m.cql[i] = NULL;
	}
	for (int i = 0; i < MATRIX_CQL && row->cql[i]; i++) {
		p->m.cql[i] = coodie_session_prepare(p->m.session, row->cql[i], err);
		if (!p->m.cql[i])
			return false;
	}
	return true;
}

static bool take_up(struct player *p, const struct matrix_row *row, coodie_error *err)
{
	if (p->row == row)
		return true;
	if (!set_up(p, row, err) || (p->is_raw && !prepare(p, row, err)))
		return false;
	p->row = row;
	return true;
}

/* ---- a round --------------------------------------------------------------------------------- */

struct spent {
	uint64_t wall_ns, cpu_ns;
};

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void begin(struct spent *s)
{
	s->wall_ns -= now(CLOCK_MONOTONIC);
	s->cpu_ns -= now(CLOCK_PROCESS_CPUTIME_ID);
}

static void end(struct spent *s)
{
	s->cpu_ns += now(CLOCK_PROCESS_CPUTIME_ID);
	s->wall_ns += now(CLOCK_MONOTONIC);
}

static bool operate(struct player *p, uint32_t first, uint32_t count, struct spent *s,
		    coodie_error *err)
{
	matrix_fn *operation = p->is_raw ? p->row->raw : p->row->coodie;
	bool worked = true;

	begin(s);
	for (uint32_t i = first; worked && i < first + count; i++)
		worked = operation(&p->m, i, err);
	end(s);
	return worked;
}

/* With something to do between operations, which is not measured. */
static bool operate_apart(struct player *p, uint32_t first, uint32_t count, struct spent *s,
			  coodie_error *err)
{
	bool worked = true;

	for (uint32_t i = first; worked && i < first + count; i++)
		worked = p->row->between(&p->m, i, err) && operate(p, i, 1, s, err);
	return worked;
}

static bool check(struct player *p, uint32_t first, uint32_t count, coodie_error *err)
{
	const struct matrix_row *row = p->row;
	uint64_t wanted = (uint64_t)row->rows * count;

	if (row->rows && p->m.rows != wanted)
		return matrix_wrong(err, "rows read", (double)p->m.rows, (double)wanted);
	return !row->check || row->check(&p->m, first, count, err);
}

static bool play(struct player *p, const struct matrix_row *row, uint32_t count, struct spent *s,
		 coodie_error *err)
{
	uint32_t *operations = operations_of(p, row), first = *operations;

	if (!take_up(p, row, err) || (row->before && !row->before(&p->m, first, count, err)))
		return false;
	*operations += count;
	p->m.rows = 0;
	p->m.bytes = 0;
	if (!(row->between ? operate_apart : operate)(p, first, count, s, err) ||
	    !check(p, first, count, err))
		return false;
	if (row->is_memory)
		s->wall_ns = p->m.bytes;
	return true;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* A server that does not do such a thing (Syntax, Invalid; v4 section 9), and a sync that would have to
 * change a table: they say what cannot be done, and nothing went wrong. */
static bool is_refusal(const coodie_error *err)
{
	return err->code == COODIE_ERR_CONFLICT || err->server_code == 0x2000 ||
	       err->server_code == 0x2200;
}

static void answer(struct player *p, const char *name, uint32_t count)
{
	const struct matrix_row *row = find_row(name);
	coodie_error err = { .server_code = -1 };
	struct spent s = { 0 };

	if (!row)
		printf("failed there is no row %s\n", name);
	else if (p->is_raw && !row->raw)
		printf("no there is nothing to do by hand\n");
	else if (play(p, row, count, &s, &err))
		printf("ok %" PRIu64 " %" PRIu64 "\n", s.wall_ns, s.cpu_ns);
	else
		printf("%s %s\n", is_refusal(&err) ? "no" : "failed", err.message);
	fflush(stdout);
}

static coodie_session *connect_to(const char *address, const char *keyspace)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s;

	need(o && coodie_options_add_contact_point(o, address, &err), &err);
	need(!keyspace || coodie_options_set_keyspace(o, keyspace, &err), &err);
	s = coodie_session_new(o, &err);
	need(s && coodie_session_connect(s, &err), &err);
	coodie_options_free(o);
	return s;
}

static void make_keyspace(const char *address, const char *keyspace)
{
	coodie_session *s = connect_to(address, NULL);
	coodie_error err;

	need(coodie_drop_keyspace(s, keyspace, &err) &&
		     coodie_create_keyspace(s, keyspace, NULL, &err),
	     &err);
	coodie_session_free(s);
}

static void leave(struct player *p)
{
	for (size_t f = 0; f < FILES; f++) {
		if (files[f]->end)
			files[f]->end();
	}
	for (int i = 0; i < MATRIX_CQL; i++)
		coodie_prepared_free(p->m.cql[i]);
	coodie_drop_keyspace(p->m.session, p->m.keyspace, NULL);
	coodie_session_free(p->m.session);
}

int main(int argc, char **argv)
{
	struct player p = { 0 };
	char name[64];
	uint32_t count;

	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (argc != 4 || (strcmp(argv[1], "raw") != 0 && strcmp(argv[1], "coodie") != 0)) {
		fprintf(stderr, "usage: player --list | raw|coodie ADDRESS KEYSPACE\n");
		return 2;
	}
	make_keyspace(argv[2], argv[3]);
	p.is_raw = strcmp(argv[1], "raw") == 0;
	p.m.keyspace = argv[3];
	p.m.session = connect_to(argv[2], argv[3]);
	while (scanf("%63s %" SCNu32, name, &count) == 2 && strcmp(name, "end") != 0)
		answer(&p, name, count);
	leave(&p);
	return 0;
}
