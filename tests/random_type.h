/* SPDX-License-Identifier: MIT */
/* CQL types made by chance. */
#ifndef TESTS_RANDOM_TYPE_H
#define TESTS_RANDOM_TYPE_H

#include <stdio.h>

#include "base/arena.h"
#include "tests/random_dice.h"

enum { RANDOM_PARTS = 4 };

enum random_trait {
	RANDOM_NUMBER = 1,
	RANDOM_INTEGER = 2,
	RANDOM_TEXT = 4,
	RANDOM_TIME = 8,
	RANDOM_NO_ORDER = 16, /* can be no key and in no set */
};

struct random_native {
	const char *name;
	unsigned traits;
	const char *literals[16]; /* NULL behind the last */
};

enum random_shape {
	RANDOM_NATIVE,
	RANDOM_COUNTER,
	RANDOM_LIST,
	RANDOM_SET,
	RANDOM_MAP,
	RANDOM_TUPLE,
	RANDOM_VECTOR,
	RANDOM_USER,
};

struct random_type {
	enum random_shape shape;
	bool is_frozen;
	const struct random_native *native;
	const char *name;    /* of a user type */
	unsigned part_count; /* of `parts`; of a vector, its dimension */
	const struct random_type *parts[RANDOM_PARTS];
	const char *fields[RANDOM_PARTS]; /* of a user type */
};

/* What types are made from. */
struct random_types {
	struct cd_arena *arena;
	struct dice *dice;
	const struct random_type *users[4];
	unsigned user_count;
};

/* Any type for a column that is no key; for a key; inside of another one. NULL: out of memory. */
const struct random_type *random_type_any(struct random_types *types);
const struct random_type *random_type_key(struct random_types *types);
/* A user type with fields of its own. */
const struct random_type *random_type_user(struct random_types *types, const char *name);
const struct random_type *random_type_native(struct random_types *types);
const struct random_type *random_type_counter(struct random_types *types);

void random_type_write(FILE *out, const struct random_type *type);
/* CREATE TYPE. */
void random_type_create(FILE *out, const struct random_type *type);

/* Whether it is a list, a set or a map. */
bool random_type_is_collection(const struct random_type *type);
bool random_type_may_be_key(const struct random_type *type);
unsigned random_type_traits(const struct random_type *type);

#endif
