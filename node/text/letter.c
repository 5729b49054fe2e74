/* SPDX-License-Identifier: MIT */
/* Letters of one case, and of ASCII. */
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
	size_t from = 0;

	while (count > from) {
		size_t middle = from + (count - from) / 2;
		const struct move *m = &moves[middle];

		if (c > m->last)
			from = middle + 1;
		else if (c < m->first)
			count = middle;
		else
			return (c - m->first) % m->step ? c : (uint32_t)((int32_t)c + m->distance);
	}
	return c;
}

static const char *longer_of(const struct longer *all, size_t count, uint32_t c)
{
	size_t from = 0;

	while (count > from) {
		size_t middle = from + (count - from) / 2;

		if (c > all[middle].c)
			from = middle + 1;
		else if (c < all[middle].c)
			count = middle;
		else
			return all[middle].to;
	}
	return NULL;
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

bool nd_text_lower(cql_blob text, struct cd_arena *a, cql_blob *out)
{
	const uint8_t *at = text.data, *end = at + text.len;
	uint8_t *to;

	if (!room_for(text, a, out, &to))
		return false;
	while (at < end) {
		const uint8_t *here = at;
		uint32_t c = nd_char_next(&at, end);

		if (c == DOTTED_I)
			to = nd_char_put(nd_char_put(to, 'i'), DOT_ABOVE);
		else if (c == SIGMA && ends_word(text, here, at))
			to = nd_char_put(to, LAST_SIGMA);
		else
			to = nd_char_put(to, lower_of(c));
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

bool nd_text_upper(cql_blob text, struct cd_arena *a, cql_blob *out)
{
	const uint8_t *at = text.data, *end = at + text.len;
	uint8_t *to;

	if (!room_for(text, a, out, &to))
		return false;
	while (at < end) {
		uint32_t c = nd_char_next(&at, end);
		const char *more = longer_of(long_uppers, COUNT(long_uppers), c);

		to = more ? put_text(to, more)
			  : nd_char_put(to, moved(upper_moves, COUNT(upper_moves), c));
	}
	out->len = (size_t)(to - out->data);
	return true;
}

bool nd_text_ascii(cql_blob text, struct cd_arena *a, cql_blob *out)
{
	const uint8_t *at = text.data, *end = at + text.len;
	uint8_t *to;

	if (!room_for(text, a, out, &to))
		return false;
	while (at < end) {
		uint32_t c = nd_char_next(&at, end);
		const char *ascii = c < 0x80 ? NULL : longer_of(asciis, COUNT(asciis), c);

		to = ascii ? put_text(to, ascii) : nd_char_put(to, c);
	}
	out->len = (size_t)(to - out->data);
	return true;
}
