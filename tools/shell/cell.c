/* SPDX-License-Identifier: MIT */
/* Values as people read them. */
#include <coodie/text.h>
#include <string.h>

#include "tools/shell/cell.h"
#include "tools/shell/width.h"

static const char *const colours[CELL_COLOURS] = {
	[CELL_PLAIN] = "",
	[CELL_TEXT] = "\033[33m",
	[CELL_NUMBER] = "\033[32m",
	[CELL_ID] = "\033[36m",
	[CELL_BLOB] = "\033[35m",
	[CELL_COLLECTION] = "\033[34m",
	[CELL_NULL] = "\033[31m",
	[CELL_PARTITION_KEY] = "\033[1;34m",
	[CELL_CLUSTERING] = "\033[1;36m",
	[CELL_STATIC] = "\033[1;37m",
	[CELL_REGULAR] = "\033[1;35m",
	[CELL_ERROR] = "\033[1;31m",
	[CELL_WARNING] = "\033[1;33m",
};

const char *cell_colour(enum cell_colour colour)
{
	return colours[colour];
}

const char *cell_colour_off(void)
{
	return "\033[0m";
}

/* How a kind of type is shown. `quoted`: its literal is in quotes, which a cell goes without. */
static const struct kind {
	enum cql_kind kind;
	enum cell_colour colour;
	bool number, quoted;
} kinds[] = {
	{ CQL_KIND_ASCII, CELL_TEXT, false, false },
	{ CQL_KIND_TEXT, CELL_TEXT, false, false },
	{ CQL_KIND_TINYINT, CELL_NUMBER, true, false },
	{ CQL_KIND_SMALLINT, CELL_NUMBER, true, false },
	{ CQL_KIND_INT, CELL_NUMBER, true, false },
	{ CQL_KIND_BIGINT, CELL_NUMBER, true, false },
	{ CQL_KIND_COUNTER, CELL_NUMBER, true, false },
	{ CQL_KIND_VARINT, CELL_NUMBER, true, false },
	{ CQL_KIND_DECIMAL, CELL_NUMBER, true, false },
	{ CQL_KIND_FLOAT, CELL_NUMBER, true, false },
	{ CQL_KIND_DOUBLE, CELL_NUMBER, true, false },
	{ CQL_KIND_BOOLEAN, CELL_NUMBER, false, false },
	{ CQL_KIND_UUID, CELL_ID, false, false },
	{ CQL_KIND_TIMEUUID, CELL_ID, false, false },
	{ CQL_KIND_INET, CELL_ID, false, true },
	{ CQL_KIND_DATE, CELL_ID, false, true },
	{ CQL_KIND_TIME, CELL_ID, false, true },
	{ CQL_KIND_TIMESTAMP, CELL_ID, false, true },
	{ CQL_KIND_DURATION, CELL_ID, false, false },
	{ CQL_KIND_BLOB, CELL_BLOB, false, false },
	{ CQL_KIND_CUSTOM, CELL_BLOB, false, false },
	{ CQL_KIND_LIST, CELL_COLLECTION, false, false },
	{ CQL_KIND_SET, CELL_COLLECTION, false, false },
	{ CQL_KIND_MAP, CELL_COLLECTION, false, false },
	{ CQL_KIND_TUPLE, CELL_COLLECTION, false, false },
	{ CQL_KIND_UDT, CELL_COLLECTION, false, false },
	{ CQL_KIND_VECTOR, CELL_COLLECTION, false, false },
};

static const struct kind *kind_of(const cql_type *type)
{
	static const struct kind unknown = { CQL_KIND_CUSTOM, CELL_PLAIN, false, false };

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == cql_type_kind(type))
			return &kinds[i];
	return &unknown;
}

enum cell_colour cell_colour_of(const cql_type *type, cql_value v)
{
	return cql_is_null(v) && !cql_is_empty(v) ? CELL_NULL : kind_of(type)->colour;
}

bool cell_is_number(const cql_type *type)
{
	return kind_of(type)->number;
}

static void add_unquoted(struct bytes *out, const cql_type *type, cql_value v, cell_name_fn *name)
{
	size_t before = out->len;

	cell_add_literal(out, type, v, name);
	if (kind_of(type)->quoted && out->len >= before + 2 && out->at[before] == '\'') {
		out->len--;
		text_remove(out, before, 1);
	}
}

void cell_add_raw(struct bytes *out, const cql_type *type, cql_value v, cell_name_fn *name)
{
	cql_text text;

	if (v.is.tag == CQL_TAG_NULL)
		text_add(out, "null");
	else if (v.is.tag == CQL_TAG_TEXT && cql_to_text(v, &text, NULL))
		bytes_add(out, text.data, text.len);
	else if (!cql_is_empty(v))
		add_unquoted(out, type, v, name);
}

static void add_escaped(struct bytes *out, const char *bytes, size_t len, uint32_t c)
{
	static const char letters[] = "\a\b\t\n\v\f\r", names[] = "abtnvfr";
	const char *letter = c && c < ' ' ? strchr(letters, (int)c) : NULL;

	if (letter)
		text_printf(out, "\\%c", names[letter - letters]);
	else if (c == 0xfffd && len == 1)
		text_printf(out, "\\x%02x", (unsigned char)*bytes);
	else if (c < ' ' || (c >= 0x7f && c < 0xa0))
		text_printf(out, c < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)c);
	else if (c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
		 (c >= 0x2066 && c <= 0x2069))
		text_printf(out, "\\u%04x", (unsigned)c); /* they turn around what is behind them */
	else
		bytes_add(out, bytes, len);
}

void cell_add_safe(struct bytes *out, const char *text, size_t len)
{
	uint32_t c;

	for (size_t at = 0, took; at < len; at += took) {
		took = width_next(text + at, len - at, &c);
		add_escaped(out, text + at, took, c);
	}
}

void cell_add_safe_lines(struct bytes *out, const char *text, size_t len)
{
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : len;

		cell_add_safe(out, text, line);
		if (newline)
			text_add_char(out, '\n');
		line += newline != NULL;
		text += line;
		len -= line;
	}
}

void cell_add(struct bytes *out, const cql_type *type, cql_value v)
{
	struct bytes raw = { 0 };

	cell_add_raw(&raw, type, v, cell_add_name);
	cell_add_safe(out, (const char *)raw.at, raw.len);
	bytes_free(&raw);
}
