/* SPDX-License-Identifier: MIT */
/**
 * @file vector.h
 * Vectors and nearest neighbours.
 *
 *     COODIE_COLUMN(film, taste, "vector<float, 8>",
 *                   .index = COODIE_INDEX(.similarity = COODIE_SIMILARITY_COSINE)),
 *
 *     coodie_query *q = coodie_find(s, &film_model, NULL, CQL_ARGS());
 *     coodie_nearest(q, "taste", cql_floats_of(wanted, 8));
 *     coodie_limit(q, 10);
 *
 * A member `float taste[8]` is a column already (model.h). A vector of another element type, or
 * of elements of variable size, is a cql_vector. Serves VX-01 to VX-11, TY-30, Q18.
 *
 * Adds to coodie_index:
 *
 *     enum coodie_similarity similarity;  makes a vector index of it
 *     const char *class_name;             USING '...'; NULL: SAI for a vector, else a plain index
 *     const char *options;                WITH OPTIONS = {...}: a CQL map without `similarity`
 *
 * Adds to enum coodie_member: COODIE_MEMBER_VECTOR.
 */
#ifndef COODIE_VECTOR_H
#define COODIE_VECTOR_H

#include <coodie/query.h>

COODIE_BEGIN

/**
 * Orders by distance: `ORDER BY member ANN OF ?`. Replaces coodie_order_by(). A limit is needed
 * (the server refuses without); the length must be the column's, whatever calls this (VX-06).
 */
COODIE_API void coodie_nearest(coodie_query *q, const char *member, cql_floats to);

COODIE_END

#endif
