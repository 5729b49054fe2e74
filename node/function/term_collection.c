/* SPDX-License-Identifier: MIT */
/* Literals of lists, sets, maps and vectors. */
#include <inttypes.h>

#include "node/function/term_parts.h"

/* ---- what all share --------------------------------------------------------------------------- */

/* "value(c)" and "key(c)" */
static bool part_receiver(struct nd_planner *p, const struct nd_receiver *of, const char *part,
			  const cql_type *type, struct nd_receiver *out)
{
	*out = *of;
	out->type = type;
	out->name = nd_text(p->problem, p->arena, "%s(%s)", part, of->name);
	return out->name != NULL;
}

static enum nd_fit fit_all(struct nd_planner *p, const struct nd_expr *e,
			   const struct nd_receiver *part)
{
	enum nd_fit fit = ND_FIT_EXACT;

	for (uint32_t i = 0; i < e->count && fit; i++)
		fit = nd_fit_least(fit, nd_term_fit(p, e->items[i], part));
	return fit;
}

static struct nd_term *refuse(struct nd_planner *p, const char *what, const struct nd_receiver *r)
{
	nd_refuse(p->problem, ND_INVALID, "Invalid %s literal for %s of type %s", what, r->name,
		  nd_type_text(p->arena, r->type));
	return NULL;
}

/* The items of a list or set: all of one type, without markers. */
static struct nd_term *items_new(struct nd_planner *p, const struct nd_expr *e, const char *what,
				 const struct nd_receiver *receiver)
{
	struct nd_receiver part;
	struct nd_term *t = nd_term_alloc(p, ND_TERM_PARTS, receiver, e->count);

	if (!t || !part_receiver(p, receiver, "value", receiver->type->inner[0], &part))
		return NULL;
	for (uint32_t i = 0; i < e->count; i++)
		if (!nd_term_fit(p, e->items[i], &part)) {
			nd_refuse(p->problem, ND_INVALID,
				  "Invalid %s literal for %s: value %s is not of type %s", what,
				  receiver->name,
				  nd_expr_text_in(p->arena, e->items[i], receiver->keyspace),
				  nd_type_text(p->arena, part.type));
			return NULL;
		}
	for (uint32_t i = 0; i < e->count; i++) {
		if (!(t->items[i] = nd_term_new(p, e->items[i], &part)))
			return NULL;
		if (t->items[i]->has_marker && receiver->type->kind != CQL_KIND_VECTOR) {
			nd_refuse(p->problem, ND_INVALID,
				  "Invalid %s literal for %s: bind variables are not supported "
				  "inside collection literals",
				  what, receiver->name);
			return NULL;
		}
	}
	return nd_term_finish(p, t);
}

/* ---- lists and vectors ------------------------------------------------------------------------ */

/* Refused even where it is only asked whether it would fit. */
static bool check_array(struct nd_planner *p, const cql_type *type)
{
	return type->kind == CQL_KIND_LIST || type->kind == CQL_KIND_VECTOR ||
	       nd_refuse(p->problem, ND_INVALID,
			 "Unexpected receiver type '%s'; only list and vector are expected",
			 nd_type_text(p->arena, type));
}

enum nd_fit nd_array_fit(struct nd_planner *p, const struct nd_expr *e,
			 const struct nd_receiver *receiver)
{
	const cql_type *type = receiver->type;
	struct nd_receiver part;

	if (type->kind == CQL_KIND_LIST && e->count == 0)
		return ND_FIT_WEAK;
	if (!check_array(p, type))
		return ND_FIT_NONE;
	if (type->kind == CQL_KIND_VECTOR && e->count != type->of.dimension)
		return ND_FIT_NONE;
	return part_receiver(p, receiver, "value", type->inner[0], &part) ? fit_all(p, e, &part)
									  : ND_FIT_NONE;
}

struct nd_term *nd_array_new(struct nd_planner *p, const struct nd_expr *e,
			     const struct nd_receiver *receiver)
{
	const cql_type *type = receiver->type;

	if (type->kind == CQL_KIND_LIST)
		return items_new(p, e, "list", receiver);
	if (!check_array(p, type))
		return NULL;
	if (e->count == type->of.dimension)
		return items_new(p, e, "vector", receiver);
	nd_refuse(p->problem, ND_INVALID,
		  "Invalid vector literal for %s of type %s; expected %" PRIu32
		  " elements, but given %" PRIu32,
		  receiver->name, nd_type_text(p->arena, type), type->of.dimension, e->count);
	return NULL;
}

/* ---- sets ------------------------------------------------------------------------------------- */

enum nd_fit nd_set_fit(struct nd_planner *p, const struct nd_expr *e,
		       const struct nd_receiver *receiver)
{
	const cql_type *type = receiver->type;
	struct nd_receiver part;

	/* {} is a map too */
	if (e->count == 0)
		return type->kind == CQL_KIND_SET || type->kind == CQL_KIND_MAP ? ND_FIT_WEAK
										: ND_FIT_NONE;
	if (type->kind != CQL_KIND_SET ||
	    !part_receiver(p, receiver, "value", type->inner[0], &part))
		return ND_FIT_NONE;
	return fit_all(p, e, &part);
}

struct nd_term *nd_set_new(struct nd_planner *p, const struct nd_expr *e,
			   const struct nd_receiver *receiver)
{
	enum cql_kind kind = receiver->type->kind;

	if (kind == CQL_KIND_MAP && e->count == 0) {
		struct nd_term *t = nd_term_alloc(p, ND_TERM_PARTS, receiver, 0);
		return t ? nd_term_finish(p, t) : NULL;
	}
	return kind == CQL_KIND_SET ? items_new(p, e, "set", receiver) : refuse(p, "set", receiver);
}

/* ---- maps ------------------------------------------------------------------------------------- */

static bool map_receivers(struct nd_planner *p, const struct nd_receiver *of,
			  struct nd_receiver parts[2])
{
	return part_receiver(p, of, "key", of->type->inner[0], &parts[0]) &&
	       part_receiver(p, of, "value", of->type->inner[1], &parts[1]);
}

enum nd_fit nd_map_fit(struct nd_planner *p, const struct nd_expr *e,
		       const struct nd_receiver *receiver)
{
	enum nd_fit fit = ND_FIT_EXACT;
	struct nd_receiver parts[2];

	if (receiver->type->kind == CQL_KIND_UDT && p->columns) {
		const struct nd_expr *udt = nd_udt_of_map(p, e, receiver->type);
		return udt ? nd_udt_fit(p, udt, receiver) : ND_FIT_NONE;
	}
	if (receiver->type->kind != CQL_KIND_MAP || !map_receivers(p, receiver, parts))
		return ND_FIT_NONE;
	for (uint32_t i = 0; i < e->count && fit; i++)
		fit = nd_fit_least(fit, nd_term_fit(p, e->items[i], &parts[i % 2]));
	return fit;
}

static bool check_entries(struct nd_planner *p, const struct nd_expr *e,
			  const struct nd_receiver *receiver, const struct nd_receiver parts[2])
{
	for (uint32_t i = 0; i < e->count; i++)
		if (!nd_term_fit(p, e->items[i], &parts[i % 2]))
			return nd_refuse(p->problem, ND_INVALID,
					 "Invalid map literal for %s: %s %s is not of type %s",
					 receiver->name, i % 2 ? "value" : "key",
					 nd_expr_text_in(p->arena, e->items[i], receiver->keyspace),
					 nd_type_text(p->arena, parts[i % 2].type));
	return true;
}

struct nd_term *nd_map_new(struct nd_planner *p, const struct nd_expr *e,
			   const struct nd_receiver *receiver)
{
	struct nd_receiver parts[2];
	struct nd_term *t;

	if (receiver->type->kind != CQL_KIND_MAP)
		return refuse(p, "map", receiver);
	t = nd_term_alloc(p, ND_TERM_PARTS, receiver, e->count);
	if (!t || !map_receivers(p, receiver, parts) || !check_entries(p, e, receiver, parts))
		return NULL;
	for (uint32_t i = 0; i < e->count; i++) {
		if (!(t->items[i] = nd_term_new(p, e->items[i], &parts[i % 2])))
			return NULL;
		if (t->items[i]->has_marker) {
			nd_refuse(p->problem, ND_INVALID,
				  "Invalid map literal for %s: bind variables are not supported "
				  "inside collection literals",
				  receiver->name);
			return NULL;
		}
	}
	return nd_term_finish(p, t);
}
