/* SPDX-License-Identifier: MIT */
/* Waiting until all nodes have the same schema: after each statement that changed it, and on demand. */
#ifndef NET_CONTROL_AGREEMENT_H
#define NET_CONTROL_AGREEMENT_H

#include "net/engine/request.h"
#include "net/engine/wire.h"

struct cd_agreement;

/* A change of the schema has been answered on this connection, whose node knows it first: the request
 * ends when the others do as well, or when schema_wait_ms are over. False: there is nothing to wait
 * for. */
bool cd_agreement_hold(struct cd_engine *e, struct cd_request *r, const struct cd_wire *w);
/* A user wants to know. @param timeout_ms  0: schema_wait_ms */
bool cd_engine_agree(struct cd_engine *e, uint32_t timeout_ms, coodie_status_fn *done, void *user,
		     coodie_error *err);
/* Deadlines of one: the next look, the end. */
void cd_agreement_again(struct cd_engine *e, struct cd_deadline *d);
void cd_agreement_late(struct cd_engine *e, struct cd_deadline *d);
/* The session ends; requests are the caller's. */
void cd_agreements_end(struct cd_engine *e);
/* The engine goes. */
void cd_agreements_deinit(struct cd_engine *e);

#endif
