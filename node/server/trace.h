/* SPDX-License-Identifier: MIT */
/* Traces of requests: their ids, and what system_traces has of them. */
#ifndef NODE_TRACE_H
#define NODE_TRACE_H

#include "node/server/conn.h"

/* Begins one, if the request asks for it and is of a kind that is traced. */
void nd_trace_begin(struct nd_exchange *e);
/* Writes it: the answer has been sent, and what it pointed to may go. */
void nd_trace_end(struct nd_exchange *e);

#endif
