/* SPDX-License-Identifier: MIT */
/* Two replays in step. */
#include "tests/random_pair.h"

#include <stdlib.h>
#include <string.h>

#include "tests/verdict.h"

bool random_pair_begin(struct random_pair *p)
{
	struct script script = { .path = p->keyspace };

	for (int i = 0; i < 2; i++) {
		p->sides[i] = (struct replay){ .where = p->where[i], .version = p->version };
		if (!replay_begin(&p->sides[i], &script))
			return false;
	}
	return true;
}

static void forget(struct random_pair *p)
{
	for (int i = 0; i < 2; i++) {
		free(p->answers[i]);
		p->answers[i] = NULL;
	}
}

bool random_pair_run(struct random_pair *p, const struct script_statement *s)
{
	forget(p);
	for (int i = 0; i < 2; i++) {
		p->answers[i] = replay_run(&p->sides[i], s);
		if (!p->answers[i])
			return false;
	}
	p->is_same = verdict_is_same(s, p->answers[0], p->answers[1]);
	return true;
}

void random_pair_end(struct random_pair *p)
{
	forget(p);
	for (int i = 0; i < 2; i++)
		if (p->sides[i].where)
			replay_end(&p->sides[i]);
}

const char *random_pair_reason(const struct random_pair *p)
{
	return *p->sides[0].reason ? p->sides[0].reason : p->sides[1].reason;
}
