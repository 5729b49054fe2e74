/* SPDX-License-Identifier: MIT */
/* Which conditions an index answers. */
#ifndef ORM_QUERY_INDEX_H
#define ORM_QUERY_INDEX_H

#include "orm/query/query.h"

/* Whether an index of the model answers a restriction. */
bool cd_index_answers(const struct cd_model *m, const struct cd_restriction *r);
/* With an index in use, what is left to be filtered by: the first restriction that neither the index
 * nor those it works with answer. NULL: nothing. `keys`, `rows`: those of the partition key and of
 * clustering columns are asked too. */
const struct cd_restriction *cd_index_unanswered(const struct cd_model *m,
						 const struct cd_filter *f, bool keys, bool rows);

#endif
