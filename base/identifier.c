/* SPDX-License-Identifier: MIT */
/* Quoting of names: which need it, and how it is done. */
#include "base/identifier.h"

#include <string.h>

/* CQL's reserved words, sorted. In one block of bytes, so that the table has no relocations. */
static const char reserved[][16] = {
	"add",    "allow",       "alter",  "and",          "apply",    "asc",      "authorize",
	"batch",  "begin",       "by",     "columnfamily", "create",   "default",  "delete",
	"desc",   "describe",    "drop",   "entries",      "execute",  "from",     "full",
	"grant",  "if",          "in",     "index",        "infinity", "insert",   "into",
	"is",     "keyspace",    "limit",  "materialized", "mbean",    "mbeans",   "modify",
	"nan",    "norecursive", "not",    "null",         "of",       "on",       "or",
	"order",  "primary",     "rename", "replace",      "revoke",   "schema",   "select",
	"set",    "table",       "to",     "token",        "truncate", "unlogged", "unset",
	"update", "use",         "using",  "view",         "where",    "with",
};

static bool is_reserved(const char *name)
{
	size_t low = 0, high = sizeof(reserved) / sizeof(reserved[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, reserved[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

bool cd_identifier_plain(const char *name)
{
	if (*name < 'a' || *name > 'z')
		return false;
	for (const char *c = name; *c; c++) {
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_'))
			return false;
	}
	return !is_reserved(name);
}

/* "..." with every quote inside doubled, and nothing after it. */
static bool well_quoted(const char *name)
{
	const char *c = name + 1;

	for (; *c; c++) {
		if (*c != '"')
			continue;
		if (c[1] != '"')
			return c[1] == '\0' && c > name + 1;
		c++;
	}
	return false;
}

bool cd_identifier_valid(const char *name)
{
	return name && *name && (*name != '"' || well_quoted(name));
}

bool cd_identifier_legal(const char *name)
{
	const char *c = name;

	while ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
	       *c == '_')
		c++;
	return *name && !*c;
}

/* Those inside are doubled. */
static void append_between(struct cd_buffer *b, const char *text, char quote)
{
	cd_buffer_u8(b, (uint8_t)quote);
	for (; *text; text++) {
		if (*text == quote)
			cd_buffer_u8(b, (uint8_t)quote);
		cd_buffer_u8(b, (uint8_t)*text);
	}
	cd_buffer_u8(b, (uint8_t)quote);
}

void cd_identifier_append_quoted(struct cd_buffer *b, const char *name)
{
	append_between(b, name, '"');
}

void cd_string_append(struct cd_buffer *b, const char *text)
{
	append_between(b, text, '\'');
}

void cd_identifier_append(struct cd_buffer *b, const char *name)
{
	if (*name == '"' || cd_identifier_plain(name))
		cd_buffer_bytes(b, name, strlen(name));
	else
		cd_identifier_append_quoted(b, name);
}

char *cd_identifier_name(struct cd_arena *a, const char *name)
{
	char *copy = cd_arena_strndup(a, name, strlen(name));
	char *out = copy;

	if (!copy || *name != '"')
		return copy;
	for (const char *c = name + 1; *c; c++) {
		if (*c == '"' && c[1] != '"')
			break;
		if (*c == '"')
			c++;
		*out++ = *c;
	}
	*out = '\0';
	return copy;
}
