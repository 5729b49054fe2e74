/* SPDX-License-Identifier: MIT */
/* A migration that is to be applied or rolled back: its file read and checked, before anything runs. */
#ifndef MIGRATE_ITEM_H
#define MIGRATE_ITEM_H

#include "migrate/history.h"
#include "migrate/plugin.h"
#include "migrate/script.h"

struct mg_item {
	struct mg_item *next;
	const struct mg_file *file;
	const char *path; /* of the file that runs */
	const char *description;
	char checksum[MG_DIGEST_SIZE];
	bool downgrade, destructive;
	const struct mg_section *section; /* of one in CQL; NULL: it is in C */
	struct mg_script script;
	struct mg_plugin plugin;
};

/* Reads the file, builds it when it is in C, and checks that it may run. NULL on error; its plug-in is
 * given back with mg_items_close(). */
struct mg_item *mg_item_open(coodie_migrator *m, const struct mg_file *file, bool downgrade,
			     coodie_error *err);
void mg_items_close(struct mg_item *items);
/* Runs its statements; what it leaves in the state is the caller's. */
bool mg_item_run(coodie_migrator *m, const struct mg_history *h, struct mg_item *item,
		 coodie_error *err);

#endif
