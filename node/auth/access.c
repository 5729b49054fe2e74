/* SPDX-License-Identifier: MIT */
/* Permissions asked for, as Cassandra's ClientState asks. */
#include "node/auth/access.h"

#include <string.h>

#include "node/auth/grant.h"
#include "node/auth/role.h"
#include "node/plan/batch.h"

/* ---- the system's keyspaces ---------------------------------------------------------------------- */

static bool is_in(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool nd_is_local_system_keyspace(const char *keyspace)
{
	static const char *const names[] = { "system", "system_schema", "system_views",
					     "system_virtual_schema" };

	return is_in(keyspace, names, sizeof names / sizeof names[0]);
}

bool nd_is_replicated_system_keyspace(const char *keyspace)
{
	static const char *const names[] = { "system_auth", "system_distributed", "system_traces" };

	return is_in(keyspace, names, sizeof names / sizeof names[0]);
}

bool nd_is_system_keyspace(const char *keyspace)
{
	return nd_is_local_system_keyspace(keyspace) || nd_is_replicated_system_keyspace(keyspace);
}

/* What everybody may read, because drivers do. */
static bool is_readable(const struct nd_resource *r)
{
	static const struct {
		const char *keyspace, *table; /* NULL: all of them */
	} readable[] = {
		{ "system", "local" },
		{ "system", "peers" },
		{ "system", "peers_v2" },
		{ "system", "size_estimates" },
		{ "system", "table_estimates" },
		{ "system_schema", NULL },
		{ "system_traces", "events" },
		{ "system_traces", "sessions" },
		{ "system_virtual_schema", NULL },
	};

	for (size_t i = 0; r->kind == ND_TABLE && i < sizeof readable / sizeof readable[0]; i++)
		if (strcmp(readable[i].keyspace, r->keyspace) == 0 &&
		    (!readable[i].table || strcmp(readable[i].table, r->name) == 0))
			return true;
	return false;
}

/* ---- asking -------------------------------------------------------------------------------------- */

static bool is_free(const struct nd_request *x)
{
	return !x->db->has_roles || !x->role;
}

bool nd_access_is_super(struct nd_request *x)
{
	return x->db->has_roles && (!x->role || nd_role_is_super(x, x->role));
}

/* All that some role may do with this very resource. */
static nd_permissions granted_to(struct nd_request *x, const struct nd_roles *roles,
				 const struct nd_resource *r)
{
	nd_permissions all = 0;

	for (uint32_t i = 0; i < roles->count; i++)
		all |= roles->at[i].is_super ? ND_ALL_PERMISSIONS
					     : nd_granted(x, roles->at[i].name, r);
	return all;
}

bool nd_access_has(struct nd_request *x, enum nd_permission p, const struct nd_resource *r)
{
	struct nd_resource at = *r;
	struct nd_roles roles;

	if (is_free(x))
		return true;
	if (!nd_roles_of(x, x->role, true, &roles))
		return false;
	do {
		if (granted_to(x, &roles, &at) >> p & 1)
			return true;
		/* nobody comes to the system's tables by all keyspaces */
	} while (nd_resource_parent(&at) &&
		 !(at.kind == ND_ALL_KEYSPACES && nd_is_system_keyspace(r->keyspace)));
	return false;
}

bool nd_access_need(struct nd_request *x, enum nd_permission p, const struct nd_resource *r)
{
	char text[ND_RESOURCE_MOST];

	if (nd_access_has(x, p, r))
		return true;
	nd_resource_text(r, text);
	return nd_refuse(&x->problem, ND_UNAUTHORIZED,
			 "User %s has no %s permission on %s or any of its parents", x->role,
			 nd_permission_name(p), text);
}

/* ---- plans about tables -------------------------------------------------------------------------- */

static bool need_on(struct nd_request *x, enum nd_permission p, const struct nd_table *t)
{
	struct nd_resource r = { ND_TABLE, t->keyspace->name, t->name };

	return (p == ND_MAY_SELECT && is_readable(&r)) || nd_access_need(x, p, &r);
}

/* A write reads what its views need, and writes them. */
static bool check_views(struct nd_request *x, const struct nd_table *t)
{
	const struct nd_keyspace *k = t->keyspace;

	for (uint32_t i = 0; i < k->table_count; i++) {
		const struct nd_table *view = k->tables[i];
		if (view->view && view->view->base == t &&
		    (!need_on(x, ND_MAY_SELECT, t) || !need_on(x, ND_MAY_MODIFY, view)))
			return false;
	}
	return true;
}

bool nd_access_check(const struct nd_plan *plan, struct nd_request *x)
{
	const struct nd_table *t = plan->table;

	if (is_free(x))
		return true;
	if (plan->statement && plan->statement->kind == ND_BATCH)
		return nd_batch_may_run(plan, x);
	if (!t)
		return true;
	if (!plan->is_write)
		return need_on(x, ND_MAY_SELECT, t->view ? t->view->base : t);
	return need_on(x, ND_MAY_MODIFY, t) &&
	       (!plan->is_conditional || need_on(x, ND_MAY_SELECT, t)) && check_views(x, t);
}

/* ---- what comes and goes ------------------------------------------------------------------------- */

bool nd_access_created(struct nd_request *x, const struct nd_resource *r)
{
	nd_permissions changed;

	return is_free(x) || nd_grant(x, x->role, r, nd_resource_permissions(r), &changed);
}

static bool drop_keyspace(struct nd_request *x, const char *keyspace)
{
	struct nd_grants all = { NULL, 0 };

	if (!nd_grants_read(x, NULL, &all))
		return false;
	for (uint32_t i = 0; i < all.count; i++)
		if (all.at[i].on.keyspace && strcmp(all.at[i].on.keyspace, keyspace) == 0 &&
		    !nd_revoke_all_on(x, &all.at[i].on))
			return false;
	return true;
}

bool nd_access_dropped(struct nd_request *x, const struct nd_resource *r)
{
	if (!x->db->has_roles)
		return true;
	return r->kind == ND_KEYSPACE ? drop_keyspace(x, r->keyspace) : nd_revoke_all_on(x, r);
}
