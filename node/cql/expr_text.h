/* SPDX-License-Identifier: MIT */
/* Expressions as texts; "" when there is no memory. */
#ifndef NODE_EXPR_TEXT_H
#define NODE_EXPR_TEXT_H

#include "node/cql/ast.h"

/* An expression as Cassandra's messages show it. */
const char *nd_expr_text(struct cd_arena *a, const struct nd_expr *e);
/* The same where user types of hints are known to be of this keyspace. */
const char *nd_expr_text_in(struct cd_arena *a, const struct nd_expr *e, const char *keyspace);
/* The same for one of a selection. */
const char *nd_selected_text(struct cd_arena *a, const struct nd_expr *e, const char *keyspace);
/* The same to be parsed again: quotes within texts are doubled, and nothing is cut. */
const char *nd_expr_cql(struct cd_arena *a, const struct nd_expr *e);

#endif
