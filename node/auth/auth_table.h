/* SPDX-License-Identifier: MIT */
/* Reading the tables of system_auth: partitions by a text, rows one by one. */
#ifndef NODE_AUTH_TABLE_H
#define NODE_AUTH_TABLE_H

#include "node/server/request.h"
#include "node/store/store.h"

struct nd_auth_walk {
	struct nd_request *x;
	struct nd_walk walk;
	struct nd_row row; /* the one to look at */
};

struct nd_table *nd_auth_table(const struct nd_database *db, const char *name);
/* NULL: there is none. */
struct nd_partition *nd_auth_partition(const struct nd_table *t, const char *key);
/* The next one in the table; NULL: from the first on, and no more. */
struct nd_partition *nd_auth_after(const struct nd_table *t, const struct nd_partition *p);
/* The key, as a text in the request's arena; NULL: no memory. */
const char *nd_auth_key(struct nd_request *x, const struct nd_partition *p);
/* Walks the live rows; `p` NULL: none. */
void nd_auth_walk(struct nd_auth_walk *w, struct nd_request *x, const struct nd_partition *p);
/* False: no more, or no memory. */
bool nd_auth_next(struct nd_auth_walk *w);
/* The first clustering column. */
const char *nd_auth_clustering(const struct nd_auth_walk *w);
/* A cell of the row, by its column; for sets the first one. NULL: none. */
const struct nd_cell *nd_auth_cell(const struct nd_auth_walk *w, const char *column);
bool nd_auth_flag(const struct nd_auth_walk *w, const char *column);
/* Bytes as a text in the request's arena. */
const char *nd_auth_text(struct nd_request *x, cql_blob bytes);

#endif
