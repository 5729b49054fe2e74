/* SPDX-License-Identifier: MIT */
/* Draws what is being written. Rows are broken here and not by the terminal, so that it is known where each
 * of them is; of a text with more rows than the terminal those around the cursor are shown. */
#include <string.h>

#include "tools/shell/cell.h"
#include "tools/shell/screen.h"
#include "tools/shell/width.h"

/* A text laid out in rows. */
struct layout {
	struct bytes text;   /* rows, each ended by a newline */
	struct bytes widths; /* a size_t each */
	size_t columns, used, rows;
	size_t row, left; /* of the cursor */
	bool done;        /* it stays behind the last character */
};

static void end_row(struct layout *l)
{
	text_add_char(&l->text, '\n');
	bytes_add(&l->widths, &l->used, sizeof l->used);
	l->rows++;
	l->used = 0;
}

static void put(struct layout *l, const char *bytes, size_t len, size_t columns)
{
	if (l->used + columns > l->columns)
		end_row(l);
	bytes_add(&l->text, bytes, len);
	l->used += columns;
}

/* Control characters are shown as ^A, others that are orders to a terminal as \u009b; what combines with nothing is as
 * it is. */
static void put_character(struct layout *l, const char *bytes, size_t len, uint32_t c)
{
	const char caret[] = { '^', (char)((c ^ 0x40) & 0x7f) };
	struct bytes safe = { 0 };

	if (c < ' ' || c == 0x7f) {
		put(l, caret, 2, 2);
	} else if (c == 0xfffd) {
		put(l, "\xef\xbf\xbd", 3, 1);
	} else if (c < 0x80) {
		put(l, bytes, len, 1);
	} else {
		cell_add_safe(&safe, bytes, len);
		put(l, (const char *)safe.at, safe.len,
		    width_text((const char *)safe.at, safe.len));
		bytes_free(&safe);
	}
}

/* A prompt may be wider than the terminal. */
static void put_prompt(struct layout *l, const char *prompt)
{
	size_t left = strlen(prompt);
	uint32_t c;

	for (size_t took; left; prompt += took, left -= took) {
		took = width_next(prompt, left, &c);
		put_character(l, prompt, took, c);
	}
}

static void mark_cursor(struct layout *l)
{
	if (l->used == l->columns && !l->done)
		end_row(l);
	l->row = l->rows;
	l->left = l->used;
}

static void lay_out(struct layout *l, const struct screen_view *view)
{
	put_prompt(l, view->prompt);
	for (size_t at = 0, took; at < view->len; at += took) {
		uint32_t c;
		took = width_next(view->text + at, view->len - at, &c);
		if (at == view->at)
			mark_cursor(l);
		if (c == '\n') {
			end_row(l);
			put_prompt(l, view->more);
		} else {
			put_character(l, view->text + at, took, c);
		}
	}
	if (view->at >= view->len)
		mark_cursor(l);
	end_row(l);
}

/* Keeps `most` rows, those around the cursor. */
static void crop(struct layout *l, size_t most)
{
	size_t above = l->row >= most ? l->row - most + 1 : 0, drop = 0;

	for (size_t row = 0; row < above; row++)
		drop = (size_t)((unsigned char *)memchr(l->text.at + drop, '\n',
							l->text.len - drop) -
				l->text.at) +
		       1;
	bytes_drop(&l->text, drop);
	bytes_drop(&l->widths, above * sizeof(size_t));
	l->rows -= above;
	l->row -= above;
	while (l->rows > most) {
		l->rows--;
		l->widths.len -= sizeof(size_t);
		do
			l->text.len--;
		while (l->text.at[l->text.len - 1] != '\n');
	}
}

/* Back to the first row that was drawn. */
static void go_up(struct screen *s)
{
	if (s->row)
		text_printf(&s->out, "\033[%zuA", s->row);
	text_add(&s->out, "\r");
}

/* What is below is erased first: behind a full row that would take its last character along. */
static void send_rows(struct screen *s, struct layout *l)
{
	text_add(&s->out, "\033[J");
	for (size_t at = 0; at < l->text.len; at++) {
		if (l->text.at[at] != '\n')
			text_add_char(&s->out, (char)l->text.at[at]);
		else if (at + 1 < l->text.len)
			text_add(&s->out, "\r\n");
	}
	text_add(&s->out, "\r");
	if (l->rows - 1 > l->row)
		text_printf(&s->out, "\033[%zuA", l->rows - 1 - l->row);
	if (l->left)
		text_printf(&s->out, "\033[%zuC", l->left);
}

void screen_draw(struct screen *s, const struct screen_view *view)
{
	struct layout l = { .columns = s->columns ? s->columns : 80, .done = view->done };

	lay_out(&l, view);
	crop(&l, s->rows ? s->rows : 24);
	go_up(s);
	send_rows(s, &l);
	bytes_free(&s->widths);
	s->widths = l.widths;
	s->row = l.row;
	s->left = l.left;
	bytes_free(&l.text);
}

void screen_forget(struct screen *s)
{
	text_clear(&s->widths);
	s->row = s->left = 0;
}

void screen_leave(struct screen *s)
{
	size_t rows = s->widths.len / sizeof(size_t);

	if (!rows)
		return;
	if (rows - 1 > s->row)
		text_printf(&s->out, "\033[%zuB", rows - 1 - s->row);
	text_add(&s->out, "\r\n");
	screen_forget(s);
}

void screen_clear(struct screen *s)
{
	text_add(&s->out, "\033[H\033[2J");
	screen_forget(s);
}

static size_t broken_into(size_t width, size_t columns)
{
	return width ? (width + columns - 1) / columns : 1;
}

void screen_resize(struct screen *s, size_t columns, size_t rows)
{
	size_t row = 0;

	s->rows = rows;
	s->columns = columns ? columns : 80;
	for (size_t i = 0; i < s->row && i < s->widths.len / sizeof(size_t); i++) {
		size_t width;
		memcpy(&width, s->widths.at + i * sizeof width, sizeof width);
		row += broken_into(width, s->columns);
	}
	s->row = row + s->left / s->columns;
}

void screen_free(struct screen *s)
{
	bytes_free(&s->widths);
	bytes_free(&s->out);
}
