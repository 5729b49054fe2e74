/* SPDX-License-Identifier: MIT */
#include "tests/warm.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/replay.h"

/* A table for each type, so that what cannot be in a set (duration) keeps no other from it. */
static const char *const tables[] = {
#define X(name, traits, literals) \
	"CREATE TABLE " #name "_s (k int PRIMARY KEY, s frozen<set<" #name ">>, " \
	"m frozen<map<" #name ", int>>, t frozen<set<frozen<set<" #name ">>>>, " \
	"u frozen<set<frozen<list<" #name ">>>>)",
#include "tests/random_natives.def"
#undef X
};

bool warm_server(const char *where, struct dialog_login login)
{
	char keyspace[40];
	struct script script = { .path = keyspace };
	struct replay r = { .where = where, .version = 5, .login = login };
	bool ok;

	snprintf(keyspace, sizeof keyspace, "warm%ld", (long)getpid());
	ok = replay_begin(&r, &script);

	for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++) {
		struct script_statement s = { .line = (unsigned)i + 1,
					      .cql = tables[i],
					      .consistency = CQL_CONSISTENCY_ONE,
					      .serial = CQL_CONSISTENCY_UNSET };
		char *answer = replay_run(&r, &s);
		ok = answer != NULL;
		free(answer);
	}
	if (!ok)
		printf("%s: %s\n", where, r.reason);
	replay_end(&r);
	return ok;
}
