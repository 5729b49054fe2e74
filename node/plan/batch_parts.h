/* SPDX-License-Identifier: MIT */
/* What the files of BATCH share. */
#ifndef NODE_BATCH_PARTS_H
#define NODE_BATCH_PARTS_H

#include "node/plan/plain.h"

enum { ND_TABLE_NAMES_SIZE = 512 };

/* "[ks.a, ks.b]" of the tables there are mutations for, all or those that keep no tombstones, in the
 * order Cassandra tells them. @return how many */
uint32_t nd_batch_tables(const struct nd_build *b, bool without_grace, char *out, size_t size);
/* Warns of a large batch, refuses (false) one that is too large (batch_size.c). */
bool nd_batch_weigh(const struct nd_build *b);
/* Whether there is nothing to say of plain rows. */
bool nd_batch_is_small(const struct nd_plain_rows *rows, const struct nd_request *x);

#endif
