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
 * Adds to enum cql_tag: CQL_TAG_VECTOR, CQL_TAG_FLOATS; to enum coodie_member:
 * COODIE_MEMBER_VECTOR.
 */
#ifndef COODIE_VECTOR_H
#define COODIE_VECTOR_H

#include <coodie/query.h>

COODIE_BEGIN

/** A vector of any element type, with all elements present. Zeroed: null. */
typedef struct cql_vector {
	cql_seq seq;
} cql_vector;

/** A vector<float, n> as a view of an array. `data` NULL is null. */
typedef struct cql_floats {
	const float *data;
	size_t len; /**< elements */
} cql_floats;

COODIE_API cql_vector cql_vector_of(const cql_value *items, size_t count);
COODIE_API cql_value cql_from_vector(cql_vector v);
COODIE_API bool cql_to_vector(cql_value v, cql_vector *out, coodie_error *err);
COODIE_API cql_iter cql_vector_iter(cql_vector vector);

COODIE_API cql_floats cql_floats_of(const float *data, size_t len);
COODIE_API cql_value cql_from_floats(cql_floats v);
/**
 * Copies the elements of a vector<float, n> out.
 * @param len  elements `out` has room for; COODIE_ERR_RANGE with both numbers when it differs
 */
COODIE_API bool cql_to_floats(cql_value v, float *out, size_t len, coodie_error *err);

/** What "near" means to a vector index. */
enum coodie_similarity {
	COODIE_SIMILARITY_NONE = 0, /**< not a vector index */
	COODIE_SIMILARITY_COSINE,
	COODIE_SIMILARITY_DOT_PRODUCT,
	COODIE_SIMILARITY_EUCLIDEAN
};

/**
 * Orders by distance: `ORDER BY member ANN OF ?`. Replaces coodie_order_by(). A limit is needed
 * (the server refuses without); the length must be the column's, whatever calls this (VX-06).
 */
COODIE_API void coodie_nearest(coodie_query *q, const char *member, cql_floats to);

COODIE_END

#endif
