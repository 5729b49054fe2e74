/* SPDX-License-Identifier: MIT */
/* Between the files of INSERT. */
#ifndef NODE_INSERT_H
#define NODE_INSERT_H

#include "node/write.h"

/* Checks that w->key has all that is needed. */
bool nd_insert_key(struct nd_planner *p, struct nd_write *w);
/* INSERT JSON: all columns from one text. */
bool nd_insert_json(struct nd_planner *p, struct nd_write *w, const struct nd_insert *insert);

/* ---- when it runs ------------------------------------------------------------------------------ */

/* The one partition and row that an INSERT names. */
bool nd_insert_places(const struct nd_write *w, struct nd_request *x, struct nd_places *out);

#endif
