/* SPDX-License-Identifier: MIT */
/* OPTIONS, STARTUP, AUTH_RESPONSE and REGISTER: what happens before a client's first statement. */
#ifndef NODE_CONN_HANDSHAKE_H
#define NODE_CONN_HANDSHAKE_H

#include "node/server/conn.h"

nd_answer_fn nd_answer_options, nd_answer_startup, nd_answer_auth_response, nd_answer_register;

/* The answer to STARTUP or AUTH_RESPONSE was written: from here on the framing that was agreed on,
 * and the next state. */
void nd_handshake_done(struct nd_exchange *e);

#endif
