/* SPDX-License-Identifier: MIT */
/* Texts as indexes compare them: letters of one case, one spelling, ASCII, words. The tables (*.def)
 * say what Java and Lucene make of each character. All texts are valid UTF-8. */
#ifndef NODE_TEXT_H
#define NODE_TEXT_H

#include <coodie/message.h>

#include "base/arena.h"

/* One character, and the place behind it; `*at` is before `end`. */
uint32_t nd_char_next(const uint8_t **at, const uint8_t *end);
/* Writes a character: at most 4 bytes. */
uint8_t *nd_char_put(uint8_t *out, uint32_t c);

/* For bsearch() of a character, among items that begin with the first and the last one of a run, and among
 * those that begin with one. */
int nd_char_in_run(const void *c, const void *run);
int nd_char_is_of(const void *c, const void *item);

/* Makes another text of one, in the arena; false: there is no memory. */
typedef bool nd_text_fn(cql_blob text, struct cd_arena *a, cql_blob *out);
nd_text_fn nd_text_lower; /* String.toLowerCase(): a sigma at the end of a word is another */
nd_text_fn nd_text_upper; /* String.toUpperCase() */
nd_text_fn nd_text_ascii; /* ASCIIFoldingFilter */
nd_text_fn nd_text_nfc;   /* Normalizer.Form.NFC */

/* The next word of a text as StandardTokenizer finds it (UAX #29); false: there is none. Words of
 * more than 255 UTF-16 units are passed over. */
bool nd_word_next(cql_blob text, size_t *at, cql_blob *word);
/* Whether a character can be inside a word, beside others. */
bool nd_char_is_word(uint32_t c);

#endif
