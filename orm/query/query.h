/* SPDX-License-Identifier: MIT */
/* A query being built, and the statement it becomes. */
#ifndef ORM_QUERY_QUERY_H
#define ORM_QUERY_QUERY_H

#include <coodie/query.h>

#include "orm/cql/fragment.h"
#include "orm/model/place.h"

enum cd_select_kind {
	CD_SELECT_ALL,
	CD_SELECT_FIRST,
	CD_SELECT_ONE,
	CD_SELECT_COUNT,
	CD_SELECT_KINDS
};

/* A statement ready to be sent, page after page. Lives in its query's arena and never changes. */
struct cd_select {
	const char *cql;
	cql_args args;
	const uint32_t *columns; /* what is read, in the order of the list */
	uint32_t column_count;
	coodie_request request;
};

struct coodie_query {
	atomic_uint refs; /* the user, and every call under way */
	coodie_allocator allocator;
	struct cd_place place; /* orm: a reference; NULL when the model could not be found */
	struct cd_arena arena;
	coodie_error err;  /* the first mistake made while building */
	const char *where; /* rewritten; NULL for every row */
	cql_args binds;
	uint32_t limit, per_partition_limit, page_rows, timeout_ms;
	cql_consistency consistency;
	struct cd_names order;
	bool *left_out; /* by coodie_only() or coodie_defer(), for each column; NULL: none */
	bool only, allow_filtering;
	const struct cd_select
		*selects[CD_SELECT_KINDS]; /* as the query is now; NULL: not written yet */
};

coodie_query *cd_query_ref(coodie_query *q);
/* The statement of a query; NULL with the mistake made while building. Accepts NULL. */
const struct cd_select *cd_query_select(coodie_query *q, enum cd_select_kind kind,
					coodie_error *err);

#endif
