/* SPDX-License-Identifier: MIT */
/* Literals of tuples and user types. */
#include <inttypes.h>
#include <string.h>

#include "node/function/term_parts.h"

/* ---- tuples ----------------------------------------------------------------------------------- */

/* "t[0]" */
static bool component_receiver(struct nd_planner *p, const struct nd_receiver *of, uint32_t i,
			       struct nd_receiver *out)
{
	*out = *of;
	out->type = of->type->inner[i];
	out->name = nd_text(p->problem, p->arena, "%s[%" PRIu32 "]", of->name, i);
	return out->name != NULL;
}

/* (a) is a tuple only where one is wanted. */
static bool is_parenthesis(const struct nd_expr *e, const struct nd_receiver *receiver)
{
	return e->count == 1 && receiver->type->kind != CQL_KIND_TUPLE;
}

enum nd_fit nd_tuple_fit(struct nd_planner *p, const struct nd_expr *e,
			 const struct nd_receiver *receiver)
{
	struct nd_receiver part;

	if (is_parenthesis(e, receiver))
		return nd_term_fit(p, e->items[0], receiver);
	/* a selection takes a tuple for a user type, too; elsewhere Cassandra fails over it */
	if (receiver->type->kind != CQL_KIND_TUPLE &&
	    !(receiver->type->kind == CQL_KIND_UDT && p->columns))
		return ND_FIT_NONE;
	if (e->count > receiver->type->count)
		return ND_FIT_NONE;
	for (uint32_t i = 0; i < e->count; i++)
		if (!component_receiver(p, receiver, i, &part) ||
		    !nd_term_fit(p, e->items[i], &part))
			return ND_FIT_NONE;
	return ND_FIT_WEAK;
}

struct nd_term *nd_tuple_new(struct nd_planner *p, const struct nd_expr *e,
			     const struct nd_receiver *receiver)
{
	const cql_type *type = receiver->type;
	struct nd_term *t;

	if (is_parenthesis(e, receiver))
		return nd_term_new(p, e->items[0], receiver);
	if (type->kind != CQL_KIND_TUPLE) {
		nd_refuse(p->problem, ND_INVALID, "Invalid tuple type literal for %s of type %s",
			  receiver->name, nd_type_text(p->arena, type));
		return NULL;
	}
	if (!(t = nd_term_alloc(p, ND_TERM_PARTS, receiver, e->count)))
		return NULL;
	struct nd_receiver part;
	for (uint32_t i = 0; i < e->count; i++) {
		if (i == type->count) {
			nd_refuse(
				p->problem, ND_INVALID,
				"Invalid tuple literal for %s: too many elements. Type %s expects "
				"%" PRIu32 " but got %" PRIu32,
				receiver->name, nd_type_text(p->arena, type), type->count,
				e->count);
			return NULL;
		}
		if (!component_receiver(p, receiver, i, &part))
			return NULL;
		if (!nd_term_fit(p, e->items[i], &part)) {
			nd_refuse(p->problem, ND_INVALID,
				  "Invalid tuple literal for %s: component %" PRIu32
				  " is not of type %s",
				  receiver->name, i, nd_type_text(p->arena, part.type));
			return NULL;
		}
	}
	for (uint32_t i = 0; i < e->count; i++)
		if (!component_receiver(p, receiver, i, &part) ||
		    !(t->items[i] = nd_term_new(p, e->items[i], &part)))
			return NULL;
	return nd_term_finish(p, t);
}

/* ---- user types ------------------------------------------------------------------------------- */

/* The place of a field among the literal's; -1: it is not there. Of two, the last counts. */
static int64_t find_name(const struct nd_expr *e, const char *field)
{
	for (uint32_t i = e->count; i > 0; i--)
		if (strcmp(e->names[i - 1], field) == 0)
			return i - 1;
	return -1;
}

/* "u.street" */
static bool field_receiver(struct nd_planner *p, const struct nd_receiver *of, uint32_t i,
			   struct nd_receiver *out)
{
	*out = *of;
	out->type = of->type->inner[i];
	out->name = nd_text(p->problem, p->arena, "%s.%s", of->name, of->type->of.udt->fields[i]);
	return out->name != NULL;
}

/* The first field that does not fit; the type's number of fields: all do. */
static uint32_t unfit_field(struct nd_planner *p, const struct nd_expr *e,
			    const struct nd_receiver *receiver)
{
	const cql_type *type = receiver->type;
	struct nd_receiver part;
	uint32_t i;

	for (i = 0; i < type->count; i++) {
		int64_t at = find_name(e, type->of.udt->fields[i]);
		if (at >= 0 && (!field_receiver(p, receiver, i, &part) ||
				!nd_term_fit(p, e->items[at], &part)))
			break;
	}
	return i;
}

enum nd_fit nd_udt_fit(struct nd_planner *p, const struct nd_expr *e,
		       const struct nd_receiver *receiver)
{
	return receiver->type->kind == CQL_KIND_UDT &&
			       unfit_field(p, e, receiver) == receiver->type->count
		       ? ND_FIT_WEAK
		       : ND_FIT_NONE;
}

static bool check_names(struct nd_planner *p, const struct nd_expr *e, const cql_type *type)
{
	for (uint32_t n = 0; n < e->count; n++) {
		uint32_t i = 0;
		while (i < type->count && strcmp(type->of.udt->fields[i], e->names[n]) != 0)
			i++;
		if (i == type->count)
			return nd_refuse(p->problem, ND_INVALID,
					 "Unknown field '%s' in value of user defined type %s",
					 e->names[n], type->of.udt->name);
	}
	return true;
}

const struct nd_expr *nd_udt_of_map(struct nd_planner *p, const struct nd_expr *e,
				    const cql_type *type)
{
	struct nd_expr *udt = cd_arena_take(p->arena, sizeof *udt);

	if (udt) {
		*udt = *e;
		udt->kind = ND_EXPR_UDT;
		udt->count = e->count / 2;
		udt->names = cd_arena_take_array(p->arena, udt->count, sizeof *udt->names);
		udt->items = cd_arena_take_array(p->arena, udt->count, sizeof(struct nd_expr *));
	}
	if (!udt || !udt->names || !udt->items) {
		nd_no_memory(p->problem);
		return NULL;
	}
	for (uint32_t i = 0; i < udt->count; i++) {
		if (e->items[2 * i]->kind != ND_EXPR_COLUMN) {
			nd_refuse(p->problem, ND_INVALID,
				  "%s is not a valid field identifier of type %s ",
				  nd_expr_text(p->arena, e->items[2 * i]), type->of.udt->name);
			return NULL;
		}
		udt->names[i] = e->items[2 * i]->name;
		udt->items[i] = e->items[2 * i + 1];
	}
	return check_names(p, udt, type) ? udt : NULL;
}

static const struct nd_expr nothing = { .kind = ND_EXPR_NULL };

struct nd_term *nd_udt_new(struct nd_planner *p, const struct nd_expr *e,
			   const struct nd_receiver *receiver)
{
	const cql_type *type = receiver->type;
	struct nd_receiver part;
	struct nd_term *t;

	if (type->kind != CQL_KIND_UDT) {
		nd_refuse(p->problem, ND_INVALID, "Invalid user type literal for %s of type %s",
			  receiver->name, nd_type_text(p->arena, type));
		return NULL;
	}
	uint32_t unfit = unfit_field(p, e, receiver);
	if (unfit < type->count) {
		nd_refuse(p->problem, ND_INVALID,
			  "Invalid user type literal for %s: field %s is not of type %s",
			  receiver->name, type->of.udt->fields[unfit],
			  nd_type_text(p->arena, type->inner[unfit]));
		return NULL;
	}
	if (!(t = nd_term_alloc(p, ND_TERM_PARTS, receiver, type->count)))
		return NULL;
	for (uint32_t i = 0; i < type->count; i++) {
		int64_t at = find_name(e, type->of.udt->fields[i]);
		if (!field_receiver(p, receiver, i, &part) ||
		    !(t->items[i] = nd_term_new(p, at < 0 ? &nothing : e->items[at], &part)))
			return NULL;
	}
	return check_names(p, e, type) ? nd_term_finish(p, t) : NULL;
}
