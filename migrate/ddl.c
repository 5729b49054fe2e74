/* SPDX-License-Identifier: MIT */
/* What a statement does, as far as it matters after a kill. */
#include "migrate/ddl.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/identifier.h"
#include "migrate/lexer.h"

struct reader {
	struct cd_arena *arena;
	struct mg_lexer lexer;
	struct mg_token t; /* the next one */
	bool failed;       /* it is not what was expected */
	bool no_memory;
};

static void step(struct reader *r)
{
	r->t = mg_lexer_next(&r->lexer);
}

static bool take(struct reader *r, const char *word)
{
	const bool is = mg_token_is(&r->t, word);

	if (is)
		step(r);
	return is;
}

static bool take_symbol(struct reader *r, char symbol)
{
	const bool is = mg_token_is_symbol(&r->t, symbol);

	if (is)
		step(r);
	return is;
}

static const char *take_name(struct reader *r)
{
	const char *name = NULL;

	if (r->t.kind == MG_WORD || r->t.kind == MG_QUOTED) {
		name = mg_token_name(&r->t, r->arena);
		r->no_memory |= !name;
		step(r);
	}
	r->failed |= !name;
	return name;
}

/* "users", "shop.users" */
static const char *take_qualified(struct reader *r, const char **keyspace)
{
	const char *name = take_name(r);

	if (!take_symbol(r, '.'))
		return name;
	*keyspace = name;
	return take_name(r);
}

/* IF EXISTS, IF NOT EXISTS */
static bool take_if(struct reader *r)
{
	if (!take(r, "if"))
		return false;
	take(r, "not");
	r->failed |= !take(r, "exists");
	return true;
}

static bool take_object(struct reader *r, enum mg_object *object)
{
	static const struct {
		const char *word;
		enum mg_object object;
	} objects[] = {
		{ "keyspace", MG_KEYSPACE },  { "schema", MG_KEYSPACE }, { "table", MG_TABLE },
		{ "columnfamily", MG_TABLE }, { "type", MG_TYPE },       { "index", MG_INDEX },
		{ "materialized", MG_VIEW },
	};

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		if (!take(r, objects[i].word))
			continue;
		*object = objects[i].object;
		if (*object == MG_VIEW)
			r->failed |= !take(r, "view");
		return true;
	}
	*object = MG_OTHER;
	step(r);
	return false;
}

/* ---- parts: columns and fields --------------------------------------------------------------- */

static bool add_part(struct reader *r, struct mg_name ***end, const char *name)
{
	struct mg_name *part = cd_arena_take_zero(r->arena, sizeof *part);

	r->no_memory |= !part;
	if (!part || !name)
		return false;
	part->name = name;
	**end = part;
	*end = &part->next;
	return true;
}

/* Up to the comma (or AND) behind a type, or to the end of the list. */
static void pass_type(struct reader *r)
{
	int depth = 0;

	for (; r->t.kind != MG_END; step(r)) {
		if (depth == 0 && (mg_token_is_symbol(&r->t, ',') ||
				   mg_token_is_symbol(&r->t, ')') || mg_token_is(&r->t, "and")))
			return;
		if (mg_token_is_symbol(&r->t, '<') || mg_token_is_symbol(&r->t, '('))
			depth++;
		else if (mg_token_is_symbol(&r->t, '>') || mg_token_is_symbol(&r->t, ')'))
			depth--;
	}
}

/* "age int, tags set<text>", "(age int, name text)" */
static void read_added(struct reader *r, struct mg_name **parts)
{
	struct mg_name **end = parts;

	take_symbol(r, '(');
	do {
		if (!add_part(r, &end, take_name(r)))
			return;
		pass_type(r);
	} while (take_symbol(r, ',') || take(r, "and"));
}

/* "age, tags", "(age, tags) USING TIMESTAMP 1" */
static void read_removed(struct reader *r, struct mg_name **parts)
{
	struct mg_name **end = parts;

	take_symbol(r, '(');
	do {
		if (!add_part(r, &end, take_name(r)))
			return;
	} while (take_symbol(r, ','));
}

/* "a TO b AND c TO d" */
static void read_renamed(struct reader *r, struct mg_name **parts)
{
	struct mg_name **end = parts;

	do {
		struct mg_name **part = end;

		if (!add_part(r, &end, take_name(r)) || !take(r, "to")) {
			r->failed = true;
			return;
		}
		(*part)->to = take_name(r);
	} while (take(r, "and"));
}

/* ---- statements ------------------------------------------------------------------------------ */

/* (age), (keys(tags)), ("Name"): as the server's table of indexes says it. */
static const char *take_target(struct reader *r)
{
	struct cd_buffer b;
	struct mg_token function = { .kind = MG_END };
	const char *name, *text;

	cd_buffer_init(&b, r->arena->allocator, 0);
	r->failed |= !take_symbol(r, '(');
	name = take_name(r);
	if (take_symbol(r, '(')) {
		cd_buffer_text(&b, name ? name : "");
		cd_buffer_u8(&b, '(');
		name = take_name(r);
		function.kind = MG_WORD;
	}
	if (name)
		cd_identifier_append(&b, name);
	if (function.kind == MG_WORD)
		cd_buffer_u8(&b, ')');
	text = b.failed ? NULL : cd_arena_strndup(r->arena, (const char *)b.data, b.len);
	r->no_memory |= !text;
	cd_buffer_deinit(&b);
	return text;
}

static void read_index(struct reader *r, struct mg_ddl *ddl)
{
	if (!take(r, "on")) {
		ddl->name = take_name(r);
		r->failed |= !take(r, "on");
	}
	ddl->table = take_qualified(r, &ddl->keyspace);
	ddl->target = take_target(r);
}

static void read_create(struct reader *r, struct mg_ddl *ddl)
{
	bool known, guarded;

	ddl->is_ddl = true;
	ddl->change = MG_CREATE;
	if (take(r, "or")) {
		ddl->effect = take(r, "replace") ? MG_AGAIN : MG_UNKNOWN;
		return;
	}
	take(r, "custom");
	known = take_object(r, &ddl->object);
	guarded = take_if(r);
	ddl->effect = guarded ? MG_AGAIN : known ? MG_JUDGED : MG_UNKNOWN;
	if (ddl->effect != MG_JUDGED)
		return;
	if (ddl->object == MG_INDEX)
		read_index(r, ddl);
	else
		ddl->name = take_qualified(r, &ddl->keyspace);
}

static void read_drop(struct reader *r, struct mg_ddl *ddl)
{
	bool known, guarded;

	ddl->is_ddl = ddl->destructive = true;
	ddl->change = MG_DROP;
	known = take_object(r, &ddl->object);
	guarded = take_if(r);
	ddl->effect = guarded ? MG_AGAIN : known ? MG_JUDGED : MG_UNKNOWN;
	if (ddl->effect == MG_JUDGED)
		ddl->name = take_qualified(r, &ddl->keyspace);
}

static void read_alter(struct reader *r, struct mg_ddl *ddl)
{
	static const struct {
		const char *word;
		enum mg_change change;
		void (*read)(struct reader *r, struct mg_name **parts);
	} changes[] = {
		{ "add", MG_ADD, read_added },
		{ "drop", MG_REMOVE, read_removed },
		{ "rename", MG_RENAME, read_renamed },
	};

	ddl->is_ddl = true;
	ddl->effect = MG_AGAIN; /* WITH, ALTER ROLE: options are what they are said to be */
	if (!take_object(r, &ddl->object))
		return;
	take_if(r);
	ddl->name = take_qualified(r, &ddl->keyspace);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		if (!take(r, changes[i].word))
			continue;
		ddl->change = changes[i].change;
		ddl->destructive = ddl->change == MG_REMOVE;
		ddl->effect = take_if(r) ? MG_AGAIN : MG_JUDGED;
		if (ddl->effect == MG_JUDGED)
			changes[i].read(r, &ddl->parts);
		return;
	}
}

static void read_destruction(struct reader *r, struct mg_ddl *ddl)
{
	(void)r;
	ddl->destructive = true;
}

static void read_harmless(struct reader *r, struct mg_ddl *ddl)
{
	(void)r;
	ddl->effect = MG_AGAIN;
}

/* A batch deletes when one of its statements does; the word is reserved. */
static void read_batch(struct reader *r, struct mg_ddl *ddl)
{
	for (; r->t.kind != MG_END; step(r))
		ddl->destructive |= mg_token_is(&r->t, "delete");
}

static const struct verb {
	const char *word;
	void (*read)(struct reader *r, struct mg_ddl *ddl);
} verbs[] = {
	{ "create", read_create },      { "alter", read_alter },
	{ "drop", read_drop },          { "truncate", read_destruction },
	{ "delete", read_destruction }, { "begin", read_batch },
	{ "select", read_harmless },    { "list", read_harmless },
	{ "grant", read_harmless },     { "revoke", read_harmless },
};

bool mg_ddl_parse(struct cd_arena *a, const char *cql, struct mg_ddl *out)
{
	struct reader r = { .arena = a };

	*out = (struct mg_ddl){ .effect = MG_UNKNOWN, .object = MG_OTHER };
	mg_lexer_init(&r.lexer, cql);
	step(&r);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (!take(&r, verbs[i].word))
			continue;
		verbs[i].read(&r, out);
		break;
	}
	if (r.failed && out->effect == MG_JUDGED)
		out->effect = MG_UNKNOWN;
	return !r.no_memory;
}
