/* SPDX-License-Identifier: MIT */
/* Saving what changed of collections. */
#ifndef ORM_WRITE_DELTA_H
#define ORM_WRITE_DELTA_H

#include "orm/write/write.h"

/* Whether a column of a loaded object, which is `v` now, is saved as a delta. */
bool cd_delta_is(const struct cd_object *o, uint32_t i, cql_value v);
/* Writes the UPDATE of a loaded object with deltas where they are.
 * @param values  of the columns that are no key, in their order; unset: not written
 * @param keys    in the order of the model's keys */
bool cd_delta_write(struct cd_write *w, const struct cd_object *o, const cql_value *values,
		    const cql_value *keys, coodie_error *err);

#endif
