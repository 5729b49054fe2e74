/* SPDX-License-Identifier: MIT */
/* The types of expressions, as far as they can be known without a receiver. */
#include <string.h>

#include "node/function/function.h"
#include "node/function/term_parts.h"

const cql_type *nd_type_of_items(struct nd_planner *p, enum cql_kind kind, const cql_type *item)
{
	cql_type *t = cd_type_new(p->arena, kind, 1);

	if (!t) {
		nd_no_memory(p->problem);
		return NULL;
	}
	t->inner[0] = item;
	t->frozen = true;
	return t;
}

static const cql_type *column_type(struct nd_planner *p, const struct nd_expr *e)
{
	const struct nd_column *c = nd_table_find_column(p->columns, e->name, p->problem);

	return c ? c->type : NULL;
}

static const cql_type *field_type(struct nd_planner *p, const struct nd_expr *e)
{
	const cql_type *type = nd_expr_type(p, e->items[0]);

	for (uint32_t i = 0; type && type->kind == CQL_KIND_UDT && i < type->count; i++)
		if (strcmp(type->of.udt->fields[i], e->name) == 0)
			return type->inner[i];
	return NULL;
}

static const cql_type *element_type(struct nd_planner *p, const struct nd_expr *e)
{
	const cql_type *type = nd_expr_type(p, e->items[0]);

	if (!type || (type->kind != CQL_KIND_MAP && type->kind != CQL_KIND_SET))
		return NULL;
	return e->kind == ND_EXPR_SLICE ? type : type->inner[type->count - 1];
}

static const cql_type *call_type(struct nd_planner *p, const struct nd_expr *e)
{
	const struct nd_receiver any = {
		.keyspace = p->columns ? p->columns->keyspace->name : p->keyspace,
		.table = p->columns ? p->columns->name : NULL,
		.name = "[selection]",
	};
	const struct nd_function *f;

	if (nd_times_of(e))
		return nd_times_type(p, e);
	if (nd_is_to_json(e))
		return cd_type_native(CQL_KIND_TEXT);
	f = nd_function_resolve(p, e, &any);
	if (!f)
		nd_refuse(p->problem, ND_INVALID, "Unknown function '%s'", nd_function_name(p, e));
	return f ? f->result : NULL;
}

static const cql_type *cast_type(struct nd_planner *p, const struct nd_expr *e)
{
	return nd_schema_resolve(&p->db->schema,
				 p->columns ? p->columns->keyspace->name : p->keyspace, e->type,
				 p->arena, p->problem);
}

static const cql_type *set_type(struct nd_planner *p, const cql_type *item)
{
	if (item->kind != CQL_KIND_DURATION)
		return nd_type_of_items(p, CQL_KIND_SET, item);
	nd_refuse(p->problem, ND_INVALID,
		  "Durations are not allowed inside sets: frozen<set<duration>>");
	return NULL;
}

/* The first item whose type is known says what all are. */
static const cql_type *items_type(struct nd_planner *p, const struct nd_expr *e)
{
	for (uint32_t i = 0; i < e->count; i++) {
		const cql_type *type = nd_expr_type(p, e->items[i]);
		if (type)
			return e->kind == ND_EXPR_SET ? set_type(p, type)
						      : nd_type_of_items(p, CQL_KIND_LIST, type);
	}
	return NULL;
}

static const cql_type *tuple_type(struct nd_planner *p, const struct nd_expr *e)
{
	cql_type *t;

	/* one item in parentheses may be a tuple or not */
	if (e->count == 1)
		return NULL;
	if (!(t = cd_type_new(p->arena, CQL_KIND_TUPLE, e->count))) {
		nd_no_memory(p->problem);
		return NULL;
	}
	t->frozen = true;
	for (uint32_t i = 0; i < e->count; i++)
		if (!(t->inner[i] = nd_expr_type(p, e->items[i])))
			return NULL;
	return t;
}

const cql_type *nd_expr_type(struct nd_planner *p, const struct nd_expr *e)
{
	static const cql_type *(*const types[])(struct nd_planner * p, const struct nd_expr *e) = {
		[ND_EXPR_COLUMN] = column_type,   [ND_EXPR_FIELD] = field_type,
		[ND_EXPR_ELEMENT] = element_type, [ND_EXPR_SLICE] = element_type,
		[ND_EXPR_CALL] = call_type,       [ND_EXPR_BINARY] = call_type,
		[ND_EXPR_NEGATE] = call_type,     [ND_EXPR_CAST] = cast_type,
		[ND_EXPR_LIST] = items_type,      [ND_EXPR_SET] = items_type,
		[ND_EXPR_TUPLE] = tuple_type,
	};

	if ((size_t)e->kind >= sizeof types / sizeof types[0] || !types[e->kind] ||
	    (e->kind == ND_EXPR_COLUMN && !p->columns))
		return NULL;
	return types[e->kind](p, e);
}

bool nd_expr_resolve_calls(struct nd_planner *p, const struct nd_expr *e)
{
	bool is_call = e->kind == ND_EXPR_CALL || e->kind == ND_EXPR_BINARY ||
		       e->kind == ND_EXPR_NEGATE;

	if (e->kind == ND_EXPR_COLUMN && p->columns)
		return nd_table_find_column(p->columns, e->name, p->problem);
	for (uint32_t i = 0; i < e->count; i++) {
		/* it may be the name of a field */
		bool is_name = e->kind == ND_EXPR_MAP && i % 2 == 0 &&
			       e->items[i]->kind == ND_EXPR_COLUMN;
		if (e->items[i] && !is_name && !nd_expr_resolve_calls(p, e->items[i]))
			return false;
	}
	if (is_call)
		nd_expr_type(p, e);
	return !p->problem->happened;
}

const cql_type *nd_expr_likely_type(struct nd_planner *p, const struct nd_expr *e)
{
	const cql_type *type = nd_literal_type(e);

	if (!type)
		type = nd_expr_type(p, e);
	/* items that are literals */
	for (uint32_t i = 0; !type && !p->problem->happened && i < e->count &&
			     (e->kind == ND_EXPR_LIST || e->kind == ND_EXPR_SET);
	     i++) {
		const cql_type *item = nd_expr_likely_type(p, e->items[i]);
		if (item)
			type = nd_type_of_items(
				p, e->kind == ND_EXPR_SET ? CQL_KIND_SET : CQL_KIND_LIST, item);
	}
	return type;
}

static const cql_type *argument_items(struct nd_planner *p, const struct nd_expr *e)
{
	const cql_type *same = NULL;

	for (uint32_t i = 0; i < e->count; i++) {
		const cql_type *type = nd_expr_argument_type(p, e->items[i]);

		if (same && type && !cql_type_equal(same, type))
			return NULL;
		same = same ? same : type;
	}
	return same ? nd_type_of_items(p, e->kind == ND_EXPR_SET ? CQL_KIND_SET : CQL_KIND_LIST,
				       same)
		    : NULL;
}

static const cql_type *argument_tuple(struct nd_planner *p, const struct nd_expr *e)
{
	cql_type *t = cd_type_new(p->arena, CQL_KIND_TUPLE, e->count);

	if (!t) {
		nd_no_memory(p->problem);
		return NULL;
	}
	t->frozen = true;
	for (uint32_t i = 0; i < e->count; i++)
		if (!(t->inner[i] = nd_expr_argument_type(p, e->items[i])))
			return NULL;
	return t;
}

const cql_type *nd_expr_argument_type(struct nd_planner *p, const struct nd_expr *e)
{
	const cql_type *type;

	if (e->kind == ND_EXPR_LIST || e->kind == ND_EXPR_SET)
		return argument_items(p, e);
	if (e->kind == ND_EXPR_TUPLE)
		return argument_tuple(p, e);
	type = nd_literal_type(e);
	return type ? type : nd_expr_type(p, e);
}
