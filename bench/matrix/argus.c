/* SPDX-License-Identifier: MIT */
/* What a tracker of test runs does all day, by the mapper; argus_raw.c does it by hand. */
#include "bench/matrix/argus.h"

/* ---- one object ------------------------------------------------------------------------------ */

/* Every other user is new. */
uint32_t argus_user_number(uint32_t i)
{
	return i % 2 ? ARGUS_NEW_USERS + i : i % ARGUS_USERS;
}

static bool get_or_create(struct matrix *m, uint32_t i, coodie_error *err)
{
	char name[24];
	argus_user *there = coodie_get(m->session, &argus_user_model,
				       CQL_ARGS(cql(argus_user_name(name, argus_user_number(i)))),
				       NULL, err);
	argus_user made = argus_make_user(name);

	if (there)
		return matrix_object(m, there);
	m->rows++;
	return err->code == COODIE_ERR_NOT_FOUND &&
	       coodie_save(m->session, &argus_user_model, &made, NULL, err);
}

static bool append_and_remove(struct matrix *m, uint32_t i, coodie_error *err)
{
	char name[24];
	argus_user u = { .name = argus_user_name(name, i % ARGUS_USERS) };
	cql_value role = cql(CQL_LIST(cql("reviewer")));

	return coodie_update(m->session, &argus_user_model, &u, "roles = roles + ?", CQL_ARGS(role),
			     NULL, err) &&
	       coodie_update(m->session, &argus_user_model, &u, "roles = roles - ?", CQL_ARGS(role),
			     NULL, err);
}

static bool update_state(struct matrix *m, uint32_t i, coodie_error *err)
{
	argus_run r = { .build = argus_build(ARGUS_BUILDS),
			.started = argus_started(i % ARGUS_RUNS) };

	return coodie_update(m->session, &argus_run_model, &r, "state = ?, finished = ?",
			     CQL_ARGS(cql("written"), cql(argus_started(i))), NULL, err);
}

static bool comment(struct matrix *m, uint32_t i, coodie_error *err)
{
	argus_comment c = { .id = argus_comment_id(i),
			    .run = matrix_uuid('r', 1),
			    .author = "user 1",
			    .message = "Seen again, with @user 2 and @user 3",
			    .mentions = CQL_LIST(cql("user 2"), cql("user 3")),
			    .reactions = CQL_MAP(cql("+1"), cql((int)i), cql("eyes"), cql(1)) };

	return coodie_save(m->session, &argus_comment_model, &c, NULL, err);
}

/* A wide object: 24 members, which nobody writes. */
static bool build_large(struct matrix *m, uint32_t i, coodie_error *err)
{
	argus_run values = argus_make_run(0, i % ARGUS_RUNS);
	argus_run *r = coodie_new(m->session, &argus_run_model, err);

	if (!r)
		return false;
	values.row = r->row; /* the header is the library's, and stays */
	*r = values;
	return matrix_object(m, r);
}

/* ---- several --------------------------------------------------------------------------------- */

static bool by_state(struct matrix *m, uint32_t i, coodie_error *err)
{
	return matrix_walk(m,
			   coodie_find(m->session, &argus_run_model, "state = ?",
				       CQL_ARGS(cql(argus_state(i)))),
			   err);
}

static bool latest(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &argus_run_model, "build = ?",
				      CQL_ARGS(cql(argus_build(i % ARGUS_BUILDS))));

	coodie_limit(q, 3);
	return matrix_walk(m, q, err);
}

static bool feed(struct matrix *m, uint32_t i, coodie_error *err)
{
	char name[24];
	coodie_query *q = coodie_find(m->session, &argus_notification_model, "receiver = ?",
				      CQL_ARGS(cql(argus_user_name(name, i % 10))));

	coodie_limit(q, 10);
	return matrix_walk(m, q, err);
}

static bool add_events(struct matrix *m, uint32_t i, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(m->session, COODIE_BATCH(.kind = COODIE_BATCH_UNLOGGED));
	bool worked;

	for (int64_t at = 0; at < 10; at++) {
		argus_event e = { .run = argus_event_run(i),
				  .at = at,
				  .severity = "WARNING",
				  .message = "compaction is behind" };

		coodie_batch_save(b, &argus_event_model, &e, NULL);
	}
	worked = coodie_batch_run(b, err);
	coodie_batch_free(b);
	return worked;
}

/* The page of a run: the run, who owns it, a comment on it. */
static bool show_run(struct matrix *m, uint32_t i, coodie_error *err)
{
	argus_run *r = coodie_get(
		m->session, &argus_run_model,
		CQL_ARGS(cql(argus_build(i % ARGUS_BUILDS)), cql(argus_started(i % ARGUS_RUNS))),
		NULL, err);
	argus_user *u = r ? coodie_get(m->session, &argus_user_model, CQL_ARGS(cql(r->owner)), NULL,
				       err)
			  : NULL;
	argus_comment *c = u ? coodie_get(m->session, &argus_comment_model,
					  CQL_ARGS(cql(matrix_uuid('k', i % ARGUS_COMMENTS))), NULL,
					  err)
			     : NULL;

	coodie_object_free(r);
	coodie_object_free(u);
	return matrix_object(m, c);
}

/* ---- did they? ------------------------------------------------------------------------------- */

static bool check_users(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	char name[24];
	argus_user *u = coodie_get(
		m->session, &argus_user_model,
		CQL_ARGS(cql(argus_user_name(name, argus_user_number(first + count - 1)))), NULL,
		err);

	return matrix_object(m, u);
}

static bool check_roles(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	char name[24];
	argus_user *u = coodie_get(
		m->session, &argus_user_model,
		CQL_ARGS(cql(argus_user_name(name, (first + count - 1) % ARGUS_USERS))), NULL, err);
	bool right = u &&
		     (u->roles.seq.count == 0 || matrix_wrong(err, "roles", u->roles.seq.count, 0));

	coodie_object_free(u);
	return right;
}

static bool check_state(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	uint32_t last = first + count - 1;
	int64_t wanted = argus_started(last).milliseconds;
	argus_run *r = coodie_get(
		m->session, &argus_run_model,
		CQL_ARGS(cql(argus_build(ARGUS_BUILDS)), cql(argus_started(last % ARGUS_RUNS))),
		NULL, err);
	bool right = r && (r->finished.milliseconds == wanted ||
			   matrix_wrong(err, "finished", (double)r->finished.milliseconds,
					(double)wanted));

	coodie_object_free(r);
	return right;
}

static bool check_comment(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	argus_comment *c = coodie_get(m->session, &argus_comment_model,
				      CQL_ARGS(cql(argus_comment_id(first + count - 1))), NULL,
				      err);
	bool right = c && (c->reactions.seq.count == 2 ||
			   matrix_wrong(err, "reactions", c->reactions.seq.count, 2));

	coodie_object_free(c);
	return right;
}

static bool check_events(struct matrix *m, uint32_t first, uint32_t count, coodie_error *err)
{
	coodie_query *q = coodie_find(m->session, &argus_event_model, "run = ?",
				      CQL_ARGS(cql(argus_event_run(first + count - 1))));
	uint64_t rows = 0;
	bool worked = coodie_count(q, &rows, err);

	coodie_query_free(q);
	return worked && (rows == 10 || matrix_wrong(err, "events", (double)rows, 10));
}

/* ---- rows ------------------------------------------------------------------------------------ */

#define GET_USER "SELECT " ARGUS_USER_COLUMNS " FROM argus_users WHERE name = ?"
#define SELECT_RUNS "SELECT " ARGUS_RUN_COLUMNS " FROM argus_runs WHERE "

static const struct matrix_row rows[] = {
	{ .id = "BE-20",
	  .name = "argus-get-or-create",
	  .workload = "a user by name; every other one is made",
	  .times = 100,
	  .rows = 1,
	  .cql = { GET_USER, "INSERT INTO argus_users (name, id, full_name, email, registered) "
			     "VALUES (?, ?, ?, ?, ?)" },
	  .set_up = argus_set_up,
	  .coodie = get_or_create,
	  .raw = argus_raw_get_or_create,
	  .check = check_users },
	{ .id = "BE-20",
	  .name = "argus-filter-by-status",
	  .workload = "20 rows of 24 columns by index",
	  .times = 50,
	  .rows = ARGUS_BUILDS * ARGUS_RUNS / ARGUS_STATES,
	  .cql = { SELECT_RUNS "state = ?" },
	  .set_up = argus_set_up,
	  .coodie = by_state,
	  .raw = argus_raw_by_state },
	{ .id = "BE-20",
	  .name = "argus-latest-runs",
	  .workload = "the last 3 of a build",
	  .times = 100,
	  .rows = 3,
	  .cql = { SELECT_RUNS "build = ? LIMIT 3" },
	  .set_up = argus_set_up,
	  .coodie = latest,
	  .raw = argus_raw_latest },
	{ .id = "BE-20",
	  .name = "argus-list-mutation",
	  .workload = "appends to a list, takes it out again",
	  .times = 100,
	  .cql = { "UPDATE argus_users SET roles = roles + ? WHERE name = ?",
		   "UPDATE argus_users SET roles = roles - ? WHERE name = ?" },
	  .set_up = argus_set_up,
	  .coodie = append_and_remove,
	  .raw = argus_raw_append_and_remove,
	  .check = check_roles },
	{ .id = "BE-20",
	  .name = "argus-batch-events",
	  .workload = "10 events in an unlogged batch",
	  .times = 100,
	  .cql = { "INSERT INTO argus_events (run, at, severity, message) VALUES (?, ?, ?, ?)" },
	  .set_up = argus_set_up,
	  .coodie = add_events,
	  .raw = argus_raw_add_events,
	  .check = check_events },
	{ .id = "BE-20",
	  .name = "argus-feed",
	  .workload = "the last 10 notifications",
	  .times = 100,
	  .rows = 10,
	  .cql = { "SELECT receiver, at, sender, title, is_read FROM argus_notifications "
		   "WHERE receiver = ? LIMIT 10" },
	  .set_up = argus_set_up,
	  .coodie = feed,
	  .raw = argus_raw_feed },
	{ .id = "BE-20",
	  .name = "argus-status-update",
	  .workload = "2 of 24 columns",
	  .times = 200,
	  .cql = { "UPDATE argus_runs SET state = ?, finished = ? WHERE build = ? AND started = ?" },
	  .set_up = argus_set_up,
	  .coodie = update_state,
	  .raw = argus_raw_update_state,
	  .check = check_state },
	{ .id = "BE-20",
	  .name = "argus-comment",
	  .workload = "a row with a list and a map",
	  .times = 200,
	  .cql = { "INSERT INTO argus_comments (id, run, author, message, mentions, reactions) "
		   "VALUES (?, ?, ?, ?, ?, ?)" },
	  .set_up = argus_set_up,
	  .coodie = comment,
	  .raw = argus_raw_comment,
	  .check = check_comment },
	{ .id = "BE-20",
	  .name = "argus-multi-model",
	  .workload = "a run, its owner, a comment, by key",
	  .times = 100,
	  .rows = 1,
	  .cql = { SELECT_RUNS "build = ? AND started = ?", GET_USER,
		   "SELECT id, run, author, message, mentions, reactions FROM argus_comments "
		   "WHERE id = ?" },
	  .set_up = argus_set_up,
	  .coodie = show_run,
	  .raw = argus_raw_show_run },
	{ .id = "BE-20",
	  .name = "argus-large-model",
	  .workload = "an object of 24 fields; no I/O",
	  .times = 10000,
	  .rows = 1,
	  .set_up = argus_set_up,
	  .coodie = build_large,
	  .raw = argus_raw_build_large },
};

const struct matrix_rows matrix_argus = MATRIX_ROWS(rows, NULL);
