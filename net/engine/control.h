/* SPDX-License-Identifier: MIT */
/* The control role: one of the connections hears the cluster's events and is asked for its topology
 * and schema. When that one is lost another takes over; when all are, a round over the known hosts
 * and the contact points finds one. */
#ifndef NET_CONTROL_H
#define NET_CONTROL_H

#include "net/engine/control_routes.h"
#include "net/engine/control_schema.h"
#include "net/engine/points.h"
#include "net/engine/wire.h"
#include "net/policy/backoff.h"
#include "net/ring/topology.h"

/* Rows per page of the engine's own questions. */
enum { CD_OWN_PAGE_ROWS = 5000 };

struct cd_control {
	struct cd_wire *wire; /* that has the role; NULL: none */
	bool was_up;          /* there was one: being connected is to be kept up */
	bool impatient;       /* it follows, and has waited long enough for who leads */

	/* a round: the hosts by slot, then the contact points; the next is tried before the one
	 * before has failed, when that takes its time */
	uint32_t dials;          /* attempts that are on: wires `of_round` */
	bool hurry;              /* one more may begin */
	struct cd_deadline next; /* when that is so anyway */
	uint32_t slot;           /* the next host */
	struct cd_points points;
	uint32_t failed;           /* targets of the round */
	coodie_error reasons;      /* why */
	struct cd_backoff backoff; /* rounds that failed, in a row */
	uint64_t lost_us;          /* when the last one was lost */

	/* what the cluster says of itself */
	struct cd_topology *topology; /* NULL: not known (yet) */
	coodie_result *local, *peers; /* answers of the read that is on */
	uint32_t asked;               /* questions without an answer */
	uint64_t asked_on;            /* the number of the connection they went to */
	uint64_t asked_at_bytes;      /* what had been received on it */
	uint32_t misses;              /* reads that were not whole, in a row */
	bool registered;              /* for events */
	bool proven;                  /* the one that has the role has answered */
	bool timed_out;               /* a question */
	bool no_peers_v2;
	bool only_routes;                            /* are read, not all of it */
	bool want_round, want_topology, want_routes; /* at `again` */
	struct cd_deadline again;

	struct cd_control_routes routes;
	struct cd_control_schema schema;
};

void cd_control_deinit(struct cd_engine *e);
/* What follows every event: a round goes on, or begins, when somebody needs it. */
void cd_control_settle(struct cd_engine *e);
/* Some time passes before the next round, unless somebody needs it sooner. */
void cd_control_pause(struct cd_engine *e);
/* `again` has come. */
void cd_control_due(struct cd_engine *e);
/* There is no way to the cluster: those who wait are told why. */
void cd_control_hopeless(struct cd_engine *e, const coodie_error *why);
/* Somebody else has found the nodes: the attempts of the round are given up. */
void cd_control_overtaken(struct cd_engine *e);

/* Topology and schema are read again: now, or when what is under way has ended. */
void cd_control_refresh(struct cd_engine *e);
bool cd_control_is_scylla(const struct cd_wire *w);
/* A question that was counted in `asked` has its answer. */
void cd_control_answered(struct cd_engine *e, const coodie_error *err);
/* Whether the server did not like what it was asked. */
bool cd_control_is_refused(const coodie_error *err);
/* The hosts may have changed: who leads reads them in a while. */
void cd_control_want_topology(struct cd_engine *e);
/* Where clients find the hosts may have changed: it is read in a while. */
void cd_control_want_routes(struct cd_engine *e);

/* This connection has the role from now on. */
void cd_control_take(struct cd_engine *e, struct cd_wire *w);
/* The one that had it has not any more. */
void cd_control_lost(struct cd_engine *e);
/* The newest attempt of the round; NULL: none. */
const struct cd_wire *cd_control_dialing(const struct cd_engine *e);
/* `next` has come. */
void cd_control_next(struct cd_engine *e);
/* An attempt of the round stands, or has failed. */
void cd_control_dialed(struct cd_engine *e, struct cd_wire *w);
void cd_control_dial_failed(struct cd_engine *e, struct cd_wire *w, const coodie_error *why);
/* The contact point whose turn it is has addresses, or (`why`) none. */
void cd_control_looked_up(struct cd_engine *e, const coodie_error *why);
/* EVENT (v4 section 4.2.6). */
void cd_control_event(struct cd_engine *e, struct cd_wire *w, const cql_envelope *event);

#endif
