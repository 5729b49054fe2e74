/* SPDX-License-Identifier: MIT */
/* One read of the schema: which statements are asked, what their answers are for, when it is built.
 * No I/O: the caller sends what it is told to, and hands over what comes back. */
#ifndef NET_SCHEMA_READER_H
#define NET_SCHEMA_READER_H

#include "net/schema/schema_builder.h"

/* Sends a statement, without preparing it: page by page, so that an answer may ask for the next.
 * @param paging_state  data NULL: the first page; valid during the call, as is `cql`
 * @return false: it could not be sent; the read fails */
typedef bool cd_schema_ask_fn(enum cd_schema_rows rows, cql_text cql, cql_blob paging_state,
			      void *user, coodie_error *err);

struct cd_schema_reader_options {
	struct cd_schema_scope scope; /* copied */
	bool is_scylla;
	uint32_t timeout_ms; /* of ScyllaDB's own for each statement (S16); 0: none */
	cd_schema_ask_fn *ask;
	void *user;
};

struct cd_schema_reader;

/* @param previous  the newest schema; NULL: none */
struct cd_schema_reader *cd_schema_reader_new(const coodie_allocator *a, struct cd_schema *previous,
					      const struct cd_schema_reader_options *options,
					      coodie_error *err);
/* Answers that are still on their way are the caller's to drop. NULL is fine. */
void cd_schema_reader_free(struct cd_schema_reader *r);
/* Asks the first page of all statements, at once. False: the read has failed. */
bool cd_schema_reader_ask(struct cd_schema_reader *r, coodie_error *err);
/* One answer: a page, which stays the caller's, or (page NULL) why there is none. A server that does
 * not know a table which not all have has no such rows. False: the read has failed. */
bool cd_schema_reader_answer(struct cd_schema_reader *r, enum cd_schema_rows rows,
			     coodie_result *page, const coodie_error *failure, coodie_error *err);
/* Whether all answers are there: from now on, turn by turn, cd_schema_reader_step(). */
bool cd_schema_reader_ready(const struct cd_schema_reader *r);
/* Builds a keyspace more; see cd_schema_builder_step(). */
bool cd_schema_reader_step(struct cd_schema_reader *r, struct cd_schema **out, coodie_error *err);

#endif
