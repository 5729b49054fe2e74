/* SPDX-License-Identifier: MIT */
/* A table that stands on its own, copied from a draft: its columns in Cassandra's order. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "node/schema/schema_change.h"
#include "node/store/store.h"
#include "proto/type.h"

static const char *copy_text(struct cd_arena *a, const char *text)
{
	return text ? cd_arena_strndup(a, text, strlen(text)) : NULL;
}

/* ---- properties ------------------------------------------------------------------------------ */

static bool copy_pairs(struct nd_property *out, const struct nd_property *in, struct cd_arena *a)
{
	const char **pairs;

	if (!in->pairs)
		return true;
	out->pairs = pairs = cd_arena_take_array(a, 2 * (size_t)in->count + 1, sizeof *out->pairs);
	if (!pairs)
		return false;
	for (uint32_t i = 0; i < 2 * in->count; i++)
		if (!(pairs[i] = copy_text(a, in->pairs[i])))
			return false;
	return true;
}

bool nd_properties_copy(struct nd_properties *out, const struct nd_properties *in,
			struct cd_arena *a)
{
	struct nd_property *at = cd_arena_take_array(a, (size_t)in->count + 1, sizeof *at);

	if (!at)
		return false;
	for (uint32_t i = 0; i < in->count; i++) {
		at[i] = in->at[i];
		at[i].name = copy_text(a, in->at[i].name);
		at[i].text = copy_text(a, in->at[i].text);
		if (!at[i].name || (in->at[i].text && !at[i].text) ||
		    !copy_pairs(&at[i], &in->at[i], a))
			return false;
	}
	*out = (struct nd_properties){ at, in->count };
	return true;
}

/* ---- columns --------------------------------------------------------------------------------- */

struct nd_column **nd_table_columns(const struct nd_table *t, uint32_t more, struct cd_arena *a)
{
	struct nd_column **list = cd_arena_take_array(a, (size_t)t->column_count + more + 1,
						      sizeof(*list));
	struct nd_column *at = cd_arena_take_array(a, (size_t)t->column_count + more + 1,
						   sizeof(*at));

	if (!list || !at)
		return NULL;
	for (uint32_t i = 0; i < t->column_count + more; i++) {
		list[i] = &at[i];
		if (i < t->column_count)
			at[i] = *t->columns[i];
	}
	return list;
}

static bool copy_columns(struct nd_table *t, const struct nd_table *draft)
{
	t->columns = nd_table_columns(draft, 0, &t->arena);
	if (!t->columns)
		return false;
	for (uint32_t i = 0; i < t->column_count; i++) {
		struct nd_column *c = t->columns[i];

		c->name = copy_text(&t->arena, c->name);
		c->type = cd_type_copy(&t->arena, c->type);
		if (!c->name || !c->type)
			return false;
		if (c->id == ND_NEW_COLUMN)
			c->id = t->next_column_id++;
		c->is_multi_cell = c->kind >= ND_STATIC && nd_type_is_multi_cell(c->type);
	}
	return true;
}

/* The first eight bytes of a name as a number with a sign: Cassandra compares these before all else,
 * so that names that begin with other letters than English ones come first. */
static int64_t prefix_of(const char *name)
{
	uint64_t prefix = 0;

	for (size_t i = 0; i < sizeof prefix; i++) {
		prefix = prefix << 8 | (unsigned char)*name;
		name += *name != '\0';
	}
	return (int64_t)prefix;
}

int nd_column_order(enum nd_column_kind kind_a, const char *a, enum nd_column_kind kind_b,
		    const char *b)
{
	int64_t x = prefix_of(a), y = prefix_of(b);

	if (kind_a != kind_b)
		return kind_a < kind_b ? -1 : 1;
	return x != y ? (x < y ? -1 : 1) : strcmp(a, b);
}

/* In their key's order; as above the others. */
static int in_order(const void *a, const void *b)
{
	const struct nd_column *const *x = a, *const *y = b;

	if ((*x)->kind >= ND_STATIC || (*x)->kind != (*y)->kind)
		return nd_column_order((*x)->kind, (*x)->name, (*y)->kind, (*y)->name);
	return (*x)->position < (*y)->position ? -1 : (*x)->position > (*y)->position;
}

static void sort_columns(struct nd_table *t)
{
	uint16_t count[ND_REGULAR + 1] = { 0 };

	for (uint32_t i = 0; i < t->column_count; i++)
		t->columns[i]->position = count[t->columns[i]->kind]++;
	qsort(t->columns, t->column_count, sizeof(*t->columns), in_order);
	for (uint32_t i = 0; i < t->column_count; i++)
		if (t->columns[i]->kind >= ND_STATIC)
			t->columns[i]->position = 0;
	t->partition_key_count = count[ND_PARTITION_KEY];
	t->clustering_count = count[ND_CLUSTERING];
	t->static_count = count[ND_STATIC];
}

/* ---- the rest -------------------------------------------------------------------------------- */

static bool copy_indexes(struct nd_table *t, const struct nd_table *draft)
{
	t->indexes = cd_arena_take_array(&t->arena, (size_t)t->index_count + 1, sizeof *t->indexes);
	if (!t->indexes)
		return false;
	for (uint32_t i = 0; i < t->index_count; i++) {
		const struct nd_index *from = &draft->indexes[i];
		struct nd_index *to = &t->indexes[i];

		to->name = copy_text(&t->arena, from->name);
		to->column = nd_table_column(t, from->column->name);
		to->target = from->target;
		to->number = from->number;
		to->class_name = copy_text(&t->arena, from->class_name);
		if (!to->name || (from->class_name && !to->class_name) ||
		    !nd_properties_copy(&to->options, &from->options, &t->arena))
			return false;
	}
	return true;
}

static bool copy_dropped(struct nd_table *t, const struct nd_table *draft)
{
	t->dropped = cd_arena_take_array(&t->arena, (size_t)t->dropped_count + 1,
					 sizeof *t->dropped);
	if (!t->dropped)
		return false;
	for (uint32_t i = 0; i < t->dropped_count; i++) {
		t->dropped[i] = draft->dropped[i];
		t->dropped[i].name = copy_text(&t->arena, draft->dropped[i].name);
		t->dropped[i].type = cd_type_copy(&t->arena, draft->dropped[i].type);
		if (!t->dropped[i].name || !t->dropped[i].type)
			return false;
	}
	return true;
}

static bool copy_test(struct nd_view_test *out, const struct nd_view_test *in, struct cd_arena *a)
{
	size_t values = (size_t)in->count * in->width;

	*out = *in;
	out->columns = cd_arena_take_array(a, in->width, sizeof *out->columns);
	out->values = cd_arena_take_array(a, values + 1, sizeof *out->values);
	if (!out->columns || !out->values)
		return false;
	memcpy(out->columns, in->columns, in->width * sizeof *in->columns);
	for (size_t i = 0; i < values; i++) {
		out->values[i] = in->values[i];
		out->values[i].data = cd_arena_copy(a, in->values[i].data, in->values[i].len);
		if (!out->values[i].data)
			return false;
	}
	return true;
}

static bool copy_view(struct nd_table *t, const struct nd_view *from)
{
	struct nd_view *v;

	if (!from)
		return true;
	t->view = v = cd_arena_take(&t->arena, sizeof *v);
	if (!v)
		return false;
	*v = *from;
	v->where = copy_text(&t->arena, from->where);
	v->tests = cd_arena_take_array(&t->arena, (size_t)v->test_count + 1, sizeof *v->tests);
	if (!v->where || !v->tests)
		return false;
	for (uint32_t i = 0; i < v->test_count; i++)
		if (!copy_test(&v->tests[i], &from->tests[i], &t->arena))
			return false;
	return true;
}

static bool fill(struct nd_table *t, const struct nd_table *draft)
{
	t->name = copy_text(&t->arena, draft->name);
	if (!t->name || !copy_columns(t, draft) || !copy_view(t, draft->view))
		return false;
	sort_columns(t);
	return copy_indexes(t, draft) && copy_dropped(t, draft) &&
	       nd_properties_copy(&t->options, &draft->options, &t->arena) &&
	       nd_table_digest(t, t->arena.allocator);
}

struct nd_table *nd_table_copy(const coodie_allocator *allocator, const struct nd_table *draft)
{
	struct nd_table *t = cd_alloc(allocator, sizeof *t);

	if (!t)
		return NULL;
	*t = *draft;
	t->store = NULL;
	cd_arena_init(&t->arena, allocator, 0);
	if (fill(t, draft))
		return t;
	nd_table_free(t);
	return NULL;
}

void nd_table_free(struct nd_table *t)
{
	const coodie_allocator *allocator = t->arena.allocator;

	if (t->store)
		nd_store_free(t->store);
	cd_arena_deinit(&t->arena);
	cd_release(allocator, t);
}
