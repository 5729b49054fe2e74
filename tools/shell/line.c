/* SPDX-License-Identifier: MIT */
/* The text that is being written. */
#include <ctype.h>
#include <string.h>

#include "tools/shell/line.h"
#include "tools/shell/width.h"

static const char *chars(const struct line *l)
{
	return (const char *)l->text.at;
}

void line_set(struct line *l, const char *text, size_t len)
{
	text_clear(&l->text);
	bytes_add(&l->text, text, len);
	l->at = len;
}

void line_insert(struct line *l, const char *text, size_t len)
{
	text_insert(&l->text, l->at, text, len);
	l->at += len;
}

void line_free(struct line *l)
{
	bytes_free(&l->text);
	bytes_free(&l->cut);
	l->at = 0;
}

size_t line_left(const struct line *l)
{
	return l->at ? width_back(chars(l), l->text.len, l->at) : 0;
}

size_t line_right(const struct line *l)
{
	return l->at < l->text.len ? width_forward(chars(l), l->text.len, l->at) : l->at;
}

/* Letters and digits make words, and so does all that is not ASCII. */
static bool in_word(const struct line *l, size_t at)
{
	unsigned char c = l->text.at[at];

	return c >= 0x80 || isalnum(c) || c == '_';
}

size_t line_word_left(const struct line *l)
{
	size_t at = l->at;

	while (at > 0 && !in_word(l, at - 1))
		at--;
	while (at > 0 && in_word(l, at - 1))
		at--;
	return at;
}

size_t line_word_right(const struct line *l)
{
	size_t at = l->at;

	while (at < l->text.len && !in_word(l, at))
		at++;
	while (at < l->text.len && in_word(l, at))
		at++;
	return at;
}

size_t line_home(const struct line *l)
{
	size_t at = l->at;

	while (at > 0 && l->text.at[at - 1] != '\n')
		at--;
	return at;
}

static size_t end_of(const struct line *l, size_t at)
{
	while (at < l->text.len && l->text.at[at] != '\n')
		at++;
	return at;
}

size_t line_end(const struct line *l)
{
	return end_of(l, l->at);
}

/* The place in the line that begins at `home` which is as far in it as the cursor is in its own. */
static size_t below(const struct line *l, size_t home)
{
	const struct line there = { .text = l->text, .at = home };
	size_t own = line_home(l), columns = width_text(chars(l) + own, l->at - own);
	size_t end = line_end(&there), at = home;

	while (at < end && width_text(chars(l) + home, at - home) < columns)
		at = width_forward(chars(l), end, at);
	return at;
}

/* The cursor itself: there is no line above. */
size_t line_up(const struct line *l)
{
	size_t own = line_home(l);
	struct line above = { .text = l->text, .at = own ? own - 1 : 0 };

	return own ? below(l, line_home(&above)) : l->at;
}

size_t line_down(const struct line *l)
{
	size_t end = line_end(l);

	return end < l->text.len ? below(l, end + 1) : l->at;
}

void line_delete(struct line *l, size_t place)
{
	size_t first = place < l->at ? place : l->at, behind = place < l->at ? l->at : place;

	text_remove(&l->text, first, behind - first);
	l->at = first;
}

void line_cut(struct line *l, size_t place)
{
	size_t first = place < l->at ? place : l->at, behind = place < l->at ? l->at : place;

	if (first == behind)
		return;
	text_clear(&l->cut);
	bytes_add(&l->cut, l->text.at + first, behind - first);
	line_delete(l, place);
}

void line_paste(struct line *l)
{
	if (l->cut.len)
		line_insert(l, (const char *)l->cut.at, l->cut.len);
}
