/* SPDX-License-Identifier: MIT */
/* What schema-diff, makemigration and sync begin with: a keyspace, what it should be, the difference. */
#ifndef TOOLS_DIFFER_H
#define TOOLS_DIFFER_H

#include "tools/project.h"
#include "tools/wanted.h"

enum { DIFFER_ARGUMENTS = 4 };

struct differ {
	struct project project;
	struct wanted wanted;
	bool drop_objects, keep_options, keyspace_options;
	bool no_keyspace; /* there is none, and nobody says what it should be */
	const char *replication;
	struct argument rows[DIFFER_ARGUMENTS];
	coodie_session *session; /* in no keyspace: it may have to be made first */
	coodie_session
		*home; /* in the keyspace, and never connected: that of models which name none */
	coodie_schema *is, *should;
	coodie_diff *diff;
};

/* Reads the command line: `own` are the options of the command alone, `usage` and `ending` what its help begins
 * and ends with. Returns TOOL_OK when there is something to do; anything else, or `*helped`, ends the
 * command. */
struct differ_command {
	const char *name, *usage, *ending;
	const struct argument *own;
	size_t own_count;
	const coodie_models *linked;
};
int differ_parse(struct differ *d, const struct differ_command *command, int argc, char **argv,
		 bool *helped);

/* Connects, reads both schemas, compares them. */
bool differ_open(struct differ *d, coodie_error *err);
/* What the command ends with when that has failed. */
int differ_exit_of(const struct differ *d, const coodie_error *err);
void differ_close(struct differ *d);

/* Prints the difference: a heading for each table, a marker for each change, what is to be known of it. */
void differ_print(const struct differ *d);
/* The line of JSON that is the last one: how many changes of which kind of safety. */
void differ_print_counts(const struct differ *d);

#endif
