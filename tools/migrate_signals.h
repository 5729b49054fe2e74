/* SPDX-License-Identifier: MIT */
/* What signals do to `coodie migrate`: the first one lets the statement end that is under way, and the lock is given
 * back; the next one ends the command at once. */
#ifndef TOOLS_MIGRATE_SIGNALS_H
#define TOOLS_MIGRATE_SIGNALS_H

#include <coodie/migrate.h>

/* From now on SIGINT, SIGTERM and SIGHUP stop this migrator. Those that were ignored stay so. */
void migrate_signals_watch(coodie_migrator *m);
/* No longer. Behind a run that a signal has stopped the command ends by that signal, as its shell expects. */
void migrate_signals_leave(bool stopped);

#endif
