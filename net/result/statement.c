/* SPDX-License-Identifier: MIT */
/* The words of a statement; texts, names in quotes and comments are passed over. */
#include "net/result/statement.h"

#include <string.h>

struct cursor {
	const char *at, *end;
};

struct word {
	const char *at;
	size_t len; /* 0: there is none */
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool is_next(const struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(c->end - c->at) >= len && memcmp(c->at, text, len) == 0;
}

/* Behind the next `text`, or at the end. */
static void skip_past(struct cursor *c, const char *text)
{
	while (c->at < c->end && !is_next(c, text))
		c->at++;
	if (c->at < c->end)
		c->at += strlen(text);
}

/* What stands between these is no word. */
static const struct bracket {
	const char *open, *close;
} brackets[] = { { "'", "'" },   { "\"", "\"" }, { "$$", "$$" },
		 { "--", "\n" }, { "//", "\n" }, { "/*", "*/" } };

static bool skip_bracket(struct cursor *c)
{
	for (size_t i = 0; i < sizeof brackets / sizeof *brackets; i++) {
		if (!is_next(c, brackets[i].open))
			continue;
		c->at += strlen(brackets[i].open);
		skip_past(c, brackets[i].close);
		return true;
	}
	return false;
}

static struct word next_word(struct cursor *c)
{
	while (c->at < c->end && !is_letter(*c->at))
		if (!skip_bracket(c))
			c->at++;
	const char *from = c->at;
	while (c->at < c->end && is_letter(*c->at))
		c->at++;
	return (struct word){ from, (size_t)(c->at - from) };
}

/* `upper` is in capitals. */
static bool is_word(struct word w, const char *upper)
{
	if (strlen(upper) != w.len)
		return false;
	for (size_t i = 0; i < w.len; i++) {
		char c = w.at[i];
		if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != upper[i])
			return false;
	}
	return true;
}

struct cd_statement_traits cd_statement_look(const char *cql, size_t len)
{
	static const char *const writes[] = { "INSERT", "UPDATE", "DELETE", "BEGIN" };
	struct cursor c = { cql, cql + len };
	struct word first = next_word(&c), w;
	bool writes_rows = false;

	if (is_word(first, "SELECT"))
		return (struct cd_statement_traits){ .is_read = true };
	for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
		writes_rows |= is_word(first, writes[i]);
	while (writes_rows && (w = next_word(&c)).len) /* IF is reserved: no column is called so */
		if (is_word(w, "IF"))
			return (struct cd_statement_traits){ .is_lwt = true };
	return (struct cd_statement_traits){ 0 };
}
