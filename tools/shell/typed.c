/* SPDX-License-Identifier: MIT */
/* What was typed ahead. */
#include <string.h>

#include "tools/shell/typed.h"

static const char PASTE_BEGINS[] = "\033[200~", PASTE_ENDS[] = "\033[201~";

enum { CTRL_C = 3, CTRL_D = 4, MARK_LEN = sizeof PASTE_BEGINS - 1 };

void typed_add(struct typed *t, const void *bytes, size_t len, bool seen)
{
	bytes_add(&t->in, bytes, len);
	if (!seen)
		t->unseen = t->in.len;
}

static void drop(struct typed *t, size_t len)
{
	bytes_drop(&t->in, len);
	t->unseen -= t->unseen < len ? t->unseen : len;
}

void typed_clear(struct typed *t)
{
	drop(t, t->in.len);
}

void typed_free(struct typed *t)
{
	bytes_free(&t->in);
	*t = (struct typed){ 0 };
}

/* Whether there is a mark of a paste, or what may become one: then `*len` is how much of it is here. */
static bool is_mark(const unsigned char *at, size_t left, size_t *len)
{
	*len = left < MARK_LEN ? left : MARK_LEN;
	return !memcmp(at, PASTE_BEGINS, *len) || !memcmp(at, PASTE_ENDS, *len);
}

/* Takes a line, or what there is of it. How many bytes of the input it was. */
static size_t take_line(const struct typed *t, struct bytes *out, size_t *unseen)
{
	size_t at = 0, len;
	char c = '\0';

	while (at < t->in.len && c != '\n' && t->in.at[at] != CTRL_D) {
		bool mark = is_mark(t->in.at + at, t->in.len - at, &len);
		if (mark && len < MARK_LEN)
			break;
		if (mark) {
			at += len;
			continue;
		}
		c = (char)(t->in.at[at] == '\r' ? '\n' : t->in.at[at]);
		text_add_char(out, c);
		*unseen += at++ < t->unseen;
	}
	return at;
}

enum typed_event typed_line(struct typed *t, struct bytes *out, size_t *unseen)
{
	size_t before = out->len;
	const unsigned char *cancel = t->in.len ? memchr(t->in.at, CTRL_C, t->in.len) : NULL;

	*unseen = 0;
	if (cancel) {
		drop(t, (size_t)(cancel - t->in.at) + 1);
		return TYPED_CANCELLED;
	}
	drop(t, take_line(t, out, unseen));
	if (out->len > before)
		return TYPED_LINE;
	if (!t->in.len || t->in.at[0] != CTRL_D)
		return TYPED_WAITS;
	drop(t, 1);
	return TYPED_ENDED;
}
