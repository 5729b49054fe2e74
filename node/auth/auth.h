/* SPDX-License-Identifier: MIT */
/* Statements about roles and permissions: what they share. */
#ifndef NODE_AUTH_H
#define NODE_AUTH_H

#include "base/buffer.h"
#include "node/auth/access.h"
#include "node/plan/plan.h"

/* A statement while it runs. */
struct nd_auth {
	const struct nd_statement *statement;
	struct nd_request *x;
	struct nd_resource on; /* GRANT, REVOKE, LIST: with its keyspace */
};

/* A step of a statement; false: refused. */
typedef bool nd_auth_fn(struct nd_auth *a);

/* Cassandra's three steps: whether the client may, whether what it says is right (PREPARE asks that
 * too), and doing it. */
struct nd_auth_steps {
	nd_auth_fn *authorize; /* NULL: everybody may */
	nd_auth_fn *validate;
	nd_auth_fn *execute;
};
extern const struct nd_auth_steps nd_auth_create_role, nd_auth_alter_role, nd_auth_drop_role,
	nd_auth_grant_role, nd_auth_revoke_role, nd_auth_grant, nd_auth_revoke, nd_auth_list_roles,
	nd_auth_list_users, nd_auth_list_permissions, nd_auth_add_identity, nd_auth_drop_identity;

/* INVALID or UNAUTHORIZED, with any text; false. */
bool nd_auth_refuse(struct nd_auth *a, enum nd_code code, const char *format, ...)
	COODIE_PRINTF(3, 4);
/* Whether somebody is logged in, or refuses. */
bool nd_auth_need_login(struct nd_auth *a);
bool nd_auth_role_exists(struct nd_auth *a, const char *role);
/* The permission on a role (NULL: on all), or a refusal that says no more than that. */
bool nd_auth_need_on_role(struct nd_auth *a, enum nd_permission p, const char *role);
/* Whether the resource is there. */
bool nd_auth_exists(struct nd_auth *a, const struct nd_resource *r);

/* ---- rows (auth_rows.c) ------------------------------------------------------------------------- */

struct nd_auth_column {
	const char *name;
	enum cql_kind kind; /* MAP: of texts */
};

struct nd_auth_rows {
	struct nd_auth *auth;
	struct cd_buffer cells;
	uint32_t count;
};

void nd_auth_rows_begin(struct nd_auth_rows *r, struct nd_auth *a);
void nd_auth_put_text(struct nd_auth_rows *r, const char *text);
void nd_auth_put_flag(struct nd_auth_rows *r, bool flag);
/* A map without entries. */
void nd_auth_put_nothing(struct nd_auth_rows *r);
/* Makes them the answer. */
bool nd_auth_rows_end(struct nd_auth_rows *r, const char *table,
		      const struct nd_auth_column *columns, uint32_t count);

#endif
