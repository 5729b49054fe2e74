/* SPDX-License-Identifier: MIT */
/* One relation of a WHERE clause: its columns, its operator, its values. */
#include <string.h>

#include "node/function/term_parts.h"
#include "node/plan/where_plan.h"

/* ---- messages ---------------------------------------------------------------------------------- */

/* A name, in quotes where CQL wants them. */
static const char *spell_name(struct cd_arena *a, const char *name)
{
	const char *out = nd_name_text(a, name);

	return out ? out : "";
}

/* "(a, b)" of names or values. */
static const char *spell_list(struct cd_arena *a, const struct nd_relation *r, bool names)
{
	struct nd_problem ignored;
	const char *out = "";
	uint32_t count = names ? r->name_count : r->value_count;

	nd_problem_init(&ignored, a);
	for (uint32_t i = 0; i < count && out; i++)
		out = nd_text(&ignored, a, "%s%s%s", out, i ? ", " : "",
			      names ? spell_name(a, r->names[i]) : nd_expr_text(a, r->values[i]));
	out = out ? nd_text(&ignored, a, "(%s)", out) : NULL;
	return out ? out : "";
}

static const char *spell_left(struct cd_arena *a, const struct nd_relation *r)
{
	struct nd_problem ignored;
	const char *out = spell_name(a, r->names[0]);

	nd_problem_init(&ignored, a);
	if (r->target == ND_TARGET_ELEMENT)
		out = nd_text(&ignored, a, "%s[%s]", out, nd_expr_text(a, r->element));
	else if (r->target == ND_TARGET_TUPLE)
		out = spell_list(a, r, true);
	else if (r->target == ND_TARGET_TOKEN)
		out = nd_text(&ignored, a, "token%s", spell_list(a, r, true));
	return out ? out : "";
}

const char *nd_where_spell(struct cd_arena *a, const struct nd_relation *r)
{
	struct nd_problem ignored;
	const char *right, *out;

	nd_problem_init(&ignored, a);
	if (r->op == ND_OP_IS_NOT_NULL)
		right = "NULL";
	else if (r->op == ND_OP_IN && !r->is_in_marker)
		right = spell_list(a, r, false);
	else
		right = r->value_count ? nd_expr_text(a, r->values[0]) : "?";
	out = nd_text(&ignored, a, "%s %s %s", spell_left(a, r), nd_operator_name(r->op), right);
	return out ? out : "";
}

/* ---- a column ---------------------------------------------------------------------------------- */

static bool check_slice(struct nd_planner *p, const struct nd_column *c)
{
	const char *what = "duration columns";

	if (!nd_type_has_duration(c->type))
		return true;
	if (cd_type_is_collection(c->type))
		what = "collections containing durations";
	else if (c->type->kind == CQL_KIND_TUPLE)
		what = "tuples containing durations";
	else if (c->type->kind == CQL_KIND_UDT)
		what = "UDTs containing durations";
	return nd_refuse(p->problem, ND_INVALID, "Slice restrictions are not supported on %s",
			 what);
}

static bool check_element(struct nd_planner *p, const struct nd_column *c, enum nd_operator op)
{
	if (c->type->kind == CQL_KIND_LIST && !c->descending)
		return nd_refuse(p->problem, ND_INVALID,
				 "Indexes on list entries (%s[index] = value) are not currently "
				 "supported.",
				 c->name);
	if (c->type->kind != CQL_KIND_MAP || c->descending)
		return nd_refuse(p->problem, ND_INVALID, "Column %s cannot be used as a map",
				 c->name);
	if (!c->is_multi_cell)
		return nd_refuse(p->problem, ND_INVALID,
				 "Map-entry equality predicates on frozen map column %s are not "
				 "supported",
				 c->name);
	if (op != ND_OP_EQ)
		return nd_refuse(p->problem, ND_INVALID,
				 "Only EQ relations are supported on map entries");
	return true;
}

/* Whether the operator can be asked of the column at all. */
static bool check_column(struct nd_planner *p, const struct nd_column *c,
			 const struct nd_relation *r)
{
	bool element = r->target == ND_TARGET_ELEMENT;
	bool contains = r->op == ND_OP_CONTAINS || r->op == ND_OP_CONTAINS_KEY;

	if (nd_operator_is_slice(r->op) && !check_slice(p, c))
		return false;
	/* what is in descending order is of a type of its own */
	if (r->op == ND_OP_CONTAINS_KEY && (c->type->kind != CQL_KIND_MAP || c->descending))
		return nd_refuse(p->problem, ND_INVALID,
				 "Cannot use CONTAINS KEY on non-map column %s", c->name);
	if (r->op == ND_OP_CONTAINS && (!cd_type_is_collection(c->type) || c->descending))
		return nd_refuse(p->problem, ND_INVALID,
				 "Cannot use CONTAINS on non-collection column %s", c->name);
	if (element && !check_element(p, c, r->op))
		return false;
	if (c->type->kind == CQL_KIND_UDT && c->is_multi_cell)
		return nd_refuse(p->problem, ND_INVALID,
				 "Non-frozen UDT column '%s' (%s) cannot be restricted by any "
				 "relation",
				 c->name, nd_type_text(p->problem->arena, c->type));
	if (cd_type_is_collection(c->type) && c->is_multi_cell && !contains && !element)
		return nd_refuse(p->problem, ND_INVALID,
				 "Collection column '%s' (%s) cannot be restricted by a '%s' "
				 "relation",
				 c->name, nd_type_text(p->problem->arena, c->type),
				 nd_operator_name(r->op));
	return true;
}

/* ---- values ------------------------------------------------------------------------------------ */

static struct nd_restriction *restriction_new(struct nd_planner *p, enum nd_where_kind kind,
					      uint32_t columns, uint32_t values)
{
	struct nd_restriction *r = cd_arena_take_zero(p->arena, sizeof *r);

	if (r) {
		r->columns = cd_arena_take_array(p->arena, columns + 1, sizeof(void *));
		r->values = cd_arena_take_array(p->arena, values + 1, sizeof *r->values);
	}
	if (!r || !r->columns || !r->values) {
		nd_no_memory(p->problem);
		return NULL;
	}
	r->kind = kind;
	r->count = columns;
	r->value_count = values;
	return r;
}

/* A term whose receiver is made of the column's name: "in(c)". */
static struct nd_term *derived_term(struct nd_planner *p, const struct nd_table *t,
				    const char *format, const char *name, const cql_type *type,
				    const struct nd_expr *e)
{
	size_t len = strlen(format) + strlen(name);
	char *text = cd_arena_take(p->arena, len + 1);
	const char *at = strchr(format, '#');

	if (!text) {
		nd_no_memory(p->problem);
		return NULL;
	}
	memcpy(text, format, (size_t)(at - format));
	strcpy(text + (at - format), name);
	strcat(text, at + 1);
	return nd_term_new(p, e, &(struct nd_receiver){ t->keyspace->name, t->name, text, type });
}

static const cql_type *list_of(struct nd_planner *p, const cql_type *type)
{
	cql_type *list = cd_type_new(p->arena, CQL_KIND_LIST, 1);

	if (list)
		list->inner[0] = type;
	else
		nd_no_memory(p->problem);
	return list;
}

static struct nd_term **one_term(struct nd_planner *p, struct nd_term *t)
{
	struct nd_term **at = t ? cd_arena_take(p->arena, sizeof(struct nd_term *)) : NULL;

	if (at)
		*at = t;
	else if (t)
		nd_no_memory(p->problem);
	return at;
}

static void note_key_marker(struct nd_planner *p, const struct nd_column *c,
			    const struct nd_term *t)
{
	int32_t marker = nd_term_marker(t);

	if (c->kind == ND_PARTITION_KEY && marker >= 0 && marker > p->key_markers[c->position])
		p->key_markers[c->position] = marker;
}

/* Remembers that a marker is a list of IN's. */
static bool note_in_marker(struct nd_planner *p, const struct nd_term *t)
{
	int32_t marker = t ? nd_term_marker(t) : -1;

	if (marker < 0)
		return t != NULL;
	if (!p->in_lists)
		p->in_lists = cd_arena_take_array(p->arena, p->statement->marker_count,
						  sizeof *p->in_lists);
	if (!p->in_lists)
		return nd_no_memory(p->problem);
	p->in_lists[marker] = true;
	return true;
}

/* ---- one column -------------------------------------------------------------------------------- */

static bool single_value(struct nd_planner *p, const struct nd_table *t, const struct nd_column *c,
			 const struct nd_expr *e, struct nd_where_value *out)
{
	out->terms = one_term(p, nd_term_of_column(p, t, c, e));
	if (!out->terms)
		return false;
	note_key_marker(p, c, out->terms[0]);
	return true;
}

static struct nd_restriction *single_equal(struct nd_planner *p, const struct nd_table *t,
					   const struct nd_column *c, const struct nd_relation *rel)
{
	bool is_in = rel->op == ND_OP_IN && rel->value_count != 1;
	struct nd_restriction *r = restriction_new(p, is_in ? ND_WHERE_IN : ND_WHERE_EQ, 1,
						   rel->value_count);

	if (!r)
		return NULL;
	r->columns[0] = c;
	for (uint32_t i = 0; i < rel->value_count; i++)
		if (!single_value(p, t, c, rel->values[i], &r->values[i]))
			return NULL;
	return r;
}

static struct nd_restriction *single_in_marker(struct nd_planner *p, const struct nd_table *t,
					       const struct nd_column *c,
					       const struct nd_relation *rel)
{
	struct nd_restriction *r = restriction_new(p, ND_WHERE_IN, 1, 0);

	if (!r || !(r->in_type = list_of(p, c->type)))
		return NULL;
	r->columns[0] = c;
	r->in = derived_term(p, t, "in(#)", c->name, r->in_type, rel->values[0]);
	return note_in_marker(p, r->in) ? r : NULL;
}

static void set_end(struct nd_where_end *ends, enum nd_operator op, uint32_t count,
		    struct nd_where_value value)
{
	bool start = op == ND_OP_GT || op == ND_OP_GE;

	ends[start ? ND_WHERE_START : ND_WHERE_END] = (struct nd_where_end){
		true, op == ND_OP_GE || op == ND_OP_LE, count, value
	};
}

static struct nd_restriction *single_slice(struct nd_planner *p, const struct nd_table *t,
					   const struct nd_column *c, const struct nd_relation *rel)
{
	struct nd_restriction *r = restriction_new(p, ND_WHERE_SLICE, 1, 0);
	struct nd_where_value v = { NULL, NULL };

	if (!r || !(v.terms = one_term(p, nd_term_of_column(p, t, c, rel->values[0]))))
		return NULL;
	note_key_marker(p, c, v.terms[0]);
	r->columns[0] = c;
	set_end(r->ends, rel->op, 1, v);
	return r;
}

static struct nd_restriction *contains(struct nd_planner *p, const struct nd_table *t,
				       const struct nd_column *c, const struct nd_relation *rel)
{
	struct nd_restriction *r = restriction_new(p, ND_WHERE_CONTAINS, 1, 0);
	bool element = rel->target == ND_TARGET_ELEMENT, key = rel->op == ND_OP_CONTAINS_KEY;
	const cql_type *last = c->type->inner[c->type->count - 1];

	if (r && !(r->items = cd_arena_take_zero(p->arena, sizeof *r->items)))
		nd_no_memory(p->problem);
	if (!r || !r->items)
		return NULL;
	r->columns[0] = c;
	r->item_count = 1;
	if (element && !(r->items->key = derived_term(p, t, "key(#)", c->name, c->type->inner[0],
						      rel->element)))
		return NULL;
	if (key) {
		r->items->key = derived_term(p, t, "key(#)", c->name, c->type->inner[0],
					     rel->values[0]);
		return r->items->key ? r : NULL;
	}
	r->items->value = derived_term(p, t, "value(#)", c->name, last, rel->values[0]);
	return r->items->value ? r : NULL;
}

static struct nd_restriction *like(struct nd_planner *p, const struct nd_table *t,
				   const struct nd_column *c, const struct nd_relation *rel)
{
	struct nd_restriction *r = restriction_new(p, ND_WHERE_LIKE, 1, 1);

	if (!r || !single_value(p, t, c, rel->values[0], &r->values[0]))
		return NULL;
	r->columns[0] = c;
	return r;
}

static struct nd_restriction *single(struct nd_planner *p, struct nd_table *t,
				     const struct nd_relation *rel)
{
	const struct nd_column *c;

	if (rel->op == ND_OP_LIKE && rel->target == ND_TARGET_ELEMENT) {
		nd_refuse(p->problem, ND_INVALID, "LIKE can't be used with collections.");
		return NULL;
	}
	c = nd_table_find_column(t, rel->names[0], p->problem);
	if (!c || !check_column(p, c, rel))
		return NULL;
	if (rel->op == ND_OP_LIKE)
		return like(p, t, c, rel);
	if (rel->op == ND_OP_CONTAINS || rel->op == ND_OP_CONTAINS_KEY ||
	    rel->target == ND_TARGET_ELEMENT)
		return contains(p, t, c, rel);
	if (rel->is_in_marker)
		return single_in_marker(p, t, c, rel);
	return nd_operator_is_slice(rel->op) ? single_slice(p, t, c, rel)
					     : single_equal(p, t, c, rel);
}

/* ---- (a, b) ------------------------------------------------------------------------------------ */

static bool tuple_columns(struct nd_planner *p, struct nd_table *t, const struct nd_relation *rel,
			  struct nd_restriction *r)
{
	for (uint32_t i = 0; i < rel->name_count; i++) {
		const struct nd_column *c = nd_table_find_column(t, rel->names[i], p->problem);

		if (!c)
			return false;
		if (c->kind != ND_CLUSTERING)
			return nd_refuse(p->problem, ND_INVALID,
					 "Multi-column relations can only be applied to clustering "
					 "columns but was applied to: %s",
					 c->name);
		for (uint32_t k = 0; k < i; k++)
			if (r->columns[k] == c)
				return nd_refuse(p->problem, ND_INVALID,
						 "Column \"%s\" appeared twice in a relation: %s",
						 c->name, nd_where_spell(p->problem->arena, rel));
		if (i && c->position != r->columns[i - 1]->position + 1)
			return nd_refuse(p->problem, ND_INVALID,
					 "Clustering columns must appear in the PRIMARY KEY order "
					 "in multi-column relations: %s",
					 nd_where_spell(p->problem->arena, rel));
		r->columns[i] = c;
	}
	return true;
}

static const cql_type *tuple_type(struct nd_planner *p, const struct nd_restriction *r)
{
	cql_type *type = cd_type_new(p->arena, CQL_KIND_TUPLE, r->count);

	for (uint32_t i = 0; type && i < r->count; i++)
		type->inner[i] = r->columns[i]->type;
	if (!type)
		nd_no_memory(p->problem);
	return type;
}

/* "a,b" */
static const char *joined_names(struct nd_planner *p, const struct nd_restriction *r)
{
	const char *out = r->columns[0]->name;

	for (uint32_t i = 1; i < r->count && out; i++)
		out = nd_text(p->problem, p->arena, "%s,%s", out, r->columns[i]->name);
	return out;
}

static bool tuple_value(struct nd_planner *p, const struct nd_table *t, struct nd_restriction *r,
			const struct nd_expr *e, struct nd_where_value *out)
{
	const char *names;
	bool literal = e->kind == ND_EXPR_TUPLE;
	uint32_t have = literal ? e->count : 1;

	if (e->kind == ND_EXPR_MARKER) {
		names = joined_names(p, r);
		out->whole = names ? derived_term(p, t, "(#)", names, r->tuple, e) : NULL;
		return out->whole != NULL;
	}
	if (have != r->count)
		return nd_refuse(p->problem, ND_INVALID,
				 "Expected %u elements in value tuple, but got %u: %s", r->count,
				 have, nd_expr_text(p->problem->arena, e));
	out->terms = cd_arena_take_array(p->arena, have, sizeof *out->terms);
	if (!out->terms)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < have; i++) {
		out->terms[i] = nd_term_of_column(p, t, r->columns[i], literal ? e->items[i] : e);
		if (!out->terms[i])
			return false;
	}
	return true;
}

static bool tuple_in_marker(struct nd_planner *p, const struct nd_table *t,
			    struct nd_restriction *r, const struct nd_relation *rel)
{
	const char *names = joined_names(p, r);

	r->in_type = names ? list_of(p, r->tuple) : NULL;
	r->in = r->in_type ? derived_term(p, t, "in(#)", names, r->in_type, rel->values[0]) : NULL;
	return note_in_marker(p, r->in);
}

static struct nd_restriction *multi(struct nd_planner *p, struct nd_table *t,
				    const struct nd_relation *rel)
{
	bool is_in = rel->op == ND_OP_IN && (rel->is_in_marker || rel->value_count != 1);
	bool slice = nd_operator_is_slice(rel->op);
	uint32_t values = slice || rel->is_in_marker ? 0 : rel->value_count;
	struct nd_restriction *r;

	if (rel->op != ND_OP_EQ && rel->op != ND_OP_IN && !slice) {
		nd_refuse(p->problem, ND_INVALID, "%s cannot be used for multi-column relations",
			  nd_operator_name(rel->op));
		return NULL;
	}
	r = restriction_new(p,
			    slice   ? ND_WHERE_SLICE
			    : is_in ? ND_WHERE_IN
				    : ND_WHERE_EQ,
			    rel->name_count, values);
	if (!r || !tuple_columns(p, t, rel, r) || !(r->tuple = tuple_type(p, r)))
		return NULL;
	r->is_multi = true;
	if (rel->is_in_marker)
		return tuple_in_marker(p, t, r, rel) ? r : NULL;
	if (slice) {
		struct nd_where_value v = { NULL, NULL };

		if (!tuple_value(p, t, r, rel->values[0], &v))
			return NULL;
		set_end(r->ends, rel->op, r->count, v);
	}
	for (uint32_t i = 0; i < values; i++)
		if (!tuple_value(p, t, r, rel->values[i], &r->values[i]))
			return NULL;
	return r;
}

struct nd_restriction *nd_where_relation(struct nd_planner *p, struct nd_table *table,
					 const struct nd_relation *relation)
{
	if (relation->op == ND_OP_NE) {
		nd_refuse(p->problem, ND_INVALID, "Unsupported \"!=\" relation: %s",
			  nd_where_spell(p->problem->arena, relation));
		return NULL;
	}
	if (relation->target == ND_TARGET_FIELD) {
		nd_refuse(p->problem, ND_INVALID,
			  "fields of user types in WHERE are not supported by the node");
		return NULL;
	}
	return relation->target == ND_TARGET_TUPLE ? multi(p, table, relation)
						   : single(p, table, relation);
}

/* ---- token(...) -------------------------------------------------------------------------------- */

static bool token_has(const struct nd_relation *rel, const char *name)
{
	for (uint32_t i = 0; i < rel->name_count; i++)
		if (strcmp(rel->names[i], name) == 0)
			return true;
	return false;
}

static const char *key_names(struct nd_problem *p, const struct nd_table *t)
{
	const char *out = "";

	for (uint32_t i = 0; i < t->partition_key_count && out; i++)
		out = nd_text(p, p->arena, "%s%s%s", out, i ? ", " : "", t->columns[i]->name);
	return out ? out : "";
}

/* Whether the names are the partition key's, in its order. */
static bool check_token_columns(struct nd_problem *p, const struct nd_table *t,
				const struct nd_relation *rel)
{
	bool same = rel->name_count == t->partition_key_count;

	for (uint32_t i = 0; i < rel->name_count; i++)
		if (!nd_table_find_column(t, rel->names[i], p))
			return false;
	for (uint32_t i = 0; i < t->partition_key_count; i++)
		if (!token_has(rel, t->columns[i]->name))
			return nd_refuse(p, ND_INVALID,
					 "The token() function must be applied to all partition "
					 "key components or none of them");
	for (uint32_t i = 0; i < rel->name_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(rel->names[i], rel->names[k]) == 0)
				return nd_refuse(p, ND_INVALID,
						 "The token() function contains duplicate "
						 "partition key components");
	if (!same)
		return nd_refuse(p, ND_INVALID,
				 "The token() function must contains only partition key "
				 "components");
	for (uint32_t i = 0; i < rel->name_count; i++)
		if (strcmp(rel->names[i], t->columns[i]->name) != 0)
			return nd_refuse(p, ND_INVALID,
					 "The token function arguments must be in the partition "
					 "key order: %s",
					 key_names(p, t));
	return true;
}

bool nd_where_token_relation(struct nd_planner *p, struct nd_where *w,
			     const struct nd_relation *rel)
{
	struct nd_receiver receiver = { w->table->keyspace->name, w->table->name,
					"partition key token", cd_type_native(CQL_KIND_BIGINT) };
	bool slice = nd_operator_is_slice(rel->op),
	     start = rel->op == ND_OP_GT || rel->op == ND_OP_GE;
	struct nd_where_value v = { NULL, NULL };

	if (rel->op == ND_OP_NE)
		return nd_refuse(p->problem, ND_INVALID, "Unsupported \"!=\" relation: %s",
				 nd_where_spell(p->problem->arena, rel));
	if (!slice && rel->op != ND_OP_EQ)
		return nd_refuse(p->problem, ND_INVALID,
				 "%s cannot be used with the token function",
				 nd_operator_name(rel->op));
	if (!check_token_columns(p->problem, w->table, rel) ||
	    !(v.terms = one_term(p, nd_term_new(p, rel->values[0], &receiver))))
		return false;
	if (w->token.is_set && w->token.is_equal)
		return nd_refuse(p->problem, ND_INVALID,
				 "%s cannot be restricted by more than one relation if it includes "
				 "an Equal",
				 key_names(p->problem, w->table));
	if (w->token.is_set && !slice)
		return nd_refuse(p->problem, ND_INVALID,
				 "Columns \"%s\" cannot be restricted by both an equality and an "
				 "inequality relation",
				 key_names(p->problem, w->table));
	if (slice && w->token.ends[start ? ND_WHERE_START : ND_WHERE_END].is_set)
		return nd_refuse(p->problem, ND_INVALID,
				 "More than one restriction was found for the %s bound on %s",
				 start ? "start" : "end", key_names(p->problem, w->table));
	w->token.is_set = true;
	w->token.is_equal = !slice;
	if (slice)
		set_end(w->token.ends, rel->op, 1, v);
	else
		w->token.ends[ND_WHERE_START] = w->token.ends[ND_WHERE_END] = (struct nd_where_end){
			true, true, 1, v
		};
	return true;
}
