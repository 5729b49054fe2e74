/* SPDX-License-Identifier: MIT */
/* DESCRIBE while it runs: what it lists, and the rows it answers with. */
#ifndef NODE_DESCRIBE_PLAN_H
#define NODE_DESCRIBE_PLAN_H

#include "node/describe/describe.h"
#include "node/plan/plan.h"

/* describe_find.c: puts into the list what the statement asks for, or refuses. */
bool nd_describe_find(struct nd_request *x, const struct nd_statement *s, struct nd_elements *list);

/* describe_rows.c: rows of texts. */
struct nd_describe_rows {
	struct nd_request *x;
	struct cd_buffer rows;
	uint32_t count;
};

void nd_describe_rows_init(struct nd_describe_rows *r, struct nd_request *x);
/* A cell begins; what is written into r->rows until it ends is its bytes. */
size_t nd_describe_cell_begin(struct nd_describe_rows *r);
void nd_describe_cell_end(struct nd_describe_rows *r, size_t began);
void nd_describe_put_cell(struct nd_describe_rows *r, const char *text);
/* The answer: columns of these names, all texts but for the last one when it has a type. */
bool nd_describe_rows_end(struct nd_describe_rows *r, const char *const *names, uint32_t count,
			  const cql_type *last);

/* describe_cluster.c */
bool nd_describe_cluster(struct nd_request *x);

#endif
