/* SPDX-License-Identifier: MIT */
/* A round: statements by chance, all of one seed. */
#ifndef TESTS_RANDOM_ROUND_H
#define TESTS_RANDOM_ROUND_H

#include <stdio.h>

#include "tests/script.h"

struct random_round {
	struct cd_arena arena;
	struct script_statement *statements; /* an array, not linked */
	unsigned count;
};

/* Deinit of a zeroed one is fine. False: out of memory. */
bool random_round_make(struct random_round *r, uint64_t seed, unsigned statement_count);
void random_round_deinit(struct random_round *r);
/* As tests/script.h reads it. */
void random_statement_write(FILE *out, const struct script_statement *s);

#endif
