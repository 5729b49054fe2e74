/* SPDX-License-Identifier: MIT */
/**
 * @file explain.h
 * Asks a session where requests would go (coodie/route.h). No request is made, nothing is waited
 * for: what is not known yet is not known. Serves L11, Q10, U18.
 */
#ifndef COODIE_EXPLAIN_H
#define COODIE_EXPLAIN_H

#include <coodie/model.h>
#include <coodie/route.h>

COODIE_BEGIN

/**
 * Explains a partition of a model.
 * @param keys  every column of the partition key, or of the primary key
 * @param err   COODIE_ERR_QUERY, COODIE_ERR_TYPE, COODIE_ERR_RANGE: of the keys; else as
 *              coodie_route_partition()
 * @return freed with coodie_route_free()
 */
COODIE_API coodie_route *coodie_route_model(coodie_session *s, const coodie_model *m, cql_args keys, coodie_error *err);

/**
 * As coodie_group_prepared(), for partitions of a model.
 * @param keys  every column of the partition key of each, or of the primary key
 * @return freed with coodie_groups_free()
 */
COODIE_API coodie_groups *coodie_group_model(coodie_session *s, const coodie_model *m, const cql_args *keys, size_t count, size_t most, coodie_error *err);

COODIE_END

#endif
