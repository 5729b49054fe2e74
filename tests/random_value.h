/* SPDX-License-Identifier: MIT */
/* Values made by chance, as CQL and as JSON. */
#ifndef TESTS_RANDOM_VALUE_H
#define TESTS_RANDOM_VALUE_H

#include "tests/random_type.h"

/* A literal of the type; now and then one with a null inside. */
void random_value_write(FILE *out, struct dice *dice, const struct random_type *type);
/* The same as JSON, with no apostrophes inside but doubled ones. */
void random_value_write_json(FILE *out, struct dice *dice, const struct random_type *type);

#endif
