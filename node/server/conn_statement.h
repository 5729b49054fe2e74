/* SPDX-License-Identifier: MIT */
/* QUERY, PREPARE, EXECUTE and BATCH: from messages to plans, and from what they give to RESULT. */
#ifndef NODE_CONN_STATEMENT_H
#define NODE_CONN_STATEMENT_H

#include "node/server/conn.h"
#include "node/server/prepared.h"

nd_answer_fn nd_answer_query, nd_answer_prepare, nd_answer_execute, nd_answer_batch;

/* ---- what they share ---------------------------------------------------------------------------- */

/* Fills the request from the parameters of a message. False: e->problem. */
bool nd_statement_begin(struct nd_exchange *e, const cql_params *params, struct nd_request *x);
/* The values of a message, in the order of the markers: by name when they are named. */
bool nd_statement_bind(struct nd_exchange *e, const cql_markers *markers, const cql_bound *values,
		       uint16_t count, struct nd_request *x);
/* The same into room for as many as there are markers, or values if they are more. @return how many */
uint32_t nd_statement_values(const cql_markers *markers, const cql_bound *values, uint16_t count,
			     struct nd_value *to);
/* Makes the answer of what came out of a request that `ok` says has worked. */
void nd_statement_end(struct nd_exchange *e, struct nd_request *x, bool ok);
/* UNPREPARED, with the id. Returns false. */
bool nd_statement_unprepared(struct nd_exchange *e, cql_blob id);
/* A keyspace of a request, which must exist; NULL: e->problem. */
const char *nd_statement_keyspace(struct nd_exchange *e, cql_text name);

#endif
