/* SPDX-License-Identifier: MIT */
/* Writing a migration's file: its name, its text, and that it is there whole or not at all. */
#ifndef MIGRATE_WRITE_H
#define MIGRATE_WRITE_H

#include <time.h>

#include <coodie/migrate.h>

/* coodie_migration_write() at a time: the name has its date where the program is, the text says it in UTC. */
bool mg_write(const char *directory, const char *description, const struct coodie_diff *diff,
	      time_t now, char *path, size_t size, coodie_error *err);

#endif
