/* SPDX-License-Identifier: MIT */
/**
 * @file route.h
 * Explains where a statement would go: its token, its replicas, its shards (L11, U18).
 */
#ifndef COODIE_ROUTE_H
#define COODIE_ROUTE_H

#include <coodie/host.h>
#include <coodie/query.h>

COODIE_BEGIN

/** One step of a plan. */
typedef struct coodie_target {
	coodie_host host;
	int32_t shard; /**< -1: not sharded, or no token */
	bool is_replica;
} coodie_target;

/** Where a statement would go; a value (L11). */
typedef struct coodie_route coodie_route;

/**
 * Explains a prepared statement with its binds. No request is made.
 * @return freed with coodie_route_free(); NULL on error
 */
COODIE_API coodie_route *coodie_route_prepared(coodie_session *s, coodie_prepared *p,
					       cql_args args, const coodie_request *r,
					       coodie_error *err);
/** Explains a partition of a model. @param keys  every column of the partition key */
COODIE_API coodie_route *coodie_route_model(coodie_session *s, const coodie_model *m,
					    cql_args keys, coodie_error *err);
COODIE_API void coodie_route_free(coodie_route *route);
/** @return false when the statement has no token */
COODIE_API bool coodie_route_token(const coodie_route *route, int64_t *token);
COODIE_API size_t coodie_route_count(const coodie_route *route);
/** The i-th to be tried, borrowed; NULL past the end. */
COODIE_API const coodie_target *coodie_route_at(const coodie_route *route, size_t i);

COODIE_END

#endif
