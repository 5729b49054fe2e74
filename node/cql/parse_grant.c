/* SPDX-License-Identifier: MIT */
/* GRANT and REVOKE, of roles and of permissions, and LIST PERMISSIONS. */
#include <string.h>

#include "node/cql/parse.h"

/* ---- permissions --------------------------------------------------------------------------------- */

static nd_permissions permission_of(enum nd_keyword keyword)
{
	static const unsigned char keywords[ND_PERMISSIONS] = {
#define X(name) [ND_MAY_##name] = ND_KW_##name,
#include "node/auth/permission.def"
#undef X
	};

	for (unsigned i = 0; keyword && i < ND_PERMISSIONS; i++)
		if (keywords[i] == keyword)
			return 1u << i;
	return 0;
}

/* SELECT PERMISSION, MODIFY, ... */
static bool parse_permissions(struct nd_parse *p, struct nd_grant *s)
{
	do {
		nd_permissions one = permission_of(p->tok.keyword);
		if (!one)
			return nd_parse_stuck(p);
		s->permissions |= one;
		nd_parse_next(p);
		nd_parse_accept_word(p, ND_KW_PERMISSION);
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return true;
}

static bool parse_permissions_or_all(struct nd_parse *p, struct nd_grant *s)
{
	if (!nd_parse_accept_word(p, ND_KW_ALL))
		return parse_permissions(p, s);
	nd_parse_accept_word(p, ND_KW_PERMISSIONS);
	s->is_all = true;
	s->permissions = ND_ALL_PERMISSIONS;
	return true;
}

/* ---- resources ----------------------------------------------------------------------------------- */

static bool parse_in_keyspace(struct nd_parse *p, struct nd_resource *on)
{
	return nd_parse_expect_word(p, ND_KW_KEYSPACE) &&
	       (on->keyspace = nd_parse_keyspace_name(p));
}

/* ALL KEYSPACES, ALL TABLES IN KEYSPACE ks, ALL ROLES, ... */
static bool parse_all(struct nd_parse *p, struct nd_resource *on)
{
	static const struct {
		unsigned char keyword;
		enum nd_resource_kind kind;
	} roots[] = {
		{ ND_KW_KEYSPACES, ND_ALL_KEYSPACES },
		{ ND_KW_ROLES, ND_ALL_ROLES },
		{ ND_KW_FUNCTIONS, ND_ALL_FUNCTIONS },
		{ ND_KW_MBEANS, ND_ALL_MBEANS },
	};

	if (nd_parse_accept_word(p, ND_KW_TABLES)) {
		on->kind = ND_ALL_TABLES;
		return nd_parse_expect_word(p, ND_KW_IN) && parse_in_keyspace(p, on);
	}
	for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
		if (nd_parse_accept_word(p, roots[i].keyword))
			on->kind = roots[i].kind;
	if (on->kind == ND_RESOURCE_NONE)
		return nd_parse_stuck(p);
	if (on->kind != ND_ALL_FUNCTIONS || !nd_parse_accept_word(p, ND_KW_IN))
		return true;
	on->kind = ND_FUNCTIONS_IN;
	return parse_in_keyspace(p, on);
}

static bool parse_role_resource(struct nd_parse *p, struct nd_statement *s)
{
	s->as.grant.on.kind = ND_ROLE;
	return (s->as.grant.on.name = nd_parse_role_name(p));
}

static bool parse_keyspace_resource(struct nd_parse *p, struct nd_statement *s)
{
	s->as.grant.on.kind = ND_KEYSPACE;
	return (s->as.grant.on.keyspace = nd_parse_keyspace_name(p));
}

static bool parse_function_resource(struct nd_parse *p, struct nd_statement *s)
{
	struct nd_grant *g = &s->as.grant;
	struct nd_table_name name;

	if (!nd_parse_function_name(p, &name))
		return false;
	g->on = (struct nd_resource){ ND_FUNCTION, name.keyspace, name.name };
	return nd_parse_argument_types(p, &g->arguments, &g->argument_count);
}

static bool parse_mbean(struct nd_parse *p, struct nd_statement *s)
{
	struct nd_resource *on = &s->as.grant.on;
	struct nd_token t = p->tok;
	size_t len;

	on->kind = ND_MBEAN;
	nd_parse_next(p);
	on->name = nd_parse_text(p, &t, &len);
	return on->name && (nd_mbean_name_legal(on->name) ||
			    nd_parse_refuse(p, "%.400s is not a valid JMX object name", on->name));
}

static bool parse_table_resource(struct nd_parse *p, struct nd_statement *s)
{
	nd_parse_accept_word(p, ND_KW_COLUMNFAMILY);
	s->as.grant.on.kind = ND_TABLE;
	return nd_parse_table_name(p, "table", &s->on);
}

static bool parse_resource(struct nd_parse *p, struct nd_statement *s)
{
	static const struct {
		unsigned char keyword;
		bool (*parse)(struct nd_parse *p, struct nd_statement *s);
	} kinds[] = {
		{ ND_KW_KEYSPACE, parse_keyspace_resource },
		{ ND_KW_ROLE, parse_role_resource },
		{ ND_KW_FUNCTION, parse_function_resource },
		{ ND_KW_MBEAN, parse_mbean },
		{ ND_KW_MBEANS, parse_mbean },
	};
	struct nd_token first = p->tok, then = nd_parse_peek(p);

	if (nd_parse_accept_word(p, ND_KW_ALL))
		return parse_all(p, &s->as.grant.on);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (!nd_parse_is_word(p, kinds[i].keyword))
			continue;
		/* they are names of tables too, when no name follows */
		if (then.kind != ND_TOKEN_STRING && !nd_parse_starts_name(&then, ND_NAME_ANY) &&
		    first.use != ND_USE_RESERVED)
			break;
		nd_parse_next(p);
		if (kinds[i].parse == parse_mbean && then.kind != ND_TOKEN_STRING)
			return nd_parse_stuck_from(p, &first);
		return kinds[i].parse(p, s);
	}
	return parse_table_resource(p, s);
}

/* What is granted has to fit: of LIST it need not. */
static bool check_resource(struct nd_parse *p, struct nd_grant *s)
{
	if (s->on.kind == ND_FUNCTION) /* looked for first */
		return true;
	s->permissions &= nd_resource_permissions(&s->on);
	return s->permissions ||
	       nd_parse_refuse(p,
			       "Resource type %s does not support any of the requested "
			       "permissions",
			       nd_resource_class(&s->on));
}

/* ---- GRANT and REVOKE ---------------------------------------------------------------------------- */

/* Whether permissions follow, and not the name of a role. */
static bool is_permission(struct nd_parse *p)
{
	struct nd_token then = nd_parse_peek(p);

	if (!permission_of(p->tok.keyword) && !nd_parse_is_word(p, ND_KW_ALL))
		return false;
	return p->tok.use == ND_USE_RESERVED ||
	       (then.keyword != ND_KW_TO && then.keyword != ND_KW_FROM);
}

/* ALL, and neither ON nor PERMISSIONS: Cassandra's parser has given up at the first word. */
static bool check_all(struct nd_parse *p, const struct nd_token *first)
{
	struct nd_token then = nd_parse_peek(p);

	if (!nd_parse_is_word(p, ND_KW_ALL) || then.keyword == ND_KW_ON ||
	    then.keyword == ND_KW_PERMISSIONS)
		return true;
	nd_parse_next(p);
	return nd_parse_stuck_from(p, first);
}

static bool parse_grant(struct nd_parse *p, struct nd_statement *s, const struct nd_token *first,
			enum nd_keyword to)
{
	struct nd_grant *g = &s->as.grant;

	if (!is_permission(p)) {
		s->kind = to == ND_KW_TO ? ND_GRANT_ROLE : ND_REVOKE_ROLE;
		s->as.role_use = (struct nd_role_use){ .role = nd_parse_role_name(p) };
		return s->as.role_use.role && nd_parse_expect_word(p, to) &&
		       (s->as.role_use.grantee = nd_parse_role_name(p));
	}
	*g = (struct nd_grant){ .permissions = 0 };
	return check_all(p, first) && parse_permissions_or_all(p, g) &&
	       nd_parse_expect_word(p, ND_KW_ON) && parse_resource(p, s) &&
	       nd_parse_expect_word(p, to) && (g->grantee = nd_parse_role_name(p)) &&
	       check_resource(p, g);
}

bool nd_parse_grant(struct nd_parse *p, struct nd_statement *s)
{
	struct nd_token first = { .at = p->text, .len = strlen("GRANT") };

	return parse_grant(p, s, &first, ND_KW_TO);
}

bool nd_parse_revoke(struct nd_parse *p, struct nd_statement *s)
{
	struct nd_token first = { .at = p->text, .len = strlen("REVOKE") };

	return parse_grant(p, s, &first, ND_KW_FROM);
}

/* ---- LIST ---------------------------------------------------------------------------------------- */

bool nd_parse_starts_permissions(const struct nd_token *t)
{
	return t->kind == ND_TOKEN_KEYWORD &&
	       (t->keyword == ND_KW_ALL || permission_of(t->keyword));
}

bool nd_parse_list_permissions(struct nd_parse *p, struct nd_statement *s)
{
	struct nd_grant *g = &s->as.grant;

	*g = (struct nd_grant){ .permissions = 0 };
	if (!parse_permissions_or_all(p, g))
		return false;
	if (nd_parse_accept_word(p, ND_KW_ON) && !parse_resource(p, s))
		return false;
	if (nd_parse_accept_word(p, ND_KW_OF) && !(g->grantee = nd_parse_role_name(p)))
		return false;
	g->no_recursive = nd_parse_accept_word(p, ND_KW_NORECURSIVE);
	return true;
}
