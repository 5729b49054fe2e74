/* SPDX-License-Identifier: MIT */
/* Texts that others have written: names and owners of rows, messages of servers and compilers. */
#include "tools/safe.h"

#include <string.h>
#include <unistd.h>

#include "tools/shell/cell.h"

void safe_print(FILE *to, const char *text, size_t len)
{
	const char *end = text + len;
	struct bytes safe = { 0 };

	if (!isatty(fileno(to))) {
		fwrite(text, 1, len, to);
		return;
	}
	for (const char *at = text, *piece = text; at <= end; at++) {
		if (at < end && *at != '\n' && *at != '\t')
			continue;
		cell_add_safe(&safe, piece, (size_t)(at - piece));
		if (at < end)
			text_add_char(&safe, *at);
		piece = at + 1;
	}
	fwrite(safe.at, 1, safe.len, to);
	bytes_free(&safe);
}

void safe_puts(FILE *to, const char *text)
{
	safe_print(to, text, strlen(text));
}
