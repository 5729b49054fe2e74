/* SPDX-License-Identifier: MIT */
/* The function that has called exit() does not return, so the run cannot end as others do. Nothing is under way
 * between two statements, where it called: the lock can be given back from there. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/migrate_exit.h"
#include "tools/tool.h"

/* The run that is under way. */
static struct {
	coodie_migrator *migrator; /* NULL: none is */
	const struct project *project;
	struct migrate_report *report;
	pthread_t thread;
	pid_t process;
} inside;

static void say(void)
{
	const char *name = inside.report->migration;
	coodie_error err = { .code = COODIE_ERR_CANCELLED, .server_code = -1 };

	snprintf(err.message, sizeof err.message,
		 "%.150s: it has called exit(): what follows of it was not run",
		 *name ? name : "a migration");
	project_fail(inside.project, &err, coodie_migrate_cause_name(COODIE_CAUSE_STATEMENT),
		     TOOL_FAILED);
	fputs("Try: return false there; the next run goes on behind its last statement\n", stderr);
}

/* Another thread of the migration cannot speak for the run, which goes on meanwhile: its lock stays. */
static void give_back(void)
{
	if (pthread_equal(inside.thread, pthread_self()))
		coodie_migrator_abandon(inside.migrator);
	else
		fputs("coodie migrate: another thread than that of the run has called exit(): the "
		      "lock stays until it ends by itself; --break-lock takes it away\n",
		      stderr);
}

/* A child that the migration has forked ends as it likes. */
static void on_exit_inside(void)
{
	if (!inside.migrator || inside.process != getpid())
		return;
	migrate_progress_clear(&inside.report->progress);
	give_back();
	say();
	fflush(NULL);
	_exit(TOOL_FAILED);
}

void migrate_exit_watch(const struct project *p, struct migrate_report *report, coodie_migrator *m)
{
	static bool is_registered;

	if (!is_registered)
		is_registered = atexit(on_exit_inside) == 0 && at_quick_exit(on_exit_inside) == 0;
	inside.project = p;
	inside.report = report;
	inside.thread = pthread_self();
	inside.process = getpid();
	inside.migrator = m;
}

void migrate_exit_leave(void)
{
	inside.migrator = NULL;
}
