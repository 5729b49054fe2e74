/* SPDX-License-Identifier: MIT */
/* Roles and users: CREATE, ALTER, DROP, LIST, and who is what to whom. */
#include <string.h>

#include "node/cql/parse.h"

/* ---- names --------------------------------------------------------------------------------------- */

static const char *take_text(struct nd_parse *p)
{
	struct nd_token t = p->tok;
	const char *text;
	size_t len;

	nd_parse_next(p);
	text = nd_parse_text(p, &t, &len);
	if (text && memchr(text, '\0', len)) {
		nd_parse_unsupported(p, "a name with a NUL");
		return NULL;
	}
	return text;
}

const char *nd_parse_role_name(struct nd_parse *p)
{
	if (nd_parse_is(p, ND_TOKEN_STRING))
		return take_text(p);
	if (nd_parse_is(p, ND_TOKEN_MARKER)) {
		nd_parse_refuse(p, "Bind variables cannot be used for role names");
		return NULL;
	}
	return nd_parse_name(p, ND_NAME_ANY);
}

/* Of USER and IDENTITY: as it is written, and no keyword. */
static const char *parse_user_name(struct nd_parse *p)
{
	if (nd_parse_is(p, ND_TOKEN_STRING) || nd_parse_is(p, ND_TOKEN_IDENT))
		return take_text(p);
	if (nd_parse_is(p, ND_TOKEN_QUOTED))
		nd_parse_refuse(p, "Quoted strings are are not supported for user names and USER "
				   "is deprecated, please use ROLE");
	else
		nd_parse_stuck(p);
	return NULL;
}

static bool parse_string(struct nd_parse *p, const char **out)
{
	struct nd_token t = p->tok;
	size_t len;

	return nd_parse_expect(p, ND_TOKEN_STRING) && (*out = nd_parse_text(p, &t, &len));
}

/* ---- WITH ---------------------------------------------------------------------------------------- */

static bool set_once(struct nd_parse *p, bool is_set, const char *name)
{
	return !is_set || nd_parse_refuse(p, "Multiple definition for property '%s'", name);
}

static bool parse_password(struct nd_parse *p, struct nd_role_def *s)
{
	return nd_parse_expect(p, ND_PUNCTUATION('=')) && set_once(p, s->password, "PASSWORD") &&
	       parse_string(p, &s->password);
}

static bool parse_hashed(struct nd_parse *p, struct nd_role_def *s)
{
	return nd_parse_expect_word(p, ND_KW_PASSWORD) && nd_parse_expect(p, ND_PUNCTUATION('=')) &&
	       set_once(p, s->hashed_password, "HASHED_PASSWORD") &&
	       parse_string(p, &s->hashed_password);
}

static bool parse_boolean(struct nd_parse *p, bool *is_set, bool *value, const char *name)
{
	struct nd_token t;

	if (!nd_parse_expect(p, ND_PUNCTUATION('=')) || !set_once(p, *is_set, name))
		return false;
	t = p->tok;
	*is_set = true;
	*value = t.len == 4;
	return nd_parse_expect(p, ND_TOKEN_BOOLEAN);
}

static bool parse_login(struct nd_parse *p, struct nd_role_def *s)
{
	return parse_boolean(p, &s->has_login, &s->login, "LOGIN");
}

static bool parse_superuser(struct nd_parse *p, struct nd_role_def *s)
{
	return parse_boolean(p, &s->has_superuser, &s->superuser, "SUPERUSER");
}

/* OPTIONS = { term : term, ... }: nobody reads them. */
static bool parse_options(struct nd_parse *p, struct nd_role_def *s)
{
	if (!nd_parse_expect(p, ND_PUNCTUATION('=')) || !set_once(p, s->has_options, "OPTIONS") ||
	    !nd_parse_expect(p, ND_PUNCTUATION('{')))
		return false;
	s->has_options = true;
	if (nd_parse_accept(p, ND_PUNCTUATION('}')))
		return true;
	do {
		if (!nd_parse_term(p) || !nd_parse_expect(p, ND_PUNCTUATION(':')) ||
		    !nd_parse_term(p))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION('}'));
}

/* { 'a', 'b' } */
static bool parse_strings(struct nd_parse *p, const char ***at, uint32_t *count)
{
	if (!nd_parse_expect(p, ND_PUNCTUATION('{')))
		return false;
	do {
		const char *one;
		if (!parse_string(p, &one) ||
		    !(*at = nd_parse_push(p, *at, count, &one, sizeof one)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION('}'));
}

/* ALL WORD, or WORD { ... }. */
static bool parse_some(struct nd_parse *p, enum nd_keyword word, bool *all, const char ***at,
		       uint32_t *count)
{
	if (*all || *count)
		return nd_parse_unsupported(p, "ACCESS said twice");
	if (nd_parse_accept_word(p, ND_KW_ALL))
		return nd_parse_expect_word(p, word) && (*all = true);
	return nd_parse_expect_word(p, word) && parse_strings(p, at, count);
}

static bool parse_access(struct nd_parse *p, struct nd_role_def *s)
{
	if (nd_parse_accept_word(p, ND_KW_TO))
		return parse_some(p, ND_KW_DATACENTERS, &s->all_datacenters, &s->datacenters,
				  &s->datacenter_count);
	if (nd_parse_accept_word(p, ND_KW_FROM))
		return parse_some(p, ND_KW_CIDRS, &s->all_cidrs, &s->cidrs, &s->cidr_count);
	return nd_parse_stuck(p);
}

static bool parse_role_option(struct nd_parse *p, struct nd_role_def *s)
{
	static const struct {
		unsigned char keyword;
		bool (*parse)(struct nd_parse *p, struct nd_role_def *s);
	} options[] = {
		{ ND_KW_PASSWORD, parse_password }, { ND_KW_HASHED, parse_hashed },
		{ ND_KW_OPTIONS, parse_options },   { ND_KW_SUPERUSER, parse_superuser },
		{ ND_KW_LOGIN, parse_login },       { ND_KW_ACCESS, parse_access },
	};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (nd_parse_accept_word(p, options[i].keyword))
			return options[i].parse(p, s);
	return nd_parse_stuck(p);
}

/* ---- CREATE and ALTER ---------------------------------------------------------------------------- */

static bool begin(struct nd_parse *p, struct nd_statement *statement, struct nd_role_def *s)
{
	*s = (struct nd_role_def){ .if_exists = false };
	return statement->kind == ND_CREATE_ROLE ? nd_parse_if_not_exists(p, &s->if_not_exists)
						 : nd_parse_if_exists(p, &s->if_exists);
}

static bool check_passwords(struct nd_parse *p, const struct nd_role_def *s)
{
	return !s->password || !s->hashed_password ||
	       nd_parse_refuse(p,
			       "Options 'password' and 'hashed password' are mutually exclusive");
}

bool nd_parse_role(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_role_def *s = &statement->as.role;

	if (!begin(p, statement, s) || !(s->role = nd_parse_role_name(p)))
		return false;
	if (!nd_parse_accept_word(p, ND_KW_WITH))
		return true;
	do {
		if (!parse_role_option(p, s))
			return false;
	} while (nd_parse_accept_word(p, ND_KW_AND));
	return check_passwords(p, s);
}

static bool parse_user_password(struct nd_parse *p, struct nd_role_def *s)
{
	if (nd_parse_accept_word(p, ND_KW_PASSWORD))
		return parse_string(p, &s->password);
	if (nd_parse_accept_word(p, ND_KW_HASHED))
		return nd_parse_expect_word(p, ND_KW_PASSWORD) &&
		       parse_string(p, &s->hashed_password);
	return nd_parse_stuck(p);
}

bool nd_parse_user(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_role_def *s = &statement->as.role;

	if (!begin(p, statement, s) || !(s->role = parse_user_name(p)) ||
	    (nd_parse_accept_word(p, ND_KW_WITH) && !parse_user_password(p, s)))
		return false;
	s->has_login = s->login = statement->kind == ND_CREATE_ROLE;
	s->superuser = nd_parse_accept_word(p, ND_KW_SUPERUSER);
	s->has_superuser = s->superuser || nd_parse_accept_word(p, ND_KW_NOSUPERUSER) ||
			   statement->kind == ND_CREATE_ROLE;
	return true;
}

/* ---- DROP, LIST ---------------------------------------------------------------------------------- */

bool nd_parse_drop_role(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_role_use *s = &statement->as.role_use;

	*s = (struct nd_role_use){ .if_exists = false };
	return nd_parse_if_exists(p, &s->if_exists) && (s->role = nd_parse_role_name(p));
}

bool nd_parse_drop_user(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_role_use *s = &statement->as.role_use;

	*s = (struct nd_role_use){ .if_exists = false };
	return nd_parse_if_exists(p, &s->if_exists) && (s->role = parse_user_name(p));
}

bool nd_parse_list_roles(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_role_use *s = &statement->as.role_use;

	*s = (struct nd_role_use){ .if_exists = false };
	if (nd_parse_accept_word(p, ND_KW_OF) && !(s->grantee = nd_parse_role_name(p)))
		return false;
	s->no_recursive = nd_parse_accept_word(p, ND_KW_NORECURSIVE);
	return true;
}

bool nd_parse_list_users(struct nd_parse *p, struct nd_statement *statement)
{
	(void)p;
	statement->as.role_use = (struct nd_role_use){ .if_exists = false };
	return true;
}

/* ---- identities ---------------------------------------------------------------------------------- */

bool nd_parse_add_identity(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_identity *s = &statement->as.identity;

	*s = (struct nd_identity){ .if_exists = false };
	return nd_parse_if_not_exists(p, &s->if_not_exists) && (s->identity = parse_user_name(p)) &&
	       nd_parse_expect_word(p, ND_KW_TO) && nd_parse_expect_word(p, ND_KW_ROLE) &&
	       (s->role = parse_user_name(p));
}

bool nd_parse_drop_identity(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_identity *s = &statement->as.identity;

	*s = (struct nd_identity){ .if_exists = false };
	return nd_parse_if_exists(p, &s->if_exists) && (s->identity = parse_user_name(p));
}
