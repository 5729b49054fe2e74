/* SPDX-License-Identifier: MIT */
/* `coodie makemigration`: writes a migration that makes a keyspace what models or a file say. */
#include <stdio.h>

#include <coodie/migrate.h>

#include "tools/differ.h"
#include "tools/jsonl.h"
#include "tools/tool.h"

enum { PATH_SIZE = 4096 };

static void tell_path(const struct differ *d, const char *path)
{
	struct jsonl l;

	if (!project_is_json(&d->project)) {
		printf("\nCreated migration file: %s\n", path);
		return;
	}
	l = jsonl_begin("created");
	jsonl_text(&l, "path", path);
	jsonl_end(&l);
}

/* The file is there, but not all that is wanted is in it. */
static int warn(const struct differ *d)
{
	size_t lost = coodie_diff_safety_count(d->diff, COODIE_CHANGE_DESTRUCTIVE),
	       impossible = coodie_diff_safety_count(d->diff, COODIE_CHANGE_IMPOSSIBLE);

	if (lost)
		fprintf(stderr,
			"coodie makemigration: it is destructive: `coodie migrate` will want "
			"--allow-destructive\n");
	if (impossible)
		fprintf(stderr,
			"coodie makemigration: WARNING: %zu of the changes cannot be made by a "
			"statement; they are comments in the file\n",
			impossible);
	return impossible ? TOOL_REFUSED : TOOL_OK;
}

static int run(struct differ *d, const char *directory, const char *name)
{
	coodie_error err = { 0 };
	char path[PATH_SIZE];
	int outcome = TOOL_OK;

	if (!differ_open(d, &err))
		return project_fail(&d->project, &err, NULL, differ_exit_of(d, &err));
	differ_print(d);
	if (coodie_diff_count(d->diff)) {
		if (!coodie_migration_write(directory, name, d->diff, path, sizeof path, &err))
			return project_fail(&d->project, &err, NULL, tool_exit_of(&err));
		tell_path(d, path);
		outcome = warn(d);
	} else if (!project_is_json(&d->project)) {
		puts("No schema changes detected. Migration file not created.");
	}
	if (project_is_json(&d->project))
		differ_print_counts(d);
	return outcome;
}

int tool_makemigration(int argc, char **argv, const coodie_models *models)
{
	struct differ d = { .diff = NULL };
	const char *name = NULL, *directory = NULL;
	bool helped;
	const struct argument own[] = {
		/* the first one is in the environment, too */
		{ "migrations-dir", "DIR", "where the file is written (default: migrations)",
		  .text = &directory },
		{ "name", "TEXT", "what it does: for its name and its header", .text = &name },
	};
	const struct differ_command command = {
		.name = "makemigration",
		.usage =
			"Usage: coodie makemigration --name TEXT --keyspace NAME --models "
			"LIB.so|--schema FILE.cql\n\n"
			"Writes a migration, both ways, that makes a keyspace what the models or the "
			"file say, and\nshows what is in it as schema-diff does. Nothing is changed in "
			"the cluster.",
		.ending =
			"\nExit codes: 0 written, or nothing has to change; 2 wrong usage, 6 written, "
			"but some of the\nchanges are impossible, 8 no node answered, 9 the login was "
			"refused, 12 there is no\nsuch keyspace, 1 anything else; `coodie help` "
			"lists all.",
		.own = own,
		.own_count = sizeof own / sizeof *own,
		.linked = models,
	};
	int outcome = differ_parse(&d, &command, argc, argv, &helped);

	if (outcome != TOOL_OK || helped)
		return outcome;
	if (!name || !*name)
		return tool_misuse("makemigration", "what does it do? Give --name TEXT");
	if (!arguments_environment(own, 1, "makemigration"))
		return TOOL_USAGE;
	outcome = run(&d, directory ? directory : "migrations", name);
	differ_close(&d);
	return outcome;
}
