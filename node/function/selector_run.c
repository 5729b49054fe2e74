/* SPDX-License-Identifier: MIT */
/* Selectors at work: rows go in, encoded rows come out. */
#include <string.h>

#include "node/function/selector.h"
#include "node/value/json_print.h"

static const struct nd_value nothing = { ND_NULL, NULL, 0 };

/* ---- columns ---------------------------------------------------------------------------------- */

/* Cells are in the order of columns, and columns are mostly asked for in that order. */
static const struct nd_cell *find_cell(const struct nd_row *row, const struct nd_column *column,
				       uint32_t *hint)
{
	uint32_t i = *hint < row->cell_count ? *hint : 0;

	for (uint32_t n = row->cell_count; n > 0; n--) {
		const struct nd_cell *cell = &row->cells[i];
		if (++i == row->cell_count)
			i = 0;
		if (cell->column->id == column->id) {
			*hint = i;
			return cell;
		}
	}
	return NULL;
}

static bool column_value(struct nd_selection_run *r, const struct nd_column *c,
			 struct nd_value *out)
{
	const struct nd_row_view *view = r->row;
	const struct nd_row *row = c->kind == ND_STATIC ? view->statics : view->row;
	const struct nd_cell *cell;
	cql_blob bytes = { NULL, 0 };

	if (c->kind == ND_PARTITION_KEY)
		bytes = view->key[c->position];
	else if (c->is_multi_cell)
		return nd_row_value(view, c, &r->row_arena, out, &r->x->problem);
	else if (!row)
		;
	else if (c->kind == ND_CLUSTERING)
		bytes = c->position < row->clustering.count ? row->clustering.values[c->position]
							    : bytes;
	else if ((cell = find_cell(row, c, &r->hint[c->kind == ND_STATIC])))
		bytes = cell->value;
	*out = (struct nd_value){ bytes.data ? ND_VALUE : ND_NULL, bytes.data, bytes.len };
	return true;
}

const struct nd_cell *nd_selector_cells(const struct nd_selection_run *r,
					const struct nd_column *column, uint32_t *count)
{
	const struct nd_row *row = column->kind == ND_STATIC ? r->row->statics : r->row->row;
	uint32_t hint = 0;
	const struct nd_cell *first = row ? find_cell(row, column, &hint) : NULL;
	const struct nd_cell *end = first;

	while (first && end < row->cells + row->cell_count && end->column->id == column->id)
		end++;
	*count = first ? (uint32_t)(end - first) : 0;
	return first;
}

static bool selected_column(struct nd_selection_run *r, const struct nd_selector *s,
			    struct nd_value *out)
{
	if (r->row)
		return column_value(r, s->column, out);
	*out = r->has_row ? r->slots[s->slot] : nothing;
	return true;
}

/* ---- what is computed ------------------------------------------------------------------------- */

/* Where nobody looks whether a value is set, it has no bytes. */
static bool selected_term(struct nd_selection_run *r, const struct nd_selector *s,
			  struct nd_value *out)
{
	static const uint8_t empty[1];

	if (!nd_term_value(s->from, r->x, out))
		return false;
	if (out->presence == ND_UNSET)
		*out = (struct nd_value){ ND_VALUE, empty, 0 };
	return true;
}

/* The arguments of a call; few of them need no memory. */
static struct nd_value *argument_values(struct nd_selection_run *r, const struct nd_selector *s,
					struct nd_value few[4])
{
	struct nd_value *arguments = few;

	if (s->count > 4 &&
	    !(arguments = cd_arena_take_array(&r->row_arena, s->count, sizeof *arguments))) {
		nd_no_memory(&r->x->problem);
		return NULL;
	}
	for (uint32_t i = 0; i < s->count; i++)
		if (!nd_selector_value(r, s->items[i], &arguments[i]))
			return NULL;
	return arguments;
}

static bool selected_call(struct nd_selection_run *r, const struct nd_selector *s,
			  struct nd_value *out)
{
	struct nd_value few[4], *arguments = argument_values(r, s, few);

	return arguments &&
	       nd_function_run(s->function, arguments, r->x, &r->row_arena, &r->x->problem, out);
}

static bool selected_fold(struct nd_selection_run *r, const struct nd_selector *s,
			  struct nd_value *out)
{
	const struct nd_call c = { s->function, NULL, 0, r->x, &r->row_arena, &r->x->problem };

	return s->function->aggregate->result(&c, &r->folds[s->slot], out);
}

bool nd_selector_value(struct nd_selection_run *r, const struct nd_selector *s,
		       struct nd_value *out)
{
	static nd_selector_value_fn *const values[ND_SELECTOR_KINDS] = {
		[ND_SELECTOR_COLUMN] = selected_column,
		[ND_SELECTOR_TERM] = selected_term,
		[ND_SELECTOR_CALL] = selected_call,
		[ND_SELECTOR_FOLD] = selected_fold,
		[ND_SELECTOR_FIELD] = nd_selector_field_value,
		[ND_SELECTOR_ELEMENT] = nd_selector_element_value,
		[ND_SELECTOR_SLICE] = nd_selector_slice_value,
		[ND_SELECTOR_PARTS] = nd_selector_parts_value,
		[ND_SELECTOR_TIMES] = nd_selector_times_value,
	};

	*out = nothing;
	return values[s->kind](r, s, out);
}

/* ---- rows out --------------------------------------------------------------------------------- */

static void put_value(struct cd_buffer *out, const struct nd_value *v)
{
	bool there = v->presence == ND_VALUE;
	uint8_t *at = cd_buffer_grow(out, 4 + (there ? v->len : 0));

	if (!at)
		return;
	cd_put_be32(at, there ? (uint32_t)v->len : UINT32_MAX);
	if (there && v->len)
		memcpy(at + 4, v->data, v->len);
}

static bool put_json(struct nd_selection_run *r, struct cd_buffer *out)
{
	const struct nd_selector_list *l = r->list;
	struct nd_value value;
	size_t start = out->len;

	cd_buffer_be32(out, 0);
	cd_buffer_u8(out, '{');
	for (uint32_t i = 0; i < l->count; i++) {
		if (!nd_selector_value(r, l->at[i], &value))
			return false;
		if (i)
			cd_buffer_bytes(out, ", ", 2);
		nd_json_name(out, l->names[i]);
		cd_buffer_bytes(out, ": ", 2);
		if (!nd_json_value(out, l->at[i]->type, value, &r->row_arena, &r->x->problem))
			return false;
	}
	cd_buffer_u8(out, '}');
	cd_buffer_patch_be32(out, start, (uint32_t)(out->len - start - 4));
	return true;
}

bool nd_selection_cannot_grow(struct nd_request *x, const struct cd_buffer *out)
{
	if (!out->too_long)
		return nd_no_memory(&x->problem);
	return nd_refuse(&x->problem, ND_INVALID,
			 "a result of more than %zu bytes is not supported by the node: page "
			 "through it",
			 out->max);
}

static bool put_row(struct nd_selection_run *r, struct cd_buffer *out)
{
	const struct nd_selector_list *l = r->list;
	struct nd_value value;

	if (l->is_json) {
		if (!put_json(r, out))
			return false;
	} else if (l->is_plain && r->row) {
		for (uint32_t i = 0; i < l->count; i++) {
			if (!column_value(r, l->at[i]->column, &value))
				return false;
			put_value(out, &value);
		}
	} else {
		for (uint32_t i = 0; i < l->count; i++) {
			if (!nd_selector_value(r, l->at[i], &value))
				return false;
			put_value(out, &value);
		}
	}
	return !out->failed || nd_selection_cannot_grow(r->x, out);
}

/* ---- groups ----------------------------------------------------------------------------------- */

static bool keep(struct nd_selection_run *r, struct nd_value *value)
{
	uint8_t *copy;

	if (value->presence != ND_VALUE)
		return true;
	if (!(copy = cd_arena_take(&r->group_arena, value->len ? value->len : 1)))
		return nd_no_memory(&r->x->problem);
	if (value->len)
		memcpy(copy, value->data, value->len);
	value->data = copy;
	return true;
}

/* What an aggregate has so far outlives the row, in room that is used again: a sum of many rows must
 * not hold on to each of its steps. */
static bool keep_fold(struct nd_selection_run *r, struct nd_fold *fold)
{
	size_t len = fold->value.len;

	if (fold->value.presence != ND_VALUE || fold->value.data == fold->kept)
		return true;
	if (!fold->kept || len > fold->room) {
		fold->room = 2 * len + 16;
		if (!(fold->kept = cd_arena_take(&r->group_arena, fold->room)))
			return nd_no_memory(&r->x->problem);
	}
	if (len)
		memcpy(fold->kept, fold->value.data, len);
	fold->value.data = fold->kept;
	return true;
}

static bool add_to_fold(struct nd_selection_run *r, const struct nd_selector *s)
{
	struct nd_value few[4], *arguments = argument_values(r, s, few);
	const struct nd_call c = { s->function, arguments,     s->count,
				   r->x,        &r->row_arena, &r->x->problem };
	struct nd_fold *fold = &r->folds[s->slot];

	return arguments && s->function->aggregate->add(&c, fold) && keep_fold(r, fold);
}

/* Aggregates take the row in; what is outside of them is kept of the group's first row. */
static bool add_to_group(struct nd_selection_run *r, const struct nd_selector *s)
{
	if (s->kind == ND_SELECTOR_FOLD)
		return add_to_fold(r, s);
	if (s->kind == ND_SELECTOR_COLUMN || s->kind == ND_SELECTOR_TIMES)
		return r->has_row ||
		       (nd_selector_value(r, s, &r->slots[s->slot]) && keep(r, &r->slots[s->slot]));
	for (uint32_t i = 0; i < s->count; i++)
		if (!add_to_group(r, s->items[i]))
			return false;
	return true;
}

struct nd_selection_run *nd_selectors_run(const struct nd_selector_list *l, struct nd_request *x)
{
	struct nd_selection_run *r = cd_arena_take_zero(x->arena, sizeof *r);
	size_t slots = l->folds ? (size_t)l->slots + 1 : 1, folds = (size_t)l->fold_count + 1;

	if (r) {
		r->slots = cd_arena_take_array(x->arena, slots, sizeof *r->slots);
		r->folds = cd_arena_take_array(x->arena, folds, sizeof *r->folds);
	}
	if (!r || !r->slots || !r->folds) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	r->list = l;
	r->x = x;
	cd_arena_init(&r->row_arena, x->db->allocator, 0);
	cd_arena_init(&r->group_arena, x->db->allocator, 0);
	for (uint32_t i = 0; i < l->count; i++) {
		if (nd_selector_check_terms(r, l->at[i]))
			continue;
		nd_selection_end(r);
		return NULL;
	}
	return r;
}

bool nd_selection_add(struct nd_selection_run *r, const struct nd_row_view *row,
		      struct cd_buffer *out)
{
	bool ok = true;

	r->row = row;
	if (!r->list->folds) {
		ok = put_row(r, out);
	} else {
		for (uint32_t i = 0; i < r->list->count && ok; i++)
			ok = add_to_group(r, r->list->at[i]);
		r->has_row = true;
	}
	cd_arena_reset(&r->row_arena);
	return ok;
}

bool nd_selection_flush(struct nd_selection_run *r, struct cd_buffer *out)
{
	bool ok;

	r->row = NULL;
	ok = put_row(r, out);
	r->has_row = false;
	memset(r->folds, 0, r->list->fold_count * sizeof *r->folds);
	cd_arena_reset(&r->row_arena);
	cd_arena_reset(&r->group_arena);
	return ok;
}

void nd_selection_end(struct nd_selection_run *r)
{
	cd_arena_deinit(&r->row_arena);
	cd_arena_deinit(&r->group_arena);
}
