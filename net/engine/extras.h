/* SPDX-License-Identifier: MIT */
/* What few requests have besides: a custom payload, the context of a tracing hook, attempts that came to
 * nothing. Requests without (`extras` is NULL) know nothing of it. */
#ifndef NET_EXTRAS_H
#define NET_EXTRAS_H

#include "net/engine/request.h"
#include "net/result/history.h"

struct cd_engine;
struct cd_outbox;

/* In the arena of the request. */
struct cd_extras {
	struct cd_piece payload; /* a [bytes map] as it goes on the wire; of length 0: none */
	void *context;           /* what the hook wants to be told with each attempt; NULL: none */
	struct cd_history_notes notes;
};

/* Whether its custom payload makes sense, if it has one. */
bool cd_extras_check(const coodie_request *o, coodie_error *err);
/* A request that is submitted has a payload, or may get one by the hook. `cql` NULL: a batch. */
bool cd_extras_adorn(struct cd_engine *e, struct cd_request *r, const char *cql,
		     const coodie_request *o, coodie_error *err);
/* A PREPARE goes with the payload of the request that waits for it. */
bool cd_extras_lend(struct cd_request *load, const struct cd_request *r);
/* Whatever is begun next in the outbox gets the payload of the request, until this is called with
 * NULL. */
void cd_extras_dress(struct cd_outbox *out, const struct cd_request *r);

/* An attempt came to nothing: its request may still come to a result. Without memory that result will
 * not tell. */
void cd_extras_note(struct cd_engine *e, const struct cd_attempt *a, const coodie_error *err);
/* It is tried with a lower consistency from now on. */
void cd_extras_downgraded(struct cd_request *r, cql_consistency before);
/* The result of a request with extras is told what came before it. */
void cd_extras_tell(struct cd_engine *e, struct cd_request *r);

#endif
