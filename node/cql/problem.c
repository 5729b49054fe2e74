/* SPDX-License-Identifier: MIT */
/* ERROR messages being made. */
#include "node/cql/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void nd_problem_init(struct nd_problem *p, struct cd_arena *arena)
{
	p->arena = arena;
	p->happened = false;
}

enum { MESSAGE_MAX = 65535 }; /* a [string] (v4 section 3); statements quoted in it may be longer */

/* Cuts a text at the start of a character. */
static size_t cut_text(const char *text, size_t max)
{
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

/* Formats into the arena; `data` NULL: out of memory. */
static cql_text format_text(struct cd_arena *a, const char *format, va_list args)
{
	va_list again;
	cql_text text = { NULL, 0 };
	int len;
	char *out;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0 || !(out = cd_arena_take(a, (size_t)len + 1)))
		return text;
	vsnprintf(out, (size_t)len + 1, format, args);
	return (cql_text){ out, len > MESSAGE_MAX ? cut_text(out, MESSAGE_MAX) : (size_t)len };
}

bool nd_refuse(struct nd_problem *p, int32_t code, const char *format, ...)
{
	va_list args;

	if (p->happened)
		return false;
	va_start(args, format);
	p->error = (cql_error_message){ .code = code,
					.message = format_text(p->arena, format, args) };
	va_end(args);
	p->happened = true;
	return p->error.message.data ? false : (p->happened = false, nd_no_memory(p));
}

const char *nd_text(struct nd_problem *p, struct cd_arena *a, const char *format, ...)
{
	va_list args;
	cql_text text;

	va_start(args, format);
	text = format_text(a, format, args);
	va_end(args);
	if (!text.data)
		nd_no_memory(p);
	return text.data;
}

bool nd_no_memory(struct nd_problem *p)
{
	static const char text[] = "the node is out of memory";

	if (p->happened)
		return false;
	p->happened = true;
	p->error = (cql_error_message){ .code = ND_SERVER_ERROR,
					.message = { text, sizeof text - 1 } };
	return false;
}

static bool keep(struct cd_arena *a, cql_text *text)
{
	if (text->data)
		text->data = cd_arena_strndup(a, text->data, text->len);
	return text->data || !text->len;
}

void nd_problem_keep(struct nd_problem *p, struct cd_arena *arena)
{
	cql_error_message *e = &p->error;
	cql_text *texts[] = { &e->message, &e->write_type, &e->keyspace, &e->table, &e->function };
	cql_text *arguments = cd_arena_take_array(arena, e->arguments.count + 1u,
						  sizeof *arguments);
	bool ok = arguments;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		ok = ok && keep(arena, texts[i]);
	for (uint16_t i = 0; ok && i < e->arguments.count; i++) {
		arguments[i] = e->arguments.at[i];
		ok = keep(arena, &arguments[i]);
	}
	e->arguments.at = arguments;
	p->arena = arena;
	if (ok)
		return;
	nd_problem_init(p, arena);
	nd_no_memory(p);
}
