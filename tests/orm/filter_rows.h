/* SPDX-License-Identifier: MIT */
/* Conditions that run and conditions that need ALLOW FILTERING: asked of the mapper alone by
 * tests/orm/test_filter.c, and of servers by tests/integration_queries.c. */
#ifndef TESTS_ORM_FILTER_ROWS_H
#define TESTS_ORM_FILTER_ROWS_H

#include <coodie.h>

#define FILTER_MEMBERS \
	coodie_row row; \
	int32_t p, q, a, b, c, r, s; \
	const char *t; \
	cql_set tags; \
	cql_map m;

#define FILTER_KEY(T) \
	COODIE_COLUMN(T, p, "int", .partition_key = 1), \
		COODIE_COLUMN(T, q, "int", .partition_key = 2), \
		COODIE_COLUMN(T, a, "int", .clustering_key = 1), \
		COODIE_COLUMN(T, b, "int", .clustering_key = 2, .order = COODIE_DESC)

/* Without an index. */
typedef struct plain {
	FILTER_MEMBERS
} plain;

static const coodie_column plain_columns[] = {
	FILTER_KEY(plain),
	COODIE_COLUMN(plain, c, "int", .clustering_key = 3),
	COODIE_COLUMN(plain, r, "int"),
	COODIE_COLUMN(plain, s, "int", .is_static = true),
	COODIE_COLUMN(plain, t, "text"),
	COODIE_COLUMN(plain, tags, "set<text>"),
	COODIE_COLUMN(plain, m, "map<text, int>"),
};
static const coodie_model plain_model = COODIE_MODEL(plain, plain_columns, "plain",
						     .keyspace = "filters");

/* With indexes of the server's own sort. */
typedef struct indexed {
	FILTER_MEMBERS
} indexed;

static const coodie_column indexed_columns[] = {
	FILTER_KEY(indexed),
	COODIE_COLUMN(indexed, c, "int", .clustering_key = 3, .index = COODIE_INDEX()),
	COODIE_COLUMN(indexed, r, "int", .index = COODIE_INDEX()),
	COODIE_COLUMN(indexed, s, "int"),
	COODIE_COLUMN(indexed, t, "text", .index = COODIE_INDEX()),
	COODIE_COLUMN(indexed, tags, "set<text>", .index = COODIE_INDEX()),
	COODIE_COLUMN(indexed, m, "map<text, int>", .index = COODIE_INDEX(.target = "KEYS")),
};
static const coodie_model indexed_model = COODIE_MODEL(indexed, indexed_columns, "indexed",
						       .keyspace = "filters");

/* With storage-attached ones. */
typedef struct attached {
	FILTER_MEMBERS
} attached;

#define FILTER_SAI COODIE_INDEX(.class_name = "StorageAttachedIndex")

static const coodie_column attached_columns[] = {
	FILTER_KEY(attached),
	COODIE_COLUMN(attached, c, "int", .clustering_key = 3, .index = FILTER_SAI),
	COODIE_COLUMN(attached, r, "int", .index = FILTER_SAI),
	COODIE_COLUMN(attached, s, "int"),
	COODIE_COLUMN(attached, t, "text", .index = FILTER_SAI),
	COODIE_COLUMN(attached, tags, "set<text>", .index = FILTER_SAI),
	COODIE_COLUMN(attached, m, "map<text, int>"),
};
static const coodie_model attached_model = COODIE_MODEL(attached, attached_columns, "attached",
							.keyspace = "filters");

struct filter_row {
	const coodie_model *model;
	const char *where;
	const char *binds; /* a letter each: i an int, l a list of ints, t a text, b a token */
	const char *order; /* NULL: none */
	const char *says;  /* part of the refusal; NULL: it runs */
};

struct filter_binds {
	cql_value items[2], values[8];
};

static inline cql_args filter_args(struct filter_binds *b, const char *letters)
{
	size_t count = 0;

	b->items[0] = cql(1);
	b->items[1] = cql(2);
	for (; *letters; letters++)
		b->values[count++] = *letters == 'i'   ? cql(1)
				     : *letters == 't' ? cql("x")
				     : *letters == 'b' ? cql(5LL)
						       : cql(cql_list_of(b->items, 2));
	return cql_args_of(b->values, count);
}

#define PLAIN &plain_model
#define INDEX &indexed_model
#define SAI &attached_model

static const struct filter_row filter_rows[] = {
	/* the partition key */
	{ PLAIN, "", "", NULL, NULL },
	{ PLAIN, "p = ? AND q = ?", "ii", NULL, NULL },
	{ PLAIN, "p IN ? AND q IN ?", "ll", NULL, NULL },
	{ PLAIN, "p = ?", "i", NULL, "restrict q by = or IN" },
	{ PLAIN, "q = ?", "i", NULL, "restrict p by = or IN" },
	{ PLAIN, "p > ? AND q = ?", "ii", NULL, "restrict p by = or IN or the key by token()" },
	{ PLAIN, "token(p, q) > ?", "b", NULL, NULL },
	{ PLAIN, "token(p, q) > ? AND token(p, q) <= token(?, ?)", "bii", NULL, NULL },
	{ PLAIN, "token(p, q) > ? AND p = ?", "bi", NULL, "restrict q" },
	{ PLAIN, "token(p, q) > ? AND p = ? AND q = ?", "bii", NULL, NULL },
	/* clustering columns */
	{ PLAIN, "p = ? AND q = ? AND a = ?", "iii", NULL, NULL },
	{ PLAIN, "p = ? AND q = ? AND a IN ? AND b > ? AND b < ?", "iilii", NULL, NULL },
	{ PLAIN, "p = ? AND q = ? AND (a, b) > (?, ?)", "iiii", NULL, NULL },
	{ PLAIN, "p = ? AND q = ? AND (a, b) = (?, ?) AND c > ?", "iiiii", NULL, NULL },
	{ PLAIN, "p = ? AND q = ? AND a = ? AND (b, c) < (?, ?)", "iiiii", NULL, NULL },
	{ PLAIN, "p = ? AND q = ? AND b = ?", "iii", NULL, "b clusters behind a" },
	{ PLAIN, "p = ? AND q = ? AND a = ? AND c = ?", "iiii", NULL, "c clusters behind b" },
	{ PLAIN, "p = ? AND q = ? AND a > ? AND b = ?", "iiii", NULL, "b clusters behind a" },
	{ PLAIN, "p = ? AND q = ? AND (a, b) > (?, ?) AND c = ?", "iiiii", NULL, "behind a" },
	{ PLAIN, "a = ?", "i", NULL, "inside a partition only; restrict p" },
	{ PLAIN, "token(p, q) > ? AND a = ?", "bi", NULL, "inside a partition only" },
	/* other columns */
	{ PLAIN, "r = ?", "i", NULL, "no index of r answers =; give the column .index" },
	{ PLAIN, "p = ? AND q = ? AND r = ?", "iii", NULL, "no index of r answers =" },
	{ PLAIN, "s > ?", "i", NULL, "no index of s answers < and >" },
	{ PLAIN, "tags CONTAINS ?", "t", NULL, "no index of tags answers CONTAINS" },
	{ PLAIN, "m CONTAINS KEY ?", "t", NULL, "no index of m answers CONTAINS KEY" },
	/* order */
	{ PLAIN, "p = ? AND q = ?", "ii", "a ASC, b DESC", NULL },
	{ PLAIN, "p = ? AND q = ?", "ii", "a DESC, b ASC, c DESC", NULL },
	{ PLAIN, "p = ? AND q = ? AND a = ?", "iii", "b ASC", NULL },
	{ PLAIN, "p = ? AND q = ? AND a = ?", "iii", "a ASC, b DESC", NULL },
	{ PLAIN, "p = ? AND q = ? AND a > ?", "iii", "b ASC", "place 1 is a, not b" },
	{ PLAIN, "p = ? AND q = ? AND a IN ?", "iil", "b ASC", "place 1 is a, not b" },
	{ PLAIN, "p = ? AND q = ?", "ii", "b ASC", "place 1 is a, not b" },
	{ PLAIN, "p = ? AND q = ?", "ii", "a ASC, b ASC", "b turns the other way" },
	{ PLAIN, "p = ? AND q = ?", "ii", "r", "place 1 is a, not r" },
	{ PLAIN, "", "", "a ASC", "inside their partition only; restrict" },
	{ PLAIN, "token(p, q) > ?", "b", "a ASC", "inside their partition only" },
	{ INDEX, "r = ?", "i", "a ASC", "inside their partition only" },
	{ INDEX, "p = ? AND q = ? AND r = ?", "iii", "a ASC", "that an index finds have no order" },
	/* the server's own indexes: equality, one at a time */
	{ INDEX, "r = ?", "i", NULL, NULL },
	{ INDEX, "c = ?", "i", NULL, NULL },
	{ INDEX, "t = ?", "t", NULL, NULL },
	{ INDEX, "tags CONTAINS ?", "t", NULL, NULL },
	{ INDEX, "m CONTAINS KEY ?", "t", NULL, NULL },
	{ INDEX, "token(p, q) > ? AND r = ?", "bi", NULL, NULL },
	{ INDEX, "token(p, q) > ? AND c = ?", "bi", NULL, NULL },
	{ INDEX, "p = ? AND q = ? AND r = ?", "iii", NULL, NULL },
	{ INDEX, "p = ? AND q = ? AND c = ?", "iii", NULL, NULL },
	{ INDEX, "p = ? AND q = ? AND a > ? AND c = ?", "iiii", NULL, "no index of a answers" },
	{ INDEX, "p = ? AND q = ? AND a = ? AND r = ?", "iiii", NULL, NULL },
	{ INDEX, "p = ? AND r = ?", "ii", NULL, "restrict q by = or IN" },
	{ INDEX, "a = ? AND r = ?", "ii", NULL, "inside a partition only" },
	{ INDEX, "r > ?", "i", NULL, "no index of r answers < and >; use another operator" },
	{ INDEX, "r IN ?", "l", NULL, "no index of r answers IN" },
	{ INDEX, "m CONTAINS ?", "i", NULL, "no index of m answers CONTAINS" },
	{ INDEX, "r = ? AND s = ?", "ii", NULL, "no index of s answers =" },
	{ INDEX, "r = ? AND t = ?", "it", NULL, "only one index is used at a time" },
	{ INDEX, "tags CONTAINS ? AND tags CONTAINS ?", "tt", NULL, "only one index" },
	{ INDEX, "t LIKE ?", "t", NULL, "no index of t answers LIKE" },
	/* storage-attached ones: ranges, and together */
	{ SAI, "r = ?", "i", NULL, NULL },
	{ SAI, "r > ?", "i", NULL, NULL },
	{ SAI, "c >= ? AND r < ?", "ii", NULL, NULL },
	{ SAI, "r = ? AND t = ?", "it", NULL, NULL },
	{ SAI, "tags CONTAINS ? AND tags CONTAINS ?", "tt", NULL, NULL },
	{ SAI, "r = ? AND tags CONTAINS ?", "it", NULL, NULL },
	{ SAI, "t > ?", "t", NULL, "no index of t answers < and >" },
	{ SAI, "r IN ?", "l", NULL, "no index of r answers IN" },
	{ SAI, "r = ? AND s = ?", "ii", NULL, "no index of s answers =" },
	{ SAI, "p = ? AND q = ? AND r > ?", "iii", NULL, NULL },
};

enum { FILTER_ROWS = sizeof(filter_rows) / sizeof(filter_rows[0]) };

#endif
