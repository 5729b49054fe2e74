/* SPDX-License-Identifier: MIT */
/* A node of the cluster on one loop: where it is connected to, and its pool of connections, by
 * shard. */
#ifndef NET_HOST_H
#define NET_HOST_H

#include <coodie/host.h>

#include "net/engine/wire.h"
#include "net/metrics/log.h"
#include "net/policy/backoff.h"
#include "net/policy/limit.h"
#include "net/policy/pacer.h"

/* The connections of one shard; a host without shards has one of these. */
struct cd_shard {
	struct cd_wire **wires; /* that are up */
	uint32_t count, room;
	uint32_t opening;
};

struct cd_host {
	struct cd_engine *engine;
	uint32_t slot;
	bool leaving; /* removed: nothing is opened any more */
	bool asked;   /* a request has come to it, or a connection: lazy pools are opened then */
	bool told_added, told_up; /* to the user: net/engine/events.c */
	bool plain_only; /* the shard-aware port led to wrong shards: not used for a while */
	struct cd_address address;
	char *name;         /* what its certificate is checked against */
	bool by_number;     /* that is its address, or what this was found to be called */
	bool named;         /* its name has been looked up; by option `resolve_names` */
	uint32_t nr_shards; /* 0: not sharded, or not known yet */
	uint8_t ignore_msb;
	uint16_t shard_port;     /* of our kind (plain or TLS); 0: none */
	uint16_t next_port;      /* where to look for a source port */
	struct cd_shard *shards; /* shard_count of them: 1 or nr_shards */
	uint32_t shard_count;
	uint32_t up, opening;      /* connections */
	uint32_t spare;            /* ballast: of shards that have enough */
	struct cd_backoff backoff; /* failures in a row */
	bool convicted;            /* they make it count as down */
	struct cd_backoff deaths;  /* connections that stood, and did not live long, in a row */
	uint64_t paused_until;     /* after the last failure */
	struct cd_pacer_host pacer;
	uint64_t plain_until;     /* with plain_only */
	struct cd_limit limit;    /* of requests in flight */
	struct cd_deadline retry; /* when its pool is looked at again */
	struct cd_log_limits said;
	coodie_host *view;        /* what policies see: an element of the table's `views` */
};

/* The hosts of an engine, by slot: the slots of its topology. */
struct cd_hosts {
	struct cd_host **at; /* NULL: an empty slot */
	coodie_host *views;  /* by slot too; `size` 0: an empty slot */
	uint32_t room;       /* of both */
	uint32_t count;      /* hosts */
	uint32_t up;         /* connections that are up, of all hosts */
	uint32_t opening;
};

/* The host of a slot, made if there is none. NULL: out of memory. */
struct cd_host *cd_host_add(struct cd_engine *e, uint32_t slot, const struct cd_address *address,
			    const char *name, coodie_error *err);
/* Forgets it: its connections drain, those that are being opened are closed. */
void cd_host_remove(struct cd_host *h);
void cd_hosts_deinit(struct cd_engine *e);
/* Nobody asks it any more: its connections end, but the one that has the control role. */
void cd_host_ignore(struct cd_host *h);
/* Its certificate is checked against this name from now on. False: no memory, and it has the old one. */
bool cd_host_rename(struct cd_host *h, const char *name);
/* What its address is called; NULL: it has no name. */
void cd_host_named(struct cd_host *h, const char *name);
/* Moves it to another address: new connections go there, old ones drain. */
void cd_host_move(struct cd_host *h, const struct cd_address *address);

static inline struct cd_host *cd_host_at(const struct cd_hosts *t, uint32_t slot)
{
	return slot < t->room ? t->at[slot] : NULL;
}

#endif
