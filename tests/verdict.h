/* SPDX-License-Identifier: MIT */
/* Whether two answers to a statement are the same, as far as its script wants that. */
#ifndef TESTS_VERDICT_H
#define TESTS_VERDICT_H

#include "tests/script.h"

/* Sorts and cuts both in place where the statement is in any order, or loose; functions with two names have one
 * then. */
bool verdict_is_same(const struct script_statement *s, char *want, char *got);

#endif
