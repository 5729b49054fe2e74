/* SPDX-License-Identifier: MIT */
/* `coodie sync`: makes a keyspace what models or a file say. */
#include <stdio.h>
#include <string.h>

#include "tools/differ.h"
#include "tools/jsonl.h"
#include "tools/tool.h"

struct sync {
	struct differ differ;
	bool dry_run, allow_destructive, drop_removed_indexes, exit_code;
	size_t left; /* changes that were not made */
	size_t lagging; /* statements behind which the nodes did not agree in time */
};

static bool begins_with(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* A statement, or a comment about what was left as it is: together a script for any CQL shell. */
static void tell(const char *cql, void *user)
{
	struct sync *y = user;
	bool is_note = begins_with(cql, "-- ");
	bool lags = begins_with(cql, "-- the nodes do not agree on the schema");
	struct jsonl l;

	y->left += is_note && !lags;
	y->lagging += lags;
	if (!project_is_json(&y->differ.project)) {
		printf("%s%s\n", cql, is_note ? "" : ";");
		fflush(stdout);
		return;
	}
	l = jsonl_begin(lags ? "note" : is_note ? "left" : "statement");
	if (!is_note)
		jsonl_bool(&l, "dry_run", y->dry_run);
	jsonl_text(&l, is_note ? "text" : "cql", cql + (is_note ? 3 : 0));
	jsonl_end(&l);
}

/* What cannot be done is shown as schema-diff does, so that it can be judged whole. */
static int refuse(const struct sync *y, const coodie_error *err)
{
	if (err->code == COODIE_ERR_CONFLICT)
		differ_print(&y->differ);
	return project_fail(&y->differ.project, err, NULL, tool_exit_of(err));
}

/* All was done, and not all nodes know of it: what follows may find one that does not. */
static int warn(const struct sync *y)
{
	coodie_error err = { .code = COODIE_ERR_TIMEOUT, .server_code = -1 };

	snprintf(err.message, sizeof err.message,
		 "all statements have run, and behind %zu of them the nodes did not agree on the "
		 "schema in time",
		 y->lagging);
	return project_fail(&y->differ.project, &err, "AGREEMENT", TOOL_AGREEMENT);
}

static int run(struct sync *y)
{
	struct differ *d = &y->differ;
	coodie_error err = { 0 };

	if (!differ_open(d, &err))
		return project_fail(&d->project, &err, NULL, differ_exit_of(d, &err));
	if (!coodie_diff_apply(d->session, d->diff,
			       COODIE_SYNC(.dry_run = y->dry_run,
					   .allow_destructive = y->allow_destructive,
					   .drop_removed_indexes = y->drop_removed_indexes,
					   .keep_removed = true, .each = tell, .user = y),
			       &err))
		return refuse(y, &err);
	if (y->lagging)
		return warn(y);
	if (project_is_json(&d->project))
		differ_print_counts(d);
	else if (!coodie_diff_count(d->diff))
		puts("-- No schema changes detected.");
	if (y->exit_code && (y->left || (y->dry_run && coodie_diff_count(d->diff))))
		return TOOL_DIFFERS;
	return TOOL_OK;
}

int tool_sync(int argc, char **argv, const coodie_models *models)
{
	struct sync y = { .dry_run = false };
	bool helped;
	const struct argument own[] = {
		{ "dry-run", NULL, "say what would be done", .flag = &y.dry_run },
		{ "allow-destructive", NULL,
		  "what is not wanted any more is dropped, with its data",
		  .flag = &y.allow_destructive },
		{ "drop-removed-indexes", NULL, "indexes that are not wanted are dropped",
		  .flag = &y.drop_removed_indexes },
		{ "exit-code", NULL, "end with 3 when differences are left", .flag = &y.exit_code },
	};
	const struct differ_command command = {
		.name = "sync",
		.usage =
			"Usage: coodie sync --keyspace NAME --models LIB.so|--schema FILE.cql "
			"[OPTION...]\n\n"
			"Makes a keyspace what the models or the file say, and prints each statement: what\n"
			"is safe is done, what drops something is left unless it may be, and nothing is\n"
			"done at all when something is impossible. A second one does nothing.",
		.ending =
			"\nExit codes: 0 done, 2 wrong usage, 3 something is left (with --exit-code), "
			"6 something\nis impossible, 8 no node answered, 9 the login was refused, 10 "
			"the role may not do it,\n11 done, and the nodes did not agree in time, 12 there "
			"is no such keyspace, 1 anything\nelse; `coodie help` lists all.",
		.own = own,
		.own_count = sizeof own / sizeof *own,
		.linked = models,
	};
	int outcome = differ_parse(&y.differ, &command, argc, argv, &helped);

	if (outcome != TOOL_OK || helped)
		return outcome;
	outcome = run(&y);
	differ_close(&y.differ);
	return outcome;
}
