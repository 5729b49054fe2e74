/* SPDX-License-Identifier: MIT */
/* What is read of the schema: the keyspaces a session wants, and what events say has changed. */
#include <string.h>

#include "base/error.h"
#include "base/identifier.h"
#include "net/schema/schema.h"

/* ---- the filter ------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The end of a name that begins here: a quoted one may hold anything. NULL: it never ends. */
static const char *name_end(const char *at)
{
	if (*at != '"') {
		while (*at && *at != ',' && !is_blank(*at))
			at++;
		return at;
	}
	for (at++; *at; at++)
		if (*at == '"' && *++at != '"')
			return at;
	return NULL;
}

/* One name; at[len] may be anything. */
static const char *read_name(struct cd_arena *a, const char *at, size_t len, coodie_error *err)
{
	char *name = cd_arena_strndup(a, at, len), *stored;

	if (!name || !(stored = cd_identifier_name(a, name))) {
		cd_no_memory(err, "a list of keyspaces");
		return NULL;
	}
	for (char *c = stored; *name != '"' && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (!cd_identifier_legal(stored))
		return cd_fail_null(err, COODIE_ERR_INVALID, "\"%.60s\" is no name of a keyspace",
				    name);
	return stored;
}

bool cd_schema_filter_parse(struct cd_schema_filter *out, struct cd_arena *a, const char *text,
			    coodie_error *err)
{
	struct cd_schema_filter f = { 0 };
	const char **names, *end;
	size_t room = 1;

	for (const char *c = text; c && *c; c++)
		room += *c == ',';
	f.names = names = cd_arena_take_array(a, room, sizeof(*names));
	if (!names)
		return cd_no_memory(err, "a list of keyspaces");
	while (text && is_blank(*text))
		text++;
	while (text && *text) {
		if (!(end = name_end(text)))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "keyspaces: the quote is not closed in %.60s", text);
		names[f.count] = read_name(a, text, (size_t)(end - text), err);
		if (!names[f.count++])
			return false;
		for (text = end; is_blank(*text);)
			text++;
		if (*text && *text != ',')
			return cd_fail(err, COODIE_ERR_INVALID,
				       "keyspaces: expected a comma at %.60s", text);
		for (end = text; *text == ',' || is_blank(*text);)
			text++;
		if (*end && !*text)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "keyspaces: nothing behind the last comma");
	}
	*out = f;
	return true;
}

bool cd_schema_filter_takes(const struct cd_schema_filter *f, cql_text keyspace)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (strlen(f->names[i]) == keyspace.len &&
		    memcmp(f->names[i], keyspace.data, keyspace.len) == 0)
			return !f->off;
	return !f->off && !f->count;
}

struct cd_schema_scope cd_schema_filter_scope(const struct cd_schema_filter *f)
{
	return (struct cd_schema_scope){ .target = CD_SCHEMA_ALL, .filter = *f };
}

/* ---- changes --------------------------------------------------------------------------------- */

static enum cd_schema_target target_of(const char *name)
{
	static const struct {
		const char *name;
		enum cd_schema_target target;
	} targets[] = {
		{ "TABLE", CD_SCHEMA_TABLE },
		{ "TYPE", CD_SCHEMA_TYPE },
		{ "FUNCTION", CD_SCHEMA_FUNCTION },
		{ "AGGREGATE", CD_SCHEMA_AGGREGATE },
	};

	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
		if (strcmp(name, targets[i].name) == 0)
			return targets[i].target;
	return CD_SCHEMA_KEYSPACE;
}

/* A type changes the columns that are of it: their rows name it, so that building the keyspace again
 * is all it takes. */
static void add_keyspace(struct cd_schema_changes *c, const char *keyspace)
{
	for (uint32_t i = 0; i < c->count; i++)
		if (strcmp(c->keyspaces[i], keyspace) == 0)
			return;
	if (c->count == CD_SCHEMA_CHANGED_KEYSPACES) {
		c->all = true;
		return;
	}
	strcpy(c->keyspaces[c->count++], keyspace);
}

void cd_schema_changes_add(struct cd_schema_changes *c, const struct cd_schema_filter *filter,
			   const char *target, const char *keyspace, const char *name)
{
	enum cd_schema_target narrow = target_of(target);
	bool same;

	if (narrow != CD_SCHEMA_KEYSPACE && !cd_schema_filter_takes(filter, cql_text_of(keyspace)))
		return;
	if (!*keyspace || strlen(keyspace) >= CD_SCHEMA_NAME) {
		cd_schema_changes_add_all(c);
		return;
	}
	if (!name || !*name || strlen(name) >= CD_SCHEMA_NAME)
		narrow = CD_SCHEMA_KEYSPACE;
	same = c->any && c->count == 1 && c->target == narrow &&
	       strcmp(c->keyspaces[0], keyspace) == 0 &&
	       (narrow == CD_SCHEMA_KEYSPACE || strcmp(c->name, name) == 0);
	add_keyspace(c, keyspace);
	if (!c->any && narrow != CD_SCHEMA_KEYSPACE)
		strcpy(c->name, name);
	c->target = !c->any || same ? narrow : CD_SCHEMA_KEYSPACE;
	c->any = true;
}

void cd_schema_changes_add_all(struct cd_schema_changes *c)
{
	c->any = c->all = true;
}

bool cd_schema_changes_scope(struct cd_schema_changes *c, const struct cd_schema_filter *filter,
			     const struct cd_schema *known, struct cd_schema_scope *out)
{
	bool narrow = c->target > CD_SCHEMA_KEYSPACE;

	if (!c->any)
		return false;
	if (c->all) {
		*out = cd_schema_filter_scope(filter);
		return true;
	}
	if (narrow && !cd_schema_keyspace(known, c->keyspaces[0]))
		narrow = false;
	for (uint32_t i = 0; i < c->count; i++)
		c->pointers[i] = c->keyspaces[i];
	*out = (struct cd_schema_scope){
		.target = narrow ? c->target : CD_SCHEMA_KEYSPACE,
		.keyspaces = c->pointers,
		.keyspace_count = c->count,
		.name = narrow ? c->name : NULL,
		.filter = *filter,
	};
	return true;
}
