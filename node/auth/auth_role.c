/* SPDX-License-Identifier: MIT */
/* CREATE, ALTER and DROP ROLE; GRANT and REVOKE of roles. What is checked in which order is
 * Cassandra's: first whether one may, then what was said, then who is there. */
#include <stdio.h>
#include <string.h>

#include "node/auth/auth.h"
#include "node/auth/bcrypt.h"
#include "node/auth/grant.h"
#include "node/auth/role.h"
#include "node/cluster/system.h"

/* ---- options ------------------------------------------------------------------------------------- */

/* Passwords are known where they are asked for. */
static bool check_supported(struct nd_auth *a, const struct nd_role_def *s)
{
	bool passwords = a->x->db->has_roles;
	const char *option = s->has_options                     ? "OPTIONS"
			     : s->password && !passwords        ? "PASSWORD"
			     : s->hashed_password && !passwords ? "HASHED_PASSWORD"
								: NULL;

	return !option || nd_auth_refuse(a, ND_INVALID,
					 "org.apache.cassandra.auth.CassandraRoleManager doesn't "
					 "support %s",
					 option);
}

static bool check_hash(struct nd_auth *a, const struct nd_role_def *s)
{
	enum nd_bcrypt_form form = s->hashed_password ? nd_bcrypt_form(s->hashed_password)
						      : ND_BCRYPT_GOOD;

	if (form == ND_BCRYPT_NONE)
		return nd_auth_refuse(a, ND_INVALID,
				      "Invalid hashed password value. Please use jBcrypt.");
	return form == ND_BCRYPT_GOOD ||
	       nd_auth_refuse(a, ND_INVALID,
			      "a hash of more than 2^%d rounds is not supported by the node",
			      ND_BCRYPT_MOST);
}

static bool is_data_center(struct nd_auth *a, const char *name)
{
	struct nd_system_node node;

	for (uint32_t i = 0; nd_system_node(a->x, i, &node); i++)
		if (strcmp(node.data_center, name) == 0)
			return true;
	return false;
}

/* The next name in the order of names; NULL: no more. */
static const char *next_name(const char *const *names, uint32_t count, const char *behind)
{
	const char *next = NULL;

	for (uint32_t i = 0; i < count; i++)
		if ((!behind || strcmp(names[i], behind) > 0) &&
		    (!next || strcmp(names[i], next) < 0))
			next = names[i];
	return next;
}

/* "a, b": each once, in order. */
static const char *join(const char *const *names, uint32_t count, char out[512])
{
	const char *name = NULL;
	size_t n = 0;

	*out = '\0';
	while ((name = next_name(names, count, name)) && n < 512) {
		int len = snprintf(out + n, 512 - n, "%s%s", n ? ", " : "", name);
		n += (size_t)len;
	}
	return out;
}

static bool check_access(struct nd_auth *a, const struct nd_role_def *s)
{
	char names[512];

	for (uint32_t i = 0; i < s->datacenter_count; i++)
		if (!is_data_center(a, s->datacenters[i]))
			return nd_auth_refuse(a, ND_INVALID,
					      "Invalid value(s) for DATACENTERS '[%s]',All values "
					      "must be valid datacenters",
					      join(s->datacenters, s->datacenter_count, names));
	return !s->cidr_count ||
	       nd_auth_refuse(a, ND_INVALID,
			      "Invalid CIDR group(s): [%s]. Available CIDR Groups are: []",
			      join(s->cidrs, s->cidr_count, names));
}

static bool check_options(struct nd_auth *a, const struct nd_role_def *s)
{
	return check_supported(a, s) && check_hash(a, s) && check_access(a, s);
}

static bool says_data_centers(const struct nd_role_def *s)
{
	return s->all_datacenters || s->datacenter_count;
}

static bool says_cidrs(const struct nd_role_def *s)
{
	return s->all_cidrs || s->cidr_count;
}

/* `hash` holds what becomes of a password. */
static bool find_change(struct nd_auth *a, const struct nd_role_def *s, char hash[ND_BCRYPT_SIZE],
			struct nd_role_change *out)
{
	*out = (struct nd_role_change){ .role = s->role,
					.can_login = s->has_login ? &s->login : NULL,
					.is_super = s->has_superuser ? &s->superuser : NULL,
					.hash = s->hashed_password };
	if (!s->password)
		return true;
	out->hash = hash;
	return nd_bcrypt_new(s->password, strlen(s->password), hash) ||
	       nd_auth_refuse(a, ND_SERVER_ERROR, "the system has no random bytes to give");
}

/* ---- CREATE -------------------------------------------------------------------------------------- */

static bool may_create(struct nd_auth *a)
{
	const struct nd_role_def *s = &a->statement->as.role;

	return nd_auth_need_on_role(a, ND_MAY_CREATE, NULL) &&
	       (!s->superuser || nd_access_is_super(a->x) ||
		nd_auth_refuse(a, ND_UNAUTHORIZED,
			       "Only superusers can create a role with superuser status"));
}

static bool check_create(struct nd_auth *a)
{
	const struct nd_role_def *s = &a->statement->as.role;

	if (!check_options(a, s))
		return false;
	if (!*s->role)
		return nd_auth_refuse(a, ND_INVALID, "Role name can't be an empty string");
	return nd_auth_need_login(a) &&
	       (s->if_not_exists || !nd_auth_role_exists(a, s->role) ||
		nd_auth_refuse(a, ND_INVALID, "%s already exists", s->role));
}

static bool create(struct nd_auth *a)
{
	static const bool no = false;
	const struct nd_role_def *s = &a->statement->as.role;
	struct nd_resource made = { .kind = ND_ROLE, .name = s->role };
	struct nd_role_change change;
	char hash[ND_BCRYPT_SIZE];

	if (nd_auth_role_exists(a, s->role))
		return true;
	if (!find_change(a, s, hash, &change))
		return false;
	change.can_login = change.can_login ? change.can_login : &no;
	change.is_super = change.is_super ? change.is_super : &no;
	return nd_role_create(a->x, &change) && nd_role_allow_cidrs(a->x, s->role) &&
	       nd_access_created(a->x, &made);
}

const struct nd_auth_steps nd_auth_create_role = { may_create, check_create, create };

/* ---- ALTER --------------------------------------------------------------------------------------- */

static bool refuse_right(struct nd_auth *a, const char *text)
{
	return nd_auth_refuse(a, ND_UNAUTHORIZED, "%s", text);
}

static bool belongs_to(struct nd_auth *a, const char *role)
{
	struct nd_roles mine;

	return a->x->role && nd_roles_of(a->x, a->x->role, true, &mine) &&
	       nd_roles_find(&mine, role);
}

/* Of oneself the password alone. */
static bool may_alter_self(struct nd_auth *a, const struct nd_role_def *s)
{
	const char *option = s->has_login ? "LOGIN" : s->has_options ? "OPTIONS" : NULL;

	return !option ||
	       nd_auth_refuse(a, ND_UNAUTHORIZED, "You aren't allowed to alter %s", option);
}

static bool may_alter(struct nd_auth *a)
{
	const struct nd_role_def *s = &a->statement->as.role;
	bool is_super = nd_access_is_super(a->x);

	if (s->has_superuser && belongs_to(a, s->role))
		return refuse_right(a, "You aren't allowed to alter your own superuser status or "
				       "that of a role granted to you");
	if (s->has_superuser && !is_super)
		return refuse_right(a, "Only superusers are allowed to alter superuser status");
	if (says_data_centers(s) && !is_super)
		return refuse_right(a,
				    "Only superusers are allowed to alter access to datacenters.");
	if (says_cidrs(s) && !is_super)
		return refuse_right(a, "Only superusers are allowed to alter access from CIDR "
				       "groups.");
	if (is_super)
		return true;
	if (a->x->role && strcmp(a->x->role, s->role) == 0)
		return may_alter_self(a, s);
	return nd_auth_need_on_role(a, ND_MAY_ALTER, s->role);
}

static bool is_empty(const struct nd_role_def *s)
{
	return !s->password && !s->hashed_password && !s->has_login && !s->has_superuser &&
	       !s->has_options && !says_data_centers(s) && !says_cidrs(s);
}

static bool check_alter(struct nd_auth *a)
{
	const struct nd_role_def *s = &a->statement->as.role;

	if (!check_options(a, s))
		return false;
	if (is_empty(s))
		return nd_auth_refuse(a, ND_INVALID, "ALTER [ROLE|USER] can't be empty");
	return nd_auth_need_login(a) &&
	       (s->if_exists || nd_auth_role_exists(a, s->role) ||
		nd_auth_refuse(a, ND_INVALID, "Role %s doesn't exist", s->role));
}

static bool alter(struct nd_auth *a)
{
	const struct nd_role_def *s = &a->statement->as.role;
	struct nd_role_change change;
	char hash[ND_BCRYPT_SIZE];

	if (!nd_auth_role_exists(a, s->role))
		return true;
	if (!find_change(a, s, hash, &change) || !nd_role_alter(a->x, &change))
		return false;
	return !says_data_centers(s) ||
	       nd_auth_refuse(a, ND_INVALID,
			      "ACCESS TO DATACENTERS operations not supported by "
			      "AllowAllNetworkAuthorizer");
}

const struct nd_auth_steps nd_auth_alter_role = { may_alter, check_alter, alter };

/* ---- DROP ---------------------------------------------------------------------------------------- */

static bool may_drop(struct nd_auth *a)
{
	const char *role = a->statement->as.role_use.role;

	if (!nd_auth_need_on_role(a, ND_MAY_DROP, role))
		return false;
	return !a->x->db->has_roles || !nd_role_is_super(a->x, role) || nd_access_is_super(a->x) ||
	       refuse_right(a, "Only superusers can drop a role with superuser status");
}

static bool check_drop(struct nd_auth *a)
{
	const struct nd_role_use *s = &a->statement->as.role_use;

	if (!nd_auth_need_login(a))
		return false;
	if (!s->if_exists && !nd_auth_role_exists(a, s->role))
		return nd_auth_refuse(a, ND_INVALID, "%s doesn't exist", s->role);
	return !a->x->role || strcmp(a->x->role, s->role) != 0 ||
	       nd_auth_refuse(a, ND_INVALID, "Cannot DROP primary role for current login");
}

static bool drop(struct nd_auth *a)
{
	const char *role = a->statement->as.role_use.role;
	struct nd_resource gone = { .kind = ND_ROLE, .name = role };

	return nd_role_drop(a->x, role) && nd_revoke_all_from(a->x, role) &&
	       nd_access_dropped(a->x, &gone);
}

const struct nd_auth_steps nd_auth_drop_role = { may_drop, check_drop, drop };

/* ---- GRANT and REVOKE ---------------------------------------------------------------------------- */

static bool need_role(struct nd_auth *a, const char *role)
{
	return nd_auth_role_exists(a, role) ||
	       nd_auth_refuse(a, ND_INVALID, "%s doesn't exist", role);
}

static bool may_manage(struct nd_auth *a)
{
	return nd_auth_need_on_role(a, ND_MAY_AUTHORIZE, a->statement->as.role_use.role);
}

static bool check_roles(struct nd_auth *a)
{
	const struct nd_role_use *s = &a->statement->as.role_use;

	return nd_auth_need_login(a) && need_role(a, s->role) && need_role(a, s->grantee);
}

static bool is_member(struct nd_auth *a, const char *member, const char *role, bool recursive)
{
	struct nd_roles roles;

	return nd_roles_of(a->x, member, recursive, &roles) && nd_roles_find(&roles, role);
}

static bool grant(struct nd_auth *a)
{
	const struct nd_role_use *s = &a->statement->as.role_use;

	if (is_member(a, s->grantee, s->role, true))
		return nd_auth_refuse(a, ND_INVALID, "%s is a member of %s", s->grantee, s->role);
	if (is_member(a, s->role, s->grantee, true))
		return nd_auth_refuse(a, ND_INVALID, "%s is a member of %s", s->role, s->grantee);
	return nd_role_join(a->x, s->role, s->grantee);
}

static bool revoke(struct nd_auth *a)
{
	const struct nd_role_use *s = &a->statement->as.role_use;

	if (!is_member(a, s->grantee, s->role, false))
		return nd_auth_refuse(a, ND_INVALID, "%s is not a member of %s", s->grantee,
				      s->role);
	return nd_role_leave(a->x, s->role, s->grantee);
}

const struct nd_auth_steps nd_auth_grant_role = { may_manage, check_roles, grant };
const struct nd_auth_steps nd_auth_revoke_role = { may_manage, check_roles, revoke };
