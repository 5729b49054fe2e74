/* SPDX-License-Identifier: MIT */
/* ORDER BY c ANN OF: the nearest vectors. All rows are looked at, so the answer is exact, which is
 * more than an approximate index promises. */
#include "node/plan/select_plan.h"
#include "node/plan/vector_index.h"

enum { MOST = 1000 };

bool nd_near_score(const struct nd_select_run *r, struct nd_value vector, float *out)
{
	if (vector.len != r->near_to.len)
		return nd_refuse(&r->x->problem, ND_INVALID,
				 "a vector of another dimension is not supported by the node");
	*out = nd_vector_similarity(nd_index_similarity(r->plan->ordering.near_index),
				    (cql_blob){ vector.data, vector.len }, r->near_to);
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

static bool check_most(struct nd_request *x, uint32_t limit)
{
	return limit <= MOST ||
	       nd_refuse(&x->problem, ND_INVALID,
			 "Use of ANN OF in an ORDER BY clause requires a LIMIT that is not "
			 "greater than %d. LIMIT was %u",
			 MOST, limit);
}

/* An index of vectors is made for ANN OF alone. Cassandra says so where there are many rows to give, and
 * falls over where there are few. */
bool nd_near_check_equal(const struct nd_select_run *r, uint32_t limit)
{
	const struct nd_select_plan *plan = r->plan;
	bool is_one = plan->aggregates && !plan->grouping.is_set;

	if (!nd_where_asks_vectors(plan->where) || r->places.nothing)
		return true;
	return check_most(r->x, is_one ? INT32_MAX : limit) &&
	       refuse(r->x, "Vector indexes only support ANN queries");
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
	if (!check_most(x, limit))
		return false;
	r->near_to = (cql_blob){ v.data, v.len };
	return nd_vector_fits(r->plan->ordering.near_index, r->near_to) ||
	       nd_replica_read_failed(x);
}
