/* SPDX-License-Identifier: MIT */
/* User types and tables made by chance: what statements are written about. */
#ifndef TESTS_RANDOM_WORLD_H
#define TESTS_RANDOM_WORLD_H

#include "tests/random_type.h"

enum { RANDOM_COLUMNS = 20, RANDOM_TABLES = 3, RANDOM_VIEWS = 3 };

enum random_kind {
	RANDOM_PARTITION = 1,
	RANDOM_CLUSTERING = 2,
	RANDOM_STATIC = 4,
	RANDOM_REGULAR = 8,
};

struct random_column {
	const char *name;
	enum random_kind kind;
	bool is_descending;
	const struct random_type *type;
};

struct random_table {
	const char *name;
	struct random_column columns[RANDOM_COLUMNS]; /* keys first */
	unsigned column_count, added;
	bool is_counter;
	bool has_conditions; /* LWT: what was written when is the server's to say */
};

struct random_world {
	struct random_types types;
	struct random_table tables[RANDOM_TABLES];
	unsigned table_count;
	struct random_table views[RANDOM_VIEWS];
	unsigned view_count;
	unsigned index_count;
	unsigned clock; /* of timestamps that rise */
	bool has_ttl;
};

/* `types` has an arena and dice. False: out of memory. */
bool random_world_make(struct random_world *world);
/* CREATE TABLE. */
void random_table_create(FILE *out, const struct random_table *table);
/* How many columns are of these kinds. */
unsigned random_table_count(const struct random_table *table, unsigned kinds);

#endif
