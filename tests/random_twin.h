/* SPDX-License-Identifier: MIT */
/* The same question asked in another way, for a node that has nobody to be compared with: what was not
 * prepared is, what was not paged is. */
#ifndef TESTS_RANDOM_TWIN_H
#define TESTS_RANDOM_TWIN_H

#include "tests/script.h"

/* The twin; the same where there is no other way. */
struct script_statement random_twin(const struct script_statement *s);
/* Leaves of an answer, in place, what no way of asking changes: rows and errors. */
void random_twin_strip(char *answer);
/* Whether the twin may be refused where the other is not. */
bool random_twin_is_refused(const char *answer);

#endif
