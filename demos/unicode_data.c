/* SPDX-License-Identifier: MIT */
/* The parser of the Unicode character database's two files. */
#include "demos/unicode_data.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 15 };

bool unicode_blocks_load(struct unicode_blocks *b, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256];

	*b = (struct unicode_blocks){ 0 };
	if (!file) {
		fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof line, file)) {
		struct unicode_block block;
		unsigned first, last;
		if (sscanf(line, "%x..%x; %63[^\n]", &first, &last, block.name) != 3)
			continue; /* a comment or an empty line */
		struct unicode_block *grown = realloc(b->at, (b->len + 1) * sizeof *grown);
		if (!grown)
			break;
		block.first = (int32_t)first;
		block.last = (int32_t)last;
		b->at = grown;
		b->at[b->len++] = block;
	}
	fclose(file);
	if (b->len == 0)
		fprintf(stderr, "%s holds no block: is it Blocks.txt?\n", path);
	return b->len > 0;
}

void unicode_blocks_free(struct unicode_blocks *b)
{
	free(b->at);
	*b = (struct unicode_blocks){ 0 };
}

static int compare_block(const void *key, const void *element)
{
	int32_t code = *(const int32_t *)key;
	const struct unicode_block *block = element;

	return code < block->first ? -1 : code > block->last;
}

const char *unicode_blocks_find(const struct unicode_blocks *b, int32_t code)
{
	const struct unicode_block *block = bsearch(&code, b->at, b->len, sizeof *b->at,
						    compare_block);

	return block ? block->name : "No_Block";
}

bool unicode_open(struct unicode_reader *r, const char *path)
{
	*r = (struct unicode_reader){ .file = fopen(path, "r"), .path = path };
	if (!r->file)
		fprintf(stderr, "cannot read %s: %s (Debian: apt-get install unicode-data)\n", path,
			strerror(errno));
	return r->file != NULL;
}

void unicode_close(struct unicode_reader *r)
{
	if (r->file)
		fclose(r->file);
	free(r->line);
	*r = (struct unicode_reader){ 0 };
}

unsigned long unicode_count(struct unicode_reader *r)
{
	unsigned long lines = 0;

	while (getline(&r->line, &r->cap, r->file) > 0)
		lines += r->line[0] != '\n';
	rewind(r->file);
	return lines;
}

/* Cuts the line at its semicolons in place. */
static bool split(char *line, char *fields[FIELDS])
{
	size_t n = 0;

	for (char *at = line; at && n < FIELDS; n++) {
		fields[n] = at;
		at = strpbrk(at, ";\n");
		if (at)
			*at++ = '\0';
	}
	return n == FIELDS;
}

static int32_t hex_or_none(const char *text)
{
	return *text ? (int32_t)strtoul(text, NULL, 16) : -1;
}

static void read_numeric(struct unicode_char *out, const char *text)
{
	char *slash = NULL;

	out->has_numeric = *text != '\0';
	out->numeric = out->has_numeric ? strtod(text, &slash) : 0;
	if (slash && *slash == '/')
		out->numeric /= strtod(slash + 1, NULL);
}

/* "<compat> 0020 0301": the tag in brackets is left out. */
static void read_decomposition(struct unicode_char *out, const char *text)
{
	const char *at = strchr(text, '>');
	char *end;

	out->decomposition_len = 0;
	for (at = at ? at + 1 : text; out->decomposition_len < UNICODE_MAX_DECOMPOSITION;
	     at = end) {
		long code = strtol(at, &end, 16);
		if (end == at)
			break;
		out->decomposition[out->decomposition_len++] = (int32_t)code;
	}
}

static bool has_word(const struct unicode_char *c, const char *at, size_t len)
{
	for (size_t i = 0; i < c->words_len; i++)
		if (c->words[i].len == len && memcmp(c->words[i].at, at, len) == 0)
			return true;
	return false;
}

static void read_words(struct unicode_char *out, const char *name)
{
	out->words_len = 0;
	for (const char *at = name; *at && out->words_len < UNICODE_MAX_WORDS;) {
		size_t len = strcspn(at, " ");
		if (len && !has_word(out, at, len))
			out->words[out->words_len++] = (struct unicode_word){ at, len };
		at += len + (at[len] == ' ');
	}
}

static void encode_utf8(struct unicode_char *out)
{
	uint32_t code = (uint32_t)out->code;
	static const uint8_t lead[] = { 0, 0x00, 0xC0, 0xE0, 0xF0 };
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	out->utf8_len = len;
	for (size_t i = len - 1; i > 0; i--, code >>= 6)
		out->utf8[i] = (uint8_t)(0x80 | (code & 0x3F));
	out->utf8[0] = (uint8_t)(lead[len] | code);
}

int unicode_next(struct unicode_reader *r, struct unicode_char *out)
{
	char *f[FIELDS];

	if (getline(&r->line, &r->cap, r->file) <= 0) {
		if (!ferror(r->file) && r->line_number > 0)
			return 0;
		fprintf(stderr, "%s: %s\n", r->path,
			ferror(r->file) ? strerror(errno) : "the file is empty");
		return -1;
	}
	r->line_number++;
	if (!split(r->line, f)) {
		fprintf(stderr, "%s:%lu: expected %d fields between semicolons\n", r->path,
			r->line_number, FIELDS);
		return -1;
	}
	*out = (struct unicode_char){
		.code = hex_or_none(f[0]),
		.name = f[1],
		.category = f[2],
		.combining_class = (int16_t)atoi(f[3]),
		.bidi_class = f[4],
		.digit = (int8_t)(*f[7] ? atoi(f[7]) : -1),
		.mirrored = *f[9] == 'Y',
		.old_name = f[10],
		.upper = hex_or_none(f[12]),
		.lower = hex_or_none(f[13]),
		.title = hex_or_none(f[14]),
	};
	if (out->code < 0 || out->code > 0x10FFFF) {
		fprintf(stderr, "%s:%lu: \"%s\" is no code point\n", r->path, r->line_number, f[0]);
		return -1;
	}
	read_numeric(out, f[8]);
	read_decomposition(out, f[5]);
	read_words(out, f[1]);
	encode_utf8(out);
	return 1;
}
