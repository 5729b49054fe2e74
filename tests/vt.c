/* SPDX-License-Identifier: MIT */
/* A terminal in memory: what VT100s and their kind do with what is sent. */
#include "tests/test.h"

#include <ctype.h>

#include "tests/vt.h"
#include "tools/shell/text.h"
#include "tools/shell/width.h"

static void blank(struct vt *t, size_t row, size_t from)
{
	for (size_t i = from; i < t->columns; i++)
		strcpy(t->cells[row][i], " ");
}

void vt_init(struct vt *t, size_t columns, size_t rows)
{
	*t = (struct vt){ .columns = columns, .rows = rows };
	for (size_t i = 0; i < rows; i++)
		blank(t, i, 0);
}

void vt_free(struct vt *t)
{
	free(t->text);
}

static void new_row(struct vt *t)
{
	if (t->row + 1 < t->rows) {
		t->row++;
		return;
	}
	memmove(t->cells[0], t->cells[1], (t->rows - 1) * sizeof t->cells[0]);
	blank(t, t->rows - 1, 0);
}

static void put(struct vt *t, const char *bytes, size_t len, unsigned width)
{
	char *cell;

	if (!width) { /* it combines with what is in front of it */
		cell = t->cells[t->row][t->column ? t->column - 1 : 0];
		if (strlen(cell) + len < sizeof t->cells[0][0])
			strncat(cell, bytes, len);
		return;
	}
	if (t->wraps || t->column + width > t->columns) {
		t->column = 0;
		new_row(t);
	}
	cell = t->cells[t->row][t->column];
	memcpy(cell, bytes, len);
	cell[len] = '\0';
	if (width == 2)
		t->cells[t->row][t->column + 1][0] = '\0';
	t->column += width;
	t->wraps = t->column == t->columns;
	if (t->wraps)
		t->column--;
}

static void erase_below(struct vt *t)
{
	blank(t, t->row, t->column);
	for (size_t i = t->row + 1; i < t->rows; i++)
		blank(t, i, 0);
}

/* ESC [ NUMBER LETTER: how many bytes it is. */
static size_t control(struct vt *t, const char *at, size_t left)
{
	size_t len = 2, n = 0;

	while (len < left && isdigit((unsigned char)at[len]))
		n = n * 10 + (size_t)(at[len++] - '0');
	t->wraps = false;
	switch (at[len]) {
	case 'A':
		t->row -= n < t->row ? n : t->row;
		break;
	case 'B':
		t->row = t->row + n < t->rows ? t->row + n : t->rows - 1;
		break;
	case 'C':
		t->column = t->column + n < t->columns ? t->column + n : t->columns - 1;
		break;
	case 'H':
		t->row = t->column = 0;
		break;
	case 'K':
		blank(t, t->row, t->column);
		break;
	case 'J':
		if (n == 2)
			for (size_t i = 0; i < t->rows; i++)
				blank(t, i, 0);
		else
			erase_below(t);
		break;
	case 'm':
		break;
	default:
		fail_msg("the terminal got ESC [ %zu %c", n, at[len]);
	}
	return len + 1;
}

void vt_write(struct vt *t, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		uint32_t c;
		size_t took = width_next(at, len, &c);
		if (c == 0x1b) {
			took = control(t, at, len);
		} else if (c == '\r') {
			t->column = 0;
			t->wraps = false;
		} else if (c == '\n') {
			t->wraps = false;
			new_row(t);
		} else {
			put(t, at, took, width_of(c));
		}
		at += took;
		len -= took;
	}
}

const char *vt_text(struct vt *t)
{
	struct bytes out = { 0 };
	size_t end = 0;

	for (size_t row = 0; row < t->rows; row++) {
		for (size_t i = 0; i < t->columns; i++) {
			if (row == t->row && i == t->column)
				text_add(&out, "|");
			text_add(&out, t->cells[row][i]);
		}
		while (out.len && out.at[out.len - 1] == ' ')
			out.len--;
		end = out.len && out.at[out.len - 1] != '\n' ? out.len : end;
		text_add(&out, "\n");
	}
	out.len = end;
	free(t->text);
	t->text = strdup(text_of(&out));
	bytes_free(&out);
	return t->text;
}
