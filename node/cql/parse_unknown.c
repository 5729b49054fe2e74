/* SPDX-License-Identifier: MIT */
/* Statements of Cassandra's grammar that the node does not know, told by their first words. */
#include "node/cql/parse.h"

static const struct {
	unsigned char first, then;
	const char *name;
} unknown[] = {
	{ ND_KW_CREATE, ND_KW_ROLE, "CREATE ROLE" },
	{ ND_KW_CREATE, ND_KW_USER, "CREATE USER" },
	{ ND_KW_CREATE, ND_KW_TRIGGER, "CREATE TRIGGER" },
	{ ND_KW_CREATE, ND_KW_FUNCTION, "CREATE FUNCTION" },
	{ ND_KW_CREATE, ND_KW_AGGREGATE, "CREATE AGGREGATE" },
	{ ND_KW_ALTER, ND_KW_ROLE, "ALTER ROLE" },
	{ ND_KW_ALTER, ND_KW_USER, "ALTER USER" },
	{ ND_KW_DROP, ND_KW_ROLE, "DROP ROLE" },
	{ ND_KW_DROP, ND_KW_USER, "DROP USER" },
	{ ND_KW_DROP, ND_KW_TRIGGER, "DROP TRIGGER" },
	{ ND_KW_DROP, ND_KW_FUNCTION, "DROP FUNCTION" },
	{ ND_KW_DROP, ND_KW_AGGREGATE, "DROP AGGREGATE" },
	{ ND_KW_DROP, ND_KW_IDENTITY, "DROP IDENTITY" },
	{ ND_KW_ADD, ND_KW_IDENTITY, "ADD IDENTITY" },
	{ ND_KW_LIST, ND_KW_ROLES, "LIST ROLES" },
	{ ND_KW_LIST, ND_KW_USERS, "LIST USERS" },
	{ ND_KW_LIST, 0, "LIST PERMISSIONS" },
	{ ND_KW_GRANT, 0, "GRANT" },
	{ ND_KW_REVOKE, 0, "REVOKE" },
};

static const char *find(enum nd_keyword first, enum nd_keyword then)
{
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		if (first && unknown[i].first == first &&
		    (!unknown[i].then || unknown[i].then == then))
			return unknown[i].name;
	return NULL;
}

const char *nd_parse_unknown_statement(struct nd_parse *p)
{
	enum nd_keyword first = p->tok.keyword, then = nd_parse_peek(p).keyword;
	struct nd_parse_mark mark = nd_parse_mark(p);

	if (first == ND_KW_CREATE && then == ND_KW_OR) {
		nd_parse_next(p);
		nd_parse_next(p);
		then = nd_parse_is_word(p, ND_KW_REPLACE) ? nd_parse_peek(p).keyword : ND_KW_NONE;
		nd_parse_return(p, mark);
		return then == ND_KW_FUNCTION || then == ND_KW_AGGREGATE ? find(first, then) : NULL;
	}
	return find(first, then);
}
