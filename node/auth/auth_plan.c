/* SPDX-License-Identifier: MIT */
/* Plans of statements about roles and permissions: nearly all is checked when they run. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node/auth/auth.h"
#include "node/auth/role.h"

static const struct nd_auth_steps *const kinds[ND_STATEMENT_KINDS] = {
	[ND_CREATE_ROLE] = &nd_auth_create_role,
	[ND_ALTER_ROLE] = &nd_auth_alter_role,
	[ND_DROP_ROLE] = &nd_auth_drop_role,
	[ND_LIST_ROLES] = &nd_auth_list_roles,
	[ND_LIST_USERS] = &nd_auth_list_users,
	[ND_GRANT_ROLE] = &nd_auth_grant_role,
	[ND_REVOKE_ROLE] = &nd_auth_revoke_role,
	[ND_GRANT] = &nd_auth_grant,
	[ND_REVOKE] = &nd_auth_revoke,
	[ND_LIST_PERMISSIONS] = &nd_auth_list_permissions,
	[ND_ADD_IDENTITY] = &nd_auth_add_identity,
	[ND_DROP_IDENTITY] = &nd_auth_drop_identity,
};

/* ---- for the kinds ------------------------------------------------------------------------------- */

bool nd_auth_refuse(struct nd_auth *a, enum nd_code code, const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return nd_refuse(&a->x->problem, (int32_t)code, "%s", message);
}

bool nd_auth_need_login(struct nd_auth *a)
{
	return a->x->db->has_roles ||
	       nd_auth_refuse(a, ND_UNAUTHORIZED,
			      "You have to be logged in and not anonymous to perform this request");
}

bool nd_auth_role_exists(struct nd_auth *a, const char *role)
{
	struct nd_role found;

	return nd_role_find(a->x, role, &found);
}

bool nd_auth_need_on_role(struct nd_auth *a, enum nd_permission p, const char *role)
{
	struct nd_resource r = { .kind = role ? ND_ROLE : ND_ALL_ROLES, .name = role };

	return nd_access_has(a->x, p, &r) ||
	       nd_auth_refuse(a, ND_UNAUTHORIZED,
			      "User %s does not have sufficient privileges to perform the "
			      "requested operation",
			      a->x->role);
}

bool nd_auth_exists(struct nd_auth *a, const struct nd_resource *r)
{
	return r->kind == ND_ROLE ? nd_auth_role_exists(a, r->name)
				  : nd_resource_exists(r, &a->x->db->schema);
}

/* ---- the plan ------------------------------------------------------------------------------------ */

struct auth_plan {
	struct nd_plan plan;
	struct nd_resource on;
};

static struct nd_auth begin(const struct nd_plan *plan, struct nd_request *x)
{
	return (struct nd_auth){ .statement = plan->statement,
				 .x = x,
				 .on = ((const struct auth_plan *)plan)->on };
}

static bool validate(const struct nd_plan *plan, struct nd_request *x)
{
	struct nd_auth a = begin(plan, x);

	return kinds[plan->statement->kind]->validate(&a) && !x->problem.happened;
}

static bool run(const struct nd_plan *plan, struct nd_request *x)
{
	const struct nd_auth_steps *steps = kinds[plan->statement->kind];
	struct nd_auth a = begin(plan, x);

	x->result.kind = COODIE_RESULT_VOID;
	return (!steps->authorize || steps->authorize(&a)) && steps->validate(&a) &&
	       steps->execute(&a) && !x->problem.happened;
}

/* Cassandra looks for the function while it parses. */
static bool check_function(struct nd_planner *p, const struct nd_resource *on)
{
	char text[ND_RESOURCE_MOST];

	if (!on->keyspace)
		return nd_refuse(p->problem, ND_INVALID,
				 "In this context function name must be explictly qualified by a "
				 "keyspace");
	if (strcmp(on->keyspace, "system") == 0)
		return nd_refuse(p->problem, ND_INVALID,
				 "Altering permissions on builtin functions is not supported");
	if (!nd_schema_keyspace(&p->db->schema, on->keyspace))
		return nd_refuse(p->problem, ND_CONFIG_ERROR, "Keyspace %s doesn't exist",
				 on->keyspace);
	nd_resource_text(on, text);
	return nd_refuse(p->problem, ND_INVALID,
			 "Resource %s doesn't exist: the node has no functions of users", text);
}

static bool find_resource(struct nd_planner *p, const struct nd_statement *s,
			  struct nd_resource *on)
{
	*on = s->as.grant.on;
	if (on->kind == ND_FUNCTION)
		return check_function(p, on);
	if (on->kind != ND_TABLE)
		return true;
	on->keyspace = s->on.keyspace ? s->on.keyspace : p->keyspace;
	on->name = s->on.name;
	return on->keyspace ||
	       nd_refuse(p->problem, ND_INVALID,
			 "No keyspace has been specified. USE a keyspace, or explicitly specify "
			 "keyspace.tablename");
}

static bool has_resource(enum nd_statement_kind kind)
{
	return kind == ND_GRANT || kind == ND_REVOKE || kind == ND_LIST_PERMISSIONS;
}

struct nd_plan *nd_plan_auth(struct nd_planner *p, const struct nd_statement *s)
{
	struct auth_plan *plan = cd_arena_take_zero(p->arena, sizeof *plan);

	if (!plan) {
		nd_no_memory(p->problem);
		return NULL;
	}
	plan->plan = (struct nd_plan){ .statement = s, .run = run, .validate = validate };
	if (has_resource(s->kind) && !find_resource(p, s, &plan->on))
		return NULL;
	return &plan->plan;
}
