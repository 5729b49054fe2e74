/* SPDX-License-Identifier: MIT */
/* Letters of one case, and of ASCII. */
#include <stdlib.h>
#include <string.h>

#include "node/text/text.h"

enum {
	GROWTH = 3, /* no character becomes longer than so many times itself */
	DOTTED_I = 0x130,
	SIGMA = 0x3A3,
	LAST_SIGMA = 0x3C2,
	DOT_ABOVE = 0x307
};

/* ---- tables -------------------------------------------------------------------------------------- */

/* Every `step`th character of a run moves by `distance`. */
struct move {
	uint32_t first, last, step;
	int32_t distance;
};

struct longer {
	uint32_t c;
	char to[8];
};

#define X(first, last, step, distance) { first, last, step, distance },
static const struct move lower_moves[] = {
#include "node/text/lower.def"
};
static const struct move upper_moves[] = {
#include "node/text/upper.def"
};
#undef X

#define X(c, to) { c, to },
static const struct longer long_uppers[] = {
#include "node/text/upper_long.def"
};
static const struct longer asciis[] = {
#include "node/text/ascii.def"
};
#undef X

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint32_t moved(const struct move *moves, size_t count, uint32_t c)
{
	const struct move *m = bsearch(&c, moves, count, sizeof *moves, nd_char_in_run);

	return !m || (c - m->first) % m->step ? c : (uint32_t)((int32_t)c + m->distance);
}

static const char *longer_of(const struct longer *all, size_t count, uint32_t c)
{
	const struct longer *found = bsearch(&c, all, count, sizeof *all, nd_char_is_of);

	return found ? found->to : NULL;
}

static uint32_t lower_of(uint32_t c)
{
	return moved(lower_moves, COUNT(lower_moves), c);
}

static bool is_cased(uint32_t c)
{
	return lower_of(c) != c || moved(upper_moves, COUNT(upper_moves), c) != c ||
	       longer_of(long_uppers, COUNT(long_uppers), c);
}

/* ---- one by one ---------------------------------------------------------------------------------- */

/* Whether a letter stands before this place, and none behind it, in the same word. */
static bool ends_word(cql_blob text, const uint8_t *sigma, const uint8_t *behind)
{
	const uint8_t *end = text.data + text.len, *at = sigma;
	bool before = false;

	while (!before && at > text.data) {
		const uint8_t *c = at - 1;
		uint32_t is;

		while (c > text.data && (*c & 0xC0) == 0x80)
			c--;
		at = c;
		is = nd_char_next(&c, end);
		before = is_cased(is);
		if (!before && !nd_char_is_word(is))
			return false;
	}
	while (before && behind < end) {
		uint32_t is = nd_char_next(&behind, end);

		if (is_cased(is))
			return false;
		if (!nd_char_is_word(is))
			break;
	}
	return before;
}

static bool room_for(cql_blob text, struct cd_arena *a, cql_blob *out, uint8_t **to)
{
	*to = cd_arena_take_array(a, text.len + 1, GROWTH);
	out->data = *to;
	return *to != NULL;
}

struct letter {
	cql_blob text; /* that it is in */
	const uint8_t *at, *behind;
	uint32_t c;
};

typedef uint8_t *put_fn(uint8_t *to, const struct letter *l);

static bool put_each(cql_blob text, put_fn *put, struct cd_arena *a, cql_blob *out)
{
	const uint8_t *end = text.data + text.len;
	struct letter l = { .text = text, .behind = text.data };
	uint8_t *to;

	if (!room_for(text, a, out, &to))
		return false;
	while ((l.at = l.behind) < end) {
		l.c = nd_char_next(&l.behind, end);
		to = put(to, &l);
	}
	out->len = (size_t)(to - out->data);
	return true;
}

static uint8_t *put_text(uint8_t *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

static uint8_t *put_lower(uint8_t *to, const struct letter *l)
{
	if (l->c == DOTTED_I)
		return nd_char_put(nd_char_put(to, 'i'), DOT_ABOVE);
	if (l->c == SIGMA && ends_word(l->text, l->at, l->behind))
		return nd_char_put(to, LAST_SIGMA);
	return nd_char_put(to, lower_of(l->c));
}

static uint8_t *put_upper(uint8_t *to, const struct letter *l)
{
	const char *more = longer_of(long_uppers, COUNT(long_uppers), l->c);

	return more ? put_text(to, more)
		    : nd_char_put(to, moved(upper_moves, COUNT(upper_moves), l->c));
}

static uint8_t *put_ascii(uint8_t *to, const struct letter *l)
{
	const char *ascii = l->c < 0x80 ? NULL : longer_of(asciis, COUNT(asciis), l->c);

	return ascii ? put_text(to, ascii) : nd_char_put(to, l->c);
}

bool nd_text_lower(cql_blob text, struct cd_arena *a, cql_blob *out)
{
	return put_each(text, put_lower, a, out);
}

bool nd_text_upper(cql_blob text, struct cd_arena *a, cql_blob *out)
{
	return put_each(text, put_upper, a, out);
}

bool nd_text_ascii(cql_blob text, struct cd_arena *a, cql_blob *out)
{
	return put_each(text, put_ascii, a, out);
}
