/* SPDX-License-Identifier: MIT */
/* What rows are asked, as the files that make and ask it share it. */
#ifndef NODE_WHERE_QUESTION_H
#define NODE_WHERE_QUESTION_H

#include "node/plan/where_plan.h"

/* How much of a question counts: SASI, once asked, looks at some only in part. */
enum nd_asking {
	ND_ASK_VALUE,	/* the column's value answers it */
	ND_ASK_WHETHER, /* any value does */
	ND_ASK_NOT,	/* any row does */
	ND_ASK_IN_VAIN, /* none does */
};

/* One question. A row must answer all of them with yes. */
struct nd_question {
	enum nd_asking asking;
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
	bool needs_rows;		/* SASI shows no partition for its static columns alone */
	struct nd_question *first, **last;
};

/* where_sasi.c: does so where SASI is what answers the clause. */
void nd_filter_as_sasi(struct nd_filter *f);

#endif
