/* SPDX-License-Identifier: MIT */
/* What `coodie migrate` does when a migration in C calls exit(): it gives the lock back, says what happened, and ends
 * with the code of a failure, whatever the migration had asked for. */
#ifndef TOOLS_MIGRATE_EXIT_H
#define TOOLS_MIGRATE_EXIT_H

#include "tools/migrate.h"

/* From now on exit() and quick_exit() are the end of this run, which is on this thread. */
void migrate_exit_watch(const struct project *p, struct migrate_report *report, coodie_migrator *m);
/* No longer: the run has returned. */
void migrate_exit_leave(void);

#endif
