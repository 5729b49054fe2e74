/* SPDX-License-Identifier: MIT */
/* A second query, as the first is now: it shares nothing with it. */
#include <string.h>

#include "base/error.h"
#include "orm/query/query.h"
#include "orm/value/datum.h"

static bool copy_text(coodie_query *q, const char **text)
{
	return cd_arena_keep(&q->arena, text) || cd_no_memory(&q->err, "a query");
}

static bool copy_binds(coodie_query *q, cql_args *args)
{
	cql_value *values;

	if (!args->count)
		return true;
	if (!cd_data_copy(&q->arena, *args, &values, &q->err))
		return false;
	args->values = values;
	return true;
}

static bool copy_names(coodie_query *q, struct cd_names *names)
{
	const bool *descending = names->descending;

	if (!names->count)
		return true;
	names->columns = cd_query_join(q, names->columns, names->count, NULL, 0,
				       sizeof(*names->columns));
	if (descending)
		names->descending = cd_query_join(q, descending, names->count, NULL, 0,
						  sizeof(*descending));
	return names->columns && (names->descending || !descending);
}

static bool copy_conditions(coodie_query *q)
{
	q->relations = cd_query_join(q, q->relations, q->relation_count, NULL, 0,
				     sizeof(*q->relations));
	return q->relations && copy_text(q, &q->where) && copy_binds(q, &q->binds) &&
	       copy_text(q, &q->condition) && copy_binds(q, &q->condition_args);
}

static bool copy_shape(coodie_query *q)
{
	if (q->left_out)
		q->left_out = cd_query_join(q, q->left_out, q->place.model->read_count, NULL, 0,
					    sizeof(*q->left_out));
	return q->err.code == COODIE_OK && copy_names(q, &q->order) && copy_names(q, &q->groups) &&
	       (!q->has_near || cd_datum_copy(&q->arena, q->near_to, &q->near_to, &q->err)) &&
	       (!q->has_token || cd_page_token_copy(&q->token, &q->arena) ||
		cd_no_memory(&q->err, "a query"));
}

coodie_query *coodie_query_dup(const coodie_query *q)
{
	coodie_query *copy = q ? cd_query_new(&q->allocator) : NULL;
	const size_t from = offsetof(coodie_query, session);

	if (!copy)
		return NULL;
	memcpy((char *)copy + from, (const char *)q + from, sizeof(*copy) - from);
	if (copy->place.orm)
		cd_orm_ref(copy->place.orm);
	if (copy->err.code == COODIE_OK && copy_text(copy, &copy->table) &&
	    copy_text(copy, &copy->connection) && copy_conditions(copy) &&
	    copy_shape(copy))
		cd_query_keep_request(copy, &copy->request);
	return copy;
}
