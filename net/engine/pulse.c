/* SPDX-License-Identifier: MIT */
/* The pulse: one look at all connections every so often. One that was silent since the last look is
 * asked whether it lives; one that does not answer is given up; what waits for nothing gives the
 * memory of its last burst back. One timer for all of them lets an idle session sleep. */
#include <inttypes.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"

/* An answer takes the probe's deadline off the wheel: who sleeps on is not woken by it. */
static void on_alive(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct cd_engine *e = user;

	coodie_result_free(take_res);
	if (err->code != COODIE_OK)
		return;
	e->timer_at = UINT64_MAX;
	cd_engine_mind_wheel(e);
}

static void probe(struct cd_engine *e, struct cd_wire *w)
{
	coodie_error err;

	/* Without room it is busy, and the answers to that are its pulse. */
	if (cd_wire_has_room(w) && cd_engine_tell(e, w, CD_REQUEST_OPTIONS, on_alive, e, &err))
		w->probing = true;
	w->probed_us = cd_engine_now(e);
}

static bool has_spoken(struct cd_wire *w, uint64_t now)
{
	if (w->link.bytes_received == w->heard_bytes)
		return false;
	w->heard_bytes = w->link.bytes_received;
	w->heard_us = now;
	w->probing = false;
	return true;
}

static void look(struct cd_engine *e, struct cd_wire *w, uint64_t now)
{
	uint64_t silent_ms = (now - w->heard_us) / 1000;
	coodie_error err;

	if (!w->link.conn.streams.taken)
		cd_link_rest(&w->link);
	if (has_spoken(w, now))
		return;
	if (!w->probing) {
		probe(e, w);
	} else if (e->options->idle_kill_ms && silent_ms >= e->options->idle_kill_ms) {
		cd_fail(&err, COODIE_ERR_CLOSED,
			"no answer to a heartbeat, silent for %" PRIu64 " ms", silent_ms);
		cd_wire_lose(w, &err);
	}
}

/* It need not wait for the next look: who is silent when an answer is due is asked at once, and given
 * up when the time that a handshake may take has not been enough for an answer. */
void cd_pulse_doubt(struct cd_wire *w)
{
	struct cd_engine *e = w->engine;
	uint32_t patience_ms = e->options->connect_timeout_ms;
	uint64_t now = cd_engine_now(e);
	coodie_error err;

	if (w->state != CD_WIRE_UP || !e->options->heartbeat_ms || has_spoken(w, now))
		return;
	if (!w->probing) {
		probe(e, w);
	} else if (patience_ms && now - w->probed_us >= (uint64_t)patience_ms * 1000) {
		cd_fail(&err, COODIE_ERR_CLOSED,
			"requests time out, and a heartbeat had no answer within %" PRIu32 " ms",
			patience_ms);
		cd_wire_lose(w, &err);
	}
}

void cd_pulse_start(struct cd_engine *e)
{
	if (!e->pulse.link && e->options->heartbeat_ms)
		cd_engine_add_deadline(e, &e->pulse, e->options->heartbeat_ms);
}

void cd_pulse(struct cd_engine *e)
{
	uint64_t now = cd_engine_now(e);
	bool any = false;

	for (struct cd_wire *w = e->wires, *next; w; w = next) {
		next = w->next;
		if (w->state != CD_WIRE_UP && w->state != CD_WIRE_DRAINING)
			continue;
		any = true;
		look(e, w, now);
	}
	if (any)
		cd_pulse_start(e);
}
