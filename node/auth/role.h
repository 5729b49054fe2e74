/* SPDX-License-Identifier: MIT */
/* Roles as system_auth keeps them: attributes in `roles`, who belongs to whom in `role_members` too,
 * identities. All that is read lives in the request's arena. */
#ifndef NODE_ROLE_H
#define NODE_ROLE_H

#include "node/server/request.h"

struct nd_role {
	const char *name;
	bool is_super, can_login;
	const char *hash; /* of its password; NULL: it has none */
	const char **member_of;
	uint32_t member_of_count;
};

struct nd_roles {
	struct nd_role *at;
	uint32_t count;
};

/* False: there is no such role, or (the request's problem) no memory. */
bool nd_role_find(struct nd_request *x, const char *name, struct nd_role *out);
/* All of them, by name. False: no memory. */
bool nd_roles_all(struct nd_request *x, struct nd_roles *out);
/* The role and those it was granted, with theirs too when `recursive`, by name. */
bool nd_roles_of(struct nd_request *x, const char *name, bool recursive, struct nd_roles *out);
const struct nd_role *nd_roles_find(const struct nd_roles *roles, const char *name);
/* Whether it, or one it was granted, is a superuser. */
bool nd_role_is_super(struct nd_request *x, const char *name);

/* What a statement says of a role; NULL: nothing. */
struct nd_role_change {
	const char *role;
	const bool *can_login, *is_super;
	const char *hash;
};

/* Writing. False: no memory. */
bool nd_role_create(struct nd_request *x, const struct nd_role_change *change);
bool nd_role_alter(struct nd_request *x, const struct nd_role_change *change);
/* Its members do not belong to it any more, nor it to others; its identities go with it. */
bool nd_role_drop(struct nd_request *x, const char *name);
bool nd_role_join(struct nd_request *x, const char *role, const char *member);
bool nd_role_leave(struct nd_request *x, const char *role, const char *member);
/* Nobody may come from elsewhere: 5.0 writes that down for every new role. */
bool nd_role_allow_cidrs(struct nd_request *x, const char *role);

/* The role of an identity; NULL: there is none. */
const char *nd_identity_role(struct nd_request *x, const char *identity);
/* `role` NULL: it is no more. */
bool nd_identity_set(struct nd_request *x, const char *identity, const char *role);

/* The first superuser, into a database that has none yet; with `password` NULL it is there, as in
 * Cassandra, and nobody can log in. False: no memory, or no entropy. */
bool nd_roles_begin(struct nd_database *db, const char *name, const char *password);
/* Whether somebody may come in, as LOGIN has it or not. */
bool nd_role_check_password(struct nd_request *x, const char *name, const char *password,
			    size_t len);

#endif
