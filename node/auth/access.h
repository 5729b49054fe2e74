/* SPDX-License-Identifier: MIT */
/* Who may do what. Where roles do not count, and for the node itself, everything may be done. */
#ifndef NODE_ACCESS_H
#define NODE_ACCESS_H

#include "node/auth/resource.h"
#include "node/server/request.h"

struct nd_plan;

/* Whether the keyspace is one of the system's: `local` is for those that are not replicated. */
bool nd_is_system_keyspace(const char *keyspace);
bool nd_is_local_system_keyspace(const char *keyspace);
bool nd_is_replicated_system_keyspace(const char *keyspace);

/* Whether the client is a superuser; false where roles do not count. */
bool nd_access_is_super(struct nd_request *x);
/* Whether the client may, by a permission on the resource or on what it belongs to. */
bool nd_access_has(struct nd_request *x, enum nd_permission p, const struct nd_resource *r);
/* The same, or refuses: "User x has no ...". */
bool nd_access_need(struct nd_request *x, enum nd_permission p, const struct nd_resource *r);
/* What a plan about tables takes; others look after themselves. False: refused. */
bool nd_access_check(const struct nd_plan *plan, struct nd_request *x);

/* Who makes something may do everything with it. False: no memory. */
bool nd_access_created(struct nd_request *x, const struct nd_resource *r);
/* What is gone is nobody's, with all that belongs to it. */
bool nd_access_dropped(struct nd_request *x, const struct nd_resource *r);

#endif
