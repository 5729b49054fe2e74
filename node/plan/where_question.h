/* SPDX-License-Identifier: MIT */
/* What rows are asked, as the files that make and ask it share it. */
#ifndef NODE_WHERE_QUESTION_H
#define NODE_WHERE_QUESTION_H

#include "node/plan/where_plan.h"

/* One question. A row must answer all of them with yes. */
struct nd_question {
	const struct nd_column *column;
	enum nd_operator op; /* IN: any of `values`; EQ with a key: c[key] = value */
	enum nd_like like;   /* LIKE */
	bool has_key;
	cql_blob key;
	uint32_t count;
	cql_blob *values;
	size_t longest; /* an attached index has no longer terms; 0: none is asked */
	/* An index looks at values in its own way: `values` are tokens then, one of which a row must
	 * have. Partitions must have them all, if in several rows. */
	bool is_analyzed;
	struct nd_analyzer analyzer;
	bool *seen; /* of each token; NULL: one row is enough */
	struct nd_question *next;
};

struct nd_filter {
	const struct nd_where *where;
	const struct nd_index *looking; /* while questions are made */
	struct nd_question *first, **last;
};

#endif
