/* SPDX-License-Identifier: MIT */
/* Faults at a connection: an answer that is late, damaged, another one, or none at all. */
#ifndef NODE_CONN_FAULT_H
#define NODE_CONN_FAULT_H

#include "node/server/conn.h"
#include "node/server/fault.h"

/* The rule that strikes this request; NULL: none, which is found out fast. */
const struct nd_fault *nd_conn_strike(struct nd_conn *c, const cql_message *request);
/* Does to the answer, and to the connection, what the rule says. @return whether the answer was
 * written as one */
bool nd_conn_suffer(struct nd_exchange *e, const struct nd_fault *fault);
/* Writes what was delayed and is due now. */
void nd_conn_release(struct nd_conn *c);
void nd_conn_forget_delayed(struct nd_conn *c);

#endif
