/* SPDX-License-Identifier: MIT */
/* Assignments looked up: which of them a column's type allows, and what they do. */
#include "node/plan/operation.h"

#include <stdio.h>
#include <string.h>

#include "node/function/term_parts.h"

/* ---- columns, as assignments tell them apart --------------------------------------------------- */

enum column_class {
	PLAIN,
	NUMBER, /* a plain one that can be added to */
	TEXT,   /* likewise */
	COUNTER,
	TUPLE,
	FROZEN_UDT,
	FROZEN_LIST,
	FROZEN_OTHER, /* set or map */
	LIST,
	SET,
	MAP,
	UDT,
	CLASSES
};

static const struct {
	enum cql_kind kind;
	enum column_class frozen, multi_cell;
} classes[] = {
	{ CQL_KIND_COUNTER, COUNTER, COUNTER }, { CQL_KIND_TUPLE, TUPLE, TUPLE },
	{ CQL_KIND_UDT, FROZEN_UDT, UDT },      { CQL_KIND_LIST, FROZEN_LIST, LIST },
	{ CQL_KIND_SET, FROZEN_OTHER, SET },    { CQL_KIND_MAP, FROZEN_OTHER, MAP },
	{ CQL_KIND_TINYINT, NUMBER, NUMBER },   { CQL_KIND_SMALLINT, NUMBER, NUMBER },
	{ CQL_KIND_INT, NUMBER, NUMBER },       { CQL_KIND_BIGINT, NUMBER, NUMBER },
	{ CQL_KIND_VARINT, NUMBER, NUMBER },    { CQL_KIND_DECIMAL, NUMBER, NUMBER },
	{ CQL_KIND_FLOAT, NUMBER, NUMBER },     { CQL_KIND_DOUBLE, NUMBER, NUMBER },
	{ CQL_KIND_ASCII, TEXT, TEXT },         { CQL_KIND_TEXT, TEXT, TEXT },
};

static enum column_class class_of(const struct nd_column *c)
{
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (classes[i].kind == c->type->kind)
			return c->is_multi_cell ? classes[i].multi_cell : classes[i].frozen;
	return PLAIN;
}

/* ---- what goes with what ----------------------------------------------------------------------- */

#define RUN(function) \
	{ \
		.run = function \
	}
#define READ(function) \
	{ \
		.run = function, .needs_read = true \
	}
#define FORMAT(...) \
	{ \
		.refusal = __VA_ARGS__ \
	}
#define NOT_COUNTER FORMAT("Invalid operation (%s) for non counter column %s")
#define FROZEN_COLLECTION FORMAT("Invalid operation (%s) for frozen collection column %s")
#define NOT_COLLECTION FORMAT("Invalid operation (%s) for non collection column %s")
#define NOT_LIST FORMAT("Invalid operation (%s) for non list column %s")
#define NOT_UDT FORMAT("Invalid operation (%s) for non-UDT column %s")
#define TUPLE_COLUMN FORMAT("Invalid operation (%s) for tuple column %s")
#define DELETE_NOT_COLLECTION \
	{ \
		.refusal_of_name = "Invalid deletion operation for non collection column %s" \
	}
#define DELETE_FROZEN \
	{ \
		.refusal_of_name = "Invalid deletion operation for frozen collection column %s" \
	}
#define DELETE_NOT_UDT \
	{ \
		.refusal_of_name = "Invalid field deletion operation for non-UDT column %s" \
	}

static const struct rule {
	nd_operation_fn *run;
	bool needs_read;
	const char *refusal;         /* of the assignment's text and the column */
	const char *refusal_of_name; /* of the column */
} rules[][CLASSES] = {
	[ND_ASSIGN_SET] = {
		[PLAIN] = RUN(nd_run_set_cell),
		[NUMBER] = RUN(nd_run_set_cell),
		[TEXT] = RUN(nd_run_set_cell),
		[COUNTER] = { .refusal_of_name = "Cannot set the value of counter column %s "
			"(counters can only be incremented/decremented, not set)" },
		[TUPLE] = RUN(nd_run_set), [FROZEN_UDT] = RUN(nd_run_set),
		[FROZEN_LIST] = RUN(nd_run_set), [FROZEN_OTHER] = RUN(nd_run_set),
		[LIST] = RUN(nd_run_set), [SET] = RUN(nd_run_set),
		[MAP] = RUN(nd_run_set), [UDT] = RUN(nd_run_set),
	},
	[ND_ASSIGN_ADD] = {
		[PLAIN] = NOT_COUNTER, [NUMBER] = NOT_COUNTER, [TEXT] = NOT_COUNTER,
		[COUNTER] = RUN(nd_run_count_up),
		[TUPLE] = TUPLE_COLUMN, [FROZEN_UDT] = TUPLE_COLUMN,
		[FROZEN_LIST] = FROZEN_COLLECTION, [FROZEN_OTHER] = FROZEN_COLLECTION,
		[LIST] = RUN(nd_run_append), [SET] = RUN(nd_run_add_items),
		[MAP] = RUN(nd_run_add_items), [UDT] = TUPLE_COLUMN,
	},
	[ND_ASSIGN_PREPEND] = {
		[PLAIN] = NOT_LIST, [NUMBER] = NOT_LIST, [TEXT] = NOT_LIST, [COUNTER] = NOT_LIST,
		[TUPLE] = NOT_LIST, [FROZEN_UDT] = NOT_LIST,
		[FROZEN_LIST] = FORMAT("Invalid operation (%s) for frozen list column %s"),
		[FROZEN_OTHER] = NOT_LIST,
		[LIST] = RUN(nd_run_prepend), [SET] = NOT_LIST, [MAP] = NOT_LIST, [UDT] = NOT_LIST,
	},
	[ND_ASSIGN_SUBTRACT] = {
		[PLAIN] = NOT_COUNTER, [NUMBER] = NOT_COUNTER, [TEXT] = NOT_COUNTER,
		[COUNTER] = RUN(nd_run_count_down),
		[TUPLE] = NOT_COUNTER, [FROZEN_UDT] = NOT_COUNTER,
		[FROZEN_LIST] = FROZEN_COLLECTION, [FROZEN_OTHER] = FROZEN_COLLECTION,
		[LIST] = READ(nd_run_discard_values), [SET] = RUN(nd_run_discard),
		[MAP] = RUN(nd_run_discard), [UDT] = NOT_COUNTER,
	},
	[ND_ASSIGN_ELEMENT] = {
		[PLAIN] = NOT_COLLECTION, [NUMBER] = NOT_COLLECTION, [TEXT] = NOT_COLLECTION,
		[COUNTER] = NOT_COLLECTION, [TUPLE] = NOT_COLLECTION, [FROZEN_UDT] = NOT_COLLECTION,
		[FROZEN_LIST] = FROZEN_COLLECTION, [FROZEN_OTHER] = FROZEN_COLLECTION,
		[LIST] = READ(nd_run_set_index),
		[SET] = FORMAT("Invalid operation (%s) for set column %s"),
		[MAP] = RUN(nd_run_set_key), [UDT] = NOT_COLLECTION,
	},
	[ND_ASSIGN_FIELD] = {
		[PLAIN] = NOT_UDT, [NUMBER] = NOT_UDT, [TEXT] = NOT_UDT, [COUNTER] = NOT_UDT,
		[TUPLE] = NOT_UDT,
		[FROZEN_UDT] = FORMAT("Invalid operation (%s) for frozen UDT column %s"),
		[FROZEN_LIST] = NOT_UDT, [FROZEN_OTHER] = NOT_UDT, [LIST] = NOT_UDT, [SET] = NOT_UDT,
		[MAP] = NOT_UDT, [UDT] = RUN(nd_run_set_field),
	},
	[ND_ASSIGN_DELETE] = {
		[PLAIN] = RUN(nd_run_erase), [NUMBER] = RUN(nd_run_erase), [TEXT] = RUN(nd_run_erase),
		[COUNTER] = RUN(nd_run_erase), [TUPLE] = RUN(nd_run_erase),
		[FROZEN_UDT] = RUN(nd_run_erase), [FROZEN_LIST] = RUN(nd_run_erase),
		[FROZEN_OTHER] = RUN(nd_run_erase), [LIST] = RUN(nd_run_erase_all),
		[SET] = RUN(nd_run_erase_all), [MAP] = RUN(nd_run_erase_all),
		[UDT] = RUN(nd_run_erase_all),
	},
	[ND_ASSIGN_DELETE_ELEMENT] = {
		[PLAIN] = DELETE_NOT_COLLECTION, [NUMBER] = DELETE_NOT_COLLECTION,
		[TEXT] = DELETE_NOT_COLLECTION, [COUNTER] = DELETE_NOT_COLLECTION,
		[TUPLE] = DELETE_NOT_COLLECTION, [FROZEN_UDT] = DELETE_NOT_COLLECTION,
		[FROZEN_LIST] = DELETE_FROZEN, [FROZEN_OTHER] = DELETE_FROZEN,
		[LIST] = READ(nd_run_erase_index),
		[SET] = RUN(nd_run_erase_item), [MAP] = RUN(nd_run_erase_key),
		[UDT] = DELETE_NOT_COLLECTION,
	},
	[ND_ASSIGN_DELETE_FIELD] = {
		[PLAIN] = DELETE_NOT_UDT, [NUMBER] = DELETE_NOT_UDT, [TEXT] = DELETE_NOT_UDT,
		[COUNTER] = DELETE_NOT_UDT, [TUPLE] = DELETE_NOT_UDT,
		[FROZEN_UDT] = { .refusal_of_name =
			"Frozen UDT column %s does not support field deletions" },
		[FROZEN_LIST] = DELETE_NOT_UDT, [FROZEN_OTHER] = DELETE_NOT_UDT,
		[LIST] = DELETE_NOT_UDT, [SET] = DELETE_NOT_UDT, [MAP] = DELETE_NOT_UDT,
		[UDT] = RUN(nd_run_erase_field),
	},
};

/* c = c + 1 and c = c + 'x' of a conditional statement, which reads the row anyway. */
static const struct rule conditional_additions[CLASSES] = {
	[PLAIN] = FORMAT("Invalid operation (%s) for non-numeric and non-text type %s"),
	[NUMBER] = READ(nd_run_add_number),
	[TEXT] = READ(nd_run_add_text),
};

static const struct rule *rule_of(const struct nd_assign *a, enum column_class class,
				  bool is_conditional)
{
	const struct rule *rule = &conditional_additions[class];

	if (a->kind == ND_ASSIGN_ADD && is_conditional && (rule->run || rule->refusal))
		return rule;
	return &rules[a->kind][class];
}

/* As Cassandra shows assignments in its messages; a prepended value has a minus there too. */
static const char *assign_text(struct cd_arena *a, const struct nd_assign *s)
{
	const char *value = nd_expr_text(a, s->value);
	const char *key = s->key ? nd_expr_text(a, s->key) : "";
	size_t size = 2 * strlen(s->column) + strlen(value) + strlen(key) +
		      (s->field ? strlen(s->field) : 0) + 16;
	char *out = cd_arena_take(a, size);

	if (!out)
		return "";
	if (s->kind == ND_ASSIGN_PREPEND)
		snprintf(out, size, "%s = %s - %s", s->column, value, s->column);
	else if (s->kind == ND_ASSIGN_ELEMENT)
		snprintf(out, size, "%s[%s] = %s", s->column, key, value);
	else if (s->kind == ND_ASSIGN_FIELD)
		snprintf(out, size, "%s.%s = %s", s->column, s->field, value);
	else
		snprintf(out, size, "%s = %s %c %s", s->column, s->column,
			 s->kind == ND_ASSIGN_ADD ? '+' : '-', value);
	return out;
}

static bool refuse_rule(struct nd_planner *p, const struct rule *rule, const struct nd_assign *a)
{
	if (rule->refusal_of_name)
		return nd_refuse(p->problem, ND_INVALID, rule->refusal_of_name, a->column);
	return nd_refuse(p->problem, ND_INVALID, rule->refusal, assign_text(p->arena, a),
			 a->column);
}

/* ---- terms ------------------------------------------------------------------------------------- */

/* The type and name of what stands for an item of a collection. */
static bool item_receiver(struct nd_planner *p, const struct nd_column *c, const char *what,
			  const cql_type *type, struct nd_receiver *out)
{
	out->type = type;
	out->name = nd_text(p->problem, p->arena, "%s(%s)", what, c->name);
	return out->name != NULL;
}

static bool key_receiver(struct nd_planner *p, const struct nd_column *c, struct nd_receiver *out)
{
	if (c->type->kind == CQL_KIND_LIST)
		return item_receiver(p, c, "idx", cd_type_native(CQL_KIND_INT), out);
	return item_receiver(p, c, c->type->kind == CQL_KIND_SET ? "value" : "key",
			     c->type->inner[0], out);
}

/* c = c - {keys} of a map. */
static bool keys_receiver(struct nd_planner *p, const struct nd_column *c, struct nd_receiver *out)
{
	cql_type *keys = cd_type_new(p->arena, CQL_KIND_SET, 1);

	if (!keys)
		return nd_no_memory(p->problem);
	keys->of.only = c->type->inner[0];
	keys->inner = &keys->of.only;
	out->type = keys;
	return true;
}

static bool field_receiver(struct nd_planner *p, const struct nd_operation *o,
			   struct nd_receiver *out)
{
	out->type = o->column->type->inner[o->field];
	out->name = nd_text(p->problem, p->arena, "%s.%s", o->column->name,
			    o->column->type->of.udt->fields[o->field]);
	return out->name != NULL;
}

static bool find_field(struct nd_planner *p, const struct nd_assign *a, struct nd_operation *o)
{
	const cql_type *type = o->column->type;

	for (uint32_t i = 0; i < type->count; i++) {
		if (!strcmp(type->of.udt->fields[i], a->field)) {
			o->field = (uint16_t)i;
			return true;
		}
	}
	return nd_refuse(p->problem, ND_INVALID, "UDT column %s does not have a field named %s",
			 a->column, a->field);
}

static bool value_receiver(struct nd_planner *p, const struct nd_operation *o,
			   const struct nd_assign *a, struct nd_receiver *out)
{
	const cql_type *type = o->column->type;

	if (a->kind == ND_ASSIGN_ELEMENT)
		return item_receiver(p, o->column, "value", type->inner[type->count - 1], out);
	if (a->kind == ND_ASSIGN_FIELD)
		return field_receiver(p, o, out);
	if (a->kind == ND_ASSIGN_SUBTRACT && type->kind == CQL_KIND_MAP)
		return keys_receiver(p, o->column, out);
	return true;
}

/* Whatever is wrong with what is added to a map, or taken from it, Cassandra says this. */
static bool new_value(struct nd_planner *p, const struct nd_assign *a, struct nd_operation *o,
		      const struct nd_receiver *receiver)
{
	struct nd_problem *outer = p->problem, inner;
	bool is_sum = o->column->type->kind == CQL_KIND_MAP && a->kind == ND_ASSIGN_ADD;
	bool is_rest = o->column->type->kind == CQL_KIND_MAP && a->kind == ND_ASSIGN_SUBTRACT;

	nd_problem_init(&inner, p->arena);
	p->problem = is_sum || is_rest ? &inner : outer;
	o->value = nd_term_new(p, a->value, receiver);
	p->problem = outer;
	if (o->value || (!is_sum && !is_rest))
		return o->value != NULL;
	if (inner.error.code != ND_INVALID)
		return nd_no_memory(outer);
	return nd_refuse(outer, ND_INVALID, "Value for a map %s has to be a %s, but was: '%s'",
			 is_sum ? "addition" : "substraction", is_sum ? "map" : "set",
			 nd_expr_text(p->arena, a->value));
}

static bool new_terms(struct nd_planner *p, const struct nd_receiver *column,
		      const struct nd_assign *a, struct nd_operation *o)
{
	struct nd_receiver receiver = *column;

	if (a->key && (!key_receiver(p, o->column, &receiver) ||
		       !(o->key = nd_term_new(p, a->key, &receiver))))
		return false;
	receiver = *column;
	if (!a->value)
		return true;
	if (!value_receiver(p, o, a, &receiver))
		return false;
	o->type = receiver.type;
	return new_value(p, a, o, &receiver);
}

/* Cassandra looks at the value first where it looks at the column's kind last. */
static bool value_comes_first(const struct nd_assign *a)
{
	return a->kind == ND_ASSIGN_SET || a->kind == ND_ASSIGN_PREPEND;
}

bool nd_operation_new(struct nd_planner *p, const struct nd_table *t, const struct nd_column *c,
		      const struct nd_assign *a, bool is_conditional, struct nd_operation *out)
{
	const struct nd_receiver receiver = { t->keyspace->name, t->name, c->name, c->type };
	const struct rule *rule = rule_of(a, class_of(c), is_conditional);

	*out = (struct nd_operation){
		.column = c, .run = rule->run, .needs_read = rule->needs_read, .assign = a
	};
	if (!rule->run)
		return (!value_comes_first(a) || nd_term_new(p, a->value, &receiver)) &&
		       refuse_rule(p, rule, a);
	if (a->field && !find_field(p, a, out))
		return false;
	return new_terms(p, &receiver, a, out);
}
