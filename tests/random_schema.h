/* SPDX-License-Identifier: MIT */
/* A schema made by chance, as a value that can be changed by chance and written as CQL. A server may
 * refuse a statement of it: what it took is what counts. */
#ifndef TESTS_RANDOM_SCHEMA_H
#define TESTS_RANDOM_SCHEMA_H

#include <stdio.h>

#include "tests/random_dice.h"

enum { SCHEMA_TYPES = 4, SCHEMA_TABLES = 3, SCHEMA_COLUMNS = 10, SCHEMA_INDEXES = 4, SCHEMA_VIEWS = 2, SCHEMA_OPTIONS = 8 };

struct made_column {
	unsigned name; /* of those there are */
	char type[160];
	char role; /* 'p'artition, 'c'lustering, 's'tatic, 'r'egular */
	bool desc;
	bool gone;
};

struct made_index {
	unsigned name, column, part, class_name;
	bool gone;
};

struct made_view {
	unsigned name, first; /* which column of the key comes first */
	unsigned more;        /* a column more in the key; 0: none */
	bool all_columns;
	unsigned option;
	bool gone;
};

struct made_table {
	unsigned name;
	bool is_counter, gone;
	struct made_column columns[SCHEMA_COLUMNS];
	unsigned column_count;
	struct made_index indexes[SCHEMA_INDEXES];
	unsigned index_count;
	struct made_view views[SCHEMA_VIEWS];
	unsigned view_count;
	unsigned options[SCHEMA_OPTIONS];
	unsigned option_count;
};

struct made_type {
	unsigned name;
	struct made_column fields[6];
	unsigned field_count;
	bool gone;
};

struct made_schema {
	struct made_type types[SCHEMA_TYPES];
	unsigned type_count;
	struct made_table tables[SCHEMA_TABLES];
	unsigned table_count;
	unsigned keyspace_option;
};

void made_schema_new(struct made_schema *s, struct dice *d);
void made_schema_change(struct made_schema *s, struct dice *d);
/* Tells its statements, each with its end, in a keyspace of this name. */
void made_schema_write(const struct made_schema *s, const char *keyspace,
		       void (*each)(const char *cql, void *user), void *user);

#endif
