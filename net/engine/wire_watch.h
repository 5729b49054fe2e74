/* SPDX-License-Identifier: MIT */
/* What a connection's ring is told, where the session keeps rings (the option wire_ring): states and
 * frames, never what is in them. */
#ifndef NET_WIRE_WATCH_H
#define NET_WIRE_WATCH_H

#include "net/engine/wire.h"
#include "net/metrics/wire_ring.h"

struct cd_attempt;

/* All of them want a wire with a ring. */

/* It is somewhere else in its life than it was, maybe. */
void cd_wire_watch_phase(struct cd_wire *w);
/* A frame came; the handshake's are told by what they led to. */
void cd_wire_watch_received(struct cd_wire *w, const cql_envelope *e);
/* The last frame in its outbox, and what that asks. */
void cd_wire_watch_sent(struct cd_wire *w, const struct cd_attempt *a, uint8_t opcode);
/* It is broken. What the peer did wrong is told with the frames before it. */
void cd_wire_watch_broken(struct cd_wire *w, const coodie_error *why);

#endif
