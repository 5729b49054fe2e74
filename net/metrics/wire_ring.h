/* SPDX-License-Identifier: MIT */
/* The last 256 events of a connection: states it entered and frames, 16 bytes each. Its loop writes,
 * any thread reads. */
#ifndef NET_WIRE_RING_H
#define NET_WIRE_RING_H

#include <stdatomic.h>

#include <coodie/alloc.h>
#include <coodie/metrics.h>

#include "net/metrics/log.h"

/* The states of a connection as they are shown, from connect() to its end. */
#define CD_RING_STATE_TABLE(X) \
	X(CONNECTING) \
	X(TLS) \
	X(OPTIONS) \
	X(STARTUP) \
	X(AUTH) \
	X(REGISTER) \
	X(USE) \
	X(READY) \
	X(DRAINING) \
	X(CLOSED) \
	X(BROKEN)

enum cd_ring_state {
#define X(name) CD_RING_##name,
	CD_RING_STATE_TABLE(X)
#undef X
		CD_RING_STATES
};

enum { CD_WIRE_EVENTS = 256 };

enum { CD_WIRE_FRAME = 1, CD_WIRE_SENT = 2 };

/* 16 bytes, written field by field: cheaper than packing them. */
struct cd_wire_slot {
	_Atomic uint64_t at_us;
	_Atomic uint32_t body_len;
	_Atomic int16_t stream;
	_Atomic uint8_t code; /* opcode or state */
	_Atomic uint8_t flags;
};

struct cd_wire_ring {
	_Atomic uint64_t begun; /* events that are written, and the one that is being written */
	_Atomic uint64_t pushed;
	struct cd_wire_slot slots[CD_WIRE_EVENTS];
};

/* 4 KiB; NULL: no memory, and every call below takes it as a ring that keeps nothing. */
struct cd_wire_ring *cd_wire_ring_new(const coodie_allocator *a);
void cd_wire_ring_free(struct cd_wire_ring *r, const coodie_allocator *a);

static inline void cd_wire_ring_push(struct cd_wire_ring *r, uint64_t now_us, uint8_t flags,
				     uint8_t code, int16_t stream, uint32_t body_len)
{
	struct cd_wire_slot *slot;
	uint64_t n;

	if (!r)
		return;
	n = atomic_load_explicit(&r->pushed, memory_order_relaxed);
	slot = &r->slots[n % CD_WIRE_EVENTS];
	atomic_store_explicit(&r->begun, n + 1, memory_order_relaxed);
	/* release: who sees one of these sees `begun` as well */
	atomic_store_explicit(&slot->at_us, now_us, memory_order_release);
	atomic_store_explicit(&slot->body_len, body_len, memory_order_release);
	atomic_store_explicit(&slot->stream, stream, memory_order_release);
	atomic_store_explicit(&slot->code, code, memory_order_release);
	atomic_store_explicit(&slot->flags, flags, memory_order_release);
	atomic_store_explicit(&r->pushed, n + 1, memory_order_release);
}

static inline void cd_wire_ring_sent(struct cd_wire_ring *r, uint64_t now_us, uint8_t opcode,
				     int16_t stream, uint32_t body_len)
{
	cd_wire_ring_push(r, now_us, CD_WIRE_FRAME | CD_WIRE_SENT, opcode, stream, body_len);
}

static inline void cd_wire_ring_received(struct cd_wire_ring *r, uint64_t now_us, uint8_t opcode,
					 int16_t stream, uint32_t body_len)
{
	cd_wire_ring_push(r, now_us, CD_WIRE_FRAME, opcode, stream, body_len);
}

static inline void cd_wire_ring_state(struct cd_wire_ring *r, uint64_t now_us,
				      enum cd_ring_state state)
{
	cd_wire_ring_push(r, now_us, 0, (uint8_t)state, 0, 0);
}

/* Gives `fn` what is in the ring, oldest first; what the loop writes over meanwhile is left out.
 * False: `fn` has stopped it. Any thread, while the ring is there. */
bool cd_wire_ring_each(const struct cd_wire_ring *r, uint64_t connection, coodie_wire_fn *fn,
		       void *user);

/*
 * Gives `line` the ring as lines of text, which `coodie wire ring` reads back out of a log:
 *
 *	wire 3 10.0.0.1:9042 12.345678: =STARTUP, +0 >STARTUP 0 88, +1301 <READY 0 0
 *
 * the connection's number and address, the time of the first event in seconds, then events: a state
 * entered, a frame sent (>) or received (<) with its opcode, stream and body length; each but the
 * first with the microseconds since the one before.
 */
typedef void cd_wire_line_fn(const char *line, void *user);
void cd_wire_ring_dump(const struct cd_wire_ring *r, uint64_t connection, const char *address,
		       cd_wire_line_fn *line, void *user);
/* The same to the log, as warnings, once a minute for each of whom `limits` are: after a mistake of
 * the protocol. */
void cd_wire_ring_log(const struct cd_wire_ring *r, uint64_t connection, const char *address,
		      const struct coodie_options *o, struct cd_log_limits *limits,
		      uint64_t now_us);

#endif
