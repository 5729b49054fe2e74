/* SPDX-License-Identifier: MIT */
/* Where statements end, without parsing them: quotes, comments and BEGIN ... APPLY are known. */
#include "node/server/script.h"

#include <string.h>
#include <strings.h>

/* What is jumped over whole. */
static const struct {
	const char *opening, *closing;
	bool is_comment;
} spans[] = {
	{ "'", "'", false },  { "\"", "\"", false }, { "$$", "$$", false },
	{ "--", "\n", true }, { "//", "\n", true },  { "/*", "*/", true },
};

enum { SPANS = sizeof spans / sizeof spans[0] };

static bool begins(cql_text t, size_t at, const char *with)
{
	size_t len = strlen(with);

	return t.len - at >= len && !memcmp(t.data + at, with, len);
}

/* The end of the span that begins at `at`; `at` itself when none does. One that is never closed ends
 * with the text: its statement is refused by the parser. */
static size_t skip_span(cql_text t, size_t at, bool *is_comment)
{
	for (size_t i = 0; i < SPANS; i++) {
		if (!begins(t, at, spans[i].opening))
			continue;
		*is_comment = spans[i].is_comment;
		for (at += strlen(spans[i].opening); at < t.len; at++)
			if (begins(t, at, spans[i].closing))
				return at + strlen(spans[i].closing);
		return t.len;
	}
	return at;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static size_t skip_word(cql_text t, size_t at)
{
	while (at < t.len && is_letter(t.data[at]))
		at++;
	return at;
}

static bool is_word(cql_text t, size_t from, size_t to, const char *word)
{
	return to - from == strlen(word) && !strncasecmp(t.data + from, word, to - from);
}

bool nd_script_next(cql_text *script, cql_text *statement)
{
	cql_text t = *script;
	size_t start = t.len, at = 0;
	bool in_batch = false;

	while (at < t.len && (in_batch || t.data[at] != ';' || start == t.len)) {
		bool is_comment = false;
		size_t end = skip_span(t, at, &is_comment);
		bool is_blank = end > at ? is_comment : strchr(" \t\r\n;", t.data[at]) != NULL;
		if (!is_blank && start == t.len)
			start = at;
		if (end > at) {
			at = end;
			continue;
		}
		end = skip_word(t, at);
		in_batch |= at == start && is_word(t, at, end, "BEGIN");
		in_batch &= !is_word(t, at, end, "APPLY");
		at = end > at ? end : at + 1;
	}
	*statement = (cql_text){ t.data + start, at - start };
	at += at < t.len; /* the semicolon */
	*script = (cql_text){ t.data + at, t.len - at };
	return start < t.len;
}
