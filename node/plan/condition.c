/* SPDX-License-Identifier: MIT */
/* Conditions looked up. */
#include "node/plan/condition.h"

#include <string.h>

#include "node/function/term_parts.h"

/* ---- what may be asked ------------------------------------------------------------------------- */

/* Durations have no order. */
static bool check_durations(struct nd_planner *p, const cql_type *type, enum nd_operator op)
{
	const char *what = NULL;

	if (!nd_operator_is_slice(op) || !nd_type_has_duration(type))
		return true;
	if (cd_type_is_collection(type))
		what = "collections";
	else if (type->kind == CQL_KIND_TUPLE)
		what = "tuples";
	else if (type->kind == CQL_KIND_UDT)
		what = "UDTs";
	if (what)
		return nd_refuse(p->problem, ND_INVALID,
				 "Slice conditions are not supported on %s containing durations",
				 what);
	return nd_refuse(p->problem, ND_INVALID,
			 "Slice conditions ( %s ) are not supported on durations",
			 nd_operator_name(op));
}

/* ---- what is compared -------------------------------------------------------------------------- */

static bool part_receiver(struct nd_planner *p, const struct nd_column *c, const char *part,
			  const cql_type *type, struct nd_receiver *out)
{
	out->type = type;
	out->name = nd_text(p->problem, p->arena, "%s(%s)", part, c->name);
	return out->name != NULL;
}

static bool element_target(struct nd_planner *p, const struct nd_relation *r,
			   struct nd_condition *out, struct nd_receiver *value,
			   struct nd_receiver *key)
{
	const struct nd_column *c = out->column;
	bool holds_elements = cd_type_is_collection(c->type) && !c->descending;

	if (!holds_elements || c->type->kind == CQL_KIND_SET)
		return nd_refuse(p->problem, ND_INVALID,
				 "Invalid element access syntax for %s column %s",
				 holds_elements ? "set" : "non-collection", c->name);
	*key = *value;
	if (c->type->kind == CQL_KIND_LIST
		    ? !part_receiver(p, c, "idx", cd_type_native(CQL_KIND_INT), key)
		    : !part_receiver(p, c, "key", c->type->inner[0], key))
		return false;
	(void)r;
	return part_receiver(p, c, "value", c->type->inner[c->type->count - 1], value);
}

static bool field_target(struct nd_planner *p, const struct nd_relation *r,
			 struct nd_condition *out, struct nd_receiver *value)
{
	const struct nd_column *c = out->column;

	if (c->type->kind != CQL_KIND_UDT) /* Cassandra stumbles over it */
		return nd_refuse(p->problem, ND_SERVER_ERROR,
				 "java.lang.ClassCastException: column %s is not of a user type",
				 c->name);
	for (uint32_t i = 0; i < c->type->count; i++) {
		if (strcmp(c->type->of.udt->fields[i], r->field) != 0)
			continue;
		out->field = (uint16_t)i;
		value->type = c->type->inner[i];
		value->name = nd_text(p->problem, p->arena, "%s.%s", c->name, r->field);
		return value->name != NULL;
	}
	return nd_refuse(p->problem, ND_INVALID, "Unknown field %s for column %s", r->field,
			 c->name);
}

static bool contains_receiver(struct nd_planner *p, const struct nd_condition *c,
			      struct nd_receiver *value)
{
	const cql_type *type = value->type;
	bool key = c->op == ND_OP_CONTAINS_KEY;

	if (c->column->descending ||
	    (key ? type->kind != CQL_KIND_MAP : !cd_type_is_collection(type)))
		return nd_refuse(p->problem, ND_INVALID,
				 "Cannot use CONTAINS%s on non-%s column %s", key ? " KEY" : "",
				 key ? "map" : "collection", value->name);
	value->name = nd_text(p->problem, p->arena, "%s(%s)", key ? "key" : "value", value->name);
	value->type = type->inner[key ? 0 : type->count - 1];
	return value->name != NULL;
}

/* IN ?: the marker is a list. */
static bool list_receiver(struct nd_planner *p, struct nd_condition *c, struct nd_receiver *value)
{
	cql_type *list = cd_type_new(p->arena, CQL_KIND_LIST, 1);

	if (!list)
		return nd_no_memory(p->problem);
	list->of.only = value->type;
	list->inner = &list->of.only;
	value->name = nd_text(p->problem, p->arena, "in(%s)", value->name);
	value->type = c->list_type = list;
	c->is_list = true;
	return value->name != NULL;
}

static bool new_values(struct nd_planner *p, const struct nd_relation *r, struct nd_condition *c,
		       struct nd_receiver *value)
{
	if ((c->op == ND_OP_CONTAINS || c->op == ND_OP_CONTAINS_KEY) &&
	    !contains_receiver(p, c, value))
		return false;
	c->type = value->type;
	if (r->op == ND_OP_IN && r->is_in_marker && !list_receiver(p, c, value))
		return false;
	c->count = r->value_count;
	c->values = cd_arena_take_array(p->arena, (size_t)c->count + 1, sizeof *c->values);
	if (!c->values)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < c->count; i++)
		if (!(c->values[i] = nd_term_new(p, r->values[i], value)))
			return false;
	return true;
}

static bool new_condition(struct nd_planner *p, const struct nd_table *t,
			  const struct nd_relation *r, struct nd_condition *out)
{
	const struct nd_column *c = nd_table_find_column(t, r->names[0], p->problem);
	struct nd_receiver value = { t->keyspace->name, t->name, r->names[0], c ? c->type : NULL };
	struct nd_receiver key = value;

	if (!c)
		return false;
	*out = (struct nd_condition){ .column = c, .target = r->target, .op = r->op };
	if (c->type->kind == CQL_KIND_COUNTER)
		return nd_refuse(p->problem, ND_INVALID,
				 "Conditions on counters are not supported");
	if (r->target == ND_TARGET_ELEMENT && !element_target(p, r, out, &value, &key))
		return false;
	if (r->target == ND_TARGET_FIELD && !field_target(p, r, out, &value))
		return false;
	if (!check_durations(p, value.type, r->op))
		return false;
	if (r->element && !(out->key = nd_term_new(p, r->element, &key)))
		return false;
	if (!new_values(p, r, out, &value))
		return false;
	if (c->kind == ND_PARTITION_KEY || c->kind == ND_CLUSTERING)
		return nd_refuse(p->problem, ND_INVALID,
				 "PRIMARY KEY column '%s' cannot have IF conditions", c->name);
	return true;
}

bool nd_conditions_new(struct nd_planner *p, const struct nd_table *t,
		       const struct nd_relations *relations, struct nd_conditions *out)
{
	out->at = cd_arena_take_array(p->arena, relations->count, sizeof *out->at);
	if (!out->at)
		return nd_no_memory(p->problem);
	for (; out->count < relations->count; out->count++) {
		struct nd_condition *c = &out->at[out->count];

		if (!new_condition(p, t, &relations->at[out->count], c))
			return false;
		out->on_statics |= c->column->kind == ND_STATIC;
		out->on_rows |= c->column->kind != ND_STATIC;
	}
	return true;
}
