/* SPDX-License-Identifier: MIT */
/* Options read from CQL: what a model says behind WITH, and maps. */
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "orm/cql/lexer.h"
#include "orm/schema/option.h"

struct parser {
	struct cd_lexer lexer;
	struct cd_token at; /* the next */
	struct cd_arena *arena;
	coodie_error *err;
};

static void step(struct parser *p)
{
	p->at = cd_lexer_next(&p->lexer);
}

static bool fail(const struct parser *p, const char *wanted)
{
	return cd_fail(p->err, COODIE_ERR_MODEL, "options, position %zu: %s is expected, not %s%.*s",
		       p->at.at, wanted, p->at.len ? "" : "the end", (int)p->at.len, p->at.text);
}

static bool is_sign(const struct parser *p, char sign)
{
	return p->at.len == 1 && p->at.kind != CD_TOKEN_QUOTED && *p->at.text == sign;
}

static bool expect(struct parser *p, char sign, const char *wanted)
{
	if (!is_sign(p, sign))
		return fail(p, wanted);
	step(p);
	return true;
}

/* The text of a token; of a string what is inside. NULL when out of memory. */
static char *text_of(const struct parser *p)
{
	bool quoted = p->at.kind == CD_TOKEN_STRING;
	char *text = cd_arena_strndup(p->arena, p->at.text + quoted, p->at.len - 2 * quoted);
	char *to = text;

	for (const char *from = text; quoted && from && *from; from++) {
		*to++ = *from;
		from += *from == '\'';
	}
	if (quoted && to)
		*to = '\0';
	if (!text)
		cd_no_memory(p->err, "options");
	return text;
}

static char *lower(char *name)
{
	for (char *at = name; at && *at; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	}
	return name;
}

/* A string, a number, or true and false. */
static const char *take_value(struct parser *p, bool *bare)
{
	const char *text;

	*bare = p->at.kind != CD_TOKEN_STRING;
	if (*bare ? p->at.kind != CD_TOKEN_NUMBER && !cd_token_is(&p->at, "TRUE") &&
			    !cd_token_is(&p->at, "FALSE")
		  : p->at.len < 2 || p->at.text[p->at.len - 1] != '\'') {
		fail(p, "a string, a number, true or false");
		return NULL;
	}
	text = text_of(p);
	step(p);
	return text;
}

static bool take_pair(struct parser *p, struct cd_option *map)
{
	const char *key, *value;
	bool bare;

	key = take_value(p, &bare);
	if (!key || !expect(p, ':', "\":\""))
		return false;
	value = take_value(p, &bare);
	return value && (cd_option_put(p->arena, map, key, value, bare) ||
			 cd_no_memory(p->err, "options"));
}

static bool take_map(struct parser *p, struct cd_option *map)
{
	if (!expect(p, '{', "a map"))
		return false;
	while (!is_sign(p, '}')) {
		if (!take_pair(p, map))
			return false;
		if (!is_sign(p, '}') && !expect(p, ',', "\",\" or \"}\""))
			return false;
	}
	step(p);
	return true;
}

static const char *nth_name(const void *list, size_t i)
{
	const struct cd_option_kind *kind = cd_option_kind_at(i);

	(void)list;
	return kind ? kind->name : NULL;
}

static bool check_name(const struct parser *p, const struct cd_options *list, const char *name,
		       const struct cd_option_kind *kind)
{
	const char *near = cd_nearest(name, strlen(name), nth_name, NULL);

	if (kind && !cd_options_find(list, name))
		return true;
	if (kind)
		return cd_fail(p->err, COODIE_ERR_MODEL, "options, position %zu: %s is set twice",
			       p->at.at, name);
	return cd_fail(p->err, COODIE_ERR_MODEL,
		       "options, position %zu: there is no option %.60s of tables%s%s%s", p->at.at,
		       name, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static bool take_option(struct parser *p, struct cd_options *list)
{
	const struct cd_option_kind *kind;
	const char *name, *value = NULL;
	struct cd_option *o;
	bool bare = false, map;

	if (p->at.kind != CD_TOKEN_NAME)
		return fail(p, "the name of an option");
	name = lower(text_of(p));
	kind = name ? cd_option_kind(name) : NULL;
	if (!name || !check_name(p, list, name, kind))
		return false;
	step(p);
	if (!expect(p, '=', "\"=\""))
		return false;
	map = is_sign(p, '{'); /* cdc is one on ScyllaDB */
	if (kind->shape == CD_SHAPE_MAP && !map)
		return fail(p, "a map");
	value = map ? NULL : take_value(p, &bare);
	if (!map && !value)
		return false;
	o = cd_option_add(p->arena, list, name, map ? CD_SHAPE_MAP : kind->shape, value, bare);
	return o ? !map || take_map(p, o) : cd_no_memory(p->err, "options");
}

static struct parser parser_over(struct cd_arena *a, const char *text, coodie_error *err)
{
	struct parser p = { .lexer = cd_lexer_over(text), .arena = a, .err = err };

	step(&p);
	return p;
}

bool cd_options_parse(struct cd_arena *a, struct cd_options *list, const char *text,
		      coodie_error *err)
{
	struct parser p = parser_over(a, text, err);

	for (;;) {
		if (!take_option(&p, list))
			return false;
		if (p.at.kind == CD_TOKEN_END)
			return true;
		if (!cd_token_is(&p.at, "AND"))
			return fail(&p, "AND");
		step(&p);
	}
}

bool cd_option_parse_map(struct cd_arena *a, struct cd_option *map, const char *text,
			 coodie_error *err)
{
	struct parser p = parser_over(a, text, err);

	return take_map(&p, map) && (p.at.kind == CD_TOKEN_END || fail(&p, "the end"));
}
