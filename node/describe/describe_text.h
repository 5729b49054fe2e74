/* SPDX-License-Identifier: MIT */
/* The words that all descriptions are made of. */
#ifndef NODE_DESCRIBE_TEXT_H
#define NODE_DESCRIBE_TEXT_H

#include "node/describe/describe.h"

/* keyspace.name */
void nd_describe_put_full_name(struct cd_buffer *out, const char *keyspace, const char *name);
/* In single quotes, with its own ones doubled. */
void nd_describe_put_quoted(struct cd_buffer *out, const char *text);
/* {'key': 'value', ...} of keys and values in turn, by key. */
void nd_describe_put_pairs(struct cd_buffer *out, const char *const *pairs, uint32_t count);

/* A number of them with ", " in between. */
typedef void nd_describe_put_fn(struct cd_buffer *out, const struct nd_column *c);
void nd_describe_put_columns(struct cd_buffer *out, struct nd_column *const *columns,
			     uint32_t count, nd_describe_put_fn *put);
void nd_describe_put_column_name(struct cd_buffer *out, const struct nd_column *c);

/* describe_table.c: "    PRIMARY KEY ((a, b), c)\n" */
void nd_describe_put_primary_key(struct cd_buffer *out, const struct nd_table *t);
/* describe_dropped.c: the dropped columns of a table in Cassandra's order, one after the other: the
 * one behind `last`, the first behind NULL; NULL: there are no more. */
const struct nd_dropped_column *nd_describe_next_dropped(const struct nd_table *t,
							 const struct nd_dropped_column *last);
/* describe_options.c: all that stands behind WITH, with the semicolon. */
void nd_describe_put_options(struct cd_buffer *out, const struct nd_table *t, bool internals);

#endif
