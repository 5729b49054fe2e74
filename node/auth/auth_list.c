/* SPDX-License-Identifier: MIT */
/* LIST ROLES, LIST USERS and LIST PERMISSIONS. */
#include <stdlib.h>
#include <string.h>

#include "node/auth/auth.h"
#include "node/auth/grant.h"
#include "node/auth/role.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static const struct nd_resource all_roles = { .kind = ND_ALL_ROLES };

static bool check_role(struct nd_auth *a, const char *role)
{
	return !role || nd_auth_role_exists(a, role) ||
	       nd_auth_refuse(a, ND_INVALID, "<role %s> doesn't exist", role);
}

/* ---- roles --------------------------------------------------------------------------------------- */

/* All of them to who may see them, else one's own. */
static bool find_visible(struct nd_auth *a, const struct nd_role_use *s, struct nd_roles *out)
{
	bool recursive = !s->no_recursive;
	struct nd_roles mine;

	if (nd_access_has(a->x, ND_MAY_DESCRIBE, &all_roles))
		return s->grantee ? nd_roles_of(a->x, s->grantee, recursive, out)
				  : nd_roles_all(a->x, out);
	if (!s->grantee)
		return nd_roles_of(a->x, a->x->role, recursive, out);
	if (!nd_roles_of(a->x, a->x->role, true, &mine))
		return false;
	if (nd_roles_find(&mine, s->grantee))
		return nd_roles_of(a->x, s->grantee, recursive, out);
	return nd_auth_refuse(a, ND_UNAUTHORIZED,
			      "You are not authorized to view roles granted to %s ", s->grantee);
}

static bool check_roles(struct nd_auth *a)
{
	return nd_auth_need_login(a) && check_role(a, a->statement->as.role_use.grantee);
}

static bool list_roles(struct nd_auth *a)
{
	static const struct nd_auth_column columns[] = {
		{ "role", CQL_KIND_TEXT },        { "super", CQL_KIND_BOOLEAN },
		{ "login", CQL_KIND_BOOLEAN },    { "options", CQL_KIND_MAP },
		{ "datacenters", CQL_KIND_TEXT },
	};
	struct nd_auth_rows rows;
	struct nd_roles roles;

	if (!find_visible(a, &a->statement->as.role_use, &roles))
		return false;
	nd_auth_rows_begin(&rows, a);
	for (uint32_t i = 0; i < roles.count; i++, rows.count++) {
		nd_auth_put_text(&rows, roles.at[i].name);
		nd_auth_put_flag(&rows, roles.at[i].is_super);
		nd_auth_put_flag(&rows, roles.at[i].can_login);
		nd_auth_put_nothing(&rows);
		nd_auth_put_text(&rows, "ALL");
	}
	return nd_auth_rows_end(&rows, "roles", columns, LENGTH(columns));
}

/* Those that can log in, superusers also by what they were granted. */
static bool list_users(struct nd_auth *a)
{
	static const struct nd_auth_column columns[] = {
		{ "name", CQL_KIND_TEXT },
		{ "super", CQL_KIND_BOOLEAN },
		{ "datacenters", CQL_KIND_TEXT },
	};
	struct nd_auth_rows rows;
	struct nd_roles roles;

	if (!find_visible(a, &a->statement->as.role_use, &roles))
		return false;
	nd_auth_rows_begin(&rows, a);
	for (uint32_t i = 0; i < roles.count; i++) {
		if (!roles.at[i].can_login)
			continue;
		nd_auth_put_text(&rows, roles.at[i].name);
		nd_auth_put_flag(&rows, nd_role_is_super(a->x, roles.at[i].name));
		nd_auth_put_text(&rows, "ALL");
		rows.count++;
	}
	return nd_auth_rows_end(&rows, "users", columns, LENGTH(columns));
}

const struct nd_auth_steps nd_auth_list_roles = { NULL, check_roles, list_roles };
const struct nd_auth_steps nd_auth_list_users = { NULL, check_roles, list_users };

/* ---- permissions --------------------------------------------------------------------------------- */

static bool may_list(struct nd_auth *a, const char *grantee)
{
	struct nd_resource role = { .kind = ND_ROLE, .name = grantee };
	struct nd_roles mine;

	if (nd_access_has(a->x, ND_MAY_DESCRIBE, &all_roles) ||
	    (grantee && nd_access_has(a->x, ND_MAY_DESCRIBE, &role)))
		return true;
	if (grantee && nd_roles_of(a->x, a->x->role, true, &mine) && nd_roles_find(&mine, grantee))
		return true;
	return nd_auth_refuse(a, ND_UNAUTHORIZED, "You are not authorized to view %s's permissions",
			      grantee ? grantee : "everyone");
}

static bool check_list(struct nd_auth *a)
{
	const char *grantee = a->statement->as.grant.grantee;
	char text[ND_RESOURCE_MOST];

	if (!nd_auth_need_login(a))
		return false;
	if (a->on.kind != ND_RESOURCE_NONE && !nd_auth_exists(a, &a->on)) {
		nd_resource_text(&a->on, text);
		return nd_auth_refuse(a, ND_INVALID, "%s doesn't exist", text);
	}
	return check_role(a, grantee);
}

static bool read_grants(struct nd_auth *a, const char *grantee, struct nd_grants *out)
{
	struct nd_roles roles;

	if (!grantee)
		return nd_grants_read(a->x, NULL, out);
	if (!nd_roles_of(a->x, grantee, true, &roles))
		return false;
	for (uint32_t i = 0; i < roles.count; i++)
		if (!nd_grants_read(a->x, roles.at[i].name, out))
			return false;
	return true;
}

/* Whether a grant is on the resource that was asked for, or on one that this belongs to. */
static bool is_asked_for(struct nd_auth *a, const struct nd_granted *g)
{
	struct nd_resource at = a->on;
	char name[ND_RESOURCE_MOST];

	if (at.kind == ND_RESOURCE_NONE)
		return true;
	do {
		nd_resource_name(&at, name);
		if (strcmp(name, g->name) == 0)
			return true;
	} while (!a->statement->as.grant.no_recursive && nd_resource_parent(&at));
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct nd_granted *x = a, *y = b;
	int order = strcmp(x->role, y->role);

	return order ? order : strcmp(x->name, y->name);
}

static void put_grant(struct nd_auth_rows *rows, const struct nd_granted *g, nd_permissions asked)
{
	char text[ND_RESOURCE_MOST];

	nd_resource_text(&g->on, text);
	for (unsigned i = 0; i < ND_PERMISSIONS; i++) {
		if (!(g->permissions & asked & 1u << i))
			continue;
		nd_auth_put_text(rows, g->role);
		nd_auth_put_text(rows, g->role);
		nd_auth_put_text(rows, text);
		nd_auth_put_text(rows, nd_permission_name(i));
		rows->count++;
	}
}

/* No rows: no columns either. */
static bool list_permissions(struct nd_auth *a)
{
	static const struct nd_auth_column columns[] = {
		{ "role", CQL_KIND_TEXT },
		{ "username", CQL_KIND_TEXT },
		{ "resource", CQL_KIND_TEXT },
		{ "permission", CQL_KIND_TEXT },
	};
	const struct nd_grant *s = &a->statement->as.grant;
	struct nd_grants all = { NULL, 0 };
	struct nd_auth_rows rows;

	if (!may_list(a, s->grantee) || !read_grants(a, s->grantee, &all))
		return false;
	if (all.count)
		qsort(all.at, all.count, sizeof *all.at, compare);
	nd_auth_rows_begin(&rows, a);
	for (uint32_t i = 0; i < all.count; i++)
		if (is_asked_for(a, &all.at[i]))
			put_grant(&rows, &all.at[i], s->permissions);
	if (rows.count)
		return nd_auth_rows_end(&rows, "permissions", columns, LENGTH(columns));
	cd_buffer_deinit(&rows.cells);
	return !a->x->problem.happened;
}

const struct nd_auth_steps nd_auth_list_permissions = { NULL, check_list, list_permissions };
