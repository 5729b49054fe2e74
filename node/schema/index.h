/* SPDX-License-Identifier: MIT */
/* What an index is: its class, its options, how it looks at texts. */
#ifndef NODE_INDEX_H
#define NODE_INDEX_H

#include "node/schema/schema.h"
#include "node/text/analyzer.h"

#define ND_CLASS_SAI "StorageAttachedIndex"
#define ND_CLASS_SASI "org.apache.cassandra.index.sasi.SASIIndex"
#define ND_CLASS_VECTOR "vector_index" /* ScyllaDB's */

enum nd_index_kind { ND_INDEX_ORDINARY, ND_INDEX_ATTACHED, ND_INDEX_SASI, ND_INDEX_VECTOR };

enum nd_index_kind nd_index_kind(const struct nd_index *index);
/* Those of a table in the order they were made: the one behind `last`, the first behind NULL; NULL: there
 * are no more. */
const struct nd_index *nd_index_next_made(const struct nd_table *t, const struct nd_index *last);
/* An option as it was given; NULL: it was not. */
const char *nd_index_option(const struct nd_index *index, const char *name);
/* As Boolean.parseBoolean(): anything but "true" is false. */
bool nd_index_flag(const struct nd_index *index, const char *name, bool otherwise);
/* What the index is of, where the item of a collection is what is indexed: the type of that. */
const cql_type *nd_index_type(const struct nd_index *index);

/* The operators of a LIKE, by where '%' stands. */
enum nd_like { ND_LIKE_PREFIX, ND_LIKE_SUFFIX, ND_LIKE_CONTAINS, ND_LIKE_MATCHES };

enum nd_sasi_mode { ND_SASI_PREFIX, ND_SASI_CONTAINS, ND_SASI_SPARSE };

struct nd_sasi {
	enum nd_sasi_mode mode;
	bool is_literal; /* texts: no ranges, but LIKE */
	bool is_analyzed;
	bool is_tokenized; /* words are found, the whole is not */
};

/* False: there is no such mode. */
bool nd_sasi_read(const struct nd_index *index, struct nd_sasi *out);
/* What an index that does not say it takes for literals: texts, but in descending order those are none. */
bool nd_sasi_is_literal(const struct nd_column *c);
bool nd_sasi_answers(const struct nd_sasi *s, enum nd_like like);
/* How an index of either class looks at texts; plain when it looks at them as they are. */
struct nd_analyzer nd_index_analyzer(const struct nd_index *index);

/* Analyzers by the name of their class, without the package; NULL: there is none. */
struct nd_analyzer_class {
	const char *name;
	enum nd_cut cut;
	bool texts_only;
};
const struct nd_analyzer_class *nd_analyzer_class(const char *name);

#endif
