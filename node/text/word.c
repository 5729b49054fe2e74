/* SPDX-License-Identifier: MIT */
/* Words: UAX #29's, as Lucene's StandardTokenizer cuts them. */
#include <stdlib.h>

#include "node/text/text.h"

enum { LONGEST = 255 }; /* UTF-16 units */

enum word_class {
	APART, /* nothing of a word */
	LETTER,
	HEBREW,
	NUMBER,
	KATAKANA,
	EXTEND,     /* joins whatever stands around it: _ */
	ATTACHED,   /* belongs to what is before it: accents */
	MID_LETTER, /* inside of letters: ': */
	MID_NUMBER, /* inside of numbers: , ; */
	MID_BOTH,   /* . */
	QUOTE,
	DOUBLE_QUOTE,
	SOUTH_EAST, /* a run of them is a word */
	ALONE       /* a word each */
};

struct run {
	uint32_t first, last;
	enum word_class class;
};

static const struct run runs[] = {
#define X(first, last, class) { first, last, class },
#include "node/text/word.def"
#undef X
};

static enum word_class class_of(uint32_t c)
{
	const struct run *run = bsearch(&c, runs, sizeof runs / sizeof *runs, sizeof *runs,
					nd_char_in_run);

	return run ? run->class : APART;
}

bool nd_char_is_word(uint32_t c)
{
	enum word_class class = class_of(c);

	return class != APART && class != ALONE;
}

/* A place in a text: `class` is of the character there, `next` is behind what is attached to it. */
struct place {
	const uint8_t *at, *next, *end;
	enum word_class class;
	unsigned units;
};

static void look(struct place *p)
{
	const uint8_t *at = p->next;
	uint32_t c;

	p->at = p->next;
	p->class = APART;
	p->units = 0;
	if (at == p->end)
		return;
	c = nd_char_next(&at, p->end);
	p->class = class_of(c);
	do {
		p->units += c > 0xFFFF ? 2 : 1;
		p->next = at;
	} while (at < p->end && class_of(c = nd_char_next(&at, p->end)) == ATTACHED);
}

static bool is_letter(enum word_class c)
{
	return c == LETTER || c == HEBREW;
}

/* Whether `middle` holds together what is before and behind it. */
static bool holds(enum word_class before, enum word_class middle, enum word_class behind)
{
	bool both = middle == MID_BOTH || middle == QUOTE;

	if (is_letter(before) && is_letter(behind))
		return both || middle == MID_LETTER ||
		       (middle == DOUBLE_QUOTE && before == HEBREW && behind == HEBREW);
	return before == NUMBER && behind == NUMBER && (both || middle == MID_NUMBER);
}

/* Whether `next` goes on a word whose last was `last`. */
static bool follows(enum word_class last, enum word_class next)
{
	bool word = is_letter(next) || next == NUMBER;

	if (last == EXTEND)
		return word || next == KATAKANA;
	return last == KATAKANA ? next == KATAKANA : (is_letter(last) || last == NUMBER) && word;
}

/* Takes the rest of a word whose first character `p` is at; its length in units. */
static unsigned take_word(struct place *p, bool *is_word)
{
	enum word_class last = p->class;
	unsigned units = p->units;

	*is_word = last != EXTEND;
	for (;;) {
		struct place next = *p, behind;

		look(&next);
		behind = next;
		look(&behind);
		if (next.class == EXTEND || follows(last, next.class)) {
			*is_word |= next.class != EXTEND;
		} else if (holds(last, next.class, behind.class)) {
			units += next.units;
			next = behind;
		} else if (!(last == HEBREW && next.class == QUOTE)) {
			return units;
		}
		units += next.units;
		last = next.class;
		*p = next;
	}
}

static unsigned take_run(struct place *p)
{
	unsigned units = p->units;

	for (struct place next = *p; look(&next), next.class == SOUTH_EAST; *p = next)
		units += next.units;
	return units;
}

bool nd_word_next(cql_blob text, size_t *at, cql_blob *word)
{
	struct place p = { .next = text.data + *at, .end = text.data + text.len };

	while (p.next < p.end) {
		bool is_word = true;
		unsigned units;
		const uint8_t *from;

		look(&p);
		from = p.at;
		units = p.units;
		if (p.class == SOUTH_EAST)
			units = take_run(&p);
		else if (p.class >= LETTER && p.class <= EXTEND)
			units = take_word(&p, &is_word);
		else
			is_word = p.class == ALONE;
		if (!is_word || units > LONGEST)
			continue;
		*at = (size_t)(p.next - text.data);
		*word = (cql_blob){ from, (size_t)(p.next - from) };
		return true;
	}
	*at = text.len;
	return false;
}
