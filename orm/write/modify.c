/* SPDX-License-Identifier: MIT */
/* UPDATE and DELETE, put together of fragments. */
#include "orm/write/modify.h"

#include <string.h>

#include "base/error.h"

/* ---- fragments ------------------------------------------------------------------------------- */

static bool is_blank(const char *text)
{
	return !text || !text[strspn(text, " \t\r\n")];
}

static bool take(struct cd_write *w, enum cd_fragment_kind kind, const char *text,
		 struct cd_fragment **out, coodie_error *err)
{
	*out = is_blank(text) ? NULL : cd_fragment_take(w->place.model, kind, text, err);
	return *out || is_blank(text);
}

static uint32_t bind_count(const struct cd_fragment *f)
{
	return f ? f->bind_count : 0;
}

/* The first `count` values, and those behind them. */
static void split(cql_args args, size_t count, cql_args *first, cql_args *rest)
{
	*first = (cql_args){ count, args.values };
	*rest = (cql_args){ args.count - count, args.values ? args.values + count : NULL };
}

static bool check_binds(struct cd_modify *mod, cql_args args, coodie_error *err)
{
	const struct cd_model *m = mod->w->place.model;
	uint32_t what = bind_count(mod->what), condition = bind_count(mod->condition);

	if (args.count != (size_t)what + condition)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s(%s): %u ? but %zu values; give CQL_ARGS() one for each ?",
			       mod->w->verb->name, m->label, (unsigned)(what + condition),
			       args.count);
	split(args, what, &mod->what_args, &mod->condition_args);
	return (!mod->what || cd_fragment_check(m, mod->what, mod->what_args, err)) &&
	       (!mod->condition || cd_fragment_check(m, mod->condition, mod->condition_args, err));
}

bool cd_modify_begin(struct cd_modify *mod, struct cd_write *w, const struct cd_call *call,
		     enum cd_fragment_kind kind, coodie_error *err)
{
	*mod = (struct cd_modify){ .w = w, .table = w->place.model->table };
	if (call->query && call->query->table)
		mod->table = call->query->table;
	cd_buffer_init(&mod->cql, &w->place.model->allocator, 0);
	return take(w, kind, call->text, &mod->what, err) &&
	       take(w, CD_FRAGMENT_IF, call->condition, &mod->condition, err) &&
	       check_binds(mod, call->args, err);
}

bool cd_modify_condition(struct cd_modify *mod, const char *condition, cql_args args,
			 coodie_error *err)
{
	mod->condition_args = args;
	return take(mod->w, CD_FRAGMENT_IF, condition, &mod->condition, err) &&
	       (!mod->condition ||
		cd_fragment_check(mod->w->place.model, mod->condition, args, err));
}

void cd_modify_end(struct cd_modify *mod)
{
	if (mod->what)
		cd_fragment_give(mod->w->place.model, mod->what);
	if (mod->condition)
		cd_fragment_give(mod->w->place.model, mod->condition);
	cd_buffer_deinit(&mod->cql);
}

/* ---- which rows ------------------------------------------------------------------------------ */

static bool only_statics(const struct cd_model *m, const struct cd_fragment *f)
{
	for (uint32_t i = 0; f && i < f->relation_count; i++) {
		if (m->columns[f->relations[i].column].role != CD_ROLE_STATIC)
			return false;
	}
	return true;
}

uint32_t cd_modify_key_count(const struct cd_modify *mod)
{
	const struct cd_model *m = mod->w->place.model;

	return mod->what && only_statics(m, mod->what) && only_statics(m, mod->condition)
		       ? m->partition_count
		       : m->key_count;
}

/* ---- the statement --------------------------------------------------------------------------- */

static void put(struct cd_modify *mod, const char *text)
{
	cd_buffer_bytes(&mod->cql, text, strlen(text));
}

static void put_keys(struct cd_modify *mod, size_t count)
{
	const struct cd_model *m = mod->w->place.model;

	for (size_t i = 0; i < count; i++) {
		put(mod, i ? " AND " : "");
		put(mod, m->columns[m->keys[i]].quoted);
		put(mod, " = ?");
	}
}

static void put_statement(struct cd_modify *mod, const char *where, size_t key_count)
{
	bool is_update = mod->what && mod->what->kind == CD_FRAGMENT_SET;

	put(mod, is_update ? "UPDATE " : "DELETE ");
	if (mod->what && !is_update) {
		put(mod, mod->what->cql);
		put(mod, " ");
	}
	put(mod, is_update ? "" : "FROM ");
	put(mod, mod->table);
	put(mod, mod->w->ttl ? " USING TTL ?" : "");
	if (is_update) {
		put(mod, " SET ");
		put(mod, mod->what->cql);
	}
	put(mod, " WHERE ");
	if (where)
		put(mod, where);
	else
		put_keys(mod, key_count);
	if (mod->condition) {
		put(mod, " IF ");
		put(mod, mod->condition->cql);
	}
}

/* Nothing to add or take out is an empty collection: the text stays what it is. */
static cql_value bind_of(const struct cd_model *m, const struct cd_bind *b, cql_value v)
{
	enum cql_kind kind = m->columns[b->column].kind;

	if ((v.is.tag != CQL_TAG_NULL && v.is.tag != CQL_TAG_UNSET) ||
	    (b->kind != CD_BIND_PART && b->kind != CD_BIND_KEYS))
		return v;
	if (kind == CQL_KIND_LIST)
		return cql_from_list((cql_list){ 0 });
	return kind == CQL_KIND_MAP && b->kind == CD_BIND_PART ? cql_from_map((cql_map){ 0 })
							       : cql_from_set((cql_set){ 0 });
}

static void append(cql_value *to, size_t *count, cql_args args)
{
	for (size_t i = 0; i < args.count; i++)
		to[(*count)++] = args.values[i];
}

static bool bind_all(struct cd_modify *mod, cql_args where, coodie_error *err)
{
	struct cd_write *w = mod->w;
	size_t count = 0;
	cql_value *args = cd_write_room(
		w, mod->what_args.count + where.count + mod->condition_args.count + 1, err);

	if (!args)
		return false;
	cd_write_put_ttl(w, args, &count);
	for (size_t i = 0; i < mod->what_args.count; i++)
		args[count++] = bind_of(w->place.model, &mod->what->binds[i],
					mod->what_args.values[i]);
	append(args, &count, where);
	append(args, &count, mod->condition_args);
	w->args = (cql_args){ count, args };
	return true;
}

bool cd_modify_write(struct cd_modify *mod, const char *where, cql_args where_args,
		     coodie_error *err)
{
	struct cd_write *w = mod->w;

	put_statement(mod, where, where_args.count);
	w->cql = mod->cql.failed
			 ? NULL
			 : cd_arena_strndup(&w->arena, (const char *)mod->cql.data, mod->cql.len);
	return (w->cql || cd_no_memory(err, "a write")) && bind_all(mod, where_args, err);
}

bool cd_modify_row(struct cd_modify *mod, const void *object, coodie_error *err)
{
	struct cd_write *w = mod->w;
	uint32_t count = cd_modify_key_count(mod);
	cql_value *keys = cd_arena_take_array(&w->arena, count, sizeof(*keys));
	cql_args where = { count, keys };

	if (!keys)
		return cd_no_memory(err, "a write");
	return cd_write_keys(w, object, count, keys, err) &&
	       (!mod->condition || cd_write_conditional(w, where, err)) &&
	       cd_modify_write(mod, NULL, where, err);
}
