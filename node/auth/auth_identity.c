/* SPDX-License-Identifier: MIT */
/* ADD IDENTITY and DROP IDENTITY: which role a certificate's identity would have. */
#include "node/auth/auth.h"
#include "node/auth/role.h"

static const struct nd_identity *said(const struct nd_auth *a)
{
	return &a->statement->as.identity;
}

/* ---- ADD ----------------------------------------------------------------------------------------- */

static bool may_add(struct nd_auth *a)
{
	return nd_auth_need_on_role(a, ND_MAY_CREATE, NULL);
}

static bool check_add(struct nd_auth *a)
{
	const struct nd_identity *s = said(a);

	if (!nd_auth_need_login(a))
		return false;
	if (!*s->identity)
		return nd_auth_refuse(a, ND_INVALID, "Key may not be empty");
	if (!nd_auth_role_exists(a, s->role))
		return nd_auth_refuse(a, ND_INVALID,
				      "Can not add identity for non-existent role '%s'", s->role);
	return s->if_not_exists || !nd_identity_role(a->x, s->identity) ||
	       nd_auth_refuse(a, ND_INVALID, "%s already exists", s->identity);
}

static bool add(struct nd_auth *a)
{
	const struct nd_identity *s = said(a);

	return nd_identity_role(a->x, s->identity) || nd_identity_set(a->x, s->identity, s->role);
}

const struct nd_auth_steps nd_auth_add_identity = { may_add, check_add, add };

/* ---- DROP ---------------------------------------------------------------------------------------- */

static bool may_drop(struct nd_auth *a)
{
	return nd_auth_need_on_role(a, ND_MAY_DROP, NULL);
}

static bool check_drop(struct nd_auth *a)
{
	const struct nd_identity *s = said(a);

	return nd_auth_need_login(a) &&
	       (s->if_exists || nd_identity_role(a->x, s->identity) ||
		nd_auth_refuse(a, ND_INVALID, "identity '%s' doesn't exist", s->identity));
}

static bool drop(struct nd_auth *a)
{
	return nd_identity_set(a->x, said(a)->identity, NULL);
}

const struct nd_auth_steps nd_auth_drop_identity = { may_drop, check_drop, drop };
