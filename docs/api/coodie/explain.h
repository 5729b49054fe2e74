/* SPDX-License-Identifier: MIT */
/**
 * @file explain.h
 * Asks a session where requests would go (coodie/route.h). No request is made, nothing is waited
 * for: what is not known yet is not known. Serves L11, Q10, U18.
 */
#ifndef COODIE_EXPLAIN_H
#define COODIE_EXPLAIN_H

#include <coodie/query.h>
#include <coodie/route.h>

COODIE_BEGIN

/** Explains a prepared statement with its binds. @return freed with coodie_route_free() */
COODIE_API coodie_route *coodie_route_prepared(coodie_session *s, coodie_prepared *p, cql_args args,
					       const coodie_request *r, coodie_error *err);
/** Explains a partition of a model. @param keys  every column of the partition key */
COODIE_API coodie_route *coodie_route_model(coodie_session *s, const coodie_model *m, cql_args keys,
					    coodie_error *err);

/**
 * Groups executions of a prepared statement by the nodes and shards that keep them.
 * @param items  the binds of each
 * @param most   items of a group at most: what is more is another group; 0: no limit
 * @return freed with coodie_groups_free()
 */
COODIE_API coodie_groups *coodie_group_prepared(coodie_session *s, coodie_prepared *p,
						const cql_args *items, size_t count, size_t most,
						coodie_error *err);
/** The same for partitions of a model. @param keys  every column of the partition key of each */
COODIE_API coodie_groups *coodie_group_model(coodie_session *s, const coodie_model *m,
					     const cql_args *keys, size_t count, size_t most,
					     coodie_error *err);

COODIE_END

#endif
