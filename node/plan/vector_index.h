/* SPDX-License-Identifier: MIT */
/* Indexes of vectors: how they compare, and what they cannot hold. */
#ifndef NODE_VECTOR_INDEX_H
#define NODE_VECTOR_INDEX_H

#include "node/plan/plan.h"

enum nd_similarity { ND_COSINE, ND_DOT_PRODUCT, ND_EUCLIDEAN };

enum nd_similarity nd_index_similarity(const struct nd_index *index);
/* Of two vectors of one length, as bytes of floats: 1 at best. */
float nd_vector_similarity(enum nd_similarity how, cql_blob a, cql_blob b);
/* Whether a vector has a place in the index: it is finite and, by its angle, not zero. Replicas fail
 * over one that has not; who asked hears of no more than that. */
bool nd_vector_fits(const struct nd_index *index, cql_blob v);
bool nd_vector_write_failed(struct nd_request *x, bool several);
bool nd_replica_read_failed(struct nd_request *x);

#endif
