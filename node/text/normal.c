/* SPDX-License-Identifier: MIT */
/* NFC: characters taken apart, combining ones put in their order, and put together again. */
#include <stdlib.h>

#include "node/text/text.h"

enum {
	DEPTH = 4, /* of parts that have parts */
	/* Hangul is put together by arithmetic: a leading consonant, a vowel, perhaps a trailing one. */
	LEAD = 0x1100,
	LEADS = 19,
	VOWEL = 0x1161,
	VOWELS = 21,
	TRAIL = 0x11A7,
	TRAILS = 28,
	SYLLABLE = 0xAC00,
	SYLLABLES = LEADS * VOWELS * TRAILS,
	/* where characters are that are a second part of others */
	SECONDS_FROM = 0x300,
	SECONDS_TO = 0x309A,
	SECONDS_FROM_AGAIN = 0x11000,
	GROWTH = 2 /* of a byte so many characters are made, at most */
};

struct parts {
	uint32_t c, first, second, whole;
};

static const struct parts parts[] = {
#define X(c, first, second, whole) { c, first, second, whole },
#include "node/text/compose.def"
#undef X
};

struct class_run {
	uint32_t first, last;
	uint8_t number;
};

static const struct class_run classes[] = {
#define X(first, last, number) { first, last, number },
#include "node/text/combining.def"
#undef X
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint8_t class_of(uint32_t c)
{
	const struct class_run *run = bsearch(&c, classes, COUNT(classes), sizeof *classes,
					      nd_char_in_run);

	return run ? run->number : 0;
}

/* ---- apart --------------------------------------------------------------------------------------- */

static const struct parts *parts_of(uint32_t c)
{
	return bsearch(&c, parts, COUNT(parts), sizeof *parts, nd_char_is_of);
}

/* Puts a character behind those of a higher class. */
static void put_in_order(uint32_t *chars, size_t *count, uint32_t c)
{
	uint8_t class = class_of(c);
	size_t at = (*count)++;

	while (class && at && class_of(chars[at - 1]) > class) {
		chars[at] = chars[at - 1];
		at--;
	}
	chars[at] = c;
}

static void take_apart(uint32_t c, uint32_t *chars, size_t *count)
{
	uint32_t seconds[DEPTH];
	size_t depth = 0;
	const struct parts *p;

	if (c - SYLLABLE < SYLLABLES) {
		uint32_t s = c - SYLLABLE, trail = s % TRAILS;

		put_in_order(chars, count, LEAD + s / (VOWELS * TRAILS));
		put_in_order(chars, count, VOWEL + s % (VOWELS * TRAILS) / TRAILS);
		if (trail)
			put_in_order(chars, count, TRAIL + trail);
		return;
	}
	while (depth < DEPTH && (p = parts_of(c)) != NULL) {
		if (p->second)
			seconds[depth++] = p->second;
		c = p->first;
	}
	put_in_order(chars, count, c);
	while (depth)
		put_in_order(chars, count, seconds[--depth]);
}

/* ---- together ------------------------------------------------------------------------------------ */

/* 0: they are no parts of one. */
static uint32_t together(uint32_t first, uint32_t second)
{
	if (first - LEAD < LEADS && second - VOWEL < VOWELS)
		return SYLLABLE + ((first - LEAD) * VOWELS + second - VOWEL) * TRAILS;
	if (first - SYLLABLE < SYLLABLES && (first - SYLLABLE) % TRAILS == 0 &&
	    second - TRAIL - 1 < TRAILS - 1)
		return first + second - TRAIL;
	if (second < SECONDS_FROM || (second > SECONDS_TO && second < SECONDS_FROM_AGAIN))
		return 0;
	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i].second == second && parts[i].first == first && parts[i].whole)
			return parts[i].c;
	return 0;
}

/* A starter takes in what follows it, unless something of the same class or higher is between. */
static size_t put_together(uint32_t *chars, size_t count)
{
	size_t starter = count, kept = 0;
	uint8_t last = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t class = class_of(chars[i]);
		bool blocked = starter == count || (kept > starter + 1 && last >= class);
		uint32_t one = blocked ? 0 : together(chars[starter], chars[i]);

		if (one) {
			chars[starter] = one;
			continue;
		}
		if (!class)
			starter = kept;
		last = class;
		chars[kept++] = chars[i];
	}
	return kept;
}

static bool is_ascii(cql_blob text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= 0x80)
			return false;
	return true;
}

bool nd_text_nfc(cql_blob text, struct cd_arena *a, cql_blob *out)
{
	const uint8_t *at = text.data, *end = at + text.len;
	uint32_t *chars;
	size_t count = 0;
	uint8_t *to;

	*out = text;
	if (is_ascii(text))
		return true;
	chars = cd_arena_take_array(a, text.len, GROWTH * sizeof *chars);
	if (!chars)
		return false;
	while (at < end)
		take_apart(nd_char_next(&at, end), chars, &count);
	count = put_together(chars, count);
	out->data = to = cd_arena_take_array(a, count, 4);
	if (!to)
		return false;
	for (size_t i = 0; i < count; i++)
		to = nd_char_put(to, chars[i]);
	out->len = (size_t)(to - out->data);
	return true;
}
