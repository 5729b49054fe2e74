/* SPDX-License-Identifier: MIT */
/* Between the files of INSERT. */
#ifndef NODE_INSERT_H
#define NODE_INSERT_H

#include "node/plan/write.h"

/* Checks that w->key has all that is needed. */
bool nd_insert_key(struct nd_planner *p, struct nd_write *w);
/* INSERT JSON: all columns from one text, which may be a marker. */
bool nd_insert_json(struct nd_planner *p, struct nd_write *w, const struct nd_insert *insert);

/* ---- when it runs ------------------------------------------------------------------------------ */

/* INSERT JSON ? with its text: a copy that has all columns. NULL: refused. */
const struct nd_write *nd_insert_json_bind(const struct nd_write *w, struct nd_request *x);
/* The one partition that an INSERT names; and its row. */
bool nd_insert_keys(const struct nd_write *w, struct nd_request *x, struct nd_places *out);
bool nd_insert_places(const struct nd_write *w, struct nd_request *x, struct nd_places *out);

#endif
