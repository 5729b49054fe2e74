/* SPDX-License-Identifier: MIT */
/* The pool of a host: which connection a request takes, and when which ones are opened. */
#ifndef NET_POOL_H
#define NET_POOL_H

#include "net/engine/host.h"

/* The least busy connection with room: of the shard (-1: of any), else of the host's others. NULL:
 * none has room. */
struct cd_wire *cd_pool_pick(const struct cd_host *h, int32_t shard);
/* Opens what is missing, as the pace allows; comes by again when it must. */
void cd_pool_fill(struct cd_host *h);
/* A request would go to it: a lazy pool is opened now. */
void cd_pool_want(struct cd_host *h);
/* Whether nothing is to be waited for: it has all of its connections, or none can be had. */
bool cd_pool_is_open(const struct cd_host *h);
/* There should be more of them, or fewer: those too many end with their last answer. */
void cd_pool_resize(struct cd_host *h);
/* A connection of the host is up: it gets its place, or is given up where there are enough. */
void cd_pool_take(struct cd_host *h, struct cd_wire *w);
/* The same for one that was not opened for the pool, and is no stranger: it is of the host from now on. */
void cd_pool_adopt(struct cd_host *h, struct cd_wire *w);
/* The server says that it is another host (S15): addresses have been swapped, or are translated wrongly. */
bool cd_pool_is_stranger(const struct cd_host *h, const struct cd_wire *w);
/* It is of use no more, whatever the reason. */
void cd_pool_drop(struct cd_host *h, struct cd_wire *w);
/* One that stood was lost. Others follow: at once when it had lived, else after a pause. */
void cd_pool_lost(struct cd_host *h, const struct cd_wire *w);
/* Opening one came to nothing. */
void cd_pool_failed(struct cd_host *h, const struct cd_wire *w, const coodie_error *why);
/* Forgets how often it failed: something says that the host lives. */
void cd_pool_hurry(struct cd_host *h);

#endif
