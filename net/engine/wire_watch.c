/* SPDX-License-Identifier: MIT */
/* The ring of a connection, fed. */
#include "net/engine/wire_watch.h"

#include "net/engine/engine_impl.h"

/* What was entered, by what the protocol waits for. */
static const uint8_t phases[CD_CONN_STATES] = {
	[CD_CONN_NEW] = CD_RING_CONNECTING,  [CD_CONN_OPTIONS] = CD_RING_OPTIONS,
	[CD_CONN_STARTUP] = CD_RING_STARTUP, [CD_CONN_AUTH] = CD_RING_AUTH,
	[CD_CONN_KEYSPACE] = CD_RING_USE,    [CD_CONN_READY] = CD_RING_READY,
	[CD_CONN_FAILED] = CD_RING_BROKEN,
};

static enum cd_ring_state phase_of(const struct cd_wire *w)
{
	if (w->state == CD_WIRE_CLOSED)
		return CD_RING_CLOSED;
	if (w->state == CD_WIRE_DRAINING)
		return CD_RING_DRAINING;
	if (w->link.connecting)
		return CD_RING_CONNECTING;
	if (w->link.tls && !cd_tls_ready(w->link.tls))
		return CD_RING_TLS;
	return (enum cd_ring_state)phases[w->link.conn.state];
}

void cd_wire_watch_phase(struct cd_wire *w)
{
	enum cd_ring_state phase = phase_of(w);

	if (w->ring_phase == phase + 1u)
		return;
	w->ring_phase = (uint8_t)(phase + 1);
	cd_wire_ring_state(w->ring, cd_engine_now(w->engine), phase);
}

void cd_wire_watch_received(struct cd_wire *w, const cql_envelope *e)
{
	cd_wire_ring_received(w->ring, w->engine->entered_us, e->opcode, e->stream,
			      (uint32_t)e->body.len);
}

void cd_wire_watch_sent(struct cd_wire *w, const struct cd_attempt *a, uint8_t opcode)
{
	cd_wire_ring_sent(w->ring, a->sent_us, opcode, (int16_t)a->stream,
			  w->link.conn.out.last_body);
}

/* Not that it was refused, or another version is to be tried. */
static bool is_mistake(const coodie_error *why)
{
	return why->code == COODIE_ERR_PROTOCOL || why->code == COODIE_ERR_NOT_CQL ||
	       why->code == COODIE_ERR_LIMIT;
}

void cd_wire_watch_broken(struct cd_wire *w, const coodie_error *why)
{
	struct cd_engine *e = w->engine;

	w->ring_phase = CD_RING_BROKEN + 1;
	cd_wire_ring_state(w->ring, cd_engine_now(e), CD_RING_BROKEN);
	if (is_mistake(why))
		cd_wire_ring_log(w->ring, w->number, w->link.address.text, e->options, &e->said,
				 cd_engine_now(e));
}
