/* SPDX-License-Identifier: MIT */
/* A migration that is to be applied or rolled back. */
#include "migrate/item.h"

#include <string.h>

#include "migrate/context.h"
#include "migrate/ddl.h"

/* ---- reading --------------------------------------------------------------------------------- */

static bool wrong(coodie_migrator *m, const char *path, coodie_error *err, const char *what)
{
	return mg_fail(m, COODIE_CAUSE_FILE, err, COODIE_ERR_INVALID, "%s: %s", path, what);
}

/* Which of its files runs. */
static bool choose(coodie_migrator *m, struct mg_item *item, coodie_error *err)
{
	const struct mg_file *f = item->file;

	if (f->path[MG_CQL] && f->path[MG_C])
		return wrong(m, f->path[MG_CQL], err,
			     "there is a file in C of the same name: which of them is it?");
	item->path = f->path[MG_CQL] ? f->path[MG_CQL] : f->path[MG_C];
	return item->path ||
	       wrong(m, f->path[MG_PY], err,
		     "it is Python coodie's to run: run that first, or write it as .cql, too; "
		     "what is before it can be applied with a target");
}

static bool irreversible(coodie_migrator *m, const struct mg_item *item, coodie_error *err)
{
	return mg_fail(m, COODIE_CAUSE_IRREVERSIBLE, err, COODIE_ERR_CONFLICT,
		       "%s: it cannot be rolled back: it has no downgrade, or says so", item->path);
}

static bool open_script(coodie_migrator *m, struct mg_item *item, coodie_error *err)
{
	const char *text;
	size_t len;

	if (!mg_file_text(m, item->path, &text, &len, err))
		return false;
	if (strlen(text) != len)
		return wrong(m, item->path, err, "there is a NUL byte in it");
	if (!mg_script_parse(&m->work, item->path, text, &item->script, err))
		return mg_because(m, err && err->code == COODIE_ERR_NO_MEMORY ? COODIE_CAUSE_OTHER
									      : COODIE_CAUSE_FILE);
	if (item->downgrade && !item->script.reversible)
		return irreversible(m, item, err);
	item->description = item->script.description;
	item->destructive = item->script.destructive;
	item->section = item->downgrade ? &item->script.downgrade : &item->script.upgrade;
	return true;
}

static bool open_plugin(coodie_migrator *m, struct mg_item *item, coodie_error *err)
{
	const char *description;

	if (!mg_plugin_open(m, item->path, &item->plugin, err))
		return false;
	if (item->downgrade && !item->plugin.table.downgrade)
		return irreversible(m, item, err);
	description = item->plugin.table.description;
	item->description = description ? description : "";
	item->destructive = item->plugin.table.destructive;
	return true;
}

/* ---- leave ----------------------------------------------------------------------------------- */

static bool destructive(coodie_migrator *m, const char *path, uint32_t line, const char *what,
			coodie_error *err)
{
	return mg_fail(m, COODIE_CAUSE_DESTRUCTIVE, err, COODIE_ERR_CONFLICT, "%s:%u: %s", path,
		       (unsigned)line, what);
}

/* An upgrade that destroys says so at its head; that it may, whoever runs it says. A downgrade need not:
 * what it drops is what the upgrade made. */
static bool check_leave(coodie_migrator *m, const struct mg_item *item, coodie_error *err)
{
	const bool has_leave = m->options.allow_destructive || m->options.dry_run;
	const struct mg_statement *s = item->section ? item->section->first : NULL;

	for (; s; s = s->next) {
		struct mg_ddl ddl;

		if (!mg_ddl_parse(&m->work, s->cql, &ddl))
			return cd_no_memory(err, "a statement");
		if (!ddl.destructive)
			continue;
		if (!item->downgrade && !item->destructive)
			return destructive(m, item->path, s->line,
					   "the statement is destructive, and the head of the file "
					   "does not say \"-- destructive: yes\"",
					   err);
		if (!has_leave)
			return destructive(
				m, item->path, s->line,
				"the statement is destructive, and leave for that was not "
				"given",
				err);
	}
	if (item->downgrade || !item->destructive || has_leave)
		return true;
	return destructive(m, item->path, 1, "it is destructive, and leave for that was not given",
			   err);
}

struct mg_item *mg_item_open(coodie_migrator *m, const struct mg_file *file, bool downgrade,
			     coodie_error *err)
{
	struct mg_item *item = cd_arena_take_zero(&m->work, sizeof *item);

	if (!item) {
		cd_no_memory(err, "a migration");
		return NULL;
	}
	item->file = file;
	item->downgrade = downgrade;
	if (choose(m, item, err) && mg_file_digest(m, item->path, item->checksum, err) &&
	    (file->path[MG_CQL] ? open_script(m, item, err) : open_plugin(m, item, err)) &&
	    check_leave(m, item, err))
		return item;
	mg_plugin_close(&item->plugin);
	return NULL;
}

void mg_items_close(struct mg_item *items)
{
	for (; items; items = items->next)
		mg_plugin_close(&items->plugin);
}

/* ---- running --------------------------------------------------------------------------------- */

static bool run_section(coodie_migration *c, const struct mg_section *section, coodie_error *err)
{
	for (const struct mg_statement *s = section->first; s; s = s->next) {
		const struct mg_work work = {
			.cql = s->cql, .args = { 0 }, .idempotent = s->idempotent, .line = s->line
		};

		if (!mg_work_run(c, &work, err))
			return false;
	}
	return true;
}

static bool run_function(coodie_migration *c, const struct mg_item *item, coodie_error *err)
{
	coodie_migration_fn *fn = item->downgrade ? item->plugin.table.downgrade
						  : item->plugin.table.upgrade;

	cd_clear(err);
	if (!fn(c, err)) {
		if (err->code == COODIE_OK)
			cd_fail(err, COODIE_ERR_INVALID, "%s: it failed, and does not say why",
				c->path);
		return mg_because(c->migrator, COODIE_CAUSE_STATEMENT);
	}
	if (c->fatal.code != COODIE_OK) {
		*err = c->fatal;
		return mg_because(c->migrator, COODIE_CAUSE_STATEMENT);
	}
	c->migrator->cause = COODIE_CAUSE_NONE; /* of statements that may fail */
	cd_clear(err);
	return true;
}

/* What an earlier run that was stopped did, this one has to have come by, too. */
static bool check_all_met(const coodie_migration *c, coodie_error *err)
{
	for (const struct mg_progress *p = c->history->progress; p; p = p->next) {
		if (p->downgrade == c->downgrade && p->statement > c->statement &&
		    strcmp(p->name, c->name) == 0)
			return mg_fail(
				c->migrator, COODIE_CAUSE_CHECKSUM, err, COODIE_ERR_CONFLICT,
				"%s: an earlier run that was stopped had a statement %u, which "
				"is not there any more: %.100s",
				c->path, (unsigned)p->statement, p->cql);
	}
	return true;
}

bool mg_item_run(coodie_migrator *m, const struct mg_history *h, struct mg_item *item,
		 coodie_error *err)
{
	coodie_migration c = {
		.migrator = m,
		.name = item->file->name,
		.path = item->path,
		.description = item->description,
		.downgrade = item->downgrade,
		.destructive = item->destructive,
		.history = h,
		.statement_count = item->section ? item->section->count : 0,
	};
	coodie_migrate_event begin = mg_event(&c, COODIE_MIGRATE_BEGIN);
	coodie_error own = { 0 };
	bool ok;

	mg_tell(m, &begin);
	ok = (item->section ? run_section(&c, item->section, &own)
			    : run_function(&c, item, &own)) &&
	     check_all_met(&c, &own);
	cd_error_copy(err, &own);
	return ok;
}
