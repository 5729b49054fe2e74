/* SPDX-License-Identifier: MIT */
/* What the cluster says of itself, taken into a schema row by row. Columns are found by name: servers
 * differ in what they have. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <coodie/result.h>

#include "base/error.h"
#include "orm/model/spelling.h"
#include "orm/schema/schema.h"
#include "orm/value/datum.h"
#include "orm/value/show.h"

/* The rows of an answer. */
struct rows {
	coodie_schema *schema;
	coodie_result *res;
	coodie_cursor at;
	bool failed;
	coodie_error *err;
};

static struct rows rows_of(coodie_schema *s, coodie_result *res, coodie_error *err)
{
	return (struct rows){ s, res, coodie_result_cursor(res), false, err };
}

/* NULL is null, and a column that the server has not. */
static bool take_value(struct rows *r, const char *column, cql_value *out)
{
	size_t i;

	*out = cql_null();
	if (r->failed || !coodie_result_column_index(r->res, column, &i))
		return false;
	r->failed = !coodie_cursor_value(&r->at, i, out, r->err);
	return !r->failed && !cql_is_null(*out);
}

static const char *keep(struct rows *r, cql_text text)
{
	const char *kept = cd_arena_strndup(&r->schema->arena, text.data, text.len);

	if (!kept)
		r->failed = !cd_no_memory(r->err, "the schema");
	return kept;
}

/* A text as a text of the arena; "" when there is none. */
static const char *take_text(struct rows *r, const char *column)
{
	cql_value v;
	cql_text text;

	if (!take_value(r, column, &v) || !cql_to_text(v, &text, NULL))
		return "";
	return keep(r, text);
}

static bool check(struct rows *r, bool worked)
{
	if (!worked && !r->failed)
		r->failed = !cd_no_memory(r->err, "the schema");
	return !r->failed;
}

/* ---- options ----------------------------------------------------------------------------------- */

static void take_map(struct rows *r, struct cd_option *o, cql_value v)
{
	cql_value key, value;
	cql_text k, t;
	cql_map map;
	cql_iter it;

	if (!cql_to_map(v, &map, NULL))
		return;
	it = cql_map_iter(map);
	while (!r->failed && cql_iter_next_pair(&it, &key, &value)) {
		if (cql_to_text(key, &k, NULL) && cql_to_text(value, &t, NULL)) {
			const char *name = keep(r, k), *text = keep(r, t);

			check(r, name && text &&
					 cd_option_put(&r->schema->arena, o, name, text, false));
		}
	}
}

/* A number or a word as CQL has it. */
static const char *literal_of(struct rows *r, cql_value v)
{
	struct cd_buffer b;
	cql_text text;

	if (cql_to_text(v, &text, NULL))
		return keep(r, text);
	cd_buffer_init(&b, &r->schema->allocator, 0);
	cd_show_value(&b, v);
	return cd_keep_text(&r->schema->arena, &b);
}

static void take_option(struct rows *r, struct cd_options *list, const char *name,
			enum cd_shape shape)
{
	struct cd_arena *a = &r->schema->arena;
	struct cd_option *o;
	cql_value v;
	cql_map map;

	if (!take_value(r, name, &v))
		return;
	if (cql_to_map(v, &map, NULL)) {
		o = cd_option_add(a, list, name, CD_SHAPE_MAP, NULL, false);
		if (check(r, o != NULL))
			take_map(r, o, v);
	} else {
		const char *text = literal_of(r, v);

		check(r, text && cd_option_add(a, list, name, shape, text,
					       v.is.tag != CQL_TAG_TEXT));
	}
}

static bool take_options(struct rows *r, struct cd_options *list)
{
	const struct cd_option_kind *kind;

	for (size_t i = 0; (kind = cd_option_kind_at(i)); i++) {
		if (kind->shape != CD_SHAPE_OBSOLETE)
			take_option(r, list, kind->name, kind->shape);
	}
	return !r->failed;
}

bool cd_take_keyspace(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	struct rows r = rows_of(s, res, err);

	(void)table;
	s->exists = coodie_cursor_next(&r.at);
	if (!s->exists)
		return true;
	take_option(&r, &s->options, "replication", CD_SHAPE_MAP);
	take_option(&r, &s->options, "durable_writes", CD_SHAPE_BOOLEAN);
	return !r.failed;
}

/* ---- types ------------------------------------------------------------------------------------- */

static bool take_fields(struct rows *r, struct cd_udt *t)
{
	cql_value names, types, n, v;
	cql_list name_list, type_list;
	cql_iter ni, ti;
	cql_text name, type;

	if (!take_value(r, "field_names", &names) || !take_value(r, "field_types", &types))
		return !r->failed;
	if (!cql_to_list(names, &name_list, r->err) || !cql_to_list(types, &type_list, r->err))
		return false;
	ni = cql_list_iter(name_list);
	ti = cql_list_iter(type_list);
	while (cql_iter_next(&ni, &n) && cql_iter_next(&ti, &v)) {
		const char *field, *of;

		if (!cql_to_text(n, &name, r->err) || !cql_to_text(v, &type, r->err))
			return false;
		field = keep(r, name);
		of = field ? keep(r, type) : NULL;
		if (!check(r, of && cd_schema_add_field(r->schema, &t->fields, field, of)))
			return false;
	}
	return true;
}

bool cd_take_types(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	struct rows r = rows_of(s, res, err);

	(void)table;
	while (coodie_cursor_next(&r.at)) {
		const char *name = take_text(&r, "type_name");
		struct cd_udt *t = r.failed ? NULL : cd_schema_add_type(s, name);

		if (!check(&r, t != NULL) || !take_fields(&r, t))
			return false;
	}
	cd_schema_sort_types(s);
	return true;
}

/* ---- tables and views -------------------------------------------------------------------------- */

static bool has_flag(struct rows *r, const char *flag)
{
	cql_value v, item;
	cql_text text;
	cql_set set;
	cql_iter it;

	if (!take_value(r, "flags", &v) || !cql_to_set(v, &set, NULL))
		return false;
	it = cql_set_iter(set);
	while (cql_iter_next(&it, &item)) {
		if (cql_to_text(item, &text, NULL) && cd_text_is(text, flag))
			return true;
	}
	return false;
}

bool cd_take_tables(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	struct rows r = rows_of(s, res, err);

	while (coodie_cursor_next(&r.at)) {
		const char *name = table ? table : take_text(&r, "table_name");
		struct cd_table *t = r.failed ? NULL : cd_schema_add_table(s, name);

		if (!check(&r, t != NULL) || !take_options(&r, &t->options))
			return false;
		t->is_counter = has_flag(&r, "counter");
		s->exists = true;
	}
	return !r.failed;
}

bool cd_take_views(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	struct rows r = rows_of(s, res, err);

	while (coodie_cursor_next(&r.at)) {
		const char *name = table ? table : take_text(&r, "view_name");
		struct cd_table *t = r.failed ? NULL : cd_schema_table(s, name);
		cql_value all;

		if (!t && !r.failed)
			t = cd_schema_add_table(s, name);
		if (!check(&r, t != NULL))
			return false;
		t->base = take_text(&r, "base_table_name");
		t->where = take_text(&r, "where_clause");
		if (take_value(&r, "include_all_columns", &all) &&
		    !cql_to_bool(all, &t->all_columns, err))
			return false;
		if (r.failed || !take_options(&r, &t->options))
			return false;
		s->exists = true;
	}
	return !r.failed;
}

/* ---- columns ----------------------------------------------------------------------------------- */

static enum cd_role role_of(const char *kind)
{
	static const char *const names[] = {
		[CD_ROLE_PARTITION] = "partition_key",
		[CD_ROLE_CLUSTERING] = "clustering",
		[CD_ROLE_STATIC] = "static",
		[CD_ROLE_REGULAR] = "regular",
	};
	unsigned role = CD_ROLE_PARTITION;

	while (role < CD_ROLE_REGULAR && strcasecmp(kind, names[role]))
		role++;
	return (enum cd_role)role;
}

/* The table of a row: mostly that of the row before. Those of views are known only when they were
 * asked for. */
static struct cd_table *table_of(struct rows *r, const char *table, struct cd_table *before)
{
	const char *name = table ? table : take_text(r, "table_name");

	if (r->failed || (before && !strcmp(before->name, name)))
		return r->failed ? NULL : before;
	return cd_schema_table(r->schema, name);
}

/* What is not said of columns that were dropped, their order and place, is none. */
static bool take_column(struct rows *r, struct cd_members *list)
{
	const char *name = take_text(r, "column_name"), *type = take_text(r, "type"),
		   *kind = take_text(r, "kind"), *order = take_text(r, "clustering_order");
	struct cd_member *m;
	cql_value v;

	if (r->failed)
		return false;
	if (!strcmp(type, "empty")) /* of tables of old */
		return true;
	m = cd_schema_add_member(r->schema, list, name, type);
	if (!check(r, m != NULL))
		return false;
	m->role = role_of(kind);
	m->desc = !strcasecmp(order, "desc");
	return !take_value(r, "position", &v) || cql_to_int32(v, &m->position, r->err);
}

/* Moves what is in a place of the key from one list to the end of another. */
static bool move_key(struct cd_member **from, struct cd_members *to, enum cd_role role,
		     int32_t position)
{
	struct cd_member *m;

	while (*from && ((*from)->role != role || (*from)->position != position))
		from = &(*from)->next;
	m = *from;
	if (!m)
		return false;
	*from = m->next;
	*to->last = m;
	to->last = &m->next;
	return true;
}

/* The columns of the primary key first, in its order; the others as they are. */
static void put_keys_first(struct cd_table *t)
{
	struct cd_member *left = t->columns.first;

	t->columns.last = &t->columns.first;
	for (int32_t i = 0; move_key(&left, &t->columns, CD_ROLE_PARTITION, i); i++)
		continue;
	for (int32_t i = 0; move_key(&left, &t->columns, CD_ROLE_CLUSTERING, i); i++)
		continue;
	*t->columns.last = left;
	while (*t->columns.last)
		t->columns.last = &(*t->columns.last)->next;
}

static bool take_columns(coodie_schema *s, coodie_result *res, const char *table, bool dropped,
			 coodie_error *err)
{
	struct rows r = rows_of(s, res, err);
	struct cd_table *t = NULL;

	while (coodie_cursor_next(&r.at)) {
		t = table_of(&r, table, t);
		if (r.failed || (t && !take_column(&r, dropped ? &t->dropped : &t->columns)))
			return false;
	}
	return !r.failed;
}

bool cd_take_columns(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	bool taken = take_columns(s, res, table, false, err);

	for (struct cd_table *t = s->tables; t; t = t->next)
		put_keys_first(t);
	return taken;
}

bool cd_take_dropped(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	return take_columns(s, res, table, true, err);
}

/* ---- indexes ----------------------------------------------------------------------------------- */

/* Quotes inside of a name are doubled. */
static void unquote(char *text)
{
	char *to = text;

	for (; *text; text++) {
		*to++ = *text;
		text += *text == '"' && text[1] == '"';
	}
	*to = '\0';
}

/* "target": a column, quoted or not, perhaps inside values(), keys(), entries() or full(). */
static bool take_target(struct rows *r, const struct cd_table *t, struct cd_index *i,
			const char *target)
{
	const char *open = *target == '"' ? NULL : strchr(target, '('), *name = target;
	size_t len = strlen(target);
	const struct cd_member *column;
	char *text;

	if (open && len && target[len - 1] == ')') {
		i->part = cd_index_part(target, (size_t)(open - target));
		name = open + 1;
		len -= (size_t)(name - target) + 1;
	}
	if (len > 1 && *name == '"') {
		name++;
		len -= 2;
	}
	text = cd_arena_strndup(&r->schema->arena, name, len);
	if (!check(r, text != NULL))
		return false;
	if (name > target && name[-1] == '"')
		unquote(text);
	i->target = target;
	i->column = text;
	column = cd_member_find(&t->columns, text);
	if (column && !*i->part && cd_spelling_multicell(column->canon))
		i->part = "VALUES"; /* as older servers have it */
	return true;
}

static bool take_index(struct rows *r, struct cd_table *t)
{
	const char *name = take_text(r, "index_name");
	struct cd_options all = { 0 };
	const struct cd_pair *target, *class_name;
	struct cd_index *i;

	take_option(r, &all, "options", CD_SHAPE_MAP);
	i = r->failed ? NULL : cd_schema_add_index(r->schema, t, name);
	if (!check(r, i != NULL))
		return false;
	i->options = all.first;
	target = all.first ? cd_pair_find(all.first, "target") : NULL;
	class_name = all.first ? cd_pair_find(all.first, "class_name") : NULL;
	i->class_name = class_name ? class_name->value : NULL;
	for (struct cd_pair **p = i->options ? &i->options->pairs : NULL; p && *p;) {
		if (*p == target || *p == class_name)
			*p = (*p)->next;
		else
			p = &(*p)->next;
	}
	return take_target(r, t, i, target ? target->value : "");
}

bool cd_take_indexes(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	struct rows r = rows_of(s, res, err);
	struct cd_table *t = NULL;

	while (coodie_cursor_next(&r.at)) {
		t = table_of(&r, table, t);
		if (r.failed || (t && !take_index(&r, t)))
			return false;
	}
	return !r.failed;
}
