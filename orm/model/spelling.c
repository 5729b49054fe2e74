/* SPDX-License-Identifier: MIT */
/* The canonical spelling of a type, by a walk over its text. */
#include "orm/model/spelling.h"

#include <string.h>

#include "base/identifier.h"

#define MAX_DEPTH 32

struct walk {
	struct cd_buffer *out;
	const char *at;
	unsigned depth;
	cd_word_fn *word; /* NULL: words stay as they are */
	const void *user;
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void skip_spaces(struct walk *w)
{
	while (*w->at == ' ' || *w->at == '\t' || *w->at == '\n' || *w->at == '\r')
		w->at++;
}

/* The word at the cursor, in lower case unless it is in quotes, a class's too; its length. */
static size_t take_word(struct walk *w, char *word, size_t size)
{
	size_t len = 0;
	char quoted = '\0'; /* the quote that will end it */

	skip_spaces(w);
	while (*w->at && (quoted || !strchr("<>, \t\r\n", *w->at))) {
		if (*w->at == quoted)
			quoted = '\0';
		else if (!quoted && (*w->at == '"' || *w->at == '\''))
			quoted = *w->at;
		if (len + 1 < size)
			word[len++] = quoted ? *w->at : lower(*w->at);
		w->at++;
	}
	word[len] = '\0';
	skip_spaces(w);
	return len;
}

static bool is_collection(const char *word)
{
	return !strcmp(word, "list") || !strcmp(word, "set") || !strcmp(word, "map");
}

/* What is frozen by its nature, so that the word adds nothing. */
static bool freezes_itself(const char *word)
{
	return !strcmp(word, "tuple") || !strcmp(word, "vector");
}

static void append_type(struct walk *w, bool frozen);

static void append_arguments(struct walk *w, bool frozen)
{
	while (*w->at == '<' || *w->at == ',') {
		bool first = *w->at == '<';

		w->at++;
		cd_buffer_bytes(w->out, first ? "<" : ", ", first ? 1 : 2);
		append_type(w, frozen);
		skip_spaces(w);
	}
	if (*w->at == '>')
		w->at++;
	cd_buffer_u8(w->out, '>');
}

/* frozen<X>: the cursor is at its '<'. */
static void append_frozen(struct walk *w, bool frozen)
{
	struct walk peek = *w;
	char inner[64];

	peek.at++;
	take_word(&peek, inner, sizeof(inner));
	if (frozen || freezes_itself(inner) || !strcmp(inner, "frozen")) {
		w->at++;
		append_type(w, frozen);
		skip_spaces(w);
		if (*w->at == '>')
			w->at++;
		return;
	}
	cd_buffer_bytes(w->out, "frozen", 6);
	append_arguments(w, true);
}

static void append_type(struct walk *w, bool frozen)
{
	char word[256];
	size_t len = take_word(w, word, sizeof(word));

	if (w->depth++ > MAX_DEPTH)
		return;
	if (*w->at == '<' && !strcmp(word, "frozen")) {
		append_frozen(w, frozen);
	} else {
		if (!strcmp(word, "varchar"))
			len = strlen(strcpy(word, "text"));
		if (*w->at == '<' || !w->word || !w->word(w->out, word, w->user))
			cd_buffer_bytes(w->out, word, len);
		if (*w->at == '<')
			append_arguments(w, frozen || freezes_itself(word));
	}
	w->depth--;
}

void cd_spelling_append_words(struct cd_buffer *out, const char *type, cd_word_fn *fn,
			      const void *user)
{
	struct walk w = { .out = out, .at = type, .word = fn, .user = user };

	append_type(&w, false);
}

bool cd_spelling_multicell(const char *canonical)
{
	struct walk w = { .at = canonical };
	char word[64];

	take_word(&w, word, sizeof(word));
	return *w.at == '<' && is_collection(word);
}

bool cd_spelling_is_own(const char *word)
{
	static const char *const own[] = {
#define X(name, id, cql, class_name, size) cql,
#include <coodie/types.def>
#undef X
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (!strcmp(own[i], word))
			return true;
	}
	return false;
}

/* A name that is none of CQL's own, nor of a class: a user type's. */
static bool is_user_type(const char *word)
{
	return *word && *word != '\'' && (*word < '0' || *word > '9') && !cd_spelling_is_own(word);
}

/* Where the type at `begin` ends: at the comma or bracket that is not its own. */
static size_t length_of(const char *begin)
{
	const char *at = begin;
	unsigned depth = 0;

	for (; *at && (depth || (*at != ',' && *at != '>')); at++) {
		if (*at == '<')
			depth++;
		if (*at == '>')
			depth--;
	}
	return (size_t)(at - begin);
}

const char *cd_spelling_unfrozen(const char *canonical, size_t *len)
{
	struct walk w = { .at = canonical };
	unsigned depth = 0, frozen_at = 0;
	char word[256];

	while (*w.at) {
		bool cells; /* it would be stored cell by cell */
		const char *begin;

		skip_spaces(&w);
		begin = w.at;
		take_word(&w, word, sizeof(word));
		cells = *w.at == '<' ? is_collection(word) : is_user_type(word);
		if (cells && !frozen_at && depth > 0) {
			*len = length_of(begin);
			return begin;
		}
		if (*w.at == '<' && !frozen_at && (!strcmp(word, "frozen") || freezes_itself(word)))
			frozen_at = depth + 1;
		for (; *w.at == '<' || *w.at == '>' || *w.at == ',' || *w.at == ' '; w.at++) {
			if (*w.at == '<')
				depth++;
			if (*w.at == '>' && depth-- == frozen_at)
				frozen_at = 0;
		}
	}
	return NULL;
}

/* Words that name tables and columns, but no user types. */
static bool is_no_type(const char *name)
{
	static const char words[][16] = { "bitstring", "byte",     "cast",     "complex",
					  "count",     "distinct", "enum",     "frozen",
					  "interval",  "json",     "macaddr",  "maxwritetime",
					  "ttl",       "varchar",  "writetime" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(words[i], name))
			return true;
	}
	return false;
}

void cd_spelling_append_name(struct cd_buffer *out, const char *name)
{
	if (!is_user_type(name) || is_no_type(name))
		cd_identifier_append_quoted(out, name);
	else
		cd_identifier_append(out, name);
}
