/* SPDX-License-Identifier: MIT */
/* Reads the Unicode character database's UnicodeData.txt and Blocks.txt (UAX #44) line by line. */
#ifndef DEMOS_UNICODE_DATA_H
#define DEMOS_UNICODE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	UNICODE_MAX_DECOMPOSITION = 18, /* U+FDFA needs them all */
	UNICODE_MAX_WORDS = 24,
};

/* A text inside the line, not terminated. */
struct unicode_word {
	const char *at;
	size_t len;
};

/* One line of UnicodeData.txt. Texts point into the reader's line and live until the next one is
 * read. */
struct unicode_char {
	int32_t code;
	const char *name, *category, *bidi_class, *old_name;
	int16_t combining_class;
	int8_t digit; /* -1: none */
	bool has_numeric, mirrored;
	double numeric;
	int32_t upper, lower, title; /* -1: none */
	int32_t decomposition[UNICODE_MAX_DECOMPOSITION];
	size_t decomposition_len;
	struct unicode_word words[UNICODE_MAX_WORDS]; /* of the name, without repetition */
	size_t words_len;
	uint8_t utf8[4];
	size_t utf8_len;
};

struct unicode_block {
	int32_t first, last;
	char name[64];
};

struct unicode_blocks {
	struct unicode_block *at;
	size_t len;
};

struct unicode_reader {
	FILE *file;
	const char *path;
	char *line; /* getline()'s */
	size_t cap;
	unsigned long line_number;
};

/* Each prints what is wrong to stderr and returns false. */
bool unicode_blocks_load(struct unicode_blocks *b, const char *path);
void unicode_blocks_free(struct unicode_blocks *b);
/* "No_Block" for a code outside every block. */
const char *unicode_blocks_find(const struct unicode_blocks *b, int32_t code);

bool unicode_open(struct unicode_reader *r, const char *path);
void unicode_close(struct unicode_reader *r);
/* 1: a character was read, 0: end of file, -1: a broken line (said on stderr). */
int unicode_next(struct unicode_reader *r, struct unicode_char *out);
/* Lines of the file that hold a character; the reader is then back at its beginning. */
unsigned long unicode_count(struct unicode_reader *r);

#endif
