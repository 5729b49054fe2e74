/* SPDX-License-Identifier: MIT */
/* Selection clauses looked up: names, types, functions and aggregates. */
#include "node/function/selector.h"

#include <string.h>

#include "node/value/custom.h"

/* ---- making ----------------------------------------------------------------------------------- */

struct nd_selector *nd_selector_alloc(struct nd_selector_maker *m, enum nd_selector_kind kind,
				      const cql_type *type, uint32_t count)
{
	struct nd_selector *s = cd_arena_take_zero(m->p->arena, sizeof *s);

	if (s && count)
		s->items = cd_arena_take_array(m->p->arena, count, sizeof *s->items);
	if (!s || (count && !s->items)) {
		nd_no_memory(m->p->problem);
		return NULL;
	}
	s->kind = kind;
	s->type = type;
	s->count = count;
	if (kind == ND_SELECTOR_COLUMN || kind == ND_SELECTOR_TIMES)
		s->slot = m->list->slots++;
	else if (kind == ND_SELECTOR_FOLD)
		s->slot = m->list->fold_count++;
	return s;
}

static struct nd_selector *column_of(struct nd_selector_maker *m, const struct nd_column *c)
{
	struct nd_selector *s = nd_selector_alloc(m, ND_SELECTOR_COLUMN, c->type, 0);

	if (s) {
		s->column = c;
		s->name = c->name;
		if (!m->first_column)
			m->first_column = c->name;
	}
	return s;
}

static struct nd_selector *new_column(struct nd_selector_maker *m, const struct nd_expr *e,
				      const cql_type *expected)
{
	const struct nd_column *c = nd_table_find_column(m->table, e->name, m->p->problem);

	(void)expected;
	return c ? column_of(m, c) : NULL;
}

/* Literals, markers, null. */
static struct nd_selector *new_term(struct nd_selector_maker *m, const struct nd_expr *e,
				    const cql_type *expected)
{
	struct nd_receiver receiver = { m->table->keyspace->name, m->table->name, "[selection]",
					expected };
	struct nd_selector *s;

	if (!expected) {
		nd_refuse(m->p->problem, ND_INVALID,
			  "Cannot infer type for term %s in selection clause (try using a cast to "
			  "force a type)",
			  nd_expr_text_in(m->p->arena, e, receiver.keyspace));
		return NULL;
	}
	if (!(s = nd_selector_alloc(m, ND_SELECTOR_TERM, expected, 0)) ||
	    !(s->from = nd_term_new(m->p, e, &receiver)))
		return NULL;
	s->name = nd_expr_text_in(m->p->arena, e, receiver.keyspace);
	return s;
}

/* Makes the selectors of a call's arguments, which have to be of these types (NULL: any). */
static bool new_arguments(struct nd_selector_maker *m, const struct nd_expr *e,
			  const cql_type *const *types, struct nd_selector *s)
{
	const char **names = cd_arena_take_array(m->p->arena, (size_t)e->count + 1, sizeof *names);
	uint32_t folds = m->list->fold_count;

	if (!names)
		return nd_no_memory(m->p->problem);
	for (uint32_t i = 0; i < e->count; i++) {
		if (!(s->items[i] = nd_selector_new(m, e->items[i], types ? types[i] : NULL)))
			return false;
		names[i] = s->items[i]->name;
	}
	if (s->kind == ND_SELECTOR_FOLD && m->list->fold_count != folds)
		return nd_refuse(m->p->problem, ND_INVALID,
				 "aggregate functions cannot be used as arguments of aggregate "
				 "functions");
	s->name = nd_function_column(m->p, s->function, names, e->count);
	return s->name != NULL;
}

/* Whether the type of an expression is that of its parts. */
static bool has_parts(const struct nd_expr *e)
{
	return nd_expr_is_collection(e) || (e->kind == ND_EXPR_TUPLE && e->count > 1);
}

static struct nd_selector *new_to_json(struct nd_selector_maker *m, const struct nd_expr *e)
{
	const cql_type *type = NULL;
	struct nd_selector *s;

	if (e->count != 1) {
		nd_refuse(m->p->problem, ND_INVALID,
			  "Invalid number of arguments for function system.%s(any)", e->name);
		return NULL;
	}
	if (has_parts(e->items[0]) || nd_literal_type(e->items[0]))
		type = nd_expr_argument_type(m->p, e->items[0]);
	if (m->p->problem->happened)
		return NULL;
	if (e->items[0]->kind == ND_EXPR_NULL || e->items[0]->kind == ND_EXPR_MARKER ||
	    (has_parts(e->items[0]) && !type)) {
		nd_refuse(
			m->p->problem, ND_INVALID,
			"Cannot infer type of argument %s in call to function system.%s(any): use "
			"type casts to disambiguate",
			nd_expr_text_in(m->p->arena, e->items[0], m->table->keyspace->name),
			e->name);
		return NULL;
	}
	if (!(s = nd_selector_alloc(m, ND_SELECTOR_CALL, cd_type_native(CQL_KIND_TEXT), 1)) ||
	    !(s->items[0] = nd_selector_new(m, e->items[0], type)) ||
	    !(s->function = nd_function_to_json(m->p, e->name, s->items[0]->type)))
		return NULL;
	const char *names[] = { s->items[0]->name };
	s->name = nd_function_column(m->p, s->function, names, 1);
	return s->name ? s : NULL;
}

static struct nd_selector *new_call(struct nd_selector_maker *m, const struct nd_expr *e,
				    const cql_type *expected)
{
	const struct nd_receiver any = { m->table->keyspace->name, m->table->name, "[selection]",
					 NULL };
	const struct nd_function *f;
	struct nd_selector *s;

	if (nd_times_of(e))
		return nd_selector_times(m, e, expected);
	for (uint32_t i = 0; i < e->count; i++)
		if (!nd_expr_resolve_calls(m->p, e->items[i]))
			return NULL;
	if (nd_is_to_json(e))
		return new_to_json(m, e);
	if (!(f = nd_function_resolve(m->p, e, &any))) {
		nd_refuse(m->p->problem, ND_INVALID, "Unknown function '%s'",
			  nd_function_name(m->p, e));
		return NULL;
	}
	s = nd_selector_alloc(m, f->aggregate ? ND_SELECTOR_FOLD : ND_SELECTOR_CALL, f->result,
			      e->count);
	if (!s)
		return NULL;
	s->function = f;
	return new_arguments(m, e, f->arguments, s) ? s : NULL;
}

/* A hint's type as it is written, with the keyspace of user types. */
static const char *hint_text(struct nd_selector_maker *m, const cql_type *type)
{
	return nd_type_text_raw(m->p->arena, type, m->table->keyspace->name);
}

/* The spelling of a type as hints have it, always frozen. */
static const char *frozen_text(struct cd_arena *a, const cql_type *type)
{
	cql_type frozen = *type;

	frozen.frozen = true;
	return nd_type_text(a, &frozen);
}

static struct nd_selector *new_hint(struct nd_selector_maker *m, const struct nd_expr *e)
{
	const cql_type *type = nd_expr_type(m->p, e);
	struct nd_receiver receiver = { m->table->keyspace->name, m->table->name, NULL, type };
	struct nd_selector *s;
	const char *name;

	if (!type || !(receiver.name = nd_expr_text_in(m->p->arena, e, m->table->keyspace->name)))
		return NULL;
	if (!nd_term_fit(m->p, e->items[0], &receiver)) {
		nd_refuse(m->p->problem, ND_INVALID, "Cannot assign value %s to %s of type %s",
			  receiver.name, receiver.name, frozen_text(m->p->arena, type));
		return NULL;
	}
	if (!(s = nd_selector_new(m, e->items[0], type)))
		return NULL;
	name = ND_SELECTOR_TEXT(m, "(%s)%s", e->is_varchar ? "varchar" : hint_text(m, e->type),
				s->name);
	s->name = name;
	s->type = type;
	return name ? s : NULL;
}

/* There is no cast to the type: the message tells of the first column, whichever it was. */
static struct nd_selector *refuse_cast(struct nd_selector_maker *m, const char *type)
{
	if (m->first_column)
		nd_refuse(m->p->problem, ND_INVALID, "%s cannot be cast to %s", m->first_column,
			  type);
	else
		nd_refuse(
			m->p->problem, ND_SERVER_ERROR,
			"java.lang.IndexOutOfBoundsException: Index 0 out of bounds for length 0");
	return NULL;
}

static struct nd_selector *new_cast(struct nd_selector_maker *m, const struct nd_expr *e,
				    const cql_type *expected)
{
	const struct nd_receiver any = { m->table->keyspace->name, m->table->name, "[selection]",
					 NULL };
	const struct nd_function *f;
	struct nd_selector *inner, *s;
	const cql_type *type;

	(void)expected;
	if (e->is_hint)
		return new_hint(m, e);
	if (!(type = nd_expr_type(m->p, e)) || !(inner = nd_selector_new(m, e->items[0], NULL)))
		return NULL;
	/* to its own type: as if it were not there, unless it is stored in another order */
	if (cql_type_equal(inner->type, type) && !(inner->column && inner->column->descending))
		return inner;
	if (e->is_varchar) /* casts know text by its one name */
		return refuse_cast(m, "varchar");
	if (!(f = nd_function_resolve(m->p, e, &any)))
		return refuse_cast(m, nd_type_text(m->p->arena, type));
	if (!(s = nd_selector_alloc(m, ND_SELECTOR_CALL, type, 1)))
		return NULL;
	s->items[0] = inner;
	s->function = f;
	const char *names[] = { inner->name };
	s->name = nd_function_column(m->p, s->function, names, 1);
	return s->name ? s : NULL;
}

struct nd_selector *nd_selector_new(struct nd_selector_maker *m, const struct nd_expr *e,
				    const cql_type *expected)
{
	static nd_selector_new_fn *const kinds[] = {
		[ND_EXPR_COLUMN] = new_column,
		[ND_EXPR_FIELD] = nd_selector_field,
		[ND_EXPR_ELEMENT] = nd_selector_element,
		[ND_EXPR_SLICE] = nd_selector_slice,
		[ND_EXPR_LIST] = nd_selector_parts,
		[ND_EXPR_SET] = nd_selector_parts,
		[ND_EXPR_MAP] = nd_selector_parts,
		[ND_EXPR_UDT] = nd_selector_parts,
		[ND_EXPR_TUPLE] = nd_selector_parts,
		[ND_EXPR_CALL] = new_call,
		[ND_EXPR_BINARY] = new_call,
		[ND_EXPR_NEGATE] = new_call,
		[ND_EXPR_CAST] = new_cast,
	};
	struct nd_selector *s;

	if (m->p->problem->happened)
		return NULL;
	s = (size_t)e->kind < sizeof kinds / sizeof kinds[0] && kinds[e->kind]
		    ? kinds[e->kind](m, e, expected)
		    : new_term(m, e, expected);
	return m->p->problem->happened ? NULL : s;
}

/* ---- the whole clause ------------------------------------------------------------------------- */

static bool select_all(struct nd_selector_maker *m)
{
	for (uint32_t i = 0; i < m->list->count; i++)
		if (!(m->list->at[i] = column_of(m, m->table->columns[i])))
			return false;
	return true;
}

static bool select_some(struct nd_selector_maker *m, const struct nd_select *select)
{
	for (uint32_t i = 0; i < m->list->count; i++) {
		if (!(m->list->at[i] = nd_selector_new(m, select->selections[i].expr, NULL)))
			return false;
		m->list->is_plain &= m->list->at[i]->kind == ND_SELECTOR_COLUMN;
	}
	return true;
}

static cql_text text_of(const char *text)
{
	return (cql_text){ text, strlen(text) };
}

/* What the metadata says a selector's type is: functions that give what they take, or what a blob
 * holds, know timeuuids by another class only, which clients take for one of somebody's own; not
 * those in descending order. */
static const cql_type *told_type(struct nd_planner *p, const struct nd_selector *s)
{
	static const char *const names[] = { "min",
					     "max",
					     "mask_default",
					     "mask_null",
					     "mask_replace",
					     "blobastimeuuid",
					     "blob_as_timeuuid" };
	const struct nd_selector *first = s->count ? s->items[0] : NULL;
	const cql_type *t;

	if (s->type->kind != CQL_KIND_TIMEUUID || !s->function ||
	    (first && first->column && first->column->descending))
		return s->type;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], s->function->name) != 0)
			continue;
		t = nd_custom_timeuuid(p->arena);
		return t ? t : s->type;
	}
	return s->type;
}

/* The names of the columns, and their specifications: of JSON, one that holds all. */
static bool describe(struct nd_selector_maker *m, const struct nd_select *select,
		     cql_metadata *metadata)
{
	struct nd_selector_list *l = m->list;
	cql_text keyspace = text_of(m->table->keyspace->name), table = text_of(m->table->name);
	cql_column_spec *columns = cd_arena_take_array(m->p->arena, (size_t)l->count + 1,
						       sizeof *columns);

	l->names = cd_arena_take_array(m->p->arena, (size_t)l->count + 1, sizeof *l->names);
	if (!columns || !l->names)
		return nd_no_memory(m->p->problem);
	for (uint32_t i = 0; i < l->count; i++) {
		const char *alias = select->selection_count ? select->selections[i].alias : NULL;
		l->names[i] = alias ? alias : l->at[i]->name;
		columns[i] = (cql_column_spec){ keyspace, table, text_of(l->names[i]),
						told_type(m->p, l->at[i]) };
	}
	if (l->is_json)
		columns[0] = (cql_column_spec){ keyspace, table, text_of("[json]"),
						cd_type_native(CQL_KIND_TEXT) };
	metadata->columns = columns;
	metadata->column_count = l->is_json ? 1 : l->count;
	return true;
}

struct nd_selector_list *nd_selectors_new(struct nd_planner *p, const struct nd_table *table,
					  const struct nd_select *select, cql_metadata *metadata)
{
	struct nd_selector_list *l = cd_arena_take_zero(p->arena, sizeof *l);
	struct nd_selector_maker m = { p, table, l, NULL };
	bool ok;

	if (!l) {
		nd_no_memory(p->problem);
		return NULL;
	}
	l->table = table;
	l->is_plain = !select->json;
	l->is_json = select->json;
	l->count = select->selection_count ? select->selection_count : table->column_count;
	if (!(l->at = cd_arena_take_array(p->arena, (size_t)l->count + 1, sizeof *l->at))) {
		nd_no_memory(p->problem);
		return NULL;
	}
	p->columns = table;
	ok = select->selection_count ? select_some(&m, select) : select_all(&m);
	p->columns = NULL;
	l->folds = l->fold_count > 0 || select->group_count > 0;
	return ok && describe(&m, select, metadata) ? l : NULL;
}

bool nd_selectors_aggregate(const struct nd_selector_list *l)
{
	return l->folds;
}

static bool is_stored(const struct nd_column *c)
{
	return c->kind != ND_STATIC && !(c->is_multi_cell && c->type->kind == CQL_KIND_UDT);
}

/* Among the regular columns, in whose order cells are kept. */
static uint32_t place_of(const struct nd_table *t, const struct nd_column *c)
{
	uint32_t first = (uint32_t)t->partition_key_count + t->clustering_count + t->static_count;
	uint32_t i = first;

	while (i < t->column_count && t->columns[i]->id != c->id)
		i++;
	return i - first;
}

static struct nd_stored_column stored(const struct nd_table *t, const struct nd_column *c)
{
	enum nd_stored_source source = c->kind == ND_PARTITION_KEY ? ND_FROM_KEY
				       : c->kind == ND_CLUSTERING  ? ND_FROM_CLUSTERING
				       : c->is_multi_cell	   ? ND_FROM_CELLS
								   : ND_FROM_CELL;
	bool is_key = source == ND_FROM_KEY || source == ND_FROM_CLUSTERING;

	return (struct nd_stored_column){ source, c->id, is_key ? c->position : place_of(t, c),
					  c->type };
}

const struct nd_stored_column *nd_selectors_stored(const struct nd_selector_list *l,
						   const struct nd_table *table,
						   struct cd_arena *arena, uint32_t *count)
{
	struct nd_stored_column *out;

	if (!l->is_plain || l->is_json || l->folds)
		return NULL;
	out = cd_arena_take_array(arena, l->count + (size_t)1, sizeof *out);
	for (uint32_t i = 0; out && i < l->count; i++) {
		if (!is_stored(l->at[i]->column))
			return NULL;
		out[i] = stored(table, l->at[i]->column);
	}
	*count = l->count;
	return out;
}
