/* SPDX-License-Identifier: MIT */
/* Schema: a table that is made, one that is there, one that lacks a column; a type. */
#include <string.h>

#include "bench/matrix/matrix.h"

typedef struct ticket {
	coodie_row row;
	cql_uuid id;
	const char *title;
	const char *state;
	const char *assignee;
	cql_timestamp opened;
} ticket;

#define TICKET_COLUMNS \
	COODIE_COLUMN(ticket, id, "uuid", .partition_key = 1), \
		COODIE_COLUMN(ticket, title, "text"), \
		COODIE_COLUMN(ticket, state, "text", .index = COODIE_INDEX()), \
		COODIE_COLUMN(ticket, opened, "timestamp")

static const coodie_column old_columns[] = { TICKET_COLUMNS };
static const coodie_column new_columns[] = { TICKET_COLUMNS,
					     COODIE_COLUMN(ticket, assignee, "text") };
static const coodie_model old_model = COODIE_MODEL(ticket, old_columns, "tickets");
static const coodie_model new_model = COODIE_MODEL(ticket, new_columns, "tickets");

typedef struct place {
	const char *street;
	const char *city;
	int32_t number;
} place;

static const coodie_column place_fields[] = {
	COODIE_COLUMN(place, street, "text"),
	COODIE_COLUMN(place, city, "text"),
	COODIE_COLUMN(place, number, "int"),
};
static const coodie_udt place_type = COODIE_TYPE(place, place_fields, "place");

#define CREATE_TABLE \
	"CREATE TABLE IF NOT EXISTS tickets (id uuid PRIMARY KEY, title text, state text, opened timestamp)"
#define CREATE_INDEX "CREATE INDEX IF NOT EXISTS tickets_state_idx ON tickets (state)"
#define CREATE_TYPE "CREATE TYPE IF NOT EXISTS place (street text, city text, number int)"
#define READ_COLUMNS \
	"SELECT column_name, type, kind, position FROM system_schema.columns " \
	"WHERE keyspace_name = ? AND table_name = 'tickets'"

static bool run(struct matrix *m, const char *cql, coodie_error *err)
{
	return matrix_done(coodie_session_query(m->session, cql, CQL_ARGS(), NULL, err));
}

/* ---- a table --------------------------------------------------------------------------------- */

static bool drop(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return coodie_drop_table(m->session, &old_model, err);
}

static bool make_again(struct matrix *m, uint32_t i, coodie_error *err)
{
	return drop(m, i, err) && coodie_sync_table(m->session, &old_model, NULL, err);
}

static bool there_set_up(struct matrix *m, coodie_error *err)
{
	return make_again(m, 0, err);
}

static bool sync_old(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return coodie_sync_table(m->session, &old_model, NULL, err);
}

static bool sync_new(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return coodie_sync_table(m->session, &new_model, NULL, err);
}

static bool create_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return run(m, CREATE_TABLE, err) && run(m, CREATE_INDEX, err);
}

static bool look_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return matrix_done(coodie_session_execute(m->session, m->cql[0], CQL_ARGS(cql(m->keyspace)),
						  NULL, err));
}

static bool add_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return run(m, "ALTER TABLE tickets ADD assignee text", err);
}

/* ---- a type ---------------------------------------------------------------------------------- */

static bool drop_type(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return coodie_drop_type(m->session, &place_type, err);
}

static bool sync_type(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return coodie_sync_type(m->session, &place_type, NULL, err);
}

static bool create_type_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return run(m, CREATE_TYPE, err);
}

/* ---- is it there? ---------------------------------------------------------------------------- */

/* Would a sync run a statement? Then what it made is not what the model says. */
static void count_statement(const char *cql, void *user)
{
	uint32_t *statements = user;

	*statements += strncmp(cql, "-- ", 3) != 0;
}

static bool check_table(struct matrix *m, const coodie_model *model, coodie_error *err)
{
	uint32_t left = 0;

	return coodie_sync_table(
		       m->session, model,
		       COODIE_SYNC(.dry_run = true, .each = count_statement, .user = &left), err) &&
	       (left == 0 || matrix_wrong(err, "statements to run", left, 0));
}

static bool check_old(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	(void)first;
	(void)count;
	return check_table(m, &old_model, err);
}

static bool check_new(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	(void)first;
	(void)count;
	return check_table(m, &new_model, err);
}

static bool check_type(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	uint32_t left = 0;

	(void)first;
	(void)count;
	return coodie_sync_type(
		       m->session, &place_type,
		       COODIE_SYNC(.dry_run = true, .each = count_statement, .user = &left), err) &&
	       (left == 0 || matrix_wrong(err, "statements to run", left, 0));
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const struct matrix_row rows[] = {
	{ .id = "BE-17",
	  .name = "sync-table-create",
	  .workload = "a table of 4 columns and an index",
	  .times = 3,
	  .between = drop,
	  .coodie = sync_old,
	  .raw = create_raw,
	  .check = check_old },
	{ .id = "BE-17",
	  .name = "sync-table-no-op",
	  .workload = "the same, which is there; raw reads its columns",
	  .times = 20,
	  .cql = { READ_COLUMNS },
	  .set_up = there_set_up,
	  .coodie = sync_old,
	  .raw = look_raw,
	  .check = check_old },
	{ .id = "BE-17",
	  .name = "sync-table-add-column",
	  .workload = "the same with a fifth column",
	  .times = 3,
	  .between = make_again,
	  .coodie = sync_new,
	  .raw = add_raw,
	  .check = check_new },
	{ .id = "BE-17",
	  .name = "sync-type",
	  .workload = "a type of 3 fields that is not there",
	  .times = 3,
	  .between = drop_type,
	  .coodie = sync_type,
	  .raw = create_type_raw,
	  .check = check_type },
};

const struct matrix_rows matrix_schema = MATRIX_ROWS(rows, NULL);
