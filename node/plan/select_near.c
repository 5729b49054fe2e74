/* SPDX-License-Identifier: MIT */
/* ORDER BY c ANN OF: the nearest vectors. All rows are looked at, so the answer is exact, which is
 * more than an approximate index promises. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/reader.h"
#include "node/plan/select_plan.h"

enum similarity { COSINE, DOT_PRODUCT, EUCLIDEAN };

/* OPTIONS are a map of the index; cosine unless it says something else. */
static enum similarity similarity_of(const struct nd_index *index)
{
	const char *name = NULL;

	for (uint32_t i = 0; index && i < index->options.count; i++) {
		const struct nd_property *p = &index->options.at[i];

		if (strcasecmp(p->name, "similarity_function") == 0)
			name = p->text;
		for (uint32_t k = 0; k + 1 < 2 * p->count; k += 2)
			if (p->pairs && strcasecmp(p->pairs[k], "similarity_function") == 0)
				name = p->pairs[k + 1];
	}
	if (name && strcasecmp(name, "euclidean") == 0)
		return EUCLIDEAN;
	return name && strcasecmp(name, "dot_product") == 0 ? DOT_PRODUCT : COSINE;
}

static float float_at(const uint8_t *at, size_t i)
{
	uint32_t bits = cd_get_be32(at + 4 * i);
	float f;

	memcpy(&f, &bits, sizeof f);
	return f;
}

bool nd_near_score(const struct nd_select_run *r, struct nd_value vector, float *out)
{
	double dot = 0, a2 = 0, b2 = 0, distance = 0;
	size_t count = r->near_to.len / 4;

	if (vector.len != r->near_to.len)
		return nd_refuse(&r->x->problem, ND_INVALID,
				 "a vector of another dimension is not supported by the node");
	for (size_t i = 0; i < count; i++) {
		double a = (double)float_at(vector.data, i);
		double b = (double)float_at(r->near_to.data, i);

		dot += a * b;
		a2 += a * a;
		b2 += b * b;
		distance += (a - b) * (a - b);
	}
	switch (similarity_of(r->plan->ordering.near_index)) {
	case EUCLIDEAN:
		*out = (float)(1 / (1 + distance));
		break;
	case DOT_PRODUCT:
		*out = (float)((1 + dot) / 2);
		break;
	default:
		*out = a2 > 0 && b2 > 0 ? (float)((1 + dot / sqrt(a2 * b2)) / 2) : 0;
	}
	return true;
}

static bool refuse(struct nd_request *x, const char *text)
{
	return nd_refuse(&x->problem, ND_INVALID, "%s", text);
}

static void lower_consistency(struct nd_request *x)
{
	cql_consistency local = CQL_CONSISTENCY_LOCAL_ONE, now = x->consistency;
	bool is_local = now == CQL_CONSISTENCY_LOCAL_QUORUM;

	if (now == CQL_CONSISTENCY_ONE || now == local || now == CQL_CONSISTENCY_UNSET)
		return;
	x->consistency = is_local ? local : CQL_CONSISTENCY_ONE;
	nd_request_warn(x,
			"Top-K queries can only be run with consistency level ONE / LOCAL_ONE / "
			"NODE_LOCAL. Consistency level %s was requested. Downgrading the "
			"consistency level to %s.",
			cql_consistency_name(now), cql_consistency_name(x->consistency));
}

bool nd_near_start(struct nd_select_run *r, uint32_t limit)
{
	struct nd_request *x = r->x;
	struct nd_value v;

	if (r->plan->aggregates || r->plan->grouping.is_set)
		return refuse(x, "Top-K queries can not be run with aggregation");
	if (x->consistency == CQL_CONSISTENCY_SERIAL ||
	    x->consistency == CQL_CONSISTENCY_LOCAL_SERIAL)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Top-K queries can only be run with consistency level "
				 "ONE/LOCAL_ONE. Consistency level %s was used.",
				 cql_consistency_name(x->consistency));
	lower_consistency(x);
	if (limit == INT32_MAX)
		return refuse(x, "Top-K queries must have a limit specified and the limit must be "
				 "less than the query page size");
	if (r->partition_limit != INT32_MAX)
		return refuse(x, "Top-K queries do not support per-partition limits");
	if (r->paged && r->left_on_page < limit)
		nd_request_warn(x,
				"Top-K queries do not support paging and the page size is set to "
				"%u, which is less than LIMIT %u. The page size has been set to %u "
				"to match the LIMIT.",
				r->left_on_page, limit, limit);
	r->paged = false;
	if (!nd_term_value(r->plan->ordering.near_to, x, &v))
		return false;
	if (v.presence != ND_VALUE)
		return nd_refuse(&x->problem, ND_INVALID, "Unsupported %s value for column %s",
				 v.presence == ND_NULL ? "null" : "unset",
				 r->plan->ordering.near->name);
	r->near_to = (cql_blob){ v.data, v.len };
	return true;
}
