/* SPDX-License-Identifier: MIT */
/* Two replays in step. */
#include "tests/random_pair.h"

#include <stdlib.h>
#include <string.h>

#include "tests/random_twin.h"
#include "tests/verdict.h"

/* Nodes build indexes at once. */
static void no_time(unsigned ms, void *user)
{
	(void)ms;
	(void)user;
}

bool random_pair_begin(struct random_pair *p)
{
	struct script script = { .path = p->keyspace };

	for (int i = 0; i < 2; i++) {
		p->sides[i] = (struct replay){ .where = p->where[i], .version = p->version };
		p->sides[i].sleep = p->has_twins ? no_time : NULL;
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

/* A node alone: an error of its own is wrong whoever agrees with it. */
static bool is_broken(const char *answer)
{
	const char *error = strstr(answer, "error 0x0000 ");

	return strstr(answer, "no answer: ") || (error && !strstr(error, "java.lang."));
}

static bool are_twins(struct random_pair *p, const struct script_statement *s)
{
	if (is_broken(p->answers[0]) || is_broken(p->answers[1]))
		return false;
	if (random_twin_is_refused(p->answers[0]) || random_twin_is_refused(p->answers[1]))
		return true;
	random_twin_strip(p->answers[0]);
	random_twin_strip(p->answers[1]);
	return verdict_is_same(s, p->answers[0], p->answers[1]);
}

bool random_pair_run(struct random_pair *p, const struct script_statement *s)
{
	const struct script_statement asked[2] = { *s, p->has_twins ? random_twin(s) : *s };

	forget(p);
	for (int i = 0; i < 2; i++) {
		p->answers[i] = replay_run(&p->sides[i], &asked[i]);
		if (!p->answers[i])
			return false;
	}
	p->is_same = p->has_twins ? are_twins(p, s)
				  : verdict_is_same(s, p->answers[0], p->answers[1]);
	p->explained = p->is_same ? NULL
				  : random_known_find(p->known, p->answers[0], p->answers[1]);
	p->is_same |= p->explained != NULL;
	return true;
}

void random_pair_end(struct random_pair *p)
{
	forget(p);
	for (int i = 0; i < 2; i++) {
		if (p->sides[i].where)
			replay_end(&p->sides[i]);
		p->sides[i].where = NULL;
	}
}

const char *random_pair_reason(const struct random_pair *p)
{
	return *p->sides[0].reason ? p->sides[0].reason : p->sides[1].reason;
}
