/* SPDX-License-Identifier: MIT */
/* Values of any CQL type by chance, as literals. */
#ifndef TESTS_GEN_RANDOM_LITERAL_H
#define TESTS_GEN_RANDOM_LITERAL_H

#include <stdio.h>

#include <coodie.h>

/* The next number of a row that the seed decides. */
uint32_t random_next(void);
void random_seed(uint32_t seed);
/* Writes a value of a type: never null itself; fields of user types and parts of tuples may be. */
void random_literal(FILE *to, const cql_type *type);
/* Whether a type has so few values that two by chance may be one. */
bool random_is_small(const cql_type *type);

#endif
