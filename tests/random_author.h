/* SPDX-License-Identifier: MIT */
/* Writes statements by rules (random_rules.def), with tables, columns and values by chance.
 *
 * A rule is a text with `$word` in it: the name of another rule, of which one is chosen by weight, or
 * of something that an author can do (random_words.def). `$word?30` is there in 30 of 100 cases. */
#ifndef TESTS_RANDOM_AUTHOR_H
#define TESTS_RANDOM_AUTHOR_H

#include "tests/random_world.h"

enum { RANDOM_MARKERS = 60 };

struct author {
	struct random_world *world;
	struct dice *dice;
	FILE *out;
	struct random_table *table;
	const struct random_column *column; /* named last; NULL: none */
	const struct random_type *type;     /* of what was named last */
	unsigned prefix;                    /* clustering columns that have an equality so far */
	unsigned depth;
	bool has_markers; /* `?` may stand for values */
	const struct random_type *markers[RANDOM_MARKERS];
	unsigned marker_count;
};

void author_write(struct author *a, const char *rule);
/* A table by chance, and forgets what was named. */
void author_turn(struct author *a);
/* A view, if there is one. */
void author_turn_to_view(struct author *a);
/* Names a column of these kinds; of any kind when there is none. */
void author_name(struct author *a, unsigned kinds);
/* A value of the type, or a marker. */
void author_write_value(struct author *a, const struct random_type *type);

/* What `$word` does, of random_keys.c, random_write.c and random_view.c. */
typedef void author_fn(struct author *a);
author_fn author_partition_equal, author_clustering_prefix, author_clustering_equal, author_range,
	author_multi, author_partitions, author_partition_values, author_order, author_group;
author_fn author_columns_and_values, author_json, author_using, author_timestamp, author_if,
	author_delete_or_count, author_add_column, author_drop_column;
author_fn author_create_view, author_view, author_last_view;

#endif
