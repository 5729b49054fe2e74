/* SPDX-License-Identifier: MIT */
/* The conditions of a view as a model writes them, beside those of the cluster: a server says them again in words
 * of its own, with other blanks, capitals and quotes. */
#include <string.h>
#include <strings.h>

#include "orm/cql/lexer.h"
#include "orm/schema/schema.h"

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* Each of these passes over what a server says; NULL: it says something else. */
static const char *pass(const char *at, const char *text, size_t len)
{
	return at && !strncmp(at, text, len) ? at + len : NULL;
}

/* Cassandra does not double the quotes inside of a string. */
static const char *pass_single_quotes(const char *at, const struct cd_token *t)
{
	for (size_t i = 0; i < t->len && at; i++) {
		at = pass(at, t->text + i, 1);
		i += i && i + 2 < t->len && t->text[i] == '\'';
	}
	return at;
}

static const char *pass_quoted(const char *at, const struct cd_token *t)
{
	return *at == '"' ? pass(pass(at + 1, t->text, t->len), "\"", 1)
			  : pass(at, t->text, t->len);
}

static const char *pass_token(const char *at, const struct cd_token *t)
{
	const char *end;

	switch (t->kind) {
	case CD_TOKEN_STRING:
		end = pass(at, t->text, t->len);
		return end ? end : pass_single_quotes(at, t);
	case CD_TOKEN_QUOTED:
		return pass_quoted(at, t);
	default:
		return strncasecmp(at, t->text, t->len) ? NULL : at + t->len;
	}
}

/* One condition of the model's, up to its AND. */
static const char *pass_condition(const char *at, struct cd_lexer *l)
{
	struct cd_token t;

	for (t = cd_lexer_next(l); t.kind != CD_TOKEN_END && !cd_token_is(&t, "AND");
	     t = cd_lexer_next(l))
		at = at ? pass_token(skip_blanks(at), &t) : NULL;
	at = at ? skip_blanks(at) : NULL;
	return at && (!*at || !strncasecmp(at, "AND ", 4)) ? at : NULL;
}

/* The one of the model's, in any place, that a server says here. */
static const char *pass_any(const char *at, const char *should, uint64_t *passed)
{
	struct cd_lexer l = cd_lexer_over(should);

	for (uint64_t bit = 1; bit && *l.at; bit <<= 1) {
		const char *end = pass_condition(at, &l);

		if (end && !(*passed & bit)) {
			*passed |= bit;
			return end;
		}
	}
	return NULL;
}

static uint64_t all_of(const char *should)
{
	struct cd_lexer l = cd_lexer_over(should);
	uint64_t all = 0;

	do {
		all = all << 1 | 1;
		pass_condition(NULL, &l);
	} while (*l.at);
	return all;
}

bool cd_where_is(const char *is, const char *should)
{
	uint64_t passed = 0;

	for (const char *at = is; (at = pass_any(at, should, &passed)); at += 4) {
		if (!*at)
			return passed == all_of(should);
	}
	return false;
}
