/* SPDX-License-Identifier: MIT */
/* The user types of a table, before the table. */
#ifndef ORM_SCHEMA_TYPES_H
#define ORM_SCHEMA_TYPES_H

#include "orm/schema/job.h"

/* Asks of the types of the op's model in its keyspace, plans those that are missing, and goes on with
 * `next`. `asked` false: the model has none, and nothing was sent. */
bool cd_types_ask(struct cd_op *op, cd_step_fn *next, bool *asked, coodie_error *err);

#endif
