/* SPDX-License-Identifier: MIT */
/**
 * @file vector.h
 * Nearest neighbours.
 *
 *     COODIE_COLUMN(film, taste, "vector<float, 8>",
 *                   .index = COODIE_INDEX(.similarity = COODIE_SIMILARITY_COSINE)),
 *
 *     coodie_query *q = coodie_find(s, &film_model, NULL, CQL_ARGS());
 *     coodie_nearest(q, "taste", cql_floats_of(wanted, 8));
 *     coodie_limit(q, 10);
 *
 * Serves VX-05, VX-06, VX-11.
 */
#ifndef COODIE_VECTOR_H
#define COODIE_VECTOR_H

#include <coodie/query.h>

COODIE_BEGIN

/**
 * Orders by distance: `ORDER BY member ANN OF ?`, in the place of coodie_order_by(). A limit is needed
 * by all that read more than one row; other conditions need indexes too. Servers answer all of it in
 * one page, pages or not (VX-11).
 * @param member  a vector<float, n> with an index
 * @param to      n floats, copied; another number is COODIE_ERR_RANGE (VX-06)
 */
COODIE_API void coodie_nearest(coodie_query *q, const char *member, cql_floats to);

COODIE_END

#endif
