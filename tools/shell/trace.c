/* SPDX-License-Identifier: MIT */
/* Prints what servers noted about a request. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/shell/shell.h"
#include "tools/shell/width.h"

/* A line of it: three texts, each safe for a terminal. */
struct line {
	struct bytes activity, source, elapsed;
};

static void add_column(struct bytes *out, const coodie_result *r, const coodie_cursor *c,
		       const char *name)
{
	cql_value v;
	size_t i;

	if (coodie_result_column_index(r, name, &i) && coodie_cursor_value(c, i, &v, NULL))
		cell_add(out, coodie_result_column_type(r, i), v);
}

static size_t widest(const struct bytes *b, size_t than)
{
	size_t width = width_text((const char *)b->at, b->len);

	return width > than ? width : than;
}

static void pad(struct bytes *out, const struct bytes *text, size_t width, bool right)
{
	size_t room = width - width_text((const char *)text->at, text->len);

	text_fill(out, ' ', right ? room : 0);
	bytes_add(out, text->at, text->len);
	text_fill(out, ' ', right ? 0 : room);
}

static void add_line(struct bytes *lines, const char *activity, const char *source,
		     const char *elapsed)
{
	struct line l = { { 0 }, { 0 }, { 0 } };

	text_add(&l.activity, activity);
	text_add(&l.source, source);
	text_add(&l.elapsed, elapsed);
	bytes_add(lines, &l, sizeof l);
}

static void add_events(struct bytes *lines, coodie_result *events)
{
	coodie_cursor c = coodie_result_cursor(events);

	while (coodie_cursor_next(&c)) {
		struct line l = { { 0 }, { 0 }, { 0 } };
		add_column(&l.activity, events, &c, "activity");
		add_column(&l.source, events, &c, "source");
		add_column(&l.elapsed, events, &c, "source_elapsed");
		bytes_add(lines, &l, sizeof l);
	}
}

static void print_lines(struct shell *sh, const struct bytes *all)
{
	struct line *lines = (struct line *)(void *)all->at;
	size_t count = all->len / sizeof *lines, widths[3] = { 0, 0, 0 };
	struct bytes out = { 0 };

	for (size_t i = 0; i < count; i++) {
		widths[0] = widest(&lines[i].activity, widths[0]);
		widths[1] = widest(&lines[i].source, widths[1]);
		widths[2] = widest(&lines[i].elapsed, widths[2]);
	}
	for (size_t i = 0; i < count; i++) {
		text_add(&out, " ");
		pad(&out, &lines[i].activity, widths[0], false);
		text_add(&out, " | ");
		pad(&out, &lines[i].source, widths[1], false);
		text_add(&out, " | ");
		pad(&out, &lines[i].elapsed, widths[2], true);
		text_add(&out, "\n");
		if (i == 0) {
			for (int column = 0; column < 3; column++) {
				text_fill(&out, '-', widths[column] + 2);
				text_add(&out, column < 2 ? "+" : "\n");
			}
		}
		bytes_free(&lines[i].activity);
		bytes_free(&lines[i].source);
		bytes_free(&lines[i].elapsed);
	}
	out_write(&sh->out, (const char *)out.at, out.len);
	bytes_free(&out);
}

/* The request as a whole, in front of its events and behind them. */
static void print_trace(struct shell *sh, cql_uuid id, coodie_result *session,
			coodie_result *events)
{
	char uuid[CQL_UUID_TEXT_SIZE];
	struct bytes lines = { 0 }, head = { 0 }, request = { 0 }, source = { 0 }, duration = { 0 };
	coodie_cursor c = coodie_result_cursor(session);

	if (coodie_cursor_next(&c)) {
		add_column(&request, session, &c, "request");
		add_column(&source, session, &c, "coordinator");
		add_column(&duration, session, &c, "duration");
	}
	text_printf(&head, "\nTrace of session %s\n\n", cql_uuid_format(id, uuid));
	out_write(&sh->out, (const char *)head.at, head.len);
	add_line(&lines, "activity", "source", "microseconds");
	add_line(&lines, text_of(&request), text_of(&source), "0");
	add_events(&lines, events);
	add_line(&lines, "Request complete", text_of(&source), text_of(&duration));
	print_lines(sh, &lines);
	bytes_free(&lines);
	bytes_free(&head);
	bytes_free(&request);
	bytes_free(&source);
	bytes_free(&duration);
}

bool shell_trace(struct shell *sh, cql_uuid id)
{
	coodie_result *session = NULL, *events = NULL;
	coodie_error err = { 0 };

	if (!cluster_trace(&sh->cluster, id, &session, &events, &err))
		return shell_fail(sh, &err);
	print_trace(sh, id, session, events);
	out_flush(&sh->out);
	coodie_result_free(session);
	coodie_result_free(events);
	return true;
}
