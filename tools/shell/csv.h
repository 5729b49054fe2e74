/* SPDX-License-Identifier: MIT */
/* Comma separated values, in the dialects of cqlsh and of RFC 4180: read row by row, with lines counted, and written. */
#ifndef TOOLS_SHELL_CSV_H
#define TOOLS_SHELL_CSV_H

#include "tools/shell/text.h"

struct csv_format {
	char delimiter, quote, escape; /* escape == quote: a quote in quotes is doubled */
};

struct csv_field {
	const char *text; /* terminated; until the next row is read */
	size_t len;
	bool quoted;
};

/* How many bytes it put there; 0 at the end. */
typedef size_t csv_fill_fn(void *user, char *out, size_t room);

/* Zeroed but for format, fill, user: before the first row. */
struct csv_reader {
	struct csv_format format;
	csv_fill_fn *fill;
	void *user;
	bool ends_with_dot; /* a line of `\.` is the end */
	struct bytes in, data, fields;
	size_t from, at;     /* of the row, and behind what was read of it */
	size_t line, lines;  /* of the row; read so far */
	bool ended;          /* there is no more to fill */
	const char *problem; /* what is wrong with the row */
};

/* The next row that is not an empty line. False: at the end. With `problem` set it is no row. */
bool csv_read(struct csv_reader *r);
size_t csv_count(const struct csv_reader *r);
const struct csv_field *csv_field(const struct csv_reader *r, size_t i);
/* The row as it was in the file, without the end of its line. */
const char *csv_raw(const struct csv_reader *r, size_t *len);
void csv_free(struct csv_reader *r);

/* In quotes if it has to be, or if it is asked for. */
void csv_write(struct bytes *out, const struct csv_format *f, const char *text, size_t len,
	       bool quoted);

#endif
