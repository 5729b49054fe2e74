/* SPDX-License-Identifier: MIT */
/* One connection of an engine: being opened for a host, carrying its requests, draining, or closed
 * and about to be freed. */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include "net/dns/resolver.h"
#include "net/engine/link.h"
#include "net/engine/tally.h"
#include "net/engine/wheel.h"
#include "net/result/history.h"

struct cd_engine;
struct cd_host;
struct cd_request;
struct cd_wire_ring;

enum cd_wire_state {
	CD_WIRE_OPENING,
	CD_WIRE_UP,
	CD_WIRE_DRAINING, /* takes no new requests, and ends with its last answer */
	CD_WIRE_CLOSED    /* its memory goes when nothing of it is on the stack */
};

struct cd_wire {
	struct cd_engine *engine;
	struct cd_host *host; /* whose pool it belongs to; NULL: of a contact point */
	struct cd_link link;
	struct cd_wire *next; /* among the engine's, or the dead */
	uint64_t number;      /* no other of the engine's has it */
	enum cd_wire_state state;
	uint8_t takes_whole; /* EXECUTEs kept whole, of this version; 0: none */
	int32_t shard;       /* as the server says; -1: none */
	int32_t wanted;      /* the shard it was opened for; -1: any */
	uint32_t place;      /* the shard it is counted for in its pool */
	bool placed;         /* it stands there; otherwise it opens, is spare, or has none */
	bool spare;
	bool inside;                 /* one of its callbacks has entered the engine */
	bool of_round;               /* opened by one: for whoever answers first */
	size_t point;                /* of a round: the contact point, from 1; 0: a host's */
	bool advanced;               /* to the shard-aware port */
	bool probing;                /* a heartbeat is under way, */
	uint64_t probed_us;          /* sent then */
	struct cd_lookup naming;     /* its name is being looked up, and it is not open yet */
	const char *called;          /* what was found; NULL: nothing, or nobody looked */
	struct cd_deadline deadline; /* of opening, or of draining */
	struct cd_tally_wire tally;
	uint64_t up_us;             /* since when it stands */
	struct cd_wire_ring *ring;  /* NULL: the session keeps none */
	uint8_t ring_phase;         /* the last state in it, plus one */
	struct cd_place origin;     /* of its answers */
	coodie_result *void_result; /* shared by all of its answers that say nothing more */
	uint64_t heard_bytes;       /* received when last looked at */
	uint64_t heard_us;          /* when that had changed */
};

/* How to open one. */
struct cd_dial {
	struct cd_host *host; /* NULL: of a contact point */
	struct cd_address address;
	const char *name;     /* what the peer's certificate is checked against */
	int32_t shard;        /* wanted; -1: any */
	uint16_t source_port; /* 0: any */
	bool of_round;        /* of no host, maybe of a contact point */
	size_t point;         /* from 1; 0: none */
	bool *port_taken;     /* gets whether that port was why it failed; NULL: nobody asks */
};

/* Starts to connect. Its pool, or the round it belongs to, is told how that ends. NULL: it failed at
 * once, and nobody is told. */
struct cd_wire *cd_wire_open(struct cd_engine *e, const struct cd_dial *d, coodie_error *err);
/* Opens its link to who has this name. */
bool cd_wire_connect(struct cd_wire *w, const char *name, coodie_error *err);
/* Ends it; what is in flight on it is the caller's. */
void cd_wire_close(struct cd_wire *w);
/* The same, with everything in flight on it, and who counts on it is told. */
void cd_wire_lose(struct cd_wire *w, coodie_error *err);
/* Lets it end with its last answer. */
void cd_wire_retire(struct cd_wire *w);
/* Ends it if it drains and nothing is missing. */
void cd_wire_end_if_drained(struct cd_wire *w);
/* The deadline of opening, or of draining, has passed. */
void cd_wire_late(struct cd_wire *w);
/* A number that SUPPORTED has for a key; -1: none. */
int32_t cd_wire_supported(const struct cd_wire *w, const char *key);
/* Sends what is pending on all of them. */
void cd_wires_flush(struct cd_engine *e);
/* Frees those that are closed. */
void cd_wires_bury(struct cd_engine *e);

/* Bytes that the kernel does not take: more of them, and new requests go elsewhere. */
enum { CD_WIRE_OUTBOX_BYTES = 16 * 1024 * 1024 };

/* Whether a request may be written to it now. */
static inline bool cd_wire_has_room(const struct cd_wire *w)
{
	const struct cd_conn *c = &w->link.conn;

	return w->state == CD_WIRE_UP && c->streams.taken < c->streams.max &&
	       c->out.bytes.len < CD_WIRE_OUTBOX_BYTES;
}

#endif
