/* SPDX-License-Identifier: MIT */
/* The tracker's day by hand: prepared CQL, plain structs, texts left where they are. */
#include <stdlib.h>

#include <coodie/rows.h>

#include "bench/matrix/argus.h"

static coodie_result *execute(struct matrix *m, size_t cql, cql_args args, coodie_error *err)
{
	return coodie_session_execute(m->session, m->cql[cql], args, NULL, err);
}

/* ---- rows ------------------------------------------------------------------------------------ */

enum { RUN_TEXTS = 14, RUN_NUMBERS = 6, RUN_COLUMNS = 24 };

struct plain_run {
	cql_text build;
	cql_timestamp started;
	cql_uuid id;
	cql_text texts[RUN_TEXTS];
	int32_t numbers[RUN_NUMBERS];
	cql_timestamp finished;
};

#define T CQL_KIND_TEXT
#define N CQL_KIND_INT
static const enum cql_kind run_kinds[RUN_COLUMNS] = {
	T,
	CQL_KIND_TIMESTAMP,
	CQL_KIND_UUID,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	T,
	N,
	N,
	N,
	N,
	N,
	N,
	CQL_KIND_TIMESTAMP,
};

static void read_run(cql_row_reader *r)
{
	struct plain_run run;

	cql_row_text(r, &run.build);
	cql_row_timestamp(r, &run.started);
	cql_row_uuid(r, &run.id);
	for (int i = 0; i < RUN_TEXTS; i++)
		cql_row_text(r, &run.texts[i]);
	for (int i = 0; i < RUN_NUMBERS; i++)
		cql_row_int32(r, &run.numbers[i]);
	cql_row_timestamp(r, &run.finished);
	matrix_keep(&run);
}

static bool read_runs(struct matrix *m, coodie_result *take_res, coodie_error *err)
{
	cql_row_reader r;
	bool worked = take_res && coodie_result_read(take_res, &r, run_kinds, RUN_COLUMNS, err);

	while (worked && cql_row_next(&r)) {
		read_run(&r);
		m->rows++;
	}
	coodie_result_free(take_res);
	return worked;
}

struct plain_user {
	cql_text name;
	cql_uuid id;
	cql_text full_name, email;
	cql_timestamp registered;
	cql_items roles;
};

/* @return how many there are, 0 or 1 */
static bool read_user(coodie_result *take_res, coodie_error *err)
{
	static const enum cql_kind kinds[] = { T, CQL_KIND_UUID,      T,
					       T, CQL_KIND_TIMESTAMP, CQL_KIND_LIST };
	struct plain_user u;
	cql_row_reader r;
	bool there = take_res && coodie_result_read(take_res, &r, kinds, 6, err) &&
		     cql_row_next(&r);

	if (there) {
		cql_row_text(&r, &u.name);
		cql_row_uuid(&r, &u.id);
		cql_row_text(&r, &u.full_name);
		cql_row_text(&r, &u.email);
		cql_row_timestamp(&r, &u.registered);
		cql_row_items(&r, &u.roles);
		matrix_keep(&u);
	}
	coodie_result_free(take_res);
	return there;
}

static bool read_comment(coodie_result *take_res, coodie_error *err)
{
	static const enum cql_kind kinds[] = { CQL_KIND_UUID, CQL_KIND_UUID, T, T,
					       CQL_KIND_LIST, CQL_KIND_MAP };
	cql_row_reader r;
	cql_uuid id, run;
	cql_text author, message;
	cql_items mentions, reactions;
	bool there = take_res && coodie_result_read(take_res, &r, kinds, 6, err) &&
		     cql_row_next(&r);

	if (there) {
		cql_row_uuid(&r, &id);
		cql_row_uuid(&r, &run);
		cql_row_text(&r, &author);
		cql_row_text(&r, &message);
		cql_row_items(&r, &mentions);
		cql_row_items(&r, &reactions);
		matrix_keep(&message);
	}
	coodie_result_free(take_res);
	return there;
}

/* ---- one object ------------------------------------------------------------------------------ */

bool argus_raw_get_or_create(struct matrix *m, uint32_t i, coodie_error *err)
{
	char name[24];
	argus_user u = argus_make_user(argus_user_name(name, argus_user_number(i)));

	m->rows++;
	return read_user(execute(m, 0, CQL_ARGS(cql(u.name)), err), err) ||
	       matrix_done(execute(m, 1,
				   CQL_ARGS(cql(u.name), cql(u.id), cql(u.full_name), cql(u.email),
					    cql(u.registered)),
				   err));
}

bool argus_raw_append_and_remove(struct matrix *m, uint32_t i, coodie_error *err)
{
	char name[24];
	cql_value who = cql(argus_user_name(name, i % ARGUS_USERS));
	cql_value role = cql(CQL_LIST(cql("reviewer")));

	return matrix_done(execute(m, 0, CQL_ARGS(role, who), err)) &&
	       matrix_done(execute(m, 1, CQL_ARGS(role, who), err));
}

bool argus_raw_update_state(struct matrix *m, uint32_t i, coodie_error *err)
{
	return matrix_done(execute(m, 0,
				   CQL_ARGS(cql("written"), cql(argus_started(i)),
					    cql(argus_build(ARGUS_BUILDS)),
					    cql(argus_started(i % ARGUS_RUNS))),
				   err));
}

bool argus_raw_comment(struct matrix *m, uint32_t i, coodie_error *err)
{
	cql_list mentions = CQL_LIST(cql("user 2"), cql("user 3"));
	cql_map reactions = CQL_MAP(cql("+1"), cql((int)i), cql("eyes"), cql(1));

	return matrix_done(
		execute(m, 0,
			CQL_ARGS(cql(argus_comment_id(i)), cql(matrix_uuid('r', 1)), cql("user 1"),
				 cql("Seen again, with @user 2 and @user 3"), cql(mentions),
				 cql(reactions)),
			err));
}

bool argus_raw_build_large(struct matrix *m, uint32_t i, coodie_error *err)
{
	argus_run *r = malloc(sizeof *r);

	(void)err;
	if (!r)
		return false;
	*r = argus_make_run(0, i % ARGUS_RUNS);
	matrix_keep(r);
	m->rows++;
	free(r);
	return true;
}

/* ---- several --------------------------------------------------------------------------------- */

bool argus_raw_by_state(struct matrix *m, uint32_t i, coodie_error *err)
{
	return read_runs(m, execute(m, 0, CQL_ARGS(cql(argus_state(i))), err), err);
}

bool argus_raw_latest(struct matrix *m, uint32_t i, coodie_error *err)
{
	return read_runs(m, execute(m, 0, CQL_ARGS(cql(argus_build(i % ARGUS_BUILDS))), err), err);
}

bool argus_raw_feed(struct matrix *m, uint32_t i, coodie_error *err)
{
	static const enum cql_kind kinds[] = { T, CQL_KIND_BIGINT, T, T, CQL_KIND_BOOLEAN };
	char name[24];
	coodie_result *res = execute(m, 0, CQL_ARGS(cql(argus_user_name(name, i % 10))), err);
	cql_row_reader r;
	bool worked = res && coodie_result_read(res, &r, kinds, 5, err);

	for (; worked && cql_row_next(&r); m->rows++) {
		cql_text receiver, sender, title;
		int64_t at;
		bool is_read;

		cql_row_text(&r, &receiver);
		cql_row_int64(&r, &at);
		cql_row_text(&r, &sender);
		cql_row_text(&r, &title);
		cql_row_bool(&r, &is_read);
		matrix_keep(&title);
	}
	coodie_result_free(res);
	return worked;
}

bool argus_raw_add_events(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_statement events[10] = { 0 };
	cql_value values[10][4];

	for (int at = 0; at < 10; at++) {
		values[at][0] = cql(argus_event_run(i));
		values[at][1] = cql(at);
		values[at][2] = cql("WARNING");
		values[at][3] = cql("compaction is behind");
		events[at] = (coodie_statement){ .size = sizeof events[at],
						 .prepared = m->cql[0],
						 .args = cql_args_of(values[at], 4) };
	}
	return matrix_done(
		coodie_session_batch(m->session, COODIE_BATCH_UNLOGGED, events, 10, NULL, err));
}

bool argus_raw_show_run(struct matrix *m, uint32_t i, coodie_error *err)
{
	uint64_t before = m->rows;

	if (!read_runs(m,
		       execute(m, 0,
			       CQL_ARGS(cql(argus_build(i % ARGUS_BUILDS)),
					cql(argus_started(i % ARGUS_RUNS))),
			       err),
		       err) ||
	    m->rows != before + 1)
		return false;
	return read_user(execute(m, 1, CQL_ARGS(cql("user 1")), err), err) &&
	       read_comment(execute(m, 2, CQL_ARGS(cql(matrix_uuid('k', i % ARGUS_COMMENTS))), err),
			    err);
}
