/* SPDX-License-Identifier: MIT */
/* What models want: their tables, views, indexes and types as a schema. */
#include <stdio.h>

#include "base/error.h"
#include "base/identifier.h"
#include "base/list.h"
#include "base/sized.h"
#include "orm/model/place.h"
#include "orm/model/udt.h"
#include "orm/schema/schema.h"

/* ---- types ------------------------------------------------------------------------------------- */

static bool want_field(coodie_schema *s, struct cd_udt *t, const coodie_column *field)
{
	struct cd_buffer b;
	const char *type;

	cd_buffer_init(&b, &s->allocator, 0);
	cd_udt_spelling(&b, field);
	type = cd_keep_text(&s->arena, &b);
	return type && cd_schema_add_field(s, &t->fields, cd_udt_field_name(field), type);
}

static bool want_one_type(coodie_schema *s, const coodie_udt *type)
{
	const char *name = cd_identifier_name(&s->arena, type->name);
	struct cd_udt *t;
	coodie_column room;

	if (name && cd_schema_type(s, name))
		return true;
	t = name ? cd_schema_add_type(s, name) : NULL;
	for (size_t i = 0; t && i < type->field_count; i++) {
		if (!want_field(s, t, cd_udt_field(type, i, &room)))
			t = NULL;
	}
	return t != NULL;
}

/* Those that others are made of come first. */
static bool want_types(coodie_schema *s, const coodie_udt *const *at, uint32_t count,
		       coodie_error *err)
{
	for (uint32_t i = 0; at && i < count; i++) {
		if (!want_one_type(s, at[i]))
			at = NULL;
	}
	return at || cd_no_memory(err, "types");
}

bool cd_want_type(coodie_schema *s, const coodie_udt *type, coodie_error *err)
{
	const coodie_udt *const *at;
	uint32_t count = 0;

	if (!cd_udt_check(type, &s->allocator, err))
		return false;
	at = cd_udt_of_type(&s->arena, type, &count);
	return want_types(s, at, count, err);
}

/* ---- indexes ----------------------------------------------------------------------------------- */

static bool is_collection(const struct cd_column *c)
{
	return c->kind == CQL_KIND_LIST || c->kind == CQL_KIND_SET || c->kind == CQL_KIND_MAP;
}

static const char *part_of(const struct cd_column *c)
{
	if (c->def.index.target)
		return cd_index_part(c->def.index.target, strlen(c->def.index.target));
	if (!is_collection(c))
		return "";
	return c->multicell ? "VALUES" : "FULL";
}

/* Cassandra's own default: the table, the column, only letters, digits and underscores. */
static const char *default_name(coodie_schema *s, const char *table, const char *column)
{
	const char *parts[] = { table, "_", column, "_idx" };
	struct cd_buffer b;

	cd_buffer_init(&b, &s->allocator, 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *at = parts[i]; *at; at++) {
			if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			    (*at >= '0' && *at <= '9') || *at == '_')
				cd_buffer_u8(&b, (uint8_t)*at);
		}
	}
	return cd_keep_text(&s->arena, &b);
}

/* The similarity, and then the user's own. */
static bool want_index_options(coodie_schema *s, struct cd_index *i, const coodie_index *def,
			       coodie_error *err)
{
	static const char *const names[] = {
		[COODIE_SIMILARITY_COSINE] = "COSINE",
		[COODIE_SIMILARITY_DOT_PRODUCT] = "DOT_PRODUCT",
		[COODIE_SIMILARITY_EUCLIDEAN] = "EUCLIDEAN",
	};
	struct cd_options list = { 0 };
	struct cd_option *map;

	if (!def->similarity && !def->options)
		return true;
	map = cd_option_add(&s->arena, &list, "options", CD_SHAPE_MAP, NULL, false);
	if (!map || (def->similarity && !cd_option_put(&s->arena, map, "similarity_function",
						       names[def->similarity], false)))
		return cd_no_memory(err, "an index");
	i->options = map;
	return !def->options || cd_option_parse_map(&s->arena, map, def->options, err);
}

static bool want_index(coodie_schema *s, struct cd_table *t, const struct cd_column *c,
		       coodie_error *err)
{
	const coodie_index *def = &c->def.index;
	const char *name = def->name ? def->name : default_name(s, t->name, c->name);
	struct cd_index *i = name ? cd_schema_add_index(s, t, name) : NULL;

	if (!i)
		return cd_no_memory(err, "an index");
	i->column = c->name;
	i->part = part_of(c);
	i->external = def->external;
	i->any_class = c->kind == CQL_KIND_VECTOR && !def->class_name;
	i->class_name = i->any_class ? "StorageAttachedIndex" : def->class_name;
	if (!cd_arena_keep(&s->arena, &i->column) || !cd_arena_keep(&s->arena, &i->class_name))
		return cd_no_memory(err, "an index");
	if (want_index_options(s, i, def, err))
		return true;
	if (err)
		cd_error_prefix(err, "column %s, index", c->def.name);
	return false;
}

/* ---- tables ------------------------------------------------------------------------------------ */

static bool want_column(coodie_schema *s, struct cd_table *t, const struct cd_column *c,
			coodie_error *err)
{
	struct cd_member *m = cd_schema_add_member(s, &t->columns, c->name, c->spelling);

	if (!m)
		return cd_no_memory(err, "a column");
	m->role = c->role;
	m->desc = c->def.order == COODIE_DESC;
	if (c->role == CD_ROLE_PARTITION)
		m->position = c->def.partition_key - 1;
	if (c->role == CD_ROLE_CLUSTERING)
		m->position = c->def.clustering_key - 1;
	return !c->def.index.on || want_index(s, t, c, err);
}

static bool want_options(coodie_schema *s, struct cd_table *t, const struct cd_model *m,
			 const char *more, coodie_error *err)
{
	const char *lists[] = { m->def.options, more };
	char ttl[16];

	snprintf(ttl, sizeof(ttl), "%u", (unsigned)m->def.default_ttl);
	if (m->def.default_ttl && !cd_option_add(&s->arena, &t->options, "default_time_to_live",
						 CD_SHAPE_NUMBER, ttl, true))
		return cd_no_memory(err, "options");
	if (m->def.comment && !cd_option_add(&s->arena, &t->options, "comment", CD_SHAPE_TEXT,
					     m->def.comment, false))
		return cd_no_memory(err, "options");
	for (size_t i = 0; i < 2; i++) {
		if (lists[i] && !cd_options_parse(&s->arena, &t->options, lists[i], err)) {
			if (err)
				cd_error_prefix(err, "model %s", m->label);
			return false;
		}
	}
	return true;
}

/* ---- views ------------------------------------------------------------------------------------- */

#define BAD_VIEW(...) cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__)

static bool check_column(const struct cd_model *m, const struct cd_model *base,
			 const struct cd_column *c, coodie_error *err)
{
	const struct cd_column *there = cd_model_column(base, c->name, strlen(c->name));

	if (!there)
		return BAD_VIEW("view %s, column %s: the base %s has no column %s", m->label,
				c->def.name, base->label, c->quoted);
	if (strcmp(there->spelling, c->spelling) != 0)
		return BAD_VIEW("view %s, column %s: it is %s, but %s in the base %s", m->label,
				c->def.name, c->spelling, there->spelling, base->label);
	if (c->role == CD_ROLE_STATIC || there->role == CD_ROLE_STATIC)
		return BAD_VIEW("view %s, column %s: a view has no static columns; leave it out",
				m->label, c->def.name);
	return true;
}

/* Each row of the base is one of the view: all of its key, and one column more at most. */
static bool check_key(const struct cd_model *m, const struct cd_model *base, coodie_error *err)
{
	for (uint32_t i = 0; i < base->key_count; i++) {
		const struct cd_column *key = &base->columns[base->keys[i]],
				       *c = cd_model_column(m, key->name, strlen(key->name));

		if (!c || !cd_column_is_key(c))
			return BAD_VIEW("view %s: %s is in the key of the base %s and must be in "
					"the view's; give it .clustering_key",
					m->label, key->quoted, base->label);
	}
	return m->key_count <= base->key_count + 1 ||
	       BAD_VIEW(
		       "view %s: its key has %u columns that are not in the key of the base %s; one "
		       "is the most",
		       m->label, (unsigned)(m->key_count - base->key_count), base->label);
}

static bool check_view(const struct cd_model *m, const struct cd_model *base, coodie_error *err)
{
	if (base->def.view)
		return BAD_VIEW("view %s: its base %s is a view itself", m->label, base->label);
	if (strcmp(m->keyspace_name, base->keyspace_name) != 0)
		return BAD_VIEW(
			"view %s is in keyspace %s and its base in %s; a view has its base's",
			m->label, m->keyspace_name, base->keyspace_name);
	if (m->def.default_ttl)
		return BAD_VIEW("view %s: a view has no default_ttl; its base may", m->label);
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (!check_column(m, base, &m->columns[i], err))
			return false;
	}
	return check_key(m, base, err);
}

const struct cd_model *cd_view_base(coodie_session *s, const struct cd_model *m, coodie_view *def,
				    coodie_error *err)
{
	struct cd_place base;

	if (!cd_take_struct(def, sizeof(*def), m->def.view, "coodie_view", err))
		return NULL;
	if (!def->base)
		return cd_fail_null(err, COODIE_ERR_MODEL,
				    "view %s has no base; write COODIE_VIEW(&base_model)",
				    m->label);
	if (!cd_place_find(s, def->base, &base, err) || !check_view(m, base.model, err))
		return NULL;
	return base.model;
}

/* What makes a table a view. */
static bool want_view(coodie_schema *s, coodie_session *session, struct cd_table *t,
		      const struct cd_model *m, coodie_view *def, coodie_error *err)
{
	const struct cd_model *base = cd_view_base(session, m, def, err);

	if (!base)
		return false;
	t->base = base->table_name;
	t->where = def->where;
	t->all_columns = def->all_columns;
	return (cd_arena_keep(&s->arena, &t->base) && cd_arena_keep(&s->arena, &t->where)) ||
	       cd_no_memory(err, "a view");
}

/* ---- models ------------------------------------------------------------------------------------ */

bool cd_want_model(coodie_schema *s, coodie_session *session, const struct cd_model *m,
		   coodie_error *err)
{
	uint32_t count = 0, columns = m->def.view ? m->column_count : m->read_count;
	const coodie_udt *const *types = cd_udt_of_model(&s->arena, m, &count);
	coodie_view view = { 0 };
	struct cd_table *t;

	if (!m->def.view && !want_types(s, types, count, err))
		return false;
	t = cd_schema_add_table(s, m->table_name);
	if (!t)
		return cd_no_memory(err, "a table");
	t->is_counter = m->is_counter;
	if (m->def.view && !want_view(s, session, t, m, &view, err))
		return false;
	for (uint32_t i = 0; i < columns; i++) {
		if (!want_column(s, t, &m->columns[i], err)) {
			if (err && err->code == COODIE_ERR_MODEL)
				cd_error_prefix(err, "model %s", m->label);
			return false;
		}
	}
	return want_options(s, t, m, view.options, err);
}

/* ---- keyspaces --------------------------------------------------------------------------------- */

/* "dc1: 3": a name that is not empty, a number. */
static bool is_datacenter(const char *item, size_t len)
{
	const char *colon = memchr(item, ':', len), *end = item + len, *at;
	bool has_digit = false;

	if (!colon || colon == item)
		return false;
	for (at = colon + 1; at < end && *at == ' '; at++)
		continue;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		has_digit = true;
	return has_digit && at == end;
}

static bool want_datacenter(coodie_schema *s, struct cd_option *map, const char *item, size_t len)
{
	const char *colon = memchr(item, ':', len), *count = colon + 1;
	size_t name_len = (size_t)(colon - item);
	const char *name, *number;

	while (name_len && item[name_len - 1] == ' ')
		name_len--;
	count += strspn(count, " ");
	name = cd_arena_strndup(&s->arena, item, name_len);
	number = cd_arena_strndup(&s->arena, count, len - (size_t)(count - item));
	return name && number && cd_option_put(&s->arena, map, name, number, true);
}

static bool want_datacenters(coodie_schema *s, struct cd_option *map, const char *list,
			     coodie_error *err)
{
	const char *item;
	size_t len, count = 0;

	if (!cd_option_put(&s->arena, map, "class", "NetworkTopologyStrategy", false))
		return cd_no_memory(err, "a keyspace");
	for (; cd_list_next(&list, &item, &len); count++) {
		if (!is_datacenter(item, len))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "datacenters: \"%.*s\" is not as \"dc1: 3\" is", (int)len,
				       item);
		if (!want_datacenter(s, map, item, len))
			return cd_no_memory(err, "a keyspace");
	}
	return count > 0 || cd_fail(err, COODIE_ERR_INVALID,
				    "datacenters: none is named; write \"dc1: 3, dc2: 2\"");
}

static bool want_simple(coodie_schema *s, struct cd_option *map, uint32_t factor, coodie_error *err)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", (unsigned)(factor ? factor : 1));
	return (cd_option_put(&s->arena, map, "class", "SimpleStrategy", false) &&
		cd_option_put(&s->arena, map, "replication_factor", number, true)) ||
	       cd_no_memory(err, "a keyspace");
}

static bool want_map(coodie_schema *s, struct cd_option *map, const char *text, const char *example,
		     coodie_error *err)
{
	coodie_error why = { 0 };

	if (cd_option_parse_map(&s->arena, map, text, &why))
		return true;
	if (why.code == COODIE_ERR_NO_MEMORY)
		return cd_no_memory(err, "a keyspace");
	return cd_fail(err, COODIE_ERR_INVALID, "%s is a CQL map, such as %s (%.80s)", map->name,
		       example, why.message);
}

static bool want_replication(coodie_schema *s, struct cd_option *map, const coodie_keyspace *o,
			     coodie_error *err)
{
	if (!!o->replication + !!o->datacenters + !!o->replication_factor > 1)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "replication_factor, datacenters and replication exclude one "
			       "another; set one of them");
	if (o->replication)
		return want_map(s, map, o->replication,
				"{'class': 'NetworkTopologyStrategy', 'dc1': 3}", err);
	if (o->datacenters)
		return want_datacenters(s, map, o->datacenters, err);
	if (!o->replication_factor) /* not said: no wish to change what is there */
		map->shape = CD_SHAPE_OBSOLETE;
	return want_simple(s, map, o->replication_factor, err);
}

bool cd_want_keyspace(coodie_schema *s, const coodie_keyspace *options, coodie_error *err)
{
	coodie_keyspace o = { 0 };
	struct cd_option *map, *tablets = NULL;

	if (options && !cd_take_struct(&o, sizeof(o), options, "coodie_keyspace", err))
		return false;
	map = cd_option_add(&s->arena, &s->options, "replication", CD_SHAPE_MAP, NULL, false);
	if (!map)
		return cd_no_memory(err, "a keyspace");
	if (!want_replication(s, map, &o, err))
		return false;
	if (!cd_option_add(&s->arena, &s->options, "durable_writes", CD_SHAPE_BOOLEAN,
			   o.no_durable_writes ? "false" : "true", true))
		return cd_no_memory(err, "a keyspace");
	if (o.tablets)
		tablets = cd_option_add(&s->arena, &s->options, "tablets", CD_SHAPE_MAP, NULL,
					false);
	if (o.tablets && !tablets)
		return cd_no_memory(err, "a keyspace");
	return !tablets || want_map(s, tablets, o.tablets, "{'enabled': false}", err);
}
