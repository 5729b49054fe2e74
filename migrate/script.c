/* SPDX-License-Identifier: MIT */
/* A migration in CQL: what its header says, and the statements of its two sections. */
#include "migrate/script.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "migrate/lexer.h"

struct parse {
	struct cd_arena *arena;
	const char *name; /* of the file */
	struct mg_lexer lexer;
	struct mg_script *script;
	struct mg_section *section; /* NULL: the header */
	struct mg_token begin;      /* of the statement that is being read; len 0: none is */
	const char *end;            /* of what was read of it */
	struct mg_token before;     /* the token before */
	bool in_batch;
	bool idempotent;      /* the next statement is */
	bool says_reversible; /* the header does, either way */
	coodie_error *err;
};

static bool wrong(const struct parse *p, uint32_t line, const char *what)
{
	return cd_fail(p->err, COODIE_ERR_INVALID, "%s:%u: %s", p->name, (unsigned)line, what);
}

/* ---- statements ------------------------------------------------------------------------------ */

static bool end_statement(struct parse *p)
{
	struct mg_statement *s;

	if (!p->begin.len)
		return true;
	if (p->in_batch)
		return wrong(p, p->begin.line, "BEGIN BATCH without its APPLY BATCH");
	if (mg_token_is(&p->begin, "use"))
		return wrong(p, p->begin.line,
			     "USE is of one connection, and a session has many: name the keyspace "
			     "in the statements");
	s = cd_arena_take_zero(p->arena, sizeof *s);
	if (s)
		s->cql = cd_arena_strndup(p->arena, p->begin.at, (size_t)(p->end - p->begin.at));
	if (!s || !s->cql)
		return cd_no_memory(p->err, "a statement");
	s->line = p->begin.line;
	s->idempotent = p->idempotent;
	*p->section->last = s;
	p->section->last = &s->next;
	p->section->count++;
	p->begin.len = 0;
	p->idempotent = false;
	return true;
}

static bool add_token(struct parse *p, const struct mg_token *t)
{
	if (t->kind == MG_BROKEN)
		return wrong(p, t->line,
			     *t->at == '/' ? "a comment that does not end"
					   : "a text or a name that does not end");
	if (!p->in_batch && mg_token_is_symbol(t, ';'))
		return end_statement(p);
	if (!p->section)
		return wrong(p, t->line, "a statement before the line \"-- upgrade\"");
	if (!p->begin.len)
		p->begin = *t;
	else if (p->before.at == p->begin.at && mg_token_is(&p->before, "begin"))
		p->in_batch = true;
	else if (mg_token_is(t, "batch") && mg_token_is(&p->before, "apply"))
		p->in_batch = false;
	p->before = *t;
	p->end = t->at + t->len;
	return true;
}

/* ---- lines that say something ---------------------------------------------------------------- */

static bool begin_section(struct parse *p, struct mg_section *section, uint32_t line)
{
	if (!end_statement(p))
		return false;
	if (p->idempotent)
		return wrong(p, line, "\"-- idempotent\" without a statement behind it");
	if (section->line)
		return wrong(p, line, "this section was there already");
	section->line = line;
	p->section = section;
	return true;
}

static bool on_upgrade(struct parse *p, const char *value, uint32_t line)
{
	(void)value;
	return begin_section(p, &p->script->upgrade, line);
}

static bool on_downgrade(struct parse *p, const char *value, uint32_t line)
{
	(void)value;
	return begin_section(p, &p->script->downgrade, line);
}

static bool on_idempotent(struct parse *p, const char *value, uint32_t line)
{
	(void)value;
	if (!p->section)
		return wrong(p, line, "\"-- idempotent\" before the line \"-- upgrade\"");
	if (p->begin.len)
		return wrong(p, line, "\"-- idempotent\" inside a statement: it stands before one");
	p->idempotent = true;
	return true;
}

static bool on_description(struct parse *p, const char *value, uint32_t line)
{
	(void)line;
	p->script->description = value;
	return true;
}

static bool yes_or_no(struct parse *p, const char *value, uint32_t line, bool *out)
{
	*out = strcasecmp(value, "yes") == 0;
	return *out || strcasecmp(value, "no") == 0 || wrong(p, line, "say \"yes\" or \"no\" here");
}

static bool on_destructive(struct parse *p, const char *value, uint32_t line)
{
	return yes_or_no(p, value, line, &p->script->destructive);
}

static bool on_reversible(struct parse *p, const char *value, uint32_t line)
{
	p->says_reversible = true;
	return yes_or_no(p, value, line, &p->script->reversible);
}

static bool on_impossible(struct parse *p, const char *value, uint32_t line)
{
	return cd_fail(
		p->err, COODIE_ERR_INVALID,
		"%s:%u: what no statement can do; write what does, and take this line out: %s",
		p->name, (unsigned)line, value);
}

/* What a line of "-- WORD" or "-- WORD: VALUE" means; others are comments. */
static const struct directive {
	const char *word;
	bool (*fn)(struct parse *p, const char *value, uint32_t line);
	bool has_value;
	bool in_header; /* only there */
} directives[] = {
	{ "upgrade", on_upgrade, false, false },
	{ "downgrade", on_downgrade, false, false },
	{ "idempotent", on_idempotent, false, false },
	{ "impossible", on_impossible, true, false },
	{ "description", on_description, true, true },
	{ "destructive", on_destructive, true, true },
	{ "reversible", on_reversible, true, true },
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_directive(const struct directive *d, const char *text)
{
	const size_t len = strlen(d->word);

	return strncasecmp(text, d->word, len) == 0 && text[len] == (d->has_value ? ':' : '\0');
}

static bool alone_on_its_line(const struct mg_token *t, const char *start)
{
	const char *c = t->at;

	while (c > start && blank(c[-1]))
		c--;
	return c == start || c[-1] == '\n';
}

static bool add_comment(struct parse *p, const struct mg_token *t)
{
	char *text = cd_arena_strndup(p->arena, t->at + 2, t->len - 2);
	char *end;

	if (!text)
		return cd_no_memory(p->err, "a migration");
	while (blank(*text))
		text++;
	for (end = text + strlen(text); end > text && blank(end[-1]); end--)
		end[-1] = '\0';
	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
		const struct directive *d = &directives[i];

		if (!is_directive(d, text) || (d->in_header && p->section))
			continue;
		text += strlen(d->word) + d->has_value;
		while (blank(*text))
			text++;
		return d->fn(p, text, t->line);
	}
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool check(struct parse *p)
{
	struct mg_script *s = p->script;

	if (!end_statement(p))
		return false;
	if (!s->upgrade.line)
		return wrong(p, p->lexer.line, "there is no line \"-- upgrade\"");
	if (p->idempotent)
		return wrong(p, p->lexer.line, "\"-- idempotent\" without a statement behind it");
	if (p->says_reversible && s->reversible && !s->downgrade.line)
		return wrong(p, p->lexer.line,
			     "\"reversible: yes\", and there is no line \"-- downgrade\"");
	s->reversible = s->downgrade.line && (s->reversible || !p->says_reversible);
	return true;
}

bool mg_script_parse(struct cd_arena *a, const char *name, const char *text, struct mg_script *out,
		     coodie_error *err)
{
	struct parse p = { .arena = a, .name = name, .script = out, .err = err };
	struct mg_token t;

	*out = (struct mg_script){ .description = "" };
	out->upgrade.last = &out->upgrade.first;
	out->downgrade.last = &out->downgrade.first;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	mg_lexer_init(&p.lexer, text);
	while (t = mg_lexer_comment(&p.lexer), t.kind != MG_END) {
		bool ok = true;

		if (t.kind != MG_COMMENT)
			ok = add_token(&p, &t);
		else if (*t.at == '-' && alone_on_its_line(&t, text))
			ok = add_comment(&p, &t);
		if (!ok)
			return false;
	}
	return check(&p);
}
