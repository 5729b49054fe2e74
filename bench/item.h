/* SPDX-License-Identifier: MIT */
/* What saves and rows are measured with: ten columns, seven scalars, one of them optional, and three texts. */
#ifndef BENCH_ITEM_H
#define BENCH_ITEM_H

#include <coodie.h>

enum { COLUMNS = 10 };

typedef struct item {
	coodie_row row;
	cql_uuid id;
	const char *name;
	int32_t age;
	int64_t score;
	bool active;
	double ratio;
	cql_timestamp created;
	const char *email;
	int32_t *rank;
	const char *notes;
} item;

static const coodie_column item_columns[COLUMNS] = {
	COODIE_COLUMN(item, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(item, name, "text"),
	COODIE_COLUMN(item, age, "int"),
	COODIE_COLUMN(item, score, "bigint"),
	COODIE_COLUMN(item, active, "boolean"),
	COODIE_COLUMN(item, ratio, "double"),
	COODIE_COLUMN(item, created, "timestamp"),
	COODIE_COLUMN(item, email, "text"),
	COODIE_COLUMN(item, rank, "int"),
	COODIE_COLUMN(item, notes, "text"),
};
/* One to be saved. */
static inline item make_item(cql_uuid id, int32_t age)
{
	static int32_t rank = 1;

	return (item){ .id = id,
		       .name = "Ada Lovelace, Countess",
		       .age = age,
		       .score = 1234567890123,
		       .active = true,
		       .ratio = 2718.28,
		       .created = { 1700000000000 },
		       .email = "ada@example.org",
		       .rank = &rank,
		       .notes = "wrote the first program" };
}

#endif
