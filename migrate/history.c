/* SPDX-License-Identifier: MIT */
/* What the cluster knows of migrations. */
#include "migrate/history.h"

#include <string.h>

#include "migrate/ask.h"
#include "migrate/live.h"
#include "migrate/places.h"
#include "migrate/put.h"

static const char state_table[] = "_coodie_migrations";
static const char progress_table[] = "_coodie_migrations_progress";

const char *mg_direction(bool downgrade)
{
	return downgrade ? "downgrade" : "upgrade";
}

bool mg_history_make(coodie_migrator *m, coodie_error *err)
{
	return mg_make_table(m, MG_MAKE_STATE, state_table, err) &&
	       mg_make_table(m, MG_MAKE_PROGRESS, progress_table, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool add_applied(coodie_migrator *m, const coodie_cursor *row, void *user, coodie_error *err)
{
	struct mg_history *h = user;
	struct mg_applied *a = cd_arena_take_zero(&m->work, sizeof *a);
	cql_timestamp at = { 0 };

	if (!a)
		return cd_no_memory(err, "a row");
	if (!mg_text(m, row, 0, &a->name, err) || !mg_text(m, row, 2, &a->description, err) ||
	    !mg_text(m, row, 3, &a->checksum, err))
		return false;
	if (!coodie_cursor_is_null(row, 1) && !coodie_cursor_timestamp(row, 1, &at, err))
		return false;
	a->applied_at_ms = at.milliseconds;
	a->next = h->applied;
	h->applied = a;
	return true;
}

static bool add_progress(coodie_migrator *m, const coodie_cursor *row, void *user,
			 coodie_error *err)
{
	struct mg_history *h = user;
	struct mg_progress *p = cd_arena_take_zero(&m->work, sizeof *p), **at = &h->progress;
	const char *direction = "", *state = "";
	int32_t statement = 0;

	if (!p)
		return cd_no_memory(err, "a row");
	if (!mg_text(m, row, 0, &p->name, err) || !mg_text(m, row, 1, &direction, err) ||
	    !coodie_cursor_int32(row, 2, &statement, err) || !mg_text(m, row, 3, &p->digest, err) ||
	    !mg_text(m, row, 4, &state, err) || !mg_text(m, row, 6, &p->cql, err))
		return false;
	if (!coodie_cursor_is_null(row, 5) && !coodie_cursor_bool(row, 5, &p->was_done, err))
		return false;
	p->downgrade = strcmp(direction, mg_direction(true)) == 0;
	p->statement = (uint32_t)statement;
	p->done = strcmp(state, "done") == 0;
	while (*at)
		at = &(*at)->next;
	*at = p;
	return true;
}

bool mg_history_read(coodie_migrator *m, struct mg_history *out, coodie_error *err)
{
	bool state, progress;

	*out = (struct mg_history){ 0 };
	return mg_live_has_table(m, m->keyspace, state_table, &state, err) &&
	       mg_live_has_table(m, m->keyspace, progress_table, &progress, err) &&
	       (!state ||
		mg_each(m, MG_READ_STATE, CQL_ARGS(), MG_AT_QUORUM, add_applied, out, err)) &&
	       (!progress ||
		mg_each(m, MG_READ_PROGRESS, CQL_ARGS(), MG_AT_QUORUM, add_progress, out, err));
}

const struct mg_applied *mg_history_find(const struct mg_history *h, const char *name)
{
	const struct mg_applied *a = h->applied;

	while (a && strcmp(a->name, name) != 0)
		a = a->next;
	return a;
}

const struct mg_progress *mg_history_begun(const struct mg_history *h, const char *name,
					   bool downgrade)
{
	const struct mg_progress *p = h->progress;

	while (p && (p->downgrade != downgrade || strcmp(p->name, name) != 0))
		p = p->next;
	return p;
}

bool mg_history_finished(const struct mg_history *h, const struct mg_progress *p)
{
	return p->downgrade != (mg_history_find(h, p->name) != NULL);
}

bool mg_history_match(coodie_migrator *m, const struct mg_applied *row, const struct mg_file *file,
		      enum coodie_migration_match *match, coodie_error *err)
{
	char digest[MG_DIGEST_SIZE];

	*match = !row   ? COODIE_MIGRATION_PENDING
		 : file ? COODIE_MIGRATION_CHANGED
			: COODIE_MIGRATION_ELSEWHERE;
	for (size_t i = 0; row && file && i < MG_LANGUAGES; i++) {
		if (!file->path[i])
			continue;
		if (!mg_file_digest(m, file->path[i], digest, err))
			return false;
		if (strcmp(digest, row->checksum) == 0)
			*match = COODIE_MIGRATION_SAME;
	}
	return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

bool mg_history_record(coodie_migrator *m, const char *name, const char *description,
		       const char *checksum, coodie_error *err)
{
	const struct mg_put put = {
		.cql = MG_RECORD,
		.args = CQL_ARGS(cql(name), cql(cql_timestamp_now()), cql(description),
				 cql(checksum)),
		.look = MG_LOOK_STATE,
		.key = CQL_ARGS(cql(name)),
		.text = checksum,
	};

	if (mg_put(m, &put, err))
		return true;
	cd_error_prefix(err, "%s is done, and is not recorded", name);
	return false;
}

bool mg_history_forget(coodie_migrator *m, const char *name, coodie_error *err)
{
	return mg_erase(m, MG_FORGET, MG_LOOK_STATE, CQL_ARGS(cql(name)), err);
}

/* Which row of the progress. */
#define KEY_ARGS(p) cql((p)->name), cql(mg_direction((p)->downgrade)), cql((int)(p)->statement)

bool mg_progress_begin(coodie_migrator *m, const struct mg_progress *p, coodie_error *err)
{
	const struct mg_put put = {
		.cql = MG_BEGIN_STATEMENT,
		.args = CQL_ARGS(KEY_ARGS(p), cql(p->digest), cql(p->was_done), cql(p->cql),
				 cql(cql_timestamp_now())),
		.look = MG_LOOK_STATEMENT,
		.key = CQL_ARGS(KEY_ARGS(p)),
		.text = "running",
	};

	return mg_put(m, &put, err);
}

bool mg_progress_done(coodie_migrator *m, const struct mg_progress *p, coodie_error *err)
{
	const struct mg_put put = {
		.cql = MG_END_STATEMENT,
		.args = CQL_ARGS(KEY_ARGS(p), cql(p->digest), cql(p->cql),
				 cql(cql_timestamp_now())),
		.look = MG_LOOK_STATEMENT,
		.key = CQL_ARGS(KEY_ARGS(p)),
		.text = "done",
	};

	return mg_put(m, &put, err);
}

bool mg_progress_undo(coodie_migrator *m, const struct mg_progress *p, coodie_error *err)
{
	return mg_erase(m, MG_UNDO_STATEMENT, MG_LOOK_STATEMENT, CQL_ARGS(KEY_ARGS(p)), err);
}

bool mg_progress_end(coodie_migrator *m, const char *name, bool downgrade, coodie_error *err)
{
	const cql_args key = CQL_ARGS(cql(name), cql(mg_direction(downgrade)));

	return mg_places_end(m, name, mg_direction(downgrade), err) &&
	       mg_erase(m, MG_END_PROGRESS, MG_LOOK_PROGRESS, key, err);
}
