/* SPDX-License-Identifier: MIT */
/* Statements that are wrong on purpose. */
#ifndef TESTS_RANDOM_BREAKAGE_H
#define TESTS_RANDOM_BREAKAGE_H

#include "base/arena.h"
#include "tests/random_dice.h"

/* The text with a token less, more, or another one; in the arena. NULL: out of memory. */
const char *random_break(const char *text, struct dice *dice, struct cd_arena *arena);

/* The length of the token at `text`, with the blanks behind it; 0 at the end. */
size_t random_token(const char *text);

#endif
