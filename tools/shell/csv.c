/* SPDX-License-Identifier: MIT */
/* Comma separated values. */
#include <stdint.h>
#include <string.h>

#include "tools/shell/csv.h"

enum { CHUNK = 1 << 16, END = -1 };

static bool fill(struct csv_reader *r)
{
	char chunk[4096];
	size_t got;

	if (r->ended)
		return false;
	if (r->from > CHUNK) {
		bytes_drop(&r->in, r->from);
		r->at -= r->from;
		r->from = 0;
	}
	got = r->fill(r->user, chunk, sizeof chunk);
	bytes_add(&r->in, chunk, got);
	r->ended = got == 0;
	return got > 0;
}

static int peek(struct csv_reader *r)
{
	return r->at < r->in.len || fill(r) ? r->in.at[r->at] : END;
}

static int next(struct csv_reader *r)
{
	int c = peek(r);

	if (c != END)
		r->at++;
	r->lines += c == '\n';
	return c;
}

/* While a row is read its fields are offsets; texts move when they grow. */
static void begin_field(struct csv_reader *r)
{
	struct csv_field f = { .len = r->data.len };

	bytes_add(&r->fields, &f, sizeof f);
}

static struct csv_field *fields(const struct csv_reader *r)
{
	return (struct csv_field *)(void *)r->fields.at;
}

static void end_field(struct csv_reader *r)
{
	struct csv_field *f = &fields(r)[csv_count(r) - 1];
	size_t from = f->len;

	f->text = (const char *)(uintptr_t)from;
	f->len = r->data.len - from;
	text_add_char(&r->data, '\0');
}

static void place_fields(struct csv_reader *r)
{
	for (size_t i = 0; i < csv_count(r); i++)
		fields(r)[i].text = (const char *)r->data.at + (uintptr_t)fields(r)[i].text;
}

static void take_escaped(struct csv_reader *r)
{
	int c = next(r);

	text_add_char(&r->data, c == END ? r->format.escape : (char)c);
}

/* Behind the first quote. False: there is no second one. */
static bool read_quoted(struct csv_reader *r)
{
	const struct csv_format *f = &r->format;
	bool doubles = f->escape == f->quote;

	fields(r)[csv_count(r) - 1].quoted = true;
	for (int c; (c = next(r)) != END;) {
		if (c == f->quote && !(doubles && peek(r) == f->quote))
			return true;
		if (c == f->quote)
			c = next(r);
		else if (c == f->escape) {
			take_escaped(r);
			continue;
		}
		text_add_char(&r->data, (char)c);
	}
	r->problem = "a quoted field has no end";
	return false;
}

/* What is behind a closing quote belongs to the field, too. */
static int read_plain(struct csv_reader *r)
{
	const struct csv_format *f = &r->format;

	for (;;) {
		int c = next(r);
		if (c == END || c == '\n' || c == f->delimiter)
			return c;
		if (c == '\r' && (peek(r) == '\n' || peek(r) == END))
			continue;
		if (c == f->escape && f->escape != f->quote)
			take_escaped(r);
		else
			text_add_char(&r->data, (char)c);
	}
}

static void read_row(struct csv_reader *r)
{
	int c;

	do {
		begin_field(r);
		if (peek(r) == r->format.quote) {
			next(r);
			if (!read_quoted(r)) {
				end_field(r);
				return;
			}
		}
		c = read_plain(r);
		end_field(r);
	} while (c == r->format.delimiter);
}

static void skip_mark(struct csv_reader *r)
{
	while (r->in.len < 3 && fill(r))
		;
	if (r->in.len >= 3 && !memcmp(r->in.at, "\xef\xbb\xbf", 3))
		r->at = 3;
}

static bool is_blank(const struct csv_reader *r)
{
	return csv_count(r) == 1 && !fields(r)->len && !fields(r)->quoted;
}

bool csv_read(struct csv_reader *r)
{
	if (!r->lines && !r->at)
		skip_mark(r);
	while (peek(r) != END) {
		r->from = r->at;
		r->line = r->lines + 1;
		text_clear(&r->data);
		text_clear(&r->fields);
		r->problem = NULL;
		read_row(r);
		place_fields(r);
		if (r->problem || !is_blank(r)) {
			size_t len;
			return !r->ends_with_dot || memcmp(csv_raw(r, &len), "\\.", 2) != 0 ||
			       len != 2;
		}
	}
	return false;
}

size_t csv_count(const struct csv_reader *r)
{
	return r->fields.len / sizeof(struct csv_field);
}

const struct csv_field *csv_field(const struct csv_reader *r, size_t i)
{
	return &fields(r)[i];
}

const char *csv_raw(const struct csv_reader *r, size_t *len)
{
	const char *raw = (const char *)r->in.at + r->from;

	*len = r->at - r->from;
	while (*len && (raw[*len - 1] == '\n' || raw[*len - 1] == '\r'))
		--*len;
	return raw;
}

void csv_free(struct csv_reader *r)
{
	bytes_free(&r->in);
	bytes_free(&r->data);
	bytes_free(&r->fields);
}

static bool needs_quotes(const struct csv_format *f, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == f->delimiter || text[i] == f->quote || text[i] == f->escape ||
		    text[i] == '\n' || text[i] == '\r')
			return true;
	return len && (text[0] == ' ' || text[len - 1] == ' ');
}

void csv_write(struct bytes *out, const struct csv_format *f, const char *text, size_t len,
	       bool quoted)
{
	if (!quoted && !needs_quotes(f, text, len)) {
		bytes_add(out, text, len);
		return;
	}
	text_add_char(out, f->quote);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == f->quote || text[i] == f->escape)
			text_add_char(out, f->escape);
		text_add_char(out, text[i]);
	}
	text_add_char(out, f->quote);
}
