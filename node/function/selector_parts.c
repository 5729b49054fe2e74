/* SPDX-License-Identifier: MIT */
/* Parts of what is selected (u.f, m['k'], s['a'..'b']), and literals that hold selected things. */
#include <string.h>

#include "base/reader.h"
#include "node/function/selector.h"
#include "node/value/compare.h"

/* ---- u.f -------------------------------------------------------------------------------------- */

struct nd_selector *nd_selector_field(struct nd_selector_maker *m, const struct nd_expr *e,
				      const cql_type *expected)
{
	struct nd_selector *inner = nd_selector_new(m, e->items[0], NULL), *s;
	const cql_type *type = inner ? inner->type : NULL;
	uint32_t i = 0;

	(void)expected;
	if (!inner)
		return NULL;
	if (type->kind != CQL_KIND_UDT) {
		nd_refuse(m->p->problem, ND_INVALID,
			  "Invalid field selection: %s of type %s is not a user type", inner->name,
			  nd_type_text(m->p->arena, type));
		return NULL;
	}
	while (i < type->count && strcmp(type->of.udt->fields[i], e->name) != 0)
		i++;
	if (i == type->count) {
		nd_refuse(m->p->problem, ND_INVALID, "%s of type %s has no field %s", inner->name,
			  nd_type_text(m->p->arena, type), e->name);
		return NULL;
	}
	if (!(s = nd_selector_alloc(m, ND_SELECTOR_FIELD, type->inner[i], 1)))
		return NULL;
	s->items[0] = inner;
	s->field = i;
	s->name = ND_SELECTOR_TEXT(m, "%s.%s", inner->name, e->name);
	return s->name ? s : NULL;
}

/* The items of the value that a part is taken of. */
static bool read_whole(struct nd_selection_run *r, const struct nd_selector *s,
		       struct nd_value *whole, struct nd_items *items)
{
	return nd_selector_value(r, s->items[0], whole) &&
	       nd_items_read(s->items[0]->type, *whole, &r->row_arena, items, &r->x->problem);
}

bool nd_selector_field_value(struct nd_selection_run *r, const struct nd_selector *s,
			     struct nd_value *out)
{
	struct nd_items items;
	struct nd_value whole;

	if (!read_whole(r, s, &whole, &items))
		return false;
	if (s->field < items.count)
		*out = items.at[s->field];
	return true;
}

/* ---- m['k'], m['a'..'b'] ---------------------------------------------------------------------- */

/* What is taken a part of, and the receiver of its keys. */
static struct nd_selector *new_whole(struct nd_selector_maker *m, const struct nd_expr *e,
				     struct nd_receiver *key)
{
	bool is_slice = e->kind == ND_EXPR_SLICE;
	struct nd_selector *inner = nd_selector_new(m, e->items[0], NULL);
	enum cql_kind kind = inner ? inner->type->kind : CQL_KIND_CUSTOM;

	if (!inner)
		return NULL;
	if (kind != CQL_KIND_LIST && kind != CQL_KIND_SET && kind != CQL_KIND_MAP) {
		nd_refuse(m->p->problem, ND_INVALID,
			  is_slice ? "Invalid slice selection: %s of type %s is not a collection"
				   : "Invalid element selection: %s is of type %s is not a "
				     "collection",
			  inner->name, nd_type_text(m->p->arena, inner->type));
		return NULL;
	}
	if (kind == CQL_KIND_LIST) {
		nd_refuse(m->p->problem, ND_INVALID,
			  "%s selection is only allowed on sets and maps, but %s is a list",
			  is_slice ? "Slice" : "Element", inner->name);
		return NULL;
	}
	*key = (struct nd_receiver){ m->table->keyspace->name, m->table->name, NULL,
				     inner->type->inner[0] };
	key->name = ND_SELECTOR_TEXT(m, kind == CQL_KIND_MAP ? "key(%s)" : "value(%s)",
				     inner->name);
	return key->name ? inner : NULL;
}

/* Keys cannot name columns. */
static bool new_key(struct nd_selector_maker *m, const struct nd_expr *e,
		    const struct nd_receiver *receiver, struct nd_term **out)
{
	const struct nd_table *columns = m->p->columns;

	m->p->columns = NULL;
	*out = nd_term_new(m->p, e, receiver);
	m->p->columns = columns;
	return *out != NULL;
}

struct nd_selector *nd_selector_element(struct nd_selector_maker *m, const struct nd_expr *e,
					const cql_type *expected)
{
	struct nd_receiver key;
	struct nd_selector *inner = new_whole(m, e, &key), *s;

	(void)expected;
	if (!inner)
		return NULL;
	s = nd_selector_alloc(m, ND_SELECTOR_ELEMENT, inner->type->inner[inner->type->count - 1],
			      1);
	if (!s || !new_key(m, e->items[1], &key, &s->from))
		return NULL;
	s->items[0] = inner;
	s->name = ND_SELECTOR_TEXT(m, "%s[%s]", inner->name,
				   nd_expr_text(m->p->arena, e->items[1]));
	return s->name ? s : NULL;
}

struct nd_selector *nd_selector_slice(struct nd_selector_maker *m, const struct nd_expr *e,
				      const cql_type *expected)
{
	struct nd_receiver key;
	struct nd_selector *inner = new_whole(m, e, &key), *s;

	(void)expected;
	if (!inner)
		return NULL;
	s = nd_selector_alloc(m, ND_SELECTOR_SLICE, inner->type, 1);
	if (!s || (e->items[1] && !new_key(m, e->items[1], &key, &s->from)) ||
	    (e->items[2] && !new_key(m, e->items[2], &key, &s->to)))
		return NULL;
	s->items[0] = inner;
	s->name = ND_SELECTOR_TEXT(m, "%s[%s..%s]", inner->name,
				   e->items[1] ? nd_expr_text(m->p->arena, e->items[1]) : "",
				   e->items[2] ? nd_expr_text(m->p->arena, e->items[2]) : "");
	return s->name ? s : NULL;
}

static bool key_value(struct nd_selection_run *r, const struct nd_selector *s,
		      const struct nd_term *key, const char *what, struct nd_value *out)
{
	if (!nd_term_value(key, r->x, out))
		return false;
	if (out->presence == ND_VALUE ||
	    (out->presence == ND_UNSET && s->kind == ND_SELECTOR_SLICE))
		return true;
	return nd_refuse(&r->x->problem, ND_INVALID, "Invalid %s value for %s selection on %s",
			 out->presence == ND_UNSET ? "unset" : "null", what, s->items[0]->name);
}

static bool check_argument(struct nd_selection_run *r, const struct nd_selector *s,
			   const struct nd_selector *item)
{
	bool is_call = s->kind == ND_SELECTOR_CALL || s->kind == ND_SELECTOR_FOLD;
	struct nd_value v;

	if (!is_call || item->kind != ND_SELECTOR_TERM)
		return true;
	return nd_term_value(item->from, r->x, &v) &&
	       (v.presence != ND_UNSET ||
		nd_refuse(&r->x->problem, ND_INVALID,
			  "Invalid unset value for argument in call to function %s",
			  s->function->name));
}

bool nd_selector_check_terms(struct nd_selection_run *r, const struct nd_selector *s)
{
	struct nd_value key;

	for (uint32_t i = 0; i < s->count; i++)
		if (s->items[i] && (!check_argument(r, s, s->items[i]) ||
				    !nd_selector_check_terms(r, s->items[i])))
			return false;
	if (s->of && !nd_selector_check_terms(r, s->of))
		return false;
	if (s->kind == ND_SELECTOR_SLICE)
		return (!s->from || key_value(r, s, s->from, "slice", &key)) &&
		       (!s->to || key_value(r, s, s->to, "slice", &key));
	return s->kind != ND_SELECTOR_ELEMENT || key_value(r, s, s->from, "element", &key);
}

static int compare_item(const cql_type *type, const struct nd_value *item,
			const struct nd_value *key)
{
	return nd_compare(type->inner[0], (cql_blob){ item->data, item->len },
			  (cql_blob){ key->data, key->len });
}

bool nd_selector_element_value(struct nd_selection_run *r, const struct nd_selector *s,
			       struct nd_value *out)
{
	const cql_type *type = s->items[0]->type;
	struct nd_value whole, key;
	struct nd_items items;

	if (!read_whole(r, s, &whole, &items) || !key_value(r, s, s->from, "element", &key))
		return false;
	for (uint32_t i = 0; i < items.count; i += type->count) {
		int order = compare_item(type, &items.at[i], &key);
		if (order == 0)
			*out = items.at[i + type->count - 1];
		if (order >= 0) /* nobody looks further, although some are in no order */
			break;
	}
	return true;
}

bool nd_selector_slice_value(struct nd_selection_run *r, const struct nd_selector *s,
			     struct nd_value *out)
{
	const cql_type *type = s->items[0]->type;
	struct nd_value whole, from = { ND_UNSET, NULL, 0 }, to = from;
	uint32_t first = 0, end;
	struct nd_items items;
	int order = -1;

	if (!read_whole(r, s, &whole, &items) ||
	    (s->from && !key_value(r, s, s->from, "slice", &from)) ||
	    (s->to && !key_value(r, s, s->to, "slice", &to)))
		return false;
	if (whole.presence != ND_VALUE)
		return true;
	while (from.presence == ND_VALUE && first < items.count &&
	       compare_item(type, &items.at[first], &from) < 0)
		first += type->count;
	for (end = first; end < items.count && order < 0; end += type->count) {
		if (to.presence == ND_VALUE)
			order = compare_item(type, &items.at[end], &to);
		if (order > 0)
			break;
	}
	/* what is stored item by item is null when there are none */
	if (end == first && nd_type_is_multi_cell(type))
		return true;
	return nd_items_write(type, &items.at[first], end - first, &r->row_arena, out,
			      &r->x->problem);
}

/* ---- literals --------------------------------------------------------------------------------- */

/* The type that a literal is to be of: its own, else the one that is wanted. */
static const cql_type *parts_type(struct nd_selector_maker *m, const struct nd_expr *e,
				  const cql_type *expected)
{
	const cql_type *type = nd_expr_type(m->p, e);
	struct nd_receiver receiver = { m->table->keyspace->name, m->table->name,
					nd_selected_text(m->p->arena, e, m->table->keyspace->name),
					expected };

	if (m->p->problem->happened)
		return NULL;
	if (type && (!expected || type->kind == expected->kind))
		return expected ? expected : type;
	if (!expected) {
		nd_refuse(m->p->problem, ND_INVALID,
			  "Cannot infer type for term %s in selection clause (try using a cast to "
			  "force a type)",
			  receiver.name);
		return NULL;
	}
	if (nd_term_fit(m->p, e, &receiver))
		return expected;
	nd_refuse(m->p->problem, ND_INVALID, "%s is not of the expected type: %s", receiver.name,
		  nd_type_text(m->p->arena, expected));
	return NULL;
}

/* Where an item of the literal goes, and its type; false: a field that is not there. */
static bool place_of(struct nd_selector_maker *m, const struct nd_expr *e, const cql_type *type,
		     uint32_t i, uint32_t *at)
{
	*at = i;
	if (e->kind != ND_EXPR_UDT)
		return true;
	for (*at = 0; *at < type->count; (*at)++)
		if (strcmp(type->of.udt->fields[*at], e->names[i]) == 0)
			return true;
	return nd_refuse(m->p->problem, ND_INVALID,
			 "Unknown field '%s' in value of user defined type %s", e->names[i],
			 type->of.udt->name);
}

static const cql_type *part_type(const cql_type *type, uint32_t at)
{
	if (type->kind == CQL_KIND_TUPLE || type->kind == CQL_KIND_UDT)
		return at < type->count ? type->inner[at] : NULL;
	return type->inner[type->kind == CQL_KIND_MAP ? at % 2 : 0];
}

/* Columns of another type are not refused: like Cassandra, the node sends what cannot be read. */
static bool check_part(struct nd_selector_maker *m, const struct nd_selector *part,
		       const cql_type *wanted)
{
	return wanted ||
	       nd_refuse(m->p->problem, ND_INVALID, "%s has no place in a tuple", part->name);
}

struct nd_selector *nd_selector_parts(struct nd_selector_maker *m, const struct nd_expr *e,
				      const cql_type *expected)
{
	const cql_type *type = parts_type(m, e, expected);
	struct nd_selector *s;
	uint32_t at;

	if (!type)
		return NULL;
	if (e->kind == ND_EXPR_TUPLE && e->count == 1 && type->kind != CQL_KIND_TUPLE) {
		if ((s = nd_selector_new(m, e->items[0], type)))
			s->name = ND_SELECTOR_TEXT(m, "(%s)", s->name);
		return s && s->name ? s : NULL;
	}
	bool is_udt = type->kind == CQL_KIND_UDT;
	if (is_udt && e->kind == ND_EXPR_MAP && !(e = nd_udt_of_map(m->p, e, type)))
		return NULL;
	s = nd_selector_alloc(m, ND_SELECTOR_PARTS, type, is_udt ? type->count : e->count);
	if (!s)
		return NULL;
	for (uint32_t i = 0; i < e->count; i++) {
		if (!place_of(m, e, type, i, &at) ||
		    !(s->items[at] = nd_selector_new(m, e->items[i], part_type(type, at))) ||
		    !check_part(m, s->items[at], part_type(type, at)))
			return NULL;
	}
	/* fields that are not there are null */
	static const struct nd_expr null = { .kind = ND_EXPR_NULL };
	for (uint32_t i = 0; is_udt && i < type->count; i++)
		if (!s->items[i] && !(s->items[i] = nd_selector_new(m, &null, type->inner[i])))
			return NULL;
	s->name = nd_selected_text(m->p->arena, e, m->table->keyspace->name);
	return s;
}

/* A list whose items may be null, which no list that is stored has. */
static bool write_list(const struct nd_items *items, struct cd_arena *a, struct nd_value *out,
		       struct nd_problem *p)
{
	size_t size = 4;
	uint8_t *at;

	for (uint32_t i = 0; i < items->count; i++)
		size += 4 + items->at[i].len;
	if (!(at = cd_arena_take(a, size)))
		return nd_no_memory(p);
	*out = (struct nd_value){ ND_VALUE, at, size };
	cd_put_be32(at, items->count);
	at += 4;
	for (uint32_t i = 0; i < items->count; i++, at += 4) {
		const struct nd_value *v = &items->at[i];
		cd_put_be32(at, v->presence == ND_VALUE ? (uint32_t)v->len : UINT32_MAX);
		if (v->len)
			memcpy(at + 4, v->data, v->len);
		at += v->len;
	}
	return true;
}

bool nd_selector_parts_value(struct nd_selection_run *r, const struct nd_selector *s,
			     struct nd_value *out)
{
	struct nd_items items = { s->count, cd_arena_take_array(&r->row_arena, (size_t)s->count + 1,
								sizeof *items.at) };

	if (!items.at)
		return nd_no_memory(&r->x->problem);
	for (uint32_t i = 0; i < s->count; i++)
		if (!nd_selector_value(r, s->items[i], &items.at[i]))
			return false;
	if (s->type->kind == CQL_KIND_LIST)
		return write_list(&items, &r->row_arena, out, &r->x->problem);
	return nd_items_join(s->type, &items, &r->row_arena, out, &r->x->problem);
}
