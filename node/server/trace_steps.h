/* SPDX-License-Identifier: MIT */
/* What the nodes do for a statement, step by step, as a trace tells it. */
#ifndef NODE_TRACE_STEPS_H
#define NODE_TRACE_STEPS_H

#include "node/server/conn.h"

enum { ND_TRACE_STEPS = 96 }; /* more are left out */

struct nd_trace_step {
	const char *activity; /* in the request's arena */
	cql_inet source;
	const char *thread;
};

/* Fills the steps behind those of parsing; `self` is the node that was asked. @return how many; when
 * memory ends, fewer */
uint32_t nd_trace_steps(const struct nd_exchange *e, struct nd_request *x, cql_inet self,
			struct nd_trace_step steps[ND_TRACE_STEPS]);

#endif
