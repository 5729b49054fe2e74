/* SPDX-License-Identifier: MIT */
/* Finds where statements end. */
#include "tools/shell/splitter.h"

void splitter_reset(struct splitter *s)
{
	*s = (struct splitter){ .is_command = s->is_command };
}

/* The `;` of the statements in BEGIN [UNLOGGED | COUNTER] BATCH ... APPLY BATCH do not end it. */
static void follow_batch(struct splitter *s, const struct token *t)
{
	if (token_is(t, "BATCH") && s->before_batch) {
		s->applied = s->batch;
		s->batch = true;
		s->before_batch = false;
	} else if (token_is(t, "BEGIN") && s->words == 1) {
		s->before_batch = true;
	} else if (token_is(t, "APPLY") && s->batch) {
		s->before_batch = true;
	} else if (!token_is(t, "UNLOGGED") && !token_is(t, "COUNTER")) {
		s->before_batch = false;
	}
}

static void follow(struct splitter *s, const char *text, const struct token *t)
{
	if (!s->begun) {
		s->begun = true;
		s->first = (size_t)(t->text - text);
		s->command = t->kind == TOKEN_WORD && s->is_command(t->text, t->len);
	}
	s->words++;
	s->end = (size_t)(t->text - text) + t->len;
	follow_batch(s, t);
}

/* The newline that ends a command; strings in it do not go over it either. */
static bool end_command(struct splitter *s, const char *text, size_t len)
{
	size_t at = s->at;

	while (at < len && text[at] != '\n')
		at++;
	if (at == len)
		return false;
	s->end = s->at = at;
	while (s->end > s->first && (text[s->end - 1] == ' ' || text[s->end - 1] == '\r'))
		s->end--;
	return true;
}

bool splitter_next(struct splitter *s, const char *text, size_t len)
{
	for (;;) {
		struct tokens tokens = { text + s->at, text + len };
		struct token t = token_next(&tokens);
		bool ends = token_is_sign(&t, ';') && (!s->batch || s->applied);
		if (s->command && (t.on_next_line || !t.whole))
			return end_command(s, text, len);
		if (t.kind == TOKEN_END || !t.whole)
			return false;
		s->at = (size_t)(tokens.at - text);
		if (ends)
			return true;
		follow(s, text, &t);
	}
}

bool splitter_is_whole(bool (*is_command)(const char *word, size_t len), const char *text,
		       size_t len)
{
	struct splitter s = { .is_command = is_command };
	struct bytes all = { 0 };
	size_t from = 0;
	bool whole;
	struct tokens rest;
	struct token t;

	bytes_add(&all, text, len);
	text_add(&all, "\n");
	while (splitter_next(&s, (const char *)all.at + from, all.len - from)) {
		from += s.at;
		splitter_reset(&s);
	}
	rest = (struct tokens){ (const char *)all.at + from, (const char *)all.at + all.len };
	t = token_next(&rest);
	whole = t.kind == TOKEN_END && t.whole;
	bytes_free(&all);
	return whole;
}
