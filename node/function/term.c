/* SPDX-License-Identifier: MIT */
/* Terms: expressions looked up against a receiver, and their values. */
#include "node/function/function.h"

#include <string.h>

/* ---- making ----------------------------------------------------------------------------------- */

struct nd_term *nd_term_alloc(struct nd_planner *p, enum nd_term_kind kind,
			      const struct nd_receiver *receiver, uint32_t count)
{
	struct nd_term *t = cd_arena_take_zero(p->arena, sizeof *t);

	if (t && count)
		t->items = cd_arena_take_array(p->arena, count, sizeof *t->items);
	if (!t || (count && !t->items)) {
		nd_no_memory(p->problem);
		return NULL;
	}
	t->kind = kind;
	t->type = receiver->type;
	t->name = receiver->name;
	t->count = count;
	return t;
}

struct nd_term *nd_term_constant(struct nd_planner *p, const struct nd_receiver *receiver,
				 struct nd_value value)
{
	struct nd_term *t = nd_term_alloc(p, ND_TERM_CONSTANT, receiver, 0);

	if (t)
		t->value = value;
	return t;
}

struct nd_term *nd_term_finish(struct nd_planner *p, struct nd_term *t)
{
	struct nd_items items = { t->count, NULL };

	for (uint32_t i = 0; i < t->count; i++)
		t->has_marker |= t->items[i]->has_marker;
	for (uint32_t i = 0; i < t->count; i++)
		if (t->items[i]->kind != ND_TERM_CONSTANT)
			return t;
	items.at = cd_arena_take_array(p->arena, (size_t)t->count + 1, sizeof *items.at);
	if (!items.at) {
		nd_no_memory(p->problem);
		return NULL;
	}
	for (uint32_t i = 0; i < t->count; i++)
		items.at[i] = t->items[i]->value;
	if (!nd_items_join(t->type, &items, p->arena, &t->value, p->problem))
		return NULL;
	t->kind = ND_TERM_CONSTANT;
	return t;
}

static struct nd_term *null_new(struct nd_planner *p, const struct nd_expr *e,
				const struct nd_receiver *receiver)
{
	(void)e;
	if (receiver->type->kind == CQL_KIND_COUNTER) {
		nd_refuse(p->problem, ND_INVALID,
			  "Invalid null value for counter increment/decrement");
		return NULL;
	}
	return nd_term_constant(p, receiver, (struct nd_value){ ND_NULL, NULL, 0 });
}

static enum nd_fit null_fit(struct nd_planner *p, const struct nd_expr *e,
			    const struct nd_receiver *receiver)
{
	(void)p;
	(void)e;
	return receiver->type->kind == CQL_KIND_COUNTER ? ND_FIT_NONE : ND_FIT_WEAK;
}

static cql_text text_of(const char *text)
{
	return text ? (cql_text){ text, strlen(text) } : (cql_text){ "", 0 };
}

static struct nd_term *marker_new(struct nd_planner *p, const struct nd_expr *e,
				  const struct nd_receiver *receiver)
{
	struct nd_term *t = nd_term_alloc(p, ND_TERM_MARKER, receiver, 0);

	if (!t)
		return NULL;
	t->marker = e->marker;
	t->has_marker = true;
	t->keeps_bytes = !cd_type_is_collection(receiver->type);
	p->markers[e->marker] = (cql_column_spec){
		.keyspace = text_of(receiver->keyspace),
		.table = text_of(receiver->table),
		.name = text_of(p->statement->markers && p->statement->markers[e->marker]
					? p->statement->markers[e->marker]
					: receiver->name),
		.type = receiver->type,
	};
	return t;
}

static enum nd_fit marker_fit(struct nd_planner *p, const struct nd_expr *e,
			      const struct nd_receiver *receiver)
{
	(void)p;
	(void)e;
	(void)receiver;
	return ND_FIT_WEAK;
}

/* ---- hints: (type) term; casts are calls ------------------------------------------------------ */

static const cql_type *hint_type(struct nd_planner *p, const struct nd_expr *e,
				 const struct nd_receiver *receiver)
{
	return nd_schema_resolve(&p->db->schema,
				 receiver->keyspace ? receiver->keyspace : p->keyspace, e->type,
				 p->arena, p->problem);
}

/* What is frozen is of another type than the same that is not; selections do not mind. */
static enum nd_fit fit_of_hint(const struct nd_planner *p, const cql_type *have,
			       const cql_type *want)
{
	if (!p->columns && have->kind == want->kind &&
	    nd_type_is_multi_cell(have) != nd_type_is_multi_cell(want))
		return ND_FIT_NONE;
	return nd_type_fit(have, want);
}

static enum nd_fit hint_fit(struct nd_planner *p, const struct nd_expr *e,
			    const struct nd_receiver *receiver)
{
	const cql_type *type;

	if (!e->is_hint)
		return nd_call_fit(p, e, receiver);
	type = hint_type(p, e, receiver);
	return type ? fit_of_hint(p, type, receiver->type) : ND_FIT_NONE;
}

/* The keyspace of user types, which was not written. */
static const char *hint_keyspace(const struct nd_planner *p, const struct nd_receiver *receiver)
{
	return receiver->keyspace ? receiver->keyspace : p->keyspace;
}

static struct nd_term *hint_new(struct nd_planner *p, const struct nd_expr *e,
				const struct nd_receiver *receiver)
{
	const char *keyspace = hint_keyspace(p, receiver);
	struct nd_receiver cast = *receiver;

	if (!e->is_hint)
		return nd_call_new(p, e, receiver);
	if (!(cast.type = hint_type(p, e, receiver)))
		return NULL;
	if (!nd_term_fit(p, e->items[0], &cast))
		nd_refuse(p->problem, ND_INVALID, "Cannot cast value %s to type %s",
			  nd_expr_text_in(p->arena, e->items[0], keyspace),
			  nd_type_text_raw(p->arena, e->type, keyspace));
	else if (!fit_of_hint(p, cast.type, receiver->type))
		nd_refuse(p->problem, ND_INVALID, "Cannot assign value %s to %s of type %s",
			  nd_expr_text_in(p->arena, e, keyspace), receiver->name,
			  nd_type_text(p->arena, receiver->type));
	else
		return nd_term_new(p, e->items[0], receiver);
	return NULL;
}

/* ---- each kind -------------------------------------------------------------------------------- */

static const struct {
	nd_term_new_fn *new;
	nd_term_fit_fn *fit;
} kinds[] = {
	[ND_EXPR_NULL] = { null_new, null_fit },
	[ND_EXPR_STRING] = { nd_literal_new, nd_literal_fit },
	[ND_EXPR_INTEGER] = { nd_literal_new, nd_literal_fit },
	[ND_EXPR_FLOAT] = { nd_literal_new, nd_literal_fit },
	[ND_EXPR_BOOLEAN] = { nd_literal_new, nd_literal_fit },
	[ND_EXPR_UUID] = { nd_literal_new, nd_literal_fit },
	[ND_EXPR_HEX] = { nd_literal_new, nd_literal_fit },
	[ND_EXPR_DURATION] = { nd_literal_new, nd_literal_fit },
	[ND_EXPR_MARKER] = { marker_new, marker_fit },
	[ND_EXPR_LIST] = { nd_array_new, nd_array_fit },
	[ND_EXPR_SET] = { nd_set_new, nd_set_fit },
	[ND_EXPR_MAP] = { nd_map_new, nd_map_fit },
	[ND_EXPR_UDT] = { nd_udt_new, nd_udt_fit },
	[ND_EXPR_TUPLE] = { nd_tuple_new, nd_tuple_fit },
	[ND_EXPR_CAST] = { hint_new, hint_fit },
	[ND_EXPR_CALL] = { nd_call_new, nd_call_fit },
	[ND_EXPR_BINARY] = { nd_call_new, nd_call_fit },
	[ND_EXPR_NEGATE] = { nd_call_new, nd_call_fit },
};

static bool is_known(const struct nd_expr *e)
{
	return (size_t)e->kind < sizeof kinds / sizeof kinds[0] && kinds[e->kind].new;
}

/* What only a selection has: columns and their parts. */
static enum nd_fit selected_fit(struct nd_planner *p, const struct nd_expr *e,
				const struct nd_receiver *receiver)
{
	const cql_type *type = p->columns ? nd_expr_type(p, e) : NULL;

	return type ? fit_of_hint(p, type, receiver->type) : ND_FIT_NONE;
}

enum nd_fit nd_term_fit(struct nd_planner *p, const struct nd_expr *e,
			const struct nd_receiver *receiver)
{
	return (is_known(e) ? kinds[e->kind].fit : selected_fit)(p, e, receiver);
}

struct nd_term *nd_term_new(struct nd_planner *p, const struct nd_expr *e,
			    const struct nd_receiver *receiver)
{
	if (is_known(e))
		return kinds[e->kind].new(p, e, receiver);
	nd_refuse(p->problem, ND_INVALID, "%s cannot be a value of %s", nd_expr_text(p->arena, e),
		  receiver->name);
	return NULL;
}

struct nd_term *nd_term_of_column(struct nd_planner *p, const struct nd_table *table,
				  const struct nd_column *c, const struct nd_expr *e)
{
	const struct nd_receiver receiver = { table->keyspace->name, table->name, c->name,
					      c->type };
	struct nd_term *term = nd_term_new(p, e, &receiver);

	if (term)
		term->keeps_bytes |= c->descending;
	return term;
}

int32_t nd_term_marker(const struct nd_term *t)
{
	return t->kind == ND_TERM_MARKER ? t->marker : -1;
}

/* ---- values ----------------------------------------------------------------------------------- */

static bool constant_value(const struct nd_term *t, struct nd_request *x, struct nd_value *out)
{
	(void)x;
	*out = t->value;
	return true;
}

/* Clients need not send sets and maps in order; Cassandra puts them in order here, and those inside
 * of collections, but does not know those of a column in descending order as what they are. */
static bool arrange(const cql_type *type, struct nd_request *x, struct nd_value *value)
{
	bool changed = false;
	struct nd_items items;

	if (!cd_type_is_collection(type) || value->presence != ND_VALUE)
		return true;
	if (!nd_items_read(type, *value, x->arena, &items, &x->problem))
		return false;
	for (uint32_t i = 0; i < items.count; i++) {
		const uint8_t *before = items.at[i].data;
		if (!arrange(type->inner[i % type->count], x, &items.at[i]))
			return false;
		changed |= items.at[i].data != before;
	}
	return (!changed && nd_items_are_arranged(type, &items)) ||
	       nd_items_join(type, &items, x->arena, value, &x->problem);
}

static bool marker_value(const struct nd_term *t, struct nd_request *x, struct nd_value *out)
{
	if (t->marker >= x->value_count)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid amount of bind variables");
	*out = x->values[t->marker];
	return t->keeps_bytes || arrange(t->type, x, out);
}

static bool parts_value(const struct nd_term *t, struct nd_request *x, struct nd_value *out)
{
	struct nd_items items = { t->count, cd_arena_take_array(x->arena, (size_t)t->count + 1,
								sizeof *items.at) };

	if (!items.at)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < t->count; i++)
		if (!nd_term_value(t->items[i], x, &items.at[i]))
			return false;
	return nd_items_join(t->type, &items, x->arena, out, &x->problem);
}

bool nd_term_value(const struct nd_term *t, struct nd_request *x, struct nd_value *out)
{
	static bool (*const values[])(const struct nd_term *t, struct nd_request *x,
				      struct nd_value *out) = {
		[ND_TERM_CONSTANT] = constant_value,
		[ND_TERM_MARKER] = marker_value,
		[ND_TERM_PARTS] = parts_value,
		[ND_TERM_CALL] = nd_call_value,
	};

	return values[t->kind](t, x, out);
}
