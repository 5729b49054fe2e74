/* SPDX-License-Identifier: MIT */
/* What updates by object and by query have in common. */
#ifndef ORM_WRITE_UPDATE_H
#define ORM_WRITE_UPDATE_H

#include "orm/write/modify.h"

/* Checks assignments beside the options. `nothing`: there is nothing to assign, nothing to send. */
bool cd_update_check(struct cd_modify *mod, bool *nothing, coodie_error *err);

/* assigned.c: lengths, required and the user's own check, of the values that `mod` assigns. The message
 * begins with the column. */
bool cd_assigned_check(struct cd_modify *mod, coodie_error *err);
/* A struct of `size` bytes, zero but for the member that `v` makes; what it points to is copied into `bytes`. */
void *cd_assigned_object(struct cd_write *w, const struct cd_column *c, size_t size, cql_value v,
			 struct cd_arena *bytes, coodie_error *err);

#endif
