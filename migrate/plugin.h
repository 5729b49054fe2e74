/* SPDX-License-Identifier: MIT */
/* A migration in C: built by the compiler into a plug-in, and loaded. */
#ifndef MIGRATE_PLUGIN_H
#define MIGRATE_PLUGIN_H

#include <coodie/migration.h>

#include "migrate/migrator.h"

struct mg_plugin {
	void *handle;
	coodie_migration_table table; /* what it does not know is zero */
};

/* Builds `path` in a private directory, and loads it. What the compiler says is told as a note. */
bool mg_plugin_open(coodie_migrator *m, const char *path, struct mg_plugin *out, coodie_error *err);
/* Of a zeroed one: fine. */
void mg_plugin_close(struct mg_plugin *p);

#endif
