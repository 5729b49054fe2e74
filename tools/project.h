/* SPDX-License-Identifier: MIT */
/* What migrate, makemigration, schema-diff and sync have in common: a keyspace in a cluster, and how
 * they speak. */
#ifndef TOOLS_PROJECT_H
#define TOOLS_PROJECT_H

#include "tools/connect.h"

enum { PROJECT_ARGUMENTS = 3, KEYSPACE_SIZE = 256 };

struct project {
	const char *command;
	struct connect connect;
	const char *format, *driver;
	struct argument rows[PROJECT_ARGUMENTS];
	char keyspace[KEYSPACE_SIZE]; /* as CQL writes it */
};

/* The table of those options, which write to `p`; its connection's is connect_arguments(&p->connect). */
struct argument_table project_arguments(struct project *p, const char *command);
/* After the command line was read: what the environment says, and what is wrong, which is reported. */
bool project_check(struct project *p, const char *operand);
bool project_is_json(const struct project *p);

/* Sets `keyspace` and makes a session, in it or in none. */
coodie_session *project_session(struct project *p, bool in_keyspace, coodie_error *err);

/* The same, and it connects when it has to. */
coodie_session *project_unconnected(struct project *p, bool in_keyspace, coodie_error *err);

/* Forgets what was read, passwords too. */
void project_close(struct project *p);

/* Reports a failure, as JSON too if that is spoken. `cause`: a word for it, or NULL. Returns
 * `exit_code`. */
int project_fail(const struct project *p, const coodie_error *err, const char *cause,
		 int exit_code);

#endif
