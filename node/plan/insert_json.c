/* SPDX-License-Identifier: MIT */
/* INSERT JSON: a text becomes the values of all columns, once for a literal, each time for a marker. */
#include <string.h>

#include "node/function/term_parts.h"
#include "node/plan/insert.h"
#include "node/value/java_set.h"
#include "node/value/json_read.h"

struct nd_json_plan {
	const struct nd_term *text; /* the marker */
	const struct nd_insert *insert;
};

/* ---- the text ----------------------------------------------------------------------------------- */

static struct nd_json *parse(struct nd_planner *p, cql_text text)
{
	struct nd_json_error err;
	struct nd_json *j = nd_json_parse_map(p->arena, text.data, text.len, &err);

	if (!j && !err.message)
		nd_no_memory(p->problem);
	else if (!j)
		nd_refuse(p->problem, ND_INVALID,
			  "Could not decode JSON string as a map: %s: %s. (String was: %.*s)",
			  err.exception, err.message, (int)text.len, text.data);
	else if (j->kind == ND_JSON_NULL)
		nd_refuse(p->problem, ND_INVALID, "Got null for INSERT JSON values");
	if (p->problem->happened)
		return NULL;
	nd_json_fold_names(j);
	return j;
}

static bool check_names(struct nd_planner *p, const struct nd_table *t, const struct nd_json *map)
{
	for (const struct nd_json *item = map->first; item; item = item->next)
		if (!nd_table_column(t, item->name))
			return nd_refuse(p->problem, ND_INVALID,
					 "JSON values map contains unrecognized column: %s",
					 item->name);
	return true;
}

/* ---- columns ------------------------------------------------------------------------------------ */

static bool decode(struct nd_planner *p, const struct nd_column *c, const struct nd_json *item,
		   struct nd_value *out)
{
	struct nd_problem inner;

	nd_problem_init(&inner, p->arena);
	if (nd_json_decode(item, c->type, p->arena, out, &inner))
		return true;
	if (inner.error.code != ND_INVALID)
		return nd_no_memory(p->problem);
	if (c->type->kind == CQL_KIND_DURATION && item->kind == ND_JSON_STRING)
		return nd_refuse(p->problem, ND_INVALID, "%.*s", (int)inner.error.message.len,
				 inner.error.message.data);
	return nd_refuse(p->problem, ND_INVALID, "Error decoding JSON value for %s: %.*s", c->name,
			 (int)inner.error.message.len, inner.error.message.data);
}

/* The value of a column; NULL: refused. */
static struct nd_term *column_term(struct nd_planner *p, const struct nd_write *w,
				   const struct nd_column *c, struct nd_value v)
{
	const struct nd_receiver receiver = { w->plan.table->keyspace->name, w->plan.table->name,
					      c->name, c->type };

	return nd_term_constant(p, &receiver, v);
}

static uint32_t index_of(const struct nd_table *t, const char *name)
{
	uint32_t i = 0;

	while (strcmp(t->columns[i]->name, name) != 0)
		i++;
	return i;
}

/* The values of all columns; of those that are wrong, the first of Cassandra's hash is told. */
static bool decode_all(struct nd_planner *p, const struct nd_table *t, const struct nd_json *map,
		       struct nd_value *values)
{
	const char **names = cd_arena_take_array(p->arena, t->column_count, sizeof *names);

	if (!names)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < t->column_count; i++)
		names[i] = t->columns[i]->name;
	nd_java_buffer_order(names, t->column_count);
	for (uint32_t i = 0; i < t->column_count; i++) {
		const struct nd_json *item = nd_json_find(map, names[i]);
		uint32_t at = index_of(t, names[i]);
		if (item && !decode(p, t->columns[at], item, &values[at]))
			return false;
	}
	return true;
}

static bool set_columns(struct nd_planner *p, struct nd_write *w, const struct nd_json *map,
			bool default_unset)
{
	const struct nd_table *t = w->plan.table;
	uint32_t keys = (uint32_t)t->partition_key_count + t->clustering_count;
	struct nd_value *values = cd_arena_take_array(p->arena, t->column_count, sizeof *values);

	if (!values)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < t->column_count; i++)
		values[i] = (struct nd_value){ default_unset ? ND_UNSET : ND_NULL, NULL, 0 };
	if (!decode_all(p, t, map, values))
		return false;
	for (uint32_t i = 0; i < t->column_count; i++) {
		struct nd_operation o = { .column = t->columns[i],
					  .run = nd_run_set,
					  .type = t->columns[i]->type };
		struct nd_term *term = column_term(p, w, t->columns[i], values[i]);

		if (!term)
			return false;
		o.value = term;
		if (i < keys)
			w->key[i] = term;
		else
			nd_write_add(w, &o);
	}
	return true;
}

/* Room for the terms of the key and for operations, and all of them from a text. */
static bool set_all(struct nd_planner *p, struct nd_write *w, cql_text text, bool default_unset)
{
	const struct nd_table *t = w->plan.table;
	struct nd_json *map;

	w->operation_count = w->regular_count = 0;
	w->key = cd_arena_take_array(p->arena, (size_t)t->partition_key_count + t->clustering_count,
				     sizeof(struct nd_term *));
	if (!w->key)
		return nd_no_memory(p->problem);
	return nd_write_reserve(p, w, t->column_count) && (map = parse(p, text)) &&
	       set_columns(p, w, map, default_unset) && check_names(p, t, map);
}

/* ---- looking up --------------------------------------------------------------------------------- */

static bool new_marker(struct nd_planner *p, struct nd_write *w, const struct nd_insert *insert)
{
	const struct nd_table *t = w->plan.table;
	const struct nd_receiver receiver = { t->keyspace->name, t->name, "[json]",
					      cd_type_native(CQL_KIND_TEXT) };
	struct nd_json_plan *json = cd_arena_take_zero(p->arena, sizeof *json);

	if (!json)
		return nd_no_memory(p->problem);
	json->insert = insert;
	w->json = json;
	return (json->text = nd_term_new(p, insert->values[0], &receiver)) != NULL;
}

bool nd_insert_json(struct nd_planner *p, struct nd_write *w, const struct nd_insert *insert)
{
	const struct nd_expr *e = insert->values[0];

	w->has_clustering = w->plan.table->clustering_count > 0;
	w->touches_rows = true;
	if (e->kind == ND_EXPR_MARKER)
		return new_marker(p, w, insert);
	return set_all(p, w, (cql_text){ e->text, e->text_len }, insert->json_default_unset);
}

const struct nd_write *nd_insert_json_bind(const struct nd_write *w, struct nd_request *x)
{
	struct nd_planner p = { .db = x->db, .arena = x->arena, .problem = &x->problem };
	struct nd_write *bound = cd_arena_copy(x->arena, w, sizeof *w);
	struct nd_value v;

	if (!bound) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	if (!nd_term_value(w->json->text, x, &v))
		return NULL;
	if (v.presence == ND_NULL) {
		nd_refuse(&x->problem, ND_INVALID, "Got null for INSERT JSON values");
		return NULL;
	}
	return set_all(&p, bound, (cql_text){ v.len ? (const char *)v.data : "", v.len },
		       w->json->insert->json_default_unset)
		       ? bound
		       : NULL;
}
