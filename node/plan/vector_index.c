/* SPDX-License-Identifier: MIT */
/* Vectors compared: similarities, and vectors that have none. */
#include "node/plan/vector_index.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/reader.h"
#include "node/schema/index.h"

enum nd_similarity nd_index_similarity(const struct nd_index *index)
{
	const char *name = index ? nd_index_option(index, "similarity_function") : NULL;

	if (name && strcasecmp(name, "euclidean") == 0)
		return ND_EUCLIDEAN;
	return name && strcasecmp(name, "dot_product") == 0 ? ND_DOT_PRODUCT : ND_COSINE;
}

static float float_at(cql_blob v, size_t i)
{
	uint32_t bits = cd_get_be32(v.data + 4 * i);
	float f;

	memcpy(&f, &bits, sizeof f);
	return f;
}

float nd_vector_similarity(enum nd_similarity how, cql_blob one, cql_blob other)
{
	double dot = 0, a2 = 0, b2 = 0, distance = 0;

	for (size_t i = 0; i < one.len / 4; i++) {
		double a = (double)float_at(one, i), b = (double)float_at(other, i);

		dot += a * b;
		a2 += a * a;
		b2 += b * b;
		distance += (a - b) * (a - b);
	}
	switch (how) {
	case ND_EUCLIDEAN:
		return (float)(1 / (1 + distance));
	case ND_DOT_PRODUCT:
		return (float)((1 + dot) / 2);
	default:
		return a2 > 0 && b2 > 0 ? (float)((1 + dot / sqrt(a2 * b2)) / 2) : 0;
	}
}

bool nd_vector_fits(const struct nd_index *index, cql_blob v)
{
	bool is_zero = true;

	for (size_t i = 0; i < v.len / 4; i++) {
		float f = float_at(v, i);

		if (!isfinite(f))
			return false;
		is_zero &= f == 0;
	}
	return !is_zero || nd_index_similarity(index) != ND_COSINE;
}

static bool failed(struct nd_request *x, int32_t code)
{
	static const cql_failure failures[] = { { { { 127, 0, 0, 1 }, 4 }, 0 } };

	nd_refuse(&x->problem, code,
		  "Operation failed - received 0 responses and 1 failures: UNKNOWN from "
		  "/127.0.0.1:7000");
	x->problem.error.consistency = x->consistency;
	x->problem.error.block_for = 1;
	x->problem.error.num_failures = 1;
	x->problem.error.failures = failures;
	return false;
}

bool nd_vector_write_failed(struct nd_request *x, bool several)
{
	failed(x, ND_WRITE_FAILURE);
	x->problem.error.write_type = several ? (cql_text){ "BATCH", 5 }
					      : (cql_text){ "SIMPLE", 6 };
	return false;
}

bool nd_replica_read_failed(struct nd_request *x)
{
	return failed(x, ND_READ_FAILURE);
}
