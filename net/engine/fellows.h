/* SPDX-License-Identifier: MIT */
/* What the engines of one session tell each other. One of them leads: it has the control connection,
 * reads topology and schema, and hears events. The others follow: they take over its snapshots, and
 * connect by themselves, but ask nothing. */
#ifndef NET_FELLOWS_H
#define NET_FELLOWS_H

#include <coodie/message.h>
#include <coodie/metadata.h>

struct cd_engine;
struct cd_routing;

/* Runs on the loop that is told. */
typedef void cd_news_fn(struct cd_engine *e, const void *data);

/* How others are reached; called on the loop of who tells. */
struct cd_fellows {
	void *state;
	/* there is a newer snapshot, for all */
	void (*publish)(void *state, coodie_metadata *md);
	/* `fn` is to run on the others' loops with a copy of `data`; they may miss it */
	void (*tell)(void *state, cd_news_fn *fn, const void *data, size_t len);
	/* the one that leads is to connect */
	void (*call)(void *state);
};

/* ---- who tells: without fellows, nobody -------------------------------------------------------- */

void cd_fellows_publish(struct cd_engine *e);
/* A node is said to be up. */
void cd_fellows_tell_up(struct cd_engine *e, const cql_inet *address, uint16_t port);
void cd_fellows_tell_change(struct cd_engine *e, const cql_schema_change *change);
void cd_fellows_tell_tablet(struct cd_engine *e, const struct cd_routing *routing,
			    const cql_tablet *tablet);
/* No node can be connected to. */
void cd_fellows_tell_hopeless(struct cd_engine *e, const coodie_error *why);
/* Somebody has to read the topology. */
void cd_fellows_call(struct cd_engine *e);

/* ---- who is told -------------------------------------------------------------------------------- */

/* Takes over a snapshot. */
void cd_fellows_follow(struct cd_engine *e, coodie_metadata *take_md);
/* Once more, what there was no memory for. */
void cd_fellows_follow_again(struct cd_engine *e);
/* It is to be connected, and to stay so. */
void cd_fellows_lead(struct cd_engine *e);
/* Something was told that did not get through. */
void cd_fellows_missed(struct cd_engine *e);

#endif
