/* SPDX-License-Identifier: MIT */
/* Types as the vectors spell them. Their names have no quotes, so that any case is meant as it
 * stands: quotes are put around them before the library's parser reads them. */
#include <stdlib.h>
#include <string.h>

#include "tools/wire_memory.h"

/* ---- from text ------------------------------------------------------------------------------ */

static void add(struct bytes *out, const char *text)
{
	bytes_add(out, text, strlen(text));
}

/* The name up to one of `stops`, in quotes. Returns what follows. */
static const char *quote_name(struct bytes *out, const char *at, const char *stops)
{
	size_t len;

	at += strspn(at, " ");
	if (*at == '"')
		return at;
	len = strcspn(at, stops);
	add(out, "\"");
	bytes_add(out, at, len);
	add(out, "\"");
	return at + len;
}

static const char *quote_names(struct bytes *out, const char *at);

/* After `udt<`, up to its end. */
static const char *quote_udt(struct bytes *out, const char *at)
{
	at = quote_name(out, at, ".,>");
	if (*at == '.') {
		add(out, ".");
		at = quote_name(out, at + 1, ",>");
	}
	while (*at == ',') {
		add(out, ",");
		at = quote_name(out, at + 1, ":,>");
		if (*at == ':') {
			add(out, ":");
			at = quote_names(out, at + 1);
		}
	}
	return at;
}

/* One type, up to the comma or bracket behind it. */
static const char *quote_names(struct bytes *out, const char *at)
{
	int depth = 0;

	while (*at && (depth || (*at != ',' && *at != '>'))) {
		const char *from = at;
		if (!strncmp(at, "udt<", 4)) {
			bytes_add(out, at, 4);
			at = quote_udt(out, at + 4);
			if (*at == '>')
				at++, add(out, ">");
			if (at == from + 4 && *at)
				bytes_add(out, at++, 1);
			continue;
		}
		if (*at == '\'' || *at == '"') {
			const char *close = strchr(at + 1, *at);
			at = close ? close + 1 : at + strlen(at);
			bytes_add(out, from, (size_t)(at - from));
			continue;
		}
		depth += (*at == '<') - (*at == '>');
		bytes_add(out, at++, 1);
	}
	return at;
}

static void keep(struct wire_memory *m, cql_type *type)
{
	if (m->type_count == m->type_room) {
		size_t room = 2 * m->type_room + 16;
		cql_type **types = realloc(m->types, room * sizeof *types);
		if (!types) {
			fputs("coodie wire: out of memory\n", stderr);
			exit(EXIT_FAILURE);
		}
		m->types = types;
		m->type_room = room;
	}
	m->types[m->type_count++] = type;
}

const cql_type *wire_type_parse(struct wire_memory *m, const char *text, coodie_error *err)
{
	struct bytes quoted = { 0 };
	const char *rest = text;
	cql_type *type;

	if (strstr(text, "udt<")) {
		rest = quote_names(&quoted, text);
		add(&quoted, rest);
		bytes_add(&quoted, "", 1);
	}
	type = cql_type_parse(quoted.at ? (const char *)quoted.at : text, err);
	bytes_free(&quoted);
	if (type)
		keep(m, type);
	return type;
}

/* ---- to text -------------------------------------------------------------------------------- */

static void spell(struct bytes *out, const cql_type *type);

static void spell_udt(struct bytes *out, const cql_type *type)
{
	const char *keyspace = cql_type_keyspace(type);

	add(out, "udt<");
	if (keyspace && *keyspace) {
		add(out, keyspace);
		add(out, ".");
	}
	add(out, cql_type_name(type));
	for (size_t i = 0; i < cql_type_count(type); i++) {
		add(out, ", ");
		add(out, cql_type_field(type, i));
		add(out, ":");
		spell(out, cql_type_at(type, i));
	}
	add(out, ">");
}

static void spell(struct bytes *out, const cql_type *type)
{
	enum cql_kind kind = cql_type_kind(type);
	char number[16];

	if (kind == CQL_KIND_UDT) {
		spell_udt(out, type);
		return;
	}
	add(out, cql_kind_name(kind));
	if (kind == CQL_KIND_CUSTOM) {
		add(out, "<'");
		add(out, cql_type_name(type));
		add(out, "'>");
		return;
	}
	for (size_t i = 0; i < cql_type_count(type); i++) {
		add(out, i ? ", " : "<");
		spell(out, cql_type_at(type, i));
	}
	if (kind == CQL_KIND_VECTOR) {
		snprintf(number, sizeof number, ", %lu", (unsigned long)cql_type_dimension(type));
		add(out, number);
	}
	if (cql_type_count(type))
		add(out, ">");
}

const char *wire_type_spell(struct pool *pool, const cql_type *type)
{
	struct bytes out = { 0 };
	const char *text;

	spell(&out, type);
	text = pool_printf(pool, "%.*s", (int)out.len, (const char *)out.at);
	bytes_free(&out);
	return text;
}
