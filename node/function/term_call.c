/* SPDX-License-Identifier: MIT */
/* Terms that are calls: functions and operators. */
#include <string.h>

#include "node/function/function.h"

enum nd_fit nd_call_fit(struct nd_planner *p, const struct nd_expr *e,
			const struct nd_receiver *receiver)
{
	struct nd_problem before = *p->problem;
	const struct nd_function *f;

	/* in selections what is inside is looked up first, whatever is around it */
	if (p->columns) {
		const cql_type *type = nd_expr_type(p, e);
		return type ? nd_type_fit(type, receiver->type) : ND_FIT_NONE;
	}
	f = nd_function_resolve(p, e, receiver);
	if (f)
		return nd_type_fit(f->result, receiver->type);
	/* the message of the call itself says more */
	*p->problem = before;
	return ND_FIT_WEAK;
}

static const struct nd_function *find(struct nd_planner *p, const struct nd_expr *e,
				      const struct nd_receiver *receiver)
{
	const struct nd_function *f = nd_function_resolve(p, e, receiver);
	bool is_operation = e->kind == ND_EXPR_BINARY;
	char op[2] = { e->op, '\0' };

	if (!f)
		nd_refuse(p->problem, ND_INVALID, "Unknown function %s called",
			  nd_function_name(p, e));
	else if (f->aggregate)
		nd_refuse(p->problem, ND_INVALID,
			  "Aggregation function are not supported in the where clause");
	else if (!nd_type_fit(f->result, receiver->type))
		nd_refuse(p->problem, ND_INVALID,
			  "Type error: cannot assign result of %s %s (type %s) to %s (type %s)",
			  is_operation ? "operation" : "function",
			  is_operation ? op : nd_text(p->problem, p->arena, "system.%s", f->name),
			  nd_type_text(p->arena, f->result), receiver->name,
			  nd_type_text(p->arena, receiver->type));
	return p->problem->happened ? NULL : f;
}

/* A pure function of constants is a constant. */
static bool fold(struct nd_planner *p, struct nd_term *t)
{
	struct nd_value *arguments;

	if (t->function->is_impure)
		return true;
	for (uint32_t i = 0; i < t->count; i++)
		if (t->items[i]->kind != ND_TERM_CONSTANT)
			return true;
	arguments = cd_arena_take_array(p->arena, (size_t)t->count + 1, sizeof *arguments);
	if (!arguments)
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < t->count; i++)
		arguments[i] = t->items[i]->value;
	t->kind = ND_TERM_CONSTANT;
	return nd_function_run(t->function, arguments, NULL, p->arena, p->problem, &t->value);
}

struct nd_term *nd_call_new(struct nd_planner *p, const struct nd_expr *e,
			    const struct nd_receiver *receiver)
{
	const struct nd_function *f = find(p, e, receiver);
	struct nd_term *t = f ? nd_term_alloc(p, ND_TERM_CALL, receiver, e->count) : NULL;
	struct nd_receiver argument;

	if (!t)
		return NULL;
	t->function = f;
	for (uint32_t i = 0; i < e->count; i++) {
		if (!nd_function_receiver(p, f, i, receiver, &argument) ||
		    !(t->items[i] = nd_term_new(p, e->items[i], &argument)))
			return NULL;
		t->has_marker |= t->items[i]->has_marker;
	}
	return fold(p, t) ? t : NULL;
}

bool nd_call_value(const struct nd_term *t, struct nd_request *x, struct nd_value *out)
{
	struct nd_value few[4], *arguments = few;

	if (t->count > sizeof few / sizeof few[0] &&
	    !(arguments = cd_arena_take_array(x->arena, t->count, sizeof *arguments)))
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < t->count; i++) {
		if (!nd_term_value(t->items[i], x, &arguments[i]))
			return false;
		if (arguments[i].presence == ND_UNSET)
			return nd_refuse(&x->problem, ND_INVALID,
					 "Invalid unset value for argument in call to function %s",
					 t->function->name);
	}
	return nd_function_run(t->function, arguments, x, x->arena, &x->problem, out);
}
