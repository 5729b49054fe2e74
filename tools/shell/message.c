/* SPDX-License-Identifier: MIT */
/* What the shell says: errors with the place they are about, warnings, lines of its own. */
#include <stdarg.h>
#include <string.h>

#include "tools/shell/shell.h"
#include "tools/shell/width.h"
#include "tools/tool.h"

static void put_safe(const char *text, size_t len)
{
	struct bytes safe = { 0 };

	cell_add_safe(&safe, text, len);
	fwrite(safe.at, 1, safe.len, stderr);
	bytes_free(&safe);
}

static void begin_message(const struct shell *sh, enum cell_colour colour)
{
	fflush(stdout);
	if (sh->colours)
		fputs(cell_colour(colour), stderr);
	if (sh->input && sh->input->name) {
		put_safe(sh->input->name, strlen(sh->input->name));
		fprintf(stderr, ":%zu: ", sh->input->line);
	}
}

static void end_message(const struct shell *sh)
{
	fprintf(stderr, "%s\n", sh->colours ? cell_colour_off() : "");
}

/* Messages of servers may have lines. */
static void put_lines(FILE *to, const char *text)
{
	struct bytes safe = { 0 };

	cell_add_safe_lines(&safe, text, strlen(text));
	fwrite(safe.at, 1, safe.len, to);
	bytes_free(&safe);
}

/* What is told may be of a file, or of a server: names, values. */
static void put_formatted(FILE *to, const char *format, va_list args)
{
	struct bytes text = { 0 };

	text_vprintf(&text, format, args);
	put_lines(to, text_of(&text));
	bytes_free(&text);
}

bool shell_fail(struct shell *sh, const coodie_error *err)
{
	sh->outcome = tool_exit_of(err);
	if (sh->interactive && err->code == COODIE_ERR_CANCELLED)
		fputc('\n', stderr); /* behind the ^C that the terminal shows */
	begin_message(sh, CELL_ERROR);
	put_lines(stderr, err->message); /* that of a server begins with its code */
	if (err->server_code < 0)
		fprintf(stderr, " (%s)", coodie_errc_name(err->code));
	end_message(sh);
	return false;
}

bool shell_complain(struct shell *sh, const char *format, ...)
{
	va_list args;

	sh->outcome = TOOL_FAILED;
	begin_message(sh, CELL_ERROR);
	va_start(args, format);
	put_formatted(stderr, format, args);
	va_end(args);
	end_message(sh);
	return false;
}

void shell_warn(struct shell *sh, const char *text)
{
	begin_message(sh, CELL_WARNING);
	fputs("warning: ", stderr);
	put_lines(stderr, text);
	end_message(sh);
}

void shell_say(struct shell *sh, const char *format, ...)
{
	va_list args;

	(void)sh;
	va_start(args, format);
	put_formatted(stdout, format, args);
	va_end(args);
	putchar('\n');
}

/* Where line `number` begins, from 1; NULL: there is none. */
static const char *line_at(const char *text, size_t number)
{
	while (--number > 0) {
		text = strchr(text, '\n');
		if (!text)
			return NULL;
		text++;
	}
	return text;
}

/* A line of any length, and a mark below one of its characters: no more of it than is around that. */
static void show_place(const char *line, size_t len, size_t place)
{
	enum { AROUND = 120 };
	size_t from = place, end = place;

	while (from && width_text(line + from, place - from) < AROUND)
		from = width_back(line, len, from);
	while (end < len && width_text(line + place, end - place) < AROUND)
		end = width_forward(line, len, end);
	fputs(from ? "  ..." : "  ", stderr);
	put_safe(line + from, end - from);
	fprintf(stderr, "%s\n%*s^\n", end < len ? "..." : "",
		(int)width_text(line + from, place - from) + (from ? 5 : 2), "");
}

/* "[0x2000 syntax error] line 2:7 no viable alternative ...": the line, and a mark below its eighth character. */
void shell_point(struct shell *sh, const char *cql, const coodie_error *err)
{
	const char *message = err->message, *line;
	size_t number, characters, len, place = 0;
	uint32_t c;

	(void)sh;
	if (*message == '[')
		message += strcspn(message, "]") + 2;
	if (sscanf(message, "line %zu:%zu ", &number, &characters) != 2 || !number)
		return;
	line = line_at(cql, number);
	if (!line)
		return;
	len = strcspn(line, "\n");
	while (characters-- > 0 && place < len)
		place += width_next(line + place, len - place, &c);
	show_place(line, len, place);
}
