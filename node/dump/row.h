/* SPDX-License-Identifier: MIT */
/* One stored row as the statements that write it again: its values, their timestamps, and what is
 * left of their times to live. What was deleted is not told. */
#ifndef NODE_DUMP_ROW_H
#define NODE_DUMP_ROW_H

#include "base/buffer.h"
#include "node/store/store.h"

struct nd_row_dump {
	const struct nd_table *table;
	const cql_blob *key; /* of each column of the partition key */
	const struct nd_row *row;
	bool is_static;
	int64_t now_seconds;
	struct cd_arena *arena;
	struct nd_problem *problem;
};

/* Appends the statements, each with a semicolon and a newline. */
bool nd_dump_row(const struct nd_row_dump *d, struct cd_buffer *out);

#endif
