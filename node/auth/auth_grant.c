/* SPDX-License-Identifier: MIT */
/* GRANT and REVOKE of permissions. */
#include <string.h>

#include "node/auth/auth.h"
#include "node/auth/grant.h"

/* Who gives has to have it, and the right to give it. */
static bool may_give(struct nd_auth *a)
{
	nd_permissions permissions = a->statement->as.grant.permissions;

	if (!nd_access_need(a->x, ND_MAY_AUTHORIZE, &a->on))
		return false;
	for (unsigned i = 0; i < ND_PERMISSIONS; i++)
		if (permissions >> i & 1 && !nd_access_need(a->x, i, &a->on))
			return false;
	return true;
}

static bool check(struct nd_auth *a)
{
	const char *grantee = a->statement->as.grant.grantee;
	char text[ND_RESOURCE_MOST];

	if (!nd_auth_need_login(a))
		return false;
	if (!nd_auth_role_exists(a, grantee))
		return nd_auth_refuse(a, ND_INVALID, "Role %s doesn't exist", grantee);
	if (a->on.kind == ND_FUNCTIONS_IN && strcmp(a->on.keyspace, "system") == 0)
		return nd_auth_refuse(a, ND_INVALID,
				      "Altering permissions on builtin functions is not supported");
	nd_resource_text(&a->on, text);
	return nd_auth_exists(a, &a->on) ||
	       nd_auth_refuse(a, ND_INVALID, "Resource %s doesn't exist", text);
}

/* Of the system's keyspaces, the virtual ones apart, little may be given away. */
static bool check_grant(struct nd_auth *a)
{
	const struct nd_keyspace *k = a->on.keyspace && a->on.kind <= ND_TABLE
					      ? nd_schema_keyspace(&a->x->db->schema,
								   a->on.keyspace)
					      : NULL;
	nd_permissions permissions = a->statement->as.grant.permissions;
	nd_permissions harmless = ND_PERMISSION(SELECT) | ND_PERMISSION(DESCRIBE) |
				  ND_PERMISSION(ALTER);

	if (!check(a))
		return false;
	if (!k || k->is_virtual || !nd_is_system_keyspace(k->name) || !(permissions & ~harmless))
		return true;
	return nd_auth_refuse(a, ND_UNAUTHORIZED,
			      "Granting permissions on system keyspaces is strictly limited, this "
			      "operation is not permitted");
}

/* "Role 'x' was already granted SELECT, MODIFY on <table ks.t>" */
static void warn(struct nd_auth *a, const char *verb, nd_permissions of)
{
	char text[ND_RESOURCE_MOST], names[256] = "";

	for (unsigned i = 0; i < ND_PERMISSIONS; i++) {
		if (!(of >> i & 1))
			continue;
		if (*names)
			strcat(names, ", ");
		strcat(names, nd_permission_name(i));
	}
	nd_resource_text(&a->on, text);
	if (of)
		nd_request_warn(a->x, "Role '%s' was %s %s on %s", a->statement->as.grant.grantee,
				verb, names, text);
}

static bool grant(struct nd_auth *a)
{
	const struct nd_grant *s = &a->statement->as.grant;
	nd_permissions changed;

	if (!nd_grant(a->x, s->grantee, &a->on, s->permissions, &changed))
		return false;
	warn(a, "already granted", s->permissions & ~changed);
	return true;
}

static bool revoke(struct nd_auth *a)
{
	const struct nd_grant *s = &a->statement->as.grant;
	nd_permissions changed;

	if (!nd_revoke(a->x, s->grantee, &a->on, s->permissions, &changed))
		return false;
	warn(a, "not granted", s->permissions & ~changed);
	return true;
}

const struct nd_auth_steps nd_auth_grant = { may_give, check_grant, grant };
const struct nd_auth_steps nd_auth_revoke = { may_give, check, revoke };
