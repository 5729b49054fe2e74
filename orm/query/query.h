/* SPDX-License-Identifier: MIT */
/* A query being built, and the statement it becomes. */
#ifndef ORM_QUERY_QUERY_H
#define ORM_QUERY_QUERY_H

#include <coodie/refine.h>

#include "base/buffer.h"
#include "orm/cql/fragment.h"
#include "orm/model/place.h"
#include "orm/query/token.h"

enum cd_select_kind {
	CD_SELECT_ALL,
	CD_SELECT_FIRST,
	CD_SELECT_ONE,
	CD_SELECT_COUNT,
	CD_SELECT_EXISTS,
	CD_SELECT_JSON,
	CD_SELECT_LIST, /* of coodie_select() */
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
	struct cd_arena arena;
	const struct cd_select
		*selects[CD_SELECT_KINDS]; /* as the query is now; NULL: not written yet */
	/* what coodie_query_dup() copies, from here to the end */
	coodie_session *session; /* as it was given: a registry knows others by name */
	struct cd_place place;   /* orm: a reference; NULL when the model could not be found */
	coodie_error err;        /* the first mistake made while building */
	const char *table;       /* in another keyspace; NULL: the model's */
	const char *connection;  /* another than the model's; NULL */
	const char *where;       /* rewritten; NULL for every row */
	cql_args binds;
	struct cd_relation *relations;
	uint32_t relation_count;
	uint32_t limit, per_partition_limit;
	coodie_request request;
	struct cd_names order, groups;
	bool *left_out;        /* by coodie_only() or coodie_defer(), for each column; NULL: none */
	const char *condition; /* of a write, by coodie_if(); NULL: none */
	cql_args condition_args;
	bool only, distinct, allow_filtering, has_range, has_near, has_token;
	int64_t range_after, range_up_to; /* of coodie_token_range() */
	uint32_t near;                    /* column, of coodie_nearest() */
	cql_value near_to;
	struct cd_page_token token; /* of coodie_after() */
};

/* An empty query; NULL when out of memory. */
coodie_query *cd_query_new(const coodie_allocator *a);
coodie_query *cd_query_ref(coodie_query *q);
/* An array of both, and a text, in the query's arena; NULL with the mistake noted. */
void *cd_query_join(coodie_query *q, const void *a, size_t a_count, const void *b, size_t b_count,
		    size_t size);
const char *cd_query_text(coodie_query *q, const struct cd_buffer *b);
/* Copies what a request points to into the query; false with the mistake noted. */
bool cd_query_keep_request(coodie_query *q, coodie_request *r);
/* Whether a builder may go on: there is a query, without a mistake. Statements written before are
 * forgotten, calls under way keep theirs. */
bool cd_query_begin(coodie_query *q);
/* The query's mistake, if it has made one. Accepts NULL. @return whether it has none */
bool cd_query_is_well(const coodie_query *q, coodie_error *err);
/* The statement of a query; NULL with the mistake made while building, or what the server would
 * refuse. Accepts NULL. */
const struct cd_select *cd_query_select(coodie_query *q, enum cd_select_kind kind,
					coodie_error *err);

/* The same with a list of its own, which is not kept. */
const struct cd_select *cd_query_select_list(coodie_query *q, const char *list, coodie_error *err);
/* Room for rows that remember where they were read. */
coodie_rows *cd_query_rows(const coodie_query *q, coodie_error *err);
/* A place to wait for a query that has one; NULL with its mistake, which is told first. */
struct cd_wait *cd_query_wait(coodie_query *q, coodie_error *err);
/* The protocol version the query's session speaks; 0: not known. */
uint8_t cd_query_protocol(const coodie_query *q);
/* What a page's token must say of the statement it is for: a hash of its text and values. */
uint64_t cd_select_hash(const struct cd_select *s, const coodie_allocator *a);

/* What is said of one column, or of a tuple of them, by all relations together. */
struct cd_restriction {
	uint16_t column, count;
	uint8_t kinds; /* a bit for each cd_relation_kind */
	uint8_t items; /* CONTAINS relations */
};

/* The conditions of a query as the server reads them. */
struct cd_filter {
	struct cd_restriction *at;
	uint32_t count;
	uint32_t key_count, row_count, other_count; /* columns restricted, by their role */
	bool has_token, has_key_in, has_key_slice, has_regular;
	bool has_index;     /* one answers some restriction */
	bool has_row_index; /* of a clustering column */
	bool is_key_range;  /* partitions are not named one by one */
	bool uses_index;
};

/* Reads the conditions; without coodie_allow_filtering() refuses what needs it. */
bool cd_query_filter(coodie_query *q, struct cd_filter *out, coodie_error *err);
/* The member of the partition key that is the first not to be restricted by = or IN. */
const char *cd_filter_missing(const coodie_query *q, const struct cd_filter *f);
/* The restriction of a column; NULL: none. */
const struct cd_restriction *cd_filter_of(const struct cd_filter *f, uint32_t column);
/* Refuses what does not go together: order, groups, limits, pages, the token of another query. `list`
 * is of CD_SELECT_LIST. Adds to the request what the query wants. */
bool cd_query_check(coodie_query *q, enum cd_select_kind kind, const struct cd_fragment *list,
		    struct cd_select *s, coodie_error *err);

#endif
