/* SPDX-License-Identifier: MIT */
/* Partition keys of a model, as the bytes they travel in. */
#ifndef ORM_MANY_PARTITION_H
#define ORM_MANY_PARTITION_H

#include <coodie/wire.h>

#include "orm/model/model.h"

/* Encodes the columns of one partition key, `partition_count` of the model. */
bool cd_partition_encode(const struct cd_model *m, const cql_value *values, cql_arena *arena,
			 cql_blob *columns, coodie_error *err);
/* The same of several keys, one after the other; each value array begins with the partition key.
 * NULL: COODIE_ERR_TYPE, COODIE_ERR_RANGE or COODIE_ERR_NO_MEMORY. Freed with cd_release(). */
cql_blob *cd_partition_encode_all(const struct cd_model *m, const cql_args *keys, size_t count,
				  cql_arena *arena, coodie_error *err);

#endif
