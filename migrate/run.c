/* SPDX-License-Identifier: MIT */
/* A run: the lock, what is to be done, all of it checked, then one migration after the other. */
#include <string.h>

#include "migrate/ask.h"
#include "migrate/context.h"
#include "migrate/item.h"
#include "migrate/lock.h"

/* A run, and what it found. */
struct run {
	coodie_migrator *m;
	bool downgrade;
	struct mg_files files;
	struct mg_history history;
	struct mg_item *items, **last; /* in the order they run */
};

/* ---- what an earlier run left ---------------------------------------------------------------- */

static bool half_done(struct run *r, const struct mg_progress *p, coodie_error *err)
{
	return mg_fail(r->m, COODIE_CAUSE_INTERRUPTED, err, COODIE_ERR_CONFLICT,
		       p->downgrade ? "%s is half rolled back: roll it back to the end first"
				    : "%s is half applied: apply it to the end first",
		       p->name);
}

static bool check_progress(struct run *r, coodie_error *err)
{
	for (const struct mg_progress *p = r->history.progress; p; p = p->next) {
		if (mg_history_finished(&r->history, p))
			continue;
		if (p->downgrade != r->downgrade)
			return half_done(r, p, err);
		if (!mg_files_find(&r->files, p->name))
			return mg_fail(r->m, COODIE_CAUSE_INTERRUPTED, err, COODIE_ERR_CONFLICT,
				       "%s is half done, and its file is not here", p->name);
	}
	return true;
}

/* The progress of a migration that is finished but for its last word: the first of its rows, from `p` on. */
static const struct mg_progress *find_finished(const struct run *r, const struct mg_progress *p)
{
	while (p && (!mg_history_finished(&r->history, p) ||
		     p != mg_history_begun(&r->history, p->name, p->downgrade)))
		p = p->next;
	return p;
}

/* One that was rolled back is told of like any other by the run that was told to roll back. */
static void tell_finished(struct run *r, const struct mg_progress *p)
{
	coodie_migrate_event event = { .size = sizeof event,
				       .kind = COODIE_MIGRATE_BEGIN,
				       .migration = p->name,
				       .description = "",
				       .downgrade = true,
				       .dry_run = r->m->options.dry_run };

	mg_note(r->m, p->name,
		"%s was %s to its end by a run that was stopped before it had said so", p->name,
		p->downgrade ? "rolled back" : "applied");
	if (!r->downgrade || !p->downgrade)
		return;
	mg_tell(r->m, &event);
	event.kind = COODIE_MIGRATE_END;
	mg_tell(r->m, &event);
}

/* Clears up what is not needed any more. */
static bool end_finished(struct run *r, coodie_error *err)
{
	const struct mg_progress *p = r->history.progress;

	for (p = find_finished(r, p); p; p = find_finished(r, p->next)) {
		if (!r->m->options.dry_run && (!mg_lock_prove(r->m, err) ||
					       !mg_progress_end(r->m, p->name, p->downgrade, err)))
			return false;
		tell_finished(r, p);
	}
	return true;
}

static bool check_checksums(struct run *r, coodie_error *err)
{
	for (size_t i = 0; !r->m->options.allow_changed && i < r->files.count; i++) {
		const struct mg_file *f = &r->files.all[i];
		enum coodie_migration_match match;

		if (!mg_history_match(r->m, mg_history_find(&r->history, f->name), f, &match, err))
			return false;
		if (match == COODIE_MIGRATION_CHANGED)
			return mg_fail(
				r->m, COODIE_CAUSE_CHECKSUM, err, COODIE_ERR_CONFLICT,
				"%s: it is not the file that was applied: put it back, or allow "
				"changed files",
				f->name);
	}
	return true;
}

/* ---- what is to be done ---------------------------------------------------------------------- */

static bool add_item(struct run *r, const struct mg_file *file, coodie_error *err)
{
	struct mg_item *item = mg_item_open(r->m, file, r->downgrade, err);

	if (!item)
		return false;
	*r->last = item;
	r->last = &item->next;
	return true;
}

/* How many of the files are before the end: up to the target, which is the first pending one of that name,
 * else one that is applied. */
static bool find_end(struct run *r, size_t *end, coodie_error *err)
{
	const char *target = r->m->options.target;
	const size_t len = target ? strlen(target) : 0;
	bool found = !target;

	*end = target ? 0 : r->files.count;
	for (size_t i = 0; target && i < r->files.count; i++) {
		if (strncmp(r->files.all[i].name, target, len) != 0)
			continue;
		found = true;
		*end = i + 1;
		if (!mg_history_find(&r->history, r->files.all[i].name))
			return true;
	}
	for (const struct mg_applied *a = r->history.applied; !found && a; a = a->next) {
		if (strncmp(a->name, target, len) != 0)
			continue;
		found = true;
		while (*end < r->files.count &&
		       mg_name_compare(r->files.all[*end].name, a->name) < 0)
			++*end;
	}
	return found || mg_fail(r->m, COODIE_CAUSE_TARGET, err, COODIE_ERR_NOT_FOUND,
				"no migration's name begins with \"%s\"", target);
}

static bool plan_upgrades(struct run *r, coodie_error *err)
{
	size_t end;

	if (!find_end(r, &end, err))
		return false;
	for (size_t i = 0; i < end; i++) {
		const struct mg_file *f = &r->files.all[i];

		if (!mg_history_find(&r->history, f->name) && !add_item(r, f, err))
			return false;
	}
	return true;
}

static void note_elsewhere(struct run *r)
{
	for (const struct mg_applied *a = r->history.applied; a; a = a->next) {
		if (!mg_files_find(&r->files, a->name))
			mg_note(r->m, a->name, "applied elsewhere: it has no file here, and stays");
	}
}

/* Who rolls back once more after a kill wants what was asked for, and not one migration more: one that is rolled back
 * but for its last word is the first of the steps. */
static uint32_t steps_left(const struct run *r)
{
	const struct mg_progress *p = r->history.progress;
	uint32_t left = r->m->options.steps;

	for (p = find_finished(r, p); p && left; p = find_finished(r, p->next))
		left -= p->downgrade;
	return left;
}

static bool plan_downgrades(struct run *r, coodie_error *err)
{
	uint32_t left = steps_left(r);

	note_elsewhere(r);
	for (size_t i = r->files.count; left && i-- > 0;) {
		const struct mg_file *f = &r->files.all[i];

		if (!mg_history_find(&r->history, f->name))
			continue;
		if (!add_item(r, f, err))
			return false;
		left--;
	}
	return true;
}

/* ---- doing it -------------------------------------------------------------------------------- */

static bool begin(struct run *r, coodie_error *err)
{
	coodie_migrator *m = r->m;

	if (!m->options.dry_run &&
	    !(mg_make_table(m, MG_MAKE_LOCK, "_coodie_migrations_lock", err) && mg_agree(m, err) &&
	      mg_lock_take(m, err) && mg_history_make(m, err)))
		return false;
	return mg_files_read(m, &r->files, err) && mg_history_read(m, &r->history, err) &&
	       check_progress(r, err) && check_checksums(r, err);
}

/* The state first: a run that is stopped behind it finds the migration finished. */
static bool record(struct run *r, const struct mg_item *item, coodie_error *err)
{
	const char *name = item->file->name;

	if (!mg_lock_prove(r->m, err))
		return false;
	return (r->downgrade
			? mg_history_forget(r->m, name, err)
			: mg_history_record(r->m, name, item->description, item->checksum, err)) &&
	       mg_progress_end(r->m, name, r->downgrade, err);
}

static bool run_item(struct run *r, struct mg_item *item, coodie_error *err)
{
	const bool dry_run = r->m->options.dry_run;
	const uint64_t begun_us = mg_now_us();
	coodie_migrate_event end = { .size = sizeof end,
				     .kind = COODIE_MIGRATE_END,
				     .migration = item->file->name,
				     .description = item->description,
				     .downgrade = r->downgrade,
				     .dry_run = dry_run };

	if (!mg_goes_on(r->m, err) || (!dry_run && !mg_agree(r->m, err)))
		return false;
	if (!mg_item_run(r->m, &r->history, item, err) || (!dry_run && !record(r, item, err)))
		return false;
	end.elapsed_us = mg_now_us() - begun_us;
	mg_tell(r->m, &end);
	return true;
}

static bool run(coodie_migrator *m, bool downgrade, coodie_error *err)
{
	struct run r = { .m = m, .downgrade = downgrade };
	coodie_error own = { 0 };
	bool ok;

	m->cause = COODIE_CAUSE_NONE;
	m->resolved = false;
	r.last = &r.items;
	ok = begin(&r, &own) && (downgrade ? plan_downgrades(&r, &own) : plan_upgrades(&r, &own)) &&
	     end_finished(&r, &own);
	for (struct mg_item *item = r.items; ok && item; item = item->next)
		ok = run_item(&r, item, &own);
	mg_lock_release(m);
	mg_items_close(r.items);
	cd_arena_reset(&m->work);
	atomic_store(&m->stopped, false);
	if (ok)
		cd_clear(&own);
	else
		mg_because(m, COODIE_CAUSE_OTHER);
	cd_error_copy(err, &own);
	return ok;
}

bool coodie_migrator_apply(coodie_migrator *m, coodie_error *err)
{
	return run(m, false, err);
}

bool coodie_migrator_rollback(coodie_migrator *m, coodie_error *err)
{
	return run(m, true, err);
}
