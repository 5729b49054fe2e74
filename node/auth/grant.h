/* SPDX-License-Identifier: MIT */
/* Which role may do what: role_permissions of system_auth, and its index by resource. */
#ifndef NODE_GRANT_H
#define NODE_GRANT_H

#include "node/auth/resource.h"
#include "node/server/request.h"

/* What was granted to this very role on this very resource. */
nd_permissions nd_granted(struct nd_request *x, const char *role, const struct nd_resource *r);
/* Both give what has changed by it. False: no memory. */
bool nd_grant(struct nd_request *x, const char *role, const struct nd_resource *r,
	      nd_permissions permissions, nd_permissions *changed);
bool nd_revoke(struct nd_request *x, const char *role, const struct nd_resource *r,
	       nd_permissions permissions, nd_permissions *changed);
/* Everything of a role, and everything on a resource. */
bool nd_revoke_all_from(struct nd_request *x, const char *role);
bool nd_revoke_all_on(struct nd_request *x, const struct nd_resource *r);

/* One row of the table. */
struct nd_granted {
	const char *role, *name; /* of the resource, as the table has it */
	struct nd_resource on;
	nd_permissions permissions;
};

struct nd_grants {
	struct nd_granted *at;
	uint32_t count;
};

/* Appends those of one role, or (NULL) of all. False: no memory. */
bool nd_grants_read(struct nd_request *x, const char *role, struct nd_grants *out);

#endif
