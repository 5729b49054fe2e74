/* SPDX-License-Identifier: MIT */
/* Names and texts of the statement, as they are meant. */
#include <string.h>

#include "node/cql/parse.h"

static bool keyword_names(const struct nd_token *t, enum nd_parse_name_kind kind)
{
	switch (kind) {
	case ND_NAME_FUNCTION:
		return t->use == ND_USE_NAME || t->use == ND_USE_TYPE ||
		       t->keyword == ND_KW_TOKEN || t->keyword == ND_KW_COUNT;
	case ND_NAME_TYPE:
		return t->use == ND_USE_NAME || t->keyword == ND_KW_KEY;
	case ND_NAME_ANY:
	case ND_NAME_COLUMN:
		break;
	}
	return t->use != ND_USE_RESERVED;
}

bool nd_parse_starts_name(const struct nd_token *t, enum nd_parse_name_kind kind)
{
	if (t->kind == ND_TOKEN_KEYWORD)
		return keyword_names(t, kind);
	return t->kind == ND_TOKEN_IDENT || t->kind == ND_TOKEN_QUOTED ||
	       (t->kind == ND_TOKEN_EMPTY_QUOTED && kind == ND_NAME_COLUMN);
}

/* Between two quotes, with those doubled inside it made single. */
static const char *unquote(struct nd_parse *p, const struct nd_token *t, size_t *len)
{
	char *out = cd_arena_take(p->arena, t->len), quote = *t->at;
	size_t n = 0;

	if (!out) {
		nd_no_memory(p->problem);
		return NULL;
	}
	for (size_t i = 1; i + 1 < t->len; i++) {
		out[n++] = t->at[i];
		if (t->at[i] == quote)
			i++;
	}
	out[n] = '\0';
	*len = n;
	return out;
}

/* `from` to `t->len - cut`, as it is. */
static char *copy(struct nd_parse *p, const struct nd_token *t, size_t cut, size_t *len)
{
	char *out = cd_arena_strndup(p->arena, t->at + cut, t->len - 2 * cut);

	*len = t->len - 2 * cut;
	if (!out)
		nd_no_memory(p->problem);
	return out;
}

const char *nd_parse_text(struct nd_parse *p, const struct nd_token *t, size_t *len)
{
	if (t->kind == ND_TOKEN_STRING || t->kind == ND_TOKEN_QUOTED)
		return *t->at == '$' ? copy(p, t, 2, len) : unquote(p, t, len);
	return copy(p, t, 0, len);
}

static const char *folded(struct nd_parse *p, const struct nd_token *t)
{
	size_t len;
	char *out = copy(p, t, 0, &len);

	for (char *c = out; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return out;
}

const char *nd_parse_name(struct nd_parse *p, enum nd_parse_name_kind kind)
{
	struct nd_token t = p->tok;
	const char *name;
	size_t len = 0;

	if (!nd_parse_starts_name(&t, kind)) {
		nd_parse_stuck(p);
		return NULL;
	}
	nd_parse_next(p);
	if (t.kind == ND_TOKEN_IDENT || t.kind == ND_TOKEN_KEYWORD)
		return folded(p, &t);
	name = unquote(p, &t, &len);
	if (name && memchr(name, '\0', len)) {
		nd_parse_unsupported(p, "a name with a NUL");
		return NULL;
	}
	return name;
}

const char *nd_parse_single_name(struct nd_parse *p, const char *what)
{
	if (nd_parse_is(p, ND_TOKEN_MARKER)) {
		nd_parse_refuse(p, "Bind variables cannot be used for %s names", what);
		return NULL;
	}
	return nd_parse_name(p, ND_NAME_ANY);
}

/* Whether some statement goes on so behind the name of a table. */
static bool follows_table(const struct nd_token *t)
{
	static const unsigned char words[] = {
		ND_KW_ADD,     ND_KW_ALLOW,  ND_KW_ALTER, ND_KW_AS,    ND_KW_DROP,
		ND_KW_GROUP,   ND_KW_JSON,   ND_KW_LIMIT, ND_KW_ORDER, ND_KW_PER,
		ND_KW_PRIMARY, ND_KW_RENAME, ND_KW_SET,   ND_KW_USING, ND_KW_WHERE,
		ND_KW_WITH,    ND_KW_TO,     ND_KW_FROM,  ND_KW_OF,    ND_KW_NORECURSIVE,
	};

	for (size_t i = 0; i < sizeof words; i++)
		if (t->kind == ND_TOKEN_KEYWORD && t->keyword == words[i])
			return true;
	return t->kind == ND_TOKEN_EOF || t->kind == ND_PUNCTUATION(';') ||
	       t->kind == ND_PUNCTUATION('(');
}

bool nd_parse_table_name(struct nd_parse *p, const char *what, struct nd_table_name *out)
{
	bool qualified = nd_parse_peek(p).kind == ND_PUNCTUATION('.');
	struct nd_token name;

	*out = (struct nd_table_name){ NULL, NULL };
	if (qualified) {
		out->keyspace = nd_parse_single_name(p, "keyspace");
		if (!out->keyspace)
			return false;
		nd_parse_next(p);
	}
	name = p->tok;
	out->name = nd_parse_single_name(p, what);
	if (!out->name)
		return false;
	/* without a keyspace Cassandra's parser had to look ahead */
	if (!qualified && !follows_table(&p->tok) && !nd_parse_is_plain(p, "bypass"))
		return nd_parse_stuck_from(p, &name);
	if (!qualified)
		nd_parse_see(p);
	return true;
}

const char *nd_parse_keyspace_name(struct nd_parse *p)
{
	return nd_parse_single_name(p, "keyspace");
}

bool nd_parse_is_plain(const struct nd_parse *p, const char *word)
{
	const struct nd_token *t = &p->tok;
	size_t n = 0;

	if (t->kind != ND_TOKEN_IDENT)
		return false;
	while (n < t->len && word[n] && (t->at[n] | 0x20) == word[n])
		n++;
	return n == t->len && !word[n];
}

bool nd_parse_names(struct nd_parse *p, enum nd_parse_name_kind kind, const char ***names,
		    uint32_t *count)
{
	do {
		const char *name = nd_parse_name(p, kind);
		if (!name || !(*names = nd_parse_push(p, *names, count, &name, sizeof name)))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return true;
}
