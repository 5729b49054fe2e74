/* SPDX-License-Identifier: MIT */
/* Tries with less, again and again. */
#include "tests/random_shrink.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/random_breakage.h"

enum { KIND = 12 }; /* "error 0x2200" */

struct shrink {
	struct random_pair *pair;
	struct random_round *round;
	char kinds[2][KIND + 1]; /* how the lines begin that differ first */
	time_t end;
};

/* ---- one try -------------------------------------------------------------------------------- */

static void note_kinds(const struct random_pair *p, char kinds[2][KIND + 1])
{
	const char *a = p->answers[0], *b = p->answers[1];
	size_t same = 0;

	while (a[same] && a[same] == b[same])
		same++;
	while (same && a[same - 1] != '\n')
		same--;
	snprintf(kinds[0], KIND + 1, "%s", a + same);
	snprintf(kinds[1], KIND + 1, "%s", b + same);
}

/* Whether the last statement still differs in that way. */
static bool still_differs(struct shrink *s)
{
	struct random_round *r = s->round;
	bool differs = random_pair_begin(s->pair);
	char kinds[2][KIND + 1];

	for (unsigned i = 0; i < r->count && differs; i++)
		differs = random_pair_run(s->pair, &r->statements[i]);
	differs = differs && !s->pair->is_same;
	if (differs) {
		note_kinds(s->pair, kinds);
		differs = !memcmp(kinds, s->kinds, sizeof kinds);
	}
	random_pair_end(s->pair);
	return differs;
}

static bool is_over(const struct shrink *s)
{
	return time(NULL) >= s->end;
}

/* ---- statements ----------------------------------------------------------------------------- */

/* Leaves `count` statements out; puts them back when the difference goes with them. */
static bool drop(struct shrink *s, unsigned at, unsigned count)
{
	struct script_statement kept[512];
	struct random_round *r = s->round;

	if (r->count > sizeof kept / sizeof *kept)
		return false;
	memcpy(kept, r->statements, r->count * sizeof *kept);
	memmove(&r->statements[at], &r->statements[at + count],
		(r->count - at - count) * sizeof *kept);
	r->count -= count;
	if (still_differs(s))
		return true;
	r->count += count;
	memcpy(r->statements, kept, r->count * sizeof *kept);
	return false;
}

/* Never the last one. */
static void drop_statements(struct shrink *s)
{
	for (unsigned size = s->round->count / 2; size; size /= 2)
		for (unsigned at = 0; at + size < s->round->count && !is_over(s);)
			at += drop(s, at, size) ? 0 : size;
}

/* ---- tokens --------------------------------------------------------------------------------- */

/* Where so many tokens behind `text` end. */
static size_t tokens(const char *text, unsigned count)
{
	size_t len = 0;

	while (count-- && text[len])
		len += random_token(text + len);
	return len;
}

static bool cut(struct shrink *s, struct script_statement *st, size_t at, size_t len)
{
	const char *whole = st->cql;
	size_t left = strlen(whole) - len;
	char *less = cd_arena_take(&s->round->arena, left + 1);

	if (!less || !left)
		return false;
	memcpy(less, whole, at);
	memcpy(less + at, whole + at + len, left - at + 1);
	st->cql = less;
	if (still_differs(s))
		return true;
	st->cql = whole;
	return false;
}

static void cut_tokens(struct shrink *s, struct script_statement *st)
{
	for (unsigned size = 8; size; size /= 2)
		for (size_t at = 0; st->cql[at] && !is_over(s);) {
			size_t len = tokens(st->cql + at, size);
			at += cut(s, st, at, len) ? 0 : tokens(st->cql + at, 1);
		}
}

void random_shrink(struct random_pair *p, struct random_round *round, unsigned count,
		   unsigned seconds)
{
	struct shrink s = { .pair = p, .round = round, .end = time(NULL) + (time_t)seconds };

	note_kinds(p, s.kinds);
	round->count = count;
	drop_statements(&s);
	for (unsigned i = round->count; i-- > 0 && !is_over(&s);)
		cut_tokens(&s, &round->statements[i]);
	if (random_pair_begin(p)) /* for its answers */
		for (unsigned i = 0; i < round->count && random_pair_run(p, &round->statements[i]);)
			i++;
}
