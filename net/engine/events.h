/* SPDX-License-Identifier: MIT */
/* Changes of nodes and schema, kept until the turn is over, then told to the user who asked for it. */
#ifndef NET_EVENTS_H
#define NET_EVENTS_H

#include <stdbool.h>

#include <coodie/message.h>

struct cd_engine;
struct cd_event_note;
struct cd_host;

struct cd_events {
	bool due; /* there may be something to tell */
	struct cd_event_note *first, *last;
	uint32_t schema_count; /* of them, changes of the schema */
	bool has_all;          /* one of those says that anything may have changed */
};

void cd_events_deinit(struct cd_engine *e);
/* Hosts came, or are up or down: they are compared with what was told. */
void cd_events_hosts(struct cd_engine *e);
/* It goes. */
void cd_events_removed(struct cd_engine *e, const struct cd_host *h);
/* NULL: nobody knows what has changed. */
void cd_events_schema(struct cd_engine *e, const cql_schema_change *change);
/* What follows every event of the loop, when `due`. The engine may be freed meanwhile. */
void cd_events_tell(struct cd_engine *e);

#endif
