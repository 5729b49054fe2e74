/* SPDX-License-Identifier: MIT */
/* What is applied, what is pending, and what was not finished. */
#include <stdlib.h>
#include <string.h>

#include "migrate/history.h"

/* Files and rows of one name. */
struct entry {
	const char *name;
	const struct mg_file *file;
	const struct mg_applied *row;
};

static int compare(const void *a, const void *b)
{
	return mg_name_compare(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static struct entry *list(coodie_migrator *m, const struct mg_files *files,
			  const struct mg_history *h, size_t *count)
{
	size_t n = files->count;
	struct entry *all;

	for (const struct mg_applied *a = h->applied; a; a = a->next)
		n++;
	*count = 0;
	all = cd_arena_take_array(&m->work, n ? n : 1, sizeof *all);
	if (!all)
		return NULL;
	for (size_t i = 0; i < files->count; i++)
		all[(*count)++] = (struct entry){ files->all[i].name, &files->all[i],
						  mg_history_find(h, files->all[i].name) };
	for (const struct mg_applied *a = h->applied; a; a = a->next) {
		if (!mg_files_find(files, a->name))
			all[(*count)++] = (struct entry){ a->name, NULL, a };
	}
	qsort(all, *count, sizeof *all, compare);
	return all;
}

/* How far a run came that did not end. What one has left that did is told where it matters to the next one. */
static void add_progress(const struct mg_history *h, const struct entry *e,
			 coodie_migration_status *status)
{
	for (const struct mg_progress *p = h->progress; p; p = p->next) {
		if (strcmp(p->name, e->name) != 0)
			continue;
		if (mg_history_finished(h, p)) {
			status->rolled_back |= p->downgrade;
			continue;
		}
		status->in_progress = true;
		status->downgrade = p->downgrade;
		status->statements_done += p->done;
		if (!p->done)
			status->statement = p->cql;
	}
}

static bool tell(coodie_migrator *m, const struct mg_history *h, const struct entry *e,
		 coodie_migration_status *status, coodie_error *err)
{
	*status = (coodie_migration_status){
		.size = sizeof *status,
		.name = e->name,
		.description = e->row ? e->row->description : "",
		.checksum = e->row ? e->row->checksum : "",
		.applied_at_ms = e->row ? e->row->applied_at_ms : 0,
		.has_py = e->file && e->file->path[MG_PY],
		.has_cql = e->file && e->file->path[MG_CQL],
		.has_c = e->file && e->file->path[MG_C],
	};
	add_progress(h, e, status);
	return mg_history_match(m, e->row, e->file, &status->match, err);
}

static bool tell_all(coodie_migrator *m, coodie_migration_status_fn *each, void *user,
		     coodie_error *err)
{
	struct mg_history h;
	struct mg_files files;
	struct entry *all;
	size_t count;

	if (!mg_files_read(m, &files, err) || !mg_history_read(m, &h, err))
		return false;
	all = list(m, &files, &h, &count);
	if (!all)
		return cd_no_memory(err, "the list of migrations");
	for (size_t i = 0; i < count; i++) {
		coodie_migration_status status;

		if (!tell(m, &h, &all[i], &status, err))
			return false;
		each(&status, user);
	}
	return true;
}

bool coodie_migrator_status(coodie_migrator *m, coodie_migration_status_fn *each, void *user,
			    coodie_error *err)
{
	bool ok;

	cd_clear(err);
	m->cause = COODIE_CAUSE_NONE;
	ok = tell_all(m, each, user, err);
	cd_arena_reset(&m->work);
	return ok || mg_because(m, COODIE_CAUSE_OTHER);
}
