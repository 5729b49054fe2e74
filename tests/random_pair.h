/* SPDX-License-Identifier: MIT */
/* Two servers that are asked the same. */
#ifndef TESTS_RANDOM_PAIR_H
#define TESTS_RANDOM_PAIR_H

#include "tests/random_known.h"
#include "tests/replay.h"

struct random_pair {
	const char *where[2]; /* these are the caller's: of what is right, and of the node */
	const char *keyspace;
	unsigned version;
	struct random_known *known;
	bool has_twins; /* both are nodes: the second is asked in another way */
	struct replay sides[2];
	char *answers[2];               /* of the statement that ran last; the pair's */
	bool is_same;                   /* or explained */
	struct random_known *explained; /* NULL: nothing needed to be */
};

/* Makes the keyspace anew on both. False: the sides' `reason` says why. */
bool random_pair_begin(struct random_pair *p);
/* Runs a statement on both. False: a server is gone. */
bool random_pair_run(struct random_pair *p, const struct script_statement *s);
/* Once is enough; twice is fine. */
void random_pair_end(struct random_pair *p);
/* Why it is gone. */
const char *random_pair_reason(const struct random_pair *p);

#endif
