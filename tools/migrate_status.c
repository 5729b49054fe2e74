/* SPDX-License-Identifier: MIT */
/* `coodie migrate --status`: which migrations there are, which of them are applied, and whether they are still
 * the files that were. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/jsonl.h"
#include "tools/migrate.h"
#include "tools/safe.h"
#include "tools/tool.h"

enum { TIME_SIZE = 48, NAME_WIDTH = 50 };

struct list {
	bool json;
	const char *missing;
	uint32_t count, pending, changed, in_progress;
};

static const char *const matches[] = {
	[COODIE_MIGRATION_PENDING] = "pending",
	[COODIE_MIGRATION_SAME] = "same",
	[COODIE_MIGRATION_CHANGED] = "changed",
	[COODIE_MIGRATION_ELSEWHERE] = "elsewhere",
};

/* "2026-02-03 04:05:06.789", of UTC; with `iso` as RFC 3339 has it. "" for 0. */
static const char *print_time(int64_t ms, bool iso, char out[TIME_SIZE])
{
	time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	int rest = (int)(ms - (int64_t)seconds * 1000);
	struct tm t;
	size_t len;

	*out = '\0';
	if (!ms || !gmtime_r(&seconds, &t))
		return out;
	len = strftime(out, TIME_SIZE, iso ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &t);
	snprintf(out + len, TIME_SIZE - len, ".%03d%s", rest, iso ? "Z" : "");
	return out;
}

static const char *const notes[] = {
	[COODIE_MIGRATION_PENDING] = "",
	[COODIE_MIGRATION_SAME] = "",
	[COODIE_MIGRATION_CHANGED] = " [CHECKSUM MISMATCH]",
	[COODIE_MIGRATION_ELSEWHERE] = " [NO FILE HERE]",
};

static void print_row(const struct list *list, const coodie_migration_status *s)
{
	const size_t len = strlen(s->name);
	char when[TIME_SIZE];

	if (list->count == 1) {
		printf("%-10s %-50s %-28s %s\n", "Status", "Migration", "Applied At", "Checksum");
		printf("%.*s\n", 110,
		       "------------------------------------------------------------"
		       "------------------------------------------------------------");
	}
	printf("%-10s ", s->match == COODIE_MIGRATION_PENDING ? "[ ]" : "[x]");
	safe_puts(stdout, s->name);
	printf("%*s %-28s%s", len < NAME_WIDTH ? (int)(NAME_WIDTH - len) : 0, "",
	       print_time(s->applied_at_ms, false, when), notes[s->match]);
	if (s->in_progress)
		printf(" [HALF DONE: %" PRIu32 " statement%s of its %s]", s->statements_done,
		       s->statements_done == 1 ? "" : "s", s->downgrade ? "downgrade" : "upgrade");
	if (s->rolled_back)
		printf(" [ROLLED BACK BY A RUN THAT WAS STOPPED: the next --rollback counts it]");
	putchar('\n');
}

static void print_line(const coodie_migration_status *s)
{
	char when[TIME_SIZE];
	struct jsonl l = jsonl_begin("migration");

	print_time(s->applied_at_ms, true, when);
	jsonl_text(&l, "migration", s->name);
	jsonl_bool(&l, "applied", s->match != COODIE_MIGRATION_PENDING);
	jsonl_text(&l, "match", matches[s->match]);
	jsonl_text(&l, "applied_at", *when ? when : NULL);
	jsonl_text(&l, "description", s->description);
	jsonl_text(&l, "checksum", *s->checksum ? s->checksum : NULL);
	jsonl_bool(&l, "rolled_back", s->rolled_back);
	jsonl_bool(&l, "half_done", s->in_progress);
	if (s->in_progress) {
		jsonl_text(&l, "direction", s->downgrade ? "downgrade" : "upgrade");
		jsonl_int(&l, "statements_done", s->statements_done);
		jsonl_text(&l, "cql", s->statement);
	}
	jsonl_end(&l);
}

static void take(const coodie_migration_status *s, void *user)
{
	struct list *list = user;

	list->count++;
	list->pending += s->match == COODIE_MIGRATION_PENDING;
	list->changed += s->match == COODIE_MIGRATION_CHANGED;
	list->in_progress += s->in_progress;
	if (list->json)
		print_line(s);
	else
		print_row(list, s);
}

static void print_lock(const struct list *list, const coodie_migrate_lock *lock)
{
	char when[TIME_SIZE];

	if (!lock->held)
		return;
	print_time(lock->acquired_at_ms, list->json, when);
	if (list->json) {
		struct jsonl l = jsonl_begin("lock");
		jsonl_text(&l, "owner", lock->owner);
		jsonl_text(&l, "acquired_at", *when ? when : NULL);
		jsonl_int(&l, "seconds_left", lock->seconds_left);
		jsonl_end(&l);
		return;
	}
	fputs("Lock: held by ", stdout);
	safe_puts(stdout, *lock->owner ? lock->owner : "nobody knows whom");
	printf(" since %s", *when ? when : "nobody knows when");
	if (lock->seconds_left >= 0)
		printf(", ends by itself in %" PRId32 " s", lock->seconds_left);
	putchar('\n');
}

static void print_end(const struct list *list)
{
	if (list->json) {
		struct jsonl l = jsonl_begin("done");
		jsonl_int(&l, "migrations", list->count);
		jsonl_int(&l, "pending", list->pending);
		jsonl_int(&l, "changed", list->changed);
		jsonl_int(&l, "half_done", list->in_progress);
		jsonl_end(&l);
	} else if (!list->count) {
		migrate_print_none("No migrations found", list->missing);
	}
}

int migrate_status(coodie_migrator *m, const struct migrate_report *report, bool exit_code,
		   coodie_error *err)
{
	struct list list = { .json = report->json, .missing = report->missing };
	coodie_migrate_lock lock = { .size = sizeof lock };

	if (!coodie_migrator_status(m, take, &list, err) || !coodie_migrator_lock(m, &lock, err))
		return TOOL_FAILED;
	print_lock(&list, &lock);
	print_end(&list);
	if (list.changed)
		return TOOL_CHECKSUM;
	return exit_code && (list.pending || list.in_progress) ? TOOL_DIFFERS : TOOL_OK;
}
