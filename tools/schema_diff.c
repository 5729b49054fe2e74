/* SPDX-License-Identifier: MIT */
/* `coodie schema-diff`: says in what a keyspace differs from models or a file, and changes nothing. */
#include <stdio.h>

#include "tools/differ.h"
#include "tools/tool.h"

static int run(struct differ *d, bool exit_code)
{
	coodie_error err = { 0 };

	if (!differ_open(d, &err))
		return project_fail(&d->project, &err, NULL, differ_exit_of(d, &err));
	differ_print(d);
	if (project_is_json(&d->project))
		differ_print_counts(d);
	else if (!coodie_diff_count(d->diff))
		puts("No schema changes detected.");
	return exit_code && coodie_diff_count(d->diff) ? TOOL_DIFFERS : TOOL_OK;
}

int tool_schema_diff(int argc, char **argv, const coodie_models *models)
{
	struct differ d = { .diff = NULL };
	bool exit_code = false, helped;
	const struct argument own[] = {
		{ "exit-code", NULL, "end with 3 when there are differences", .flag = &exit_code },
	};
	const struct differ_command command = {
		.name = "schema-diff",
		.usage =
			"Usage: coodie schema-diff --keyspace NAME --models LIB.so|--schema FILE.cql "
			"[OPTION...]\n\n"
			"Shows what would have to change in a keyspace for it to be what the models or\n"
			"the file say, whether that is safe, and why not; changes nothing.\n"
			"[+] is added, [-] dropped, [~] changed, [!] cannot be changed or loses data.",
		.ending =
			"\nExit codes: 0 done, 2 wrong usage, 3 there are differences (with "
			"--exit-code), 8 no\nnode answered, 9 the login was refused, 12 there is no "
			"such keyspace, 1 anything else;\n`coodie help` lists all.",
		.own = own,
		.own_count = sizeof own / sizeof *own,
		.linked = models,
	};
	int outcome = differ_parse(&d, &command, argc, argv, &helped);

	if (outcome != TOOL_OK || helped)
		return outcome;
	outcome = run(&d, exit_code);
	differ_close(&d);
	return outcome;
}
