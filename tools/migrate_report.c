/* SPDX-License-Identifier: MIT */
/* What `coodie migrate` prints while it runs: as Python coodie's command does, or lines of JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/jsonl.h"
#include "tools/migrate.h"
#include "tools/safe.h"

static const char *const steps[] = {
	[COODIE_MIGRATE_PLANNED] = "planned",
	[COODIE_MIGRATE_BEGUN] = "begun",
	[COODIE_MIGRATE_RUN] = "run",
	[COODIE_MIGRATE_SKIPPED] = "skipped",
};

/* ---- text ----------------------------------------------------------------------------------- */

/* Each line of it, set in. */
static void print_indented(FILE *to, const char *indent, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		fputs(indent, to);
		safe_print(to, text, len);
		putc('\n', to);
		text += len + (text[len] == '\n');
	}
}

static void print_title(const struct migrate_report *r, const coodie_migrate_event *e)
{
	printf("%s%s: ", e->dry_run ? "[DRY RUN] " : "", r->title);
	safe_puts(stdout, e->migration);
	putchar('\n');
	print_indented(stdout, "  ", e->description);
	fflush(stdout);
}

static void print_planned(struct migrate_report *r, const char *cql)
{
	if (!r->planned)
		puts("  Planned CQL:");
	r->planned = true;
	print_indented(stdout, "    ", cql);
}

/* On stderr: what was done is on stdout alone when it is recorded. */
static void print_step(const coodie_migrate_event *e)
{
	if (e->step == COODIE_MIGRATE_RUN) {
		fprintf(stderr, "  %" PRIu32 ": done in %.1f ms\n", e->statement,
			(double)e->elapsed_us / 1000);
		return;
	}
	fprintf(stderr, "  %" PRIu32, e->statement);
	if (e->statement_count)
		fprintf(stderr, " of %" PRIu32, e->statement_count);
	fprintf(stderr, ":%s\n",
		e->step == COODIE_MIGRATE_SKIPPED ? " an earlier run has done it" : "");
	print_indented(stderr, "    ", e->cql);
}

/* What is planned of it stands among the statements, as a comment. */
static void print_scan(struct migrate_report *r, const coodie_migrate_event *e)
{
	char plan[400];

	if (e->step != COODIE_MIGRATE_PLANNED) {
		fflush(stdout);
		migrate_progress_scan(&r->progress, e);
		return;
	}
	snprintf(plan, sizeof plan, "-- %s", e->cql);
	print_planned(r, plan);
}

static void tell_text(struct migrate_report *r, const coodie_migrate_event *e)
{
	if (e->kind != COODIE_MIGRATE_SCAN)
		migrate_progress_clear(&r->progress);
	switch (e->kind) {
	case COODIE_MIGRATE_BEGIN:
		if (e->dry_run)
			print_title(r, e);
		else if (r->verbose)
			fprintf(stderr, "%s\n", e->migration);
		break;
	case COODIE_MIGRATE_STATEMENT:
		if (e->step == COODIE_MIGRATE_PLANNED)
			print_planned(r, e->cql);
		else if (r->verbose)
			print_step(e);
		break;
	case COODIE_MIGRATE_SCAN:
		print_scan(r, e);
		break;
	case COODIE_MIGRATE_END:
		if (!e->dry_run)
			print_title(r, e);
		break;
	case COODIE_MIGRATE_NOTE:
		fflush(stdout);
		fputs("coodie migrate: ", stderr);
		safe_puts(stderr, e->text);
		putc('\n', stderr);
		break;
	}
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void put_statement(struct jsonl *l, const coodie_migrate_event *e)
{
	jsonl_text(l, "step", steps[e->step]);
	jsonl_int(l, "statement", e->statement);
	jsonl_int(l, "statements", e->statement_count);
	jsonl_text(l, "cql", e->cql);
	if (e->step == COODIE_MIGRATE_RUN)
		jsonl_int(l, "elapsed_us", (int64_t)e->elapsed_us);
}

static void put_scan(struct jsonl *l, const coodie_migrate_event *e)
{
	jsonl_text(l, "step", steps[e->step]);
	jsonl_text(l, "scan", e->cql);
	jsonl_text(l, "table", e->table);
	jsonl_int(l, "ranges_done", e->ranges_done);
	jsonl_int(l, "ranges", e->ranges);
	jsonl_int(l, "per_mille", e->per_mille);
	jsonl_int(l, "rows", (int64_t)e->rows);
	jsonl_int(l, "rows_per_second", (int64_t)e->rows_per_second);
	if (e->seconds_left == UINT32_MAX)
		jsonl_text(l, "seconds_left", NULL);
	else
		jsonl_int(l, "seconds_left", e->seconds_left);
}

static void tell_json(const coodie_migrate_event *e)
{
	static const char *const kinds[] = {
		[COODIE_MIGRATE_BEGIN] = "begin", [COODIE_MIGRATE_STATEMENT] = "statement",
		[COODIE_MIGRATE_SCAN] = "scan",   [COODIE_MIGRATE_END] = "end",
		[COODIE_MIGRATE_NOTE] = "note",
	};
	struct jsonl l = jsonl_begin(kinds[e->kind]);

	jsonl_text(&l, "migration", e->migration);
	if (e->kind != COODIE_MIGRATE_NOTE) {
		jsonl_text(&l, "direction", e->downgrade ? "downgrade" : "upgrade");
		jsonl_bool(&l, "dry_run", e->dry_run);
	}
	if (e->kind == COODIE_MIGRATE_BEGIN || e->kind == COODIE_MIGRATE_END)
		jsonl_text(&l, "description", e->description);
	if (e->kind == COODIE_MIGRATE_END)
		jsonl_int(&l, "elapsed_us", (int64_t)e->elapsed_us);
	if (e->kind == COODIE_MIGRATE_STATEMENT)
		put_statement(&l, e);
	if (e->kind == COODIE_MIGRATE_SCAN)
		put_scan(&l, e);
	if (e->kind == COODIE_MIGRATE_NOTE)
		jsonl_text(&l, "text", e->text);
	jsonl_end(&l);
}

/* ---- both ----------------------------------------------------------------------------------- */

void migrate_report_event(const coodie_migrate_event *e, void *user)
{
	struct migrate_report *r = user;

	if (e->kind == COODIE_MIGRATE_BEGIN) {
		r->count++;
		r->planned = false;
		snprintf(r->migration, sizeof r->migration, "%s", e->migration);
		r->title = e->downgrade ? "Rolled back" : "Applied";
	}
	if (r->json)
		tell_json(e);
	else
		tell_text(r, e);
}

void migrate_print_none(const char *none, const char *missing)
{
	if (missing)
		printf("%s: there is no directory %s.\n", none, missing);
	else
		printf("%s.\n", none);
}

void migrate_report_end(const struct migrate_report *r, bool rollback, bool dry_run)
{
	if (r->json) {
		struct jsonl l = jsonl_begin("done");
		jsonl_text(&l, "direction", rollback ? "downgrade" : "upgrade");
		jsonl_bool(&l, "dry_run", dry_run);
		jsonl_int(&l, "migrations", r->count);
		jsonl_end(&l);
	} else if (!r->count) {
		migrate_print_none(rollback ? "No migrations to roll back"
					    : "No pending migrations",
				   r->missing);
	}
}
