/* SPDX-License-Identifier: MIT */
/* Asks again. */
#include "tests/random_again.h"

#include <stdlib.h>

#include "tests/verdict.h"

/* What is said to the last statement; NULL: a reason. */
static char *run(struct replay *r, const struct random_round *round, unsigned at)
{
	char *answer = NULL;

	for (unsigned i = 0; i <= at; i++) {
		free(answer);
		answer = replay_run(r, &round->statements[i]);
		if (!answer)
			return NULL;
	}
	return answer;
}

bool random_again_differs(struct replay *r, const char *keyspace, const struct random_round *round,
			  unsigned at, char *first, char **second)
{
	struct script script = { .path = keyspace };

	*second = NULL;
	if (!replay_begin(r, &script))
		return false;
	*second = run(r, round, at);
	replay_end(r);
	return *second && !verdict_is_same(&round->statements[at], first, *second);
}
