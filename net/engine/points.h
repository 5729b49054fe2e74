/* SPDX-License-Identifier: MIT */
/* The contact points of a round: each is looked up when its turn comes, anew in every round, and all
 * of its addresses are tried. */
#ifndef NET_POINTS_H
#define NET_POINTS_H

#include "net/dns/addresses.h"
#include "net/dns/resolver.h"
#include "net/engine/wire.h"

/* Zeroed: at the beginning of a round. */
struct cd_points {
	size_t first; /* the contact point that is the first one */
	size_t done;  /* how many were tried to the end, from there on */
	struct cd_lookup lookup;
	struct cd_addresses found; /* of the one whose turn it is */
	size_t at;                 /* the next of them */
	bool looked_up;
};

enum cd_points_next {
	CD_POINTS_READY,  /* here it is */
	CD_POINTS_WAIT,   /* it is being looked up: cd_control_looked_up() will be called */
	CD_POINTS_NONE,   /* there are no more */
	CD_POINTS_FAILED, /* this one is of no use: pass it */
};

/* Puts them into any order, once and for all (N14). */
void cd_points_shuffle(struct cd_engine *e);
/* Where to connect to: address and name of `d` are set. */
enum cd_points_next cd_points_next(struct cd_engine *e, struct cd_dial *d, coodie_error *err);
/* What came last is passed over. */
void cd_points_pass(struct cd_engine *e);
/* Begins anew, from the same contact point. A look-up ends. */
void cd_points_reset(struct cd_engine *e);
/* The name that is being looked up; NULL: none. */
const char *cd_points_looking_up(const struct cd_engine *e);

#endif
