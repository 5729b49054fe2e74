/* SPDX-License-Identifier: MIT */
/* Where results go. */
#include <stdint.h>
#include <string.h>

#include "tools/shell/cell.h"
#include "tools/shell/out.h"
#include "tools/shell/width.h"

static bool asks(const struct out *o)
{
	return o->ask && !o->capture && o->rows > 2;
}

void out_begin(struct out *o)
{
	o->stopped = false;
	o->left = o->rows ? o->rows - 1 : 0;
}

bool out_goes_on(const struct out *o)
{
	return !o->stopped && !ferror(o->capture ? o->capture : o->to);
}

bool out_has_colours(const struct out *o)
{
	return o->colours && !o->capture;
}

void out_flush(struct out *o)
{
	fflush(o->to);
	if (o->capture)
		fflush(o->capture);
}

/* Rows of the terminal that a line takes. */
static size_t rows_of(const struct out *o, const char *line, size_t len)
{
	size_t columns = width_text(line, len);

	return columns && o->columns ? (columns + o->columns - 1) / o->columns : 1;
}

/* False: the user has seen enough. */
static bool make_room(struct out *o, size_t rows)
{
	enum out_more more;

	if (o->left >= rows) {
		o->left -= rows;
		return true;
	}
	out_flush(o);
	more = o->ask(o->user);
	o->stopped = more == OUT_STOP;
	o->left = more == OUT_SCREEN && o->rows - 1 > rows ? o->rows - 1 - rows : 0;
	return !o->stopped;
}

void out_write(struct out *o, const char *text, size_t len)
{
	FILE *to = o->capture ? o->capture : o->to;

	while (len && !o->stopped) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) + 1 : len;
		if (!asks(o))
			line = len;
		else if (!make_room(o, rows_of(o, text, newline ? line - 1 : line)))
			return;
		fwrite(text, 1, line, to);
		text += line;
		len -= line;
	}
}

void out_write_foreign(struct out *o, const char *text, size_t len)
{
	struct bytes safe = { 0 };

	if (o->terminal && !o->capture) {
		cell_add_safe_lines(&safe, text, len);
		text = (const char *)safe.at;
		len = safe.len;
	}
	out_write(o, text, len);
	bytes_free(&safe);
}
